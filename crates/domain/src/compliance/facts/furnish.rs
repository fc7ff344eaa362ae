//! What the rules may know about a report of debts to a bureau.

use super::disputes::Disputes;
use super::past::DayCount;
use super::{clock_of_days, regf_binds};
use crate::compliance::record::{Contact, Direction, Key, NoticeKind, Outcome, Record};
use crate::values::channel::Channel;
use crate::values::clock::Clock;
use crate::values::moment::day_number;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Days after sending a message within which its return is awaited (comment 30(a)(1)-2).
const RETURN_DAYS: i32 = 14;

/// The facts of one report to a bureau.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FurnishFacts {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The clock in which days are counted.
    pub day_clock: Clock,
    /// Whether the dispute is shown in the report.
    pub reports_as_disputed: bool,
    /// The debts reported.
    pub debts: Vec<FurnishedDebt>,
}

/// One debt of a report.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct FurnishedDebt {
    /// Whether Regulation F binds us on this debt.
    pub regf_binds: bool,
    /// A written dispute of the period waits for verification since.
    pub written_at: Option<i64>,
    /// A written request for the original creditor waits for its answer since.
    pub creditor_request_at: Option<i64>,
    /// They disputed it, by whatever means and whenever.
    pub is_disputed: bool,
    /// The first day, as a number, on which the consumer has been told enough; `None` while nothing they were told counts.
    pub told_from_day: Option<i32>,
    /// The last day, as a number, on which a delinquency this old may be reported.
    pub fresh_until_day: Option<i32>,
}

/// Reads from the record what the rules may know about a report of these debts.
pub fn gather_furnish(record: &Record, at: Timestamp, debts: &[Key], reports_as_disputed: bool) -> FurnishFacts {
    let events = Disputes::new(record, at);
    let days = DayCount::of_record(record);
    let of_debt = |key: &Key| {
        let known = record.debts.iter().find(|debt| debt.key == *key);
        let binds = regf_binds(record) && record.is_consumer_debt(*key);
        FurnishedDebt {
            regf_binds: binds,
            written_at: events.written_dispute_at(*key).filter(|_| binds),
            creditor_request_at: events.creditor_request_at(*key).filter(|_| binds),
            is_disputed: events.is_disputed(*key),
            told_from_day: told_from_day(record, &events, &days, at, *key),
            fresh_until_day: known.and_then(|debt| debt.delinquency_began).map(fresh_until_day),
        }
    };
    FurnishFacts {
        at: at.as_second(),
        day_clock: clock_of_days(record, at),
        reports_as_disputed,
        debts: debts.iter().map(of_debt).collect(),
    }
}

/// Spoken with, or written to with the days for a return run out and nothing come back within them (12 CFR 1006.30(a)(1)).
fn told_from_day(record: &Record, events: &Disputes, days: &DayCount, at: Timestamp, debt: Key) -> Option<i32> {
    let raised = |contact: &&Contact| contact.debts.contains(&debt) || contact.discussed().is_some_and(|debts| debts.contains(&debt));
    let ours = || record.contacts.iter().filter(|contact| contact.is_ours && contact.at <= at).filter(raised);
    let spoke = ours().filter(|contact| {
        let about = contact.talked_about().contains(&debt);
        about && matches!(contact.channel, Channel::Call | Channel::InPerson) && contact.outcome == Some(Outcome::Conversation)
    });
    let waited = |key: Option<Key>, sent: Timestamp| {
        let day = days.of(sent);
        let came_back = events.returned_at(key, sent, |returned| returned.debts.contains(&debt)).map(|at| days.of(at));
        // A return in time means starting again; a later one does not undo the wait.
        came_back.is_none_or(|back| back > day + RETURN_DAYS).then_some(day + RETURN_DAYS + 1)
    };
    let wrote = ours().filter(|contact| {
        let is_written = contact.channel == Channel::Letter || contact.channel.is_electronic();
        is_written && contact.direction == Direction::Out && contact.outcome.is_none_or(Outcome::is_connected)
    });
    let notices = events.notices(debt).filter(|notice| matches!(notice.kind, NoticeKind::ValidationNoticeSent { .. }));
    let written = wrote.filter_map(|contact| waited(contact.key, contact.at));
    let noticed = notices.filter_map(|notice| waited(notice.key, notice.at));
    spoke.map(|contact| days.of(contact.at)).chain(written).chain(noticed).min()
}

/// Seven years from 180 days after the delinquency that led to collection (15 USC 1681c(a)(4), (c)(1)).
fn fresh_until_day(delinquency_began: Date) -> i32 {
    day_number(delinquency_began.saturating_add(Span::new().days(180)).saturating_add(Span::new().years(7)))
}

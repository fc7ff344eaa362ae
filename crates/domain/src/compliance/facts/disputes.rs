//! What stands against a debt: disputes, requests for the original creditor, and the validation period they fall in.
//!
//! A dispute in writing submitted before the period ends stops collection until a copy of verification has been sent after
//! it came; one made before the notice is treated as made in the period. What counts is the day it was submitted.

use super::past::DayCount;
use crate::compliance::record::{Debt, Key, Notice, NoticeKind, Record};
use crate::compliance::validation::Period;
use crate::values::moment::{date_of_day, day_number};
use crate::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;

/// What a dispute or a request for the original creditor does to the collecting of a debt; where there are several, the strongest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It was spoken: only what is written stops anything.
    Spoken,
    /// It was answered.
    Answered,
    /// It was submitted after the validation period, whose last day this was.
    Late(Date),
    /// It stops collecting until it is answered.
    Stops,
    /// Regulation F does not reach the debt, or not us.
    Unbound,
}

/// What the disputes of a debt, or the requests for its original creditor, do to its collecting at a moment; `None` where there are none.
pub fn find_effect(record: &Record, debt: Key, is_request: bool, at: Timestamp) -> Option<Effect> {
    let events = Disputes::new(record, at);
    let effects = events.notices(debt).filter_map(|notice| match notice.kind {
        NoticeKind::Dispute { in_writing, submitted_on, is_duplicative, .. } if !is_request => {
            Some(events.effect(debt, notice, in_writing, submitted_on, events.is_answered(debt, notice, is_duplicative)))
        }
        NoticeKind::OriginalCreditorRequest { in_writing, submitted_on } if is_request => {
            Some(events.effect(debt, notice, in_writing, submitted_on, events.is_supplied(debt, notice)))
        }
        _ => None,
    });
    let strongest = effects.max()?;
    Some(if super::binds_on(record, &[debt]) { strongest } else { Effect::Unbound })
}

/// The events about debts up to a moment.
pub(super) struct Disputes<'r> {
    record: &'r Record,
    at: Timestamp,
    days: DayCount,
}

impl<'r> Disputes<'r> {
    pub(super) fn new(record: &'r Record, at: Timestamp) -> Disputes<'r> {
        Disputes { record, at, days: DayCount::of_record(record) }
    }

    /// The events about one debt up to now.
    pub(super) fn notices(&self, debt: Key) -> impl Iterator<Item = &'r Notice> {
        let at = self.at;
        self.record.notices.iter().filter(move |notice| notice.at <= at && notice.debts.contains(&debt))
    }

    /// The day number of an instant, where days are counted.
    pub(super) fn day_of(&self, at: Timestamp) -> i32 {
        self.days.of(at)
    }

    /// Since when a written dispute of the period waits for its answer.
    pub(super) fn written_dispute_at(&self, debt: Key) -> Option<i64> {
        self.waiting(debt).map(|(notice, _)| notice.at.as_second()).min()
    }

    /// Written disputes of the period that wait for their answer, each with the part it is about.
    fn waiting(&self, debt: Key) -> impl Iterator<Item = (&'r Notice, Option<Money>)> {
        self.notices(debt).filter_map(move |notice| match notice.kind {
            NoticeKind::Dispute { in_writing: true, submitted_on, is_duplicative, part } => {
                let waits =
                    self.is_in_period(debt, self.day_named(notice, submitted_on)) && !self.is_answered(debt, notice, is_duplicative);
                waits.then_some((notice, part))
            }
            _ => None,
        })
    }

    /// What is left of a debt beside the disputed parts that wait for their answer (12 CFR 1006.38(d)(2)); `None` where nothing is,
    /// or where it is not known. Parts add up: nothing says that two of them are the same one.
    pub(super) fn undisputed(&self, debt: &Debt) -> Option<Money> {
        let rest = self.waiting(debt.key).try_fold(debt.owed?, |rest, (_, part)| rest.minus(part?).ok())?;
        (rest.minor() > 0).then_some(rest)
    }

    /// A later verification answers any dispute; a notice with the reason answers one that repeats what was verified before.
    fn is_answered(&self, debt: Key, dispute: &Notice, is_duplicative: bool) -> bool {
        let of = |kind: NoticeKind| self.notices(debt).filter(move |notice| notice.kind == kind);
        let was_verified = of(NoticeKind::VerificationSent).any(|sent| sent.at < dispute.at);
        of(NoticeKind::VerificationSent).any(|sent| sent.at >= dispute.at)
            || (is_duplicative && was_verified && of(NoticeKind::DuplicativeDisputeAnswered).any(|sent| sent.at >= dispute.at))
    }

    /// Since when a written request of the period for the original creditor's name and address waits for its answer.
    pub(super) fn creditor_request_at(&self, debt: Key) -> Option<i64> {
        let waits = self.notices(debt).filter(|notice| match notice.kind {
            NoticeKind::OriginalCreditorRequest { in_writing: true, submitted_on } => {
                self.is_in_period(debt, self.day_named(notice, submitted_on)) && !self.is_supplied(debt, notice)
            }
            _ => false,
        });
        waits.map(|notice| notice.at.as_second()).min()
    }

    /// Whether the original creditor's name and address were sent after they were asked for.
    fn is_supplied(&self, debt: Key, asked: &Notice) -> bool {
        self.notices(debt).any(|notice| notice.kind == NoticeKind::OriginalCreditorSent && notice.at >= asked.at)
    }

    fn effect(&self, debt: Key, notice: &Notice, in_writing: bool, submitted_on: Option<Date>, is_answered: bool) -> Effect {
        let submitted = self.day_named(notice, submitted_on);
        match self.period_end(debt, submitted).filter(|end| submitted > *end) {
            _ if !in_writing => Effect::Spoken,
            _ if is_answered => Effect::Answered,
            Some(end) => Effect::Late(date_of_day(end)),
            None => Effect::Stops,
        }
    }

    /// Whether they ever disputed it, spoken or late included: nothing on record takes a dispute back.
    pub(super) fn is_disputed(&self, debt: Key) -> bool {
        self.notices(debt).any(|notice| matches!(notice.kind, NoticeKind::Dispute { .. }))
    }

    /// The last day of the validation period of the notices sent by a day and not returned; `None` when there is none.
    pub(super) fn period_end(&self, debt: Key, by_day: i32) -> Option<i32> {
        let delivered = self.notices(debt).filter(|notice| !self.was_returned(notice));
        let ends = delivered.filter_map(|notice| match notice.kind {
            NoticeKind::ValidationNoticeSent { sent_on, stated_end } => {
                let sent = self.day_named(notice, sent_on);
                (sent <= by_day).then(|| day_number(Period::of(date_of_day(sent)).binding_end(stated_end)))
            }
            _ => None,
        });
        ends.max()
    }

    fn is_in_period(&self, debt: Key, submitted: i32) -> bool {
        self.period_end(debt, submitted).is_none_or(|end| submitted <= end)
    }

    /// The day that counts: the one named, else that of the event.
    fn day_named(&self, notice: &Notice, on: Option<Date>) -> i32 {
        on.map_or_else(|| self.days.of(notice.at), day_number)
    }

    /// Whether what was sent came back; a return that names nothing is of what was last sent before it.
    fn was_returned(&self, sent: &Notice) -> bool {
        self.returned_at(sent.key, sent.at, |returned| {
            let later = self.record.notices.iter().any(|other| {
                matches!(other.kind, NoticeKind::ValidationNoticeSent { .. })
                    && other.at > sent.at
                    && other.at <= returned.at
                    && other.debts.iter().any(|debt| sent.debts.contains(debt))
            });
            !later && returned.debts.iter().any(|debt| sent.debts.contains(debt))
        })
        .is_some()
    }

    /// When something sent came back: by its key, or by a return that names nothing and is its own.
    pub(super) fn returned_at(&self, key: Option<Key>, sent_at: Timestamp, is_its_own: impl Fn(&Notice) -> bool) -> Option<Timestamp> {
        let returns = self.record.notices.iter().filter(|returned| match returned.kind {
            NoticeKind::Undeliverable(Some(what)) => key == Some(what),
            NoticeKind::Undeliverable(None) => returned.at >= sent_at && is_its_own(returned),
            _ => false,
        });
        returns.map(|returned| returned.at).filter(|at| *at <= self.at).min()
    }
}

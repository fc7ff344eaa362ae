//! The record up to the proposal, seen from the person to be reached.

use super::{ClosedSince, Confirmation};
use crate::compliance::record::{Contact, Debt, Direction, Key, Notice, NoticeKind, Proposal, Purpose, Record, Standing};
use crate::values::clock::Zone;
use crate::values::region::ZoneName;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use smallvec::SmallVec;
use std::cell::Cell;

/// The zone in which days are counted: the consumer's first listed one; Eastern where nothing is known.
pub(super) fn day_zone(record: &Record) -> &str {
    record.consumer.signals.first().map_or("America/New_York", |signal| signal.zone.name())
}

/// The record up to the proposal, seen from the person to be reached.
pub(super) struct Past<'r> {
    pub(super) record: &'r Record,
    pub(super) proposal: &'r Proposal,
    pub(super) person: Key,
    pub(super) standing: Standing,
    /// The debts proposed that are on record.
    pub(super) debts: SmallVec<[&'r Debt; 1]>,
    pub(super) days: DayCount,
}

impl<'r> Past<'r> {
    pub(super) fn of(record: &'r Record, proposal: &'r Proposal, standing: Standing) -> Past<'r> {
        let mut debts = SmallVec::new();
        record.debts.iter().filter(|debt| proposal.debts.contains(&debt.key)).for_each(|debt| debts.push(debt));
        Past { record, proposal, person: proposal.person, standing, debts, days: DayCount::of_record(record) }
    }

    /// Contacts up to now with the person to be reached.
    pub(super) fn contacts(&self) -> impl Iterator<Item = &'r Contact> {
        let (now, person) = (self.proposal.at, self.person);
        self.record.contacts.iter().filter(move |contact| contact.at <= now && contact.person == person)
    }

    /// Notices up to now about any of the debts proposed.
    pub(super) fn notices(&self) -> impl Iterator<Item = &'r Notice> {
        let proposal = self.proposal;
        self.record
            .notices
            .iter()
            .filter(move |notice| notice.at <= proposal.at && notice.debts.iter().any(|debt| proposal.debts.contains(debt)))
    }

    /// Whether what somebody wrote, or whose lawyer it is, concerns the person to be reached. A co-debtor is a consumer of their own
    /// (12 CFR 1006.2(e)) and speaks for themselves alone; everybody else on record speaks for the one consumer of 1006.6(a).
    fn is_for_them(&self, teller: Key) -> bool {
        let is_co_debtor = |person: Key| self.record.persons.iter().any(|p| p.key == person && p.standing == Standing::CoDebtor);
        if self.standing == Standing::CoDebtor { teller == self.person } else { !is_co_debtor(teller) }
    }

    /// Whether any of the debts proposed is, or may be, for consumer purposes.
    pub(super) fn concerns_consumer_debts(&self) -> bool {
        self.proposal.debts.is_empty() || self.consumer_debts().next().is_some()
    }

    /// The debts proposed that are, or may be, for consumer purposes.
    pub(super) fn consumer_debts(&self) -> impl Iterator<Item = Key> {
        self.proposal.debts.iter().copied().filter(|key| self.record.is_consumer_debt(*key))
    }

    /// The incoming contact that the proposal answers, if by the same medium and not answered yet (comment 6(b)(1)-2).
    pub(super) fn reply(&self) -> Option<&'r Contact> {
        let to = self.proposal.in_response_to?;
        let incoming = self.contacts().find(|c| c.key == Some(to) && c.direction == Direction::In && c.channel == self.proposal.channel)?;
        let answered = self
            .record
            .contacts
            .iter()
            .any(|c| c.at <= self.proposal.at && c.direction == Direction::Out && c.in_response_to() == Some(to));
        (!answered).then_some(incoming)
    }

    /// How a confirmation of an opt-out stands.
    pub(super) fn confirmation(&self, closures: &[ClosedSince], revoked_at: Option<i64>) -> Confirmation {
        if self.proposal.purpose != Purpose::OptOutConfirmation {
            return Confirmation::None;
        }
        let since = closures.iter().map(|closure| closure.at).chain(revoked_at).max();
        let sent = self.contacts().any(|contact| {
            contact.direction == Direction::Out
                && contact.purpose == Purpose::OptOutConfirmation
                && since.is_none_or(|since| contact.at.as_second() >= since)
        });
        if sent || self.proposal.has_extra_text || !self.proposal.channel.is_electronic() {
            Confirmation::Faulty
        } else {
            Confirmation::First
        }
    }

    /// When this purpose was first served since the written stop.
    pub(super) fn served_since_cease(&self) -> Option<i64> {
        let stops = self.notices().filter(|notice| notice.kind == NoticeKind::Cease && self.is_for_them(notice.person));
        let ceased = stops.map(|notice| notice.at).min()?;
        self.record
            .contacts
            .iter()
            .filter(|contact| {
                contact.is_ours && contact.direction == Direction::Out && contact.at >= ceased && contact.at <= self.proposal.at
            })
            .filter(|contact| contact.purpose == self.proposal.purpose && self.is_for_them(contact.person))
            .filter(|contact| contact.debts.iter().any(|debt| self.proposal.debts.contains(debt)))
            .map(|contact| contact.at.as_second())
            .min()
    }

    /// Since when a written stop stands about one of the debts. Whoever wrote it may take it back in writing, each debt by itself.
    pub(super) fn ceased_at(&self) -> Option<i64> {
        let is_taken_back = |stop: &Notice, debt: &Key| {
            self.notices().any(|later| {
                later.kind == NoticeKind::CeaseWithdrawn && later.at >= stop.at && later.person == stop.person && later.debts.contains(debt)
            })
        };
        let stands = |stop: &&Notice| stop.debts.iter().any(|debt| self.proposal.debts.contains(debt) && !is_taken_back(stop, debt));
        let stops = self.notices().filter(|notice| notice.kind == NoticeKind::Cease && self.is_for_them(notice.person));
        stops.filter(stands).map(|stop| stop.at.as_second()).max()
    }

    /// Since when a lawyer is known for one of the debts who has not been released for that debt since.
    pub(super) fn attorney_at(&self) -> Option<i64> {
        let represents = |known: &Notice, who: Option<Key>, debt: &Key| {
            !self.notices().any(|later| {
                let releases =
                    matches!(later.kind, NoticeKind::AttorneyReleased(released) if released.is_none() || who.is_none() || released == who);
                releases && later.at >= known.at && later.debts.contains(debt) && self.is_for_them(later.person)
            })
        };
        let known_for = |debt: &Key| {
            let theirs = self.notices().filter(|notice| notice.debts.contains(debt) && self.is_for_them(notice.person));
            let known = theirs.filter(|notice| match notice.kind {
                NoticeKind::AttorneyKnown(who) => represents(notice, who, debt),
                _ => false,
            });
            known.map(|notice| notice.at.as_second()).min()
        };
        self.proposal.debts.iter().filter_map(known_for).min()
    }
}

/// Counts days in one zone; in UTC where its name is none.
pub(super) enum DayCount {
    /// With the offset asked for last, and from when to when it holds: a history lies mostly within one.
    Known(&'static Zone, Cell<(i32, i64, i64)>),
    ByRules(TimeZone),
}

impl DayCount {
    /// The days as a record counts them.
    pub(super) fn of_record(record: &Record) -> DayCount {
        let zone = match record.consumer.signals.first().map(|signal| &signal.zone) {
            Some(ZoneName::Known(zone)) => Some(*zone),
            _ => Zone::named(day_zone(record)),
        };
        match zone {
            Some(zone) => DayCount::Known(zone, Cell::new((0, 0, 0))),
            None => DayCount::ByRules(TimeZone::get(day_zone(record)).unwrap_or(TimeZone::UTC)),
        }
    }

    /// The day number of an instant.
    #[inline]
    pub(super) fn of(&self, at: Timestamp) -> i32 {
        let second = at.as_second();
        let offset = match self {
            DayCount::Known(_, last) if last.get().1 <= second && second < last.get().2 => last.get().0,
            _ => self.offset(at),
        };
        // Fits: the timestamps of jiff end in the year 9999.
        (second + i64::from(offset)).div_euclid(86_400) as i32
    }

    /// The offset at an instant, looked up.
    #[cold]
    fn offset(&self, at: Timestamp) -> i32 {
        match self {
            DayCount::Known(zone, last) => {
                let (offset, holds) = zone.offset(at.as_second());
                last.set((offset, holds.start, holds.end));
                offset
            }
            DayCount::ByRules(tz) => tz.to_offset(at).seconds(),
        }
    }
}

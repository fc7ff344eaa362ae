//! What the rules may know about one proposed contact, read from the record once.
//!
//! [`gather`] applies the parts of the law that say *what counts*: whose debts are one, which calls count, which consent
//! lives, whether an answer to the consumer was already given. The rules then say *how much is too much*, at any instant,
//! without looking at the record again.

use super::record::{
    Contact, Debt, Direction, Key, LocationCall, Notice, NoticeKind, Outcome, Place, Preference, Proposal, Purpose, Record, Standing, Wish,
};
use super::rules::designated_time::is_designated;
use crate::decision::Instant;
use crate::values::channel::Channel;
use crate::values::region::{Clock, clocks};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The facts of one proposed contact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactFacts {
    /// When it is proposed, in seconds since 1970.
    pub at: i64,
    /// Whether Regulation F binds: third party or debt buyer, on at least one consumer-purpose debt.
    pub regf_binds: bool,
    /// How the person to be reached stands to the consumer.
    pub standing: Standing,
    /// The medium.
    pub channel: Channel,
    /// The place, where one is known.
    pub place: Option<Place>,
    /// What for.
    pub purpose: Purpose,
    /// The clocks of the person to be reached; all must be open.
    pub clocks: Vec<Clock>,
    /// The clock in which days are counted: the consumer's first listed zone.
    pub day_clock: Clock,
    /// The consumer's clocks, in which their wishes are told.
    pub wish_clocks: Vec<Clock>,
    /// Wishes about time, and when they end.
    pub time_wishes: Vec<TimeWish>,
    /// Places closed to us, and when each closure ends.
    pub closed_places: Vec<(Place, Option<i64>)>,
    /// Whether the employer forbids contact at work, and when that ends.
    pub employer_prohibits: Option<Option<i64>>,
    /// The contact this one answers, where it is the one answer that may be given by the same medium.
    pub reply: Option<Reply>,
    /// Calls and conversations, one entry per debt that counts as one.
    pub debts: Vec<DebtCalls>,
    /// Connected outgoing calls to this person, any number and debt: seconds since 1970, oldest first.
    pub connected_calls: Vec<i64>,
    /// The closures of this medium or address, ours to honour.
    pub closures: Vec<ClosedSince>,
    /// What is wrong with a confirmation of an opt-out, if it is one.
    pub confirmation: Confirmation,
    /// The message lacks the statement of how to opt out.
    pub lacks_opt_out_notice: bool,
    /// The employer's address, without a basis.
    pub is_employer_address_without_basis: bool,
    /// The law requires this medium.
    pub is_required_in_this_medium: bool,
    /// A written stop is on record for one of the debts since.
    pub ceased_at: Option<i64>,
    /// This purpose was already served once since the written stop.
    pub served_since_cease_at: Option<i64>,
    /// A lawyer is known for one of the debts since.
    pub attorney_at: Option<i64>,
    /// The consumer has died.
    pub is_deceased: bool,
    /// The consumer consented to contact with this third party.
    pub third_party_consented: bool,
    /// What is particular to a location call.
    pub location: LocationCall,
    /// This third party was already asked for location information at.
    pub asked_location_at: Option<i64>,
}

/// One wish about time.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimeWish {
    /// What they said.
    pub wish: Wish,
    /// When they said it, in seconds since 1970.
    pub told_at: i64,
    /// When it ended or ends, in seconds since 1970.
    pub ends_at: Option<i64>,
}

/// The incoming contact that a proposal answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reply {
    /// When it came in.
    pub at: i64,
    /// From where, if known.
    pub place: Option<Place>,
    /// Whether it came at an hour their wishes close.
    pub came_at_designated_time: bool,
    /// The clocks as they stood when it came.
    pub clocks: Vec<Clock>,
}

/// The calls about one debt (or student loans that count as one) to one person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DebtCalls {
    /// Day numbers of the calls that count, oldest first.
    pub attempt_days: Vec<i32>,
    /// Day number of the last telephone conversation about it.
    pub conversation_day: Option<i32>,
    /// Last day number on which consent to extra calls lives.
    pub consent_until_day: Option<i32>,
}

/// A medium or address closed by the consumer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ClosedSince {
    /// Since when.
    pub at: i64,
    /// When it ended or ends.
    pub ends_at: Option<i64>,
    /// One number or address only.
    pub one_address: bool,
}

/// How an opt-out confirmation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// It is none.
    None,
    /// The one that may be sent.
    First,
    /// It says more than it may, is not electronic, or one was sent.
    Faulty,
}

impl ContactFacts {
    /// The instant at a second, with the day in which the law counts.
    pub fn instant(&self, at: i64) -> Instant {
        Instant { at, day: self.day_clock.local(at).0 }
    }

    /// Whether the rules about when and where reach this person: the consumer, those who count as the consumer, co-debtors;
    /// letters are read whenever they are opened.
    pub fn has_protected_hours(&self) -> bool {
        self.regf_binds
            && self.channel != Channel::Letter
            && matches!(self.standing, Standing::Consumer | Standing::CountsAsConsumer | Standing::CoDebtor)
    }

    /// Whether the person is the consumer or counts as the consumer (12 CFR 1006.6(a)).
    pub fn is_for_consumer(&self) -> bool {
        matches!(self.standing, Standing::Consumer | Standing::CountsAsConsumer)
    }
}

/// Reads from the record what the rules may know about a proposal. Entries later than the proposal are not looked at.
pub fn gather(record: &Record, proposal: &Proposal) -> ContactFacts {
    let now = proposal.at;
    let person = record.persons.iter().find(|person| person.key == proposal.person);
    let standing =
        if proposal.person == record.consumer.key { Standing::Consumer } else { person.map_or(Standing::ThirdParty, |p| p.standing) };
    let own_signals = person.map(|person| person.signals.as_slice()).filter(|signals| !signals.is_empty());
    let past = Past { record, proposal, person: proposal.person };

    let wish_clocks = clocks(&record.consumer.signals, now);
    let wishes: Vec<&Preference> =
        record.consumer.preferences.iter().filter(|wish| wish.at <= now && wish.until.is_none_or(|until| now < until)).collect();
    let time_wishes: Vec<TimeWish> = wishes
        .iter()
        .filter(|wish| matches!(wish.wish, Wish::InconvenientTime(_) | Wish::ConvenientOnly(_) | Wish::TimeConsent(_)))
        .map(|wish| TimeWish { wish: wish.wish.clone(), told_at: wish.at.as_second(), ends_at: wish.until.map(Timestamp::as_second) })
        .collect();
    let reply = past.reply().map(|incoming| Reply {
        at: incoming.at.as_second(),
        place: incoming.place,
        came_at_designated_time: is_designated(&time_wishes, &clocks(&record.consumer.signals, incoming.at), incoming.at.as_second()),
        clocks: clocks(own_signals.unwrap_or(&record.consumer.signals), incoming.at),
    });
    let closures = if standing == Standing::Consumer { closures(&wishes, proposal, reply.as_ref()) } else { Vec::new() };
    let ceased_at = past.latest_notice(|kind| kind == NoticeKind::Cease).map(|notice| notice.at.as_second());

    ContactFacts {
        at: now.as_second(),
        regf_binds: record.role != super::record::CollectorRole::FirstParty && past.concerns_consumer_debts(),
        standing,
        channel: proposal.channel,
        place: proposal.place,
        purpose: proposal.purpose,
        clocks: clocks(own_signals.unwrap_or(&record.consumer.signals), now),
        day_clock: Clock::of(day_zone(record), now).unwrap_or_else(|| wish_clocks[0].clone()),
        wish_clocks,
        time_wishes,
        closed_places: wishes
            .iter()
            .filter_map(|wish| {
                if let Wish::InconvenientPlace(place) = wish.wish { Some((place, wish.until.map(Timestamp::as_second))) } else { None }
            })
            .collect(),
        employer_prohibits: wishes
            .iter()
            .filter(|wish| wish.wish == Wish::EmployerProhibits)
            .map(|wish| wish.until.map(Timestamp::as_second))
            .max_by_key(|ends| ends.unwrap_or(i64::MAX)),
        reply,
        debts: past.debt_calls(),
        connected_calls: past.connected_calls(),
        confirmation: past.confirmation(&closures),
        closures,
        lacks_opt_out_notice: proposal.lacks_opt_out_notice,
        is_employer_address_without_basis: proposal.is_employer_address_without_basis,
        is_required_in_this_medium: proposal.is_required_in_this_medium,
        ceased_at,
        served_since_cease_at: past.served_since_cease(),
        attorney_at: past.attorney_at(),
        is_deceased: record.consumer.is_deceased,
        third_party_consented: proposal.third_party_consented,
        location: proposal.location,
        asked_location_at: past.asked_location_at(),
    }
}

/// The zone in which days are counted: the consumer's first listed one; Eastern where nothing is known.
fn day_zone(record: &Record) -> &str {
    record.consumer.signals.first().map_or("America/New_York", |signal| signal.zone.as_str())
}

fn closures(wishes: &[&Preference], proposal: &Proposal, reply: Option<&Reply>) -> Vec<ClosedSince> {
    let covers = |wish: &Wish| match wish {
        Wish::NoChannel(closure) => Some(false).filter(|_| closure.covers(proposal.channel)),
        Wish::NoAddress { closure, address } => Some(true)
            .filter(|_| closure.covers(proposal.channel) && proposal.address.as_ref().is_some_and(|to| to.eq_ignore_ascii_case(address))),
        _ => None,
    };
    wishes
        .iter()
        .filter_map(|wish| {
            let one_address = covers(&wish.wish)?;
            let at = wish.at.as_second();
            // Someone who uses the medium again after closing it may be answered once (12 CFR 1006.14(h)(2));
            // the message that closed it is not such a use.
            let answered = reply.is_some_and(|reply| reply.at > at);
            (!answered).then(|| ClosedSince { at, ends_at: wish.until.map(Timestamp::as_second), one_address })
        })
        .collect()
}

/// The record up to the proposal, seen from the person to be reached.
struct Past<'r> {
    record: &'r Record,
    proposal: &'r Proposal,
    person: Key,
}

impl<'r> Past<'r> {
    /// Contacts up to now with the person to be reached.
    fn contacts(&self) -> impl Iterator<Item = &'r Contact> {
        let (now, person) = (self.proposal.at, self.person);
        self.record.contacts.iter().filter(move |contact| contact.at <= now && contact.person == person)
    }

    /// Notices up to now about any of the debts proposed.
    fn notices(&self) -> impl Iterator<Item = &'r Notice> {
        let proposal = self.proposal;
        self.record
            .notices
            .iter()
            .filter(move |notice| notice.at <= proposal.at && notice.debts.iter().any(|debt| proposal.debts.contains(debt)))
    }

    fn latest_notice(&self, of: impl Fn(NoticeKind) -> bool) -> Option<&'r Notice> {
        self.notices().filter(|notice| of(notice.kind)).max_by_key(|notice| notice.at)
    }

    /// The debts proposed that are on record.
    fn debts(&self) -> impl Iterator<Item = &'r Debt> {
        let proposal = self.proposal;
        self.record.debts.iter().filter(move |debt| proposal.debts.contains(&debt.key))
    }

    /// Whether any debt is, or may be, for consumer purposes: one that is not on record is not known to be anything else.
    fn concerns_consumer_debts(&self) -> bool {
        let is_other = |key: &Key| self.record.debts.iter().any(|debt| debt.key == *key && !debt.is_consumer_purpose);
        self.proposal.debts.is_empty() || !self.proposal.debts.iter().all(is_other)
    }

    /// All keys that count as one debt with this one (12 CFR 1006.14(b)(4)).
    fn counts_with(&self, debt: &Debt) -> Vec<Key> {
        match debt.serviced_as {
            None => vec![debt.key],
            group => self.record.debts.iter().filter(|other| other.serviced_as == group).map(|other| other.key).collect(),
        }
    }

    fn debt_calls(&self) -> Vec<DebtCalls> {
        // Lawyers, bureaus and the creditor may be called as often as there is something to say (12 CFR 1006.14(b)(3)(iii)).
        let mut contacts: Vec<&Contact> = self.contacts().filter(|contact| contact.is_ours && contact.channel.is_call()).collect();
        if contacts.is_empty() && self.record.notices.is_empty() {
            return vec![DebtCalls::default(); usize::from(!self.proposal.debts.is_empty())];
        }
        contacts.sort_by_key(|contact| contact.at);
        let days = DayCount::new(day_zone(self.record));
        let mut done: Vec<Key> = Vec::new();
        let mut units = Vec::new();
        // The rule counts calls about consumer debts; a business debt beside one has no count of its own.
        for debt in self.debts().filter(|debt| debt.is_consumer_purpose) {
            if done.contains(&debt.key) {
                continue;
            }
            let unit = self.counts_with(debt);
            units.push(self.calls_about(&unit, &contacts, &days));
            done.extend(unit);
        }
        units
    }

    fn calls_about(&self, unit: &[Key], contacts: &[&Contact], days: &DayCount) -> DebtCalls {
        let about = |keys: &[Key]| keys.iter().any(|key| unit.contains(key));
        let consents = self.consents(unit, contacts, days);
        let mut calls = DebtCalls::default();
        for contact in contacts {
            let day = days.of(contact.at);
            if is_conversation(contact) && (about(contact.discussed.as_deref().unwrap_or(&contact.debts))) {
                calls.conversation_day = Some(day);
            }
            let raised = about(&contact.debts) || contact.discussed.as_deref().is_some_and(about);
            let placed_by_us = contact.direction == Direction::Out && contact.outcome.is_none_or(Outcome::is_connected);
            let consented = consents.iter().any(|consent| consent.covers(contact.at, day));
            if placed_by_us && raised && !consented {
                calls.attempt_days.push(day);
            }
        }
        let today = days.of(self.proposal.at);
        calls.consent_until_day =
            consents.iter().filter(|consent| consent.covers(self.proposal.at, today)).map(|consent| consent.last_day).max();
        calls
    }

    /// Consent to extra calls about these debts, with its end (12 CFR 1006.14(b)(3)(i)).
    fn consents(&self, unit: &[Key], contacts: &[&Contact], days: &DayCount) -> Vec<Consent> {
        let about = |keys: &[Key]| keys.iter().any(|key| unit.contains(key));
        let in_notices = self.record.notices.iter().filter(|n| n.at <= self.proposal.at && n.person == self.person && about(&n.debts));
        let said = in_notices.clone().filter_map(|notice| match notice.kind {
            NoticeKind::CallConsent { days, direct: true } => Some((notice.at, days)),
            _ => None,
        });
        let raised = |contact: &Contact| about(&contact.debts) || contact.discussed.as_deref().is_some_and(about);
        // Consent may come by any medium.
        let spoken = self.contacts().filter(|contact| raised(contact)).filter_map(|c| c.gives_call_consent.map(|days| (c.at, days)));
        let revoked: Vec<Timestamp> = in_notices.clone().filter(|n| n.kind == NoticeKind::CallConsentRevoked).map(|n| n.at).collect();
        said.chain(spoken)
            .map(|(at, for_days)| {
                let talked = contacts
                    .iter()
                    .filter(|c| is_conversation(c) && about(c.discussed.as_deref().unwrap_or(&c.debts)) && c.at > at)
                    .map(|c| c.at);
                let ended_at = talked.chain(revoked.iter().copied().filter(|revoked| *revoked >= at)).min();
                let lasts = i32::try_from(for_days.clamp(1, 7)).unwrap_or(7);
                Consent { from: at, ended_at, last_day: days.of(at) + lasts - 1 }
            })
            .collect()
    }

    fn connected_calls(&self) -> Vec<i64> {
        let mut calls: Vec<i64> = self
            .contacts()
            .filter(|contact| contact.is_ours && contact.channel.is_call() && contact.direction == Direction::Out)
            .filter(|contact| contact.outcome.is_none_or(Outcome::is_connected))
            .map(|contact| contact.at.as_second())
            .collect();
        calls.sort_unstable();
        calls
    }

    /// The incoming contact that the proposal answers, if by the same medium and not answered yet (comment 6(b)(1)-2).
    fn reply(&self) -> Option<&'r Contact> {
        let to = self.proposal.in_response_to?;
        let incoming = self.contacts().find(|c| c.key == Some(to) && c.direction == Direction::In && c.channel == self.proposal.channel)?;
        let answered =
            self.record.contacts.iter().any(|c| c.at <= self.proposal.at && c.direction == Direction::Out && c.in_response_to == Some(to));
        (!answered).then_some(incoming)
    }

    fn confirmation(&self, closures: &[ClosedSince]) -> Confirmation {
        if self.proposal.purpose != Purpose::OptOutConfirmation {
            return Confirmation::None;
        }
        let since = closures.iter().map(|closure| closure.at).max();
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

    fn served_since_cease(&self) -> Option<i64> {
        let ceased = self.notices().filter(|notice| notice.kind == NoticeKind::Cease).map(|notice| notice.at).min()?;
        self.record
            .contacts
            .iter()
            .filter(|contact| {
                contact.is_ours && contact.direction == Direction::Out && contact.at >= ceased && contact.at <= self.proposal.at
            })
            .filter(|contact| contact.purpose == self.proposal.purpose)
            .filter(|contact| contact.debts.iter().any(|debt| self.proposal.debts.contains(debt)))
            .map(|contact| contact.at.as_second())
            .min()
    }

    /// Since when a lawyer is known for one of the debts who has not been released for that debt since.
    fn attorney_at(&self) -> Option<i64> {
        let represents = |known: &Notice, who: Option<Key>, debt: &Key| {
            !self.notices().any(|later| {
                let releases =
                    matches!(later.kind, NoticeKind::AttorneyReleased(released) if released.is_none() || who.is_none() || released == who);
                releases && later.at >= known.at && later.debts.contains(debt)
            })
        };
        let known_for = |debt: &Key| {
            let known = self.notices().filter(|notice| notice.debts.contains(debt)).filter(|notice| match notice.kind {
                NoticeKind::AttorneyKnown(who) => represents(notice, who, debt),
                _ => false,
            });
            known.map(|notice| notice.at.as_second()).min()
        };
        self.proposal.debts.iter().filter_map(known_for).min()
    }

    fn asked_location_at(&self) -> Option<i64> {
        self.contacts()
            .filter(|contact| contact.is_ours && contact.direction == Direction::Out && contact.purpose == Purpose::LocationInformation)
            .filter(|contact| contact.outcome.is_none_or(Outcome::reached_somebody))
            .map(|contact| contact.at.as_second())
            .max()
    }
}

fn is_conversation(contact: &Contact) -> bool {
    contact.channel == Channel::Call && contact.outcome == Some(Outcome::Conversation)
}

/// One consent to extra calls.
struct Consent {
    from: Timestamp,
    ended_at: Option<Timestamp>,
    last_day: i32,
}

impl Consent {
    fn covers(&self, at: Timestamp, day: i32) -> bool {
        // The conversation that ends a consent was itself placed under it.
        self.from <= at && day <= self.last_day && self.ended_at.is_none_or(|ended| at <= ended)
    }
}

/// Counts days in one zone.
struct DayCount(jiff::tz::TimeZone);

impl DayCount {
    fn new(zone: &str) -> DayCount {
        DayCount(jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC))
    }

    fn of(&self, at: Timestamp) -> i32 {
        let local = at.as_second() + i64::from(self.0.to_offset(at).seconds());
        // Fits: the timestamps of jiff end in the year 9999.
        local.div_euclid(86_400) as i32
    }
}

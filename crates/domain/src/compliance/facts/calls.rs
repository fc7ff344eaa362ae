//! Which calls count, about which debt, and which consent to more of them lives.

use super::DebtCalls;
use super::past::{DayCount, Past, day_zone};
use crate::compliance::record::{Contact, Debt, Direction, Key, NoticeKind, Outcome};
use crate::values::channel::Channel;
use jiff::Timestamp;

impl Past<'_> {
    /// All keys that count as one debt with this one (12 CFR 1006.14(b)(4)).
    fn counts_with(&self, debt: &Debt) -> Vec<Key> {
        match debt.serviced_as {
            None => vec![debt.key],
            group => self.record.debts.iter().filter(|other| other.serviced_as == group).map(|other| other.key).collect(),
        }
    }

    /// The calls about each debt proposed.
    pub(super) fn debt_calls(&self) -> Vec<DebtCalls> {
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

    /// Connected outgoing calls to the person, oldest first.
    pub(super) fn connected_calls(&self) -> Vec<i64> {
        let mut calls: Vec<i64> = self
            .contacts()
            .filter(|contact| contact.is_ours && contact.channel.is_call() && contact.direction == Direction::Out)
            .filter(|contact| contact.outcome.is_none_or(Outcome::is_connected))
            .map(|contact| contact.at.as_second())
            .collect();
        calls.sort_unstable();
        calls
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

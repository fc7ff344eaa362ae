//! Which calls count, about which debt, and which consent to more of them lives.

use super::DebtCalls;
use super::past::{DayCount, Past, day_zone};
use crate::compliance::record::{Contact, Debt, Direction, Key, NoticeKind, Outcome};
use crate::values::channel::Channel;
use jiff::Timestamp;
use smallvec::SmallVec;

impl Past<'_> {
    /// Whether a key counts as one debt with this one (12 CFR 1006.14(b)(4)).
    fn counts_with(&self, debt: &Debt, key: Key) -> bool {
        let is_serviced_with = |other: &Debt| other.key == key && other.serviced_as == debt.serviced_as;
        key == debt.key || (debt.serviced_as.is_some() && self.record.debts.iter().any(is_serviced_with))
    }

    /// The calls that may count. Lawyers, bureaus and the creditor may be called as often as there is something to say
    /// (12 CFR 1006.14(b)(3)(iii)).
    fn calls(&self) -> impl Iterator<Item = &Contact> {
        self.contacts().filter(|contact| contact.is_ours && contact.channel.is_call())
    }

    /// The calls about each debt proposed.
    pub(super) fn debt_calls(&self) -> SmallVec<[DebtCalls; 1]> {
        if self.record.notices.is_empty() && self.calls().next().is_none() {
            // One that counts stands for all: nothing was counted about any.
            return self.debts().find(|debt| debt.is_consumer_purpose).map(|_| DebtCalls::default()).into_iter().collect();
        }
        let days = DayCount::new(day_zone(self.record));
        // The rule counts calls about consumer debts; a business debt beside one has no count of its own.
        let counted = || self.debts().filter(|debt| debt.is_consumer_purpose);
        let is_first_of_its_kind = |(nth, debt): &(usize, &Debt)| !counted().take(*nth).any(|earlier| self.counts_with(earlier, debt.key));
        counted().enumerate().filter(is_first_of_its_kind).map(|(_, debt)| self.calls_about(debt, &days)).collect()
    }

    fn calls_about(&self, debt: &Debt, days: &DayCount) -> DebtCalls {
        let about = |keys: &[Key]| keys.iter().any(|key| self.counts_with(debt, *key));
        let consents = self.consents(about, days);
        let mut calls = DebtCalls::default();
        for contact in self.calls() {
            let day = days.of(contact.at);
            if is_conversation(contact) && (about(contact.discussed.as_deref().unwrap_or(&contact.debts))) {
                calls.conversation_day = calls.conversation_day.max(Some(day));
            }
            let raised = about(&contact.debts) || contact.discussed.as_deref().is_some_and(about);
            let placed_by_us = contact.direction == Direction::Out && contact.outcome.is_none_or(Outcome::is_connected);
            let consented = consents.iter().any(|consent| consent.covers(contact.at, day));
            if placed_by_us && raised && !consented {
                calls.attempt_days.push(day);
            }
        }
        calls.attempt_days.sort_unstable();
        let today = days.of(self.proposal.at);
        calls.consent_until_day =
            consents.iter().filter(|consent| consent.covers(self.proposal.at, today)).map(|consent| consent.last_day).max();
        calls
    }

    /// Consent to extra calls about these debts, with its end (12 CFR 1006.14(b)(3)(i)).
    fn consents(&self, about: impl Fn(&[Key]) -> bool, days: &DayCount) -> Vec<Consent> {
        let in_notices = || self.record.notices.iter().filter(|n| n.at <= self.proposal.at && n.person == self.person && about(&n.debts));
        let said = in_notices().filter_map(|notice| match notice.kind {
            NoticeKind::CallConsent { days, direct: true } => Some((notice.at, days)),
            _ => None,
        });
        let raised = |contact: &Contact| about(&contact.debts) || contact.discussed.as_deref().is_some_and(&about);
        // Consent may come by any medium.
        let spoken = self.contacts().filter_map(|contact| Some((contact, contact.gives_call_consent?))).filter(|(c, _)| raised(c));
        said.chain(spoken.map(|(contact, days)| (contact.at, days)))
            .map(|(at, for_days)| {
                let talked = self
                    .calls()
                    .filter(|c| is_conversation(c) && about(c.discussed.as_deref().unwrap_or(&c.debts)) && c.at > at)
                    .map(|c| c.at);
                let revoked = in_notices().filter(|n| n.kind == NoticeKind::CallConsentRevoked && n.at >= at).map(|n| n.at);
                let lasts = i32::try_from(for_days.clamp(1, 7)).unwrap_or(7);
                Consent { from: at, ended_at: talked.chain(revoked).min(), last_day: days.of(at) + lasts - 1 }
            })
            .collect()
    }

    /// Connected outgoing calls to the person, oldest first.
    pub(super) fn connected_calls(&self) -> SmallVec<[i64; 8]> {
        let is_connected = |contact: &&Contact| {
            contact.direction == Direction::Out && contact.outcome.is_none_or(Outcome::is_connected) && contact.is_ours
        };
        let connected = self.contacts().filter(|contact| contact.channel.is_call()).filter(is_connected);
        let mut calls: SmallVec<[i64; 8]> = connected.map(|contact| contact.at.as_second()).collect();
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

//! Which calls count, about which debt, and which consent to more of them lives.

use super::past::Past;
use super::{ContactFacts, DebtCalls};
use crate::compliance::record::{Contact, Debt, Direction, Key, NoticeKind, Outcome, Purpose};
use crate::values::channel::Channel;
use jiff::Timestamp;
use smallvec::{Array, SmallVec};

impl Past<'_> {
    /// Whether a key counts as one debt with this one (12 CFR 1006.14(b)(4)).
    fn counts_with(&self, debt: &Debt, key: Key) -> bool {
        let is_serviced_with = |other: &Debt| other.key == key && other.serviced_as == debt.serviced_as;
        key == debt.key || (debt.serviced_as.is_some() && self.record.debts.iter().any(is_serviced_with))
    }

    /// Counts the calls with the person in one walk: connected ones, and those about each debt proposed. Lawyers, bureaus and the
    /// creditor may be called as often as there is something to say (12 CFR 1006.14(b)(3)(iii)).
    pub(super) fn count_calls(&self, facts: &mut ContactFacts) {
        // The rule counts calls about consumer debts; a business debt beside one has no count of its own.
        let mut debts: SmallVec<[&Debt; 1]> = SmallVec::new();
        for debt in self.debts.iter().filter(|debt| debt.is_consumer_purpose) {
            if !debts.iter().any(|earlier| self.counts_with(earlier, debt.key)) {
                debts.push(debt);
                facts.debts.push(DebtCalls::default());
            }
        }
        let (debts, counts) = (debts.as_slice(), facts.debts.as_mut_slice());
        let mut may_have_consented = !self.record.notices.is_empty();
        for contact in self.contacts() {
            may_have_consented |= contact.particulars.is_some();
            if !contact.is_ours {
                continue;
            }
            if contact.channel.is_call() {
                let (is_placed, day) = (is_placed(contact), self.days.of(contact.at));
                if is_placed {
                    put(&mut facts.connected_calls, contact.at.as_second());
                }
                for (debt, counted) in debts.iter().zip(counts.iter_mut()) {
                    if is_conversation(contact) && self.is_about(debt, contact.talked_about()) {
                        counted.conversation_day = counted.conversation_day.max(Some(day));
                    }
                    if is_placed && self.is_raised(debt, contact) {
                        put(&mut counted.attempt_days, day);
                    }
                }
            }
            let asks = contact.purpose == Purpose::LocationInformation && contact.direction == Direction::Out;
            if asks && contact.outcome.is_none_or(Outcome::reached_somebody) {
                facts.asked_location_at = facts.asked_location_at.max(Some(contact.at.as_second()));
            }
        }
        if may_have_consented {
            debts.iter().zip(counts).for_each(|(debt, counted)| self.heed_consents(debt, counted));
        }
    }

    /// Leaves out the attempts that were consented to.
    fn heed_consents(&self, debt: &Debt, counted: &mut DebtCalls) {
        let consents = self.consents(debt);
        if consents.is_empty() {
            return;
        }
        let covered = |at: Timestamp, day: i32| consents.iter().any(|consent| consent.covers(at, day));
        counted.attempt_days.clear();
        for contact in self.contacts().filter(|c| c.is_ours && c.channel.is_call() && is_placed(c) && self.is_raised(debt, c)) {
            let day = self.days.of(contact.at);
            if !covered(contact.at, day) {
                put(&mut counted.attempt_days, day);
            }
        }
        let today = self.days.of(self.proposal.at);
        let lives = consents.iter().filter(|consent| consent.covers(self.proposal.at, today));
        counted.consent_until_day = lives.map(|consent| consent.last_day).max();
    }

    /// Whether something is about a debt, or about one that counts as one with it.
    fn is_about(&self, debt: &Debt, keys: &[Key]) -> bool {
        keys.iter().any(|key| self.counts_with(debt, *key))
    }

    /// Whether a contact was marked with a debt, or the debt was raised in it.
    fn is_raised(&self, debt: &Debt, contact: &Contact) -> bool {
        self.is_about(debt, &contact.debts) || contact.discussed().is_some_and(|keys| self.is_about(debt, keys))
    }

    /// Consent to extra calls about a debt, with its end (12 CFR 1006.14(b)(3)(i)).
    fn consents(&self, debt: &Debt) -> Vec<Consent> {
        let about = |keys: &[Key]| self.is_about(debt, keys);
        let in_notices = || self.record.notices.iter().filter(|n| n.at <= self.proposal.at && n.person == self.person && about(&n.debts));
        let said = in_notices().filter_map(|notice| match notice.kind {
            NoticeKind::CallConsent { days, direct: true } => Some((notice.at, days)),
            _ => None,
        });
        // Consent may come by any medium.
        let spoken = self.contacts().filter_map(|contact| Some((contact, contact.gives_call_consent()?)));
        let spoken = spoken.filter(|(contact, _)| self.is_raised(debt, contact));
        said.chain(spoken.map(|(contact, days)| (contact.at, days)))
            .map(|(at, for_days)| {
                let talked = self.contacts().filter(|c| c.is_ours && is_conversation(c) && about(c.talked_about()) && c.at > at);
                let revoked = in_notices().filter(|n| n.kind == NoticeKind::CallConsentRevoked && n.at >= at).map(|n| n.at);
                let lasts = i32::try_from(for_days.clamp(1, 7)).unwrap_or(7);
                Consent { from: at, ended_at: talked.map(|c| c.at).chain(revoked).min(), last_day: self.days.of(at) + lasts - 1 }
            })
            .collect()
    }
}

/// Puts something into its place among what is in order. A history mostly lies in order, so that its place is the last.
#[inline]
fn put<T: Copy + Ord, A: Array<Item = T>>(all: &mut SmallVec<A>, one: T) {
    if all.last().is_none_or(|last| *last <= one) {
        all.push(one);
    } else {
        all.insert(all.partition_point(|other| *other <= one), one);
    }
}

/// Whether a call of ours is one that we placed and that reached the number.
fn is_placed(contact: &Contact) -> bool {
    contact.direction == Direction::Out && contact.outcome.is_none_or(Outcome::is_connected)
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

#[cfg(test)]
mod tests {
    use crate::compliance::drawn::{proposal, record};
    use crate::compliance::facts::gather;
    use crate::compliance::record::{Contact, Debt, Direction, Key, Outcome, Proposal, Purpose, Record};
    use crate::values::channel::Channel;
    use crate::values::moment::day_number;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    /// Our contacts with the person up to the proposal.
    fn ours<'r>(record: &'r Record, proposal: &Proposal) -> Vec<&'r Contact> {
        let (now, person) = (proposal.at, proposal.person);
        record.contacts.iter().filter(|contact| contact.at <= now && contact.person == person && contact.is_ours).collect()
    }

    fn is_placed(contact: &Contact) -> bool {
        contact.channel.is_call() && contact.direction == Direction::Out && contact.outcome.is_none_or(Outcome::is_connected)
    }

    proptest! {
        #[test]
        fn one_walk_counts_what_one_look_at_a_time_counts(mut record in record(), proposal in proposal()) {
            // Consent to more calls is the matter of other tests.
            record.notices.clear();
            record.contacts.iter_mut().for_each(|contact| contact.particulars().gives_call_consent = None);
            let zone = record.consumer.signals.first().map_or("America/New_York", |signal| signal.zone.name());
            let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
            let day = |contact: &Contact| day_number(contact.at.to_zoned(zone.clone()).date());
            let (facts, ours) = (gather(&record, &proposal), ours(&record, &proposal));

            let mut connected: Vec<i64> = ours.iter().filter(|c| is_placed(c)).map(|c| c.at.as_second()).collect();
            connected.sort_unstable();
            prop_assert_eq!(facts.connected_calls.as_slice(), connected);
            let asked = ours.iter().filter(|c| c.direction == Direction::Out && c.purpose == Purpose::LocationInformation);
            let asked = asked.filter(|c| c.outcome.is_none_or(Outcome::reached_somebody)).map(|c| c.at.as_second()).max();
            prop_assert_eq!(facts.asked_location_at, asked);

            let debts: Vec<&Debt> = record.debts.iter().filter(|d| proposal.debts.contains(&d.key) && d.is_consumer_purpose).collect();
            let [debt] = debts[..] else { return Ok(()) };
            let one = |key: Key| {
                let other = record.debts.iter().find(|other| other.key == key);
                key == debt.key || (debt.serviced_as.is_some() && other.is_some_and(|other| other.serviced_as == debt.serviced_as))
            };
            let about = |keys: &[Key]| keys.iter().any(|key| one(*key));
            let raised = |c: &Contact| about(&c.debts) || about(c.discussed().unwrap_or_default());
            let mut attempts: Vec<i32> = ours.iter().filter(|c| is_placed(c) && raised(c)).map(|c| day(c)).collect();
            attempts.sort_unstable();
            let spoken = ours.iter().filter(|c| c.channel == Channel::Call && c.outcome == Some(Outcome::Conversation));
            let spoken = spoken.filter(|c| about(c.discussed().unwrap_or(&c.debts))).map(|c| day(c)).max();
            prop_assert_eq!(facts.debts.len(), 1);
            prop_assert_eq!(facts.debts[0].attempt_days.as_slice(), attempts);
            prop_assert_eq!(facts.debts[0].conversation_day, spoken);
        }
    }
}

//! What uses up the caps of states and cities, and whether electronic messages are agreed to.

use super::past::Past;
use crate::compliance::caps::{CAPS, Cap, CapCount, Jurisdiction, Reach, Unit};
use crate::compliance::hours::StateHours;
use crate::compliance::record::{Contact, Direction, Key, Keys, NoticeKind, Purpose, Standing};
use smallvec::SmallVec;

impl Past<'_> {
    /// One count for each cap that limits the proposal, and for each debt where debts are counted apart.
    pub(super) fn cap_counts(&self, standing: Standing, is_reply: bool) -> Vec<CapCount> {
        let contacts = self.with_household(standing);
        let mut counts = Vec::new();
        for cap in CAPS.iter().filter(|cap| self.is_bound_by(cap) && cap.reach().limits(self.proposal, is_reply)) {
            let used = self.used_up(&contacts, &cap.reach(), cap.unit);
            counts.extend(used.into_iter().map(|days| CapCount { cap: cap.id, days }));
        }
        counts
    }

    /// Contacts with whoever shares one count with the person, oldest first.
    pub(super) fn with_household(&self, standing: Standing) -> SmallVec<[&Contact; 8]> {
        let household = self.household(standing);
        let mut contacts: SmallVec<[&Contact; 8]> =
            self.record.contacts.iter().filter(|contact| contact.at <= self.proposal.at && household.contains(&contact.person)).collect();
        contacts.sort_by_key(|contact| contact.at);
        contacts
    }

    /// Days of the contacts that use a cap up: once for all debts, or for each of them where they are counted apart.
    pub(super) fn used_up(&self, contacts: &[&Contact], reach: &Reach, unit: Unit) -> SmallVec<[Vec<i32>; 1]> {
        let count = |debt: Option<Key>| {
            let about = |contact: &&&Contact| debt.is_none_or(|debt| contact.debts.contains(&debt) || discussed(contact).contains(&debt));
            let using = contacts.iter().filter(about).filter(|contact| reach.counts(contact, self.proposal));
            using.map(|contact| self.days.of(contact.at)).collect()
        };
        match unit {
            Unit::Person => [count(None)].into(),
            Unit::Debt => self.consumer_debts().map(|debt| count(Some(debt))).collect(),
        }
    }

    /// The places whose own hours bind on the proposal.
    pub(super) fn hours_of(&self) -> Vec<Jurisdiction> {
        let binds = |place: &Jurisdiction| StateHours::of(*place).is_some_and(|hours| hours.limits(self.proposal, self.record.role));
        self.record.consumer.jurisdictions.iter().copied().filter(binds).collect()
    }

    /// Days of the electronic messages that we sent this person in the week before an electronic one, oldest first. Answers, and what
    /// the law asks for, are not ours to choose.
    pub(super) fn electronic_days(&self) -> Vec<i32> {
        if !self.proposal.channel.is_electronic() {
            return Vec::new();
        }
        let first = self.days.of(self.proposal.at) - 6;
        let ours = self.contacts().filter(|contact| {
            contact.is_ours
                && contact.direction == Direction::Out
                && contact.channel.is_electronic()
                && contact.in_response_to().is_none()
                && !contact.purpose.is_owed()
        });
        let mut sent: Vec<i32> = ours.map(|contact| self.days.of(contact.at)).filter(|day| *day >= first).collect();
        sent.sort_unstable();
        sent
    }

    /// Whether an electronic message lacks the consent that the District of Columbia asks for; to ask for it needs none.
    pub(super) fn lacks_electronic_consent(&self) -> bool {
        let needs = self.record.consumer.jurisdictions.contains(&Jurisdiction::DistrictOfColumbia)
            && self.proposal.channel.is_electronic()
            && self.proposal.purpose != Purpose::AskElectronicConsent;
        let consented = |debt: Key| {
            self.notices()
                .any(|notice| notice.kind == NoticeKind::ElectronicConsent && notice.person == self.person && notice.debts.contains(&debt))
        };
        needs && !self.consumer_debts().all(consented)
    }

    /// The caps speak of the debtor on a consumer debt: the consumer, those who count as the consumer, a co-debtor.
    pub(super) fn has_caps(&self, standing: Standing) -> bool {
        !self.record.consumer.jurisdictions.is_empty() && self.concerns_their_debts(standing)
    }

    /// Whether somebody who owes is to be reached about a consumer debt.
    pub(super) fn concerns_their_debts(&self, standing: Standing) -> bool {
        matches!(standing, Standing::Consumer | Standing::CountsAsConsumer | Standing::CoDebtor) && self.concerns_consumer_debts()
    }

    fn is_bound_by(&self, cap: &Cap) -> bool {
        self.record.consumer.jurisdictions.contains(&cap.jurisdiction) && cap.roles.contains(&self.record.role)
    }

    /// Who shares one count: the consumer and those who count as the consumer; a co-debtor has one of their own.
    fn household(&self, standing: Standing) -> Keys {
        if standing == Standing::CoDebtor {
            return [self.person].into();
        }
        let counting = self.record.persons.iter().filter(|person| person.standing == Standing::CountsAsConsumer);
        std::iter::once(self.record.consumer.key).chain(counting.map(|person| person.key)).collect()
    }
}

fn discussed(contact: &Contact) -> &[Key] {
    contact.discussed().unwrap_or_default()
}

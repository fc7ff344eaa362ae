//! Which rules are asked: those that the facts at hand could give something to say.
//!
//! Most contacts are about people with little on record. [`Topic`] names what there can be, facts say which topics they
//! touch ([`Facts::topics`](super::facts::Facts::topics)), and [`OPENED_BY`] says which topics give a rule anything to say. From it
//! a [`Catalogue`](super::Catalogue) is compiled once: one word of bits per topic, a bit for each rule. A decision joins the words
//! of its topics and runs the rules whose bits are set.
//!
//! Always true: a rule that is not asked would have found nothing, at the moment of the facts and at any later one. A rule that the
//! table does not name is asked every time, so a new rule is right before it is fast.

use super::caps::Cap;
use super::facts::{BankruptcyFacts, Confirmation, ContactFacts};
use super::hours::StateHours;
use super::policy::ContactPolicy;
use super::record::{Care, Standing};
use super::rules::call_frequency::{BURST_SECONDS, CALLS_BEFORE_MANY};
use crate::decision::{Rule, Severity};
use crate::values::channel::Channel;

/// What there can be about an act that a rule may speak to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Topic {
    /// Touched by all facts: rules that name no topic are asked through it.
    Anything,
    PublicMessage,
    ThirdParty,
    Bankruptcy,
    Cease,
    Lawyer,
    Death,
    WrittenDispute,
    CreditorRequest,
    Threat,
    ProtectedHours,
    TimeWishes,
    ClosedPlaces,
    EmployerProhibits,
    ClosedChannel,
    BareMessage,
    EmployerAddress,
    Machine,
    Disclosure,
    CountedCall,
    Conversation,
    RecentCall,
    Caps,
    ElectronicConsent,
    Care,
    StateHours,
    Amended,
    /// Limits of a state that bind from a later day, or to one.
    DatedLimits,
    /// Consent to extra calls: while it lives, fewer count.
    CallConsent,
    /// The contact answers one of theirs.
    Reply,
    /// Touched by a policy that asks anything beyond the law, never by facts.
    Policy,
}

/// How many there are.
const TOPICS: usize = Topic::Policy as usize + 1;

/// A set of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topics(u32);

impl Default for Topics {
    fn default() -> Topics {
        Topics::ALL
    }
}

impl Topics {
    /// Every topic: all rules are asked. So it is with facts that were kept and are read again.
    pub const ALL: Topics = Topics((1 << TOPICS) - 1);

    /// None: what is decided by the law alone.
    pub const NONE: Topics = Topics(0);

    /// These and those.
    pub(super) const fn and(self, those: Topics) -> Topics {
        Topics(self.0 | those.0)
    }

    pub(super) const fn of(topics: &[Topic]) -> Topics {
        let mut bits = 0;
        let mut i = 0;
        while i < topics.len() {
            bits |= 1 << topics[i] as u32;
            i += 1;
        }
        Topics(bits)
    }

    /// Whether all of these are among those.
    pub(super) const fn are_among(self, those: Topics) -> bool {
        self.0 & !those.0 == 0
    }

    const fn has(self, topic: usize) -> bool {
        self.0 & (1 << topic) != 0
    }
}

/// What an act is decided under.
pub trait Policy {
    /// The topics that it touches: what it asks beyond the law.
    fn topics(&self) -> Topics;
}

impl Policy for () {
    fn topics(&self) -> Topics {
        Topics::NONE
    }
}

impl Policy for ContactPolicy {
    fn topics(&self) -> Topics {
        if self.is_the_law() { Topics::NONE } else { Topics::of(&[Topic::Policy]) }
    }
}

/// The topics of which one must be touched before a rule about contacts has anything to say, by the id of its card.
const OPENED_BY: [(&str, &[Topic]); 47] = [
    ("regf.electronic.social-media", &[Topic::PublicMessage]),
    ("regf.location-info", &[Topic::ThirdParty]),
    ("regf.third-party.disclosure", &[Topic::ThirdParty]),
    ("bankruptcy.stay", &[Topic::Bankruptcy]),
    ("bankruptcy.discharge", &[Topic::Bankruptcy]),
    ("regf.cease.written", &[Topic::Cease]),
    ("regf.attorney.represented", &[Topic::Lawyer]),
    ("regf.deceased.personal-representative", &[Topic::Death]),
    ("regf.dispute.written-stop", &[Topic::WrittenDispute]),
    ("regf.dispute.original-creditor", &[Topic::CreditorRequest]),
    ("regf.validation.overshadowing", &[Topic::Threat]),
    ("regf.time.hours", &[Topic::ProtectedHours]),
    ("regf.time.consumer-designated", &[Topic::TimeWishes]),
    ("regf.place.inconvenient", &[Topic::ClosedPlaces]),
    ("regf.place.employer-prohibits", &[Topic::EmployerProhibits]),
    ("regf.channel.opt-out", &[Topic::ClosedChannel]),
    ("regf.electronic.opt-out-notice", &[Topic::BareMessage]),
    ("regf.electronic.work-email", &[Topic::EmployerAddress]),
    ("tcpa.cell.consent", &[Topic::Machine]),
    ("tcpa.revocation", &[Topic::Machine]),
    ("tcpa.residential.prerecorded-limit", &[Topic::Machine]),
    ("regf.disclosure.mini-miranda", &[Topic::Disclosure]),
    ("regf.call-frequency.attempts", &[Topic::CountedCall]),
    ("regf.call-frequency.conversation", &[Topic::Conversation]),
    ("regf.call-frequency.pattern", &[Topic::RecentCall]),
    ("state.ma.call-cap", &[Topic::Caps]),
    ("state.dc.call-cap", &[Topic::Caps]),
    ("state.dc.electronic-cap", &[Topic::Caps, Topic::ElectronicConsent]),
    ("state.wa.contact-cap", &[Topic::Caps]),
    ("state.nyc.contact-cap", &[Topic::Caps]),
    ("state.nh.work-calls", &[Topic::Caps]),
    ("state.or.work-contact", &[Topic::Caps]),
    ("state.wv.call-cap", &[Topic::Caps]),
    ("state.fl.hours", &[Topic::StateHours]),
    ("state.ma.hours", &[Topic::StateHours]),
    ("state.wa.hours", &[Topic::StateHours]),
    ("state.amended.hours", &[Topic::Amended]),
    ("state.amended.contact-cap", &[Topic::Amended]),
    ("policy.hours", &[Topic::Policy]),
    ("policy.days-off", &[Topic::Policy]),
    ("policy.calls", &[Topic::Policy]),
    ("policy.messages", &[Topic::Policy]),
    ("policy.minor", &[Topic::Care]),
    ("policy.hardship-pause", &[Topic::Care]),
    ("policy.vulnerable", &[Topic::Care]),
    ("policy.incarcerated", &[Topic::Care]),
    ("policy.care-note", &[Topic::Care]),
];

/// For each topic the rules that it opens: bit `i` is the rule at place `i` of its catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    by: [u64; TOPICS],
    /// The topics that open any.
    any: Topics,
}

impl Opened {
    /// Compiles the table for the rules of a catalogue.
    pub(super) const fn compile<F, P>(rules: &[Rule<F, P>]) -> Opened {
        Opened::from_table(rules, &OPENED_BY)
    }

    /// Compiles a table for the rules of a catalogue: which rules each topic sets.
    pub(super) const fn from_table<F, P>(rules: &[Rule<F, P>], table: &[(&str, &[Topic])]) -> Opened {
        assert!(rules.len() <= 64, "a catalogue keeps a bit for each rule");
        let (mut opened, mut any) = ([0; TOPICS], Topics::NONE);
        let mut rule = 0;
        while rule < rules.len() {
            let topics = topics_of(table, rules[rule].card.id);
            any = any.and(topics);
            let mut topic = 0;
            while topic < TOPICS {
                if topics.has(topic) {
                    opened[topic] |= 1 << rule;
                }
                topic += 1;
            }
            rule += 1;
        }
        Opened { by: opened, any }
    }

    /// The rules that these topics open.
    pub(super) fn by(&self, topics: Topics) -> Asked {
        let mut rules = 0;
        let mut left = topics.0 & self.any.0;
        while left != 0 {
            rules |= self.by[left.trailing_zeros() as usize % TOPICS];
            left &= left - 1;
        }
        Asked(rules)
    }
}

/// The topics of a card's row; what has no row is set by anything.
const fn topics_of(table: &[(&str, &[Topic])], id: &str) -> Topics {
    let mut row = 0;
    while row < table.len() {
        if is_same(table[row].0, id) {
            return Topics::of(table[row].1);
        }
        row += 1;
    }
    Topics::of(&[Topic::Anything])
}

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// The places of the rules that are asked, in reading order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked(u64);

impl Asked {
    /// None.
    pub(super) const NONE: Asked = Asked(0);

    /// The rules of a catalogue of one severity.
    pub(super) const fn of_severity<F, P>(rules: &[Rule<F, P>], severity: Severity) -> Asked {
        let (mut places, mut rule) = (0, 0);
        while rule < rules.len() {
            if rules[rule].card.severity as u8 == severity as u8 {
                places |= 1 << rule;
            }
            rule += 1;
        }
        Asked(places)
    }

    /// The rules of a catalogue whose cards have one of these ids.
    pub(super) const fn named<F, P>(rules: &[Rule<F, P>], ids: &[&str]) -> Asked {
        let (mut places, mut rule) = (0, 0);
        while rule < rules.len() {
            let mut id = 0;
            while id < ids.len() {
                if is_same(rules[rule].card.id, ids[id]) {
                    places |= 1 << rule;
                }
                id += 1;
            }
            rule += 1;
        }
        Asked(places)
    }

    /// The one at a place.
    pub(super) const fn at(place: usize) -> Asked {
        Asked(1 << (place % 64))
    }

    /// So many of the first.
    pub(super) const fn first(count: usize) -> Asked {
        Asked((1 << count) - 1)
    }

    /// The first of these alone.
    pub(super) const fn earliest(self) -> Asked {
        Asked(self.0 & self.0.wrapping_neg())
    }

    /// These and those.
    pub(super) const fn and(self, those: Asked) -> Asked {
        Asked(self.0 | those.0)
    }

    /// Those of these that are among those.
    pub(super) const fn among(self, those: Asked) -> Asked {
        Asked(self.0 & those.0)
    }

    /// These but for those.
    pub(super) const fn without(self, those: Asked) -> Asked {
        Asked(self.0 & !those.0)
    }

    /// These where something holds, none where not.
    pub(super) const fn only_if(self, holds: bool) -> Asked {
        Asked(self.0 & (holds as u64).wrapping_neg())
    }

    /// Whether the one at a place is among these.
    pub(super) const fn has(self, place: usize) -> bool {
        self.0 & (1 << (place % 64)) != 0
    }

    /// Whether there are none.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Iterator for Asked {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let place = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        Some(place as usize)
    }
}

/// Seconds back to which a call can be one of the same day, on the longest day of a clock.
const A_DAY_AND_MORE: i64 = 26 * 3_600;

/// Days back to which a conversation can close the telephone, in whatever zone days are counted.
const A_WEEK_AND_MORE: i64 = 9;

impl ContactFacts {
    /// The topics they touch, now or at any later moment.
    pub(super) fn topics_touched(&self) -> Topics {
        let mut touched = Topics::of(&[Topic::Anything]);
        let mut touch = |topic: Topic, is_touched: bool| touched.0 |= u32::from(is_touched) << topic as u32;
        touch(Topic::PublicMessage, self.channel == Channel::SocialPublic);
        touch(Topic::ThirdParty, self.standing == Standing::ThirdParty);
        touch(Topic::Bankruptcy, self.bankruptcy != BankruptcyFacts::default());
        touch(Topic::Death, self.is_deceased);
        touch(Topic::ProtectedHours, self.has_protected_hours());
        touch(Topic::BareMessage, self.lacks_opt_out_notice);
        touch(Topic::EmployerAddress, self.is_employer_address_without_basis);
        touch(Topic::Care, self.care != Care::default() || self.paused_until_day.is_some());
        touch(Topic::Amended, !self.amended.is_empty());
        touch(Topic::Machine, self.machine.is_some());
        touch(Topic::Disclosure, self.disclosure.is_some());
        touch(Topic::Reply, self.reply.is_some());
        let counted = self.debts.as_slice();
        touch(Topic::CallConsent, counted.iter().any(|debt| debt.consent_until_day.is_some()));
        if self.regf_binds && self.channel.is_call() {
            touch(Topic::CountedCall, true);
            let spoke_after = || self.at.div_euclid(86_400) - A_WEEK_AND_MORE;
            touch(Topic::Conversation, counted.iter().any(|debt| debt.conversation_day.is_some_and(|on| i64::from(on) > spoke_after())));
            let calls = self.connected_calls.as_slice();
            let closest = calls.last().map_or(i64::MAX, |last| self.at - last);
            let can_be_many = calls.len() >= CALLS_BEFORE_MANY && closest < A_DAY_AND_MORE;
            touch(Topic::RecentCall, closest <= BURST_SECONDS || can_be_many);
        }
        touch(Topic::Cease, self.ceased_at.is_some());
        touch(Topic::Lawyer, self.attorney_at.is_some());
        touch(Topic::WrittenDispute, self.dispute.written_at.is_some());
        touch(Topic::CreditorRequest, self.dispute.creditor_request_at.is_some());
        touch(Topic::Threat, self.dispute.threat_until_day.is_some());
        touch(Topic::TimeWishes, !self.time_wishes.is_empty());
        touch(Topic::ClosedPlaces, !self.closed_places.is_empty());
        touch(Topic::EmployerProhibits, self.employer_prohibits.is_some());
        touch(Topic::ClosedChannel, !self.closures.is_empty() | (self.confirmation == Confirmation::Faulty));
        touch(Topic::ElectronicConsent, self.lacks_electronic_consent);
        if !self.caps.is_empty() || !self.hours_of.is_empty() {
            touch(Topic::Caps, !self.caps.is_empty());
            touch(Topic::StateHours, !self.hours_of.is_empty());
            let today = i32::try_from(self.at.div_euclid(86_400)).unwrap_or(0);
            let is_dated = |from: i32, until: Option<i32>| from >= today || until.is_some();
            let has_dated_cap = self.caps.iter().map(|count| Cap::of(count.cap)).any(|cap| is_dated(cap.in_force_from, cap.in_force_until));
            let mut hours = self.hours_of.iter().filter_map(|place| StateHours::of(*place));
            touch(Topic::DatedLimits, has_dated_cap || hours.any(|hours| is_dated(hours.in_force_from, hours.in_force_until)));
        }
        touched
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::CONTACT;
    use super::*;

    #[test]
    fn every_row_is_a_rule_and_what_has_no_row_is_always_asked() {
        for (id, _) in OPENED_BY {
            assert!(CONTACT.rules.iter().any(|rule| rule.card.id == id), "{id}");
        }
        let always = CONTACT.opened.by(Topics::of(&[Topic::Anything]));
        let named = |place: usize| OPENED_BY.iter().any(|(id, _)| *id == CONTACT.rules[place].card.id);
        assert!(always.clone().all(|place| !named(place)));
        assert_eq!(always.count() + OPENED_BY.len(), CONTACT.rules.len());
        assert!(CONTACT.opened.by(Topics::ALL).eq(0..CONTACT.rules.len()));
    }
}

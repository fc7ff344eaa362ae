//! Compliance: may we do this now, and if not, why, and when?
//!
//! A [`record::Record`] is what we know; a [`record::Proposal`] is one thing somebody wants to do at one moment.
//! [`facts::gather`] reads from the record what the rules may know, [`decide_contact`] runs every rule over it, and
//! the answer carries all the reasons at once, never one per retry. [`rules`] lists the rules in the order people read them.
//! What is not a contact (a report to a bureau, how a payment is laid, a fee, a suit, a sale, a deletion) has its own small facts and its own catalogue and is
//! decided by [`decide`] in the same way.
//!
//! Always true: a decision depends on its facts and its policy alone, so it can be made again years later;
//! policy can be stricter than the law and never looser; no switch skips a rule.

pub mod acts;
pub mod amendments;
pub mod asked;
pub mod caps;
pub mod columns;
pub mod consent;
pub mod editions;
pub mod facts;
pub mod handbook;
pub mod hours;
pub mod licenses;
pub mod limitation;
pub mod packs;
pub mod policy;
pub mod prepared;
pub mod readings;
pub mod record;
pub mod rules;
pub mod states;
pub mod status;
pub mod validation;

#[cfg(test)]
mod drawn;
#[cfg(test)]
mod monotony;
#[cfg(test)]
mod properties;

use crate::decision::{Answer, Decision, Detail, Finding, Instant, NEVER, Reason, Rule, RuleCard, Severity};
use asked::{Asked, Opened, Policy};
use columns::KEEPING_HOURS;
use facts::{
    BasisFacts, ContactFacts, DebitFacts, DeletionFacts, DeliveryFacts, DepositFacts, Facts, FeeFacts, FurnishFacts, InterestFacts,
    JudgmentFacts, MessageFacts, NoticeFacts, PaymentFacts, PeriodFacts, SuitFacts, TransferFacts,
};
use jiff::Timestamp;
use policy::ContactPolicy;
use prepared::{EASING, Prepared};

/// The version of the rules in this program; kept with every decision.
pub const RULE_SET: &str = "us-2026.11.6";

/// How far ahead the next allowed moment is looked for.
pub const HORIZON_DAYS: i64 = 60;

/// Moments are looked for on quarter-hours.
const QUARTER: i64 = 900;

/// A rule about contacts.
pub type ContactRule = Rule<ContactFacts, ContactPolicy>;
/// A rule about reports to a bureau.
pub type FurnishRule = Rule<FurnishFacts, ()>;
/// A rule about how a payment is laid on debts.
pub type PaymentRule = Rule<PaymentFacts, ()>;
/// A rule about the end that a validation notice states.
pub type PeriodRule = Rule<PeriodFacts, ()>;
/// A rule about the day on which a validation notice goes out.
pub type NoticeRule = Rule<NoticeFacts, ()>;
/// A rule about suits and threats of suit.
pub type SuitRule = Rule<SuitFacts, ()>;
/// A rule about required disclosures that go electronically.
pub type DeliveryRule = Rule<DeliveryFacts, ()>;
/// A rule about what a limited-content message may say.
pub type MessageRule = Rule<MessageFacts, ()>;
/// A rule about how we came to an address or number for messages.
pub type BasisRule = Rule<BasisFacts, ()>;
/// A rule about a fee that would be added.
pub type FeeRule = Rule<FeeFacts, ()>;
/// A rule about interest at a rate.
pub type InterestRule = Rule<InterestFacts, ()>;
/// A rule about depositing a postdated instrument.
pub type DepositRule = Rule<DepositFacts, ()>;
/// A rule about one debit of a series authorized ahead.
pub type DebitRule = Rule<DebitFacts, ()>;
/// A rule about asking for judgment by default.
pub type JudgmentRule = Rule<JudgmentFacts, ()>;
/// A rule about passing debts on.
pub type TransferRule = Rule<TransferFacts, ()>;
/// A rule about deleting a record.
pub type DeletionRule = Rule<DeletionFacts, ()>;

/// The rules about one kind of act, in reading order. The first of them may be exclusive: an act that is wrong in its kind gets
/// that one reason alone.
pub struct Catalogue<F: 'static, P: 'static> {
    /// The rules.
    pub rules: &'static [Rule<F, P>],
    /// How many of the first speak alone.
    pub exclusive: usize,
    /// Which of them are asked, by what the facts touch.
    opened: Opened,
    /// Which of them may come back or hang on the hour, by what the facts touch.
    upset: Opened,
    /// Which of them keep hours of the day.
    hours: Asked,
    /// Which of them only warn.
    warnings: Asked,
    /// Which of them nobody can override.
    blocks: Asked,
}

impl<F, P> Catalogue<F, P> {
    /// Compiles rules in reading order, of which so many of the first speak alone.
    pub const fn of(rules: &'static [Rule<F, P>], exclusive: usize) -> Catalogue<F, P> {
        let (opened, upset) = (Opened::compile(rules), Opened::from_table(rules, &EASING));
        let hours = Asked::named(rules, &KEEPING_HOURS);
        let (warnings, blocks) = (Asked::of_severity(rules, Severity::Warn), Asked::of_severity(rules, Severity::Block));
        Catalogue { rules, exclusive, opened, upset, hours, warnings, blocks }
    }
}

/// Decides one contact: by every rule, so the officer sees all the reasons at once.
pub fn decide_contact(facts: &ContactFacts, policy: &ContactPolicy) -> Decision {
    Prepared::of(facts, policy).decide(facts.at).read()
}

/// Decides one act by the rules of its kind: every rule that its facts could give something to say (see [`asked`]).
///
/// The next allowed moment is the first quarter-hour at or after the proposal's at which nothing stands in the way
/// with no new facts; `None` within [`HORIZON_DAYS`] if there is none.
pub fn decide<F: Facts, P: Policy>(catalogue: &Catalogue<F, P>, facts: &F, policy: &P) -> Decision {
    decide_among(catalogue, catalogue.opened.by(facts.topics().and(policy.topics())), facts, policy)
}

fn decide_among<F: Facts, P>(catalogue: &Catalogue<F, P>, asked: Asked, facts: &F, policy: &P) -> Decision {
    let mut decision = Decision::yes();
    let now = facts.instant(facts.at());
    let until = each_finding(catalogue, asked, facts, policy, now, |place, finding| {
        let rule = &catalogue.rules[place];
        let reason = Reason { rule: &rule.card, detail: finding.detail };
        match rule.card.severity {
            Severity::Warn => decision.warnings.push(reason),
            _ => decision.because.push(reason),
        }
    });
    if !decision.because.is_empty() {
        decision.answer = Decision::answer_of(&decision.because);
        decision.next_allowed_at = next_allowed(catalogue, asked, facts, policy, until);
    }
    decision
}

/// The bare question: does nothing stand in the way? The floor against which [`decide_contact`] is measured.
pub fn may_contact(facts: &ContactFacts, policy: &ContactPolicy) -> bool {
    let asked = rules::CONTACT.opened.by(facts.topics().and(policy.topics())).without(rules::CONTACT.warnings);
    let now = facts.instant(facts.at);
    asked
        .map(|place| &rules::CONTACT.rules[place])
        .all(|rule| !rule.card.is_in_force(now.day) || (rule.check)(facts, policy, now).is_none())
}

/// How one rule stands to facts.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It binds from a later day, or its last day is over.
    NotInForce,
    /// Asked, and it found nothing.
    Content,
    /// What it found.
    Found(Detail),
    /// Not asked: a rule before it speaks alone.
    NotAsked,
}

/// Every rule of a catalogue in reading order, with what it says of the facts at their own moment.
pub fn trace<F: Facts, P>(catalogue: &Catalogue<F, P>, facts: &F, policy: &P) -> Vec<(&'static RuleCard, Verdict)> {
    let now = facts.instant(facts.at());
    let mut is_over = false;
    let rules = catalogue.rules.iter().enumerate();
    rules
        .map(|(i, rule)| {
            if is_over {
                return (&rule.card, Verdict::NotAsked);
            }
            if !rule.card.is_in_force(now.day) {
                return (&rule.card, Verdict::NotInForce);
            }
            let found = (rule.check)(facts, policy, now);
            is_over = found.is_some() && i < catalogue.exclusive;
            (&rule.card, found.map_or(Verdict::Content, |finding| Verdict::Found(finding.detail)))
        })
        .collect()
}

/// Runs the rules in order and returns the second before which they cannot all be content; 0 when they are.
fn each_finding<F: Facts, P>(
    catalogue: &Catalogue<F, P>,
    asked: Asked,
    facts: &F,
    policy: &P,
    now: Instant,
    mut take: impl FnMut(usize, Finding),
) -> i64 {
    let mut until = 0;
    for place in asked {
        let rule = &catalogue.rules[place];
        if !rule.card.is_in_force(now.day) {
            continue;
        }
        if let Some(finding) = (rule.check)(facts, policy, now) {
            if rule.card.severity != Severity::Warn {
                // What it found stands in nobody's way after its last day.
                let over = rule.card.in_force_to.map_or(NEVER, |last| facts.day_clock().instant(last + 1, 0));
                until = until.max(finding.until.min(over));
            }
            take(place, finding);
            if place < catalogue.exclusive {
                return until;
            }
        }
    }
    until
}

/// Leaps from one bound to the next until the rules are content or the horizon is reached.
fn next_allowed<F: Facts, P>(catalogue: &Catalogue<F, P>, asked: Asked, facts: &F, policy: &P, first_bound: i64) -> Option<Timestamp> {
    let horizon = facts.at() + HORIZON_DAYS * 86_400;
    let asked = asked.without(catalogue.warnings);
    let mut bound = first_bound;
    while bound != NEVER {
        let at = bound + (-bound).rem_euclid(QUARTER);
        if at > horizon {
            return None;
        }
        bound = each_finding(catalogue, asked, facts, policy, facts.instant(at), |_, _| ());
        if bound == 0 {
            return Timestamp::from_second(at).ok();
        }
        // A bound that does not move on would be a rule's mistake; a quarter-hour always does.
        bound = bound.max(at.saturating_add(1));
    }
    None
}

/// Up to which second a contact that is allowed now stays allowed today, for "allowed until 20:00".
///
/// Looks ahead in quarter-hours to the end of the consumer's day; counts and windows are asked like any other moment.
pub fn allowed_until(facts: &ContactFacts, policy: &ContactPolicy) -> Option<Timestamp> {
    let prepared = Prepared::of(facts, policy);
    if !prepared.is_open(facts.at) {
        return None;
    }
    let day = facts.instant(facts.at).day;
    let mut at = facts.at;
    loop {
        at += 1 + (-(at + 1)).rem_euclid(QUARTER);
        if facts.instant(at).day != day || !prepared.is_open(at) {
            return Timestamp::from_second(at).ok();
        }
    }
}

/// What the answer is called in files: `true`, `false` or `presumed_violation` (see `regulation/cases/README.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Allowed.
    Yes,
    /// Refused.
    No,
    /// Refused by rebuttable presumptions alone.
    PresumedViolation,
}

impl Allowed {
    /// Reads it off a decision.
    pub fn of(decision: &Decision) -> Allowed {
        match decision.answer {
            Answer::Yes => Allowed::Yes,
            _ if decision.is_presumption_only() => Allowed::PresumedViolation,
            _ => Allowed::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::record::{Proposal, Purpose};
    use super::rules::proposal_tests::{DEBT, consumer_in};
    use super::*;
    use crate::values::channel::Channel;

    #[test]
    fn a_trace_says_what_the_decision_says_and_names_every_rule() {
        let record = consumer_in(&["America/New_York"]);
        for (at, channel, purpose) in [
            ("2026-05-06T03:00:00-04:00", Channel::Call, Purpose::Collection),
            ("2026-05-06T11:00:00-04:00", Channel::Call, Purpose::Collection),
            ("2026-05-06T11:00:00-04:00", Channel::Text, Purpose::LocationInformation),
            ("2021-05-06T03:00:00-04:00", Channel::Call, Purpose::Collection),
        ] {
            let proposal = Proposal { purpose, ..Proposal::of(at.parse().unwrap(), channel, record.consumer.key, vec![DEBT]) };
            let facts = facts::gather(&record, &proposal);
            let decision = decide_contact(&facts, &ContactPolicy::LAW);
            let traced = trace(&rules::CONTACT, &facts, &ContactPolicy::LAW);
            assert_eq!(traced.len(), rules::CONTACT.rules.len());
            let found = traced.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Found(_))).map(|(card, _)| card.id);
            let mut said: Vec<&str> = decision.because.iter().chain(&decision.warnings).map(|reason| reason.rule.id).collect();
            let mut found: Vec<&str> = found.collect();
            said.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, said, "{at} {channel}");
        }
    }

    const ENDING: ContactRule = Rule {
        card: RuleCard {
            id: "test.ending",
            cite: "none",
            in_force_from: crate::decision::day(2026, 5, 5),
            in_force_to: Some(crate::decision::day(2026, 5, 6)),
            jurisdiction: "nowhere",
            severity: Severity::Block,
            plain: "It stands in every way on two days.",
            instead: "It ends by itself.",
        },
        check: |_, _, _| Some(Finding::lasting(Detail::Plain)),
    };

    #[test]
    fn a_rule_past_its_last_day_is_not_asked_and_its_end_opens_the_door() {
        static RULES: [ContactRule; 1] = [ENDING];
        static CATALOGUE: Catalogue<ContactFacts, ContactPolicy> = Catalogue::of(&RULES, 0);
        let record = consumer_in(&["America/New_York"]);
        let midnight = Some("2026-05-07T00:00:00-04:00".parse().unwrap());
        //   at                           asked, next
        for (at, is_asked, next) in [
            ("2026-05-04T23:59:59-04:00", false, None),
            ("2026-05-05T00:00:00-04:00", true, midnight),
            ("2026-05-06T23:59:59-04:00", true, midnight),
            ("2026-05-07T00:00:00-04:00", false, None),
        ] {
            let proposal = Proposal::of(at.parse().unwrap(), Channel::Letter, record.consumer.key, vec![DEBT]);
            let facts = facts::gather(&record, &proposal);
            let decision = decide(&CATALOGUE, &facts, &ContactPolicy::LAW);
            assert_eq!((!decision.because.is_empty(), decision.next_allowed_at), (is_asked, next), "{at}");
            let verdict = &trace(&CATALOGUE, &facts, &ContactPolicy::LAW)[0].1;
            assert_eq!(*verdict == Verdict::NotInForce, !is_asked, "{at}");
        }
        assert_eq!(ENDING.card.in_force(), "from Tue 5 May 2026 to Wed 6 May 2026");
        assert!(CATALOGUE.rules[0].card.is_over(crate::decision::day(2026, 5, 7)));
    }
}

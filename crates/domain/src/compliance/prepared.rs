//! Facts prepared for decisions: what the rules say of one contact, worked out once and asked at any moment from theirs on.
//!
//! Most rules say the same at every hour. [`Prepared::of`] asks each rule once and keeps its word as a bit: it *stops* whatever the
//! moment, or it *waits* to a second and is content from then on, or it keeps *hours* of the day. What cannot be told ahead (a wish
//! about time, an answer to somebody, what binds from a later day) is asked at each moment as before. [`Prepared::decide`] then
//! compares a few numbers; the numbers behind a reason are made when somebody reads them.
//!
//! Always true: the answer is the one that asking every rule gives, at every moment from that of the facts on. A rule that
//! [`EASING`] does not name is asked each time, so a new rule is right before it is fast.

use super::asked::{Asked, Policy, Topic};
use super::columns::hours_of;
use super::facts::{ContactFacts, Facts};
use super::policy::ContactPolicy;
use super::{Catalogue, HORIZON_DAYS, QUARTER, each_finding};
use crate::decision::{Answer, Decision, Detail, NEVER, Reason, RuleCard};
use crate::values::clock::Clock;
use jiff::Timestamp;

/// The rules that only ever ease: one that finds something does so up to its finding's end and never again, one that finds nothing
/// never will, and one that keeps hours keeps the same ones. With each the topics under which that is not so.
pub(super) const EASING: [(&str, &[Topic]); 38] = [
    ("regf.electronic.social-media", &[]),
    ("regf.location-info", &[]),
    ("regf.third-party.disclosure", &[]),
    ("bankruptcy.stay", &[]),
    ("bankruptcy.discharge", &[]),
    ("regf.cease.written", &[]),
    ("regf.attorney.represented", &[]),
    ("regf.deceased.personal-representative", &[]),
    ("regf.dispute.written-stop", &[]),
    ("regf.dispute.original-creditor", &[]),
    ("regf.validation.overshadowing", &[]),
    ("regf.time.hours", &[Topic::TimeWishes, Topic::Reply]),
    ("regf.place.inconvenient", &[]),
    ("regf.place.employer-prohibits", &[]),
    ("regf.channel.opt-out", &[]),
    ("regf.electronic.opt-out-notice", &[]),
    ("regf.electronic.work-email", &[]),
    ("regf.disclosure.mini-miranda", &[]),
    ("regf.call-frequency.attempts", &[Topic::CallConsent]),
    ("regf.call-frequency.conversation", &[Topic::CallConsent]),
    ("regf.call-frequency.pattern", &[]),
    ("state.ma.call-cap", &[Topic::DatedLimits, Topic::Amended]),
    ("state.dc.call-cap", &[Topic::DatedLimits, Topic::Amended]),
    ("state.dc.electronic-cap", &[Topic::DatedLimits, Topic::Amended]),
    ("state.wa.contact-cap", &[Topic::DatedLimits, Topic::Amended]),
    ("state.nyc.contact-cap", &[Topic::DatedLimits, Topic::Amended]),
    ("state.nh.work-calls", &[Topic::DatedLimits, Topic::Amended]),
    ("state.or.work-contact", &[Topic::DatedLimits, Topic::Amended]),
    ("state.wv.call-cap", &[Topic::DatedLimits, Topic::Amended]),
    ("state.fl.hours", &[Topic::DatedLimits, Topic::Amended, Topic::TimeWishes, Topic::Reply]),
    ("state.ma.hours", &[Topic::DatedLimits, Topic::Amended, Topic::TimeWishes, Topic::Reply]),
    ("state.wa.hours", &[Topic::DatedLimits, Topic::Amended, Topic::TimeWishes, Topic::Reply]),
    ("policy.hours", &[Topic::TimeWishes, Topic::Reply]),
    ("policy.minor", &[]),
    ("policy.hardship-pause", &[Topic::Reply]),
    ("policy.vulnerable", &[]),
    ("policy.incarcerated", &[]),
    ("policy.care-note", &[]),
];

/// Seconds of a day whose clock does not change.
const DAY: i64 = 86_400;

/// How many rules can wait, and how many keep hours, before the rest are asked each time.
const WAITS: usize = 4;
const HOURS: usize = 3;

/// One contact's facts under one policy, prepared.
pub struct Prepared<'f> {
    catalogue: &'f Catalogue<ContactFacts, ContactPolicy>,
    facts: &'f ContactFacts,
    policy: &'f ContactPolicy,
    /// The moment of the facts.
    at: i64,
    /// What these say of the contact whatever the moment, warnings too.
    stops: Asked,
    /// These are asked at each moment.
    asked: Asked,
    /// Up to which second the hours hold: then a clock changes, and every rule is asked.
    until: i64,
    /// Rules that wait up to a second.
    waits: [i64; WAITS],
    /// Hours in seconds from UTC's midnight: when they begin, and how long they are open.
    hours: [(u32, u32); HOURS],
    /// The places of the rules that wait, and of those that keep hours.
    places: ([u8; WAITS], [u8; HOURS]),
    /// How many of each there are.
    counts: (u8, u8),
}

impl<'f> Prepared<'f> {
    /// Asks the rules about contacts once.
    pub fn of(facts: &'f ContactFacts, policy: &'f ContactPolicy) -> Prepared<'f> {
        Prepared::by(&super::rules::CONTACT, facts, policy)
    }

    /// Asks the rules of another catalogue about contacts once.
    pub fn by(catalogue: &'f Catalogue<ContactFacts, ContactPolicy>, facts: &'f ContactFacts, policy: &'f ContactPolicy) -> Prepared<'f> {
        let topics = facts.topics().and(policy.topics());
        let opened = catalogue.opened.by(topics);
        let asked = opened.among(catalogue.upset.by(topics));
        let (waits, hours, places) = ([i64::MIN; WAITS], [(0, 0); HOURS], Default::default());
        let (stops, until, counts) = (Asked::NONE, NEVER, (0, 0));
        let mut prepared = Prepared { catalogue, facts, policy, at: facts.at, stops, asked, until, waits, hours, places, counts };
        let now = facts.instant(facts.at);
        for place in opened.without(asked) {
            let rule = &catalogue.rules[place];
            let is_told = rule.card.in_force_from <= now.day
                && rule.card.in_force_to.is_none()
                && match catalogue.hours.has(place).then(|| hours_of(rule.card.id, facts, policy)).flatten() {
                    Some(hours) => hours.is_none_or(|(opens, closes)| prepared.keeps_hours(place, opens, closes)),
                    None => (rule.check)(facts, policy, now).is_none_or(|finding| prepared.waits(place, finding.until)),
                };
            if !is_told {
                prepared.asked = prepared.asked.and(Asked::at(place));
            }
        }
        prepared
    }

    /// The moment of the facts: from it on it can be asked.
    pub fn at(&self) -> i64 {
        self.at
    }

    /// Keeps that a rule refuses up to a second, if there is room.
    fn waits(&mut self, place: usize, until: i64) -> bool {
        if until == NEVER {
            self.stops = self.stops.and(Asked::at(place));
            return true;
        }
        let nth = usize::from(self.counts.0);
        if nth == WAITS {
            return false;
        }
        (self.waits[nth], self.places.0[nth]) = (until, place as u8);
        self.counts.0 += 1;
        true
    }

    /// Keeps the hours of a rule, in minutes of the day on every clock, if they are one piece of UTC's day and there is room.
    fn keeps_hours(&mut self, place: usize, opens: u16, closes: u16) -> bool {
        let nth = usize::from(self.counts.1);
        let Some(open) = common_hours(&self.facts.clocks, self.facts.at, opens, closes).filter(|_| nth < HOURS) else { return false };
        (self.hours[nth], self.places.1[nth]) = (open, place as u8);
        self.counts.1 += 1;
        self.until = self.facts.clocks.iter().map(|clock| clock.next_change(self.facts.at)).fold(self.until, i64::min);
        true
    }

    /// Decides at a moment no earlier than that of the facts.
    pub fn decide(&self, at: i64) -> Decided<'_, 'f> {
        let (mut found, until) = self.found(at);
        let alone = found.among(Asked::first(self.catalogue.exclusive));
        if !alone.is_empty() {
            found = alone.earliest();
        }
        let because = found.without(self.catalogue.warnings);
        let next_allowed_at = if because.is_empty() { None } else { self.next_allowed(at, until) };
        Decided { prepared: self, at, found, next_allowed_at }
    }

    /// Which rules find something at a moment, and the second before which those that refuse cannot all be content; 0 when they are.
    fn found(&self, at: i64) -> (Asked, i64) {
        if at >= self.until {
            return self.ask(self.catalogue.opened.by(self.facts.topics().and(self.policy.topics())), at);
        }
        let (mut found, mut until) = (self.stops, 0);
        if !self.stops.without(self.catalogue.warnings).is_empty() {
            until = NEVER;
        }
        for nth in 0..usize::from(self.counts.0) {
            let waits = Asked::at(usize::from(self.places.0[nth])).only_if(at < self.waits[nth]);
            found = found.and(waits);
            // What only warns bounds nothing.
            until = until.max(if waits.without(self.catalogue.warnings).is_empty() { 0 } else { self.waits[nth] });
        }
        for nth in 0..usize::from(self.counts.1) {
            let (opens, open_for) = self.hours[nth];
            let since = (at - i64::from(opens)).rem_euclid(DAY);
            let is_closed = since >= i64::from(open_for);
            found = found.and(Asked::at(usize::from(self.places.1[nth])).only_if(is_closed));
            until = until.max(if is_closed { (at + DAY - since).min(self.until) } else { 0 });
        }
        if self.asked.is_empty() {
            return (found, until);
        }
        let (others, later) = self.ask(self.asked, at);
        (found.and(others), until.max(later))
    }

    /// The same, by asking some rules.
    fn ask(&self, asked: Asked, at: i64) -> (Asked, i64) {
        let mut found = Asked::NONE;
        let until = each_finding(self.catalogue, asked, self.facts, self.policy, self.facts.instant(at), |place, _| {
            found = found.and(Asked::at(place));
        });
        (found, until)
    }

    /// Leaps from one bound to the next until the rules are content or the horizon is reached.
    fn next_allowed(&self, from: i64, first_bound: i64) -> Option<i64> {
        let mut bound = first_bound;
        while bound != NEVER {
            let at = bound + (-bound).rem_euclid(QUARTER);
            if at > from + HORIZON_DAYS * DAY {
                return None;
            }
            bound = self.found(at).1;
            if bound == 0 {
                return Some(at);
            }
            // A bound that does not move on would be a rule's mistake; a quarter-hour always does.
            bound = bound.max(at.saturating_add(1));
        }
        None
    }

    /// Whether nothing stands in the way at a moment.
    pub(super) fn is_open(&self, at: i64) -> bool {
        self.found(at).1 == 0
    }
}

/// One decision, its reasons named; the numbers behind them are made when they are read.
#[derive(Clone, Copy)]
pub struct Decided<'p, 'f> {
    prepared: &'p Prepared<'f>,
    at: i64,
    found: Asked,
    next_allowed_at: Option<i64>,
}

impl Decided<'_, '_> {
    /// Yes, a supervisor's matter, or no: the strictest reason wins.
    pub fn answer(&self) -> Answer {
        let catalogue = self.prepared.catalogue;
        if !self.found.among(catalogue.blocks).is_empty() {
            Answer::No
        } else if self.found.without(catalogue.warnings).is_empty() {
            Answer::Yes
        } else {
            Answer::NeedsSupervisor
        }
    }

    /// When the same would be allowed with no new facts, as [`Decision::next_allowed_at`].
    pub fn next_allowed_at(&self) -> Option<Timestamp> {
        self.next_allowed_at.and_then(|at| Timestamp::from_second(at).ok())
    }

    /// The cards of the rules that stand in the way, with their citations, in the order people read them.
    pub fn because(&self) -> impl Iterator<Item = &'static RuleCard> {
        let catalogue = self.prepared.catalogue;
        self.found.without(catalogue.warnings).map(|place| &catalogue.rules[place].card)
    }

    /// The whole decision, with the numbers behind every reason.
    pub fn read(&self) -> Decision {
        let Prepared { catalogue, facts, policy, .. } = *self.prepared;
        let now = facts.instant(self.at);
        let reason = |place: usize| {
            let rule = &catalogue.rules[place];
            // What was found is found again; were it not, the reason would stand without its numbers.
            let detail = (rule.check)(facts, policy, now).map_or(Detail::Plain, |finding| finding.detail);
            Reason { rule: &rule.card, detail }
        };
        Decision {
            answer: self.answer(),
            next_allowed_at: self.next_allowed_at(),
            because: self.found.without(catalogue.warnings).map(reason).collect(),
            warnings: self.found.among(catalogue.warnings).map(reason).collect(),
        }
    }
}

/// The seconds of UTC's day, as beginning and length, in which it is between two minutes of the day on every clock, with the offsets
/// of a moment; `None` where they are not one piece.
fn common_hours(clocks: &[Clock], at: i64, opens: u16, closes: u16) -> Option<(u32, u32)> {
    let day = DAY as i32;
    let length = (i32::from(closes) - i32::from(opens)) * 60;
    let begin = |clock: &Clock| (i32::from(opens) * 60 - clock.offset(at) as i32).rem_euclid(day);
    let (mut begins, mut open_for) = (begin(clocks.first()?), length);
    for clock in &clocks[1..] {
        // When the next clock opens, counted from when the hours so far begin.
        let opens = begin(clock) - begins;
        let opens = if opens < 0 { opens + day } else { opens };
        let of_today = (open_for.min(opens + length) - opens).max(0);
        let of_yesterday = open_for.min(opens + length - day).max(0);
        match (of_today, of_yesterday) {
            (today, 0) if today > 0 => (begins, open_for) = ((begins + opens) % day, today),
            (0, yesterday) if yesterday > 0 => open_for = yesterday,
            _ => return None,
        }
    }
    Some((begins as u32, open_for as u32))
}

#[cfg(test)]
mod tests {
    use super::super::asked::Topics;
    use super::super::decide_among;
    use super::super::drawn::{policy, proposal, record};
    use super::super::facts::gather;
    use super::super::record::{Preference, Proposal, Record};
    use super::super::rules::CONTACT;
    use super::*;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    /// The same so many days later.
    fn moved(mut record: Record, mut proposal: Proposal, days: i64) -> (Record, Proposal) {
        let later = |at: &mut Timestamp| *at += SignedDuration::from_hours(24 * days);
        let told = |wish: &mut Preference| {
            later(&mut wish.at);
            wish.until.iter_mut().for_each(later);
        };
        record.contacts.iter_mut().for_each(|contact| later(&mut contact.at));
        record.notices.iter_mut().for_each(|notice| later(&mut notice.at));
        record.consumer.preferences.iter_mut().for_each(told);
        record.persons.iter_mut().flat_map(|person| &mut person.preferences).for_each(told);
        later(&mut proposal.at);
        (record, proposal)
    }

    proptest! {
        #[test]
        fn prepared_facts_say_at_any_later_moment_what_every_rule_says(
            record in record(), proposal in proposal(), policy in policy(),
            days in 0..300i64, seconds in prop::collection::vec(prop_oneof![0..10 * 86_400i64, 0..90 * 86_400i64], 4),
        ) {
            // Within these days rules begin to bind and clocks change.
            let (record, proposal) = moved(record, proposal, days);
            let facts = gather(&record, &proposal);
            let prepared = Prepared::of(&facts, &policy);
            for second in seconds.into_iter().chain([0]) {
                let mut later = facts.clone();
                later.at += second;
                let expected = decide_among(&CONTACT, CONTACT.opened.by(Topics::ALL), &later, &policy);
                prop_assert_eq!(prepared.decide(later.at).read(), expected, "{} seconds later", second);
            }
        }
    }

    #[test]
    fn most_is_told_ahead() {
        use proptest::strategy::ValueTree;
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let drawn = (0..2_000).map(|_| (record(), proposal()).new_tree(&mut runner).unwrap().current());
        let told = drawn.filter(|(record, proposal)| {
            let facts = gather(record, &Proposal::of(proposal.at, proposal.channel, proposal.person, proposal.debts.clone()));
            Prepared::of(&facts, &ContactPolicy::LAW).asked.is_empty()
        });
        assert!(told.count() > 600);
    }

    #[test]
    fn hours_on_several_clocks_are_those_in_which_all_are_open() {
        let at: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let clock = |zone: &&str| Clock::of(zone, at).unwrap();
        //   clocks                                            opens, in UTC, for so many minutes
        for (zones, expected) in [
            (&["America/New_York"][..], Some((13 * 60, 13 * 60))),
            (&["America/New_York", "America/Los_Angeles"], Some((16 * 60, 10 * 60))),
            (&["America/Los_Angeles", "America/New_York"], Some((16 * 60, 10 * 60))),
            (&["America/New_York", "Pacific/Honolulu", "America/Chicago"], Some((18 * 60, 8 * 60))),
            // Tokyo is open from 23:00 to 12:00, London from 8:00 to 21:00.
            (&["Europe/London", "Asia/Tokyo"], Some((8 * 60, 4 * 60))),
            // Kiritimati is open from 18:00 to 7:00, Honolulu from 18:00 to 7:00 a day later.
            (&["Pacific/Honolulu", "Pacific/Kiritimati"], Some((18 * 60, 13 * 60))),
            // Bangkok is open from 1:00 to 14:00: the last hour of New York's day, and the first.
            (&["America/New_York", "Asia/Bangkok"], None),
            (&[], None),
        ] {
            let clocks: Vec<Clock> = zones.iter().map(clock).collect();
            let found = common_hours(&clocks, at.as_second(), 480, 1260).map(|(opens, open_for)| (opens / 60, open_for / 60));
            assert_eq!(found, expected, "{zones:?}");
        }
    }
}

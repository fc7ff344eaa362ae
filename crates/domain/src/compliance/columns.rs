//! Calls to whole portfolios: which of many people may be called at one minute of a day.
//!
//! [`Columns`] keeps seven bytes for each person: the minutes between which every clock is open, the attempts in the run of days,
//! the days since we spoke, and the stops. One pass over the columns answers for all of them, many to an instruction.
//! It is no second gate: a row is filled by asking the rules of the gate themselves, an act is still decided by
//! [`super::decide_contact`], and whoever has something on record that changes within the day is handed back to it.
//!
//! Always true: within the local day of a row the mask says `true` where [`super::decide_contact`] says yes, and nowhere else.

use super::asked::{Policy, Topic, Topics};
use super::facts::{ContactFacts, Facts};
use super::policy::{ATTEMPTS_BY_LAW, CLOSES_BY_LAW, ContactPolicy, OPENS_BY_LAW};
use super::rules::{CONTACT, call_frequency, policy_limits, state_hours};
use crate::decision::Severity;
use crate::values::clock::Clock;

/// Why a row is closed all day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Stop {
    Cease = 1,
    Lawyer = 2,
    ClosedChannel = 4,
    Dispute = 8,
    Cap = 16,
    Other = 32,
}

/// The hours of whoever keeps none.
const ALL_DAY: (u16, u16) = (0, 24 * 60);

/// Days after a conversation at which the telephone is open again.
const QUIET_DAYS: u8 = 7;

/// Calls in the run of days from which on the law presumes too many; what policy allows beyond is a stop of its own.
const ATTEMPTS_MAX: u8 = ATTEMPTS_BY_LAW as u8;

/// What a row can say: the rest may change within a day, or depends on what is answered.
const SAID_BY_ROWS: Topics = Topics::of(&[
    Topic::Anything,
    Topic::Bankruptcy,
    Topic::Cease,
    Topic::Lawyer,
    Topic::Death,
    Topic::WrittenDispute,
    Topic::CreditorRequest,
    Topic::ProtectedHours,
    Topic::ClosedChannel,
    Topic::CountedCall,
    Topic::Conversation,
    Topic::RecentCall,
    Topic::Caps,
    Topic::Care,
    Topic::StateHours,
    Topic::DatedLimits,
    Topic::CallConsent,
]);

/// A portfolio's people, a row each, in columns.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The second of minute 0.
    from: i64,
    policy: ContactPolicy,
    opens: Vec<u16>,
    closes: Vec<u16>,
    attempts: Vec<u8>,
    spoke_days_ago: Vec<u8>,
    stops: Vec<u8>,
}

impl Columns {
    /// No rows yet; minutes are counted from a second on, by one policy.
    pub fn from(second: i64, policy: ContactPolicy) -> Columns {
        let (opens, closes, attempts, spoke_days_ago, stops) = Default::default();
        Columns { from: second, policy, opens, closes, attempts, spoke_days_ago, stops }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.stops.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.stops.is_empty()
    }

    /// Adds a row for the day of some facts, if a row can say all there is; otherwise they are to be decided one by one.
    pub fn push(&mut self, facts: &ContactFacts) -> bool {
        let touched = facts.topics_touched();
        let ends_within = facts.closures.iter().any(|closure| closure.ends_at.is_some());
        // A day off is another day on every clock.
        let has_days_off = self.policy.off_on_sundays().is_some() || self.policy.off_on_holidays().is_some();
        if !touched.are_among(SAID_BY_ROWS) || facts.reply.is_some() || ends_within || has_days_off {
            return false;
        }
        let now = facts.instant(facts.at);
        let (mut attempts, mut spoke_days_ago, mut stops) = (None, u8::MAX, 0);
        let mut day = (facts.at.max(facts.day_clock.instant(now.day, 0)), facts.day_clock.instant(now.day + 1, 0));
        for rule in CONTACT.opened.by(touched.and(self.policy.topics())).map(|place| &CONTACT.rules[place]) {
            if rule.card.severity == Severity::Warn || !rule.card.is_in_force(now.day) {
                continue;
            }
            match rule.card.id {
                id if let Some(hours) = hours_of(id, facts, &self.policy) => {
                    let (opens, closes) = hours.unwrap_or(ALL_DAY);
                    let Some(open) = open_within(&facts.clocks, day, opens, closes) else { return false };
                    day = open;
                }
                id if id == call_frequency::ATTEMPTS.card.id => attempts = call_frequency::attempts_in_run(facts, now),
                id if id == call_frequency::CONVERSATION.card.id => {
                    let last = call_frequency::last_conversation(facts, now);
                    spoke_days_ago = last.map_or(u8::MAX, |on| u8::try_from((now.day - on).clamp(0, 255)).unwrap_or(u8::MAX));
                }
                id => {
                    let found = (rule.check)(facts, &self.policy, now);
                    stops |= found.map_or(0, |_| stop_of(id) as u8);
                }
            }
        }
        self.opens.push(self.minute(day.0 + 59));
        self.closes.push(self.minute(day.1 + 59));
        self.attempts.push(u8::try_from(attempts.unwrap_or(0)).unwrap_or(u8::MAX));
        self.spoke_days_ago.push(spoke_days_ago);
        self.stops.push(stops);
        true
    }

    /// The whole minute at a second, no earlier than the first and no later than can be counted.
    fn minute(&self, second: i64) -> u16 {
        u16::try_from((second - self.from).div_euclid(60).clamp(0, i64::from(u16::MAX))).unwrap_or(u16::MAX)
    }

    /// Who may be called at a minute: one answer per row. The columns are cut to one length once, so that the loop has no checks in it.
    pub fn open_at(&self, minute: u16, open: &mut Vec<bool>) {
        let rows = self.len();
        open.resize(rows, false);
        let open = &mut open[..rows];
        let (opens, closes, attempts) = (&self.opens[..rows], &self.closes[..rows], &self.attempts[..rows]);
        let (spoke, stops) = (&self.spoke_days_ago[..rows], &self.stops[..rows]);
        for row in 0..rows {
            open[row] = (opens[row] <= minute)
                & (minute < closes[row])
                & (attempts[row] < ATTEMPTS_MAX)
                & (spoke[row] >= QUIET_DAYS)
                & (stops[row] == 0);
        }
    }
}

fn stop_of(id: &str) -> Stop {
    match id {
        "regf.cease.written" => Stop::Cease,
        "regf.attorney.represented" => Stop::Lawyer,
        "regf.channel.opt-out" => Stop::ClosedChannel,
        "regf.dispute.written-stop" | "regf.dispute.original-creditor" => Stop::Dispute,
        id if id.starts_with("state.") => Stop::Cap,
        _ => Stop::Other,
    }
}

/// The rules about hours.
pub(super) const KEEPING_HOURS: [&str; 5] = ["regf.time.hours", "state.fl.hours", "state.ma.hours", "state.wa.hours", "policy.hours"];

/// The hours that a rule about hours keeps for some facts, in minutes of the day, if it keeps any; `None` for any other rule.
pub(super) fn hours_of(id: &str, facts: &ContactFacts, policy: &ContactPolicy) -> Option<Option<(u16, u16)>> {
    match id {
        "regf.time.hours" => Some(facts.has_protected_hours().then_some((OPENS_BY_LAW, CLOSES_BY_LAW))),
        "policy.hours" => Some(policy_limits::hours(facts, policy)),
        id => state_hours::hours(id, facts, facts.instant(facts.at)),
    }
}

/// The one piece of a day, from a second up to another, in which every clock is open; `None` where there are several pieces.
fn open_within(clocks: &[Clock], day: (i64, i64), opens: u16, closes: u16) -> Option<(i64, i64)> {
    let (opens, closes) = (i32::from(opens) * 60, i32::from(closes) * 60);
    let mut pieces = vec![day];
    for clock in clocks {
        let (first, last) = (clock.local(day.0).0, clock.local(day.1).0);
        let hours: Vec<(i64, i64)> = (first..=last).map(|day| (clock.instant(day, opens), clock.instant(day, closes))).collect();
        let meet = |piece: &(i64, i64)| hours.iter().map(|open| (piece.0.max(open.0), piece.1.min(open.1))).collect::<Vec<_>>();
        pieces = pieces.iter().flat_map(meet).filter(|(from, until)| from < until).collect();
    }
    match pieces[..] {
        [] => Some((day.0, day.0)),
        [piece] => Some(piece),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decide_contact;
    use super::super::drawn::{policy, proposal, record};
    use super::super::facts::gather;
    use super::*;
    use crate::compliance::record::{Person, Proposal, Record};
    use crate::decision::Answer;
    use crate::values::channel::Channel;
    use proptest::prelude::*;

    /// Facts of an ordinary call, of which rows can say most.
    fn plain(record: Record, proposal: Proposal) -> ContactFacts {
        let mut record = record;
        record.consumer.preferences.clear();
        record.persons.iter_mut().for_each(|person: &mut Person| person.preferences.clear());
        gather(&record, &Proposal::of(proposal.at, Channel::Call, proposal.person, proposal.debts))
    }

    proptest! {
        #[test]
        fn a_mask_says_what_the_gate_says(record in record(), proposal in proposal(), policy in policy(), is_plain: bool) {
            let facts = if is_plain { plain(record, proposal) } else { gather(&record, &proposal) };
            let mut columns = Columns::from(facts.at.div_euclid(60) * 60, policy);
            if columns.push(&facts) {
                let (today, mut open) = (facts.instant(facts.at).day, Vec::new());
                for minute in (0..1440u16).step_by(7) {
                    let at = columns.from + i64::from(minute) * 60;
                    if at < facts.at || facts.instant(at).day != today {
                        continue;
                    }
                    columns.open_at(minute, &mut open);
                    let mut later = facts.clone();
                    later.at = at;
                    prop_assert_eq!(open[0], decide_contact(&later, &policy).answer == Answer::Yes, "minute {}", minute);
                }
            }
        }
    }

    #[test]
    fn rows_can_say_most_of_what_an_ordinary_day_asks() {
        use proptest::strategy::ValueTree;
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let mut columns = Columns::from(0, ContactPolicy::LAW);
        let drawn = (0..6_000).map(|_| (record(), proposal()).new_tree(&mut runner).unwrap().current());
        let told = drawn.filter(|(record, proposal)| columns.push(&plain(record.clone(), proposal.clone()))).count();
        assert_eq!(told, columns.len());
        assert!(told > 3_000, "{told} of 6,000");
        let stops = [Stop::Cease, Stop::Lawyer, Stop::Dispute, Stop::Cap].map(|stop| stop as u8);
        let met = |stop: &u8| columns.stops.iter().any(|stops| stops & stop != 0);
        assert_eq!(stops.iter().filter(|stop| !met(stop)).collect::<Vec<_>>(), Vec::<&u8>::new(), "every stop is met");
    }
}

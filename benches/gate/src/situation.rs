//! The situations that are decided, as each takes them: a million people with two time zones each, seven in ten of whom may be called.

use crate::situations;
use duly_domain::compliance::caps::Jurisdiction;
use duly_domain::compliance::facts::{ContactFacts, Facts, gather};

/// How many there are.
pub const SITUATIONS: u64 = 1_000_000;

/// One situation: the facts of our gate, and the same as numbers for the others.
pub struct Situation {
    pub facts: ContactFacts,
    pub numbers: Numbers,
}

/// What the eight rules ask about, counted.
#[derive(Clone, Copy)]
pub struct Numbers {
    /// The minute of the day in each of the two zones.
    pub minutes: [u16; 2],
    pub attempts: u32,
    pub days_since_conversation: u32,
    pub opted_out: bool,
    pub ceased: bool,
    pub lawyer: bool,
    pub disputed: bool,
    pub cap_used: u32,
    pub cap_max: u32,
}

/// The one of a number.
pub fn situation(nth: u64) -> Situation {
    let (record, proposal) = situations::situation(nth);
    let facts = gather(&record, &proposal);
    let numbers = numbers(&facts, record.consumer.jurisdictions.contains(&Jurisdiction::Massachusetts));
    Situation { facts, numbers }
}

fn numbers(facts: &ContactFacts, in_massachusetts: bool) -> Numbers {
    let today = facts.instant(facts.at).day;
    let in_run = |days: &[i32]| u32::try_from(days.iter().filter(|day| **day > today - 7 && **day <= today).count()).unwrap_or(u32::MAX);
    let minute = |clock: usize| u16::try_from(facts.clocks[clock].local(facts.at).1 / 60).unwrap_or(0);
    Numbers {
        minutes: [minute(0), minute(1)],
        attempts: in_run(&facts.debts[0].attempt_days),
        days_since_conversation: facts.debts[0].conversation_day.map_or(999, |on| today.abs_diff(on)),
        opted_out: !facts.closures.is_empty(),
        ceased: facts.ceased_at.is_some(),
        lawyer: facts.attorney_at.is_some(),
        disputed: facts.dispute.written_at.is_some(),
        cap_used: facts.caps.iter().map(|count| in_run(&count.days)).max().unwrap_or(0),
        // Two calls about a debt in seven days.
        cap_max: if in_massachusetts { 2 } else { 999 },
    }
}

/// The eight rules as one function, without a word of why.
pub fn plain(numbers: &Numbers) -> bool {
    let open = |minute: u16| (480..1260).contains(&minute);
    open(numbers.minutes[0])
        && open(numbers.minutes[1])
        && numbers.attempts < 7
        && numbers.days_since_conversation >= 7
        && !numbers.opted_out
        && !numbers.ceased
        && !numbers.lawyer
        && !numbers.disputed
        && numbers.cap_used < numbers.cap_max
}

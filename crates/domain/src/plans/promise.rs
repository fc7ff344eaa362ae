//! Promises to pay: what a debtor said they would pay and by when, and whether they did.
//!
//! A promise goes `Open` → `Kept`, `PartlyKept`, `Broken` or `Withdrawn`. Money decides, not people: what arrived with an
//! effective date from the day it was taken to its due date and grace. A reversal is money that did not arrive: it opens a
//! kept promise again while there is time, and breaks it after.
//!
//! Read [`decide_promise`] (may it be taken?) and [`judge`] (was it kept?).
//!
//! Always true: an account has at most one open promise, and its amount is positive.

use crate::decision::{Decision, Detail, Finding, Reason, RuleCard, Severity};
use crate::identity::authority::PromiseLimits;
use crate::values::money::Money;
use jiff::civil::Date;
use std::fmt;

/// Days after the due date before a promise is broken, unless the creditor says otherwise.
pub const GRACE_DAYS: i32 = 3;

/// How far ahead a single promise may be due.
const DAYS_AHEAD_MAX: i32 = 365;

/// Where a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseState {
    /// Not decided yet.
    Open,
    /// The whole amount arrived in time.
    Kept,
    /// Something arrived in time, but less.
    PartlyKept,
    /// Nothing arrived in time, or what arrived was taken back.
    Broken,
    /// Taken back before it was due.
    Withdrawn,
}

impl PromiseState {
    /// Every one.
    pub const ALL: [PromiseState; 5] =
        [PromiseState::Open, PromiseState::Kept, PromiseState::PartlyKept, PromiseState::Broken, PromiseState::Withdrawn];

    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            PromiseState::Open => "open",
            PromiseState::Kept => "kept",
            PromiseState::PartlyKept => "partly_kept",
            PromiseState::Broken => "broken",
            PromiseState::Withdrawn => "withdrawn",
        }
    }

    /// Finds a state by its code.
    pub fn parse(code: &str) -> Option<PromiseState> {
        PromiseState::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for PromiseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PromiseState::Open => "Open",
            PromiseState::Kept => "Kept",
            PromiseState::PartlyKept => "Partly kept",
            PromiseState::Broken => "Broken",
            PromiseState::Withdrawn => "Withdrawn",
        })
    }
}

/// What must be known before a promise is taken.
#[derive(Clone, Copy, Debug)]
pub struct PromiseFacts {
    /// What is owed.
    pub balance: Money,
    /// Whether the account is open.
    pub is_open: bool,
    /// The due date of the promise that is open already.
    pub open_promise_due_on: Option<Date>,
    /// What may be asked for while a written dispute waits for its answer: the part that is not disputed, or nothing.
    pub undisputed: Option<Money>,
    /// Promises broken since the last one that was kept.
    pub broken_in_a_row: u32,
    /// How far whoever takes it may go alone; nothing where law and house alone bind them.
    pub limits: Option<PromiseLimits>,
    /// Whether a supervisor granted these very terms: then the limits do not bind, and all else does.
    pub is_granted: bool,
}

static NOT_OPEN: RuleCard = card(
    "plans.promise.account-open",
    "The account is not open: nothing is asked for on it.",
    "Where it was closed and is to be worked again, take it up again under Close, then take the promise.",
);
static ONE_OPEN: RuleCard =
    card("plans.promise.one-open", "There is an open promise already.", "Withdraw the open one, then take the new one.");
static POSITIVE: RuleCard =
    card("plans.promise.amount", "A promise is for an amount above zero and not above what is owed.", "Take what is owed, or less.");
static DISPUTED: RuleCard = RuleCard {
    cite: "12 CFR 1006.38(d)(2)",
    ..card(
        "plans.promise.disputed",
        "What they dispute in writing is not asked for until it is answered.",
        "Take a promise for the undisputed part alone, or answer the dispute first.",
    )
};
static DUE: RuleCard = card("plans.promise.due", "A promise is due from today to a year ahead.", "Agree on a day within a year.");
static FAR: RuleCard = limit(
    "plans.limit.days",
    "The day is further ahead than an officer may grant alone.",
    "Agree on a nearer day, or ask a supervisor while they hold.",
);
static SMALL: RuleCard = limit(
    "plans.limit.share",
    "The amount is a smaller share of what is owed than an officer may grant alone.",
    "Agree on more, or ask a supervisor while they hold.",
);
pub(super) static BROKEN: RuleCard = limit(
    "plans.limit.broken",
    "The last promises were broken, more of them than an officer may pass over alone.",
    "Ask what came in between, and ask a supervisor while they hold.",
);

/// What the house limits by role: a supervisor may grant it, for one case.
pub(super) const fn limit(id: &'static str, plain: &'static str, instead: &'static str) -> RuleCard {
    RuleCard { severity: Severity::Supervisor, ..card(id, plain, instead) }
}

/// What a limit says, by its id.
pub fn limit_says(id: &str) -> Option<&'static str> {
    let of_promises = [&FAR, &SMALL, &BROKEN].into_iter();
    let of_relief = crate::ledger::waiver::CARDS.into_iter().chain(crate::ledger::write_off::CARDS).chain(crate::accounts::hardship::CARDS);
    of_promises.chain(super::limits::CARDS).chain(of_relief).find(|card| card.id == id).map(|card| card.plain)
}

const fn card(id: &'static str, plain: &'static str, instead: &'static str) -> RuleCard {
    RuleCard::house(id, Severity::Block, plain, instead)
}

/// Decides whether a promise may be taken, with every reason against it; of an account that is not open, nothing more need be said.
pub fn decide_promise(facts: &PromiseFacts, amount: Money, due_on: Date, today: Date) -> Decision {
    let limit = today.saturating_add(jiff::Span::new().days(DAYS_AHEAD_MAX));
    let amount_is_wrong = amount.minor() <= 0 || amount.currency() != facts.balance.currency() || amount.minor() > facts.balance.minor();
    let findings = [
        (!facts.is_open).then(|| (&NOT_OPEN, Finding::lasting(Detail::Plain))),
        facts.open_promise_due_on.map(|due| (&ONE_OPEN, Finding::lasting(Detail::Date { asked: due_on, limit: due }))),
        amount_is_wrong.then(|| (&POSITIVE, Finding::lasting(Detail::Amount { asked: amount, limit: facts.balance }))),
        facts
            .undisputed
            .filter(|rest| amount.currency() != rest.currency() || amount.minor() > rest.minor())
            .map(|rest| (&DISPUTED, Finding::lasting(Detail::Amount { asked: amount, limit: rest }))),
        (due_on < today || due_on > limit)
            .then(|| (&DUE, Finding::lasting(Detail::Date { asked: due_on, limit: if due_on < today { today } else { limit } }))),
    ];
    let told = if facts.is_open { findings.len() } else { 1 };
    let mut because: Vec<Reason> =
        findings.into_iter().take(told).flatten().map(|(rule, finding)| Reason { rule, detail: finding.detail }).collect();
    // What is refused anyway is nobody's to grant.
    if because.is_empty()
        && !facts.is_granted
        && let Some(limits) = facts.limits
    {
        because.extend(beyond(facts, limits, amount, due_on, today));
    }
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

/// What of a promise is beyond somebody's limits.
fn beyond(facts: &PromiseFacts, limits: PromiseLimits, amount: Money, due_on: Date, today: Date) -> Vec<Reason> {
    let last = today.saturating_add(jiff::Span::new().days(limits.days_max));
    // Rounded up: a cent below the share is below it.
    let least = (i128::from(facts.balance.minor()) * i128::from(limits.share_min_bp) + 9_999) / 10_000;
    let least = Money::of(i64::try_from(least).unwrap_or(i64::MAX), facts.balance.currency());
    let findings = [
        (due_on > last).then_some((&FAR, Detail::Date { asked: due_on, limit: last })),
        (amount.minor() < least.minor()).then_some((&SMALL, Detail::Amount { asked: amount, limit: least })),
        (facts.broken_in_a_row >= limits.broken_max).then_some((&BROKEN, Detail::Plain)),
    ];
    findings.into_iter().flatten().map(|(rule, detail)| Reason { rule, detail }).collect()
}

/// The last day on which money still keeps a promise.
pub fn last_day(due_on: Date, grace_days: i32) -> Date {
    due_on.saturating_add(jiff::Span::new().days(grace_days.max(0)))
}

/// Judges a promise by the money that arrived for it (minor units, net of reversals) at the close of a day.
///
/// `closed_day` is the last day that is over; while the last day of grace is not, a promise not yet paid is open.
pub fn judge(amount: Money, arrived_minor: i64, last_day: Date, closed_day: Date) -> PromiseState {
    if arrived_minor >= amount.minor() {
        PromiseState::Kept
    } else if closed_day < last_day {
        PromiseState::Open
    } else if arrived_minor > 0 {
        PromiseState::PartlyKept
    } else {
        PromiseState::Broken
    }
}

/// Judges a kept or partly kept promise again after a payment was taken back: what is not whole any more is broken.
pub fn judge_after_reversal(amount: Money, arrived_minor: i64, last_day: Date, closed_day: Date) -> PromiseState {
    match judge(amount, arrived_minor, last_day, closed_day) {
        PromiseState::PartlyKept => PromiseState::Broken,
        state => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Answer;
    use jiff::civil::date;

    fn facts() -> PromiseFacts {
        PromiseFacts {
            balance: Money::usd(42_000),
            is_open: true,
            open_promise_due_on: None,
            undisputed: None,
            broken_in_a_row: 0,
            limits: Some(PromiseLimits { days_max: 90, share_min_bp: 200, broken_max: 3 }),
            is_granted: false,
        }
    }

    fn refused(facts: PromiseFacts, minor: i64, due_on: Date) -> Vec<&'static str> {
        decide_promise(&facts, Money::usd(minor), due_on, date(2026, 3, 2)).because.iter().map(|reason| reason.rule.id).collect()
    }

    #[test]
    fn a_promise_is_refused_with_every_reason_at_once() {
        let due = date(2026, 3, 9);
        assert_eq!(refused(facts(), 10_000, due), Vec::<&str>::new());
        assert_eq!(refused(facts(), 42_000, date(2026, 3, 2)), Vec::<&str>::new());
        assert_eq!(refused(facts(), 42_001, due), ["plans.promise.amount"]);
        assert_eq!(refused(facts(), 0, date(2026, 3, 1)), ["plans.promise.amount", "plans.promise.due"]);
        let disputed = |rest| PromiseFacts { undisputed: Some(Money::usd(rest)), ..facts() };
        assert_eq!(refused(disputed(10_000), 10_000, due), Vec::<&str>::new(), "the part that is not disputed");
        assert_eq!(refused(disputed(9_999), 10_000, due), ["plans.promise.disputed"]);
        assert_eq!(refused(disputed(0), 1, due), ["plans.promise.disputed"]);
        let busy = PromiseFacts { open_promise_due_on: Some(due), ..facts() };
        assert_eq!(refused(busy, 42_001, due), ["plans.promise.one-open", "plans.promise.amount"]);
        // Of a closed account one thing is said, whatever else would be wrong.
        let closed = PromiseFacts { is_open: false, balance: Money::usd(0), ..busy };
        assert_eq!(refused(closed, 100, date(2026, 3, 1)), ["plans.promise.account-open"]);
    }

    #[test]
    fn beyond_a_limit_a_supervisor_decides_and_beyond_the_law_nobody() {
        let near = date(2026, 3, 9);
        let (last, beyond) = (date(2026, 5, 31), date(2026, 6, 1));
        assert_eq!(refused(facts(), 840, last), Vec::<&str>::new(), "90 days and a fiftieth are within it");
        assert_eq!(refused(facts(), 839, beyond), ["plans.limit.days", "plans.limit.share"]);
        let odd = PromiseFacts { balance: Money::usd(51), ..facts() };
        assert_eq!(refused(odd, 1, near), ["plans.limit.share"], "a fiftieth of 51 cents is two, rounded up");
        let broken = |count| PromiseFacts { broken_in_a_row: count, ..facts() };
        assert_eq!(refused(broken(2), 10_000, near), Vec::<&str>::new());
        assert_eq!(refused(broken(3), 10_000, near), ["plans.limit.broken"]);
        let answer = |facts: PromiseFacts, due_on| decide_promise(&facts, Money::usd(100), due_on, date(2026, 3, 2)).answer;
        assert_eq!(answer(facts(), beyond), Answer::NeedsSupervisor);
        assert_eq!(answer(PromiseFacts { limits: None, ..facts() }, beyond), Answer::Yes, "whom no limit binds");
        let granted = PromiseFacts { is_granted: true, ..facts() };
        assert_eq!(answer(granted, beyond), Answer::Yes);
        // Law and house are asked all the same, and then nothing is said of limits.
        assert_eq!(answer(granted, date(2027, 3, 3)), Answer::No);
        let disputed = PromiseFacts { undisputed: Some(Money::usd(0)), ..granted };
        assert_eq!(refused(disputed, 100, beyond), ["plans.promise.disputed"]);
        assert_eq!(refused(PromiseFacts { undisputed: Some(Money::usd(0)), ..facts() }, 100, beyond), ["plans.promise.disputed"]);
        for id in ["plans.limit.days", "plans.limit.share", "plans.limit.broken"] {
            assert!(limit_says(id).is_some(), "{id}");
        }
        assert_eq!(limit_says("plans.promise.due"), None);
    }

    #[test]
    fn money_decides_and_grace_is_three_days() {
        use PromiseState::{Broken, Kept, Open, PartlyKept};
        let last = last_day(date(2026, 3, 9), GRACE_DAYS);
        //   arrived  closed day         state
        for (arrived, closed, state) in [
            (0, date(2026, 3, 11), Open),
            (0, date(2026, 3, 12), Broken),
            (9_999, date(2026, 3, 11), Open),
            (9_999, date(2026, 3, 12), PartlyKept),
            (10_000, date(2026, 3, 3), Kept),
            (10_000, date(2026, 4, 1), Kept),
        ] {
            assert_eq!(judge(Money::usd(10_000), arrived, last, closed), state, "{arrived} by {closed}");
        }
    }

    #[test]
    fn a_reversal_reopens_in_time_and_breaks_after() {
        let last = last_day(date(2026, 3, 9), GRACE_DAYS);
        assert_eq!(judge_after_reversal(Money::usd(100), 0, last, date(2026, 3, 10)), PromiseState::Open);
        assert_eq!(judge_after_reversal(Money::usd(100), 40, last, date(2026, 3, 20)), PromiseState::Broken);
        assert_eq!(judge_after_reversal(Money::usd(100), 100, last, date(2026, 3, 20)), PromiseState::Kept);
    }
}

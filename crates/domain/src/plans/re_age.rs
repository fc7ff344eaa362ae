//! Re-aging: an account that is paid as agreed again is brought current, so that its age counts from a new day.
//!
//! The rule is the banks' own, which their supervisors published: after three consecutive monthly payments or as much in other rhythms,
//! of an account nine months old, once within twelve months and twice within five years. What moves is the age by which work is done:
//! stages, limits, the worklist. The first delinquency, the time to sue and what a bureau is told of them never move.
//!
//! Read [`decide_re_age`]. Stored in `re_ages`; a re-age is taken back by somebody, never by itself, and counts as one all the same.

use super::plan::PlanState;
use super::rhythm::Frequency;
use crate::accounts::DebtKind;
use crate::decision::{Decision, Detail, Reason, RuleCard, Severity};
use crate::values::moment::day_number;
use jiff::Span;
use jiff::civil::Date;

/// Months of payments as agreed, at the least.
pub const MONTHS_KEPT: u32 = 3;
/// Months for which the account has existed, at the least.
pub const MONTHS_OLD: i32 = 9;
/// Months in which an account is re-aged once.
pub const MONTHS_ONCE: i32 = 12;
/// Years in which it is re-aged twice.
pub const YEARS_TWICE: i32 = 5;

/// The plan by which an account is paid, as its payments stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidPlan {
    /// Where the newest plan stands.
    pub state: PlanState,
    /// How often its payments come.
    pub frequency: Frequency,
    /// Its payments kept in full and in time, one after the other up to now; a down payment is none.
    pub kept_in_a_row: u32,
}

/// What must be known before an account is brought current.
#[derive(Clone, Debug)]
pub struct ReAgeFacts {
    /// Whether the account is open.
    pub is_open: bool,
    /// What kind of debt it is.
    pub kind: Option<DebtKind>,
    /// How old it is now, in days past due.
    pub days_past_due: i32,
    /// The earliest day that is known of the account.
    pub known_since: Date,
    /// The newest plan, where there is one.
    pub plan: Option<PaidPlan>,
    /// The days on which it was re-aged before; those that were taken back too.
    pub before: Vec<Date>,
    /// How many months of payments the creditor asks for, where that is more.
    pub months_kept: u32,
}

const CITE: &str = "65 FR 36903, 36904 (June 12, 2000)";

const fn card(id: &'static str, cite: &'static str, plain: &'static str, instead: &'static str) -> RuleCard {
    RuleCard { cite, ..RuleCard::house(id, Severity::Block, plain, instead) }
}

static NOT_OPEN: RuleCard = card(
    "plans.re-age.account-open",
    "house rule",
    "The account is not open: there is nothing to bring current.",
    "Take it up again first.",
);
static CONSUMER: RuleCard =
    card("plans.re-age.consumer", CITE, "Only a debt of a consumer is re-aged.", "Agree what the business pays; its age stays what it is.");
static CURRENT: RuleCard =
    card("plans.re-age.past-due", "house rule", "The account is not past due.", "Nothing needs to be done: it is current.");
static YOUNG: RuleCard =
    card("plans.re-age.nine-months", CITE, "The account has not existed for nine months.", "Wait until it is old enough.");
static NO_PLAN: RuleCard = card(
    "plans.re-age.plan",
    CITE,
    "No plan is being kept on the account: nothing shows that they pay again as agreed.",
    "Agree a plan; it is re-aged after its payments.",
);
static FEW: RuleCard = card(
    "plans.re-age.payments",
    CITE,
    "Too few payments of the plan were kept in full and in time, one after the other.",
    "Wait for the payments that are missing.",
);
static ONCE: RuleCard = card(
    "plans.re-age.once-in-twelve-months",
    CITE,
    "The account was re-aged in the last twelve months.",
    "Wait until twelve months have passed since then.",
);
static TWICE: RuleCard = card(
    "plans.re-age.twice-in-five-years",
    CITE,
    "The account was re-aged twice in the last five years.",
    "Wait until five years have passed since the first of them.",
);

/// How many payments of a rhythm stand for so many months: what a year has of them, in proportion, and no less.
pub fn payments_needed(frequency: Frequency, months: u32) -> u32 {
    let a_year = match frequency {
        Frequency::Weekly => 52,
        Frequency::EveryTwoWeeks => 26,
        Frequency::TwiceAMonth => 24,
        Frequency::Monthly => 12,
    };
    (a_year * months).div_ceil(12)
}

/// Decides whether an account may be brought current today, with everything that is missing.
pub fn decide_re_age(facts: &ReAgeFacts, today: Date) -> Decision {
    let since = |day: Date, span: Span| day.saturating_add(span);
    let old_enough = since(facts.known_since, Span::new().months(MONTHS_OLD));
    let mut before = facts.before.clone();
    before.sort_unstable();
    let again = before.last().map(|last| since(*last, Span::new().months(MONTHS_ONCE))).filter(|again| today < *again);
    let second_last = before.len().checked_sub(2).and_then(|place| before.get(place));
    let third = second_last.map(|first| since(*first, Span::new().years(YEARS_TWICE))).filter(|third| today < *third);
    let kept = facts.plan.filter(|plan| matches!(plan.state, PlanState::Active | PlanState::Kept));
    let few = kept.and_then(|plan| {
        let needed = payments_needed(plan.frequency, facts.months_kept.max(MONTHS_KEPT));
        (plan.kept_in_a_row < needed).then_some(Detail::Count { asked: plan.kept_in_a_row, limit: needed })
    });
    let findings = [
        (!facts.is_open).then_some((&NOT_OPEN, Detail::Plain)),
        (facts.kind != Some(DebtKind::Consumer)).then_some((&CONSUMER, Detail::Plain)),
        (facts.days_past_due <= 0).then_some((&CURRENT, Detail::Plain)),
        (today < old_enough).then_some((&YOUNG, Detail::EndsOn(day_number(old_enough)))),
        kept.is_none().then_some((&NO_PLAN, Detail::Plain)),
        few.map(|few| (&FEW, few)),
        again.map(|again| (&ONCE, Detail::EndsOn(day_number(again)))),
        third.map(|third| (&TWICE, Detail::EndsOn(day_number(third)))),
    ];
    let because: Vec<Reason> = findings.into_iter().flatten().map(|(rule, detail)| Reason { rule, detail }).collect();
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn facts() -> ReAgeFacts {
        ReAgeFacts {
            is_open: true,
            kind: Some(DebtKind::Consumer),
            days_past_due: 120,
            known_since: date(2025, 5, 30),
            plan: Some(PaidPlan { state: PlanState::Active, frequency: Frequency::Monthly, kept_in_a_row: 3 }),
            before: Vec::new(),
            months_kept: 3,
        }
    }

    fn missing(facts: &ReAgeFacts, today: Date) -> Vec<&'static str> {
        decide_re_age(facts, today).because.iter().map(|reason| reason.rule.id.trim_start_matches("plans.re-age.")).collect()
    }

    #[test]
    fn an_account_is_brought_current_when_nothing_is_missing() {
        let today = date(2026, 3, 2);
        let plan = |state, kept_in_a_row| Some(PaidPlan { state, frequency: Frequency::Monthly, kept_in_a_row });
        assert_eq!(missing(&facts(), today), Vec::<&str>::new());
        for (facts, what) in [
            (ReAgeFacts { is_open: false, ..facts() }, "account-open"),
            (ReAgeFacts { kind: Some(DebtKind::Business), ..facts() }, "consumer"),
            (ReAgeFacts { kind: None, ..facts() }, "consumer"),
            (ReAgeFacts { days_past_due: 0, ..facts() }, "past-due"),
            // Nine months to the day.
            (ReAgeFacts { known_since: date(2025, 6, 3), ..facts() }, "nine-months"),
            (ReAgeFacts { plan: None, ..facts() }, "plan"),
            (ReAgeFacts { plan: plan(PlanState::Broken, 3), ..facts() }, "plan"),
            (ReAgeFacts { plan: plan(PlanState::Withdrawn, 3), ..facts() }, "plan"),
            (ReAgeFacts { plan: plan(PlanState::Active, 2), ..facts() }, "payments"),
            (ReAgeFacts { months_kept: 4, ..facts() }, "payments"),
            (ReAgeFacts { before: vec![date(2025, 3, 3)], ..facts() }, "once-in-twelve-months"),
            (ReAgeFacts { before: vec![date(2024, 1, 5), date(2021, 3, 3)], ..facts() }, "twice-in-five-years"),
        ] {
            assert_eq!(missing(&facts, today), [what], "{facts:?}");
        }
        for facts in [
            ReAgeFacts { known_since: date(2025, 6, 2), ..facts() },
            ReAgeFacts { plan: plan(PlanState::Kept, 3), ..facts() },
            // A policy that asks for less does not hold.
            ReAgeFacts { months_kept: 1, ..facts() },
            ReAgeFacts { before: vec![date(2025, 3, 2)], ..facts() },
            ReAgeFacts { before: vec![date(2021, 3, 2), date(2024, 1, 5)], ..facts() },
        ] {
            assert_eq!(missing(&facts, today), Vec::<&str>::new(), "{facts:?}");
        }
        let nothing = ReAgeFacts { is_open: false, kind: None, days_past_due: 0, known_since: today, plan: None, ..facts() };
        assert_eq!(missing(&nothing, today), ["account-open", "consumer", "past-due", "nine-months", "plan"], "all at once");
    }

    #[test]
    fn three_months_are_as_many_payments_as_the_rhythm_has() {
        for (frequency, needed) in
            [(Frequency::Weekly, 13), (Frequency::EveryTwoWeeks, 7), (Frequency::TwiceAMonth, 6), (Frequency::Monthly, 3)]
        {
            assert_eq!(payments_needed(frequency, MONTHS_KEPT), needed, "{frequency}");
        }
    }

    proptest! {
        #[test]
        fn however_often_it_is_asked_for_it_is_once_in_twelve_months_and_twice_in_five_years(gaps in prop::collection::vec(1i64..500, 1..40)) {
            let mut today = date(2026, 3, 2);
            let mut facts = ReAgeFacts { known_since: date(2020, 1, 1), ..facts() };
            for gap in gaps {
                today = today.saturating_add(Span::new().days(gap));
                if missing(&facts, today).is_empty() {
                    facts.before.push(today);
                }
            }
            for two in facts.before.windows(2) {
                prop_assert!(two[1] >= two[0].saturating_add(Span::new().months(12)));
            }
            for three in facts.before.windows(3) {
                prop_assert!(three[2] >= three[0].saturating_add(Span::new().years(5)));
            }
        }
    }
}

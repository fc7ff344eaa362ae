//! Limits: what of a plan somebody may grant alone, as data: by creditor, product, age of the debt and role.
//!
//! A row names for whom it holds and the numbers it sets; what it does not name it leaves to other rows. Number by number the row that is
//! about the case most closely speaks: a creditor's before a product's, a product's before an age's, an age's before a role's. Of two that
//! are equally close the stricter wins. What no row names is not limited here.
//!
//! Read [`decide_grant`]: it gives every reason for which a plan needs approval. Limits bind within policy
//! ([`offers`](super::offers)) and never widen it; an approval passes a limit and nothing else.
//!
//! [`LimitTable::house`] is what holds where nobody set anything: the numbers of [`identity::authority`](crate::identity::authority).

mod write_offs;

use super::FieldProblem;
use super::budget::Means;
use super::promise::{BROKEN, limit};
use super::rhythm::Frequency;
use super::schedule::Schedule;
use super::share_up;
use crate::decision::{Decision, Detail, Reason, RuleCard, Whose};
use crate::identity::Role;
use crate::identity::authority::{PromiseLimits, promise_limits, write_off_max};
use crate::values::ids::CreditorId;
use crate::values::money::Money;
use jiff::Span;
use serde::{Deserialize, Serialize};

/// For whom a row holds. What is not named is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitScope {
    /// Debts to this creditor.
    pub creditor: Option<CreditorId>,
    /// Debts of this kind, by its code in files.
    pub product: Option<String>,
    /// Debts so many days past due, from and to, both with it.
    pub days_past_due: Option<(i32, i32)>,
    /// People of this role.
    pub role: Option<Role>,
}

impl LimitScope {
    /// How closely it is about a case that it holds for; nothing where it does not hold.
    fn closeness(&self, case: &LimitCase<'_>) -> Option<u8> {
        let asked = [
            self.creditor.map(|creditor| creditor == case.creditor),
            self.product.as_deref().map(|product| product == case.product),
            self.days_past_due.map(|(from, to)| (from..=to).contains(&case.days_past_due)),
            self.role.map(|role| role == case.role),
        ];
        let holds = asked.iter().flatten().all(|holds| *holds);
        holds.then(|| asked.iter().fold(0, |closeness, named| closeness * 2 + u8::from(named.is_some())))
    }

    /// Whose limits these are.
    const fn whose(&self) -> Whose {
        if self.creditor.is_some() { Whose::Creditor } else { Whose::House }
    }
}

/// Whom and what a plan is about, for the question who may grant it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitCase<'a> {
    /// To whom it is owed.
    pub creditor: CreditorId,
    /// What kind of debt it is, by its code in files.
    pub product: &'a str,
    /// How old it is.
    pub days_past_due: i32,
    /// Who would grant it.
    pub role: Role,
}

/// The numbers that a row sets; what is `None` it leaves to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GrantLimits {
    /// Days ahead that a promise may be due.
    pub promise_days_max: Option<i32>,
    /// The smallest share of what is owed that a promise may be for, in basis points.
    pub promise_share_min_bp: Option<i64>,
    /// Promises broken one after the other, with which nothing new is agreed alone.
    pub broken_max: Option<u32>,
    /// Months that a plan may run.
    pub months_max: Option<u32>,
    /// Installments that it may have.
    pub count_max: Option<u32>,
    /// Days from the agreement to the first payment.
    pub first_within_days: Option<u32>,
    /// The least installment, in basis points of what is owed.
    pub installment_min_bp: Option<u32>,
    /// The least down payment, in basis points of what is paid in all.
    pub down_min_bp: Option<u32>,
    /// The smallest share of what is owed that may be taken as the whole, in basis points.
    pub settled_min_bp: Option<u32>,
    /// Payments in which a settlement may be paid.
    pub settled_parts_max: Option<u32>,
    /// How much of what a month leaves a plan may take, in basis points.
    pub budget_share_max_bp: Option<u32>,
    /// How much of what is left may be written off, in minor units; an officer's is what counts as a small balance.
    pub write_off_max_minor: Option<i64>,
    /// Days without movement after which the night writes a small balance off; an officer's row names it.
    pub write_off_after_days: Option<u32>,
}

/// One row: for whom, and what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitRow {
    /// For whom it holds.
    pub scope: LimitScope,
    /// What it sets.
    pub limits: GrantLimits,
}

/// All rows. The order in which they stand says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitTable(Vec<LimitRow>);

/// A number that binds in a case, and whose it is.
type Bound<T> = Option<(T, Whose)>;

impl LimitTable {
    /// What holds where nobody set anything: promises and write-offs as the roles have them, and a plan of a year, half of what a month
    /// leaves, that is no settlement, for whoever has such limits at all.
    pub fn house() -> LimitTable {
        let write_offs = Role::ALL.into_iter().filter_map(|role| {
            let limits = GrantLimits { write_off_max_minor: Some(write_off_max(role)?), ..GrantLimits::default() };
            Some(LimitRow { scope: LimitScope { role: Some(role), ..LimitScope::default() }, limits })
        });
        let rows = Role::ALL.into_iter().filter_map(|role| {
            let promise = promise_limits(role)?;
            let limits = GrantLimits {
                promise_days_max: Some(promise.days_max),
                promise_share_min_bp: Some(promise.share_min_bp),
                broken_max: Some(promise.broken_max),
                months_max: Some(12),
                first_within_days: Some(31),
                settled_min_bp: Some(10_000),
                budget_share_max_bp: Some(5_000),
                ..GrantLimits::default()
            };
            Some(LimitRow { scope: LimitScope { role: Some(role), ..LimitScope::default() }, limits })
        });
        LimitTable(rows.chain(write_offs).collect())
    }

    /// The house's rows with those of creditors and of the agency, or every problem of them.
    pub fn with(rows: impl IntoIterator<Item = LimitRow>) -> Result<LimitTable, Vec<FieldProblem>> {
        let LimitTable(mut all) = LimitTable::house();
        let mut problems = Vec::new();
        for row in rows {
            problems.extend(row_problems(&row));
            all.push(row);
        }
        if problems.is_empty() { Ok(LimitTable(all)) } else { Err(problems) }
    }

    /// The number that binds: the closest row that names it, the stricter of two equally close.
    fn bound<T: Copy>(&self, case: &LimitCase<'_>, named: fn(&GrantLimits) -> Option<T>, stricter: fn(T, T) -> T) -> Bound<T> {
        let mut bound: Option<(u8, T, Whose)> = None;
        for row in &self.0 {
            let Some((closeness, number)) = row.scope.closeness(case).zip(named(&row.limits)) else { continue };
            bound = match bound {
                Some((closest, kept, whose)) if closest > closeness => Some((closest, kept, whose)),
                Some((closest, kept, whose)) if closest == closeness => Some((closest, stricter(kept, number), whose)),
                _ => Some((closeness, number, row.scope.whose())),
            };
        }
        bound.map(|(_, number, whose)| (number, whose))
    }

    /// How far somebody may go with a promise alone; nothing where no row limits any of it.
    pub fn promises(&self, case: &LimitCase<'_>) -> Option<PromiseLimits> {
        let days = self.bound(case, |limits| limits.promise_days_max, i32::min);
        let share = self.bound(case, |limits| limits.promise_share_min_bp, i64::max);
        let broken = self.bound(case, |limits| limits.broken_max, u32::min);
        (days.is_some() || share.is_some() || broken.is_some()).then(|| PromiseLimits {
            days_max: days.map_or(i32::MAX, |(days, _)| days),
            share_min_bp: share.map_or(0, |(share, _)| share),
            broken_max: broken.map_or(u32::MAX, |(broken, _)| broken),
        })
    }

    /// Every row, for whoever shows them.
    pub fn rows(&self) -> &[LimitRow] {
        &self.0
    }
}

fn row_problems(row: &LimitRow) -> Vec<FieldProblem> {
    let limits = &row.limits;
    let shares = [limits.installment_min_bp, limits.down_min_bp, limits.settled_min_bp, limits.budget_share_max_bp];
    let promise_share = limits.promise_share_min_bp.is_some_and(|share| !(0..=10_000).contains(&share));
    let wrong = [
        (promise_share || shares.iter().flatten().any(|share| *share > 10_000), "share", "A share is from nothing to 100 percent."),
        (limits.write_off_max_minor.is_some_and(|minor| minor < 0), "write_off", "What is written off is nothing or more."),
        (row.scope.days_past_due.is_some_and(|(from, to)| from > to), "days_past_due", "The days past due go from fewer to more."),
        (limits.promise_days_max.is_some_and(|days| days < 0), "promise_days", "A promise is due today or later."),
        (*limits == GrantLimits::default(), "limits", "A row that sets no limit says nothing: name one, or leave it out."),
    ];
    wrong.into_iter().filter(|(is_wrong, _, _)| *is_wrong).map(|(_, field, says)| FieldProblem::new(field, says)).collect()
}

/// A plan that somebody would grant.
#[derive(Clone, Copy, Debug)]
pub struct GrantAsked<'a> {
    /// The plan day by day.
    pub schedule: &'a Schedule,
    /// How often its installments come.
    pub frequency: Frequency,
    /// What is owed.
    pub balance: Money,
    /// What they can pay, where they told us.
    pub means: Option<&'a Means>,
    /// Promises broken since the last one that was kept.
    pub broken_in_a_row: u32,
}

static LONG: RuleCard = limit(
    "plans.limit.months",
    "The plan runs longer than an officer may grant alone.",
    "Agree on fewer and larger installments, or ask a supervisor while they hold.",
);
static MANY: RuleCard = limit(
    "plans.limit.installments",
    "The plan has more installments than an officer may grant alone.",
    "Agree on fewer of them, or ask a supervisor while they hold.",
);
static LATE: RuleCard = limit(
    "plans.limit.start",
    "The first payment is further ahead than an officer may grant alone.",
    "Agree on a nearer day or a down payment, or ask a supervisor while they hold.",
);
static LITTLE: RuleCard = limit(
    "plans.limit.installment",
    "The installments are smaller than an officer may grant alone.",
    "Agree on more each time, or ask a supervisor while they hold.",
);
static DOWN: RuleCard = limit(
    "plans.limit.down",
    "The down payment is smaller than an officer may grant alone.",
    "Agree on more today, or ask a supervisor while they hold.",
);
static SETTLED: RuleCard = limit(
    "plans.limit.settlement",
    "The settlement is lower than an officer may grant alone.",
    "Agree on more in all, or ask a supervisor while they hold.",
);
static PARTS: RuleCard = limit(
    "plans.limit.parts",
    "The settlement is paid in more parts than an officer may grant alone.",
    "Agree on fewer parts, or ask a supervisor while they hold.",
);
static BUDGET: RuleCard = limit(
    "plans.limit.budget",
    "The installments take more of what a month leaves them than an officer may agree to alone.",
    "Agree on less each time, or ask a supervisor while they hold.",
);
static NOTHING_LEFT: RuleCard = limit(
    "plans.limit.nothing-left",
    "By their budget a month leaves nothing to pay from.",
    "Offer a pause, another due date or debt advice, or ask a supervisor while they hold.",
);

/// What this file can find, as the approval desk names it.
pub(super) static CARDS: [&RuleCard; 9] = [&LONG, &MANY, &LATE, &LITTLE, &DOWN, &SETTLED, &PARTS, &BUDGET, &NOTHING_LEFT];

/// Whether somebody may grant a plan alone, with every reason why it needs approval.
pub fn decide_grant(asked: &GrantAsked<'_>, case: &LimitCase<'_>, table: &LimitTable) -> Decision {
    let GrantAsked { schedule, balance, .. } = *asked;
    let (total, installments) = (schedule.total(), schedule.installments());
    let is_settled = total.minor() < balance.minor();
    let count = u32::try_from(installments.len()).unwrap_or(u32::MAX);
    let payments = count + u32::from(schedule.down().minor() > 0);
    let money = |minor| Money::of(minor, total.currency());
    let least = installments.iter().map(|one| one.amount).min_by_key(|amount| amount.minor());
    let largest = installments.iter().map(|one| one.amount).max_by_key(|amount| amount.minor());
    let first_on = if schedule.down().minor() > 0 { None } else { installments.first().map(|first| first.due_on) };

    let months = table.bound(case, |limits| limits.months_max, u32::min).and_then(|(months, whose)| {
        let limit = schedule.agreed_on().saturating_add(Span::new().months(i64::from(months.min(1_200))));
        (schedule.last_on() > limit).then(|| (&LONG, whose, Detail::Date { asked: schedule.last_on(), limit }))
    });
    let many = table
        .bound(case, |limits| limits.count_max, u32::min)
        .filter(|(limit, _)| count > *limit)
        .map(|(limit, whose)| (&MANY, whose, Detail::Count { asked: count, limit }));
    let late = table.bound(case, |limits| limits.first_within_days, u32::min).zip(first_on).and_then(|((days, whose), asked)| {
        let limit = schedule.agreed_on().saturating_add(Span::new().days(i64::from(days)));
        (asked > limit).then_some((&LATE, whose, Detail::Date { asked, limit }))
    });
    // Paid at once there is no installment to be too small.
    let least = least.filter(|_| payments > 1);
    let little = table.bound(case, |limits| limits.installment_min_bp, u32::max).zip(least).and_then(|((share, whose), asked)| {
        let limit = money(share_up(balance.minor(), share));
        (asked.minor() < limit.minor()).then_some((&LITTLE, whose, Detail::Amount { asked, limit }))
    });
    let down = table.bound(case, |limits| limits.down_min_bp, u32::max).filter(|_| count > 1).and_then(|(share, whose)| {
        let (asked, limit) = (schedule.down(), money(share_up(total.minor(), share)));
        (asked.minor() < limit.minor()).then_some((&DOWN, whose, Detail::Amount { asked, limit }))
    });
    let settled = table.bound(case, |limits| limits.settled_min_bp, u32::max).filter(|_| is_settled).and_then(|(share, whose)| {
        let limit = money(share_up(balance.minor(), share));
        (total.minor() < limit.minor()).then_some((&SETTLED, whose, Detail::Amount { asked: total, limit }))
    });
    let parts = table
        .bound(case, |limits| limits.settled_parts_max, u32::min)
        .filter(|(limit, _)| is_settled && payments > *limit)
        .map(|(limit, whose)| (&PARTS, whose, Detail::Count { asked: payments, limit }));
    // One payment may come from what is at hand; installments come from what months leave.
    let budget = table.bound(case, |limits| limits.budget_share_max_bp, u32::min).zip(asked.means.zip(largest.filter(|_| count > 1)));
    let budget = budget.and_then(|((limit, whose), (means, amount))| match means.share_taken_bp(amount, asked.frequency) {
        None => Some((&NOTHING_LEFT, whose, Detail::Plain)),
        Some(taken) if taken > limit => Some((&BUDGET, whose, Detail::Rate { asked: i64::from(taken), limit: i64::from(limit) })),
        Some(_) => None,
    });
    let broken = table
        .bound(case, |limits| limits.broken_max, u32::min)
        .filter(|(limit, _)| asked.broken_in_a_row >= *limit)
        .map(|(_, whose)| (&BROKEN, whose, Detail::Plain));

    let found = [months, many, late, little, down, settled, parts, budget, broken].into_iter().flatten();
    let because: Vec<Reason> =
        found.map(|(rule, whose, said)| Reason { rule, detail: Detail::ByPolicy { whose, said: Box::new(said) } }).collect();
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Answer;
    use crate::plans::budget::{BudgetForm, Regular, judge_budget};
    use crate::plans::rhythm::Shift;
    use crate::plans::schedule::{Cut, PlanDays, PlanTerms, plan_schedule};
    use jiff::civil::date;

    fn case() -> LimitCase<'static> {
        LimitCase { creditor: creditor(1), product: "credit_card", days_past_due: 120, role: Role::Officer }
    }

    fn creditor(nth: u128) -> CreditorId {
        CreditorId(uuid::Uuid::from_u128(nth))
    }

    /// A monthly plan on 1,200.00 from the first of February.
    fn plan(total: i64, down: i64, count: u32) -> Schedule {
        let days = PlanDays { agreed_on: date(2026, 1, 5), pay_days: None, shift: Shift::Next, limitation_on: None, recall_on: None };
        let (total, down) = (Money::usd(total), Money::usd(down));
        let terms = PlanTerms { total, down, cut: Cut::Count(count), first_on: date(2026, 2, 3), frequency: Frequency::Monthly };
        plan_schedule(&terms, &days).expect("a plan")
    }

    fn means(left: i64) -> Means {
        let monthly = |minor| vec![Regular::new(Money::usd(minor), Frequency::Monthly)];
        let form = BudgetForm {
            income: monthly(100_000 + left),
            essentials: monthly(100_000),
            priority_debts: vec![],
            at_hand: Money::usd(0),
            share_bp: 10_000,
        };
        judge_budget(&form).expect("a budget")
    }

    fn reasons(
        schedule: &Schedule,
        means: Option<&Means>,
        broken_in_a_row: u32,
        case: &LimitCase<'_>,
        table: &LimitTable,
    ) -> Vec<&'static str> {
        let asked = GrantAsked { schedule, frequency: Frequency::Monthly, balance: Money::usd(120_000), means, broken_in_a_row };
        decide_grant(&asked, case, table).because.iter().map(|reason| reason.rule.id).collect()
    }

    fn row(scope: LimitScope, limits: GrantLimits) -> LimitRow {
        LimitRow { scope, limits }
    }

    #[test]
    fn the_house_is_what_the_roles_have() {
        let house = LimitTable::house();
        for role in Role::ALL {
            assert_eq!(house.promises(&LimitCase { role, ..case() }), promise_limits(role), "{role}");
        }
        // Eleven months of 109.09 from February are within a year; thirteen end in February a year later.
        assert_eq!(reasons(&plan(120_000, 0, 11), None, 0, &case(), &house), Vec::<&str>::new());
        assert_eq!(reasons(&plan(120_000, 0, 13), None, 0, &case(), &house), ["plans.limit.months"]);
        assert_eq!(reasons(&plan(119_999, 0, 1), None, 0, &case(), &house), ["plans.limit.settlement"]);
        let supervisor = LimitCase { role: Role::Supervisor, ..case() };
        assert_eq!(reasons(&plan(60_000, 0, 30), None, 9, &supervisor, &house), Vec::<&str>::new());
    }

    #[test]
    fn every_reason_is_given_at_once_and_is_a_supervisors_matter() {
        let limits = GrantLimits {
            count_max: Some(12),
            first_within_days: Some(28),
            installment_min_bp: Some(400),
            down_min_bp: Some(1_000),
            settled_min_bp: Some(8_000),
            settled_parts_max: Some(3),
            ..GrantLimits::default()
        };
        let table = LimitTable::with([row(LimitScope { creditor: Some(creditor(1)), ..LimitScope::default() }, limits)]).expect("rows");
        let schedule = plan(60_000, 0, 14);
        let all = reasons(&schedule, Some(&means(8_000)), 3, &case(), &table);
        assert_eq!(
            all,
            [
                "plans.limit.months",
                "plans.limit.installments",
                "plans.limit.start",
                "plans.limit.installment",
                "plans.limit.down",
                "plans.limit.settlement",
                "plans.limit.parts",
                "plans.limit.budget",
                "plans.limit.broken",
            ]
        );
        let asked = GrantAsked {
            schedule: &schedule,
            frequency: Frequency::Monthly,
            balance: Money::usd(120_000),
            means: None,
            broken_in_a_row: 0,
        };
        let decision = decide_grant(&asked, &case(), &table);
        assert_eq!(decision.answer, Answer::NeedsSupervisor);
        // The house limits the months; the creditor limits the settlement: 80 % of 1,200.00.
        let said: Vec<String> = decision.because.iter().map(|reason| format!("{}: {}", reason.whose().code(), reason.detail)).collect();
        assert!(said[0].starts_with("our_policy") && said[0].contains("Wed 3 Mar 2027 against Tue 5 Jan 2027"), "{}", said[0]);
        assert!(said[5].starts_with("creditor_policy") && said[5].contains("USD 600.00 against USD 960.00"), "{}", said[5]);
        assert!(all.iter().all(|id| super::super::promise::limit_says(id).is_some()));
        let nothing = reasons(&plan(120_000, 0, 6), Some(&means(0)), 0, &case(), &LimitTable::house());
        assert_eq!(nothing, ["plans.limit.nothing-left"]);
    }

    #[test]
    fn the_edges_are_within() {
        //   100.00 a month of what 200.00 and 199.99 leave; a half is the limit
        let house = LimitTable::house();
        assert_eq!(reasons(&plan(120_000, 0, 12), Some(&means(20_000)), 2, &case(), &house), Vec::<&str>::new());
        assert_eq!(reasons(&plan(120_000, 0, 12), Some(&means(19_999)), 3, &case(), &house), ["plans.limit.budget", "plans.limit.broken"]);
        let limits = GrantLimits { settled_min_bp: Some(3_333), down_min_bp: Some(3_333), ..GrantLimits::default() };
        let table =
            LimitTable::with([row(LimitScope { product: Some("credit_card".into()), ..LimitScope::default() }, limits)]).expect("rows");
        // 33.33 % of 1,200.00 are 399.96; of them 133.31 less a fraction, so 133.31 are asked today.
        assert_eq!(reasons(&plan(39_996, 13_331, 2), None, 0, &case(), &table), Vec::<&str>::new());
        assert_eq!(reasons(&plan(39_995, 13_329, 2), None, 0, &case(), &table), ["plans.limit.down", "plans.limit.settlement"]);
    }

    #[test]
    fn the_closest_row_speaks_number_by_number() {
        let months = |months| GrantLimits { months_max: Some(months), ..GrantLimits::default() };
        let of = |creditor, product: Option<&str>, days_past_due, role| LimitScope {
            creditor,
            product: product.map(Into::into),
            days_past_due,
            role,
        };
        let bound = |rows: &[LimitRow], case: &LimitCase<'_>| {
            let table = LimitTable::with(rows.to_vec()).expect("rows");
            table.bound(case, |limits| limits.months_max, u32::min)
        };
        let by_creditor = row(of(Some(creditor(1)), None, None, None), months(24));
        let by_product = row(of(None, Some("credit_card"), None, Some(Role::Officer)), months(6));
        let by_age = row(of(None, None, Some((91, 180)), None), months(9));
        let other = row(of(Some(creditor(2)), Some("credit_card"), None, None), months(1));
        let rows = [by_creditor, by_product, by_age, other];
        assert_eq!(bound(&rows, &case()), Some((24, Whose::Creditor)));
        let elsewhere = LimitCase { creditor: creditor(3), ..case() };
        assert_eq!(bound(&rows, &elsewhere), Some((6, Whose::House)));
        let loan = LimitCase { product: "personal_loan", ..elsewhere };
        for (days, expected) in [(90, 12), (91, 9), (180, 9), (181, 12)] {
            assert_eq!(bound(&rows, &LimitCase { days_past_due: days, ..loan }), Some((expected, Whose::House)), "{days} days");
        }
        // Equally close: the stricter, in either order. What the closest does not name another one still says.
        let two = [row(of(None, None, Some((0, 120)), None), months(8)), row(of(None, None, Some((100, 200)), None), months(7))];
        assert_eq!(bound(&two, &loan), Some((7, Whose::House)));
        assert_eq!(bound(&[two[1].clone(), two[0].clone()], &loan), Some((7, Whose::House)));
        let table = LimitTable::with(rows).expect("rows");
        assert_eq!(table.bound(&case(), |limits| limits.broken_max, u32::min), Some((3, Whose::House)));
    }

    #[test]
    fn a_row_that_is_wrong_is_said() {
        let wrong = [
            row(LimitScope::default(), GrantLimits { down_min_bp: Some(10_001), ..GrantLimits::default() }),
            row(LimitScope { days_past_due: Some((5, 4)), ..LimitScope::default() }, GrantLimits::default()),
        ];
        let problems = LimitTable::with(wrong).expect_err("problems");
        assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), ["share", "days_past_due", "limits"]);
    }
}

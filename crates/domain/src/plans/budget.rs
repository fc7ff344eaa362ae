//! Budgets: what somebody can pay, from what comes in, what they need to live and what they owe with priority.
//!
//! [`judge_budget`] answers with [`Means`], or with every problem of the form at once. A year has 52 weeks and 12 months, so a week is
//! 12/52 of a month; sums are kept exact, in sixths of a minor unit, and rounded once, where an amount is read: down, in favor of whoever
//! pays. What is missing in a month is rounded up for the same reason.
//!
//! Always true: what can be paid is not below zero, and what is paid on every pay day of a year is not above what the year leaves.

use super::FieldProblem;
use super::rhythm::Frequency;
use crate::values::money::{Currency, Money};

/// An amount that comes in or goes out again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regular {
    /// How much each time.
    pub amount: Money,
    /// How often.
    pub every: Frequency,
}

impl Regular {
    /// An amount and how often it comes.
    pub const fn new(amount: Money, every: Frequency) -> Regular {
        Regular { amount, every }
    }
}

/// What is asked: short enough for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetForm {
    /// What comes in: wages, benefits, support.
    pub income: Vec<Regular>,
    /// What they need to live: rent, food, energy, travel to work, care.
    pub essentials: Vec<Regular>,
    /// Other debts that come before this one: arrears of rent or tax, fines, child support.
    pub priority_debts: Vec<Regular>,
    /// What they could pay once, today or soon, without borrowing.
    pub at_hand: Money,
    /// How much of what is left policy lets us ask for, in basis points.
    pub share_bp: u32,
}

/// What somebody can pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    currency: Currency,
    /// What a month leaves, in sixths of a minor unit; below zero where it leaves nothing.
    left_sixths: i128,
    share_bp: u32,
    at_hand_minor: i64,
}

/// Sixths of a month's amount that so often an amount comes to: 52/12, 26/12, 2 and 1 times it.
const fn sixths(every: Frequency) -> i128 {
    match every {
        Frequency::Weekly => 26,
        Frequency::EveryTwoWeeks => 13,
        Frequency::TwiceAMonth => 12,
        Frequency::Monthly => 6,
    }
}

impl Means {
    /// What a month leaves when all is paid that comes before; zero where it leaves nothing. Rounded down.
    pub fn left_per_month(&self) -> Money {
        self.rounded_down(self.left_sixths.max(0), 6)
    }

    /// What is missing in a month, where something is. Rounded up.
    pub fn missing_per_month(&self) -> Option<Money> {
        (self.left_sixths < 0).then(|| self.rounded_down(-self.left_sixths + 5, 6))
    }

    /// What can be paid so often: policy's share of what is left. Rounded down.
    pub fn can_pay(&self, every: Frequency) -> Money {
        self.rounded_down(self.left_sixths.max(0) * i128::from(self.share_bp), sixths(every) * 10_000)
    }

    /// What can be paid once.
    pub const fn at_hand(&self) -> Money {
        Money::of(self.at_hand_minor, self.currency)
    }

    /// How much of what a month leaves an amount takes that is paid so often, in basis points, a part counted as a whole one; nothing
    /// where a month leaves nothing.
    pub fn share_taken_bp(&self, amount: Money, every: Frequency) -> Option<u32> {
        let left = self.left_sixths;
        let taken = i128::from(amount.minor()) * sixths(every) * 10_000;
        (left > 0).then(|| u32::try_from((taken + left - 1) / left).unwrap_or(u32::MAX))
    }

    fn rounded_down(&self, amount: i128, parts: i128) -> Money {
        Money::of(i64::try_from(amount / parts).unwrap_or(i64::MAX), self.currency)
    }
}

/// What somebody can pay, or every problem of the form.
pub fn judge_budget(form: &BudgetForm) -> Result<Means, Vec<FieldProblem>> {
    let currency = form.at_hand.currency();
    let mut problems = Vec::new();
    let income = sum("income", &form.income, currency, &mut problems);
    let essentials = sum("essentials", &form.essentials, currency, &mut problems);
    let priority = sum("priority_debts", &form.priority_debts, currency, &mut problems);
    if form.income.is_empty() {
        problems.push(FieldProblem::new("income", "Say what comes in and how often; 0.00 where nothing does."));
    }
    if form.essentials.is_empty() {
        problems.push(FieldProblem::new("essentials", "Say what they need to live: a plan is not built on what was not asked."));
    } else if essentials == 0 && income > 0 {
        problems.push(FieldProblem::new("essentials", "Nobody lives on nothing: ask for rent, food and energy again."));
    }
    if let Some(says) = amount_problem(form.at_hand, currency) {
        problems.push(FieldProblem::new("at_hand", format!("What they could pay once {says}.")));
    }
    if form.share_bp > 10_000 {
        problems.push(FieldProblem::new("share", "We ask for no more than all of what is left: at most 100 percent."));
    }
    match problems.is_empty() {
        true => Ok(Means {
            currency,
            left_sixths: income - essentials - priority,
            share_bp: form.share_bp,
            at_hand_minor: form.at_hand.minor(),
        }),
        false => Err(problems),
    }
}

/// What lines come to in a month, in sixths of a minor unit.
fn sum(field: &'static str, lines: &[Regular], currency: Currency, problems: &mut Vec<FieldProblem>) -> i128 {
    let mut sum = 0;
    for (line, regular) in lines.iter().enumerate() {
        match amount_problem(regular.amount, currency) {
            Some(says) => problems.push(FieldProblem::new(field, format!("Line {}: the amount {says}.", line + 1))),
            None => sum += i128::from(regular.amount.minor()) * sixths(regular.every),
        }
    }
    sum
}

fn amount_problem(amount: Money, currency: Currency) -> Option<String> {
    match amount.minor() {
        _ if amount.currency() != currency => Some(format!("is in {}, the rest in {}", amount.currency().code(), currency.code())),
        ..0 => Some("is below zero: write what comes in and what goes out each in its own place".into()),
        Money::LARGEST_MINOR.. => Some("is too large: look at the decimals".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Frequency::{EveryTwoWeeks, Monthly, TwiceAMonth, Weekly};
    use super::*;
    use proptest::prelude::*;

    fn usd(minor: i64, every: Frequency) -> Regular {
        Regular::new(Money::usd(minor), every)
    }

    fn form(income: &[Regular], essentials: &[Regular], priority_debts: &[Regular]) -> BudgetForm {
        BudgetForm {
            income: income.to_vec(),
            essentials: essentials.to_vec(),
            priority_debts: priority_debts.to_vec(),
            at_hand: Money::usd(20_000),
            share_bp: 10_000,
        }
    }

    fn can_pay(means: &Means) -> [i64; 4] {
        Frequency::ALL.map(|every| means.can_pay(every).minor())
    }

    #[test]
    fn what_is_left_is_rounded_down_once_and_for_every_pay_day() {
        // 600.00 a week are 2,600.00 a month; 1,000.01 every two weeks are 2,166.688…; together 4,766.688….
        // 1,850.00 a month and 150.55 twice a month are 2,151.10; 75.00 a week are 325.00. Left: 2,290.588…
        let means = judge_budget(&form(
            &[usd(60_000, Weekly), usd(100_001, EveryTwoWeeks)],
            &[usd(185_000, Monthly), usd(15_055, TwiceAMonth)],
            &[usd(7_500, Weekly)],
        ))
        .expect("a whole budget");
        assert_eq!(means.left_per_month(), Money::usd(229_058));
        // Of it 12/52 are 528.597…, 12/26 are 1,057.194…, a half is 1,145.294….
        assert_eq!(can_pay(&means), [52_859, 105_719, 114_529, 229_058]);
        assert_eq!((means.missing_per_month(), means.at_hand()), (None, Money::usd(20_000)));
        // Half of it is 1,145.294… a month, and 264.298… a week.
        let half = Means { share_bp: 5_000, ..means };
        assert_eq!(can_pay(&half), [26_429, 52_859, 57_264, 114_529]);
        assert_eq!(half.left_per_month(), means.left_per_month());
    }

    #[test]
    fn where_nothing_is_left_nothing_can_be_paid_and_what_is_missing_is_said() {
        let short = judge_budget(&form(&[usd(10_000, Weekly)], &[usd(43_334, Monthly)], &[])).expect("a whole budget");
        // 433.33 and a third come in, 433.34 go out: a part of a cent is missing.
        assert_eq!((short.left_per_month(), short.missing_per_month()), (Money::usd(0), Some(Money::usd(1))));
        assert_eq!(can_pay(&short), [0; 4]);
        assert_eq!(short.share_taken_bp(Money::usd(1), Monthly), None);
        let even = judge_budget(&form(&[usd(100, Monthly)], &[usd(50, TwiceAMonth)], &[])).expect("a whole budget");
        assert_eq!((even.left_per_month(), even.missing_per_month()), (Money::usd(0), None));
    }

    #[test]
    fn a_share_is_said_with_a_part_as_a_whole() {
        let means = judge_budget(&form(&[usd(40_000, Monthly)], &[usd(10_000, Monthly)], &[])).expect("a whole budget");
        // Of 300.00 a month 100.00 are a third; 30.00 a week are 130.00 a month, 43.33… percent.
        assert_eq!(means.share_taken_bp(Money::usd(10_000), Monthly), Some(3_334));
        assert_eq!(means.share_taken_bp(Money::usd(3_000), Weekly), Some(4_334));
        assert_eq!(means.share_taken_bp(Money::usd(15_000), Monthly), Some(5_000));
    }

    #[test]
    fn every_problem_is_said_by_its_field() {
        let wrong = BudgetForm {
            income: vec![usd(50_000, Weekly), usd(-1, Monthly)],
            essentials: vec![],
            priority_debts: vec![Regular::new(Money::of(100, Currency::Eur), Monthly)],
            at_hand: Money::usd(-5),
            share_bp: 10_001,
        };
        let problems = judge_budget(&wrong).expect_err("problems");
        assert_eq!(
            problems.iter().map(|one| one.field).collect::<Vec<_>>(),
            ["income", "priority_debts", "essentials", "at_hand", "share"]
        );
        assert!(problems[0].says.starts_with("Line 2: the amount is below zero"), "{}", problems[0]);
        assert!(problems[1].says.contains("EUR"), "{}", problems[1]);
        let nothing = judge_budget(&form(&[], &[usd(0, Weekly)], &[])).expect_err("no income was asked for");
        assert_eq!(nothing.iter().map(|one| one.field).collect::<Vec<_>>(), ["income"]);
        let on_nothing = judge_budget(&form(&[usd(1, Weekly)], &[usd(0, Weekly)], &[])).expect_err("nobody lives on nothing");
        assert_eq!(on_nothing.iter().map(|one| one.field).collect::<Vec<_>>(), ["essentials"]);
        let large = judge_budget(&form(&[usd(i64::MAX, Weekly)], &[usd(1, Weekly)], &[])).expect_err("too large");
        assert!(large[0].says.contains("too large"), "{}", large[0]);
    }

    proptest! {
        #[test]
        fn a_year_of_pay_days_takes_no_more_than_the_year_leaves(
            income in 0..2_000_000i64, essentials in 1..1_000_000i64, from in 0..4usize, to in 0..4usize, share_bp in 0..=10_000u32,
        ) {
            let form = BudgetForm { share_bp, ..form(&[usd(income, Frequency::ALL[from])], &[usd(essentials, Frequency::ALL[to])], &[]) };
            let means = judge_budget(&form).expect("a whole budget");
            let times = [52, 26, 24, 12];
            let year = i128::from(income) * times[from] - i128::from(essentials) * times[to];
            for every in Frequency::ALL {
                let paid = i128::from(means.can_pay(every).minor()) * times[every.index()];
                prop_assert!(paid * 10_000 <= year.max(0) * i128::from(share_bp), "{every}");
                // And one minor unit more each time would be too much.
                prop_assert!((paid + times[every.index()]) * 10_000 > year.max(0) * i128::from(share_bp), "{every}");
            }
        }
    }
}

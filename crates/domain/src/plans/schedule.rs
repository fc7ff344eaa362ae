//! Schedules: a plan day by day, exact to the cent.
//!
//! A down payment is paid on the day that the plan is agreed; the rest is cut into installments. The last edited of amount and count
//! wins, the other follows ([`Cut`]): the first installment carries what is odd, all others are equal. Cut by count it is the larger one,
//! by the odd cents; cut by amount it is the smaller one, so that nobody pays more at once than they said.
//!
//! Read [`plan_schedule`]. A wanted day comes from the rhythm, is laid on the next pay day where pay days are known, and is moved where
//! it is no business day; both days are kept, so that a move is seen.
//!
//! Always true: down payment and installments add up to the total; days go up; the last one is not after the time to sue or a recall.

use super::FieldProblem;
use super::rhythm::{Frequency, Rhythm, Shift, moved};
use crate::values::moment::written;
use crate::values::money::Money;
use jiff::civil::Date;
use std::fmt;

/// More installments than a plan has: ten years of weeks.
pub const COUNT_MAX: u32 = 520;

/// How what is left after the down payment is cut: by what was edited last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Into so many installments; the amount follows.
    Count(u32),
    /// Into installments of so much; their number follows.
    Amount(Money),
}

/// Equal installments but for the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How many, the first one with them.
    pub count: u32,
    /// The first one, in minor units.
    pub first_minor: i64,
    /// Each of the others, in minor units.
    pub each_minor: i64,
}

impl Cut {
    /// Cuts an amount above zero in minor units; nothing where no cut of it has only amounts above zero.
    pub fn parts(self, rest_minor: i64) -> Option<Parts> {
        match self {
            Cut::Count(count) => {
                let each_minor = rest_minor.checked_div(i64::from(count)).filter(|each| *each > 0)?;
                Some(Parts { count, first_minor: each_minor + rest_minor % i64::from(count), each_minor })
            }
            Cut::Amount(amount) => {
                let each_minor = Some(amount.minor()).filter(|each| *each > 0 && rest_minor > 0)?;
                let others = (rest_minor - 1) / each_minor;
                let count = u32::try_from(others + 1).ok()?;
                Some(Parts { count, first_minor: rest_minor - others * each_minor, each_minor })
            }
        }
    }
}

/// What a plan is asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanTerms {
    /// All that is paid.
    pub total: Money,
    /// What of it is paid on the day that the plan is agreed; zero for none, the total for all.
    pub down: Money,
    /// How the rest is cut.
    pub cut: Cut,
    /// From which day on installments are wanted.
    pub first_on: Date,
    /// How often.
    pub frequency: Frequency,
}

impl PlanTerms {
    /// What is paid in installments.
    pub fn rest(&self) -> Money {
        Money::of(self.total.minor().saturating_sub(self.down.minor()), self.total.currency())
    }

    /// How many installments these terms have: as it was edited, or as it follows from the amount.
    pub fn count(&self) -> u32 {
        self.cut.parts(self.rest().minor()).map_or(0, |parts| parts.count)
    }

    /// What each installment but the first is: as it was edited, or as it follows from the count.
    pub fn amount(&self) -> Money {
        Money::of(self.cut.parts(self.rest().minor()).map_or(0, |parts| parts.each_minor), self.total.currency())
    }
}

/// The terms in plain words, as they are read to somebody.
impl fmt::Display for PlanTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.rest();
        let from = written(self.first_on);
        let Some(parts) = self.cut.parts(rest.minor()).filter(|_| rest.minor() > 0) else { return write!(f, "{} today", self.total) };
        match (self.down.minor(), parts.count) {
            (0, 1) => return write!(f, "{} by {from}", self.total),
            (0, _) => write!(f, "{}: ", self.total)?,
            (_, 1) => return write!(f, "{}: {} today, then {rest} by {from}", self.total, self.down),
            _ => write!(f, "{}: {} today, then ", self.total, self.down)?,
        }
        let money = |minor| Money::of(minor, self.total.currency());
        write!(f, "{} installments of {}", parts.count, money(parts.each_minor))?;
        if parts.first_minor != parts.each_minor {
            write!(f, ", the first of {},", money(parts.first_minor))?;
        }
        write!(f, " {} from {from}", self.frequency)
    }
}

/// The days that a plan has to go with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanDays {
    /// The day on which it is agreed; no payment is before it.
    pub agreed_on: Date,
    /// When they are paid, where that is known.
    pub pay_days: Option<Rhythm>,
    /// Where a day goes that is no business day.
    pub shift: Shift,
    /// The last day on which a suit may be brought, where it is known.
    pub limitation_on: Option<Date>,
    /// The day on which the creditor takes the account back, where one is named.
    pub recall_on: Option<Date>,
}

impl PlanDays {
    /// The last day on which an installment may be due, with why; the earlier of two.
    pub fn last_on(&self) -> Option<(Date, &'static str)> {
        let limitation = self.limitation_on.map(|on| (on, "when the time to sue ends"));
        let recall = self.recall_on.map(|on| (on, "when the creditor takes the account back"));
        limitation.into_iter().chain(recall).min_by_key(|(on, _)| *on)
    }

    /// The day wanted and the day due of each installment of a rhythm from a first day on, without an end.
    pub fn of(self, rhythm: Rhythm, first_on: Date) -> impl Iterator<Item = (Date, Date)> {
        rhythm.days(first_on).map(move |wanted_on| {
            let wanted_on = self.pay_days.map_or(wanted_on, |pay| pay.on_or_after(wanted_on));
            (wanted_on, moved(wanted_on, self.shift, self.agreed_on))
        })
    }
}

/// One installment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Installment {
    /// Its number, from 1.
    pub no: u32,
    /// The day that the rhythm or the pay day gave.
    pub wanted_on: Date,
    /// The day on which it is due: another one where that is no business day.
    pub due_on: Date,
    /// How much.
    pub amount: Money,
}

impl Installment {
    /// Whether its day was moved.
    pub fn is_moved(&self) -> bool {
        self.due_on != self.wanted_on
    }
}

/// A plan day by day. Only [`plan_schedule`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    agreed_on: Date,
    total: Money,
    down: Money,
    installments: Vec<Installment>,
}

impl Schedule {
    /// The day on which it is agreed, and the down payment is paid.
    pub const fn agreed_on(&self) -> Date {
        self.agreed_on
    }

    /// All that is paid.
    pub const fn total(&self) -> Money {
        self.total
    }

    /// What is paid on the day that it is agreed; zero for nothing.
    pub const fn down(&self) -> Money {
        self.down
    }

    /// The installments, in the order of their days.
    pub fn installments(&self) -> &[Installment] {
        &self.installments
    }

    /// The day of the last payment.
    pub fn last_on(&self) -> Date {
        self.installments.last().map_or(self.agreed_on, |last| last.due_on)
    }
}

/// Lays out a plan, or says every problem of its terms.
pub fn plan_schedule(terms: &PlanTerms, days: &PlanDays) -> Result<Schedule, Vec<FieldProblem>> {
    let mut problems = amount_problems(terms);
    if terms.first_on < days.agreed_on {
        let says = format!("The first installment is on {} or after: a plan begins when it is agreed.", written(days.agreed_on));
        problems.push(FieldProblem::new("first_on", says));
    }
    if let Some(pay) = days.pay_days.map(|pay| pay.frequency()).filter(|pay| !terms.frequency.fits(*pay)) {
        let says = format!("They are paid {pay}: installments do not come {}.", terms.frequency);
        problems.push(FieldProblem::new("frequency", says));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let rest = terms.rest();
    let parts = if rest.minor() == 0 { None } else { terms.cut.parts(rest.minor()) };
    let rhythm = Rhythm::of_plan(terms.frequency, terms.first_on, days.pay_days);
    let amounts = parts.into_iter().flat_map(|parts| {
        let others = std::iter::repeat_n(parts.each_minor, parts.count as usize - 1);
        std::iter::once(parts.first_minor).chain(others)
    });
    let installments: Vec<Installment> = (1..)
        .zip(amounts.zip(days.of(rhythm, terms.first_on)))
        .map(|(no, (minor, (wanted_on, due_on)))| Installment { no, wanted_on, due_on, amount: Money::of(minor, rest.currency()) })
        .collect();
    let schedule = Schedule { agreed_on: days.agreed_on, total: terms.total, down: terms.down, installments };
    match days.last_on().filter(|(limit, _)| schedule.last_on() > *limit) {
        Some((limit, why)) => {
            let (last, limit) = (written(schedule.last_on()), written(limit));
            let says = format!("The last payment would be due on {last}, after {limit}, {why}: agree on fewer and larger installments.");
            Err(vec![FieldProblem::new("count", says)])
        }
        None => Ok(schedule),
    }
}

fn amount_problems(terms: &PlanTerms) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut problem = |field, says: String| problems.push(FieldProblem::new(field, says));
    let currency = terms.total.currency();
    if !(1..=Money::LARGEST_MINOR).contains(&terms.total.minor()) {
        problem("total", "A plan is for an amount above zero, and not larger than a debt can be.".into());
    }
    if terms.down.currency() != currency || !(0..=terms.total.minor().max(0)).contains(&terms.down.minor()) {
        problem("down", format!("The down payment is from nothing to the total, {}.", terms.total));
    }
    let rest = terms.rest().minor();
    match terms.cut {
        Cut::Amount(amount) if amount.currency() != currency || amount.minor() <= 0 => {
            problem("amount", format!("An installment is an amount above zero in {}.", currency.code()));
        }
        Cut::Count(count) if rest > 0 && (count == 0 || count > COUNT_MAX) => {
            problem("count", format!("A plan has from 1 to {COUNT_MAX} installments."));
        }
        Cut::Count(count) if rest > 0 && i64::from(count) > rest => {
            problem("count", format!("{} cannot be cut into {count} installments: agree on fewer.", terms.rest()));
        }
        Cut::Amount(_) if rest > 0 && terms.count() > COUNT_MAX => {
            problem("amount", format!("So little would take more than {COUNT_MAX} installments: agree on more each time."));
        }
        _ => {}
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::money::Currency;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn terms(total: i64, down: i64, cut: Cut, first_on: Date, frequency: Frequency) -> PlanTerms {
        PlanTerms { total: Money::usd(total), down: Money::usd(down), cut, first_on, frequency }
    }

    fn days() -> PlanDays {
        PlanDays { agreed_on: date(2026, 1, 5), pay_days: None, shift: Shift::Next, limitation_on: None, recall_on: None }
    }

    /// `01-30 334`, with the wanted day behind it where it was moved.
    fn shown(schedule: &Schedule) -> Vec<String> {
        let day = |on: Date| on.to_string()[5..].to_string();
        let one = |one: &Installment| match one.is_moved() {
            true => format!("{} {} for {}", day(one.due_on), one.amount.minor(), day(one.wanted_on)),
            false => format!("{} {}", day(one.due_on), one.amount.minor()),
        };
        schedule.installments().iter().map(one).collect()
    }

    fn fields(terms: &PlanTerms, days: &PlanDays) -> Vec<&'static str> {
        plan_schedule(terms, days).expect_err("problems").iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn odd_cents_are_on_the_first_and_moves_are_seen() {
        let january = terms(100_000, 0, Cut::Count(3), date(2026, 1, 31), Frequency::Monthly);
        // Saturday the 31st, Saturday 28 February, Tuesday 31 March.
        let plan = plan_schedule(&january, &days()).expect("a plan");
        assert_eq!(shown(&plan), ["02-02 33334 for 01-31", "03-02 33333 for 02-28", "03-31 33333"]);
        assert_eq!((plan.last_on(), plan.total(), plan.down()), (date(2026, 3, 31), Money::usd(100_000), Money::usd(0)));
        let before = PlanDays { shift: Shift::Previous, ..days() };
        let plan = plan_schedule(&january, &before).expect("a plan");
        assert_eq!(shown(&plan), ["01-30 33334 for 01-31", "02-27 33333 for 02-28", "03-31 33333"]);
        // A Monday holiday, after the weekend before it.
        let weekly = terms(1_001, 1, Cut::Count(2), date(2026, 1, 12), Frequency::Weekly);
        assert_eq!(shown(&plan_schedule(&weekly, &days()).expect("a plan")), ["01-12 500", "01-20 500 for 01-19"]);
    }

    #[test]
    fn the_last_edited_wins_and_the_other_follows() {
        let first_on = date(2026, 2, 2);
        let by_count = terms(125_000, 5_000, Cut::Count(7), first_on, Frequency::Weekly);
        // 1,200.00 in seven: 171.42 and six cents over.
        assert_eq!((by_count.count(), by_count.amount()), (7, Money::usd(17_142)));
        assert_eq!(plan_schedule(&by_count, &days()).expect("a plan").installments()[0].amount, Money::usd(17_148));
        let by_amount = PlanTerms { cut: Cut::Amount(Money::usd(17_500)), ..by_count };
        // Six of 175.00 are 1,050.00: the first is what is left, 150.00.
        assert_eq!((by_amount.count(), by_amount.amount()), (7, Money::usd(17_500)));
        assert_eq!(plan_schedule(&by_amount, &days()).expect("a plan").installments()[0].amount, Money::usd(15_000));
        // Edited again, the count wins; what was the amount is gone.
        let again = PlanTerms { cut: Cut::Count(12), ..by_amount };
        assert_eq!((again.count(), again.amount()), (12, Money::usd(10_000)));
        let at_once = PlanTerms { cut: Cut::Amount(Money::usd(999_999)), ..by_count };
        assert_eq!((at_once.count(), plan_schedule(&at_once, &days()).expect("a plan").installments()[0].amount), (1, Money::usd(120_000)));
        let paid = PlanTerms { down: Money::usd(125_000), ..by_count };
        let paid = plan_schedule(&paid, &days()).expect("all of it at once");
        assert_eq!((paid.installments().len(), paid.last_on()), (0, date(2026, 1, 5)));
    }

    #[test]
    fn installments_come_on_pay_days() {
        let paid = |pay| PlanDays { pay_days: Some(pay), ..days() };
        let fridays = paid(Rhythm::from_first(Frequency::Weekly, date(2026, 1, 9)));
        let monthly = terms(300, 0, Cut::Count(3), date(2026, 2, 1), Frequency::Monthly);
        assert_eq!(shown(&plan_schedule(&monthly, &fridays).expect("a plan")), ["02-06 100", "03-06 100", "04-03 100"]);
        let last = paid(Rhythm::monthly(31).expect("the last"));
        let from_february = terms(300, 0, Cut::Count(3), date(2026, 2, 28), Frequency::Monthly);
        let plan = plan_schedule(&from_february, &last).expect("a plan");
        assert_eq!(shown(&plan), ["03-02 100 for 02-28", "03-31 100", "04-30 100"]);
        let weekly = PlanTerms { frequency: Frequency::Weekly, ..from_february };
        assert_eq!(fields(&weekly, &last), ["frequency"]);
        let says = plan_schedule(&weekly, &last).expect_err("a problem")[0].says.clone();
        assert_eq!(says, "They are paid once a month: installments do not come every week.");
    }

    #[test]
    fn the_last_payment_is_not_after_the_time_to_sue_or_a_recall() {
        let plan = terms(300, 0, Cut::Count(3), date(2026, 1, 31), Frequency::Monthly);
        let ends = |limitation, recall| PlanDays { limitation_on: limitation, recall_on: recall, ..days() };
        let (day, before) = (date(2026, 3, 31), date(2026, 3, 30));
        assert!(plan_schedule(&plan, &ends(Some(day), Some(day))).is_ok());
        for (limits, why) in [
            (ends(Some(before), None), "time to sue"),
            (ends(Some(day), Some(before)), "takes the account back"),
            (ends(Some(before), Some(day)), "time to sue"),
        ] {
            let problems = plan_schedule(&plan, &limits).expect_err("too long");
            assert!(problems[0].field == "count" && problems[0].says.contains(why), "{}", problems[0]);
        }
        // The move counts: a Saturday that is the last day goes past it.
        let one = PlanTerms { cut: Cut::Count(1), ..plan };
        assert_eq!(fields(&one, &ends(Some(date(2026, 1, 31)), None)), ["count"]);
        assert!(plan_schedule(&one, &PlanDays { shift: Shift::Previous, ..ends(Some(date(2026, 1, 31)), None) }).is_ok());
    }

    #[test]
    fn every_problem_of_the_terms_is_said_by_its_field() {
        let good = terms(300, 0, Cut::Count(3), date(2026, 1, 31), Frequency::Monthly);
        //   terms                                                             problems with
        for (terms, wrong) in [
            (PlanTerms { total: Money::usd(0), ..good }, vec!["total"]),
            (PlanTerms { down: Money::usd(301), ..good }, vec!["down"]),
            (PlanTerms { down: Money::usd(-1), first_on: date(2026, 1, 4), ..good }, vec!["down", "first_on"]),
            (PlanTerms { down: Money::of(1, Currency::Eur), ..good }, vec!["down"]),
            (PlanTerms { cut: Cut::Count(0), ..good }, vec!["count"]),
            (PlanTerms { cut: Cut::Count(301), ..good }, vec!["count"]),
            (PlanTerms { cut: Cut::Count(521), total: Money::usd(9_999), ..good }, vec!["count"]),
            (PlanTerms { cut: Cut::Amount(Money::usd(0)), ..good }, vec!["amount"]),
            (PlanTerms { cut: Cut::Amount(Money::usd(1)), total: Money::usd(521), ..good }, vec!["amount"]),
        ] {
            assert_eq!(fields(&terms, &days()), wrong, "{terms:?}");
        }
    }

    proptest! {
        #[test]
        fn a_plan_adds_up_to_its_total_and_its_days_go_up(
            total in 1..5_000_000i64, down_bp in 0..9_000i64, count in 1..80u32, amount in 1..100_000i64, is_by_count: bool,
            day in 0..1_500i32, frequency in 0..4usize, is_next: bool,
        ) {
            let cut = if is_by_count { Cut::Count(count) } else { Cut::Amount(Money::usd(amount)) };
            let first_on = crate::values::moment::date_of_day(20_458 + day);
            let terms = terms(total, total * down_bp / 10_000, cut, first_on, Frequency::ALL[frequency]);
            let days = PlanDays { agreed_on: first_on, shift: if is_next { Shift::Next } else { Shift::Previous }, ..days() };
            let Ok(schedule) = plan_schedule(&terms, &days) else { return Ok(()) };
            let installments = schedule.installments();
            let sum: i64 = installments.iter().map(|one| one.amount.minor()).sum();
            prop_assert_eq!(sum + schedule.down().minor(), total);
            prop_assert!(installments.iter().all(|one| one.amount.minor() > 0 && one.due_on >= first_on));
            prop_assert!(installments.windows(2).all(|two| two[0].due_on < two[1].due_on));
            prop_assert!(installments.iter().skip(2).all(|one| one.amount == installments[1].amount));
            let (first, each) = (installments[0].amount.minor(), installments.last().expect("one").amount.minor());
            match cut {
                Cut::Count(count) => prop_assert!(installments.len() == count as usize && first - each < i64::from(count) && first >= each),
                Cut::Amount(amount) => prop_assert!(first <= amount.minor() && (installments.len() == 1 || each == amount.minor())),
            }
        }
    }
}

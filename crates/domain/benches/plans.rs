//! How long the search for offers takes: every candidate weighed, the best twenty laid out day by day.
//!
//! Two desks on 1,500.00 with 11 totals, 8 down payments, 60 counts, 4 frequencies and 8 pay days. *At work* has a budget and a policy as
//! houses have them; *wide open* has no budget and limits so loose that nearly every candidate is feasible, which is the most there is to
//! do. Beside them the same as one would write it down (`walked.rs`: every schedule laid out, everything sorted), and numpy where Python has
//! it. Aim: 135,000 candidates and the best twenty with their schedules in 0.5 ms of one core.
//!
//! Seen on one core of a shared machine, 23 November 2026, 187,715 candidates each: at work (23,010 feasible) 0.11 to 0.15 ms, walked 337 to
//! 380 ms, numpy 2.1 ms; wide open (all feasible) 0.30 to 0.37 ms, walked 470 to 513 ms, numpy 2.8 ms. The same best each time.

#[allow(clippy::disallowed_methods, reason = "what a process has used is read from the system")]
#[path = "../../app/benches/measure.rs"]
mod measure;
mod walked;

use duly_domain as duly;
use duly_domain::plans::budget::{BudgetForm, Means, Regular, judge_budget};
use duly_domain::plans::offers::{InParts, OfferCase, OfferPolicy, Offers, PolicyTerms, Rung, find_offers};
use duly_domain::plans::rhythm::{Frequency, Rhythm, Shift};
use duly_domain::plans::worth::{Odds, bits_for, days_ahead};
use duly_domain::values::money::Money;
use jiff::civil::date;
use measure::{grouped, processor_nanos};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What is searched.
struct Desk {
    name: &'static str,
    policy: OfferPolicy,
    case: OfferCase,
    means: Option<Means>,
    odds: Odds,
}

impl Desk {
    fn at_work() -> Desk {
        let means = BudgetForm {
            income: vec![Regular::new(Money::usd(52_000), Frequency::Weekly)],
            essentials: vec![Regular::new(Money::usd(165_000), Frequency::Monthly)],
            priority_debts: vec![Regular::new(Money::usd(12_000), Frequency::Monthly)],
            at_hand: Money::usd(45_000),
            share_bp: 7_500,
        };
        let means = Some(judge_budget(&means).expect("a budget"));
        Desk { name: "at work", means, ..Desk::of(2_500, 24, date(2026, 2, 27), InParts { count_max: 12, until: date(2026, 9, 30) }) }
    }

    fn wide_open() -> Desk {
        Desk::of(100, 72, date(2026, 12, 31), InParts { count_max: 61, until: date(2032, 1, 1) })
    }

    fn of(least: i64, months_max: u32, lump_until: jiff::civil::Date, parts: InParts) -> Desk {
        let terms = PolicyTerms {
            installment_min: Money::usd(least),
            count_max: 60,
            months_max,
            first_within_days: 57,
            down_min_bp: 0,
            down_max_bp: 3_500,
            down_step_bp: 500,
            shift: Shift::Next,
            ladder: Rung::steps(9_500, 5_000, 500, lump_until, Some(parts)),
            date_change_days_max: Some(14),
            pause_months_max: Some(3),
        };
        let case = OfferCase {
            balance: Money::usd(150_000),
            agreed_on: date(2026, 1, 15),
            pay_days: Some(Rhythm::from_first(Frequency::Weekly, date(2026, 1, 16))),
            limitation_on: None,
            recall_on: None,
            due_on: None,
            is_in_hardship: false,
        };
        let odds = Odds::new(930_000, 10_000).expect("odds");
        Desk { name: "wide open", policy: OfferPolicy::new(terms).expect("a policy"), case, means: None, odds }
    }

    fn find(&self) -> Offers {
        find_offers(&self.policy, &self.case, self.means.as_ref(), &self.odds).expect("offers")
    }

    fn walk(&self) -> walked::Walk {
        walked::walk(&self.policy, &self.case, self.means.as_ref(), &self.odds)
    }
}

/// Runs for some seconds of processor time; milliseconds each.
#[allow(clippy::float_arithmetic, reason = "milliseconds, no money")]
fn millis(seconds: u64, mut once: impl FnMut()) -> f64 {
    let (began, mut count) = (processor_nanos(), 0u32);
    loop {
        once();
        count += 1;
        let spent = processor_nanos() - began;
        if spent >= seconds * 1_000_000_000 {
            return spent as f64 / 1e6 / f64::from(count);
        }
    }
}

#[allow(clippy::float_arithmetic, reason = "milliseconds and ratios, no money")]
fn main() {
    for desk in [Desk::at_work(), Desk::wide_open()] {
        let (offers, walk) = (desk.find(), desk.walk());
        let is_same = offers.candidates == walk.candidates
            && (offers.best.len(), offers.best_of_each.len()) == (walk.best.len(), walk.best_of_each.len())
            && offers.best.iter().chain(&offers.best_of_each).zip(walk.best.iter().chain(&walk.best_of_each)).all(|(found, walked)| {
                *found.terms() == walked.terms && *found.schedule() == walked.schedule && found.worth().units() == walked.worth
            });
        let counts = [offers.candidates, offers.weighed, walk.feasible].map(grouped);
        println!("{}: {} candidates, {} weighed, {} feasible", desk.name, counts[0], counts[1], counts[2]);
        let ours = millis(2, || {
            black_box(black_box(&desk).find());
        });
        let naive = millis(1, || {
            black_box(black_box(&desk).walk().best);
        });
        println!("  searched: {ours:.3} ms with {} schedules laid out", offers.best.len() + offers.best_of_each.len());
        println!("  walked: {naive:.1} ms, {:.0} times as long; the same best: {}", naive / ours, if is_same { "yes" } else { "NO" });
        println!("  {}", numpy(&desk, &offers, ours));
        let (size, aim) = (offers.candidates >= 135_000, ours <= 0.5);
        println!("  aim 135,000 candidates in 0.5 ms: {}", if size && aim { "reached" } else { "missed" });
        assert!(is_same, "the search and the walk disagree");
    }
}

/// The same grid by numpy, or that it was not measured.
#[allow(clippy::float_arithmetic, reason = "milliseconds and ratios, no money")]
fn numpy(desk: &Desk, offers: &Offers, ours: f64) -> String {
    let has = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|status| status.success()) {
        return "numpy: not measured, python3 has none here".into();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/plans.py");
    let mut python = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 runs");
    python.stdin.take().expect("its input").write_all(grid(desk).as_bytes()).expect("the grid is written");
    let out = python.wait_with_output().expect("numpy ends");
    let text = String::from_utf8(out.stdout).expect("numbers");
    let mut words = text.split_whitespace();
    let millis: f64 = words.next().and_then(|word| word.parse().ok()).expect("milliseconds");
    let best: Vec<i64> = words.map(|word| word.parse().expect("a worth")).collect();
    let is_same = best.iter().eq(offers.best.iter().map(|offer| offer.worth().units()).collect::<Vec<_>>().iter());
    let says = if is_same { "the same worths" } else { "OTHER WORTHS" };
    format!("numpy: {millis:.1} ms without schedules, {:.0} times as long; {says}", millis / ours)
}

/// What numpy is given: see `plans.py`.
fn grid(desk: &Desk) -> String {
    let (terms, balance) = (desk.policy.terms(), desk.case.balance.minor());
    let bits = bits_for(balance);
    let can_pay = |every| desk.means.map_or(i64::MAX, |means| means.can_pay(every).minor());
    let at_hand = desk.means.map_or(i64::MAX, |means| means.at_hand().minor());
    let last_on = desk.policy.last_on(&desk.case);
    let whole = (balance, last_on, last_on, terms.count_max + 1);
    let settled = terms.ladder.iter().map(|rung| {
        let parts = rung.parts.expect("both desks settle in parts");
        let total = (balance * i64::from(rung.share_bp) + 9_999) / 10_000;
        (total, rung.lump_until.min(last_on), parts.until.min(last_on), parts.count_max)
    });
    let totals: Vec<_> = std::iter::once(whole).chain(settled).collect();
    let row = |numbers: Vec<i64>| numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
    let (days, first_days) = (desk.policy.days(&desk.case), desk.policy.first_days(&desk.case));
    let mut at_once = Vec::new();
    let mut lines = Vec::new();
    for frequency in Frequency::ALL {
        for first_on in &first_days {
            let rhythm = Rhythm::of_plan(frequency, *first_on, desk.case.pay_days);
            let due: Vec<_> = days.of(rhythm, *first_on).take(terms.count_max as usize).collect();
            let mut sum = 0;
            let sums = std::iter::once(0).chain((1..).zip(&due).map(|(no, (wanted_on, _))| {
                sum += desk.odds.weight(no, days_ahead(desk.case.agreed_on, *wanted_on), bits);
                sum
            }));
            let sums: Vec<i64> = sums.collect();
            let is_monthly = frequency == Frequency::Monthly;
            let mut line = vec![can_pay(frequency), 2, if is_monthly { 1 } else { 2 }];
            line.extend(totals.iter().map(|(_, _, until, _)| due.iter().filter(|(_, due_on)| due_on <= until).count() as i64));
            let once = at_hand.max(can_pay(Frequency::Monthly));
            let later = totals.iter().filter(|(total, lump_until, _, _)| is_monthly && *total <= once && due[0].1 <= *lump_until);
            at_once.extend(later.map(|(total, _, _, _)| total * sums[1]));
            line.extend(sums);
            lines.push(line);
        }
    }
    at_once.extend(totals.iter().filter(|(total, ..)| *total <= at_hand).map(|(total, ..)| total << bits));
    let head =
        [i64::from(bits), i64::from(terms.count_max), terms.installment_min.minor(), at_hand, totals.len() as i64, lines.len() as i64];
    let mut text = String::new();
    let downs = totals.iter().map(|(total, ..)| desk.policy.downs(*total));
    let heads =
        [head.to_vec(), totals.iter().map(|total| total.0).collect(), totals.iter().map(|total| i64::from(total.3)).collect(), at_once];
    for numbers in heads.into_iter().chain(downs).chain(lines) {
        writeln!(text, "{}", row(numbers)).expect("a string takes all");
    }
    text
}

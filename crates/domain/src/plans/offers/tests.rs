//! What is offered is what walking every candidate finds, and never anything that policy does not have.

use super::*;
use crate as duly;
use crate::plans::budget::{BudgetForm, Regular, judge_budget};
use crate::plans::rhythm::{Rhythm, Shift};
use crate::values::moment::{date_of_day, day_number};
use jiff::civil::date;
use proptest::prelude::*;

#[path = "../../../benches/walked.rs"]
mod walked;

use walked::walk;

fn terms() -> PolicyTerms {
    PolicyTerms {
        installment_min: Money::usd(2_500),
        count_max: 24,
        months_max: 18,
        first_within_days: 30,
        down_min_bp: 0,
        down_max_bp: 4_000,
        down_step_bp: 1_000,
        shift: Shift::Next,
        ladder: Rung::steps(9_000, 6_000, 1_000, date(2026, 1, 30), Some(InParts { count_max: 3, until: date(2026, 4, 30) })),
        date_change_days_max: Some(14),
        pause_months_max: Some(3),
    }
}

fn policy(terms: PolicyTerms) -> OfferPolicy {
    OfferPolicy::new(terms).expect("a policy")
}

fn case(balance: i64) -> OfferCase {
    OfferCase {
        balance: Money::usd(balance),
        agreed_on: date(2026, 1, 15),
        pay_days: None,
        limitation_on: None,
        recall_on: None,
        due_on: None,
        is_in_hardship: false,
    }
}

/// Means of so much a month, with so much at hand.
fn means(left: i64, at_hand: i64) -> Means {
    let monthly = |minor| vec![Regular::new(Money::usd(minor), Frequency::Monthly)];
    let at_hand = Money::usd(at_hand);
    let form = BudgetForm { income: monthly(left + 1), essentials: monthly(1), priority_debts: vec![], at_hand, share_bp: 10_000 };
    judge_budget(&form).expect("a budget")
}

fn odds() -> Odds {
    Odds::new(930_000, 10_000).expect("odds")
}

#[test]
fn whoever_can_pay_all_today_is_offered_that_first() {
    let offers = find_offers(&policy(terms()), &case(150_000), None, &odds()).expect("offers");
    let first = &offers.best[0];
    assert_eq!((first.kind(), first.share_bp(), first.schedule().installments().len()), (OfferKind::InFull, 10_000, 0));
    assert_eq!((first.worth().amount(), first.all_kept_ppm()), (Money::usd(150_000), 1_000_000));
    // Then the settlements of today: 90 % is worth more than 1,500.00 in a day, which comes with 93 %, until down payments count.
    assert_eq!(offers.best.len(), BEST);
    assert!(offers.best.windows(2).all(|two| two[0].worth().units() >= two[1].worth().units()));
    // 16 first days are asked for, fewer are business days: each rung is 1 + days + per down payment days × (4 × 23 with, or + 1 less).
    let days = policy(terms()).first_days(&case(150_000)).len() as u64;
    assert_eq!(offers.candidates, 5 * (1 + days + days * (4 * 23) + 4 * days * (4 * 23 + 1)));
}

#[test]
fn the_plan_of_the_handbook_is_found_where_it_is_all_there_is() {
    // 100.00 a month can be paid, nothing is at hand; the pay day is the 15th. 80 % of 1,500.00 in twelve parts is all that fits.
    let until = date(2027, 1, 15);
    let ladder = vec![Rung { share_bp: 8_000, lump_until: date(2026, 1, 14), parts: Some(InParts { count_max: 12, until }) }];
    let policy = policy(PolicyTerms { ladder, months_max: 12, down_max_bp: 0, ..terms() });
    let paid = OfferCase { pay_days: Some(Rhythm::monthly(15).expect("a day")), ..case(150_000) };
    let policy = OfferPolicy::new(PolicyTerms { first_within_days: 31, ..policy.terms().clone() }).expect("a policy");
    let offers = find_offers(&policy, &paid, Some(&means(10_000, 0)), &odds()).expect("offers");
    assert_eq!(offers.best.len(), 1);
    let only = &offers.best[0];
    assert_eq!((only.kind(), only.worth().amount(), only.worth().share_bp()), (OfferKind::SettledInParts, Money::usd(73_065), 4_871));
    assert_eq!((only.schedule().total(), only.forgiven(Money::usd(150_000))), (Money::usd(120_000), Money::usd(30_000)));
    assert_eq!((only.schedule().last_on(), only.schedule().installments()[0].due_on), (until, date(2026, 2, 17)));
    assert_eq!(only.all_kept_ppm(), 418_596);
    // A cent less a month, or a day less to pay it, and there is nothing.
    assert!(find_offers(&policy, &paid, Some(&means(9_999, 0)), &odds()).expect("offers").best.is_empty());
    for shorter in [OfferCase { limitation_on: Some(date(2027, 1, 14)), ..paid }, OfferCase { recall_on: Some(date(2027, 1, 14)), ..paid }]
    {
        assert!(find_offers(&policy, &shorter, Some(&means(10_000, 0)), &odds()).expect("offers").best.is_empty());
    }
}

#[test]
fn days_are_changed_only_as_policy_has_it() {
    let relief = |terms: PolicyTerms, case: OfferCase| {
        let offers = find_offers(&policy(terms), &case, None, &odds()).expect("offers");
        offers.relief.iter().map(|relief| (relief.kind(), relief.until())).collect::<Vec<_>>()
    };
    let due = OfferCase { due_on: Some(date(2026, 1, 20)), ..case(10_000) };
    assert_eq!(relief(terms(), case(10_000)), []);
    assert_eq!(relief(terms(), due), [(ReliefKind::DateChange, date(2026, 2, 3))]);
    let hard = OfferCase { is_in_hardship: true, ..due };
    assert_eq!(relief(terms(), hard)[1], (ReliefKind::Pause, date(2026, 4, 15)));
    assert_eq!(relief(PolicyTerms { date_change_days_max: None, pause_months_max: None, ..terms() }, hard), []);
    let recalled = OfferCase { recall_on: Some(date(2026, 1, 20)), ..hard };
    assert_eq!(relief(terms(), recalled), [(ReliefKind::Pause, date(2026, 1, 20))]);
}

#[test]
fn a_policy_says_what_is_wrong_with_it() {
    let wrong = PolicyTerms {
        installment_min: Money::usd(0),
        count_max: 0,
        down_min_bp: 4_001,
        down_step_bp: 0,
        ladder: Rung::steps(10_000, 9_000, 1_000, date(2026, 1, 1), Some(InParts { count_max: 1, until: date(2026, 1, 1) })),
        pause_months_max: Some(0),
        ..terms()
    };
    let fields: Vec<_> = OfferPolicy::new(wrong).expect_err("problems").iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["installment_min", "count_max", "down_max", "down_step", "ladder", "ladder", "pause_months"]);
    let up = PolicyTerms { ladder: [terms().ladder, terms().ladder].concat(), ..terms() };
    assert_eq!(OfferPolicy::new(up).expect_err("a problem")[0].field, "ladder");
    assert!(Rung::steps(9_000, 5_000, 0, date(2026, 1, 1), None).is_empty() && Rung::steps(1, 2, 1, date(2026, 1, 1), None).is_empty());
    let euros = OfferCase { balance: Money::of(1, crate::values::money::Currency::Eur), ..case(1) };
    let problems = find_offers(&policy(terms()), &euros, Some(&means(1, 1)), &odds()).expect_err("two currencies");
    assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), ["policy", "budget"]);
    assert_eq!(find_offers(&policy(terms()), &case(0), None, &odds()).expect_err("nothing is owed")[0].field, "balance");
}

#[test]
fn first_days_are_pay_days_or_business_days_within_the_time() {
    let policy = policy(PolicyTerms { first_within_days: 30, ..terms() });
    let fridays = OfferCase { pay_days: Some(Rhythm::from_first(Frequency::Weekly, date(2026, 1, 2))), ..case(1) };
    let days: Vec<_> = policy.first_days(&fridays).iter().map(|day| day.to_string()[5..].to_string()).collect();
    assert_eq!(days, ["01-16", "01-23", "01-30", "02-06", "02-13"]);
    // A sixteenth of thirty days apart, from the 17th on. The 17th, 18th and 19th (a holiday), the 25th, the 1st and the 7th are moved on;
    // the 14th would be moved past the time, over Monday the 16th, a holiday too.
    let days: Vec<_> = policy.first_days(&case(1)).iter().map(|day| day.day()).collect();
    assert_eq!(days, [20, 21, 23, 26, 27, 29, 30, 2, 3, 5, 9, 11, 13]);
    let monthly = OfferCase { pay_days: Some(Rhythm::monthly(15).expect("a day")), ..case(1) };
    assert_eq!(policy.first_days(&monthly), [], "the next pay day is 31 days ahead");
}

prop_compose! {
    fn any_terms()(
        least in 1..20_000i64, count_max in 1..20u32, months_max in 1..14u32, within in 1..40u32, downs in (0..3_000u32, 0..4_000u32, 300..2_000u32),
        is_next: bool, ladder in proptest::option::of((5_000..9_999u32, 400..2_000u32, -5..120i32, proptest::option::of((2..8u32, -5..200i32)))),
    ) -> PolicyTerms {
        let day = |days: i32| date_of_day(day_number(date(2026, 1, 15)) + days);
        let rungs = |(from, step, lump, parts): (u32, u32, i32, Option<(u32, i32)>)| {
            Rung::steps(from, 4_000, step, day(lump), parts.map(|(count_max, until)| InParts { count_max, until: day(until) }))
        };
        PolicyTerms {
            installment_min: Money::usd(least),
            count_max,
            months_max,
            first_within_days: within,
            down_min_bp: downs.0,
            down_max_bp: downs.0 + downs.1,
            down_step_bp: downs.2,
            shift: if is_next { Shift::Next } else { Shift::Previous },
            ladder: ladder.map(rungs).unwrap_or_default(),
            date_change_days_max: None,
            pause_months_max: None,
        }
    }
}

prop_compose! {
    fn any_case()(
        balance in prop_oneof![1..500i64, 1_000..500_000i64, Just(Money::LARGEST_MINOR)], agreed in 0..800i32, pay in proptest::option::of((0..4usize, 0..31i32)),
        limitation in proptest::option::of(-3..500i32), recall in proptest::option::of(0..500i32),
    ) -> OfferCase {
        let agreed = day_number(date(2026, 1, 15)) + agreed;
        let day = |days| date_of_day(agreed + days);
        OfferCase {
            balance: Money::usd(balance),
            agreed_on: day(0),
            pay_days: pay.map(|(frequency, days)| Rhythm::from_first(Frequency::ALL[frequency], day(days))),
            limitation_on: limitation.map(day),
            recall_on: recall.map(day),
            ..case(balance)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_found_is_what_walking_every_candidate_finds(
        terms in any_terms(), case in any_case(), budget in proptest::option::of((0..80_000i64, 0..200_000i64)),
        kept in prop_oneof![Just(1_000_000u32), 1..1_000_000u32], rate in prop_oneof![Just(0u32), 0..200_000u32],
    ) {
        let (policy, means) = (policy(terms), budget.map(|(left, at_hand)| means(left, at_hand)));
        let odds = Odds::new(kept, rate).expect("odds");
        let offers = find_offers(&policy, &case, means.as_ref(), &odds).expect("offers");
        let walk = walk(&policy, &case, means.as_ref(), &odds);
        prop_assert_eq!(offers.candidates, walk.candidates);
        prop_assert!(offers.weighed >= walk.feasible, "{} of {}", offers.weighed, walk.feasible);
        prop_assert_eq!((offers.best.len(), offers.best_of_each.len()), (walk.best.len(), walk.best_of_each.len()));
        let kinds = offers.best_of_each.iter().map(Offer::kind);
        prop_assert!(kinds.eq(OfferKind::ALL.into_iter().filter(|kind| offers.best_of_each.iter().any(|one| one.kind() == *kind))));
        for (found, walked) in offers.best.iter().chain(&offers.best_of_each).zip(walk.best.iter().chain(&walk.best_of_each)) {
            prop_assert_eq!(found.terms(), &walked.terms);
            prop_assert_eq!(found.schedule(), &walked.schedule);
            prop_assert_eq!((found.worth().units(), found.share_bp()), (walked.worth, walked.share_bp));
        }
    }

    #[test]
    fn what_is_found_the_builder_accepts_and_gives_the_same(
        terms in any_terms(), case in any_case(), budget in proptest::option::of((0..80_000i64, 0..200_000i64)), kept in 1..=1_000_000u32,
    ) {
        let (policy, means) = (policy(terms), budget.map(|(left, at_hand)| means(left, at_hand)));
        let odds = Odds::new(kept, 10_000).expect("odds");
        let offers = find_offers(&policy, &case, means.as_ref(), &odds).expect("offers");
        for found in offers.best.iter().chain(&offers.best_of_each) {
            // Of a few cents several rungs round to one amount: its share is then the whole's, or the first rung's.
            let same = |built: &Offer| if case.balance.minor() >= 10_000 { built == found } else { built.schedule == found.schedule };
            let built = offer_of(&policy, &case, means.as_ref(), &odds, *found.terms());
            prop_assert!(built.as_ref().is_ok_and(same), "{:?}: {:?}", found.terms(), built);
        }
    }

    #[test]
    fn what_the_builder_accepts_is_worth_no_more_than_the_best_and_within_every_bound(
        terms in any_terms(), case in any_case(), budget in proptest::option::of((0..80_000i64, 0..200_000i64)),
        total in 1..=10_000i64, down in 0..=10_000i64, cut in prop_oneof![(1..30u32).prop_map(Cut::Count), (1..90_000i64).prop_map(|minor| Cut::Amount(Money::usd(minor)))],
        first in -2..50i32, frequency in 0..4usize,
    ) {
        let (policy, means) = (policy(terms), budget.map(|(left, at_hand)| means(left, at_hand)));
        let odds = odds();
        let share = |whole: i64, of| i64::try_from(i128::from(whole) * i128::from(of) / 10_000).expect("a part of it");
        let total = share(case.balance.minor(), total);
        let asked = PlanTerms {
            total: Money::usd(total), down: Money::usd(share(total, down)), cut,
            first_on: date_of_day(day_number(case.agreed_on) + first), frequency: Frequency::ALL[frequency],
        };
        let Ok(offer) = offer_of(&policy, &case, means.as_ref(), &odds, asked) else { return Ok(()) };
        let (schedule, rules) = (offer.schedule(), policy.terms());
        let sum: i64 = schedule.installments().iter().map(|one| one.amount.minor()).sum();
        prop_assert_eq!(sum + schedule.down().minor(), total);
        prop_assert!(schedule.last_on() <= policy.last_on(&case));
        prop_assert!(total == case.balance.minor() || rules.ladder.iter().any(|rung| crate::plans::share_up(case.balance.minor(), rung.share_bp) <= total));
        let is_parts = matches!(offer.kind(), OfferKind::Plan | OfferKind::SettledInParts);
        for one in schedule.installments() {
            prop_assert!(!is_parts || one.amount.minor() >= rules.installment_min.minor());
            let by_month = means.map_or(i64::MAX, |means| means.can_pay(Frequency::Weekly).minor().max(means.can_pay(Frequency::Monthly).minor()));
            let at_hand = means.map_or(i64::MAX, |means| means.at_hand().minor());
            prop_assert!(one.amount.minor() <= by_month.max(at_hand));
        }
        prop_assert!(schedule.installments().len() <= rules.count_max as usize);
    }
}

#[test]
fn what_is_outside_policy_is_no_offer_and_every_reason_is_said() {
    let ask = |total, down, cut, first_on| PlanTerms {
        total: Money::usd(total),
        down: Money::usd(down),
        cut,
        first_on,
        frequency: Frequency::Monthly,
    };
    let soon = date(2026, 1, 30);
    let built = |asked: PlanTerms, means: Option<Means>| offer_of(&policy(terms()), &case(150_000), means.as_ref(), &odds(), asked);
    let fields = |asked, means| built(asked, means).err().unwrap_or_default().iter().map(|problem| problem.field).collect::<Vec<_>>();
    assert_eq!(fields(ask(150_000, 0, Cut::Count(12), soon), None), Vec::<&str>::new());
    assert_eq!(fields(ask(150_001, 0, Cut::Count(12), soon), None), ["total"]);
    assert_eq!(fields(ask(89_999, 0, Cut::Count(1), soon), None), ["total"], "60 % of 1,500.00 are 900.00");
    assert_eq!(fields(ask(90_000, 0, Cut::Count(4), soon), None), ["count"], "a settlement has three parts at the most");
    assert_eq!(fields(ask(90_000, 0, Cut::Count(1), date(2026, 2, 2)), None), ["count"], "and is paid at once by the 30th");
    assert_eq!(fields(ask(150_000, 0, Cut::Count(24), date(2026, 3, 1)), None), ["first_on", "count"]);
    assert_eq!(fields(ask(150_000, 60_001, Cut::Count(40), soon), None), ["count", "down", "count", "amount"]);
    assert_eq!(fields(ask(150_000, 0, Cut::Amount(Money::usd(2_400)), soon), None), ["count", "count", "amount"]);
    assert_eq!(fields(ask(150_000, 0, Cut::Amount(Money::usd(14_800)), soon), None), ["amount"], "the odd one of 20.00 is too small");
    assert_eq!(fields(ask(150_000, 0, Cut::Count(2), date(2026, 1, 15)), None), ["first_on"], "today is the down payment");
    assert_eq!(fields(ask(150_000, 10_000, Cut::Count(12), soon), Some(means(10_000, 5_000))), ["down", "amount"]);
    assert_eq!(fields(ask(150_000, 0, Cut::Count(1), soon), Some(means(10_000, 5_000))), ["total"]);
    // Between two rungs: above 80 %, so it goes with that rung's days, and its share is what is paid.
    let between = built(ask(127_500, 0, Cut::Count(3), soon), None).expect("an offer");
    assert_eq!((between.kind(), between.share_bp()), (OfferKind::SettledInParts, 8_500));
}

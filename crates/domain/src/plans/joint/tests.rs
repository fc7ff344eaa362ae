//! Joint plans: nothing is lost and nothing added, however they are cut, paid and revised.

use super::*;
use crate::decision::Answer;
use crate::values::moment::{date_of_day, day_number};
use jiff::civil::date;
use proptest::prelude::*;

/// Payments of a total, cut as a plan cuts it.
fn cut(total: i64, count: usize) -> Vec<i64> {
    let count = i64::try_from(count).expect("a few");
    (0..count).map(|nth| total / count + if nth == 0 { total % count } else { 0 }).collect()
}

#[test]
fn payments_are_cut_in_proportion_to_what_is_asked_for() {
    //   payments                 asked             parts
    for (payments, asked, parts) in [
        (vec![100, 100, 100, 100], vec![300, 100], Some(vec![vec![75; 4], vec![25; 4]])),
        (vec![34, 33, 33], vec![70, 30], Some(vec![vec![23, 23, 24], vec![11, 10, 9]])),
        // One cent has a part in one payment alone.
        (vec![50, 50], vec![99, 1], Some(vec![vec![49, 50], vec![1, 0]])),
        (vec![10], vec![3, 3, 4], Some(vec![vec![3], vec![3], vec![4]])),
        (vec![100], vec![99], None),
        (vec![100, 0], vec![100], None),
        (vec![100], vec![101, -1], None),
        (vec![], vec![], None),
    ] {
        assert_eq!(split(&payments, &asked), parts, "{payments:?} over {asked:?}");
    }
}

#[test]
fn money_goes_to_what_is_open_then_to_what_comes_next_then_to_what_was_missed() {
    let part = |number, left_minor, is_missed| PartLeft { number, left_minor, is_missed };
    let first = AccountLeft { owed_minor: 300, parts: vec![part(1, 75, false), part(2, 75, false)] };
    // It missed its first part, and something is owed beside the plan.
    let second = AccountLeft { owed_minor: 120, parts: vec![part(1, 25, true), part(2, 25, false)] };
    let both = [first, second];
    for (amount, shares) in [
        (0, [0, 0]),
        (40, [40, 0]),
        (75, [75, 0]),
        (175, [150, 25]),
        (135, [120, 15]),
        (200, [150, 50]),
        // What else is owed: 150 and 70.
        (310, [225, 85]),
        (420, [300, 120]),
        (500, [380, 120]),
    ] {
        assert_eq!(share_payment(amount, &both), shares, "{amount}");
    }
    assert_eq!(share_payment(10, &[]), Vec::<i64>::new());
}

#[test]
fn a_revision_goes_for_all_parts_at_once() {
    let day = |month, day| date(2026, month, day);
    let left = |number, month, minor| (number, (day(month, 16), day(month, 16), minor));
    let first = vec![left(2, 4, 70), left(3, 6, 30)];
    // No part in the second payment.
    let second = vec![left(3, 6, 20)];
    let parts = [first, second];
    let revised = |revision| revise_joint(&parts, Frequency::Monthly, revision, day(4, 1), Shift::Next, None).expect("a plan");
    assert_eq!(whole_of(&parts), [left(2, 4, 70), left(3, 6, 50)]);
    let merged = revised(Revision::Merge);
    assert_eq!(merged, [vec![left(1, 4, 100)], vec![left(1, 4, 20)]]);
    let skipped = revised(Revision::Skip);
    // 16 May 2026 is a Saturday.
    let in_may = (day(5, 16), day(5, 18));
    assert_eq!(skipped, [vec![(1, (in_may.0, in_may.1, 70)), left(2, 6, 30)], vec![left(2, 6, 20)]]);
    let late =
        revise_joint(&parts, Frequency::Monthly, Revision::Rest { until: day(9, 1) }, day(4, 1), Shift::Next, Some((day(8, 1), "why")));
    assert!(late.is_err(), "{late:?}");
}

#[test]
fn a_hold_and_a_pause_stand_in_the_way() {
    let today = date(2026, 3, 2);
    assert_eq!(decide_standstill(false, None, today).answer, Answer::Yes);
    let both = decide_standstill(true, Some(date(2026, 4, 1)), today);
    assert_eq!(both.answer, Answer::No);
    assert_eq!(both.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>(), ["plans.joint.held", "plans.joint.paused"]);
}

proptest! {
    #[test]
    fn parts_add_up_to_payments_and_to_accounts_to_the_cent(
        asked in prop::collection::vec(1i64..2_000_000_000, 1..9), count in 1usize..61, down in 0i64..100,
    ) {
        let total: i64 = asked.iter().sum();
        let down = total * down / 100;
        let count = count.min(usize::try_from(total - down).unwrap_or(1));
        let payments: Vec<i64> = [down].into_iter().filter(|down| *down > 0).chain(cut(total - down, count)).collect();
        let parts = split(&payments, &asked).expect("they come to the same");
        for (nth, payment) in payments.iter().enumerate() {
            prop_assert_eq!(parts.iter().map(|own| own[nth]).sum::<i64>(), *payment);
        }
        for (own, of) in parts.iter().zip(&asked) {
            prop_assert_eq!(own.iter().sum::<i64>(), *of);
            prop_assert!(own.iter().all(|part| *part >= 0), "{own:?}");
            // Up to each payment nobody is further from their proportion than there are accounts, in cents.
            let (mut paid, mut own_paid) = (0, 0);
            for (payment, part) in payments.iter().zip(own) {
                (paid, own_paid) = (paid + payment, own_paid + part);
                let exact = proportion(paid, *of, total);
                prop_assert!((own_paid - exact).unsigned_abs() <= asked.len() as u64, "{own_paid} for {exact}");
            }
        }
    }

    #[test]
    fn money_for_the_whole_is_shared_out_whole_and_nothing_is_over_before_all_is_paid(
        accounts in prop::collection::vec((0i64..5_000, prop::collection::vec((0i64..6, 0i64..900, any::<bool>()), 0..6)), 1..6),
        amount in 0i64..30_000,
    ) {
        let accounts: Vec<AccountLeft> = accounts.into_iter().map(|(owed_minor, parts)| AccountLeft {
            owed_minor,
            parts: parts.into_iter().map(|(number, left_minor, is_missed)| PartLeft { number, left_minor, is_missed }).collect(),
        }).collect();
        let shares = share_payment(amount, &accounts);
        prop_assert_eq!(shares.iter().sum::<i64>(), amount);
        prop_assert!(shares.iter().all(|share| *share >= 0));
        let owed: i64 = accounts.iter().map(|account| account.owed_minor).sum();
        for (nth, (share, account)) in shares.iter().zip(&accounts).enumerate() {
            prop_assert!(*share <= account.owed_minor || (nth == 0 && amount > owed), "{shares:?}");
            prop_assert!(amount < owed || *share >= account.owed_minor, "{shares:?}");
        }
    }

    #[test]
    fn what_the_next_payment_waits_for_is_just_what_money_for_it_pays(
        lefts in prop::collection::vec((0i64..500, prop::collection::vec((0i64..4, 0i64..200, prop::bool::ANY), 0..4)), 1..5),
    ) {
        let part = |(number, left_minor, is_missed)| PartLeft { number, left_minor, is_missed };
        let accounts: Vec<AccountLeft> =
            lefts.into_iter().map(|(owed_minor, parts)| AccountLeft { owed_minor, parts: parts.into_iter().map(part).collect() }).collect();
        if let Some((number, minor, count)) = next_due(&accounts) {
            let shares = share_payment(minor, &accounts);
            prop_assert_eq!(shares.iter().filter(|share| **share > 0).count(), count);
            for (account, share) in accounts.iter().zip(&shares) {
                let own: i64 = account.parts.iter().filter(|part| (part.number, part.is_missed) == (number, false)).map(|part| part.left_minor).sum();
                prop_assert_eq!(*share, own.min(account.owed_minor));
            }
        } else {
            prop_assert!(accounts.iter().all(|one| one.owed_minor == 0 || one.parts.iter().all(|part| part.is_missed || part.left_minor == 0)));
        }
    }

    #[test]
    fn a_revision_loses_and_adds_nothing_on_any_account(
        asked in prop::collection::vec(200i64..90_000, 1..6), count in 2usize..13, which in 0usize..4, day in 1i8..32, rests in 1i32..90,
    ) {
        let today = date(2026, 3, 2);
        let payments = cut(asked.iter().sum(), count);
        let parts = split(&payments, &asked).expect("they come to the same");
        let on = |nth: usize| date_of_day(day_number(date(2026, 3, 16)) + 7 * i32::try_from(nth).expect("a few"));
        let numbered = |own: &Vec<i64>| -> Vec<Numbered> {
            let all = own.iter().enumerate().map(|(nth, minor)| (i64::try_from(nth).expect("a few") + 1, (on(nth), on(nth), *minor)));
            all.filter(|(_, (.., minor))| *minor > 0).collect()
        };
        let left: Vec<Vec<Numbered>> = parts.iter().map(numbered).collect();
        let until = date_of_day(day_number(today) + rests);
        let revision = [Revision::Skip, Revision::Merge, Revision::Rest { until }, Revision::DueDay { day }][which];
        let frequency = if which == 3 { Frequency::Monthly } else { Frequency::Weekly };
        let anew = revise_joint(&left, frequency, revision, today, Shift::Next, None).expect("a plan");
        for (own, of) in anew.iter().zip(&asked) {
            prop_assert_eq!(own.iter().map(|(_, (.., minor))| minor).sum::<i64>(), *of);
            prop_assert!(own.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1.1 <= two[1].1.1));
        }
        // All parts of a payment are due on one day.
        for (number, (wanted, due, _)) in whole_of(&anew) {
            let others = anew.iter().flatten().filter(|(other, _)| *other == number);
            for (_, (other_wanted, other_due, _)) in others {
                prop_assert_eq!((*other_wanted, *other_due), (wanted, due));
            }
        }
    }
}

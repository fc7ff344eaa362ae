//! Requests answered once, in their time, over the same accounts, and what their terms say.

use super::*;
use jiff::civil::date;

fn promise(minor: i64) -> Terms {
    Terms::promise(Money::usd(minor), date(2026, 6, 1))
}

#[test]
fn a_request_is_answered_once_by_somebody_else_and_refused_with_a_reason() {
    use ApprovalState::{Approved, Lapsed, Waiting};
    let asked = promise(500);
    //   stands    asked     own    verdict                         words  refused
    for (state, asked, is_own, verdict, words, refused) in [
        (Waiting, &asked, false, Verdict::Approve, "", None),
        (Waiting, &asked, false, Verdict::Counter(promise(1_000)), "", None),
        (Waiting, &asked, false, Verdict::Refuse, "Ask for half.", None),
        (Waiting, &Terms::Question, false, Verdict::Tell, "Yes.", None),
        (Waiting, &asked, true, Verdict::Approve, "", Some(NoAnswer::Own)),
        (Approved, &asked, false, Verdict::Approve, "", Some(NoAnswer::Stands(Approved))),
        (Lapsed, &asked, true, Verdict::Approve, "", Some(NoAnswer::Stands(Lapsed))),
        (Waiting, &asked, false, Verdict::Refuse, " ", Some(NoAnswer::WithoutWords)),
        (Waiting, &Terms::Question, false, Verdict::Tell, "", Some(NoAnswer::WithoutWords)),
        (Waiting, &asked, false, Verdict::Counter(asked.clone()), "", Some(NoAnswer::BesideIt)),
        (Waiting, &asked, false, Verdict::Counter(Terms::Question), "", Some(NoAnswer::BesideIt)),
        (Waiting, &asked, false, Verdict::Tell, "Yes.", Some(NoAnswer::BesideIt)),
        (Waiting, &Terms::Question, false, Verdict::Approve, "Yes.", Some(NoAnswer::BesideIt)),
    ] {
        assert_eq!(may_answer(state, asked, is_own, &verdict, words).err(), refused, "{state} {verdict:?}");
    }
}

#[test]
fn time_ends_what_waits_and_what_was_granted() {
    let at = |second: i64| Timestamp::from_second(second).expect("an instant");
    let clock = |state| Clock { state, lapses_at: at(100), good_until: Some(at(200)) };
    //   kept as                   at   stands at
    for (state, second, stands) in [
        (ApprovalState::Waiting, 99, ApprovalState::Waiting),
        (ApprovalState::Waiting, 100, ApprovalState::Lapsed),
        (ApprovalState::Approved, 199, ApprovalState::Approved),
        (ApprovalState::Countered, 200, ApprovalState::Unused),
        (ApprovalState::Used, 500, ApprovalState::Used),
        (ApprovalState::Refused, 500, ApprovalState::Refused),
    ] {
        assert_eq!(clock(state).state_at(at(second)), stands, "{state} at {second}");
    }
}

#[test]
fn terms_say_what_they_are() {
    assert_eq!(promise(500).to_string(), "USD 5.00 by Mon 1 Jun 2026");
    assert_eq!(promise(500).as_promise(), Some((Money::usd(500), date(2026, 6, 1))));
    assert_eq!((Terms::Question.as_promise(), Terms::Question.kind()), (None, ApprovalKind::Question));
    let plan = |down, cut| PlanTerms {
        total: Money::usd(33_600),
        down: Money::usd(down),
        cut,
        first_on: date(2026, 6, 1),
        frequency: Frequency::Monthly,
    };
    let five = plan(5_000, Cut::Count(5));
    assert_eq!(
        Terms::plan(&five).to_string(),
        "USD 336.00: USD 50.00 today, then 5 installments of USD 57.20 once a month from Mon 1 Jun 2026"
    );
    assert_eq!(Terms::plan(&plan(0, Cut::Count(1))).to_string(), "USD 336.00 by Mon 1 Jun 2026");
    assert_eq!(Terms::plan(&plan(33_600, Cut::Count(0))).to_string(), "USD 336.00 today");
    let odd = plan(0, Cut::Amount(Money::usd(10_000)));
    assert_eq!(
        Terms::plan(&odd).to_string(),
        "USD 336.00: 4 installments of USD 100.00, the first of USD 36.00, once a month from Mon 1 Jun 2026"
    );
    for terms in [five, odd] {
        let kept = Terms::plan(&terms);
        assert_eq!((kept.as_plan(), kept.kind(), kept.as_promise()), (Some(terms), ApprovalKind::Plan, None));
    }
}

#[test]
fn a_joint_plan_is_none_of_one_account_and_is_countered_over_the_same_accounts() {
    let of = |count| PlanTerms {
        total: Money::usd(64_000),
        down: Money::usd(0),
        cut: Cut::Count(count),
        first_on: date(2026, 6, 1),
        frequency: Frequency::Monthly,
    };
    let [one, other] = [1, 2].map(|number| AccountId(uuid::Uuid::from_u128(number)));
    let asked = Terms::joint_plan(&of(16), vec![one]);
    assert_eq!(asked.to_string(), "USD 640.00: 16 installments of USD 40.00 once a month from Mon 1 Jun 2026, over 2 accounts");
    assert_eq!((asked.kind(), asked.as_plan(), asked.as_joint_plan()), (ApprovalKind::Plan, None, Some((of(16), &[one][..]))));
    assert_eq!(Terms::plan(&of(16)).as_joint_plan(), None);
    for (counter, refused) in [
        (Terms::joint_plan(&of(10), vec![one]), None),
        (Terms::joint_plan(&of(10), vec![other]), Some(NoAnswer::BesideIt)),
        (Terms::joint_plan(&of(10), vec![one, other]), Some(NoAnswer::BesideIt)),
        (Terms::plan(&of(10)), Some(NoAnswer::BesideIt)),
        (asked.clone(), Some(NoAnswer::BesideIt)),
    ] {
        let verdict = Verdict::Counter(counter);
        assert_eq!(may_answer(ApprovalState::Waiting, &asked, false, &verdict, "").err(), refused, "{verdict:?}");
    }
}

#[test]
fn what_is_given_up_is_granted_as_it_was_asked_for_or_not_at_all() {
    let waiver = Terms::waiver(Bucket::Interest, Money::usd(7_500));
    let pause = Terms::Pause { from_on: date(2026, 3, 2), until_on: date(2026, 8, 1), reason: PauseReason::Illness };
    assert_eq!((waiver.to_string(), waiver.kind()), ("USD 75.00 of interest waived".into(), ApprovalKind::Waiver));
    assert_eq!(waiver.as_waiver(), Some((Bucket::Interest, Money::usd(7_500))));
    assert_eq!(pause.to_string(), "a hardship pause from Mon 2 Mar 2026 to Sat 1 Aug 2026");
    assert_eq!((pause.kind(), pause.as_waiver(), pause.as_promise(), pause.as_plan()), (ApprovalKind::Pause, None, None, None));
    let write_off = Terms::write_off(Money::usd(9_000), WriteOffReason::Uncollectible);
    assert_eq!((write_off.to_string(), write_off.kind()), ("USD 90.00 written off: nothing to be had".into(), ApprovalKind::WriteOff));
    assert_eq!(write_off.as_write_off(), Some((Money::usd(9_000), WriteOffReason::Uncollectible)));
    for asked in [&waiver, &pause, &write_off] {
        assert_eq!(may_answer(ApprovalState::Waiting, asked, false, &Verdict::Approve, ""), Ok(()));
        let counter = Verdict::Counter(Terms::waiver(Bucket::Interest, Money::usd(5_000)));
        assert_eq!(may_answer(ApprovalState::Waiting, asked, false, &counter, ""), Err(NoAnswer::BesideIt));
    }
}

#[test]
fn only_what_is_like_it_is_counted_and_too_few_say_nothing() {
    let past = |amount_minor, days, placed_minor, was_kept| PastPromise { amount_minor, days, placed_minor, was_kept };
    let all = [
        past(500, 100, 42_000, true),
        past(250, 120, 84_000, false),
        past(1_000, 61, 21_000, true),
        past(249, 100, 42_000, true),
        past(500, 60, 42_000, true),
        past(500, 100, 84_001, true),
    ];
    let similar = Similar::of(500, 91, 42_000, all);
    assert_eq!(similar, Similar { decided: 3, kept: 2 });
    assert!(similar.to_string().starts_with("Too few"), "{similar}");
    let many = Similar { decided: 12, kept: 8 };
    assert_eq!(many.to_string(), "Of 12 promises of like size and time on like accounts, 8 were kept.");
    assert!(Similar::of(i64::MAX, 1, i64::MAX, [past(i64::MAX, 1, i64::MAX, true)]).decided == 1, "no overflow");
}

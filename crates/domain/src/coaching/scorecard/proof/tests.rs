//! What the steps prove: a table by item, and what must hold of any call.

use super::super::Scorecard;
use super::*;
use crate::outreach::conversation::Choice;
use crate::outreach::result;
use crate::parties::right_party::{Check, Fit};
use jiff::civil::date;
use proptest::prelude::*;

fn answered(who: Answered) -> Step {
    Step::Answered { who }
}

fn matched(check: Check) -> Step {
    Step::Checked { check, fit: Fit::Matches }
}

fn verified() -> Vec<Step> {
    vec![answered(Answered::Person), matched(Check::DateOfBirth), matched(Check::HouseAndZip)]
}

fn disclosed() -> Step {
    Step::Disclosed { words: vec!["us.first".into()] }
}

fn told(reason: Reason, words: &str, agreed: bool) -> Step {
    Step::Told { reason, since: String::new(), words: words.into(), agreed }
}

fn opened(trigger: Trigger) -> Step {
    Step::Opened { trigger }
}

fn promised(amount_minor: i64) -> Step {
    Step::Promised { amount_minor, currency: "USD".into(), due_on: date(2026, 3, 9) }
}

fn budget(left_minor: i64) -> Step {
    Step::Budget { income_minor: left_minor + 100, essentials_minor: 60, priority_minor: 40 }
}

fn offered(choices: &[Choice]) -> Step {
    Step::Offered { choices: choices.to_vec() }
}

fn agreed(by: Means) -> Step {
    Step::Agreed { on: date(2026, 3, 9), minute: None, by }
}

/// Verified, the words said, the purpose said, and then.
fn led(more: &[Step]) -> Vec<Step> {
    [verified(), vec![disclosed(), Step::Purpose], more.to_vec()].concat()
}

fn mark(proof: Proof, words_are_due: bool, steps: Vec<Step>, result: &str) -> Found {
    let call = Conversation::of(&Check::ALL, words_are_due, steps);
    let recorded = result::find(result).map(|result| Recorded { result });
    found(proof, &Seen { call: &call, steps: call.steps() }, recorded.as_ref())
}

#[test]
fn what_the_steps_prove() {
    use Mark::{No, NotApplicable as Na, Partly, Yes};
    use Proof as P;
    let ways = [Choice::InFull, Choice::Time];
    let early = [vec![answered(Answered::Person), Step::Purpose], verified()].concat();
    let to_spouse = vec![answered(Answered::Spouse), Step::Purpose];
    let cases: Vec<(Proof, Vec<Step>, Option<Mark>)> = vec![
        (P::VerifiedFirst, led(&[]), Some(Yes)),
        (P::VerifiedFirst, early, Some(No)),
        (P::VerifiedFirst, vec![answered(Answered::Person)], Some(Yes)),
        (P::VerifiedFirst, vec![answered(Answered::Wrong)], Some(Na)),
        (P::WordsSaid, led(&[]), Some(Yes)),
        (P::WordsSaid, [verified(), vec![Step::Purpose]].concat(), Some(No)),
        (P::WordsSaid, [verified(), vec![Step::Purpose, disclosed()]].concat(), Some(No)),
        (P::WordsSaid, verified(), Some(Na)),
        (P::OnlyLocation, led(&[]), Some(Na)),
        (P::OnlyLocation, vec![answered(Answered::Other), Step::Located { told: true }], Some(Yes)),
        (P::OnlyLocation, to_spouse, Some(No)),
        (P::MessageOnly, vec![answered(Answered::Voicemail), Step::MessageLeft], Some(Yes)),
        (P::MessageOnly, vec![answered(Answered::Voicemail)], None),
        (P::MessageOnly, led(&[]), Some(Na)),
        (P::PurposeFirst, led(&[told(Reason::Forgot, "", false)]), Some(Yes)),
        (P::PurposeFirst, [verified(), vec![disclosed(), told(Reason::Forgot, "", false), Step::Purpose]].concat(), Some(Partly)),
        (P::PurposeFirst, [verified(), vec![disclosed(), promised(1)]].concat(), Some(No)),
        (P::PurposeFirst, verified(), Some(Na)),
        (P::ReasonTold, led(&[told(Reason::Unsaid, "", false)]), Some(Yes)),
        (P::ReasonTold, led(&[promised(1)]), Some(No)),
        (P::ReasonTold, led(&[opened(Trigger::Lawyer)]), Some(Na)),
        (P::ReasonTold, vec![answered(Answered::Busy)], Some(Na)),
        (P::ChoicesNamed, led(&[offered(&ways), promised(1)]), Some(Yes)),
        (P::ChoicesNamed, led(&[promised(1), offered(&ways)]), Some(Partly)),
        (P::ChoicesNamed, led(&[offered(&ways[..1]), promised(1)]), Some(No)),
        (P::ChoicesNamed, led(&[Step::Refused]), Some(Na)),
        (P::Affordable, led(&[budget(2_500), promised(2_500)]), Some(Yes)),
        (P::Affordable, led(&[promised(2_500), budget(2_500)]), Some(Partly)),
        (P::Affordable, led(&[budget(2_500), promised(2_501)]), Some(No)),
        (P::Affordable, led(&[promised(2_500)]), None),
        (P::Affordable, led(&[]), Some(Na)),
        (P::ReadBack, led(&[promised(1), Step::ReadBack { confirmed: true }]), Some(Yes)),
        (P::ReadBack, led(&[promised(1), Step::ReadBack { confirmed: false }]), Some(Partly)),
        (P::ReadBack, led(&[promised(1), Step::ReadBack { confirmed: true }, promised(2)]), Some(No)),
        (P::ReadBack, led(&[promised(1)]), Some(No)),
        (P::ReadBack, led(&[]), Some(Na)),
        (P::NextAgreed, led(&[agreed(Means::Call)]), Some(Yes)),
        (P::NextAgreed, led(&[agreed(Means::None)]), Some(Partly)),
        (P::NextAgreed, led(&[]), Some(No)),
        (P::NextAgreed, led(&[Step::BadTime]), None),
        (P::NextAgreed, vec![answered(Answered::Nobody)], Some(Na)),
        (P::StopHeeded, led(&[promised(1), opened(Trigger::StopCalling)]), Some(Yes)),
        (P::StopHeeded, led(&[opened(Trigger::Bankrupt), promised(1)]), Some(No)),
        (P::StopHeeded, led(&[opened(Trigger::Ill), promised(1)]), Some(Na)),
        (P::CaseOpened, led(&[opened(Trigger::Disputes)]), Some(Yes)),
        (P::CaseOpened, led(&[told(Reason::Wrong, "", false)]), Some(No)),
        (P::CaseOpened, led(&[told(Reason::Wrong, "", false), opened(Trigger::Paid)]), Some(Yes)),
        (P::CaseOpened, led(&[told(Reason::LostIncome, "", false)]), None),
        (P::CaseOpened, led(&[told(Reason::Ill, "", false)]), None),
        (P::CaseOpened, led(&[told(Reason::Ill, "", true)]), Some(No)),
        (P::CaseOpened, led(&[]), None),
        (P::CaseOpened, verified(), Some(Na)),
        (P::HealthAgreed, led(&[told(Reason::Ill, "surgery", true)]), Some(Yes)),
        (P::HealthAgreed, led(&[told(Reason::Ill, "", false)]), Some(Yes)),
        (P::HealthAgreed, led(&[told(Reason::Ill, "surgery", false)]), Some(No)),
        (P::HealthAgreed, led(&[told(Reason::Forgot, "moved", false)]), Some(Na)),
    ];
    for (proof, steps, expected) in cases {
        let (found, why, _) = mark(proof, true, steps.clone(), "");
        assert_eq!(found, expected, "{proof}: {why} {steps:?}");
    }
}

#[test]
fn the_recorded_result_is_held_against_the_steps() {
    let of = |recorded: &str| mark(Proof::ResultFits, true, led(&[promised(1)]), recorded).0;
    assert_eq!(of("promised"), Some(Mark::Yes));
    assert_eq!(of("refuses"), Some(Mark::Partly), "a talk all the same");
    assert_eq!(of("no_answer"), Some(Mark::No));
    assert_eq!(of(""), None);
}

#[test]
fn where_no_words_are_due_none_are_missed() {
    assert_eq!(mark(Proof::WordsSaid, false, [verified(), vec![Step::Purpose]].concat(), "").0, Some(Mark::NotApplicable));
}

#[test]
fn the_steps_a_mark_rests_on_are_named() {
    let (_, _, steps) = mark(Proof::ReadBack, true, led(&[promised(1), Step::ReadBack { confirmed: true }]), "");
    assert_eq!(steps, [5, 6]);
    let (_, _, steps) = mark(Proof::StopHeeded, true, led(&[opened(Trigger::Lawyer), Step::Refused]), "");
    assert_eq!(steps, [5, 6]);
}

#[test]
fn a_call_led_to_its_end_is_scored_whole_and_one_that_is_not_says_where() {
    let card = Scorecard::shipped();
    let well = led(&[
        told(Reason::Forgot, "It lay in a drawer.", false),
        offered(&[Choice::InFull, Choice::Promise]),
        budget(5_000),
        promised(2_500),
        Step::ReadBack { confirmed: true },
        agreed(Means::Call),
    ]);
    let recorded = result::find("promised").map(|result| Recorded { result });
    let score = |steps: Vec<Step>| {
        let call = Conversation::of(&Check::ALL, true, steps);
        card.score_of(&card.marks_from(&call, recorded.as_ref()))
    };
    let scored = score(well);
    assert_eq!((scored.basis_points, scored.failed_by.len()), (Some(10_000), 0));
    assert_eq!(scored.open, ["respect", "no_threat", "patience", "heard", "note", "opened"]);
    let badly = score([verified(), vec![Step::Purpose, opened(Trigger::Lawyer), promised(2_500)]].concat());
    assert_eq!(badly.failed_by, ["words_said", "stop"]);
    assert_eq!(badly.basis_points, Some(5_000));
    assert_eq!(score(vec![answered(Answered::Busy)]).failed_by, Vec::<String>::new());
}

fn any_step() -> impl Strategy<Value = Step> {
    let pick = |all: usize| 0..all;
    prop_oneof![
        pick(Answered::ALL.len()).prop_map(|at| answered(Answered::ALL[at])),
        (pick(3), pick(3))
            .prop_map(|(check, fit)| Step::Checked { check: Check::ALL[check], fit: [Fit::Matches, Fit::Differs, Fit::Declined][fit] }),
        any::<bool>().prop_map(|told| Step::Located { told }),
        Just(Step::MessageLeft),
        Just(disclosed()),
        Just(Step::Disclosed { words: vec![] }),
        Just(Step::Purpose),
        (pick(Reason::ALL.len()), any::<bool>(), "[a-z]{0,3}").prop_map(|(at, yes, words)| told(Reason::ALL[at], &words, yes)),
        pick(Trigger::ALL.len()).prop_map(|at| opened(Trigger::ALL[at])),
        pick(4).prop_map(|count| offered(&Choice::ALL[..count])),
        any::<(i64, i64, i64)>().prop_map(|(income_minor, essentials_minor, priority_minor)| Step::Budget {
            income_minor,
            essentials_minor,
            priority_minor
        }),
        any::<i64>().prop_map(promised),
        Just(Step::Refused),
        any::<bool>().prop_map(|confirmed| Step::ReadBack { confirmed }),
        pick(Means::ALL.len()).prop_map(|at| agreed(Means::ALL[at])),
        Just(Step::BadTime),
    ]
}

proptest! {
    /// Of any call whatever, also one that no desk would let happen: what is marked no or partly names its steps, they are steps of
    /// the call, and what a call fails by is marked no.
    #[test]
    fn every_mark_of_any_call_rests_on_its_steps(steps in proptest::collection::vec(any_step(), 0..14), due in any::<bool>(), result in 0_usize..18) {
        let card = Scorecard::shipped();
        let call = Conversation::of(&Check::ALL, due, steps);
        let recorded = Recorded { result: &result::RESULTS[result] };
        let marked = card.marks_from(&call, Some(&recorded));
        prop_assert_eq!(marked.len(), card.items.len());
        for one in &marked {
            prop_assert!(one.steps.iter().all(|at| *at < call.steps().len()), "{}: {:?}", one.item.code, one.steps);
            let rests = !one.steps.is_empty() || one.item.proof == Some(Proof::ResultFits);
            prop_assert!(rests || !matches!(one.mark, Some(Mark::No | Mark::Partly)), "{}: {}", one.item.code, one.why);
            prop_assert!(one.item.proof.is_some() || one.mark.is_none());
        }
        let scored = card.score_of(&marked);
        for code in &scored.failed_by {
            prop_assert!(marked.iter().any(|one| one.item.code == *code && one.mark == Some(Mark::No)));
        }
    }

    /// What the desk keeps in order is never failed for its order.
    #[test]
    fn a_call_that_the_desk_allowed_fails_by_nothing_but_an_unheeded_stop(steps in proptest::collection::vec(any_step(), 0..20)) {
        let mut kept: Vec<Step> = Vec::new();
        for step in steps {
            let is_heard_always = matches!(step, Step::Opened { .. } | Step::BadTime | Step::Agreed { .. });
            let now = Conversation::of(&Check::ALL, true, kept.clone());
            let says_nothing = matches!(&step, Step::Disclosed { words } if words.is_empty());
            if !says_nothing && (is_heard_always || now.may_enter(step.stage()).is_ok()) {
                kept.push(step);
            }
        }
        let card = Scorecard::shipped();
        let call = Conversation::of(&Check::ALL, true, kept);
        let scored = card.score_of(&card.marks_from(&call, None));
        prop_assert!(scored.failed_by.iter().all(|code| code == "stop"), "{:?} {:?}", scored.failed_by, call.steps());
    }
}

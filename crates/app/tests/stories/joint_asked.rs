//! A joint plan beyond an officer's limits: asked of a supervisor, countered, refused, lapsed, and agreed once on all accounts or on none.

use super::joint::{agrees, amounts, asks, maria_twice, stands, tells, terms, usd};
use duly::app::{Failure, Outcome};
use duly::plans::approvals::actions::{AskApproval, answer, ask, withdraw};
use duly::plans::approvals::lapsing::lapse_due;
use duly::plans::approvals::store;
use duly::plans::joint::agreeing::JointAgreed;
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::plans::approval::{ApprovalState, Terms, Verdict};
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::ApprovalId;
use duly_testkit::{Floor, Person, both_engines};
use jiff::SignedDuration;

/// Sixteen months are beyond what an officer agrees alone, and within policy.
fn long() -> PlanTerms {
    terms("640.00", "0", 16, "2026-03-16")
}

fn asked(people: &[Person], terms: &PlanTerms) -> Terms {
    Terms::joint_plan(terms, people[1..].iter().map(|person| person.account).collect())
}

fn asks_for(floor: &mut Floor, people: &[Person], terms: PlanTerms) -> Result<ApprovalId, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let wanted = AskApproval { account: people[0].account, call: None, terms: asked(people, &terms), words: "They lost work.".into() };
    match floor.runtime.block_on(ask(&app, &who, at, &wanted))? {
        Outcome::Done(id) => Ok(id),
        Outcome::Refused(decision) => {
            assert_eq!(decision.answer, Answer::No);
            Err(Failure::Stale(decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>().join(" ")))
        }
    }
}

fn answers(floor: &mut Floor, id: ApprovalId, verdict: Verdict, words: &str) -> Result<ApprovalState, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.user("Sam", Role::Supervisor).actor(), floor.app.moment());
    match floor.runtime.block_on(answer(&app, &who, at, id, &verdict, words))? {
        Outcome::Done(state) => Ok(state),
        Outcome::Refused(decision) => panic!("of several accounts each says for itself why: {decision:?}"),
    }
}

fn state_of(floor: &mut Floor, id: ApprovalId) -> ApprovalState {
    let now = floor.app.moment().at;
    let row = floor.runtime.block_on(async { store::load_approval(&mut floor.app.db.read().await.unwrap(), id).await.unwrap() });
    row.clock().state_at(now)
}

fn holds(floor: &mut Floor, person: Person) {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let until = "2026-04-10".parse().unwrap();
    floor.runtime.block_on(duly::accounts::actions::place_hold(&app, &who, at, person.account, "Waits for papers", until)).unwrap();
}

/// What an officer hears of each account where the plan is beyond their limits.
const BEYOND: [&str; 2] = ["R-1: plans.limit.months", "OTT-7: plans.limit.months"];

both_engines! {
    fn a_joint_plan_is_asked_for_approved_and_agreed_once_on_all(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, long()), BEYOND);
        let request = asks_for(&mut floor, &both, long()).unwrap();
        assert_eq!(asks_for(&mut floor, &both, long()).unwrap(), request, "pressed twice it stands once");
        let kept = floor.texts("select limits, kind from approvals");
        let expected = format!("{}/plans.limit.months {}/plans.limit.months", one.account, two.account);
        assert_eq!(kept, [(Some(expected), Some("plan".into()))], "each account's own limits are kept with it");
        assert_eq!(agrees(&mut floor, &both, long()), BEYOND, "not before the answer");
        assert_eq!(answers(&mut floor, request, Verdict::Approve, "").unwrap(), ApprovalState::Approved);

        // Exactly these terms over exactly these accounts, at the desk of any of them.
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 15, "2026-03-16")), BEYOND);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "10.00", 16, "2026-03-16")), BEYOND);
        assert_eq!(agrees(&mut floor, &[two, one], long()), Vec::<String>::new());
        assert_eq!(state_of(&mut floor, request), ApprovalState::Used);
        for person in both {
            assert!(stands(&mut floor, person).starts_with("active: open - -"));
        }
        assert_eq!(amounts(&mut floor, one).iter().sum::<i64>() + amounts(&mut floor, two).iter().sum::<i64>(), 64_000);
        assert_eq!(floor.count("select count(*) from plans where approval_id is not null"), 2);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'approval.use'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // Once: taken back it has to be asked for anew.
        floor.officer("Dana").withdraws_promise(one).unwrap();
        assert_eq!(agrees(&mut floor, &both, long()), BEYOND);
        floor.tamper("update approvals set limits = 'plans.limit.months'", &[]);
        assert!(floor.failed_checks().iter().any(|fault| fault.contains("approval")), "what was passed cannot be altered unseen");
    }

    fn other_terms_are_granted_over_the_same_accounts_and_end_with_their_time(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        let request = asks_for(&mut floor, &both, long()).unwrap();
        let fourteen = terms("640.00", "0", 14, "2026-03-16");
        for beside in [Terms::plan(&fourteen), asked(&both, &long()), asked(&[one], &fourteen), asked(&[two, one], &fourteen)] {
            let says = answers(&mut floor, request, Verdict::Counter(beside), "").unwrap_err().to_string();
            assert!(says.contains("these are the terms that were asked for"), "{says}");
        }
        let less = asked(&both, &terms("600.00", "0", 14, "2026-03-16"));
        let says = answers(&mut floor, request, Verdict::Counter(less), "").unwrap_err().to_string();
        assert!(says.contains("R-1, Larkfield: ") && says.contains("OTT-7, Otterbrook: "), "nobody grants what policy has not: {says}");
        assert_eq!(state_of(&mut floor, request), ApprovalState::Waiting);
        let counter = Verdict::Counter(asked(&both, &fourteen));
        assert_eq!(answers(&mut floor, request, counter.clone(), "Fourteen others kept.").unwrap(), ApprovalState::Countered);
        assert_eq!(agrees(&mut floor, &both, long()), BEYOND, "not what was asked for");
        floor.app.set_clock(floor.app.moment().at + SignedDuration::from_hours(24));
        assert_eq!(state_of(&mut floor, request), ApprovalState::Unused);
        assert_eq!(agrees(&mut floor, &both, fourteen), BEYOND, "its time is over");
        let again = asks_for(&mut floor, &both, long()).unwrap();
        answers(&mut floor, again, counter, "").unwrap();
        assert_eq!(agrees(&mut floor, &both, fourteen), Vec::<String>::new());
        assert_eq!(state_of(&mut floor, again), ApprovalState::Used);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn it_is_refused_taken_back_or_lapses_and_nothing_is_agreed(mut floor: "2026-03-02") {
        let both = maria_twice(&mut floor);
        let request = asks_for(&mut floor, &both, long()).unwrap();
        assert!(matches!(answers(&mut floor, request, Verdict::Refuse, " "), Err(Failure::Wrong(_))));
        assert_eq!(answers(&mut floor, request, Verdict::Refuse, "Ask for a year.").unwrap(), ApprovalState::Refused);
        let request = asks_for(&mut floor, &both, long()).unwrap();
        let (app, dana) = (floor.app.clone(), floor.officer("Dana").actor());
        floor.runtime.block_on(withdraw(&app, &dana, app.moment(), request)).unwrap();
        assert!(answers(&mut floor, request, Verdict::Approve, "").unwrap_err().to_string().contains("has taken it back"));
        let request = asks_for(&mut floor, &both, long()).unwrap();
        floor.app.set_clock(floor.app.moment().at + SignedDuration::from_hours(24));
        assert_eq!(floor.runtime.block_on(lapse_due(&app, app.moment())).unwrap(), 1);
        assert_eq!(state_of(&mut floor, request), ApprovalState::Lapsed);
        assert!(answers(&mut floor, request, Verdict::Approve, "").unwrap_err().to_string().contains("lapsed before you answered"));
        assert_eq!(agrees(&mut floor, &both, long()), BEYOND);
        assert_eq!(floor.count("select count(*) from plans") + floor.count("select count(*) from joint_plans"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn every_account_is_asked_at_every_step_and_one_that_refuses_refuses_for_all(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        let otto = floor.debtor("Otto", "60.00");
        // Nothing is asked for that may be agreed alone, that policy has not, or on another person's account.
        let says = asks_for(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")).unwrap_err().to_string();
        assert!(says.contains("within what you may grant"), "{says}");
        for (people, terms, says) in [
            (vec![one, two], terms("600.00", "0", 16, "2026-03-16"), "OTT-7, Otterbrook: "),
            (vec![one, two], terms("640.00", "0", 400, "2026-03-16"), "R-1, Larkfield: "),
            (vec![one, otto], terms("460.00", "0", 16, "2026-03-16"), "which another person owes"),
            (vec![one, one], terms("400.00", "0", 16, "2026-03-16"), "names no other account"),
        ] {
            let wrong = asks_for(&mut floor, &people, terms).unwrap_err().to_string();
            assert!(wrong.contains(says), "{wrong}");
        }
        let (waiting, granted) = (asks_for(&mut floor, &both, long()).unwrap(), asks_for(&mut floor, &both, terms("640.00", "0", 15, "2026-03-16")).unwrap());
        answers(&mut floor, granted, Verdict::Approve, "").unwrap();
        // Then a hold is placed on one of them.
        holds(&mut floor, two);
        assert_eq!(asks_for(&mut floor, &both, terms("640.00", "0", 14, "2026-03-16")).unwrap_err().to_string(), "plans.limit.months plans.joint.held");
        let says = answers(&mut floor, waiting, Verdict::Approve, "").unwrap_err().to_string();
        assert!(says.contains("OTT-7, Otterbrook: A hold stands on the account"), "{says}");
        assert_eq!(state_of(&mut floor, waiting), ApprovalState::Waiting);
        let held = agrees(&mut floor, &both, terms("640.00", "0", 15, "2026-03-16"));
        assert_eq!(held, ["R-1: plans.limit.months", "OTT-7: plans.joint.held"]);
        assert_eq!(state_of(&mut floor, granted), ApprovalState::Approved, "and is not used up by that");
        assert_eq!(floor.count("select count(*) from plans") + floor.count("select count(*) from promises"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_was_granted_for_another_amount_or_budget_is_no_use(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        let granted = asks_for(&mut floor, &both, long()).unwrap();
        answers(&mut floor, granted, Verdict::Approve, "").unwrap();
        // They tell that less is left than the plan asks for: nobody may agree it.
        tells(&mut floor, two, "1440.00", "1400.00");
        assert_eq!(agrees(&mut floor, &both, long()), ["R-1: amount", "OTT-7: amount"]);
        tells(&mut floor, two, "1900.00", "1400.00");
        // A payment that came in between: the plan is not for all that is asked for any more.
        floor.pays(one, "10.00", "CASH");
        assert_eq!(agrees(&mut floor, &both, long()), ["R-1: total", "OTT-7: total"]);
        assert_eq!(state_of(&mut floor, granted), ApprovalState::Approved);
        // A supervisor at the desk agrees what is left by their own limits.
        let led = asks(&mut floor, Role::Supervisor, &both, terms("630.00", "0", 16, "2026-03-16")).unwrap();
        assert!(matches!(led, JointAgreed::Done(_)), "{led:?}");
        assert_eq!((floor.balance(one), amounts(&mut floor, two).iter().sum::<i64>()), ("390.00".into(), usd("240.00").minor()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

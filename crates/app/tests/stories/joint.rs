//! One plan over several accounts: agreed, paid as one, revised and withdrawn as one, and broken on one alone.

use super::hardship::pauses;
use duly::app::Failure;
use duly::plans::agreed::following::withdraw_plan;
use duly::plans::agreed::revising::revise_plan;
use duly::plans::agreed::store::{InstallmentRow, PlanRow, list_installments, list_plans};
use duly::plans::desk::budgeting::{KeepBudget, Line, Lines, keep_budget};
use duly::plans::joint::agreeing::{AgreeJoint, JointAgreed, agree_joint};
use duly::plans::joint::paying::{JointPosted, PayJoint, pay_joint};
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::plans::revision::Revision;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::money::{Currency, Money};
use duly_testkit::{Floor, Person, both_engines};

const MAPPING: &str = "
[columns]
reference = \"reference\"
name = \"name\"
principal = \"principal\"
due_on = \"due_on\"
";

pub(super) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::Usd).unwrap()
}

pub fn terms(total: &str, down: &str, count: u32, first_on: &str) -> PlanTerms {
    let (total, down) = (usd(total), usd(down));
    PlanTerms { total, down, cut: Cut::Count(count), first_on: first_on.parse().unwrap(), frequency: Frequency::Monthly }
}

/// Maria owes 400.00 to Larkfield and 240.00 to Otterbrook.
pub fn maria_twice(floor: &mut Floor) -> [Person; 2] {
    let one = floor.debtor("Maria", "400.00");
    floor.import("reference,name,principal,due_on\nOTT-7,Maria,240.00,2026-01-02\n", MAPPING, "Otterbrook").unwrap();
    let two = floor.person("OTT-7");
    floor.merge(one.debtor, two.debtor);
    // Whoever works here works the new desk too.
    [one, two].map(|person| Person { debtor: one.debtor, ..person })
}

pub(super) fn asks(floor: &mut Floor, role: Role, people: &[Person], terms: PlanTerms) -> Result<JointAgreed, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let who = if role == Role::Officer { floor.officer("Dana").actor() } else { floor.user("Sam", role).actor() };
    let accounts = people.iter().map(|person| person.account).collect();
    floor.runtime.block_on(agree_joint(&app, &who, at, &AgreeJoint { accounts, terms }))
}

/// Agreed by Dana: nothing, or for each account what stands against it.
pub(super) fn agrees(floor: &mut Floor, people: &[Person], terms: PlanTerms) -> Vec<String> {
    match asks(floor, Role::Officer, people, terms).unwrap() {
        JointAgreed::Done(_) => vec![],
        JointAgreed::Refused(_, saids) => {
            let of = |said: &duly::plans::joint::standing::Said| {
                let rules = said.decision.because.iter().map(|reason| reason.rule.id);
                let all: Vec<&str> = said.problems.iter().map(|problem| problem.field).chain(rules).collect();
                format!("{}: {}", said.reference, all.join(" "))
            };
            saids.iter().map(of).collect()
        }
    }
}

pub(super) fn plan(floor: &mut Floor, person: Person) -> (PlanRow, Vec<InstallmentRow>) {
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        let plan = list_plans(&mut tx, person.account).await.unwrap().remove(0);
        let all = list_installments(&mut tx, person.account).await.unwrap();
        let own = all.into_iter().filter(|one| one.plan == plan.id).collect();
        (plan, own)
    })
}

/// The plan's state and those of its payments: `active: kept open -`.
pub(super) fn stands(floor: &mut Floor, person: Person) -> String {
    let (plan, payments) = plan(floor, person);
    let states: Vec<String> = payments.iter().map(|one| one.promise_state.clone().unwrap_or("-".into())).collect();
    format!("{}: {}", plan.state, states.join(" "))
}

pub(super) fn amounts(floor: &mut Floor, person: Person) -> Vec<i64> {
    plan(floor, person).1.iter().map(|one| one.amount_minor).collect()
}

pub(super) fn pays(floor: &mut Floor, person: Person, amount: &str, reference: &str) -> Result<JointPosted, Failure> {
    let joint = plan(floor, person).0.joint.expect("a joint plan");
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let ask = PayJoint { joint, amount_minor: usd(amount).minor(), effective_on: at.business_day, reference: reference.into() };
    floor.runtime.block_on(pay_joint(&app, &duly::app::Actor::command(), at, &ask))
}

pub(super) fn tells(floor: &mut Floor, person: Person, income: &str, essentials: &str) {
    let line = |what: &str, amount: &str| Line { what: what.into(), amount_minor: usd(amount).minor(), every: Frequency::Monthly };
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let lines = Lines { income: vec![line("Wages", income)], essentials: vec![line("Rent", essentials)], priority_debts: vec![] };
    let told = KeepBudget { account: person.account, lines, at_hand_minor: 0, pay: None };
    floor.runtime.block_on(keep_budget(&app, &who, at, &told)).unwrap();
}

fn revises(floor: &mut Floor, person: Person, revision: Revision) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let (row, _) = plan(floor, person);
    floor.runtime.block_on(revise_plan(&app, &who, at, person.account, row.id, revision, "They asked for it.")).map(drop)
}

both_engines! {
    fn a_plan_over_two_creditors_accounts_is_agreed_and_paid_as_one(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        assert_eq!((amounts(&mut floor, one), amounts(&mut floor, two)), (vec![10_000; 4], vec![6_000; 4]));
        for person in both {
            assert_eq!(stands(&mut floor, person), "active: open - - -");
            let account = floor.account(person);
            assert_eq!((account.next_action.as_deref(), account.next_action_on), (Some("Installment 1 due"), Some("2026-03-16".parse().unwrap())));
        }
        // Pressed twice it is one, and no account has another plan while it runs.
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        assert_eq!(floor.count("select count(*) from joint_plans"), 1);
        assert_eq!(floor.count("select count(*) from plans"), 2);
        let again = agrees(&mut floor, &both, terms("640.00", "0", 5, "2026-03-16"));
        assert!(again.len() == 2 && again.iter().all(|said| said.contains("plans.promise.one-open")), "{again:?}");

        floor.morning_of("2026-03-16");
        let posted = pays(&mut floor, one, "160.00", "TRANSFER 1").unwrap();
        assert_eq!(posted.parts.iter().map(|part| part.amount).collect::<Vec<_>>(), [usd("100.00"), usd("60.00")]);
        for person in both {
            assert_eq!(stands(&mut floor, person), "active: kept open - -");
        }
        // Told twice it is posted once; with another amount it is none.
        let told = pays(&mut floor, two, "160.00", "TRANSFER 1").unwrap();
        assert!(told.is_repeat && told.parts.len() == 2);
        assert_eq!(floor.count("select count(*) from payments"), 2);
        let other = pays(&mut floor, two, "150.00", "TRANSFER 1").unwrap_err().to_string();
        assert!(other.contains("posted before on these accounts with another amount"), "{other}");

        // Half of a payment is half of each part.
        floor.morning_of("2026-04-16");
        pays(&mut floor, one, "80.00", "TRANSFER 2").unwrap();
        assert_eq!((floor.balance(one), floor.balance(two)), ("250.00".into(), "150.00".into()));
        // The rest of it, and all that comes after.
        let rest = pays(&mut floor, one, "400.00", "TRANSFER 3").unwrap();
        assert!(rest.parts.iter().all(|part| part.posted.unapplied.minor() == 0));
        for person in both {
            assert_eq!(stands(&mut floor, person), "kept: kept kept kept kept");
            assert_eq!(floor.account(person).state, "paid");
        }
        let over = pays(&mut floor, one, "10.00", "TRANSFER 4").unwrap_err().to_string();
        assert!(over.contains("none of the accounts of this plan is open"), "{over}");
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'payment.post-jointly'"), 3);
        assert!(floor.timeline(one).iter().any(|(title, _)| title.ends_with(", with other accounts")));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_is_more_than_all_is_over_on_the_first_account_alone(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "64.00", 4, "2026-03-16")), Vec::<String>::new());
        assert_eq!((amounts(&mut floor, one)[0], amounts(&mut floor, two)[0]), (4_000, 2_400));
        floor.clock("11:00");
        let posted = pays(&mut floor, one, "650.00", "ALL AND MORE").unwrap();
        assert_eq!(posted.parts.iter().map(|part| part.posted.unapplied).collect::<Vec<_>>(), [usd("10.00"), usd("0")]);
        assert_eq!((floor.balance(one), floor.balance(two)), ("0.00".into(), "0.00".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn if_one_account_refuses_nothing_is_agreed_on_any(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        let otto = floor.debtor("Otto", "60.00");
        let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let until = "2026-03-10".parse().unwrap();
        let hold = floor.runtime.block_on(duly::accounts::actions::place_hold(&app, &who, at, two.account, "Waits for papers", until)).unwrap();
        let held = agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16"));
        assert_eq!(held, ["R-1: ", "OTT-7: plans.joint.held"]);
        floor.runtime.block_on(duly::accounts::actions::end_hold(&app, &who, at, two.account, hold)).unwrap();
        // Only what is asked for on all of them, of one person, on two accounts at the least.
        let settled = agrees(&mut floor, &both, terms("600.00", "0", 4, "2026-03-16"));
        assert_eq!(settled, ["R-1: total", "OTT-7: total"]);
        for (people, says) in [(vec![one, otto], "which another person owes"), (vec![one, one], "names no other account")] {
            let wrong = asks(&mut floor, Role::Officer, &people, terms("640.00", "0", 4, "2026-03-16")).unwrap_err().to_string();
            assert!(wrong.contains(says), "{wrong}");
        }
        // The budget that was told on one account binds the whole, not each part alone: 128.00 a month are above 75 % of 160.00.
        tells(&mut floor, two, "1560.00", "1400.00");
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 5, "2026-03-16")), ["R-1: amount", "OTT-7: amount"]);
        // 91.44 is within it, and beyond what an officer may take of it alone: each account says so, and a supervisor agrees it.
        let seven = terms("640.00", "0", 7, "2026-03-16");
        assert_eq!(agrees(&mut floor, &both, seven), ["R-1: plans.limit.budget", "OTT-7: plans.limit.budget"]);
        assert_eq!(floor.count("select count(*) from plans") + floor.count("select count(*) from promises"), 0);
        assert_eq!(floor.count("select count(*) from joint_plans"), 0);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'plan.agree-jointly'"), 8);
        let led = asks(&mut floor, Role::Supervisor, &both, seven).unwrap();
        assert!(matches!(led, JointAgreed::Done(_)), "{led:?}");
        let first: i64 = [one, two].into_iter().map(|person| amounts(&mut floor, person)[0]).sum();
        assert_eq!(first, 9_148, "the first one carries the odd cents");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_revision_goes_for_all_accounts_and_so_does_a_withdrawal(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        floor.morning_of("2026-03-05");
        pays(&mut floor, one, "40.00", "EARLY").unwrap();
        floor.clock("10:00");
        revises(&mut floor, two, Revision::Skip).unwrap();
        for (person, left) in [(one, vec![7_500, 10_000, 10_000, 10_000]), (two, vec![4_500, 6_000, 6_000, 6_000])] {
            let (row, payments) = plan(&mut floor, person);
            assert_eq!(payments.iter().map(|one| one.amount_minor).collect::<Vec<_>>(), left);
            assert_eq!((payments[0].due_on.to_string().as_str(), row.revises.is_some()), ("2026-04-16", true));
        }
        let joint = plan(&mut floor, one).0.joint;
        assert_eq!(joint, plan(&mut floor, two).0.joint);
        assert_eq!(floor.count("select max(total_minor) from joint_plans where revises_id is not null"), 60_000);
        revises(&mut floor, one, Revision::Merge).unwrap();
        assert_eq!((amounts(&mut floor, one), amounts(&mut floor, two)), (vec![17_500, 10_000, 10_000], vec![10_500, 6_000, 6_000]));
        revises(&mut floor, one, Revision::DueDay { day: 31 }).unwrap();
        assert_eq!(plan(&mut floor, two).1[0].due_on.to_string(), "2026-04-30");
        // A payment that was told of the plan as it was before is the same payment.
        assert!(pays(&mut floor, two, "40.00", "EARLY").unwrap().is_repeat);
        assert_eq!(floor.count("select count(*) from joint_plans"), 4);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let running = plan(&mut floor, two).0.id;
        floor.runtime.block_on(withdraw_plan(&app, &who, at, two.account, running)).unwrap();
        for person in both {
            assert_eq!(stands(&mut floor, person), "withdrawn: withdrawn - -");
            assert_eq!(floor.account(person).next_action.as_deref(), Some("Plan withdrawn: agree what next"));
        }
        // A promise that is a part of one taken back takes all of it back.
        assert_eq!(agrees(&mut floor, &both, terms("600.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        floor.officer("Dana").withdraws_promise(one).unwrap();
        for person in both {
            assert_eq!(stands(&mut floor, person), "withdrawn: withdrawn - - -");
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn broken_on_one_account_it_stands_on_the_others_as_their_money_says(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        floor.morning_of("2026-03-16");
        floor.pays(one, "100.00", "THIS ONE ALONE");
        floor.night_of("2026-03-19");
        assert_eq!((stands(&mut floor, one).as_str(), stands(&mut floor, two).as_str()), ("active: kept open - -", "broken: broken - - -"));
        // Of the next payment both have their parts; what was missed comes after.
        floor.morning_of("2026-04-16");
        let posted = pays(&mut floor, one, "160.00", "TRANSFER 2").unwrap();
        assert_eq!(posted.parts.iter().map(|part| part.amount).collect::<Vec<_>>(), [usd("100.00"), usd("60.00")]);
        assert_eq!(stands(&mut floor, one), "active: kept kept open -");
        // What runs goes on by itself.
        floor.clock("10:00");
        revises(&mut floor, one, Revision::Merge).unwrap();
        assert_eq!((amounts(&mut floor, one), stands(&mut floor, two).as_str()), (vec![20_000], "broken: broken - - -"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_hardship_pause_of_one_account_lets_the_whole_rest(mut floor: "2026-03-02") {
        let both @ [one, two] = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        assert_eq!(pauses(&mut floor, one, "2026-03-02", 45), Vec::<&str>::new());
        for person in both {
            let (row, payments) = plan(&mut floor, person);
            assert_eq!((row.state.as_str(), payments[0].due_on.to_string().as_str()), ("active", "2026-04-16"));
        }
        let again = agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16"));
        assert!(again[0].contains("plans.joint.paused") && !again[1].contains("plans.joint.paused"), "{again:?}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        // An account that ends leaves the others; the check of the whole holds.
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(duly::accounts::closing::close_account(&app, &who, at, two.account, "uncollectible", None)).unwrap();
        assert_eq!((plan(&mut floor, one).0.state.as_str(), plan(&mut floor, two).0.state.as_str()), ("active", "withdrawn"));
        floor.clock("11:00");
        let posted = pays(&mut floor, one, "100.00", "FOR ONE").unwrap();
        assert_eq!(posted.parts.iter().map(|part| part.account).collect::<Vec<_>>(), [one.account]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn parts_that_do_not_add_up_are_named(mut floor: "2026-03-02") {
        let both = maria_twice(&mut floor);
        assert_eq!(agrees(&mut floor, &both, terms("640.00", "0", 4, "2026-03-16")), Vec::<String>::new());
        for (tamper, undo, says) in [
            ("update plans set total_minor = total_minor + 1 where total_minor = 24000", "update plans set total_minor = 24000 where total_minor = 24001", "is not what the plans of its accounts come to"),
            ("update plan_installments set amount_minor = 5999 where amount_minor = 6000 and number = 2", "update plan_installments set amount_minor = 6000 where amount_minor = 5999", "payments that their parts do not add up to"),
            ("update plan_installments set due_on = '2026-04-17' where amount_minor = 6000 and number = 2", "update plan_installments set due_on = '2026-04-16' where number = 2", "due on different days"),
            ("update joint_plans set total_minor = 64001", "update joint_plans set total_minor = 64000", "is not what the plans of its accounts come to"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.iter().any(|failed| failed.starts_with("joint plans add up: joint plan jpl_") && failed.contains(says)), "{tamper}: {failed:?}");
            assert!(failed.iter().any(|failed| failed.starts_with("rows as their entries say")), "{tamper}: {failed:?}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
    }

    fn beyond_their_limits_officers_hear_it_from_every_account(mut floor: "2026-03-02") {
        let both = maria_twice(&mut floor);
        let long = terms("640.00", "0", 14, "2026-03-16");
        match asks(&mut floor, Role::Officer, &both, long).unwrap() {
            JointAgreed::Refused(answer, saids) => {
                assert_eq!(answer, Answer::NeedsSupervisor);
                assert!(saids.iter().all(|said| said.reasons()[0].contains("longer than an officer may grant alone")), "{saids:?}");
            }
            done => panic!("{done:?}"),
        }
        assert!(matches!(asks(&mut floor, Role::Supervisor, &both, long).unwrap(), JointAgreed::Done(_)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

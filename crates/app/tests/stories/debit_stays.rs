//! What goes into a file of debits, and what stays with its reason.

use super::debits::{agreement, agrees, authorizes, debits, plans, sends, settles_sender, states};
use super::hardship::{pauses, revises};
use duly::app::Actor;
use duly::ledger::debits::agreeing::Authorize;
use duly::ledger::debits::planning::{plan_for_plan, say_noticed};
use duly::ledger::debits::sending::write;
use duly::plans::agreed::following::withdraw_plan;
use duly::plans::agreed::store::list_plans;
use duly::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan};
use duly::plans::desk::budgeting::{KeepBudget, Line, Lines, keep_budget};
use duly_domain::compliance::acts::Act;
use duly_domain::ledger::debits::Stays;
use duly_domain::plans::revision::Revision;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::DebitAuthorizationId;
use duly_domain::values::money::{Currency, Money};
use duly_testkit::{Floor, Person, both_engines};

/// A plan of four payments of 100.00, the first on 16 March.
fn agrees_plan(floor: &mut Floor, person: Person) {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let wages = Line { what: "Wages".into(), amount_minor: 180_000, every: Frequency::Monthly };
    let rent = Line { what: "Rent".into(), amount_minor: 140_000, every: Frequency::Monthly };
    let lines = Lines { income: vec![wages], essentials: vec![rent], priority_debts: vec![] };
    let told = KeepBudget { account: person.account, lines, at_hand_minor: 0, pay: None };
    let usd = |minor| Money::of(minor, Currency::Usd);
    let first_on = "2026-03-16".parse().unwrap();
    let terms = PlanTerms { total: usd(40_000), down: usd(0), cut: Cut::Count(4), first_on, frequency: Frequency::Monthly };
    floor.runtime.block_on(async {
        keep_budget(&app, &who, at, &told).await.unwrap();
        assert!(matches!(agree_plan(&app, &who, at, AgreePlan { account: person.account, terms }).await.unwrap(), Agreed::Done(_)));
    });
}

/// Each payment of the plan is planned: day and cents.
fn plans_plan(floor: &mut Floor, under: DebitAuthorizationId) -> Vec<String> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let rows = floor.runtime.block_on(plan_for_plan(&app, &who, at, under)).unwrap();
    rows.iter().map(|row| format!("{} {}", row.wanted_on, row.amount_minor)).collect()
}

both_engines! {
    fn what_stays_says_why_and_goes_when_it_may(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "100.00");
        let ask = Authorize { copy_given_on: None, ..agreement(&floor, maria, Some(4_000)) };
        let of = authorizes(&mut floor, &ask).unwrap().id;
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        plans(&mut floor, of, 4_000, "2026-03-03").unwrap();
        assert_eq!(sends(&mut floor), (None, vec![Stays::Refused]), "they have no copy");
        assert!(debits(&mut floor, maria)[0].because.contains("12 CFR 1005.10(b)"));
        let on = floor.today();
        floor.runtime.block_on(duly::ledger::debits::agreeing::give_copy(&app, &who, at, of, on)).unwrap();
        assert!(sends(&mut floor).0.is_some());

        // Another amount than agreed: told in writing, ten days ahead.
        let other = plans(&mut floor, of, 4_500, "2026-03-16").unwrap();
        assert!(plans(&mut floor, of, 2_000, "2026-03-16").is_err(), "more than is owed, with what is planned and on its way");
        floor.runtime.block_on(say_noticed(&app, &who, at, other.id, on)).unwrap();
        floor.morning_of("2026-03-11");
        let early = floor.app.moment();
        let until = Some("2026-03-16".parse().unwrap());
        let written = floor.runtime.block_on(write(&app, &Actor::command(), early, until)).unwrap();
        assert_eq!(written.stayed.iter().map(|one| one.why).collect::<Vec<_>>(), [Stays::Refused], "nine days are not ten");
        floor.morning_of("2026-03-13");
        assert!(sends(&mut floor).0.is_some());

        // What is not owed any more is not drawn.
        let otto = floor.debtor("Otto", "90.00");
        let of = agrees(&mut floor, otto, 9_000);
        plans(&mut floor, of, 9_000, "2026-03-16").unwrap();
        floor.pays(otto, "10.00", "CASH 1");
        assert_eq!(sends(&mut floor), (None, vec![Stays::MoreThanOwed]));
        floor.pays(otto, "80.00", "CASH 2");
        assert_eq!(sends(&mut floor), (None, vec![Stays::Closed]));
        assert_eq!(states(&mut floor, otto), "first cancelled");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_hardship_pause_stops_what_was_planned(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let ask = Authorize { wants_prenote: true, ..agreement(&floor, maria, Some(5_000)) };
        let of = authorizes(&mut floor, &ask).unwrap().id;
        for on in ["2026-03-03", "2026-03-11", "2026-03-12"] {
            plans(&mut floor, of, 5_000, on).unwrap();
        }
        assert_eq!(pauses(&mut floor, maria, "2026-03-02", 10), Vec::<&str>::new());
        // Its day lies in the pause: cancelled. A pre-note draws nothing and waits.
        assert_eq!(sends(&mut floor), (None, vec![Stays::Paused, Stays::InPause]));
        assert_eq!(states(&mut floor, maria), "prenote planned, first cancelled, first planned, first planned");
        let because: Vec<String> = debits(&mut floor, maria).into_iter().map(|row| row.because).take(2).collect();
        assert_eq!(because[0], "a hardship pause stands on the account until Thu 12 Mar 2026");
        assert_eq!(because[1], "its day lies in the hardship pause that stands on the account until Thu 12 Mar 2026");
        let says = plans(&mut floor, of, 5_000, "2026-03-10").unwrap_err().to_string();
        assert!(says.contains("lies in the hardship pause that stands until Thu 12 Mar 2026"), "{says}");
        let allowed = floor.count("select count(*) from decisions where act_kind = 'debit_preauthorised' and answer = 'allowed'");
        assert_eq!(allowed, 0, "nothing was even asked");
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let act = Act::Debit {
            is_single: false, is_authorized_in_writing: true, is_revoked: false, copy_given: true, amount_minor: Some(5_000),
            usual_minor: Some(5_000), agreed_range_minor: None, notice_sent_on: None,
        };
        let told = floor.runtime.block_on(duly::compliance::acts::ask(&app, &Actor::command(), at, maria.account, &act)).unwrap();
        assert_eq!(told.decision.because.iter().map(|one| one.rule.id).collect::<Vec<_>>(), ["policy.hardship-pause"]);
        // Over, it goes on: the pre-note first, then what was agreed for a day after the pause.
        floor.morning_of("2026-03-11");
        assert_eq!(sends(&mut floor), (None, vec![Stays::Paused, Stays::InPause, Stays::Paused]));
        floor.morning_of("2026-03-12");
        let (text, stayed) = sends(&mut floor);
        assert!(text.unwrap().contains("PRENOTE") && stayed == [Stays::AwaitsPrenote], "{stayed:?}");
        floor.morning_of("2026-03-17");
        assert!(sends(&mut floor).0.is_some());
        assert_eq!(states(&mut floor, maria), "prenote settled, first cancelled, first cancelled, first sent");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn each_payment_of_a_plan_is_drawn_on_its_day_and_none_of_one_that_was_withdrawn(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "400.00");
        agrees_plan(&mut floor, maria);
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let of = agrees(&mut floor, maria, 10_000);
        assert_eq!(plans_plan(&mut floor, of), ["2026-03-16 10000", "2026-04-16 10000", "2026-05-18 10000", "2026-06-16 10000"]);
        assert!(floor.runtime.block_on(plan_for_plan(&app, &who, at, of)).is_err(), "each payment once");
        floor.morning_of("2026-03-13");
        assert!(sends(&mut floor).0.unwrap().contains("260316260316"));
        floor.morning_of("2026-03-17");
        assert_eq!(floor.promises(maria), ["open", "kept"]);
        // One is paid otherwise, and one is not asked for any more.
        floor.pays(maria, "100.00", "CASH");
        floor.morning_of("2026-04-15");
        assert_eq!(sends(&mut floor), (None, vec![Stays::Served]));
        let plan = floor.runtime.block_on(async { list_plans(&mut app.db.read().await.unwrap(), maria.account).await.unwrap().remove(0) });
        floor.runtime.block_on(withdraw_plan(&app, &who, floor.app.moment(), maria.account, plan.id)).unwrap();
        floor.morning_of("2026-05-15");
        assert_eq!(sends(&mut floor), (None, vec![Stays::Served]));
        assert_eq!(states(&mut floor, maria), "first settled, first cancelled, first cancelled, first planned");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
    fn a_plan_that_goes_on_otherwise_is_planned_anew_and_drawn_once(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "400.00");
        agrees_plan(&mut floor, maria);
        let of = agrees(&mut floor, maria, 10_000);
        assert_eq!(plans_plan(&mut floor, of).len(), 4);
        revises(&mut floor, maria, Revision::Skip).unwrap();
        // All of it was planned; what served the plan that is over makes room for what is due now.
        let anew = plans_plan(&mut floor, of);
        assert_eq!(anew, ["2026-04-16 10000", "2026-05-18 10000", "2026-06-16 10000", "2026-07-16 10000"]);
        assert_eq!(debits(&mut floor, maria).iter().filter(|row| row.state == "cancelled").count(), 4);
        assert!(plans(&mut floor, of, 100, "2026-04-01").is_err(), "all that is owed is planned");
        floor.morning_of("2026-03-13");
        assert_eq!(sends(&mut floor), (None, vec![]), "the payment was skipped");
        floor.morning_of("2026-04-15");
        assert!(sends(&mut floor).0.unwrap().contains("260416260416"));
        // While they cannot pay, the plan rests, and nothing of it is drawn.
        floor.morning_of("2026-04-20");
        assert_eq!(floor.balance(maria), "300.00");
        assert_eq!(pauses(&mut floor, maria, "2026-04-20", 60), Vec::<&str>::new());
        floor.morning_of("2026-05-15");
        assert_eq!(sends(&mut floor), (None, vec![Stays::InPause]));
        assert_eq!(plans_plan(&mut floor, of), ["2026-07-16 10000", "2026-08-17 10000", "2026-09-16 10000"]);
        floor.morning_of("2026-07-15");
        assert!(sends(&mut floor).0.is_some(), "the pause is over");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

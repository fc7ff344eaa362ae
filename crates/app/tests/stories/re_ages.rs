//! An account is brought current after payments as agreed: what counts its age moves, and what the law counts from does not.

use duly::app::{Failure, Outcome};
use duly::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan};
use duly::plans::desk::standing::Desk;
use duly::plans::re_age::actions::{re_age, take_back};
use duly::plans::re_age::store::list_of_account;
use duly_domain::identity::Role;
use duly_domain::values::ids::ReAgeId;
use duly_testkit::{Floor, Person, both_engines};

const MAPPING: &str = "
[columns]
reference = \"reference\"
name = \"name\"
principal = \"principal\"
due_on = \"due_on\"
";

/// Ines owes 600.00 since a day.
fn ines(floor: &mut Floor, due_on: &str) -> Person {
    floor.import(&format!("reference,name,principal,due_on\nINE-1,Ines,600.00,{due_on}\n"), MAPPING, "Larkfield").unwrap();
    floor.person("INE-1")
}

fn agrees(floor: &mut Floor, person: Person, first_on: &str) {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.user("Sam", Role::Supervisor).actor());
    let terms = super::joint::terms(&floor.balance(person), "0", 6, first_on);
    let agreed = floor.runtime.block_on(agree_plan(&app, &who, at, AgreePlan { account: person.account, terms })).unwrap();
    assert!(matches!(agreed, Agreed::Done(_)), "{agreed:?}");
}

/// Brought current by somebody: nothing, or what is missing.
fn asks(floor: &mut Floor, role: Role, person: Person) -> Result<Vec<&'static str>, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let who = if role == Role::Officer { floor.officer("Dana").actor() } else { floor.user("Sam", role).actor() };
    let done = floor.runtime.block_on(re_age(&app, &who, at, person.account, "Three payments, each in time."))?;
    Ok(match done {
        Outcome::Done(_) => vec![],
        Outcome::Refused(decision) => decision.because.iter().map(|reason| reason.rule.id.trim_start_matches("plans.re-age.")).collect(),
    })
}

fn newest(floor: &mut Floor, person: Person) -> ReAgeId {
    floor.runtime.block_on(async { list_of_account(&mut floor.app.db.read().await.unwrap(), person.account).await.unwrap()[0].id })
}

/// The age by which limits and offers go, in days.
fn days(floor: &mut Floor, person: Person) -> i32 {
    let at = floor.app.moment();
    let desk = floor.runtime.block_on(async { Desk::of(&mut floor.app.db.read().await.unwrap(), person.account, at).await });
    desk.unwrap().days_past_due
}

both_engines! {
    fn after_three_payments_as_agreed_the_age_counts_anew_and_nothing_else_moves(mut floor: "2026-03-02") {
        let ines = ines(&mut floor, "2025-05-01");
        floor.officer("Dana").takes_promise(ines, "100.00", "2026-03-03");
        floor.morning_of("2026-03-10");
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), ["plan"], "a broken promise shows nothing");
        agrees(&mut floor, ines, "2026-03-16");
        for (day, reference, missing) in
            [("2026-03-16", "P1", vec!["payments"]), ("2026-04-16", "P2", vec!["payments"]), ("2026-05-18", "P3", vec![])]
        {
            assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), ["payments"]);
            floor.morning_of(day);
            floor.pays(ines, "100.00", reference);
            if !missing.is_empty() {
                assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), missing, "{day}");
            }
        }
        let before = floor.account(ines);
        assert_eq!((before.stage.as_str(), days(&mut floor, ines)), ("91+", 382));
        assert!(matches!(asks(&mut floor, Role::Officer, ines), Err(Failure::Forbidden)));
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), Vec::<&str>::new());
        // Pressed twice it is once.
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), Vec::<&str>::new());
        assert_eq!(floor.count("select count(*) from re_ages"), 1);

        let after = floor.account(ines);
        assert_eq!((after.stage.as_str(), days(&mut floor, ines)), ("current", 0));
        // What the law and a bureau count from is what it was.
        assert_eq!((after.due_on, after.charged_off_on, after.itemized_on), (before.due_on, before.charged_off_on, before.itemized_on));
        assert_eq!(after.due_on, Some("2025-05-01".parse().unwrap()));
        floor.morning_of("2026-05-20");
        assert_eq!((floor.account(ines).stage.as_str(), days(&mut floor, ines)), ("1-30", 2));
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), ["once-in-twelve-months"]);
        assert!(floor.timeline(ines).iter().any(|(title, _)| title == "Brought current: its age counts from Mon 18 May 2026"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_re_age_is_taken_back_by_a_supervisor_and_stays_told(mut floor: "2026-03-02") {
        let ines = ines(&mut floor, "2025-05-01");
        agrees(&mut floor, ines, "2026-03-16");
        // Whoever pays ahead pays as agreed: three payments at once are the equivalent.
        floor.clock("11:00");
        floor.pays(ines, "300.00", "AHEAD");
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), Vec::<&str>::new());
        floor.night_of("2026-06-19"); // the fourth is missed
        assert_eq!(floor.account(ines).stage, "91+", "it ages from the new day, and nothing takes it back by itself");
        assert_eq!(days(&mut floor, ines), 110);
        let id = newest(&mut floor, ines);
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let (dana, sam) = (floor.officer("Dana").actor(), floor.user("Sam", Role::Supervisor).actor());
        let takes = |who, because: &str| floor.runtime.block_on(take_back(&app, who, at, ines.account, id, because));
        assert!(matches!(takes(&dana, "The plan broke."), Err(Failure::Forbidden)));
        assert!(matches!(takes(&sam, " "), Err(Failure::Wrong(_))));
        takes(&sam, "The plan broke.").unwrap();
        assert_eq!(takes(&sam, "The plan broke.").unwrap_err().to_string(), "it was taken back before");
        assert_eq!(days(&mut floor, ines), 415);
        // It counts as one although it was taken back.
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), ["plan", "once-in-twelve-months"]);
        assert_eq!(floor.count("select count(*) from re_ages where taken_back_because = 'The plan broke.'"), 1);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'account.re-age-back'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update accounts set aged_from_on = '2026-06-01'", &[]);
        assert!(floor.failed_checks().iter().any(|failed| failed.starts_with("ages as accounts say: 0 re-ages stand, 1 accounts")));
    }

    fn a_young_account_and_a_business_are_not_re_aged(mut floor: "2026-03-02") {
        let ines = ines(&mut floor, "2025-10-01");
        agrees(&mut floor, ines, "2026-03-16");
        floor.clock("11:00");
        floor.pays(ines, "300.00", "AHEAD");
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), ["nine-months"]);
        floor.tamper("update accounts set kind = 'business', due_on = '2024-01-01'", &[]);
        assert_eq!(asks(&mut floor, Role::Supervisor, ines).unwrap(), ["consumer"]);
    }
}

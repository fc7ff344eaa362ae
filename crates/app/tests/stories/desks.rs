//! Desks: work is shown before it moves, moves with its places on the list, and comes back as it was.

use duly::accounts::desks::actions::{add_desk, add_team, join_desk, leave_desk, set_team};
use duly::accounts::desks::moving::{Plan, go_on, move_work, preview, undo};
use duly::accounts::desks::store::moves::{Criteria, MoveRow};
use duly::accounts::desks::{pages, store};
use duly::app::{Actor, Failure};
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{DeskId, MoveId};
use duly_testkit::{Floor, both_engines};

/// A second desk, worked by Eli alone; Dana works the first alone.
fn two_desks(floor: &mut Floor) -> (DeskId, DeskId) {
    let (dana, eli) = (floor.officer("Dana").actor().id.unwrap(), floor.officer("Eli").actor().id.unwrap());
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), Actor::command());
    let first = floor.desk("Larkfield desk");
    floor.runtime.block_on(async move {
        let second = add_desk(&app, &who, at, "Late stage").await.unwrap();
        join_desk(&app, &who, at, second, eli).await.unwrap();
        join_desk(&app, &who, at, first, dana).await.unwrap();
        leave_desk(&app, &who, at, first, eli).await.unwrap();
        (first, second)
    })
}

fn shows(floor: &mut Floor, criteria: &Criteria, to: DeskId) -> Result<Plan, Failure> {
    floor.runtime.block_on(preview(&floor.app, criteria, to, floor.app.moment()))
}

fn moves(floor: &mut Floor, criteria: &Criteria, to: DeskId) -> Result<MoveRow, Failure> {
    floor.runtime.block_on(move_work(&floor.app, &Actor::command(), floor.app.moment(), criteria, to))
}

fn undoes(floor: &mut Floor, id: MoveId) -> Result<MoveRow, Failure> {
    floor.runtime.block_on(undo(&floor.app, &Actor::command(), floor.app.moment(), id))
}

/// Where every account stands, and on which desk its place on the worklist is.
fn state(floor: &mut Floor) -> Vec<(String, String)> {
    let sql =
        "select a.reference || ' ' || d.name, coalesce(w.lane || ' ' || e.name, 'none') from accounts a join desks d on d.id = a.desk_id
        left join worklist w on w.account_id = a.id left join desks e on e.id = w.desk_id order by a.reference";
    floor.runtime.block_on(async { floor.app.db.read().await?.all(sql, &[]).await }).unwrap()
}

both_engines! {
    fn what_would_move_is_shown_moves_and_comes_back_exactly(mut floor: "2026-03-02") {
        let people = ["420.00", "60.00", "900.00", "75.00"].map(|owes| floor.debtor("Maria", owes));
        let (first, second) = two_desks(&mut floor);
        floor.officer("Dana").takes_promise(people[0], "100.00", "2026-03-05");
        floor.officer("Dana").reserves(people[2], Channel::Call).unwrap();
        let before = state(&mut floor);

        let criteria = Criteria { balance_min: Some(7_000), ..Criteria::all_of(first) };
        let plan = shows(&mut floor, &criteria, second).unwrap();
        let shown = &plan.by_currency[0];
        assert_eq!((shown.count, shown.balance_minor, shown.timed, shown.promises, shown.reserved), (3, 139_500, 0, 1, 1));
        assert_eq!((plan.will_see, plan.will_not_see), (vec!["Eli".to_string()], vec!["Dana".to_string()]));
        assert_eq!(state(&mut floor), before, "showing moves nothing");

        let moved = moves(&mut floor, &criteria, second).unwrap();
        assert_eq!((moved.state.as_str(), moved.moved), ("done", 3));
        assert!(floor.place("Eli", people[2]).is_some() && floor.place("Dana", people[2]).is_none());
        assert!(floor.place("Dana", people[1]).is_some() && floor.place("Eli", people[1]).is_none());
        // What was in hand goes on: the reservation is Dana's to record though the account has another desk.
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'desk.move' and chain like 'acc%'"), 3);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'desk.move' and chain = 'agency'"), 1);

        let undone = undoes(&mut floor, moved.id).unwrap();
        assert_eq!((undone.state.as_str(), undone.left), ("undone", 0));
        assert_eq!(state(&mut floor), before);
        assert_eq!(undoes(&mut floor, moved.id).unwrap_err().to_string(), "the move was undone before");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn an_undo_leaves_what_was_moved_on_and_says_so(mut floor: "2026-03-02") {
        let people = ["420.00", "60.00", "900.00"].map(|owes| floor.debtor("Maria", owes));
        let (first, second) = two_desks(&mut floor);
        let app = floor.app.clone();
        let third = floor.runtime.block_on(add_desk(&app, &Actor::command(), app.moment(), "Field")).unwrap();
        let eli = floor.officer("Eli").actor().id.unwrap();
        floor.runtime.block_on(join_desk(&app, &Actor::command(), app.moment(), third, eli)).unwrap();

        let all = moves(&mut floor, &Criteria::all_of(first), second).unwrap();
        let on = Criteria { balance_min: Some(90_000), ..Criteria::all_of(second) };
        let onward = moves(&mut floor, &on, third).unwrap();
        // There and back again: it stands where the first move put it, but not because of it.
        let back = moves(&mut floor, &Criteria::all_of(third), second).unwrap();
        let undone = undoes(&mut floor, all.id).unwrap();
        assert_eq!((undone.moved, undone.left), (3, 1));
        let desk = |floor: &mut Floor, i: usize| floor.account(people[i]).desk;
        assert_eq!([desk(&mut floor, 0), desk(&mut floor, 1), desk(&mut floor, 2)], [first, first, second]);
        // Later moves are undone on their own, the last first.
        undoes(&mut floor, back.id).unwrap();
        undoes(&mut floor, onward.id).unwrap();
        assert_eq!(desk(&mut floor, 2), second);
    }

    fn every_criterion_narrows_and_a_limit_holds_across_pieces(mut floor: "2026-03-02") {
        let rows: String = (0..230).map(|i| format!("K-{i:03},Person {i},{},{}.00,2026-01-05\n", if i % 2 == 0 { "43205" } else { "85719" }, 10 + i)).collect();
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
        floor.import(&format!("reference,name,zip,principal,due_on\n{rows}"), mapping, "Larkfield").unwrap();
        let (first, second) = two_desks(&mut floor);
        let fits = |floor: &mut Floor, criteria: Criteria| shows(floor, &criteria, second).unwrap().count();
        let all = Criteria::all_of(first);
        assert_eq!(fits(&mut floor, all.clone()), 230);
        assert_eq!(fits(&mut floor, Criteria { stage: Some("31-60".into()), ..all.clone() }), 230);
        assert_eq!(fits(&mut floor, Criteria { stage: Some("current".into()), ..all.clone() }), 0);
        assert_eq!(fits(&mut floor, Criteria { lane: Some("first_contact".into()), ..all.clone() }), 230);
        assert_eq!(fits(&mut floor, Criteria { lane: Some("broken".into()), ..all.clone() }), 0);
        assert_eq!(fits(&mut floor, Criteria { language: Some("Spanish".into()), ..all.clone() }), 0);
        assert_eq!(fits(&mut floor, Criteria { balance_min: Some(1_100), balance_max: Some(1_200), ..all.clone() }), 2);
        let stranger = duly_domain::values::ids::CreditorId(duly::app::new_uuid());
        assert_eq!(fits(&mut floor, Criteria { creditor: Some(stranger), ..all.clone() }), 0);

        let moved = moves(&mut floor, &Criteria { limit: Some(150), ..all.clone() }, second).unwrap();
        assert_eq!((moved.state.as_str(), moved.moved), ("done", 150));
        let again = floor.runtime.block_on(go_on(&floor.app, &Actor::command(), floor.app.moment(), moved.id)).unwrap();
        assert_eq!(again.moved, 150, "what is done is not gone on with");
        assert_eq!(fits(&mut floor, all), 80);
        assert_eq!(undoes(&mut floor, moved.id).unwrap().left, 0);
        assert_eq!(fits(&mut floor, Criteria::all_of(first)), 230);
    }

    fn a_move_that_was_cut_off_is_gone_on_with(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (first, second) = two_desks(&mut floor);
        let moved = moves(&mut floor, &Criteria { limit: Some(1), ..Criteria::all_of(first) }, second).unwrap();
        let otto = floor.debtor("Otto", "60.00");
        // As if the program had ended between two pieces of a move of everything.
        floor.tamper("update work_moves set state = 'moving', criteria = '{}'", &[]);
        let gone_on = floor.runtime.block_on(go_on(&floor.app, &Actor::command(), floor.app.moment(), moved.id)).unwrap();
        assert_eq!((gone_on.state.as_str(), gone_on.moved), ("done", 2));
        assert_eq!(undoes(&mut floor, moved.id).unwrap().left, 0);
        assert_eq!([floor.account(maria).desk, floor.account(otto).desk], [first, first]);
    }

    fn work_moves_only_to_somebody(mut floor: "2026-03-02") {
        floor.debtor("Maria", "420.00");
        let (first, second) = two_desks(&mut floor);
        let app = floor.app.clone();
        let empty = floor.runtime.block_on(add_desk(&app, &Actor::command(), app.moment(), "Empty")).unwrap();
        let says = |refused: Result<MoveRow, Failure>| refused.map(|_| ()).unwrap_err().to_string();
        assert_eq!(says(moves(&mut floor, &Criteria::all_of(first), empty)), "to is worked by nobody: put somebody on it first");
        assert_eq!(says(moves(&mut floor, &Criteria::all_of(first), first)), "to is the desk the work is on already");
        let twice = Criteria { limit: Some(0), balance_min: Some(2), balance_max: Some(1), ..Criteria::all_of(first) };
        assert_eq!(says(moves(&mut floor, &twice, second)), "limit is less than one; balance_max is less than the least");
        assert_eq!(floor.count("select count(*) from work_moves"), 0);
        let again = floor.runtime.block_on(add_desk(&app, &Actor::command(), app.moment(), " Late stage "));
        assert_eq!(again.unwrap_err().to_string(), "name is that of another desk already");
    }

    fn desks_and_teams_show_what_is_open_done_and_waiting(mut floor: "2026-03-02") {
        let people = ["420.00", "60.00"].map(|owes| floor.debtor("Maria", owes));
        let (first, _) = two_desks(&mut floor);
        let (dana, sade) = (floor.officer("Dana").actor().id.unwrap(), floor.user("Sade", Role::Supervisor).actor().id.unwrap());
        floor.officer("Dana").calls(people[0], "talked");
        floor.officer("Dana").calls(people[1], "no_answer");
        floor.officer("Dana").takes_promise(people[0], "100.00", "2026-03-05");

        let (app, at, who) = (floor.app.clone(), floor.app.moment(), Actor::command());
        let (shown, today, team) = floor.runtime.block_on(async move {
            let officer = add_team(&app, &who, at, "Early", dana).await.unwrap_err().to_string();
            assert_eq!(officer, "supervisor is no active supervisor");
            let team = add_team(&app, &who, at, "Early", sade).await.unwrap();
            set_team(&app, &who, at, dana, Some(team)).await.unwrap();
            let mut tx = app.db.read().await.unwrap();
            let midnight = at.business_day.to_zoned(app.zone()).unwrap().timestamp();
            let today = store::load_today(&mut tx, dana, midnight, at.business_day, at.at).await.unwrap();
            let workers = store::list_workers(&mut tx).await.unwrap();
            let team = workers.into_iter().find(|worker| worker.user == dana).unwrap().team == Some(team);
            (pages::list_shown(&mut tx).await.unwrap(), today, team)
        });
        assert!(team);
        assert_eq!((today.contacts, today.talks, today.promises, today.reserved), (2, 1, 1, 0));
        let larkfield = shown.iter().find(|shown| shown.desk.id == first).unwrap();
        assert_eq!((larkfield.open, larkfield.balances.clone(), larkfield.members_in_words()), (2, vec!["USD 480.00".to_string()], "Dana, Sade".to_string()));
        assert!(!larkfield.is_alone());
    }
}

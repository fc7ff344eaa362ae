//! A place on the worklist is what the last ranking said; what is shown of a row is true when it is shown.

use super::merging::Dice;
use super::posting::post_rows;
use crate::permissions::{client, sign_in};
use duly::strategy::actions::list_worklist;
use duly::strategy::nightly::build_worklists;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use duly_testkit::{Engine, Floor, both_engines};
use uuid::Uuid;

/// What an officer sees, in order: who, owed, expected by what is true now, expected and day of the ranking.
fn list(floor: &mut Floor) -> Vec<(String, i64, i64, i64, String)> {
    let (user, at) = (floor.officer("Dana").actor().id.unwrap(), floor.app.moment());
    let work = async { list_worklist(&mut floor.app.db.read().await.unwrap(), user, at, None, 50).await };
    let work = floor.runtime.block_on(work).unwrap().into_iter();
    work.map(|work| {
        let item = work.item;
        assert_eq!(item.lane, item.ranking.lane.code(), "ranked now it would stand in the same lane");
        (item.name.unwrap(), item.balance_minor, item.ranking.expected_minor, item.ranked_minor, item.ranked_on.to_string())
    })
    .collect()
}

/// Every row of every list by reference: lane, what was expected when it was ranked, and all of it.
type Rows = Vec<(String, String, i64, String)>;

const ROWS: &str = "
    select a.reference, w.lane, w.expected_minor, w.built_on || coalesce(cast(w.due_at as text), '') || w.currency || d.name
      from worklist w join accounts a on a.id = w.account_id join desks d on d.id = w.desk_id order by a.reference";

fn rows(floor: &Floor) -> Rows {
    floor.runtime.block_on(async { floor.app.db.read().await?.all(ROWS, &[]).await }).unwrap()
}

/// The rows that a night makes where none are, at a moment; nothing is kept of it.
fn rows_from_nothing(floor: &Floor, at: Moment) -> Rows {
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.begin().await.unwrap();
        tx.batch("delete from worklist").await.unwrap();
        build_worklists(&mut tx, at, AccountId(Uuid::nil()), 1_000).await.unwrap();
        let rows = tx.all(ROWS, &[]).await.unwrap();
        tx.rollback().await;
        rows
    })
}

fn lanes(rows: Rows) -> Vec<(String, String)> {
    rows.into_iter().map(|(reference, lane, ..)| (reference, lane)).collect()
}

/// Ten debts in every lane and in none.
fn worked(engine: Engine) -> Floor {
    let mut floor = Floor::on(engine, "2026-02-24");
    let people: Vec<_> = (0..10).map(|i| floor.debtor(&format!("Person {i}"), &format!("{}.00", 40 + i * 35))).collect();
    for (i, person) in people.iter().enumerate() {
        match i {
            0..4 => assert_eq!(floor.officer("Dana").takes_promise(*person, "30.00", &format!("2026-02-{}", 26 + i % 3)), [""; 0]),
            4 | 5 => assert_eq!(floor.officer("Dana").calls(*person, "no_answer"), [""; 0]),
            _ => {}
        }
    }
    floor.pays(people[1], "10.00", "BEFORE");
    floor.morning_of("2026-03-03");
    assert_eq!(floor.officer("Dana").takes_promise(people[6], "50.00", "2026-03-05"), [""; 0]);
    floor.morning_of("2026-03-04");
    floor
}

both_engines! {
    fn a_payment_that_leaves_the_lane_leaves_the_place_until_the_night(mut floor: "2026-03-02") {
        let (maria, otto, _) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "400.00"), floor.debtor("Ida", "390.00"));
        let day = || "2026-03-02".to_string();
        let ida = ("Ida".to_string(), 39_000, 3_504, 3_504, day());
        // 420.00 × 8 % × 1.20 − 2.40
        assert_eq!(list(&mut floor), [("Maria".into(), 42_000, 3_792, 3_792, day()), ("Otto".into(), 40_000, 3_600, 3_600, day()), ida.clone()]);
        floor.pays(maria, "400.00", "M1");
        // 20.00 × 12 % × 1.20 − 2.40: she has paid before. Her place is the one the morning gave her.
        assert_eq!(list(&mut floor), [("Maria".into(), 2_000, 48, 3_792, day()), ("Otto".into(), 40_000, 3_600, 3_600, day()), ida]);
        // Who is paid leaves the list at once.
        floor.pays(otto, "400.00", "O1");
        assert_eq!(floor.place("Dana", otto), None);
        floor.night_of("2026-03-02");
        let day = || "2026-03-03".to_string();
        assert_eq!(list(&mut floor), [("Ida".into(), 39_000, 3_504, 3_504, day()), ("Maria".into(), 2_000, 48, 48, day())]);
        // What an officer does ranks at once.
        floor.pays(maria, "5.00", "M2");
        assert_eq!(list(&mut floor)[1], ("Maria".into(), 1_500, -24, 48, day()));
        floor.officer("Dana").takes_promise(maria, "15.00", "2026-03-03");
        assert_eq!(list(&mut floor)[1], ("Maria".into(), 1_500, 30, 30, day()));
    }

    fn many_payments_leave_the_lists_that_one_by_one_leaves_and_the_night_what_it_makes_from_nothing(mut floor: "2026-03-04") {
        let engine = if floor.app.db.engine() == "sqlite" { Engine::Sqlite } else { Engine::Postgres };
        let mut moved = 0;
        for seed in 0..3 {
            let mut dice = Dice(seed);
            let payments: Vec<(String, String, String, String)> = (0..30).map(|number| {
                let on = ["2026-02-26", "2026-02-27", "2026-03-03", "2026-03-04"][dice.of(4) as usize];
                let amount = [dice.of(20) + 1, 30, 50, dice.of(200) + 1][dice.of(4) as usize];
                (format!("R-{}", dice.of(10) + 1), format!("{amount}.00"), on.to_string(), format!("P{number}"))
            }).collect();
            let mut single = worked(engine);
            let before = rows(&single);
            assert_eq!(before, rows_from_nothing(&single, single.app.moment()), "what the night left is what it makes from nothing");
            for (account, amount, on, reference) in &payments {
                let person = single.person_of(account);
                single.pays_on(person, amount, on, reference).unwrap();
            }
            let expected = rows(&single);
            let by_lane = lanes(expected.clone());
            assert_eq!(by_lane, lanes(rows_from_nothing(&single, single.app.moment())), "seed {seed}: only an order may be the morning's");
            moved += usize::from(by_lane != lanes(before));
            let lines: Vec<String> = payments.iter().map(|(account, amount, on, reference)| format!("{account},{amount},{on},{reference}")).collect();
            for rows_a_commit in [30, 1 + usize::try_from(dice.of(12)).unwrap()] {
                floor = worked(engine);
                assert_eq!(post_rows(&floor, &lines, rows_a_commit).accepted, 30);
                assert_eq!(rows(&floor), expected, "seed {seed}, {rows_a_commit} a commit");
            }
            assert_ne!(rows(&floor), rows_from_nothing(&floor, floor.app.moment()), "seed {seed}: a payment alone ranks nothing");
            floor.night_of("2026-03-04");
            assert_eq!(rows(&floor), rows_from_nothing(&floor, floor.app.moment()), "seed {seed}: the night ranks all");
            assert_eq!(floor.failed_checks(), Vec::<String>::new());
        }
        assert!(moved > 0, "some payments move an account to another lane or off its list");
    }
}

#[test]
fn my_day_says_for_which_day_it_was_ranked() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    floor.pays(maria, "20.00", "M1");
    let base = floor.serve();
    let page = floor.runtime.block_on(async {
        let client = client();
        sign_in(&client, &base, "dana@example.org").await;
        client.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap()
    });
    // 400.00 × 12 % × 1.20 − 2.40 is shown, beside a lane of 420.00 × 8 % × 1.20 − 2.40.
    for said in ["Ranked for Mon 2 Mar 2026", "USD 37.92 expected", "<td class=\"num b\">55.20</td>", "has paid before"] {
        assert!(page.contains(said), "{said}: {page}");
    }
}

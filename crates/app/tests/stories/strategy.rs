//! The worklist as officers meet it: whom they may call stands first, and the key leads there.

use crate::permissions::{client, sign_in};
use duly::parties::people::AddPerson;
use duly::strategy::actions::{list_worklist, next_best};
use duly_domain::identity::Role;
use duly_domain::values::ids::AccountId;
use duly_testkit::{Engine, Floor, both_engines};
use jiff::SignedDuration;
use std::collections::{HashMap, HashSet};
use std::process::Command;
use std::time::Duration;

const MAPPING: &str = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nbalance = \"balance\"\n";

/// People in Honolulu, where it is five hours earlier, who owe more than those in Columbus, Ohio.
fn people(in_honolulu: usize, in_columbus: usize) -> String {
    let mut text = String::from("reference,name,zip,mobile,balance\n");
    for i in 0..in_honolulu {
        text += &format!("H-{i:03},Keala {i},96813,80855501{i:02},{}.00\n", 900 + i);
    }
    for i in 0..in_columbus {
        text += &format!("C-{i:03},Cora {i},43205,61455501{i:02},{}.00\n", 100 + i);
    }
    text
}

/// The references on an officer's list, in order, and how many of them may be called now.
fn list(floor: &mut Floor, officer: &str, limit: usize) -> (Vec<String>, usize) {
    let user = floor.officer(officer).actor().id.unwrap();
    let at = floor.app.moment();
    let work =
        floor.runtime.block_on(async { list_worklist(&mut floor.app.db.read().await.unwrap(), user, at, None, limit).await }).unwrap();
    (work.iter().map(|work| work.item.reference.clone()).collect(), work.iter().filter(|work| work.is_workable()).count())
}

fn next(floor: &mut Floor, officer: &str, after: Option<AccountId>) -> AccountId {
    let user = floor.officer(officer).actor().id.unwrap();
    let at = floor.app.moment();
    floor.runtime.block_on(next_best(&floor.app, user, at, after)).unwrap().unwrap()
}

fn reference(floor: &mut Floor, account: AccountId) -> String {
    let load = async { duly::accounts::store::load_account(&mut floor.app.db.read().await.unwrap(), account).await };
    floor.runtime.block_on(load).unwrap().reference
}

both_engines! {
    fn who_may_not_be_called_now_stands_last_until_they_may(mut floor: "2026-03-03") {
        floor.import(&people(1, 2), MAPPING, "Larkfield").unwrap();
        assert_eq!(list(&mut floor, "Dana", 50), (vec!["C-001".into(), "C-000".into(), "H-000".into()], 2), "04:00 in Honolulu");
        let first = next(&mut floor, "Dana", None);
        assert_eq!(reference(&mut floor, first), "C-001");
        // Nothing was lost by it: in their morning they are first again.
        floor.clock("14:00");
        assert_eq!(list(&mut floor, "Dana", 50), (vec!["H-000".into(), "C-001".into(), "C-000".into()], 3));
        let first = next(&mut floor, "Dana", None);
        assert_eq!(reference(&mut floor, first), "H-000");
    }

    fn a_row_says_what_the_last_contact_about_it_came_to(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let wife = AddPerson { name: "Irma".into(), role: "co_debtor".into(), ..AddPerson::default() };
        let wife = floor.add_person(otto, &wife).unwrap();
        floor.clock("10:00");
        floor.officer("Dana").calls(maria, "left_message");
        floor.clock("11:00");
        floor.officer("Dana").calls(maria, "no_answer");
        floor.officer("Dana").calls(otto, "no_answer");
        floor.clock("12:00");
        // Reserved and without a result yet, with somebody else on the account.
        floor.officer("Dana").reserves_with(otto, wife).unwrap();
        let never = floor.debtor("Nora", "10.00");
        floor.night_of("2026-03-02");
        for day in ["2026-03-03", "2026-03-04", "2026-03-05"] {
            floor.night_of(day);
        }
        let user = floor.officer("Dana").actor().id.unwrap();
        let at = floor.app.moment();
        let list = async { list_worklist(&mut floor.app.db.read().await.unwrap(), user, at, None, 50).await };
        let last: HashMap<AccountId, Option<(String, Option<String>)>> = floor.runtime.block_on(list).unwrap().into_iter().map(|work| {
            let last = work.item.last_contact.map(|(at, result)| (at.to_string(), result));
            (work.item.account, last)
        }).collect();
        assert_eq!(last[&maria.account], Some(("2026-03-02T16:00:00Z".into(), Some("no_answer".into()))));
        assert_eq!(last[&otto.account], Some(("2026-03-02T17:00:00Z".into(), None)));
        assert_eq!(last[&never.account], None);
    }

    fn behind_many_who_sleep_somebody_is_awake(mut floor: "2026-03-03") {
        floor.import(&people(70, 2), MAPPING, "Larkfield").unwrap();
        let (references, workable) = list(&mut floor, "Dana", 10);
        assert_eq!((references.len(), workable), (10, 2), "it looks further down than it shows");
        assert_eq!(references[..3], ["C-001", "C-000", "H-069"]);
        let first = next(&mut floor, "Dana", None);
        assert_eq!(reference(&mut floor, first), "C-001");
        let second = next(&mut floor, "Dana", Some(first));
        assert_eq!(reference(&mut floor, second), "C-000");
        // The two are taken: then the first of those who may not, to be prepared.
        next(&mut floor, "Eli", None);
        let left = next(&mut floor, "Fay", None);
        assert_eq!(reference(&mut floor, left), "H-069");
    }

    fn officers_at_the_same_instant_are_led_to_accounts_of_their_own(mut floor: "2026-03-03") {
        floor.import(&people(0, 40), MAPPING, "Larkfield").unwrap();
        let users: Vec<_> = (0..16).map(|i| floor.officer(&format!("Officer{i}")).actor().id.unwrap()).collect();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let led = floor.runtime.block_on(async move {
            let asking: Vec<_> = users
                .into_iter()
                .map(|user| {
                    let app = app.clone();
                    tokio::spawn(async move { next_best(&app, user, at, None).await.unwrap().unwrap() })
                })
                .collect();
            let mut led = Vec::new();
            for officer in asking {
                led.push(officer.await.unwrap());
            }
            led
        });
        let different: HashSet<_> = led.iter().collect();
        assert_eq!((led.len(), different.len()), (16, 16));
    }
}

#[test]
fn my_day_names_those_who_may_not_be_called_now_under_a_head_of_their_own() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    floor.import(&people(1, 2), MAPPING, "Larkfield").unwrap();
    floor.officer("Dana");
    let base = floor.serve();
    let page = floor.runtime.block_on(async {
        let client = client();
        sign_in(&client, &base, "dana@example.org").await;
        client.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap()
    });
    let places = ["Cora 0", "Not now:", "Keala 0", "opens "].map(|text| page.find(text).unwrap_or_else(|| panic!("{text} is on the page")));
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("3 of 3 shown; 1 of them may not be called now and stand last."));
}

#[test]
fn the_list_of_refusals_says_how_many_there_are_and_leads_to_the_rest() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let maria = floor.debtor("Maria", "420.00");
    floor.clock("06:00");
    for _ in 0..26 {
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.time.hours"]);
    }
    floor.user("Cass", Role::Compliance);
    let base = floor.serve();
    floor.runtime.block_on(async {
        let client = client();
        sign_in(&client, &base, "cass@example.org").await;
        let page = async |query: &str| client.get(format!("{base}/compliance{query}")).send().await.unwrap().text().await.unwrap();
        let first = page("").await;
        assert!(first.contains("Showing 1 to 25 of 26") && first.contains("/compliance?page=2#refused") && !first.contains("rel=\"prev\""));
        let last = page("?page=2").await;
        assert!(last.contains("Showing 26 to 26 of 26") && last.contains("/compliance?page=1#refused") && !last.contains("rel=\"next\""));
        assert!(page("?page=9999999999999999999").await.contains("Showing 1 to 25"));
        assert!(page("?page=77").await.contains("Showing 26 to 26"));
    });
}

#[test]
fn the_command_says_how_many_rows_it_does_not_show() {
    let folder = std::env::temp_dir().join(format!("duly_{}", duly::app::new_uuid().simple()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("people.csv"), people(0, 60)).unwrap();
    std::fs::write(folder.join("people.toml"), MAPPING).unwrap();
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_duly")).current_dir(&folder).args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        (String::from_utf8(done.stdout).unwrap().lines().count(), String::from_utf8(done.stderr).unwrap())
    };
    run(&["import", "accounts", "people.csv", "--creditor", "Larkfield", "--mapping", "people.toml"]);
    run(&["user", "add", "--name", "Dana", "--email", "dana@example.org", "--role", "officer"]);
    let (rows, says) = run(&["worklist", "--officer", "dana@example.org"]);
    assert_eq!((rows, says.contains("10 more: --limit N shows as many as you ask for")), (50, true), "{says}");
    let (rows, says) = run(&["worklist", "--officer", "dana@example.org", "--limit", "60"]);
    assert_eq!((rows, says.contains("more")), (60, false), "{says}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_long_list_is_shown_at_once_with_the_time_it_was_counted() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    floor.officer("Dana");
    let mut text = String::from("reference,name,zip,mobile,balance\n");
    for i in 0..10_001 {
        text += &format!("L-{i},Person {i},43205,,{}.00\n", 100 + i % 900);
    }
    floor.import(&text, MAPPING, "Larkfield").unwrap();
    // The server counts when it starts, by the clock of that moment.
    floor.clock("10:00");
    let base = floor.serve();
    let app = floor.app.clone();
    let later = app.moment().at + SignedDuration::from_mins(5);
    floor.runtime.block_on(async {
        let hers = client();
        sign_in(&hers, &base, "dana@example.org").await;
        let day = || async { hers.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap() };
        let first = day().await;
        assert!(first.contains("50 of 10001 shown") && !first.contains("were counted"), "{first}");
        // Nobody came for five minutes: whoever comes now does not wait for it to be counted.
        app.set_clock(later);
        let second = day().await;
        assert!(second.contains("The lanes were counted at 10:00"), "{second}");
        let anew = async {
            while day().await.contains("were counted") {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), anew).await.expect("it was counted behind the page");
    });
}

//! Killed while a file of accounts is imported: whole accounts, and the same command finishes; or the batch is taken back.

use super::campaign;
use super::place::Place;
use duly_testkit::Engine;
use std::fmt::Write;
use std::time::Duration;

pub const ROWS: usize = 1_600;
const NOW: &str = "2026-03-02T09:00:00-05:00";
pub const IMPORT: [&str; 8] = ["import", "accounts", "accounts.csv", "--creditor", "Larkfield", "--now", NOW, "--strict"];

/// What an import leaves, by reference: ids are new each time.
const OUTCOME: [&str; 6] = [
    "select a.reference, d.name, a.balance_minor, a.principal_minor from accounts a join debtors d on d.id = a.debtor_id
      order by a.reference",
    "select a.reference, a.state, count(p.id), a.placed_minor from accounts a left join contact_points p on p.debtor_id = a.debtor_id
      group by a.reference, a.state, a.placed_minor order by a.reference",
    "select state, file_name, accepted_count + refused_count, placed_minor from batches",
    "select l.state, l.state, count(*), cast(sum(l.weight) as bigint) from likenesses l group by l.state",
    "select act, act, count(*), count(*) from audit_entries group by act order by act",
    "select lane, lane, count(*), cast(sum(expected_minor) as bigint) from worklist group by lane",
];

/// Some people come twice, so that there is something to compare at the end.
pub fn file() -> String {
    let mut text = String::from("reference,name,zip,mobile,email,principal,due_on\n");
    for row in 0..ROWS {
        let person = row % (ROWS - 40);
        writeln!(text, "R-{row},Person {person},43205,614555{:04},p{person}@example.org,{}.50,2026-01-15", person % 9_000, 10 + row % 90)
            .unwrap();
    }
    text
}

fn place(engine: Engine) -> Place {
    let place = Place::empty(engine);
    std::fs::write(place.folder.join("accounts.csv"), file()).unwrap();
    place
}

fn kill_imports(engine: Engine) {
    let undisturbed = place(engine);
    let long = undisturbed.measures(&IMPORT);
    let expected = undisturbed.rows(&OUTCOME);
    assert!(expected.len() > 2 * ROWS, "{}", expected.len());
    let mut undone = 0;
    campaign("import", engine, |dice, tally, wanted| {
        let place = place(engine);
        let mut ended = false;
        while !ended && tally.kills < wanted {
            let killed = place.killed(&IMPORT, dice.within(long));
            ended = !killed.hit;
            place.settles();
            let accounts = if place.has_schema() { place.count("select count(*) from accounts") } else { 0 };
            let waits =
                if accounts == 0 { 0 } else { place.count("select count(*) from batches where state = 'loading' or compared_at is null") };
            if killed.hit && place.has_schema() {
                place.is_whole("2026-03-02");
            }
            tally.count(&killed, waits > 0);
            if waits > 0 && dice.below(6) == 0 {
                undone += 1;
                return take_back(&place, dice.within(Duration::from_millis(600)));
            }
        }
        place.does(&IMPORT);
        assert_eq!(place.rows(&OUTCOME), expected, "after kills, as if there had been none");
        // Once more changes nothing.
        place.does(&IMPORT);
        assert_eq!(place.rows(&OUTCOME), expected);
    });
    println!("crash: {undone} half imports on {engine:?} were taken back");
}

/// Takes a half import back, killed once more on the way; then the file comes in anew.
fn take_back(place: &Place, after: Duration) {
    let id = format!("bat_{}", place.id("select id from batches").simple());
    let undo = ["import", "undo", id.as_str(), "--now", NOW];
    place.killed(&undo, after);
    place.settles();
    place.is_whole("2026-03-02");
    place.does(&undo);
    assert_eq!(place.count("select count(*) from accounts where state <> 'closed' or balance_minor <> 0"), 0);
    assert_eq!(place.count("select count(*) from worklist"), 0);
    place.does(&IMPORT);
    assert_eq!(place.count("select count(*) from accounts where state = 'open'"), i64::try_from(ROWS).unwrap());
    place.is_whole("2026-03-02");
}

#[test]
fn sqlite() {
    kill_imports(Engine::Sqlite);
}

#[test]
fn postgres() {
    kill_imports(Engine::Postgres);
}

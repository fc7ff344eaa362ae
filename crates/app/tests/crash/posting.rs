//! Killed while a list of payments is posted: what was acknowledged is there once, and the same list finishes.

use super::campaign;
use super::place::{Place, Template};
use duly_testkit::{Engine, Floor};
use std::fmt::Write;

const ACCOUNTS: usize = 24;
pub const PAYMENTS: usize = 480;
const NOW: &str = "2026-03-05T12:00:00-05:00";
pub const POST: [&str; 8] = ["import", "payments", "payments.csv", "--commit", "16", "--strict", "--now", NOW];

/// What a posted list leaves, by references: ids are new each time.
const OUTCOME: [&str; 5] = [
    "select a.reference, p.reference, p.amount_minor, p.unapplied_minor from payments p join accounts a on a.id = p.account_id
      order by a.reference, p.reference",
    "select a.reference, a.state, a.balance_minor, a.principal_minor from accounts a order by a.reference",
    "select a.reference, p.state, p.arrived_minor, p.amount_minor from promises p join accounts a on a.id = p.account_id order by a.reference",
    "select act, act, count(*), count(*) from audit_entries where act <> 'payments.import' group by act order by act",
    "select kind, kind, count(*), count(*) from entries group by kind order by kind",
];

pub fn owing(floor: &mut Floor) {
    for i in 0..ACCOUNTS {
        let person = floor.debtor(&format!("Person {i}"), "400.00");
        if i % 3 == 0 {
            floor.officer("Dana").takes_promise(person, "50.00", "2026-03-06");
        }
    }
}

/// The last account is overpaid on the way.
pub fn file() -> String {
    let mut text = String::from("account,amount,on,reference\n");
    for row in 0..PAYMENTS {
        let dollars = if row % ACCOUNTS == ACCOUNTS - 1 { 30 } else { 5 };
        writeln!(text, "R-{},{dollars}.25,2026-03-04,LIST-{row}", row % ACCOUNTS + 1).unwrap();
    }
    text
}

fn place(template: &Template) -> Place {
    let place = template.copy();
    std::fs::write(place.folder.join("payments.csv"), file()).unwrap();
    place
}

/// How many payments were said to be kept.
pub fn acknowledged(said: &str) -> i64 {
    let mut rows = said.lines().filter_map(|line| line.strip_prefix("kept up to row ")?.parse::<i64>().ok());
    // Row 1 is the head.
    rows.next_back().map_or(0, |row| row - 1)
}

fn kill_postings(engine: Engine) {
    let template = Template::of(engine, "2026-03-02", owing);
    let undisturbed = place(&template);
    let long = undisturbed.measures(&POST);
    let expected = undisturbed.rows(&OUTCOME);
    assert_eq!(undisturbed.count("select count(*) from payments"), PAYMENTS as i64);
    campaign("posting", engine, |dice, tally, wanted| {
        let place = place(&template);
        let mut ended = false;
        while !ended && tally.kills < wanted {
            let killed = place.killed(&POST, dice.within(long));
            ended = !killed.hit;
            place.settles();
            let (posted, kept) = (place.count("select count(*) from payments"), acknowledged(&killed.said));
            assert!(posted >= kept, "{kept} were acknowledged, {posted} are there");
            assert_eq!(posted % 16, 0, "a commit is kept whole or not at all");
            assert_eq!(posted, place.count("select count(distinct reference) from payments"));
            assert_eq!(posted, place.count("select count(*) from audit_entries where act = 'payment.post'"));
            place.is_whole("2026-03-05");
            tally.count(&killed, 0 < posted && posted < PAYMENTS as i64);
        }
        place.does(&POST);
        assert_eq!(place.rows(&OUTCOME), expected, "after kills, as if there had been none");
        assert!(place.does(&POST).contains(&format!("0 posted, 0 refused, {PAYMENTS} posted before")));
        assert_eq!(place.rows(&OUTCOME), expected);
    });
}

#[test]
fn sqlite() {
    kill_postings(Engine::Sqlite);
}

#[test]
fn postgres() {
    kill_postings(Engine::Postgres);
}

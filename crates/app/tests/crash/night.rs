//! Killed while the night runs: it goes on to the same result, and signs once.

use super::campaign;
use super::place::Template;
use duly::accounts::actions::place_hold;
use duly::app::Actor;
use duly_domain::values::channel::Channel;
use duly_testkit::{Engine, Floor};
use std::fmt::Write;

pub const NIGHT: [&str; 5] = ["night", "--business-day", "2026-03-05", "--now", "2026-03-05T23:30:00-05:00"];

/// What a night leaves, by references: only what the night itself makes has new ids.
const OUTCOME: [&str; 8] = [
    "select a.reference, p.state, p.amount_minor, p.arrived_minor from promises p join accounts a on a.id = p.account_id order by a.reference, p.id",
    "select a.reference, w.lane || w.built_on, w.expected_minor, coalesce(w.due_at, 0) from worklist w join accounts a on a.id = w.account_id
      order by a.reference",
    "select a.reference, h.reason, coalesce(h.ended_at, 0), h.created_at from holds h join accounts a on a.id = h.account_id
      order by a.reference, h.id",
    "select reference, stage || state || coalesce(next_action, ''), balance_minor, coalesce(next_action_at, 0) from accounts order by reference",
    "select state, coalesce(outcome, ''), count(*), count(*) from contacts group by state, outcome order by state, outcome",
    "select chain, act, seq, recorded_at from audit_entries order by chain, seq",
    "select name, counts, step_no, step_no from night_steps order by step_no",
    "select state, state, count(*), max(chains) from audit_roots r join nights n on n.business_day = r.business_day group by state",
];

/// Some hundreds of accounts, with all that a night has to do.
pub fn floor_before_the_night(floor: &mut Floor) {
    let mut text = String::from("reference,name,zip,mobile,principal,due_on\n");
    for row in 0..1_400 {
        writeln!(text, "N-{row:04},Person {row},43205,614555{row:04},{}.00,2026-01-{:02}", 50 + row % 70, 1 + row % 28).unwrap();
    }
    let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
    floor.import(&text, mapping, "Larkfield").unwrap();
    for row in 0..60 {
        let person = floor.person_of(&format!("N-{:04}", row * 23));
        match row % 4 {
            0 | 1 => {
                floor.officer("Dana").takes_promise(person, "10.00", "2026-03-02");
                if row % 8 == 0 {
                    floor.pays(person, "10.00", &format!("KEPT-{row}"));
                }
            }
            2 => drop(floor.officer("Dana").reserves(person, Channel::Call).unwrap()),
            _ => drop(floor.officer("Dana").calls(person, "disputes")),
        }
    }
    let (who, at, until) = (Actor::command(), floor.app.moment(), "2026-03-03".parse().unwrap());
    for row in (3..60).step_by(4) {
        let account = floor.person_of(&format!("N-{:04}", row * 23)).account;
        floor.runtime.block_on(place_hold(&floor.app, &who, at, account, "Waiting for papers", until)).unwrap();
    }
}

fn kill_nights(engine: Engine) {
    let template = Template::of(engine, "2026-03-02", floor_before_the_night);
    let undisturbed = template.copy();
    let long = undisturbed.measures(&NIGHT);
    let expected = undisturbed.rows(&OUTCOME);
    assert_eq!(undisturbed.count("select count(*) from promises where state = 'broken'"), 22);
    assert_eq!(undisturbed.count("select count(*) from contacts where state = 'expired'"), 15);
    assert_eq!(undisturbed.count("select count(*) from holds where ended_at is not null"), 15);
    campaign("night", engine, |dice, tally, wanted| {
        let place = template.copy();
        let mut ended = false;
        while !ended && tally.kills < wanted {
            let killed = place.killed(&NIGHT, dice.within(long));
            ended = !killed.hit;
            if killed.hit && dice.below(3) == 0 {
                // At once, while a server may still be busy with what the dead process asked.
                let again = place.killed(&NIGHT, dice.within(long));
                tally.count(&again, true);
                ended = !again.hit;
            }
            place.settles();
            assert!(killed.hit || killed.code == Some(0), "{:?}: {}", killed.code, killed.said);
            place.is_whole("2026-03-06");
            assert!(place.count("select count(*) from audit_roots") <= 1);
            tally.count(&killed, place.count("select count(*) from nights where state = 'running'") == 1);
        }
        place.does(&NIGHT);
        assert_eq!(place.rows(&OUTCOME), expected, "after kills, as if there had been none");
        assert!(place.does(&NIGHT).contains("done already; nothing was changed"));
        assert_eq!(place.rows(&OUTCOME), expected);
        place.is_whole("2026-03-06");
    });
}

#[test]
fn sqlite() {
    kill_nights(Engine::Sqlite);
}

#[test]
fn postgres() {
    kill_nights(Engine::Postgres);
}

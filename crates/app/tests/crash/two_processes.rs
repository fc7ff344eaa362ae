//! Two processes over one database: officers at either race for the last attempt; two nights meet.

use super::night::{NIGHT, floor_before_the_night};
use super::place::{Template, past_calls};
use super::races_wanted;
use super::served::{Served, Visitor, said};
use duly_testkit::Engine;
use std::process::Stdio;
use std::time::{Duration, Instant};

fn race(engine: Engine) {
    let races = races_wanted() / 20;
    let template = Template::of(engine, "2026-03-05", |floor| {
        for i in 0..races {
            floor.debtor(&format!("Person {i}"), "400.00");
        }
        floor.runtime.block_on(past_calls(&floor.app, "2026-02-27T15:00:00Z".parse().unwrap(), 6));
        floor.officer("Dana");
        floor.officer("Eli");
    });
    let place = template.copy();
    let servers = [Served::start(&place, Some("2026-03-05T10:00:00-05:00")), Served::start(&place, Some("2026-03-05T10:00:00-05:00"))];
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let won = runtime.block_on(async {
        let visitors = [Visitor::signs_in(&servers[0].base, "dana").await, Visitor::signs_in(&servers[1].base, "eli").await];
        let mut won = [0u32; 2];
        for round in 1..=races {
            let account = format!("R-{round}");
            let (one, other) =
                tokio::join!(visitors[0].reserves(&servers[0].base, &account), visitors[1].reserves(&servers[1].base, &account));
            let made = [said(&one.unwrap(), "reserved"), said(&other.unwrap(), "reserved")];
            assert_eq!(made.iter().filter(|made| **made).count(), 1, "round {round}");
            won[usize::from(made[1])] += 1;
        }
        won
    });
    println!("races on {engine:?} between two processes: {races} for the last attempt, one winner each ({} and {})", won[0], won[1]);
    assert_eq!(place.count("select count(*) from contacts where state = 'reserved'"), i64::from(races));
    place.is_whole("2026-03-05");
}

/// The second says so and stops; one that was killed is gone on with at once.
fn two_nights(engine: Engine) {
    let template = Template::of(engine, "2026-03-02", floor_before_the_night);
    let place = template.copy();
    let hold = place.holds_the_night().unwrap();
    let second = place.ends(&NIGHT);
    assert_eq!(second.status.code(), Some(1));
    let says = String::from_utf8(second.stderr).unwrap();
    assert_eq!(
        says,
        "duly: a night is being run by another process already, so the night of 2026-03-05 was not begun here; nothing was changed\n"
    );
    assert_eq!(place.count("select count(*) from nights"), 0);
    drop(hold);

    // Whichever is the first; the other one is told so, or comes when it is done and has nothing to do.
    let first = place.duly(&NIGHT).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let second = place.ends(&NIGHT);
    let both = [first.wait_with_output().unwrap(), second];
    let says = both.each_ref().map(|night| String::from_utf8_lossy(&night.stderr).into_owned());
    assert!(both.iter().any(|night| night.status.success()), "{says:?}");
    assert!(both.iter().zip(&says).all(|(night, says)| night.status.success() || says.contains("by another process already")), "{says:?}");
    assert!(place.does(&NIGHT).contains("done already"));
    assert_eq!(place.count("select count(*) from audit_roots"), 1);
    assert_eq!(place.count("select count(*) from audit_entries where act = 'night.begin'"), 1);
    assert_eq!(place.count("select count(*) from promises where state = 'broken'"), 22);
    assert_eq!(place.count("select count(*) from audit_entries where act = 'promise.judge'"), 30);
    place.is_whole("2026-03-06");
}

#[test]
fn race_on_sqlite() {
    race(Engine::Sqlite);
}

#[test]
fn race_on_postgres() {
    race(Engine::Postgres);
}

#[test]
fn two_nights_on_sqlite() {
    two_nights(Engine::Sqlite);
}

#[test]
fn two_nights_on_postgres() {
    two_nights(Engine::Postgres);
}

/// A command brings a large file in beside a server: who works there waits for a piece of it, not for the file.
#[test]
fn a_large_import_makes_room_for_a_server() {
    let template = Template::of(Engine::Sqlite, "2026-03-05", |floor| {
        for i in 0..400 {
            floor.debtor(&format!("Person {i}"), "400.00");
        }
        floor.officer("Dana");
    });
    let place = template.copy();
    let rows: String = (0..6_000).map(|row| format!("N-{row},Person {row},43205,614555{:04},10.50\n", row % 9_000)).collect();
    std::fs::write(place.folder.join("accounts.csv"), format!("reference,name,zip,mobile,principal\n{rows}")).unwrap();
    let server = Served::start(&place, Some("2026-03-05T10:00:00-05:00"));
    let mut import = place
        .duly(&["import", "accounts", "accounts.csv", "--creditor", "Larkfield", "--now", "2026-03-05T10:00:00-05:00", "--strict"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut waits: Vec<Duration> = runtime.block_on(async {
        let dana = Visitor::signs_in(&server.base, "dana").await;
        let mut waits = Vec::new();
        while import.try_wait().unwrap().is_none() && waits.len() < 400 {
            let began = Instant::now();
            let reserved = dana.reserves(&server.base, &format!("R-{}", waits.len() + 1)).await.unwrap();
            waits.push(began.elapsed());
            assert!(said(&reserved, "reserved"));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        waits
    });
    assert!(import.wait().unwrap().success());
    waits.sort();
    let (middle, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!("{} calls reserved while a file came in by another process: {middle:?} in the middle, {longest:?} at most", waits.len());
    assert!(waits.len() >= 20 && longest < Duration::from_secs(2), "{} reserved, {longest:?}", waits.len());
    assert_eq!(place.count("select count(*) from accounts"), 6_400);
    place.is_whole("2026-03-05");
}

#[test]
fn a_stop_does_not_wait_for_pages_that_watch() {
    let template = Template::of(Engine::Sqlite, "2026-03-02", |floor| {
        floor.officer("Dana");
    });
    let place = template.copy();
    let mut served = Served::start(&place, Some("2026-03-02T10:00:00-05:00"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (mut stream, _visitor) = runtime.block_on(async {
        let dana = Visitor::signs_in(&served.base, "dana").await;
        (dana.opens(&served.base, "/live/mine").await.unwrap(), dana)
    });
    assert_eq!(stream.status().as_u16(), 200);
    let took = served.stops();
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(runtime.block_on(stream.chunk()).unwrap_or(None).is_none(), "and the stream ended in order");
}

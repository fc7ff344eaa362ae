//! Two officers, each with connections of their own, race for the last permitted attempt: one gets it, never two.

use super::place::past_calls;
use super::races_wanted;
use duly::app::{App, Clock, Failure};
use duly::compliance::gate::AskContact;
use duly::outreach::actions::{RecordContact, record_contact, reserve_contact};
use duly::outreach::words::Said;
use duly::store::Db;
use duly_domain::values::channel::Channel;
use duly_testkit::{Engine, Floor};
use jiff::{SignedDuration, Timestamp};

/// Six days of a call each: from the seventh on, each morning gives one attempt back.
fn race(engine: Engine) {
    let races = races_wanted();
    let mut floor = Floor::on(engine, "2026-03-02");
    let people: Vec<_> = (0..races.div_ceil(100).max(25)).map(|i| floor.debtor(&format!("Person {i}"), "400.00")).collect();
    floor.runtime.block_on(past_calls(&floor.app, "2026-03-02T15:00:00Z".parse().unwrap(), 6));
    let officers = ["Dana", "Eli"].map(|name| floor.officer(name).actor());
    let other = floor.runtime.block_on(Db::open(&floor.address)).unwrap();
    let apps = [floor.app.clone(), App::new(other, Clock::frozen(Timestamp::UNIX_EPOCH))];
    let first: Timestamp = "2026-03-08T15:00:00Z".parse().unwrap();
    let (mut won, mut stale) = ([0u32; 2], 0u32);
    for round in 0..races {
        let person = people[round as usize % people.len()];
        let days = i64::from(round) / i64::try_from(people.len()).unwrap();
        apps.iter().for_each(|app| app.set_clock(first.saturating_add(SignedDuration::from_hours(24 * days)).unwrap()));
        let ask = AskContact::with_debtor(person.account, Channel::Call);
        let results = floor.runtime.block_on(async {
            let tasks: Vec<_> = apps
                .iter()
                .zip(&officers)
                .map(|(app, who)| {
                    let (app, who, ask) = (app.clone(), who.clone(), ask.clone());
                    tokio::spawn(async move { reserve_contact(&app, &who, app.moment(), &ask, None).await })
                })
                .collect();
            let mut results = Vec::new();
            for task in tasks {
                results.push(task.await.unwrap());
            }
            results
        });
        let mut made = Vec::new();
        for (at, result) in results.into_iter().enumerate() {
            match result {
                Ok(reserved) => made.extend(reserved.contact.map(|contact| (at, contact, reserved.attempts))),
                Err(Failure::Stale(_)) => stale += 1,
                Err(failure) => panic!("round {round}: {failure}"),
            }
        }
        assert_eq!(made.len(), 1, "round {round}");
        let (at, contact, attempts) = made[0];
        assert_eq!(attempts, (7, 7), "round {round}: it was the last");
        won[at] += 1;
        floor.runtime.block_on(async {
            let (app, who) = (&apps[at], &officers[at]);
            let record = RecordContact {
                contact,
                result: "no_answer".into(),
                follow_up_on: None,
                follow_up_at: None,
                note: None,
                said: Said::NotAsked,
            };
            record_contact(app, who, app.moment(), &record).await.unwrap();
            if round % 10 == 0 {
                let third = reserve_contact(app, who, app.moment(), &ask, None).await.unwrap();
                assert!(third.contact.is_none(), "round {round}: there was another attempt left");
            }
        });
    }
    let expected = i64::from(races) + 6 * i64::try_from(people.len()).unwrap();
    assert_eq!(floor.count("select count(*) from contacts"), expected);
    println!("races on {engine:?}: {races} for the last attempt, one winner each ({} and {}), {stale} told at once", won[0], won[1]);
    assert!(races < 500 || won.iter().all(|wins| *wins > 0), "both win now and then: {won:?}");
}

#[test]
fn sqlite() {
    race(Engine::Sqlite);
}

#[test]
fn postgres() {
    race(Engine::Postgres);
}

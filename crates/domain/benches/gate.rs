//! How many contacts a core decides in a second, from gathered facts, with all reasons and the next allowed moment.
//!
//! Floor: the bare predicate over the same facts. Aim: 5,000,000 decisions a second.

#[path = "../../app/benches/measure.rs"]
mod measure;

use duly_domain::compliance::caps::Jurisdiction;
use duly_domain::compliance::facts::{ContactFacts, gather};
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::{
    CollectorRole, Consumer, Contact, Debt, Dialing, Direction, EVERY_DAY, Hours, Outcome, Preference, Proposal, Purpose, Record, Wish,
};
use duly_domain::compliance::{decide_contact, may_contact};
use duly_domain::values::channel::Channel;
use duly_domain::values::region::LocationSignal;
use jiff::{SignedDuration, Timestamp};
use measure::{grouped, processor_nanos};
use std::hint::black_box;

/// A day's mix: most may be called, some are early, some have been called often or spoken with, some have told us when.
fn mix() -> Vec<ContactFacts> {
    let base: Timestamp = "2026-04-07T13:00:00Z".parse().expect("an instant");
    let zones = ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"];
    (0..1_000u64)
        .map(|i| {
            let at = base + SignedDuration::from_mins(i64::try_from(i % 480).unwrap_or(0));
            let signals =
                (0..1 + i % 2).map(|k| LocationSignal { kind: "address".into(), zone: zones[(i + k) as usize % 4].into() }).collect();
            let calls = (0..i % 8).map(|day| Contact {
                key: None,
                at: base - SignedDuration::from_hours(24 * i64::try_from(day).unwrap_or(0) + 20),
                channel: Channel::Call,
                direction: Direction::Out,
                outcome: Some(if i % 16 == 5 && day == 2 { Outcome::Conversation } else { Outcome::NoAnswer }),
                person: 1,
                debts: vec![10],
                discussed: None,
                address: None,
                place: None,
                purpose: Purpose::Collection,
                in_response_to: None,
                gives_call_consent: None,
                was_unreachable: false,
                dialing: Dialing::Manual,
                is_limited_content: false,
                is_ours: true,
            });
            let wish = Preference {
                at: base - SignedDuration::from_hours(24 * 30),
                until: None,
                wish: Wish::InconvenientTime(Hours { days: EVERY_DAY, from: 600, to: 900 }),
            };
            let record = Record {
                role: CollectorRole::ThirdParty,
                consumer: Consumer {
                    key: 1,
                    signals,
                    preferences: if i % 10 == 3 { vec![wish] } else { Vec::new() },
                    // A tenth of them lives where there are limits beyond the federal ones.
                    jurisdictions: if i % 10 == 7 { vec![Jurisdiction::Massachusetts] } else { Vec::new() },
                    ..Consumer::default()
                },
                persons: Vec::new(),
                debts: vec![Debt::of(10)],
                contacts: calls.collect(),
                notices: Vec::new(),
            };
            gather(&record, &Proposal::of(at, Channel::Call, 1, vec![10]))
        })
        .collect()
}

/// Runs over the mix for some seconds of processor time; runs a second.
fn rate(facts: &[ContactFacts], mut once: impl FnMut(&ContactFacts)) -> u64 {
    let began = processor_nanos();
    let mut count = 0u64;
    loop {
        for _ in 0..200 {
            facts.iter().for_each(&mut once);
        }
        count += 200 * facts.len() as u64;
        let spent = processor_nanos() - began;
        if spent >= 2_000_000_000 {
            return u64::try_from(u128::from(count) * 1_000_000_000 / u128::from(spent)).unwrap_or(u64::MAX);
        }
    }
}

fn main() {
    let facts = mix();
    let refused = facts.iter().filter(|facts| !may_contact(facts, &ContactPolicy::LAW)).count();
    let floor = rate(&facts, |facts| {
        black_box(may_contact(black_box(facts), &ContactPolicy::LAW));
    });
    let gate = rate(&facts, |facts| {
        black_box(decide_contact(black_box(facts), &ContactPolicy::LAW));
    });
    println!(
        "gate: {} decisions per processor-second with all reasons and the next moment ({refused} of {} refused)",
        grouped(gate),
        facts.len()
    );
    println!("floor: {} bare predicates per processor-second; ratio {} %", grouped(floor), gate * 100 / floor.max(1));
    println!("aim: 5,000,000 per processor-second: {}", if gate >= 5_000_000 { "reached" } else { "missed" });
}

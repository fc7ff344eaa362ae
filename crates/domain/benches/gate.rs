//! How many contacts a core decides in a second, with all reasons and the next allowed moment: from gathered facts, and from stored
//! history.
//!
//! Floor: the bare predicate over the same facts. Aims: 20,000,000 decisions a second from gathered facts, 5,000,000 from history.

#[allow(clippy::disallowed_methods, reason = "what a process has used is read from the system")]
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
fn mix() -> Vec<(Record, Proposal)> {
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
                disclosed: None,
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
                clock_events: Vec::new(),
            };
            (record, Proposal::of(at, Channel::Call, 1, vec![10]))
        })
        .collect()
}

/// Runs over the mix for some seconds of processor time; runs a second.
fn rate<T>(mix: &[T], mut once: impl FnMut(&T)) -> u64 {
    let began = processor_nanos();
    let mut count = 0u64;
    loop {
        for _ in 0..200 {
            mix.iter().for_each(&mut once);
        }
        count += 200 * mix.len() as u64;
        let spent = processor_nanos() - began;
        if spent >= 2_000_000_000 {
            return u64::try_from(u128::from(count) * 1_000_000_000 / u128::from(spent)).unwrap_or(u64::MAX);
        }
    }
}

fn aim(of: &str, reached: u64, aim: u64) {
    println!("aim {of}: {} per processor-second: {}", grouped(aim), if reached >= aim { "reached" } else { "missed" });
}

fn main() {
    let records = mix();
    let facts: Vec<ContactFacts> = records.iter().map(|(record, proposal)| gather(record, proposal)).collect();
    let policy = ContactPolicy::LAW;
    let (refused, open): (Vec<_>, Vec<_>) = facts.iter().cloned().partition(|facts| !may_contact(facts, &policy));
    let floor = rate(&facts, |facts| {
        black_box(may_contact(black_box(facts), &policy));
    });
    let decide = |facts: &ContactFacts| {
        black_box(decide_contact(black_box(facts), &policy));
    };
    let gate = rate(&facts, decide);
    println!(
        "gate: {} decisions per processor-second with all reasons and the next moment ({} of {} refused)",
        grouped(gate),
        refused.len(),
        facts.len()
    );
    println!("of them: {} of what is allowed, {} of what is refused", grouped(rate(&open, decide)), grouped(rate(&refused, decide)));
    println!("floor: {} bare predicates per processor-second; ratio {} %", grouped(floor), gate * 100 / floor.max(1));
    let history = rate(&records, |(record, proposal)| {
        black_box(decide_contact(&gather(black_box(record), proposal), &policy));
    });
    println!("history: {} gathered from the record and decided per processor-second", grouped(history));
    aim("from facts", gate, 20_000_000);
    aim("from history", history, 5_000_000);
}

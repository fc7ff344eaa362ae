//! How many contacts a core decides in a second, with all citations and the next allowed moment: from prepared facts, and from stored
//! history.
//!
//! What *stored history* is given: for each person the record as the program has it once the rows are read (signs of where they are
//! with their zones, debts, every earlier contact and event), in no order and with nothing counted, and one proposal. What is computed
//! and measured: the clocks, every count of calls and caps, stops and disputes, wishes, then the rules prepared and the decision. Rows
//! are not read from a database in it. One after another is gathered into the same place, as by who walks a portfolio.
//!
//! Floor: the bare predicate over the same facts. Aims: 20,000,000 decisions a second from prepared facts, 5,000,000 from history.

#[allow(clippy::disallowed_methods, reason = "what a process has used is read from the system")]
#[path = "../../app/benches/measure.rs"]
mod measure;
mod situations;

use duly_domain::compliance::facts::{ContactFacts, gather, gather_into};
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::prepared::Prepared;
use duly_domain::compliance::{decide_contact, may_contact};
use duly_domain::decision::Answer;
use measure::{grouped, peak_megabytes, processor_nanos};
use situations::situation;
use std::hint::black_box;

/// How many situations there are, no two alike in all.
const SITUATIONS: u64 = 1_000_000;

/// Runs over all for some seconds of processor time; runs a second.
fn rate<T>(all: &[T], mut once: impl FnMut(&T)) -> u64 {
    let began = processor_nanos();
    let mut count = 0u64;
    loop {
        all.iter().for_each(&mut once);
        count += all.len() as u64;
        let spent = processor_nanos() - began;
        if spent >= 2_000_000_000 {
            return u64::try_from(u128::from(count) * 1_000_000_000 / u128::from(spent)).unwrap_or(u64::MAX);
        }
    }
}

/// Decides, and takes what is promised: the answer, every citation, the next allowed moment.
fn decide(prepared: &Prepared) {
    let decided = black_box(prepared).decide(black_box(prepared.at()));
    decided.because().for_each(|card| {
        black_box(card.cite);
    });
    black_box((decided.answer(), decided.next_allowed_at()));
}

fn aim(of: &str, reached: u64, aim: u64) {
    println!("aim {of}: {} per processor-second: {}", grouped(aim), if reached >= aim { "reached" } else { "missed" });
}

fn main() {
    let policy = ContactPolicy::LAW;
    let (gate, is_open) = from_facts(&policy);
    let records: Vec<_> = (0..SITUATIONS).map(situation).collect();
    let mut facts = gather(&records[0].0, &records[0].1);
    let history = rate(&records, |(record, proposal)| {
        gather_into(&mut facts, black_box(record), proposal);
        decide(&Prepared::of(&facts, &policy));
    });
    println!("history: {} gathered from the record, prepared and decided per processor-second", grouped(history));
    println!("{} situations, {is_open} of them allowed; {} MB at the most", grouped(SITUATIONS), peak_megabytes());
    aim("from facts", gate, 20_000_000);
    aim("from history", history, 5_000_000);
}

/// The rate from prepared facts, and how many of them are allowed.
fn from_facts(policy: &ContactPolicy) -> (u64, usize) {
    let facts: Vec<ContactFacts> = (0..SITUATIONS).map(situation).map(|(record, proposal)| gather(&record, &proposal)).collect();
    let prepare = |facts: &[ContactFacts]| -> u64 {
        rate(facts, |facts| {
            black_box(Prepared::of(black_box(facts), policy));
        })
    };
    let prepared: Vec<Prepared> = facts.iter().map(|facts| Prepared::of(facts, policy)).collect();
    let (open, refused): (Vec<_>, Vec<_>) =
        facts.iter().map(|facts| Prepared::of(facts, policy)).partition(|one| one.decide(one.at()).answer() == Answer::Yes);
    let gate = rate(&prepared, decide);
    println!("gate: {} decisions per processor-second from prepared facts, with all citations and the next moment", grouped(gate));
    println!("of them: {} of what is allowed, {} of what is refused", grouped(rate(&open, decide)), grouped(rate(&refused, decide)));
    println!("prepared: {} per processor-second", grouped(prepare(&facts)));
    let read = rate(&facts, |facts| {
        black_box(decide_contact(black_box(facts), policy));
    });
    println!("read: {} prepared, decided and read with every number per processor-second", grouped(read));
    let floor = rate(&facts, |facts| {
        black_box(may_contact(black_box(facts), policy));
    });
    println!("floor: {} bare predicates per processor-second", grouped(floor));
    (gate, open.len())
}

//! The gate beside two rule engines and a function written by hand: the same eight core rules (hours in two zones, seven calls in
//! seven days, conversation, opt-out, written stop, lawyer, dispute, the cap of a state) over the same million situations.
//!
//! Every decision of each is compared with the others', reasons too, before any speed is printed. Inputs are made ahead for each in
//! its own form. The gate runs all of its rules, with citations and the next allowed moment; the engines run eight and name them; the
//! function says yes or no.
//!
//! Run by `cargo run --release --manifest-path benches/gate/Cargo.toml`.

mod engines;
#[allow(dead_code, reason = "the house's own measure has more than is needed here")]
#[path = "../../../crates/app/benches/measure.rs"]
mod measure;
mod situation;
#[path = "../../../crates/domain/benches/situations.rs"]
mod situations;

use anyhow::{Result, ensure};
use duly_domain::compliance::columns::Columns;
use duly_domain::compliance::facts::{gather, gather_into};
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::prepared::Prepared;
use duly_domain::decision::Answer;
use engines::{Cedar, Rego, of_rego};
use measure::{grouped, processor_nanos};
use situation::{Numbers, SITUATIONS, Situation, plain, situation};
use std::hint::black_box;

/// How many inputs of the engines are held at once: they are large.
const PIECE: u64 = 50_000;

const POLICY: ContactPolicy = ContactPolicy::LAW;

fn main() -> Result<()> {
    let compared = compare()?;
    println!(
        "{} situations, {} of them allowed: gate, regorus, cedar, function and columns agree on each",
        grouped(SITUATIONS),
        grouped(compared.allowed)
    );
    let by_hand = rate(&compared.numbers, 200, |numbers| {
        black_box(plain(black_box(numbers)));
    });
    let (engine, rows) = from_facts();
    let records: Vec<_> = (0..SITUATIONS).map(situations::situation).collect();
    let mut facts = gather(&records[0].0, &records[0].1);
    let history = rate(&records, 15, |(record, proposal)| {
        gather_into(&mut facts, black_box(record), proposal);
        decide(&Prepared::of(&facts, &POLICY));
    });

    println!("decisions per processor-second:");
    let by_rego = per_second(SITUATIONS, compared.rego_nanos);
    for (what, rate) in [
        ("regorus 0.14, eight rules, their names", by_rego),
        ("cedar-policy 4.14, eight rules, their names", per_second(SITUATIONS, compared.cedar_nanos)),
        ("gate from prepared facts, every rule, citations, next moment", engine),
        ("gate from stored history", history),
        ("function by hand, eight rules, yes or no", by_hand),
        ("columns, a mask over a portfolio", rows),
    ] {
        println!("{:>15}  {what} ({}.{} times regorus)", grouped(rate), rate / by_rego.max(1), rate * 10 / by_rego.max(1) % 10);
    }
    for (what, reached, aim) in
        [("gate from facts", engine, 20_000_000), ("gate from history", history, 5_000_000), ("columns", rows, 800_000_000)]
    {
        println!("aim for {what}: {}: {}", grouped(aim), if reached >= aim { "reached" } else { "missed" });
    }
    Ok(())
}

/// What came of comparing: how many are allowed, the numbers of all, and what the engines took for every situation once.
struct Compared {
    allowed: u64,
    numbers: Vec<Numbers>,
    rego_nanos: u64,
    cedar_nanos: u64,
}

/// Decides every situation by each and demands that all say the same, for the same reasons.
fn compare() -> Result<Compared> {
    let (mut rego, cedar) = (Rego::new()?, Cedar::new()?);
    let mut compared = Compared { allowed: 0, numbers: Vec::new(), rego_nanos: 0, cedar_nanos: 0 };
    for piece in (0..SITUATIONS).step_by(usize::try_from(PIECE)?) {
        let all: Vec<Situation> = (piece..piece + PIECE).map(situation).collect();
        let values: Vec<_> = all.iter().map(|one| Rego::input(&one.numbers)).collect();
        let requests = all.iter().map(|one| Cedar::input(&one.numbers)).collect::<Result<Vec<_>>>()?;
        for (nth, one) in all.iter().enumerate() {
            let prepared = Prepared::of(&one.facts, &POLICY);
            let gate = prepared.decide(prepared.at());
            // Massachusetts has hours of its own, which are the federal ones: the eight rules leave them out.
            let core = gate.because().filter(|card| card.id != "state.ma.hours");
            let mut reasons: Vec<String> = core.map(|card| card.id.to_string()).collect();
            let mut of_rego = of_rego(&rego.decide(&values[nth]))?;
            let mut of_cedar = cedar.refusals(&cedar.decide(&requests[nth]))?;
            reasons.sort();
            of_rego.sort();
            of_cedar.sort();
            let nth = piece + nth as u64;
            ensure!(reasons == of_rego && reasons == of_cedar, "situation {nth}: {reasons:?}, rego {of_rego:?}, cedar {of_cedar:?}");
            ensure!(reasons.is_empty() == plain(&one.numbers), "situation {nth}: {reasons:?}, and the function differs");
            ensure!(reasons.is_empty() == mask(one)?, "situation {nth}: {reasons:?}, and the mask differs");
            compared.allowed += u64::from(gate.answer() == Answer::Yes);
        }
        compared.rego_nanos += nanos(|| values.iter().for_each(|value| drop(black_box(rego.decide(black_box(value))))));
        compared.cedar_nanos += nanos(|| requests.iter().for_each(|request| drop(black_box(cedar.decide(black_box(request))))));
        compared.numbers.extend(all.iter().map(|one| one.numbers));
    }
    Ok(compared)
}

/// What the columns say of one situation at its minute.
fn mask(one: &Situation) -> Result<bool> {
    let (mut columns, mut open) = (Columns::from(one.facts.at.div_euclid(60) * 60, POLICY), Vec::new());
    ensure!(columns.push(&one.facts), "a row cannot say it");
    columns.open_at(0, &mut open);
    Ok(open[0])
}

/// The gate from prepared facts, and the columns of the same people.
fn from_facts() -> (u64, u64) {
    let facts: Vec<_> = (0..SITUATIONS).map(|nth| situation(nth).facts).collect();
    let prepared: Vec<Prepared> = facts.iter().map(|facts| Prepared::of(facts, &POLICY)).collect();
    let engine = rate(&prepared, 30, decide);
    let mut portfolio = Columns::from(situations::FIRST, POLICY);
    facts.iter().for_each(|facts| {
        portfolio.push(facts);
    });
    let mut open = Vec::new();
    // One pass over the whole portfolio at each turn.
    let rows = rate(&[()], 5_000, |()| {
        portfolio.open_at(black_box(16 * 60), &mut open);
        black_box(&open);
    }) * SITUATIONS;
    (engine, rows)
}

/// Decides, and takes what is promised: the answer, every citation, the next allowed moment.
fn decide(prepared: &Prepared) {
    let decided = black_box(prepared).decide(black_box(prepared.at()));
    decided.because().for_each(|card| {
        black_box(card.cite);
    });
    black_box((decided.answer(), decided.next_allowed_at()));
}

/// Runs so many times over all; runs a processor-second.
fn rate<T>(all: &[T], rounds: u64, mut once: impl FnMut(&T)) -> u64 {
    per_second(rounds * all.len() as u64, nanos(|| (0..rounds).for_each(|_| all.iter().for_each(&mut once))))
}

fn per_second(count: u64, nanos: u64) -> u64 {
    u64::try_from(u128::from(count) * 1_000_000_000 / u128::from(nanos.max(1))).unwrap_or(u64::MAX)
}

/// What something takes of the processor.
fn nanos(work: impl FnOnce()) -> u64 {
    let began = processor_nanos();
    work();
    processor_nanos() - began
}

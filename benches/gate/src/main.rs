//! The gate beside two rule engines and a function written by hand: the same eight core rules (hours in two zones, seven calls in
//! seven days, conversation, opt-out, written stop, lawyer, dispute, the cap of a state) over the same situations.
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

use anyhow::{Result, ensure};
use duly_domain::compliance::columns::Columns;
use duly_domain::compliance::decide_contact;
use duly_domain::compliance::facts::gather;
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::decision::Answer;
use engines::{Cedar, Rego, of_rego};
use measure::{grouped, processor_nanos};
use situation::{SITUATIONS, Situation, plain};
use std::hint::black_box;

/// Decisions that each makes for its figure.
const DECISIONS: u64 = 1_000_000;

fn main() -> Result<()> {
    let all = situation::all();
    let policy = ContactPolicy::LAW;
    let (mut rego, cedar) = (Rego::new()?, Cedar::new()?);
    let values: Vec<_> = all.iter().map(|one| Rego::input(&one.numbers)).collect();
    let requests = all.iter().map(|one| Cedar::input(&one.numbers)).collect::<Result<Vec<_>>>()?;
    let mut columns = Columns::from(all.iter().map(|one| one.facts.at).min().unwrap_or(0), policy);

    let mut allowed = 0;
    for (nth, one) in all.iter().enumerate() {
        let gate = decide_contact(&one.facts, &policy);
        let mut reasons: Vec<String> = gate.because.iter().map(|reason| reason.rule.id.to_string()).collect();
        let mut of_rego = of_rego(&rego.decide(&values[nth]))?;
        let mut of_cedar = cedar.refusals(&cedar.decide(&requests[nth]))?;
        reasons.sort();
        of_rego.sort();
        of_cedar.sort();
        ensure!(reasons == of_rego && reasons == of_cedar, "situation {nth}: {reasons:?}, rego {of_rego:?}, cedar {of_cedar:?}");
        ensure!(reasons.is_empty() == plain(&one.numbers), "situation {nth}: {reasons:?}, and the function differs");
        ensure!(columns.push(&one.facts), "situation {nth}: a row cannot say it");
        allowed += usize::from(gate.answer == Answer::Yes);
    }
    compare_columns(&all, &columns)?;
    println!("{SITUATIONS} situations, {allowed} of them allowed: gate, regorus, cedar, function and columns agree on each");

    let engine = rate(&all, 30, |one| drop(black_box(decide_contact(black_box(&one.facts), &policy))));
    let history = rate(&all, 5, |one| drop(black_box(decide_contact(&gather(black_box(&one.record), &one.proposal), &policy))));
    let by_hand = rate(&all, 1_000, |one| {
        black_box(plain(black_box(&one.numbers)));
    });
    let by_rego = rate(&values, 1, |value| drop(black_box(rego.decide(black_box(value)))));
    let by_cedar = rate(&requests, 1, |request| drop(black_box(cedar.decide(black_box(request)))));
    let mut portfolio = Columns::from(all[0].facts.at, policy);
    for one in all.iter().cycle().take(usize::try_from(DECISIONS).unwrap_or(0)) {
        portfolio.push(&one.facts);
    }
    let mut open = Vec::new();
    let rows = rate(&[()], 5_000 * DECISIONS, |()| {
        // A rate counts what it is given: here one pass over the whole portfolio.
        portfolio.open_at(black_box(60), &mut open);
        black_box(&open);
    }) * DECISIONS;

    println!("decisions per processor-second:");
    for (what, rate) in [
        ("regorus 0.14, eight rules, their names", by_rego),
        ("cedar-policy 4.14, eight rules, their names", by_cedar),
        ("gate from facts, every rule, citations, next moment", engine),
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

/// The mask at every minute of which there is a situation, against the gate at that minute.
fn compare_columns(all: &[Situation], columns: &Columns) -> Result<()> {
    let from = all.iter().map(|one| one.facts.at).min().unwrap_or(0);
    let mut open = Vec::new();
    for (nth, one) in all.iter().enumerate() {
        columns.open_at(u16::try_from((one.facts.at - from) / 60)?, &mut open);
        ensure!(open[nth] == plain(&one.numbers), "situation {nth}: the mask says {}", open[nth]);
    }
    Ok(())
}

/// Runs over all so often that there are at least a million decisions, times `more`; decisions a processor-second.
fn rate<T>(all: &[T], more: u64, mut once: impl FnMut(&T)) -> u64 {
    let rounds = if all.len() == 1 { more / DECISIONS } else { more * DECISIONS / all.len() as u64 };
    let began = processor_nanos();
    for _ in 0..rounds {
        all.iter().for_each(&mut once);
    }
    let spent = (processor_nanos() - began).max(1);
    let made = u128::from(rounds) * all.len() as u128;
    u64::try_from(made * 1_000_000_000 / u128::from(spent)).unwrap_or(u64::MAX)
}

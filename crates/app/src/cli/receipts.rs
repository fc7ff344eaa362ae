//! Money in from bank statements: taken, listed, decided.
//!
//! Exit 0: done. 1: the file was taken, and something of it cannot be used as it stands; or what was asked is decided already.

use super::incoming::{BankCommand, answered, day_json, problem_lines, problems_json, text_json};
use super::named::{one_of, parse_id};
use super::output::{answer, money};
use super::{Answered, Global};
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::ledger::clearing::matching::{self, match_entry};
use crate::ledger::receipts::decide::{Back, identify, identify_together, set_aside, take_back, waits};
use crate::ledger::receipts::look::{Shown, of_codes, propose, shown};
use crate::ledger::receipts::pages::masked;
use crate::ledger::receipts::store::{EntryRow, PartRow, StatementRow, list_entries, list_parts, list_waiting};
use crate::ledger::receipts::take::{Count, TakeFile, Taken, take_file};
use crate::plans::joint::paying::PostedPart;
use duly_domain::ledger::receipts::{State, is_said};
use duly_domain::values::ids::{PaymentId, ReceiptId};
use serde_json::{Map, Value as Json, json};

pub(super) async fn bank(app: &App, global: &Global, command: BankCommand) -> Result<Answered, Failure> {
    let who = Actor::command();
    match command {
        // Answered before a database was opened.
        BankCommand::Read { .. } => return Ok(Answered::Yes),
        BankCommand::Post { file, commit } => {
            let ask = TakeFile { path: file, piece: commit };
            let kept = |bookings| {
                eprintln!("kept {bookings} bookings");
                true
            };
            let taken = take_file(app, &who, app.moment(), &ask, kept).await?;
            answer(global.format, &taken_json(&taken), || taken_lines(&taken))?;
            return Ok(answered(taken.refuses()));
        }
        BankCommand::List { state, limit } => list(app, global, state.as_deref(), limit).await?,
        BankCommand::Identify { entry, plan: Some(plan), .. } => {
            let id = parse_id("entry", &entry)?;
            let posted = identify_together(app, &who, app.moment(), id, parse_id("plan", &plan)?).await?;
            let parts: Vec<Json> = posted
                .parts
                .iter()
                .map(|part| {
                    json!({"account": part.account.to_string(), "reference": part.reference, "payment": part.posted.payment.to_string(),
                        "amount": money(part.amount.minor(), part.amount.currency().code())})
                })
                .collect();
            let json = json!({"entry": entry, "state": State::Posted, "joint": posted.joint.to_string(), "parts": parts});
            let line = |part: &PostedPart| format!("{} on {}: payment {}", part.amount, part.reference, part.posted.payment);
            answer(global.format, &json, || posted.parts.iter().map(line).collect())?;
        }
        BankCommand::Identify { entry, account, plan: None } => {
            let account = account.unwrap_or_default();
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let posted = identify(app, &who, app.moment(), parse_id("entry", &entry)?, account).await?;
            let currency = posted.balance.currency().code();
            let json = json!({"entry": entry, "state": State::Posted, "account": account.to_string(), "payment": posted.payment.to_string(),
                "unapplied": money(posted.unapplied.minor(), currency), "balance": super::ledger::buckets_json(&posted.balance)});
            answer(global.format, &json, || {
                let left = posted.balance.total().map(|total| total.to_string()).unwrap_or_default();
                vec![format!("payment {}; {left} is left", posted.payment)]
            })?;
        }
        BankCommand::Match { entry, of } => {
            let says = match_entry(app, &who, app.moment(), parse_id("entry", &entry)?, &of).await?;
            answer(global.format, &json!({"entry": entry, "state": State::Matched, "of": says}), || vec![format!("matched: {says}")])?;
        }
        BankCommand::Aside { entry, note } => {
            set_aside(app, &who, app.moment(), parse_id("entry", &entry)?, &note).await?;
            answer(global.format, &json!({"entry": entry, "state": State::SetAside, "note": note}), || vec!["set aside".into()])?;
        }
        BankCommand::Back { entry, on, payment } => {
            let payment = payment.map(|text| parse_id::<PaymentId>("payment", &text)).transpose()?;
            let back = take_back(app, &who, app.moment(), parse_id("entry", &entry)?, on, payment).await?;
            let (state, payment, says) = match back {
                Back::Reversed(payment) => ("came_back", Some(payment), format!("payment {payment} is reversed: the money went back")),
                Back::WaitsAgain(payment) => {
                    ("unidentified", Some(payment), format!("payment {payment} is reversed: the money waits again"))
                }
                Back::NotAside | Back::NotMatched => ("waits", None, "it waits again".into()),
            };
            let json = json!({"entry": entry, "state": state, "payment": payment.map(|id| id.to_string())});
            answer(global.format, &json, || vec![says])?;
        }
    }
    Ok(Answered::Yes)
}

async fn list(app: &App, global: &Global, state: Option<&str>, limit: i64) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let rows = match state {
        None => list_waiting(&mut tx, limit).await?,
        Some("all") => list_entries(&mut tx, None, limit).await?,
        Some(state) if State::parse(state).is_some() => list_entries(&mut tx, Some(state), limit).await?,
        Some(other) => return Err(one_of("state", other, State::ALL.iter().map(|state| state.code()).chain(["all"]))),
    };
    let waiting: Vec<EntryRow> = rows.iter().filter(|row| row.state == State::Unidentified.code()).cloned().collect();
    let mut proposals = propose(&mut tx, app.moment(), &waiting).await?.into_iter();
    let undecided: Vec<&EntryRow> = rows.iter().filter(|row| waits(row)).collect();
    let mut sums = matching::propose(&mut tx, &undecided).await?.into_iter();
    let posted: Vec<ReceiptId> = rows.iter().filter(|row| row.state == State::Posted.code()).map(|row| row.id).collect();
    let parts = list_parts(&mut tx, &posted).await?;
    let listed: Vec<Listed> = rows
        .iter()
        .map(|row| Listed {
            row,
            proposals: if row.state == State::Unidentified.code() { proposals.next().unwrap_or_default() } else { Vec::new() },
            sums: if waits(row) { sums.next().unwrap_or_default() } else { Vec::new() },
            others: parts.iter().filter(|part| part.0 == row.id).map(|part| &part.1).collect(),
        })
        .collect();
    let json = json!({"entries": listed.iter().map(entry_json).collect::<Vec<_>>()});
    answer(global.format, &json, || listed.iter().flat_map(entry_lines).collect())
}

/// A movement with what is said of it.
struct Listed<'a> {
    row: &'a EntryRow,
    proposals: Vec<Shown>,
    sums: Vec<matching::Shown>,
    /// What of it stands on other accounts.
    others: Vec<&'a PartRow>,
}

fn entry_json(Listed { row, proposals, sums, others }: &Listed<'_>) -> Json {
    let part = |one: &&PartRow| {
        json!({"account": one.account.to_string(), "reference": one.account_reference, "payment": one.payment.to_string(),
            "amount": money(one.amount_minor, &one.currency)})
    };
    let sums: Vec<Json> = sums
        .iter()
        .map(|one| {
            json!({"of": one.waited.mark(), "what": one.waited.says, "grounds": one.proposal.grounds, "says": one.because(),
                "differs": money(one.proposal.differs_minor, &row.currency)})
        })
        .collect();
    let proposals: Vec<Json> = proposals
        .iter()
        .map(|one| {
            let split: Vec<Json> = one
                .split
                .iter()
                .map(|(reference, part)| json!({"reference": reference, "amount": money(part.minor(), part.currency().code())}))
                .collect();
            json!({"joint": one.proposal.joint.map(|id| id.to_string()), "split": split, "account": one.proposal.account.to_string(), "reference": one.reference, "name": one.name, "weight": one.proposal.weight,
                "grounds": one.proposal.grounds, "says": one.says(), "balance": money(one.balance.minor(), one.balance.currency().code())})
        })
        .collect();
    json!({"entry": row.id.to_string(), "statement": row.statement.to_string(), "line": row.line, "state": row.state, "waits": waits(row),
        "date": day_json(Some(row.booked_on)), "value_date": day_json(Some(row.value_on)), "amount": money(row.amount_minor, &row.currency),
        "reference": text_json(&row.reference), "bank_reference": text_json(&row.bank_reference),
        "counterparty": text_json(&row.counterparty), "text": text_json(&row.words), "reversal": row.is_reversal,
        "return_reason": text_json(&row.return_reason), "account": row.account.map(|id| id.to_string()),
        "account_reference": row.account_reference, "payment": row.payment.map(|id| id.to_string()),
        "with": others.iter().map(part).collect::<Vec<_>>(), "grounds": row.grounds.split_whitespace().collect::<Vec<_>>(),
        "note": text_json(&row.note), "proposals": proposals, "sums": sums})
}

fn entry_lines(Listed { row, proposals, sums, others }: &Listed<'_>) -> Vec<String> {
    let amount = shown(row.amount_minor, &row.currency);
    let said = [row.counterparty.as_str(), row.reference.as_str(), row.words.as_str()];
    let said: Vec<&str> = said.into_iter().filter(|text| is_said(text)).collect();
    let mut lines = vec![format!("{} {} {amount:>18}  {}  {}", row.id, row.booked_on, row.state, said.join(" · "))];
    if let Some(reference) = &row.account_reference {
        let because = if row.grounds.is_empty() { "decided by a person".into() } else { of_codes(&row.grounds) };
        let with: String = others.iter().map(|one| format!(" and {}", one.account_reference)).collect();
        lines.push(format!("    account {reference}{with}: {because}"));
    }
    lines.extend((!row.note.is_empty()).then(|| format!("    {}", row.note)));
    lines.extend(proposals.iter().map(|one| match one.proposal.joint {
        Some(joint) => format!("    {joint} {}, {}: {}", one.name, one.split_says(), one.says()),
        None => format!("    {} {}, {} owed: {}", one.reference, one.name, one.balance, one.says()),
    }));
    lines.extend(sums.iter().map(|one| format!("    --of {} {}: {}", one.waited.mark(), one.waited.says, one.because())));
    lines
}

fn count_json(count: &Count) -> Json {
    let amounts: Vec<Json> = count.minor.iter().map(|(currency, minor)| money(*minor, currency)).collect();
    json!({"entries": count.entries, "amounts": amounts})
}

fn taken_json(taken: &Taken) -> Json {
    let mut json: Map<String, Json> = Map::new();
    let mut sums: Map<String, Json> = Map::new();
    json.insert("format".into(), taken.form.name().into());
    json.insert("entries".into(), taken.all.entries.into());
    let states =
        [State::Posted, State::Matched, State::Unidentified, State::CameBack, State::WentOut].map(|state| (state.code(), taken.of(state)));
    for (name, count) in [("known", taken.known.clone())].into_iter().chain(states) {
        json.insert(name.into(), count.entries.into());
        sums.insert(name.into(), count_json(&count)["amounts"].clone());
    }
    sums.insert("entries".into(), count_json(&taken.all)["amounts"].clone());
    json.insert("amounts".into(), sums.into());
    json.insert("pending".into(), taken.pending.into());
    json.insert("statements".into(), taken.statements.iter().map(statement_json).collect());
    json.insert("problems".into(), problems_json(&taken.problems).into());
    json.into()
}

fn statement_json(row: &StatementRow) -> Json {
    let balance = |minor: Option<i64>| minor.map_or(Json::Null, |minor| money(minor, &row.currency));
    json!({"statement": row.id.to_string(), "account": text_json(&row.bank_account), "number": text_json(&row.number),
        "currency": text_json(&row.currency), "opening": balance(row.opening_minor), "opening_on": day_json(row.opening_on),
        "closing": balance(row.closing_minor), "closing_on": day_json(row.closing_on), "adds_up": row.adds_up, "bookings": row.bookings,
        "taken": row.bookings_taken, "told": money(row.told_minor, &row.currency), "known": money(row.known_minor, &row.currency)})
}

fn taken_lines(taken: &Taken) -> Vec<String> {
    let in_words = |count: &Count| {
        let sums: Vec<String> = count.minor.iter().map(|(currency, minor)| shown(*minor, currency)).collect();
        format!("{}{}", count.entries, if sums.is_empty() { String::new() } else { format!(" ({})", sums.join(", ")) })
    };
    let mut lines = vec![format!(
        "{} entries: {} posted, {} matched, {} known, {} unidentified, {} came back, {} went out",
        taken.all.entries,
        in_words(&taken.of(State::Posted)),
        in_words(&taken.of(State::Matched)),
        in_words(&taken.known),
        in_words(&taken.of(State::Unidentified)),
        in_words(&taken.of(State::CameBack)),
        in_words(&taken.of(State::WentOut))
    )];
    if taken.pending > 0 {
        lines.push(format!("{} are not on the books yet and are not kept", taken.pending));
    }
    for row in &taken.statements {
        let sums = match row.adds_up {
            Some(true) => ", adds up",
            Some(false) => ", does not add up",
            None => "",
        };
        lines.push(format!(
            "account {} {}: {} bookings, {}{sums}",
            masked(&row.bank_account),
            row.number,
            row.bookings,
            shown(row.told_minor, &row.currency)
        ));
    }
    lines.extend(problem_lines(&taken.problems));
    lines
}

//! A movement at the bank is matched to what it stands for: by itself where that is certain, by a person where not; and taken back.

use super::expected::{Waited, list_open};
use super::store::{self, ClearingRow};
use crate::app::{Actor, App, Failure, WORDS_MAX, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::cli::output::written as amount;
use crate::ledger::receipts::decide::{decided, waits};
use crate::ledger::receipts::store::{EntryRow, load_entry, update_decided};
use crate::ledger::trust;
use crate::store::Tx;
use crate::transaction;
use duly_domain::ledger::clearing::{Found, Ground, Part, Proposal, Sum, find};
use duly_domain::ledger::receipts::{State, is_said};
use duly_domain::values::ids::{BankClearingId, ReceiptId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::collections::BTreeMap;

/// Something that a movement may stand for, as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What.
    pub waited: Waited,
    /// Why.
    pub proposal: Proposal,
}

impl Shown {
    /// The grounds as a sentence.
    pub fn because(&self) -> String {
        in_words(&self.proposal.grounds)
    }

    /// How much more the bank shows than it comes to.
    pub fn differs(&self) -> String {
        amount(self.proposal.differs_minor, self.waited.expected.currency.code())
    }
}

fn in_words(grounds: &[Ground]) -> String {
    grounds.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn in_codes(grounds: &[Ground]) -> String {
    grounds.iter().map(|ground| ground.code()).collect::<Vec<_>>().join(" ")
}

/// Kept grounds in words.
pub fn of_codes(codes: &str) -> String {
    in_words(&codes.split_whitespace().filter_map(Ground::parse).collect::<Vec<_>>())
}

fn sum_of(row: &EntryRow) -> Sum<'_> {
    let said = [&row.reference, &row.bank_reference, &row.words].into_iter().map(String::as_str);
    Sum {
        minor: row.amount_minor,
        currency: &row.currency,
        days: [row.booked_on, row.value_on],
        texts: said.filter(|text| is_said(text)).collect(),
        counterparty: &row.counterparty,
        is_return: row.amount_minor < 0 && (row.is_reversal || !row.return_reason.is_empty()),
    }
}

/// What is waited for when movements are looked at, in whatever order.
async fn open_for(tx: &mut Tx, rows: &[&EntryRow]) -> Result<Vec<Waited>, Failure> {
    match rows.iter().map(|row| row.booked_on).min() {
        Some(first) => list_open(tx, first).await,
        None => Ok(Vec::new()),
    }
}

/// What is certain or may be of movements, in their order. What is certain of two of them is certain of neither.
pub async fn look(tx: &mut Tx, rows: &[&EntryRow]) -> Result<(Vec<Waited>, Vec<Found>), Failure> {
    let open = open_for(tx, rows).await?;
    let all: Vec<_> = open.iter().map(|one| one.expected.clone()).collect();
    let mut found: Vec<Found> = rows.iter().map(|row| find(&sum_of(row), &all)).collect();
    let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, one) in found.iter().enumerate() {
        if let Found::Certain(Proposal { at, .. }) = one {
            wanted.entry(*at).or_default().push(place);
        }
    }
    let ats: Vec<usize> = wanted.keys().copied().collect();
    for (at, places) in &wanted {
        let is_wanted_twice = places.len() > 1 || ats.iter().any(|other| other != at && all[*at].overlaps(&all[*other]));
        for place in places.iter().filter(|_| is_wanted_twice) {
            if let Found::Certain(one) = &found[*place] {
                found[*place] = Found::Proposed(vec![one.clone()]);
            }
        }
    }
    Ok((open, found))
}

/// What movements that wait may stand for, in their order.
pub async fn propose(tx: &mut Tx, rows: &[&EntryRow]) -> Result<Vec<Vec<Shown>>, Failure> {
    let (open, found) = look(tx, rows).await?;
    let shown = |one: Proposal| Some(Shown { waited: open.get(one.at)?.clone(), proposal: one });
    let each = found.into_iter().map(|one| match one {
        Found::Certain(one) => shown(one).into_iter().collect(),
        Found::Proposed(all) => all.into_iter().filter_map(shown).collect(),
        Found::Nothing => Vec::new(),
    });
    Ok(each.collect())
}

/// A movement stands for something: how its row reads then, and the pieces to keep once the row is.
pub fn matched(who: &Actor, at: Moment, row: &mut EntryRow, waited: &Waited, grounds: &[Ground]) -> Vec<ClearingRow> {
    row.state = State::Matched.code().into();
    (row.account, row.payment, row.grounds) = (None, None, in_codes(grounds));
    row.note = waited.says.chars().take(WORDS_MAX).collect();
    (row.decided_by, row.decided_at) = (Some(who.label().into()), Some(at.at));
    let pieces = waited.expected.pieces.iter().map(|(part, minor)| {
        let blank = ClearingRow {
            id: BankClearingId(new_uuid()),
            entry: row.id,
            kind: String::new(),
            file: None,
            effective_on: None,
            batch: String::new(),
            debit: None,
            amount_minor: *minor,
            currency: row.currency.clone(),
            cleared_by: who.label().into(),
            cleared_at: at.at,
            taken_back_by: None,
            taken_back_at: None,
        };
        match part {
            Part::Debits { file, on, batch } => {
                ClearingRow { kind: "debits".into(), file: Some(*file), effective_on: Some(*on), batch: batch.clone(), ..blank }
            }
            Part::Return(debit) => ClearingRow { kind: "return".into(), debit: Some(*debit), ..blank },
        }
    });
    pieces.collect()
}

/// Matches a movement that waits to what a person says it stands for, by the mark of its proposal.
pub async fn match_entry(app: &App, who: &Actor, at: Moment, entry: ReceiptId, mark: &str) -> Result<String, Failure> {
    transaction!(app.db, tx, {
        let mut row = load_entry(tx, entry).await?;
        if !waits(&row) {
            return Err(decided(&row));
        }
        if !trust::store::list_of_bank_entry(tx, entry).await?.is_empty() {
            return Err(Failure::Stale("it is in the trust book: take it back there first".into()));
        }
        let proposals = propose(tx, &[&row]).await?.pop().unwrap_or_default();
        let one = proposals.into_iter().find(|one| one.waited.mark() == mark.trim());
        let one = one.ok_or_else(|| Failure::wrong("of", "is not waited for any more: look at what is proposed now"))?;
        if !one.proposal.can_be_matched() {
            return Err(Failure::wrong("of", "is of another amount: ask the bank what it holds"));
        }
        let pieces = matched(who, at, &mut row, &one.waited, &[]);
        update_decided(tx, &row).await?;
        store::insert_clearings(tx, &pieces).await?;
        let detail = json!({"entry": row.id.to_string(), "state": row.state, "pieces": pieces.len()});
        let named: Vec<KeptRow> = std::iter::once(row.id.into()).chain(pieces.iter().map(|one| one.id.into())).collect();
        kept::record_of_agency(tx, who, at.at, "bank.match", detail, &named).await?;
        Ok(row.note)
    })
}

/// What a movement stood for is waited for again; the rows that say so.
pub async fn release(tx: &mut Tx, who: &Actor, at: Moment, entry: ReceiptId) -> Result<Vec<KeptRow>, Failure> {
    let rows = store::list_of_entry(tx, entry).await?;
    store::update_taken_back(tx, entry, who.label(), at.at).await?;
    Ok(rows.into_iter().map(|row| row.id.into()).collect())
}

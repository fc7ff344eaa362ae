//! The three-way proof of a day: what the bank says, what the book says, whose it is. Each is kept; the night makes one for its day.

use super::store::{self, ProofRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::ledger::clearing;
use crate::store::Tx;
use crate::transaction;
use duly_domain::ledger::trust::{Holdings, Proof};
use duly_domain::values::ids::{CreditorId, TrustProofId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use std::collections::BTreeMap;

/// One client's ledger in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientLedger {
    /// Whose.
    pub creditor: CreditorId,
    /// The client's name.
    pub name: String,
    /// The currency.
    pub currency: String,
    /// What is held for the client.
    pub held_minor: i64,
    /// What it owes of payments that came back.
    pub returned_minor: i64,
    /// What it owes of fees.
    pub billed_minor: i64,
}

/// What was found in one currency.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The currency.
    pub currency: String,
    /// The figures.
    pub proof: Proof,
    /// How many clients' ledgers are below zero.
    pub below_zero: i64,
}

impl Proved {
    /// Whether nothing has to be done.
    pub fn is_whole(&self) -> bool {
        self.below_zero == 0 && self.proof.is_whole()
    }
}

/// What is kept of a proof as the domain has it.
pub fn proof_of(row: &ProofRow) -> Proof {
    Proof {
        bank: row.bank_minor,
        book: row.book_minor,
        clients: row.clients_minor,
        agency: row.agency_minor,
        on_its_way: row.on_its_way_minor,
        unapplied: row.unapplied_minor,
        unidentified: row.unidentified_minor,
        not_booked: row.not_booked_minor,
        coming: row.coming_minor.unwrap_or_default(),
        late: row.late_minor.unwrap_or_default(),
    }
}

/// Every client's ledger at the end of a day.
pub async fn list_ledgers(tx: &mut Tx, on: Date) -> Result<Vec<ClientLedger>, Failure> {
    let mut ledgers: Vec<ClientLedger> = Vec::new();
    for (creditor, name, currency, minor) in store::list_clients(tx, on).await? {
        ledgers.push(ClientLedger { creditor, name, currency, held_minor: -minor, returned_minor: 0, billed_minor: 0 });
    }
    for row in store::list_sums_of_clients(tx, on).await? {
        let known = ledgers.iter().position(|one| (one.creditor, &one.currency) == (row.creditor, &row.currency));
        let at = match known {
            Some(at) => at,
            None => {
                let name = crate::accounts::store::load_creditor(tx, row.creditor).await?.name;
                let (creditor, currency) = (row.creditor, row.currency.clone());
                ledgers.push(ClientLedger { creditor, name, currency, held_minor: 0, returned_minor: 0, billed_minor: 0 });
                ledgers.len() - 1
            }
        };
        let one = &mut ledgers[at];
        one.held_minor -= row.payable_minor;
        (one.returned_minor, one.billed_minor) = (row.returned_minor, row.billed_minor);
    }
    Ok(ledgers)
}

/// Finds how things stand at the end of a day, by currency; nothing is kept.
pub async fn find(tx: &mut Tx, on: Date) -> Result<Vec<Proved>, Failure> {
    let mut all: BTreeMap<String, Proof> = BTreeMap::new();
    for (currency, bank, clients, unapplied) in store::list_entries_sums(tx, on).await? {
        all.insert(currency, Proof { book: bank, clients: -clients, unapplied: -unapplied, ..Proof::default() });
    }
    for sums in store::list_sums(tx, on).await? {
        let held = Holdings::of(sums.minor).ok_or_else(|| too_large(&sums.currency))?;
        let proof = all.entry(sums.currency).or_default();
        (proof.book, proof.clients) = (proof.book + held.bank, proof.clients + held.clients);
        (proof.agency, proof.on_its_way) = (held.agency, held.on_its_way);
    }
    let [bank, unidentified, not_booked] = store::list_at_the_bank(tx, on).await?;
    for (currency, minor) in bank {
        all.entry(currency).or_default().bank = Some(minor);
    }
    for (currency, minor) in unidentified {
        all.entry(currency).or_default().unidentified = minor;
    }
    for (currency, minor) in not_booked {
        all.entry(currency).or_default().not_booked = minor;
    }
    for (currency, minor) in clearing::store::list_coming(tx, on).await? {
        all.entry(currency).or_default().coming = minor;
    }
    for (currency, minor) in clearing::expected::list_late(tx, on).await? {
        all.entry(currency.code().into()).or_default().late += minor.abs();
    }
    let ledgers = list_ledgers(tx, on).await?;
    let below = |currency: &str| ledgers.iter().filter(|one| one.currency == currency && one.held_minor < 0).count();
    let each = all.into_iter().map(|(currency, proof)| {
        let below_zero = i64::try_from(below(&currency)).unwrap_or(i64::MAX);
        Proved { currency, proof, below_zero }
    });
    Ok(each.collect())
}

fn too_large(currency: &str) -> Failure {
    Failure::Stale(format!("the sums of the trust book in {currency} are too large to be true: run duly check"))
}

/// Proves a day and keeps what was found.
pub async fn prove(app: &App, who: &Actor, at: Moment, on: Date) -> Result<Vec<Proved>, Failure> {
    if on > at.business_day {
        return Err(Failure::wrong("on", "is in the future"));
    }
    transaction!(app.db, tx, { prove_within(tx, who, at, on).await })
}

/// As [`prove`], within a transaction.
pub async fn prove_within(tx: &mut Tx, who: &Actor, at: Moment, on: Date) -> Result<Vec<Proved>, Failure> {
    let found = find(tx, on).await?;
    let mut rows = Vec::with_capacity(found.len());
    for Proved { currency, proof, below_zero } in &found {
        let row = ProofRow {
            id: TrustProofId(new_uuid()),
            on_day: on,
            currency: currency.clone(),
            bank_minor: proof.bank,
            book_minor: proof.book,
            clients_minor: proof.clients,
            agency_minor: proof.agency,
            on_its_way_minor: proof.on_its_way,
            unapplied_minor: proof.unapplied,
            unidentified_minor: proof.unidentified,
            not_booked_minor: proof.not_booked,
            below_zero: *below_zero,
            is_whole: *below_zero == 0 && proof.is_whole(),
            proved_by: who.label().to_string(),
            proved_at: at.at,
            coming_minor: Some(proof.coming),
            late_minor: Some(proof.late),
        };
        store::insert_proof(tx, &row).await?;
        rows.push(row);
    }
    if !rows.is_empty() {
        let ids: Vec<_> = rows.iter().map(|row| row.id.into()).collect();
        let detail = json!({"on": on.to_string(), "whole": rows.iter().all(|row| row.is_whole)});
        kept::record_of_agency(tx, who, at.at, "trust.prove", detail, &ids).await?;
    }
    Ok(found)
}

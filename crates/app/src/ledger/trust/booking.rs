//! What a person books in the trust book: fees taken out, what left or came to the bank beside payments, what clients pay of what they owe.
//!
//! Each is a posting with its entry in the agency's chain, and is taken back by an opposite one. Booked twice under one reference is once.

use super::store::{self, PostingRow};
use crate::app::{Actor, App, Failure, NAME_MAX, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::ledger::receipts;
use crate::ledger::store::currency;
use crate::store::Tx;
use crate::{accounts, transaction};
use duly_domain::ledger::receipts::State;
use duly_domain::ledger::trust::{Holdings, Kind, Place, Posting, TrustError, plan_bank_charge, plan_brought_in, plan_cleared, plan_cover};
use duly_domain::values::ids::{AccountId, CreditorId, EntryId, ReceiptId, RemittanceId, TrustPostingId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Currency;
use jiff::civil::Date;
use serde_json::json;

/// A plan that does not hold, said at the amount.
pub(in crate::ledger) fn refused(error: &TrustError) -> Failure {
    match error {
        TrustError::BelowZero(_) => Failure::Stale(error.to_string()),
        other => Failure::wrong("amount", other.to_string()),
    }
}

/// What a posting names beside what it moves.
#[derive(Clone, Debug, Default)]
pub(in crate::ledger) struct Named {
    pub(in crate::ledger) creditor: Option<CreditorId>,
    pub(in crate::ledger) remittance: Option<RemittanceId>,
    pub(in crate::ledger) payment: Option<(AccountId, EntryId)>,
    pub(in crate::ledger) bank_entry: Option<ReceiptId>,
    pub(in crate::ledger) clears: Option<TrustPostingId>,
    pub(in crate::ledger) takes_back: Option<TrustPostingId>,
    pub(in crate::ledger) reference: String,
    pub(in crate::ledger) words: String,
}

/// Adds a posting to the book, with its entry in the agency's chain.
pub(in crate::ledger) async fn book(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    kind: Kind,
    on: Date,
    named: Named,
    posting: &Posting,
) -> Result<TrustPostingId, Failure> {
    let Named { creditor, remittance, payment, bank_entry, clears, takes_back, reference, words } = named;
    let row = PostingRow {
        id: TrustPostingId(new_uuid()),
        creditor,
        creditor_name: None,
        kind: kind.code().into(),
        booked_on: on,
        remittance,
        account: payment.map(|(account, _)| account),
        entry: payment.map(|(_, entry)| entry),
        bank_entry,
        clears,
        takes_back,
        reference,
        words,
        currency: posting.currency().code().into(),
        minor: *posting.minor(),
        recorded_by: who.label().into(),
        recorded_at: at.at,
        taken_back: 0,
    };
    store::insert_posting(tx, &row).await?;
    let detail = json!({"posting": row.id.to_string(), "kind": row.kind, "on": on.to_string(),
        "creditor": creditor.map(|id| id.to_string()), "takes_back": takes_back.map(|id| id.to_string())});
    kept::record_of_agency(tx, who, at.at, "trust.book", detail, &[row.id.into()]).await?;
    Ok(row.id)
}

/// Covers a payment that came back and was remitted, in the transaction that reverses it; nothing where it was not.
pub(in crate::ledger) async fn cover_returned(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: &accounts::store::Account,
    entry: EntryId,
    on: Date,
) -> Result<(), Failure> {
    let Some(remitted) = crate::ledger::remittances::store::find_remitted(tx, account.id, entry).await? else { return Ok(()) };
    if remitted.is_direct || store::is_covered(tx, account.id, entry).await? {
        return Ok(());
    }
    let posting = plan_cover(remitted.amount_minor, currency(&account.currency)?).map_err(|error| refused(&error))?;
    let named = Named {
        creditor: Some(account.creditor),
        payment: Some((account.id, entry)),
        words: format!("{} came back", account.reference),
        ..Named::default()
    };
    book(tx, who, at, Kind::Cover, on, named, &posting).await.map(drop)
}

/// What all postings come to in a currency; one client's claims with it where one is named. What clients hold stands beside it: nothing
/// that is booked here touches that.
async fn holdings(tx: &mut Tx, on: Date, of: Currency, creditor: Option<CreditorId>) -> Result<Holdings, Failure> {
    let sums = store::list_sums(tx, on).await?.into_iter().find(|sums| sums.currency == of.code());
    let all = sums.and_then(|sums| Holdings::of(sums.minor)).unwrap_or_default();
    let (returned, billed) = match creditor {
        Some(creditor) => store::owed_by(tx, creditor, of.code()).await?,
        None => (0, 0),
    };
    Ok(Holdings { clients: 0, returned, billed, ..all })
}

/// Something to book.
#[derive(Clone, Debug)]
pub struct Book {
    /// In minor units.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: String,
    /// On which day.
    pub on: Date,
    /// What it is known by; the same again is the same.
    pub reference: String,
}

impl Book {
    fn proved(&self, at: Moment) -> Result<(Currency, &str), Failure> {
        let reference = self.reference.trim();
        if reference.is_empty() {
            return Err(Failure::wrong("reference", "is empty: it is what makes it known"));
        }
        check_length("reference", reference, NAME_MAX)?;
        if self.on > at.business_day {
            return Err(Failure::wrong("on", "is in the future"));
        }
        let known = Currency::parse(&self.currency).ok_or_else(|| Failure::wrong("currency", "is none that the ledger knows"))?;
        Ok((known, reference))
    }
}

/// The same posting, if its reference is known with the same amount.
async fn known(tx: &mut Tx, kind: Kind, ask: &Book, reference: &str, place: Place) -> Result<Option<TrustPostingId>, Failure> {
    let Some(before) = store::find_by_reference(tx, kind.code(), reference).await? else { return Ok(None) };
    if before.taken_back > 0 {
        return Err(Failure::wrong("reference", "is that of one that was taken back: give the new one its own"));
    }
    if (before.minor[place as usize].abs(), &before.currency) != (ask.amount_minor, &ask.currency) {
        return Err(Failure::wrong("reference", "was booked before with another amount"));
    }
    Ok(Some(before.id))
}

/// Takes earned fees out of trust; all that are there where no amount is said.
pub async fn sweep(app: &App, who: &Actor, at: Moment, ask: &Book) -> Result<TrustPostingId, Failure> {
    let (of, reference) = ask.proved(at)?;
    transaction!(app.db, tx, {
        if let Some(before) = known(tx, Kind::Sweep, ask, reference, Place::Agency).await? {
            return Ok(before);
        }
        let posting = holdings(tx, at.business_day, of, None).await?.sweep(ask.amount_minor, of).map_err(|error| refused(&error))?;
        let named = Named { reference: reference.into(), words: "earned fees taken out".into(), ..Named::default() };
        book(tx, who, at, Kind::Sweep, ask.on, named, &posting).await
    })
}

/// How much may be swept now, by currency; below zero where the agency has to bring money in.
pub async fn list_earned(tx: &mut Tx, at: Moment) -> Result<Vec<(String, i64)>, Failure> {
    let sums = store::list_sums(tx, at.business_day).await?;
    Ok(sums.into_iter().map(|sums| (sums.currency, -sums.minor[Place::Agency as usize])).collect())
}

/// A client pays what was invoiced to the agency itself: no money in trust moves.
pub async fn invoice_paid(app: &App, who: &Actor, at: Moment, creditor: CreditorId, ask: &Book) -> Result<TrustPostingId, Failure> {
    let (of, reference) = ask.proved(at)?;
    transaction!(app.db, tx, {
        accounts::store::load_creditor(tx, creditor).await?;
        if let Some(before) = known(tx, Kind::InvoicePaid, ask, reference, Place::Claims).await? {
            return Ok(before);
        }
        let held = holdings(tx, at.business_day, of, Some(creditor)).await?;
        let posting = held.client_pays(ask.amount_minor, false, of).map_err(|error| refused(&error))?;
        let named = Named { creditor: Some(creditor), reference: reference.into(), words: "paid to the agency".into(), ..Named::default() };
        book(tx, who, at, Kind::InvoicePaid, ask.on, named, &posting).await
    })
}

/// What a movement at the bank is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Movement {
    /// What was on its way left: remittances and sweeps that add up to it.
    Cleared(Vec<TrustPostingId>),
    /// A client paid what it owes into trust.
    ClientPaid(CreditorId),
    /// The agency brought its own money in.
    BroughtIn,
    /// A charge or interest of the bank.
    BankCharge,
}

/// Books a movement at the bank that is no payment of a debtor; once.
pub async fn book_movement(app: &App, who: &Actor, at: Moment, entry: ReceiptId, what: &Movement) -> Result<Vec<TrustPostingId>, Failure> {
    transaction!(app.db, tx, {
        let row = receipts::store::load_entry(tx, entry).await?;
        if !store::list_of_bank_entry(tx, entry).await?.is_empty() {
            return Err(Failure::Stale("it is in the trust book already".into()));
        }
        let state = State::parse(&row.state);
        if !matches!(state, Some(State::Unidentified | State::SetAside | State::WentOut)) {
            return Err(Failure::Stale(format!("it is {}: that is not for the trust book", row.state.replace('_', " "))));
        }
        let of = currency(&row.currency).map_err(|_| Failure::wrong("entry", "is in a currency that the ledger does not know"))?;
        let said = [row.counterparty.as_str(), row.words.as_str()].join(" ");
        let words: String = said.trim().chars().take(WORDS_MAX).collect();
        let named = Named { bank_entry: Some(entry), words, ..Named::default() };
        let mut booked = Vec::new();
        match what {
            Movement::Cleared(ids) => {
                let waiting = store::list_on_its_way(tx).await?;
                let mut left = row.amount_minor.checked_neg().unwrap_or(0);
                for id in ids {
                    let one = waiting.iter().find(|one| one.id == *id && one.currency == row.currency);
                    let one = one.ok_or_else(|| Failure::wrong("clears", format!("{id} is not on its way")))?;
                    let minor = -one.minor[Place::OnItsWay as usize];
                    left -= minor;
                    let posting = plan_cleared(minor, of).map_err(|error| refused(&error))?;
                    let named = Named { clears: Some(*id), creditor: one.creditor, remittance: one.remittance, ..named.clone() };
                    booked.push(book(tx, who, at, Kind::Cleared, row.booked_on, named, &posting).await?);
                }
                if left != 0 || ids.is_empty() {
                    return Err(Failure::wrong("clears", "does not add up to what left the bank"));
                }
            }
            Movement::ClientPaid(creditor) => {
                accounts::store::load_creditor(tx, *creditor).await?;
                let held = holdings(tx, at.business_day, of, Some(*creditor)).await?;
                let posting = held.client_pays(row.amount_minor, true, of).map_err(|error| refused(&error))?;
                let named = Named { creditor: Some(*creditor), ..named };
                booked.push(book(tx, who, at, Kind::ClientPaid, row.booked_on, named, &posting).await?);
            }
            Movement::BroughtIn => {
                let posting = plan_brought_in(row.amount_minor, of).map_err(|error| refused(&error))?;
                booked.push(book(tx, who, at, Kind::BroughtIn, row.booked_on, named, &posting).await?);
            }
            Movement::BankCharge => {
                let posting = plan_bank_charge(row.amount_minor, of).map_err(|error| refused(&error))?;
                booked.push(book(tx, who, at, Kind::BankCharge, row.booked_on, named, &posting).await?);
            }
        }
        if state == Some(State::Unidentified) {
            receipts::decide::set_aside_within(tx, who, at, entry, "in the trust book").await?;
        }
        Ok(booked)
    })
}

/// Takes a posting back by an opposite one; what a remittance or a payment that came back made stays.
pub async fn take_back(app: &App, who: &Actor, at: Moment, id: TrustPostingId) -> Result<TrustPostingId, Failure> {
    transaction!(app.db, tx, {
        let row = store::load_posting(tx, id).await?;
        let kind = Kind::parse(&row.kind).filter(|kind| !matches!(kind, Kind::Remittance | Kind::Cover));
        let Some(kind) = kind.filter(|_| row.takes_back.is_none()) else {
            return Err(Failure::Stale("it follows from something else: that is put right by another remittance".into()));
        };
        if row.taken_back > 0 {
            return Err(Failure::Stale("it is taken back already".into()));
        }
        if row.minor[Place::OnItsWay as usize] < 0 && !store::list_on_its_way(tx).await?.iter().any(|one| one.id == id) {
            return Err(Failure::Stale("it left the bank: take back first that it did".into()));
        }
        let of = currency(&row.currency)?;
        let posting = Posting::of(of, row.minor).map_err(|error| refused(&error))?.reversed();
        let held = holdings(tx, at.business_day, of, row.creditor).await?;
        held.after(&posting).map_err(|error| refused(&error))?;
        let named = Named {
            creditor: row.creditor,
            remittance: row.remittance,
            bank_entry: row.bank_entry,
            clears: row.clears,
            takes_back: Some(id),
            words: format!("taken back: {}", row.words),
            ..Named::default()
        };
        book(tx, who, at, kind, at.business_day, named, &posting).await
    })
}

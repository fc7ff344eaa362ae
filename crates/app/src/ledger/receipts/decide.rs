//! What a person decides of money that came in: whose it is, that it is nobody's payment, that it went back; and taking that back.
//!
//! Each decision is a transaction of its own with its entry in the agency's chain; a payment posted or reversed by it has its entry in the
//! account's chain as every payment has.

use super::store::{self, EntryRow, PartRow};
use super::take::ask;
use super::together;
use crate::accounts;
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length};
use crate::audit::kept::{self, KeptRow};
use crate::ledger::actions::{Posted, post_within, reverse_within};
use crate::ledger::clearing::matching::release;
use crate::ledger::store::load_payment;
use crate::ledger::trust;
use crate::plans::joint::paying::JointPosted;
use crate::plans::joint::store::load_joint;
use crate::store::Tx;
use crate::transaction;
use duly_domain::ledger::receipts::State;
use duly_domain::values::ids::{AccountId, JointPlanId, PaymentId, ReceiptId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// Posts money that nobody was known for on an account.
pub async fn identify(app: &App, who: &Actor, at: Moment, entry: ReceiptId, account: AccountId) -> Result<Posted, Failure> {
    transaction!(app.db, tx, {
        let mut row = store::load_entry(tx, entry).await?;
        if row.state != State::Unidentified.code() {
            return Err(decided(&row));
        }
        let held = accounts::store::load_account(tx, account).await?;
        if held.currency != row.currency {
            let says = format!("{} is kept in {}, and {} came in", held.reference, held.currency, row.currency);
            return Err(Failure::wrong("account", says));
        }
        let posted = post_within(tx, who, at, &ask(&row, account)).await?;
        (row.state, row.account, row.payment) = (State::Posted.code().into(), Some(account), Some(posted.payment));
        (row.times_posted, row.note, row.grounds) = (row.times_posted + 1, String::new(), String::new());
        keep(tx, who, at, row, "bank.identify", Vec::new()).await?;
        Ok(posted)
    })
}

/// Posts money that nobody was known for on all accounts of a joint plan, split as every payment for the whole is.
pub async fn identify_together(app: &App, who: &Actor, at: Moment, entry: ReceiptId, joint: JointPlanId) -> Result<JointPosted, Failure> {
    transaction!(app.db, tx, {
        let mut row = store::load_entry(tx, entry).await?;
        if row.state != State::Unidentified.code() {
            return Err(decided(&row));
        }
        let kept_in = load_joint(tx, joint).await?.currency;
        if kept_in != row.currency {
            return Err(Failure::wrong("account", format!("is of a plan in {kept_in}, and {} came in", row.currency)));
        }
        let (posted, parts) = together::post(tx, who, at, &mut row, joint).await?;
        keep(tx, who, at, row, "bank.identify", parts).await?;
        Ok(posted)
    })
}

/// Sets aside what is nobody's payment, with the reason.
pub async fn set_aside(app: &App, who: &Actor, at: Moment, entry: ReceiptId, note: &str) -> Result<(), Failure> {
    let note = note.trim();
    if note.is_empty() {
        return Err(Failure::wrong("note", "is missing: say what it is, such as interest of the bank"));
    }
    check_length("note", note, WORDS_MAX)?;
    transaction!(app.db, tx, { set_aside_within(tx, who, at, entry, note).await })
}

/// As [`set_aside`], within a transaction.
pub(in crate::ledger) async fn set_aside_within(tx: &mut Tx, who: &Actor, at: Moment, entry: ReceiptId, note: &str) -> Result<(), Failure> {
    let mut row = store::load_entry(tx, entry).await?;
    if !waits(&row) {
        return Err(decided(&row));
    }
    (row.state, row.account, row.payment, row.note) = (State::SetAside.code().into(), None, None, note.to_string());
    keep(tx, who, at, row, "bank.set-aside", Vec::new()).await
}

/// What taking back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The payment was reversed, because the bank took the money back.
    Reversed(PaymentId),
    /// The payment was reversed, and the money waits again.
    WaitsAgain(PaymentId),
    /// What was set aside waits again.
    NotAside,
    /// What was matched waits again, and what it stood for is waited for.
    NotMatched,
}

/// Takes back: the payment of money that went back, a payment that was identified wrongly, what was set aside or matched.
///
/// Which payment went back must be said where the bank's words did not name it.
pub async fn take_back(
    app: &App,
    who: &Actor,
    at: Moment,
    entry: ReceiptId,
    on: Date,
    payment: Option<PaymentId>,
) -> Result<Back, Failure> {
    transaction!(app.db, tx, {
        let mut row = store::load_entry(tx, entry).await?;
        if !trust::store::list_of_bank_entry(tx, entry).await?.is_empty() {
            return Err(Failure::Stale("it is in the trust book: take it back there first".into()));
        }
        match State::parse(&row.state) {
            Some(State::Posted) => {
                let posted = row.payment.ok_or_else(|| Failure::NotFound(format!("payment of bank entry {}", row.id)))?;
                if store::came_back(tx, posted).await? {
                    return Err(Failure::Stale("its money went back, as the bank said: there is nothing to identify again".into()));
                }
                for payment in together::payments_of(tx, &row).await? {
                    reverse_within(tx, who, at, payment, on).await?;
                }
                wait_again(&mut row);
                keep(tx, who, at, row, "bank.take-back", Vec::new()).await?;
                Ok(Back::WaitsAgain(posted))
            }
            Some(State::SetAside) => {
                wait_again(&mut row);
                keep(tx, who, at, row, "bank.take-back", Vec::new()).await?;
                Ok(Back::NotAside)
            }
            Some(State::Matched) => {
                let pieces = release(tx, who, at, entry).await?;
                wait_again(&mut row);
                keep_with(tx, who, at, row, "bank.take-back", (Vec::new(), pieces)).await?;
                Ok(Back::NotMatched)
            }
            Some(State::CameBack) if row.decided_at.is_some() => Err(decided(&row)),
            Some(State::CameBack | State::WentOut) => {
                let of = payment.or(row.payment).ok_or_else(|| {
                    Failure::wrong("payment", "is missing: the bank's words name none that came by it; say which one went back")
                })?;
                // What came in split over several accounts goes back from all of them, whichever of its payments is named.
                let came_by = store::find_posted_by(tx, of).await?;
                let (of, all) = match &came_by {
                    Some(whole) => (whole.payment.unwrap_or(of), together::payments_of(tx, whole).await?),
                    None => (of, vec![of]),
                };
                let paid = load_payment(tx, of).await?;
                let paid_minor = came_by.as_ref().map_or(paid.amount_minor, |whole| whole.amount_minor);
                if (paid_minor, paid.currency.as_str()) != (-row.amount_minor, row.currency.as_str()) {
                    return Err(Failure::wrong("payment", format!("{of} is of another amount than what went back")));
                }
                if row.payment != Some(of) && store::came_back(tx, of).await? {
                    return Err(Failure::wrong("payment", format!("{of} went back by another entry")));
                }
                for payment in all {
                    reverse_within(tx, who, at, payment, on).await?;
                }
                (row.state, row.account, row.payment) = (State::CameBack.code().into(), Some(paid.account), Some(of));
                keep(tx, who, at, row, "bank.came-back", Vec::new()).await?;
                Ok(Back::Reversed(of))
            }
            Some(State::Unidentified) | None => Err(Failure::Stale("it waits to be identified: there is nothing to take back".into())),
        }
    })
}

/// Whether somebody has to decide it.
pub fn waits(row: &EntryRow) -> bool {
    row.state == State::Unidentified.code() || (row.state == State::CameBack.code() && row.decided_at.is_none())
}

fn wait_again(row: &mut EntryRow) {
    let state = if row.amount_minor > 0 { State::Unidentified } else { State::CameBack };
    (row.state, row.account, row.payment) = (state.code().into(), None, None);
    (row.grounds, row.note) = (String::new(), String::new());
}

/// Why something that was decided is not decided anew.
pub fn decided(row: &EntryRow) -> Failure {
    Failure::Stale(match State::parse(&row.state) {
        Some(State::CameBack) if row.decided_at.is_some() => "its payment is reversed already, because the money went back".into(),
        Some(state @ (State::Posted | State::SetAside | State::Matched)) => format!("it is {state} already: take that back first"),
        _ => "it is money that left: nobody paid it to us".into(),
    })
}

/// Keeps a decision, with what of the entry it put on other accounts, and writes it into the record.
async fn keep(tx: &mut Tx, who: &Actor, at: Moment, row: EntryRow, act: &str, parts: Vec<PartRow>) -> Result<(), Failure> {
    keep_with(tx, who, at, row, act, (parts, Vec::new())).await
}

/// As [`keep`], with other rows of the same decision.
async fn keep_with(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    mut row: EntryRow,
    act: &str,
    (parts, with): (Vec<PartRow>, Vec<KeptRow>),
) -> Result<(), Failure> {
    let waits_again = row.state == State::Unidentified.code() || (act == "bank.take-back" && row.state == State::CameBack.code());
    (row.decided_by, row.decided_at) = if waits_again { (None, None) } else { (Some(who.label().into()), Some(at.at)) };
    store::update_decided(tx, &row).await?;
    let mut detail = json!({"entry": row.id.to_string(), "state": row.state, "account": row.account.map(|id| id.to_string()),
        "payment": row.payment.map(|id| id.to_string())});
    if !parts.is_empty() {
        detail["with"] = parts.iter().map(|part| part.payment.to_string()).collect();
    }
    let named: Vec<KeptRow> = std::iter::once(row.id.into()).chain(parts.iter().map(|part| part.id.into())).chain(with).collect();
    store::insert_parts(tx, &parts.into_iter().map(|part| (row.id, part)).collect::<Vec<_>>()).await?;
    kept::record_of_agency(tx, who, at.at, act, detail, &named).await
}

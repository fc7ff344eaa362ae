//! What took effect is posted: each sent debit as one payment, on its day.

use super::store::drawn::{DebitRow, list_to_settle, update_debit};
use crate::accounts::store::standing;
use crate::app::{Actor, App, Failure};
use crate::audit::kept;
use crate::jobs::nightly::Page;
use crate::ledger::actions::PostPayment;
use crate::ledger::posting::post_all;
use crate::store::{Tx, Value};
use crate::transaction;
use duly_domain::ledger::debits::{DebitKind, DebitState};
use duly_domain::values::ids::DebitId;
use duly_domain::values::moment::Moment;
use serde_json::json;
use std::collections::BTreeSet;

/// Debits in one transaction.
const PAGE: i64 = 50;

/// What posting came to.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// Debits that are payments now, and pre-notes that stood.
    pub debits: usize,
    /// What they come to, in minor units.
    pub minor: i64,
    /// What could not be posted, and why.
    pub failed: Vec<(DebitId, String)>,
}

/// Posts everything that took effect until today.
pub async fn settle(app: &App, who: &Actor, at: Moment) -> Result<Settled, Failure> {
    let (mut all, mut after) = (Settled::default(), DebitId(uuid::Uuid::nil()));
    loop {
        let mut turn = app.turns.take("debits").await;
        let (settled, last) = transaction!(app.db, tx, {
            turn.begins();
            settle_page(tx, who, at, after, PAGE).await
        })?;
        turn.ends();
        all.debits += settled.debits;
        all.minor = all.minor.saturating_add(settled.minor);
        all.failed.extend(settled.failed);
        match last {
            Some(last) => after = last,
            None => return Ok(all),
        }
        tokio::task::yield_now().await;
    }
}

/// The night's step: a page of what took effect with the day over.
pub async fn nightly(tx: &mut Tx, closing: Moment, limit: i64) -> Result<Page, Failure> {
    let (settled, last) = settle_page(tx, &Actor::night(), closing, DebitId(uuid::Uuid::nil()), limit.min(PAGE)).await?;
    // What cannot be posted stays for `duly check` and a person; the rest leaves the list.
    let is_end = last.is_none() || settled.debits == 0;
    let page = if is_end { Page::end() } else { Page::more() };
    Ok(page.with("posted", settled.debits).with("failed", settled.failed.len()))
}

async fn settle_page(tx: &mut Tx, who: &Actor, at: Moment, after: DebitId, limit: i64) -> Result<(Settled, Option<DebitId>), Failure> {
    let due = list_to_settle(tx, at.business_day, after, limit).await?;
    let last = due.last().map(|row| row.id);
    let mut settled = Settled::default();
    for row in settle_all(tx, who, at, due).await? {
        match row {
            Ok(row) => {
                settled.debits += 1;
                settled.minor = settled.minor.saturating_add(row.amount_minor);
            }
            Err(failed) => settled.failed.push(failed),
        }
    }
    Ok((settled, last))
}

/// The reference of a debit's payment.
pub fn reference(row: &DebitRow) -> String {
    format!("ACH {}", row.trace.as_deref().unwrap_or_default())
}

/// Posts sent debits; what became of each.
pub(super) async fn settle_all(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    rows: Vec<DebitRow>,
) -> Result<Vec<Result<DebitRow, (DebitId, String)>>, Failure> {
    let (prenotes, rows): (Vec<DebitRow>, Vec<DebitRow>) = rows.into_iter().partition(|row| row.asked_as() == DebitKind::Prenote);
    let keys: BTreeSet<_> = rows.iter().map(|row| row.account).collect();
    let keys: Vec<Value> = keys.into_iter().map(Value::from).collect();
    let standings = standing::list_standings(tx, &keys).await?;
    let asks: Vec<PostPayment> = rows
        .iter()
        .map(|row| PostPayment { account: row.account, amount_minor: row.amount_minor, effective_on: row.day(), reference: reference(row) })
        .collect();
    let fates = post_all(tx, who, at, standings, &asks).await?;
    let posted = rows.into_iter().zip(fates).map(|(row, fate)| match fate {
        Ok(posted) => Ok(DebitRow { payment: Some(posted.payment), ..row }),
        Err(failure) => Err((row.id, failure.to_string())),
    });
    let mut settled = Vec::new();
    for row in prenotes.into_iter().map(Ok).chain(posted.collect::<Vec<_>>()) {
        let row = match row {
            Ok(row) => DebitRow { state: DebitState::Settled.code().into(), decided_at: Some(at.at), ..row },
            Err(failed) => {
                settled.push(Err(failed));
                continue;
            }
        };
        update_debit(tx, &row).await?;
        let detail = json!({"debit": row.id.to_string(), "payment": row.payment.map(|id| id.to_string())});
        kept::record(tx, who, at.at, row.account, "debit.settle", detail, &[row.id.into()]).await?;
        settled.push(Ok(row));
    }
    Ok(settled)
}

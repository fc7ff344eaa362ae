//! What the processor told of a charge is taken in: once, in whatever order, and its money is posted or taken back as it now stands.
//!
//! The one way in for answers, messages and readings alike. Read [`apply`].

use super::adapter::Reading;
use super::store::{self, ChargeRow, EventRow};
use crate::app::{Actor, App, Failure};
use crate::audit::kept;
use crate::ledger::actions::{PostPayment, post_within, reverse_within};
use crate::store::Tx;
use crate::transaction;
use duly_domain::ledger::processor::Progress;
use duly_domain::values::ids::{ProcessorChargeId, ProcessorEventId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

/// Takes a reading of a charge in; the charge as it stands then, and whether anything is different.
pub async fn apply(
    app: &App,
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    row: ChargeRow,
    reading: &Reading,
) -> Result<(ChargeRow, bool), Failure> {
    prove(&row, reading)?;
    let before = row.clone();
    let standing = row.standing()?.after(&reading.told);
    let mut row = row.with(&standing);
    row.intent = row.intent.or_else(|| reading.intent.clone());
    // One that was declined and tried again has another; the money that was taken counts.
    if row.charge.is_none() || (row.times_posted == 0 && reading.told.progress == Some(Progress::Succeeded)) {
        row.charge = reading.charge.clone().or(row.charge);
    }
    if reading.told.progress == Some(Progress::Failed) && standing.progress == Progress::Failed && !reading.failure.is_empty() {
        row.failure.clone_from(&reading.failure);
    }
    if standing.progress == Progress::Succeeded {
        row.failure.clear();
    }
    let target = standing.stands_minor();
    if target != row.posted_minor {
        if let Some(payment) = row.payment.take() {
            reverse_within(tx, who, at, payment, at.business_day).await?;
        }
        if target > 0 {
            let ask = PostPayment {
                account: row.account,
                amount_minor: target,
                effective_on: taken_on(app, at, reading, row.times_posted),
                reference: reference(&row),
            };
            row.payment = Some(post_within(tx, who, at, &ask).await?.payment);
            row.times_posted += 1;
        }
        row.posted_minor = target;
    }
    let is_new = told(&before) != told(&row);
    // When it was told is no fact of the record, but decides which telling counts.
    store::update_charge(tx, &row).await?;
    if is_new {
        let detail = json!({"charge": row.id.to_string(), "state": row.state, "refunded_minor": row.refunded_minor,
            "posted_minor": row.posted_minor, "payment": row.payment.map(|payment| payment.to_string())});
        kept::record(tx, who, at.at, row.account, "processor.told", detail, &[row.id.into()]).await?;
    }
    Ok((row, is_new))
}

/// What of a charge stands in the record.
fn told(row: &ChargeRow) -> impl PartialEq + use<> {
    let ids = (row.intent.clone(), row.charge.clone(), row.payment, row.posted_minor, row.times_posted);
    (ids, row.progress.clone(), row.failure.clone(), row.refunded_minor, row.dispute.clone(), row.disputed_minor, row.state.clone())
}

/// Whether a reading can be of this charge: what differs is not taken in, and said.
fn prove(row: &ChargeRow, reading: &Reading) -> Result<(), Failure> {
    let differs =
        |what: &str| Failure::Stale(format!("the processor tells of another {what} than charge {} has: nothing was posted", row.id));
    if reading.amount_minor.is_some_and(|minor| minor != row.amount_minor) {
        return Err(differs("amount"));
    }
    if reading.currency.as_ref().is_some_and(|currency| *currency != row.currency) {
        return Err(differs("currency"));
    }
    match (&row.intent, &reading.intent) {
        (Some(known), Some(told)) if known != told => Err(differs("intent")),
        _ => Ok(()),
    }
}

/// From when the money counts: the day on which it was taken. What comes back after a dispute counts from today.
fn taken_on(app: &App, at: Moment, reading: &Reading, times_posted: i64) -> Date {
    let taken = reading.taken_at.filter(|_| times_posted == 0).and_then(|seconds| Timestamp::from_second(seconds).ok());
    taken.map_or(at.business_day, |taken| app.moment_at(taken).business_day.min(at.business_day))
}

/// What makes its payment known: the processor's id of the charge, with a number where it is posted again.
fn reference(row: &ChargeRow) -> String {
    let ours = row.id.to_string();
    let id = row.charge.as_ref().or(row.intent.as_ref()).unwrap_or(&ours);
    match row.times_posted {
        0 => id.clone(),
        before => format!("{id}/{}", before + 1),
    }
}

/// As [`apply`], in a transaction of its own; a charge that is not there is nothing.
pub async fn apply_reading(
    app: &App,
    who: &Actor,
    at: Moment,
    id: ProcessorChargeId,
    reading: &Reading,
) -> Result<(ChargeRow, bool), Failure> {
    let applied = transaction!(app.db, tx, {
        let row = store::load_charge(tx, id).await?;
        apply(app, tx, who, at, row, reading).await
    })?;
    if applied.1 {
        apply_waiting_of(app, who, at, &applied.0).await?;
    }
    Ok(applied)
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It changed the charge.
    Applied(ProcessorChargeId),
    /// The charge stood so already.
    Known(ProcessorChargeId),
    /// It waits, and why.
    Waits(String),
    /// It is about nothing of ours.
    Nothing,
}

impl Became {
    fn outcome(&self) -> &str {
        match self {
            Became::Applied(_) => "applied",
            Became::Known(_) => "known",
            Became::Waits(says) => says,
            Became::Nothing => "not about a charge of ours",
        }
    }
}

/// Applies a message that is stored, once.
pub async fn apply_event(app: &App, who: &Actor, at: Moment, id: ProcessorEventId) -> Result<Became, Failure> {
    let applied = transaction!(app.db, tx, {
        let event = store::load_event(tx, id).await?;
        if event.applied_at.is_some() {
            return Ok(Became::Nothing);
        }
        let reading = event.reading();
        let Some(row) = store::find_told(tx, &reading).await? else {
            let became = match is_foreign(&event) {
                true => Became::Nothing,
                false => Became::Waits("waits for the charge it is about".into()),
            };
            let done_at = (became == Became::Nothing).then_some(at.at);
            store::update_outcome(tx, id, done_at, became.outcome()).await?;
            return Ok(became);
        };
        let (row, is_new) = apply(app, tx, who, at, row, &reading).await?;
        let became = if is_new { Became::Applied(row.id) } else { Became::Known(row.id) };
        store::update_outcome(tx, id, Some(at.at), became.outcome()).await?;
        Ok(became)
    });
    match applied {
        // The message stays: what stands against it now is said, and it is tried again.
        Err(failure @ (Failure::Wrong(_) | Failure::Stale(_) | Failure::Ledger(_))) => {
            let says = failure.to_string();
            transaction!(app.db, tx, { Ok::<_, Failure>(store::update_outcome(tx, id, None, &says).await?) })?;
            Ok(Became::Waits(says))
        }
        done => done,
    }
}

/// Whether a message can never be about a charge of ours: it is about no charge, or a charge without our mark.
fn is_foreign(event: &EventRow) -> bool {
    let is_dispute = event.dispute.is_some();
    event.ours.is_none() && !is_dispute
}

/// Applies the messages that waited for what is known of a charge now.
pub async fn apply_waiting_of(app: &App, who: &Actor, at: Moment, row: &ChargeRow) -> Result<(), Failure> {
    let is_of =
        |event: &EventRow| (event.intent.is_some() && event.intent == row.intent) || (event.charge.is_some() && event.charge == row.charge);
    for event in waiting(app).await?.into_iter().filter(is_of) {
        apply_event(app, who, at, event.id).await?;
    }
    Ok(())
}

/// Every message that waits.
pub async fn waiting(app: &App) -> Result<Vec<EventRow>, Failure> {
    let (mut all, mut after) = (Vec::new(), ProcessorEventId(Uuid::nil()));
    loop {
        let page = store::list_waiting(&mut app.db.read().await?, after).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id;
        all.extend(page);
    }
}

/// What of an amount is meant when nobody says how much: all that stands.
pub fn amount_of(row: &ChargeRow, amount_minor: Option<i64>) -> Result<i64, Failure> {
    let stands = row.posted_minor;
    let amount = amount_minor.unwrap_or(stands);
    if stands == 0 {
        return Err(Failure::Stale(format!("charge {} holds no money that could go back", row.id)));
    }
    if !(1..=stands).contains(&amount) {
        let most = Money::of(stands, crate::ledger::store::currency(&row.currency)?);
        return Err(Failure::wrong("amount", format!("must be above zero and at most {most}, which stands of the charge")));
    }
    Ok(amount)
}

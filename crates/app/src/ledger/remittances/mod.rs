//! Remittances: what a creditor is sent for a period, with a line for each payment.
//!
//! A remittance goes `Prepared` → `Locked` or `Withdrawn`. [`preview`] shows what it would hold; [`prepare`] keeps what it comes to;
//! [`approve`], by somebody else, finds it again, and locks it only if it is still the same: then its lines, its posting in the trust book
//! and its entry in the record are one transaction. What comes back later is taken back in the next one, with the fee that was charged.
//! What was wrong is put right by another remittance ([`Ask::corrects`]); nothing that is locked is opened again.
//!
//! Read [`gathering`], then [`approve`]. Statements and the pay file follow from what is locked ([`statement`]).
//!
//! Always true: a payment is remitted once and taken back once; nobody approves what they prepared; what is sent is there.

pub mod check;
pub mod costs;
pub mod gathering;
pub mod pages;
pub mod rehearsing;
pub mod statement;
pub mod store;

use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::identity::settings::Settled;
use crate::ledger::trust;
use crate::store::Tx;
use crate::{accounts, transaction};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::rates::Mode;
use duly_domain::ledger::remittance::{Owes, Remittance};
use duly_domain::ledger::trust::{Holdings, Kind, plan_remittance};
use duly_domain::values::ids::{CreditorId, RemittanceId};
use duly_domain::values::moment::Moment;
use gathering::{Ask, Gathered, gather};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use store::{LineRow, RemittanceRow};

/// The figures of a kept remittance as the domain has them.
pub fn figures_of(row: &RemittanceRow) -> Remittance {
    Remittance {
        collected: row.collected_minor,
        direct: row.direct_minor,
        came_back: row.came_back_minor,
        fees: row.fees_minor,
        costs: row.costs_minor,
        before: Owes { returned: row.returned_before_minor, billed: row.billed_before_minor },
        kept: row.kept_minor,
        paid: row.paid_minor,
        invoiced: row.invoiced_minor,
        after: Owes { returned: row.returned_after_minor, billed: row.billed_after_minor },
    }
}

/// The period that comes next for a creditor: from the day after the last one, to the end of the month before today.
pub async fn next_period(tx: &mut Tx, at: Moment, creditor: CreditorId) -> Result<(Date, Date), Failure> {
    let last = last_locked(tx, creditor).await?;
    let ends = at.business_day.first_of_month().saturating_sub(1.day());
    let (from, to) = match last {
        Some(last) => (last.to_on.saturating_add(1.day()), ends),
        None => (ends.first_of_month(), ends),
    };
    // Where a month was closed early, the next period is the one that runs.
    Ok(if from <= to { (from, to) } else { (from.min(at.business_day), at.business_day) })
}

async fn last_locked(tx: &mut Tx, creditor: CreditorId) -> Result<Option<RemittanceRow>, Failure> {
    let rows = store::list_of_creditor(tx, creditor).await?;
    Ok(rows.into_iter().filter(|row| row.state == "locked" && row.corrects.is_none()).max_by_key(|row| (row.to_on, row.number)))
}

/// What a remittance would hold now; nothing is kept.
pub async fn preview(app: &App, at: Moment, ask: &Ask) -> Result<Gathered, Failure> {
    let mut tx = app.db.read().await?;
    check_period(&mut tx, at, ask).await?;
    let gathered = gather(app, &mut tx, at, ask).await;
    tx.rollback().await;
    gathered
}

async fn check_period(tx: &mut Tx, at: Moment, ask: &Ask) -> Result<(), Failure> {
    accounts::store::load_creditor(tx, ask.creditor).await?;
    if ask.from_on > ask.to_on {
        return Err(Failure::wrong("to", "is before the first day"));
    }
    if ask.to_on > at.business_day {
        return Err(Failure::wrong("to", "is in the future"));
    }
    if let Some(corrects) = ask.corrects {
        let row = store::load_remittance(tx, corrects).await?;
        if row.state != "locked" || row.creditor != ask.creditor {
            return Err(Failure::wrong("corrects", "is no locked remittance of this creditor"));
        }
    } else if let Some(last) =
        last_locked(tx, ask.creditor).await?.filter(|last| last.currency == ask.currency && last.to_on >= ask.from_on)
    {
        let says = format!("lies in a period that is locked, up to {}: what belongs there comes in the next remittance", last.to_on);
        return Err(Failure::wrong("from", says));
    }
    Ok(())
}

/// Prepares a remittance: what it comes to is kept, and it waits for somebody else.
pub async fn prepare(app: &App, who: &Actor, at: Moment, ask: &Ask) -> Result<RemittanceRow, Failure> {
    transaction!(app.db, tx, {
        check_period(tx, at, ask).await?;
        let known = store::list_of_creditor(tx, ask.creditor).await?;
        if let Some(open) = known.iter().find(|row| row.state == "prepared" && row.currency == ask.currency) {
            return Err(Failure::Stale(format!("remittance {} is prepared already: approve or withdraw it first", open.number)));
        }
        let gathered = gather(app, tx, at, ask).await?;
        if !gathered.problems.is_empty() {
            return Err(Failure::Stale(gathered.problems.join("; ")));
        }
        let figures = &gathered.figures;
        if gathered.lines.is_empty() && (ask.corrects.is_some() || figures.before == Owes::default()) {
            let says = if ask.corrects.is_some() {
                "the plans say what was charged: there is nothing to put right"
            } else {
                "nothing is there to be remitted: no payment of the period is cleared"
            };
            return Err(Failure::Stale(says.into()));
        }
        let row = RemittanceRow {
            number: known.first().map_or(0, |row| row.number) + 1,
            head: head(tx, ask.creditor).await?,
            prepared_by: who.label().into(),
            prepared_at: at.at,
            prepared_on: at.business_day,
            ..row_of(ask, &gathered)
        };
        store::insert_remittance(tx, &row).await?;
        record(tx, who, at, "remittance.prepare", &row).await?;
        store::load_remittance(tx, row.id).await
    })
}

/// What was found as a row that nobody prepared yet.
fn row_of(ask: &Ask, gathered: &Gathered) -> RemittanceRow {
    let figures = &gathered.figures;
    RemittanceRow {
        id: RemittanceId(new_uuid()),
        creditor: ask.creditor,
        creditor_name: String::new(),
        number: 0,
        from_on: ask.from_on,
        to_on: ask.to_on,
        currency: ask.currency.clone(),
        mode: gathered.mode.code().into(),
        corrects: ask.corrects,
        head: String::new(),
        lines_hash: gathered.hash(),
        line_count: i64::try_from(gathered.lines.len()).unwrap_or(i64::MAX),
        collected_minor: figures.collected,
        direct_minor: figures.direct,
        came_back_minor: figures.came_back,
        fees_minor: figures.fees,
        costs_minor: figures.costs,
        returned_before_minor: figures.before.returned,
        billed_before_minor: figures.before.billed,
        kept_minor: figures.kept,
        paid_minor: figures.paid,
        invoiced_minor: figures.invoiced,
        returned_after_minor: figures.after.returned,
        billed_after_minor: figures.after.billed,
        prepared_by: String::new(),
        prepared_at: Timestamp::UNIX_EPOCH,
        prepared_on: ask.to_on,
        state: "prepared".into(),
        decided_by: None,
        decided_at: None,
    }
}

/// Who sends it and to whom, as its statement will have it.
async fn head(tx: &mut Tx, creditor: CreditorId) -> Result<String, Failure> {
    let creditor = accounts::store::load_creditor(tx, creditor).await?;
    let Settled { company, address, phone, .. } = Settled::read(tx).await?;
    let ours: Vec<&str> = [company.as_str()].into_iter().chain(address.lines()).chain([phone.as_str()]).map(str::trim).collect();
    let ours: Vec<&str> = ours.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(format!("{}\n{}", creditor.name, ours.join("\n")))
}

/// What a kept remittance was asked with.
pub fn ask_of(row: &RemittanceRow) -> Ask {
    Ask { creditor: row.creditor, currency: row.currency.clone(), from_on: row.from_on, to_on: row.to_on, corrects: row.corrects }
}

/// The lines of a remittance: as they are kept, or, of one that waits, as they were found.
pub async fn lines(app: &App, tx: &mut Tx, row: &RemittanceRow) -> Result<Vec<LineRow>, Failure> {
    match row.state.as_str() {
        "prepared" => Ok(gather(app, tx, Moment { at: row.prepared_at, business_day: row.prepared_on }, &ask_of(row)).await?.lines),
        _ => Ok(store::list_lines(tx, row.id).await?),
    }
}

/// Approves and locks what somebody else prepared, if it is still what they saw.
pub async fn approve(app: &App, who: &Actor, at: Moment, id: RemittanceId) -> Result<RemittanceRow, Failure> {
    if who.id.is_some() && !may(who.role, Permission::ApproveTrust) {
        return Err(Failure::Forbidden);
    }
    transaction!(app.db, tx, {
        let row = store::load_remittance(tx, id).await?;
        if row.prepared_by == who.label() {
            return Err(Failure::wrong("approver", "is who prepared it: a second person approves"));
        }
        if row.state != "prepared" {
            return Err(Failure::Stale(format!("remittance {} is {} already", row.number, row.state)));
        }
        let now = gather(app, tx, Moment { at: row.prepared_at, business_day: row.prepared_on }, &ask_of(&row)).await?;
        let is_same = now.hash() == row.lines_hash && now.figures == figures_of(&row) && now.mode.code() == row.mode;
        if !is_same || !now.problems.is_empty() {
            let says = "what would be remitted has changed since it was prepared: withdraw it and prepare it anew";
            return Err(Failure::Stale(says.into()));
        }
        lock(tx, who, at, row, now).await
    })
}

async fn lock(tx: &mut Tx, who: &Actor, at: Moment, row: RemittanceRow, now: Gathered) -> Result<RemittanceRow, Failure> {
    if !store::decide_remittance(tx, row.id, "locked", who.label(), at.at).await? {
        return Err(Failure::Stale(format!("remittance {} was decided meanwhile", row.number)));
    }
    let lines: Vec<LineRow> = now.lines.into_iter().map(|line| LineRow { remittance: row.id, ..line }).collect();
    store::insert_lines(tx, &lines).await?;
    let of = crate::ledger::store::currency(&row.currency)?;
    let posting = plan_remittance(&now.figures, of).map_err(|error| trust::booking::refused(&error))?;
    // What leaves the client's ledger is there: what is sent is never another client's.
    let ledgers = trust::proving::list_ledgers(tx, at.business_day).await?;
    let held = ledgers.iter().find(|one| (one.creditor, one.currency.as_str()) == (row.creditor, row.currency.as_str()));
    let clients = held.map_or(0, |one| one.held_minor);
    let Owes { returned, billed } = now.figures.before;
    let holdings = Holdings { clients, returned, billed, ..Holdings::default() };
    holdings.after(&posting).map_err(|error| trust::booking::refused(&error))?;
    let named = trust::booking::Named {
        creditor: Some(row.creditor),
        remittance: Some(row.id),
        words: format!("remittance {} for {} to {}", row.number, row.from_on, row.to_on),
        ..trust::booking::Named::default()
    };
    trust::booking::book(tx, who, at, Kind::Remittance, at.business_day, named, &posting).await?;
    let row = store::load_remittance(tx, row.id).await?;
    record(tx, who, at, "remittance.lock", &row).await?;
    Ok(row)
}

/// Withdraws what is prepared; it stays on record, and its payments are free again.
pub async fn withdraw(app: &App, who: &Actor, at: Moment, id: RemittanceId) -> Result<RemittanceRow, Failure> {
    transaction!(app.db, tx, {
        let row = store::load_remittance(tx, id).await?;
        if !store::decide_remittance(tx, id, "withdrawn", who.label(), at.at).await? {
            return Err(Failure::Stale(format!("remittance {} is {} already", row.number, row.state)));
        }
        let row = store::load_remittance(tx, id).await?;
        record(tx, who, at, "remittance.withdraw", &row).await?;
        Ok(row)
    })
}

async fn record(tx: &mut Tx, who: &Actor, at: Moment, act: &str, row: &RemittanceRow) -> Result<(), Failure> {
    let detail = json!({"remittance": row.id.to_string(), "creditor": row.creditor.to_string(), "number": row.number,
        "from": row.from_on.to_string(), "to": row.to_on.to_string(), "lines": row.line_count, "paid_minor": row.paid_minor,
        "currency": row.currency});
    kept::record_of_agency(tx, who, at.at, act, detail, &[row.id.into()]).await
}

/// The words for a way of getting fees.
pub fn mode_of(row: &RemittanceRow) -> Mode {
    Mode::parse(&row.mode).unwrap_or(Mode::Net)
}

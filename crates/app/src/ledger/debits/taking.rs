//! A file of returns is taken once: payments are reversed, authorizations held, revoked or corrected, what may be is asked for again.
//!
//! Each return is a transaction of its own, and is known by its marks: a file that was cut off, or that tells again what another told, is
//! simply given again. A return that no debit of ours bears stays in the record by its trace, for a person.
//!
//! Read [`take`].

use super::agreeing::{planned, revoke_in, stands};
use super::sealing::{AccountNumber, Sealer};
use super::settling::settle_all;
use super::store::drawn::{DebitRow, find_by_trace, insert_debit, load_debit, update_debit};
use super::store::{self, AuthorizationRow, ReturnRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::intake::source::hash_of;
use crate::ledger::actions::reverse_within;
use crate::ledger::bank_file::open_ach;
use crate::store::Tx;
use crate::{accounts, strategy, transaction};
use duly_domain::audit::hex;
use duly_domain::ledger::ach::return_code::ReturnCode;
use duly_domain::ledger::ach::writing::Routing;
use duly_domain::ledger::ach::{AchEntry, AchFile};
use duly_domain::ledger::debits::correcting::{Details, correct, last_four};
use duly_domain::ledger::debits::{Again, AuthorizationState, DebitKind, DebitState, Follows, Then, Tries, follows};
use duly_domain::values::file_problem::FileProblem;
use duly_domain::values::ids::{DebitAuthorizationId, DebitReturnId};
use duly_domain::values::moment::{Moment, written};
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The longest next action, in letters.
const NEXT_MAX: usize = 180;

/// One return or notification as a file tells it.
#[derive(Clone, Debug)]
struct Told {
    line: i64,
    is_change: bool,
    code: ReturnCode,
    trace: String,
    mark: String,
    amount_minor: Option<i64>,
    words: String,
    died_on: Option<Date>,
    /// What their bank says is right. Holds the number of an account: never kept, never shown.
    corrected: AccountNumber,
}

/// What a file came to.
#[derive(Debug)]
pub struct Taken {
    /// What it told, with what was made of it; in its order.
    pub told: Vec<(ReturnRow, bool)>,
    /// What is wrong in the file.
    pub problems: Vec<FileProblem>,
}

impl Taken {
    /// What was applied now.
    pub fn applied(&self, kind: &str) -> usize {
        self.told.iter().filter(|(row, is_known)| row.kind == kind && !is_known && row.debit.is_some()).count()
    }

    /// What was told before.
    pub fn known(&self) -> usize {
        self.told.iter().filter(|(row, is_known)| *is_known && row.debit.is_some()).count()
    }

    /// What bears no trace of ours.
    pub fn unknown(&self) -> usize {
        self.told.iter().filter(|(row, _)| row.debit.is_none()).count()
    }

    /// Whether something of the file is left to a person.
    pub fn refuses(&self) -> bool {
        self.unknown() > 0 || self.problems.iter().any(|problem| problem.refuses)
    }
}

/// Takes a file of returns and notifications of change.
pub async fn take(app: &App, who: &Actor, at: Moment, path: &Path) -> Result<Taken, Failure> {
    let hash = hash_of(path).map_err(Failure::File)?;
    let file = open_ach(path).map_err(Failure::File)?.file;
    // A code that nobody knows is still a return; anything else that cannot be used makes the file one that cannot be trusted.
    if let Some(problem) = file.problems.iter().find(|problem| problem.refuses && !problem.place.starts_with("addenda 9")) {
        return Err(Failure::File(format!(
            "{} is not whole, and nothing of it was taken: {problem}. Ask the bank for it again",
            path.display()
        )));
    }
    let told: Vec<Told> = told(&file);
    // Before anything is applied: what is corrected must be sealed again.
    let sealer = if told.iter().any(|one| one.is_change) { Some(Sealer::find_or_make(&app.keys, has_any(app).await?)?) } else { None };
    let mut taken = Taken { told: Vec::with_capacity(told.len()), problems: file.problems };
    for one in &told {
        let mut turn = app.turns.take("debits").await;
        let row = transaction!(app.db, tx, {
            turn.begins();
            take_one(tx, who, at, sealer.as_ref(), &hash, one).await
        })?;
        turn.ends();
        taken.told.push(row);
        tokio::task::yield_now().await;
    }
    Ok(taken)
}

async fn has_any(app: &App) -> Result<bool, Failure> {
    Ok(store::has_any(&mut app.db.read().await?).await?)
}

fn told(file: &AchFile) -> Vec<Told> {
    let entries = file.batches.iter().flat_map(|batch| &batch.entries);
    entries.filter_map(|entry| tell(entry, entry.returned.as_ref().or(entry.change.as_ref())?)).collect()
}

fn tell(entry: &AchEntry, code: &ReturnCode) -> Option<Told> {
    let is_change = entry.returned.is_none();
    let addenda = entry.addenda.iter().rev().find(|values| values.text("addenda type") == if is_change { "98" } else { "99" })?;
    let trace = addenda.text("original trace").to_string();
    let has = |name: &str| addenda.layout().fields.iter().any(|field| field.name == name);
    let own = addenda.text("trace");
    let mark = [if is_change { "change" } else { "return" }, &code.code, &trace, own].join("|");
    Some(Told {
        line: i64::try_from(entry.line).unwrap_or(i64::MAX),
        is_change,
        code: code.clone(),
        trace,
        mark: hex(&Sha256::digest(mark.as_bytes())),
        amount_minor: entry.amount_minor,
        words: if has("text") { addenda.text("text").to_string() } else { String::new() },
        died_on: if has("died on") { addenda.day("died on") } else { None },
        corrected: AccountNumber::of(if has("corrected data") { addenda.text("corrected data") } else { "" }),
    })
}

/// Applies one, unless it is known; whether it was.
async fn take_one(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    sealer: Option<&Sealer>,
    hash: &str,
    told: &Told,
) -> Result<(ReturnRow, bool), Failure> {
    let before = store::find_return(tx, &told.mark).await?;
    if let Some(row) = before.as_ref().filter(|row| row.debit.is_some()) {
        return Ok((row.clone(), true));
    }
    let debit = find_by_trace(tx, &told.trace).await?;
    let (is_known, mut row) = match before {
        Some(row) => (true, row),
        None => (false, new_row(who, at, hash, told)),
    };
    let Some(debit) = debit else {
        if !is_known {
            store::insert_return(tx, &row).await?;
            let detail = json!({"return": row.id.to_string(), "code": row.code, "trace": row.trace});
            kept::record_of_agency(tx, who, at.at, "debit.take", detail, &[row.id.into()]).await?;
        }
        return Ok((row, is_known));
    };
    (row.debit, row.account) = (Some(debit.id), Some(debit.account));
    row.done = match (told.is_change, sealer) {
        (false, _) => apply_return(tx, who, at, told, debit).await?,
        (true, Some(sealer)) => apply_change(tx, who, at, sealer, told, debit).await?,
        (true, None) => "left to a person".into(),
    };
    match is_known {
        true => store::update_known(tx, &row).await?,
        false => store::insert_return(tx, &row).await?,
    }
    let detail = json!({"return": row.id.to_string(), "code": row.code, "trace": row.trace, "debit": row.debit.map(|id| id.to_string())});
    kept::record_of_agency(tx, who, at.at, "debit.take", detail, &[row.id.into()]).await?;
    Ok((row, false))
}

fn new_row(who: &Actor, at: Moment, hash: &str, told: &Told) -> ReturnRow {
    ReturnRow {
        id: DebitReturnId(new_uuid()),
        mark: told.mark.clone(),
        file_hash: hash.into(),
        line: told.line,
        kind: if told.is_change { "change" } else { "return" }.into(),
        code: told.code.code.clone(),
        trace: told.trace.clone(),
        amount_minor: told.amount_minor,
        currency: "USD".into(),
        words: told.words.clone(),
        died_on: told.died_on,
        taken_by: who.label().into(),
        taken_at: at.at,
        debit: None,
        account: None,
        done: String::new(),
        account_reference: None,
    }
}

/// Makes of a return what follows; in words.
async fn apply_return(tx: &mut Tx, who: &Actor, at: Moment, told: &Told, debit: DebitRow) -> Result<String, Failure> {
    if debit.standing() == DebitState::Returned {
        return Ok(format!("it came back before, by {}", debit.return_code));
    }
    if told.amount_minor.is_some_and(|minor| minor != debit.amount_minor) {
        next(tx, at, &debit, &format!("A return of another amount than its debit ({}): ask our bank", told.code.code)).await?;
        return Ok("left to a person: its amount is not that of the debit".into());
    }
    let of = store::load_authorization(tx, debit.authorization).await?;
    let tries = Tries {
        kind: debit.asked_as(),
        try_no: debit.try_no,
        first_on: debit.first_on.unwrap_or(debit.day()),
        is_active: matches!(of.standing(), AuthorizationState::Active | AuthorizationState::Ended),
    };
    let follows = follows(&told.code, tries, at.business_day);
    let code = &told.code;
    let mut done = Vec::new();
    let is_between_banks = !follows.money_went_back && debit.asked_as() != DebitKind::Prenote;
    let debit = if is_between_banks { debit } else { went_back(tx, who, at, code, debit, &mut done).await? };
    let retry = then(tx, who, at, code, &follows, &of, &debit, &mut done).await?;
    let says = if code.is_known() { format!("{}: {}", short(code.means), code.step) } else { format!("an unknown code: {}", code.step) };
    let what = match (debit.asked_as(), retry) {
        (DebitKind::Prenote, _) => format!("Pre-note came back {}, {says}", code.code),
        (_, Some(on)) => format!("Debit came back {}, {}: asked for again on {}", code.code, short(code.means), written(on)),
        (_, None) if is_between_banks => format!("Banks disagree about a return ({}): {}", code.code, code.step),
        _ => format!("Debit came back {}, {says}", code.code),
    };
    next(tx, at, &debit, &what).await?;
    Ok(if done.is_empty() { "left to a person".into() } else { done.join("; ") })
}

/// The meaning of a code without what the network adds to it.
fn short(means: &str) -> &str {
    means.split(" (").next().unwrap_or(means).split("/").next().unwrap_or(means)
}

/// The debit came back: its payment is reversed, posted first where its day has come.
async fn went_back(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    code: &ReturnCode,
    debit: DebitRow,
    done: &mut Vec<String>,
) -> Result<DebitRow, Failure> {
    let has_come = debit.day() <= at.business_day;
    let debit = match debit.standing() == DebitState::Sent && has_come && debit.amount_minor > 0 {
        true => match settle_all(tx, who, at, vec![debit.clone()]).await?.pop() {
            Some(Ok(row)) => row,
            Some(Err((_, says))) => return Err(Failure::Stale(format!("{} cannot be posted before it is reversed: {says}", debit.id))),
            None => debit,
        },
        false => debit,
    };
    if let Some(payment) = debit.payment {
        reverse_within(tx, who, at, payment, at.business_day).await?;
        done.push("payment reversed".into());
    }
    let row = DebitRow {
        state: DebitState::Returned.code().into(),
        because: if code.means.is_empty() { "came back by a code that is not known".into() } else { code.means.into() },
        return_code: code.code.clone(),
        decided_at: Some(at.at),
        ..debit
    };
    update_debit(tx, &row).await?;
    let detail = json!({"debit": row.id.to_string(), "code": code.code, "payment": row.payment.map(|id| id.to_string())});
    kept::record(tx, who, at.at, row.account, "debit.return", detail, &[row.id.into()]).await?;
    // As it is on record.
    load_debit(tx, row.id).await
}

/// What becomes of the authorization, and what is asked for again; on which day.
async fn then(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    code: &ReturnCode,
    follows: &Follows,
    of: &AuthorizationRow,
    debit: &DebitRow,
    done: &mut Vec<String>,
) -> Result<Option<Date>, Failure> {
    let is_gone = of.standing() == AuthorizationState::Revoked;
    match follows.then {
        Then::Revoked => {
            let revoked = revoke_in(tx, who, at, of.clone(), &format!("their bank told: {}", code.code)).await?;
            let cancelled = revoked.cancelled.len();
            done.push(if cancelled > 0 {
                format!("authorization revoked, {cancelled} planned cancelled")
            } else {
                "authorization revoked".into()
            });
        }
        Then::Held if !is_gone => {
            turn(tx, who, at, of, AuthorizationState::Held, &format!("{}: {}", code.code, short(code.means)), "debit.hold").await?;
            done.push("authorization held".into());
        }
        Then::Held | Then::Stands => {}
    }
    let Again::On(on) = follows.again else { return Ok(None) };
    if of.standing() == AuthorizationState::Ended {
        turn(tx, who, at, of, AuthorizationState::Active, "its one debit came back and is asked for again", "debit.resume").await?;
    }
    let retry = DebitRow {
        installment: debit.installment,
        promise: debit.promise,
        first: debit.first.or(Some(debit.id)),
        first_on: debit.first_on.or(debit.effective_on),
        try_no: debit.try_no + 1,
        notice_sent_on: debit.notice_sent_on,
        ..planned(who, at, of, DebitKind::Retry, debit.amount_minor, on)
    };
    insert_debit(tx, &retry).await?;
    let detail =
        json!({"debit": retry.id.to_string(), "first": retry.first.map(|id| id.to_string()), "try": retry.try_no, "on": on.to_string()});
    kept::record(tx, who, at.at, retry.account, "debit.retry", detail, &[retry.id.into()]).await?;
    done.push(format!("asked for again on {}", written(on)));
    Ok(Some(on))
}

async fn turn(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    of: &AuthorizationRow,
    state: AuthorizationState,
    because: &str,
    act: &str,
) -> Result<(), Failure> {
    let row = stands(of.clone(), state, because, at);
    store::update_authorization(tx, &row).await?;
    let detail = json!({"authorization": of.id.to_string(), "because": because});
    kept::record(tx, who, at.at, of.account, act, detail, &[of.id.into()]).await
}

/// What the account does next; nothing where it is not open.
async fn next(tx: &mut Tx, at: Moment, debit: &DebitRow, what: &str) -> Result<(), Failure> {
    if accounts::store::load_account(tx, debit.account).await?.state == "open" {
        let what: String = what.chars().take(NEXT_MAX).collect();
        accounts::actions::set_next(tx, debit.account, &what, at.business_day, None).await?;
        strategy::actions::place_on_worklist(tx, debit.account, at).await?;
    }
    Ok(())
}

/// Corrects the details as their bank says, before the next debit; what cannot be done by itself is left to a person.
async fn apply_change(tx: &mut Tx, who: &Actor, at: Moment, sealer: &Sealer, told: &Told, debit: DebitRow) -> Result<String, Failure> {
    let of = store::load_authorization(tx, debit.authorization).await?;
    let code = &told.code;
    if code.class == "refused-notification-of-change" {
        return Ok("nothing: the notification itself was refused".into());
    }
    let corrected = match details(sealer, of.id, &of) {
        Some(held) => correct(&code.code, told.corrected.whole(), &held),
        None => None,
    };
    if let Some(Details { bank, number, kind }) = corrected {
        let number = AccountNumber::of(&number);
        let row = AuthorizationRow {
            routing: bank.digits(),
            number_sealed: sealer.seal(of.id, &number)?,
            last_four: last_four(number.whole()),
            bank_account: kind.code().into(),
            ..of
        };
        store::update_authorization(tx, &row).await?;
        let detail = json!({"authorization": row.id.to_string(), "code": code.code, "last_four": row.last_four});
        let rows: Vec<KeptRow> = vec![row.id.into()];
        kept::record(tx, who, at.at, row.account, "debit.correct", detail, &rows).await?;
        return Ok("details corrected for the next debit".into());
    }
    let is_about_details = matches!(code.code.as_str(), "C01" | "C02" | "C03" | "C05" | "C06" | "C07");
    if is_about_details && of.standing() != AuthorizationState::Revoked {
        turn(tx, who, at, &of, AuthorizationState::Held, &format!("{}: the correction cannot be read", code.code), "debit.hold").await?;
    }
    next(tx, at, &debit, &format!("Their bank tells {}, {}: {}", code.code, short(code.means), code.step)).await?;
    Ok(if is_about_details { "left to a person, the authorization held".into() } else { "left to a person".into() })
}

/// The details that are held; nothing where they cannot be opened.
fn details(sealer: &Sealer, id: DebitAuthorizationId, of: &AuthorizationRow) -> Option<Details> {
    let number = sealer.open(id, &of.number_sealed).ok()?;
    Some(Details { bank: Routing::parse(&of.routing)?, number: number.whole().to_string(), kind: of.drawn_on() })
}

//! Cases that a file of history tells: opened with their clocks from their own day, or closed as the file says, each once.
//!
//! The file's fact is known by its fingerprint; what it made here is marked as told by history, so that it can be taken back as
//! long as nobody has worked on it. An answer told by the same or another file is a step of the case, whichever came first.

use super::actions::kind_of;
use super::store::{self, Case, CaseStep};
use crate::accounts::actions::{end_hold_within, hold};
use crate::accounts::notice::{Kind, RecordNotice};
use crate::app::{Actor, Failure, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::identity::actions::zone_in;
use crate::store::Tx;
use crate::{accounts, ledger};
use duly_domain::disputes::case::{CaseKind, StepKind};
use duly_domain::values::ids::{AccountId, CaseId, CaseStepId, NoticeId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

/// Who tells of it.
pub const TELLER: &str = "history";

/// A case as a file tells it.
#[derive(Clone, Debug)]
pub struct ToldCase {
    /// Of what kind.
    pub kind: CaseKind,
    /// In writing, or spoken.
    pub in_writing: bool,
    /// The part of the debt it is about, in minor units of the account.
    pub disputed_minor: Option<i64>,
    /// In their words.
    pub words: Option<String>,
    /// The day it was submitted.
    pub received_on: Date,
    /// When it came.
    pub at: Timestamp,
    /// It was closed before it was here.
    pub is_closed: bool,
    /// What it is to the gate.
    pub notice: Option<NoticeId>,
}

impl ToldCase {
    /// The notice that such a case is to the gate, if it is one.
    pub fn notice_kind(kind: CaseKind) -> Option<Kind> {
        match kind {
            CaseKind::Dispute | CaseKind::IdentityTheft => Some(Kind::Dispute),
            CaseKind::OriginalCreditor => Some(Kind::OriginalCreditorRequest),
            CaseKind::Complaint => None,
        }
    }
}

/// Opens a case that a file tells, or notes it as closed; which case it is, and whether it is new. What is told again while one of its
/// kind is open is a step of that one.
pub async fn open_told(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, told: &ToldCase) -> Result<(CaseId, bool), Failure> {
    let held = accounts::store::load_account(tx, account).await?;
    let known = store::list_of_account(tx, account).await?;
    let same = known.into_iter().find(|case| case.state == "open" && case.kind == told.kind.code() && case.debtor == held.debtor);
    if let Some(case) = same.filter(|_| !told.is_closed) {
        step(tx, who, at, &case, StepKind::Repeated, told.received_on.max(case.received_on)).await?;
        return Ok((case.id, false));
    }
    let stands_still = told.kind == CaseKind::IdentityTheft && !told.is_closed && held.state == "open";
    let hold = match stands_still {
        true => {
            let until = at.business_day.saturating_add(30.days());
            Some(hold(tx, who, at, account, "Identity theft claimed: look into it", until).await?)
        }
        false => None,
    };
    let closed = told.is_closed.then_some(told.at);
    let case = Case {
        id: CaseId(new_uuid()),
        account,
        debtor: held.debtor,
        kind: told.kind.code().into(),
        state: "open".into(),
        ground: None,
        channel: None,
        in_writing: told.in_writing,
        words: told.words.clone(),
        disputed_minor: told.disputed_minor,
        currency: held.currency,
        received_on: told.received_on,
        notice: told.notice,
        hold,
        opened_by: TELLER.into(),
        opened_at: at.at,
        outcome: None,
        root_cause: None,
        found: closed.map(|_| "Closed before it was here, as a file of history tells.".into()),
        closed_by: closed.map(|_| TELLER.into()),
        closed_at: closed,
        corrected_minor: None,
    };
    store::insert_case(tx, &case).await?;
    if told.is_closed {
        store::update_closed(tx, &case).await?;
    }
    let detail = json!({"case": case.id.to_string(), "kind": case.kind, "received_on": case.received_on.to_string(), "told_by": TELLER,
        "state": if told.is_closed { "closed" } else { "open" }, "disputed_minor": case.disputed_minor, "currency": case.currency});
    kept::record(tx, who, at.at, account, "case.open", detail, &[case.id.into()]).await?;
    // What was sent since, by whatever was told before, answers it.
    let zone = zone_in(tx).await?;
    for answer in told.kind.answers() {
        let Some(kind) = notice_of(*answer) else { continue };
        let days = accounts::store::notices::list_of_kind(tx, account, kind.code(), &zone).await?;
        if let Some(on) = days.into_iter().find(|on| *on >= case.received_on) {
            step(tx, who, at, &case, *answer, on).await?;
        }
    }
    Ok((case.id, true))
}

/// Notes what a notice told by a file means for cases: it opens one, or answers those that wait for it.
pub async fn heed_told(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    ask: &RecordNotice,
    notice: NoticeId,
    on: Date,
    is_closed: bool,
) -> Result<(), Failure> {
    let opens = match ask.kind {
        Kind::Dispute => Some(CaseKind::Dispute),
        Kind::OriginalCreditorRequest => Some(CaseKind::OriginalCreditor),
        _ => None,
    };
    if let Some(kind) = opens {
        let told = ToldCase {
            kind,
            in_writing: ask.in_writing,
            disputed_minor: ask.disputed.map(Money::minor),
            words: ask.words.clone(),
            received_on: ask.submitted_on.unwrap_or(on),
            at: ask.happened_at,
            is_closed,
            notice: Some(notice),
        };
        return open_told(tx, who, at, ask.account, &told).await.map(drop);
    }
    let Some(answer) = StepKind::ALL.into_iter().find(|step| notice_of(*step) == Some(ask.kind)) else { return Ok(()) };
    for case in store::list_of_account(tx, ask.account).await? {
        if case.state == "open" && case.received_on <= on && kind_of(&case)?.answers().contains(&answer) {
            step(tx, who, at, &case, answer, on).await?;
        }
    }
    Ok(())
}

/// A part of the debt that a file names, checked against what is owed.
pub async fn disputed_part(tx: &mut Tx, account: AccountId, minor: Option<i64>) -> Result<Option<Money>, Failure> {
    let Some(minor) = minor else { return Ok(None) };
    let held = accounts::store::load_account(tx, account).await?;
    let part = Money::of(minor, ledger::store::currency(&held.currency)?);
    // What was disputed then may be more than is owed now: then it is all of it.
    Ok(Some(part).filter(|part| part.minor() > 0 && part.minor() < held.balance_minor))
}

/// Takes back the case that a notice or a fact of history made; the rows that went.
pub async fn take_back(tx: &mut Tx, who: &Actor, at: Moment, case: &Case) -> Result<Vec<KeptRow>, Failure> {
    if let Some(hold) = case.hold {
        end_hold_within(tx, who, at, case.account, hold).await?;
    }
    let mut rows: Vec<KeptRow> = store::list_steps(tx, case.id).await?.into_iter().map(|step| step.id.into()).collect();
    store::delete_told(tx, case.id).await?;
    rows.push(case.id.into());
    Ok(rows)
}

/// The notice that a step is to the gate.
pub(super) fn notice_of(step: StepKind) -> Option<Kind> {
    match step {
        StepKind::VerificationSent => Some(Kind::VerificationSent),
        StepKind::RepeatAnswered => Some(Kind::DuplicativeDisputeAnswered),
        StepKind::OriginalCreditorSent => Some(Kind::OriginalCreditorSent),
        _ => None,
    }
}

async fn step(tx: &mut Tx, who: &Actor, at: Moment, case: &Case, kind: StepKind, on: Date) -> Result<(), Failure> {
    let step = CaseStep {
        id: CaseStepId(new_uuid()),
        kind: kind.code().into(),
        happened_on: on,
        words: None,
        document: None,
        by: TELLER.into(),
        recorded_at: at.at,
    };
    store::insert_step(tx, case.id, case.account, &step).await?;
    let detail = json!({"case": case.id.to_string(), "step": step.kind, "on": on.to_string(), "told_by": TELLER});
    kept::record(tx, who, at.at, case.account, "case.step", detail, &[step.id.into()]).await
}

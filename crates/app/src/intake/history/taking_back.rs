//! A batch of history is taken back, with a reason, while nothing was decided upon what it told.
//!
//! What it told counts no more: contacts, stops and promises leave the tables the rules read, payments are reversed, wishes and
//! holds end. Each fact keeps its line in `history_rows` with the instant, and the chain of its account says what went and why.
//! That opens what was closed, so [`permits`] says plainly what, and nobody takes it back without a reason.
//!
//! It closes rather than opens where that cannot be told apart: a number that a call proved dead stays dead, and a lawyer or a
//! bankruptcy told as a circumstance binds the gate until its release is recorded.

use super::store::{self, Fact};
use crate::accounts::notice::Kind;
use crate::app::{Actor, App, Failure};
use crate::audit::kept::{self, KeptRow};
use crate::store::Tx;
use crate::{accounts, audit, disputes, ledger, outreach, parties, plans, strategy, transaction};
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::values::ids::{AccountId, BatchId, CaseId, CircumstanceId, ContactId, HoldId, NoteId, NoticeId, PaymentId, PointId};
use duly_domain::values::ids::{PreferenceId, PromiseId};
use duly_domain::values::moment::Moment;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Facts taken back together.
const PIECE: i64 = 100;

/// Takes a batch of history back; how many facts that were.
pub async fn take_back_history(app: &App, who: &Actor, at: Moment, batch: BatchId, because: &str) -> Result<i64, Failure> {
    let because = transaction!(app.db, tx, { close(tx, who, at, batch, because.trim()).await })?;
    loop {
        let mut turn = app.turns.take("taking back").await;
        let was_any = transaction!(app.db, tx, {
            turn.begins();
            take_piece(tx, who, at, batch, &because).await
        })?;
        turn.ends();
        if !was_any {
            break;
        }
        tokio::task::yield_now().await;
    }
    Ok(store::count(&mut app.db.read().await?, batch).await?)
}

/// Why a batch cannot be taken back, if so.
pub async fn hindrances(tx: &mut Tx, batch: BatchId) -> Result<Vec<String>, Failure> {
    let decided = store::count_decided(tx, batch).await?;
    let mut reasons: Vec<String> = decided.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{count} {what}")).collect();
    let worked = disputes::store::count_worked(tx, batch).await?;
    if worked > 0 {
        reasons.push(format!("{worked} of its cases were worked on"));
    }
    let unmarked = store::count_unmarked(tx, batch).await?;
    if unmarked > 0 {
        reasons.push(format!("{unmarked} facts were kept by an earlier version, which did not note what they became"));
    }
    Ok(reasons)
}

/// What is permitted again, or permitted no more, once a batch is taken back.
pub async fn permits(tx: &mut Tx, batch: BatchId) -> Result<Vec<String>, Failure> {
    let mut says = Vec::new();
    let mut contacts = 0;
    for (kind, words, count) in store::list_told(tx, batch).await? {
        match kind.as_str() {
            "contact" => contacts += count,
            "notice" if Kind::of_words(&words).is_none_or(Kind::forbids) => {
                says.push(format!("{words} ({count}): what it forbids is permitted again"));
            }
            "notice" => says.push(format!("{words} ({count}): what it permits is permitted no more")),
            "promise" => says.push(format!("promises to pay ({count}): gone, also those kept or broken")),
            "payment" => says.push(format!("payments ({count}): what was posted is reversed and is owed again; what was paid before the placement goes from the timeline")),
            "wish" => says.push(format!("wishes about times, places and channels ({count}): they bind nobody any more")),
            "hold" => says.push(format!("holds ({count}): work on their accounts goes on")),
            "heed" => says.push(format!("circumstances to be heeded ({count}): over; a lawyer or bankruptcy binds until released")),
            "point" => says.push(format!("numbers and addresses found ({count}): gone, unless another source named them")),
            "case" => says.push(format!("complaints and claims of identity theft ({count}): their cases are gone")),
            "recall" => says.push(format!("recalled accounts ({count}): open again")),
            _ => says.push(format!("notes ({count}): gone")),
        }
    }
    if contacts > 0 {
        says.insert(0, format!("contacts ({contacts}): they count no more among the calls and talks of seven days"));
    }
    Ok(says)
}

/// Closes the batch, or says why not; the reason that was given, now or before.
async fn close(tx: &mut Tx, who: &Actor, at: Moment, batch: BatchId, because: &str) -> Result<String, Failure> {
    let found = accounts::store::load_batch(tx, batch).await?;
    if found.state == "taken_back" {
        return Ok(accounts::store::find_why_taken_back(tx, batch).await?.unwrap_or_default());
    }
    let reasons = hindrances(tx, batch).await?;
    if !reasons.is_empty() {
        let reasons = reasons.join(", ");
        return Err(Failure::Stale(format!("the batch cannot be taken back any more: {reasons}; mend its accounts one by one instead")));
    }
    let permits = permits(tx, batch).await?;
    if because.is_empty() {
        let says = format!("is empty: say why this never was, because taking it back means: {}", permits.join("; "));
        return Err(Failure::wrong("because", says));
    }
    accounts::store::close_history(tx, batch, because).await?;
    let detail = json!({"batch": batch.to_string(), "because": because, "means": permits});
    audit::record_in(tx, who, at.at, &batch.to_string(), "batch.take_back", &detail).await?;
    Ok(because.to_string())
}

/// What is taken back on one account: how many facts of each kind, and the rows they had become.
#[derive(Default)]
struct Taken {
    kinds: BTreeMap<String, u32>,
    rows: Vec<KeptRow>,
}

/// Takes a piece of the facts back; whether there were any.
async fn take_piece(tx: &mut Tx, who: &Actor, at: Moment, batch: BatchId, because: &str) -> Result<bool, Failure> {
    let facts = store::list_to_take_back(tx, batch, PIECE).await?;
    let mut touched: BTreeMap<AccountId, Taken> = BTreeMap::new();
    for fact in &facts {
        let taken = touched.entry(fact.account).or_default();
        taken.rows.extend(take_fact(tx, who, at, fact, because).await?);
        *taken.kinds.entry(fact.kind.clone()).or_default() += 1;
    }
    for (account, Taken { kinds, rows }) in touched {
        accounts::store::reset_reached(tx, account).await?;
        let detail = json!({"batch": batch.to_string(), "facts": kinds, "because": because});
        kept::record(tx, who, at.at, account, "history.take_back", detail, &rows).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
    }
    Ok(!facts.is_empty())
}

/// Takes back what history put on the books of an account and what waits to be judged, because its placement is taken back;
/// the rows that were.
pub async fn take_money_back(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<Vec<KeptRow>, Failure> {
    let mut rows = Vec::new();
    for fact in store::list_money_of(tx, account).await? {
        rows.extend(take_fact(tx, who, at, &fact, "placement taken back").await?);
    }
    Ok(rows)
}

/// Takes one fact back; the rows it had become that the entry of the whole is to name.
async fn take_fact(tx: &mut Tx, who: &Actor, at: Moment, fact: &Fact, because: &str) -> Result<Vec<KeptRow>, Failure> {
    let held = accounts::store::load_account(tx, fact.account).await?;
    let (mut row, mut rows): (Option<KeptRow>, Vec<KeptRow>) = (None, Vec::new());
    if let Some(made) = fact.made {
        match fact.kind.as_str() {
            "contact" => {
                outreach::store::delete_past(tx, ContactId(made)).await?;
                row = Some(ContactId(made).into());
            }
            "payment" => {
                let payment = PaymentId(made);
                // That the fact is taken back leaves its reference free for the payment as it truly was.
                ledger::actions::reverse_within(tx, who, at, payment, at.business_day).await?;
                row = Some(payment.into());
            }
            "promise" => {
                plans::store::delete_promise(tx, PromiseId(made)).await?;
                row = Some(PromiseId(made).into());
                if held.state == "open" && held.next_action.as_deref() == Some("Promise due") {
                    accounts::actions::set_next(tx, fact.account, "Take up again", at.business_day, None).await?;
                }
            }
            "case" => {
                let case = disputes::store::load_case(tx, CaseId(made)).await?;
                rows = disputes::told::take_back(tx, who, at, &case).await?;
                if let Some(notice) = case.notice {
                    accounts::store::notices::delete_notice(tx, notice).await?;
                    row = Some(notice.into());
                }
            }
            "notice" => {
                if let Some(case) = disputes::store::find_of_notice(tx, NoticeId(made)).await? {
                    rows = disputes::told::take_back(tx, who, at, &case).await?;
                }
                accounts::store::notices::delete_notice(tx, NoticeId(made)).await?;
                row = Some(NoticeId(made).into());
            }
            "wish" => {
                parties::store::end_preference(tx, held.debtor, PreferenceId(made), fact.account, at.at).await?;
                row = Some(PreferenceId(made).into());
            }
            "hold" => accounts::actions::end_hold_within(tx, who, at, fact.account, HoldId(made)).await?,
            "heed" => {
                end_heed(tx, at, &held, CircumstanceId(made), because).await?;
                row = Some(CircumstanceId(made).into());
            }
            "point" => parties::store::delete_point(tx, PointId(made)).await?,
            "note" => {
                accounts::papers::store::delete_note(tx, NoteId(made)).await?;
                row = Some(NoteId(made).into());
            }
            "recall" if held.closed_because.as_deref() == Some("recalled") => {
                accounts::closing::reopen(tx, who, at, fact.account).await?;
            }
            _ => {}
        }
    }
    let mut print = Sha256::new_with_prefix(&fact.fingerprint);
    print.update(at.at.as_microsecond().to_be_bytes());
    store::take_back(tx, fact, &print.finalize().into(), at.at).await?;
    rows.extend(row);
    Ok(rows)
}

/// A circumstance ends; the notices by which a lawyer or a bankruptcy binds the gate stay, for others may have told of them too.
async fn end_heed(tx: &mut Tx, at: Moment, held: &accounts::store::Account, id: CircumstanceId, because: &str) -> Result<(), Failure> {
    let standing = parties::store::list_circumstances(tx, held.debtor).await?;
    let Some(known) = standing.into_iter().find(|known| known.id == id && known.ended_at.is_none()) else { return Ok(()) };
    parties::store::end_circumstance(tx, held.debtor, id, because, at.at).await?;
    if known.kind == Circumstance::Deceased.code() {
        parties::store::settle_deceased(tx, held.debtor).await?;
    }
    Ok(())
}

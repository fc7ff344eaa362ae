//! What is due is sent: each debit asked of the house and of the rules, the record written before the file.
//!
//! Page by page, each in a transaction of its own: a debit stands as sent, with its trace number, before any byte of it lies on a disk.
//! Then the file is put together from the record ([`super::file`]), and its hash kept. A process that dies in between leaves a file that
//! was begun: whoever writes next gets that one, and nothing is sent twice.
//!
//! Read [`write`].

use super::agreeing::{cancelled_as, stands};
use super::file::{self, SenderSettled, content, sender_of};
use super::look::serves;
use super::sealing::Sealer;
use super::store::drawn::{self, DebitRow, list_debits_under, update_debit};
use super::store::{self, AuthorizationRow, FileRow};
use crate::accounts;
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::compliance::acts::{ask_act, look_act, refusal_of};
use crate::ledger::processor::charging::under_way;
use crate::store::Tx;
use crate::store::db::Hold;
use crate::transaction;
use duly_domain::compliance::acts::Act;
use duly_domain::ledger::ach::writing::{EntryClass, is_number, trace};
use duly_domain::ledger::debits::{
    AHEAD_MAX, AuthorizationState, DebitKind, DebitState, Prenote, Sending, Stays, effective_on, may_send, next_bank_day,
};
use duly_domain::values::calendar::{is_bank_day, nth_day_after};
use duly_domain::values::ids::{DebitFileId, DebitId, DecisionId};
use duly_domain::values::moment::{Moment, written};
use jiff::civil::Date;
use serde_json::json;
use std::time::{Duration, Instant};

/// Debits in one transaction.
const PAGE: i64 = 20;

/// Debits that a page shows at the most.
const SHOWN: i64 = 100;

/// The highest number of an entry; after it they begin again.
const NUMBER_MAX: i64 = 9_999_999;

/// How the files of a day are told apart.
const MODIFIERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A debit that was due and is not in the file.
#[derive(Clone, Debug)]
pub struct Stayed {
    /// Which, as it stands now.
    pub debit: DebitRow,
    /// Why, in a word.
    pub why: Stays,
    /// In words.
    pub says: String,
}

/// What writing came to.
#[derive(Clone, Debug)]
pub struct Written {
    /// The file and what is in it; nothing where nothing was to be sent.
    pub file: Option<(FileRow, String)>,
    /// Whether it is one that was begun before and never lay on a disk.
    pub is_again: bool,
    /// What was due and stayed.
    pub stayed: Vec<Stayed>,
    /// The last day on which what is in it takes effect.
    pub until: Date,
}

/// Until which day what is sent today takes effect.
fn horizon(today: Date, until: Option<Date>) -> Result<Date, Failure> {
    let next = next_bank_day(today);
    let Some(until) = until else { return Ok(next) };
    let last = nth_day_after(today, AHEAD_MAX, is_bank_day);
    if !is_bank_day(until) {
        return Err(Failure::wrong("effective", format!("{} is no day of the banks", written(until))));
    }
    if until < next || until > last {
        return Err(Failure::wrong("effective", format!("is not between {} and {}", written(next), written(last))));
    }
    Ok(until)
}

/// Sends what is due: what takes effect by a day, or by the next day of the banks. The file is in the record when this returns, and is to
/// be placed ([`placed`]) once it lies where it should.
pub async fn write(app: &App, who: &Actor, at: Moment, until: Option<Date>) -> Result<Written, Failure> {
    let until = horizon(at.business_day, until)?;
    let _alone = hold(app).await?;
    let (sender, unplaced, has_any) = {
        let mut tx = app.db.read().await?;
        (sender_of(&mut tx).await?, store::find_unplaced(&mut tx).await?, store::has_any(&mut tx).await?)
    };
    let now = at.at.to_zoned(app.zone());
    let sender = SenderSettled { minute: i64::from(now.hour()) * 60 + i64::from(now.minute()), ..sender };
    if !has_any && unplaced.is_none() {
        return Ok(Written { file: None, is_again: false, stayed: Vec::new(), until });
    }
    let sealer = Sealer::find(&app.keys)?;
    if let Some(known) = unplaced.as_ref().filter(|file| file.closed_at.is_some()) {
        let text = content(&mut app.db.read().await?, &sealer, known).await?;
        return Ok(Written { file: Some((known.clone(), text)), is_again: true, stayed: Vec::new(), until });
    }
    let is_again = unplaced.is_some();
    let mut begun = unplaced.map(|file| file.id);
    let (mut stayed, mut after) = (Vec::new(), DebitId(uuid::Uuid::nil()));
    loop {
        let mut turn = app.turns.take("debits").await;
        let page = transaction!(app.db, tx, {
            turn.begins();
            send_page(tx, who, at, &sealer, &sender, begun, until, after).await
        })?;
        turn.ends();
        let Some(last) = page.last else { break };
        (after, begun) = (last, page.file);
        stayed.extend(page.stayed);
        tokio::task::yield_now().await;
    }
    let Some(file) = begun else { return Ok(Written { file: None, is_again, stayed, until }) };
    let closed = file::close(app, who, at, &sealer, file).await?;
    Ok(Written { file: Some(closed), is_again, stayed, until })
}

/// How long a run waits for one that has just ended: a server takes a moment to see that.
const PATIENCE: Duration = Duration::from_secs(2);

/// Holds other writers of files off.
async fn hold(app: &App) -> Result<Hold, Failure> {
    let began = Instant::now();
    loop {
        if let Some(hold) = app.db.hold("debits").await? {
            return Ok(hold);
        }
        if began.elapsed() > PATIENCE {
            return Err(Failure::Stale("a file of debits is being written by another process already: wait for it".into()));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The file lies where it should: nobody needs to write it again.
pub async fn placed(app: &App, who: &Actor, at: Moment, file: DebitFileId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if store::update_placed(tx, file, at.at).await? {
            let detail = json!({"file": file.to_string()});
            kept::record_of_agency(tx, who, at.at, "debit.file-place", detail, &[file.into()]).await?;
        }
        Ok(())
    })
}

/// A planned debit that is due, and what house and rules say of it today. They are asked again when it is sent.
#[derive(Clone, Debug)]
pub struct Next {
    /// The debit.
    pub debit: DebitRow,
    /// The day it would take effect, or why it stays.
    pub answer: Result<Date, Stays>,
    /// Why it stays in words; empty where it goes.
    pub says: String,
}

/// What would be looked at if a file were written now, as far as a page shows it; nothing is kept.
pub async fn preview(tx: &mut Tx, at: Moment) -> Result<Vec<Next>, Failure> {
    let today = at.business_day;
    let until = next_bank_day(today);
    let mut next = Vec::new();
    for debit in drawn::list_due(tx, until, DebitId(uuid::Uuid::nil()), SHOWN).await? {
        if effective_on(debit.wanted_on, today) > until {
            continue;
        }
        let of = store::load_authorization(tx, debit.authorization).await?;
        let facts = facts(tx, &of, &debit).await?;
        let answer = may_send(&facts, today);
        if !matches!(answer, Ok(on) if on > until) {
            let refused = match answer {
                Ok(_) if facts.kind != DebitKind::Prenote => {
                    let act = act(tx, &of, &debit).await?;
                    refusal_of(&look_act(tx, at, of.account, &act).await?)
                }
                _ => None,
            };
            next.push(match (refused, answer) {
                (Some(says), _) => Next { debit, answer: Err(Stays::Refused), says },
                (None, Err(why)) => Next { debit, answer, says: in_words(why, &facts) },
                (None, Ok(_)) => Next { debit, answer, says: String::new() },
            });
        }
    }
    Ok(next)
}

struct Page {
    /// The last debit that was looked at; nothing where there was none.
    last: Option<DebitId>,
    file: Option<DebitFileId>,
    stayed: Vec<Stayed>,
}

async fn send_page(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    sealer: &Sealer,
    sender: &SenderSettled,
    begun: Option<DebitFileId>,
    until: Date,
    after: DebitId,
) -> Result<Page, Failure> {
    let due = drawn::list_due(tx, until, after, PAGE).await?;
    let mut page = Page { last: due.last().map(|debit| debit.id), file: begun, stayed: Vec::new() };
    for debit in due {
        if effective_on(debit.wanted_on, at.business_day) > until {
            continue;
        }
        let of = store::load_authorization(tx, debit.authorization).await?;
        match decide(tx, who, at, sealer, &of, &debit).await? {
            Err(why) => page.stayed.extend(stay(tx, who, at, debit, why).await?),
            // It goes with a later file.
            Ok((on, _)) if on > until => {}
            Ok((on, decision)) => {
                let file = match page.file {
                    Some(file) => store::load_file(tx, file).await?,
                    None => begin(tx, who, at, sender).await?,
                };
                page.file = Some(file.id);
                let row = DebitRow { effective_on: Some(on), decision, ..debit };
                send(tx, who, at, &of, file, row).await?;
            }
        }
    }
    Ok(page)
}

/// Why a debit stays: a word, and what the rules said where they forbid it.
type Why = (Stays, String, Option<DecisionId>);

/// Asks the house, then the rules.
async fn decide(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    sealer: &Sealer,
    of: &AuthorizationRow,
    debit: &DebitRow,
) -> Result<Result<(Date, Option<DecisionId>), Why>, Failure> {
    let facts = facts(tx, of, debit).await?;
    let plain = |why: Stays| (why, in_words(why, &facts), None);
    let on = match may_send(&facts, at.business_day) {
        Ok(on) => on,
        Err(why) => return Ok(Err(plain(why))),
    };
    match sealer.open(of.id, &of.number_sealed) {
        Ok(number) if is_number(number.whole()) => {}
        Ok(_) => return Ok(Err(plain(Stays::Unwritable))),
        Err(failure) => return Ok(Err((Stays::NoKey, failure.to_string(), None))),
    }
    if facts.kind == DebitKind::Prenote {
        return Ok(Ok((on, None)));
    }
    let act = act(tx, of, debit).await?;
    let asked = ask_act(tx, who, at, of.account, &act).await?;
    Ok(match asked.refusal() {
        Some(says) => Err((Stays::Refused, says, Some(asked.id))),
        None => Ok((on, Some(asked.id))),
    })
}

/// Why a debit stays, and until when where that is known.
fn in_words(why: Stays, facts: &Sending) -> String {
    let until = match why {
        Stays::Paused | Stays::InPause => facts.paused_until,
        Stays::OnHold => facts.held_until.filter(|until| *until < Date::MAX),
        _ => None,
    };
    until.map_or_else(|| why.to_string(), |until| format!("{why} until {}", written(until)))
}

async fn facts(tx: &mut Tx, of: &AuthorizationRow, debit: &DebitRow) -> Result<Sending, Failure> {
    let account = accounts::store::load_account(tx, of.account).await?;
    let holds = accounts::store::list_holds(tx, of.account).await?;
    let held_until = holds.iter().filter(|hold| hold.ended_at.is_none()).map(|hold| hold.until_on.unwrap_or(Date::MAX)).max();
    let mut prenotes = list_debits_under(tx, of.id).await?.into_iter().filter(|one| one.asked_as() == DebitKind::Prenote);
    let prenote = match prenotes.next_back() {
        Some(one) if one.standing() == DebitState::Planned => Prenote::Waits,
        Some(one) => one.effective_on.filter(|_| one.is_live()).map_or(Prenote::None, Prenote::Effective),
        None => Prenote::None,
    };
    Ok(Sending {
        authorization: of.standing(),
        kind: debit.asked_as(),
        amount_minor: debit.amount_minor,
        owed_minor: account.balance_minor,
        on_the_way_minor: drawn::sum_on_the_way(tx, of.account).await? + under_way(tx, of.account).await?,
        wanted_on: debit.wanted_on,
        first_on: debit.first_on,
        prenote,
        is_open: account.state == "open",
        held_until,
        paused_until: account.paused_until,
        serves: serves(tx, debit).await?,
    })
}

/// What the rules are asked.
async fn act(tx: &mut Tx, of: &AuthorizationRow, debit: &DebitRow) -> Result<Act, Failure> {
    let before = list_debits_under(tx, of.id).await?;
    let last = before.iter().rev().find(|one| one.file.is_some() && one.amount_minor > 0).map(|one| one.amount_minor);
    // What is asked for again was told with the first of it.
    let usual = if debit.first.is_some() && debit.asked_as() == DebitKind::Retry { None } else { of.usual_minor.or(last) };
    Ok(Act::Debit {
        is_single: !of.is_recurring,
        is_authorized_in_writing: of.agreed_how() != EntryClass::Tel,
        is_revoked: of.standing() == AuthorizationState::Revoked,
        copy_given: of.copy_given_on.is_some(),
        amount_minor: Some(debit.amount_minor),
        usual_minor: usual.filter(|_| of.is_recurring),
        agreed_range_minor: of.low_minor.zip(of.high_minor),
        notice_sent_on: debit.notice_sent_on,
    })
}

/// A debit stays, and says why; one that can never go is cancelled. What it said before is not written again.
async fn stay(tx: &mut Tx, who: &Actor, at: Moment, debit: DebitRow, (why, says, decision): Why) -> Result<Option<Stayed>, Failure> {
    let is_new = debit.because != says || decision.is_some();
    let decision = decision.or(debit.decision);
    let row = match why.is_final() {
        true => cancelled_as(at, debit, &says),
        false => DebitRow { because: says.clone(), decision, ..debit },
    };
    if is_new || why.is_final() {
        update_debit(tx, &row).await?;
        let detail = json!({"debit": row.id.to_string(), "why": why.code(), "state": row.state});
        kept::record(tx, who, at.at, row.account, "debit.stay", detail, &[row.id.into()]).await?;
    }
    Ok(Some(Stayed { debit: row, why, says }))
}

/// A file is begun: the record of it comes before everything else.
async fn begin(tx: &mut Tx, who: &Actor, at: Moment, sender: &SenderSettled) -> Result<FileRow, Failure> {
    let today = at.business_day;
    let before = usize::try_from(store::count_files_of(tx, today).await?).unwrap_or(usize::MAX);
    let modifier = MODIFIERS
        .chars()
        .nth(before)
        .ok_or_else(|| Failure::Stale(format!("{} files were written today, and the network tells no more apart", MODIFIERS.len())))?;
    let last = store::list_files(tx, 1).await?.first().map_or(0, |file| file.last_no);
    let file = FileRow {
        id: DebitFileId(new_uuid()),
        created_on: today,
        created_minute: sender.minute,
        modifier: modifier.into(),
        bank: sender.bank.digits(),
        bank_name: sender.bank_name.clone(),
        sender: sender.name.clone(),
        company_no: sender.company_no.clone(),
        made_by: who.label().into(),
        made_at: at.at,
        last_no: last,
        entries: 0,
        debits_minor: 0,
        currency: "USD".into(),
        entry_hash: 0,
        hash: String::new(),
        closed_at: None,
        placed_at: None,
    };
    store::insert_file(tx, &file).await?;
    let detail = json!({"file": file.id.to_string(), "created_on": today.to_string(), "modifier": file.modifier});
    kept::record_of_agency(tx, who, at.at, "debit.file-begin", detail, &[file.id.into()]).await?;
    Ok(file)
}

/// A debit goes with a file: its number, the details as they are sent.
async fn send(tx: &mut Tx, who: &Actor, at: Moment, of: &AuthorizationRow, file: FileRow, debit: DebitRow) -> Result<(), Failure> {
    let no = file.last_no % NUMBER_MAX + 1;
    let bank = file::bank_of(&file)?;
    let row = DebitRow {
        state: DebitState::Sent.code().into(),
        because: String::new(),
        file: Some(file.id),
        trace: Some(trace(bank, u32::try_from(no).unwrap_or_default())),
        sent_routing: Some(of.routing.clone()),
        sent_sealed: Some(of.number_sealed.clone()),
        sent_account: Some(of.bank_account.clone()),
        decided_at: Some(at.at),
        ..debit
    };
    update_debit(tx, &row).await?;
    store::update_last(tx, file.id, no).await?;
    let mut rows: Vec<KeptRow> = vec![row.id.into()];
    if !of.is_recurring && row.amount_minor > 0 && of.standing() == AuthorizationState::Active {
        store::update_authorization(tx, &stands(of.clone(), AuthorizationState::Ended, "its one debit was sent", at)).await?;
        rows.push(of.id.into());
    }
    let detail = json!({"debit": row.id.to_string(), "file": file.id.to_string(), "trace": row.trace, "amount_minor": row.amount_minor,
        "currency": row.currency, "effective_on": row.effective_on.map(|on| on.to_string()),
        "decision": row.decision.map(|id| id.to_string())});
    kept::record(tx, who, at.at, row.account, "debit.send", detail, &rows).await
}

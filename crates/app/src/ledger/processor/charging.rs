//! A charge is asked for: decided here, kept, then asked of the processor; and money is sent back.
//!
//! Always true: a charge is at most what is owed and not under way already; nothing is added to it for being paid by card.

use super::adapter::{Reading, Unanswered, Wanted};
use super::applying::{amount_of, apply_reading};
use super::methods::{check_words, processor_of};
use super::store::{self, ChargeRow, MethodRow};
use crate::accounts::store::{Account, load_account};
use crate::app::{Actor, App, Failure, Outcome};
use crate::audit::kept;
use crate::compliance::acts::{Asked, ask_act};
use crate::compliance::gate;
use crate::ledger::charges::payoff;
use crate::ledger::debits::store::drawn;
use crate::ledger::store::currency;
use crate::store::Tx;
use crate::transaction;
use duly_domain::compliance::acts::Act;
use duly_domain::decision::{Answer, Decision};
use duly_domain::ledger::processor::{Progress, State, Told};
use duly_domain::values::ids::{AccountId, ProcessorChargeId, ProcessorMethodId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;

/// A charge to make.
#[derive(Clone, Debug)]
pub struct AskCharge {
    /// What it is known by: asked twice, it is one.
    pub id: ProcessorChargeId,
    /// On which account.
    pub account: AccountId,
    /// Of which card or bank account.
    pub method: ProcessorMethodId,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What they agreed to, when and how.
    pub words: String,
    /// They agreed to this one charge; otherwise it is one of a series they authorized in writing.
    pub is_single: bool,
}

/// Asks for a charge; as it stands once the processor answered, or when it did not.
pub async fn charge(app: &App, who: &Actor, at: Moment, ask: &AskCharge) -> Result<Outcome<ChargeRow>, Failure> {
    let processor = processor_of(app)?;
    let words = ask.words.trim();
    check_words("words", words)?;
    let ((row, method), is_new) = match begin(app, who, at, ask, words).await? {
        Begun::Refused(decision) => return Ok(Outcome::Refused(decision)),
        Begun::Kept(kept, is_new) => (*kept, is_new),
    };
    // Sent again by mistake, what came of it is the answer; what waits is asked by a sync.
    if !is_new {
        return Ok(Outcome::Done(row));
    }
    let answer = processor.charge(wanted(&row, &method)).await;
    answered(app, who, at, row, answer).await.map(Outcome::Done)
}

enum Begun {
    Refused(Decision),
    Kept(Box<(ChargeRow, MethodRow)>, bool),
}

async fn begin(app: &App, who: &Actor, at: Moment, ask: &AskCharge, words: &str) -> Result<Begun, Failure> {
    transaction!(app.db, tx, {
        let method = store::load_method(tx, ask.method).await?;
        if let Some(before) = store::find_charge(tx, ask.id).await? {
            let is_same = (before.account, before.method, before.amount_minor) == (ask.account, ask.method, ask.amount_minor);
            return match is_same {
                true => Ok(Begun::Kept(Box::new((before, method)), false)),
                false => Err(Failure::Stale("another charge was asked for by this form: open it again".into())),
            };
        }
        let account = load_account(tx, ask.account).await?;
        prove(tx, at, &account, &method, ask.amount_minor).await?;
        let asked = ask_gate(tx, who, at, &account, &method, ask.amount_minor, ask.is_single).await?;
        if asked.decision.answer != Answer::Yes {
            return Ok(Begun::Refused(asked.decision));
        }
        let row = ChargeRow {
            id: ask.id,
            account: account.id,
            method: method.id,
            amount_minor: ask.amount_minor,
            currency: account.currency.clone(),
            words: words.to_string(),
            is_single: ask.is_single,
            decision: asked.id,
            asked_by: who.label().into(),
            asked_at: at.at,
            intent: None,
            charge: None,
            progress: Progress::Asked.code().into(),
            failure: String::new(),
            refunded_minor: 0,
            dispute: None,
            disputed_minor: 0,
            refunded_told_at: None,
            dispute_told_at: None,
            state: State::Asked.code().into(),
            payment: None,
            posted_minor: 0,
            times_posted: 0,
        };
        store::insert_charge(tx, &row).await?;
        let detail = json!({"charge": row.id.to_string(), "method": row.method.to_string(), "amount_minor": row.amount_minor,
            "currency": row.currency, "decision": asked.id.to_string()});
        kept::record(tx, who, at.at, account.id, "processor.charge", detail, &[row.id.into()]).await?;
        Ok(Begun::Kept(Box::new((row, method)), true))
    })
}

/// What may be asked for on an account now: what pays it off, without what is disputed in writing.
async fn owed_now(tx: &mut Tx, at: Moment, account: &Account) -> Result<Money, Failure> {
    let on = account.interest_to_on.map_or(at.business_day, |to| to.max(at.business_day));
    let owed = payoff::of(tx, account, on).await?.total;
    let rest = gate::undisputed(tx, account, at.at).await?.filter(|rest| rest.minor() < owed.minor());
    Ok(rest.unwrap_or(owed))
}

/// What charges under way come to, in minor units.
pub(in crate::ledger) async fn under_way(tx: &mut Tx, account: AccountId) -> Result<i64, Failure> {
    Ok(store::list_under_way_of(tx, account).await?.iter().map(|row| row.amount_minor).sum())
}

/// The most that may be charged on an account now: what may be asked for, less what is under way here and by files of debits.
pub async fn most(tx: &mut Tx, at: Moment, account: &Account) -> Result<Money, Failure> {
    let on_the_way = under_way(tx, account.id).await? + drawn::sum_on_the_way(tx, account.id).await?;
    let left = owed_now(tx, at, account).await?.minor() - on_the_way;
    Ok(Money::of(left.max(0), currency(&account.currency)?))
}

/// Whether a charge is right in itself.
async fn prove(tx: &mut Tx, at: Moment, account: &Account, method: &MethodRow, amount_minor: i64) -> Result<(), Failure> {
    if method.account != account.id {
        return Err(Failure::wrong("method", "belongs to another account"));
    }
    prove_method(method, at.business_day)?;
    if account.state != "open" {
        return Err(Failure::wrong("account", format!("is {}: nothing can be charged on it", account.state)));
    }
    if amount_minor <= 0 {
        return Err(Failure::wrong("amount", "must be above zero"));
    }
    let most = most(tx, at, account).await?;
    if amount_minor > most.minor() {
        return Err(Failure::wrong("amount", format!("is more than {most}, which is all that may be charged now")));
    }
    Ok(())
}

/// Whether a card or bank account can still be charged.
pub fn prove_method(method: &MethodRow, today: Date) -> Result<(), Failure> {
    if method.revoked_at.is_some() {
        return Err(Failure::wrong("method", "was revoked"));
    }
    let month = format!("{:04}-{:02}", today.year(), today.month());
    match &method.expires {
        Some(expires) if *expires < month => Err(Failure::wrong("method", format!("expired with {expires}"))),
        _ => Ok(()),
    }
}

async fn ask_gate(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: &Account,
    method: &MethodRow,
    amount_minor: i64,
    is_single: bool,
) -> Result<Asked, Failure> {
    let act = Act::Debit {
        is_single,
        is_authorized_in_writing: method.is_in_writing,
        is_revoked: method.revoked_at.is_some(),
        copy_given: method.copy_given,
        amount_minor: Some(amount_minor),
        usual_minor: None,
        agreed_range_minor: None,
        notice_sent_on: None,
    };
    ask_act(tx, who, at, account.id, &act).await
}

/// What is wanted of the processor for a charge that is kept.
pub fn wanted<'w>(row: &'w ChargeRow, method: &'w MethodRow) -> Wanted<'w> {
    Wanted {
        id: row.id,
        account: row.account,
        customer: &method.customer,
        method: &method.token,
        kind_there: &method.kind_there,
        amount_minor: row.amount_minor,
        currency: &row.currency,
    }
}

/// Takes in what the processor answered; without an answer the charge stays asked.
pub async fn answered(
    app: &App,
    who: &Actor,
    at: Moment,
    row: ChargeRow,
    answer: Result<Reading, Unanswered>,
) -> Result<ChargeRow, Failure> {
    let reading = match answer {
        Ok(reading) => reading,
        Err(Unanswered::Declined(says)) => came_to_nothing(at, says),
        Err(Unanswered::Unknown(says)) => {
            tracing::warn!(charge = %row.id, says, "nobody knows yet what came of a charge: duly processor sync asks again");
            return Ok(row);
        }
    };
    Ok(apply_reading(app, who, at, row.id, &reading).await?.0)
}

/// What is known of a charge that was not made.
pub fn came_to_nothing(at: Moment, failure: String) -> Reading {
    let told = Told { at: at.at.as_second(), progress: Some(Progress::Failed), ..Told::default() };
    Reading { failure, told, ..Reading::default() }
}

/// Whether a charge that is still wanted may be asked for again; the reason where it may not.
pub async fn may_ask_again(app: &App, who: &Actor, at: Moment, row: &ChargeRow, method: &MethodRow) -> Result<Option<String>, Failure> {
    transaction!(app.db, tx, {
        let account = load_account(tx, row.account).await?;
        if account.state != "open" {
            return Ok(Some(format!("not asked again: the account is {}", account.state)));
        }
        if let Err(failure) = prove_method(method, at.business_day) {
            return Ok(Some(format!("not asked again: the {failure}")));
        }
        // Itself is among those under way.
        if owed_now(tx, at, &account).await?.minor() < under_way(tx, account.id).await? {
            return Ok(Some("not asked again: it is more than is owed now".into()));
        }
        let asked = ask_gate(tx, who, at, &account, method, row.amount_minor, row.is_single).await?;
        Ok(asked.refusal().map(|says| format!("not asked again: {says}")))
    })
}

/// Sends money of a charge back to whoever paid it; what is posted follows from what the processor says then.
pub async fn refund_charge(
    app: &App,
    who: &Actor,
    at: Moment,
    id: ProcessorChargeId,
    amount_minor: Option<i64>,
    because: &str,
) -> Result<ChargeRow, Failure> {
    let processor = processor_of(app)?;
    let because = because.trim();
    check_words("because", because)?;
    let (row, intent, amount) = transaction!(app.db, tx, {
        let row = store::load_charge(tx, id).await?;
        let amount = amount_of(&row, amount_minor)?;
        let intent = row.intent.clone().ok_or_else(|| Failure::Stale("the processor has not named this charge yet".into()))?;
        let detail = json!({"charge": id.to_string(), "amount_minor": amount, "currency": row.currency, "because": because});
        kept::record(tx, who, at.at, row.account, "processor.refund", detail, &[]).await?;
        Ok::<_, Failure>((row, intent, amount))
    })?;
    // Another refund of the same charge has another key, for something went back between them.
    processor.refund(&intent, amount, &format!("refund-{id}-{}-{amount}", row.refunded_minor)).await?;
    let reading = processor.read(&intent).await?;
    Ok(apply_reading(app, who, at, id, &reading).await?.0)
}

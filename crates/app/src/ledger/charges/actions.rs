//! Interest is set and stopped, fees are charged, what was charged is waived or taken back.
//!
//! What adds to a debt asks the gate and keeps its answer. A waiver is within somebody's limits, or granted by a request.

use super::bearing::{self, Book, NewCharge, bring_to, stop_within};
use super::store::{self, ChargeRow, TermsRow};
use crate::accounts::store::{Account, relief};
use crate::app::{Actor, App, Failure, Outcome, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::compliance::acts::ask_act;
use crate::plans::approvals;
use crate::store::Tx;
use crate::{accounts, audit, transaction};
use duly_domain::accounts::Bucket;
use duly_domain::compliance::acts::Act;
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::Role;
use duly_domain::identity::authority::waiver_limits;
use duly_domain::ledger::charges::{ChargeKind, InterestSource};
use duly_domain::ledger::interest::DayCount;
use duly_domain::ledger::waiver::decide_waiver;
use duly_domain::values::ids::{AccountId, ApprovalId, ChargeId, InterestTermsId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use serde_json::json;

/// The highest rate that is taken, in millionths: more is a slip of the pen.
pub const RATE_MAX_PPM: i64 = 1_000_000;

/// Terms of interest to set.
#[derive(Clone, Debug)]
pub struct SetInterest {
    /// On which account.
    pub account: AccountId,
    /// What provides for it.
    pub source: InterestSource,
    /// The rate of a year, in millionths.
    pub rate_ppm: i64,
    /// How days become a share of a year.
    pub day_count: DayCount,
    /// From which day, which does not count.
    pub from_on: Date,
    /// The clause of the agreement, or the court and the judgment.
    pub words: String,
}

/// Sets terms of interest from a day on; those that ran end with that day.
pub async fn set_interest(app: &App, who: &Actor, at: Moment, ask: &SetInterest) -> Result<Outcome<InterestTermsId>, Failure> {
    let words = ask.words.trim();
    if words.is_empty() {
        return Err(Failure::wrong("words", "are missing: name the clause of the agreement, or the court and its judgment"));
    }
    check_length("words", words, WORDS_MAX)?;
    if !(1..=RATE_MAX_PPM).contains(&ask.rate_ppm) {
        return Err(Failure::wrong("rate", "is not above zero and at most 100 percent a year"));
    }
    transaction!(app.db, tx, {
        let account = load_open(tx, ask.account).await?;
        let earliest = account.interest_to_on.map_or(account.placed_on, |to| account.placed_on.max(to));
        if ask.from_on > at.business_day {
            return Err(Failure::wrong("from", "is in the future: set it on its day"));
        }
        if ask.from_on < earliest {
            let says = format!("is before {}: what was placed or posted by then stands as it is", written(earliest));
            return Err(Failure::wrong("from", says));
        }
        let barred = accounts::limitation::reckoning_of(tx, account.id, at.business_day).await?.barred_since(at.business_day);
        if let Some(since) = barred.filter(|_| ask.source == InterestSource::Agreement) {
            let says = format!("ran out of the time to sue on {}: by the house nothing is added to it any more", written(since));
            return Err(Failure::wrong("account", says));
        }
        let row = TermsRow {
            id: InterestTermsId(new_uuid()),
            account: account.id,
            source: ask.source.code().into(),
            rate_ppm: ask.rate_ppm,
            day_count: ask.day_count.code().into(),
            from_on: ask.from_on,
            words: words.to_string(),
            decision: duly_domain::values::ids::DecisionId(uuid::Uuid::nil()),
            set_by: who.label().to_string(),
            set_at: at.at,
            until_on: None,
            stopped_because: None,
        };
        let asked = ask_act(tx, who, at, account.id, &bearing::act(&row)).await?;
        if asked.decision.answer != Answer::Yes {
            return Ok(Outcome::Refused(asked.decision));
        }
        // What ran before is posted to that day, and ends with it.
        bring_to(tx, who, at, account.id, ask.from_on).await?;
        for running in store::list_terms(tx, account.id).await?.iter().filter(|terms| terms.until_on.is_none()) {
            stop_within(tx, who, at, running, ask.from_on.max(running.from_on), "newer terms").await?;
        }
        let row = TermsRow { decision: asked.id, ..row };
        store::insert_terms(tx, &row).await?;
        relief::update_interest_to(tx, account.id, ask.from_on).await?;
        let detail = json!({"terms": row.id.to_string(), "source": row.source, "rate_ppm": row.rate_ppm, "day_count": row.day_count,
            "from": row.from_on.to_string(), "decision": asked.id.to_string()});
        kept::record(tx, who, at.at, account.id, "interest.set", detail, &[row.id.into()]).await?;
        Ok(Outcome::Done(row.id))
    })
}

/// Stops interest with a day; what was posted beyond it is taken back.
pub async fn stop_interest(app: &App, who: &Actor, at: Moment, account: AccountId, on: Date, because: &str) -> Result<(), Failure> {
    let because = because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say why it stops"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let rows = store::list_terms(tx, account).await?;
        let Some(running) = rows.iter().find(|terms| terms.until_on.is_none()) else {
            return Err(Failure::Stale("no interest runs on this account".into()));
        };
        if on > at.business_day || on < running.from_on {
            let says = format!("is not between {}, when it began, and today", written(running.from_on));
            return Err(Failure::wrong("on", says));
        }
        stop_within(tx, who, at, running, on, because).await?;
        bring_to(tx, who, at, account, on).await.map(drop)
    })
}

/// Stops interest where it stands, because the account ends.
pub async fn stop_all(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId) -> Result<(), Failure> {
    let row = accounts::store::load_account(tx, account).await?;
    let Some(to) = row.interest_to_on else { return Ok(()) };
    for running in store::list_terms(tx, account).await?.iter().filter(|terms| terms.until_on.is_none()) {
        stop_within(tx, who, at, running, to.max(running.from_on), "the account ends").await?;
    }
    Ok(())
}

/// A fee to charge.
#[derive(Clone, Debug)]
pub struct ChargeFee {
    /// On which account.
    pub account: AccountId,
    /// On which bucket: fees, or costs of a court.
    pub bucket: Bucket,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What for.
    pub what: String,
    /// The agreement expressly provides for it.
    pub is_in_agreement: bool,
    /// The law permits it.
    pub is_permitted_by_law: bool,
}

/// Charges a fee, if the rules permit it.
pub async fn charge_fee(app: &App, who: &Actor, at: Moment, ask: &ChargeFee) -> Result<Outcome<ChargeId>, Failure> {
    let what = ask.what.trim();
    if what.is_empty() {
        return Err(Failure::wrong("what", "is missing: what is the fee for?"));
    }
    check_length("what", what, 200)?;
    if !(1..=Money::LARGEST_MINOR).contains(&ask.amount_minor) {
        return Err(Failure::wrong("amount", "must be above zero, and what a debt can be"));
    }
    if !matches!(ask.bucket, Bucket::Fees | Bucket::Costs) {
        return Err(Failure::wrong("bucket", "is neither fees nor costs"));
    }
    transaction!(app.db, tx, {
        let account = load_open(tx, ask.account).await?;
        let again = |row: &ChargeRow| {
            row.words == what && row.amount_minor == ask.amount_minor && row.charged_at.duration_since(at.at).as_hours().abs() < 24
        };
        if store::list_standing(tx, account.id, ChargeKind::Fee).await?.iter().any(again) {
            return Err(Failure::Stale("the same fee was charged already in the last day".into()));
        }
        let act = Act::Fee {
            what: what.to_string(),
            amount_minor: Some(ask.amount_minor),
            is_in_agreement: ask.is_in_agreement,
            is_permitted_by_law: ask.is_permitted_by_law,
        };
        let asked = ask_act(tx, who, at, account.id, &act).await?;
        if asked.decision.answer != Answer::Yes {
            return Ok(Outcome::Refused(asked.decision));
        }
        let mut book = Book::of(tx, &account).await?;
        let new = NewCharge {
            kind: ChargeKind::Fee,
            bucket: ask.bucket,
            minor: ask.amount_minor,
            on: at.business_day,
            to_on: None,
            words: what.to_string(),
            decision: Some(asked.id),
            approval: None,
        };
        let id = book.add(tx, who, at, new).await?;
        book.settle(tx, who, at).await?;
        Ok(Outcome::Done(id))
    })
}

/// Takes a fee or a waiver back. Interest follows its terms: those are stopped instead.
pub async fn reverse_charge(app: &App, who: &Actor, at: Moment, charge: ChargeId, because: &str) -> Result<(), Failure> {
    let because = because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say what was wrong with it"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let row = store::find_charge(tx, charge).await?.ok_or_else(|| Failure::NotFound(format!("charge {charge}")))?;
        if row.kind == ChargeKind::Interest.code() {
            return Err(Failure::Stale("interest follows its terms: stop them on an earlier day instead".into()));
        }
        let account = accounts::store::load_account(tx, row.account).await?;
        super::super::write_offs::actions::check_none(&account)?;
        let mut book = Book::of(tx, &account).await?;
        book.take_back(tx, who, at, &row, because).await?;
        book.settle(tx, who, at).await?;
        let account = accounts::store::load_account(tx, row.account).await?;
        bearing::restate(tx, who, at, &account).await.map(drop)
    })
}

/// A waiver to grant.
#[derive(Clone, Debug)]
pub struct Waive {
    /// On which account.
    pub account: AccountId,
    /// Of which bucket.
    pub bucket: Bucket,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// Why.
    pub because: String,
}

/// Gives a part of interest, fees or costs up, if somebody may; interest is brought to today first.
pub async fn waive(app: &App, who: &Actor, at: Moment, ask: &Waive) -> Result<Outcome<ChargeId>, Failure> {
    let because = ask.because.trim();
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: say why it is waived"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        load_open(tx, ask.account).await?;
        bring_to(tx, who, at, ask.account, at.business_day).await?;
        let account = accounts::store::load_account(tx, ask.account).await?;
        let amount = Money::of(ask.amount_minor, crate::ledger::store::currency(&account.currency)?);
        let grant = find_grant(tx, account.id, (ask.bucket, amount), at).await?;
        let decision = weigh(&account, ask.bucket, amount, who.role, grant.is_some())?;
        if decision.answer != Answer::Yes {
            let rules: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
            let detail = json!({"bucket": ask.bucket.code(), "amount_minor": ask.amount_minor, "currency": account.currency,
                "answer": decision.answer.code(), "rules": rules});
            audit::record(tx, who, at.at, Some(account.id), "charge.waive", &detail).await?;
            return Ok(Outcome::Refused(decision));
        }
        let mut book = Book::of(tx, &account).await?;
        let new = NewCharge {
            kind: ChargeKind::Waiver,
            bucket: ask.bucket,
            minor: ask.amount_minor,
            on: at.business_day,
            to_on: None,
            words: because.to_string(),
            decision: None,
            approval: grant,
        };
        let id = book.add(tx, who, at, new).await?;
        if let Some(grant) = grant {
            approvals::actions::use_up(tx, who, at, account.id, grant).await?;
        }
        book.settle(tx, who, at).await?;
        Ok(Outcome::Done(id))
    })
}

/// What the house and somebody's limits say to a waiver as an account stands.
pub fn weigh(account: &Account, bucket: Bucket, amount: Money, role: Role, is_granted: bool) -> Result<Decision, Failure> {
    Ok(decide_waiver(&account.owed()?, bucket, amount, waiver_limits(role), is_granted))
}

/// The request by which exactly this waiver stands granted, if one does.
async fn find_grant(tx: &mut Tx, account: AccountId, terms: (Bucket, Money), at: Moment) -> Result<Option<ApprovalId>, Failure> {
    for granted in approvals::store::list_granted(tx, account, at.at).await? {
        if granted.granted()?.as_waiver() == Some(terms) {
            return Ok(Some(granted.id));
        }
    }
    Ok(None)
}

async fn load_open(tx: &mut Tx, id: AccountId) -> Result<Account, Failure> {
    let account = accounts::store::load_account(tx, id).await?;
    match account.state.as_str() {
        "open" => Ok(account),
        state => Err(Failure::Stale(format!("the account is {state}: nothing is charged or waived on it"))),
    }
}

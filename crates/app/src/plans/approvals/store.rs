//! The table `approvals`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::plans::approval::{ApprovalKind, ApprovalState, Clock, Terms};
use duly_domain::values::ids::{AccountId, ApprovalId, CallId, PromiseId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! approvals_where {
    ($which:literal) => {
        concat!(
            "select r.id, r.account_id, a.reference, r.call_id, r.terms, r.limits, r.words, r.asked_by_id, u.name, r.asked_at,
                    r.lapses_at, r.state, r.answer_terms, r.answer_words, r.answered_by_id, s.name, r.answered_at, r.good_until, r.noted_at,
                    c.wrapped_at, c.ended_at
               from approvals r join accounts a on a.id = r.account_id join users u on u.id = r.asked_by_id
               left join users s on s.id = r.answered_by_id left join calls c on c.id = r.call_id ",
            $which
        )
    };
}

const ONE: &str = approvals_where!("where r.id = $1");
const OF_ACCOUNT: &str = approvals_where!("where r.account_id = $1 order by r.id desc limit 100");
const OF_CALL: &str = approvals_where!("where r.call_id = $1 order by r.id desc limit 50");
const WAITING: &str = approvals_where!("where r.state = 'waiting' and r.lapses_at > $1 order by r.asked_at, r.id limit 200");
const LATELY: &str = approvals_where!("order by r.id desc limit 100");
const LATELY_OF: &str = approvals_where!("where r.asked_by_id = $1 order by r.id desc limit 100");
const GRANTED: &str = approvals_where!(
    "where r.account_id = $1 and r.state in ('approved', 'countered') and r.good_until > $2 order by r.answered_at, r.id limit 50"
);
const DUE: &str = approvals_where!(
    "where (r.state = 'waiting' and r.lapses_at <= $1) or (r.state in ('approved', 'countered') and r.good_until <= $1)
      order by r.id limit 100"
);
const COUNT_WAITING_OF: &str = "select count(*) from approvals where asked_by_id = $1 and state = 'waiting' and lapses_at > $2";
const MARKS: &str = "select id, state, lapses_at, good_until, noted_at from approvals order by id desc limit 300";
const MARKS_OF: &str = "select id, state, lapses_at, good_until, noted_at from approvals where asked_by_id = $1 order by id desc limit 100";
const INSERT: &str = "
    insert into approvals (id, account_id, call_id, kind, terms, limits, words, asked_by_id, asked_at, lapses_at, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting')";
const ANSWER: &str = "
    update approvals set state = $1, answer_terms = $2, answer_words = $3, answered_by_id = $4, answered_at = $5, good_until = $6
     where id = $7 and state = 'waiting'";
const SET_STATE: &str = "update approvals set state = $1 where id = $2 and state = $3";
const SET_LAPSES: &str = "update approvals set lapses_at = $1 where id = $2 and state = 'waiting'";
const NOTE: &str = "update approvals set noted_at = $1 where id = $2 and noted_at is null";
const USE: &str = "
    update approvals set state = 'used', promise_id = $1, noted_at = $2 where id = $3 and state in ('approved', 'countered')";
const USE_UP: &str = "update approvals set state = 'used', noted_at = $1 where id = $2 and state in ('approved', 'countered')";
const DECIDED: &str = "
    select p.amount_minor, p.taken_on, p.due_on, a.placed_minor, p.state
      from (select account_id, amount_minor, currency, taken_on, due_on, state from promises order by id desc limit 5000) p
      join accounts a on a.id = p.account_id
     where p.currency = $1 and a.kind = $2 and p.state in ('kept', 'partly_kept', 'broken')
     order by p.taken_on, p.due_on, p.amount_minor limit 5000";

rows! {
    /// One request, with what is shown of those beside it.
    pub struct Approval {
        pub id: ApprovalId,
        pub account: AccountId,
        pub reference: String,
        pub call: Option<CallId>,
        pub terms: String,
        pub limits: String,
        pub words: String,
        pub asked_by: UserId,
        pub asker: String,
        pub asked_at: Timestamp,
        pub lapses_at: Timestamp,
        pub state: String,
        pub answer_terms: Option<String>,
        pub answer_words: Option<String>,
        pub answered_by: Option<UserId>,
        pub answerer: Option<String>,
        pub answered_at: Option<Timestamp>,
        pub good_until: Option<Timestamp>,
        pub noted_at: Option<Timestamp>,
        pub call_wrapped_at: Option<Timestamp>,
        pub call_ended_at: Option<Timestamp>,
    }

    /// What tells whether anything changed.
    pub struct Mark {
        pub id: ApprovalId,
        pub state: String,
        pub lapses_at: Timestamp,
        pub good_until: Option<Timestamp>,
        pub noted_at: Option<Timestamp>,
    }

    /// A decided promise, for comparison.
    pub struct DecidedPromise {
        pub amount_minor: i64,
        pub taken_on: Date,
        pub due_on: Date,
        pub placed_minor: i64,
        pub state: String,
    }
}

impl Mark {
    /// Its times.
    pub fn clock(&self) -> Clock {
        clock(&self.state, self.lapses_at, self.good_until)
    }
}

fn clock(state: &str, lapses_at: Timestamp, good_until: Option<Timestamp>) -> Clock {
    // What cannot be read waits for nobody.
    Clock { state: ApprovalState::parse(state).unwrap_or(ApprovalState::Lapsed), lapses_at, good_until }
}

impl Approval {
    /// Its times.
    pub fn clock(&self) -> Clock {
        clock(&self.state, self.lapses_at, self.good_until)
    }

    /// What was asked for.
    pub fn asked(&self) -> Result<Terms, Failure> {
        read_terms(&self.terms)
    }

    /// What may be used: what was granted, where that differs.
    pub fn granted(&self) -> Result<Terms, Failure> {
        read_terms(self.answer_terms.as_deref().unwrap_or(&self.terms))
    }

    /// Whether somebody holds for the answer.
    pub fn is_holding(&self) -> bool {
        self.call.is_some() && self.call_ended_at.is_none() && self.call_wrapped_at.is_none()
    }
}

fn read_terms(text: &str) -> Result<Terms, Failure> {
    serde_json::from_str(text).map_err(|_| Failure::Stale("the terms of this request cannot be read: run duly check".into()))
}

/// Terms as they are kept.
fn written(terms: &Terms) -> String {
    serde_json::to_string(terms).expect("terms are always JSON")
}

/// A request to keep.
pub struct NewApproval<'a> {
    pub id: ApprovalId,
    pub account: AccountId,
    pub call: Option<CallId>,
    pub terms: &'a Terms,
    pub limits: &'a str,
    pub words: &'a str,
    pub asked_by: UserId,
    pub asked_at: Timestamp,
    pub lapses_at: Timestamp,
}

pub async fn insert_approval(tx: &mut Tx, new: &NewApproval<'_>) -> Result<(), StoreError> {
    let NewApproval { id, account, call, terms, limits, words, asked_by, asked_at, lapses_at } = new;
    let kind: ApprovalKind = terms.kind();
    let values = params![*id, *account, *call, kind.code(), written(terms), *limits, *words, *asked_by, *asked_at, *lapses_at];
    tx.tell();
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_approval(tx: &mut Tx, id: ApprovalId) -> Result<Approval, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("request {id}")))
}

/// The account's, the newest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Approval>, StoreError> {
    tx.all(OF_ACCOUNT, params![account]).await
}

/// Those asked in a call, the newest first.
pub async fn list_of_call(tx: &mut Tx, call: CallId) -> Result<Vec<Approval>, StoreError> {
    tx.all(OF_CALL, params![call]).await
}

/// Those that wait, the oldest first.
pub async fn list_waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
    tx.all(WAITING, params![now]).await
}

/// The newest, of everybody or of one who asked.
pub async fn list_lately(tx: &mut Tx, asked_by: Option<UserId>) -> Result<Vec<Approval>, StoreError> {
    match asked_by {
        Some(user) => tx.all(LATELY_OF, params![user]).await,
        None => tx.all(LATELY, &[]).await,
    }
}

/// What stands granted on an account and can still be used.
pub async fn list_granted(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
    tx.all(GRANTED, params![account, now]).await
}

/// Those whose time is over and of whom nobody has written it down.
pub async fn list_due(tx: &mut Tx, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
    tx.all(DUE, params![now]).await
}

pub async fn count_waiting_of(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<i64, StoreError> {
    tx.number(COUNT_WAITING_OF, params![user, now]).await
}

/// What tells whether anything changed, of everybody or of one who asked.
pub async fn list_marks(tx: &mut Tx, asked_by: Option<UserId>) -> Result<Vec<Mark>, StoreError> {
    match asked_by {
        Some(user) => tx.all(MARKS_OF, params![user]).await,
        None => tx.all(MARKS, &[]).await,
    }
}

/// An answer to keep.
pub struct NewAnswer<'a> {
    pub id: ApprovalId,
    pub state: ApprovalState,
    pub terms: Option<&'a Terms>,
    pub words: Option<&'a str>,
    pub by: UserId,
    pub at: Timestamp,
    pub good_until: Option<Timestamp>,
}

/// Keeps an answer; whether the request still waited.
pub async fn update_answered(tx: &mut Tx, new: &NewAnswer<'_>) -> Result<bool, StoreError> {
    let NewAnswer { id, state, terms, words, by, at, good_until } = new;
    tx.tell();
    Ok(tx.run(ANSWER, params![state.code(), terms.map(written), *words, *by, *at, *good_until, *id]).await? > 0)
}

/// Moves a request from one state to another; whether it was there.
pub async fn update_state(tx: &mut Tx, id: ApprovalId, from: ApprovalState, to: ApprovalState) -> Result<bool, StoreError> {
    tx.tell();
    Ok(tx.run(SET_STATE, params![to.code(), id, from.code()]).await? > 0)
}

/// Lets a request wait until another instant.
pub async fn update_lapses(tx: &mut Tx, id: ApprovalId, at: Timestamp) -> Result<(), StoreError> {
    tx.tell();
    tx.run(SET_LAPSES, params![at, id]).await.map(drop)
}

/// Notes that what came of a request was taken up; whether that is new.
pub async fn update_noted(tx: &mut Tx, id: ApprovalId, at: Timestamp) -> Result<bool, StoreError> {
    tx.tell();
    Ok(tx.run(NOTE, params![at, id]).await? > 0)
}

/// Uses up what was granted; whether it could be.
pub async fn update_used(tx: &mut Tx, id: ApprovalId, promise: PromiseId, at: Timestamp) -> Result<bool, StoreError> {
    tx.tell();
    Ok(tx.run(USE, params![promise, at, id]).await? > 0)
}

/// Uses up what was granted and makes no promise; whether it could be.
pub async fn update_used_up(tx: &mut Tx, id: ApprovalId, at: Timestamp) -> Result<bool, StoreError> {
    tx.tell();
    Ok(tx.run(USE_UP, params![at, id]).await? > 0)
}

/// The newest promises that are decided, on accounts of a kind in a currency.
pub async fn list_decided(tx: &mut Tx, currency: &str, kind: &str) -> Result<Vec<DecidedPromise>, StoreError> {
    tx.all(DECIDED, params![currency, kind]).await
}

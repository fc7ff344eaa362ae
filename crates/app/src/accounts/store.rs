//! The tables `creditors`, `batches`, `accounts`, `account_people`, `holds` and `notices`; desks are in [`super::desks::store`].

pub mod notices;
pub mod relief;
pub mod standing;

pub use super::desks::store::{Desk, find_desk, insert_desk, insert_member, list_desks, list_desks_of, list_who_work_all};

use crate::app::Failure;
use crate::ledger::store::currency;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::accounts::Bucket;
use duly_domain::intake::row::NewAccount;
use duly_domain::ledger::Buckets;
use duly_domain::values::ids::{AccountId, BatchId, CreditorId, DebtorId, DeskId, HoldId};
use jiff::Timestamp;
use jiff::civil::Date;

const CREDITOR_COLUMNS_BY_NAME: &str = "
    select id, name, role, rule_scope, grace_days, allocation_order, attempts_max_7_days, desk_id from creditors where name = $1";
const CREDITOR: &str = "
    select id, name, role, rule_scope, grace_days, allocation_order, attempts_max_7_days, desk_id from creditors where id = $1";
const CREDITORS: &str = "
    select id, name, role, rule_scope, grace_days, allocation_order, attempts_max_7_days, desk_id from creditors order by name limit 500";
const CREDITOR_THEN: &str = "select itemization_creditor from creditors where id = $1";
const SET_CREDITOR_THEN: &str = "update creditors set itemization_creditor = $1 where id = $2";
const INSERT_CREDITOR: &str = "
    insert into creditors (id, name, role, rule_scope, grace_days, allocation_order, attempts_max_7_days, desk_id, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
/// The columns of an account, for [`Tx::insert_many`].
pub const INSERT_ACCOUNT: &str = "
    insert into accounts (id, creditor_id, batch_id, desk_id, debtor_id, reference, kind, description, creditor_status, state,
        currency, placed_minor, balance_minor, principal_minor, interest_minor, fees_minor, costs_minor, other_minor,
        paid_before_minor, reduced_before_minor, placed_on, itemized_on, due_on, charged_off_on, stage, next_action,
        next_action_on, reference_last_four, created_at)";
const IDS_OF_DEBTOR: &str = "select id from accounts where debtor_id = $1 order by id limit 1000";
const IDS_BESIDE: &str = "
    select o.id from accounts a join accounts o on o.debtor_id = a.debtor_id
     where a.id = $1 and o.id <> $1 and o.state = 'open' order by o.id limit 200";
const IDS_OF_PERSON: &str = "select account_id from account_people where debtor_id = $1 order by account_id limit 1000";
const PEOPLE_OF_BATCH: &str = "select id, debtor_id from accounts where batch_id = $1 and id > $2 order by id limit $3";
/// The columns of somebody on an account, for [`Tx::insert_many`].
pub const INSERT_PERSON: &str = "insert into account_people (account_id, debtor_id, role)";
const INSERT_BATCH: &str = "
    insert into batches (id, creditor_id, kind, state, file_name, file_hash, row_count, accepted_count, refused_count, duplicate_count,
        placed_minor, currency, imported_by, created_at)
    values ($1, $2, $3, 'loading', $4, $5, 0, 0, 0, 0, 0, $6, $7, $8)";
const FINISH_BATCH: &str = "
    update batches set state = 'done', row_count = $1, accepted_count = $2, refused_count = $3, duplicate_count = $4, gap_count = $5,
           changed_count = $6, updated_count = $7, placed_minor = $8
     where id = $9 and state = 'loading'";
const UNCOMPARED: &str = "
    select id from batches where compared_at is null and state = 'done' and kind = 'accounts' order by created_at, id limit 1000";
const COMPARED: &str = "update batches set compared_at = $1 where id = $2";
const UNFINISHED_BATCH: &str = "
    select id from batches where file_hash = $1 and creditor_id = $2 and kind = $3 and state = 'loading' order by created_at, id limit 1";
const BATCH: &str = "
    select b.id, c.name, b.kind, b.state, b.file_name, b.row_count, b.accepted_count, b.refused_count, b.duplicate_count, b.placed_minor,
           b.currency, b.created_at
      from batches b join creditors c on c.id = b.creditor_id where b.id = $1";
const BATCHES: &str = "
    select b.id, c.name, b.kind, b.state, b.file_name, b.row_count, b.accepted_count, b.refused_count, b.duplicate_count, b.placed_minor,
           b.currency, b.created_at
      from batches b join creditors c on c.id = b.creditor_id
     order by b.created_at desc, b.id limit 50";
/// What a file of history told of the time before is no act of ours.
const CONTACTED: &str = "
    select count(distinct d.account_id) from contact_debts d join accounts a on a.id = d.account_id
     where a.batch_id = $1
       and not exists (select 1 from history_rows h where h.account_id = d.account_id and h.made = d.contact_id)";
const PAID: &str = "
    select count(*) from payments p join accounts a on a.id = p.account_id
     where a.batch_id = $1 and not exists (select 1 from history_rows h where h.account_id = p.account_id and h.made = p.id)";
const PROMISED: &str = "
    select count(*) from promises p join accounts a on a.id = p.account_id
     where a.batch_id = $1 and not exists (select 1 from history_rows h where h.account_id = p.account_id and h.made = p.id)";
const CLOSE_HISTORY: &str = "update batches set state = 'taken_back', taken_back_because = $1 where id = $2";
const WHY_TAKEN_BACK: &str = "select taken_back_because from batches where id = $1";
const CLOSE_BATCH: &str = "update batches set state = 'taken_back' where id = $1";
/// No more than that: whoever writes waits for it.
const CLOSE_ACCOUNTS: &str = "update accounts set state = 'closed' where batch_id = $1";
const TO_TAKE_BACK: &str = "
    select id from accounts where batch_id = $1 and reference not like '% taken back %' order by id limit $2";
const RENAME: &str = "update accounts set reference = $1 where id = $2";
const COUNT_OF_BATCH: &str = "select count(*) from accounts where batch_id = $1";
const ACCOUNT: &str = "
    select id, creditor_id, desk_id, debtor_id, reference, kind, description, creditor_status, state, currency, placed_minor,
           balance_minor, principal_minor, interest_minor, fees_minor, costs_minor, other_minor, paid_before_minor,
           reduced_before_minor, placed_on, itemized_on, due_on, charged_off_on, stage, was_reached, next_action, next_action_on,
           next_action_at, closed_on, closed_because, interest_to_on, paused_until, recall_on, aged_from_on, written_off_minor
      from accounts where id = $1";
const BY_REFERENCE: &str = "select id from accounts where reference = $1 order by id limit 2";
const ACCOUNTS_IN: &str = "
    select id, creditor_id, desk_id, debtor_id, reference, kind, description, creditor_status, state, currency, placed_minor,
           balance_minor, principal_minor, interest_minor, fees_minor, costs_minor, other_minor, paid_before_minor,
           reduced_before_minor, placed_on, itemized_on, due_on, charged_off_on, stage, was_reached, next_action, next_action_on,
           next_action_at, closed_on, closed_because, interest_to_on, paused_until, recall_on, aged_from_on, written_off_minor
      from accounts where id in ($keys)";
const OF_DEBTORS: &str = "select debtor_id, id, kind, paused_until from accounts where debtor_id in ($keys) order by debtor_id, id";
const SET_NEXT: &str = "update accounts set next_action = $1, next_action_on = $2, next_action_at = $3 where id = $4";
const SET_STATE: &str = "update accounts set state = $1 where id = $2";
const SET_BALANCE: &str = "
    update accounts set balance_minor = $1, principal_minor = $2, interest_minor = $3, fees_minor = $4, costs_minor = $5,
        other_minor = $6, state = $7 where id = $8";
const SET_CLOSED: &str = "update accounts set state = 'closed', closed_on = $1, closed_because = $2 where id = $3";
const SET_PLACED: &str = "
    update accounts set placed_minor = $1, paid_before_minor = $2, reduced_before_minor = $3, itemized_on = $4, due_on = $5,
        charged_off_on = $6, description = $7, creditor_status = $8 where id = $9";
const SET_DESK: &str = "update accounts set desk_id = $1 where id = $2 and desk_id = $3";
const RESET_REACHED: &str = "
    update accounts set was_reached = 0
     where id = $1 and not exists (select 1 from contacts c where c.account_id = accounts.id and c.outcome = 'conversation')";
const SET_REACHED: &str = "update accounts set was_reached = 1 where id = $1";
const INSERT_HOLD: &str = "
    insert into holds (id, account_id, reason, scope, from_on, until_on, created_by, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)";
const HOLDS: &str = "select id, reason, scope, from_on, until_on, ended_at from holds where account_id = $1 order by id desc limit 50";
const END_HOLD: &str = "update holds set ended_at = $1 where id = $2 and ended_at is null";
const DUE_HOLDS: &str = "
    select id, account_id from holds where ended_at is null and until_on is not null and until_on <= $1 and id > $2 order by id limit $3";
/// What the hold of a hardship pause forbids, the gate says with its reason.
const STANDING_HOLDS: &str = "
    select count(*) from holds
     where account_id = $1 and scope <> 'pause' and ended_at is null and (until_on is null or until_on > $2)";
const STALE_STAGES: &str = "
    select id, coalesce(aged_from_on, due_on), stage from accounts where state = 'open' and id > $1 order by id limit $2";
const SET_STAGE: &str = "update accounts set stage = $1 where id = $2";
const ORPHANS: &str = "
    select count(*) from accounts a
     where a.state = 'open' and a.next_action_on is null
       and not exists (select 1 from holds h where h.account_id = a.id and h.ended_at is null and (h.until_on is null or h.until_on > $1))";
const COUNT_ACCOUNTS: &str = "select count(*) from accounts";

rows! {
    /// A creditor and its terms.
    pub struct Creditor {
        pub id: CreditorId,
        pub name: String,
        pub role: String,
        pub rule_scope: String,
        pub grace_days: i64,
        pub allocation_order: String,
        pub attempts_max_7_days: i64,
        pub desk: DeskId,
    }

    /// One account.
    pub struct Account {
        pub id: AccountId,
        pub creditor: CreditorId,
        pub desk: DeskId,
        pub debtor: DebtorId,
        pub reference: String,
        pub kind: String,
        pub description: Option<String>,
        pub creditor_status: Option<String>,
        pub state: String,
        pub currency: String,
        pub placed_minor: i64,
        pub balance_minor: i64,
        pub owed_minor: [i64; Bucket::ALL.len()],
        pub paid_before_minor: i64,
        pub reduced_before_minor: i64,
        pub placed_on: Date,
        pub itemized_on: Option<Date>,
        pub due_on: Option<Date>,
        pub charged_off_on: Option<Date>,
        pub stage: String,
        pub was_reached: bool,
        pub next_action: Option<String>,
        pub next_action_on: Option<Date>,
        pub next_action_at: Option<Timestamp>,
        pub closed_on: Option<Date>,
        pub closed_because: Option<String>,
        pub interest_to_on: Option<Date>,
        pub paused_until: Option<Date>,
        pub recall_on: Option<Date>,
        pub aged_from_on: Option<Date>,
        pub written_off_minor: i64,
    }

    /// One batch.
    pub struct Batch {
        pub id: BatchId,
        pub creditor: String,
        pub kind: String,
        pub state: String,
        pub file_name: String,
        pub row_count: i64,
        pub accepted: i64,
        pub refused: i64,
        pub duplicates: i64,
        pub placed_minor: i64,
        pub currency: String,
        pub created_at: Timestamp,
    }

    /// One hold.
    pub struct Hold {
        pub id: HoldId,
        pub reason: String,
        pub scope: String,
        pub from_on: Date,
        pub until_on: Option<Date>,
        pub ended_at: Option<Timestamp>,
    }
}

pub async fn find_creditor_by_name(tx: &mut Tx, name: &str) -> Result<Option<Creditor>, StoreError> {
    tx.one(CREDITOR_COLUMNS_BY_NAME, params![name]).await
}

pub async fn load_creditor(tx: &mut Tx, id: CreditorId) -> Result<Creditor, Failure> {
    tx.one(CREDITOR, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("creditor {id}")))
}

pub async fn list_creditors(tx: &mut Tx) -> Result<Vec<Creditor>, StoreError> {
    tx.all(CREDITORS, &[]).await
}

pub async fn insert_creditor(tx: &mut Tx, creditor: &Creditor, at: Timestamp) -> Result<(), StoreError> {
    let Creditor { id, name, role, rule_scope, grace_days, allocation_order, attempts_max_7_days, desk } = creditor.clone();
    tx.run(INSERT_CREDITOR, params![id, name, role, rule_scope, grace_days, allocation_order, attempts_max_7_days, desk, at])
        .await
        .map(drop)
}

/// To whom a creditor's debts were owed on their itemization date, where that was somebody else.
pub async fn find_itemization_creditor(tx: &mut Tx, id: CreditorId) -> Result<Option<String>, StoreError> {
    Ok(tx.one::<(Option<String>,)>(CREDITOR_THEN, params![id]).await?.and_then(|(name,)| name))
}

pub async fn update_itemization_creditor(tx: &mut Tx, id: CreditorId, name: &str) -> Result<(), StoreError> {
    tx.run(SET_CREDITOR_THEN, params![name, id]).await.map(drop)
}

/// An empty batch, loading until it is finished.
pub async fn insert_batch(
    tx: &mut Tx,
    id: BatchId,
    creditor: CreditorId,
    kind: &str,
    file_name: &str,
    file_hash: &str,
    currency: &str,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(INSERT_BATCH, params![id, creditor, kind, file_name, file_hash, currency, by, at]).await.map(drop)
}

/// Ends a batch's loading with its counts: rows, accepted, refused, duplicates, gaps, changed, updated; and what was placed.
pub async fn finish_batch(tx: &mut Tx, id: BatchId, counts: [i64; 7], placed_minor: i64) -> Result<(), StoreError> {
    let [rows, accepted, refused, duplicates, gaps, changed, updated] = counts;
    let values = params![rows, accepted, refused, duplicates, gaps, changed, updated, placed_minor, id];
    tx.run(FINISH_BATCH, values).await.map(drop)
}

/// Batches whose people were not compared to the end with those we know.
pub async fn list_uncompared(tx: &mut Tx) -> Result<Vec<(BatchId,)>, StoreError> {
    tx.all(UNCOMPARED, &[]).await
}

pub async fn update_compared(tx: &mut Tx, id: BatchId, at: Timestamp) -> Result<(), StoreError> {
    tx.run(COMPARED, params![at, id]).await.map(drop)
}

/// A batch of this file that was left half loaded.
pub async fn find_unfinished_batch(tx: &mut Tx, creditor: CreditorId, hash: &str, kind: &str) -> Result<Option<BatchId>, StoreError> {
    Ok(tx.one::<(BatchId,)>(UNFINISHED_BATCH, params![hash, creditor, kind]).await?.map(|(id,)| id))
}

pub async fn load_batch(tx: &mut Tx, id: BatchId) -> Result<Batch, Failure> {
    tx.one(BATCH, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("batch {id}")))
}

/// What already happened to accounts of a batch, each with its words.
pub async fn count_touched(tx: &mut Tx, id: BatchId) -> Result<[(&'static str, i64); 3], StoreError> {
    Ok([
        ("accounts were contacted or reserved for it", tx.number(CONTACTED, params![id]).await?),
        ("payments were posted", tx.number(PAID, params![id]).await?),
        ("promises were taken", tx.number(PROMISED, params![id]).await?),
    ])
}

/// Closes a batch and all its accounts.
pub async fn close_batch(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    tx.run(CLOSE_BATCH, params![id]).await?;
    tx.run(CLOSE_ACCOUNTS, params![id]).await.map(drop)
}

/// Closes a batch of history, with the reason.
pub async fn close_history(tx: &mut Tx, id: BatchId, because: &str) -> Result<(), StoreError> {
    tx.run(CLOSE_HISTORY, params![because, id]).await.map(drop)
}

/// Why a batch was taken back, where a reason was asked for.
pub async fn find_why_taken_back(tx: &mut Tx, id: BatchId) -> Result<Option<String>, StoreError> {
    Ok(tx.one::<(Option<String>,)>(WHY_TAKEN_BACK, params![id]).await?.and_then(|(because,)| because))
}

/// Accounts of a closed batch whose books still stand.
pub async fn list_to_take_back(tx: &mut Tx, id: BatchId, limit: i64) -> Result<Vec<(AccountId,)>, StoreError> {
    tx.all(TO_TAKE_BACK, params![id, limit]).await
}

pub async fn rename(tx: &mut Tx, id: AccountId, reference: &str) -> Result<(), StoreError> {
    tx.run(RENAME, params![reference, id]).await.map(drop)
}

pub async fn count_of_batch(tx: &mut Tx, id: BatchId) -> Result<i64, StoreError> {
    tx.number(COUNT_OF_BATCH, params![id]).await
}

pub async fn list_batches(tx: &mut Tx) -> Result<Vec<Batch>, StoreError> {
    tx.all(BATCHES, &[]).await
}

pub async fn find_account(tx: &mut Tx, id: AccountId) -> Result<Option<Account>, StoreError> {
    tx.one(ACCOUNT, params![id]).await
}

impl Account {
    /// What is owed, by bucket.
    pub fn owed(&self) -> Result<Buckets, StoreError> {
        Ok(Buckets::of(currency(&self.currency)?, self.owed_minor))
    }

    /// From which day its age counts: the last on which it was brought current, else the one since which it is unpaid.
    pub fn aged_from(&self) -> Option<Date> {
        self.aged_from_on.or(self.due_on)
    }
}

pub async fn load_account(tx: &mut Tx, id: AccountId) -> Result<Account, Failure> {
    find_account(tx, id).await?.ok_or_else(|| Failure::NotFound(format!("account {id}")))
}

/// The accounts a person owes.
pub async fn list_ids_of_debtor(tx: &mut Tx, debtor: DebtorId) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(IDS_OF_DEBTOR, params![debtor]).await?.into_iter().map(|(id,)| id).collect())
}

/// The accounts a person stands on, in whichever role.
pub async fn list_ids_of_person(tx: &mut Tx, person: DebtorId) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(IDS_OF_PERSON, params![person]).await?.into_iter().map(|(id,)| id).collect())
}

/// The other open accounts of the person who owes this one.
pub async fn list_ids_beside(tx: &mut Tx, account: AccountId) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(IDS_BESIDE, params![account]).await?.into_iter().map(|(id,)| id).collect())
}

/// The accounts of a batch with who owes them, after an account.
pub async fn list_people_of_batch(
    tx: &mut Tx,
    batch: BatchId,
    after: AccountId,
    limit: i64,
) -> Result<Vec<(AccountId, DebtorId)>, StoreError> {
    tx.all(PEOPLE_OF_BATCH, params![batch, after, limit]).await
}

/// Finds an account by its id or, where only one has it, the creditor's reference.
pub async fn resolve(tx: &mut Tx, text: &str) -> Result<AccountId, Failure> {
    if let Ok(id) = text.parse::<AccountId>() {
        return load_account(tx, id).await.map(|account| account.id);
    }
    let found: Vec<(AccountId,)> = tx.all(BY_REFERENCE, params![text]).await?;
    match found.as_slice() {
        [(id,)] => Ok(*id),
        [] => Err(Failure::NotFound(format!("account {text}"))),
        _ => Err(Failure::wrong("account", format!("{text} is the reference of more than one account: name it by its id"))),
    }
}

pub async fn list_accounts(tx: &mut Tx, ids: &[Value]) -> Result<Vec<Account>, StoreError> {
    tx.all_in(ACCOUNTS_IN, ids).await
}

/// Every account of many debtors with its kind and until when it is paused, each behind its debtor.
pub async fn list_of_debtors(
    tx: &mut Tx,
    debtors: &[Value],
) -> Result<Vec<Keyed<DebtorId, (AccountId, String, Option<Date>)>>, StoreError> {
    tx.all_in(OF_DEBTORS, debtors).await
}

pub async fn update_next(
    tx: &mut Tx,
    id: AccountId,
    action: Option<&str>,
    on: Option<Date>,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.run(SET_NEXT, params![action, on, at, id]).await.map(drop)
}

pub async fn update_state(tx: &mut Tx, id: AccountId, state: &str) -> Result<(), StoreError> {
    tx.run(SET_STATE, params![state, id]).await.map(drop)
}

/// Keeps what an account owes now, and the state that follows.
pub async fn update_balance(tx: &mut Tx, id: AccountId, owed: &Buckets, state: &str) -> Result<(), Failure> {
    let [principal, interest, fees, costs, other] = *owed.minor();
    let total = owed.total()?.minor();
    Ok(tx.run(SET_BALANCE, params![total, principal, interest, fees, costs, other, state, id]).await.map(drop)?)
}

/// Brings what a creditor said of an account to what it says now.
pub async fn update_placed(tx: &mut Tx, id: AccountId, new: &NewAccount, placed_minor: i64) -> Result<(), StoreError> {
    let (paid, reduced) = (new.itemization.paid.minor(), new.itemization.reduced.minor());
    let values = params![
        placed_minor,
        paid,
        reduced,
        new.itemized_on,
        new.due_on,
        new.charged_off_on,
        new.description.clone(),
        new.creditor_status.clone(),
        id
    ];
    tx.run(SET_PLACED, values).await.map(drop)
}

/// Ends an account on a day with a reason, or takes the end back.
pub async fn update_closed(tx: &mut Tx, id: AccountId, closed: Option<(Date, &str)>) -> Result<(), StoreError> {
    let (on, because) = closed.unzip();
    tx.run(SET_CLOSED, params![on, because, id]).await.map(drop)
}

/// Moves an account from one desk to another; whether it was still there.
pub async fn update_desk(tx: &mut Tx, id: AccountId, from: DeskId, to: DeskId) -> Result<bool, StoreError> {
    Ok(tx.run(SET_DESK, params![to, id, from]).await? == 1)
}

/// Nobody was reached, unless a talk is on record.
pub async fn reset_reached(tx: &mut Tx, id: AccountId) -> Result<(), StoreError> {
    tx.run(RESET_REACHED, params![id]).await.map(drop)
}

pub async fn update_reached(tx: &mut Tx, id: AccountId) -> Result<(), StoreError> {
    tx.run(SET_REACHED, params![id]).await.map(drop)
}

pub async fn insert_hold(tx: &mut Tx, account: AccountId, hold: &Hold, by: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(INSERT_HOLD, params![hold.id, account, &hold.reason, &hold.scope, hold.from_on, hold.until_on, by, at]).await.map(drop)
}

pub async fn list_holds(tx: &mut Tx, account: AccountId) -> Result<Vec<Hold>, StoreError> {
    tx.all(HOLDS, params![account]).await
}

pub async fn end_hold(tx: &mut Tx, id: HoldId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END_HOLD, params![at, id]).await? == 1)
}

/// Holds whose day has come, after a hold.
pub async fn list_due_holds(tx: &mut Tx, on: Date, after: HoldId, limit: i64) -> Result<Vec<(HoldId, AccountId)>, StoreError> {
    tx.all(DUE_HOLDS, params![on, after, limit]).await
}

/// Whether a hold other than a hardship pause's stands on a day.
pub async fn is_held(tx: &mut Tx, account: AccountId, on: Date) -> Result<bool, StoreError> {
    Ok(tx.number(STANDING_HOLDS, params![account, on]).await? > 0)
}

/// Open accounts with what their stage follows from, after an account.
pub async fn list_stages(tx: &mut Tx, after: AccountId, limit: i64) -> Result<Vec<(AccountId, Option<Date>, String)>, StoreError> {
    tx.all(STALE_STAGES, params![after, limit]).await
}

pub async fn update_stage(tx: &mut Tx, id: AccountId, stage: &str) -> Result<(), StoreError> {
    tx.run(SET_STAGE, params![stage, id]).await.map(drop)
}

/// Open accounts with neither a next action nor a standing hold: there must be none.
pub async fn count_orphans(tx: &mut Tx, on: Date) -> Result<i64, StoreError> {
    tx.number(ORPHANS, params![on]).await
}

pub async fn count_accounts(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(COUNT_ACCOUNTS, &[]).await
}

//! The tables `contacts` and `contact_debts`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, DecisionId, PointId, UserId};
use jiff::Timestamp;

const INSERT: &str = "
    insert into contacts (id, account_id, debtor_id, point_id, decision_id, channel, direction, purpose, place, state, officer_id,
        released_by, contacted_at, expires_at, dialing)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'reserved', $10, $11, $12, $13, $14)";
/// A talk that is under way counts from the moment at which the debt is spoken of, whenever its result is recorded.
const TALKED: &str = "update contacts set outcome = 'conversation' where id = $1 and state = 'reserved' and outcome is null";
/// Contacts that a machine made, and messages dropped into a mailbox, with the number they went to.
const BY_MACHINE: &str = "
    select c.id, c.dialing, p.value from contacts c left join contact_points p on p.id = c.point_id
     where c.debtor_id = $1 and (c.dialing is not null or c.channel = 'ringless_voicemail') order by c.contacted_at, c.id";
/// The columns of a contact that is over, for [`Tx::insert_many`].
pub const INSERT_PAST: &str = "
    insert into contacts (id, account_id, debtor_id, channel, direction, purpose, state, result, outcome, note, officer_id, contacted_at, recorded_at)";
/// The debts of a contact, for [`Tx::insert_many`].
pub const INSERT_DEBT: &str = "insert into contact_debts (contact_id, account_id)";
const DELETE_DEBTS: &str = "delete from contact_debts where contact_id = $1";
const DELETE: &str = "delete from contacts where id = $1";
const CONTACT: &str = "
    select id, account_id, debtor_id, point_id, channel, direction, purpose, place, state, result, outcome, note, contacted_at, expires_at
      from contacts where id = $1";
/// Contacts that rules may look at: all with these debtors, about whichever account. Read from an index alone, which has them
/// side by side; in the table they lie apart, as they happened.
const WITH_DEBTORS: &str = "
    select debtor_id, id, account_id, debtor_id, channel, direction, purpose, place, outcome, contacted_at
      from contacts where debtor_id in ($keys) order by debtor_id, contacted_at desc, id desc";
/// And those with others about these accounts, first or among several. What was said about debts of both while two records were
/// one was said to the debtor too: it counts for whoever owes the account.
const ABOUT_ACCOUNTS: &str = "
    select d.account_id, c.id, c.account_id,
           case when exists (select 1 from merges m
                              where m.parted_at is not null and m.id < c.id and c.contacted_at <= m.parted_at
                                and ((m.kept_id = c.debtor_id and m.merged_id = a.debtor_id)
                                  or (m.merged_id = c.debtor_id and m.kept_id = a.debtor_id)))
                then a.debtor_id else c.debtor_id end,
           c.channel, c.direction, c.purpose, c.place, c.outcome, c.contacted_at
      from contact_debts d join contacts c on c.id = d.contact_id join accounts a on a.id = d.account_id
     where d.account_id in ($keys) and c.debtor_id <> a.debtor_id order by d.account_id, c.contacted_at desc, c.id desc";
/// Which contacts were about these accounts.
const DEBTS_OF_ACCOUNTS: &str =
    "select contact_id, account_id from contact_debts where account_id in ($keys) order by account_id, contact_id";
/// How many accounts contacts were about.
const DEBT_COUNTS: &str = "
    select contact_id, count(*) from contact_debts where contact_id in ($keys) group by contact_id order by contact_id";
const RESULTS: &str = "select id, result from contacts where id in ($keys) and result is not null";
const ACCOUNTS_OF: &str = "
    select d.account_id from contact_debts d join contacts c on c.id = d.contact_id
     where d.contact_id = $1 order by case when d.account_id = c.account_id then 0 else 1 end, d.account_id";
const OF_ACCOUNT: &str = "
    select c.id, c.account_id, c.debtor_id, c.point_id, c.channel, c.direction, c.purpose, c.place, c.state, c.result, c.outcome, c.note, c.contacted_at, c.expires_at
      from contact_debts d join contacts c on c.id = d.contact_id
     where d.account_id = $1 order by c.contacted_at desc, c.id desc limit $2";
const DECISIONS_OF: &str = "
    select c.id, c.decision_id from contact_debts d join contacts c on c.id = d.contact_id
     where d.account_id = $1 and c.decision_id is not null order by c.contacted_at desc, c.id desc limit $2";
const RESERVED: &str = "
    select c.id, c.account_id, c.debtor_id, c.point_id, c.channel, c.direction, c.purpose, c.place, c.state, c.result, c.outcome, c.note, c.contacted_at, c.expires_at
      from contact_debts d join contacts c on c.id = d.contact_id
     where d.account_id = $1 and c.state = 'reserved' and c.expires_at > $2 order by c.contacted_at desc, c.id limit 1";
/// Contacts that we made, with the decision each was made on.
const MADE: &str = "
    select c.id, c.account_id, c.debtor_id, c.point_id, c.channel, c.purpose, c.dialing, c.released_by, c.contacted_at, c.decision_id,
           d.answer, d.rules, d.rule_set, d.facts
      from contacts c left join decisions d on d.id = c.decision_id
     where c.direction = 'out' and c.contacted_at >= $1 and c.contacted_at < $2 and c.id > $3 order by c.id limit $4";
const CLAIM: &str = "
    select c.id, d.account_id, c.channel, c.officer_id, u.name, c.expires_at
      from contact_debts d join contacts c on c.id = d.contact_id left join users u on u.id = c.officer_id
     where d.account_id = $1 and c.state = 'reserved' and c.expires_at > $2 order by c.contacted_at desc, c.id limit 1";
const CLAIM_OF: &str = "
    select c.id, c.account_id, c.channel, c.officer_id, u.name, c.expires_at
      from contacts c left join users u on u.id = c.officer_id where c.id = $1";
const CLAIMS_NOW: &str = "
    select c.id, d.account_id, c.channel, c.officer_id, u.name, c.expires_at
      from contacts c join contact_debts d on d.contact_id = c.id left join users u on u.id = c.officer_id
     where c.state = 'reserved' and c.expires_at > $1 order by c.expires_at desc, c.id, d.account_id limit 5000";
const RECORD: &str = "
    update contacts set state = 'recorded', result = $1, outcome = $2, note = $3, recorded_at = $4 where id = $5 and state <> 'recorded'";
const EXPIRED: &str = "
    select id, account_id from contacts where state = 'reserved' and expires_at <= $1 order by id limit $2";
/// What came in was answered; what went out may have rung. A talk stays one.
const EXPIRE: &str = "
    update contacts set state = 'expired',
           outcome = coalesce(outcome, case when direction = 'in' then 'answered_busy' else 'no_answer' end)
     where id = $1 and state = 'reserved'";

rows! {
    /// A contact's columns.
    pub struct ContactColumns {
        pub id: ContactId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub point: Option<PointId>,
        pub channel: String,
        pub direction: String,
        pub purpose: String,
        pub place: Option<String>,
        pub state: String,
        pub result: Option<String>,
        pub outcome: Option<String>,
        pub note: Option<String>,
        pub contacted_at: Timestamp,
        pub expires_at: Option<Timestamp>,
    }
}

rows! {
    /// A contact as rules look at it.
    pub struct PastColumns {
        pub id: ContactId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub channel: String,
        pub direction: String,
        pub purpose: String,
        pub place: Option<String>,
        pub outcome: Option<String>,
        pub contacted_at: Timestamp,
    }

    /// A contact that we made, with the decision it was made on.
    pub struct MadeContact {
        pub id: ContactId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub point: Option<PointId>,
        pub channel: String,
        pub purpose: String,
        pub dialing: Option<String>,
        pub released_by: Option<String>,
        pub contacted_at: Timestamp,
        pub decision: Option<DecisionId>,
        pub answer: Option<String>,
        pub rules: Option<String>,
        pub rule_set: Option<String>,
        pub facts: Option<String>,
    }

    /// Who holds a reservation, and until when.
    pub struct Claim {
        pub contact: ContactId,
        pub account: AccountId,
        pub channel: String,
        pub officer: Option<UserId>,
        pub name: Option<String>,
        pub expires_at: Option<Timestamp>,
    }
}

/// A contact to reserve, or one that came in and is under way.
pub struct NewContact {
    pub id: ContactId,
    pub account: AccountId,
    pub debtor: DebtorId,
    pub point: Option<PointId>,
    /// By which decision; none for what came in: no rule refuses an answer.
    pub decision: Option<DecisionId>,
    pub channel: &'static str,
    pub direction: &'static str,
    pub purpose: String,
    pub place: Option<String>,
    pub officer: Option<UserId>,
    pub released_by: Option<String>,
    pub contacted_at: Timestamp,
    pub expires_at: Timestamp,
    /// What dials or speaks, where that is no person.
    pub dialing: Option<&'static str>,
}

pub async fn insert_contact(tx: &mut Tx, contact: NewContact) -> Result<(), StoreError> {
    let NewContact {
        id,
        account,
        debtor,
        point,
        decision,
        channel,
        direction,
        purpose,
        place,
        officer,
        released_by,
        contacted_at,
        expires_at,
        dialing,
    } = contact;
    let values = params![
        id,
        account,
        debtor,
        point,
        decision,
        channel,
        direction,
        purpose,
        place,
        officer,
        released_by,
        contacted_at,
        expires_at,
        dialing
    ];
    tx.run(INSERT, values).await?;
    insert_debts(tx, id, &[account]).await
}

/// Marks a contact as being about these accounts.
pub async fn insert_debts(tx: &mut Tx, id: ContactId, accounts: &[AccountId]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = accounts.iter().map(|account| params![id, *account].to_vec()).collect();
    tx.insert_many(INSERT_DEBT, &rows).await.map(drop)
}

/// A contact that is over: it reached us, or happened before its account was here.
pub struct PastContact<'a> {
    pub id: ContactId,
    pub account: AccountId,
    pub debtor: DebtorId,
    pub channel: &'a str,
    pub direction: &'a str,
    pub purpose: &'a str,
    pub result: Option<&'a str>,
    pub outcome: &'a str,
    pub note: Option<&'a str>,
    pub officer: Option<UserId>,
    pub at: Timestamp,
    pub recorded_at: Timestamp,
}

/// Keeps a contact that is over.
pub async fn insert_past(tx: &mut Tx, contact: PastContact<'_>) -> Result<(), StoreError> {
    let PastContact { id, account, debtor, channel, direction, purpose, result, outcome, note, officer, at, recorded_at } = contact;
    let values = params![id, account, debtor, channel, direction, purpose, "recorded", result, outcome, note, officer, at, recorded_at];
    tx.insert_many(INSERT_PAST, &[values.to_vec()]).await?;
    tx.insert_many(INSERT_DEBT, &[params![id, account].to_vec()]).await.map(drop)
}

/// A contact that a file of history told, and that never was.
pub async fn delete_past(tx: &mut Tx, id: ContactId) -> Result<(), StoreError> {
    tx.run(DELETE_DEBTS, params![id]).await?;
    tx.run(DELETE, params![id]).await.map(drop)
}

pub async fn load_contact(tx: &mut Tx, id: ContactId) -> Result<ContactColumns, Failure> {
    tx.one(CONTACT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("reservation {id}")))
}

/// Contacts with many debtors, each behind its debtor.
pub async fn list_with_debtors(tx: &mut Tx, debtors: &[Value]) -> Result<Vec<Keyed<DebtorId, PastColumns>>, StoreError> {
    tx.all_in(WITH_DEBTORS, debtors).await
}

/// Contacts with a person that a machine made: what dialed or spoke, and the number.
pub async fn list_by_machine(tx: &mut Tx, person: DebtorId) -> Result<Vec<(ContactId, Option<String>, Option<String>)>, StoreError> {
    tx.all(BY_MACHINE, params![person]).await
}

/// Contacts with others than the debtor about many accounts, each behind the account.
pub async fn list_about_accounts(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<Keyed<AccountId, PastColumns>>, StoreError> {
    tx.all_in(ABOUT_ACCOUNTS, accounts).await
}

/// Which contacts were about these accounts, each with the account.
pub async fn list_debts(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<(ContactId, AccountId)>, StoreError> {
    tx.all_in(DEBTS_OF_ACCOUNTS, accounts).await
}

/// How many accounts contacts were about, each behind its contact.
pub async fn list_debt_counts(tx: &mut Tx, contacts: &[Value]) -> Result<Vec<(ContactId, i64)>, StoreError> {
    tx.all_in(DEBT_COUNTS, contacts).await
}

/// What contacts came to, where that is recorded.
pub async fn list_results_of(tx: &mut Tx, contacts: &[Value]) -> Result<Vec<(ContactId, String)>, StoreError> {
    tx.all_in(RESULTS, contacts).await
}

/// Every account that a contact is about, the one it was asked for first.
pub async fn list_accounts_of(tx: &mut Tx, contact: ContactId) -> Result<Vec<AccountId>, StoreError> {
    Ok(tx.all::<(AccountId,)>(ACCOUNTS_OF, params![contact]).await?.into_iter().map(|(id,)| id).collect())
}

/// Contacts about an account, first or among several, the newest first.
pub async fn list_of_account(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<ContactColumns>, StoreError> {
    tx.all(OF_ACCOUNT, params![account, limit]).await
}

/// The decision that allowed each of an account's contacts.
pub async fn list_decisions_of(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<(ContactId, DecisionId)>, StoreError> {
    tx.all(DECISIONS_OF, params![account, limit]).await
}

/// The living reservation of an account.
pub async fn find_reserved(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<ContactColumns>, StoreError> {
    tx.one(RESERVED, params![account, now]).await
}

/// Who holds the living reservation of an account.
pub async fn find_claim(tx: &mut Tx, account: AccountId, now: Timestamp) -> Result<Option<Claim>, StoreError> {
    tx.one(CLAIM, params![account, now]).await
}

/// Who reserved a contact, living or not.
pub async fn load_claim(tx: &mut Tx, contact: ContactId) -> Result<Claim, Failure> {
    tx.one(CLAIM_OF, params![contact]).await?.ok_or_else(|| Failure::NotFound(format!("reservation {contact}")))
}

/// Every living reservation.
pub async fn list_claims(tx: &mut Tx, now: Timestamp) -> Result<Vec<Claim>, StoreError> {
    tx.all(CLAIMS_NOW, params![now]).await
}

/// Writes the result; `false` when one was written before.
pub async fn update_recorded(
    tx: &mut Tx,
    id: ContactId,
    result: &str,
    outcome: &str,
    note: Option<&str>,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.run(RECORD, params![result, outcome, note, at, id]).await? == 1)
}

/// Notes that the debt is spoken of in a contact that is under way; `false` where that stands already.
pub async fn update_talked(tx: &mut Tx, id: ContactId) -> Result<bool, StoreError> {
    Ok(tx.run(TALKED, params![id]).await? == 1)
}

/// Reservations whose time has run out.
pub async fn list_expired(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<(ContactId, AccountId)>, StoreError> {
    tx.all(EXPIRED, params![now, limit]).await
}

pub async fn update_expired(tx: &mut Tx, id: ContactId) -> Result<bool, StoreError> {
    Ok(tx.run(EXPIRE, params![id]).await? == 1)
}

/// A page of the contacts that we made between two moments, the second left out.
pub async fn list_made(tx: &mut Tx, from: Timestamp, to: Timestamp, after: ContactId, limit: i64) -> Result<Vec<MadeContact>, StoreError> {
    tx.all(MADE, params![from, to, after, limit]).await
}

//! The table `notices`.

use crate::accounts::notice::{NoticeRow, RecordNotice};
use crate::params;
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, DebtorId, NoticeId};
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const DELETE_NOTICE: &str = "delete from notices where id = $1";
const INSERT_NOTICE: &str = "
    insert into notices (id, account_id, debtor_id, kind, happened_at, days, in_writing, is_duplicative, submitted_on, sent_on,
        stated_end_on, chapter, channel, address, reference, words, recorded_by, created_at, disputed_minor, currency)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
/// What is another person's since two records were parted binds nobody here.
const NOTICES_OF_DEBTORS: &str = "
    select a.debtor_id, n.id, n.account_id, n.debtor_id, n.kind, n.happened_at, n.days, n.in_writing, n.is_duplicative,
           n.submitted_on, n.sent_on, n.stated_end_on, n.chapter, n.words, n.channel, n.address, n.disputed_minor, n.currency
      from notices n join accounts a on a.id = n.account_id
     where a.debtor_id in ($keys)
       and not (n.debtor_id <> a.debtor_id
                and exists (select 1 from merges m
                             where m.parted_at is not null
                               and ((m.kept_id = n.debtor_id and m.merged_id = a.debtor_id)
                                 or (m.merged_id = n.debtor_id and m.kept_id = a.debtor_id)))
                and not exists (select 1 from account_people p where p.account_id = a.id and p.debtor_id = n.debtor_id))
     order by a.debtor_id, n.happened_at, n.id";
const OF_KIND: &str = "select happened_at, sent_on from notices where account_id = $1 and kind = $2 order by happened_at, id limit 500";
/// Found by their accounts: a person is on all they owe.
const BANKRUPTCIES_OF_PEOPLE: &str = "
    select p.debtor_id, n.id, n.account_id, n.debtor_id, n.kind, n.happened_at, n.days, n.in_writing, n.is_duplicative,
           n.submitted_on, n.sent_on, n.stated_end_on, n.chapter, n.words, n.channel, n.address, n.disputed_minor, n.currency
      from account_people p join notices n on n.account_id = p.account_id and n.debtor_id = p.debtor_id
     where p.debtor_id in ($keys)
       and n.kind in ('bankruptcy_filed', 'bankruptcy_discharged', 'stay_lifted', 'bankruptcy_dismissed')
     order by p.debtor_id, n.happened_at, n.id";

pub async fn insert_notice(
    tx: &mut Tx,
    id: NoticeId,
    debtor: DebtorId,
    ask: &RecordNotice,
    by: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        id,
        ask.account,
        debtor,
        ask.kind.code(),
        ask.happened_at,
        ask.days,
        ask.in_writing,
        ask.is_duplicative,
        ask.submitted_on,
        ask.sent_on,
        ask.stated_end_on,
        ask.chapter,
        ask.channel.clone(),
        ask.address.clone(),
        ask.reference.clone(),
        ask.words.clone(),
        by,
        at,
        ask.disputed.map(Money::minor),
        ask.disputed.map(|part| part.currency().code())
    ];
    tx.run(INSERT_NOTICE, values).await.map(drop)
}

/// A notice that a file of history told, and that never was.
pub async fn delete_notice(tx: &mut Tx, id: NoticeId) -> Result<(), StoreError> {
    tx.run(DELETE_NOTICE, params![id]).await.map(drop)
}

/// Notices about any account of many debtors, each behind the debtor of the account.
pub async fn list_notices_of(tx: &mut Tx, debtors: &[Value]) -> Result<Vec<Keyed<DebtorId, NoticeRow>>, StoreError> {
    tx.all_in(NOTICES_OF_DEBTORS, debtors).await
}

/// The days, in a time zone, on which what a kind of notice tells of was sent about an account.
pub async fn list_of_kind(tx: &mut Tx, account: AccountId, kind: &str, zone: &TimeZone) -> Result<Vec<Date>, StoreError> {
    let found: Vec<(Timestamp, Option<Date>)> = tx.all(OF_KIND, params![account, kind]).await?;
    Ok(found.into_iter().map(|(at, on)| on.unwrap_or_else(|| at.to_zoned(zone.clone()).date())).collect())
}

/// Notices of their own bankruptcies, on whichever account, each behind its person.
pub async fn list_bankruptcies_of(tx: &mut Tx, people: &[Value]) -> Result<Vec<Keyed<DebtorId, NoticeRow>>, StoreError> {
    tx.all_in(BANKRUPTCIES_OF_PEOPLE, people).await
}

//! The table `licenses`: added to, withdrawn, never changed otherwise.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, LicenseId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into licenses (id, place, kind, number, from_on, until_on, file_name, hash, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

macro_rules! licenses_where {
    ($rest:literal) => {
        concat!(
            "select id, place, kind, number, from_on, until_on, file_name, hash, recorded_by, recorded_at, withdrawn_at, withdrawn_because,
                    withdrawn_by
               from licenses ",
            $rest
        )
    };
}

const ALL: &str = licenses_where!("order by id desc limit 5000");
const LICENSE: &str = licenses_where!("where id = $1");
const SAME: &str = "
    select id from licenses
     where place = $1 and kind = $2 and number = $3 and from_on = $4 and withdrawn_at is null order by id limit 1";
const WITHDRAW: &str = "
    update licenses set withdrawn_at = $1, withdrawn_because = $2, withdrawn_by = $3 where id = $4 and withdrawn_at is null";
/// A creditor who collects in its own name is not asked for an agency's license.
const BY_STATE: &str = "
    select d.state, count(*) from accounts a
      join debtors d on d.id = a.debtor_id join creditors c on c.id = a.creditor_id
     where a.state = 'open' and c.role <> 'first_party' and d.state is not null
     group by d.state order by d.state";
/// Where the state is not on file, or its city asks for something of its own.
const ZIPS: &str = "
    select a.id, d.state, d.locality, p.zip from accounts a
      join debtors d on d.id = a.debtor_id join creditors c on c.id = a.creditor_id
      left join contact_points p on p.debtor_id = d.id and p.kind = 'address' and p.state not in ('wrong', 'dead') and p.zip is not null
     where a.state = 'open' and c.role <> 'first_party' and (d.state is null or d.state = 'NY') order by a.id, p.zip";

rows! {
    /// One license, registration, bond or filing.
    pub struct LicenseRow {
        pub id: LicenseId,
        pub place: String,
        pub kind: String,
        pub number: String,
        pub from_on: Date,
        pub until_on: Option<Date>,
        pub file_name: Option<String>,
        pub hash: Option<String>,
        pub recorded_by: String,
        pub recorded_at: Timestamp,
        pub withdrawn_at: Option<Timestamp>,
        pub withdrawn_because: Option<String>,
        pub withdrawn_by: Option<String>,
    }
}

pub async fn insert_license(tx: &mut Tx, row: &LicenseRow) -> Result<(), StoreError> {
    let LicenseRow { id, place, kind, number, from_on, until_on, file_name, hash, recorded_by, recorded_at, .. } = row.clone();
    tx.run(INSERT, params![id, place, kind, number, from_on, until_on, file_name, hash, recorded_by, recorded_at]).await.map(drop)
}

/// Every license, the newest first.
pub async fn list_licenses(tx: &mut Tx) -> Result<Vec<LicenseRow>, StoreError> {
    tx.all(ALL, &[]).await
}

pub async fn load_license(tx: &mut Tx, id: LicenseId) -> Result<LicenseRow, Failure> {
    tx.one(LICENSE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("license {id}")))
}

/// The one that stands with the same number, from the same day.
pub async fn find_same(tx: &mut Tx, row: &LicenseRow) -> Result<Option<LicenseId>, StoreError> {
    let same: Option<(LicenseId,)> = tx.one(SAME, params![&row.place, &row.kind, &row.number, row.from_on]).await?;
    Ok(same.map(|(id,)| id))
}

/// Withdraws one; whether it stood.
pub async fn withdraw(tx: &mut Tx, id: LicenseId, because: &str, by: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(WITHDRAW, params![at, because, by, id]).await? == 1)
}

/// Open accounts by the state on file.
pub async fn count_by_state(tx: &mut Tx) -> Result<Vec<(String, i64)>, StoreError> {
    tx.all(BY_STATE, &[]).await
}

/// Open accounts with what says where else their people live: the state on file, the city, the ZIP code of an address.
pub async fn list_zips(tx: &mut Tx) -> Result<Vec<(AccountId, Option<String>, Option<String>, Option<String>)>, StoreError> {
    tx.all(ZIPS, &[]).await
}

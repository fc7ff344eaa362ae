//! The tables `interest_terms` and `charges`.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::ledger::charges::{ChargeKind, InterestTerms, Moved};
use duly_domain::ledger::interest::DayCount;
use duly_domain::values::ids::{AccountId, ApprovalId, ChargeId, DecisionId, EntryId, InterestTermsId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT_TERMS: &str = "
    insert into interest_terms (id, account_id, source, rate_ppm, day_count, from_on, words, decision_id, set_by, set_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const TERMS: &str = "
    select id, account_id, source, rate_ppm, day_count, from_on, words, decision_id, set_by, set_at, until_on, stopped_because
      from interest_terms where account_id = $1 order by id";
const STOP: &str = "
    update interest_terms set until_on = $1, stopped_by = $2, stopped_because = $3, stopped_at = $4 where id = $5 and until_on is null";
const MOVED: &str = "
    select coalesce(effective_on, booked_on), principal_minor from entries where account_id = $1 and principal_minor <> 0";
const INSERT_CHARGE: &str = "
    insert into charges (id, account_id, entry_id, kind, bucket, amount_minor, currency, to_on, words, decision_id, approval_id, charged_by,
                         charged_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const CHARGES: &str = "
    select id, account_id, entry_id, kind, bucket, amount_minor, currency, to_on, words, decision_id, charged_by, charged_at, reversed_on
      from charges where account_id = $1 order by id desc limit $2";
const CHARGE: &str = "
    select id, account_id, entry_id, kind, bucket, amount_minor, currency, to_on, words, decision_id, charged_by, charged_at, reversed_on
      from charges where id = $1";
const STANDING: &str = "
    select id, account_id, entry_id, kind, bucket, amount_minor, currency, to_on, words, decision_id, charged_by, charged_at, reversed_on
      from charges where account_id = $1 and kind = $2 and reversed_on is null order by id desc";
const REVERSE: &str = "update charges set reversed_on = $1 where id = $2 and reversed_on is null";
const POSTED: &str = "
    select cast(coalesce(sum(amount_minor), 0) as bigint) from charges
     where account_id = $1 and kind = 'interest' and reversed_on is null";
const STANDING_SUMS: &str = "
    select cast(coalesce(sum(case when kind = 'interest' then amount_minor else 0 end), 0) as bigint),
           cast(coalesce(sum(case when kind = 'fee' then amount_minor else 0 end), 0) as bigint)
      from charges where account_id = $1 and reversed_on is null";
/// Charges that are not what their entries move, entries of charges that none names, and charges whose state their entry does not show.
const OFF_CHARGES: &str = "
    select (select count(*) from charges c join entries e on e.account_id = c.account_id and e.id = c.entry_id
             where c.kind <> e.kind or c.currency <> e.currency
                or c.amount_minor <> case c.bucket when 'principal' then e.principal_minor when 'interest' then e.interest_minor
                       when 'fees' then e.fees_minor when 'costs' then e.costs_minor else e.other_minor end)
         + (select count(*) from entries e where e.kind in ('interest', 'fee', 'waiver')
               and not exists (select 1 from charges c where c.account_id = e.account_id and c.entry_id = e.id))
         + (select count(*) from charges c left join entries r on r.account_id = c.account_id and r.reverses_entry_id = c.entry_id
             where (c.reversed_on is null) <> (r.id is null))";
const COUNT: &str = "select count(*) from charges";

rows! {
    /// Terms of interest, and how they ended.
    pub struct TermsRow {
        pub id: InterestTermsId,
        pub account: AccountId,
        pub source: String,
        pub rate_ppm: i64,
        pub day_count: String,
        pub from_on: Date,
        pub words: String,
        pub decision: DecisionId,
        pub set_by: String,
        pub set_at: Timestamp,
        pub until_on: Option<Date>,
        pub stopped_because: Option<String>,
    }

    /// Interest, a fee or a waiver.
    pub struct ChargeRow {
        pub id: ChargeId,
        pub account: AccountId,
        pub entry: EntryId,
        pub kind: String,
        pub bucket: String,
        pub amount_minor: i64,
        pub currency: String,
        pub to_on: Option<Date>,
        pub words: String,
        pub decision: Option<DecisionId>,
        pub charged_by: String,
        pub charged_at: Timestamp,
        pub reversed_on: Option<Date>,
    }
}

impl TermsRow {
    /// The same in the domain's words.
    pub fn terms(&self) -> Result<InterestTerms, StoreError> {
        let unknown = || StoreError::Column(format!("interest_terms {}", self.id));
        Ok(InterestTerms {
            from: self.from_on,
            until: self.until_on,
            rate_ppm: u32::try_from(self.rate_ppm).map_err(|_| unknown())?,
            day_count: DayCount::parse(&self.day_count).ok_or_else(unknown)?,
        })
    }
}

pub async fn insert_terms(tx: &mut Tx, row: &TermsRow) -> Result<(), StoreError> {
    let TermsRow { id, account, source, rate_ppm, day_count, from_on, words, decision, set_by, set_at, .. } = row.clone();
    tx.run(INSERT_TERMS, params![id, account, source, rate_ppm, day_count, from_on, words, decision, set_by, set_at]).await.map(drop)
}

/// All terms that an account ever had, the oldest first.
pub async fn list_terms(tx: &mut Tx, account: AccountId) -> Result<Vec<TermsRow>, StoreError> {
    tx.all(TERMS, params![account]).await
}

/// Ends terms with a day; whether they still ran.
pub async fn update_stopped(
    tx: &mut Tx,
    id: InterestTermsId,
    until: Date,
    by: &str,
    because: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.run(STOP, params![until, by, because, at, id]).await? == 1)
}

/// Principal as entries moved it.
pub async fn list_moved(tx: &mut Tx, account: AccountId) -> Result<Vec<Moved>, StoreError> {
    let rows: Vec<(Date, i64)> = tx.all(MOVED, params![account]).await?;
    Ok(rows.into_iter().map(|(on, minor)| Moved { on, minor }).collect())
}

/// A charge, with what allowed it.
pub async fn insert_charge(tx: &mut Tx, row: &ChargeRow, approval: Option<ApprovalId>) -> Result<(), StoreError> {
    let ChargeRow { id, account, entry, kind, bucket, amount_minor, currency, to_on, words, decision, charged_by, charged_at, .. } =
        row.clone();
    let values =
        params![id, account, entry, kind, bucket, amount_minor, currency, to_on, words, decision, approval, charged_by, charged_at];
    tx.run(INSERT_CHARGE, values).await.map(drop)
}

/// The newest charges of an account.
pub async fn list_charges(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<ChargeRow>, StoreError> {
    tx.all(CHARGES, params![account, limit]).await
}

pub async fn find_charge(tx: &mut Tx, id: ChargeId) -> Result<Option<ChargeRow>, StoreError> {
    tx.one(CHARGE, params![id]).await
}

/// Charges of a kind that were not taken back, the newest first.
pub async fn list_standing(tx: &mut Tx, account: AccountId, kind: ChargeKind) -> Result<Vec<ChargeRow>, StoreError> {
    tx.all(STANDING, params![account, kind.code()]).await
}

/// Notes that a charge was taken back; whether it still stood.
pub async fn update_reversed(tx: &mut Tx, id: ChargeId, on: Date) -> Result<bool, StoreError> {
    Ok(tx.run(REVERSE, params![on, id]).await? == 1)
}

/// The interest that is posted on an account and was not taken back, in minor units.
pub async fn posted(tx: &mut Tx, account: AccountId) -> Result<i64, StoreError> {
    tx.number(POSTED, params![account]).await
}

/// The interest and the fees that were added to an account and not taken back, in minor units.
pub async fn sum_standing(tx: &mut Tx, account: AccountId) -> Result<(i64, i64), StoreError> {
    Ok(tx.one(STANDING_SUMS, params![account]).await?.unwrap_or_default())
}

/// How many charges are not what their entries say; and how many there are.
pub async fn count_faults(tx: &mut Tx) -> Result<(i64, i64), StoreError> {
    Ok((tx.number(OFF_CHARGES, &[]).await?, tx.number(COUNT, &[]).await?))
}

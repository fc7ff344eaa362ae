//! The table `amendments`: one is added, decided once, and never changed otherwise.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::compliance::amendments::{Amendment, Column, NO_END, Says};
use duly_domain::compliance::states::Confidence;
use duly_domain::values::ids::AmendmentId;
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT: &str = "
    insert into amendments (id, number, pack, column_code, says, source, confidence, from_on, to_on, difference, proposed_by, proposed_at,
                            state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'proposed')";

macro_rules! amendments_where {
    ($condition:literal) => {
        concat!(
            "select id, number, pack, column_code, says, source, confidence, from_on, to_on, difference, proposed_by, proposed_at, state,
                    begins_on, begins_at, ends_at, difference_decided, decided_by, decided_at
               from amendments ",
            $condition
        )
    };
}

const AMENDMENT: &str = amendments_where!("where id = $1");
const APPROVED: &str = amendments_where!("where state = 'approved' order by id");
const ALL: &str = amendments_where!("order by number desc limit 1000");
const OF_PACK: &str = amendments_where!("where pack = $1 order by number desc limit 200");
const NEWEST: &str = "select coalesce(max(number), 0) from amendments";
const DECIDE: &str = "
    update amendments set state = $1, begins_on = $2, begins_at = $3, ends_at = $4, difference_decided = $5, decided_by = $6, decided_at = $7
     where id = $8 and state = 'proposed'";

rows! {
    /// One amendment.
    pub struct AmendmentRow {
        pub id: AmendmentId,
        pub number: i64,
        pub pack: String,
        pub column: String,
        pub says: String,
        pub source: String,
        pub confidence: String,
        pub from_on: Date,
        pub to_on: Option<Date>,
        pub difference: String,
        pub proposed_by: String,
        pub proposed_at: Timestamp,
        pub state: String,
        pub begins_on: Option<Date>,
        pub begins_at: Option<Timestamp>,
        pub ends_at: Option<Timestamp>,
        pub difference_decided: Option<String>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

/// From when until when an approved amendment binds.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The first day.
    pub begins_on: Date,
    /// The moment.
    pub begins_at: Timestamp,
    /// The first moment at which it binds no more.
    pub ends_at: Option<Timestamp>,
}

impl AmendmentRow {
    /// Its column; what no program of ours wrote is none.
    pub fn column(&self) -> Option<Column> {
        Column::parse(&self.column)
    }

    /// It as decisions read it, once it is approved.
    pub fn amendment(&self) -> Option<Amendment> {
        let column = self.column()?;
        Some(Amendment {
            number: u32::try_from(self.number).ok()?,
            pack: self.pack.clone(),
            column,
            says: Says::parse(column, &self.says).ok()?,
            source: self.source.clone(),
            confidence: Confidence::parse(&self.confidence),
            from_on: self.begins_on?,
            to_on: self.to_on,
            begins_at: self.begins_at?.as_second(),
            ends_at: self.ends_at.map_or(NO_END, |ends| ends.as_second()),
        })
    }
}

/// Adds a proposal.
pub async fn insert_amendment(tx: &mut Tx, row: &AmendmentRow) -> Result<(), StoreError> {
    let values = params![
        row.id,
        row.number,
        &row.pack,
        &row.column,
        &row.says,
        &row.source,
        &row.confidence,
        row.from_on,
        row.to_on,
        &row.difference,
        &row.proposed_by,
        row.proposed_at
    ];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_amendment(tx: &mut Tx, id: AmendmentId) -> Result<AmendmentRow, Failure> {
    tx.one(AMENDMENT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("amendment {id}")))
}

/// Every approved amendment, the oldest first.
pub async fn list_approved(tx: &mut Tx) -> Result<Vec<AmendmentRow>, StoreError> {
    tx.all(APPROVED, &[]).await
}

/// Every amendment, the newest first.
pub async fn list_all(tx: &mut Tx) -> Result<Vec<AmendmentRow>, StoreError> {
    tx.all(ALL, &[]).await
}

/// Those of one pack, the newest first.
pub async fn list_of_pack(tx: &mut Tx, pack: &str) -> Result<Vec<AmendmentRow>, StoreError> {
    tx.all(OF_PACK, params![pack]).await
}

/// The number of the newest.
pub async fn find_newest_number(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.number(NEWEST, &[]).await
}

/// Decides a proposal: approved with the time in which it binds, or withdrawn without; whether it still was a proposal.
pub async fn decide_amendment(
    tx: &mut Tx,
    id: AmendmentId,
    binding: Option<Binding>,
    difference: Option<&str>,
    by: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let state = if binding.is_some() { "approved" } else { "withdrawn" };
    let (begins_on, begins_at) = (binding.map(|binding| binding.begins_on), binding.map(|binding| binding.begins_at));
    let ends_at = binding.and_then(|binding| binding.ends_at);
    Ok(tx.run(DECIDE, params![state, begins_on, begins_at, ends_at, difference, by, at, id]).await? == 1)
}

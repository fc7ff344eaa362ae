//! What the search reads: ranges of the keys of names, numbers and references.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use duly_domain::values::ids::{AccountId, DebtorId};

macro_rules! found_where {
    ($condition:literal) => {
        concat!(
            "select a.id, p.debtor_id, p.role, d.name, c.name, a.reference, a.balance_minor, a.currency, a.state
               from account_people p
               join accounts a on a.id = p.account_id
               join debtors d on d.id = p.debtor_id
               join creditors c on c.id = a.creditor_id
              where ",
            $condition
        )
    };
}

const BY_REFERENCE: &str = found_where!("a.reference = $1 and p.debtor_id = a.debtor_id order by a.id limit 50");
const BY_OUR_REFERENCE: &str = found_where!(
    "a.id in (select l.account_id from letters l where l.reference = $1) and p.debtor_id = a.debtor_id order by a.id limit 50"
);
const BY_REFERENCE_FOUR: &str =
    found_where!("a.reference_last_four = $1 and p.debtor_id = a.debtor_id order by a.reference_last_four, a.debtor_id limit 200");
const OF_PEOPLE: &str = found_where!("p.debtor_id in ($keys) order by p.debtor_id, a.id limit 400");
const HOLDERS: &str = "select debtor_id from contact_points where value = $1 order by value, id limit 50";
const HOLDERS_FOUR: &str = "select debtor_id from contact_points where last_four = $1 order by last_four, debtor_id limit 400";
const BY_NAME: &str = "select id from debtors where name_key >= $1 and name_key < $2 order by name_key, id limit $3";
const BY_FAMILY: &str = "select id from debtors where family_key >= $1 and family_key < $2 order by family_key, id limit $3";
const BY_SOUND: &str = "select id from debtors where sound_key >= $1 and sound_key < $2 order by sound_key, id limit $3";

rows! {
    /// An account through one of its people.
    pub struct FoundRow {
        pub id: AccountId,
        pub person: DebtorId,
        pub role: String,
        pub name: Option<String>,
        pub creditor: String,
        pub reference: String,
        pub balance_minor: i64,
        pub currency: String,
        pub state: String,
    }
}

/// By the creditor's whole reference.
pub async fn list_by_reference(tx: &mut Tx, reference: &str) -> Result<Vec<FoundRow>, StoreError> {
    tx.all(BY_REFERENCE, params![reference]).await
}

/// By our own reference, as it stands on letters.
pub async fn list_by_our_reference(tx: &mut Tx, reference: &str) -> Result<Vec<FoundRow>, StoreError> {
    tx.all(BY_OUR_REFERENCE, params![reference]).await
}

/// By the last four of a reference, and the people with those last four of a number.
pub async fn list_by_last_four(tx: &mut Tx, four: &str) -> Result<(Vec<FoundRow>, Vec<DebtorId>), StoreError> {
    let rows = tx.all(BY_REFERENCE_FOUR, params![four]).await?;
    let people: Vec<(DebtorId,)> = tx.all(HOLDERS_FOUR, params![four]).await?;
    Ok((rows, people.into_iter().map(|(id,)| id).collect()))
}

/// Who has this number or address.
pub async fn list_holders(tx: &mut Tx, value: &str) -> Result<Vec<DebtorId>, StoreError> {
    Ok(tx.all::<(DebtorId,)>(HOLDERS, params![value]).await?.into_iter().map(|(id,)| id).collect())
}

/// The accounts of these people, in whichever role.
pub async fn list_of_people(tx: &mut Tx, people: &[Value]) -> Result<Vec<FoundRow>, StoreError> {
    tx.all_in(OF_PEOPLE, people).await
}

/// Whose name or family name begins so; keys are ASCII, so the range ends before the first byte above.
pub async fn list_by_name(tx: &mut Tx, beginning: &str, limit: usize) -> Result<Vec<DebtorId>, StoreError> {
    let mut found = range(tx, BY_NAME, beginning, limit).await?;
    found.extend(range(tx, BY_FAMILY, beginning, limit).await?);
    let mut known = std::collections::HashSet::new();
    found.retain(|id| known.insert(*id));
    Ok(found)
}

/// Whose name sounds so.
pub async fn list_by_sound(tx: &mut Tx, sound: &str, limit: usize) -> Result<Vec<DebtorId>, StoreError> {
    range(tx, BY_SOUND, sound, limit).await
}

async fn range(tx: &mut Tx, sql: &str, beginning: &str, limit: usize) -> Result<Vec<DebtorId>, StoreError> {
    let from = beginning.as_bytes().to_vec();
    let to = [beginning.as_bytes(), b"\xff"].concat();
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids: Vec<(DebtorId,)> = tx.all(sql, params![from, to, most]).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

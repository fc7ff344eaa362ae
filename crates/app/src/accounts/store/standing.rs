//! Accounts as the posting of money needs to know them, many at a time.

use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::values::ids::{AccountId, CreditorId, DeskId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! standing_where {
    ($key:literal, $condition:literal) => {
        concat!(
            "select ",
            $key,
            ", a.id, a.creditor_id, a.desk_id, a.state, a.currency, a.balance_minor, a.due_on, a.next_action_on, a.next_action_at, a.was_reached,
                (select count(*) from promises p where p.account_id = a.id),
                (select max(coalesce(h.until_on, '9999-12-31')) from holds h where h.account_id = a.id and h.ended_at is null)
             from accounts a where ",
            $condition
        )
    };
}

const BY_ID: &str = standing_where!("a.id", "a.id in ($keys) order by a.id");
const BY_REFERENCE: &str = standing_where!("a.reference", "a.reference in ($keys) order by a.reference, a.id");
const SET_BALANCE: &str = "update accounts set balance_minor = $1 where id = $2";
const SET_SETTLED: &str = "
    update accounts set balance_minor = $1, state = $2, next_action = $3, next_action_on = $4, next_action_at = null where id = $5";

rows! {
    /// One account with what hangs on it.
    pub struct Standing {
        pub id: AccountId,
        pub creditor: CreditorId,
        pub desk: DeskId,
        pub state: String,
        pub currency: String,
        pub balance_minor: i64,
        pub due_on: Option<Date>,
        pub next_action_on: Option<Date>,
        pub next_action_at: Option<Timestamp>,
        pub was_reached: bool,
        pub promises: i64,
        pub held_until: Option<Date>,
    }
}

/// What an account does next, and when; nothing when it is paid.
pub type Next = Option<(&'static str, Date)>;

/// Accounts by their ids; those that are not there are left out.
pub async fn list_standings(tx: &mut Tx, ids: &[Value]) -> Result<Vec<Standing>, StoreError> {
    Ok(tx.all_in::<Keyed<AccountId, Standing>>(BY_ID, ids).await?.into_iter().map(|Keyed(_, standing)| standing).collect())
}

/// Accounts behind the creditors' references, which more than one of them may have.
pub async fn list_standings_by_reference(tx: &mut Tx, references: &[Value]) -> Result<Vec<Keyed<String, Standing>>, StoreError> {
    tx.all_in(BY_REFERENCE, references).await
}

/// Keeps balances; state and next action only where there is a new one, so that their indexes are not touched for nothing.
pub async fn update_settled(tx: &mut Tx, settled: &[(&Standing, Option<Next>)]) -> Result<(), StoreError> {
    let (mut balances, mut all) = (Vec::new(), Vec::new());
    for (standing, next) in settled.iter().copied() {
        let (balance, id) = (standing.balance_minor, standing.id);
        match next {
            None => balances.push(values![balance, id]),
            Some(next) => {
                let (action, on) = next.unzip();
                all.push(values![balance, &standing.state, action, on, id]);
            }
        }
    }
    tx.run_many(SET_BALANCE, &balances).await?;
    tx.run_many(SET_SETTLED, &all).await.map(drop)
}

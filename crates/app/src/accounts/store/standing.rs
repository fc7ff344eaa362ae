//! Accounts as the posting of money needs to know them, many at a time.

use crate::rows;
use crate::store::{Keyed, StoreError, Tx, Value};
use crate::values;
use duly_domain::accounts::Bucket;
use duly_domain::ledger::Buckets;
use duly_domain::values::ids::{AccountId, CreditorId, DeskId};
use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;

macro_rules! standing_where {
    ($key:literal, $condition:literal) => {
        concat!(
            "select ",
            $key,
            ", a.id, a.creditor_id, a.desk_id, a.state, a.currency, a.principal_minor,
                a.interest_minor, a.fees_minor, a.costs_minor, a.other_minor, coalesce(a.aged_from_on, a.due_on), a.next_action_on, a.next_action_at, a.was_reached,
                (select count(*) from promises p where p.account_id = a.id),
                a.interest_to_on, a.written_off_minor
             from accounts a where ",
            $condition
        )
    };
}

const BY_ID: &str = standing_where!("a.id", "a.id in ($keys) order by a.id");
const BY_REFERENCE: &str = standing_where!("a.reference", "a.reference in ($keys) order by a.reference, a.id");
const SET_BALANCE: &str = "
    update accounts set balance_minor = $1, principal_minor = $2, interest_minor = $3, fees_minor = $4, costs_minor = $5,
        other_minor = $6 where id = $7";
const SET_SETTLED: &str = "
    update accounts set balance_minor = $1, principal_minor = $2, interest_minor = $3, fees_minor = $4, costs_minor = $5,
        other_minor = $6, state = $7, next_action = $8, next_action_on = $9, next_action_at = null where id = $10";

rows! {
    /// One account with what hangs on it.
    pub struct Standing {
        pub id: AccountId,
        pub creditor: CreditorId,
        pub desk: DeskId,
        pub state: String,
        pub currency: String,
        pub owed_minor: [i64; Bucket::ALL.len()],
        pub aged_from: Option<Date>,
        pub next_action_on: Option<Date>,
        pub next_action_at: Option<Timestamp>,
        pub was_reached: bool,
        pub promises: i64,
        pub interest_to_on: Option<Date>,
        pub written_off_minor: i64,
    }
}

/// What an account does next, and on which day.
pub type NextAction = (Cow<'static, str>, Date);

/// The same, or nothing, when it is paid.
pub type Next = Option<NextAction>;

/// What became of an account on which money moved.
pub struct Settled<'a> {
    /// The account, with its new state.
    pub standing: &'a Standing,
    /// What it owes now.
    pub owed: &'a Buckets,
    /// The same in all, in minor units.
    pub total: i64,
    /// What it does next, where that is new.
    pub next: Option<&'a Next>,
}

/// Accounts by their ids; those that are not there are left out.
pub async fn list_standings(tx: &mut Tx, ids: &[Value]) -> Result<Vec<Standing>, StoreError> {
    Ok(tx.all_in::<Keyed<AccountId, Standing>>(BY_ID, ids).await?.into_iter().map(|Keyed(_, standing)| standing).collect())
}

/// Accounts behind the creditors' references, which more than one of them may have.
pub async fn list_standings_by_reference(tx: &mut Tx, references: &[Value]) -> Result<Vec<Keyed<String, Standing>>, StoreError> {
    tx.all_in(BY_REFERENCE, references).await
}

/// Keeps what is owed; state and next action only where there is a new one, so that their indexes are not touched for nothing.
pub async fn update_settled(tx: &mut Tx, settled: &[Settled<'_>]) -> Result<(), StoreError> {
    let (mut balances, mut all) = (Vec::new(), Vec::new());
    for Settled { standing, owed, total, next } in settled {
        let [principal, interest, fees, costs, other] = *owed.minor();
        match next {
            None => balances.push(values![*total, principal, interest, fees, costs, other, standing.id]),
            Some(next) => {
                let (action, on) = next.as_ref().map(|(action, on)| (action.as_ref(), *on)).unzip();
                all.push(values![*total, principal, interest, fees, costs, other, &standing.state, action, on, standing.id]);
            }
        }
    }
    tx.run_many(SET_BALANCE, &balances).await?;
    tx.run_many(SET_SETTLED, &all).await.map(drop)
}

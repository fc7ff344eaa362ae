//! The table `confirmations`, and which are due.

use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AccountId, ConfirmationId, ContactId, DebtorId, DecisionId, LetterId};
use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

/// What was agreed or ended since a day, which began at a moment, and is not confirmed since: plans and pauses that stand, accounts that
/// are paid or closed. With what is asked of the account first.
macro_rules! due {
    ($of:literal, $since:literal, $since_at:literal) => {
        concat!(
            "select d.account_id, d.reference, d.confirmed, d.about, d.since from (
        select p.account_id, a.reference, 'plan_agreed' as confirmed, p.id as about, p.agreed_on as since
          from plans p join accounts a on a.id = p.account_id
         where ",
            $of,
            "p.state = 'active' and a.state = 'open' and p.agreed_on >= ",
            $since,
            "
        union all
        select h.account_id, a.reference, 'pause_granted', h.id, h.from_on
          from hardship_pauses h join accounts a on a.id = h.account_id
         where ",
            $of,
            "h.ended_on is null and a.state = 'open' and h.granted_at >= ",
            $since_at,
            "
        union all
        select a.id, a.reference, 'paid_in_full', a.id, (select max(e.booked_on) from entries e where e.account_id = a.id)
          from accounts a
         where ",
            $of,
            "a.state = 'paid' and a.state <> 'open'
        union all
        select a.id, a.reference, case when a.closed_because = 'settled' then 'settled' else 'collection_ended' end, a.id, a.closed_on
          from accounts a
         where ",
            $of,
            "a.state = 'closed' and a.state <> 'open' and a.closed_on >= ",
            $since,
            "
           and a.closed_because in ('settled', 'small_balance', 'recalled', 'returned', 'sold', 'uncollectible', 'placed_in_error')) as d
     where d.since is not null and (d.since >= ",
            $since,
            " or d.confirmed = 'pause_granted')
       and not exists (select 1 from confirmations c join letters l on l.id = c.letter_id
            where c.account_id = d.account_id and c.confirmed = d.confirmed and c.about = d.about and l.state <> 'void'
              and (c.made_on >= d.since or d.confirmed = 'pause_granted'))
     order by d.since, d.account_id, d.confirmed"
        )
    };
}
const DUE: &str = due!("", "$1", "$2");
const DUE_OF: &str = due!("a.id = $1 and ", "$2", "$3");
const INSERT: &str = "
    insert into confirmations (id, account_id, debtor_id, confirmed, about, letter_id, decision_id, made_on, made_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const OF_LETTER: &str = "
    select id, account_id, debtor_id, confirmed, about, letter_id, decision_id from confirmations where letter_id = $1";
const SENT: &str = "update confirmations set contact_id = $1 where id = $2 and contact_id is null";

rows! {
    /// What is to be confirmed.
    pub struct DueRow {
        pub account: AccountId,
        pub reference: String,
        pub confirmed: String,
        pub about: Uuid,
        pub since: Date,
    }

    /// A confirmation that was printed.
    pub struct Confirmation {
        pub id: ConfirmationId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub confirmed: String,
        pub about: Uuid,
        pub letter: LetterId,
        pub decision: DecisionId,
    }
}

/// What became due since a day, which began at a moment, the oldest first.
pub async fn list_due(tx: &mut Tx, since: Date, since_at: Timestamp) -> Result<Vec<DueRow>, StoreError> {
    tx.all(DUE, params![since, since_at]).await
}

/// As [`list_due`], of one account.
pub async fn list_due_of(tx: &mut Tx, since: Date, since_at: Timestamp, account: AccountId) -> Result<Vec<DueRow>, StoreError> {
    tx.all(DUE_OF, params![account, since, since_at]).await
}

pub async fn insert(tx: &mut Tx, new: &Confirmation, on: Date, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let Confirmation { id, account, debtor, confirmed, about, letter, decision } = new;
    let values = params![*id, *account, *debtor, confirmed.as_str(), *about, *letter, *decision, on, by, at];
    tx.run(INSERT, values).await.map(drop)
}

/// The confirmation that a letter is.
pub async fn find_of_letter(tx: &mut Tx, letter: LetterId) -> Result<Option<Confirmation>, StoreError> {
    tx.one(OF_LETTER, params![letter]).await
}

/// Notes the contact that it became.
pub async fn update_sent(tx: &mut Tx, id: ConfirmationId, contact: ContactId) -> Result<bool, StoreError> {
    Ok(tx.run(SENT, params![contact, id]).await? == 1)
}

//! The tables `trust_postings` and `trust_proofs`: rows are added and never changed.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::ledger::trust::PLACES;
use duly_domain::values::ids::{AccountId, CreditorId, EntryId, ReceiptId, RemittanceId, TrustPostingId, TrustProofId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! postings_where {
    ($condition:literal) => {
        concat!(
            "select p.id, p.creditor_id, c.name, p.kind, p.booked_on, p.remittance_id, p.account_id, p.entry_id, p.bank_entry_id, p.clears_id,
                    p.takes_back_id, p.reference, p.words, p.currency, p.trust_bank_minor, p.client_payable_minor, p.agency_minor,
                    p.on_its_way_minor, p.returned_minor, p.billed_minor, p.claims_minor, p.recorded_by, p.recorded_at,
                    (select count(*) from trust_postings b where b.takes_back_id = p.id)
               from trust_postings p left join creditors c on c.id = p.creditor_id ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into trust_postings (id, creditor_id, kind, booked_on, remittance_id, account_id, entry_id, bank_entry_id, clears_id,
        takes_back_id, reference, words, currency, trust_bank_minor, client_payable_minor, agency_minor, on_its_way_minor, returned_minor,
        billed_minor, claims_minor, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
const ONE: &str = postings_where!("where p.id = $1");
const RECENT: &str = postings_where!("where p.id > $1 order by p.id desc limit $2");
const BY_REFERENCE: &str = postings_where!("where p.kind = $1 and p.reference = $2 and p.takes_back_id is null");
const OF_REMITTANCE: &str = postings_where!("where p.remittance_id = $1 and p.kind = 'remittance' order by p.id");
/// Remittances and sweeps that did not leave the bank yet.
const ON_ITS_WAY: &str = postings_where!(
    "where p.on_its_way_minor < 0 and p.takes_back_id is null
      and not exists (select 1 from trust_postings b where b.takes_back_id = p.id)
      and not exists (select 1 from trust_postings k where k.clears_id = p.id and k.takes_back_id is null
            and not exists (select 1 from trust_postings b where b.takes_back_id = k.id))
     order by p.id limit 500"
);
const OF_BANK: &str = postings_where!(
    "where p.bank_entry_id = $1 and p.takes_back_id is null and not exists (select 1 from trust_postings b where b.takes_back_id = p.id)
     order by p.id"
);
const COVER: &str = "select count(*) from trust_postings where account_id = $1 and entry_id = $2 and kind = 'cover'";
const JOURNAL: &str = postings_where!("where p.id > $1 order by p.id limit $2");
const SUMS: &str = "
    select currency, cast(sum(trust_bank_minor) as bigint), cast(sum(client_payable_minor) as bigint), cast(sum(agency_minor) as bigint),
           cast(sum(on_its_way_minor) as bigint), cast(sum(returned_minor) as bigint), cast(sum(billed_minor) as bigint),
           cast(sum(claims_minor) as bigint)
      from trust_postings where booked_on <= $1 group by currency order by currency";
const SUMS_OF: &str = "
    select creditor_id, currency, cast(sum(client_payable_minor) as bigint), cast(sum(returned_minor) as bigint),
           cast(sum(billed_minor) as bigint)
      from trust_postings where creditor_id is not null and booked_on <= $1 group by creditor_id, currency order by creditor_id, currency";
const OWED_BY: &str = "
    select cast(coalesce(sum(returned_minor), 0) as bigint), cast(coalesce(sum(billed_minor), 0) as bigint)
      from trust_postings where creditor_id = $1 and currency = $2";
const ENTRIES: &str = "
    select currency, cast(sum(trust_bank_minor) as bigint), cast(sum(client_payable_minor) as bigint), cast(sum(unapplied_minor) as bigint)
      from entries where booked_on <= $1 group by currency order by currency";
const CLIENTS: &str = "
    select a.creditor_id, c.name, e.currency, cast(sum(e.client_payable_minor) as bigint)
      from entries e join accounts a on a.id = e.account_id join creditors c on c.id = a.creditor_id
     where e.booked_on <= $1 and e.client_payable_minor <> 0
     group by a.creditor_id, c.name, e.currency order by c.name, e.currency";
const BANK: &str = "
    select s.currency, cast(sum(s.closing_minor) as bigint) from bank_statements s
     where s.closing_minor is not null and s.closing_on is not null and s.closing_on <= $1
       and not exists (select 1 from bank_statements t where t.bank_account = s.bank_account and t.currency = s.currency
            and t.closing_minor is not null and t.closing_on <= $1
            and (t.closing_on > s.closing_on or (t.closing_on = s.closing_on and t.id > s.id)))
     group by s.currency order by s.currency";
/// At the bank on the day, and nobody was known for it then.
const UNIDENTIFIED: &str = "
    select e.currency, cast(sum(e.amount_minor) as bigint) from bank_entries e
      left join entries p on p.account_id = e.account_id and p.id = e.payment
     where e.booked_on <= $1 and (e.state = 'unidentified' or (e.state = 'posted' and p.booked_on > $1))
     group by e.currency order by e.currency";
/// At the bank on the day, and not in the book then.
const NOT_BOOKED: &str = "
    select e.currency, cast(sum(e.amount_minor) as bigint) from bank_entries e
      left join entries r on r.account_id = e.account_id and r.reverses_entry_id = e.payment
     where e.booked_on <= $1
       and ((e.state = 'came_back' and (e.decided_at is null or r.booked_on > $1))
         or ((e.state = 'set_aside' or e.state = 'went_out')
             and not exists (select 1 from trust_postings p where p.bank_entry_id = e.id and p.takes_back_id is null and p.booked_on <= $1
                 and not exists (select 1 from trust_postings b where b.takes_back_id = p.id and b.booked_on <= $1))))
     group by e.currency order by e.currency";
/// Movements at the bank that may be for the book and are not in it, those that nobody is known for last.
const WAITING: &str = "
    select e.id from bank_entries e
     where (e.state = 'set_aside' or e.state = 'went_out' or e.state = 'unidentified')
       and not exists (select 1 from trust_postings p where p.bank_entry_id = e.id and p.takes_back_id is null
             and not exists (select 1 from trust_postings b where b.takes_back_id = p.id))
     order by case when e.state = 'unidentified' then 1 else 0 end, e.booked_on, e.id limit $1";
/// Overpaid money that lies there, the oldest first.
const UNAPPLIED: &str = "
    select e.account_id, a.reference, c.name, e.currency, cast(-sum(e.unapplied_minor) as bigint), min(e.booked_on)
      from entries e join accounts a on a.id = e.account_id join creditors c on c.id = a.creditor_id
     where e.unapplied_minor <> 0
     group by e.account_id, a.reference, c.name, e.currency having sum(e.unapplied_minor) < 0
     order by min(e.booked_on), e.account_id limit $1";
const INSERT_PROOF: &str = "
    insert into trust_proofs (id, on_day, currency, bank_minor, book_minor, clients_minor, agency_minor, on_its_way_minor, unapplied_minor,
        unidentified_minor, not_booked_minor, below_zero, is_whole, proved_by, proved_at, coming_minor, late_minor)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
const PROOFS: &str = "
    select id, on_day, currency, bank_minor, book_minor, clients_minor, agency_minor, on_its_way_minor, unapplied_minor, unidentified_minor,
           not_booked_minor, below_zero, is_whole, proved_by, proved_at, coming_minor, late_minor
      from trust_proofs where id > $1 order by on_day desc, id desc limit $2";

rows! {
    /// One posting, with how often it was taken back: once at the most.
    pub struct PostingRow {
        pub id: TrustPostingId,
        pub creditor: Option<CreditorId>,
        pub creditor_name: Option<String>,
        pub kind: String,
        pub booked_on: Date,
        pub remittance: Option<RemittanceId>,
        pub account: Option<AccountId>,
        pub entry: Option<EntryId>,
        pub bank_entry: Option<ReceiptId>,
        pub clears: Option<TrustPostingId>,
        pub takes_back: Option<TrustPostingId>,
        pub reference: String,
        pub words: String,
        pub currency: String,
        pub minor: [i64; PLACES.len()],
        pub recorded_by: String,
        pub recorded_at: Timestamp,
        pub taken_back: i64,
    }

    /// The sums of all postings in a currency.
    pub struct SumsRow {
        pub currency: String,
        pub minor: [i64; PLACES.len()],
    }

    /// What a client's postings come to.
    pub struct OfClient {
        pub creditor: CreditorId,
        pub currency: String,
        pub payable_minor: i64,
        pub returned_minor: i64,
        pub billed_minor: i64,
    }

    /// Money of a debtor that no debt took.
    pub struct UnappliedRow {
        pub account: AccountId,
        pub reference: String,
        pub creditor: String,
        pub currency: String,
        pub minor: i64,
        pub since_on: Date,
    }

    /// What a proof found.
    pub struct ProofRow {
        pub id: TrustProofId,
        pub on_day: Date,
        pub currency: String,
        pub bank_minor: Option<i64>,
        pub book_minor: i64,
        pub clients_minor: i64,
        pub agency_minor: i64,
        pub on_its_way_minor: i64,
        pub unapplied_minor: i64,
        pub unidentified_minor: i64,
        pub not_booked_minor: i64,
        pub below_zero: i64,
        pub is_whole: bool,
        pub proved_by: String,
        pub proved_at: Timestamp,
        pub coming_minor: Option<i64>,
        pub late_minor: Option<i64>,
    }
}

pub async fn insert_posting(tx: &mut Tx, row: &PostingRow) -> Result<(), StoreError> {
    let [bank, payable, agency, on_its_way, returned, billed, claims] = row.minor;
    let values = params![
        row.id,
        row.creditor,
        &row.kind,
        row.booked_on,
        row.remittance,
        row.account,
        row.entry,
        row.bank_entry,
        row.clears,
        row.takes_back,
        &row.reference,
        &row.words,
        &row.currency,
        bank,
        payable,
        agency,
        on_its_way,
        returned,
        billed,
        claims,
        &row.recorded_by,
        row.recorded_at
    ];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_posting(tx: &mut Tx, id: TrustPostingId) -> Result<PostingRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("posting {id} of the trust book")))
}

/// The newest postings.
pub async fn list_postings(tx: &mut Tx, limit: i64) -> Result<Vec<PostingRow>, StoreError> {
    tx.all(RECENT, params![TrustPostingId(uuid::Uuid::nil()), limit]).await
}

pub async fn find_by_reference(tx: &mut Tx, kind: &str, reference: &str) -> Result<Option<PostingRow>, StoreError> {
    tx.one(BY_REFERENCE, params![kind, reference]).await
}

pub async fn list_of_remittance(tx: &mut Tx, remittance: RemittanceId) -> Result<Vec<PostingRow>, StoreError> {
    tx.all(OF_REMITTANCE, params![remittance]).await
}

/// Remittances and sweeps that the bank has not shown, the oldest first.
pub async fn list_on_its_way(tx: &mut Tx) -> Result<Vec<PostingRow>, StoreError> {
    tx.all(ON_ITS_WAY, &[]).await
}

/// The postings that stand for a movement at the bank.
pub async fn list_of_bank_entry(tx: &mut Tx, entry: ReceiptId) -> Result<Vec<PostingRow>, StoreError> {
    tx.all(OF_BANK, params![entry]).await
}

/// Whether what came back was covered.
pub async fn is_covered(tx: &mut Tx, account: AccountId, entry: EntryId) -> Result<bool, StoreError> {
    Ok(tx.number(COVER, params![account, entry]).await? > 0)
}

/// A page of the book behind a posting.
pub async fn list_journal(tx: &mut Tx, after: TrustPostingId, limit: i64) -> Result<Vec<PostingRow>, StoreError> {
    tx.all(JOURNAL, params![after, limit]).await
}

/// The sums of all postings up to a day, by currency.
pub async fn list_sums(tx: &mut Tx, on: Date) -> Result<Vec<SumsRow>, StoreError> {
    tx.all(SUMS, params![on]).await
}

/// The sums of clients' postings up to a day.
pub async fn list_sums_of_clients(tx: &mut Tx, on: Date) -> Result<Vec<OfClient>, StoreError> {
    tx.all(SUMS_OF, params![on]).await
}

/// What a client owes now: of what came back, and of fees.
pub async fn owed_by(tx: &mut Tx, creditor: CreditorId, currency: &str) -> Result<(i64, i64), StoreError> {
    Ok(tx.one(OWED_BY, params![creditor, currency]).await?.unwrap_or_default())
}

/// What the entries of accounts come to up to a day, by currency: at the bank, of clients, unapplied (both below zero).
pub async fn list_entries_sums(tx: &mut Tx, on: Date) -> Result<Vec<(String, i64, i64, i64)>, StoreError> {
    tx.all(ENTRIES, params![on]).await
}

/// What the entries of accounts brought for each client up to a day: below zero.
pub async fn list_clients(tx: &mut Tx, on: Date) -> Result<Vec<(CreditorId, String, String, i64)>, StoreError> {
    tx.all(CLIENTS, params![on]).await
}

/// What is at the bank up to a day, by currency: as the last statements say, unidentified, and not booked.
pub async fn list_at_the_bank(tx: &mut Tx, on: Date) -> Result<[Vec<(String, i64)>; 3], StoreError> {
    Ok([tx.all(BANK, params![on]).await?, tx.all(UNIDENTIFIED, params![on]).await?, tx.all(NOT_BOOKED, params![on]).await?])
}

/// Movements at the bank that may be for the book and are not in it.
pub async fn list_not_booked(tx: &mut Tx, limit: i64) -> Result<Vec<ReceiptId>, StoreError> {
    Ok(tx.all::<(ReceiptId,)>(WAITING, params![limit]).await?.into_iter().map(|(id,)| id).collect())
}

/// What debtors overpaid, the oldest first.
pub async fn list_unapplied(tx: &mut Tx, limit: i64) -> Result<Vec<UnappliedRow>, StoreError> {
    tx.all(UNAPPLIED, params![limit]).await
}

pub async fn insert_proof(tx: &mut Tx, row: &ProofRow) -> Result<(), StoreError> {
    let values = params![
        row.id,
        row.on_day,
        &row.currency,
        row.bank_minor,
        row.book_minor,
        row.clients_minor,
        row.agency_minor,
        row.on_its_way_minor,
        row.unapplied_minor,
        row.unidentified_minor,
        row.not_booked_minor,
        row.below_zero,
        row.is_whole,
        &row.proved_by,
        row.proved_at,
        row.coming_minor,
        row.late_minor
    ];
    tx.run(INSERT_PROOF, values).await.map(drop)
}

/// The last proofs, the newest day first.
pub async fn list_proofs(tx: &mut Tx, limit: i64) -> Result<Vec<ProofRow>, StoreError> {
    tx.all(PROOFS, params![TrustProofId(uuid::Uuid::nil()), limit]).await
}

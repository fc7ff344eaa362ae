//! The tables `remittances`, `remittance_lines` and `cost_advances`: rows are added; a remittance is decided once.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx, Value};
use crate::values;
use duly_domain::values::ids::{AccountId, CostAdvanceId, CreditorId, EntryId, RatePlanId, RemittanceId};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! remittances_where {
    ($condition:literal) => {
        concat!(
            "select r.id, r.creditor_id, c.name, r.number, r.from_on, r.to_on, r.currency, r.mode, r.corrects_id, r.head, r.lines_hash,
                    r.line_count, r.collected_minor, r.direct_minor, r.came_back_minor, r.fees_minor, r.costs_minor, r.returned_before_minor,
                    r.billed_before_minor, r.kept_minor, r.paid_minor, r.invoiced_minor, r.returned_after_minor, r.billed_after_minor,
                    r.prepared_by, r.prepared_at, r.prepared_on, r.state, r.decided_by, r.decided_at
               from remittances r join creditors c on c.id = r.creditor_id ",
            $condition
        )
    };
}

macro_rules! lines_where {
    ($condition:literal) => {
        concat!(
            "select l.remittance_id, l.line_no, l.kind, l.is_direct, l.account_id, a.reference, l.entry_id, l.plan_id, l.amount_minor,
                    l.costs_minor, l.fee_minor, l.currency, l.paid_on, l.why
               from remittance_lines l join accounts a on a.id = l.account_id ",
            $condition
        )
    };
}

const INSERT: &str = "
    insert into remittances (id, creditor_id, number, from_on, to_on, currency, mode, corrects_id, head, lines_hash, line_count,
        collected_minor, direct_minor, came_back_minor, fees_minor, costs_minor, returned_before_minor, billed_before_minor, kept_minor,
        paid_minor, invoiced_minor, returned_after_minor, billed_after_minor, prepared_by, prepared_at, prepared_on, state)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
        'prepared')";
const ONE: &str = remittances_where!("where r.id = $1");
const OF_CREDITOR: &str = remittances_where!("where r.creditor_id = $1 order by r.number desc limit 500");
const ALL: &str = remittances_where!("where r.number > $1 order by r.prepared_at desc, r.id desc limit $2");
const LOCKED: &str = remittances_where!("where r.state = 'locked' and r.id > $1 order by r.id limit $2");
const DECIDE: &str = "
    update remittances set state = $1, decided_by = $2, decided_at = $3 where id = $4 and state = 'prepared'";
const INSERT_LINE: &str = "
    insert into remittance_lines (remittance_id, line_no, kind, is_direct, account_id, entry_id, plan_id, amount_minor, costs_minor,
        fee_minor, currency, paid_on, why)";
const LINES: &str = lines_where!("where l.remittance_id = $1 order by l.line_no");
/// Everything that was remitted on a creditor's accounts, in the order in which it was.
const LINES_OF_CREDITOR: &str =
    lines_where!("join remittances r on r.id = l.remittance_id where a.creditor_id = $1 and l.currency = $2 order by r.number, l.line_no");
const REMITTED: &str = "
    select amount_minor, is_direct from remittance_lines
     where account_id = $1 and entry_id = $2 and (kind = 'trust' or kind = 'direct')";
/// Payments to be remitted that were known at a moment and stand: those that came into trust and those to the creditor itself.
const CANDIDATES: &str = "
    select a.id, a.reference, e.id, -e.client_payable_minor, coalesce(e.effective_on, e.booked_on), 0,
           (select count(*) from bank_entries b where b.account_id = e.account_id and b.payment = e.payment and b.state = 'posted')
             + (select count(*) from bank_parts o join bank_entries b on b.id = o.bank_entry_id and b.state = 'posted'
                   and b.times_posted = o.posting_no where o.account_id = e.account_id and o.payment = e.payment)
      from accounts a join entries e on e.account_id = a.id
     where a.creditor_id = $1 and (e.kind = 'payment' or e.kind = 'reallocation') and e.currency = $2
       and coalesce(e.effective_on, e.booked_on) <= $3 and e.created_at <= $4
       and e.client_payable_minor < 0
       and not exists (select 1 from entries r where r.account_id = e.account_id and r.reverses_entry_id = e.id)
       and not exists (select 1 from remittance_lines l where l.account_id = e.account_id and l.entry_id = e.id)
    union all
    select a.id, a.reference, d.entry_id, d.amount_minor, d.paid_on, 1, 0
      from accounts a join direct_payments d on d.account_id = a.id
     where a.creditor_id = $1 and d.currency = $2 and d.paid_on <= $3 and d.recorded_at <= $4
       and not exists (select 1 from entries r where r.account_id = d.account_id and r.reverses_entry_id = d.entry_id)
       and not exists (select 1 from remittance_lines l where l.account_id = d.account_id and l.entry_id = d.entry_id)
     order by 5, 2, 3";
/// What was remitted, came back up to the moment and was not taken back from the client.
const CAME_BACK: &str = "
    select l.account_id, l.entry_id from remittance_lines l
      join accounts a on a.id = l.account_id
      join entries r on r.account_id = l.account_id and r.reverses_entry_id = l.entry_id
     where a.creditor_id = $1 and l.currency = $2 and (l.kind = 'trust' or l.kind = 'direct') and r.created_at <= $3
       and not exists (select 1 from remittance_lines b
            where b.account_id = l.account_id and b.entry_id = l.entry_id and b.kind = 'returned')
     order by r.created_at, l.account_id, l.entry_id";
/// What was paid for charges that were taken back, is the debtor's, and was not taken back from the client.
const OVERPAID: &str = "
    select a.id, a.reference, e.id, e.client_payable_minor, e.booked_on, 0, 0
      from accounts a join entries e on e.account_id = a.id
     where a.creditor_id = $1 and e.kind = 'reallocation' and e.currency = $2 and e.client_payable_minor > 0 and e.created_at <= $3
       and not exists (select 1 from remittance_lines b where b.account_id = e.account_id and b.entry_id = e.id)
     order by e.created_at, a.id, e.id";
/// What is known of accounts for their fees.
const FACTS: &str = "
    select a.id, a.reference, a.placed_on, a.due_on, a.charged_off_on,
           (select min(d.filed_at) from documents d where d.account_id = a.id and d.kind = 'judgment')
      from accounts a where a.id in ($keys)";
const COSTS_OF: &str = "
    select account_id, cast(sum(amount_minor) as bigint) from cost_advances where account_id in ($keys) group by account_id";
const CURRENCIES: &str = "
    select distinct currency from accounts where creditor_id = $1 order by currency";
const INSERT_COST: &str = "
    insert into cost_advances (id, account_id, amount_minor, currency, laid_out_on, reference, words, takes_back_id, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const COST: &str = "
    select id, account_id, amount_minor, currency, laid_out_on, reference, words, takes_back_id from cost_advances where id = $1";
const COST_BY_REFERENCE: &str = "
    select id, account_id, amount_minor, currency, laid_out_on, reference, words, takes_back_id from cost_advances
     where account_id = $1 and reference = $2";
const COST_RECOVERED: &str = "
    select cast(coalesce(sum(costs_minor), 0) as bigint) from remittance_lines where account_id = $1";
const COST_LAID_OUT: &str = "
    select cast(coalesce(sum(amount_minor), 0) as bigint) from cost_advances where account_id = $1";

rows! {
    /// One remittance.
    pub struct RemittanceRow {
        pub id: RemittanceId,
        pub creditor: CreditorId,
        pub creditor_name: String,
        pub number: i64,
        pub from_on: Date,
        pub to_on: Date,
        pub currency: String,
        pub mode: String,
        pub corrects: Option<RemittanceId>,
        pub head: String,
        pub lines_hash: String,
        pub line_count: i64,
        pub collected_minor: i64,
        pub direct_minor: i64,
        pub came_back_minor: i64,
        pub fees_minor: i64,
        pub costs_minor: i64,
        pub returned_before_minor: i64,
        pub billed_before_minor: i64,
        pub kept_minor: i64,
        pub paid_minor: i64,
        pub invoiced_minor: i64,
        pub returned_after_minor: i64,
        pub billed_after_minor: i64,
        pub prepared_by: String,
        pub prepared_at: Timestamp,
        pub prepared_on: Date,
        pub state: String,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }

    /// One line of a locked remittance.
    pub struct LineRow {
        pub remittance: RemittanceId,
        pub line_no: i64,
        pub kind: String,
        pub is_direct: bool,
        pub account: AccountId,
        pub reference: String,
        pub entry: EntryId,
        pub plan: RatePlanId,
        pub amount_minor: i64,
        pub costs_minor: i64,
        pub fee_minor: i64,
        pub currency: String,
        pub paid_on: Date,
        pub why: String,
    }

    /// With how much a payment was remitted.
    pub struct Remitted {
        pub amount_minor: i64,
        pub is_direct: bool,
    }

    /// A payment that may be remitted.
    pub struct CandidateRow {
        pub account: AccountId,
        pub reference: String,
        pub entry: EntryId,
        pub amount_minor: i64,
        pub paid_on: Date,
        pub is_direct: bool,
        pub by_bank: i64,
    }

    /// What is known of an account for its fees.
    pub struct FactsRow {
        pub account: AccountId,
        pub reference: String,
        pub placed_on: Date,
        pub due_on: Option<Date>,
        pub charged_off_on: Option<Date>,
        pub judgment_at: Option<Timestamp>,
    }

    /// Costs that the agency laid out.
    pub struct CostRow {
        pub id: CostAdvanceId,
        pub account: AccountId,
        pub amount_minor: i64,
        pub currency: String,
        pub laid_out_on: Date,
        pub reference: String,
        pub words: String,
        pub takes_back: Option<CostAdvanceId>,
    }
}

pub async fn insert_remittance(tx: &mut Tx, row: &RemittanceRow) -> Result<(), StoreError> {
    let values = params![
        row.id,
        row.creditor,
        row.number,
        row.from_on,
        row.to_on,
        &row.currency,
        &row.mode,
        row.corrects,
        &row.head,
        &row.lines_hash,
        row.line_count,
        row.collected_minor,
        row.direct_minor,
        row.came_back_minor,
        row.fees_minor,
        row.costs_minor,
        row.returned_before_minor,
        row.billed_before_minor,
        row.kept_minor,
        row.paid_minor,
        row.invoiced_minor,
        row.returned_after_minor,
        row.billed_after_minor,
        &row.prepared_by,
        row.prepared_at,
        row.prepared_on
    ];
    tx.run(INSERT, values).await.map(drop)
}

pub async fn load_remittance(tx: &mut Tx, id: RemittanceId) -> Result<RemittanceRow, Failure> {
    tx.one(ONE, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("remittance {id}")))
}

/// A creditor's, the newest first.
pub async fn list_of_creditor(tx: &mut Tx, creditor: CreditorId) -> Result<Vec<RemittanceRow>, StoreError> {
    tx.all(OF_CREDITOR, params![creditor]).await
}

/// The newest of all.
pub async fn list_remittances(tx: &mut Tx, limit: i64) -> Result<Vec<RemittanceRow>, StoreError> {
    tx.all(ALL, params![0i64, limit]).await
}

/// A page of what is locked behind a remittance.
pub async fn list_locked(tx: &mut Tx, after: RemittanceId, limit: i64) -> Result<Vec<RemittanceRow>, StoreError> {
    tx.all(LOCKED, params![after, limit]).await
}

/// Decides what is prepared; whether it still was.
pub async fn decide_remittance(tx: &mut Tx, id: RemittanceId, state: &'static str, by: &str, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(DECIDE, params![state, by, at, id]).await? == 1)
}

pub async fn insert_lines(tx: &mut Tx, rows: &[LineRow]) -> Result<(), StoreError> {
    let values: Vec<[Value; 13]> = rows
        .iter()
        .map(|row| {
            values![
                row.remittance,
                row.line_no,
                &row.kind,
                row.is_direct,
                row.account,
                row.entry,
                row.plan,
                row.amount_minor,
                row.costs_minor,
                row.fee_minor,
                &row.currency,
                row.paid_on,
                &row.why
            ]
        })
        .collect();
    tx.insert_many(INSERT_LINE, &values).await.map(drop)
}

pub async fn list_lines(tx: &mut Tx, remittance: RemittanceId) -> Result<Vec<LineRow>, StoreError> {
    tx.all(LINES, params![remittance]).await
}

/// Everything that was remitted for a creditor, in that order.
pub async fn list_lines_of_creditor(tx: &mut Tx, creditor: CreditorId, currency: &str) -> Result<Vec<LineRow>, StoreError> {
    tx.all(LINES_OF_CREDITOR, params![creditor, currency]).await
}

/// With how much a payment was remitted, if it was.
pub async fn find_remitted(tx: &mut Tx, account: AccountId, entry: EntryId) -> Result<Option<Remitted>, StoreError> {
    tx.one(REMITTED, params![account, entry]).await
}

/// Payments that may be remitted, as they stood at a moment.
pub async fn list_candidates(
    tx: &mut Tx,
    creditor: CreditorId,
    currency: &str,
    to_on: Date,
    known_at: Timestamp,
) -> Result<Vec<CandidateRow>, StoreError> {
    tx.all(CANDIDATES, params![creditor, currency, to_on, known_at]).await
}

/// Payments that were remitted and came back, as it was known at a moment.
pub async fn list_came_back(
    tx: &mut Tx,
    creditor: CreditorId,
    currency: &str,
    known_at: Timestamp,
) -> Result<Vec<(AccountId, EntryId)>, StoreError> {
    tx.all(CAME_BACK, params![creditor, currency, known_at]).await
}

/// What is the debtor's of charges that were paid and taken back, as it was known at a moment.
pub async fn list_overpaid(
    tx: &mut Tx,
    creditor: CreditorId,
    currency: &str,
    known_at: Timestamp,
) -> Result<Vec<CandidateRow>, StoreError> {
    tx.all(OVERPAID, params![creditor, currency, known_at]).await
}

pub async fn list_facts(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<FactsRow>, StoreError> {
    tx.all_in(FACTS, accounts).await
}

/// What was laid out on accounts, less what of it was taken back.
pub async fn list_costs(tx: &mut Tx, accounts: &[Value]) -> Result<Vec<(AccountId, i64)>, StoreError> {
    tx.all_in(COSTS_OF, accounts).await
}

/// The currencies of a creditor's accounts.
pub async fn list_currencies(tx: &mut Tx, creditor: CreditorId) -> Result<Vec<String>, StoreError> {
    Ok(tx.all::<(String,)>(CURRENCIES, params![creditor]).await?.into_iter().map(|(currency,)| currency).collect())
}

pub async fn insert_cost(tx: &mut Tx, row: &CostRow, by: &str, at: Timestamp) -> Result<(), StoreError> {
    let CostRow { id, account, amount_minor, currency, laid_out_on, reference, words, takes_back } = row.clone();
    tx.run(INSERT_COST, params![id, account, amount_minor, currency, laid_out_on, reference, words, takes_back, by, at]).await.map(drop)
}

pub async fn load_cost(tx: &mut Tx, id: CostAdvanceId) -> Result<CostRow, Failure> {
    tx.one(COST, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("laid out costs {id}")))
}

pub async fn find_cost(tx: &mut Tx, account: AccountId, reference: &str) -> Result<Option<CostRow>, StoreError> {
    tx.one(COST_BY_REFERENCE, params![account, reference]).await
}

/// What was laid out on an account, and how much of it was recovered.
pub async fn costs_of(tx: &mut Tx, account: AccountId) -> Result<(i64, i64), StoreError> {
    Ok((tx.number(COST_LAID_OUT, params![account]).await?, tx.number(COST_RECOVERED, params![account]).await?))
}

//! Proves that each remitted cent traces to a payment: lines to entries, sums to lines, postings to sums; and that what clients hold is
//! what was collected for them and not remitted.

use super::figures_of;
use super::gathering::{hash_of_lines, line_of};
use super::store::{list_lines, list_locked};
use crate::app::Failure;
use crate::ledger::trust;
use crate::store::Tx;
use duly_domain::ledger::remittance::close;
use duly_domain::ledger::trust::plan_remittance;
use duly_domain::values::ids::RemittanceId;

/// Remittances a page.
const PAGE: i64 = 100;

/// Lines whose payment is another creditor's, in another currency, or of another amount.
const OFF_LINES: &str = "
    select count(*) from remittance_lines l
      join remittances r on r.id = l.remittance_id
      join entries e on e.account_id = l.account_id and e.id = l.entry_id
      join accounts a on a.id = l.account_id
     where a.creditor_id <> r.creditor_id or l.currency <> e.currency or l.currency <> r.currency
        or (l.kind = 'trust' and (e.kind <> 'payment' or l.amount_minor <> -e.client_payable_minor))
        or (l.kind = 'direct' and not exists (select 1 from direct_payments d
               where d.account_id = l.account_id and d.entry_id = l.entry_id and d.amount_minor = l.amount_minor))
        or (l.kind = 'correction' and (l.amount_minor <> 0 or l.costs_minor <> 0))";
/// What was taken back is not what was charged.
const OFF_BACKS: &str = "
    select count(*) from remittance_lines b
     where b.kind = 'returned'
       and ((select coalesce(sum(l.fee_minor), 0) from remittance_lines l where l.account_id = b.account_id and l.entry_id = b.entry_id) <> 0
         or (select coalesce(sum(l.amount_minor), 0) from remittance_lines l
              where l.account_id = b.account_id and l.entry_id = b.entry_id) <> 0
         or (select coalesce(sum(l.costs_minor), 0) from remittance_lines l
              where l.account_id = b.account_id and l.entry_id = b.entry_id) <> 0)";
/// Clients whose ledger is not what was collected for them and not remitted.
const OFF_LEDGERS: &str = "
    select count(*) from (
        select c.id,
               (select coalesce(-sum(e.client_payable_minor), 0) from entries e join accounts a on a.id = e.account_id
                 where a.creditor_id = c.id)
             - (select coalesce(sum(p.client_payable_minor), 0) from trust_postings p where p.creditor_id = c.id) as held,
               (select coalesce(-sum(e.client_payable_minor), 0) from entries e join accounts a on a.id = e.account_id
                 where a.creditor_id = c.id and e.kind = 'payment'
                   and not exists (select 1 from entries r where r.account_id = e.account_id and r.reverses_entry_id = e.id)
                   and not exists (select 1 from remittance_lines l where l.account_id = e.account_id and l.entry_id = e.id)) as waits
          from creditors c) as ledgers
     where held <> waits";
/// Costs of which more was recovered than laid out.
const OFF_COSTS: &str = "
    select count(*) from (
        select l.account_id, sum(l.costs_minor) as recovered,
               (select coalesce(sum(c.amount_minor), 0) from cost_advances c where c.account_id = l.account_id) as laid_out
          from remittance_lines l where l.costs_minor <> 0 group by l.account_id) as costs
     where recovered > laid_out or recovered < 0";

/// What the check found; the error names what is not whole.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let mut faults = Vec::new();
    for (sql, says) in [
        (OFF_LINES, "lines are not what their payments say"),
        (OFF_BACKS, "payments that came back were not taken back with what was charged"),
        (OFF_LEDGERS, "clients' ledgers are not what was collected and not remitted"),
        (OFF_COSTS, "accounts had more costs recovered than were laid out"),
    ] {
        let count = tx.number(sql, &[]).await?;
        faults.extend((count > 0).then(|| format!("{count} {says}")));
    }
    let (mut after, mut count, mut line_count) = (RemittanceId(uuid::Uuid::nil()), 0usize, 0usize);
    loop {
        let rows = list_locked(tx, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            let lines = list_lines(tx, row.id).await?;
            let fault = |says: &str| format!("remittance {} of {} {says}", row.number, row.creditor_name);
            if hash_of_lines(&lines) != row.lines_hash || i64::try_from(lines.len()) != Ok(row.line_count) {
                faults.push(fault("does not have the lines that were approved"));
            }
            let figures = figures_of(&row);
            let closed = close(super::mode_of(&row), &lines.iter().map(line_of).collect::<Result<Vec<_>, _>>()?, figures.before);
            if closed.as_ref() != Ok(&figures) {
                faults.push(fault("is not what its lines come to"));
            }
            let posting = plan_remittance(&figures, crate::ledger::store::currency(&row.currency)?).ok();
            let booked = trust::store::list_of_remittance(tx, row.id).await?;
            if booked.len() != 1 || booked.first().map(|one| one.minor) != posting.map(|posting| *posting.minor()) {
                faults.push(fault("does not stand in the trust book as it is"));
            }
            (count, line_count) = (count + 1, line_count + lines.len());
        }
    }
    Ok(if faults.is_empty() { Ok(format!("{count} remittances, {line_count} lines, each of its payment")) } else { Err(faults.join("; ")) })
}

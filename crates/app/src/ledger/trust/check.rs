//! Proves that the trust book is whole: it adds up, nothing in it that may not fall below zero does, and what came back is covered.

use super::proving;
use super::store;
use crate::app::Failure;
use crate::cli::output::written;
use crate::store::Tx;
use duly_domain::ledger::trust::Holdings;
use jiff::civil::Date;

const UNBALANCED: &str = "
    select count(*) from trust_postings
     where trust_bank_minor + client_payable_minor + agency_minor + on_its_way_minor <> 0
        or returned_minor + billed_minor + claims_minor <> 0";
/// Postings that take one back and are not its opposite.
const OFF_BACKS: &str = "
    select count(*) from trust_postings b join trust_postings p on p.id = b.takes_back_id
     where b.trust_bank_minor + p.trust_bank_minor <> 0 or b.client_payable_minor + p.client_payable_minor <> 0
        or b.agency_minor + p.agency_minor <> 0 or b.on_its_way_minor + p.on_its_way_minor <> 0
        or b.returned_minor + p.returned_minor <> 0 or b.billed_minor + p.billed_minor <> 0 or b.currency <> p.currency";
/// Payments that were remitted, came back and are not covered; covers of anything else.
const UNCOVERED: &str = "
    select (select count(*) from remittance_lines l
              join entries r on r.account_id = l.account_id and r.reverses_entry_id = l.entry_id
             where l.kind = 'trust' and not exists (select 1 from trust_postings p
                   where p.kind = 'cover' and p.account_id = l.account_id and p.entry_id = l.entry_id
                     and p.client_payable_minor = -l.amount_minor))
         + (select count(*) from trust_postings p
             where p.kind = 'cover' and not exists (select 1 from remittance_lines l
                   join entries r on r.account_id = l.account_id and r.reverses_entry_id = l.entry_id
                  where l.kind = 'trust' and l.account_id = p.account_id and l.entry_id = p.entry_id))";
/// Movements at the bank that the book has with another amount.
const OFF_BANK: &str = "
    select count(*) from bank_entries e
     where exists (select 1 from trust_postings p where p.bank_entry_id = e.id)
       and (select coalesce(sum(p.trust_bank_minor), 0) from trust_postings p where p.bank_entry_id = e.id) not in (0, e.amount_minor)";

/// What the check found; the error names what is not whole.
pub async fn verify(tx: &mut Tx, on: Date) -> Result<Result<String, String>, Failure> {
    let mut faults = Vec::new();
    for (sql, says) in [
        (UNBALANCED, "postings do not add up to zero"),
        (OFF_BACKS, "postings are not the opposite of what they take back"),
        (UNCOVERED, "payments that came back and covers do not belong together"),
        (OFF_BANK, "movements at the bank are booked with another amount"),
    ] {
        let count = tx.number(sql, &[]).await?;
        faults.extend((count > 0).then(|| format!("{count} {says}")));
    }
    let mut said = Vec::new();
    for one in proving::find(tx, on).await? {
        let (currency, proof) = (&one.currency, one.proof);
        if proof.inside() != Some(0) {
            let ledgers = proof.ledgers().unwrap_or_default();
            faults.push(format!("{} by the book, {} in the ledgers", written(proof.book, currency), written(ledgers, currency)));
        }
        faults.extend((one.below_zero > 0).then(|| format!("{} clients' ledgers in {currency} are below zero", one.below_zero)));
        said.push(format!(
            "{} of clients, {} of the agency, {} on its way, {} unapplied",
            written(proof.clients, currency),
            written(proof.agency, currency),
            written(proof.on_its_way, currency),
            written(proof.unapplied, currency)
        ));
    }
    for sums in store::list_sums(tx, on).await? {
        let held = Holdings::of(sums.minor).unwrap_or_default();
        faults.extend(
            (held.on_its_way < 0 || held.returned < 0)
                .then(|| format!("what is on its way or came back in {} is below zero", sums.currency)),
        );
    }
    for row in store::list_sums_of_clients(tx, on).await? {
        faults.extend((row.returned_minor < 0).then(|| format!("client {} owes less than nothing of what came back", row.creditor)));
    }
    Ok(if !faults.is_empty() {
        Err(faults.join("; "))
    } else if said.is_empty() {
        Ok("no money is in trust".into())
    } else {
        Ok(said.join("; "))
    })
}

//! Proves that what came in by the bank and what was made of it are the same, to the cent.

use super::look::shown;
use super::store;
use crate::app::Failure;
use crate::store::Tx;
use std::collections::BTreeMap;

/// What the check found; the error names what is not whole.
pub async fn verify(tx: &mut Tx) -> Result<Result<String, String>, Failure> {
    let (unpaid, twice, off) = store::list_faults(tx).await?;
    let mut faults: Vec<String> = unpaid.iter().map(|id| format!("{id} is posted without a payment of its amount")).collect();
    faults.extend((twice > 0).then(|| format!("{twice} payments stand for two entries")));
    faults.extend(off.iter().map(|id| format!("{id} is not what its entries make")));
    let brought: BTreeMap<String, i64> = store::list_brought(tx).await?.into_iter().collect();
    let (mut said, mut made) = (Vec::new(), BTreeMap::new());
    for store::Became { currency, posted, unidentified, aside, back, out, matched } in store::list_became(tx).await? {
        made.insert(currency.clone(), posted + unidentified + aside + back + out + matched);
        let in_words = |minor| shown(minor, &currency);
        said.push(format!(
            "{} posted, {} unidentified, {} set aside, {} came back, {} went out, {} matched",
            in_words(posted),
            in_words(unidentified),
            in_words(aside),
            in_words(back),
            in_words(out),
            in_words(matched)
        ));
    }
    for currency in brought.keys().chain(made.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (came, became) = (brought.get(currency).copied().unwrap_or(0), made.get(currency).copied().unwrap_or(0));
        if came != became {
            faults.push(format!("{} came by statements and {} is accounted for", shown(came, currency), shown(became, currency)));
        }
    }
    Ok(if !faults.is_empty() {
        Err(faults.join("; "))
    } else if said.is_empty() {
        Ok("no bank statement was taken".into())
    } else {
        Ok(said.join("; "))
    })
}

//! The integrity checks, by name.

use crate::app::Failure;
use crate::audit::kept::proof::Proof;
use crate::audit::keys::Keys;
use crate::ledger::check::Verified;
use crate::store::Tx;
use crate::{accounts, audit, compliance, ledger, plans};
use duly_domain::ledger::book::AtPlaces;
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;

/// One check and what it found.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// Whether all is well.
    pub ok: bool,
    /// In words.
    pub detail: String,
}

/// Runs every check as of a day, with the keys that signed.
pub async fn run(tx: &mut Tx, keys: &Keys, on: Date) -> Result<Vec<Check>, Failure> {
    let Verified { entries, unbalanced, astray, off_accounts, totals } = ledger::check::verify(tx).await?;
    let off_reversals = ledger::check::count_off_reversals(tx).await?;
    let orphans = accounts::store::count_orphans(tx, on).await?;
    let mut kept = Proof::begin(tx).await?;
    let chains = audit::store::verify(tx, &mut kept).await?;
    let kept = kept.end(tx).await?;
    let (roots, views) = (audit::root::verify(tx, keys).await?, audit::root::verify_views(tx).await?);
    let documents = accounts::papers::verify(tx).await?;
    let gone = compliance::store::count_gone(tx).await?;
    let receipts = ledger::receipts::check::verify(tx).await?;
    let clearings = ledger::clearing::check::verify(tx).await?;
    let debits = ledger::debits::check::verify(tx).await?;
    let (book, remitted) = (ledger::trust::check::verify(tx, on).await?, ledger::remittances::check::verify(tx).await?);
    let charges = ledger::charges::check::verify(tx).await?;
    let written_off = ledger::write_offs::check::verify(tx).await?;
    let processed = ledger::processor::check::verify(tx).await?;
    let (off_pauses, pauses) = accounts::hardship::store::count_faults(tx).await?;
    let joint = plans::joint::check::verify(tx).await?;
    let (off_ages, ages) = plans::re_age::store::count_faults(tx).await?;
    let trust: Vec<(Currency, i128, i128)> = totals.iter().map(|(currency, sums)| in_trust(*currency, sums)).collect();
    let whole = trust.iter().all(|(_, bank, owed)| *bank >= 0 && bank == owed);
    Ok(vec![
        Check {
            name: "ledger balanced",
            ok: unbalanced.count == 0,
            detail: format!("{entries} entries, {} do not add up to zero{unbalanced}", unbalanced.count),
        },
        Check {
            name: "balances equal entries",
            ok: off_accounts.count + astray.count == 0,
            detail: format!(
                "{} accounts owe other than their entries say{off_accounts}; {} entries are in no sum{astray}",
                off_accounts.count, astray.count
            ),
        },
        Check {
            name: "reversals equal entries",
            ok: off_reversals == 0,
            detail: format!("{off_reversals} reversals differ from what they take back"),
        },
        Check {
            name: "trust whole",
            ok: whole,
            detail: trust.iter().map(|(currency, bank, owed)| trust_in_words(*currency, *bank, *owed)).collect::<Vec<_>>().join("; "),
        },
        Check { name: "trust book whole", ok: book.is_ok(), detail: book.unwrap_or_else(|faults| faults) },
        Check { name: "remitted cents trace to payments", ok: remitted.is_ok(), detail: remitted.unwrap_or_else(|faults| faults) },
        Check {
            name: "processor's charges posted as they stand",
            ok: processed.is_ok(),
            detail: processed.unwrap_or_else(|faults| faults),
        },
        Check { name: "charges as terms say", ok: charges.is_ok(), detail: charges.unwrap_or_else(|faults| faults) },
        Check { name: "write-offs as entries say", ok: written_off.is_ok(), detail: written_off.unwrap_or_else(|faults| faults) },
        Check {
            name: "pauses as accounts say",
            ok: off_pauses == 0,
            detail: format!("{pauses} hardship pauses stand, {off_pauses} accounts say otherwise"),
        },
        Check { name: "joint plans add up", ok: joint.is_ok(), detail: joint.unwrap_or_else(|faults| faults) },
        Check {
            name: "ages as accounts say",
            ok: off_ages == 0,
            detail: format!("{ages} re-ages stand, {off_ages} accounts count their age otherwise"),
        },
        Check { name: "bank statements whole", ok: receipts.is_ok(), detail: receipts.unwrap_or_else(|faults| faults) },
        Check { name: "sums at the bank matched once", ok: clearings.is_ok(), detail: clearings.unwrap_or_else(|faults| faults) },
        Check { name: "debits as files say", ok: debits.is_ok(), detail: debits.unwrap_or_else(|faults| faults) },
        Check {
            name: "audit chains verify",
            ok: chains.broken.is_none(),
            detail: chains.broken.unwrap_or_else(|| format!("{} chains, {} entries", chains.chains, chains.entries)),
        },
        Check { name: "rows as their entries say", ok: kept.is_ok(), detail: kept.unwrap_or_else(|faults| faults) },
        Check { name: "documents whole", ok: documents.is_ok(), detail: documents.unwrap_or_else(|faults| faults) },
        Check { name: "daily roots signed", ok: roots.is_ok(), detail: roots.unwrap_or_else(|fault| fault) },
        Check { name: "views as sealed", ok: views.is_ok(), detail: views.unwrap_or_else(|fault| fault) },
        Check {
            name: "retention",
            ok: gone == 0,
            detail: format!(
                "{gone} accounts that the record speaks of are gone; nothing is deleted before its time, and nothing by itself"
            ),
        },
        Check {
            name: "no orphan account",
            ok: orphans == 0,
            detail: format!("{orphans} open accounts have neither a next action nor a hold"),
        },
    ])
}

/// Client money at the bank, and what of it is owed to somebody.
fn in_trust(currency: Currency, sums: &AtPlaces<i128>) -> (Currency, i128, i128) {
    let [.., bank, client_payable, unapplied] = *sums;
    (currency, bank, -(client_payable + unapplied))
}

fn trust_in_words(currency: Currency, bank: i128, owed: i128) -> String {
    let said = |minor: i128| match i64::try_from(minor) {
        Ok(minor) => Money::of(minor, currency).to_string(),
        Err(_) => format!("{minor} minor units of {}", currency.code()),
    };
    format!("{} at the bank, {} owed", said(bank), said(owed))
}

//! A month-end rehearsal: what a remittance would come to here, against the figures of another system. Nothing is kept.
//!
//! The file has a row for each account, with what was collected and the fee; columns by their names, others are left out. Rows of one
//! account are added up, so that a row for each payment will do.

use super::gathering::{Ask, Gathered};
use super::preview;
use crate::app::{App, Failure};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};
use std::collections::BTreeMap;
use std::path::Path;

/// What the two systems say of an account, in minor units: paid to us, paid to the creditor, fee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Collected in trust, less what came back.
    pub collected: i64,
    /// Paid to the creditor.
    pub direct: i64,
    /// The fee.
    pub fee: i64,
}

impl Sums {
    fn add(&mut self, other: Sums) -> Option<()> {
        self.collected = self.collected.checked_add(other.collected)?;
        self.direct = self.direct.checked_add(other.direct)?;
        self.fee = self.fee.checked_add(other.fee)?;
        Some(())
    }
}

/// An account on which the two differ.
#[derive(Clone, Debug)]
pub struct Differs {
    /// The creditor's reference.
    pub reference: String,
    /// What is found here, with the reasons of its fees.
    pub here: Sums,
    /// What the file says.
    pub there: Sums,
    /// Why the fees here are what they are.
    pub why: Vec<String>,
}

/// What a rehearsal came to.
#[derive(Clone, Debug)]
pub struct Rehearsed {
    /// What would be remitted.
    pub gathered: Gathered,
    /// Accounts looked at.
    pub accounts: usize,
    /// Together.
    pub here: Sums,
    /// Together, as the file says.
    pub there: Sums,
    /// Accounts that differ.
    pub differs: Vec<Differs>,
}

/// Compares what a remittance would hold with a file of another system.
pub async fn rehearse(app: &App, at: Moment, ask: &Ask, path: &Path) -> Result<Rehearsed, Failure> {
    let of = Currency::parse(&ask.currency).ok_or_else(|| Failure::wrong("currency", "is none that the ledger knows"))?;
    let text = std::fs::read(path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
    let told = read(&text, of)?;
    let gathered = preview(app, at, ask).await?;
    let too_large = || Failure::Stale("the sums are too large to be true".into());
    let mut found: BTreeMap<String, (Sums, Vec<String>)> = BTreeMap::new();
    for line in &gathered.lines {
        let amount = if line.is_direct { (0, line.amount_minor) } else { (line.amount_minor, 0) };
        let (sums, why) = found.entry(line.reference.clone()).or_default();
        sums.add(Sums { collected: amount.0, direct: amount.1, fee: line.fee_minor }).ok_or_else(too_large)?;
        why.push(line.why.clone());
    }
    let references: std::collections::BTreeSet<&String> = found.keys().chain(told.keys()).collect();
    let (mut here, mut there, mut differs) = (Sums::default(), Sums::default(), Vec::new());
    for reference in &references {
        let (ours, why) = found.get(*reference).cloned().unwrap_or_default();
        let theirs = told.get(*reference).copied().unwrap_or_default();
        here.add(ours).and_then(|()| there.add(theirs)).ok_or_else(too_large)?;
        if ours != theirs {
            differs.push(Differs { reference: (*reference).clone(), here: ours, there: theirs, why });
        }
    }
    Ok(Rehearsed { accounts: references.len(), gathered, here, there, differs })
}

/// What a file says of each account.
fn read(text: &[u8], of: Currency) -> Result<BTreeMap<String, Sums>, Failure> {
    let unreadable = |error: csv::Error| Failure::File(format!("the figures cannot be read: {error}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text);
    let head = reader.headers().map_err(unreadable)?.clone();
    let column = |names: &[&str]| head.iter().position(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known)));
    let Some(account) = column(&["account", "reference"]) else {
        return Err(Failure::wrong("file", "has no column account: name the columns account, collected, direct, fee"));
    };
    let (collected, direct, fee) = (column(&["collected", "paid"]), column(&["direct"]), column(&["fee", "commission"]));
    if collected.is_none() && fee.is_none() {
        return Err(Failure::wrong("file", "has neither a column collected nor fee: name the columns account, collected, direct, fee"));
    }
    let mut told: BTreeMap<String, Sums> = BTreeMap::new();
    for (number, record) in (2..).zip(reader.records()) {
        let record = record.map_err(unreadable)?;
        let amount = |column: Option<usize>, name: &str| match column.and_then(|at| record.get(at)).filter(|text| !text.is_empty()) {
            None => Ok(0),
            Some(text) => Money::parse(text, of)
                .map(Money::minor)
                .map_err(|error| Failure::wrong("file", format!("line {number}: {name} {text:?} {error}"))),
        };
        let sums = Sums { collected: amount(collected, "collected")?, direct: amount(direct, "direct")?, fee: amount(fee, "fee")? };
        let reference = record.get(account).unwrap_or_default();
        if reference.is_empty() {
            return Err(Failure::wrong("file", format!("line {number} names no account")));
        }
        told.entry(reference.to_string()).or_default().add(sums).ok_or_else(|| Failure::wrong("file", "has sums that are too large"))?;
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_by_the_names_of_their_columns_and_added_up() {
        let told = read(b"Reference, Paid ,fee,other\nR-1,\"1,000.00\",250.00,x\nR-1,10.00,2.50,\nR-2,,1.00\n", Currency::Usd).unwrap();
        assert_eq!(told["R-1"], Sums { collected: 101_000, direct: 0, fee: 25_250 });
        assert_eq!(told["R-2"], Sums { collected: 0, direct: 0, fee: 100 });
        for (text, says) in [
            ("name,fee\nx,1\n", "file has no column account: name the columns account, collected, direct, fee"),
            ("account\nx\n", "file has neither a column collected nor fee: name the columns account, collected, direct, fee"),
            ("account,fee\nx,ten\n", "file line 2: fee \"ten\" is not an amount such as 1234.50"),
            ("account,fee\n,1.00\n", "file line 2 names no account"),
        ] {
            assert_eq!(read(text.as_bytes(), Currency::Usd).unwrap_err().to_string(), says);
        }
    }
}

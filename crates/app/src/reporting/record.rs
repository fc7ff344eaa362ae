//! One account as the records of Metro 2 have it.

use super::joint::Joint;
use super::store::FurnishingRow;
use crate::compliance::facts::Known;
use crate::compliance::gate::best_point;
use duly_domain::compliance::record::{Bankruptcy, CollectorRole};
use duly_domain::reporting::consumer::{self, Address, Name};
use duly_domain::reporting::furnishing::{LeftOut, Status, Told, history};
use duly_domain::reporting::joint;
use duly_domain::reporting::metro2::layout::{J1, J2, K1};
use duly_domain::reporting::metro2::write::{Cells, Writer};
use duly_domain::values::fixed::Layout;
use jiff::civil::Date;

/// How a day is written.
pub fn mmddyyyy(day: Date) -> String {
    day.strftime("%m%d%Y").to_string()
}

/// Who is told of, in the parts that the file has.
pub struct Who {
    name: Name,
    address: Address,
    born_on: Option<Date>,
    is_deceased: bool,
}

/// The parts of a debtor's name and of the address that is on file; why not, where the file cannot be without them.
pub fn who(known: &Known) -> Result<Who, LeftOut> {
    let name = known.debtor.name.as_deref().and_then(consumer::name).ok_or(LeftOut::NoName)?;
    let address = best_point(&known.points, "address").and_then(|point| consumer::address(&point.value)).ok_or(LeftOut::NoAddress)?;
    Ok(Who { name, address, born_on: known.debtor.date_of_birth, is_deceased: known.debtor.is_deceased })
}

/// What the file says of an account beside what was decided.
pub struct Particulars<'a> {
    /// The account and its debtor, as the record says today.
    pub known: &'a Known,
    /// Who.
    pub who: Who,
    /// The kind of creditor.
    pub classification: &'a str,
    /// What was told before.
    pub told: &'a [Told],
    /// What was paid in the month, in minor units, and when last.
    pub paid: (i64, Option<Date>),
    /// Who is told of beside the debtor.
    pub joint: &'a Joint,
    /// It corrects what was told before.
    pub is_correction: bool,
}

/// The line of an account.
pub fn line(writer: &mut Writer, reporter: &str, row: &FurnishingRow, of: &Particulars<'_>) -> Result<String, String> {
    let Particulars { known, who, classification, told, paid, joint, is_correction } = of;
    let account = &known.account;
    let day = |day: Option<Date>| day.map(mmddyyyy).unwrap_or_default();
    let is_ended = row.status != Status::Collection.code();
    let balance = row.balance_dollars.to_string();
    let highest = (account.placed_minor / 100).to_string();
    let paid_dollars = (paid.0.max(0) / 100).to_string();
    let stamp = format!("{}000000", mmddyyyy(row.as_of));
    let months = history(told, row.as_of);
    let ended_on = day(account.closed_on.or(paid.1).filter(|_| is_ended));
    let of_bankruptcy = known.record.debts.iter().find(|debt| debt.key == account.id.0.as_u128()).and_then(|debt| debt.bankruptcy);
    let in_bankruptcy = sign_of_bankruptcy(of_bankruptcy);
    let ecoa = joint::of_debtor(who.is_deceased, joint.told.iter().map(|told| told.beside.ecoa));
    let (born_on, last_paid_on, opened_on) = (day(who.born_on), day(paid.1), mmddyyyy(account.placed_on));
    let (as_of, since) = (mmddyyyy(row.as_of), mmddyyyy(row.delinquent_since));
    let base = [
        ("processing indicator", "1"),
        ("time stamp", stamp.as_str()),
        ("correction indicator", if *is_correction { "1" } else { "0" }),
        ("identification number", reporter),
        ("account number", account.reference.as_str()),
        ("portfolio type", "O"),
        ("account type", if known.record.role == CollectorRole::DebtBuyer { "0C" } else { "48" }),
        ("opened on", opened_on.as_str()),
        ("highest credit", highest.as_str()),
        ("terms duration", "001"),
        ("actual payment", paid_dollars.as_str()),
        ("account status", row.status.as_str()),
        ("payment history", months.as_str()),
        ("special comment", if row.is_settled { "AU" } else { "" }),
        ("compliance condition", row.dispute.as_deref().unwrap_or_default()),
        ("current balance", balance.as_str()),
        ("amount past due", balance.as_str()),
        ("account information on", as_of.as_str()),
        ("first delinquency on", since.as_str()),
        ("closed on", ended_on.as_str()),
        ("last payment on", last_paid_on.as_str()),
        ("surname", who.name.family.as_str()),
        ("first name", who.name.given.as_str()),
        ("middle name", who.name.middle.as_str()),
        ("generation", who.name.generation),
        ("born on", born_on.as_str()),
        ("ecoa", ecoa),
        ("consumer information", in_bankruptcy),
        ("country", "US"),
        ("address", who.address.street.as_str()),
        ("second address", who.address.second.as_str()),
        ("city", who.address.city.as_str()),
        ("state", who.address.state.as_str()),
        ("postal code", who.address.zip.as_str()),
    ];
    let creditor = consumer::capitals(&known.creditor.name);
    let people: Vec<(&'static Layout, Vec<(&str, String)>)> = joint.told.iter().map(|told| segment(told, &who.address)).collect();
    let mut cells: Vec<(&'static Layout, Vec<(&str, &str)>)> =
        people.iter().map(|(layout, cells)| (*layout, cells.iter().map(|(name, text)| (*name, text.as_str())).collect())).collect();
    // Of a creditor that wants no report any more the kind is not known: the account is taken out, which needs none.
    if !classification.is_empty() {
        cells.push((&K1, vec![("original creditor", creditor.as_str()), ("creditor classification", *classification)]));
    }
    let segments: Vec<(&'static Layout, &Cells<'_>)> = cells.iter().map(|(layout, cells)| (*layout, cells.as_slice())).collect();
    writer.account(&base, &segments)
}

/// Somebody beside the debtor: at the same address or at another one.
fn segment(told: &super::joint::Told, of_debtor: &Address) -> (&'static Layout, Vec<(&'static str, String)>) {
    let (name, address) = (&told.beside.name, &told.beside.address);
    let mut cells = vec![
        ("surname", name.family.clone()),
        ("first name", name.given.clone()),
        ("middle name", name.middle.clone()),
        ("generation", name.generation.to_string()),
        ("born on", told.born_on.map(mmddyyyy).unwrap_or_default()),
        ("ecoa", told.beside.ecoa.to_string()),
        ("consumer information", sign_of_bankruptcy(told.bankruptcy).to_string()),
    ];
    if address == of_debtor {
        return (&J1, cells);
    }
    cells.extend([
        ("country", "US".to_string()),
        ("address", address.street.clone()),
        ("second address", address.second.clone()),
        ("city", address.city.clone()),
        ("state", address.state.clone()),
        ("postal code", address.zip.clone()),
    ]);
    (&J2, cells)
}

/// The sign of a bankruptcy: of its petition, or of its discharge.
fn sign_of_bankruptcy(case: Option<Bankruptcy>) -> &'static str {
    match case.map(|case| (case.chapter, case.is_discharged)) {
        Some((Some(7), false)) => "A",
        Some((Some(11), false)) => "B",
        Some((Some(12), false)) => "C",
        Some((Some(13), false)) => "D",
        Some((Some(7), true)) => "E",
        Some((Some(11), true)) => "F",
        Some((Some(12), true)) => "G",
        Some((Some(13), true)) => "H",
        _ => "",
    }
}

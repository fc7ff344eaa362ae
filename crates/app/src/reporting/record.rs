//! One account as the records of Metro 2 have it.

use super::store::FurnishingRow;
use crate::compliance::facts::Known;
use crate::compliance::gate::best_point;
use duly_domain::compliance::record::CollectorRole;
use duly_domain::reporting::consumer::{self, Address, Name};
use duly_domain::reporting::furnishing::{LeftOut, Status, Told, history};
use duly_domain::reporting::metro2::layout::K1;
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
}

/// The line of an account.
pub fn line(writer: &mut Writer, reporter: &str, row: &FurnishingRow, of: &Particulars<'_>) -> Result<String, String> {
    let Particulars { known, who, classification, told, paid } = of;
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
    let in_bankruptcy = of_bankruptcy.map_or("", |case| sign_of_bankruptcy(case.chapter, case.is_discharged));
    let (born_on, last_paid_on, opened_on) = (day(who.born_on), day(paid.1), mmddyyyy(account.placed_on));
    let (as_of, since) = (mmddyyyy(row.as_of), mmddyyyy(row.delinquent_since));
    let base = [
        ("processing indicator", "1"),
        ("time stamp", stamp.as_str()),
        ("correction indicator", "0"),
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
        ("ecoa", if who.is_deceased { "X" } else { "1" }),
        ("consumer information", in_bankruptcy),
        ("country", "US"),
        ("address", who.address.street.as_str()),
        ("second address", who.address.second.as_str()),
        ("city", who.address.city.as_str()),
        ("state", who.address.state.as_str()),
        ("postal code", who.address.zip.as_str()),
    ];
    let creditor = consumer::capitals(&known.creditor.name);
    let first = [("original creditor", creditor.as_str()), ("creditor classification", *classification)];
    // Of a creditor that wants no report any more the kind is not known: the account is taken out, which needs none.
    let segments: &[(&Layout, &Cells<'_>)] = &[(&K1, &first)];
    writer.account(&base, if classification.is_empty() { &[] } else { segments })
}

/// The sign of a bankruptcy: of its petition, or of its discharge.
fn sign_of_bankruptcy(chapter: Option<u8>, is_discharged: bool) -> &'static str {
    match (chapter, is_discharged) {
        (Some(7), false) => "A",
        (Some(11), false) => "B",
        (Some(12), false) => "C",
        (Some(13), false) => "D",
        (Some(7), true) => "E",
        (Some(11), true) => "F",
        (Some(12), true) => "G",
        (Some(13), true) => "H",
        _ => "",
    }
}

//! Mapping files: TOML, as shipped in `examples/mappings`.
//!
//! ```toml
//! debts = "government"            # consumer, business, government
//! debtors = "people"              # people, businesses
//! currency = "USD"
//! nothing = ["NA"]                # cells that say nothing
//! difference = "reduction"        # what the sum has over the balance: reduction, problem
//!
//! [columns]
//! reference = "summons_number"
//! itemized_on = { column = "issue_date", dates = "iso", required = true }
//! ```

use duly_domain::accounts::DebtKind;
use duly_domain::intake::mapping::{Column, FIELDS, Field, Mapping};
use duly_domain::values::moment::DateForm;
use duly_domain::values::money::Currency;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "consumer")]
    debts: String,
    #[serde(default = "people")]
    debtors: String,
    #[serde(default = "usd")]
    currency: String,
    #[serde(default)]
    nothing: Vec<String>,
    #[serde(default = "problem")]
    difference: String,
    columns: BTreeMap<String, ColumnEntry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ColumnEntry {
    Head(String),
    Full(FullColumn),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullColumn {
    column: String,
    #[serde(default = "iso")]
    dates: String,
    #[serde(default)]
    required: bool,
}

fn consumer() -> String {
    "consumer".into()
}
fn people() -> String {
    "people".into()
}
fn usd() -> String {
    "USD".into()
}
fn problem() -> String {
    "problem".into()
}
fn iso() -> String {
    "iso".into()
}

/// Reads a mapping file; the error names the entry and what may stand there.
pub fn parse(text: &str) -> Result<Mapping, String> {
    let file: File = toml::from_str(text).map_err(|error| format!("the mapping cannot be read: {}", error.message()))?;
    let choice = |what: &str, value: &str, known: &str| format!("the mapping's {what} {value:?} is not one of {known}");
    let debts = DebtKind::parse(&file.debts).ok_or_else(|| choice("debts", &file.debts, "consumer, business, government"))?;
    let currency = Currency::parse(&file.currency).ok_or_else(|| choice("currency", &file.currency, "USD, CAD, EUR, GBP, MXN, JPY"))?;
    let debtors_are_businesses = match file.debtors.as_str() {
        "people" => false,
        "businesses" => true,
        other => return Err(choice("debtors", other, "people, businesses")),
    };
    let difference_is_reduction = match file.difference.as_str() {
        "problem" => false,
        "reduction" => true,
        other => return Err(choice("difference", other, "problem, reduction")),
    };
    let mut columns = Vec::new();
    for (name, entry) in file.columns {
        let field = Field::parse(&name).ok_or_else(|| {
            let known: Vec<&str> = FIELDS.iter().map(|(_, name)| *name).collect();
            format!("the mapping's field {name:?} is not one of {}", known.join(", "))
        })?;
        let full = match entry {
            ColumnEntry::Head(column) => FullColumn { column, dates: iso(), required: false },
            ColumnEntry::Full(full) => full,
        };
        let dates = match full.dates.as_str() {
            "iso" => DateForm::Iso,
            "month_first" => DateForm::MonthFirst,
            "day_first" => DateForm::DayFirst,
            "excel_serial" => DateForm::ExcelSerial,
            "sas_serial" => DateForm::SasSerial,
            "month_year" => DateForm::MonthYear,
            other => return Err(choice("dates", other, "iso, month_first, day_first, excel_serial, sas_serial, month_year")),
        };
        columns.push(Column { field, head: full.column, dates, is_required: full.required || field == Field::Reference });
    }
    if columns.iter().all(|column| column.field != Field::Reference) {
        return Err("the mapping names no column for reference, by which an account is known".into());
    }
    Ok(Mapping { columns, currency, debts, debtors_are_businesses, nothing: file.nothing, difference_is_reduction })
}

/// Mappings that come with the program, by name.
pub const SHIPPED: [(&str, &str); 3] = [
    ("nyc-parking-fines", include_str!("../../../../examples/mappings/nyc-parking-fines.toml")),
    ("sba-loans", include_str!("../../../../examples/mappings/sba-loans.toml")),
    ("consumer-loans-lc", include_str!("../../../../examples/mappings/consumer-loans-lc.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_mappings_are_read() {
        for (name, text) in SHIPPED {
            let mapping = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(mapping.columns.len() >= 4, "{name}");
        }
    }

    #[test]
    fn a_wrong_mapping_is_told_what_may_stand_there() {
        for (text, says) in [
            ("[columns]\nname = \"n\"", "names no column for reference"),
            ("[columns]\nreferenz = \"n\"", "field \"referenz\" is not one of reference, name"),
            ("debts = \"gambling\"\n[columns]\nreference = \"n\"", "consumer, business, government"),
            ("[columns]\nreference = { column = \"n\", dates = \"lunar\" }", "iso, month_first"),
            ("color = 3\n[columns]\nreference = \"n\"", "unknown field `color`"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}

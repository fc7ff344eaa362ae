//! Mapping files: TOML, as shipped in `examples/mappings`.
//!
//! ```toml
//! debts = "government"            # consumer, business, government
//! debtors = "people"              # people, businesses
//! currency = "USD"
//! nothing = ["NA"]                # cells that say nothing
//! difference = "reduction"        # what the sum has over the balance: reduction, problem
//!
//! decimal = "comma"               # what stands before decimals: point, comma
//! country = "DE"                  # of addresses whose row names none
//! phone_region = "DE"             # of telephone numbers without their country
//!
//! [file]                          # only where the file is not found out by itself
//! delimiter = ";"
//! encoding = "windows-1252"
//! sheet = "Open items"
//! head_row = 3
//! columns = [{ name = "account", start = 1, width = 10 }]   # a file of fixed width
//!
//! [columns]
//! reference = "summons_number"
//! itemized_on = { column = "issue_date", dates = "iso", required = true }
//! ```

use super::source::{FileChoice, FixedColumn};
use duly_domain::accounts::DebtKind;
use duly_domain::intake::mapping::{Column, FIELDS, Field, Mapping};
use duly_domain::values::moment::DateForm;
use duly_domain::values::money::{Currency, DecimalMark};
use duly_domain::values::point::is_phone_region;
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
    #[serde(default = "point")]
    decimal: String,
    #[serde(default = "united_states")]
    country: String,
    /// Where none is named, the country of the addresses.
    phone_region: Option<String>,
    #[serde(default)]
    file: FileTable,
    columns: BTreeMap<String, ColumnEntry>,
}

/// The table `[file]` of a mapping.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTable {
    delimiter: Option<String>,
    encoding: Option<String>,
    sheet: Option<String>,
    head_row: Option<u64>,
    #[serde(default)]
    columns: Vec<WidthEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WidthEntry {
    name: String,
    start: usize,
    width: usize,
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
fn point() -> String {
    "point".into()
}
fn united_states() -> String {
    "US".into()
}
fn problem() -> String {
    "problem".into()
}
fn iso() -> String {
    "iso".into()
}

/// A mapping file as read: which column is which field, and how the file is written.
#[derive(Clone, Debug)]
pub struct MappingFile {
    /// The mapping.
    pub mapping: Mapping,
    /// How the file is written, as far as the mapping says.
    pub file: FileChoice,
}

/// Reads a mapping file; the error names the entry and what may stand there.
pub fn parse(text: &str) -> Result<MappingFile, String> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        format!("the mapping cannot be read: line {line}: {}", error.message())
    })?;
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
    let decimal = match file.decimal.as_str() {
        "point" => DecimalMark::Point,
        "comma" => DecimalMark::Comma,
        other => return Err(choice("decimal", other, "point, comma")),
    };
    let country = file.country.trim().to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(choice("country", &file.country, "the codes of two letters, such as US, DE, MX"));
    }
    let told_region = file.phone_region.map(|region| region.trim().to_ascii_uppercase());
    let phone_region = told_region.unwrap_or_else(|| country.clone());
    if !is_phone_region(&phone_region) {
        return Err(choice("phone_region", &phone_region, "the codes of two letters, such as US, DE, MX"));
    }
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
        let dates = DateForm::NAMED.iter().find(|(_, name)| *name == full.dates).map(|(form, _)| *form).ok_or_else(|| {
            let known: Vec<&str> = DateForm::NAMED.iter().map(|(_, name)| *name).collect();
            choice("dates", &full.dates, &known.join(", "))
        })?;
        columns.push(Column { field, head: full.column, dates, is_required: full.required || field == Field::Reference });
    }
    if columns.iter().all(|column| column.field != Field::Reference) {
        return Err("the mapping names no column for reference, by which an account is known".into());
    }
    let mapping = Mapping {
        columns,
        currency,
        debts,
        debtors_are_businesses,
        nothing: file.nothing,
        decimal,
        country,
        phone_region,
        difference_is_reduction,
    };
    Ok(MappingFile { mapping, file: file_choice(file.file)? })
}

/// How a file is written, as the table `[file]` says it.
pub fn written_choice(file: &FileChoice) -> toml::Table {
    let mut told = toml::Table::new();
    if let Some(delimiter) = file.delimiter {
        let named = if delimiter == b'\t' { "tab".to_string() } else { char::from(delimiter).to_string() };
        told.insert("delimiter".into(), named.into());
    }
    for (name, value) in [("encoding", &file.encoding), ("sheet", &file.sheet)] {
        told.extend(value.clone().map(|value| (name.to_string(), value.into())));
    }
    told.extend(file.head_row.and_then(|row| i64::try_from(row).ok()).map(|row| ("head_row".to_string(), row.into())));
    let number = |number: usize| toml::Value::Integer(i64::try_from(number).unwrap_or(0));
    let widths: Vec<toml::Value> = file
        .widths
        .iter()
        .map(|column| {
            let entry: [(String, toml::Value); 3] = [
                ("name".into(), column.name.clone().into()),
                ("start".into(), number(column.start)),
                ("width".into(), number(column.width)),
            ];
            toml::Table::from_iter(entry).into()
        })
        .collect();
    if !widths.is_empty() {
        told.insert("columns".into(), widths.into());
    }
    told
}

/// Writes a mapping as the file that [`parse`] reads.
pub fn write(file: &MappingFile) -> String {
    let MappingFile { mapping, file } = file;
    let mut table = toml::Table::new();
    let mut say = |name: &str, value: toml::Value| table.insert(name.to_string(), value);
    say("debts", mapping.debts.code().into());
    say("debtors", if mapping.debtors_are_businesses { "businesses" } else { "people" }.into());
    say("currency", mapping.currency.code().into());
    say("nothing", mapping.nothing.clone().into());
    say("difference", if mapping.difference_is_reduction { "reduction" } else { "problem" }.into());
    say("decimal", if mapping.decimal == DecimalMark::Comma { "comma" } else { "point" }.into());
    say("country", mapping.country.clone().into());
    say("phone_region", mapping.phone_region.clone().into());
    let told = written_choice(file);
    if !told.is_empty() {
        say("file", told.into());
    }
    let columns = mapping.columns.iter().map(|column| {
        let entry: [(String, toml::Value); 3] = [
            ("column".into(), column.head.clone().into()),
            ("dates".into(), column.dates.name().into()),
            ("required".into(), column.is_required.into()),
        ];
        (column.field.name().to_string(), toml::Value::Table(toml::Table::from_iter(entry)))
    });
    say("columns", toml::Table::from_iter(columns).into());
    toml::to_string(&table).unwrap_or_default()
}

/// How a file is written, as its mapping says.
pub(super) fn file_choice(table: FileTable) -> Result<FileChoice, String> {
    let delimiter = match table.delimiter.as_deref() {
        None => None,
        Some("tab" | "\t") => Some(b'\t'),
        Some(one) if one.len() == 1 && !one.contains(['"', '\n', '\r']) => Some(one.as_bytes()[0]),
        Some(other) => return Err(format!("the mapping's file.delimiter {other:?} is not one character, or tab")),
    };
    if table.head_row == Some(0) {
        return Err("the mapping's file.head_row counts from 1".into());
    }
    let widths = table.columns.into_iter().map(|column| FixedColumn { name: column.name, start: column.start, width: column.width });
    let widths: Vec<FixedColumn> = widths.collect();
    if let Some(wrong) = widths.iter().find(|column| column.start == 0 || column.width == 0) {
        return Err(format!("the mapping's file.columns {:?} needs a start and a width of at least 1", wrong.name));
    }
    Ok(FileChoice { delimiter, encoding: table.encoding, sheet: table.sheet, head_row: table.head_row, widths })
}

/// Mappings that come with the program, by name.
pub const SHIPPED: [(&str, &str); 6] = [
    ("nyc-parking-fines", include_str!("../../../../examples/mappings/nyc-parking-fines.toml")),
    ("sba-loans", include_str!("../../../../examples/mappings/sba-loans.toml")),
    ("consumer-loans-lc", include_str!("../../../../examples/mappings/consumer-loans-lc.toml")),
    ("card-default-uci", include_str!("../../../../examples/mappings/card-default-uci.toml")),
    ("ar-ibm", include_str!("../../../../examples/mappings/ar-ibm.toml")),
    ("ar-open-items", include_str!("../../../../examples/mappings/ar-open-items.toml")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_mappings_are_read() {
        for (name, text) in SHIPPED {
            let read = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.mapping.columns.len() >= 3, "{name}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (name, text) in SHIPPED {
            let read = parse(text).unwrap();
            let again = parse(&write(&read)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((again.mapping, again.file), (read.mapping, read.file), "{name}");
        }
    }

    #[test]
    fn a_wrong_mapping_is_told_what_may_stand_there() {
        for (text, says) in [
            ("[columns]\nname = \"n\"", "names no column for reference"),
            ("[columns]\nreferenz = \"n\"", "field \"referenz\" is not one of reference, name"),
            ("debts = \"gambling\"\n[columns]\nreference = \"n\"", "consumer, business, government"),
            ("[columns]\nreference = { column = \"n\", dates = \"lunar\" }", "iso, month_first"),
            ("decimal = \"dot\"\n[columns]\nreference = \"n\"", "point, comma"),
            ("country = \"Germany\"\n[columns]\nreference = \"n\"", "codes of two letters"),
            ("[file]\ndelimiter = \"::\"\n[columns]\nreference = \"n\"", "is not one character, or tab"),
            ("[file]\ncolumns = [{ name = \"n\", start = 0, width = 3 }]\n[columns]\nreference = \"n\"", "at least 1"),
            ("color = 3\n[columns]\nreference = \"n\"", "unknown field `color`"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_mapping_says_how_its_file_is_written() {
        let text = "country = \"de\"\ndecimal = \"comma\"\n[file]\ndelimiter = \"tab\"\nencoding = \"windows-1252\"\nhead_row = 3\n\
                    columns = [{ name = \"n\", start = 1, width = 10 }]\n[columns]\nreference = \"n\"\n";
        let read = parse(text).unwrap();
        let widths = vec![FixedColumn { name: "n".into(), start: 1, width: 10 }];
        let file = FileChoice { delimiter: Some(b'\t'), encoding: Some("windows-1252".into()), sheet: None, head_row: Some(3), widths };
        assert_eq!(read.file, file);
        assert_eq!((read.mapping.phone_region.as_str(), read.mapping.decimal), ("DE", DecimalMark::Comma));
    }
}

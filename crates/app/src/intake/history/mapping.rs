//! Mapping files for history: TOML.
//!
//! ```toml
//! kind = "contact"                # what every row tells, where no column does
//! currency = "USD"
//! decimal = "point"
//! zone = "America/Chicago"        # of times without their own; the organization's unless said
//! nothing = ["NA"]
//!
//! [words]                         # the creditor's words for ours
//! "OC" = "call"
//! "NA" = "no_answer"
//!
//! [columns]
//! reference = "ACCT"
//! at = { column = "WHEN", dates = "month_first" }
//! ```

use crate::intake::mapping_file::{FileTable, file_choice, written_choice};
use crate::intake::source::FileChoice;
use duly_domain::intake::history::{FIELDS, Field, HistoryMapping};
use duly_domain::values::moment::DateForm;
use duly_domain::values::money::{Currency, DecimalMark};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    kind: Option<String>,
    currency: Option<String>,
    decimal: Option<String>,
    zone: Option<String>,
    #[serde(default)]
    nothing: Vec<String>,
    #[serde(default)]
    words: BTreeMap<String, String>,
    #[serde(default)]
    file: FileTable,
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
    dates: Option<String>,
}

/// A mapping file of history as read.
#[derive(Clone, Debug)]
pub struct HistoryFile {
    /// The mapping.
    pub mapping: HistoryMapping,
    /// The zone of times without their own.
    pub zone: Option<TimeZone>,
    /// How the file is written, as far as the mapping says.
    pub file: FileChoice,
}

/// Reads a mapping file; the error names the entry and what may stand there.
pub fn parse(text: &str) -> Result<HistoryFile, String> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        format!("the mapping cannot be read: line {line}: {}", error.message())
    })?;
    let choice = |what: &str, value: &str, known: &str| format!("the mapping's {what} {value:?} is not one of {known}");
    let currency = file.currency.unwrap_or_else(|| "USD".into());
    let currency = Currency::parse(&currency).ok_or_else(|| choice("currency", &currency, "USD, CAD, EUR, GBP, MXN, JPY"))?;
    let decimal = match file.decimal.as_deref() {
        None | Some("point") => DecimalMark::Point,
        Some("comma") => DecimalMark::Comma,
        Some(other) => return Err(choice("decimal", other, "point, comma")),
    };
    let zone = match file.zone {
        None => None,
        Some(name) => Some(TimeZone::get(&name).map_err(|_| choice("zone", &name, "the IANA names, such as America/Chicago"))?),
    };
    let mut columns = Vec::new();
    for (name, entry) in file.columns {
        let field = Field::parse(&name).ok_or_else(|| {
            let known: Vec<&str> = FIELDS.iter().map(|(_, name, _)| *name).collect();
            format!("the mapping's field {name:?} is not one of {}", known.join(", "))
        })?;
        let (head, dates) = match entry {
            ColumnEntry::Head(head) => (head, None),
            ColumnEntry::Full(full) => (full.column, full.dates),
        };
        let named = dates.as_deref().unwrap_or("iso");
        let form = DateForm::NAMED.iter().find(|(_, name)| *name == named).map(|(form, _)| *form).ok_or_else(|| {
            let known: Vec<&str> = DateForm::NAMED.iter().map(|(_, name)| *name).collect();
            choice("dates", named, &known.join(", "))
        })?;
        columns.push((field, head, form));
    }
    let mapping = HistoryMapping { columns, kind: file.kind, words: file.words, nothing: file.nothing, currency, decimal };
    Ok(HistoryFile { mapping, zone, file: file_choice(file.file)? })
}

/// Writes a mapping as the file that [`parse`] reads.
pub fn write(file: &HistoryFile) -> String {
    let HistoryFile { mapping, zone, file } = file;
    let mut table = toml::Table::new();
    let mut say = |name: &str, value: toml::Value| table.insert(name.to_string(), value);
    if let Some(kind) = &mapping.kind {
        say("kind", kind.clone().into());
    }
    say("currency", mapping.currency.code().into());
    say("decimal", if mapping.decimal == DecimalMark::Comma { "comma" } else { "point" }.into());
    if let Some(name) = zone.as_ref().and_then(TimeZone::iana_name) {
        say("zone", name.into());
    }
    say("nothing", mapping.nothing.clone().into());
    let told = written_choice(file);
    if !told.is_empty() {
        say("file", told.into());
    }
    let words = mapping.words.iter().map(|(theirs, ours)| (theirs.clone(), toml::Value::from(ours.clone())));
    say("words", toml::Table::from_iter(words).into());
    let columns = mapping.columns.iter().map(|(field, head, form)| {
        let entry: [(String, toml::Value); 2] = [("column".into(), head.clone().into()), ("dates".into(), form.name().into())];
        (field.name().to_string(), toml::Value::Table(toml::Table::from_iter(entry)))
    });
    say("columns", toml::Table::from_iter(columns).into());
    toml::to_string(&table).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let text = "kind = \"call\"\nzone = \"America/Chicago\"\ndecimal = \"comma\"\n[words]\nNA = \"no_answer\"\n[file]\nhead_row = 3\n[columns]\nreference = \"A\"\nat = { column = \"B\", dates = \"month_first\" }\n";
        let file = parse(text).unwrap();
        let again = parse(&write(&file)).unwrap();
        let zone = |file: &HistoryFile| file.zone.as_ref().and_then(|zone| zone.iana_name().map(String::from));
        assert_eq!((zone(&again), &again.file), (zone(&file), &file.file));
        let sorted = |file: &HistoryFile| {
            let mut mapping = file.mapping.clone();
            mapping.columns.sort_by_key(|(field, ..)| *field);
            mapping
        };
        assert_eq!(sorted(&again), sorted(&file));
    }

    #[test]
    fn a_mapping_of_history_is_read_or_told() {
        let text = "kind = \"call\"\nzone = \"America/Chicago\"\n[words]\nNA = \"no_answer\"\n[columns]\nreference = \"A\"\nat = { column = \"B\", dates = \"month_first\" }\n";
        let file = parse(text).unwrap();
        assert_eq!((file.mapping.kind.as_deref(), file.mapping.columns.len()), (Some("call"), 2));
        for (text, says) in [
            ("[columns]\nwho = \"A\"", "field \"who\" is not one of reference, kind"),
            ("zone = \"Mars\"\n[columns]\nat = \"A\"", "IANA names"),
            ("[columns]\nat = { column = \"A\", dates = \"lunar\" }", "iso, month_first"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}

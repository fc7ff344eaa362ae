//! OpenDocument spreadsheets, read from their own XML: numbers as written, and repeats that never fill the memory.

use super::book::{Choice, choose, number};
use super::packed::Bytes;
use super::sheet::{Region, Table};
use super::sheet_marks::{attribute, extend};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashSet;
use std::io::{BufReader, Read, Seek};
use zip::ZipArchive;

/// A sheet has no more columns; what is repeated beyond is the empty rest of the page.
const COLUMNS: u32 = 16_384;

/// Nor more rows.
const ROWS: u32 = 1_048_576;

type Xml<'a> = Reader<BufReader<zip::read::ZipFile<'a, Box<dyn Bytes>>>>;

/// Reads the named sheet, or the first with something on it.
pub(super) fn read(bytes: Box<dyn Bytes>, wanted: Option<&str>) -> Result<Choice, String> {
    let mut archive = ZipArchive::new(bytes).map_err(broken)?;
    let mut manifest = String::new();
    if let Ok(part) = archive.by_name("META-INF/manifest.xml") {
        // What cannot be read of it says nothing about a password.
        let _ = part.take(1 << 20).read_to_string(&mut manifest);
    }
    if manifest.contains("encryption-data") {
        return Err("is protected by a password: open it, take the password off and save it".into());
    }
    let sheets = sheets(&mut archive)?;
    choose(sheets, wanted, |name| table(&mut archive, name))
}

fn broken(error: impl std::fmt::Display) -> String {
    format!("is no whole ODS ({error}): open it in a spreadsheet program and save it anew")
}

fn content<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<Reader<BufReader<zip::read::ZipFile<'_, R>>>, String> {
    Ok(Reader::from_reader(BufReader::new(archive.by_name("content.xml").map_err(broken)?)))
}

/// Names of the sheets, and whether each is hidden by its style.
fn sheets(archive: &mut ZipArchive<Box<dyn Bytes>>) -> Result<Vec<(String, bool)>, String> {
    let mut reader = content(archive)?;
    let (mut buffer, mut style, mut hidden, mut sheets) = (Vec::new(), String::new(), HashSet::new(), Vec::new());
    let mut depth = 0;
    loop {
        buffer.clear();
        let (element, is_empty) = match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            Event::End(end) => {
                depth -= i32::from(end.local_name().as_ref() == "table");
                continue;
            }
            Event::Eof => return Ok(sheets),
            _ => continue,
        };
        match element.local_name().as_ref() {
            "style" => style = attribute(&element, "name").unwrap_or_default(),
            "table-properties" if attribute(&element, "display").as_deref() == Some("false") => {
                hidden.insert(style.clone());
            }
            "table" if !is_empty => {
                // A table within a sheet is a drawing's.
                if depth == 0 {
                    let is_hidden = attribute(&element, "style-name").is_some_and(|style| hidden.contains(&style));
                    sheets.push((attribute(&element, "name").unwrap_or_default(), is_hidden));
                }
                depth += 1;
            }
            _ => {}
        }
    }
}

fn count(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

/// One row being read: its cells are known before it is known how often it is repeated.
#[derive(Default)]
struct Row {
    repeated: u32,
    is_hidden: bool,
    /// First column, how many of them, text, problem.
    cells: Vec<(u32, u32, String, Option<String>)>,
}

fn table(archive: &mut ZipArchive<Box<dyn Bytes>>, name: &str) -> Result<Table, String> {
    let mut reader = content(archive)?;
    let mut table = Table::default();
    let (mut buffer, mut is_inside) = (Vec::new(), false);
    let (mut row, mut column, mut column_definition) = (0u32, 0u32, 0u32);
    let mut reading = Row::default();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(broken)?;
        let (element, is_empty) = match event {
            Event::Eof => return Ok(table),
            Event::End(end) if is_inside => {
                match end.local_name().as_ref() {
                    "table" => return Ok(table),
                    "table-row" => row = place(&mut table, row, std::mem::take(&mut reading))?,
                    _ => {}
                }
                continue;
            }
            Event::Start(element) => (element, false),
            Event::Empty(element) => (element, true),
            _ => continue,
        };
        let local = element.local_name().as_ref().to_string();
        if !is_inside {
            is_inside = local == "table" && attribute(&element, "name").as_deref() == Some(name);
            continue;
        }
        let is_collapsed = || matches!(attribute(&element, "visibility").as_deref(), Some("collapse" | "filter"));
        match local.as_str() {
            "table-column" => {
                let repeated = count(&element, "number-columns-repeated");
                let last = column_definition.saturating_add(repeated - 1);
                if is_collapsed() && last < COLUMNS {
                    table.hidden_columns.push((column_definition, last));
                }
                column_definition = column_definition.saturating_add(repeated);
            }
            "table-row" => {
                reading = Row { repeated: count(&element, "number-rows-repeated"), is_hidden: is_collapsed(), cells: Vec::new() };
                column = 0;
                if is_empty {
                    row = place(&mut table, row, std::mem::take(&mut reading))?;
                }
            }
            "table-cell" | "covered-table-cell" => {
                let repeated = count(&element, "number-columns-repeated");
                let spans = (count(&element, "number-rows-spanned"), count(&element, "number-columns-spanned"));
                if spans != (1, 1) {
                    let rows = (row, row.saturating_add(spans.0 - 1));
                    table.merged.push(Region { rows, columns: (column, column.saturating_add(spans.1 - 1)) });
                }
                let kind = Kind::of(&element);
                let text = if is_empty { String::new() } else { paragraphs(&mut reader, &local)? };
                let (text, problem) = kind.shown(text);
                if !text.is_empty() || problem.is_some() {
                    reading.cells.push((column, repeated, text, problem));
                }
                column = column.saturating_add(repeated);
            }
            // What these hold is not on the sheet's cells.
            "shapes" | "forms" | "tracked-changes" | "annotation" | "named-expressions" if !is_empty => skip(&mut reader, &local)?,
            _ => {}
        }
    }
}

/// Adds a row as often as it is repeated; the number of the next.
fn place(table: &mut Table, row: u32, reading: Row) -> Result<u32, String> {
    let next = row.saturating_add(reading.repeated.max(1));
    if reading.cells.is_empty() {
        if reading.is_hidden && next < ROWS {
            (row..next).for_each(|row| extend(&mut table.hidden_rows, row));
        }
        return Ok(next);
    }
    for at in row..next.min(ROWS) {
        if reading.is_hidden {
            extend(&mut table.hidden_rows, at);
        }
        for (first, repeated, text, problem) in &reading.cells {
            for column in *first..first.saturating_add(*repeated).min(COLUMNS) {
                table.push(at, column, text, problem.clone())?;
            }
        }
    }
    Ok(next)
}

/// The text of a cell: its paragraphs as lines, without its annotation.
fn paragraphs(reader: &mut Xml<'_>, until: &str) -> Result<String, String> {
    let (mut buffer, mut text, mut is_first, mut within) = (Vec::new(), String::new(), true, 0);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "p" => {
                    if !is_first {
                        text.push('\n');
                    }
                    (is_first, within) = (false, within + 1);
                }
                other @ ("annotation" | "frame" | "custom-shape" | "control" | "g" | "ruby-text") => {
                    let other = other.to_string();
                    skip(reader, &other)?;
                }
                _ => {}
            },
            Event::Empty(element) => match element.local_name().as_ref() {
                "p" if is_first => is_first = false,
                "p" | "line-break" => text.push('\n'),
                "s" => (0..count(&element, "c").min(10_000)).for_each(|_| text.push(' ')),
                "tab" => text.push('\t'),
                _ => {}
            },
            Event::Text(more) if within > 0 => text.push_str(&more.xml10_content()),
            Event::CData(more) if within > 0 => text.push_str(&more),
            Event::GeneralRef(reference) if within > 0 => {
                let known = reference.resolve_char_ref().ok().flatten().map(String::from);
                let known = known.or_else(|| quick_xml::escape::resolve_predefined_entity(&reference).map(String::from));
                text.push_str(&known.unwrap_or_else(|| "\u{fffd}".into()));
            }
            Event::End(end) if end.local_name().as_ref() == "p" => within -= 1,
            Event::End(end) if end.local_name().as_ref() == until => return Ok(text),
            Event::Eof => return Err(broken("it ends within a cell")),
            _ => {}
        }
    }
}

/// Passes over an element with all that is in it.
fn skip(reader: &mut Xml<'_>, name: &str) -> Result<(), String> {
    let (mut buffer, mut depth) = (Vec::new(), 1usize);
    while depth > 0 {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(element) if element.local_name().as_ref() == name => depth += 1,
            Event::End(end) if end.local_name().as_ref() == name => depth -= 1,
            Event::Eof => return Err(broken(format!("it ends within {name}"))),
            _ => {}
        }
    }
    Ok(())
}

/// What a cell says it is.
enum Kind {
    /// Its text is its value.
    Text(Option<String>),
    Number(String),
    Date(String),
    Time(String),
    Truth(String),
    Error,
}

impl Kind {
    fn of(element: &BytesStart<'_>) -> Kind {
        let exact = |name: &str| {
            let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
            Some(found.value.into_owned())
        };
        if exact("calcext:value-type").as_deref() == Some("error") {
            return Kind::Error;
        }
        let value = |name| attribute(element, name);
        match exact("office:value-type").or_else(|| value("value-type")).as_deref() {
            Some("float" | "percentage" | "currency") => value("value").map_or(Kind::Text(None), Kind::Number),
            Some("date") => value("date-value").map_or(Kind::Text(None), Kind::Date),
            Some("time") => value("time-value").map_or(Kind::Text(None), Kind::Time),
            Some("boolean") => value("boolean-value").map_or(Kind::Text(None), Kind::Truth),
            _ => Kind::Text(value("string-value")),
        }
    }

    /// The cell as text, and what is wrong with it.
    fn shown(self, text: String) -> (String, Option<String>) {
        match self {
            Kind::Text(value) => (value.unwrap_or(text), None),
            Kind::Number(value) => match value.parse::<f64>() {
                // More digits than fifteen are kept as the file writes them.
                Ok(parsed) if value.len() > 15 || value.contains(['e', 'E']) => number(parsed),
                Ok(_) => (value, None),
                Err(_) => (value, Some("is no number, though the sheet says so".into())),
            },
            Kind::Date(value) => (value.trim_end_matches("T00:00:00").to_string(), None),
            Kind::Time(value) => (clock(&value).unwrap_or(value), None),
            Kind::Truth(value) => (value.to_uppercase(), None),
            Kind::Error => {
                let says = format!("is an error of the spreadsheet ({text}): mend the formula there");
                (text, Some(says))
            }
        }
    }
}

/// `12:30:00` of `PT12H30M00S`.
fn clock(duration: &str) -> Option<String> {
    let (hours, rest) = duration.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?;
    Some(format!("{hours:0>2}:{minutes:0>2}:{:0>2}", seconds.split(['.', ',']).next().unwrap_or(seconds)))
}

//! Spreadsheets through calamine: the sheet chosen, and every cell as the text a person would call it.

use super::packed::{BookKind, Bytes, Packed};
use super::sheet::{LARGEST_UNPACKED, Table};
use super::{ods, sheet_marks};
use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xls, Xlsb, Xlsx};
use std::fmt::Display;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

const ANEW: &str = "open it in a spreadsheet program and save it anew as XLSX or CSV";

/// The sheet that was read.
pub(super) struct Choice {
    pub name: String,
    /// The sheets that were not, and whether each is hidden.
    pub others: Vec<(String, bool)>,
    pub is_hidden: bool,
    pub table: Table,
}

/// Reads the named sheet, or the first with something on it; hidden ones come last.
pub(super) fn read(packed: &Packed, kind: BookKind, wanted: Option<&str>) -> Result<Choice, String> {
    let mut bytes = packed.seekable()?;
    match kind {
        BookKind::Xls => {
            let mut all = Vec::new();
            bytes.read_to_end(&mut all).map_err(super::packed::broken)?;
            // An XLSX with a password lies encrypted in the container of the old form.
            let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            if all.windows(name.len()).any(|window| window == name) {
                return Err(password());
            }
            bytes = Box::new(Cursor::new(all));
        }
        _ => check_unpacked(&mut bytes)?,
    }
    // Calamine is known to panic on hostile files; whatever happens in there becomes a sentence.
    let read = catch_unwind(AssertUnwindSafe(|| match kind {
        BookKind::Ods => ods::read(bytes, wanted),
        BookKind::Xlsx => {
            let mut book = Xlsx::new(bytes).map_err(wrong)?;
            let sheets = sheets(&book);
            choose(sheets, wanted, |name| xlsx_table(&mut book, name)).and_then(|mut choice| {
                sheet_marks::mark_xlsx(packed.seekable()?, &choice.name, &mut choice.table);
                Ok(choice)
            })
        }
        BookKind::Xlsb => {
            let mut book = Xlsb::new(bytes).map_err(wrong)?;
            let sheets = sheets(&book);
            choose(sheets, wanted, |name| xlsb_table(&mut book, name)).and_then(|mut choice| {
                sheet_marks::mark_xlsb(packed.seekable()?, &choice.name, &mut choice.table);
                Ok(choice)
            })
        }
        BookKind::Xls => {
            let mut book = Xls::new(bytes).map_err(wrong)?;
            let sheets = sheets(&book);
            choose(sheets, wanted, |name| xls_table(&mut book, name))
        }
    }));
    read.unwrap_or_else(|_| Err(format!("is damaged inside: {ANEW}")))
}

fn password() -> String {
    "is protected by a password: open it, take the password off and save it".into()
}

fn wrong(error: impl Display) -> String {
    let says = error.to_string();
    if says.contains("password") { password() } else { format!("is no whole spreadsheet ({says}): {ANEW}") }
}

/// Unpacks everything once to nowhere: what a package says about its own size may be a lie.
fn check_unpacked(bytes: &mut Box<dyn Bytes>) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(&mut *bytes).map_err(wrong)?;
    let mut left = LARGEST_UNPACKED;
    for at in 0..archive.len() {
        let is_locked = archive.by_index_raw(at).map_err(wrong)?.encrypted();
        if is_locked {
            return Err(password());
        }
        // An entry that cannot be read may be one that is not needed.
        let Ok(entry) = archive.by_index(at) else { continue };
        let read = std::io::copy(&mut entry.take(left + 1), &mut std::io::sink()).unwrap_or(0);
        left = left
            .checked_sub(read)
            .ok_or_else(|| format!("unpacks to more than {} GB: save the sheet as CSV, which may have any size", LARGEST_UNPACKED >> 30))?;
    }
    drop(archive);
    bytes.seek(SeekFrom::Start(0)).map(|_| ()).map_err(super::packed::broken)
}

/// Names of the sheets that hold cells, and whether each is hidden.
fn sheets<RS: Read + Seek, B: Reader<RS>>(book: &B) -> Vec<(String, bool)> {
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ != SheetType::ChartSheet && sheet.typ != SheetType::Vba);
    sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect()
}

/// Reads sheets until one is the right one.
pub(super) fn choose(
    sheets: Vec<(String, bool)>,
    wanted: Option<&str>,
    mut read: impl FnMut(&str) -> Result<Table, String>,
) -> Result<Choice, String> {
    let names = || sheets.iter().map(|(name, _)| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let mut order: Vec<&(String, bool)> = sheets.iter().collect();
    order.sort_by_key(|(_, is_hidden)| *is_hidden);
    if let Some(wanted) = wanted {
        let exact = order.iter().find(|(name, _)| name == wanted);
        let same = exact.or_else(|| order.iter().find(|(name, _)| name.trim().to_lowercase() == wanted.trim().to_lowercase()));
        let Some(sheet) = same else { return Err(format!("has no sheet {wanted:?}; its sheets are {}", names())) };
        order = vec![*sheet];
    }
    for (name, is_hidden) in order {
        let table = read(name)?;
        if !table.is_empty() {
            let others = sheets.iter().filter(|(other, _)| other != name).cloned().collect();
            return Ok(Choice { name: name.clone(), others, is_hidden: *is_hidden, table });
        }
    }
    Err(match wanted {
        Some(wanted) => format!("has nothing on its sheet {wanted:?}"),
        None if sheets.is_empty() => "has no sheet of cells".into(),
        None => format!("has nothing on its sheets ({})", names()),
    })
}

fn xlsx_table(book: &mut Xlsx<Box<dyn Bytes>>, name: &str) -> Result<Table, String> {
    let mut cells = book.worksheet_cells_reader(name).map_err(wrong)?;
    // Numbers shown with zeros before them (ZIP codes, account numbers) are meant with their zeros.
    let zeros: Vec<usize> =
        cells.styles().iter().map(|style| style.number_format.as_ref().map_or(0, |f| zeros_of(&f.format_code))).collect();
    let mut table = Table::default();
    let mut scattered = Vec::new();
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(wrong)? {
        let (row, column) = cell.get_position();
        let (mut text, problem) = shown(cell.get_value());
        let wanted = zeros.get(style).copied().unwrap_or(0);
        if text.len() < wanted
            && matches!(cell.get_value(), DataRef::Int(_) | DataRef::Float(_))
            && text.bytes().all(|b| b.is_ascii_digit())
        {
            text = format!("{text:0>wanted$}");
        }
        // A sheet may write its cells in any order; most do not.
        let is_next = table.rows.back().is_none_or(|last| (last.row, last.cells.last().map(|(column, _)| *column)) < (row, Some(column)));
        if is_next && scattered.is_empty() {
            table.push(row, column, &text, problem)?;
        } else {
            scattered.push((row, column, text, problem));
        }
    }
    if scattered.is_empty() { Ok(table) } else { gathered(table, scattered) }
}

/// Puts cells in order that came out of it.
fn gathered(table: Table, scattered: Vec<(u32, u32, String, Option<String>)>) -> Result<Table, String> {
    let mut all = std::collections::BTreeMap::new();
    for row in &table.rows {
        let mut start = 0;
        for (column, end) in &row.cells {
            let problem = row.problems.iter().find(|(place, _)| place == column).map(|(_, says)| says.clone());
            all.insert((row.row, *column), (row.text[start..*end as usize].to_string(), problem));
            start = *end as usize;
        }
    }
    for (row, column, text, problem) in scattered {
        if (!text.is_empty() || problem.is_some()) && all.insert((row, column), (text, problem)).is_some() {
            return Err(format!("has two cells in one place in row {}: {ANEW}", u64::from(row) + 1));
        }
    }
    let mut ordered = Table::default();
    for ((row, column), (text, problem)) in all {
        ordered.push(row, column, &text, problem)?;
    }
    Ok(ordered)
}

/// How many digits a format such as `00000` asks for.
fn zeros_of(format: &str) -> usize {
    let format = format.trim_end_matches(";@");
    if format.len() >= 2 && format.len() <= 32 && format.bytes().all(|b| b == b'0') { format.len() } else { 0 }
}

fn xlsb_table(book: &mut Xlsb<Box<dyn Bytes>>, name: &str) -> Result<Table, String> {
    let mut cells = book.worksheet_cells_reader(name).map_err(wrong)?;
    let mut table = Table::default();
    while let Some(cell) = cells.next_cell().map_err(wrong)? {
        let (row, column) = cell.get_position();
        let (text, problem) = shown(cell.get_value());
        table.push(row, column, &text, problem)?;
    }
    Ok(table)
}

fn xls_table(book: &mut Xls<Box<dyn Bytes>>, name: &str) -> Result<Table, String> {
    let range = book.worksheet_range(name).map_err(wrong)?;
    let mut table = Table::default();
    let start = range.start().unwrap_or((0, 0));
    for (row, column, value) in range.used_cells() {
        let (text, problem) = shown(&by_reference(value));
        table.push(start.0.saturating_add(row as u32), start.1.saturating_add(column as u32), &text, problem)?;
    }
    let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    table.merged = merged.iter().map(|m| super::sheet::Region { rows: (m.start.0, m.end.0), columns: (m.start.1, m.end.1) }).collect();
    Ok(table)
}

fn by_reference(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(value) => DataRef::Int(*value),
        Data::Float(value) => DataRef::Float(*value),
        Data::String(value) => DataRef::SharedString(value),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(value) => DataRef::DateTime(*value),
        Data::DateTimeIso(value) => DataRef::DateTimeIso(value.clone()),
        Data::DurationIso(value) => DataRef::DurationIso(value.clone()),
        Data::Error(value) => DataRef::Error(value.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// A cell as text, and what is wrong with it.
fn shown(value: &DataRef<'_>) -> (String, Option<String>) {
    match value {
        DataRef::Empty => (String::new(), None),
        DataRef::String(text) => (text.clone(), None),
        DataRef::SharedString(text) => ((*text).to_string(), None),
        DataRef::Bool(value) => (if *value { "TRUE" } else { "FALSE" }.into(), None),
        DataRef::Int(value) => (value.to_string(), None),
        DataRef::Float(value) => number(*value),
        DataRef::DateTime(value) => date(value),
        DataRef::DateTimeIso(text) => (text.trim_end_matches("T00:00:00").to_string(), None),
        DataRef::DurationIso(text) => (text.clone(), None),
        DataRef::Error(error) => (error.to_string(), Some(format!("is an error of the spreadsheet ({error}): mend the formula there"))),
    }
}

/// A number with at most the 15 digits that spreadsheets keep, and never an exponent.
pub(super) fn number(value: f64) -> (String, Option<String>) {
    if !value.is_finite() {
        return (value.to_string(), Some("is no number".into()));
    }
    let whole = value.fract() == 0.0;
    if whole && value.abs() < 1e15 {
        return ((value as i64).to_string(), None);
    }
    if value.abs() >= 1e300 {
        return (format!("{value:e}"), Some("is a number too large to be meant".into()));
    }
    let shortest = value.to_string();
    if whole {
        let says = "is a number of more than 15 digits, which a spreadsheet does not keep exactly: have the column written as text";
        return (shortest, Some(says.into()));
    }
    let digits = shortest.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digits <= 15 {
        return (shortest, None);
    }
    // What stands behind the fifteenth digit is the noise of binary fractions, and not shown in the sheet either.
    (format!("{value:.14e}").parse::<f64>().map_or(shortest, |rounded| rounded.to_string()), None)
}

/// A date, a date and time, a time or a duration, in the words of ISO 8601 as far as it has any.
fn date(value: &ExcelDateTime) -> (String, Option<String>) {
    let serial = value.as_f64();
    if value.is_duration() {
        return (duration(serial), None);
    }
    if !(0.0..2_958_466.0).contains(&serial) {
        return (number(serial).0, Some("is formatted as a date and is none that a spreadsheet knows".into()));
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if milli > 0 {
        time.push_str(&format!(".{milli:03}"));
    }
    if (year, month, day) == (1900, 2, 29) {
        return (date, Some("is 29 February 1900, a day that never was".into()));
    }
    match (year, time.as_str()) {
        // The 1900 system begins on the last day of 1899: a time without a day.
        (..=1899, _) => (time, None),
        (_, "00:00:00") => (date, None),
        _ => (format!("{date}T{time}"), None),
    }
}

/// Hours, minutes and seconds of a number of days.
#[expect(clippy::float_arithmetic, reason = "durations are stored as fractions of days; no money is counted here")]
fn duration(days: f64) -> String {
    let seconds = (days * 86_400.0).round() as i64;
    let (sign, seconds) = (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs());
    format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_a_sheet_shows_them() {
        for (value, text) in [
            (1234.5, "1234.5"),
            (0.1 + 0.2, "0.3"),
            (12_345_678_901_234.0, "12345678901234"),
            (-3.0, "-3"),
            (2418.6, "2418.6"),
            (1e-7, "0.0000001"),
            (6103.0, "6103"),
            (44194.049999999996, "44194.05"),
        ] {
            assert_eq!(number(value), (text.to_string(), None));
        }
        assert!(number(4_111_111_111_111_111.0).1.is_some());
        assert!(number(f64::NAN).1.is_some());
        assert_eq!((zeros_of("00000"), zeros_of("0"), zeros_of("0.00"), zeros_of("000000000;@")), (5, 0, 0, 9));
    }
}

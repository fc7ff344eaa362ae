//! Workbooks as a spreadsheet program opens them (Office Open XML): sheets of text, days and amounts, the same file byte for byte each time.
//!
//! Amounts are numbers with their two digits, so that they can be added there; they are written from whole minor units, digit by digit.

use crate::app::Failure;
use duly_domain::values::moment::day_number;
use duly_domain::values::money::Money;
use jiff::civil::{Date, date};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// Text in bold.
    Head(String),
    /// An amount.
    Amount(Money),
    /// A day.
    Day(Date),
}

/// One sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name on the tab, 31 letters at the most.
    pub name: String,
    /// How wide its columns are, in letters.
    pub widths: Vec<u32>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

const TYPES_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
    <Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>";
const RELATIONS_HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
/// Plain, bold, an amount with two digits, one without, a day.
const STYLES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
    <numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"#,##0.00\"/><numFmt numFmtId=\"165\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>\
    <fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>\
    <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>\
    <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
    <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
    <cellXfs count=\"5\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>\
    <xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/>\
    <xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/>\
    <xf numFmtId=\"165\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs>\
    <cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

/// Writes a workbook.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::File(format!("the workbook cannot be written: {error}"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // The files within bear no time: the same workbook is the same file.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
    let mut types = TYPES_HEAD.to_string();
    let mut relations = RELATIONS_HEAD.to_string();
    let mut tabs = String::new();
    for (number, sheet) in (1..).zip(sheets) {
        types.push_str(&format!(
            "<Override PartName=\"/xl/worksheets/sheet{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
        ));
        relations
            .push_str(&format!("<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"));
        tabs.push_str(&format!("<sheet name=\"{}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>", escaped(&sheet.name)));
    }
    types.push_str("</Types>");
    relations.push_str(&format!(
        "<Relationship Id=\"rId{}\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>",
        sheets.len() + 1
    ));
    let root =
        format!("{RELATIONS_HEAD}<Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
    let book = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{tabs}</sheets></workbook>"
    );
    let mut files = vec![
        ("[Content_Types].xml".to_string(), types),
        ("_rels/.rels".into(), root),
        ("xl/workbook.xml".into(), book),
        ("xl/_rels/workbook.xml.rels".into(), relations),
        ("xl/styles.xml".into(), STYLES.into()),
    ];
    files.extend((1..).zip(sheets).map(|(number, sheet)| (format!("xl/worksheets/sheet{number}.xml"), sheet_xml(sheet))));
    for (name, text) in files {
        zip.start_file(name, options).map_err(|error| wrong(&error))?;
        zip.write_all(text.as_bytes()).map_err(|error| wrong(&error))?;
    }
    Ok(zip.finish().map_err(|error| wrong(&error))?.into_inner())
}

fn sheet_xml(sheet: &Sheet) -> String {
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{MAIN}\"><cols>");
    for (number, width) in (1..).zip(&sheet.widths) {
        out.push_str(&format!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>"));
    }
    out.push_str("</cols><sheetData>");
    for (number, row) in (1usize..).zip(&sheet.rows) {
        out.push_str(&format!("<row r=\"{number}\">"));
        for (column, cell) in row.iter().enumerate() {
            let place = format!("{}{number}", column_name(column));
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => out.push_str(&text_xml(&place, 0, text)),
                Cell::Head(text) => out.push_str(&text_xml(&place, 1, text)),
                Cell::Amount(amount) => {
                    let style = if amount.currency().digits() == 0 { 3 } else { 2 };
                    out.push_str(&format!("<c r=\"{place}\" s=\"{style}\"><v>{}</v></c>", amount.decimal()));
                }
                Cell::Day(day) => out.push_str(&format!("<c r=\"{place}\" s=\"4\"><v>{}</v></c>", serial(*day))),
            }
        }
        out.push_str("</row>");
    }
    out.push_str("</sheetData></worksheet>");
    out
}

fn text_xml(place: &str, style: u8, text: &str) -> String {
    format!("<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
}

/// A day as a spreadsheet counts it: from the day before 1900 began, with a 29 February 1900 that never was.
fn serial(day: Date) -> i32 {
    day_number(day) - day_number(date(1899, 12, 30))
}

/// `A` to `Z`, then `AA`.
fn column_name(column: usize) -> String {
    let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or(0));
    match column / 26 {
        0 => letter(column).to_string(),
        more => format!("{}{}", letter(more - 1), letter(column)),
    }
}

/// Text as XML has it, without what no file of it may hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};

    #[test]
    fn a_workbook_is_read_as_it_was_written_and_is_the_same_each_time() {
        let row = vec![
            Cell::Head("Name & <\"1\">".into()),
            Cell::Empty,
            Cell::Amount(Money::usd(-123_456)),
            Cell::Day(date(2026, 3, 2)),
            Cell::Text("a\u{1}b".into()),
        ];
        let sheets = [
            Sheet { name: "One".into(), widths: vec![10, 20], rows: vec![row, Vec::new()] },
            Sheet { name: "Two".into(), widths: Vec::new(), rows: vec![vec![Cell::Text("x".into())]] },
        ];
        let bytes = write(&sheets).unwrap();
        assert_eq!(bytes, write(&sheets).unwrap());
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["One", "Two"]);
        let range = book.worksheet_range("One").unwrap();
        assert_eq!(range.get((0, 0)), Some(&Data::String("Name & <\"1\">".into())));
        assert_eq!(range.get((0, 2)).map(ToString::to_string).as_deref(), Some("-1234.56"));
        assert!(matches!(range.get((0, 3)), Some(Data::DateTime(day)) if day.to_string() == "46083"), "{range:?}");
        assert_eq!(range.get((0, 4)), Some(&Data::String("a b".into())));
        assert_eq!((column_name(25), column_name(26)), ("Z".to_string(), "AA".to_string()));
    }
}

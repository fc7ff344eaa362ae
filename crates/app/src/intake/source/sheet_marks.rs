//! What calamine does not tell of a sheet: hidden rows and columns, merged cells, formulas without a result.
//!
//! Read a second time from the package itself. Where that fails the rows stand all the same, so no error comes of it.

use super::packed::Bytes;
use super::sheet::{Region, Table};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{BufRead, BufReader, Read};
use zip::ZipArchive;

/// No sheet has more to tell.
const MOST: usize = 200_000;

/// Marks of a sheet of XLSX.
pub(super) fn mark_xlsx(bytes: Box<dyn Bytes>, sheet: &str, table: &mut Table) {
    let _ = (|| {
        let mut archive = ZipArchive::new(bytes).ok()?;
        let path = part_of(&mut archive, "workbook.xml", |book| sheet_in_xml(book, sheet))?;
        let part = archive.by_name(&path).ok()?;
        xlsx_marks(BufReader::new(part), table);
        Some(())
    })();
}

/// Marks of a sheet of XLSB.
pub(super) fn mark_xlsb(bytes: Box<dyn Bytes>, sheet: &str, table: &mut Table) {
    let _ = (|| {
        let mut archive = ZipArchive::new(bytes).ok()?;
        let path = part_of(&mut archive, "workbook.bin", |book| sheet_in_records(book, sheet))?;
        let part = archive.by_name(&path).ok()?;
        xlsb_marks(BufReader::new(part), table)
    })();
}

/// The path of a sheet's part: its id from the workbook, its target from the relations beside it.
fn part_of(archive: &mut ZipArchive<Box<dyn Bytes>>, book: &str, id_in: impl Fn(&[u8]) -> Option<String>) -> Option<String> {
    let names: Vec<String> = (0..archive.len()).filter_map(|at| Some(archive.by_index_raw(at).ok()?.name().ok()?.into_owned())).collect();
    let path = names.iter().find(|name| name.rsplit(['/', '\\']).next().is_some_and(|file| file.eq_ignore_ascii_case(book)))?;
    let folder = path.rfind(['/', '\\']).map_or("", |at| &path[..=at]);
    let relations = format!("{folder}_rels/{book}.rels");
    let relations = names.iter().find(|name| name.replace('\\', "/").eq_ignore_ascii_case(&relations))?.clone();
    let id = id_in(&whole(archive, path)?)?;
    let target = target_in(&whole(archive, &relations)?, &id)?;
    let wanted = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_string(),
        None => format!("{folder}{}", target.trim_start_matches("./")),
    };
    names.into_iter().find(|name| name.replace('\\', "/").eq_ignore_ascii_case(&wanted.replace('\\', "/")))
}

fn whole(archive: &mut ZipArchive<Box<dyn Bytes>>, name: &str) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    archive.by_name(name).ok()?.take(64 << 20).read_to_end(&mut all).ok()?;
    Some(all)
}

/// An attribute by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(found.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_or_else(|_| found.value.to_string(), |value| value.into_owned()))
}

fn each_start(xml: &[u8], mut see: impl FnMut(&BytesStart<'_>) -> bool) {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) if see(&element) => return,
            Ok(Event::Eof) | Err(_) => return,
            _ => buffer.clear(),
        }
    }
}

fn sheet_in_xml(book: &[u8], sheet: &str) -> Option<String> {
    let mut id = None;
    each_start(book, |element| {
        if element.local_name().as_ref() == "sheet" && attribute(element, "name").as_deref() == Some(sheet) {
            id = attribute(element, "id");
        }
        id.is_some()
    });
    id
}

fn target_in(relations: &[u8], id: &str) -> Option<String> {
    let mut target = None;
    each_start(relations, |element| {
        if element.local_name().as_ref() == "Relationship" && attribute(element, "Id").as_deref() == Some(id) {
            target = attribute(element, "Target");
        }
        target.is_some()
    });
    target
}

fn is_on(element: &BytesStart<'_>, name: &str) -> bool {
    matches!(attribute(element, name).as_deref(), Some("1" | "true"))
}

fn xlsx_marks(part: impl BufRead, table: &mut Table) {
    let mut reader = Reader::from_reader(part);
    let mut buffer = Vec::new();
    let (mut row, mut column) = (0u32, 0u32);
    // A cell of a formula, and whether its result was seen.
    let (mut is_formula, mut has_result) = (false, false);
    loop {
        buffer.clear();
        let (element, is_empty) = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => (element, false),
            Ok(Event::Empty(element)) => (element, true),
            Ok(Event::End(end)) => {
                match end.local_name().as_ref() {
                    "row" => (row, column) = (row.saturating_add(1), 0),
                    "c" => {
                        if is_formula && !has_result && table.unkept.len() < MOST {
                            table.unkept.push((row, column));
                        }
                        column = column.saturating_add(1);
                    }
                    _ => {}
                }
                continue;
            }
            Ok(Event::Eof) | Err(_) => return,
            _ => continue,
        };
        match element.local_name().as_ref() {
            "row" => {
                row = attribute(&element, "r").and_then(|r| r.parse::<u32>().ok()).map_or(row, |r| r.saturating_sub(1));
                column = 0;
                if is_on(&element, "hidden") {
                    extend(&mut table.hidden_rows, row);
                }
                row += u32::from(is_empty && row < u32::MAX);
            }
            "c" => {
                (is_formula, has_result) = (false, false);
                if let Some((_, at)) = attribute(&element, "r").as_deref().and_then(place) {
                    column = at;
                }
                column = column.saturating_add(u32::from(is_empty));
            }
            "f" => is_formula = true,
            "v" | "is" => has_result = true,
            "col" if is_on(&element, "hidden") && table.hidden_columns.len() < MOST => {
                let number = |name| attribute(&element, name).and_then(|text| text.parse::<u32>().ok());
                if let (Some(first), Some(last)) = (number("min"), number("max")) {
                    table.hidden_columns.push((first.saturating_sub(1), last.saturating_sub(1)));
                }
            }
            "mergeCell" if table.merged.len() < MOST => {
                let reference = attribute(&element, "ref").unwrap_or_default();
                if let Some((first, last)) = reference.split_once(':')
                    && let (Some(first), Some(last)) = (place(first), place(last))
                {
                    table.merged.push(Region { rows: (first.0, last.0), columns: (first.1, last.1) });
                }
            }
            _ => {}
        }
    }
}

/// Adds a row to ranges in order.
pub(super) fn extend(ranges: &mut Vec<(u32, u32)>, row: u32) {
    if let Some((_, last)) = ranges.last_mut().filter(|(_, last)| last.checked_add(1) == Some(row)) {
        *last = row;
    } else if ranges.len() < MOST {
        ranges.push((row, row));
    }
}

/// Row and column from 0 of `B7`.
fn place(reference: &str) -> Option<(u32, u32)> {
    let reference = reference.trim_start_matches('$');
    let digits = reference.find(|c: char| c.is_ascii_digit())?;
    let column = reference[..digits].trim_end_matches('$').bytes().try_fold(0u32, |column, letter| {
        letter
            .is_ascii_alphabetic()
            .then(|| column.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1))
            .flatten()
    })?;
    Some((reference[digits..].parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// Reads the records of XLSB: an id and a length in one to four bytes of seven bits, then the data.
fn each_record(mut part: impl Read, mut see: impl FnMut(u32, &[u8])) -> Option<()> {
    let mut data = Vec::new();
    loop {
        let mut number = |most: u32| -> Option<u32> {
            let mut value = 0;
            for at in 0..most {
                let mut byte = [0];
                part.read_exact(&mut byte).ok()?;
                value |= u32::from(byte[0] & 0x7f) << (7 * at);
                if byte[0] & 0x80 == 0 {
                    break;
                }
            }
            Some(value)
        };
        let (id, length) = (number(2)?, number(4)?);
        data.clear();
        part.by_ref().take(u64::from(length)).read_to_end(&mut data).ok()?;
        see(id, &data);
    }
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

fn wide_text(data: &[u8], at: usize) -> Option<(String, usize)> {
    let length = u32_at(data, at)? as usize;
    let end = length.checked_mul(2)?.checked_add(at + 4)?;
    let units: Vec<u16> = data.get(at + 4..end)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some((String::from_utf16_lossy(&units), end))
}

/// `BrtBundleSh`: state, id, relation, name.
fn sheet_in_records(book: &[u8], sheet: &str) -> Option<String> {
    let mut id = None;
    each_record(book, |record, data| {
        if record == 156
            && let Some((relation, end)) = wide_text(data, 8)
            && wide_text(data, end).is_some_and(|(name, _)| name == sheet)
        {
            id = Some(relation);
        }
    });
    id
}

/// `BrtRowHdr`, `BrtColInfo` and `BrtMergeCell` (MS-XLSB 2.4).
fn xlsb_marks(part: impl Read, table: &mut Table) -> Option<()> {
    each_record(part, |record, data| {
        let _ = (|| {
            match record {
                0 if data.get(11)? & 0x10 != 0 => extend(&mut table.hidden_rows, u32_at(data, 0)?),
                60 if data.get(16)? & 1 != 0 && table.hidden_columns.len() < MOST => {
                    table.hidden_columns.push((u32_at(data, 0)?, u32_at(data, 4)?));
                }
                176 if table.merged.len() < MOST => {
                    let region = Region { rows: (u32_at(data, 0)?, u32_at(data, 4)?), columns: (u32_at(data, 8)?, u32_at(data, 12)?) };
                    table.merged.push(region);
                }
                _ => {}
            }
            Some(())
        })();
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_a_sheet_are_found() {
        let xml = r#"<worksheet xmlns="x"><cols><col min="3" max="4" hidden="1"/></cols><sheetData>
            <row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><f>B2</f></c></row><row r="3" hidden="true"/>
            </sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>"#;
        let mut table = Table::default();
        xlsx_marks(xml.as_bytes(), &mut table);
        assert_eq!((table.hidden_rows, table.hidden_columns), (vec![(1, 2)], vec![(2, 3)]));
        assert_eq!(table.unkept, [(1, 0)]);
        assert_eq!(table.merged, [Region { rows: (0, 1), columns: (0, 1) }]);
        assert_eq!((place("AB12"), place("7"), place("A0")), (Some((11, 27)), None, None));
    }
}

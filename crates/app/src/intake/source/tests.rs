//! Files of every form, read: published torture files against what is in them, made ones, and any bytes at all.

use super::*;
use proptest::prelude::*;
use std::io::Write;
use std::path::PathBuf;

mod hard;

/// A file that is removed when the test is done with it.
struct Temporary(PathBuf);

impl Temporary {
    fn of(bytes: &[u8]) -> Temporary {
        let path = std::env::temp_dir().join(format!("duly-source-{}", uuid::Uuid::now_v7().simple()));
        std::fs::write(&path, bytes).unwrap();
        Temporary(path)
    }

    fn read(&self, choice: &FileChoice) -> Result<Read, String> {
        read(&self.0, choice)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

/// All of a file.
#[derive(Debug)]
struct Read {
    heads: Vec<String>,
    notices: Vec<String>,
    rows: Vec<SourceRow>,
}

impl Read {
    fn cells(&self) -> Vec<Vec<&str>> {
        self.rows.iter().map(|row| row.cells().collect()).collect()
    }

    fn problems(&self) -> Vec<String> {
        let of = |row: &SourceRow| row.problems().iter().map(|p| format!("{} {} {}", row.number, p.column, p.says)).collect::<Vec<_>>();
        self.rows.iter().flat_map(of).collect()
    }
}

fn read(path: &Path, choice: &FileChoice) -> Result<Read, String> {
    let mut source = Source::open(path, choice)?;
    let (heads, notices, mut rows) = (source.heads().to_vec(), source.notices().to_vec(), Vec::new());
    while let Some(row) = source.next_row()? {
        rows.push(row);
    }
    let (done, all) = source.progress();
    assert!(done <= all, "{done} of {all}");
    Ok(Read { heads, notices, rows })
}

fn read_bytes(bytes: &[u8]) -> Result<Read, String> {
    Temporary::of(bytes).read(&FileChoice::default())
}

fn torture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/torture")
}

fn published(name: &str) -> Result<Read, String> {
    read(&torture().join(name), &FileChoice::default())
}

#[test]
fn the_spectrum_of_csv_is_read_as_its_authors_expect() {
    let mut compared = 0;
    for entry in std::fs::read_dir(torture()).unwrap() {
        let path = entry.unwrap().path();
        let json = path.with_extension("json");
        if path.extension().is_none_or(|ending| ending != "csv") || !json.exists() {
            continue;
        }
        let expected: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
        for path in [&path, &json] {
            let read = read(path, &FileChoice::default()).unwrap();
            let expected: Vec<Vec<&str>> =
                expected.iter().map(|record| read.heads.iter().filter_map(|head| record[head].as_str()).collect()).collect();
            assert_eq!(read.cells(), expected, "{}", path.display());
        }
        compared += 1;
    }
    assert!(compared >= 6, "{compared}");
}

#[test]
fn published_files_are_read_or_refused_in_words() {
    //   file                                   heads begin with  rows  first cells                        said
    for (name, head, rows, first, said) in [
        ("messytables__simple.psv", "Year", 28, &["1986", "44000"][..], ""),
        ("messytables__simple.ssv", "date", 6, &["2011-01-01", "1", "Galway"], ""),
        ("messytables__simple.zip", "date", 6, &["2011-01-01", "1", "Galway"], ""),
        ("messytables__utf8bom.csv", "kitten", 0, &[], ""),
        ("messytables__small.csv", "a", 0, &[], ""),
        ("messytables__excel_pasting.csv", "Year", 16, &["Timber", "2,666"], "found in row 4"),
        ("messytables__spanish_chars.csv", "GF_ID", 115, &["1", "", "", "Gobierno"], "windows-1252"),
        ("messytables__simple.ods", "Name", 3, &["Bob", "20", "2010-10-10"], ""),
        ("calamine__date.xlsx", "2021-01-01", 2, &["2021-01-02", "16"], ""),
        ("calamine__date_1904.xlsx", "2021-01-01", 2, &["2021-01-02", "16"], ""),
        ("calamine__date.xlsb", "2021-01-01", 2, &["2021-01-02", "16"], ""),
        ("calamine__date_1904.xlsb", "2021-01-01", 2, &["2021-01-02", "16"], ""),
        ("calamine__formula-date-format.xls", "2017-02-27", 1, &["2017-02-28"], ""),
        ("calamine__any_sheets.xlsx", "1", 3, &["3", "4"], "not \"Hidden\" (hidden), \"VeryHidden\" (hidden)"),
        ("calamine__any_sheets.ods", "1", 3, &["3", "4"], "not \"Hidden\" (hidden), \"VeryHidden\" (hidden)"),
        ("calamine__errors.xlsx", "#DIV/0!", 6, &["#NAME?"], "1 row is hidden in the sheet (20)"),
        ("calamine__merge_cells.xlsx", "Row Merge", 1, &["Column Merge", "Chunk Merged"], "2 groups of cells are merged"),
        ("calamine__merge_cells.xls", "Row Merge", 1, &["Column Merge", "Chunk Merged"], "2 groups of cells are merged"),
        ("calamine__header-row.xlsx", "Columns", 1, &["put data here", "1", "2", "3"], "found in row 9"),
        ("calamine__biff5_write.xls", "1", 3, &["TRUE", "FALSE", "", "sheetjs"], ""),
        ("calamine__issue221.xlsm", "Cell_A1", 1, &["Cell_A2", "Cell_B2"], ""),
        ("calamine__has_x000D_.xlsx", "ABC\r\nDEF", 0, &[], ""),
    ] {
        let read = published(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((read.heads[0].as_str(), read.rows.len()), (head, rows), "{name}");
        assert_eq!(read.rows.first().map(|row| row.cells().take(first.len()).collect::<Vec<_>>()).unwrap_or_default(), first, "{name}");
        assert!(read.notices.iter().any(|notice| notice.contains(said)) || said.is_empty(), "{name}: {:?}", read.notices);
    }
    let errors = published("calamine__errors.xlsx").unwrap().problems();
    assert_eq!(errors[3], "5 0 is an error of the spreadsheet (#REF!): mend the formula there");
    for (name, says) in [
        ("calamine__pass_protected.xlsx", "is protected by a password"),
        ("messytables__encrypted_no_password.xls", "is protected by a password"),
        ("calamine__issue252.xlsx", "is no whole spreadsheet"),
        ("calamine__issue_666_panic.xlsb", "has nothing on its sheets (\"Sheet1\")"),
    ] {
        let error = published(name).unwrap_err();
        assert!(error.contains(name) && error.contains(says), "{error}");
    }
}

#[test]
fn rows_keep_the_numbers_they_are_found_by() {
    let read = read_bytes(b"Report of May\r\n\r\nid,note\r\n1,\"two\r\nlines\"\r\n\r\n2,x\r\n").unwrap();
    assert_eq!(read.heads, ["id", "note"]);
    assert_eq!(read.rows.iter().map(|row| (row.number, row.line)).collect::<Vec<_>>(), [(4, 4), (6, 7)]);
    assert_eq!(read.notices, ["the heads were found in row 3; left out above them: \"Report of May\""]);
    let choice = FileChoice { head_row: Some(2), ..FileChoice::default() };
    assert_eq!(Temporary::of(b"x,y\na,b\n1,2\n").read(&choice).unwrap().heads, ["a", "b"]);
}

#[test]
fn encodings_are_found_and_a_broken_letter_is_told() {
    let text = "name,city\nZoë Müller,Köln\nJosé Peña,Málaga\n";
    let wide = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let start: &[u16] = if mark { &[0xfeff] } else { &[] };
        start.iter().copied().chain(text.encode_utf16()).flat_map(order).collect()
    };
    let single = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [
        text.as_bytes().to_vec(),
        marked,
        single,
        wide(u16::to_le_bytes, true),
        wide(u16::to_be_bytes, true),
        wide(u16::to_le_bytes, false),
        wide(u16::to_be_bytes, false),
    ] {
        let read = read_bytes(&bytes).unwrap();
        assert_eq!((read.heads, read.rows[0].cell(0), read.rows[1].cell(1)), (vec!["name".into(), "city".into()], "Zoë Müller", "Málaga"));
    }
    let mut broken = "name,city\n".to_string().into_bytes();
    (0..20).for_each(|_| broken.extend("Zoë,Köln\n".as_bytes()));
    broken.extend(b"Jos\xe9,Paris\n");
    assert_eq!(read_bytes(&broken).unwrap().problems(), [format!("22 0 {}", encoding::NOT_TEXT)]);
    let choice = FileChoice { encoding: Some("klingon".into()), ..FileChoice::default() };
    assert!(Temporary::of(b"a,b\n").read(&choice).unwrap_err().contains("try utf-8"));
}

#[test]
fn packed_files_are_known_by_their_bytes() {
    let text = b"id,name\n1,Ann\n";
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text).unwrap();
    let zst = ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
    for bytes in [gz.finish().unwrap(), zst, zipped(&[("folder/a.csv", text), ("__MACOSX/folder/._a.csv", b"x")])] {
        assert_eq!(read_bytes(&bytes).unwrap().cells(), [["1", "Ann"]]);
    }
    for (bytes, says) in [
        (zipped(&[("a.csv", text), ("b.csv", text)]), "is a ZIP of 2 files (a.csv, b.csv)"),
        (b"".to_vec(), "is empty"),
        (b"\x1f\x8b\x08broken".to_vec(), "cannot be read to its end"),
        (b"PK\x03\x04broken".to_vec(), "is no whole ZIP or spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken".to_vec(), "is no whole spreadsheet"),
        (b"%PDF-1.7".to_vec(), "is a PDF"),
        (b"<html><table>".to_vec(), "is a web page"),
        (b"\n\n\n".to_vec(), "has no column heads"),
        (b"a,b\n1,\"x, y\"\n2,\"z\n3,w\n".to_vec(), "opens a quote on line 3 that is not closed"),
    ] {
        let error = read_bytes(&bytes).unwrap_err();
        assert!(error.contains(says), "{error}");
    }
}

#[test]
fn fixed_width_is_cut_by_characters() {
    let column = |name: &str, start, width| FixedColumn { name: name.into(), start, width };
    let widths = vec![column("id", 1, 4), column("name", 5, 8), column("owed", 13, 7)];
    let choice = FileChoice { widths, head_row: Some(1), ..FileChoice::default() };
    let read =
        Temporary::of("HEAD LINE\n0001Zoë Nuñ 0012.50\r\n\n0002王小明\n0003Bob     0001.00 rest\n".as_bytes()).read(&choice).unwrap();
    assert_eq!(read.heads, ["id", "name", "owed"]);
    assert_eq!(read.cells(), [["0001", "Zoë Nuñ ", "0012.50"], ["0002", "王小明", ""], ["0003", "Bob     ", "0001.00"]]);
    assert_eq!(read.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 4, 5]);
    assert_eq!(read.problems(), ["5 2 is followed by more text than the mapping has columns for"]);
}

#[test]
fn json_keeps_numbers_as_written_and_flattens_with_dots() {
    let lines = "{\"id\": \"0012\", \"owed\": 1234567890123456789.10, \"who\": {\"name\": \"Zo\\u00eb\", \"phones\": [\"1\", 2]}}\n\n\
                 {\"id\": 7, \"late\": null, \"extra\": true}\n{\"id\": 8,}\n";
    let read = read_bytes(lines.as_bytes()).unwrap();
    assert_eq!(read.heads, ["id", "owed", "who.name", "who.phones.0", "who.phones.1", "late", "extra"]);
    assert_eq!(read.cells()[0], ["0012", "1234567890123456789.10", "Zoë", "1", "2", "", ""]);
    assert_eq!(read.cells()[1], ["7", "", "", "", "", "", "true"]);
    assert!(read.problems()[0].starts_with("3 0 is no JSON object"), "{:?}", read.problems());
    let array = read_bytes(b"\xef\xbb\xbf[ {\"a\": 1, \"a\": 2},\n {\"a\": 10000000000000000000000} ]").unwrap();
    assert_eq!(array.cells(), [["1"], ["10000000000000000000000"]]);
    assert_eq!(array.problems(), ["1 0 stands twice in its object"]);
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read_bytes(deep.as_bytes()).unwrap().rows.len(), 1);
}

#[test]
fn a_spreadsheet_says_what_it_hides() {
    let sheet = r#"<cols><col min="2" max="2" hidden="1"/></cols><sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>zip</t></is></c><c r="B1" t="inlineStr"><is><t>owed</t></is></c></row>
        <row r="3" hidden="1"><c r="A3" s="1"><v>6103</v></c><c r="B3"><v>0.30000000000000004</v></c></row>
        <row r="4"><c r="A4" t="str"><v>0042</v></c><c r="B4"><f>B3*2</f></c></row>
        <row r="5"><c r="A5"><v>4111111111111111</v></c><c r="B5" t="b"><v>1</v></c></row></sheetData>"#;
    let read = read_bytes(&xlsx(sheet)).unwrap();
    assert_eq!(read.cells(), [["06103", "0.3"], ["0042", ""], ["4111111111111111", "TRUE"]]);
    assert_eq!(read.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 4, 5]);
    let notices = ["1 row is hidden in the sheet (3) and read like the others", "the hidden columns B are read like the others"];
    assert!(notices.iter().all(|notice| read.notices.contains(&notice.to_string())), "{:?}", read.notices);
    assert!(read.problems()[0].starts_with("4 1 is a formula without a result"), "{:?}", read.problems());
    assert!(read.problems()[1].starts_with("5 0 is a number of more than 15 digits"), "{:?}", read.problems());
    let named = |sheet: &str| FileChoice { sheet: Some(sheet.into()), ..FileChoice::default() };
    let file = Temporary::of(&xlsx(sheet));
    assert_eq!(file.read(&named(" one ")).unwrap().rows.len(), 3);
    assert!(file.read(&named("Two")).unwrap_err().contains("has no sheet \"Two\"; its sheets are \"One\""));
    // One cell far out fills no memory.
    let far =
        r#"<sheetData><row r="1"><c r="A1" t="str"><v>a</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#;
    assert_eq!(read_bytes(&xlsx(far)).unwrap().rows[0].number, 1_048_576);
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of one sheet; the style 1 shows five digits.
fn xlsx(sheet: &str) -> Vec<u8> {
    const SPACE: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let book =
        format!(r#"<workbook {SPACE} xmlns:r="{RELATIONS}"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>"#);
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let styles = format!(
        r#"<styleSheet {SPACE}><numFmts count="1"><numFmt numFmtId="164" formatCode="00000"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>"#
    );
    let sheet = format!("<worksheet {SPACE}>{sheet}</worksheet>");
    let root = relations.replace("worksheets/sheet1.xml", "xl/workbook.xml").replace("/worksheet\"", "/officeDocument\"");
    zipped(&[
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_cause_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0usize..12) {
        const STARTS: [&[u8]; 12] = [
            b"", b"a,b\n", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\"a\":", b"[{", b"\x28\xb5\x2f\xfd",
            b"\"a", b"sep=;\n",
        ];
        let all = [STARTS[start], &bytes].concat();
        let widths = vec![FixedColumn { name: "a".into(), start: 3, width: 5 }];
        let file = Temporary::of(&all);
        for choice in [FileChoice::default(), FileChoice { widths, ..FileChoice::default() }] {
            if let Err(error) = file.read(&choice) {
                prop_assert!(error.len() > 10);
            }
        }
    }

    #[test]
    fn published_sheets_with_altered_bytes_cause_no_panic(which in 0usize..4, changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..30)) {
        let name = ["calamine__biff5_write.xls", "calamine__merge_cells.xls", "calamine__date.xlsb", "messytables__simple.ods"][which];
        let mut bytes = std::fs::read(torture().join(name)).unwrap();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        if let Err(error) = read_bytes(&bytes) {
            prop_assert!(error.len() > 10);
        }
    }

    #[test]
    fn tables_survive_writing_and_reading(
        table in proptest::collection::vec(proptest::collection::vec("[ -~éßñ€\n\t]{0,12}", 3), 1..20),
        delimiter in proptest::sample::select(&b",;\t|"[..]),
        encoding in proptest::sample::select(&["utf-8", "utf-16le", "utf-16be", "windows-1252"][..]),
        always in any::<bool>(),
    ) {
        let style = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote_style(style).from_writer(Vec::new());
        writer.write_record(["first", "second", "third"]).unwrap();
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let bytes: Vec<u8> = match encoding {
            "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            "windows-1252" => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        let choice = FileChoice { delimiter: Some(delimiter), encoding: Some(encoding.into()), head_row: Some(1), ..FileChoice::default() };
        let read = Temporary::of(&bytes).read(&choice).unwrap();
        // Rows of nothing are passed over, and blanks before an opening quote are none of the cell.
        let expected: Vec<&Vec<String>> = table.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        prop_assert_eq!(read.rows.len(), expected.len());
        for (row, expected) in read.rows.iter().zip(expected) {
            let found: Vec<&str> = row.cells().map(str::trim).collect();
            let expected: Vec<&str> = expected.iter().map(|cell| cell.trim()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}

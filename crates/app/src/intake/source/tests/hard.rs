//! Files as they truly come: every line end, delimiter and encoding, cut off, packed oddly, and spreadsheets that hide things.

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn every_delimiter_and_line_end_is_found() {
    for delimiter in [",", ";", "\t", "|", "^", "~", "\u{1f}"] {
        for end in ["\n", "\r\n", "\r"] {
            let line = |cells: [&str; 3]| format!("{}{end}", cells.join(delimiter));
            let text = format!("{}{}{}", line(["account", "name", "owed"]), line(["A-1", "Ann Lee", "1.50"]), line(["A-2", "Bo", "2.00"]));
            let read = read_bytes(text.as_bytes()).unwrap();
            assert_eq!(read.cells(), [["A-1", "Ann Lee", "1.50"], ["A-2", "Bo", "2.00"]], "{delimiter:?} {end:?}");
        }
    }
    let mixed = read_bytes(b"a,b\r\n1,x\n2,y\r3,z\r\n").unwrap();
    assert_eq!(mixed.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3, 4]);
    let told = read_bytes(b"sep=;\na;b\n1,50;2\n").unwrap();
    assert_eq!((told.cells(), told.rows[0].number), (vec![vec!["1,50", "2"]], 3));
}

#[test]
fn encodings_of_the_world_are_found() {
    let text =
        |names: &[&str]| format!("account,name\n{}", names.iter().enumerate().map(|(i, n)| format!("A-{i},{n}\n")).collect::<String>());
    //   label            names                                          kept exactly
    for (label, names) in [
        ("windows-1252", &["José Müller", "Zoë “Ltd” €", "Ñuñez – Søren"][..]),
        ("iso-8859-15", &["Hélène Cœur", "Zoé Lefèvre", "François Délœuvre"]),
        ("shift_jis", &["山田太郎", "鈴木花子", "佐藤一郎", "高橋美咲"]),
        ("gbk", &["王小明", "李雷", "韩梅梅", "张伟"]),
        ("windows-1251", &["Иван Петров", "Мария Иванова", "Сергей Сидоров"]),
    ] {
        let bytes = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(&text(names)).0.into_owned();
        let read = read_bytes(&bytes).unwrap();
        assert_eq!(read.rows.iter().map(|row| row.cell(1)).collect::<Vec<_>>(), names, "{label}");
        assert!(read.notices.iter().any(|notice| notice.starts_with("the file was read as ")), "{label}: {:?}", read.notices);
    }
    for (mark, order) in
        [(false, u16::to_le_bytes as fn(u16) -> [u8; 2]), (true, u16::to_le_bytes), (false, u16::to_be_bytes), (true, u16::to_be_bytes)]
    {
        let told = format!("{}{}", if mark { "\u{feff}" } else { "" }, text(&["José", "Łukasz"]));
        let bytes: Vec<u8> = told.encode_utf16().flat_map(order).collect();
        assert_eq!(read_bytes(&bytes).unwrap().cells(), [["A-0", "José"], ["A-1", "Łukasz"]]);
    }
    let wide: Vec<u8> = [0xff, 0xfe, 0, 0].into_iter().chain("a,b\n1,2\n".chars().flat_map(|c| u32::from(c).to_le_bytes())).collect();
    assert!(read_bytes(&wide).unwrap_err().contains("UTF-32"));
}

#[test]
fn odd_tables_keep_their_rows_and_say_what_is_odd() {
    //  text                                                             heads                        rows
    for (text, heads, rows) in [
        ("\n\n,,\naccount,name,owed\nA-1,Ann,1\n\nA-2,Bo,2\n", &["account", "name", "owed"][..], &[(4 + 1, 3), (7, 3)][..]),
        ("account,,owed,\nA-1,Ann,1,x\nA-2,Bo,2,y\nA-3,Cy,3,z\n", &["account", "", "owed"], &[(2, 4), (3, 4), (4, 4)]),
        ("account,name\nA-1,\"Ann, Lee\"\nA-2,\"Bo \"\"Red\"\" Lee\"\n", &["account", "name"], &[(2, 2), (3, 2)]),
    ] {
        let read = read_bytes(text.as_bytes()).unwrap();
        let shape: Vec<(u64, usize)> = read.rows.iter().map(|row| (row.number, row.len())).collect();
        assert_eq!((read.heads.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), shape.as_slice()), (heads, rows), "{text:?}");
    }
    let twice = read_bytes(b"account,name,name\nA-1,Ann,Lee\n").unwrap();
    assert!(twice.notices.iter().any(|notice| notice.contains("more than one column is headed \"name\"")), "{:?}", twice.notices);
    let wide = format!("{}\n{}\n", (0..10_000).map(|i| format!("h{i}")).collect::<Vec<_>>().join(","), vec!["v"; 10_000].join(","));
    assert_eq!(read_bytes(wide.as_bytes()).unwrap().rows[0].len(), 10_000);
    let open = read_bytes(b"account,name\nA-1,\"Ann\nA-2,Bo\n").map(|read| read.notices);
    assert!(open.is_err() || open.unwrap().iter().any(|notice| notice.contains("quotes are read as letters")));
}

#[test]
fn what_is_packed_oddly_is_read_whole_or_not_at_all() {
    let (first, second) = (gz(b"account,name\nA-1,Ann\n"), gz(b"A-2,Bo\n"));
    assert_eq!(read_bytes(&[first.clone(), second].concat()).unwrap().cells(), [["A-1", "Ann"], ["A-2", "Bo"]]);
    let many: String = (0..20_000).map(|i| format!("A-{i},Person {}\n", i * 7919 % 10_007)).collect();
    let whole = gz(format!("account,name\n{many}").as_bytes());
    let error = read_bytes(&whole[..whole.len() - 100]).unwrap_err();
    assert!(error.contains("cannot be read to its end"), "{error}");
    assert!(read_bytes(&[first.clone(), b"rubbish behind".to_vec()].concat()).is_err());
    assert!(read_bytes(&gz(&first)).unwrap_err().contains("packed twice"));
    // Zeros without an end are no row.
    let bomb = gz(&[b"account,name\n".to_vec(), vec![b'0'; 40 << 20]].concat());
    let error = read_bytes(&bomb).unwrap_err();
    assert!(error.contains("on line 2 that does not end: it is longer") && error.starts_with('/'), "{error}");
}

#[test]
fn a_spreadsheet_tells_cell_by_cell_what_cannot_be_taken() {
    let text = |at: &str, says: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{says}</t></is></c>");
    let heads = format!("<row r=\"1\">{}{}{}</row>", text("A1", "account"), text("B1", "name"), text("C1", "owed"));
    let sheet = |rows: &str| xlsx(&format!("<sheetData>{heads}{rows}</sheetData>"));
    let row = |number: u32, owed: &str| {
        format!("<row r=\"{number}\">{}{}{owed}</row>", text(&format!("A{number}"), "A"), text(&format!("B{number}"), "Ann"))
    };
    //  the third cell                                                    read         told
    for (cell, value, told) in [
        ("<c r=\"C2\"><v>1E3</v></c>", "1000", ""),
        ("<c r=\"C2\"><v>0.1</v></c>", "0.1", ""),
        ("<c r=\"C2\" s=\"1\"><v>501</v></c>", "00501", ""),
        ("<c r=\"C2\" t=\"e\"><v>#DIV/0!</v></c>", "#DIV/0!", "an error of the spreadsheet"),
        ("<c r=\"C2\"><v>12345678901234567890</v></c>", "12345678901234567000", "more than 15 digits"),
        ("<c r=\"C2\"><f>1+1</f></c>", "", "a formula without a result"),
        ("<c r=\"C2\"><f t=\"shared\" ref=\"C2:C3\" si=\"0\">1+1</f><v>2</v></c>", "2", ""),
    ] {
        let read = read_bytes(&sheet(&row(2, cell))).unwrap();
        assert_eq!(read.rows[0].cell(2), value, "{cell}");
        let problems = read.problems();
        assert!(
            if told.is_empty() { problems.is_empty() } else { problems.len() == 1 && problems[0].contains(told) },
            "{cell}: {problems:?}"
        );
    }
    // One cell at the far corner asks for no memory of a whole sheet.
    let far = read_bytes(&sheet(&format!("{}<row r=\"1048576\">{}</row>", row(2, ""), text("XFD1048576", "x")))).unwrap();
    assert_eq!(far.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 1_048_576]);
    let whole = sheet(&row(2, "<c r=\"C2\"><v>1</v></c>"));
    for cut in [whole.len() / 2, whole.len() - 10] {
        assert!(read_bytes(&whole[..cut]).unwrap_err().contains("no whole"), "{cut}");
    }
}

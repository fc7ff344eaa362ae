//! A file is read whole, and what is wrong in it is named.

use super::*;

pub(super) const FILE: &str = "\
101 23138010401210428821906240000A094101Federal Reserve Bank   My Bank Name
5225Name on Account                     121042882 PPDREG.SALARY      190625   1121042880000001
62723138010412345678         0100000000               Receiver Account Name   0121042880000001
82250000010023138010000100000000000000000000121042882                          121042880000001
9000001000001000000010023138010000100000000000000000000
";

fn said(text: &str) -> Vec<String> {
    read(text).unwrap().problems.iter().filter(|problem| problem.refuses).map(ToString::to_string).collect()
}

#[test]
fn a_file_is_read_with_its_totals() {
    let file = read(FILE).unwrap();
    assert!(!file.refuses(), "{:?}", file.problems);
    let total = AchTotal { entries: 1, hash: 23_138_010, debits_minor: 100_000_000, ..AchTotal::default() };
    assert_eq!(file.total(), total);
    let entry = &file.batches[0].entries[0];
    assert_eq!((entry.values.text("name"), entry.is_credit), ("Receiver Account Name", Some(false)));
    assert_eq!(file.batches[0].effective_on(), Some(jiff::civil::date(2019, 6, 25)));
    // Without line breaks it is the same file.
    let whole: String = FILE.lines().map(|line| format!("{line:<94}")).collect();
    assert_eq!(read(&whole).unwrap().total(), total);
}

#[test]
fn each_thing_wrong_is_named_by_its_line() {
    for (from, to, part) in [
        ("62723138010412345678 ", "62723138010512345678 ", "line 3, entry, check digit \"5\""),
        ("6272313801", "6202313801", "line 3, entry, transaction code \"20\""),
        ("6272313801", "6222313801", "does not stand in a batch of debits alone"),
        ("0100000000  ", "01000000x0  ", "line 3, entry, amount \"01000000x0\" is not 10 digits"),
        ("8225000001", "8225000002", "line 4, batch control, entries and addenda \"000002\" is not what was read: 1"),
        ("0023138010000100000000000000000000121", "0023138011000100000000000000000000121", "batch control, hash"),
        ("9000001", "9000002", "line 5, file control, batches"),
        ("9000001000001", "9000001000007", "file control, blocks"),
        ("PPDREG", "PPXREG", "\"PPX\" is no class of entries"),
        ("190625", "190631", "is no day written as year, month, day"),
        ("00001\n9", "00002\n9", "batch control, batch number"),
        ("0121042880000001", "1121042880000001", "no addenda follows"),
    ] {
        let text = FILE.replacen(from, to, 1);
        assert_ne!(text, FILE, "{from}");
        let said = said(&text);
        assert!(said.iter().any(|problem| problem.contains(part)), "{part}: {said:?}");
    }
    for (text, part) in [
        (FILE.lines().skip(1).collect::<Vec<_>>().join("\n"), "has no file header"),
        (FILE.lines().take(4).collect::<Vec<_>>().join("\n"), "has no file control"),
        (FILE.lines().take(3).collect::<Vec<_>>().join("\n"), "not closed by a batch control"),
        (format!("{FILE}4 what is this record about, and who put it here?"), "begins with none of 1, 5, 6, 7, 8, 9"),
    ] {
        assert!(said(&text).iter().any(|problem| problem.contains(part)), "{part}: {:?}", said(&text));
    }
    assert!(read("").unwrap_err().contains("is empty") && read("{}").unwrap_err().contains("JSON"));
}

#[test]
fn returns_and_changes_say_what_they_mean() {
    let returned = FILE.replace(
        "0121042880000001\n8",
        "1121042880000001\n799R01121042880000001      23138010                                            121042880000001\n8",
    );
    let file = read(&returned).unwrap();
    let code = file.batches[0].entries[0].returned.as_ref().unwrap();
    assert_eq!((code.code.as_str(), code.means), ("R01", "Insufficient Funds"));
    assert_eq!((file.total().returns, file.total().addenda), (1, 1));
    assert!(said(&returned.replace("R01", "R97")).iter().any(|problem| problem.contains("\"R97\" is no code of a return")));
}

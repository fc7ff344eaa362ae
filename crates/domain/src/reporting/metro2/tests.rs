//! Any bytes are read or refused with a reason.

use super::*;

#[test]
fn what_is_no_file_says_what_it_is() {
    for (bytes, part) in [
        (&b""[..], "is empty"),
        (b"  \n", "is empty"),
        (b"{\"header\":1}", "JSON"),
        (b"101 031300012", "duly ach read"),
        (b"J1 BEAUCHAMP", "is no Metro 2 file"),
    ] {
        let error = read(bytes).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_header_alone_is_a_file_that_is_not_whole() {
    let header = format!("{:<426}", "0426HEADER");
    let file = read(header.as_bytes()).unwrap();
    assert!(file.refuses() && file.header.is_some() && file.accounts.is_empty());
    assert!(file.problems.iter().any(|problem| problem.says.contains("has no trailer")), "{:?}", file.problems);
    // A length that leads out of the file ends the reading.
    let long = read(format!("{header}9999x").as_bytes()).unwrap();
    assert!(long.problems.iter().any(|problem| problem.says.contains("leads out of the file")), "{:?}", long.problems);
}

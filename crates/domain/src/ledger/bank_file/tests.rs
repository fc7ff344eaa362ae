//! Forms are told apart by their text; broken ones explain themselves.

use super::*;

#[test]
fn what_is_no_statement_says_what_it_is() {
    for (text, part) in [
        ("", "is empty"),
        ("1\n2\n", "no statement of a bank"),
        ("%PDF-1.7", "PDF"),
        ("{\"a\":1}", "JSON"),
        ("<html></html>", "web page"),
        ("101 031300012 2313801041807130000A094101", "duly ach read"),
        ("0426HEADER   ", "duly metro2 read"),
        ("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.008.001.02'/>", "orders to collect"),
        ("<Document xmlns='urn:x'/>", "namespace \"urn:x\""),
        ("<A/>", "no <BkToCstmrStmt>"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}

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
        let error = read(text, Keep::All).unwrap_err();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn entries_are_the_same_whether_the_account_stands_before_or_behind_them() {
    let account = "<Acct><Id><IBAN>DE0</IBAN></Id><Ccy>EUR</Ccy></Acct>";
    let entry =
        |minor: i64, rest: &str| format!("<Ntry><Amt Ccy=\"USD\">{minor}.00</Amt>{rest}<BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>");
    let entries = [entry(1, "<CdtDbtInd>CRDT</CdtDbtInd>"), entry(2, ""), entry(3, "<CdtDbtInd>DBIT</CdtDbtInd><Odd/>")].concat();
    let whole = |first: &str, second: &str| {
        let file = read(&format!("<BkToCstmrStmt><Stmt>{first}{second}</Stmt><Stmt>{account}{entries}</Stmt></BkToCstmrStmt>"), Keep::All)
            .unwrap();
        let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
        (file.statements, problems)
    };
    let (before, behind) = (whole(account, &entries), whole(&entries, account));
    assert_eq!(before, behind);
    assert_eq!((before.0[0].entries.len(), &before.0[0].entries, before.1.len()), (3, &before.0[1].entries, 8));
}

//! OFX: statements of bank accounts and cards. Investments and lists of accounts are passed over, and said to be.
//!
//! The number that a bank gives a transaction (`FITID`) is its reference: the same transaction fetched twice has the same one.

use super::tree::Element;
use super::{Balance, BalanceKind, Entry, Statement, join, sgml};
use crate::values::file_problem::FileProblems;
use crate::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Sets of messages that hold no money of a bank account, and what they hold.
const OTHER_SETS: [(&str, &str); 12] = [
    ("INVSTMTMSGSRSV1", "investments"),
    ("SECLISTMSGSRSV1", "a list of securities"),
    ("SIGNUPMSGSRSV1", "a list of accounts"),
    ("PROFMSGSRSV1", "a profile of the bank"),
    ("INTERXFERMSGSRSV1", "orders to transfer"),
    ("WIREXFERMSGSRSV1", "orders to transfer"),
    ("BILLPAYMSGSRSV1", "orders to pay"),
    ("EMAILMSGSRSV1", "mail"),
    ("LOANMSGSRSV1", "loans"),
    ("TAX1099MSGSRSV1", "tax papers"),
    ("PRESDIRMSGSRSV1", "a directory of billers"),
    ("PRESDLVMSGSRSV1", "bills"),
];

/// What a transaction may have within it.
const OF_TRANSACTION: &str = "TRNTYPE DTPOSTED DTUSER DTAVAIL TRNAMT FITID CORRECTFITID CORRECTACTION SRVRTID CHECKNUM REFNUM SIC PAYEEID \
    NAME EXTDNAME PAYEE BANKACCTTO CCACCTTO MEMO IMAGEDATA CURRENCY ORIGCURRENCY INV401KSOURCE";

/// What a statement may have within it.
const OF_STATEMENT: &str = "CURDEF BANKACCTFROM CCACCTFROM BANKTRANLIST BANKTRANLISTP LEDGERBAL AVAILBAL CASHADVBALAMT INTRATE BALLIST \
    MKTGINFO INTRATEPURCH INTRATECASH INTRATEXFER REWARDINFO";

/// Kinds of transactions; any of them may be of either sign.
const KINDS: [&str; 18] = [
    "CREDIT",
    "DEBIT",
    "INT",
    "DIV",
    "FEE",
    "SRVCHG",
    "DEP",
    "ATM",
    "POS",
    "XFER",
    "CHECK",
    "PAYMENT",
    "CASH",
    "DIRECTDEP",
    "DIRECTDEBIT",
    "REPEATPMT",
    "HOLD",
    "OTHER",
];

/// Reads a file.
pub(super) fn read(text: &str, problems: &mut FileProblems) -> (String, Vec<Statement>) {
    let root = sgml::read(text, problems);
    let mut statements = Vec::new();
    let Some(ofx) = root.child("OFX") else {
        problems.refuse(1, "the file", "", "has no element OFX");
        return (version_of(text), statements);
    };
    statuses(ofx, problems);
    for set in &ofx.children {
        match set.name.as_str() {
            "SIGNONMSGSRSV1" => {}
            "BANKMSGSRSV1" | "CREDITCARDMSGSRSV1" => {
                for answer in &set.children {
                    let found = answer.children.iter().filter(|found| ["STMTRS", "CCSTMTRS"].contains(&found.name.as_str()));
                    let before = statements.len();
                    statements.extend(found.map(|found| read_statement(found, problems)));
                    if statements.len() == before && answer.text_at("STATUS/SEVERITY") != "ERROR" {
                        problems.note(answer.line, format!("<{}>", answer.name), "", "holds no statement, and was passed over");
                    }
                }
            }
            other => match OTHER_SETS.iter().find(|(name, _)| *name == other) {
                Some((_, what)) => {
                    let says = format!("holds {what}, which are not read{}", cash_within(set));
                    problems.note(set.line, format!("<{other}>"), "", says);
                }
                None => problems.note(
                    set.line,
                    format!("<{other}> in <OFX>"),
                    &set.text,
                    "is no set of messages that OFX has, and was passed over",
                ),
            },
        }
    }
    if statements.is_empty() && !problems.refuses() {
        problems.note(0, "the file", "", "holds no statement of a bank account or a card");
    }
    (version_of(text), statements)
}

/// How many transactions of cash stand in what is passed over.
fn cash_within(set: &Element) -> String {
    fn count(element: &Element) -> usize {
        usize::from(element.name == "STMTTRN") + element.children.iter().map(count).sum::<usize>()
    }
    match count(set) {
        0 => String::new(),
        count => format!(" ({count} transactions of cash among them)"),
    }
}

/// The version in the header, of either form.
fn version_of(text: &str) -> String {
    let head = text.find("<OFX>").map_or(text, |end| &text[..end]);
    let digits = head.split("VERSION").skip(1).filter_map(|rest| rest.trim_start_matches([':', '=', '"', '\'', ' ']).get(..3));
    digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())).last().unwrap_or_default().to_string()
}

/// Every status that says that a request failed.
fn statuses(element: &Element, problems: &mut FileProblems) {
    for child in &element.children {
        if child.name == "STATUS"
            && (child.text_at("SEVERITY") == "ERROR"
                || !["0", "", "1"].contains(&child.text_at("CODE")) && child.text_at("SEVERITY") != "INFO")
        {
            let says = match child.text_at("MESSAGE") {
                "" => "is an error of the bank: there is no statement; ask again".to_string(),
                message => format!("is an error of the bank ({message}): there is no statement; ask again"),
            };
            let is_warning = child.text_at("SEVERITY") == "WARN";
            let (place, code) = (format!("<STATUS> in <{}>", element.name), child.text_at("CODE"));
            if is_warning { problems.note(child.line, place, code, says) } else { problems.refuse(child.line, place, code, says) }
        }
        statuses(child, problems);
    }
}

fn read_statement(found: &Element, problems: &mut FileProblems) -> Statement {
    strangers(found, OF_STATEMENT, problems);
    let account = found.child("BANKACCTFROM").or_else(|| found.child("CCACCTFROM"));
    let mut statement = Statement { line: found.line, ..Statement::default() };
    statement.account = account.map_or("", |account| account.text_at("ACCTID")).to_string();
    if statement.account.is_empty() {
        problems.note(found.line, format!("<{}>", found.name), "", "does not name its account");
    }
    let code = found.text_at("CURDEF");
    statement.currency = CurrencyCode::parse(code);
    if statement.currency.is_none() {
        problems.note(found.line, "<CURDEF>", code, "is no currency of ISO 4217");
    }
    let mut ids = BTreeSet::new();
    for list in found.children.iter().filter(|list| ["BANKTRANLIST", "BANKTRANLISTP"].contains(&list.name.as_str())) {
        strangers(list, "DTSTART DTEND DTASOF STMTTRN STMTTRNP", problems);
        for transaction in list.children.iter().filter(|one| one.name == "STMTTRN" || one.name == "STMTTRNP") {
            let mut entry = read_entry(transaction, statement.currency, problems);
            if transaction.name == "STMTTRNP" {
                entry.status = super::Status::Pending;
            } else if entry.reference.is_empty() {
                problems.note(transaction.line, "<FITID>", "", "is missing: the transaction cannot be known again");
            } else if !ids.insert(entry.reference.clone()) {
                problems.note(transaction.line, "<FITID>", &entry.reference, "stands here for the second time in this statement");
            }
            statement.entries.push(entry);
        }
    }
    // Without a currency of its own the statement takes that of its transactions, where they agree.
    let mut of_entries = statement.entries.iter().filter_map(|entry| entry.amount).map(|amount| amount.currency);
    let agreed = of_entries.next().filter(|first| of_entries.all(|other| other == *first));
    let currency = statement.currency.or(agreed);
    for name in ["LEDGERBAL", "AVAILBAL"] {
        statement.balances.extend(found.all(name).map(|balance| read_balance(balance, currency, problems)));
    }
    statement.currency = currency;
    statement
}

fn strangers(element: &Element, known: &str, problems: &mut FileProblems) {
    for child in element.children.iter().filter(|child| !known.split_ascii_whitespace().any(|name| name == child.name)) {
        let place = format!("<{}> in <{}>", child.name, element.name);
        problems.note(
            child.line,
            place,
            &child.text,
            "is no element that OFX has here; it stands among the fields of its entry, if it is in one",
        );
    }
}

fn read_balance(found: &Element, currency: Option<CurrencyCode>, problems: &mut FileProblems) -> Balance {
    let text = found.text_at("BALAMT");
    let amount = match currency {
        _ if text.is_empty() => {
            problems.note(found.line, format!("<{}>", found.name), "", "has no amount");
            None
        }
        None => None,
        Some(currency) => read_amount(found.child("BALAMT").unwrap_or(found), text, currency, problems),
    };
    let on = found.child("DTASOF").filter(|on| !on.text.is_empty()).and_then(|on| day_of(on, problems));
    // OFX tells how an account stands when it answers, which need not be after the last transaction listed.
    Balance { line: found.line, kind: BalanceKind::Other, code: found.name.clone(), on, amount }
}

fn read_amount(of: &Element, text: &str, currency: CurrencyCode, problems: &mut FileProblems) -> Option<Amount> {
    // The standard has a point or a comma before the decimals.
    match Amount::read(text, &['.', ','], currency) {
        Ok(amount) => Some(amount),
        Err(error) => {
            problems.refuse(of.line, format!("<{}>", of.name), text, error.to_string());
            None
        }
    }
}

/// A day as `YYYYMMDD`, with or without a time and a zone.
fn day_of(on: &Element, problems: &mut FileProblems) -> Option<Date> {
    let text = on.text.as_str();
    let day = text
        .get(..8)
        .filter(|day| day.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|day| Date::new(day[..4].parse().ok()?, day[4..6].parse().ok()?, day[6..].parse().ok()?).ok());
    if day.is_none() {
        problems.refuse(on.line, format!("<{}>", on.name), text, "is no day such as 20260302");
        return None;
    }
    let time = text[8..].split('[').next().unwrap_or_default();
    if !time.is_empty() && (time.len() < 4 || !time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')) {
        problems.note(on.line, format!("<{}>", on.name), text, "has a time that is not written as OFX writes it; the day was taken");
    }
    day
}

fn read_entry(found: &Element, default: Option<CurrencyCode>, problems: &mut FileProblems) -> Entry {
    strangers(found, OF_TRANSACTION, problems);
    let mut entry = Entry { line: found.line, code: found.text_at("TRNTYPE").to_string(), ..Entry::default() };
    if !KINDS.contains(&entry.code.to_ascii_uppercase().as_str()) {
        problems.note(found.line, "<TRNTYPE>", &entry.code, "is no kind of transaction that OFX has");
    }
    // CURRENCY: the amount is in it. ORIGCURRENCY: it was, and is converted.
    let code = found.text_at("CURRENCY/CURSYM");
    let currency = if code.is_empty() { default } else { CurrencyCode::parse(code) };
    match (found.child("TRNAMT").filter(|amount| !amount.text.is_empty()), currency) {
        (None, _) => problems.refuse(found.line, "<TRNAMT>", "", "is missing or empty: the transaction has no amount"),
        (Some(amount), None) => {
            problems.refuse(
                amount.line,
                "<TRNAMT>",
                &amount.text,
                "is in no known currency: neither the statement nor the transaction names one",
            );
        }
        (Some(amount), Some(currency)) => entry.amount = read_amount(amount, &amount.text, currency, problems),
    }
    match found.child("DTPOSTED").filter(|on| !on.text.is_empty()) {
        Some(on) => entry.date = day_of(on, problems),
        None => problems.refuse(found.line, "<DTPOSTED>", "", "is missing or empty: the transaction has no day"),
    }
    entry.value_date = found.child("DTAVAIL").filter(|on| !on.text.is_empty()).and_then(|on| day_of(on, problems));
    entry.is_reversal = found.text_at("CORRECTACTION") == "DELETE";
    entry.reference = found.text_at("FITID").to_string();
    entry.bank_reference = found.first_text(&["REFNUM", "CHECKNUM", "SRVRTID"]).to_string();
    entry.counterparty = found.first_text(&["NAME", "PAYEE/NAME", "EXTDNAME"]).to_string();
    entry.counterparty_account = found.first_text(&["BANKACCTTO/ACCTID", "CCACCTTO/ACCTID"]).to_string();
    join(&mut entry.text, found.text_at("MEMO"));
    found.leaves("", &mut entry.fields);
    entry
}

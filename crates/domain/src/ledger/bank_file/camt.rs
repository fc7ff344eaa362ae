//! camt.052, camt.053 and camt.054 of ISO 20022, in every version, with or without a namespace.
//!
//! Versions differ in little that matters here: from 4 on a status is an element of its own, from 8 on a party stands within `Pty`,
//! and version 1 puts transactions and codes elsewhere. All are read by names alone. An element that no version has is named and
//! passed over; what is known but has no place of its own stands among the fields of its entry.

use super::camt_entry;
use super::tree::{self, Element};
use super::{Balance, BalanceKind, Entry, Keep, Statement};
use crate::values::file_problem::FileProblems;
use crate::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;

/// A message: its number, its element (version 1 adds `V01`), and the element of each statement in it.
const MESSAGES: [(&str, &str, &str); 3] =
    [("camt.052", "BkToCstmrAcctRpt", "Rpt"), ("camt.053", "BkToCstmrStmt", "Stmt"), ("camt.054", "BkToCstmrDbtCdtNtfctn", "Ntfctn")];

/// What a statement may have within it.
const OF_STATEMENT: &str = "Id RptPgntn StmtPgntn NtfctnPgntn ElctrncSeqNb RptgSeq LglSeqNb CreDtTm FrToDt CpyDplctInd RptgSrc Acct \
    RltdAcct Intrst Bal TxsSummry Ntry AddtlRptInf AddtlStmtInf AddtlNtfctnInf ModTp StmtSts";

/// What a message may have within it.
const OF_MESSAGE: &str = "GrpHdr Rpt Stmt Ntfctn SplmtryData";

/// Other messages of the same family, told apart so that nobody looks for money in them.
const OTHERS: [(&str, &str); 6] = [
    ("pain.001", "orders to pay"),
    ("pain.002", "a report about orders to pay"),
    ("pain.008", "orders to collect, which we send"),
    ("pain.007", "orders to reverse"),
    ("camt.029", "an answer to an inquiry"),
    ("camt.060", "a request for a statement"),
];

/// Reads a document; the error says what it is instead.
pub(super) fn read(text: &str, keep: Keep, problems: &mut FileProblems) -> Result<(String, Vec<Statement>), String> {
    let mut entries = Vec::new();
    let root = tree::read_xml(text, |open, element| take_entry(open, element, keep, &mut entries))?;
    let namespace = namespace_of(&root);
    if let Some((name, what)) = OTHERS.iter().find(|(name, _)| namespace.contains(name)) {
        return Err(format!("is {name} ({what}), no statement of a bank: read camt.052, camt.053 or camt.054"));
    }
    let is_ours = ["20022", "swift"].iter().any(|owner| namespace.contains(owner));
    let known = MESSAGES.iter().find(|(name, _, _)| is_ours && namespace.contains(&format!("{name}.")));
    if !namespace.is_empty() && known.is_none() {
        return Err(format!("has the namespace {namespace:?}, which is no statement of a bank: read camt.052, camt.053 or camt.054"));
    }
    let is_message = |element: &Element| MESSAGES.iter().any(|(_, name, _)| element.name.strip_prefix(name).is_some_and(is_version));
    let Some(message) = root.find(&is_message) else {
        let wanted = known.map_or("BkToCstmrStmt", |(_, name, _)| name);
        return Err(format!("is XML with no statement of a bank in it: <{}> has no <{wanted}>", root.name));
    };
    let (number, _, statement) = MESSAGES.iter().find(|(_, name, _)| message.name.starts_with(name)).unwrap_or(&MESSAGES[1]);
    if let Some((named, _, _)) = known.filter(|(named, _, _)| named != number) {
        problems.refuse(message.line, format!("<{}>", message.name), &namespace, format!("is {number} under the namespace of {named}"));
    }
    let version = namespace.rsplit(':').next().filter(|name| !name.is_empty()).unwrap_or(number).to_string();
    strangers(message, OF_MESSAGE, problems);
    let statements: Vec<Statement> = message.all(statement).map(|found| read_statement(found, &mut entries, problems)).collect();
    if statements.is_empty() {
        problems.refuse(message.line, format!("<{}>", message.name), "", format!("has no <{statement}>: there is no statement in it"));
    }
    Ok((version, statements))
}

/// An entry that was read as it ended, with what is wrong with it.
type Taken = (Entry, FileProblems);

/// Reads an entry as it ends within its statement, once the account is known: a tree of a hundred thousand of them would not fit anywhere.
fn take_entry(open: &[Element], element: Element, keep: Keep, entries: &mut Vec<Taken>) -> Element {
    let is_statement = |parent: &&Element| MESSAGES.iter().any(|(.., name)| parent.name == *name) && parent.child("Acct").is_some();
    match open.last().filter(|_| element.name == "Ntry").filter(is_statement) {
        None => element,
        Some(statement) => {
            let mut problems = FileProblems::default();
            let mut entry = camt_entry::read(&element, CurrencyCode::parse(statement.text_at("Acct/Ccy")), &mut problems);
            if keep == Keep::Money {
                entry.fields = Vec::new();
            }
            entries.push((entry, problems));
            Element { name: element.name, line: element.line, taken: Some(entries.len() - 1), ..Element::default() }
        }
    }
}

/// What follows the name of a message in some versions: `V01`.
fn is_version(rest: &str) -> bool {
    rest.is_empty() || rest.strip_prefix('V').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The namespace of the document that holds the message, which an envelope may stand around.
fn namespace_of(root: &Element) -> String {
    let of = |element: &Element| {
        let mut found = element
            .attributes
            .iter()
            .filter(|(name, value)| (name == "xmlns" || name.starts_with("xmlns:")) && !value.contains("XMLSchema"));
        found.next().map(|(_, value)| value.trim().to_string())
    };
    let document = root.find(&|element: &Element| element.name == "Document").unwrap_or(root);
    of(document).or_else(|| document.children.first().and_then(of)).unwrap_or_default()
}

/// Names every child that no version of the standard has.
pub(super) fn strangers(element: &Element, known: &str, problems: &mut FileProblems) {
    for child in &element.children {
        if !known.split_ascii_whitespace().any(|name| name == child.name) {
            let place = format!("<{}> in <{}>", child.name, element.name);
            problems.note(child.line, place, &child.text, "is no element that camt has here, and was passed over");
        }
    }
}

fn read_statement(found: &Element, entries: &mut [Taken], problems: &mut FileProblems) -> Statement {
    strangers(found, OF_STATEMENT, problems);
    let code = found.text_at("Acct/Ccy");
    let currency = CurrencyCode::parse(code);
    if currency.is_none() && !code.is_empty() {
        problems.note(found.line, "<Acct/Ccy>", code, "is no currency of ISO 4217");
    }
    let mut statement = Statement {
        line: found.line,
        account: account_of(found.child("Acct")),
        currency,
        number: found.first_text(&["Id", "LglSeqNb", "ElctrncSeqNb"]).to_string(),
        ..Statement::default()
    };
    if statement.account.is_empty() {
        problems.note(found.line, format!("<{}>", found.name), "", "does not name its account");
    }
    for balance in found.all("Bal") {
        statement.balances.push(read_balance(balance, problems));
    }
    for entry in found.all("Ntry") {
        let read = match entry.taken.and_then(|place| entries.get_mut(place)) {
            Some((entry, met)) => {
                problems.append(std::mem::take(met));
                std::mem::take(entry)
            }
            None => camt_entry::read(entry, currency, problems),
        };
        statement.entries.push(read);
    }
    statement.currency = currency.or_else(|| statement.balances.iter().find_map(|balance| balance.amount).map(|amount| amount.currency));
    let notes = ["AddtlRptInf", "AddtlStmtInf", "AddtlNtfctnInf"].map(|name| found.text_at(name));
    statement.notes.extend(notes.into_iter().filter(|note| !note.is_empty()).map(String::from));
    if let Some(summary) = found.child("TxsSummry") {
        prove_summary(summary, &statement, problems);
    }
    statement
}

/// An account's number: IBAN first; version 1 has other places.
pub(super) fn account_of(account: Option<&Element>) -> String {
    let paths = ["Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/UPIC", "Id/PrtryAcct/Id", "Prxy/Id"];
    account.map_or("", |account| account.first_text(&paths)).to_string()
}

fn read_balance(found: &Element, problems: &mut FileProblems) -> Balance {
    let code = found.first_text(&["Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd", "Tp/Prtry"]).to_string();
    let kind = match code.as_str() {
        "OPBD" | "PRCD" => BalanceKind::Opening,
        "CLBD" => BalanceKind::Closing,
        _ => BalanceKind::Other,
    };
    let amount = signed_amount(found, problems);
    let on = found.child("Dt").and_then(|on| day_of(on, problems));
    Balance { line: found.line, kind, code, on, amount }
}

/// An amount with its currency; `None` is a problem that was said.
pub(super) fn amount_of(amount: &Element, problems: &mut FileProblems) -> Option<Amount> {
    let code = amount.attribute("Ccy");
    let Some(currency) = CurrencyCode::parse(code) else {
        let says = if code.is_empty() { "has no currency" } else { "is in a currency that ISO 4217 does not have" };
        problems.refuse(amount.line, "<Amt>", &format!("{code} {}", amount.text), says);
        return None;
    };
    // The schema has digits and a point; a sign stands in an element of its own.
    match Amount::read(&amount.text, &['.'], currency) {
        Ok(_) if amount.text.starts_with(['-', '+']) => {
            problems.refuse(amount.line, "<Amt>", &amount.text, "has a sign, which stands in CdtDbtInd alone");
            None
        }
        Ok(amount) => Some(amount),
        Err(error) => {
            problems.refuse(amount.line, "<Amt>", &amount.text, error.to_string());
            None
        }
    }
}

/// The amount of an element with its indicator: credit above zero, debit below.
pub(super) fn signed_amount(of: &Element, problems: &mut FileProblems) -> Option<Amount> {
    let Some(amount) = of.child("Amt") else {
        problems.refuse(of.line, format!("<{}>", of.name), "", "has no amount");
        return None;
    };
    let amount = amount_of(amount, problems);
    match of.text_at("CdtDbtInd") {
        "CRDT" => amount,
        "DBIT" => amount.map(Amount::negative),
        other => {
            problems.refuse(
                of.line,
                format!("<{}>, CdtDbtInd", of.name),
                other,
                "says neither CRDT nor DBIT: which way the money went is not known",
            );
            None
        }
    }
}

/// A day, of a date or of a date with a time; `None` is said where something stands there.
pub(super) fn day_of(on: &Element, problems: &mut FileProblems) -> Option<Date> {
    let text = match on.first_text(&["Dt", "DtTm"]) {
        "" => on.text.as_str(),
        text => text,
    };
    let head = text.get(..10).unwrap_or(text);
    // A date may carry a zone (2015-03-10+01:00), a time a T.
    let day =
        head.parse::<Date>().ok().filter(|_| head.len() == 10 && matches!(text.as_bytes().get(10), None | Some(b'T' | b'+' | b'-' | b'Z')));
    if day.is_none() {
        problems.refuse(on.line, format!("<{}>", on.name), text, "is no day such as 2026-03-02");
    }
    day
}

/// Holds what the bank says of the number and sum of entries against the entries.
fn prove_summary(summary: &Element, statement: &Statement, problems: &mut FileProblems) {
    let is_credit = |minor: i64| minor >= 0;
    type Counts = fn(i64) -> bool;
    let parts: [(&str, Counts); 3] = [("TtlNtries", |_| true), ("TtlCdtNtries", is_credit), ("TtlDbtNtries", |minor| minor < 0)];
    for (name, counts) in parts {
        let Some(total) = summary.child(name) else { continue };
        let amounts: Option<Vec<Amount>> = statement.entries.iter().map(|entry| entry.amount).collect();
        let Some(amounts) = amounts else { return };
        let counted: Vec<&Amount> = amounts.iter().filter(|amount| counts(amount.minor)).collect();
        if let Some(number) = total.child("NbOfNtries")
            && number.text.parse::<usize>() != Ok(counted.len())
        {
            problems.refuse(
                number.line,
                format!("<{name}/NbOfNtries>"),
                &number.text,
                format!("is not the number of entries: {}", counted.len()),
            );
        }
        let (Some(sum), Some(first)) = (total.child("Sum"), counted.first()) else { continue };
        if counted.iter().any(|amount| amount.currency != first.currency) {
            continue;
        }
        let minor: i128 = counted.iter().map(|amount| i128::from(amount.minor.unsigned_abs())).sum();
        let told = Amount::read(&sum.text, &['.'], first.currency).map(|told| i128::from(told.minor));
        if told != Ok(minor) {
            let says = format!("is not the sum of the entries: {minor} minor units of {}", first.currency.code());
            problems.refuse(sum.line, format!("<{name}/Sum>"), &sum.text, says);
        }
    }
}

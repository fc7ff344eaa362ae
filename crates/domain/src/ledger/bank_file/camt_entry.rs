//! One entry of a camt message: a booking, with the transactions that stand behind it.

use super::camt::{account_of, amount_of, day_of, signed_amount, strangers};
use super::tree::Element;
use super::{Entry, Part, Status, join};
use crate::values::file_problem::FileProblems;
use crate::values::iso4217::{Amount, CurrencyCode};

/// What an entry may have within it.
const OF_ENTRY: &str = "NtryRef Amt CdtDbtInd RvslInd Sts BookgDt ValDt AcctSvcrRef Avlbty BkTxCd ComssnWvrInd AddtlInfInd Btch AmtDtls \
    Chrgs Intrst TechInptChanl CardTx NtryDtls TxDtls AddtlNtryInf";

/// What the details of an entry may have within them.
const OF_DETAILS: &str = "Btch TxDtls";

/// What a transaction may have within it.
const OF_TRANSACTION: &str = "Refs Amt CdtDbtInd AmtDtls Avlbty BkTxCd Chrgs Intrst RltdPties RltdAgts LclInstrm PmtTpInf Purp \
    RltdRmtInf RmtInf RltdDts RltdPric RltdQties FinInstrmId Tax RtrInf CorpActn SfkpgAcct CshDpst CardTx AddtlTxInf AddtlRmtInf \
    SplmtryData UndrlygAllcn UltmtDbtr";

/// What a payer's bank writes where there is no reference.
const NO_REFERENCE: [&str; 3] = ["NOTPROVIDED", "NONREF", "NOT PROVIDED"];

/// Where a reference may stand in a transaction, the better ones first.
const REFERENCES: [&str; 9] = [
    "Refs/EndToEndId",
    "RmtInf/Strd/CdtrRefInf/Ref",
    "RmtInf/Strd/CdtrRefInf/CdtrRef",
    "Refs/ChqNb",
    "Refs/MndtId",
    "Refs/InstrId",
    "Refs/TxId",
    "Refs/PmtInfId",
    "Refs/AcctSvcrRef",
];

/// Reads an entry.
pub(super) fn read(found: &Element, currency: Option<CurrencyCode>, problems: &mut FileProblems) -> Entry {
    strangers(found, OF_ENTRY, problems);
    let amount = signed_amount(found, problems);
    if let (Some(amount), Some(currency)) = (amount, currency)
        && amount.currency != currency
    {
        problems.note(
            found.line,
            "<Ntry>",
            amount.currency.code(),
            format!("is another currency than that of the account, {}", currency.code()),
        );
    }
    let mut entry = Entry { line: found.line, amount, ..Entry::default() };
    entry.is_reversal = match found.text_at("RvslInd") {
        "" | "false" | "0" => false,
        "true" | "1" => true,
        other => {
            problems.refuse(found.line, "<RvslInd>", other, "is neither true nor false");
            false
        }
    };
    entry.status = match found.first_text(&["Sts/Cd", "Sts/Prtry", "Sts"]) {
        "BOOK" | "" => Status::Booked,
        "PDNG" | "FUTR" => Status::Pending,
        "INFO" => Status::Information,
        other => {
            problems.note(found.line, "<Sts>", other, "is no status that camt has; the entry counts as information");
            Status::Information
        }
    };
    entry.value_date = found.child("ValDt").and_then(|on| day_of(on, problems));
    entry.date = found.child("BookgDt").and_then(|on| day_of(on, problems)).or(entry.value_date);
    if entry.date.is_none() && found.child("BookgDt").is_none() && found.child("ValDt").is_none() {
        problems.note(found.line, "<Ntry>", found.text_at("NtryRef"), "has no day, neither of booking nor of value");
    }
    entry.code = transaction_code(found);
    entry.bank_reference = found.first_text(&["AcctSvcrRef", "NtryRef"]).to_string();
    let mut transactions: Vec<&Element> = found.all("TxDtls").collect();
    for details in found.all("NtryDtls") {
        strangers(details, OF_DETAILS, problems);
        transactions.extend(details.all("TxDtls"));
    }
    let is_in = amount.is_none_or(|amount| amount.minor >= 0);
    let mut parts: Vec<Part> = transactions.iter().map(|found| read_part(found, is_in, problems)).collect();
    prove_batch(found, &parts, amount, problems);
    if let [only] = parts.as_mut_slice() {
        let only = std::mem::take(only);
        (entry.reference, entry.counterparty, entry.counterparty_account) = (only.reference, only.counterparty, only.counterparty_account);
        (entry.text, entry.return_reason) = (only.text, only.return_reason);
        if entry.code.is_empty() {
            entry.code = transaction_code(transactions[0]);
        }
    } else {
        entry.parts = parts;
    }
    if entry.reference.is_empty() {
        entry.reference = found.first_text(&["AcctSvcrRef", "NtryRef", "NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId"]).to_string();
    }
    join(&mut entry.text, found.text_at("AddtlNtryInf"));
    found.leaves("", &mut entry.fields);
    entry
}

/// The bank's code: its own, or the one of ISO 20022 as `PMNT/RCDT/ESCT`.
fn transaction_code(of: &Element) -> String {
    let own = of.first_text(&["BkTxCd/Prtry/Cd"]);
    if !own.is_empty() {
        return own.to_string();
    }
    let parts = ["BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd"].map(|path| of.text_at(path));
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

fn read_part(found: &Element, is_in: bool, problems: &mut FileProblems) -> Part {
    strangers(found, OF_TRANSACTION, problems);
    let amount = ["Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"].iter().find_map(|path| found.at(path));
    let is_in = match found.text_at("CdtDbtInd") {
        "CRDT" => true,
        "DBIT" => false,
        _ => is_in,
    };
    let amount = amount.and_then(|amount| amount_of(amount, problems)).map(|amount| if is_in { amount } else { amount.negative() });
    let given = |path: &&str| Some(found.text_at(path)).filter(|text| !text.is_empty() && !NO_REFERENCE.contains(text));
    let (counterparty, counterparty_account) = other_side(found, is_in);
    let mut text = String::new();
    if let Some(remittance) = found.child("RmtInf") {
        remittance.all("Ustrd").for_each(|line| join(&mut text, &line.text));
        for line in remittance.all("Strd").flat_map(|structured| structured.all("AddtlRmtInf")) {
            join(&mut text, &line.text);
        }
    }
    join(&mut text, found.text_at("AddtlTxInf"));
    Part {
        line: found.line,
        amount,
        reference: REFERENCES.iter().find_map(given).unwrap_or_default().to_string(),
        counterparty,
        counterparty_account,
        text,
        return_reason: found.first_text(&["RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd"]).to_string(),
    }
}

/// Who stands on the other side: whoever paid where money came in, whoever was paid where it left; the other where that one is missing.
fn other_side(found: &Element, is_in: bool) -> (String, String) {
    const SIDES: [(&[&str], &str); 2] = [
        (
            &["Dbtr/Pty/Nm", "Dbtr/Nm", "Dbtr/Agt/FinInstnId/Nm", "UltmtDbtr/Pty/Nm", "UltmtDbtr/Nm", "InitgPty/Pty/Nm", "InitgPty/Nm"],
            "DbtrAcct",
        ),
        (&["Cdtr/Pty/Nm", "Cdtr/Nm", "Cdtr/Agt/FinInstnId/Nm", "UltmtCdtr/Pty/Nm", "UltmtCdtr/Nm"], "CdtrAcct"),
    ];
    let Some(parties) = found.child("RltdPties") else { return Default::default() };
    let sides = if is_in { [&SIDES[0], &SIDES[1]] } else { [&SIDES[1], &SIDES[0]] };
    let of = |(names, account): &(&[&str], &str)| (parties.first_text(names).to_string(), account_of(parties.child(account)));
    let [wanted, other] = sides.map(of);
    if wanted.0.is_empty() && wanted.1.is_empty() { other } else { wanted }
}

/// Holds what is said of a batch, and the transactions in it, against the booking.
fn prove_batch(found: &Element, parts: &[Part], amount: Option<Amount>, problems: &mut FileProblems) {
    let batches = found.all("NtryDtls").filter_map(|details| Some((details, details.child("Btch")?)));
    for (details, batch) in batches {
        let listed = details.all("TxDtls").count();
        let told = batch.text_at("NbOfTxs");
        if listed > 0 && !told.is_empty() && told.parse::<usize>() != Ok(listed) {
            problems.refuse(batch.line, "<Btch/NbOfTxs>", told, format!("is not the number of transactions listed: {listed}"));
        }
    }
    let (Some(amount), true) = (amount, parts.len() > 1) else { return };
    let each: Option<Vec<Amount>> = parts.iter().map(|part| part.amount).collect();
    let Some(each) = each.filter(|each| each.iter().all(|part| part.currency == amount.currency)) else { return };
    let sum: i128 = each.iter().map(|part| i128::from(part.minor)).sum();
    if sum != i128::from(amount.minor) {
        let says = format!("is not the sum of its transactions: {sum} minor units of {}", amount.currency.code());
        problems.note(found.line, "<Ntry>", &amount.to_string(), says);
    }
}

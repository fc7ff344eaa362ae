//! Files of banks, of the Clearing House and of bureaus, read and shown; what is kept of them is for other commands (see [`super::receipts`]).
//!
//! Exit 0: the file was read. 1: it was read, and something of it cannot be used as it stands. 2: it is no such file.

use super::output::{answer, money};
use super::{Answered, Global};
use crate::app::Failure;
use crate::intake::source::bytes_of;
use crate::ledger::bank_file::{open_ach, open_bank_file};
use crate::ledger::receipts::take::PIECE_MAX;
use clap::Subcommand;
use duly_domain::ledger::ach::return_code::ReturnCode;
use duly_domain::ledger::ach::{AchEntry, AchFile, AchTotal, Batch};
use duly_domain::ledger::bank_file::{Balance, BankFile, Entry, Keep, Part, Statement, Total};
use duly_domain::reporting::metro2::{self, Metro2File};
use duly_domain::values::file_problem::FileProblem;
use duly_domain::values::fixed::{Kind, Values};
use duly_domain::values::iso4217::{Amount, CurrencyCode};
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};
use std::path::{Path, PathBuf};

/// `duly bank …`
#[derive(Subcommand)]
pub enum BankCommand {
    /// Reads a statement; which form it has shows in the file.
    Read {
        /// The file, packed (.gz, .zst) or not.
        file: PathBuf,
    },
    /// Takes a statement: posts what names one account, keeps the rest for a person. The same file again posts nothing twice.
    Post {
        /// The file, packed (.gz, .zst) or not.
        file: PathBuf,
        /// How many bookings are kept in one commit, 100 at the most.
        #[arg(long, default_value_t = PIECE_MAX)]
        commit: usize,
    },
    /// What came in and what became of it; without a state, what waits, with proposals.
    List {
        /// posted, matched, unidentified, came_back, set_aside, went_out, or all.
        #[arg(long)]
        state: Option<String>,
        /// How many at the most.
        #[arg(long, default_value_t = 200)]
        limit: i64,
    },
    /// Posts money that nobody was known for.
    Identify {
        /// The entry, as the list has it.
        entry: String,
        /// The account: its id or reference.
        #[arg(long, required_unless_present = "plan", conflicts_with = "plan")]
        account: Option<String>,
        /// The joint plan whose accounts it is split over.
        #[arg(long)]
        plan: Option<String>,
    },
    /// Matches a sum to what it stands for, such as the debits of a file: posted already, and at the bank now.
    Match {
        /// The entry, as the list has it.
        entry: String,
        /// Which of what is proposed, as the list has it.
        #[arg(long)]
        of: String,
    },
    /// Sets aside what is nobody's payment.
    Aside {
        /// The entry, as the list has it.
        entry: String,
        /// What it is.
        #[arg(long)]
        note: String,
    },
    /// Takes back: the payment of money that went back, what was identified wrongly, what was set aside.
    Back {
        /// The entry, as the list has it.
        entry: String,
        /// On which day the payment is reversed.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
        /// Which payment went back, where the bank's words did not name it.
        #[arg(long)]
        payment: Option<String>,
    },
}

/// `duly ach …`
#[derive(Subcommand)]
pub enum AchCommand {
    /// Reads a NACHA file.
    Read {
        /// The file, packed (.gz, .zst) or not.
        file: PathBuf,
    },
    /// Our own debits.
    #[command(flatten)]
    Debits(super::debits::DebitCommand),
}

/// `duly metro2 …`
#[derive(Subcommand)]
pub enum Metro2Command {
    /// Reads a Metro 2 file.
    Read {
        /// The file, packed (.gz, .zst) or not.
        file: PathBuf,
    },
    /// Tells the bureaus, as of today, of every account that is to be told, and writes the file.
    Write {
        /// The file to write.
        file: PathBuf,
        /// The number under which the bureaus know us.
        #[arg(long)]
        reporter: String,
        /// For whom it is, as the rules are asked.
        #[arg(long, default_value = "the bureaus")]
        bureau: String,
    },
    /// Tells some accounts anew between two monthly files, or takes them out, and writes the file of them.
    Correct {
        /// The file to write.
        file: PathBuf,
        /// An account that is told anew; may be given again.
        #[arg(long = "account", required = true)]
        accounts: Vec<String>,
        /// What was wrong with what was told.
        #[arg(long)]
        because: String,
        /// The number under which the bureaus know us.
        #[arg(long)]
        reporter: String,
        /// For whom it is, as the rules are asked.
        #[arg(long, default_value = "the bureaus")]
        bureau: String,
        /// They are taken out; otherwise they are told as they stand today.
        #[arg(long)]
        delete: bool,
    },
    /// Accounts that should be told anew before the next monthly file.
    Due,
    /// From now on a creditor's accounts are told to the bureaus.
    Begin {
        /// The creditor's name.
        #[arg(long)]
        creditor: String,
        /// What kind of creditor, 01 to 15, as the file has it.
        #[arg(long)]
        classification: String,
    },
    /// From now on they are not: with the next file those that were told are taken out.
    End {
        /// The creditor's name.
        #[arg(long)]
        creditor: String,
    },
}

/// Reads a statement of a bank.
pub(super) fn bank(global: &Global, path: &Path) -> Result<Answered, Failure> {
    let opened = open_bank_file(path, Keep::All).map_err(Failure::File)?;
    let file = &opened.file;
    let entries: Vec<Json> = file.entries().map(|(statement, entry)| entry_json(statement, entry)).collect();
    let totals: Vec<Json> = file.totals().into_iter().map(|(currency, total)| total_json(currency, total)).collect();
    let json = json!({"format": file.form.name(), "version": file.version, "encoding": opened.encoding,
        "statements": file.statements.iter().map(statement_json).collect::<Vec<_>>(), "entries": entries, "totals": totals,
        "problems": problems_json(&file.problems)});
    answer(global.format, &json, || bank_lines(file))?;
    Ok(answered(file.refuses()))
}

pub(super) fn answered(refuses: bool) -> Answered {
    if refuses { Answered::No } else { Answered::Yes }
}

fn amount_json(amount: Option<Amount>) -> Json {
    amount.map_or(Json::Null, |amount| money(amount.minor, amount.currency.code()))
}

/// What is empty is not known.
pub(super) fn text_json(text: &str) -> Json {
    if text.is_empty() { Json::Null } else { text.into() }
}

pub(super) fn day_json(day: Option<Date>) -> Json {
    day.map_or(Json::Null, |day| day.to_string().into())
}

fn statement_json(statement: &Statement) -> Json {
    json!({"line": statement.line, "account": text_json(&statement.account), "currency": statement.currency.map(CurrencyCode::code),
        "number": text_json(&statement.number), "entries": statement.entries.len(), "adds_up": statement.adds_up,
        "balances": statement.balances.iter().map(balance_json).collect::<Vec<_>>(), "notes": statement.notes})
}

fn balance_json(balance: &Balance) -> Json {
    json!({"line": balance.line, "code": balance.code, "on": day_json(balance.on), "amount": amount_json(balance.amount)})
}

fn entry_json(statement: &Statement, entry: &Entry) -> Json {
    let parts: Vec<Json> = entry.parts.iter().map(part_json).collect();
    let fields: Vec<Json> = entry.fields.iter().map(|(name, text)| json!([name, text])).collect();
    json!({"line": entry.line, "account": text_json(&statement.account), "date": day_json(entry.date),
        "value_date": day_json(entry.value_date), "amount": amount_json(entry.amount), "status": entry.status.name(),
        "reversal": entry.is_reversal, "code": text_json(&entry.code), "reference": text_json(&entry.reference),
        "bank_reference": text_json(&entry.bank_reference), "counterparty": text_json(&entry.counterparty),
        "counterparty_account": text_json(&entry.counterparty_account), "text": text_json(&entry.text),
        "return_reason": text_json(&entry.return_reason), "transactions": parts, "fields": fields})
}

fn part_json(part: &Part) -> Json {
    json!({"line": part.line, "amount": amount_json(part.amount), "reference": text_json(&part.reference),
        "counterparty": text_json(&part.counterparty), "counterparty_account": text_json(&part.counterparty_account),
        "text": text_json(&part.text), "return_reason": text_json(&part.return_reason)})
}

fn total_json(currency: CurrencyCode, total: Total) -> Json {
    let sum = |minor: i128| i64::try_from(minor).map_or(Json::Null, |minor| money(minor, currency.code()));
    json!({"currency": currency.code(), "credits": total.credits, "credit_sum": sum(total.credits_minor), "debits": total.debits,
        "debit_sum": sum(total.debits_minor), "net": sum(total.credits_minor + total.debits_minor)})
}

pub(super) fn problems_json(problems: &[FileProblem]) -> Vec<Json> {
    let json = |problem: &FileProblem| json!({"line": problem.line, "place": problem.place, "value": problem.value, "says": problem.says, "refuses": problem.refuses});
    problems.iter().map(json).collect()
}

/// Problems as lines; what refuses is marked.
pub(super) fn problem_lines(problems: &[FileProblem]) -> impl Iterator<Item = String> + '_ {
    problems.iter().map(|problem| format!("{} {problem}", if problem.refuses { "✗" } else { "·" }))
}

fn bank_lines(file: &BankFile) -> Vec<String> {
    let mut lines = vec![format!("{} {}: {} statements", file.form.name(), file.version, file.statements.len())];
    for statement in &file.statements {
        let sums = match statement.adds_up {
            Some(true) => ", adds up",
            Some(false) => ", does not add up",
            None => "",
        };
        lines.push(format!("account {} {}: {} entries{sums}", statement.account, statement.number, statement.entries.len()));
        for entry in &statement.entries {
            let day = entry.date.map_or_else(|| "no day    ".into(), |day| day.to_string());
            let amount = entry.amount.map_or_else(|| "no amount".into(), |amount| amount.to_string());
            lines.push(format!("  {day} {amount:>18}  {}  {}", entry.reference, entry.counterparty));
        }
    }
    for (currency, total) in file.totals() {
        let sum = |minor: i128| i64::try_from(minor).map_or_else(|_| minor.to_string(), |minor| Amount { minor, currency }.to_string());
        let (credits, debits) = (sum(total.credits_minor), sum(total.debits_minor));
        lines.push(format!("{} came in: {credits}; {} left: {debits}", total.credits, total.debits));
    }
    lines.extend(problem_lines(&file.problems));
    lines
}

/// Reads a NACHA file.
pub(super) fn ach(global: &Global, path: &Path) -> Result<Answered, Failure> {
    let opened = open_ach(path).map_err(Failure::File)?;
    let file = &opened.file;
    let created = file.header.as_ref().and_then(|header| header.day("created on"));
    let entries: Vec<Json> =
        file.batches.iter().flat_map(|batch| batch.entries.iter().map(move |entry| ach_entry_json(batch, entry, created))).collect();
    let batches: Vec<Json> = file
        .batches
        .iter()
        .map(|batch| {
            json!({"line": batch.line, "class": text_json(&batch.class), "header": batch.header.as_ref().map(values_json),
                "totals": ach_total_json(&batch.total())})
        })
        .collect();
    let json = json!({"format": "nacha", "encoding": opened.encoding, "header": file.header.as_ref().map(values_json), "batches": batches,
        "entries": entries, "control": file.control.as_ref().map(values_json), "totals": ach_total_json(&file.total()),
        "problems": problems_json(&file.problems)});
    answer(global.format, &json, || ach_lines(file))?;
    Ok(answered(file.refuses()))
}

/// Every field that has something, by the name in its table.
fn values_json(values: &Values) -> Json {
    let given = values.each().filter(|(_, text)| !text.is_empty());
    let fields: Map<String, Json> = given
        .map(|(field, text)| {
            let day = matches!(field.kind, Kind::YyMmDd | Kind::MmDdYyyy).then(|| values.day(field.name)).flatten();
            (field.name.replace([' ', '-'], "_").replace(',', ""), day.map_or_else(|| text.into(), |day| day.to_string().into()))
        })
        .collect();
    Json::Object(fields)
}

fn code_json(code: &Option<ReturnCode>) -> Json {
    code.as_ref()
        .map_or(Json::Null, |code| json!({"code": code.code, "means": text_json(code.means), "class": code.class, "next": code.step}))
}

fn ach_entry_json(batch: &Batch, entry: &AchEntry, created: Option<Date>) -> Json {
    let last =
        |name: &str| entry.addenda.iter().map(|values| values.text(name)).rfind(|text| !text.is_empty()).unwrap_or_default().to_string();
    // An international entry has its name in an addenda.
    let name = match entry.values.text("name") {
        "" => entry.addenda.iter().map(|values| values.text("name")).find(|text| !text.is_empty()).unwrap_or_default(),
        name => name,
    };
    let reference = match entry.values.text("id") {
        "" => entry.values.text("trace"),
        id => id,
    };
    let direction = entry.is_credit.map(|is_credit| if is_credit { "credit" } else { "debit" });
    json!({"line": entry.line, "class": text_json(&batch.class), "date": day_json(batch.effective_on().or(created)),
        "amount": entry.amount_minor.map(|minor| money(minor, "USD")), "direction": direction, "reference": text_json(reference),
        "counterparty": text_json(name), "trace": text_json(entry.values.text("trace")), "record": values_json(&entry.values),
        "addenda": entry.addenda.iter().map(values_json).collect::<Vec<_>>(), "return": code_json(&entry.returned),
        "change": code_json(&entry.change), "original_trace": text_json(&last("original trace")),
        "corrected_data": text_json(&last("corrected data"))})
}

fn ach_total_json(total: &AchTotal) -> Json {
    json!({"entries": total.entries, "addenda": total.addenda, "hash": format!("{:010}", total.hash),
        "debits": money(total.debits_minor, "USD"), "credits": money(total.credits_minor, "USD"), "returns": total.returns,
        "changes": total.changes})
}

fn ach_lines(file: &AchFile) -> Vec<String> {
    let total = file.total();
    let sum = |minor| Amount { minor, currency: CurrencyCode::USD };
    let mut lines = vec![format!(
        "{} batches, {} entries, {} addenda: debits {}, credits {}; {} returns, {} changes",
        file.batches.len(),
        total.entries,
        total.addenda,
        sum(total.debits_minor),
        sum(total.credits_minor),
        total.returns,
        total.changes
    )];
    for entry in file.batches.iter().flat_map(|batch| &batch.entries) {
        for code in entry.returned.iter().chain(&entry.change) {
            lines.push(format!("  line {}: {} {} ({})", entry.line, code.code, code.means, code.step));
        }
    }
    lines.extend(problem_lines(&file.problems));
    lines
}

/// Reads a Metro 2 file.
pub(super) fn metro2(global: &Global, path: &Path) -> Result<Answered, Failure> {
    let bytes = bytes_of(path).map_err(Failure::File)?;
    let file = metro2::read(&bytes).map_err(|says| Failure::File(format!("{} {says}", path.display())))?;
    let usd = |minor: Option<i64>| minor.map_or(Json::Null, |minor| money(minor, "USD"));
    let entries: Vec<Json> = file
        .accounts
        .iter()
        .map(|account| {
            let segments: Vec<Json> = account.segments.iter().map(values_json).collect();
            json!({"record": account.record, "date": day_json(account.base.day("account information on")),
                "amount": usd(account.minor("current balance")), "past_due": usd(account.minor("amount past due")),
                "reference": text_json(account.base.text("account number")), "status": text_json(account.base.text("account status")),
                "base": values_json(&account.base), "segments": segments})
        })
        .collect();
    let totals = json!({"accounts": file.accounts.len(), "segments": file.accounts.iter().map(|account| account.segments.len()).sum::<usize>(),
        "current_balance": money(file.sum_minor("current balance"), "USD"), "past_due": money(file.sum_minor("amount past due"), "USD")});
    let json = json!({"format": "metro2", "packed": file.is_packed, "blocked": file.is_blocked,
        "header": file.header.as_ref().map(values_json), "entries": entries, "trailer": file.trailer.as_ref().map(values_json),
        "totals": totals, "problems": problems_json(&file.problems)});
    answer(global.format, &json, || metro2_lines(&file))?;
    Ok(answered(file.refuses()))
}

fn metro2_lines(file: &Metro2File) -> Vec<String> {
    let sum = |name| Amount { minor: file.sum_minor(name), currency: CurrencyCode::USD };
    let form = if file.is_packed { "packed" } else { "of characters" };
    let (balance, past_due) = (sum("current balance"), sum("amount past due"));
    let mut lines = vec![format!("{} accounts, {form}: balance {balance}, past due {past_due}", file.accounts.len())];
    lines.extend(problem_lines(&file.problems));
    lines
}

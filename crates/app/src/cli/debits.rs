//! Debits by command: agreed, planned, sent with a file, settled, returned.
//!
//! The number of a bank account is read from a file or from standard input, never from the arguments, where others could see it.
//! Exit 0: done. 1: done, and something is left to a person.

use super::incoming::{answered, problem_lines, problems_json};
use super::named::{one_of, parse_id};
use super::output::{answer, money, written};
use super::{Answered, Global};
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::ledger::debits::agreeing::{Authorize, NewDetails, authorize, give_copy, resume, revoke};
use crate::ledger::debits::file::{again, put, settle_sender};
use crate::ledger::debits::look::rates;
use crate::ledger::debits::planning::{PlanDebit, cancel, notice_is_due, plan_debit, plan_for_plan, plan_for_promise, say_noticed};
use crate::ledger::debits::sealing::AccountNumber;
use crate::ledger::debits::sending::{Stayed, placed, write};
use crate::ledger::debits::settling::settle;
use crate::ledger::debits::store::drawn::{DebitRow, list_debits};
use crate::ledger::debits::store::{AuthorizationRow, FileRow, list_authorizations, list_files, load_authorization};
use crate::ledger::debits::taking::{Taken, take};
use clap::{Args, Subcommand};
use duly_domain::ledger::ach::return_code::ReturnCode;
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass};
use duly_domain::values::ids::DebitFileId;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::io::Read;
use std::path::{Path, PathBuf};

/// `duly ach …` about our own debits.
#[derive(Subcommand)]
pub enum DebitCommand {
    /// Keeps what somebody agreed to; the number of their account is read from a file or from standard input.
    Authorize(Box<AuthorizeArgs>),
    /// They took it back, by whatever way: nothing more is drawn, what is planned is cancelled.
    Revoke {
        /// The authorization.
        authorization: String,
        /// By what way: by telephone, by letter, by their bank.
        #[arg(long)]
        how: String,
    },
    /// Takes a held authorization up again, with other details where those were wrong.
    Resume {
        /// The authorization.
        authorization: String,
        /// What was cleared up, with whom.
        #[arg(long)]
        because: String,
        /// The bank's nine digits, where they were wrong; the number of the account is then read too.
        #[arg(long)]
        routing: Option<String>,
        /// A file with the number of the account; standard input unless named.
        #[arg(long)]
        number_file: Option<PathBuf>,
        /// It is a savings account.
        #[arg(long)]
        savings: bool,
    },
    /// They were given a copy.
    Copy {
        /// The authorization.
        authorization: String,
        /// When.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
    },
    /// Plans a debit; or one for the open promise; or one for each payment of the plan.
    Plan {
        /// The authorization.
        authorization: String,
        /// In minor units.
        #[arg(long, value_parser = super::plain::minor, requires = "on", conflicts_with_all = ["for_promise", "for_plan"])]
        amount: Option<i64>,
        /// The day that was agreed.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
        /// The day the written notice of another amount went out.
        #[arg(long, value_parser = super::plain::day)]
        notice_sent_on: Option<Date>,
        /// The debit that came back by R11 and whose error it corrects.
        #[arg(long)]
        corrects: Option<String>,
        /// For the account's open promise, on its due day.
        #[arg(long, conflicts_with = "for_plan")]
        for_promise: bool,
        /// For each payment of the account's plan, on its due day.
        #[arg(long)]
        for_plan: bool,
    },
    /// The written notice of a debit's amount and day went out.
    Notice {
        /// The debit.
        debit: String,
        /// When.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
    },
    /// Cancels a debit that was not sent yet.
    Cancel {
        /// The debit.
        debit: String,
        /// Why.
        #[arg(long)]
        because: String,
    },
    /// The authorizations and debits of an account; without one, the files.
    List {
        /// The account: its id or reference.
        #[arg(long)]
        account: Option<String>,
    },
    /// Sends what is due: asks the rules for each, and writes the file. A file that was begun and never written comes first.
    Write {
        /// The file to write; what is there already is not written over.
        #[arg(long)]
        out: PathBuf,
        /// The last day on which what is in it takes effect; the next day of the banks unless named.
        #[arg(long, value_parser = super::plain::day)]
        effective: Option<Date>,
        /// A file on record, written once more.
        #[arg(long, conflicts_with = "effective")]
        again: Option<String>,
    },
    /// Posts what took effect until today; the night does the same.
    Settle,
    /// Takes a file of returns and notifications of change; the same again changes nothing.
    Take {
        /// The file, packed (.gz, .zst) or not.
        file: PathBuf,
    },
    /// The return rates of the last sixty days against the network's thresholds.
    Rates,
    /// Through which bank, and under which number, files are sent.
    Sender {
        /// The bank's nine digits.
        #[arg(long)]
        bank: Option<String>,
        /// Its name.
        #[arg(long)]
        bank_name: Option<String>,
        /// Our number at the bank.
        #[arg(long)]
        company_id: Option<String>,
    },
}

/// `duly ach authorize …`
#[derive(Args)]
pub struct AuthorizeArgs {
    /// The account: its id or reference.
    #[arg(long)]
    account: String,
    /// Whose account at the bank it is.
    #[arg(long)]
    holder: String,
    /// How it was agreed: PPD in writing, WEB on the internet, TEL on the telephone, CCD by a business.
    #[arg(long)]
    class: String,
    /// For a series of debits, not one alone.
    #[arg(long)]
    recurring: bool,
    /// The bank's nine digits.
    #[arg(long)]
    routing: String,
    /// A file with the number of the account; standard input unless named.
    #[arg(long)]
    number_file: Option<PathBuf>,
    /// It is a savings account.
    #[arg(long)]
    savings: bool,
    /// The amount that was agreed, in minor units.
    #[arg(long, value_parser = super::plain::minor)]
    usual: Option<i64>,
    /// The lowest amount without a notice, in minor units.
    #[arg(long, value_parser = super::plain::minor, requires = "high")]
    low: Option<i64>,
    /// The highest amount without a notice, in minor units.
    #[arg(long, value_parser = super::plain::minor, requires = "low")]
    high: Option<i64>,
    /// What they agreed to, word by word.
    #[arg(long)]
    words: String,
    /// Where the proof of it is.
    #[arg(long)]
    evidence: String,
    /// When it was agreed; today unless named.
    #[arg(long, value_parser = super::plain::day)]
    agreed_on: Option<Date>,
    /// When they were given a copy.
    #[arg(long, value_parser = super::plain::day)]
    copy_given_on: Option<Date>,
    /// A pre-note goes first.
    #[arg(long)]
    prenote: bool,
}

const fn kind(savings: bool) -> BankAccountKind {
    if savings { BankAccountKind::Savings } else { BankAccountKind::Checking }
}

/// The number of an account, from a file or from standard input.
fn number(file: Option<&Path>) -> Result<AccountNumber, Failure> {
    let mut text = String::new();
    match file {
        Some(path) => {
            text = std::fs::read_to_string(path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
        }
        None => {
            let read = std::io::stdin().lock().take(1_000).read_to_string(&mut text);
            read.map_err(|error| Failure::File(format!("standard input cannot be read: {error}")))?;
        }
    }
    Ok(AccountNumber::of(&text))
}

pub(super) async fn ach(app: &App, global: &Global, command: DebitCommand) -> Result<Answered, Failure> {
    let (who, at) = (Actor::command(), app.moment());
    match command {
        DebitCommand::Authorize(args) => {
            let ask = asked(app, *args, at.business_day).await?;
            let row = authorize(app, &who, at, &ask).await?;
            answer(global.format, &authorization_json(&row), || authorization_lines(&row))?;
        }
        DebitCommand::Revoke { authorization, how } => {
            let revoked = revoke(app, &who, at, parse_id("authorization", &authorization)?, &how).await?;
            let ids = |rows: &[DebitRow]| rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>();
            let mut json = authorization_json(&revoked.authorization);
            json["cancelled"] = json!(ids(&revoked.cancelled));
            json["on_the_way"] = json!(ids(&revoked.on_the_way));
            answer(global.format, &json, || {
                let mut lines = vec![format!("taken back; {} planned debits cancelled", revoked.cancelled.len())];
                lines.extend(revoked.on_the_way.iter().map(|row| format!("{} takes effect {}: their bank can stop it", row.id, row.day())));
                lines
            })?;
        }
        DebitCommand::Resume { authorization, because, routing, number_file, savings } => {
            let details = match routing {
                Some(routing) => Some(NewDetails { routing, number: number(number_file.as_deref())?, drawn_on: kind(savings) }),
                None => None,
            };
            let row = resume(app, &who, at, parse_id("authorization", &authorization)?, &because, details.as_ref()).await?;
            answer(global.format, &authorization_json(&row), || authorization_lines(&row))?;
        }
        DebitCommand::Copy { authorization, on } => {
            let row = give_copy(app, &who, at, parse_id("authorization", &authorization)?, on).await?;
            answer(global.format, &authorization_json(&row), || authorization_lines(&row))?;
        }
        DebitCommand::Plan { authorization, amount, on, notice_sent_on, corrects, for_promise, for_plan } => {
            let id = parse_id("authorization", &authorization)?;
            let rows = match (amount.zip(on), for_promise, for_plan) {
                (_, true, _) => plan_for_promise(app, &who, at, id).await?,
                (_, _, true) => plan_for_plan(app, &who, at, id).await?,
                (Some((amount_minor, wanted_on)), ..) => {
                    let corrects = corrects.map(|text| parse_id("debit", &text)).transpose()?;
                    let ask = PlanDebit { authorization: id, amount_minor, wanted_on, notice_sent_on, corrects };
                    vec![plan_debit(app, &who, at, &ask).await?]
                }
                _ => return Err(Failure::wrong("amount", "and on are missing; or say --for-promise or --for-plan")),
            };
            let of = load_authorization(&mut app.db.read().await?, id).await?;
            let shown = |row: &DebitRow| {
                let mut json = debit_json(row);
                json["notice_by"] = json!(notice_is_due(&of, row, at.business_day).map(|on| on.to_string()));
                json
            };
            answer(global.format, &json!({"debits": rows.iter().map(shown).collect::<Vec<_>>()}), || {
                rows.iter().map(debit_line).collect()
            })?;
        }
        DebitCommand::Notice { debit, on } => {
            let row = say_noticed(app, &who, at, parse_id("debit", &debit)?, on).await?;
            answer(global.format, &debit_json(&row), || vec![debit_line(&row)])?;
        }
        DebitCommand::Cancel { debit, because } => {
            let row = cancel(app, &who, at, parse_id("debit", &debit)?, &because).await?;
            answer(global.format, &debit_json(&row), || vec![debit_line(&row)])?;
        }
        DebitCommand::List { account } => list(app, global, account.as_deref()).await?,
        DebitCommand::Write { out, effective, again } => return write_file(app, global, &out, effective, again.as_deref()).await,
        DebitCommand::Settle => {
            let settled = settle(app, &who, at).await?;
            let failed: Vec<Json> = settled.failed.iter().map(|(id, says)| json!({"debit": id.to_string(), "says": says})).collect();
            let json = json!({"posted": settled.debits, "amount": money(settled.minor, "USD"), "failed": failed});
            answer(global.format, &json, || {
                let mut lines = vec![format!("{} posted, {}", settled.debits, written(settled.minor, "USD"))];
                lines.extend(settled.failed.iter().map(|(id, says)| format!("✗ {id}: {says}")));
                lines
            })?;
            return Ok(answered(!settled.failed.is_empty()));
        }
        DebitCommand::Take { file } => {
            let taken = take(app, &who, at, &file).await?;
            answer(global.format, &taken_json(&taken), || taken_lines(&taken))?;
            return Ok(answered(taken.refuses()));
        }
        DebitCommand::Rates => {
            let counted = rates(&mut app.db.read().await?, at.business_day).await?;
            let json: Vec<Json> = counted
                .iter()
                .map(|one| {
                    json!({"rate": one.rate.code(), "sent": one.sent, "returned": one.returned, "basis_points": one.basis_points(),
                        "threshold_basis_points": one.rate.threshold_bp(), "over": one.is_over()})
                })
                .collect();
            answer(global.format, &json!({"days": 60, "rates": json}), || {
                let line = |one: &duly_domain::ledger::debits::rates::Counted| {
                    let mark = if one.is_over() { "✗" } else { "✓" };
                    format!(
                        "{mark} {}: {} of {} ({}); {} is the threshold",
                        one.rate,
                        one.returned,
                        one.sent,
                        one.in_percent(),
                        one.threshold()
                    )
                };
                counted.iter().map(line).collect()
            })?;
        }
        DebitCommand::Sender { bank, bank_name, company_id } => {
            let [bank, bank_name, company_id] =
                settle_sender(app, &who, at, bank.as_deref(), bank_name.as_deref(), company_id.as_deref()).await?;
            let json = json!({"bank": bank, "bank_name": bank_name, "company_id": company_id});
            answer(global.format, &json, || vec![format!("{bank} {bank_name}, as {company_id}")])?;
        }
    }
    Ok(Answered::Yes)
}

async fn asked(app: &App, args: AuthorizeArgs, today: Date) -> Result<Authorize, Failure> {
    let account = accounts::store::resolve(&mut app.db.read().await?, &args.account).await?;
    let class = EntryClass::parse(&args.class).ok_or_else(|| one_of("class", &args.class, EntryClass::ALL.iter().map(|one| one.code())))?;
    Ok(Authorize {
        account,
        holder: args.holder,
        class,
        is_recurring: args.recurring,
        routing: args.routing,
        number: number(args.number_file.as_deref())?,
        drawn_on: kind(args.savings),
        usual_minor: args.usual,
        range_minor: args.low.zip(args.high),
        words: args.words,
        evidence: args.evidence,
        agreed_on: args.agreed_on.unwrap_or(today),
        copy_given_on: args.copy_given_on,
        wants_prenote: args.prenote,
    })
}

async fn list(app: &App, global: &Global, account: Option<&str>) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let Some(account) = account else {
        let files = list_files(&mut tx, 200).await?;
        let json = json!({"files": files.iter().map(file_json).collect::<Vec<_>>()});
        return answer(global.format, &json, || files.iter().map(file_line).collect());
    };
    let account = accounts::store::resolve(&mut tx, account).await?;
    let (authorizations, debits) = (list_authorizations(&mut tx, account).await?, list_debits(&mut tx, account).await?);
    let json = json!({"account": account.to_string(), "authorizations": authorizations.iter().map(authorization_json).collect::<Vec<_>>(),
        "debits": debits.iter().map(debit_json).collect::<Vec<_>>()});
    answer(global.format, &json, || authorizations.iter().flat_map(authorization_lines).chain(debits.iter().map(debit_line)).collect())
}

async fn write_file(app: &App, global: &Global, out: &Path, until: Option<Date>, once_more: Option<&str>) -> Result<Answered, Failure> {
    let (who, at) = (Actor::command(), app.moment());
    if out.exists() {
        return Err(Failure::wrong("out", format!("{} is there already: name another", out.display())));
    }
    if let Some(id) = once_more {
        let (file, text) = again(app, parse_id::<DebitFileId>("file", id)?).await?;
        put(out, &text)?;
        placed(app, &who, at, file.id).await?;
        answer(global.format, &written_json(Some((&file, out)), true, None, &[]), || vec![file_line(&file)])?;
        return Ok(Answered::Yes);
    }
    let sent = write(app, &who, at, until).await?;
    let placed_file = match &sent.file {
        Some((file, text)) => {
            put(out, text)?;
            placed(app, &who, at, file.id).await?;
            Some((file, out))
        }
        None => None,
    };
    answer(global.format, &written_json(placed_file, sent.is_again, Some(sent.until), &sent.stayed), || {
        let mut lines = match &placed_file {
            Some((file, out)) => vec![format!("{}: {}", out.display(), file_line(file))],
            None => vec![format!("nothing is to be sent that takes effect until {}", sent.until)],
        };
        lines.extend(sent.stayed.iter().map(|one| format!("· {} stays: {}; {}", one.debit.id, one.says, one.why.step())));
        lines
    })?;
    Ok(Answered::Yes)
}

fn written_json(file: Option<(&FileRow, &Path)>, is_again: bool, until: Option<Date>, stayed: &[Stayed]) -> Json {
    let refused: Vec<Json> = stayed
        .iter()
        .map(|one| {
            json!({"debit": one.debit.id.to_string(), "account": one.debit.account.to_string(), "amount_minor": one.debit.amount_minor,
                "why": one.why.code(), "says": one.says, "next_step": one.why.step(),
                "decision": one.debit.decision.map(|id| id.to_string())})
        })
        .collect();
    let totals = file
        .map(|(file, _)| json!({"entries": file.entries, "debits_minor": file.debits_minor, "credits_minor": 0, "hash": file.entry_hash}));
    json!({"path": file.map(|(_, out)| out), "file": file.map(|(file, _)| file.id.to_string()), "totals": totals,
        "sha256": file.map(|(file, _)| file.hash.clone()), "again": is_again, "effective": until.map(|on| on.to_string()), "refused": refused})
}

fn file_json(file: &FileRow) -> Json {
    json!({"file": file.id.to_string(), "created_on": file.created_on.to_string(), "modifier": file.modifier, "entries": file.entries,
        "debits_minor": file.debits_minor, "hash": file.entry_hash, "sha256": file.hash, "placed": file.placed_at.is_some()})
}

fn file_line(file: &FileRow) -> String {
    let sum = written(file.debits_minor, &file.currency);
    format!("{} {} {}: {} entries, {sum}, hash {}", file.id, file.created_on, file.modifier, file.entries, file.entry_hash)
}

fn authorization_json(row: &AuthorizationRow) -> Json {
    json!({"authorization": row.id.to_string(), "account": row.account.to_string(), "holder": row.holder, "class": row.class,
        "recurring": row.is_recurring, "bank_account": row.masked(), "kind": row.bank_account, "usual_minor": row.usual_minor,
        "range_minor": row.low_minor.zip(row.high_minor).map(|(low, high)| [low, high]), "currency": row.currency,
        "agreed_on": row.agreed_on.to_string(), "copy_given_on": row.copy_given_on.map(|on| on.to_string()), "evidence": row.evidence,
        "state": row.state, "because": row.because, "since": row.state_on.to_string()})
}

fn authorization_lines(row: &AuthorizationRow) -> Vec<String> {
    let what = if row.is_recurring { "a series" } else { "one debit" };
    let mut lines = vec![format!("{} {} {}, {what}, agreed {}: {}", row.id, row.holder, row.masked(), row.agreed_on, row.standing())];
    lines.extend((!row.because.is_empty()).then(|| format!("    {}", row.because)));
    lines
}

fn debit_json(row: &DebitRow) -> Json {
    let code = (!row.return_code.is_empty()).then(|| ReturnCode::of(&row.return_code));
    json!({"debit": row.id.to_string(), "account": row.account.to_string(), "authorization": row.authorization.to_string(), "kind": row.kind,
        "amount": money(row.amount_minor, &row.currency), "wanted_on": row.wanted_on.to_string(), "try": row.try_no,
        "notice_sent_on": row.notice_sent_on.map(|on| on.to_string()), "state": row.state, "because": row.because,
        "effective_on": row.effective_on.map(|on| on.to_string()), "trace": row.trace, "file": row.file.map(|id| id.to_string()),
        "payment": row.payment.map(|id| id.to_string()), "decision": row.decision.map(|id| id.to_string()),
        "return": code.map(|code| json!({"code": code.code, "means": code.means, "next_step": code.step}))})
}

fn debit_line(row: &DebitRow) -> String {
    let because = if row.because.is_empty() { String::new() } else { format!(" ({})", row.because) };
    format!("{} {} {:>14}  {}{because}", row.id, row.day(), written(row.amount_minor, &row.currency), row.standing())
}

fn taken_json(taken: &Taken) -> Json {
    let entries: Vec<Json> = taken
        .told
        .iter()
        .map(|(row, is_known)| {
            let code = ReturnCode::of(&row.code);
            json!({"line": row.line, "kind": row.kind, "code": row.code, "means": code.means, "next_step": code.step, "trace": row.trace,
                "amount_minor": row.amount_minor, "debit": row.debit.map(|id| id.to_string()), "account": row.account.map(|id| id.to_string()),
                "done": row.done, "known": is_known})
        })
        .collect();
    json!({"returns": taken.applied("return"), "changes": taken.applied("change"), "known": taken.known(), "unknown": taken.unknown(),
        "entries": entries, "problems": problems_json(&taken.problems)})
}

fn taken_lines(taken: &Taken) -> Vec<String> {
    let (returns, changes) = (taken.applied("return"), taken.applied("change"));
    let mut lines = vec![format!("{returns} returns, {changes} changes; {} known, {} unknown", taken.known(), taken.unknown())];
    for (row, is_known) in &taken.told {
        let what = match (row.debit, is_known) {
            (None, _) => "✗ no debit of ours bears this trace: ask our bank".into(),
            (_, true) => "told before".to_string(),
            (_, false) => row.done.clone(),
        };
        lines.push(format!("{} {} {what}", row.code, row.trace));
    }
    lines.extend(problem_lines(&taken.problems));
    lines
}

//! Payments are posted and reversed; the journal goes out.

use super::joint::{JointPayment, pay};
use super::named::parse_id;
use super::output::{answer, money, written};
use super::{Answered, Format, Global};
use crate::app::{Actor, App, Failure};
use crate::ledger::actions::{PostPayment, post_payment, reverse_payment};
use crate::ledger::direct::{PostDirect, post_direct, reverse_direct};
use crate::ledger::journal::Dialect;
use crate::ledger::payment_file::{self, COMMIT_MAX, ImportPayments};
use crate::{accounts, ledger};
use clap::{Args, Subcommand};
use duly_domain::values::ids::DirectPaymentId;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::io::Write;
use std::path::PathBuf;

/// `duly payment …`
#[derive(Subcommand)]
pub enum PaymentCommand {
    /// Posts a payment and allocates it; repeated with the same reference, once.
    ///
    /// It posts what it is given, however large: `ask_payments_above` is a question of the screen. What is over stands as
    /// unapplied and is said.
    Post {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// In minor units of the account's currency.
        #[arg(long, value_parser = super::plain::minor)]
        amount: i64,
        /// From when it counts.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
        /// The payer's or bank's reference.
        #[arg(long)]
        reference: String,
        /// It was paid to the creditor itself: the debt falls, and no money comes into trust.
        #[arg(long)]
        direct: bool,
    },
    /// Posts one payment for all accounts of a joint plan: by what is open, then what comes next; repeated with the same reference, once.
    Joint {
        /// The joint plan.
        #[arg(long)]
        plan: String,
        /// In minor units of its currency.
        #[arg(long, value_parser = super::plain::minor)]
        amount: i64,
        /// From when it counts.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
        /// The payer's or bank's reference.
        #[arg(long)]
        reference: String,
    },
    /// Takes a payment back.
    Reverse {
        /// The payment.
        payment: String,
        /// On which day.
        #[arg(long, value_parser = super::plain::day)]
        on: Date,
    },
}

pub(super) async fn payment(app: &App, global: &Global, command: PaymentCommand) -> Result<(), Failure> {
    match command {
        PaymentCommand::Post { account, amount, on, reference, direct: true } => {
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let ask = PostDirect { account, amount_minor: amount, paid_on: on, reference };
            let posted = post_direct(app, &Actor::command(), app.moment(), &ask).await?;
            let currency = posted.balance.currency().code();
            let allocation: Vec<Json> = posted
                .allocation
                .iter()
                .map(|(bucket, part)| json!({"bucket": bucket.code(), "amount": money(part.minor(), currency)}))
                .collect();
            let json = json!({"payment": posted.payment.to_string(), "direct": true, "allocation": allocation,
                "balance": buckets_json(&posted.balance), "repeat": posted.is_repeat});
            answer(global.format, &json, || {
                let owed = posted.balance.total().map(|total| total.to_string()).unwrap_or_default();
                vec![format!("payment {} to the creditor; {owed} is left", posted.payment)]
            })
        }
        PaymentCommand::Joint { plan, amount, on, reference } => pay(app, global, JointPayment { plan, amount, on, reference }).await,
        PaymentCommand::Reverse { payment, .. } if payment.starts_with(DirectPaymentId::PREFIX) => {
            let balance = reverse_direct(app, &Actor::command(), app.moment(), parse_id("payment", &payment)?).await?;
            let json = json!({"payment": payment, "state": "reversed", "balance": buckets_json(&balance)});
            answer(global.format, &json, || {
                vec![format!("taken back; {} is owed", balance.total().map(|total| total.to_string()).unwrap_or_default())]
            })
        }
        PaymentCommand::Post { account, amount, on, reference, .. } => {
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let ask = PostPayment { account, amount_minor: amount, effective_on: on, reference };
            let posted = post_payment(app, &Actor::command(), app.moment(), &ask).await?;
            let currency = posted.balance.currency().code();
            let allocation: Vec<Json> = posted
                .allocation
                .iter()
                .map(|(bucket, part)| json!({"bucket": bucket.code(), "amount": money(part.minor(), currency)}))
                .collect();
            let json = json!({"payment": posted.payment.to_string(), "allocation": allocation, "unapplied": money(posted.unapplied.minor(), currency),
                "balance": buckets_json(&posted.balance), "repeat": posted.is_repeat});
            answer(global.format, &json, || {
                let parts: Vec<String> = posted.allocation.iter().map(|(bucket, part)| format!("{bucket} {part}")).collect();
                let owed = posted.balance.total().map(|total| total.to_string()).unwrap_or_default();
                let mut lines = vec![format!("payment {}: {}; {owed} is left", posted.payment, parts.join(", "))];
                if posted.unapplied.minor() > 0 {
                    lines.push(format!("{} is more than was owed and stands as unapplied", posted.unapplied));
                }
                lines
            })
        }
        PaymentCommand::Reverse { payment, on } => {
            let balance = reverse_payment(app, &Actor::command(), app.moment(), parse_id("payment", &payment)?, on).await?;
            let json = json!({"payment": payment, "state": "reversed", "balance": buckets_json(&balance)});
            answer(global.format, &json, || {
                vec![format!("reversed; {} is owed", balance.total().map(|total| total.to_string()).unwrap_or_default())]
            })
        }
    }
}

/// `duly import payments …`
#[derive(Args)]
pub struct PaymentsFile {
    /// The file: CSV, a spreadsheet, JSON lines; packed or not.
    file: PathBuf,
    /// How many rows are kept in one commit, 1,000 at the most.
    #[arg(long, default_value_t = COMMIT_MAX)]
    commit: usize,
    /// Ends with 1 if a row was refused.
    #[arg(long)]
    strict: bool,
    /// Where to write the problems; beside it the refused rows and what became of each row.
    #[arg(long)]
    refusals: Option<PathBuf>,
}

/// Posts a list; says on standard error after each commit which rows are in the record.
pub(super) async fn import_payments(app: &App, global: &Global, asked: PaymentsFile) -> Result<Answered, Failure> {
    let PaymentsFile { file, commit, strict, refusals } = asked;
    let refusals = Some(refusals.unwrap_or_else(|| super::intake::refusals_beside(&file)));
    let ask = ImportPayments { path: file, rows_a_commit: commit, refusals };
    let kept = |row| eprintln!("kept up to row {row}");
    let report = payment_file::import_payments(app, &Actor::command(), app.moment(), &ask, kept).await?;
    let posted: Vec<Json> = report.posted_minor.iter().map(|(currency, minor)| money(*minor, currency)).collect();
    let [problems, refused_rows, acknowledgement] = &report.files;
    let json = json!({"rows": report.rows, "accepted": report.accepted, "refused": report.refused, "duplicates": report.duplicates,
        "posted": posted, "refusals": problems, "refused_rows": refused_rows, "acknowledgement": acknowledgement});
    answer(global.format, &json, || {
        let posted: Vec<String> = report.posted_minor.iter().map(|(currency, minor)| written(*minor, currency)).collect();
        let mut lines = vec![format!(
            "{} rows: {} posted{}, {} refused, {} posted before",
            report.rows,
            report.accepted,
            if posted.is_empty() { String::new() } else { format!(" ({})", posted.join(", ")) },
            report.refused,
            report.duplicates
        )];
        lines.extend(report.by_problem.iter().map(|((column, says), count)| format!("{count:>8} × {column} {says}")));
        lines.extend(problems.as_deref().filter(|_| report.refused > 0).map(|path| format!("every problem: {}", path.display())));
        lines
    })?;
    Ok(if strict && report.refused > 0 { Answered::No } else { Answered::Yes })
}

/// Writes the whole ledger as plain-text accounting.
pub(super) async fn export_journal(app: &App, global: &Global) -> Result<(), Failure> {
    let dialect = match global.format {
        Format::Hledger => Dialect::Hledger,
        Format::Beancount => Dialect::Beancount,
        _ => return Err(Failure::wrong("format", "of the journal must be hledger or beancount: add --format hledger")),
    };
    let mut tx = app.db.read().await?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    ledger::journal::write_journal(&mut tx, dialect, &mut out).await?;
    out.flush().map_err(|error| Failure::File(format!("the journal could not be written: {error}")))
}

/// Amounts by bucket, and their total.
pub fn buckets_json(buckets: &duly_domain::ledger::Buckets) -> Json {
    let currency = buckets.currency().code();
    let mut json: serde_json::Map<String, Json> =
        buckets.each().map(|(bucket, amount)| (bucket.code().to_string(), money(amount.minor(), currency))).collect();
    json.insert("total".into(), money(buckets.total().map(|total| total.minor()).unwrap_or(0), currency));
    Json::Object(json)
}

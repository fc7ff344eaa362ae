//! Interest, fees and waivers; hardship pauses; what pays an account off.

use super::named::{acting, find_worker, one_of, parse_id};
use super::output::{answer, money, written};
use super::{Answered, Global, buckets_json};
use crate::accounts;
use crate::accounts::hardship::actions::{GrantPause, end_pause, grant_pause};
use crate::accounts::hardship::store::list_of_account;
use crate::app::{App, Failure, Outcome};
use crate::compliance::gate::decision_json;
use crate::ledger::charges::actions::{
    ChargeFee, SetInterest, Waive, charge_fee, reverse_charge, set_interest, stop_interest, waive as waive_part,
};
use crate::ledger::charges::panel::percent;
use crate::ledger::charges::{payoff as paying, store};
use crate::ledger::write_offs::actions::{WriteOff, write_off};
use crate::ledger::write_offs::store as written_off;
use clap::{Args, Subcommand};
use duly_domain::accounts::Bucket;
use duly_domain::accounts::hardship::PauseReason;
use duly_domain::compliance::states::state;
use duly_domain::decision::Decision;
use duly_domain::identity::Permission;
use duly_domain::ledger::charges::InterestSource;
use duly_domain::ledger::interest::DayCount;
use duly_domain::ledger::write_off::WriteOffReason;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// `duly interest …`
#[derive(Subcommand)]
pub enum InterestCommand {
    /// Sets terms of interest from a day on; those that ran end with it.
    Set {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// What provides for it: agreement or judgment.
        #[arg(long)]
        source: String,
        /// The rate of a year in percent, such as 9 or 7.25; for a judgment the rate of the debtor's state unless named.
        #[arg(long)]
        rate: Option<String>,
        /// How days become a share of a year: `actual_365`, `actual_360`, `30_360_us`, `30_360_european`, `actual_actual_isda`.
        #[arg(long, default_value = "actual_365")]
        days: String,
        /// From which day, which does not count; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        from: Option<Date>,
        /// The clause of the agreement, or the court and its judgment.
        #[arg(long)]
        words: String,
        /// The e-mail address of whoever sets it; the command line itself unless named.
        #[arg(long)]
        user: Option<String>,
    },
    /// Stops interest with a day; what was posted beyond it is taken back.
    Stop {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// The last day that counts; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
        /// Why.
        #[arg(long)]
        because: String,
        /// The e-mail address of whoever stops it.
        #[arg(long)]
        user: Option<String>,
    },
    /// The terms of an account, what they came to, and every charge and waiver.
    Show {
        /// The account: its id or reference.
        account: String,
    },
}

/// `duly fee …`
#[derive(Subcommand)]
pub enum FeeCommand {
    /// Charges a fee, if the rules permit it.
    Charge {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// What for.
        #[arg(long)]
        what: String,
        /// In minor units of the account's currency.
        #[arg(long, value_parser = super::plain::minor)]
        amount: i64,
        /// On which bucket: fees, or costs of a court.
        #[arg(long, default_value = "fees")]
        bucket: String,
        /// The agreement expressly provides for it.
        #[arg(long)]
        in_agreement: bool,
        /// The law permits it.
        #[arg(long)]
        by_law: bool,
        /// The e-mail address of whoever charges it.
        #[arg(long)]
        user: Option<String>,
    },
    /// Takes a fee or a waiver back by an opposite entry.
    Reverse {
        /// The charge.
        charge: String,
        /// What was wrong with it.
        #[arg(long)]
        because: String,
        /// The e-mail address of whoever takes it back.
        #[arg(long)]
        user: Option<String>,
    },
}

/// `duly waive …`
#[derive(Args)]
pub struct WaiveArgs {
    /// The account: its id or reference.
    #[arg(long)]
    account: String,
    /// Of what: interest, fees, costs or other.
    #[arg(long)]
    bucket: String,
    /// In minor units of the account's currency.
    #[arg(long, value_parser = super::plain::minor)]
    amount: i64,
    /// Why.
    #[arg(long)]
    because: String,
    /// The officer's e-mail address.
    #[arg(long)]
    officer: String,
}

/// `duly pause …`
#[derive(Subcommand)]
pub enum PauseCommand {
    /// Grants a hardship pause: fees, interest, contact and credit reporting stop together.
    Grant {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// From which day, which may lie back; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        from: Option<Date>,
        /// The day of its review.
        #[arg(long, value_parser = super::plain::day)]
        until: Date,
        /// Why they cannot pay: work, illness, family, disaster, fraud, costs or other.
        #[arg(long)]
        reason: String,
        /// In their words.
        #[arg(long, default_value = "")]
        words: String,
        /// For every open account of the same person.
        #[arg(long)]
        person: bool,
        /// The officer's e-mail address.
        #[arg(long)]
        officer: String,
    },
    /// Ends the pause that stands, before its day.
    End {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// Why.
        #[arg(long)]
        because: String,
        /// The officer's e-mail address.
        #[arg(long)]
        officer: String,
    },
    /// The pauses of an account.
    Show {
        /// The account: its id or reference.
        account: String,
    },
}

/// Every reason, for people.
fn refused(global: &Global, decision: &Decision, what: &str) -> Result<Answered, Failure> {
    let mut json = decision_json(decision);
    json[what] = Json::Null;
    answer(global.format, &json, || {
        let line =
            |reason: &duly_domain::decision::Reason| format!("refused: {} {} {}", reason.rule.plain, reason.detail, reason.rule.instead);
        decision.because.iter().map(line).collect()
    })?;
    Ok(Answered::No)
}

/// Reads a rate of percent with up to four decimals, in millionths.
pub fn rate_ppm(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::wrong("rate", format!("{text:?} is no percentage such as 9 or 7.25, with four decimals at the most"));
    let (whole, part) =
        text.trim().trim_end_matches('%').trim_end().split_once('.').unwrap_or((text.trim().trim_end_matches('%').trim_end(), ""));
    let digits = format!("{whole}{part:0<4}");
    if whole.is_empty() || part.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    digits.parse().map_err(|_| wrong())
}

pub(super) async fn interest(app: &App, global: &Global, command: InterestCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    let mut tx = app.db.read().await?;
    match command {
        InterestCommand::Set { account, source, rate, days, from, words, user } => {
            let who = acting(&mut tx, user.as_deref(), Permission::Charge).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            let known = InterestSource::ALL.map(InterestSource::code);
            let source = InterestSource::parse(&source).ok_or_else(|| one_of("source", &source, known))?;
            let day_count = DayCount::parse(&days).ok_or_else(|| one_of("days", &days, DayCount::ALL.map(DayCount::code)))?;
            let rate_ppm = match rate {
                Some(rate) => rate_ppm(&rate)?,
                None if source == InterestSource::Judgment => {
                    let debtor = accounts::store::load_account(&mut tx, account).await?.debtor;
                    let lives = crate::parties::store::load_debtor(&mut tx, debtor).await?.state;
                    let rate = lives.as_deref().and_then(state).and_then(duly_domain::compliance::states::State::judgment_rate_ppm);
                    let says = "is not named, and our table has no plain rate for judgments of the debtor's state";
                    i64::from(rate.ok_or_else(|| Failure::wrong("rate", says))?)
                }
                None => return Err(Failure::wrong("rate", "is not named: it stands in the agreement")),
            };
            tx.rollback().await;
            let from_on = from.unwrap_or(at.business_day);
            match set_interest(app, &who, at, &SetInterest { account, source, rate_ppm, day_count, from_on, words }).await? {
                Outcome::Refused(decision) => return refused(global, &decision, "terms"),
                Outcome::Done(terms) => {
                    let json = json!({"terms": terms.to_string(), "rate_ppm": rate_ppm, "from": from_on.to_string()});
                    answer(global.format, &json, || vec![format!("interest of {} a year runs from {from_on}", percent(rate_ppm))])?;
                }
            }
        }
        InterestCommand::Stop { account, on, because, user } => {
            let who = acting(&mut tx, user.as_deref(), Permission::Charge).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            let on = on.unwrap_or(at.business_day);
            stop_interest(app, &who, at, account, on, &because).await?;
            let json = json!({"account": account.to_string(), "until": on.to_string()});
            answer(global.format, &json, || vec![format!("interest stopped with {on}")])?;
        }
        InterestCommand::Show { account } => {
            let id = accounts::store::resolve(&mut tx, &account).await?;
            let account = accounts::store::load_account(&mut tx, id).await?;
            let terms = store::list_terms(&mut tx, id).await?;
            let charges = store::list_charges(&mut tx, id, 500).await?;
            tx.rollback().await;
            let of_terms = |row: &store::TermsRow| {
                json!({"terms": row.id.to_string(), "source": row.source, "rate_ppm": row.rate_ppm, "day_count": row.day_count,
                    "from": row.from_on.to_string(), "until": row.until_on.map(|on| on.to_string()), "words": row.words,
                    "decision": row.decision.to_string(), "stopped_because": row.stopped_because})
            };
            let of_charge = |row: &store::ChargeRow| {
                json!({"charge": row.id.to_string(), "kind": row.kind, "bucket": row.bucket, "amount": money(row.amount_minor, &row.currency),
                    "to": row.to_on.map(|on| on.to_string()), "words": row.words, "reversed_on": row.reversed_on.map(|on| on.to_string())})
            };
            let json = json!({"account": id.to_string(), "posted_to": account.interest_to_on.map(|on| on.to_string()),
                "terms": terms.iter().map(of_terms).collect::<Vec<_>>(), "charges": charges.iter().map(of_charge).collect::<Vec<_>>()});
            answer(global.format, &json, || {
                let line = |row: &store::TermsRow| {
                    let until = row.until_on.map_or_else(|| "no end".to_string(), |on| format!("to {on}"));
                    format!("{} a year, {}, from {} {until}: {}", percent(row.rate_ppm), row.source, row.from_on, row.words)
                };
                let mut lines: Vec<String> = terms.iter().map(line).collect();
                if lines.is_empty() {
                    lines.push("no interest was ever set on this account".into());
                }
                lines.extend(charges.iter().map(|row| {
                    let gone = row.reversed_on.map(|on| format!(", taken back {on}")).unwrap_or_default();
                    format!("{} {} {}: {}{gone}", row.id, row.kind, written(row.amount_minor, &row.currency), row.words)
                }));
                lines
            })?;
        }
    }
    Ok(Answered::Yes)
}

fn bucket_of(text: &str) -> Result<Bucket, Failure> {
    Bucket::parse(text).ok_or_else(|| one_of("bucket", text, Bucket::ALL.map(Bucket::code)))
}

pub(super) async fn fee(app: &App, global: &Global, command: FeeCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    let mut tx = app.db.read().await?;
    match command {
        FeeCommand::Charge { account, what, amount, bucket, in_agreement, by_law, user } => {
            let who = acting(&mut tx, user.as_deref(), Permission::Charge).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            let ask = ChargeFee {
                account,
                bucket: bucket_of(&bucket)?,
                amount_minor: amount,
                what,
                is_in_agreement: in_agreement,
                is_permitted_by_law: by_law,
            };
            match charge_fee(app, &who, at, &ask).await? {
                Outcome::Refused(decision) => return refused(global, &decision, "charge"),
                Outcome::Done(charge) => {
                    answer(global.format, &json!({"charge": charge.to_string()}), || vec![format!("charged as {charge}")])?
                }
            }
        }
        FeeCommand::Reverse { charge, because, user } => {
            let who = acting(&mut tx, user.as_deref(), Permission::Charge).await?;
            tx.rollback().await;
            reverse_charge(app, &who, at, parse_id("charge", &charge)?, &because).await?;
            answer(global.format, &json!({"charge": charge, "state": "reversed"}), || vec!["taken back".into()])?;
        }
    }
    Ok(Answered::Yes)
}

pub(super) async fn waive(app: &App, global: &Global, args: WaiveArgs) -> Result<Answered, Failure> {
    let mut tx = app.db.read().await?;
    let who = find_worker(&mut tx, &args.officer).await?;
    let account = accounts::store::resolve(&mut tx, &args.account).await?;
    tx.rollback().await;
    let ask = Waive { account, bucket: bucket_of(&args.bucket)?, amount_minor: args.amount, because: args.because };
    match waive_part(app, &who, app.moment(), &ask).await? {
        Outcome::Refused(decision) => refused(global, &decision, "charge"),
        Outcome::Done(charge) => {
            answer(global.format, &json!({"charge": charge.to_string()}), || vec![format!("waived as {charge}")])?;
            Ok(Answered::Yes)
        }
    }
}

/// `duly account write-off`: what is left is written off, or every reason why not.
pub(super) async fn write_off_left(
    app: &App,
    global: &Global,
    account: &str,
    because: &str,
    note: String,
    officer: &str,
) -> Result<Answered, Failure> {
    let mut tx = app.db.read().await?;
    let who = acting(&mut tx, Some(officer), Permission::WriteOff).await?;
    let account = accounts::store::resolve(&mut tx, account).await?;
    tx.rollback().await;
    let because =
        WriteOffReason::parse(because).ok_or_else(|| one_of("because", because, WriteOffReason::ALL.map(WriteOffReason::code)))?;
    match write_off(app, &who, app.moment(), &WriteOff { account, because, note }).await? {
        Outcome::Refused(decision) => refused(global, &decision, "write_off"),
        Outcome::Done(id) => {
            let rows = written_off::list_of_account(&mut app.db.read().await?, account).await?;
            let left = rows.iter().find(|row| row.id == id).map(|row| money(row.amount_minor, &row.currency));
            let json = json!({"write_off": id.to_string(), "account": account.to_string(), "amount": left, "because": because.code()});
            answer(global.format, &json, || vec![format!("written off as {id}; the account is closed")])?;
            Ok(Answered::Yes)
        }
    }
}

pub(super) async fn pause(app: &App, global: &Global, command: PauseCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    let mut tx = app.db.read().await?;
    match command {
        PauseCommand::Grant { account, from, until, reason, words, person, officer } => {
            let who = find_worker(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            let reason = PauseReason::parse(&reason).ok_or_else(|| one_of("reason", &reason, PauseReason::ALL.map(PauseReason::code)))?;
            let from_on = from.unwrap_or(at.business_day);
            let ask = GrantPause { account, from_on, until_on: until, reason, words, is_for_person: person };
            match grant_pause(app, &who, at, &ask).await? {
                Outcome::Refused(decision) => return refused(global, &decision, "pauses"),
                Outcome::Done(pauses) => {
                    let ids: Vec<String> = pauses.iter().map(ToString::to_string).collect();
                    answer(global.format, &json!({"pauses": ids, "until": until.to_string()}), || {
                        vec![format!(
                            "{} paused from {from_on} until {until}",
                            if ids.len() == 1 { "the account is".to_string() } else { format!("{} accounts are", ids.len()) }
                        )]
                    })?;
                }
            }
        }
        PauseCommand::End { account, because, officer } => {
            let who = find_worker(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            end_pause(app, &who, at, account, &because).await?;
            answer(global.format, &json!({"account": account.to_string()}), || vec!["the pause is over".into()])?;
        }
        PauseCommand::Show { account } => {
            let id = accounts::store::resolve(&mut tx, &account).await?;
            let rows = list_of_account(&mut tx, id).await?;
            tx.rollback().await;
            let pauses = rows.iter().map(|row| {
                json!({"pause": row.id.to_string(), "from": row.from_on.to_string(), "until": row.until_on.to_string(), "reason": row.reason,
                    "ended_on": row.ended_on.map(|on| on.to_string()), "ended_because": row.ended_because})
            });
            let json = json!({"account": id.to_string(), "pauses": pauses.collect::<Vec<_>>()});
            answer(global.format, &json, || {
                let line = |row: &crate::accounts::hardship::store::PauseRow| {
                    let ended = row.ended_on.map(|on| format!(", over since {on}")).unwrap_or_default();
                    format!("{} from {} until {}: {}{ended}", row.id, row.from_on, row.until_on, row.reason)
                };
                if rows.is_empty() { vec!["this account was never paused".into()] } else { rows.iter().map(line).collect() }
            })?;
        }
    }
    Ok(Answered::Yes)
}

/// `duly account payoff`
pub(super) async fn payoff(app: &App, global: &Global, account: &str, on: Option<Date>) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, account).await?;
    let account = accounts::store::load_account(&mut tx, id).await?;
    let figure = paying::of(&mut tx, &account, on.unwrap_or(app.moment().business_day)).await?;
    tx.rollback().await;
    let currency = account.currency.as_str();
    let json = json!({"account": id.to_string(), "on": figure.on.to_string(), "owed": buckets_json(&figure.owed),
        "interest_to_come": money(figure.accruing.minor(), currency), "total": money(figure.total.minor(), currency),
        "a_day_more": money(figure.a_day.minor(), currency)});
    answer(global.format, &json, || {
        vec![format!("{} on {}: {} of it is interest that is not posted yet", figure.total, figure.on, figure.accruing)]
    })
}

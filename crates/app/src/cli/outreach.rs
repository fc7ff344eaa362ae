//! Contacts are reserved and recorded.

use super::named::{find_point, find_worker, parse_id};
use super::output::answer;
use super::{Answered, Global};
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::compliance::gate::{AskContact, decision_json};
use crate::outreach::actions::{RecordContact, Reserved, record_contact, reserve_contact};
use crate::outreach::words::{self, DueWords, Said};
use crate::store::Tx;
use clap::Subcommand;
use duly_domain::compliance::record::Dialing;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::DebtorId;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// `duly contact …`
#[derive(Subcommand)]
pub enum ContactCommand {
    /// Asks the gate and reserves a contact.
    Reserve {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// The person's id; the debtor unless named.
        #[arg(long)]
        person: Option<String>,
        /// call, text, email, letter …
        #[arg(long)]
        channel: String,
        /// The number or address: its id, or as it is written.
        #[arg(long)]
        to: Option<String>,
        /// Who or what dials or sends: manual, atds, prerecorded, artificial_voice.
        #[arg(long, value_parser = super::plain::dialing, default_value = "manual")]
        dialing: Dialing,
        /// The officer's e-mail address.
        #[arg(long)]
        officer: String,
        /// Ask for the undisputed part of the debt alone, and speak of the rest as disputed.
        #[arg(long)]
        undisputed_only: bool,
        /// A supervisor's reason for releasing what the gate leaves to them.
        #[arg(long)]
        release: Option<String>,
    },
    /// Records what became of a reserved contact.
    Record {
        /// The reservation.
        reservation: String,
        /// The result's code.
        #[arg(long)]
        result: String,
        /// The day of the next action.
        #[arg(long, value_parser = super::plain::day)]
        follow_up: Option<Date>,
        /// What is new.
        #[arg(long)]
        note: Option<String>,
        /// Which of the words that were due were said: their ids, `all` or `none`.
        #[arg(long, value_delimiter = ',')]
        said: Vec<String>,
        /// The officer's e-mail address; the command line itself unless named.
        #[arg(long)]
        officer: Option<String>,
    },
}

pub(super) async fn contact(app: &App, global: &Global, command: ContactCommand) -> Result<Answered, Failure> {
    match command {
        ContactCommand::Reserve { account, person, channel, to, dialing, officer, undisputed_only, release } => {
            let mut tx = app.db.read().await?;
            let who = find_worker(&mut tx, &officer).await?;
            let ask = read_ask(&mut tx, &account, person.as_deref(), &channel, to.as_deref(), dialing).await?;
            tx.rollback().await;
            let ask = AskContact { is_about_undisputed: undisputed_only, ..ask };
            let reserved = reserve_contact(app, &who, app.moment(), &ask, release.as_deref()).await?;
            let mut json = decision_json(&reserved.decision);
            let words = match reserved.contact {
                Some(contact) => words::due_in(&mut app.db.read().await?, &who, contact).await?,
                None => Vec::new(),
            };
            json["words"] = words.iter().map(in_json).collect();
            json["reservation"] = json!(reserved.contact.map(|contact| contact.to_string()));
            json["expires_at"] = json!(reserved.expires_at.map(|at| at.to_string()));
            json["attempts_used"] = json!(reserved.attempts.0);
            json["attempts_max"] = json!(reserved.attempts.1);
            answer(global.format, &json, || {
                let said = words.iter().map(|due| match &due.words {
                    Ok(words) => format!("  say ({}): {words}", due.wording.id),
                    Err(missing) => format!("  say ({}): {missing}", due.wording.id),
                });
                reservation_lines(&reserved).into_iter().chain(said).collect()
            })?;
            Ok(if reserved.contact.is_some() { Answered::Yes } else { Answered::No })
        }
        ContactCommand::Record { reservation, result, follow_up, note, said, officer } => {
            let who = match officer {
                None => Actor::command(),
                Some(email) => find_worker(&mut app.db.read().await?, &email).await?,
            };
            let contact = parse_id("reservation", &reservation)?;
            let said = match said.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                [] => Said::NotAsked,
                ["all"] => Said::All,
                ["none"] => Said::These(Vec::new()),
                _ => Said::These(said),
            };
            let ask = RecordContact { contact, result, follow_up_on: follow_up, follow_up_at: None, note, said };
            let recorded = record_contact(app, &who, app.moment(), &ask).await?;
            let json = json!({"contact": contact.to_string(), "account": recorded.account.to_string(), "attempts_used": recorded.attempts.0,
                "attempts_max": recorded.attempts.1, "next_action_on": recorded.next_on.to_string()});
            answer(global.format, &json, || {
                vec![format!(
                    "recorded; {} of {} calls used in 7 days; next action on {}",
                    recorded.attempts.0, recorded.attempts.1, recorded.next_on
                )]
            })?;
            Ok(Answered::Yes)
        }
    }
}

/// Reads who is to be reached, by what and how.
pub(super) async fn read_ask(
    tx: &mut Tx,
    account: &str,
    person: Option<&str>,
    channel: &str,
    to: Option<&str>,
    dialing: Dialing,
) -> Result<AskContact, Failure> {
    let account = accounts::store::resolve(tx, account).await?;
    let channel = Channel::parse(channel)
        .ok_or_else(|| Failure::wrong("channel", format!("{channel:?} is not one of call, ringless_voicemail, text, email, letter")))?;
    let person = person.map(|person| parse_id::<DebtorId>("person", person)).transpose()?;
    let point = find_point(tx, account, person, channel, to).await?;
    Ok(AskContact { person, point, dialing, ..AskContact::with_debtor(account, channel) })
}

/// Words that are due, as commands print them.
fn in_json(due: &DueWords) -> Json {
    let wording = due.wording;
    json!({"id": wording.id, "kind": wording.kind.code(), "version": wording.version, "language": wording.language.tag(),
        "words": due.words.as_ref().ok(), "missing": due.words.as_ref().err(), "citation": wording.cite})
}

fn reservation_lines(reserved: &Reserved) -> Vec<String> {
    let mut lines = vec![match &reserved.contact {
        Some(contact) => format!("allowed: reserved as {contact}; call {} of {} in 7 days", reserved.attempts.0, reserved.attempts.1),
        None => "not allowed".to_string(),
    }];
    lines.extend(reserved.decision.because.iter().map(|reason| {
        let rule = reason.rule;
        format!("  {} {} ({}): {}. {}", rule.plain, reason.detail, rule.cite, rule.id, rule.instead)
    }));
    lines.extend(reserved.decision.next_allowed_at.map(|at| format!("  allowed again at {at}")));
    lines
}

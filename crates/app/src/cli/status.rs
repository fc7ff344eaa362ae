//! Statuses of people and debts: listed with what they leave allowed, entered, lifted.

use super::named::{acting, one_of, parse_id};
use super::output::answer;
use super::{Answered, Global};
use crate::app::{Actor, App, Failure};
use crate::parties::status::actions::{EnterStatus, LiftStatus, enter, lift};
use crate::parties::status::panel::in_words;
use crate::parties::status::standing::{Since, Standing, standing};
use crate::{accounts, audit};
use clap::{Args, Subcommand};
use duly_domain::compliance::status::{CARDS, Evidence, Status};
use duly_domain::identity::Permission;
use duly_domain::parties::care::Need;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// `duly status …`
#[derive(Subcommand)]
pub enum StatusCommand {
    /// What stands on an account, with what is still allowed; the table of statuses where no account is named.
    List {
        /// The account: its id or reference.
        #[arg(long)]
        account: Option<String>,
    },
    /// Enters a status.
    Enter(Box<EnterArgs>),
    /// Lifts a status.
    Lift {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// The row by which it binds, as `status list` names it.
        by: String,
        /// The day it was over; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        on: Option<Date>,
        /// What shows that it is over.
        #[arg(long)]
        source: String,
        /// Why it is lifted.
        #[arg(long)]
        because: String,
        /// The court lifted the stay for this debt alone.
        #[arg(long)]
        stay_alone: bool,
        /// The e-mail address of who lifts it; the command line itself unless named.
        #[arg(long)]
        user: Option<String>,
    },
}

/// What a status is entered with.
#[derive(Args)]
pub struct EnterArgs {
    /// The account: its id or reference.
    #[arg(long)]
    account: String,
    /// The person's id; the debtor unless named.
    #[arg(long)]
    person: Option<String>,
    /// Which, by its code: `status list` names them.
    #[arg(long)]
    status: String,
    /// The day it began or came in; today unless named.
    #[arg(long, value_parser = super::plain::day)]
    on: Option<Date>,
    /// How we know.
    #[arg(long)]
    source: String,
    /// In their words, or more about it.
    #[arg(long)]
    words: Option<String>,
    /// A document of the account that shows it.
    #[arg(long)]
    document: Option<String>,
    /// The court's number of a case.
    #[arg(long)]
    reference: Option<String>,
    /// The channel that is closed.
    #[arg(long)]
    channel: Option<String>,
    /// The needs they agreed to have written down, separated by commas.
    #[arg(long, value_delimiter = ',')]
    needs: Vec<String>,
    /// Who agreed.
    #[arg(long)]
    consented_by: Option<String>,
    /// When.
    #[arg(long, value_parser = super::plain::day)]
    consented_on: Option<Date>,
    /// How.
    #[arg(long)]
    consented_how: Option<String>,
    /// First day of service in the forces.
    #[arg(long, value_parser = super::plain::day)]
    served_from: Option<Date>,
    /// Last day of it.
    #[arg(long, value_parser = super::plain::day)]
    served_until: Option<Date>,
    /// The day their request with the orders came.
    #[arg(long, value_parser = super::plain::day)]
    orders_on: Option<Date>,
    /// The e-mail address of who enters it; the command line itself unless named.
    #[arg(long)]
    user: Option<String>,
}

pub(super) async fn status(app: &App, global: &Global, command: StatusCommand) -> Result<Answered, Failure> {
    match command {
        StatusCommand::List { account: None } => {
            let table: Vec<Json> = CARDS.iter().map(|card| described(card.status)).collect();
            answer(global.format, &json!({"statuses": table}), || CARDS.iter().flat_map(|card| lines_of(card.status)).collect())?;
        }
        StatusCommand::List { account: Some(account) } => {
            let mut tx = app.db.read().await?;
            let id = accounts::store::resolve(&mut tx, &account).await?;
            let all = standing(&mut tx, id).await?;
            tx.rollback().await;
            audit::views::record(app, &Actor::command(), app.moment().at, id, audit::views::COMMAND).await?;
            audit::views::flush(app).await?;
            let shown: Vec<Json> = all.iter().map(standing_json).collect();
            answer(global.format, &json!({"account": id.to_string(), "statuses": shown}), || {
                all.iter()
                    .flat_map(|known| {
                        let head = format!("{} {}: {}", known.by, known.name, known.status);
                        std::iter::once(head).chain(allowed(known.status))
                    })
                    .collect()
            })?;
        }
        StatusCommand::Enter(args) => {
            let mut tx = app.db.read().await?;
            let who = acting(&mut tx, args.user.as_deref(), Permission::RecordStops).await?;
            let account = accounts::store::resolve(&mut tx, &args.account).await?;
            tx.rollback().await;
            let needs = args
                .needs
                .iter()
                .map(|code| Need::parse(code).ok_or_else(|| one_of("needs", code, Need::ALL.iter().map(|need| need.code()))));
            let ask = EnterStatus {
                person: args.person.as_deref().map(|person| parse_id("person", person)).transpose()?,
                words: args.words,
                document: args.document.as_deref().map(|document| parse_id("document", document)).transpose()?,
                reference: args.reference,
                channel: args.channel,
                needs: needs.collect::<Result<_, _>>()?,
                consented_by: args.consented_by,
                consented_on: args.consented_on,
                consented_how: args.consented_how,
                served_from: args.served_from,
                served_until: args.served_until,
                orders_on: args.orders_on,
                ..EnterStatus::of(
                    account,
                    read_status(&args.status)?,
                    args.on.unwrap_or(app.moment().business_day),
                    read_source(&args.source)?,
                )
            };
            let by = enter(app, &who, app.moment(), &ask).await?;
            let json = json!({"entered": by.to_string(), "status": described(ask.status)});
            answer(global.format, &json, || {
                std::iter::once(format!("entered as {by}: {}", ask.status)).chain(allowed(ask.status)).collect()
            })?;
        }
        StatusCommand::Lift { account, by, on, source, because, stay_alone, user } => {
            let mut tx = app.db.read().await?;
            let who = acting(&mut tx, user.as_deref(), Permission::RecordStops).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            let on = on.unwrap_or(app.moment().business_day);
            let ask = LiftStatus {
                account,
                by: by.parse()?,
                on,
                source: read_source(&source)?,
                because,
                document: None,
                is_stay_alone: stay_alone,
            };
            let lifted = lift(app, &who, app.moment(), &ask).await?;
            answer(global.format, &json!({"lifted": by, "status": lifted.code()}), || vec![format!("lifted: {lifted}")])?;
        }
    }
    Ok(Answered::Yes)
}

fn read_status(code: &str) -> Result<Status, Failure> {
    Status::parse(code).ok_or_else(|| one_of("status", code, CARDS.iter().map(|card| card.code)))
}

fn read_source(code: &str) -> Result<Evidence, Failure> {
    Evidence::parse(code).ok_or_else(|| one_of("source", code, Evidence::ALL.iter().map(|known| known.code())))
}

fn allowed(status: Status) -> impl Iterator<Item = String> {
    status.card().allowed.iter().map(|item| format!("  still allowed: {}", item.says))
}

fn lines_of(status: Status) -> Vec<String> {
    let card = status.card();
    let head = format!("{:<16} {} ({}); binds {}", card.code, card.words, card.cite, card.binds);
    std::iter::once(head).chain(allowed(status)).collect()
}

fn described(status: Status) -> Json {
    let card = status.card();
    let codes = |known: &[Evidence]| known.iter().map(|known| known.code()).collect::<Vec<_>>();
    json!({"code": card.code, "words": card.words, "binds": card.binds.to_string(), "citation": card.cite,
        "still_allowed": card.allowed.iter().map(|item| item.says).collect::<Vec<_>>(), "beside": card.beside,
        "entered_by": codes(card.enter), "lifted_by": codes(card.lift)})
}

fn standing_json(known: &Standing) -> Json {
    let since = match known.since {
        Since::On(on) => on.to_string(),
        Since::At(at) => at.to_string(),
    };
    json!({"by": known.by.to_string(), "person": known.person.to_string(), "since": since, "particular": known.particular,
        "evidence": known.evidence.iter().map(in_words).collect::<Vec<_>>(), "status": described(known.status)})
}

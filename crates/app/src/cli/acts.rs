//! Acts about a debt are asked of the rules, and the answer is kept.

use super::named::find_actor;
use super::output::write_line;
use super::{Answered, plain};
use crate::app::{Actor, App, Failure};
use crate::compliance::acts::{ask, form};
use crate::web::form::Fields;
use crate::{accounts, ledger};
use clap::{Args, Subcommand};
use duly_domain::decision::Answer;
use duly_domain::identity::{Permission, may};
use jiff::civil::Date;

/// `duly act …`
#[derive(Subcommand)]
pub enum ActCommand {
    /// Asks whether an act may be done about an account, and keeps the answer.
    Ask(Box<AskArgs>),
}

/// What is asked. What is not said is taken as it binds us most.
#[derive(Args)]
pub struct AskArgs {
    /// The account: its id or reference.
    #[arg(long)]
    account: String,
    /// furnish, transfer, fee, interest, deposit, debit, delete, suit, judgment.
    #[arg(long)]
    act: String,
    /// Who asks, by e-mail address; the command line itself unless named.
    #[arg(long)]
    officer: Option<String>,
    /// furnish: to which bureau.
    #[arg(long, default_value = "not named")]
    bureau: String,
    /// furnish: the day the delinquency began.
    #[arg(long, value_parser = plain::day)]
    delinquency_began: Option<Date>,
    /// furnish, transfer: a dispute is shown.
    #[arg(long)]
    shows_dispute: bool,
    /// transfer: buyer, owner, previous_owner_by_contract, security_interest, merger_successor.
    #[arg(long, default_value = "buyer")]
    to: String,
    /// transfer: their name.
    #[arg(long, default_value = "not named")]
    name: String,
    /// fee: what for.
    #[arg(long, default_value = "not named")]
    what: String,
    /// fee, debit: how much, in minor units.
    #[arg(long, value_parser = plain::minor)]
    amount: Option<i64>,
    /// fee, interest: the agreement provides for it.
    #[arg(long)]
    in_agreement: bool,
    /// fee, interest: a law permits it.
    #[arg(long)]
    law_permits: bool,
    /// interest: the rate of a year in percent.
    #[arg(long)]
    rate: Option<String>,
    /// deposit: the day it was accepted.
    #[arg(long, value_parser = plain::day)]
    accepted_on: Option<Date>,
    /// deposit: the date it bears.
    #[arg(long, value_parser = plain::day)]
    dated: Option<Date>,
    /// deposit, debit: the day the written notice went out.
    #[arg(long, value_parser = plain::day)]
    notice_sent_on: Option<Date>,
    /// deposit: it was asked for to threaten or start a prosecution.
    #[arg(long)]
    to_threaten: bool,
    /// debit: they signed a writing for it, or authenticated one.
    #[arg(long)]
    authorized: bool,
    /// debit: they were given a copy.
    #[arg(long)]
    copy_given: bool,
    /// debit: they took it back.
    #[arg(long)]
    revoked: bool,
    /// debit: the last or agreed amount, in minor units.
    #[arg(long, value_parser = plain::minor)]
    usual: Option<i64>,
    /// debit: the lowest amount without notice, in minor units.
    #[arg(long, value_parser = plain::minor)]
    range_low: Option<i64>,
    /// debit: the highest amount without notice, in minor units.
    #[arg(long, value_parser = plain::minor)]
    range_high: Option<i64>,
    /// delete: evidence, call_recording, debit_authorization.
    #[arg(long, default_value = "evidence")]
    kept: String,
    /// delete: the day of the call, or of the last debit.
    #[arg(long, value_parser = plain::day)]
    kept_on: Option<Date>,
    /// delete: the last activity, where it is later than what is on record.
    #[arg(long, value_parser = plain::day)]
    last_activity_on: Option<Date>,
    /// suit: consumer_residence, contract_signed, real_property_located, elsewhere.
    #[arg(long, default_value = "elsewhere")]
    venue: String,
    /// suit: it is a claim filed in a bankruptcy.
    #[arg(long)]
    proof_of_claim: bool,
    /// suit: the day the time to sue began.
    #[arg(long, value_parser = plain::day)]
    accrued_on: Option<Date>,
    /// suit: written_contract, oral, promissory_note, open_account.
    #[arg(long)]
    agreement: Option<String>,
    /// judgment: the affidavit of military service is filed.
    #[arg(long)]
    military_affidavit: bool,
}

impl AskArgs {
    /// As a form on screen would bring it.
    fn fields(&self) -> Fields {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let minor = |minor: Option<i64>| minor.map(|minor| minor.to_string()).unwrap_or_default();
        let yes = |is_so: bool| if is_so { "yes".to_string() } else { "no".into() };
        Fields::named([
            ("bureau", self.bureau.clone()),
            ("delinquency_began", day(self.delinquency_began)),
            ("shows_dispute", yes(self.shows_dispute)),
            ("to", self.to.clone()),
            ("name", self.name.clone()),
            ("what", self.what.clone()),
            ("amount_minor", minor(self.amount)),
            ("in_agreement", yes(self.in_agreement)),
            ("law_permits", yes(self.law_permits)),
            ("rate", text(&self.rate)),
            ("accepted_on", day(self.accepted_on)),
            ("dated", day(self.dated)),
            ("notice_sent_on", day(self.notice_sent_on)),
            ("to_threaten", yes(self.to_threaten)),
            ("authorized", yes(self.authorized)),
            ("copy_given", yes(self.copy_given)),
            ("revoked", yes(self.revoked)),
            ("usual_minor", minor(self.usual)),
            ("range_low_minor", minor(self.range_low)),
            ("range_high_minor", minor(self.range_high)),
            ("kept", self.kept.clone()),
            ("kept_on", day(self.kept_on)),
            ("last_activity_on", day(self.last_activity_on)),
            ("venue", self.venue.clone()),
            ("proof_of_claim", yes(self.proof_of_claim)),
            ("accrued_on", day(self.accrued_on)),
            ("agreement", text(&self.agreement)),
            ("military_affidavit", yes(self.military_affidavit)),
        ])
    }
}

/// Always JSON, as `duly decide`.
pub(super) async fn act(app: &App, command: ActCommand) -> Result<Answered, Failure> {
    let ActCommand::Ask(args) = command;
    let mut tx = app.db.read().await?;
    let who = match &args.officer {
        None => Actor::command(),
        Some(email) => find_actor(&mut tx, email).await?,
    };
    if args.officer.is_some() && !may(who.role, Permission::AskActs) {
        return Err(Failure::Forbidden);
    }
    let account = accounts::store::resolve(&mut tx, &args.account).await?;
    let currency = ledger::store::currency(&accounts::store::load_account(&mut tx, account).await?.currency)?;
    tx.rollback().await;
    let at = app.moment();
    let act = form::read(&args.act, &args.fields(), currency, at.business_day).map_err(Failure::Wrong)?;
    let asked = ask(app, &who, at, account, &act).await?;
    write_line(&asked.json().to_string())?;
    Ok(if asked.decision.answer == Answer::Yes { Answered::Yes } else { Answered::No })
}

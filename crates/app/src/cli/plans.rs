//! Promises are taken and withdrawn.

use super::named::{find_worker, parse_id};
use super::output::{answer, money};
use super::{Answered, Global};
use crate::accounts;
use crate::app::{Actor, App, Failure, Outcome};
use crate::compliance::gate::decision_json;
use crate::plans::actions::{TakePromise, take_promise, withdraw_promise};
use clap::Subcommand;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// `duly promise …`
#[derive(Subcommand)]
pub enum PromiseCommand {
    /// Records what a debtor said they will pay.
    Take {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// In minor units of the account's currency.
        #[arg(long, value_parser = super::plain::minor)]
        amount: i64,
        /// By when.
        #[arg(long, value_parser = super::plain::day)]
        due: Date,
        /// The officer's e-mail address.
        #[arg(long)]
        officer: String,
    },
    /// Takes an open promise back.
    Withdraw {
        /// The promise.
        promise: String,
    },
}

pub(super) async fn promise(app: &App, global: &Global, command: PromiseCommand) -> Result<Answered, Failure> {
    match command {
        PromiseCommand::Take { account, amount, due, officer } => {
            let mut tx = app.db.read().await?;
            let who = find_worker(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            match take_promise(app, &who, app.moment(), TakePromise { account, amount_minor: amount, due_on: due }).await? {
                Outcome::Done(promise) => {
                    let json = json!({"promise": promise.id.to_string(), "state": promise.state, "due_on": promise.due_on.to_string(),
                        "amount": money(promise.amount_minor, &promise.currency)});
                    answer(global.format, &json, || vec![format!("promise {} is open, due {}", promise.id, promise.due_on)])?;
                    Ok(Answered::Yes)
                }
                Outcome::Refused(decision) => {
                    let mut json = decision_json(&decision);
                    json["promise"] = Json::Null;
                    answer(global.format, &json, || {
                        decision
                            .because
                            .iter()
                            .map(|reason| format!("refused: {} {} {}", reason.rule.plain, reason.detail, reason.rule.instead))
                            .collect()
                    })?;
                    Ok(Answered::No)
                }
            }
        }
        PromiseCommand::Withdraw { promise } => {
            let promise = withdraw_promise(app, &Actor::command(), app.moment(), parse_id("promise", &promise)?).await?;
            answer(global.format, &json!({"promise": promise.id.to_string(), "state": promise.state}), || {
                vec![format!("promise {} is withdrawn", promise.id)]
            })?;
            Ok(Answered::Yes)
        }
    }
}

//! Versions of policy are proposed, approved and withdrawn.

use super::named::{find_actor, find_creditor, parse_id};
use super::output::answer;
use super::{Answered, Global};
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::compliance::difference::Difference;
use crate::compliance::policy::actions::{ProposePolicy, approve_policy, propose_policy, try_policy, withdraw_policy};
use crate::compliance::policy::pages::{in_force, in_words};
use crate::compliance::policy::store::{self, PolicyRow};
use clap::{Args, Subcommand};
use duly_domain::compliance::policy::Limits;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::PolicyId;
use duly_domain::values::moment::Moment;
use jiff::civil::{Date, Time};
use serde_json::{Value as Json, json};

/// `duly policy …`
#[derive(Subcommand)]
pub enum PolicyCommand {
    /// What is in force and proposed, and what was; the newest first.
    Show,
    /// Proposes a version, with the difference it would make.
    Propose(ProposeArgs),
    /// Approves what somebody else proposed.
    Approve {
        /// The version.
        policy: String,
        /// The e-mail address of whoever approves.
        #[arg(long)]
        officer: String,
    },
    /// Withdraws a proposal.
    Withdraw {
        /// The version.
        policy: String,
        /// The e-mail address of whoever withdraws it.
        #[arg(long)]
        officer: String,
    },
}

/// What a version asks; what is not named is left to the law.
#[derive(Args)]
pub struct ProposeArgs {
    /// Whose it is to be: a creditor's name; the agency's own unless named.
    #[arg(long)]
    creditor: Option<String>,
    /// Calls about one debt to one person in seven days.
    #[arg(long)]
    attempts: Option<u32>,
    /// When the day opens, such as 09:00.
    #[arg(long, value_parser = minute)]
    opens: Option<u16>,
    /// When the day closes, such as 20:00.
    #[arg(long, value_parser = minute)]
    closes: Option<u16>,
    /// E-mails, texts and private messages to one person in seven days.
    #[arg(long)]
    electronic: Option<u32>,
    /// Nobody is reached on Sundays.
    #[arg(long)]
    off_sundays: bool,
    /// Nor on federal holidays and their stand-ins.
    #[arg(long)]
    off_holidays: bool,
    /// From which day.
    #[arg(long, value_parser = super::plain::day)]
    from: Date,
    /// Why.
    #[arg(long)]
    reason: String,
    /// Shows the difference and keeps nothing.
    #[arg(long)]
    dry_run: bool,
    /// The e-mail address of whoever proposes it.
    #[arg(long)]
    officer: String,
}

/// A time of the day in minutes; 24:00 is its end.
fn minute(text: &str) -> Result<u16, String> {
    if text == "24:00" {
        return Ok(24 * 60);
    }
    let time: Time = text.parse().map_err(|_| format!("{text:?} is no time such as 09:00"))?;
    Ok(u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0))
}

pub(super) async fn policy(app: &App, global: &Global, command: PolicyCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        PolicyCommand::Show => show(app, global, at).await?,
        PolicyCommand::Propose(args) => propose(app, global, at, args).await?,
        PolicyCommand::Approve { policy, officer } => {
            let who = find_changer(app, &officer).await?;
            let id: PolicyId = parse_id("policy", &policy)?;
            let difference = approve_policy(app, &who, at, id).await?;
            let row = store::load_policy(&mut app.db.read().await?, id).await?;
            let json = json!({"policy": id.to_string(), "state": row.state, "begins_at": row.begins_at.map(|at| at.to_string()), "difference": difference});
            answer(global.format, &json, || lines(format!("{id} is approved"), &difference))?;
        }
        PolicyCommand::Withdraw { policy, officer } => {
            let who = find_changer(app, &officer).await?;
            let id: PolicyId = parse_id("policy", &policy)?;
            withdraw_policy(app, &who, at, id).await?;
            answer(global.format, &json!({"policy": id.to_string(), "state": "withdrawn"}), || vec![format!("{id} is withdrawn")])?;
        }
    }
    Ok(Answered::Yes)
}

/// Finds who may change policy and packs by their address.
pub(super) async fn find_changer(app: &App, email: &str) -> Result<Actor, Failure> {
    let who = find_actor(&mut app.db.read().await?, email).await?;
    if may(who.role, Permission::ChangePolicy) { Ok(who) } else { Err(Failure::Forbidden) }
}

async fn propose(app: &App, global: &Global, at: Moment, args: ProposeArgs) -> Result<(), Failure> {
    let who = find_changer(app, &args.officer).await?;
    let ask = ProposePolicy {
        creditor: find_creditor(&mut app.db.read().await?, args.creditor.as_deref()).await?,
        limits: Limits {
            attempts_max_7_days: args.attempts,
            opens_minute: args.opens,
            closes_minute: args.closes,
            electronic_max_7_days: args.electronic,
            is_off_on_sundays: args.off_sundays,
            is_off_on_holidays: args.off_holidays,
        },
        from_on: args.from,
        reason: args.reason,
    };
    if args.dry_run {
        let difference = try_policy(app, at, &ask).await?;
        return answer(global.format, &json!({"difference": difference}), || lines("nothing is kept".into(), &difference));
    }
    let (id, difference) = propose_policy(app, &who, at, &ask).await?;
    let json = json!({"policy": id.to_string(), "state": "proposed", "difference": difference});
    answer(global.format, &json, || lines(format!("{id} is proposed"), &difference))
}

/// A difference in lines, behind a first one.
pub(super) fn lines(first: String, difference: &Difference) -> Vec<String> {
    let mut lines = vec![first];
    lines.extend(difference.sentences());
    lines.extend([difference.basis(), difference.tested()]);
    lines
}

async fn show(app: &App, global: &Global, at: Moment) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let (rows, creditors) = (store::list_all(&mut tx).await?, accounts::store::list_creditors(&mut tx).await?);
    tx.rollback().await;
    let standing = in_force(&rows, at.at);
    let whose = |row: &PolicyRow| {
        let creditor = creditors.iter().find(|creditor| Some(creditor.id) == row.creditor);
        creditor.map(|creditor| creditor.name.clone())
    };
    let in_json = |row: &PolicyRow| {
        let read = |text: &str| serde_json::from_str::<Json>(text).unwrap_or_default();
        json!({
            "policy": row.id.to_string(),
            "creditor": whose(row),
            "number": row.number,
            "state": row.state,
            "in_force": standing.contains(&row.id),
            "limits": row.limits(),
            "from": row.from_on.to_string(),
            "begins_at": row.begins_at.map(|at| at.to_string()),
            "reason": row.reason,
            "proposed_by": row.proposed_by,
            "proposed_at": row.proposed_at.to_string(),
            "decided_by": row.decided_by,
            "decided_at": row.decided_at.map(|at| at.to_string()),
            "difference": read(row.difference_decided.as_ref().unwrap_or(&row.difference)),
        })
    };
    let law = json!({"attempts_max_7_days": 7, "opens": "08:00", "closes": "21:00"});
    let json = json!({"law": law, "policies": rows.iter().map(in_json).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        if rows.is_empty() {
            return vec!["no policy was ever proposed: the law alone binds".into()];
        }
        let line = |row: &PolicyRow| {
            let state = if standing.contains(&row.id) { "in force" } else { row.state.as_str() };
            let whose = whose(row).unwrap_or_else(|| "the agency".into());
            format!("{} {whose}, version {}: {state}, from {}: {}", row.id, row.number, row.from_on, in_words(&row.limits()).join("; "))
        };
        rows.iter().map(line).collect()
    })
}

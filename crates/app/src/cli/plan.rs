//! The negotiation desk by command: the ranked offers of an account, and the policy that they come from.

use super::named::{find_creditor, find_worker, one_of, parse_id};
use super::output::{answer, money};
use super::policy::find_changer;
use super::{Answered, Global};
use crate::accounts;
use crate::app::{App, Failure};
use crate::plans::agreed::revising::revise_plan;
use crate::plans::agreed::store::list_plans;
use crate::plans::desk::limits;
use crate::plans::desk::policy::{SetPolicy, parse, set_policy, write};
use crate::plans::desk::standing::{Desk, book_of};
use crate::plans::desk::store::find_limits;
use crate::plans::desk::terms::About;
use crate::plans::desk::terms::actions::{ProposeTerms, approve_terms, propose_terms, refuse_terms};
use crate::plans::desk::terms::store::list as list_proposals;
use clap::Subcommand;
use duly_domain::identity::Role;
use duly_domain::plans::offers::Offer;
use duly_domain::plans::plan::PlanState;
use duly_domain::plans::revision::Revision;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// `duly plan …`
#[derive(Subcommand)]
pub enum PlanCommand {
    /// The plans that policy and budget have for an account, the most worth first.
    Offers {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
    },
    /// Lets the active plan of an account go on otherwise: skip, merge, or another day of the month.
    Revise {
        /// The account: its id or reference.
        #[arg(long)]
        account: String,
        /// `skip` the next payment, `merge` the next two, or the `day` of the month.
        #[arg(long)]
        what: String,
        /// The day of the month, for `day`; 31 is the last one.
        #[arg(long)]
        day: Option<i8>,
        /// What they asked for, and why.
        #[arg(long)]
        because: String,
        /// The officer's e-mail address.
        #[arg(long)]
        officer: String,
    },
    /// One plan over several accounts of a person.
    #[command(subcommand)]
    Joint(super::joint::JointCommand),
    /// What somebody may grant alone, as TOML; with a file, sets it.
    Limits {
        /// The rows to set.
        file: Option<PathBuf>,
        /// From which day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        from: Option<Date>,
        /// The e-mail address of whoever sets them.
        #[arg(long)]
        officer: Option<String>,
        /// The e-mail address of whoever approves them: somebody else.
        #[arg(long)]
        approver: Option<String>,
    },
    /// Proposes limits or a policy for offers, for a second person to decide about.
    Propose {
        /// `limits` or `offers`.
        about: String,
        /// The text.
        file: PathBuf,
        /// Whose policy it is to be: a creditor's name; the house's unless named.
        #[arg(long)]
        creditor: Option<String>,
        /// From which day; tomorrow unless named.
        #[arg(long, value_parser = super::plain::day)]
        from: Option<Date>,
        /// Why.
        #[arg(long)]
        because: String,
        /// The e-mail address of whoever proposes it.
        #[arg(long)]
        officer: String,
    },
    /// What is proposed of limits and policies, and what became of it.
    Proposals,
    /// Approves what somebody else proposed.
    Approve {
        /// The proposal.
        proposal: String,
        /// The e-mail address of whoever approves it.
        #[arg(long)]
        officer: String,
    },
    /// Refuses what somebody else proposed.
    Refuse {
        /// The proposal.
        proposal: String,
        /// Why.
        #[arg(long)]
        because: String,
        /// The e-mail address of whoever refuses it.
        #[arg(long)]
        officer: String,
    },
    /// What may be offered, as TOML; with a file, sets it.
    Policy {
        /// The policy to set.
        file: Option<PathBuf>,
        /// Whose it is: a creditor's name; the house's unless named.
        #[arg(long)]
        creditor: Option<String>,
        /// From which day; today unless named.
        #[arg(long, value_parser = super::plain::day)]
        from: Option<Date>,
        /// The e-mail address of whoever sets it.
        #[arg(long)]
        officer: Option<String>,
        /// The e-mail address of whoever approves it: somebody else.
        #[arg(long)]
        approver: Option<String>,
    },
}

pub(super) async fn plan(app: &App, global: &Global, command: PlanCommand) -> Result<Answered, Failure> {
    match command {
        PlanCommand::Offers { account } => offers(app, global, &account).await?,
        PlanCommand::Revise { account, what, day, because, officer } => {
            let mut tx = app.db.read().await?;
            let who = find_worker(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            let plan = list_plans(&mut tx, account).await?.into_iter().find(|plan| plan.standing() == PlanState::Active);
            tx.rollback().await;
            let plan = plan.ok_or_else(|| Failure::Stale("no plan is active on this account".into()))?;
            let revision = match (what.as_str(), day) {
                ("skip", _) => Revision::Skip,
                ("merge", _) => Revision::Merge,
                ("day", Some(day)) => Revision::DueDay { day },
                ("day", None) => return Err(Failure::wrong("day", "is not named")),
                _ => return Err(one_of("what", &what, ["skip", "merge", "day"])),
            };
            let row = revise_plan(app, &who, app.moment(), account, plan.id, revision, &because).await?;
            let json = json!({"plan": row.id.to_string(), "revises": plan.id.to_string(), "first_on": row.first_on.to_string(),
                "last_on": row.last_on.to_string(), "total": money(row.total_minor, &row.currency)});
            answer(global.format, &json, || vec![format!("{} goes on as {}: {revision}", plan.id, row.id)])?;
        }
        PlanCommand::Joint(command) => return super::joint::joint(app, global, command).await,
        PlanCommand::Propose { about, file, creditor, from, because, officer } => {
            let about = About::parse(&about).ok_or_else(|| one_of("about", &about, ["limits", "offers"]))?;
            let body = text_of(&file)?;
            let who = find_changer(app, &officer).await?;
            let at = app.moment();
            let creditor = find_creditor(&mut app.db.read().await?, creditor.as_deref()).await?;
            let from_on = from.unwrap_or(at.business_day.saturating_add(jiff::Span::new().days(1)));
            let ask = ProposeTerms { about, creditor, body, from_on, reason: because };
            let (id, changes) = propose_terms(app, &who, at, &ask).await?;
            let changed: Vec<Json> =
                changes.iter().map(|change| json!({"part": change.title, "gone": change.gone, "new": change.new})).collect();
            answer(global.format, &json!({"proposal": id.to_string(), "from_on": from_on.to_string(), "changes": changed}), || {
                let parts = changes.iter().flat_map(|change| {
                    let gone = change.gone.iter().map(|line| format!("  - {line}"));
                    [change.title.clone()].into_iter().chain(gone).chain(change.new.iter().map(|line| format!("  + {line}")))
                });
                [format!("proposed as {id}: somebody else decides")].into_iter().chain(parts).collect()
            })?;
        }
        PlanCommand::Proposals => {
            let mut tx = app.db.read().await?;
            for about in [About::Limits, About::Offers] {
                for row in list_proposals(&mut tx, about).await? {
                    let json = json!({"proposal": row.id.to_string(), "about": row.about, "state": row.state, "reason": row.reason,
                        "creditor": row.creditor.map(|id| id.to_string()), "from_on": row.from_on.to_string(), "why": row.decided_words});
                    answer(global.format, &json, || {
                        vec![format!("{} {} {} from {}: {}", row.id, row.about, row.state, row.from_on, row.reason)]
                    })?;
                }
            }
        }
        PlanCommand::Approve { proposal, officer } => {
            let (id, who) = (parse_id("proposal", &proposal)?, find_changer(app, &officer).await?);
            let from_on = approve_terms(app, &who, app.moment(), id).await?;
            answer(global.format, &json!({"proposal": proposal, "state": "approved", "from_on": from_on.to_string()}), || {
                vec![format!("approved; it holds from {from_on}")]
            })?;
        }
        PlanCommand::Refuse { proposal, because, officer } => {
            let (id, who) = (parse_id("proposal", &proposal)?, find_changer(app, &officer).await?);
            refuse_terms(app, &who, app.moment(), id, &because).await?;
            answer(global.format, &json!({"proposal": proposal, "state": "refused"}), || vec!["refused".into()])?;
        }
        PlanCommand::Limits { file: None, .. } => {
            let row = find_limits(&mut app.db.read().await?, app.moment().business_day).await?;
            let terms = row.as_ref().map_or(Ok(limits::Written::default()), |row| serde_json::from_str(&row.terms));
            let terms = terms.map_err(|_| Failure::Stale("the limits cannot be read: run duly check".into()))?;
            let text = limits::write(&terms)?;
            let json =
                json!({"limits": row.as_ref().map(|row| row.id.to_string()), "number": row.as_ref().map(|row| row.number), "terms": terms});
            answer(global.format, &json, || match row {
                Some(_) => text.lines().map(str::to_string).collect(),
                None => vec!["nobody set any: the house's own hold".into()],
            })?;
        }
        PlanCommand::Limits { file: Some(file), from, officer, approver } => {
            let (Some(officer), Some(approver)) = (officer, approver) else {
                return Err(Failure::wrong("officer", "and approver are both needed: one sets limits, another approves them"));
            };
            let text = text_of(&file)?;
            let (who, approver) = (find_changer(app, &officer).await?, find_changer(app, &approver).await?);
            let at = app.moment();
            let ask = limits::SetLimits { written: limits::parse(&text)?, from_on: from.unwrap_or(at.business_day), approver };
            let row = limits::set_limits(app, &who, at, &ask).await?;
            let json = json!({"limits": row.id.to_string(), "number": row.number, "from_on": row.from_on.to_string()});
            answer(global.format, &json, || vec![format!("version {} holds from {}", row.number, row.from_on)])?;
        }
        PlanCommand::Policy { file: None, creditor, .. } => show(app, global, creditor.as_deref()).await?,
        PlanCommand::Policy { file: Some(file), creditor, from, officer, approver } => {
            let (Some(officer), Some(approver)) = (officer, approver) else {
                return Err(Failure::wrong("officer", "and approver are both needed: one sets a policy, another approves it"));
            };
            let text = text_of(&file)?;
            let (who, approver) = (find_changer(app, &officer).await?, find_changer(app, &approver).await?);
            let at = app.moment();
            let ask = SetPolicy {
                creditor: find_creditor(&mut app.db.read().await?, creditor.as_deref()).await?,
                book: parse(&text)?,
                from_on: from.unwrap_or(at.business_day),
                approver,
            };
            let row = set_policy(app, &who, at, &ask).await?;
            let json = json!({"policy": row.id.to_string(), "number": row.number, "from_on": row.from_on.to_string()});
            answer(global.format, &json, || vec![format!("version {} holds from {}", row.number, row.from_on)])?;
        }
    }
    Ok(Answered::Yes)
}

fn text_of(file: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::File(format!("{} cannot be read: {error}", file.display())))
}

async fn show(app: &App, global: &Global, creditor: Option<&str>) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let creditor = find_creditor(&mut tx, creditor).await?;
    let (book, row) = book_of(&mut tx, creditor, app.moment().business_day).await?;
    tx.rollback().await;
    let text = write(&book)?;
    let json = json!({"policy": row.as_ref().map(|row| row.id.to_string()), "number": row.as_ref().map(|row| row.number), "terms": book});
    answer(global.format, &json, || text.lines().map(str::to_string).collect())
}

async fn offers(app: &App, global: &Global, account: &str) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let id = accounts::store::resolve(&mut tx, account).await?;
    let desk = Desk::of(&mut tx, id, app.moment()).await?;
    tx.rollback().await;
    let found = desk.offers();
    let says: Vec<String> = found.as_ref().err().into_iter().flatten().map(|problem| problem.says.clone()).collect();
    let best: &[Offer] = found.as_ref().map_or(&[], |offers| offers.best.as_slice());
    let currency = desk.account.currency.as_str();
    let in_json = |offer: &Offer| {
        let schedule = offer.schedule();
        let payments = schedule.installments().iter().map(|one| {
            json!({"no": one.no, "due_on": one.due_on.to_string(), "wanted_on": one.wanted_on.to_string(), "amount": money(one.amount.minor(), currency)})
        });
        let needs: Vec<&str> = desk.grant(offer, Role::Officer).because.iter().map(|reason| reason.rule.id).collect();
        json!({"kind": offer.kind().code(), "says": offer.terms().to_string(), "total": money(schedule.total().minor(), currency),
            "down": money(schedule.down().minor(), currency), "forgiven": money(desk.forgiven(offer).minor(), currency),
            "last_on": schedule.last_on().to_string(), "worth": money(offer.worth().amount().minor(), currency),
            "all_kept_ppm": offer.all_kept_ppm(), "officer_needs": needs, "payments": payments.collect::<Vec<Json>>()})
    };
    let json = json!({"account": id.to_string(), "asked": money(desk.case.balance.minor(), currency),
        "has_budget": desk.told.is_some(), "kept_ppm": desk.kept_ppm, "kept_from": desk.kept_from,
        "offers": best.iter().map(in_json).collect::<Vec<Json>>(), "says": says});
    answer(global.format, &json, || {
        let mut lines: Vec<String> = (1..)
            .zip(best)
            .map(|(no, offer)| {
                let chance = offer.all_kept_ppm() / 10_000;
                format!(
                    "{no:>2}. {}; ends {}, worth {}, kept with {chance} %",
                    offer.terms(),
                    offer.schedule().last_on(),
                    offer.worth().amount()
                )
            })
            .collect();
        lines.extend(says.iter().cloned());
        if lines.is_empty() {
            lines.push("no plan fits policy and what they can pay".into());
        }
        lines
    })
}

//! The record and evidence packs are written to be proved elsewhere; the key that signs them is changed.

use super::output::answer;
use super::{Answered, Global};
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::audit::evidence::{MOST_IN_A_FOLDER, Pack, Population, make_account, make_population};
use crate::audit::{export, keys};
use crate::compliance::replay::{Judged, Kind, replay};
use clap::{Args, Subcommand};
use duly_domain::compliance::RULE_SET;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `duly keys …`
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Makes another key, which signs from the next night on; the change is recorded.
    New,
}

/// `duly audit …`
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Judges every contact made in some days again, and every act asked about: by the facts kept then, contacts also by what is known
    /// today.
    Replay {
        /// The first day.
        #[arg(long, value_parser = super::plain::day)]
        from: Date,
        /// The last day.
        #[arg(long, value_parser = super::plain::day)]
        to: Date,
    },
}

/// `duly evidence …`
#[derive(Args)]
pub struct EvidenceArgs {
    /// One account: its id or reference.
    #[arg(long, conflicts_with = "creditor", required_unless_present = "creditor")]
    account: Option<String>,
    /// Every account of a creditor: a folder for each, and an index above them.
    #[arg(long)]
    creditor: Option<String>,
    /// Accounts placed on this day or later.
    #[arg(long, requires = "creditor", value_parser = super::plain::day)]
    from: Option<Date>,
    /// Accounts placed on this day or before.
    #[arg(long, requires = "creditor", value_parser = super::plain::day)]
    to: Option<Date>,
    /// A folder that is empty or not there; it appears whole or not at all.
    #[arg(long)]
    out: PathBuf,
    /// Shows numbers and addresses in full, for this reason, which is recorded.
    #[arg(long, value_name = "REASON")]
    unmask: Option<String>,
}

pub(super) async fn audit(app: &App, global: &Global, command: AuditCommand) -> Result<Answered, Failure> {
    let AuditCommand::Replay { from, to } = command;
    if to < from {
        return Err(Failure::wrong("to", "is before from"));
    }
    // The first instant of a day where we are, whatever the clocks do on it.
    let start = |field: &'static str, day: Date| match day.to_zoned(app.zone()) {
        Ok(begins) => Ok(begins.timestamp()),
        Err(_) => Err(Failure::wrong(field, "is no day of the calendar's that can be asked about")),
    };
    let done = replay(app, start("from", from)?, start("to", to.saturating_add(1.day()))?).await?;
    let count = |kind: Kind| done.count(kind);
    let said = |(answer, rules): &(String, String)| json!({"answer": answer, "rules": rules.split_whitespace().collect::<Vec<_>>()});
    let json = json!({"from": from.to_string(), "to": to.to_string(), "contacts": done.contacts, "judged": done.judged,
        "without_decision": done.without_decision, "rule_set": RULE_SET,
        "facts_differ": count(Kind::Facts), "rules_differ": count(Kind::Rules), "knowledge_differs": count(Kind::Knowledge),
        "made_though_refused": count(Kind::MadeThoughRefused), "not_judged": count(Kind::NotJudged),
        "acts": done.acts,
        "differences": done.differences.iter().map(|one| json!({"kind": one.kind.code(),
            "contact": if let Judged::Contact(id) = one.of { Some(id.to_string()) } else { None },
            "decision": if let Judged::Act(id) = one.of { Some(id.to_string()) } else { None },
            "account": one.account.to_string(), "at": one.at.to_string(), "rule_set": one.rule_set,
            "then": said(&one.then), "now": said(&one.now)})).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        if done.contacts == 0 && done.acts == 0 {
            return vec![format!("from {from} to {to} no contact was made and no act asked about: there is nothing to judge again")];
        }
        let mut lines = vec![format!(
            "{} contacts from {from} to {to}: {} judged again by their kept facts, {} came in without a decision of ours; {} acts asked about, judged again",
            done.contacts, done.judged, done.without_decision, done.acts
        )];
        lines.push(format!(
            "by the same facts and rules: {} otherwise; by newer rules: {}; by what is known today: {}; made though refused: {}; could not be judged: {}",
            count(Kind::Facts),
            count(Kind::Rules),
            count(Kind::Knowledge),
            count(Kind::MadeThoughRefused),
            count(Kind::NotJudged)
        ));
        lines.extend(done.differences.iter().map(|one| {
            let told = |(answer, rules): &(String, String)| {
                if rules.is_empty() { answer.clone() } else { format!("{answer} by {}", rules.replace(' ', ", ")) }
            };
            format!("{} {} {} {}: then {}; now {}", one.kind.code(), one.of, one.account, one.at, told(&one.then), told(&one.now))
        }));
        lines
    })?;
    Ok(if done.differences.iter().any(|one| one.kind.is_fault()) { Answered::No } else { Answered::Yes })
}

pub(super) async fn export(app: &App, global: &Global, folder: &Path, account: Option<&str>) -> Result<(), Failure> {
    let account = match account {
        None => None,
        Some(account) => Some(accounts::store::resolve(&mut app.db.read().await?, account).await?),
    };
    let done = export::export(app, &Actor::command(), folder, account).await?;
    let json = json!({"folder": folder, "entries": done.entries, "heads": done.heads, "roots": done.roots});
    answer(global.format, &json, || {
        let mut said = vec![format!("{}: {} entries, {} chains under {} roots", folder.display(), done.entries, done.heads, done.roots)];
        if done.roots == 0 {
            said.push("no night has been signed yet: there is no root to prove the chains against".into());
        }
        said
    })
}

pub(super) async fn evidence(app: &App, global: &Global, args: EvidenceArgs) -> Result<(), Failure> {
    let EvidenceArgs { account, creditor, from, to, out, unmask } = args;
    let (who, unmask) = (Actor::command(), unmask.as_deref());
    let (pack, accounts) = match (account, creditor) {
        (None, Some(creditor)) => {
            let of = Population { creditor, from, to };
            make_population(app, &who, &of, unmask, MOST_IN_A_FOLDER, Pack::into_folder(&out)?).await?
        }
        (account, _) => {
            let named = account.unwrap_or_default();
            let account = accounts::store::resolve(&mut app.db.read().await?, &named).await?;
            (make_account(app, &who, account, unmask, Pack::into_folder(&out)?).await?, 1)
        }
    };
    let (files, hash, left_out, removed) = (pack.files(), pack.hash().to_string(), pack.left_out, pack.removed.clone());
    pack.finish()?;
    let json = json!({"folder": out, "accounts": accounts, "files": files, "sha256sums": hash, "left_out": left_out, "removed": removed});
    answer(global.format, &json, || {
        let plural = if accounts == 1 { "" } else { "s" };
        let mut lines = vec![
            format!("{}: {files} files about {accounts} account{plural}; VERIFY.md says how to prove them", out.display()),
            format!("SHA256SUMS has the SHA-256 {hash}, which is recorded"),
        ];
        if left_out > 0 {
            lines.push(format!("{left_out} rows told on other accounts are left out, or in part: LEFT-OUT.txt says which and why"));
        }
        lines
    })
}

pub(super) async fn keys(app: &App, global: &Global, command: KeysCommand) -> Result<(), Failure> {
    let KeysCommand::New = command;
    let name = keys::replace(app, &Actor::command()).await?;
    let folder = app.keys.folder();
    answer(global.format, &json!({"key": name, "folder": folder}), || {
        vec![format!("key {name} in {} signs from the next night on; keep a copy of the folder apart from the database", folder.display())]
    })
}

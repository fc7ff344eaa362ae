//! Texts of the call guide are read, proved, proposed, approved and withdrawn.

use super::named::parse_id;
use super::output::answer;
use super::policy::find_changer;
use super::{Answered, Global};
use crate::app::{App, Failure};
use crate::coaching::guides::actions::{ProposeGuide, Tried, approve_guide, propose_guide, try_guide, withdraw_guide};
use crate::coaching::guides::store::{self, GuideRow};
use crate::coaching::guides::{in_force, text_in_force};
use clap::Subcommand;
use duly_domain::coaching::guide::Change;
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::GuideId;
use jiff::civil::Date;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// `duly guide …`
#[derive(Subcommand)]
pub enum GuideCommand {
    /// Every version, the newest first, and which lead calls now.
    List,
    /// The text in force in a language, to be changed in a file.
    Show {
        /// en or es.
        #[arg(long, default_value = "en", value_parser = language)]
        language: Language,
    },
    /// Reads a text, and names everything wrong with it or what it changes; keeps nothing.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Proposes a text.
    Propose {
        /// The file.
        file: PathBuf,
        /// From which day.
        #[arg(long, value_parser = super::plain::day)]
        from: Date,
        /// Why.
        #[arg(long)]
        reason: String,
        /// The e-mail address of whoever proposes it.
        #[arg(long)]
        officer: String,
    },
    /// Approves what somebody else proposed.
    Approve {
        /// The version.
        guide: String,
        /// The e-mail address of whoever approves.
        #[arg(long)]
        officer: String,
    },
    /// Withdraws a proposal.
    Withdraw {
        /// The version.
        guide: String,
        /// The e-mail address of whoever withdraws it.
        #[arg(long)]
        officer: String,
    },
}

fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).ok_or_else(|| format!("{text:?} is no language that guides are written in: en or es"))
}

pub(super) async fn guide(app: &App, global: &Global, command: GuideCommand) -> Result<Answered, Failure> {
    let at = app.moment();
    match command {
        GuideCommand::List => list(app, global).await?,
        GuideCommand::Show { language } => {
            let rows = store::list_approved(&mut app.db.read().await?, language).await?;
            let text = text_in_force(&rows, language, at.at);
            answer(global.format, &json!({"language": language.tag(), "text": text}), || text.lines().map(String::from).collect())?;
        }
        GuideCommand::Check { file } => {
            let tried = try_guide(app, at, &read(&file)?).await?;
            answer(global.format, &in_json(&tried), || in_lines("the text is right", &tried))?;
        }
        GuideCommand::Propose { file, from, reason, officer } => {
            let who = find_changer(app, &officer).await?;
            let ask = ProposeGuide { body: read(&file)?, from_on: from, reason };
            let (id, tried) = propose_guide(app, &who, at, &ask).await?;
            let mut json = in_json(&tried);
            json["guide"] = id.to_string().into();
            json["state"] = "proposed".into();
            answer(global.format, &json, || in_lines(&format!("{id} is proposed"), &tried))?;
        }
        GuideCommand::Approve { guide, officer } => {
            let who = find_changer(app, &officer).await?;
            let id: GuideId = parse_id("guide", &guide)?;
            approve_guide(app, &who, at, id).await?;
            let row = store::load_guide(&mut app.db.read().await?, id).await?;
            let begins = row.begins_at.map(|at| at.to_string());
            let json = json!({"guide": id.to_string(), "state": row.state, "begins_at": begins});
            answer(global.format, &json, || vec![format!("{id} is approved; it leads calls from {}", begins.unwrap_or_default())])?;
        }
        GuideCommand::Withdraw { guide, officer } => {
            let who = find_changer(app, &officer).await?;
            let id: GuideId = parse_id("guide", &guide)?;
            withdraw_guide(app, &who, at, id).await?;
            answer(global.format, &json!({"guide": id.to_string(), "state": "withdrawn"}), || vec![format!("{id} is withdrawn")])?;
        }
    }
    Ok(Answered::Yes)
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::wrong("file", format!("{} cannot be read: {error}", file.display())))
}

fn in_json(tried: &Tried) -> serde_json::Value {
    let change = |change: &Change| json!({"part": change.part, "gone": change.gone, "new": change.new});
    json!({
        "language": tried.guide.language.tag(),
        "cards": tried.guide.cards.len(),
        "rows": tried.guide.table.len(),
        "changes": tried.changes.iter().map(change).collect::<Vec<_>>(),
    })
}

fn in_lines(first: &str, tried: &Tried) -> Vec<String> {
    let mut lines = vec![format!("{first}: {} cards, {} rows of its table hold", tried.guide.cards.len(), tried.guide.table.len())];
    for change in &tried.changes {
        lines.push(format!("{}:", change.part));
        lines.extend(change.gone.iter().map(|line| format!("  - {line}")));
        lines.extend(change.new.iter().map(|line| format!("  + {line}")));
    }
    lines
}

async fn list(app: &App, global: &Global) -> Result<(), Failure> {
    let rows = store::list_all(&mut app.db.read().await?).await?;
    let now = app.moment().at;
    let leads = |row: &GuideRow| in_force(&rows, row.language(), now).is_some_and(|leading| leading.id == row.id);
    let one = |row: &GuideRow| {
        json!({
            "guide": row.id.to_string(),
            "language": row.language,
            "number": row.number,
            "state": row.state,
            "in_force": leads(row),
            "from": row.from_on.to_string(),
            "begins_at": row.begins_at.map(|at| at.to_string()),
            "reason": row.reason,
            "proposed_by": row.proposed_by,
            "decided_by": row.decided_by,
        })
    };
    answer(global.format, &json!({"guides": rows.iter().map(one).collect::<Vec<_>>()}), || {
        if rows.is_empty() {
            return vec!["no text was ever proposed: the guides that come with the program lead calls".into()];
        }
        let line = |row: &GuideRow| {
            let state = if leads(row) { "in force" } else { row.state.as_str() };
            format!("{} {}, version {}: {state}, from {}: {}", row.id, row.language(), row.number, row.from_on, row.reason)
        };
        rows.iter().map(line).collect()
    })
}

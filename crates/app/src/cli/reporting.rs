//! What bureaus are told: whose accounts, and the file.

use super::Global;
use super::incoming::Metro2Command;
use super::output::{answer, money};
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::reporting::correct::{Correct, correct};
use crate::reporting::due::{DueAccount, list_due};
use crate::reporting::furnish::{Aside, Furnish, Furnished, Left, begin_creditor, end_creditor, furnish};
use duly_domain::reporting::furnishing::{Condition, LeftOut, Status};
use duly_domain::values::moment::Moment;
use serde_json::{Value as Json, json};
use std::path::Path;

pub(super) async fn metro2(app: &App, global: &Global, command: Metro2Command) -> Result<(), Failure> {
    let (who, at) = (Actor::command(), app.moment());
    match command {
        // Read before a database was opened.
        Metro2Command::Read { .. } => Ok(()),
        Metro2Command::Write { file, reporter, bureau } => {
            let ask = Furnish { file, reporter, bureau };
            let furnished = furnish(app, &who, at, &ask).await?;
            answer(global.format, &furnished_json(&ask.file, at, &furnished), || lines(&ask.file, &furnished))
        }
        Metro2Command::Correct { file, accounts, because, reporter, bureau, delete } => {
            let mut found = Vec::with_capacity(accounts.len());
            for account in &accounts {
                found.push(accounts::store::resolve(&mut app.db.read().await?, account).await?);
            }
            let ask = Correct { file, reporter, bureau, accounts: found, because, takes_out: delete };
            let furnished = correct(app, &who, at, &ask).await?;
            answer(global.format, &furnished_json(&ask.file, at, &furnished), || lines(&ask.file, &furnished))
        }
        Metro2Command::Due => {
            let (due, is_more) = list_due(&mut app.db.read().await?, at, None, DUE_MOST).await?;
            let json = json!({"due": due.iter().map(due_json).collect::<Vec<_>>(), "is_more": is_more});
            answer(global.format, &json, || {
                let more = is_more.then(|| format!("and more: correct these first, {DUE_MOST} are shown"));
                let none = due.is_empty().then(|| "nothing has to be corrected before the next file".to_string());
                due.iter().map(due_line).chain(more).chain(none).collect()
            })
        }
        Metro2Command::Begin { creditor, classification } => {
            begin_creditor(app, &who, at, &creditor, &classification).await?;
            let json = json!({"creditor": creditor, "classification": classification});
            answer(global.format, &json, || vec![format!("accounts of {creditor} are told to the bureaus from now on")])
        }
        Metro2Command::End { creditor } => {
            end_creditor(app, &who, at, &creditor).await?;
            let says = format!("accounts of {creditor} are told no more: the next file takes out those that were");
            answer(global.format, &json!({"creditor": creditor}), || vec![says])
        }
    }
}

/// How many are listed as due.
const DUE_MOST: usize = 1_000;

fn furnished_json(path: &Path, at: Moment, furnished: &Furnished) -> Json {
    json!({"path": path.display().to_string(), "as_of": at.business_day.to_string(), "hash": furnished.hash,
        "looked_at": furnished.looked_at, "by_status": furnished.told,
        "totals": {"accounts": furnished.told.values().sum::<u64>(), "people": furnished.people,
            "balance": money(furnished.dollars * 100, "USD")},
        "left_out": furnished.left_out, "moved": furnished.moved,
        "named": furnished.named.iter().map(left_json).collect::<Vec<_>>(),
        "people_left_out": furnished.aside.iter().map(aside_json).collect::<Vec<_>>()})
}

fn due_json(due: &DueAccount) -> Json {
    json!({"account": due.account.to_string(), "reference": due.reference, "creditor": due.creditor, "because": due.due.code(),
        "says": due.due.to_string(), "citation": due.due.cite(),
        "told": {"as_of": due.told.as_of.to_string(), "status": due.told.status.code(), "balance": money(due.told.balance_dollars * 100, "USD"),
            "dispute": due.told.condition.map(Condition::code)},
        "now": {"status": due.now.status.code(), "balance": money(due.now.balance_dollars * 100, "USD"),
            "dispute": due.now.condition.map(Condition::code)},
        "refused": due.refusal})
}

fn due_line(due: &DueAccount) -> String {
    let refusal = due.refusal.as_deref().map(|says| format!("; {says} It can be taken out: --delete")).unwrap_or_default();
    format!("{} ({}): {}{refusal}", due.reference, due.creditor, due.due)
}

fn aside_json(aside: &Aside) -> Json {
    json!({"account": aside.account.to_string(), "reference": aside.reference, "person": aside.person.to_string(),
        "because": aside.why.code(), "says": aside.why.to_string()})
}

fn left_json(left: &Left) -> Json {
    json!({"account": left.account.to_string(), "reference": left.reference, "because": left.why.code(), "says": says(left)})
}

fn says(left: &Left) -> String {
    if left.says.is_empty() { left.why.to_string() } else { left.says.clone() }
}

fn lines(path: &Path, furnished: &Furnished) -> Vec<String> {
    let told: u64 = furnished.told.values().sum();
    let mut lines = vec![format!("{}: {told} of {} accounts, {} dollars", path.display(), furnished.looked_at, furnished.dollars)];
    if furnished.people > 0 {
        lines.push(format!("  people beside the debtors: {}", furnished.people));
    }
    let status = |code: &str| Status::parse(code).map(|status| status.to_string()).unwrap_or_default();
    lines.extend(furnished.told.iter().map(|(code, count)| format!("  {code} {}: {count}", status(code))));
    let why = |code: &str| LeftOut::parse(code).map(|why| why.to_string()).unwrap_or_default();
    lines.extend(furnished.left_out.iter().map(|(code, count)| format!("  left out, {}: {count}", why(code))));
    lines.extend(furnished.named.iter().map(|left| format!("  {}: {}", left.reference, says(left))));
    lines.extend(furnished.aside.iter().map(|aside| format!("  {}: {} is left out: {}", aside.reference, aside.person, aside.why)));
    lines.extend(
        furnished.moved.iter().map(|reference| {
            format!("  {reference}: the record says another beginning of the delinquency than was told first, which stands")
        }),
    );
    lines
}

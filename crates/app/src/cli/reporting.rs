//! What bureaus are told: whose accounts, and the file.

use super::Global;
use super::incoming::Metro2Command;
use super::output::{answer, money};
use crate::app::{Actor, App, Failure};
use crate::reporting::furnish::{Furnish, Furnished, Left, begin_creditor, end_creditor, furnish};
use duly_domain::reporting::furnishing::{LeftOut, Status};
use serde_json::{Value as Json, json};

pub(super) async fn metro2(app: &App, global: &Global, command: Metro2Command) -> Result<(), Failure> {
    let (who, at) = (Actor::command(), app.moment());
    match command {
        // Read before a database was opened.
        Metro2Command::Read { .. } => Ok(()),
        Metro2Command::Write { file, reporter, bureau } => {
            let ask = Furnish { file, reporter, bureau };
            let furnished = furnish(app, &who, at, &ask).await?;
            let json = json!({"path": ask.file.display().to_string(), "as_of": at.business_day.to_string(), "hash": furnished.hash,
                "looked_at": furnished.looked_at, "by_status": furnished.told,
                "totals": {"accounts": furnished.told.values().sum::<u64>(), "balance": money(furnished.dollars * 100, "USD")},
                "left_out": furnished.left_out, "moved": furnished.moved,
                "named": furnished.named.iter().map(left_json).collect::<Vec<_>>()});
            answer(global.format, &json, || lines(&ask, &furnished))
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

fn left_json(left: &Left) -> Json {
    json!({"account": left.account.to_string(), "reference": left.reference, "because": left.why.code(), "says": says(left)})
}

fn says(left: &Left) -> String {
    if left.says.is_empty() { left.why.to_string() } else { left.says.clone() }
}

fn lines(ask: &Furnish, furnished: &Furnished) -> Vec<String> {
    let told: u64 = furnished.told.values().sum();
    let mut lines = vec![format!("{}: {told} of {} accounts, {} dollars", ask.file.display(), furnished.looked_at, furnished.dollars)];
    let status = |code: &str| Status::parse(code).map(|status| status.to_string()).unwrap_or_default();
    lines.extend(furnished.told.iter().map(|(code, count)| format!("  {code} {}: {count}", status(code))));
    let why = |code: &str| LeftOut::parse(code).map(|why| why.to_string()).unwrap_or_default();
    lines.extend(furnished.left_out.iter().map(|(code, count)| format!("  left out, {}: {count}", why(code))));
    lines.extend(furnished.named.iter().map(|left| format!("  {}: {}", left.reference, says(left))));
    lines.extend(
        furnished.moved.iter().map(|reference| {
            format!("  {reference}: the record says another beginning of the delinquency than was told first, which stands")
        }),
    );
    lines
}

//! What was agreed in a call, as a letter: printed like every other, and a contact of ours once it is in the mail.

use super::store::{self, Printed};
use super::{RECAP, ToKeep, keep, unprintable};
use crate::app::{Actor, Failure, Problems, new_uuid};
use crate::audit;
use crate::outreach::calls::recap::store as recaps;
use crate::outreach::pdf;
use crate::store::Tx;
use duly_domain::outreach::recap::{RecapFacts, write_recap};
use duly_domain::values::ids::{AccountId, LetterId, LetterRunId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// Keeps the letter of a recap as a run of its own; the letter and what it says.
pub async fn print(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    facts: &RecapFacts,
    has_folder: bool,
) -> Result<(LetterId, String), Failure> {
    let wrong = |says: Vec<String>| Failure::Wrong(Problems(says.into_iter().map(|says| ("letter", says)).collect()));
    let unprintable = unprintable::in_recap(facts)?;
    if !unprintable.is_empty() {
        return Err(wrong(unprintable));
    }
    let letter = write_recap(facts).map_err(|missing| wrong(missing.iter().map(ToString::to_string).collect()))?;
    let rendering = pdf::print(&letter).map_err(|error| Failure::wrong("letter", error.to_string()))?;
    let run = LetterRunId(new_uuid());
    store::insert_run(tx, run, facts.mailed_on, who.label(), at.at).await?;
    let mut addressee = vec![facts.person.clone()];
    addressee.extend(facts.address.iter().cloned());
    let to_keep = ToKeep {
        account,
        case: None,
        kind: RECAP,
        letter: &letter,
        addressee: addressee.join("\n"),
        period_ends_on: None,
        enclosures: &[],
    };
    let id = keep(tx, who, at, run, 1, to_keep, rendering).await?;
    let detail = json!({"run": run.to_string(), "letters": 1, "mailing_on": facts.mailed_on.to_string()});
    audit::record(tx, who, at.at, None, "letters.print", &detail).await?;
    if !has_folder {
        store::update_written(tx, run, at.at).await?;
    }
    Ok((id, letter.text()))
}

/// Records that it is in the mail.
pub(super) async fn mailed(tx: &mut Tx, who: &Actor, at: Moment, letter: &Printed) -> Result<(), Failure> {
    match recaps::find_of_letter(tx, letter.id).await? {
        Some(recap) => crate::outreach::calls::recap::became_contact(tx, who, at, &recap).await,
        None => Ok(()),
    }
}

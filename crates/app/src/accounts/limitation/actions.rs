//! What the time to sue is counted from is entered and withdrawn; "May we sue?" is asked of the rule.

use super::store::{self, EntryRow};
use super::{EntryKind, clock_of};
use crate::accounts::papers::store::list_documents;
use crate::accounts::store as accounts;
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::compliance::amendments::editions;
use crate::{parties, transaction};
use duly_domain::compliance::limitation::{Agreement, Tolling, reckon};
use duly_domain::compliance::states;
use duly_domain::values::ids::{AccountId, DocumentId, LimitationEntryId};
use duly_domain::values::moment::Moment;
use duly_domain::values::region::state_code;
use jiff::civil::Date;
use serde_json::json;

/// Something to be put on record.
#[derive(Clone, Debug)]
pub struct Enter {
    /// About which account.
    pub account: AccountId,
    /// What it is of.
    pub kind: EntryKind,
    /// The agreement, the state, or why the time stood still; by its code.
    pub value: String,
    /// The day, or the first of the days.
    pub from: Option<Date>,
    /// The last of the days.
    pub until: Option<Date>,
    /// The evidence, in words.
    pub source: String,
    /// A document of the account that shows it.
    pub document: Option<DocumentId>,
}

impl Enter {
    fn problems(&self, at: Moment) -> Problems {
        let mut problems = Problems::default();
        let mut wrong = |field, says: String| problems.0.push((field, says));
        if self.source.trim().is_empty() {
            wrong("evidence", "is empty: what shows it?".into());
        }
        match self.kind {
            EntryKind::Agreement if Agreement::parse(&self.value).is_none() => wrong("agreement", "is not chosen".into()),
            EntryKind::ContractLaw if state_code(&self.value).is_none_or(|code| states::state(code).is_none()) => {
                wrong("law", "is no state of which the periods are known".into());
            }
            EntryKind::Tolled if Tolling::parse(&self.value).is_none() => wrong("tolled", "is not chosen".into()),
            _ => {}
        }
        let needs_day = matches!(self.kind, EntryKind::Accrued | EntryKind::Tolled | EntryKind::Revived);
        match self.from {
            None if needs_day => wrong("from", "is missing".into()),
            Some(day) if day > at.business_day => wrong("from", "is in the future".into()),
            _ => {}
        }
        if self.from.zip(self.until).is_some_and(|(from, until)| until < from) {
            wrong("until", "is before the first day".into());
        }
        problems
    }
}

/// Puts on record what the time to sue is counted from.
pub async fn enter(app: &App, who: &Actor, at: Moment, ask: &Enter) -> Result<LimitationEntryId, Failure> {
    let mut problems = ask.problems(at);
    if let Err(Failure::Wrong(wrong)) = check_length("evidence", &ask.source, WORDS_MAX) {
        problems.0.extend(wrong.0);
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let account = accounts::load_account(tx, ask.account).await?;
        if let Some(id) = ask.document
            && !list_documents(tx, ask.account).await?.iter().any(|known| known.id == id)
        {
            return Err(Failure::wrong("document", "is none of this account's"));
        }
        if ask.kind == EntryKind::Revived {
            let entries = store::list_of_account(tx, ask.account).await?;
            let debtor = parties::store::load_debtor(tx, account.debtor).await?;
            let laws = reckon(&clock_of(&entries, debtor.state.as_deref(), at.business_day, &editions(tx).await?)).by_laws;
            if !laws.iter().any(|law| law.state.can_revive()) {
                return Err(Failure::wrong(
                    "kind",
                    "cannot be entered: no law that may govern lets the time begin anew, so far as we know",
                ));
            }
        }
        let days = matches!(ask.kind, EntryKind::Accrued | EntryKind::Tolled | EntryKind::Revived);
        let row = EntryRow {
            id: LimitationEntryId(new_uuid()),
            kind: ask.kind.code().into(),
            value: Some(ask.value.trim().to_string()).filter(|_| !matches!(ask.kind, EntryKind::Accrued | EntryKind::Revived)),
            from_on: ask.from.filter(|_| days),
            until_on: ask.until.filter(|_| ask.kind == EntryKind::Tolled),
            source: ask.source.trim().into(),
            document: ask.document,
            recorded_by: who.label().into(),
            recorded_at: at.at,
            withdrawn_at: None,
            withdrawn_because: None,
        };
        store::insert_entry(tx, ask.account, &row).await?;
        let day = |on: Option<Date>| on.map(|on| on.to_string());
        let detail = json!({"entry": row.id.to_string(), "kind": row.kind, "value": row.value, "from": day(row.from_on),
            "until": day(row.until_on)});
        kept::record(tx, who, at.at, ask.account, "limitation.enter", detail, &[row.id.into()]).await?;
        Ok(row.id)
    })
}

/// Withdraws an entry that was wrong, with the reason.
pub async fn withdraw(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    entry: LimitationEntryId,
    because: &str,
) -> Result<(), Failure> {
    if because.trim().is_empty() {
        return Err(Failure::wrong("because", "is empty: what was wrong with it?"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        if !store::withdraw(tx, account, entry, because.trim(), at.at).await? {
            return Err(Failure::NotFound("such entry still standing".into()));
        }
        let detail = json!({"entry": entry.to_string(), "because": because.trim()});
        kept::record(tx, who, at.at, account, "limitation.withdraw", detail, &[entry.into()]).await
    })
}

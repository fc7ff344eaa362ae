//! Two records of one person are made one, and can be parted again with both histories and every counter right.
//!
//! Merging moves what hangs on the second record to the first and notes each row that moved; nothing is rewritten or erased.
//! Parting moves those rows back. What came about in between, what was found and what a file of history told, goes with the account it
//! was about, and the notices of a lawyer or a bankruptcy that follow from a circumstance go with that, on whichever account;
//! what they told us themselves then binds for both from then on, because we cannot know for whom it was said.
//!
//! Where the record that stays does not say where somebody is, it takes that from the other, and gives it back.

pub mod matching;
pub mod pages;
pub mod store;

use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept::KeptRow;
use crate::store::Tx;
use crate::{accounts, audit, parties, strategy, transaction};
use duly_domain::values::ids::{AccountId, DebtorId, MergeId};
use duly_domain::values::moment::Moment;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// Makes one record of two: `kept` stays, `merged` points there.
pub async fn merge(app: &App, who: &Actor, at: Moment, kept: DebtorId, merged: DebtorId, because: &str) -> Result<MergeId, Failure> {
    if because.trim().is_empty() {
        return Err(Failure::wrong("because", "is empty: say why they are one person"));
    }
    if kept == merged {
        return Err(Failure::wrong("person", "is the same record"));
    }
    transaction!(app.db, tx, {
        let (stays, goes) = (parties::store::load_debtor(tx, kept).await?, parties::store::load_debtor(tx, merged).await?);
        if let Some(part) = [&stays, &goes].into_iter().find(|debtor| debtor.merged_into.is_some()) {
            return Err(Failure::Stale(format!("the record {} is part of another one already: part them first", part.id)));
        }
        let id = MergeId(new_uuid());
        store::insert_merge(tx, id, kept, merged, because.trim(), who.label(), at.at).await?;
        let rows = store::list_kept(tx, merged).await?;
        store::move_rows(tx, id, merged, kept).await?;
        store::update_merged_into(tx, merged, Some(kept)).await?;
        let took: Vec<String> = store::take_place(tx, id, &stays, &goes).await?.into_iter().map(|taken| taken.field).collect();
        parties::store::settle_deceased(tx, kept).await?;
        store::decide(tx, kept, merged, "merged", who.label(), at.at).await?;
        let detail = json!({"merge": id.to_string(), "kept": kept.to_string(), "merged": merged.to_string(), "because": because.trim(),
            "took": took});
        let accounts = accounts::store::list_ids_of_person(tx, kept).await?;
        tell(tx, who, at, "people.merge", &detail, accounts, rows).await?;
        Ok(id)
    })
}

/// Parts two records that were made one.
pub async fn part(app: &App, who: &Actor, at: Moment, merge: MergeId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let done = store::load_merge(tx, merge).await?;
        if done.parted_at.is_some() {
            return Err(Failure::Stale("they were parted before".into()));
        }
        if let Some(later) = store::find_later_merge(tx, done.kept, merge).await? {
            return Err(Failure::Stale(format!("another record was merged after it: part {later} first")));
        }
        let accounts = accounts::store::list_ids_of_person(tx, done.kept).await?;
        let stay = store::move_back(tx, &done).await?;
        store::update_merged_into(tx, done.merged, None).await?;
        store::give_place_back(tx, &done).await?;
        for (person, role) in store::list_speakers_back(tx, merge).await? {
            parties::store::insert_business_person(tx, done.merged, person, &role, at.at).await?;
        }
        for record in [done.kept, done.merged] {
            parties::store::settle_deceased(tx, record).await?;
        }
        store::update_parted(tx, merge, who.label(), at.at).await?;
        store::decide(tx, done.kept, done.merged, "two_people", who.label(), at.at).await?;
        let mut rows = store::list_kept(tx, done.merged).await?;
        for (account, row) in stay {
            let named = rows.entry(account).or_default();
            if !named.contains(&row) {
                named.push(row);
            }
        }
        let detail = json!({"merge": merge.to_string(), "kept": done.kept.to_string(), "merged": done.merged.to_string()});
        tell(tx, who, at, "people.part", &detail, accounts, rows).await
    })
}

/// Writes it into the record of the person's accounts, and of those whose rows moved with it.
async fn tell(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    act: &str,
    detail: &Json,
    accounts: Vec<AccountId>,
    mut rows: BTreeMap<AccountId, Vec<KeptRow>>,
) -> Result<(), Failure> {
    for account in accounts {
        rows.entry(account).or_default();
    }
    for (account, moved) in rows {
        audit::kept::record(tx, who, at.at, account, act, detail.clone(), &moved).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
    }
    Ok(())
}

/// Notes that two records are two people: they are not proposed again.
pub async fn keep_apart(app: &App, who: &Actor, at: Moment, one: DebtorId, other: DebtorId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        store::decide(tx, one, other, "two_people", who.label(), at.at).await?;
        let detail = json!({"one": one.to_string(), "other": other.to_string()});
        audit::record(tx, who, at.at, None, "people.keep_apart", &detail).await
    })
}

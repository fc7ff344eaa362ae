//! What somebody on an account tells us about being reached is recorded for them, and ended when they say so.

use super::people::on_account;
use super::store::{self, PreferenceRow};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::store::Tx;
use crate::{accounts, strategy, transaction};
use duly_domain::compliance::record::EVERY_DAY;
use duly_domain::parties::in_writing::{self, PREFERS};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId, PreferenceId};
use duly_domain::values::moment::Moment;
use duly_domain::values::point::Phone;
use serde_json::json;
use std::collections::BTreeMap;

/// One thing somebody told us, as the form gives it.
#[derive(Clone, Debug, Default)]
pub struct TellPreference {
    /// Whose wish it is; the account's debtor unless named.
    pub person: Option<DebtorId>,
    /// One of the kinds of the table.
    pub kind: String,
    /// First minute of the day, for wishes about time.
    pub from_minute: Option<i64>,
    /// Minute after the last.
    pub to_minute: Option<i64>,
    /// Days on which the time begins, bit 0 Monday.
    pub days: Option<i64>,
    /// `home`, `work`, `school`.
    pub place: Option<String>,
    /// A channel's code, or `electronic`.
    pub channel: Option<String>,
    /// The number or address, for one alone.
    pub address: Option<String>,
    /// Their words.
    pub words: Option<String>,
}

/// The kinds of things somebody can tell us.
const KINDS: [&str; 8] = [
    "inconvenient_time",
    "convenient_only",
    "time_consent",
    "inconvenient_place",
    "employer_prohibits",
    "no_channel",
    "no_address",
    PREFERS,
];

/// Records what somebody on the account told us; it binds for them from this moment on.
pub async fn tell_preference(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    told: &TellPreference,
) -> Result<PreferenceId, Failure> {
    transaction!(app.db, tx, { tell_preference_in(tx, who, at, account, told).await })
}

/// As [`tell_preference`], within a transaction.
pub async fn tell_preference_in(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    told: &TellPreference,
) -> Result<PreferenceId, Failure> {
    if !KINDS.contains(&told.kind.as_str()) {
        return Err(Failure::wrong("kind", format!("is not one of {}", KINDS.join(", "))));
    }
    let needs_time = matches!(told.kind.as_str(), "inconvenient_time" | "convenient_only" | "time_consent");
    if needs_time && !matches!((told.from_minute, told.to_minute), (Some(0..=1439), Some(1..=1440))) {
        return Err(Failure::wrong("from", "and to must be times of the day such as 15:00"));
    }
    if needs_time && told.from_minute == told.to_minute {
        return Err(Failure::wrong("from", "is the same as To: name where the time begins and where it ends"));
    }
    check_length("words", told.words.as_deref().unwrap_or_default(), WORDS_MAX)?;
    let is_channel = told.channel.as_deref().is_some_and(|code| code == "electronic" || Channel::parse(code).is_some());
    if (told.kind == "no_channel" && told.channel.is_none()) || (told.channel.is_some() && !is_channel) {
        return Err(Failure::wrong("channel", "is missing or not one we know"));
    }
    if told.kind == PREFERS && told.channel.as_deref().and_then(in_writing::parse).is_none() {
        return Err(Failure::wrong("by", "is not chosen: a letter, a text or an e-mail"));
    }
    if told.kind == "no_address" && told.address.is_none() {
        return Err(Failure::wrong("address", "is missing: choose which"));
    }
    if told.kind == "inconvenient_place" && told.place.is_none() {
        return Err(Failure::wrong("place", "is missing"));
    }
    let row = PreferenceRow {
        id: PreferenceId(new_uuid()),
        kind: told.kind.clone(),
        days: needs_time.then(|| told.days.unwrap_or(i64::from(EVERY_DAY))),
        from_minute: told.from_minute.filter(|_| needs_time),
        to_minute: told.to_minute.filter(|_| needs_time),
        place: told.place.clone(),
        channel: told.channel.clone(),
        // As numbers are kept, so that it is found however it was written.
        address: told
            .address
            .as_deref()
            .map(|text| Phone::parse(text).map_or_else(|_| text.trim().to_string(), |phone| phone.e164().to_string())),
        words: told.words.clone(),
        source: "said to us".into(),
        told_at: at.at,
        ended_at: None,
    };
    let person = match told.person {
        Some(person) => on_account(tx, account, person).await?,
        None => accounts::store::load_account(tx, account).await?.debtor,
    };
    if row.kind == PREFERS
        && let Some(known) = end_earlier(tx, who, at, account, person, &row).await?
    {
        return Ok(known);
    }
    keep_preference(tx, who, at, account, person, &row).await?;
    strategy::actions::place_on_worklist(tx, account, at).await?;
    Ok(row.id)
}

/// Somebody likes one way of writing at a time: what they say now takes the place of what they said before. The wish that stands,
/// where it says the same already.
async fn end_earlier(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    person: DebtorId,
    row: &PreferenceRow,
) -> Result<Option<PreferenceId>, Failure> {
    let told = store::list_preferences(tx, person).await?;
    let standing: Vec<PreferenceRow> = told.into_iter().filter(|told| told.kind == PREFERS && told.ended_at.is_none()).collect();
    if let [only] = &standing[..]
        && only.channel == row.channel
        && row.words.is_none()
    {
        return Ok(Some(only.id));
    }
    for earlier in standing {
        end_preference_in(tx, who, at, account, earlier.id).await?;
    }
    Ok(None)
}

/// Keeps what somebody told us in a talk about an account.
pub async fn keep_preference(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: AccountId,
    person: DebtorId,
    row: &PreferenceRow,
) -> Result<(), Failure> {
    store::insert_preference(tx, person, account, row).await?;
    let detail = json!({"preference": row.id.to_string(), "kind": row.kind, "channel": row.channel, "place": row.place,
        "person": person.to_string()});
    kept::record(tx, who, at.at, account, "preference.tell", detail, &[row.id.into()]).await
}

/// Ends a wish because they said so, whoever on the account told it.
pub async fn end_preference(app: &App, who: &Actor, at: Moment, account: AccountId, preference: PreferenceId) -> Result<(), Failure> {
    transaction!(app.db, tx, { end_preference_in(tx, who, at, account, preference).await })
}

/// As [`end_preference`], within a transaction.
pub async fn end_preference_in(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, preference: PreferenceId) -> Result<(), Failure> {
    for person in store::list_people(tx, account).await? {
        let ended = store::end_preference(tx, person.debtor, preference, account, at.at).await?;
        if ended.is_empty() {
            continue;
        }
        let detail = json!({"preference": preference.to_string(), "person": person.debtor.to_string()});
        // The entry that holds a wish as it stands is in the record of the account it was told about.
        let mut rows: BTreeMap<AccountId, Vec<KeptRow>> = BTreeMap::from([(account, Vec::new())]);
        for (told, wish) in ended {
            rows.entry(told).or_default().push(wish.into());
        }
        for (told, rows) in rows {
            kept::record(tx, who, at.at, told, "preference.end", detail.clone(), &rows).await?;
        }
        return Ok(());
    }
    Err(Failure::NotFound("such wish still standing".into()))
}

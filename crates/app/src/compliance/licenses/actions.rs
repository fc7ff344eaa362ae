//! A license is put on file with its paper, and withdrawn where it was wrong.

use super::store::{self, LicenseRow};
use crate::accounts::papers::LARGEST_DOCUMENT;
use crate::accounts::papers::store::{find_body, keep_body};
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::transaction;
use duly_domain::audit::hex;
use duly_domain::compliance::licenses::{Kind, name_of};
use duly_domain::values::ids::LicenseId;
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};

/// The longest number, in letters.
const LONGEST_NUMBER: usize = 80;

/// Something to be put on file.
#[derive(Clone, Debug, Default)]
pub struct KeepLicense {
    /// The code of a state, or NYC.
    pub place: String,
    /// What it is.
    pub kind: Option<Kind>,
    /// Its number, as the office gave it.
    pub number: String,
    /// Its first day.
    pub from: Option<Date>,
    /// Its last day; none where it has no end.
    pub until: Option<Date>,
    /// The name of its paper, and the bytes.
    pub paper: Option<(String, Vec<u8>)>,
}

impl KeepLicense {
    fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        let mut wrong = |field, says: String| problems.0.push((field, says));
        if name_of(&self.place).is_none() {
            wrong("place", "is not chosen: the code of a state, or NYC".into());
        }
        if self.kind.is_none() {
            wrong("kind", "is not chosen".into());
        }
        match self.number.trim() {
            "" => wrong("number", "is empty".into()),
            number if number.chars().count() > LONGEST_NUMBER => wrong("number", format!("is longer than {LONGEST_NUMBER} letters")),
            number if number.contains('\0') => wrong("number", "holds a NUL character".into()),
            _ => {}
        }
        if self.from.is_none() {
            wrong("from", "is missing".into());
        }
        if self.from.zip(self.until).is_some_and(|(from, until)| until < from) {
            wrong("until", "is before the first day".into());
        }
        match &self.paper {
            Some((_, body)) if body.is_empty() => wrong("file", "is empty".into()),
            Some((_, body)) if body.len() > LARGEST_DOCUMENT => wrong("file", format!("is larger than {} MB", LARGEST_DOCUMENT >> 20)),
            _ => {}
        }
        problems
    }
}

/// Puts one on file.
pub async fn keep_license(app: &App, who: &Actor, at: Moment, ask: &KeepLicense) -> Result<LicenseId, Failure> {
    let problems = ask.problems();
    let (Some(kind), Some(from_on), true) = (ask.kind, ask.from, problems.is_empty()) else { return Err(Failure::Wrong(problems)) };
    transaction!(app.db, tx, {
        let hash = ask.paper.as_ref().map(|(_, body)| hex(&Sha256::digest(body)));
        let row = LicenseRow {
            id: LicenseId(new_uuid()),
            place: ask.place.clone(),
            kind: kind.code().into(),
            number: ask.number.trim().into(),
            from_on,
            until_on: ask.until,
            file_name: ask.paper.as_ref().map(|(name, _)| name.clone()),
            hash,
            recorded_by: who.label().into(),
            recorded_at: at.at,
            withdrawn_at: None,
            withdrawn_because: None,
            withdrawn_by: None,
        };
        if let Some(same) = store::find_same(tx, &row).await? {
            return Err(Failure::wrong("number", format!("is on file from that day already, as {same}: withdraw that one if it is wrong")));
        }
        if let (Some(hash), Some((_, body))) = (&row.hash, &ask.paper) {
            keep_body(tx, hash, body).await?;
        }
        store::insert_license(tx, &row).await?;
        record(tx, who, at, "license.keep", &row, None).await?;
        Ok(row.id)
    })
}

/// Withdraws one that was wrong, with the reason.
pub async fn withdraw_license(app: &App, who: &Actor, at: Moment, id: LicenseId, because: &str) -> Result<(), Failure> {
    if because.trim().is_empty() {
        return Err(Failure::wrong("because", "is empty: what was wrong with it?"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let row = store::load_license(tx, id).await?;
        if !store::withdraw(tx, id, because.trim(), who.label(), at.at).await? {
            return Err(Failure::Stale(format!("{id} is withdrawn already")));
        }
        record(tx, who, at, "license.withdraw", &row, Some(because.trim())).await
    })
}

/// Hands a license's paper out, proved against its hash.
pub async fn read_paper(tx: &mut Tx, id: LicenseId) -> Result<(String, Vec<u8>), Failure> {
    let row = store::load_license(tx, id).await?;
    let (Some(name), Some(hash)) = (row.file_name, row.hash) else { return Err(Failure::NotFound(format!("paper of license {id}"))) };
    let body = find_body(tx, &hash).await?.ok_or_else(|| Failure::NotFound(format!("paper of license {id}")))?;
    if hex(&Sha256::digest(&body)) != hash {
        return Err(Failure::Stale("the paper is not the one that was filed: its hash differs".into()));
    }
    Ok((name, body))
}

async fn record(tx: &mut Tx, who: &Actor, at: Moment, act: &str, row: &LicenseRow, because: Option<&str>) -> Result<(), Failure> {
    let detail = json!({"license": row.id.to_string(), "place": row.place, "kind": row.kind, "number": row.number,
        "from": row.from_on.to_string(), "until": row.until_on.map(|until| until.to_string()), "sha256": row.hash, "because": because});
    kept::record_of_agency(tx, who, at.at, act, detail, &[row.id.into()]).await
}

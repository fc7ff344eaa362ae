//! Practice at the sample agency: the first officer has played some scenarios, and everybody has a new release of the rules to read.

use crate::app::{Actor, App, Failure};
use crate::coaching::practice::actions::{begin, choose, load, shown_order};
use crate::coaching::training::assigning::notice_release;
use crate::coaching::training::store::insert_rule_set;
use crate::transaction;
use duly_domain::identity::Role;
use duly_domain::values::ids::UserId;

/// What was played, and which choice was made at most points: the best is written first.
const PLAYED: [(&str, usize); 5] = [("lost-job", 2), ("lost-job", 0), ("third-party", 0), ("voicemail", 0), ("dispute", 1)];

/// Plays, and takes note of a release before this one.
pub async fn practice(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    if let Some((_, officer)) = users.iter().find(|(_, actor)| actor.role == Role::Officer) {
        for (code, which) in PLAYED {
            play(app, officer, code, which).await?;
        }
    }
    let noted: Result<(), Failure> = transaction!(app.db, tx, { Ok(insert_rule_set(tx, "us-2026.10.0", app.moment().at).await?) });
    noted?;
    notice_release(app).await.map(drop)
}

async fn play(app: &App, who: &Actor, code: &str, which: usize) -> Result<(), Failure> {
    let id = begin(app, who, app.moment(), code).await?;
    loop {
        let mut tx = app.db.read().await?;
        let played = load(&mut tx, who, id).await?;
        tx.rollback().await;
        if played.play.is_over() {
            return Ok(());
        }
        let choice = which.min(played.play.node().choices.len() - 1);
        let place = shown_order(&played).iter().position(|known| *known == choice).unwrap_or(0);
        choose(app, who, app.moment(), id, played.play.taken.len(), place).await?;
    }
}

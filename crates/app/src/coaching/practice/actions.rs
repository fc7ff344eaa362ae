//! A practice call begins, and each choice leads on, until it is over.

use super::store::{self, PracticeRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit;
use crate::coaching::training::certificates::certify;
use crate::store::Tx;
use crate::transaction;
use duly_domain::coaching::draw::Draw;
use duly_domain::coaching::practice::{Play, Scenario, find};
use duly_domain::coaching::scorecard::Scorecard;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{PracticeId, UserId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// A practice call as it stands.
pub struct Played {
    /// Its row.
    pub row: PracticeRow,
    /// What was chosen.
    pub play: Play<'static>,
}

/// Begins a scenario; the call of it that was begun and not ended, where there is one.
pub async fn begin(app: &App, who: &Actor, at: Moment, code: &str) -> Result<PracticeId, Failure> {
    let user = somebody(who)?;
    let scenario = find(code).ok_or_else(|| Failure::NotFound(format!("scenario {code}")))?;
    transaction!(app.db, tx, {
        if let Some(open) = store::find_open(tx, user, &scenario.code, &scenario.edition).await? {
            return Ok(open);
        }
        let id = PracticeId(new_uuid());
        store::insert_practice(tx, id, user, &scenario.code, &scenario.edition, at.at, at.business_day).await?;
        Ok(id)
    })
}

/// Whoever practices is a user.
pub fn somebody(who: &Actor) -> Result<UserId, Failure> {
    who.id.ok_or(Failure::Forbidden)
}

/// Reads a practice call; it is seen by whoever made it, and by those who see compliance.
pub async fn load(tx: &mut Tx, who: &Actor, id: PracticeId) -> Result<Played, Failure> {
    let row = store::load_practice(tx, id).await?;
    if Some(row.user) != who.id && !may(who.role, Permission::ReadCompliance) {
        return Err(Failure::NotFound(format!("practice call {id}")));
    }
    let gone = || Failure::Stale("this scenario has changed since: begin it anew".into());
    let scenario = find(&row.scenario).filter(|scenario| scenario.edition == row.edition).ok_or_else(gone)?;
    let choices = store::list_choices(tx, id).await?;
    let play = Play::of(scenario, &choices).map_err(|_| gone())?;
    Ok(Played { row, play })
}

/// In which order the choices of the point at hand are shown: another in each call, the same whenever it is looked at.
pub fn shown_order(played: &Played) -> Vec<usize> {
    let (high, low) = played.row.id.0.as_u64_pair();
    let seed = high ^ low ^ u64::try_from(played.play.taken.len()).unwrap_or(0);
    Draw::of(seed).order(played.play.node().choices.len())
}

/// Makes the choice that stands at a place, as the so-manieth of the call; pressed twice, it is made once.
pub async fn choose(app: &App, who: &Actor, at: Moment, id: PracticeId, seq: usize, place: usize) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let mut played = load(tx, who, id).await?;
        if Some(played.row.user) != who.id {
            return Err(Failure::Forbidden);
        }
        if seq < played.play.taken.len() {
            return Ok(());
        }
        if seq > played.play.taken.len() {
            return Err(Failure::Stale("this practice call stands elsewhere: load the page again".into()));
        }
        let choice = shown_order(&played).get(place).copied().ok_or_else(|| Failure::wrong("choice", "is none of those shown"))?;
        played.play.choose(choice).map_err(|says| Failure::Stale(says.into()))?;
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        store::insert_choice(tx, id, number(seq), number(choice), at.at).await?;
        if played.play.is_over() {
            end(tx, who, at, &played).await?;
        }
        Ok(())
    })
}

async fn end(tx: &mut Tx, who: &Actor, at: Moment, played: &Played) -> Result<(), Failure> {
    let card = Scorecard::shipped();
    let marks = played.play.marks(&card, played.row.business_day);
    let (percent, is_passed) = (marks.percent(), marks.is_passed());
    store::update_ended(tx, played.row.id, at.at, percent, is_passed).await?;
    let scenario: &Scenario = played.play.scenario;
    let detail = json!({
        "practice": played.row.id.to_string(), "scenario": scenario.code, "edition": scenario.edition,
        "scorecard": card.edition(), "percent": percent, "passed": is_passed,
    });
    audit::record(tx, who, at.at, None, "practice.end", &detail).await?;
    certify(tx, who, at).await
}

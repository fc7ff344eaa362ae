//! Whose reviews somebody sees: their own, their team's, or all.
//!
//! What is not theirs to see is not there for them: the answer is that there is no such review.

use super::store::{self, Person, Review};
use crate::app::{Actor, Failure};
use crate::store::Tx;
use duly_domain::coaching::review::Purpose;
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::ids::{ReviewId, UserId};

/// Whether somebody sees the reviews of a person. A supervisor sees those of the teams they lead, and of people in no team.
pub fn sees_person(who: &Actor, person: &Person) -> bool {
    match who.role {
        _ if who.id == Some(person.id) => true,
        Role::Auditor => true,
        Role::Supervisor => person.led_by.is_none() || person.led_by == who.id,
        _ => false,
    }
}

/// A person whose reviews this visitor sees.
pub async fn person(tx: &mut Tx, who: &Actor, user: UserId) -> Result<Person, Failure> {
    let person = store::load_person(tx, user).await?;
    match sees_person(who, &person) {
        true => Ok(person),
        false => Err(Failure::NotFound("such officer among yours".into())),
    }
}

/// A review that this visitor sees. Whoever may decide about disputed marks sees those reviews; reviewers see all calibrations.
pub async fn review(tx: &mut Tx, who: &Actor, id: ReviewId) -> Result<Review, Failure> {
    let review = store::load_review(tx, id).await?;
    let is_theirs = match review.purpose() {
        Purpose::Calibration => may(who.role, Permission::ReviewCalls) || who.role == Role::Auditor,
        Purpose::Review => {
            let person = store::load_person(tx, review.officer).await?;
            let decides = may(who.role, Permission::DecideScores) && !store::list_disputes(tx, id).await?.is_empty();
            sees_person(who, &person) || decides
        }
    };
    if is_theirs { Ok(review) } else { Err(Failure::NotFound("such review".into())) }
}

/// The officers whose reviews this visitor sees, by name.
pub async fn people(tx: &mut Tx, who: &Actor) -> Result<Vec<Person>, Failure> {
    let mut people = store::list_people(tx).await?;
    people.retain(|person| sees_person(who, person));
    Ok(people)
}

/// The user behind an actor; who sits at the machine itself marks nothing.
pub fn user(who: &Actor) -> Result<UserId, Failure> {
    who.id.ok_or(Failure::Forbidden)
}

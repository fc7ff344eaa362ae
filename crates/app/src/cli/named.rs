//! What a user types, found: people by their address, points by their number, ids by their text.

use crate::app::{Actor, Failure};
use crate::compliance::gate::kind_of_point;
use crate::store::Tx;
use crate::{accounts, identity, parties};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, CreditorId, DebtorId, PointId};
use duly_domain::values::point::{EmailAddress, Phone};
use std::str::FromStr;

/// Finds who works accounts by their address: the who-may table holds for commands too.
pub(super) async fn find_worker(tx: &mut Tx, email: &str) -> Result<Actor, Failure> {
    let who = find_actor(tx, email).await?;
    if may(who.role, Permission::WorkAccounts) { Ok(who) } else { Err(Failure::Forbidden) }
}

pub(super) async fn find_actor(tx: &mut Tx, email: &str) -> Result<Actor, Failure> {
    let user =
        identity::store::find_by_email(tx, &email.to_lowercase()).await?.ok_or_else(|| Failure::NotFound(format!("user {email}")))?;
    if user.state != "active" {
        return Err(Failure::Forbidden);
    }
    Ok(Actor::user(user.id, &user.name, Role::parse(&user.role).unwrap_or(Role::Auditor)))
}

/// Who acts: a user who may, or the command line itself.
pub(super) async fn acting(tx: &mut Tx, user: Option<&str>, permission: Permission) -> Result<Actor, Failure> {
    let Some(email) = user else { return Ok(Actor::command()) };
    let who = find_actor(tx, email).await?;
    if may(who.role, permission) { Ok(who) } else { Err(Failure::Forbidden) }
}

/// Finds a creditor by its name; nobody where none is named.
pub(super) async fn find_creditor(tx: &mut Tx, name: Option<&str>) -> Result<Option<CreditorId>, Failure> {
    let Some(name) = name else { return Ok(None) };
    let found = accounts::store::find_creditor_by_name(tx, name).await?;
    Ok(Some(found.ok_or_else(|| Failure::NotFound(format!("creditor {name}")))?.id))
}

/// A code that is none of those that are known.
pub(super) fn one_of<'a>(field: &'static str, given: &str, known: impl IntoIterator<Item = &'a str>) -> Failure {
    Failure::wrong(field, format!("{given:?} is not one of {}", known.into_iter().collect::<Vec<_>>().join(", ")))
}

/// A point named by its id, or by the number or address itself.
pub(super) async fn find_point(
    tx: &mut Tx,
    account: AccountId,
    person: Option<DebtorId>,
    channel: Channel,
    to: Option<&str>,
) -> Result<Option<PointId>, Failure> {
    let Some(to) = to else { return Ok(None) };
    if let Ok(id) = PointId::from_str(to) {
        return Ok(Some(id));
    }
    let debtor = match person {
        Some(person) => person,
        None => accounts::store::load_account(tx, account).await?.debtor,
    };
    let value = match kind_of_point(channel) {
        "phone" => Phone::parse(to).map(|phone| phone.e164().to_string()),
        "email" => EmailAddress::parse(to).map(|email| email.text().to_string()),
        _ => Ok(to.to_string()),
    }
    .map_err(|says| Failure::wrong("to", says))?;
    let points = parties::store::list_points(tx, debtor).await?;
    let point = points.into_iter().find(|point| point.value == value && point.kind == kind_of_point(channel));
    point.map(|point| Some(point.id)).ok_or_else(|| Failure::wrong("to", "is no number or address of this person on file"))
}

pub(super) fn parse_id<T: FromStr>(what: &'static str, text: &str) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| Failure::wrong(what, format!("{text:?} is {error}")))
}

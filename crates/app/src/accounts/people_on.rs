//! Who is on an account, how to reach them and what they told us about that, and what else the same person owes.

use super::search::store::{FoundRow, list_of_people};
use crate::app::Failure;
use crate::compliance::facts::Known;
use crate::ledger;
use crate::parties::masking::{Revealed, shown};
use crate::parties::pages::in_words;
use crate::parties::store::{Point, PreferenceRow};
use crate::store::{Tx, Value};
use duly_domain::compliance::facts::is_reached_as_debtor_asked;
use duly_domain::parties::in_writing::PREFERS;
use duly_domain::values::ids::{AccountId, DebtorId, PreferenceId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A number or address as it is shown.
pub struct ShownPoint {
    /// The point.
    pub point: Point,
    /// As it is written.
    pub text: String,
    /// `ok`, `warn` or `no`.
    pub icon: &'static str,
    /// Whether something of it is hidden.
    pub is_masked: bool,
}

/// Somebody on the account, with the numbers and addresses they can be reached by.
pub struct PersonOn {
    /// Who.
    pub id: DebtorId,
    /// Their name.
    pub name: String,
    /// How they stand to it.
    pub role: String,
    /// Whether it is the account's debtor.
    pub is_debtor: bool,
    /// How to reach them.
    pub points: Vec<ShownPoint>,
    /// What they told us about being reached, where it stands.
    pub wishes: Vec<ShownWish>,
    /// They named no time or place of their own and are reached as the debtor asked.
    pub borrows: bool,
}

/// A standing wish as it is shown.
pub struct ShownWish {
    /// Which.
    pub id: PreferenceId,
    /// The channel, time or place in words.
    pub says: String,
    /// It closes nothing: it says what they like.
    pub is_liking: bool,
    /// When it was told, and how we know.
    pub told: String,
    /// In their words.
    pub words: String,
}

/// Everybody on an account, the debtor first.
pub async fn people_on(
    tx: &mut Tx,
    account: AccountId,
    known: &Known,
    sees_numbers: bool,
    at: Timestamp,
    zone: &TimeZone,
) -> Result<Vec<PersonOn>, Failure> {
    let mut people = Vec::new();
    for row in crate::parties::store::list_people(tx, account).await? {
        let is_debtor = row.debtor == known.debtor.id;
        let points = if is_debtor { known.points.clone() } else { crate::parties::store::list_points(tx, row.debtor).await? };
        let points: Vec<ShownPoint> = points.into_iter().map(|point| shown_point(point, sees_numbers, None)).collect();
        let told = known.preferences.get(&row.debtor).into_iter().flatten().filter(|wish| wish.ended_at.is_none());
        people.push(PersonOn {
            wishes: told.map(|wish| shown_wish(wish, &points, zone)).collect(),
            borrows: is_reached_as_debtor_asked(&known.record, row.debtor.0.as_u128(), at),
            id: row.debtor,
            name: crate::parties::name_of(row.name.as_deref()).to_string(),
            role: crate::parties::pages::role(&row.role),
            is_debtor,
            points,
        });
    }
    people.sort_by_key(|person| !person.is_debtor);
    Ok(people)
}

/// A wish as screens show it; a number or address masked as it is elsewhere.
fn shown_wish(wish: &PreferenceRow, points: &[ShownPoint], zone: &TimeZone) -> ShownWish {
    let at = wish.address.as_ref().map(|address| points.iter().find(|shown| shown.point.value == *address));
    let says = match at {
        Some(found) => format!("Not to {}", found.map_or("a number or address that is not on file any more", |shown| &shown.text)),
        None => in_words(wish),
    };
    ShownWish {
        id: wish.id,
        says,
        is_liking: wish.kind == PREFERS,
        told: format!("{}, {}", written(wish.told_at.to_zoned(zone.clone()).date()), wish.source),
        words: wish.words.clone().unwrap_or_default(),
    }
}

/// What the same person owes besides.
pub async fn also_owed(tx: &mut Tx, account: AccountId, debtor: DebtorId) -> Result<Vec<(FoundRow, Money)>, Failure> {
    let rows = list_of_people(tx, &[Value::from(debtor)]).await?;
    let others = rows.into_iter().filter(|row| row.id != account).take(8);
    others.map(|row| Ok((row.clone(), Money::of(row.balance_minor, ledger::store::currency(&row.currency)?)))).collect()
}

/// A point as screens show it.
pub fn shown_point(point: Point, sees_numbers: bool, revealed: Option<&Revealed>) -> ShownPoint {
    let (text, is_masked) = match revealed.filter(|revealed| revealed.what == point.id.to_string()) {
        Some(revealed) => (revealed.value.clone(), false),
        None => shown(&point, sees_numbers),
    };
    let icon = match point.state.as_str() {
        "verified" => "ok",
        "unproven" => "warn",
        _ => "no",
    };
    ShownPoint { point, text, icon, is_masked }
}

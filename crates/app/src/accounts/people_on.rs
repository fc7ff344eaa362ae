//! Who is on an account and how to reach them, and what else the same person owes.

use super::search::store::{FoundRow, list_of_people};
use crate::app::Failure;
use crate::compliance::facts::Known;
use crate::ledger;
use crate::parties::masking::{Revealed, shown};
use crate::parties::store::Point;
use crate::store::{Tx, Value};
use duly_domain::values::ids::{AccountId, DebtorId};
use duly_domain::values::money::Money;

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
}

/// Everybody on an account, the debtor first.
pub async fn people_on(tx: &mut Tx, account: AccountId, known: &Known, sees_numbers: bool) -> Result<Vec<PersonOn>, Failure> {
    let mut people = Vec::new();
    for row in crate::parties::store::list_people(tx, account).await? {
        let is_debtor = row.debtor == known.debtor.id;
        let points = if is_debtor { known.points.clone() } else { crate::parties::store::list_points(tx, row.debtor).await? };
        people.push(PersonOn {
            id: row.debtor,
            name: row.name.unwrap_or_else(|| "No name on file".into()),
            role: crate::parties::pages::role(&row.role),
            is_debtor,
            points: points.into_iter().map(|point| shown_point(point, sees_numbers, None)).collect(),
        });
    }
    people.sort_by_key(|person| !person.is_debtor);
    Ok(people)
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

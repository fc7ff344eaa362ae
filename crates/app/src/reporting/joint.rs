//! People beside the debtors of accounts, as they are told of: gathered for a page of accounts, each asked for themselves.

use super::store::FurnishingRow;
use crate::app::Failure;
use crate::compliance::facts::Known;
use crate::compliance::gate::best_point;
use crate::parties;
use crate::parties::store::{Debtor, PersonRow, Point};
use crate::store::{Tx, Value};
use duly_domain::compliance::facts::gather_furnish;
use duly_domain::compliance::record::Bankruptcy;
use duly_domain::reporting::consumer;
use duly_domain::reporting::joint::{Beside, GONE, LeftAside, Liability, Person, tell};
use duly_domain::values::ids::{AccountId, DebtorId};
use duly_domain::values::moment::{Moment, day_number};
use jiff::civil::Date;
use std::collections::HashMap;

/// Everybody beside the debtors of some accounts.
pub(super) struct People {
    on: HashMap<AccountId, Vec<PersonRow>>,
    debtors: HashMap<DebtorId, Debtor>,
    points: HashMap<DebtorId, Vec<Point>>,
}

/// Who is told of beside the debtor of one account, and who is not.
#[derive(Default)]
pub(super) struct Joint {
    pub told: Vec<Told>,
    /// With their name as it is on file.
    pub left_aside: Vec<(DebtorId, LeftAside)>,
}

/// Somebody who is told of.
pub(super) struct Told {
    pub id: DebtorId,
    pub beside: Beside,
    pub born_on: Option<Date>,
    pub bankruptcy: Option<Bankruptcy>,
}

impl Joint {
    /// As a row keeps it: who, each with the code. Nothing where nobody is told of.
    pub fn kept(&self) -> Option<String> {
        let each: Vec<String> = self.told.iter().map(|told| format!("{} {}", told.id, told.beside.ecoa)).collect();
        (!each.is_empty()).then(|| each.join(", "))
    }

    /// Whether somebody is told to be gone.
    pub fn is_any_gone(&self) -> bool {
        self.told.iter().any(|told| told.beside.ecoa == GONE)
    }

    /// As a row that stands told it: with whom is on file still.
    pub fn with_kept(mut self, kept: Option<&str>) -> Joint {
        let kept: Vec<(DebtorId, &str)> = kept.into_iter().flat_map(read_kept).collect();
        self.told.retain(|told| kept.iter().any(|(id, code)| *id == told.id && *code == told.beside.ecoa));
        self
    }
}

/// Who was told of, each with the code.
pub(super) fn read_kept(kept: &str) -> impl Iterator<Item = (DebtorId, &str)> {
    kept.split(", ").filter_map(|one| one.split_once(' ')).filter_map(|(id, code)| Some((id.parse().ok()?, code)))
}

impl People {
    /// Everybody beside the debtors of these accounts.
    pub async fn of(tx: &mut Tx, accounts: &[Value]) -> Result<People, Failure> {
        let mut people = People { on: HashMap::new(), debtors: HashMap::new(), points: HashMap::new() };
        for told in parties::store::list_people_of(tx, accounts).await? {
            if Liability::of_role(&told.1.role).is_some() {
                people.on.entry(told.0).or_default().push(told.1);
            }
        }
        let ids: Vec<DebtorId> = people.on.values().flatten().map(|person| person.debtor).collect();
        people.load(tx, &ids).await?;
        Ok(people)
    }

    async fn load(&mut self, tx: &mut Tx, ids: &[DebtorId]) -> Result<(), Failure> {
        let keys: Vec<Value> = ids.iter().filter(|id| !self.debtors.contains_key(id)).map(|id| Value::from(*id)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.debtors.extend(parties::store::list_debtors(tx, &keys).await?.into_iter().map(|debtor| (debtor.id, debtor)));
        for point in parties::store::list_points_of(tx, &keys).await? {
            self.points.entry(point.0).or_default().push(point.1);
        }
        Ok(())
    }

    /// Who is told of on an account: those who owe it too, and those who were told of and do not any more.
    pub async fn joint(&mut self, tx: &mut Tx, known: &Known, last: Option<&FurnishingRow>, at: Moment) -> Result<Joint, Failure> {
        let on = self.on.get(&known.account.id).cloned().unwrap_or_default();
        let before: Vec<DebtorId> = last
            .and_then(|row| row.people.as_deref())
            .into_iter()
            .flat_map(read_kept)
            .filter(|(_, code)| *code != GONE)
            .map(|(id, _)| id)
            .collect();
        self.load(tx, &before).await?;
        let is_on = |id: DebtorId| id == known.debtor.id || on.iter().any(|person| person.debtor == id);
        let merged = |id: DebtorId| self.debtors.get(&id).and_then(|debtor| debtor.merged_into);
        // Who is one with somebody on the account is on it.
        let gone = before.iter().filter(|id| !is_on(**id) && !merged(**id).is_some_and(is_on));
        let everybody = on.iter().map(|person| (person.debtor, Liability::of_role(&person.role))).chain(gone.map(|id| (*id, None)));
        let mut joint = Joint::default();
        for (id, liability) in everybody {
            let Some(debtor) = self.debtors.get(&id) else { continue };
            let points = self.points.get(&id).map_or(&[][..], Vec::as_slice);
            let person = Person {
                liability,
                is_business: debtor.is_business,
                is_deceased: debtor.is_deceased,
                is_told: is_told(known, id, at),
                name: debtor.name.as_deref().and_then(consumer::name),
                address: best_point(points, "address").and_then(|point| consumer::address(&point.value)),
            };
            match tell(person) {
                Ok(beside) => {
                    let (born_on, bankruptcy) = (debtor.date_of_birth, bankruptcy_of(known, id));
                    joint.told.push(Told { id, beside, born_on, bankruptcy });
                }
                Err(why) => joint.left_aside.push((id, why)),
            }
        }
        Ok(joint)
    }
}

/// Whether somebody was told enough about the debt themselves: by what was said with them alone.
fn is_told(known: &Known, person: DebtorId, at: Moment) -> bool {
    let (key, debt) = (person.0.as_u128(), known.account.id.0.as_u128());
    let mut own = known.record.clone();
    own.contacts.retain(|contact| contact.person == key);
    own.notices.retain(|notice| notice.person == key);
    let facts = gather_furnish(&own, at.at, &[debt], true);
    let today = day_number(at.business_day);
    facts.debts.first().and_then(|debt| debt.told_from_day).is_some_and(|day| day <= today)
}

fn bankruptcy_of(known: &Known, person: DebtorId) -> Option<Bankruptcy> {
    let (key, debt) = (person.0.as_u128(), known.account.id.0.as_u128());
    let person = known.record.persons.iter().find(|one| one.key == key)?;
    person.cases.iter().find(|(of, _)| *of == debt).map(|(_, case)| *case)
}

//! Which statuses stand on an account: read from the rows by which they bind, never from a list of their own.

use super::store::{self, EvidenceRow};
use crate::accounts;
use crate::accounts::notice::{Kind, NoticeRow};
use crate::app::Failure;
use crate::compliance::events::bankruptcy_of;
use crate::parties;
use crate::parties::store::PersonRow;
use crate::store::{Keyed, Tx, Value};
use duly_domain::compliance::record::{OrdersNotice, Service, Standing as Role};
use duly_domain::compliance::status::Status;
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::values::ids::{AccountId, CircumstanceId, DebtorId, NoticeId, PreferenceId};
use jiff::Timestamp;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// The row by which a status binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A notice.
    Notice(NoticeId),
    /// A circumstance.
    Circumstance(CircumstanceId),
    /// A wish.
    Wish(PreferenceId),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Notice(id) => id.fmt(f),
            By::Circumstance(id) => id.fmt(f),
            By::Wish(id) => id.fmt(f),
        }
    }
}

impl FromStr for By {
    type Err = Failure;
    fn from_str(text: &str) -> Result<By, Failure> {
        let notice = text.parse().map(By::Notice).ok();
        let found = notice.or_else(|| text.parse().map(By::Circumstance).ok()).or_else(|| text.parse().map(By::Wish).ok());
        found.ok_or_else(|| Failure::NotFound("such status".into()))
    }
}

/// One status as it stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Which.
    pub status: Status,
    /// Whose.
    pub person: DebtorId,
    /// Their name.
    pub name: String,
    /// Their role on the account.
    pub role: String,
    /// Since when it binds.
    pub since: Since,
    /// By which row.
    pub by: By,
    /// What is particular to this one: the channel that is closed, an order that lifted the stay.
    pub particular: String,
    /// How we know, oldest first; nothing where it was told before statuses asked for it.
    pub evidence: Vec<EvidenceRow>,
    /// By whose word, as the row itself says it.
    pub source: String,
}

/// Since when: a day, or a moment.
#[derive(Clone, Copy, Debug)]
pub enum Since {
    /// The day.
    On(Date),
    /// The moment.
    At(Timestamp),
}

/// The status of a circumstance; none for those that bind by notices of their own.
fn status_of(kind: &str) -> Option<Status> {
    Some(match Circumstance::parse(kind)? {
        Circumstance::Deceased => Status::Deceased,
        Circumstance::Military => Status::Servicemember,
        Circumstance::Vulnerable => Status::Vulnerable,
        Circumstance::Incarcerated => Status::Incarcerated,
        Circumstance::Minor => Status::Minor,
        Circumstance::Hardship => Status::Hardship,
        Circumstance::Bankrupt | Circumstance::Represented => return None,
    })
}

/// Every status that stands on an account, of everybody on it; in the order of the table.
pub async fn standing(tx: &mut Tx, account: AccountId) -> Result<Vec<Standing>, Failure> {
    let people = parties::store::list_people(tx, account).await?;
    let debtor = accounts::store::load_account(tx, account).await?.debtor;
    let told = store::list_of_account(tx, account).await?;
    let notices: Vec<NoticeRow> =
        accounts::store::notices::list_notices_of(tx, &[Value::from(debtor)]).await?.into_iter().map(|Keyed(_, row)| row).collect();
    let mut all = Vec::new();
    for person in &people {
        circumstances(tx, person, &mut all).await?;
        wishes(tx, person, &told, &mut all).await?;
        stops(account, person, &people, &notices, &told, &mut all);
        let theirs = match person.debtor == debtor {
            true => notices.clone(),
            false => {
                let rows = accounts::store::notices::list_bankruptcies_of(tx, &[Value::from(person.debtor)]).await?;
                rows.into_iter().map(|Keyed(_, row)| row).collect()
            }
        };
        all.extend(bankruptcy(account, person, &theirs, &told));
    }
    all.sort_by_key(|standing| {
        let place = duly_domain::compliance::status::CARDS.iter().position(|card| card.status == standing.status);
        (standing.person != debtor, place)
    });
    Ok(all)
}

fn of(person: &PersonRow, status: Status, by: By, since: Since) -> Standing {
    Standing {
        status,
        person: person.debtor,
        name: crate::parties::name_of(person.name.as_deref()).to_string(),
        role: person.role.clone(),
        since,
        by,
        particular: String::new(),
        evidence: Vec::new(),
        source: String::new(),
    }
}

async fn circumstances(tx: &mut Tx, person: &PersonRow, all: &mut Vec<Standing>) -> Result<(), Failure> {
    for row in parties::store::list_circumstances(tx, person.debtor).await? {
        let Some(status) = status_of(&row.kind).filter(|_| row.ended_at.is_none()) else { continue };
        let evidence = store::list_of_circumstance(tx, row.id).await?;
        let found = of(person, status, By::Circumstance(row.id), Since::On(row.since_on));
        all.push(Standing { evidence, source: row.source, particular: row.note.unwrap_or_default(), ..found });
    }
    Ok(())
}

async fn wishes(tx: &mut Tx, person: &PersonRow, told: &[EvidenceRow], all: &mut Vec<Standing>) -> Result<(), Failure> {
    for row in parties::store::list_preferences(tx, person.debtor).await? {
        if row.kind != "no_channel" || row.ended_at.is_some() {
            continue;
        }
        let evidence = told.iter().filter(|known| known.preference == Some(row.id)).cloned().collect();
        let found = of(person, Status::Closed, By::Wish(row.id), Since::At(row.told_at));
        all.push(Standing { evidence, particular: parties::pages::in_words(&row), source: row.source, ..found });
    }
    Ok(())
}

/// A written stop and a lawyer, each about this account alone.
fn stops(
    account: AccountId,
    person: &PersonRow,
    people: &[PersonRow],
    notices: &[NoticeRow],
    told: &[EvidenceRow],
    all: &mut Vec<Standing>,
) {
    let is_co_debtor = |debtor: DebtorId| people.iter().any(|known| known.debtor == debtor && Role::of_role(&known.role) == Role::CoDebtor);
    // A co-debtor's lawyer is released for the co-debtor; everybody else speaks for the one consumer.
    let speaks_with = |other: DebtorId| other == person.debtor || (!is_co_debtor(other) && !is_co_debtor(person.debtor));
    let here = |row: &&NoticeRow| row.account == account;
    for (begins, ends, status) in
        [(Kind::Cease, Kind::CeaseWithdrawn, Status::Cease), (Kind::AttorneyKnown, Kind::AttorneyReleased, Status::Attorney)]
    {
        let is_over = |row: &NoticeRow| {
            notices.iter().filter(here).any(|later| {
                let by_whom = if status == Status::Cease { later.debtor == row.debtor } else { speaks_with(later.debtor) };
                later.kind == ends.code() && by_whom && later.happened_at >= row.happened_at
            })
        };
        let stands = notices.iter().filter(here).find(|row| row.debtor == person.debtor && row.kind == begins.code() && !is_over(row));
        all.extend(stands.map(|row| of_notice(person, status, row, told)));
    }
}

/// The case in bankruptcy of a person, as it stands for the account.
fn bankruptcy(account: AccountId, person: &PersonRow, notices: &[NoticeRow], told: &[EvidenceRow]) -> Option<Standing> {
    let case = bankruptcy_of(notices, person.debtor, account)?;
    let begins = if case.is_discharged { Kind::BankruptcyDischarged } else { Kind::BankruptcyFiled };
    let row = notices.iter().rfind(|row| row.debtor == person.debtor && row.kind == begins.code())?;
    let status = if case.is_discharged { Status::Discharged } else { Status::of_chapter(case.chapter.map(i64::from)) };
    let particular = if case.is_stay_lifted { "The court lifted the stay for this debt." } else { "" };
    Some(Standing { particular: particular.into(), ..of_notice(person, status, row, told) })
}

fn of_notice(person: &PersonRow, status: Status, row: &NoticeRow, told: &[EvidenceRow]) -> Standing {
    let evidence = told.iter().filter(|known| known.notice == Some(row.id)).cloned().collect();
    let source = row.words.clone().unwrap_or_default();
    Standing { evidence, source, ..of(person, status, By::Notice(row.id), Since::At(row.happened_at)) }
}

/// Somebody's service in the forces, for the acts it protects them from: interest over the limit, judgment by default. `None` where
/// nothing is on record.
pub async fn service_of(tx: &mut Tx, person: DebtorId) -> Result<Option<Service>, Failure> {
    let rows = store::list_service_of(tx, &[Value::from(person)]).await?;
    let Some(Keyed(_, last)) = rows.first() else { return Ok(None) };
    // Each entry adds what it knows; the last word counts.
    let said = |of: fn(&store::ServiceRow) -> Option<Date>| rows.iter().find_map(|Keyed(_, row)| of(row));
    Ok(Some(Service {
        entered: said(|row| row.from),
        left: last.until.or_else(|| said(|row| row.until)),
        notice: said(|row| row.orders_on).map_or(OrdersNotice::Missing, OrdersNotice::On),
    }))
}

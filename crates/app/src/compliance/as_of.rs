//! The record as of a moment: what is kept as a state of today (a bankruptcy, a death, a need of care) is read as it stood then.
//!
//! Everything else in the record has its own moment, and the rules look at it. So a petition of November forbids no call of September,
//! neither in *Why?* nor in a replay; one that was filed before and found later does.

use super::events::bankruptcy_of;
use super::facts::Known;
use crate::accounts::notice::NoticeRow;
use crate::accounts::store::notices::{list_bankruptcies_of, list_notices_of};
use crate::app::Failure;
use crate::parties::store::{CircumstanceRow, list_circumstances};
use crate::store::{Keyed, Tx, Value};
use duly_domain::compliance::record::{Care, Key, Preference};
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::values::ids::{AccountId, DebtorId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

/// A moment of the past or the future, and what it is looked at for.
pub struct AsOf {
    /// The moment.
    pub at: Timestamp,
    /// Its day where we are.
    pub day: Date,
    /// The contact made at that moment: what was told at the same moment and recorded after it was told in it.
    pub contact: Option<Uuid>,
}

impl AsOf {
    /// A moment, looked at by itself.
    pub fn of(at: Timestamp, zone: &TimeZone) -> AsOf {
        AsOf { at, day: at.to_zoned(zone.clone()).date(), contact: None }
    }

    /// Whether something that was told at a moment was known then.
    fn knows(&self, told_at: Timestamp, id: Uuid) -> bool {
        told_at < self.at || (told_at == self.at && self.contact.is_none_or(|contact| id < contact))
    }

    /// Whether a circumstance stood then.
    fn stood(&self, row: &CircumstanceRow) -> bool {
        row.since_on <= self.day && row.ended_at.is_none_or(|ended| ended > self.at)
    }

    /// Brings a record to the moment.
    pub async fn bring(&self, tx: &mut Tx, known: &mut Known) -> Result<(), Failure> {
        let debtor = known.debtor.id;
        let told = of_debtors(list_notices_of(tx, &[Value::from(debtor)]).await?);
        let told: Vec<NoticeRow> = told.into_iter().filter(|row| self.knows(row.happened_at, row.id.0)).collect();
        for debt in &mut known.record.debts {
            debt.bankruptcy = bankruptcy_of(&told, debtor, AccountId(Uuid::from_u128(debt.key)));
        }
        // What the same moment's contact brought to light did not stand in its way.
        let notices = &mut known.record.notices;
        notices.retain(|notice| notice.key.is_none_or(|key| self.contact.is_none() || self.knows(notice.at, Uuid::from_u128(key))));
        let (is_deceased, care) = self.circumstances(tx, debtor, known.record.consumer.is_deceased).await?;
        (known.record.consumer.is_deceased, known.record.consumer.care) = (is_deceased, care);
        self.drop_told(known, debtor, |known| &mut known.record.consumer.preferences);
        for place in 0..known.record.persons.len() {
            let person = DebtorId(Uuid::from_u128(known.record.persons[place].key));
            let cases = of_debtors(list_bankruptcies_of(tx, &[Value::from(person)]).await?);
            let cases: Vec<NoticeRow> = cases.into_iter().filter(|row| self.knows(row.happened_at, row.id.0)).collect();
            let (is_deceased, care) = self.circumstances(tx, person, known.record.persons[place].is_deceased).await?;
            let one = &mut known.record.persons[place];
            (one.is_deceased, one.care) = (is_deceased, care);
            let accounts: Vec<Key> = one.cases.iter().map(|(account, _)| *account).collect();
            let case = |key: Key| Some((key, bankruptcy_of(&cases, person, AccountId(Uuid::from_u128(key)))?));
            one.cases = accounts.into_iter().filter_map(case).collect();
            self.drop_told(known, person, |known| &mut known.record.persons[place].preferences);
        }
        Ok(())
    }

    /// Whether somebody had died, and what called for care.
    async fn circumstances(&self, tx: &mut Tx, person: DebtorId, is_marked: bool) -> Result<(bool, Care), Failure> {
        let rows = list_circumstances(tx, person).await?;
        let is_of = |row: &&CircumstanceRow, kind: Circumstance| Circumstance::parse(&row.kind) == Some(kind);
        let stood = |kind: Circumstance| rows.iter().filter(|row| is_of(row, kind)).any(|row| self.stood(row));
        // A mark without a circumstance has no day.
        let has_day = rows.iter().any(|row| is_of(&row, Circumstance::Deceased));
        let care = Care {
            is_vulnerable: stood(Circumstance::Vulnerable),
            is_incarcerated: stood(Circumstance::Incarcerated),
            is_minor: stood(Circumstance::Minor),
            is_in_hardship: stood(Circumstance::Hardship),
        };
        Ok((if has_day { stood(Circumstance::Deceased) } else { is_marked }, care))
    }

    /// Drops the wishes that somebody told in the contact itself.
    fn drop_told(&self, known: &mut Known, person: DebtorId, of: impl Fn(&mut Known) -> &mut Vec<Preference>) {
        let mut same = known.preferences.get(&person).into_iter().flatten().filter(|row| row.told_at == self.at);
        if self.contact.is_some() && same.all(|row| !self.knows(row.told_at, row.id.0)) {
            of(known).retain(|wish| wish.at != self.at);
        }
    }
}

fn of_debtors(rows: Vec<Keyed<DebtorId, NoticeRow>>) -> Vec<NoticeRow> {
    rows.into_iter().map(|Keyed(_, row)| row).collect()
}

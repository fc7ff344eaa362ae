//! The record of one account's debtor, filled from the tables.

use super::amendments::editions;
use super::events::{bankruptcy_of, notice};
use super::policy::store::PolicyRow;
use super::policy::{self, Policies};
use crate::accounts::notice::NoticeRow;
use crate::accounts::store::{Account, Creditor};
use crate::app::Failure;
use crate::outreach::store::PastColumns;
use crate::parties::status::standing::service_of;
use crate::parties::store::{Debtor, PersonRow, Point, PreferenceRow};
use crate::store::{Keyed, Tx, Value};
use crate::{accounts, ledger, outreach, parties};
use duly_domain::compliance::amendments::Amendment;
use duly_domain::compliance::caps::Jurisdiction;
use duly_domain::compliance::editions::Editions;
use duly_domain::compliance::packs::{NEW_YORK_CITY, pack_of_state};
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::{
    Bankruptcy, Care, Closure, CollectorRole, Consumer, Contact, Debt, Dialing, Direction, Hours, Key, Notice, NoticeKind, Outcome,
    Particulars, Person, Place, Preference, Purpose, Record, Standing, Wish,
};
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, CreditorId, DebtorId};
use duly_domain::values::money::Money;
use duly_domain::values::region::{
    LocationSignal, STATED, is_state, is_zip_of_new_york_city, state_code, state_of_phone, state_of_zip, states_of_zip, zones_of_phone,
    zones_of_zip,
};
use jiff::Timestamp;
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Everything about an account that decisions need, read once.
pub struct Known {
    /// The account.
    pub account: Account,
    /// Who placed it.
    pub creditor: Creditor,
    /// Who owes it.
    pub debtor: Debtor,
    /// How to reach them.
    pub points: Vec<Point>,
    /// What everybody on the account told us, each for themselves.
    pub preferences: HashMap<DebtorId, Vec<PreferenceRow>>,
    /// The record in the domain's words.
    pub record: Record,
    /// What the agency and the creditor ask beyond the law, at all times.
    pub policies: Policies,
}

impl Known {
    /// What the agency and the creditor ask beyond the law at a moment.
    pub fn policy_at(&self, at: Timestamp) -> ContactPolicy {
        self.policies.at(at)
    }
}

impl Known {
    /// The last contact about this account, by whomever it was made or answered, and when.
    pub fn last_contact(&self) -> Option<(ContactId, Timestamp)> {
        let about = |contact: &&Contact| contact.debts.contains(&self.account.id.0.as_u128());
        let last = self.record.contacts.iter().filter(about).max_by_key(|contact| (contact.at, contact.key))?;
        Some((ContactId(Uuid::from_u128(last.key?)), last.at))
    }
}

/// Reads everything about an account that decisions need.
pub async fn gather(tx: &mut Tx, account: AccountId) -> Result<Known, Failure> {
    let known = gather_many(tx, &[account]).await?.pop();
    known.ok_or_else(|| Failure::NotFound(format!("account {account}")))
}

/// As [`gather`], with what acts other than contacts ask for: service in the forces, and what the time to sue is counted from.
pub async fn gather_for_acts(tx: &mut Tx, account: AccountId) -> Result<Known, Failure> {
    let mut known = gather(tx, account).await?;
    known.record.consumer.service = service_of(tx, known.debtor.id).await?;
    accounts::limitation::fill(tx, &mut known.record).await?;
    Ok(known)
}

/// Reads everything about many accounts that decisions need, in their order; as many statements as for one.
pub async fn gather_many(tx: &mut Tx, ids: &[AccountId]) -> Result<Vec<Known>, Failure> {
    let keys: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut found: HashMap<AccountId, Account> = accounts::store::list_accounts(tx, &keys).await?.into_iter().map(|a| (a.id, a)).collect();
    let debtors: Vec<Value> = found.values().map(|account| Value::from(account.debtor)).collect();
    let people = by_key(parties::store::list_people_of(tx, &keys).await?);
    let others: Vec<Value> =
        people.values().flatten().filter(|person| person.role != "debtor").map(|person| Value::from(person.debtor)).collect();
    let everybody: Vec<Value> = debtors.iter().chain(&others).cloned().collect();
    let debtor_rows: HashMap<DebtorId, Debtor> =
        parties::store::list_debtors(tx, &everybody).await?.into_iter().map(|d| (d.id, d)).collect();
    let points = by_key(parties::store::list_points_of(tx, &everybody).await?);
    let preferences = by_key(parties::store::list_preferences_of(tx, &everybody).await?);
    let mut cares: HashMap<DebtorId, Care> = HashMap::new();
    for (person, kind) in parties::status::store::list_care_of(tx, &everybody).await? {
        note_care(cares.entry(person).or_default(), &kind);
    }
    let debts = by_key(accounts::store::list_of_debtors(tx, &debtors).await?);
    let notices = by_key(accounts::store::notices::list_notices_of(tx, &debtors).await?);
    let owed_on = match notices.values().flatten().any(|notice| notice.disputed_minor.is_some()) {
        true => owed_on(tx, &notices).await?,
        false => HashMap::new(),
    };
    let bankruptcies = match others.is_empty() {
        true => HashMap::new(),
        false => by_key(accounts::store::notices::list_bankruptcies_of(tx, &others).await?),
    };
    let with_debtor = by_key(outreach::store::list_with_debtors(tx, &debtors).await?);
    // Nobody else was reached about these accounts unless somebody else is on one, or a record was parted from a debtor's.
    let is_debtors_alone = others.is_empty() && !parties::merge::store::was_any_parted(tx, &debtors).await?;
    let with_others = if is_debtors_alone { HashMap::new() } else { by_key(outreach::store::list_about_accounts(tx, &keys).await?) };
    // What a contact was about beside the debts of this person is nothing to their decisions.
    let owed: Vec<Value> = debts.values().flatten().map(|(account, ..)| Value::from(*account)).collect();
    let mut about: HashMap<ContactId, Vec<Key>> = HashMap::new();
    for (contact, account) in outreach::store::list_debts(tx, &owed).await? {
        about.entry(contact).or_default().push(account.0.as_u128());
    }
    let versions = policy::store::list_approved(tx).await?;
    let law = editions(tx).await?;
    let mut creditors: HashMap<CreditorId, Creditor> = HashMap::new();
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(account) = found.remove(id) else { continue };
        let creditor = match creditors.get(&account.creditor) {
            Some(creditor) => creditor.clone(),
            None => accounts::store::load_creditor(tx, account.creditor).await?,
        };
        creditors.insert(creditor.id, creditor.clone());
        let debtor = match debtor_rows.get(&account.debtor) {
            Some(debtor) => debtor.clone(),
            None => return Err(Failure::NotFound("debtor".into())),
        };
        let of_debtor = Gathered {
            people: people.get(id).map_or(&[], Vec::as_slice),
            points: &points,
            preferences: &preferences,
            everybody: &debtor_rows,
            cares: &cares,
            debts: debts.get(&debtor.id).map_or(&[], Vec::as_slice),
            notices: notices.get(&debtor.id).map_or(&[], Vec::as_slice),
            bankruptcies: &bankruptcies,
            owed_on: &owed_on,
            contacts: [with_debtor.get(&debtor.id), with_others.get(id)],
            about: &about,
            versions: &versions,
            law: &law,
        };
        all.push(of_debtor.known(account, creditor, debtor));
    }
    Ok(all)
}

/// What is owed on the accounts that are disputed in part: nobody else's rules ask for it.
async fn owed_on(tx: &mut Tx, notices: &HashMap<DebtorId, Vec<NoticeRow>>) -> Result<HashMap<AccountId, Money>, Failure> {
    let disputed = notices.values().flatten().filter(|notice| notice.disputed_minor.is_some());
    let keys: Vec<Value> = disputed.map(|notice| Value::from(notice.account)).collect();
    let mut owed = HashMap::new();
    for account in accounts::store::list_accounts(tx, &keys).await? {
        owed.insert(account.id, Money::of(account.balance_minor, ledger::store::currency(&account.currency)?));
    }
    Ok(owed)
}

/// Adds a circumstance to what calls for care.
fn note_care(care: &mut Care, kind: &str) {
    match Circumstance::parse(kind) {
        Some(Circumstance::Vulnerable) => care.is_vulnerable = true,
        Some(Circumstance::Incarcerated) => care.is_incarcerated = true,
        Some(Circumstance::Minor) => care.is_minor = true,
        Some(Circumstance::Hardship) => care.is_in_hardship = true,
        _ => {}
    }
}

/// Rows in their order, by the key they stand behind.
fn by_key<K: std::hash::Hash + Eq, T>(rows: Vec<Keyed<K, T>>) -> HashMap<K, Vec<T>> {
    let mut map: HashMap<K, Vec<T>> = HashMap::new();
    for Keyed(key, row) in rows {
        map.entry(key).or_default().push(row);
    }
    map
}

/// The rows that concern one account.
struct Gathered<'g> {
    people: &'g [PersonRow],
    points: &'g HashMap<DebtorId, Vec<Point>>,
    preferences: &'g HashMap<DebtorId, Vec<PreferenceRow>>,
    everybody: &'g HashMap<DebtorId, Debtor>,
    cares: &'g HashMap<DebtorId, Care>,
    debts: &'g [(AccountId, String, Option<Date>)],
    notices: &'g [NoticeRow],
    bankruptcies: &'g HashMap<DebtorId, Vec<NoticeRow>>,
    owed_on: &'g HashMap<AccountId, Money>,
    contacts: [Option<&'g Vec<PastColumns>>; 2],
    about: &'g HashMap<ContactId, Vec<Key>>,
    versions: &'g [PolicyRow],
    law: &'g Editions,
}

impl Gathered<'_> {
    /// Somebody's own bankruptcy, as it stands for the account they are on; other debts a contact is about are asked by themselves.
    fn case_of(&self, person: DebtorId, account: AccountId) -> Option<(Key, Bankruptcy)> {
        let case = bankruptcy_of(self.bankruptcies.get(&person)?, person, account)?;
        Some((account.0.as_u128(), case))
    }

    /// A notice in the domain's words. Whoever takes back what they agreed to takes it back for all they owe.
    fn notice(&self, row: &NoticeRow) -> Option<Notice> {
        let mut told = notice(row)?;
        if matches!(told.kind, NoticeKind::TcpaRevoked { .. }) {
            told.debts = self.debts.iter().map(|(id, ..)| id.0.as_u128()).collect();
        }
        Some(told)
    }

    /// The same in the domain's words.
    fn known(&self, account: Account, creditor: Creditor, debtor: Debtor) -> Known {
        let points_of = |id: DebtorId| self.points.get(&id).map_or(&[][..], Vec::as_slice);
        let points = points_of(debtor.id).to_vec();
        let wishes_of = |id: DebtorId| {
            let told = self.preferences.get(&id).map_or(&[][..], Vec::as_slice);
            told.iter().filter_map(preference).chain(closed_points(points_of(id))).collect::<Vec<Preference>>()
        };
        let others = self.people.iter().filter(|person| person.debtor != debtor.id);
        let persons = others.clone().map(|person| {
            let known = self.everybody.get(&person.debtor);
            Person {
                key: person.debtor.0.as_u128(),
                standing: Standing::of_role(&person.role),
                is_consumers_lawyer: Standing::is_consumers_lawyer(&person.role),
                signals: signals(points_of(person.debtor), known.and_then(|known| known.stated_zone.as_deref())),
                preferences: wishes_of(person.debtor),
                is_deceased: known.is_some_and(|known| known.is_deceased),
                cases: self.case_of(person.debtor, account.id).into_iter().collect(),
                care: self.cares.get(&person.debtor).copied().unwrap_or_default(),
            }
        });
        let binds_all = creditor.rule_scope == "all";
        let record = Record {
            role: match creditor.role.as_str() {
                "first_party" => CollectorRole::FirstParty,
                "debt_buyer" => CollectorRole::DebtBuyer,
                _ => CollectorRole::ThirdParty,
            },
            consumer: Consumer {
                key: debtor.id.0.as_u128(),
                signals: signals(&points, debtor.stated_zone.as_deref()).into(),
                preferences: wishes_of(debtor.id),
                is_deceased: debtor.is_deceased,
                state: debtor.state.as_deref().and_then(state_code),
                // No contact hangs on service in the forces: see `gather_for_acts`.
                service: None,
                care: self.cares.get(&debtor.id).copied().unwrap_or_default(),
                jurisdictions: jurisdictions(&debtor, &points),
                amendments: amendments(self.law, &debtor, &points),
                law: self.law.clone(),
                ..Consumer::default()
            },
            persons: persons.collect(),
            debts: self
                .debts
                .iter()
                .map(|(id, kind, paused_until)| Debt {
                    is_consumer_purpose: binds_all || kind == "consumer",
                    bankruptcy: bankruptcy_of(self.notices, debtor.id, *id),
                    owed: self.owed_on.get(id).copied(),
                    paused_until: *paused_until,
                    ..Debt::of(id.0.as_u128())
                })
                .collect(),
            contacts: self.contacts.into_iter().flatten().flatten().filter_map(|row| contact(row, self.about.get(&row.id))).collect(),
            notices: self.notices.iter().filter_map(|row| self.notice(row)).collect(),
            clock_events: Vec::new(),
        };
        let policies = Policies::of(self.versions, &creditor);
        let told = std::iter::once(debtor.id).chain(others.map(|person| person.debtor));
        let preferences = told.filter_map(|id| Some((id, self.preferences.get(&id)?.clone()))).collect();
        Known { account, creditor, debtor, points, preferences, record, policies }
    }
}

/// Signs of where a person is: what they said, then their addresses, then their numbers. Dead and wrong points say nothing.
fn signals(points: &[Point], stated: Option<&str>) -> Vec<LocationSignal> {
    let said = stated.map(|zone| LocationSignal { kind: STATED.into(), zone: zone.into() });
    let mut from_points: Vec<LocationSignal> = Vec::new();
    for kind in ["address", "phone"] {
        for point in points.iter().filter(|point| point.kind == kind && !matches!(point.state.as_str(), "wrong" | "dead")) {
            let zones = match kind {
                "address" => point.zip.as_deref().map_or(&[][..], zones_of_zip),
                _ => point.value.strip_prefix("+1").map_or(&[][..], zones_of_phone),
            };
            let name = if kind == "address" { "address".into() } else { Cow::from(format!("{}_area_code", point.label)) };
            from_points.extend(zones.iter().map(|zone| LocationSignal { kind: name.clone(), zone: (*zone).into() }));
        }
    }
    said.into_iter().chain(from_points).collect()
}

/// The places with limits of their own in which the debtor lives or may live: the strictest of all wins.
fn jurisdictions(debtor: &Debtor, points: &[Point]) -> Vec<Jurisdiction> {
    let in_city = lives_in_new_york_city(debtor, points);
    let mut found = Vec::new();
    for (state, _) in states_of(debtor, points) {
        if let Some(jurisdiction) = Jurisdiction::of(state, Some("nyc").filter(|_| in_city))
            && !found.contains(&jurisdiction)
        {
            found.push(jurisdiction);
        }
    }
    found
}

/// The packs of the places in which the debtor lives or may live, but for the whole country's.
pub fn packs_of(debtor: &Debtor, points: &[Point]) -> Vec<String> {
    let states = states_of(debtor, points);
    let in_city = lives_in_new_york_city(debtor, points) && states.iter().any(|(state, _)| *state == "NY");
    let packs = states.iter().map(|(state, _)| pack_of_state(state));
    packs.chain(in_city.then(|| NEW_YORK_CITY.to_string())).collect()
}

/// What was amended about contacts where they live or may live; nothing is looked up while nothing was.
fn amendments(law: &Editions, debtor: &Debtor, points: &[Point]) -> Vec<Arc<Amendment>> {
    if law.amendments().is_empty() {
        return Vec::new();
    }
    let packs = packs_of(debtor, points);
    law.about_contacts(|pack| packs.iter().any(|known| known == pack))
}

/// Whether something on file says that they live in one of the five boroughs.
pub fn lives_in_new_york_city(debtor: &Debtor, points: &[Point]) -> bool {
    debtor.locality.as_deref() == Some("nyc") || zips(points).any(is_zip_of_new_york_city)
}

/// The states in which the debtor lives or may live, each with the sign that says so. A ZIP code area that lies in several states
/// says something only where nothing else does: then they may live in any of them. So does the area code of a number, which is weaker
/// still. Either only adds limits: for the time to sue none but the state on file is known.
pub fn states_of(debtor: &Debtor, points: &[Point]) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&'static str, &'static str)> = Vec::new();
    let mut note = |state: &'static str, sign: &'static str| {
        if !found.iter().any(|(known, _)| *known == state) {
            found.push((state, sign));
        }
    };
    if let Some(state) = debtor.state.as_deref().and_then(state_code) {
        note(state, "the state on file");
    }
    zips(points).filter_map(state_of_zip).for_each(|state| note(state, "the ZIP code of an address"));
    if found.is_empty() {
        let any = zips(points).flat_map(states_of_zip).copied().filter(|state| is_state(state));
        found.extend(any.map(|state| (state, "a ZIP code area that lies in several states")));
        found.dedup();
    }
    if found.is_empty() && says_nothing_but_numbers(debtor, points) {
        for state in living(points).filter_map(|point| state_of_phone(point.value.strip_prefix("+1")?)).filter(|state| is_state(state)) {
            if !found.iter().any(|(known, _)| *known == state) {
                found.push((state, AREA_CODE));
            }
        }
    }
    found
}

/// The weakest sign of a state.
pub const AREA_CODE: &str = "the area code of a number alone, low confidence";

/// Whether neither an address nor a word of theirs says where they live. Then the states of their numbers bind, each of them.
fn says_nothing_but_numbers(debtor: &Debtor, points: &[Point]) -> bool {
    let has_address = || living(points).any(|point| point.kind == "address");
    debtor.state.is_none() && debtor.stated_zone.is_none() && zips(points).next().is_none() && !has_address()
}

/// Points that are neither wrong nor dead.
fn living(points: &[Point]) -> impl Iterator<Item = &Point> {
    points.iter().filter(|point| !matches!(point.state.as_str(), "wrong" | "dead"))
}

/// The ZIP codes of addresses that are neither wrong nor dead.
fn zips(points: &[Point]) -> impl Iterator<Item = &str> {
    living(points).filter_map(|point| point.zip.as_deref())
}

fn preference(row: &PreferenceRow) -> Option<Preference> {
    let minute = |minute: Option<i64>| minute.and_then(|m| u16::try_from(m).ok());
    let hours = || Some(Hours { days: u8::try_from(row.days?).ok()?, from: minute(row.from_minute)?, to: minute(row.to_minute)? });
    let closure = || match row.channel.as_deref() {
        Some("electronic") => Some(Closure::Electronic),
        Some(code) => Channel::parse(code).map(Closure::One),
        None => Some(Closure::Any),
    };
    let wish = match row.kind.as_str() {
        "inconvenient_time" => Wish::InconvenientTime(hours()?),
        "convenient_only" => Wish::ConvenientOnly(hours()?),
        "time_consent" => Wish::TimeConsent(hours()?),
        "inconvenient_place" => Wish::InconvenientPlace(Place::parse(row.place.as_deref()?)),
        "employer_prohibits" => Wish::EmployerProhibits,
        "no_channel" => Wish::NoChannel(closure()?),
        "no_address" => Wish::NoAddress { closure: closure()?, address: row.address.clone()? },
        _ => return None,
    };
    Some(Preference { at: row.told_at, until: row.ended_at, wish })
}

/// A point marked closed counts as closed since ever.
fn closed_points(points: &[Point]) -> impl Iterator<Item = Preference> {
    points.iter().filter(|point| point.state == "closed").map(|point| Preference {
        at: Timestamp::UNIX_EPOCH,
        until: None,
        wish: Wish::NoAddress { closure: Closure::Any, address: point.value.clone() },
    })
}

fn contact(row: &PastColumns, about: Option<&Vec<Key>>) -> Option<Contact> {
    Some(Contact {
        key: Some(row.id.0.as_u128()),
        at: row.contacted_at,
        channel: Channel::parse(&row.channel)?,
        direction: if row.direction == "in" { Direction::In } else { Direction::Out },
        // A reservation without a result counts as an attempt: it may have rung.
        outcome: row.outcome.as_deref().and_then(Outcome::parse).or(Some(Outcome::NoAnswer).filter(|_| row.channel == "call")),
        person: row.debtor.0.as_u128(),
        debts: about.map_or_else(|| [row.account.0.as_u128()].into(), |debts| debts.as_slice().into()),
        purpose: Purpose::parse(&row.purpose).unwrap_or_default(),
        particulars: row.place.as_deref().map(|place| Box::new(Particulars { place: Some(Place::parse(place)), ..Particulars::default() })),
        was_unreachable: false,
        dialing: Dialing::Manual,
        is_limited_content: false,
        disclosed: None,
        is_ours: true,
    })
}

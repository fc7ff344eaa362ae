//! The record of one account's debtor, filled from the tables.

use crate::accounts::store::{Account, Creditor};
use crate::app::Failure;
use crate::outreach::store::ContactRow;
use crate::parties::store::{Debtor, Point, PreferenceRow};
use crate::store::Tx;
use crate::{accounts, outreach, parties};
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::{
    Closure, CollectorRole, Consumer, Contact, Debt, Direction, Hours, Notice, NoticeKind, Outcome, Person, Place, Preference, Purpose,
    Record, Standing, Wish,
};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::AccountId;
use duly_domain::values::region::{LocationSignal, STATED, zones_of_phone, zones_of_zip};

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
    /// What they told us.
    pub preferences: Vec<PreferenceRow>,
    /// The record in the domain's words.
    pub record: Record,
    /// House numbers.
    pub policy: ContactPolicy,
}

/// Reads everything about an account that decisions need.
pub async fn gather(tx: &mut Tx, account: AccountId) -> Result<Known, Failure> {
    let account = accounts::store::load_account(tx, account).await?;
    let creditor = accounts::store::load_creditor(tx, account.creditor).await?;
    let debtor = parties::store::find_debtor(tx, account.debtor).await?.ok_or_else(|| Failure::NotFound("debtor".into()))?;
    let points = parties::store::list_points(tx, debtor.id).await?;
    let preferences = parties::store::list_preferences(tx, debtor.id).await?;
    let mut persons = Vec::new();
    for person in parties::store::list_people(tx, account.id).await? {
        if person.debtor != debtor.id {
            let their_points = parties::store::list_points(tx, person.debtor).await?;
            persons.push(Person {
                key: person.debtor.0.as_u128(),
                standing: Standing::of_role(&person.role),
                signals: signals(&their_points, None),
            });
        }
    }
    let debts = accounts::store::list_of_debtor(tx, debtor.id).await?;
    let contacts = outreach::store::list_for_rules(tx, debtor.id, account.id).await?;
    let stops = accounts::store::list_stops(tx, debtor.id).await?;
    let binds_all = creditor.rule_scope == "all";
    let record = Record {
        role: match creditor.role.as_str() {
            "first_party" => CollectorRole::FirstParty,
            "debt_buyer" => CollectorRole::DebtBuyer,
            _ => CollectorRole::ThirdParty,
        },
        consumer: Consumer {
            key: debtor.id.0.as_u128(),
            signals: signals(&points, debtor.stated_zone.as_deref()),
            preferences: preferences.iter().filter_map(preference).chain(closed_points(&points)).collect(),
            is_deceased: debtor.is_deceased,
        },
        persons,
        debts: debts
            .into_iter()
            .map(|(id, kind)| Debt { key: id.0.as_u128(), is_consumer_purpose: binds_all || kind == "consumer", serviced_as: None })
            .collect(),
        contacts: contacts.iter().filter_map(contact).collect(),
        notices: stops
            .into_iter()
            .filter_map(|stop| {
                let kind = match stop.kind.as_str() {
                    "cease" => NoticeKind::Cease,
                    "attorney_known" => NoticeKind::AttorneyKnown,
                    "attorney_released" => NoticeKind::AttorneyReleased,
                    "call_consent" => {
                        NoticeKind::CallConsent { days: stop.days.and_then(|d| u32::try_from(d).ok()).unwrap_or(7), direct: true }
                    }
                    "call_consent_revoked" => NoticeKind::CallConsentRevoked,
                    _ => return None,
                };
                Some(Notice { at: stop.received_at, debts: vec![stop.account.0.as_u128()], person: stop.debtor.0.as_u128(), kind })
            })
            .collect(),
    };
    let attempts = u32::try_from(creditor.attempts_max_7_days).unwrap_or(0);
    let policy = ContactPolicy::house(attempts, ContactPolicy::LAW.opens_minute(), ContactPolicy::LAW.closes_minute());
    Ok(Known { account, creditor, debtor, points, preferences, record, policy })
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
            let name = if kind == "address" { "address".to_string() } else { format!("{}_area_code", point.label) };
            from_points.extend(zones.iter().map(|zone| LocationSignal { kind: name.clone(), zone: (*zone).to_string() }));
        }
    }
    said.into_iter().chain(from_points).collect()
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
        at: jiff::Timestamp::UNIX_EPOCH,
        until: None,
        wish: Wish::NoAddress { closure: Closure::Any, address: point.value.clone() },
    })
}

fn contact(row: &ContactRow) -> Option<Contact> {
    let mut debts: Vec<u128> = row.debts.iter().map(|debt| debt.0.as_u128()).collect();
    if debts.is_empty() {
        debts.push(row.account.0.as_u128());
    }
    Some(Contact {
        key: Some(row.id.0.as_u128()),
        at: row.contacted_at,
        channel: Channel::parse(&row.channel)?,
        direction: if row.direction == "in" { Direction::In } else { Direction::Out },
        // A reservation without a result counts as an attempt: it may have rung.
        outcome: row.outcome.as_deref().and_then(Outcome::parse).or(Some(Outcome::NoAnswer).filter(|_| row.channel == "call")),
        person: row.debtor.0.as_u128(),
        debts,
        discussed: None,
        place: row.place.as_deref().map(Place::parse),
        purpose: Purpose::parse(&row.purpose).unwrap_or_default(),
        in_response_to: None,
        gives_call_consent: None,
        is_ours: true,
    })
}

//! People beside the debtor, numbers and addresses, and what is to be heeded about somebody.

use super::merge::store::{origin_of_account, origin_of_circumstance};
use super::store::{self, CircumstanceRow, Point};
use crate::accounts::notice::{Kind, RecordNotice, record_notice_in};
use crate::app::{Actor, App, Failure, NAME_MAX, Problems, check_length, new_uuid};
use crate::audit::kept::KeptRow;
use crate::store::Tx;
use crate::{accounts, audit, strategy, transaction};
use duly_domain::compliance::record::Standing;
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::parties::role::ROLES;
pub use duly_domain::parties::role::can_be_added;
use duly_domain::values::ids::{AccountId, CircumstanceId, DebtorId, NoticeId, PointId};
use duly_domain::values::moment::Moment;
use duly_domain::values::point::{EmailAddress, Phone};
use jiff::civil::Date;
use serde_json::json;

/// Somebody to be put on an account: known already, or new.
#[derive(Clone, Debug, Default)]
pub struct AddPerson {
    /// Somebody we know; otherwise they are made.
    pub known: Option<DebtorId>,
    /// The name of a new person or business.
    pub name: String,
    /// How they stand to the account.
    pub role: String,
    /// A telephone number, as it was written.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// Whether it is a business.
    pub is_business: bool,
}

/// Puts somebody on an account in a role.
pub async fn add_person(app: &App, who: &Actor, at: Moment, account: AccountId, ask: &AddPerson) -> Result<DebtorId, Failure> {
    let mut problems = Problems::default();
    if !can_be_added(&ask.role) {
        let known: Vec<&str> = ROLES.iter().map(|(code, _)| *code).filter(|code| can_be_added(code)).collect();
        problems.0.push(("role", format!("is not one of {}", known.join(", "))));
    }
    if ask.known.is_none() && ask.name.trim().is_empty() {
        problems.0.push(("name", "is empty".into()));
    }
    check_length("name", &ask.name, NAME_MAX)?;
    let mut points = Vec::new();
    for (kind, text) in [("phone", &ask.phone), ("email", &ask.email)] {
        match text.as_deref().map(|text| point_value(kind, text)).transpose() {
            Ok(value) => points.extend(value.map(|value| (kind, value))),
            Err(says) => problems.0.push((kind, says)),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let held = accounts::store::load_account(tx, account).await?;
        let person = match ask.known {
            Some(known) => store::load_debtor(tx, known).await?.id,
            None => {
                let id = DebtorId(new_uuid());
                let values = store::debtor_values(id, ask.is_business, Some(ask.name.trim()), None, None, None, at.at);
                store::insert_debtor(tx, values).await?;
                id
            }
        };
        if !store::insert_person(tx, account, person, &ask.role).await? {
            return Err(Failure::wrong("name", "is on this account already"));
        }
        // Who speaks for a business or pays its bills does so for all it owes.
        if matches!(ask.role.as_str(), "officer_of_business" | "accounts_payable") {
            let debtor = store::load_debtor(tx, held.debtor).await?;
            if debtor.is_business {
                store::insert_business_person(tx, debtor.id, person, &ask.role, at.at).await?;
            }
        }
        for (kind, value) in &points {
            let label = if *kind == "phone" { "mobile" } else { "personal" };
            let found = FoundPoint { kind, label, value, zip: None, source: "entered here", found_on: at.business_day, account };
            found_point(tx, at, person, &found).await?;
        }
        let detail = json!({"person": person.to_string(), "role": ask.role});
        audit::record(tx, who, at.at, Some(account), "person.add", &detail).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
        Ok(person)
    })
}

/// Takes somebody off an account; what was said with them stays in the record.
pub async fn remove_person(app: &App, who: &Actor, at: Moment, account: AccountId, person: DebtorId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if !store::delete_person(tx, account, person).await? {
            return Err(Failure::wrong("person", "is not on this account, or is its debtor"));
        }
        audit::record(tx, who, at.at, Some(account), "person.remove", &json!({"person": person.to_string()})).await?;
        strategy::actions::place_on_worklist(tx, account, at).await
    })
}

/// Reads a number or address into the form it is kept in.
pub fn point_value(kind: &str, text: &str) -> Result<String, String> {
    match kind {
        "phone" => Phone::parse(text).map(|phone| phone.e164().to_string()).map_err(|says| says.to_string()),
        "email" => EmailAddress::parse(text).map(|email| email.text().to_string()).map_err(|says| says.to_string()),
        "address" if text.trim().is_empty() => Err("is empty".into()),
        "address" => Ok(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        _ => Err("is neither a telephone number, an e-mail address nor a postal address".into()),
    }
}

/// A number or address that some source names.
#[derive(Clone, Copy, Debug)]
pub struct FoundPoint<'a> {
    /// `phone`, `email`, `address`.
    pub kind: &'a str,
    /// `mobile`, `home`, `work`, `personal`.
    pub label: &'a str,
    /// As it is kept.
    pub value: &'a str,
    /// Its ZIP code, for an address.
    pub zip: Option<&'a str>,
    /// Who names it.
    pub source: &'a str,
    /// On which day it was true.
    pub found_on: Date,
    /// By which account it became known: with that it goes where two records are parted.
    pub account: AccountId,
}

/// Keeps what a source names. What is known already is only seconded: never altered, never reopened.
pub async fn found_point(tx: &mut Tx, at: Moment, debtor: DebtorId, found: &FoundPoint<'_>) -> Result<PointId, Failure> {
    let id = match store::find_point(tx, debtor, found.kind, found.value).await? {
        Some(known) => known.id,
        None => {
            let id = PointId(new_uuid());
            let values = store::point_values(id, debtor, found.kind, found.label, found.value, found.zip, found.source, at.at);
            store::insert_point(tx, values).await?;
            store::update_point_account(tx, id, found.account).await?;
            id
        }
    };
    store::insert_source(tx, id, found.source, found.found_on, at.at).await?;
    Ok(id)
}

/// Adds a number or address of somebody on an account.
pub async fn add_point(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    debtor: DebtorId,
    kind: &str,
    label: &str,
    text: &str,
) -> Result<PointId, Failure> {
    let value = point_value(kind, text).map_err(|says| Failure::wrong("value", says))?;
    let labels: &[&str] = if kind == "email" { &["personal", "work"] } else { &["mobile", "home", "work"] };
    if !labels.contains(&label) {
        return Err(Failure::wrong("label", format!("is not one of {}", labels.join(", "))));
    }
    transaction!(app.db, tx, {
        on_account(tx, account, debtor).await?;
        let source = "said to us";
        let found = FoundPoint { kind, label, value: &value, zip: None, source, found_on: at.business_day, account };
        let point = found_point(tx, at, debtor, &found).await?;
        let detail = json!({"point": point.to_string(), "kind": kind, "label": label, "person": debtor.to_string()});
        audit::record(tx, who, at.at, Some(account), "point.add", &detail).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
        Ok(point)
    })
}

/// Agreement to calls and texts by machine that can be recorded for a number, with the words on screens.
pub const CONSENTS: [(&str, &str); 6] = [
    ("tcpa_consent", "Agrees to calls and texts by machine"),
    ("tcpa_consent call", "Agrees to calls by machine"),
    ("tcpa_consent text", "Agrees to texts by machine"),
    ("tcpa_revoked", "Takes that back"),
    ("tcpa_revoked call", "Takes it back for calls"),
    ("tcpa_revoked text", "Takes it back for texts"),
];

/// Records that somebody on an account agreed to calls and texts by machine to a number, or takes it back.
pub async fn record_consent(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    debtor: DebtorId,
    point: PointId,
    says: &str,
) -> Result<NoticeId, Failure> {
    let known = CONSENTS.iter().find(|(code, _)| *code == says).map(|(code, _)| code.split_once(' ').unwrap_or((code, "")));
    let Some((Some(kind), channel)) = known.map(|(kind, channel)| (Kind::parse(kind), channel)) else {
        return Err(Failure::wrong("consent", "is not one of the list"));
    };
    transaction!(app.db, tx, {
        on_account(tx, account, debtor).await?;
        let number = store::list_points(tx, debtor).await?.into_iter().find(|known| known.id == point && known.kind == "phone");
        let Some(number) = number else { return Err(Failure::NotFound(format!("number {point} of this person"))) };
        let told = RecordNotice::of(account, kind, at.at);
        let channel = Some(channel).filter(|channel| !channel.is_empty()).map(String::from);
        let id =
            record_notice_in(tx, who, at, &RecordNotice { debtor: Some(debtor), address: Some(number.value), channel, ..told }).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
        Ok(id)
    })
}

/// The states a point can be given by hand.
pub const POINT_STATES: [(&str, &str); 5] = [
    ("verified", "Verified"),
    ("unproven", "Unproven"),
    ("wrong", "Reaches somebody else"),
    ("dead", "Reaches nobody"),
    ("closed", "Closed by them"),
];

/// Marks a number or address.
pub async fn mark_point(app: &App, who: &Actor, at: Moment, account: AccountId, point: PointId, state: &str) -> Result<(), Failure> {
    if !POINT_STATES.iter().any(|(known, _)| *known == state) {
        return Err(Failure::wrong("state", "is not one that a number or address can have"));
    }
    transaction!(app.db, tx, {
        let known = load_point_on(tx, account, point).await?;
        store::update_point_state(tx, point, state, (state == "verified").then_some(at.at)).await?;
        let detail = json!({"point": point.to_string(), "from": known.state, "to": state});
        audit::record(tx, who, at.at, Some(account), "point.mark", &detail).await?;
        strategy::actions::place_on_worklist(tx, account, at).await
    })
}

/// Makes sure that somebody is on an account.
pub async fn on_account(tx: &mut Tx, account: AccountId, debtor: DebtorId) -> Result<DebtorId, Failure> {
    let people = store::list_people(tx, account).await?;
    if people.iter().any(|person| person.debtor == debtor) {
        return Ok(debtor);
    }
    Err(Failure::NotFound(format!("person {debtor} on this account")))
}

async fn load_point_on(tx: &mut Tx, account: AccountId, point: PointId) -> Result<Point, Failure> {
    for person in store::list_people(tx, account).await? {
        if let Some(found) = store::list_points(tx, person.debtor).await?.into_iter().find(|known| known.id == point) {
            return Ok(found);
        }
    }
    Err(Failure::NotFound(format!("number or address {point} on this account")))
}

/// A circumstance to be recorded.
pub fn circumstance(kind: &str, since_on: Date, source: &str, note: Option<String>, at: Moment) -> CircumstanceRow {
    CircumstanceRow {
        id: CircumstanceId(new_uuid()),
        kind: kind.to_string(),
        since_on,
        source: source.to_string(),
        note,
        recorded_at: at.at,
        ended_at: None,
        account: None,
    }
}

/// Records what is to be heeded about the person behind an account.
pub async fn record_circumstance(
    app: &App,
    who: &Actor,
    at: Moment,
    account: AccountId,
    debtor: DebtorId,
    row: &CircumstanceRow,
) -> Result<CircumstanceId, Failure> {
    if Circumstance::parse(&row.kind).is_none() {
        let known: Vec<&str> = Circumstance::ALL.iter().map(|known| known.code()).collect();
        return Err(Failure::wrong("kind", format!("is not one of {}", known.join(", "))));
    }
    if row.since_on > at.business_day {
        return Err(Failure::wrong("since", "is in the future"));
    }
    if row.source.trim().is_empty() {
        return Err(Failure::wrong("source", "is empty: by whose word?"));
    }
    transaction!(app.db, tx, {
        on_account(tx, account, debtor).await?;
        heed(tx, who, at, debtor, account, row).await
    })
}

/// As [`record_circumstance`], within a transaction; it is written into the record of every account of the person.
pub async fn heed(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    debtor: DebtorId,
    account: AccountId,
    row: &CircumstanceRow,
) -> Result<CircumstanceId, Failure> {
    let is_owed_by_them = accounts::store::load_account(tx, account).await?.debtor == debtor;
    let standing = store::list_circumstances(tx, debtor).await?;
    for known in standing.iter().filter(|known| known.kind == row.kind && known.ended_at.is_none()) {
        // Where two records are one, each keeps its own, so that neither is without it once they are parted.
        let is_of_another_record = is_owed_by_them && origin_of_circumstance(tx, known).await? != origin_of_account(tx, account).await?;
        if !is_of_another_record {
            return Ok(known.id);
        }
    }
    let row = CircumstanceRow { account: Some(account), ..row.clone() };
    store::insert_circumstance(tx, debtor, &row, who.label()).await?;
    if row.kind == Circumstance::Deceased.code() {
        store::update_deceased(tx, debtor, true).await?;
    }
    bind_gate(tx, who, at, debtor, &row, true).await?;
    let detail = json!({"circumstance": row.id.to_string(), "kind": row.kind, "since": row.since_on.to_string(), "source": row.source});
    tell_accounts(tx, who, at, debtor, "circumstance.record", &detail, Some((account, row.id.into()))).await?;
    Ok(row.id)
}

/// An attorney and a bankruptcy bind the gate as notices of the person on every account they owe or speak for, and lifting
/// them is a notice too. Each names the circumstance it follows from, and goes with it where two records are parted.
async fn bind_gate(tx: &mut Tx, who: &Actor, at: Moment, debtor: DebtorId, row: &CircumstanceRow, begins: bool) -> Result<(), Failure> {
    let notice = match (Circumstance::parse(&row.kind), begins) {
        (Some(Circumstance::Represented), true) => Kind::AttorneyKnown,
        (Some(Circumstance::Represented), false) => Kind::AttorneyReleased,
        (Some(Circumstance::Bankrupt), true) => Kind::BankruptcyFiled,
        (Some(Circumstance::Bankrupt), false) => Kind::BankruptcyDismissed,
        _ => return Ok(()),
    };
    for account in accounts::store::list_ids_of_person(tx, debtor).await? {
        let people = store::list_people(tx, account).await?;
        let standing = people.iter().find(|person| person.debtor == debtor).map(|person| Standing::of_role(&person.role));
        if matches!(standing, None | Some(Standing::ThirdParty | Standing::Professional)) {
            continue;
        }
        let reference = Some(row.id.to_string());
        let ask = RecordNotice { debtor: Some(debtor), reference, ..RecordNotice::of(account, notice, at.at) };
        record_notice_in(tx, who, at, &ask).await?;
    }
    Ok(())
}

/// Lifts a circumstance, with the reason. Who may, and what shows it, is asked by [`super::status::actions::lift`].
pub async fn lift_circumstance(
    app: &App,
    who: &Actor,
    at: Moment,
    debtor: DebtorId,
    id: CircumstanceId,
    because: &str,
) -> Result<(), Failure> {
    if because.trim().is_empty() {
        return Err(Failure::wrong("because", "is empty: what shows that it is over?"));
    }
    transaction!(app.db, tx, { end_circumstance_in(tx, who, at, debtor, id, because.trim()).await })
}

/// As [`lift_circumstance`], within a transaction.
pub async fn end_circumstance_in(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    debtor: DebtorId,
    id: CircumstanceId,
    because: &str,
) -> Result<(), Failure> {
    let standing = store::list_circumstances(tx, debtor).await?;
    let known = standing.into_iter().find(|known| known.id == id && known.ended_at.is_none());
    let Some(known) = known else { return Err(Failure::NotFound("such circumstance still standing".into())) };
    store::end_circumstance(tx, debtor, id, because, at.at).await?;
    if known.kind == Circumstance::Deceased.code() {
        store::settle_deceased(tx, debtor).await?;
    }
    bind_gate(tx, who, at, debtor, &known, false).await?;
    let detail = json!({"circumstance": id.to_string(), "kind": known.kind, "because": because});
    tell_accounts(tx, who, at, debtor, "circumstance.lift", &detail, known.account.map(|account| (account, id.into()))).await
}

/// Writes it into the record of every account of a person, and places them anew. The row it is about is named in the record of the
/// account it stands with, also when the person is no longer on that.
pub async fn tell_accounts(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    debtor: DebtorId,
    act: &str,
    detail: &serde_json::Value,
    row: Option<(AccountId, KeptRow)>,
) -> Result<(), Failure> {
    let mut accounts = accounts::store::list_ids_of_person(tx, debtor).await?;
    accounts.extend(row.map(|(home, _)| home).filter(|home| !accounts.contains(home)));
    for account in accounts {
        let rows: Vec<KeptRow> = row.iter().filter(|(home, _)| *home == account).map(|(_, row)| *row).collect();
        audit::kept::record(tx, who, at.at, account, act, detail.clone(), &rows).await?;
        strategy::actions::place_on_worklist(tx, account, at).await?;
    }
    Ok(())
}

//! One person in the light of one account: who they are, how to reach them and how sure that is, whose wishes bind, what is to be
//! heeded, what else they owe, and which other records may be theirs.

use super::actions::end_preference;
use super::merge::store::{LikenessRow, Merge, list_merges, list_open_of, list_takings};
use super::pages::{note_wish, role};
use super::people::{self, AddPerson, CONSENTS, POINT_STATES};
use super::status::panel::{self, ShownStatus};
use super::status::standing::standing;
use super::store::{self, PersonRow};
use crate::accounts::pages::resolve;
use crate::accounts::people_on::{PersonOn, ShownPoint, people_on, shown_point};
use crate::accounts::search::store::{FoundRow, list_of_people};
use crate::app::{Failure, Problems};
use crate::audit::views;
use crate::compliance::facts::gather;
use crate::store::{Tx, Value};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::parties::confidence::{Confidence, PointFacts, weigh};
use duly_domain::values::ids::{AccountId, DebtorId, PointId, PreferenceId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use std::collections::HashMap;

/// A point with how far it can be trusted.
pub struct Weighed {
    /// As it is shown.
    pub shown: ShownPoint,
    /// How far, and why.
    pub confidence: Confidence,
}

#[derive(Template)]
#[template(path = "parties/person.html")]
struct PersonPage {
    frame: Frame,
    account: AccountId,
    person: DebtorId,
    name: String,
    role: String,
    is_business: bool,
    born: String,
    points: Vec<Weighed>,
    statuses: Vec<ShownStatus>,
    lifted: Vec<(String, String)>,
    owed: Vec<(FoundRow, Money)>,
    people: Vec<PersonRow>,
    likenesses: Vec<LikenessRow>,
    merges: Vec<(Merge, String, String)>,
    on_account: Vec<PersonOn>,
    debtor_name: String,
    wish_action: String,
    teller: String,
    is_wish: bool,
    fields: Fields,
    problems: Problems,
    may_work: bool,
    may_merge: bool,
}

/// `GET /accounts/{account}/people/{person}`
pub async fn get_person(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let shown = Shown { said: query.get("said").cloned(), ..Shown::default() };
    show(&web, &visit, &account, &person, shown).await
}

/// What a form left behind.
#[derive(Default)]
struct Shown {
    said: Option<String>,
    /// It was the form of a wish.
    is_wish: bool,
    fields: Fields,
    problems: Problems,
}

async fn show(web: &Web, visit: &Visit, account: &str, person: &str, left: Shown) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let account = crate::accounts::store::resolve(&mut tx, account).await?;
    let person = parsed(person)?;
    let view = views::begin(&web.app, &visit.who, visit.at.at, account, views::PERSON);
    let on_it = store::list_people(&mut tx, account).await?.into_iter().find(|known| known.debtor == person);
    let Some(on_it) = on_it else { return Err(Failure::NotFound("such person on this account".into())) };
    let debtor = store::load_debtor(&mut tx, person).await?;
    let sees_numbers = may(visit.who.role, Permission::ReadNumbers);
    let mut points = Vec::new();
    for point in store::list_points(&mut tx, person).await? {
        points.push(weighed(&mut tx, shown_point(point, sees_numbers, None), visit.at).await?);
    }
    points.sort_by_key(|point| std::cmp::Reverse(point.confidence.percent));
    let owed = list_of_people(&mut tx, &[Value::from(person)]).await?;
    let owed = owed.into_iter().map(|row| Ok((Money::of(row.balance_minor, crate::ledger::store::currency(&row.currency)?), row)));
    let owed = owed.map(|pair: Result<_, Failure>| pair.map(|(money, row)| (row, money))).collect::<Result<Vec<_>, _>>()?;
    let day = |at: jiff::Timestamp| written(at.to_zoned(visit.zone.clone()).date());
    let people_here = store::list_people(&mut tx, account).await?;
    let owing = crate::accounts::store::load_account(&mut tx, account).await?.debtor;
    let theirs = standing(&mut tx, account).await?.into_iter().filter(|known| known.person == person);
    let statuses = theirs.map(|known| panel::shown(&known, owing, &people_here, visit.who.role, &visit.zone)).collect();
    let over = store::list_circumstances(&mut tx, person).await?.into_iter().filter_map(|row| Some((row.ended_at?, row)));
    let lifted = over.map(|(at, row)| (Circumstance::parse(&row.kind).map(|kind| kind.to_string()).unwrap_or_default(), day(at))).collect();
    let known = gather(&mut tx, account).await?;
    let mut on_account = people_on(&mut tx, account, &known, sees_numbers, visit.at.at, &visit.zone).await?;
    on_account.sort_by_key(|one| one.id != person);
    let mut merges = Vec::new();
    for merge in list_merges(&mut tx, person).await? {
        let took = list_takings(&mut tx, merge.id).await?.into_iter().map(|row| format!("{} {}", taken_in_words(&row.field), row.taken));
        let took: Vec<String> = took.filter(|_| merge.kept == person && merge.parted_at.is_none()).collect();
        merges.push((merge.clone(), day(merge.merged_at), took.join(", ")));
    }
    let status = if left.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let name = crate::parties::name_of(debtor.name.as_deref()).to_string();
    let shown = PersonPage {
        frame: Frame::of(visit, "/accounts", &name).saying(left.said.as_deref()),
        account,
        person,
        name,
        role: role(&on_it.role),
        is_business: debtor.is_business,
        born: debtor.date_of_birth.map(|on| on.year().to_string()).unwrap_or_default(),
        points,
        statuses,
        lifted,
        owed,
        people: store::list_business_people(&mut tx, person).await?,
        likenesses: list_open_of(&mut tx, person).await?,
        merges,
        on_account,
        debtor_name: known.debtor.name.unwrap_or_else(|| "the debtor".into()),
        wish_action: format!("/accounts/{account}/people/{person}/preferences"),
        teller: left.fields.some("person").unwrap_or_else(|| person.to_string()),
        is_wish: left.is_wish,
        fields: left.fields,
        problems: left.problems,
        may_work: may(visit.who.role, Permission::WorkAccounts),
        may_merge: may(visit.who.role, Permission::MergePeople),
    };
    let shown = page(&shown);
    // Others read meanwhile.
    tx.rollback().await;
    view.kept().await?;
    Ok((status, shown).into_response())
}

/// What a merge took, as it is called on the page.
fn taken_in_words(field: &str) -> &'static str {
    match field {
        "stated_zone" => "the time zone",
        "state" => "the state",
        _ => "the city",
    }
}

async fn weighed(tx: &mut Tx, shown: ShownPoint, at: Moment) -> Result<Weighed, Failure> {
    let point = &shown.point;
    let [tries, reached, since] = store::count_tries(tx, point.id).await?;
    let seconds = at.at.as_second() - point.proven_at.unwrap_or(point.created_at).as_second();
    let count = |count: i64| u32::try_from(count).unwrap_or(0);
    let facts = PointFacts {
        state: point.state.clone(),
        source: point.source.clone(),
        other_sources: count(store::count_sources(tx, point.id, &point.source).await?),
        days_since_proof: count(seconds / 86_400),
        tries: count(tries),
        reached: count(reached),
        tries_since_reached: count(since),
    };
    Ok(Weighed { confidence: weigh(&facts), shown })
}

fn parsed(person: &str) -> Result<DebtorId, Failure> {
    person.parse().map_err(|_| Failure::NotFound("such person".into()))
}

/// Back to the person when it is done; the form again with what is wrong.
async fn after<T>(
    web: &Web,
    visit: &Visit,
    account: &str,
    person: &str,
    fields: Fields,
    done: Result<T, Failure>,
) -> Result<Response, Failure> {
    let is_wish = fields.some("person").is_some();
    let again = |problems| show(web, visit, account, person, Shown { said: None, is_wish, fields, problems });
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/accounts/{account}/people/{person}?said=noted")).into_response()),
        Err(Failure::Wrong(problems)) => again(problems).await,
        Err(Failure::Stale(says)) => again(Problems::one("form", says)).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /accounts/{account}/people`: puts somebody on the account.
pub async fn post_person(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let ask = AddPerson {
        known: None,
        name: fields.text("name").to_string(),
        role: fields.text("role").to_string(),
        phone: fields.some("phone"),
        email: fields.some("email"),
        is_business: fields.text("is_business") == "yes",
    };
    let done = people::add_person(&web.app, &visit.who, visit.at, id, &ask).await;
    crate::accounts::pages::after(&web, &visit, &account, "people", fields, done, "added").await
}

/// `POST /accounts/{account}/people/{person}/removals`
pub async fn post_removal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let done = people::remove_person(&web.app, &visit.who, visit.at, id, parsed(&person)?).await;
    crate::accounts::pages::after(&web, &visit, &account, "people", Fields::default(), done, "removed").await
}

/// `POST /accounts/{account}/people/{person}/points`
pub async fn post_point(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    // One list of kinds, each with its label: `phone mobile`.
    let kind = fields.text("kind").to_string();
    let (kind, label) = kind.split_once(' ').unwrap_or((&kind, ""));
    let done = people::add_point(&web.app, &visit.who, visit.at, id, parsed(&person)?, kind, label, fields.text("value")).await;
    after(&web, &visit, &account, &person, fields, done).await
}

/// `POST /accounts/{account}/people/{person}/points/{point}/marks`
pub async fn post_mark(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person, point)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let point: PointId = point.parse().map_err(|_| Failure::NotFound("such number or address".into()))?;
    let done = people::mark_point(&web.app, &visit.who, visit.at, id, point, fields.text("state")).await;
    after(&web, &visit, &account, &person, fields, done).await
}

/// `POST /accounts/{account}/people/{person}/points/{point}/consents`
pub async fn post_consent(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person, point)): Path<(String, String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let point: PointId = point.parse().map_err(|_| Failure::NotFound("such number".into()))?;
    let done = people::record_consent(&web.app, &visit.who, visit.at, id, parsed(&person)?, point, fields.text("consent")).await;
    after(&web, &visit, &account, &person, fields, done).await
}

/// `POST /accounts/{account}/people/{person}/preferences`: what anybody on the account told us, by the same form as on the workspace.
pub async fn post_preference(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let done = note_wish(&web, &visit, id, &fields).await;
    after(&web, &visit, &account, &person, fields, done).await
}

/// `POST /accounts/{account}/people/{person}/preferences/{preference}/ends`
pub async fn post_preference_end(
    State(web): State<Web>,
    visit: Visit,
    Path((account, person, preference)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let preference: PreferenceId = preference.parse().map_err(|_| Failure::NotFound("such wish".into()))?;
    let done = end_preference(&web.app, &visit.who, visit.at, id, preference).await;
    after(&web, &visit, &account, &person, Fields::default(), done).await
}

//! The page of licenses: what is missing, what is on file, and the form that puts something there.

use super::actions::{KeepLicense, keep_license, read_paper, withdraw_license};
use super::store::LicenseRow;
use super::{Place, Standings};
use crate::app::{Failure, Problems};
use crate::identity::names::Names;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use crate::web::upload::{self, hand_out};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::licenses::{Kind, Standing, name_of, places};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::LicenseId;
use duly_domain::values::moment::written;
use jiff::civil::Date;
use std::collections::HashMap;

struct ShownPlace {
    place: Place,
    tone: &'static str,
    says: String,
}

struct ShownLicense {
    row: LicenseRow,
    name: &'static str,
    kind: String,
    days: String,
    tone: &'static str,
    state: &'static str,
    by: String,
    withdrawn: String,
}

#[derive(Template)]
#[template(path = "compliance/licenses/licenses.html")]
struct LicensesPage {
    frame: Frame,
    places: Vec<ShownPlace>,
    on_file: Vec<ShownLicense>,
    past: Vec<ShownLicense>,
    every_place: Vec<(&'static str, &'static str)>,
    may_keep: bool,
    fields: Fields,
    problems: Problems,
}

/// `GET /compliance/licenses?said=`
pub async fn get_licenses(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    licenses_page(&web, &visit, query.get("said").map(String::as_str), Fields::default(), Problems::default()).await
}

async fn licenses_page(web: &Web, visit: &Visit, said: Option<&str>, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    let today = visit.at.business_day;
    let mut tx = web.app.db.read().await?;
    let Standings { places: standing, licenses } = Standings::read(&mut tx, today).await?;
    let mut names = Names::default();
    let (mut on_file, mut past) = (Vec::new(), Vec::new());
    for row in licenses {
        let (tone, state) = stands(&row, today);
        let by = format!("{} {}", names.of(&mut tx, &row.recorded_by).await?, when(row.recorded_at, visit.at.at, &visit.zone));
        let withdrawn = match (&row.withdrawn_by, row.withdrawn_at) {
            (Some(by), Some(at)) => {
                let by = names.of(&mut tx, by).await?;
                format!("{by} {}: {}", when(at, visit.at.at, &visit.zone), row.withdrawn_because.as_deref().unwrap_or_default())
            }
            _ => String::new(),
        };
        let shown = ShownLicense {
            name: name_of(&row.place).unwrap_or_default(),
            kind: Kind::parse(&row.kind).map(|kind| kind.to_string()).unwrap_or_default(),
            days: days(&row),
            tone,
            state,
            by,
            withdrawn,
            row,
        };
        let list = if matches!(state, "ended" | "withdrawn") { &mut past } else { &mut on_file };
        list.push(shown);
    }
    tx.rollback().await;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = LicensesPage {
        frame: Frame::of(visit, "/compliance", "Licenses").saying(said),
        places: standing.into_iter().map(|place| shown_place(place, today)).collect(),
        on_file,
        past,
        every_place: places(),
        may_keep: may(visit.who.role, Permission::KeepLicenses),
        fields,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

fn shown_place(place: Place, today: Date) -> ShownPlace {
    let (tone, says) = match (place.standing, place.ends_soon(today)) {
        (Standing::NotAsked, _) => ("ok", "nothing asked for".into()),
        (Standing::Missing, _) => ("no", "none on file".into()),
        (_, Some(until)) => ("wait", format!("ends {}", written(until))),
        (Standing::InForce(Some(until)), None) => ("ok", format!("until {}", written(until))),
        (Standing::InForce(None), None) => ("ok", "in force".into()),
    };
    ShownPlace { place, tone, says }
}

/// How one stands today.
fn stands(row: &LicenseRow, today: Date) -> (&'static str, &'static str) {
    match (row.withdrawn_at, row.until_on) {
        (Some(_), _) => ("no", "withdrawn"),
        (None, Some(until)) if until < today => ("no", "ended"),
        (None, _) if row.from_on > today => ("wait", "to come"),
        (None, _) => ("ok", "in force"),
    }
}

fn days(row: &LicenseRow) -> String {
    match row.until_on {
        Some(until) => format!("{} to {}", written(row.from_on), written(until)),
        None => format!("from {}, no end", written(row.from_on)),
    }
}

/// `POST /compliance/licenses`
pub async fn post_license(State(web): State<Web>, visit: Visit, parts: Multipart) -> Result<Response, Failure> {
    let (fields, upload) = upload::read(&visit, parts).await?;
    let mut problems = Problems::default();
    let mut day = |name: &'static str| fields.some(name).and_then(|_| fields.date(name, &mut problems));
    let (from, until) = (day("from"), day("until"));
    let ask = KeepLicense {
        place: fields.text("place").to_string(),
        kind: Kind::parse(fields.text("kind")),
        number: fields.text("number").to_string(),
        from,
        until,
        // A browser sends a part without a name where no file was chosen.
        paper: (!upload.file_name.is_empty()).then_some((upload.file_name, upload.body)),
    };
    let done = if problems.is_empty() { keep_license(&web.app, &visit.who, visit.at, &ask).await } else { Err(Failure::Wrong(problems)) };
    match done {
        Ok(_) => Ok(Redirect::to("/compliance/licenses?said=licensed").into_response()),
        Err(Failure::Wrong(problems)) => licenses_page(&web, &visit, None, fields, problems).await,
        Err(failure) => Err(failure),
    }
}

/// `GET /compliance/licenses/{license}/paper`
pub async fn get_paper(State(web): State<Web>, _: Visit, Path(license): Path<String>) -> Result<Response, Failure> {
    let (name, body) = read_paper(&mut web.app.db.read().await?, parse(&license)?).await?;
    Ok(hand_out(&name, body))
}

/// `POST /compliance/licenses/{license}/withdrawals`
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(license): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    match withdraw_license(&web.app, &visit.who, visit.at, parse(&license)?, fields.text("because")).await {
        Ok(()) => Ok(Redirect::to("/compliance/licenses?said=license-withdrawn").into_response()),
        Err(Failure::Wrong(problems)) => licenses_page(&web, &visit, None, Fields::default(), problems).await,
        Err(failure) => Err(failure),
    }
}

fn parse(license: &str) -> Result<LicenseId, Failure> {
    license.parse().map_err(|_| Failure::NotFound("such license".into()))
}

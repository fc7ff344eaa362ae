//! The words of states on screen: which are asked for, which are there, and entering them.

use super::states::{EnterWords, StateRow, enter, list};
use crate::app::{Failure, Problems};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::states::states;
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::letter::Language;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "outreach/words/states_page.html")]
struct StatesPage {
    frame: Frame,
    rows: Vec<StateRow>,
    codes: Vec<(&'static str, &'static str)>,
    may_enter: bool,
    fields: Fields,
    problems: Problems,
}

impl StatesPage {
    fn is(&self, field: &str, value: &str) -> bool {
        self.fields.text(field) == value
    }

    /// How many states have no words: letters to them are not printed.
    fn waiting(&self) -> usize {
        self.rows.iter().filter(|row| !row.is_ready()).count()
    }
}

/// `GET /compliance/words/states`
pub async fn get_states(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    show(&web, &visit, query.get("said").map(String::as_str), Fields::default(), Problems::default()).await
}

/// `POST /compliance/words/states`: a new version of a state's words.
pub async fn post_states(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let ask = EnterWords {
        state: fields.text("state").into(),
        language: Language::parse(fields.text("language")).unwrap_or(Language::English),
        words: fields.text("words").into(),
        source: fields.text("source").into(),
    };
    match enter(&web.app, &visit.who, visit.at, &ask).await {
        Ok(_) => Ok(Redirect::to("/compliance/words/states?said=entered").into_response()),
        Err(Failure::Wrong(problems)) => show(&web, &visit, None, fields, problems).await,
        Err(failure) => Err(failure),
    }
}

async fn show(web: &Web, visit: &Visit, said: Option<&str>, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = StatesPage {
        frame: Frame::of(visit, "/compliance", "Words that states want in letters").saying(said),
        rows: list(&mut web.app.db.read().await?, visit.at.business_day).await?,
        codes: states().iter().map(|state| (state.code, state.name)).collect(),
        may_enter: may(visit.who.role, Permission::ChangePolicy),
        fields,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

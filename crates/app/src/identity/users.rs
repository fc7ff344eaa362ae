//! One user: their desks, a new password, switched off and on.

use super::actions::{reset_password, switch_off, switch_on, train};
use super::store::{self, User};
use crate::accounts::desks::store::{Desk, LeftAlone, list_desks_of, list_left_alone};
use crate::app::Failure;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::Role;
use duly_domain::values::ids::UserId;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "identity/user.html")]
struct UserPage {
    frame: Frame,
    user: User,
    role: String,
    desks: Vec<Desk>,
    alone: Vec<LeftAlone>,
    says: String,
    made: Option<String>,
    is_trained: bool,
}

/// `GET /users/{user}`
pub async fn get_user(
    State(web): State<Web>,
    visit: Visit,
    Path(user): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    user_page(&web, &visit, parse(&user)?, query.get("said").map(String::as_str), String::new(), None).await
}

async fn user_page(
    web: &Web,
    visit: &Visit,
    id: UserId,
    said: Option<&str>,
    says: String,
    made: Option<String>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let user = store::find_user(&mut tx, id).await?.ok_or_else(|| Failure::NotFound(format!("user {id}")))?;
    let desks = list_desks_of(&mut tx, id).await?;
    let alone = list_left_alone(&mut tx, id).await?;
    let is_trained = store::is_trained(&mut tx, id).await?;
    let role = Role::parse(&user.role).map(|role| role.to_string()).unwrap_or_default();
    let frame = Frame::of(visit, "/users", &user.name).saying(said);
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok((status, page(&UserPage { frame, user, role, desks, alone, says, made, is_trained })).into_response())
}

/// `POST /users/{user}/resets`: the new password is shown once, on the answer itself.
pub async fn post_reset(State(web): State<Web>, visit: Visit, Path(user): Path<String>) -> Result<Response, Failure> {
    let id = parse(&user)?;
    match reset_password(&web.app, &visit.who, visit.at, id).await {
        Ok(made) => user_page(&web, &visit, id, None, String::new(), Some(made)).await,
        Err(Failure::Stale(says)) => user_page(&web, &visit, id, None, says, None).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /users/{user}/offs`
pub async fn post_off(State(web): State<Web>, visit: Visit, Path(user): Path<String>) -> Result<Response, Failure> {
    let id = parse(&user)?;
    let done = switch_off(&web.app, &visit.who, visit.at, id).await;
    answer(&web, &visit, id, done, "off").await
}

/// `POST /users/{user}/ons`
pub async fn post_on(State(web): State<Web>, visit: Visit, Path(user): Path<String>) -> Result<Response, Failure> {
    let id = parse(&user)?;
    let done = switch_on(&web.app, &visit.who, visit.at, id).await;
    answer(&web, &visit, id, done, "on").await
}

/// `POST /users/{user}/trainings`
pub async fn post_training(State(web): State<Web>, visit: Visit, Path(user): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let id = parse(&user)?;
    let done = train(&web.app, &visit.who, visit.at, id, Fields::of(&body).text("trained") == "yes").await;
    answer(&web, &visit, id, done, "noted").await
}

async fn answer(web: &Web, visit: &Visit, id: UserId, done: Result<(), Failure>, said: &str) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/users/{id}?said={said}")).into_response()),
        Err(Failure::Stale(says)) => user_page(web, visit, id, None, says, None).await,
        Err(failure) => Err(failure),
    }
}

fn parse(user: &str) -> Result<UserId, Failure> {
    user.parse().map_err(|_| Failure::NotFound("such user".into()))
}

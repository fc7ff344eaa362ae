//! First set-up, sign-in, sign-out, own password, users.

use super::actions::{add_user, change_password, set_up, sign_in, sign_out};
use super::store::{self, User};
use crate::accounts;
use crate::app::{Failure, Problems};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::{COOKIE, Visit, is_same};
use crate::web::shell::{Frame, page, start};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use duly_domain::identity::Role;
use duly_domain::values::region::ZONES_SERVED;
use std::collections::HashMap;
use std::net::SocketAddr;

#[derive(Template, Default)]
#[template(path = "identity/sign_in.html")]
struct SignInPage {
    email: String,
    says: String,
}

#[derive(Template, Default)]
#[template(path = "identity/setup.html")]
struct SetupPage {
    company: String,
    zone: String,
    zones: &'static [&'static str],
    name: String,
    email: String,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "identity/password.html")]
struct PasswordPage {
    frame: Frame,
    /// Whether the password now is one that was made for them.
    is_given: bool,
    problems: Problems,
}

#[derive(Template)]
#[template(path = "identity/users.html")]
struct UsersPage {
    frame: Frame,
    users: Vec<User>,
    desks: Vec<accounts::store::Desk>,
    roles: [Role; 6],
    name: String,
    email: String,
    problems: Problems,
    made: Option<(String, String)>,
}

/// `GET /`: where the visitor's role begins; the first set-up where there is nobody yet.
pub async fn get_start(State(web): State<Web>, visit: Option<axum::Extension<Visit>>) -> Result<Response, Failure> {
    if let Some(axum::Extension(visit)) = visit {
        return Ok(Redirect::to(start(visit.who.role)).into_response());
    }
    let mut tx = web.app.db.read().await?;
    Ok(Redirect::to(if store::count_users(&mut tx).await? == 0 { "/setup" } else { "/sign-in" }).into_response())
}

/// `GET /setup`: the first administrator, on an empty database only.
pub async fn get_setup(State(web): State<Web>) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    if store::count_users(&mut tx).await? > 0 {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(page(&SetupPage { zone: ZONES_SERVED[0].into(), zones: &ZONES_SERVED, ..SetupPage::default() }))
}

/// `POST /setup`
pub async fn post_setup(State(web): State<Web>, jar: CookieJar, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    {
        let mut tx = web.app.db.read().await?;
        if store::count_users(&mut tx).await? > 0 {
            return Ok(Redirect::to("/sign-in").into_response());
        }
    }
    let (name, email, secret) = (fields.text("name"), fields.text("email"), fields.text("password"));
    let mut problems = Problems::default();
    if !is_same(secret, fields.text("again")) {
        problems.0.push(("again", "is not the same".into()));
    }
    if problems.is_empty() {
        match set_up(&web.app, web.app.moment(), fields.text("company"), fields.text("zone"), name, email, secret).await {
            Ok(_) => {
                let token = sign_in(&web.app, web.app.moment(), email, secret).await?.ok_or(Failure::Forbidden)?;
                return Ok((jar.add(cookie(&web, token)), Redirect::to("/users")).into_response());
            }
            Err(Failure::Wrong(wrong)) => problems = wrong,
            Err(Failure::Stale(_)) => return Ok(Redirect::to("/sign-in").into_response()),
            Err(failure) => return Err(failure),
        }
    }
    let (company, zone) = (fields.text("company").into(), fields.text("zone").into());
    Ok(page(&SetupPage { company, zone, zones: &ZONES_SERVED, name: name.into(), email: email.into(), problems }))
}

/// `GET /sign-in`
pub async fn get_sign_in(State(web): State<Web>, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    if store::count_users(&mut tx).await? == 0 {
        return Ok(Redirect::to("/setup").into_response());
    }
    let says = match query.get("ended").map(String::as_str) {
        Some("sent") => "You were signed out meanwhile. What you just sent was not kept: sign in and do it again.",
        Some(_) => "You were signed out: a session ends after an hour without use, or when your password is changed.",
        None => "",
    };
    Ok(page(&SignInPage { says: says.into(), ..SignInPage::default() }))
}

/// `POST /sign-in`
pub async fn post_sign_in(
    State(web): State<Web>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let email = fields.text("email");
    let refused = |status: axum::http::StatusCode, says: &str| {
        (status, page(&SignInPage { email: email.to_string(), says: says.to_string() })).into_response()
    };
    if !web.limits.may_try(from.ip(), email) {
        return Ok(refused(axum::http::StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute, then try again."));
    }
    let Some(token) = sign_in(&web.app, web.app.moment(), email, fields.text("password")).await? else {
        return Ok(refused(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "E-mail address or password is wrong."));
    };
    Ok((jar.add(cookie(&web, token)), Redirect::to("/")).into_response())
}

/// `POST /sign-out`
pub async fn post_sign_out(State(web): State<Web>, jar: CookieJar) -> Result<Response, Failure> {
    if let Some(cookie) = jar.get(COOKIE) {
        sign_out(&web.app, cookie.value()).await?;
    }
    Ok((jar.remove(Cookie::build(COOKIE).path("/").build()), Redirect::to("/sign-in")).into_response())
}

/// `GET /password`
pub async fn get_password(visit: Visit, Query(query): Query<HashMap<String, String>>) -> Response {
    let frame = Frame::of(&visit, "", "Change password");
    page(&PasswordPage { frame, is_given: query.contains_key("given"), problems: Problems::default() })
}

/// `POST /password`
pub async fn post_password(State(web): State<Web>, visit: Visit, jar: CookieJar, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    if !is_same(fields.text("new"), fields.text("again")) {
        let problems = Problems::one("again", "is not the same");
        return Ok(page(&PasswordPage { frame: Frame::of(&visit, "", "Change password"), is_given: false, problems }));
    }
    match change_password(&web.app, &visit.who, visit.at, fields.text("old"), fields.text("new")).await {
        Ok(token) => Ok((jar.add(cookie(&web, token)), Redirect::to("/")).into_response()),
        Err(Failure::Wrong(problems)) => {
            Ok(page(&PasswordPage { frame: Frame::of(&visit, "", "Change password"), is_given: false, problems }))
        }
        Err(failure) => Err(failure),
    }
}

/// `GET /users`
pub async fn get_users(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let frame = Frame::of(&visit, "/users", "Users").saying(query.get("said").map(String::as_str));
    users_page(&web, frame, &Fields::default(), Problems::default(), None).await
}

async fn users_page(
    web: &Web,
    frame: Frame,
    fields: &Fields,
    problems: Problems,
    made: Option<(String, String)>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let users = store::list_users(&mut tx, 500).await?;
    let desks = accounts::store::list_desks(&mut tx).await?;
    Ok(page(&UsersPage {
        frame,
        users,
        desks,
        roles: Role::ALL,
        name: fields.text("name").into(),
        email: fields.text("email").into(),
        problems,
        made,
    }))
}

/// `POST /users`: the made password is shown once, on the answer itself.
pub async fn post_user(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let frame = Frame::of(&visit, "/users", "Users");
    let Some(role) = Role::parse(fields.text("role")) else {
        return users_page(&web, frame, &fields, Problems::one("role", "is missing"), None).await;
    };
    match add_user(&web.app, &visit.who, visit.at, fields.text("name"), fields.text("email"), role).await {
        Ok((id, password)) => {
            let desks = accounts::store::list_desks(&mut web.app.db.read().await?).await?;
            let wanted = fields.text("desk");
            for desk in desks.iter().filter(|desk| desk.id.to_string() == wanted || wanted == "all") {
                accounts::actions::join_desk(&web.app, &visit.who, visit.at, desk.id, id).await?;
            }
            users_page(&web, frame, &Fields::default(), Problems::default(), Some((fields.text("email").into(), password))).await
        }
        Err(Failure::Wrong(problems)) => users_page(&web, frame, &fields, problems, None).await,
        Err(failure) => Err(failure),
    }
}

fn cookie(web: &Web, token: String) -> Cookie<'static> {
    Cookie::build((COOKIE, token)).path("/").http_only(true).same_site(SameSite::Lax).secure(web.serving.is_https()).build()
}

//! The guard in front of every route: session, permission, anti-forgery, limits on trying.
//!
//! A form carries the session's token in its field `csrf`; a request from another site is refused before that by what the
//! browser says of its origin.

use super::Web;
use super::failure::{refuse, refuse_page, refuse_with_way};
use crate::app::{Actor, Failure};
use crate::coaching::training::certificates::{GATED, find_missing, refusal};
use crate::identity::actions::{find_session, peek_session};
use crate::identity::settings::Settled;
use crate::plans::approvals::panel::mark_of;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::moment::Moment;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::net::IpAddr;
use std::num::NonZeroU32;

/// The session's cookie.
pub const COOKIE: &str = "duly_session";

/// The largest form that is no file.
const FORM_BYTES: usize = 256 * 1024;

/// How often sign-in may be tried.
pub struct Limits {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_account: DefaultKeyedRateLimiter<String>,
}

impl Default for Limits {
    /// 120 tries a minute from one address, 10 a minute for one account.
    fn default() -> Limits {
        let per_minute = |count: u32| Quota::per_minute(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
        Limits { by_address: RateLimiter::keyed(per_minute(120)), by_account: RateLimiter::keyed(per_minute(10)) }
    }
}

impl Limits {
    /// Whether one more try is within limits; every try counts.
    pub fn may_try(&self, from: IpAddr, account: &str) -> bool {
        let address = self.by_address.check_key(&from).is_ok();
        let account = self.by_account.check_key(&account.trim().to_lowercase()).is_ok();
        address && account
    }
}

/// Who visits, with which form token, when.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who.
    pub who: Actor,
    /// The token forms must carry.
    pub csrf: String,
    /// When the request came in.
    pub at: Moment,
    /// The organization's time zone.
    pub zone: TimeZone,
    /// What the machine's clock had reached, if it was set back.
    pub clock_was_at: Option<Timestamp>,
    /// What an administrator has still to settle about the organization.
    pub unsettled: Option<Vec<&'static str>>,
    /// Requests that wait for an answer, for those who answer them.
    pub requests: Option<Requests>,
}

/// Requests for approval, as the rail counts them.
#[derive(Clone, Debug)]
pub struct Requests {
    /// How many wait.
    pub waiting: i64,
    /// What says whether anything changed since.
    pub mark: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Response> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(|| Redirect::to("/sign-in").into_response())
    }
}

/// Lets a request through to a route that needs a permission.
pub async fn guard(State((web, permission)): State<(Web, Permission)>, jar: CookieJar, mut request: Request, next: Next) -> Response {
    if is_cross_site(request.method(), request.headers()) {
        return refuse(StatusCode::FORBIDDEN, "This request came from another site.");
    }
    let at = web.app.moment();
    // A page that looks again by itself does not say that somebody is there.
    let is_by_itself = request.uri().path().starts_with("/live/") || request.headers().contains_key("duly-live");
    let session = match jar.get(COOKIE) {
        Some(cookie) => {
            let session = match is_by_itself {
                true => peek_session(&web.app, at, cookie.value()).await,
                false => find_session(&web.app, at, cookie.value()).await,
            };
            match session {
                Ok(session) => session,
                Err(failure) => return failure.into_response(),
            }
        }
        None => None,
    };
    let Some(session) = session else {
        return if permission == Permission::Anyone { next.run(request).await } else { to_the_door(request.method(), &jar) };
    };
    let role = Role::parse(&session.role).unwrap_or(Role::Auditor);
    let who = Actor::user(session.user, &session.name, role);
    let unsettled = match unsettled(&web, role).await {
        Ok(unsettled) => unsettled,
        Err(failure) => return failure.into_response(),
    };
    let requests = match requests(&web, role, at).await {
        Ok(requests) => requests,
        Err(failure) => return failure.into_response(),
    };
    let visit = Visit { who, csrf: session.csrf, at, zone: web.app.zone(), clock_was_at: web.app.clock_was_at(), unsettled, requests };
    if !may(role, permission) {
        return refuse_page(&visit, StatusCode::FORBIDDEN, &format!("Your role, {}, may not do this.", role.to_string().to_lowercase()));
    }
    if request.method() == Method::POST && GATED.iter().any(|(gated, _, _)| *gated == permission) {
        match missing_certificate(&web, &visit, permission).await {
            Ok(None) => {}
            Ok(Some(says)) => return refuse_with_way(&visit, StatusCode::FORBIDDEN, &says, ("/practice", "Take the course")),
            Err(failure) => return failure.into_response(),
        }
    }
    // Until the password is one they chose, there is one page.
    let path = request.uri().path().to_string();
    if session.must_change_password && permission != Permission::Anyone && path != "/password" && path != "/sign-out" {
        return Redirect::to("/password?given=yes").into_response();
    }
    if request.method() == Method::POST && permission != Permission::Anyone {
        let is_upload = (permission == Permission::Import && path == "/imports")
            || (permission == Permission::FileDocuments && path.ends_with("/documents"))
            || (permission == Permission::KeepLicenses && path == "/compliance/licenses")
            || (permission == Permission::PostPayments && path == "/bank")
            || (permission == Permission::ReversePayments && path == "/debits/returns");
        request = match check_token(request, &visit.csrf, is_upload).await {
            Ok(request) => request,
            Err(response) => return response,
        };
    }
    request.extensions_mut().insert(visit);
    next.run(request).await
}

/// What a refusal says where a permission waits for a certificate that the visitor does not hold.
async fn missing_certificate(web: &Web, visit: &Visit, permission: Permission) -> Result<Option<String>, Failure> {
    let mut tx = web.app.db.read().await?;
    let course = find_missing(&mut tx, &visit.who, permission, visit.at.business_day).await?;
    Ok(course.map(|course| format!("Not possible: {}.", refusal(course))))
}

/// To the door; who had a session is told that it ended, and whether what they sent was lost with it.
fn to_the_door(method: &Method, jar: &CookieJar) -> Response {
    let door = match (jar.get(COOKIE).is_some(), method) {
        (false, _) => "/sign-in",
        (true, &Method::POST) => "/sign-in?ended=sent",
        (true, _) => "/sign-in?ended=yes",
    };
    Redirect::to(door).into_response()
}

/// What is missing of the organization's settings, for those who can settle it.
async fn unsettled(web: &Web, role: Role) -> Result<Option<Vec<&'static str>>, Failure> {
    if !may(role, Permission::Administer) {
        return Ok(None);
    }
    let missing = Settled::read(&mut web.app.db.read().await?).await?.missing();
    Ok(Some(missing).filter(|missing| !missing.is_empty()))
}

/// What waits for an answer, for those who answer.
async fn requests(web: &Web, role: Role, at: Moment) -> Result<Option<Requests>, Failure> {
    if !may(role, Permission::LeadFloor) {
        return Ok(None);
    }
    let (waiting, mark) = mark_of(&mut web.app.db.read().await?, None, at).await?;
    Ok(Some(Requests { waiting, mark }))
}

/// Whether a browser says that the request does not come from our own pages.
fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let from = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    *method != Method::GET && *method != Method::HEAD && matches!(from, Some("cross-site" | "same-site"))
}

/// Checks the form's token. An upload carries its own in its first part, which its handler checks; no other route takes parts.
async fn check_token(request: Request, expected: &str, is_upload: bool) -> Result<Request, Response> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if is_upload && kind.starts_with("multipart/form-data") {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, FORM_BYTES).await else {
        return Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "The form is too large."));
    };
    let sent = super::form::pairs(&bytes).into_iter().find(|(name, _)| name == "csrf");
    if !sent.is_some_and(|(_, token)| is_same(&token, expected)) {
        return Err(refuse(StatusCode::FORBIDDEN, "The form is not from this session: load the page again and send it once more."));
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Compares without telling by the time it takes where the difference lies.
pub fn is_same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// What a page may load where it needs more than every other: the payment processor's fields alone.
#[derive(Clone, Debug)]
pub struct OwnPolicy(pub HeaderValue);

/// Headers that every answer carries.
pub async fn headers(State(web): State<Web>, request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let own = response.extensions_mut().remove::<OwnPolicy>();
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; \
                  form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, own.map_or(HeaderValue::from_static(policy), |OwnPolicy(policy)| policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    if web.serving.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !is_asset {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        super::failure::respond(&self)
    }
}

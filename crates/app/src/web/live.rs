//! Live pages: a stream by which the server says "look again", and nothing else.
//!
//! What changed is in the database; a page that is told to look asks for its part again, through the same guard as every page. So
//! nothing is lost with a connection, and nothing is in a stream that its page would not show: an event is a mark of what the visitor
//! may see, and one is sent only when that differs from what the browser saw last. A commit of this process that told of news
//! ([`Tx::tell`](crate::store::Tx::tell)) wakes the streams at once; what another process does is seen a moment later, by looking.
//!
//! Always true: a stream ends with its session, and does not keep it alive; a stop of the server does not wait for one.

use super::Web;
use super::guard::{COOKIE, Visit};
use crate::app::{App, Failure};
use crate::identity::actions::peek_session;
use crate::outreach::floor;
use crate::plans::approvals::panel::mark_of;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use duly_domain::values::ids::UserId;
use futures_util::stream;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Streams one user may have open: a browser without HTTP/2 has six connections, and pages need some of them.
const STREAMS_OF_ONE: usize = 4;

/// How often a stream looks by itself, so that other processes and the clock are seen.
const LOOK: Duration = Duration::from_secs(2);

/// How long it gathers what comes at once before it looks.
const GATHER: Duration = Duration::from_millis(150);

/// How often something is sent over a silent stream, so that nobody between takes it for dead.
const BEAT: Duration = Duration::from_secs(15);

/// The streams that are open.
pub struct Streams {
    stop: watch::Sender<bool>,
    open: Mutex<HashMap<UserId, usize>>,
}

impl Default for Streams {
    fn default() -> Streams {
        Streams { stop: watch::Sender::new(false), open: Mutex::default() }
    }
}

impl Streams {
    /// Ends them all, for the server stops.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    fn enter(self: &Arc<Self>, user: UserId) -> Option<Seat> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_default();
        if *count >= STREAMS_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Seat { streams: self.clone(), user })
    }
}

/// A stream's place among those of its user; given back with it.
struct Seat {
    streams: Arc<Streams>,
    user: UserId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

/// What a page watches.
#[derive(Clone, Copy)]
enum Watched {
    /// What the visitor asked for.
    Mine,
    /// What anybody asked for.
    Approvals,
    /// The floor, and what anybody asked for.
    Floor,
}

/// One stream.
struct Stream {
    web: Web,
    watched: Watched,
    user: UserId,
    token: String,
    seen: Option<String>,
    news: watch::Receiver<()>,
    stop: watch::Receiver<bool>,
    is_begun: bool,
    _seat: Seat,
}

/// Ends when the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // Without a server there is nothing to go on with either.
    stop.wait_for(|stopped| *stopped).await.map(drop).ok();
}

/// `GET /live/mine?seen=`: what the visitor asked for.
pub async fn get_mine(
    State(web): State<Web>,
    visit: Visit,
    jar: CookieJar,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    open(web, &visit, &jar, &headers, query, Watched::Mine)
}

/// `GET /live/approvals?seen=`: what anybody asked for.
pub async fn get_approvals(
    State(web): State<Web>,
    visit: Visit,
    jar: CookieJar,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    open(web, &visit, &jar, &headers, query, Watched::Approvals)
}

/// `GET /live/floor?seen=`
pub async fn get_floor(
    State(web): State<Web>,
    visit: Visit,
    jar: CookieJar,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    open(web, &visit, &jar, &headers, query, Watched::Floor)
}

fn open(
    web: Web,
    visit: &Visit,
    jar: &CookieJar,
    headers: &HeaderMap,
    query: HashMap<String, String>,
    watched: Watched,
) -> Result<Response, Failure> {
    let (Some(user), Some(cookie)) = (visit.who.id, jar.get(COOKIE)) else { return Err(Failure::Forbidden) };
    let Some(seat) = web.streams.enter(user) else {
        // The page looks by itself now and then.
        return Ok((StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "15")]).into_response());
    };
    // A browser that comes back says what it saw last.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(String::from);
    let stream = Stream {
        watched,
        user,
        token: cookie.value().to_string(),
        seen: last.or_else(|| query.get("seen").cloned()),
        news: web.app.db.news(),
        stop: web.streams.stop.subscribe(),
        is_begun: false,
        _seat: seat,
        web,
    };
    let events = stream::unfold(stream, |mut stream| async move { Some((stream.next().await?, stream)) });
    let events = Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT).text("here"));
    // A proxy that gathers would keep it to itself.
    Ok(([("x-accel-buffering", "no")], events).into_response())
}

impl Stream {
    /// The next event; none when the stream is over.
    async fn next(&mut self) -> Option<Result<Event, Infallible>> {
        loop {
            if self.is_begun && !self.wait().await {
                return None;
            }
            self.is_begun = true;
            match self.mark().await {
                Ok(None) => return None,
                Ok(Some(mark)) if self.seen.as_ref() == Some(&mark) => {}
                Ok(Some(mark)) => {
                    let is_news = self.seen.replace(mark.clone()).is_some();
                    if is_news {
                        return Some(Ok(Event::default().event("look").id(mark).data("again")));
                    }
                }
                // The database is away: the stream outlives it, and looks again.
                Err(failure) => tracing::debug!(%failure, "a live page could not look"),
            }
        }
    }

    /// Waits until there is a reason to look; whether the stream goes on.
    async fn wait(&mut self) -> bool {
        tokio::select! {
            () = stopped(&mut self.stop) => return false,
            told = self.news.changed() => match told {
                Ok(()) => tokio::time::sleep(GATHER).await,
                Err(_) => return false,
            },
            () = tokio::time::sleep(LOOK) => {}
        }
        // What came while it gathered is seen by the look that follows.
        self.news.borrow_and_update();
        !*self.stop.borrow()
    }

    /// The mark of what the visitor may see now; none when their session is over.
    async fn mark(&self) -> Result<Option<String>, Failure> {
        let app: &App = &self.web.app;
        let at = app.moment();
        if peek_session(app, at, &self.token).await?.is_none() {
            return Ok(None);
        }
        let mut tx = app.db.read().await?;
        Ok(Some(match self.watched {
            Watched::Mine => mark_of(&mut tx, Some(self.user), at).await?.1,
            Watched::Approvals => mark_of(&mut tx, None, at).await?.1,
            Watched::Floor => floor::now::mark_of(&mut tx, at, &app.zone()).await?,
        }))
    }
}

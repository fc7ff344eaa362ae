//! The workspace in a browser: the frame, the guard, the routes.
//!
//! [`router`] is the table of contents of the product. Every route names the permission it needs; [`guard`] holds it to that.
//! Pages that others change meanwhile watch that by [`live`].

pub mod assets;
pub mod failure;
pub mod form;
pub mod guard;
pub mod live;
pub mod router;
pub mod serving;
pub mod shell;
pub mod tls;
pub mod upload;

use crate::app::{App, Failure, aside};
use axum::response::Response;
use guard::Limits;
use serving::{Neighbor, Serving};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tls::{Certificate, TlsListener};
use tokio::sync::Semaphore;

/// So many long pages are made at once.
const LONG_PAGES: usize = 2;

/// What handlers share: the product, the limits on trying, and files waiting to be loaded.
#[derive(Clone)]
pub struct Web {
    /// The product.
    pub app: App,
    /// How often somebody may try.
    pub limits: Arc<Limits>,
    /// Files that were uploaded and tried.
    pub uploads: Arc<crate::intake::upload::Uploads>,
    /// How the product is reached.
    pub serving: Arc<Serving>,
    /// Pages that watch what they show.
    pub streams: Arc<live::Streams>,
    /// How long the lanes are, for the floor.
    pub depths: crate::outreach::floor::now::Depths,
    /// Long pages that may be made at once.
    long_pages: Arc<Semaphore>,
}

impl Web {
    /// The workspace over a product.
    pub fn new(app: App) -> Web {
        Web {
            app,
            limits: Arc::default(),
            uploads: Arc::default(),
            serving: Arc::default(),
            streams: Arc::default(),
            depths: Default::default(),
            long_pages: Arc::new(Semaphore::new(LONG_PAGES)),
        }
    }

    /// Makes a page that takes long on a thread of its own: nobody who asks for less waits behind it. A few are made at once, the others
    /// wait for their turn: each reads with a connection of its own, whose pages come to lie in memory. A server reads on threads of its own
    /// anyway.
    pub async fn at_length(&self, page: impl Future<Output = Result<Response, Failure>> + Send + 'static) -> Result<Response, Failure> {
        if self.app.db.engine() != "sqlite" {
            return page.await;
        }
        let turn = self.long_pages.clone().acquire_owned().await;
        aside(async move {
            let _turn = turn;
            page.await
        })
        .await?
    }
}

/// Serves until the process is told to stop.
pub async fn serve(app: App, listen: SocketAddr, serving: Serving) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| Failure::File(format!("{listen} cannot be listened at: {error}; choose another with --listen")))?;
    let at = listener.local_addr().map_err(|error| Failure::File(error.to_string()))?;
    if !serving.is_https() && !at.ip().is_loopback() {
        tracing::warn!(
            "NOT ENCRYPTED: {at} is reached from other machines by plain HTTP, and passwords and debts can be read on the way; \
             give --tls-cert and --tls-key, or listen at 127.0.0.1 behind a proxy with HTTPS and say behind_proxy = true"
        );
    }
    let scheme = if serving.certificate.is_some() { "https" } else { "http" };
    crate::cli::say(&format!("Duly is at {scheme}://{at}"))?;
    serve_with(app, listener, serving).await
}

/// Serves in the clear at a listener that is open already.
pub async fn serve_at(app: App, listener: tokio::net::TcpListener) -> Result<(), Failure> {
    serve_with(app, listener, Serving::default()).await
}

/// Serves as it is asked for at a listener that is open already.
pub async fn serve_with(app: App, listener: tokio::net::TcpListener, serving: Serving) -> Result<(), Failure> {
    let certificate = serving.certificate.clone().map(Certificate::open).transpose()?;
    let views = app.clone();
    match crate::audit::spill::recover(&app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "views that a process left in its file are in the record now"),
        Err(failure) => {
            tracing::error!(%failure, "views that a process left in its file could not be brought in; the next start tries again")
        }
    }
    tokio::spawn(watch_clock(app.clone()));
    tokio::spawn(count_lists(app.clone()));
    tokio::spawn(crate::plans::approvals::lapsing::watch(app.clone()));
    let web = Web { serving: Arc::new(serving), ..Web::new(app) };
    let streams = web.streams.clone();
    let told = async move {
        told_to_stop().await;
        // What is open for hours would hold the end up.
        streams.stop();
    };
    let service = router::router(web).into_make_service_with_connect_info::<Neighbor>();
    let served = match certificate {
        Some(certificate) => {
            certificate.clone().reload_on_hangup()?;
            axum::serve(TlsListener::over(listener, certificate)?, service).with_graceful_shutdown(told).await
        }
        None => axum::serve(listener, service).with_graceful_shutdown(told).await,
    };
    served.map_err(|error| Failure::File(format!("the server stopped: {error}")))?;
    crate::audit::views::flush(&views).await
}

/// Counts the worklists once; where that fails, the first who asks counts.
async fn count_lists(app: App) {
    if let Err(failure) = crate::strategy::counts::count_all(&app, app.moment().at).await {
        tracing::warn!(%failure, "the worklists could not be counted beforehand");
    }
}

/// Ends when somebody presses Ctrl C, or the system asks.
async fn told_to_stop() {
    #[cfg(unix)]
    let asked = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut asked) => drop(asked.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let asked = std::future::pending::<()>();
    tokio::select! {
        () = asked => {}
        pressed = tokio::signal::ctrl_c() => if pressed.is_err() {
            // Without the signal there is no asking us to stop but by ending the process.
            std::future::pending::<()>().await;
        },
    }
}

/// Follows the machine's clock while nobody asks for a page, and says once when it was set back and once when it is right.
async fn watch_clock(app: App) {
    let mut beat = tokio::time::interval(Duration::from_secs(60));
    let mut is_back = false;
    loop {
        beat.tick().await;
        app.moment();
        match app.clock_was_at() {
            Some(was_at) if !is_back => tracing::error!(%was_at, "the clock was set back: no contact is reserved until it is right"),
            None if is_back => tracing::info!("the clock is right again"),
            _ => {}
        }
        is_back = app.clock_was_at().is_some();
    }
}

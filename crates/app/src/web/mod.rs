//! The workspace in a browser: the frame, the guard, the routes.
//!
//! [`router`] is the table of contents of the product. Every route names the permission it needs; [`guard`] holds it to that.

pub mod assets;
pub mod failure;
pub mod form;
pub mod guard;
pub mod router;
pub mod shell;

use crate::app::{App, Failure};
use guard::Limits;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// What handlers share: the product, the limits on trying, and files waiting to be loaded.
#[derive(Clone)]
pub struct Web {
    /// The product.
    pub app: App,
    /// How often somebody may try.
    pub limits: Arc<Limits>,
    /// Files that were uploaded and tried.
    pub uploads: Arc<crate::intake::pages::Uploads>,
}

impl Web {
    /// The workspace over a product.
    pub fn new(app: App) -> Web {
        Web { app, limits: Arc::default(), uploads: Arc::default() }
    }
}

/// Serves until the process is told to stop.
pub async fn serve(app: App, listen: SocketAddr) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| Failure::File(format!("{listen} cannot be listened at: {error}; choose another with --listen")))?;
    let at = listener.local_addr().map_err(|error| Failure::File(error.to_string()))?;
    crate::cli::say(&format!("Duly is at http://{at}"))?;
    serve_at(app, listener).await
}

/// Serves at a listener that is open already.
pub async fn serve_at(app: App, listener: tokio::net::TcpListener) -> Result<(), Failure> {
    let views = app.clone();
    tokio::spawn(watch_clock(app.clone()));
    let service = router::router(Web::new(app)).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, service).with_graceful_shutdown(async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without the signal there is no asking us to stop but by ending the process.
            std::future::pending::<()>().await;
        }
    });
    served.await.map_err(|error| Failure::File(format!("the server stopped: {error}")))?;
    crate::audit::views::flush(&views).await
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

//! Who saw which account, when: one row for each opening, sealed into the chain `views` by the night.
//!
//! A view is kept before its page is shown. Those that come while one is being written wait together and are written by one commit
//! ([`flush`]), so that fifty readers cost no more than a few; and a page gathers what it shows meanwhile ([`begin`],
//! [`Beginning::kept`]). Where somebody holds the only writer for longer than a moment, the view is kept in a file first
//! ([`super::spill`]): no page waits, and no view is lost. Lists and search results are not views. See decision 0007.

use super::spill::{self, Spill};
use super::store::{self, ViewRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::transaction;
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// The workspace in a browser.
pub const WORKSPACE: &str = "workspace";
/// A call, as it is led.
pub const CALL: &str = "call";
/// A person's page.
pub const PERSON: &str = "person";
/// A document that was handed out.
pub const DOCUMENT: &str = "document";
/// A receipt.
pub const RECEIPT: &str = "receipt";
/// A case about it.
pub const CASE: &str = "case";
/// A kept decision.
pub const DECISION: &str = "decision";
/// The negotiation desk.
pub const OFFERS: &str = "offers";
/// `duly account show`.
pub const COMMAND: &str = "command";
/// `duly export audit --account`.
pub const EXPORT: &str = "export";
/// An evidence pack.
pub const EVIDENCE: &str = "evidence";

/// How long a page waits for the writer.
const PATIENCE: Duration = Duration::from_millis(50);

/// Views that wait for the writer. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    views: Arc<Mutex<Vec<ViewRow>>>,
    /// Held while some are written, so that whoever asks next finds them.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Those whose pages did not wait.
    spill: Arc<Spill>,
}

impl Waiting {
    fn put(&self, views: Vec<ViewRow>) {
        self.views.lock().unwrap_or_else(PoisonError::into_inner).extend(views);
    }

    fn is_empty(&self) -> bool {
        self.views.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    fn take(&self) -> Vec<ViewRow> {
        std::mem::take(&mut *self.views.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A view that is being written.
#[must_use = "what is shown before its view is kept was seen by nobody"]
pub struct Beginning {
    app: App,
    view: ViewRow,
    written: JoinHandle<Result<(), Failure>>,
}

/// Begins to record that somebody opens an account, while what they will see is gathered.
pub fn begin(app: &App, who: &Actor, at: Timestamp, account: AccountId, what: &str) -> Beginning {
    let view = ViewRow { id: new_uuid(), account, seen_by: who.label().into(), what: what.into(), seen_at: at };
    app.views.put(vec![view.clone()]);
    // A task of its own: those of others wait with this one, and must be written also when this reader goes away.
    let written = tokio::spawn({
        let app = app.clone();
        async move { flush(&app).await }
    });
    Beginning { app: app.clone(), view, written }
}

impl Beginning {
    /// Waits until the view is kept: only then may the page be shown.
    pub async fn kept(mut self) -> Result<(), Failure> {
        let ended_badly = |error: tokio::task::JoinError| Failure::File(format!("a view could not be written: {error}"));
        if let Ok(written) = tokio::time::timeout(PATIENCE, &mut self.written).await {
            return written.map_err(ended_badly)?;
        }
        let Some(database) = spill::database_of(&self.app) else { return self.written.await.map_err(ended_badly)? };
        let (app, view) = (self.app, self.view);
        tokio::task::spawn_blocking(move || app.views.spill.keep(&database, &view)).await.map_err(ended_badly)?
    }
}

/// Records that somebody opened an account.
pub async fn record(app: &App, who: &Actor, at: Timestamp, account: AccountId, what: &str) -> Result<(), Failure> {
    begin(app, who, at, account, what).kept().await
}

/// Writes what waits, in one commit; what is written by somebody else meanwhile is waited for.
pub async fn flush(app: &App) -> Result<(), Failure> {
    let _turn = app.views.turn.lock().await;
    let waiting = app.views.take();
    let written = if waiting.is_empty() { Ok(()) } else { write(app, &waiting).await };
    match &written {
        Ok(()) => app.views.spill.clear(|| app.views.is_empty()),
        Err(failure) => {
            tracing::error!(%failure, "views could not be written; they wait for the next");
            app.views.put(waiting);
        }
    }
    written
}

async fn write(app: &App, views: &[ViewRow]) -> Result<(), Failure> {
    transaction!(app.db, tx, { store::insert_views(tx, views).await.map(drop).map_err(Failure::from) })
}

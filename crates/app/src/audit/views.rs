//! Who saw which account, when: one row for each opening, sealed into the chain `views` by the night.
//!
//! A view is written before the page is shown, unless somebody else holds the only writer for longer than a moment: then it
//! goes on waiting in memory for its turn, so that reading never waits for an import (see decision 0007). Lists and search
//! results are not views.

use super::store::{self, ViewRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::transaction;
use duly_domain::values::ids::AccountId;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The workspace in a browser.
pub const WORKSPACE: &str = "workspace";
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
/// `duly account show`.
pub const COMMAND: &str = "command";
/// `duly export audit --account`.
pub const EXPORT: &str = "export";

/// How long a page waits for its view to be written.
const PATIENCE: Duration = Duration::from_millis(100);

/// Views that wait for the writer. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    views: Arc<Mutex<Vec<ViewRow>>>,
    /// Held while some are written, so that whoever asks next finds them.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Waiting {
    fn put(&self, views: Vec<ViewRow>) {
        self.views.lock().unwrap_or_else(PoisonError::into_inner).extend(views);
    }

    fn take(&self) -> Vec<ViewRow> {
        std::mem::take(&mut *self.views.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Records that somebody opened an account.
pub async fn record(app: &App, who: &Actor, at: Timestamp, account: AccountId, what: &str) -> Result<(), Failure> {
    let view = ViewRow { id: new_uuid(), account, seen_by: who.label().into(), what: what.into(), seen_at: at };
    app.views.put(vec![view]);
    let mut task = tokio::spawn({
        let app = app.clone();
        async move { flush(&app).await }
    });
    match tokio::time::timeout(PATIENCE, &mut task).await {
        Ok(Ok(written)) => written,
        Ok(Err(error)) => Err(Failure::File(format!("a view could not be written: {error}"))),
        Err(_) => {
            tokio::spawn(async move {
                if let Ok(Err(failure)) = task.await {
                    tracing::error!(%failure, "views could not be written; they wait for the next");
                }
            });
            Ok(())
        }
    }
}

/// Writes what waits.
pub async fn flush(app: &App) -> Result<(), Failure> {
    let _turn = app.views.turn.lock().await;
    let waiting = app.views.take();
    if waiting.is_empty() {
        return Ok(());
    }
    let written = write(app, &waiting).await;
    if written.is_err() {
        app.views.put(waiting);
    }
    written
}

async fn write(app: &App, views: &[ViewRow]) -> Result<(), Failure> {
    transaction!(app.db, tx, { Ok(store::insert_views(tx, views).await?) })
}

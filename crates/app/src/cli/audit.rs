//! The record is exported to be proved elsewhere; the key that signs it is changed.

use super::Global;
use super::output::answer;
use crate::accounts;
use crate::app::{Actor, App, Failure};
use crate::audit::{export, keys};
use clap::Subcommand;
use serde_json::json;
use std::path::Path;

/// `duly keys …`
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Makes another key, which signs from the next night on; the change is recorded.
    New,
}

pub(super) async fn export(app: &App, global: &Global, folder: &Path, account: Option<&str>) -> Result<(), Failure> {
    let account = match account {
        None => None,
        Some(account) => Some(accounts::store::resolve(&mut app.db.read().await?, account).await?),
    };
    let done = export::export(app, &Actor::command(), folder, account).await?;
    let json = json!({"folder": folder, "entries": done.entries, "heads": done.heads, "roots": done.roots});
    answer(global.format, &json, || {
        let mut said = vec![format!("{}: {} entries, {} chains under {} roots", folder.display(), done.entries, done.heads, done.roots)];
        if done.roots == 0 {
            said.push("no night has been signed yet: there is no root to prove the chains against".into());
        }
        said
    })
}

pub(super) async fn keys(app: &App, global: &Global, command: KeysCommand) -> Result<(), Failure> {
    let KeysCommand::New = command;
    let name = keys::replace(app, &Actor::command()).await?;
    let folder = app.keys.folder();
    answer(global.format, &json!({"key": name, "folder": folder}), || {
        vec![format!("key {name} in {} signs from the next night on; keep a copy of the folder apart from the database", folder.display())]
    })
}

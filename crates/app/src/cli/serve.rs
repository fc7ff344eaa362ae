//! The product is served.

use super::{Answered, Global};
use crate::app::Failure;
use crate::web;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What a configuration file may hold; unknown keys are refused.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    database: Option<String>,
    listen: Option<SocketAddr>,
    keys: Option<PathBuf>,
}
pub(super) async fn serve(mut global: Global, listen: Option<SocketAddr>, config: Option<PathBuf>) -> Result<Answered, Failure> {
    let configured = match config {
        None => Configuration::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(&path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
            toml::from_str(&text).map_err(|error| Failure::File(format!("{}: {}", path.display(), error.message().replace('\n', " "))))?
        }
    };
    global.database = global.database.or(configured.database);
    global.keys = global.keys.or(configured.keys);
    let listen = listen.or(configured.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 7171)));
    web::serve(global.open_or_make(super::commands::DATABASE).await?, listen).await.map(|()| Answered::Yes)
}

//! The product is served; its configuration is shown.

use super::output::answer;
use super::{Answered, Global};
use crate::app::Failure;
use crate::coaching::training::assigning::notice_release;
use crate::config::Configuration;
use crate::store::Db;
use crate::web;
use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// How to serve; what stands here wins over the configuration file.
#[derive(Args)]
pub struct ServeArgs {
    /// The address to serve at; 127.0.0.1:7171 unless it or the configuration says otherwise.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// A certificate in PEM form, with those it was signed by behind it: serve HTTPS.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM form.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A TOML file with `database`, `listen`, `tls_cert`, `tls_key`, `behind_proxy`, `trusted_proxies`, `keys`,
    /// `ask_payments_above` (on screen; commands are not asked), `letters_folder`, and the table `processor`.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// `duly config …`
#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Shows the configuration as it would be served, with secrets hidden; ends with 2 if it is wrong.
    Check(ServeArgs),
}

impl ServeArgs {
    /// The file with what the command line names over it; a certificate and its key are one choice.
    fn configuration(self) -> Result<Configuration, Failure> {
        let file = Configuration::read(self.config.as_deref())?;
        let (tls_cert, tls_key) = match self.tls_cert.is_some() {
            true => (self.tls_cert, self.tls_key),
            false => (file.tls_cert, file.tls_key),
        };
        Ok(Configuration { listen: self.listen.or(file.listen), tls_cert, tls_key, ..file })
    }
}

pub(super) async fn serve(mut global: Global, args: ServeArgs) -> Result<Answered, Failure> {
    let configuration = args.configuration()?;
    let serving = configuration.serving()?;
    global.database = global.database.or(configuration.database.clone());
    global.keys = global.keys.or(configuration.keys.clone());
    let app = global.open_or_make(super::commands::DATABASE).await?.asking_above(configuration.ask_payments_above);
    let app = app.printing_into(configuration.letters_folder.clone());
    let app = app.charging_through(configuration.processor()?);
    notice_release(&app).await?;
    web::serve(app, configuration.listen(), serving).await.map(|()| Answered::Yes)
}

pub(super) fn config(global: &Global, command: ConfigCommand) -> Result<Answered, Failure> {
    let ConfigCommand::Check(args) = command;
    let configuration = args.configuration()?;
    configuration.serving()?;
    configuration.processor()?;
    let database = global.database.clone().or(configuration.database.clone()).unwrap_or_else(|| super::commands::DATABASE.into());
    Db::check_address(&database)?;
    let json = configuration.json(&database);
    answer(global.format, &json, || {
        let fields = json.as_object().into_iter().flatten();
        fields.map(|(name, value)| format!("{name} = {value}")).collect()
    })?;
    Ok(Answered::Yes)
}

//! The agency's licenses and bonds: what is missing, what is on file; put there and withdrawn.

use super::Global;
use super::named::{acting, one_of, parse_id};
use super::output::answer;
use crate::app::{App, Failure};
use crate::compliance::licenses::actions::{KeepLicense, keep_license, withdraw_license};
use crate::compliance::licenses::store::LicenseRow;
use crate::compliance::licenses::{Place, Standings};
use clap::Subcommand;
use duly_domain::compliance::licenses::{Kind, Standing};
use duly_domain::identity::Permission;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::path::PathBuf;

/// `duly license …`
#[derive(Subcommand)]
pub enum LicenseCommand {
    /// What places ask for, what of it is missing or ends soon, and what is on file.
    List,
    /// Puts a license, registration, bond or filing on file.
    Add {
        /// The code of a state, or NYC.
        #[arg(long)]
        place: String,
        /// license, registration, bond or filing.
        #[arg(long)]
        kind: String,
        /// Its number, as the office gave it.
        #[arg(long)]
        number: String,
        /// Its first day.
        #[arg(long, value_parser = super::plain::day)]
        from: Date,
        /// Its last day; none where it has no end.
        #[arg(long, value_parser = super::plain::day)]
        until: Option<Date>,
        /// Its paper, which is kept with its SHA-256.
        #[arg(long, value_name = "FILE")]
        paper: Option<PathBuf>,
        /// The e-mail address of who puts it there; the command line itself unless named.
        #[arg(long)]
        user: Option<String>,
    },
    /// Withdraws one that was wrong; it stays on record.
    Withdraw {
        /// Which, as `license list` names it.
        license: String,
        /// What was wrong with it.
        #[arg(long)]
        because: String,
        /// The e-mail address of who withdraws it; the command line itself unless named.
        #[arg(long)]
        user: Option<String>,
    },
}

pub(super) async fn license(app: &App, global: &Global, command: LicenseCommand) -> Result<(), Failure> {
    match command {
        LicenseCommand::List => list(app, global).await,
        LicenseCommand::Add { place, kind, number, from, until, paper, user } => {
            let kind = Kind::parse(&kind).ok_or_else(|| one_of("kind", &kind, Kind::ALL.map(Kind::code)))?;
            let paper = match paper {
                None => None,
                Some(path) => {
                    let body =
                        std::fs::read(&path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
                    Some((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), body))
                }
            };
            let who = acting(&mut app.db.read().await?, user.as_deref(), Permission::KeepLicenses).await?;
            let place = place.trim().to_uppercase();
            let ask = KeepLicense { place: place.clone(), kind: Some(kind), number, from: Some(from), until, paper };
            let id = keep_license(app, &who, app.moment(), &ask).await?;
            answer(global.format, &json!({"license": id.to_string(), "place": place, "kind": kind.code()}), || {
                vec![format!("on file as {id}: {kind} of {place}")]
            })
        }
        LicenseCommand::Withdraw { license, because, user } => {
            let who = acting(&mut app.db.read().await?, user.as_deref(), Permission::KeepLicenses).await?;
            withdraw_license(app, &who, app.moment(), parse_id("license", &license)?, &because).await?;
            answer(global.format, &json!({"withdrawn": license}), || vec![format!("{license} is withdrawn; it stays on record")])
        }
    }
}

async fn list(app: &App, global: &Global) -> Result<(), Failure> {
    let today = app.moment().business_day;
    let standings = Standings::read(&mut app.db.read().await?, today).await?;
    let warnings: Vec<Json> = standings
        .told(today)
        .map(|(place, says)| json!({"place": place.code, "says": says, "accounts": place.accounts, "is_missing": place.is_missing()}))
        .collect();
    let json = json!({"warnings": warnings, "places": standings.places.iter().map(place_json).collect::<Vec<_>>(),
        "licenses": standings.licenses.iter().map(license_json).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        let told = standings.told(today).map(|(place, says)| format!("{says}; {} open accounts", place.accounts));
        let standing = standings.licenses.iter().filter(|row| row.withdrawn_at.is_none());
        let on_file = standing.map(|row| {
            let until = row.until_on.map_or_else(|| "no end".into(), |until| format!("to {until}"));
            format!("{} {:<4} {:<12} {} from {} {until}", row.id, row.place, row.kind, row.number, row.from_on)
        });
        let lines: Vec<String> = told.chain(on_file).collect();
        if lines.is_empty() { vec!["nothing is on file, and nothing is known to be asked for".into()] } else { lines }
    })
}

fn place_json(place: &Place) -> Json {
    let (standing, until) = match place.standing {
        Standing::NotAsked => ("not_asked", None),
        Standing::Missing => ("missing", None),
        Standing::InForce(until) => ("in_force", until.map(|until| until.to_string())),
    };
    json!({"place": place.code, "name": place.name, "accounts": place.accounts, "asks_for": place.asks(),
        "confidence": place.asked.as_ref().map(|asked| asked.confidence.code()), "standing": standing, "until": until})
}

fn license_json(row: &LicenseRow) -> Json {
    json!({"license": row.id.to_string(), "place": row.place, "kind": row.kind, "number": row.number, "from": row.from_on.to_string(),
        "until": row.until_on.map(|until| until.to_string()), "file_name": row.file_name, "sha256": row.hash,
        "withdrawn_because": row.withdrawn_because})
}

//! The words that must be said or printed are listed; a voice mail's words are tried.

use super::output::answer;
use super::{Answered, Global};
use crate::app::Failure;
use crate::outreach::words::pages::{Wanted, channels, since, sure, try_voice_mail};
use clap::Subcommand;
use duly_domain::compliance::states::AS_OF;
use duly_domain::values::moment::date_of_day;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use std::io::Read;
use std::path::PathBuf;

/// `duly disclosure …`
#[derive(Subcommand)]
pub enum DisclosureCommand {
    /// Lists them with version and source.
    List {
        /// The two letters of a state, federal law among it; US for federal law alone.
        #[arg(long)]
        state: Option<String>,
        /// call, text, email, letter …
        #[arg(long)]
        channel: Option<String>,
        /// en or es.
        #[arg(long)]
        language: Option<String>,
    },
    /// Tries a voice mail's words against the limited-content rule; ends with 1 where they say too much or too little.
    Try {
        /// A file with the words; `-` for standard input.
        file: PathBuf,
    },
}

/// Neither needs a database.
pub(super) fn disclosure(global: &Global, command: DisclosureCommand) -> Result<Answered, Failure> {
    match command {
        DisclosureCommand::List { state, channel, language } => {
            let wanted = Wanted::read(state.as_deref(), channel.as_deref(), language.as_deref()).map_err(Failure::Wrong)?;
            let rows: Vec<Json> = wanted
                .list()
                .map(|wording| {
                    json!({"id": wording.id, "kind": wording.kind.code(), "jurisdiction": wording.jurisdiction,
                        "channels": wording.channels.iter().map(|channel| channel.code()).collect::<Vec<_>>(),
                        "language": wording.language.tag(), "words": wording.words, "version": wording.version,
                        "in_force_from": date_of_day(wording.in_force_from).to_string(), "citation": wording.cite,
                        "confidence": format!("{:?}", wording.confidence).to_lowercase(), "our_translation": wording.is_our_translation})
                })
                .collect();
            let lines = || {
                let lines = wanted.list().map(|wording| {
                    let (by, since, sure) = (channels(wording), since(wording), sure(wording));
                    let ours = if wording.is_our_translation { ", our translation" } else { "" };
                    let (id, tag) = (wording.id, wording.language.tag());
                    format!(
                        "{id} ({tag}) v{} {}: {by}; since {since}; {}; {sure}{ours}\n  {}",
                        wording.version, wording.jurisdiction, wording.cite, wording.words
                    )
                });
                lines.collect()
            };
            answer(global.format, &json!({"disclosures": rows}), lines)?;
            Ok(Answered::Yes)
        }
        DisclosureCommand::Try { file } => {
            let mut text = String::new();
            let read = match file.as_os_str() == "-" {
                true => std::io::stdin().read_to_string(&mut text).map(drop),
                false => std::fs::read_to_string(&file).map(|read| text = read),
            };
            read.map_err(|error| Failure::File(format!("{} cannot be read: {error}", file.display())))?;
            // Unless a moment is named, by the rules as of the day of the table of states.
            let as_of = AS_OF.to_zoned(TimeZone::UTC).map(|day| day.timestamp()).unwrap_or(Timestamp::UNIX_EPOCH);
            let tried = try_voice_mail(global.now.unwrap_or(as_of), &text);
            let is_limited = tried.faults.is_empty();
            let json = json!({"limited_content": is_limited, "because": tried.faults, "found": tried.parts.elements, "beyond": tried.parts.beyond});
            answer(global.format, &json, || {
                let first = if is_limited {
                    "limited-content: an attempt, and no communication"
                } else {
                    "no limited-content message: a communication"
                };
                let faults = tried.faults.iter().map(|fault| format!("  {fault}"));
                std::iter::once(first.to_string())
                    .chain(faults)
                    .chain(tried.parts.beyond.iter().map(|beyond| format!("  too much: {beyond}")))
                    .collect()
            })?;
            Ok(if is_limited { Answered::Yes } else { Answered::No })
        }
    }
}

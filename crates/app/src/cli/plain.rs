//! What went wrong at the command line, in plain words: the thing, and the way out.

use crate::app::Failure;
use crate::config::hidden;
use crate::store::StoreError;
use duly_domain::compliance::record::Dialing;
use jiff::Timestamp;
use jiff::civil::Date;

/// What systems say of files, and what is meant.
const SYSTEM: [(&str, &str); 5] = [
    ("No space left on device (os error 28)", "the disk is full; make room and run the command again"),
    ("cannot be read: No such file or directory (os error 2)", "is not there: check its name and the folder you stand in"),
    ("cannot be read: Is a directory (os error 21)", "is a folder: name a file"),
    ("cannot be read: Permission denied (os error 13)", "may not be read by this user: change its owner or its permissions"),
    ("cannot be written: File exists (os error 17)", "is a file: name a folder that is empty or not there"),
];

/// Reads a day.
pub(super) fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "is no day; write year, month and day, such as 2026-03-31".to_string())
}

/// Reads an instant.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "is no instant; write day, time and zone, such as 2026-03-02T09:00:00-05:00".to_string())
}

/// Reads who or what dials.
pub(super) fn dialing(text: &str) -> Result<Dialing, String> {
    Dialing::parse(text).ok_or_else(|| "is not one of manual, atds, prerecorded, artificial_voice".to_string())
}

/// Reads an amount in minor units.
pub(super) fn minor(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| "is no amount in minor units; write cents as a whole number, such as 1250 for 12.50".to_string())
}

/// Arguments that make no sense, on one line, with the command whose help says more.
pub(super) fn usage(told: &str) -> String {
    let first = told.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let missing: Vec<&str> = told.lines().skip(1).take_while(|line| !line.is_empty()).map(str::trim).collect();
    let tip = told.lines().find_map(|line| line.trim().strip_prefix("tip: ")).filter(|tip| tip.contains("similar"));
    let tip = tip.map(|tip| format!("; {tip}")).unwrap_or_default();
    let command = told.lines().find_map(|line| line.strip_prefix("Usage: ")).unwrap_or("duly");
    let words = command.split(' ').take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    let command = words.collect::<Vec<_>>().join(" ");
    format!("{first}{}{}{tip}; see {command} --help", if missing.is_empty() { "" } else { " " }, missing.join(", "))
}

/// Why a command could not run, with the database and the way out.
pub(super) fn failure(error: &Failure, address: &str) -> String {
    let database = hidden(address);
    match error {
        Failure::Store(store) if store.is_full() => {
            format!("the disk is full: {database} took nothing of what was under way; make room and run the command again")
        }
        Failure::Store(moved @ StoreError::Moved(_)) => moved.to_string(),
        Failure::Store(store) if store.is_no_address() => {
            format!("{database} is no address of a database: use sqlite:PATH or postgres://USER@HOST:PORT/NAME")
        }
        Failure::Store(store) if store.is_no_database() => {
            format!("{database} is not a database of duly, or is damaged: name another with --database, or restore a backup into a new one")
        }
        Failure::Store(store) if store.cannot_open() => {
            format!("{database} cannot be opened: its folder is not there, or this user may not write there; name another with --database")
        }
        Failure::Store(store) if store.is_unreachable() => {
            format!(
                "the database {database} is not reachable ({store}): start it, or name another with --database, and run the command again"
            )
        }
        Failure::ClockSetBack { .. } => format!("{error}, or give the time with --now"),
        error => in_plain_words(&error.to_string()),
    }
}

/// With what the system said put plainly.
fn in_plain_words(says: &str) -> String {
    SYSTEM.iter().fold(says.to_string(), |says, (told, meant)| says.replace(told, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_make_no_sense_name_the_way_out() {
        let unexpected = "error: unexpected argument '--dat' found\n\n  tip: a similar argument exists: '--database'\n\n\
            Usage: duly night --business-day <BUSINESS_DAY>\n\nFor more information, try '--help'.\n";
        assert_eq!(usage(unexpected), "unexpected argument '--dat' found; a similar argument exists: '--database'; see duly night --help");
        let missing = "error: the following required arguments were not provided:\n  --creditor <CREDITOR>\n\n\
            Usage: duly import accounts --creditor <CREDITOR> <FILE>\n";
        assert_eq!(
            usage(missing),
            "the following required arguments were not provided: --creditor <CREDITOR>; see duly import accounts --help"
        );
        assert_eq!(usage("error: odd"), "odd; see duly --help");
    }

    #[test]
    fn days_and_amounts_say_how_they_are_written() {
        for text in ["tomorrow", "03/04/2026", "2026-13-01", "2026-02-30", ""] {
            assert!(day(text).unwrap_err().contains("such as 2026-03-31"), "{text}");
        }
        assert_eq!(day("2026-02-28"), Ok(jiff::civil::date(2026, 2, 28)));
        assert!(minor("12.50").unwrap_err().contains("1250 for 12.50"));
        assert_eq!(minor("1250"), Ok(1250));
        assert!(instant("yesterday").is_err() && instant("2026-03-02T09:00:00-05:00").is_ok());
    }

    #[test]
    fn what_the_system_says_is_put_plainly() {
        assert_eq!(
            in_plain_words("gone.csv cannot be read: No such file or directory (os error 2)"),
            "gone.csv is not there: check its name and the folder you stand in"
        );
        assert_eq!(in_plain_words("there is no account A"), "there is no account A");
    }
}

//! The numbers of this room that an agency settles for itself: how many calls are drawn, and how long a pause is.

use crate::app::{Actor, App, Failure, Problems};
use crate::identity::store as settings;
use crate::store::Tx;
use crate::{audit, transaction};
use duly_domain::coaching::sample;
use duly_domain::values::moment::Moment;
use serde_json::json;

/// A pause has so many minutes unless the agency settles otherwise.
const PAUSE_MINUTES: i64 = 10;

/// What is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// How calls are drawn.
    pub sample: sample::Numbers,
    /// How long a pause after an abusive call is.
    pub pause_minutes: i64,
    /// Whether it lasts that long in any case; otherwise the officer ends it when they are ready.
    pub pause_is_firm: bool,
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { sample: sample::Numbers::default(), pause_minutes: PAUSE_MINUTES, pause_is_firm: false }
    }
}

/// Each number with its field, its name in the database and its limits.
const FIELDS: [(&str, &str, i64, i64); 5] = [
    ("random_most", "review_random_most", 0, 50),
    ("risk_most", "review_risk_most", 0, 50),
    ("first_calls", "review_first_calls", 0, 1_000),
    ("long_minutes", "review_long_minutes", 1, 240),
    ("pause_minutes", "pause_minutes", 1, 120),
];
const FIRM: &str = "pause_is_firm";

impl Numbers {
    fn of(&mut self, field: &str) -> &mut i64 {
        match field {
            "random_most" => &mut self.sample.random_most,
            "risk_most" => &mut self.sample.risk_most,
            "first_calls" => &mut self.sample.first_calls,
            "long_minutes" => &mut self.sample.long_minutes,
            _ => &mut self.pause_minutes,
        }
    }

    /// Reads what is settled; what is not is as it comes.
    pub async fn read(tx: &mut Tx) -> Result<Numbers, Failure> {
        let mut numbers = Numbers::default();
        for (field, name, least, most) in FIELDS {
            let settled = settings::find_setting(tx, name).await?.and_then(|text| text.parse::<i64>().ok());
            if let Some(number) = settled.filter(|number| (least..=most).contains(number)) {
                *numbers.of(field) = number;
            }
        }
        numbers.pause_is_firm = settings::find_setting(tx, FIRM).await?.as_deref() == Some("yes");
        Ok(numbers)
    }

    /// From what somebody typed; every problem at once.
    pub fn parse(text: impl Fn(&str) -> String) -> Result<Numbers, Problems> {
        let (mut numbers, mut problems) = (Numbers::default(), Problems::default());
        for (field, _, least, most) in FIELDS {
            match text(field).parse::<i64>() {
                Ok(number) if (least..=most).contains(&number) => *numbers.of(field) = number,
                _ => problems.0.push((field, format!("is no whole number from {least} to {most}"))),
            }
        }
        numbers.pause_is_firm = text(FIRM) == "yes";
        if problems.is_empty() { Ok(numbers) } else { Err(problems) }
    }
}

/// Settles the numbers; what was before stands in the record.
pub async fn settle(app: &App, who: &Actor, at: Moment, mut numbers: Numbers) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let mut before = Numbers::read(tx).await?;
        if before == numbers {
            return Ok(());
        }
        let mut changed = json!({});
        for (field, name, ..) in FIELDS {
            let (was, is) = (*before.of(field), *numbers.of(field));
            if was != is {
                settings::update_setting(tx, name, &is.to_string()).await?;
                changed[field] = json!({"was": was, "is": is});
            }
        }
        if before.pause_is_firm != numbers.pause_is_firm {
            settings::update_setting(tx, FIRM, if numbers.pause_is_firm { "yes" } else { "no" }).await?;
            changed[FIRM] = json!({"was": before.pause_is_firm, "is": numbers.pause_is_firm});
        }
        audit::record(tx, who, at.at, None, "coaching.settle", &changed).await
    })
}

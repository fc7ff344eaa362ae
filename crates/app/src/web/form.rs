//! Fields of forms, read once: dates, amounts, times of the day.

use crate::app::Problems;
use duly_domain::values::moment::{DateForm, parse_date};
use duly_domain::values::money::{Currency, Money, MoneyError};
use jiff::civil::Date;
use std::collections::HashMap;

/// Years back that a day of the past may lie; further, the year is a slip of the hand.
const YEARS_BACK: i16 = 30;

/// A form's fields as they were sent.
#[derive(Clone, Debug, Default)]
pub struct Fields(HashMap<String, String>);

impl Fields {
    /// From the body of a form.
    pub fn of(body: &[u8]) -> Fields {
        Fields(pairs(body).into_iter().collect())
    }

    /// Fields by name, as a command has them.
    pub fn named(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Fields {
        Fields(pairs.into_iter().map(|(name, text)| (name.to_string(), text)).collect())
    }

    /// A field's text without blanks around it; empty if it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// A field's text, if it says something.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name).to_string()).filter(|text| !text.is_empty())
    }

    /// The same with a field that says something.
    pub fn with(mut self, name: &str, text: &str) -> Fields {
        self.0.insert(name.to_string(), text.to_string());
        self
    }

    /// The same without the boxes of a prefix.
    pub fn without(mut self, prefix: &str) -> Fields {
        self.0.retain(|name, _| !name.starts_with(prefix));
        self
    }

    /// What follows a prefix in the names of boxes that were ticked.
    pub fn ticked(&self, prefix: &str) -> Vec<String> {
        let mut ticked: Vec<String> = self.0.keys().filter_map(|name| name.strip_prefix(prefix)).map(String::from).collect();
        ticked.sort();
        ticked
    }

    /// A date; what is wrong with it is noted.
    pub fn date(&self, name: &'static str, problems: &mut Problems) -> Option<Date> {
        match parse_date(self.text(name), DateForm::Iso) {
            Ok(date) => Some(date),
            Err(says) => {
                problems.0.push((name, says.to_string()));
                None
            }
        }
    }

    /// The day of something that has happened; what is wrong with it is noted.
    pub fn past_date(&self, name: &'static str, today: Date, problems: &mut Problems) -> Option<Date> {
        let date = self.date(name, problems)?;
        let says = match date {
            date if date > today => "is in the future",
            date if date.year() < today.year() - YEARS_BACK => "lies more than thirty years back: look at the year",
            _ => return Some(date),
        };
        problems.0.push((name, says.into()));
        None
    }

    /// An amount in minor units; what is wrong with it is noted.
    pub fn amount(&self, name: &'static str, currency: Currency, problems: &mut Problems) -> Option<i64> {
        match Money::parse(self.text(name), currency) {
            Ok(amount) => Some(amount.minor()),
            Err(error) => {
                let says = match error {
                    MoneyError::Overflow => "is too large".into(),
                    // Whoever fills a form knows of no mapping.
                    MoneyError::Unreadable(says) if says.contains("mapping") => "is not an amount such as 1234.50".into(),
                    error => error.to_string(),
                };
                problems.0.push((name, says));
                None
            }
        }
    }

    /// A time of the day in minutes.
    pub fn minute(&self, name: &str) -> Option<i64> {
        let (hour, minute) = self.text(name).split_once(':')?;
        Some(hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?).filter(|minute| (0..=1440).contains(minute))
    }
}

/// The pairs of `application/x-www-form-urlencoded`.
pub fn pairs(body: &[u8]) -> Vec<(String, String)> {
    let plain = |part: &[u8]| {
        let mut bytes = Vec::with_capacity(part.len());
        let mut rest = part.iter().copied();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'+' => b' ',
                b'%' => {
                    let (high, low) = (rest.next(), rest.next());
                    let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16)).unwrap_or(0);
                    u8::try_from(digit(high) * 16 + digit(low)).unwrap_or(b'?')
                }
                byte => byte,
            });
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (plain(&pair[..at]), plain(pair.get(at + 1..).unwrap_or_default()))
        })
        .collect()
}

//! Days in what is kept: `2026-03-02`, for serde's `with`.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Writes a day.
pub fn serialize<S: Serializer>(day: &Date, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(day)
}

/// Reads a day.
pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Date, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text:?} is no day such as 2026-03-02")))
}

/// A day that may not be known.
pub mod maybe {
    use super::{Date, Deserialize, Deserializer, Error, Serialize, Serializer};

    /// Writes a day, or nothing.
    pub fn serialize<S: Serializer>(day: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        day.map(|day| day.to_string()).serialize(to)
    }

    /// Reads a day, or nothing.
    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Option<Date>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(|_| D::Error::custom(format!("{text:?} is no day such as 2026-03-02")))).transpose()
    }
}

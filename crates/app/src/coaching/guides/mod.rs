//! The texts of the call guide: what the program ships, and the agency's own versions of it.
//!
//! A text is proposed, read and proved by `duly_domain::coaching::guide`, compared with what is said now, approved by a second person and
//! in force from its day on ([`actions`]). A call keeps the version that it began with ([`of_call`]), also when another comes in force
//! meanwhile.
//!
//! Always true: a text that is not right leads no call; nobody approves what they proposed; no version is changed after its decision.

pub mod actions;
pub mod pages;
pub mod store;

use crate::app::Failure;
use crate::store::Tx;
use duly_domain::coaching::guide::{Guide, shipped_text};
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::GuideId;
use jiff::Timestamp;
use store::GuideRow;

/// How a call names the text that comes with the program.
pub const SHIPPED: &str = "shipped";

/// The version that leads calls that begin at a moment; none where the shipped text does.
///
/// A version that a later release of the program no longer reads leads none, and the shipped text stands in.
pub fn in_force(rows: &[GuideRow], language: Language, at: Timestamp) -> Option<&GuideRow> {
    let mut begun: Vec<&GuideRow> =
        rows.iter().filter(|row| row.language == language.tag() && row.begins_at.is_some_and(|begins| begins <= at)).collect();
    begun.sort_unstable_by_key(|row| std::cmp::Reverse((row.begins_at, row.number)));
    // Reading a text costs more than all else here: those before the one that leads are not read.
    begun.into_iter().find(|row| Guide::parse(&row.body).is_ok())
}

/// How a call that begins now names its text.
pub async fn code_in_force(tx: &mut Tx, language: Language, at: Timestamp) -> Result<String, Failure> {
    let rows = store::list_approved(tx, language).await?;
    Ok(in_force(&rows, language, at).map_or_else(|| SHIPPED.into(), |row| row.id.to_string()))
}

/// The guide by which a call is led.
pub async fn of_call(tx: &mut Tx, language: Language, code: &str) -> Result<Guide, Failure> {
    let Ok(id) = code.parse::<GuideId>() else { return Ok(Guide::shipped(language)) };
    let row = store::load_guide(tx, id).await?;
    Ok(Guide::parse(&row.body).unwrap_or_else(|_| Guide::shipped(language)))
}

/// The text that is said now, to be changed.
pub fn text_in_force(rows: &[GuideRow], language: Language, at: Timestamp) -> &str {
    in_force(rows, language, at).map_or_else(|| shipped_text(language), |row| &row.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_began_last_and_is_right_leads() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let row = |number, begins: Option<&str>, body: &str| GuideRow {
            id: GuideId(uuid::Uuid::from_u128(number as u128)),
            language: Language::English.tag().into(),
            number,
            body: body.into(),
            from_on: "2026-03-01".parse().unwrap(),
            reason: "better".into(),
            proposed_by: "a".into(),
            proposed_at: at("2026-03-01T00:00:00Z"),
            state: "approved".into(),
            begins_at: begins.map(at),
            decided_by: None,
            decided_at: None,
        };
        let right = shipped_text(Language::English);
        let rows = [
            row(1, Some("2026-03-01T05:00:00Z"), right),
            row(2, Some("2026-03-02T05:00:00Z"), right),
            row(3, Some("2026-03-03T05:00:00Z"), "nothing that is read"),
            row(4, None, right),
        ];
        let number = |moment: &str| in_force(&rows, Language::English, at(moment)).map(|row| row.number);
        for (moment, expected) in [
            ("2026-03-01T04:59:59Z", None),
            ("2026-03-01T05:00:00Z", Some(1)),
            ("2026-03-02T05:00:00Z", Some(2)),
            ("2026-03-09T00:00:00Z", Some(2)),
        ] {
            assert_eq!(number(moment), expected, "{moment}");
        }
        assert!(in_force(&rows, Language::Spanish, at("2026-03-09T00:00:00Z")).is_none());
    }
}

//! Limits and policies in plain words, part by part, and what of them differs.

use crate::plans::desk::limits::{Written, WrittenRow};
use duly_domain::plans::limits::{GrantLimits, LimitRow};
use duly_domain::plans::offers::OfferBook;
use duly_domain::plans::rhythm::Shift;
use duly_domain::values::money::{Currency, Money};

/// One part: for whom or about what, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// For whom, or about what.
    pub title: String,
    /// What it says, a sentence each.
    pub lines: Vec<String>,
}

/// What of a part is gone, and what is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// For whom, or about what.
    pub title: String,
    /// What is not said any more.
    pub gone: Vec<String>,
    /// What is said now.
    pub new: Vec<String>,
}

/// What differs between two texts, part by part.
pub fn changes(before: &[Part], after: &[Part]) -> Vec<Change> {
    let of = |parts: &[Part], title: &str| parts.iter().find(|part| part.title == title).map(|part| part.lines.clone()).unwrap_or_default();
    let mut titles: Vec<&str> = after.iter().map(|part| part.title.as_str()).collect();
    titles.extend(before.iter().map(|part| part.title.as_str()).filter(|title| !after.iter().any(|part| part.title == *title)));
    let change = |title: &str| {
        let (was, is) = (of(before, title), of(after, title));
        let without = |lines: &[String], others: &[String]| lines.iter().filter(|line| !others.contains(line)).cloned().collect();
        Change { title: title.to_string(), gone: without(&was, &is), new: without(&is, &was) }
    };
    titles.into_iter().map(change).filter(|change: &Change| !change.gone.is_empty() || !change.new.is_empty()).collect()
}

/// The limits of a text; rows for the same people are one part.
pub fn of_limits(written: &Written) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for row in &written.row {
        let (title, lines) = (scope(row), limits(&row.limits));
        match parts.iter_mut().find(|part| part.title == title) {
            Some(part) => part.lines.extend(lines),
            None => parts.push(Part { title, lines }),
        }
    }
    parts
}

/// For whom a row holds.
pub fn scope(row: &WrittenRow) -> String {
    let mut words = vec![role(row.role.as_deref().unwrap_or("officer"))];
    words.extend(row.creditor.as_ref().map(|name| format!("debts to {name}")));
    words.extend(row.product.as_deref().map(kind));
    words.extend(row.days_past_due.map(age));
    words.join("; ")
}

/// People of a role.
pub fn role(code: &str) -> String {
    match code {
        "officer" => "Officers".into(),
        "supervisor" => "Supervisors".into(),
        "back_office" => "Back office".into(),
        other => other.to_string(),
    }
}

/// Debts of a kind.
pub fn kind(code: &str) -> String {
    format!("{code} debts")
}

/// Debts of an age.
pub fn age((from, to): (i32, i32)) -> String {
    format!("{from} to {to} days past due")
}

/// A row of the house: for whom, and what it says.
pub fn of_house(row: &LimitRow) -> Part {
    Part { title: row.scope.role.map(|known| role(known.code())).unwrap_or_default(), lines: limits(&row.limits) }
}

/// What a row sets, a sentence each.
pub fn limits(set: &GrantLimits) -> Vec<String> {
    let share = |of: u32| percent(i64::from(of));
    [
        set.promise_days_max.map(|days| format!("A promise is due within {}.", counted(days, "day"))),
        set.promise_share_min_bp.map(|of| format!("A promise is for {} of what is owed, or more.", percent(of))),
        set.broken_max.map(|count| format!("With {} in a row nothing new is agreed alone.", counted(count, "broken promise"))),
        set.months_max.map(|months| format!("A plan runs {} at the most.", counted(months, "month"))),
        set.count_max.map(|count| format!("A plan has {} at the most.", counted(count, "installment"))),
        set.first_within_days.map(|days| format!("The first payment comes within {}.", counted(days, "day"))),
        set.installment_min_bp.map(|of| format!("An installment is {} of what is owed, or more.", share(of))),
        set.down_min_bp.map(|of| format!("{} of what is paid in all comes at once, or more.", share(of))),
        set.settled_min_bp.map(|of| match of {
            10_000.. => "Nothing is settled for less.".into(),
            _ => format!("A settlement is {} of what is owed, or more.", share(of)),
        }),
        set.settled_parts_max.map(|count| format!("A settlement is paid in {} at the most.", counted(count, "part"))),
        set.budget_share_max_bp.map(|of| format!("Installments take {} of what a month leaves at the most.", share(of))),
        set.write_off_max_minor.map(|minor| format!("What is left is written off up to {}.", amount(minor))),
        set.write_off_after_days
            .map(|days| format!("The night writes a small balance off when nothing moved for {}.", counted(days, "day"))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A policy for offers, part by part.
pub fn of_offers(book: &OfferBook) -> Vec<Part> {
    let share = |of: u32| percent(i64::from(of));
    let part = |title: &str, lines: Vec<String>| Part { title: title.to_string(), lines };
    let rungs = book.ladder.iter().map(|rung| {
        let whole = format!("{} as the whole within {}", share(rung.share_bp), counted(rung.lump_within_days, "day"));
        match rung.parts {
            Some(parts) => {
                format!("{whole}, or in {} parts within {}.", parts.count_max, counted(parts.within_days, "day"))
            }
            None => format!("{whole}."),
        }
    });
    let ladder: Vec<String> = if book.ladder.is_empty() { vec!["Nothing is settled for less.".into()] } else { rungs.collect() };
    vec![
        part(
            "Installments",
            vec![
                format!("An installment is {} or more.", amount(book.installment_min_minor)),
                format!("A plan has {} at the most.", counted(book.count_max, "installment")),
                format!("A plan runs {} at the most.", counted(book.months_max, "month")),
                format!("The first one is due within {}.", counted(book.first_within_days, "day")),
                match book.shift {
                    Shift::Next => "A day that is no business day moves to the next one.".into(),
                    Shift::Previous => "A day that is no business day moves to the one before.".into(),
                },
            ],
        ),
        part(
            "Down payment",
            vec![format!(
                "From {} to {} of what is paid in all, tried in steps of {}.",
                share(book.down_min_bp),
                share(book.down_max_bp),
                share(book.down_step_bp)
            )],
        ),
        part("Settlements", ladder),
        part(
            "Other ways",
            vec![
                book.date_change_days_max
                    .map_or("No due date is changed.".into(), |days| format!("A due date moves by {} at the most.", counted(days, "day"))),
                book.pause_months_max.map_or("No plan is paused.".into(), |months| {
                    format!("A hardship pauses payments for {} at the most.", counted(months, "month"))
                }),
            ],
        ),
        part(
            "The search",
            vec![
                format!("{} of what a month leaves are asked for.", share(book.budget_share_bp)),
                format!("Money loses {} in a month.", percent(i64::from(book.discount_ppm) / 100)),
                format!(
                    "Where the record has too few, an installment is kept with a chance of {}.",
                    percent(i64::from(book.kept_assumed_ppm) / 100)
                ),
            ],
        ),
    ]
}

/// Basis points in percent.
fn percent(of: i64) -> String {
    let text = format!("{}.{:02}", of / 100, of % 100);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// An amount of whatever the debt is in.
fn amount(minor: i64) -> String {
    Money::of(minor, Currency::Usd).figures()
}

fn counted(count: impl std::fmt::Display + PartialEq + From<u8>, what: &str) -> String {
    if count == 1.into() { format!("{count} {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_tells_what_is_gone_and_what_is_new() {
        let row = |creditor: Option<&str>, set| WrittenRow { creditor: creditor.map(Into::into), limits: set, ..WrittenRow::default() };
        let months = |months| GrantLimits { months_max: Some(months), write_off_max_minor: Some(500), ..GrantLimits::default() };
        let before = of_limits(&Written { row: vec![row(None, months(12)), row(Some("Larkfield"), months(6))] });
        let after = of_limits(&Written { row: vec![row(None, months(1)), row(Some("Clinic"), months(6))] });
        let found = changes(&before, &after);
        let titles: Vec<&str> = found.iter().map(|change| change.title.as_str()).collect();
        assert_eq!(titles, ["Officers", "Officers; debts to Clinic", "Officers; debts to Larkfield"]);
        assert_eq!(found[0].gone, ["A plan runs 12 months at the most."]);
        assert_eq!(found[0].new, ["A plan runs 1 month at the most."]);
        assert_eq!((found[1].new.len(), found[2].gone.len()), (2, 2));
        assert!(found[1].new.contains(&"What is left is written off up to 5.00.".to_string()));
        assert_eq!(changes(&before, &before), []);
    }

    #[test]
    fn a_policy_is_told_whole() {
        let house = OfferBook::house();
        let parts = of_offers(&house);
        assert!(
            parts.iter().any(|part| part.lines.contains(&"90 % as the whole within 30 days, or in 3 parts within 180 days.".to_string()))
        );
        let other = OfferBook { ladder: Vec::new(), months_max: 24, ..house };
        let found = changes(&parts, &of_offers(&other));
        assert_eq!(found.iter().map(|change| change.title.as_str()).collect::<Vec<_>>(), ["Installments", "Settlements"]);
        assert_eq!(found[1].new, ["Nothing is settled for less."]);
    }
}

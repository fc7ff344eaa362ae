//! Where the people of quizzes live, what they are called, and words for days.

/// A city with its zone and state.
pub(super) struct City(pub &'static str, pub &'static str, pub &'static str);

pub(super) const CITIES: [City; 8] = [
    City("Columbus", "America/New_York", "OH"),
    City("Atlanta", "America/New_York", "GA"),
    City("Chicago", "America/Chicago", "IL"),
    City("Dallas", "America/Chicago", "TX"),
    City("Denver", "America/Denver", "CO"),
    City("Boise", "America/Boise", "ID"),
    City("Phoenix", "America/Phoenix", "AZ"),
    City("San Diego", "America/Los_Angeles", "CA"),
];

/// Where there are limits of their own.
pub(super) const STRICTER: [City; 8] = [
    City("Boston", "America/New_York", "MA"),
    City("Washington, D.C.", "America/New_York", "DC"),
    City("Seattle", "America/Los_Angeles", "WA"),
    City("New York City", "America/New_York", "NY"),
    City("Miami", "America/New_York", "FL"),
    City("Concord, New Hampshire", "America/New_York", "NH"),
    City("Portland, Oregon", "America/Los_Angeles", "OR"),
    City("Charleston, West Virginia", "America/New_York", "WV"),
];

pub(super) const NAMES: [&str; 8] =
    ["Nora Quill", "Amos Reed", "Bea Lund", "Carl Dietz", "Ines Moreno", "Joel Park", "Tara Singh", "Walt Osgood"];

/// So many days back, in words.
pub(super) fn ago(days: i64) -> String {
    match days {
        0 => "today".into(),
        1 => "yesterday".into(),
        days => format!("{days} days ago"),
    }
}

/// With a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

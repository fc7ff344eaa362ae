//! Consent to calls and texts by machine: the words that take it back, and by when that must be heeded.
//!
//! We heed it at once; the law's outer limit is told for those who ask (47 CFR 64.1200(a)(10)).

use crate::values::calendar::{is_weekend, nth_day_after};
use jiff::civil::Date;

/// Business days, Monday to Friday, within which a consent taken back must be heeded at the latest.
const DAYS_TO_HEED: u32 = 10;

/// Words that always take consent back when they are the whole of an answer.
const STOP_WORDS: [&str; 7] = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"];

/// The last day on which a consent taken back on a day must be heeded; the day after it is the first that counts.
pub fn revocation_deadline(received_on: Date) -> Date {
    nth_day_after(received_on, DAYS_TO_HEED, |day| !is_weekend(day))
}

/// Whether an answer is one of the words that always take consent back. Other words may do so too: that is for a person to read.
pub fn is_stop_word(answer: &str) -> bool {
    let words: Vec<String> = answer.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let answer = words.join(" ");
    STOP_WORDS.contains(&answer.as_str()) || answer == "optout"
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn ten_days_from_monday_to_friday() {
        //   received                last day
        for (received, last) in [
            (date(2027, 4, 2), date(2027, 4, 16)),
            (date(2027, 4, 3), date(2027, 4, 16)),
            (date(2027, 4, 4), date(2027, 4, 16)),
            (date(2027, 4, 5), date(2027, 4, 19)),
            (date(2026, 12, 21), date(2027, 1, 4)),
            (date(2028, 2, 25), date(2028, 3, 10)),
        ] {
            assert_eq!(revocation_deadline(received), last, "{received}");
        }
        assert_eq!(revocation_deadline(Date::MAX), Date::MAX, "the calendar ends; nothing panics");
    }

    #[test]
    fn the_standard_words_always_count() {
        for answer in ["STOP", "stop.", " Quit ", "END", "Revoke!", "OPT OUT", "opt-out", "optout", "Cancel", "unsubscribe"] {
            assert!(is_stop_word(answer), "{answer}");
        }
        for answer in ["", "stop by tomorrow", "I want to end this", "yes"] {
            assert!(!is_stop_word(answer), "{answer}");
        }
    }
}

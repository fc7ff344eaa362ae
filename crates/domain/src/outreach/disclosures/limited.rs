//! Whether the words of a voice mail are a limited-content message: their parts are found, and the rule is asked.
//!
//! A simple check that errs on the strict side. A sentence in which no part is found says more than may be said, and so does any
//! word about debts, money, courts or haste. It does not understand what is said: counsel reads a text before it is used.

use crate::compliance::facts::{MessageFacts, gather_message};
use crate::compliance::record::Record;
use crate::compliance::{decide, rules};
use crate::decision::Decision;
use jiff::Timestamp;

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The parts, by their codes in cases.
    pub elements: Vec<&'static str>,
    /// What says more than may be said, each as it stands.
    pub beyond: Vec<String>,
}

/// Words that have no place in such a message, by their beginnings.
const BEYOND: [&str; 43] = [
    "debt",
    "collect",
    "owe",
    "account",
    "balance",
    "pay",
    "paid",
    "bill",
    "credit",
    "overdue",
    "past-due",
    "legal",
    "lawyer",
    "attorney",
    "court",
    "sue",
    "suit",
    "judgment",
    "garnish",
    "urgent",
    "important",
    "immediate",
    "amount",
    "dollar",
    "settle",
    "offer",
    "discount",
    "case",
    "file",
    "reference",
    "regarding",
    "concerning",
    "matter",
    "deuda",
    "cobr",
    "deb",
    "cuenta",
    "pag",
    "saldo",
    "demand",
    "urgente",
    "importante",
    "asunto",
];
const REPLY: [&str; 12] =
    ["call", "contact", "reach", "return", "reply", "phone", "llame", "llámeme", "llámenos", "llamar", "comuníquese", "contacte"];
const NAMED_BY: [&str; 8] = ["this is ", "my name is ", "i am ", "ask for ", "le habla ", "soy ", "mi nombre es ", "pregunte por "];
const FIRM_BY: [&str; 5] = [" from ", " with ", " of ", " de ", " at "];
const GREETING: [&str; 10] =
    ["hi", "hello", "good morning", "good afternoon", "good evening", "hola", "buenos días", "buenas tardes", "buenas noches", "dear"];
const TIMES: [&str; 20] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekday",
    "a.m",
    "p.m",
    " am",
    " pm",
    "o'clock",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
];

/// Finds the parts of a text.
pub fn parts_of(text: &str) -> Parts {
    let mut parts = Parts::default();
    for sentence in sentences(text) {
        let lower = format!(" {} ", sentence.to_lowercase());
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
        let says = |of: &[&str]| of.iter().any(|word| lower.contains(*word));
        let begins = |of: &[&str]| of.iter().any(|word| words.contains(word));
        let mut found = Vec::new();
        if GREETING.iter().any(|word| sentence.to_lowercase().starts_with(word)) {
            found.push("salutation");
        }
        let named = NAMED_BY.iter().find_map(|by| lower.split_once(*by).map(|(_, rest)| rest));
        if named.is_some_and(|rest| rest.trim().chars().any(char::is_alphabetic)) {
            found.push("person_to_ask_for");
            if named.is_some_and(|rest| FIRM_BY.iter().any(|by| rest.contains(by))) {
                found.push("business_name_not_debt");
            }
        }
        if begins(&REPLY) {
            found.push("asks_for_reply");
        }
        if has_number(&sentence) {
            found.push("reply_number");
        }
        if says(&["any of our", "any representative", "anyone", "cualquier"]) {
            found.push("any_representative");
        }
        if says(&TIMES) {
            found.push("suggested_times");
        }
        let is_beyond = words.iter().any(|word| BEYOND.iter().any(|start| word.starts_with(start)));
        if is_beyond || found.is_empty() {
            parts.beyond.push(sentence);
        }
        for part in found {
            if !parts.elements.contains(&part) {
                parts.elements.push(part);
            }
        }
    }
    if !parts.beyond.is_empty() {
        parts.elements.push("says_more");
    }
    parts
}

/// Tries a voice mail's words against the rule.
pub fn try_out(record: &Record, at: Timestamp, text: &str) -> (Parts, Decision) {
    let parts = parts_of(text);
    let facts: MessageFacts = gather_message(record, at, true, parts.elements.iter().copied(), false);
    let decision = decide(&rules::MESSAGE, &facts, &());
    (parts, decision)
}

/// Seven digits in a row or more, whatever stands between them.
fn has_number(sentence: &str) -> bool {
    let mut digits = 0;
    for c in sentence.chars() {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '-' | '.' | '(' | ')' | '+' => {}
            _ => digits = 0,
        }
        if digits >= 7 {
            return true;
        }
    }
    false
}

/// A text cut at the ends of its sentences; a point within a number or behind a short form ends none.
fn sentences(text: &str) -> Vec<String> {
    const SHORT: [&str; 12] = ["inc", "co", "corp", "ltd", "mr", "mrs", "ms", "dr", "a.m", "p.m", "st", "no"];
    let mut sentences = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(sentence) = sentences.last_mut() else { continue };
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
        let bare = word.trim_end_matches('.').to_lowercase();
        if word.ends_with(['!', '?', ';']) || (word.ends_with('.') && !SHORT.contains(&bare.as_str())) {
            sentences.push(String::new());
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::rules::proposal_tests::consumer_in;
    use crate::outreach::disclosures::{Places, voice_mail};
    use crate::outreach::letter::Language;

    fn is_limited(text: &str) -> bool {
        let at = "2026-05-06T10:00:00-04:00".parse().unwrap();
        try_out(&consumer_in(&["America/New_York"]), at, text).1.because.is_empty()
    }

    #[test]
    fn the_bureaus_examples_and_ours_are_limited_and_one_word_more_is_not() {
        //   text                                                                                          limited
        for (text, limited) in [
            ("This is Robin Smith calling from ABC, Inc. Please contact me or Jim Johnson at 1-800-555-1212.", true),
            (
                "Hi, this is Robin Smith calling from ABC, Inc. It is 4:15 p.m. on Wednesday, September 1. Please contact me or any of our \
                 representatives at 1-800-555-1212 until 6:00 p.m. Eastern time, or any weekday.",
                true,
            ),
            ("This is Robin Smith calling from Ficus Debt Collection Services. Please contact me at 1-800-555-1212.", false),
            ("This is Robin Smith from ABC. Please call me at 1-800-555-1212 about your account.", false),
            ("This is Robin Smith from ABC. Please call me at 1-800-555-1212. It is important.", false),
            ("This is Robin Smith from ABC. Please call me at 1-800-555-1212. Have a nice day.", false),
            ("This is Robin Smith from ABC. Please call me.", false),
            ("Please call 1-800-555-1212.", false),
            ("", false),
        ] {
            assert_eq!(is_limited(text), limited, "{text}: {:?}", parts_of(text));
        }
        let places =
            Places { collector: "Bellwether".into(), telephone: "614 555 0100".into(), officer: "Dana".into(), ..Places::default() };
        for language in [Language::English, Language::Spanish] {
            let words = voice_mail(language).fill(&places).unwrap();
            assert!(is_limited(&words), "{words}: {:?}", parts_of(&words));
        }
    }

    #[test]
    fn what_is_too_much_is_named_as_it_stands() {
        let parts = parts_of("This is Dana from ABC. Call 614 555 0100. Your balance is due.");
        assert_eq!(parts.beyond, ["Your balance is due."]);
    }
}

//! Disclosures: the words that must be said or printed, by channel, jurisdiction and language, with version and source.
//!
//! [`all`] is the table; [`required`] says which of it a contact owes; [`Wording::fill`] puts the record's names in its places;
//! [`voice_mail`] is what may be left on a machine, and [`limited`] tries other words against the same rule; [`carried`] finds what a
//! letter already says.
//!
//! Always true: a wording names its source and how sure we are of it; a translation of ours says that it is ours; words with a place
//! that nobody can fill are never given out.

pub mod limited;
mod table;

pub use table::all;

use crate::compliance::record::Disclosure;
use crate::compliance::states::Confidence;
use crate::outreach::letter::Language;
use crate::values::channel::Channel;
use std::fmt;

/// What a wording is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Said in the first communication.
    First,
    /// Said again in the first written one, where the first was spoken.
    FirstWritten,
    /// Said in every later one.
    Later,
    /// A voice mail that is no communication.
    LimitedContent,
    /// Said about a debt that can no longer be sued on.
    TimeBarred,
    /// Printed because the state asks for it.
    StateNotice,
    /// Said because the call is recorded.
    CallRecording,
    /// Says how to stop electronic messages.
    ElectronicOptOut,
    /// Spoken by a recording about itself.
    Prerecorded,
    /// Printed in the validation notice, which is itself a first communication.
    ValidationNotice,
}

impl Kind {
    /// The code in commands and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Kind::First => "first",
            Kind::FirstWritten => "first_written",
            Kind::Later => "later",
            Kind::LimitedContent => "limited_content",
            Kind::TimeBarred => "time_barred",
            Kind::StateNotice => "state_notice",
            Kind::CallRecording => "call_recording",
            Kind::ElectronicOptOut => "electronic_opt_out",
            Kind::Prerecorded => "prerecorded",
            Kind::ValidationNotice => "validation_notice",
        }
    }

    /// Which statement about who speaks and why it makes, if it is one.
    pub const fn statement(self) -> Option<Disclosure> {
        match self {
            Kind::First | Kind::FirstWritten | Kind::ValidationNotice => Some(Disclosure::Full),
            Kind::Later => Some(Disclosure::Short),
            _ => None,
        }
    }

    /// Finds a kind by its code.
    pub fn parse(code: &str) -> Option<Kind> {
        use Kind::{
            CallRecording, ElectronicOptOut, First, FirstWritten, Later, LimitedContent, Prerecorded, StateNotice, TimeBarred,
            ValidationNotice,
        };
        [
            First,
            FirstWritten,
            Later,
            LimitedContent,
            TimeBarred,
            StateNotice,
            CallRecording,
            ElectronicOptOut,
            Prerecorded,
            ValidationNotice,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}

/// The words on screens.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::First => "First communication",
            Kind::FirstWritten => "Again in the first written one",
            Kind::Later => "Later communication",
            Kind::LimitedContent => "Limited-content voice mail",
            Kind::TimeBarred => "Debt too old to sue on",
            Kind::StateNotice => "State notice",
            Kind::CallRecording => "The call is recorded",
            Kind::ElectronicOptOut => "How to stop messages",
            Kind::Prerecorded => "Recorded message",
            Kind::ValidationNotice => "In the validation notice",
        })
    }
}

/// Words that must be said or printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wording {
    /// Which, whatever the language: `us.first`.
    pub id: &'static str,
    /// What for.
    pub kind: Kind,
    /// By which media.
    pub channels: &'static [Channel],
    /// `US`, or a state by its code.
    pub jurisdiction: &'static str,
    /// In which language.
    pub language: Language,
    /// What is said; in braces stand places that the record fills.
    pub words: &'static str,
    /// Raised whenever the words change.
    pub version: u32,
    /// From which day it is asked, as a day number.
    pub in_force_from: i32,
    /// Where it is asked.
    pub cite: &'static str,
    /// How sure we are of what is asked and of the words.
    pub confidence: Confidence,
    /// Whether the translation is our own, and nobody else's.
    pub is_our_translation: bool,
}

/// What fills the places of a wording; an empty one is not known.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Our name.
    pub collector: String,
    /// Our number.
    pub telephone: String,
    /// Whoever speaks.
    pub officer: String,
    /// Whom it is owed to.
    pub creditor: String,
    /// The account's number, its end alone.
    pub number: String,
}

impl Places {
    fn each(&self) -> [(&'static str, &str); 5] {
        [
            ("{collector}", &self.collector),
            ("{telephone}", &self.telephone),
            ("{officer}", &self.officer),
            ("{creditor}", &self.creditor),
            ("{number}", &self.number),
        ]
    }
}

impl Wording {
    /// The words with their places filled, or the places that nothing fills.
    pub fn fill(&self, places: &Places) -> Result<String, Vec<&'static str>> {
        let used = || places.each().into_iter().filter(|(place, _)| self.words.contains(place));
        let missing: Vec<&'static str> = used().filter(|(_, value)| value.trim().is_empty()).map(|(place, _)| place).collect();
        if missing.is_empty() {
            Ok(used().fold(self.words.to_string(), |words, (place, value)| words.replace(place, value)))
        } else {
            Err(missing)
        }
    }

    /// Whether nobody need look at it again before it is used.
    pub fn is_verified(&self) -> bool {
        self.confidence == Confidence::High && !self.is_our_translation
    }
}

/// What decides which words a contact owes.
#[derive(Clone, Debug)]
pub struct WordsFacts<'f> {
    /// The medium.
    pub channel: Channel,
    /// Whether Regulation F binds us on the debt.
    pub regf_binds: bool,
    /// Which statement about who speaks and why is due.
    pub due: Disclosure,
    /// The full one is due although it was spoken before: this is the first in writing.
    pub is_repeat: bool,
    /// The state in which the person lives, where it is known.
    pub state: Option<&'f str>,
    /// Their language.
    pub language: Language,
    /// The time to sue is known to have run out.
    pub is_time_barred: bool,
    /// Our calls are recorded.
    pub is_recorded: bool,
    /// A recording speaks.
    pub is_prerecorded: bool,
    /// The day, as a number.
    pub on: i32,
}

/// Which words a contact owes, in the order in which they are said. Where there is no translation, in English.
pub fn required(facts: &WordsFacts) -> Vec<&'static Wording> {
    let (is_written, is_first) = (!facts.channel.is_call() && facts.channel != Channel::InPerson, facts.due == Disclosure::Full);
    let statement = match facts.due {
        Disclosure::None => None,
        Disclosure::Short => Some(Kind::Later),
        Disclosure::Full if facts.is_repeat => Some(Kind::FirstWritten),
        Disclosure::Full => Some(Kind::First),
    };
    let binds_us = [
        (Kind::Prerecorded, facts.is_prerecorded && facts.channel.is_call()),
        // Where nobody knows the law that governs, the stricter is taken to.
        (Kind::CallRecording, facts.is_recorded && facts.channel.is_call()),
    ];
    let binds_collectors = [
        (Kind::TimeBarred, facts.is_time_barred && facts.due != Disclosure::None),
        (Kind::StateNotice, is_written && is_first),
        (Kind::ElectronicOptOut, facts.channel.is_electronic()),
    ];
    let statement = statement.map(|kind| (kind, true));
    let kinds =
        binds_us.into_iter().chain(statement.into_iter().chain(binds_collectors).map(|(kind, owed)| (kind, owed && facts.regf_binds)));
    kinds.filter(|(_, owed)| *owed).flat_map(|(kind, _)| of_kind(kind, facts)).collect()
}

/// The wordings of a kind for a contact: the state's own, and those of federal law unless they stand in for a state that is not known.
fn of_kind(kind: Kind, facts: &WordsFacts) -> Vec<&'static Wording> {
    let binds = |wording: &&Wording| {
        let is_theirs = match wording.jurisdiction {
            "US" => kind != Kind::CallRecording || facts.state.is_none(),
            state => facts.state == Some(state),
        };
        wording.kind == kind && is_theirs && wording.in_force_from <= facts.on && wording.channels.contains(&facts.channel)
    };
    let english = all().iter().filter(|wording| wording.language == Language::English).filter(binds);
    english.map(|wording| in_language(wording, facts.language)).collect()
}

/// The same words in a language, where they are translated.
fn in_language(wording: &'static Wording, language: Language) -> &'static Wording {
    all().iter().find(|known| known.id == wording.id && known.language == language).unwrap_or(wording)
}

/// What may be left on a machine without being a communication, in a language.
pub fn voice_mail(language: Language) -> &'static Wording {
    let of_kind = || all().iter().filter(|wording| wording.kind == Kind::LimitedContent);
    of_kind().find(|wording| wording.language == language).or_else(|| of_kind().next()).unwrap_or(&all()[0])
}

/// Finds a wording by its id, in a language where it is translated.
pub fn find(id: &str, language: Language) -> Option<&'static Wording> {
    all().iter().find(|wording| wording.id == id).map(|wording| in_language(wording, language))
}

/// The wordings that a text already holds, word for word but for blanks and capitals.
pub fn carried(text: &str, places: &Places, channel: Channel) -> Vec<&'static Wording> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace("**", "").to_lowercase();
    let text = plain(text);
    let holds = |wording: &&Wording| wording.fill(places).is_ok_and(|words| text.contains(&plain(&words)));
    all().iter().filter(|wording| wording.channels.contains(&channel)).filter(holds).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::states::states;
    use crate::decision::day;

    fn facts(channel: Channel) -> WordsFacts<'static> {
        WordsFacts {
            channel,
            regf_binds: true,
            due: Disclosure::Full,
            is_repeat: false,
            state: Some("OH"),
            language: Language::English,
            is_time_barred: false,
            is_recorded: false,
            is_prerecorded: false,
            on: day(2026, 3, 2),
        }
    }

    fn ids(facts: &WordsFacts) -> Vec<&'static str> {
        required(facts).iter().map(|wording| wording.id).collect()
    }

    fn places() -> Places {
        Places {
            collector: "Bellwether".into(),
            telephone: "614 555 0100".into(),
            officer: "Dana".into(),
            creditor: "Harbor Bank".into(),
            number: "0042".into(),
        }
    }

    #[test]
    fn the_first_says_all_the_first_written_one_again_and_every_later_one_who_speaks() {
        use Channel::{Call, Email, Letter, Text};
        //   channel  due                repeat  said
        for (channel, due, is_repeat, said) in [
            (Call, Disclosure::Full, false, vec!["us.first"]),
            (Call, Disclosure::Short, false, vec!["us.later"]),
            (Call, Disclosure::None, false, vec![]),
            (Letter, Disclosure::Full, false, vec!["us.first-in-writing"]),
            (Letter, Disclosure::Full, true, vec!["us.again-in-writing"]),
            (Letter, Disclosure::Short, false, vec!["us.later"]),
            (Text, Disclosure::Short, false, vec!["us.later", "us.opt-out.text"]),
            (Email, Disclosure::Full, true, vec!["us.again-in-writing", "us.opt-out.email"]),
        ] {
            assert_eq!(ids(&WordsFacts { due, is_repeat, ..facts(channel) }), said, "{channel} {due:?}");
        }
        let own = WordsFacts { regf_binds: false, ..facts(Channel::Text) };
        assert_eq!(ids(&own), [""; 0], "a creditor in its own name owes none of these");
    }

    #[test]
    fn states_add_their_own_and_what_is_not_known_is_taken_strictly() {
        let later = |state| WordsFacts { state, due: Disclosure::Short, ..facts(Channel::Call) };
        //   state        recorded  barred  said
        for (state, is_recorded, is_time_barred, said) in [
            (Some("CA"), true, false, vec!["ca.recording", "us.later"]),
            (Some("OH"), true, true, vec!["us.later"]),
            (None, true, false, vec!["us.recording", "us.later"]),
            (Some("NY"), false, true, vec!["us.later", "ny.time-barred"]),
            (Some("NY"), false, false, vec!["us.later"]),
        ] {
            assert_eq!(ids(&WordsFacts { is_recorded, is_time_barred, ..later(state) }), said, "{state:?}");
        }
        let letter = WordsFacts { state: Some("MA"), ..facts(Channel::Letter) };
        assert_eq!(ids(&letter), ["us.first-in-writing", "ma.rights"]);
        let creditor = WordsFacts { regf_binds: false, is_recorded: true, state: Some("WA"), ..facts(Channel::Call) };
        assert_eq!(ids(&creditor), ["wa.recording"], "recording binds everybody");
        let early = WordsFacts { on: day(2021, 11, 29), ..facts(Channel::Call) };
        assert!(ids(&early).is_empty(), "before it was in force");
        assert_eq!(ids(&WordsFacts { is_prerecorded: true, ..facts(Channel::Call) }), ["us.recorded-message", "us.first"]);
    }

    #[test]
    fn whoever_speaks_spanish_is_told_in_spanish() {
        let spanish = WordsFacts { language: Language::Spanish, ..facts(Channel::Call) };
        let said = required(&spanish);
        assert!(said.iter().all(|wording| wording.language == Language::Spanish && wording.is_our_translation));
        assert!(!said[0].is_verified() && required(&facts(Channel::Call))[0].is_verified());
        assert_eq!((voice_mail(Language::Spanish).language, voice_mail(Language::English).id), (Language::Spanish, "us.voice-mail"));
    }

    #[test]
    fn every_place_is_filled_or_named() {
        for wording in all() {
            let filled = wording.fill(&places()).unwrap();
            assert!(!filled.contains(['{', '}']), "{}: {filled}", wording.id);
            let empty = wording.fill(&Places::default());
            assert_eq!(empty.is_ok(), !wording.words.contains('{'), "{}: {empty:?}", wording.id);
        }
        let first = find("us.first", Language::English).unwrap();
        assert_eq!(first.fill(&Places { creditor: " ".into(), ..places() }), Err(vec!["{creditor}"]));
    }

    #[test]
    fn the_table_names_every_wording_once_with_its_source() {
        for (i, wording) in all().iter().enumerate() {
            assert!(!all()[..i].iter().any(|known| known.id == wording.id && known.language == wording.language), "{}", wording.id);
            assert!(wording.cite.len() > 5 && wording.version > 0 && !wording.channels.is_empty(), "{}", wording.id);
            assert!(wording.jurisdiction == "US" || states().iter().any(|state| state.code == wording.jurisdiction), "{}", wording.id);
            assert_eq!(wording.is_our_translation, wording.language == Language::Spanish, "{}", wording.id);
            assert_eq!(Kind::parse(wording.kind.code()), Some(wording.kind));
            assert!(all().iter().any(|known| known.id == wording.id && known.language == Language::English), "{}", wording.id);
        }
        // Whichever state asks for words about old debts has them, and no other.
        for state in states() {
            let has = all().iter().any(|wording| wording.kind == Kind::TimeBarred && wording.jurisdiction == state.code);
            assert_eq!(has, state.asks_time_barred_notice(), "{}", state.code);
        }
    }

    #[test]
    fn a_text_tells_which_words_it_carries() {
        let first = find("us.first-in-writing", Language::English).unwrap().fill(&places()).unwrap();
        let letter = format!("Dear Maria,\n{}\nSincerely", first.replace(' ', "\n").to_uppercase());
        assert_eq!(
            carried(&letter, &places(), Channel::Letter).iter().map(|wording| wording.id).collect::<Vec<_>>(),
            ["us.first-in-writing", "us.again-in-writing"]
        );
        assert!(carried("Dear Maria, hello.", &places(), Channel::Letter).is_empty());
    }
}

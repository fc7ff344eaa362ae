//! The call guide: what to say and ask at each stage of a call, and a card for what they may say.
//!
//! It is authored as text, by people who are no programmers:
//!
//! ```text
//! language: en
//!
//! # verify
//! say: Hello, this is {officer}. May I speak with {person}, please?
//! say [recorded]: Hello, this is {officer} on a recorded line. May I speak with {person}, please?
//! hint: nothing about a debt yet
//!
//! # card lost_job: I lost my job
//! heard: laid off, lost my job
//! reflect: I am sorry. That is a lot at once.
//! never: You should have saved.
//! opens: cannot_afford
//!
//! # table
//! verify [recorded]: on a recorded line
//! ```
//!
//! A line may stand for some calls only: `[recorded, vulnerable]` when both are so. Of the lines of one kind the one with the most
//! conditions that hold is said ([`Guide::at`]). The table says what must come out in which situation; a guide whose table does not
//! hold is not taken.
//!
//! Read [`Guide::parse`] first. Always true of what it returns: every stage has something to say or ask in every situation, every
//! place can be filled, whatever opens a case has a card, and before somebody is verified nothing speaks of a debt.

mod changes;
mod reading;

pub use changes::{Change, changes};
pub use reading::tells_of_debt;

use crate::outreach::conversation::{Stage, Trigger};
use crate::outreach::letter::Language;
use std::fmt;

/// What can be true of a call, so that other words fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The debt is a person's own.
    Consumer,
    /// The debt is a business's.
    Business,
    /// The debt is owed to a city, a state or the nation.
    Government,
    /// Nobody has spoken with them yet.
    FirstTalk,
    /// A promise was broken.
    BrokePromise,
    /// They need particular care.
    Vulnerable,
    /// The time to sue has run out.
    TimeBarred,
    /// The call is recorded.
    Recorded,
    /// They called us.
    Inbound,
}

impl Condition {
    /// Every one.
    pub const ALL: [Condition; 9] = [
        Condition::Consumer,
        Condition::Business,
        Condition::Government,
        Condition::FirstTalk,
        Condition::BrokePromise,
        Condition::Vulnerable,
        Condition::TimeBarred,
        Condition::Recorded,
        Condition::Inbound,
    ];

    /// The word in the text.
    pub const fn word(self) -> &'static str {
        match self {
            Condition::Consumer => "consumer",
            Condition::Business => "business",
            Condition::Government => "government",
            Condition::FirstTalk => "first talk",
            Condition::BrokePromise => "broke promise",
            Condition::Vulnerable => "vulnerable",
            Condition::TimeBarred => "time-barred",
            Condition::Recorded => "recorded",
            Condition::Inbound => "inbound",
        }
    }
}

/// What is true of one call, or must be for a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation(u16);

impl Situation {
    /// With a condition that is so.
    pub const fn and(self, condition: Condition) -> Situation {
        Situation(self.0 | 1 << condition as u16)
    }

    /// With a condition, where it is so.
    pub const fn and_if(self, holds: bool, condition: Condition) -> Situation {
        if holds { self.and(condition) } else { self }
    }

    /// Whether a condition is so.
    pub const fn has(self, condition: Condition) -> bool {
        self.0 & (1 << condition as u16) != 0
    }

    /// Whether all that another asks is so here.
    const fn fits(self, wanted: Situation) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    const fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// As in the text: `recorded, vulnerable`; nothing where it is for every call.
impl fmt::Display for Situation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = Condition::ALL.into_iter().filter(|condition| self.has(*condition)).map(Condition::word).collect();
        f.write_str(&words.join(", "))
    }
}

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To be said as it stands.
    Say,
    /// To be asked; then they speak.
    Ask,
    /// For whoever leads the call.
    Hint,
    /// To show that it was heard.
    Reflect,
    /// What can be offered.
    Offer,
    /// What is never said.
    Never,
}

impl Part {
    const ALL: [Part; 6] = [Part::Say, Part::Ask, Part::Hint, Part::Reflect, Part::Offer, Part::Never];

    /// The word in the text.
    pub const fn word(self) -> &'static str {
        match self {
            Part::Say => "say",
            Part::Ask => "ask",
            Part::Hint => "hint",
            Part::Reflect => "reflect",
            Part::Offer => "offer",
            Part::Never => "never",
        }
    }
}

/// The words on screens.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Say => "Say",
            Part::Ask => "Ask",
            Part::Hint => "Hint",
            Part::Reflect => "Reflect",
            Part::Offer => "Offer",
            Part::Never => "Not",
        })
    }
}

/// One line of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What for.
    pub part: Part,
    /// For which calls.
    pub when: Situation,
    /// The words; in braces stand places that the record fills.
    pub words: String,
}

/// A card for what they may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name in the text.
    pub code: String,
    /// What they say.
    pub title: String,
    /// Words by which it is found.
    pub heard: Vec<String>,
    /// Whether it is needed before they are verified; it then speaks of no debt.
    pub is_early: bool,
    /// The case or stop it leads to.
    pub opens: Option<Trigger>,
    /// What to do.
    pub lines: Vec<Line>,
}

/// A guide that was read and found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    /// In which language.
    pub language: Language,
    stages: Vec<(Stage, Vec<Line>)>,
    /// The cards, in the order of the text.
    pub cards: Vec<Card>,
    /// The rows of its table, which all hold.
    pub table: Vec<Row>,
}

/// What must come out in a situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// At which stage.
    pub stage: Stage,
    /// In which calls.
    pub when: Situation,
    /// What the words then hold.
    pub words: String,
}

/// Something wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; 0 for the text as a whole.
    pub line: usize,
    /// What is wrong, and the way out.
    pub says: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.says),
            line => write!(f, "line {line}: {}", self.says),
        }
    }
}

/// What fills the places of a line. Before somebody is verified the places of the debt stay empty.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Whoever leads the call.
    pub officer: String,
    /// Whoever is to be reached.
    pub person: String,
    /// Us.
    pub collector: String,
    /// Our number.
    pub telephone: String,
    /// To whom it is owed.
    pub creditor: String,
    /// What is owed.
    pub amount: String,
}

impl Places {
    /// The places there are; those of the debt last.
    const NAMES: [&'static str; 6] = ["officer", "person", "collector", "telephone", "creditor", "amount"];

    fn of(&self, name: &str) -> &str {
        match name {
            "officer" => &self.officer,
            "person" => &self.person,
            "collector" => &self.collector,
            "telephone" => &self.telephone,
            "creditor" => &self.creditor,
            _ => &self.amount,
        }
    }
}

impl Guide {
    /// Reads a text; every problem at once.
    pub fn parse(text: &str) -> Result<Guide, Vec<Problem>> {
        reading::read(text)
    }

    /// The guide that comes with the program.
    pub fn shipped(language: Language) -> Guide {
        let text = shipped_text(language);
        Guide::parse(text).unwrap_or_else(|problems| unreachable!("the shipped guides are read by a test: {problems:?}"))
    }

    /// What is said and asked at a stage: of each part the line that fits best.
    pub fn at(&self, stage: Stage, situation: Situation) -> Vec<&Line> {
        let lines = self.stages.iter().find(|(known, _)| *known == stage).map_or(&[][..], |(_, lines)| lines);
        best(lines, situation)
    }

    /// Every line of a stage, as it was written.
    pub fn lines(&self, stage: Stage) -> &[Line] {
        self.stages.iter().find(|(known, _)| *known == stage).map_or(&[], |(_, lines)| lines)
    }

    /// The cards that may be shown.
    pub fn cards(&self, is_verified: bool) -> impl Iterator<Item = &Card> {
        self.cards.iter().filter(move |card| card.is_early != is_verified)
    }
}

impl Card {
    /// What to do: of each part the line that fits best.
    pub fn at(&self, situation: Situation) -> Vec<&Line> {
        best(&self.lines, situation)
    }
}

/// Of each part the line with the most conditions that hold; the later of two alike.
fn best(lines: &[Line], situation: Situation) -> Vec<&Line> {
    let of = |part: Part| lines.iter().filter(|line| line.part == part && situation.fits(line.when)).max_by_key(|line| line.when.count());
    Part::ALL.into_iter().filter_map(of).collect()
}

impl Line {
    /// The words with their places filled.
    pub fn fill(&self, places: &Places) -> String {
        let mut words = self.words.clone();
        for name in Places::NAMES {
            words = words.replace(&format!("{{{name}}}"), places.of(name));
        }
        words
    }
}

/// The text of the guide that comes with the program.
pub const fn shipped_text(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("guide/en.txt"),
        Language::Spanish => include_str!("guide/es.txt"),
    }
}

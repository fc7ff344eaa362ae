//! Practice: a call with a scripted person, in which whoever learns chooses what to say and do. Nobody is called.
//!
//! A [`Scenario`] is authored as text, like a guide:
//!
//! ```text
//! title: They lost their job
//! person: Nadia Brooks
//! about: A dental bill from spring. We have not spoken before.
//! born: 1984-03-04
//! address: 88 Alder Street, Columbus, OH 43205
//! reference: LSD-4471
//! creditor: Lakeside Dental
//! owed: 412.80
//! when: consumer, first talk
//!
//! # start
//! they: Hello?
//! - guide: verify
//!   reply: Yes, speaking.
//!   does: answered person
//!   to: checks
//!   good: Nothing but the name.
//! - say: I am calling about your dental bill.
//!   to: lost
//!   wrong: It tells of the debt to whoever picked up.
//!   rule: regf.third-party.disclosure
//!   item: verified
//! ```
//!
//! What a choice does are the [`Step`]s of a real call, so that the same [`Conversation`] says what is open, the same guide gives the
//! words and the same scorecard marks it. A [`Play`] is a scenario with the choices made so far.
//!
//! Read [`Scenario::parse`] first, then [`Play::of`]. Always true of what it returns: every node can be reached and every path ends;
//! every step on every path could be taken at the desk; one path at least is without fault, and one fails; what is called good says
//! nothing of a debt before the right party is verified; what is called wrong names a rule of the catalogue or where the law says so.

mod deed;
mod marks;
mod proof;
mod reading;
mod shipped;

pub use deed::Deed;
pub use marks::{Marks, PASS_PERCENT, PlayMark};
pub use shipped::{find, shipped};

use crate::coaching::guide::{Card, Guide, Line, Part, Places, Problem, Situation};
use crate::compliance::record::Disclosure;
use crate::compliance::rules;
use crate::decision::RuleCard;
use crate::outreach::conversation::{Conversation, Stage, Step};
use crate::outreach::disclosures::{self, Wording, WordsFacts, required, voice_mail};
use crate::outreach::letter::Language;
use crate::parties::right_party::OnFile;
use crate::values::channel::Channel;
use crate::values::coded::coded;
use crate::values::moment::day_number;
use crate::values::money::Money;
use jiff::civil::Date;

coded! {
    /// How good a choice is.
    Worth {
        /// As it should be.
        Good = "good", "Good";
        /// Allowed, and not the best.
        Weak = "weak", "Could be better";
        /// Never; who chooses it has failed.
        Wrong = "wrong", "Wrong";
    }
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Words of one's own.
    Say(String),
    /// What the guide says at a stage.
    Guide(Stage),
    /// What a card of the guide says.
    Card(String),
    /// Something done at the desk.
    Do(String),
}

/// One thing that can be chosen at a node.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The line of the text.
    pub line: usize,
    /// What is chosen.
    pub act: Act,
    /// What they answer to it.
    pub reply: Option<String>,
    /// What it is at the desk.
    pub does: Vec<Deed>,
    /// The node to which it leads.
    pub to: usize,
    /// How good it is.
    pub worth: Worth,
    /// Why.
    pub why: String,
    /// The rules on which that rests.
    pub rules: Vec<&'static RuleCard>,
    /// Where else the law says so.
    pub cite: Option<String>,
    /// The item of the scorecard that it is about.
    pub item: Option<String>,
}

/// A point of the talk; one without choices is its end.
#[derive(Clone, Debug)]
pub struct Node {
    /// The line of the text.
    pub line: usize,
    /// Its name in the text.
    pub code: String,
    /// What happens.
    pub scene: Option<String>,
    /// What they say.
    pub they: Option<String>,
    /// What can be chosen.
    pub choices: Vec<Choice>,
}

/// A scenario that was read and found right.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name in addresses.
    pub code: String,
    /// Which text it is: changes whenever the text does.
    pub edition: String,
    /// What it is about, in a few words.
    pub title: String,
    /// In which language they speak.
    pub language: Language,
    /// Who they are; invented.
    pub person: String,
    /// What is known before the call.
    pub about: String,
    /// What is on file for the checks; invented.
    pub on_file: OnFile,
    /// To whom it is owed; invented.
    pub creditor: String,
    /// What is owed; invented.
    pub owed: Money,
    /// What is true of the call, so that the guide's words fit.
    pub when: Situation,
    /// What was done before it begins.
    pub before: Vec<Deed>,
    /// The points of the talk; it begins at the first.
    pub nodes: Vec<Node>,
}

impl Scenario {
    /// Reads a text; every problem at once.
    pub fn parse(code: &str, text: &str) -> Result<Scenario, Vec<Problem>> {
        reading::read(code, text)
    }

    /// What fills the places of the guide's words.
    pub fn places(&self, officer: &str, is_verified: bool) -> Places {
        let shown = |text: String| if is_verified { text } else { String::new() };
        Places {
            officer: officer.to_string(),
            person: self.person.clone(),
            collector: "Practice Recovery".into(),
            telephone: "614-555-0100".into(),
            creditor: shown(self.creditor.clone()),
            amount: shown(self.owed.to_string()),
        }
    }

    /// The words that are due in the call, by the same table as of real ones.
    pub fn due(&self, today: Date) -> Vec<&'static Wording> {
        use crate::coaching::guide::Condition;
        let has = |condition| self.when.has(condition);
        required(&WordsFacts {
            channel: Channel::Call,
            regf_binds: !has(Condition::Business),
            due: if has(Condition::FirstTalk) { Disclosure::Full } else { Disclosure::Short },
            is_repeat: false,
            state: Some("OH"),
            language: self.language,
            is_time_barred: has(Condition::TimeBarred),
            is_recorded: has(Condition::Recorded),
            is_prerecorded: false,
            on: day_number(today),
        })
    }

    /// A wording with its places filled.
    pub fn spoken(&self, wording: &Wording, officer: &str) -> String {
        let us = self.places(officer, false);
        let places = disclosures::Places {
            collector: us.collector,
            telephone: us.telephone,
            officer: us.officer,
            creditor: self.creditor.clone(),
            number: self.on_file.reference.chars().rev().take(4).collect::<Vec<char>>().into_iter().rev().collect(),
        };
        wording.fill(&places).unwrap_or_else(|_| wording.words.to_string())
    }
}

/// What a choice comes to, as it is said or done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// What for: as a line of the guide, or nothing where it is words of one's own or something done.
    pub part: Option<Part>,
    /// The words.
    pub words: String,
}

/// A scenario with the choices made so far.
#[derive(Clone, Debug)]
pub struct Play<'s> {
    /// The scenario.
    pub scenario: &'s Scenario,
    /// The choices, each with the node at which it was made: places in the scenario.
    pub taken: Vec<(usize, usize)>,
    at: usize,
}

impl<'s> Play<'s> {
    /// What choices come to; one that its node does not have is an error.
    pub fn of(scenario: &'s Scenario, chosen: &[usize]) -> Result<Play<'s>, &'static str> {
        let mut play = Play { scenario, taken: Vec::new(), at: 0 };
        for choice in chosen {
            play.choose(*choice)?;
        }
        Ok(play)
    }

    /// Makes a choice.
    pub fn choose(&mut self, choice: usize) -> Result<(), &'static str> {
        if self.is_over() {
            return Err("this practice call is over");
        }
        let chosen = self.node().choices.get(choice).ok_or("there is no such choice here")?;
        self.taken.push((self.at, choice));
        self.at = chosen.to;
        Ok(())
    }

    /// Where the talk stands.
    pub fn node(&self) -> &'s Node {
        &self.scenario.nodes[self.at]
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.node().choices.is_empty()
    }

    /// The choices made, each with its node.
    pub fn choices(&self) -> impl Iterator<Item = (&'s Node, &'s Choice)> + '_ {
        self.taken.iter().map(|(node, choice)| {
            let node = &self.scenario.nodes[*node];
            (node, &node.choices[*choice])
        })
    }

    /// The steps that the choices are, on a day.
    pub fn steps(&self, today: Date) -> Vec<Step> {
        let due: Vec<String> = self.scenario.due(today).iter().map(|wording| wording.id.to_string()).collect();
        let deeds = self.scenario.before.iter().chain(self.choices().flat_map(|(_, choice)| &choice.does));
        deeds.map(|deed| deed.step(&self.scenario.on_file, &due, today)).collect()
    }

    /// What the steps come to: as of a real call.
    pub fn conversation(&self, today: Date) -> Conversation {
        let is_due = !self.scenario.due(today).is_empty();
        Conversation::of(&self.scenario.on_file.checks(), is_due, self.steps(today))
    }

    /// The worst that was chosen.
    pub fn worth(&self) -> Worth {
        self.choices().map(|(_, choice)| choice.worth).max().unwrap_or(Worth::Good)
    }

    /// What a choice says or does, by the guide as it is.
    pub fn spoken(&self, choice: &Choice, guide: &Guide, officer: &str, today: Date) -> Vec<Spoken> {
        let is_verified = self.conversation(today).may_show_debt();
        let places = self.scenario.places(officer, is_verified);
        let lines = |lines: Vec<&Line>| -> Vec<Spoken> {
            let said = lines.into_iter().filter(|line| !matches!(line.part, Part::Hint | Part::Never));
            said.map(|line| Spoken { part: Some(line.part), words: line.fill(&places) }).collect()
        };
        let own = |words: &str| {
            let line = Line { part: Part::Say, when: Situation::default(), words: words.to_string() };
            vec![Spoken { part: None, words: line.fill(&self.scenario.places(officer, true)) }]
        };
        let mut spoken = match &choice.act {
            Act::Say(words) | Act::Do(words) => own(words),
            Act::Guide(stage) => lines(guide.at(*stage, self.scenario.when)),
            Act::Card(code) => {
                let card = guide.cards.iter().find(|card| card.code == *code);
                let mut at = card.map(|card| card.at(self.scenario.when)).unwrap_or_default();
                // That they were heard comes first.
                at.sort_by_key(|line| line.part != Part::Reflect);
                lines(at)
            }
        };
        // The words that are due, and what may be left on a machine, are said as they stand.
        if choice.does.contains(&Deed::Disclosed) {
            spoken.extend(self.scenario.due(today).into_iter().map(|wording| self.verbatim(wording, officer)));
        }
        if choice.does.contains(&Deed::Step(Step::MessageLeft)) && choice.worth == Worth::Good {
            spoken.push(self.verbatim(voice_mail(self.scenario.language), officer));
        }
        spoken
    }

    fn verbatim(&self, wording: &Wording, officer: &str) -> Spoken {
        Spoken { part: Some(Part::Say), words: self.scenario.spoken(wording, officer) }
    }
}

impl Choice {
    /// The card that is pressed, if it is one of the guide.
    pub fn card<'g>(&self, guide: &'g Guide) -> Option<&'g Card> {
        match &self.act {
            Act::Card(code) => guide.cards.iter().find(|card| card.code == *code),
            _ => None,
        }
    }
}

/// A rule of the catalogue by its id.
pub fn find_rule(id: &str) -> Option<&'static RuleCard> {
    rules::cards().into_iter().find(|card| card.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coaching::guide::shipped_text;
    use crate::coaching::scorecard::Scorecard;
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const TODAY: Date = date(2026, 3, 3);

    #[test]
    fn the_shipped_scenarios_practice_every_card_of_the_guide() {
        assert!(shipped().len() >= 14, "{}", shipped().len());
        let pressed: BTreeSet<&str> = shipped()
            .iter()
            .flat_map(|scenario| scenario.nodes.iter().flat_map(|node| &node.choices))
            .filter(|choice| choice.worth == Worth::Good)
            .filter_map(|choice| match &choice.act {
                Act::Card(code) => Some(code.as_str()),
                _ => None,
            })
            .collect();
        let guide = Guide::parse(shipped_text(Language::English)).unwrap();
        let missing: Vec<&str> = guide.cards.iter().map(|card| card.code.as_str()).filter(|code| !pressed.contains(code)).collect();
        assert_eq!(missing, Vec::<&str>::new());
        let spanish = shipped().iter().filter(|scenario| scenario.language == Language::Spanish).count();
        assert!(spanish >= 1);
        let codes: BTreeSet<&str> = shipped().iter().map(|scenario| scenario.code.as_str()).collect();
        assert_eq!(codes.len(), shipped().len());
    }

    #[test]
    fn what_is_said_has_no_place_left_open() {
        for scenario in shipped() {
            let guide = Guide::shipped(scenario.language);
            for path in proof::paths(scenario) {
                for cut in 0..path.len() {
                    let play = Play::of(scenario, &path[..cut]).unwrap();
                    for choice in &play.node().choices {
                        let spoken = play.spoken(choice, &guide, "Dana", TODAY);
                        assert!(!spoken.is_empty(), "{} line {}", scenario.code, choice.line);
                        for said in spoken {
                            assert!(!said.words.contains(['{', '}']), "{} line {}: {}", scenario.code, choice.line, said.words);
                        }
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_choices_end_or_are_refused(which in 0_usize..64, chosen in proptest::collection::vec(0_usize..7, 0..60)) {
            let scenario = &shipped()[which % shipped().len()];
            let card = Scorecard::shipped();
            let mut play = Play::of(scenario, &[]).unwrap();
            for choice in chosen {
                let before = play.taken.len();
                match play.choose(choice) {
                    Ok(()) => prop_assert_eq!(play.taken.len(), before + 1),
                    Err(_) => prop_assert_eq!(play.taken.len(), before),
                }
                let call = play.conversation(TODAY);
                prop_assert!(play.marks(&card, TODAY).percent() <= 100);
                prop_assert_eq!(call.steps().len(), play.steps(TODAY).len());
                prop_assert!(!call.result().code.is_empty());
            }
            while !play.is_over() {
                play.choose(0).unwrap();
                prop_assert!(play.taken.len() <= scenario.nodes.len());
            }
        }
    }
}

//! Reads a scenario's text; what is wrong with what it says is found by [`super::proof`].

use super::{Act, Choice, Deed, Node, Scenario, Worth, find_rule, proof};
use crate::coaching::guide::{Condition, Problem, Situation};
use crate::outreach::conversation::Stage;
use crate::outreach::letter::Language;
use crate::parties::right_party::OnFile;
use crate::values::money::{Currency, Money};
use std::collections::HashMap;

/// How large a text may be.
const TEXT_MAX: usize = 50_000;

/// A choice with the name of the node to which it leads.
struct Draft {
    line: usize,
    act: Act,
    reply: Option<String>,
    does: Vec<Deed>,
    to: Option<String>,
    worth: Option<(Worth, String)>,
    rules: Vec<&'static crate::decision::RuleCard>,
    cite: Option<String>,
    item: Option<String>,
}

struct DraftNode {
    line: usize,
    code: String,
    scene: Option<String>,
    they: Option<String>,
    choices: Vec<Draft>,
}

struct Reading {
    scenario: Scenario,
    nodes: Vec<DraftNode>,
    problems: Vec<Problem>,
}

/// Reads a text and proves what it says.
pub(super) fn read(code: &str, text: &str) -> Result<Scenario, Vec<Problem>> {
    let scenario = read_unproved(code, text)?;
    let problems = proof::problems(&scenario);
    if problems.is_empty() { Ok(scenario) } else { Err(problems) }
}

/// Which text it is, in sixteen letters (FNV-1a): enough to see that it changed.
fn edition_of(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// Reads a text that was proved before: every path of it was walked by a test.
pub(super) fn read_unproved(code: &str, text: &str) -> Result<Scenario, Vec<Problem>> {
    let scenario = Scenario {
        code: code.to_string(),
        edition: edition_of(text),
        title: String::new(),
        language: Language::English,
        person: String::new(),
        about: String::new(),
        on_file: OnFile::default(),
        creditor: String::new(),
        owed: Money::usd(0),
        when: Situation::default(),
        before: Vec::new(),
        nodes: Vec::new(),
    };
    let mut reading = Reading { scenario, nodes: Vec::new(), problems: Vec::new() };
    if text.len() > TEXT_MAX {
        reading.wrong(0, format!("the text is longer than {TEXT_MAX} letters"));
        return Err(reading.problems);
    }
    for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if !line.is_empty() && !line.starts_with("//") {
            reading.line(number, line);
        }
    }
    reading.finish()
}

impl Reading {
    fn wrong(&mut self, line: usize, says: impl Into<String>) {
        self.problems.push(Problem { line, says: says.into() });
    }

    fn line(&mut self, number: usize, line: &str) {
        if let Some(head) = line.strip_prefix('#') {
            let code = head.trim().to_string();
            if self.nodes.iter().any(|node| node.code == code) {
                self.wrong(number, format!("{code} stands in the text before"));
            }
            self.nodes.push(DraftNode { line: number, code, scene: None, they: None, choices: Vec::new() });
            return;
        }
        let (is_choice, line) = line.strip_prefix("- ").map_or((false, line), |rest| (true, rest));
        let Some((key, words)) = line.split_once(':').map(|(key, words)| (key.trim(), words.trim())) else {
            return self.wrong(number, "has no colon: a line is written like they: Hello?");
        };
        if words.is_empty() {
            return self.wrong(number, format!("{key} says nothing"));
        }
        match self.nodes.last().map(|node| node.choices.len()) {
            None => self.head(number, key, words),
            Some(_) if is_choice => self.begin_choice(number, key, words),
            Some(0) => self.node_line(number, key, words),
            Some(_) => self.choice_line(number, key, words),
        }
    }

    fn head(&mut self, number: usize, key: &str, words: &str) {
        let text = words.to_string();
        match key {
            "title" => self.scenario.title = text,
            "language" => match Language::parse(words) {
                Some(language) => self.scenario.language = language,
                None => self.wrong(number, format!("{words:?} is no language that guides are written in: en or es")),
            },
            "person" => self.scenario.person = text,
            "about" => self.scenario.about = text,
            "born" => match words.parse() {
                Ok(born) => self.scenario.on_file.date_of_birth = Some(born),
                Err(_) => self.wrong(number, format!("{words:?} is no date such as 1984-03-04")),
            },
            "address" => self.scenario.on_file.addresses.push((text, None)),
            "reference" => self.scenario.on_file.reference = text,
            "creditor" => self.scenario.creditor = text,
            "owed" => match Money::parse(words, Currency::Usd) {
                Ok(owed) => self.scenario.owed = owed,
                Err(_) => self.wrong(number, format!("{words:?} is no amount")),
            },
            "when" => {
                for word in words.split(',').map(str::trim) {
                    match Condition::ALL.into_iter().find(|condition| condition.word() == word) {
                        Some(condition) => self.scenario.when = self.scenario.when.and(condition),
                        None => self.wrong(number, format!("{word:?} is no condition of a guide")),
                    }
                }
            }
            "before" => self.scenario.before = self.deeds(number, words),
            _ => self.wrong(number, format!("{key:?} is not written before the first point")),
        }
    }

    fn node_line(&mut self, number: usize, key: &str, words: &str) {
        let Some(node) = self.nodes.last_mut() else { return };
        match key {
            "scene" => node.scene = Some(words.to_string()),
            "they" => node.they = Some(words.to_string()),
            _ => self.wrong(number, format!("{key:?} is not written here: there are scene, they, and choices that begin with a dash")),
        }
    }

    fn begin_choice(&mut self, number: usize, key: &str, words: &str) {
        let act = match key {
            "say" => Act::Say(words.to_string()),
            "do" => Act::Do(words.to_string()),
            "card" => Act::Card(words.to_string()),
            "guide" => match Stage::parse(words) {
                Some(stage) => Act::Guide(stage),
                None => return self.wrong(number, format!("{words:?} is no stage of a call")),
            },
            _ => return self.wrong(number, format!("{key:?} is no choice: there are say, guide, card and do")),
        };
        let draft =
            Draft { line: number, act, reply: None, does: Vec::new(), to: None, worth: None, rules: Vec::new(), cite: None, item: None };
        if let Some(node) = self.nodes.last_mut() {
            node.choices.push(draft);
        }
    }

    fn choice_line(&mut self, number: usize, key: &str, words: &str) {
        let deeds = if key == "does" { self.deeds(number, words) } else { Vec::new() };
        let mut unknown = Vec::new();
        let Some(choice) = self.nodes.last_mut().and_then(|node| node.choices.last_mut()) else { return };
        match key {
            "reply" => choice.reply = Some(words.to_string()),
            "does" => choice.does = deeds,
            "to" => choice.to = Some(words.to_string()),
            "rule" => {
                for id in words.split(',').map(str::trim) {
                    match find_rule(id) {
                        Some(card) => choice.rules.push(card),
                        None => unknown.push(format!("{id:?} is no rule of the catalogue")),
                    }
                }
            }
            "cite" => choice.cite = Some(words.to_string()),
            "item" => choice.item = Some(words.to_string()),
            _ => match Worth::parse(key) {
                Some(worth) => choice.worth = Some((worth, words.to_string())),
                None => {
                    unknown.push(format!("{key:?} is not written here: there are reply, does, to, good, weak, wrong, rule, cite and item"))
                }
            },
        }
        for says in unknown {
            self.wrong(number, says);
        }
    }

    fn deeds(&mut self, number: usize, words: &str) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for text in words.split(';').map(str::trim) {
            match Deed::parse(text) {
                Ok(Deed::Checked { check, said }) if self.scenario.on_file.compare(check, &said).is_err() => {
                    self.wrong(number, format!("{said:?} cannot be read as an answer to {}", check.code()));
                }
                Ok(deed) => deeds.push(deed),
                Err(says) => self.wrong(number, says),
            }
        }
        deeds
    }

    /// Joins the points.
    fn finish(mut self) -> Result<Scenario, Vec<Problem>> {
        let places: HashMap<String, usize> = self.nodes.iter().enumerate().map(|(at, node)| (node.code.clone(), at)).collect();
        for draft in std::mem::take(&mut self.nodes) {
            let mut choices = Vec::new();
            for choice in draft.choices {
                let to = choice.to.as_ref().and_then(|to| places.get(to)).copied();
                match (to, choice.worth) {
                    (Some(to), Some((worth, why))) => choices.push(Choice {
                        line: choice.line,
                        act: choice.act,
                        reply: choice.reply,
                        does: choice.does,
                        to,
                        worth,
                        why,
                        rules: choice.rules,
                        cite: choice.cite,
                        item: choice.item,
                    }),
                    (None, _) => {
                        let to = choice.to.unwrap_or_else(|| "nowhere".into());
                        self.wrong(choice.line, format!("leads to {to}, which is no point of the talk"));
                    }
                    (_, None) => self.wrong(choice.line, "says neither good, weak nor wrong"),
                }
            }
            self.scenario.nodes.push(Node { line: draft.line, code: draft.code, scene: draft.scene, they: draft.they, choices });
        }
        if self.problems.is_empty() { Ok(self.scenario) } else { Err(self.problems) }
    }
}

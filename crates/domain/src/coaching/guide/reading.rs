//! Reads a guide's text, and finds everything that is wrong with it.

use super::{Card, Condition, Guide, Line, Part, Places, Problem, Row, Situation, best};
use crate::outreach::conversation::{Stage, Trigger};
use crate::outreach::letter::Language;

/// How long one line may be: what is longer is not said, but read out.
const WORDS_MAX: usize = 400;

/// How large a text may be.
const TEXT_MAX: usize = 100_000;

/// Words that tell somebody else of a debt, in both languages; each begins a word.
const TELLS_OF_DEBT: [&str; 13] =
    ["debt", "owe", "balance", "overdue", "past due", "creditor", "collect", "deuda", "adeud", "debe ", "saldo", "acreedor", "cobr"];

/// Where the reading stands.
enum Place {
    Nowhere,
    Stage(Stage),
    Card(usize),
    Table,
}

struct Reading {
    language: Option<Language>,
    stages: Vec<(Stage, Vec<Line>)>,
    cards: Vec<(usize, Card)>,
    rows: Vec<(usize, Row)>,
    problems: Vec<Problem>,
}

pub(super) fn read(text: &str) -> Result<Guide, Vec<Problem>> {
    let mut reading = Reading { language: None, stages: Vec::new(), cards: Vec::new(), rows: Vec::new(), problems: Vec::new() };
    if text.len() > TEXT_MAX {
        reading.wrong(0, format!("the text is longer than {TEXT_MAX} letters"));
        return Err(reading.problems);
    }
    let mut place = Place::Nowhere;
    for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        match line.strip_prefix('#') {
            Some(head) => place = reading.head(number, head.trim()),
            None => reading.line(number, line, &place),
        }
    }
    reading.prove();
    match (reading.language, reading.problems.is_empty()) {
        (Some(language), true) => Ok(Guide {
            language,
            stages: reading.stages,
            cards: reading.cards.into_iter().map(|(_, card)| card).collect(),
            table: reading.rows.into_iter().map(|(_, row)| row).collect(),
        }),
        _ => Err(reading.problems),
    }
}

impl Reading {
    fn wrong(&mut self, line: usize, says: impl Into<String>) {
        self.problems.push(Problem { line, says: says.into() });
    }

    /// `# listen`, `# card lost_job: I lost my job`, `# table`.
    fn head(&mut self, number: usize, head: &str) -> Place {
        if head == "table" {
            return Place::Table;
        }
        if let Some(stage) = Stage::parse(head) {
            if self.stages.iter().any(|(known, _)| *known == stage) {
                self.wrong(number, format!("{head} stands in the text before: put its lines together"));
            } else {
                self.stages.push((stage, Vec::new()));
            }
            return Place::Stage(stage);
        }
        if let Some((code, title)) = head.strip_prefix("card ").and_then(|card| card.split_once(':')) {
            let (code, title) = (code.trim().to_string(), title.trim().to_string());
            if title.is_empty() || code.is_empty() || !code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
                self.wrong(number, "a card has a name of small letters and what they say: # card lost_job: I lost my job");
            }
            if self.cards.iter().any(|(_, known)| known.code == code) {
                self.wrong(number, format!("the card {code} stands in the text before"));
            }
            self.cards.push((number, Card { code, title, heard: Vec::new(), is_early: false, opens: None, lines: Vec::new() }));
            return Place::Card(self.cards.len() - 1);
        }
        let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.code()).collect();
        self.wrong(number, format!("{head:?} is no part of a guide: there are {}, card NAME: WORDS, and table", stages.join(", ")));
        Place::Nowhere
    }

    fn line(&mut self, number: usize, line: &str, place: &Place) {
        let Some((key, words)) = line.split_once(':').map(|(key, words)| (key.trim(), words.trim())) else {
            return self.wrong(number, "has no colon: a line is written like say: May I speak with {person}, please?");
        };
        if words.is_empty() {
            return self.wrong(number, format!("{key} says nothing"));
        }
        if words.chars().count() > WORDS_MAX {
            return self.wrong(number, format!("is longer than {WORDS_MAX} letters: nobody listens that long"));
        }
        let (key, when) = match key.split_once('[') {
            Some((key, conditions)) => (key.trim(), self.conditions(number, conditions.trim_end_matches(']'))),
            None => (key, Situation::default()),
        };
        match place {
            Place::Nowhere if key == "language" => match Language::parse(words) {
                Some(language) => self.language = Some(language),
                None => self.wrong(number, format!("{words:?} is no language that guides are written in: en or es")),
            },
            Place::Nowhere => self.wrong(number, format!("{key} stands before any stage or card")),
            Place::Table => match Stage::parse(key) {
                Some(stage) => self.rows.push((number, Row { stage, when, words: words.to_string() })),
                None => self.wrong(
                    number,
                    format!("{key:?} is no stage: a row of the table is written like verify [recorded]: on a recorded line"),
                ),
            },
            Place::Stage(stage) => {
                let (stage, line) = (*stage, self.spoken(number, key, when, words, &[Part::Say, Part::Ask, Part::Hint]));
                if stage == Stage::Verify {
                    self.keep_quiet(number, words);
                }
                let lines = self.stages.iter_mut().find(|(known, _)| *known == stage).map(|(_, lines)| lines);
                if let (Some(line), Some(lines)) = (line, lines) {
                    lines.push(line);
                }
            }
            Place::Card(at) => self.card_line(number, *at, key, when, words),
        }
    }

    fn card_line(&mut self, number: usize, at: usize, key: &str, when: Situation, words: &str) {
        match key {
            "heard" => self.cards[at].1.heard = words.split(',').map(|word| word.trim().to_lowercase()).collect(),
            "early" if words == "yes" => self.cards[at].1.is_early = true,
            "opens" => match Trigger::parse(words) {
                Some(trigger) => self.cards[at].1.opens = Some(trigger),
                None => {
                    let known: Vec<&str> = Trigger::ALL.iter().map(|trigger| trigger.code()).collect();
                    self.wrong(number, format!("{words:?} opens nothing: there are {}", known.join(", ")));
                }
            },
            _ => {
                let parts = [Part::Reflect, Part::Say, Part::Ask, Part::Offer, Part::Never];
                if let Some(line) = self.spoken(number, key, when, words, &parts) {
                    self.cards[at].1.lines.push(line);
                }
            }
        }
    }

    fn spoken(&mut self, number: usize, key: &str, when: Situation, words: &str, parts: &[Part]) -> Option<Line> {
        let Some(part) = parts.iter().copied().find(|part| part.word() == key) else {
            let known: Vec<&str> = parts.iter().map(|part| part.word()).collect();
            self.wrong(number, format!("{key:?} is not written here: there are {}", known.join(", ")));
            return None;
        };
        for place in places(words) {
            if !Places::NAMES.contains(&place) {
                self.wrong(number, format!("{{{place}}} is no place: there are {{{}}}", Places::NAMES.join("}, {")));
            }
        }
        Some(Line { part, when, words: words.to_string() })
    }

    fn conditions(&mut self, number: usize, text: &str) -> Situation {
        text.split(',').map(str::trim).fold(Situation::default(), |when, word| {
            match Condition::ALL.into_iter().find(|condition| condition.word() == word) {
                Some(condition) => when.and(condition),
                None => {
                    let known: Vec<&str> = Condition::ALL.into_iter().map(Condition::word).collect();
                    self.wrong(number, format!("{word:?} is no condition: there are {}", known.join(", ")));
                    when
                }
            }
        })
    }

    /// Before somebody is verified nothing tells of a debt (12 CFR 1006.6(d)(1), 1006.10).
    fn keep_quiet(&mut self, number: usize, words: &str) {
        if let Some(place) = places(words).into_iter().find(|place| ["creditor", "amount"].contains(place)) {
            self.wrong(number, format!("{{{place}}} tells of the debt before they are verified"));
        } else if let Some(word) = tells_of_debt(words) {
            self.wrong(number, format!("{word:?} tells of a debt before they are verified"));
        }
    }

    /// What can be seen only when all is read.
    fn prove(&mut self) {
        if self.language.is_none() {
            self.wrong(0, "the text begins with its language: language: en");
        }
        for stage in Stage::ALL {
            let speaks = |line: &Line| matches!(line.part, Part::Say | Part::Ask) && line.when == Situation::default();
            if !self.stages.iter().any(|(known, lines)| known == stage && lines.iter().any(speaks)) {
                self.wrong(0, format!("{} has nothing to say or ask in every call: add a line without conditions", stage.code()));
            }
        }
        for (number, card) in std::mem::take(&mut self.cards) {
            let has = |part: Part| card.lines.iter().any(|line| line.part == part && line.when == Situation::default());
            if !has(Part::Reflect) || ![Part::Say, Part::Ask, Part::Offer].into_iter().any(has) {
                self.wrong(number, format!("the card {} needs reflect, and say, ask or offer", card.code));
            }
            if card.is_early {
                for line in card.lines.iter().filter(|line| line.part != Part::Never) {
                    self.keep_quiet(number, &line.words);
                }
            }
            self.cards.push((number, card));
        }
        for trigger in Trigger::ALL {
            if !self.cards.iter().any(|(_, card)| card.opens == Some(*trigger)) {
                self.wrong(0, format!("no card opens {}: whoever says it must be heard", trigger.code()));
            }
        }
        for (number, row) in std::mem::take(&mut self.rows) {
            let lines = self.stages.iter().find(|(known, _)| *known == row.stage).map_or(&[][..], |(_, lines)| lines);
            if !best(lines, row.when).iter().any(|line| line.words.contains(&row.words)) {
                let when = if row.when == Situation::default() { "every call".into() } else { row.when.to_string() };
                self.wrong(number, format!("the table does not hold: {} in {when} does not say {:?}", row.stage.code(), row.words));
            }
            self.rows.push((number, row));
        }
    }
}

/// The first word of a text that tells somebody else of a debt.
pub fn tells_of_debt(words: &str) -> Option<&'static str> {
    let quiet = words.to_lowercase();
    TELLS_OF_DEBT.iter().find(|word| begins_a_word(&quiet, word)).map(|word| word.trim())
}

/// The places a text names.
fn places(words: &str) -> Vec<&str> {
    words.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
}

/// Whether a text has a word that begins so.
fn begins_a_word(text: &str, start: &str) -> bool {
    text.match_indices(start).any(|(at, _)| !text[..at].ends_with(char::is_alphabetic) && !text[..at].ends_with('{'))
}

#[cfg(test)]
mod tests {
    use super::super::shipped_text;
    use super::*;

    #[test]
    fn the_shipped_guides_are_right() {
        for language in [Language::English, Language::Spanish] {
            let guide = Guide::parse(shipped_text(language)).unwrap_or_else(|problems| panic!("{language:?}: {problems:#?}"));
            assert_eq!(guide.language, language);
            assert!(
                guide.table.len() >= 8 && guide.cards.len() >= 16,
                "{language:?}: {} rows, {} cards",
                guide.table.len(),
                guide.cards.len()
            );
        }
    }

    #[test]
    fn both_languages_have_the_same_cards_and_conditions() {
        let [en, es] = [Language::English, Language::Spanish].map(Guide::shipped);
        let shape = |guide: &Guide| -> Vec<(String, bool, Option<Trigger>)> {
            guide.cards.iter().map(|card| (card.code.clone(), card.is_early, card.opens)).collect()
        };
        assert_eq!(shape(&en), shape(&es));
        for stage in Stage::ALL {
            let lines = |guide: &Guide| -> Vec<(Part, String)> {
                guide.lines(*stage).iter().map(|line| (line.part, line.when.to_string())).collect()
            };
            assert_eq!(lines(&en), lines(&es), "{stage}");
        }
    }

    #[test]
    fn in_every_situation_every_stage_speaks() {
        let guide = Guide::shipped(Language::English);
        for bits in 0..1_u16 << Condition::ALL.len() {
            for stage in Stage::ALL {
                let said = guide.at(*stage, Situation(bits));
                assert!(said.iter().any(|line| matches!(line.part, Part::Say | Part::Ask)), "{stage} in {}", Situation(bits));
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let whole = shipped_text(Language::English);
        let cases = [
            ("say: Your debt is old.", "\"debt\" tells of a debt before they are verified"),
            ("say: I call about {amount}.", "{amount} tells of the debt before they are verified"),
            ("say [raining]: Hello.", "\"raining\" is no condition"),
            ("shout: Hello!", "\"shout\" is not written here"),
            ("say: Hello {dear}.", "{dear} is no place"),
            ("say:", "say says nothing"),
            ("Hello", "has no colon"),
        ];
        for (line, says) in cases {
            let text = whole.replacen("# verify\n", &format!("# verify\n{line}\n"), 1);
            let number = text.lines().position(|known| known == line).map(|at| at + 1);
            let problems = Guide::parse(&text).expect_err(line);
            assert!(problems.iter().any(|problem| Some(problem.line) == number && problem.says.contains(says)), "{line}: {problems:?}");
        }
        let says = |text: &str| Guide::parse(text).expect_err("it is wrong").iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        assert!(says("").contains("language: en") && says("").contains("listen has nothing to say or ask"), "{}", says(""));
        assert!(says(&whole.replace("# listen\n", "# listening\n")).contains("is no part of a guide"));
        let untrue = says(&format!("{whole}\nlisten [vulnerable]: hurry up\n"));
        assert!(untrue.contains("the table does not hold: listen in vulnerable does not say \"hurry up\""), "{untrue}");
        assert!(says(&format!("{whole}\n# card new: Something\nsay: Yes.\n")).contains("the card new needs reflect"));
        assert!(
            says(&format!("{whole}\n# card new: Something\nearly: yes\nreflect: I see.\nsay: You owe it.\n"))
                .contains("\"owe\" tells of a debt")
        );
        assert!(says(&whole.replace("opens: lawyer\n", "")).contains("no card opens lawyer"));
        assert!(says(&"x".repeat(100_001)).contains("longer than 100000"));
    }

    #[test]
    fn the_line_with_the_most_conditions_is_said() {
        let text = shipped_text(Language::English).replacen(
            "# purpose\n",
            "# purpose\nsay [recorded]: One.\nsay [recorded, vulnerable, inbound]: Three.\nsay [vulnerable, inbound]: Two.\n",
            1,
        );
        let text = text.split("# table").next().unwrap_or_default();
        let guide = Guide::parse(text).expect("it is right");
        let said = |conditions: &[Condition]| {
            let situation = conditions.iter().fold(Situation::default(), |situation, condition| situation.and(*condition));
            guide.at(Stage::Purpose, situation)[0].words.clone()
        };
        assert_eq!(said(&[Condition::Recorded]), "One.");
        assert_eq!(said(&[Condition::Vulnerable, Condition::Inbound]), "Two.");
        assert_eq!(said(&[Condition::Recorded, Condition::Vulnerable, Condition::Inbound]), "Three.");
    }
}

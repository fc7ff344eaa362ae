//! Reads a scorecard's text, and finds everything that is wrong with it.

use super::{Group, Item, Proof, Scorecard};
use crate::coaching::guide::Problem;

/// How many items a scorecard may have: more than these nobody marks with care.
const ITEMS_MAX: usize = 60;

/// How long a line may be.
const WORDS_MAX: usize = 300;

/// How much one item may count.
const WEIGHT_MAX: i64 = 100;

struct Reading {
    title: String,
    version: u32,
    group: Option<Group>,
    items: Vec<(usize, Item)>,
    problems: Vec<Problem>,
}

pub(super) fn read(text: &str) -> Result<Scorecard, Vec<Problem>> {
    let mut reading = Reading { title: String::new(), version: 0, group: None, items: Vec::new(), problems: Vec::new() };
    for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        if line.chars().count() > WORDS_MAX {
            reading.wrong(number, format!("is longer than {WORDS_MAX} letters: nobody reads that while they listen"));
            continue;
        }
        match line.strip_prefix('#') {
            Some(head) => reading.head(number, head.trim()),
            None => reading.line(number, line),
        }
    }
    reading.prove();
    match reading.problems.is_empty() {
        true => Ok(Scorecard {
            title: reading.title,
            version: reading.version,
            items: reading.items.into_iter().map(|(_, item)| item).collect(),
        }),
        false => Err(reading.problems),
    }
}

impl Reading {
    fn wrong(&mut self, line: usize, says: impl Into<String>) {
        self.problems.push(Problem { line, says: says.into() });
    }

    /// `# group conduct`, `# item calm: Was calm throughout`.
    fn head(&mut self, number: usize, head: &str) {
        if let Some(code) = head.strip_prefix("group ").map(str::trim) {
            self.group = Group::parse(code);
            if self.group.is_none() {
                let known: Vec<&str> = Group::ALL.iter().map(|group| group.code()).collect();
                self.wrong(number, format!("{code:?} is no group: there are {}", known.join(", ")));
            }
            return;
        }
        let Some((code, question)) = head.strip_prefix("item ").and_then(|item| item.split_once(':')) else {
            return self.wrong(number, format!("{head:?} is no part of a scorecard: there are group NAME and item NAME: QUESTION"));
        };
        let (code, question) = (code.trim().to_string(), question.trim().to_string());
        if question.is_empty() || code.is_empty() || !code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            self.wrong(number, "an item has a name of small letters and what is asked: # item calm: Was calm throughout");
        }
        if self.items.iter().any(|(_, known)| known.code == code) {
            self.wrong(number, format!("the item {code} stands in the text before"));
        }
        let group = self.group.unwrap_or_else(|| {
            self.wrong(number, format!("the item {code} stands before any group"));
            Group::Conduct
        });
        self.items.push((number, Item { code, question, group, weight: 0, fails: None, proof: None, look: String::new() }));
    }

    fn line(&mut self, number: usize, line: &str) {
        let Some((key, words)) = line.split_once(':').map(|(key, words)| (key.trim(), words.trim())) else {
            return self.wrong(number, "has no colon: a line is written like weight: 10");
        };
        if words.is_empty() {
            return self.wrong(number, format!("{key} says nothing"));
        }
        let Some((_, item)) = self.items.last_mut() else {
            match key {
                "title" => self.title = words.to_string(),
                "version" => self.version = words.parse().unwrap_or(0),
                _ => self.wrong(number, format!("{key} stands before any item")),
            }
            return;
        };
        match key {
            "weight" => match words.parse() {
                Ok(weight @ 1..=WEIGHT_MAX) => item.weight = weight,
                _ => self.wrong(number, format!("{words:?} is no weight: a whole number from 1 to {WEIGHT_MAX}")),
            },
            "fails" => item.fails = Some(words.to_string()),
            "look" => item.look = words.to_string(),
            "proof" => match Proof::parse(words) {
                Some(proof) => item.proof = Some(proof),
                None => {
                    let known: Vec<&str> = Proof::ALL.iter().map(|proof| proof.code()).collect();
                    self.wrong(number, format!("the steps cannot prove {words:?}: there are {}", known.join(", ")));
                }
            },
            _ => self.wrong(number, format!("{key:?} is not written here: there are weight, proof, fails, look")),
        }
    }

    /// What can be seen only when all is read.
    fn prove(&mut self) {
        if self.title.is_empty() {
            self.wrong(0, "the text begins with its title: title: How a call was led");
        }
        if self.version == 0 {
            self.wrong(0, "the text has its version, a whole number from 1: version: 1");
        }
        if self.items.is_empty() || self.items.len() > ITEMS_MAX {
            self.wrong(0, format!("a scorecard has at least one item, and {ITEMS_MAX} at the most"));
        }
        let unweighed: Vec<(usize, String)> =
            self.items.iter().filter(|(_, item)| item.weight == 0).map(|(number, item)| (*number, item.code.clone())).collect();
        for (number, code) in unweighed {
            self.wrong(number, format!("the item {code} has no weight: weight: 10"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::SHIPPED;
    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let cases = [
            ("weight: 0", "\"0\" is no weight"),
            ("weight: heavy", "\"heavy\" is no weight"),
            ("proof: telepathy", "the steps cannot prove \"telepathy\""),
            ("colour: red", "\"colour\" is not written here"),
            ("look:", "look says nothing"),
            ("weight", "has no colon"),
            ("# item Calm: Was calm", "an item has a name of small letters"),
            ("# item message: Again", "the item message stands in the text before"),
            ("# group weather", "\"weather\" is no group"),
            ("# chapter one", "is no part of a scorecard"),
        ];
        for (line, says) in cases {
            let text = SHIPPED.replacen("# group conduct\n", &format!("{line}\n# group conduct\n"), 1);
            let number = text.lines().position(|known| known == line).map(|at| at + 1);
            let problems = Scorecard::parse(&text).expect_err(line);
            assert!(problems.iter().any(|problem| Some(problem.line) == number && problem.says.contains(says)), "{line}: {problems:?}");
        }
        let says =
            |text: &str| Scorecard::parse(text).expect_err("it is wrong").iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let nothing = says("");
        assert!(nothing.contains("title: ") && nothing.contains("version: 1") && nothing.contains("at least one item"), "{nothing}");
        assert!(says("title: T\nversion: 1\n# item a: A\nweight: 1").contains("stands before any group"));
        assert!(says("title: T\nversion: 1\n# group conduct\n# item a: A").contains("the item a has no weight"));
        assert!(says(&format!("title: {}", "x".repeat(400))).contains("longer than 300"));
    }
}

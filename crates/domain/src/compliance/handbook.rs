//! The handbook: one page per rule, made from its card, and one per reading.
//!
//! Nothing is written here that a card or a reading does not say, so the handbook and the decisions cannot part.

use super::readings::{READINGS, Reading};
use super::{RULE_SET, rules};
use crate::decision::{RuleCard, Severity};

/// One page: the name of its file and its text, in Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The name of its file.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The contents first, then a page per rule in the order people read them, then what is obeyed without a rule.
pub fn pages() -> Vec<Page> {
    let cards = rules::cards();
    let mut pages = vec![contents(&cards)];
    pages.extend(cards.into_iter().map(page));
    pages.extend(READINGS.iter().map(reading));
    pages
}

fn contents(cards: &[&RuleCard]) -> Page {
    let mut text = format!(
        "# Handbook of the rules\n\nRule set `{RULE_SET}`. Made by `cargo xtask handbook` from the cards of the rules; change a card, not a page.\n\n\
         | Rule | Source | Binds | What it does |\n| --- | --- | --- | --- |\n"
    );
    for card in cards {
        let (does, _) = severity(card.severity);
        text.push_str(&format!("| [{}]({}) | {} | {} | {does} |\n", card.id, name(card.id), card.cite, card.jurisdiction));
    }
    text.push_str("\n## Obeyed without a rule of its own\n\n| What | Source |\n| --- | --- |\n");
    for reading in &READINGS {
        text.push_str(&format!("| [{}]({}) | {} |\n", reading.id, name(reading.id), reading.cite));
    }
    Page { name: "README.md".into(), text }
}

fn page(card: &RuleCard) -> Page {
    let (does, means) = severity(card.severity);
    let text = format!(
        "# {}\n\n{}\n\n## What can be done instead\n\n{}\n\n## The rule\n\n- Source: {}\n- In force: {}\n- Binds: {}\n\
         - What it does: {does}. {means}\n\n[All rules](README.md)\n",
        card.id,
        card.plain,
        card.instead,
        card.cite,
        card.in_force(),
        card.jurisdiction
    );
    Page { name: name(card.id), text }
}

fn reading(reading: &Reading) -> Page {
    let Reading { id, cite, says, obeyed, no_case } = reading;
    let no_case = no_case.map(|why| format!("## Why no case asks about it\n\n{why}\n\n")).unwrap_or_default();
    let text = format!("# {id}\n\n{says}\n\n## How it is obeyed\n\n{obeyed}\n\n{no_case}- Source: {cite}\n\n[All rules](README.md)\n");
    Page { name: name(id), text }
}

fn name(id: &str) -> String {
    format!("{id}.md")
}

/// What a rule does, in a few words and in a sentence.
const fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Block => ("refuses", "Nobody can release it; only other facts on record change the answer."),
        Severity::Supervisor => ("asks a supervisor", "A supervisor may release it with a reason, which is recorded."),
        Severity::Presumption => (
            "asks a supervisor",
            "The law presumes a violation and lets it be rebutted; a supervisor may release it with a recorded reason.",
        ),
        Severity::Warn => ("warns", "It is shown and recorded, and the act may go on."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_page_that_says_what_its_card_says() {
        let pages = pages();
        let cards = rules::cards();
        assert_eq!(pages.len(), cards.len() + READINGS.len() + 1);
        for (page, card) in pages.iter().skip(1).zip(cards) {
            assert_eq!(page.name, format!("{}.md", card.id));
            for said in [card.id, card.plain, card.instead, card.cite, card.jurisdiction] {
                assert!(page.text.contains(said), "{}: {said}", card.id);
            }
            assert!(pages[0].text.contains(&format!("]({})", page.name)));
        }
        let hours = pages.iter().find(|page| page.name == "regf.retention.md").unwrap();
        assert!(hours.text.contains("In force: from Tue 30 Nov 2021, no end known"), "{}", hours.text);
    }
}

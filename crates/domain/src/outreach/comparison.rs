//! The comparison of the negotiation desk as a letter: every way side by side, none put before another.
//!
//! What the ways are is reckoned at the desk and comes as blocks in each language; [`write_comparison`] sets around it who writes to whom
//! about which debt, for an answer by which day it was reckoned, how to answer, and what must be said of who writes. Or it names what is
//! missing.
//!
//! Always true: nothing in it says which way is better; of the account's number only the end is printed.

use super::letter::{Block, Content, Language, Letter, Part, Span, money};
use super::validation_notice::{Collector, Missing, StateText, WordsDue, lacking, last_of};
use crate::values::money::Money;
use jiff::civil::{Date, Weekday};

/// Everything the letter shows; what is empty is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonFacts {
    /// The day of mailing.
    pub mailed_on: Date,
    /// The day for which the ways were reckoned: a letter takes its time, and so does an answer.
    pub answered_on: Date,
    /// The language they read.
    pub language: Language,
    /// Who collects.
    pub collector: Collector,
    /// Whom it is to.
    pub person: String,
    /// Where it goes, line by line.
    pub address: Vec<String>,
    /// To whom the debt is owed.
    pub creditor: String,
    /// The creditor's number of the account; only its end is printed.
    pub account_number: String,
    /// Our own reference.
    pub reference: String,
    /// What is owed on that day.
    pub owed_now: Money,
    /// The ways, in each language of the letter.
    pub ways: Vec<(Language, Vec<Block>)>,
    /// What must be said of who writes, in each language.
    pub statements: Vec<StateText>,
    /// What their state wants added.
    pub state_texts: Vec<StateText>,
    /// What it wants and nobody has the words of.
    pub words_due: Vec<WordsDue>,
}

/// Days that a letter and its answer take, at the least.
const DAYS_TO_ANSWER: i64 = 14;

/// The day for which ways are reckoned that are mailed on a day: two weeks on, and no weekend.
pub fn answered_on(mailed_on: Date) -> Date {
    let mut on = mailed_on.saturating_add(jiff::Span::new().days(DAYS_TO_ANSWER));
    while matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday) {
        on = on.saturating_add(jiff::Span::new().days(1));
    }
    on
}

impl ComparisonFacts {
    /// What it offers, to whom and where: two letters that say the same here are one.
    pub fn offered(&self) -> String {
        let mut out = format!("{}\n{}\n{}\n", self.person, self.address.join("\n"), money(self.owed_now));
        for (language, blocks) in &self.ways {
            out.push_str(language.tag());
            out.push('\n');
            blocks.iter().for_each(|block| block.say(&mut out));
        }
        out
    }
}

/// What the letter lacks, all at once.
pub fn missing(facts: &ComparisonFacts) -> Vec<Missing> {
    lacking(&facts.collector, (&facts.person, &facts.address), &facts.creditor, &facts.words_due)
}

/// Writes the letter, or names everything that is missing.
pub fn write_comparison(facts: &ComparisonFacts) -> Result<Letter, Vec<Missing>> {
    let missing = missing(facts);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Letter {
        title: title(facts.language).into(),
        dated_on: facts.mailed_on,
        sender: facts.collector.name.clone(),
        parts: facts.ways.iter().map(|(language, ways)| part(facts, *language, ways)).collect(),
    })
}

/// What it is called.
pub const fn title(language: Language) -> &'static str {
    match language {
        Language::English => "Ways to deal with this account",
        Language::Spanish => "Maneras de resolver esta cuenta",
    }
}

fn part(facts: &ComparisonFacts, language: Language, ways: &[Block]) -> Part {
    let mut addressee = vec![facts.person.clone()];
    addressee.extend(facts.address.iter().cloned());
    let marked = |text: String| Block::of(Content::Paragraph(Span::marked(&text)));
    let mut body = vec![Block::heading(1, title(language)), marked(opening(facts, language))];
    body.extend(ways.iter().cloned());
    let (heading, says) = how_to_answer(facts, language);
    body.push(Block::heading(2, heading));
    body.extend(says.map(Block::paragraph));
    body.extend(facts.statements.iter().filter(|text| text.language == language).map(|text| Block::paragraph(&text.text)));
    let state: Vec<&StateText> = facts.state_texts.iter().filter(|text| text.language == language).collect();
    if !state.is_empty() {
        let heading = match language {
            Language::English => "Your state",
            Language::Spanish => "Su estado",
        };
        body.push(Block::heading(2, heading));
        body.extend(state.iter().map(|text| Block::paragraph(&text.text)));
    }
    let reference = match language {
        Language::English => format!("Reference {}", facts.reference),
        Language::Spanish => format!("Referencia {}", facts.reference),
    };
    let marks = vec![language.day(facts.mailed_on), reference.clone()];
    Part { language, head: facts.collector.head(), marks, addressee, body, foot: reference }
}

fn opening(facts: &ComparisonFacts, language: Language) -> String {
    // What files wrote must not turn bold.
    let creditor = facts.creditor.replace("**", "");
    let (number, owed, on) = (last_of(&facts.account_number), money(facts.owed_now), language.day(facts.mailed_on));
    match language {
        Language::English => format!(
            "This is about your account with {creditor}, number ending in {number}. On {on} **{owed}** is owed on it. Here is every way to \
             deal with it that we know of. None of them is put before another, and you need not choose any."
        ),
        Language::Spanish => format!(
            "Se trata de su cuenta con {creditor}, número que termina en {number}. El {on} se deben **{owed}** en ella. Aquí está cada manera \
             de resolverla que conocemos. Ninguna se pone antes que otra, y usted no tiene que elegir ninguna."
        ),
    }
}

fn how_to_answer(facts: &ComparisonFacts, language: Language) -> (&'static str, [String; 2]) {
    let (phone, reference, on) = (&facts.collector.phone, &facts.reference, language.day(facts.answered_on));
    match language {
        Language::English => (
            "If you want one of them",
            [
                format!(
                    "Call us at {phone} or write to the address above and name our reference {reference}. Nothing is agreed before you say so; \
                     what is agreed is written to you."
                ),
                format!("Amounts and days were reckoned for an answer by {on}. Later, ask us, and we reckon them anew."),
            ],
        ),
        Language::Spanish => (
            "Si quiere una de ellas",
            [
                format!(
                    "Llámenos al {phone} o escriba a la dirección de arriba e indique nuestra referencia {reference}. Nada queda acordado antes \
                     de que usted lo diga; lo que se acuerde se le escribe."
                ),
                format!(
                    "Los montos y las fechas se calcularon para una respuesta a más tardar el {on}. Después, pídanos que los calculemos de nuevo."
                ),
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn facts() -> ComparisonFacts {
        ComparisonFacts {
            mailed_on: date(2026, 3, 2),
            answered_on: date(2026, 3, 16),
            language: Language::Spanish,
            collector: Collector {
                name: "Field Recovery".into(),
                address: vec!["1 Main Street".into(), "Columbus, OH 43004".into()],
                phone: "614-555-0100".into(),
                ..Collector::default()
            },
            person: "Maria Ortiz".into(),
            address: vec!["2 Oak Street".into(), "Columbus, OH 43004".into()],
            creditor: "Lark Bank".into(),
            account_number: "4000-1234".into(),
            reference: "R-1".into(),
            owed_now: Money::usd(40_000),
            ways: vec![
                (Language::English, vec![Block::heading(2, "Pay in full")]),
                (Language::Spanish, vec![Block::heading(2, "Pagar todo")]),
            ],
            statements: vec![StateText { language: Language::English, text: "We are a debt collector.".into() }],
            state_texts: Vec::new(),
            words_due: Vec::new(),
        }
    }

    #[test]
    fn it_says_in_both_languages_what_it_is_about_and_how_to_answer() {
        let letter = write_comparison(&facts()).unwrap();
        assert_eq!((letter.parts.len(), letter.title.as_str()), (2, "Maneras de resolver esta cuenta"));
        let text = letter.text();
        for says in [
            "number ending in 1234. On March 2, 2026 $400.00 is owed",
            "número que termina en 1234. El 2 de marzo de 2026 se deben $400.00",
            "Pay in full",
            "Pagar todo",
            "for an answer by March 16, 2026",
            "Call us at 614-555-0100",
            "Llámenos al 614-555-0100",
            "We are a debt collector.",
        ] {
            assert!(text.contains(says), "{says} in {text}");
        }
        assert!(!text.contains("4000-1234") && !text.contains('*'), "{text}");
    }

    #[test]
    fn the_same_offers_on_another_day_are_the_same_and_another_amount_or_place_is_not() {
        let one = facts();
        let later = ComparisonFacts { mailed_on: date(2026, 3, 3), statements: Vec::new(), ..one.clone() };
        assert_eq!(one.offered(), later.offered());
        assert_ne!(one.offered(), ComparisonFacts { owed_now: Money::usd(39_999), ..one.clone() }.offered());
        assert_ne!(one.offered(), ComparisonFacts { address: vec!["3 Elm Street".into()], ..one.clone() }.offered());
        assert_ne!(one.offered(), ComparisonFacts { ways: vec![one.ways[0].clone()], ..one.clone() }.offered());
    }

    #[test]
    fn there_are_two_weeks_for_an_answer_and_it_is_no_weekend() {
        assert_eq!(answered_on(date(2026, 3, 2)), date(2026, 3, 16));
        assert_eq!(answered_on(date(2026, 3, 7)), date(2026, 3, 23), "from a Saturday");
        assert_eq!(answered_on(date(2026, 3, 8)), date(2026, 3, 23));
    }

    #[test]
    fn what_is_missing_is_named_all_at_once() {
        let bare = ComparisonFacts { address: Vec::new(), creditor: " ".into(), collector: Collector::default(), ..facts() };
        let named: Vec<&str> = write_comparison(&bare).unwrap_err().iter().map(|missing| missing.element).collect();
        assert_eq!(named, ["collector name", "collector mailing address", "collector telephone", "person's mailing address", "creditor"]);
    }

    proptest! {
        #[test]
        fn no_name_turns_bold(name in "[*a-z]{0,12}") {
            let text = write_comparison(&ComparisonFacts { creditor: format!("x{name}"), ..facts() }).unwrap().text();
            prop_assert!(text.contains(&format!("x{},", name.replace("**", ""))), "{text}");
        }
    }
}

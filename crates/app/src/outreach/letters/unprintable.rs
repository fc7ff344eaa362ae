//! Characters that the letters' font does not have, named with the field they stand in, before anything is printed.
//!
//! What is in a debtor's name is shown to whoever prints the letter and to nobody else: the character is named, the name is not.

use crate::app::Failure;
use crate::outreach::pdf;
use duly_domain::outreach::case_letter::CaseLetterFacts;
use duly_domain::outreach::comparison::ComparisonFacts;
use duly_domain::outreach::confirmation::ConfirmationFacts;
use duly_domain::outreach::recap::RecapFacts;
use duly_domain::outreach::validation_notice::{Collector, NoticeFacts};

/// A field of a letter: its word, what it holds, and where it is changed.
type Field<'f> = (&'static str, &'f str, &'static str);

const PERSON: &str = "the person's page";
const COMPANY: &str = "Settings";
const CREDITOR: &str = "the creditor's file, or `duly letters creditor`";
const FILE: &str = "the creditor's file";
const HERE: &str = "the form of the answer";

/// What a validation notice could not be printed for.
pub fn in_notice(facts: &NoticeFacts) -> Result<Vec<String>, Failure> {
    let fields = [
        ("name of the consumer", facts.consumer.as_str(), PERSON),
        ("name of the collector", &facts.collector.name, COMPANY),
        ("creditor on the itemization date", &facts.creditor_then, CREDITOR),
        ("current creditor", &facts.creditor_now, CREDITOR),
        ("account number", &facts.account_number, FILE),
    ];
    let address = facts.address.iter().map(|line| ("address of the consumer", line.as_str(), PERSON));
    let ours = facts.collector.address.iter().map(|line| ("address of the collector", line.as_str(), COMPANY));
    says(fields.into_iter().chain(address).chain(ours))
}

/// What the answer of a case could not be printed for.
pub fn in_answer(facts: &CaseLetterFacts) -> Result<Vec<String>, Failure> {
    let fields = [
        ("name of the person", facts.person.as_str(), PERSON),
        ("name of the collector", &facts.collector.name, COMPANY),
        ("creditor", &facts.creditor, CREDITOR),
        ("account number", &facts.account_number, FILE),
        ("text of what was found", &facts.found, HERE),
    ];
    let address = facts.address.iter().map(|line| ("address of the person", line.as_str(), PERSON));
    let original = facts.original_creditor.iter().map(|line| ("original creditor", line.as_str(), HERE));
    let enclosed = facts.enclosures.iter().map(|name| ("name of an enclosed file", name.as_str(), "the account's papers"));
    says(fields.into_iter().chain(address).chain(original).chain(enclosed))
}

/// What a confirmation could not be printed for.
pub fn in_confirmation(facts: &ConfirmationFacts) -> Result<Vec<String>, Failure> {
    in_letter(&facts.person, &facts.collector, &facts.creditor, &facts.account_number, &facts.address)
}

/// What a comparison could not be printed for.
pub fn in_comparison(facts: &ComparisonFacts) -> Result<Vec<String>, Failure> {
    in_letter(&facts.person, &facts.collector, &facts.creditor, &facts.account_number, &facts.address)
}

/// What a recap could not be printed for.
pub fn in_recap(facts: &RecapFacts) -> Result<Vec<String>, Failure> {
    in_letter(&facts.person, &facts.collector, &facts.creditor, &facts.account_number, &facts.address)
}

/// What the words that every letter has could not be printed for.
fn in_letter(
    person: &str,
    collector: &Collector,
    creditor: &str,
    account_number: &str,
    address: &[String],
) -> Result<Vec<String>, Failure> {
    let fields = [
        ("name of the person", person, PERSON),
        ("name of the collector", collector.name.as_str(), COMPANY),
        ("creditor", creditor, CREDITOR),
        ("account number", account_number, FILE),
    ];
    says(fields.into_iter().chain(address.iter().map(|line| ("address of the person", line.as_str(), PERSON))))
}

fn says<'f>(fields: impl Iterator<Item = Field<'f>>) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for (field, text, enter) in fields {
        let lacks = pdf::find_unprintable(text).map_err(|error| Failure::wrong("letter", error.to_string()))?;
        all.extend(lacks.map(|character| {
            let code = u32::from(character);
            format!(
                "the {field} holds the character {character} (U+{code:04X}), which the font of the letters does not have: write it in \
                 Latin letters at {enter}"
            )
        }));
    }
    all.dedup();
    Ok(all)
}

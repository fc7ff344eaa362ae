//! The confirmation: what was agreed or has ended on an account, as a letter that they can keep.
//!
//! A plan with its payments, a pause in hardship, an account that is paid in full or settled, collection that has ended.
//! [`write_confirmation`] gives the letter, in English or in both languages, or every element that is missing.
//!
//! Always true: it asks for nothing, and says of money what the books say.

mod words;

use super::letter::{AmountRow, Amounts, Block, Content, Language, Letter, Part, Sign, Span, money};
use super::validation_notice::{Collector, Missing, StateText, WordsDue, lacking, last_of};
use crate::compliance::record::Purpose;
use crate::values::coded::coded;
use crate::values::money::Money;
use jiff::civil::Date;
use words::Words;

coded! {
    /// What a letter confirms.
    Confirmed, 5 {
        PlanAgreed = "plan_agreed", "Payment plan";
        PauseGranted = "pause_granted", "Hardship pause";
        PaidInFull = "paid_in_full", "Paid in full";
        Settled = "settled", "Settled";
        CollectionEnded = "collection_ended", "Collection has ended";
    }
}

impl Confirmed {
    /// What it is sent for, as the gate asks. A pause that stands keeps ordinary contact back, not the letter that confirms it.
    pub const fn purpose(self) -> Purpose {
        match self {
            Confirmed::PlanAgreed | Confirmed::PauseGranted => Purpose::Collection,
            Confirmed::PaidInFull | Confirmed::Settled | Confirmed::CollectionEnded => Purpose::EndingCollection,
        }
    }
}

coded! {
    /// Why collection ended, where they are told.
    Ending, 6 {
        Recalled = "recalled", "the creditor took it back";
        Returned = "returned", "it was returned to the creditor";
        Sold = "sold", "the creditor sold it";
        Uncollectible = "uncollectible", "we ended it";
        PlacedInError = "placed_in_error", "it was placed in error";
        SmallBalance = "small_balance", "little was left";
    }
}

/// Everything a confirmation shows; what is empty is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmationFacts {
    /// What is confirmed.
    pub confirmed: Confirmed,
    /// The day of mailing.
    pub mailed_on: Date,
    /// The language the person asked for.
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
    /// What is owed now, with what was written off unpaid.
    pub owed_now: Money,
    /// What was paid to us and to the creditor since the account was placed.
    pub paid: Money,
    /// The payments that are still to come, each with its day; for a plan.
    pub payments: Vec<(Date, Money)>,
    /// Whether the plan, kept to the end, settles the account for less than is owed.
    pub is_settlement: bool,
    /// The first day of a pause and the day of its review.
    pub pause: Option<(Date, Date)>,
    /// Why collection ended.
    pub ending: Option<Ending>,
    /// What must be said of who writes, in each language.
    pub statements: Vec<StateText>,
    /// What their state wants added.
    pub state_texts: Vec<StateText>,
    /// What it wants and nobody has the words of.
    pub words_due: Vec<WordsDue>,
}

/// What a letter lacks, all at once.
pub fn missing(facts: &ConfirmationFacts) -> Vec<Missing> {
    lacking(&facts.collector, (&facts.person, &facts.address), &facts.creditor, &facts.words_due)
}

/// Writes the letter, or names everything that is missing.
pub fn write_confirmation(facts: &ConfirmationFacts) -> Result<Letter, Vec<Missing>> {
    let missing = missing(facts);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Letter {
        title: Words::of(facts.language).title(facts.confirmed).into(),
        dated_on: facts.mailed_on,
        sender: facts.collector.name.clone(),
        parts: facts.language.of_letter().iter().map(|language| part(facts, *language)).collect(),
    })
}

fn part(facts: &ConfirmationFacts, language: Language) -> Part {
    let words = Words::of(language);
    let say = |text: &str| fill(text, facts, language);
    let mut addressee = vec![facts.person.clone()];
    addressee.extend(facts.address.iter().cloned());
    let paragraph = |text: &str| Block::of(Content::Paragraph(Span::marked(&say(text))));

    let mut body = vec![Block::heading(1, words.title(facts.confirmed)), paragraph(words.opening(facts))];
    if facts.confirmed == Confirmed::PlanAgreed {
        body.push(Block::heading(2, words.payments));
        body.push(Block::of(Content::Amounts(schedule(facts, words, language))));
    }
    body.extend(words.told(facts).iter().map(|text| paragraph(text)));
    body.push(paragraph(words.if_wrong));
    body.extend(facts.statements.iter().filter(|text| text.language == language).map(|text| Block::paragraph(&text.text)));
    let state: Vec<&StateText> = facts.state_texts.iter().filter(|text| text.language == language).collect();
    if !state.is_empty() {
        body.push(Block::heading(2, words.state_heading));
        body.extend(state.iter().map(|text| Block::paragraph(&text.text)));
    }
    let marks = vec![language.day(facts.mailed_on), say(words.reference)];
    Part { language, head: facts.collector.head(), marks, addressee, body, foot: say(words.reference) }
}

fn schedule(facts: &ConfirmationFacts, words: &Words, language: Language) -> Amounts {
    let row = |label: String, amount, is_total| AmountRow { label, amount: Some((Sign::None, amount)), is_total };
    let mut rows: Vec<AmountRow> = facts.payments.iter().map(|(on, amount)| row(language.day(*on), *amount, false)).collect();
    let minor = facts.payments.iter().map(|(_, amount)| amount.minor()).sum();
    rows.push(row(words.total.into(), Money::of(minor, facts.owed_now.currency()), true));
    Amounts { summary: words.payments.into(), head: None, rows }
}

/// Puts the facts in the places of a text; what is put in is not looked through again.
fn fill(text: &str, facts: &ConfirmationFacts, language: Language) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((place, after)) = behind.split_once('}') else { break };
        out.push_str(before);
        // What people and files wrote must not turn bold.
        out.push_str(&place_of(place, facts, language).replace("**", ""));
        rest = after;
    }
    out + rest
}

fn place_of(place: &str, facts: &ConfirmationFacts, language: Language) -> String {
    let day = |on: Option<Date>| on.map(|on| language.day(on)).unwrap_or_default();
    match place {
        "creditor" => facts.creditor.clone(),
        "phone" => facts.collector.phone.clone(),
        "number" => last_of(&facts.account_number),
        "reference" => facts.reference.clone(),
        "owed" => money(facts.owed_now),
        "paid" => money(facts.paid),
        "from" => day(facts.pause.map(|(from, _)| from)),
        "until" => day(facts.pause.map(|(_, until)| until)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn facts(confirmed: Confirmed) -> ConfirmationFacts {
        ConfirmationFacts {
            confirmed,
            mailed_on: date(2026, 3, 2),
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
            owed_now: Money::usd(10_000),
            paid: Money::usd(32_000),
            payments: vec![(date(2026, 3, 13), Money::usd(5_000)), (date(2026, 4, 13), Money::usd(4_000))],
            is_settlement: false,
            pause: Some((date(2026, 3, 2), date(2026, 4, 1))),
            ending: Some(Ending::Recalled),
            statements: Vec::new(),
            state_texts: Vec::new(),
            words_due: Vec::new(),
        }
    }

    #[test]
    fn each_says_in_both_languages_what_it_confirms() {
        for (confirmed, english, spanish) in [
            (Confirmed::PlanAgreed, "March 13, 2026 $50.00", "13 de marzo de 2026 $50.00"),
            (Confirmed::PauseGranted, "until April 1, 2026", "hasta el 1 de abril de 2026"),
            (Confirmed::PaidInFull, "paid in full", "pagada por completo"),
            (Confirmed::Settled, "$320.00", "$320.00"),
            (Confirmed::CollectionEnded, "Lark Bank has taken the account back", "Lark Bank ha retirado la cuenta"),
        ] {
            let text = write_confirmation(&facts(confirmed)).unwrap().text();
            assert!(text.contains(english) && text.contains(spanish), "{confirmed}: {text}");
            assert!(text.contains("ending in 1234") && !text.contains("4000-1234"), "{confirmed}: {text}");
            assert!(!text.contains(['{', '}', '*']), "{confirmed}: {text}");
        }
    }

    #[test]
    fn a_plan_says_what_all_its_payments_come_to_and_whether_that_settles() {
        let plan = facts(Confirmed::PlanAgreed);
        let settles = |is_settlement| write_confirmation(&ConfirmationFacts { is_settlement, ..plan.clone() }).unwrap().text();
        assert!(settles(true).contains("All payments $90.00") && settles(true).contains("the account is settled"));
        assert!(!settles(false).contains("the account is settled"));
    }

    #[test]
    fn what_is_missing_is_named_all_at_once() {
        let bare = ConfirmationFacts { address: Vec::new(), creditor: " ".into(), ..facts(Confirmed::PaidInFull) };
        let named: Vec<&str> = write_confirmation(&bare).unwrap_err().iter().map(|missing| missing.element).collect();
        assert_eq!(named, ["person's mailing address", "creditor"]);
    }

    #[test]
    fn every_reason_to_end_has_its_words() {
        let said: Vec<String> = Ending::ALL
            .into_iter()
            .map(|ending| {
                write_confirmation(&ConfirmationFacts { ending: Some(ending), ..facts(Confirmed::CollectionEnded) }).unwrap().text()
            })
            .collect();
        assert!((1..said.len()).all(|at| !said[..at].contains(&said[at])), "{said:?}");
    }

    proptest! {
        #[test]
        fn no_name_turns_bold_or_is_filled(name in "[{}*a-z]{0,12}") {
            let text = write_confirmation(&ConfirmationFacts { creditor: format!("x{name}"), ..facts(Confirmed::PaidInFull) }).unwrap().text();
            prop_assert!(text.contains(&format!("x{}", name.replace("**", ""))), "{text}");
        }
    }
}

//! What a notice shows, and what keeps it from being written.

use super::*;
use jiff::civil::date;

fn facts() -> NoticeFacts {
    let usd = Money::usd;
    NoticeFacts {
        mailed_on: date(2027, 3, 1),
        language: Language::English,
        collector: Collector {
            name: "North South Group".into(),
            address: vec!["P.O. Box 123456".into(), "Pasadena, CA 91111".into()],
            phone: "(800) 555-0100".into(),
            hours: "8am to 8pm ET, Monday to Saturday".into(),
            website: "www.example.com".into(),
        },
        consumer: "María Núñez".into(),
        address: vec!["2323 Park Street".into(), "Bethesda, MD 20815".into()],
        creditor_then: "Bank of Rockville".into(),
        creditor_now: "Bank of Rockville".into(),
        account_number: "123-456-789".into(),
        reference: "584-345".into(),
        itemized: Some(Itemized { on: date(2026, 1, 2), owed: usd(223_456), interest: usd(7_500), fees: usd(0), credits: usd(5_000) }),
        owed_now: usd(225_956),
        is_financial: true,
        state_texts: Vec::new(),
        words_due: Vec::new(),
    }
}

fn text(blocks: &[Block]) -> String {
    let mut out = String::new();
    blocks.iter().for_each(|block| block.say(&mut out));
    out
}

#[test]
fn a_notice_shows_every_element_in_the_order_of_the_form() {
    let letter = write_notice(&facts()).unwrap();
    let said = text(&letter.parts[0].body);
    let mut rest = said.as_str();
    for next in [
        "North South Group is a debt collector",
        "owe to Bank of Rockville",
        "account from Bank of Rockville with an account number ending in 6789",
        "As of January 2, 2026, you owed: $2,234.56",
        "Between January 2, 2026 and today:",
        "interest: + $75.00",
        "fees: + $0.00",
        "credited this amount toward the debt: - $50.00",
        "Total amount of the debt now: $2,259.56",
        "Call or write to us by April 7, 2027, to dispute",
        "If you write to us by April 7, 2027, we must stop collection",
        "Write to ask for the name and address of the original creditor",
        "If you write by April 7, 2027, we must stop",
        "www.cfpb.gov/debt-collection",
        "payment options",
        "Póngase en contacto",
        "How do you want to respond?",
        "I want to dispute the debt because I think:",
        "This is not my debt.",
        "The amount is wrong.",
        "Other (",
        "name and address of the original creditor",
        "Include the reference number 584-345.",
        "Quiero este formulario en español.",
        "Mail this form to:",
        "North South Group",
        "María Núñez",
    ] {
        let at = rest.find(next).unwrap_or_else(|| panic!("{next:?} is not where the form has it:\n{rest}"));
        rest = &rest[at..];
    }
    assert_eq!(said.matches("April 7, 2027").count(), 3, "the end of the period stands in three places");
    assert!(!said.contains("123-456") && !said.contains('{'), "{said}");
}

#[test]
fn a_notice_in_spanish_goes_out_behind_the_english_one() {
    let letter = write_notice(&NoticeFacts { language: Language::Spanish, ..facts() }).unwrap();
    let languages: Vec<Language> = letter.parts.iter().map(|part| part.language).collect();
    assert_eq!(languages, [Language::English, Language::Spanish]);
    let said = text(&letter.parts[1].body);
    assert_eq!(said.matches("7 de abril de 2027").count(), 3);
    assert!(said.contains("Al 2 de enero de 2026, usted debía: $2,234.56") && !said.contains("Póngase en contacto"), "{said}");
}

#[test]
fn everything_missing_is_named_at_once() {
    let empty = NoticeFacts {
        collector: Collector::default(),
        consumer: " ".into(),
        address: vec!["Bethesda, MD 20815".into()],
        creditor_then: String::new(),
        creditor_now: String::new(),
        account_number: String::new(),
        itemized: None,
        ..facts()
    };
    let missing = write_notice(&empty).unwrap_err();
    let elements: Vec<&str> = missing.iter().map(|one| one.element).collect();
    assert_eq!(
        elements,
        [
            "collector name",
            "collector mailing address",
            "collector telephone",
            "consumer name",
            "consumer mailing address",
            "creditor on the itemization date",
            "account number",
            "current creditor",
            "itemization date and its amounts"
        ]
    );
    assert!(missing.iter().all(|one| !one.enter.is_empty() && one.cite.starts_with("12 CFR 1006")));
}

#[test]
fn amounts_that_are_a_cent_off_keep_the_notice_from_being_written() {
    let itemized = facts().itemized;
    //   owed now   itemization                                                         what is said
    for (owed_now, itemized, says) in [
        (225_955, itemized, Some("does not balance: it comes to $2,259.56, the books say $2,259.55")),
        (225_956, itemized, None),
        (225_956, itemized.map(|one| Itemized { on: date(2027, 3, 2), ..one }), Some("is after the mailing")),
        (235_956, itemized.map(|one| Itemized { credits: Money::usd(-5_000), ..one }), Some("holds an amount below zero")),
    ] {
        let said = write_notice(&NoticeFacts { owed_now: Money::usd(owed_now), itemized, ..facts() });
        assert_eq!(said.err().and_then(|missing| missing.first().map(|one| one.says.clone())).as_deref(), says);
    }
}

#[test]
fn what_a_state_wants_stands_on_the_back_and_is_pointed_to() {
    let state = StateText { language: Language::English, text: "New York wants this said.".into() };
    let letter = write_notice(&NoticeFacts { state_texts: vec![state], ..facts() }).unwrap();
    let said = text(&letter.parts[0].body);
    assert!(said.contains("See reverse side") && said.trim_end().ends_with("New York wants this said."), "{said}");
}

#[test]
fn a_debt_that_is_not_financial_needs_no_line_of_the_bureau_and_no_earlier_creditor() {
    let letter = write_notice(&NoticeFacts { is_financial: false, creditor_then: String::new(), ..facts() }).unwrap();
    assert!(!text(&letter.parts[0].body).contains("cfpb.gov"));
}

#[test]
fn only_the_end_of_a_number_is_shown_and_braces_in_names_stay() {
    for (number, shown) in [("123-456-789", "6789"), ("1234", "34"), ("7", "7"), ("ABCDEF", "DEF")] {
        assert_eq!(last_of(number), shown, "{number}");
    }
    let facts = NoticeFacts { creditor_now: "Bank {by} **Bold**".into(), ..facts() };
    let said = text(&write_notice(&facts).unwrap().parts[0].body);
    assert!(said.contains("owe to Bank {by} Bold."), "{said}");
}

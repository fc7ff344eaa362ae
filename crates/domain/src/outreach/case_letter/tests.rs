//! Tests of our answers: what each says, what it lacks, and that nothing said is in the wrong language.

use super::*;
use jiff::civil::date;

fn facts(kind: CaseLetterKind, case: CaseKind) -> CaseLetterFacts {
    let usd = Money::usd;
    CaseLetterFacts {
        kind,
        case,
        mailed_on: date(2026, 3, 16),
        language: Language::English,
        collector: Collector {
            name: "Harbor Recovery".into(),
            address: vec!["P.O. Box 12".into(), "Columbus, OH 43201".into()],
            phone: "(614) 555-0199".into(),
            ..Collector::default()
        },
        person: "María Núñez".into(),
        address: vec!["12 Elm St".into(), "Columbus, OH 43205".into()],
        creditor: "Larkfield".into(),
        original_creditor: vec!["Bank of Rockville".into(), "1 Main St".into(), "Rockville, MD 20850".into()],
        account_number: "44-000198".into(),
        reference: "ABCDE-01234".into(),
        received_on: date(2026, 3, 2),
        part: None,
        answered_on: Some(date(2026, 1, 5)),
        outcome: Some(CaseOutcome::Upheld),
        found: "The agreement bears **the** signature on file.".into(),
        itemized: Some(Itemized { on: date(2025, 6, 1), owed: usd(40_000), interest: usd(2_000), fees: usd(0), credits: usd(550) }),
        corrected: None,
        owed_now: usd(41_450),
        enclosures: vec!["agreement.pdf".into()],
        statements: vec![StateText { language: Language::English, text: "This communication is from a debt collector.".into() }],
        state_texts: Vec::new(),
        words_due: Vec::new(),
    }
}

fn case_of(kind: CaseLetterKind) -> CaseKind {
    CaseKind::ALL.into_iter().find(|case| CaseLetterKind::of(*case).contains(&kind)).unwrap()
}

fn says(facts: &CaseLetterFacts) -> String {
    write_letter(facts).unwrap().text()
}

#[test]
fn each_answer_says_its_own() {
    use CaseLetterKind::{Complaint, Correction, Ending, OriginalCreditor, Repeat, Verification};
    //   kind           says                                                                          does not say
    for (kind, said, unsaid) in [
        (Verification, "Copies are enclosed as verification", "Taken off"),
        (Correction, "we have corrected them", "Copies are enclosed as verification"),
        (Ending, "We do not collect this debt any more", "Total amount"),
        (OriginalCreditor, "Bank of Rockville\n1 Main St\nRockville, MD 20850", "also the creditor"),
        (Repeat, "substantially the same as the dispute that we answered on January 5, 2026", "You dispute"),
        (Complaint, "You are right, and we are sorry.", "Total amount"),
    ] {
        let text = says(&facts(kind, case_of(kind)));
        assert!(text.contains(said), "{said}: {text}");
        assert!(!text.contains(unsaid), "{unsaid}: {text}");
        assert!(text.contains("March 2, 2026") && text.contains("from a debt collector"), "{text}");
        assert!(text.contains("ending in 0198") && !text.contains("44-000198"), "{text}");
    }
}

#[test]
fn amounts_are_shown_only_where_they_come_to_what_is_owed() {
    let whole = facts(CaseLetterKind::Verification, CaseKind::Dispute);
    assert!(says(&whole).contains("As of June 1, 2025, you owed: $400.00"));
    let other = CaseLetterFacts { owed_now: Money::usd(41_000), ..whole.clone() };
    assert!(!says(&other).contains("As of") && says(&other).contains("Total amount of the debt now: $410.00"));
    let corrected =
        CaseLetterFacts { corrected: Some(Money::usd(12_000)), owed_now: Money::usd(30_000), part: Some(Money::usd(12_000)), ..whole };
    let text = says(&corrected);
    for line in ["Amount before the correction: $420.00", "Taken off: - $120.00", "now: $300.00", "You dispute $120.00 of it."] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn nothing_is_written_with_a_gap_and_each_gap_is_named() {
    use CaseLetterKind::{Complaint, OriginalCreditor, Repeat, Verification};
    let lacks = |kind, change: &dyn Fn(&mut CaseLetterFacts)| {
        let mut facts = facts(kind, case_of(kind));
        change(&mut facts);
        write_letter(&facts).unwrap_err().iter().map(|missing| missing.element).collect::<Vec<_>>()
    };
    assert_eq!(lacks(Verification, &|facts| facts.enclosures.clear()), ["copy of the verification or judgment"]);
    assert_eq!(lacks(Verification, &|facts| facts.found = " ".into()), ["what was found"]);
    assert_eq!(lacks(OriginalCreditor, &|facts| facts.original_creditor.truncate(1)), ["original creditor's name and address"]);
    assert_eq!(lacks(Repeat, &|facts| facts.answered_on = None), ["earlier answer"]);
    assert_eq!(lacks(Complaint, &|facts| facts.outcome = Some(CaseOutcome::Verified)), ["outcome of the complaint"]);
    let due = WordsDue { state: "New York", asks: "a license number".into(), mark: "unverified: recalled, or sources differ" };
    let bare = CaseLetterFacts {
        collector: Collector::default(),
        address: vec!["OH, 43205".into()],
        words_due: vec![due],
        ..facts(Verification, CaseKind::Dispute)
    };
    let missing = write_letter(&bare).unwrap_err();
    assert_eq!(missing.len(), 5);
    assert!(missing[4].to_string().contains("words of New York are missing: a license number, unverified"), "{}", missing[4]);
}

#[test]
fn spanish_stands_behind_english_and_what_was_found_is_marked_as_english() {
    for kind in CaseLetterKind::ALL {
        let letter = write_letter(&CaseLetterFacts { language: Language::Spanish, ..facts(kind, case_of(kind)) }).unwrap();
        let [english, spanish] = letter.parts.as_slice() else { panic!("{kind:?}") };
        assert_eq!((english.language, spanish.language), (Language::English, Language::Spanish));
        let found = |part: &Part| {
            let found = part
                .body
                .iter()
                .find(|block| block.content == Content::Paragraph(vec![Span::plain("The agreement bears **the** signature on file.")]));
            found.unwrap().language
        };
        assert_eq!((found(english), found(spanish)), (None, Some(Language::English)));
        let text = letter.text();
        assert!(text.contains("2 de marzo de 2026") && !text.contains('{'), "{text}");
    }
}

#[test]
fn what_a_mailing_is_follows_from_what_was_sent() {
    use CaseLetterKind::Correction;
    assert_eq!((Correction.step(true), Correction.step(false)), (StepKind::VerificationSent, StepKind::Answered));
    for kind in CaseLetterKind::ALL {
        assert_eq!(CaseLetterKind::parse(kind.code()), Some(kind));
        let case = case_of(kind);
        assert!(case.answers().contains(&kind.step(true)) || kind == CaseLetterKind::Ending, "{kind:?} answers {case}");
        assert!(kind.outcome().is_none_or(|outcome| case.outcomes().contains(&outcome)), "{kind:?}");
    }
}

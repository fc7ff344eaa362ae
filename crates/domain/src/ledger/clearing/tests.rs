//! What is certain, what is proposed, what is nothing; and that the order of what is waited for changes nothing.

use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use uuid::Uuid;

const DAY: Date = date(2026, 3, 3);

fn file(number: u128, minor: i64, on: Date) -> Expected {
    let trace = |no: u128| format!("0910000{:08}", number * 1_000 + no);
    Expected {
        pieces: vec![(Part::Debits { file: DebitFileId(Uuid::from_u128(number)), on, batch: String::new() }, minor)],
        currency: Currency::Usd,
        days: days_of_credit(on),
        traces: vec![(trace(1), trace(9))],
        sender_no: "1234567890".into(),
        names: vec!["Sample Agency".into(), "First Bank".into()],
    }
}

fn returned(number: u128, minor: i64) -> Expected {
    Expected {
        pieces: vec![(Part::Return(DebitId(Uuid::from_u128(number))), -minor)],
        days: days_of_return(DAY),
        ..file(number, minor, DAY)
    }
}

fn sum<'a>(minor: i64, on: Date, counterparty: &'a str, text: &'a str) -> Sum<'a> {
    Sum { minor, currency: "USD", days: [on, on], texts: vec![text], counterparty, is_return: false }
}

/// `certain 0`, `proposed 0 1`, `nothing`.
fn said(sum: &Sum<'_>, all: &[Expected]) -> String {
    match find(sum, all) {
        Found::Certain(one) => format!("certain {}", one.at),
        Found::Proposed(all) => format!("proposed{}", all.iter().map(|one| format!(" {}", one.at)).collect::<String>()),
        Found::Nothing => "nothing".into(),
    }
}

#[test]
fn a_sum_is_certain_where_one_file_alone_comes_to_it_near_its_day() {
    let all = [file(1, 50_000, DAY), file(2, 70_000, DAY)];
    for (minor, on, counterparty, text, expected) in [
        (50_000, DAY, "", "deposit", "certain 0"),
        (50_000, date(2026, 3, 6), "", "", "certain 0"),
        (50_000, date(2026, 3, 9), "", "", "proposed 0"),
        (50_000, date(2026, 3, 2), "", "", "proposed 0"),
        (50_000, date(2026, 4, 20), "", "0910000 00001004", "proposed 0"),
        (50_000, date(2026, 4, 20), "", "trace 091000000001004", "certain 0"),
        (50_000, DAY, "MARIA LOPEZ", "thank you", "proposed 0"),
        (50_000, date(2026, 3, 9), "MARIA LOPEZ", "thank you", "nothing"),
        (50_000, DAY, "SAMPLE AGENCY", "", "certain 0"),
        (50_000, DAY, "MARIA LOPEZ", "ACH settlement", "certain 0"),
        (50_001, DAY, "", "deposit", "nothing"),
        (50_001, DAY, "", "company 1234567890", "proposed 0 1"),
        (49_999, DAY, "", "trace 091000000002003", "proposed 1"),
        (-50_000, DAY, "", "ACH", "nothing"),
    ] {
        assert_eq!(said(&sum(minor, on, counterparty, text), &all), expected, "{minor} {on} {counterparty} {text}");
    }
    let euro = Sum { currency: "EUR", ..sum(50_000, DAY, "", "") };
    assert_eq!(find(&euro, &all), Found::Nothing);
}

#[test]
fn two_files_of_the_same_amount_wait_unless_a_trace_tells_them_apart() {
    let all = [file(1, 50_000, DAY), file(2, 50_000, DAY)];
    assert_eq!(said(&sum(50_000, DAY, "", "ACH 1234567890"), &all), "proposed 0 1");
    let Found::Proposed(both) = find(&sum(50_000, DAY, "", ""), &all) else { panic!("certain") };
    assert!(both.iter().all(|one| one.has(Ground::Several) && one.can_be_matched()));
    assert_eq!(said(&sum(50_000, DAY, "", "ACH 091000000002001"), &all), "certain 1");
    let far = [file(1, 50_000, DAY), file(2, 50_000, date(2026, 1, 5))];
    assert_eq!(said(&sum(50_000, DAY, "", ""), &far), "certain 0", "one alone is near");
}

#[test]
fn what_leaves_is_certain_only_where_the_bank_says_more_than_its_amount() {
    let all = [returned(1, 5_000), returned(2, 7_000)];
    assert_eq!(said(&sum(-5_000, DAY, "Rent", "March"), &all), "nothing");
    assert_eq!(said(&sum(-5_000, DAY, "", ""), &all), "nothing");
    assert_eq!(said(&sum(-5_000, DAY, "", "ACH return"), &all), "certain 0");
    let told = Sum { is_return: true, ..sum(-7_000, DAY, "Otto", "R01") };
    assert_eq!(said(&told, &all), "certain 1");
    assert_eq!(said(&Sum { minor: -7_001, ..told }, &all), "nothing");
}

#[test]
fn a_batch_is_in_its_file_and_no_two_files_overlap() {
    let of = |batch: &str| Expected {
        pieces: vec![(Part::Debits { file: DebitFileId(Uuid::from_u128(1)), on: DAY, batch: batch.into() }, 1)],
        ..file(1, 1, DAY)
    };
    assert!(of("").overlaps(&of("WEB PAYMENT")) && of("WEB PAYMENT").overlaps(&of("")));
    assert!(!of("PPD PAYMENT").overlaps(&of("WEB PAYMENT")) && !file(1, 1, DAY).overlaps(&file(2, 1, DAY)));
    assert!(is_late(DAY, date(2026, 3, 11)) && !is_late(DAY, date(2026, 3, 10)));
}

proptest! {
    #[test]
    fn what_is_certain_is_the_amount_and_the_order_changes_no_answer(
        minors in proptest::collection::vec(1i64..6, 0..8), days in proptest::collection::vec(0i8..9, 8), asked in 1i64..6, day in 0i8..9,
        text in proptest::sample::select(vec!["", "ACH", "1234567890", "091000000001001", "cash"]),
        who in proptest::sample::select(vec!["", "Maria", "First Bank"]),
    ) {
        let on = |day: i8| date(2026, 3, 2 + day);
        let all: Vec<Expected> = (0u128..).zip(minors.iter().zip(&days)).map(|(at, (minor, day))| file(at, *minor, on(*day))).collect();
        let asked = sum(asked, on(day), who, text);
        let keys = |found: Found, all: &[Expected]| match found {
            Found::Certain(one) => (true, vec![all[one.at].key()]),
            Found::Proposed(some) => (false, some.iter().map(|one| all[one.at].key()).collect()),
            Found::Nothing => (false, Vec::new()),
        };
        let found = find(&asked, &all);
        if let Found::Certain(one) = &found {
            prop_assert_eq!(all[one.at].minor(), Some(asked.minor));
        }
        let mut turned = all.clone();
        turned.reverse();
        prop_assert_eq!(keys(found, &all), keys(find(&asked, &turned), &turned));
    }
}

//! What goes into a file, what comes of a return, what a correction changes: by tables, and for any day.

use super::correcting::{Details, correct, last_four};
use super::rates::{Counted, Rate};
use super::*;
use crate::ledger::ach::writing::{BankAccountKind, Routing, is_number};
use crate::values::moment::{date_of_day, day_number};
use jiff::civil::date;
use proptest::prelude::*;

#[test]
fn a_debit_takes_effect_on_a_day_of_the_banks_and_never_early() {
    //   wanted              sent                effective
    for (wanted, today, effective) in [
        (date(2026, 3, 5), date(2026, 3, 2), date(2026, 3, 5)),
        (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)),
        // A Friday: the next day of the banks is Monday.
        (date(2026, 3, 6), date(2026, 3, 6), date(2026, 3, 9)),
        // Saturday 4 July 2026: the banks are open on the third, and a debit agreed for the fourth waits for the sixth.
        (date(2026, 7, 4), date(2026, 7, 2), date(2026, 7, 6)),
        (date(2026, 7, 3), date(2026, 7, 2), date(2026, 7, 3)),
        // Sunday 4 July 2027: closed on Monday too.
        (date(2027, 7, 3), date(2027, 7, 2), date(2027, 7, 6)),
    ] {
        assert_eq!(effective_on(wanted, today), effective, "{wanted} sent {today}");
    }
}

fn sending() -> Sending {
    Sending {
        authorization: AuthorizationState::Active,
        kind: DebitKind::First,
        amount_minor: 10_000,
        owed_minor: 42_000,
        on_the_way_minor: 0,
        wanted_on: date(2026, 3, 5),
        first_on: None,
        prenote: Prenote::None,
        is_open: true,
        held_until: None,
        paused_until: None,
        serves: Serves::Due,
    }
}

#[test]
fn what_is_not_sent_says_why() {
    let today = date(2026, 3, 4);
    let prenote = Prenote::Effective;
    let plain = sending();
    //   what is known                                                                       answer
    for (facts, answer) in [
        (plain.clone(), Ok(date(2026, 3, 5))),
        (Sending { authorization: AuthorizationState::Held, ..plain.clone() }, Err(Stays::Held)),
        (Sending { authorization: AuthorizationState::Revoked, ..plain.clone() }, Err(Stays::Revoked)),
        (Sending { authorization: AuthorizationState::Ended, ..plain.clone() }, Err(Stays::Revoked)),
        (Sending { is_open: false, ..plain.clone() }, Err(Stays::Closed)),
        (Sending { held_until: Some(date(2026, 3, 5)), ..plain.clone() }, Err(Stays::OnHold)),
        (Sending { held_until: Some(today), ..plain.clone() }, Ok(date(2026, 3, 5))),
        (Sending { paused_until: Some(today), ..plain.clone() }, Ok(date(2026, 3, 5))),
        (Sending { paused_until: Some(date(2026, 3, 5)), ..plain.clone() }, Err(Stays::Paused)),
        (Sending { paused_until: Some(date(2026, 3, 6)), ..plain.clone() }, Err(Stays::InPause)),
        (Sending { paused_until: Some(date(2026, 3, 6)), held_until: Some(date(2026, 3, 6)), ..plain.clone() }, Err(Stays::InPause)),
        (Sending { paused_until: Some(date(2026, 3, 6)), kind: DebitKind::Prenote, amount_minor: 0, ..plain.clone() }, Err(Stays::Paused)),
        (Sending { owed_minor: 10_000, ..plain.clone() }, Ok(date(2026, 3, 5))),
        (Sending { owed_minor: 9_999, ..plain.clone() }, Err(Stays::MoreThanOwed)),
        (Sending { owed_minor: 19_999, on_the_way_minor: 10_000, ..plain.clone() }, Err(Stays::MoreThanOwed)),
        (Sending { serves: Serves::Done, ..plain.clone() }, Err(Stays::Served)),
        (Sending { serves: Serves::Broken, ..plain.clone() }, Err(Stays::Broken)),
        (
            Sending { serves: Serves::Broken, kind: DebitKind::Retry, first_on: Some(date(2026, 3, 2)), ..plain.clone() },
            Ok(date(2026, 3, 5)),
        ),
        (Sending { prenote: Prenote::Waits, ..plain.clone() }, Err(Stays::AwaitsPrenote)),
        // Three days of the banks after Monday the second is Thursday the fifth.
        (Sending { prenote: prenote(date(2026, 3, 2)), ..plain.clone() }, Ok(date(2026, 3, 5))),
        (Sending { prenote: prenote(date(2026, 3, 3)), ..plain.clone() }, Err(Stays::AwaitsPrenote)),
        (Sending { kind: DebitKind::Retry, first_on: Some(date(2025, 9, 6)), ..plain.clone() }, Ok(date(2026, 3, 5))),
        (Sending { kind: DebitKind::Retry, first_on: Some(date(2025, 9, 5)), ..plain.clone() }, Err(Stays::TooLate)),
        (Sending { kind: DebitKind::Correction, first_on: Some(date(2026, 1, 4)), ..plain.clone() }, Ok(date(2026, 3, 5))),
        (Sending { kind: DebitKind::Correction, first_on: Some(date(2026, 1, 3)), ..plain.clone() }, Err(Stays::TooLate)),
        (Sending { kind: DebitKind::Prenote, amount_minor: 0, owed_minor: 0, ..plain }, Ok(date(2026, 3, 5))),
    ] {
        assert_eq!(may_send(&facts, today), answer, "{facts:?}");
    }
}

#[test]
fn what_a_return_says_is_what_follows() {
    let first_on = date(2026, 3, 5);
    let today = date(2026, 3, 9);
    let tries = |kind, try_no| Tries { kind, try_no, first_on, is_active: true };
    let first = tries(DebitKind::First, 1);
    let on = Again::On(date(2026, 3, 16));
    //   code   try                              went back  then           again
    for (code, of, went, then, again) in [
        ("R01", first, true, Then::Stands, on),
        ("R09", tries(DebitKind::Retry, 2), true, Then::Stands, on),
        ("R01", tries(DebitKind::Retry, 3), true, Then::Held, Again::Never),
        ("R01", Tries { is_active: false, ..first }, true, Then::Held, Again::Never),
        ("R01", tries(DebitKind::Correction, 1), true, Then::Held, Again::Never),
        ("R02", first, true, Then::Held, Again::Never),
        ("R03", first, true, Then::Held, Again::Never),
        ("R08", first, true, Then::Held, Again::Never),
        ("R07", first, true, Then::Revoked, Again::Never),
        ("R10", first, true, Then::Revoked, Again::Never),
        ("R29", first, true, Then::Revoked, Again::Never),
        ("R11", first, true, Then::Held, Again::CorrectedUntil(date(2026, 5, 4))),
        ("R11", tries(DebitKind::Correction, 1), true, Then::Held, Again::Never),
        ("R06", first, true, Then::Stands, Again::Never),
        ("R15", first, true, Then::Held, Again::Never),
        ("R90", first, true, Then::Held, Again::Never),
        ("R97", first, true, Then::Held, Again::Never),
        ("R61", first, false, Then::Held, Again::Never),
        ("R73", first, false, Then::Held, Again::Never),
        ("R03", tries(DebitKind::Prenote, 1), false, Then::Held, Again::Never),
        ("R10", tries(DebitKind::Prenote, 1), false, Then::Revoked, Again::Never),
    ] {
        assert_eq!(follows(&ReturnCode::of(code), of, today), Follows { money_went_back: went, then, again }, "{code} {of:?}");
    }
    let late = Tries { first_on: date(2025, 9, 16), ..first };
    assert_eq!(follows(&ReturnCode::of("R01"), late, today).again, Again::Never, "the sixteenth is the 181st day");
    let last = Tries { first_on: date(2025, 9, 17), ..first };
    assert_eq!(follows(&ReturnCode::of("R01"), last, today).again, on);
}

fn held() -> Details {
    Details { bank: Routing::parse("091000019").unwrap(), number: "1234567".into(), kind: BankAccountKind::Checking }
}

#[test]
fn a_correction_stands_where_its_code_says() {
    let bank = |digits| Routing::parse(digits).unwrap();
    //   code   data                                      bank         number        kind
    for (code, data, digits, number, kind) in [
        ("C01", "0098765", "091000019", "0098765", BankAccountKind::Checking),
        ("C02", "021000021", "021000021", "1234567", BankAccountKind::Checking),
        ("C03", "021000021   99-88-77", "021000021", "99-88-77", BankAccountKind::Checking),
        ("C05", "37", "091000019", "1234567", BankAccountKind::Savings),
        ("C06", "7654321             37", "091000019", "7654321", BankAccountKind::Savings),
        ("C07", "0210000217654321          32", "021000021", "7654321", BankAccountKind::Savings),
    ] {
        let expected = Details { bank: bank(digits), number: number.into(), kind };
        assert_eq!(correct(code, data, &held()), Some(expected), "{code}");
    }
    for (code, data) in [
        ("C01", ""),
        ("C01", "0000000"),
        ("C02", "021000022"),
        ("C03", "021000021"),
        ("C05", "55"),
        ("C06", "7654321  37"),
        ("C07", "021000021765432137"),
        ("C04", "SOMEBODY ELSE"),
        ("C09", "77"),
        ("C61", "021000021"),
    ] {
        assert_eq!(correct(code, data, &held()), None, "{code} {data:?}");
    }
}

#[test]
fn a_rate_is_over_when_it_is_more_than_its_threshold() {
    let returns = |code: &str, count| vec![(code.to_string(), count)];
    //   sent     code   returned  rate                  over   shown
    for (sent, code, count, rate, over, shown) in [
        (200, "R10", 1, Rate::Unauthorized, false, "0.50 %"),
        (199, "R10", 1, Rate::Unauthorized, true, "0.51 %"),
        (199, "R01", 1, Rate::Unauthorized, false, "0.00 %"),
        (100, "R03", 3, Rate::Administrative, false, "3.00 %"),
        (100, "R03", 4, Rate::Administrative, true, "4.00 %"),
        (100, "R01", 15, Rate::Overall, false, "15.00 %"),
        (100, "R01", 16, Rate::Overall, true, "16.00 %"),
        (0, "R01", 0, Rate::Overall, false, "0.00 %"),
    ] {
        let counted = Counted::of(rate, sent, &returns(code, count));
        assert_eq!((counted.is_over(), counted.in_percent().as_str()), (over, shown), "{sent} {code} {count}");
    }
}

#[test]
fn a_card_is_no_account() {
    for (number, is_card) in [
        ("4111111111111111", true),
        ("4111 1111 1111 1111", true),
        ("5500-0000-0000-0004", true),
        ("340000000000009", true),
        ("4111111111111112", false),
        ("1111111111111117", false),
        ("123456789", false),
        ("4111111111111111A", false),
    ] {
        assert_eq!(looks_like_a_card(number), is_card, "{number}");
    }
    assert_eq!((last_four("12-34 56"), last_four("7")), ("3456".into(), "7".into()));
    assert!(!may_recur(EntryClass::Tel) && may_recur(EntryClass::Ppd));
}

prop_compose! {
    fn any_day()(day in day_number(date(2020, 1, 1))..day_number(date(2035, 1, 1))) -> Date { date_of_day(day) }
}

proptest! {
    #[test]
    fn effective_days_are_days_of_the_banks(wanted in any_day(), today in any_day()) {
        let on = effective_on(wanted, today);
        prop_assert!(is_bank_day(on) && on >= wanted && on > today);
        // Nothing earlier would do.
        let mut day = today.tomorrow().unwrap();
        while day < on {
            prop_assert!(!is_bank_day(day) || day < wanted);
            day = day.tomorrow().unwrap();
        }
    }

    #[test]
    fn never_more_than_three_tries_and_never_after_180_days(first in any_day(), delays in prop::collection::vec(0i32..120, 1..12)) {
        let (mut tries, mut effective, mut sent) = (Tries { kind: DebitKind::First, try_no: 1, first_on: first, is_active: true }, first, 1);
        for delay in delays {
            let told = days_after(effective, delay);
            let Again::On(wanted) = follows(&ReturnCode::of("R01"), tries, told).again else { break };
            // Files may be written late.
            let facts = Sending { kind: DebitKind::Retry, first_on: Some(first), wanted_on: wanted, ..sending() };
            let Ok(on) = may_send(&facts, days_after(wanted, delay - 60)) else { break };
            sent += 1;
            prop_assert!(on >= wanted && on <= days_after(first, 180) && is_bank_day(on));
            (tries, effective) = (Tries { kind: DebitKind::Retry, try_no: tries.try_no + 1, ..tries }, on);
        }
        prop_assert!(sent <= 3);
    }

    #[test]
    fn a_correction_keeps_every_digit(number in "[0-9]{0,8}[1-9][0-9]{0,8}", savings in any::<bool>()) {
        let code = if savings { "37" } else { "27" };
        for (kind, data) in [
            ("C01", format!("{number:<17}")),
            ("C03", format!("021000021   {number:<17}")),
            ("C06", format!("{number:<17}   {code}")),
            ("C07", format!("021000021{number:<17}{code}")),
        ] {
            let corrected = correct(kind, data.trim_end(), &held()).unwrap();
            prop_assert_eq!(&corrected.number, &number);
            prop_assert!(is_number(&corrected.number));
        }
    }

    #[test]
    fn a_debit_never_draws_more_than_is_owed(amount in 1i64..100_000, owed in 0i64..100_000, underway in 0i64..100_000) {
        let facts = Sending { amount_minor: amount, owed_minor: owed, on_the_way_minor: underway, ..sending() };
        prop_assert_eq!(may_send(&facts, date(2026, 3, 4)).is_ok(), amount + underway <= owed);
    }
}

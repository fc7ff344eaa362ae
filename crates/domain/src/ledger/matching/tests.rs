//! What is certain, what is proposed with its grounds, and what nobody is known for.

use super::*;
use crate::values::iso4217::CurrencyCode;
use proptest::prelude::*;
use uuid::Uuid;

fn usd(minor: i64) -> Amount {
    Amount { minor, currency: CurrencyCode::USD }
}

fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

fn candidate(number: u128, reference: &str, name: &str, balance_minor: i64) -> Candidate {
    let (reference, name) = (reference.into(), name.into());
    let (account, currency) = (account(number), Currency::Usd);
    Candidate { account, reference, name, balance_minor, currency, promised_minor: None, is_closed: false, joint: None }
}

fn came<'a>(minor: i64, text: &'a str, counterparty: &'a str) -> Receipt<'a> {
    Receipt { amount: usd(minor), texts: vec![text], counterparty }
}

#[test]
fn a_reference_stands_as_a_word_of_its_own() {
    for (reference, text, is_there) in [
        ("LF-100234", "payment LF-100234 thank you", true),
        ("LF-100234", "payment lf 100234", true),
        ("LF-100234", "REF:LF100234.", true),
        ("LF100234", "LF 100234", true),
        ("4000 1234", "acct 40001234", true),
        ("4000-1234", "4000/1234", true),
        ("LF-100234", "LF-1002345", false),
        ("LF-100234", "XLF-100234", false),
        ("100234", "LF100234", false),
        ("100234", "100 234", false),
        ("20261123", "paid 2026-11-23", false),
        ("20261123", "paid 20261123", true),
        ("R-1", "R-1", false),
        ("MARIA", "MARIA", false),
        ("", "", false),
        ("A-1234", "éA-1234", false),
    ] {
        assert_eq!(stands(reference, &[text]), is_there, "{reference:?} in {text:?}");
    }
    assert!(!stands("LF-100234", &["LF", "100234"]), "two texts are not one");
}

#[test]
fn one_named_account_is_certain_with_all_that_speaks_for_it() {
    let mut maria = candidate(1, "LF-100234", "Maria Lopez", 42_000);
    maria.promised_minor = Some(10_000);
    let other = candidate(2, "LF-100235", "Otto", 42_000);
    let found = find(&came(10_000, "LF 100234", "LOPEZ MARIA"), &[other.clone(), maria.clone()]);
    let grounds = vec![Ground::Reference, Ground::Promised, Ground::Name];
    assert!(matches!(&found, Match::Certain(certain) if certain.account == account(1) && certain.grounds == grounds), "{found:?}");
    let paid = Candidate { balance_minor: 0, ..other };
    assert!(matches!(find(&came(1, "LF-100235", ""), &[maria, paid]), Match::Certain(_)), "a paid account takes money too");
}

#[test]
fn what_is_doubtful_is_proposed_with_its_grounds() {
    let maria = candidate(1, "LF-100234", "Maria Lopez", 42_000);
    let same = candidate(2, "LF 100234", "Otto Krug", 10_000);
    let closed = Candidate { is_closed: true, ..maria.clone() };
    let euros = Candidate { currency: Currency::Eur, ..maria.clone() };
    let weigh = |receipt: &Receipt<'_>, candidates: &[Candidate]| match find(receipt, candidates) {
        Match::Proposed(all) => all.into_iter().map(|one| (one.account.0.as_u128(), one.grounds)).collect(),
        Match::Certain(certain) => panic!("certain: {certain:?}"),
        Match::Unknown => Vec::new(),
    };
    use Ground::*;
    let by_reference = came(10_000, "LF-100234", "Somebody");
    assert_eq!(
        weigh(&by_reference, &[maria.clone(), same.clone()]),
        [(2, vec![Reference, Balance, Several]), (1, vec![Reference, Several])]
    );
    assert_eq!(weigh(&by_reference, std::slice::from_ref(&closed)), [(1, vec![Reference, Closed])]);
    assert_eq!(weigh(&by_reference, std::slice::from_ref(&euros)), [(1, vec![Reference, OtherCurrency])]);
    assert_eq!(weigh(&came(42_000, "thanks", "Lopez, Maria"), &[same.clone(), maria.clone()]), [(1, vec![Balance, Name])]);
    assert_eq!(weigh(&came(77, "thanks", "MARIA LOPES"), std::slice::from_ref(&maria)), [(1, vec![Name])]);
    assert_eq!(weigh(&came(42_000, "thanks", "Otter"), std::slice::from_ref(&maria)), [], "an amount alone says nothing");
    assert_eq!(weigh(&came(-10_000, "LF-100234", "Maria Lopez"), &[maria]), [], "money that left is none that came");
}

#[test]
fn a_few_digits_alone_are_certain_only_with_the_name() {
    let short = candidate(1, "2026", "Maria Lopez", 42_000);
    let by_chance = find(&came(1, "rent for March 2026", "Somebody"), std::slice::from_ref(&short));
    assert!(matches!(&by_chance, Match::Proposed(all) if all[0].grounds == [Ground::Reference, Ground::Short]), "{by_chance:?}");
    assert!(matches!(find(&came(1, "2026", "LOPEZ MARIA"), &[short]), Match::Certain(_)), "with the name it is");
    assert!(matches!(find(&came(1, "202611", "Somebody"), &[candidate(2, "202611", "Maria", 5)]), Match::Certain(_)));
}

#[test]
fn more_words_than_are_looked_up_are_left_to_a_person() {
    let text = format!("LF-100234 {}", (0..KEYS_MAX).map(|number| format!("{number:06}")).collect::<Vec<_>>().join(" "));
    let Keys { keys, are_all } = keys_of(&[&text]);
    assert!((keys.len(), are_all) == (KEYS_MAX, false));
    let found = find(&came(1, &text, ""), &[candidate(1, "LF-100234", "Maria", 5)]);
    assert!(matches!(&found, Match::Proposed(all) if all[0].grounds == [Ground::Reference, Ground::TooLong]), "{found:?}");
}

#[test]
fn keys_are_words_and_words_together() {
    let Keys { keys, are_all } = keys_of(&["Inv. LF-100 234, paid"]);
    let expected = ["100234", "100234PAID", "234PAID", "INVLF100", "INVLF100234", "INVLF100234PAID", "LF100", "LF100234", "LF100234PAID"];
    assert_eq!((keys.iter().map(String::as_str).collect::<Vec<_>>(), are_all), (expected.to_vec(), true));
}

/// Two accounts of one joint plan: 100.00 and 60.00 of each payment, 400.00 and 240.00 owed.
fn joint(of: JointStanding) -> [Candidate; 2] {
    let of_plan = |number, reference, balance, promised| Candidate {
        promised_minor: Some(promised),
        joint: Some(of),
        ..candidate(number, reference, "Maria Lopez", balance)
    };
    [of_plan(1, "LF-100234", 40_000, 10_000), of_plan(2, "OTT-7001", 24_000, 6_000)]
}

fn standing() -> JointStanding {
    JointStanding {
        joint: JointPlanId(Uuid::from_u128(9)),
        due_minor: Some(16_000),
        agreed_minor: Some(16_000),
        owed_minor: 64_000,
        is_apart: false,
        stands_still: false,
    }
}

#[test]
fn a_joint_plan_is_certain_only_with_what_it_waits_for_and_no_doubt() {
    use Ground::*;
    let both = joint(standing());
    let other = candidate(3, "LF-100999", "Otto Krug", 16_000);
    let all = |candidates: &[Candidate], minor, text: &str, name: &str| match find(&came(minor, text, name), candidates) {
        Match::Certain(one) => vec![(one.account.0.as_u128(), one.joint.is_some(), true, one.grounds)],
        Match::Proposed(all) => all.into_iter().map(|one| (one.account.0.as_u128(), one.joint.is_some(), false, one.grounds)).collect(),
        Match::Unknown => Vec::new(),
    };
    // One of them is named, or both, by whoever pays.
    for (text, name, account, grounds) in [
        ("LF-100234", "Somebody", 1, vec![Reference, JointDue]),
        ("ott 7001", "LOPEZ MARIA", 2, vec![Reference, JointDue, Name]),
        ("OTT-7001 and LF-100234", "Somebody", 1, vec![Reference, JointDue]),
    ] {
        assert_eq!(all(&both, 16_000, text, name), [(account, true, true, grounds)], "{text}");
    }
    // Another amount is for the account that is named, as ever.
    for minor in [9_999, 10_000, 16_001, 40_000] {
        assert!(matches!(&all(&both, minor, "LF-100234", "")[..], [(1, false, true, _)]), "{minor}");
    }
    // The amount fits in another way, or something stands against it: both are proposed, and the plan's comes first.
    let with = |change: &dyn Fn(&mut JointStanding)| {
        let mut of = standing();
        change(&mut of);
        joint(of)
    };
    for (candidates, minor, against) in [
        (with(&|of| of.due_minor = None), 16_000, vec![Reference, JointPayment]),
        (both.clone(), 64_000, vec![Reference, JointBalance]),
        (with(&|of| of.is_apart = true), 16_000, vec![Reference, JointDue, JointApart]),
        (with(&|of| of.stands_still = true), 16_000, vec![Reference, JointDue, JointStill]),
        (with(&|of| of.due_minor = Some(10_000)), 10_000, vec![Reference, JointDue, JointAlone]),
        (with(&|of| of.due_minor = Some(40_000)), 40_000, vec![Reference, JointDue, JointAlone]),
    ] {
        let found = all(&candidates, minor, "LF-100234", "");
        assert_eq!(found[0], (1, true, false, against.clone()), "{against:?}");
        assert!(!found[1].1 && found[1].3.contains(&JointToo), "{found:?}");
    }
    // Both are named with another amount, or a third one is named too.
    let several = all(&both, 15_000, "LF-100234 OTT-7001", "");
    assert_eq!(several[0], (1, true, false, vec![Reference]), "{several:?}");
    assert_eq!(several[1], (1, false, false, vec![Reference, Several]), "{several:?}");
    let third = all(&[&both[..], &[other]].concat(), 16_000, "LF-100234 LF-100999", "");
    assert!(third.iter().all(|(_, _, is_certain, _)| !is_certain), "{third:?}");
    assert_eq!(third[0], (1, true, false, vec![Reference, JointDue, Several]));
    // Nobody names any: a name alone is no reference, and an amount alone is nothing.
    let by_name = all(&both, 16_000, "thanks", "Maria Lopez");
    assert_eq!(by_name[0], (1, true, false, vec![JointDue, Name]));
    assert_eq!(all(&both, 16_000, "thanks", "Somebody"), []);
    // Another currency is nobody's to post.
    let euros = both.clone().map(|one| Candidate { currency: Currency::Eur, ..one });
    assert!(all(&euros, 16_000, "LF-100234", "").iter().all(|(_, is_joint, is_certain, _)| !is_joint && !is_certain));
    // The order says nothing.
    let mut turned = both.clone();
    turned.reverse();
    for text in ["LF-100234", "OTT-7001 LF-100234", "thanks"] {
        assert_eq!(all(&turned, 16_000, text, "Maria Lopez"), all(&both, 16_000, text, "Maria Lopez"), "{text}");
    }
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let one = ("[A-C]{0,2}[- ]?[0-9]{3,5}", "[A-C][a-c]{1,4}( [A-C][a-c]{1,3})?", 0i64..4, proptest::bool::ANY, 0usize..8);
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        let each = all.into_iter().enumerate().map(|(at, (reference, name, balance, is_closed, other))| Candidate {
            promised_minor: (other == 1).then_some(balance),
            currency: if other == 0 { Currency::Eur } else { Currency::Usd },
            is_closed: is_closed && other > 4,
            ..candidate(at as u128 + 1, &reference, &name, balance)
        });
        each.collect()
    })
}

proptest! {
    #[test]
    fn what_is_certain_is_named_alone_in_the_words_whatever_the_order(
        mut candidates in candidates(), picks in proptest::collection::vec(0usize..8, 0..3), words in "[A-C0-9 -]{0,12}", minor in 1i64..4
    ) {
        let named: Vec<String> = picks.iter().filter_map(|at| candidates.get(*at)).map(|one| one.reference.to_lowercase()).collect();
        let text = format!("{words}, {}", named.join(" / "));
        let receipt = came(minor, &text, "Abc Aab");
        let found = find(&receipt, &candidates);
        if let Match::Certain(certain) = &found {
            let standing: Vec<&Candidate> = candidates.iter().filter(|one| stands(&one.reference, &[&text])).collect();
            prop_assert_eq!(standing.len(), 1);
            prop_assert!(standing[0].account == certain.account && !standing[0].is_closed && standing[0].currency == Currency::Usd);
        }
        candidates.reverse();
        prop_assert_eq!(&find(&receipt, &candidates), &found);
        let half = candidates.len() / 2;
        candidates.rotate_left(half);
        prop_assert_eq!(&find(&receipt, &candidates), &found);
    }

    #[test]
    fn whatever_stands_in_a_text_is_among_its_keys(reference in "[A-Za-z]{0,3}[ ./-]?[0-9]{2,6}[/ -]?[0-9]{0,3}", before in "[a-z0-9 ]{0,9}") {
        let text = format!("{before} {reference}");
        if stands(&reference, &[&text]) {
            let key: String = reference.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
            prop_assert!(keys_of(&[&text]).keys.contains(&key));
        }
    }

    #[test]
    fn two_that_are_named_are_never_certain(one in "[A-C]{2}-[0-9]{4}", other in "[D-F]{2}-[0-9]{4}", minor in 1i64..9) {
        let text = format!("{other} {one}");
        let candidates = [candidate(1, &one, "Ann", minor), candidate(2, &other, "Bob", 9)];
        prop_assert!(matches!(find(&came(minor, &text, "Ann"), &candidates), Match::Proposed(all) if all.len() == 2));
    }
}

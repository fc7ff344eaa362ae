//! Money that came in by the bank, and the account it is meant for.
//!
//! A reference that stands in the bank's words is what a payer says; a name and an amount are what they may be guessed by. So only a
//! reference is certain, and only where it names one account. Everything else is proposed to a person, with what speaks for it.
//!
//! Read [`find`] first; [`keys_of`] says under which keys the accounts have to be looked up before.
//! Always true: what is certain has its whole reference in the words as a word of its own, and nothing else named there; an amount by
//! itself proposes nothing; the order of the candidates changes no answer.

use crate::parties::name::likeness;
use crate::values::coded::coded;
use crate::values::ids::AccountId;
use crate::values::iso4217::Amount;
use crate::values::money::Currency;
use std::collections::BTreeSet;

coded! {
    /// What speaks for an account, and what keeps it from being certain.
    Ground {
        Reference = "reference", "its reference stands in the words";
        Promised = "promised", "the amount is what was promised";
        Balance = "balance", "the amount is all that is owed";
        Name = "name", "the name is alike";
        Several = "several", "other accounts are named as well";
        Closed = "closed", "the account is closed";
        OtherCurrency = "other_currency", "the account is kept in another currency";
        TooLong = "too_long", "there are more words than are looked up";
        Short = "short", "so few digits may stand there by chance";
    }
}

/// A name that is less like the other, in percent, says nothing.
const ALIKE: u32 = 80;
/// A reference with fewer letters and digits stands in a text by chance.
const SHORTEST: usize = 4;
/// One of so many digits and nothing else may be a year or an amount: it is certain only where the name is alike too.
const SHORT_NUMBER: usize = 5;
/// One with more is not looked up.
const LONGEST: usize = 40;
/// A reference is written in so many words at the most.
const WORDS_MAX: usize = 5;
/// So many keys are looked up for one receipt; whoever writes more is read by a person.
pub const KEYS_MAX: usize = 400;
/// So many accounts are proposed at the most.
pub const PROPOSALS_MAX: usize = 5;

/// What the bank says of money that came in.
#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    /// How much.
    pub amount: Amount,
    /// The reference, and what was written for us.
    pub texts: Vec<&'a str>,
    /// Who paid.
    pub counterparty: &'a str,
}

/// An account it may be meant for.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub account: AccountId,
    /// The creditor's reference.
    pub reference: String,
    /// Who owes.
    pub name: String,
    /// What is owed, in minor units.
    pub balance_minor: i64,
    /// The currency of the account.
    pub currency: Currency,
    /// What an open promise is about, in minor units.
    pub promised_minor: Option<i64>,
    /// Whether it is closed, and not merely paid.
    pub is_closed: bool,
}

/// An account that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which.
    pub account: AccountId,
    /// How much speaks for it; the more the higher in the list.
    pub weight: u32,
    /// What speaks for it, and what against.
    pub grounds: Vec<Ground>,
}

impl Proposal {
    /// Whether it can be posted there at all.
    pub fn can_be_posted(&self) -> bool {
        !self.grounds.contains(&Ground::OtherCurrency)
    }
}

/// What matching came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// It is posted without asking.
    Certain(Proposal),
    /// A person decides; the likeliest first.
    Proposed(Vec<Proposal>),
    /// Nothing speaks for any account.
    Unknown,
}

/// The keys under which accounts are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Letters and digits alone, in capitals.
    pub keys: BTreeSet<String>,
    /// Whether these are all; otherwise nothing found by them is certain.
    pub are_all: bool,
}

/// Which account the money is meant for.
pub fn find(receipt: &Receipt<'_>, candidates: &[Candidate]) -> Match {
    if receipt.amount.minor <= 0 {
        return Match::Unknown;
    }
    let named: BTreeSet<AccountId> =
        candidates.iter().filter(|candidate| stands(&candidate.reference, &receipt.texts)).map(|candidate| candidate.account).collect();
    let are_all = keys_of(&receipt.texts).are_all;
    let mut seen = BTreeSet::new();
    let mut proposals: Vec<(Proposal, &str)> = candidates
        .iter()
        .filter(|candidate| seen.insert(candidate.account))
        .filter_map(|candidate| {
            let grounds = weigh(receipt, candidate, named.contains(&candidate.account), named.len() > 1, are_all)?;
            Some((grounds, candidate.reference.as_str()))
        })
        .collect();
    proposals.sort_by(|(one, by), (other, with)| (other.weight, by, one.account).cmp(&(one.weight, with, other.account)));
    let is_certain = |proposal: &Proposal| {
        let against = [Ground::Several, Ground::Closed, Ground::OtherCurrency, Ground::TooLong, Ground::Short];
        proposal.grounds.contains(&Ground::Reference) && !against.iter().any(|ground| proposal.grounds.contains(ground))
    };
    if let Some((certain, _)) = proposals.iter().find(|(proposal, _)| is_certain(proposal)) {
        return Match::Certain(certain.clone());
    }
    proposals.truncate(PROPOSALS_MAX);
    if proposals.is_empty() { Match::Unknown } else { Match::Proposed(proposals.into_iter().map(|(proposal, _)| proposal).collect()) }
}

/// What speaks for an account; nothing where neither reference nor name does.
fn weigh(receipt: &Receipt<'_>, candidate: &Candidate, is_named: bool, are_several: bool, are_all: bool) -> Option<Proposal> {
    let alike = likeness(receipt.counterparty, &candidate.name);
    let is_alike = alike >= ALIKE;
    if !is_named && !is_alike {
        return None;
    }
    let is_same_currency = receipt.amount.currency.code() == candidate.currency.code();
    let is_promised = is_same_currency && candidate.promised_minor == Some(receipt.amount.minor);
    let is_balance = is_same_currency && candidate.balance_minor == receipt.amount.minor;
    let speaks = [
        (is_named, Ground::Reference, 100),
        (is_promised, Ground::Promised, 30),
        (is_balance, Ground::Balance, 20),
        (is_alike, Ground::Name, 10 + (alike.saturating_sub(ALIKE)) / 4),
        (is_named && are_several, Ground::Several, 0),
        (candidate.is_closed, Ground::Closed, 0),
        (!is_same_currency, Ground::OtherCurrency, 0),
        (is_named && !are_all, Ground::TooLong, 0),
        (is_named && !is_alike && is_short_number(&candidate.reference), Ground::Short, 0),
    ];
    let holds = speaks.into_iter().filter(|(holds, ..)| *holds);
    let (grounds, weights): (Vec<Ground>, Vec<u32>) = holds.map(|(_, ground, weight)| (ground, weight)).unzip();
    // What is closed, or cannot be posted there, comes after its like.
    let behind = u32::from(candidate.is_closed) * 5 + u32::from(!is_same_currency) * 9;
    Some(Proposal { account: candidate.account, weight: weights.iter().sum::<u32>().saturating_sub(behind), grounds })
}

fn is_short_number(reference: &str) -> bool {
    let key: Vec<char> = reference.chars().filter(|c| c.is_alphanumeric()).collect();
    key.len() <= SHORT_NUMBER && key.iter().all(char::is_ascii_digit)
}

/// Whether a reference stands in one of the texts as a word of its own. Capitals or not is the same; blanks and marks count for nothing
/// between the parts of the reference, which also part where letters meet digits.
pub fn stands(reference: &str, texts: &[&str]) -> bool {
    let Some((key, seams)) = key_and_seams(reference) else { return false };
    texts.iter().any(|text| {
        let words = words(text);
        (0..words.len()).any(|from| {
            let mut rest = key.as_str();
            for word in &words[from..] {
                match rest.strip_prefix(word.as_str()) {
                    Some("") => return true,
                    // Within a part of the reference no blank may stand: 2026-11-23 is a day and not the reference 20261123.
                    Some(after) if seams.contains(&(key.len() - after.len())) => rest = after,
                    _ => return false,
                }
            }
            false
        })
    })
}

/// The keys of all words of the texts, and of words that follow one another, that could be a reference.
pub fn keys_of(texts: &[&str]) -> Keys {
    let mut keys = BTreeSet::new();
    for text in texts {
        let words = words(text);
        for from in 0..words.len() {
            let mut key = String::new();
            for word in words[from..].iter().take(WORDS_MAX) {
                key.push_str(word);
                if key.len() > LONGEST {
                    break;
                }
                if is_key(&key) && !keys.contains(&key) {
                    if keys.len() == KEYS_MAX {
                        return Keys { keys, are_all: false };
                    }
                    keys.insert(key.clone());
                }
            }
        }
    }
    Keys { keys, are_all: true }
}

fn is_key(key: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&key.len()) && key.is_ascii() && key.bytes().any(|byte| byte.is_ascii_digit())
}

/// Letters and digits of a reference, and where its parts meet; nothing where it is none that could be found in a text.
fn key_and_seams(reference: &str) -> Option<(String, Vec<usize>)> {
    let (mut key, mut seams) = (String::new(), Vec::new());
    for word in words(reference) {
        seams.push(key.len());
        for letter in word.chars() {
            if let Some(before) = key.chars().next_back()
                && before.is_ascii_digit() != letter.is_ascii_digit()
            {
                seams.push(key.len());
            }
            key.push(letter);
        }
    }
    is_key(&key).then_some((key, seams))
}

/// The words of a text in capitals: whatever is neither a letter nor a digit parts them.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_ascii_uppercase).collect()
}

#[cfg(test)]
mod tests {
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
        Candidate { account, reference, name, balance_minor, currency, promised_minor: None, is_closed: false }
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
        let expected =
            ["100234", "100234PAID", "234PAID", "INVLF100", "INVLF100234", "INVLF100234PAID", "LF100", "LF100234", "LF100234PAID"];
        assert_eq!((keys.iter().map(String::as_str).collect::<Vec<_>>(), are_all), (expected.to_vec(), true));
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
}

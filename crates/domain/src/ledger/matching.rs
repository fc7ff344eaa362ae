//! Money that came in by the bank, and the account it is meant for.
//!
//! A reference that stands in the bank's words is what a payer says; a name and an amount are what they may be guessed by. So only a
//! reference is certain, and only where it names one account. Everything else is proposed to a person, with what speaks for it.
//!
//! A joint plan is paid as one, and whoever pays it names one of its accounts, or several. It is certain where nothing else is named and
//! the amount is exactly what its next payment waits for on all of them; with another amount, the account that is named is meant.
//!
//! Read [`find`] first; [`keys_of`] says under which keys the accounts have to be looked up before.
//! Always true: what is certain has its whole reference in the words as a word of its own, and nothing else named there; an amount by
//! itself proposes nothing; the order of the candidates changes no answer.

use crate::parties::name::likeness;
use crate::values::coded::coded;
use crate::values::ids::{AccountId, JointPlanId};
use crate::values::iso4217::Amount;
use crate::values::money::Currency;
use std::collections::{BTreeMap, BTreeSet};

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
        JointDue = "joint_due", "the amount is what the joint plan waits for next, on all its accounts together";
        JointPayment = "joint_payment", "the amount is the next payment of the joint plan, of which a part is paid";
        JointBalance = "joint_balance", "the amount is all that is owed on the accounts of the joint plan";
        JointAlone = "joint_alone", "it may be for the named account alone: that waits for as much";
        JointToo = "joint_too", "it may be for all accounts of its joint plan";
        JointApart = "joint_apart", "the plan does not run on all its accounts any more";
        JointStill = "joint_still", "an account of the plan is disputed, held or paused";
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
    /// The joint plan that it is a part of, where one runs.
    pub joint: Option<JointStanding>,
}

/// A joint plan as it stands over all of its accounts, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JointStanding {
    /// Which.
    pub joint: JointPlanId,
    /// What its next payment still waits for, on several accounts together; nothing where it waits on one alone.
    pub due_minor: Option<i64>,
    /// That payment as it was agreed.
    pub agreed_minor: Option<i64>,
    /// What is owed on all of its accounts.
    pub owed_minor: i64,
    /// It runs on some of its accounts and not on others any more.
    pub is_apart: bool,
    /// An account of it is disputed, held or paused: money goes there only as a person says.
    pub stands_still: bool,
}

impl JointStanding {
    /// How an amount fits it; the first that holds.
    fn fits(&self, minor: i64) -> Option<(Ground, u32)> {
        let fits = [
            (self.due_minor == Some(minor), Ground::JointDue, 40),
            (self.owed_minor == minor, Ground::JointBalance, 25),
            (self.agreed_minor == Some(minor), Ground::JointPayment, 15),
        ];
        fits.into_iter().find(|(holds, ..)| *holds).map(|(_, ground, weight)| (ground, weight))
    }

    /// Whether an amount can only be its next payment, as far as the plan itself says.
    pub fn waits_for(&self, minor: i64) -> bool {
        self.due_minor == Some(minor) && !self.is_apart && !self.stands_still
    }
}

/// An account that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which; of a joint plan the one that is named.
    pub account: AccountId,
    /// The joint plan over whose accounts it is split, where it is for all of them.
    pub joint: Option<JointPlanId>,
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
    let together = weigh_together(receipt, candidates, &named, are_all);
    let fits = |candidate: &Candidate| candidate.joint.is_some_and(|joint| joint.fits(receipt.amount.minor).is_some());
    let mut seen = BTreeSet::new();
    let mut proposals: Vec<(Proposal, &str)> = candidates
        .iter()
        .filter(|candidate| seen.insert(candidate.account))
        .filter_map(|candidate| {
            let grounds = weigh(receipt, candidate, named.contains(&candidate.account), named.len() > 1, are_all, fits(candidate))?;
            Some((grounds, candidate.reference.as_str()))
        })
        .collect();
    proposals.extend(together);
    proposals.sort_by(|(one, by), (other, with)| {
        (other.weight, by, one.account, one.joint).cmp(&(one.weight, with, other.account, other.joint))
    });
    let is_certain = |proposal: &Proposal| {
        let speaks = if proposal.joint.is_some() { &[Ground::Reference, Ground::JointDue][..] } else { &[Ground::Reference] };
        speaks.iter().all(|ground| proposal.grounds.contains(ground)) && !AGAINST.iter().any(|ground| proposal.grounds.contains(ground))
    };
    if let Some((certain, _)) = proposals.iter().find(|(proposal, _)| is_certain(proposal)) {
        return Match::Certain(certain.clone());
    }
    proposals.truncate(PROPOSALS_MAX);
    if proposals.is_empty() { Match::Unknown } else { Match::Proposed(proposals.into_iter().map(|(proposal, _)| proposal).collect()) }
}

/// What keeps money from being posted by itself.
const AGAINST: [Ground; 9] = [
    Ground::Several,
    Ground::Closed,
    Ground::OtherCurrency,
    Ground::TooLong,
    Ground::Short,
    Ground::JointAlone,
    Ground::JointToo,
    Ground::JointApart,
    Ground::JointStill,
];

/// What speaks for joint plans: where the amount fits one, or all that are named are accounts of it.
fn weigh_together<'a>(
    receipt: &Receipt<'_>,
    candidates: &'a [Candidate],
    named: &BTreeSet<AccountId>,
    are_all: bool,
) -> Vec<(Proposal, &'a str)> {
    let mut joints: BTreeMap<JointPlanId, (JointStanding, Vec<&Candidate>)> = BTreeMap::new();
    for candidate in candidates {
        if let Some(joint) = candidate.joint {
            joints.entry(joint.joint).or_insert((joint, Vec::new())).1.push(candidate);
        }
    }
    let minor = receipt.amount.minor;
    let each = joints.into_values().filter_map(|(joint, own)| {
        let alike = own.iter().map(|one| likeness(receipt.counterparty, &one.name)).max().unwrap_or(0);
        let is_alike = alike >= ALIKE;
        let own_named: Vec<&Candidate> = own.iter().filter(|one| named.contains(&one.account)).copied().collect();
        let is_named = !own_named.is_empty();
        let are_its_own = named.iter().all(|account| own.iter().any(|one| one.account == *account));
        let is_same_currency = own.iter().all(|one| one.currency.code() == receipt.amount.currency.code());
        let fit = joint.fits(minor).filter(|_| is_same_currency);
        if !(is_named || is_alike) || !(fit.is_some() || (named.len() > 1 && are_its_own)) {
            return None;
        }
        let told = if is_named { &own_named } else { &own };
        // It is shown by the account that is named, and of several by the first by its reference.
        let by = told.iter().min_by_key(|one| (one.reference.as_str(), one.account))?;
        let is_alone = fit.is_some() && own_named.iter().any(|one| one.promised_minor == Some(minor) || one.balance_minor == minor);
        let speaks = [
            (is_named, Ground::Reference, 100),
            (is_alike, Ground::Name, 10 + (alike.saturating_sub(ALIKE)) / 4),
            (named.len() > 1 && !are_its_own, Ground::Several, 0),
            (is_alone, Ground::JointAlone, 0),
            (joint.is_apart, Ground::JointApart, 0),
            (joint.stands_still, Ground::JointStill, 0),
            (own_named.iter().any(|one| one.is_closed), Ground::Closed, 0),
            (!is_same_currency, Ground::OtherCurrency, 0),
            (is_named && !are_all, Ground::TooLong, 0),
            (is_named && !is_alike && own_named.iter().all(|one| is_short_number(&one.reference)), Ground::Short, 0),
        ];
        let mut holds: Vec<(Ground, u32)> =
            speaks.into_iter().filter(|(holds, ..)| *holds).map(|(_, ground, weight)| (ground, weight)).collect();
        if let Some(fit) = fit {
            holds.insert(usize::from(is_named), fit);
        }
        let (grounds, weights): (Vec<Ground>, Vec<u32>) = holds.into_iter().unzip();
        let proposal = Proposal {
            account: by.account,
            joint: Some(joint.joint),
            weight: weights.iter().sum::<u32>() + if fit.is_none() { 5 } else { 0 },
            grounds,
        };
        Some((proposal, by.reference.as_str()))
    });
    each.collect()
}

/// What speaks for an account; nothing where neither reference nor name does.
fn weigh(
    receipt: &Receipt<'_>,
    candidate: &Candidate,
    is_named: bool,
    are_several: bool,
    are_all: bool,
    is_joint_too: bool,
) -> Option<Proposal> {
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
        (is_joint_too && is_same_currency, Ground::JointToo, 0),
    ];
    let holds = speaks.into_iter().filter(|(holds, ..)| *holds);
    let (grounds, weights): (Vec<Ground>, Vec<u32>) = holds.map(|(_, ground, weight)| (ground, weight)).unzip();
    // What is closed, or cannot be posted there, comes after its like.
    let behind = u32::from(candidate.is_closed) * 5 + u32::from(!is_same_currency) * 9;
    Some(Proposal { account: candidate.account, joint: None, weight: weights.iter().sum::<u32>().saturating_sub(behind), grounds })
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
mod tests;

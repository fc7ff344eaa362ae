//! What a bank shows as one sum, and what it stands for: the debits of a file, debits that came back.
//!
//! Those payments are posted already, each on its day. So nothing is posted by it: money that was on its way is at the bank. A sum is
//! certain where exactly one thing that is waited for comes to it, to the cent, within the days that a bank needs, and nobody else's name
//! stands beside it. Everything else is proposed to a person, with what speaks for it and what differs.
//!
//! Read [`find`]. Always true: what is certain is the amount to the cent; a sum that leaves is never certain by its amount alone; the order
//! of what is waited for changes no answer.

use super::matching::stands;
use crate::parties::name::likeness;
use crate::values::calendar::{is_bank_day, nth_day_after, nth_day_before};
use crate::values::coded::coded;
use crate::values::ids::{DebitFileId, DebitId};
use crate::values::money::Currency;
use jiff::civil::Date;
use std::fmt;

coded! {
    /// What speaks for it, and what keeps it from being certain.
    Ground {
        Named = "named", "its trace number stands in the words";
        Amount = "amount", "the amount is the same to the cent";
        Near = "near", "the day is near";
        Sender = "sender", "who sent it is named";
        Spoken = "spoken", "the words speak of such sums";
        Several = "several", "others come to the same amount";
        OtherName = "other_name", "another name stands beside it";
        Far = "far", "the day is not near";
        OffAmount = "off_amount", "the amount is another one";
    }
}

/// Days of the banks after the day on which debits take effect within which their sum is shown.
pub const CREDIT_DAYS: u32 = 3;
/// Days of the banks before and after we were told of a return, within which its sum is shown.
pub const RETURN_DAYS: u32 = 5;
/// Days of the banks after which what was not shown is late.
pub const LATE_DAYS: u32 = 5;
/// So many are proposed at the most.
pub const PROPOSALS_MAX: usize = 5;
/// Of two names, in percent: one that is less like the other is another name.
const ALIKE: u32 = 80;
/// A trace number has so many digits.
const TRACE_DIGITS: usize = 15;
/// Words by which banks speak of debits that were drawn by file, and of what came back.
const SPOKEN: [&str; 4] = ["ACH", "NACHA", "SETTLEMENT", "ORIGINATION"];

/// One piece of what a sum stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The debits of a file that took effect on a day: those of a batch, or all where it is empty.
    Debits {
        /// Which file.
        file: DebitFileId,
        /// The day.
        on: Date,
        /// Class and description of the batch.
        batch: String,
    },
    /// A debit that came back.
    Return(DebitId),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Debits { file, on, batch } => write!(f, "{file} {on} {batch}"),
            Part::Return(debit) => write!(f, "{debit}"),
        }
    }
}

/// What the bank is waited for to show as one sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// What it stands for, each with its amount in minor units; below zero where money leaves.
    pub pieces: Vec<(Part, i64)>,
    /// The currency.
    pub currency: Currency,
    /// The days on which a bank shows it.
    pub days: (Date, Date),
    /// Trace numbers, from the first to the last.
    pub traces: Vec<(String, String)>,
    /// Our number at the bank: it names us, and not which file.
    pub sender_no: String,
    /// Who may stand on the other side: we ourselves, our bank.
    pub names: Vec<String>,
}

impl Expected {
    /// What it comes to; nothing where that is too large.
    pub fn minor(&self) -> Option<i64> {
        self.pieces.iter().try_fold(0i64, |sum, (_, minor)| sum.checked_add(*minor))
    }

    /// What it is known by: its pieces in their order.
    pub fn key(&self) -> String {
        let mut parts: Vec<String> = self.pieces.iter().map(|(part, _)| part.to_string()).collect();
        parts.sort();
        parts.join("+")
    }

    /// Whether both stand for the same thing, in whole or in part.
    pub fn overlaps(&self, other: &Expected) -> bool {
        self.pieces.iter().any(|(one, _)| other.pieces.iter().any(|(with, _)| is_of(one, with)))
    }
}

/// Whether two pieces are the same, or one is in the other.
fn is_of(one: &Part, other: &Part) -> bool {
    match (one, other) {
        (Part::Debits { file, on, batch }, Part::Debits { file: of, on: day, batch: with }) => {
            (file, on) == (of, day) && (batch == with || batch.is_empty() || with.is_empty())
        }
        _ => one == other,
    }
}

/// The days on which a bank shows the sum of debits that take effect on a day.
pub fn days_of_credit(effective_on: Date) -> (Date, Date) {
    (effective_on, nth_day_after(effective_on, CREDIT_DAYS, is_bank_day))
}

/// The days on which a bank shows what came back, when we were told of it on a day.
pub fn days_of_return(told_on: Date) -> (Date, Date) {
    (nth_day_before(told_on, RETURN_DAYS, is_bank_day), nth_day_after(told_on, RETURN_DAYS, is_bank_day))
}

/// Whether the bank should have shown long ago what was due on a day.
pub fn is_late(due_on: Date, today: Date) -> bool {
    nth_day_after(due_on, LATE_DAYS, is_bank_day) < today
}

/// A sum that the bank shows.
#[derive(Clone, Debug)]
pub struct Sum<'a> {
    /// In minor units; below zero where money left.
    pub minor: i64,
    /// The currency.
    pub currency: &'a str,
    /// The day it was booked, and the day from which it counts.
    pub days: [Date; 2],
    /// Its reference, the bank's own, and what was written for us.
    pub texts: Vec<&'a str>,
    /// Who stands on the other side.
    pub counterparty: &'a str,
    /// Whether the bank says that money of a payer went back.
    pub is_return: bool,
}

/// Something that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Which of what is waited for.
    pub at: usize,
    /// What speaks for it, and what against.
    pub grounds: Vec<Ground>,
    /// How much more the bank shows than it comes to, in minor units.
    pub differs_minor: i64,
}

impl Proposal {
    /// Whether it can be matched at all.
    pub fn can_be_matched(&self) -> bool {
        self.differs_minor == 0
    }

    fn has(&self, ground: Ground) -> bool {
        self.grounds.contains(&ground)
    }
}

/// What looking came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is matched without asking.
    Certain(Proposal),
    /// A person decides; the likeliest first.
    Proposed(Vec<Proposal>),
    /// Nothing that is waited for.
    Nothing,
}

/// What a sum stands for.
pub fn find(sum: &Sum<'_>, all: &[Expected]) -> Found {
    let words = words_of(sum);
    let mut proposals: Vec<Proposal> =
        all.iter().enumerate().filter_map(|(at, expected)| Some(Proposal { at, ..weigh(sum, &words, expected)? })).collect();
    let full: Vec<&Proposal> = proposals.iter().filter(|one| one.can_be_matched()).collect();
    let named: Vec<&&Proposal> = full.iter().filter(|one| one.has(Ground::Named)).collect();
    let near: Vec<&&Proposal> = full.iter().filter(|one| one.has(Ground::Near)).collect();
    let is_ours = |one: &Proposal| [Ground::Named, Ground::Sender, Ground::Spoken].into_iter().any(|ground| one.has(ground));
    let one = match (named.as_slice(), near.as_slice()) {
        ([one], _) => Some(**one),
        ([], [one]) if is_ours(one) || (sum.minor > 0 && !one.has(Ground::OtherName)) || (sum.minor < 0 && sum.is_return) => Some(**one),
        _ => None,
    };
    if let Some(one) = one {
        return Found::Certain(one.clone());
    }
    // Money that leaves is mostly something else.
    if sum.minor < 0 && !sum.is_return {
        proposals.retain(is_ours);
    }
    // What differs is worth a look only where nothing is the amount.
    if proposals.iter().any(Proposal::can_be_matched) {
        proposals.retain(Proposal::can_be_matched);
        let are_several = proposals.len() > 1;
        proposals.iter_mut().for_each(|one| one.grounds.extend(are_several.then_some(Ground::Several)));
    }
    let rank =
        |one: &Proposal| (one.differs_minor.unsigned_abs(), !one.has(Ground::Named), !one.has(Ground::Near), !one.has(Ground::Sender));
    proposals.sort_by_key(|one| (rank(one), all[one.at].key()));
    proposals.truncate(PROPOSALS_MAX);
    if proposals.is_empty() { Found::Nothing } else { Found::Proposed(proposals) }
}

/// What speaks for one; nothing where neither its amount nor its name does.
fn weigh(sum: &Sum<'_>, words: &str, expected: &Expected) -> Option<Proposal> {
    let minor = expected.minor()?;
    if expected.currency.code() != sum.currency || (minor > 0) != (sum.minor > 0) {
        return None;
    }
    let differs_minor = sum.minor.checked_sub(minor)?;
    let is_near = sum.days.iter().any(|day| expected.days.0 <= *day && *day <= expected.days.1);
    let is_named = traces_in(&sum.texts).iter().any(|trace| expected.traces.iter().any(|(first, last)| first <= trace && trace <= last));
    let is_name = |name: &String| says(words, name) || likeness(sum.counterparty, name) >= ALIKE;
    let is_sender = stands(&expected.sender_no, &sum.texts) || expected.names.iter().any(is_name);
    let is_spoken = SPOKEN.iter().any(|word| says(words, word));
    let is_other = !is_named && !is_sender && !is_spoken && sum.counterparty.chars().any(char::is_alphabetic);
    let is_amount = differs_minor == 0;
    // Another amount is worth a look only where it is named, or comes from the right side on the right day.
    if !is_amount && !is_named && !(is_near && (is_sender || is_spoken)) {
        return None;
    }
    // Nothing but the amount speaks for it, and a name against.
    if is_other && !is_near {
        return None;
    }
    let grounds = [
        (is_named, Ground::Named),
        (is_amount, Ground::Amount),
        (is_near, Ground::Near),
        (is_sender, Ground::Sender),
        (is_spoken, Ground::Spoken),
        (is_other, Ground::OtherName),
        (!is_near, Ground::Far),
        (!is_amount, Ground::OffAmount),
    ];
    Some(Proposal { at: 0, grounds: grounds.into_iter().filter(|(holds, _)| *holds).map(|(_, ground)| ground).collect(), differs_minor })
}

/// All words of a sum in capitals, each between blanks.
fn words_of(sum: &Sum<'_>) -> String {
    let all = sum.texts.iter().copied().chain([sum.counterparty]).map(in_words).collect::<Vec<_>>();
    format!(" {} ", all.join(" "))
}

fn in_words(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_uppercase).collect::<Vec<_>>().join(" ")
}

/// Whether a name stands in the words, whole.
fn says(words: &str, name: &str) -> bool {
    let name = in_words(name);
    !name.is_empty() && words.contains(&format!(" {name} "))
}

/// The numbers in the words that may be traces.
fn traces_in(texts: &[&str]) -> Vec<String> {
    let numbers = texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_digit()));
    numbers.filter(|number| number.len() == TRACE_DIGITS).map(str::to_string).collect()
}

#[cfg(test)]
mod tests;

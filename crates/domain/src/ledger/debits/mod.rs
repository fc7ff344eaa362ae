//! Debits: money that somebody let us draw from their account at a bank, from the authorization to the return.
//!
//! An authorization is `Active`; it is `Held` until details or a stop are cleared up, `Revoked` by whoever gave it, or `Ended` when its one
//! debit was drawn. A debit is `Planned`, `Sent` in a file, `Settled` on its day, `Returned` by their bank, or `Cancelled`. Each time that
//! money is asked for is a debit of its own: a retry names the first one. A pre-note is one too, of nothing.
//!
//! Read [`may_send`] for what goes into a file and [`follows`] for what comes of a return. It moves no money: payments do.
//!
//! Always true: a debit takes effect on a day of the banks, never before the day that was agreed, and never draws more than is owed;
//! what came back for want of money is asked for three times in all, within 180 days.

pub mod correcting;
pub mod rates;

#[cfg(test)]
mod tests;

use super::ach::return_code::ReturnCode;
use super::ach::writing::EntryClass;
use crate::values::calendar::{is_bank_day, nth_day_after, nth_day_before};
use crate::values::coded::coded;
use jiff::Span;
use jiff::civil::Date;

coded! {
    /// How an authorization stands.
    AuthorizationState, 4 {
        Active = "active", "Stands";
        Held = "held", "Held";
        Revoked = "revoked", "Revoked";
        Ended = "ended", "Used up";
    }
}

coded! {
    /// How a debit stands.
    DebitState, 5 {
        Planned = "planned", "Planned";
        Sent = "sent", "Sent";
        Settled = "settled", "Settled";
        Returned = "returned", "Came back";
        Cancelled = "cancelled", "Cancelled";
    }
}

coded! {
    /// Why it is asked for.
    DebitKind, 4 {
        Prenote = "prenote", "Pre-note";
        First = "first", "Debit";
        Retry = "retry", "Retry";
        Correction = "correction", "Corrected debit";
    }
}

impl DebitKind {
    /// What the payer reads on their statement. The network names the words for a retry.
    pub const fn description(self) -> &'static str {
        match self {
            DebitKind::Prenote => "PRENOTE",
            DebitKind::First | DebitKind::Correction => "PAYMENT",
            DebitKind::Retry => "RETRY PYMT",
        }
    }
}

/// How often money is asked for that was not there, the first time counted.
pub const TRIES_MAX: i64 = 3;
/// Days after the first debit within which it may be asked for again.
pub const RETRY_DAYS: i32 = 180;
/// Days after the first debit within which an error in it may be corrected.
pub const CORRECTION_DAYS: i32 = 60;
/// Days between the notice of another amount and the file (12 CFR 1005.10(d)(1)).
const NOTICE_DAYS: i32 = 10;
/// Days of the banks until money that was not there is asked for again.
const RETRY_AFTER: u32 = 5;
/// Days of the banks between a pre-note and the first debit.
const PRENOTE_DAYS: u32 = 3;
/// How far ahead of its day a debit is sent, in days of the banks.
pub const AHEAD_MAX: u32 = 5;

/// The next day of the banks.
pub fn next_bank_day(today: Date) -> Date {
    nth_day_after(today, 1, is_bank_day)
}

/// The day on which a debit takes effect that is sent today: not before it was agreed, and a day of the banks ahead at least.
pub fn effective_on(wanted: Date, today: Date) -> Date {
    let earliest = wanted.max(next_bank_day(today));
    if is_bank_day(earliest) { earliest } else { nth_day_after(earliest, 1, is_bank_day) }
}

/// The last day on which a notice of another amount can be written, so that a debit goes out in time for the day that was agreed: the
/// law wants ten days before the debit, and the rules are asked when its file is written.
pub fn notice_by(wanted: Date) -> Date {
    days_after(nth_day_before(wanted, 1, is_bank_day), -NOTICE_DAYS)
}

/// The first day on which money may be drawn after a pre-note took effect.
pub fn after_prenote(prenote_on: Date) -> Date {
    nth_day_after(prenote_on, PRENOTE_DAYS, is_bank_day)
}

fn days_after(day: Date, days: i32) -> Date {
    day.saturating_add(Span::new().days(days))
}

/// What is known of a debit that may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// How its authorization stands.
    pub authorization: AuthorizationState,
    /// Why it is asked for.
    pub kind: DebitKind,
    /// How much, in minor units; nothing for a pre-note.
    pub amount_minor: i64,
    /// What is owed, in minor units.
    pub owed_minor: i64,
    /// What was sent and is not posted yet, in minor units.
    pub on_the_way_minor: i64,
    /// The day that was agreed.
    pub wanted_on: Date,
    /// The day the first of its tries took effect, where it is not the first.
    pub first_on: Option<Date>,
    /// Where the pre-note of its authorization stands.
    pub prenote: Prenote,
    /// Whether the account is open.
    pub is_open: bool,
    /// Until when it is on hold.
    pub held_until: Option<Date>,
    /// Until when a hardship pause stands on it.
    pub paused_until: Option<Date>,
    /// How the promise or installment stands that it serves.
    pub serves: Serves,
}

/// How the payment stands that a debit serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serves {
    /// It is to be paid, or the debit serves none.
    Due,
    /// It is paid, or not asked for any more.
    Done,
    /// It was not paid in time, and nobody agreed what next.
    Broken,
}

/// Where an authorization's pre-note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prenote {
    /// None is asked for.
    None,
    /// It waits to be sent.
    Waits,
    /// It took or takes effect on this day, and did not come back.
    Effective(Date),
}

coded! {
    /// Why a debit is not sent.
    Stays, 14 {
        Refused = "refused", "the rules forbid it";
        Held = "held", "its authorization is held";
        Revoked = "revoked", "its authorization is not there any more";
        Closed = "closed", "the account is closed or paid";
        OnHold = "on_hold", "the account is on hold";
        Paused = "paused", "a hardship pause stands on the account";
        InPause = "in_pause", "its day lies in the hardship pause that stands on the account";
        MoreThanOwed = "more_than_owed", "it is more than is owed";
        Served = "served", "what it was for is paid or not asked for any more";
        Broken = "broken", "what it was for is broken";
        AwaitsPrenote = "awaits_prenote", "its pre-note must be out for three days of the banks";
        TooLate = "too_late", "the time in which it may be asked for again is over";
        NoKey = "no_key", "the number of the bank account cannot be read here";
        Unwritable = "unwritable", "it fits no file";
    }
}

impl Stays {
    /// What a person can do about it.
    pub const fn step(self) -> &'static str {
        match self {
            Stays::Refused => "read why, mend what it names, or cancel the debit",
            Stays::Held => "clear up what its return said, then take the authorization up again",
            Stays::Revoked => "agree another way to pay",
            Stays::Closed => "nothing is to be drawn: cancel the debit",
            Stays::OnHold => "it goes by itself when the hold ends",
            Stays::Paused => "it goes by itself when the pause is over",
            Stays::InPause => "agree another day with them when the pause is over, and plan anew",
            Stays::MoreThanOwed => "cancel it and plan one of what is owed",
            Stays::Served => "cancel the debit",
            Stays::Broken => "agree what next with them, then plan anew or cancel it",
            Stays::AwaitsPrenote => "it goes by itself with a later file",
            Stays::TooLate => "agree another day or another way to pay",
            Stays::NoKey => "bring back the sealing key with the folder of keys",
            Stays::Unwritable => "look at the holder's name and number, and take the authorization anew",
        }
    }

    /// Whether it can never be sent any more, so that it is cancelled.
    pub const fn is_final(self) -> bool {
        matches!(self, Stays::Revoked | Stays::Closed | Stays::InPause | Stays::Served | Stays::TooLate)
    }
}

/// Whether a debit may be sent today, as far as the house knows: the day it takes effect, or why it stays. The rules are asked after that.
pub fn may_send(facts: &Sending, today: Date) -> Result<Date, Stays> {
    match facts.authorization {
        AuthorizationState::Active => {}
        AuthorizationState::Held => return Err(Stays::Held),
        AuthorizationState::Revoked | AuthorizationState::Ended => return Err(Stays::Revoked),
    }
    if !facts.is_open {
        return Err(Stays::Closed);
    }
    if let Some(until) = facts.paused_until.filter(|until| *until > today) {
        // Whose day came while they could not pay is not drawn when the pause is over: somebody speaks with them first.
        let is_over_then = facts.kind == DebitKind::Prenote || facts.wanted_on >= until;
        return Err(if is_over_then { Stays::Paused } else { Stays::InPause });
    }
    if facts.held_until.is_some_and(|until| until > today) {
        return Err(Stays::OnHold);
    }
    if facts.kind == DebitKind::Prenote {
        return Ok(effective_on(facts.wanted_on, today));
    }
    match facts.serves {
        Serves::Done => return Err(Stays::Served),
        // What is asked for again may be what broke it.
        Serves::Broken if facts.kind == DebitKind::First => return Err(Stays::Broken),
        Serves::Broken | Serves::Due => {}
    }
    if facts.amount_minor > facts.owed_minor.saturating_sub(facts.on_the_way_minor) {
        return Err(Stays::MoreThanOwed);
    }
    let effective = effective_on(facts.wanted_on, today);
    match facts.prenote {
        Prenote::Waits => return Err(Stays::AwaitsPrenote),
        Prenote::Effective(on) if after_prenote(on) > effective => return Err(Stays::AwaitsPrenote),
        Prenote::Effective(_) | Prenote::None => {}
    }
    let last = match (facts.kind, facts.first_on) {
        (DebitKind::Retry, Some(first)) => days_after(first, RETRY_DAYS),
        (DebitKind::Correction, Some(first)) => days_after(first, CORRECTION_DAYS),
        _ => Date::MAX,
    };
    if effective > last { Err(Stays::TooLate) } else { Ok(effective) }
}

/// What becomes of an authorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It stands.
    Stands,
    /// It is held until somebody clears up what the return said.
    Held,
    /// It is revoked, as their bank told.
    Revoked,
}

/// Whether a debit that came back may be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Not.
    Never,
    /// On this day, by itself.
    On(Date),
    /// Once, corrected, by a person who takes the authorization up again, until this day.
    CorrectedUntil(Date),
}

/// What follows of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follows {
    /// Whether the money went back, so that its payment is reversed.
    pub money_went_back: bool,
    /// What becomes of the authorization.
    pub then: Then,
    /// Whether it is asked for again.
    pub again: Again,
}

/// What is known of the tries of a debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// Why this one was asked for.
    pub kind: DebitKind,
    /// Which try it was, from 1.
    pub try_no: i64,
    /// The day the first of them took effect.
    pub first_on: Date,
    /// Whether somebody took the authorization back meanwhile, so that nothing is asked for again.
    pub is_active: bool,
}

/// What follows of a return that is told today.
pub fn follows(code: &ReturnCode, tries: Tries, today: Date) -> Follows {
    let went = |then, again| Follows { money_went_back: true, then, again };
    if tries.kind == DebitKind::Prenote {
        let then = if code.class == "authorization" { Then::Revoked } else { Then::Held };
        return Follows { money_went_back: false, then, again: Again::Never };
    }
    match code.class {
        "insufficient-or-uncollected" => {
            let on = nth_day_after(today, RETRY_AFTER, is_bank_day);
            let may = tries.kind != DebitKind::Correction && tries.try_no < TRIES_MAX && on <= days_after(tries.first_on, RETRY_DAYS);
            match may && tries.is_active {
                true => went(Then::Stands, Again::On(on)),
                // Who could not pay three times is spoken with first.
                false => went(Then::Held, Again::Never),
            }
        }
        "authorization" => went(Then::Revoked, Again::Never),
        "authorization-terms" => {
            let until = days_after(tries.first_on, CORRECTION_DAYS);
            let may = tries.kind != DebitKind::Correction && today < until;
            went(Then::Held, if may { Again::CorrectedUntil(until) } else { Again::Never })
        }
        "requested-by-originator-bank" => went(Then::Stands, Again::Never),
        // Between the banks: whether the money is ours again, a person finds out.
        "dishonored-return" | "contested-dishonored-return" => Follows { money_went_back: false, then: Then::Held, again: Again::Never },
        _ => went(Then::Held, Again::Never),
    }
}

/// Whether an authorization of this class may stand for a series: a spoken yes may not (12 CFR 1005.10(b)).
pub const fn may_recur(class: EntryClass) -> bool {
    !matches!(class, EntryClass::Tel)
}

/// Whether what was given as an account's number is the number of a card: issuers' first digits, length and check digit.
pub fn looks_like_a_card(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter(|letter| !matches!(letter, ' ' | '-')).map_while(|letter| letter.to_digit(10)).collect();
    let letters = number.chars().filter(|letter| !matches!(letter, ' ' | '-')).count();
    let first = digits.iter().take(4).fold(0, |sum, digit| sum * 10 + digit);
    let is_issued = match digits.len() {
        15 => matches!(first / 100, 34 | 37),
        16 => first / 1000 == 4 || matches!(first / 100, 51..=55 | 65) || (2221..=2720).contains(&first) || first == 6011,
        _ => false,
    };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 }).sum();
    letters == digits.len() && is_issued && sum.is_multiple_of(10)
}

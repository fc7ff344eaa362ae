//! Requests for approval: what an officer asks to grant beyond what they may grant alone, and what a supervisor answers.
//!
//! A request goes `Waiting` → `Approved`, `Countered`, `Refused` or `Answered`; unanswered in its time it is `Lapsed`, and whoever asked
//! can take it back. What was approved or countered is used once, with exactly those terms, within its time.
//!
//! Read [`may_answer`] and [`Clock::state_at`]. Whether the terms themselves may be granted is the room's for them, such as
//! [`decide_promise`](super::promise::decide_promise): an approval passes a limit, never the law.
//! Stored in `approvals`; shown at `/approvals`, on the account and in the call.
//!
//! Always true: nobody answers their own request; a request is answered once; what was refused is refused with a reason.

use super::rhythm::Frequency;
use super::schedule::{Cut, PlanTerms};
use crate::accounts::Bucket;
use crate::accounts::hardship::PauseReason;
use crate::ledger::write_off::WriteOffReason;
use crate::values::coded::coded;
use crate::values::ids::AccountId;
use crate::values::iso_date;
use crate::values::moment::written;
use crate::values::money::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a request waits while somebody holds: longer, and they are to be called back.
pub const HOLD_MINUTES: i64 = 15;
/// How long it waits while nobody does.
pub const WAIT_HOURS: i64 = 24;
/// How long what was granted can be used.
pub const GOOD_HOURS: i64 = 24;

coded! {
    /// What is asked for. Refunds come with the room that decides them.
    ApprovalKind {
        /// A promise that is beyond the officer's limits.
        Promise = "promise", "A promise";
        /// A plan or settlement that is beyond the officer's limits.
        Plan = "plan", "A plan";
        /// A waiver of interest, fees or costs that is beyond the officer's limits.
        Waiver = "waiver", "A waiver";
        /// A hardship pause that is beyond the officer's limits.
        Pause = "pause", "A hardship pause";
        /// A write-off of what is left that is beyond their limits.
        WriteOff = "write_off", "A write-off";
        /// Anything else, in words.
        Question = "question", "A question";
    }
}

coded! {
    /// Where a request stands.
    ApprovalState {
        /// Nobody answered yet.
        Waiting = "waiting", "Waiting";
        /// Granted as it was asked for.
        Approved = "approved", "Approved";
        /// Other terms were granted.
        Countered = "countered", "Countered";
        /// Not granted.
        Refused = "refused", "Refused";
        /// A question was answered.
        Answered = "answered", "Answered";
        /// Nobody answered in time.
        Lapsed = "lapsed", "Lapsed unanswered";
        /// Taken back by whoever asked.
        Withdrawn = "withdrawn", "Taken back";
        /// What was granted was used.
        Used = "used", "Used";
        /// What was granted was not used in its time.
        Unused = "unused", "Not used in time";
    }
}

impl ApprovalState {
    /// Whether terms stand granted.
    pub const fn is_granted(self) -> bool {
        matches!(self, ApprovalState::Approved | ApprovalState::Countered)
    }
}

/// What exactly is asked for, or granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "terms", rename_all = "snake_case")]
pub enum Terms {
    /// They pay an amount by a day.
    Promise {
        /// How much, in minor units.
        amount_minor: i64,
        /// In which currency.
        currency: String,
        /// By when.
        #[serde(with = "iso_date")]
        due_on: Date,
    },
    /// They pay by a plan, or settle.
    Plan {
        /// All that is paid, in minor units.
        total_minor: i64,
        /// What of it is paid on the day that it is agreed.
        down_minor: i64,
        /// How many installments the rest has.
        count: u32,
        /// How much each but the first is, where they named that instead of the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount_minor: Option<i64>,
        /// From which day on.
        #[serde(with = "iso_date")]
        first_on: Date,
        /// How often.
        frequency: Frequency,
        /// In which currency.
        currency: String,
        /// Over which other accounts of theirs too; the request stands on the one at whose desk it was asked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        with: Vec<AccountId>,
    },
    /// A part of what is owed is given up.
    Waiver {
        /// Of which bucket, by its code.
        bucket: String,
        /// How much, in minor units.
        amount_minor: i64,
        /// In which currency.
        currency: String,
    },
    /// They are left alone for a while.
    Pause {
        /// From which day on.
        #[serde(with = "iso_date")]
        from_on: Date,
        /// The day of its review.
        #[serde(with = "iso_date")]
        until_on: Date,
        /// Why.
        reason: PauseReason,
    },
    /// What is left is written off, up to an amount.
    WriteOff {
        /// At most so much, in minor units.
        amount_minor: i64,
        /// In which currency.
        currency: String,
        /// Why the account closes.
        because: WriteOffReason,
    },
    /// What stands in the words.
    Question,
}

impl Terms {
    /// The terms of a plan.
    pub fn plan(terms: &PlanTerms) -> Terms {
        Terms::joint_plan(terms, Vec::new())
    }

    /// The terms of a plan over other accounts too.
    pub fn joint_plan(terms: &PlanTerms, with: Vec<AccountId>) -> Terms {
        Terms::Plan {
            total_minor: terms.total.minor(),
            down_minor: terms.down.minor(),
            count: terms.count(),
            amount_minor: if let Cut::Amount(amount) = terms.cut { Some(amount.minor()) } else { None },
            first_on: terms.first_on,
            frequency: terms.frequency,
            currency: terms.total.currency().code().into(),
            with,
        }
    }

    /// The terms of a plan of one account, where they are that.
    pub fn as_plan(&self) -> Option<PlanTerms> {
        self.plan_with().filter(|(_, with)| with.is_empty()).map(|(terms, _)| terms)
    }

    /// The terms of a plan over several accounts with the other ones, where they are that.
    pub fn as_joint_plan(&self) -> Option<(PlanTerms, &[AccountId])> {
        self.plan_with().filter(|(_, with)| !with.is_empty())
    }

    fn plan_with(&self) -> Option<(PlanTerms, &[AccountId])> {
        let Terms::Plan { total_minor, down_minor, count, amount_minor, first_on, frequency, currency, with } = self else { return None };
        let currency = Currency::parse(currency)?;
        let money = |minor| Money::of(minor, currency);
        let terms = PlanTerms {
            total: money(*total_minor),
            down: money(*down_minor),
            cut: amount_minor.map_or(Cut::Count(*count), |amount| Cut::Amount(money(amount))),
            first_on: *first_on,
            frequency: *frequency,
        };
        Some((terms, with))
    }

    /// The terms of a promise.
    pub fn promise(amount: Money, due_on: Date) -> Terms {
        Terms::Promise { amount_minor: amount.minor(), currency: amount.currency().code().into(), due_on }
    }

    /// The terms of a waiver.
    pub fn waiver(bucket: Bucket, amount: Money) -> Terms {
        Terms::Waiver { bucket: bucket.code().into(), amount_minor: amount.minor(), currency: amount.currency().code().into() }
    }

    /// The bucket and the amount, where they are a waiver's.
    pub fn as_waiver(&self) -> Option<(Bucket, Money)> {
        let Terms::Waiver { bucket, amount_minor, currency } = self else { return None };
        Some((Bucket::parse(bucket)?, Money::of(*amount_minor, Currency::parse(currency)?)))
    }

    /// The first day, the day of the review and the reason, where they are a pause's.
    pub const fn as_pause(&self) -> Option<(Date, Date, PauseReason)> {
        match self {
            Terms::Pause { from_on, until_on, reason } => Some((*from_on, *until_on, *reason)),
            _ => None,
        }
    }

    /// The terms of a write-off.
    pub fn write_off(amount: Money, because: WriteOffReason) -> Terms {
        Terms::WriteOff { amount_minor: amount.minor(), currency: amount.currency().code().into(), because }
    }

    /// The most that may be left and the reason, where they are a write-off's.
    pub fn as_write_off(&self) -> Option<(Money, WriteOffReason)> {
        let Terms::WriteOff { amount_minor, currency, because } = self else { return None };
        Some((Money::of(*amount_minor, Currency::parse(currency)?), *because))
    }

    /// What kind of request they belong to.
    pub const fn kind(&self) -> ApprovalKind {
        match self {
            Terms::Promise { .. } => ApprovalKind::Promise,
            Terms::Plan { .. } => ApprovalKind::Plan,
            Terms::Waiver { .. } => ApprovalKind::Waiver,
            Terms::Pause { .. } => ApprovalKind::Pause,
            Terms::WriteOff { .. } => ApprovalKind::WriteOff,
            Terms::Question => ApprovalKind::Question,
        }
    }

    /// The amount and the day, where they are a promise's.
    pub fn as_promise(&self) -> Option<(Money, Date)> {
        match self {
            Terms::Promise { amount_minor, currency, due_on } => Some((Money::of(*amount_minor, Currency::parse(currency)?), *due_on)),
            _ => None,
        }
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.as_promise(), self.plan_with()) {
            (Some((amount, due_on)), _) => write!(f, "{amount} by {}", written(due_on)),
            (None, Some((plan, []))) => plan.fmt(f),
            (None, Some((plan, with))) => write!(f, "{plan}, over {} accounts", with.len() + 1),
            (None, None) => match (self.as_waiver(), self.as_pause()) {
                (Some((bucket, amount)), _) => write!(f, "{amount} of {} waived", bucket.to_string().to_lowercase()),
                (None, Some((from, until, _))) => write!(f, "a hardship pause from {} to {}", written(from), written(until)),
                (None, None) => match self.as_write_off() {
                    Some((amount, because)) => write!(f, "{amount} written off: {}", because.to_string().to_lowercase()),
                    None => f.write_str("a question"),
                },
            },
        }
    }
}

/// The times of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What was kept of its state.
    pub state: ApprovalState,
    /// When it lapses, if nobody answers.
    pub lapses_at: Timestamp,
    /// Until when what was granted can be used.
    pub good_until: Option<Timestamp>,
}

impl Clock {
    /// Where it stands at an instant, whether or not anybody has written it down yet.
    pub fn state_at(&self, now: Timestamp) -> ApprovalState {
        match self.state {
            ApprovalState::Waiting if self.lapses_at <= now => ApprovalState::Lapsed,
            state if state.is_granted() && self.good_until.is_some_and(|until| until <= now) => ApprovalState::Unused,
            state => state,
        }
    }
}

/// What a supervisor says to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Granted as it was asked for.
    Approve,
    /// These terms instead.
    Counter(Terms),
    /// Not granted.
    Refuse,
    /// The answer to a question is in the words.
    Tell,
}

impl Verdict {
    /// What becomes of the request.
    pub const fn state(&self) -> ApprovalState {
        match self {
            Verdict::Approve => ApprovalState::Approved,
            Verdict::Counter(_) => ApprovalState::Countered,
            Verdict::Refuse => ApprovalState::Refused,
            Verdict::Tell => ApprovalState::Answered,
        }
    }
}

/// Why a request is not answered so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It stands at this already.
    Stands(ApprovalState),
    /// Whoever asked would answer themselves.
    Own,
    /// A refusal without its reason, or an answer without words.
    WithoutWords,
    /// It is no answer to what was asked.
    BesideIt,
}

/// Whether a request that stands so may be answered so.
pub fn may_answer(state: ApprovalState, asked: &Terms, is_own: bool, verdict: &Verdict, words: &str) -> Result<(), NoAnswer> {
    if state != ApprovalState::Waiting {
        return Err(NoAnswer::Stands(state));
    }
    if is_own {
        return Err(NoAnswer::Own);
    }
    let fits = match (asked.kind(), verdict) {
        (ApprovalKind::Question, verdict) => matches!(verdict, Verdict::Tell),
        // What is given up, or left alone, is granted as it was asked for or not at all.
        (ApprovalKind::Waiver | ApprovalKind::Pause | ApprovalKind::WriteOff, Verdict::Counter(_)) => false,
        // Over the same accounts: which ones they were asked about is no part of the terms.
        (kind, Verdict::Counter(terms)) => {
            let with = |terms: &Terms| terms.plan_with().map(|(_, with)| with.to_vec());
            terms.kind() == kind && terms != asked && with(terms) == with(asked)
        }
        (_, verdict) => !matches!(verdict, Verdict::Tell),
    };
    if !fits {
        return Err(NoAnswer::BesideIt);
    }
    match matches!(verdict, Verdict::Refuse | Verdict::Tell) && words.trim().is_empty() {
        true => Err(NoAnswer::WithoutWords),
        false => Ok(()),
    }
}

/// A promise of the past, as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPromise {
    /// How much was promised, in minor units.
    pub amount_minor: i64,
    /// How many days ahead.
    pub days: i32,
    /// How much was placed with the account.
    pub placed_minor: i64,
    /// Whether it was kept whole.
    pub was_kept: bool,
}

/// What became of promises like one that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Similar {
    /// How many were decided.
    pub decided: u32,
    /// How many of them were kept.
    pub kept: u32,
}

/// Fewer than so many say nothing.
pub const SIMILAR_MIN: u32 = 5;

impl Similar {
    /// Counts promises of like size and time on accounts of like size: each between half and double, the days of the same length.
    pub fn of(amount_minor: i64, days: i32, placed_minor: i64, past: impl IntoIterator<Item = PastPromise>) -> Similar {
        let is_like = |one: i64, other: i64| one.saturating_mul(2) >= other && other.saturating_mul(2) >= one;
        let length = |days: i32| [14, 30, 60, 120].iter().position(|most| days <= *most);
        past.into_iter()
            .filter(|past| is_like(past.amount_minor, amount_minor) && is_like(past.placed_minor, placed_minor))
            .filter(|past| length(past.days) == length(days))
            .fold(Similar::default(), |sum, past| Similar { decided: sum.decided + 1, kept: sum.kept + u32::from(past.was_kept) })
    }
}

/// The sentence of it; too few are said to be too few.
impl fmt::Display for Similar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Similar { decided, kept } = self;
        match *decided {
            0 => f.write_str("The record has no promise like it yet."),
            few if few < SIMILAR_MIN => write!(f, "Too few like it to say anything: {few} in the record."),
            _ => write!(f, "Of {decided} promises of like size and time on like accounts, {kept} were kept."),
        }
    }
}

#[cfg(test)]
mod tests;

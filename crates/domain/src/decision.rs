//! Decisions: an answer, and every reason that shaped it.
//!
//! The rules of every room speak through these types. A [`Rule`] describes itself on its [`RuleCard`];
//! what it finds is a [`Finding`]; a [`Decision`] gathers the findings. [`Detail`] holds the numbers:
//! the sentence is made when somebody reads it.

use crate::values::channel::Channel;
use crate::values::moment::{date_of_day, written};
use crate::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// "May we?", in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing stands in the way.
    Yes,
    /// A supervisor may release it with a recorded reason.
    NeedsSupervisor,
    /// No; only other facts can change that.
    No,
}

impl Answer {
    /// The code kept with a decision.
    pub const fn code(self) -> &'static str {
        match self {
            Answer::Yes => "allowed",
            Answer::NeedsSupervisor => "needs_supervisor",
            Answer::No => "refused",
        }
    }
}

/// What a rule does when it finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Refuse; nobody can override it except by changing the facts on record.
    Block,
    /// Stop; a supervisor may release it with a recorded reason.
    Supervisor,
    /// Stop as [`Severity::Supervisor`]; the law speaks of a presumption that can be rebutted.
    Presumption,
    /// Show, record, go on.
    Warn,
}

/// A rule's own description, from which the handbook, *Why?* and the audit record are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCard {
    /// The id of `regulation/rules.md`.
    pub id: &'static str,
    /// Where the rule stands, as a lawyer would cite it.
    pub cite: &'static str,
    /// The first day on which it binds, as a day number (see [`day`]).
    pub in_force_from: i32,
    /// The last day on which it binds; `None` while no end is known.
    pub in_force_to: Option<i32>,
    /// Whom or where it binds, in a few words.
    pub jurisdiction: &'static str,
    /// What it does when it finds something.
    pub severity: Severity,
    /// What it says when it refuses, in plain words.
    pub plain: &'static str,
    /// What can be done instead, in one plain sentence.
    pub instead: &'static str,
}

impl RuleCard {
    /// A rule of the house, which has no source outside it and binds everywhere.
    pub const fn house(id: &'static str, severity: Severity, plain: &'static str, instead: &'static str) -> RuleCard {
        RuleCard {
            id,
            cite: "house rule",
            in_force_from: day(2026, 1, 1),
            in_force_to: None,
            jurisdiction: "everywhere",
            severity,
            plain,
            instead,
        }
    }

    /// Whether it binds on a day.
    pub const fn is_in_force(&self, day: i32) -> bool {
        self.in_force_from <= day && !self.is_over(day)
    }

    /// Whether its last day lies before a day.
    pub const fn is_over(&self, day: i32) -> bool {
        matches!(self.in_force_to, Some(last) if last < day)
    }

    /// From when until when it binds, in words.
    pub fn in_force(&self) -> String {
        let from = written(date_of_day(self.in_force_from));
        self.in_force_to
            .map_or_else(|| format!("from {from}, no end known"), |last| format!("from {from} to {}", written(date_of_day(last))))
    }
}

/// What a rule found standing in the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Seconds since 1970 before which this finding cannot change with no new facts; [`NEVER`] if it cannot at all.
    pub until: i64,
    /// The numbers.
    pub detail: Detail,
}

/// The [`Finding::until`] of what only new facts can change.
pub const NEVER: i64 = i64::MAX;

impl Finding {
    /// The same, as what policy says.
    pub fn by_policy(self, whose: Whose) -> Finding {
        Finding { until: self.until, detail: Detail::ByPolicy { whose, said: Box::new(self.detail) } }
    }

    /// Found, and only new facts can change it.
    pub const fn lasting(detail: Detail) -> Finding {
        Finding { until: NEVER, detail }
    }

    /// Found, and open again no sooner than this second.
    pub const fn until(until: i64, detail: Detail) -> Finding {
        Finding { until, detail }
    }
}

/// A rule over facts `F` under policy `P`, asked about one instant.
pub struct Rule<F, P> {
    /// Its description.
    pub card: RuleCard,
    /// Looks at the facts at an instant; `None` when nothing stands in the way.
    pub check: fn(&F, &P, Instant) -> Option<Finding>,
}

impl<F, P> Clone for Rule<F, P> {
    fn clone(&self) -> Rule<F, P> {
        *self
    }
}

impl<F, P> Copy for Rule<F, P> {}

/// The instant a rule is asked about: seconds since 1970, and the day on which the law's counts are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// Day number in the zone in which days are counted.
    pub day: i32,
}

/// One reason for an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The rule that found it.
    pub rule: &'static RuleCard,
    /// The numbers.
    pub detail: Detail,
}

/// The answer to "may we?", with everything that shaped it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Yes, a supervisor's matter, or no.
    pub answer: Answer,
    /// When the same would be allowed with no new facts; `None` if not within the horizon, or if it is allowed now.
    pub next_allowed_at: Option<Timestamp>,
    /// Every reason that stands in the way, in the order people read the rules.
    pub because: Vec<Reason>,
    /// What is to be shown and recorded without standing in the way.
    pub warnings: Vec<Reason>,
}

impl Decision {
    /// Allowed, without a word.
    pub const fn yes() -> Decision {
        Decision { answer: Answer::Yes, next_allowed_at: None, because: Vec::new(), warnings: Vec::new() }
    }

    /// Whether nothing but presumptions that can be rebutted stands in the way.
    pub fn is_presumption_only(&self) -> bool {
        !self.because.is_empty() && self.because.iter().all(|reason| reason.rule.severity == Severity::Presumption)
    }

    /// The answer that these reasons amount to: the strictest wins.
    pub fn answer_of(because: &[Reason]) -> Answer {
        because.iter().fold(Answer::Yes, |answer, reason| match (answer, reason.rule.severity) {
            (_, Severity::Block) | (Answer::No, _) => Answer::No,
            (_, Severity::Supervisor | Severity::Presumption) => Answer::NeedsSupervisor,
            (answer, Severity::Warn) => answer,
        })
    }
}

/// Whose rule it is that found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The law's.
    Law,
    /// Our own policy.
    House,
    /// The creditor's policy.
    Creditor,
    /// The law's, as the agency amended its table since the program was shipped.
    Amended,
}

impl Whose {
    /// The code in answers.
    pub const fn code(self) -> &'static str {
        match self {
            Whose::Law => "law",
            Whose::House => "our_policy",
            Whose::Creditor => "creditor_policy",
            Whose::Amended => "amended_law",
        }
    }
}

/// The words on screens.
impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Whose::Law => "the law",
            Whose::House => "our own policy",
            Whose::Creditor => "the creditor's policy",
            Whose::Amended => "the law, as we amended its table",
        })
    }
}

impl Reason {
    /// Whose rule it is: what does not say it is policy is law.
    pub fn whose(&self) -> Whose {
        self.detail.whose()
    }
}

/// The numbers behind a reason.
#[allow(missing_docs, reason = "each variant's sentence names its fields")]
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// The rule's own sentence says all.
    Plain,
    /// It is this minute of the day in this zone, outside these hours (minutes of the day).
    Hours { zone: &'static str, minute: u16, opens: u16, closes: u16 },
    /// This many attempts of at most so many in so many days; one is free again on this day number.
    Attempts { used: u32, max: u32, days: u32, free_on: i32 },
    /// This many contacts of at most so many in so many days; one is free again on this day number; our source may be in doubt.
    Contacts { used: u32, max: u32, days: u32, free_on: i32, is_verified: bool },
    /// On this day, as a number, what stands in the way ends.
    EndsOn(i32),
    /// They spoke with us on this day number; the telephone is closed until that one.
    Spoke { on: i32, open_on: i32 },
    /// They named this time of the day (minutes) as one at which not to reach them.
    TimeNamed { from: u16, to: u16 },
    /// They named other hours as the only ones at which to reach them.
    OnlyOtherTimes,
    /// They named this place, or their employer forbids it.
    Place(&'static str),
    /// They closed this channel, or one address within it, at this second.
    Closed { channel: Channel, at: i64, one_address: bool },
    /// Something on record since this second.
    Since(i64),
    /// Something about a part on record since this second; what is left may be asked about by itself.
    SincePart { since: i64, rest: Money },
    /// The same was already sent at this second.
    AlreadySent(i64),
    /// This many seconds since the last connected call.
    SecondsSinceLastCall(i64),
    /// This would be the so-manieth call of the day.
    CallOfDay(u32),
    /// What a location call may not do.
    LocationFault(&'static str),
    /// So many business days after a notice; at least and at most so many are asked.
    BusinessDays { counted: u32, least: u32, most: u32 },
    /// A rate of a year, or a share, and the limit it passes, in hundredths of a percent.
    Rate { asked: i64, limit: i64 },
    /// A number of things and the limit it passes.
    Count { asked: u32, limit: u32 },
    /// An amount and the limit it passes.
    Amount { asked: Money, limit: Money },
    /// A date and the limit it passes.
    Date { asked: Date, limit: Date },
    /// The so many years in which a suit may be brought ended on this day number; our source for them may be in doubt.
    SuitTime { years: u8, last_day: i32, is_verified: bool, amendment: Option<u32> },
    /// What exactly is wrong or missing, in words.
    Fault(&'static str),
    /// Policy, and not the law, sets this limit.
    ByPolicy { whose: Whose, said: Box<Detail> },
    /// The law as the agency amended it sets this limit: which amendment, of which pack, by what source, and how sure it is.
    ByAmendment { number: u32, pack: Arc<str>, source: Arc<str>, confidence: &'static str, said: Box<Detail> },
}

impl Detail {
    /// Whose rule it is: what does not say otherwise is law.
    pub const fn whose(&self) -> Whose {
        match self {
            Detail::ByPolicy { whose, .. } => *whose,
            Detail::ByAmendment { .. } | Detail::SuitTime { amendment: Some(_), .. } => Whose::Amended,
            _ => Whose::Law,
        }
    }
}

/// What is added where our source for a number is in doubt.
fn doubt(what: &str, is_verified: bool) -> String {
    if is_verified { String::new() } else { format!("; {what} is not verified") }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn percent(basis_points: i64) -> String {
    format!("{}.{:02} percent", basis_points / 100, basis_points.rem_euclid(100))
}

fn instant(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "an unknown time".into(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// The sentence that goes with the rule's own, without a full stop; empty when there is nothing to add.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Detail::Plain => Ok(()),
            Detail::Hours { zone, minute, opens, closes } => {
                let place = zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
                write!(f, "it is {} in {place}; open {} to {}", clock(*minute), clock(*opens), clock(*closes))
            }
            Detail::Attempts { used, max, days, free_on } => {
                write!(f, "{used} of {max} calls used in {days} days; one is free again on {}", written(date_of_day(*free_on)))
            }
            Detail::Contacts { used, max, days: 1, is_verified, .. } => {
                write!(f, "{used} of {max} used today{}", doubt("this limit", *is_verified))
            }
            Detail::Contacts { used, max, days, free_on, is_verified } => {
                let free_on = written(date_of_day(*free_on));
                write!(f, "{used} of {max} used in {days} days; one is free again on {free_on}{}", doubt("this limit", *is_verified))
            }
            Detail::EndsOn(day) => write!(f, "until {}", written(date_of_day(*day))),
            Detail::Spoke { on, open_on } => {
                write!(f, "spoke on {}; open again on {}", written(date_of_day(*on)), written(date_of_day(*open_on)))
            }
            Detail::TimeNamed { from, to } => write!(f, "they asked us not to between {} and {}", clock(*from), clock(*to)),
            Detail::OnlyOtherTimes => f.write_str("outside the only hours they named"),
            Detail::Place(place) => write!(f, "the place is {place}"),
            Detail::Closed { channel, at, one_address } => {
                let what = if *one_address { "this number or address" } else { "this channel" };
                write!(f, "they closed {what} for {} on {}", channel.to_string().to_lowercase(), instant(*at))
            }
            Detail::Since(at) => write!(f, "on record since {}", instant(*at)),
            Detail::SincePart { since, rest } => {
                write!(f, "on record since {}, about a part: ask about the undisputed {rest} only", instant(*since))
            }
            Detail::AlreadySent(at) => write!(f, "already sent on {}", instant(*at)),
            Detail::SecondsSinceLastCall(seconds) => write!(f, "the last call was {} minutes ago", seconds / 60),
            Detail::CallOfDay(nth) => write!(f, "this would be call {nth} of the day"),
            Detail::LocationFault(what) | Detail::Fault(what) => f.write_str(what),
            Detail::BusinessDays { counted, least, most } => {
                write!(f, "{counted} business days after the notice; {least} to {most} are asked")
            }
            Detail::Rate { asked, limit } => write!(f, "{} against {}", percent(*asked), percent(*limit)),
            Detail::Amount { asked, limit } => write!(f, "{asked} against {limit}"),
            Detail::Count { asked, limit } => write!(f, "{asked} against {limit}"),
            Detail::SuitTime { years, last_day, is_verified, amendment } => {
                let doubt = doubt("this number of years", *is_verified);
                write!(f, "{years} years to sue ended on {}{doubt}", written(date_of_day(*last_day)))?;
                amendment.map_or(Ok(()), |number| write!(f, "; so says our amendment {number} of the table"))
            }
            Detail::ByPolicy { whose, said } => write!(f, "{said}; so says {whose}"),
            Detail::ByAmendment { number, source, confidence, said, .. } => {
                write!(f, "{said}; so says our amendment {number} of the table: {source} ({confidence} confidence)")
            }
            Detail::Date { asked, limit } => write!(f, "{} against {}", written(*asked), written(*limit)),
        }
    }
}

/// The day number of a civil date, where a constant is needed (Howard Hinnant, *chrono-compatible low-level date algorithms*).
pub const fn day(year: i32, month: i32, day: i32) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::moment::day_number;

    #[test]
    fn constant_days_are_the_calendars_days() {
        for (y, m, d) in [(1970, 1, 1), (2021, 11, 30), (2024, 2, 29), (2000, 3, 1), (2026, 12, 31)] {
            assert_eq!(day(y, m, d), day_number(jiff::civil::date(y as i16, m as i8, d as i8)));
        }
    }
}

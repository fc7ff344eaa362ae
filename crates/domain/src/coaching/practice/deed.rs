//! What a choice is at the desk: a step of a call, with days counted from the day of the practice.

use crate::outreach::conversation::{Answered, Choice, Means, Reason, Step, Trigger};
use crate::parties::right_party::{Check, Fit, OnFile};
use crate::values::money::{Currency, Money};
use jiff::Span;
use jiff::civil::Date;

/// Something done at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A step as it stands.
    Step(Step),
    /// The words that are due were said.
    Disclosed,
    /// What they say to a check, compared as at the desk.
    Checked {
        /// Which check.
        check: Check,
        /// What they say.
        said: String,
    },
    /// A promise, so many days ahead.
    Promised {
        /// How much, in minor units.
        amount_minor: i64,
        /// In how many days.
        days: i64,
    },
    /// What happens next, so many days ahead.
    Agreed {
        /// In how many days.
        days: i64,
        /// How.
        by: Means,
    },
}

impl Deed {
    /// Reads one as it is written: `answered person`, `promised 50 in 14 days`; an error says how it is written.
    pub fn parse(text: &str) -> Result<Deed, String> {
        let (word, rest) = text.split_once(' ').map_or((text, ""), |(word, rest)| (word, rest.trim()));
        let step = match word {
            "answered" => Step::Answered { who: one_of(rest, Answered::parse, Answered::ALL.iter().map(|who| who.code()))? },
            "checked" => return checked(rest),
            "located" => Step::Located { told: yes_or_no(rest)? },
            "message" => Step::MessageLeft,
            "disclosed" => return Ok(Deed::Disclosed),
            "purpose" => Step::Purpose,
            "told" => return told(rest),
            "opened" => Step::Opened { trigger: one_of(rest, Trigger::parse, Trigger::ALL.iter().map(|trigger| trigger.code()))? },
            "offered" => Step::Offered { choices: offered(rest)? },
            "budget" => budget(rest)?,
            "promised" => return promised(rest),
            "refused" => Step::Refused,
            "read_back" => Step::ReadBack { confirmed: yes_or_no(rest)? },
            "agreed" => return agreed(rest),
            "bad_time" => Step::BadTime,
            _ => return Err(format!("{word:?} is nothing that is done at the desk")),
        };
        Ok(Deed::Step(step))
    }

    /// The step that it is on a day, with what is on file and the words that are due.
    pub fn step(&self, on_file: &OnFile, due: &[String], today: Date) -> Step {
        let ahead = |days: i64| today.saturating_add(Span::new().days(days.clamp(0, 3_650)));
        match self {
            Deed::Step(step) => step.clone(),
            Deed::Disclosed => Step::Disclosed { words: due.to_vec() },
            // What cannot be read is found when the text is read.
            Deed::Checked { check, said } => Step::Checked { check: *check, fit: on_file.compare(*check, said).unwrap_or(Fit::Declined) },
            Deed::Promised { amount_minor, days } => {
                Step::Promised { amount_minor: *amount_minor, currency: Currency::Usd.code().into(), due_on: ahead(*days) }
            }
            Deed::Agreed { days, by } => Step::Agreed { on: ahead(*days), minute: None, by: *by },
        }
    }
}

fn one_of<T>(text: &str, parse: impl Fn(&str) -> Option<T>, known: impl Iterator<Item = &'static str>) -> Result<T, String> {
    parse(text).ok_or_else(|| format!("{text:?} is none of {}", known.collect::<Vec<_>>().join(", ")))
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(format!("{text:?} is neither yes nor no")),
    }
}

/// `date_of_birth 4 Mar 1984`
fn checked(text: &str) -> Result<Deed, String> {
    let (code, said) = text.split_once(' ').ok_or("a check is written like checked date_of_birth 4 Mar 1984")?;
    let check = one_of(code, Check::parse, Check::ALL.into_iter().map(Check::code))?;
    Ok(match said.trim() {
        "declined" => Deed::Step(Step::Checked { check, fit: Fit::Declined }),
        said => Deed::Checked { check, said: said.to_string() },
    })
}

/// `ill agreed: I am in the hospital`, `lost_income: The plant closed`
fn told(text: &str) -> Result<Deed, String> {
    let (head, words) = text.split_once(':').map_or((text, ""), |(head, words)| (head.trim(), words.trim()));
    let (code, agreed) = head.strip_suffix(" agreed").map_or((head, false), |code| (code.trim(), true));
    let reason = one_of(code, Reason::parse, Reason::ALL.iter().map(|reason| reason.code()))?;
    Ok(Deed::Step(Step::Told { reason, since: String::new(), words: words.to_string(), agreed }))
}

/// `all`, or `hardship, advice`
fn offered(text: &str) -> Result<Vec<Choice>, String> {
    if text == "all" {
        return Ok(Choice::ALL.to_vec());
    }
    text.split(',').map(|code| one_of(code.trim(), Choice::parse, Choice::ALL.iter().map(|choice| choice.code()))).collect()
}

/// `2100 1900 120`
fn budget(text: &str) -> Result<Step, String> {
    let amounts: Vec<i64> = text.split(' ').map(amount).collect::<Result<_, _>>()?;
    match amounts[..] {
        [income_minor, essentials_minor, priority_minor] => Ok(Step::Budget { income_minor, essentials_minor, priority_minor }),
        _ => Err("a budget is written like budget 2100 1900 120".into()),
    }
}

/// `50.00 in 14 days`
fn promised(text: &str) -> Result<Deed, String> {
    let (paid, days) = text.split_once(" in ").ok_or("a promise is written like promised 50.00 in 14 days")?;
    Ok(Deed::Promised { amount_minor: amount(paid.trim())?, days: in_days(days)? })
}

/// `call in 30 days`
fn agreed(text: &str) -> Result<Deed, String> {
    let (by, days) = text.split_once(" in ").ok_or("what is next is written like agreed call in 30 days")?;
    Ok(Deed::Agreed { by: one_of(by.trim(), Means::parse, Means::ALL.iter().map(|means| means.code()))?, days: in_days(days)? })
}

fn in_days(text: &str) -> Result<i64, String> {
    let number = text.trim().trim_end_matches("days").trim_end_matches("day").trim();
    number.parse().ok().filter(|days| (0..=3_650).contains(days)).ok_or_else(|| format!("{text:?} is no number of days"))
}

fn amount(text: &str) -> Result<i64, String> {
    let money = Money::parse(text, Currency::Usd).map_err(|_| format!("{text:?} is no amount"))?;
    Ok(money.minor())
}

//! Accounts: one debt of one debtor to one creditor, its buckets, its age, its holds.
//!
//! An account goes `Open` → `Paid` or `Closed`; a reversed payment opens a paid one again.
//! An open account always has one owner, its desk, and a next action on a day, or a hold that ends.

pub mod hardship;

use crate::values::money::{Money, MoneyError};
use jiff::civil::Date;
use std::fmt;

/// A part of the balance. In code *bucket* means this and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// What was borrowed, bought or fined.
    Principal,
    /// Interest.
    Interest,
    /// Fees and penalties.
    Fees,
    /// Court and other costs.
    Costs,
    /// Anything else.
    Other,
}

impl Bucket {
    /// Every bucket, in the order in which they are shown.
    pub const ALL: [Bucket; 5] = [Bucket::Principal, Bucket::Interest, Bucket::Fees, Bucket::Costs, Bucket::Other];

    /// The code in files and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Bucket::Principal => "principal",
            Bucket::Interest => "interest",
            Bucket::Fees => "fees",
            Bucket::Costs => "costs",
            Bucket::Other => "other",
        }
    }

    /// Finds a bucket by its code.
    pub fn parse(code: &str) -> Option<Bucket> {
        Bucket::ALL.into_iter().find(|bucket| bucket.code() == code)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Bucket::Principal => "Principal",
            Bucket::Interest => "Interest",
            Bucket::Fees => "Fees",
            Bucket::Costs => "Costs",
            Bucket::Other => "Other",
        })
    }
}

/// What kind of debt it is, for the question which law binds (15 USC 1692a(5)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DebtKind {
    /// A natural person's, for personal, family or household purposes.
    Consumer,
    /// A business's.
    Business,
    /// Owed to a public body by law: a fine, a tax.
    Government,
}

impl DebtKind {
    /// The code in mappings and the database.
    pub const fn code(self) -> &'static str {
        match self {
            DebtKind::Consumer => "consumer",
            DebtKind::Business => "business",
            DebtKind::Government => "government",
        }
    }

    /// Finds a kind by its code.
    pub fn parse(code: &str) -> Option<DebtKind> {
        [DebtKind::Consumer, DebtKind::Business, DebtKind::Government].into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for DebtKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DebtKind::Consumer => "Consumer debt",
            DebtKind::Business => "Business debt",
            DebtKind::Government => "Government debt",
        })
    }
}

/// The itemized amounts a creditor placed: what was owed, what was taken off, what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Itemization {
    /// Gross amounts by bucket.
    pub owed: Vec<(Bucket, Money)>,
    /// Paid before placement.
    pub paid: Money,
    /// Taken off otherwise before placement.
    pub reduced: Money,
}

impl Itemization {
    /// What is left: owed less paid less reduced.
    pub fn balance(&self) -> Result<Money, MoneyError> {
        let owed = self.owed.iter().try_fold(self.paid.zero(), |sum, (_, amount)| sum.plus(*amount))?;
        owed.minus(self.paid)?.minus(self.reduced)
    }
}

/// A band of days past due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing is overdue.
    Current,
    /// 1 to 30 days.
    Days1To30,
    /// 31 to 60 days.
    Days31To60,
    /// 61 to 90 days.
    Days61To90,
    /// 91 days and over.
    Over90,
}

impl Stage {
    /// Every stage, the earliest first.
    pub const ALL: [Stage; 5] = [Stage::Current, Stage::Days1To30, Stage::Days31To60, Stage::Days61To90, Stage::Over90];

    /// The stage of so many days past due; the edges are inclusive (`metrics`, aging).
    pub fn of_days(days_past_due: i32) -> Stage {
        match days_past_due {
            ..=0 => Stage::Current,
            1..=30 => Stage::Days1To30,
            31..=60 => Stage::Days31To60,
            61..=90 => Stage::Days61To90,
            91.. => Stage::Over90,
        }
    }

    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Stage::Current => "current",
            Stage::Days1To30 => "1-30",
            Stage::Days31To60 => "31-60",
            Stage::Days61To90 => "61-90",
            Stage::Over90 => "91+",
        }
    }
}

/// Days past due on a day: since the oldest unpaid amount was due.
pub fn days_past_due(due_on: Option<Date>, on: Date) -> i32 {
    due_on.map_or(0, |due| crate::values::moment::day_number(on) - crate::values::moment::day_number(due)).max(0)
}

/// Whether a hold still stands on a day; it ends on the day it names, so that the account comes back that morning.
pub fn hold_stands(until: Option<Date>, on: Date) -> bool {
    until.is_none_or(|until| on < until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn stages_have_inclusive_edges() {
        for (days, code) in
            [(0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "91+")]
        {
            assert_eq!(Stage::of_days(days).code(), code, "{days}");
        }
        // Due today is not yet due.
        assert_eq!(days_past_due(Some(date(2026, 3, 3)), date(2026, 3, 3)), 0);
        assert_eq!(days_past_due(Some(date(2026, 3, 3)), date(2026, 4, 3)), 31);
    }

    #[test]
    fn an_itemization_says_what_is_left() {
        let usd = Money::usd;
        let fine = Itemization {
            owed: vec![(Bucket::Principal, usd(18_000)), (Bucket::Fees, usd(6_000)), (Bucket::Interest, usd(12))],
            paid: usd(24_000),
            reduced: usd(12),
        };
        assert_eq!(fine.balance(), Ok(usd(0)));
    }

    #[test]
    fn a_hold_ends_on_its_day() {
        assert!(hold_stands(Some(date(2026, 3, 4)), date(2026, 3, 3)));
        assert!(!hold_stands(Some(date(2026, 3, 4)), date(2026, 3, 4)));
        assert!(hold_stands(None, date(2026, 3, 4)));
    }
}

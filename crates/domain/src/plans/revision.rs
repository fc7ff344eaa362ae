//! Revisions: an agreed plan that goes on otherwise. The old one is over from then on and stands as it was; what was left of it is a plan
//! of its own, which names the one that it goes on from.
//!
//! What is left to pay stays the same to the cent, whatever is skipped, moved or put together.
//!
//! Read [`revise`].

use super::FieldProblem;
use super::rhythm::{Frequency, Rhythm, Shift, moved};
use crate::values::moment::written;
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A payment that is left: the day that the rhythm wanted, the day on which it is due, and how much in minor units.
pub type Left = (Date, Date, i64);

/// What becomes different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "revision", rename_all = "snake_case")]
pub enum Revision {
    /// The next payment and all after it come one later.
    Skip,
    /// From now on another day of the month.
    DueDay {
        /// Which; 31 is the last one.
        day: i8,
    },
    /// The next two payments are one, on the day of the first.
    Merge,
    /// Nothing is due before a day.
    Rest {
        /// Which.
        #[serde(with = "crate::values::iso_date")]
        until: Date,
    },
    /// Other payments were agreed for what is left.
    Anew,
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Revision::Skip => f.write_str("the next payment is skipped, and all come one later"),
            Revision::DueDay { day: 31 } => f.write_str("payments are due on the last day of the month"),
            Revision::DueDay { day } => write!(f, "payments are due on day {day} of the month"),
            Revision::Merge => f.write_str("the next two payments are one"),
            Revision::Rest { until } => write!(f, "nothing is due before {}", written(*until)),
            Revision::Anew => f.write_str("other payments for what is left"),
        }
    }
}

/// The rhythm of payments that are left: for months the latest day that one of them wanted.
fn rhythm_of(left: &[Left], frequency: Frequency) -> Rhythm {
    let first = left.first().map_or(Date::ZERO, |(wanted, ..)| *wanted);
    match frequency {
        Frequency::Monthly => {
            let is_last = |(wanted, ..): &Left| *wanted == wanted.last_of_month();
            let day = left.iter().map(|(wanted, ..)| wanted.day()).max().unwrap_or(1);
            let day = if left.len() > 1 && left.iter().all(is_last) { 31 } else { day };
            Rhythm::monthly(day).unwrap_or(Rhythm::from_first(frequency, first))
        }
        _ => Rhythm::from_first(frequency, first),
    }
}

/// Lays out what is left anew, or says why it cannot be: of payments in their order, the first of which is not before today.
pub fn revise(
    left: &[Left],
    frequency: Frequency,
    revision: Revision,
    today: Date,
    shift: Shift,
    last_on: Option<(Date, &str)>,
) -> Result<Vec<Left>, FieldProblem> {
    let Some((first, ..)) = left.first().copied() else { return Err(FieldProblem::new("form", "Nothing of the plan is left to pay.")) };
    let rhythm = rhythm_of(left, frequency);
    let after = |day: Date| day.saturating_add(Span::new().days(1));
    let amounts = || left.iter().map(|(.., minor)| *minor);
    let laid = |rhythm: Rhythm, from: Date| {
        let days = rhythm.days(from).map(|wanted| (wanted, moved(wanted, shift, today)));
        days.zip(amounts()).map(|((wanted, due), minor)| (wanted, due, minor)).collect::<Vec<Left>>()
    };
    let anew = match revision {
        Revision::Skip => laid(rhythm, rhythm.on_or_after(after(first))),
        Revision::Rest { until } if first >= until => left.to_vec(),
        Revision::Rest { until } => laid(rhythm, rhythm.on_or_after(until)),
        Revision::DueDay { day } => {
            if frequency != Frequency::Monthly {
                return Err(FieldProblem::new("day", "Only a plan that is paid once a month has a day of the month."));
            }
            let rhythm = Rhythm::monthly(day).map_err(|says| FieldProblem::new("day", says))?;
            laid(rhythm, rhythm.on_or_after(first.max(today)))
        }
        Revision::Merge => {
            let [one, other, rest @ ..] = left else {
                return Err(FieldProblem::new("form", "There are no two payments left to put together."));
            };
            let both = one.2.saturating_add(other.2);
            std::iter::once((one.0, one.1, both)).chain(rest.iter().copied()).collect()
        }
        Revision::Anew => left.to_vec(),
    };
    let ends = anew.last().map_or(first, |(_, due, _)| *due);
    match last_on.filter(|(last, _)| ends > *last && ends > left.last().map_or(first, |(_, due, _)| *due)) {
        Some((last, why)) => Err(FieldProblem::new("form", format!("It would end on {}, after {}, {why}.", written(ends), written(last)))),
        None => Ok(anew),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::moment::{date_of_day, day_number};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn left(days: &[(i8, i8)]) -> Vec<Left> {
        days.iter().map(|(month, day)| date(2026, *month, *day)).map(|on| (on, moved(on, Shift::Next, on), 5_000)).collect()
    }

    fn dues(revised: Result<Vec<Left>, FieldProblem>) -> Vec<(i8, i8)> {
        revised.expect("a plan").iter().map(|(_, due, _)| (due.month(), due.day())).collect()
    }

    #[test]
    fn what_is_left_goes_on_by_its_rhythm() {
        let today = date(2026, 1, 5);
        let plan = left(&[(1, 30), (2, 28), (3, 30)]);
        let revised = |revision| revise(&plan, Frequency::Monthly, revision, today, Shift::Next, None);
        assert_eq!(dues(revised(Revision::Skip)), [(3, 2), (3, 30), (4, 30)], "28 February is a Saturday");
        assert_eq!(dues(revised(Revision::DueDay { day: 10 })), [(2, 10), (3, 10), (4, 10)]);
        assert_eq!(dues(revised(Revision::DueDay { day: 31 })), [(2, 2), (3, 2), (3, 31)]);
        assert_eq!(dues(revised(Revision::Rest { until: date(2026, 4, 15) })), [(4, 30), (6, 1), (6, 30)]);
        assert_eq!(dues(revised(Revision::Rest { until: date(2026, 1, 10) })), [(1, 30), (3, 2), (3, 30)], "nothing is due before it");
        assert_eq!(revised(Revision::Merge).unwrap().iter().map(|(.., minor)| *minor).collect::<Vec<_>>(), [10_000, 5_000]);
        let last = Some((date(2026, 4, 1), "when the time to sue ends"));
        let late = revise(&plan, Frequency::Monthly, Revision::Skip, today, Shift::Next, last).unwrap_err();
        assert_eq!(late.says, "It would end on Thu 30 Apr 2026, after Wed 1 Apr 2026, when the time to sue ends.");
        assert!(revise(&plan, Frequency::Weekly, Revision::DueDay { day: 1 }, today, Shift::Next, None).is_err());
        assert!(revise(&plan[..1], Frequency::Monthly, Revision::Merge, today, Shift::Next, None).is_err());
        assert!(revise(&[], Frequency::Monthly, Revision::Skip, today, Shift::Next, None).is_err());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_days_go_up(
            kind in 0..4usize, start in 0..700i32, amounts in proptest::collection::vec(1..90_000i64, 1..20), what in 0..4u8, far in 1..400i32, day in 1..=31i8,
        ) {
            let frequency = Frequency::ALL[kind];
            let today = date_of_day(day_number(date(2026, 1, 1)) + start);
            let first = date_of_day(day_number(today) + 1);
            let days = Rhythm::from_first(frequency, first).days(first);
            let plan: Vec<Left> = days.zip(&amounts).map(|(on, minor)| (on, moved(on, Shift::Next, today), *minor)).collect();
            let until = date_of_day(day_number(today) + far);
            let revision = [Revision::Skip, Revision::DueDay { day }, Revision::Merge, Revision::Rest { until }][what as usize];
            if let Ok(revised) = revise(&plan, frequency, revision, today, Shift::Next, None) {
                prop_assert_eq!(revised.iter().map(|(.., minor)| minor).sum::<i64>(), amounts.iter().sum::<i64>());
                prop_assert!(revised.windows(2).all(|two| two[0].1 < two[1].1), "{:?}", revised);
                prop_assert!(revised[0].1 >= plan[0].1 || matches!(revision, Revision::Merge));
                if let Revision::Rest { until } = revision {
                    prop_assert!(revised[0].1 >= until);
                }
            }
        }
    }
}

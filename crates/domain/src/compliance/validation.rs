//! The validation period: how long a dispute in writing stops collection, and when the notice is due.
//!
//! The notice counts as received five business days after it was sent; thirty days on from there the period ends
//! (12 CFR 1006.34(b)(5)). A later end may be stated, an earlier one may not. Dates, never hours; a weekend end is not moved.

use crate::values::calendar::{is_business_day, is_literal_business_day, nth_day_after};
use jiff::Span;
use jiff::civil::Date;

/// Days after which the notice counts as received.
const DAYS_TO_RECEIVE: u32 = 5;
/// Days that the period lasts after receipt.
const PERIOD_DAYS: i64 = 30;
/// Days after the first communication within which the notice must go out (12 CFR 1006.34(a)(1)(i)(B)).
const DAYS_TO_SEND: i64 = 5;

/// The dates that follow from the day a notice was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The day it counts as received, careful count: weekdays that stand in for holidays are left out too.
    pub assumed_receipt: Date,
    /// The end of the period by that count, which we use.
    pub ends_on: Date,
    /// The end by the letter of the statute; a notice that states an earlier one is faulty.
    pub earliest_lawful_end: Date,
}

impl Period {
    /// The period of a notice sent on a day.
    pub fn of(sent_on: Date) -> Period {
        let after = |receipt: Date| receipt.saturating_add(Span::new().days(PERIOD_DAYS));
        let assumed_receipt = nth_day_after(sent_on, DAYS_TO_RECEIVE, is_business_day);
        let literal_receipt = nth_day_after(sent_on, DAYS_TO_RECEIVE, is_literal_business_day);
        Period { assumed_receipt, ends_on: after(assumed_receipt), earliest_lawful_end: after(literal_receipt) }
    }

    /// The end that binds us: what the notice states, if that is later.
    pub fn binding_end(&self, stated_end: Option<Date>) -> Date {
        stated_end.map_or(self.ends_on, |stated| stated.max(self.ends_on))
    }
}

/// The last day on which the notice may go out after the first communication; a weekend does not move it.
pub fn notice_deadline(first_communication_on: Date) -> Date {
    first_communication_on.saturating_add(Span::new().days(DAYS_TO_SEND))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_period_follows_from_the_day_of_sending() {
        //   sent               received            ends               by the letter
        for (sent, receipt, ends, literal) in [
            (date(2027, 3, 1), date(2027, 3, 8), date(2027, 4, 7), date(2027, 4, 7)),
            (date(2027, 3, 7), date(2027, 3, 12), date(2027, 4, 11), date(2027, 4, 11)),
            (date(2022, 12, 20), date(2022, 12, 28), date(2023, 1, 27), date(2023, 1, 26)),
            (date(2027, 12, 20), date(2027, 12, 28), date(2028, 1, 27), date(2028, 1, 26)),
        ] {
            let period = Period::of(sent);
            assert_eq!((period.assumed_receipt, period.ends_on, period.earliest_lawful_end), (receipt, ends, literal), "{sent}");
        }
    }

    #[test]
    fn a_later_end_may_be_stated_and_an_earlier_one_does_not_bind() {
        let period = Period::of(date(2027, 3, 1));
        assert_eq!(period.binding_end(None), date(2027, 4, 7));
        assert_eq!(period.binding_end(Some(date(2027, 4, 15))), date(2027, 4, 15));
        assert_eq!(period.binding_end(Some(date(2027, 4, 1))), date(2027, 4, 7));
        assert_eq!(notice_deadline(date(2028, 2, 26)), date(2028, 3, 2));
    }
}

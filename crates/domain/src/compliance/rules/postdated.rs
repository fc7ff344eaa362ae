//! Rule: a postdated instrument is never deposited early, and one accepted more than five days ahead only after notice.
//!
//! The notice goes out three to ten business days before: the day after it is the first, the day of the deposit counts,
//! weekends, holidays and the weekdays that stand in for them do not.

use crate::compliance::DepositRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};
use crate::values::calendar::{is_business_day, nth_day_after};
use crate::values::moment::{date_of_day, day_number};

/// Days ahead up to which no notice is needed.
const DAYS_AHEAD: i32 = 5;
/// Business days before the deposit, at least.
const LEAST: u32 = 3;
/// Business days before the deposit, at most.
const MOST: u32 = 10;

pub(super) const RULE: DepositRule = Rule {
    card: RuleCard {
        id: "fdcpa.payment.postdated",
        cite: "15 USC 1692f(2), (3), (4)",
        in_force_from: day(1978, 3, 20),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This postdated instrument may not be deposited now.",
        instead: "Wait for its date; if it was accepted more than five days ahead, write three to ten business days before the deposit.",
    },
    check: |facts, (), now| {
        if !facts.fdcpa_binds {
            return None;
        }
        if facts.is_to_threaten_prosecution {
            return Some(Finding::lasting(Detail::Plain));
        }
        let dated = day_number(facts.instrument_dated);
        let early = Detail::Date { asked: date_of_day(now.day), limit: facts.instrument_dated };
        if dated - day_number(facts.accepted_on) <= DAYS_AHEAD {
            return (now.day < dated).then(|| Finding::until(facts.day_clock.instant(dated, 0), early));
        }
        let Some(sent) = facts.notice_sent_on else { return Some(Finding::lasting(Detail::Plain)) };
        let first = dated.max(day_number(nth_day_after(sent, LEAST, is_business_day)));
        // Days that do not count may follow the tenth; the eleventh is too late.
        let last = day_number(nth_day_after(sent, MOST + 1, is_business_day)) - 1;
        if (first..=last).contains(&now.day) {
            return None;
        }
        let detail = if now.day < dated {
            early
        } else {
            Detail::BusinessDays { counted: business_days(day_number(sent), now.day), least: LEAST, most: MOST }
        };
        let is_ahead = now.day < first && first <= last;
        Some(if is_ahead { Finding::until(facts.day_clock.instant(first, 0), detail) } else { Finding::lasting(detail) })
    },
};

/// Business days after a day up to another, that one included.
fn business_days(after: i32, to: i32) -> u32 {
    // A year tells more than the reason needs.
    let counted = (after.saturating_add(1)..=to).take(366).filter(|day| is_business_day(date_of_day(*day))).count();
    u32::try_from(counted).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::compliance::decide;
    use crate::compliance::facts::gather_deposit;
    use crate::compliance::record::{CollectorRole, Record};
    use crate::compliance::rules::DEPOSIT;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in, refusals};
    use jiff::civil::{Date, date};

    /// Whether refused, and the first moment at which it is not.
    fn asked(record: &Record, at: &str, accepted: Date, dated: Date, notice: Option<Date>) -> (bool, Option<String>) {
        let facts = gather_deposit(record, at.parse().unwrap(), &[DEBT], accepted, dated, notice);
        let decision = decide(&DEPOSIT, &facts, &());
        assert!(decision.because.iter().all(|reason| reason.rule.id == "fdcpa.payment.postdated"));
        (!decision.because.is_empty(), decision.next_allowed_at.map(|at| at.to_string()))
    }

    #[test]
    fn it_is_never_deposited_before_its_date() {
        let record = consumer_in(&["America/New_York"]);
        let (accepted, dated) = (date(2027, 3, 9), date(2027, 3, 14));
        //   at                            refused  open again: the clocks change on that very night
        for (at, refused, opens) in [
            ("2027-03-13T23:59:59-05:00", true, Some("2027-03-14T05:00:00Z")),
            ("2027-03-14T00:00:00-05:00", false, None),
            ("2027-04-30T12:00:00-04:00", false, None),
            ("2027-01-11T12:00:00-05:00", true, None),
        ] {
            assert_eq!(asked(&record, at, accepted, dated, None), (refused, opens.map(String::from)), "{at}");
        }
        // The day is the consumer's: on Guam it has begun while Hawaii still has the day before.
        let at = "2027-03-14T12:00:00+10:00";
        assert!(!asked(&consumer_in(&["Pacific/Guam"]), at, accepted, dated, None).0);
        assert!(asked(&consumer_in(&["Pacific/Honolulu"]), at, accepted, dated, None).0);
    }

    #[test]
    fn more_than_five_days_ahead_needs_a_notice() {
        let record = consumer_in(&["America/New_York"]);
        //   accepted            dated               refused without a notice
        for (accepted, dated, refused) in [
            (date(2027, 3, 6), date(2027, 3, 11), false),
            (date(2027, 3, 5), date(2027, 3, 11), true),
            // Over the end of a month, of a year, and over a leap day.
            (date(2028, 2, 26), date(2028, 3, 2), false),
            (date(2028, 2, 25), date(2028, 3, 2), true),
            (date(2026, 12, 28), date(2027, 1, 2), false),
            (date(2026, 12, 27), date(2027, 1, 2), true),
            // Not postdated at all.
            (date(2027, 3, 11), date(2027, 3, 1), false),
        ] {
            let at = format!("{}T12:00:00-05:00", dated.max(accepted));
            assert_eq!(asked(&record, &at, accepted, dated, None), (refused, None), "{accepted} {dated}");
        }
    }

    #[test]
    fn the_notice_goes_out_three_to_ten_business_days_before() {
        let record = consumer_in(&["America/New_York"]);
        let accepted = date(2026, 5, 1);
        //   notice              deposited     refused  open again
        for (notice, deposited, refused, opens) in [
            (date(2027, 3, 8), "2027-03-11", false, None),
            (date(2027, 3, 9), "2027-03-11", true, Some("2027-03-12T05:00:00Z")),
            (date(2027, 3, 11), "2027-03-11", true, Some("2027-03-16T04:00:00Z")),
            (date(2027, 3, 20), "2027-03-11", true, Some("2027-03-24T04:00:00Z")),
            // Ten, ten still on the Sunday after, then eleven.
            (date(2027, 3, 5), "2027-03-19", false, None),
            (date(2027, 3, 5), "2027-03-21", false, None),
            (date(2027, 3, 5), "2027-03-22", true, None),
            // Presidents' Day counts for nothing; neither does the Friday that stands in for the fourth of July 2026, nor the
            // Monday that does in 2027.
            (date(2027, 2, 11), "2027-02-16", true, Some("2027-02-17T05:00:00Z")),
            (date(2027, 2, 11), "2027-02-17", false, None),
            (date(2026, 7, 1), "2026-07-06", true, Some("2026-07-07T04:00:00Z")),
            (date(2027, 7, 1), "2027-07-06", true, Some("2027-07-07T04:00:00Z")),
            (date(2027, 7, 1), "2027-07-07", false, None),
        ] {
            let at = format!("{deposited}T12:00:00Z");
            let dated = deposited.parse::<Date>().unwrap().min(date(2027, 3, 11));
            assert_eq!(asked(&record, &at, accepted, dated, Some(notice)), (refused, opens.map(String::from)), "{notice} {deposited}");
        }
    }

    #[test]
    fn a_notice_that_runs_out_before_the_date_opens_nothing() {
        let record = consumer_in(&["America/New_York"]);
        let (accepted, dated) = (date(2027, 3, 1), date(2027, 3, 31));
        let before = "2027-03-12T12:00:00-05:00";
        assert_eq!(asked(&record, before, accepted, dated, Some(date(2027, 3, 8))), (true, None));
        assert_eq!(asked(&record, before, accepted, dated, Some(date(2027, 3, 22))), (true, Some("2027-03-31T04:00:00Z".into())));
    }

    #[test]
    fn none_is_asked_for_to_threaten_and_only_collectors_are_bound() {
        let mut record = consumer_in(&["America/New_York"]);
        let at = "2027-03-11T12:00:00-05:00".parse().unwrap();
        let mut facts = gather_deposit(&record, at, &[DEBT], date(2027, 3, 11), date(2027, 3, 11), None);
        assert!(refusals(&DEPOSIT, &facts).is_empty());
        facts.is_to_threaten_prosecution = true;
        assert_eq!(refusals(&DEPOSIT, &facts), ["fdcpa.payment.postdated"]);
        record.role = CollectorRole::FirstParty;
        assert!(!asked(&record, "2027-03-11T12:00:00-05:00", date(2027, 3, 1), date(2027, 4, 11), None).0);
        record.role = CollectorRole::DebtBuyer;
        record.debts[0].is_consumer_purpose = false;
        assert!(!asked(&record, "2027-03-11T12:00:00-05:00", date(2027, 3, 1), date(2027, 4, 11), None).0);
    }
}

//! Rule: a debit of another amount than the last or the agreed one is told ten days ahead, in writing.
//!
//! Unless the consumer chose to hear only of what lies outside a range, and it lies within.

use crate::compliance::DebitRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};
use crate::values::moment::{date_of_day, day_number};

/// Calendar days between the notice and the debit (12 CFR 1005.10(d)(1)).
const DAYS: i32 = 10;

pub(super) const RULE: DebitRule = Rule {
    card: RuleCard {
        id: "rege.preauth.varying-notice",
        cite: "12 CFR 1005.10(d)",
        in_force_from: day(2011, 12, 30),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "The amount differs from the last or the agreed one, and they were not told of it ten days ahead.",
        instead: "Write to them with the amount and the day, and debit ten days later, or debit the agreed amount.",
    },
    check: |facts, (), now| {
        let (amount, usual) = facts.varies_from?;
        let is_in_range = facts.agreed_range_minor.is_some_and(|(low, high)| (low..=high).contains(&amount));
        if amount == usual || is_in_range {
            return None;
        }
        let Some(sent) = facts.notice_sent_on else { return Some(Finding::lasting(Detail::Plain)) };
        let open = day_number(sent).saturating_add(DAYS);
        let detail = Detail::Date { asked: date_of_day(now.day), limit: date_of_day(open) };
        (now.day < open).then(|| Finding::until(facts.day_clock.instant(open, 0), detail))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::decide;
    use crate::compliance::facts::{DebitFacts, gather_debit};
    use crate::compliance::rules::DEBIT;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in};
    use jiff::civil::{Date, date};

    /// Whether refused, and the first moment at which it is not.
    fn asked(at: &str, varies_from: Option<(i64, i64)>, range: Option<(i64, i64)>, notice: Option<Date>) -> (bool, Option<String>) {
        let plain = gather_debit(&consumer_in(&["America/New_York"]), at.parse().unwrap(), &[DEBT]);
        let facts = DebitFacts { varies_from, agreed_range_minor: range, notice_sent_on: notice, ..plain };
        let decision = decide(&DEBIT, &facts, &());
        assert!(decision.because.iter().all(|reason| reason.rule.id == "rege.preauth.varying-notice"));
        (!decision.because.is_empty(), decision.next_allowed_at.map(|at| at.to_string()))
    }

    #[test]
    fn ten_calendar_days_lie_between() {
        let other = Some((12_000, 10_000));
        //   at                            notice                     refused  open again
        for (at, notice, refused, opens) in [
            ("2026-05-16T00:00:00-04:00", Some(date(2026, 5, 6)), false, None),
            ("2026-05-15T23:59:59-04:00", Some(date(2026, 5, 6)), true, Some("2026-05-16T04:00:00Z")),
            ("2026-05-16T11:00:00-04:00", None, true, None),
            // Over a leap day, and over the night on which the clocks change.
            ("2028-03-03T12:00:00-05:00", Some(date(2028, 2, 22)), false, None),
            ("2028-03-02T12:00:00-05:00", Some(date(2028, 2, 22)), true, Some("2028-03-03T05:00:00Z")),
            ("2026-10-31T12:00:00-04:00", Some(date(2026, 10, 23)), true, Some("2026-11-02T05:00:00Z")),
            ("2026-03-07T12:00:00-05:00", Some(date(2026, 2, 27)), true, Some("2026-03-09T04:00:00Z")),
        ] {
            assert_eq!(asked(at, other, None, notice), (refused, opens.map(String::from)), "{at}");
        }
    }

    #[test]
    fn only_what_varies_and_lies_outside_the_chosen_range() {
        //   amount and usual           range                     refused without a notice
        for (varies_from, range, refused) in [
            (Some((10_000, 10_000)), None, false),
            (None, None, false),
            (Some((9_999, 10_000)), None, true),
            (Some((10_001, 10_000)), None, true),
            (Some((8_000, 10_000)), Some((8_000, 15_000)), false),
            (Some((15_000, 10_000)), Some((8_000, 15_000)), false),
            (Some((7_999, 10_000)), Some((8_000, 15_000)), true),
            (Some((15_001, 10_000)), Some((8_000, 15_000)), true),
            (Some((10_000, 10_000)), Some((12_000, 15_000)), false),
            (Some((12_000, 10_000)), Some((15_000, 8_000)), true),
        ] {
            assert_eq!(asked("2026-05-16T11:00:00-04:00", varies_from, range, None).0, refused, "{varies_from:?} {range:?}");
        }
    }
}

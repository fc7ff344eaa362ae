//! Rule: records are kept until three years after the last collection activity, recordings three years from the call.
//!
//! A wish to be forgotten does not shorten it. The anniversary itself is still kept.

use crate::compliance::DeletionRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: DeletionRule = Rule {
    card: RuleCard {
        id: "regf.retention",
        cite: "12 CFR 1006.100",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This record must still be kept.",
        instead: "Close it to everyday use and delete it once its time has run out.",
    },
    check: |facts, (), now| {
        if !facts.regf_binds {
            return None;
        }
        // Where nothing says from when to count, it may be from today.
        let Some(last) = facts.kept_until_day else { return Some(Finding::lasting(Detail::Plain)) };
        let opens = facts.day_clock.instant(last.saturating_add(1), 0);
        (now.day <= last).then(|| Finding::until(opens, Detail::EndsOn(last)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::decide;
    use crate::compliance::facts::{KeptRecord, gather_deletion};
    use crate::compliance::record::{CollectorRole, Direction, Outcome, Record};
    use crate::compliance::rules::DELETION;
    use crate::compliance::rules::proposal_tests::{DEBT, call, consumer_in, with};
    use jiff::civil::{Date, date};

    /// Whether refused, and the first moment at which it is not.
    fn asked(record: &Record, at: &str, kept: KeptRecord, last: Option<Date>) -> (bool, Option<String>) {
        let decision = decide(&DELETION, &gather_deletion(record, at.parse().unwrap(), &[DEBT], kept, last), &());
        assert!(decision.because.iter().all(|reason| reason.rule.id == "regf.retention"));
        (!decision.because.is_empty(), decision.next_allowed_at.map(|at| at.to_string()))
    }

    #[test]
    fn three_years_and_the_anniversary_itself() {
        let record = consumer_in(&["America/New_York"]);
        //   last activity        at                            refused  open again
        for (last, at, refused, opens) in [
            (date(2023, 11, 30), "2026-11-30T23:59:59-05:00", true, Some("2026-12-01T05:00:00Z")),
            (date(2023, 11, 30), "2026-12-01T00:00:00-05:00", false, None),
            // Ten in the evening in California is the next day where the consumer is.
            (date(2023, 11, 30), "2026-11-30T22:00:00-08:00", false, None),
            (date(2023, 11, 30), "2026-06-01T12:00:00-04:00", true, None),
            (date(2024, 2, 29), "2027-02-28T12:00:00-05:00", true, Some("2027-03-01T05:00:00Z")),
            (date(2024, 2, 29), "2027-03-01T00:00:00-05:00", false, None),
            (date(2025, 2, 28), "2028-02-28T12:00:00-05:00", true, Some("2028-02-29T05:00:00Z")),
            // The day after is the one on which the clocks change.
            (date(2024, 3, 13), "2027-03-13T12:00:00-05:00", true, Some("2027-03-14T05:00:00Z")),
        ] {
            let expected = (refused, opens.map(String::from));
            assert_eq!(asked(&record, at, KeptRecord::Evidence, Some(last)), expected, "{last} {at}");
        }
        assert_eq!(asked(&record, "2026-12-01T12:00:00-05:00", KeptRecord::Evidence, None), (true, None), "nothing says from when");
    }

    #[test]
    fn a_recording_counts_from_its_call() {
        let record = consumer_in(&["America/New_York"]);
        let at = "2026-11-29T12:00:00-05:00";
        //   call                       last activity             refused
        for (call, last, refused) in [
            (Some(date(2024, 5, 1)), Some(date(2020, 1, 10)), true),
            (Some(date(2023, 11, 28)), Some(date(2026, 11, 1)), false),
            (Some(date(2023, 11, 29)), Some(date(2020, 1, 10)), true),
            (None, Some(date(2023, 11, 28)), false),
            (None, Some(date(2023, 11, 29)), true),
            (None, None, true),
        ] {
            assert_eq!(asked(&record, at, KeptRecord::Recording(call), last).0, refused, "{call:?} {last:?}");
        }
    }

    #[test]
    fn a_later_contact_on_record_is_the_last_activity() {
        let last = Some(date(2020, 1, 10));
        let at = "2026-11-29T12:00:00-05:00";
        let mut record = with(consumer_in(&["America/New_York"]), [call("2025-03-01T11:00:00-05:00", Direction::Out, Outcome::NoAnswer)]);
        assert!(asked(&record, at, KeptRecord::Evidence, last).0);
        record.contacts[0].debts = vec![99].into();
        assert!(!asked(&record, at, KeptRecord::Evidence, last).0, "that was about another debt");
        record.contacts[0].debts = vec![DEBT].into();
        record.contacts[0].is_ours = false;
        assert!(!asked(&record, at, KeptRecord::Evidence, last).0, "that was another collector's");
    }

    #[test]
    fn only_collectors_are_bound_and_only_on_consumer_debts() {
        let mut record = consumer_in(&["America/New_York"]);
        let (at, last) = ("2026-11-29T12:00:00-05:00", Some(date(2026, 11, 1)));
        for (role, refused) in [(CollectorRole::ThirdParty, true), (CollectorRole::DebtBuyer, true), (CollectorRole::FirstParty, false)] {
            record.role = role;
            assert_eq!(asked(&record, at, KeptRecord::Evidence, last).0, refused, "{role:?}");
        }
        record.role = CollectorRole::ThirdParty;
        record.debts[0].is_consumer_purpose = false;
        assert!(!asked(&record, at, KeptRecord::Evidence, last).0);
    }
}

//! Rule: no more than six percent a year from a servicemember on what was owed before service, once they asked.

use crate::compliance::InterestRule;
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};

/// Six percent, in hundredths of one (50 USC 3937(a)(1)).
const MOST: i64 = 600;

pub(super) const RULE: InterestRule = Rule {
    card: RuleCard {
        id: "scra.interest-cap",
        cite: "50 USC 3937",
        in_force_from: day(2003, 12, 19),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "They serve or served in the armed forces, owed this before, and asked for the limit of six percent.",
        instead: "Charge six percent at most, forgive what is above it, and lower each installment by as much.",
    },
    check: |facts, (), now| {
        let holds = |cap: &&crate::compliance::facts::InterestCap| {
            cap.from_day.is_none_or(|from| from <= now.day) && cap.last_day.is_none_or(|last| now.day <= last)
        };
        let opens = |last: Option<i32>| last.map_or(NEVER, |last| facts.day_clock.instant(last.saturating_add(1), 0));
        let until = facts.caps.iter().filter(holds).map(|cap| opens(cap.last_day)).max()?;
        (facts.rate_basis_points > MOST).then(|| Finding::until(until, Detail::Rate { asked: facts.rate_basis_points, limit: MOST }))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::decide;
    use crate::compliance::facts::gather_interest;
    use crate::compliance::record::{CollectorRole, OrdersNotice, Record, Service};
    use crate::compliance::rules::INTEREST;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in};
    use jiff::civil::{Date, date};

    /// Served from 15 January 2024; a card from the year before.
    fn serving(left: Option<Date>, notice: OrdersNotice) -> Record {
        let mut record = consumer_in(&["America/Denver"]);
        record.consumer.service = Some(Service { entered: Some(date(2024, 1, 15)), left, notice });
        record.debts[0].incurred_on = Some(date(2023, 3, 1));
        record
    }

    /// Whether refused, and the first moment at which it is not.
    fn asked(record: &Record, at: &str, rate: i64) -> (bool, Option<String>) {
        let decision = decide(&INTEREST, &gather_interest(record, at.parse().unwrap(), &[DEBT], rate, false), &());
        assert!(decision.because.iter().all(|reason| reason.rule.id == "scra.interest-cap"));
        (!decision.because.is_empty(), decision.next_allowed_at.map(|at| at.to_string()))
    }

    #[test]
    fn six_percent_is_the_most_and_binds_everyone() {
        for role in [CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty] {
            let mut record = serving(None, OrdersNotice::InTime);
            record.role = role;
            //   rate  refused
            for (rate, refused) in [(0, false), (600, false), (601, true), (900, true)] {
                assert_eq!(asked(&record, "2026-05-06T11:00:00-06:00", rate), (refused, None), "{rate}");
            }
        }
        let none = consumer_in(&["America/Denver"]);
        assert!(!asked(&none, "2026-05-06T11:00:00-06:00", 2900).0, "nobody serves");
    }

    #[test]
    fn it_holds_through_the_last_day_of_service_and_a_year_longer_for_mortgages() {
        let mut record = serving(Some(date(2026, 5, 6)), OrdersNotice::InTime);
        //   at                            refused  open again
        for (at, refused, opens) in [
            ("2024-01-14T23:59:59-07:00", false, None),
            ("2024-01-15T00:00:00-07:00", true, None),
            ("2026-05-06T23:59:59-06:00", true, Some("2026-05-07T06:00:00Z")),
            ("2026-05-07T00:00:00-06:00", false, None),
        ] {
            assert_eq!(asked(&record, at, 900), (refused, opens.map(String::from)), "{at}");
        }
        record.debts[0].is_secured_by_real_property = true;
        assert!(asked(&record, "2027-05-06T23:59:59-06:00", 900).0);
        assert!(!asked(&record, "2027-05-07T00:00:00-06:00", 900).0);
    }

    #[test]
    fn only_what_was_owed_before_and_only_when_asked_for_in_time() {
        let at = "2026-05-06T11:00:00-06:00";
        let left = date(2027, 1, 1);
        //   incurred                     notice                               refused
        for (incurred, notice, refused) in [
            (Some(date(2024, 1, 14)), OrdersNotice::InTime, true),
            (Some(date(2024, 1, 15)), OrdersNotice::InTime, false),
            (None, OrdersNotice::InTime, true),
            (Some(date(2023, 3, 1)), OrdersNotice::Missing, false),
            (Some(date(2023, 3, 1)), OrdersNotice::On(date(2027, 6, 30)), true),
            (Some(date(2023, 3, 1)), OrdersNotice::On(date(2027, 7, 1)), false),
        ] {
            let mut record = serving(Some(left), notice);
            record.debts[0].incurred_on = incurred;
            assert_eq!(asked(&record, at, 900).0, refused, "{incurred:?} {notice:?}");
        }
    }
}

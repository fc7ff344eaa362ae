//! Rule: a delinquency older than seven years and 180 days is not reported.

use crate::compliance::FurnishRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: FurnishRule = Rule {
    card: RuleCard {
        id: "fcra.obsolete",
        cite: "15 USC 1681c(a)(4), (c)(1)",
        in_force_from: day(1998, 12, 29),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "The delinquency is too old to be reported.",
        instead: "Leave it out of the report; the date of the delinquency never moves.",
    },
    check: |facts, (), now| {
        let last = facts.debts.iter().filter_map(|debt| debt.fresh_until_day).filter(|last| now.day > *last).min()?;
        Some(Finding::lasting(Detail::EndsOn(last)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::CollectorRole;
    use crate::compliance::rules::proposal_tests::{consumer_in, furnish};
    use jiff::civil::date;

    #[test]
    fn seven_years_run_from_the_hundred_and_eightieth_day() {
        //   began                  refused on 6 May 2026
        for (began, refused) in [(date(2018, 11, 7), false), (date(2018, 11, 6), true), (date(2018, 11, 8), false)] {
            let mut record = consumer_in(&["America/New_York"]);
            record.role = CollectorRole::FirstParty;
            record.debts[0].delinquency_began = Some(began);
            assert_eq!(furnish(&record, false), if refused { vec!["fcra.obsolete"] } else { vec![] }, "{began}");
        }
    }
}

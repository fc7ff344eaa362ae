//! Rule: the end of the validation period that a notice states is not too early.

use crate::compliance::PeriodRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: PeriodRule = Rule {
    card: RuleCard {
        id: "regf.validation.period-end",
        cite: "12 CFR 1006.34(b)(5)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The notice states an end of the validation period that is too early.",
        instead: "State the computed end or a later day.",
    },
    check: |facts, (), _| {
        let asked = facts.stated_end.filter(|stated| facts.regf_binds && *stated < facts.earliest_lawful_end)?;
        Some(Finding::lasting(Detail::Date { asked, limit: facts.earliest_lawful_end }))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::gather_period;
    use crate::compliance::record::CollectorRole;
    use crate::compliance::rules::PERIOD;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in};
    use jiff::civil::date;

    #[test]
    fn the_letter_of_the_statute_is_the_limit() {
        let mut record = consumer_in(&["America/New_York"]);
        let at = "2027-12-20T12:00:00-05:00".parse().unwrap();
        let refused = |record: &_, stated| {
            let facts = gather_period(record, at, &[DEBT], date(2027, 12, 20), stated);
            !crate::compliance::decide(&PERIOD, &facts, &()).because.is_empty()
        };
        //   stated                         refused
        for (stated, expected) in
            [(None, false), (Some(date(2028, 1, 25)), true), (Some(date(2028, 1, 26)), false), (Some(date(2028, 3, 1)), false)]
        {
            assert_eq!(refused(&record, stated), expected, "{stated:?}");
        }
        record.role = CollectorRole::FirstParty;
        assert!(!refused(&record, Some(date(2028, 1, 1))));
    }
}

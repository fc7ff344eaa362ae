//! Rule: the validation notice goes out within five days of the first communication, unless the debt is paid by then.

use crate::compliance::NoticeRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};
use crate::values::moment::{date_of_day, day_number};

pub(super) const RULE: NoticeRule = Rule {
    card: RuleCard {
        id: "regf.validation.timing",
        cite: "12 CFR 1006.34(a)(1)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The validation notice goes out too late.",
        instead: "Send it now, with a period counted from today, and record why it is late.",
    },
    check: |facts, (), now| {
        // One that was never sent is late from the day after on.
        let sent = facts.sent_on.map_or(now.day, day_number);
        let is_late = facts.regf_binds && !facts.was_paid && sent > day_number(facts.deadline);
        is_late.then(|| Finding::lasting(Detail::Date { asked: date_of_day(sent), limit: facts.deadline }))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::gather_notice;
    use crate::compliance::rules::NOTICE;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in};
    use jiff::civil::date;

    #[test]
    fn five_days_and_no_weekend_moves_them() {
        let record = consumer_in(&["America/New_York"]);
        let refused = |at: &str, sent_on, was_paid| {
            let facts = gather_notice(&record, at.parse().unwrap(), &[DEBT], date(2027, 3, 1), sent_on, was_paid);
            !crate::compliance::decide(&NOTICE, &facts, &()).because.is_empty()
        };
        //   asked on                    sent                       paid   refused
        for (at, sent, paid, expected) in [
            ("2027-03-08T12:00:00-05:00", Some(date(2027, 3, 6)), false, false),
            ("2027-03-08T12:00:00-05:00", Some(date(2027, 3, 7)), false, true),
            ("2027-03-08T12:00:00-05:00", Some(date(2027, 3, 7)), true, false),
            ("2027-03-06T12:00:00-05:00", None, false, false),
            ("2027-03-07T12:00:00-05:00", None, false, true),
        ] {
            assert_eq!(refused(at, sent, paid), expected, "{at} {sent:?} {paid}");
        }
    }
}

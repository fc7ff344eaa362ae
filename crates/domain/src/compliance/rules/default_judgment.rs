//! Rule: no judgment by default is asked for without an affidavit of military service.

use crate::compliance::JudgmentRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: JudgmentRule = Rule {
    card: RuleCard {
        id: "scra.default-judgment-affidavit",
        cite: "50 USC 3931(b)(1)",
        in_force_from: day(2003, 12, 19),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "No affidavit says whether they are in military service.",
        instead: "Ask the Department of Defense's register and file the affidavit: in service, not in service, or not to be found out.",
    },
    check: |facts, (), _| (!facts.has_military_affidavit).then(|| Finding::lasting(Detail::Plain)),
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::gather_judgment;
    use crate::compliance::record::CollectorRole;
    use crate::compliance::rules::JUDGMENT;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in, refusals};

    #[test]
    fn the_affidavit_is_asked_of_everyone_and_for_every_debt() {
        for role in [CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty] {
            for is_consumer_purpose in [true, false] {
                let mut record = consumer_in(&["America/New_York"]);
                record.role = role;
                record.debts[0].is_consumer_purpose = is_consumer_purpose;
                let asked = |has_affidavit| gather_judgment(&record, "2026-05-06T11:00:00-04:00".parse().unwrap(), &[DEBT], has_affidavit);
                assert_eq!(refusals(&JUDGMENT, &asked(false)), ["scra.default-judgment-affidavit"]);
                assert!(refusals(&JUDGMENT, &asked(true)).is_empty());
            }
        }
    }
}

//! Rule: in the District of Columbia four calls about an account in seven days, answered or not.

use crate::compliance::ContactRule;
use crate::compliance::caps::{CapId, full};
use crate::decision::{Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "state.dc.call-cap",
        cite: "D.C. Code 28-3814",
        in_force_from: day(2023, 1, 1),
        in_force_to: None,
        jurisdiction: "District of Columbia, creditors too",
        severity: Severity::Block,
        plain: "The District of Columbia allows no more calls about this account for now.",
        instead: "The next free day is shown; write a letter.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::DcCalls]),
};

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction;
    use crate::compliance::record::{CollectorRole, Direction, Outcome};
    use crate::compliance::rules::proposal_tests::{ask, call, lives_in, with};
    use crate::values::channel::Channel;

    #[test]
    fn the_fifth_in_seven_days_waits() {
        //  first of four days in a row  outcome                     refused
        for (first, outcome, refused) in [(1, Outcome::NoAnswer, true), (1, Outcome::Busy, true), (2, Outcome::Voicemail, true)] {
            let calls = (first..first + 4).map(|on| call(&format!("2026-05-{on:02}T11:00:00-04:00"), Direction::Out, outcome));
            let mut record = with(lives_in(Jurisdiction::DistrictOfColumbia), calls);
            let expected = if refused { vec!["state.dc.call-cap"] } else { vec![] };
            assert_eq!(ask(&record, |_| ()), expected, "{outcome:?}");
            record.role = CollectorRole::FirstParty;
            assert_eq!(ask(&record, |_| ()), expected, "creditors are bound too");
            assert!(ask(&record, |proposal| proposal.debts = vec![11].into()).is_empty(), "another account has a count of its own");
            assert!(ask(&record, |proposal| proposal.channel = Channel::Letter).is_empty());
            record.contacts.pop();
            assert!(ask(&record, |_| ()).is_empty(), "the fourth may be placed");
        }
    }
}

//! Rule: in New York City three contacts or attempts about an account in seven days, by all media together.

use crate::compliance::ContactRule;
use crate::compliance::caps::{CapId, NYC_IN_FORCE_FROM, full};
use crate::decision::{Rule, RuleCard, Severity};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "state.nyc.contact-cap",
        cite: "6 RCNY 5-77",
        in_force_from: NYC_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "New York City, creditors too",
        severity: Severity::Block,
        plain: "New York City allows no more contacts about this account for now, whatever the medium.",
        instead: "The next free day is shown; what the law requires to be sent may still go.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::NycAll]),
};

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction;
    use crate::compliance::record::{CollectorRole, Contact, Direction, Outcome, Purpose};
    use crate::compliance::rules::proposal_tests::{ask, call, lives_in, with};
    use crate::values::channel::Channel;

    fn contact(month: u8, on: u8, channel: Channel, outcome: Option<Outcome>) -> Contact {
        let when = format!("2026-{month:02}-{on:02}T11:00:00-04:00");
        Contact { channel, outcome, ..call(&when, Direction::Out, Outcome::NoAnswer) }
    }

    #[test]
    fn the_fourth_in_seven_days_waits_from_september_2026_on() {
        let three = |month: u8, first: u8| {
            let calls = [
                contact(month, first, Channel::Call, Some(Outcome::NoAnswer)),
                contact(month, first + 1, Channel::Email, Some(Outcome::Delivered)),
                contact(month, first + 2, Channel::Letter, None),
            ];
            with(lives_in(Jurisdiction::NewYorkCity), calls)
        };
        //   month  first  asked at                       refused
        for (month, first, at, refused) in [
            (10, 5, "2026-10-08T11:00:00-04:00", true),
            (10, 5, "2026-10-11T11:00:00-04:00", true),
            (10, 5, "2026-10-12T11:00:00-04:00", false),
            (8, 28, "2026-08-31T11:00:00-04:00", false),
            (8, 28, "2026-09-01T11:00:00-04:00", true),
        ] {
            let mut record = three(month, first);
            for role in [CollectorRole::ThirdParty, CollectorRole::FirstParty] {
                record.role = role;
                for channel in Channel::STRIP {
                    let because = ask(&record, |proposal| (proposal.at, proposal.channel) = (at.parse().unwrap(), channel));
                    assert_eq!(because, if refused { vec!["state.nyc.contact-cap"] } else { vec![] }, "{at} {channel}");
                }
            }
        }
        let october = three(10, 5);
        let at = "2026-10-08T11:00:00-04:00".parse().unwrap();
        assert!(ask(&october, |proposal| (proposal.at, proposal.debts) = (at, vec![11].into())).is_empty(), "each account for itself");
        assert!(ask(&october, |proposal| (proposal.at, proposal.purpose) = (at, Purpose::RequiredByLaw)).is_empty());
    }
}

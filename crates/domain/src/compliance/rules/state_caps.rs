//! Rules: limits that the table of the states names for New Hampshire, Oregon and West Virginia.
//!
//! Their sources are recalled and allow for what we cannot read off the record (consent to calls at work, what a court would call
//! reasonable), so they stop a contact and a supervisor may release it.

use crate::compliance::ContactRule;
use crate::compliance::caps::{CapId, TABLE_IN_FORCE_FROM, full};
use crate::decision::{Rule, RuleCard, Severity};

pub(super) const NEW_HAMPSHIRE: ContactRule = Rule {
    card: RuleCard {
        id: "state.nh.work-calls",
        cite: "RSA 358-C:3",
        in_force_from: TABLE_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "New Hampshire",
        severity: Severity::Supervisor,
        plain: "New Hampshire allows one call a month at work without their consent.",
        instead: "Call another number, or a supervisor releases it with their consent as the reason.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::NhWork]),
};

pub(super) const OREGON: ContactRule = Rule {
    card: RuleCard {
        id: "state.or.work-contact",
        cite: "ORS 646.639",
        in_force_from: TABLE_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "Oregon, creditors too",
        severity: Severity::Supervisor,
        plain: "Oregon allows one contact at work in a business week.",
        instead: "Reach them at home, or a supervisor releases it with a recorded reason.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::OrWork]),
};

pub(super) const WEST_VIRGINIA: ContactRule = Rule {
    card: RuleCard {
        id: "state.wv.call-cap",
        cite: "W. Va. Code 46A-2-125",
        in_force_from: TABLE_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "West Virginia, creditors too",
        severity: Severity::Supervisor,
        plain: "West Virginia holds more than thirty calls to a number or ten talks in a week against whoever collects.",
        instead: "The next free day is shown; write a letter, or a supervisor releases it with a recorded reason.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::WvCalls, CapId::WvTalks]),
};

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction::{NewHampshire, Oregon, WestVirginia};
    use crate::compliance::record::{CollectorRole, Direction, Outcome, Place, Record};
    use crate::compliance::rules::proposal_tests::{ask, call, lives_in, with};

    /// Calls of December 2026 by a creditor in its own name: day, outcome, place.
    fn calls(record: Record, made: &[(u8, Outcome, Option<Place>)]) -> Record {
        let made = made.iter().map(|(on, outcome, place)| {
            let mut made = call(&format!("2026-12-{on:02}T11:00:00-05:00"), Direction::Out, *outcome);
            made.particulars().place = *place;
            made
        });
        Record { role: CollectorRole::FirstParty, ..with(record, made) }
    }

    fn on(record: &Record, day: u8, place: Option<Place>) -> Vec<&'static str> {
        let at = format!("2026-12-{day:02}T12:00:00-05:00").parse().unwrap();
        ask(record, |proposal| (proposal.at, proposal.place) = (at, place))
    }

    #[test]
    fn a_second_contact_at_work_waits() {
        let once = [(1, Outcome::NoAnswer, Some(Place::Work))];
        let (nh, or) = (calls(lives_in(NewHampshire), &once), calls(lives_in(Oregon), &once));
        //   record  day  place               refused by
        for (record, day, place, refused) in [
            (&nh, 31, Some(Place::Work), &["state.nh.work-calls"][..]),
            (&nh, 31, None, &[]),
            (&or, 7, Some(Place::Work), &["state.or.work-contact"]),
            (&or, 8, Some(Place::Work), &[]),
            (&or, 7, Some(Place::Home), &[]),
        ] {
            assert_eq!(on(record, day, place), refused, "day {day}");
        }
        let january = "2027-01-01T12:00:00-05:00".parse().unwrap();
        assert!(ask(&nh, |proposal| (proposal.at, proposal.place) = (january, Some(Place::Work))).is_empty());
    }

    #[test]
    fn thirty_calls_or_ten_talks_in_a_week() {
        //   calls  outcome                  refused
        for (count, outcome, refused) in [
            (30, Outcome::NoAnswer, true),
            (29, Outcome::NoAnswer, false),
            (10, Outcome::Conversation, true),
            (9, Outcome::Conversation, false),
        ] {
            let record = calls(lives_in(WestVirginia), &vec![(3, outcome, None); count]);
            let expected = if refused { vec!["state.wv.call-cap"] } else { vec![] };
            assert_eq!(on(&record, 4, None), expected, "{count} {outcome:?}");
        }
    }
}

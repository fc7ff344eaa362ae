//! Rules: hours of the day that Florida, Massachusetts and Washington state for themselves; they reach creditors where they say so.

use super::calling_hours::outside;
use crate::compliance::ContactRule;
use crate::compliance::amendments::Column;
use crate::compliance::caps::{Jurisdiction, TABLE_IN_FORCE_FROM};
use crate::compliance::facts::ContactFacts;
use crate::compliance::hours::StateHours;
use crate::decision::{Finding, Instant, Rule, RuleCard, Severity};

pub(super) const FLORIDA: ContactRule = Rule {
    card: RuleCard {
        id: "state.fl.hours",
        cite: "Fla. Stat. 559.72(17)",
        in_force_from: TABLE_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "Florida, creditors too",
        severity: Severity::Block,
        plain: "Florida allows calls between 08:00 and 21:00 only, and a creditor's too.",
        instead: "The next allowed time is shown; letters and electronic messages are not its matter.",
    },
    check: |facts, _, now| closed_in(facts, now, Jurisdiction::Florida),
};

pub(super) const MASSACHUSETTS: ContactRule = Rule {
    card: RuleCard {
        id: "state.ma.hours",
        cite: "940 CMR 7.04",
        in_force_from: TABLE_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "Massachusetts, creditors too",
        severity: Severity::Block,
        plain: "Massachusetts allows calls and texts between 08:00 and 21:00 only, unless they named other hours.",
        instead: "The next allowed time is shown; a letter may go at any hour.",
    },
    check: |facts, _, now| closed_in(facts, now, Jurisdiction::Massachusetts),
};

pub(super) const WASHINGTON: ContactRule = Rule {
    card: RuleCard {
        id: "state.wa.hours",
        cite: "RCW 19.16.250",
        in_force_from: TABLE_IN_FORCE_FROM,
        in_force_to: None,
        jurisdiction: "Washington, collectors",
        severity: Severity::Block,
        plain: "Washington allows calls and texts to the home between 07:30 and 21:00 only.",
        instead: "The next allowed time is shown; a letter may go at any hour.",
    },
    check: |facts, _, now| closed_in(facts, now, Jurisdiction::Washington),
};

fn closed_in(facts: &ContactFacts, now: Instant, place: Jurisdiction) -> Option<Finding> {
    let (opens, closes) = kept_in(facts, now, place)?;
    let found = outside(facts, now.at, opens, closes)?;
    Some(Finding { until: found.until.min(facts.next_change(now.at)), ..found })
}

fn kept_in(facts: &ContactFacts, now: Instant, place: Jurisdiction) -> Option<(u16, u16)> {
    let hours = StateHours::of(place).filter(|hours| facts.hours_of.contains(&place) && hours.is_in_force(now.day))?;
    // Where we amended the column, the amendment speaks and the row does not.
    (!facts.is_amended(place.pack(), Column::CallingHours, now.at)).then_some((hours.opens_minute, hours.closes_minute))
}

/// The hours that one of these rules keeps for a contact, in minutes, if it keeps any; `None` for any other rule.
pub(in crate::compliance) fn hours(id: &str, facts: &ContactFacts, now: Instant) -> Option<Option<(u16, u16)>> {
    let place = match id {
        "state.fl.hours" => Jurisdiction::Florida,
        "state.ma.hours" => Jurisdiction::Massachusetts,
        "state.wa.hours" => Jurisdiction::Washington,
        _ => return None,
    };
    Some(kept_in(facts, now, place))
}

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction::{Florida, Massachusetts, Oregon, Washington};
    use crate::compliance::record::{CollectorRole, Direction, Outcome, Place};
    use crate::compliance::rules::proposal_tests::{ask, call, lives_in, with};
    use crate::values::channel::Channel;

    #[test]
    fn a_state_closes_its_evening_for_creditors_where_it_reaches_them() {
        use CollectorRole::{DebtBuyer, FirstParty, ThirdParty};
        let late = "2026-12-02T21:00:00-05:00";
        //   lives in       role        by             at                           refused by
        for (place, role, channel, at, refused) in [
            (Florida, FirstParty, Channel::Call, late, vec!["state.fl.hours"]),
            (Florida, FirstParty, Channel::Call, "2026-12-02T20:59:00-05:00", vec![]),
            (Florida, FirstParty, Channel::Call, "2026-12-02T07:59:00-05:00", vec!["state.fl.hours"]),
            (Florida, FirstParty, Channel::Text, late, vec![]),
            (Florida, FirstParty, Channel::Call, "2026-10-31T21:00:00-04:00", vec![]),
            (Florida, ThirdParty, Channel::Call, late, vec!["regf.time.hours", "state.fl.hours"]),
            (Massachusetts, FirstParty, Channel::Text, late, vec!["state.ma.hours"]),
            (Massachusetts, FirstParty, Channel::Email, late, vec![]),
            (Washington, FirstParty, Channel::Call, late, vec![]),
            (Washington, DebtBuyer, Channel::Call, late, vec!["regf.time.hours", "state.wa.hours"]),
            (Washington, DebtBuyer, Channel::Call, "2026-12-02T07:45:00-05:00", vec!["regf.time.hours"]),
            (Oregon, FirstParty, Channel::Call, late, vec![]),
        ] {
            let mut record = lives_in(place);
            record.role = role;
            let because = ask(&record, |proposal| (proposal.at, proposal.channel) = (at.parse().unwrap(), channel));
            assert_eq!(because, refused, "{place:?} {role:?} {channel} {at}");
        }
    }

    #[test]
    fn business_debts_answers_and_other_places_are_left_alone() {
        let late = "2026-12-02T21:00:00-05:00".parse().unwrap();
        let mut record = lives_in(Florida);
        record.role = CollectorRole::FirstParty;
        record.debts[0].is_consumer_purpose = false;
        assert!(ask(&record, |proposal| proposal.at = late).is_empty(), "the statute speaks of consumer debts");
        let mut rang = call("2026-12-02T21:00:00-05:00", Direction::In, Outcome::LeftMessage);
        rang.key = Some(7);
        let mut answered = with(lives_in(Florida), [rang]);
        answered.role = CollectorRole::FirstParty;
        assert!(ask(&answered, |proposal| (proposal.at, proposal.in_response_to) = (late, Some(7))).is_empty());
        let at_work = ask(&lives_in(Washington), |proposal| (proposal.at, proposal.place) = (late, Some(Place::Work)));
        assert_eq!(at_work, ["regf.time.hours"], "Washington speaks of the home");
    }
}

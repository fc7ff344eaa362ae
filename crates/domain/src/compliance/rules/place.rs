//! Rules: not at a place the person closed, and not at work when the employer forbids it.
//!
//! Places are closed by whom we reach; who owes too or counts as the consumer, and named none, is reached as the debtor asked (see
//! [`crate::compliance::facts::gather`]). An employer forbids for their own people alone.

use crate::compliance::ContactRule;
use crate::compliance::facts::ContactFacts;
use crate::compliance::record::Place;
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};

pub(super) const INCONVENIENT: ContactRule = Rule {
    card: RuleCard {
        id: "regf.place.inconvenient",
        cite: "12 CFR 1006.6(b)(1)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They told us not to reach them at this place.",
        instead: "Reach them at another place, or by letter to their home.",
    },
    check: |facts, _, now| {
        let place = protected_place(facts)?;
        let closed = facts.closed_places.iter().filter(|(closed, ends)| *closed == place && ends.is_none_or(|ends| now.at < ends));
        let until = closed.map(|(_, ends)| ends.unwrap_or(NEVER)).max()?;
        Some(Finding::until(until, Detail::Place(place.code())))
    },
};

pub(super) const EMPLOYER_PROHIBITS: ContactRule = Rule {
    card: RuleCard {
        id: "regf.place.employer-prohibits",
        cite: "12 CFR 1006.6(b)(3); 15 USC 1692c(a)(3)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "Their employer forbids such contact at work.",
        instead: "Reach them at home or on their own number.",
    },
    check: |facts, _, now| {
        let place = protected_place(facts).filter(|place| *place == Place::Work)?;
        let until = facts.employer_prohibits?.unwrap_or(NEVER);
        (now.at < until).then(|| Finding::until(until, Detail::Place(place.code())))
    },
};

/// The place to be reached, where the rules protect it: not when the person began from there and is answered once.
fn protected_place(facts: &ContactFacts) -> Option<Place> {
    let place = facts.place.filter(|_| facts.regf_binds)?;
    let answered_there = facts.reply.as_ref().is_some_and(|reply| reply.place.is_none_or(|from| from == place));
    (!answered_there).then_some(place)
}

#[cfg(test)]
mod tests {
    use crate::compliance::decide_contact;
    use crate::compliance::facts::gather;
    use crate::compliance::policy::ContactPolicy;
    use crate::compliance::record::{Place, Preference, Proposal, Wish};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, PERSON, ask, consumer_in, of_person, wishes, with_person};
    use crate::values::channel::Channel;

    #[test]
    fn closed_places_are_closed_and_others_are_not() {
        let school = wishes(consumer_in(&["America/New_York"]), [Wish::InconvenientPlace(Place::School)]);
        let employer = wishes(consumer_in(&["America/New_York"]), [Wish::EmployerProhibits]);
        for (record, place, refused) in [
            (&school, Some(Place::School), Some("regf.place.inconvenient")),
            (&school, Some(Place::Home), None),
            (&school, None, None),
            (&employer, Some(Place::Work), Some("regf.place.employer-prohibits")),
            (&employer, Some(Place::Home), None),
        ] {
            assert_eq!(ask(record, |proposal| proposal.place = place).first().copied(), refused, "{place:?}");
        }
        assert_ne!(Place::parse("church"), Place::parse("gym"));
    }

    #[test]
    fn a_place_is_closed_for_whoever_closed_it_and_for_consumers_who_named_none() {
        let at = |place| move |proposal: &mut Proposal| (proposal.person, proposal.place) = (PERSON, Some(place));
        //   role         the debtor's closes it for them
        for (role, shared) in [("co_debtor", true), ("spouse", true), ("guardian", true), ("consumer_attorney", false)] {
            let theirs = of_person(with_person(role), [Wish::InconvenientPlace(Place::Home), Wish::EmployerProhibits]);
            assert_eq!(ask(&theirs, at(Place::Home)), ["regf.place.inconvenient"], "{role}");
            assert_eq!(ask(&theirs, at(Place::Work)), ["regf.place.employer-prohibits"], "{role}");
            let debtors = wishes(with_person(role), [Wish::InconvenientPlace(Place::Home), Wish::EmployerProhibits]);
            assert_eq!(!ask(&debtors, at(Place::Home)).is_empty(), shared, "{role}");
            assert!(ask(&debtors, at(Place::Work)).is_empty(), "another employer: {role}");
        }
    }

    #[test]
    fn a_place_closed_for_a_while_opens_again() {
        let mut record = consumer_in(&["America/New_York"]);
        let until = Some("2026-05-20T00:00:00-04:00".parse().unwrap());
        record.consumer.preferences.push(Preference {
            at: jiff::Timestamp::UNIX_EPOCH,
            until,
            wish: Wish::InconvenientPlace(Place::School),
        });
        let mut proposal = Proposal::of("2026-05-06T11:00:00-04:00".parse().unwrap(), Channel::Call, CONSUMER, vec![DEBT]);
        proposal.place = Some(Place::School);
        let decision = decide_contact(&gather(&record, &proposal), &ContactPolicy::LAW);
        assert_eq!(decision.next_allowed_at.unwrap().to_string(), "2026-05-20T12:00:00Z");
    }
}

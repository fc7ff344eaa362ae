//! Rules: not at a place the person closed, and not at work when the employer forbids it.

use crate::compliance::ContactRule;
use crate::compliance::facts::ContactFacts;
use crate::compliance::record::Place;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const INCONVENIENT: ContactRule = Rule {
    card: RuleCard {
        id: "regf.place.inconvenient",
        cite: "12 CFR 1006.6(b)(1)",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They told us not to reach them at this place.",
    },
    check: |facts, _, _| {
        let place = protected_place(facts)?;
        facts.closed_places.contains(&place).then(|| Finding::lasting(Detail::Place(place.code())))
    },
};

pub(super) const EMPLOYER_PROHIBITS: ContactRule = Rule {
    card: RuleCard {
        id: "regf.place.employer-prohibits",
        cite: "12 CFR 1006.6(b)(3); 15 USC 1692c(a)(3)",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "Their employer forbids such contact at work.",
    },
    check: |facts, _, _| {
        let place = protected_place(facts)?;
        (place == Place::Work && facts.employer_prohibits).then(|| Finding::lasting(Detail::Place(place.code())))
    },
};

/// The place to be reached, where the rules protect it: not when the person began from there and is answered once.
fn protected_place(facts: &ContactFacts) -> Option<Place> {
    let place = facts.place.filter(|_| facts.regf_binds && facts.is_for_consumer())?;
    let answered_there = facts.reply.is_some_and(|reply| reply.place.is_none_or(|from| from == place));
    (!answered_there).then_some(place)
}

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Place, Wish};
    use crate::compliance::rules::proposal_tests::{ask, consumer_in, wishes};

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
    }
}

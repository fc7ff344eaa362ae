//! Rule: a third party is asked where the consumer is, once, and told nothing else.

use crate::compliance::ContactRule;
use crate::compliance::record::{Purpose, Standing};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.location-info",
        cite: "12 CFR 1006.10; 15 USC 1692b",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "A third party may be asked once where the person is, and nothing about the debt may be said.",
        instead: "Look for the person by records and returned mail; do not ask this third party again.",
    },
    check: |facts, _, _| {
        let is_asking = facts.standing == Standing::ThirdParty && facts.purpose == Purpose::LocationInformation;
        if !facts.regf_binds || !is_asking {
            return None;
        }
        let call = facts.location;
        if let Some(at) = facts.asked_location_at.filter(|_| !call.asked_again && !call.earlier_answer_wrong) {
            return Some(Finding::lasting(Detail::AlreadySent(at)));
        }
        let fault = if facts.attorney_at.is_some() {
            "a lawyer is known: ask the lawyer"
        } else if facts.bankruptcy.is_stayed || facts.bankruptcy.is_discharged {
            "the debt is in bankruptcy: nothing may be done to collect it"
        } else if facts.dispute.written_at.is_some() || facts.dispute.creditor_request_at.is_some() {
            "collection stands still until their dispute or request is answered"
        } else if call.mentions_debt {
            "the debt is mentioned"
        } else if call.volunteers_employer {
            "our name is given without being asked for"
        } else if call.location_already_known {
            "we know where the person is"
        } else {
            return None;
        };
        Some(Finding::lasting(Detail::LocationFault(fault)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Direction, LocationCall, NoticeKind, Outcome, Purpose};
    use crate::compliance::rules::proposal_tests::{PERSON, after, ask, call, with, with_person};

    #[test]
    fn a_neighbor_is_asked_once_and_told_nothing() {
        let fresh = with_person("neighbor");
        let mut asked = call("2026-04-20T11:00:00-04:00", Direction::Out, Outcome::Conversation);
        (asked.person, asked.purpose) = (PERSON, Purpose::LocationInformation);
        let mut unanswered = asked.clone();
        unanswered.outcome = Some(Outcome::NoAnswer);
        let none = LocationCall::default();
        //  record                                      the call                                               refused
        for (record, location, refused) in [
            (fresh.clone(), none, false),
            (fresh.clone(), LocationCall { mentions_debt: true, ..none }, true),
            (fresh.clone(), LocationCall { volunteers_employer: true, ..none }, true),
            (fresh.clone(), LocationCall { location_already_known: true, ..none }, true),
            (with(fresh.clone(), [unanswered]), none, false),
            (with(fresh.clone(), [asked.clone()]), none, true),
            (with(fresh.clone(), [asked.clone()]), LocationCall { asked_again: true, ..none }, false),
            (with(fresh.clone(), [asked]), LocationCall { earlier_answer_wrong: true, ..none }, false),
            (after(fresh.clone(), NoticeKind::AttorneyKnown(None)), none, true),
            (after(fresh, NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: None }), none, true),
        ] {
            let because = ask(&record, |proposal| {
                (proposal.person, proposal.purpose, proposal.location) = (PERSON, Purpose::LocationInformation, location);
            });
            assert_eq!(because, if refused { vec!["regf.location-info"] } else { vec![] }, "{location:?}");
        }
    }
}

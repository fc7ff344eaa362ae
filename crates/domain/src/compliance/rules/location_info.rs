//! Rule: a third party is asked where the consumer is, once, and told nothing else.

use crate::compliance::ContactRule;
use crate::compliance::record::{Purpose, Standing};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.location-info",
        cite: "12 CFR 1006.10; 15 USC 1692b",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "A third party may be asked once where the person is, and nothing about the debt may be said.",
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

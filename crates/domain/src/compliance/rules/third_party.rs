//! Rule: about the debt we speak to the consumer and a few others only.

use crate::compliance::ContactRule;
use crate::compliance::record::{Purpose, Standing};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.third-party.disclosure",
        cite: "12 CFR 1006.6(d)(1); 15 USC 1692c(b)",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "This person may not be told about the debt.",
    },
    check: |facts, _, _| {
        let is_third_party = facts.standing == Standing::ThirdParty && facts.purpose != Purpose::LocationInformation;
        (facts.regf_binds && is_third_party && !facts.third_party_consented).then(|| Finding::lasting(Detail::Plain))
    },
};

//! Rule: a person with a lawyer is reached through the lawyer.

use crate::compliance::ContactRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.attorney.represented",
        cite: "12 CFR 1006.6(b)(2); 15 USC 1692c(a)(2)",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They have a lawyer for this debt: speak to the lawyer.",
    },
    check: |facts, _, _| {
        let since = facts.attorney_at.filter(|_| facts.regf_binds && facts.is_for_consumer())?;
        // Someone with a lawyer who writes or calls first may be given that one answer.
        facts.reply.is_none().then(|| Finding::lasting(Detail::Since(since)))
    },
};

//! Rule: after a written wish to stop, no more communication about that debt, but for three things said once each.

use crate::compliance::ContactRule;
use crate::compliance::record::Purpose;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.cease.written",
        cite: "12 CFR 1006.6(c); 15 USC 1692c(c)",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They asked us in writing to stop contacting them about this debt.",
    },
    check: |facts, _, _| {
        let since = facts.ceased_at.filter(|_| facts.regf_binds && facts.is_for_consumer())?;
        match facts.purpose {
            Purpose::RequiredByLaw => None,
            Purpose::EndingCollection | Purpose::MayInvokeRemedy | Purpose::WillInvokeRemedy => {
                facts.served_since_cease_at.map(|at| Finding::lasting(Detail::AlreadySent(at)))
            }
            _ => Some(Finding::lasting(Detail::Since(since))),
        }
    },
};

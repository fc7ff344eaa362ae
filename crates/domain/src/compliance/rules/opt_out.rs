//! Rule: a medium, number or address that the person closed stays closed.

use crate::compliance::ContactRule;
use crate::compliance::facts::Confirmation;
use crate::compliance::record::Standing;
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.channel.opt-out",
        cite: "12 CFR 1006.14(h)",
        in_force_from: day(2021, 11, 30),
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They asked us not to use this channel or address.",
    },
    check: |facts, _, now| {
        let reaches_them = facts.regf_binds && facts.standing == Standing::Consumer;
        if !reaches_them || facts.is_required_in_this_medium || facts.confirmation == Confirmation::First {
            return None;
        }
        let closed = facts.closures.iter().filter(|closure| closure.ends_at.is_none_or(|ends| now.at < ends));
        let last = closed.max_by_key(|closure| closure.ends_at.unwrap_or(NEVER))?;
        let detail = Detail::Closed { channel: facts.channel, at: last.at, one_address: last.one_address };
        Some(Finding::until(last.ends_at.unwrap_or(NEVER), detail))
    },
};

//! Rule: one payment on several debts follows the consumer's direction and never goes to a disputed debt.

use crate::compliance::PaymentRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: PaymentRule = Rule {
    card: RuleCard {
        id: "regf.payment.application",
        cite: "12 CFR 1006.30(c); 15 USC 1692h",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The payment would go where they did not direct it, or to a debt they dispute.",
        instead: "Lay it on the debts as they said, and on none that they dispute.",
    },
    check: |facts, (), _| {
        if !facts.regf_binds || facts.parts.len() < 2 {
            return None;
        }
        let is_wrong = |part: &crate::compliance::facts::PaymentPart| {
            (part.is_disputed && part.laid_minor > 0) || part.directed_minor.is_some_and(|directed| directed != part.laid_minor)
        };
        facts.parts.iter().any(is_wrong).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::gather_payment;
    use crate::compliance::record::{CollectorRole, Debt, NoticeKind, Record};
    use crate::compliance::rules::PAYMENT;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in, happened};

    fn refused(record: &Record, parts: &[(u128, i64, Option<i64>)]) -> bool {
        let facts = gather_payment(record, "2026-05-06T11:00:00-04:00".parse().unwrap(), parts);
        !crate::compliance::decide(&PAYMENT, &facts, &()).because.is_empty()
    }

    #[test]
    fn their_word_is_followed_and_a_disputed_debt_is_left_alone() {
        let mut plain = consumer_in(&["America/New_York"]);
        plain.debts.push(Debt::of(11));
        let mut disputed = plain.clone();
        let spoken = NoticeKind::Dispute { in_writing: false, submitted_on: None, is_duplicative: false, part: None };
        happened(&mut disputed, "2026-05-01T12:00:00-04:00", spoken);
        //  record     parts                                                refused
        for (record, parts, expected) in [
            (&plain, &[(DEBT, 0, Some(0)), (11, 5000, Some(5000))][..], false),
            (&plain, &[(DEBT, 5000, Some(0)), (11, 0, Some(5000))], true),
            (&plain, &[(DEBT, 5000, None), (11, 0, None)], false),
            (&disputed, &[(DEBT, 5000, None), (11, 0, None)], true),
            (&disputed, &[(DEBT, 0, None), (11, 5000, None)], false),
            (&disputed, &[(DEBT, 5000, Some(5000)), (11, 0, Some(0))], true),
            (&disputed, &[(DEBT, 5000, None)], false),
        ] {
            assert_eq!(refused(record, parts), expected, "{parts:?}");
        }
        disputed.role = CollectorRole::FirstParty;
        assert!(!refused(&disputed, &[(DEBT, 5000, None), (11, 0, None)]), "a creditor in its own name is not bound");
    }
}

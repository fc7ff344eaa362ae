//! Rule: a person with a lawyer is reached through the lawyer. A co-debtor's lawyer is the co-debtor's, the debtor's the debtor's.

use crate::compliance::ContactRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.attorney.represented",
        cite: "12 CFR 1006.6(b)(2); 15 USC 1692c(a)(2)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They have a lawyer for this debt: speak to the lawyer.",
        instead: "Write to or call the lawyer.",
    },
    check: |facts, _, _| {
        let since = facts.attorney_at.filter(|_| facts.regf_binds && facts.is_a_consumer())?;
        // Someone with a lawyer who writes or calls first may be given that one answer.
        facts.reply.is_none().then(|| Finding::lasting(Detail::Since(since)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Direction, NoticeKind, Outcome};
    use crate::compliance::rules::proposal_tests::{PERSON, after, ask, call, with, with_person};

    #[test]
    fn the_lawyer_is_asked_until_released() {
        let known = after(with_person("consumer_attorney"), NoticeKind::AttorneyKnown(Some(PERSON)));
        assert_eq!(ask(&known, |_| ()), ["regf.attorney.represented"]);
        assert!(ask(&known, |proposal| proposal.person = PERSON).is_empty());
        assert!(ask(&known, |proposal| proposal.debts = vec![11].into()).is_empty(), "for another debt nobody is known");
        let mut released = known.clone();
        released.notices.push(crate::compliance::record::Notice {
            at: "2026-05-02T12:00:00-04:00".parse().unwrap(),
            kind: NoticeKind::AttorneyReleased(Some(PERSON)),
            ..released.notices[0].clone()
        });
        assert!(ask(&released, |_| ()).is_empty());
        let another = after(released, NoticeKind::AttorneyKnown(Some(3)));
        assert_eq!(ask(&another, |_| ()), ["regf.attorney.represented"], "one lawyer's withdrawal releases no other");

        let mut of_co_debtor = after(with_person("co_debtor"), NoticeKind::AttorneyKnown(None));
        assert!(ask(&of_co_debtor, |proposal| proposal.person = PERSON).is_empty(), "the debtor's lawyer is not theirs");
        of_co_debtor.notices[0].person = PERSON;
        assert_eq!(ask(&of_co_debtor, |proposal| proposal.person = PERSON), ["regf.attorney.represented"]);
        assert!(ask(&of_co_debtor, |_| ()).is_empty(), "nor theirs the debtor's");

        // Someone with a lawyer who rings first may be given that one answer.
        let mut rang = call("2026-05-06T10:50:00-04:00", Direction::In, Outcome::LeftMessage);
        rang.key = Some(77);
        let rang = with(known, [rang]);
        assert!(ask(&rang, |proposal| proposal.in_response_to = Some(77)).is_empty());
    }
}

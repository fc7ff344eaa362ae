//! Rule: after a written wish to stop, no more communication about that debt, but for three things said once each.
//!
//! The debtor and those who count as the consumer are one (15 USC 1692c(d)): what one of them writes stops it for all of them.
//! A co-debtor is a consumer of their own: what they write stops it for them, and what the debtor writes does not.

use crate::compliance::ContactRule;
use crate::compliance::record::Purpose;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.cease.written",
        cite: "12 CFR 1006.6(c); 15 USC 1692c(c)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They asked us in writing to stop contacting them about this debt.",
        instead: "You may still confirm in writing that collection ends, or tell of a remedy that is really meant.",
    },
    check: |facts, _, _| {
        let since = facts.ceased_at.filter(|_| facts.regf_binds && facts.is_a_consumer())?;
        match facts.purpose {
            Purpose::RequiredByLaw => None,
            Purpose::EndingCollection | Purpose::MayInvokeRemedy | Purpose::WillInvokeRemedy => {
                facts.served_since_cease_at.map(|at| Finding::lasting(Detail::AlreadySent(at)))
            }
            _ => Some(Finding::lasting(Detail::Since(since))),
        }
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{Direction, NoticeKind, Outcome, Purpose};
    use crate::compliance::rules::proposal_tests::{CONSUMER, PERSON, after, ask, call, happened, with, with_person};

    #[test]
    fn three_things_may_still_be_said_once_each() {
        let ceased = after(with_person("spouse"), NoticeKind::Cease);
        let mut said = call("2026-05-02T11:00:00-04:00", Direction::Out, Outcome::Delivered);
        said.purpose = Purpose::MayInvokeRemedy;
        let once = with(ceased.clone(), [said]);
        //  record   purpose                    refused
        for (record, purpose, refused) in [
            (&ceased, Purpose::Collection, true),
            (&ceased, Purpose::EndingCollection, false),
            (&ceased, Purpose::MayInvokeRemedy, false),
            (&ceased, Purpose::WillInvokeRemedy, false),
            (&ceased, Purpose::RequiredByLaw, false),
            (&once, Purpose::MayInvokeRemedy, true),
            (&once, Purpose::WillInvokeRemedy, false),
        ] {
            let because = ask(record, |proposal| proposal.purpose = purpose);
            assert_eq!(because, if refused { vec!["regf.cease.written"] } else { vec![] }, "{purpose:?}");
        }
        assert_eq!(ask(&ceased, |proposal| proposal.person = PERSON), ["regf.cease.written"], "a spouse counts as the consumer");
        let co_debtor = after(with_person("co_debtor"), NoticeKind::Cease);
        assert!(ask(&co_debtor, |proposal| proposal.person = PERSON).is_empty(), "a co-debtor speaks for themselves");
        for (role, stops_debtor, stops_them) in [("co_debtor", false, true), ("spouse", true, true), ("executor", true, true)] {
            let mut wrote = after(with_person(role), NoticeKind::Cease);
            wrote.notices[0].person = PERSON;
            assert_eq!(!ask(&wrote, |_| ()).is_empty(), stops_debtor, "{role} wrote, the debtor is called");
            assert_eq!(!ask(&wrote, |proposal| proposal.person = PERSON).is_empty(), stops_them, "{role} wrote and is called");
        }
        let took_back = |person| {
            let mut record = ceased.clone();
            happened(&mut record, "2026-05-02T12:00:00-04:00", NoticeKind::CeaseWithdrawn);
            record.notices[1].person = person;
            record
        };
        assert!(ask(&took_back(CONSUMER), |_| ()).is_empty(), "who wrote it takes it back");
        assert_eq!(ask(&took_back(PERSON), |_| ()), ["regf.cease.written"], "and nobody else");
        let again = after(took_back(CONSUMER), NoticeKind::Cease);
        assert!(ask(&again, |_| ()).is_empty(), "the same day's stop came before");
        let mut later = took_back(CONSUMER);
        happened(&mut later, "2026-05-03T12:00:00-04:00", NoticeKind::Cease);
        assert_eq!(ask(&later, |_| ()), ["regf.cease.written"], "a later one stands");
        assert!(ask(&ceased, |proposal| proposal.at = "2026-05-01T11:59:59-04:00".parse().unwrap()).is_empty(), "not before it came");
    }
}

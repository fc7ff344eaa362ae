//! Rule: no suit, and no threat of one, once the time to sue has run out.
//!
//! The time is counted as `limitation.rs` says (rule `state.sol`). Where it is not known we treat it as run out: it does not help a
//! collector not to have known. A claim in a bankruptcy is no suit.

use crate::compliance::SuitRule;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: SuitRule = Rule {
    card: RuleCard {
        id: "regf.time-barred.suit",
        cite: "12 CFR 1006.26(b)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "The time to sue on this debt has run out or is not known: no suit, and no threat of one.",
        instead: "Ask for payment without a word of suing; put the day it accrued on record if evidence of it is held.",
    },
    check: |facts, (), now| {
        let debts = facts.debts.iter().filter(|debt| debt.regf_binds && !facts.is_proof_of_claim);
        let barred = debts.filter_map(|debt| match debt.limitation {
            None => Some(Detail::Fault("the day it accrued, the state or its period is not known")),
            Some(time) => (time.last_day < now.day).then_some(Detail::SuitTime {
                years: time.years,
                last_day: time.last_day,
                is_verified: time.is_verified,
                amendment: time.amendment,
            }),
        });
        barred.map(Finding::lasting).next()
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::limitation::Agreement;
    use crate::compliance::record::{Bankruptcy, CollectorRole, Debt, NoticeKind, Record};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, PERSON, consumer_in, happened, with_person};
    use crate::compliance::{decide, facts::gather_suit, rules::SUIT};
    use crate::decision::Decision;
    use jiff::civil::date;

    fn sue(record: &Record, at: &str, debts: &[u128]) -> Decision {
        decide(&SUIT, &gather_suit(record, at.parse().unwrap(), CONSUMER, debts, false), &())
    }

    fn barred(record: &Record, at: &str) -> bool {
        let decision = sue(record, at, &[DEBT]);
        let ids: Vec<_> = decision.because.iter().map(|reason| reason.rule.id).collect();
        assert!(ids.is_empty() || ids == ["regf.time-barred.suit"], "{ids:?}");
        assert_eq!(decision.next_allowed_at, None, "time does not bring a suit back");
        !ids.is_empty()
    }

    /// A card debt of somebody in a state.
    fn card(state: &'static str, accrued: jiff::civil::Date) -> Record {
        let mut record = consumer_in(&["America/New_York"]);
        record.consumer.state = Some(state);
        record.debts[0] = Debt { agreement: Agreement::OpenAccount, accrued_on: Some(accrued), ..Debt::of(DEBT) };
        record
    }

    #[test]
    fn the_day_after_the_anniversary_is_too_late() {
        //   state  accrued             asked at                       barred
        for (state, accrued, at, expected) in [
            ("NY", date(2022, 3, 10), "2025-03-10T23:59:59-04:00", false),
            ("NY", date(2022, 3, 10), "2025-03-11T00:00:00-04:00", true),
            ("NY", date(2024, 2, 29), "2027-02-28T23:59:59-05:00", false),
            ("NY", date(2024, 2, 29), "2027-03-02T11:00:00-05:00", true),
            ("CA", date(2024, 2, 29), "2028-02-29T23:59:59-05:00", false),
            ("CA", date(2024, 2, 29), "2028-03-01T00:00:00-05:00", true),
            ("NJ", date(2022, 3, 10), "2026-04-15T11:00:00-04:00", false),
            ("NJ", date(2018, 3, 10), "2026-04-15T11:00:00-04:00", true),
        ] {
            assert_eq!(barred(&card(state, accrued), at), expected, "{state} {accrued} {at}");
        }
    }

    #[test]
    fn what_is_not_known_is_barred() {
        let at = "2026-04-15T11:00:00-04:00";
        let known = card("NJ", date(2025, 3, 10));
        assert!(!barred(&known, at));
        let (mut undated, mut stateless, mut foreign) = (known.clone(), known.clone(), known.clone());
        undated.debts[0].accrued_on = None;
        stateless.consumer.state = None;
        foreign.debts[0].contract_law = Some("XX");
        for record in [&undated, &stateless, &foreign] {
            assert!(barred(record, at));
        }
        assert!(!sue(&known, at, &[DEBT, 11]).because.is_empty(), "a debt that is not on record has no known time");
        let mut chosen = card("NJ", date(2022, 3, 10));
        assert!(!barred(&chosen, at));
        chosen.debts[0].contract_law = Some("DE");
        assert!(barred(&chosen, at), "the shorter time wins");
    }

    #[test]
    fn the_source_of_the_years_is_marked_when_it_is_in_doubt() {
        let said = |state| sue(&card(state, date(2010, 1, 1)), "2026-04-15T11:00:00-04:00", &[DEBT]).because[0].detail.to_string();
        assert_eq!(said("NY"), "3 years to sue ended on Tue 1 Jan 2013");
        assert_eq!(said("WA"), "6 years to sue ended on Fri 1 Jan 2016; this number of years is not verified");
    }

    #[test]
    fn collectors_are_bound_on_consumer_debts() {
        let mut record = card("NY", date(2010, 1, 1));
        let at = "2026-04-15T11:00:00-04:00";
        for (role, expected) in [(CollectorRole::ThirdParty, true), (CollectorRole::DebtBuyer, true), (CollectorRole::FirstParty, false)] {
            record.role = role;
            assert_eq!(barred(&record, at), expected, "{role:?}");
        }
        (record.role, record.debts[0].is_consumer_purpose) = (CollectorRole::ThirdParty, false);
        assert!(!barred(&record, at));
        record.debts[0].is_consumer_purpose = true;
        let claim = gather_suit(&record, at.parse().unwrap(), CONSUMER, &[DEBT], true);
        assert!(decide(&SUIT, &claim, &()).because.is_empty(), "a proof of claim is no suit");
    }

    #[test]
    fn other_stops_hold_suits_too() {
        let at = "2026-05-06T11:00:00-04:00";
        let ids = |record: &Record, person| {
            let decision = decide(&SUIT, &gather_suit(record, at.parse().unwrap(), person, &[DEBT], false), &());
            decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>()
        };
        let mut record = with_person("co_debtor");
        (record.consumer.state, record.debts) = (Some("NJ"), card("NJ", date(2025, 3, 10)).debts);
        assert!(ids(&record, CONSUMER).is_empty());
        let mut disputed = record.clone();
        happened(
            &mut disputed,
            "2026-05-01T12:00:00-04:00",
            NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: None },
        );
        assert_eq!(ids(&disputed, CONSUMER), ["regf.dispute.written-stop"]);
        let mut asked = record.clone();
        happened(&mut asked, "2026-05-01T12:00:00-04:00", NoticeKind::OriginalCreditorRequest { in_writing: true, submitted_on: None });
        assert_eq!(ids(&asked, CONSUMER), ["regf.dispute.original-creditor"]);
        //   discharged chapter   lifted  against them                       against a co-debtor
        for (is_discharged, chapter, is_stay_lifted, theirs, other) in [
            (false, Some(7), false, vec!["bankruptcy.stay"], vec![]),
            (false, Some(13), false, vec!["bankruptcy.stay"], vec!["bankruptcy.stay"]),
            (false, Some(13), true, vec![], vec![]),
            (true, Some(7), false, vec!["bankruptcy.discharge"], vec![]),
        ] {
            record.debts[0].bankruptcy = Some(Bankruptcy { is_discharged, chapter, is_stay_lifted });
            assert_eq!((ids(&record, CONSUMER), ids(&record, PERSON)), (theirs, other), "{is_discharged} {chapter:?} {is_stay_lifted}");
        }
    }
}

//! Rule: some required disclosures go electronically only to those who agreed as the E-SIGN Act asks.
//!
//! Agreed: after being told of the right to paper, of how to withdraw, of what it covers and what is needed, and in a way that
//! shows they can read it. A validation notice inside the first communication, itself electronic, needs no such consent.

use crate::compliance::DeliveryRule;
use crate::compliance::facts::Document;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: DeliveryRule = Rule {
    card: RuleCard {
        id: "regf.electronic.esign",
        cite: "12 CFR 1006.42(b); 15 USC 7001(c)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "They have not agreed to get this document electronically.",
        instead: "Send it on paper, or get their E-SIGN consent first.",
    },
    check: |facts, (), _| {
        let is_free = facts.document == Document::ValidationNotice && facts.is_in_first_communication;
        (facts.regf_binds && !is_free && !facts.has_esign_consent).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{Document, gather_delivery};
    use crate::compliance::record::{CollectorRole, Record};
    use crate::compliance::rules::DELIVERY;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in};

    fn refused(record: &Record, document: Document, is_first: bool, consented: bool) -> bool {
        let facts = gather_delivery(record, "2026-05-06T10:00:00-04:00".parse().unwrap(), &[DEBT], document, is_first, consented);
        let decision = crate::compliance::decide(&DELIVERY, &facts, &());
        assert_eq!(decision.next_allowed_at, None);
        !decision.because.is_empty()
    }

    #[test]
    fn three_documents_need_consent_and_one_may_come_first() {
        use Document::{OriginalCreditor, ValidationNotice, Verification};
        let mut record = consumer_in(&["America/New_York"]);
        //   document         first  consent refused
        for (document, is_first, consented, expected) in [
            (ValidationNotice, false, false, true),
            (ValidationNotice, false, true, false),
            (ValidationNotice, true, false, false),
            (Verification, false, false, true),
            (Verification, true, false, true),
            (Verification, false, true, false),
            (OriginalCreditor, false, false, true),
            (OriginalCreditor, true, false, true),
            (OriginalCreditor, false, true, false),
        ] {
            record.role = CollectorRole::ThirdParty;
            assert_eq!(refused(&record, document, is_first, consented), expected, "{document:?} {is_first} {consented}");
            record.role = CollectorRole::FirstParty;
            assert!(!refused(&record, document, is_first, consented), "a creditor in its own name is not bound");
        }
        record.role = CollectorRole::DebtBuyer;
        record.debts[0].is_consumer_purpose = false;
        assert!(!refused(&record, Verification, false, false), "nor is a debt of a business covered");
    }
}

//! Rule: in the District of Columbia electronic messages go with consent only, five in seven days; one in seven may ask for it.

use crate::compliance::ContactRule;
use crate::compliance::caps::{CapId, full};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "state.dc.electronic-cap",
        cite: "D.C. Code 28-3814",
        in_force_from: day(2023, 1, 1),
        in_force_to: None,
        jurisdiction: "District of Columbia, creditors too",
        severity: Severity::Block,
        plain: "The District of Columbia allows electronic messages with consent only, and only some in seven days.",
        instead: "Ask for consent in one message a week, or write a letter.",
    },
    check: |facts, _, now| {
        if facts.lacks_electronic_consent {
            return Some(Finding::lasting(Detail::Plain));
        }
        full(facts, now, &[CapId::DcElectronic, CapId::DcAsking])
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction;
    use crate::compliance::record::{CollectorRole, Contact, Direction, NoticeKind, Outcome, Purpose};
    use crate::compliance::rules::proposal_tests::{ask, call, happened, lives_in, with};
    use crate::values::channel::Channel;

    fn message(on: u8, channel: Channel, purpose: Purpose) -> Contact {
        let mut sent = call(&format!("2026-05-{on:02}T11:00:00-04:00"), Direction::Out, Outcome::Delivered);
        (sent.channel, sent.purpose) = (channel, purpose);
        sent
    }

    #[test]
    fn they_must_agree_first_and_may_be_asked_once_a_week() {
        use Purpose::{AskElectronicConsent, Collection};
        let fresh = lives_in(Jurisdiction::DistrictOfColumbia);
        let asked = with(fresh.clone(), [message(1, Channel::Text, AskElectronicConsent)]);
        let mut agreed = fresh.clone();
        happened(&mut agreed, "2026-04-20T12:00:00-04:00", NoticeKind::ElectronicConsent);
        let four = with(agreed.clone(), (1..5).map(|on| message(on, Channel::Email, Collection)));
        let five = with(four.clone(), [message(5, Channel::Text, Collection)]);
        //  record   purpose                refused
        for (record, purpose, refused) in [
            (&fresh, Collection, true),
            (&fresh, AskElectronicConsent, false),
            (&asked, AskElectronicConsent, true),
            (&agreed, Collection, false),
            (&four, Collection, false),
            (&five, Collection, true),
        ] {
            let mut record = record.clone();
            for role in [CollectorRole::ThirdParty, CollectorRole::FirstParty] {
                record.role = role;
                let because = ask(&record, |proposal| (proposal.channel, proposal.purpose) = (Channel::Email, purpose));
                assert_eq!(because, if refused { vec!["state.dc.electronic-cap"] } else { vec![] }, "{purpose:?}");
            }
        }
        assert!(ask(&fresh, |proposal| proposal.channel = Channel::Letter).is_empty(), "a letter is not electronic");
        let other = ask(&agreed, |proposal| (proposal.channel, proposal.debts) = (Channel::Email, vec![11].into()));
        assert_eq!(other, ["state.dc.electronic-cap"], "consent for one account is none for another");
    }
}

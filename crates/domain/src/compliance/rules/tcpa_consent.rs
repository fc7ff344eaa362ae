//! Rule: no machine dials or speaks to a mobile telephone without consent for that number.
//!
//! A text is a call; a message dropped into a mailbox and a machine's voice count as recordings. A person who dials is not bound.

use super::tcpa_revocation::IN_FORCE_FROM;
use crate::compliance::ContactRule;
use crate::compliance::facts::Line;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "tcpa.cell.consent",
        cite: "47 USC 227(b)(1)(A)(iii); 47 CFR 64.1200(a)(1)",
        in_force_from: day(1992, 12, 20),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "They have not agreed to calls or texts by machine to this mobile number.",
        instead: "Have a person dial, write a letter, or get their consent for this number.",
    },
    check: |facts, _, now| {
        let machine = facts.machine.filter(|machine| machine.line == Line::Mobile && !machine.has_consent)?;
        // What was taken back is the other rule's to say.
        let is_taken_back = now.day >= IN_FORCE_FROM && machine.revoked_at(now).is_some();
        (!is_taken_back).then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{CollectorRole, Dialing, NoticeKind, Record};
    use crate::compliance::rules::proposal_tests::{PERSON, agree, ask, consumer_in, with_person};
    use crate::values::channel::Channel;

    const NUMBER: &str = "+16145550101";
    const CONSENT: NoticeKind = NoticeKind::TcpaConsent { channel: None };

    fn refused(record: &Record, channel: Channel, dialing: Dialing, is_to_mobile: bool) -> bool {
        let because = ask(record, |proposal| {
            (proposal.channel, proposal.dialing, proposal.is_to_mobile) = (channel, dialing, is_to_mobile);
            proposal.address = Some(NUMBER.into());
        });
        assert!(because.is_empty() || because == ["tcpa.cell.consent"], "{because:?}");
        !because.is_empty()
    }

    #[test]
    fn machines_need_consent_and_people_do_not() {
        use Channel::{Call, Email, Letter, RinglessVoicemail, Text};
        use Dialing::{ArtificialVoice, Automatic, Manual, Prerecorded};
        let mut record = consumer_in(&["America/New_York"]);
        //   channel           dialing         mobile refused
        for (channel, dialing, is_to_mobile, expected) in [
            (Call, Prerecorded, true, true),
            (Call, ArtificialVoice, true, true),
            (Call, Automatic, true, true),
            (Call, Manual, true, false),
            (RinglessVoicemail, Manual, true, true),
            (Text, Automatic, true, true),
            (Text, Automatic, false, true),
            (Text, Manual, true, false),
            (Call, Prerecorded, false, false),
            (RinglessVoicemail, Manual, false, false),
            (Email, Automatic, true, false),
            (Letter, Automatic, true, false),
        ] {
            for role in [CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty] {
                for is_consumer_purpose in [true, false] {
                    (record.role, record.debts[0].is_consumer_purpose) = (role, is_consumer_purpose);
                    assert_eq!(refused(&record, channel, dialing, is_to_mobile), expected, "{channel} {dialing:?} {role:?}");
                }
            }
            let agreed = agree(record.clone(), "2026-01-10T12:00:00-05:00", Some(NUMBER), CONSENT);
            assert!(!refused(&agreed, channel, dialing, is_to_mobile), "{channel} {dialing:?}");
        }
    }

    #[test]
    fn consent_goes_with_the_number_the_debt_and_the_kind() {
        let open = consumer_in(&["America/New_York"]);
        let agreed = |number, kind| agree(open.clone(), "2026-01-10T12:00:00-05:00", number, kind);
        let call = |record: &Record| refused(record, Channel::Call, Dialing::Prerecorded, true);
        for (number, expected) in [(Some(NUMBER), false), (Some("(614) 555-0101"), false), (Some("+16145550109"), true), (None, true)] {
            assert_eq!(call(&agreed(number, CONSENT)), expected, "{number:?}");
        }
        let to = |channel| agreed(Some(NUMBER), NoticeKind::TcpaConsent { channel: Some(channel) });
        assert!(!call(&to(Channel::Call)) && call(&to(Channel::Text)));
        assert!(!refused(&to(Channel::Call), Channel::RinglessVoicemail, Dialing::Manual, true));
        let mut other_debt = agreed(Some(NUMBER), CONSENT);
        other_debt.notices[0].debts = vec![11].into();
        assert!(call(&other_debt), "for each debt");
        let later = agree(open.clone(), "2026-05-06T11:00:01-04:00", Some(NUMBER), CONSENT);
        assert!(call(&later), "not before it was given");
        let mut reassigned = agreed(Some(NUMBER), CONSENT);
        reassigned.consumer.is_number_reassigned = true;
        assert!(call(&reassigned), "somebody else has the number");
    }

    #[test]
    fn whoever_is_called_is_protected() {
        for role in ["spouse", "co_debtor", "consumer_attorney"] {
            let because = ask(&with_person(role), |proposal| {
                (proposal.person, proposal.dialing, proposal.is_to_mobile) = (PERSON, Dialing::Prerecorded, true);
            });
            assert_eq!(because, ["tcpa.cell.consent"], "{role}");
        }
    }
}

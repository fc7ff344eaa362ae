//! Rule: the first communication says that it is an attempt to collect a debt, every later one that a debt collector speaks.
//!
//! The first is counted for each debt and each person. Where it was spoken, the first written one says it in full again.

use crate::compliance::ContactRule;
use crate::compliance::record::Disclosure;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.disclosure.mini-miranda",
        cite: "12 CFR 1006.18(e); 15 USC 1692e(11)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Block,
        plain: "It does not say, or not in full, that a debt collector speaks and why.",
        instead: "Add the statement that is due: the full one the first time, the short one afterwards.",
    },
    check: |facts, _, _| {
        let statement = facts.disclosure.filter(|statement| facts.regf_binds && statement.said < statement.due)?;
        Some(Finding::lasting(Detail::Fault(match statement.due {
            Disclosure::Full => "due: this is an attempt to collect a debt, and information obtained will be used for that purpose",
            _ => "due: this communication is from a debt collector",
        })))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::{CollectorRole, Contact, Direction, Disclosure, NoticeKind, Outcome, Proposal, Purpose, Record};
    use crate::compliance::rules::proposal_tests::{PERSON, ask, call, consumer_in, happened, with, with_person};
    use crate::values::channel::Channel;

    /// The least that must be said: what the rule lets through.
    fn due(record: &Record, differ: impl Fn(&mut Proposal)) -> Disclosure {
        let lets_through = |said| {
            let because = ask(record, |proposal| {
                proposal.disclosure = Some(said);
                differ(proposal);
            });
            assert!(because.iter().all(|id| *id == "regf.disclosure.mini-miranda"), "{because:?}");
            because.is_empty()
        };
        let least = [Disclosure::None, Disclosure::Short, Disclosure::Full].into_iter().find(|said| lets_through(*said)).unwrap();
        assert!(lets_through(Disclosure::Full), "more is never wrong");
        least
    }

    fn fresh() -> Record {
        consumer_in(&["America/New_York"])
    }

    fn earlier(channel: Channel, direction: Direction, outcome: Option<Outcome>) -> Contact {
        Contact { channel, outcome, key: Some(77), ..call("2026-04-20T11:00:00-04:00", direction, Outcome::Conversation) }
    }

    #[test]
    fn the_first_says_all_and_the_first_written_one_again() {
        use Channel::{Call, Email, InPerson, Letter, RinglessVoicemail, Text};
        use Direction::{In, Out};
        use Disclosure::{Full, Short};
        use Outcome::{AnsweredBusy, AnsweredDropped, Busy, Conversation, Delivered, LeftMessage, NoAnswer, RecordingNoMessage, Voicemail};
        assert_eq!((due(&fresh(), |_| ()), due(&fresh(), |p| p.channel = Letter)), (Full, Full));
        //   earlier                                         due in a call, in a letter
        for (channel, direction, outcome, spoken, written) in [
            (Call, Out, Some(Conversation), Short, Full),
            (Call, In, Some(Conversation), Short, Full),
            (InPerson, In, Some(Conversation), Short, Full),
            (Call, Out, Some(Voicemail), Short, Full),
            (RinglessVoicemail, Out, Some(Voicemail), Short, Full),
            (Call, Out, Some(NoAnswer), Full, Full),
            (Call, Out, Some(AnsweredBusy), Full, Full),
            (Call, Out, Some(AnsweredDropped), Full, Full),
            (Call, Out, Some(RecordingNoMessage), Full, Full),
            (Call, Out, Some(Busy), Full, Full),
            (Call, In, Some(LeftMessage), Full, Full),
            (Letter, Out, None, Short, Short),
            (Email, Out, Some(Delivered), Short, Short),
            (Text, Out, Some(Delivered), Short, Short),
            (Email, In, Some(Delivered), Full, Full),
        ] {
            let record = with(fresh(), [earlier(channel, direction, outcome)]);
            let in_letter = due(&record, |proposal| proposal.channel = Letter);
            assert_eq!(
                (due(&record, |p| p.channel = RinglessVoicemail), in_letter),
                (spoken, written),
                "{channel} {direction:?} {outcome:?}"
            );
        }
    }

    #[test]
    fn what_came_back_told_nobody_and_a_notice_told_them() {
        let letter = with(fresh(), [earlier(Channel::Letter, Direction::Out, None)]);
        let mut returned = letter.clone();
        happened(&mut returned, "2026-04-25T12:00:00-04:00", NoticeKind::Undeliverable(Some(77)));
        assert_eq!((due(&letter, |_| ()), due(&returned, |_| ())), (Disclosure::Short, Disclosure::Full));
        let mut noticed = fresh();
        happened(&mut noticed, "2026-04-25T12:00:00-04:00", NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None });
        assert_eq!(due(&noticed, |p| p.channel = Channel::Email), Disclosure::Short);
        for purpose in [Purpose::OptOutConfirmation, Purpose::RequiredByLaw] {
            let other = Contact { purpose, ..earlier(Channel::Email, Direction::Out, Some(Outcome::Delivered)) };
            assert_eq!(due(&with(fresh(), [other]), |_| ()), Disclosure::Full, "{purpose:?}");
        }
    }

    #[test]
    fn a_limited_content_message_is_no_communication() {
        let left = Contact { is_limited_content: true, ..earlier(Channel::Call, Direction::Out, Some(Outcome::Voicemail)) };
        assert_eq!(due(&with(fresh(), [left]), |_| ()), Disclosure::Full, "it was none");
        assert_eq!(due(&fresh(), |proposal| proposal.is_limited_content = true), Disclosure::None);
        let by_text = due(&fresh(), |proposal| (proposal.is_limited_content, proposal.channel) = (true, Channel::Text));
        assert_eq!(by_text, Disclosure::Full, "a text cannot be one");
    }

    #[test]
    fn each_debt_and_each_person_is_told() {
        let spoken = with(with_person("co_debtor"), [earlier(Channel::Call, Direction::Out, Some(Outcome::Conversation))]);
        assert_eq!(due(&spoken, |proposal| proposal.debts.push(11)), Disclosure::Full, "the other debt is new");
        let mut spoken_of_other = spoken.clone();
        spoken_of_other.contacts[0].particulars().discussed = Some(vec![11]);
        assert_eq!(due(&spoken_of_other, |proposal| proposal.channel = Channel::RinglessVoicemail), Disclosure::Full);
        let mut asked = ask(&spoken, |proposal| (proposal.person, proposal.disclosure) = (PERSON, Some(Disclosure::Short)));
        assert_eq!(asked, ["regf.disclosure.mini-miranda"], "the co-debtor has not been told");
        let lawyer = with_person("consumer_attorney");
        asked = ask(&lawyer, |proposal| (proposal.person, proposal.disclosure) = (PERSON, Some(Disclosure::None)));
        assert!(asked.is_empty(), "a lawyer is not the consumer");
    }

    #[test]
    fn pleadings_and_bare_confirmations_owe_nothing_and_creditors_are_not_bound() {
        assert_eq!(due(&fresh(), |p| (p.channel, p.is_formal_pleading) = (Channel::Letter, true)), Disclosure::None);
        assert_eq!(due(&fresh(), |p| (p.channel, p.purpose) = (Channel::Text, Purpose::OptOutConfirmation)), Disclosure::None);
        let mut own = fresh();
        own.role = CollectorRole::FirstParty;
        assert_eq!(due(&own, |_| ()), Disclosure::None);
        let mut business = fresh();
        business.debts[0].is_consumer_purpose = false;
        assert_eq!(due(&business, |_| ()), Disclosure::None);
        assert!(ask(&fresh(), |_| ()).is_empty(), "what is not said to be missing is not judged");
    }
}

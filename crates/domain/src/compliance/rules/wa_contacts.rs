//! Rule: in Washington more than three contacts a week are presumed to harass; at work one, to a mobile number two a day.

use crate::compliance::ContactRule;
use crate::compliance::caps::{CapId, full};
use crate::decision::{Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "state.wa.contact-cap",
        cite: "RCW 19.16.250",
        in_force_from: day(2011, 7, 22),
        in_force_to: None,
        jurisdiction: "Washington, collectors",
        severity: Severity::Presumption,
        plain: "Washington presumes that more contacts than these in a week harass.",
        instead: "The next free day is shown; what they ask you may be answered, or a supervisor releases it with a recorded reason.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::WaWeek, CapId::WaWork, CapId::WaMobileDay]),
};

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction;
    use crate::compliance::record::{CollectorRole, Contact, Direction, Outcome, Place, Record};
    use crate::compliance::rules::proposal_tests::{PERSON, ask, call, decide, lives_in, with, with_person};
    use crate::compliance::{Allowed, rules::proposal_tests::CONSUMER};
    use crate::values::channel::Channel;

    fn contacts(kinds: &[(u8, Channel, Option<Outcome>)]) -> Record {
        let made = |(on, channel, outcome): &(u8, Channel, Option<Outcome>)| Contact {
            channel: *channel,
            outcome: *outcome,
            ..call(&format!("2026-05-{on:02}T11:30:00-04:00"), Direction::Out, Outcome::NoAnswer)
        };
        with(lives_in(Jurisdiction::Washington), kinds.iter().map(made))
    }

    #[test]
    fn what_reached_them_counts_by_any_medium_and_for_all_accounts() {
        use Channel::{Call, Email, Letter};
        let three = [(1, Email, Some(Outcome::Delivered)), (2, Call, Some(Outcome::Voicemail)), (4, Letter, None)];
        let record = contacts(&three);
        assert_eq!(Allowed::of(&decide(&record, "2026-05-06T11:00:00-04:00")), Allowed::PresumedViolation);
        assert_eq!(ask(&record, |proposal| proposal.debts = vec![11].into()), ["state.wa.contact-cap"], "accounts count together");
        assert!(ask(&contacts(&three[..2]), |_| ()).is_empty(), "three are allowed");
        let unanswered = contacts(&[(3, Call, Some(Outcome::NoAnswer)), (4, Call, Some(Outcome::Busy)), three[0], three[1]]);
        assert!(ask(&unanswered, |_| ()).is_empty(), "what did not reach them does not count");
        let mut own = record.clone();
        own.role = CollectorRole::FirstParty;
        assert!(ask(&own, |_| ()).is_empty(), "a creditor in its own name is not bound");
        let mut with_spouse = record.clone();
        with_spouse.persons = with_person("spouse").persons;
        with_spouse.contacts[0].person = PERSON;
        for person in [CONSUMER, PERSON] {
            assert_eq!(ask(&with_spouse, |proposal| proposal.person = person), ["state.wa.contact-cap"], "the spouse is counted in");
        }
        with_spouse.persons = with_person("co_debtor").persons;
        assert!(ask(&with_spouse, |_| ()).is_empty(), "a co-debtor has a count of their own");
        let mut answered = record;
        answered.contacts[0].particulars().in_response_to = Some(99);
        assert!(ask(&answered, |_| ()).is_empty(), "answers are left out");
    }

    #[test]
    fn one_a_week_at_work_and_two_a_day_to_a_mobile() {
        let mut at_work = contacts(&[(4, Channel::Call, Some(Outcome::Voicemail))]);
        at_work.contacts[0].particulars().place = Some(Place::Work);
        assert_eq!(ask(&at_work, |proposal| proposal.place = Some(Place::Work)), ["state.wa.contact-cap"]);
        assert!(ask(&at_work, |_| ()).is_empty());

        let twice = contacts(&[(6, Channel::Text, Some(Outcome::Delivered)), (6, Channel::Text, Some(Outcome::Delivered))]);
        let at = "2026-05-06T15:00:00-04:00".parse().unwrap();
        //  mobile  refused
        for (is_to_mobile, refused) in [(true, true), (false, false)] {
            let because = ask(&twice, |proposal| {
                (proposal.at, proposal.channel, proposal.is_to_mobile) = (at, Channel::Text, is_to_mobile);
            });
            assert_eq!(!because.is_empty(), refused);
        }
    }
}

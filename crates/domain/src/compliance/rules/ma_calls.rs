//! Rule: in Massachusetts two calls or texts about a debt in seven days, elsewhere than at home two in thirty.

use crate::compliance::ContactRule;
use crate::compliance::caps::{CapId, full};
use crate::decision::{Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "state.ma.call-cap",
        cite: "940 CMR 7.04(1)(f)",
        in_force_from: day(2012, 3, 2),
        in_force_to: None,
        jurisdiction: "Massachusetts, creditors too",
        severity: Severity::Block,
        plain: "Massachusetts allows no more calls and texts about this debt for now.",
        instead: "The next free day is shown; write a letter or an email.",
    },
    check: |facts, _, now| full(facts, now, &[CapId::MaHomeOrMobile, CapId::MaElsewhere]),
};

#[cfg(test)]
mod tests {
    use crate::compliance::caps::Jurisdiction;
    use crate::compliance::record::{CollectorRole, Direction, Outcome, Place, Record};
    use crate::compliance::rules::proposal_tests::{ask, call, decide, lives_in, with};
    use crate::values::channel::Channel;

    const MA: Jurisdiction = Jurisdiction::Massachusetts;

    /// Calls at eleven on days of May 2026; the proposal is on the 6th.
    fn calls(days: &[(&str, Outcome)]) -> Record {
        with(lives_in(MA), days.iter().map(|(on, outcome)| call(&format!("2026-{on}T11:00:00-04:00"), Direction::Out, *outcome)))
    }

    #[test]
    fn the_third_in_seven_days_waits() {
        use Outcome::{Busy, NoAnswer, NotInService, RecordingNoMessage, Voicemail};
        //  earlier                                           refused
        for (earlier, refused) in [
            (&[("05-04", Voicemail), ("05-05", NoAnswer)][..], true),
            (&[("04-30", Voicemail), ("05-05", NoAnswer)], true),
            (&[("04-29", Voicemail), ("05-05", NoAnswer)], false),
            (&[("05-04", Busy), ("05-04", NotInService), ("05-05", RecordingNoMessage), ("05-05", NoAnswer)], false),
        ] {
            assert_eq!(ask(&calls(earlier), |_| ()), if refused { vec!["state.ma.call-cap"] } else { vec![] }, "{earlier:?}");
        }
        let two = calls(&[("05-01", Voicemail), ("05-05", NoAnswer)]);
        let next = decide(&two, "2026-05-06T11:00:00-04:00").next_allowed_at.map(|at| at.to_string());
        assert_eq!(next.as_deref(), Some("2026-05-08T12:00:00Z"));
    }

    #[test]
    fn it_counts_by_debt_and_medium_and_binds_creditors() {
        let two = calls(&[("05-04", Outcome::NoAnswer), ("05-05", Outcome::Voicemail)]);
        assert!(ask(&two, |proposal| proposal.debts = vec![11].into()).is_empty(), "another debt has a count of its own");
        assert!(ask(&two, |proposal| proposal.channel = Channel::Email).is_empty(), "an email is no call");
        assert_eq!(ask(&two, |proposal| proposal.channel = Channel::Text), ["state.ma.call-cap"]);
        let mut own = two.clone();
        own.role = CollectorRole::FirstParty;
        assert_eq!(ask(&own, |_| ()), ["state.ma.call-cap"]);
        let mut unreachable = two.clone();
        unreachable.contacts[0].was_unreachable = true;
        assert!(ask(&unreachable, |_| ()).is_empty(), "no message could have been left");
        let mut incoming = two;
        incoming.contacts[1].direction = Direction::In;
        assert!(ask(&incoming, |_| ()).is_empty(), "their own calls do not count");
    }

    #[test]
    fn elsewhere_it_is_two_in_thirty_days() {
        let at_work = |days: &[&str]| {
            let mut record = calls(&days.iter().map(|on| (*on, Outcome::NoAnswer)).collect::<Vec<_>>());
            record.contacts.iter_mut().for_each(|contact| contact.particulars().place = Some(Place::Work));
            record
        };
        //   days                place                refused
        for (days, place, refused) in [
            (&["04-07", "04-20"][..], Some(Place::Work), true),
            (&["04-06", "04-20"], Some(Place::Work), false),
            (&["05-04", "05-05"], Some(Place::Home), false),
            (&["05-04", "05-05"], None, false),
        ] {
            assert_eq!(!ask(&at_work(days), |proposal| proposal.place = place).is_empty(), refused, "{days:?} {place:?}");
        }
    }
}

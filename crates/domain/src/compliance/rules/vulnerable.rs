//! Rules of the house: nobody in particular need, and nobody in prison, is reached by a machine; who speaks with them is trained or
//! sees the note.
//!
//! There is no federal text (see `docs/decisions/0031-statuses.md`). Neither rule looks at what is owed, and no score knows of either.

use crate::compliance::ContactRule;
use crate::compliance::facts::ContactFacts;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

/// A machine would reach somebody to collect.
fn is_pursued_by_machine(facts: &ContactFacts) -> bool {
    facts.is_by_machine && facts.is_collecting()
}

pub(super) const VULNERABLE: ContactRule = Rule {
    card: RuleCard {
        id: "policy.vulnerable",
        cite: "house rule",
        in_force_from: day(2020, 1, 1),
        in_force_to: None,
        jurisdiction: "house, everyone",
        severity: Severity::Supervisor,
        plain: "They need particular care: no machine dials, sends or speaks to them.",
        instead: "Let trained staff write or call by hand.",
    },
    check: |facts, _, _| (facts.care.is_vulnerable && is_pursued_by_machine(facts)).then(|| Finding::lasting(Detail::Plain)),
};

pub(super) const INCARCERATED: ContactRule = Rule {
    card: RuleCard {
        id: "policy.incarcerated",
        cite: "house rule",
        in_force_from: day(2020, 1, 1),
        in_force_to: None,
        jurisdiction: "house, everyone",
        severity: Severity::Supervisor,
        plain: "They are in prison: no machine dials, sends or speaks to them.",
        instead: "Let trained staff write to where they are.",
    },
    check: |facts, _, _| (facts.care.is_incarcerated && is_pursued_by_machine(facts)).then(|| Finding::lasting(Detail::Plain)),
};

pub(super) const NOTE: ContactRule = Rule {
    card: RuleCard {
        id: "policy.care-note",
        cite: "house rule",
        in_force_from: day(2020, 1, 1),
        in_force_to: None,
        jurisdiction: "house, everyone",
        severity: Severity::Warn,
        plain: "Special care: somebody trained for it should speak with them.",
        instead: "Hand over to trained staff; otherwise ask what would help, and press for nothing today.",
    },
    check: |facts, _, _| {
        let is_untrained = facts.care.is_called_for() && facts.is_collecting() && !facts.is_by_trained && !facts.is_by_machine;
        is_untrained.then(|| Finding::lasting(Detail::Plain))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::decide_contact;
    use crate::compliance::facts::gather;
    use crate::compliance::policy::ContactPolicy;
    use crate::compliance::record::{Care, Dialing, Proposal, Purpose};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, PERSON, with_person};
    use crate::decision::Reason;
    use crate::values::channel::Channel;

    const VULNERABLE: Care = Care { is_vulnerable: true, is_incarcerated: false, is_minor: false, is_in_hardship: false };
    const IN_PRISON: Care = Care { is_vulnerable: false, is_incarcerated: true, is_minor: false, is_in_hardship: false };
    const HARD_UP: Care = Care { is_vulnerable: false, is_incarcerated: false, is_minor: false, is_in_hardship: true };

    /// What of the house's rules stands in the way and what is shown, for somebody of whom this is known.
    fn asked(care: Care, of: u128, differ: impl Fn(&mut Proposal)) -> (Vec<&'static str>, Vec<&'static str>) {
        let mut record = with_person("co_debtor");
        if of == CONSUMER {
            record.consumer.care = care
        } else {
            record.persons[0].care = care
        }
        let mut proposal = Proposal::of("2026-05-06T11:00:00-04:00".parse().unwrap(), Channel::Call, CONSUMER, vec![DEBT]);
        differ(&mut proposal);
        let decision = decide_contact(&gather(&record, &proposal), &ContactPolicy::LAW);
        let ids = |reasons: &[Reason]| reasons.iter().map(|reason| reason.rule.id).filter(|id| id.starts_with("policy.")).collect();
        (ids(&decision.because), ids(&decision.warnings))
    }

    #[test]
    fn a_machine_asks_a_supervisor_and_a_person_sees_the_note() {
        use Channel::{Call, Email, Letter, RinglessVoicemail, Text};
        use Dialing::{ArtificialVoice, Automatic, Manual};
        let (vulnerable, prison, note) = (vec!["policy.vulnerable"], vec!["policy.incarcerated"], vec!["policy.care-note"]);
        //   care       channel  dialing  trained  in the way  shown
        for (care, channel, dialing, trained, because, warnings) in [
            (VULNERABLE, Call, Manual, false, vec![], note.clone()),
            (VULNERABLE, Call, Manual, true, vec![], vec![]),
            (VULNERABLE, Letter, Manual, false, vec![], note.clone()),
            (VULNERABLE, Call, Automatic, true, vulnerable.clone(), vec![]),
            (VULNERABLE, Call, ArtificialVoice, false, vulnerable.clone(), vec![]),
            (VULNERABLE, Text, Automatic, false, vulnerable.clone(), vec![]),
            (VULNERABLE, RinglessVoicemail, Manual, false, vulnerable.clone(), vec![]),
            (IN_PRISON, Text, Automatic, false, prison.clone(), vec![]),
            (IN_PRISON, Email, Manual, false, vec![], note.clone()),
            (HARD_UP, Call, Manual, false, vec![], note.clone()),
            (HARD_UP, Call, Automatic, false, vec![], vec![]),
            (Care::default(), Call, Automatic, false, vec![], vec![]),
        ] {
            let (found, shown) = asked(care, CONSUMER, |proposal| {
                (proposal.channel, proposal.dialing, proposal.is_by_trained) = (channel, dialing, trained);
            });
            assert_eq!((&found, &shown), (&because, &warnings), "{care:?} {channel} {dialing:?} {trained}");
        }
    }

    #[test]
    fn care_is_for_whom_it_is_known_of_and_does_not_hold_up_what_is_owed_to_them() {
        let by_machine = |person, purpose| {
            move |proposal: &mut Proposal| {
                (proposal.channel, proposal.dialing, proposal.person, proposal.purpose) =
                    (Channel::Text, Dialing::Automatic, person, purpose);
            }
        };
        assert_eq!(asked(VULNERABLE, PERSON, by_machine(PERSON, Purpose::Collection)).0, ["policy.vulnerable"]);
        assert!(asked(VULNERABLE, PERSON, by_machine(CONSUMER, Purpose::Collection)).0.is_empty());
        assert!(asked(VULNERABLE, CONSUMER, by_machine(PERSON, Purpose::Collection)).0.is_empty());
        assert!(asked(VULNERABLE, CONSUMER, by_machine(CONSUMER, Purpose::RequiredByLaw)).0.is_empty());
    }
}

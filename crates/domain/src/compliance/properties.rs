//! What must hold of every contact, over records, proposals and house numbers drawn at random.

use super::drawn::{CONSUMER, house, policy, proposal, record};
use super::facts::{self, ContactFacts, Facts};
use super::policy::ContactPolicy;
use super::record::{
    Bankruptcy, Closure, Contact, Dialing, Direction, EVERY_DAY, Hours, Notice, NoticeKind, Outcome, Particulars, Preference, Proposal,
    Purpose, Record, Wish,
};
use super::rules::CONTACT;
use super::{HORIZON_DAYS, QUARTER, asked::Topics, decide_among, decide_contact, each_finding};
use crate::decision::{Answer, Decision, Severity};
use crate::values::channel::Channel;
use jiff::SignedDuration;
use proptest::prelude::*;

/// Whether nothing stands in the way at a second, with every rule asked.
fn is_open_at(facts: &ContactFacts, policy: &ContactPolicy, at: i64) -> bool {
    each_finding(&CONTACT, CONTACT.opened.by(Topics::ALL), facts, policy, facts.instant(at), |_, _| ()) == 0
}

/// The first open quarter-hour, looked for one by one.
fn first_open(facts: &ContactFacts, policy: &ContactPolicy) -> Option<i64> {
    let first = facts.at + (-facts.at).rem_euclid(QUARTER);
    let last = facts.at + HORIZON_DAYS * 86_400;
    (first..=last).step_by(QUARTER as usize).find(|at| is_open_at(facts, policy, *at))
}

fn ask(record: &Record, proposal: &Proposal, policy: &ContactPolicy) -> Decision {
    decide_contact(&facts::gather(record, proposal), policy)
}

const STOPS: usize = 8;

/// Puts one more stop on record for the person to be reached, an instant before the proposal.
fn stop(record: &mut Record, proposal: &Proposal, which: usize) {
    let at = proposal.at - SignedDuration::from_secs(1);
    let mut told = |kind| {
        record.notices.push(Notice { key: None, at, debts: proposal.debts.clone(), person: proposal.person, number: None, kind });
    };
    match which {
        0 => told(NoticeKind::Cease),
        1 => told(NoticeKind::AttorneyKnown(None)),
        2 => told(NoticeKind::Dispute { in_writing: true, submitted_on: None, is_duplicative: false, part: None }),
        3 => {
            for debt in &mut record.debts {
                debt.bankruptcy.get_or_insert(Bankruptcy { is_discharged: false, chapter: Some(13), is_stay_lifted: false });
            }
        }
        4 => match record.persons.iter_mut().find(|person| person.key == proposal.person) {
            Some(person) => person.is_deceased = true,
            // With the consumer's death their wishes end for the others; for the consumer it is a stop.
            None => record.consumer.is_deceased |= proposal.person == CONSUMER,
        },
        // A confirmation may follow every opt-out once, so that a further one opens it again.
        5 if proposal.purpose != Purpose::OptOutConfirmation => wishes_of(record, proposal, Wish::NoChannel(Closure::Any), false),
        6 => wishes_of(record, proposal, Wish::InconvenientTime(Hours { days: EVERY_DAY, from: 0, to: 720 }), true),
        // After a first communication a shorter statement is due.
        _ if proposal.disclosure.is_none() || proposal.channel == Channel::Call => record.contacts.push(call(proposal)),
        _ => {}
    }
}

/// Adds a wish: the person's own, or, where it is about time, the debtor's: who named none is reached as the debtor asked.
fn wishes_of(record: &mut Record, proposal: &Proposal, wish: Wish, is_about_time: bool) {
    let told = Preference { at: proposal.at - SignedDuration::from_secs(1), until: None, wish };
    match record.persons.iter_mut().find(|person| person.key == proposal.person).filter(|_| !is_about_time) {
        Some(person) => person.preferences.push(told),
        None => record.consumer.preferences.push(told),
    }
}

/// One more call that nobody answered.
fn call(proposal: &Proposal) -> Contact {
    Contact {
        key: None,
        at: proposal.at - SignedDuration::from_mins(1),
        channel: proposal.channel,
        direction: Direction::Out,
        outcome: Some(Outcome::NoAnswer),
        person: proposal.person,
        debts: proposal.debts.clone(),
        purpose: Purpose::Collection,
        particulars: Some(Box::new(Particulars { address: proposal.address.clone(), place: proposal.place, ..Particulars::default() })),
        was_unreachable: false,
        dialing: Dialing::Manual,
        is_limited_content: false,
        is_ours: true,
        disclosed: None,
    }
}

proptest! {
    #[test]
    fn a_further_stop_never_turns_a_refusal_into_a_permission(
        record in record(), proposal in proposal(), policy in policy(), which in 0..STOPS,
    ) {
        let before = ask(&record, &proposal, &policy);
        let mut stopped = record;
        stop(&mut stopped, &proposal, which);
        let after = ask(&stopped, &proposal, &policy);
        prop_assert!(before.answer == Answer::Yes || after.answer != Answer::Yes, "stop {which}: {before:?}");
    }

    #[test]
    fn a_stricter_house_never_opens_what_a_looser_one_refuses(
        record in record(), proposal in proposal(), attempts in 0..7u32, opens in 480..720u16, closes in 720..1260u16,
    ) {
        let facts = facts::gather(&record, &proposal);
        let strict = decide_contact(&facts, &house(Some(attempts), Some(opens), Some(closes), attempts > 3, opens > 600));
        prop_assert!(decide_contact(&facts, &ContactPolicy::LAW).answer == Answer::Yes || strict.answer != Answer::Yes);
    }

    #[test]
    fn rules_that_are_not_asked_would_have_found_nothing(record in record(), proposal in proposal(), policy in policy()) {
        let facts = facts::gather(&record, &proposal);
        let asked = decide_contact(&facts, &policy);
        prop_assert_eq!(&asked, &decide_among(&CONTACT, CONTACT.opened.by(Topics::ALL), &facts, &policy));
        prop_assert_eq!(super::may_contact(&facts, &policy), asked.answer == Answer::Yes);
    }

    #[test]
    fn the_order_in_which_things_lie_on_record_changes_nothing(
        (record, shuffled) in record().prop_flat_map(|record| {
            let rest = record.clone();
            (Just(record.contacts).prop_shuffle(), Just(record.notices).prop_shuffle(), Just(record.consumer.preferences).prop_shuffle())
                .prop_map(move |(contacts, notices, preferences)| {
                    let mut shuffled = Record { contacts, notices, ..rest.clone() };
                    shuffled.consumer.preferences = preferences;
                    (rest.clone(), shuffled)
                })
        }),
        proposal in proposal(), policy in policy(),
    ) {
        let (one, other) = (ask(&record, &proposal, &policy), ask(&shuffled, &proposal, &policy));
        prop_assert_eq!(one.next_allowed_at, other.next_allowed_at);
        let ids = |decision: &Decision| decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>();
        prop_assert_eq!(ids(&one), ids(&other));
    }

    #[test]
    fn what_comes_later_changes_nothing(record in record(), later in record(), proposal in proposal(), policy in policy()) {
        let mut longer = record.clone();
        longer.contacts.extend(later.contacts.into_iter().filter(|contact| contact.at > proposal.at));
        longer.notices.extend(later.notices.into_iter().filter(|notice| notice.at > proposal.at));
        longer.consumer.preferences.extend(later.consumer.preferences.into_iter().filter(|told| told.at > proposal.at));
        let facts = facts::gather(&record, &proposal);
        prop_assert_eq!(&decide_contact(&facts, &policy), &ask(&longer, &proposal, &policy));
        // Facts and policy are all there is: asked again they give the same.
        prop_assert_eq!(decide_contact(&facts, &policy), decide_contact(&facts.clone(), &policy));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn the_next_allowed_moment_is_the_first_open_quarter_hour(record in record(), proposal in proposal(), policy in policy()) {
        let facts = facts::gather(&record, &proposal);
        let decision = decide_contact(&facts, &policy);
        if decision.answer == Answer::Yes {
            prop_assert_eq!(decision.next_allowed_at, None);
        } else {
            prop_assert_eq!(decision.next_allowed_at.map(|at| at.as_second()), first_open(&facts, &policy), "{:?}", decision.because);
        }
    }
}

proptest! {
    /// The fuzz target: whatever is asked, there is an answer, and a refusal says why, where it stands and what to do instead.
    #[test]
    fn fuzz_anything_asked_is_answered_and_explained(record in record(), proposal in proposal(), policy in policy()) {
        let decision = ask(&record, &proposal, &policy);
        prop_assert_eq!(decision.answer == Answer::Yes, decision.because.is_empty());
        prop_assert_eq!(decision.answer, Decision::answer_of(&decision.because));
        for reason in decision.because.iter().chain(&decision.warnings) {
            let card = reason.rule;
            prop_assert!([card.id, card.cite, card.jurisdiction, card.plain, card.instead].iter().all(|text| !text.is_empty()));
            let said = reason.detail.to_string();
            prop_assert!(!said.ends_with('.') && !said.contains("  "), "{}: {said:?}", card.id);
        }
        prop_assert!(decision.because.iter().all(|reason| reason.rule.severity != Severity::Warn));
        prop_assert!(decision.warnings.iter().all(|reason| reason.rule.severity == Severity::Warn));
        let ids: Vec<&str> = decision.because.iter().map(|reason| reason.rule.id).collect();
        prop_assert!((1..ids.len()).all(|i| !ids[..i].contains(&ids[i])), "a reason is given once: {ids:?}");
    }
}

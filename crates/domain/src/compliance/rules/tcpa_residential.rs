//! Rule: without consent a recording or a machine's voice speaks to a home line three times in thirty days at most.
//!
//! Every call to the number counts, whoever was meant and whatever became of it. Each carries an automated way to opt out.

use super::tcpa_revocation;
use crate::compliance::ContactRule;
use crate::compliance::facts::Line;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

/// Calls without consent.
const MAX: u32 = 3;
/// In so many consecutive days.
const DAYS: i32 = 30;

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "tcpa.residential.prerecorded-limit",
        cite: "47 CFR 64.1200(a)(3)(iii)",
        in_force_from: day(2023, 7, 20),
        in_force_to: None,
        jurisdiction: "US, everyone",
        severity: Severity::Block,
        plain: "No more calls by recording to this home line for now.",
        instead: "The next free day is shown; a person may dial today, and with consent the limit falls away.",
    },
    check: |facts, _, now| {
        let machine = facts.machine.filter(|machine| machine.line == Line::Home && !machine.has_consent)?;
        if now.day >= tcpa_revocation::IN_FORCE_FROM && machine.revoked_at(now).is_some() {
            return None;
        }
        if machine.lacks_opt_out {
            return Some(Finding::lasting(Detail::Fault("it lacks an automated way to opt out")));
        }
        // One is free when the third last leaves the run. The number is recalled, not read: it binds and is marked.
        let free_on = machine.third_last_day.map(|day| day + DAYS).filter(|free_on| now.day < *free_on)?;
        let detail = Detail::Contacts { used: machine.spoken_30_days, max: MAX, days: DAYS.unsigned_abs(), free_on, is_verified: false };
        Some(Finding::until(facts.day_clock.instant(free_on, 0), detail))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::policy::ContactPolicy;
    use crate::compliance::record::{CollectorRole, Contact, Dialing, Direction, NoticeKind, Outcome, Particulars, Proposal, Record};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, agree, ask, call, consumer_in, with};
    use crate::compliance::{decide_contact, facts::gather};
    use crate::values::channel::Channel;

    const NUMBER: &str = "+16145550102";

    /// Recordings at eleven on days of March to May 2026.
    fn spoken(days: &[&str]) -> Record {
        let of_day = |day: &&str| Contact {
            dialing: Dialing::Prerecorded,
            particulars: Some(Box::new(Particulars { address: Some(NUMBER.into()), ..Particulars::default() })),
            ..call(&format!("2026-{day}T11:00:00-04:00"), Direction::Out, Outcome::Voicemail)
        };
        with(consumer_in(&["America/New_York"]), days.iter().map(of_day).collect::<Vec<_>>())
    }

    fn speak(proposal: &mut Proposal, at: &str) {
        proposal.at = at.parse().unwrap();
        (proposal.dialing, proposal.is_to_home_line, proposal.address) = (Dialing::Prerecorded, true, Some(NUMBER.into()));
    }

    fn refused(record: &Record, at: &str) -> bool {
        let because = ask(record, |proposal| speak(proposal, at));
        assert!(because.is_empty() || because == ["tcpa.residential.prerecorded-limit"], "{because:?}");
        !because.is_empty()
    }

    #[test]
    fn the_fourth_in_thirty_days_waits() {
        //   earlier                             asked at                     refused
        for (days, at, expected) in [
            (vec!["05-01", "05-08"], "2026-05-22T11:00:00-04:00", false),
            (vec!["05-01", "05-08", "05-15"], "2026-05-22T11:00:00-04:00", true),
            (vec!["05-01", "05-08", "05-15"], "2026-05-30T20:59:59-04:00", true),
            (vec!["05-01", "05-08", "05-15"], "2026-05-31T08:00:00-04:00", false),
            // The clock springs forward on 8 March; days are counted, not hours.
            (vec!["02-20", "03-01", "03-10"], "2026-03-21T20:30:00-04:00", true),
            (vec!["02-20", "03-01", "03-10"], "2026-03-22T08:00:00-04:00", false),
            (vec!["05-01", "05-01", "05-01", "05-09"], "2026-05-31T11:00:00-04:00", false),
            (vec!["05-01", "05-02", "05-03", "05-09"], "2026-05-31T11:00:00-04:00", true),
        ] {
            assert_eq!(refused(&spoken(&days), at), expected, "{days:?} {at}");
        }
        let mut proposal = Proposal::of("2026-05-22T11:00:00-04:00".parse().unwrap(), Channel::Call, CONSUMER, vec![DEBT]);
        speak(&mut proposal, "2026-05-22T11:00:00-04:00");
        let decision = decide_contact(&gather(&spoken(&["05-01", "05-08", "05-15"]), &proposal), &ContactPolicy::LAW);
        assert_eq!(decision.next_allowed_at.unwrap().to_string(), "2026-05-31T12:00:00Z");
        assert_eq!(
            decision.because[0].detail.to_string(),
            "3 of 3 used in 30 days; one is free again on Sun 31 May 2026; this limit is not verified"
        );
    }

    #[test]
    fn what_counts_is_a_recording_to_that_number() {
        let at = "2026-05-22T11:00:00-04:00";
        let full = spoken(&["05-01", "05-08", "05-15"]);
        assert!(refused(&full, at));
        let differs = |differ: fn(&mut Contact)| {
            let mut record = full.clone();
            differ(&mut record.contacts[0]);
            refused(&record, at)
        };
        for (what, differ, expected) in [
            ("dialed by a person", (|c| c.dialing = Dialing::Manual) as fn(&mut Contact), false),
            ("dropped into the mailbox", |c| (c.channel, c.dialing) = (Channel::RinglessVoicemail, Dialing::Manual), true),
            ("a machine's voice", |c| c.dialing = Dialing::ArtificialVoice, true),
            ("another number", |c| c.particulars().address = Some("+16145550199".into()), false),
            ("a number not on record", |c| c.particulars().address = None, true),
            ("busy", |c| c.outcome = Some(Outcome::Busy), true),
            ("about another debt", |c| c.debts = vec![11].into(), true),
            ("for somebody else in the house", |c| c.person = 2, true),
            ("theirs", |c| c.direction = Direction::In, false),
            ("another collector's", |c| c.is_ours = false, false),
        ] {
            assert_eq!(differs(differ), expected, "{what}");
        }
        let agreed = agree(full.clone(), "2026-01-10T12:00:00-05:00", Some(NUMBER), NoticeKind::TcpaConsent { channel: None });
        assert!(!refused(&agreed, at), "the limit is for calls without consent");
        let mut own = full;
        own.role = CollectorRole::FirstParty;
        assert!(refused(&own, at), "creditors are bound too");
    }

    #[test]
    fn a_recording_carries_its_way_out() {
        let record = consumer_in(&["America/New_York"]);
        let without = |record: &Record| {
            ask(record, |proposal| {
                speak(proposal, "2026-05-22T11:00:00-04:00");
                proposal.lacks_automated_opt_out = true;
            })
        };
        assert_eq!(without(&record), ["tcpa.residential.prerecorded-limit"]);
        let agreed = agree(record, "2026-01-10T12:00:00-05:00", Some(NUMBER), NoticeKind::TcpaConsent { channel: None });
        assert!(without(&agreed).is_empty());
    }

    #[test]
    fn a_further_call_never_opens_the_line() {
        let days = ["04-22", "04-25", "05-01", "05-01", "05-08", "05-15", "05-20", "05-22"];
        let mut was_refused = false;
        for count in 0..days.len() {
            let is_refused = refused(&spoken(&days[..count]), "2026-05-22T11:00:01-04:00");
            assert!(is_refused || !was_refused, "{count}");
            was_refused = is_refused;
        }
        assert!(was_refused);
    }
}

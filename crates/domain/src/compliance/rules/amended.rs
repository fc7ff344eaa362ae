//! Rules: hours and caps of a state or city as the agency amended its table; they speak in the place of what the program was shipped with.

use super::calling_hours::outside;
use crate::compliance::ContactRule;
use crate::compliance::amendments::Column;
use crate::compliance::caps::full_run;
use crate::compliance::facts::{AmendedFact, ContactFacts};
use crate::decision::{Detail, Finding, Instant, Rule, RuleCard, Severity, day};

/// Since the oldest limit of the table; each amendment has a first day of its own.
const SINCE: i32 = day(2011, 7, 22);

pub(super) const HOURS: ContactRule = Rule {
    card: RuleCard {
        id: "state.amended.hours",
        cite: "the law that our amendment of the table names",
        in_force_from: SINCE,
        in_force_to: None,
        jurisdiction: "states and cities whose hours were amended",
        severity: Severity::Block,
        plain: "The law where they live closes this hour, as we amended its table.",
        instead: "The next allowed time is shown; a letter may go at any hour.",
    },
    check: |facts, _, now| {
        let found = facts.amended_at(now.at, Column::CallingHours).filter_map(|fact| {
            let (opens, closes) = fact.hours?;
            Some(by(fact, facts, now, outside(facts, now.at, opens, closes)?))
        });
        found.max_by_key(|finding| finding.until)
    },
};

pub(super) const CAPS: ContactRule = Rule {
    card: RuleCard {
        id: "state.amended.contact-cap",
        cite: "the law that our amendment of the table names",
        in_force_from: SINCE,
        in_force_to: None,
        jurisdiction: "states and cities whose caps were amended",
        severity: Severity::Block,
        plain: "The law where they live allows only so many contacts in so many days, as we amended its table.",
        instead: "The next free day is shown; another channel may be open.",
    },
    check: |facts, _, now| {
        let counts = facts.amended_at(now.at, Column::ContactCaps).flat_map(|fact| fact.caps.iter().map(move |count| (fact, count)));
        let found = counts.filter_map(|(fact, count)| {
            let (used, free_on) = full_run(&count.used, count.max, count.days, now.day)?;
            let days = count.days.unsigned_abs();
            let detail = Detail::Contacts { used, max: count.max, days, free_on, is_verified: true };
            Some(by(fact, facts, now, Finding::until(facts.day_clock.instant(free_on, 0), detail)))
        });
        found.max_by_key(|finding| finding.until)
    },
};

/// A finding as what an amendment says; it is looked at again when one begins or ends.
fn by(fact: &AmendedFact, facts: &ContactFacts, now: Instant, finding: Finding) -> Finding {
    let detail = Detail::ByAmendment {
        number: fact.number,
        pack: fact.pack.as_str().into(),
        source: fact.source.as_str().into(),
        confidence: fact.confidence.code(),
        said: Box::new(finding.detail),
    };
    Finding { until: finding.until.min(facts.next_change(now.at)), detail }
}

#[cfg(test)]
mod tests {
    use crate::compliance::amendments::{Amendment, Column, NO_END, Says};
    use crate::compliance::caps::Jurisdiction;
    use crate::compliance::policy::ContactPolicy;
    use crate::compliance::record::{CollectorRole, Direction, Outcome, Proposal, Record};
    use crate::compliance::rules::proposal_tests::{CONSUMER, DEBT, ask, call, consumer_in, lives_in, with};
    use crate::compliance::states::Confidence;
    use crate::compliance::{decide_contact, facts};
    use crate::decision::Whose;
    use crate::values::channel::Channel;
    use jiff::Timestamp;

    fn second(at: &str) -> i64 {
        at.parse::<Timestamp>().unwrap().as_second()
    }

    /// The same where a column was amended from a moment up to another.
    fn amended(mut record: Record, pack: &str, column: Column, says: &str, [from, to]: [&str; 2]) -> Record {
        let known = record.consumer.amendments.len();
        record.consumer.amendments.push(
            Amendment {
                number: u32::try_from(known).unwrap() + 1,
                pack: pack.into(),
                column,
                says: Says::parse(column, says).unwrap(),
                source: "S. B. 12".into(),
                confidence: Confidence::Medium,
                from_on: jiff::civil::date(2026, 12, 1),
                to_on: None,
                begins_at: second(from),
                ends_at: if to.is_empty() { NO_END } else { second(to) },
            }
            .into(),
        );
        record
    }

    const FROM: [&str; 2] = ["2026-12-02T00:00:00-05:00", "2026-12-10T00:00:00-05:00"];

    #[test]
    fn amended_hours_bind_from_their_first_second_to_their_last() {
        let home = || consumer_in(&["America/New_York"]);
        let ohio = amended(home(), "us-oh", Column::CallingHours, "09:00-18:00 for calls", FROM);
        //   at                           channel        refused by
        for (at, channel, refused) in [
            ("2026-12-01T19:00:00-05:00", Channel::Call, vec![]),
            ("2026-12-02T19:00:00-05:00", Channel::Call, vec!["state.amended.hours"]),
            ("2026-12-02T19:00:00-05:00", Channel::Text, vec![]),
            ("2026-12-02T08:59:00-05:00", Channel::Call, vec!["state.amended.hours"]),
            ("2026-12-02T09:00:00-05:00", Channel::Call, vec![]),
            ("2026-12-10T19:00:00-05:00", Channel::Call, vec![]),
        ] {
            let because = ask(&ohio, |proposal| (proposal.at, proposal.channel) = (at.parse().unwrap(), channel));
            assert_eq!(because, refused, "{at} {channel}");
        }
        let mut creditor = ohio.clone();
        creditor.role = CollectorRole::FirstParty;
        let late = |record: &Record| ask(record, |proposal| proposal.at = "2026-12-02T22:30:00-05:00".parse().unwrap());
        assert!(late(&creditor).is_empty(), "a creditor only where it says so");
        let both = amended(home(), "us-oh", Column::CallingHours, "09:00-18:00 for calls, creditors too", FROM);
        assert_eq!(late(&Record { role: CollectorRole::FirstParty, ..both }), ["state.amended.hours"]);
    }

    #[test]
    fn what_was_shipped_is_silent_where_it_was_amended_and_speaks_again_behind_it() {
        let often = |day: u8| call(&format!("2026-12-{day:02}T11:00:00-05:00"), Direction::Out, Outcome::NoAnswer);
        let home = || with(lives_in(Jurisdiction::Massachusetts), [often(2), often(3)]);
        let on = |record: &Record, at: &str| ask(record, |proposal| proposal.at = at.parse().unwrap());
        let looser = amended(home(), "us-ma", Column::ContactCaps, "4 calls and texts per debt in 7 days, creditors too", FROM);
        assert_eq!(on(&home(), "2026-12-04T12:00:00-05:00"), ["state.ma.call-cap"]);
        assert!(on(&looser, "2026-12-04T12:00:00-05:00").is_empty(), "law can become looser");
        let tighter = amended(home(), "us-ma", Column::ContactCaps, "1 calls and texts per debt in 7 days", FROM);
        assert_eq!(on(&tighter, "2026-12-09T12:00:00-05:00"), ["state.amended.contact-cap"]);
        assert!(on(&home(), "2026-12-09T12:00:00-05:00").is_empty());
        // The later amendment gives the column back.
        let returned = amended(tighter, "us-ma", Column::ContactCaps, "as shipped", ["2026-12-04T00:00:00-05:00", ""]);
        assert_eq!(on(&returned, "2026-12-03T12:00:00-05:00"), ["state.amended.contact-cap"]);
        assert_eq!(on(&returned, "2026-12-04T12:00:00-05:00"), ["state.ma.call-cap"]);
        assert!(on(&amended(home(), "us-oh", Column::ContactCaps, "none", FROM), "2026-12-04T12:00:00-05:00") == ["state.ma.call-cap"]);
    }

    #[test]
    fn a_reason_names_the_amendment_its_source_and_its_doubt_and_its_end_opens_the_door() {
        let record = amended(consumer_in(&["America/New_York"]), "us-oh", Column::ContactCaps, "0 calls per debt in 30 days", FROM);
        let proposal = Proposal::of("2026-12-08T12:00:00-05:00".parse().unwrap(), Channel::Call, CONSUMER, vec![DEBT]);
        let facts = facts::gather(&record, &proposal);
        let decision = decide_contact(&facts, &ContactPolicy::LAW);
        let reason = &decision.because[0];
        assert_eq!((reason.whose(), decision.because.len()), (Whose::Amended, 1));
        let said = reason.detail.to_string();
        assert!(said.contains("0 of 0 used in 30 days") && said.contains("our amendment 1") && said.contains("S. B. 12"), "{said}");
        assert!(said.contains("medium confidence"), "{said}");
        assert_eq!(decision.next_allowed_at, Some("2026-12-10T08:00:00-05:00".parse().unwrap()), "its end opens the door");
    }
}

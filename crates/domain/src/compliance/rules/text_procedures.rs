//! Rule: a text has shelter against having told others of the debt where the consumer opened the number and it is still theirs.
//!
//! Opened: they texted us from it about the debt, or agreed directly. Still theirs: within sixty days they texted or agreed again,
//! or a complete database said that nobody else has the number. No creditor opens a number for texts.

use crate::compliance::BasisRule;
use crate::compliance::facts::BasisKind;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};
use crate::values::channel::Channel;

/// Days for which a text, a consent or a check is fresh; the last of them counts.
const FRESH_DAYS: i32 = 60;

pub(super) const RULE: BasisRule = Rule {
    card: RuleCard {
        id: "regf.electronic.text-procedures",
        cite: "12 CFR 1006.6(d)(5)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Supervisor,
        plain: "Nothing on record shelters a text to this number if somebody else reads it.",
        instead: "Check the number against the reassigned-numbers database, or ask for direct consent to texts.",
    },
    check: |facts, (), now| {
        let fault = |what| Some(Finding::lasting(Detail::Fault(what)));
        match (facts.channel, facts.kind) {
            (Channel::Email, _) => None,
            (Channel::Text, _) if facts.is_opted_out => fault("they opted out of it"),
            (Channel::Text, BasisKind::ConsumerTexted | BasisKind::ConsumerUsedIt | BasisKind::DirectConsent) => match facts.fresh_day {
                Some(day) if now.day <= day + FRESH_DAYS => None,
                _ => fault("no text, consent or check within sixty days"),
            },
            (Channel::Text, _) => fault("only the consumer can open a number for texts"),
            _ => fault("there is none for this medium"),
        }
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{Basis, BasisKind, gather_basis};
    use crate::compliance::record::{Closure, Record, Wish};
    use crate::compliance::rules::BASIS;
    use crate::compliance::rules::proposal_tests::{consumer_in, wishes};
    use crate::values::channel::Channel;
    use jiff::civil::{Date, date};

    fn shelters(record: &Record, channel: Channel, at: &str, basis: &Basis) -> bool {
        let facts = gather_basis(record, at.parse().unwrap(), channel, Some("+16145550101"), basis);
        crate::compliance::decide(&BASIS, &facts, &()).because.is_empty()
    }

    fn texted(on: Option<Date>) -> Basis {
        Basis { last_text: on, ..Basis::of(BasisKind::ConsumerTexted) }
    }

    #[test]
    fn the_sixtieth_day_is_fresh() {
        let record = consumer_in(&["America/Los_Angeles"]);
        let text = |at: &str, on| shelters(&record, Channel::Text, at, &texted(Some(on)));
        assert!(text("2026-04-30T10:00:00-07:00", date(2026, 3, 1)), "day 60");
        assert!(text("2026-04-30T23:59:59-07:00", date(2026, 3, 1)), "the day ends where the consumer is");
        assert!(!text("2026-05-01T00:00:00-07:00", date(2026, 3, 1)), "day 61");
        assert!(text("2028-04-29T10:00:00-07:00", date(2028, 2, 29)) && !text("2028-04-30T10:00:00-07:00", date(2028, 2, 29)));
        assert!(!text("2026-03-01T10:00:00-08:00", date(2026, 3, 2)), "what lies ahead is not yet so");
    }

    #[test]
    fn any_of_three_freshens_what_the_consumer_opened() {
        let record = consumer_in(&["America/New_York"]);
        let at = "2026-05-01T10:00:00-04:00";
        let (old, fresh) = (Some(date(2025, 5, 1)), Some(date(2026, 4, 1)));
        //   kind                          shelters once fresh
        for (kind, expected) in [
            (BasisKind::ConsumerTexted, true),
            (BasisKind::ConsumerUsedIt, true),
            (BasisKind::DirectConsent, true),
            (BasisKind::CreditorNotice, false),
            (BasisKind::PriorCollector, false),
            (BasisKind::CreditorFile, false),
        ] {
            let stale = Basis { last_text: old, consented: old, ..Basis::of(kind) };
            assert!(!shelters(&record, Channel::Text, at, &stale), "{kind:?}");
            for basis in [
                Basis { last_text: fresh, ..stale },
                Basis { consented: fresh, ..stale },
                Basis { checked: fresh, ..stale },
                Basis { checked: fresh, ..Basis::of(kind) },
            ] {
                assert_eq!(shelters(&record, Channel::Text, at, &basis), expected, "{kind:?}");
                assert!(!shelters(&record, Channel::Text, at, &Basis { is_opted_out: true, ..basis }), "{kind:?}");
                let closed = wishes(record.clone(), [Wish::NoChannel(Closure::One(Channel::Text))]);
                assert!(!shelters(&closed, Channel::Text, at, &basis), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_number_of_somebody_else_has_no_shelter_nor_have_other_media() {
        let mut record = consumer_in(&["America/New_York"]);
        let at = "2026-05-01T10:00:00-04:00";
        let basis = texted(Some(date(2026, 4, 30)));
        assert!(!shelters(&record, Channel::SocialPrivateMessage, at, &basis) && !shelters(&record, Channel::Letter, at, &basis));
        record.consumer.is_number_reassigned = true;
        assert!(!shelters(&record, Channel::Text, at, &basis));
    }
}

//! Rule: an e-mail has shelter against having told others of the debt where we came to the address by one of three ways.
//!
//! The consumer used it or agreed to it; the creditor announced it and the days to opt out ran out; a collector before us used it
//! in one of these ways. A creditor's announcement opens no address of an employer, nor one that not anybody can have.

use crate::compliance::BasisRule;
use crate::compliance::facts::{BasisFacts, BasisKind};
use crate::decision::{Detail, Finding, NEVER, Rule, RuleCard, Severity, day};
use crate::values::channel::Channel;

/// Days that a creditor's announcement gives to opt out, counted from the day after it was sent.
const OPT_OUT_DAYS: i32 = 35;

pub(super) const RULE: BasisRule = Rule {
    card: RuleCard {
        id: "regf.electronic.email-procedures",
        cite: "12 CFR 1006.6(d)(4)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Supervisor,
        plain: "Nothing on record shelters an email to this address if somebody else reads it.",
        instead: "Ask for direct consent to this address, or have the creditor announce it with 35 days to opt out.",
    },
    check: |facts, (), now| {
        if facts.channel != Channel::Email {
            return None;
        }
        if facts.is_opted_out {
            return Some(Finding::lasting(Detail::Fault("they opted out of it")));
        }
        match facts.kind {
            BasisKind::ConsumerUsedIt | BasisKind::DirectConsent | BasisKind::PriorCollector => None,
            BasisKind::CreditorNotice => match announced_until(facts) {
                Ok(last) if last < now.day => None,
                Ok(last) => Some(Finding::until(facts.day_clock.instant(last + 1, 0), Detail::EndsOn(last))),
                Err(what) => Some(Finding::until(NEVER, Detail::Fault(what))),
            },
            BasisKind::ConsumerTexted => Some(Finding::lasting(Detail::Fault("a text opens no email address"))),
            BasisKind::CreditorFile => Some(Finding::lasting(Detail::Fault("the creditor's file alone is no basis"))),
        }
    },
};

/// The last day to opt out of an announcement that is in order.
fn announced_until(facts: &BasisFacts) -> Result<i32, &'static str> {
    let (Some(sent), Some(last)) = (facts.notice_sent_day, facts.opt_out_by_day) else {
        return Err("the day of the announcement, or the last day to opt out, is not on record");
    };
    if !facts.creditor_used_it {
        return Err("the creditor did not use it");
    }
    if !facts.is_public_domain || facts.is_employers {
        return Err("an announcement opens no address of an employer or of a closed domain");
    }
    if last < sent + OPT_OUT_DAYS { Err("fewer than 35 days to opt out") } else { Ok(last) }
}

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{Basis, BasisKind, gather_basis};
    use crate::compliance::record::{Closure, Record, Wish};
    use crate::compliance::rules::BASIS;
    use crate::compliance::rules::proposal_tests::{consumer_in, wishes};
    use crate::values::channel::Channel;
    use jiff::civil::{Date, date};

    fn shelters(record: &Record, at: &str, basis: &Basis) -> (bool, Option<String>) {
        let facts = gather_basis(record, at.parse().unwrap(), Channel::Email, Some("a@example.org"), basis);
        let decision = crate::compliance::decide(&BASIS, &facts, &());
        (decision.because.is_empty(), decision.next_allowed_at.map(|at| at.to_string()))
    }

    fn announced(sent: Date, by: Date) -> Basis {
        let basis = Basis::of(BasisKind::CreditorNotice);
        Basis { creditor_used_it: true, is_public_domain: true, notice_sent: Some(sent), opt_out_by: Some(by), ..basis }
    }

    #[test]
    fn a_creditors_announcement_waits_out_its_days() {
        let record = consumer_in(&["America/New_York"]);
        let noon = |day: &str| format!("{day}T12:00:00-04:00");
        //   sent              opt out by          used                  shelters
        for (sent, by, used, expected) in [
            (date(2026, 3, 1), date(2026, 4, 5), noon("2026-04-06"), true),
            (date(2026, 3, 1), date(2026, 4, 4), noon("2026-04-06"), false),
            (date(2026, 3, 1), date(2026, 4, 5), noon("2026-04-05"), false),
            (date(2026, 3, 1), date(2026, 4, 20), noon("2026-04-20"), false),
            (date(2026, 3, 1), date(2026, 4, 20), noon("2026-04-21"), true),
            // The day ends in New York, not in Greenwich.
            (date(2026, 3, 1), date(2026, 4, 5), "2026-04-05T23:59:59-04:00".into(), false),
            (date(2026, 3, 1), date(2026, 4, 5), "2026-04-06T00:00:00-04:00".into(), true),
            // A leap year has one more day in February.
            (date(2028, 2, 1), date(2028, 3, 7), noon("2028-03-08"), true),
            (date(2028, 2, 1), date(2028, 3, 6), noon("2028-03-08"), false),
        ] {
            assert_eq!(shelters(&record, &used, &announced(sent, by)).0, expected, "{sent} {by} {used}");
        }
        let early = shelters(&record, &noon("2026-04-01"), &announced(date(2026, 3, 1), date(2026, 4, 5)));
        assert_eq!(early, (false, Some("2026-04-06T04:00:00Z".into())));
    }

    #[test]
    fn an_announcement_needs_each_of_its_parts() {
        let record = consumer_in(&["America/New_York"]);
        let whole = announced(date(2026, 3, 1), date(2026, 4, 5));
        for (part, basis) in [
            ("use by the creditor", Basis { creditor_used_it: false, ..whole }),
            ("a public domain", Basis { is_public_domain: false, ..whole }),
            ("no employer", Basis { is_employers: true, ..whole }),
            ("the day it was sent", Basis { notice_sent: None, ..whole }),
            ("the last day to opt out", Basis { opt_out_by: None, ..whole }),
            ("no opt-out", Basis { is_opted_out: true, ..whole }),
        ] {
            assert_eq!(shelters(&record, "2026-05-06T12:00:00-04:00", &basis), (false, None), "{part}");
        }
    }

    #[test]
    fn use_consent_and_an_earlier_collector_shelter_until_they_opt_out() {
        let open = consumer_in(&["America/New_York"]);
        let at = "2026-05-06T12:00:00-04:00";
        //   kind                      shelters
        for (kind, expected) in [
            (BasisKind::ConsumerUsedIt, true),
            (BasisKind::DirectConsent, true),
            (BasisKind::PriorCollector, true),
            (BasisKind::CreditorFile, false),
            (BasisKind::ConsumerTexted, false),
        ] {
            let basis = Basis::of(kind);
            assert_eq!(shelters(&open, at, &basis).0, expected, "{kind:?}");
            assert_eq!(shelters(&open, at, &Basis { is_employers: true, ..basis }).0, expected, "they opened the employer's themselves");
            assert!(!shelters(&open, at, &Basis { is_opted_out: true, ..basis }).0, "{kind:?}");
            let one = Wish::NoAddress { closure: Closure::Any, address: "A@example.org".into() };
            let other = Wish::NoAddress { closure: Closure::Any, address: "b@example.org".into() };
            for (wish, closes) in [
                (Wish::NoChannel(Closure::Electronic), true),
                (Wish::NoChannel(Closure::One(Channel::Text)), false),
                (one, true),
                (other, false),
            ] {
                let closed = wishes(open.clone(), [wish.clone()]);
                assert_eq!(shelters(&closed, at, &basis).0, expected && !closes, "{kind:?} {wish:?}");
            }
        }
    }
}

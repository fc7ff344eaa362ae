//! Rule: an account is debited again and again only on a writing that the consumer signed or authenticated, and has a copy of.
//!
//! A spoken yes that we sign is none. What was taken back authorizes nothing, a single debit neither; but a single one needs no writing,
//! for it is no series. The writing is kept for two years.

use crate::compliance::{DebitRule, DeletionRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "rege.preauth.authorisation",
    cite: "12 CFR 1005.10(b), 1005.13(b)",
    in_force_from: day(2011, 12, 30),
    in_force_to: None,
    jurisdiction: "US, everyone",
    severity: Severity::Block,
    plain: "No writing that the consumer signed or authenticated, and still stands by, authorizes this series of debits.",
    instead: "Have them sign or authenticate a writing, give them a copy and keep it two years, or ask for a single payment.",
};

pub(super) const RULE: DebitRule = Rule {
    card: CARD,
    check: |facts, (), _| {
        let is_agreed = facts.is_single || (facts.is_authorized_in_writing && !facts.lacks_copy);
        let is_good = is_agreed && !facts.is_revoked;
        (!is_good).then(|| Finding::lasting(Detail::Plain))
    },
};

pub(super) const DELETION: DeletionRule = Rule {
    card: CARD,
    check: |facts, (), now| {
        let last = facts.debit_kept_until_day.filter(|last| now.day <= *last)?;
        Some(Finding::until(facts.day_clock.instant(last.saturating_add(1), 0), Detail::EndsOn(last)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{DebitFacts, KeptRecord, gather_debit, gather_deletion};
    use crate::compliance::record::CollectorRole;
    use crate::compliance::rules::proposal_tests::{DEBT, consumer_in, refusals};
    use crate::compliance::rules::{DEBIT, DELETION};
    use jiff::civil::date;

    #[test]
    fn only_a_writing_of_theirs_that_stands_authorizes() {
        for role in [CollectorRole::ThirdParty, CollectorRole::DebtBuyer, CollectorRole::FirstParty] {
            for is_consumer_purpose in [true, false] {
                let mut record = consumer_in(&["America/New_York"]);
                record.role = role;
                record.debts[0].is_consumer_purpose = is_consumer_purpose;
                //   in writing  revoked  no copy  refused
                for (is_authorized_in_writing, is_revoked, lacks_copy, refused) in
                    [(true, false, false, false), (false, false, false, true), (true, true, false, true), (true, false, true, true)]
                {
                    let plain = gather_debit(&record, "2026-05-06T11:00:00-04:00".parse().unwrap(), &[DEBT]);
                    let facts = DebitFacts { is_authorized_in_writing, is_revoked, lacks_copy, ..plain };
                    assert_eq!(refusals(&DEBIT, &facts), if refused { vec!["rege.preauth.authorisation"] } else { vec![] });
                    // One that is no part of a series is refused only when they took it back.
                    let single = DebitFacts { is_single: true, ..facts };
                    assert_eq!(refusals(&DEBIT, &single).is_empty(), !is_revoked);
                }
            }
        }
    }

    #[test]
    fn the_writing_is_kept_two_years_after_the_last_debit() {
        let mut record = consumer_in(&["America/New_York"]);
        record.role = CollectorRole::FirstParty;
        //   last debit          deleted                      refused
        for (last, at, refused) in [
            (date(2024, 5, 6), "2026-05-06T23:59:59-04:00", true),
            (date(2024, 5, 6), "2026-05-07T00:00:00-04:00", false),
            (date(2024, 2, 29), "2026-02-28T12:00:00-05:00", true),
            (date(2024, 2, 29), "2026-03-01T00:00:00-05:00", false),
        ] {
            let facts = gather_deletion(&record, at.parse().unwrap(), &[DEBT], KeptRecord::DebitAuthorization(Some(last)), None);
            assert_eq!(refusals(&DELETION, &facts), if refused { vec!["rege.preauth.authorisation"] } else { vec![] }, "{at}");
        }
    }
}

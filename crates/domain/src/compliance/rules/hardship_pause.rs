//! Rule of the house: while a hardship pause stands we begin no contact to collect, add no fee and draw no
//! debit. Interest counts no day of it.
//!
//! What the law asks us to send still goes, and so does an answer to what they ask.

use crate::compliance::facts::{ContactFacts, DebitFacts, FeeFacts};
use crate::compliance::{ContactRule, DebitRule, FeeRule};
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

const CARD: RuleCard = RuleCard {
    id: "policy.hardship-pause",
    cite: "house rule",
    in_force_from: day(2020, 1, 1),
    in_force_to: None,
    jurisdiction: "house, everyone",
    severity: Severity::Block,
    plain: "A hardship pause stands: we begin no contact to collect, add no fee and draw no debit.",
    instead: "Wait for the day of its review, or end the pause with them where they want it.",
};

pub(super) const RULE: ContactRule = Rule {
    card: CARD,
    check: |facts: &ContactFacts, _, now| {
        let until = facts.paused_until_day.filter(|until| now.day < *until && facts.is_collecting() && facts.reply.is_none())?;
        Some(Finding::until(facts.day_clock.instant(until, 0), Detail::EndsOn(until - 1)))
    },
};

pub(super) const FEE: FeeRule = Rule {
    card: CARD,
    check: |facts: &FeeFacts, (), now| {
        let until = facts.paused_until_day.filter(|until| now.day < *until)?;
        Some(Finding::until(facts.day_clock.instant(until, 0), Detail::EndsOn(until - 1)))
    },
};

pub(super) const DEBIT: DebitRule = Rule {
    card: CARD,
    check: |facts: &DebitFacts, (), now| {
        let until = facts.paused_until_day.filter(|until| now.day < *until)?;
        Some(Finding::until(facts.day_clock.instant(until, 0), Detail::EndsOn(until - 1)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::facts::{gather_debit, gather_fee};
    use crate::compliance::record::{CollectorRole, Purpose};
    use crate::compliance::rules::proposal_tests::{DEBT, ask, consumer_in, refusals};
    use crate::compliance::rules::{DEBIT, FEE};
    use crate::values::channel::Channel;
    use jiff::civil::date;

    #[test]
    fn nothing_is_begun_before_the_day_of_the_review() {
        let mut record = consumer_in(&["America/New_York"]);
        //   until                      refused on 6 May
        for (until, refused) in
            [(None, false), (Some(date(2026, 5, 6)), false), (Some(date(2026, 5, 7)), true), (Some(date(2026, 8, 1)), true)]
        {
            record.debts[0].paused_until = until;
            let expected = if refused { vec!["policy.hardship-pause"] } else { vec![] };
            for role in [CollectorRole::ThirdParty, CollectorRole::FirstParty] {
                record.role = role;
                for channel in [Channel::Call, Channel::Letter] {
                    assert_eq!(ask(&record, |proposal| proposal.channel = channel), expected, "{until:?} {channel}");
                }
                for purpose in [Purpose::RequiredByLaw, Purpose::EndingCollection] {
                    assert!(ask(&record, |proposal| proposal.purpose = purpose).is_empty(), "{purpose:?}");
                }
            }
            let fee = gather_fee(&record, "2026-05-06T11:00:00-04:00".parse().unwrap(), &[DEBT], true, false);
            assert_eq!(refusals(&FEE, &fee), expected, "{until:?}");
            let debit = gather_debit(&record, "2026-05-06T11:00:00-04:00".parse().unwrap(), &[DEBT]);
            assert_eq!(refusals(&DEBIT, &debit), expected, "{until:?}");
        }
    }
}

//! Rule: while the validation period runs, no threat that falls due within it.

use crate::compliance::ContactRule;
use crate::compliance::record::Standing;
use crate::decision::{Detail, Finding, Rule, RuleCard, Severity, day};

pub(super) const RULE: ContactRule = Rule {
    card: RuleCard {
        id: "regf.validation.overshadowing",
        cite: "12 CFR 1006.38(b)",
        in_force_from: day(2021, 11, 30),
        in_force_to: None,
        jurisdiction: "US, collectors",
        severity: Severity::Supervisor,
        plain: "The message threatens something unless they pay before their time to dispute is over.",
        instead: "Leave the date out, or name one after the validation period.",
    },
    check: |facts, _, now| {
        let end = facts.dispute.threat_until_day.filter(|end| facts.regf_binds && now.day <= *end)?;
        let is_heard = facts.standing != Standing::Professional || facts.is_consumers_lawyer;
        is_heard.then(|| Finding::until(facts.day_clock.instant(end + 1, 0), Detail::EndsOn(end)))
    },
};

#[cfg(test)]
mod tests {
    use crate::compliance::record::NoticeKind;
    use crate::compliance::rules::proposal_tests::{ask, consumer_in, happened};
    use crate::values::channel::Channel;
    use jiff::civil::date;

    #[test]
    fn a_threat_may_not_fall_due_within_the_period() {
        // Sent on 6 April, the notice counts as received on the 13th; the period ends on 13 May.
        let mut record = consumer_in(&["America/New_York"]);
        happened(&mut record, "2026-04-06T12:00:00-04:00", NoticeKind::ValidationNoticeSent { sent_on: None, stated_end: None });
        //  sent on                      due by              refused
        for (at, due, refused) in [
            ("2026-05-06T11:00:00-04:00", Some(date(2026, 5, 13)), true),
            ("2026-05-06T11:00:00-04:00", Some(date(2026, 5, 14)), false),
            ("2026-05-06T11:00:00-04:00", None, false),
            ("2026-05-14T11:00:00-04:00", Some(date(2026, 5, 20)), false),
            ("2026-04-05T11:00:00-04:00", Some(date(2026, 4, 20)), false),
        ] {
            let because =
                ask(&record, |proposal| (proposal.channel, proposal.at, proposal.pay_by) = (Channel::Letter, at.parse().unwrap(), due));
            assert_eq!(because, if refused { vec!["regf.validation.overshadowing"] } else { vec![] }, "{at} {due:?}");
        }
    }
}

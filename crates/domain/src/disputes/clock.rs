//! The clocks of a case: what is due by when, and by whose word.
//!
//! Where the law names no day, a house limit stands and says so. A clock is met by the step it waits for, on the day of that
//! step; it is late when its day has passed without one.

use super::case::{CaseKind, StepKind};
use crate::values::calendar::{is_business_day, nth_day_after};
use jiff::ToSpan;
use jiff::civil::Date;

/// One thing that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// What.
    pub what: &'static str,
    /// The last day for it.
    pub due_on: Date,
    /// The day on which it was done.
    pub met_on: Option<Date>,
    /// Whose limit it is.
    pub source: &'static str,
}

/// How a clock stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Done in time.
    Met,
    /// Done, but late.
    MetLate,
    /// Not due yet.
    Running,
    /// Due within two days.
    Near,
    /// Its day has passed.
    Late,
}

impl Clock {
    /// How it stands on a day.
    pub fn stand(&self, today: Date) -> Stand {
        match self.met_on {
            Some(on) if on <= self.due_on => Stand::Met,
            Some(_) => Stand::MetLate,
            None if today > self.due_on => Stand::Late,
            None if self.due_on <= today.saturating_add(2.days()) => Stand::Near,
            None => Stand::Running,
        }
    }
}

/// What a case's clocks start from.
#[derive(Clone, Debug)]
pub struct ClockFacts {
    /// Of what kind the case is.
    pub kind: CaseKind,
    /// The day it reached us.
    pub received_on: Date,
    /// What happened to it, and on which day, the oldest first.
    pub steps: Vec<(StepKind, Date)>,
}

/// House: we say that we have it within five business days.
const ACKNOWLEDGE_BUSINESS_DAYS: u32 = 5;
/// House: whoever was asked for evidence is reminded after ten business days.
const EVIDENCE_BUSINESS_DAYS: u32 = 10;

/// Every clock of a case, in the order in which they fall due.
pub fn clocks(facts: &ClockFacts) -> Vec<Clock> {
    let first = |kinds: &[StepKind], from: Date| {
        let mut steps = facts.steps.iter().filter(|(step, on)| kinds.contains(step) && *on >= from);
        steps.next().map(|(_, on)| *on)
    };
    let answered_on = first(facts.kind.answers(), facts.received_on);
    let acknowledged_on = first(&[StepKind::Acknowledged], facts.received_on);
    let mut clocks = vec![Clock {
        what: "Say that we have it",
        due_on: nth_day_after(facts.received_on, ACKNOWLEDGE_BUSINESS_DAYS, is_business_day),
        // An answer says it too.
        met_on: [acknowledged_on, answered_on].into_iter().flatten().min(),
        source: "house, 5 business days",
    }];
    let pairs = [
        (StepKind::CreditorAsked, StepKind::CreditorSent, "Have the creditor's evidence"),
        (StepKind::ConsumerAsked, StepKind::ConsumerSent, "Have their evidence"),
    ];
    for (asked, came, what) in pairs {
        if let Some(on) = facts.steps.iter().rev().find(|(step, _)| *step == asked).map(|(_, on)| *on) {
            let due_on = nth_day_after(on, EVIDENCE_BUSINESS_DAYS, is_business_day);
            // Once it is answered there is nothing to wait for.
            let met_on = [first(&[came], on), answered_on.filter(|answered| *answered >= on)].into_iter().flatten().min();
            clocks.push(Clock { what, due_on, met_on, source: "house, 10 business days" });
        }
    }
    let (what, days, source) = answer_limit(facts);
    clocks.push(Clock { what, due_on: facts.received_on.saturating_add(days.days()), met_on: answered_on, source });
    clocks.sort_by_key(|clock| clock.due_on);
    clocks
}

/// The clock that runs out first among those not met.
pub fn next(clocks: &[Clock]) -> Option<&Clock> {
    clocks.iter().find(|clock| clock.met_on.is_none())
}

/// What the answer is, how many days there are for it, and by whose word.
fn answer_limit(facts: &ClockFacts) -> (&'static str, i64, &'static str) {
    match facts.kind {
        CaseKind::Dispute | CaseKind::IdentityTheft => {
            // 45 days where they sent more within the first 30.
            let more = facts.steps.iter().any(|(step, on)| {
                *step == StepKind::ConsumerSent && *on > facts.received_on && *on <= facts.received_on.saturating_add(30.days())
            });
            let what = if facts.kind == CaseKind::Dispute { "Answer the dispute" } else { "Answer the claim of identity theft" };
            match more {
                true => (what, 45, "15 USC 1681s-2(a)(8)(E)(iii) where it is reported: 45 days, as they sent more; house elsewhere"),
                false => (what, 30, "15 USC 1681s-2(a)(8)(E)(iii) where it is reported: 30 days; house elsewhere"),
            }
        }
        CaseKind::OriginalCreditor => ("Send the original creditor's name and address", 30, "house, 30 days; 12 CFR 1006.38(c) names none"),
        CaseKind::Complaint => ("Answer the complaint", 15, "house, 15 days, as the CFPB's portal asks"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn of(kind: CaseKind, steps: &[(StepKind, Date)]) -> Vec<Clock> {
        clocks(&ClockFacts { kind, received_on: date(2026, 3, 2), steps: steps.to_vec() })
    }

    #[test]
    fn a_dispute_has_thirty_days_and_forty_five_when_they_send_more() {
        let due = |steps: &[(StepKind, Date)]| of(CaseKind::Dispute, steps).last().unwrap().due_on;
        assert_eq!(due(&[]), date(2026, 4, 1));
        assert_eq!(due(&[(StepKind::ConsumerSent, date(2026, 4, 1))]), date(2026, 4, 16));
        assert_eq!(due(&[(StepKind::ConsumerSent, date(2026, 4, 2))]), date(2026, 4, 1));
        assert_eq!(due(&[(StepKind::CreditorSent, date(2026, 3, 9))]), date(2026, 4, 1));
    }

    #[test]
    fn clocks_are_met_by_their_steps_and_late_without() {
        let clock = |steps: &[(StepKind, Date)]| of(CaseKind::Complaint, steps)[0];
        let (bare, in_time) = (clock(&[]), clock(&[(StepKind::Acknowledged, date(2026, 3, 9))]));
        assert_eq!(bare.due_on, date(2026, 3, 9), "five business days after a Monday");
        for (today, stand) in [(6, Stand::Running), (7, Stand::Near), (9, Stand::Near), (10, Stand::Late)] {
            assert_eq!(bare.stand(date(2026, 3, today)), stand, "{today}");
        }
        assert_eq!(in_time.stand(date(2026, 5, 1)), Stand::Met);
        assert_eq!(clock(&[(StepKind::Answered, date(2026, 3, 12))]).stand(date(2026, 3, 12)), Stand::MetLate);
    }

    #[test]
    fn evidence_has_a_clock_from_the_last_time_it_was_asked_for() {
        use StepKind::{CreditorAsked, CreditorSent};
        let asked = of(CaseKind::Dispute, &[(CreditorAsked, date(2026, 3, 3)), (CreditorAsked, date(2026, 3, 18))]);
        let evidence = asked.iter().find(|clock| clock.what.contains("creditor")).unwrap();
        assert_eq!((evidence.due_on, evidence.met_on), (date(2026, 4, 1), None));
        let came = of(CaseKind::Dispute, &[(CreditorAsked, date(2026, 3, 3)), (CreditorSent, date(2026, 3, 5))]);
        assert_eq!(next(&came).unwrap().what, "Say that we have it");
        assert_eq!(came.iter().filter(|clock| clock.met_on.is_some()).count(), 1);
    }

    #[test]
    fn clocks_stand_in_the_order_in_which_they_fall_due() {
        for kind in CaseKind::ALL {
            let all = of(kind, &[(StepKind::ConsumerAsked, date(2026, 3, 20))]);
            assert!(all.is_sorted_by_key(|clock| clock.due_on), "{kind}");
            assert!(next(&all).is_some_and(|clock| !clock.source.is_empty()));
        }
    }
}

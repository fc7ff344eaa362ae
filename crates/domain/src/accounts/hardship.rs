//! A hardship pause: while somebody cannot pay, fees, interest, contact and credit reporting stop together, until a day on which it is
//! looked at with them.
//!
//! A pause stands from a day, which may lie back, to the day of its review, or ends before. The gate refuses what we would begin ourselves,
//! interest counts no day of it, a fee is refused, a bureau is told nothing new, and the payments of a plan come after it.
//!
//! Read [`decide_pause`].

use crate::decision::{Decision, Detail, Reason, RuleCard, Severity};
use crate::identity::authority::PauseLimits;
use crate::values::coded::coded;
use jiff::Span;
use jiff::civil::Date;

/// The longest pause ahead: somebody looks again within half a year.
pub const DAYS_AHEAD_MAX: i32 = 183;

/// How far a pause may reach back.
pub const DAYS_BACK_MAX: i32 = 365;

coded! {
    /// Why somebody cannot pay, in as few words as will do.
    PauseReason, 7 {
        Work = "work", "Lost work, or works less";
        Illness = "illness", "Illness or injury";
        Family = "family", "Separation or a death in the family";
        Disaster = "disaster", "A disaster where they live";
        Fraud = "fraud", "Was robbed or defrauded";
        Costs = "costs", "Costs that could not be foreseen";
        Other = "other", "Something else";
    }
}

/// What must be known before a pause is granted.
#[derive(Clone, Copy, Debug)]
pub struct PauseFacts {
    /// Whether the account is open.
    pub is_open: bool,
    /// When it was placed.
    pub placed_on: Date,
    /// Until when a pause stands already.
    pub paused_until: Option<Date>,
    /// The end of the last pause: another one does not reach into it.
    pub last_ended_on: Option<Date>,
    /// How far whoever grants it may go alone.
    pub limits: Option<PauseLimits>,
    /// Whether a supervisor granted these very terms.
    pub is_granted: bool,
}

static NOT_OPEN: RuleCard = RuleCard::house(
    "accounts.pause.account-open",
    Severity::Block,
    "The account is not open: there is nothing to pause.",
    "Take it up again first.",
);
static ONE: RuleCard = RuleCard::house(
    "accounts.pause.one",
    Severity::Block,
    "A pause stands already.",
    "End the one that stands, then grant the new one; it can begin where that one did not reach.",
);
static UNTIL: RuleCard = RuleCard::house(
    "accounts.pause.until",
    Severity::Block,
    "A pause is looked at again after today, within half a year.",
    "Name a nearer day: it can be granted again then.",
);
static FROM: RuleCard = RuleCard::house(
    "accounts.pause.from",
    Severity::Block,
    "A pause begins today or before, not before the account was placed, in an earlier pause, or more than a year back.",
    "Name a later day on which it begins.",
);
static LONG: RuleCard = RuleCard::house(
    "accounts.limit.pause-days",
    Severity::Supervisor,
    "The pause is longer than an officer may grant alone.",
    "Grant a shorter one, or ask a supervisor.",
);
static BACK: RuleCard = RuleCard::house(
    "accounts.limit.pause-back",
    Severity::Supervisor,
    "The pause reaches further back than an officer may grant alone.",
    "Let it begin later, or ask a supervisor.",
);

/// The limits, for whoever reads a request.
pub static CARDS: [&RuleCard; 2] = [&LONG, &BACK];

/// Decides whether a pause may be granted, with every reason against it.
pub fn decide_pause(facts: &PauseFacts, from: Date, until: Date, today: Date) -> Decision {
    let days = |days: i32| Span::new().days(days);
    let latest = today.saturating_add(days(DAYS_AHEAD_MAX));
    let earliest = facts.placed_on.max(today.saturating_sub(days(DAYS_BACK_MAX)));
    let earliest = facts.last_ended_on.map_or(earliest, |ended| earliest.max(ended));
    let findings = [
        (!facts.is_open).then_some((&NOT_OPEN, Detail::Plain)),
        facts.paused_until.map(|until| (&ONE, Detail::Date { asked: from, limit: until })),
        (until <= today || until > latest).then_some((&UNTIL, Detail::Date { asked: until, limit: latest })),
        (from > today || from < earliest)
            .then_some((&FROM, Detail::Date { asked: from, limit: if from > today { today } else { earliest } })),
    ];
    let mut because: Vec<Reason> = findings.into_iter().flatten().map(|(rule, detail)| Reason { rule, detail }).collect();
    if let Some(limits) = facts.limits.filter(|_| because.is_empty() && !facts.is_granted) {
        let (last, first) = (today.saturating_add(days(limits.days_max)), today.saturating_sub(days(limits.back_days_max)));
        let beyond = [
            (until > last).then_some((&LONG, Detail::Date { asked: until, limit: last })),
            (from < first).then_some((&BACK, Detail::Date { asked: from, limit: first })),
        ];
        because.extend(beyond.into_iter().flatten().map(|(rule, detail)| Reason { rule, detail }));
    }
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::identity::authority::pause_limits;
    use jiff::civil::date;

    #[test]
    fn a_pause_is_near_its_day_and_beyond_an_officers_limits_a_supervisors() {
        let today = date(2026, 3, 2);
        let facts = |role| PauseFacts {
            is_open: true,
            placed_on: date(2025, 11, 3),
            paused_until: None,
            last_ended_on: None,
            limits: pause_limits(role),
            is_granted: false,
        };
        let asked = |facts: PauseFacts, from, until| {
            let decision = decide_pause(&facts, from, until, today);
            decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>()
        };
        let (officer, supervisor) = (facts(Role::Officer), facts(Role::Supervisor));
        //   who and what                                from               until               because
        for (facts, from, until, because) in [
            (officer, today, date(2026, 5, 1), vec![]),
            (officer, today, date(2026, 5, 2), vec!["accounts.limit.pause-days"]),
            (supervisor, today, date(2026, 9, 1), vec![]),
            (supervisor, today, date(2026, 9, 2), vec!["accounts.pause.until"]),
            (officer, today, today, vec!["accounts.pause.until"]),
            (officer, date(2026, 1, 31), date(2026, 4, 1), vec![]),
            (officer, date(2026, 1, 30), date(2026, 4, 1), vec!["accounts.limit.pause-back"]),
            (PauseFacts { is_granted: true, ..officer }, date(2026, 1, 30), date(2026, 8, 1), vec![]),
            (supervisor, date(2025, 11, 3), date(2026, 4, 1), vec![]),
            (supervisor, date(2025, 11, 2), date(2026, 4, 1), vec!["accounts.pause.from"]),
            (supervisor, date(2026, 3, 3), date(2026, 4, 1), vec!["accounts.pause.from"]),
            (
                PauseFacts { last_ended_on: Some(date(2026, 2, 1)), ..supervisor },
                date(2026, 1, 31),
                date(2026, 4, 1),
                vec!["accounts.pause.from"],
            ),
            (PauseFacts { paused_until: Some(date(2026, 4, 1)), ..supervisor }, today, date(2026, 5, 1), vec!["accounts.pause.one"]),
            (PauseFacts { is_open: false, ..supervisor }, today, date(2026, 5, 1), vec!["accounts.pause.account-open"]),
        ] {
            assert_eq!(asked(facts, from, until), because, "{from} to {until}");
        }
    }
}

//! Waivers: what of interest, fees and costs is given up, and by whom.
//!
//! What was borrowed is not waived: less than all of it taken as the whole is a settlement, which has rules of its own.
//! Read [`decide_waiver`]. Beyond somebody's limits it is asked for; whoever answers grants it for one case.

use super::Buckets;
use crate::accounts::Bucket;
use crate::decision::{Decision, Detail, Reason, RuleCard, Severity};
use crate::identity::authority::WaiverLimits;
use crate::values::money::Money;

static NOT_PRINCIPAL: RuleCard = RuleCard::house(
    "ledger.waiver.principal",
    Severity::Block,
    "Principal is not waived.",
    "Offer a settlement on the negotiation desk, or correct the amount in a case.",
);
static OWED: RuleCard = RuleCard::house(
    "ledger.waiver.amount",
    Severity::Block,
    "A waiver is for an amount above zero and not above what is owed of its kind.",
    "Waive what is owed of it, or less.",
);
static LARGE: RuleCard = RuleCard::house(
    "ledger.limit.waiver-amount",
    Severity::Supervisor,
    "The amount is more than an officer may waive alone.",
    "Waive less, or ask a supervisor.",
);
static SHARE: RuleCard = RuleCard::house(
    "ledger.limit.waiver-share",
    Severity::Supervisor,
    "It is a larger share of its kind than an officer may waive alone.",
    "Waive less, or ask a supervisor.",
);

/// The limits, for whoever reads a request.
pub static CARDS: [&RuleCard; 2] = [&LARGE, &SHARE];

/// Decides whether a part of a bucket may be waived by somebody with these limits; nothing of limits binds what was granted.
pub fn decide_waiver(owed: &Buckets, bucket: Bucket, amount: Money, limits: Option<WaiverLimits>, is_granted: bool) -> Decision {
    let held = owed.get(bucket);
    let is_wrong = amount.currency() != held.currency() || amount.minor() <= 0 || amount.minor() > held.minor();
    let mut because: Vec<Reason> = [
        (bucket == Bucket::Principal).then_some((&NOT_PRINCIPAL, Detail::Plain)),
        is_wrong.then_some((&OWED, Detail::Amount { asked: amount, limit: held })),
    ]
    .into_iter()
    .flatten()
    .map(|(rule, detail)| Reason { rule, detail })
    .collect();
    if let Some(limits) = limits.filter(|_| because.is_empty() && !is_granted) {
        let most = Money::of(limits.amount_max_minor, amount.currency());
        let share = i128::from(held.minor()) * i128::from(limits.share_max_bp) / 10_000;
        let share = Money::of(i64::try_from(share).unwrap_or(i64::MAX), amount.currency());
        let beyond = [
            (amount.minor() > most.minor()).then_some((&LARGE, Detail::Amount { asked: amount, limit: most })),
            (amount.minor() > share.minor()).then_some((&SHARE, Detail::Amount { asked: amount, limit: share })),
        ];
        because.extend(beyond.into_iter().flatten().map(|(rule, detail)| Reason { rule, detail }));
    }
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Answer;
    use crate::identity::Role;
    use crate::identity::authority::waiver_limits;
    use crate::values::money::Currency;

    #[test]
    fn an_officer_waives_a_little_and_a_supervisor_what_is_owed() {
        let owed = Buckets::none(Currency::Usd).with(Bucket::Principal, 90_000).with(Bucket::Interest, 12_000).with(Bucket::Fees, 1_000);
        let asked = |role, bucket, minor, is_granted| {
            let decision = decide_waiver(&owed, bucket, Money::usd(minor), waiver_limits(role), is_granted);
            (decision.answer, decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>())
        };
        use Answer::{NeedsSupervisor, No, Yes};
        //   role           bucket             minor   granted  answer           because
        for (role, bucket, minor, granted, answer, because) in [
            (Role::Officer, Bucket::Interest, 5_000, false, Yes, vec![]),
            (Role::Officer, Bucket::Interest, 5_001, false, NeedsSupervisor, vec!["ledger.limit.waiver-amount"]),
            (
                Role::Officer,
                Bucket::Interest,
                12_000,
                false,
                NeedsSupervisor,
                vec!["ledger.limit.waiver-amount", "ledger.limit.waiver-share"],
            ),
            (Role::Officer, Bucket::Fees, 501, false, NeedsSupervisor, vec!["ledger.limit.waiver-share"]),
            (Role::Officer, Bucket::Interest, 12_000, true, Yes, vec![]),
            (Role::Supervisor, Bucket::Interest, 12_000, false, Yes, vec![]),
            (Role::Supervisor, Bucket::Interest, 12_001, true, No, vec!["ledger.waiver.amount"]),
            (Role::Supervisor, Bucket::Costs, 1, false, No, vec!["ledger.waiver.amount"]),
            (Role::Supervisor, Bucket::Fees, 0, false, No, vec!["ledger.waiver.amount"]),
            (Role::Supervisor, Bucket::Principal, 1, true, No, vec!["ledger.waiver.principal"]),
        ] {
            assert_eq!(asked(role, bucket, minor, granted), (answer, because), "{role} {bucket} {minor}");
        }
    }
}

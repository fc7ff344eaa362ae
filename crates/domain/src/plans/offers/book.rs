//! The policy for offers as it is kept: the same terms with days counted from the day on which a plan is agreed.
//!
//! [`OfferBook::policy`] makes the [`OfferPolicy`] of a day of it. Amounts are minor units of the debt's own currency: 25.00 of whatever
//! is owed. Beside the terms stand the numbers that the search needs and no record can give: how much of what a month leaves is asked
//! for, what money loses in a month, and the chance that an installment is kept where too few were decided to count.

use super::policy::{InParts, OfferPolicy, PolicyTerms, Rung};
use crate::plans::FieldProblem;
use crate::plans::re_age::MONTHS_KEPT;
use crate::plans::rhythm::Shift;
use crate::values::money::{Currency, Money};
use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A settlement in parts, with relative days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartsWithin {
    /// Payments at the most, a down payment with them.
    pub count_max: u32,
    /// Days from the agreement to the last one.
    pub within_days: u32,
}

/// A rung of the settlement ladder, with relative days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RungWithin {
    /// The share, in basis points of the balance.
    pub share_bp: u32,
    /// Days from the agreement in which it is paid at once.
    pub lump_within_days: u32,
    /// In how many parts it may be paid instead, and within how many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<PartsWithin>,
}

/// What may be offered, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferBook {
    /// The least installment, in minor units of the debt's currency.
    pub installment_min_minor: i64,
    /// Installments at the most.
    pub count_max: u32,
    /// Months at the most.
    pub months_max: u32,
    /// Days to the first installment, at the most.
    pub first_within_days: u32,
    /// The least down payment, in basis points of what is paid in all.
    pub down_min_bp: u32,
    /// The largest that is tried.
    pub down_max_bp: u32,
    /// The steps from one to the other.
    pub down_step_bp: u32,
    /// Where an installment goes whose day is no business day.
    pub shift: Shift,
    /// By how many days a due date may be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_change_days_max: Option<u32>,
    /// For how many months a hardship may pause payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_months_max: Option<u32>,
    /// After how many months of payments as agreed an account may be brought current, where that is more than three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub re_age_months_min: Option<u32>,
    /// How much of what a month leaves is asked for, in basis points.
    pub budget_share_bp: u32,
    /// What money loses in a month, in millionths.
    pub discount_ppm: u32,
    /// The chance that an installment is kept, in millionths, where the record has too few to count.
    pub kept_assumed_ppm: u32,
    /// The settlement ladder, the largest share first; empty where nothing is settled.
    #[serde(default)]
    pub ladder: Vec<RungWithin>,
}

impl OfferBook {
    /// What holds where nobody set anything: small installments, up to three years, and settlements down to 60 percent, which an officer
    /// does not grant alone.
    pub fn house() -> OfferBook {
        let rung =
            |share_bp, count_max| RungWithin { share_bp, lump_within_days: 30, parts: Some(PartsWithin { count_max, within_days: 180 }) };
        OfferBook {
            installment_min_minor: 2_500,
            count_max: 36,
            months_max: 36,
            first_within_days: 31,
            down_min_bp: 0,
            down_max_bp: 5_000,
            down_step_bp: 1_000,
            shift: Shift::Next,
            date_change_days_max: Some(15),
            pause_months_max: Some(3),
            re_age_months_min: None,
            budget_share_bp: 7_500,
            discount_ppm: 10_000,
            kept_assumed_ppm: 850_000,
            ladder: vec![rung(9_000, 3), rung(8_000, 4), rung(7_000, 5), rung(6_000, 6)],
        }
    }

    /// Every problem of it, or none: it makes a policy on any day or on none.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = self.policy(jiff::civil::date(2026, 1, 1), Currency::Usd).err().unwrap_or_default();
        let mut unless = |is_good: bool, field, says: &str| {
            if !is_good {
                problems.push(FieldProblem::new(field, says));
            }
        };
        unless((1..=10_000).contains(&self.budget_share_bp), "budget_share", "We ask for some of what a month leaves, at most all of it.");
        unless(self.discount_ppm <= 1_000_000, "discount", "The monthly discount rate is at most 100 percent.");
        let chance = (1..=1_000_000).contains(&self.kept_assumed_ppm);
        unless(chance, "kept_assumed", "The chance that an installment is kept is above 0 and at most 100 percent.");
        let months = MONTHS_KEPT..=60;
        unless(
            self.re_age_months_min.is_none_or(|least| months.contains(&least)),
            "re_age_months",
            "An account is brought current after three months of payments at the least, and after 60 at the most.",
        );
        let days = self.ladder.iter().flat_map(|rung| [Some(rung.lump_within_days), rung.parts.map(|parts| parts.within_days)]);
        unless(days.flatten().all(|days| days <= 3_660), "ladder", "A settlement is paid within ten years.");
        unless(
            self.installment_min_minor <= Money::LARGEST_MINOR,
            "installment_min",
            "The least installment is too large: look at the decimals.",
        );
        problems
    }

    /// The policy of a day for debts in a currency, or every problem of it.
    pub fn policy(&self, agreed_on: Date, currency: Currency) -> Result<OfferPolicy, Vec<FieldProblem>> {
        let after = |days: u32| agreed_on.saturating_add(Span::new().days(i64::from(days.min(36_600))));
        let rungs = self.ladder.iter().map(|rung| Rung {
            share_bp: rung.share_bp,
            lump_until: after(rung.lump_within_days),
            parts: rung.parts.map(|parts| InParts { count_max: parts.count_max, until: after(parts.within_days) }),
        });
        OfferPolicy::new(PolicyTerms {
            installment_min: Money::of(self.installment_min_minor, currency),
            count_max: self.count_max,
            months_max: self.months_max,
            first_within_days: self.first_within_days,
            down_min_bp: self.down_min_bp,
            down_max_bp: self.down_max_bp,
            down_step_bp: self.down_step_bp,
            shift: self.shift,
            ladder: rungs.collect(),
            date_change_days_max: self.date_change_days_max,
            pause_months_max: self.pause_months_max,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Role;
    use crate::plans::limits::{LimitCase, LimitTable};
    use crate::values::ids::CreditorId;
    use jiff::civil::date;

    #[test]
    fn the_house_has_a_policy_with_days_counted_from_the_agreement() {
        let house = OfferBook::house();
        assert_eq!(house.problems(), []);
        let policy = house.policy(date(2026, 1, 15), Currency::Eur).expect("a policy");
        assert_eq!(policy.terms().installment_min, Money::of(2_500, Currency::Eur));
        let last = policy.terms().ladder.last().expect("a rung");
        assert_eq!((last.share_bp, last.lump_until), (6_000, date(2026, 2, 14)));
        assert_eq!(last.parts, Some(InParts { count_max: 6, until: date(2026, 7, 14) }));
    }

    #[test]
    fn no_policy_brings_an_account_current_before_the_banks_own_rule() {
        for (months, fields) in
            [(None, vec![]), (Some(3), vec![]), (Some(6), vec![]), (Some(2), vec!["re_age_months"]), (Some(61), vec!["re_age_months"])]
        {
            let book = OfferBook { re_age_months_min: months, ..OfferBook::house() };
            assert_eq!(book.problems().iter().map(|problem| problem.field).collect::<Vec<_>>(), fields, "{months:?}");
        }
    }

    #[test]
    fn no_settlement_of_the_house_is_an_officers_alone() {
        let officer = LimitCase { creditor: CreditorId(uuid::Uuid::from_u128(1)), product: "loan", days_past_due: 1, role: Role::Officer };
        let asks = LimitTable::house().promises(&officer).is_some();
        assert!(asks && OfferBook::house().ladder.iter().all(|rung| rung.share_bp < 10_000));
    }

    #[test]
    fn every_problem_of_a_book_is_said() {
        let rung = RungWithin { share_bp: 10_000, lump_within_days: 4_000, parts: None };
        let wrong = OfferBook {
            installment_min_minor: 0,
            budget_share_bp: 10_001,
            discount_ppm: 1_000_001,
            kept_assumed_ppm: 0,
            ladder: vec![rung],
            ..OfferBook::house()
        };
        let fields: Vec<_> = wrong.problems().iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["installment_min", "ladder", "budget_share", "discount", "kept_assumed", "ladder"]);
        let lasting = OfferBook { ladder: vec![RungWithin { lump_within_days: u32::MAX, ..rung }], ..OfferBook::house() };
        assert!(!lasting.problems().is_empty(), "days past every calendar do not panic");
    }
}

//! Corrections: what was told of an account is wrong or may not stand, and is told anew, or taken out, before the month is over.
//!
//! Whoever tells bureaus corrects and updates what is not complete and accurate, promptly (15 USC 1681s-2(a)(2)), shows a dispute
//! (1681s-2(a)(3)), tells no more what an identity theft report names (1681s-2(a)(6)(B)), and after a dispute modifies, deletes or blocks what
//! was found wrong (1681s-2(b)(1)(E); 12 CFR 1022.42, 1022.43).
//!
//! Read [`due`], then [`correct`]. Always true: what was never told is not corrected, what was taken out stays out, and the date of the first
//! delinquency is the one that was told first.

use super::furnishing::{Condition, End, Facts, Furnishing, LeftOut, Status, furnish};
use crate::values::coded::coded;
use jiff::civil::Date;

/// How an account is told anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// As it stands today.
    AsItStands,
    /// Taken out, as it should not be told at all.
    TakeOut {
        /// Because it came from fraud.
        is_fraud: bool,
    },
}

coded! {
    /// What must not wait for the next monthly file.
    Due {
        /// 15 USC 1681s-2(a)(6)(B).
        Fraud = "fraud", "It came from fraud, and is told still";
        /// It is not ours to tell any more.
        Withdrawn = "withdrawn", "It went back, or its creditor wants no report any more, and is told still";
        /// 15 USC 1681s-2(a)(2).
        Paid = "paid", "It is paid or settled, and is told as in collection";
        /// A payment came back.
        Unpaid = "unpaid", "It is told as paid, and the money came back";
        /// 15 USC 1681s-2(a)(6)(B).
        IdentityTheft = "identity_theft", "They say somebody else made the debt, and the report does not show it";
        /// 15 USC 1681s-2(a)(3).
        Dispute = "dispute", "They dispute it, and the report does not show it";
        /// 15 USC 1681s-2(b)(1)(E); 12 CFR 1022.43(e)(4).
        Amount = "amount", "A case found the amount wrong after it was told";
        /// A payment that was counted came back.
        PaymentBack = "payment_back", "A payment that was counted came back: less was told than is owed";
        /// A wrong person.
        WrongPerson = "wrong_person", "Somebody is told as owing it who is not on it any more";
    }
}

impl Due {
    /// The provision that asks for it.
    pub const fn cite(self) -> &'static str {
        match self {
            Due::Dispute => "15 USC 1681s-2(a)(3); 15 USC 1692e(8)",
            Due::Fraud | Due::IdentityTheft => "15 USC 1681s-2(a)(6)(B)",
            Due::Amount => "15 USC 1681s-2(b)(1)(E); 12 CFR 1022.43(e)(4)",
            Due::Withdrawn | Due::Paid | Due::Unpaid | Due::PaymentBack | Due::WrongPerson => "15 USC 1681s-2(a)(2)",
        }
    }
}

/// What happened since an account was told last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// A case of identity theft waits for its answer.
    pub is_identity_theft: bool,
    /// A case ended with a correction.
    pub was_corrected: bool,
    /// A payment that counted then was reversed.
    pub payment_came_back: bool,
    /// Somebody was told as owing it who is not on the account any more.
    pub person_is_gone: bool,
}

/// What is told of an account by a correction of a day, or why nothing is.
///
/// A hardship pause holds back what is new; what is wrong is put right while it stands too.
pub fn correct(facts: &Facts<'_>, how: Correction, as_of: Date) -> Result<Furnishing, LeftOut> {
    let (Some(first), Some(last)) = (facts.told.first(), facts.told.last()) else { return Err(LeftOut::NothingTold) };
    let ended = |status: Status, is_settled: bool| Furnishing {
        status,
        balance_dollars: 0,
        delinquent_since: first.delinquent_since,
        condition: facts.dispute,
        is_settled,
    };
    match how {
        _ if last.status.takes_out() => Err(LeftOut::TakenOut),
        Correction::TakeOut { is_fraud: true } => Ok(ended(Status::DeletedForFraud, false)),
        Correction::TakeOut { is_fraud: false } => Ok(ended(Status::Deleted, false)),
        Correction::AsItStands => match facts.end {
            // Its end was told; what was said of it may be wrong.
            Some(end @ (End::Paid | End::Settled)) if last.status == Status::Paid => Ok(ended(Status::Paid, end == End::Settled)),
            _ => furnish(&Facts { is_paused: false, ..facts.clone() }, as_of),
        },
    }
}

/// What must be corrected now, and how; nothing where what was told last may stand until the next file.
pub fn due(facts: &Facts<'_>, since: Since, as_of: Date) -> Option<(Due, Correction)> {
    let last = facts.told.last().filter(|told| !told.status.takes_out())?;
    if facts.end == Some(End::Fraud) {
        return Some((Due::Fraud, Correction::TakeOut { is_fraud: true }));
    }
    let now = correct(facts, Correction::AsItStands, as_of).ok()?;
    let is_hidden = now.condition == Some(Condition::Disputed) && last.condition != now.condition;
    let balance = now.balance_dollars - last.balance_dollars;
    let found = match (last.status, now.status) {
        (_, Status::Deleted | Status::DeletedForFraud) => Due::Withdrawn,
        (Status::Collection, Status::Paid) => Due::Paid,
        (Status::Paid, Status::Collection) => Due::Unpaid,
        _ if now.is_settled != last.is_settled => Due::Paid,
        _ if is_hidden && since.is_identity_theft => Due::IdentityTheft,
        _ if is_hidden => Due::Dispute,
        _ if since.was_corrected && balance != 0 => Due::Amount,
        _ if since.payment_came_back && balance > 0 => Due::PaymentBack,
        _ if since.person_is_gone => Due::WrongPerson,
        _ => return None,
    };
    Some((found, Correction::AsItStands))
}

#[cfg(test)]
mod tests {
    use super::super::furnishing::Told;
    use super::*;
    use crate::values::money::Money;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 2, 10);
    const TOLD: Told = Told {
        as_of: date(2026, 1, 31),
        status: Status::Collection,
        delinquent_since: date(2025, 3, 1),
        balance_dollars: 420,
        condition: None,
        is_settled: false,
        is_correction: false,
    };

    fn facts(told: &[Told]) -> Facts<'_> {
        Facts {
            is_consumer: true,
            is_first_party: false,
            end: None,
            balance: Money::usd(42_099),
            placed_on: date(2025, 11, 3),
            delinquent_since: Some(date(2025, 3, 1)),
            dispute: None,
            is_paused: false,
            told,
        }
    }

    #[test]
    fn what_differs_in_a_way_that_cannot_wait_is_due_and_the_rest_waits() {
        let told = [TOLD];
        let paid = [TOLD, Told { status: Status::Paid, balance_dollars: 0, ..TOLD }];
        let shown = [Told { condition: Some(Condition::Disputed), ..TOLD }];
        let case = Since { was_corrected: true, ..Since::default() };
        let back = Since { payment_came_back: true, ..Since::default() };
        let theft = Since { is_identity_theft: true, ..Since::default() };
        let gone = Since { person_is_gone: true, ..Since::default() };
        let disputed = |facts: Facts<'static>| Facts { dispute: Some(Condition::Disputed), ..facts };
        let told: &'static [Told] = Box::leak(Box::new(told));
        let shown: &'static [Told] = Box::leak(Box::new(shown));
        let quiet = Since::default();
        //  facts                                                               since  due
        for (facts, since, expected) in [
            (facts(told), quiet, None),
            (facts(&[]), gone, None),
            // Less is owed by a payment, more by interest: the next file says so.
            (Facts { balance: Money::usd(10_000), ..facts(told) }, quiet, None),
            (Facts { balance: Money::usd(50_000), ..facts(told) }, quiet, None),
            (Facts { balance: Money::usd(10_000), ..facts(told) }, case, Some(Due::Amount)),
            (Facts { balance: Money::usd(50_000), ..facts(told) }, back, Some(Due::PaymentBack)),
            (Facts { balance: Money::usd(10_000), ..facts(told) }, back, None),
            (Facts { end: Some(End::Paid), balance: Money::usd(0), ..facts(told) }, quiet, Some(Due::Paid)),
            (Facts { end: Some(End::Settled), balance: Money::usd(0), ..facts(told) }, quiet, Some(Due::Paid)),
            (Facts { end: Some(End::Withdrawn), ..facts(told) }, quiet, Some(Due::Withdrawn)),
            (Facts { end: Some(End::Fraud), ..facts(told) }, quiet, Some(Due::Fraud)),
            (facts(&paid), quiet, Some(Due::Unpaid)),
            (disputed(facts(told)), quiet, Some(Due::Dispute)),
            (disputed(facts(told)), theft, Some(Due::IdentityTheft)),
            (disputed(facts(shown)), theft, None),
            (Facts { dispute: Some(Condition::WasDisputed), ..facts(shown) }, quiet, None),
            (facts(told), gone, Some(Due::WrongPerson)),
        ] {
            assert_eq!(due(&facts, since, TODAY).map(|(due, _)| due), expected, "{facts:?} {since:?}");
        }
        assert!(Due::ALL.iter().all(|due| due.cite().contains("1681s-2")));
    }

    #[test]
    fn what_was_never_told_or_is_out_is_not_corrected_and_a_pause_holds_no_correction_back() {
        let told = [TOLD];
        let out = [TOLD, Told { status: Status::DeletedForFraud, ..TOLD }];
        for how in [Correction::AsItStands, Correction::TakeOut { is_fraud: false }, Correction::TakeOut { is_fraud: true }] {
            assert_eq!(correct(&facts(&[]), how, TODAY), Err(LeftOut::NothingTold));
            assert_eq!(correct(&facts(&out), how, TODAY), Err(LeftOut::TakenOut));
        }
        let paused = Facts { is_paused: true, ..facts(&told) };
        assert_eq!(correct(&paused, Correction::AsItStands, TODAY).unwrap().balance_dollars, 420);
        let fraud = correct(&facts(&told), Correction::TakeOut { is_fraud: true }, TODAY).unwrap();
        assert_eq!((fraud.status, fraud.balance_dollars), (Status::DeletedForFraud, 0));
    }

    fn any_told() -> impl Strategy<Value = Told> {
        let status = prop::sample::select(Status::ALL.to_vec());
        let condition = prop::option::of(prop::sample::select(Condition::ALL.to_vec()));
        (0_i64..40, status, 0_i64..1_000, condition, any::<bool>(), any::<bool>()).prop_map(
            |(days, status, balance_dollars, condition, is_settled, is_correction)| Told {
                as_of: TODAY.saturating_sub(jiff::Span::new().days(days)),
                status,
                balance_dollars,
                condition,
                is_settled,
                is_correction,
                ..TOLD
            },
        )
    }

    proptest! {
        /// A correction never moves the date that was told first, and once it is told nothing is due any more.
        #[test]
        fn a_correction_that_was_told_leaves_nothing_due(
            mut told in prop::collection::vec(any_told(), 0..5),
            end in prop::option::of(prop::sample::select(vec![End::Paid, End::Settled, End::Withdrawn, End::Fraud])),
            cents in 0_i64..100_000,
            dispute in prop::option::of(prop::sample::select(Condition::ALL.to_vec())),
            flags in any::<[bool; 6]>(),
        ) {
            told.sort_by_key(|told| told.as_of);
            let [is_paused, moved, is_identity_theft, was_corrected, payment_came_back, person_is_gone] = flags;
            let since = Since { is_identity_theft, was_corrected, payment_came_back, person_is_gone };
            let delinquent_since = Some(if moved { date(2026, 1, 1) } else { TOLD.delinquent_since });
            let now = Facts { end, balance: Money::usd(cents), dispute, is_paused, delinquent_since, ..facts(&told) };
            let Some((found, how)) = due(&now, since, TODAY) else { return Ok(()) };
            let telling = correct(&now, how, TODAY);
            prop_assert!(telling.is_ok(), "{found:?} cannot be told: {telling:?}");
            let telling = telling.unwrap();
            prop_assert_eq!(telling.delinquent_since, TOLD.delinquent_since);
            let mut after = told.clone();
            after.push(Told::of(&telling, TODAY, true));
            let then = Facts { told: &after, ..now };
            // Whoever is gone was told as gone.
            prop_assert_eq!(due(&then, Since { person_is_gone: false, ..since }, TODAY), None);
        }
    }
}

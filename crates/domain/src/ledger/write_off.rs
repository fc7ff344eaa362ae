//! Write-offs: what is left of an account is closed out of the books, and by whom.
//!
//! What is written off was not paid. Money that arrives for it later takes it back, as far as it goes, unless the rest was released by a
//! settlement. Read [`decide_write_off`]. How much somebody writes off alone stands among the limits by creditor, kind of debt, age and
//! role, in the room of plans; what an officer may write off alone is what counts as a small balance. Beyond limits it
//! is asked for, and whoever answers grants it for one case.

use super::{Balanced, Buckets, Code, LedgerError, Line};
use crate::decision::{Decision, Detail, Reason, RuleCard, Severity, Whose};
use crate::values::coded::coded;
use crate::values::money::Money;

coded! {
    /// Why what is left is written off; the account closes for it.
    WriteOffReason, 5 {
        SmallBalance = "small_balance", "Small balance";
        Settled = "settled", "Settled";
        Uncollectible = "uncollectible", "Nothing to be had";
        Bankruptcy = "bankruptcy", "Bankruptcy";
        Deceased = "deceased", "Died, no estate";
    }
}

impl WriteOffReason {
    /// Whether money that arrives later is taken for what was written off. A settlement released the rest: more money is the debtor's.
    pub const fn is_open_to_money(self) -> bool {
        !matches!(self, WriteOffReason::Settled)
    }
}

static NOTHING: RuleCard = RuleCard::house(
    "ledger.write-off.nothing",
    Severity::Block,
    "Nothing is left to be written off.",
    "Close the account, if it is to end.",
);
static NOT_SMALL: RuleCard = RuleCard::house(
    "ledger.write-off.small-balance",
    Severity::Block,
    "It is more than a small balance.",
    "Name the reason for which it is given up, or go on collecting.",
);
static LARGE: RuleCard = RuleCard::house(
    "ledger.limit.write-off",
    Severity::Supervisor,
    "The amount is more than may be written off alone.",
    "Ask a supervisor. What a supervisor may not write off alone either, a supervisor asks for and another one grants.",
);

/// The limit, for whoever reads a request.
pub static CARDS: [&RuleCard; 1] = [&LARGE];

/// What binds a write-off; nothing where no row names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOffLimits {
    /// How much whoever writes off may write off alone, in minor units, and whose limit that is.
    pub alone: Option<(i64, Whose)>,
    /// What counts as a small balance, in minor units, and who says so.
    pub small: Option<(i64, Whose)>,
}

/// Decides whether what is left may be written off. A limit binds neither what was granted nor what a settlement left that was kept.
pub fn decide_write_off(left: Money, because: WriteOffReason, limits: &WriteOffLimits, is_granted: bool) -> Decision {
    let beyond = |limit: Option<(i64, Whose)>| {
        let (most, whose) = limit.filter(|(most, _)| left.minor() > *most)?;
        let said = Detail::Amount { asked: left, limit: Money::of(most, left.currency()) };
        Some(Detail::ByPolicy { whose, said: Box::new(said) })
    };
    let nothing = (left.minor() <= 0).then_some((&NOTHING, Detail::Plain));
    let not_small = beyond(limits.small).filter(|_| because == WriteOffReason::SmallBalance).map(|detail| (&NOT_SMALL, detail));
    let large = beyond(limits.alone).filter(|_| !is_granted).map(|detail| (&LARGE, detail));
    let found = [nothing, not_small, large].into_iter().flatten();
    let because: Vec<Reason> = found.map(|(rule, detail)| Reason { rule, detail }).collect();
    Decision { answer: Decision::answer_of(&because), next_allowed_at: None, because, warnings: Vec::new() }
}

/// The entry that takes all that is owed to zero; none where nothing is.
pub fn plan_write_off(owed: &Buckets) -> Result<Balanced, LedgerError> {
    let left = owed.total()?;
    if left.minor() <= 0 {
        return Err(LedgerError::NotPositive);
    }
    let lines = owed.each().map(|(bucket, amount)| Line::new(Code::Receivable, Some(bucket), -amount.minor(), owed.currency()));
    Balanced::new(owed.currency(), lines.chain([Line::new(Code::Placed, None, left.minor(), owed.currency())]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Bucket;
    use crate::values::money::Currency;

    #[test]
    fn a_write_off_takes_every_bucket_to_zero_and_its_opposite_brings_all_back() {
        let owed = Buckets::none(Currency::Usd).with(Bucket::Principal, 340).with(Bucket::Fees, 25).with(Bucket::Interest, 7);
        let lines = plan_write_off(&owed).expect("an entry");
        let after = owed.after(&lines).expect("no bucket falls below zero");
        assert_eq!(after, Buckets::none(Currency::Usd));
        assert_eq!(after.after(&lines.reversed()), Ok(owed));
        assert!(lines.lines().all(|line| matches!(line.code, Code::Receivable | Code::Placed)), "no client money moves");
        assert_eq!(plan_write_off(&after), Err(LedgerError::NotPositive));
    }

    #[test]
    fn money_takes_back_what_was_given_up_and_not_what_was_released() {
        for because in WriteOffReason::ALL {
            assert_eq!(because.is_open_to_money(), because != WriteOffReason::Settled, "{because}");
        }
    }
}

//! A remittance: what a creditor is sent for a period, what is kept of it, what is invoiced and what is carried forward.
//!
//! Each line names a payment: collected in trust, paid to the creditor itself, taken back after it was remitted, or a fee put right. A
//! payment that was taken back gives the fee back that was charged for it, whatever the plan says today.
//!
//! Net keeps all that the client owes from what was collected; gross keeps only what came back, and invoices the fees; combined keeps fees
//! on what was collected and invoices those on direct payments. What cannot be kept is carried forward: nothing is ever sent that is not
//! there, and no client is sent less than nothing.
//!
//! Read [`close`]. Always true: however fees are got, the client ends with the same; a fee and its clawback add up to zero.

use super::rates::Mode;
use super::trust::TrustError;
use crate::values::coded::coded;

coded! {
    /// What a line is.
    LineKind, 4 {
        Trust = "trust", "collected";
        Direct = "direct", "paid to the client";
        Returned = "returned", "came back";
        Correction = "correction", "fee put right";
    }
}

/// What a line comes to, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Whether the payment was made to the client itself.
    pub is_direct: bool,
    /// The payment; below zero where it came back, nothing where only its fee is put right.
    pub amount: i64,
    /// Costs that it recovers; below zero where it came back.
    pub costs: i64,
    /// The fee; below zero where it came back.
    pub fee: i64,
}

impl Line {
    /// The line that takes back what a payment was remitted with: the amount, the costs and all fees that were charged.
    pub const fn clawback(of: &Line) -> Line {
        Line { kind: LineKind::Returned, is_direct: of.is_direct, amount: -of.amount, costs: -of.costs, fee: -of.fee }
    }
}

/// What a client owes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owes {
    /// Of payments that came back after they were remitted.
    pub returned: i64,
    /// Of fees and costs; below zero where the agency owes it some.
    pub billed: i64,
}

/// What a remittance comes to, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remittance {
    /// Collected in trust.
    pub collected: i64,
    /// Paid to the client itself, less what of that came back.
    pub direct: i64,
    /// What came back of what was remitted in trust, on this statement.
    pub came_back: i64,
    /// All fees, less those given back.
    pub fees: i64,
    /// Costs recovered.
    pub costs: i64,
    /// What the client owed before.
    pub before: Owes,
    /// What the agency keeps of what was collected; below zero where it gives fees back.
    pub kept: i64,
    /// What the client is sent.
    pub paid: i64,
    /// What is newly invoiced; below zero is a credit.
    pub invoiced: i64,
    /// What the client owes after.
    pub after: Owes,
}

fn sum(amounts: impl Iterator<Item = i64>) -> Result<i64, TrustError> {
    let mut amounts = amounts;
    amounts.try_fold(0i64, i64::checked_add).ok_or(TrustError::TooLarge)
}

/// Closes a period over its lines.
pub fn close(mode: Mode, lines: &[Line], before: Owes) -> Result<Remittance, TrustError> {
    let of = |kind: LineKind| lines.iter().filter(move |line| line.kind == kind);
    let collected = sum(of(LineKind::Trust).map(|line| line.amount))?;
    let direct = sum(lines.iter().filter(|line| line.is_direct).map(|line| line.amount))?;
    let came_back = sum(of(LineKind::Returned).filter(|line| !line.is_direct).map(|line| -line.amount))?;
    let (fees, costs) = (sum(lines.iter().map(|line| line.fee))?, sum(lines.iter().map(|line| line.costs))?);
    let fees_direct = sum(lines.iter().filter(|line| line.is_direct).map(|line| line.fee))?;
    // What is due from the money itself, and what is invoiced beside it.
    let (due, invoiced) = match mode {
        Mode::Net => (sum([before.returned, before.billed, fees, costs].into_iter())?, before.billed.checked_neg()),
        Mode::Combined => (sum([before.returned, fees, -fees_direct, costs].into_iter())?, Some(fees_direct)),
        Mode::Gross => (before.returned, fees.checked_add(costs)),
    };
    let invoiced = invoiced.ok_or(TrustError::TooLarge)?;
    let kept = due.min(collected);
    let left = due.checked_sub(kept).ok_or(TrustError::TooLarge)?;
    let returned = before.returned.min(left);
    let billed = sum([before.billed, invoiced, left, -returned].into_iter())?;
    let paid = collected.checked_sub(kept).ok_or(TrustError::TooLarge)?;
    // Net invoices nothing: what it could not keep is carried forward.
    let invoiced = if mode == Mode::Net { 0 } else { billed.checked_sub(before.billed).ok_or(TrustError::TooLarge)? };
    let after = Owes { returned, billed };
    Ok(Remittance { collected, direct, came_back, fees, costs, before, kept, paid, invoiced, after })
}

impl Remittance {
    /// What the client ends with: what it was paid itself and was sent, less what it owes.
    pub fn client_ends_with(&self) -> Result<i64, TrustError> {
        sum([self.direct, self.paid, -self.after.returned, -self.after.billed].into_iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(is_direct: bool, amount: i64, fee: i64) -> Line {
        let kind = if is_direct { LineKind::Direct } else { LineKind::Trust };
        Line { kind, is_direct, amount, costs: 0, fee }
    }

    #[test]
    fn net_gross_and_combined_leave_the_client_with_the_same() {
        let lines = [line(false, 850_000, 212_500), line(true, 150_000, 37_500)];
        //   mode             paid     invoiced  carried
        for (mode, paid, invoiced, billed) in
            [(Mode::Net, 600_000, 0, 0), (Mode::Gross, 850_000, 250_000, 250_000), (Mode::Combined, 637_500, 37_500, 37_500)]
        {
            let remittance = close(mode, &lines, Owes::default()).unwrap();
            assert_eq!((remittance.paid, remittance.invoiced, remittance.after.billed), (paid, invoiced, billed), "{mode}");
            assert_eq!(remittance.client_ends_with(), Ok(750_000), "{mode}: metrics, section 7");
        }
    }

    #[test]
    fn what_came_back_is_carried_forward_and_never_paid_from_nothing() {
        let back = Line::clawback(&line(false, 100_000, 25_000));
        let owes = Owes { returned: 100_000, billed: 0 };
        let first = close(Mode::Net, &[back], owes).unwrap();
        assert_eq!((first.paid, first.kept, first.after), (0, 0, Owes { returned: 75_000, billed: 0 }), "the fee is given back");
        let second = close(Mode::Net, &[line(false, 90_000, 22_500)], first.after).unwrap();
        assert_eq!((second.paid, second.kept, second.after), (0, 90_000, Owes { returned: 7_500, billed: 0 }));
        let third = close(Mode::Net, &[line(false, 10_000, 0)], second.after).unwrap();
        assert_eq!((third.paid, third.after), (2_500, Owes::default()));
        let gross = close(Mode::Gross, &[back, line(false, 40_000, 10_000)], owes).unwrap();
        assert_eq!((gross.paid, gross.invoiced, gross.after), (0, -15_000, Owes { returned: 60_000, billed: -15_000 }));
    }

    #[test]
    fn a_fee_given_back_with_nothing_owed_is_sent() {
        let back = Line::clawback(&line(true, 10_000, 2_500));
        let net = close(Mode::Net, &[back], Owes::default()).unwrap();
        assert_eq!((net.kept, net.paid, net.after), (-2_500, 2_500, Owes::default()));
    }

    #[test]
    fn sums_that_do_not_fit_are_an_error() {
        let lines = [line(false, i64::MAX, 0), line(false, 1, 0)];
        assert_eq!(close(Mode::Net, &lines, Owes::default()), Err(TrustError::TooLarge));
    }

    prop_compose! {
        fn any_line()(amount in 1i64..1_000_000, share in 0i64..=100, costs in 0i64..1_000, is_direct: bool, is_back: bool) -> Line {
            let costs = if is_direct { 0 } else { costs.min(amount) };
            let one = Line { costs, ..line(is_direct, amount, (amount - costs) * share / 100) };
            if is_back { Line::clawback(&one) } else { one }
        }
    }

    proptest! {
        #[test]
        fn the_client_ends_with_the_same_however_fees_are_got(
            periods in proptest::collection::vec(proptest::collection::vec(any_line(), 0..12), 1..6),
        ) {
            let mut ends = Vec::new();
            for mode in Mode::ALL {
                let (mut owes, mut received) = (Owes::default(), 0i64);
                for lines in &periods {
                    owes.returned += lines.iter().filter(|line| line.kind == LineKind::Returned && !line.is_direct).map(|line| -line.amount).sum::<i64>();
                    let remittance = close(mode, lines, owes).unwrap();
                    prop_assert!(remittance.paid >= 0 && remittance.after.returned >= 0);
                    prop_assert_eq!(remittance.kept + remittance.paid, remittance.collected);
                    prop_assert!(mode != Mode::Net || remittance.after.billed >= 0, "net carries claims, not credits");
                    received += remittance.direct + remittance.paid;
                    owes = remittance.after;
                }
                ends.push(received - owes.returned - owes.billed);
            }
            prop_assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{:?}", ends);
        }

        #[test]
        fn a_fee_and_its_clawback_add_up_to_zero(one in any_line()) {
            let back = Line::clawback(&one);
            prop_assert_eq!((one.amount + back.amount, one.costs + back.costs, one.fee + back.fee), (0, 0, 0));
        }
    }
}

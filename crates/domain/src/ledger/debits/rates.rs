//! Return rates: how much of what was drawn came back, against what the network puts up with.
//!
//! Counted over sixty days, in whole numbers: a rate is over its threshold when its returns times ten thousand are more than the debits
//! times the basis points.

use crate::values::coded::coded;

/// Over how many days rates are counted.
pub const RATE_DAYS: i32 = 60;

coded! {
    /// Which returns a rate counts.
    Rate, 3 {
        Unauthorized = "unauthorized", "Not authorized";
        Administrative = "administrative", "Closed or wrong account";
        Overall = "overall", "All returns";
    }
}

impl Rate {
    /// The threshold in basis points.
    pub const fn threshold_bp(self) -> i64 {
        match self {
            Rate::Unauthorized => 50,
            Rate::Administrative => 300,
            Rate::Overall => 1_500,
        }
    }

    /// Whether a return counts.
    pub fn counts(self, code: &str) -> bool {
        match self {
            Rate::Unauthorized => matches!(code, "R05" | "R07" | "R10" | "R11" | "R29" | "R51"),
            Rate::Administrative => matches!(code, "R02" | "R03" | "R04"),
            Rate::Overall => true,
        }
    }
}

/// A rate over the days that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Which.
    pub rate: Rate,
    /// Debits that were sent.
    pub sent: i64,
    /// Of these, how many came back and count.
    pub returned: i64,
}

impl Counted {
    /// Counts the codes of returns; one without a code did not come back.
    pub fn of(rate: Rate, sent: i64, returns: &[(String, i64)]) -> Counted {
        Counted { rate, sent, returned: returns.iter().filter(|(code, _)| rate.counts(code)).map(|(_, count)| count).sum() }
    }

    /// Hundredths of a percent, rounded up: a rate never looks smaller than it is.
    pub fn basis_points(&self) -> i64 {
        if self.sent <= 0 { 0 } else { self.returned.saturating_mul(10_000).saturating_add(self.sent - 1) / self.sent }
    }

    /// Whether it is more than the network puts up with.
    pub fn is_over(&self) -> bool {
        self.returned.saturating_mul(10_000) > self.sent.saturating_mul(self.rate.threshold_bp())
    }

    /// As people write it: `0.51 %`.
    pub fn in_percent(&self) -> String {
        percent(self.basis_points())
    }

    /// The threshold, written alike.
    pub fn threshold(&self) -> String {
        percent(self.rate.threshold_bp())
    }
}

fn percent(basis_points: i64) -> String {
    format!("{}.{:02} %", basis_points / 100, basis_points % 100)
}

//! The ledger: balanced, immutable entries, and how a payment is divided.
//!
//! Two pairs of accounts stand apart. The debt: what debtors owe (`Receivable`, by bucket) against what creditors placed
//! (`Placed`). The money: client money in the bank (`TrustBank`) against whom it belongs to (`ClientPayable`, or `Unapplied`
//! where a debtor paid more than was owed). A payment moves both. Nothing is ever changed: a wrong entry is reversed by
//! another.
//!
//! Always true: the lines of an entry add up to zero in its currency; no bucket falls below zero.

pub mod ach;
pub mod bank_file;
pub mod book;
pub mod charges;
pub mod clearing;
pub mod debits;
pub mod interest;
pub mod matching;
pub mod plain_text;
pub mod processor;
pub mod rates;
pub mod receipts;
pub mod remittance;
pub mod trust;
pub mod waiver;
pub mod write_off;

use crate::accounts::Bucket;
use crate::values::money::{Currency, Money, MoneyError};

/// An account of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// What debtors owe; debit balance.
    Receivable,
    /// What creditors placed with us; credit balance.
    Placed,
    /// Client money at the bank; debit balance.
    TrustBank,
    /// Client money we owe to creditors; credit balance.
    ClientPayable,
    /// Money of debtors that no debt has taken; credit balance.
    Unapplied,
}

impl Code {
    /// The name in plain-text accounting.
    pub const fn journal_name(self) -> &'static str {
        match self {
            Code::Receivable => "assets:receivable",
            Code::Placed => "equity:placed",
            Code::TrustBank => "assets:trust bank",
            Code::ClientPayable => "liabilities:client payable",
            Code::Unapplied => "liabilities:unapplied",
        }
    }
}

/// One line of an entry: debits are positive, credits negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account of the chart.
    pub code: Code,
    /// The bucket, for receivables.
    pub bucket: Option<Bucket>,
    /// The amount; debit positive.
    pub amount: Money,
}

impl Line {
    const fn new(code: Code, bucket: Option<Bucket>, minor: i64, currency: Currency) -> Line {
        Line { code, bucket, amount: Money::of(minor, currency) }
    }
}

/// Why lines are no entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerError {
    /// The lines do not add up to zero.
    Unbalanced {
        /// Minor units by which they miss it.
        off_by: i64,
    },
    /// Two currencies in one entry, or an amount too large.
    Money(MoneyError),
    /// An amount that must be above zero is not.
    NotPositive,
    /// A bucket would fall below zero.
    BelowZero(Bucket),
    /// More than is owed, which is so much.
    MoreThanOwed(Money),
}

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LedgerError::Unbalanced { off_by } => write!(f, "the entry is off by {off_by} minor units"),
            LedgerError::Money(error) => error.fmt(f),
            LedgerError::NotPositive => f.write_str("the amount must be above zero"),
            LedgerError::MoreThanOwed(owed) => write!(f, "the amount is more than the {owed} that are owed: the rest is the creditor's"),
            LedgerError::BelowZero(bucket) => write!(f, "{} would fall below zero", bucket.code()),
        }
    }
}

impl std::error::Error for LedgerError {}

impl From<MoneyError> for LedgerError {
    fn from(error: MoneyError) -> LedgerError {
        LedgerError::Money(error)
    }
}

/// Where an entry can have a line: receivables by bucket in the order of [`Bucket::ALL`], then the other accounts of the chart.
pub const PLACES: [(Code, Option<Bucket>); 9] = [
    (Code::Receivable, Some(Bucket::Principal)),
    (Code::Receivable, Some(Bucket::Interest)),
    (Code::Receivable, Some(Bucket::Fees)),
    (Code::Receivable, Some(Bucket::Costs)),
    (Code::Receivable, Some(Bucket::Other)),
    (Code::Placed, None),
    (Code::TrustBank, None),
    (Code::ClientPayable, None),
    (Code::Unapplied, None),
];

/// What an entry moves at each of its [`PLACES`], together zero. The only way to have an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balanced {
    currency: Currency,
    minor: [i64; PLACES.len()],
}

impl Balanced {
    /// Takes lines if they add up to zero in one currency; lines at the same place become one.
    pub fn new(currency: Currency, lines: impl IntoIterator<Item = Line>) -> Result<Balanced, LedgerError> {
        let mut minor = [0i64; PLACES.len()];
        for Line { code, bucket, amount } in lines {
            if amount.currency() != currency {
                return Err(LedgerError::Money(MoneyError::CurrencyMismatch));
            }
            let place = place_of(code, bucket);
            minor[place] = minor[place].checked_add(amount.minor()).ok_or(MoneyError::Overflow)?;
        }
        Balanced::of(currency, minor)
    }

    /// Takes amounts at all [`PLACES`], in minor units, if they add up to zero.
    pub fn of(currency: Currency, minor: [i64; PLACES.len()]) -> Result<Balanced, LedgerError> {
        let sum = minor.iter().try_fold(0i64, |sum, minor| sum.checked_add(*minor)).ok_or(MoneyError::Overflow)?;
        if sum == 0 { Ok(Balanced { currency, minor }) } else { Err(LedgerError::Unbalanced { off_by: sum }) }
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What is moved at each of [`PLACES`], in minor units.
    pub const fn minor(&self) -> &[i64; PLACES.len()] {
        &self.minor
    }

    /// The lines: the places at which something is moved.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let moved = PLACES.into_iter().zip(self.minor).filter(|(_, minor)| *minor != 0);
        moved.map(|((code, bucket), minor)| Line::new(code, bucket, minor, self.currency))
    }

    /// Whether nothing is moved.
    pub fn is_empty(&self) -> bool {
        self.minor.iter().all(|minor| *minor == 0)
    }

    /// The entry that takes this one back.
    pub fn reversed(&self) -> Balanced {
        Balanced { minor: self.minor.map(|minor| -minor), ..*self }
    }
}

/// Where the lines of an account of the chart stand among [`PLACES`]. A receivable without a bucket is of the last, as other debts are.
fn place_of(code: Code, bucket: Option<Bucket>) -> usize {
    match code {
        Code::Receivable => bucket.unwrap_or(Bucket::Other) as usize,
        other => Bucket::ALL.len() - 1 + other as usize,
    }
}

/// What is owed, by bucket, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    currency: Currency,
    minor: [i64; Bucket::ALL.len()],
}

impl Buckets {
    /// Nothing owed.
    pub const fn none(currency: Currency) -> Buckets {
        Buckets { currency, minor: [0; Bucket::ALL.len()] }
    }

    /// Amounts in minor units, in the order of [`Bucket::ALL`].
    pub const fn of(currency: Currency, minor: [i64; Bucket::ALL.len()]) -> Buckets {
        Buckets { currency, minor }
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Every bucket in minor units, in the order of [`Bucket::ALL`].
    pub const fn minor(&self) -> &[i64; Bucket::ALL.len()] {
        &self.minor
    }

    /// One bucket.
    pub fn get(&self, bucket: Bucket) -> Money {
        Money::of(self.minor[bucket as usize], self.currency)
    }

    /// The same with one bucket at another amount.
    pub fn with(mut self, bucket: Bucket, minor: i64) -> Buckets {
        self.minor[bucket as usize] = minor;
        self
    }

    /// All buckets together.
    pub fn total(&self) -> Result<Money, MoneyError> {
        let sum = self.minor.iter().try_fold(0i64, |sum, minor| sum.checked_add(*minor)).ok_or(MoneyError::Overflow)?;
        Ok(Money::of(sum, self.currency))
    }

    /// Every bucket with its amount.
    pub fn each(&self) -> impl Iterator<Item = (Bucket, Money)> + '_ {
        Bucket::ALL.into_iter().map(|bucket| (bucket, self.get(bucket)))
    }

    /// After an entry's receivable lines; a bucket below zero is an error.
    pub fn after(&self, entry: &Balanced) -> Result<Buckets, LedgerError> {
        let mut after = *self;
        if entry.currency != self.currency {
            return Err(LedgerError::Money(MoneyError::CurrencyMismatch));
        }
        // Receivables come first among the places, bucket by bucket.
        for ((bucket, minor), moved) in Bucket::ALL.into_iter().zip(&mut after.minor).zip(entry.minor) {
            *minor = minor.checked_add(moved).ok_or(MoneyError::Overflow)?;
            if *minor < 0 {
                return Err(LedgerError::BelowZero(bucket));
            }
        }
        Ok(after)
    }
}

/// In which order a payment fills buckets; every bucket once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocationOrder([Bucket; Bucket::ALL.len()]);

impl Default for AllocationOrder {
    /// Costs, fees, interest, principal, other.
    fn default() -> AllocationOrder {
        AllocationOrder([Bucket::Costs, Bucket::Fees, Bucket::Interest, Bucket::Principal, Bucket::Other])
    }
}

impl AllocationOrder {
    /// Reads `principal,interest,…`; buckets left out follow in the usual order, a bucket named twice is no order.
    pub fn parse(text: &str) -> Option<AllocationOrder> {
        let mut order: Vec<Bucket> = Vec::new();
        for code in text.split(',').map(str::trim).filter(|code| !code.is_empty()) {
            let bucket = Bucket::parse(code)?;
            if order.contains(&bucket) {
                return None;
            }
            order.push(bucket);
        }
        order.extend(AllocationOrder::default().0.into_iter().filter(|bucket| !order.contains(bucket)).collect::<Vec<_>>());
        order.try_into().ok().map(AllocationOrder)
    }

    /// Puts parts in this order.
    pub fn sort(&self, parts: &mut [(Bucket, Money)]) {
        parts.sort_by_key(|(bucket, _)| self.0.iter().position(|known| known == bucket));
    }

    /// As [`AllocationOrder::parse`] reads it.
    pub fn text(&self) -> String {
        self.0.map(Bucket::code).join(",")
    }
}

/// How a payment was divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What each bucket took, in the creditor's order; buckets that took nothing are left out.
    pub parts: Vec<(Bucket, Money)>,
    /// What no bucket took.
    pub unapplied: Money,
}

/// Divides a payment over what is owed, in the creditor's order. Parts and the unapplied rest add up to the payment.
pub fn allocate(payment: Money, owed: &Buckets, order: AllocationOrder) -> Result<Allocation, LedgerError> {
    if payment.minor() <= 0 {
        return Err(LedgerError::NotPositive);
    }
    if payment.currency() != owed.currency {
        return Err(LedgerError::Money(MoneyError::CurrencyMismatch));
    }
    let mut left = payment.minor();
    let mut parts = Vec::new();
    for bucket in order.0 {
        let part = owed.get(bucket).minor().clamp(0, left);
        if part > 0 {
            parts.push((bucket, Money::of(part, owed.currency)));
            left -= part;
        }
    }
    Ok(Allocation { parts, unapplied: Money::of(left, owed.currency) })
}

/// The entry that opens an account with what is owed.
pub fn plan_opening(owed: &Buckets) -> Result<Balanced, LedgerError> {
    let placed = Line::new(Code::Placed, None, -owed.total()?.minor(), owed.currency);
    let lines = owed.each().map(|(bucket, amount)| Line { code: Code::Receivable, bucket: Some(bucket), amount });
    Balanced::new(owed.currency, lines.chain([placed]))
}

/// The entry that brings what was placed to what the creditor says now; bucket by bucket, against what was placed before.
pub fn plan_adjustment(before: &Buckets, now: &Buckets) -> Result<Balanced, LedgerError> {
    let mut lines = Vec::new();
    for (bucket, amount) in now.each() {
        let difference = amount.minus(before.get(bucket))?;
        lines.push(Line { code: Code::Receivable, bucket: Some(bucket), amount: difference });
        lines.push(Line::new(Code::Placed, None, -difference.minor(), now.currency));
    }
    Balanced::new(now.currency, lines)
}

/// The entry of a payment: the debt falls, client money comes in.
pub fn plan_payment(payment: Money, owed: &Buckets, order: AllocationOrder) -> Result<(Allocation, Balanced), LedgerError> {
    let allocation = allocate(payment, owed, order)?;
    let currency = payment.currency();
    let applied = payment.minus(allocation.unapplied)?.minor();
    let money = [
        Line::new(Code::TrustBank, None, payment.minor(), currency),
        Line::new(Code::ClientPayable, None, -applied, currency),
        Line::new(Code::Unapplied, None, -allocation.unapplied.minor(), currency),
        Line::new(Code::Placed, None, applied, currency),
    ];
    let debt = allocation.parts.iter().map(|(bucket, part)| Line::new(Code::Receivable, Some(*bucket), -part.minor(), currency));
    let entry = Balanced::new(currency, debt.chain(money))?;
    Ok((allocation, entry))
}

/// The entry of a payment to the creditor itself: the debt falls, and no money comes in. Only what is owed can be paid so.
pub fn plan_direct(payment: Money, owed: &Buckets, order: AllocationOrder) -> Result<(Allocation, Balanced), LedgerError> {
    let allocation = allocate(payment, owed, order)?;
    if allocation.unapplied.minor() > 0 {
        return Err(LedgerError::MoreThanOwed(owed.total()?));
    }
    let currency = payment.currency();
    let debt = allocation.parts.iter().map(|(bucket, part)| Line::new(Code::Receivable, Some(*bucket), -part.minor(), currency));
    let entry = Balanced::new(currency, debt.chain([Line::new(Code::Placed, None, payment.minor(), currency)]))?;
    Ok((allocation, entry))
}

/// The entry of a refund: overpaid money leaves the bank, and nobody is owed it any more.
pub fn plan_refund(amount: Money) -> Result<Balanced, LedgerError> {
    let (minor, currency) = (amount.minor(), amount.currency());
    Balanced::new(currency, [Line::new(Code::Unapplied, None, minor, currency), Line::new(Code::TrustBank, None, -minor, currency)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn owed(principal: i64, interest: i64, fees: i64) -> Buckets {
        Buckets::none(Currency::Usd).with(Bucket::Principal, principal).with(Bucket::Interest, interest).with(Bucket::Fees, fees)
    }

    #[test]
    fn a_payment_fills_buckets_in_the_creditors_order() {
        let usual = allocate(Money::usd(5_000), &owed(10_000, 1_000, 2_500), AllocationOrder::default()).unwrap();
        assert_eq!(
            usual.parts,
            [(Bucket::Fees, Money::usd(2_500)), (Bucket::Interest, Money::usd(1_000)), (Bucket::Principal, Money::usd(1_500))]
        );
        let principal_first =
            allocate(Money::usd(5_000), &owed(10_000, 1_000, 2_500), AllocationOrder::parse("principal").unwrap()).unwrap();
        assert_eq!(principal_first.parts, [(Bucket::Principal, Money::usd(5_000))]);
        let too_much = allocate(Money::usd(5_000), &owed(1_000, 0, 0), AllocationOrder::default()).unwrap();
        assert_eq!(too_much.unapplied, Money::usd(4_000));
    }

    #[test]
    fn an_adjustment_moves_each_bucket_and_balances() {
        let entry = plan_adjustment(&owed(1_000, 50, 0), &owed(900, 50, 30)).unwrap();
        let after = owed(600, 50, 0).after(&entry).unwrap();
        assert_eq!(after, owed(500, 50, 30));
        assert_eq!(owed(50, 50, 0).after(&entry), Err(LedgerError::BelowZero(Bucket::Principal)));
    }

    #[test]
    fn orders_are_read_and_nonsense_is_not() {
        assert_eq!(AllocationOrder::parse("principal, interest").unwrap().text(), "principal,interest,costs,fees,other");
        assert_eq!(AllocationOrder::parse("principal,principal"), None);
        assert_eq!(AllocationOrder::parse("gold"), None);
        let mut parts = [(Bucket::Principal, Money::usd(1)), (Bucket::Costs, Money::usd(2))];
        AllocationOrder::default().sort(&mut parts);
        assert_eq!(parts, [(Bucket::Costs, Money::usd(2)), (Bucket::Principal, Money::usd(1))]);
    }

    #[test]
    fn every_line_stands_at_its_place() {
        for (at, (code, bucket)) in PLACES.into_iter().enumerate() {
            assert_eq!(place_of(code, bucket), at);
        }
        let codes = [Code::Receivable, Code::Placed, Code::TrustBank, Code::ClientPayable, Code::Unapplied];
        assert_eq!(PLACES.len(), Bucket::ALL.len() + codes.len() - 1);
    }

    #[test]
    fn nothing_unbalanced_becomes_an_entry() {
        let line = |minor| Line::new(Code::TrustBank, None, minor, Currency::Usd);
        assert_eq!(Balanced::new(Currency::Usd, [line(5), line(-4)]), Err(LedgerError::Unbalanced { off_by: 1 }));
        let foreign = Line::new(Code::Placed, None, -5, Currency::Eur);
        assert_eq!(Balanced::new(Currency::Usd, [line(5), foreign]), Err(LedgerError::Money(MoneyError::CurrencyMismatch)));
        assert_eq!(allocate(Money::usd(0), &owed(1, 0, 0), AllocationOrder::default()), Err(LedgerError::NotPositive));
    }

    proptest! {
        #[test]
        fn payments_and_reversals_keep_the_ledger_whole(
            principal in 0i64..1_000_000, interest in 0i64..100_000, fees in 0i64..100_000,
            steps in prop::collection::vec((1i64..300_000, any::<bool>()), 1..30),
        ) {
            let opening = owed(principal, interest, fees);
            let mut balance = Buckets::none(Currency::Usd).after(&plan_opening(&opening).unwrap()).unwrap();
            prop_assert_eq!(balance, opening);
            let mut live: Vec<Balanced> = Vec::new();
            for (minor, reverse) in steps {
                if reverse && !live.is_empty() {
                    let back = live.swap_remove(usize::try_from(minor).unwrap() % live.len()).reversed();
                    balance = balance.after(&back).unwrap();
                } else {
                    let (allocation, entry) = plan_payment(Money::usd(minor), &balance, AllocationOrder::default()).unwrap();
                    let parts: i64 = allocation.parts.iter().map(|(_, part)| part.minor()).sum();
                    prop_assert_eq!(parts + allocation.unapplied.minor(), minor);
                    balance = balance.after(&entry).unwrap();
                    live.push(entry);
                }
                let paid: i64 = live.iter().flat_map(Balanced::lines).filter(|line| line.code == Code::Receivable).map(|line| line.amount.minor()).sum();
                prop_assert_eq!(balance.total().unwrap().minor(), opening.total().unwrap().minor() + paid);
            }
        }
    }
}

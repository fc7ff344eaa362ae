//! The trust book: whose the money at the trust bank is once it came in, and what clients and agency owe each other beside it.
//!
//! The entries of accounts say what came in and for which creditor ([`super::Balanced`]). This book says what follows for creditors: what
//! was remitted to them, what the agency earned and took out, what is on its way. Two pairs of accounts stand apart, each adding up to
//! zero: money in trust (at the bank, of clients, of the agency, on its way), and claims outside it (a client owes what came back after it
//! was remitted, or fees that were invoiced).
//!
//! When a payment comes back that was remitted, the agency's money in trust covers it at once ([`plan_cover`]) and the client owes it: so
//! no client's ledger falls below zero, and no other client's money pays for it. Where the agency has too little there, it has to bring
//! some in: that is work, and stands on the page until it is done.
//!
//! Read [`Posting`], then the plans. Always true: both pairs of a posting add up to zero; no client's ledger, nothing on its way and no
//! claim on returned money falls below zero; what is swept was earned.

use super::remittance::Remittance;
use crate::values::coded::coded;
use crate::values::money::{Currency, MoneyError};

/// An account of the trust book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Money at the trust bank; debit balance.
    TrustBank,
    /// What is held for a client; credit balance.
    ClientPayable,
    /// The agency's money in trust: fees earned and not swept; credit balance, below zero where it has to bring money in.
    Agency,
    /// Remittances and sweeps that the bank has not shown yet; credit balance.
    OnItsWay,
    /// What came back after it was remitted, owed by the client; debit balance.
    Returned,
    /// Fees that were billed to the client; debit balance, credit where the agency owes it fees.
    Billed,
    /// The other side of what clients owe.
    Claims,
}

/// Every account of the book, in the order in which a posting keeps them.
pub const PLACES: [Place; 7] =
    [Place::TrustBank, Place::ClientPayable, Place::Agency, Place::OnItsWay, Place::Returned, Place::Billed, Place::Claims];

/// How many of the first are money in trust.
const IN_TRUST: usize = 4;

impl Place {
    /// The name in plain-text accounting; the first two are those of the entries of accounts.
    pub const fn journal_name(self) -> &'static str {
        match self {
            Place::TrustBank => super::Code::TrustBank.journal_name(),
            Place::ClientPayable => super::Code::ClientPayable.journal_name(),
            Place::Agency => "liabilities:agency in trust",
            Place::OnItsWay => "liabilities:on its way",
            Place::Returned => "assets:due from clients:returned",
            Place::Billed => "assets:due from clients:billed",
            Place::Claims => "equity:claims",
        }
    }
}

coded! {
    /// What a posting is.
    Kind {
        Remittance = "remittance", "remittance";
        Cover = "cover", "payment that came back, covered";
        Sweep = "sweep", "fees taken out";
        Cleared = "cleared", "left the bank";
        ClientPaid = "client_paid", "client paid into trust";
        InvoicePaid = "invoice_paid", "invoice paid to the agency";
        BroughtIn = "brought_in", "brought in by the agency";
        BankCharge = "bank_charge", "charge or interest of the bank";
    }
}

/// Why something is no posting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustError {
    /// Money in trust, or claims, do not add up to zero.
    Unbalanced {
        /// Minor units by which they miss it.
        off_by: i64,
    },
    /// An amount is too large.
    TooLarge,
    /// An amount that must be above zero is not.
    NotPositive,
    /// An account would fall below zero.
    BelowZero(Place),
    /// More would be swept than was earned.
    NotEarned,
    /// More would be paid than is owed.
    NotOwed,
}

impl std::fmt::Display for TrustError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TrustError::Unbalanced { off_by } => write!(f, "the posting is off by {off_by} minor units"),
            TrustError::TooLarge => f.write_str("the amount is too large"),
            TrustError::NotPositive => f.write_str("the amount must be above zero"),
            TrustError::BelowZero(place) => write!(f, "{} would fall below zero", place.journal_name()),
            TrustError::NotEarned => f.write_str("that is more than the agency has in trust: only what was earned may be taken out"),
            TrustError::NotOwed => f.write_str("that is more than the client owes"),
        }
    }
}

impl std::error::Error for TrustError {}

impl From<MoneyError> for TrustError {
    fn from(_: MoneyError) -> TrustError {
        TrustError::TooLarge
    }
}

/// What a posting moves at each of [`PLACES`], debits above zero. The only way to have one is a plan or [`Posting::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    currency: Currency,
    minor: [i64; PLACES.len()],
}

impl Posting {
    /// Takes amounts at all [`PLACES`] if money in trust adds up to zero, and claims do.
    pub fn of(currency: Currency, minor: [i64; PLACES.len()]) -> Result<Posting, TrustError> {
        let (in_trust, claims) = minor.split_at(IN_TRUST);
        for side in [in_trust, claims] {
            let sum = side.iter().try_fold(0i64, |sum, minor| sum.checked_add(*minor)).ok_or(TrustError::TooLarge)?;
            if sum != 0 {
                return Err(TrustError::Unbalanced { off_by: sum });
            }
        }
        Ok(Posting { currency, minor })
    }

    fn moving(currency: Currency, moved: &[(Place, i64)]) -> Result<Posting, TrustError> {
        let mut minor = [0i64; PLACES.len()];
        for (place, amount) in moved {
            let at = &mut minor[*place as usize];
            *at = at.checked_add(*amount).ok_or(TrustError::TooLarge)?;
        }
        Posting::of(currency, minor)
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What is moved at each of [`PLACES`], in minor units.
    pub const fn minor(&self) -> &[i64; PLACES.len()] {
        &self.minor
    }

    /// What is moved at an account.
    pub const fn at(&self, place: Place) -> i64 {
        self.minor[place as usize]
    }

    /// The accounts at which something is moved.
    pub fn lines(&self) -> impl Iterator<Item = (Place, i64)> + '_ {
        PLACES.into_iter().zip(self.minor).filter(|(_, minor)| *minor != 0)
    }

    /// The posting that takes this one back.
    pub fn reversed(&self) -> Posting {
        Posting { minor: self.minor.map(|minor| -minor), ..*self }
    }
}

fn above_zero(minor: i64) -> Result<i64, TrustError> {
    if minor > 0 { Ok(minor) } else { Err(TrustError::NotPositive) }
}

/// A payment came back that was remitted: the agency's money in trust takes its place, and the client owes it.
pub fn plan_cover(minor: i64, currency: Currency) -> Result<Posting, TrustError> {
    let minor = above_zero(minor)?;
    let moved = [(Place::Agency, minor), (Place::ClientPayable, -minor), (Place::Returned, minor), (Place::Claims, -minor)];
    Posting::moving(currency, &moved)
}

/// A period is closed: what was collected leaves the client's ledger, to the client and to the agency.
pub fn plan_remittance(remittance: &Remittance, currency: Currency) -> Result<Posting, TrustError> {
    let Remittance { collected, kept, paid, before, after, .. } = *remittance;
    let returned = after.returned.checked_sub(before.returned).ok_or(TrustError::TooLarge)?;
    let billed = after.billed.checked_sub(before.billed).ok_or(TrustError::TooLarge)?;
    let claims = returned.checked_add(billed).and_then(i64::checked_neg).ok_or(TrustError::TooLarge)?;
    let in_trust = [(Place::ClientPayable, collected), (Place::Agency, -kept), (Place::OnItsWay, -paid)];
    let outside = [(Place::Returned, returned), (Place::Billed, billed), (Place::Claims, claims)];
    Posting::moving(currency, &[in_trust, outside].concat())
}

/// Earned fees are taken out of trust; how much may be is for [`Holdings::sweep`].
fn plan_sweep(minor: i64, currency: Currency) -> Result<Posting, TrustError> {
    let minor = above_zero(minor)?;
    Posting::moving(currency, &[(Place::Agency, minor), (Place::OnItsWay, -minor)])
}

/// The bank shows that money which was on its way left.
pub fn plan_cleared(minor: i64, currency: Currency) -> Result<Posting, TrustError> {
    let minor = above_zero(minor)?;
    Posting::moving(currency, &[(Place::OnItsWay, minor), (Place::TrustBank, -minor)])
}

/// The agency brings its own money in.
pub fn plan_brought_in(minor: i64, currency: Currency) -> Result<Posting, TrustError> {
    let minor = above_zero(minor)?;
    Posting::moving(currency, &[(Place::TrustBank, minor), (Place::Agency, -minor)])
}

/// The bank took a charge or paid interest: both are the agency's.
pub fn plan_bank_charge(minor: i64, currency: Currency) -> Result<Posting, TrustError> {
    match minor {
        0 => Err(TrustError::NotPositive),
        _ => Posting::moving(currency, &[(Place::TrustBank, minor), (Place::Agency, minor.checked_neg().ok_or(TrustError::TooLarge)?)]),
    }
}

/// What stands in the book for one client, or for all of them, in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// At the trust bank.
    pub bank: i64,
    /// Of clients.
    pub clients: i64,
    /// Of the agency; below zero where it has to bring money in.
    pub agency: i64,
    /// On its way.
    pub on_its_way: i64,
    /// What clients owe of what came back.
    pub returned: i64,
    /// What clients owe of fees.
    pub billed: i64,
}

impl Holdings {
    /// From the sums at [`PLACES`], debits above zero.
    pub fn of(sums: [i64; PLACES.len()]) -> Option<Holdings> {
        let [bank, clients, agency, on_its_way, returned, billed, _] = sums;
        let (clients, agency, on_its_way) = (clients.checked_neg()?, agency.checked_neg()?, on_its_way.checked_neg()?);
        Some(Holdings { bank, clients, agency, on_its_way, returned, billed })
    }

    /// After a posting; an account that may not fall below zero and would is an error.
    pub fn after(&self, posting: &Posting) -> Result<Holdings, TrustError> {
        let add = |held: i64, place| held.checked_add(posting.at(place)).ok_or(TrustError::TooLarge);
        let take = |held: i64, place| held.checked_sub(posting.at(place)).ok_or(TrustError::TooLarge);
        let after = Holdings {
            bank: add(self.bank, Place::TrustBank)?,
            clients: take(self.clients, Place::ClientPayable)?,
            agency: take(self.agency, Place::Agency)?,
            on_its_way: take(self.on_its_way, Place::OnItsWay)?,
            returned: add(self.returned, Place::Returned)?,
            billed: add(self.billed, Place::Billed)?,
        };
        let never = [(after.clients, Place::ClientPayable), (after.on_its_way, Place::OnItsWay), (after.returned, Place::Returned)];
        match never.into_iter().find(|(minor, _)| *minor < 0) {
            Some((_, place)) => Err(TrustError::BelowZero(place)),
            None => Ok(after),
        }
    }

    /// Takes earned fees out: no more than the agency has in trust.
    pub fn sweep(&self, minor: i64, currency: Currency) -> Result<Posting, TrustError> {
        if minor > self.agency { Err(TrustError::NotEarned) } else { plan_sweep(minor, currency) }
    }

    /// A client pays what it owes: into trust, where it is the agency's from then on, or to the agency itself. What came back is paid first.
    pub fn client_pays(&self, minor: i64, is_into_trust: bool, currency: Currency) -> Result<Posting, TrustError> {
        let minor = above_zero(minor)?;
        let returned = minor.min(self.returned.max(0));
        let billed = minor.checked_sub(returned).ok_or(TrustError::TooLarge)?;
        if billed > self.billed.max(0) {
            return Err(TrustError::NotOwed);
        }
        let claims = [(Place::Returned, -returned), (Place::Billed, -billed), (Place::Claims, minor)];
        match is_into_trust {
            true => Posting::moving(currency, &[&claims[..], &[(Place::TrustBank, minor), (Place::Agency, -minor)]].concat()),
            false => Posting::moving(currency, &claims),
        }
    }
}

/// The three-way proof of a day in one currency: what the bank says, what the book says is at the bank, and whose it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// What the last statements up to the day say; nothing where none was taken.
    pub bank: Option<i64>,
    /// What the book says is at the bank.
    pub book: i64,
    /// The ledgers of the clients together.
    pub clients: i64,
    /// Fees earned and not swept; below zero where the agency has to bring money in.
    pub agency: i64,
    /// Remittances and sweeps that the bank has not shown.
    pub on_its_way: i64,
    /// What debtors overpaid.
    pub unapplied: i64,
    /// At the bank, and nobody is known for it.
    pub unidentified: i64,
    /// Movements at the bank that are not in the book yet: went back, went out, set aside.
    pub not_booked: i64,
    /// In the book, and not shown by the bank yet: debits that took effect, less what of them came back.
    pub coming: i64,
    /// What of that the bank should have shown long ago, whatever its sign.
    pub late: i64,
}

impl Proof {
    /// Whose the money of the book is.
    pub fn ledgers(&self) -> Option<i64> {
        [self.clients, self.agency, self.on_its_way, self.unapplied].into_iter().try_fold(0i64, i64::checked_add)
    }

    /// By how much book and ledgers differ: never anything but zero, unless somebody changed rows.
    pub fn inside(&self) -> Option<i64> {
        self.book.checked_sub(self.ledgers()?)
    }

    /// By how much the bank differs from the ledgers with all that is known to be on one side alone; none without a statement.
    pub fn difference(&self) -> Option<i64> {
        let known = self.ledgers()?.checked_add(self.unidentified)?.checked_add(self.not_booked)?.checked_sub(self.coming)?;
        self.bank?.checked_sub(known)
    }

    /// What the agency has to bring in, so that its fees in trust are not below zero.
    pub fn to_bring_in(&self) -> i64 {
        self.agency.min(0).saturating_neg()
    }

    /// Whether nothing has to be done about it.
    pub fn is_whole(&self) -> bool {
        self.inside() == Some(0)
            && self.difference().is_none_or(|minor| minor == 0)
            && self.to_bring_in() == 0
            && self.not_booked == 0
            && (self.bank.is_none() || self.late == 0)
    }
}

#[cfg(test)]
mod tests;

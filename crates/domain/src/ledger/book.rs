//! The book in columns: many entries of many accounts, proved and summed in one pass.
//!
//! An entry is of one account and in one currency, and moves something at some of the [`PLACES`]. Its postings lie one behind the other,
//! so that where it ends is all that has to be known of it. Nothing here is looked up by a key: accounts have numbers.
//!
//! Read [`Book::prove`] first. Always true: a sum is exact to the minor unit, and an entry that would make one too large, that does not
//! add up to zero or is in another currency than its account is named.

use super::PLACES;
use crate::values::money::Currency;
use std::collections::BTreeMap;

/// What is moved or stands at each of [`PLACES`], in minor units.
pub type AtPlaces<T> = [T; PLACES.len()];

/// Entries in columns.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// By account: its currency, where that is one we know.
    kept_in: Vec<Option<Currency>>,
    /// By entry: its account, its currency, and where its postings end.
    of: Vec<usize>,
    currencies: Vec<Option<Currency>>,
    ends: Vec<usize>,
    /// By posting: its place among [`PLACES`], and what is moved there in minor units.
    places: Vec<u8>,
    minor: Vec<i64>,
}

/// What is wrong with an entry; entries are numbered as they were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its postings do not add up to zero.
    Unbalanced {
        /// The entry.
        entry: usize,
        /// Minor units by which it misses it.
        off_by: i128,
    },
    /// It is in another currency than its account, or in none we know: it is in no sum.
    OtherCurrency {
        /// The entry.
        entry: usize,
    },
    /// A sum of its account would not fit 64 bits with it: it is in no sum.
    TooLarge {
        /// The entry.
        entry: usize,
    },
}

/// What a book comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proved {
    /// What stands at each place of each account.
    pub sums: Vec<AtPlaces<i64>>,
    /// The same of all accounts of a currency: the trial balance.
    pub totals: BTreeMap<Currency, AtPlaces<i128>>,
    /// What is wrong, in the order of the entries.
    pub faults: Vec<Fault>,
}

impl Book {
    /// Adds an account that is kept in a currency; its number.
    pub fn open(&mut self, currency: Option<Currency>) -> usize {
        self.kept_in.push(currency);
        self.kept_in.len() - 1
    }

    /// Adds an entry of an account that was opened: what it moves at each place. Whether that is right is asked by [`Book::prove`].
    pub fn add(&mut self, account: usize, currency: Option<Currency>, moved: &AtPlaces<i64>) {
        for (place, minor) in (0..).zip(moved).filter(|(_, minor)| **minor != 0) {
            self.places.push(place);
            self.minor.push(*minor);
        }
        self.of.push(account);
        self.currencies.push(currency);
        self.ends.push(self.minor.len());
    }

    /// How many accounts were opened.
    pub const fn accounts(&self) -> usize {
        self.kept_in.len()
    }

    /// How many entries were added.
    pub const fn entries(&self) -> usize {
        self.ends.len()
    }

    /// How many postings they have.
    pub const fn postings(&self) -> usize {
        self.minor.len()
    }

    /// Proves that each entry adds up to zero in its account's currency, and sums each place of each account.
    pub fn prove(&self) -> Proved {
        let mut sums = vec![[0; PLACES.len()]; self.accounts()];
        let mut faults = Vec::new();
        let mut begin = 0;
        for (entry, ((account, currency), end)) in self.of.iter().zip(&self.currencies).zip(&self.ends).enumerate() {
            let (places, moved) = (&self.places[begin..*end], &self.minor[begin..*end]);
            begin = *end;
            let off_by: i128 = moved.iter().map(|minor| i128::from(*minor)).sum();
            if off_by != 0 {
                faults.push(Fault::Unbalanced { entry, off_by });
            }
            if currency.is_none() || *currency != self.kept_in[*account] {
                faults.push(Fault::OtherCurrency { entry });
            } else if let Some(after) = after(sums[*account], places, moved) {
                sums[*account] = after;
            } else {
                faults.push(Fault::TooLarge { entry });
            }
        }
        let mut totals: BTreeMap<Currency, AtPlaces<i128>> = BTreeMap::new();
        for (currency, sums) in self.kept_in.iter().zip(&sums) {
            if let Some(currency) = currency {
                add_all(totals.entry(*currency).or_default(), &sums.map(i128::from));
            }
        }
        Proved { sums, totals, faults }
    }
}

/// Adds what stands at each place.
pub fn add_all(to: &mut AtPlaces<i128>, more: &AtPlaces<i128>) {
    for (sum, more) in to.iter_mut().zip(more) {
        *sum += more;
    }
}

/// Sums with the postings of an entry; nothing where one would not fit.
fn after(mut sums: AtPlaces<i64>, places: &[u8], moved: &[i64]) -> Option<AtPlaces<i64>> {
    for (place, minor) in places.iter().zip(moved) {
        let sum = &mut sums[usize::from(*place)];
        *sum = sum.checked_add(*minor)?;
    }
    Some(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{HashMap, HashSet};

    const USD: Option<Currency> = Some(Currency::Usd);
    const EUR: Option<Currency> = Some(Currency::Eur);

    /// An entry as it is given: its account, its currency, what it moves.
    type Given = (usize, Option<Currency>, AtPlaces<i64>);

    fn book(accounts: &[Option<Currency>], entries: &[Given]) -> Book {
        let mut book = Book::default();
        for currency in accounts {
            book.open(*currency);
        }
        for (account, currency, moved) in entries {
            book.add(*account, *currency, moved);
        }
        book
    }

    /// The same by the hand of a clerk: one posting after the other, looked up by account and place.
    fn by_hand(accounts: &[Option<Currency>], entries: &[Given]) -> (HashMap<(usize, usize), i128>, Vec<Fault>) {
        let mut sums: HashMap<(usize, usize), i128> = HashMap::new();
        let mut faults = Vec::new();
        for (entry, (account, currency, moved)) in entries.iter().enumerate() {
            let off_by: i128 = moved.iter().map(|minor| i128::from(*minor)).sum();
            if off_by != 0 {
                faults.push(Fault::Unbalanced { entry, off_by });
            }
            if currency.is_none() || accounts[*account] != *currency {
                faults.push(Fault::OtherCurrency { entry });
                continue;
            }
            let mut with = sums.clone();
            for (place, minor) in moved.iter().enumerate() {
                *with.entry((*account, place)).or_default() += i128::from(*minor);
            }
            if with.values().any(|sum| i64::try_from(*sum).is_err()) {
                faults.push(Fault::TooLarge { entry });
            } else {
                sums = with;
            }
        }
        (sums, faults)
    }

    /// Amounts as they are, and some that no sum can hold.
    fn minor() -> impl Strategy<Value = i64> {
        prop_oneof![6 => Just(0), 6 => -100_000..100_000_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => any::<i64>()]
    }

    fn currency() -> impl Strategy<Value = Option<Currency>> {
        prop_oneof![12 => Just(USD), 3 => Just(EUR), 1 => Just(None)]
    }

    /// Half of them balanced: the last place takes what the others moved, where that fits.
    fn given() -> impl Strategy<Value = Given> {
        (0..4_usize, currency(), prop::array::uniform9(minor()), any::<bool>()).prop_map(|(account, currency, mut moved, is_balanced)| {
            if is_balanced {
                let rest: i128 = moved[..8].iter().map(|minor| i128::from(*minor)).sum();
                moved[8] = i64::try_from(-rest).unwrap_or(moved[8]);
            }
            (account, currency, moved)
        })
    }

    proptest! {
        #[test]
        fn a_book_comes_to_what_a_clerk_comes_to(
            accounts in prop::collection::vec(currency(), 4..5),
            entries in prop::collection::vec(given(), 0..40),
        ) {
            let book = book(&accounts, &entries);
            let proved = book.prove();
            let (sums, faults) = by_hand(&accounts, &entries);
            prop_assert_eq!(&proved.faults, &faults);
            let mut totals: HashMap<(Currency, usize), i128> = HashMap::new();
            for (account, at_places) in proved.sums.iter().enumerate() {
                for (place, sum) in at_places.iter().enumerate() {
                    let by_hand = sums.get(&(account, place)).copied().unwrap_or_default();
                    prop_assert_eq!(i128::from(*sum), by_hand);
                    if let Some(currency) = accounts[account] {
                        *totals.entry((currency, place)).or_default() += by_hand;
                    }
                }
            }
            let known: HashSet<Currency> = accounts.iter().copied().flatten().collect();
            prop_assert_eq!(proved.totals.len(), known.len());
            for (currency, at_places) in &proved.totals {
                for (place, sum) in at_places.iter().enumerate() {
                    prop_assert_eq!(*sum, totals[&(*currency, place)]);
                }
            }
            prop_assert_eq!((book.accounts(), book.entries()), (accounts.len(), entries.len()));
        }
    }

    #[test]
    fn every_entry_that_is_wrong_is_named() {
        let accounts = [USD, EUR];
        let opening = [100, 0, 0, 0, 0, -100, 0, 0, 0];
        let proved = book(
            &accounts,
            &[
                (0, USD, opening),
                (0, USD, [-40, 0, 0, 0, 0, 40, 41, -40, 0]),
                (1, USD, opening),
                (1, None, opening),
                (1, EUR, [i64::MAX, 0, 0, 0, 0, -i64::MAX, 0, 0, 0]),
                (1, EUR, [1, 0, 0, 0, 0, -1, 0, 0, 0]),
                (1, EUR, [-2, 0, 0, 0, 0, 2, 0, 0, 0]),
            ],
        )
        .prove();
        let faults = [
            Fault::Unbalanced { entry: 1, off_by: 1 },
            Fault::OtherCurrency { entry: 2 },
            Fault::OtherCurrency { entry: 3 },
            Fault::TooLarge { entry: 5 },
        ];
        assert_eq!(proved.faults, faults);
        assert_eq!(proved.sums, [[60, 0, 0, 0, 0, -60, 41, -40, 0], [i64::MAX - 2, 0, 0, 0, 0, 2 - i64::MAX, 0, 0, 0]]);
        assert_eq!(proved.totals[&Currency::Usd], [60, 0, 0, 0, 0, -60, 41, -40, 0]);
    }

    #[test]
    fn what_all_accounts_come_to_may_be_more_than_one_of_them_can_hold() {
        let large = [i64::MAX, 0, 0, 0, 0, -i64::MAX, 0, 0, 0];
        let proved = book(&[USD, USD], &[(0, USD, large), (1, USD, large)]).prove();
        assert_eq!(proved.faults, []);
        assert_eq!(proved.totals[&Currency::Usd][0], 2 * i128::from(i64::MAX));
        assert_eq!(book(&[], &[]).prove(), Proved::default());
    }
}

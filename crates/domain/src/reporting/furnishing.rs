//! Furnishing: what a bureau is told of an account in a month, by a collector of others' debts or a buyer of debts.
//!
//! An account is told as assigned to collection, then as paid, or taken out of the file. The date of the first delinquency is told once
//! and never moves (15 USC 1681c(c)(1), 1681s-2(a)(5)). Whether it may be told at all the rules decide ([`crate::compliance::acts`]); what
//! is told is decided here.
//!
//! Read [`furnish`]. Source: the Metro 2 format, status codes and compliance condition codes as its resource guide gives them for
//! collection agencies and debt buyers. Always true: nothing is told again after it was taken out; a dispute that is known is shown.

use crate::values::coded::coded;
use crate::values::money::Money;
use jiff::civil::Date;

coded! {
    /// The state in which an account is told.
    Status {
        /// Assigned to collection.
        Collection = "93", "In collection";
        /// It was in collection, and is paid.
        Paid = "62", "Paid, was in collection";
        /// Taken out: it is not ours to tell any more, or never should have been.
        Deleted = "DA", "Taken out";
        /// Taken out, because it came from fraud.
        DeletedForFraud = "DF", "Taken out for fraud";
    }
}

coded! {
    /// What is told beside the state, of a dispute.
    Condition {
        /// They dispute it, and it is being looked into.
        Disputed = "XB", "Disputed";
        /// They disputed it; it was answered.
        WasDisputed = "XH", "Dispute answered";
    }
}

coded! {
    /// Why an account is not told.
    LeftOut {
        /// Only debts of consumers are told.
        NotConsumer = "not_consumer", "it is no consumer's debt";
        /// Amounts are in dollars.
        NotDollars = "not_dollars", "it is not in US dollars";
        /// Creditors report their own accounts by other rules.
        FirstParty = "first_party", "its creditor collects it themselves, and reports by other rules";
        /// The file cannot be without it.
        NoDelinquency = "no_delinquency", "nobody knows since when it is unpaid: enter the date";
        /// It would be told as unpaid before it was.
        DelinquencyAhead = "delinquency_ahead", "it is unpaid only since a day that is still to come, or after it was placed";
        /// Less than the file can tell.
        UnderADollar = "under_a_dollar", "less than a dollar is owed";
        /// It ended before anybody was told of it.
        NeverTold = "never_told", "it ended before it was ever told";
        /// Its end was told before.
        Ended = "ended", "its end was told before";
        /// No one of that name could be found.
        NoName = "no_name", "the name has no family name and given name";
        /// The file cannot be without it.
        NoAddress = "no_address", "there is no whole address in the United States";
        /// The rules refuse it.
        Refused = "refused", "the rules refuse it";
        /// The file has an account of that number already.
        SameNumber = "same_number", "another account of the file has the same number";
        /// Nothing new is told while it stands.
        Paused = "paused", "a hardship pause stands";
        /// There is nothing to correct.
        NothingTold = "nothing_told", "no bureau was ever told of it: there is nothing to correct";
        /// It is out for good.
        TakenOut = "taken_out", "it was taken out: nothing of it is told any more";
        /// Something does not fit into the file.
        Unwritable = "unwritable", "something of it does not fit into the file";
    }
}

impl Status {
    /// Whether it takes an account out.
    pub const fn takes_out(self) -> bool {
        matches!(self, Status::Deleted | Status::DeletedForFraud)
    }
}

impl LeftOut {
    /// Whether somebody could do something about it; the others are as they should be.
    pub const fn can_be_mended(self) -> bool {
        matches!(
            self,
            LeftOut::NoDelinquency
                | LeftOut::DelinquencyAhead
                | LeftOut::NoName
                | LeftOut::NoAddress
                | LeftOut::Refused
                | LeftOut::SameNumber
                | LeftOut::Unwritable
        )
    }
}

/// How an account ended, as far as a bureau is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing is owed any more.
    Paid,
    /// Less was taken as the whole.
    Settled,
    /// It went back, was sold, cannot be collected, or was placed in error.
    Withdrawn,
    /// It came from fraud.
    Fraud,
}

/// What was told of an account before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The last day of the time it was told for.
    pub as_of: Date,
    /// In which state.
    pub status: Status,
    /// Since when it is unpaid, as it was told.
    pub delinquent_since: Date,
    /// What was owed, in whole dollars.
    pub balance_dollars: i64,
    /// What was told of a dispute.
    pub condition: Option<Condition>,
    /// Whether less was taken as the whole.
    pub is_settled: bool,
    /// Whether it corrects what was told just before it.
    pub is_correction: bool,
}

impl Told {
    /// What was told for a day.
    pub const fn of(furnishing: &Furnishing, as_of: Date, is_correction: bool) -> Told {
        let Furnishing { status, balance_dollars, delinquent_since, condition, is_settled } = *furnishing;
        Told { as_of, status, delinquent_since, balance_dollars, condition, is_settled, is_correction }
    }

    /// Whether the same is told.
    pub fn says(&self, furnishing: &Furnishing) -> bool {
        *self == Told::of(furnishing, self.as_of, self.is_correction)
    }
}

/// What must be known of an account before it is told.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Whether it is a consumer's debt.
    pub is_consumer: bool,
    /// Whether its creditor collects it themselves.
    pub is_first_party: bool,
    /// How it ended; nothing while it is open.
    pub end: Option<End>,
    /// What is owed.
    pub balance: Money,
    /// When it was placed or bought.
    pub placed_on: Date,
    /// When the delinquency began that led to collection, as the record says today.
    pub delinquent_since: Option<Date>,
    /// Whether a dispute of any kind waits for its answer; nothing where there never was one.
    pub dispute: Option<Condition>,
    /// A hardship pause stands.
    pub is_paused: bool,
    /// What was told before, the newest last.
    pub told: &'a [Told],
}

/// What is told of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Furnishing {
    /// In which state.
    pub status: Status,
    /// What is owed, in whole dollars: cents are dropped.
    pub balance_dollars: i64,
    /// Since when it is unpaid: as it was told first.
    pub delinquent_since: Date,
    /// What is told of a dispute.
    pub condition: Option<Condition>,
    /// Whether less was taken as the whole.
    pub is_settled: bool,
}

/// What a bureau is told of an account as of a day, or why nothing is.
pub fn furnish(facts: &Facts<'_>, as_of: Date) -> Result<Furnishing, LeftOut> {
    let last = facts.told.last();
    let was_taken_out = last.is_some_and(|told| told.status.takes_out());
    let status = match facts.end {
        _ if was_taken_out => return Err(LeftOut::Ended),
        Some(_) if last.is_none() => return Err(LeftOut::NeverTold),
        Some(End::Fraud) => Status::DeletedForFraud,
        Some(End::Paid | End::Settled | End::Withdrawn) if last.is_some_and(|told| told.status == Status::Paid) => {
            return Err(LeftOut::Ended);
        }
        Some(End::Paid | End::Settled) => Status::Paid,
        Some(End::Withdrawn) => Status::Deleted,
        None if facts.is_paused => return Err(LeftOut::Paused),
        None => Status::Collection,
    };
    let obstacles = [
        (!facts.is_consumer, LeftOut::NotConsumer),
        (facts.is_first_party, LeftOut::FirstParty),
        (facts.balance.currency().code() != "USD", LeftOut::NotDollars),
        (status == Status::Collection && facts.balance.minor() < 100, LeftOut::UnderADollar),
    ];
    if let Some((_, why)) = obstacles.into_iter().find(|(stands, _)| *stands) {
        return Err(why);
    }
    // What was told first stands, whatever the record says since.
    let first = facts.told.first().map(|told| told.delinquent_since);
    let delinquent_since = first.or(facts.delinquent_since).ok_or(LeftOut::NoDelinquency)?;
    if first.is_none() && (delinquent_since > facts.placed_on || delinquent_since > as_of) {
        return Err(LeftOut::DelinquencyAhead);
    }
    let balance_dollars = if status == Status::Collection { facts.balance.minor() / 100 } else { 0 };
    let is_settled = facts.end == Some(End::Settled);
    Ok(Furnishing { status, balance_dollars, delinquent_since, condition: facts.dispute, is_settled })
}

/// Whether the record says another beginning of the delinquency than was told first.
pub fn has_moved(facts: &Facts<'_>) -> bool {
    facts.told.first().is_some_and(|told| facts.delinquent_since.is_some_and(|since| since != told.delinquent_since))
}

/// The 24 months before a day as the file tells them, the newest first: `G` in collection, `D` not told, `B` before it was first told.
/// What was corrected within its month does not count.
pub fn history(told: &[Told], as_of: Date) -> String {
    let month = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    let first = told.first().map(|told| month(told.as_of));
    let of = |at: i32| match first {
        Some(first) if at >= first => {
            let of_month = told.iter().enumerate().filter(|(_, told)| month(told.as_of) == at);
            let is_corrected = |after: usize| told.get(after + 1).is_some_and(|next| next.is_correction && month(next.as_of) == at);
            if of_month.filter(|(place, _)| !is_corrected(*place)).any(|(_, told)| told.status == Status::Collection) { 'G' } else { 'D' }
        }
        _ => 'B',
    };
    (1..=24).map(|ago| of(month(as_of) - ago)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const FIRST: Told = Told {
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
    fn an_open_account_is_told_in_whole_dollars_with_its_date() {
        let told = furnish(&facts(&[]), date(2026, 1, 31)).unwrap();
        assert_eq!((told.status, told.balance_dollars, told.delinquent_since), (Status::Collection, 420, date(2025, 3, 1)));
        let disputed = Facts { dispute: Some(Condition::Disputed), ..facts(&[]) };
        assert_eq!(furnish(&disputed, date(2026, 1, 31)).unwrap().condition, Some(Condition::Disputed));
    }

    #[test]
    fn the_date_that_was_told_first_never_moves() {
        let told = [FIRST];
        let moved = Facts { delinquent_since: Some(date(2025, 9, 1)), ..facts(&told) };
        assert_eq!(furnish(&moved, date(2026, 2, 28)).unwrap().delinquent_since, date(2025, 3, 1));
        assert!(has_moved(&moved) && !has_moved(&facts(&told)));
        let lost = Facts { delinquent_since: None, ..facts(&told) };
        assert_eq!(furnish(&lost, date(2026, 2, 28)).unwrap().delinquent_since, date(2025, 3, 1));
    }

    #[test]
    fn an_end_is_told_once_and_only_where_it_was_told_before() {
        fn ended(end: End, told: &[Told]) -> Result<Furnishing, LeftOut> {
            furnish(&Facts { end: Some(end), balance: Money::usd(0), ..facts(told) }, date(2026, 3, 31))
        }
        for end in [End::Paid, End::Settled, End::Withdrawn, End::Fraud] {
            assert_eq!(ended(end, &[]), Err(LeftOut::NeverTold));
        }
        let states = [
            (End::Paid, Status::Paid),
            (End::Settled, Status::Paid),
            (End::Withdrawn, Status::Deleted),
            (End::Fraud, Status::DeletedForFraud),
        ];
        for (end, status) in states {
            let told = ended(end, &[FIRST]).unwrap();
            assert_eq!((told.status, told.balance_dollars, told.is_settled), (status, 0, end == End::Settled));
            let after = [FIRST, Told { status, as_of: date(2026, 2, 28), ..FIRST }];
            assert_eq!(ended(End::Paid, &after), Err(LeftOut::Ended));
        }
        // A payment that came back: it is in collection again. What was found to be fraud after it was paid is taken out.
        let paid = [FIRST, Told { status: Status::Paid, as_of: date(2026, 2, 28), ..FIRST }];
        assert_eq!(furnish(&facts(&paid), date(2026, 3, 31)).unwrap().status, Status::Collection);
        assert_eq!(ended(End::Fraud, &paid).unwrap().status, Status::DeletedForFraud);
        let out = [FIRST, Told { status: Status::Deleted, as_of: date(2026, 2, 28), ..FIRST }];
        assert_eq!(furnish(&facts(&out), date(2026, 3, 31)), Err(LeftOut::Ended), "what was taken out is not told again");
    }

    #[test]
    fn while_a_pause_stands_nothing_new_is_told_and_an_end_is() {
        let told = [FIRST];
        for before in [&[][..], &told] {
            assert_eq!(furnish(&Facts { is_paused: true, ..facts(before) }, date(2026, 2, 28)), Err(LeftOut::Paused));
        }
        let paid = Facts { is_paused: true, end: Some(End::Paid), balance: Money::usd(0), ..facts(&told) };
        assert_eq!(furnish(&paid, date(2026, 2, 28)).unwrap().status, Status::Paid);
    }

    #[test]
    fn what_cannot_be_told_says_why() {
        let why = |facts: Facts<'_>| furnish(&facts, date(2026, 1, 31)).unwrap_err();
        assert_eq!(why(Facts { is_consumer: false, ..facts(&[]) }), LeftOut::NotConsumer);
        assert_eq!(why(Facts { is_first_party: true, ..facts(&[]) }), LeftOut::FirstParty);
        assert_eq!(why(Facts { balance: Money::usd(99), ..facts(&[]) }), LeftOut::UnderADollar);
        assert_eq!(why(Facts { delinquent_since: None, ..facts(&[]) }), LeftOut::NoDelinquency);
        assert_eq!(why(Facts { delinquent_since: Some(date(2025, 11, 4)), ..facts(&[]) }), LeftOut::DelinquencyAhead);
        assert_eq!(
            why(Facts { balance: Money::of(42_000, crate::values::money::Currency::parse("EUR").unwrap()), ..facts(&[]) }),
            LeftOut::NotDollars
        );
    }

    #[test]
    fn the_months_before_are_told_as_they_were() {
        assert_eq!(history(&[], date(2026, 1, 31)), "B".repeat(24));
        let told = [FIRST, Told { as_of: date(2026, 3, 31), ..FIRST }];
        assert_eq!(history(&told, date(2026, 4, 30)), format!("GDG{}", "B".repeat(21)));
        assert_eq!(history(&told, date(2028, 2, 29)), format!("{}GD", "D".repeat(22)));
        // What was corrected within the month was never so; a correction of a later month changes none before it.
        let paid = Told { as_of: date(2026, 1, 31), status: Status::Paid, is_correction: true, ..FIRST };
        assert_eq!(history(&[FIRST, paid], date(2026, 2, 28)), format!("D{}", "B".repeat(23)));
        let later = Told { as_of: date(2026, 2, 10), ..paid };
        assert_eq!(history(&[FIRST, later], date(2026, 3, 31)), format!("DG{}", "B".repeat(22)));
        let on_its_own = Told { is_correction: false, ..paid };
        assert_eq!(history(&[FIRST, on_its_own], date(2026, 2, 28)), format!("G{}", "B".repeat(23)));
    }
}

//! Whose wishes bind: those of the person to be reached.
//!
//! A time or place is closed when it is inconvenient "to the consumer" we communicate with (12 CFR 1006.6(b)(1)). That is the
//! debtor, whoever else owes (1006.2(e)), and the spouse, the parent of a minor, the guardian, the executor or administrator
//! (1006.6(a)): each is reached as they themselves asked. A medium is closed by any "person" who asks (1006.14(h)).
//!
//! Who counts as the consumer, or owes the debt too, and told us no time or place of their own is reached as the debtor asked: what a
//! consumer of the debt said is what we should know until the other speaks. It closes alone; what the debtor consented to opens
//! nothing for another.

use super::{ClosedSince, Reply, TimeWish};
use crate::compliance::record::{Person, Place, Preference, Proposal, Record, Standing, Wish};
use crate::values::region::LocationSignal;
use jiff::Timestamp;

/// The wishes that bind for one person at one moment.
pub(super) struct Wishes<'r> {
    /// What they told us themselves.
    own: Vec<&'r Preference>,
    /// What the debtor told us about times and places, where it binds for this person.
    debtors: Vec<&'r Preference>,
    /// Signs of where they are who told the wishes about time.
    pub(super) signals: &'r [LocationSignal],
}

impl<'r> Wishes<'r> {
    /// Reads the wishes that live at a moment and bind for a person; the consumer where it is nobody else.
    pub(super) fn binding(record: &'r Record, person: Option<&'r Person>, standing: Standing, now: Timestamp) -> Wishes<'r> {
        let lives = |wish: &&Preference| wish.at <= now && wish.until.is_none_or(|until| now < until);
        let debtor = &record.consumer;
        let own: &[Preference] = match person {
            Some(person) => &person.preferences,
            None if standing == Standing::Consumer => &debtor.preferences,
            None => &[],
        };
        let own: Vec<&Preference> = own.iter().filter(lives).collect();
        let names_none = !own.iter().any(|wish| closes_time_or_place(&wish.wish) || matches!(wish.wish, Wish::TimeConsent(_)));
        let is_consumer_too = matches!(standing, Standing::CountsAsConsumer | Standing::CoDebtor);
        if is_consumer_too && names_none && !debtor.is_deceased {
            let debtors = debtor.preferences.iter().filter(lives).filter(|wish| closes_time_or_place(&wish.wish)).collect();
            return Wishes { own, debtors, signals: &debtor.signals };
        }
        let signals = person.map(|person| person.signals.as_slice()).filter(|signals| !signals.is_empty());
        Wishes { own, debtors: Vec::new(), signals: signals.unwrap_or(&debtor.signals) }
    }

    /// Whether wishes of the debtor bind for them.
    pub(super) fn has_debtors(&self) -> bool {
        !self.debtors.is_empty()
    }

    fn when_and_where(&self) -> impl Iterator<Item = &'r Preference> {
        self.own.iter().chain(&self.debtors).copied()
    }

    /// Wishes about time.
    pub(super) fn about_time(&self) -> Vec<TimeWish> {
        self.when_and_where()
            .filter(|wish| matches!(wish.wish, Wish::InconvenientTime(_) | Wish::ConvenientOnly(_) | Wish::TimeConsent(_)))
            .map(|wish| TimeWish { wish: wish.wish.clone(), told_at: wish.at.as_second(), ends_at: ends(wish) })
            .collect()
    }

    /// Places closed to us, and when each closure ends.
    pub(super) fn closed_places(&self) -> Vec<(Place, Option<i64>)> {
        self.when_and_where()
            .filter_map(|wish| if let Wish::InconvenientPlace(place) = wish.wish { Some((place, ends(wish))) } else { None })
            .collect()
    }

    /// Whether their own employer forbids it, and when that ends.
    pub(super) fn employer_prohibits(&self) -> Option<Option<i64>> {
        let bans = self.own.iter().filter(|wish| wish.wish == Wish::EmployerProhibits);
        bans.map(|wish| ends(wish)).max_by_key(|ends| ends.unwrap_or(i64::MAX))
    }

    /// The closures of a proposal's medium or address, ours to honour.
    pub(super) fn closures(&self, proposal: &Proposal, reply: Option<&Reply>) -> Vec<ClosedSince> {
        let is_there = |address: &String| proposal.address.as_ref().is_some_and(|to| to.eq_ignore_ascii_case(address));
        let covers = |wish: &Wish| match wish {
            Wish::NoChannel(closure) => Some(false).filter(|_| closure.covers(proposal.channel)),
            Wish::NoAddress { closure, address } => Some(true).filter(|_| closure.covers(proposal.channel) && is_there(address)),
            _ => None,
        };
        self.own
            .iter()
            .filter_map(|wish| {
                let one_address = covers(&wish.wish)?;
                let at = wish.at.as_second();
                // Someone who uses the medium again after closing it may be answered once (12 CFR 1006.14(h)(2));
                // the message that closed it is not such a use.
                let answered = reply.is_some_and(|reply| reply.at > at);
                (!answered).then(|| ClosedSince { at, ends_at: ends(wish), one_address })
            })
            .collect()
    }
}

fn ends(wish: &Preference) -> Option<i64> {
    wish.until.map(Timestamp::as_second)
}

fn closes_time_or_place(wish: &Wish) -> bool {
    matches!(wish, Wish::InconvenientTime(_) | Wish::ConvenientOnly(_) | Wish::InconvenientPlace(_))
}

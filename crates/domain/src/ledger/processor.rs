//! Charges by card and bank debit through a payment processor: how far one came, what of its money stands, and whether a message is real.
//!
//! A processor tells of a charge many times: when it is asked, by messages that come late, twice and in any order, and when it is asked
//! again. Each telling has its own moment. [`Standing::after`] takes one in; what comes of several does not depend on their order.
//!
//! Read [`Standing`] first, then [`verify`]. It moves no money: [`Standing::stands_minor`] says how much of a charge has to be posted.
//!
//! Always true: how far a charge came never goes back ([`FOLLOWS`]); of refunds and disputes the newest telling counts.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// How far a charge came, whatever was taken back of it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// We want it, and have no answer.
    Asked,
    /// The processor has it; a bank has not said yes.
    Pending,
    /// It was declined, or came to nothing.
    Failed,
    /// The money was taken.
    Succeeded,
}

/// What may follow each: the only ways a charge goes. One that was declined may be told late, after it was tried again and went through.
pub const FOLLOWS: [(Progress, &[Progress]); 4] = [
    (Progress::Asked, &[Progress::Pending, Progress::Failed, Progress::Succeeded]),
    (Progress::Pending, &[Progress::Failed, Progress::Succeeded]),
    (Progress::Failed, &[Progress::Succeeded]),
    (Progress::Succeeded, &[]),
];

impl Progress {
    /// All of them.
    pub const ALL: [Progress; 4] = [Progress::Asked, Progress::Pending, Progress::Failed, Progress::Succeeded];

    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Progress::Asked => "asked",
            Progress::Pending => "pending",
            Progress::Failed => "failed",
            Progress::Succeeded => "succeeded",
        }
    }

    /// By its code.
    pub fn parse(code: &str) -> Option<Progress> {
        Progress::ALL.into_iter().find(|progress| progress.code() == code)
    }

    /// Whether a charge may go from here to there.
    pub fn may_become(self, to: Progress) -> bool {
        FOLLOWS.iter().any(|(from, allowed)| *from == self && allowed.contains(&to))
    }
}

/// How a dispute of the payer with their bank stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dispute {
    /// The bank took the money back, and nobody has decided.
    Open,
    /// Decided for us: the money came back.
    Won,
    /// Decided against us.
    Lost,
}

impl Dispute {
    const ALL: [Dispute; 3] = [Dispute::Open, Dispute::Won, Dispute::Lost];

    /// The code in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Dispute::Open => "open",
            Dispute::Won => "won",
            Dispute::Lost => "lost",
        }
    }

    /// By its code.
    pub fn parse(code: &str) -> Option<Dispute> {
        Dispute::ALL.into_iter().find(|dispute| dispute.code() == code)
    }
}

/// One telling: what was so at a moment. What it does not speak of is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// When it was so, in seconds since 1970, by the processor's clock.
    pub at: i64,
    /// How far the charge came.
    pub progress: Option<Progress>,
    /// What went back of it in all.
    pub refunded_minor: Option<i64>,
    /// A dispute, and how much it is about.
    pub dispute: Option<(Dispute, i64)>,
}

/// What is known of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How much it is, in minor units.
    pub amount_minor: i64,
    /// How far it came.
    pub progress: Progress,
    /// What went back of it, as told when.
    pub refunded: Option<(i64, i64)>,
    /// A dispute and its amount, as told when.
    pub dispute: Option<(i64, Dispute, i64)>,
}

/// A charge in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// We want it, and have no answer.
    Asked,
    /// The processor has it; a bank has not said yes.
    Pending,
    /// It came to nothing.
    Failed,
    /// The money was taken.
    Succeeded,
    /// A part of it went back.
    PartlyRefunded,
    /// All of it went back.
    Refunded,
    /// The payer's bank took it back, and nobody has decided.
    Disputed,
    /// The payer's bank keeps it.
    Lost,
}

impl State {
    /// All of them.
    pub const ALL: [State; 8] = [
        State::Asked,
        State::Pending,
        State::Failed,
        State::Succeeded,
        State::PartlyRefunded,
        State::Refunded,
        State::Disputed,
        State::Lost,
    ];

    /// The code in the database and in commands.
    pub const fn code(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Pending => "pending",
            State::Failed => "failed",
            State::Succeeded => "succeeded",
            State::PartlyRefunded => "partly_refunded",
            State::Refunded => "refunded",
            State::Disputed => "disputed",
            State::Lost => "lost",
        }
    }

    /// By its code.
    pub fn parse(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            State::Asked => "asked, no answer yet",
            State::Pending => "waits for the bank",
            State::Failed => "declined",
            State::Succeeded => "succeeded",
            State::PartlyRefunded => "partly refunded",
            State::Refunded => "refunded",
            State::Disputed => "disputed by the payer",
            State::Lost => "lost to a dispute",
        })
    }
}

impl Standing {
    /// A charge that is wanted and of which nothing is known.
    pub const fn asked(amount_minor: i64) -> Standing {
        Standing { amount_minor, progress: Progress::Asked, refunded: None, dispute: None }
    }

    /// What is known after one more telling. Told twice is told once, and the order does not matter.
    #[must_use]
    pub fn after(self, told: &Told) -> Standing {
        let progress = told.progress.filter(|to| self.progress.may_become(*to)).unwrap_or(self.progress);
        let refunded = told.refunded_minor.map(|minor| (told.at, minor.clamp(0, self.amount_minor)));
        let dispute = told.dispute.map(|(dispute, minor)| (told.at, dispute, minor.clamp(0, self.amount_minor)));
        Standing { progress, refunded: self.refunded.max(refunded), dispute: self.dispute.max(dispute), ..self }
    }

    /// How much of its money is ours to hold: what was taken and neither went back nor lies with a dispute.
    pub fn stands_minor(&self) -> i64 {
        if self.progress != Progress::Succeeded {
            return 0;
        }
        (self.amount_minor - self.refunded_minor() - self.disputed_minor()).max(0)
    }

    /// The charge in one word.
    pub fn state(&self) -> State {
        match (self.progress, self.dispute) {
            (Progress::Asked, _) => State::Asked,
            (Progress::Pending, _) => State::Pending,
            (Progress::Failed, _) => State::Failed,
            (Progress::Succeeded, Some((_, Dispute::Open, _))) => State::Disputed,
            (Progress::Succeeded, Some((_, Dispute::Lost, _))) => State::Lost,
            (Progress::Succeeded, _) if self.refunded_minor() == 0 => State::Succeeded,
            (Progress::Succeeded, _) if self.refunded_minor() >= self.amount_minor => State::Refunded,
            (Progress::Succeeded, _) => State::PartlyRefunded,
        }
    }

    /// What went back.
    pub fn refunded_minor(&self) -> i64 {
        self.refunded.map_or(0, |(_, minor)| minor)
    }

    fn disputed_minor(&self) -> i64 {
        match self.dispute {
            Some((_, Dispute::Open | Dispute::Lost, minor)) => minor,
            _ => 0,
        }
    }

    /// Whether its money may still come or has come: nobody may be charged for the same again before it is known.
    pub const fn is_under_way(&self) -> bool {
        matches!(self.progress, Progress::Asked | Progress::Pending)
    }
}

/// How far the moment in a signature may lie from ours, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// Why a message is not taken for the processor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// There is no signature, or it cannot be read.
    Unreadable,
    /// None of its signatures fits the message and our secret.
    Wrong,
    /// It was signed too long ago, or ahead of our time.
    NotNow,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SignatureError::Unreadable => "the message carries no signature that can be read",
            SignatureError::Wrong => "the signature is not that of this message",
            SignatureError::NotNow => "the signature was not made within five minutes of our clock",
        })
    }
}

/// Proves a message against its header `t=…,v1=…` (HMAC-SHA256 over `t.message`); several signatures may stand in it while a secret changes.
pub fn verify(header: &str, message: &[u8], secret: &[u8], now: i64) -> Result<(), SignatureError> {
    let mut at = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) => at = Some(text),
            Some(("v1", text)) => signatures.extend(bytes_of(text)),
            _ => {}
        }
    }
    let at = at.ok_or(SignatureError::Unreadable)?;
    let seconds: i64 = at.parse().map_err(|_| SignatureError::Unreadable)?;
    if signatures.is_empty() || secret.is_empty() {
        return Err(SignatureError::Unreadable);
    }
    let is_ours = |signature: &Vec<u8>| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return false };
        mac.update(at.as_bytes());
        mac.update(b".");
        mac.update(message);
        // Compared without telling by the time it takes where the difference lies.
        mac.verify_slice(signature).is_ok()
    };
    if !signatures.iter().any(is_ours) {
        return Err(SignatureError::Wrong);
    }
    if now.abs_diff(seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(SignatureError::NotNow);
    }
    Ok(())
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
        _ => None,
    });
    pairs.collect()
}

/// Whether somebody typed what looks like the number of a card: thirteen to nineteen digits, in groups or not, whose last proves the others.
pub fn looks_like_card_number(text: &str) -> bool {
    let (mut digits, mut edges): (Vec<u32>, Vec<usize>) = Default::default();
    for letter in text.chars().chain(['x']) {
        match letter.to_digit(10) {
            Some(digit) => digits.push(digit),
            None => {
                edges.push(digits.len());
                if matches!(letter, ' ' | '-') {
                    continue;
                }
                let starts = || [0].into_iter().chain(edges.iter().copied());
                let is_one = |from: usize, to: usize| (13..=19).contains(&to.saturating_sub(from)) && is_proved(&digits[from..to]);
                if starts().any(|from| edges.iter().any(|to| is_one(from, *to))) {
                    return true;
                }
                digits.clear();
                edges.clear();
            }
        }
    }
    false
}

/// Luhn's check.
fn is_proved(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) => twice / 10 + twice % 10,
        })
        .sum();
    sum.is_multiple_of(10) && digits.first().is_some_and(|first| (2..=6).contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn how_far_a_charge_came_never_goes_back() {
        for from in Progress::ALL {
            assert!(!from.may_become(from), "{from:?}");
            for to in Progress::ALL {
                assert!(!(from.may_become(to) && to.may_become(from)), "{from:?} {to:?}");
                // Whichever of two is told last, the same one counts: that is what makes the order of messages nothing.
                assert!(from == to || from.may_become(to) || to.may_become(from), "{from:?} {to:?}");
                for last in Progress::ALL {
                    assert!(!(from.may_become(to) && to.may_become(last)) || from.may_become(last), "{from:?} {to:?} {last:?}");
                }
            }
        }
    }

    #[test]
    fn what_stands_of_a_charge_is_what_neither_went_back_nor_is_disputed() {
        let told = |at, progress, refunded_minor, dispute| Told { at, progress, refunded_minor, dispute };
        let taken = told(1, Some(Progress::Succeeded), None, None);
        let back = |at, minor| told(at, None, Some(minor), None);
        let dispute = |at, dispute, minor| told(at, None, None, Some((dispute, minor)));
        //   told                                                                stands  in one word
        for (tellings, minor, state) in [
            (vec![], 0, State::Asked),
            (vec![told(1, Some(Progress::Pending), None, None)], 0, State::Pending),
            (vec![told(1, Some(Progress::Failed), None, None)], 0, State::Failed),
            (vec![taken], 5_000, State::Succeeded),
            (vec![taken, told(9, Some(Progress::Failed), None, None)], 5_000, State::Succeeded),
            (vec![taken, back(2, 2_000)], 3_000, State::PartlyRefunded),
            (vec![taken, back(2, 5_000)], 0, State::Refunded),
            // A refund that did not arrive at their bank is ours again.
            (vec![taken, back(2, 5_000), back(3, 0)], 5_000, State::Succeeded),
            (vec![taken, dispute(2, Dispute::Open, 5_000)], 0, State::Disputed),
            (vec![taken, dispute(2, Dispute::Open, 5_000), dispute(3, Dispute::Won, 5_000)], 5_000, State::Succeeded),
            (vec![taken, dispute(3, Dispute::Lost, 5_000), dispute(2, Dispute::Open, 5_000)], 0, State::Lost),
            (vec![taken, dispute(2, Dispute::Won, 5_000), dispute(5, Dispute::Open, 1_000)], 4_000, State::Disputed),
            (vec![taken, back(2, 2_000), dispute(3, Dispute::Open, 4_000)], 0, State::Disputed),
            (vec![taken, back(2, 99_999)], 0, State::Refunded),
        ] {
            let standing = tellings.iter().fold(Standing::asked(5_000), |standing, told| standing.after(told));
            assert_eq!((standing.stands_minor(), standing.state()), (minor, state), "{tellings:?}");
        }
    }

    fn tellings() -> impl Strategy<Value = Vec<Told>> {
        let progress = prop::option::of(prop::sample::select(Progress::ALL.to_vec()));
        let dispute = prop::option::of((prop::sample::select(Dispute::ALL.to_vec()), -1i64..6_000));
        let told = (0i64..6, progress, prop::option::of(-1i64..6_000), dispute);
        let told = told.prop_map(|(at, progress, refunded_minor, dispute)| Told { at, progress, refunded_minor, dispute });
        prop::collection::vec(told, 0..8)
    }

    proptest! {
        /// Whatever comes late, twice or in another order: the same state, and the same money.
        #[test]
        fn the_order_and_number_of_messages_changes_nothing(
            (all, again, seed) in (tellings(), 0usize..4, prop::collection::vec(any::<u16>(), 32))
        ) {
            let end = |tellings: &[Told]| tellings.iter().fold(Standing::asked(5_000), |standing, told| standing.after(told));
            let expected = end(&all);
            let mut shuffled: Vec<(u16, Told)> = Vec::new();
            for turn in 0..=again {
                shuffled.extend(all.iter().enumerate().map(|(at, told)| (seed[(turn * 8 + at) % seed.len()], *told)));
            }
            shuffled.sort_by_key(|(key, _)| *key);
            let shuffled: Vec<Told> = shuffled.into_iter().map(|(_, told)| told).collect();
            prop_assert_eq!(end(&shuffled), expected);
            prop_assert!((0..=5_000).contains(&expected.stands_minor()));
            // How far it came is followed step by step, and goes one way.
            shuffled.iter().fold(Standing::asked(5_000), |before, told| {
                let after = before.after(told);
                assert!(after.progress == before.progress || before.progress.may_become(after.progress));
                after
            });
        }
    }

    fn signed(secret: &[u8], at: i64, message: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(format!("{at}.").as_bytes());
        mac.update(message);
        crate::audit::hex(&mac.finalize().into_bytes())
    }

    #[test]
    fn only_a_message_signed_with_our_secret_within_five_minutes_is_the_processors() {
        let (secret, message) = (b"whsec_test".as_slice(), br#"{"id":"evt_1"}"#.as_slice());
        let good = signed(secret, 1_000, message);
        let other = signed(b"whsec_other", 1_000, message);
        let check = |header: &str, message: &[u8], now| verify(header, message, secret, now);
        assert_eq!(check(&format!("t=1000,v1={good}"), message, 1_000), Ok(()));
        assert_eq!(check(&format!("t=1000,v1={other},v1={good},v0=aa"), message, 1_300), Ok(()), "several while a secret changes");
        assert_eq!(check(&format!("t=1000, v1={}", good.to_uppercase()), message, 700), Ok(()));
        for (header, message, now, error) in [
            (format!("t=1000,v1={good}"), message, 1_301, SignatureError::NotNow),
            (format!("t=1000,v1={good}"), message, 699, SignatureError::NotNow),
            (format!("t=1001,v1={good}"), message, 1_000, SignatureError::Wrong),
            (format!("t=1000,v1={other}"), message, 1_000, SignatureError::Wrong),
            (format!("t=1000,v1={good}"), br#"{"id":"evt_2"}"#.as_slice(), 1_000, SignatureError::Wrong),
            (format!("t=1000,v1={}", &good[..62]), message, 1_000, SignatureError::Wrong),
            (format!("v1={good}"), message, 1_000, SignatureError::Unreadable),
            (format!("t=1000,v0={good}"), message, 1_000, SignatureError::Unreadable),
            (format!("t=soon,v1={good}"), message, 1_000, SignatureError::Unreadable),
            ("t=1000,v1=xyz".into(), message, 1_000, SignatureError::Unreadable),
            (String::new(), message, 1_000, SignatureError::Unreadable),
        ] {
            assert_eq!(check(&header, message, now), Err(error), "{header}");
        }
        let of_nobody = format!("t=1000,v1={}", signed(b"", 1_000, message));
        assert_eq!(verify(&of_nobody, message, b"", 1_000), Err(SignatureError::Unreadable), "without a secret nothing is proved");
    }

    #[test]
    fn numbers_of_cards_are_known_however_they_are_typed() {
        for text in
            ["4242424242424242", "her card 4242 4242 4242 4242, she said", "4000-0000-0000-0002", "1 4242424242424242", "378282246310005"]
        {
            assert!(looks_like_card_number(text), "{text}");
        }
        for text in ["", "agreed by phone on 23 November 2026", "614-555-0101", "4242424242424241", "0000000000000000", "acc_019a"] {
            assert!(!looks_like_card_number(text), "{text}");
        }
    }
}

//! By which way somebody likes to have things in writing: what they told us last, and what it makes of the ways there are.
//!
//! [`preferred`] is the word of theirs that counts; [`Offer::of`] says which way is offered first.
//!
//! Always true: a preference opens nothing. What a rule refuses, or something missing keeps shut, is never offered first; who told us
//! nothing has nothing chosen for them.

use crate::values::channel::Channel;
use jiff::Timestamp;

/// The ways somebody can prefer.
pub const IN_WRITING: [Channel; 3] = [Channel::Letter, Channel::Text, Channel::Email];

/// The kind of wish that tells it, in files and in the database.
pub const PREFERS: &str = "prefers_channel";

/// Reads a way by its code.
pub fn parse(code: &str) -> Option<Channel> {
    Channel::parse(code).filter(|channel| IN_WRITING.contains(channel))
}

/// A way in the middle of a sentence.
pub fn in_words(channel: Channel) -> &'static str {
    match channel {
        Channel::Letter => "a letter",
        Channel::Text => "a text",
        _ => "an e-mail",
    }
}

/// One word of theirs about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The way they like.
    pub channel: Channel,
    /// When they said so.
    pub at: Timestamp,
    /// When they took it back, if they did.
    pub ended_at: Option<Timestamp>,
}

/// The word that counts: of those that stand, the last that was told.
pub fn preferred(told: impl IntoIterator<Item = Told>) -> Option<Told> {
    told.into_iter().filter(|told| told.ended_at.is_none()).max_by_key(|told| told.at)
}

/// Which of the ways is offered first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// As they prefer, and it is open.
    pub first: Option<Channel>,
    /// What they prefer is shut.
    pub shut: Option<Channel>,
    /// Then this one is open.
    pub instead: Option<Channel>,
}

impl Offer {
    /// What a preference makes of some ways, each with whether it is open.
    pub fn of(preferred: Option<Channel>, ways: &[(Channel, bool)]) -> Offer {
        let Some((wanted, is_open)) = ways.iter().copied().find(|(channel, _)| Some(*channel) == preferred) else {
            return Offer::default();
        };
        if is_open {
            return Offer { first: Some(wanted), ..Offer::default() };
        }
        let instead = ways.iter().find(|(_, is_open)| *is_open).map(|(channel, _)| *channel);
        Offer { first: None, shut: Some(wanted), instead }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(channel: Channel, second: i64, ended: bool) -> Told {
        let at = |second| Timestamp::from_second(second).unwrap();
        Told { channel, at: at(second), ended_at: ended.then(|| at(second + 1)) }
    }

    #[test]
    fn the_last_word_that_stands_counts_in_whatever_order_it_came_in() {
        let (letter, text, email) = (told(Channel::Letter, 10, false), told(Channel::Text, 20, false), told(Channel::Email, 30, true));
        for order in [[letter, text, email], [email, text, letter], [text, letter, email]] {
            assert_eq!(preferred(order), Some(text));
        }
        assert_eq!(preferred([email]), None, "what was taken back counts no more");
        assert_eq!(preferred([]), None);
        // Of two told in one moment the later row counts.
        assert_eq!(preferred([told(Channel::Letter, 10, false), told(Channel::Email, 10, false)]).unwrap().channel, Channel::Email);
    }

    #[test]
    fn a_preference_comes_first_and_opens_nothing() {
        let (letter, text) = (Channel::Letter, Channel::Text);
        let of = |preferred, letter_is_open, text_is_open| Offer::of(preferred, &[(letter, letter_is_open), (text, text_is_open)]);
        let first = |channel| Offer { first: Some(channel), ..Offer::default() };
        assert_eq!(of(Some(text), true, true), first(text));
        assert_eq!(of(Some(letter), true, false), first(letter));
        assert_eq!(of(Some(text), true, false), Offer { first: None, shut: Some(text), instead: Some(letter) });
        assert_eq!(of(Some(text), false, false), Offer { first: None, shut: Some(text), instead: None });
        for (letter_is_open, text_is_open) in [(true, true), (true, false), (false, true), (false, false)] {
            assert_eq!(of(None, letter_is_open, text_is_open), Offer::default(), "nothing is chosen for who told us nothing");
            let opened = of(Some(text), letter_is_open, text_is_open).first;
            assert!(opened.is_none() || text_is_open, "a way that is shut is never offered first");
        }
        assert_eq!(Offer::of(Some(text), &[(letter, true)]), Offer::default(), "what is written already is not offered again");
    }

    #[test]
    fn only_what_can_be_written_can_be_preferred() {
        assert_eq!(["letter", "text", "email"].map(parse), IN_WRITING.map(Some));
        for code in ["call", "electronic", "web_portal", ""] {
            assert_eq!(parse(code), None, "{code}");
        }
    }
}

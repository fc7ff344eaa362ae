//! What a call's page shows of writing: how they like it, the ways there are, and what was written for them.

use super::store::{Recap, list_of_call};
use super::{Way, preferred_row, preferred_way, ways};
use crate::app::Failure;
use crate::outreach::calls::actions::Led;
use crate::store::Tx;
use crate::web::guard::Visit;
use crate::web::shell::when;
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::recap::ask_in_writing;
use duly_domain::parties::in_writing::{Offer, in_words};
use duly_domain::values::channel::Channel;
use duly_domain::values::moment::written;
use jiff::Timestamp;

/// How they like to have things in writing.
pub struct Liking {
    /// The way.
    pub channel: Channel,
    /// The way in the middle of a sentence.
    pub words: &'static str,
    /// When they told us, and how we know.
    pub told: String,
}

/// What was agreed, as it was written for them.
pub struct ShownRecap {
    /// The writing.
    pub recap: Recap,
    /// A text that somebody sends; otherwise a letter.
    pub is_text: bool,
    /// When it was made.
    pub made: String,
    /// What became of it.
    pub says: String,
    /// The tone of that.
    pub tone: &'static str,
}

/// All of it.
pub struct Writing {
    /// How they like it, where they told us.
    pub liking: Option<Liking>,
    /// The ways that are left, the one they like first.
    pub ways: Vec<Way>,
    /// Which of them is offered first.
    pub offer: Offer,
    /// What was written.
    pub recaps: Vec<ShownRecap>,
    /// The question that finds out, in the language of the call.
    pub question: &'static str,
}

impl Writing {
    /// What is true of a call. Ways are only looked for once it is over.
    pub async fn of(tx: &mut Tx, led: &Led, visit: &Visit, language: Language) -> Result<Writing, Failure> {
        let ways = if led.call.ended_at.is_some() { ways(tx, &visit.who, visit.at, led).await? } else { Vec::new() };
        let open: Vec<(Channel, bool)> = ways.iter().map(|way| (way.channel, way.is_open())).collect();
        let channel = preferred_way(led);
        let liking = channel.zip(preferred_row(led)).map(|(channel, row)| Liking {
            channel,
            words: in_words(channel),
            told: format!("{}, {}", written(row.told_at.to_zoned(visit.zone.clone()).date()), row.source),
        });
        let recaps = recaps(tx, led, visit).await?;
        Ok(Writing { liking, offer: Offer::of(channel, &open), ways, recaps, question: ask_in_writing(language) })
    }

    /// Whether a way is the one that is offered first.
    pub fn is_first(&self, way: &Way) -> bool {
        self.offer.first == Some(way.channel)
    }

    /// Whether a way is the one that they like.
    pub fn is_liked(&self, way: &Channel) -> bool {
        self.liking.as_ref().is_some_and(|liking| liking.channel == *way)
    }

    /// What is open where the way they like is shut.
    pub fn instead(&self) -> Option<&'static str> {
        self.offer.instead.map(in_words)
    }
}

/// What was written for them after the call.
async fn recaps(tx: &mut Tx, led: &Led, visit: &Visit) -> Result<Vec<ShownRecap>, Failure> {
    let clock = |at: Timestamp| when(at, visit.at.at, &visit.zone);
    let shown = list_of_call(tx, led.call.id).await?.into_iter().map(|recap| {
        let is_text = recap.channel == Channel::Text.code();
        let (says, tone) = match (recap.sent_at, recap.letter_state.as_deref()) {
            (Some(at), _) if is_text => (format!("sent {}", clock(at)), "ok"),
            (Some(at), _) => (format!("in the mail, recorded {}", clock(at)), "ok"),
            (None, Some("void")) => ("taken back, never mailed".into(), ""),
            (None, Some(_)) => ("in the print folder, not in the mail yet".into(), "wait"),
            (None, None) => ("ready to send, not sent".into(), "wait"),
        };
        ShownRecap { made: clock(recap.made_at), is_text, says, tone, recap }
    });
    Ok(shown.collect())
}

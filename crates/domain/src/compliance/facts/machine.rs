//! Calls and texts by machine: to which line they go, and the consent to them.

use super::past::Past;
use crate::compliance::record::{Dialing, Direction, Notice, NoticeKind, Proposal};
use crate::compliance::rules::tcpa_revocation::REVOKES_ALL_FROM;
use crate::decision::Instant;
use crate::values::channel::Channel;
use serde::{Deserialize, Serialize};

/// The kinds of lines that the law protects from machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// A mobile telephone: no machine dials or speaks without consent.
    Mobile,
    /// A telephone at home: no machine speaks without consent, but for a few.
    Home,
}

/// A call or text by machine to a line that is protected from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineFacts {
    /// The line it goes to.
    pub line: Line,
    /// They agreed, for this number and every debt proposed.
    pub has_consent: bool,
    /// They took it back, for this kind of call or text about one of these debts, at.
    pub revoked_at: Option<i64>,
    /// They took it back for this number, for whatever kind and debt, at.
    pub revoked_any_kind_at: Option<i64>,
    /// Calls by recording or machine voice to this number in the thirty days up to the proposal.
    pub spoken_30_days: u32,
    /// Day number of the third last of these calls, whenever it was.
    pub third_last_day: Option<i32>,
    /// A recording lacks the automated way to opt out.
    pub lacks_opt_out: bool,
}

impl MachineFacts {
    /// Since when consent counts as taken back, at an instant: from a day on, for one kind is for all.
    pub fn revoked_at(&self, now: Instant) -> Option<i64> {
        if now.day >= REVOKES_ALL_FROM { self.revoked_any_kind_at } else { self.revoked_at }
    }
}

/// Days in which calls by recording to a home are counted.
const RUN_DAYS: i32 = 30;

impl Past<'_> {
    /// The facts, where a machine dials or speaks in a way that the line is protected from.
    pub(super) fn machine(&self) -> Option<MachineFacts> {
        let line = protected_line(self.proposal)?;
        let (mut has_consent, mut revoked_at, mut revoked_any_kind_at) = (!self.record.consumer.is_number_reassigned, None, None);
        // Latest first; a consent taken back at the very moment it was given is taken back.
        let mut about_number: Vec<&Notice> = self.record.notices.iter().filter(|notice| self.is_about_this_consent(notice)).collect();
        about_number.sort_by_key(|notice| (notice.at, matches!(notice.kind, NoticeKind::TcpaRevoked { .. })));
        let latest = |of: &dyn Fn(&Notice) -> bool| about_number.iter().rposition(|notice| of(notice));
        let debts: &[_] =
            if self.proposal.debts.is_empty() { &[None] } else { &self.proposal.debts.iter().copied().map(Some).collect::<Vec<_>>() };
        for debt in debts {
            let concerns = |notice: &Notice| debt.is_none_or(|debt| notice.debts.contains(&debt));
            let given = latest(&|notice| match notice.kind {
                NoticeKind::TcpaConsent { channel } => concerns(notice) && self.is_of_this_kind(channel),
                _ => false,
            });
            let taken_back = latest(&|notice| match notice.kind {
                NoticeKind::TcpaRevoked { channel } => concerns(notice) && self.is_of_this_kind(channel),
                _ => false,
            });
            let taken_back_at_all = latest(&|notice| matches!(notice.kind, NoticeKind::TcpaRevoked { .. }));
            let at = |index: Option<usize>| {
                index.filter(|index| given.is_none_or(|given| given < *index)).map(|index| about_number[index].at.as_second())
            };
            has_consent &= given.is_some() && at(taken_back).is_none();
            revoked_at = revoked_at.max(at(taken_back));
            revoked_any_kind_at = revoked_any_kind_at.max(at(taken_back_at_all));
        }
        let (spoken_30_days, third_last_day) = if line == Line::Home { self.spoken_calls() } else { (0, None) };
        let lacks_opt_out = self.proposal.lacks_automated_opt_out;
        Some(MachineFacts { line, has_consent, revoked_at, revoked_any_kind_at, spoken_30_days, third_last_day, lacks_opt_out })
    }

    /// Whether it gives or takes back consent for the number proposed. A consent names its number; taken back without one it is
    /// taken back for all.
    fn is_about_this_consent(&self, notice: &Notice) -> bool {
        let may_name_none = match notice.kind {
            NoticeKind::TcpaConsent { .. } => false,
            NoticeKind::TcpaRevoked { .. } => true,
            _ => return false,
        };
        notice.at <= self.proposal.at
            && match (&notice.number, &self.proposal.address) {
                (Some(number), Some(to)) => is_same_number(number, to),
                (None, Some(_)) => may_name_none,
                (_, None) => true,
            }
    }

    /// Whether a consent for a kind, or for all where none is named, is one for what is proposed.
    fn is_of_this_kind(&self, channel: Option<Channel>) -> bool {
        channel.is_none_or(|channel| channel == self.proposal.channel || (channel.is_call() && self.proposal.channel.is_call()))
    }

    /// How many calls a machine spoke to this number in the run up to now, whoever was meant, and the day of the third last.
    fn spoken_calls(&self) -> (u32, Option<i32>) {
        let today = self.days.of(self.proposal.at);
        let spoken = self.record.contacts.iter().filter(|contact| {
            contact.is_ours
                && contact.at <= self.proposal.at
                && contact.direction == Direction::Out
                && is_spoken_by_machine(contact.channel, contact.dialing)
                // A call to a number that is not on record may have been to this one.
                && contact.address().zip(self.proposal.address.as_deref()).is_none_or(|(a, b)| is_same_number(a, b))
        });
        let mut days: Vec<i32> = spoken.map(|contact| self.days.of(contact.at)).collect();
        days.sort_unstable();
        let in_run = days.iter().filter(|day| **day > today - RUN_DAYS).count();
        (u32::try_from(in_run).unwrap_or(u32::MAX), days.iter().rev().nth(2).copied())
    }
}

/// The line, where it is protected from the way it is dialed or spoken to. A text goes to a mobile unless it is known not to.
fn protected_line(proposal: &Proposal) -> Option<Line> {
    let is_spoken = is_spoken_by_machine(proposal.channel, proposal.dialing);
    let is_text = proposal.channel == Channel::Text;
    let is_by_machine = is_spoken || (proposal.dialing != Dialing::Manual && (is_text || proposal.channel.is_call()));
    if is_by_machine && (proposal.is_to_mobile || (is_text && !proposal.is_to_home_line)) {
        return Some(Line::Mobile);
    }
    (is_spoken && proposal.is_to_home_line).then_some(Line::Home)
}

/// A recording or a machine's voice; a message dropped into a mailbox is one.
fn is_spoken_by_machine(channel: Channel, dialing: Dialing) -> bool {
    channel == Channel::RinglessVoicemail || (channel == Channel::Call && dialing.is_spoken_by_machine())
}

/// Whether two ways of writing a number name the same one: digits alone, without the country code of North America.
fn is_same_number(one: &str, other: &str) -> bool {
    let digits = |number: &str| number.bytes().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let (one, other) = (digits(one), digits(other));
    let national = |digits: &[u8]| if digits.len() == 11 && digits[0] == b'1' { digits[1..].to_vec() } else { digits.to_vec() };
    national(&one) == national(&other)
}

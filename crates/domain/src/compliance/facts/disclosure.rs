//! Which statement a communication owes: the full one first, the short one afterwards.

use super::disputes::Disputes;
use super::past::Past;
use crate::compliance::record::{Contact, Direction, Disclosure, Key, Notice, NoticeKind, Outcome, Purpose, Standing};
use crate::values::channel::Channel;
use serde::{Deserialize, Serialize};

/// What is said about who speaks and why, beside what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisclosureFacts {
    /// What is said.
    pub said: Disclosure,
    /// What is owed.
    pub due: Disclosure,
    /// The full one was spoken before and is owed again in the first writing.
    #[serde(default)]
    pub is_repeat: bool,
}

impl Past<'_> {
    /// Both, where it is known what is said.
    pub(super) fn disclosure(&self, standing: Standing) -> Option<DisclosureFacts> {
        let said = self.proposal.disclosure?;
        if self.owes_no_disclosure(standing) {
            return Some(DisclosureFacts { said, due: Disclosure::None, is_repeat: false });
        }
        let is_written = is_written(self.proposal.channel);
        let due = self.disclosure_due(is_written);
        let is_repeat = is_written && due == Disclosure::Full && self.disclosure_due(false) == Disclosure::Short;
        Some(DisclosureFacts { said, due, is_repeat })
    }

    /// A pleading, a limited-content message and the bare confirmation of an opt-out owe none, nor does what others are told.
    fn owes_no_disclosure(&self, standing: Standing) -> bool {
        let is_owed_to = matches!(standing, Standing::Consumer | Standing::CountsAsConsumer | Standing::CoDebtor);
        // Only a voice mail can be one: a text with the same words is a communication.
        let is_limited = self.proposal.is_limited_content && self.proposal.channel.is_call();
        !is_owed_to || is_limited || self.proposal.is_formal_pleading || self.proposal.purpose == Purpose::OptOutConfirmation
    }

    /// The full statement in the first communication about a debt and, where that was spoken, in the first written one as well.
    fn disclosure_due(&self, is_written: bool) -> Disclosure {
        let events = Disputes::new(self.record, self.proposal.at);
        let due = self.consumer_debts().map(|debt| {
            let wrote = self.wrote_about(debt, &events);
            if wrote || (!is_written && self.contacts().any(|contact| spoke_about(contact, debt))) {
                Disclosure::Short
            } else {
                Disclosure::Full
            }
        });
        due.max().unwrap_or(Disclosure::Full)
    }

    /// Whether something in writing about the debt reached this person from us.
    fn wrote_about(&self, debt: Key, events: &Disputes) -> bool {
        let came_back = |key, sent_at| events.returned_at(key, sent_at, |returned| returned.debts.contains(&debt)).is_some();
        let by_contact = self.contacts().filter(|contact| {
            contact.is_ours
                && contact.direction == Direction::Out
                && is_written(contact.channel)
                && contact.outcome.is_none_or(Outcome::is_connected)
                && contact.debts.contains(&debt)
                && may_have_told_all(contact)
                // A confirmation says nothing of the debt; what tax, privacy and breach laws ask for begins nothing.
                && !matches!(contact.purpose, Purpose::OptOutConfirmation | Purpose::RequiredByLaw)
        });
        let by_notice = events.notices(debt).filter(|notice| notice.person == self.person && is_letter(notice));
        by_contact.map(|sent| (sent.key, sent.at)).chain(by_notice.map(|sent| (sent.key, sent.at))).any(|(key, at)| !came_back(key, at))
    }
}

fn is_written(channel: Channel) -> bool {
    channel == Channel::Letter || channel.is_electronic()
}

fn is_letter(notice: &Notice) -> bool {
    matches!(
        notice.kind,
        NoticeKind::ValidationNoticeSent { .. }
            | NoticeKind::VerificationSent
            | NoticeKind::OriginalCreditorSent
            | NoticeKind::DuplicativeDisputeAnswered
    )
}

/// Whether the full statement was, or may have been, given in a contact. Where it was recorded that it was not, it is still owed.
fn may_have_told_all(contact: &Contact) -> bool {
    contact.disclosed.is_none_or(|said| said == Disclosure::Full)
}

/// Whether we told this person of the debt by word of mouth, whoever began it: in a talk, or in a voice mail that said more than a
/// limited-content message may.
fn spoke_about(contact: &Contact, debt: Key) -> bool {
    let is_spoken = contact.channel.is_call() || contact.channel == Channel::InPerson;
    let told = match contact.outcome {
        Some(Outcome::Conversation) => true,
        Some(Outcome::Voicemail) => contact.direction == Direction::Out && !contact.is_limited_content,
        _ => false,
    };
    contact.is_ours && is_spoken && told && may_have_told_all(contact) && contact.talked_about().contains(&debt)
}

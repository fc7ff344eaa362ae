//! Notices on file, in the domain's words.

use crate::accounts::notice::{Kind, NoticeRow};
use duly_domain::compliance::record::{Bankruptcy, Notice, NoticeKind};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId};

/// The event that a notice is to the rules; `None` where no rule reads it as one.
pub fn notice(row: &NoticeRow) -> Option<Notice> {
    let kind = match Kind::parse(&row.kind)? {
        Kind::Cease => NoticeKind::Cease,
        Kind::CeaseWithdrawn => NoticeKind::CeaseWithdrawn,
        Kind::AttorneyKnown => NoticeKind::AttorneyKnown(None),
        Kind::AttorneyReleased => NoticeKind::AttorneyReleased(None),
        Kind::CallConsent => {
            NoticeKind::CallConsent { days: row.days.and_then(|days| u32::try_from(days).ok()).unwrap_or(7), direct: true }
        }
        Kind::CallConsentRevoked => NoticeKind::CallConsentRevoked,
        Kind::ValidationNoticeSent => NoticeKind::ValidationNoticeSent { sent_on: row.sent_on, stated_end: row.stated_end_on },
        Kind::Undeliverable => NoticeKind::Undeliverable(None),
        Kind::Dispute => {
            let (in_writing, submitted_on, is_duplicative) = (row.in_writing, row.submitted_on, row.is_duplicative);
            NoticeKind::Dispute { in_writing, submitted_on, is_duplicative, part: row.disputed() }
        }
        Kind::VerificationSent => NoticeKind::VerificationSent,
        Kind::DuplicativeDisputeAnswered => NoticeKind::DuplicativeDisputeAnswered,
        Kind::OriginalCreditorRequest => NoticeKind::OriginalCreditorRequest { in_writing: row.in_writing, submitted_on: row.submitted_on },
        Kind::OriginalCreditorSent => NoticeKind::OriginalCreditorSent,
        Kind::ElectronicConsent => NoticeKind::ElectronicConsent,
        Kind::TcpaConsent => NoticeKind::TcpaConsent { channel: channel(row) },
        Kind::TcpaRevoked => NoticeKind::TcpaRevoked { channel: channel(row) },
        // Bankruptcy is a state of the debts, see below.
        Kind::BankruptcyFiled | Kind::BankruptcyDischarged | Kind::StayLifted | Kind::BankruptcyDismissed => return None,
    };
    Some(Notice {
        key: Some(row.id.0.as_u128()),
        at: row.happened_at,
        debts: [row.account.0.as_u128()].into(),
        person: row.debtor.0.as_u128(),
        number: row.address.clone(),
        kind,
    })
}

/// The kind of contact that consent to machines is for, where it is for one alone.
fn channel(row: &NoticeRow) -> Option<Channel> {
    row.channel.as_deref().and_then(Channel::parse)
}

/// How one debt stands in a person's bankruptcy, by the notices on file, the oldest first.
///
/// A petition reaches every debt of the person who filed, whichever account it was noted on; an order that lifts the stay
/// reaches the debt it was noted on.
pub fn bankruptcy_of(notices: &[NoticeRow], person: DebtorId, account: AccountId) -> Option<Bankruptcy> {
    let mut case: Option<Bankruptcy> = None;
    for notice in notices.iter().filter(|notice| notice.debtor == person) {
        let chapter = notice.chapter.and_then(|chapter| u8::try_from(chapter).ok());
        match Kind::parse(&notice.kind) {
            Some(Kind::BankruptcyFiled) => case = Some(Bankruptcy { is_discharged: false, chapter, is_stay_lifted: false }),
            Some(Kind::BankruptcyDischarged) => {
                let before = case.and_then(|case| case.chapter);
                case = Some(Bankruptcy { is_discharged: true, chapter: chapter.or(before), is_stay_lifted: false });
            }
            Some(Kind::StayLifted) if notice.account == account => {
                case = case.map(|case| Bankruptcy { is_stay_lifted: true, ..case });
            }
            Some(Kind::BankruptcyDismissed) => case = None,
            _ => {}
        }
    }
    case
}

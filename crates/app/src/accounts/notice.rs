//! Notices: what came in, was sent or became known about an account, and binds the gate from then on.
//!
//! A notice is never changed; a later one takes it back (a lawyer withdraws, verification is sent, a case is dismissed).
//! It moves no money and contacts nobody. [`record_notice`] also opens or answers a case and names what is to be done next; [`record_notice_in`] only
//! records, within a transaction of somebody else.

use super::actions::set_next;
use super::store;
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::{disputes, parties, rows, strategy, transaction};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId, NoticeId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::json;

/// What a notice is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words beside each say it")]
pub enum Kind {
    Cease,
    CeaseWithdrawn,
    AttorneyKnown,
    AttorneyReleased,
    CallConsent,
    CallConsentRevoked,
    ValidationNoticeSent,
    Undeliverable,
    Dispute,
    VerificationSent,
    DuplicativeDisputeAnswered,
    OriginalCreditorRequest,
    OriginalCreditorSent,
    ElectronicConsent,
    TcpaConsent,
    TcpaRevoked,
    BankruptcyFiled,
    BankruptcyDischarged,
    StayLifted,
    BankruptcyDismissed,
}

/// Every kind with its code and its words.
const KINDS: [(Kind, &str, &str); 20] = [
    (Kind::Cease, "cease", "Written request to stop"),
    (Kind::CeaseWithdrawn, "cease_withdrawn", "Request to stop taken back in writing"),
    (Kind::AttorneyKnown, "attorney_known", "Has a lawyer"),
    (Kind::AttorneyReleased, "attorney_released", "Lawyer silent, agreed or withdrew"),
    (Kind::CallConsent, "call_consent", "Consents to more calls"),
    (Kind::CallConsentRevoked, "call_consent_revoked", "Consent to calls taken back"),
    (Kind::ValidationNoticeSent, "validation_notice_sent", "Validation notice sent"),
    (Kind::Undeliverable, "undeliverable", "Our letter came back"),
    (Kind::Dispute, "dispute", "Disputes the debt"),
    (Kind::VerificationSent, "verification_sent", "Verification sent"),
    (Kind::DuplicativeDisputeAnswered, "duplicative_dispute_answered", "Repeated dispute answered"),
    (Kind::OriginalCreditorRequest, "original_creditor_request", "Asks for the original creditor"),
    (Kind::OriginalCreditorSent, "original_creditor_sent", "Original creditor's name and address sent"),
    (Kind::ElectronicConsent, "electronic_consent", "Agrees to electronic messages"),
    (Kind::TcpaConsent, "tcpa_consent", "Agrees to automatic calls and texts"),
    (Kind::TcpaRevoked, "tcpa_revoked", "Takes back agreement to automatic calls and texts"),
    (Kind::BankruptcyFiled, "bankruptcy_filed", "Filed for bankruptcy"),
    (Kind::BankruptcyDischarged, "bankruptcy_discharged", "Discharged in bankruptcy"),
    (Kind::StayLifted, "stay_lifted", "Stay lifted for this debt"),
    (Kind::BankruptcyDismissed, "bankruptcy_dismissed", "Bankruptcy case dismissed"),
];

/// The codes of all kinds.
pub fn codes() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(_, code, _)| *code)
}

impl Kind {
    /// Finds a kind by its code.
    pub fn parse(code: &str) -> Option<Kind> {
        KINDS.iter().find(|(_, known, _)| *known == code).map(|(kind, ..)| *kind)
    }

    /// The code used in files, commands and the database.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The words on screens.
    pub fn words(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Kind, &'static str, &'static str) {
        // Every kind has its row: the test below asks for each code.
        KINDS.iter().find(|(kind, ..)| *kind == self).unwrap_or(&KINDS[0])
    }

    /// Whether it forbids or delays something that is permitted without it.
    pub fn forbids(self) -> bool {
        !matches!(
            self,
            Kind::AttorneyReleased
                | Kind::CeaseWithdrawn
                | Kind::CallConsent
                | Kind::ValidationNoticeSent
                | Kind::VerificationSent
                | Kind::DuplicativeDisputeAnswered
                | Kind::OriginalCreditorSent
                | Kind::ElectronicConsent
                | Kind::TcpaConsent
                | Kind::StayLifted
                | Kind::BankruptcyDismissed
        )
    }

    /// Finds a kind by its words.
    pub fn of_words(words: &str) -> Option<Kind> {
        KINDS.iter().find(|(.., known)| *known == words).map(|(kind, ..)| *kind)
    }

    /// Its icon and tone on the timeline: red closes, green opens, a letter went out.
    pub fn icon(self) -> (&'static str, &'static str) {
        match self {
            Kind::ValidationNoticeSent | Kind::VerificationSent | Kind::DuplicativeDisputeAnswered | Kind::OriginalCreditorSent => {
                ("letter", "")
            }
            Kind::AttorneyReleased
            | Kind::CeaseWithdrawn
            | Kind::CallConsent
            | Kind::ElectronicConsent
            | Kind::TcpaConsent
            | Kind::StayLifted
            | Kind::BankruptcyDismissed => ("ok", "ok"),
            Kind::Undeliverable => ("warn", ""),
            _ => ("no", "no"),
        }
    }

    /// What is to be done after it, if it leaves something to do, and in how many days.
    fn next(self, in_writing: bool) -> Option<(&'static str, i64)> {
        Some(match self {
            // Talking is over; what is left is a decision, and no time of the day agreed before stands any more.
            Kind::Cease => ("Decide: end collection or use a remedy", DECIDE_DAYS),
            Kind::Dispute if in_writing => ("Send verification", DECIDE_DAYS),
            Kind::OriginalCreditorRequest if in_writing => ("Send the original creditor's name and address", DECIDE_DAYS),
            Kind::BankruptcyFiled => ("Decide: file a proof of claim or close", DECIDE_DAYS),
            Kind::BankruptcyDischarged => ("Decide: close, or go on with whoever else owes it", DECIDE_DAYS),
            Kind::VerificationSent | Kind::DuplicativeDisputeAnswered | Kind::OriginalCreditorSent => ("Take up after our answer", 0),
            Kind::StayLifted | Kind::BankruptcyDismissed => ("Take up after the bankruptcy", 0),
            Kind::CeaseWithdrawn => ("Take up after the stop", 0),
            _ => return None,
        })
    }
}

/// Days within which somebody does what a notice asks for.
const DECIDE_DAYS: i64 = 7;

/// A choice of the stop panel: one entry says all that a click can.
pub struct Choice {
    /// What the form sends.
    pub code: &'static str,
    /// The words on the screen.
    pub words: &'static str,
    kind: Kind,
    in_writing: bool,
    is_duplicative: bool,
}

const fn choice(code: &'static str, words: &'static str, kind: Kind) -> Choice {
    Choice { code, words, kind, in_writing: true, is_duplicative: false }
}

/// What the stop panel offers, by who acted. What is a status (a written stop, a lawyer, a bankruptcy) is entered as one, with how we
/// know of it: see [`crate::parties::status`].
pub static CHOICES: [(&str, &[Choice]); 2] = [
    (
        "They said or wrote",
        &[
            choice("dispute", "Disputes the debt, in writing", Kind::Dispute),
            Choice { in_writing: false, ..choice("dispute_spoken", "Disputes the debt, spoken", Kind::Dispute) },
            Choice { is_duplicative: true, ..choice("dispute_again", "Repeats a dispute that was answered, in writing", Kind::Dispute) },
            choice("original_creditor_request", "Asks in writing for the original creditor", Kind::OriginalCreditorRequest),
            choice("call_consent", "Consents to more calls", Kind::CallConsent),
            choice("call_consent_revoked", "Consent to calls taken back", Kind::CallConsentRevoked),
            choice("electronic_consent", "Agrees to electronic messages", Kind::ElectronicConsent),
        ],
    ),
    (
        "We sent",
        &[
            choice("validation_notice_sent", "Validation notice", Kind::ValidationNoticeSent),
            choice("verification_sent", "Verification of the debt", Kind::VerificationSent),
            choice("duplicative_dispute_answered", "Answer to a repeated dispute", Kind::DuplicativeDisputeAnswered),
            choice("original_creditor_sent", "Original creditor's name and address", Kind::OriginalCreditorSent),
            choice("undeliverable", "It came back", Kind::Undeliverable),
        ],
    ),
];

impl Choice {
    /// Finds a choice by what the form sent.
    pub fn parse(code: &str) -> Option<&'static Choice> {
        CHOICES.iter().flat_map(|(_, choices)| choices.iter()).find(|choice| choice.code == code)
    }

    /// What it asks to be recorded; the day is that of submitting or sending, where it is not today.
    pub fn ask(&self, account: AccountId, at: Timestamp, on: Option<Date>) -> RecordNotice {
        let is_sent = matches!(self.kind, Kind::ValidationNoticeSent);
        RecordNotice {
            in_writing: self.in_writing,
            is_duplicative: self.is_duplicative,
            sent_on: on.filter(|_| is_sent),
            submitted_on: on.filter(|_| matches!(self.kind, Kind::Dispute | Kind::OriginalCreditorRequest)),
            ..RecordNotice::of(account, self.kind, at)
        }
    }
}

/// One notice to be recorded.
#[derive(Clone, Debug)]
pub struct RecordNotice {
    /// About which account.
    pub account: AccountId,
    /// Whose it is; the account's debtor unless named.
    pub debtor: Option<DebtorId>,
    /// What it is of.
    pub kind: Kind,
    /// When it came in, was sent or became known.
    pub happened_at: Timestamp,
    /// For how many days, for a consent to calls.
    pub days: Option<i64>,
    /// In writing, for a dispute or a request.
    pub in_writing: bool,
    /// It repeats a dispute that was answered.
    pub is_duplicative: bool,
    /// The day it was submitted, where that is not the day it came.
    pub submitted_on: Option<Date>,
    /// The day it was sent, where that is not the day of `happened_at`.
    pub sent_on: Option<Date>,
    /// The end of the validation period that a notice states.
    pub stated_end_on: Option<Date>,
    /// The chapter of a bankruptcy.
    pub chapter: Option<i64>,
    /// The medium that a consent is for.
    pub channel: Option<String>,
    /// The number or address that a consent is for.
    pub address: Option<String>,
    /// A court's number for a case, or ours for a letter.
    pub reference: Option<String>,
    /// In their words.
    pub words: Option<String>,
    /// The part of the debt that a dispute is about; all of it where none is named.
    pub disputed: Option<Money>,
}

impl RecordNotice {
    /// A notice with nothing more to say.
    pub fn of(account: AccountId, kind: Kind, happened_at: Timestamp) -> RecordNotice {
        RecordNotice {
            account,
            debtor: None,
            kind,
            happened_at,
            days: None,
            in_writing: true,
            is_duplicative: false,
            submitted_on: None,
            sent_on: None,
            stated_end_on: None,
            chapter: None,
            channel: None,
            address: None,
            reference: None,
            words: None,
            disputed: None,
        }
    }

    /// What is wrong with it, all at once.
    fn problems(&self, at: Moment) -> Problems {
        let mut problems = Problems::default();
        if self.happened_at > at.at {
            problems.0.push(("received", "is in the future".into()));
        }
        for (field, day) in [("submitted", self.submitted_on), ("sent", self.sent_on)] {
            if day.is_some_and(|day| day > at.business_day) {
                problems.0.push((field, "is in the future".into()));
            }
        }
        if self.chapter.is_some_and(|chapter| !matches!(chapter, 7 | 9 | 11 | 12 | 13 | 15)) {
            problems.0.push(("chapter", "is none of 7, 9, 11, 12, 13, 15".into()));
        }
        if self.kind == Kind::TcpaConsent && self.address.is_none() {
            problems.0.push(("to", "is empty: consent to machines goes with a number".into()));
        }
        if self.days.is_some_and(|days| !(1..=7).contains(&days)) {
            problems.0.push(("days", "is not from 1 to 7".into()));
        }
        problems
    }
}

rows! {
    /// A notice as it is kept.
    pub struct NoticeRow {
        pub id: NoticeId,
        pub account: AccountId,
        pub debtor: DebtorId,
        pub kind: String,
        pub happened_at: Timestamp,
        pub days: Option<i64>,
        pub in_writing: bool,
        pub is_duplicative: bool,
        pub submitted_on: Option<Date>,
        pub sent_on: Option<Date>,
        pub stated_end_on: Option<Date>,
        pub chapter: Option<i64>,
        pub words: Option<String>,
        pub channel: Option<String>,
        pub address: Option<String>,
        pub disputed_minor: Option<i64>,
        pub currency: Option<String>,
    }
}

impl NoticeRow {
    /// The part of the debt that it is about, where it names one.
    pub fn disputed(&self) -> Option<Money> {
        Some(Money::of(self.disputed_minor?, Currency::parse(self.currency.as_deref()?)?))
    }

    /// What it is called on screens.
    pub fn title(&self) -> String {
        let words = Kind::parse(&self.kind).map_or(self.kind.as_str(), |kind| kind.words());
        match (Kind::parse(&self.kind), self.chapter) {
            (Some(Kind::Dispute | Kind::OriginalCreditorRequest), _) if !self.in_writing => format!("{words}, spoken"),
            (Some(Kind::Dispute), _) if self.is_duplicative => format!("{words} again, in writing"),
            (Some(Kind::Dispute | Kind::OriginalCreditorRequest), _) => match self.disputed() {
                Some(part) => format!("{words}, in writing, {part} of it"),
                None => format!("{words}, in writing"),
            },
            (Some(Kind::TcpaConsent | Kind::TcpaRevoked), _) => match self.channel.as_deref().and_then(Channel::parse) {
                Some(channel) => format!("{words}, {channel} alone"),
                None => words.to_string(),
            },
            (_, Some(chapter)) => format!("{words}, chapter {chapter}"),
            _ => words.to_string(),
        }
    }
}

/// Records a notice, opens or answers the case it is about, and names what is to be done next.
pub async fn record_notice(app: &App, who: &Actor, at: Moment, ask: RecordNotice) -> Result<NoticeId, Failure> {
    transaction!(app.db, tx, {
        let id = record_notice_in(tx, who, at, &ask).await?;
        disputes::actions::heed(tx, who, at, &ask, id).await?;
        follow_up(tx, at, &ask).await?;
        Ok(id)
    })
}

/// Names what is to be done after a notice, and on which day.
pub async fn follow_up(tx: &mut Tx, at: Moment, ask: &RecordNotice) -> Result<(), Failure> {
    let account = store::load_account(tx, ask.account).await?;
    let next = match ask.disputed {
        // The case's clocks remind of the answer; what is not disputed need not wait for it.
        Some(_) if ask.kind == Kind::Dispute && ask.in_writing => Some(("Ask for the undisputed part only; answer the dispute", 0)),
        _ => ask.kind.next(ask.in_writing),
    };
    if let Some((action, days)) = next.filter(|_| account.state == "open") {
        set_next(tx, ask.account, action, at.business_day.saturating_add(Span::new().days(days)), None).await?;
    }
    strategy::actions::place_on_worklist(tx, ask.account, at).await
}

/// Records a notice within a transaction, and nothing else: the past that a file tells leaves nothing to be done today.
pub async fn record_notice_in(tx: &mut Tx, who: &Actor, at: Moment, ask: &RecordNotice) -> Result<NoticeId, Failure> {
    let problems = ask.problems(at);
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    let account = store::load_account(tx, ask.account).await?;
    let debtor = ask.debtor.unwrap_or(account.debtor);
    if debtor != account.debtor && !parties::store::list_people(tx, ask.account).await?.iter().any(|person| person.debtor == debtor) {
        return Err(Failure::NotFound(format!("person {debtor} on account {}", ask.account)));
    }
    let id = NoticeId(new_uuid());
    store::notices::insert_notice(tx, id, debtor, ask, who.label(), at.at).await?;
    let detail = json!({"notice": id.to_string(), "kind": ask.kind.code(), "in_writing": ask.in_writing, "chapter": ask.chapter});
    kept::record(tx, who, at.at, ask.account, "notice.record", detail, &[id.into()]).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_code_and_every_choice_by_its_own() {
        for (kind, code, words) in KINDS {
            assert_eq!((Kind::parse(code), kind.code(), kind.words()), (Some(kind), code, words));
        }
        assert_eq!(Kind::parse("pigeon"), None);
        for choice in CHOICES.iter().flat_map(|(_, choices)| choices.iter()) {
            assert!(Choice::parse(choice.code).is_some_and(|found| std::ptr::eq(found, choice)), "{}", choice.code);
        }
    }
}

//! The panel by which an officer asks, on the account and in the call, and by which they see the answer come back.

use super::store::{self, Approval};
use crate::app::{Failure, Problems};
use crate::store::Tx;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::when;
use askama::Template;
use duly_domain::audit::hex;
use duly_domain::plans::approval::{ApprovalKind, ApprovalState};
use duly_domain::values::ids::{AccountId, ApprovalId, CallId, UserId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

/// A request as it is shown.
pub struct Shown {
    /// Its id.
    pub id: ApprovalId,
    /// The account.
    pub account: AccountId,
    /// What the creditor calls it.
    pub reference: String,
    /// What was asked for.
    pub asked: String,
    /// What is done with it once it is granted.
    pub verb: &'static str,
    /// In their words.
    pub words: String,
    /// Who asked.
    pub asker: String,
    /// Whether the visitor did.
    pub is_own: bool,
    /// Where it stands now.
    pub state: ApprovalState,
    /// What can be used, if anything.
    pub granted: String,
    /// What was answered, in words.
    pub answer: String,
    /// Who answered, and when.
    pub answered: String,
    /// Until when it waits, or what was granted is good.
    pub until: String,
    /// Seconds since it was asked.
    pub spent: i64,
    /// Whether somebody holds for it.
    pub is_holding: bool,
    /// Whether what came of it was taken up.
    pub is_noted: bool,
}

impl Shown {
    /// A request as somebody sees it now.
    pub fn of(row: Approval, viewer: Option<UserId>, now: Timestamp, zone: &TimeZone) -> Result<Shown, Failure> {
        let state = row.clock().state_at(now);
        let asked = row.asked()?;
        let granted = if state.is_granted() || state == ApprovalState::Used { row.granted()?.to_string() } else { String::new() };
        let until = if state == ApprovalState::Waiting { Some(row.lapses_at) } else { row.good_until };
        let answered = match (&row.answerer, row.answered_at) {
            (Some(name), Some(at)) => format!("{name}, {}", when(at, now, zone)),
            _ => String::new(),
        };
        Ok(Shown {
            id: row.id,
            account: row.account,
            asked: if asked.kind() == ApprovalKind::Question { "A question".into() } else { asked.to_string() },
            verb: match asked.kind() {
                ApprovalKind::Plan => "They agree",
                ApprovalKind::Waiver | ApprovalKind::Pause | ApprovalKind::WriteOff => "Grant",
                ApprovalKind::Promise | ApprovalKind::Question => "They promise",
            },
            is_own: viewer == Some(row.asked_by),
            state,
            granted,
            answered,
            until: until.map(|at| when(at, now, zone)).unwrap_or_default(),
            spent: now.duration_since(row.asked_at).as_secs().max(0),
            is_holding: row.is_holding(),
            is_noted: row.noted_at.is_some(),
            reference: row.reference,
            words: row.words,
            asker: row.asker,
            answer: row.answer_words.unwrap_or_default(),
        })
    }

    /// Color that goes with the word.
    pub fn tone(&self) -> &'static str {
        match self.state {
            ApprovalState::Approved | ApprovalState::Used => "ok",
            ApprovalState::Waiting | ApprovalState::Countered => "wait",
            ApprovalState::Refused => "no",
            ApprovalState::Answered => "acc",
            ApprovalState::Lapsed | ApprovalState::Withdrawn | ApprovalState::Unused => "",
        }
    }

    /// How long ago it was asked.
    pub fn clock(&self) -> String {
        lasted(self.spent)
    }

    /// What a screen reader is told when it changes.
    pub fn says(&self) -> String {
        let mut says = format!("{}: {}", self.asked, self.state.to_string().to_lowercase());
        if self.state == ApprovalState::Countered {
            says.push_str(&format!(" with {}", self.granted));
        }
        if !self.answer.is_empty() {
            says.push_str(&format!(". {}", self.answer));
        }
        says
    }
}

/// Seconds as `mm:ss`, or `h:mm h` where it is long; the page's script goes on from there.
pub fn lasted(seconds: i64) -> String {
    match seconds / 3_600 {
        0 => format!("{:02}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02} h", seconds / 60 % 60),
    }
}

/// What was asked on an account or in a call, alone: the part that is looked at again.
#[derive(Template)]
#[template(path = "plans/approvals/_asked.html")]
pub struct Asked {
    csrf: String,
    requests: Vec<Shown>,
    can_use: bool,
}

impl Asked {
    /// Those of a call; of an account those that wait, and those that nobody has taken up.
    pub async fn of(tx: &mut Tx, visit: &Visit, account: AccountId, call: Option<CallId>) -> Result<Asked, Failure> {
        let rows = match call {
            Some(call) => store::list_of_call(tx, call).await?,
            None => store::list_of_account(tx, account).await?,
        };
        let shown = rows.into_iter().map(|row| Shown::of(row, visit.who.id, visit.at.at, &visit.zone)).collect::<Result<Vec<_>, _>>()?;
        let is_open = |shown: &Shown| match shown.state {
            ApprovalState::Withdrawn => false,
            ApprovalState::Used => call.is_some(),
            _ => call.is_some() || !shown.is_noted || shown.state.is_granted(),
        };
        Ok(Asked { csrf: visit.csrf.clone(), requests: shown.into_iter().filter(is_open).collect(), can_use: true })
    }
}

/// The panel.
#[derive(Template)]
#[template(path = "plans/approvals/panel.html")]
pub struct AskingPanel {
    /// Where what somebody asked is watched, by an officer.
    pub live: String,
    asked: Asked,
    csrf: String,
    account: AccountId,
    call: Option<CallId>,
    look: String,
    can_ask: bool,
    is_unfolded: bool,
    amount: String,
    due: String,
    words: String,
    is_question: bool,
    wrong: Vec<(&'static str, String)>,
    today: String,
}

impl AskingPanel {
    /// The panel on an account or in a call, with what was typed; `can_ask` where there is a form for it here.
    pub async fn of(
        tx: &mut Tx,
        visit: &Visit,
        (account, call): (AccountId, Option<CallId>),
        can_ask: bool,
        fields: &Fields,
        problems: &Problems,
    ) -> Result<AskingPanel, Failure> {
        let (_, mark) = mark_of(tx, visit.who.id, visit.at).await?;
        let asked = Asked::of(tx, visit, account, call).await?;
        let wrong: Vec<(&'static str, String)> = problems.0.iter().filter(|(field, _)| field.starts_with("ask-")).cloned().collect();
        // What was typed for a promise that is refused is what is asked for.
        let typed = |own: &str, other: &str| fields.some(own).or_else(|| fields.some(other)).unwrap_or_default();
        Ok(AskingPanel {
            live: format!("/live/mine?seen={mark}"),
            asked,
            csrf: visit.csrf.clone(),
            account,
            call,
            look: match call {
                Some(call) => format!("/calls/{call}/approvals"),
                None => format!("/accounts/{account}/approvals"),
            },
            can_ask,
            is_unfolded: !wrong.is_empty() || problems.of("limit").is_some(),
            amount: typed("ask-amount", "amount"),
            due: typed("ask-due", "due"),
            words: fields.text("ask-words").to_string(),
            is_question: fields.text("ask-kind") == ApprovalKind::Question.code(),
            wrong,
            today: visit.at.business_day.to_string(),
        })
    }

    /// Whether there is anything in it.
    pub fn is_empty(&self) -> bool {
        !self.can_ask && self.asked.requests.is_empty()
    }

    fn wrong(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, says)| says.as_str())
    }
}

/// Whether anything changed of what somebody may see: the same mark says that nothing did. How many wait is told with it.
pub async fn mark_of(tx: &mut Tx, asked_by: Option<UserId>, at: Moment) -> Result<(i64, String), Failure> {
    let mut waiting = 0;
    let mut hash = Sha256::new();
    for mark in store::list_marks(tx, asked_by).await? {
        let state = mark.clock().state_at(at.at);
        waiting += i64::from(state == ApprovalState::Waiting);
        hash.update(mark.id.0.as_bytes());
        hash.update(state.code().as_bytes());
        hash.update([u8::from(mark.noted_at.is_some())]);
        hash.update(mark.lapses_at.as_second().to_be_bytes());
    }
    let mark = hex(&hash.finalize()[..8]);
    Ok((waiting, mark))
}

//! Cases are opened, taken a step further, and closed.
//!
//! Every way in meets in [`open_within`]: a form, a command, or a notice recorded on the stop panel ([`heed`]). The same person
//! saying the same again while a case is open is a step of that case, not another case.

use super::store::{self, Case, CaseStep};
use super::told::notice_of;
use crate::accounts::actions::{end_hold_within, hold, set_next};
use crate::accounts::notice::{self, Kind, RecordNotice};
use crate::app::{Actor, App, Failure, Problems, new_uuid};
use crate::audit::kept;
use crate::outreach::letters::store as letters;
use crate::store::Tx;
use crate::{accounts, ledger, strategy, transaction};
use duly_domain::accounts::Bucket;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, ClosingFacts, Ground, RootCause, StepKind, find_hindrances};
use duly_domain::disputes::clock::{Clock, ClockFacts, clocks};
use duly_domain::values::ids::{AccountId, CaseId, CaseStepId, DebtorId, DocumentId, NoticeId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

/// For how many days an account stands still while a case is looked into, unless it is closed before.
const HOLD_DAYS: i64 = 30;

/// The longest that anybody's words may be, in letters.
const LONGEST_WORDS: usize = 8_000;

/// A case to be opened.
#[derive(Clone, Debug)]
pub struct OpenCase {
    /// On which account.
    pub account: AccountId,
    /// Whose it is; the account's debtor unless named.
    pub debtor: Option<DebtorId>,
    /// Of what kind.
    pub kind: CaseKind,
    /// What they say is wrong with the debt.
    pub ground: Option<Ground>,
    /// By which channel it came.
    pub channel: Option<String>,
    /// In writing, or spoken.
    pub in_writing: bool,
    /// It repeats a dispute that was answered.
    pub is_duplicative: bool,
    /// In their words.
    pub words: Option<String>,
    /// The part of the debt it is about, in minor units; all of it unless named.
    pub disputed_minor: Option<i64>,
    /// The day it reached us; today unless named.
    pub received_on: Option<Date>,
    /// The account stands still until somebody has looked; a claim of identity theft always does.
    pub stands_still: bool,
}

impl OpenCase {
    /// A case of a kind, with nothing more to say.
    pub fn of(account: AccountId, kind: CaseKind, in_writing: bool) -> OpenCase {
        OpenCase {
            account,
            debtor: None,
            kind,
            ground: None,
            channel: None,
            in_writing,
            is_duplicative: false,
            words: None,
            disputed_minor: None,
            received_on: None,
            stands_still: false,
        }
    }

    /// Why the account stands still because of it, if it does.
    fn hold_reason(&self) -> Option<&'static str> {
        Some(match self.kind {
            CaseKind::IdentityTheft => "Identity theft claimed: look into it",
            _ if !self.stands_still => return None,
            CaseKind::Complaint => "Complaint: look into it",
            _ if self.in_writing => "Dispute: look into it",
            _ => "Dispute raised in a talk",
        })
    }

    fn problems(&self, at: Moment, balance_minor: i64) -> Problems {
        let mut problems = Problems::default();
        if self.received_on.is_some_and(|on| on > at.business_day) {
            problems.0.push(("received", "is in the future".into()));
        }
        if self.received_on.is_some_and(|on| on < at.business_day.saturating_sub(10.years())) {
            problems.0.push(("received", "is more than ten years ago".into()));
        }
        match self.disputed_minor {
            Some(minor) if minor <= 0 => problems.0.push(("disputed", "must be above zero".into())),
            Some(minor) if minor > balance_minor => problems.0.push(("disputed", "is more than is owed".into())),
            _ => {}
        }
        if self.kind == CaseKind::Complaint && self.words.as_deref().is_none_or(|words| words.trim().is_empty()) {
            problems.0.push(("words", "are empty: what do they complain about?".into()));
        }
        if self.words.as_ref().is_some_and(|words| words.chars().count() > LONGEST_WORDS) {
            problems.0.push(("words", format!("are longer than {LONGEST_WORDS} letters: file them as a document")));
        }
        problems
    }

    /// What it is to the gate: nothing recorded here forbids anything by itself.
    fn notice(&self, at: Moment, currency: Currency) -> Option<RecordNotice> {
        let kind = match self.kind {
            // Who says that somebody else made the debt disputes it.
            CaseKind::Dispute | CaseKind::IdentityTheft => Kind::Dispute,
            CaseKind::OriginalCreditor => Kind::OriginalCreditorRequest,
            CaseKind::Complaint => return None,
        };
        Some(RecordNotice {
            debtor: self.debtor,
            in_writing: self.in_writing,
            is_duplicative: self.is_duplicative,
            submitted_on: self.received_on.filter(|on| *on != at.business_day),
            channel: self.channel.clone(),
            words: self.words.clone(),
            disputed: self.disputed_minor.filter(|_| self.kind == CaseKind::Dispute).map(|minor| Money::of(minor, currency)),
            ..RecordNotice::of(self.account, kind, at.at)
        })
    }
}

/// Opens a case, records what it is to the gate, and names what is to be done next. Said again, it is a step of the open case.
pub async fn open_case(app: &App, who: &Actor, at: Moment, ask: &OpenCase) -> Result<CaseId, Failure> {
    transaction!(app.db, tx, {
        let account = accounts::store::load_account(tx, ask.account).await?;
        let problems = ask.problems(at, account.balance_minor);
        if !problems.is_empty() {
            return Err(Failure::Wrong(problems));
        }
        let notice = match ask.notice(at, ledger::store::currency(&account.currency)?) {
            Some(notice) => {
                let id = notice::record_notice_in(tx, who, at, &notice).await?;
                notice::follow_up(tx, at, &notice).await?;
                Some(id)
            }
            None => {
                if account.state == "open" && account.next_action_on.is_none() {
                    set_next(tx, ask.account, "Answer the complaint", at.business_day, None).await?;
                    strategy::actions::place_on_worklist(tx, ask.account, at).await?;
                }
                None
            }
        };
        open_within(tx, who, at, ask, notice).await
    })
}

/// As [`open_case`], within a transaction, once its notice is recorded.
async fn open_within(tx: &mut Tx, who: &Actor, at: Moment, ask: &OpenCase, notice: Option<NoticeId>) -> Result<CaseId, Failure> {
    let account = accounts::store::load_account(tx, ask.account).await?;
    let debtor = ask.debtor.unwrap_or(account.debtor);
    let received_on = ask.received_on.unwrap_or(at.business_day);
    let known = store::list_of_account(tx, ask.account).await?;
    let same = known.into_iter().find(|case| case.state == "open" && case.kind == ask.kind.code() && case.debtor == debtor);
    if let Some(case) = same {
        let said = AddStep { words: ask.words.clone(), ..AddStep::of(StepKind::Repeated, received_on.max(case.received_on)) };
        step_within(tx, who, at, &case, &said).await?;
        if ask.in_writing && store::update_in_writing(tx, case.id).await? {
            let detail = json!({"case": case.id.to_string()});
            kept::record(tx, who, at.at, ask.account, "case.written", detail, &[case.id.into()]).await?;
        }
        return Ok(case.id);
    }
    let hold = match ask.hold_reason().filter(|_| account.state == "open") {
        Some(reason) => {
            let until = at.business_day.saturating_add(HOLD_DAYS.days());
            Some(hold(tx, who, at, ask.account, reason, until).await?)
        }
        None => None,
    };
    let case = Case {
        id: CaseId(new_uuid()),
        account: ask.account,
        debtor,
        kind: ask.kind.code().into(),
        state: "open".into(),
        ground: ask.ground.map(|ground| ground.code().into()),
        channel: ask.channel.clone(),
        in_writing: ask.in_writing,
        words: ask.words.clone(),
        disputed_minor: ask.disputed_minor,
        currency: account.currency,
        received_on,
        notice,
        hold,
        opened_by: who.label().into(),
        opened_at: at.at,
        outcome: None,
        root_cause: None,
        found: None,
        closed_by: None,
        closed_at: None,
        corrected_minor: None,
    };
    store::insert_case(tx, &case).await?;
    let detail = json!({"case": case.id.to_string(), "kind": case.kind, "ground": case.ground, "received_on": received_on.to_string(),
        "disputed_minor": case.disputed_minor, "currency": case.currency});
    kept::record(tx, who, at.at, ask.account, "case.open", detail, &[case.id.into()]).await?;
    Ok(case.id)
}

/// Opens the case of a dispute raised in a talk: the account stands still until somebody has looked.
pub async fn open_spoken(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, debtor: DebtorId, channel: &str) -> Result<(), Failure> {
    let ask = OpenCase {
        debtor: Some(debtor),
        channel: Some(channel.into()),
        stands_still: true,
        ..OpenCase::of(account, CaseKind::Dispute, false)
    };
    let currency = ledger::store::currency(&accounts::store::load_account(tx, account).await?.currency)?;
    let notice = match ask.notice(at, currency) {
        Some(notice) => Some(notice::record_notice_in(tx, who, at, &notice).await?),
        None => None,
    };
    open_within(tx, who, at, &ask, notice).await.map(drop)
}

/// What a notice recorded by itself means for cases: it opens one, or is a step of those it answers.
pub async fn heed(tx: &mut Tx, who: &Actor, at: Moment, ask: &RecordNotice, notice: NoticeId) -> Result<(), Failure> {
    let opens = match ask.kind {
        Kind::Dispute => Some(CaseKind::Dispute),
        Kind::OriginalCreditorRequest => Some(CaseKind::OriginalCreditor),
        _ => None,
    };
    if let Some(kind) = opens {
        let open = OpenCase {
            debtor: ask.debtor,
            is_duplicative: ask.is_duplicative,
            words: ask.words.clone(),
            channel: ask.channel.clone(),
            received_on: ask.submitted_on,
            ..OpenCase::of(ask.account, kind, ask.in_writing)
        };
        return open_within(tx, who, at, &open, Some(notice)).await.map(drop);
    }
    let Some(step) = StepKind::ALL.into_iter().find(|step| notice_of(*step) == Some(ask.kind)) else { return Ok(()) };
    let on = ask.sent_on.unwrap_or(at.business_day);
    answer_all(tx, who, at, ask.account, &AddStep { kind: step, on, words: ask.words.clone(), document: None }).await
}

/// A step to be recorded.
#[derive(Clone, Debug)]
pub struct AddStep {
    /// What happened.
    pub kind: StepKind,
    /// On which day.
    pub on: Date,
    /// More about it.
    pub words: Option<String>,
    /// The document that shows it, of the same account.
    pub document: Option<DocumentId>,
}

impl AddStep {
    /// A step with nothing more to say.
    pub fn of(kind: StepKind, on: Date) -> AddStep {
        AddStep { kind, on, words: None, document: None }
    }
}

/// Takes an open case a step further. What lifts a stop is recorded as the notice it is.
pub async fn add_step(app: &App, who: &Actor, at: Moment, case: CaseId, ask: &AddStep) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let case = load_open(tx, case).await?;
        let kind = kind_of(&case)?;
        if !kind.steps().any(|step| step == ask.kind) {
            return Err(Failure::wrong("step", "is none a case of this kind can take"));
        }
        check_day(ask.on, &case, at)?;
        if let Some(document) = ask.document {
            let filed = accounts::papers::store::list_documents(tx, case.account).await?;
            if !filed.iter().any(|known| known.id == document) {
                return Err(Failure::NotFound(format!("document {document} on this account")));
            }
        }
        match notice_of(ask.kind) {
            None => step_within(tx, who, at, &case, ask).await,
            Some(kind) => {
                record_answer(tx, who, at, &case, kind, ask).await?;
                answer_all(tx, who, at, case.account, ask).await
            }
        }
    })
}

/// Records that the answer of a case was mailed: what lifts a stop is recorded as the notice it is. The letter shows it.
pub async fn answer_by_letter(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    case: CaseId,
    step: StepKind,
    on: Date,
    letter: DocumentId,
) -> Result<(), Failure> {
    let case = store::load_case(tx, case).await?;
    let ask = AddStep { document: Some(letter), ..AddStep::of(step, on) };
    if let Some(kind) = notice_of(step) {
        record_answer(tx, who, at, &case, kind, &ask).await?;
    }
    answer_all(tx, who, at, case.account, &ask).await?;
    // A letter that ends collection is no answer of its kind, and a step of its case all the same.
    if case.state == "open" && !kind_of(&case)?.answers().contains(&step) {
        step_within(tx, who, at, &case, &ask).await?;
    }
    Ok(())
}

/// Records the notice that an answer is to the gate.
async fn record_answer(tx: &mut Tx, who: &Actor, at: Moment, case: &Case, kind: Kind, ask: &AddStep) -> Result<(), Failure> {
    let notice = RecordNotice {
        debtor: Some(case.debtor),
        sent_on: Some(ask.on).filter(|on| *on != at.business_day),
        words: ask.words.clone(),
        ..RecordNotice::of(case.account, kind, at.at)
    };
    notice::record_notice_in(tx, who, at, &notice).await?;
    notice::follow_up(tx, at, &notice).await
}

/// What was sent answers every open case of the account that waits for it.
async fn answer_all(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, ask: &AddStep) -> Result<(), Failure> {
    for case in store::list_of_account(tx, account).await? {
        if case.state == "open" && kind_of(&case)?.answers().contains(&ask.kind) {
            step_within(tx, who, at, &case, ask).await?;
        }
    }
    Ok(())
}

async fn step_within(tx: &mut Tx, who: &Actor, at: Moment, case: &Case, ask: &AddStep) -> Result<(), Failure> {
    if ask.words.as_ref().is_some_and(|words| words.chars().count() > LONGEST_WORDS) {
        return Err(Failure::wrong("words", format!("are longer than {LONGEST_WORDS} letters: file them as a document")));
    }
    let step = CaseStep {
        id: CaseStepId(new_uuid()),
        kind: ask.kind.code().into(),
        happened_on: ask.on,
        words: ask.words.clone(),
        document: ask.document,
        by: who.label().into(),
        recorded_at: at.at,
    };
    store::insert_step(tx, case.id, case.account, &step).await?;
    let detail = json!({"case": case.id.to_string(), "step": step.kind, "on": ask.on.to_string(),
        "document": ask.document.map(|document| document.to_string())});
    kept::record(tx, who, at.at, case.account, "case.step", detail, &[step.id.into()]).await
}

/// A case to be closed.
#[derive(Clone, Debug)]
pub struct CloseCase {
    /// Which.
    pub case: CaseId,
    /// How it ended.
    pub outcome: CaseOutcome,
    /// Why there was something to complain about.
    pub root_cause: Option<RootCause>,
    /// What was found, in one's own words.
    pub found: String,
    /// What is taken off what was placed: from which bucket, how much in minor units.
    pub correction: Option<(Bucket, i64)>,
}

/// Closes a case with its outcome: the account goes on, and what was found wrong is booked off.
pub async fn close_case(app: &App, who: &Actor, at: Moment, ask: &CloseCase) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let case = load_open(tx, ask.case).await?;
        let account = accounts::store::load_account(tx, case.account).await?;
        let steps = store::list_steps(tx, case.id).await?;
        let facts = ClosingFacts {
            kind: kind_of(&case)?,
            steps: steps.iter().filter_map(|step| Some((StepKind::parse(&step.kind)?, step.document.is_some()))).collect(),
            is_letter_waiting: letters::waits_of_case(tx, case.id).await?,
            outcome: ask.outcome,
            root_cause: ask.root_cause,
            is_account_open: account.state == "open",
            has_words: !ask.found.trim().is_empty(),
        };
        let hindrances = find_hindrances(&facts);
        if !hindrances.is_empty() {
            return Err(Failure::Wrong(Problems(hindrances.into_iter().map(|(field, says)| (field, says.to_string())).collect())));
        }
        if let Some((bucket, minor)) = ask.correction {
            if ask.outcome != CaseOutcome::Corrected {
                return Err(Failure::wrong("correction", "belongs to a case that is corrected"));
            }
            correct(tx, who, at, &account, &case, bucket, minor).await?;
        }
        let closed = Case {
            state: "closed".into(),
            outcome: Some(ask.outcome.code().into()),
            root_cause: ask.root_cause.map(|cause| cause.code().into()),
            found: Some(ask.found.trim().to_string()),
            closed_by: Some(who.label().into()),
            closed_at: Some(at.at),
            ..case
        };
        if !store::update_closed(tx, &closed).await? {
            return Err(Failure::Stale("the case was closed by somebody else".into()));
        }
        let detail = json!({"case": closed.id.to_string(), "outcome": closed.outcome, "root_cause": closed.root_cause,
            "correction_minor": ask.correction.map(|(_, minor)| minor), "currency": closed.currency});
        kept::record(tx, who, at.at, closed.account, "case.close", detail, &[closed.id.into()]).await?;
        if let Some(hold) = closed.hold {
            end_hold_within(tx, who, at, closed.account, hold).await?;
        }
        Ok(())
    })
}

/// Takes what was wrong off what was placed, by an entry of its own; the case keeps how much.
pub async fn correct(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    account: &accounts::store::Account,
    case: &Case,
    bucket: Bucket,
    minor: i64,
) -> Result<(), Failure> {
    ledger::write_offs::actions::check_none(account)?;
    let owed = account.owed()?;
    let placed = ledger::store::load_placed(tx, account.id, &account.currency).await?;
    if minor <= 0 {
        return Err(Failure::wrong("correction", "must be above zero"));
    }
    if minor > owed.get(bucket).minor() {
        let owed = Money::of(owed.get(bucket).minor(), owed.currency());
        return Err(Failure::wrong("correction", format!("is more than is owed there, {owed}: what was paid on it goes back as a refund")));
    }
    let now = placed.with(bucket, placed.get(bucket).minor().saturating_sub(minor));
    ledger::actions::adjust_placed(tx, who, at, account, &now, "corrected after a dispute").await?;
    Ok(store::update_corrected(tx, case.id, case.corrected_minor.unwrap_or(0).saturating_add(minor)).await?)
}

/// A case that is open.
pub async fn load_open(tx: &mut Tx, id: CaseId) -> Result<Case, Failure> {
    let case = store::load_case(tx, id).await?;
    if case.state != "open" {
        return Err(Failure::Stale("the case is closed: open a new one if it goes on".into()));
    }
    Ok(case)
}

fn check_day(on: Date, case: &Case, at: Moment) -> Result<(), Failure> {
    if on > at.business_day {
        return Err(Failure::wrong("on", "is in the future"));
    }
    if on < case.received_on {
        return Err(Failure::wrong("on", "is before the case reached us"));
    }
    Ok(())
}

/// The kind of a stored case.
pub fn kind_of(case: &Case) -> Result<CaseKind, Failure> {
    kind_of_code(&case.kind)
}

/// The kind of a stored code.
pub fn kind_of_code(code: &str) -> Result<CaseKind, Failure> {
    Ok(CaseKind::parse(code).ok_or_else(|| crate::store::StoreError::Column(format!("case kind {code:?}")))?)
}

/// The clocks of a case by its steps.
pub fn clocks_of<'a>(kind: CaseKind, received_on: Date, steps: impl IntoIterator<Item = &'a CaseStep>) -> Vec<Clock> {
    let steps = steps.into_iter().filter_map(|step| Some((StepKind::parse(&step.kind)?, step.happened_on)));
    clocks(&ClockFacts { kind, received_on, steps: steps.collect() })
}

//! The queue of cases, one case, and opening one from an account.

use super::actions::{AddStep, CloseCase, OpenCase, add_step, clocks_of, close_case, kind_of, kind_of_code, open_case};
use super::answering::{self, ShownLetter};
use super::queue::{self, CaseCounts, QueuedCase};
use super::stopping::Stopping;
use super::store::{self, Case, ListedCase};
use crate::accounts::pages::{after, currency_of, resolve};
use crate::accounts::papers::store::Document;
use crate::accounts::store::Hold;
use crate::accounts::strip::DisputedPart;
use crate::app::{Failure, Problems};
use crate::compliance::facts::{Known, gather};
use crate::compliance::gate;
use crate::identity::names::Names;
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::{accounts, audit, parties};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::accounts::Bucket;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, Ground, RootCause, StepKind};
use duly_domain::disputes::clock::{Clock, Stand, next};
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::case_letter::CaseLetterKind;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CaseId, DocumentId};
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use jiff::civil::Date;
use std::collections::HashMap;

/// How many closed cases the queue shows.
const CLOSED_SHOWN: i64 = 50;

/// A clock as it is shown.
pub struct ShownClock {
    /// What is due.
    pub what: &'static str,
    /// Until when, written.
    pub due: String,
    /// How it stands, in words.
    pub says: String,
    /// `ok`, `wait`, `no` or nothing.
    pub tone: &'static str,
    /// Whose limit it is.
    pub source: &'static str,
}

impl ShownClock {
    fn of(clock: &Clock, today: Date) -> ShownClock {
        let done = clock.met_on.map(written).unwrap_or_default();
        let (says, tone) = match clock.stand(today) {
            Stand::Met => (format!("done {done}"), "ok"),
            Stand::MetLate => (format!("done late, {done}"), "no"),
            Stand::Running => ("running".into(), ""),
            Stand::Near => ("due soon".into(), "wait"),
            Stand::Late => ("late".into(), "no"),
        };
        ShownClock { what: clock.what, due: written(clock.due_on), says, tone, source: clock.source }
    }
}

/// An open case as the queue shows it.
struct QueueRow {
    case: ListedCase,
    kind: CaseKind,
    ground: String,
    received: String,
    clock: Option<ShownClock>,
}

#[derive(Template)]
#[template(path = "disputes/queue.html")]
struct QueuePage {
    frame: Frame,
    counts: [(&'static str, usize, &'static str); 3],
    kinds: Vec<(CaseKind, bool)>,
    is_all: bool,
    rows: Vec<QueueRow>,
    closed: Vec<(ListedCase, CaseKind, String, String, String)>,
}

/// `GET /disputes?kind=`: open cases, the clock that runs out first on top; the last that were closed below.
pub async fn get_queue(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let only = query.get("kind").and_then(|code| CaseKind::parse(code));
    let today = visit.at.business_day;
    let mut tx = web.app.db.read().await?;
    let mut queued = queue::read(&mut tx, queue::SHOWN).await?;
    queued.retain(|queued| only.is_none_or(|only| queued.kind == only));
    let CaseCounts { open, late, near } = CaseCounts::of(&queued, today);
    let counts = [("late", late, "no"), ("due within two days", near, "wait"), ("open", open, "")];
    let rows = queued.into_iter().map(|QueuedCase { case, kind, clock }| QueueRow {
        kind,
        ground: case.ground.as_deref().and_then(Ground::parse).map(|ground| ground.to_string()).unwrap_or_default(),
        received: written(case.received_on),
        clock: clock.map(|clock| ShownClock::of(&clock, today)),
        case,
    });
    let rows = rows.collect();
    let mut closed = Vec::new();
    for case in store::list_closed(&mut tx, CLOSED_SHOWN).await? {
        let kind = kind_of_code(&case.kind)?;
        if only.is_none_or(|only| kind == only) {
            let outcome = case.outcome.as_deref().and_then(CaseOutcome::parse).map(|outcome| outcome.to_string()).unwrap_or_default();
            let cause = case.root_cause.as_deref().and_then(RootCause::parse).map(|cause| cause.to_string()).unwrap_or_default();
            let on = case.closed_at.map(|at| written(at.to_zoned(visit.zone.clone()).date())).unwrap_or_default();
            closed.push((case, kind, outcome, cause, on));
        }
    }
    let frame = Frame::of(&visit, "/disputes", "Disputes");
    let kinds = CaseKind::ALL.into_iter().map(|kind| (kind, Some(kind) == only)).collect();
    Ok(page(&QueuePage { frame, counts, kinds, is_all: only.is_none(), rows, closed }))
}

/// An open case as the account's page shows it.
pub struct CaseOn {
    /// Which.
    pub id: CaseId,
    /// What it is about.
    pub kind: CaseKind,
    /// Since when, written.
    pub since: String,
    /// What is due next; nothing when it only waits for its outcome.
    pub clock: Option<ShownClock>,
    /// What it stops, and what it does not.
    pub stopping: Option<Stopping>,
}

/// The open cases of an account, with the holds on it.
pub async fn open_on(tx: &mut Tx, known: &Known, holds: &[Hold], at: Moment) -> Result<Vec<CaseOn>, Failure> {
    let cases: Vec<Case> = store::list_of_account(tx, known.account.id).await?.into_iter().filter(|case| case.state == "open").collect();
    let steps = queue::steps_of(tx, cases.iter().map(|case| case.id)).await?;
    let shown = cases.iter().map(|case| {
        let kind = kind_of(case)?;
        let clocks = clocks_of(kind, case.received_on, steps.get(&case.id).into_iter().flatten());
        let clock = next(&clocks).map(|clock| ShownClock::of(clock, at.business_day));
        let stopping = Stopping::of(case, kind, known, is_held(case, holds), at.at);
        Ok(CaseOn { id: case.id, kind, since: written(case.received_on), clock, stopping })
    });
    shown.collect()
}

/// Whether the hold that was placed with a case stands.
fn is_held(case: &Case, holds: &[Hold]) -> bool {
    holds.iter().any(|hold| Some(hold.id) == case.hold && hold.ended_at.is_none())
}

#[derive(Template)]
#[template(path = "disputes/case.html")]
struct CasePage {
    frame: Frame,
    case: Case,
    kind: CaseKind,
    title: String,
    name: String,
    reference: String,
    creditor: String,
    facts: Vec<(&'static str, String)>,
    clocks: Vec<ShownClock>,
    part: Option<DisputedPart>,
    stopping: Option<Stopping>,
    steps: Vec<ShownStep>,
    offered: Vec<StepKind>,
    outcomes: &'static [CaseOutcome],
    causes: [RootCause; 9],
    buckets: Vec<(Bucket, Money)>,
    documents: Vec<Document>,
    letters: Vec<ShownLetter>,
    letter_kinds: &'static [CaseLetterKind],
    has_folder: bool,
    today: String,
    may_work: bool,
    may_answer: bool,
    may_correct: bool,
    form: Form,
}

struct ShownStep {
    words: String,
    on: String,
    by: String,
    label: String,
    more: String,
    document: Option<(DocumentId, String)>,
}

/// A form that was left unfinished.
#[derive(Default)]
pub(super) struct Form {
    pub(super) is_closing: bool,
    pub(super) is_letter: bool,
    pub(super) fields: Fields,
    pub(super) problems: Problems,
    /// Why the gate held a letter back.
    pub(super) held: Vec<String>,
}

impl Form {
    fn encloses(&self, document: &DocumentId) -> bool {
        self.is_letter && !self.fields.text(&format!("enclose.{document}")).is_empty()
    }

    fn is(&self, field: &str, value: &str) -> bool {
        self.fields.text(field) == value
    }
}

/// `GET /disputes/{case}`
pub async fn get_case(
    State(web): State<Web>,
    visit: Visit,
    Path(case): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    show(&web, &visit, parsed(&case)?, query.get("said").map(String::as_str), Form::default()).await
}

pub(super) async fn show(web: &Web, visit: &Visit, id: CaseId, said: Option<&str>, form: Form) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let case = store::load_case(&mut tx, id).await?;
    audit::views::record(&web.app, &visit.who, visit.at.at, case.account, audit::views::CASE).await?;
    let kind = kind_of(&case)?;
    let account = accounts::store::load_account(&mut tx, case.account).await?;
    let creditor = accounts::store::load_creditor(&mut tx, account.creditor).await?;
    let debtor = parties::store::load_debtor(&mut tx, case.debtor).await?;
    let owed = account.owed()?;
    let documents = accounts::papers::store::list_documents(&mut tx, case.account).await?;
    let steps = store::list_steps(&mut tx, id).await?;
    let mut names = Names::default();
    let mut shown_steps = Vec::with_capacity(steps.len());
    for step in &steps {
        shown_steps.push(ShownStep {
            words: StepKind::parse(&step.kind).map(|kind| kind.to_string()).unwrap_or_default(),
            on: written(step.happened_on),
            by: names.of(&mut tx, &step.by).await?,
            label: step.by.clone(),
            more: step.words.clone().unwrap_or_default(),
            document: step.document.and_then(|id| documents.iter().find(|known| known.id == id)).map(|one| (one.id, one.file_name.clone())),
        });
    }
    let opened_by = names.of(&mut tx, &case.opened_by).await?;
    let closed_by = match &case.closed_by {
        Some(by) => names.of(&mut tx, by).await?,
        None => String::new(),
    };
    let may_here = |permission| may(visit.who.role, permission);
    let known = gather(&mut tx, case.account).await?;
    let seen = gate::look(&known, visit.at.at, Channel::Call);
    let holds = accounts::store::list_holds(&mut tx, case.account).await?;
    let stopping = Stopping::of(&case, kind, &known, is_held(&case, &holds), visit.at.at).filter(|_| case.state == "open");
    let clocks: Vec<ShownClock> =
        clocks_of(kind, case.received_on, &steps).iter().map(|clock| ShownClock::of(clock, visit.at.business_day)).collect();
    let how = if case.in_writing { "in writing" } else { "spoken" };
    let title = format!("{kind}, {how}");
    let mut frame = Frame::of(visit, "/disputes", &title).saying(said);
    frame.next_after = case.account.to_string();
    let letters = answering::letters_of(&mut tx, id).await?;
    let is_refused = !form.problems.is_empty() || !form.held.is_empty();
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let may_work = may_here(Permission::WorkCases) && case.state == "open";
    let shown = CasePage {
        name: crate::parties::name_of(debtor.name.as_deref()).to_string(),
        reference: account.reference,
        creditor: creditor.name,
        facts: facts(&case, owed.total()?, opened_by, closed_by, visit),
        clocks,
        part: DisputedPart::of(&seen.facts, owed.total()?),
        stopping,
        steps: shown_steps,
        offered: kind.steps().collect(),
        outcomes: kind.outcomes(),
        causes: RootCause::ALL,
        buckets: owed.each().filter(|(_, amount)| amount.minor() > 0).collect(),
        documents,
        today: visit.at.business_day.to_string(),
        may_work,
        may_answer: may_work && !letters.iter().any(|letter| letter.waits),
        letters,
        letter_kinds: CaseLetterKind::of(kind),
        has_folder: web.app.letters_folder.is_some(),
        may_correct: may_here(Permission::CorrectAmounts),
        title,
        frame,
        case,
        kind,
        form,
    };
    Ok((status, page(&shown)).into_response())
}

/// What is known of a case, in words.
fn facts(case: &Case, owed: Money, opened_by: String, closed_by: String, visit: &Visit) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Reached us", written(case.received_on))];
    let ground = case.ground.as_deref().and_then(Ground::parse).map(|ground| ground.to_string());
    facts.extend(ground.map(|ground| ("They say", ground)));
    facts.extend(case.channel.as_deref().and_then(Channel::parse).map(|channel| ("Came by", channel.to_string())));
    if case.kind != CaseKind::Complaint.code() {
        let part = case.disputed_minor.map(|minor| Money::of(minor, owed.currency()).to_string());
        facts.push(("About", part.unwrap_or_else(|| format!("all of it, {owed}"))));
    }
    facts.push(("Opened by", opened_by));
    facts.extend(case.corrected_minor.map(|minor| ("Taken off", Money::of(minor, owed.currency()).to_string())));
    if let Some(at) = case.closed_at {
        facts.push(("Closed", format!("{} by {closed_by}", written(at.to_zoned(visit.zone.clone()).date()))));
    }
    facts.extend(case.outcome.as_deref().and_then(CaseOutcome::parse).map(|outcome| ("Outcome", outcome.to_string())));
    facts.extend(case.root_cause.as_deref().and_then(RootCause::parse).map(|cause| ("Root cause", cause.to_string())));
    facts
}

pub(super) fn parsed(case: &str) -> Result<CaseId, Failure> {
    case.parse().map_err(|_| Failure::NotFound("such case".into()))
}

/// The choices of the form on the account: kind and whether in writing, in one list.
pub const OPENINGS: [(&str, &str); 6] = [
    ("dispute writing", "Dispute, in writing"),
    ("dispute spoken", "Dispute, spoken"),
    ("original_creditor writing", "Asks for the original creditor, in writing"),
    ("identity_theft writing", "Identity theft, in writing"),
    ("identity_theft spoken", "Identity theft, spoken"),
    ("complaint spoken", "Complaint"),
];

/// `POST /accounts/{account}/cases`
pub async fn post_case(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let kind = fields.text("kind").to_string();
    let (kind, how) = kind.split_once(' ').unwrap_or((&kind, ""));
    let kind = CaseKind::parse(kind);
    if kind.is_none() {
        problems.0.push(("kind", "is none of those offered".into()));
    }
    let received_on = fields.some("received").and_then(|_| fields.date("received", &mut problems));
    let disputed_minor = fields.some("disputed").and_then(|_| fields.amount("disputed", currency, &mut problems));
    let done = match kind.filter(|_| problems.is_empty()) {
        None => Err(Failure::Wrong(problems)),
        Some(kind) => {
            let ask = OpenCase {
                ground: Ground::parse(fields.text("ground")).filter(|_| kind == CaseKind::Dispute),
                channel: Channel::parse(fields.text("channel")).map(|channel| channel.code().into()),
                words: fields.some("words"),
                disputed_minor: disputed_minor.filter(|_| kind == CaseKind::Dispute),
                received_on,
                stands_still: fields.text("still") == "yes",
                ..OpenCase::of(id, kind, how == "writing")
            };
            open_case(&web.app, &visit.who, visit.at, &ask).await.map(drop)
        }
    };
    after(&web, &visit, &account, "case", fields, done, "case").await
}

/// `POST /disputes/{case}/steps`
pub async fn post_step(State(web): State<Web>, visit: Visit, Path(case): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (fields, case) = (Fields::of(&body), parsed(&case)?);
    let mut problems = Problems::default();
    let (step, on) = (StepKind::parse(fields.text("step")), fields.date("on", &mut problems));
    if step.is_none() {
        problems.0.push(("step", "is none of those offered".into()));
    }
    let document = fields.some("document").and_then(|id| id.parse::<DocumentId>().ok());
    let done = match (step, on) {
        (Some(kind), Some(on)) => {
            let ask = AddStep { kind, on, words: fields.some("words"), document };
            add_step(&web.app, &visit.who, visit.at, case, &ask).await
        }
        _ => Err(Failure::Wrong(problems)),
    };
    again(&web, &visit, case, fields, false, done, "step").await
}

/// What a form takes off, and from which bucket, where it names an amount and whoever asks may correct one.
pub(super) async fn correction_of(
    web: &Web,
    visit: &Visit,
    case: CaseId,
    fields: &Fields,
    problems: &mut Problems,
) -> Result<Option<(Bucket, i64)>, Failure> {
    if fields.some("correction").is_none() {
        return Ok(None);
    }
    if !may(visit.who.role, Permission::CorrectAmounts) {
        problems.0.push(("correction", "is for a compliance officer to make".into()));
        return Ok(None);
    }
    let account = store::load_case(&mut web.app.db.read().await?, case).await?.account;
    let currency = currency_of(web, account).await?;
    let bucket = Bucket::parse(fields.text("bucket"));
    if bucket.is_none() {
        problems.0.push(("bucket", "is none of those offered".into()));
    }
    Ok(bucket.zip(fields.amount("correction", currency, problems)))
}

/// `POST /disputes/{case}/outcomes`
pub async fn post_outcome(State(web): State<Web>, visit: Visit, Path(case): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (fields, case) = (Fields::of(&body), parsed(&case)?);
    let mut problems = Problems::default();
    let outcome = CaseOutcome::parse(fields.text("outcome"));
    if outcome.is_none() {
        problems.0.push(("outcome", "is none of those offered".into()));
    }
    let correction = correction_of(&web, &visit, case, &fields, &mut problems).await?;
    let done = match outcome.filter(|_| problems.is_empty()) {
        None => Err(Failure::Wrong(problems)),
        Some(outcome) => {
            let root_cause = RootCause::parse(fields.text("root_cause"));
            let ask = CloseCase { case, outcome, root_cause, found: fields.text("found").to_string(), correction };
            close_case(&web.app, &visit.who, visit.at, &ask).await
        }
    };
    again(&web, &visit, case, fields, true, done, "decided").await
}

/// Back to the case when it is done; the form again with what is wrong.
async fn again(
    web: &Web,
    visit: &Visit,
    case: CaseId,
    fields: Fields,
    is_closing: bool,
    done: Result<(), Failure>,
    said: &str,
) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/disputes/{case}?said={said}")).into_response()),
        Err(Failure::Wrong(problems)) => show(web, visit, case, None, Form { is_closing, fields, problems, ..Form::default() }).await,
        Err(Failure::Stale(says)) => {
            show(web, visit, case, None, Form { is_closing, fields, problems: Problems::one("form", says), ..Form::default() }).await
        }
        Err(failure) => Err(failure),
    }
}

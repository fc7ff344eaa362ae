//! Handlers of requests: the list, one request with its card, asking, answering, using what was granted.

use super::actions::{self, AskApproval};
use super::context::{self, Context};
use super::panel::{Asked, Shown, mark_of};
use super::relief;
use super::store;
use crate::accounts::pages::{Unfinished, back, currency_of, resolve, show};
use crate::app::{Failure, Outcome, Problems};
use crate::outreach::calls;
use crate::plans::actions::{TakePromise, take_promise_in};
use crate::plans::agreed::store::list_installments;
use crate::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan_in};
use crate::plans::desk::form::{TermsForm, read_terms};
use crate::plans::desk::pages as desk;
use crate::plans::joint::agreeing::{AgreeJoint, JointAgreed, agree_joint};
use crate::plans::joint::standing::Said;
use crate::plans::said;
use crate::transaction;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::decision::Decision;
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::conversation::{Stage, Step};
use duly_domain::plans::approval::{ApprovalKind, ApprovalState, Terms, Verdict};
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::{AccountId, ApprovalId, CallId};
use duly_domain::values::money::Money;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "plans/approvals/_rows.html")]
struct Rows {
    waiting: Vec<Shown>,
    answered: Vec<Shown>,
    is_leader: bool,
}

#[derive(Template)]
#[template(path = "plans/approvals/approvals.html")]
struct ApprovalsPage {
    frame: Frame,
    rows: Rows,
    /// Notes that seem to promise something, and wait for somebody who leads.
    flags: i64,
}

#[derive(Template)]
#[template(path = "plans/approvals/_count.html")]
pub struct WaitingCount {
    /// How many wait.
    pub waiting: i64,
}

#[derive(Template)]
#[template(path = "plans/approvals/_standing.html")]
struct Standing {
    shown: Shown,
}

#[derive(Template)]
#[template(path = "plans/approvals/approval.html")]
struct ApprovalPage {
    frame: Frame,
    standing: Standing,
    context: Context,
    is_question: bool,
    can_counter: bool,
    amount: String,
    due: String,
    plan: Option<TermsForm>,
    today: String,
    fields: Fields,
    problems: Problems,
    refused: Option<Decision>,
}

/// How many that are over are shown.
const LATELY: usize = 40;

async fn rows(web: &Web, visit: &Visit) -> Result<Rows, Failure> {
    let is_leader = may(visit.who.role, Permission::LeadFloor);
    let mut tx = web.app.db.read().await?;
    let own = if is_leader { None } else { visit.who.id };
    let lately = store::list_lately(&mut tx, own).await?;
    let mut waiting = match own {
        // Those who lead see all that waits, however old it is.
        None => store::list_waiting(&mut tx, visit.at.at).await?,
        Some(_) => lately.iter().filter(|row| row.clock().state_at(visit.at.at) == ApprovalState::Waiting).cloned().collect(),
    };
    waiting.sort_by_key(|row| (!row.is_holding(), row.asked_at, row.id));
    let shown = |row| Shown::of(row, visit.who.id, visit.at.at, &visit.zone);
    let waiting = waiting.into_iter().map(shown).collect::<Result<Vec<_>, _>>()?;
    let over = lately.into_iter().map(shown).filter(|shown| !shown.as_ref().is_ok_and(|shown| shown.state == ApprovalState::Waiting));
    Ok(Rows { waiting, answered: over.take(LATELY).collect::<Result<Vec<_>, _>>()?, is_leader })
}

/// `GET /approvals`: what waits and what came back; an officer's own.
pub async fn get_approvals(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let rows = rows(&web, &visit).await?;
    let mut frame = Frame::of(&visit, "/approvals", "Approvals").saying(query.get("said").map(String::as_str));
    if !rows.is_leader {
        frame.live = live_of(&web, &visit).await?;
    }
    let flags = if rows.is_leader { said::store::count_open(&mut web.app.db.read().await?).await? } else { 0 };
    Ok(page(&ApprovalsPage { frame, rows, flags }))
}

/// Where an officer's own requests are watched.
async fn live_of(web: &Web, visit: &Visit) -> Result<String, Failure> {
    let (_, mark) = mark_of(&mut web.app.db.read().await?, visit.who.id, visit.at).await?;
    Ok(format!("/live/mine?seen={mark}"))
}

/// `GET /approvals/rows`: the list alone.
pub async fn get_rows(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    Ok(page(&rows(&web, &visit).await?))
}

/// `GET /approvals/count`: how many wait, for the rail.
pub async fn get_count(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let (waiting, _) = mark_of(&mut web.app.db.read().await?, None, visit.at).await?;
    Ok(page(&WaitingCount { waiting }))
}

fn parsed(approval: &str) -> Result<ApprovalId, Failure> {
    approval.parse().map_err(|_| Failure::NotFound("such request".into()))
}

/// `GET /approvals/{approval}`
pub async fn get_approval(State(web): State<Web>, visit: Visit, Path(approval): Path<String>) -> Result<Response, Failure> {
    show_one(&web, &visit, parsed(&approval)?, Fields::default(), Problems::default(), None).await
}

/// `GET /approvals/{approval}/standing`: where it stands, alone.
pub async fn get_standing(State(web): State<Web>, visit: Visit, Path(approval): Path<String>) -> Result<Response, Failure> {
    let row = store::load_approval(&mut web.app.db.read().await?, parsed(&approval)?).await?;
    Ok(page(&Standing { shown: Shown::of(row, visit.who.id, visit.at.at, &visit.zone)? }))
}

async fn show_one(
    web: &Web,
    visit: &Visit,
    id: ApprovalId,
    fields: Fields,
    problems: Problems,
    refused: Option<Decision>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let row = store::load_approval(&mut tx, id).await?;
    let context = context::of(&mut tx, &row, &visit.zone, visit.at.at).await?;
    let asked = row.asked()?;
    let typed = |field: &str, drafted: String| fields.some(field).unwrap_or(drafted);
    let (amount, due) = asked.as_promise().map(|(amount, due)| (amount.figures(), due.to_string())).unwrap_or_default();
    let shown = ApprovalPage {
        frame: Frame::of(visit, "/approvals", "Request for approval"),
        standing: Standing { shown: Shown::of(row, visit.who.id, visit.at.at, &visit.zone)? },
        context,
        is_question: asked.kind() == ApprovalKind::Question,
        can_counter: matches!(asked.kind(), ApprovalKind::Promise | ApprovalKind::Plan),
        amount: typed("counter-amount", amount),
        due: typed("counter-due", due),
        plan: asked
            .as_plan()
            .or(asked.as_joint_plan().map(|(terms, _)| terms))
            .map(|terms| TermsForm::of(&terms, &fields, &problems, "counter-")),
        today: visit.at.business_day.to_string(),
        fields,
        refused,
        problems,
    };
    let is_wrong = shown.refused.is_some() || !shown.problems.is_empty();
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page(&shown)).into_response())
}

/// `POST /approvals/{approval}/answers`
pub async fn post_answer(State(web): State<Web>, visit: Visit, Path(approval): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (id, fields) = (parsed(&approval)?, Fields::of(&body));
    let row = store::load_approval(&mut web.app.db.read().await?, id).await?;
    let mut problems = Problems::default();
    let verdict = match fields.text("verdict") {
        "counter" if row.asked()?.kind() == ApprovalKind::Plan => {
            let currency = currency_of(&web, row.account).await?;
            match read_terms(&fields, "counter-", (currency, visit.at.business_day), &mut problems) {
                // Over the same accounts: other terms, and no other accounts.
                Some(terms) => {
                    let with = row.asked()?.as_joint_plan().map(|(_, with)| with.to_vec()).unwrap_or_default();
                    Verdict::Counter(Terms::joint_plan(&terms, with))
                }
                None => return show_one(&web, &visit, id, fields, problems, None).await,
            }
        }
        "counter" => {
            let currency = currency_of(&web, row.account).await?;
            let terms = (fields.amount("counter-amount", currency, &mut problems), fields.date("counter-due", &mut problems));
            match terms {
                (Some(minor), Some(due_on)) => Verdict::Counter(Terms::promise(Money::of(minor, currency), due_on)),
                _ => return show_one(&web, &visit, id, fields, problems, None).await,
            }
        }
        "refuse" => Verdict::Refuse,
        "tell" => Verdict::Tell,
        // What Ctrl and Enter press is the first button of the form.
        _ if row.asked()?.kind() == ApprovalKind::Question => Verdict::Tell,
        _ => Verdict::Approve,
    };
    match actions::answer(&web.app, &visit.who, visit.at, id, &verdict, fields.text("words")).await {
        Ok(Outcome::Done(_)) => Ok(Redirect::to("/approvals?said=answered").into_response()),
        Ok(Outcome::Refused(decision)) => show_one(&web, &visit, id, fields, problems, Some(decision)).await,
        Err(Failure::Wrong(problems)) => show_one(&web, &visit, id, fields, problems, None).await,
        Err(Failure::Stale(says)) => show_one(&web, &visit, id, fields, Problems::one("form", says), None).await,
        Err(failure) => Err(failure),
    }
}

/// `GET /accounts/{account}/approvals`: what was asked on an account, alone.
pub async fn get_of_account(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let account = resolve(&web, &account).await?;
    Ok(page(&Asked::of(&mut web.app.db.read().await?, &visit, account, None).await?))
}

/// `GET /calls/{call}/approvals`: what was asked in a call, alone; nothing while somebody else is on the line.
pub async fn get_of_call(State(web): State<Web>, visit: Visit, Path(call): Path<String>) -> Result<Response, Failure> {
    let call: CallId = call.parse().map_err(|_| Failure::NotFound("such call".into()))?;
    let mut tx = web.app.db.read().await?;
    let led = calls::actions::load(&mut tx, &visit.who, call).await?;
    match led.conversation.may_show_debt() {
        true => Ok(page(&Asked::of(&mut tx, &visit, led.call.account, Some(call)).await?)),
        false => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// `POST /accounts/{account}/approvals`: asks, on the account or in a call.
pub async fn post_approval(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let call: Option<CallId> = fields.some("call").and_then(|call| call.parse().ok());
    let mut problems = Problems::default();
    if fields.text("ask-kind") == ApprovalKind::Plan.code() {
        return desk::ask_for_plan(&web, &visit, id, fields).await;
    }
    let terms = match fields.text("ask-kind") {
        "question" => Some(Terms::Question),
        _ => {
            let currency = currency_of(&web, id).await?;
            let terms = (fields.amount("ask-amount", currency, &mut problems), fields.date("ask-due", &mut problems));
            terms.0.zip(terms.1).map(|(minor, due_on)| Terms::promise(Money::of(minor, currency), due_on))
        }
    };
    let done = match terms {
        Some(terms) => {
            let ask = AskApproval { account: id, call, terms, words: fields.text("ask-words").to_string() };
            actions::ask(&web.app, &visit.who, visit.at, &ask).await
        }
        None => Err(Failure::Wrong(problems)),
    };
    let back_to = Place { account: id, call };
    match done {
        Ok(Outcome::Done(_)) => Ok(back_to.done("asked")),
        Ok(Outcome::Refused(decision)) => back_to.again(&web, &visit, fields, Problems::default(), Some(decision)).await,
        Err(Failure::Wrong(problems)) => back_to.again(&web, &visit, fields, problems, None).await,
        Err(Failure::Stale(says)) => back_to.again(&web, &visit, fields, Problems::one("form", says), None).await,
        Err(failure) => Err(failure),
    }
}

/// Where somebody came from, and is led back to.
struct Place {
    account: AccountId,
    call: Option<CallId>,
}

impl Place {
    fn done(&self, said: &str) -> Response {
        match self.call {
            Some(call) => Redirect::to(&format!("/calls/{call}?stage=commit&said={said}#asking")).into_response(),
            None => Redirect::to(&format!("/accounts/{}?do=promise&said={said}#asking", self.account)).into_response(),
        }
    }

    async fn again(
        &self,
        web: &Web,
        visit: &Visit,
        fields: Fields,
        mut problems: Problems,
        refused: Option<Decision>,
    ) -> Result<Response, Failure> {
        match self.call {
            Some(call) => {
                if let Some(decision) = refused {
                    let says: Vec<&str> = decision.because.iter().map(|reason| reason.rule.plain).collect();
                    problems.0.push(("ask-refused", says.join(" ")));
                }
                let query = HashMap::from([("stage".to_string(), Stage::Commit.code().to_string())]);
                calls::show(web, visit, call, &query, fields, problems).await
            }
            None => {
                let form = Unfinished { form: "promise", fields, problems, refused };
                show(web, visit, &self.account.to_string(), &HashMap::new(), form).await
            }
        }
    }
}

/// The place of a request: its call while that is led by the visitor, else its account.
async fn place_of(web: &Web, visit: &Visit, request: &store::Approval) -> Place {
    let mut call = request.call.filter(|_| request.call_wrapped_at.is_none());
    if let (Some(id), Ok(mut tx)) = (call, web.app.db.read().await)
        && calls::actions::load(&mut tx, &visit.who, id).await.is_err()
    {
        call = None;
    }
    Place { account: request.account, call }
}

/// `POST /approvals/{approval}/uses`: they promise what was granted.
pub async fn post_use(State(web): State<Web>, visit: Visit, Path(approval): Path<String>) -> Result<Response, Failure> {
    let request = store::load_approval(&mut web.app.db.read().await?, parsed(&approval)?).await?;
    let place = place_of(&web, &visit, &request).await;
    let stands = request.clock().state_at(visit.at.at);
    let again = |problems, refused| place.again(&web, &visit, Fields::default(), problems, refused);
    if let Some(terms) = request.granted()?.as_plan().filter(|_| stands.is_granted()) {
        return use_plan(&web, &visit, &request, &place, terms).await;
    }
    if let Some((terms, with)) = request.granted()?.as_joint_plan().filter(|_| stands.is_granted()) {
        return use_joint(&web, &visit, &request, &place, terms, with).await;
    }
    if let Some(done) = relief::use_granted(&web, &visit, &request).await? {
        return match done {
            Ok(said) => Ok(Redirect::to(&format!("/accounts/{}?said={said}", request.account)).into_response()),
            Err(decision) => again(Problems::default(), Some(decision)).await,
        };
    }
    let Some((amount, due_on)) = request.granted()?.as_promise().filter(|_| stands.is_granted()) else {
        let says = format!("it stands at {} and cannot be used", stands.to_string().to_lowercase());
        return again(Problems::one("form", says), None).await;
    };
    let ask = TakePromise { account: request.account, amount_minor: amount.minor(), due_on };
    let step = Step::Promised { amount_minor: amount.minor(), currency: amount.currency().code().to_string(), due_on };
    let (who, at) = (&visit.who, visit.at);
    let done = transaction!(web.app.db, tx, {
        let outcome = take_promise_in(tx, who, at, ask).await?;
        if let (Outcome::Done(_), Some(call)) = (&outcome, place.call) {
            calls::actions::take_step_in(tx, who, at, call, step.clone()).await?;
        }
        Ok(outcome)
    });
    match done {
        Ok(Outcome::Done(_)) => match place.call {
            Some(call) => Ok(Redirect::to(&format!("/calls/{call}?stage={}", Stage::ReadBack.code())).into_response()),
            None => Ok(back(&request.account.to_string(), "promised")),
        },
        Ok(Outcome::Refused(decision)) => again(Problems::default(), Some(decision)).await,
        Err(Failure::Stale(says)) => again(Problems::one("form", says), None).await,
        Err(failure) => Err(failure),
    }
}

/// They agree the plan that was granted; in a call its first payment is what they promised.
async fn use_plan(web: &Web, visit: &Visit, request: &store::Approval, place: &Place, terms: PlanTerms) -> Result<Response, Failure> {
    let (who, at, ask) = (&visit.who, visit.at, AgreePlan { account: request.account, terms });
    let done = transaction!(web.app.db, tx, {
        let agreed = agree_plan_in(tx, who, at, ask).await?;
        if let (Agreed::Done(plan), Some(call)) = (&agreed, place.call) {
            let first = list_installments(tx, plan.account).await?.into_iter().find(|one| one.plan == plan.id);
            if let Some(first) = first {
                let (amount_minor, currency, due_on) = (first.amount_minor, plan.currency.clone(), first.due_on);
                calls::actions::take_step_in(tx, who, at, call, Step::Promised { amount_minor, currency, due_on }).await?;
            }
        }
        Ok(agreed)
    });
    let again = |problems, refused| place.again(web, visit, Fields::default(), problems, refused);
    match done {
        Ok(Agreed::Done(_)) => match place.call {
            Some(call) => Ok(Redirect::to(&format!("/calls/{call}?stage={}", Stage::ReadBack.code())).into_response()),
            None => Ok(Redirect::to(&format!("/accounts/{}?said=agreed#plan", request.account)).into_response()),
        },
        Ok(Agreed::Refused(decision)) => again(Problems::default(), Some(decision)).await,
        Ok(Agreed::Outside(problems)) => {
            let says: Vec<String> = problems.0.into_iter().map(|(_, says)| says).collect();
            again(Problems::one("form", says.join(" ").trim_end_matches('.').to_string()), None).await
        }
        Err(Failure::Stale(says)) => again(Problems::one("form", says), None).await,
        Err(failure) => Err(failure),
    }
}

/// They agree the plan over several accounts that was granted; every account is asked its own rules again, for all or none.
async fn use_joint(
    web: &Web,
    visit: &Visit,
    request: &store::Approval,
    place: &Place,
    terms: PlanTerms,
    with: &[AccountId],
) -> Result<Response, Failure> {
    let accounts = std::iter::once(request.account).chain(with.iter().copied()).collect();
    let says = match agree_joint(&web.app, &visit.who, visit.at, &AgreeJoint { accounts, terms }).await {
        Ok(JointAgreed::Done(_)) => {
            return Ok(Redirect::to(&format!("/accounts/{}?said=agreed-jointly#plan", request.account)).into_response());
        }
        Ok(JointAgreed::Refused(_, saids)) => {
            let of = |said: &Said| {
                said.reasons().into_iter().map(|says| format!("{}, {}: {says}", said.reference, said.creditor)).collect::<Vec<_>>()
            };
            saids.iter().flat_map(of).collect::<Vec<_>>().join(" ")
        }
        Err(Failure::Wrong(problems)) => problems.0.into_iter().map(|(_, says)| format!("the plan {says}")).collect::<Vec<_>>().join("; "),
        Err(Failure::Stale(says)) => says,
        Err(failure) => return Err(failure),
    };
    place.again(web, visit, Fields::default(), Problems::one("form", says.trim_end_matches('.').to_string()), None).await
}

/// `POST /approvals/{approval}/notes`: what came of it is taken up.
pub async fn post_note(State(web): State<Web>, visit: Visit, Path(approval): Path<String>) -> Result<Response, Failure> {
    let request = actions::take_up(&web.app, &visit.who, visit.at, parsed(&approval)?).await?;
    Ok(place_of(&web, &visit, &request).await.done("taken-up"))
}

/// `POST /approvals/{approval}/withdrawals`: taken back by whoever asked.
pub async fn post_withdrawal(State(web): State<Web>, visit: Visit, Path(approval): Path<String>) -> Result<Response, Failure> {
    let id = parsed(&approval)?;
    let done = actions::withdraw(&web.app, &visit.who, visit.at, id).await;
    let request = store::load_approval(&mut web.app.db.read().await?, id).await?;
    let place = place_of(&web, &visit, &request).await;
    match done {
        Ok(_) => Ok(place.done("unasked")),
        Err(Failure::Stale(says)) => place.again(&web, &visit, Fields::default(), Problems::one("form", says), None).await,
        Err(failure) => Err(failure),
    }
}

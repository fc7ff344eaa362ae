//! The desk on screen: the budget, the ways side by side, the officer's ranked list, the plan builder, and what is agreed.

use super::agreeing::{AgreePlan, Agreed, agree_plan};
use super::budgeting::{in_fields, keep_budget};
use super::comparison::{Way, paper, ways};
use super::form::{Group, TermsForm, carried, groups, read_budget, read_terms};
use super::mailing::Mailing;
use super::standing::Desk;
use crate::accounts;
use crate::accounts::pages::{currency_of, resolve};
use crate::accounts::papers::{FileDocument, file_document};
use crate::app::{Failure, Outcome, Problems};
use crate::audit::views;
use crate::identity::names::Names;
use crate::outreach::letters::comparisons::Held;
use crate::parties;
use crate::plans::agreed::following::withdraw_plan;
use crate::plans::approvals::actions::{AskApproval, ask};
use crate::plans::approvals::panel::AskingPanel;
use crate::plans::joint::pages::{Beside, JointShown, accounts_in, list_beside};
use crate::plans::joint::standing::JointDesk;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::decision::{Answer, Decision, Reason};
use duly_domain::identity::Role;
use duly_domain::outreach::letter::Language;
use duly_domain::plans::approval::Terms;
use duly_domain::plans::offers::{BEST, Offer};
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::{AccountId, PlanId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use std::collections::HashMap;

/// A payment of a schedule, as it is shown.
struct ShownPayment {
    what: String,
    due: String,
    moved: String,
    amount: Money,
}

/// An offer as the officer weighs it.
struct ShownOffer {
    kind: String,
    says: String,
    ends: String,
    total: Money,
    forgiven: Option<Money>,
    worth: Money,
    worth_share: String,
    all_kept: String,
    payments: Vec<ShownPayment>,
    needs: Vec<Reason>,
    carried: Vec<(&'static str, String)>,
}

/// Basis points in percent.
fn percent(basis_points: i64) -> String {
    format!("{}.{:02} %", basis_points / 100, basis_points % 100)
}

impl ShownOffer {
    fn of(desk: &Desk, offer: &Offer, role: Role) -> ShownOffer {
        let schedule = offer.schedule();
        let down = ShownPayment { what: "Today".into(), due: written(schedule.agreed_on()), moved: String::new(), amount: schedule.down() };
        let parts = schedule.installments().iter().map(|one| ShownPayment {
            what: one.no.to_string(),
            due: written(one.due_on),
            moved: if one.is_moved() { format!("instead of {}", written(one.wanted_on)) } else { String::new() },
            amount: one.amount,
        });
        let forgiven = desk.forgiven(offer);
        ShownOffer {
            kind: offer.kind().to_string(),
            says: offer.terms().to_string(),
            ends: written(schedule.last_on()),
            total: schedule.total(),
            forgiven: Some(forgiven).filter(|forgiven| forgiven.minor() > 0),
            worth: offer.worth().amount(),
            worth_share: percent(offer.worth().share_bp()),
            all_kept: percent(i64::from(offer.all_kept_ppm() / 100)),
            payments: Some(down).filter(|down| down.amount.minor() > 0).into_iter().chain(parts).collect(),
            needs: desk.grant(offer, role).because,
            carried: carried(offer.terms()),
        }
    }
}

/// The budget as it was told.
struct ShownBudget {
    left: Money,
    missing: Option<Money>,
    can_pay: Vec<(Frequency, Money)>,
    at_hand: Money,
    by: String,
    at: String,
}

#[derive(Template)]
#[template(path = "plans/desk/desk.html")]
struct DeskPage {
    frame: Frame,
    id: AccountId,
    name: String,
    reference: String,
    creditor: String,
    balance: Money,
    asked: Money,
    is_disputed: bool,
    barred_since: String,
    ends_by: String,
    stops: Vec<Reason>,
    says: Vec<String>,
    budget: Option<ShownBudget>,
    is_budget_open: bool,
    groups: Vec<Group>,
    at_hand: String,
    pay_every: String,
    pay_on: String,
    problems: Problems,
    refused: Option<Decision>,
    ways: Vec<Way>,
    mailing: Mailing,
    offers: Vec<ShownOffer>,
    weighed: u64,
    kept: String,
    kept_from: String,
    policy: String,
    builder: TermsForm,
    built: Option<ShownOffer>,
    beside: Vec<Beside>,
    joint: Option<JointShown>,
    asking: Option<AskingPanel>,
    words: String,
}

/// What a form left unfinished.
#[derive(Default)]
pub(in crate::plans) struct Again {
    pub(in crate::plans) form: &'static str,
    pub(in crate::plans) fields: Fields,
    pub(in crate::plans) problems: Problems,
    pub(in crate::plans) refused: Option<Decision>,
    /// The letter of the ways was not printed, and why.
    pub(in crate::plans) held: Option<Held>,
    /// A plan over several accounts was refused: the page says why, account by account.
    pub(in crate::plans) is_refused: bool,
}

/// `GET /accounts/{account}/offers`; with terms in the address, the plan builder's answer to them.
pub async fn get_offers(
    State(web): State<Web>,
    visit: Visit,
    Path(account): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let asked = query.contains_key("total");
    let mut fields = Fields::default();
    for (name, text) in &query {
        fields = fields.with(name, text);
    }
    let form = if asked { "builder" } else { "" };
    show(&web, &visit, id, query.get("said").map(String::as_str), Again { form, fields, ..Again::default() }).await
}

/// The desk, with what a form left unfinished.
pub(in crate::plans) async fn show(
    web: &Web,
    visit: &Visit,
    id: AccountId,
    said: Option<&str>,
    mut again: Again,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let desk = Desk::of(&mut tx, id, visit.at).await?;
    let debtor = parties::store::load_debtor(&mut tx, desk.account.debtor).await?;
    let name = parties::name_of(debtor.name.as_deref()).to_string();
    let currency = desk.case.balance.currency();
    let found = desk.offers();
    let (offers, says) = match &found {
        Ok(offers) => (Some(offers), Vec::new()),
        Err(problems) => (None, problems.iter().map(|problem| problem.says.clone()).collect()),
    };
    let stops = desk.stops();
    let shown = |offer: &Offer| ShownOffer::of(&desk, offer, visit.who.role);
    let list: Vec<ShownOffer> = offers.into_iter().flat_map(|offers| best_of(&offers.best, &offers.best_of_each)).map(shown).collect();

    let beside = list_beside(&mut tx, &desk.account, &again.fields).await?;
    let with = match accounts_in(id, &again.fields)?.filter(|_| again.form == "builder") {
        Some(accounts) => match JointDesk::of(&mut tx, &accounts, visit.at).await {
            Err(Failure::Wrong(problems)) => {
                again.problems.0.extend(problems.0.into_iter().map(|(_, says)| ("with", format!("The plan {says}."))));
                None
            }
            with => Some(with?),
        },
        None => None,
    };
    if let Some(with) = &with {
        // Over several accounts it is for all that is asked for.
        again.fields = again.fields.with("total", &with.total.figures());
    }
    let (mut built, mut joint) = (None, None);
    let mut terms = drafted(&desk, offers.and_then(|offers| offers.best.first()));
    if again.form == "builder"
        && let Some(typed) = read_terms(&again.fields, "", (currency, visit.at.business_day), &mut again.problems)
    {
        terms = typed;
        match (&with, desk.offer_of(typed)) {
            (Some(with), _) => joint = Some(JointShown::of(visit, with, typed, again.fields.text("ask-words"))),
            (None, Ok(offer)) => built = Some(shown(&offer)),
            (None, Err(problems)) => {
                // Why they are not planned together stays said.
                again.problems.0.retain(|(field, _)| *field == "with");
                again.problems.0.extend(in_fields(problems).0);
            }
        }
    }
    let told_to = match &desk.told {
        Some(told) => Names::default().of(&mut tx, &told.row.made_by).await?,
        None => String::new(),
    };
    let in_budget = again.form == "budget";
    let told = desk.told.as_ref();
    let budget_fields = if in_budget { again.fields.clone() } else { Fields::default() };
    let budget_problems = if in_budget { again.problems.clone() } else { Problems::default() };
    let typed = |name: &str, drafted: String| if in_budget { budget_fields.text(name).to_string() } else { drafted };
    let builder_fields = if again.form == "builder" { again.fields.clone() } else { Fields::default() };
    let asking = AskingPanel::of(&mut tx, visit, (id, None), false, &Fields::default(), &Problems::default()).await?;
    let asking = Some(asking).filter(|panel| !panel.is_empty());
    let frame = Frame::of(visit, "/accounts", "Negotiation desk").saying(said);
    let frame = frame.watching(asking.as_ref().map(|asking| asking.live.as_str()));
    let is_wrong =
        again.held.is_some() || again.refused.is_some() || again.is_refused || (!again.form.is_empty() && !again.problems.is_empty());
    let mailing = Mailing::of(&mut tx, visit, &desk, again.held).await?;
    let shown = DeskPage {
        mailing,
        id,
        name,
        reference: desk.account.reference.clone(),
        creditor: desk.creditor.name.clone(),
        balance: Money::of(desk.account.balance_minor, currency),
        asked: desk.case.balance,
        is_disputed: desk.facts.undisputed.is_some(),
        barred_since: desk.barred_since.map(written).unwrap_or_default(),
        ends_by: desk.case.limitation_on.map(written).unwrap_or_default(),
        stops,
        says,
        budget: told.map(|told| ShownBudget {
            left: told.means.left_per_month(),
            missing: told.means.missing_per_month(),
            can_pay: Frequency::ALL.into_iter().map(|every| (every, told.means.can_pay(every))).collect(),
            at_hand: told.means.at_hand(),
            by: told_to.clone(),
            at: when(told.row.made_at, visit.at.at, &visit.zone),
        }),
        is_budget_open: told.is_none() || in_budget,
        groups: groups(&budget_fields, told.map(|told| &told.lines), currency, &budget_problems),
        at_hand: typed("at_hand", told.map(|told| told.means.at_hand().figures()).unwrap_or_default()),
        pay_every: typed("pay_every", told.and_then(|told| told.row.pay_every.clone()).unwrap_or_default()),
        pay_on: typed("pay_on", told.and_then(|told| told.row.pay_on).map(|on| on.to_string()).unwrap_or_default()),
        ways: ways(&desk, offers, Language::English),
        offers: list,
        weighed: offers.map_or(0, |offers| offers.weighed),
        kept: percent(i64::from(desk.kept_ppm / 100)),
        kept_from: desk.kept_from.clone(),
        policy: match &desk.policy_row {
            None => "the house's own, as the program has it".into(),
            Some(row) => {
                let whose = if row.creditor.is_some() { desk.creditor.name.as_str() } else { "the house" };
                format!("version {} of {whose}, since {}", row.number, written(row.from_on))
            }
        },
        builder: TermsForm::of(&terms, &builder_fields, &again.problems, ""),
        built,
        beside,
        joint,
        asking,
        words: again.fields.text("ask-words").to_string(),
        problems: again.problems,
        refused: again.refused,
        frame,
    };
    let shown = page(&shown);
    tx.rollback().await;
    views::record(&web.app, &visit.who, visit.at.at, id, views::OFFERS).await?;
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, shown).into_response())
}

/// The best plans, and behind them the best of a kind that is not among them.
fn best_of<'a>(best: &'a [Offer], of_each: &'a [Offer]) -> impl Iterator<Item = &'a Offer> {
    let missing = of_each.iter().filter(|offer| !best.iter().any(|other| other.kind() == offer.kind()));
    best.iter().take(BEST).chain(missing)
}

/// What the builder begins with: the best there is, or six months of all.
fn drafted(desk: &Desk, best: Option<&Offer>) -> PlanTerms {
    let first_on = desk.policy.first_days(&desk.case).first().copied().unwrap_or(desk.case.agreed_on);
    let zero = Money::of(0, desk.case.balance.currency());
    let six = PlanTerms { total: desk.case.balance, down: zero, cut: Cut::Count(6), first_on, frequency: Frequency::Monthly };
    best.map(|offer| *offer.terms()).filter(|terms| terms.count() > 1).unwrap_or(six)
}

/// `POST /accounts/{account}/budgets`: keeps what they told, or shows the form with one more line.
pub async fn post_budget(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let again = |fields, problems| Again { form: "budget", fields, problems, ..Again::default() };
    if fields.some("more").is_some() {
        return show(&web, &visit, id, None, again(fields, Problems::default())).await;
    }
    let mut problems = Problems::default();
    let Some(told) = read_budget(&fields, id, currency_of(&web, id).await?, &mut problems) else {
        return show(&web, &visit, id, None, again(fields, problems)).await;
    };
    match keep_budget(&web.app, &visit.who, visit.at, &told).await {
        Ok(_) => Ok(to_desk(id, "budget")),
        Err(Failure::Wrong(problems)) => show(&web, &visit, id, None, again(fields, problems)).await,
        Err(failure) => Err(failure),
    }
}

fn to_desk(account: AccountId, said: &str) -> Response {
    Redirect::to(&format!("/accounts/{account}/offers?said={said}")).into_response()
}

/// `POST /accounts/{account}/plans`: agrees a plan that may be granted alone.
pub async fn post_plan(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let mut again = Again { form: "builder", fields, ..Again::default() };
    let currency = currency_of(&web, id).await?;
    let Some(terms) = read_terms(&again.fields, "", (currency, visit.at.business_day), &mut again.problems) else {
        return show(&web, &visit, id, None, again).await;
    };
    match agree_plan(&web.app, &visit.who, visit.at, AgreePlan { account: id, terms }).await? {
        Agreed::Done(_) => Ok(Redirect::to(&format!("/accounts/{id}?said=agreed#plan")).into_response()),
        Agreed::Refused(decision) => {
            again.refused = Some(decision);
            show(&web, &visit, id, None, again).await
        }
        Agreed::Outside(problems) => {
            again.problems = problems;
            show(&web, &visit, id, None, again).await
        }
    }
}

/// `POST /accounts/{account}/approvals` for a plan: a supervisor is asked for exactly these terms, over exactly the accounts that are ticked.
pub async fn ask_for_plan(web: &Web, visit: &Visit, id: AccountId, fields: Fields) -> Result<Response, Failure> {
    let mut again = Again { form: "builder", fields, ..Again::default() };
    let currency = currency_of(web, id).await?;
    let Some(terms) = read_terms(&again.fields, "", (currency, visit.at.business_day), &mut again.problems) else {
        return show(web, visit, id, None, again).await;
    };
    let with = accounts_in(id, &again.fields)?.map(|accounts| accounts[1..].to_vec()).unwrap_or_default();
    let is_joint = !with.is_empty();
    let words = again.fields.text("ask-words").to_string();
    let asked = AskApproval { account: id, call: None, terms: Terms::joint_plan(&terms, with), words };
    match ask(&web.app, &visit.who, visit.at, &asked).await {
        Ok(Outcome::Done(_)) => Ok(Redirect::to(&format!("/accounts/{id}/offers?said=asked#asking")).into_response()),
        // The desk lays it out again, with what each account says.
        Ok(Outcome::Refused(_)) if is_joint => {
            again.is_refused = true;
            show(web, visit, id, None, again).await
        }
        Err(Failure::Wrong(problems)) if is_joint => {
            again.is_refused = true;
            again.problems = problems;
            show(web, visit, id, None, again).await
        }
        Ok(Outcome::Refused(decision)) => {
            again.refused = Some(decision);
            show(web, visit, id, None, again).await
        }
        Err(Failure::Wrong(problems)) => {
            again.problems = problems;
            show(web, visit, id, None, again).await
        }
        Err(Failure::Stale(says)) => {
            again.problems = Problems::one("form", says);
            show(web, visit, id, None, again).await
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /accounts/{account}/plans/{plan}/withdrawals`
pub async fn post_withdrawal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, plan)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let plan: PlanId = plan.parse().map_err(|_| Failure::NotFound("such plan".into()))?;
    let done = withdraw_plan(&web.app, &visit.who, visit.at, id, plan).await;
    accounts::pages::after(&web, &visit, &account, "promise", Fields::default(), done, "plan-withdrawn").await
}

/// `GET /accounts/{account}/offers/comparison.pdf`: the ways side by side, to print and to send.
pub async fn get_comparison(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let paper = comparison(&web, &visit, id).await?;
    views::record(&web.app, &visit.who, visit.at.at, id, views::OFFERS).await?;
    let named = "inline; filename=\"ways-to-deal-with-this-account.pdf\"";
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, named)], paper).into_response())
}

/// The paper in their language.
async fn comparison(web: &Web, visit: &Visit, id: AccountId) -> Result<Vec<u8>, Failure> {
    let mut tx = web.app.db.read().await?;
    let desk = Desk::of(&mut tx, id, visit.at).await?;
    let debtor = parties::store::load_debtor(&mut tx, desk.account.debtor).await?;
    let language = debtor.language.as_deref().and_then(Language::parse).unwrap_or(Language::English);
    let offers = desk.offers().ok();
    let made = paper(&mut tx, &desk, parties::name_of(debtor.name.as_deref()), offers.as_ref(), language).await;
    tx.rollback().await;
    made
}

/// `POST /accounts/{account}/offers/comparisons`: the paper as it is today is kept with the account.
pub async fn post_comparison(State(web): State<Web>, visit: Visit, Path(account): Path<String>) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let ask = FileDocument {
        kind: "other".into(),
        file_name: format!("ways-to-deal-with-this-account-{}.pdf", visit.at.business_day),
        media_type: "application/pdf".into(),
        source: "Made at the negotiation desk".into(),
        body: comparison(&web, &visit, id).await?,
    };
    file_document(&web.app, &visit.who, visit.at, id, &ask).await?;
    Ok(Redirect::to(&format!("/accounts/{account}?do=papers&said=filed")).into_response())
}

/// Whether a decision asks for a supervisor and nothing worse.
fn asks_supervisor(decision: &Decision) -> bool {
    decision.answer == Answer::NeedsSupervisor
}

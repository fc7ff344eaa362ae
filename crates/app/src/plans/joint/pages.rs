//! A plan over several accounts on the negotiation desk, and one payment for all of them from the account.

use super::agreeing::{AgreeJoint, JointAgreed, agree_joint};
use super::paying::{PaidAsked, PayJoint, pay_joint_asking};
use super::standing::{JointDesk, Said, answer_of};
use crate::accounts::pages::{after, back, currency_of, resolve};
use crate::accounts::store::{Account, list_ids_beside, load_account, load_creditor};
use crate::app::{Failure, NAME_MAX, Problems, check_length};
use crate::ledger;
use crate::plans::desk::form::{carried, read_terms};
use crate::plans::desk::pages::{Again, show};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::decision::Answer;
use duly_domain::plans::schedule::PlanTerms;
use duly_domain::values::ids::{AccountId, JointPlanId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;

/// What boxes of accounts are called, before the account's id.
pub const WITH: &str = "with-";

/// Another open account of the person, in the same currency.
pub struct Beside {
    /// Which one.
    pub id: AccountId,
    /// Its reference.
    pub reference: String,
    /// To whom it is owed.
    pub creditor: String,
    /// What is owed on it.
    pub balance: Money,
    /// Whether the plan is to be over it too.
    pub is_ticked: bool,
}

/// The other accounts that a plan may be over.
pub async fn list_beside(tx: &mut Tx, account: &Account, fields: &Fields) -> Result<Vec<Beside>, Failure> {
    let currency = ledger::store::currency(&account.currency)?;
    let ticked = fields.ticked(WITH);
    let mut beside = Vec::new();
    for id in list_ids_beside(tx, account.id).await? {
        let other = load_account(tx, id).await?;
        if other.currency == account.currency && other.balance_minor > 0 {
            let creditor = load_creditor(tx, other.creditor).await?.name;
            let is_ticked = ticked.contains(&id.to_string());
            let balance = Money::of(other.balance_minor, currency);
            beside.push(Beside { id, reference: other.reference, creditor, balance, is_ticked });
        }
    }
    Ok(beside)
}

/// The accounts that a form is about: the one of its address first; nothing where no other is ticked.
pub fn accounts_in(account: AccountId, fields: &Fields) -> Result<Option<Vec<AccountId>>, Failure> {
    let mut accounts = vec![account];
    for text in fields.ticked(WITH) {
        accounts.push(text.parse().map_err(|_| Failure::NotFound("such account".into()))?);
    }
    Ok(Some(accounts).filter(|accounts| accounts.len() > 1))
}

/// One payment of the whole with its parts.
struct ShownPayment {
    what: String,
    due: String,
    amount: Money,
    parts: Vec<Money>,
}

/// A plan over several accounts, laid out.
#[derive(Template)]
#[template(path = "plans/joint/laid_out.html")]
pub struct JointShown {
    csrf: String,
    id: AccountId,
    says: String,
    total: Money,
    saids: Vec<Said>,
    payments: Vec<ShownPayment>,
    answer: Answer,
    carried: Vec<(String, String)>,
    /// What was typed for a supervisor.
    words: String,
}

impl JointShown {
    /// Lays a plan out over accounts as somebody would agree it, with what they typed for a supervisor.
    pub fn of(visit: &Visit, desk: &JointDesk, terms: PlanTerms, words: &str) -> JointShown {
        let (offer, saids) = desk.weigh(terms, visit.who.role, visit.at);
        let money = |minor| Money::of(minor, desk.total.currency());
        let payments = offer.iter().flat_map(|offer| {
            offer.payments.iter().enumerate().map(|(nth, payment)| ShownPayment {
                what: if payment.number == 0 { "Today".into() } else { payment.number.to_string() },
                due: written(payment.due_on),
                amount: money(payment.amount_minor),
                parts: offer.parts.iter().map(|own| money(own[nth])).collect(),
            })
        });
        let boxes = desk.desks.iter().skip(1).map(|desk| (format!("{WITH}{}", desk.account.id), "yes".to_string()));
        JointShown {
            csrf: visit.csrf.clone(),
            id: desk.desks[0].account.id,
            says: terms.to_string(),
            total: desk.total,
            payments: payments.collect(),
            // Without an offer nobody agrees it, whatever the accounts say.
            answer: if offer.is_some() { answer_of(&saids) } else { Answer::No },
            saids,
            words: words.to_string(),
            carried: carried(&terms).into_iter().map(|(name, text)| (name.to_string(), text)).chain(boxes).collect(),
        }
    }
}

/// `POST /accounts/{account}/joint_plans`: agrees a plan over this account and those that were ticked.
pub async fn post_joint(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let accounts = accounts_in(id, &fields)?;
    let mut again = Again { form: "builder", fields, ..Again::default() };
    let currency = currency_of(&web, id).await?;
    let terms = read_terms(&again.fields, "", (currency, visit.at.business_day), &mut again.problems);
    let (Some(terms), Some(accounts)) = (terms, accounts) else {
        again.problems.0.push(("with", "Choose the other accounts, and write what each payment is.".into()));
        return show(&web, &visit, id, None, again).await;
    };
    match agree_joint(&web.app, &visit.who, visit.at, &AgreeJoint { accounts, terms }).await {
        Ok(JointAgreed::Done(_)) => Ok(Redirect::to(&format!("/accounts/{id}?said=agreed-jointly#plan")).into_response()),
        // The desk lays it out again, with what each account says.
        Ok(JointAgreed::Refused(..)) => {
            again.is_refused = true;
            show(&web, &visit, id, None, again).await
        }
        Err(Failure::Wrong(problems)) => {
            again.problems = Problems(problems.0.into_iter().map(|(_, says)| ("with", format!("The plan {says}."))).collect());
            again.fields = again.fields.without(WITH);
            show(&web, &visit, id, None, again).await
        }
        Err(failure) => Err(failure),
    }
}

/// `POST /accounts/{account}/joint_plans/{joint}/payments`: one payment for all accounts of a plan.
pub async fn post_payment(
    State(web): State<Web>,
    visit: Visit,
    Path((account, joint)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let joint: JointPlanId = joint.parse().map_err(|_| Failure::NotFound("such joint plan".into()))?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let amount = fields.amount("joint-amount", currency, &mut problems);
    let on = fields.past_date("joint-date", visit.at.business_day, &mut problems);
    if let Err(Failure::Wrong(wrong)) = check_length("joint-reference", fields.text("joint-reference"), NAME_MAX) {
        problems.0.extend(wrong.0);
    }
    let (Some(amount_minor), Some(effective_on), true) = (amount, on, problems.is_empty()) else {
        return after::<()>(&web, &visit, &account, "payment", fields, Err(above(problems)), "").await;
    };
    let ask = PayJoint { joint, amount_minor, effective_on, reference: fields.text("joint-reference").to_string() };
    let is_understood = fields.some("joint-understood").is_some();
    match pay_joint_asking(&web.app, &visit.who, visit.at, &ask, is_understood).await {
        Ok(PaidAsked::Done(posted)) => Ok(back(&account, if posted.is_repeat { "repeated" } else { "posted-jointly" })),
        Ok(PaidAsked::First(says)) => {
            let asked = Failure::Stale(format!("{}; look at it again, and post it if it is right", says.join("; ")));
            after::<()>(&web, &visit, &account, "payment", fields.with("joint-asked", "yes"), Err(asked), "").await
        }
        Err(Failure::Wrong(problems)) => after::<()>(&web, &visit, &account, "payment", fields, Err(above(problems)), "").await,
        Err(failure) => after::<()>(&web, &visit, &account, "payment", fields, Err(failure), "").await,
    }
}

/// The panel stands beside the tabs: what is wrong is said above them.
fn above(problems: Problems) -> Failure {
    let says = |(field, says): &(&'static str, String)| format!("the {} {says}", field.trim_start_matches("joint-"));
    Failure::Stale(problems.0.iter().map(says).collect::<Vec<_>>().join("; "))
}

//! Payments, on the workspace and in their own list.

use super::actions::PostPayment;
use super::asking::{Asked, Question, post_asking, question_of_reversal, reverse_asking};
use super::direct::store::load_direct;
use super::direct::{PostDirect, post_direct, reverse_direct};
use super::refund::{RefundOverpayment, refund, reverse_refund};
use super::store::{self, RecentPayment};
use crate::accounts::pages::{Unfinished, after, back, currency_of, resolve, show};
use crate::app::{Failure, NAME_MAX, Problems, check_length};
use crate::identity::settings::Settled;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::values::ids::{AccountId, DirectPaymentId, PaymentId, RefundId};
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "ledger/payments.html")]
struct PaymentsPage {
    frame: Frame,
    payments: Vec<(RecentPayment, Money, String)>,
}

/// `GET /payments`: the newest first.
pub async fn get_payments(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut payments = Vec::new();
    for payment in store::list_recent_payments(&mut tx, 200).await? {
        let amount = Money::of(payment.amount_minor, store::currency(&payment.currency)?);
        let on = written(payment.effective_on);
        payments.push((payment, amount, on));
    }
    Ok(page(&PaymentsPage { frame: Frame::of(&visit, "/payments", "Payments"), payments }))
}

/// `POST /accounts/{account}/payments`
pub async fn post_payment(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let amount = fields.amount("amount", currency, &mut problems);
    let on = fields.past_date("date", visit.at.business_day, &mut problems);
    if let Err(Failure::Wrong(wrong)) = check_length("reference", fields.text("reference"), NAME_MAX) {
        problems.0.extend(wrong.0);
    }
    let (Some(amount_minor), Some(effective_on), true) = (amount, on, problems.is_empty()) else {
        return show(&web, &visit, &account, &HashMap::new(), Unfinished { form: "payment", fields, problems, refused: None }).await;
    };
    if fields.some("back").is_some() {
        return show(&web, &visit, &account, &HashMap::new(), Unfinished { form: "payment", fields, ..Unfinished::default() }).await;
    }
    if fields.some("direct").is_some() {
        let ask = PostDirect { account: id, amount_minor, paid_on: effective_on, reference: fields.text("reference").to_string() };
        let done = post_direct(&web.app, &visit.who, visit.at, &ask).await;
        let said = if done.as_ref().is_ok_and(|posted| posted.is_repeat) { "repeated" } else { "direct" };
        return after(&web, &visit, &account, "payment", fields, done, said).await;
    }
    let ask = PostPayment { account: id, amount_minor, effective_on, reference: fields.text("reference").to_string() };
    match post_asking(&web.app, &visit.who, visit.at, &ask, fields.text("understood")).await {
        Ok(Asked::Done(posted)) => Ok(back(&account, if posted.is_repeat { "repeated" } else { "posted" })),
        Ok(Asked::First(question)) => {
            let hidden = ["amount", "date", "reference"].map(|name| (name, fields.text(name).to_string())).to_vec();
            let asking = Asking { payment: None, reference: ask.reference, hidden, understood: fields.some("understood") };
            ask_first(&web, &visit, id, question, asking).await
        }
        Err(failure) => after::<()>(&web, &visit, &account, "payment", fields, Err(failure), "").await,
    }
}

/// `POST /accounts/{account}/direct_payments/{payment}/reversals`
pub async fn post_direct_reversal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, payment)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let payment: DirectPaymentId = payment.parse().map_err(|_| Failure::NotFound("such payment to the creditor".into()))?;
    if load_direct(&mut web.app.db.read().await?, payment).await?.account != id {
        return Err(Failure::NotFound("such payment on this account".into()));
    }
    let done = reverse_direct(&web.app, &visit.who, visit.at, payment).await;
    after(&web, &visit, &account, "payment", Fields::default(), done, "reversed").await
}

/// `POST /accounts/{account}/payments/{payment}/reversals`
pub async fn post_reversal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, payment)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let payment: PaymentId = payment.parse().map_err(|_| Failure::NotFound("such payment".into()))?;
    match reverse_asking(&web.app, &visit.who, visit.at, id, payment, fields.text("understood")).await {
        Ok(Asked::First(question)) => ask_reversal(&web, &visit, id, payment, question, fields.some("understood")).await,
        done => after(&web, &visit, &account, "payment", Fields::default(), done, "reversed").await,
    }
}

/// `GET /accounts/{account}/payments/{payment}/reversals`: what taking it back would undo.
pub async fn get_reversal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, payment)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let payment: PaymentId = payment.parse().map_err(|_| Failure::NotFound("such payment".into()))?;
    let asked = question_of_reversal(&mut web.app.db.read().await?, visit.at, id, payment).await;
    match asked {
        Ok(Some(question)) => ask_reversal(&web, &visit, id, payment, question, None).await,
        done => after(&web, &visit, &account, "payment", Fields::default(), done, "reversed").await,
    }
}

async fn ask_reversal(
    web: &Web,
    visit: &Visit,
    account: AccountId,
    payment: PaymentId,
    question: Question,
    understood: Option<String>,
) -> Result<Response, Failure> {
    let reference = store::load_payment(&mut web.app.db.read().await?, payment).await?.reference;
    ask_first(web, visit, account, question, Asking { payment: Some(payment), reference, hidden: Vec::new(), understood }).await
}

/// What the page of a question says beside it.
struct Asking {
    /// The payment to take back; none when one is to be posted.
    payment: Option<PaymentId>,
    reference: String,
    hidden: Vec<(&'static str, String)>,
    /// The answer to what was shown before, if it was shown.
    understood: Option<String>,
}

#[derive(Template)]
#[template(path = "ledger/asking.html")]
struct AskingPage {
    frame: Frame,
    account: AccountId,
    name: String,
    reference: String,
    is_reversal: bool,
    has_changed: bool,
    question: Question,
    payment_reference: String,
    action: String,
    hidden: Vec<(&'static str, String)>,
}

async fn ask_first(web: &Web, visit: &Visit, account: AccountId, question: Question, asking: Asking) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let held = crate::accounts::store::load_account(&mut tx, account).await?;
    let debtor = crate::parties::store::load_debtor(&mut tx, held.debtor).await?;
    tx.rollback().await;
    crate::audit::views::record(&web.app, &visit.who, visit.at.at, account, crate::audit::views::WORKSPACE).await?;
    let Asking { payment, reference, hidden, understood } = asking;
    let action = match payment {
        Some(payment) => format!("/accounts/{account}/payments/{payment}/reversals"),
        None => format!("/accounts/{account}/payments"),
    };
    Ok(page(&AskingPage {
        frame: Frame::of(visit, "/payments", "Payment"),
        account,
        name: crate::parties::name_of(debtor.name.as_deref()).to_string(),
        reference: held.reference,
        is_reversal: payment.is_some(),
        has_changed: understood.is_some(),
        question,
        payment_reference: reference,
        action,
        hidden,
    }))
}

/// `POST /accounts/{account}/refunds`: what was overpaid goes back.
pub async fn post_refund(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    let currency = currency_of(&web, id).await?;
    let mut problems = Problems::default();
    let (amount, on) = (fields.amount("amount", currency, &mut problems), fields.date("date", &mut problems));
    let done = match (amount, on) {
        (Some(amount_minor), Some(on)) => {
            let ask = RefundOverpayment { account: id, amount_minor, on, reference: fields.text("reference").to_string() };
            refund(&web.app, &visit.who, visit.at, &ask).await
        }
        _ => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "payment", fields, done, "refunded").await
}

/// `POST /accounts/{account}/refunds/{refund}/reversals`
pub async fn post_refund_reversal(
    State(web): State<Web>,
    visit: Visit,
    Path((account, refund)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let refund: RefundId = refund.parse().map_err(|_| Failure::NotFound("such refund".into()))?;
    let done = reverse_refund(&web.app, &visit.who, visit.at, refund).await;
    after(&web, &visit, &account, "payment", Fields::default(), done, "reversed").await
}

#[derive(Template)]
#[template(path = "ledger/receipt.html")]
struct ReceiptPage {
    frame: Frame,
    account: String,
    company: String,
    address: String,
    name: String,
    creditor: String,
    reference: String,
    payment: store::Payment,
    amount: Money,
    on: String,
    parts: Vec<(String, Money)>,
    left: Money,
    today: String,
}

/// `GET /accounts/{account}/payments/{payment}/receipt`: to be printed or saved.
pub async fn get_receipt(
    State(web): State<Web>,
    visit: Visit,
    Path((account, payment)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let id = resolve(&web, &account).await?;
    let payment: PaymentId = payment.parse().map_err(|_| Failure::NotFound("such payment".into()))?;
    crate::audit::views::record(&web.app, &visit.who, visit.at.at, id, crate::audit::views::RECEIPT).await?;
    let mut tx = web.app.db.read().await?;
    let payment = store::load_payment(&mut tx, payment).await?;
    if payment.account != id {
        return Err(Failure::NotFound("such payment on this account".into()));
    }
    let held = crate::accounts::store::load_account(&mut tx, id).await?;
    let debtor = crate::parties::store::load_debtor(&mut tx, held.debtor).await?;
    let creditor = crate::accounts::store::load_creditor(&mut tx, held.creditor).await?;
    let currency = store::currency(&payment.currency)?;
    let lines = store::load_lines(&mut tx, payment.account, payment.entry).await?;
    let parts = lines.lines().filter_map(|line| Some((line.bucket?.to_string(), Money::of(-line.amount.minor(), currency))));
    let mut parts: Vec<(String, Money)> = parts.collect();
    if payment.unapplied_minor > 0 {
        parts.push(("Overpaid, kept for you".into(), Money::of(payment.unapplied_minor, currency)));
    }
    let Settled { company, address, .. } = Settled::read(&mut tx).await?;
    Ok(page(&ReceiptPage {
        frame: Frame::of(&visit, "/payments", "Receipt"),
        account,
        company,
        address,
        name: debtor.name.unwrap_or_default(),
        creditor: creditor.name,
        reference: held.reference,
        amount: Money::of(payment.amount_minor, currency),
        on: written(payment.effective_on),
        parts,
        left: Money::of(held.balance_minor, currency),
        today: written(visit.at.business_day),
        payment,
    }))
}

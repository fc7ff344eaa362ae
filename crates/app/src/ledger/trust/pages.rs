//! Trust on screen: the proof of the last day, what has to be done about it, the clients' ledgers and the book.

use super::booking::{Book, Movement, book_movement, invoice_paid, list_earned, sweep, take_back};
use super::proving::{self, ClientLedger, proof_of};
use super::store::{self, PostingRow, ProofRow};
use crate::app::{Failure, Problems};
use crate::cli::output::written as amount;
use crate::identity::names::Names;
use crate::ledger::clearing::expected::{Waited, list_due};
use crate::ledger::receipts;
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, TRUST, page, when};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::receipts::State as ReceiptState;
use duly_domain::ledger::trust::{Kind, Place};
use duly_domain::values::ids::{AccountId, CreditorId, ReceiptId, TrustPostingId};
use duly_domain::values::moment::written;
use duly_domain::values::money::{Currency, Money};
use std::collections::HashMap;

/// Rows of a list.
const SHOWN: i64 = 50;

/// The proof of a day in a currency, as it is shown.
struct ShownProof {
    day: String,
    bank: String,
    ledgers: String,
    clients: String,
    agency: String,
    on_its_way: String,
    unapplied: String,
    unidentified: String,
    not_booked: String,
    coming: String,
    difference: String,
    is_none: bool,
    is_whole: bool,
    is_proved_by_bank: bool,
    says: String,
}

/// A client's ledger, as it is shown.
struct ShownClient {
    id: CreditorId,
    name: String,
    held: String,
    is_below: bool,
    owes: String,
}

/// A posting, as it is shown.
struct ShownPosting {
    id: TrustPostingId,
    day: String,
    what: String,
    words: String,
    client: String,
    currency: String,
    amount: String,
    by: String,
    is_back: bool,
    may_go_back: bool,
}

/// A movement at the bank that is not in the book, as it is shown.
struct ShownMovement {
    id: ReceiptId,
    amount: String,
    amount_out: String,
    currency: String,
    day: String,
    state: String,
    who: String,
    words: String,
    is_out: bool,
    /// Nobody is known for it: most often a debtor paid it.
    is_unknown: bool,
}

/// What is posted and the bank did not show, as it is shown.
struct ShownComing {
    says: String,
    day: String,
    amount: String,
    is_late: bool,
}

/// Overpaid money, as it is shown.
struct ShownUnclaimed {
    account: AccountId,
    reference: String,
    creditor: String,
    day: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "ledger/trust/trust.html")]
struct TrustPage {
    frame: Frame,
    today: String,
    proved_on: String,
    proved_by: String,
    latest: Vec<ShownProof>,
    work: Vec<String>,
    movements: Vec<ShownMovement>,
    clients: Vec<ShownClient>,
    owing: bool,
    on_its_way: Vec<ShownPosting>,
    coming: Vec<ShownComing>,
    earned: Vec<(String, String, i64)>,
    sweep_amount: String,
    unclaimed: Vec<ShownUnclaimed>,
    postings: Vec<ShownPosting>,
    proofs: Vec<ShownProof>,
    may_keep: bool,
    problems: Problems,
}

/// `GET /trust`
pub async fn get_trust(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    trust_page(&web, &visit, query.get("said").map(String::as_str), Problems::default()).await
}

/// `POST /trust/proofs`: today is proved now.
pub async fn post_proof(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let done = proving::prove(&web.app, &visit.who, visit.at, visit.at.business_day).await;
    after(&web, &visit, done, "proved").await
}

/// `POST /trust/sweeps`: earned fees are taken out.
pub async fn post_sweep(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let done = match book_of(&visit, &fields) {
        Ok(ask) => sweep(&web.app, &visit.who, visit.at, &ask).await,
        Err(problems) => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, done, "swept").await
}

/// `POST /trust/invoices`: a client paid an invoice to the agency itself.
pub async fn post_invoice(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let creditor = fields.text("creditor").parse::<CreditorId>().map_err(|_| Problems::one("creditor", "is missing"));
    let done = match (creditor, book_of(&visit, &fields)) {
        (Ok(creditor), Ok(ask)) => invoice_paid(&web.app, &visit.who, visit.at, creditor, &ask).await,
        (Err(problems), _) | (_, Err(problems)) => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, done, "booked").await
}

fn book_of(visit: &Visit, fields: &Fields) -> Result<Book, Problems> {
    let mut problems = Problems::default();
    let of = Currency::parse(fields.text("currency"));
    if of.is_none() {
        problems.0.push(("currency", "is none that the ledger knows".into()));
    }
    let minor = of.and_then(|of| fields.amount("amount", of, &mut problems));
    match (of, minor) {
        (Some(of), Some(amount_minor)) => {
            Ok(Book { amount_minor, currency: of.code().into(), on: visit.at.business_day, reference: fields.text("reference").into() })
        }
        _ => Err(problems),
    }
}

/// `POST /trust/movements/{entry}`: a movement at the bank is booked.
pub async fn post_movement(State(web): State<Web>, visit: Visit, Path(entry): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let entry: ReceiptId = entry.parse().map_err(|_| Failure::NotFound("such bank entry".into()))?;
    let fields = Fields::of(&body);
    let what = match fields.text("as") {
        "cleared" => {
            let ids = fields.ticked("clears.").iter().map(|id| id.parse::<TrustPostingId>()).collect::<Result<Vec<_>, _>>();
            ids.map(Movement::Cleared).map_err(|_| Problems::one("clears", "names what is not there"))
        }
        "brought_in" => Ok(Movement::BroughtIn),
        "bank_charge" => Ok(Movement::BankCharge),
        other => other.parse::<CreditorId>().map(Movement::ClientPaid).map_err(|_| Problems::one("as", "is missing: say what it is")),
    };
    let done = match what {
        Ok(what) => book_movement(&web.app, &visit.who, visit.at, entry, &what).await,
        Err(problems) => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, done, "booked").await
}

/// `POST /trust/postings/{posting}/backs`
pub async fn post_back(State(web): State<Web>, visit: Visit, Path(posting): Path<String>) -> Result<Response, Failure> {
    let posting: TrustPostingId = posting.parse().map_err(|_| Failure::NotFound("such posting".into()))?;
    let done = take_back(&web.app, &visit.who, visit.at, posting).await;
    after(&web, &visit, done, "posting-back").await
}

async fn after<T>(web: &Web, visit: &Visit, done: Result<T, Failure>, said: &str) -> Result<Response, Failure> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("{TRUST}?said={said}")).into_response()),
        Err(Failure::Wrong(problems)) => {
            let named = problems.0.into_iter().map(|(field, says)| (field, format!("{field} {says}"))).collect();
            trust_page(web, visit, None, Problems(named)).await
        }
        Err(failure @ Failure::Stale(_)) => trust_page(web, visit, None, Problems::one("form", failure.to_string())).await,
        Err(failure) => Err(failure),
    }
}

async fn trust_page(web: &Web, visit: &Visit, said: Option<&str>, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let today = visit.at.business_day;
    let mut names = Names::default();
    let kept = store::list_proofs(&mut tx, 21).await?;
    let newest: Vec<ProofRow> = newest_of(&kept);
    let (proved_on, proved_by) = match newest.first() {
        Some(row) => {
            let by = names.of(&mut tx, &row.proved_by).await?;
            (written(row.on_day), format!("Proved {} by {by}", when(row.proved_at, visit.at.at, &visit.zone)))
        }
        None => (String::new(), String::new()),
    };
    let mut movements = Vec::new();
    for id in store::list_not_booked(&mut tx, SHOWN).await? {
        movements.push(show_movement(receipts::store::load_entry(&mut tx, id).await?));
    }
    let ledgers = proving::list_ledgers(&mut tx, today).await?;
    let mut on_its_way = Vec::new();
    for row in store::list_on_its_way(&mut tx).await? {
        on_its_way.push(show_posting(&mut tx, &mut names, row).await?);
    }
    let coming = list_due(&mut tx, today).await?.into_iter().take(usize::try_from(SHOWN).unwrap_or_default());
    let coming = coming.map(|one| show_coming(one, today)).collect();
    let mut postings = Vec::new();
    for row in store::list_postings(&mut tx, SHOWN).await? {
        postings.push(show_posting(&mut tx, &mut names, row).await?);
    }
    let earned: Vec<(String, String, i64)> = list_earned(&mut tx, visit.at)
        .await?
        .into_iter()
        .map(|(currency, minor)| (currency.clone(), amount(minor, &currency), minor))
        .collect();
    let sweep_amount =
        earned.first().and_then(|(currency, _, minor)| Some(Money::of((*minor).max(0), Currency::parse(currency)?).decimal()));
    let unclaimed = store::list_unapplied(&mut tx, SHOWN).await?.into_iter().map(|row| ShownUnclaimed {
        account: row.account,
        reference: row.reference,
        creditor: row.creditor,
        day: written(row.since_on),
        amount: amount(row.minor, &row.currency),
    });
    let clients: Vec<ShownClient> = ledgers.into_iter().map(show_client).collect();
    let has_problems = !problems.is_empty();
    let shown = TrustPage {
        frame: Frame::of(visit, TRUST, "Trust").saying(said),
        today: today.to_string(),
        proved_on,
        proved_by,
        work: newest.iter().flat_map(work_of).collect(),
        latest: newest.iter().map(show_proof).collect(),
        movements,
        owing: clients.iter().any(|one| !one.owes.is_empty()),
        clients,
        on_its_way,
        coming,
        earned,
        sweep_amount: sweep_amount.unwrap_or_default(),
        unclaimed: unclaimed.collect(),
        postings,
        proofs: kept.iter().map(show_proof).collect(),
        may_keep: may(visit.who.role, Permission::KeepTrust),
        problems,
    };
    tx.rollback().await;
    let answer = page(&shown);
    Ok(if has_problems { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer })
}

/// The last proof of the newest day, one for each currency.
fn newest_of(kept: &[ProofRow]) -> Vec<ProofRow> {
    let mut newest: Vec<ProofRow> = Vec::new();
    for row in kept.iter().filter(|row| Some(row.on_day) == kept.first().map(|first| first.on_day)) {
        if newest.iter().all(|known| known.currency != row.currency) {
            newest.push(row.clone());
        }
    }
    newest
}

/// What a proof leaves to be done, in sentences.
pub fn work_of(row: &ProofRow) -> Vec<String> {
    let (proof, currency) = (proof_of(row), row.currency.as_str());
    let shown = |minor| amount(minor, currency);
    let mut says = Vec::new();
    match proof.difference() {
        Some(0) => {}
        Some(minor) if minor > 0 => says.push(format!(
            "{} more at the bank than anybody is known for: look for what was not posted, such as a payment that was reversed here alone",
            shown(minor)
        )),
        Some(minor) => says.push(format!(
            "{} less at the bank than the ledgers say: look for what was posted and did not come, such as a payment typed by hand",
            shown(-minor)
        )),
        None => says.push(format!("No bank statement in {currency} was taken up to that day: the bank is not proved")),
    }
    if proof.to_bring_in() > 0 {
        says.push(format!(
            "{} has to be brought in by the agency: payments came back after their fees were taken out",
            shown(proof.to_bring_in())
        ));
    }
    if proof.unidentified != 0 {
        says.push(format!("{} came in and nobody is known for it: see Bank", shown(proof.unidentified)));
    }
    if proof.not_booked != 0 {
        says.push(format!(
            "{} moved at the bank and is not in the book: book it below, or reverse under Bank what came back",
            shown(proof.not_booked)
        ));
    }
    if proof.late != 0 && proof.bank.is_some() {
        says.push(format!("{} is posted and the bank did not show it in time: see below, and Bank for what waits", shown(proof.late)));
    }
    if row.below_zero > 0 {
        says.push(format!("{} clients' ledgers are below zero: run duly check and call your administrator", row.below_zero));
    }
    if proof.inside() != Some(0) {
        says.push("The book and the ledgers differ: run duly check and call your administrator".into());
    }
    says
}

fn show_proof(row: &ProofRow) -> ShownProof {
    let (proof, currency) = (proof_of(row), row.currency.as_str());
    let shown = |minor| amount(minor, currency);
    ShownProof {
        day: written(row.on_day),
        bank: row.bank_minor.map_or_else(|| format!("{currency}, no statement"), shown),
        ledgers: proof.ledgers().map(shown).unwrap_or_default(),
        clients: shown(proof.clients),
        agency: shown(proof.agency),
        on_its_way: shown(proof.on_its_way),
        unapplied: shown(proof.unapplied),
        unidentified: shown(proof.unidentified),
        not_booked: shown(proof.not_booked),
        coming: shown(proof.coming),
        difference: proof.difference().map(shown).unwrap_or_default(),
        is_none: proof.difference() == Some(0),
        is_whole: row.is_whole,
        is_proved_by_bank: row.bank_minor.is_some(),
        says: proof
            .difference()
            .map(|minor| format!("difference {}, not booked {}", shown(minor), shown(proof.not_booked)))
            .unwrap_or_default(),
    }
}

fn show_coming(one: Waited, today: jiff::civil::Date) -> ShownComing {
    ShownComing {
        day: written(one.due_on()),
        amount: amount(one.expected.minor().unwrap_or_default(), one.expected.currency.code()),
        is_late: one.is_late(today),
        says: one.says,
    }
}

fn show_client(one: ClientLedger) -> ShownClient {
    let owes = one.returned_minor.saturating_add(one.billed_minor);
    ShownClient {
        id: one.creditor,
        held: amount(one.held_minor, &one.currency),
        is_below: one.held_minor < 0,
        owes: if owes == 0 { String::new() } else { amount(owes, &one.currency) },
        name: one.name,
    }
}

async fn show_posting(tx: &mut Tx, names: &mut Names, row: PostingRow) -> Result<ShownPosting, Failure> {
    let kind = Kind::parse(&row.kind);
    // What it is about: what leaves trust, or comes in, or is owed.
    let at = |place: Place| row.minor[place as usize];
    let minor = match kind {
        Some(Kind::Remittance | Kind::Sweep | Kind::Cleared) => -at(Place::OnItsWay),
        Some(Kind::Cover) => at(Place::Agency),
        Some(Kind::InvoicePaid) => at(Place::Claims),
        _ => at(Place::TrustBank),
    };
    let minor = if kind == Some(Kind::Cleared) { -minor } else { minor };
    let what = kind.map(|kind| kind.to_string()).unwrap_or_default();
    let client = row.creditor_name.clone().unwrap_or_default();
    Ok(ShownPosting {
        id: row.id,
        day: written(row.booked_on),
        what: if client.is_empty() { what } else { format!("{what}, {client}") },
        words: if row.reference.is_empty() { row.words.clone() } else { format!("{} {}", row.reference, row.words) },
        client,
        amount: amount(minor, &row.currency),
        currency: row.currency,
        by: names.of(tx, &row.recorded_by).await?,
        is_back: row.taken_back > 0 || row.takes_back.is_some(),
        may_go_back: !matches!(kind, Some(Kind::Remittance | Kind::Cover) | None),
    })
}

fn show_movement(row: receipts::store::EntryRow) -> ShownMovement {
    let is_out = row.amount_minor < 0;
    ShownMovement {
        id: row.id,
        amount: amount(row.amount_minor, &row.currency),
        is_unknown: row.state == ReceiptState::Unidentified.code(),
        amount_out: amount(row.amount_minor.saturating_neg(), &row.currency),
        currency: row.currency,
        day: written(row.booked_on),
        state: row.state.replace('_', " "),
        who: row.counterparty,
        words: row.words,
        is_out,
    }
}

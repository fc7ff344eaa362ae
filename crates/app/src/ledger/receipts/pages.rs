//! Money in, on screen: the bank's file is given, what waits is decided, and what is at the bank stands beside whose it is.

use super::decide::{Back, identify, identify_together, set_aside, take_back, waits};
use super::look::{Shown, of_codes, propose, shown};
use super::store::{self, EntryRow, PartRow, StatementRow};
use super::take::{PIECE_MAX, TakeFile, Taken, take_file};
use crate::accounts;
use crate::app::{Failure, Problems, aside, new_uuid};
use crate::identity::names::Names;
use crate::intake::upload::folder;
use crate::ledger;
use crate::ledger::clearing::matching::{self, match_entry};
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::web::upload;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Multipart, Path, Query, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::ledger::receipts::{State, is_said};
use duly_domain::values::file_problem::FileProblem;
use duly_domain::values::ids::{AccountId, JointPlanId, PaymentId, ReceiptId};
use duly_domain::values::moment::{Moment, written};
use std::collections::{BTreeMap, HashMap};

/// Entries on a page.
const ENTRIES: i64 = 50;

/// Fields beside which the page says what is wrong with them.
const FIELDS: [&str; 5] = ["account", "date", "note", "on", "payment"];

/// Where the page is.
const HERE: &str = "/bank";

/// An entry as it is shown.
struct ShownEntry {
    row: EntryRow,
    amount: String,
    day: String,
    /// What the payer or the bank calls it; empty where it says nothing.
    reference: String,
    state: State,
    /// Whether somebody has to decide it.
    waits: bool,
    /// Why it was posted where it was.
    because: String,
    proposals: Vec<Shown>,
    /// Whether it is matched rather than reversed: what came back is reversed already.
    is_sum: bool,
    /// What it may stand for as a sum.
    sums: Vec<matching::Shown>,
    /// Where it was posted, account by account, where it was split over several.
    split: Vec<ShownPart>,
    /// The earliest day on which it can be taken back.
    from: String,
}

/// What of an entry was posted on an account.
struct ShownPart {
    account: AccountId,
    reference: String,
    amount: String,
}

/// A statement as it is shown.
struct ShownStatement {
    row: StatementRow,
    account: String,
    day: String,
    opening: String,
    closing: String,
    told: String,
    known: String,
}

/// What is at the bank in a currency, and whose it is.
struct Whose {
    at_the_bank: String,
    in_the_ledger: String,
    unidentified: String,
    came_back: String,
    coming: String,
    difference: String,
    is_whole: bool,
    of_it: String,
}

/// What a file came to, as it is shown.
struct ShownTaken {
    lines: Vec<(String, u64, String)>,
    problems: Vec<FileProblem>,
    pending: u64,
}

/// One of the lists.
struct List {
    code: &'static str,
    words: String,
    entries: i64,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "ledger/receipts/bank.html")]
struct BankPage {
    frame: Frame,
    today: String,
    lists: Vec<List>,
    is_waiting: bool,
    entries: Vec<ShownEntry>,
    statements: Vec<ShownStatement>,
    whose: Vec<Whose>,
    reversed_here: Vec<ShownEntry>,
    taken: Option<ShownTaken>,
    asked: Asked,
}

/// What was asked and could not be done.
#[derive(Default)]
struct Asked {
    entry: Option<ReceiptId>,
    fields: Fields,
    problems: Problems,
}

impl Asked {
    /// What is wrong with a field of an entry.
    fn of(&self, entry: &ReceiptId, field: &str) -> Option<&str> {
        self.problems.of(field).filter(|_| self.entry == Some(*entry))
    }

    /// Whether this entry is the one.
    fn is(&self, entry: &ReceiptId) -> bool {
        self.entry == Some(*entry)
    }

    fn text(&self, entry: &ReceiptId, field: &str) -> &str {
        if self.is(entry) { self.fields.text(field) } else { "" }
    }
}

/// `GET /bank`
pub async fn get_bank(Shared(web): Shared<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let state = query.get("state").and_then(|code| State::parse(code));
    bank_page(&web, &visit, state, None, Asked::default(), query.get("said").map(String::as_str)).await
}

/// `POST /bank`: a file of the bank is taken. The same again changes nothing.
pub async fn post_bank(Shared(web): Shared<Web>, visit: Visit, parts: Multipart) -> Result<Response, Failure> {
    let (_, upload) = upload::read(&visit, parts).await?;
    let wrong = |says: String| Asked { problems: Problems::one("file", says), ..Asked::default() };
    if upload.file_name.is_empty() {
        return bank_page(&web, &visit, None, None, wrong("is missing: choose the bank's file first".into()), None).await;
    }
    if upload.body.len() > accounts::papers::LARGEST_DOCUMENT {
        return bank_page(&web, &visit, None, None, wrong("is too large here: take it with duly bank post".into()), None).await;
    }
    let path = folder()?.join(format!("{}.bank", new_uuid().simple()));
    std::fs::write(&path, &upload.body).map_err(|error| Failure::File(format!("the upload cannot be kept: {error}")))?;
    let (app, who, at) = (web.app.clone(), visit.who.clone(), visit.at);
    let ask = TakeFile { path: path.clone(), piece: PIECE_MAX };
    let done = aside(async move { take_file(&app, &who, at, &ask, |_| true).await }).await;
    // What could not be removed is in a folder of ours that goes with the program.
    drop(std::fs::remove_file(&path));
    match done? {
        Ok(taken) => bank_page(&web, &visit, None, Some(taken), Asked::default(), None).await,
        // Its name here says nothing to whoever sent it.
        Err(Failure::File(says)) => {
            let says = says.replace(&path.display().to_string(), &upload.file_name);
            bank_page(&web, &visit, None, None, wrong(says), None).await
        }
        Err(failure) => after(&web, &visit, None, Asked::default(), Err(failure), "").await,
    }
}

/// `POST /bank/{entry}/identities`
pub async fn post_identity(Shared(web): Shared<Web>, visit: Visit, Path(entry): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (entry, fields) = (parse(&entry)?, Fields::of(&body));
    let named = fields.text("account");
    let done = if let Some(joint) = fields.some("joint") {
        match joint.parse::<JointPlanId>() {
            Ok(joint) => identify_together(&web.app, &visit.who, visit.at, entry, joint).await.map(drop),
            Err(_) => Err(Failure::NotFound("such joint plan".into())),
        }
    } else if named.is_empty() {
        Err(Failure::wrong("account", "is missing: its reference or id"))
    } else {
        match accounts::store::resolve(&mut web.app.db.read().await?, named).await {
            Ok(account) => identify(&web.app, &visit.who, visit.at, entry, account).await.map(drop),
            Err(Failure::NotFound(_)) => Err(Failure::wrong("account", format!("{named} is not here"))),
            Err(failure) => Err(failure),
        }
    };
    after(&web, &visit, Some(entry), Asked { entry: Some(entry), fields, ..Asked::default() }, done, "posted").await
}

/// `POST /bank/{entry}/matches`: it stands for what was proposed.
pub async fn post_match(Shared(web): Shared<Web>, visit: Visit, Path(entry): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (entry, fields) = (parse(&entry)?, Fields::of(&body));
    let done = match_entry(&web.app, &visit.who, visit.at, entry, fields.text("of")).await;
    after(&web, &visit, Some(entry), Asked { entry: Some(entry), fields, ..Asked::default() }, done.map(drop), "matched").await
}

/// `POST /bank/{entry}/asides`
pub async fn post_aside(Shared(web): Shared<Web>, visit: Visit, Path(entry): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (entry, fields) = (parse(&entry)?, Fields::of(&body));
    let done = set_aside(&web.app, &visit.who, visit.at, entry, fields.text("note")).await;
    after(&web, &visit, Some(entry), Asked { entry: Some(entry), fields, ..Asked::default() }, done, "aside").await
}

/// `POST /bank/{entry}/backs`: the payment is reversed, or what was set aside waits again.
pub async fn post_back(Shared(web): Shared<Web>, visit: Visit, Path(entry): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (entry, fields) = (parse(&entry)?, Fields::of(&body));
    let mut problems = Problems::default();
    let on = fields.past_date("on", visit.at.business_day, &mut problems);
    let payment = fields.some("payment").map(|text| text.parse::<PaymentId>()).transpose();
    if payment.is_err() {
        problems.0.push(("payment", "is no payment's number: it stands on its receipt".into()));
    }
    let done = match (on, payment) {
        (Some(on), Ok(payment)) => take_back(&web.app, &visit.who, visit.at, entry, on, payment).await,
        _ => Err(Failure::Wrong(problems)),
    };
    let said = if matches!(done, Ok(Back::Reversed(_))) { "reversed" } else { "waits-again" };
    after(&web, &visit, Some(entry), Asked { entry: Some(entry), fields, ..Asked::default() }, done.map(drop), said).await
}

/// Shows what became of what was asked: the list without it, or the list with what is wrong at the field.
async fn after(
    web: &Web,
    visit: &Visit,
    entry: Option<ReceiptId>,
    asked: Asked,
    done: Result<(), Failure>,
    said: &str,
) -> Result<Response, Failure> {
    let problems = match done {
        Ok(()) => return Ok(Redirect::to(&format!("{HERE}?said={said}")).into_response()),
        // What has no field on the page is said above it.
        Err(Failure::Wrong(Problems(problems))) => Problems(
            problems
                .into_iter()
                .map(|(field, says)| if FIELDS.contains(&field) { (field, says) } else { ("form", format!("{field} {says}")) })
                .collect(),
        ),
        Err(failure @ (Failure::Stale(_) | Failure::Ledger(_))) => Problems::one("form", failure.to_string()),
        Err(failure) => return Err(failure),
    };
    // The list in which it stands, so that what is wrong is shown where it was asked.
    let row = match entry {
        Some(entry) => Some(store::load_entry(&mut web.app.db.read().await?, entry).await?),
        None => None,
    };
    let state = row.filter(|row| !waits(row)).and_then(|row| State::parse(&row.state));
    bank_page(web, visit, state, None, Asked { problems, ..asked }, None).await
}

fn parse(entry: &str) -> Result<ReceiptId, Failure> {
    entry.parse().map_err(|_| Failure::NotFound("such bank entry".into()))
}

async fn bank_page(
    web: &Web,
    visit: &Visit,
    state: Option<State>,
    taken: Option<Taken>,
    asked: Asked,
    said: Option<&str>,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut rows = match state {
        None => store::list_waiting(&mut tx, ENTRIES).await?,
        Some(state) => store::list_entries(&mut tx, Some(state.code()), ENTRIES).await?,
    };
    // Whatever something is wrong with is on the page, however long the list is.
    if let Some(entry) = asked.entry.filter(|entry| rows.iter().all(|row| row.id != *entry)) {
        rows.insert(0, store::load_entry(&mut tx, entry).await?);
    }
    let entries = show_entries(&mut tx, visit.at, rows).await?;
    let reversed_here = store::list_reversed_here(&mut tx).await?;
    let reversed_here = show_entries(&mut tx, visit.at, reversed_here).await?;
    let statements = store::list_statements(&mut tx, 20).await?;
    let statements = statements.into_iter().map(show_statement).collect();
    let has_problems = !asked.problems.is_empty();
    let (waiting, sums) = (store::count_waiting(&mut tx).await?, store::list_sums(&mut tx).await?);
    let count = |state: State| sums.iter().filter(|sum| sum.state == state.code()).map(|sum| sum.entries).sum();
    let mut lists = vec![List { code: "", words: "Waiting".into(), entries: waiting, is_here: state.is_none() }];
    for one in [State::Posted, State::Matched, State::SetAside, State::CameBack, State::WentOut] {
        let mut words = one.to_string();
        words[..1].make_ascii_uppercase();
        lists.push(List { code: one.code(), words, entries: count(one), is_here: state == Some(one) });
    }
    let answer = page(&BankPage {
        frame: Frame::of(visit, HERE, "Bank").saying(said),
        today: visit.at.business_day.to_string(),
        lists,
        is_waiting: state.is_none(),
        entries,
        statements,
        whose: whose(&mut tx).await?,
        reversed_here,
        taken: taken.map(show_taken),
        asked,
    });
    Ok(if has_problems { (StatusCode::UNPROCESSABLE_ENTITY, answer).into_response() } else { answer })
}

async fn show_entries(tx: &mut Tx, at: Moment, rows: Vec<EntryRow>) -> Result<Vec<ShownEntry>, Failure> {
    let waiting: Vec<EntryRow> = rows.iter().filter(|row| row.state == State::Unidentified.code()).cloned().collect();
    let mut proposals = propose(tx, at, &waiting).await?.into_iter();
    let undecided: Vec<&EntryRow> = rows.iter().filter(|row| waits(row)).collect();
    let mut sums = matching::propose(tx, &undecided).await?.into_iter();
    let posted: Vec<ReceiptId> = rows.iter().filter(|row| row.state == State::Posted.code()).map(|row| row.id).collect();
    let parts = store::list_parts(tx, &posted).await?;
    let mut names = Names::default();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let state = State::parse(&row.state).ok_or_else(|| StoreError::Column(format!("state {:?}", row.state)))?;
        let proposals = if state == State::Unidentified { proposals.next().unwrap_or_default() } else { Vec::new() };
        let because = match &row.decided_by {
            Some(by) if row.grounds.is_empty() => format!("by {}", names.of(tx, by).await?),
            _ if state == State::Matched => matching::of_codes(&row.grounds),
            _ => of_codes(&row.grounds),
        };
        let sums = if waits(&row) { sums.next().unwrap_or_default() } else { Vec::new() };
        entries.push(ShownEntry {
            is_sum: row.payment.is_none() && sums.iter().any(|one| one.proposal.can_be_matched()),
            amount: shown(row.amount_minor, &row.currency),
            day: written(row.booked_on),
            reference: if is_said(&row.reference) { row.reference.clone() } else { String::new() },
            state,
            waits: waits(&row),
            split: split_of(&row, parts.iter().filter(|part| part.0 == row.id).map(|part| &part.1)),
            because,
            proposals,
            sums,
            from: row.value_on.to_string(),
            row,
        });
    }
    Ok(entries)
}

/// Where an entry was posted, where that is on several accounts: its own first, with what the others leave of it.
fn split_of<'a>(row: &EntryRow, others: impl Iterator<Item = &'a PartRow>) -> Vec<ShownPart> {
    let part = |account, reference: &str, minor| ShownPart { account, reference: reference.into(), amount: shown(minor, &row.currency) };
    let others: Vec<&PartRow> = others.collect();
    let Some(account) = row.account.filter(|_| !others.is_empty()) else { return Vec::new() };
    let rest = row.amount_minor - others.iter().map(|other| other.amount_minor).sum::<i64>();
    let own = part(account, row.account_reference.as_deref().unwrap_or("account"), rest);
    std::iter::once(own).chain(others.into_iter().map(|other| part(other.account, &other.account_reference, other.amount_minor))).collect()
}

fn show_statement(row: StatementRow) -> ShownStatement {
    let balance = |minor: Option<i64>| minor.map(|minor| shown(minor, &row.currency)).unwrap_or_default();
    ShownStatement {
        account: masked(&row.bank_account),
        day: row.closing_on.or(row.opening_on).map(written).unwrap_or_default(),
        opening: balance(row.opening_minor),
        closing: balance(row.closing_minor),
        told: shown(row.told_minor, &row.currency),
        known: if row.known_minor == 0 { String::new() } else { shown(row.known_minor, &row.currency) },
        row,
    }
}

fn show_taken(taken: Taken) -> ShownTaken {
    let known = ("Told before".to_string(), &taken.known);
    let of = |state: State, words: &str| (words.to_string(), taken.taken.get(state.code()).cloned().unwrap_or_default());
    let states = [
        of(State::Posted, "Posted"),
        of(State::Matched, "Matched"),
        of(State::Unidentified, "Unidentified"),
        of(State::CameBack, "Came back"),
        of(State::WentOut, "Went out"),
    ];
    let amounts =
        |minor: &BTreeMap<&'static str, i64>| minor.iter().map(|(currency, minor)| shown(*minor, currency)).collect::<Vec<_>>().join(", ");
    let mut lines: Vec<(String, u64, String)> =
        states.iter().map(|(words, count)| (words.clone(), count.entries, amounts(&count.minor))).collect();
    lines.push((known.0, known.1.entries, amounts(&known.1.minor)));
    ShownTaken { lines, pending: taken.pending, problems: taken.problems }
}

/// What the last statements say is at the bank, against the ledger and what waits.
async fn whose(tx: &mut Tx) -> Result<Vec<Whose>, Failure> {
    let trust = ledger::store::trust(tx).await?;
    let book = ledger::trust::store::list_sums(tx, jiff::civil::Date::MAX).await?;
    let sums = store::list_sums(tx).await?;
    let coming_of = ledger::clearing::store::list_coming(tx, jiff::civil::Date::MAX).await?;
    let mut all = Vec::new();
    for (currency, at_the_bank) in store::list_at_the_bank(tx).await? {
        let in_the_ledger = trust.iter().find(|(.., of)| *of == currency).map_or(0, |(bank, ..)| *bank);
        // What left and came beside payments stands in the trust book.
        let in_the_ledger = in_the_ledger + book.iter().find(|sums| sums.currency == currency).map_or(0, |sums| sums.minor[0]);
        let of = |state: State| sums.iter().find(|sum| sum.state == state.code() && sum.currency == currency);
        let [unidentified, aside, out] =
            [State::Unidentified, State::SetAside, State::WentOut].map(|state| of(state).map_or(0, |sum| sum.minor));
        let came_back = of(State::CameBack).map_or(0, |sum| sum.undecided_minor);
        let coming = coming_of.iter().find(|(of, _)| *of == currency).map_or(0, |(_, minor)| *minor);
        let difference = at_the_bank - in_the_ledger - unidentified - came_back + coming;
        let mut of_it = Vec::new();
        for (minor, what) in [(aside, "set aside"), (out, "went out")] {
            if minor != 0 {
                of_it.push(format!("{} {what}", shown(minor, &currency)));
            }
        }
        all.push(Whose {
            at_the_bank: shown(at_the_bank, &currency),
            in_the_ledger: shown(in_the_ledger, &currency),
            unidentified: shown(unidentified, &currency),
            came_back: shown(came_back, &currency),
            coming: shown(coming, &currency),
            difference: shown(difference, &currency),
            is_whole: difference == 0,
            of_it: of_it.join(", "),
        });
    }
    Ok(all)
}

/// The account of a bank by its last four.
pub fn masked(account: &str) -> String {
    let letters: Vec<char> = account.chars().collect();
    let last: String = letters[letters.len().saturating_sub(4)..].iter().collect();
    if letters.is_empty() { "not named".into() } else { format!("•••• {last}") }
}

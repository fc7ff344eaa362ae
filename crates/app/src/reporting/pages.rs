//! What bureaus are told: whose accounts, the files, what should be corrected now, what was left out last time.

use super::correct::{Correct, correct};
use super::due::{DueAccount, list_due};
use super::furnish::{CLASSIFICATIONS, Furnish, Furnished, begin_creditor, end_creditor, furnish};
use super::store::{self, FileRow, FurnishedCreditor};
use super::words::{amount, state_in_words};
use crate::accounts;
use crate::app::{Failure, Problems, new_uuid};
use crate::identity::names::Names;
use crate::intake::upload::folder;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page, when};
use crate::web::upload::hand_out;
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::identity::{Permission, may};
use duly_domain::reporting::furnishing::{LeftOut, Status};
use duly_domain::reporting::joint::LeftAside;
use duly_domain::values::ids::{AccountId, FurnishingFileId};
use duly_domain::values::moment::written;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// Where the page is.
pub(super) const HERE: &str = "/reporting";

/// For whom files are written here, as the rules are asked.
const BUREAUS: &str = "the bureaus";

/// Accounts shown that should be corrected, and files.
const DUE_MOST: usize = 50;
const FILES_MOST: i64 = 12;

/// Accounts of a monthly file that is written while somebody waits for the page.
const WRITTEN_HERE: i64 = 5_000;

struct ShownCreditor {
    row: FurnishedCreditor,
    kind: &'static str,
    since: String,
}

struct ShownFile {
    row: FileRow,
    what: &'static str,
    day: String,
    owed: String,
    states: String,
    by: String,
}

struct ShownDue {
    row: DueAccount,
    told: String,
    now: String,
}

struct ShownLeft {
    account: String,
    reference: String,
    says: String,
}

#[derive(Template)]
#[template(path = "reporting/reporting.html")]
struct ReportingPage {
    frame: Frame,
    may_furnish: bool,
    due: Vec<ShownDue>,
    /// Behind which account the next of them stand.
    more_due: Option<AccountId>,
    is_behind: bool,
    creditors: Vec<ShownCreditor>,
    others: Vec<String>,
    to_tell: i64,
    is_large: bool,
    files: Vec<ShownFile>,
    /// Before which file the older ones are.
    older_files: Option<FurnishingFileId>,
    /// Of the last monthly file: its day, accounts by the reason, and the first of them.
    left_of: String,
    left_out: Vec<(String, u64)>,
    left: Vec<ShownLeft>,
    reporter: String,
    kinds: Vec<(&'static str, &'static str)>,
    fields: Fields,
    problems: Problems,
}

/// `GET /reporting`
pub async fn get_reporting(
    State(web): State<Web>,
    visit: Visit,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let begin = Begin {
        after: query.get("after").and_then(|after| after.parse().ok()),
        before: query.get("before").and_then(|before| before.parse().ok()),
    };
    page_from(&web, &visit, query.get("said").map(String::as_str), begin, Fields::default(), Problems::default()).await
}

/// Where the lists of the page begin.
#[derive(Default)]
struct Begin {
    after: Option<AccountId>,
    before: Option<FurnishingFileId>,
}

async fn reporting_page(web: &Web, visit: &Visit, said: Option<&str>, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    page_from(web, visit, said, Begin::default(), fields, problems).await
}

async fn page_from(
    web: &Web,
    visit: &Visit,
    said: Option<&str>,
    begin: Begin,
    fields: Fields,
    problems: Problems,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let mut names = Names::default();
    let (due, is_more_due) = list_due(&mut tx, visit.at, begin.after, DUE_MOST).await?;
    let told = store::list_creditors(&mut tx).await?;
    let others = accounts::store::list_creditors(&mut tx).await?;
    let others = others.into_iter().filter(|one| one.role != "first_party" && !told.iter().any(|known| known.creditor == one.id));
    let others = others.map(|one| one.name).collect();
    let mut creditors = Vec::new();
    for row in told {
        let by = names.of(&mut tx, &row.told_by).await?;
        let kind = CLASSIFICATIONS.iter().find(|(code, _)| *code == row.classification).map_or("", |(_, words)| words);
        creditors.push(ShownCreditor { kind, since: format!("{by} {}", when(row.told_at, visit.at.at, &visit.zone)), row });
    }
    let mut files = Vec::new();
    let mut written_files = match begin.before {
        Some(file) => store::list_files_before(&mut tx, file, FILES_MOST + 1).await?,
        None => store::list_files(&mut tx, FILES_MOST + 1).await?,
    };
    let is_older = written_files.len() > usize::try_from(FILES_MOST).unwrap_or(0);
    written_files.truncate(usize::try_from(FILES_MOST).unwrap_or(0));
    for row in written_files {
        let by = format!("{} {}", names.of(&mut tx, &row.written_by).await?, when(row.written_at, visit.at.at, &visit.zone));
        files.push(shown_file(row, by));
    }
    let last = store::find_last_monthly(&mut tx).await?;
    let to_tell = store::count_to_tell(&mut tx, WRITTEN_HERE + 1).await?;
    tx.rollback().await;
    let reporter = match fields.some("reporter") {
        Some(given) => given,
        None => files.first().map(|file| file.row.reporter.clone()).unwrap_or_default(),
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = ReportingPage {
        frame: Frame::of(visit, "/compliance", "Bureaus").saying(said),
        may_furnish: may(visit.who.role, Permission::Furnish),
        more_due: due.last().filter(|_| is_more_due).map(|last| last.account),
        is_behind: begin.after.is_some() || begin.before.is_some(),
        due: due.into_iter().map(shown_due).collect(),
        creditors,
        others,
        to_tell,
        is_large: to_tell > WRITTEN_HERE,
        older_files: files.last().filter(|_| is_older).map(|file| file.row.id),
        files,
        left_of: last.as_ref().map(|row| written(row.as_of)).unwrap_or_default(),
        left_out: last.as_ref().map(counts).unwrap_or_default(),
        left: last.as_ref().map(named).unwrap_or_default(),
        reporter,
        kinds: CLASSIFICATIONS.to_vec(),
        fields,
        problems,
    };
    Ok((status, page(&shown)).into_response())
}

fn shown_due(row: DueAccount) -> ShownDue {
    let told = &row.told;
    let last = state_in_words(told.status, told.balance_dollars, told.condition);
    let now = state_in_words(row.now.status, row.now.balance_dollars, row.now.condition);
    ShownDue { told: format!("{last}, {}", written(told.as_of)), now, row }
}

fn shown_file(row: FileRow, by: String) -> ShownFile {
    let told: BTreeMap<String, u64> = serde_json::from_str(&row.told).unwrap_or_default();
    let states =
        told.iter().map(|(code, count)| format!("{count} {}", in_words(Status::parse(code).map(|status| status.to_string()), code)));
    ShownFile {
        what: if row.kind == "monthly" { "Monthly" } else { "Correction" },
        day: written(row.as_of),
        owed: amount(row.dollars),
        states: states.collect::<Vec<_>>().join(", "),
        by,
        row,
    }
}

fn in_words(words: Option<String>, code: &str) -> String {
    words.unwrap_or_else(|| code.to_string()).to_lowercase()
}

/// Accounts that a file left out, by the reason, most first.
fn counts(row: &FileRow) -> Vec<(String, u64)> {
    let left_out: BTreeMap<String, u64> = serde_json::from_str(&row.left_out).unwrap_or_default();
    let mut counts: Vec<(String, u64)> =
        left_out.into_iter().map(|(code, count)| (LeftOut::parse(&code).map_or(code, |why| why.to_string()), count)).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Those that somebody could do something about.
fn named(row: &FileRow) -> Vec<ShownLeft> {
    let named: Vec<Json> = serde_json::from_str(&row.named).unwrap_or_default();
    let text = |one: &Json, name: &str| one[name].as_str().unwrap_or_default().to_string();
    let shown = named.iter().map(|one| {
        let (code, says) = (text(one, "because"), text(one, "says"));
        let of_person = one.get("person").and_then(|_| LeftAside::parse(&code)).map(|why| format!("somebody beside the debtor: {why}"));
        let of_account = LeftOut::parse(&code).map_or(code, |why| why.to_string());
        let says = of_person.unwrap_or(if says.is_empty() { of_account } else { says });
        ShownLeft { account: text(one, "account"), reference: text(one, "reference"), says }
    });
    shown.collect()
}

/// A file in a folder of ours that goes with the program; it goes when it was handed out.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        // Where nothing was written nothing has to go.
        drop(std::fs::remove_file(&self.0));
    }
}

impl Aside {
    fn new() -> Result<Aside, Failure> {
        Ok(Aside(folder()?.join(format!("{}.txt", new_uuid().simple()))))
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn hand_out(&self, name: &str) -> Result<Response, Failure> {
        let bytes = std::fs::read(&self.0).map_err(|error| Failure::File(format!("the file cannot be read again: {error}")))?;
        Ok(hand_out(name, bytes))
    }
}

/// The file to be saved, or the page with what is wrong.
async fn after(
    web: &Web,
    visit: &Visit,
    fields: Fields,
    done: Result<Furnished, Failure>,
    file: Aside,
    name: &str,
) -> Result<Response, Failure> {
    match done {
        Ok(_) => file.hand_out(&format!("{name}-{}.txt", visit.at.business_day)),
        Err(failure) => wrong(web, visit, fields, failure).await,
    }
}

async fn wrong(web: &Web, visit: &Visit, fields: Fields, failure: Failure) -> Result<Response, Failure> {
    match failure {
        Failure::Wrong(problems) => {
            // What has no field of its own here is said above.
            let has_field = |field: &str| matches!(field, "reporter" | "because" | "account" | "creditor" | "classification");
            let says = problems.0.into_iter().map(|(field, says)| match has_field(field) {
                true => (field, says),
                false => ("form", format!("the {field} {says}")),
            });
            reporting_page(web, visit, None, fields, Problems(says.collect())).await
        }
        Failure::Stale(says) | Failure::File(says) => reporting_page(web, visit, None, fields, Problems::one("form", says)).await,
        failure => Err(failure),
    }
}

/// `POST /reporting/creditors`: from now on a creditor's accounts are told.
pub async fn post_creditor(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let (name, classification) = (fields.text("creditor").to_string(), fields.text("classification").to_string());
    match begin_creditor(&web.app, &visit.who, visit.at, &name, &classification).await {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}?said=bureaus-begun")).into_response()),
        Err(failure) => wrong(&web, &visit, fields, failure).await,
    }
}

/// `POST /reporting/creditors/ends`: from now on they are not.
pub async fn post_creditor_end(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let name = fields.text("creditor").to_string();
    match end_creditor(&web.app, &visit.who, visit.at, &name).await {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}?said=bureaus-ended")).into_response()),
        Err(failure) => wrong(&web, &visit, fields, failure).await,
    }
}

/// `POST /reporting/files`: the monthly file, to be saved. Again on the same day it is the same.
pub async fn post_file(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let to_tell = store::count_to_tell(&mut web.app.db.read().await?, WRITTEN_HERE + 1).await?;
    if to_tell > WRITTEN_HERE {
        let says = format!("{to_tell} accounts take longer than a page waits: write it with duly metro2 write");
        return wrong(&web, &visit, fields, Failure::Stale(says)).await;
    }
    let file = Aside::new()?;
    let ask = Furnish { file: file.path().into(), reporter: fields.text("reporter").into(), bureau: BUREAUS.into() };
    let done = furnish(&web.app, &visit.who, visit.at, &ask).await;
    after(&web, &visit, fields, done, file, "metro2").await
}

/// `POST /reporting/corrections`: the accounts that were ticked are told anew, or taken out; the file, to be saved.
pub async fn post_correction(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let ticked = fields.ticked("account-");
    let accounts =
        ticked.iter().map(|id| id.parse().map_err(|_| Failure::NotFound("such account".into()))).collect::<Result<Vec<_>, _>>()?;
    let file = Aside::new()?;
    let ask = Correct {
        file: file.path().into(),
        reporter: fields.text("reporter").into(),
        bureau: BUREAUS.into(),
        accounts,
        because: fields.text("because").into(),
        takes_out: fields.text("how") == "delete",
    };
    let done = correct(&web.app, &visit.who, visit.at, &ask).await;
    after(&web, &visit, fields, done, file, "metro2-correction").await
}

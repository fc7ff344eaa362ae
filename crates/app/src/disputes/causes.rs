//! Why cases came: counted by root cause, kind, creditor and the month in which they reached us, each count with its cases.

use super::actions::kind_of_code;
use super::store::{self, ListedCase};
use crate::app::Failure;
use crate::store::Tx;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, RootCause};
use duly_domain::values::moment::written;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::HashMap;

/// How many months are shown, the running one among them.
const MONTHS: i32 = 6;
/// How many cases a count opens at the most.
const LISTED: usize = 200;
/// Cases whose root cause nobody has named.
const NOT_NAMED: &str = "none";

/// How many cases of one kind, cause, creditor and month there are.
#[derive(Clone, Debug)]
pub struct CauseCount {
    /// What they are about.
    pub kind: CaseKind,
    /// Why they came; nothing while nobody has said.
    pub cause: Option<RootCause>,
    /// Whose accounts.
    pub creditor: String,
    /// The month in which they reached us: `2026-03`.
    pub month: String,
    /// How many.
    pub cases: i64,
}

/// Counts the cases that reached us from one day up to another, both among them.
pub async fn count(tx: &mut Tx, from: Date, to: Date) -> Result<Vec<CauseCount>, Failure> {
    let counts = store::count_causes(tx, from, to).await?.into_iter().map(|row| {
        Ok(CauseCount {
            kind: kind_of_code(&row.kind)?,
            cause: row.root_cause.as_deref().and_then(RootCause::parse),
            creditor: row.creditor,
            month: row.month,
            cases: row.cases,
        })
    });
    counts.collect()
}

/// By what the rows of the table are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Cause,
    Kind,
    Creditor,
}

impl By {
    const ALL: [(By, &'static str, &'static str); 3] =
        [(By::Cause, "cause", "Root cause"), (By::Kind, "kind", "Kind"), (By::Creditor, "creditor", "Creditor")];

    fn parse(code: &str) -> By {
        By::ALL.into_iter().find(|(_, known, _)| *known == code).map_or(By::Cause, |(by, ..)| by)
    }

    fn row(self) -> (By, &'static str, &'static str) {
        By::ALL.into_iter().find(|(by, ..)| *by == self).unwrap_or(By::ALL[0])
    }
}

/// What is looked at.
struct Wanted {
    by: By,
    kind: Option<CaseKind>,
    cause: String,
    creditor: String,
    month: String,
}

impl Wanted {
    fn of(query: &HashMap<String, String>) -> Wanted {
        let text = |name: &str| query.get(name).map(|text| text.trim().to_string()).unwrap_or_default();
        // Root causes are named for complaints: they are what is asked about first.
        let kind = match query.get("kind") {
            None => Some(CaseKind::Complaint),
            Some(code) => CaseKind::parse(code),
        };
        Wanted { by: By::parse(&text("by")), kind, cause: text("cause"), creditor: text("creditor"), month: text("month") }
    }

    fn holds(&self, count: &CauseCount) -> bool {
        self.kind.is_none_or(|kind| kind == count.kind)
            && (self.cause.is_empty() || self.cause == code_of(count.cause))
            && (self.creditor.is_empty() || self.creditor == count.creditor)
    }

    fn is_drilled(&self) -> bool {
        !self.cause.is_empty() || !self.month.is_empty() || !self.creditor.is_empty()
    }

    /// The address of the same with a row and a month chosen.
    fn link(&self, key: &str, month: &str) -> String {
        let kind = self.kind.map_or("all", CaseKind::code);
        let (mut kind, mut cause, mut creditor) = (kind.to_string(), self.cause.clone(), self.creditor.clone());
        match self.by {
            By::Cause => cause = key.into(),
            By::Kind => kind = key.into(),
            By::Creditor => creditor = key.into(),
        }
        let query = [("by", self.by.row().1), ("kind", &kind), ("cause", &cause), ("creditor", &creditor), ("month", month)];
        let pairs = query.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", urlencode(value))).collect();
        format!("/disputes/causes?{}#cases", pairs.join("&"))
    }
}

/// One row of the table: a name, a count for each month, all of them.
struct Row {
    name: String,
    cells: Vec<(i64, String)>,
    total: (i64, String),
}

/// One case behind a count.
struct Listed {
    case: ListedCase,
    kind: CaseKind,
    cause: String,
    outcome: String,
    received: String,
}

#[derive(Template)]
#[template(path = "disputes/causes.html")]
struct CausesPage {
    frame: Frame,
    wanted: Wanted,
    heads: [(&'static str, &'static str); 3],
    kinds: [CaseKind; 4],
    creditors: Vec<String>,
    months: Vec<String>,
    rows: Vec<Row>,
    sums: Vec<i64>,
    total: i64,
    listed: Vec<Listed>,
    is_cut: bool,
}

impl CausesPage {
    fn head(&self) -> &'static str {
        self.wanted.by.row().2
    }

    fn is_by(&self, code: &str) -> bool {
        self.wanted.by.row().1 == code
    }

    fn is_kind(&self, kind: &CaseKind) -> bool {
        self.wanted.kind == Some(*kind)
    }
}

/// `GET /disputes/causes?by=&kind=&cause=&creditor=&month=`
pub async fn get_causes(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let wanted = Wanted::of(&query);
    let today = visit.at.business_day;
    let first = today.first_of_month().saturating_sub((MONTHS - 1).months());
    let mut tx = web.app.db.read().await?;
    let counts = count(&mut tx, first, today).await?;
    let months: Vec<String> = (0..MONTHS).map(|ago| month_of(first.saturating_add(ago.months()))).collect();
    let mut creditors: Vec<String> = counts.iter().map(|count| count.creditor.clone()).collect();
    creditors.sort();
    creditors.dedup();
    let counts: Vec<CauseCount> = counts.into_iter().filter(|count| wanted.holds(count)).collect();
    let rows = rows(&wanted, &counts, &months);
    let sums = months.iter().map(|month| sum(counts.iter().filter(|count| count.month == *month))).collect();
    let (listed, is_cut) = match wanted.is_drilled() {
        true => list(&mut tx, &wanted, first, today).await?,
        false => (Vec::new(), false),
    };
    Ok(page(&CausesPage {
        frame: Frame::of(&visit, "/disputes", "Why cases came"),
        heads: By::ALL.map(|(_, code, words)| (code, words)),
        kinds: CaseKind::ALL,
        creditors,
        months,
        rows,
        sums,
        total: sum(counts.iter()),
        listed,
        is_cut,
        wanted,
    }))
}

fn rows(wanted: &Wanted, counts: &[CauseCount], months: &[String]) -> Vec<Row> {
    let keys: Vec<(String, String)> = match wanted.by {
        By::Cause => RootCause::ALL
            .into_iter()
            .map(|cause| (cause.code().to_string(), cause.to_string()))
            .chain([(NOT_NAMED.to_string(), "Not named".to_string())])
            .collect(),
        By::Kind => CaseKind::ALL.into_iter().map(|kind| (kind.code().to_string(), kind.to_string())).collect(),
        By::Creditor => {
            let mut names: Vec<String> = counts.iter().map(|count| count.creditor.clone()).collect();
            names.sort();
            names.dedup();
            names.into_iter().map(|name| (name.clone(), name)).collect()
        }
    };
    let is_of = |count: &CauseCount, key: &str| match wanted.by {
        By::Cause => code_of(count.cause) == key,
        By::Kind => count.kind.code() == key,
        By::Creditor => count.creditor == key,
    };
    let mut rows: Vec<Row> = Vec::new();
    for (key, name) in keys {
        let own: Vec<&CauseCount> = counts.iter().filter(|count| is_of(count, &key)).collect();
        if own.is_empty() {
            continue;
        }
        let cells = months.iter().map(|month| {
            let cases = sum(own.iter().copied().filter(|count| count.month == *month));
            (cases, wanted.link(&key, month))
        });
        rows.push(Row { name, cells: cells.collect(), total: (sum(own.iter().copied()), wanted.link(&key, "")) });
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.total.0));
    rows
}

fn sum<'c>(counts: impl Iterator<Item = &'c CauseCount>) -> i64 {
    counts.map(|count| count.cases).sum()
}

/// The cases behind a count, the last first, and whether there are more.
async fn list(tx: &mut Tx, wanted: &Wanted, from: Date, to: Date) -> Result<(Vec<Listed>, bool), Failure> {
    let mut listed = Vec::new();
    for case in store::list_received(tx, from, to).await? {
        let kind = kind_of_code(&case.kind)?;
        let cause = case.root_cause.as_deref().and_then(RootCause::parse);
        let count = CauseCount { kind, cause, creditor: case.creditor.clone(), month: month_of(case.received_on), cases: 1 };
        if wanted.holds(&count) && (wanted.month.is_empty() || wanted.month == count.month) {
            let outcome = case.outcome.as_deref().and_then(CaseOutcome::parse);
            listed.push(Listed {
                kind,
                cause: cause.map(|cause| cause.to_string()).unwrap_or_default(),
                outcome: outcome.map_or_else(|| "open".into(), |outcome| outcome.to_string()),
                received: written(case.received_on),
                case,
            });
        }
        if listed.len() > LISTED {
            listed.pop();
            return Ok((listed, true));
        }
    }
    Ok((listed, false))
}

fn code_of(cause: Option<RootCause>) -> &'static str {
    cause.map_or(NOT_NAMED, RootCause::code)
}

fn month_of(on: Date) -> String {
    on.strftime("%Y-%m").to_string()
}

/// A text as it stands in an address.
fn urlencode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

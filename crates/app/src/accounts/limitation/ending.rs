//! The page of accounts whose time to sue ends soon, or has ended: by creditor and desk, in the order that is asked for.

use super::store::count_unknown;
use super::{Ending, list_ending};
use crate::accounts::store::list_creditors;
use crate::app::Failure;
use crate::ledger;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::HashMap;

/// How many days ahead the page looks.
pub const WITHIN_DAYS: i32 = 90;
/// How many accounts a page holds.
const PAGE: usize = 50;
/// What is shown: its code and its words.
const SHOWN: [(&str, &str); 3] = [("soon", "Ends within 90 days"), ("out", "Has run out"), ("all", "Both")];
/// The columns by which it may be ordered, in their order on screen.
const ORDERS: [(&str, &str); 6] =
    [("name", "Name"), ("creditor", "Creditor"), ("desk", "Desk"), ("balance", "Owed"), ("last", "Last day"), ("verified", "Source")];

struct ShownEnding {
    row: Ending,
    owed: Money,
    last: String,
    left: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "accounts/limitation/ending.html")]
struct EndingPage {
    frame: Frame,
    endings: Vec<ShownEnding>,
    /// Code, words, whether it is chosen.
    shown: Vec<(&'static str, &'static str, bool)>,
    creditors: Vec<(String, String, bool)>,
    desks: Vec<(String, String, bool)>,
    /// Code, word, address, whether the page is ordered by it.
    orders: Vec<(&'static str, &'static str, String, bool)>,
    unknown: i64,
    from: usize,
    to: usize,
    all: usize,
    newer: Option<String>,
    older: Option<String>,
}

/// `GET /compliance/limitation?show=&creditor=&desk=&sort=&page=`
pub async fn get_ending(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let today = visit.at.business_day;
    let asked = |name: &str| query.get(name).map(|text| text.trim().to_string()).unwrap_or_default();
    let (wanted, creditor, desk) = (asked("show"), asked("creditor"), asked("desk"));
    let (show, _) = SHOWN.into_iter().find(|(code, _)| *code == wanted).unwrap_or(SHOWN[0]);
    let sort = ORDERS.into_iter().map(|(code, _)| code).find(|code| *code == asked("sort")).unwrap_or("last");
    let mut tx = web.app.db.read().await?;
    let mut endings = list_ending(&mut tx, today, WITHIN_DAYS).await?;
    let mut desks: Vec<(String, String, bool)> = Vec::new();
    for ending in &endings {
        let id = ending.row.desk.to_string();
        if !desks.iter().any(|(known, ..)| *known == id) {
            desks.push((id.clone(), ending.row.desk_name.clone(), id == desk));
        }
    }
    desks.sort_by(|one, other| one.1.cmp(&other.1));
    let creditors = list_creditors(&mut tx).await?;
    let creditors = creditors.into_iter().map(|known| (known.id.to_string(), known.name, known.id.to_string() == creditor)).collect();
    endings.retain(|ending| {
        let is_out = ending.time.last_day < today;
        (show == "all" || is_out == (show == "out"))
            && (creditor.is_empty() || ending.row.creditor.to_string() == creditor)
            && (desk.is_empty() || ending.row.desk.to_string() == desk)
    });
    order(&mut endings, sort);
    let all = endings.len();
    let last = all.saturating_sub(1) / PAGE + 1;
    let here = asked("page").parse::<usize>().unwrap_or(1).clamp(1, last);
    let behind = (here - 1) * PAGE;
    let address =
        |sort: &str, page: usize| format!("/compliance/limitation?show={show}&creditor={creditor}&desk={desk}&sort={sort}&page={page}");
    let shown: Vec<ShownEnding> =
        endings.into_iter().skip(behind).take(PAGE).map(|row| ShownEnding::of(row, today)).collect::<Result<_, _>>()?;
    let unknown = count_unknown(&mut tx).await?;
    tx.rollback().await;
    Ok(page(&EndingPage {
        frame: Frame::of(&visit, "/compliance", "Time to sue"),
        shown: SHOWN.into_iter().map(|(code, words)| (code, words, code == show)).collect(),
        creditors,
        desks,
        orders: ORDERS.into_iter().map(|(code, word)| (code, word, address(code, 1), code == sort)).collect(),
        unknown,
        from: (behind + 1).min(all),
        to: behind + shown.len(),
        all,
        newer: (here > 1).then(|| address(sort, here - 1)),
        older: (here < last).then(|| address(sort, here + 1)),
        endings: shown,
    }))
}

impl ShownEnding {
    fn of(row: Ending, today: Date) -> Result<ShownEnding, Failure> {
        let days = row.days_left(today);
        let (tone, left) = match days {
            ..0 => ("no", "time-barred".to_string()),
            0 => ("no", "today".to_string()),
            1 => ("wait", "1 day".to_string()),
            2..=30 => ("wait", format!("{days} days")),
            _ => ("ok", format!("{days} days")),
        };
        let owed = Money::of(row.row.balance_minor, ledger::store::currency(&row.row.currency)?);
        Ok(ShownEnding { owed, last: written(row.time.last_day), left, tone, row })
    }
}

/// Puts them in order; what is alike in the order of its last day.
fn order(endings: &mut [Ending], sort: &str) {
    endings.sort_by_key(|ending| (ending.time.last_day, ending.row.account));
    match sort {
        // Nobody's name comes last.
        "name" => endings.sort_by_cached_key(|ending| (ending.row.name.is_none(), ending.row.name.as_deref().unwrap_or("").to_lowercase())),
        "creditor" => endings.sort_by_cached_key(|ending| ending.row.creditor_name.to_lowercase()),
        "desk" => endings.sort_by_cached_key(|ending| ending.row.desk_name.to_lowercase()),
        "balance" => endings.sort_by_key(|ending| Reverse(ending.row.balance_minor)),
        // What is in doubt first.
        "verified" => endings.sort_by_key(|ending| ending.time.is_verified),
        _ => {}
    }
}

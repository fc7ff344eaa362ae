//! My day: the worklist with its lanes, and why the first row is first.

use super::actions::{Work, WorkItem, list_worklist, next_best};
use super::counts;
use crate::accounts::strip::next_text;
use crate::app::Failure;
use crate::coaching::reviews;
use crate::coaching::training::store::{AssignmentRow, list_open_of};
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::{accounts, ledger};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::outreach::result;
use duly_domain::strategy::worklist::{Lane, Ranking};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;
use duly_domain::values::money::{Currency, Money};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// One term of a priority.
pub struct Term {
    /// `×`, `−`, `=` or nothing.
    pub sign: &'static str,
    /// What it is.
    pub name: &'static str,
    /// How much.
    pub value: String,
    /// Why.
    pub because: &'static str,
}

impl Term {
    /// In one line, for commands.
    pub fn plain(&self) -> String {
        let because = if self.because.is_empty() { String::new() } else { format!(" ({})", self.because) };
        format!("{}{}{} {}{because}", self.sign, if self.sign.is_empty() { "" } else { " " }, self.name, self.value)
    }
}

/// The sum behind a row's priority, as anyone can work it out again.
pub fn priority_terms(item: &WorkItem) -> Vec<Term> {
    let currency = Currency::parse(&item.currency).unwrap_or(Currency::Usd);
    let money = |minor: i64| Money::of(minor, currency).to_string();
    let hundredths = |value: i64| format!("{}.{:02}", value / 100, value % 100);
    let Ranking { chance_bp, chance_because, urgency_percent, urgency_because, cost_minor, expected_minor, .. } = item.ranking;
    let (chance, urgency) = (format!("{} %", hundredths(chance_bp)), hundredths(urgency_percent));
    vec![
        Term { sign: "", name: "Owed", value: money(item.balance_minor), because: "" },
        Term { sign: "×", name: "Chance this talk brings it in", value: chance, because: chance_because },
        Term { sign: "×", name: "Urgency", value: urgency, because: urgency_because },
        Term { sign: "−", name: "Cost of the talk", value: money(cost_minor), because: "6 min at the desk rate" },
        Term { sign: "=", name: "Expected", value: money(expected_minor), because: "" },
    ]
}

/// One row as it is shown.
struct Row {
    account: AccountId,
    name: String,
    language: String,
    is_barred: bool,
    creditor: String,
    reason: String,
    tone: &'static str,
    /// What may be asked for, where a part is disputed and held.
    rest: String,
    owed: String,
    currency: String,
    local: String,
    workable: String,
    used: u32,
    max: u32,
    last: String,
    next: String,
    expected: String,
    /// Whether it is the first of those that may not be called now, behind others that may.
    begins_later: bool,
}

/// One lane with its count, and what talks in it were expected to bring when it was ranked.
struct LaneCount {
    href: String,
    name: String,
    count: i64,
    expected: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "strategy/my_day.html")]
struct MyDayPage {
    frame: Frame,
    lanes: Vec<LaneCount>,
    rows: Vec<Row>,
    total: i64,
    first: Option<(String, AccountId, Vec<Term>)>,
    closed: usize,
    /// The day of the oldest ranking among the rows.
    ranked: Option<String>,
    /// When the list was counted, where that is some time ago.
    counted: Option<String>,
    has_desks: bool,
    /// What waits in coaching, each with its place.
    coaching: Vec<(String, &'static str)>,
    /// What changed and is to be read, each with its day and whether that is over.
    required: Vec<(AssignmentRow, String, bool)>,
}

/// Rows on one page.
const ROWS: usize = 50;

/// `GET /my-day?lane=`
pub async fn get_my_day(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    // The gate is asked about every row.
    web.clone().at_length(my_day(web, visit, query)).await
}

async fn my_day(web: Web, visit: Visit, query: HashMap<String, String>) -> Result<Response, Failure> {
    let Some(user) = visit.who.id else { return Err(Failure::Forbidden) };
    let lane = query.get("lane").and_then(|code| Lane::parse(code));
    let mut tx = web.app.db.read().await?;
    let desks = accounts::store::list_desks_of(&mut tx, user).await?;
    let mut counts: HashMap<String, (i64, i64)> = HashMap::new();
    let mut counted = None;
    for desk in &desks {
        let count = counts::of_desk(&web.app, &mut tx, desk.id, visit.at.at).await?;
        counted = counted.into_iter().chain(count.taken).min();
        for (code, count, expected) in count.lanes {
            let sum = counts.entry(code).or_default();
            *sum = (sum.0 + count, sum.1 + expected);
        }
    }
    let work = list_worklist(&mut tx, user, visit.at, lane, ROWS).await?;
    let all = counts.values().fold((0, 0), |sum, lane| (sum.0 + lane.0, sum.1 + lane.1));
    let shown_lane = |code: Option<Lane>, name: String, (count, expected): (i64, i64)| LaneCount {
        href: code.map_or_else(|| "/my-day".into(), |lane| format!("/my-day?lane={}", lane.code())),
        name,
        count,
        expected: if count == 0 { String::new() } else { Money::usd(expected).to_string() },
        is_here: code == lane,
    };
    let mut lanes = vec![shown_lane(None, "All work".into(), all)];
    lanes.extend(
        Lane::ALL.into_iter().map(|lane| shown_lane(Some(lane), lane.to_string(), counts.get(lane.code()).copied().unwrap_or_default())),
    );
    let first = work.first().map(|work| (named(&work.item), work.item.account, priority_terms(&work.item)));
    let ranked = work.iter().map(|work| work.item.ranked_on).min().map(written);
    let closed = work.iter().filter(|work| !work.is_workable()).count();
    let mut rows = work.iter().map(|work| shown_row(work, &visit)).collect::<Result<Vec<_>, Failure>>()?;
    if let Some(row) = rows.get_mut(work.len() - closed) {
        row.begins_later = true;
    }
    let coaching = reviews::pages::waiting_today(&mut tx, &visit).await?;
    let required = list_open_of(&mut tx, user).await?;
    let today = visit.at.business_day;
    let required =
        required.into_iter().map(|row| (written(row.due_on), row.due_on < today, row)).map(|(due, late, row)| (row, due, late)).collect();
    let counted = counted.map(|at| counted_at(at, &visit.zone, visit.at.business_day));
    let frame = Frame::of(&visit, "/my-day", "My day").saying(query.get("said").map(String::as_str));
    let total = lane.map_or(all.0, |lane| counts.get(lane.code()).map_or(0, |(count, _)| *count));
    Ok(page(&MyDayPage { frame, lanes, rows, total, first, closed, ranked, counted, has_desks: !desks.is_empty(), coaching, required }))
}

/// `at 08:12`; one of another day names it.
fn counted_at(at: Timestamp, zone: &TimeZone, today: Date) -> String {
    let at = at.to_zoned(zone.clone());
    let time = at.strftime("at %H:%M");
    if at.date() == today { time.to_string() } else { format!("on {} {time}", written(at.date())) }
}

fn named(item: &WorkItem) -> String {
    item.name.clone().unwrap_or_else(|| format!("No name, {}", item.reference))
}

fn shown_row(work: &Work, visit: &Visit) -> Result<Row, Failure> {
    let item = &work.item;
    let currency = ledger::store::currency(&item.currency)?;
    let lane = Lane::parse(&item.lane).unwrap_or(Lane::FollowUp);
    let overdue = item.next_action_on.is_some_and(|on| on < visit.at.business_day);
    let (reason, tone) = match lane {
        Lane::Timed => timed(item, visit),
        Lane::Returned => ("Approval returned".into(), "acc"),
        Lane::PromiseDue => ("Promise due".into(), "wait"),
        Lane::Broken => ("Broken promise".into(), "no"),
        Lane::FirstContact => ("First contact".into(), ""),
        Lane::FollowUp => ((if overdue { "Follow-up, late" } else { "Follow-up" }).into(), ""),
    };
    // Somebody is on it now: that is what an officer needs to know first.
    let claimed = work.claim.as_ref().map(|claim| (format!("{} until {}", claim.holder(), claim.until(&visit.zone)), "wait"));
    let (reason, tone) = claimed.unwrap_or((reason, tone));
    let workable = match (work.call.until, work.call.decision.next_allowed_at) {
        (Some(until), _) => {
            let text = crate::strategy::actions::local_time(&work.call, until);
            if text == "00:00" { "all day".into() } else { format!("until {text}") }
        }
        (None, Some(next)) => format!("opens {}", next_text(&work.call, next, visit.at.at)),
        (None, None) => "no calls".into(),
    };
    let last = item.last_contact.as_ref().map_or("never".into(), |(at, result)| {
        let label = result.as_deref().and_then(result::find).map_or("No result", |result| result.label);
        format!("{label}, {}", written(at.to_zoned(visit.zone.clone()).date()))
    });
    Ok(Row {
        account: item.account,
        name: named(item),
        language: item.language.clone().unwrap_or_default(),
        is_barred: work.barred.is_some(),
        creditor: item.creditor.clone(),
        reason,
        tone,
        rest: work.rest().map(Money::figures).unwrap_or_default(),
        // The head names the currency of the first row; another one is named in its cell.
        owed: if item.currency == "USD" {
            Money::of(item.balance_minor, currency).figures()
        } else {
            Money::of(item.balance_minor, currency).to_string()
        },
        currency: item.currency.clone(),
        local: work.local_time.clone(),
        workable,
        used: work.call.attempts.0,
        max: work.call.attempts.1,
        last,
        next: item.next_action.clone().unwrap_or_default(),
        expected: Money::of(item.ranking.expected_minor, currency).figures(),
        begins_later: false,
    })
}

/// `At 15:30` today; a time that was missed names its day.
fn timed(item: &WorkItem, visit: &Visit) -> (String, &'static str) {
    let Some(at) = item.due_at.map(|at| at.to_zoned(visit.zone.clone())) else { return ("Timed".into(), "acc") };
    if at.date() < visit.at.business_day {
        (at.strftime("Missed %-d %b").to_string(), "no")
    } else {
        (at.strftime("At %H:%M").to_string(), "acc")
    }
}

/// `GET /next?after=`: the next best account, or the list when nothing is left.
pub async fn get_next(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let Some(user) = visit.who.id else { return Err(Failure::Forbidden) };
    if reviews::care::pausing_until(&mut web.app.db.read().await?, user, visit.at.at).await?.is_some() {
        return Ok(Redirect::to("/coaching/care?said=pausing").into_response());
    }
    let after = query.get("after").and_then(|id| id.parse().ok());
    let next = next_best(&web.app, user, visit.at, after).await?;
    Ok(Redirect::to(&next.map_or_else(|| "/my-day".into(), |id| format!("/accounts/{id}"))).into_response())
}

#[cfg(test)]
mod tests {
    use super::counted_at;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    #[test]
    fn a_count_of_another_day_names_it() {
        let (zone, evening) = (TimeZone::UTC, "2026-03-02T17:40:00Z".parse().unwrap());
        assert_eq!(counted_at(evening, &zone, date(2026, 3, 2)), "at 17:40");
        assert_eq!(counted_at(evening, &zone, date(2026, 3, 3)), "on Mon 2 Mar 2026 at 17:40");
    }
}

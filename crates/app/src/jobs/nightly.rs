//! The night: what closes a business day, as an ordered list of steps.
//!
//! Each step takes a page, plans, applies it and moves its cursor, all in one transaction: a crash resumes at the cursor,
//! and a finished night run again changes nothing. The run is a record with its counts.
//!
//! One process runs the night at a time. What holds the others off ends with the process, so that a night whose process died
//! is gone on with at once; should it fail, the cursors alone keep two runs from doing anything twice.

use super::check::{self, Check};
use super::checking;
use super::store::{self, Step};
use super::turns::Pace;
use crate::app::{Actor, App, Failure};
use crate::audit::root::{self, Drawn};
use crate::store::Tx;
use crate::store::db::Hold;
use crate::{accounts, audit, coaching, ledger, outreach, plans, strategy, transaction};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::Moment;
use jiff::Span;
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How much a step does in one transaction at the most.
const PAGE: i64 = 500;

/// What a page came to: where it ended, and counts for the report.
#[derive(Debug)]
pub struct Page {
    last: Option<AccountId>,
    counts: Vec<(&'static str, usize)>,
}

impl Page {
    /// Nothing is left.
    pub fn end() -> Page {
        Page { last: None, counts: Vec::new() }
    }

    /// More is left, and what is there says where to go on.
    pub fn more() -> Page {
        Page { last: Some(AccountId(Uuid::nil())), counts: Vec::new() }
    }

    /// Ended at an account, having looked at so many.
    pub fn of(last: AccountId, looked_at: usize) -> Page {
        Page { last: Some(last), counts: vec![("looked_at", looked_at)] }
    }

    /// With another count.
    pub fn with(mut self, name: &'static str, count: usize) -> Page {
        self.counts.push((name, count));
        self
    }
}

/// The steps, in order: the table of contents of the night.
const STEPS: [&str; 13] = [
    "end reservations",
    "post debits",
    "judge promises",
    "end pauses",
    "post interest",
    "write off small balances",
    "end holds",
    "age accounts",
    "build worklists",
    "draw calls to review",
    "prove the trust",
    PROOF,
    SIGNING,
];

/// The step that changes nothing and reads everything.
const PROOF: &str = "prove integrity";

/// The step that draws the root over all chains.
const SIGNING: &str = "sign the day";

/// What a night came to.
#[derive(Debug)]
pub struct Report {
    /// The steps with their counts.
    pub steps: Vec<Step>,
    /// Seconds over all steps and runs.
    pub millis: i64,
    /// Accounts on file.
    pub accounts: i64,
    /// Whether there was anything left to do.
    pub was_done: bool,
}

/// Runs the night that closes a business day; resumes one that was cut off, and does nothing to one that is done.
pub async fn run(app: &App, at: Moment, day: Date) -> Result<Report, Failure> {
    let _alone = hold(app, day).await?;
    let was_done = begin(app, at, day).await?;
    if !was_done {
        // The day that closes is over; what is planned is planned for tomorrow.
        let closing = Moment { at: at.at, business_day: day };
        let tomorrow = Moment { at: at.at, business_day: day.saturating_add(Span::new().days(1)) };
        for (no, name) in (1i64..).zip(STEPS) {
            run_step(app, closing, tomorrow, no, name).await?;
            tokio::task::yield_now().await;
        }
        transaction!(app.db, tx, { store::end_night(tx, day, at.at).await })?;
    }
    let mut tx = app.db.read().await?;
    let steps = store::list_steps(&mut tx, day).await?;
    let millis = steps.iter().map(|step| step.millis).sum();
    Ok(Report { steps, millis, accounts: accounts::store::count_accounts(&mut tx).await?, was_done })
}

/// How long a run waits for one that has just ended: a server takes a moment to see that a process died.
const PATIENCE: Duration = Duration::from_secs(2);

/// Holds other runs of a night off.
async fn hold(app: &App, day: Date) -> Result<Hold, Failure> {
    let began = Instant::now();
    loop {
        if let Some(hold) = app.db.hold("night").await? {
            return Ok(hold);
        }
        if began.elapsed() > PATIENCE {
            let says =
                format!("a night is being run by another process already, so the night of {day} was not begun here; nothing was changed");
            return Err(Failure::Stale(says));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Opens the night's record; whether it is done already.
async fn begin(app: &App, at: Moment, day: Date) -> Result<bool, Failure> {
    transaction!(app.db, tx, {
        if let Some(earlier) = store::find_unfinished_before(tx, day).await? {
            return Err(Failure::Stale(format!("the night of {} is not finished: run it first", earlier.business_day)));
        }
        if let Some(last) = store::find_last_done(tx).await?.filter(|last| last.business_day > day) {
            return Err(Failure::Stale(format!("the night of {} is done: an earlier day cannot be closed after it", last.business_day)));
        }
        match store::find_night(tx, day).await? {
            Some(night) => Ok(night.state == "done"),
            None => {
                store::insert_night(tx, day, at.at).await?;
                audit::record(tx, &Actor::night(), at.at, None, "night.begin", &json!({"business_day": day.to_string()})).await?;
                Ok(false)
            }
        }
    })
}

async fn run_step(app: &App, closing: Moment, tomorrow: Moment, no: i64, name: &'static str) -> Result<(), Failure> {
    let day = closing.business_day;
    let known = store::list_steps(&mut app.db.read().await?, day).await?;
    if known.iter().any(|step| step.step_no == no && step.state == "done") {
        return Ok(());
    }
    let mut began = Instant::now();
    let whole = match name {
        PROOF => Some(Whole::Proof(check::run(&mut app.db.read().await?, &app.keys, tomorrow.business_day).await?)),
        SIGNING => Some(Whole::Root(root::draw(app, closing).await?)),
        _ => None,
    };
    let mut pace = Pace::up_to(PAGE);
    loop {
        let mut turn = app.turns.take("night").await;
        let is_done = transaction!(app.db, tx, {
            turn.begins();
            let known = store::list_steps(tx, day).await?.into_iter().find(|step| step.step_no == no);
            let mut step = match known {
                Some(step) => step,
                None => {
                    store::insert_step(tx, day, no, name).await?;
                    Step { step_no: no, name: name.into(), state: "running".into(), cursor: String::new(), counts: "{}".into(), millis: 0 }
                }
            };
            if step.state == "done" {
                return Ok(true);
            }
            let before = step.cursor.clone();
            let after = before.split(' ').next().and_then(|id| id.parse().ok()).unwrap_or(AccountId(Uuid::nil()));
            let page = match &whole {
                Some(whole) => end_whole(tx, whole, closing, tomorrow).await?,
                None => page(tx, name, closing, tomorrow, after, pace.rows()).await?,
            };
            step.counts = add_counts(&step.counts, &page.counts);
            step.millis += i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
            match page.last {
                // The number makes the cursor move even where the page begins at the start again.
                Some(last) => step.cursor = format!("{last} {}", pages_done(&before) + 1),
                None => step.state = "done".into(),
            }
            if !store::update_step(tx, day, &step, &before).await? {
                return Err(Failure::Stale("another run of this night is under way".into()));
            }
            turn.worked();
            Ok::<bool, Failure>(step.state == "done")
        })?;
        pace.took(turn.ends());
        if is_done {
            return Ok(());
        }
        began = Instant::now();
        // Embedded, nothing waits by itself: let others have their turn between pages.
        tokio::task::yield_now().await;
    }
}

/// What a step made of everything there is before its transaction, so that nobody waited to write meanwhile.
enum Whole {
    /// What the checks found on a snapshot.
    Proof(Vec<Check>),
    /// The root, drawn and not yet signed.
    Root(Drawn),
}

async fn end_whole(tx: &mut Tx, whole: &Whole, closing: Moment, tomorrow: Moment) -> Result<Page, Failure> {
    match whole {
        Whole::Proof(checks) => {
            checking::keep(tx, &Actor::night(), closing.at, tomorrow.business_day, checks).await?;
            let failed = checks.iter().filter(|check| !check.ok).count();
            Ok(Page::end().with("checks", checks.len()).with("failed", failed))
        }
        Whole::Root(Drawn::KeyMissing) => Ok(Page::end().with("failed", 1)),
        Whole::Root(drawn) => Ok(Page::end().with("chains", usize::try_from(root::sign(tx, drawn).await?).unwrap_or(0))),
    }
}

async fn page(tx: &mut Tx, name: &str, closing: Moment, tomorrow: Moment, after: AccountId, rows: i64) -> Result<Page, Failure> {
    match name {
        "end reservations" => outreach::nightly::expire_reservations(tx, closing, after, rows).await,
        "post debits" => ledger::debits::settling::nightly(tx, closing, rows).await,
        "judge promises" => plans::nightly::judge_promises(tx, closing, tomorrow, after, rows).await,
        "end pauses" => accounts::hardship::nightly::end_pauses(tx, tomorrow, rows).await,
        "post interest" => ledger::charges::nightly::post_interest(tx, closing, after, rows).await,
        "write off small balances" => ledger::write_offs::nightly::write_off_little(tx, closing, after, rows).await,
        "end holds" => accounts::nightly::end_holds(tx, tomorrow, after, rows).await,
        "age accounts" => accounts::nightly::age_accounts(tx, tomorrow, after, rows).await,
        "build worklists" => strategy::nightly::build_worklists(tx, tomorrow, after, rows).await,
        "prove the trust" => {
            let found = ledger::trust::proving::prove_within(tx, &Actor::night(), closing, closing.business_day).await?;
            let whole = found.iter().filter(|one| one.is_whole()).count();
            Ok(Page::end().with("currencies", found.len()).with("whole", whole))
        }
        _ => coaching::reviews::nightly::draw_weeks(tx, closing, tomorrow).await,
    }
}

fn pages_done(cursor: &str) -> u64 {
    cursor.split(' ').nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn add_counts(before: &str, page: &[(&'static str, usize)]) -> String {
    let mut counts: Map<String, Json> = serde_json::from_str(before).unwrap_or_default();
    for (name, count) in page {
        let sum = counts.get(*name).and_then(Json::as_u64).unwrap_or(0) + *count as u64;
        counts.insert((*name).to_string(), json!(sum));
    }
    Json::Object(counts).to_string()
}

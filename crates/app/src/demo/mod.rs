//! The sample agency: several creditors, three kinds of debts, some months of history, lived through the real actions.
//!
//! Everything in it is made up: people, firms, sums. Telephone numbers are 555-01xx. The same seed makes the same agency.

mod bank_day;
mod casework;
mod charged;
mod coached;
mod debited;
mod floor_today;
mod furnished;
mod joined;
mod life;
mod mail;
mod negotiated;
mod open_today;
mod people;
mod practicing;
mod trust_day;

use crate::accounts::desks;
use crate::app::{Actor, App, Clock, Failure};
use crate::compliance::licenses::actions::{KeepLicense, keep_license};
use crate::compliance::policy::actions::{ProposePolicy, propose_policy};
use crate::identity::actions::{NewUser, add_user_with};
use crate::identity::settings::{Settled, settle};
use crate::plans::desk::limits::{self, Written, WrittenRow};
use crate::plans::desk::terms::About;
use crate::plans::desk::terms::actions::{ProposeTerms, propose_terms};
use crate::store::Tx;
use crate::{accounts, identity, jobs};
use duly_domain::compliance::licenses::Kind;
use duly_domain::compliance::policy::Limits;
use duly_domain::identity::Role;
use duly_domain::plans::limits::GrantLimits;
use duly_domain::values::ids::UserId;
use duly_domain::values::region::ZONES_SERVED;
use jiff::Span;
use serde_json::{Value as Json, json};

/// The password of every user of the sample agency, which is served on this machine alone unless told otherwise.
pub const PASSWORD: &str = "sample-agency";

/// The users of the sample agency.
pub const USERS: [(&str, &str, Role); 8] = [
    ("Renske Dahl", "officer@sample.example", Role::Officer),
    ("Tomas Ibarra", "officer2@sample.example", Role::Officer),
    ("Adaeze Whitlock", "supervisor@sample.example", Role::Supervisor),
    ("Piet Lindqvist", "compliance@sample.example", Role::Compliance),
    ("Noor Castellanos", "backoffice@sample.example", Role::BackOffice),
    ("Ines Varga", "admin@sample.example", Role::Administrator),
    ("Oskar Brandt", "auditor@sample.example", Role::Auditor),
    ("Marit Solheim", "supervisor2@sample.example", Role::Supervisor),
];

/// What was made, or found.
pub struct Made {
    counts: Vec<(&'static str, i64)>,
    is_new: bool,
}

impl Made {
    /// `counts` by table, and one sign-in per role.
    pub fn json(&self) -> Json {
        let counts: serde_json::Map<String, Json> = self.counts.iter().map(|(table, count)| ((*table).to_string(), json!(count))).collect();
        let sign_ins: Vec<Json> =
            sign_ins().map(|(role, email)| json!({"role": role.code(), "email": email, "password": PASSWORD})).collect();
        json!({"counts": counts, "sign_ins": sign_ins, "new": self.is_new})
    }

    /// The same for people.
    pub fn lines(&self) -> Vec<String> {
        let count = |table: &str| self.counts.iter().find(|(known, _)| *known == table).map_or(0, |(_, count)| *count);
        let mut lines = vec![format!(
            "The sample agency has {} accounts, {} contacts, {} promises and {} payments{}.",
            count("accounts"),
            count("contacts"),
            count("promises"),
            count("payments"),
            if self.is_new { "" } else { " (kept from before)" }
        )];
        lines.extend(sign_ins().map(|(role, email)| format!("  {:<20} {email:<28} {PASSWORD}", role.to_string())));
        lines
    }
}

/// One sign-in per role.
fn sign_ins() -> impl Iterator<Item = (Role, &'static str)> {
    Role::ALL.into_iter().filter_map(|role| USERS.iter().find(|(_, _, known)| *known == role).map(|(_, email, _)| (role, *email)))
}

/// Makes the sample agency with so many accounts, or takes up the one that is there; nights that were missed are run.
pub async fn make(app: &App, count: u32, seed: u64) -> Result<Made, Failure> {
    let mut tx = app.db.read().await?;
    let is_new = identity::store::count_users(&mut tx).await? == 0;
    let is_ours = is_new || identity::store::find_by_email(&mut tx, USERS[0].1).await?.is_some();
    tx.rollback().await;
    if !is_ours {
        return Err(Failure::wrong("database", "holds an agency of its own; name another for the sample with --database"));
    }
    if is_new {
        let users = add_users(app).await?;
        settle_agency(app).await?;
        mail::settle_words(app).await?;
        life::live(app, &users, count.max(8), seed).await?;
        propose(app, &users).await?;
        keep_licenses(app, &users).await?;
        open_today::leave_open(app, &users).await?;
        coached::coach(app, &users).await?;
        floor_today::leave_under_way(app, &users).await?;
        negotiated::negotiate(app, &users).await?;
        charged::charge(app, &users).await?;
        practicing::practice(app, &users).await?;
        bank_day::take_statement(app, &users).await?;
        trust_day::remit(app, &users).await?;
        debited::leave_waiting(app, &users).await?;
        furnished::leave_due(app, &users).await?;
    }
    run_missed_nights(app).await?;
    let mut tx = app.db.read().await?;
    Ok(Made { counts: counts(&mut tx).await?, is_new })
}

async fn add_users(app: &App) -> Result<Vec<(UserId, Actor)>, Failure> {
    let mut users = Vec::new();
    for (name, email, role) in USERS {
        let user = NewUser { name, email, role, password: PASSWORD, must_change_password: false };
        let id = add_user_with(app, &Actor::command(), app.moment(), user).await?;
        users.push((id, Actor::user(id, name, role)));
    }
    add_team(app, &users).await?;
    Ok(users)
}

async fn settle_agency(app: &App) -> Result<(), Failure> {
    let zone = app.zone().iana_name().unwrap_or(ZONES_SERVED[0]).to_string();
    let settled = Settled {
        company: "Sample Agency".into(),
        address: "1 Sample Street\nColumbus, OH 43205".into(),
        zone,
        phone: "(614) 555-0199".into(),
        hours: "8am to 6pm ET, Monday to Friday".into(),
        website: String::new(),
        recorded: "yes".into(),
    };
    settle(app, &Actor::command(), app.moment(), &settled).await
}

/// The officers work under the first supervisor.
async fn add_team(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let of_role = |role: Role| users.iter().filter(move |(_, actor)| actor.role == role).map(|(id, _)| *id);
    for supervisor in of_role(Role::Supervisor).take(1) {
        let team = desks::actions::add_team(app, &Actor::command(), app.moment(), "Contact team", supervisor).await?;
        for officer in of_role(Role::Officer) {
            desks::actions::set_team(app, &Actor::command(), app.moment(), officer, Some(team)).await?;
        }
    }
    Ok(())
}

/// The compliance officer keeps some licenses; one ends soon, and of some states there is none.
async fn keep_licenses(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let Some((_, who)) = users.iter().find(|(_, actor)| actor.role == Role::Compliance) else { return Ok(()) };
    let today = app.moment().business_day;
    for (place, kind, number, from, until) in [
        ("CA", Kind::License, "60DBO-0000", -300, Some(430)),
        ("TX", Kind::Bond, "B-000000", -345, Some(19)),
        ("FL", Kind::Registration, "CCA0000", -40, None),
    ] {
        let day = |days: i64| today.saturating_add(Span::new().days(days));
        let paper = Some((format!("{number}.txt"), format!("A sample of {kind} {number} for {place}.").into_bytes()));
        let ask = KeepLicense {
            place: place.into(),
            kind: Some(kind),
            number: number.into(),
            from: Some(day(from)),
            until: until.map(day),
            paper,
        };
        keep_license(app, who, app.moment(), &ask).await?;
    }
    Ok(())
}

/// The supervisor proposes what the compliance officer has still to look at: fewer calls, fewer messages, quiet Sundays.
async fn propose(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let Some((_, who)) = users.iter().find(|(_, actor)| actor.role == Role::Supervisor) else { return Ok(()) };
    let at = app.moment();
    let ask = ProposePolicy {
        creditor: None,
        limits: Limits { attempts_max_7_days: Some(5), electronic_max_7_days: Some(3), is_off_on_sundays: true, ..Limits::NONE },
        from_on: at.business_day.saturating_add(Span::new().days(7)),
        reason: "Most who answer do so by the fourth call; the rest is noise to them and to us.".into(),
    };
    propose_policy(app, who, at, &ask).await?;
    let creditors = accounts::store::list_creditors(&mut app.db.read().await?).await?;
    let Some(creditor) = creditors.first() else { return Ok(()) };
    let written = Written {
        row: vec![
            WrittenRow {
                creditor: Some(creditor.name.clone()),
                limits: GrantLimits { months_max: Some(18), write_off_max_minor: Some(1_000), ..GrantLimits::default() },
                ..WrittenRow::default()
            },
            WrittenRow {
                days_past_due: Some((0, 60)),
                limits: GrantLimits { promise_days_max: Some(45), ..GrantLimits::default() },
                ..WrittenRow::default()
            },
        ],
    };
    let ask = ProposeTerms {
        about: About::Limits,
        creditor: None,
        body: limits::write(&written)?,
        from_on: at.business_day.saturating_add(Span::new().days(7)),
        reason: "Their contract lets us give longer plans, and close what is under ten dollars.".into(),
    };
    propose_terms(app, who, at, &ask).await.map(drop)
}

/// Runs the nights since the last one, up to yesterday's.
async fn run_missed_nights(app: &App) -> Result<(), Failure> {
    let today = app.moment().business_day;
    let mut tx = app.db.read().await?;
    let last = jobs::store::find_last_done(&mut tx).await?.map(|night| night.business_day);
    tx.rollback().await;
    let Some(last) = last else { return Ok(()) };
    let mut day = last.saturating_add(Span::new().days(1));
    while day < today {
        jobs::nightly::run(app, app.moment(), day).await?;
        day = day.saturating_add(Span::new().days(1));
    }
    Ok(())
}

async fn counts(tx: &mut Tx) -> Result<Vec<(&'static str, i64)>, Failure> {
    const TABLES: [(&str, &str); 27] = [
        ("creditors", "select count(*) from creditors"),
        ("accounts", "select count(*) from accounts"),
        ("debtors", "select count(*) from debtors"),
        ("contact_points", "select count(*) from contact_points"),
        ("contacts", "select count(*) from contacts"),
        ("decisions", "select count(*) from decisions"),
        ("promises", "select count(*) from promises"),
        ("approvals", "select count(*) from approvals"),
        ("budgets", "select count(*) from budgets"),
        ("plans", "select count(*) from plans"),
        ("joint_plans", "select count(*) from joint_plans"),
        ("payments", "select count(*) from payments"),
        ("charges", "select count(*) from charges"),
        ("hardship_pauses", "select count(*) from hardship_pauses"),
        ("entries", "select count(*) from entries"),
        ("rate_plans", "select count(*) from rate_plans"),
        ("remittances", "select count(*) from remittances"),
        ("debit_authorizations", "select count(*) from debit_authorizations"),
        ("debits", "select count(*) from debits"),
        ("debit_files", "select count(*) from debit_files"),
        ("furnishings", "select count(*) from furnishings"),
        ("holds", "select count(*) from holds"),
        ("notices", "select count(*) from notices"),
        ("preferences", "select count(*) from preferences"),
        ("worklist", "select count(*) from worklist"),
        ("nights", "select count(*) from nights"),
        ("audit_entries", "select count(*) from audit_entries"),
    ];
    let mut counts = Vec::new();
    for (table, sql) in TABLES {
        counts.push((table, tx.number(sql, &[]).await?));
    }
    Ok(counts)
}

/// An app over the same database with a clock of its own, for living through the past.
fn at_its_own_time(app: &App) -> App {
    App::new(app.db.clone(), Clock::frozen(app.moment().at)).with_keys(app.keys.clone())
}

/// Desks of the sample agency's creditors.
async fn desks(app: &App) -> Result<Vec<accounts::store::Desk>, Failure> {
    Ok(accounts::store::list_desks(&mut app.db.read().await?).await?)
}

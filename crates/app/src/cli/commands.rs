//! One function per command: arguments in, action, answer out.

use super::output::{answer, money, write_line, written};
use super::{
    AccountCommand, Answered, Cli, Command, ContactCommand, ExportCommand, Format, Global, ImportCommand, PaymentCommand, PromiseCommand,
    UserCommand,
};
use crate::accounts::workspace::workspace_json;
use crate::app::{Actor, App, Failure, Outcome};
use crate::compliance::cases;
use crate::compliance::gate::{AskContact, decision_json, kind_of_point};
use crate::intake::actions::{ImportAccounts, import_accounts};
use crate::ledger::actions::{PostPayment, post_payment, reverse_payment};
use crate::outreach::actions::{RecordContact, record_contact, reserve_contact};
use crate::plans::actions::{TakePromise, take_promise, withdraw_promise};
use crate::store::{Tx, migrate};
use crate::{accounts, demo, identity, intake, jobs, ledger, parties, strategy, web};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId, PointId};
use duly_domain::values::point::{EmailAddress, Phone};
use serde_json::{Value as Json, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The database of commands that name none.
const DATABASE: &str = "sqlite:duly.db";
/// The database of the sample agency.
const DEMO: &str = "sqlite:demo.db";

pub async fn run(cli: Cli) -> Result<Answered, Failure> {
    let Cli { global, command } = cli;
    match command {
        Command::Decide => return decide(),
        Command::Cases { paths } => return run_cases(&paths),
        Command::Demo { accounts, seed, listen, no_serve } => {
            let app = global.open_or_make(DEMO).await?;
            let made = demo::make(&app, accounts, seed).await?;
            if no_serve {
                return answer(global.format, &made.json(), || made.lines()).map(|()| Answered::Yes);
            }
            made.lines().iter().try_for_each(|line| write_line(line))?;
            return web::serve(app, listen).await.map(|()| Answered::Yes);
        }
        Command::Serve { listen, config } => return serve(global, listen, config).await,
        _ => {}
    }
    let makes = matches!(command, Command::Import(_) | Command::User(_) | Command::Migrate);
    let app = if makes { global.open_or_make(DATABASE).await? } else { global.open(DATABASE).await? };
    match command {
        Command::Import(ImportCommand::Accounts { file, creditor, mapping, dry_run, update, strict, refusals }) => {
            return import(&app, &global, file, creditor, mapping, dry_run, update, strict, refusals).await;
        }
        Command::Worklist { officer, limit } => worklist(&app, &global, &officer, limit).await?,
        Command::Contact(command) => return contact(&app, &global, command).await,
        Command::Promise(command) => return promise(&app, &global, command).await,
        Command::Payment(command) => payment(&app, &global, command).await?,
        Command::Account(AccountCommand::Show { account }) => {
            let mut tx = app.db.read().await?;
            let id = accounts::store::resolve(&mut tx, &account).await?;
            let shown = workspace_json(&mut tx, app.moment(), id).await?;
            answer(global.format, &shown, || vec![serde_json::to_string_pretty(&shown).unwrap_or_default()])?;
        }
        Command::Night { business_day } => return night(&app, &global, business_day).await,
        Command::Check => return check(&app, &global).await,
        Command::Export(ExportCommand::Journal) => {
            if global.format != Format::Hledger {
                return Err(Failure::wrong("format", "of the journal must be hledger: add --format hledger"));
            }
            let mut tx = app.db.read().await?;
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            ledger::journal::write_hledger(&mut tx, &mut out).await?;
        }
        Command::User(UserCommand::Add { name, email, role, desk }) => {
            add_user(&app, &global, &name, &email, &role, desk.as_deref()).await?
        }
        Command::Migrate => {
            let current = migrate::verify(&app.db).await?;
            answer(global.format, &json!({"current": current}), || vec!["the schema is up to date".into()])?;
        }
        Command::Decide | Command::Cases { .. } | Command::Demo { .. } | Command::Serve { .. } => {}
    }
    Ok(Answered::Yes)
}

/// What a configuration file may hold; unknown keys are refused.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    database: Option<String>,
    listen: Option<SocketAddr>,
}

async fn serve(mut global: Global, listen: Option<SocketAddr>, config: Option<PathBuf>) -> Result<Answered, Failure> {
    let configured = match config {
        None => Configuration::default(),
        Some(path) => {
            let text =
                std::fs::read_to_string(&path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
            toml::from_str(&text).map_err(|error| Failure::File(format!("{}: {}", path.display(), error.message().replace('\n', " "))))?
        }
    };
    global.database = global.database.or(configured.database);
    let listen = listen.or(configured.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 7171)));
    web::serve(global.open_or_make(DATABASE).await?, listen).await.map(|()| Answered::Yes)
}

fn decide() -> Result<Answered, Failure> {
    let case: Json =
        serde_json::from_reader(std::io::stdin()).map_err(|error| Failure::File(format!("standard input is no case: {error}")))?;
    let decision = cases::decide(&case).map_err(Failure::File)?;
    write_line(&decision.to_string())?;
    Ok(Answered::Yes)
}

fn run_cases(paths: &[PathBuf]) -> Result<Answered, Failure> {
    let (mut passed, mut failed) = (0u64, 0u64);
    for case in cases::read(paths).map_err(Failure::File)? {
        let ran = cases::run(&case);
        let counter = if ran["pass"] == true { &mut passed } else { &mut failed };
        *counter += 1;
        write_line(&ran.to_string())?;
    }
    write_line(&json!({"passed": passed, "failed": failed}).to_string())?;
    Ok(if failed == 0 { Answered::Yes } else { Answered::No })
}

async fn import(
    app: &App,
    global: &Global,
    file: PathBuf,
    creditor: String,
    mapping: Option<PathBuf>,
    dry_run: bool,
    update: bool,
    strict: bool,
    refusals: Option<PathBuf>,
) -> Result<Answered, Failure> {
    let mapping = match mapping {
        None => None,
        Some(path) => {
            let text =
                std::fs::read_to_string(&path).map_err(|error| Failure::File(format!("{} cannot be read: {error}", path.display())))?;
            Some(intake::mapping_file::parse(&text).map_err(|error| Failure::wrong("mapping", error))?)
        }
    };
    let ask = ImportAccounts {
        file_name: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        refusals: Some(refusals.unwrap_or_else(|| refusals_beside(&file))),
        path: file,
        creditor,
        mapping,
        is_trial: dry_run,
        updates: update,
    };
    let report = import_accounts(app, &Actor::command(), app.moment(), &ask).await?;
    let changes: Vec<Json> = report
        .changes
        .iter()
        .map(|change| json!({"row": change.row, "account": change.account.to_string(), "differences": change.differences}))
        .collect();
    let json = json!({
        "rows": report.rows, "accepted": report.accepted, "refused": report.refused, "duplicates": report.duplicates,
        "changed": report.changed, "updated": report.updated, "changes": changes, "gaps": report.gaps, "batch": report.batch.map(|batch| batch.to_string()),
        "placed": money(report.placed_minor, &report.currency), "refusals": report.refusals, "refused_rows": report.refused_rows,
        "matched": report.matched, "unmatched": report.unmatched, "guessed": report.is_guess, "notices": report.notices, "dry_run": dry_run,
    });
    answer(global.format, &json, || {
        let mut lines = vec![format!(
            "{} rows: {} {}, {} refused, {} known already, {} known with other values; {} placed",
            report.rows,
            report.accepted,
            if dry_run { "would be accepted" } else { "accepted" },
            report.refused,
            report.duplicates,
            report.changed,
            written(report.placed_minor, &report.currency),
        )];
        if report.is_guess {
            let pairs: Vec<String> = report.matched.iter().map(|(field, head)| format!("{field} from {head}")).collect();
            lines.push(format!("the mapping was guessed: {}", pairs.join(", ")));
        }
        lines.extend(report.notices.iter().map(|notice| format!("note: {notice}")));
        lines.extend(report.by_problem.iter().map(|(column, says, refuses, count)| {
            format!("{count:>8} × {column} {says}{}", if *refuses { "" } else { " (loaded with a gap)" })
        }));
        if let Some(path) = report.refusals.as_deref().filter(|_| report.refused + report.gaps > 0) {
            lines.push(format!("every problem: {}", path.display()));
        }
        lines
    })?;
    Ok(if strict && report.refused > 0 { Answered::No } else { Answered::Yes })
}

/// Beside where we stand, not beside the file: a creditor's folder may be read-only.
fn refusals_beside(file: &Path) -> PathBuf {
    let stem = file.file_name().map_or_else(|| "import".into(), |name| name.to_string_lossy().into_owned());
    let stem = stem.split('.').next().unwrap_or("import").to_string();
    PathBuf::from(format!("{stem}-refusals.csv"))
}

async fn worklist(app: &App, global: &Global, officer: &str, limit: usize) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let who = find_actor(&mut tx, officer).await?;
    let Some(user) = who.id else { return Err(Failure::NotFound(format!("user {officer}"))) };
    for work in strategy::actions::list_worklist(&mut tx, user, app.moment(), None, limit).await? {
        let because: Json = serde_json::from_str(&work.item.because).unwrap_or(Json::Null);
        let terms = strategy::pages::priority_terms(&work.item).into_iter().map(|term| term.plain()).collect::<Vec<_>>();
        let json = json!({
            "rank": work.rank, "account": work.item.account.to_string(), "reference": work.item.reference, "lane": work.item.lane,
            "priority": work.item.expected_minor, "because": terms, "terms": because,
            "workable_until": work.call.until.map(|at| at.to_string()), "attempts_used": work.call.attempts.0,
            "attempts_max": work.call.attempts.1, "next_action": work.item.next_action,
            "next_action_on": work.item.next_action_on.map(|on| on.to_string()), "call": work.call.decision.answer.code(),
            "balance": money(work.item.balance_minor, &work.item.currency),
        });
        answer(global.format, &json, || {
            vec![format!(
                "{:>3} {:<14} {:>16} {:<28} {:>2}/{} calls, {}",
                work.rank,
                work.item.lane,
                written(work.item.balance_minor, &work.item.currency),
                work.item.name.as_deref().unwrap_or("no name on file"),
                work.call.attempts.0,
                work.call.attempts.1,
                work.item.next_action.as_deref().unwrap_or(""),
            )]
        })?;
    }
    Ok(())
}

async fn contact(app: &App, global: &Global, command: ContactCommand) -> Result<Answered, Failure> {
    match command {
        ContactCommand::Reserve { account, person, channel, to, officer, release } => {
            let mut tx = app.db.read().await?;
            let who = find_worker(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            let channel = Channel::parse(&channel).ok_or_else(|| {
                Failure::wrong("channel", format!("{channel:?} is not one of call, ringless_voicemail, text, email, letter"))
            })?;
            let person = person.map(|person| parse_id::<DebtorId>("person", &person)).transpose()?;
            let point = find_point(&mut tx, account, person, channel, to.as_deref()).await?;
            tx.rollback().await;
            let ask = AskContact { person, point, ..AskContact::with_debtor(account, channel) };
            let reserved = reserve_contact(app, &who, app.moment(), &ask, release.as_deref()).await?;
            let mut json = decision_json(&reserved.decision);
            json["reservation"] = json!(reserved.contact.map(|contact| contact.to_string()));
            json["expires_at"] = json!(reserved.expires_at.map(|at| at.to_string()));
            json["attempts_used"] = json!(reserved.attempts.0);
            json["attempts_max"] = json!(reserved.attempts.1);
            answer(global.format, &json, || reservation_lines(&reserved))?;
            Ok(if reserved.contact.is_some() { Answered::Yes } else { Answered::No })
        }
        ContactCommand::Record { reservation, result, follow_up, note, officer } => {
            let who = match officer {
                None => Actor::command(),
                Some(email) => find_worker(&mut app.db.read().await?, &email).await?,
            };
            let contact = parse_id("reservation", &reservation)?;
            let ask = RecordContact { contact, result, follow_up_on: follow_up, follow_up_at: None, note };
            let recorded = record_contact(app, &who, app.moment(), &ask).await?;
            let json = json!({"contact": contact.to_string(), "account": recorded.account.to_string(), "attempts_used": recorded.attempts.0,
                "attempts_max": recorded.attempts.1, "next_action_on": recorded.next_on.to_string()});
            answer(global.format, &json, || {
                vec![format!(
                    "recorded; {} of {} calls used in 7 days; next action on {}",
                    recorded.attempts.0, recorded.attempts.1, recorded.next_on
                )]
            })?;
            Ok(Answered::Yes)
        }
    }
}

fn reservation_lines(reserved: &crate::outreach::actions::Reserved) -> Vec<String> {
    let mut lines = vec![match &reserved.contact {
        Some(contact) => format!("allowed: reserved as {contact}; call {} of {} in 7 days", reserved.attempts.0, reserved.attempts.1),
        None => "not allowed".to_string(),
    }];
    lines.extend(
        reserved
            .decision
            .because
            .iter()
            .map(|reason| format!("  {} {} ({}): {}", reason.rule.plain, reason.detail, reason.rule.cite, reason.rule.id)),
    );
    lines.extend(reserved.decision.next_allowed_at.map(|at| format!("  allowed again at {at}")));
    lines
}

async fn promise(app: &App, global: &Global, command: PromiseCommand) -> Result<Answered, Failure> {
    match command {
        PromiseCommand::Take { account, amount, due, officer } => {
            let mut tx = app.db.read().await?;
            let who = find_worker(&mut tx, &officer).await?;
            let account = accounts::store::resolve(&mut tx, &account).await?;
            tx.rollback().await;
            match take_promise(app, &who, app.moment(), TakePromise { account, amount_minor: amount, due_on: due }).await? {
                Outcome::Done(promise) => {
                    let json = json!({"promise": promise.id.to_string(), "state": promise.state, "due_on": promise.due_on.to_string(),
                        "amount": money(promise.amount_minor, &promise.currency)});
                    answer(global.format, &json, || vec![format!("promise {} is open, due {}", promise.id, promise.due_on)])?;
                    Ok(Answered::Yes)
                }
                Outcome::Refused(decision) => {
                    let mut json = decision_json(&decision);
                    json["promise"] = Json::Null;
                    answer(global.format, &json, || {
                        decision.because.iter().map(|reason| format!("refused: {} {}", reason.rule.plain, reason.detail)).collect()
                    })?;
                    Ok(Answered::No)
                }
            }
        }
        PromiseCommand::Withdraw { promise } => {
            let promise = withdraw_promise(app, &Actor::command(), app.moment(), parse_id("promise", &promise)?).await?;
            answer(global.format, &json!({"promise": promise.id.to_string(), "state": promise.state}), || {
                vec![format!("promise {} is withdrawn", promise.id)]
            })?;
            Ok(Answered::Yes)
        }
    }
}

async fn payment(app: &App, global: &Global, command: PaymentCommand) -> Result<(), Failure> {
    match command {
        PaymentCommand::Post { account, amount, on, reference } => {
            let account = accounts::store::resolve(&mut app.db.read().await?, &account).await?;
            let ask = PostPayment { account, amount_minor: amount, effective_on: on, reference };
            let posted = post_payment(app, &Actor::command(), app.moment(), &ask).await?;
            let currency = posted.balance.currency().code();
            let allocation: Vec<Json> = posted
                .allocation
                .iter()
                .map(|(bucket, part)| json!({"bucket": bucket.code(), "amount": money(part.minor(), currency)}))
                .collect();
            let json = json!({"payment": posted.payment.to_string(), "allocation": allocation, "unapplied": money(posted.unapplied.minor(), currency),
                "balance": buckets_json(&posted.balance), "repeat": posted.is_repeat});
            answer(global.format, &json, || {
                let parts: Vec<String> = posted.allocation.iter().map(|(bucket, part)| format!("{bucket} {part}")).collect();
                let owed = posted.balance.total().map(|total| total.to_string()).unwrap_or_default();
                vec![format!("payment {}: {}; {owed} is left", posted.payment, parts.join(", "))]
            })
        }
        PaymentCommand::Reverse { payment, on } => {
            let balance = reverse_payment(app, &Actor::command(), app.moment(), parse_id("payment", &payment)?, on).await?;
            let json = json!({"payment": payment, "state": "reversed", "balance": buckets_json(&balance)});
            answer(global.format, &json, || {
                vec![format!("reversed; {} is owed", balance.total().map(|total| total.to_string()).unwrap_or_default())]
            })
        }
    }
}

/// Amounts by bucket, and their total.
pub fn buckets_json(buckets: &duly_domain::ledger::Buckets) -> Json {
    let currency = buckets.currency().code();
    let mut json: serde_json::Map<String, Json> =
        buckets.each().map(|(bucket, amount)| (bucket.code().to_string(), money(amount.minor(), currency))).collect();
    json.insert("total".into(), money(buckets.total().map(|total| total.minor()).unwrap_or(0), currency));
    Json::Object(json)
}

async fn night(app: &App, global: &Global, day: jiff::civil::Date) -> Result<Answered, Failure> {
    if day > app.moment().business_day {
        return Err(Failure::wrong("business-day", format!("{day} is not over: it lies in the future")));
    }
    let report = jobs::nightly::run(app, app.moment(), day).await?;
    let steps: Vec<Json> = report
        .steps
        .iter()
        .map(|step| json!({"name": step.name, "seconds": seconds(step.millis), "counts": serde_json::from_str::<Json>(&step.counts).unwrap_or_default()}))
        .collect();
    let json = json!({"business_day": day.to_string(), "steps": steps, "seconds": seconds(report.millis), "accounts": report.accounts, "repeat": report.was_done});
    answer(global.format, &json, || {
        let mut lines: Vec<String> =
            report.steps.iter().map(|step| format!("{:<20} {:>7} ms  {}", step.name, step.millis, step.counts)).collect();
        lines.push(format!("the night of {day} is {}", if report.was_done { "done already; nothing was changed" } else { "done" }));
        lines
    })?;
    let failed = report
        .steps
        .iter()
        .any(|step| serde_json::from_str::<Json>(&step.counts).is_ok_and(|counts| counts["failed"].as_u64().unwrap_or(0) > 0));
    Ok(if failed { Answered::No } else { Answered::Yes })
}

/// Milliseconds as a JSON number of seconds.
fn seconds(millis: i64) -> Json {
    serde_json::from_str(&format!("{}.{:03}", millis / 1000, millis % 1000)).unwrap_or(Json::Null)
}

async fn check(app: &App, global: &Global) -> Result<Answered, Failure> {
    let mut tx = app.db.read().await?;
    let mut checks = jobs::check::run(&mut tx, app.moment().business_day).await?;
    let current = migrate::verify(&app.db).await?;
    checks.push(jobs::check::Check {
        name: "schema",
        ok: current,
        detail: if current { "up to date".into() } else { "run duly migrate".into() },
    });
    let json = json!({"checks": checks.iter().map(|check| json!({"name": check.name, "ok": check.ok, "detail": check.detail})).collect::<Vec<_>>()});
    answer(global.format, &json, || {
        checks.iter().map(|check| format!("{} {:<24} {}", if check.ok { "ok    " } else { "FAILED" }, check.name, check.detail)).collect()
    })?;
    Ok(if checks.iter().all(|check| check.ok) { Answered::Yes } else { Answered::No })
}

async fn add_user(app: &App, global: &Global, name: &str, email: &str, role: &str, desk: Option<&str>) -> Result<(), Failure> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    let role = Role::parse(role).ok_or_else(|| Failure::wrong("role", format!("{role:?} is not one of {}", known.join(", "))))?;
    let desks = {
        let mut tx = app.db.read().await?;
        let all = accounts::store::list_desks(&mut tx).await?;
        match desk {
            None if role == Role::Officer => all,
            None => Vec::new(),
            Some(name) => {
                let named: Vec<_> = all.into_iter().filter(|desk| desk.name == name).collect();
                if named.is_empty() {
                    return Err(Failure::NotFound(format!("desk {name:?}")));
                }
                named
            }
        }
    };
    let (id, password) = identity::actions::add_user(app, &Actor::command(), app.moment(), name, email, role).await?;
    for desk in &desks {
        accounts::actions::join_desk(app, &Actor::command(), app.moment(), desk.id, id).await?;
    }
    let json = json!({"user": id.to_string(), "email": email, "role": role.code(), "password": password, "desks": desks.iter().map(|desk| &desk.name).collect::<Vec<_>>()});
    answer(global.format, &json, || vec![format!("{name} may sign in as {email} with {password}, to be changed at first sign-in")])
}

/// Finds who works accounts by their address: the who-may table holds for commands too.
async fn find_worker(tx: &mut Tx, email: &str) -> Result<Actor, Failure> {
    let who = find_actor(tx, email).await?;
    if may(who.role, Permission::WorkAccounts) { Ok(who) } else { Err(Failure::Forbidden) }
}

async fn find_actor(tx: &mut Tx, email: &str) -> Result<Actor, Failure> {
    let user =
        identity::store::find_by_email(tx, &email.to_lowercase()).await?.ok_or_else(|| Failure::NotFound(format!("user {email}")))?;
    if user.state != "active" {
        return Err(Failure::Forbidden);
    }
    Ok(Actor::user(user.id, &user.name, Role::parse(&user.role).unwrap_or(Role::Auditor)))
}

/// A point named by its id, or by the number or address itself.
async fn find_point(
    tx: &mut Tx,
    account: AccountId,
    person: Option<DebtorId>,
    channel: Channel,
    to: Option<&str>,
) -> Result<Option<PointId>, Failure> {
    let Some(to) = to else { return Ok(None) };
    if let Ok(id) = PointId::from_str(to) {
        return Ok(Some(id));
    }
    let debtor = match person {
        Some(person) => person,
        None => accounts::store::load_account(tx, account).await?.debtor,
    };
    let value = match kind_of_point(channel) {
        "phone" => Phone::parse(to).map(|phone| phone.e164().to_string()),
        "email" => EmailAddress::parse(to).map(|email| email.text().to_string()),
        _ => Ok(to.to_string()),
    }
    .map_err(|says| Failure::wrong("to", says))?;
    let points = parties::store::list_points(tx, debtor).await?;
    let point = points.into_iter().find(|point| point.value == value && point.kind == kind_of_point(channel));
    point.map(|point| Some(point.id)).ok_or_else(|| Failure::wrong("to", "is no number or address of this person on file"))
}

fn parse_id<T: FromStr>(what: &'static str, text: &str) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error| Failure::wrong(what, format!("{text:?} is {error}")))
}

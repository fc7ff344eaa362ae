//! The account workspace: who, what is owed, what is allowed now and why, what happened.

use super::actions::STOP_KINDS;
use super::search::store::{FoundRow, list_of_people};
use super::store::{self, Hold};
use super::timeline::{self, Event};
use crate::app::{Failure, Problems};
use crate::cli::output::money;
use crate::compliance::facts::{Known, gather};
use crate::compliance::gate::{Seen, decision_json, look, standing};
use crate::ledger::store::Payment;
use crate::outreach::claims::ShownClaim;
use crate::parties::pages::in_words;
use crate::parties::store::{Point, PreferenceRow};
use crate::plans::store::PromiseRow;
use crate::store::{Tx, Value};
use crate::strategy::actions::local_time;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::{ledger, outreach, plans};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use duly_domain::accounts::{Bucket, DebtKind};
use duly_domain::decision::{Answer, Decision};
use duly_domain::identity::{Permission, may};
use duly_domain::outreach::result::{ResultCode, for_channel};
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::parties::role::ROLES;
use duly_domain::plans::promise::PromiseState;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId};
use duly_domain::values::moment::{Moment, date_of_day, written};
use duly_domain::values::money::Money;
use duly_domain::values::point::{EmailAddress, Phone};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::HashMap;

/// One chip of the permission strip.
pub struct Chip {
    /// The channel.
    pub channel: Channel,
    /// `ok`, `wait` or `no`.
    pub tone: &'static str,
    /// `allowed until 20:00`.
    pub answer: String,
    /// The reason in a few words.
    pub sub: String,
    /// Calls used, and how many may; calls only.
    pub attempts: Option<(u32, u32)>,
}

/// *Why?* for one channel.
pub struct Why {
    /// The channel.
    pub channel: Channel,
    /// What stands in the way: sentence, numbers, citation.
    pub because: Vec<(String, String, &'static str)>,
    /// What was looked at.
    pub facts: Vec<(&'static str, String)>,
    /// The next allowed moment, in their time.
    pub next: String,
    /// What can be done instead.
    pub instead: String,
}

/// A number or address as it is shown.
pub struct ShownPoint {
    /// The point.
    pub point: Point,
    /// As it is written.
    pub text: String,
    /// `ok`, `warn` or `no`.
    pub icon: &'static str,
}

/// What a form left unfinished, to be shown again.
#[derive(Default)]
pub struct Unfinished {
    /// Which form.
    pub form: &'static str,
    /// What was typed.
    pub fields: Fields,
    /// What is wrong with it.
    pub problems: Problems,
    /// The refusal, if the rules said no.
    pub refused: Option<Decision>,
}

impl Unfinished {
    /// Whether a field was left at a value.
    pub fn is(&self, field: &str, value: &str) -> bool {
        self.fields.text(field) == value
    }
}

#[derive(Template)]
#[template(path = "accounts/account.html")]
struct WorkspacePage {
    frame: Frame,
    id: AccountId,
    name: String,
    language: String,
    kind: String,
    creditor: String,
    reference: String,
    description: String,
    local: String,
    place: String,
    others: String,
    people: Vec<PersonOn>,
    also: Vec<(FoundRow, Money)>,
    heeded: Vec<String>,
    balance: Money,
    state: String,
    chips: Vec<Chip>,
    why: Option<Why>,
    tab: String,
    buckets: Vec<(Bucket, Money)>,
    principal_width: i64,
    itemized_on: String,
    due_on: String,
    paid_before: Money,
    reduced_before: Money,
    stage: String,
    points: Vec<ShownPoint>,
    wishes: Vec<(PreferenceRow, String)>,
    promises: Vec<(PromiseRow, Money, String, String)>,
    kept: String,
    payments: Vec<(Payment, Money)>,
    holds: Vec<Hold>,
    next_action: String,
    events: Vec<Event>,
    reserved: Option<ReservedContact>,
    claim: Option<ShownClaim>,
    form: Unfinished,
    stop_kinds: [(&'static str, &'static str); 5],
    today: String,
    due_suggestion: String,
    may_work: bool,
    may_stop: bool,
    may_post: bool,
    may_release: bool,
    is_deceased: bool,
}

/// Somebody on the account, with the numbers and addresses they can be reached by.
pub struct PersonOn {
    /// Who.
    pub id: DebtorId,
    /// Their name.
    pub name: String,
    /// How they stand to it.
    pub role: String,
    /// Whether it is the account's debtor.
    pub is_debtor: bool,
    /// How to reach them.
    pub points: Vec<ShownPoint>,
}

/// A contact whose result is awaited.
pub struct ReservedContact {
    /// Its id.
    pub id: String,
    /// Its channel.
    pub channel: Channel,
    /// Until when.
    pub until: String,
    /// The results it can come to.
    pub results: Vec<&'static ResultCode>,
    /// What to dial, if a number was chosen.
    pub dial: String,
}

/// Shows the workspace with a form left unfinished.
pub async fn show(web: &Web, visit: &Visit, account: &str, query: &HashMap<String, String>, form: Unfinished) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let id = store::resolve(&mut tx, account).await?;
    let known = gather(&mut tx, id).await?;
    let events = timeline::list(&mut tx, &known.account, visit.at.at, &visit.zone).await?;
    let buckets = ledger::store::load_buckets(&mut tx, id, &known.account.currency).await?;
    let promises = plans::store::list_promises(&mut tx, id).await?;
    let payments = ledger::store::list_payments(&mut tx, id).await?;
    let holds = store::list_holds(&mut tx, id).await?;
    let claim = outreach::store::find_claim(&mut tx, id, visit.at.at).await?.filter(|claim| claim.is_of_another(visit.who.id));
    // What somebody else reserved is theirs to record, or a supervisor's.
    let may_record = claim.is_none() || may(visit.who.role, Permission::ReleaseContacts);
    let reserved = outreach::store::find_reserved(&mut tx, id, visit.at.at).await?.filter(|_| may_record);
    let seen: Vec<Seen> = Channel::STRIP.into_iter().map(|channel| look(&known, visit.at.at, channel)).collect();
    let status = if form.form.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };

    let account = &known.account;
    let currency = ledger::store::currency(&account.currency)?;
    let amount = |minor: i64| Money::of(minor, currency);
    let name = known.debtor.name.clone().unwrap_or_else(|| "No name on file".into());
    let may_here = |permission| may(visit.who.role, permission);
    let mut frame = Frame::of(visit, "/accounts", &name).saying(query.get("said").map(String::as_str));
    frame.next_after = id.to_string();
    let default_tab = if may_here(Permission::WorkAccounts) { "contact" } else { "payment" };
    let tab = if form.form.is_empty() { query.get("do").map_or(default_tab, String::as_str) } else { form.form }.to_string();
    let why = query.get("why").and_then(|code| Channel::parse(code)).and_then(|channel| seen.iter().find(|seen| seen.channel == channel));
    let (place, others) = places(&seen[0], visit.at.at);
    let total = buckets.total()?.minor().max(1);
    let decided = promises.iter().filter(|promise| matches!(promise.state.as_str(), "kept" | "partly_kept" | "broken")).count();
    let kept = promises.iter().filter(|promise| promise.state == "kept").count();
    let people = people_on(&mut tx, id, &known).await?;
    let also = also_owed(&mut tx, id, known.debtor.id).await?;
    let heeded = crate::parties::store::list_circumstances(&mut tx, known.debtor.id).await?;
    let shown = WorkspacePage {
        people,
        also,
        heeded: heeded
            .iter()
            .filter(|row| row.ended_at.is_none())
            .filter_map(|row| Circumstance::parse(&row.kind))
            .map(|kind| kind.to_string())
            .collect(),
        id,
        language: known.debtor.language.clone().unwrap_or_default(),
        kind: DebtKind::parse(&account.kind).map(|kind| kind.to_string()).unwrap_or_default(),
        creditor: known.creditor.name.clone(),
        reference: account.reference.clone(),
        description: account.description.clone().unwrap_or_default(),
        local: local_time(&seen[0], visit.at.at),
        place,
        others,
        balance: amount(account.balance_minor),
        state: account.state.clone(),
        chips: seen.iter().map(|seen| chip(seen, &known, visit.at)).collect(),
        why: why.map(|seen| explain(seen, &known, visit.at)),
        tab,
        principal_width: buckets.get(Bucket::Principal).minor().max(0).saturating_mul(100) / total,
        buckets: buckets.each().filter(|(_, amount)| amount.minor() != 0).collect(),
        itemized_on: account.itemized_on.map(written).unwrap_or_default(),
        due_on: account.due_on.map(written).unwrap_or_default(),
        paid_before: amount(account.paid_before_minor),
        reduced_before: amount(account.reduced_before_minor),
        stage: account.stage.clone(),
        points: known.points.iter().cloned().map(shown_point).collect(),
        wishes: known.preferences.iter().filter(|wish| wish.ended_at.is_none()).map(|wish| (wish.clone(), in_words(wish))).collect(),
        promises: promises.into_iter().take(6).map(shown_promise).collect::<Result<_, Failure>>()?,
        kept: if decided == 0 { String::new() } else { format!("kept {kept} of {decided}") },
        payments: payments.into_iter().take(8).map(|payment| (payment.clone(), amount(payment.amount_minor))).collect(),
        holds: holds.into_iter().filter(|hold| hold.ended_at.is_none()).collect(),
        next_action: match (&account.next_action, account.next_action_on) {
            (Some(action), Some(on)) => format!("{action}, {}", written(on)),
            _ => String::new(),
        },
        events,
        reserved: reserved.map(|contact| {
            let channel = Channel::parse(&contact.channel).unwrap_or(Channel::Call);
            let dial = contact.point.and_then(|id| known.points.iter().find(|point| point.id == id)).map(|point| point.value.clone());
            ReservedContact {
                id: contact.id.to_string(),
                channel,
                until: contact.expires_at.map(|at| at.to_zoned(visit.zone.clone()).strftime("%H:%M").to_string()).unwrap_or_default(),
                results: for_channel(channel).collect(),
                dial: dial.unwrap_or_default(),
            }
        }),
        claim: claim.map(|claim| claim.shown(&visit.zone)),
        form,
        stop_kinds: STOP_KINDS,
        today: visit.at.business_day.to_string(),
        due_suggestion: visit.at.business_day.saturating_add(jiff::Span::new().days(7)).to_string(),
        may_work: may_here(Permission::WorkAccounts),
        may_stop: may_here(Permission::RecordStops),
        may_post: may_here(Permission::PostPayments),
        may_release: may_here(Permission::ReleaseContacts),
        is_deceased: known.debtor.is_deceased,
        name,
        frame,
    };
    Ok((status, page(&shown)).into_response())
}

/// Everybody on an account, the debtor first.
async fn people_on(tx: &mut Tx, account: AccountId, known: &Known) -> Result<Vec<PersonOn>, Failure> {
    let mut people = Vec::new();
    for row in crate::parties::store::list_people(tx, account).await? {
        let is_debtor = row.debtor == known.debtor.id;
        let points = if is_debtor { known.points.clone() } else { crate::parties::store::list_points(tx, row.debtor).await? };
        people.push(PersonOn {
            id: row.debtor,
            name: row.name.unwrap_or_else(|| "No name on file".into()),
            role: crate::parties::pages::role(&row.role),
            is_debtor,
            points: points.into_iter().map(shown_point).collect(),
        });
    }
    people.sort_by_key(|person| !person.is_debtor);
    Ok(people)
}

/// What the same person owes besides.
async fn also_owed(tx: &mut Tx, account: AccountId, debtor: DebtorId) -> Result<Vec<(FoundRow, Money)>, Failure> {
    let rows = list_of_people(tx, &[Value::from(debtor)]).await?;
    let others = rows.into_iter().filter(|row| row.id != account).take(8);
    others.map(|row| Ok((row.clone(), Money::of(row.balance_minor, ledger::store::currency(&row.currency)?)))).collect()
}

fn shown_promise(promise: PromiseRow) -> Result<(PromiseRow, Money, String, String), Failure> {
    let amount = Money::of(promise.amount_minor, ledger::store::currency(&promise.currency)?);
    let state = PromiseState::parse(&promise.state).map(|state| state.to_string()).unwrap_or_default();
    let due = written(promise.due_on);
    Ok((promise, amount, due, state))
}

/// A point as screens show it.
pub fn shown_point(point: Point) -> ShownPoint {
    let text = match point.kind.as_str() {
        "phone" => Phone::parse(&point.value).map_or_else(|_| point.value.clone(), |phone| phone.to_string()),
        "email" => EmailAddress::parse(&point.value).map_or_else(|_| point.value.clone(), |email| email.masked()),
        _ => point.value.clone(),
    };
    let icon = match point.state.as_str() {
        "verified" => "ok",
        "unproven" => "warn",
        _ => "no",
    };
    ShownPoint { point, text, icon }
}

/// The city of the deciding clock, and the hours on the others where they differ.
fn places(seen: &Seen, at: Timestamp) -> (String, String) {
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    let mut clocks = seen.facts.clocks.iter();
    let first = clocks.next().map(|clock| (clock.local(at.as_second()).1, city(&clock.zone)));
    let Some((second, place)) = first else { return (String::new(), String::new()) };
    let others: Vec<String> = clocks
        .map(|clock| (clock.local(at.as_second()).1, city(&clock.zone)))
        .filter(|(other, _)| *other != second)
        .map(|(other, city)| format!("{:02}:{:02} in {city}", other / 3600, other / 60 % 60))
        .collect();
    let others = match others.len() {
        0 => String::new(),
        1..=2 => format!("{}: both must be open", others.join(", ")),
        many => format!("nothing says where: {} clocks must be open", many + 1),
    };
    (place, others)
}

/// The strip's chip of one channel.
fn chip(seen: &Seen, known: &Known, at: Moment) -> Chip {
    let first = seen.decision.because.first();
    let (tone, answer) = match (&seen.decision.answer, seen.decision.next_allowed_at) {
        (Answer::Yes, _) => (
            "ok",
            seen.until
                .filter(|_| seen.channel != Channel::Letter)
                .map_or("allowed".into(), |until| format!("allowed until {}", until_text(seen, until))),
        ),
        (_, Some(next)) => ("wait", format!("not before {}", next_text(seen, next, at.at))),
        (Answer::NeedsSupervisor, None) => ("wait", "asks a supervisor".into()),
        (Answer::No, None) => ("no", "no".into()),
    };
    let has_point = known.points.iter().any(|point| {
        point.kind == crate::compliance::gate::kind_of_point(seen.channel) && !matches!(point.state.as_str(), "wrong" | "dead")
    });
    let sub = match first {
        Some(reason) => reason.rule.plain.trim_end_matches('.').to_string(),
        None if !has_point => "nothing on file to reach them by".into(),
        None => "nothing stands in the way".into(),
    };
    let attempts = (seen.channel == Channel::Call).then_some(seen.attempts);
    Chip { channel: seen.channel, tone, answer, sub, attempts }
}

/// Midnight reads as the end of the day.
fn until_text(seen: &Seen, until: Timestamp) -> String {
    let text = local_time(seen, until);
    if text == "00:00" { "the end of the day".into() } else { text }
}

/// `17:30` today, `Tue 08:00` within the week, else the date.
pub fn next_text(seen: &Seen, next: Timestamp, now: Timestamp) -> String {
    let Some(clock) = seen.facts.clocks.first() else { return next.to_string() };
    let ((day, second), (today, _)) = (clock.local(next.as_second()), clock.local(now.as_second()));
    let time = format!("{:02}:{:02}", second / 3600, second / 60 % 60);
    let date = date_of_day(day);
    match day - today {
        0 => time,
        1..=6 => format!("{} {time}", duly_domain::values::moment::short_weekday(date.weekday())),
        _ => format!("{} {time}", written(date)),
    }
}

fn explain(seen: &Seen, known: &Known, at: Moment) -> Why {
    let facts = &seen.facts;
    let clocks: Vec<String> = facts
        .clocks
        .iter()
        .map(|clock| {
            let second = clock.local(at.at.as_second()).1;
            format!("{:02}:{:02} {}", second / 3600, second / 60 % 60, clock.zone)
        })
        .collect();
    let last_talk = facts.debts.iter().filter_map(|debt| debt.conversation_day).max();
    let since = |second: Option<i64>| {
        let day = second.and_then(|second| Timestamp::from_second(second).ok());
        day.map_or_else(|| "none on record".into(), |at| written(at.to_zoned(jiff::tz::TimeZone::UTC).date()))
    };
    let shown = vec![
        ("Binds us", binding(facts.regf_binds, &known.account.kind).to_string()),
        ("Reaches", standing(facts.standing).to_string()),
        ("Their clocks", clocks.join("; ")),
        ("Calls in 7 days", format!("{} of {} used", seen.attempts.0, seen.attempts.1)),
        ("Last talk", last_talk.map_or_else(|| "none on record".into(), |day| written(date_of_day(day)))),
        ("Written stop", since(facts.ceased_at)),
        ("Lawyer", since(facts.attorney_at)),
        ("Wishes about time", facts.time_wishes.len().to_string()),
        ("Rules", duly_domain::compliance::RULE_SET.to_string()),
    ];
    let open: Vec<String> = Channel::STRIP
        .into_iter()
        .filter(|channel| *channel != seen.channel && look(known, at.at, *channel).decision.answer == Answer::Yes)
        .map(|channel| channel.to_string())
        .collect();
    Why {
        channel: seen.channel,
        because: seen
            .decision
            .because
            .iter()
            .chain(&seen.decision.warnings)
            .map(|reason| (reason.rule.plain.to_string(), reason.detail.to_string(), reason.rule.cite))
            .collect(),
        facts: shown,
        next: match (seen.decision.answer, seen.decision.next_allowed_at) {
            (Answer::Yes, _) => "Now".into(),
            (_, Some(next)) => format!("{} their time", next_text(seen, next, at.at)),
            (_, None) => "Not within 60 days, unless they say so".into(),
        },
        instead: if open.is_empty() {
            "Nothing else is open now.".into()
        } else {
            format!("Open now: {}.", open.join(", ").to_lowercase())
        },
    }
}

/// Whose rules bind: the law's, or the house's where the law does not reach.
fn binding(binds: bool, kind: &str) -> &'static str {
    match (binds, kind) {
        (true, "consumer") => "the law: Regulation F",
        (true, _) => "house policy: as for consumers",
        (false, _) => "no consumer rule",
    }
}

/// What the workspace shows, for commands.
pub async fn workspace_json(tx: &mut Tx, at: Moment, account: AccountId) -> Result<Json, Failure> {
    let known = gather(tx, account).await?;
    let buckets = ledger::store::load_buckets(tx, account, &known.account.currency).await?;
    let promises = plans::store::list_promises(tx, account).await?;
    let payments = ledger::store::list_payments(tx, account).await?;
    let holds = store::list_holds(tx, account).await?;
    let people = crate::parties::store::list_people(tx, account).await?;
    let events = timeline::list(tx, &known.account, at.at, &jiff::tz::TimeZone::UTC).await?;
    let channels: serde_json::Map<String, Json> = Channel::STRIP
        .into_iter()
        .map(|channel| {
            let seen = look(&known, at.at, channel);
            let mut json = decision_json(&seen.decision);
            json["until"] = json!(seen.until.map(|until| until.to_string()));
            json["attempts_used"] = json!(seen.attempts.0);
            json["attempts_max"] = json!(seen.attempts.1);
            (channel.code().to_string(), json)
        })
        .collect();
    let Known { account, creditor, debtor, points, preferences, .. } = known;
    let currency = account.currency.as_str();
    Ok(json!({
        "account": {"id": account.id.to_string(), "reference": account.reference, "creditor": creditor.name, "kind": account.kind,
            "state": account.state, "stage": account.stage, "placed_on": account.placed_on.to_string(),
            "itemized_on": account.itemized_on.map(|on| on.to_string()), "due_on": account.due_on.map(|on| on.to_string()),
            "description": account.description, "placed": money(account.placed_minor, currency)},
        "people": people.iter().map(|person| json!({"id": person.debtor.to_string(), "role": person.role, "name": person.name})).collect::<Vec<_>>(),
        "debtor": {"id": debtor.id.to_string(), "name": debtor.name, "language": debtor.language, "state": debtor.state, "deceased": debtor.is_deceased},
        "points": points.iter().cloned().map(shown_point).map(|shown| json!({"id": shown.point.id.to_string(), "kind": shown.point.kind, "label": shown.point.label, "shown": shown.text, "state": shown.point.state})).collect::<Vec<_>>(),
        "preferences": preferences.iter().filter(|wish| wish.ended_at.is_none()).map(|wish| json!({"id": wish.id.to_string(), "kind": wish.kind, "says": in_words(wish)})).collect::<Vec<_>>(),
        "buckets": crate::cli::buckets_json(&buckets),
        "balance": money(account.balance_minor, currency),
        "promises": promises.iter().map(|promise| json!({"id": promise.id.to_string(), "amount": money(promise.amount_minor, &promise.currency), "arrived": money(promise.arrived_minor, &promise.currency), "taken_on": promise.taken_on.to_string(), "due_on": promise.due_on.to_string(), "state": promise.state})).collect::<Vec<_>>(),
        "payments": payments.iter().map(|payment| json!({"id": payment.id.to_string(), "amount": money(payment.amount_minor, &payment.currency), "effective_on": payment.effective_on.to_string(), "reference": payment.reference, "state": payment.state})).collect::<Vec<_>>(),
        "holds": holds.iter().filter(|hold| hold.ended_at.is_none()).map(|hold| json!({"id": hold.id.to_string(), "reason": hold.reason, "until": hold.until_on.map(|on| on.to_string())})).collect::<Vec<_>>(),
        "next_action": account.next_action.as_ref().map(|action| json!({"action": action, "on": account.next_action_on.map(|on| on.to_string()), "at": account.next_action_at.map(|at| at.to_string())})),
        "channels": channels,
        "timeline": events.iter().map(|event| json!({"title": event.title, "when": event.when, "more": event.more})).collect::<Vec<_>>(),
    }))
}

//! The call's page: what is shown at each stage. What is owed is put into it only for the right party.

use super::actions::{Led, load};
use super::opening;
use super::recap::showing::Writing;
use super::stages::{ShownStage, chips, minutes, promised, seconds, stages};
use crate::accounts::brief::{self, Brief};
use crate::accounts::search::store::list_of_people;
use crate::accounts::strip::places as places_of;
use crate::app::{Failure, Problems};
use crate::audit;
use crate::coaching::guides;
use crate::compliance::gate::{Seen, look_at};
use crate::ledger;
use crate::outreach::letters::facts::sender;
use crate::outreach::store::list_accounts_of;
use crate::outreach::words::{DueWords, calls_are_recorded, is_time_barred};
use crate::parties::status::standing::standing;
use crate::parties::store::list_circumstances;
use crate::plans::approvals::panel::AskingPanel;
use crate::plans::store::list_promises;
use crate::store::Tx;
use crate::strategy::actions::local_time;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use duly_domain::accounts::DebtKind;
use duly_domain::coaching::guide::{Card, Condition, Line, Part, Places, Situation};
use duly_domain::compliance::status::{Addressee, Allowance};
use duly_domain::outreach::conversation::{Answered, Choice, Heed, Means, Reason, Stage, Trigger, Way, draft, heed};
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::recap::{Agreed, read_back};
use duly_domain::outreach::result::{ResultCode, for_channel};
use duly_domain::parties::right_party::{Check, Fit, MISSES_MAX, Verdict};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, CallId};
use duly_domain::values::moment::{day_number, written};
use duly_domain::values::money::Money;
use duly_domain::values::point::Phone;
use jiff::{Span, Timestamp};
use std::collections::HashMap;

/// How long wrapping up is meant to take, in seconds.
pub const WRAP_SECONDS: i64 = 15;

/// A line of the guide with its places filled.
struct ShownLine {
    part: Part,
    words: String,
}

/// A card of the guide.
struct ShownCard<'g> {
    card: &'g Card,
    lines: Vec<ShownLine>,
    is_open: bool,
}

/// A check and what it came to.
struct ShownCheck {
    check: Check,
    fit: Option<Fit>,
}

/// What stands on the account and leaves little to be said, although they call.
struct ShownHeed {
    whose: String,
    words: &'static str,
    cite: &'static str,
    heed: Heed,
    allowed: Vec<&'static str>,
}

/// Another debt of whoever called.
struct ShownBeside {
    account: AccountId,
    creditor: String,
    reference: String,
    owed: Money,
    is_about: bool,
}

/// The form that closes a call.
struct Wrap {
    result: &'static ResultCode,
    results: Vec<&'static ResultCode>,
    note: String,
    follow_up: String,
    follow_up_time: String,
    suggestion: String,
    spent: i64,
    recap: Option<Channel>,
}

#[derive(Template)]
#[template(path = "outreach/calls/call.html")]
struct CallPage<'g> {
    frame: Frame,
    id: CallId,
    account: AccountId,
    person: String,
    language: Language,
    local: String,
    place: String,
    attempts: (u32, u32),
    dial: String,
    dial_text: String,
    owed: Option<(Money, String)>,
    spent: i64,
    lasted: String,
    ended: Option<(String, String)>,
    is_wrapped: bool,
    way: Way,
    stage: Stage,
    stages: Vec<ShownStage>,
    lines: Vec<ShownLine>,
    brief: Option<Brief>,
    cards: Vec<ShownCard<'g>>,
    checks: Vec<ShownCheck>,
    verdict: Verdict,
    answered: Option<Answered>,
    callers: &'static [Answered],
    came_in: bool,
    is_closed: bool,
    heeds: Vec<ShownHeed>,
    beside: Vec<ShownBeside>,
    due: Vec<&'g DueWords>,
    message: Option<&'g DueWords>,
    told: (Option<Reason>, String, String, bool),
    triggers: Vec<(Trigger, bool)>,
    opened: Vec<&'static str>,
    asks_words: Option<Trigger>,
    promised: String,
    read_back: Vec<String>,
    /// What is left to them each month, and whether that is nothing.
    left: Option<(String, bool)>,
    chips: Vec<(&'static str, String)>,
    next: Option<Stage>,
    wrap: Option<Wrap>,
    /// What was asked of a supervisor, and the form for it.
    asking: Option<AskingPanel>,
    /// How they like it in writing, the ways, and what was written.
    writing: Writing,
    fields: Fields,
    problems: Problems,
    today: String,
}

/// Shows a call, with what was typed and what is wrong with it.
pub async fn show(
    web: &Web,
    visit: &Visit,
    call: CallId,
    query: &HashMap<String, String>,
    fields: Fields,
    problems: Problems,
) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let led = load(&mut tx, &visit.who, call).await?;
    let view = audit::views::begin(&web.app, &visit.who, visit.at.at, led.call.account, audit::views::CALL);
    let language = Language::parse(&led.call.language).unwrap_or(Language::English);
    let guide = guides::of_call(&mut tx, language, &led.call.guide).await?;
    let seen = look_at(&led.known, visit.at.at, Channel::Call, led.call.person);
    let situation = situation(&mut tx, &led, visit).await?;
    let is_verified = led.conversation.may_show_debt();
    let person = person_of(&mut tx, &led).await?;
    let places = spoken_places(&mut tx, &led, visit, &person, is_verified).await?;
    let filled = |lines: Vec<&Line>| -> Vec<ShownLine> {
        lines.into_iter().map(|line| ShownLine { part: line.part, words: line.fill(&places) }).collect()
    };
    let stage = stage_at(&led, query.get("stage").map(String::as_str));
    let asked = query.get("card").map(String::as_str);
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let triggers = led.conversation.triggers();
    let asking = asking(&mut tx, &led, visit, stage, &fields, &problems).await?;
    let writing = Writing::of(&mut tx, &led, visit, guide.language).await?;
    let came_in = led.call.came_in();
    let brief = match is_verified {
        true => Some(brief::of(&mut tx, &led.known, visit.at, &visit.zone).await?),
        false => None,
    };
    let dial = led.call.point.and_then(|id| led.known.points.iter().find(|point| point.id == id)).map(|point| point.value.clone());
    let clock = |at: Timestamp| at.to_zoned(visit.zone.clone()).strftime("%H:%M").to_string();
    let shown = CallPage {
        id: call,
        account: led.call.account,
        language: guide.language,
        local: local_time(&seen, visit.at.at),
        place: places_of(&seen, visit.at.at).0,
        attempts: seen.attempts,
        dial_text: dial
            .as_deref()
            .map(|value| Phone::parse(value).map_or_else(|_| value.to_string(), |phone| phone.to_string()))
            .unwrap_or_default(),
        dial: dial.unwrap_or_default(),
        owed: is_verified.then(|| owed(&led)).transpose()?,
        spent: seconds(led.call.began_at, visit.at.at),
        lasted: minutes(led.call.began_at, visit.at.at),
        ended: led.call.ended_at.map(|at| (clock(at), minutes(led.call.began_at, at))),
        is_wrapped: led.call.wrapped_at.is_some(),
        way: led.conversation.way(),
        stages: stages(&led),
        lines: filled(guide.at(stage, situation)),
        // Who calls us goes on from where we were.
        brief: brief.map(|brief| if came_in { brief.opening_at(brief::Part::Said) } else { brief }),
        came_in,
        callers: led.conversation.who(),
        is_closed: led.known.account.state != "open",
        heeds: heeds(&mut tx, &led).await?,
        beside: beside(&mut tx, &led).await?,
        cards: guide
            .cards(is_verified)
            .map(|card| ShownCard { card, lines: filled(card.at(situation)), is_open: asked == Some(card.code.as_str()) })
            .collect(),
        checks: led.on_file.checks().into_iter().map(|check| ShownCheck { check, fit: led.conversation.fit(check) }).collect(),
        verdict: led.conversation.verdict(),
        answered: led.conversation.answered(),
        due: led.due().collect(),
        message: led.message(),
        told: led
            .conversation
            .told()
            .map(|(reason, since, words, agreed)| (Some(reason), since.to_string(), words.to_string(), agreed))
            .unwrap_or_default(),
        opened: triggers.iter().map(|trigger| opening::says(*trigger)).collect(),
        asks_words: query.get("words").and_then(|code| Trigger::parse(code)),
        triggers: Trigger::ALL.iter().map(|trigger| (*trigger, triggers.contains(trigger))).collect(),
        promised: promised(&led),
        read_back: Agreed::of(&led.conversation).map(|agreed| read_back(&agreed, &places.telephone, guide.language)).unwrap_or_default(),
        left: left(&led),
        chips: chips(&led),
        next: led.conversation.after(stage),
        wrap: wrap(&led, &seen, visit, &person, &fields, &writing),
        writing,
        stage,
        fields,
        problems,
        today: visit.at.business_day.to_string(),
        frame: Frame::of(visit, "/calls", &format!("Call with {person}"))
            .saying(query.get("said").map(String::as_str))
            .watching(asking.as_ref().map(|asking| asking.live.as_str())),
        asking,
        person,
    };
    let shown = page(&shown);
    tx.rollback().await;
    view.kept().await?;
    Ok((status, shown).into_response())
}

/// The stage asked for, if it is open; else the first that has something to do.
fn stage_at(led: &Led, asked: Option<&str>) -> Stage {
    let asked = asked.and_then(Stage::parse).filter(|stage| led.conversation.may_enter(*stage).is_ok());
    let open = || Stage::ALL.iter().copied().find(|stage| !led.conversation.is_done(*stage) && led.conversation.may_enter(*stage).is_ok());
    asked.or_else(open).unwrap_or(Stage::Verify)
}

/// What is true of this call, so that the words fit.
async fn situation(tx: &mut Tx, led: &Led, visit: &Visit) -> Result<Situation, Failure> {
    let account = &led.known.account;
    let heeded = list_circumstances(tx, led.call.person).await?;
    let promises = list_promises(tx, account.id).await?;
    let is_recorded = calls_are_recorded(tx).await?;
    let kind = match DebtKind::parse(&account.kind) {
        Some(DebtKind::Business) => Condition::Business,
        Some(DebtKind::Government) => Condition::Government,
        _ => Condition::Consumer,
    };
    let is_vulnerable = heeded.iter().any(|row| row.ended_at.is_none() && matches!(row.kind.as_str(), "vulnerable" | "hardship"));
    let is_broken = promises.first().is_some_and(|promise| matches!(promise.state.as_str(), "broken" | "partly_kept"));
    Ok(Situation::default()
        .and(kind)
        .and_if(!account.was_reached, Condition::FirstTalk)
        .and_if(is_broken, Condition::BrokePromise)
        .and_if(is_vulnerable, Condition::Vulnerable)
        .and_if(is_time_barred(&led.known, day_number(visit.at.business_day)), Condition::TimeBarred)
        .and_if(is_recorded, Condition::Recorded)
        .and_if(led.call.came_in(), Condition::Inbound))
}

/// What stands on the account and leaves little to be said, although they call.
async fn heeds(tx: &mut Tx, led: &Led) -> Result<Vec<ShownHeed>, Failure> {
    if !led.call.came_in() {
        return Ok(Vec::new());
    }
    let all = standing(tx, led.call.account).await?;
    let shown = all.into_iter().filter_map(|standing| {
        let (card, heed) = (standing.status.card(), heed(standing.status)?);
        let in_a_call = |item: &&Allowance| item.to.contains(&Addressee::Them) && (item.by.is_empty() || item.by.contains(&Channel::Call));
        let allowed = card.allowed.iter().filter(in_a_call).map(|item| item.says).collect();
        let whose = if standing.person == led.known.debtor.id { String::new() } else { standing.name };
        Some(ShownHeed { whose, words: card.words, cite: card.cite, heed, allowed })
    });
    Ok(shown.collect())
}

/// Their other debts, for who called and is verified.
async fn beside(tx: &mut Tx, led: &Led) -> Result<Vec<ShownBeside>, Failure> {
    if !led.call.came_in() || !led.conversation.may_show_debt() || led.call.person != led.known.debtor.id {
        return Ok(Vec::new());
    }
    let about = list_accounts_of(tx, led.call.contact).await?;
    let rows = list_of_people(tx, &[led.call.person.into()]).await?;
    let others = rows.into_iter().filter(|row| row.id != led.call.account && row.role == "debtor" && row.state == "open");
    others
        .map(|row| {
            let owed = Money::of(row.balance_minor, ledger::store::currency(&row.currency)?);
            Ok(ShownBeside { account: row.id, creditor: row.creditor, reference: row.reference, owed, is_about: about.contains(&row.id) })
        })
        .collect()
}

/// What was asked of a supervisor in this call, while the right person is on the line; and the form, where something is agreed.
async fn asking(
    tx: &mut Tx,
    led: &Led,
    visit: &Visit,
    stage: Stage,
    fields: &Fields,
    problems: &Problems,
) -> Result<Option<AskingPanel>, Failure> {
    if !led.conversation.may_show_debt() || led.call.wrapped_at.is_some() {
        return Ok(None);
    }
    let can_ask = matches!(stage, Stage::Options | Stage::Commit) && led.call.ended_at.is_none();
    let panel = AskingPanel::of(tx, visit, (led.call.account, Some(led.call.id)), can_ask, fields, problems).await?;
    Ok(Some(panel).filter(|panel| !panel.is_empty()))
}

async fn person_of(tx: &mut Tx, led: &Led) -> Result<String, Failure> {
    let name = match led.call.person == led.known.debtor.id {
        true => led.known.debtor.name.clone(),
        false => crate::parties::store::load_debtor(tx, led.call.person).await?.name,
    };
    Ok(crate::parties::name_of(name.as_deref()).to_string())
}

async fn spoken_places(tx: &mut Tx, led: &Led, visit: &Visit, person: &str, is_verified: bool) -> Result<Places, Failure> {
    let us = sender(tx).await?;
    let (owed, creditor) = if is_verified { owed(led).map(|(owed, creditor)| (owed.to_string(), creditor))? } else { Default::default() };
    Ok(Places {
        officer: visit.who.name.clone(),
        person: person.to_string(),
        collector: us.name,
        telephone: us.phone,
        creditor,
        amount: owed,
    })
}

/// What is owed, and to whom.
fn owed(led: &Led) -> Result<(Money, String), Failure> {
    let account = &led.known.account;
    let owed = Money::of(account.balance_minor, ledger::store::currency(&account.currency)?);
    Ok((owed, led.known.creditor.name.clone()))
}

/// What is left to them each month, and whether that is nothing.
fn left(led: &Led) -> Option<(String, bool)> {
    let (minor, currency) = (led.conversation.left_minor()?, ledger::store::currency(&led.known.account.currency).ok()?);
    Some((Money::of(minor.max(0), currency).to_string(), minor <= 0))
}

/// The form that closes the call, once it is over.
fn wrap(led: &Led, seen: &Seen, visit: &Visit, person: &str, fields: &Fields, writing: &Writing) -> Option<Wrap> {
    let ended_at = led.call.ended_at.filter(|_| led.call.wrapped_at.is_none())?;
    let result = fields.some("result").and_then(|code| duly_domain::outreach::result::find(&code)).unwrap_or(led.conversation.result());
    let today = visit.at.business_day;
    let usual = today.saturating_add(Span::new().days(i64::from(result.next_in_days)));
    let agreed = led.conversation.agreed();
    let promised = led.conversation.promised().map(|(_, _, due_on)| due_on);
    // After a talk somebody decides what is next; where nobody was reached, the usual day stands.
    let on = agreed.map(|(on, ..)| on).or(promised).or_else(|| (!result.is_right_party).then_some(usual));
    let at = agreed.and_then(|(_, minute, _)| minute).map(|minute| format!("{:02}:{:02}", minute / 60, minute % 60));
    let typed = |field: &str, drafted: String| fields.some(field).unwrap_or(drafted);
    Some(Wrap {
        result,
        results: for_channel(seen.channel).filter(|result| !led.call.came_in() || result.comes_in()).collect(),
        note: typed("note", draft(&led.conversation, person)),
        follow_up: typed("follow_up", on.map(|on| on.to_string()).unwrap_or_default()),
        follow_up_time: typed("follow_up_time", at.unwrap_or_default()),
        suggestion: match led.known.account.state == "open" {
            true => format!("{} on {}", result.next_action, written(usual)),
            false => "Nothing: the account is not open".into(),
        },
        spent: seconds(ended_at, visit.at.at),
        // What was typed stands; what they like, where it may be; and nothing is chosen for who told us nothing.
        recap: match fields.some("result") {
            Some(_) => Channel::parse(fields.text("recap")),
            None => writing.offer.first,
        },
    })
}

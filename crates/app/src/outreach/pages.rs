//! Reserving and recording contacts, on the workspace.

use super::actions::{RecordContact, Reserved, record_contact, reserve_contact};
use super::calls::actions::begin_call;
use super::incoming::{Incoming, record_incoming};
use super::words::Said;
use crate::accounts::pages::{Unfinished, after, back, resolve, show};
use crate::app::{Failure, Problems};
use crate::compliance::gate::AskContact;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::record::Dialing;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{ContactId, DebtorId, PointId};
use std::collections::HashMap;

/// `POST /accounts/{account}/contacts`: asks the gate and reserves.
pub async fn post_contact(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let id = resolve(&web, &account).await?;
    // One list of numbers and addresses, each with its channel and, unless it is the debtor's, its person: `call pnt_… dbt_…`.
    let mut to = fields.text("to").split(' ');
    let (channel, point, person) = (to.next().unwrap_or_default(), to.next().unwrap_or_default(), to.next());
    // By machine where it says so: `text/atds`.
    let (channel, machine) = channel.split_once('/').unwrap_or((channel, "manual"));
    let (Some(channel), Some(dialing)) = (Channel::parse(channel), Dialing::parse(machine)) else {
        let problems = Problems::one("to", "is missing");
        return show(&web, &visit, &account, &HashMap::new(), Unfinished { form: "contact", fields, problems, refused: None }).await;
    };
    let also = crate::accounts::store::list_ids_beside(&mut web.app.db.read().await?, id).await?;
    let ask = AskContact {
        also: also.into_iter().filter(|account| !fields.text(&account.to_string()).is_empty()).collect(),
        point: point.parse::<PointId>().ok(),
        person: person.and_then(|person| person.parse::<DebtorId>().ok()),
        dialing,
        is_about_undisputed: fields.text("undisputed") == "yes",
        ..AskContact::with_debtor(id, channel)
    };
    let release = fields.some("release");
    match reserve_contact(&web.app, &visit.who, visit.at, &ask, release.as_deref()).await {
        // Somebody who calls is led through the call.
        Ok(Reserved { contact: Some(contact), .. })
            if fields.text("guide") == "yes" && channel == Channel::Call && dialing == Dialing::Manual =>
        {
            let call = begin_call(&web.app, &visit.who, visit.at, contact).await?;
            Ok(Redirect::to(&format!("/calls/{call}")).into_response())
        }
        Ok(reserved) if reserved.contact.is_some() => Ok(back(&account, "reserved")),
        Ok(reserved) => {
            let form = Unfinished { form: "contact", fields, problems: Problems::default(), refused: Some(reserved.decision) };
            show(&web, &visit, &account, &HashMap::from([("why".to_string(), channel.code().to_string())]), form).await
        }
        Err(failure) => after::<()>(&web, &visit, &account, "contact", fields, Err(failure), "").await,
    }
}

/// `POST /accounts/{account}/contacts/{contact}/results`
pub async fn post_result(
    State(web): State<Web>,
    visit: Visit,
    Path((account, contact)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let contact: ContactId = contact.parse().map_err(|_| Failure::NotFound("such reservation".into()))?;
    let mut problems = Problems::default();
    let follow_up_on = fields.some("follow_up").and_then(|_| fields.date("follow_up", &mut problems));
    let follow_up_at = match (follow_up_on, fields.minute("follow_up_time")) {
        (Some(day), Some(minute)) => day
            .at(i8::try_from(minute / 60).unwrap_or(0), i8::try_from(minute % 60).unwrap_or(0), 0, 0)
            .to_zoned(visit.zone.clone())
            .ok()
            .map(|zoned| zoned.timestamp()),
        _ => None,
    };
    // Only a page that showed the words asks about them.
    let said = match (fields.text("words"), fields.text("said-all")) {
        ("shown", "yes") => Said::All,
        ("shown", _) => Said::These(fields.ticked("said.")),
        _ => Said::NotAsked,
    };
    let ask =
        RecordContact { contact, result: fields.text("result").to_string(), follow_up_on, follow_up_at, note: fields.some("note"), said };
    let done = match problems.is_empty() {
        true => record_contact(&web.app, &visit.who, visit.at, &ask).await,
        false => Err(Failure::Wrong(problems)),
    };
    after(&web, &visit, &account, "result", fields, done, "recorded").await
}

/// `POST /accounts/{account}/incoming`: somebody reached us.
pub async fn post_incoming(State(web): State<Web>, visit: Visit, Path(account): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let ask = Incoming {
        account: resolve(&web, &account).await?,
        person: fields.text("person").parse::<DebtorId>().ok(),
        channel: fields.text("channel").to_string(),
        result: fields.text("result").to_string(),
        note: fields.some("note"),
    };
    let done = record_incoming(&web.app, &visit.who, visit.at, &ask).await;
    after(&web, &visit, &account, "incoming", fields, done, "called").await
}

//! What the organization settles about itself: its name, its address, how letters say it is reached, the time zone of its business days.
//!
//! The first set-up asks for name and time zone; where the first user was made at the machine, nobody was asked, and every
//! page of an administrator says so until it is done here.

use super::store;
use crate::app::{Actor, App, Failure, Problems};
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use crate::{audit, transaction};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::values::moment::Moment;
use duly_domain::values::region::ZONES_SERVED;
use serde_json::json;
use std::collections::HashMap;

/// The longest name or address, in letters.
const LONGEST: usize = 300;

/// What is settled. Empty is not settled yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// The organization's name, as on receipts.
    pub company: String,
    /// Its postal address.
    pub address: String,
    /// The time zone in which its business days begin and end.
    pub zone: String,
    /// Its telephone number, as on letters.
    pub phone: String,
    /// When that is answered.
    pub hours: String,
    /// Its site.
    pub website: String,
    /// `yes` where its calls are recorded.
    pub recorded: String,
}

impl Settled {
    /// Reads what is settled.
    pub async fn read(tx: &mut Tx) -> Result<Settled, Failure> {
        let mut setting = async |name| store::find_setting(tx, name).await.map(Option::unwrap_or_default);
        Ok(Settled {
            company: setting(store::COMPANY).await?,
            address: setting(store::ADDRESS).await?,
            zone: setting(store::ZONE).await?,
            phone: setting(store::PHONE).await?,
            hours: setting(store::HOURS).await?,
            website: setting(store::WEBSITE).await?,
            recorded: setting(store::CALLS_RECORDED).await?,
        })
    }

    /// Each setting with its field, its name in the database and its value.
    fn each(&self) -> [(&'static str, &'static str, &str); 7] {
        [
            ("company", store::COMPANY, &self.company),
            ("address", store::ADDRESS, &self.address),
            ("zone", store::ZONE, &self.zone),
            ("phone", store::PHONE, &self.phone),
            ("hours", store::HOURS, &self.hours),
            ("website", store::WEBSITE, &self.website),
            ("recorded", store::CALLS_RECORDED, &self.recorded),
        ]
    }

    /// What is missing, in words; nothing when all is settled that must be.
    pub fn missing(&self) -> Vec<&'static str> {
        let named = [("its name", &self.company), ("its time zone", &self.zone)];
        named.into_iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| name).collect()
    }

    fn problems(&self) -> Problems {
        let mut problems = Problems::default();
        if self.company.is_empty() {
            problems.0.push(("company", "is empty".into()));
        }
        for (field, _, value) in self.each() {
            if value.chars().count() > LONGEST {
                problems.0.push((field, format!("is longer than {LONGEST} letters")));
            } else if value.contains('\0') {
                problems.0.push((field, "holds a NUL character".into()));
            }
        }
        if self.zone.is_empty() || jiff::tz::TimeZone::get(&self.zone).is_err() {
            problems.0.push(("zone", "is no time zone such as America/Chicago".into()));
        }
        problems
    }
}

/// Settles it anew; the record says what it was before. Settling the same again changes nothing.
pub async fn settle(app: &App, who: &Actor, at: Moment, now: &Settled) -> Result<(), Failure> {
    let problems = now.problems();
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let before = Settled::read(tx).await?;
        if before == *now {
            return Ok(());
        }
        for ((_, name, now), (_, _, before)) in now.each().into_iter().zip(before.each()) {
            if now != before {
                store::update_setting(tx, name, now).await?;
            }
        }
        let told = |settled: &Settled| {
            let Settled { company, address, zone, phone, hours, website, recorded } = settled;
            json!({"company": company, "address": address, "time_zone": zone, "phone": phone, "hours": hours, "website": website,
                "calls_recorded": recorded})
        };
        let mut detail = told(now);
        detail["before"] = told(&before);
        audit::record(tx, who, at.at, None, "organization.settle", &detail).await
    })?;
    app.set_zone(&now.zone);
    Ok(())
}

#[derive(Template)]
#[template(path = "identity/settings.html")]
struct SettingsPage {
    frame: Frame,
    settled: Settled,
    zones: Vec<String>,
    problems: Problems,
}

impl SettingsPage {
    fn of(visit: &Visit, settled: Settled, problems: Problems) -> SettingsPage {
        // One that was settled elsewhere stays to be chosen.
        let known = ZONES_SERVED.contains(&settled.zone.as_str());
        let own = Some(settled.zone.clone()).filter(|zone| !known && !zone.is_empty());
        let zones = ZONES_SERVED.iter().map(|zone| (*zone).to_string()).chain(own).collect();
        let frame = Frame { hint: String::new(), ..Frame::of(visit, "/settings", "Settings") };
        SettingsPage { frame, settled, zones, problems }
    }
}

/// `GET /settings`
pub async fn get_settings(State(web): State<Web>, visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let settled = Settled::read(&mut web.app.db.read().await?).await?;
    let mut shown = SettingsPage::of(&visit, settled, Problems::default());
    shown.frame = shown.frame.saying(query.get("said").map(String::as_str));
    Ok(page(&shown))
}

/// `POST /settings`
pub async fn post_settings(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let text = |name: &str| fields.text(name).trim().to_string();
    let now = Settled {
        company: text("company"),
        address: text("address"),
        zone: text("zone"),
        phone: text("phone"),
        hours: text("hours"),
        website: text("website"),
        recorded: text("recorded"),
    };
    match settle(&web.app, &visit.who, visit.at, &now).await {
        Ok(()) => Ok(Redirect::to("/settings?said=settled").into_response()),
        Err(Failure::Wrong(problems)) => Ok(page(&SettingsPage::of(&visit, now, problems))),
        Err(failure) => Err(failure),
    }
}

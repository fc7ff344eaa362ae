//! The rule packs on screen and for commands: what each asks, from when, how sure we are, which cases test it, and what was amended.

use super::amendments::editions;
use super::amendments::pages::{Amended, Form, read_amended};
use super::cases::shipped::{Ran, ran};
use crate::app::Failure;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::amendments::Column;
use duly_domain::compliance::editions::Edition;
use duly_domain::compliance::packs::{Does, Pack, Part};
use duly_domain::identity::{Permission, may};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "compliance/packs.html")]
struct PacksPage {
    frame: Frame,
    edition: Arc<Edition>,
    rule_set: &'static str,
}

/// A part with the conformance cases that touch it.
struct ShownPart<'p> {
    part: &'p Part,
    tests: Tests,
}

/// Conformance cases, and whether they come out as expected.
pub struct Tests {
    /// How many do.
    pub passed: usize,
    /// All of them.
    pub names: Vec<&'static str>,
}

impl Tests {
    fn of(is_one: impl Fn(&Ran) -> bool) -> Tests {
        let found: Vec<&'static Ran> = ran().iter().filter(|ran| is_one(ran)).collect();
        Tests { passed: found.iter().filter(|ran| ran.pass).count(), names: found.iter().map(|ran| ran.id.as_str()).collect() }
    }

    /// The cases that touch a rule.
    pub fn of_rule(rule: &str) -> Tests {
        Tests::of(|ran| ran.rules.iter().any(|known| known == rule))
    }

    /// The cases that touch a part of a pack: its rule's; of a column those that are set there and touch what reads the column.
    fn of_part(pack: &Pack, part: &Part) -> Tests {
        let readers: &[&str] = match part.topic {
            "Time to sue" | "Time begun anew" => &["regf.time-barred.suit", "state.sol"],
            "Contact caps" => &["state.amended.contact-cap"],
            "Calling hours" => &["state.amended.hours"],
            rule => return Tests::of_rule(rule),
        };
        let reads = |ran: &Ran| ran.rules.iter().any(|rule| readers.contains(&rule.as_str()));
        Tests::of(|ran| ran.place.as_deref() == Some(pack.id.as_str()) && reads(ran))
    }

    /// The cases of people who live where a pack is the law; of the whole country's, all of them.
    fn of_place(pack: &Pack) -> Tests {
        Tests::of(|ran| pack.id == "us" || ran.place.as_deref() == Some(pack.id.as_str()))
    }

    /// How they came out, in a few words.
    fn says(&self) -> String {
        match (self.names.len(), self.passed) {
            (0, _) => "no case".into(),
            (1, 1) => "1 case, passes".into(),
            (all, passed) if all == passed => format!("{all} cases, all pass"),
            (all, passed) => format!("{passed} of {all} cases pass"),
        }
    }

    fn json(&self) -> Json {
        json!({"cases": self.names, "passed": self.passed})
    }
}

#[derive(Template)]
#[template(path = "compliance/pack.html")]
struct PackPage<'p> {
    frame: Frame,
    pack: &'p Pack,
    /// What rules or the table enforce, then what is only shown, then what nothing is known of.
    parts: [(&'static str, Vec<ShownPart<'p>>); 3],
    tests: Tests,
    amended: Amended,
    columns: Vec<Column>,
    may_change: bool,
    form: Form,
}

/// `GET /compliance/packs`
pub async fn get_packs(State(web): State<Web>, visit: Visit) -> Result<Response, Failure> {
    let edition = editions(&mut web.app.db.read().await?).await?.at(visit.at.at.as_second());
    Ok(page(&PacksPage { frame: Frame::of(&visit, "/compliance", "Rules"), edition, rule_set: RULE_SET }))
}

/// `GET /compliance/packs/{pack}?said=`
pub async fn get_pack(
    State(web): State<Web>,
    visit: Visit,
    Path(pack): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    pack_page(&web, &visit, &pack, query.get("said").map(String::as_str), Form::default()).await
}

/// A pack's page, with a form as it stands.
pub async fn pack_page(web: &Web, visit: &Visit, id: &str, said: Option<&str>, mut form: Form) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let edition = editions(&mut tx).await?.at(visit.at.at.as_second());
    let pack = load_pack(&edition, id)?;
    let amended = read_amended(&mut tx, visit, id).await?;
    tx.rollback().await;
    let of = |wanted: fn(Does) -> bool| {
        let parts = pack.parts.iter().filter(|part| wanted(part.does));
        parts.map(|part| ShownPart { part, tests: Tests::of_part(pack, part) }).collect()
    };
    let parts = [
        ("Enforced", of(|does| does == Does::Enforces)),
        ("Shown, not enforced", of(|does| matches!(does, Does::Shows(_)))),
        ("None known: permits", of(|does| does == Does::Permits)),
    ];
    form.settle(visit);
    let status = if form.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let columns: Vec<Column> = Column::ALL.into_iter().filter(|column| column.is_of(id)).collect();
    let shown = PackPage {
        frame: Frame::of(visit, "/compliance", pack.name).saying(said),
        pack,
        parts,
        tests: Tests::of_place(pack),
        amended,
        may_change: may(visit.who.role, Permission::ChangePolicy) && !columns.is_empty(),
        columns,
        form,
    };
    Ok((status, page(&shown)).into_response())
}

/// The pack of an id, or a word about where to look.
pub fn load_pack<'e>(edition: &'e Edition, id: &str) -> Result<&'e Arc<Pack>, Failure> {
    edition.pack(id).ok_or_else(|| Failure::NotFound(format!("pack {id}; duly pack list names them")))
}

/// A pack as commands list it.
pub fn in_short(pack: &Pack) -> Json {
    json!({
        "pack": pack.id,
        "name": pack.name,
        "version": pack.version,
        "in_force_from": pack.in_force_from.to_string(),
        "in_force_to": pack.in_force_to.map(|last| last.to_string()),
        "rules": pack.rule_count(),
        "confidence": pack.confidence.code(),
        "source": pack.source,
    })
}

/// A pack with all it says, as commands show it.
pub fn in_full(pack: &Pack) -> Json {
    let part = |part: &Part| {
        json!({
            "topic": part.topic,
            "says": part.says,
            "does": part.does.code(),
            "why_not_enforced": if let Does::Shows(why) = part.does { Some(why) } else { None },
            "source": part.source,
            "confidence": part.confidence.code(),
            "in_force_from": part.in_force_from.to_string(),
            "in_force_to": part.in_force_to.map(|last| last.to_string()),
            "amendments": part.amended,
            "tests": Tests::of_part(pack, part).json(),
        })
    };
    let mut json = in_short(pack);
    json["rule_set"] = json!(RULE_SET);
    json["tests"] = Tests::of_place(pack).json();
    json["parts"] = json!(pack.parts.iter().map(part).collect::<Vec<_>>());
    json
}

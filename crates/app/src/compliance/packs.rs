//! The rule packs on screen and for commands: what each asks, from when, and how sure we are.

use crate::app::Failure;
use crate::web::Web;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::packs::{Does, Pack, Part, find, packs};
use serde_json::{Value as Json, json};

#[derive(Template)]
#[template(path = "compliance/packs.html")]
struct PacksPage {
    frame: Frame,
    packs: &'static [Pack],
    rule_set: &'static str,
}

#[derive(Template)]
#[template(path = "compliance/pack.html")]
struct PackPage {
    frame: Frame,
    pack: &'static Pack,
    /// What rules or the table enforce, then what is only shown, then what nothing is known of.
    parts: [(&'static str, Vec<&'static Part>); 3],
}

/// `GET /compliance/packs`
pub async fn get_packs(State(_): State<Web>, visit: Visit) -> Result<Response, Failure> {
    Ok(page(&PacksPage { frame: Frame::of(&visit, "/compliance", "Rules"), packs: packs(), rule_set: RULE_SET }))
}

/// `GET /compliance/packs/{pack}`
pub async fn get_pack(State(_): State<Web>, visit: Visit, Path(pack): Path<String>) -> Result<Response, Failure> {
    let pack = load_pack(&pack)?;
    let of = |wanted: fn(Does) -> bool| pack.parts.iter().filter(|part| wanted(part.does)).collect();
    let parts = [
        ("Enforced", of(|does| does == Does::Enforces)),
        ("Shown, not enforced", of(|does| matches!(does, Does::Shows(_)))),
        ("None known: permits", of(|does| does == Does::Permits)),
    ];
    Ok(page(&PackPage { frame: Frame::of(&visit, "/compliance", pack.name), pack, parts }))
}

/// The pack of an id, or a word about where to look.
pub fn load_pack(id: &str) -> Result<&'static Pack, Failure> {
    find(id).ok_or_else(|| Failure::NotFound(format!("pack {id}; duly pack list names them")))
}

/// A pack as commands list it.
pub fn in_short(pack: &Pack) -> Json {
    json!({
        "pack": pack.id,
        "name": pack.name,
        "version": pack.version,
        "in_force_from": pack.in_force_from.to_string(),
        "in_force_until": pack.in_force_until.map(|until| until.to_string()),
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
        })
    };
    let mut json = in_short(pack);
    json["rule_set"] = json!(RULE_SET);
    json["parts"] = json!(pack.parts.iter().map(part).collect::<Vec<_>>());
    json
}

//! Amendments on a pack's page: what is in force, what is proposed with the difference it would make, and the form that proposes.

use super::actions::{ProposeAmendment, approve_amendment, propose_amendment, try_amendment, withdraw_amendment};
use super::store::{self, AmendmentRow};
use crate::app::{Failure, Problems};
use crate::compliance::difference::Difference;
use crate::compliance::packs::pack_page;
use crate::identity::names::Names;
use crate::store::Tx;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::when;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::compliance::amendments::{Amendment, Column, speaking};
use duly_domain::compliance::states::Confidence;
use duly_domain::values::ids::AmendmentId;
use duly_domain::values::moment::written;
use jiff::{Timestamp, ToSpan};

/// An amendment as it is shown.
pub struct ShownAmendment {
    pub row: AmendmentRow,
    pub column: String,
    pub days: String,
    pub proposed: String,
    pub decided: String,
    pub difference: Option<Difference>,
    pub is_mine: bool,
}

/// The amendments of a pack by how they stand.
#[derive(Default)]
pub struct Amended {
    pub in_force: Vec<ShownAmendment>,
    pub to_come: Vec<ShownAmendment>,
    pub proposed: Vec<ShownAmendment>,
    pub past: Vec<ShownAmendment>,
}

/// The form as it stands, with what is wrong and what it would change.
#[derive(Default)]
pub struct Form {
    pub fields: Fields,
    pub problems: Problems,
    pub difference: Option<Difference>,
}

impl Form {
    /// Fills in what is usual.
    pub fn settle(&mut self, visit: &Visit) {
        if self.fields.some("from").is_none() {
            self.fields = std::mem::take(&mut self.fields).with("from", &visit.at.business_day.saturating_add(1.day()).to_string());
        }
        if self.fields.some("confidence").is_none() {
            self.fields = std::mem::take(&mut self.fields).with("confidence", Confidence::Low.code());
        }
    }

    /// Every degree of being sure, as the form lists them.
    pub fn confidences(&self) -> [(&'static str, &'static str); 3] {
        [
            (Confidence::Low.code(), "low: heard or recalled"),
            (Confidence::Medium.code(), "medium: an account of it was read"),
            (Confidence::High.code(), "high: the law's own text was read"),
        ]
    }
}

/// How an amendment stands at a moment: it speaks for its column, is approved and speaks from later on, is proposed, or speaks no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    InForce,
    ToCome,
    Proposed,
    Past,
}

/// How each of some amendments stands.
pub fn standing(rows: &[AmendmentRow], at: Timestamp) -> Vec<Stands> {
    let approved: Vec<Amendment> = rows.iter().filter_map(AmendmentRow::amendment).collect();
    let in_force = |row: &AmendmentRow| {
        let of_column = approved.iter().filter(|one| one.pack == row.pack && one.column.code() == row.column);
        let last = speaking(of_column.filter(|one| one.is_in_force(at.as_second())));
        last.is_some_and(|last| i64::from(last.number) == row.number)
    };
    let stands = |row: &AmendmentRow| match row.state.as_str() {
        "proposed" => Stands::Proposed,
        "approved" if in_force(row) => Stands::InForce,
        "approved" if row.begins_at.is_some_and(|begins| begins > at) => Stands::ToCome,
        _ => Stands::Past,
    };
    rows.iter().map(stands).collect()
}

/// The days of an amendment, in words.
pub fn days(row: &AmendmentRow) -> String {
    let from = written(row.begins_on.unwrap_or(row.from_on));
    row.to_on.map_or_else(|| format!("from {from}, no end known"), |last| format!("from {from} to {}", written(last)))
}

/// Reads the amendments of a pack.
pub async fn read_amended(tx: &mut Tx, visit: &Visit, pack: &str) -> Result<Amended, Failure> {
    let rows = store::list_of_pack(tx, pack).await?;
    let stands = standing(&rows, visit.at.at);
    let (mut names, mut amended) = (Names::default(), Amended::default());
    for (row, stands) in rows.into_iter().zip(stands) {
        let by = names.of(tx, &row.proposed_by).await?;
        let decided = match (&row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => {
                let by = names.of(tx, by).await?;
                format!("{} {} by {by}", row.state, when(at, visit.at.at, &visit.zone))
            }
            _ => String::new(),
        };
        let told = row.difference_decided.as_ref().unwrap_or(&row.difference);
        let list = match stands {
            Stands::InForce => &mut amended.in_force,
            Stands::ToCome => &mut amended.to_come,
            Stands::Proposed => &mut amended.proposed,
            Stands::Past => &mut amended.past,
        };
        list.push(ShownAmendment {
            column: row.column().map_or_else(|| row.column.clone(), |column| column.to_string()),
            days: days(&row),
            proposed: format!("{} by {by}", when(row.proposed_at, visit.at.at, &visit.zone)),
            decided,
            difference: serde_json::from_str(told).ok(),
            is_mine: row.proposed_by == visit.who.label(),
            row,
        });
    }
    Ok(amended)
}

/// `POST /compliance/packs/{pack}/amendments`: shows what an amendment would change, or proposes it.
pub async fn post_amendment(State(web): State<Web>, visit: Visit, Path(pack): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut problems = Problems::default();
    let ask = read(&fields, &pack, &mut problems);
    let Some(ask) = ask.filter(|_| problems.is_empty()) else {
        return pack_page(&web, &visit, &pack, None, Form { fields, problems, difference: None }).await;
    };
    let is_proposed = fields.text("do") == "propose";
    let done = match is_proposed {
        true => propose_amendment(&web.app, &visit.who, visit.at, &ask).await.map(|(_, difference)| difference),
        false => try_amendment(&web.app, visit.at, &ask).await,
    };
    match done {
        Ok(_) if is_proposed => Ok(Redirect::to(&format!("/compliance/packs/{pack}?said=proposed")).into_response()),
        Ok(difference) => pack_page(&web, &visit, &pack, None, Form { fields, problems, difference: Some(difference) }).await,
        Err(Failure::Wrong(problems)) => pack_page(&web, &visit, &pack, None, Form { fields, problems, difference: None }).await,
        Err(Failure::Stale(says)) => {
            let problems = Problems::one("column", says);
            pack_page(&web, &visit, &pack, None, Form { fields, problems, difference: None }).await
        }
        Err(failure) => Err(failure),
    }
}

fn read(fields: &Fields, pack: &str, problems: &mut Problems) -> Option<ProposeAmendment> {
    let column = Column::parse(fields.text("column"));
    if column.is_none() {
        problems.0.push(("column", "is missing: what is amended?".into()));
    }
    let from_on = fields.date("from", problems);
    let to_on = fields.some("to").and_then(|_| fields.date("to", problems));
    let confidence = Confidence::parse(fields.text("confidence"));
    Some(ProposeAmendment {
        pack: pack.to_string(),
        column: column?,
        says: fields.text("says").to_string(),
        from_on: from_on?,
        to_on,
        source: fields.text("source").to_string(),
        confidence,
    })
}

/// `POST /compliance/packs/{pack}/amendments/{amendment}/approvals`
pub async fn post_approval(
    State(web): State<Web>,
    visit: Visit,
    Path((pack, amendment)): Path<(String, String)>,
) -> Result<Response, Failure> {
    match approve_amendment(&web.app, &visit.who, visit.at, load(&web, &pack, &amendment).await?).await {
        Ok(_) => Ok(Redirect::to(&format!("/compliance/packs/{pack}?said=approved")).into_response()),
        Err(Failure::Wrong(problems)) => pack_page(&web, &visit, &pack, None, Form { problems, ..Form::default() }).await,
        Err(failure) => Err(failure),
    }
}

/// `POST /compliance/packs/{pack}/amendments/{amendment}/withdrawals`
pub async fn post_withdrawal(
    State(web): State<Web>,
    visit: Visit,
    Path((pack, amendment)): Path<(String, String)>,
) -> Result<Response, Failure> {
    withdraw_amendment(&web.app, &visit.who, visit.at, load(&web, &pack, &amendment).await?).await?;
    Ok(Redirect::to(&format!("/compliance/packs/{pack}?said=policy-withdrawn")).into_response())
}

/// The amendment of an address, where it is one of the pack named beside it.
async fn load(web: &Web, pack: &str, amendment: &str) -> Result<AmendmentId, Failure> {
    let id: AmendmentId = amendment.parse().map_err(|_| Failure::NotFound("such amendment".into()))?;
    let row = store::load_amendment(&mut web.app.db.read().await?, id).await?;
    if row.pack == pack { Ok(id) } else { Err(Failure::NotFound(format!("amendment {id} of {pack}"))) }
}

//! A mapping of history made by pointing: columns as for accounts, what every row tells, and the creditor's words in ours.

use super::guess_of;
use super::mapping::{HistoryFile, parse, write};
use crate::accounts::notice;
use crate::app::Failure;
use crate::intake::pointing::{first_rows, values};
use crate::intake::refusals::is_same_head;
use crate::intake::source::SourceRow;
use crate::intake::upload::{Upload, run};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::intake::guess::date_form;
use duly_domain::intake::history::{FIELDS, Field, HistoryMapping, choices, knows};
use duly_domain::values::moment::DateForm;
use duly_domain::values::money::{Currency, DecimalMark};
use std::collections::BTreeMap;

/// Values of a column that are shown.
const SHOWN: usize = 3;

/// Words to translate that are shown.
const WORDS: usize = 60;

/// One column of the file.
struct Pointed {
    at: usize,
    head: String,
    values: Vec<String>,
    /// The field it is taken for; empty where it is not used.
    field: &'static str,
    dates: DateForm,
    holds_dates: bool,
    because: String,
}

impl Pointed {
    fn is_dated(&self, form: &DateForm) -> bool {
        self.dates == *form
    }

    fn is_taken_for(&self, field: &str) -> bool {
        self.field == field
    }
}

/// A word of the creditor's, and ours for it.
struct Word {
    at: usize,
    theirs: String,
    head: String,
    ours: String,
    choices: Vec<&'static str>,
}

impl Word {
    fn means(&self, ours: &str) -> bool {
        self.ours == ours
    }
}

#[derive(Template)]
#[template(path = "intake/history/pointing.html")]
struct PointingPage {
    frame: Frame,
    id: String,
    upload: Upload,
    columns: Vec<Pointed>,
    words: Vec<Word>,
    kinds: Vec<&'static str>,
    mapping: HistoryMapping,
    says: String,
}

impl PointingPage {
    fn is_every(&self, kind: &str) -> bool {
        self.mapping.kind.as_deref() == Some(kind)
    }
}

/// Our words for a field, the kinds of notices among them.
fn ours(field: Field) -> Vec<&'static str> {
    let mut ours = choices(field);
    if field == Field::Kind {
        ours.extend(notice::codes());
    }
    ours
}

/// Shows the columns as they are mapped, or guessed.
pub fn show(visit: &Visit, id: String, upload: Upload, file: Option<HistoryFile>, says: String) -> Result<Response, Failure> {
    let guess = guess_of(&upload.path)?;
    let is_mapped = file.is_some() || upload.mapping.is_some();
    let mapping = match file.or_else(|| upload.mapping.as_deref().and_then(|text| parse(text).ok())) {
        Some(file) => file.mapping,
        None => guess.mapping.clone(),
    };
    let (heads, rows) = first_rows(&upload, &upload.choice())?;
    let columns = heads.iter().enumerate().map(|(at, head)| {
        let known = mapping.columns.iter().find(|(_, known, _)| is_same_head(known, head));
        let guessed = guess.columns.iter().find(|known| known.head == *head);
        let values = values(&rows, at);
        let form = date_form(head, &values);
        let because = match (known, guessed) {
            (Some((field, ..)), Some(guessed)) if *field == guessed.field => {
                format!("{}, {} confidence", guessed.because, guessed.confidence.name())
            }
            (_, Some(guessed)) if is_mapped => format!("the mapping says so; the guess was {}", guessed.field.name().replace('_', " ")),
            (Some(_), None) if is_mapped => "the mapping says so".into(),
            _ => String::new(),
        };
        Pointed {
            at,
            head: head.clone(),
            values: values.into_iter().filter(|value| !value.trim().is_empty()).take(SHOWN).collect(),
            field: known.map_or("", |(field, ..)| field.name()),
            dates: known.filter(|(field, ..)| field.is_date()).map(|(.., form)| *form).or(form).unwrap_or(DateForm::Iso),
            holds_dates: form.is_some() || known.is_some_and(|(field, ..)| field.is_date()),
            because,
        }
    });
    let columns = columns.collect();
    let words = words(&mapping, &heads, &rows);
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, "/imports", "Which column is which");
    Ok((status, page(&PointingPage { frame, id, upload, columns, words, kinds: ours(Field::Kind), mapping, says })).into_response())
}

/// Words of the mapped columns that are not ours, with what the mapping takes them for.
fn words(mapping: &HistoryMapping, heads: &[String], rows: &[SourceRow]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (field, head, _) in &mapping.columns {
        let ours = ours(*field);
        let Some(at) = heads.iter().position(|known| is_same_head(known, head)).filter(|_| !ours.is_empty()) else { continue };
        for theirs in values(rows, at) {
            let theirs = theirs.trim();
            let plain = theirs.to_lowercase().replace([' ', '-'], "_");
            let is_ours = knows(*field, theirs) || ours.contains(&plain.as_str());
            let is_known = theirs.is_empty() || mapping.nothing.iter().any(|nothing| nothing == theirs) || is_ours;
            if words.len() < WORDS && !is_known && words.iter().all(|word| word.theirs != theirs) {
                let taken = mapping.words.get(theirs).cloned().unwrap_or_default();
                words.push(Word { at: words.len(), theirs: theirs.into(), head: head.clone(), ours: taken, choices: ours.clone() });
            }
        }
    }
    words
}

/// Takes what was pointed at, and tries the file with it.
pub async fn point(web: &Web, visit: &Visit, id: String, mut upload: Upload, fields: &Fields) -> Result<Response, Failure> {
    let before = upload.mapping.as_deref().and_then(|text| parse(text).ok());
    let choice = upload.choice();
    let (heads, rows) = first_rows(&upload, &choice)?;
    let mut columns: Vec<(Field, String, DateForm)> = Vec::new();
    let mut says = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let Some(field) = Field::parse(fields.text(&format!("field_{at}"))) else { continue };
        if let Some((_, other, _)) = columns.iter().find(|(known, ..)| *known == field) {
            says.push(format!("{other:?} and {head:?} are both taken for {}", field.name().replace('_', " ")));
            continue;
        }
        let named = fields.text(&format!("dates_{at}"));
        let named = DateForm::NAMED.iter().find(|(_, name)| *name == named).map(|(form, _)| *form);
        let form = named.or_else(|| field.is_date().then(|| date_form(head, &values(&rows, at))).flatten());
        columns.push((field, head.clone(), form.unwrap_or(DateForm::Iso)));
    }
    let kind = Some(fields.text("kind").to_string()).filter(|kind| ours(Field::Kind).contains(&kind.as_str()));
    let has = |wanted: Field| columns.iter().any(|(field, ..)| *field == wanted);
    for (field, what) in [(Field::Reference, "the reference, by which an account is known"), (Field::At, "the day or instant it happened")]
    {
        if !has(field) {
            says.push(format!("no column is taken for {what}"));
        }
    }
    if !has(Field::Kind) && kind.is_none() {
        says.push("no column says what a row tells: choose one for kind, or what every row tells".into());
    }
    let old = match &before {
        Some(file) => file.mapping.clone(),
        None => guess_of(&upload.path)?.mapping,
    };
    let mut told: BTreeMap<String, String> = old.words.clone();
    for at in 0..WORDS {
        let Some(theirs) = fields.some(&format!("theirs_{at}")) else { break };
        match fields.some(&format!("ours_{at}")) {
            Some(ours) => told.insert(theirs, ours),
            None => told.remove(&theirs),
        };
    }
    let mapping = HistoryMapping {
        columns,
        kind,
        words: told,
        currency: Currency::parse(fields.text("currency")).unwrap_or(old.currency),
        decimal: if fields.text("decimal") == "comma" { DecimalMark::Comma } else { DecimalMark::Point },
        ..old
    };
    let file = HistoryFile { mapping, zone: before.and_then(|file| file.zone), file: choice };
    if !says.is_empty() {
        return show(visit, id, upload, Some(file), format!("Not yet: {}.", says.join("; ")));
    }
    upload.mapping = Some(write(&file));
    upload.mapping_name = "made here".into();
    run(web, visit, &id, upload, true).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

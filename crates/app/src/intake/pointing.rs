//! A mapping made by pointing: each column with its first values, what it was taken for and why, and what it can be instead.

use super::guessed::guess_of;
use super::history;
use super::mapping_file::{MappingFile, parse, write};
use super::source::{FileChoice, Source, SourceRow};
use super::upload::{Upload, run};
use crate::app::Failure;
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::accounts::DebtKind;
use duly_domain::intake::guess::{ROWS, date_form};
use duly_domain::intake::mapping::{Column, FIELDS, Field, Mapping};
use duly_domain::values::moment::DateForm;
use duly_domain::values::money::{Currency, DecimalMark};

/// Values of a column that are shown.
const SHOWN: usize = 3;

/// One column of the file.
struct Pointed {
    at: usize,
    head: String,
    values: Vec<String>,
    /// The field it is taken for; empty where it is not used.
    field: String,
    dates: &'static str,
    /// Whether its values are dates, or it is taken for a field of dates.
    holds_dates: bool,
    because: String,
}

impl Pointed {
    fn is_dated(&self, form: &str) -> bool {
        self.dates == form
    }

    fn is_taken_for(&self, field: &str) -> bool {
        self.field == field
    }
}

#[derive(Template)]
#[template(path = "intake/pointing.html")]
struct PointingPage {
    frame: Frame,
    id: String,
    upload: Upload,
    columns: Vec<Pointed>,
    mapping: Mapping,
    kinds: [DebtKind; 3],
    says: String,
}

/// `GET /imports/{upload}/mapping`
pub async fn get_mapping(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let upload = web.uploads.of(&id, &visit)?;
    match pointed(&visit, &id, upload) {
        // What cannot be opened has no columns; the trial says why.
        Err(Failure::File(_)) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        shown => shown,
    }
}

fn pointed(visit: &Visit, id: &str, upload: Upload) -> Result<Response, Failure> {
    if upload.is_history() {
        return history::pointing::show(visit, id.into(), upload, None, String::new());
    }
    let file = match upload.mapping.as_deref().map(parse) {
        Some(Ok(file)) => file,
        _ => MappingFile { mapping: guess_of(&upload.path)?.mapping, file: upload.choice() },
    };
    show(visit, id.into(), upload, file, String::new())
}

/// The heads of an upload and its first rows.
pub(super) fn first_rows(upload: &Upload, choice: &FileChoice) -> Result<(Vec<String>, Vec<SourceRow>), Failure> {
    let mut source = Source::open(&upload.path, choice).map_err(Failure::File)?;
    let heads = source.heads().to_vec();
    let mut rows = Vec::new();
    while rows.len() < ROWS
        && let Some(row) = source.next_row().map_err(Failure::File)?
    {
        rows.push(row);
    }
    Ok((heads, rows))
}

/// The cells of a column.
pub(super) fn values(rows: &[SourceRow], at: usize) -> Vec<String> {
    rows.iter().map(|row| row.cell(at).to_string()).collect()
}

fn show(visit: &Visit, id: String, upload: Upload, file: MappingFile, says: String) -> Result<Response, Failure> {
    let (heads, rows) = first_rows(&upload, &file.file)?;
    let guesses = guess_of(&upload.path)?.columns;
    let columns = heads.iter().enumerate().map(|(at, head)| {
        let known = file.mapping.columns.iter().find(|column| super::refusals::is_same_head(&column.head, head));
        let field = known.map(|column| column.field);
        let values = values(&rows, at);
        let form = date_form(head, &values);
        let guess = guesses.iter().find(|guess| guess.head == *head);
        let because = guess.map(|guess| (guess.field, format!("{}, {} confidence", guess.because, guess.confidence.name())));
        Pointed {
            at,
            head: head.clone(),
            values: values.into_iter().filter(|value| !value.trim().is_empty()).take(SHOWN).collect(),
            field: field.map(|field| field.name().to_string()).unwrap_or_default(),
            dates: known.filter(|column| column.field.is_date()).map(|column| column.dates).or(form).unwrap_or(DateForm::Iso).name(),
            holds_dates: form.is_some() || field.is_some_and(Field::is_date),
            because: because_of(field, because, upload.mapping.is_some()),
        }
    });
    let columns = columns.collect();
    let status = if says.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, "/imports", "Which column is which");
    let kinds = [DebtKind::Consumer, DebtKind::Business, DebtKind::Government];
    Ok((status, page(&PointingPage { frame, id, upload, columns, mapping: file.mapping, kinds, says })).into_response())
}

/// Why a column is what it is: the guess, or that somebody or the mapping said otherwise.
fn because_of(taken: Option<Field>, guess: Option<(Field, String)>, is_mapped: bool) -> String {
    match (taken, guess) {
        (Some(taken), Some((field, because))) if taken == field => because,
        (_, Some((field, because))) if is_mapped => {
            format!("the mapping says so; the guess was {}: {because}", field.name().replace('_', " "))
        }
        (Some(_), None) if is_mapped => "the mapping says so".into(),
        _ => String::new(),
    }
}

/// `POST /imports/{upload}/mapping`: tried with what was pointed at.
pub async fn post_mapping(State(web): State<Web>, visit: Visit, Path(id): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let mut upload = web.uploads.of(&id, &visit)?;
    if upload.is_history() {
        return history::pointing::point(&web, &visit, id, upload, &fields).await;
    }
    let before = upload.mapping.as_deref().and_then(|text| parse(text).ok());
    let choice = upload.choice();
    let (heads, rows) = first_rows(&upload, &choice)?;
    let mut columns: Vec<Column> = Vec::new();
    let mut says = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let Some(field) = Field::parse(fields.text(&format!("field_{at}"))) else { continue };
        if let Some(other) = columns.iter().find(|column| column.field == field) {
            says.push(format!("{:?} and {head:?} are both taken for {}", other.head, field.name().replace('_', " ")));
            continue;
        }
        let named = fields.text(&format!("dates_{at}"));
        let named = DateForm::NAMED.iter().find(|(_, name)| *name == named).map(|(form, _)| *form);
        // A column that was not shown as dates, and is now said to hold some, is looked at again.
        let dates = named.or_else(|| field.is_date().then(|| date_form(head, &values(&rows, at))).flatten()).unwrap_or(DateForm::Iso);
        let was = before.as_ref().and_then(|file| file.mapping.columns.iter().find(|column| column.field == field));
        let is_required = field == Field::Reference || was.is_some_and(|column| column.is_required);
        columns.push(Column { field, head: head.clone(), dates, is_required });
    }
    if columns.iter().all(|column| column.field != Field::Reference) {
        says.push("no column is taken for the reference, by which an account is known".to_string());
    }
    let old = match &before {
        Some(file) => file.mapping.clone(),
        None => guess_of(&upload.path)?.mapping,
    };
    let mapping = Mapping {
        columns,
        debts: DebtKind::parse(fields.text("debts")).unwrap_or(old.debts),
        debtors_are_businesses: fields.text("debtors") == "businesses",
        currency: Currency::parse(fields.text("currency")).unwrap_or(old.currency),
        decimal: if fields.text("decimal") == "comma" { DecimalMark::Comma } else { DecimalMark::Point },
        difference_is_reduction: fields.text("difference") == "reduction",
        ..old
    };
    let file = MappingFile { mapping, file: choice };
    if !says.is_empty() {
        return show(&visit, id, upload, file, format!("Not yet: {}.", says.join("; ")));
    }
    upload.mapping = Some(write(&file));
    upload.mapping_name = "made here".into();
    run(&web, &visit, &id, upload, true).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

//! Handlers of lessons, quizzes and assignments.

use super::actions::{About, acknowledge, answer_quiz, draw_quiz, load_mine, load_quiz, topics_of};
use super::lessons::{Lesson, lesson};
use super::store::{self, AssignmentRow, QuizRow};
use crate::app::{Failure, Problems};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use duly_domain::coaching::course::Course;
use duly_domain::coaching::quiz::Question;
use duly_domain::coaching::topic::Topic;
use duly_domain::values::ids::{AssignmentId, QuizId};
use duly_domain::values::moment::written;
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "coaching/training/lesson.html")]
struct LessonPage {
    frame: Frame,
    lesson: Lesson,
}

/// A question, its options, and, once it is answered, what was chosen and what was right.
struct Asked {
    question: Question,
    /// The options, each with whether it is chosen in the form.
    options: Vec<(String, bool)>,
    answer: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "coaching/training/quiz.html")]
struct QuizPage {
    frame: Frame,
    row: QuizRow,
    name: String,
    asked: Vec<Asked>,
    again: (&'static str, String),
    problems: Problems,
}

#[derive(Template)]
#[template(path = "coaching/training/assignment.html")]
struct AssignmentPage {
    frame: Frame,
    row: AssignmentRow,
    due: String,
    is_overdue: bool,
    topics: &'static [Topic],
}

/// `GET /practice/lessons/{topic}`
pub async fn get_lesson(State(web): State<Web>, visit: Visit, Path(topic): Path<String>) -> Result<Response, Failure> {
    let topic = Topic::parse(&topic).ok_or_else(|| Failure::NotFound("such lesson".into()))?;
    let lesson = lesson(&mut web.app.db.read().await?, &web.app, visit.at, topic).await?;
    Ok(page(&LessonPage { frame: Frame::of(&visit, COACHING, &format!("Lesson: {topic}")), lesson }))
}

/// `POST /practice/quizzes`: a quiz is drawn.
pub async fn post_quiz(State(web): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let assignment = fields.text("assignment").parse::<AssignmentId>().ok();
    let about = match (Topic::parse(fields.text("topic")), Course::parse(fields.text("course")), assignment) {
        (Some(topic), ..) => About::Topic(topic),
        (None, Some(course), _) => About::Course(course),
        (None, None, Some(assignment)) => About::Assignment(assignment),
        _ => return Err(Failure::wrong("quiz", "is about nothing: begin it from a lesson, a course or an assignment")),
    };
    let id = draw_quiz(&web.app, &visit.who, visit.at, about).await?;
    Ok(Redirect::to(&format!("/practice/quizzes/{id}")).into_response())
}

fn parsed(id: &str) -> Result<QuizId, Failure> {
    id.parse().map_err(|_| Failure::NotFound("such quiz".into()))
}

/// `GET /practice/quizzes/{quiz}`
pub async fn get_quiz(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    show_quiz(&web, &visit, parsed(&id)?, Fields::default(), Problems::default()).await
}

async fn show_quiz(web: &Web, visit: &Visit, id: QuizId, fields: Fields, problems: Problems) -> Result<Response, Failure> {
    let mut tx = web.app.db.read().await?;
    let (row, questions) = load_quiz(&mut tx, &visit.who, &web.app, id).await?;
    let mut answers = store::list_answers(&mut tx, id).await?.into_iter();
    let asked = questions.into_iter().enumerate().map(|(at, question)| {
        let picked: Option<usize> = fields.text(&format!("answer.{at}")).parse().ok();
        let options = question.options.iter().enumerate().map(|(place, option)| (option.clone(), picked == Some(place)));
        Asked { options: options.collect(), question, answer: answers.next() }
    });
    let asked = asked.collect();
    let (topic, course) = (row.topic.as_deref().and_then(Topic::parse), row.course.as_deref().and_then(Course::parse));
    let (name, again) = match (topic, course, row.assignment) {
        (Some(topic), ..) => (topic.to_string(), ("topic", topic.code().to_string())),
        (None, Some(course), _) => (format!("Course {course}"), ("course", course.code().to_string())),
        (None, None, Some(assignment)) => ("What changed".to_string(), ("assignment", assignment.to_string())),
        (None, None, None) => (String::new(), ("topic", String::new())),
    };
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(visit, COACHING, &format!("Quiz: {name}"));
    Ok((status, page(&QuizPage { frame, row, name, asked, again, problems })).into_response())
}

/// `POST /practice/quizzes/{quiz}/answers`
pub async fn post_answers(State(web): State<Web>, visit: Visit, Path(id): Path<String>, body: Bytes) -> Result<Response, Failure> {
    let (id, fields) = (parsed(&id)?, Fields::of(&body));
    let count = load_quiz(&mut web.app.db.read().await?, &visit.who, &web.app, id).await?.1.len();
    let chosen: Vec<Option<usize>> = (0..count).map(|at| fields.text(&format!("answer.{at}")).parse().ok()).collect();
    match answer_quiz(&web.app, &visit.who, visit.at, id, &chosen).await {
        Ok(_) => Ok(Redirect::to(&format!("/practice/quizzes/{id}")).into_response()),
        Err(Failure::Wrong(problems)) => show_quiz(&web, &visit, id, fields, problems).await,
        Err(failure) => Err(failure),
    }
}

fn parsed_assignment(id: &str) -> Result<AssignmentId, Failure> {
    id.parse().map_err(|_| Failure::NotFound("such assignment".into()))
}

/// `GET /practice/assignments/{assignment}`
pub async fn get_assignment(
    State(web): State<Web>,
    visit: Visit,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Failure> {
    let row = load_mine(&mut web.app.db.read().await?, &visit.who, parsed_assignment(&id)?).await?;
    let frame = Frame::of(&visit, COACHING, "What changed").saying(query.get("said").map(String::as_str));
    let is_overdue = row.due_on < visit.at.business_day && (row.read_at.is_none() || row.passed_at.is_none());
    let shown = AssignmentPage { frame, due: written(row.due_on), is_overdue, topics: topics_of(&row.kind), row };
    Ok(page(&shown))
}

/// `POST /practice/assignments/{assignment}/readings`
pub async fn post_reading(State(web): State<Web>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id = parsed_assignment(&id)?;
    acknowledge(&web.app, &visit.who, visit.at, id).await?;
    Ok(Redirect::to(&format!("/practice/assignments/{id}?said=noted")).into_response())
}

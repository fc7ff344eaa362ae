//! A quiz is drawn and answered; an assignment is read.

use super::certificates::certify;
use super::law::law_of;
use super::store::{self, AssignmentRow, QuizRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit;
use crate::coaching::practice::actions::somebody;
use crate::compliance::{amendments, policy};
use crate::store::Tx;
use crate::transaction;
use duly_domain::coaching::course::{Course, QUESTIONS};
use duly_domain::coaching::quiz::{Law, Question, passes, quiz};
use duly_domain::coaching::topic::Topic;
use duly_domain::compliance::RULE_SET;
use duly_domain::values::ids::{AssignmentId, QuizId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use serde_json::json;

/// How many questions there are about one topic, or about a change.
const QUESTIONS_OF_TOPIC: usize = 5;

/// What a quiz is about.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// One topic.
    Topic(Topic),
    /// A course: its final quiz.
    Course(Course),
    /// A rule that changed.
    Assignment(AssignmentId),
}

/// Draws a quiz. Its seed is its id: nobody chooses it.
pub async fn draw_quiz(app: &App, who: &Actor, at: Moment, about: About) -> Result<QuizId, Failure> {
    let user = somebody(who)?;
    let id = QuizId(new_uuid());
    let (high, low) = id.0.as_u64_pair();
    let mut row = QuizRow {
        id,
        user,
        assignment: None,
        topic: None,
        course: None,
        seed: (high ^ low).cast_signed(),
        asked_at: at.at,
        rule_set: RULE_SET.into(),
        questions: i64::try_from(QUESTIONS_OF_TOPIC).unwrap_or_default(),
        answered_at: None,
        right_answers: None,
        is_passed: None,
    };
    transaction!(app.db, tx, {
        match about {
            About::Topic(topic) => row.topic = Some(topic.code().into()),
            About::Course(course) => {
                (row.course, row.questions) = (Some(course.code().into()), i64::try_from(QUESTIONS).unwrap_or_default());
            }
            About::Assignment(assignment) => row.assignment = Some(load_mine(tx, who, assignment).await?.id),
        }
        store::insert_quiz(tx, &row).await?;
        Ok(id)
    })
}

/// An assignment of whoever asks.
pub async fn load_mine(tx: &mut Tx, who: &Actor, id: AssignmentId) -> Result<AssignmentRow, Failure> {
    let row = store::load_assignment(tx, id).await?;
    if Some(row.user) == who.id { Ok(row) } else { Err(Failure::NotFound(format!("assignment {id}"))) }
}

/// A quiz of whoever asks, with its questions made again.
pub async fn load_quiz(tx: &mut Tx, who: &Actor, app: &App, id: QuizId) -> Result<(QuizRow, Vec<Question>), Failure> {
    let row = store::load_quiz(tx, id).await?;
    if Some(row.user) != who.id {
        return Err(Failure::NotFound(format!("quiz {id}")));
    }
    if row.rule_set != RULE_SET && row.answered_at.is_none() {
        return Err(Failure::Stale("the rules have changed since this quiz was drawn: take another".into()));
    }
    let questions = questions_of(tx, app, &row).await?;
    Ok((row, questions))
}

/// The questions of a quiz: by its seed, under what was known when it was asked.
pub async fn questions_of(tx: &mut Tx, app: &App, row: &QuizRow) -> Result<Vec<Question>, Failure> {
    let (topics, holds_at): (Vec<Topic>, Timestamp) =
        match (row.topic.as_deref().and_then(Topic::parse), row.course.as_deref().and_then(Course::parse)) {
            (Some(topic), _) => (vec![topic], row.asked_at),
            (None, Some(course)) => (course.topics().to_vec(), row.asked_at),
            (None, None) => match row.assignment {
                Some(assignment) => {
                    let assignment = store::load_assignment(tx, assignment).await?;
                    (topics_of(&assignment.kind).to_vec(), begins(tx, &assignment).await?.max(row.asked_at))
                }
                None => (Vec::new(), row.asked_at),
            },
        };
    let law: Law = law_of(tx, row.asked_at, holds_at).await?;
    let on = app.moment_at(holds_at).business_day;
    let count = usize::try_from(row.questions).unwrap_or(0);
    Ok(quiz(&topics, count, row.seed.cast_unsigned(), on, &law))
}

/// What a change is asked about.
pub const fn topics_of(kind: &str) -> &'static [Topic] {
    match kind.as_bytes() {
        b"policy" => &[Topic::Policy, Topic::Hours, Topic::Frequency],
        b"amendment" => &[Topic::States],
        _ => &[Topic::Frequency, Topic::Hours, Topic::Channels, Topic::People, Topic::Disputes],
    }
}

/// From when what is assigned binds.
async fn begins(tx: &mut Tx, assignment: &AssignmentRow) -> Result<Timestamp, Failure> {
    let begins_at = match assignment.kind.as_str() {
        "policy" => match assignment.subject.parse() {
            Ok(id) => policy::store::load_policy(tx, id).await?.begins_at,
            Err(_) => None,
        },
        "amendment" => match assignment.subject.parse() {
            Ok(id) => amendments::store::load_amendment(tx, id).await?.begins_at,
            Err(_) => None,
        },
        _ => None,
    };
    Ok(begins_at.unwrap_or(assignment.made_at))
}

/// Answers a quiz, by the place of each option chosen; what it came to.
pub async fn answer_quiz(app: &App, who: &Actor, at: Moment, id: QuizId, chosen: &[Option<usize>]) -> Result<bool, Failure> {
    transaction!(app.db, tx, {
        let (row, questions) = load_quiz(tx, who, app, id).await?;
        if row.answered_at.is_some() {
            return Err(Failure::Stale("this quiz is answered already".into()));
        }
        if chosen.len() != questions.len() || chosen.iter().any(Option::is_none) {
            return Err(Failure::wrong("answers", "are missing: every question needs one"));
        }
        let mut right = 0;
        for (seq, (question, chosen)) in questions.iter().zip(chosen).enumerate() {
            let place = chosen.filter(|place| *place < question.options.len());
            let place = place.ok_or_else(|| Failure::wrong("answers", "are none of those shown"))?;
            right += usize::from(place == question.key);
            let seq = i64::try_from(seq).unwrap_or(i64::MAX);
            store::insert_answer(tx, id, seq, &question.options[place], &question.options[question.key]).await?;
        }
        let is_passed = passes(right, questions.len());
        store::update_answered(tx, id, at.at, i64::try_from(right).unwrap_or(0), is_passed).await?;
        if let (Some(assignment), true) = (row.assignment, is_passed) {
            store::update_passed(tx, assignment, at.at).await?;
        }
        let detail = json!({"quiz": id.to_string(), "topic": row.topic, "course": row.course, "seed": row.seed, "rules": row.rule_set,
            "assignment": row.assignment.map(|assignment| assignment.to_string()),
            "right": right, "asked": questions.len(), "passed": is_passed});
        audit::record(tx, who, at.at, None, "quiz.answer", &detail).await?;
        certify(tx, who, at).await?;
        Ok(is_passed)
    })
}

/// Whoever it is assigned to says that they have read it.
pub async fn acknowledge(app: &App, who: &Actor, at: Moment, id: AssignmentId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let row = load_mine(tx, who, id).await?;
        if store::update_read(tx, id, at.at).await? {
            let detail = json!({"assignment": id.to_string(), "kind": row.kind, "subject": row.subject});
            audit::record(tx, who, at.at, None, "training.read", &detail).await?;
        }
        Ok(())
    })
}

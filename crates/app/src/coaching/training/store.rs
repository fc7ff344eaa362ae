//! The tables `quizzes`, `quiz_answers`, `assignments`, `certificates`, `certificate_needs` and `rule_sets_seen`.

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::values::ids::{AssignmentId, CertificateId, NeedId, QuizId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT_QUIZ: &str = "
    insert into quizzes (id, user_id, assignment_id, topic, course, seed, asked_at, rule_set, questions)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const QUIZ: &str = "
    select id, user_id, assignment_id, topic, course, seed, asked_at, rule_set, questions, answered_at, right_answers, is_passed
      from quizzes where id = $1";
const ANSWER: &str = "insert into quiz_answers (quiz_id, seq, chosen, answer_key) values ($1, $2, $3, $4)";
const ANSWERS: &str = "select chosen, answer_key from quiz_answers where quiz_id = $1 order by seq";
const END_QUIZ: &str = "update quizzes set answered_at = $1, right_answers = $2, is_passed = $3 where id = $4 and answered_at is null";
const PASSED_COURSE: &str = "
    select count(*) from quizzes where user_id = $1 and course = $2 and is_passed = 1 and answered_at >= $3";
const INSERT_ASSIGNMENT: &str = "
    insert into assignments (id, user_id, kind, subject, title, due_on, made_at) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (user_id, kind, subject) do nothing";
const ASSIGNMENT: &str = "
    select id, user_id, kind, subject, title, due_on, made_at, read_at, passed_at from assignments where id = $1";
const OPEN_OF: &str = "
    select id, user_id, kind, subject, title, due_on, made_at, read_at, passed_at from assignments
     where user_id = $1 and (read_at is null or passed_at is null) order by due_on, id limit 50";
const OPEN: &str = "
    select a.id, u.id, u.name, a.title, a.due_on, a.read_at, a.passed_at from assignments a join users u on u.id = a.user_id
     where u.state = 'active' and (a.read_at is null or a.passed_at is null) order by a.due_on, u.name, a.id limit 500";
const READ: &str = "update assignments set read_at = $1 where id = $2 and read_at is null";
const PASS: &str = "update assignments set passed_at = $1 where id = $2 and passed_at is null";
const INSERT_CERTIFICATE: &str = "
    insert into certificates (id, user_id, course, version, issued_on, expires_on, issued_at) values ($1, $2, $3, $4, $5, $6, $7)";
const HELD: &str = "
    select max(expires_on) from certificates where user_id = $1 and course = $2 and version = $3 and expires_on >= $4";
const HOLDERS: &str = "
    select distinct user_id from certificates where course = $1 and version = $2 and expires_on >= $3 order by user_id";
const INSERT_NEED: &str = "
    insert into certificate_needs (id, permission, course, binds_on, set_by, set_at) values ($1, $2, $3, $4, $5, $6)";
const NEEDS: &str = "
    select id, permission, course, binds_on, set_by, set_at from certificate_needs where ended_at is null order by binds_on, id limit 100";
const NEED: &str = "
    select id, permission, course, binds_on, set_by, set_at from certificate_needs
     where permission = $1 and ended_at is null and binds_on <= $2 order by binds_on, id limit 10";
const END_NEED: &str = "update certificate_needs set ended_at = $1 where id = $2 and ended_at is null";
const SEEN: &str = "select rule_set from rule_sets_seen order by seen_at limit 1000";
const SEE: &str = "insert into rule_sets_seen (rule_set, seen_at) values ($1, $2)";

rows! {
    /// One quiz.
    pub struct QuizRow {
        pub id: QuizId,
        pub user: UserId,
        pub assignment: Option<AssignmentId>,
        pub topic: Option<String>,
        pub course: Option<String>,
        pub seed: i64,
        pub asked_at: Timestamp,
        pub rule_set: String,
        pub questions: i64,
        pub answered_at: Option<Timestamp>,
        pub right_answers: Option<i64>,
        pub is_passed: Option<bool>,
    }

    /// What somebody has to learn by a day.
    pub struct AssignmentRow {
        pub id: AssignmentId,
        pub user: UserId,
        pub kind: String,
        pub subject: String,
        pub title: String,
        pub due_on: Date,
        pub made_at: Timestamp,
        pub read_at: Option<Timestamp>,
        pub passed_at: Option<Timestamp>,
    }

    /// The same, among those of everybody.
    pub struct OpenAssignment {
        pub id: AssignmentId,
        pub user: UserId,
        pub name: String,
        pub title: String,
        pub due_on: Date,
        pub read_at: Option<Timestamp>,
        pub passed_at: Option<Timestamp>,
    }

    /// A permission that waits for a certificate.
    pub struct NeedRow {
        pub id: NeedId,
        pub permission: String,
        pub course: String,
        pub binds_on: Date,
        pub set_by: String,
        pub set_at: Timestamp,
    }
}

pub async fn insert_quiz(tx: &mut Tx, quiz: &QuizRow) -> Result<(), StoreError> {
    let QuizRow { id, user, assignment, topic, course, seed, asked_at, rule_set, questions, .. } = quiz;
    tx.run(INSERT_QUIZ, params![*id, *user, *assignment, topic.as_deref(), course.as_deref(), *seed, *asked_at, rule_set, *questions])
        .await
        .map(drop)
}

pub async fn load_quiz(tx: &mut Tx, id: QuizId) -> Result<QuizRow, Failure> {
    tx.one(QUIZ, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("quiz {id}")))
}

pub async fn insert_answer(tx: &mut Tx, id: QuizId, seq: i64, chosen: &str, key: &str) -> Result<(), StoreError> {
    tx.run(ANSWER, params![id, seq, chosen, key]).await.map(drop)
}

/// What was chosen and what was right, question by question.
pub async fn list_answers(tx: &mut Tx, id: QuizId) -> Result<Vec<(String, String)>, StoreError> {
    tx.all(ANSWERS, params![id]).await
}

pub async fn update_answered(tx: &mut Tx, id: QuizId, at: Timestamp, right: i64, is_passed: bool) -> Result<bool, StoreError> {
    Ok(tx.run(END_QUIZ, params![at, right, is_passed, id]).await? > 0)
}

/// Whether somebody passed a course's final quiz since a moment.
pub async fn has_passed_course(tx: &mut Tx, user: UserId, course: &str, since: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.number(PASSED_COURSE, params![user, course, since]).await? > 0)
}

pub async fn insert_assignment(tx: &mut Tx, row: &AssignmentRow) -> Result<bool, StoreError> {
    let AssignmentRow { id, user, kind, subject, title, due_on, made_at, .. } = row;
    Ok(tx.run(INSERT_ASSIGNMENT, params![*id, *user, kind, subject, title, *due_on, *made_at]).await? > 0)
}

pub async fn load_assignment(tx: &mut Tx, id: AssignmentId) -> Result<AssignmentRow, Failure> {
    tx.one(ASSIGNMENT, params![id]).await?.ok_or_else(|| Failure::NotFound(format!("assignment {id}")))
}

/// What somebody has still to learn.
pub async fn list_open_of(tx: &mut Tx, user: UserId) -> Result<Vec<AssignmentRow>, StoreError> {
    tx.all(OPEN_OF, params![user]).await
}

/// What everybody has still to learn, the most urgent first.
pub async fn list_open(tx: &mut Tx) -> Result<Vec<OpenAssignment>, StoreError> {
    tx.all(OPEN, &[]).await
}

pub async fn update_read(tx: &mut Tx, id: AssignmentId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(READ, params![at, id]).await? > 0)
}

pub async fn update_passed(tx: &mut Tx, id: AssignmentId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(PASS, params![at, id]).await? > 0)
}

pub async fn insert_certificate(
    tx: &mut Tx,
    id: CertificateId,
    user: UserId,
    course: &str,
    version: i64,
    days: (Date, Date),
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(INSERT_CERTIFICATE, params![id, user, course, version, days.0, days.1, at]).await.map(drop)
}

/// Until when somebody's certificate of a course holds, where it does on a day.
pub async fn find_held(tx: &mut Tx, user: UserId, course: &str, version: i64, on: Date) -> Result<Option<Date>, StoreError> {
    Ok(tx.one::<(Option<Date>,)>(HELD, params![user, course, version, on]).await?.and_then(|(until,)| until))
}

/// Whose certificate of a course holds on a day.
pub async fn list_holders(tx: &mut Tx, course: &str, version: i64, on: Date) -> Result<Vec<UserId>, StoreError> {
    Ok(tx.all::<(UserId,)>(HOLDERS, params![course, version, on]).await?.into_iter().map(|(user,)| user).collect())
}

pub async fn insert_need(tx: &mut Tx, need: &NeedRow) -> Result<(), StoreError> {
    let NeedRow { id, permission, course, binds_on, set_by, set_at } = need;
    tx.run(INSERT_NEED, params![*id, permission, course, *binds_on, set_by, *set_at]).await.map(drop)
}

/// Every permission that waits, or will.
pub async fn list_needs(tx: &mut Tx) -> Result<Vec<NeedRow>, StoreError> {
    tx.all(NEEDS, &[]).await
}

/// What a permission waits for on a day.
pub async fn list_needs_of(tx: &mut Tx, permission: &str, on: Date) -> Result<Vec<NeedRow>, StoreError> {
    tx.all(NEED, params![permission, on]).await
}

pub async fn update_need_ended(tx: &mut Tx, id: NeedId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.run(END_NEED, params![at, id]).await? > 0)
}

/// The rule sets that this record was worked under, the first of them first.
pub async fn list_rule_sets(tx: &mut Tx) -> Result<Vec<String>, StoreError> {
    Ok(tx.all::<(String,)>(SEEN, &[]).await?.into_iter().map(|(rule_set,)| rule_set).collect())
}

pub async fn insert_rule_set(tx: &mut Tx, rule_set: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.run(SEE, params![rule_set, at]).await.map(drop)
}

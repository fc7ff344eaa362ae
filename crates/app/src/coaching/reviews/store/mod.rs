//! The tables `call_scores`, `review_draws`, `reviews`, `review_scores` and `score_disputes`; in [`care`] `pauses` and `mood_notes`, in
//! [`goals`] `coaching_goals`. [`compared`] only reads.

pub mod care;
pub mod compared;
pub mod goals;

use crate::app::Failure;
use crate::params;
use crate::rows;
use crate::store::{StoreError, Tx};
use duly_domain::coaching::review::{Purpose, Seat, Taken};
use duly_domain::values::ids::{AccountId, CallId, CallScoreId, DrawId, ReviewId, ReviewScoreId, ScoreDisputeId, UserId};
use jiff::Timestamp;
use jiff::civil::Date;

const INSERT_CALL_SCORE: &str = "
    insert into call_scores (id, account_id, call_id, officer_id, scorecard, marks, basis_points, failed_by, made_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const CALL_SCORE: &str = "select marks, basis_points, failed_by from call_scores where call_id = $1";
/// Only what is wrapped up is drawn: what an officer did is then whole.
const WEEK: &str = "
    select c.id, c.account_id, c.began_at, coalesce(c.ended_at, c.wrapped_at), c.wrapped_at, coalesce(s.failed_by, '')
      from calls c join contacts n on n.id = c.contact_id left join call_scores s on s.call_id = c.id
     where n.officer_id = $1 and c.wrapped_at >= $2 and c.wrapped_at < $3
     order by c.wrapped_at, c.id limit 5000";
const CALLS_BEFORE: &str = "
    select count(*) from calls c join contacts n on n.id = c.contact_id where n.officer_id = $1 and c.wrapped_at < $2";
const OPENED: &str = "
    select t.call_id, t.done from call_steps t join calls c on c.id = t.call_id join contacts n on n.id = c.contact_id
     where n.officer_id = $1 and c.wrapped_at >= $2 and c.wrapped_at < $3 and t.done like '{\"step\":\"opened\"%' limit 20000";
const BROKEN: &str = "
    select account_id, taken_at from promises
     where taken_by = $1 and taken_at >= $2 and state in ('broken', 'partly_kept') order by taken_at limit 5000";
const PEOPLE: &str = "
    select u.id, u.name, u.role, t.supervisor_id
      from users u left join team_members m on m.user_id = u.id left join teams t on t.id = m.team_id
     where u.role in ('officer', 'supervisor') and u.state = 'active' order by u.name, u.id limit 2000";
const PERSON: &str = "
    select u.id, u.name, u.role, t.supervisor_id
      from users u left join team_members m on m.user_id = u.id left join teams t on t.id = m.team_id where u.id = $1";
const CALLS_OF_WEEK: &str = "
    select n.officer_id, count(*) from calls c join contacts n on n.id = c.contact_id
     where n.officer_id is not null and c.wrapped_at >= $1 and c.wrapped_at < $2 group by n.officer_id order by n.officer_id limit 2000";
const WAITING_REVIEWER: &str = "
    select r.id, r.call_id, c.account_id, r.officer_id, u.name, r.purpose, r.draw_id, r.reasons, r.scorecard, r.asked_at, c.began_at
      from reviews r join calls c on c.id = r.call_id join users u on u.id = r.officer_id
     where r.purpose = 'review' and not exists (select 1 from review_scores s where s.review_id = r.id and s.seat = 'reviewer')
     order by r.asked_at, c.began_at, r.id limit 500";
const WAITING_OWN: &str = "
    select count(*) from reviews r where r.officer_id = $1 and r.purpose = 'review'
       and not exists (select 1 from review_scores s where s.review_id = r.id and s.seat = 'officer')";
const INSERT_DRAW: &str = "
    insert into review_draws (id, officer_id, week_on, seed, calls, population, random_most, risk_most, drawn_by, drawn_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const DRAWS_OF_WEEK: &str = "
    select id, officer_id, week_on, seed, calls, population, random_most, risk_most, drawn_by, drawn_at
      from review_draws where week_on = $1 order by officer_id limit 2000";
const DRAW: &str = "
    select id, officer_id, week_on, seed, calls, population, random_most, risk_most, drawn_by, drawn_at from review_draws where id = $1";
const INSERT_REVIEW: &str = "
    insert into reviews (id, call_id, officer_id, purpose, draw_id, reasons, scorecard, asked_by, asked_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const REVIEW: &str = "
    select r.id, r.call_id, c.account_id, r.officer_id, u.name, r.purpose, r.draw_id, r.reasons, r.scorecard, r.asked_at, c.began_at
      from reviews r join calls c on c.id = r.call_id join users u on u.id = r.officer_id where r.id = $1";
const REVIEW_OF_CALL: &str = "select id from reviews where call_id = $1 and purpose = $2";
const REVIEWS_OF: &str = "
    select r.id, r.call_id, c.account_id, r.officer_id, u.name, r.purpose, r.draw_id, r.reasons, r.scorecard, r.asked_at, c.began_at
      from reviews r join calls c on c.id = r.call_id join users u on u.id = r.officer_id
     where r.officer_id = $1 and r.purpose = 'review' order by r.asked_at desc, c.began_at desc, r.id limit 200";
const CALIBRATIONS: &str = "
    select r.id, r.call_id, c.account_id, r.officer_id, u.name, r.purpose, r.draw_id, r.reasons, r.scorecard, r.asked_at, c.began_at
      from reviews r join calls c on c.id = r.call_id join users u on u.id = r.officer_id
     where r.purpose = 'calibration' order by r.asked_at desc, r.id limit 1000";
const INSERT_SCORE: &str = "
    insert into review_scores (id, review_id, seat, scorer_id, marks, words, given_at) values ($1, $2, $3, $4, $5, $6, $7)";
const SCORES: &str = "
    select s.seat, s.scorer_id, u.name, s.marks, s.words, s.given_at
      from review_scores s join users u on u.id = s.scorer_id where s.review_id = $1 order by s.seat";
const INSERT_DISPUTE: &str = "
    insert into score_disputes (id, review_id, item, wanted, reason, disputed_at) values ($1, $2, $3, $4, $5, $6)";
const DISPUTES: &str = "
    select d.id, d.review_id, d.item, d.wanted, d.reason, d.disputed_at, d.mark, d.because, u.name, d.decided_at
      from score_disputes d left join users u on u.id = d.decided_by_id where d.review_id = $1 order by d.disputed_at, d.id";
const WAITING_DISPUTES: &str = "
    select distinct d.review_id from score_disputes d where d.decided_at is null order by d.review_id limit 500";
const DECIDE: &str = "
    update score_disputes set mark = $1, because = $2, decided_by_id = $3, decided_at = $4 where id = $5 and decided_at is null";

rows! {
    /// The score of a call's steps.
    pub struct CallScore {
        pub marks: String,
        pub basis_points: Option<i64>,
        pub failed_by: String,
    }

    /// A call of an officer's week.
    pub struct WeekCall {
        pub id: CallId,
        pub account: AccountId,
        pub began_at: Timestamp,
        pub ended_at: Timestamp,
        pub wrapped_at: Timestamp,
        pub failed_by: String,
    }

    /// Somebody whose calls can be reviewed, with who leads their team.
    pub struct Person {
        pub id: UserId,
        pub name: String,
        pub role: String,
        pub led_by: Option<UserId>,
    }

    /// What was drawn of a week.
    pub struct Draw {
        pub id: DrawId,
        pub officer: UserId,
        pub week_on: Date,
        pub seed: String,
        pub calls: i64,
        pub population: String,
        pub random_most: i64,
        pub risk_most: i64,
        pub drawn_by: String,
        pub drawn_at: Timestamp,
    }

    /// A call that is looked at.
    pub struct Review {
        pub id: ReviewId,
        pub call: CallId,
        pub account: AccountId,
        pub officer: UserId,
        pub officer_name: String,
        pub purpose: String,
        pub draw: Option<DrawId>,
        pub reasons: String,
        pub scorecard: String,
        pub asked_at: Timestamp,
        pub called_at: Timestamp,
    }

    /// The marks that somebody gave.
    pub struct Score {
        pub seat: String,
        pub scorer: UserId,
        pub name: String,
        pub marks: String,
        pub words: String,
        pub given_at: Timestamp,
    }

    /// A mark that is disputed, and what was decided.
    pub struct Dispute {
        pub id: ScoreDisputeId,
        pub review: ReviewId,
        pub item: String,
        pub wanted: String,
        pub reason: String,
        pub disputed_at: Timestamp,
        pub mark: Option<String>,
        pub because: Option<String>,
        pub decided_by: Option<String>,
        pub decided_at: Option<Timestamp>,
    }
}

impl Review {
    /// What for.
    pub fn purpose(&self) -> Purpose {
        Purpose::parse(&self.purpose).unwrap_or(Purpose::Review)
    }
}

impl Score {
    /// The seat it was given from.
    pub fn seat(&self) -> Seat {
        Seat::parse(&self.seat).unwrap_or(Seat::Reviewer)
    }
}

/// The seats that are taken.
pub fn taken(scores: &[Score]) -> Vec<Taken> {
    scores.iter().map(|score| Taken { seat: score.seat(), by: score.scorer, at: score.given_at }).collect()
}

/// A row of `call_scores`, as it is written.
pub struct NewCallScore<'a> {
    pub id: CallScoreId,
    pub account: AccountId,
    pub call: CallId,
    pub officer: Option<UserId>,
    pub scorecard: &'a str,
    pub marks: &'a str,
    pub basis_points: Option<i64>,
    pub failed_by: &'a str,
}

pub async fn insert_call_score(tx: &mut Tx, new: &NewCallScore<'_>, at: Timestamp) -> Result<(), StoreError> {
    let NewCallScore { id, account, call, officer, scorecard, marks, basis_points, failed_by } = *new;
    tx.run(INSERT_CALL_SCORE, params![id, account, call, officer, scorecard, marks, basis_points, failed_by, at]).await.map(drop)
}

pub async fn find_call_score(tx: &mut Tx, call: CallId) -> Result<Option<CallScore>, StoreError> {
    tx.one(CALL_SCORE, params![call]).await
}

/// An officer's calls that were wrapped up from one moment up to another.
pub async fn list_week(tx: &mut Tx, officer: UserId, from: Timestamp, to: Timestamp) -> Result<Vec<WeekCall>, StoreError> {
    tx.all(WEEK, params![officer, from, to]).await
}

/// How many calls an officer had wrapped up before a moment.
pub async fn count_calls_before(tx: &mut Tx, officer: UserId, at: Timestamp) -> Result<i64, StoreError> {
    tx.number(CALLS_BEFORE, params![officer, at]).await
}

/// What was opened in an officer's calls, as the steps say it.
pub async fn list_opened(tx: &mut Tx, officer: UserId, from: Timestamp, to: Timestamp) -> Result<Vec<(CallId, String)>, StoreError> {
    tx.all(OPENED, params![officer, from, to]).await
}

/// Promises an officer took since a moment that were broken.
pub async fn list_broken(tx: &mut Tx, officer: UserId, since: Timestamp) -> Result<Vec<(AccountId, Timestamp)>, StoreError> {
    tx.all(BROKEN, params![officer.to_string(), since]).await
}

pub async fn list_people(tx: &mut Tx) -> Result<Vec<Person>, StoreError> {
    tx.all(PEOPLE, &[]).await
}

pub async fn load_person(tx: &mut Tx, user: UserId) -> Result<Person, Failure> {
    tx.one(PERSON, params![user]).await?.ok_or_else(|| Failure::NotFound(format!("user {user}")))
}

/// How many calls each officer wrapped up from one moment up to another.
pub async fn list_call_counts(tx: &mut Tx, from: Timestamp, to: Timestamp) -> Result<Vec<(UserId, i64)>, StoreError> {
    tx.all(CALLS_OF_WEEK, params![from, to]).await
}

/// Reviews that wait for a reviewer, the oldest first.
pub async fn list_waiting(tx: &mut Tx) -> Result<Vec<Review>, StoreError> {
    tx.all(WAITING_REVIEWER, &[]).await
}

/// How many calls wait for their officer's own view.
pub async fn count_waiting_own(tx: &mut Tx, officer: UserId) -> Result<i64, StoreError> {
    tx.number(WAITING_OWN, params![officer]).await
}

pub async fn insert_draw(tx: &mut Tx, draw: &Draw) -> Result<(), StoreError> {
    let Draw { id, officer, week_on, seed, calls, population, random_most, risk_most, drawn_by, drawn_at } = draw;
    let values = params![*id, *officer, *week_on, seed, *calls, population, *random_most, *risk_most, drawn_by, *drawn_at];
    tx.run(INSERT_DRAW, values).await.map(drop)
}

pub async fn list_draws(tx: &mut Tx, week_on: Date) -> Result<Vec<Draw>, StoreError> {
    tx.all(DRAWS_OF_WEEK, params![week_on]).await
}

pub async fn find_draw(tx: &mut Tx, id: DrawId) -> Result<Option<Draw>, StoreError> {
    tx.one(DRAW, params![id]).await
}

/// A row of `reviews`, as it is written.
pub struct NewReview<'a> {
    pub id: ReviewId,
    pub call: CallId,
    pub officer: UserId,
    pub purpose: Purpose,
    pub draw: Option<DrawId>,
    pub reasons: &'a str,
    pub scorecard: &'a str,
    pub asked_by: &'a str,
}

pub async fn insert_review(tx: &mut Tx, new: &NewReview<'_>, at: Timestamp) -> Result<(), StoreError> {
    let NewReview { id, call, officer, purpose, draw, reasons, scorecard, asked_by } = *new;
    tx.run(INSERT_REVIEW, params![id, call, officer, purpose.code(), draw, reasons, scorecard, asked_by, at]).await.map(drop)
}

pub async fn load_review(tx: &mut Tx, id: ReviewId) -> Result<Review, Failure> {
    tx.one(REVIEW, params![id]).await?.ok_or_else(|| Failure::NotFound("such review".into()))
}

pub async fn find_review_of(tx: &mut Tx, call: CallId, purpose: Purpose) -> Result<Option<ReviewId>, StoreError> {
    Ok(tx.one::<(ReviewId,)>(REVIEW_OF_CALL, params![call, purpose.code()]).await?.map(|(id,)| id))
}

/// An officer's reviews, the newest first.
pub async fn list_reviews(tx: &mut Tx, officer: UserId) -> Result<Vec<Review>, StoreError> {
    tx.all(REVIEWS_OF, params![officer]).await
}

/// Calibrations, the newest first.
pub async fn list_calibrations(tx: &mut Tx) -> Result<Vec<Review>, StoreError> {
    tx.all(CALIBRATIONS, &[]).await
}

pub async fn insert_score(
    tx: &mut Tx,
    id: ReviewScoreId,
    review: ReviewId,
    seat: Seat,
    scorer: UserId,
    (marks, words): (&str, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(INSERT_SCORE, params![id, review, seat.code(), scorer, marks, words, at]).await.map(drop)
}

pub async fn list_scores(tx: &mut Tx, review: ReviewId) -> Result<Vec<Score>, StoreError> {
    tx.all(SCORES, params![review]).await
}

pub async fn insert_dispute(
    tx: &mut Tx,
    id: ScoreDisputeId,
    review: ReviewId,
    (item, wanted, reason): (&str, &str, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.run(INSERT_DISPUTE, params![id, review, item, wanted, reason, at]).await.map(drop)
}

pub async fn list_disputes(tx: &mut Tx, review: ReviewId) -> Result<Vec<Dispute>, StoreError> {
    tx.all(DISPUTES, params![review]).await
}

/// Reviews in which something disputed waits for its decision.
pub async fn list_waiting_disputes(tx: &mut Tx) -> Result<Vec<ReviewId>, StoreError> {
    Ok(tx.all::<(ReviewId,)>(WAITING_DISPUTES, &[]).await?.into_iter().map(|(id,)| id).collect())
}

/// Decides about a disputed mark; whether it waited.
pub async fn update_dispute(
    tx: &mut Tx,
    id: ScoreDisputeId,
    (mark, because): (&str, &str),
    by: UserId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.run(DECIDE, params![mark, because, by, at, id]).await? > 0)
}

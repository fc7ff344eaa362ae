//! A call is marked: by its officer, by a reviewer, by two reviewers who do not see each other's marks; and a mark is disputed.

use super::scope;
use super::scored::{self, KeptScore};
use super::store::{self, Dispute, Review, Score, taken};
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept;
use crate::store::Tx;
use crate::transaction;
use duly_domain::coaching::review::{self, Seat};
use duly_domain::coaching::scorecard::{Mark, Scorecard, Scored};
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::{ReviewId, ReviewScoreId, ScoreDisputeId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

/// Marks by item.
pub type Marks = BTreeMap<String, Mark>;

/// A review with all that was marked, as far as anybody may see it.
pub struct Marked {
    /// The review.
    pub review: Review,
    /// What it is marked by.
    pub card: Scorecard,
    /// Who marked.
    pub scores: Vec<Score>,
    /// What was disputed.
    pub disputes: Vec<Dispute>,
    /// What the steps say, where it was kept.
    pub steps: Option<KeptScore>,
    /// Whether the marks of all may be seen.
    pub is_open: bool,
}

impl Marked {
    /// Reads a review that this visitor sees.
    pub async fn load(tx: &mut Tx, who: &Actor, id: ReviewId, now: Timestamp) -> Result<Marked, Failure> {
        let review = scope::review(tx, who, id).await?;
        Marked::of(tx, review, now).await
    }

    /// A review with its marks.
    pub async fn of(tx: &mut Tx, review: Review, now: Timestamp) -> Result<Marked, Failure> {
        let scores = store::list_scores(tx, review.id).await?;
        let disputes = store::list_disputes(tx, review.id).await?;
        let steps = scored::find(tx, review.call).await?;
        let is_open = review::is_open(review.purpose(), &taken(&scores), now);
        Ok(Marked { card: Scorecard::shipped(), review, scores, disputes, steps, is_open })
    }

    /// The score that was given from a seat.
    pub fn score(&self, seat: Seat) -> Option<&Score> {
        self.scores.iter().find(|score| score.seat() == seat)
    }

    /// The marks that were given from a seat.
    pub fn marks(&self, seat: Seat) -> Option<Marks> {
        self.score(seat).map(|score| serde_json::from_str(&score.marks).unwrap_or_default())
    }

    /// The marks that stand: the reviewer's, and where one was disputed what was decided.
    pub fn standing(&self) -> Option<Marks> {
        let mut marks = self.marks(Seat::Reviewer)?;
        for dispute in &self.disputes {
            if let Some(mark) = dispute.mark.as_deref().and_then(Mark::parse) {
                marks.insert(dispute.item.clone(), mark);
            }
        }
        Some(marks)
    }

    /// What marks come to.
    pub fn scored(&self, marks: &Marks) -> Scored {
        self.card.score(marks.iter().map(|(item, mark)| (item.as_str(), *mark)))
    }

    /// The seat this visitor would take, or why they may not.
    pub fn seat_for(&self, who: &Actor) -> Result<Seat, &'static str> {
        let Some(user) = who.id else { return Err("only people mark calls") };
        let reviews = may(who.role, Permission::ReviewCalls);
        review::seat_of(self.review.purpose(), self.review.officer, user, reviews, &taken(&self.scores))
    }
}

/// What somebody saw in a call.
#[derive(Clone, Debug, Default)]
pub struct GiveMarks {
    /// Item by item.
    pub marks: Marks,
    /// In a sentence: what went well, what to redo.
    pub words: String,
}

/// Keeps the marks that somebody gives a call. Every item has one; they are not changed.
pub async fn give_marks(app: &App, who: &Actor, at: Moment, id: ReviewId, given: &GiveMarks) -> Result<Seat, Failure> {
    let user = scope::user(who)?;
    check_length("words", &given.words, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let marked = Marked::load(tx, who, id, at.at).await?;
        let seat = marked.seat_for(who).map_err(|says| Failure::Stale(says.into()))?;
        let missing = marked.card.items.iter().filter(|item| !given.marks.contains_key(&item.code)).count();
        if missing > 0 {
            let says = if missing == 1 { "one item has no mark".into() } else { format!("{missing} items have no mark") };
            return Err(Failure::Wrong(Problems::one("form", says)));
        }
        let marks: Marks = given.marks.iter().filter(|(code, _)| marked.card.item(code).is_some()).map(|(k, v)| (k.clone(), *v)).collect();
        let score = ReviewScoreId(new_uuid());
        let json = serde_json::to_string(&marks).expect("marks are always JSON");
        store::insert_score(tx, score, id, seat, user, (&json, given.words.trim()), at.at).await?;
        let detail = json!({"review": id.to_string(), "seat": seat.code()});
        kept::record_of_agency(tx, who, at.at, "review.mark", detail, &[score.into()]).await?;
        Ok(seat)
    })
}

/// What an officer sees otherwise.
#[derive(Clone, Debug, Default)]
pub struct DisputeMark {
    /// The item.
    pub item: String,
    /// The mark it should have.
    pub wanted: Option<Mark>,
    /// Why.
    pub reason: String,
}

/// The officer disputes the reviewer's mark of an item.
pub async fn dispute(app: &App, who: &Actor, at: Moment, id: ReviewId, ask: &DisputeMark) -> Result<ScoreDisputeId, Failure> {
    let user = scope::user(who)?;
    let mut problems = Problems::default();
    let reason = ask.reason.trim();
    if reason.is_empty() {
        problems.0.push(("reason", "is missing: what did you hear or do?".into()));
    }
    let Some(wanted) = ask.wanted else { return Err(Failure::wrong("wanted", "is not chosen")) };
    check_length("reason", reason, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let marked = Marked::load(tx, who, id, at.at).await?;
        let is_disputed = marked.disputes.iter().any(|one| one.item == ask.item);
        review::may_dispute(marked.review.purpose(), marked.review.officer, user, marked.is_open, is_disputed)
            .map_err(|says| Failure::Stale(says.into()))?;
        let mut problems = problems.clone();
        match marked.marks(Seat::Reviewer).and_then(|marks| marks.get(&ask.item).copied()) {
            None => problems.0.push(("item", "is not among those that were marked".into())),
            Some(mark) if mark == wanted => problems.0.push(("wanted", "is the mark it has".into())),
            Some(_) => {}
        }
        if !problems.is_empty() {
            return Err(Failure::Wrong(problems));
        }
        let dispute = ScoreDisputeId(new_uuid());
        store::insert_dispute(tx, dispute, id, (&ask.item, wanted.code(), reason), at.at).await?;
        let detail = json!({"review": id.to_string(), "item": &ask.item});
        kept::record_of_agency(tx, who, at.at, "review.dispute", detail, &[dispute.into()]).await?;
        Ok(dispute)
    })
}

/// Somebody who gave none of the marks decides which one stands.
pub async fn decide(
    app: &App,
    who: &Actor,
    at: Moment,
    (id, dispute): (ReviewId, ScoreDisputeId),
    mark: Option<Mark>,
    because: &str,
) -> Result<(), Failure> {
    let user = scope::user(who)?;
    let because = because.trim();
    let Some(mark) = mark else { return Err(Failure::wrong("mark", "is not chosen")) };
    if because.is_empty() {
        return Err(Failure::wrong("because", "is missing: the officer reads it"));
    }
    check_length("because", because, WORDS_MAX)?;
    transaction!(app.db, tx, {
        let marked = Marked::load(tx, who, id, at.at).await?;
        review::may_decide(marked.review.officer, user, &taken(&marked.scores)).map_err(|says| Failure::Stale(says.into()))?;
        if !marked.disputes.iter().any(|one| one.id == dispute) {
            return Err(Failure::NotFound("such dispute of this review".into()));
        }
        if !store::update_dispute(tx, dispute, (mark.code(), because), user, at.at).await? {
            return Err(Failure::Stale("this is decided already".into()));
        }
        let detail = json!({"review": id.to_string(), "dispute": dispute.to_string(), "mark": mark.code()});
        kept::record_of_agency(tx, who, at.at, "review.decide", detail, &[dispute.into()]).await
    })
}

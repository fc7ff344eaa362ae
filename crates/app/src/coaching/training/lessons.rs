//! A lesson: the rules about one thing, as they are today, with an example allowed and one that is not, both decided by the rules.

use super::law::law_of;
use crate::app::{App, Failure};
use crate::store::Tx;
use duly_domain::coaching::quiz::Question;
use duly_domain::coaching::topic::Topic;
use duly_domain::decision::{Answer, RuleCard, Severity};
use duly_domain::values::moment::{Moment, day_number};

/// How many situations are looked through for an example.
const LOOKED_AT: u64 = 80;

/// A rule, as it is learned.
pub struct LearnedRule {
    /// Its card.
    pub card: &'static RuleCard,
    /// What it does.
    pub does: &'static str,
    /// From when until when it binds.
    pub in_force: String,
}

/// A lesson.
pub struct Lesson {
    /// What it is about.
    pub topic: Topic,
    /// Its rules.
    pub rules: Vec<LearnedRule>,
    /// Something that is allowed.
    pub allowed: Option<Question>,
    /// Something that is not, by a rule of the topic.
    pub refused: Option<Question>,
}

/// The lesson of a topic today; its examples change from day to day.
pub async fn lesson(tx: &mut Tx, app: &App, at: Moment, topic: Topic) -> Result<Lesson, Failure> {
    let law = law_of(tx, at.at, at.at).await?;
    let on = app.moment_at(at.at).business_day;
    let first = u64::from(day_number(on).unsigned_abs()) * LOOKED_AT;
    let (mut allowed, mut refused) = (None, None);
    for seed in first..first + LOOKED_AT {
        let question = Question::draw(topic, seed, on, &law);
        let is_of_topic = question.reasons().iter().any(|reason| Topic::of(reason.rule.id) == topic);
        match question.decision.answer {
            Answer::Yes if allowed.is_none() => allowed = Some(question),
            Answer::No | Answer::NeedsSupervisor if refused.is_none() && is_of_topic => refused = Some(question),
            _ => {}
        }
        if allowed.is_some() && refused.is_some() {
            break;
        }
    }
    let learned = |card: &'static RuleCard| LearnedRule {
        card,
        does: match card.severity {
            Severity::Block => "Forbids it.",
            Severity::Supervisor | Severity::Presumption => "Only a supervisor may release it.",
            Severity::Warn => "Warns, and does not stand in the way.",
        },
        in_force: card.in_force(),
    };
    Ok(Lesson { topic, rules: topic.rules().into_iter().map(learned).collect(), allowed, refused })
}

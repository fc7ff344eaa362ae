//! The marks of a practice call: the scorecard's, from the steps, and what the choices say of what no step can prove.

use super::{Act, Choice, Play, Worth};
use crate::coaching::scorecard::{Item, Mark, Scorecard, Scored};
use jiff::civil::Date;

/// The least that passes, in percent.
pub const PASS_PERCENT: i64 = 80;

/// The item that a card pressed at the right moment is about.
const HEARD: &str = "heard";

/// One item, and what it came to.
#[derive(Clone, Debug)]
pub struct PlayMark<'a> {
    /// The item.
    pub item: &'a Item,
    /// The mark; nothing where neither steps nor choices say.
    pub mark: Option<Mark>,
    /// Why, where the steps say it.
    pub why: &'static str,
    /// The choices that say it, the worst first.
    pub choices: Vec<&'a Choice>,
}

/// What a practice call came to.
#[derive(Clone, Debug)]
pub struct Marks<'a> {
    /// Item by item.
    pub items: Vec<PlayMark<'a>>,
    /// The score.
    pub scored: Scored,
    /// Whether something was chosen that is wrong.
    pub is_wrong: bool,
}

impl<'s> Play<'s> {
    /// The marks so far. What was chosen counts where it is worse than what the steps prove, or where the steps prove nothing.
    pub fn marks<'a>(&self, card: &'a Scorecard, today: Date) -> Marks<'a>
    where
        's: 'a,
    {
        let call = self.conversation(today);
        let items: Vec<PlayMark<'a>> = card
            .marks_from(&call, None)
            .into_iter()
            .map(|marked| {
                let mut about: Vec<&'a Choice> =
                    self.choices().map(|(_, choice)| choice).filter(|choice| is_about(choice, marked.item)).collect();
                about.sort_by_key(|choice| std::cmp::Reverse(choice.worth));
                let chosen = about.first().map(|choice| match choice.worth {
                    Worth::Good => Mark::Yes,
                    Worth::Weak => Mark::Partly,
                    Worth::Wrong => Mark::No,
                });
                let mark = match (marked.mark.filter(|mark| *mark != Mark::NotApplicable), chosen) {
                    (Some(proved), Some(chosen)) => Some(if chosen.halves() < proved.halves() { chosen } else { proved }),
                    (Some(proved), None) => Some(proved),
                    (None, Some(chosen)) => Some(chosen),
                    (None, None) => marked.mark,
                };
                PlayMark { item: marked.item, mark, why: marked.why, choices: about }
            })
            .collect();
        let given: Vec<(&str, Mark)> = items.iter().filter_map(|one| Some((one.item.code.as_str(), one.mark?))).collect();
        let scored = card.score(given.iter().copied());
        Marks { items, scored, is_wrong: self.worth() == Worth::Wrong }
    }
}

/// Whether a choice says something of an item: the one it names, or that they were heard.
fn is_about(choice: &Choice, item: &Item) -> bool {
    match &choice.item {
        Some(named) => *named == item.code,
        None => item.code == HEARD && matches!(choice.act, Act::Card(_)),
    }
}

impl Marks<'_> {
    /// The score in percent, rounded down.
    pub fn percent(&self) -> i64 {
        self.scored.basis_points.unwrap_or(0) / 100
    }

    /// Whether nothing that is wrong was chosen, nothing failed, and the score is enough.
    pub fn is_passed(&self) -> bool {
        !self.is_wrong && self.scored.failed_by.is_empty() && self.percent() >= PASS_PERCENT
    }

    /// Whether nothing is short of the best.
    pub fn is_full(&self) -> bool {
        self.is_passed() && self.scored.basis_points == Some(10_000)
    }

    /// The items that are short of the best.
    pub fn short(&self) -> impl Iterator<Item = &PlayMark<'_>> {
        self.items.iter().filter(|one| matches!(one.mark, Some(Mark::Partly | Mark::No)))
    }
}

//! The difference that a change of policy or of a rule pack would make: which numbers change for how many accounts, how the gate's answers change, and how the
//! conformance cases come out.
//!
//! The accounts that wait on lists are asked of the real gate, before and after, now and at noon of the first day. Of many a sample is
//! asked, evenly spread, and that is said.

use super::cases::shipped::CasesRun;
use super::facts::{Known, gather_many};
use super::store;
use crate::app::{App, Failure};
use crate::store::Tx;
use duly_domain::decision::Answer;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::CreditorId;
use duly_domain::values::moment::written;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Accounts asked at the most.
const ASKED: i64 = 1_000;
/// Cases named in a sentence at the most.
const NAMED: usize = 12;
/// Accounts gathered at a time.
const PAGE: usize = 100;
/// What is asked of the gate: the channels that policy and caps speak of.
const CHANNELS: [Channel; 3] = [Channel::Call, Channel::Text, Channel::Email];

/// A number before and after, in words: which, from, to.
pub type NumberRow = (String, String, String);

/// What is proposed, as its difference is found.
pub trait Change {
    /// What it is, in a word.
    fn noun(&self) -> &'static str;

    /// The creditor whose accounts alone it reaches.
    fn creditor(&self) -> Option<CreditorId> {
        None
    }

    /// The gate's answer about an account, as it is and as it would be.
    fn answers(&self, known: &Known, at: Timestamp, channel: Channel) -> [Answer; 2];

    /// The numbers that hold for an account, as they are and as they would be.
    fn numbers(&self, known: &Known, at: Timestamp) -> Vec<NumberRow>;

    /// How the conformance cases come out.
    fn cases(&self) -> CasesRun;

    /// Reads what it asks about an account beside what the gate knows.
    fn fill(&self, tx: &mut Tx, known: &mut Known) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The difference that a change would make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Accounts that wait on lists and that it would reach.
    pub on_worklist: i64,
    /// Those that were asked.
    pub asked: usize,
    /// Numbers that change.
    pub numbers: Vec<NumberChange>,
    /// Answers that change.
    pub answers: Vec<AnswerChange>,
    /// How the conformance cases come out.
    pub cases: CasesRun,
    /// What would make it; a policy where nothing is said.
    #[serde(default)]
    pub by: String,
}

/// A number that changes for some accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberChange {
    /// Which.
    pub what: String,
    /// As it is.
    pub from: String,
    /// As it would be.
    pub to: String,
    /// For how many accounts.
    pub accounts: usize,
}

/// An answer that changes for some accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerChange {
    /// Now, or at noon of the first day.
    pub when: String,
    /// By which channel.
    pub channel: String,
    /// As it is.
    pub from: String,
    /// As it would be.
    pub to: String,
    /// For how many accounts.
    pub accounts: usize,
}

impl Difference {
    /// Whether only some of the accounts were asked.
    pub fn is_sample(&self) -> bool {
        i64::try_from(self.asked).unwrap_or(i64::MAX) < self.on_worklist
    }

    /// One sentence for each change.
    pub fn sentences(&self) -> Vec<String> {
        let accounts = |count: usize| if count == 1 { "1 account changes".to_string() } else { format!("{count} accounts change") };
        let answers = self.answers.iter().map(|change| {
            format!("{} from {} to {} by {}, {}.", accounts(change.accounts), change.from, change.to, change.channel, change.when)
        });
        let many = |count: usize| if count == 1 { "1 account".to_string() } else { format!("{count} accounts") };
        let numbers = self
            .numbers
            .iter()
            .map(|change| format!("{}: from {} to {} for {}.", change.what, change.from, change.to, many(change.accounts)));
        let said: Vec<String> = answers.chain(numbers).collect();
        if said.is_empty() { vec!["No account on a worklist changes.".into()] } else { said }
    }

    /// Of how many accounts it speaks.
    pub fn basis(&self) -> String {
        match (self.is_sample(), self.asked) {
            (true, asked) => format!("A sample: {asked} of the {} accounts on worklists were asked, evenly spread.", self.on_worklist),
            (false, 0) => "No account it would reach is on a worklist now.".into(),
            (false, 1) => "The one account on a worklist was asked.".into(),
            (false, asked) => format!("All {asked} accounts on worklists were asked."),
        }
    }

    /// How the cases came out, in a sentence.
    pub fn tested(&self) -> String {
        let CasesRun { run, passed, changed, .. } = &self.cases;
        let by = if self.by.is_empty() { "policy" } else { &self.by };
        let law = if by == "policy" { "the law asks" } else { "the law as shipped asks" };
        let named = match changed.len() {
            0 => String::new(),
            all if all > NAMED => format!(" Named: {} and {} more.", changed[..NAMED].join(", "), all - NAMED),
            _ => format!(" Named: {}.", changed.join(", ")),
        };
        format!("{passed} of {run} conformance cases come out as {law}. Under this {by} {}.{named}", self.cases.changes())
    }

    fn count_number(&mut self, what: &str, from: String, to: String) {
        if from == to {
            return;
        }
        match self.numbers.iter_mut().find(|change| change.what == what && change.from == from && change.to == to) {
            Some(change) => change.accounts += 1,
            None => self.numbers.push(NumberChange { what: what.into(), from, to, accounts: 1 }),
        }
    }

    fn count_answer(&mut self, when: &str, channel: Channel, [from, to]: [Answer; 2]) {
        if from == to {
            return;
        }
        let channel = channel.to_string().to_lowercase();
        let (from, to) = (in_a_word(from), in_a_word(to));
        let same = |change: &&mut AnswerChange| change.when == when && change.channel == channel && change.from == from && change.to == to;
        match self.answers.iter_mut().find(same) {
            Some(change) => change.accounts += 1,
            None => self.answers.push(AnswerChange { when: when.into(), channel, from: from.into(), to: to.into(), accounts: 1 }),
        }
    }
}

fn in_a_word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "allowed",
        Answer::NeedsSupervisor => "asks a supervisor",
        Answer::No => "refused",
    }
}

/// Finds the difference that a change would make from a day on.
pub async fn find_difference(app: &App, now: Timestamp, from_on: Date, change: &impl Change) -> Result<Difference, Failure> {
    let noon = from_on.at(12, 0, 0, 0).to_zoned(app.zone()).map_or(now, |noon| noon.timestamp());
    let moments = [("now".to_string(), now), (format!("at noon of {}", written(from_on)), noon)];
    let creditor = change.creditor();
    let mut tx = app.db.read().await?;
    let on_worklist = store::count_waiting(&mut tx, creditor).await?;
    let step = (on_worklist + ASKED - 1).max(ASKED) / ASKED;
    let ids = store::list_waiting(&mut tx, creditor, step, ASKED).await?;
    let mut found = Difference { on_worklist, asked: ids.len(), by: change.noun().into(), ..Difference::default() };
    for page in ids.chunks(PAGE) {
        for mut known in gather_many(&mut tx, page).await? {
            change.fill(&mut tx, &mut known).await?;
            for (when, at) in &moments {
                for channel in CHANNELS {
                    found.count_answer(when, channel, change.answers(&known, *at, channel));
                }
            }
            for (what, from, to) in change.numbers(&known, noon) {
                found.count_number(&what, from, to);
            }
        }
        // Others read and write meanwhile.
        tokio::task::yield_now().await;
    }
    tx.rollback().await;
    found.cases = change.cases();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_and_said_in_sentences() {
        let mut found = Difference { on_worklist: 2_500, asked: 834, ..Difference::default() };
        found.count_number("Attempts in 7 days", "7".into(), "5".into());
        found.count_number("Attempts in 7 days", "7".into(), "5".into());
        found.count_number("The day opens", "08:00".into(), "08:00".into());
        found.count_answer("now", Channel::Call, [Answer::Yes, Answer::No]);
        found.count_answer("now", Channel::Call, [Answer::No, Answer::No]);
        assert_eq!(
            found.sentences(),
            ["1 account changes from allowed to refused by call, now.", "Attempts in 7 days: from 7 to 5 for 2 accounts."]
        );
        assert!(found.basis().starts_with("A sample: 834 of the 2500"));
        assert_eq!(Difference::default().sentences(), ["No account on a worklist changes."]);
        assert_eq!(serde_json::from_str::<Difference>(&serde_json::to_string(&found).unwrap()).unwrap(), found);
    }
}

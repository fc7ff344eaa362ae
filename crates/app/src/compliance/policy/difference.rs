//! The difference that a version would make: which numbers change for how many accounts, how the gate's answers change, and how the
//! conformance cases come out.
//!
//! The accounts that wait on lists are asked of the real gate, before and after, now and at noon of the first day. Of many a sample is
//! asked, evenly spread, and that is said.

use super::store;
use crate::app::{App, Failure};
use crate::compliance::cases::shipped::{CasesRun, try_policy};
use crate::compliance::facts::gather_many;
use crate::compliance::gate::compare;
use duly_domain::compliance::policy::{ContactPolicy, Limits, Version};
use duly_domain::decision::Answer;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::CreditorId;
use duly_domain::values::moment::written;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Accounts asked at the most.
const ASKED: i64 = 1_000;
/// Accounts gathered at a time.
const PAGE: usize = 100;
/// What is asked of the gate: the channels that policy speaks of.
const CHANNELS: [Channel; 3] = [Channel::Call, Channel::Text, Channel::Email];

/// The difference that a version would make.
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
        let CasesRun { run, passed, stricter, looser } = self.cases;
        format!("{passed} of {run} conformance cases come out as the law asks; {stricter} stricter by this policy, {looser} looser.")
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

/// Finds the difference that a version of the agency's or of a creditor's would make from a day on.
pub async fn find_difference(
    app: &App,
    now: Timestamp,
    creditor: Option<CreditorId>,
    limits: Limits,
    from_on: Date,
) -> Result<Difference, Failure> {
    let noon = from_on.at(12, 0, 0, 0).to_zoned(app.zone()).map_or(now, |noon| noon.timestamp());
    let moments = [("now".to_string(), now), (format!("at noon of {}", written(from_on)), noon)];
    let version = Version { number: 0, limits };
    let mut tx = app.db.read().await?;
    let on_worklist = store::count_waiting(&mut tx, creditor).await?;
    let step = (on_worklist + ASKED - 1).max(ASKED) / ASKED;
    let ids = store::list_waiting(&mut tx, creditor, step, ASKED).await?;
    let mut found = Difference { on_worklist, asked: ids.len(), ..Difference::default() };
    for page in ids.chunks(PAGE) {
        for known in gather_many(&mut tx, page).await? {
            let both = |at: Timestamp| [known.policies.at(at), known.policies.instead(at, creditor.is_some(), version)];
            for (when, at) in &moments {
                let [before, after] = both(*at);
                for channel in CHANNELS {
                    found.count_answer(when, channel, compare(&known, *at, channel, [&before, &after]));
                }
            }
            for (what, from, to) in numbers(&both(noon)) {
                found.count_number(what, from, to);
            }
        }
        // Others read and write meanwhile.
        tokio::task::yield_now().await;
    }
    tx.rollback().await;
    found.cases = try_policy(&match creditor {
        Some(_) => ContactPolicy { creditor: version, ..ContactPolicy::LAW },
        None => ContactPolicy { house: version, ..ContactPolicy::LAW },
    });
    Ok(found)
}

/// Every number of a policy before and after, in words.
fn numbers(both: &[ContactPolicy; 2]) -> [(&'static str, String, String); 6] {
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let off = |is_off: bool| if is_off { "off" } else { "open" }.to_string();
    let row = |what, of: &dyn Fn(&ContactPolicy) -> String| (what, of(&both[0]), of(&both[1]));
    [
        row("Attempts in 7 days", &|policy| policy.attempts_max_7_days().0.to_string()),
        row("The day opens", &|policy| time(policy.opens_minute().0)),
        row("The day closes", &|policy| time(policy.closes_minute().0)),
        row("Electronic messages in 7 days", &|policy| policy.messages().map_or_else(|| "no limit".into(), |(max, _)| max.to_string())),
        row("Sundays", &|policy| off(policy.off_on_sundays().is_some())),
        row("Federal holidays", &|policy| off(policy.off_on_holidays().is_some())),
    ]
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

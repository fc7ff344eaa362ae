//! A call as it was led: the stages, what was done in each, and what follows.
//!
//! A call is a list of [`Step`]s in the order in which they were done; [`Conversation`] is what they come to. It says which stage may
//! be entered ([`Conversation::may_enter`]), which way the call took ([`Way`]), and, when it is over, its result code and the note:
//! nobody types what the steps already say ([`draft`]).
//!
//! Read [`Conversation::of`] first. Stored in `call_steps`; shown at `/calls/{call}`.
//!
//! Always true: nothing about the debt before the right party is verified (12 CFR 1006.6(d)(1)); somebody else is asked for no more
//! than where the person can be reached (12 CFR 1006.10); what a later step says again takes the place of what an earlier one said.

mod note;
mod step;
mod their_call;

pub use note::draft;
pub use step::{Answered, Choice, Means, Reason, Stage, Step, Trigger};
pub use their_call::{Heed, bars_payment, heed};

use crate::outreach::result::{self, ResultCode};
use crate::parties::right_party::{Check, Fit, Verdict, verdict};
use jiff::civil::Date;

/// The way a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Nobody has answered yet.
    Ringing,
    /// They say it is they; it is not proved yet.
    Verifying,
    /// The right person, proved.
    Talking,
    /// Somebody else: where can the person be reached, and nothing more.
    ThirdParty,
    /// Whoever it is did not prove it: a letter, and nothing more.
    NotVerified,
    /// A machine: the limited message, and nothing more.
    Voicemail,
    /// The number is somebody else's: apologize, and never again.
    WrongPerson,
    /// Nobody there.
    Nobody,
}

/// What the steps of a call come to.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// Whether any words are due before the purpose.
    words_are_due: bool,
    /// They called us.
    came_in: bool,
    /// What keeps every word about paying out of it.
    barred: Option<&'static str>,
    answered: Option<Answered>,
    checks: Vec<(Check, Fit)>,
    on_file: Vec<Check>,
    steps: Vec<Step>,
}

impl Conversation {
    /// What steps come to, with the checks that can be made and whether any words are due.
    pub fn of(on_file: &[Check], words_are_due: bool, steps: Vec<Step>) -> Conversation {
        let answered = steps.iter().rev().find_map(|step| match step {
            Step::Answered { who } => Some(*who),
            _ => None,
        });
        // Who first said they were somebody else and then comes to the phone is asked again.
        let checks = steps
            .iter()
            .filter_map(|step| match step {
                Step::Checked { check, fit } => Some((*check, *fit)),
                _ => None,
            })
            .collect();
        Conversation { words_are_due, came_in: false, barred: None, answered, checks, on_file: on_file.to_vec(), steps }
    }

    /// The same, as a call that they made.
    pub fn coming_in(self, came_in: bool) -> Conversation {
        Conversation { came_in, ..self }
    }

    /// The same, without a word about paying, where something forbids it.
    pub fn barring(self, barred: Option<&'static str>) -> Conversation {
        Conversation { barred, ..self }
    }

    /// The same with one more step.
    pub fn with(mut self, step: Step) -> Conversation {
        self.steps.push(step);
        let steps = std::mem::take(&mut self.steps);
        Conversation::of(&self.on_file, self.words_are_due, steps).coming_in(self.came_in).barring(self.barred)
    }

    /// Whether they called us.
    pub fn came_in(&self) -> bool {
        self.came_in
    }

    /// Who can be at the other end: nobody calls us from a machine, or from a number not in service.
    pub fn who(&self) -> &'static [Answered] {
        if self.came_in { &Answered::CALLING } else { Answered::ALL }
    }

    /// The call as it stood after its first steps.
    pub fn until(&self, steps: usize) -> Conversation {
        let first = self.steps.iter().take(steps).cloned().collect();
        Conversation::of(&self.on_file, self.words_are_due, first)
    }

    /// Whether any words are due before the purpose.
    pub fn words_are_due(&self) -> bool {
        self.words_are_due
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Where the checks stand.
    pub fn verdict(&self) -> Verdict {
        verdict(&self.on_file, &self.checks)
    }

    /// What a check came to last, if it was made.
    pub fn fit(&self, check: Check) -> Option<Fit> {
        self.checks.iter().rev().find(|(made, _)| *made == check).map(|(_, fit)| *fit)
    }

    /// Who answered.
    pub fn answered(&self) -> Option<Answered> {
        self.answered
    }

    /// The way the call takes.
    pub fn way(&self) -> Way {
        match self.answered {
            None => Way::Ringing,
            Some(Answered::Person) => match self.verdict() {
                Verdict::Verified => Way::Talking,
                Verdict::Open { .. } => Way::Verifying,
                Verdict::Failed => Way::NotVerified,
            },
            Some(Answered::Spouse | Answered::Other | Answered::Unsure) => Way::ThirdParty,
            Some(Answered::Voicemail) => Way::Voicemail,
            Some(Answered::Wrong) => Way::WrongPerson,
            Some(Answered::Nobody | Answered::Busy | Answered::Dead) => Way::Nobody,
        }
    }

    /// Whether what is owed may be on the screen.
    pub fn may_show_debt(&self) -> bool {
        self.way() == Way::Talking
    }

    /// Whether a stage may be entered; what is missing otherwise.
    pub fn may_enter(&self, stage: Stage) -> Result<(), &'static str> {
        match stage {
            Stage::Verify => Ok(()),
            _ if self.way() == Way::NotVerified => Err("stays shut: they were not verified"),
            _ if self.way() != Way::Talking => Err("opens when they are verified"),
            Stage::Disclose => Ok(()),
            _ if !self.is_disclosed() => Err("opens when the words that are due are said"),
            Stage::Options | Stage::Afford | Stage::Commit if self.barred.is_some() => Err(self.barred.unwrap_or_default()),
            Stage::ReadBack if self.promised().is_none() => Err("opens when something is promised"),
            _ => Ok(()),
        }
    }

    fn is_disclosed(&self) -> bool {
        !self.words_are_due || self.steps.iter().any(|step| matches!(step, Step::Disclosed { .. }))
    }

    /// Whether a stage has what belongs to it.
    pub fn is_done(&self, stage: Stage) -> bool {
        match stage {
            Stage::Verify => !matches!(self.way(), Way::Ringing | Way::Verifying),
            Stage::Disclose => self.may_show_debt() && self.is_disclosed(),
            _ => self.steps.iter().any(|step| step.stage() == stage),
        }
    }

    /// The stage to go to after another, leaving out what cannot be entered.
    pub fn after(&self, stage: Stage) -> Option<Stage> {
        Stage::ALL.iter().copied().find(|next| *next > stage && self.may_enter(*next).is_ok())
    }

    /// What is left to them each month by what they told last, in minor units; below zero where it does not go round.
    pub fn left_minor(&self) -> Option<i64> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Budget { income_minor, essentials_minor, priority_minor } => {
                Some(income_minor.saturating_sub(*essentials_minor).saturating_sub(*priority_minor))
            }
            _ => None,
        })
    }

    /// What they promised last.
    pub fn promised(&self) -> Option<(i64, &str, Date)> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Promised { amount_minor, currency, due_on } => Some((*amount_minor, currency.as_str(), *due_on)),
            _ => None,
        })
    }

    /// What they told last about why it is unpaid.
    pub fn told(&self) -> Option<(Reason, &str, &str, bool)> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Told { reason, since, words, agreed } => Some((*reason, since.as_str(), words.as_str(), *agreed)),
            _ => None,
        })
    }

    /// What was agreed last about what happens next.
    pub fn agreed(&self) -> Option<(Date, Option<u16>, Means)> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Agreed { on, minute, by } => Some((*on, *minute, *by)),
            _ => None,
        })
    }

    /// What they said that opens a case, each once.
    pub fn triggers(&self) -> Vec<Trigger> {
        let mut triggers: Vec<Trigger> = self
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Opened { trigger } => Some(*trigger),
                _ => None,
            })
            .collect();
        triggers.sort_unstable();
        triggers.dedup();
        triggers
    }

    /// Whether a step is among them.
    pub fn has(&self, wanted: impl Fn(&Step) -> bool) -> bool {
        self.steps.iter().any(wanted)
    }

    /// The result that the steps tell; the officer may know better.
    pub fn result(&self) -> &'static ResultCode {
        let triggers = self.triggers();
        let code = match self.way() {
            _ if self.has(|step| *step == Step::BadTime) => "cannot_talk",
            // Whoever called us and was asked nothing was there.
            Way::Ringing if self.came_in => "hung_up",
            Way::Ringing => "no_answer",
            Way::Nobody => match self.answered {
                Some(Answered::Busy) => "busy",
                Some(Answered::Dead) => "not_in_service",
                _ => "no_answer",
            },
            Way::Voicemail if self.has(|step| *step == Step::MessageLeft) => "left_message",
            Way::Voicemail => "no_answer",
            Way::WrongPerson => "wrong_number",
            Way::ThirdParty => "third_party",
            Way::NotVerified => "not_verified",
            Way::Verifying => "hung_up",
            // Who hung up before a word about the debt was said did not speak with us about it.
            Way::Talking if !self.is_disclosed() && triggers.is_empty() => "hung_up",
            Way::Talking if triggers.contains(&Trigger::StopCalling) => "asked_to_stop",
            Way::Talking if triggers.iter().any(|said| matches!(said, Trigger::Disputes | Trigger::NotTheirs | Trigger::Paid)) => {
                "disputes"
            }
            Way::Talking if self.promised().is_some() => "promised",
            Way::Talking if self.has(|step| *step == Step::Refused) => "refuses",
            Way::Talking => "talked",
        };
        result::find(code).expect("every code above is in the list, which a test proves")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parties::right_party::Check::{DateOfBirth, HouseAndZip, LastFour};
    use crate::parties::right_party::Fit::{Differs, Matches};
    use jiff::civil::date;

    fn answered(who: Answered) -> Step {
        Step::Answered { who }
    }

    fn verified() -> Vec<Step> {
        let checked = |check| Step::Checked { check, fit: Matches };
        vec![answered(Answered::Person), checked(DateOfBirth), checked(HouseAndZip)]
    }

    fn call(steps: Vec<Step>) -> Conversation {
        Conversation::of(&Check::ALL, true, steps)
    }

    fn led(more: &[Step]) -> Conversation {
        let said = Step::Disclosed { words: vec!["us.first".into()] };
        call(verified().into_iter().chain([said]).chain(more.iter().cloned()).collect())
    }

    #[test]
    fn only_the_right_person_opens_what_follows() {
        let missed = |check| Step::Checked { check, fit: Differs };
        let cases = [
            (vec![], Way::Ringing),
            (vec![answered(Answered::Person)], Way::Verifying),
            (verified(), Way::Talking),
            (vec![answered(Answered::Person), missed(DateOfBirth), missed(HouseAndZip), missed(LastFour)], Way::NotVerified),
            (vec![answered(Answered::Spouse)], Way::ThirdParty),
            (vec![answered(Answered::Other)], Way::ThirdParty),
            (vec![answered(Answered::Unsure)], Way::ThirdParty),
            (vec![answered(Answered::Voicemail)], Way::Voicemail),
            (vec![answered(Answered::Wrong)], Way::WrongPerson),
            (vec![answered(Answered::Busy)], Way::Nobody),
            // Somebody else called them to the telephone.
            ([vec![answered(Answered::Other)], verified()].concat(), Way::Talking),
            // And gave it back.
            ([verified(), vec![answered(Answered::Other)]].concat(), Way::ThirdParty),
        ];
        for (steps, way) in cases {
            let call = call(steps);
            assert_eq!(call.way(), way);
            let is_talk = way == Way::Talking;
            assert_eq!(call.may_show_debt(), is_talk);
            for stage in &Stage::ALL[1..] {
                assert!(is_talk || call.may_enter(*stage).is_err(), "{stage} is closed when {way:?}");
            }
            assert_eq!(call.may_enter(Stage::Disclose).is_ok(), is_talk);
        }
    }

    #[test]
    fn the_words_come_first_and_then_all_is_free() {
        let before = call(verified());
        assert!(before.may_enter(Stage::Purpose).is_err() && before.may_enter(Stage::Close).is_err());
        assert_eq!(before.after(Stage::Verify), Some(Stage::Disclose));
        let after = led(&[]);
        for stage in Stage::ALL.iter().filter(|stage| **stage != Stage::ReadBack) {
            assert!(after.may_enter(*stage).is_ok(), "{stage}");
        }
        assert!(after.may_enter(Stage::ReadBack).is_err(), "there is nothing to read back");
        assert_eq!(after.after(Stage::Commit), Some(Stage::Close));
        let promise = Step::Promised { amount_minor: 2_500, currency: "USD".into(), due_on: date(2026, 3, 9) };
        assert_eq!(led(&[promise]).after(Stage::Commit), Some(Stage::ReadBack));
        assert!(Conversation::of(&Check::ALL, false, verified()).may_enter(Stage::Purpose).is_ok(), "no words are due");
    }

    #[test]
    fn the_steps_tell_the_result() {
        let opened = |trigger| Step::Opened { trigger };
        let promise = Step::Promised { amount_minor: 2_500, currency: "USD".into(), due_on: date(2026, 3, 9) };
        let cases = [
            (call(vec![]), "no_answer"),
            (call(vec![answered(Answered::Nobody)]), "no_answer"),
            (call(vec![answered(Answered::Busy)]), "busy"),
            (call(vec![answered(Answered::Dead)]), "not_in_service"),
            (call(vec![answered(Answered::Voicemail)]), "no_answer"),
            (call(vec![answered(Answered::Voicemail), Step::MessageLeft]), "left_message"),
            (call(vec![answered(Answered::Wrong)]), "wrong_number"),
            (call(vec![answered(Answered::Spouse), Step::Located { told: true }]), "third_party"),
            (call(vec![answered(Answered::Person)]), "hung_up"),
            (call(verified()), "hung_up"),
            (call(vec![answered(Answered::Person), Step::BadTime]), "cannot_talk"),
            (led(&[]), "talked"),
            (led(&[Step::Refused]), "refuses"),
            (led(std::slice::from_ref(&promise)), "promised"),
            (led(&[promise.clone(), opened(Trigger::Disputes)]), "disputes"),
            (led(&[opened(Trigger::Paid)]), "disputes"),
            (led(&[promise, opened(Trigger::StopCalling)]), "asked_to_stop"),
            (led(&[opened(Trigger::Ill)]), "talked"),
        ];
        for (call, code) in cases {
            assert_eq!(call.result().code, code, "{:?}", call.steps());
        }
    }

    #[test]
    fn who_calls_us_is_there_and_is_verified_like_anybody() {
        let came = |steps| call(steps).coming_in(true);
        let cases = [
            (vec![], Way::Ringing, "hung_up"),
            (vec![answered(Answered::Person)], Way::Verifying, "hung_up"),
            (verified(), Way::Talking, "hung_up"),
            (vec![answered(Answered::Spouse)], Way::ThirdParty, "third_party"),
            (vec![answered(Answered::Other)], Way::ThirdParty, "third_party"),
            (vec![answered(Answered::Unsure)], Way::ThirdParty, "third_party"),
            (vec![answered(Answered::Wrong)], Way::WrongPerson, "wrong_number"),
            (vec![answered(Answered::Person), Step::BadTime], Way::Verifying, "cannot_talk"),
        ];
        for (steps, way, code) in cases {
            let call = came(steps);
            assert_eq!((call.way(), call.result().code), (way, code), "{:?}", call.steps());
            assert!(way == Way::Talking || call.may_enter(Stage::Disclose).is_err(), "{way:?}");
            assert!(call.result().comes_in(), "{code} can come about by a call that comes in");
        }
        assert_eq!(came(vec![]).who(), Answered::CALLING);
        assert_eq!(call(vec![]).who(), Answered::ALL);
        let talked = came(verified()).with(Step::Disclosed { words: vec!["us.first".into()] });
        assert_eq!((talked.result().code, talked.came_in()), ("talked", true));
    }

    #[test]
    fn where_payment_is_forbidden_its_stages_stay_shut() {
        let barred = led(&[]).barring(Some("stays shut: they are in bankruptcy"));
        for stage in [Stage::Options, Stage::Afford, Stage::Commit] {
            assert_eq!(barred.may_enter(stage), Err("stays shut: they are in bankruptcy"));
        }
        for stage in [Stage::Purpose, Stage::Listen, Stage::Close] {
            assert!(barred.may_enter(stage).is_ok(), "{stage}");
        }
        assert_eq!(barred.after(Stage::Listen), Some(Stage::Close));
    }

    #[test]
    fn what_is_left_is_what_came_in_less_what_goes_out_first() {
        let budget = |income_minor| Step::Budget { income_minor, essentials_minor: 190_000, priority_minor: 12_000 };
        assert_eq!(led(&[]).left_minor(), None);
        assert_eq!(led(&[budget(100_000), budget(210_000)]).left_minor(), Some(8_000));
        assert_eq!(led(&[budget(i64::MIN)]).left_minor(), Some(i64::MIN));
        assert_eq!(led(&[budget(200_000)]).left_minor(), Some(-2_000));
    }

    #[test]
    fn what_was_said_last_counts() {
        let told = |reason| Step::Told { reason, since: String::new(), words: String::new(), agreed: false };
        let call = led(&[told(Reason::Forgot), told(Reason::LostIncome)]);
        assert_eq!(call.told().map(|(reason, ..)| reason), Some(Reason::LostIncome));
        let stops = led(&[Step::Opened { trigger: Trigger::Ill }, Step::Opened { trigger: Trigger::Ill }]);
        assert_eq!(stops.triggers(), [Trigger::Ill]);
    }

    #[test]
    fn every_code_is_read_back() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.code()), Some(*stage));
        }
        for trigger in Trigger::ALL {
            assert_eq!(Trigger::parse(trigger.code()), Some(*trigger));
        }
        assert_eq!(Answered::parse("nobody at all"), None);
    }
}

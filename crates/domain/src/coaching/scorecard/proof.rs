//! What the steps of a call prove about an item, and what they leave to somebody who listens.
//!
//! The steps are what was done at the desk, in its order. They prove that a thing was done, or that the call went on without it; they
//! do not prove how it was said. Where the order of two presses is all there is, the sentence says so.

use super::{Item, Mark, Marked};
use crate::outreach::conversation::{Answered, Conversation, Means, Reason, Step, Trigger, Way};
use crate::outreach::result::ResultCode;
use crate::values::coded::coded;

coded! {
    /// What can be read from the steps.
    Proof {
        /// Nothing about the debt before they were verified.
        VerifiedFirst = "verified_first", "Verified before anything about the debt";
        /// The words that were due, before the rest.
        WordsSaid = "words_said", "The words that were due";
        /// Somebody else was asked for no more than where they can be reached.
        OnlyLocation = "only_location", "Somebody else was told nothing";
        /// The limited message, and nothing else.
        MessageOnly = "message_only", "The limited message";
        /// The purpose before the questions.
        PurposeFirst = "purpose_first", "The purpose first";
        /// Why it is unpaid.
        ReasonTold = "reason_told", "The reason";
        /// More than one way, before a promise.
        ChoicesNamed = "choices_named", "More than one way";
        /// A budget, and a promise within it.
        Affordable = "affordable", "What they can pay";
        /// Read back and confirmed.
        ReadBack = "read_back", "Read back";
        /// The next step.
        NextAgreed = "next_agreed", "The next step";
        /// The recorded result is the one that the steps tell.
        ResultFits = "result_fits", "The result fits";
        /// No collecting after a stop.
        StopHeeded = "stop_heeded", "A stop was heeded";
        /// What opens a case did.
        CaseOpened = "case_opened", "A case was opened";
        /// Nothing about health without their yes.
        HealthAgreed = "health_agreed", "Health only with their yes";
    }
}

/// What was written down when the call was wrapped up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The result, as it was recorded.
    pub result: &'static ResultCode,
}

/// A mark, why, and the steps that say so.
type Found = (Option<Mark>, &'static str, Vec<usize>);

pub(super) fn prove<'a>(item: &'a Item, call: &Conversation, recorded: Option<&Recorded>) -> Marked<'a> {
    let (mark, why, steps) = match item.proof {
        None => (None, "Only somebody who listens can say.", Vec::new()),
        Some(proof) => found(proof, &Seen { call, steps: call.steps() }, recorded),
    };
    Marked { item, mark, why, steps }
}

/// A call, looked at by its steps.
struct Seen<'a> {
    call: &'a Conversation,
    steps: &'a [Step],
}

impl Seen<'_> {
    fn all(&self, wanted: impl Fn(&Step) -> bool) -> Vec<usize> {
        self.steps.iter().enumerate().filter(|(_, step)| wanted(step)).map(|(at, _)| at).collect()
    }

    fn first(&self, wanted: impl Fn(&Step) -> bool) -> Option<usize> {
        self.steps.iter().position(wanted)
    }

    fn last(&self, wanted: impl Fn(&Step) -> bool) -> Option<usize> {
        self.steps.iter().rposition(wanted)
    }

    /// The way of the call just before a step.
    fn way_before(&self, at: usize) -> Way {
        self.call.until(at).way()
    }

    /// Whether the right person was spoken with about the debt.
    fn is_talk(&self) -> bool {
        self.call.way() == Way::Talking && self.first(is_about_debt).is_some()
    }

    /// What ended the collecting in it, where something did.
    fn stop(&self) -> Option<usize> {
        self.first(|step| matches!(step, Step::Opened { trigger } if stops(*trigger)))
    }

    /// What makes asking on pointless, or wrong.
    fn was_cut_short(&self) -> bool {
        self.call.has(|step| *step == Step::BadTime) || !self.call.triggers().is_empty()
    }
}

/// Steps that speak of the debt.
fn is_about_debt(step: &Step) -> bool {
    match step {
        Step::Disclosed { words } => !words.is_empty(),
        Step::Purpose
        | Step::Told { .. }
        | Step::Offered { .. }
        | Step::Budget { .. }
        | Step::Promised { .. }
        | Step::Refused
        | Step::ReadBack { .. } => true,
        _ => false,
    }
}

/// Steps that ask for money.
fn asks_for_money(step: &Step) -> bool {
    matches!(step, Step::Budget { .. } | Step::Promised { .. } | Step::Refused)
}

/// What must end the collecting in a call.
const fn stops(trigger: Trigger) -> bool {
    matches!(trigger, Trigger::StopCalling | Trigger::Lawyer | Trigger::Bankrupt | Trigger::Died | Trigger::NotTheirs)
}

/// The case that a reason should have opened: any of these.
const fn opens(reason: Reason) -> &'static [Trigger] {
    match reason {
        Reason::Wrong => &[Trigger::Disputes, Trigger::Paid, Trigger::NotTheirs, Trigger::Complaint],
        Reason::Ill => &[Trigger::Ill, Trigger::CannotAfford],
        Reason::LostIncome => &[Trigger::CannotAfford],
        _ => &[],
    }
}

fn found(proof: Proof, seen: &Seen<'_>, recorded: Option<&Recorded>) -> Found {
    match proof {
        Proof::VerifiedFirst => verified_first(seen),
        Proof::WordsSaid => words_said(seen),
        Proof::OnlyLocation => only_location(seen),
        Proof::MessageOnly => message_only(seen),
        Proof::PurposeFirst => purpose_first(seen),
        Proof::ReasonTold => reason_told(seen),
        Proof::ChoicesNamed => choices_named(seen),
        Proof::Affordable => affordable(seen),
        Proof::ReadBack => read_back(seen),
        Proof::NextAgreed => next_agreed(seen),
        Proof::ResultFits => result_fits(seen, recorded),
        Proof::StopHeeded => stop_heeded(seen),
        Proof::CaseOpened => case_opened(seen),
        Proof::HealthAgreed => health_agreed(seen),
    }
}

fn yes(why: &'static str, steps: Vec<usize>) -> Found {
    (Some(Mark::Yes), why, steps)
}

fn partly(why: &'static str, steps: Vec<usize>) -> Found {
    (Some(Mark::Partly), why, steps)
}

fn no(why: &'static str, steps: Vec<usize>) -> Found {
    (Some(Mark::No), why, steps)
}

fn no_occasion(why: &'static str) -> Found {
    (Some(Mark::NotApplicable), why, Vec::new())
}

fn open(why: &'static str, steps: Vec<usize>) -> Found {
    (None, why, steps)
}

fn verified_first(seen: &Seen<'_>) -> Found {
    let checks = seen.all(|step| matches!(step, Step::Checked { .. }));
    let early = seen.all(is_about_debt).into_iter().find(|at| seen.way_before(*at) != Way::Talking);
    match (early, seen.call.way()) {
        (Some(at), _) => no("Something about the debt comes before they were verified.", vec![at]),
        (None, Way::Talking) => yes("They were verified, and nothing about the debt comes before.", checks),
        (None, Way::Verifying | Way::NotVerified) => yes("They were not verified, and nothing about the debt was said.", checks),
        (None, _) => no_occasion("The person themselves was not reached."),
    }
}

fn words_said(seen: &Seen<'_>) -> Found {
    let said = seen.first(|step| matches!(step, Step::Disclosed { words } if !words.is_empty()));
    let rest = seen.first(|step| is_about_debt(step) && !matches!(step, Step::Disclosed { .. }));
    match (said, rest) {
        (Some(said), Some(rest)) if rest < said => no("Something about the debt comes before the words that were due.", vec![rest, said]),
        (Some(said), _) => yes("They were said before the rest.", vec![said]),
        (None, _) if !seen.call.words_are_due() => no_occasion("No words were due."),
        (None, Some(rest)) => no("The talk went on without them.", vec![rest]),
        (None, None) => no_occasion("The call ended before anything about the debt."),
    }
}

fn only_location(seen: &Seen<'_>) -> Found {
    let others = seen.all(|step| matches!(step, Step::Answered { who: Answered::Spouse | Answered::Other | Answered::Unsure }));
    if others.is_empty() {
        return no_occasion("Nobody else was on the line.");
    }
    match seen.all(is_about_debt).into_iter().find(|at| seen.way_before(*at) == Way::ThirdParty) {
        Some(at) => no("Something about the debt was said while somebody else was on the line.", vec![at]),
        None => {
            let steps = [others, seen.all(|step| matches!(step, Step::Located { .. }))].concat();
            yes("With somebody else on the line nothing about the debt was on the screen.", steps)
        }
    }
}

fn message_only(seen: &Seen<'_>) -> Found {
    let left = seen.all(|step| *step == Step::MessageLeft);
    match (seen.call.answered(), left.is_empty()) {
        (Some(Answered::Voicemail), false) => yes("The limited message was left.", left),
        (Some(Answered::Voicemail), true) => open("A machine answered; nothing says that a message was left.", Vec::new()),
        _ => no_occasion("No machine answered."),
    }
}

fn purpose_first(seen: &Seen<'_>) -> Found {
    if !seen.is_talk() {
        return no_occasion("There was no talk about the debt.");
    }
    let purpose = seen.first(|step| *step == Step::Purpose);
    let asked = seen.first(|step| is_about_debt(step) && !matches!(step, Step::Disclosed { .. } | Step::Purpose));
    match (purpose, asked) {
        (Some(purpose), Some(asked)) if asked < purpose => partly("It was said, but after something else.", vec![asked, purpose]),
        (Some(purpose), _) => yes("It was said first.", vec![purpose]),
        (None, Some(asked)) => no("The talk went on without it.", vec![asked]),
        (None, None) => no_occasion("The call ended before it."),
    }
}

fn reason_told(seen: &Seen<'_>) -> Found {
    let told = seen.all(|step| matches!(step, Step::Told { .. }));
    match seen.call.told() {
        Some((Reason::Unsaid, ..)) => yes("They were asked, and would not say.", told),
        Some(_) => yes("The reason is among the steps.", told),
        None if !seen.is_talk() => no_occasion("There was no talk about the debt."),
        None if seen.was_cut_short() => no_occasion("Something else came first."),
        None => match seen.last(is_about_debt) {
            Some(last) if !matches!(seen.steps[last], Step::Disclosed { .. }) => no("The talk went on without it.", vec![last]),
            _ => no_occasion("The call ended before it."),
        },
    }
}

fn choices_named(seen: &Seen<'_>) -> Found {
    let Some(promised) = seen.first(|step| matches!(step, Step::Promised { .. })) else {
        return no_occasion("Nothing was promised.");
    };
    let offered = seen.first(|step| matches!(step, Step::Offered { choices } if choices.len() > 1));
    match offered {
        Some(at) if at < promised => yes("More than one way was named before the promise.", vec![at, promised]),
        Some(at) => partly("More than one way was named, but after the promise.", vec![promised, at]),
        None => no("The promise came without a choice.", vec![promised]),
    }
}

fn affordable(seen: &Seen<'_>) -> Found {
    let Some((promised_minor, ..)) = seen.call.promised() else { return no_occasion("Nothing was promised.") };
    let promised = seen.last(|step| matches!(step, Step::Promised { .. })).unwrap_or_default();
    let Some(at) = seen.last(|step| matches!(step, Step::Budget { .. })) else {
        return open(
            "What they live on was not gone through; only who listened knows whether the amount is one they are sure of.",
            vec![promised],
        );
    };
    let left = match seen.steps[at] {
        Step::Budget { income_minor, essentials_minor, priority_minor } => {
            income_minor.saturating_sub(essentials_minor).saturating_sub(priority_minor)
        }
        _ => 0,
    };
    match (promised_minor <= left, at < promised) {
        (true, true) => yes("It is no more than what a month leaves them.", vec![at, promised]),
        (true, false) => partly("It is no more than what a month leaves them, but that was gone through afterwards.", vec![promised, at]),
        (false, _) => no("It is more than what a month leaves them.", vec![at, promised]),
    }
}

fn read_back(seen: &Seen<'_>) -> Found {
    let Some(promised) = seen.last(|step| matches!(step, Step::Promised { .. })) else { return no_occasion("Nothing was promised.") };
    match seen.last(|step| matches!(step, Step::ReadBack { .. })) {
        Some(at) if at < promised => no("It was not read back after it was changed.", vec![at, promised]),
        Some(at) if seen.steps[at] == (Step::ReadBack { confirmed: true }) => {
            yes("It was read back, and they confirmed it.", vec![promised, at])
        }
        Some(at) => partly("It was read back, and they did not confirm it.", vec![promised, at]),
        None => no("It was not read back.", vec![promised]),
    }
}

fn next_agreed(seen: &Seen<'_>) -> Found {
    match seen.last(|step| matches!(step, Step::Agreed { .. })) {
        Some(at) if matches!(seen.steps[at], Step::Agreed { by: Means::None, .. }) => {
            partly("A day is noted, and nothing was agreed.", vec![at])
        }
        Some(at) => yes("The day and the way were agreed.", vec![at]),
        None if !seen.is_talk() => no_occasion("There was no talk about the debt."),
        None if seen.was_cut_short() => open("The call was cut short; the day was set when it was wrapped up.", Vec::new()),
        None => match seen.last(|step| is_about_debt(step) && !matches!(step, Step::Disclosed { .. })) {
            Some(last) => no("The talk ended without it.", vec![last]),
            None => no_occasion("The call ended before it."),
        },
    }
}

fn result_fits(seen: &Seen<'_>, recorded: Option<&Recorded>) -> Found {
    let told = seen.call.result();
    match recorded {
        None => open("Nothing is recorded.", Vec::new()),
        Some(recorded) if recorded.result.code == told.code => yes("It is the result that the steps tell.", Vec::new()),
        Some(recorded) if recorded.result.outcome == told.outcome => {
            partly("It is another than the steps tell, with the same meaning in law.", Vec::new())
        }
        Some(_) => no("The steps tell another result.", Vec::new()),
    }
}

fn stop_heeded(seen: &Seen<'_>) -> Found {
    let Some(stop) = seen.stop() else { return no_occasion("No stop was heard.") };
    match seen.last(asks_for_money) {
        Some(at) if at > stop => no("Money was asked for after it.", vec![stop, at]),
        _ => yes("No money was asked for after it.", vec![stop]),
    }
}

fn case_opened(seen: &Seen<'_>) -> Found {
    let opened = seen.all(|step| matches!(step, Step::Opened { .. }));
    if let Some((reason, _, _, agreed)) = seen.call.told() {
        let wanted = opens(reason);
        let is_open = wanted.is_empty() || seen.call.triggers().iter().any(|trigger| wanted.contains(trigger));
        // Illness they want nothing kept about opens nothing; lost work is a hardship only where they cannot pay.
        let must = reason == Reason::Wrong || (reason == Reason::Ill && agreed);
        let told = seen.last(|step| matches!(step, Step::Told { .. })).into_iter().collect();
        match (is_open, must) {
            (false, true) => return no("The reason they gave opens a case, and none was opened.", told),
            (false, false) => return open("The reason they gave may open a case; only who listened knows.", told),
            _ => {}
        }
    }
    match opened.is_empty() {
        false => yes("What they said opened its case in the call.", opened),
        true if !seen.is_talk() => no_occasion("There was no talk about the debt."),
        true => open("Nothing among the steps opens a case; only who listened knows what else was said.", Vec::new()),
    }
}

fn health_agreed(seen: &Seen<'_>) -> Found {
    let sensitive = |step: &Step| matches!(step, Step::Told { reason, .. } if reason.is_sensitive());
    let kept = |step: &Step| matches!(step, Step::Told { reason, words, agreed: false, .. } if reason.is_sensitive() && !words.is_empty());
    match (seen.first(kept), seen.all(sensitive)) {
        (Some(at), _) => no("Words about health are kept, and they did not agree.", vec![at]),
        (None, steps) if steps.is_empty() => no_occasion("Nothing about health was told."),
        (None, steps) => yes("What is kept, they agreed to.", steps),
    }
}

#[cfg(test)]
mod tests;

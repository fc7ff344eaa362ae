//! The note of a call, drafted from its steps: the officer changes what is not right and adds only what is new.

use super::{Answered, Conversation, Means, Reason, Step, Way};
use crate::parties::right_party::{Check, Fit};
use crate::values::moment::written;
use crate::values::money::{Currency, Money};

/// The note in sentences, about a person by their name.
pub fn draft(call: &Conversation, person: &str) -> String {
    let mut said = vec![opening(call, person)];
    let matched: Vec<String> = Check::ALL
        .into_iter()
        .filter(|check| call.fit(*check) == Some(Fit::Matches))
        .map(|check| check.to_string().to_lowercase())
        .collect();
    if call.way() == Way::Talking && !matched.is_empty() {
        said.push(format!("Verified by {}.", matched.join(" and ").trim_end_matches('.')));
    }
    said.extend(call.steps().iter().filter_map(sentence));
    if let Some((reason, since, words, agreed)) = call.told() {
        said.push(told(reason, since, words, agreed));
    }
    for trigger in call.triggers() {
        said.push(format!("Said: {}.", trigger.to_string().to_lowercase()));
    }
    if let Some((amount, currency, due_on)) = call.promised() {
        let amount = Currency::parse(currency).map_or_else(|| format!("{amount} {currency}"), |known| Money::of(amount, known).to_string());
        said.push(format!("Promised {amount} by {}.", written(due_on)));
    }
    if let Some((on, minute, by)) = call.agreed() {
        let at =
            minute.map(|minute| format!(" at {} their time", format_args!("{:02}:{:02}", minute / 60, minute % 60))).unwrap_or_default();
        said.push(match by {
            Means::None => format!("Nothing agreed; next on {}.", written(on)),
            Means::Theirs => format!("They reach us by {}{at}.", written(on)),
            by => format!("Next: {} on {}{at}.", by.to_string().to_lowercase(), written(on)),
        });
    }
    said.join(" ")
}

fn opening(call: &Conversation, person: &str) -> String {
    if call.came_in() {
        return called(call, person);
    }
    match call.way() {
        Way::Ringing => "No answer.".into(),
        Way::Nobody => match call.answered() {
            Some(Answered::Busy) => "Busy.".into(),
            Some(Answered::Dead) => "The number is not in service.".into(),
            _ => "No answer.".into(),
        },
        Way::Verifying => format!("Somebody who said they were {person} answered and was not verified."),
        Way::NotVerified => format!("Somebody who said they were {person} did not pass the checks; nothing about a debt was said."),
        Way::Talking => format!("Spoke with {person}."),
        Way::ThirdParty if call.answered() == Some(Answered::Spouse) => {
            format!("The spouse of {person} answered; nothing about a debt was said.")
        }
        Way::ThirdParty => "Somebody else answered; nothing about a debt was said.".into(),
        Way::Voicemail => "Reached a machine.".into(),
        Way::WrongPerson => format!("The number is not {person}'s; we apologized and do not call it again."),
    }
}

/// The same of a call that they made.
fn called(call: &Conversation, person: &str) -> String {
    match call.way() {
        Way::Ringing | Way::Nobody | Way::Voicemail => "Somebody called and hung up before they said who they were.".into(),
        Way::Verifying => format!("Somebody who said they were {person} called and was not verified."),
        Way::NotVerified => {
            format!("Somebody who said they were {person} called and did not pass the checks; nothing about a debt was said.")
        }
        Way::Talking => format!("{person} called us."),
        Way::ThirdParty if call.answered() == Some(Answered::Spouse) => {
            format!("The spouse of {person} called; nothing about a debt was said.")
        }
        Way::ThirdParty => "Somebody else called; nothing about a debt was said.".into(),
        Way::WrongPerson => format!("Who called is not {person}; we apologized and do not call this number for them again."),
    }
}

/// What a step says where it happened; what is said once, at the end, is left out.
fn sentence(step: &Step) -> Option<String> {
    Some(match step {
        Step::Located { told: true } => "Told us where they can be reached.".into(),
        Step::Located { told: false } => "Would not say where they can be reached.".into(),
        Step::MessageLeft => "Left the limited-content message, word for word.".into(),
        Step::Disclosed { words } if !words.is_empty() => "Said the words that were due.".into(),
        Step::Offered { choices } if !choices.is_empty() => {
            let named: Vec<String> = choices.iter().map(|choice| choice.to_string().to_lowercase()).collect();
            format!("Put before them: {}.", named.join(", "))
        }
        Step::Budget { .. } => "Went through what comes in and what goes out.".into(),
        Step::Refused => "Will not pay.".into(),
        Step::ReadBack { confirmed: true } => "Read back; they said it is so.".into(),
        Step::ReadBack { confirmed: false } => "Read back; they did not confirm it.".into(),
        Step::BadTime => "Could not talk now.".into(),
        _ => return None,
    })
}

fn told(reason: Reason, since: &str, words: &str, agreed: bool) -> String {
    if reason.is_sensitive() && !agreed {
        // What they did not agree to is not written down.
        return "Told why; not kept, as they did not agree.".into();
    }
    let since = if since.is_empty() { String::new() } else { format!(" since {since}") };
    let words = if words.is_empty() { String::new() } else { format!(": \u{201c}{words}\u{201d}") };
    format!("{reason}{since}{words}.").replace(".\u{201d}.", ".\u{201d}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outreach::conversation::{Choice, Trigger};
    use jiff::civil::date;

    #[test]
    fn the_steps_become_a_note_that_reads() {
        let checked = |check| Step::Checked { check, fit: Fit::Matches };
        let steps = vec![
            Step::Answered { who: Answered::Person },
            checked(Check::DateOfBirth),
            checked(Check::HouseAndZip),
            Step::Disclosed { words: vec!["us.first".into()] },
            Step::Purpose,
            Step::Told { reason: Reason::Ill, since: "Nov 2025".into(), words: "Off work since the operation.".into(), agreed: true },
            Step::Opened { trigger: Trigger::CannotAfford },
            Step::Offered { choices: vec![Choice::Hardship, Choice::Advice] },
            Step::Promised { amount_minor: 2_500, currency: "USD".into(), due_on: date(2026, 4, 2) },
            Step::ReadBack { confirmed: true },
            Step::Agreed { on: date(2026, 4, 2), minute: Some(630), by: Means::Letter },
        ];
        let note = draft(&Conversation::of(&Check::ALL, true, steps), "Desmond");
        assert_eq!(
            note,
            "Spoke with Desmond. Verified by date of birth and house no. and zip. Said the words that were due. \
             Put before them: hardship pause, free debt advice. Read back; they said it is so. \
             Illness, own since Nov 2025: \u{201c}Off work since the operation.\u{201d} Said: cannot afford. \
             Promised USD 25.00 by Thu 2 Apr 2026. Next: letter on Thu 2 Apr 2026 at 10:30 their time."
        );
    }

    #[test]
    fn what_they_did_not_agree_to_is_not_written_down() {
        let steps = vec![
            Step::Answered { who: Answered::Person },
            Step::Checked { check: Check::LastFour, fit: Fit::Matches },
            Step::Told { reason: Reason::Ill, since: "May".into(), words: "cancer".into(), agreed: false },
        ];
        let note = draft(&Conversation::of(&[Check::LastFour], false, steps), "Ada");
        assert!(!note.contains("cancer") && !note.contains("Illness"), "{note}");
    }

    #[test]
    fn a_call_that_came_in_reads_as_one() {
        let came = |steps| draft(&Conversation::of(&Check::ALL, true, steps).coming_in(true), "Ada");
        assert_eq!(came(vec![]), "Somebody called and hung up before they said who they were.");
        assert_eq!(came(vec![Step::Answered { who: Answered::Spouse }]), "The spouse of Ada called; nothing about a debt was said.");
        let checked = |check| Step::Checked { check, fit: Fit::Matches };
        let talked = vec![Step::Answered { who: Answered::Person }, checked(Check::DateOfBirth), checked(Check::LastFour)];
        assert_eq!(came(talked), "Ada called us. Verified by date of birth and last 4 of the account no.");
    }

    #[test]
    fn nothing_about_a_debt_to_somebody_else() {
        let steps = vec![Step::Answered { who: Answered::Spouse }, Step::Located { told: false }];
        let note = draft(&Conversation::of(&Check::ALL, true, steps), "Ada");
        assert_eq!(note, "The spouse of Ada answered; nothing about a debt was said. Would not say where they can be reached.");
    }
}

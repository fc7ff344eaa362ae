//! The steps of a call in words, as a reviewer reads them.

use duly_domain::outreach::conversation::{Means, Step};
use duly_domain::parties::right_party::Fit;
use duly_domain::values::moment::written;
use duly_domain::values::money::{Currency, Money};

/// What was done, in a line.
pub fn in_words(step: &Step) -> String {
    match step {
        Step::Answered { who } => format!("Answered: {}", who.to_string().to_lowercase()),
        Step::Checked { check, fit } => {
            let came_to = match fit {
                Fit::Matches => "it matches",
                Fit::Differs => "it differs",
                Fit::Declined => "they would not say",
            };
            format!("Checked {}: {came_to}", check.to_string().to_lowercase())
        }
        Step::Located { told: true } => "Told where the person can be reached".into(),
        Step::Located { told: false } => "Would not say where the person can be reached".into(),
        Step::MessageLeft => "Left the limited message".into(),
        Step::Disclosed { words } if words.is_empty() => "No words were due".into(),
        Step::Disclosed { words } => format!("Said the words that were due: {}", words.join(", ")),
        Step::Purpose => "Said why we call".into(),
        Step::Told { reason, words, .. } if words.is_empty() => format!("Told why: {}", reason.to_string().to_lowercase()),
        Step::Told { reason, words, .. } => format!("Told why: {}: \u{201c}{words}\u{201d}", reason.to_string().to_lowercase()),
        Step::Opened { trigger } => format!("They said: {}", trigger.to_string().to_lowercase()),
        Step::Offered { choices } => {
            let named: Vec<String> = choices.iter().map(|choice| choice.to_string().to_lowercase()).collect();
            format!("Put before them: {}", named.join(", "))
        }
        Step::Budget { .. } => "Went through what comes in and what goes out".into(),
        Step::Promised { amount_minor, currency, due_on } => {
            let amount = Currency::parse(currency).map_or_else(|| currency.clone(), |known| Money::of(*amount_minor, known).to_string());
            format!("Promised {amount} by {}", written(*due_on))
        }
        Step::Refused => "Will not pay".into(),
        Step::ReadBack { confirmed: true } => "Read back; they said it is so".into(),
        Step::ReadBack { confirmed: false } => "Read back; they did not confirm it".into(),
        Step::Agreed { on, by: Means::None, .. } => format!("Nothing agreed; next on {}", written(*on)),
        Step::Agreed { on, by, .. } => format!("Next: {} on {}", by.to_string().to_lowercase(), written(*on)),
        Step::BadTime => "Could not talk now".into(),
    }
}

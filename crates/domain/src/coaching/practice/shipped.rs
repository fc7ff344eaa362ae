//! The scenarios that come with the program, in the order in which they are learned.

use super::{Scenario, reading};
use std::sync::LazyLock;

macro_rules! scenarios {
    ($($code:literal)+) => { [$(($code, include_str!(concat!("scenarios/", $code, ".txt")))),+] };
}

const TEXTS: [(&str, &str); 20] = scenarios! {
    "lost-job" "third-party" "voicemail" "wrong-number" "not-verified" "cannot-talk" "at-work" "stop-calling"
    "dispute" "not-mine" "paid" "ill" "cannot-pay" "angry" "crying" "lawyer" "bankrupt" "died" "inbound" "spanish"
};

static SHIPPED: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    let read = |(code, text): &(&str, &str)| {
        reading::read_unproved(code, text)
            .unwrap_or_else(|problems| unreachable!("the shipped scenarios are read and proved by a test: {code}: {problems:?}"))
    };
    TEXTS.iter().map(read).collect()
});

/// The scenarios that come with the program.
pub fn shipped() -> &'static [Scenario] {
    &SHIPPED
}

/// One of them by its code.
pub fn find(code: &str) -> Option<&'static Scenario> {
    shipped().iter().find(|scenario| scenario.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_scenarios_are_right() {
        let wrong: Vec<String> = TEXTS
            .iter()
            .filter_map(|(code, text)| Some((code, Scenario::parse(code, text).err()?)))
            .map(|(code, problems)| {
                let says: Vec<String> = problems.iter().map(|problem| format!("{code}: {problem}")).collect();
                says.join("\n")
            })
            .collect();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}

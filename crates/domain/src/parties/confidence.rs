//! How far a number or address can be trusted, and what that rests on.
//!
//! The figure starts from where the point came from, grows with proof and falls with time and failure. It orders what to try
//! first; it never closes a point (people and the law do that), and it never speaks about the person.

/// What is known of a contact point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PointFacts {
    /// `unproven`, `verified`, `wrong`, `dead`, `closed`.
    pub state: String,
    /// Where it came from: `said to us`, `creditor's file`, `skip trace …`.
    pub source: String,
    /// How many other sources named it too.
    pub other_sources: u32,
    /// Days since it came in, or was last proven.
    pub days_since_proof: u32,
    /// Outgoing contacts on it.
    pub tries: u32,
    /// Of them, those that reached the right person.
    pub reached: u32,
    /// Tries since it last reached them.
    pub tries_since_reached: u32,
}

/// A figure between 0 and 100, with what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confidence {
    /// 0 to 100.
    pub percent: u32,
    /// Each part: words, points added or taken.
    pub because: Vec<(String, i32)>,
}

/// Weighs what is known of a point.
pub fn weigh(facts: &PointFacts) -> Confidence {
    let (word, base) = match facts.source.as_str() {
        source if source.starts_with("said") => ("they gave it to us", 75),
        source if source.starts_with("skip trace") => ("a skip trace found it", 35),
        source if source.starts_with("creditor") => ("the creditor's file has it", 55),
        _ => ("somebody entered it", 45),
    };
    if matches!(facts.state.as_str(), "wrong" | "dead") {
        return Confidence { percent: 0, because: vec![(format!("it is marked {}", facts.state), 0)] };
    }
    let mut because = vec![(word.to_string(), base)];
    let mut add = |says: String, points: i32| {
        if points != 0 {
            because.push((says, points));
        }
    };
    let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    add(format!("{} more sources name it", facts.other_sources), 10 * count(facts.other_sources).min(2));
    if facts.state == "verified" {
        add("it was verified".into(), 30);
    }
    add(format!("reached them {} of {} times", facts.reached, facts.tries), 10 * count(facts.reached).min(2));
    add(format!("{} tries in vain since", facts.tries_since_reached), -3 * count(facts.tries_since_reached).min(8));
    add(format!("{} days since it was proven or came in", facts.days_since_proof), -5 * count(facts.days_since_proof / 180).min(6));
    let sum: i32 = because.iter().map(|(_, points)| points).sum();
    Confidence { percent: u32::try_from(sum.clamp(1, 99)).unwrap_or(1), because }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(state: &str, source: &str, days: u32, tries: u32, reached: u32, vain: u32) -> PointFacts {
        PointFacts {
            state: state.into(),
            source: source.into(),
            other_sources: 0,
            days_since_proof: days,
            tries,
            reached,
            tries_since_reached: vain,
        }
    }

    #[test]
    fn proof_raises_and_time_and_failure_lower() {
        for (facts, percent) in [
            (facts("unproven", "creditor's file", 0, 0, 0, 0), 55),
            (facts("verified", "creditor's file", 0, 2, 2, 0), 99),
            (facts("unproven", "creditor's file", 400, 5, 0, 5), 30),
            (facts("unproven", "skip trace Acme", 0, 0, 0, 0), 35),
            (facts("unproven", "skip trace Acme", 4_000, 50, 0, 50), 1),
            (facts("wrong", "said to us", 0, 9, 9, 0), 0),
        ] {
            assert_eq!(weigh(&facts).percent, percent, "{facts:?}");
        }
        let because = weigh(&PointFacts { other_sources: 1, ..facts("unproven", "said to us", 0, 0, 0, 0) }).because;
        assert_eq!(because, [("they gave it to us".to_string(), 75), ("1 more sources name it".to_string(), 10)]);
    }
}

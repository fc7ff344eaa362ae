//! Questions about the rules, whose right answer is what the rules say.
//!
//! A question is a situation drawn from a seed ([`situations`]); the rules decide it as they decide a real contact, and their answer
//! with its reasons is the key. The wrong options are other answers to the same situation: what other rules of the topic would say.
//! Nothing about an answer is written down beforehand, so a rule, a policy or an amendment that changes changes the keys with it.
//!
//! Read [`Question::draw`] first. Always true: the same seed, day and law give the same question; exactly one option is the key.

mod cities;
mod situations;

use crate::coaching::draw::Draw;
use crate::coaching::topic::Topic;
use crate::compliance::editions::Editions;
use crate::compliance::policy::ContactPolicy;
use crate::decision::{Answer, Decision, Reason, RuleCard};
use jiff::civil::Date;
use situations::Situation;

/// How many options a question has.
const OPTIONS: usize = 4;

/// The least share of right answers that passes, in percent.
pub const PASS_PERCENT: usize = 80;

/// The law under which a quiz is asked: as shipped, with what the agency asks beyond it and amended.
#[derive(Clone, Debug, Default)]
pub struct Law {
    /// What the agency asks beyond the law.
    pub policy: ContactPolicy,
    /// The tables of the states, as amended.
    pub editions: Editions,
}

/// A question with its options.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What it is about.
    pub topic: Topic,
    /// What is the case.
    pub situation: String,
    /// What is asked.
    pub asks: String,
    /// The answers to choose from.
    pub options: Vec<String>,
    /// The place of the right one.
    pub key: usize,
    /// What the rules say.
    pub decision: Decision,
}

impl Question {
    /// The question that a seed draws about a topic, around a day, under a law.
    pub fn draw(topic: Topic, seed: u64, on: Date, law: &Law) -> Question {
        let mut draw = Draw::of(seed);
        let situation = Situation::draw(topic, &mut draw, on, law);
        let decision = situation.decide(law);
        let right = answer(&decision);
        let mut options = vec![right.clone()];
        for wrong in wrong_answers(topic, &decision, &mut draw) {
            if options.len() < OPTIONS && !options.contains(&wrong) {
                options.push(wrong);
            }
        }
        draw.shuffle(&mut options);
        let key = options.iter().position(|option| *option == right).unwrap_or(0);
        Question { topic, situation: situation.words, asks: situation.asks, options, key, decision }
    }

    /// What the rules say, reason by reason.
    pub fn reasons(&self) -> &[Reason] {
        &self.decision.because
    }
}

/// So many questions about topics, in turn.
pub fn quiz(topics: &[Topic], count: usize, seed: u64, on: Date, law: &Law) -> Vec<Question> {
    let mut draw = Draw::of(seed);
    let mut asked: Vec<Question> = Vec::new();
    let mut tries = 0;
    while asked.len() < count && !topics.is_empty() {
        let question = Question::draw(topics[asked.len() % topics.len()], draw.next(), on, law);
        // The same situation twice teaches nothing; a topic with few is asked again all the same.
        let is_new = asked.iter().all(|known| known.situation != question.situation);
        tries += 1;
        if is_new || tries > count * 20 {
            asked.push(question);
        }
    }
    asked
}

/// Whether so many right answers pass.
pub const fn passes(right: usize, of: usize) -> bool {
    of > 0 && right * 100 >= of * PASS_PERCENT
}

const YES: &str = "Yes. Nothing stands in the way.";

/// An answer of the rules as an option.
pub fn answer(decision: &Decision) -> String {
    let plain: Vec<&str> = decision.because.iter().map(|reason| reason.rule.plain).collect();
    said(decision.answer, &plain.join(" "))
}

fn said(answer: Answer, because: &str) -> String {
    match answer {
        Answer::Yes => YES.to_string(),
        Answer::NeedsSupervisor => format!("Only if a supervisor releases it: {because}"),
        Answer::No => format!("No: {because}"),
    }
}

/// Other answers to the same situation, the likeliest mistakes first.
fn wrong_answers(topic: Topic, decision: &Decision, draw: &mut Draw) -> Vec<String> {
    let mut wrong = Vec::new();
    if decision.answer != Answer::Yes {
        wrong.push(YES.to_string());
    }
    let is_in_the_way = |card: &RuleCard| decision.because.iter().any(|reason| reason.rule.id == card.id);
    let mut near: Vec<&RuleCard> = topic.rules().into_iter().filter(|card| !is_in_the_way(card)).collect();
    draw.shuffle(&mut near);
    let mut far: Vec<&RuleCard> = [Topic::Frequency, Topic::Hours, Topic::Channels, Topic::People]
        .into_iter()
        .flat_map(Topic::rules)
        .filter(|card| !is_in_the_way(card))
        .collect();
    draw.shuffle(&mut far);
    let of_card = |card: &&RuleCard| {
        let answer = Decision::answer_of(&[Reason { rule: find(card), detail: crate::decision::Detail::Plain }]);
        // What only warns would be no answer.
        (answer != Answer::Yes).then(|| said(answer, card.plain))
    };
    wrong.extend(near.iter().take(2).filter_map(of_card));
    wrong.extend(far.iter().chain(near.iter().skip(2).collect::<Vec<_>>()).filter_map(of_card));
    wrong
}

fn find(card: &RuleCard) -> &'static RuleCard {
    crate::coaching::practice::find_rule(card.id).expect("a card of the catalogue is in the catalogue")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::policy::{Limits, Version};
    use jiff::civil::date;
    use proptest::prelude::*;

    const ON: Date = date(2026, 3, 4);

    #[test]
    fn a_stricter_house_changes_the_keys() {
        let strict = Limits { attempts_max_7_days: Some(1), closes_minute: Some(12 * 60), is_off_on_sundays: true, ..Limits::NONE };
        let house = Law { policy: ContactPolicy { house: Version { number: 3, limits: strict }, ..ContactPolicy::LAW }, ..Law::default() };
        let differ = |topic: Topic| {
            (0..80)
                .filter(|seed| {
                    let [law, house] = [&Law::default(), &house].map(|law| Question::draw(topic, *seed, ON, law));
                    assert_eq!(law.situation, house.situation, "the situation does not hang on the policy");
                    answer(&law.decision) != answer(&house.decision)
                })
                .count()
        };
        assert!(differ(Topic::Hours) > 5 && differ(Topic::Frequency) > 5 && differ(Topic::Policy) > 5);
    }

    #[test]
    fn every_topic_is_asked_with_both_answers() {
        for topic in Topic::ALL {
            let drawn: Vec<Question> = (0..120).map(|seed| Question::draw(*topic, seed, ON, &Law::default())).collect();
            let yes = drawn.iter().filter(|question| question.decision.answer == Answer::Yes).count();
            assert!((5..=115).contains(&yes), "{topic}: {yes} of {} are allowed", drawn.len());
            let about = drawn.iter().flat_map(Question::reasons).filter(|reason| Topic::of(reason.rule.id) == *topic).count();
            assert!(about > 0 || *topic == Topic::Policy, "{topic}: no rule of it ever speaks");
        }
    }

    #[test]
    fn a_quiz_repeats_no_situation() {
        let asked = quiz(Topic::ALL, 9, 7, ON, &Law::default());
        assert_eq!(asked.len(), 9);
        assert_eq!(asked, quiz(Topic::ALL, 9, 7, ON, &Law::default()));
        assert_ne!(asked, quiz(Topic::ALL, 9, 8, ON, &Law::default()));
        assert!(quiz(&[], 5, 7, ON, &Law::default()).is_empty());
        assert!(passes(4, 5) && !passes(3, 5) && !passes(0, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn the_key_is_what_the_rules_say(seed in any::<u64>(), which in 0_usize..9, days in 0_i32..3_000) {
            let topic = Topic::ALL[which];
            let on = crate::values::moment::date_of_day(crate::values::moment::day_number(ON) + days);
            let law = Law::default();
            let question = Question::draw(topic, seed, on, &law);
            prop_assert_eq!(&question.options[question.key], &answer(&question.decision));
            prop_assert_eq!(question.options.iter().filter(|option| **option == answer(&question.decision)).count(), 1);
            prop_assert_eq!(question.options.len(), OPTIONS);
            prop_assert!(!question.situation.is_empty() && question.asks.ends_with('?'));
            // Decided once more, from the same seed, by the gate itself.
            let mut draw = Draw::of(seed);
            let again = Situation::draw(topic, &mut draw, on, &law).decide(&law);
            prop_assert_eq!(again, question.decision);
        }
    }
}

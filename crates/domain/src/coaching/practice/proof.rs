//! Proves a scenario: its points, its paths, and what is said on them.

use super::{Act, Play, Scenario, Worth};
use crate::coaching::guide::{Guide, Problem, Situation, tells_of_debt};
use crate::coaching::scorecard::Scorecard;
use crate::outreach::conversation::{Step, Way};
use jiff::civil::{Date, date};

/// How many paths a scenario may have: more is a mistake of its author.
const PATHS_MAX: usize = 20_000;

/// A day on which paths are tried; which one does not matter.
const TRIED_ON: Date = date(2026, 3, 3);

/// Everything that is wrong with a scenario whose lines could be read.
pub(super) fn problems(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = head(scenario);
    problems.extend(points(scenario));
    // What goes round in a circle has no paths to be walked.
    if problems.is_empty() {
        problems.extend(walked(scenario));
    }
    problems.sort_by_key(|problem| problem.line);
    problems.dedup();
    problems
}

fn problem(line: usize, says: impl Into<String>) -> Problem {
    Problem { line, says: says.into() }
}

fn head(scenario: &Scenario) -> Vec<Problem> {
    let has = [
        ("title", !scenario.title.is_empty()),
        ("person", !scenario.person.is_empty()),
        ("about", !scenario.about.is_empty()),
        ("creditor", !scenario.creditor.is_empty()),
        ("owed", scenario.owed.minor() > 0),
        ("when", scenario.when != Situation::default()),
    ];
    has.iter().filter(|(_, has)| !has).map(|(name, _)| problem(0, format!("{name} is missing"))).collect()
}

/// Points: each is reached, has something to happen and a good choice; none leads back.
fn points(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = Vec::new();
    if scenario.nodes.is_empty() {
        return vec![problem(0, "there is no point of the talk: # start")];
    }
    let mut reached = vec![false; scenario.nodes.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut reached[at], true) {
            open.extend(scenario.nodes[at].choices.iter().map(|choice| choice.to));
        }
    }
    for (node, reached) in scenario.nodes.iter().zip(reached) {
        if !reached {
            problems.push(problem(node.line, format!("{} is never reached", node.code)));
        }
        if node.scene.is_none() && node.they.is_none() {
            problems.push(problem(node.line, format!("nothing happens at {}: write scene or they", node.code)));
        }
        let is_good = node.choices.iter().any(|choice| choice.worth == Worth::Good);
        if !node.choices.is_empty() && (node.choices.len() < 2 || !is_good) {
            problems.push(problem(node.line, format!("{} needs two choices, one of them good", node.code)));
        }
        for choice in node.choices.iter().filter(|choice| choice.worth == Worth::Wrong && choice.rules.is_empty() && choice.cite.is_none())
        {
            problems.push(problem(choice.line, "is wrong by no rule: name it with rule, or where the law says so with cite"));
        }
    }
    let card = Scorecard::shipped();
    for choice in scenario.nodes.iter().flat_map(|node| &node.choices) {
        match &choice.item {
            Some(item) if card.item(item).is_none() => {
                problems.push(problem(choice.line, format!("{item:?} is no item of the scorecard")));
            }
            None if choice.worth != Worth::Good => {
                problems.push(problem(choice.line, "names no item of the scorecard: write item"));
            }
            _ => {}
        }
    }
    if let Some(at) = circle(scenario) {
        problems.push(problem(scenario.nodes[at].line, format!("the talk can come back to {}: a path must end", scenario.nodes[at].code)));
    }
    problems
}

/// A point from which the talk can come back to itself.
fn circle(scenario: &Scenario) -> Option<usize> {
    // Whatever has no way on but to points that end, ends; what is left goes round.
    let mut ends = vec![false; scenario.nodes.len()];
    loop {
        let next = (0..ends.len()).find(|at| !ends[*at] && scenario.nodes[*at].choices.iter().all(|choice| ends[choice.to]));
        match next {
            Some(at) => ends[at] = true,
            None => return ends.iter().position(|ends| !ends),
        }
    }
}

/// Every path from the first point to an end, as the choices made; at most [`PATHS_MAX`] and one.
pub(super) fn paths(scenario: &Scenario) -> Vec<Vec<usize>> {
    let mut whole = Vec::new();
    let mut open = vec![(0, Vec::new())];
    while let Some((at, path)) = open.pop() {
        let choices = &scenario.nodes[at].choices;
        if choices.is_empty() {
            whole.push(path);
            if whole.len() > PATHS_MAX {
                break;
            }
            continue;
        }
        for (which, choice) in choices.iter().enumerate() {
            open.push((choice.to, path.iter().copied().chain([which]).collect()));
        }
    }
    whole
}

/// What can be seen only on the way.
fn walked(scenario: &Scenario) -> Vec<Problem> {
    let paths = paths(scenario);
    if paths.len() > PATHS_MAX {
        return vec![problem(0, format!("the talk can go more than {PATHS_MAX} ways: let more choices lead to the same point"))];
    }
    let guide = Guide::shipped(scenario.language);
    let card = Scorecard::shipped();
    let mut problems = Vec::new();
    let (mut can_pass, mut can_fail) = (false, false);
    for path in &paths {
        let mut worst = Worth::Good;
        for cut in 0..path.len() {
            let Ok(play) = Play::of(scenario, &path[..cut]) else { continue };
            let choice = &play.node().choices[path[cut]];
            worst = worst.max(choice.worth);
            problems.extend(steps_fit(scenario, &play, path[cut]));
            let call = play.conversation(TRIED_ON);
            if let Act::Card(code) = &choice.act {
                match choice.card(&guide) {
                    None => problems.push(problem(choice.line, format!("the guide has no card {code}"))),
                    Some(card) if card.is_early && call.may_show_debt() => {
                        problems.push(problem(choice.line, format!("the card {code} is for before they are verified")));
                    }
                    Some(card) if !card.is_early && !call.may_show_debt() => {
                        problems.push(problem(choice.line, format!("the card {code} is for when they are verified")));
                    }
                    Some(_) => {}
                }
            }
            if choice.worth != Worth::Wrong && call.way() != Way::Talking {
                let words = match &choice.act {
                    Act::Say(words) => Some(words),
                    _ => None,
                };
                if let Some(word) = words.and_then(|words| tells_of_debt(words)) {
                    problems
                        .push(problem(choice.line, format!("{word:?} tells of a debt before they are verified, and is not called wrong")));
                }
            }
        }
        if let Ok(play) = Play::of(scenario, path) {
            let marks = play.marks(&card, TRIED_ON);
            if worst == Worth::Good && !marks.is_full() {
                let short: Vec<&str> = marks.short().map(|one| one.item.code.as_str()).collect();
                problems.push(problem(0, format!("a path without fault has no full marks: {}", short.join(", "))));
            }
            can_pass |= worst == Worth::Good && marks.is_passed();
            can_fail |= worst == Worth::Wrong && !marks.is_passed();
        }
    }
    if !can_pass {
        problems.push(problem(0, "no path is without fault"));
    }
    if !can_fail {
        problems.push(problem(0, "no path fails"));
    }
    problems
}

/// The steps of a choice could be taken at the desk, where the talk stands.
fn steps_fit(scenario: &Scenario, play: &Play, which: usize) -> Vec<Problem> {
    let choice = &play.node().choices[which];
    let mut problems = Vec::new();
    let mut steps = play.steps(TRIED_ON);
    let due = scenario.due(TRIED_ON);
    let ids: Vec<String> = due.iter().map(|wording| wording.id.to_string()).collect();
    for deed in &choice.does {
        let call = crate::outreach::conversation::Conversation::of(&scenario.on_file.checks(), !due.is_empty(), steps.clone());
        let step = deed.step(&scenario.on_file, &ids, TRIED_ON);
        let is_heard_always = matches!(step, Step::Opened { .. } | Step::BadTime | Step::Agreed { .. });
        if let Err(says) = call.may_enter(step.stage())
            && !is_heard_always
        {
            problems.push(problem(choice.line, format!("{} {says}", step.stage())));
        }
        steps.push(step);
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title: T\nperson: Ada Practice\nabout: A bill.\nborn: 1984-03-04\naddress: 88 Alder Street, Columbus, OH 43205\n\
        reference: LSD-4471\ncreditor: Lakeside\nowed: 412.80\nwhen: consumer\n";

    fn says(body: &str) -> String {
        match Scenario::parse("t", &format!("{HEAD}{body}")) {
            Ok(_) => String::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        }
    }

    const RIGHT: &str = "# start\nthey: Hello?\n- guide: verify\n  does: answered person\n  to: end\n  good: The name alone.\n\
        - say: You owe us money.\n  to: end\n  wrong: It tells.\n  rule: regf.third-party.disclosure\n  item: verified\n# end\nscene: It is over.\n";

    #[test]
    fn a_right_scenario_is_taken_and_what_is_wrong_is_named() {
        assert_eq!(says(RIGHT), "");
        let cases = [
            (RIGHT.replace("to: end", "to: nowhere"), "leads to nowhere, which is no point of the talk"),
            (RIGHT.replace("  to: end\n  good", "  to: start\n  good"), "the talk can come back to start"),
            (format!("{RIGHT}# island\nthey: Hm.\n"), "island is never reached"),
            (RIGHT.replace("  rule: regf.third-party.disclosure\n", ""), "is wrong by no rule"),
            (RIGHT.replace("regf.third-party.disclosure", "regf.of-ours"), "\"regf.of-ours\" is no rule of the catalogue"),
            (RIGHT.replace("wrong: It tells", "weak: It tells"), "\"owe\" tells of a debt before they are verified"),
            (RIGHT.replace("does: answered person", "does: purpose"), "Purpose opens when they are verified"),
            (RIGHT.replace("does: answered person", "does: answered dog"), "\"dog\" is none of person"),
            (RIGHT.replace("does: answered person", "does: checked date_of_birth soon"), "cannot be read as an answer"),
            (RIGHT.replace("guide: verify", "card: lost_job"), "the card lost_job is for when they are verified"),
            (RIGHT.replace("guide: verify", "card: nothing"), "the guide has no card nothing"),
            (RIGHT.replace("  item: verified\n", ""), "names no item of the scorecard"),
            (RIGHT.replace("good: The", "weak: The"), "needs two choices, one of them good"),
            ("they: Hello?\n".into(), "\"they\" is not written before the first point"),
            ("# start\nthey: Hello?\n- shout: Hey!\n".into(), "\"shout\" is no choice"),
        ];
        for (body, expected) in cases {
            let said = says(&body);
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(Scenario::parse("t", "").is_err());
        assert!(Scenario::parse("t", &"x".repeat(50_001)).is_err());
    }
}

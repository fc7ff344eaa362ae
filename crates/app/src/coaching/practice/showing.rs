//! A practice call's page while it runs, and what it came to when it is over.

use super::actions::{Played, shown_order};
use crate::web::guard::Visit;
use crate::web::shell::{COACHING, Frame, page};
use askama::Template;
use axum::response::Response;
use duly_domain::coaching::guide::Guide;
use duly_domain::coaching::practice::{Act, Choice, Node, Play, PlayMark, Scenario, Spoken, Worth};
use duly_domain::coaching::scorecard::{Mark, Scorecard};
use duly_domain::decision::RuleCard;
use duly_domain::outreach::conversation::Stage;
use duly_domain::values::ids::PracticeId;

/// Something that can be chosen.
struct ShownChoice {
    kind: String,
    spoken: Vec<Spoken>,
}

/// One turn of the talk.
struct Turn {
    scene: Option<String>,
    they: Option<String>,
    mine: Vec<Spoken>,
    kind: String,
    reply: Option<String>,
}

/// A stage in the list at the left.
struct ShownStage {
    number: usize,
    stage: Stage,
    is_done: bool,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "coaching/practice/play.html")]
struct PlayPage {
    frame: Frame,
    id: PracticeId,
    scenario: &'static Scenario,
    is_verified: bool,
    stages: Vec<ShownStage>,
    turns: Vec<Turn>,
    node: &'static Node,
    choices: Vec<ShownChoice>,
    seq: usize,
}

/// One choice, looked at afterwards.
struct Judged {
    number: usize,
    worth: Worth,
    they: Option<String>,
    mine: Vec<Spoken>,
    kind: String,
    why: String,
    rules: Vec<&'static RuleCard>,
    cite: Option<String>,
    better: Vec<ShownChoice>,
    better_why: String,
}

/// One item of the scorecard.
struct ShownMark {
    question: String,
    mark: &'static str,
    tone: &'static str,
    why: String,
    weight: i64,
}

#[derive(Template)]
#[template(path = "coaching/practice/result.html")]
struct ResultPage {
    frame: Frame,
    scenario: &'static Scenario,
    percent: i64,
    is_passed: bool,
    is_mine: bool,
    failed: Vec<String>,
    marks: Vec<ShownMark>,
    open: usize,
    judged: Vec<Judged>,
    end: Turn,
}

/// Shows a practice call.
pub fn show(played: &Played, visit: &Visit, guide: &Guide) -> Response {
    match played.play.is_over() {
        false => show_play(played, visit, guide),
        true => show_result(played, visit, guide),
    }
}

fn kind_of(act: &Act, guide: &Guide) -> String {
    match act {
        Act::Say(_) => "Say".into(),
        Act::Do(_) => "Do".into(),
        Act::Guide(stage) => format!("Say what the guide says: {stage}"),
        Act::Card(code) => {
            let title = guide.cards.iter().find(|card| card.code == *code).map_or(code.as_str(), |card| card.title.as_str());
            format!("Use the card “{title}”")
        }
    }
}

fn shown(play: &Play<'static>, choice: &Choice, guide: &Guide, played: &Played, officer: &str) -> ShownChoice {
    ShownChoice { kind: kind_of(&choice.act, guide), spoken: play.spoken(choice, guide, officer, played.row.business_day) }
}

/// What was said so far, turn by turn.
fn turns(played: &Played, guide: &Guide, officer: &str) -> Vec<Turn> {
    let mut turns = Vec::new();
    let Ok(mut before) = Play::of(played.play.scenario, &[]) else { return turns };
    for ((node, choice), (_, which)) in played.play.choices().zip(&played.play.taken) {
        let said = shown(&before, choice, guide, played, officer);
        turns.push(Turn {
            scene: node.scene.clone(),
            they: node.they.clone(),
            mine: said.spoken,
            kind: said.kind,
            reply: choice.reply.clone(),
        });
        if before.choose(*which).is_err() {
            break;
        }
    }
    turns
}

fn show_play(played: &Played, visit: &Visit, guide: &Guide) -> Response {
    let scenario = played.play.scenario;
    let officer = &visit.who.name;
    let call = played.play.conversation(played.row.business_day);
    let node = played.play.node();
    let here = Stage::ALL.iter().find(|stage| !call.is_done(**stage)).copied();
    let stages = Stage::ALL.iter().enumerate().map(|(at, stage)| ShownStage {
        number: at + 1,
        stage: *stage,
        is_done: call.is_done(*stage),
        is_here: here == Some(*stage),
    });
    let choices = shown_order(played).into_iter().map(|at| shown(&played.play, &node.choices[at], guide, played, officer));
    page(&PlayPage {
        frame: Frame::of(visit, COACHING, &format!("Practice: {}", scenario.title)),
        id: played.row.id,
        scenario,
        is_verified: call.may_show_debt(),
        stages: stages.collect(),
        choices: choices.collect(),
        turns: turns(played, guide, officer),
        seq: played.play.taken.len(),
        node,
    })
}

fn show_result(played: &Played, visit: &Visit, guide: &Guide) -> Response {
    let scenario = played.play.scenario;
    let card = Scorecard::shipped();
    let marks = played.play.marks(&card, played.row.business_day);
    let officer = &visit.who.name;
    let shown_mark = |one: &PlayMark<'_>| {
        let mark = one.mark.filter(|mark| *mark != Mark::NotApplicable)?;
        let chosen = one.choices.first().filter(|choice| choice.worth != Worth::Good || one.why.starts_with("Only somebody"));
        Some(ShownMark {
            question: one.item.question.clone(),
            mark: match mark {
                Mark::Yes => "Yes",
                Mark::Partly => "Partly",
                Mark::No | Mark::NotApplicable => "No",
            },
            tone: match mark {
                Mark::Yes => "ok",
                Mark::Partly => "wait",
                Mark::No | Mark::NotApplicable => "no",
            },
            why: chosen.map_or_else(|| one.why.to_string(), |choice| choice.why.clone()),
            weight: one.item.weight,
        })
    };
    let failed = marks.items.iter().filter(|one| marks.scored.failed_by.contains(&one.item.code)).filter_map(|one| one.item.fails.clone());
    let turns = turns(played, guide, officer);
    let judged = played.play.choices().zip(turns).enumerate().map(|(at, ((node, choice), turn))| {
        let before = Play::of(scenario, &played.play.taken[..at].iter().map(|(_, choice)| *choice).collect::<Vec<usize>>());
        let best = node.choices.iter().find(|other| other.worth == Worth::Good).filter(|_| choice.worth != Worth::Good);
        Judged {
            number: at + 1,
            worth: choice.worth,
            they: turn.they.or(turn.scene),
            mine: turn.mine,
            kind: turn.kind,
            why: choice.why.clone(),
            rules: choice.rules.clone(),
            cite: choice.cite.clone(),
            better: best.zip(before.ok()).map(|(best, before)| shown(&before, best, guide, played, officer)).into_iter().collect(),
            better_why: best.map(|best| best.why.clone()).unwrap_or_default(),
        }
    });
    let node = played.play.node();
    page(&ResultPage {
        frame: Frame::of(visit, COACHING, &format!("Practice: {}", scenario.title)),
        scenario,
        percent: marks.percent(),
        is_passed: marks.is_passed(),
        is_mine: Some(played.row.user) == visit.who.id,
        failed: failed.collect(),
        marks: marks.items.iter().filter_map(shown_mark).collect(),
        open: marks.scored.open.len(),
        judged: judged.collect(),
        end: Turn { scene: node.scene.clone(), they: node.they.clone(), mine: Vec::new(), kind: String::new(), reply: None },
    })
}

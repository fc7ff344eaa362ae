//! Calls led at the desk in the last two weeks of the sample, and what coaching makes of them: drawn weeks, calls marked by both, a
//! mark that is disputed, a pair for calibration, a goal to look at again.

use crate::app::{Actor, App, Failure};
use crate::coaching::reviews::drawing::{ask, draw_week, last_week};
use crate::coaching::reviews::goals::{SetGoal, set_goal};
use crate::coaching::reviews::marking::{DisputeMark, GiveMarks, Marks, dispute, give_marks};
use crate::coaching::reviews::{scored, store};
use crate::outreach::calls::actions::{WrapUp, begin_call, end_call, load, take_step, wrap_call};
use crate::plans::store::list_promises;
use duly_domain::coaching::review::Purpose;
use duly_domain::coaching::scorecard::{Mark, Scorecard};
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::{Answered, Choice, Means, Reason, Step, Trigger, draft};
use duly_domain::outreach::result;
use duly_domain::parties::right_party::Fit;
use duly_domain::values::ids::{AccountId, CallId, ContactId, UserId};
use jiff::{SignedDuration, Span};

/// So many days back calls are led by the guide; before, only their results were recorded.
pub const LED_DAYS: i64 = 16;

/// Whether a result is one of a talk that is led here.
pub fn is_led(who: &Actor, result: &str) -> bool {
    who.role == Role::Officer && matches!(result, "talked" | "promised" | "refuses" | "disputes")
}

/// Leads a reserved call to a result, step by step.
pub async fn lead(past: &App, who: &Actor, contact: ContactId, account: AccountId, code: &str, note: Option<&str>) -> Result<(), Failure> {
    let began = past.moment();
    let call = begin_call(past, who, began, contact).await?;
    let mut tx = past.db.read().await?;
    let led = load(&mut tx, who, call).await?;
    let promise = list_promises(&mut tx, account).await?.into_iter().find(|_| code == "promised");
    tx.rollback().await;
    // No two calls are led alike, and the same seed leads them the same way.
    let kind = began.at.as_second() / 60 % 7;
    let words: Vec<String> = led.due().filter(|due| due.words.is_ok()).map(|due| due.wording.id.to_string()).collect();
    let mut steps = vec![Step::Answered { who: Answered::Person }];
    steps.extend(led.on_file.checks().into_iter().take(2).map(|check| Step::Checked { check, fit: Fit::Matches }));
    steps.push(Step::Disclosed { words });
    if kind != 5 {
        steps.push(Step::Purpose);
    }
    let (reason, said) =
        [(Reason::LostIncome, "Hours cut since spring."), (Reason::Forgot, ""), (Reason::Overextended, "It all came at once.")]
            [usize::try_from(kind % 3).unwrap_or(0)];
    match code {
        "disputes" => {
            steps.push(Step::Opened { trigger: if kind % 2 == 0 { Trigger::Disputes } else { Trigger::NotTheirs } });
            // Asked on all the same: the steps fail it.
            steps.extend((kind % 2 != 0).then_some(Step::Refused));
        }
        _ => steps.push(Step::Told { reason, since: String::new(), words: said.into(), agreed: false }),
    }
    if kind != 2 {
        steps.push(Step::Offered { choices: vec![Choice::InFull, Choice::Promise, Choice::Time] });
    }
    if let Some(promise) = promise {
        steps.push(Step::Promised { amount_minor: promise.amount_minor, currency: promise.currency, due_on: promise.due_on });
        steps.extend((kind != 3).then_some(Step::ReadBack { confirmed: kind != 4 }));
    }
    steps.extend((code == "refuses").then_some(Step::Refused));
    let days = result::find(code).map_or(7, |result| i64::from(result.next_in_days));
    let on = began.business_day.saturating_add(Span::new().days(days));
    steps.push(Step::Agreed { on, minute: None, by: if kind == 6 { Means::None } else { Means::Call } });
    for step in steps {
        later(past, if kind == 1 { 110 } else { 37 });
        take_step(past, who, past.moment(), call, step).await?;
    }
    later(past, 20);
    end_call(past, who, past.moment(), call).await?;
    let led = load(&mut past.db.read().await?, who, call).await?;
    later(past, 9 + kind);
    let drafted = draft(&led.conversation, led.known.debtor.name.as_deref().unwrap_or("them"));
    let note = note.map_or(drafted, String::from);
    let ask = WrapUp { call, result: code.into(), note, follow_up_on: Some(on), follow_up_at: None };
    wrap_call(past, who, past.moment(), &ask).await.map(drop)
}

fn later(past: &App, seconds: i64) {
    past.set_clock(past.moment().at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(past.moment().at));
}

/// What coaching looks like on the first day.
pub async fn coach(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let of = |role: Role| users.iter().filter(move |(_, who)| who.role == role);
    let supervisors: Vec<&Actor> = of(Role::Supervisor).map(|(_, who)| who).collect();
    let [lead, other, ..] = supervisors.as_slice() else { return Ok(()) };
    let at = app.moment();
    let week = last_week(at.business_day);
    for (officer, _) in of(Role::Officer) {
        for (week, seed) in [(week.saturating_sub(Span::new().days(7)), "sample-1"), (week, "sample-2")] {
            // Most were drawn by the night.
            let drawn = store::list_draws(&mut app.db.read().await?, week).await?;
            if drawn.iter().all(|draw| draw.officer != *officer) {
                draw_week(app, lead, at, *officer, week, seed).await?;
            }
        }
    }
    let mut officers = Vec::new();
    for (officer, who) in of(Role::Officer) {
        officers.push((store::list_reviews(&mut app.db.read().await?, *officer).await?, officer, who));
    }
    // Whoever led the most calls is the one whose reviews there is something to see of.
    officers.sort_by_key(|(reviews, ..)| usize::MAX - reviews.len());
    if let Some((reviews, officer, who)) = officers.first_mut() {
        reviews.reverse();
        let waiting = reviews.len().saturating_sub(1);
        for (no, review) in (0..).zip(&reviews[..waiting]) {
            give_marks(app, lead, at, review.id, &marks(app, review.call, no, false).await?).await?;
            // The last waits for the officer's own view.
            if reviews[..waiting].last().is_some_and(|last| last.id != review.id) {
                give_marks(app, who, at, review.id, &marks(app, review.call, no, true).await?).await?;
            }
        }
        if let Some(review) = reviews.first().filter(|_| waiting > 1) {
            let reason = "I said it back to them before I answered; it is in the second minute.".into();
            dispute(app, who, at, review.id, &DisputeMark { item: "heard".into(), wanted: Some(Mark::Yes), reason }).await?;
            let goal = SetGoal {
                item: Some("heard".into()),
                goal: "Say back what they told before you answer".into(),
                review: Some(review.id),
                practice: "Two calls of practice with the card \u{201c}I lost my job\u{201d}".into(),
                due_on: Some(at.business_day),
                recheck_on: Some(at.business_day),
            };
            set_goal(app, lead, at, **officer, &goal).await?;
        }
    }
    if let Some((reviews, ..)) = officers.first() {
        for (no, review) in (0..2).zip(reviews) {
            let pair = ask(app, lead, at, review.call, Purpose::Calibration).await?;
            give_marks(app, lead, at, pair, &marks(app, review.call, no, false).await?).await?;
            if no == 0 {
                give_marks(app, other, at, pair, &marks(app, review.call, 2, true).await?).await?;
            }
        }
    }
    Ok(())
}

/// What somebody sees in a call: what its steps prove, and a view of the rest.
async fn marks(app: &App, call: CallId, no: i64, is_own: bool) -> Result<GiveMarks, Failure> {
    let kept = scored::find(&mut app.db.read().await?, call).await?.unwrap_or_default();
    let mut marks = Marks::new();
    for item in Scorecard::shipped().items {
        let proved = kept.marks.iter().find(|mark| mark.item == item.code).and_then(|mark| mark.mark);
        let seen = match item.code.as_str() {
            "heard" if !is_own => [Mark::No, Mark::Partly, Mark::Yes][usize::try_from(no % 3).unwrap_or(0)],
            "patience" if !is_own && no % 2 == 0 => Mark::Partly,
            "note" if is_own && no % 2 != 0 => Mark::Partly,
            "affordable" | "opened" => Mark::NotApplicable,
            _ => Mark::Yes,
        };
        marks.insert(item.code, proved.unwrap_or(seen));
    }
    let words = match is_own {
        true => "Went well: the pause after the purpose. To redo: I offered before I had heard all of it.",
        false => "Clear and friendly. The offer came a little before they had finished.",
    };
    Ok(GiveMarks { marks, words: words.into() })
}

//! The pages of coaching in a real Chromium, with axe in light and dark: waiting, marked, disputed, and the officer's own.

use crate::browser::{Driver, faults, sign_in, visit};
use crate::stories::reviews::{asks, gives, leads, marks, people, well, who};
use duly::coaching::reviews::goals::{SetGoal, set_goal};
use duly::coaching::reviews::marking::{DisputeMark, dispute};
use duly::coaching::reviews::{care, drawing};
use duly_domain::coaching::review::Purpose;
use duly_domain::coaching::scorecard::Mark;
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use thirtyfour::prelude::*;

#[test]
fn axe_finds_nothing_on_the_pages_of_coaching() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let people = people(&mut floor, 3);
    floor.clock("10:00");
    let calls: Vec<_> = people.iter().map(|person| leads(&mut floor, *person, &well())).collect();
    let [ada, ben] = ["Ada", "Ben"].map(|name| who(&mut floor, name, Role::Supervisor));
    let dana = who(&mut floor, "Dana", Role::Officer);
    let reviews: Vec<_> = calls.iter().map(|call| asks(&mut floor, *call, Purpose::Review)).collect();
    for review in &reviews[..2] {
        gives(&mut floor, &ada, *review, &marks(Mark::Yes, &[("heard", Mark::No), ("no_threat", Mark::No)])).unwrap();
        gives(&mut floor, &dana, *review, &marks(Mark::Yes, &[])).unwrap();
    }
    let pair = asks(&mut floor, calls[0], Purpose::Calibration);
    gives(&mut floor, &ada, pair, &marks(Mark::Yes, &[])).unwrap();
    gives(&mut floor, &ben, pair, &marks(Mark::Yes, &[("heard", Mark::Partly)])).unwrap();
    let (app, at, day) = (floor.app.clone(), floor.app.moment(), floor.today());
    let officer = dana.id.unwrap();
    floor.runtime.block_on(async {
        let ask = DisputeMark { item: "heard".into(), wanted: Some(Mark::Yes), reason: "I said it back.".into() };
        dispute(&app, &dana, at, reviews[0], &ask).await.unwrap();
        let goal = SetGoal {
            item: Some("heard".into()),
            goal: "Say it back first".into(),
            practice: "Two calls of practice".into(),
            review: Some(reviews[0]),
            due_on: Some(day),
            recheck_on: Some(day),
        };
        set_goal(&app, &ada, at, officer, &goal).await.unwrap();
        care::write_note(&app, &dana, at, "A long morning.").await.unwrap();
        care::mark_abusive(&app, &dana, at, calls[2]).await.unwrap();
    });
    floor.morning_of("2026-03-09");
    let (app, at, week) = (floor.app.clone(), floor.app.moment(), drawing::last_week(floor.today()));
    floor.runtime.block_on(drawing::draw_week(&app, &ada, at, officer, week, "a seed")).unwrap();
    let base = floor.serve();
    let driver = Driver::start();
    let of = |review: &duly_domain::values::ids::ReviewId| format!("/coaching/reviews/{review}");
    let pages = [
        ("dana", vec!["/coaching".into(), "/coaching/care".into(), of(&reviews[0]), of(&reviews[2]), "/calls".into(), "/my-day".into()]),
        (
            "ada",
            vec![
                "/coaching".into(),
                format!("/coaching/officers/{officer}?review={}", reviews[0]),
                of(&reviews[1]),
                of(&reviews[2]),
                of(&pair),
                "/coaching/calibration".into(),
                "/coaching/comparison".into(),
            ],
        ),
        ("piet", vec!["/coaching".into(), of(&reviews[0])]),
    ];
    let seen: WebDriverResult<()> = floor.runtime.block_on(async {
        for is_dark in [false, true] {
            let browser = driver.browser(is_dark).await;
            for (name, paths) in &pages {
                browser.delete_all_cookies().await?;
                sign_in(&browser, &base, &format!("{name}@example.org")).await?;
                for path in paths {
                    visit(&browser, format!("{base}{path}")).await?;
                    let source = browser.source().await?;
                    assert!(!source.contains("Not possible"), "{name} {path}");
                    assert_eq!(faults(&browser).await?, Vec::<String>::new(), "{name} {path}, dark: {is_dark}");
                }
            }
            browser.quit().await?;
        }
        Ok(())
    });
    seen.expect("the browser answers");
}

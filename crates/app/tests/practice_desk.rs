//! Practice in a real Chromium: a scenario by keyboard, a quiz, a lesson and the team's page, with axe on each.

use crate::browser::{Driver, faults, found, press, script, sign_in, tab_to, text, visit, wait_for, wait_for_text};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use thirtyfour::prelude::*;

/// Walks with Tab to the choice that says something, which has a number too, and takes it.
async fn chooses(browser: &WebDriver, words: &str) -> WebDriverResult<()> {
    for _ in 0..80 {
        let code = "const at = document.activeElement; return [at.tagName === 'BUTTON' ? at.innerText : '', at.dataset.key ?? '']";
        let at = script(browser, code).await?;
        let at: (String, String) = at.convert()?;
        if at.0.contains(words) {
            assert!(at.0.contains(&at.1) && !at.1.is_empty(), "{words} has its number");
            return press(browser, Key::Enter).await;
        }
        press(browser, Key::Tab).await?;
    }
    panic!("nothing to choose says {words:?}: {}", text(browser).await?);
}

#[test]
fn a_scenario_is_played_by_keyboard_and_every_page_is_accessible() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    floor.officer("Dana");
    floor.user("Cora", Role::Compliance);
    floor.clock("10:00");
    let base = floor.serve();
    let driver = Driver::start();
    let played: WebDriverResult<()> = floor.runtime.block_on(async {
        for is_dark in [false, true] {
            let browser = driver.browser(is_dark).await;
            sign_in(&browser, &base, "dana@example.org").await?;
            visit(&browser, format!("{base}/practice")).await?;
            assert_eq!(faults(&browser).await?, Vec::<String>::new());
            tab_to(&browser, "begin-voicemail").await?;
            press(&browser, Key::Enter).await?;
            wait_for(&browser, "/practice/calls/prc_").await?;
            let page = text(&browser).await?;
            assert!(page.contains("Practice: nobody is called.") && !page.contains("233.15"), "{page}");
            assert_eq!(faults(&browser).await?, Vec::<String>::new());
            chooses(&browser, "Press Voicemail").await?;
            wait_for_text(&browser, "Beep.").await?;
            assert_eq!(faults(&browser).await?, Vec::<String>::new());
            chooses(&browser, "Leave the limited message, word for word").await?;
            wait_for_text(&browser, "Your colleague asks").await?;
            chooses(&browser, "A machine does not count").await?;
            wait_for_text(&browser, "not passed").await?;
            let page = text(&browser).await?;
            assert!(page.contains("Better: Say") && page.contains("12 CFR 1006.14(b)(2)(i)(A)"), "{page}");
            assert_eq!(faults(&browser).await?, Vec::<String>::new());

            visit(&browser, format!("{base}/practice/lessons/hours")).await?;
            assert!(text(&browser).await?.contains("12 CFR 1006.6(b)(1)"));
            assert_eq!(faults(&browser).await?, Vec::<String>::new());
            found(&browser, "button[name=topic]").await?.click().await?;
            wait_for(&browser, "/practice/quizzes/qiz_").await?;
            assert_eq!(faults(&browser).await?, Vec::<String>::new());
            script(&browser, "document.querySelectorAll('fieldset').forEach(f => f.querySelector('input').checked = true)").await?;
            found(&browser, "form[data-main] button").await?.click().await?;
            wait_for_text(&browser, "80% passes").await?;
            assert_eq!(faults(&browser).await?, Vec::<String>::new());
            browser.quit().await?;
        }
        let browser = driver.browser(false).await;
        sign_in(&browser, &base, "cora@example.org").await?;
        visit(&browser, format!("{base}/practice/team?permission=lead_calls&course=calls")).await?;
        assert!(text(&browser).await?.contains("do not hold it: Dana"), "{}", text(&browser).await?);
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        browser.quit().await
    });
    played.expect("the browser does as it is told");
}

//! A whole call at the desk, in a real Chromium and by keyboard, with axe at each stage.

use crate::browser::{
    Driver, arrive, chord, faults, follow, found, leave, press, script, sign_in, tab_to, text, visit, wait_for, wait_for_text,
};
use duly_testkit::{Engine, Floor};
use jiff::SignedDuration;
use thirtyfour::prelude::*;

/// Moves the floor's clock by minutes and seconds, as a call takes them.
fn later(floor: &Floor, seconds: i64) {
    floor.app.set_clock(floor.app.moment().at + SignedDuration::from_secs(seconds));
}

/// A floor with accounts at one address (reference, name, mobile number), and Dana on their desk.
fn floor_with(people: &[(&str, &str, &str)]) -> Floor {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let row = |(reference, name, mobile): &(&str, &str, &str)| {
        format!("{reference},{name},1180 Oak Street,Columbus,OH,43205,1984-08-19,{mobile},420.00,2026-01-20\n")
    };
    let rows: String = people.iter().map(row).collect();
    let rows = format!("reference,name,street,city,state,zip,born,mobile,principal,due_on\n{rows}");
    let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nstreet = \"street\"\ncity = \"city\"\nstate = \"state\"\n\
        zip = \"zip\"\ndate_of_birth = \"born\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
    assert_eq!(floor.import(&rows, mapping, "Larkfield").unwrap().accepted, people.len() as u64);
    floor.officer("Dana");
    floor.debtor("Somebody", "10.00"); // officers join the desk
    floor
}

#[test]
fn a_call_of_eleven_minutes_is_led_by_keyboard_and_documents_itself() {
    let mut floor = floor_with(&[("QM-88121", "Desmond Okafor", "6145550163")]);
    let desmond = floor.person("QM-88121");
    floor.clock("10:00");
    let base = floor.serve();
    let driver = Driver::start();
    let led: WebDriverResult<()> = floor.runtime.block_on(async {
        let browser = driver.browser(false).await;
        sign_in(&browser, &base, "dana@example.org").await?;
        visit(&browser, format!("{base}/accounts/{}?do=contact", desmond.account)).await?;
        tab_to(&browser, "to").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "/calls/cal_").await?;
        let source = browser.source().await?;
        for secret in ["420.00", "Larkfield", "QM-88121", "1984", "1180"] {
            assert!(!source.contains(secret), "{secret} is not in the page before they are verified");
        }
        assert_eq!(faults(&browser).await?, Vec::<String>::new());

        // They themselves; one answer that nobody can read, one miss, two that match.
        later(&floor, 20);
        press(&browser, "1").await?;
        wait_for_text(&browser, "2 more to match").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        tab_to(&browser, "date_of_birth").await?;
        press(&browser, "1984").await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "is no date such as 4 Mar 1971").await?;
        tab_to(&browser, "date_of_birth").await?;
        chord(&browser, "a").await?;
        press(&browser, "August 19, 1984").await?;
        tab_to(&browser, "house_and_zip").await?;
        press(&browser, "1181, 43205").await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "No match").await?;
        assert!(!text(&browser).await?.contains("420.00"));
        later(&floor, 40);
        tab_to(&browser, "house_and_zip").await?;
        press(&browser, "1180, 43205").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=disclose").await?;
        let page = text(&browser).await?;
        assert!(page.contains("USD 420.00") && page.contains("Larkfield"), "{page}");
        assert_eq!(faults(&browser).await?, Vec::<String>::new());

        // The words that are due, the purpose, what happened, what can be done.
        later(&floor, 60);
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=purpose").await?;
        assert!(text(&browser).await?.contains("I am calling about your account with Larkfield. USD 420.00 is open today."));
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=listen").await?;
        later(&floor, 180);
        tab_to(&browser, "reason").await?;
        press(&browser, "Lost work").await?;
        tab_to(&browser, "words").await?;
        press(&browser, "The plant closed in November.").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=options").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=afford").await?;
        later(&floor, 120);
        for (field, amount) in [("income", "2100"), ("essentials", "1900"), ("priority", "120")] {
            tab_to(&browser, field).await?;
            press(&browser, amount).await?;
        }
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=commit").await?;

        // More than is owed cannot be promised; what can be is, and is read back.
        assert!(text(&browser).await?.contains("By what they told USD 80.00 is left each month."));
        tab_to(&browser, "amount").await?;
        press(&browser, "500").await?;
        script(&browser, "document.getElementById('due').value = '2026-03-10'").await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "The promise is refused.").await?;
        tab_to(&browser, "amount").await?;
        chord(&browser, "a").await?;
        press(&browser, "80").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=read_back").await?;
        assert!(text(&browser).await?.contains("You pay $80.00 by March 10, 2026."));
        later(&floor, 120);
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=close").await?;
        // How they like it in writing is asked, and noted with one key.
        assert!(text(&browser).await?.contains("How would you like this in writing"));
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        press(&browser, "2").await?;
        wait_for_text(&browser, "They prefer a text").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        script(&browser, "document.getElementById('on').value = '2026-03-11'").await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "Agreed").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        later(&floor, 120);

        // Hang up: the result, the note and the day are there.
        script(&browser, "document.activeElement.blur()").await?;
        press(&browser, "h").await?;
        wait_for_text(&browser, "Wrap up").await?;
        let note = found(&browser, "#note").await?.value().await?.unwrap_or_default();
        for part in [
            "Spoke with Desmond Okafor.",
            "Verified by date of birth and house no. and zip.",
            "The plant closed in November.",
            "Promised USD 80.00 by Tue 10 Mar 2026.",
        ] {
            assert!(note.contains(part), "{part} in {note}");
        }
        assert_eq!(found(&browser, "#result").await?.value().await?.as_deref(), Some("promised"));
        assert_eq!(found(&browser, "#follow-up").await?.value().await?.as_deref(), Some("2026-03-11"));
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        later(&floor, 9);
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "/accounts/").await?;
        visit(&browser, format!("{base}/calls")).await?;
        let page = text(&browser).await?;
        assert!(page.contains("Talked, promised to pay") && page.contains("11:00") && page.contains("9 s"), "{page}");
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        browser.quit().await
    });
    led.expect("the browser does as it is told");
    assert_eq!(floor.promises(desmond), ["open"]);
    assert_eq!(floor.account(desmond).next_action_on.map(|on| on.to_string()).as_deref(), Some("2026-03-11"));
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn a_call_that_comes_in_is_found_verified_and_written_down_by_keyboard() {
    let mut floor = floor_with(&[("QM-88121", "Desmond Okafor", "6145550163")]);
    floor.clock("20:55");
    let base = floor.serve();
    let driver = Driver::start();
    let led: WebDriverResult<()> = floor.runtime.block_on(async {
        let browser = driver.browser(false).await;
        sign_in(&browser, &base, "dana@example.org").await?;
        // From anywhere, by one key; nobody is found by a name that nobody has.
        press(&browser, "i").await?;
        wait_for(&browser, "/calls/in").await?;
        tab_to(&browser, "q").await?;
        press(&browser, "Zebulon").await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "Nobody is found by").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        tab_to(&browser, "q").await?;
        chord(&browser, "a").await?;
        press(&browser, "614 555 0163").await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "Desmond Okafor").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        script(&browser, "document.activeElement.blur()").await?;
        press(&browser, "1").await?;
        wait_for(&browser, "/calls/cal_").await?;
        let source = browser.source().await?;
        for secret in ["420.00", "Larkfield", "QM-88121", "8121", "1984", "1180"] {
            assert!(!source.contains(secret), "{secret} is not in the page before they are verified");
        }
        assert!(text(&browser).await?.contains("Who is calling?"));
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        later(&floor, 20);
        press(&browser, "1").await?;
        wait_for_text(&browser, "2 more to match").await?;
        tab_to(&browser, "date_of_birth").await?;
        press(&browser, "August 19, 1984").await?;
        tab_to(&browser, "last_four").await?;
        press(&browser, "8121").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=disclose").await?;
        assert!(text(&browser).await?.contains("USD 420.00"));
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=purpose").await?;
        assert!(text(&browser).await?.contains("Thank you for calling us about your account with Larkfield."));

        // What they say finds its card, in the page and by keyboard.
        script(&browser, "document.activeElement.blur()").await?;
        press(&browser, "t").await?;
        press(&browser, "they laid off half of us").await?;
        wait_for_text(&browser, "1 card: “I lost my job”").await?;
        assert!(text(&browser).await?.contains("I am sorry. That is a lot at once."), "its card is open");
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        browser.action_chain().send_keys(Key::Down).perform().await?;
        let focus = browser.active_element().await?.text().await?;
        assert!(focus.contains("Cannot afford"), "the card's button is at hand: {focus}");
        press(&browser, "h").await?;
        wait_for_text(&browser, "Wrap up").await?;
        let note = found(&browser, "#note").await?.value().await?.unwrap_or_default();
        assert!(note.starts_with("Desmond Okafor called us."), "{note}");
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        script(&browser, "document.getElementById('follow-up').value = '2026-03-12'").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "/").await?;
        visit(&browser, format!("{base}/calls")).await?;
        wait_for_text(&browser, "they called").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        browser.quit().await
    });
    led.expect("the browser does as it is told");
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

/// Each way a call takes before anybody is verified: who answers, what they are told, what is pressed, and the result that follows.
const WAYS: [(&str, &str, &str, &str); 8] = [
    ("spouse", "Is there a better number or time to reach", "button[name=told][value=yes]", "third_party"),
    ("other", "never about a debt", "button[name=told][value=no]", "third_party"),
    ("unsure", "Is there a better number or time to reach", "", "third_party"),
    ("voicemail", "Say, word for word", "form[data-main] button", "left_message"),
    ("wrong", "nobody calls it for them again", "", "wrong_number"),
    ("nobody", "", "", "no_answer"),
    ("busy", "", "", "busy"),
    ("dead", "", "", "not_in_service"),
];

#[test]
fn every_branch_of_verification_is_taken_by_keyboard_and_tells_nobody_of_a_debt() {
    let people: Vec<[String; 3]> =
        (0..WAYS.len() + 3).map(|at| [format!("QM-8812{at:02}"), format!("Person {at:02} Okafor"), format!("61455501{at:02}")]).collect();
    let people: Vec<_> = people.iter().map(|[reference, name, mobile]| (reference.as_str(), name.as_str(), mobile.as_str())).collect();
    let mut floor = floor_with(&people);
    let accounts: Vec<_> = people.iter().map(|(reference, ..)| floor.person(reference).account).collect();
    for (name, value) in [("company", "Harbor Recovery"), ("company_phone", "614 555 0199")] {
        floor.tamper("insert into settings (name, value) values ($1, $2)", &[name.into(), value.into()]);
    }
    floor.clock("10:00");
    let base = floor.serve();
    let driver = Driver::start();
    let led: WebDriverResult<()> = floor.runtime.block_on(async {
        let browser = driver.browser(false).await;
        sign_in(&browser, &base, "dana@example.org").await?;
        let quiet = async |browser: &WebDriver| -> WebDriverResult<()> {
            let source = browser.source().await?;
            for secret in ["420.00", "Larkfield", "QM-8812"] {
                assert!(!source.contains(secret), "{secret} is in the page of {}", browser.current_url().await?);
            }
            assert_eq!(faults(browser).await?, Vec::<String>::new());
            Ok(())
        };
        let answers = async |browser: &WebDriver, at: usize, who: &str| -> WebDriverResult<()> {
            visit(browser, format!("{base}/accounts/{}?do=contact", accounts[at])).await?;
            tab_to(browser, "to").await?;
            chord(browser, Key::Enter).await?;
            wait_for(browser, "/calls/cal_").await?;
            quiet(browser).await?;
            let button = format!("button[name=who][value={who}]");
            let key = found(browser, &button).await?.attr("data-key").await?.unwrap_or_default();
            leave(browser).await?;
            press(browser, key.as_str()).await?;
            arrive(browser).await?;
            found(browser, &format!("{button}[aria-pressed=true]")).await?;
            quiet(browser).await
        };
        let wraps = async |browser: &WebDriver, result: &str| -> WebDriverResult<()> {
            wait_for_text(browser, "Wrap up").await?;
            assert_eq!(found(browser, "#result").await?.value().await?.as_deref(), Some(result));
            quiet(browser).await?;
            script(browser, "const on = document.getElementById('follow-up'); on.value ||= '2026-03-10'").await?;
            tab_to(browser, "follow-up").await?;
            chord(browser, Key::Enter).await?;
            wait_for(browser, "/accounts/").await.map(drop)
        };
        for (at, (who, says, does, result)) in WAYS.into_iter().enumerate() {
            answers(&browser, at, who).await?;
            assert!(text(&browser).await?.contains(says), "{who}: {}", text(&browser).await?);
            if !does.is_empty() {
                follow(&browser, does).await?;
            }
            later(&floor, 20);
            script(&browser, "document.activeElement.blur()").await?;
            press(&browser, "h").await?;
            wraps(&browser, result).await?;
        }

        // They say it is they, and nothing they tell is right.
        answers(&browser, WAYS.len(), "person").await?;
        for (field, said) in [("date_of_birth", "March 4, 1971"), ("house_and_zip", "27, 10001"), ("last_four", "0000")] {
            tab_to(&browser, field).await?;
            press(&browser, said).await?;
        }
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "I cannot go on without that.").await?;
        quiet(&browser).await?;
        script(&browser, "document.activeElement.blur()").await?;
        press(&browser, "h").await?;
        wraps(&browser, "not_verified").await?;

        // Or they would rather not say.
        answers(&browser, WAYS.len() + 1, "person").await?;
        for check in ["date_of_birth", "house_and_zip"] {
            follow(&browser, &format!("button[name=declined][value={check}]")).await?;
            wait_for_text(&browser, "preferred not to say").await?;
            quiet(&browser).await?;
        }
        script(&browser, "document.activeElement.blur()").await?;
        press(&browser, "h").await?;
        wait_for_text(&browser, "Wrap up").await?;
        quiet(&browser).await?;

        // Or they cannot talk now: one press ends the call, and the week stays open.
        answers(&browser, WAYS.len() + 2, "person").await?;
        follow(&browser, "input[name=step][value=bad_time] + button").await?;
        wraps(&browser, "cannot_talk").await?;
        browser.quit().await
    });
    led.expect("the browser does as it is told");
    assert_eq!(floor.count("select count(*) from contacts where outcome = 'conversation'"), 0, "nobody was spoken with about a debt");
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

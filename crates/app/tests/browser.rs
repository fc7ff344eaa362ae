//! A day in a real Chromium, by keyboard alone, with axe on every page in light and dark.

use duly::accounts::limitation::EntryKind;
use duly::accounts::limitation::actions::{Enter, enter};
use duly::app::Actor;
use duly::compliance::licenses::actions::{KeepLicense, keep_license};
use duly_domain::compliance::licenses::Kind;
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use jiff::SignedDuration;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thirtyfour::prelude::*;

/// A ChromeDriver of this test's own; it ends with the test.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Driver {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port is free").port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: install the Debian package chromium-driver");
        Driver { process, port }
    }

    async fn browser(&self, is_dark: bool) -> WebDriver {
        let mut options = DesiredCapabilities::chrome();
        for arg in [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--window-size=1366,768",
        ] {
            options.add_arg(arg).expect("an argument");
        }
        for _ in 0..100 {
            if let Ok(browser) = WebDriver::new(format!("http://127.0.0.1:{}", self.port), options.clone()).await {
                if is_dark {
                    browser.goto("about:blank").await.expect("a page");
                }
                return browser;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("Chromium does not start: install the Debian package chromium");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A process that ended already needs no ending.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Presses keys where the focus is.
async fn press(browser: &WebDriver, keys: impl Into<TypingData>) -> WebDriverResult<()> {
    browser.action_chain().send_keys(keys.into()).perform().await?;
    Ok(())
}

/// Presses a key while Control is held.
async fn chord(browser: &WebDriver, key: impl Into<TypingData>) -> WebDriverResult<()> {
    browser.action_chain().key_down(Key::Control).send_keys(key.into()).key_up(Key::Control).perform().await
}

/// Walks with Tab until the focus is on an element of this id.
async fn tab_to(browser: &WebDriver, id: &str) -> WebDriverResult<()> {
    for _ in 0..80 {
        let at = browser.execute("return document.activeElement.id", vec![]).await?;
        if at.json() == id {
            return Ok(());
        }
        press(browser, Key::Tab).await?;
    }
    panic!("{id} cannot be reached by keyboard on {}", browser.current_url().await?);
}

async fn wait_for(browser: &WebDriver, part: &str) -> WebDriverResult<String> {
    for _ in 0..100 {
        let url = browser.current_url().await?;
        if url.as_str().contains(part) {
            return Ok(url.to_string());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{part} was not reached; the browser is at {}:\n{}", browser.current_url().await?, text(browser).await?);
}

/// Waits until the page says something.
async fn wait_for_text(browser: &WebDriver, part: &str) -> WebDriverResult<()> {
    for _ in 0..100 {
        // Between two pages there is none.
        if text(browser).await.is_ok_and(|page| page.contains(part)) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{part:?} was not said; the browser is at {}:\n{}", browser.current_url().await?, text(browser).await?);
}

async fn text(browser: &WebDriver) -> WebDriverResult<String> {
    browser.find(By::Tag("body")).await?.text().await
}

const AXE: &str = include_str!("vendor/axe.min.js");

/// What axe finds wrong with the page as it stands.
async fn faults(browser: &WebDriver) -> WebDriverResult<Vec<String>> {
    browser.execute(AXE, vec![]).await?;
    let run = "const done = arguments[arguments.length - 1];
               axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                  .then(result => done(result.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')))))
                  .catch(error => done([String(error)]));";
    let found = browser.execute_async(run, vec![]).await?;
    found.convert()
}

async fn sign_in(browser: &WebDriver, base: &str, email: &str) -> WebDriverResult<()> {
    browser.goto(format!("{base}/sign-in")).await?;
    tab_to(browser, "email").await?;
    press(browser, email).await?;
    press(browser, Key::Tab).await?;
    press(browser, "a floor's password").await?;
    press(browser, Key::Enter).await?;
    wait_for(browser, if email.starts_with("dana") { "/my-day" } else { "/" }).await?;
    Ok(())
}

#[test]
fn a_day_from_sign_in_to_kept_promise_by_keyboard_alone_on_sqlite() {
    a_day(Engine::Sqlite);
}

#[test]
fn a_day_from_sign_in_to_kept_promise_by_keyboard_alone_on_postgres() {
    a_day(Engine::Postgres);
}

fn a_day(engine: Engine) {
    let mut floor = Floor::on(engine, "2026-03-03");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    floor.user("Bo", Role::BackOffice);
    floor.clock("10:00");
    let base = floor.serve();
    let driver = Driver::start();
    let day: WebDriverResult<()> = floor.runtime.block_on(async {
        let browser = driver.browser(false).await;
        sign_in(&browser, &base, "dana@example.org").await?;
        assert!(text(&browser).await?.contains("Maria"));

        // J takes the first row in hand, Enter opens it.
        press(&browser, "j").await?;
        press(&browser, Key::Enter).await?;
        let account = wait_for(&browser, "/accounts/acc_").await?;
        assert!(text(&browser).await?.contains("allowed until 21:00"));

        // Why may I call? Escape closes the answer.
        press(&browser, "y").await?;
        wait_for(&browser, "why=call").await?;
        assert!(text(&browser).await?.contains("nothing stands in the way"));
        press(&browser, Key::Escape).await?;
        wait_for(&browser, "do=contact").await?;

        // Ask and reserve, talk, take the promise, record the result.
        tab_to(&browser, "to").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "/calls/cal_").await?;
        let page = text(&browser).await?;
        assert!(page.contains("Balance hidden") && !page.contains("420.00") && !page.contains("Larkfield"), "{page}");
        browser.goto(&account).await?;
        press(&browser, "p").await?;
        wait_for(&browser, "do=promise").await?;
        tab_to(&browser, "promise-amount").await?;
        press(&browser, "500").await?;
        press(&browser, Key::Enter).await?;
        wait_for(&browser, "/promises").await?;
        assert!(
            text(&browser).await?.contains("USD 500.00 against USD 420.00"),
            "a promise above what is owed is refused where it was made"
        );
        tab_to(&browser, "promise-amount").await?;
        chord(&browser, "a").await?;
        press(&browser, "100").await?;
        press(&browser, Key::Enter).await?;
        wait_for(&browser, "said=promised").await?;
        press(&browser, "c").await?;
        wait_for(&browser, "do=contact").await?;
        tab_to(&browser, "do-result").await?;
        press(&browser, "Talked, promised").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "said=recorded").await?;
        let page = text(&browser).await?;
        assert!(page.contains("1 of 7 used") && page.contains("Call · not before Tue 10 Mar 2026 08:00"), "{page}");

        // The back office posts the money; the promise is kept.
        let office = driver.browser(false).await;
        sign_in(&office, &base, "bo@example.org").await?;
        press(&office, "/").await?;
        press(&office, "Maria").await?;
        press(&office, Key::Enter).await?;
        wait_for(&office, "/accounts/acc_").await?;
        tab_to(&office, "payment-amount").await?;
        press(&office, "100.00").await?;
        tab_to(&office, "payment-reference").await?;
        press(&office, "CHECK 17").await?;
        press(&office, Key::Enter).await?;
        wait_for(&office, "said=posted").await?;
        assert!(text(&office).await?.contains("Kept"));
        office.quit().await?;

        // Nothing is left to do today.
        press(&browser, "n").await?;
        wait_for(&browser, "/my-day").await?;
        assert!(text(&browser).await?.contains("Nothing is left to do here"));
        browser.quit().await
    });
    day.expect("the browser does as it is told");
    assert_eq!(floor.promises(maria), ["kept"]);
    assert_eq!(floor.balance(maria), "320.00");
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

/// Moves the floor's clock by minutes and seconds, as a call takes them.
fn later(floor: &Floor, seconds: i64) {
    floor.app.set_clock(floor.app.moment().at + SignedDuration::from_secs(seconds));
}

#[test]
fn a_call_of_eleven_minutes_is_led_by_keyboard_and_documents_itself() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let rows = "reference,name,street,city,state,zip,born,mobile,principal,due_on\n\
        QM-88121,Desmond Okafor,1180 Oak Street,Columbus,OH,43205,1984-08-19,6145550163,420.00,2026-01-20\n";
    let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nstreet = \"street\"\ncity = \"city\"\nstate = \"state\"\n\
        zip = \"zip\"\ndate_of_birth = \"born\"\nmobile = \"mobile\"\nprincipal = \"principal\"\ndue_on = \"due_on\"\n";
    assert_eq!(floor.import(rows, mapping, "Larkfield").unwrap().accepted, 1);
    let desmond = floor.person("QM-88121");
    floor.officer("Dana");
    floor.debtor("Somebody", "10.00"); // officers join the desk
    floor.clock("10:00");
    let base = floor.serve();
    let driver = Driver::start();
    let led: WebDriverResult<()> = floor.runtime.block_on(async {
        let browser = driver.browser(false).await;
        sign_in(&browser, &base, "dana@example.org").await?;
        browser.goto(format!("{base}/accounts/{}?do=contact", desmond.account)).await?;
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
        wait_for_text(&browser, "is no date such as 19 Aug 1984").await?;
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
        tab_to(&browser, "amount").await?;
        press(&browser, "500").await?;
        browser.execute("document.getElementById('due').value = '2026-03-10'", vec![]).await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "the promise is refused").await?;
        tab_to(&browser, "amount").await?;
        chord(&browser, "a").await?;
        press(&browser, "80").await?;
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=read_back").await?;
        assert!(text(&browser).await?.contains("You pay USD 80.00 by Tue 10 Mar 2026."));
        later(&floor, 120);
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "stage=close").await?;
        browser.execute("document.getElementById('on').value = '2026-03-11'", vec![]).await?;
        chord(&browser, Key::Enter).await?;
        wait_for_text(&browser, "Agreed").await?;
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        later(&floor, 120);

        // Hang up: the result, the note and the day are there.
        browser.execute("document.activeElement.blur()", vec![]).await?;
        press(&browser, "h").await?;
        wait_for_text(&browser, "Wrap up").await?;
        let note = browser.find(By::Id("note")).await?.value().await?.unwrap_or_default();
        for part in [
            "Spoke with Desmond Okafor.",
            "Verified by date of birth and house no. and zip.",
            "The plant closed in November.",
            "Promised USD 80.00 by Tue 10 Mar 2026.",
        ] {
            assert!(note.contains(part), "{part} in {note}");
        }
        assert_eq!(browser.find(By::Id("result")).await?.value().await?.as_deref(), Some("promised"));
        assert_eq!(browser.find(By::Id("follow-up")).await?.value().await?.as_deref(), Some("2026-03-11"));
        assert_eq!(faults(&browser).await?, Vec::<String>::new());
        later(&floor, 9);
        chord(&browser, Key::Enter).await?;
        wait_for(&browser, "/accounts/").await?;
        browser.goto(format!("{base}/calls")).await?;
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
fn axe_finds_nothing_on_any_page_in_light_or_dark() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-03");
    let maria = floor.debtor("Maria Guadalupe Fernández-Montemayor y Wolfeschlegelstein-Hausen", "420.00");
    let amina = floor.debtor("أمينة بنت يوسف الخطيب", "873.15");
    for role in [Role::Officer, Role::Supervisor, Role::Compliance, Role::BackOffice, Role::Administrator] {
        floor.user(role.code(), role);
    }
    floor.officer("officer").calls(maria, "talked");
    floor.officer("officer").calls(maria, "no_answer");
    floor.officer("officer").takes_promise(amina, "100.00", "2026-03-09");
    let payment = floor.pays(amina, "20.00", "CASH");
    let otto = floor.debtor("Otto", "60.00");
    floor.officer("officer").calls(otto, "disputes");
    floor.night_of("2026-03-03");
    let accrued = Enter {
        account: maria.account,
        kind: EntryKind::Accrued,
        value: String::new(),
        from: Some("2021-03-03".parse().unwrap()),
        until: None,
        source: "Statement".into(),
        document: None,
    };
    let bond = KeepLicense {
        place: "TX".into(),
        kind: Some(Kind::Bond),
        number: "B-1".into(),
        from: Some("2026-01-01".parse().unwrap()),
        until: None,
        paper: Some(("bond.pdf".into(), b"paper".to_vec())),
    };
    floor.tamper("update debtors set state = 'CA'", &[]);
    let at = floor.app.moment();
    floor.runtime.block_on(async {
        enter(&floor.app, &Actor::command(), at, &accrued).await.unwrap();
        keep_license(&floor.app, &Actor::command(), at, &bond).await.unwrap();
    });
    let base = floor.serve();
    let driver = Driver::start();
    let account = format!("/accounts/{}", maria.account);
    let decided = floor.runtime.block_on(async {
        duly::outreach::store::list_decisions_of(&mut floor.app.db.read().await.unwrap(), maria.account, 1).await.unwrap()
    });
    let decision = format!("{account}/decisions/{}", decided[0].1);
    let cases =
        floor.runtime.block_on(async { duly::disputes::store::list_open(&mut floor.app.db.read().await.unwrap(), 1).await.unwrap() });
    let case = format!("/disputes/{}", cases[0].id);
    let reversal = format!("/accounts/{}/payments/{payment}/reversals", amina.account);
    let pages: Vec<(&str, Vec<String>)> = vec![
        ("", vec!["/sign-in".into()]),
        (
            "officer",
            [
                "",
                "?why=call",
                "?do=promise",
                "?do=payment",
                "?do=wish",
                "?do=stop",
                "?do=case",
                "?do=hold",
                "?do=people",
                "?do=incoming",
                "?do=papers",
            ]
            .map(|query| format!("{account}{query}"))
            .into_iter()
            .chain(
                ["/my-day", "/my-day?lane=timed", "/accounts", "/accounts?q=nobody", "/promises", "/payments", "/password"]
                    .map(String::from),
            )
            .collect(),
        ),
        (
            "supervisor",
            [
                "/compliance",
                "/letters",
                "/disputes",
                &case,
                &format!("{account}/why"),
                "/nights",
                "/imports",
                &account,
                &format!("{account}/views"),
                &decision,
            ]
            .map(String::from)
            .to_vec(),
        ),
        (
            "compliance",
            [
                "/compliance/packs",
                "/compliance/packs/us-tx",
                "/compliance/policy",
                "/compliance/handbook",
                "/compliance/acts",
                "/compliance/limitation",
                "/compliance/limitation?show=all&sort=balance",
                "/compliance/licenses",
                "/compliance/words",
                &format!("{account}/why?at=yesterday&person=nobody"),
                &format!("{account}/acts"),
                &format!("{account}?do=limitation"),
            ]
            .map(String::from)
            .to_vec(),
        ),
        ("back_office", vec![format!("{account}?do=payment"), "/letters".into(), reversal]),
        ("administrator", vec!["/users".into(), "/settings".into()]),
    ];
    let walked: WebDriverResult<Vec<String>> = floor.runtime.block_on(async {
        let mut found = Vec::new();
        for (role, pages) in &pages {
            let browser = driver.browser(false).await;
            if !role.is_empty() {
                sign_in(&browser, &base, &format!("{role}@example.org")).await?;
            }
            for page in pages {
                browser.goto(format!("{base}{page}")).await?;
                for theme in ["light", "dark"] {
                    browser.execute("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await?;
                    found.extend(faults(&browser).await?.into_iter().map(|fault| format!("{theme} {page}: {fault}")));
                }
                let scrolls = browser.execute("return document.documentElement.scrollWidth > innerWidth", vec![]).await?;
                if scrolls.json() == true {
                    found.push(format!("{page} scrolls sideways"));
                }
            }
            if *role == "back_office" {
                // The question before a large payment stands behind its form.
                browser.goto(format!("{base}{account}?do=payment")).await?;
                tab_to(&browser, "payment-amount").await?;
                press(&browser, "20000.00").await?;
                tab_to(&browser, "payment-reference").await?;
                press(&browser, "LARGE").await?;
                press(&browser, Key::Enter).await?;
                wait_for(&browser, "/payments").await?;
                assert!(text(&browser).await?.contains("Post this payment?"));
                for theme in ["light", "dark"] {
                    browser.execute("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await?;
                    found.extend(faults(&browser).await?.into_iter().map(|fault| format!("{theme} large payment: {fault}")));
                }
            }
            browser.quit().await?;
        }
        Ok(found)
    });
    assert_eq!(walked.expect("the browser does as it is told"), Vec::<String>::new());
}

//! A day in a real Chromium, by keyboard alone, with axe on every page in light and dark.

use duly::accounts::limitation::EntryKind;
use duly::accounts::limitation::actions::{Enter, enter};
use duly::app::Actor;
use duly::compliance::licenses::actions::{KeepLicense, keep_license};
use duly_domain::compliance::licenses::Kind;
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use thirtyfour::prelude::*;

/// A ChromeDriver of this test's own; it ends with the test.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    pub fn start() -> Driver {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port is free").port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: install the Debian package chromium-driver");
        Driver { process, port }
    }

    pub async fn browser(&self, is_dark: bool) -> WebDriver {
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
                // The driver waits five minutes for a page that it lost on the way, unless told otherwise.
                browser.set_page_load_timeout(Duration::from_secs(30)).await.expect("a time");
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
pub async fn press(browser: &WebDriver, keys: impl Into<TypingData>) -> WebDriverResult<()> {
    settled(browser).await;
    went(browser.action_chain().send_keys(keys.into()).perform().await)
}

/// A key that leads to another page is pressed even where the driver says that the page went away under it.
fn went(pressed: WebDriverResult<()>) -> WebDriverResult<()> {
    match pressed {
        Err(error) if is_between_pages(&error) => Ok(()),
        pressed => pressed,
    }
}

/// Whether the driver lost the page that it spoke to, because another one takes its place.
fn is_between_pages(error: &WebDriverError) -> bool {
    let says = error.to_string();
    ["aborted by navigation", "no such execution context", "document unloaded"].iter().any(|sign| says.contains(sign))
}

/// What a script that may run twice answers; a page that another one takes the place of meanwhile is asked again.
pub async fn script(browser: &WebDriver, code: &str) -> WebDriverResult<ScriptRet> {
    for _ in 0..20 {
        settled(browser).await;
        match browser.execute(code, vec![]).await {
            Err(error) if is_between_pages(&error) => tokio::time::sleep(Duration::from_millis(50)).await,
            answered => return answered,
        }
    }
    browser.execute(code, vec![]).await
}

/// Goes to an address, again where the driver loses the page on the way.
pub async fn visit(browser: &WebDriver, address: impl AsRef<str>) -> WebDriverResult<()> {
    for _ in 0..5 {
        match browser.goto(address.as_ref()).await {
            Err(error) if is_between_pages(&error) => settled(browser).await,
            went => return went,
        }
    }
    browser.goto(address.as_ref()).await
}

/// Waits until the page is whole: between two pages there is nothing to press.
async fn settled(browser: &WebDriver) {
    for _ in 0..100 {
        let state = browser.execute("return document.readyState", vec![]).await;
        if state.is_ok_and(|state| state.json() == "complete") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What a selector finds, waited for; a page that another one takes the place of meanwhile is looked through again.
pub async fn found(browser: &WebDriver, css: &str) -> WebDriverResult<WebElement> {
    for _ in 0..100 {
        if let Ok(found) = browser.find(By::Css(css)).await {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    browser.find(By::Css(css)).await
}

/// Presses Enter on what a selector finds, and waits until another page is there.
pub async fn follow(browser: &WebDriver, css: &str) -> WebDriverResult<()> {
    leave(browser).await?;
    went(found(browser, css).await?.send_keys(Key::Enter + "").await)?;
    arrive(browser).await
}

/// Marks the page that is about to be left.
pub async fn leave(browser: &WebDriver) -> WebDriverResult<()> {
    script(browser, "document.documentElement.dataset.left = 'yes'").await.map(drop)
}

/// Waits until the page that was marked is left and the next one is whole.
pub async fn arrive(browser: &WebDriver) -> WebDriverResult<()> {
    for _ in 0..200 {
        let state = browser.execute("return document.readyState + (document.documentElement.dataset.left ?? '')", vec![]).await;
        if state.is_ok_and(|state| state.json() == "complete") {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no other page came; the browser is at {}:\n{}", browser.current_url().await?, text(browser).await?);
}

/// Presses a key while Control is held.
pub async fn chord(browser: &WebDriver, key: impl Into<TypingData>) -> WebDriverResult<()> {
    let pressed = browser.action_chain().key_down(Key::Control).send_keys(key.into()).key_up(Key::Control).perform().await;
    if pressed.is_err() {
        // What was held when the page went away is let go of.
        settled(browser).await;
        browser.action_chain().reset_actions().await?;
    }
    went(pressed)
}

/// Walks with Tab until the focus is on an element of this id.
pub async fn tab_to(browser: &WebDriver, id: &str) -> WebDriverResult<()> {
    for _ in 0..80 {
        let at = script(browser, "return document.activeElement.id").await?;
        if at.json() == id {
            return Ok(());
        }
        press(browser, Key::Tab).await?;
    }
    panic!("{id} cannot be reached by keyboard on {}", browser.current_url().await?);
}

pub async fn wait_for(browser: &WebDriver, part: &str) -> WebDriverResult<String> {
    for _ in 0..100 {
        // Between two pages there is no answer.
        if let Some(url) = browser.current_url().await.ok().filter(|url| url.as_str().contains(part)) {
            settled(browser).await;
            return Ok(url.to_string());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{part} was not reached; the browser is at {}:\n{}", browser.current_url().await?, text(browser).await?);
}

/// Waits until the page says something.
pub async fn wait_for_text(browser: &WebDriver, part: &str) -> WebDriverResult<()> {
    for _ in 0..100 {
        // Between two pages there is none.
        if text(browser).await.is_ok_and(|page| page.contains(part)) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{part:?} was not said; the browser is at {}:\n{}", browser.current_url().await?, text(browser).await?);
}

/// What the page says; a page that another one takes the place of meanwhile is read again.
pub async fn text(browser: &WebDriver) -> WebDriverResult<String> {
    for _ in 0..20 {
        let said = async { browser.find(By::Tag("body")).await?.text().await }.await;
        if said.is_ok() {
            return said;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    browser.find(By::Tag("body")).await?.text().await
}

const AXE: &str = include_str!("vendor/axe.min.js");

/// What axe finds wrong with the page as it stands; one that another takes the place of meanwhile is not judged, the other is.
pub async fn faults(browser: &WebDriver) -> WebDriverResult<Vec<String>> {
    let run = "const done = arguments[arguments.length - 1];
               axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
                  .then(result => done(result.violations.flatMap(v => v.nodes.map(n => v.id + ' ' + n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')))))
                  .catch(error => done([String(error)]));";
    // In one script, so that no page comes between axe and its run.
    let code = format!("{AXE}\n{run}");
    for _ in 0..5 {
        settled(browser).await;
        match browser.execute_async(&code, vec![]).await {
            Err(error) if is_between_pages(&error) => tokio::time::sleep(Duration::from_millis(50)).await,
            found => return found?.convert(),
        }
    }
    browser.execute_async(&code, vec![]).await?.convert()
}

pub async fn sign_in(browser: &WebDriver, base: &str, email: &str) -> WebDriverResult<()> {
    visit(browser, format!("{base}/sign-in")).await?;
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
        visit(&browser, &account).await?;
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
    assert_eq!((floor.promises(maria), floor.balance(maria)), (vec!["kept".to_string()], "320.00".to_string()));
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
    let (payment, otto) = (floor.pays(amina, "20.00", "CASH"), floor.debtor("Otto", "60.00"));
    floor.officer("officer").calls(otto, "disputes");
    crate::stories::corrections::is_told(&mut floor, otto);
    crate::stories::receipts::comes_in_at_the_bank(&floor, "Otto");
    crate::stories::debits::is_drawn(&mut floor, amina);
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
    let (base, driver) = (floor.serve(), Driver::start());
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
            .chain([format!("{account}/offers"), format!("{account}/debits"), format!("/accounts/{}/debits", amina.account)])
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
        (
            "back_office",
            [&format!("{account}?do=payment"), "/letters", &reversal, "/bank", "/debits", "/trust", "/remittances", "/rates"]
                .map(String::from)
                .to_vec(),
        ),
        ("administrator", vec!["/users".into(), "/settings".into()]),
        ("compliance", vec!["/reporting".into(), format!("/accounts/{}/reporting", otto.account)]),
    ];
    let walked: WebDriverResult<Vec<String>> = floor.runtime.block_on(async {
        let mut found = Vec::new();
        for (role, pages) in &pages {
            let browser = driver.browser(false).await;
            if !role.is_empty() {
                sign_in(&browser, &base, &format!("{role}@example.org")).await?;
            }
            for page in pages {
                visit(&browser, format!("{base}{page}")).await?;
                for theme in ["light", "dark"] {
                    browser.execute("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await?;
                    found.extend(faults(&browser).await?.into_iter().map(|fault| format!("{theme} {page}: {fault}")));
                }
                let scrolls = script(&browser, "return document.documentElement.scrollWidth > innerWidth").await?;
                if scrolls.json() == true {
                    found.push(format!("{page} scrolls sideways"));
                }
            }
            if *role == "back_office" {
                // The question before a large payment stands behind its form.
                visit(&browser, format!("{base}{account}?do=payment")).await?;
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

//! Axe finds nothing on any page, in light and dark, and none scrolls sideways.

use crate::browser::{Driver, faults, press, script, sign_in, tab_to, text, visit, wait_for};
use duly::accounts::limitation::EntryKind;
use duly::accounts::limitation::actions::{Enter, enter};
use duly::app::Actor;
use duly::compliance::licenses::actions::{KeepLicense, keep_license};
use duly_domain::compliance::licenses::Kind;
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use thirtyfour::prelude::*;

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
    crate::stories::clearings::sums_wait_at_the_bank(&floor);
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
                "?do=close",
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
                "/compliance/terms/limits",
                "/compliance/terms/offers",
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

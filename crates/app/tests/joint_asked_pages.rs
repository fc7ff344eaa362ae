//! A joint plan asked of a supervisor, and its payment from the bank, on screen: by forms alone, and as axe sees every page of it.

use crate::browser::{Driver, faults, script, sign_in as sign_in_on, visit};
use crate::permissions::{client, sign_in};
use crate::stories::joint::maria_twice;
use crate::stories::joint_receipts::{maria_pays_together, waits_for_somebody};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use reqwest::StatusCode;
use thirtyfour::prelude::*;

#[test]
fn a_joint_plan_is_asked_for_answered_and_agreed_by_forms_alone() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let [one, two] = maria_twice(&mut floor);
    let otto = floor.debtor("Otto", "90.00");
    floor.officer("Dana");
    floor.user("Sam", Role::Supervisor);
    let base = floor.serve();
    floor.runtime.block_on(async {
        let (dana, sam) = (client(), client());
        let (danas, sams) = (sign_in(&dana, &base, "dana@example.org").await, sign_in(&sam, &base, "sam@example.org").await);
        let post = async |client: &reqwest::Client, csrf: &str, path: &str, fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf)]).collect();
            client.post(format!("{base}{path}")).form(&with).send().await.unwrap()
        };
        let (with, other) = (format!("with-{}", two.account), format!("with-{}", otto.account));
        let terms = |count: &'static str, with: &'static str| {
            let total = [("total", "640.00"), ("down", "0"), ("cut", "count"), ("first_on", "2026-03-16"), ("frequency", "month")];
            [&total[..], &[("count", count), ("ask-kind", "plan"), ("ask-words", "They lost work."), (with, "yes")]].concat()
        };
        let (with, other): (&'static str, &'static str) = (with.leak(), other.leak());
        let ask = format!("/accounts/{}/approvals", one.account);
        // Another person's account, and what policy has not, is asked of nobody.
        for (count, over, says) in
            [("16", other, "which another person owes"), ("400", with, "R-1, Larkfield:"), ("4", with, "agree the plan")]
        {
            let refused = post(&dana, &danas, &ask, &terms(count, over)).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{count}");
            let page = refused.text().await.unwrap();
            assert!(page.contains(says), "{says}: {page}");
        }
        let asked = post(&dana, &danas, &ask, &terms("16", with)).await;
        assert_eq!(asked.status(), StatusCode::SEE_OTHER, "{}", asked.text().await.unwrap());
        let desk = dana.get(format!("{base}/accounts/{}/offers", one.account)).send().await.unwrap().text().await.unwrap();
        assert!(desk.contains("once a month from Mon 16 Mar 2026, over 2 accounts"), "{desk}");

        let list = sam.get(format!("{base}/approvals")).send().await.unwrap().text().await.unwrap();
        let id = list.split("/approvals/apr_").nth(1).map(|rest| format!("/approvals/apr_{}", &rest[..32])).expect("it waits");
        let card = sam.get(format!("{base}{id}")).send().await.unwrap().text().await.unwrap();
        for said in [
            "R-1, Larkfield: The plan runs longer",
            "OTT-7, Otterbrook: The plan runs longer",
            "Owed today on OTT-7, Otterbrook",
            "Asked for on all of them together",
            "Counter with these",
        ] {
            assert!(card.contains(said), "{said}: {card}");
        }
        let counter = |count: &'static str| {
            let total = [("counter-total", "640.00"), ("counter-down", "0"), ("counter-count", count), ("counter-cut", "count")];
            [&total[..], &[("counter-first_on", "2026-03-16"), ("counter-frequency", "month"), ("verdict", "counter"), ("words", "")]]
                .concat()
        };
        let beyond = post(&sam, &sams, &format!("{id}/answers"), &counter("400")).await;
        assert_eq!(beyond.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(beyond.text().await.unwrap().contains("R-1, Larkfield:"));
        assert_eq!(post(&sam, &sams, &format!("{id}/answers"), &counter("14")).await.status(), StatusCode::SEE_OTHER);

        let asking = dana.get(format!("{base}/accounts/{}/approvals", one.account)).send().await.unwrap().text().await.unwrap();
        assert!(asking.contains("They agree USD 640.00: 14 installments") && asking.contains("over 2 accounts"), "{asking}");
        let used = post(&dana, &danas, &format!("{id}/uses"), &[]).await;
        assert_eq!(used.status(), StatusCode::SEE_OTHER, "{}", used.text().await.unwrap());
        let shown = dana.get(format!("{base}/accounts/{}", two.account)).send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("Joint with 1 other account: USD 640.00 in all"), "{shown}");
        let again = post(&dana, &danas, &format!("{id}/uses"), &[]).await;
        assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    });
    assert_eq!(floor.count("select count(*) from plans where approval_id is not null"), 2);
    assert_eq!(floor.count("select count(*) from plan_installments"), 28);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn money_that_may_be_for_all_is_posted_on_all_by_a_form_and_taken_back() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let both = maria_pays_together(&mut floor);
    floor.user("Noor", Role::BackOffice);
    waits_for_somebody(&mut floor);
    let base = floor.serve();
    floor.runtime.block_on(async {
        let noor = client();
        let csrf = sign_in(&noor, &base, "noor@example.org").await;
        let get = async |path: &str| noor.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
        let page = get("/bank").await;
        for said in ["Post on all 2 accounts of the plan", "USD 400.00 on LF-100234, USD 240.00 on OTT-7001", "Post on LF-100234"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let entry = format!("/bank/rct_{}", &page.split("/bank/rct_").nth(1).unwrap()[..32]);
        let joint = format!("jpl_{}", &page.split("jpl_").nth(1).unwrap()[..32]);
        let post = async |what: &str, fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            noor.post(format!("{base}{entry}/{what}")).form(&with).send().await.unwrap().status()
        };
        assert_eq!(post("identities", &[("joint", "jpl_00000000000000000000000000000000")]).await, StatusCode::NOT_FOUND);
        assert_eq!(post("identities", &[("joint", &joint)]).await, StatusCode::SEE_OTHER);
        assert_eq!(post("identities", &[("joint", &joint)]).await, StatusCode::UNPROCESSABLE_ENTITY);
        let posted = get("/bank?state=posted").await;
        assert!(posted.contains("one payment of a joint plan") && posted.contains("USD 240.00"), "{posted}");
        assert_eq!(post("backs", &[("on", "2026-03-16")]).await, StatusCode::SEE_OTHER);
    });
    assert_eq!(both.map(|person| floor.balance(person)), ["400.00", "240.00"]);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn axe_finds_nothing_on_the_pages_of_joint_plans() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let [one, two] = maria_twice(&mut floor);
    floor.officer("Dana");
    for (name, role) in [("Sam", Role::Supervisor), ("Noor", Role::BackOffice)] {
        floor.user(name, role);
    }
    let paying = maria_pays_together(&mut floor);
    waits_for_somebody(&mut floor);
    let base = floor.serve();
    let laid = format!(
        "/accounts/{}/offers?total=640.00&down=&count=16&amount=&first_on=2026-04-16&frequency=month&with-{}=yes#builder",
        one.account, two.account
    );
    let driver = Driver::start();
    let walked: WebDriverResult<Vec<String>> = floor.runtime.block_on(async {
        let mut found = Vec::new();
        let mut request = String::new();
        for (who, pages) in [
            ("dana", vec![laid, format!("/accounts/{}/offers", one.account), format!("/accounts/{}", paying[1].account)]),
            ("sam", vec![String::new()]),
            ("noor", vec!["/bank".to_string(), "/bank?state=posted".to_string()]),
        ] {
            let browser = driver.browser(false).await;
            sign_in_on(&browser, &base, &format!("{who}@example.org")).await?;
            for (number, page) in pages.iter().enumerate() {
                let page = if page.is_empty() { request.clone() } else { page.clone() };
                visit(&browser, format!("{base}{page}")).await?;
                for theme in ["light", "dark"] {
                    browser.execute("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await?;
                    found.extend(faults(&browser).await?.into_iter().map(|fault| format!("{theme} {page}: {fault}")));
                }
                let over: i64 = script(&browser, "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    .await?
                    .convert()?;
                if over > 0 {
                    found.push(format!("{page} scrolls sideways by {over}"));
                }
                if who == "dana" && number == 0 {
                    // Asked by its own button; the request is the supervisor's page.
                    script(&browser, "document.querySelector('#builder form[action$=\"/approvals\"] button').click()").await?;
                    crate::browser::wait_for(&browser, "said=asked").await?;
                    let rows =
                        duly::plans::approvals::store::list_of_account(&mut floor.app.db.read().await.unwrap(), one.account).await.unwrap();
                    request = format!("/approvals/{}", rows[0].id);
                }
            }
            browser.quit().await?;
        }
        Ok(found)
    });
    assert_eq!(walked.expect("the browser does as it is told"), Vec::<String>::new());
    assert_eq!(floor.count("select count(*) from approvals where state = 'waiting'"), 1);
}

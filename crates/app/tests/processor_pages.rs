//! The tab "Card or bank" over HTTP and in a browser: the number goes to the processor alone.

use crate::browser::{self, Driver, faults, found, visit, wait_for};
use crate::localstripe::{DECLINED, GOOD, LocalStripe};
use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use reqwest::{Response, StatusCode};
use serde_json::{Value as Json, json};
use std::process::Command;

/// What stands between two texts of a page.
fn between<'p>(page: &'p str, before: &str, after: &str) -> &'p str {
    page.split(before).nth(1).and_then(|rest| rest.split(after).next()).unwrap_or_else(|| panic!("no {before} in {page}"))
}

#[test]
fn a_card_is_kept_looked_at_charged_and_sent_back_by_forms_alone() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.user("Noor", Role::BackOffice);
    floor.officer("Dana");
    floor.user("Alma", Role::Auditor);
    let tab = format!("/accounts/{}?do=card", maria.account);
    let plain = floor.serve();
    let before = floor.runtime.block_on(async {
        let dana = client();
        sign_in(&dana, &plain, "dana@example.org").await;
        dana.get(format!("{plain}{tab}")).send().await.unwrap().text().await.unwrap()
    });
    assert!(before.contains("No payment processor is configured") && !before.contains("Add a card"), "{before}");

    let stripe = LocalStripe::start(&mut floor);
    let base = floor.serve();
    let (good, declined) = (stripe.card(&floor, GOOD), stripe.card(&floor, DECLINED));
    let (fields, seti) = floor.runtime.block_on(async {
        let (dana, alma) = (client(), client());
        let csrf = sign_in(&dana, &base, "dana@example.org").await;
        sign_in(&alma, &base, "alma@example.org").await;
        let post = async |path: &str, fields: &[(&str, &str)]| -> Response {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            dana.post(format!("{base}/accounts/{}{path}", maria.account)).form(&with).send().await.unwrap()
        };
        let text = async || dana.get(format!("{base}{tab}")).send().await.unwrap().text().await.unwrap();
        let seen = alma.get(format!("{base}{tab}")).send().await.unwrap().text().await.unwrap();
        assert!(seen.contains("Nobody let us charge") && !seen.contains("Add a card"), "an auditor reads");

        // The script of others may run on this page and on no other, which says nothing of whoever owes.
        let page = post("/fields", &[("kind", "card")]).await;
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_string();
        assert!(policy.contains(&format!("script-src 'self' {};", stripe.api)) && !policy.contains("unsafe"), "{policy}");
        let fields = page.text().await.unwrap();
        assert!(!fields.contains("Maria") && !fields.contains("420.00") && fields.contains("/assets/fields.js"), "{fields}");
        let elsewhere = dana.get(format!("{base}{tab}")).send().await.unwrap();
        assert!(!elsewhere.headers()["content-security-policy"].to_str().unwrap().contains("127.0.0.1"), "no other page");
        let seti = between(&fields, "data-secret=\"", "_secret_").to_string();
        for (token, words, says) in [
            (good.as_str(), "", "The words are missing"),
            (&good, "Card 4242 4242 4242 4242", "number of a card"),
            (GOOD, "By phone", "looks like a number"),
            (&seti, "By phone", "not filled to their end"),
        ] {
            let wrong = post("/methods", &[("fields", token), ("words", words)]).await;
            assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY, "{says}");
            let page = wrong.text().await.unwrap();
            assert!(page.contains(says) && !page.contains(GOOD), "{says}: {page}");
        }
        for token in [&declined, &good] {
            let kept = post("/methods", &[("fields", token), ("words", "By phone, she read it back")]).await;
            assert!(kept.headers()["location"].to_str().unwrap().ends_with("said=method"), "{kept:?}");
        }
        let page = text().await;
        assert!(page.contains("visa ending 4242, to 2099-12") && page.contains("visa ending 0341"), "{page}");
        let methods: Vec<&str> = page.split("<option value=\"pmt_").skip(1).map(|rest| &rest[..32]).collect();
        let [good, declined] = methods[..] else { panic!("two cards: {page}") };
        let (good, declined) = (format!("pmt_{good}"), format!("pmt_{declined}"));

        let asked = [("method", good.as_str()), ("amount", "421.00"), ("kind", "single"), ("words", "By phone today")];
        let over = post("/card_charges", &asked).await;
        assert_eq!(over.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(over.text().await.unwrap().contains("at most USD 420.00"));
        for (method, amount, said) in [(&declined, "10.00", "card-declined"), (&good, "50.00", "card-charged")] {
            let asked = [("method", method.as_str()), ("amount", amount), ("kind", "single"), ("words", "By phone today")];
            let first = post("/card_charges", &asked).await.text().await.unwrap();
            assert!(first.contains("What would happen") && first.contains(&format!("Charge USD {amount}")), "{first}");
            let charge = between(&first, "name=\"charge\" value=\"", "\"");
            let understood: Vec<(&str, &str)> = asked.into_iter().chain([("charge", charge), ("understood", "yes")]).collect();
            // Sent twice, it is one.
            for _ in 0..2 {
                let done = post("/card_charges", &understood).await;
                assert!(done.headers()["location"].to_str().unwrap().ends_with(said), "{done:?}");
            }
        }
        let page = text().await;
        assert!(page.contains("Your card was declined.") && page.contains("At most USD 370.00"), "{page}");
        assert!(!page.contains("Send back"), "an officer sends nothing back");
        let revoked = post(&format!("/methods/{good}/revocations"), &[("because", "She called")]).await;
        assert!(revoked.headers()["location"].to_str().unwrap().ends_with("said=revoked"));

        let noor = client();
        let csrf = sign_in(&noor, &base, "noor@example.org").await;
        let page = noor.get(format!("{base}{tab}")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("revoked: She called"), "{page}");
        let back = between(&page, "/card_charges/", "/refunds");
        let form = [("amount", "50.00"), ("because", "She paid twice"), ("csrf", csrf.as_str())];
        let address = format!("{base}/accounts/{}/card_charges/{back}/refunds", maria.account);
        let refunded = noor.post(address).form(&form).send().await.unwrap();
        assert!(refunded.headers()["location"].to_str().unwrap().ends_with("said=card-refunded"), "{refunded:?}");
        (fields, seti)
    });
    assert_eq!((floor.balance(maria).as_str(), stripe.intents(&floor)), ("420.00", 2));
    // What the page opened can be filled, and belongs to the account.
    let opened = stripe.get(&floor, &format!("setup_intents/{seti}"));
    assert_eq!(opened["metadata"]["duly_account"], json!(maria.account.to_string()), "{fields}");
}

#[test]
fn a_browser_fills_the_processors_own_fields_and_gives_us_what_it_knows_them_by() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    let _stripe = LocalStripe::start(&mut floor);
    let (base, driver) = (floor.serve(), Driver::start());
    floor.runtime.block_on(async {
        let browser = driver.browser(false).await;
        browser::sign_in(&browser, &base, "dana@example.org").await.unwrap();
        visit(&browser, format!("{base}/accounts/{}?do=card", maria.account)).await.unwrap();
        assert_eq!(faults(&browser).await.unwrap(), Vec::<String>::new());
        found(&browser, "button[value=card]").await.unwrap().click().await.unwrap();
        wait_for(&browser, "/fields").await.unwrap();
        // Another page than ours would have them within a frame; this stand-in lays them into the place that is theirs.
        for (name, text) in [("number", GOOD), ("exp_month", "12"), ("exp_year", "99"), ("cvc", "123")] {
            let field = found(&browser, &format!("#fields-card input[placeholder='{name}']")).await.unwrap();
            field.send_keys(text).await.unwrap();
        }
        found(&browser, "#fields-words").await.unwrap().send_keys("On the phone, she read it back").await.unwrap();
        found(&browser, "#fields-keep").await.unwrap().click().await.unwrap();
        wait_for(&browser, "said=method").await.unwrap();
        let page = browser.source().await.unwrap();
        assert!(page.contains("visa ending 4242") && !page.contains(GOOD));
        browser.quit().await.unwrap();
    });
}

#[test]
fn commands_charge_list_send_back_and_sync_as_json() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    let stripe = LocalStripe::start(&mut floor);
    let (good, declined) = (stripe.card(&floor, GOOD), stripe.card(&floor, DECLINED));
    let (config, database) = (stripe.config(), floor.address.clone());
    let account = maria.account.to_string();
    let duly = |args: &[&str]| -> (Option<i32>, Json, String) {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        let output = duly.args(["--format", "json", "--database", &database, "processor"]).args(args).output().expect("duly starts");
        let json = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), json, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let with = ["--config", config.to_str().unwrap(), "--user", "dana@example.org"];
    let (code, _, says) = duly(&["add", "--account", &account, "--token", &good, "--words", "By phone"]);
    assert!(code == Some(2) && says.contains("processor is not configured"), "{says}");
    let keep = |token: &str| {
        let (code, json, says) = duly(&[&["add", "--account", &account, "--token", token, "--words", "By phone"], &with[..]].concat());
        assert_eq!((code, json["last_four"].is_string()), (Some(0), true), "{says}");
        json["method"].as_str().unwrap().to_string()
    };
    let (good, declined) = (keep(&good), keep(&declined));
    assert_eq!(duly(&["methods", "--account", &account]).1["methods"].as_array().unwrap().len(), 2);
    let charge = |method: &str, amount: &str| {
        let ask = ["charge", "--account", &account, "--method", method, "--amount", amount, "--words", "By phone today"];
        duly(&[&ask[..], &with[..]].concat())
    };
    let (code, json, _) = charge(&declined, "1000");
    assert_eq!((code, json["state"].as_str(), json["failure"].as_str()), (Some(1), Some("failed"), Some("Your card was declined.")));
    let (code, json, _) = charge(&good, "5000");
    assert_eq!((code, &json["state"], &json["posted"]["minor"]), (Some(0), &json!("succeeded"), &json!(5_000)));
    let id = json["charge"].as_str().unwrap();
    let (code, _, says) = charge(&good, "37001");
    assert!(code == Some(2) && says.contains("is more than USD 370.00"), "{says}");
    // Nobody sends money back who may not.
    assert_eq!(duly(&[&["refund", id, "--because", "Twice"], &with[..]].concat()).0, Some(2));
    let (code, json, _) = duly(&["refund", id, "--amount", "2000", "--because", "Twice", "--config", with[1]]);
    assert_eq!((code, &json["state"], &json["posted"]["minor"]), (Some(0), &json!("partly_refunded"), &json!(3_000)));
    let (code, json, says) = duly(&["sync", "--config", with[1]]);
    assert_eq!((code, &json["read"], &json["changed"]), (Some(0), &json!(2), &json!([])), "{says}");
    assert_eq!(duly(&["charges", "--account", &account]).1["charges"].as_array().unwrap().len(), 2);
    let (code, _, _) = duly(&[&["revoke", &good, "--because", "She called"], &with[..]].concat());
    assert_eq!((code, floor.balance(maria).as_str()), (Some(0), "390.00"));
}

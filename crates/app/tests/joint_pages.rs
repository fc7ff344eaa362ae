//! A plan over several accounts by forms alone, one payment for all of them, and an account brought current; the same by command.

use crate::permissions::{client, sign_in};
use crate::stories::joint::maria_twice;
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use reqwest::StatusCode;

#[test]
fn a_joint_plan_is_agreed_and_paid_by_forms_alone() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let [one, two] = maria_twice(&mut floor);
    let otto = floor.debtor("Otto", "90.00");
    floor.officer("Dana");
    floor.user("Noor", Role::BackOffice);
    let base = floor.serve();
    floor.runtime.block_on(async {
        let client = client();
        let csrf = sign_in(&client, &base, "dana@example.org").await;
        let url = |path: &str| format!("{base}/accounts/{}{path}", one.account);
        let get = async |path: &str| client.get(url(path)).send().await.unwrap();
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            client.post(url(path)).form(&with).send().await.unwrap()
        };
        let page = get("/offers").await.text().await.unwrap();
        let with = format!("with-{}", two.account);
        assert!(page.contains("Together with their other accounts") && page.contains(&format!("name=\"{with}\"")), "{page}");
        assert!(!page.contains(&format!("with-{}", otto.account)), "another person's account is no choice");

        // Laid out, each payment is cut over the accounts; the total is all that is asked for, whatever stood in the form.
        let asked = format!("total=400.00&down=&count=4&amount=&first_on=2026-03-16&frequency=month&{with}=yes");
        let laid = get(&format!("/offers?{asked}")).await;
        assert_eq!(laid.status(), StatusCode::OK);
        let laid = laid.text().await.unwrap();
        let builder = laid.split_once("id=\"builder\"").unwrap().1.split_once("</section>").unwrap().0;
        for said in
            ["Over 2 accounts: USD 640.00: 4 installments of USD 160.00", "100.00</td>", "60.00</td>", "They agree, on all 2 accounts"]
        {
            assert!(builder.contains(said), "{said}: {builder}");
        }
        assert!(builder.contains("value=\"640.00\"") && builder.contains(&format!("name=\"{with}\" value=\"yes\" checked")), "{builder}");

        let terms = [("total", "640.00"), ("down", "0"), ("cut", "count"), ("first_on", "2026-03-16"), ("frequency", "month")];
        let fields = |count: &'static str| [&terms[..], &[("count", count), (with.as_str(), "yes")]].concat();
        // Forged with another person's account, or beyond what an officer agrees alone: nothing is agreed.
        let other = format!("with-{}", otto.account);
        let forged = post("/joint_plans", &[&terms[..], &[("count", "4"), (other.as_str(), "yes")]].concat()).await;
        assert_eq!(forged.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(forged.text().await.unwrap().contains("which another person owes"));
        let long = post("/joint_plans", &fields("14")).await;
        assert_eq!(long.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let long = long.text().await.unwrap();
        assert!(
            long.contains("OTT-7, Otterbrook:</b> The plan runs longer") && long.contains("Ask a supervisor for it, on all 2 accounts"),
            "{long}"
        );
        let alone = post("/joint_plans", &[&terms[..], &[("count", "4")]].concat()).await;
        assert_eq!(alone.status(), StatusCode::UNPROCESSABLE_ENTITY);

        let agreed = post("/joint_plans", &fields("4")).await;
        assert_eq!(agreed.status(), StatusCode::SEE_OTHER, "{}", agreed.text().await.unwrap());
        let shown = client.get(format!("{base}/accounts/{}", two.account)).send().await.unwrap().text().await.unwrap();
        for said in [
            "Joint with 1 other account: USD 640.00 in all",
            "Next for all: USD 160.00 by Mon 16 Mar 2026",
            "Withdraw the plan on all accounts",
        ] {
            assert!(shown.contains(said), "{said}: {shown}");
        }
        assert!(shown.contains(&format!("/accounts/{}#plan", one.account)), "{shown}");
    });
    floor.clock("11:00");
    floor.runtime.block_on(async {
        let client = client();
        let csrf = sign_in(&client, &base, "noor@example.org").await;
        let url = |path: &str| format!("{base}/accounts/{}{path}", one.account);
        let page = client.get(url("")).send().await.unwrap().text().await.unwrap();
        let action =
            page.split("/joint_plans/").nth(1).and_then(|rest| rest.split('/').next()).expect("the form of one payment").to_string();
        let post = async |fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            client.post(url(&format!("/joint_plans/{action}/payments"))).form(&with).send().await.unwrap()
        };
        let fields = |amount: &'static str| [("joint-amount", amount), ("joint-date", "2026-03-02"), ("joint-reference", "ONE FOR ALL")];
        let wrong = post(&fields("much")).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        // More than is owed on all is asked about first, with what was typed.
        let much = post(&fields("700.00")).await;
        assert_eq!(much.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let much = much.text().await.unwrap();
        for said in ["USD 60.00 more than the USD 640.00 that are owed on all of them", "It is right: post it on all", "ONE FOR ALL"] {
            assert!(much.contains(said), "{said}: {much}");
        }
        assert_eq!(post(&fields("160.00")).await.status(), StatusCode::SEE_OTHER);
        let again = post(&fields("160.00")).await;
        assert!(again.headers()["location"].to_str().unwrap().ends_with("said=repeated"));
    });
    assert_eq!(floor.count("select count(*) from payments"), 2);
    assert_eq!(floor.count("select count(*) from promises where state = 'kept'"), 2);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn a_joint_plan_and_a_re_age_are_asked_for_by_command() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let [one, two] = maria_twice(&mut floor);
    floor.officer("Dana");
    floor.user("Sam", Role::Supervisor);
    let duly = |args: &[&str]| {
        let mut duly = std::process::Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--database", &floor.address, "--now", "2026-03-02T12:00:00-05:00", "--format", "json"]);
        let output = duly.output().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), json, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (a, b) = (one.account.to_string(), two.account.to_string());
    let agree = |months: &str| {
        duly(&[
            "plan",
            "joint",
            "agree",
            "--account",
            &a,
            "--account",
            &b,
            "--months",
            months,
            "--first",
            "2026-03-16",
            "--officer",
            "dana@example.org",
        ])
    };
    let (code, refused, _) = agree("14");
    assert_eq!(
        (code, &refused["answer"], &refused["joint"]),
        (Some(1), &serde_json::json!("needs_supervisor"), &serde_json::Value::Null),
        "{refused}"
    );
    assert_eq!(refused["accounts"].as_array().unwrap().len(), 2);
    let (code, agreed, says) = agree("4");
    assert_eq!(code, Some(0), "{says}");
    let joint = agreed["joint"].as_str().unwrap().to_string();
    assert_eq!((&agreed["total"]["minor"], agreed["payments"].as_array().unwrap().len()), (&serde_json::json!(64_000), 4));
    let pay =
        |amount: &str| duly(&["payment", "joint", "--plan", &joint, "--amount", amount, "--on", "2026-03-02", "--reference", "TRANSFER"]);
    for is_repeat in [false, true] {
        let (code, paid, says) = pay("16000");
        assert_eq!((code, &paid["repeat"]), (Some(0), &serde_json::json!(is_repeat)), "{says}");
        let parts: Vec<i64> = paid["parts"].as_array().unwrap().iter().map(|part| part["amount"]["minor"].as_i64().unwrap()).collect();
        assert_eq!(parts, [10_000, 6_000]);
    }
    let (code, _, says) = pay("15000");
    assert!(code == Some(2) && says.contains("another amount"), "{code:?} {says}");
    let (code, shown, _) = duly(&["plan", "joint", "show", &joint]);
    assert_eq!((code, &shown["accounts"][1]["state"]), (Some(0), &serde_json::json!("active")), "{shown}");
    // 40 days unpaid, and one payment: what is missing is said.
    let (code, refused, _) = duly(&["account", "re-age", "--account", &a, "--because", "They pay again.", "--officer", "sam@example.org"]);
    let rules: Vec<&str> = refused["because"].as_array().unwrap().iter().filter_map(|reason| reason["rule"].as_str()).collect();
    assert_eq!((code, rules), (Some(1), vec!["plans.re-age.nine-months", "plans.re-age.payments"]), "{refused}");
    let (code, _, says) = duly(&["account", "re-age", "--account", &a, "--because", "They pay again.", "--officer", "dana@example.org"]);
    assert!(code == Some(2) && says.contains("your role may not do this"), "{code:?} {says}");
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn a_supervisor_brings_an_account_current_by_its_form() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "400.00");
    floor.officer("Dana");
    floor.user("Sam", Role::Supervisor);
    floor.tamper("update accounts set due_on = '2025-01-02'", &[]);
    crate::stories::hardship::agrees(&mut floor, maria, 40_000, 4, "2026-03-16");
    floor.clock("11:00");
    floor.pays(maria, "200.00", "AHEAD");
    let base = floor.serve();
    let account = maria.account;
    let ask = |floor: &Floor, email: &'static str, fields: [(&'static str, &'static str); 1]| {
        let base = base.clone();
        floor.runtime.block_on(async move {
            let client = client();
            let csrf = sign_in(&client, &base, email).await;
            let sent = [fields[0], ("csrf", csrf.as_str())];
            let answer = client.post(format!("{base}/accounts/{account}/re_ages")).form(&sent).send().await.unwrap();
            let status = answer.status();
            let said = answer.text().await.unwrap();
            let page = client.get(format!("{base}/accounts/{account}")).send().await.unwrap().text().await.unwrap();
            (status, said, page)
        })
    };
    let because = [("because", "Three payments in time.")];
    let (status, ..) = ask(&floor, "dana@example.org", because);
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, said, page) = ask(&floor, "sam@example.org", because);
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said.contains("Too few payments of the plan were kept") && said.contains("2 against 3"), "{said}");
    assert!(page.contains("Not yet:") && !page.contains("Bring it current</button>"), "{page}");
    floor.clock("12:00");
    floor.pays(maria, "100.00", "THE THIRD");
    let (status, said, _) = ask(&floor, "sam@example.org", [("because", " ")]);
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && said.contains("say what shows that they pay again"), "{said}");
    let (status, _, page) = ask(&floor, "sam@example.org", because);
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(page.contains("Brought current on") && page.contains("Let the age count as before"), "{page}");
    assert_eq!(floor.account(maria).stage, "current");
}

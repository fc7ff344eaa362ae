//! The negotiation desk over HTTP, without a script: the budget and one more line, the page, a forged form, a plan agreed, the paper.

use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use reqwest::StatusCode;

#[test]
fn the_desk_is_worked_by_forms_alone_and_a_forged_one_is_refused() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "400.00");
    floor.officer("Dana");
    floor.user("Alma", Role::Auditor);
    let base = floor.serve();
    let account = maria.account;
    floor.runtime.block_on(async {
        let client = client();
        let csrf = sign_in(&client, &base, "dana@example.org").await;
        let url = |path: &str| format!("{base}/accounts/{account}/{path}");
        let get = async |path: &str| client.get(url(path)).send().await.unwrap();
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            client.post(url(path)).form(&with).send().await.unwrap()
        };

        let page = get("offers").await.text().await.unwrap();
        assert!(page.contains("They were not asked yet") && page.contains("Free debt advice"), "{page}");
        // One more line comes without a script, with what was typed; nothing is kept.
        let typed = [("income.lines", "1"), ("income.0.what", "Wages"), ("income.0.amount", "1800.00"), ("income.0.every", "month")];
        let more = post("budgets", &[&typed[..], &[("more", "income")]].concat()).await;
        assert_eq!(more.status(), StatusCode::OK);
        let more = more.text().await.unwrap();
        assert!(more.contains("name=\"income.1.amount\"") && more.contains("value=\"1800.00\""), "{more}");
        let wrong = post("budgets", &typed).await;
        assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().await.unwrap().contains("a plan is not built on what was not asked"));
        let needs =
            [("essentials.lines", "1"), ("essentials.0.what", "Rent"), ("essentials.0.amount", "1400"), ("essentials.0.every", "month")];
        let kept = post("budgets", &[&typed[..], &needs[..]].concat()).await;
        assert_eq!(
            (kept.status(), kept.headers()["location"].to_str().unwrap().ends_with("offers?said=budget")),
            (StatusCode::SEE_OTHER, true)
        );

        let page = get("offers").await.text().await.unwrap();
        assert!(page.contains("Can pay once a month</dt><dd>USD 300.00"), "{page}");
        let (ways, ranked) = page.split_once("id=\"ranked\"").unwrap();
        assert!(ranked.contains("Chance that all of it is kept"));
        let neutral = ways.split_once("id=\"ways\"").unwrap().1;
        assert!(!neutral.contains("Expected") && !neutral.contains("Chance"), "what a plan is worth is not for their ears: {neutral}");

        // The builder lays out what was asked for, by the one of amount and count that was changed.
        let asked = "total=400.00&down=&count=2&amount=100.00&was-count=2&was-amount=200.00&first_on=2026-03-16&frequency=month";
        let built = get(&format!("offers?{asked}")).await.text().await.unwrap();
        assert!(built.contains("They agree: USD 400.00: 4 installments of USD 100.00 once a month from Mon 16 Mar 2026"), "{built}");
        let low = get("offers?total=200.00&down=&count=1&amount=&first_on=2026-03-16&frequency=month").await;
        assert_eq!(low.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let low = low.text().await.unwrap();
        let builder = low.split_once("id=\"builder\"").unwrap().1.split_once("</section>").unwrap().0;
        assert!(builder.contains("A settlement is for USD 240.00 at the least.") && !builder.contains("They agree"), "{builder}");

        // What has no button is refused where a form is forged, and stays on record.
        let forged =
            [("total", "200.00"), ("down", "0"), ("count", "1"), ("cut", "count"), ("first_on", "2026-03-16"), ("frequency", "month")];
        assert_eq!(post("plans", &forged).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let ask: Vec<(&str, &str)> = forged.iter().copied().chain([("ask-kind", "plan")]).collect();
        assert_eq!(post("approvals", &ask).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
        // A settlement within policy is a supervisor's: its form asks for it.
        let settled =
            [("total", "320.00"), ("down", "0"), ("count", "2"), ("cut", "count"), ("first_on", "2026-03-16"), ("frequency", "month")];
        let refused = post("plans", &settled).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains("a supervisor has to grant it"));
        let ask: Vec<(&str, &str)> = settled.iter().copied().chain([("ask-kind", "plan"), ("ask-words", "Lost work.")]).collect();
        assert_eq!(post("approvals", &ask).await.status(), StatusCode::SEE_OTHER);
        assert!(get("offers").await.text().await.unwrap().contains("Asked of a supervisor"));

        let paper = get("offers/comparison.pdf").await;
        assert_eq!(paper.headers()["content-type"], "application/pdf");
        let paper = paper.bytes().await.unwrap();
        assert!(paper.starts_with(b"%PDF") && !String::from_utf8_lossy(&paper).contains("es-US"));
        let kept = post("offers/comparisons", &[]).await;
        assert!(kept.headers()["location"].to_str().unwrap().ends_with("?do=papers&said=filed"));
        let papers = client.get(format!("{base}/accounts/{account}?do=papers")).send().await.unwrap().text().await.unwrap();
        assert!(papers.contains("ways-to-deal-with-this-account-2026-03-02.pdf"), "{papers}");

        let within =
            [("total", "400.00"), ("down", "0"), ("count", "4"), ("cut", "count"), ("first_on", "2026-03-16"), ("frequency", "month")];
        let agreed = post("plans", &within).await;
        assert_eq!(
            (agreed.status(), agreed.headers()["location"].to_str().unwrap().ends_with("?said=agreed#plan")),
            (StatusCode::SEE_OTHER, true)
        );
        let shown = client.get(format!("{base}/accounts/{account}")).send().await.unwrap().text().await.unwrap();
        assert!(shown.contains("Payment plan of USD 400.00, ends Tue 16 Jun 2026") && shown.contains("Withdraw the plan"), "{shown}");
        let busy = get("offers").await.text().await.unwrap();
        assert!(busy.contains("Nothing new can be agreed now") && !busy.contains("They agree: "), "{busy}");
    });
    assert_eq!(floor.count("select count(*) from plans"), 1);
    assert!(floor.count("select count(*) from views where what = 'offers'") > 5);
}

#[test]
fn offers_and_their_policy_are_read_and_set_by_command() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "400.00").account.to_string();
    floor.user("Sam", Role::Supervisor);
    floor.user("Cleo", Role::Compliance);
    let duly = |args: &[&str]| {
        let mut duly = std::process::Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--database", &floor.address, "--now", "2026-03-02T12:00:00-05:00"]);
        let output = duly.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let plans = |says: &str| {
        let json: serde_json::Value = serde_json::from_str(says).unwrap();
        json["offers"].as_array().unwrap().iter().filter(|offer| offer["kind"] == "plan").count()
    };
    let (code, offers, _) = duly(&["plan", "offers", "--account", &maria, "--format", "json"]);
    assert!(code == Some(0) && plans(&offers) > 1, "{offers}");
    let (code, policy, _) = duly(&["plan", "policy"]);
    assert!(code == Some(0) && policy.contains("count_max = 36"), "{policy}");
    let file = std::env::temp_dir().join(format!("duly-offers-{}.toml", std::process::id()));
    std::fs::write(&file, policy.replacen("count_max = 36", "count_max = 1", 1).replacen("down_max_bp = 5000", "down_max_bp = 0", 1))
        .unwrap();
    let file = file.to_str().unwrap();
    let (sam, cleo) = ("sam@example.org", "cleo@example.org");
    let (code, _, alone) = duly(&["plan", "policy", file, "--officer", sam, "--approver", sam]);
    assert!(code != Some(0) && alone.contains("a second person approves"), "{alone}");
    let (code, set, says) = duly(&["plan", "policy", file, "--officer", sam, "--approver", cleo]);
    assert!(code == Some(0) && set.contains("version 1 holds from 2026-03-02"), "{set} {says}");
    let (_, offers, _) = duly(&["plan", "offers", "--account", &maria, "--format", "json"]);
    assert_eq!(plans(&offers), 0, "by the new policy all is paid at once");
    std::fs::remove_file(file).unwrap();
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

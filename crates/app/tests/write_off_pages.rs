//! Writing off over HTTP, without a script, and by command; limits by command.

use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_testkit::{Engine, Floor};
use reqwest::StatusCode;

#[test]
fn what_is_left_is_written_off_by_the_form_under_close() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    floor.user("Sam", Role::Supervisor);
    floor.user("Noor", Role::BackOffice);
    let base = floor.serve();
    let account = format!("{base}/accounts/{}", maria.account);
    floor.runtime.block_on(async {
        let (dana, sam, noor) = (client(), client(), client());
        let csrf = sign_in(&dana, &base, "dana@example.org").await;
        let sam_csrf = sign_in(&sam, &base, "sam@example.org").await;
        let noor_csrf = sign_in(&noor, &base, "noor@example.org").await;
        let get = async |path: &str| dana.get(format!("{account}{path}")).send().await.unwrap().text().await.unwrap();
        let page = get("?do=close").await;
        assert!(page.contains("Write off what is left: USD 420.00") && page.contains("Up to USD 5.00 you write off alone."), "{page}");
        assert!(!page.contains("Close the account <kbd>"), "an officer closes nothing otherwise");
        let post = async |fields: &[(&str, &str)]| {
            let with: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            dana.post(format!("{account}/write_offs")).form(&with).send().await.unwrap()
        };
        let unnamed = post(&[("write-because", "")]).await;
        assert_eq!(unnamed.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unnamed.text().await.unwrap().contains("The reason is not chosen."));
        let fields = [("write-because", "uncollectible"), ("write-note", "Moved, no forwarding address.")];
        let refused = post(&fields).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let refused = refused.text().await.unwrap();
        assert!(refused.contains("more than may be written off alone") && refused.contains("Moved, no forwarding address."), "{refused}");
        assert_eq!(post(&[&fields[..], &[("do", "ask")]].concat()).await.status(), StatusCode::SEE_OTHER);

        let page = sam.get(format!("{base}/approvals")).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("USD 420.00 written off: nothing to be had"), "{page}");
        let id = page.split_once("/approvals/apr_").unwrap().1.split_once('"').unwrap().0;
        let request = format!("{base}/approvals/apr_{id}");
        let page = sam.get(&request).send().await.unwrap().text().await.unwrap();
        assert!(page.contains("more than may be written off alone"), "{page}");
        let answer = [("csrf", sam_csrf.as_str()), ("verdict", "approve"), ("words", "")];
        assert_eq!(sam.post(format!("{request}/answers")).form(&answer).send().await.unwrap().status(), StatusCode::SEE_OTHER);
        let page = get("?do=close").await;
        assert!(page.contains("granted</span> USD 420.00 written off: nothing to be had, until"), "{page}");
        assert_eq!(post(&fields).await.status(), StatusCode::SEE_OTHER);
        let page = get("?do=close").await;
        assert!(page.contains("Closed: Nothing to be had.") && page.contains("Written off, not paid</dt><dd>USD 420.00"), "{page}");

        // The back office is asked before it posts money on it, with what would become of it.
        let payment = [("csrf", noor_csrf.as_str()), ("amount", "20.00"), ("date", "2026-03-02"), ("reference", "P1")];
        let asked = noor.post(format!("{account}/payments")).form(&payment).send().await.unwrap().text().await.unwrap();
        assert!(asked.contains("USD 420.00 were written off. The money is taken for it, and USD 400.00 stay written off."), "{asked}");
    });
    assert_eq!(floor.count("select count(*) from write_offs"), 1);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

#[test]
fn write_offs_and_proposals_are_made_by_command() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.pays(maria, "417.00", "P1");
    floor.officer("Dana");
    floor.user("Sam", Role::Supervisor);
    floor.user("Cleo", Role::Compliance);
    let account = maria.account.to_string();
    let duly = |args: &[&str]| {
        let mut duly = std::process::Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--database", &floor.address, "--now", "2026-03-02T12:00:00-05:00"]);
        let output = duly.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let file = std::env::temp_dir().join(format!("duly-limits-{}.toml", std::process::id()));
    std::fs::write(&file, "[[row]]\nlimits = { write_off_max_minor = 200 }\n").unwrap();
    let file = file.to_str().unwrap();
    let (sam, cleo) = ("sam@example.org", "cleo@example.org");
    let (code, says, error) = duly(&["plan", "propose", "limits", file, "--because", "Less.", "--from", "2026-03-02", "--officer", sam]);
    assert!(code == Some(0) && says.contains("+ What is left is written off up to 2.00."), "{says} {error}");
    let proposal = says.split_whitespace().find(|word| word.starts_with("tpr_")).unwrap().trim_end_matches(':').to_string();
    let (code, _, error) = duly(&["plan", "approve", &proposal, "--officer", sam]);
    assert!(code != Some(0) && error.contains("a second person decides"), "{error}");
    let (code, says, error) = duly(&["plan", "approve", &proposal, "--officer", cleo]);
    assert!(code == Some(0) && says.contains("it holds from 2026-03-02"), "{says} {error}");
    let (_, says, _) = duly(&["plan", "proposals"]);
    assert!(says.contains("limits approved from 2026-03-02: Less."), "{says}");
    std::fs::remove_file(file).unwrap();

    let write = |because: &str, officer: &str| duly(&["account", "write-off", &account, "--because", because, "--officer", officer]);
    let (code, says, _) = write("small_balance", "dana@example.org");
    assert!(code == Some(1) && says.contains("It is more than a small balance. USD 3.00 against USD 2.00"), "{says}");
    let (code, _, error) = write("whim", "dana@example.org");
    assert!(code != Some(0) && error.contains("small_balance, settled, uncollectible"), "{error}");
    let (code, says, error) = write("uncollectible", sam);
    assert!(code == Some(0) && says.contains("the account is closed"), "{says} {error}");
    assert_eq!(floor.account(maria).written_off_minor, 300);
    assert_eq!(floor.failed_checks(), Vec::<String>::new());
}

//! Confirmations: what was agreed or has ended goes out by letter, once, and is a contact when it is in the mail.

use super::hardship::{agrees, pauses, revises};
use super::letters::{mailed, set_sender};
use crate::permissions::{client, sign_in};
use duly::accounts::closing::{CLOSE_REASONS, close_account, reopen_account};
use duly::app::{Actor, Failure, Outcome};
use duly::ledger::write_offs::actions::{WriteOff, write_off};
use duly::outreach::letters::confirmations::{PrintConfirmations, list_due, list_missing, print_confirmations};
use duly::outreach::letters::{Printing, void_run};
use duly_domain::identity::Role;
use duly_domain::ledger::write_off::WriteOffReason;
use duly_domain::plans::revision::Revision;
use duly_testkit::{Floor, Person, both_engines};
use std::path::{Path, PathBuf};
use uuid::Uuid;

const MAPPING: &str = r#"
[columns]
reference = "reference"
name = "name"
language = "language"
street = "street"
city = "city"
zip = "zip"
principal = "principal"
due_on = "due_on"
"#;

const ROWS: &str = "reference,name,language,street,city,zip,principal,due_on
44-0001,María Núñez,es,12 Elm St,Columbus,43205,400.00,2025-11-01
44-0002,Chidi Okafor,en,9 Oak Ave,Columbus,43205,100.00,2025-11-01
44-0003,Ann Gap,en,,,43205,100.00,2025-11-01
";

/// Two people who can be written to and one who cannot, and a folder for their letters.
pub(super) fn people(floor: &mut Floor) -> ([Person; 3], PathBuf) {
    floor.import(ROWS, MAPPING, "Larkfield").expect("the file is good");
    set_sender(floor);
    let folder = std::env::temp_dir().join(format!("duly_confirmations_{}", Uuid::now_v7().simple()));
    (["44-0001", "44-0002", "44-0003"].map(|reference| floor.person(reference)), folder)
}

/// What is due, each with what keeps it from being printed.
fn due(floor: &mut Floor) -> Vec<(String, &'static str, Vec<String>)> {
    let (who, at) = (Actor::command(), floor.app.moment());
    let found = floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await?;
        let mut found = Vec::new();
        for due in list_due(&mut tx, at, 50).await? {
            let missing = list_missing(&mut tx, &who, at, &due).await?;
            found.push((due.row.reference.clone(), due.confirmed.code(), missing));
        }
        Ok::<_, Failure>(found)
    });
    found.unwrap()
}

fn codes(floor: &mut Floor) -> Vec<(String, &'static str)> {
    due(floor).into_iter().map(|(reference, code, _)| (reference, code)).collect()
}

fn prints(floor: &mut Floor, folder: &Path) -> Printing {
    let ask = PrintConfirmations { folder: Some(folder.into()), mailing_on: None, accounts: Vec::new() };
    floor.runtime.block_on(print_confirmations(&floor.app, &Actor::command(), floor.app.moment(), &ask)).unwrap()
}

fn closes(floor: &mut Floor, person: Person, because: &str) {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(close_account(&app, &Actor::command(), at, person.account, because, None)).unwrap();
}

/// What the newest letter of an account says.
fn says(floor: &mut Floor, reference: &str) -> String {
    let sql = format!(
        "select l.content, l.kind from letters l join accounts a on a.id = l.account_id where a.reference = '{reference}' order by l.id desc limit 1"
    );
    floor.texts(&sql).into_iter().next().and_then(|(content, _)| content).expect("a letter")
}

both_engines! {
    fn a_plan_and_a_pause_are_confirmed_once_and_anew_when_they_change(mut floor: "2026-03-02") {
        let ([maria, otto, ann], folder) = people(&mut floor);
        assert_eq!(codes(&mut floor), []);
        agrees(&mut floor, maria, 40_000, 4, "2026-03-16");
        assert_eq!(pauses(&mut floor, otto, "2026-03-02", 30), Vec::<&str>::new());
        agrees(&mut floor, ann, 10_000, 2, "2026-03-16");
        let all = due(&mut floor);
        assert_eq!(all.iter().map(|(_, code, missing)| (*code, missing.len())).collect::<Vec<_>>().len(), 3);
        let gap = all.iter().find(|(reference, ..)| reference == "44-0003").unwrap();
        assert!(gap.2.iter().any(|says| says.contains("mailing address")), "{gap:?}");

        let printing = prints(&mut floor, &folder);
        let [(run, _, 2)] = printing.folders.as_slice() else { panic!("{printing:?}") };
        let [held] = printing.held.as_slice() else { panic!("{printing:?}") };
        assert_eq!(held.reference, "44-0003");
        let text = says(&mut floor, "44-0001");
        assert!(text.contains("March 16, 2026 $100.00") && text.contains("16 de marzo de 2026 $100.00"), "{text}");
        let text = says(&mut floor, "44-0002");
        assert!(text.contains("From March 2, 2026 until April 1, 2026 nothing is due"), "{text}");
        assert_eq!(codes(&mut floor), [("44-0003".into(), "plan_agreed")], "what is printed is not due again");

        // In the mail it is a contact, with the answer of the gate.
        let before = floor.count("select count(*) from contacts where channel = 'letter'");
        assert_eq!(mailed(&mut floor, *run, None).unwrap(), 2);
        assert_eq!(floor.count("select count(*) from contacts where channel = 'letter'"), before + 2);
        assert_eq!(floor.count("select count(*) from confirmations where contact_id is null"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // A plan that goes on otherwise is told anew, with what is left of it.
        floor.morning_of("2026-03-10");
        revises(&mut floor, maria, Revision::Skip).unwrap();
        assert_eq!(codes(&mut floor).first(), Some(&("44-0003".into(), "plan_agreed")));
        assert!(codes(&mut floor).contains(&("44-0001".into(), "plan_agreed")));
        let printing = prints(&mut floor, &folder);
        let run = printing.folders[0].0;
        floor.runtime.block_on(void_run(&floor.app, &Actor::command(), floor.app.moment(), run)).unwrap();
        assert!(codes(&mut floor).contains(&("44-0001".into(), "plan_agreed")), "what was taken back is due again");
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn what_is_paid_settled_or_given_up_is_told(mut floor: "2026-03-02") {
        let ([maria, otto, ann], folder) = people(&mut floor);
        let paid = floor.pays(otto, "100.00", "P1");
        closes(&mut floor, maria, "recalled");
        closes(&mut floor, ann, "deceased");
        assert_eq!(codes(&mut floor), [("44-0001".into(), "collection_ended"), ("44-0002".into(), "paid_in_full")]);
        let printing = prints(&mut floor, &folder);
        assert!(printing.held.is_empty() && printing.folders[0].2 == 2, "{printing:?}");
        let text = says(&mut floor, "44-0002");
        assert!(text.contains("is paid in full. The balance is $0.00"), "{text}");
        let text = says(&mut floor, "44-0001");
        assert!(text.contains("Larkfield has taken the account back") && text.contains("Larkfield ha retirado la cuenta"), "{text}");
        mailed(&mut floor, printing.folders[0].0, None).unwrap();
        assert_eq!(codes(&mut floor), []);

        // The payment comes back and is made again later: it is told again.
        floor.morning_of("2026-03-09");
        floor.reverses(paid);
        assert_eq!(codes(&mut floor), []);
        floor.pays(otto, "100.00", "P2");
        assert_eq!(codes(&mut floor), [("44-0002".into(), "paid_in_full")]);

        // So it is with one that is settled after it was taken up again.
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(reopen_account(&app, &Actor::command(), at, maria.account)).unwrap();
        floor.pays(maria, "240.00", "P3");
        closes(&mut floor, maria, "settled");
        prints(&mut floor, &folder);
        let text = says(&mut floor, "44-0001");
        assert!(text.contains("settle your account with Larkfield") && text.contains("$240.00"), "{text}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn what_was_written_off_is_told_as_not_paid(mut floor: "2026-03-02") {
        let ([maria, otto, _], folder) = people(&mut floor);
        floor.pays(maria, "397.00", "P1");
        let (app, at, who) = (floor.app.clone(), floor.app.moment(), Actor::command());
        for (person, because) in [(maria, WriteOffReason::SmallBalance), (otto, WriteOffReason::Uncollectible)] {
            let ask = WriteOff { account: person.account, because, note: String::new() };
            assert!(matches!(floor.runtime.block_on(write_off(&app, &who, at, &ask)).unwrap(), Outcome::Done(_)));
        }
        assert_eq!(codes(&mut floor), [("44-0001".into(), "collection_ended"), ("44-0002".into(), "collection_ended")]);
        prints(&mut floor, &folder);
        let small = says(&mut floor, "44-0001");
        assert!(small.contains("So little was left of it, $3.00") && small.contains("It was not paid") && small.contains("No fue pagado"), "{small}");
        let given_up = says(&mut floor, "44-0002");
        assert!(given_up.contains("That does not mean that Larkfield has forgiven the debt"), "{given_up}");
        for text in [small, given_up] {
            assert!(!text.contains("is paid in full. ") && !text.contains("$0.00"), "{text}");
        }
        // Paid whole after all, it is told as paid.
        floor.pays(otto, "100.00", "P2");
        assert_eq!(codes(&mut floor), [("44-0002".into(), "paid_in_full")]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn an_account_ends_for_every_reason_there_is_and_opens_again(mut floor: "2026-03-02") {
        let ([maria, ..], _) = people(&mut floor);
        for (because, words) in CLOSE_REASONS {
            closes(&mut floor, maria, because);
            assert_eq!(floor.account(maria).closed_because.as_deref(), Some(because), "{words}");
            let (app, at) = (floor.app.clone(), floor.app.moment());
            floor.runtime.block_on(reopen_account(&app, &Actor::command(), at, maria.account)).unwrap();
            assert_eq!(floor.account(maria).state, "open");
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_back_office_prints_them_on_the_page(mut floor: "2026-03-02") {
        let ([maria, ..], _) = people(&mut floor);
        agrees(&mut floor, maria, 40_000, 4, "2026-03-16");
        floor.user("Noor", Role::BackOffice);
        let site = floor.serve();
        floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &site, "noor@example.org").await;
            let page = client.get(format!("{site}/letters")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("To be confirmed") && page.contains("Payment plan"), "{page}");
            let form = [("csrf", csrf.as_str()), ("on", "2026-03-02")];
            let page = client.post(format!("{site}/letters/confirmations")).form(&form).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("1 letter is made.") && page.contains("Confirmation of a plan"), "{page}");
        });
    }
}

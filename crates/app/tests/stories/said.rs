//! Notes that seem to promise something: shown beside their account, looked at by a supervisor who did not write them.

use crate::permissions::{client, sign_in};
use duly::accounts::papers::write_note;
use duly::app::{Actor, Failure};
use duly::outreach::actions::{RecordContact, record_contact};
use duly::outreach::words::Said;
use duly::plans::said::looked_at;
use duly::plans::said::store::{NoteFlag, list_lately, list_open};
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;

fn open(floor: &Floor) -> Vec<NoteFlag> {
    floor.runtime.block_on(async { list_open(&mut floor.app.db.read().await.unwrap()).await }).unwrap()
}

fn writes(floor: &Floor, who: &Actor, person: Person, note: &str) {
    floor.runtime.block_on(write_note(&floor.app, who, floor.app.moment(), person.account, note)).expect("the note is written");
}

both_engines! {
    fn a_note_that_promises_is_flagged_and_a_supervisor_says_what_came_of_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        let vera = floor.user("Vera", Role::Supervisor).actor();
        writes(&floor, &dana, maria, "She asked whether we settle. Works nights.");
        assert!(open(&floor).is_empty());
        writes(&floor, &dana, maria, "Spoke at length. Told her we will accept 40% as payment in full.");
        let contact = floor.officer("Dana").reserves(maria, Channel::Call).unwrap().contact.unwrap();
        let ask = RecordContact { contact, result: "promised".into(), follow_up_on: None, follow_up_at: None, note: Some("Promised to waive the fees".into()), said: Said::default() };
        let recorded = floor.runtime.block_on(record_contact(&floor.app, &dana, floor.app.moment(), &ask));
        recorded.expect("the result is recorded");
        let flags = open(&floor);
        let told: Vec<(&str, &str, &str)> = flags.iter().map(|flag| (flag.granted.as_str(), flag.words.as_str(), flag.writer.as_str())).collect();
        assert_eq!(told, [("settlement", "Told her we will accept 40% as payment in full.", "Dana"), ("waiver", "Promised to waive the fees", "Dana")]);

        let (app, at) = (floor.app.clone(), floor.app.moment());
        let looks = |who: &Actor, outcome: &str, words: &str| floor.runtime.block_on(looked_at(&app, who, at, flags[0].id, outcome, words));
        let Err(Failure::Wrong(problems)) = looks(&vera, "", " ") else { panic!("an empty form is refused") };
        assert_eq!(problems.to_string(), "outcome is not chosen: what came of it?; words are empty: what was done about it?");
        assert!(looks(&dana, "no_promise", "It is fine").unwrap_err().to_string().starts_with("you wrote that note"));
        looks(&vera, "taken_back", "Called her: it does not stand").unwrap();
        assert_eq!(looks(&vera, "no_promise", "Again").unwrap_err().to_string(), "somebody has looked at it already");
        assert_eq!(open(&floor).len(), 1);
        let lately = floor.runtime.block_on(async { list_lately(&mut floor.app.db.read().await.unwrap()).await }).unwrap();
        assert_eq!(lately[0].outcome().as_deref(), Some("They were told that it does not stand"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update note_flags set words = 'Nothing' where granted = 'waiver'", &[]);
        assert!(floor.failed_checks()[0].contains("flag on a note"), "{:?}", floor.failed_checks());
    }

    fn officers_see_their_flags_and_supervisors_work_the_list(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        floor.user("Vera", Role::Supervisor);
        writes(&floor, &dana, maria, "Agreed to settle for <b>$100</b>.");
        let base = floor.serve();
        let flag = open(&floor)[0].id;
        floor.runtime.block_on(async {
            let officer = client();
            sign_in(&officer, &base, "dana@example.org").await;
            let page = officer.get(format!("{base}/accounts/{}", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("A note seems to promise less than all, as payment in full") && page.contains("&#60;b&#62;$100"), "{page}");
            assert!(page.contains(&format!("/accounts/{}/offers", maria.account)) && !page.contains("/note-flags"), "{page}");
            assert_eq!(officer.get(format!("{base}/note-flags")).send().await.unwrap().status(), StatusCode::FORBIDDEN);
            let browser = client();
            let csrf = sign_in(&browser, &base, "vera@example.org").await;
            let get = async |path: &str| browser.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            assert!(get("/approvals").await.contains("Promises in notes (1)"));
            assert!(get("/note-flags").await.contains("Agreed to settle for"));
            let posts = async |fields: &[(&str, &str)]| {
                let form: Vec<(&str, &str)> = [&[("csrf", csrf.as_str())][..], fields].concat();
                let answer = browser.post(format!("{base}/note-flags/{flag}/looks")).form(&form).send().await.unwrap();
                (answer.status(), answer.text().await.unwrap())
            };
            let (status, page) = posts(&[("outcome", "taken_back"), ("words", "")]).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("The words are empty: what was done about it?"), "{page}");
            assert!(page.contains("value=\"taken_back\" selected"), "{page}");
            posts(&[("outcome", "taken_back"), ("words", "Told her by telephone")]).await;
            let (status, page) = posts(&[("outcome", "no_promise"), ("words", "Again")]).await;
            assert!(status == StatusCode::CONFLICT && page.contains("Not done: somebody has looked at it already") && page.contains("Told her by telephone"), "{page}");
        });
    }
}

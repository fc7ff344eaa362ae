//! Texts of the call guide: proved, proposed, approved by a second person, and leading the calls that begin from their day on.

use crate::permissions;
use duly::app::{Actor, Failure};
use duly::coaching::guides::actions::{ProposeGuide, Tried, approve_guide, propose_guide, try_guide, withdraw_guide};
use duly::outreach::calls::actions::begin_call;
use duly_domain::coaching::guide::shipped_text;
use duly_domain::identity::Role;
use duly_domain::outreach::letter::Language;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, GuideId};
use duly_testkit::{Floor, Person, both_engines};

const GREETING: &str = "say: Hello, this is {officer}. May I speak with {person}, please?";

/// The shipped text with another greeting, and the row of the table that proves it.
fn greeting(words: &str) -> String {
    shipped_text(Language::English)
        .replace(GREETING, &format!("say: {words}"))
        .replace("verify: May I speak with {person}", &format!("verify: {words}"))
}

fn proposes(floor: &mut Floor, who: &Actor, body: &str, from: &str) -> Result<(GuideId, Tried), Failure> {
    let ask = ProposeGuide { body: body.into(), from_on: from.parse().unwrap(), reason: "Warmer.".into() };
    floor.runtime.block_on(propose_guide(&floor.app, who, floor.app.moment(), &ask))
}

fn approves(floor: &mut Floor, who: &Actor, guide: GuideId) -> Result<(), Failure> {
    floor.runtime.block_on(approve_guide(&floor.app, who, floor.app.moment(), guide))
}

fn begins(floor: &mut Floor, person: Person) -> CallId {
    let contact = floor.officer("Dana").reserves(person, Channel::Call).unwrap().contact.expect("it is allowed");
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(begin_call(&app, &who, at, contact)).unwrap()
}

fn page(floor: &mut Floor, email: &str, path: &str) -> String {
    let base = floor.serve();
    floor.runtime.block_on(async {
        let client = permissions::client();
        permissions::sign_in(&client, &base, email).await;
        client.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap()
    })
}

both_engines! {
    fn a_text_is_approved_by_a_second_person_and_leads_the_calls_of_its_day(mut floor: "2026-03-02") {
        let (maria, otto, rosa) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"), floor.debtor("Rosa", "80.00"));
        let (sven, cora) = (floor.user("Sven", Role::Supervisor).actor(), floor.user("Cora", Role::Compliance).actor());
        let warmer = greeting("Good day, my name is {officer}. Is this {person}?");

        // What is wrong is named with its line, and what changes nothing is no change.
        let wrong = warmer.replace("# disclose\n", "say: You owe {amount}.\n# disclose\n");
        let refused = proposes(&mut floor, &sven, &wrong, "2026-03-01").err().unwrap().to_string();
        assert!(refused.contains("tells of the debt before they are verified") && refused.contains("lies back"), "{refused}");
        let same = floor.runtime.block_on(try_guide(&floor.app, floor.app.moment(), shipped_text(Language::English)));
        assert!(same.err().unwrap().to_string().contains("says what is said now"));

        let (guide, tried) = proposes(&mut floor, &sven, &warmer.replace('\n', "\r\n"), "2026-03-04").unwrap();
        let parts: Vec<&str> = tried.changes.iter().map(|change| change.part.as_str()).collect();
        assert_eq!(parts, ["verify", "table"]);
        assert!(matches!(proposes(&mut floor, &cora, &greeting("Hello {person}?"), "2026-03-04"), Err(Failure::Stale(_))), "one at a time");
        assert!(approves(&mut floor, &sven, guide).unwrap_err().to_string().contains("second person"));
        approves(&mut floor, &cora, guide).unwrap();
        assert!(matches!(approves(&mut floor, &cora, guide), Err(Failure::Stale(_))), "once");

        // Its day has not come; then it has, and the call that began before keeps what it began with.
        floor.clock("10:00");
        let before = begins(&mut floor, maria);
        floor.morning_of("2026-03-04");
        floor.clock("10:00");
        let after = begins(&mut floor, otto);
        for (call, is_warmer) in [(before, false), (after, true)] {
            let page = page(&mut floor, "dana@example.org", &format!("/calls/{call}"));
            assert_eq!(page.contains("Good day, my name is"), is_warmer, "{call}");
            assert_eq!(page.contains("May I speak with"), !is_warmer, "{call}");
        }

        // The next version takes over; what was withdrawn leads nothing, and all of it stays on record.
        let (withdrawn, _) = proposes(&mut floor, &cora, &greeting("Good evening, {person}?"), "2026-03-04").unwrap();
        floor.runtime.block_on(withdraw_guide(&floor.app, &cora, floor.app.moment(), withdrawn)).unwrap();
        assert!(matches!(approves(&mut floor, &sven, withdrawn), Err(Failure::Stale(_))));
        let (third, tried) = proposes(&mut floor, &cora, shipped_text(Language::English), "2026-03-04").unwrap();
        assert_eq!(tried.changes.len(), 2, "compared with what is said now");
        approves(&mut floor, &sven, third).unwrap();
        floor.clock("11:00");
        let last = begins(&mut floor, rosa);
        assert!(page(&mut floor, "dana@example.org", &format!("/calls/{last}")).contains("May I speak with"));
        assert_eq!(floor.count("select count(*) from guides"), 3);
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'agency' and act like 'guide.%'"), 6);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update guides set reason = 'other' where id = $1", &[guide.into()]);
        assert!(floor.failed_checks().join("\n").contains(&format!("guide {guide} was altered")));
    }

    fn a_text_is_changed_read_and_approved_on_screen(mut floor: "2026-03-02") {
        floor.officer("Dana");
        for (name, role) in [("Sven", Role::Supervisor), ("Cora", Role::Compliance)] {
            floor.user(name, role);
        }
        let base = floor.serve();
        floor.runtime.block_on(async {
            let (sven, cora, dana) = (permissions::client(), permissions::client(), permissions::client());
            let token = permissions::sign_in(&sven, &base, "sven@example.org").await;
            let second = permissions::sign_in(&cora, &base, "cora@example.org").await;
            permissions::sign_in(&dana, &base, "dana@example.org").await;
            let read = async |client: &reqwest::Client, path: &str| client.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            let send = async |client: &reqwest::Client, path: &str, form: &[(&str, &str)]| {
                let answer = client.post(format!("{base}{path}")).form(form).send().await.unwrap();
                (answer.status().as_u16(), answer.text().await.unwrap())
            };

            // An officer reads what is said in which call, and changes nothing.
            let list = read(&dana, "/guides").await;
            assert!(list.contains("As it comes with the program") && !list.contains("/guides/en-US/text"), "{list}");
            let one = read(&dana, "/guides/en?vulnerable=yes&inbound=yes").await;
            assert!(one.contains("Take your time") && one.contains("Thank you for calling") && one.contains("we will not sue you for it"));
            assert!(!read(&dana, "/guides/en").await.contains("How are things with you at the moment"));
            assert!(read(&sven, "/guides/fr").await.contains("there are en, es"));

            let text = greeting("Good day, my name is {officer}. Is this {person}?");
            let (status, page) = send(&sven, "/guides/en-US/text", &[("csrf", &token), ("text", &text.replace("# listen", "# listening")), ("do", "show")]).await;
            assert!(status == 422 && page.contains("is no part of a guide") && page.contains("listen has nothing to say or ask"), "{status} {page}");
            let (status, page) = send(&sven, "/guides/en-US/text", &[("csrf", &token), ("text", &text), ("do", "show")]).await;
            assert!(status == 200 && page.contains("It changes 2 parts") && page.contains("Is this {person}?"), "{status} {page}");
            let (status, page) = send(&sven, "/guides/en-US/text", &[("csrf", &token), ("text", &text), ("do", "propose"), ("from", "2026-03-02")]).await;
            assert!(status == 422 && page.contains("The reason is missing") && page.contains("Is this {person}?"), "what was typed is kept: {page}");
            let form = [("csrf", token.as_str()), ("text", &text), ("do", "propose"), ("from", "2026-03-02"), ("reason", "Warmer.")];
            assert_eq!(send(&sven, "/guides/en-US/text", &form).await.0, 303);

            let list = read(&sven, "/guides").await;
            assert!(list.contains("You proposed it: somebody else approves."), "{list}");
            let id = list.split("/guides/gui_").nth(1).and_then(|rest| rest.get(..32)).unwrap();
            assert!(read(&cora, &format!("/guides/gui_{id}")).await.contains("Is this {person}?"), "it is read before it is approved");
            assert_eq!(send(&sven, &format!("/guides/gui_{id}/approvals"), &[("csrf", &token)]).await.0, 422);
            assert_eq!(send(&cora, &format!("/guides/gui_{id}/approvals"), &[("csrf", &second)]).await.0, 303);
            assert!(read(&dana, "/guides").await.contains("Version 1, since today"));
            assert!(read(&dana, "/guides/es").await.contains("as it comes with the program"));
        });
    }
}

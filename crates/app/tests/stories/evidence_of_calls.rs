//! Evidence packs tell calls led at the desk with every step, what was written of them, and requests for approval.

use super::audit::Folder;
use super::evidence::{files, makes, reads, verify};
use super::{calls, recaps};
use duly::app::{Actor, Outcome};
use duly::audit::evidence::{MOST_IN_A_FOLDER, Pack, Population, make_population};
use duly::coaching::reviews::drawing;
use duly::outreach::calls::actions::begin_call;
use duly::parties::actions::TellPreference;
use duly::plans::approvals::actions::{AskApproval, answer, ask};
use duly_domain::coaching::review::Purpose;
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::Answered;
use duly_domain::plans::approval::{Terms, Verdict};
use duly_domain::values::channel::Channel;
use duly_domain::values::money::{Currency, Money};
use duly_domain::values::point::MASK;
use duly_testkit::{Person, both_engines};

both_engines! {
    fn a_call_with_its_steps_recaps_and_approvals_is_told_in_full_and_no_review_of_it(mut floor: "2026-03-03") {
        recaps::settles(&mut floor);
        let desmond = calls::desmond(&mut floor);
        let other = floor.debtor("Otto", "60.00");
        let call = recaps::talks(&mut floor, desmond);
        let (app, dana, sade) = (floor.app.clone(), floor.officer("Dana").actor(), floor.user("Sade", Role::Supervisor).actor());
        let at = floor.app.moment();
        let terms = |amount| Terms::promise(Money::of(amount, Currency::Usd), "2026-09-01".parse().unwrap());
        let asked = |account, amount, words: &str| AskApproval { account, call: None, terms: terms(amount), words: words.into() };
        floor.officer("Dana").withdraws_promise(desmond).unwrap();
        floor.runtime.block_on(async {
            let Outcome::Done(id) = ask(&app, &dana, at, &asked(desmond.account, 40_000, "They start work in June.")).await.unwrap() else { panic!("it is asked") };
            answer(&app, &sade, at, id, &Verdict::Counter(terms(20_000)), "Half of it first.").await.unwrap();
            let Outcome::Done(_) = ask(&app, &dana, at, &asked(other.account, 6_000, "SECRET of Otto")).await.unwrap() else { panic!("it is asked") };
        });
        calls::wraps(&mut floor, call, Some("2026-03-11")).unwrap();
        for channel in [Channel::Text, Channel::Letter] {
            recaps::makes(&mut floor, call, channel).unwrap();
        }
        let wish = TellPreference { kind: "prefers_channel".into(), channel: Some("text".into()), ..TellPreference::default() };
        floor.tells(desmond, wish).unwrap();
        let at = floor.app.moment();
        let review = floor.runtime.block_on(drawing::ask(&app, &sade, at, call, Purpose::Review)).unwrap();
        floor.morning_of("2026-03-04");

        let out = Folder::new();
        makes(&floor, desmond, &out.0, None).unwrap();
        assert_eq!(verify(&out.0), [true; 3]);
        let held = files(&out.0);
        let lines = |name: &str| String::from_utf8_lossy(&held[&format!("data/{name}.jsonl")]).lines().map(String::from).collect::<Vec<_>>();
        assert_eq!([lines("calls").len(), lines("call-steps").len(), lines("recaps").len(), lines("approvals").len()], [1, 6, 2, 1]);
        let steps = lines("call-steps").join("");
        // Ids beside it are digits as chance has them.
        let done: String = steps.split("\"done\":").skip(1).filter_map(|rest| rest.split("\"done_at\"").next()).collect();
        assert!(done.contains("last_four") && !done.contains("8121"), "what was typed for a check is kept nowhere: {steps}");
        let recaps = lines("recaps");
        let of = |channel: &str| recaps.iter().find(|line| line.contains(&format!("\"channel\":\"{channel}\""))).unwrap().clone();
        assert!(of("text").contains("thank you for speaking with us"), "{recaps:?}");
        assert!(!of("letter").contains("Oak Street") && of("letter").contains(MASK), "a letter holds their address: {recaps:?}");
        assert!(lines("wishes").join("").contains("prefers_channel"));
        let (_, told) = reads(&out.0.join("index.pdf"));
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["We called, led by Dana (officer) in en-US, guide shipped.", "Checked date of birth: it matches", "Promised USD 80.00 by Tue 10 Mar 2026", "Next: ",
            "thank you for speaking with us on March 3, 2026", "its words are in document doc_", "Dana (officer) asked for USD 400.00 by Tue 1 Sep 2026, beyond",
            "They start work in June.", "granted USD 200.00 by Tue 1 Sep 2026. “Half of it first.”", "In writing: prefers a text"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        for (name, bytes) in &held {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("SECRET") && !text.contains(&review.0.to_string()) && !text.contains(&review.to_string()), "{name}: {text}");
        }
        assert!(!told.contains("SECRET"), "{told}");
        let plain = Folder::new();
        makes(&floor, desmond, &plain.0, Some("for the court")).unwrap();
        assert!(String::from_utf8_lossy(&files(&plain.0)["data/recaps.jsonl"]).contains("Oak Street"), "with a reason it is shown");

        // Of a creditor's accounts each has its own, and the verifier passes.
        let all = Folder::new();
        let of = Population { creditor: "Larkfield".into(), from: None, to: None };
        floor.runtime.block_on(async {
            let pack = make_population(&floor.app, &Actor::command(), &of, None, MOST_IN_A_FOLDER, Pack::into_folder(&all.0).unwrap()).await.unwrap().0;
            pack.finish().unwrap();
        });
        assert_eq!(verify(&all.0), [true; 3]);
        let held = files(&all.0);
        let count = |person: Person, name: &str| String::from_utf8_lossy(&held[&format!("accounts/{}/data/{name}.jsonl", person.account)]).lines().count();
        assert_eq!([count(desmond, "calls"), count(desmond, "call-steps"), count(desmond, "recaps"), count(desmond, "approvals")], [1, 6, 2, 1]);
        assert_eq!([count(other, "calls"), count(other, "call-steps"), count(other, "recaps"), count(other, "approvals")], [0, 0, 0, 1]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_steps_of_a_call_led_on_another_creditors_account_stay_there(mut floor: "2026-03-02") {
        let one = floor.debtor("Maria", "420.00");
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\n";
        floor.import("reference,name,principal\nN-1,Maria,60.00\n", mapping, "Northmere").unwrap();
        let two = floor.person("N-1");
        floor.merge(one.debtor, two.debtor);
        let contact = floor.officer("Dana").reserves_about(two, None, &[one.account]).unwrap().contact.unwrap();
        let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let call = floor.runtime.block_on(begin_call(&app, &dana, at, contact)).unwrap();
        calls::does(&mut floor, call, calls::answered(Answered::Other)).unwrap();
        calls::wraps(&mut floor, call, Some("2026-03-09")).unwrap();
        floor.morning_of("2026-03-03");
        for (person, rows) in [(one, 0), (two, 1)] {
            let out = Folder::new();
            makes(&floor, person, &out.0, None).unwrap();
            assert_eq!(verify(&out.0), [true; 3]);
            let held = files(&out.0);
            let left_out = String::from_utf8_lossy(&held["LEFT-OUT.txt"]).into_owned();
            for name in ["calls", "call-steps"] {
                assert_eq!(String::from_utf8_lossy(&held[&format!("data/{name}.jsonl")]).lines().count(), rows, "{name}");
                assert_eq!(left_out.contains(&format!("data/{name}.jsonl: 1 row told on another account")), rows == 0, "{left_out}");
            }
        }
    }
}

//! The words of a contact: shown once it is reserved, kept once its result is recorded, known to the gate from then on.

use crate::permissions::{client, sign_in};
use duly::compliance::gate::read_kept;
use duly::outreach::words::{Said, due_in};
use duly_domain::compliance::record::Disclosure;
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::ContactId;
use duly_testkit::{Floor, Person, both_engines};

fn settle(floor: &mut Floor) {
    for (name, value) in [("company", "Bellwether"), ("company_phone", "614 555 0100")] {
        floor.tamper("insert into settings (name, value) values ($1, $2)", &[name.into(), value.into()]);
    }
}

fn reserve(floor: &mut Floor, person: Person, channel: Channel) -> ContactId {
    floor.officer("Dana").reserves(person, channel).unwrap().contact.expect("allowed")
}

/// The ids of the words that are due, with a star where they are not ready.
fn due(floor: &mut Floor, contact: ContactId) -> Vec<String> {
    let (app, who) = (floor.app.clone(), floor.officer("Dana").actor());
    let due = floor.runtime.block_on(async { due_in(&mut app.db.read().await.unwrap(), &who, contact).await }).unwrap();
    due.iter().map(|due| format!("{}{}", due.wording.id, if due.words.is_ok() { "" } else { "*" })).collect()
}

/// Which statement the newest decision found due.
fn found_due(floor: &mut Floor) -> Option<Disclosure> {
    let kept = floor.texts("select facts, facts from decisions order by decided_at desc, id desc limit 1");
    let facts = kept[0].0.clone().unwrap();
    read_kept(&facts).unwrap().0.disclosure.map(|statement| statement.due)
}

both_engines! {
    fn the_first_statement_stays_due_until_it_was_given(mut floor: "2026-03-02") {
        settle(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("11:00");
        let first = reserve(&mut floor, maria, Channel::Call);
        assert_eq!(due(&mut floor, first), ["us.first", "us.voice-mail"]);
        let wrong = floor.officer("Dana").records_said(first, "cannot_talk", Said::These(vec!["us.later".into()])).unwrap_err().to_string();
        assert!(wrong.contains("us.later") && wrong.contains("us.first"), "{wrong}");
        // Nobody was told anything: nothing is kept.
        floor.officer("Dana").records_said(first, "cannot_talk", Said::All).unwrap();
        assert_eq!(floor.count("select count(*) from contact_disclosures"), 0);

        // She talked, and it was not said.
        floor.morning_of("2026-03-03");
        floor.clock("11:00");
        let second = reserve(&mut floor, maria, Channel::Call);
        floor.officer("Dana").records_said(second, "talked", Said::These(Vec::new())).unwrap();
        assert_eq!(floor.count("select count(*) from contact_disclosures where was_given = 0 and disclosure = 'us.first'"), 1);
        assert!(floor.timeline(maria).iter().any(|(_, more)| more.contains("words due and not given: first communication (v1)")));

        // A week later it is still owed, and given.
        floor.morning_of("2026-03-12");
        floor.clock("11:00");
        let third = reserve(&mut floor, maria, Channel::Call);
        assert_eq!(found_due(&mut floor), Some(Disclosure::Full));
        assert_eq!(due(&mut floor, third), ["us.first", "us.voice-mail"]);
        floor.officer("Dana").records_said(third, "talked", Said::All).unwrap();
        let words = floor.texts("select words, language from contact_disclosures where was_given = 1");
        assert_eq!(words.len(), 1);
        assert!(words[0].0.as_deref().unwrap().starts_with("Bellwether is a debt collector."), "as it was said");

        // From now on the short one; in writing the full one once again.
        floor.morning_of("2026-03-20");
        floor.clock("11:00");
        let letter = reserve(&mut floor, maria, Channel::Email);
        assert_eq!(due(&mut floor, letter), ["us.again-in-writing", "us.opt-out.email"]);
        floor.officer("Dana").records_said(letter, "sent", Said::All).unwrap();
        let fourth = reserve(&mut floor, maria, Channel::Call);
        assert_eq!((found_due(&mut floor), due(&mut floor, fourth)), (Some(Disclosure::Short), vec!["us.later".into(), "us.voice-mail".into()]));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update contact_disclosures set was_given = 1 where was_given = 0", &[]);
        assert!(!floor.failed_checks().is_empty(), "what was said is proved like the rest");
    }

    fn a_voice_mail_that_is_no_communication_leaves_the_first_statement_due(mut floor: "2026-03-02") {
        settle(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("11:00");
        let first = reserve(&mut floor, maria, Channel::Call);
        floor.officer("Dana").records_said(first, "left_message", Said::These(vec!["us.voice-mail".into()])).unwrap();
        floor.morning_of("2026-03-04");
        floor.clock("11:00");
        let second = reserve(&mut floor, maria, Channel::Call);
        assert_eq!(due(&mut floor, second)[0], "us.first");
        // Recorded by something that asks about no words: as it was before words were kept.
        floor.officer("Dana").records(second, "talked").unwrap();
        floor.morning_of("2026-03-12");
        floor.clock("11:00");
        let third = reserve(&mut floor, maria, Channel::Call);
        assert_eq!(due(&mut floor, third)[0], "us.later");
    }

    fn words_with_an_empty_place_are_not_given_out(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("11:00");
        let first = reserve(&mut floor, maria, Channel::Call);
        assert_eq!(due(&mut floor, first), ["us.first*", "us.voice-mail*"], "nobody has said what we are called");
    }

    fn on_screen_they_are_shown_ticked_and_listed(mut floor: "2026-03-02") {
        settle(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        floor.tamper("update debtors set language = 'es' where id = $1", &[maria.debtor.into()]);
        floor.user("Cora", Role::Compliance);
        floor.clock("11:00");
        let contact = reserve(&mut floor, maria, Channel::Call);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = client();
            let csrf = sign_in(&dana, &base, "dana@example.org").await;
            let url = format!("{base}/accounts/{}", maria.account);
            let page = dana.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Bellwether es un cobrador de deudas.") && page.contains("our translation"), "in her language");
            assert!(!page.contains(" checked"), "nothing is ticked beforehand");
            let fields = [("csrf", csrf.as_str()), ("result", "talked"), ("words", "shown"), ("said.us.first", "yes")];
            let done = dana.post(format!("{url}/contacts/{contact}/results")).form(&fields).send().await.unwrap();
            assert_eq!(done.status(), 303);
            let page = dana.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("words given: first communication, in Spanish (v1)"));

            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let get = |query: &str| {
                let url = format!("{base}/compliance/words{query}");
                let cora = &cora;
                async move {
                    let answer = cora.get(url).send().await.unwrap();
                    (answer.status().as_u16(), answer.text().await.unwrap())
                }
            };
            let (_, list) = get("").await;
            assert!(list.contains("23 NYCRR 1.3") && list.contains("recalled, not verified") && list.contains("Esta llamada se graba."));
            let (_, list) = get("?state=ny&channel=call&language=en").await;
            assert!(list.contains("<details class=\"fold\" open>"), "what was asked for is unfolded");
            assert!(list.contains("ny.time-barred") && !list.contains("ca.recording") && !list.contains("Esta llamada"));
            assert_eq!(get("?state=XX").await.0, 422);
            for (text, says) in [
                ("This is Dana from Bellwether. Please call me at 614 555 0100.", "An attempt, and no communication"),
                ("This is Dana from Bellwether. Call 614 555 0100 about your debt.", "Too much: “Call 614 555 0100 about your debt.”"),
            ] {
                let tried = cora.post(format!("{base}/compliance/words/tries")).form(&[("csrf", csrf.as_str()), ("text", text)]).send().await.unwrap();
                let page = tried.text().await.unwrap();
                assert!(page.contains(says), "{says}: {page}");
            }
        });
        assert_eq!(floor.count("select count(*) from contact_disclosures where was_given = 1 and language = 'es-US'"), 1);
    }
}

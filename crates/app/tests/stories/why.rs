//! *Why?* for anybody and any moment.

use crate::permissions::{client, sign_in};
use duly::parties::people::AddPerson;
use duly_domain::compliance::rules::CONTACT;
use duly_testkit::both_engines;

both_engines! {
    fn every_rule_answers_for_anybody_at_any_moment_and_nothing_is_kept(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let ask = AddPerson { name: "Jorge".into(), role: "co_debtor".into(), phone: Some("614 555 0177".into()), ..AddPerson::default() };
        let jorge = floor.add_person(maria, &ask).unwrap();
        floor.clock("11:00");
        assert!(floor.officer("Dana").calls(maria, "talked").is_empty());
        let base = floor.serve();
        let decisions = floor.count("select count(*) from decisions");
        floor.runtime.block_on(async {
            let dana = client();
            sign_in(&dana, &base, "dana@example.org").await;
            let get = |query: String| {
                let url = format!("{base}/accounts/{}/why?{query}", maria.account);
                let dana = &dana;
                async move {
                    let answer = dana.get(url).send().await.unwrap();
                    (answer.status().as_u16(), answer.text().await.unwrap())
                }
            };
            let (status, today) = get("channel=call&at=2026-03-03T11:00".into()).await;
            assert_eq!(status, 200);
            assert!(today.contains("regf.call-frequency.conversation") && today.contains("12 CFR 1006.14(b)(2)(i)(B)"), "spoke yesterday");
            assert!(today.contains("asks a supervisor") && today.contains("Mon 9 Mar 2026"), "and when it opens");
            let told = ["content</span>", "binds from", "<li class=\"stop\">"].map(|says| today.matches(says).count());
            assert_eq!(told.iter().sum::<usize>(), CONTACT.rules.len(), "{told:?}");
            let (_, before) = get("channel=call&at=2026-03-02T10:00".into()).await;
            assert!(before.contains("nothing stands in the way"), "before the talk it was open");
            assert!(before.contains("/decisions/dec_"), "what was decided then is a click away");
            let (_, night) = get("channel=text&at=2026-03-02T03:00".into()).await;
            assert!(night.contains("regf.time.hours") && night.contains("Next allowed"));
            let (_, other) = get(format!("channel=call&at=2026-03-03T11:00&person={jorge}")).await;
            assert!(other.contains("nothing stands in the way"), "a co-debtor is a consumer of their own");
            for wrong in [format!("person={}", otto.debtor), "person=dbt_1".into(), "at=yesterday".into(), "at=0001-01-01T00:00".into(), "channel=in_person".into(), "channel=fax".into()] {
                let (status, says) = get(wrong.clone()).await;
                assert_eq!(status, 422, "{wrong}");
                assert!(says.contains("role=\"alert\""), "{wrong}");
            }
        });
        assert_eq!(floor.count("select count(*) from decisions"), decisions);
    }

    fn a_past_moment_is_answered_by_what_stood_then_and_says_what_the_rules_cannot(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let ask = AddPerson { name: "Jorge".into(), role: "co_debtor".into(), ..AddPerson::default() };
        let jorge = floor.add_person(maria, &ask).unwrap();
        floor.clock("12:00");
        floor.files(maria, None, Some(7));
        floor.clock("12:45");
        floor.officer("Dana");
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = client();
            sign_in(&dana, &base, "dana@example.org").await;
            let get = async |query: String| {
                let url = format!("{base}/accounts/{}/why?{query}", maria.account);
                let page = dana.get(url).send().await.unwrap().text().await.unwrap();
                let (answer, _) = page.split_once("By another channel").expect("an answer");
                answer.to_string()
            };
            assert!(get("channel=call&at=2026-03-02T12:30".into()).await.contains("bankruptcy.stay"), "from the petition on");
            let earlier = get("channel=call&at=2026-03-02T11:45".into()).await;
            assert!(earlier.contains("nothing stands in the way"), "a petition of noon forbids nothing in the morning: {earlier}");
            assert!(!earlier.contains("placed with us"), "{earlier}");
            let long_ago = get("channel=call&at=2025-12-01T11:00".into()).await;
            assert!(long_ago.contains("The account was placed with us on Mon 2 Mar 2026"), "{long_ago}");
            let nobody = get(format!("channel=text&at=2026-03-02T11:00&person={jorge}")).await;
            assert!(nobody.contains("Nothing on file today can carry it: no mobile number on file."), "{nobody}");
        });
    }
}

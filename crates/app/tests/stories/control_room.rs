//! The control room as a compliance officer meets it in the morning.

use crate::permissions::{client, sign_in};
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_testkit::both_engines;

both_engines! {
    fn what_was_refused_today_and_who_is_near_a_limit_stand_first(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.user("Cora", Role::Compliance);
        for hour in ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"] {
            floor.clock(hour);
            floor.officer("Dana").calls(maria, "no_answer");
        }
        floor.officer("Dana").calls(otto, "no_answer");
        floor.notes(otto, None, "cease", None);
        for _ in 0..2 {
            floor.officer("Dana").reserves(otto, Channel::Call).unwrap();
        }
        let base = floor.serve();
        floor.runtime.block_on(async {
            let compliance = client();
            sign_in(&compliance, &base, "cora@example.org").await;
            let page = compliance.get(format!("{base}/compliance")).send().await.unwrap().text().await.unwrap();
            let part = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_string();
            let refused = part("Refused today, by rule", "Near the limit of calls");
            assert!(refused.contains("handbook#regf.cease.written") && refused.contains("<td class=\"num\">2</td>"), "{refused}");
            let near = part("Near the limit of calls", "What the gate refused");
            assert!(near.contains("Maria") && near.contains("6 of 7") && !near.contains("Otto"), "{near}");
            let handbook = compliance.get(format!("{base}/compliance/handbook")).send().await.unwrap().text().await.unwrap();
            for said in ["id=\"regf.cease.written\"", "id=\"state.sol\"", "id=\"policy.minor\""] {
                assert!(handbook.contains(said), "{said}");
            }
            let rules = duly_domain::compliance::rules::cards().len();
            let shown: usize = handbook.matches("<tr id=\"").count();
            assert_eq!(shown, rules + duly_domain::compliance::readings::READINGS.len(), "each once, in one of the folded sections");
            assert_eq!(handbook.matches("<details class=\"card fold\"><summary>").count(), 10, "their heads are the contents");
            assert!(handbook.contains("Why no case asks about it: It is about what is said"));
        });
    }
}

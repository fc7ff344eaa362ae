//! Every contact is judged again, and what comes out otherwise is told with its reason.

use duly::accounts::notice::{Kind as NoticeKind, RecordNotice, record_notice};
use duly::compliance::replay::{Kind, Replay, replay};
use duly_domain::values::channel::Channel;
use duly_testkit::{Floor, both_engines};
use jiff::{SignedDuration, Timestamp};

fn replayed(floor: &mut Floor) -> Replay {
    let app = floor.app.clone();
    let (from, to) = ("2026-03-01T00:00:00Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap());
    floor.runtime.block_on(replay(&app, from, to)).unwrap()
}

fn told(replay: &Replay) -> Vec<(&'static str, String, String)> {
    replay.differences.iter().map(|one| (one.kind.code(), one.then.0.clone(), format!("{} {}", one.now.0, one.now.1))).collect()
}

both_engines! {
    fn what_was_decided_comes_out_the_same_and_what_was_learned_since_is_told_apart(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.clock("11:00");
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        floor.clock("14:00");
        assert!(floor.officer("Dana").calls(maria, "talked").is_empty());
        floor.morning_of("2026-03-03");
        floor.clock("11:00");
        assert!(!floor.officer("Dana").calls(maria, "no_answer").is_empty(), "spoke yesterday");
        let contact = floor.user("Sven", duly_domain::identity::Role::Supervisor)
            .reserves_because(maria, Channel::Call, Some("She asked us to call back.")).unwrap().contact.expect("released");
        floor.user("Sven", duly_domain::identity::Role::Supervisor).records(contact, "no_answer").unwrap();
        assert!(floor.officer("Dana").calls(otto, "no_answer").is_empty());
        floor.reaches_us(otto, "call", "talked");
        let done = replayed(&mut floor);
        assert_eq!((done.contacts, done.judged, told(&done)), (4, 4, vec![]));

        // Five days later somebody finds a letter of 1 March in which Otto wanted no more contact.
        floor.morning_of("2026-03-08");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let letter = at.at - SignedDuration::from_hours(24 * 7);
        floor.runtime.block_on(record_notice(&app, &who, at, RecordNotice::of(otto.account, NoticeKind::Cease, letter))).unwrap();
        let done = replayed(&mut floor);
        assert_eq!(told(&done), [("knowledge", "allowed".into(), "refused regf.cease.written".into())]);
        assert!(!Kind::Knowledge.is_fault());

        // What came later did not stand in the way of what was before: a petition, a death, a need, and what the talk itself brought.
        floor.files(otto, None, Some(13));
        floor.heeds(otto, "deceased");
        floor.heeds(otto, "vulnerable");
        assert_eq!(told(&replayed(&mut floor)).len(), 1, "{:?}", told(&replayed(&mut floor)));
        let vera = floor.debtor("Vera", "70.00");
        floor.clock("15:00");
        assert!(floor.officer("Dana").calls(vera, "talked").is_empty());
        floor.notes(vera, None, "cease", None);
        floor.tells_no_calls(vera);
        assert_eq!(told(&replayed(&mut floor)).len(), 1, "{:?}", told(&replayed(&mut floor)));
        // One that was filed before and is found now is knowledge of then.
        let before: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let petition = RecordNotice { chapter: Some(7), ..RecordNotice::of(maria.account, NoticeKind::BankruptcyFiled, before) };
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(record_notice(&app, &who, at, petition)).unwrap();
        let found = told(&replayed(&mut floor));
        assert_eq!(found.iter().filter(|(_, _, now)| now.contains("bankruptcy.stay")).count(), 3, "{found:?}");
        floor.tamper("delete from notices where kind = 'bankruptcy_filed' and chapter = 7", &[]);

        // A decision that was bent is caught by its own facts, and a contact behind a refusal by its decision.
        floor.tamper("update decisions set answer = 'refused', rules = 'regf.cease.written' where debtor_id = $1", &[otto.debtor.into()]);
        let done = replayed(&mut floor);
        let kinds: Vec<&str> = done.differences.iter().map(|one| one.kind.code()).collect();
        assert_eq!(kinds, ["made_though_refused", "facts"], "and what is known today agrees with the bent answer");
        floor.tamper("update decisions set rule_set = 'us-2020.1' where debtor_id = $1", &[otto.debtor.into()]);
        assert_eq!(replayed(&mut floor).count(Kind::Rules), 1, "by other rules another answer is no fault");
        floor.tamper("update decisions set facts = 'gone' where debtor_id = $1", &[otto.debtor.into()]);
        assert_eq!(replayed(&mut floor).count(Kind::NotJudged), 1);
    }
}

//! Accounts: holds, stops, desks.

use duly::accounts::actions::{end_hold, place_hold, record_death, record_stop};
use duly_testkit::both_engines;

both_engines! {
    fn a_hold_takes_the_account_off_the_list_until_its_day(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(place_hold(&app, &who, at, maria.account, "Waiting for papers", "2026-03-05".parse().unwrap())).unwrap();
        assert_eq!(floor.place("Dana", maria), None);
        floor.night_of("2026-03-03");
        assert_eq!(floor.place("Dana", maria), None);
        floor.night_of("2026-03-04");
        assert!(floor.place("Dana", maria).is_some(), "back on the morning of the 5th");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn an_open_hold_ends_when_somebody_ends_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let hold = floor.runtime.block_on(place_hold(&app, &who, at, maria.account, "Dispute", "2026-05-01".parse().unwrap())).unwrap();
        floor.night_of("2026-03-20");
        assert_eq!(floor.place("Dana", maria), None);
        let at = floor.app.moment();
        floor.runtime.block_on(end_hold(&app, &who, at, maria.account, hold)).unwrap();
        assert!(floor.place("Dana", maria).is_some());
    }

    fn stops_reach_every_channel_and_name_their_law(mut floor: "2026-03-02") {
        let (maria, otto, ann) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"), floor.debtor("Ann", "70.00"));
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(record_stop(&app, &who, at, maria.account, "cease", at.at, None, Some("Stop."))).unwrap();
        floor.runtime.block_on(record_stop(&app, &who, at, otto.account, "attorney_known", at.at, None, None)).unwrap();
        floor.runtime.block_on(record_death(&app, &who, at, ann.account)).unwrap();
        floor.clock("10:00");
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.cease.written"]);
        assert_eq!(floor.officer("Dana").calls(otto, "no_answer"), ["regf.attorney.represented"]);
        assert_eq!(floor.officer("Dana").calls(ann, "no_answer"), ["regf.deceased.personal-representative"]);
        let at = floor.app.moment();
        floor.runtime.block_on(record_stop(&app, &who, at, otto.account, "attorney_released", at.at, None, None)).unwrap();
        assert!(floor.officer("Dana").calls(otto, "no_answer").is_empty());
    }
}

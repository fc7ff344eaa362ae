//! Promises: taken, kept, broken, withdrawn, broken again.

use duly_testkit::both_engines;

both_engines! {
    fn a_broken_promise_returns_to_the_worklist(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let other = floor.debtor("Otto", "60.00");
        assert!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09").is_empty());

        floor.night_of("2026-03-08");
        assert_eq!(floor.place("Dana", maria).unwrap().0, "promise_due");

        floor.night_of("2026-03-11");
        assert_eq!(floor.promises(maria), ["open"]);

        floor.night_of("2026-03-12"); // three days' grace have passed
        assert_eq!(floor.promises(maria), ["broken"]);
        assert_eq!(floor.place("Dana", maria), Some(("broken".into(), 1)));
        assert_eq!(floor.place("Dana", other), Some(("first_contact".into(), 2)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn money_that_arrives_in_time_keeps_a_promise_and_a_reversal_breaks_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");

        floor.morning_of("2026-03-11"); // within grace
        let payment = floor.pays(maria, "100.00", "CHECK 17");
        assert_eq!((floor.promises(maria), floor.balance(maria)), (vec!["kept".to_string()], "320.00".into()));

        floor.morning_of("2026-03-20");
        floor.reverses(payment);
        assert_eq!((floor.promises(maria), floor.balance(maria)), (vec!["broken".to_string()], "420.00".into()));
        assert_eq!(floor.place("Dana", maria).unwrap().0, "broken");
    }

    fn a_reversal_before_the_last_day_leaves_time_to_pay_again(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");
        floor.morning_of("2026-03-05");
        let payment = floor.pays(maria, "100.00", "CHECK 17");
        assert_eq!(floor.promises(maria), ["kept"]);

        floor.reverses(payment);
        assert_eq!(floor.promises(maria), ["open"]);

        floor.pays(maria, "100.00", "CHECK 18");
        assert_eq!(floor.promises(maria), ["kept"]);
    }

    fn part_of_the_money_keeps_part_of_the_promise(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");
        floor.morning_of("2026-03-06");
        floor.pays(maria, "40.00", "CASH");
        floor.night_of("2026-03-12");
        assert_eq!(floor.promises(maria), ["partly_kept"]);
        // What comes later does not mend it.
        floor.pays(maria, "60.00", "LATE");
        assert_eq!(floor.promises(maria), ["partly_kept"]);
    }

    fn a_mailed_payment_counts_from_its_effective_date(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");
        floor.morning_of("2026-03-12");
        floor.pays_on(maria, "100.00", "2026-03-10", "MAIL").unwrap();
        assert_eq!(floor.promises(maria), ["kept"]);
    }

    fn money_that_was_there_before_keeps_no_promise(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.pays(maria, "100.00", "BEFORE");
        floor.clock("10:00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");
        floor.night_of("2026-03-12");
        assert_eq!(floor.promises(maria), ["broken"]);
    }

    fn one_payment_keeps_one_promise(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");
        floor.morning_of("2026-03-03");
        let first = floor.pays(maria, "100.00", "R1");
        floor.clock("10:00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-10");
        floor.clock("11:00");
        floor.pays(maria, "100.00", "R2");
        assert_eq!(floor.promises(maria), ["kept", "kept"]);
        floor.morning_of("2026-03-20");
        floor.reverses(first);
        assert_eq!(floor.promises(maria), ["kept", "broken"], "what kept the second does not keep the first");
    }

    fn money_in_time_that_is_posted_late_keeps_a_broken_promise(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-03");
        floor.morning_of("2026-03-07");
        assert_eq!(floor.promises(maria), ["broken"]);
        floor.pays_on(maria, "60.00", "2026-03-05", "MAIL 1").unwrap();
        assert_eq!(floor.promises(maria), ["partly_kept"]);
        floor.pays_on(maria, "40.00", "2026-03-06", "MAIL 2").unwrap();
        assert_eq!(floor.promises(maria), ["kept"]);
    }

    fn a_promise_is_withdrawn_once_and_makes_room(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").takes_promise(maria, "100.00", "2026-03-09");
        assert_eq!(floor.officer("Dana").takes_promise(maria, "50.00", "2026-03-10"), ["plans.promise.one-open"]);

        floor.officer("Dana").withdraws_promise(maria).unwrap();
        let again = floor.officer("Dana").withdraws_promise(maria).unwrap_err();
        assert_eq!(again.to_string(), "the promise is withdrawn and cannot be withdrawn");
        assert!(floor.officer("Dana").takes_promise(maria, "50.00", "2026-03-10").is_empty());
        floor.night_of("2026-03-13");
        assert_eq!(floor.promises(maria), ["broken", "withdrawn"]);
    }

    fn a_promise_above_what_is_owed_is_refused_and_recorded(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let because = floor.officer("Dana").takes_promise(maria, "421.00", "2026-03-01");
        assert_eq!(because, ["plans.promise.amount", "plans.promise.due"]);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'promise.take'"), 1);
        assert_eq!(floor.count("select count(*) from promises"), 0);
    }
}

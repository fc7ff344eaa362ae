//! What banks tell of debits: money that was not there, accounts that are closed, errors, corrections; each once.

use super::debits::{
    agrees, authorization, bank_tells, comes_back, debits, next, plans, plans_as, sends, settles_sender, states, takes_text,
};
use super::remittances::{agree, creditor_of, ledger, plan, remits};
use duly::ledger::debits::agreeing::{NewDetails, resume};
use duly::ledger::debits::file::again;
use duly::ledger::debits::look::rates;
use duly::ledger::debits::planning::PlanDebit;
use duly::ledger::debits::sealing::AccountNumber;
use duly::ledger::debits::store::list_unknown;
use duly::ledger::debits::taking::Taken;
use duly_domain::ledger::ach::writing::BankAccountKind;
use duly_domain::ledger::debits::Stays;
use duly_domain::ledger::rates::Mode;
use duly_domain::values::ids::DebitId;
use duly_testkit::both_engines;

both_engines! {
    fn what_was_not_there_is_asked_for_three_times_and_never_again(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        let mut day = "2026-03-02".to_string();
        for (round, code) in ["R01", "R09", "R01"].into_iter().enumerate() {
            floor.morning_of(&day);
            let (text, stayed) = sends(&mut floor);
            let text = text.unwrap_or_else(|| panic!("round {round}: {stayed:?}"));
            assert_eq!(text.contains("RETRY PYMT"), round > 0, "{text}");
            let on = debits(&mut floor, maria).last().unwrap().effective_on.unwrap();
            floor.night_of(&on.to_string());
            assert_eq!(floor.balance(maria), "370.00");
            let done = comes_back(&mut floor, maria, code, "");
            assert_eq!(floor.balance(maria), "420.00");
            assert!(done.starts_with("payment reversed"), "{done}");
            let retry = debits(&mut floor, maria).pop().unwrap();
            if round < 2 {
                assert_eq!((retry.kind.as_str(), retry.try_no, retry.state.as_str()), ("retry", round as i64 + 2, "planned"));
                assert!(next(&mut floor, maria).contains("asked for again on"), "{}", next(&mut floor, maria));
                let before = retry.wanted_on.yesterday().unwrap();
                day = before.to_string();
            }
        }
        assert_eq!(states(&mut floor, maria), "first returned, retry returned, retry returned");
        assert_eq!(authorization(&mut floor, maria).state, "held");
        assert!(next(&mut floor, maria).starts_with("Debit came back R01, Insufficient Funds"), "{}", next(&mut floor, maria));
        let today = floor.today().to_string();
        let held = plans(&mut floor, of, 5_000, &today).unwrap_err().to_string();
        assert!(held.contains("held"), "{held}");
        let counted = floor.runtime.block_on(async { rates(&mut floor.app.db.read().await.unwrap(), floor.today()).await.unwrap() });
        assert_eq!((counted[0].is_over(), counted[2].is_over(), counted[2].in_percent().as_str()), (false, true, "100.00 %"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_customer_who_says_no_to_their_bank_has_said_no_to_us(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        plans(&mut floor, of, 5_000, "2026-04-03").unwrap();
        sends(&mut floor);
        floor.morning_of("2026-03-05");
        assert_eq!(comes_back(&mut floor, maria, "R10", ""), "payment reversed; authorization revoked, 1 planned cancelled");
        assert_eq!(states(&mut floor, maria), "first returned, first cancelled");
        assert_eq!((authorization(&mut floor, maria).state.as_str(), floor.balance(maria).as_str()), ("revoked", "420.00"));
        let says = plans(&mut floor, of, 5_000, "2026-04-03").unwrap_err().to_string();
        assert!(says.contains("was taken back"), "{says}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_wrong_account_holds_until_the_right_one_is_known(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        plans(&mut floor, of, 5_000, "2026-03-10").unwrap();
        sends(&mut floor);
        floor.morning_of("2026-03-09");
        assert_eq!(comes_back(&mut floor, maria, "R03", ""), "payment reversed; authorization held");
        assert!(next(&mut floor, maria).contains("get corrected or new details"), "{}", next(&mut floor, maria));
        assert_eq!(sends(&mut floor), (None, vec![Stays::Held]));
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let details = NewDetails { routing: "091000019".into(), number: AccountNumber::of("7654321"), drawn_on: BankAccountKind::Savings };
        let wrong = NewDetails { routing: "091000018".into(), ..details.clone() };
        assert!(floor.runtime.block_on(resume(&app, &who, at, of, "She read it from a check", Some(&wrong))).is_err());
        floor.runtime.block_on(resume(&app, &who, at, of, "She read it from a check", Some(&details))).unwrap();
        let (text, stayed) = sends(&mut floor);
        assert!(stayed.is_empty() && text.unwrap().contains("6370910000197654321          0000005000"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_their_bank_corrects_is_right_with_the_next_debit(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        plans(&mut floor, of, 5_000, "2026-03-10").unwrap();
        let (first, _) = sends(&mut floor);
        floor.morning_of("2026-03-09");
        assert_eq!(comes_back(&mut floor, maria, "C03", "091000019   55443322"), "details corrected for the next debit");
        let row = authorization(&mut floor, maria);
        assert_eq!((row.routing.as_str(), row.last_four.as_str(), row.state.as_str()), ("091000019", "3322", "active"));
        let (text, _) = sends(&mut floor);
        assert!(text.unwrap().contains("62709100001955443322 "));
        // What was sent before is still what was sent.
        let app = floor.app.clone();
        let file = debits(&mut floor, maria)[0].file.unwrap();
        assert_eq!(Some(floor.runtime.block_on(again(&app, file)).unwrap().1), first);
        // What cannot be read is left to a person, and nothing is drawn meanwhile.
        assert_eq!(comes_back(&mut floor, maria, "C02", "091000018"), "left to a person, the authorization held");
        assert_eq!(authorization(&mut floor, maria).state, "held");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_file_of_returns_taken_twice_returns_once(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        sends(&mut floor);
        floor.morning_of("2026-03-05");
        let trace = debits(&mut floor, maria)[0].trace.clone().unwrap();
        let text = bank_tells(&[(&trace, "R01", 5_000, ""), ("091000019999999", "R02", 700, "")]);
        let count = |taken: &Taken| (taken.applied("return"), taken.known(), taken.unknown(), taken.refuses());
        assert_eq!(count(&takes_text(&mut floor, &text).unwrap()), (1, 0, 1, true));
        assert_eq!(count(&takes_text(&mut floor, &text).unwrap()), (0, 1, 1, true));
        assert_eq!(states(&mut floor, maria), "first returned, retry planned");
        let unknown = floor.runtime.block_on(async { list_unknown(&mut floor.app.db.read().await.unwrap(), 9).await.unwrap() });
        assert_eq!((unknown.len(), unknown[0].trace.as_str()), (1, "091000019999999"));
        // A file that is not whole is not taken at all; nor is one with another amount applied.
        let cut = text.replace("0000000700", "0000000701");
        assert!(takes_text(&mut floor, &cut).unwrap_err().to_string().contains("nothing of it was taken"));
        floor.morning_of("2026-03-11");
        sends(&mut floor);
        let trace = debits(&mut floor, maria)[1].trace.clone().unwrap();
        let other = takes_text(&mut floor, &bank_tells(&[(&trace, "R01", 4_999, "")])).unwrap();
        assert_eq!(other.told[0].0.done, "left to a person: its amount is not that of the debit");
        assert_eq!(states(&mut floor, maria), "first returned, retry sent");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn an_error_is_corrected_once_within_sixty_days(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        let first = plans(&mut floor, of, 5_000, "2026-03-03").unwrap().id;
        sends(&mut floor);
        floor.morning_of("2026-03-06");
        assert_eq!(comes_back(&mut floor, maria, "R11", ""), "payment reversed; authorization held");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(resume(&app, &who, at, of, "The day was wrong; she agreed to the ninth", None)).unwrap();
        let correction = |corrects: Option<DebitId>| PlanDebit {
            authorization: of, amount_minor: 5_000, wanted_on: "2026-03-09".parse().unwrap(), notice_sent_on: None, corrects,
        };
        plans_as(&mut floor, correction(Some(first))).unwrap();
        let twice = plans_as(&mut floor, correction(Some(first))).unwrap_err().to_string();
        assert!(twice.contains("corrected once already"), "{twice}");
        assert!(sends(&mut floor).0.is_some());
        assert_eq!(states(&mut floor, maria), "first returned, correction sent");
        floor.morning_of("2026-03-11");
        assert_eq!(comes_back(&mut floor, maria, "R11", ""), "payment reversed; authorization held");
        floor.runtime.block_on(resume(&app, &who, floor.app.moment(), of, "Spoken with her", None)).unwrap();
        assert!(plans_as(&mut floor, correction(Some(first))).is_err());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_debit_that_was_remitted_and_comes_back_is_covered_at_once(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        let of = agrees(&mut floor, maria, 10_000);
        plans(&mut floor, of, 10_000, "2026-03-03").unwrap();
        sends(&mut floor);
        floor.morning_of("2026-03-04");
        let remitted = remits(&mut floor, creditor, "2026-03-01", "2026-03-03");
        assert_eq!((remitted.paid_minor, ledger(&mut floor)), (7_500, (0, 0, 0)));
        floor.morning_of("2026-03-05");
        assert!(comes_back(&mut floor, maria, "R10", "").starts_with("payment reversed"));
        assert_eq!((floor.balance(maria).as_str(), ledger(&mut floor)), ("420.00", (0, 10_000, 0)), "as any payment that comes back");
        assert_eq!(floor.count("select count(*) from trust_postings where kind = 'cover'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

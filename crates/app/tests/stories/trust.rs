//! The trust book: what came and left at the bank beside payments, fees taken out, the proof of a day.

use super::receipts::{of_state, placed, takes, told};
use super::remittances::{agree, bea, creditor_of, noor, plan, remits};
use duly::app::Failure;
use duly::ledger::receipts::decide::take_back as take_back_receipt;
use duly::ledger::remittances::store::list_lines;
use duly::ledger::trust::booking::{Book, Movement, book_movement, invoice_paid, list_earned, sweep, take_back};
use duly::ledger::trust::pages::work_of;
use duly::ledger::trust::proving::{Proved, prove};
use duly::ledger::trust::store::{list_on_its_way, list_postings, list_proofs};
use duly_domain::ledger::rates::Mode;
use duly_domain::ledger::receipts::State;
use duly_domain::values::ids::{ReceiptId, TrustPostingId};
use duly_testkit::{Floor, both_engines};

fn proves(floor: &mut Floor) -> Proved {
    let (noor, at) = (noor(floor), floor.app.moment());
    floor.runtime.block_on(prove(&floor.app, &noor, at, at.business_day)).unwrap().remove(0)
}

/// What the proof of today leaves to be done.
fn work(floor: &mut Floor) -> Vec<String> {
    proves(floor);
    let kept = floor.runtime.block_on(async { list_proofs(&mut floor.app.db.read().await.unwrap(), 1).await }).unwrap();
    work_of(&kept[0])
}

fn sweeps(floor: &mut Floor, minor: i64, reference: &str) -> Result<TrustPostingId, Failure> {
    let (noor, at) = (noor(floor), floor.app.moment());
    let ask = Book { amount_minor: minor, currency: "USD".into(), on: at.business_day, reference: reference.into() };
    floor.runtime.block_on(sweep(&floor.app, &noor, at, &ask))
}

fn books(floor: &mut Floor, entry: ReceiptId, what: &Movement) -> Result<Vec<TrustPostingId>, Failure> {
    let (noor, at) = (noor(floor), floor.app.moment());
    floor.runtime.block_on(book_movement(&floor.app, &noor, at, entry, what))
}

/// The newest movement at the bank in a state, by its amount.
fn movement(floor: &mut Floor, state: State, minor: i64) -> ReceiptId {
    of_state(floor, state).into_iter().find(|row| row.amount_minor == minor).expect("the bank told of it").id
}

fn on_its_way(floor: &mut Floor) -> Vec<TrustPostingId> {
    let rows = floor.runtime.block_on(async { list_on_its_way(&mut floor.app.db.read().await.unwrap()).await }).unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

both_engines! {
    fn a_month_at_the_trust_bank_is_proved_to_the_cent(mut floor: "2026-03-03") {
        let [maria, ..] = placed(&mut floor);
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        takes(&floor, 0, &[
            told(10_000, "B1", "Maria", "LF-100234"),
            told(700, "B2", "Nobody", "cash"),
            told(-1_250, "B3", "Harbor Bank", "fees of the month"),
        ]);
        let found = proves(&mut floor);
        let proof = found.proof;
        assert_eq!((proof.bank, proof.clients, proof.unidentified, proof.not_booked), (Some(9_450), 10_000, 700, -1_250));
        assert_eq!((proof.difference(), found.is_whole()), (Some(0), false), "a charge that is not booked is work");
        let charge = movement(&mut floor, State::WentOut, -1_250);
        let says = books(&mut floor, charge, &Movement::Cleared(Vec::new())).unwrap_err().to_string();
        assert_eq!(says, "clears does not add up to what left the bank");
        books(&mut floor, charge, &Movement::BankCharge).unwrap();
        assert!(books(&mut floor, charge, &Movement::BankCharge).unwrap_err().to_string().contains("in the trust book already"));
        assert!(work(&mut floor)[0].starts_with("USD 12.50 has to be brought in by the agency"), "the bank's charge is not the client's");

        remits(&mut floor, creditor, "2026-03-01", "2026-03-03");
        let says = sweeps(&mut floor, 1_251, "S1").unwrap_err().to_string();
        assert_eq!(says, "amount that is more than the agency has in trust: only what was earned may be taken out");
        let earned = floor.runtime.block_on(async { list_earned(&mut floor.app.db.read().await.unwrap(), floor.app.moment()).await }).unwrap();
        assert_eq!(earned, [("USD".to_string(), 1_250)]);
        let swept = sweeps(&mut floor, 1_250, "S1").unwrap();
        assert_eq!(sweeps(&mut floor, 1_250, "S1").unwrap(), swept, "the same again is the same");
        assert!(sweeps(&mut floor, 1, "S1").unwrap_err().to_string().contains("was booked before with another amount"));
        let found = proves(&mut floor);
        assert_eq!((found.proof.on_its_way, found.proof.clients, found.proof.difference()), (8_750, 0, Some(0)), "it is still at the bank");

        let ways = on_its_way(&mut floor);
        assert_eq!(ways.len(), 2);
        takes(&floor, 9_450, &[told(-8_750, "B5", "Larkfield and us", "pay file of today"), told(900, "B6", "Agency", "own money")]);
        let left = movement(&mut floor, State::WentOut, -8_750);
        let says = books(&mut floor, left, &Movement::Cleared(ways[..1].to_vec())).unwrap_err().to_string();
        assert_eq!(says, "clears does not add up to what left the bank");
        books(&mut floor, left, &Movement::Cleared(ways)).unwrap();
        assert!(on_its_way(&mut floor).is_empty());
        let own = movement(&mut floor, State::Unidentified, 900);
        let booked = books(&mut floor, own, &Movement::BroughtIn).unwrap();
        let (noor_now, at) = (noor(&mut floor), floor.app.moment());
        let says = floor.runtime.block_on(take_back_receipt(&floor.app, &noor_now, at, own, at.business_day, None)).unwrap_err().to_string();
        assert_eq!(says, "it is in the trust book: take it back there first");
        let cash = movement(&mut floor, State::Unidentified, 700);
        books(&mut floor, cash, &Movement::BroughtIn).unwrap();
        let found = proves(&mut floor);
        assert_eq!((found.proof.bank, found.proof.agency, found.is_whole()), (Some(1_600), 1_600, true), "{found:?}");
        floor.runtime.block_on(take_back(&floor.app, &noor_now, at, booked[0])).unwrap();
        assert!(floor.runtime.block_on(take_back(&floor.app, &noor_now, at, booked[0])).unwrap_err().to_string().contains("taken back already"));
        let found = proves(&mut floor);
        assert_eq!((found.proof.agency, found.proof.not_booked, found.proof.difference()), (700, 900, Some(0)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_left_cannot_be_taken_back_before_that_is(mut floor: "2026-03-03") {
        let [maria, ..] = placed(&mut floor);
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Net, 2_500), "2026-01-01");
        takes(&floor, 0, &[told(10_000, "B1", "Maria", "LF-100234")]);
        remits(&mut floor, creditor, "2026-03-01", "2026-03-03");
        let swept = sweeps(&mut floor, 2_500, "S1").unwrap();
        takes(&floor, 10_000, &[told(-2_500, "B2", "us", "sweep")]);
        let left = movement(&mut floor, State::WentOut, -2_500);
        let cleared = books(&mut floor, left, &Movement::Cleared(vec![swept])).unwrap()[0];
        let (noor, at) = (noor(&mut floor), floor.app.moment());
        let says = floor.runtime.block_on(take_back(&floor.app, &noor, at, swept)).unwrap_err().to_string();
        assert_eq!(says, "it left the bank: take back first that it did");
        floor.runtime.block_on(take_back(&floor.app, &noor, at, cleared)).unwrap();
        floor.runtime.block_on(take_back(&floor.app, &noor, at, swept)).unwrap();
        assert!(sweeps(&mut floor, 2_500, "S1").unwrap_err().to_string().contains("give the new one its own"));
        let rows = floor.runtime.block_on(async { list_postings(&mut floor.app.db.read().await.unwrap(), 50).await }).unwrap();
        let remittance = rows.iter().find(|row| row.kind == "remittance").unwrap().id;
        let says = floor.runtime.block_on(take_back(&floor.app, &noor, at, remittance)).unwrap_err().to_string();
        assert!(says.starts_with("it follows from something else"), "{says}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_client_pays_what_it_owes_and_no_more(mut floor: "2026-03-03") {
        let [maria, ..] = placed(&mut floor);
        let creditor = creditor_of(&mut floor, maria);
        agree(&mut floor, creditor, plan(Mode::Gross, 2_500), "2026-01-01");
        takes(&floor, 0, &[told(10_000, "B1", "Maria", "LF-100234")]);
        let row = remits(&mut floor, creditor, "2026-03-01", "2026-03-03");
        assert_eq!((row.paid_minor, row.billed_after_minor), (10_000, 2_500));
        let lines = floor.runtime.block_on(async { list_lines(&mut floor.app.db.read().await.unwrap(), row.id).await }).unwrap();
        assert_eq!(lines[0].why, "usual: 25 % of 100.00");
        let (bea, at) = (bea(&mut floor), floor.app.moment());
        let pays = |floor: &Floor, minor, reference: &str| {
            let ask = Book { amount_minor: minor, currency: "USD".into(), on: at.business_day, reference: reference.into() };
            floor.runtime.block_on(invoice_paid(&floor.app, &bea, at, creditor, &ask))
        };
        assert_eq!(pays(&floor, 2_501, "I1").unwrap_err().to_string(), "amount that is more than the client owes");
        pays(&floor, 1_500, "I1").unwrap();
        // The rest comes to the trust bank, by mistake or not: it is the agency's there.
        takes(&floor, 10_000, &[told(1_000, "B2", "Larkfield", "rest of invoice 1")]);
        let rest = movement(&mut floor, State::Unidentified, 1_000);
        books(&mut floor, rest, &Movement::ClientPaid(creditor)).unwrap();
        let found = proves(&mut floor);
        assert_eq!((found.proof.agency, found.proof.difference(), found.is_whole()), (1_000, Some(0), true));
        assert_eq!(pays(&floor, 1, "I2").unwrap_err().to_string(), "amount that is more than the client owes");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_night_proves_the_trust_and_a_difference_is_work(mut floor: "2026-03-03") {
        let [maria, otto, _] = placed(&mut floor);
        takes(&floor, 0, &[told(10_000, "B1", "Maria", "LF-100234")]);
        floor.pays(otto, "5.00", "TYPED");
        floor.night_of("2026-03-03");
        let kept = floor.runtime.block_on(async { list_proofs(&mut floor.app.db.read().await.unwrap(), 10).await }).unwrap();
        let [one] = kept.as_slice() else { panic!("{kept:?}") };
        assert_eq!((one.on_day.to_string().as_str(), one.is_whole, one.proved_by.as_str()), ("2026-03-03", false, "night"));
        assert_eq!(work_of(one).len(), 1);
        assert!(work_of(one)[0].starts_with("USD 5.00 less at the bank than the ledgers say"), "{:?}", work_of(one));
        // A night that is run again proves nothing twice.
        let day = "2026-03-03".parse().unwrap();
        floor.run_night(day).unwrap();
        assert_eq!(floor.count("select count(*) from trust_proofs"), 1);
        // As of the day before nothing was there.
        let (noor, at) = (noor(&mut floor), floor.app.moment());
        let before = floor.runtime.block_on(prove(&floor.app, &noor, at, "2026-03-01".parse().unwrap())).unwrap();
        assert!(before.iter().all(|one| one.proof == duly_domain::ledger::trust::Proof::default()), "{before:?}");
        assert_eq!(floor.account(maria).balance_minor, 32_000);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

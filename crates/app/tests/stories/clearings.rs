//! Sums at the bank matched to what they stand for: a file of debits, what came back of it; what differs, what is told twice, what is taken back.

use super::debits::{agreement, agrees, authorizes, bank_tells, debits, plans, sends, settles_sender, states, takes_text};
use super::receipts::{Told, of_state, placed, takes, told};
use super::remittances::noor;
use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::ledger::clearing::matching::{Shown, match_entry, propose};
use duly::ledger::receipts::decide::{Back, set_aside, take_back};
use duly::ledger::receipts::store::{EntryRow, list_waiting};
use duly::ledger::trust::pages::work_of;
use duly::ledger::trust::proving::{Proved, prove};
use duly::ledger::trust::store::list_proofs;
use duly_domain::identity::Role;
use duly_domain::ledger::ach::writing::EntryClass;
use duly_domain::ledger::clearing::Ground;
use duly_domain::ledger::receipts::State;
use duly_domain::values::ids::ReceiptId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;

fn proves(floor: &mut Floor) -> Proved {
    let (noor, at) = (noor(floor), floor.app.moment());
    floor.runtime.block_on(prove(&floor.app, &noor, at, at.business_day)).unwrap().remove(0)
}

/// To come, at the bank and nobody's, not booked; the difference; what is late.
fn proof(floor: &mut Floor) -> (i64, i64, i64, Option<i64>, i64) {
    let proof = proves(floor).proof;
    (proof.coming, proof.unidentified, proof.not_booked, proof.difference(), proof.late)
}

fn waiting(floor: &mut Floor) -> Vec<EntryRow> {
    floor.runtime.block_on(async { list_waiting(&mut floor.app.db.read().await.unwrap(), 100).await.unwrap() })
}

/// What is proposed for what waits.
fn proposed(floor: &mut Floor) -> Vec<Vec<Shown>> {
    let rows = waiting(floor);
    let rows: Vec<&EntryRow> = rows.iter().collect();
    floor.runtime.block_on(async { propose(&mut floor.app.db.read().await.unwrap(), &rows).await.unwrap() })
}

fn matches(floor: &mut Floor, entry: ReceiptId, mark: &str) -> Result<String, Failure> {
    let (app, who, at) = (floor.app.clone(), noor(floor), floor.app.moment());
    floor.runtime.block_on(match_entry(&app, &who, at, entry, mark))
}

fn takes_back(floor: &mut Floor, entry: ReceiptId) -> Result<Back, Failure> {
    let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
    floor.runtime.block_on(take_back(&app, &who, at, entry, at.business_day, None))
}

/// Three who owe, two of whom let us draw 50.00 and 60.00; a file with both was sent on the second, took effect on the third, and is posted.
fn drawn(floor: &mut Floor) -> [Person; 3] {
    let people = placed(floor);
    settles_sender(floor);
    for (person, minor) in [(people[0], 5_000), (people[1], 6_000)] {
        let of = agrees(floor, person, minor);
        plans(floor, of, minor, "2026-03-03").unwrap();
    }
    assert!(sends(floor).0.is_some());
    floor.morning_of("2026-03-04");
    people
}

fn on(day: &'static str, told: Told) -> Told {
    Told { on: day, ..told }
}

fn credit(minor: i64, reference: &'static str, text: &'static str) -> Told {
    on("2026-03-03", told(minor, reference, "", text))
}

/// The first debit comes back, as their bank tells it.
fn comes_back(floor: &mut Floor, person: Person, minor: i64) {
    let trace = debits(floor, person)[0].trace.clone().unwrap();
    let taken = takes_text(floor, &bank_tells(&[(&trace, "R02", minor, "")])).unwrap();
    assert!(!taken.refuses());
}

/// A sum that may be a file of debits of 50.00, and one that is a cent off.
pub fn sums_wait_at_the_bank(floor: &Floor) {
    let taken = takes(
        floor,
        0,
        &[on("2026-03-04", told(5_000, "B17", "Somebody Else", "collected")), on("2026-03-04", told(5_001, "B18", "", "ACH settlement"))],
    );
    assert_eq!(taken.of(State::Unidentified).entries, 2);
}

both_engines! {
    fn the_banks_one_credit_is_the_file_and_nothing_is_posted_again(mut floor: "2026-03-02") {
        let [maria, ..] = drawn(&mut floor);
        assert_eq!(floor.balance(maria), "370.00");
        takes(&floor, 0, &[credit(700, "B0", "cash")]);
        assert_eq!(proof(&mut floor), (11_000, 700, 0, Some(0), 0), "posted, and the bank did not show it yet");
        let day = [credit(11_000, "B1", "ACH settlement 1234567890"), credit(300, "B2", "cash")];
        let taken = takes(&floor, 700, &day);
        assert_eq!((taken.of(State::Matched).entries, taken.of(State::Unidentified).entries), (1, 1));
        let row = of_state(&mut floor, State::Matched).remove(0);
        assert_eq!((row.grounds.as_str(), row.payment, row.account), ("amount near sender spoken", None, None));
        assert_eq!(row.note, "2 debits of Tue 3 Mar 2026 in the file of Mon 2 Mar 2026 A");
        assert_eq!(floor.count("select count(*) from payments"), 2, "nothing is posted again");
        assert_eq!(proof(&mut floor), (0, 1_000, 0, Some(0), 0), "it is at the bank");
        // Told twice, and once more by another statement.
        let again = takes(&floor, 700, &day);
        assert_eq!((again.known.entries, again.of(State::Matched).entries), (2, 0));
        takes(&floor, 11_700, &[credit(11_000, "B1", "ACH settlement told in other words")]);
        assert_eq!(floor.count("select count(*) from bank_clearings"), 1);
        // A second sum of the same amount has nothing left to stand for.
        takes(&floor, 11_700, &[credit(11_000, "B9", "ACH settlement 1234567890")]);
        assert!(proposed(&mut floor).iter().all(Vec::is_empty));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_cent_too_much_waits_with_what_differs(mut floor: "2026-03-02") {
        drawn(&mut floor);
        takes(&floor, 0, &[credit(11_001, "B1", "ACH settlement 1234567890"), credit(10_999, "B2", "cash")]);
        let shown = proposed(&mut floor);
        assert_eq!((shown[0].len(), shown[1].len()), (1, 0), "an amount that is only alike proposes nothing");
        assert_eq!((shown[0][0].differs().as_str(), shown[0][0].proposal.can_be_matched()), ("USD 0.01", false));
        assert!(shown[0][0].proposal.grounds.contains(&Ground::OffAmount));
        let (entry, mark) = (waiting(&mut floor)[0].id, shown[0][0].waited.mark());
        assert_eq!(matches(&mut floor, entry, &mark).unwrap_err().to_string(), "of is of another amount: ask the bank what it holds");
        assert_eq!(proof(&mut floor).0, 11_000);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn two_files_of_one_amount_wait_with_both_until_somebody_says_which(mut floor: "2026-03-02") {
        let [maria, otto, _] = placed(&mut floor);
        settles_sender(&mut floor);
        for person in [maria, otto] {
            let of = agrees(&mut floor, person, 5_000);
            plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
            assert!(sends(&mut floor).0.is_some());
        }
        floor.morning_of("2026-03-04");
        takes(&floor, 0, &[credit(5_000, "B1", "ACH settlement")]);
        let shown = proposed(&mut floor).remove(0);
        assert_eq!(shown.len(), 2);
        assert!(shown.iter().all(|one| one.proposal.can_be_matched() && one.proposal.grounds.contains(&Ground::Several)));
        let entry = waiting(&mut floor)[0].id;
        assert!(matches(&mut floor, entry, "nothing").unwrap_err().to_string().contains("is not waited for any more"));
        let says = matches(&mut floor, entry, &shown[1].waited.mark()).unwrap();
        assert_eq!(says, shown[1].waited.says);
        assert_eq!(matches(&mut floor, entry, &shown[0].waited.mark()).unwrap_err().to_string(), "it is matched already: take that back first");
        assert_eq!(proof(&mut floor), (5_000, 0, 0, Some(0), 0));
        // Of the other one alone there is no doubt, and a trace would have told them apart.
        takes(&floor, 5_000, &[credit(5_000, "B2", "")]);
        assert_eq!((of_state(&mut floor, State::Matched).len(), proof(&mut floor).0), (2, 0));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_was_matched_is_taken_back_and_matched_again(mut floor: "2026-03-02") {
        drawn(&mut floor);
        takes(&floor, 0, &[credit(11_000, "B1", "")]);
        let entry = of_state(&mut floor, State::Matched)[0].id;
        for _ in 0..2 {
            assert_eq!(takes_back(&mut floor, entry).unwrap(), Back::NotMatched);
            assert_eq!(proof(&mut floor), (11_000, 11_000, 0, Some(0), 0), "waited for, and at the bank for nobody");
            assert!(takes_back(&mut floor, entry).unwrap_err().to_string().contains("waits to be identified"));
            let mark = proposed(&mut floor)[0][0].waited.mark();
            matches(&mut floor, entry, &mark).unwrap();
            assert_eq!(proof(&mut floor), (0, 0, 0, Some(0), 0));
        }
        assert_eq!(floor.count("select count(*) from bank_clearings where taken_back_at is not null"), 2);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'bank.match'"), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_came_back_is_matched_alone_or_where_the_bank_nets_it(mut floor: "2026-03-02") {
        let [maria, otto, _] = drawn(&mut floor);
        takes(&floor, 0, &[credit(11_000, "B1", "ACH settlement")]);
        floor.morning_of("2026-03-05");
        comes_back(&mut floor, maria, 5_000);
        assert_eq!((floor.balance(maria).as_str(), proof(&mut floor)), ("420.00", (-5_000, 0, 0, Some(0), 0)));
        let back = on("2026-03-05", Told { reason: "R02", ..told(-5_000, "B2", "First Bank", "returned") });
        let taken = takes(&floor, 11_000, &[back, on("2026-03-05", told(-6_000, "B3", "Rent", "March"))]);
        assert_eq!((taken.of(State::Matched).entries, taken.of(State::WentOut).entries), (1, 1));
        assert_eq!(floor.balance(maria), "420.00", "it was reversed when their bank told of it");
        assert_eq!(proof(&mut floor), (0, 0, -6_000, Some(0), 0));
        // What leaves by its amount alone is anybody's; where its words speak of it, it is what came back.
        comes_back(&mut floor, otto, 6_000);
        takes(&floor, 0, &[on("2026-03-05", told(-6_000, "B4", "First Bank", "ACH return"))]);
        assert_eq!(of_state(&mut floor, State::Matched).len(), 3);
        assert_eq!(states(&mut floor, otto), "first returned");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_bank_that_nets_shows_the_file_less_what_came_back(mut floor: "2026-03-02") {
        let [maria, ..] = drawn(&mut floor);
        comes_back(&mut floor, maria, 5_000);
        takes(&floor, 0, &[on("2026-03-04", told(6_000, "B1", "Sample Agency", "net settlement"))]);
        let row = of_state(&mut floor, State::Matched).remove(0);
        assert!(row.note.contains("2 debits of Tue 3 Mar 2026") && row.note.contains(", less what came back of it (1)"), "{}", row.note);
        assert_eq!(floor.count("select count(*) from bank_clearings"), 2);
        assert_eq!(proof(&mut floor), (0, 0, 0, Some(0), 0));
        assert_eq!(takes_back(&mut floor, row.id).unwrap(), Back::NotMatched);
        assert_eq!(proof(&mut floor), (6_000, 6_000, 0, Some(0), 0));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_bank_that_credits_each_batch_is_matched_batch_by_batch(mut floor: "2026-03-02") {
        let [maria, otto, _] = placed(&mut floor);
        settles_sender(&mut floor);
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        let ask = duly::ledger::debits::agreeing::Authorize { class: EntryClass::Ppd, ..agreement(&floor, otto, Some(6_000)) };
        let of = authorizes(&mut floor, &ask).unwrap().id;
        plans(&mut floor, of, 6_000, "2026-03-03").unwrap();
        sends(&mut floor);
        floor.morning_of("2026-03-04");
        takes(&floor, 0, &[credit(5_000, "B1", "")]);
        assert!(of_state(&mut floor, State::Matched)[0].note.contains("batch WEB PAYMENT"));
        assert_eq!(proof(&mut floor).0, 6_000);
        takes(&floor, 5_000, &[credit(11_000, "B2", "")]);
        assert!(proposed(&mut floor)[0].is_empty(), "the whole is not waited for any more");
        takes(&floor, 16_000, &[credit(6_000, "B3", "")]);
        assert_eq!(proof(&mut floor).0, 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_the_bank_does_not_show_in_time_is_work(mut floor: "2026-03-02") {
        drawn(&mut floor);
        takes(&floor, 0, &[credit(700, "B0", "cash")]);
        floor.morning_of("2026-03-10");
        assert_eq!(proof(&mut floor), (11_000, 700, 0, Some(0), 0));
        assert!(proves(&mut floor).is_whole());
        floor.morning_of("2026-03-11");
        assert_eq!(proof(&mut floor), (11_000, 700, 0, Some(0), 11_000));
        assert!(!proves(&mut floor).is_whole());
        let kept = floor.runtime.block_on(async { list_proofs(&mut floor.app.db.read().await.unwrap(), 1).await }).unwrap();
        assert!(work_of(&kept[0])[1].starts_with("USD 110.00 is posted and the bank did not show it in time"), "{:?}", work_of(&kept[0]));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_somebody_alters_of_a_match_is_named(mut floor: "2026-03-02") {
        let [maria, ..] = drawn(&mut floor);
        takes(&floor, 0, &[credit(11_000, "B1", "")]);
        comes_back(&mut floor, maria, 5_000);
        takes(&floor, 11_000, &[on("2026-03-04", told(-5_000, "B2", "", "ACH return"))]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        for (tamper, undo, says) in [
            ("update bank_clearings set amount_minor = amount_minor + 1 where kind = 'debits'", "update bank_clearings set amount_minor = amount_minor - 1 where kind = 'debits'", "is not what it is matched to"),
            ("update bank_clearings set effective_on = '2026-03-02' where kind = 'debits'", "update bank_clearings set effective_on = '2026-03-03' where kind = 'debits'", "is not what it stands for"),
            ("update bank_clearings set taken_back_by = 'x', taken_back_at = 1 where kind = 'return'", "update bank_clearings set taken_back_by = null, taken_back_at = null where kind = 'return'", "is not what it is matched to"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.iter().any(|fault| fault.starts_with("sums at the bank matched once: ") && fault.contains(says)), "{tamper}: {failed:?}");
            assert!(failed.iter().any(|fault| fault.starts_with("rows as their entries say: ") && fault.contains("was altered")), "{tamper}: {failed:?}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
        // The database refuses a second match of the same thing, and a match that says nothing.
        for refused in [
            "update bank_entries set decided_at = null where state = 'matched'",
            "insert into bank_clearings (id, bank_entry_id, kind, file_id, effective_on, batch, amount_minor, currency, cleared_by, cleared_at)
                select bank_entry_id, bank_entry_id, kind, file_id, effective_on, batch, amount_minor, currency, 'x', 1 from bank_clearings where kind = 'debits'",
        ] {
            assert!(floor.is_refused(refused, &[]), "{refused}");
        }
    }

    fn the_back_office_matches_on_screen(mut floor: "2026-03-02") {
        drawn(&mut floor);
        floor.user("Ada", Role::BackOffice);
        takes(&floor, 0, &[on("2026-03-04", told(11_000, "B1", "OTTER ANN", "collected"))]);
        let entry = waiting(&mut floor)[0].id;
        let mark = proposed(&mut floor)[0][0].waited.mark();
        let base = floor.serve();
        floor.runtime.block_on(async {
            let browser = client();
            let csrf = sign_in(&browser, &base, "ada@example.org").await;
            let get = async |path: &str| browser.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            let page = get("/bank").await;
            assert!(page.contains("2 debits of Tue 3 Mar 2026 in the file of Mon 2 Mar 2026 A"), "{page}");
            assert!(page.contains("the amount is the same to the cent; the day is near; another name stands beside it"), "{page}");
            assert!(page.contains("/matches") && page.contains("To come"), "{page}");
            let posts = async |what: &str, fields: &[(&str, &str)]| {
                let form: Vec<(&str, &str)> = [&[("csrf", csrf.as_str())][..], fields].concat();
                let answer = browser.post(format!("{base}/bank/{entry}/{what}")).form(&form).send().await.unwrap();
                (answer.status(), answer.text().await.unwrap())
            };
            let (status, page) = posts("matches", &[("of", "0")]).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("is not waited for any more"), "{page}");
            assert_eq!(posts("matches", &[("of", &mark)]).await.0, StatusCode::SEE_OTHER);
            let page = get("/bank?state=matched&said=matched").await;
            assert!(page.contains("Matched; nothing was posted by it.") && page.contains("by Ada (back office)"), "{page}");
            assert!(page.contains("Matched 1") && page.contains("It waits again"), "{page}");
            assert_eq!(posts("backs", &[("on", "2026-03-04")]).await.0, StatusCode::SEE_OTHER);
            assert!(get("/trust").await.contains("To come: posted, not shown by the bank"));
        });
        let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
        floor.runtime.block_on(set_aside(&app, &who, at, entry, "Asked the bank")).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

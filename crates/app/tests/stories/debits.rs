//! Debits by NACHA files: agreed, sent over a holiday, settled, returned, corrected, taken back; and what must never happen.

use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::ledger::debits::agreeing::{Authorize, authorize, revoke};
use duly::ledger::debits::file::settle_sender;
use duly::ledger::debits::look::rates;
use duly::ledger::debits::planning::{PlanDebit, cancel, plan_debit, plan_for_promise};
use duly::ledger::debits::sealing::AccountNumber;
use duly::ledger::debits::sending::{Written, placed, write};
use duly::ledger::debits::settling::settle;
use duly::ledger::debits::store::drawn::{DebitRow, list_debits};
use duly::ledger::debits::store::{AuthorizationRow, list_authorizations};
use duly::ledger::debits::taking::{Taken, take};
use duly::store::archive;
use duly_domain::identity::Role;
use duly_domain::ledger::ach::layout::{BATCH_CONTROL, BATCH_HEADER, CHANGE, ENTRY, FILE_CONTROL, FILE_HEADER, RETURN};
use duly_domain::ledger::ach::read;
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass};
use duly_domain::ledger::debits::Stays;
use duly_domain::values::ids::DebitAuthorizationId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;
use std::fmt::Write as _;

pub(super) const NUMBER: &str = "000998877665544";

pub(super) fn settles_sender(floor: &mut Floor) {
    let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
    let name = [(duly::identity::store::COMPANY, "Sample Agency".to_string())];
    floor.runtime.block_on(async {
        duly::outreach::letters::set_sender(&app, &who, at, &name).await.unwrap();
        settle_sender(&app, &who, at, Some("091000019"), Some("First Bank"), Some("1234567890")).await.unwrap();
    });
}

pub(super) fn agreement(floor: &Floor, person: Person, usual: Option<i64>) -> Authorize {
    let today = floor.today();
    Authorize {
        account: person.account,
        holder: "Maria Lopez".into(),
        class: EntryClass::Web,
        is_recurring: true,
        routing: "021000021".into(),
        number: AccountNumber::of(NUMBER),
        drawn_on: BankAccountKind::Checking,
        usual_minor: usual,
        range_minor: None,
        words: "I authorize Sample Agency to debit my account each month.".into(),
        evidence: "Form 17 of the site, signed in with a code".into(),
        agreed_on: today,
        copy_given_on: Some(today),
        wants_prenote: false,
    }
}

pub(super) fn authorizes(floor: &mut Floor, ask: &Authorize) -> Result<AuthorizationRow, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(authorize(&app, &who, at, ask))
}

/// A recurring authorization of a usual amount.
pub(super) fn agrees(floor: &mut Floor, person: Person, usual: i64) -> DebitAuthorizationId {
    let ask = agreement(floor, person, Some(usual));
    authorizes(floor, &ask).unwrap().id
}

pub(super) fn plans(floor: &mut Floor, under: DebitAuthorizationId, minor: i64, on: &str) -> Result<DebitRow, Failure> {
    plans_as(
        floor,
        PlanDebit { authorization: under, amount_minor: minor, wanted_on: on.parse().unwrap(), notice_sent_on: None, corrects: None },
    )
}

pub(super) fn plans_as(floor: &mut Floor, ask: PlanDebit) -> Result<DebitRow, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(plan_debit(&app, &who, at, &ask))
}

/// What is due is recorded as sent; the file is not placed.
pub(super) fn begins(floor: &mut Floor) -> Result<Written, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(write(&app, &Actor::command(), at, None))
}

/// What is due is sent, and the file placed; its text, and why what stayed did.
pub(super) fn sends(floor: &mut Floor) -> (Option<String>, Vec<Stays>) {
    let written = begins(floor).unwrap();
    let stayed = written.stayed.iter().map(|one| one.why).collect();
    let Some((file, text)) = written.file else { return (None, stayed) };
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(placed(&app, &Actor::command(), at, file.id)).unwrap();
    let whole = read(&text).unwrap();
    assert!(whole.problems.is_empty(), "{:?}", whole.problems);
    let total = whole.total();
    assert_eq!((total.entries as i64, total.debits_minor, total.hash as i64), (file.entries, file.debits_minor, file.entry_hash));
    assert_eq!(total.credits_minor, 0);
    (Some(text), stayed)
}

pub(super) fn debits(floor: &mut Floor, person: Person) -> Vec<DebitRow> {
    let mut rows = floor.runtime.block_on(async { list_debits(&mut floor.app.db.read().await.unwrap(), person.account).await.unwrap() });
    rows.reverse();
    rows
}

/// The debits in their order: `first settled, retry planned`.
pub(super) fn states(floor: &mut Floor, person: Person) -> String {
    debits(floor, person).iter().map(|row| format!("{} {}", row.kind, row.state)).collect::<Vec<_>>().join(", ")
}

pub(super) fn authorization(floor: &mut Floor, person: Person) -> AuthorizationRow {
    floor.runtime.block_on(async { list_authorizations(&mut floor.app.db.read().await.unwrap(), person.account).await.unwrap().remove(0) })
}

pub(super) fn next(floor: &mut Floor, person: Person) -> String {
    floor.account(person).next_action.unwrap_or_default()
}

/// What a bank tells: the trace of the debit, code, cents, what is right.
pub(super) type Said<'a> = (&'a str, &'a str, i64, &'a str);

/// A file of returns as a bank writes it.
pub(super) fn bank_tells(said: &[Said<'_>]) -> String {
    let mut text = String::new();
    let mut put = |record: Result<String, String>| writeln!(text, "{}", record.unwrap()).unwrap();
    put(FILE_HEADER.write(&[("destination", " 091000019"), ("origin", " 021000021"), ("created on", "260310"), ("file id modifier", "A")]));
    let (mut count, mut sum) = (0, 0i64);
    for (at, (trace, code, minor, corrected)) in said.iter().enumerate() {
        let is_change = code.starts_with('C');
        let (number, own) = ((at + 1).to_string(), format!("02100002{:07}", at + 1));
        let class = if is_change { "COR" } else { "WEB" };
        let shared = [("service class", "225"), ("company id", "1234567890"), ("originating bank", "02100002"), ("batch number", &number)];
        let header = [("company name", "SAMPLE"), ("entry class", class), ("entry description", "RETURN"), ("effective on", "260310")];
        put(BATCH_HEADER.write(&[&shared[..], &header[..], &[("originator status", "1")]].concat()));
        put(ENTRY.write(&[
            ("transaction code", "26"),
            ("receiving bank", "09100001"),
            ("check digit", "9"),
            ("account number", "XXXX"),
            ("amount", &minor.to_string()),
            ("has addenda", "1"),
            ("trace", &own),
        ]));
        let addenda = [("original trace", *trace), ("original bank", "02100002"), ("trace", &own)];
        put(if is_change {
            CHANGE.write(&[&addenda[..], &[("addenda type", "98"), ("change code", *code), ("corrected data", *corrected)]].concat())
        } else {
            RETURN.write(&[&addenda[..], &[("addenda type", "99"), ("reason", *code)]].concat())
        });
        let minor = minor.to_string();
        let totals = [("entries and addenda", "2"), ("hash", "9100001"), ("debits", &minor), ("credits", "0")];
        put(BATCH_CONTROL.write(&[&shared[..], &totals[..]].concat()));
        (count, sum) = (count + 1, sum + minor.parse::<i64>().unwrap());
    }
    let blocks = (count * 4 + 2usize).div_ceil(10);
    put(FILE_CONTROL.write(&[
        ("batches", &count.to_string()),
        ("blocks", &blocks.to_string()),
        ("entries and addenda", &(count * 2).to_string()),
        ("hash", &(count * 9_100_001).to_string()),
        ("debits", &sum.to_string()),
        ("credits", "0"),
    ]));
    for _ in 0..(blocks * 10 - (count * 4 + 2)) {
        text.push_str(&format!("{}\n", "9".repeat(94)));
    }
    text
}

pub(super) fn takes_text(floor: &mut Floor, text: &str) -> Result<Taken, Failure> {
    let path = std::env::temp_dir().join(format!("duly_{}.ach", uuid::Uuid::now_v7().simple()));
    std::fs::write(&path, text).unwrap();
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let taken = floor.runtime.block_on(take(&app, &Actor::command(), at, &path));
    std::fs::remove_file(path).unwrap();
    taken
}

/// The bank tells of the newest debit that was sent; what was made of it.
pub(super) fn comes_back(floor: &mut Floor, person: Person, code: &str, corrected: &str) -> String {
    let row = debits(floor, person).into_iter().rev().find(|row| row.trace.is_some()).unwrap();
    let minor = if code.starts_with('C') { 0 } else { row.amount_minor };
    let taken = takes_text(floor, &bank_tells(&[(row.trace.as_deref().unwrap(), code, minor, corrected)])).unwrap();
    assert!(!taken.refuses(), "{:?}", taken.problems);
    taken.told[0].0.done.clone()
}

/// One debit was drawn, came back and is asked for again, and another is planned.
pub fn is_drawn(floor: &mut Floor, person: Person) {
    settles_sender(floor);
    let of = agrees(floor, person, 5_000);
    plans(floor, of, 5_000, "2026-03-04").unwrap();
    sends(floor);
    comes_back(floor, person, "R01", "");
    plans(floor, of, 4_000, "2026-03-04").unwrap();
}

both_engines! {
    fn a_debit_lives_from_its_authorization_to_a_kept_promise(mut floor: "2026-06-25") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        assert!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-07-04").is_empty());
        let ask = Authorize { wants_prenote: true, ..agreement(&floor, maria, Some(10_000)) };
        let of = authorizes(&mut floor, &ask).unwrap();
        assert_eq!((of.masked().as_str(), of.state.as_str()), ("•••• 5544", "active"));
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let rows = floor.runtime.block_on(plan_for_promise(&app, &who, at, of.id)).unwrap();
        assert_eq!((rows.len(), rows[0].wanted_on.to_string().as_str(), rows[0].amount_minor), (1, "2026-07-04", 10_000));
        let twice = floor.runtime.block_on(plan_for_promise(&app, &who, at, of.id));
        assert!(twice.is_err(), "a promise is drawn once");

        // The pre-note goes first, of nothing.
        let (text, _) = sends(&mut floor);
        assert!(text.unwrap().contains("PRENOTE"));
        assert_eq!(states(&mut floor, maria), "prenote sent, first planned");
        floor.morning_of("2026-07-02");
        assert_eq!(states(&mut floor, maria), "prenote settled, first planned");
        assert_eq!(sends(&mut floor), (None, vec![]), "Friday the third is a day of the banks, and before the fourth");
        floor.morning_of("2026-07-03");
        let (text, stayed) = sends(&mut floor);
        let text = text.unwrap();
        assert!(stayed.is_empty() && text.contains(NUMBER), "{stayed:?}");
        assert!(text.contains("PAYMENT   260706260706"), "over the holiday it takes effect on Monday: {text}");
        assert_eq!(sends(&mut floor), (None, vec![]), "nothing is sent twice");
        let sent = debits(&mut floor, maria).remove(1);
        assert!(sent.decision.is_some() && sent.state == "sent" && sent.trace.as_deref() == Some("091000010000002"));
        assert_eq!(floor.balance(maria), "420.00", "on its way is not there");

        floor.night_of("2026-07-06");
        assert_eq!((floor.balance(maria).as_str(), floor.promises(maria)), ("320.00", vec!["kept".to_string()]));
        assert_eq!(states(&mut floor, maria), "prenote settled, first settled");
        let paid = floor.texts("select reference, cast(effective_on as text) from payments");
        assert_eq!(paid, [(Some("ACH 091000010000002".into()), Some("2026-07-06".into()))]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let counted = floor.runtime.block_on(async { rates(&mut floor.app.db.read().await.unwrap(), floor.today()).await.unwrap() });
        assert_eq!((counted[2].sent, counted[2].returned), (1, 0));
    }

    fn taken_back_in_the_middle_nothing_more_is_drawn(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        for on in ["2026-03-03", "2026-04-03", "2026-05-04"] {
            plans(&mut floor, of, 5_000, on).unwrap();
        }
        sends(&mut floor);
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let revoked = floor.runtime.block_on(revoke(&app, &who, at, of, "by telephone")).unwrap();
        assert_eq!((revoked.cancelled.len(), revoked.on_the_way.len()), (2, 1));
        let again = floor.runtime.block_on(revoke(&app, &who, at, of, "by letter")).unwrap();
        assert_eq!((again.cancelled.len(), again.authorization.because.as_str()), (0, "by telephone"), "twice is once");
        assert_eq!(next(&mut floor, maria), "Debits were taken back: agree another way to pay");
        let sent = debits(&mut floor, maria)[0].id;
        let says = floor.runtime.block_on(cancel(&app, &who, at, sent, "too late")).unwrap_err().to_string();
        assert!(says.contains("it cannot be called back from here"), "{says}");
        // What was on its way and comes back for want of money is not asked for again.
        floor.morning_of("2026-03-04");
        assert_eq!(comes_back(&mut floor, maria, "R01", ""), "payment reversed");
        assert_eq!(states(&mut floor, maria), "first returned, first cancelled, first cancelled");
        assert_eq!((sends(&mut floor), authorization(&mut floor, maria).state.as_str()), ((None, vec![]), "revoked"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_crash_between_record_and_file_sends_nothing_twice(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "90.00"));
        for person in [maria, otto] {
            let of = agrees(&mut floor, person, 5_000);
            plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        }
        // The record is there; the process dies before the file is.
        let (_, first) = begins(&mut floor).unwrap().file.unwrap();
        floor.clock("10:30");
        let again = begins(&mut floor).unwrap();
        assert!(again.is_again);
        assert_eq!(again.file.unwrap().1, first, "byte for byte, whatever the clock says");
        // It dies with the entries in and the totals not.
        floor.tamper("update debit_files set closed_at = null, hash = '', entries = 0, debits_minor = 0, entry_hash = 0", &[]);
        let (text, _) = sends(&mut floor);
        assert_eq!(text.as_ref(), Some(&first));
        assert_eq!((sends(&mut floor).0, floor.count("select count(*) from debit_files")), (None, 1));
        assert_eq!(floor.count("select count(distinct trace) from debits"), 2);
        floor.night_of("2026-03-03");
        assert_eq!((floor.balance(maria).as_str(), floor.balance(otto).as_str()), ("370.00", "40.00"));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn without_the_key_nothing_is_sent_and_the_number_is_nowhere(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        let key = floor.app.keys.folder().join("sealing-key");
        let kept = std::fs::read_to_string(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        let says = begins(&mut floor).unwrap_err().to_string();
        assert!(says.contains("the sealing key is not in") && says.contains("bring back the folder of keys"), "{says}");
        let ask = agreement(&floor, maria, None);
        assert!(authorizes(&mut floor, &ask).is_err() && !key.exists(), "another key is not made where something is sealed");
        assert_eq!(states(&mut floor, maria), "first planned");
        std::fs::write(&key, "nonsense").unwrap();
        assert!(begins(&mut floor).unwrap_err().to_string().contains("64 hexadecimal digits"));
        std::fs::write(&key, "0".repeat(64)).unwrap();
        assert_eq!(sends(&mut floor), (None, vec![Stays::NoKey]), "a key of somebody else opens nothing");
        std::fs::write(&key, &kept).unwrap();
        assert!(sends(&mut floor).0.is_some());
        // Whatever leaves the house leaves without number and key.
        let folder = std::env::temp_dir().join(format!("duly_{}", uuid::Uuid::now_v7().simple()));
        let db = floor.app.db.clone();
        floor.runtime.block_on(archive::export_all(&db, &folder)).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains(NUMBER.trim_start_matches('0')) && !text.contains(kept.trim()), "{}", path.display());
        }
        assert!(std::fs::read_to_string(folder.join("debit_authorizations.jsonl")).unwrap().contains("5544"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_spoken_yes_is_one_debit_and_a_card_is_none(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let plain = agreement(&floor, maria, Some(5_000));
        let fields = |failure: Failure| match failure {
            Failure::Wrong(problems) => problems.0.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
            other => panic!("{other}"),
        };
        let spoken = Authorize { class: EntryClass::Tel, ..plain.clone() };
        assert_eq!(fields(authorizes(&mut floor, &spoken).unwrap_err()), ["class"]);
        let card = Authorize { number: AccountNumber::of("4111 1111 1111 1111"), routing: "021000022".into(), ..plain.clone() };
        assert_eq!(fields(authorizes(&mut floor, &card).unwrap_err()), ["routing", "number"]);
        assert_eq!(floor.count("select count(*) from debit_authorizations"), 0);
        let single = Authorize { is_recurring: false, copy_given_on: None, ..spoken };
        let of = authorizes(&mut floor, &single).unwrap().id;
        assert!(plans(&mut floor, of, 4_999, "2026-03-03").is_err(), "they agreed to another amount");
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        assert!(plans(&mut floor, of, 5_000, "2026-03-04").is_err(), "they agreed to one");
        let (text, stayed) = sends(&mut floor);
        assert!(stayed.is_empty() && text.unwrap().contains("TELPAYMENT"));
        assert_eq!(authorization(&mut floor, maria).state, "ended");
        floor.morning_of("2026-03-05");
        // It came back for want of money: the same debit is asked for again.
        assert!(comes_back(&mut floor, maria, "R01", "").contains("asked for again"));
        assert_eq!(authorization(&mut floor, maria).state, "active");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_officer_and_the_back_office_do_it_on_screen(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        for (name, role) in [("Bo", Role::BackOffice), ("Cora", Role::Compliance)] {
            floor.user(name, role);
        }
        floor.officer("Dana");
        let base = floor.serve();
        let account = format!("{base}/accounts/{}", maria.account);
        let form: Vec<(&str, &str)> = vec![
            ("holder", "Maria Lopez"), ("class", "WEB"), ("series", "yes"), ("usual", "50.00"), ("routing", "021000021"), ("kind", "checking"),
            ("agreed_on", "2026-03-01"), ("copy_given_on", "2026-03-01"), ("words", "I agree."), ("evidence", "Form 1"),
        ];
        floor.runtime.block_on(async {
            let dana = client();
            let csrf = sign_in(&dana, &base, "dana@example.org").await;
            let page = dana.get(&account).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Agree debits"), "the panel leads there");
            let card: Vec<_> = form.iter().copied().chain([("csrf", csrf.as_str()), ("number", "4111111111111111")]).collect();
            let answer = dana.post(format!("{account}/authorizations")).form(&card).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text().await.unwrap();
            assert!(page.contains("is the number of a card, which is never kept") && !page.contains("4111111111111111"));
            let right: Vec<_> = form.iter().copied().chain([("csrf", csrf.as_str()), ("number", NUMBER)]).collect();
            let answer = dana.post(format!("{account}/authorizations")).form(&right).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
        });
        let of = authorization(&mut floor, maria);
        floor.runtime.block_on(async {
            let dana = client();
            let csrf = sign_in(&dana, &base, "dana@example.org").await;
            let plan = [("csrf", csrf.as_str()), ("what", "one"), ("amount", "50.00"), ("on", "2026-03-03")];
            let answer = dana.post(format!("{account}/authorizations/{}/debits", of.id)).form(&plan).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
            for page in [account.clone(), format!("{account}/debits")] {
                let page = dana.get(page).send().await.unwrap().text().await.unwrap();
                assert!(page.contains("•••• 5544") && !page.contains(NUMBER), "masked wherever it is shown");
            }

            let bo = client();
            let csrf = sign_in(&bo, &base, "bo@example.org").await;
            let page = bo.get(format!("{base}/debits")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("The next file: 1 entry, USD 50.00") && page.contains("goes"), "{page}");
            let answer = bo.post(format!("{base}/debits")).form(&[("csrf", &csrf)]).send().await.unwrap();
            assert_eq!(answer.headers()["location"], "/debits?said=debits-written");
            let page = bo.get(format!("{base}/debits")).send().await.unwrap().text().await.unwrap();
            let copies = page.split("action=\"/debits/files/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            assert!(page.contains("Save the file for the bank") && !page.contains(NUMBER));
            let file = bo.post(format!("{base}/debits/files/{copies}")).form(&[("csrf", &csrf)]).send().await.unwrap();
            assert!(file.headers()["content-disposition"].to_str().unwrap().contains("debits-2026-03-02-A.ach"));
            assert!(file.text().await.unwrap().contains(NUMBER), "the bank gets it whole");
            let parts = reqwest::multipart::Form::new().text("csrf", csrf.clone());
            let told = bank_tells(&[("091000010000001", "R10", 5_000, "")]);
            let parts = parts.part("file", reqwest::multipart::Part::text(told).file_name("returns.ach"));
            let page = bo.post(format!("{base}/debits/returns")).multipart(parts).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("authorization revoked") && page.contains("Not authorized"), "{page}");

            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let how = [("csrf", csrf.as_str()), ("how", "by letter")];
            let answer = cora.post(format!("{account}/authorizations/{}/revocations", of.id)).form(&how).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "anybody who deals with them takes it down; twice is once");
        });
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'debit.file-copy'"), 1);
        assert_eq!(floor.count("select count(*) from audit_entries where detail like '%998877665544%'"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_somebody_alters_at_the_database_is_named(mut floor: "2026-03-02") {
        settles_sender(&mut floor);
        let maria = floor.debtor("Maria", "420.00");
        let of = agrees(&mut floor, maria, 5_000);
        plans(&mut floor, of, 5_000, "2026-03-03").unwrap();
        sends(&mut floor);
        floor.night_of("2026-03-03");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
        assert_eq!(floor.runtime.block_on(settle(&app, &who, at)).unwrap().debits, 0, "the night posted it");
        for (tamper, undo, named) in [
            ("update debits set amount_minor = 5001", "update debits set amount_minor = 5000", vec!["debits as files say", "rows as their"]),
            ("update debits set state = 'sent'", "update debits set state = 'settled'", vec!["debits as files say", "rows as their"]),
            ("update debit_authorizations set routing = '091000019'", "update debit_authorizations set routing = '021000021'", vec!["rows as their"]),
            ("update debit_files set entries = 2", "update debit_files set entries = 1", vec!["debits as files say", "rows as their"]),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.len() == named.len() && failed.iter().zip(&named).all(|(says, name)| says.starts_with(name)), "{tamper}: {failed:?}");
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "{undo}");
        }
    }
}

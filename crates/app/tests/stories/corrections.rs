//! What bureaus were told is told anew between two files: each a row of its own, with the rules' answer, and the month goes on from it.

use super::furnishing::{begin, of, starts, talks, tells};
use crate::permissions::{client, sign_in};
use duly::app::{Actor, Failure};
use duly::disputes::actions::{OpenCase, open_case};
use duly::parties::people::{AddPerson, add_point, remove_person};
use duly::reporting::correct::{Correct, correct};
use duly::reporting::due::{DueAccount, list_due};
use duly::reporting::furnish::{Furnished, begin_creditor, end_creditor};
use duly_domain::disputes::case::{CaseKind, Ground};
use duly_domain::identity::Role;
use duly_domain::reporting::metro2::{self, Metro2File};
use duly_domain::values::ids::DebtorId;
use duly_testkit::{Floor, Person, both_engines};
use reqwest::StatusCode;
use uuid::Uuid;

/// What a correction of today came to, and what its file says to whoever reads it.
fn corrects(floor: &mut Floor, person: Person, because: &str, takes_out: bool) -> Result<(Furnished, Metro2File), Failure> {
    let file = std::env::temp_dir().join(format!("duly_{}.txt", Uuid::now_v7().simple()));
    let ask = Correct {
        file: file.clone(),
        reporter: "HARBOR01".into(),
        bureau: "Any".into(),
        accounts: vec![person.account],
        because: because.into(),
        takes_out,
    };
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let done = floor.runtime.block_on(correct(&app, &Actor::command(), at, &ask));
    if done.is_err() {
        assert!(!file.exists(), "what was refused left no file");
    }
    let furnished = done?;
    let read = metro2::read(&std::fs::read(&file).expect("the file is there")).expect("what is written is a file");
    std::fs::remove_file(&file).expect("the file can be removed");
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    Ok((furnished, read))
}

/// Somebody was told of last month, for pages.
pub fn is_told(floor: &mut Floor, person: Person) {
    let (name, _) = floor.texts("select name, role from creditors order by name").remove(0);
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(begin_creditor(&app, &Actor::command(), at, &name.expect("a name"), "01")).unwrap();
    floor.tamper(
        "insert into furnishings (id, account_id, as_of, status, balance_dollars, delinquent_since, is_settled, told_by, told_at)
         values ($1, $2, '2026-02-27', '93', 60, '2025-09-01', 0, 'command', 0)",
        &[Uuid::now_v7().into(), person.account.into()],
    );
    floor.tamper(
        "insert into told_accounts (account_id, creditor_id, furnishing_id, as_of, status, told_at, has_people)
         select t.account_id, a.creditor_id, t.id, t.as_of, t.status, t.told_at, 0 from furnishings t join accounts a on a.id = t.account_id",
        &[],
    );
    let named =
        format!("[{{\"account\":\"{}\",\"reference\":\"A-7\",\"because\":\"refused\",\"says\":\"the rules forbid it\"}}]", person.account);
    floor.tamper(
        "insert into furnishing_files (id, kind, as_of, reporter, bureau, because, looked_at, accounts, people, dollars, told, left_out, named, hash,
                                       written_by, written_at)
         values ($1, 'monthly', '2026-02-27', 'HARBOR01', 'the bureaus', '', 2, 1, 0, 60, '{\"93\":1}', '{\"refused\":1}', $2,
                 '0123456789abcdef0123456789abcdef', 'command', 0)",
        &[Uuid::now_v7().into(), named.into()],
    );
}

fn due(floor: &mut Floor) -> Vec<DueAccount> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let listed = floor.runtime.block_on(async { list_due(&mut app.db.read().await.unwrap(), at, None, 50).await });
    let (due, is_more) = listed.unwrap();
    assert!(!is_more);
    due
}

fn codes(due: &[DueAccount]) -> Vec<(&str, &'static str)> {
    due.iter().map(|one| (one.reference.as_str(), one.due.code())).collect()
}

fn disputes(floor: &mut Floor, person: Person, in_writing: bool) {
    let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let ask = OpenCase { ground: Some(Ground::WrongAmount), ..OpenCase::of(person.account, CaseKind::Dispute, in_writing) };
    floor.runtime.block_on(open_case(&app, &dana, at, &ask)).unwrap();
}

fn morning(floor: &mut Floor, day: &str) {
    floor.morning_of(day);
    floor.clock("10:00");
}

fn beside(floor: &mut Floor, person: Person, name: &str, role: &str, phone: &str) -> DebtorId {
    floor
        .add_person(person, &AddPerson { name: name.into(), role: role.into(), phone: Some(phone.into()), ..AddPerson::default() })
        .unwrap()
}

fn lives_at(floor: &mut Floor, person: Person, who: DebtorId, address: &str) {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    floor.runtime.block_on(add_point(&app, &Actor::command(), at, person.account, who, "address", "home", address)).unwrap();
}

fn talks_with(floor: &mut Floor, person: Person, other: DebtorId) {
    let reserved = floor.officer("Dana").reserves_with(person, other).unwrap();
    let contact = reserved.contact.unwrap_or_else(|| panic!("the gate allows: {:?}", reserved.decision));
    floor.officer("Dana").records(contact, "promised").unwrap();
}

both_engines! {
    fn a_payment_that_came_back_is_told_anew_and_the_month_goes_on_from_it(mut floor: "2026-03-30") {
        starts(&mut floor);
        begin(&mut floor, "10").unwrap();
        let (first, second) = (floor.person("A-1"), floor.person("A-2"));
        talks(&mut floor, first);
        tells(&mut floor).unwrap();
        assert!(due(&mut floor).is_empty());
        let says = corrects(&mut floor, second, "told in error", false).unwrap_err().to_string();
        assert!(says.contains("A-2: no bureau was ever told of it"), "{says}");
        assert!(corrects(&mut floor, first, " ", false).unwrap_err().to_string().contains("because"), "there is no correction without a reason");

        // Paid, and told as paid before the month is over.
        morning(&mut floor, "2026-03-31");
        let payment = floor.pays(first, "420.99", "ALL OF IT");
        assert_eq!(codes(&due(&mut floor)), [("A-1", "paid")]);
        let (paid, file) = corrects(&mut floor, first, "paid in full", false).unwrap();
        let base = &of(&file, "A-1").unwrap().base;
        let says = ["correction indicator", "account status"].map(|name| base.text(name));
        assert_eq!((says, base.number("current balance")), (["1", "62"], Some(0)));
        assert_eq!(file.accounts.len(), 1, "of the others nothing is told");
        assert!(due(&mut floor).is_empty());

        // The money came back.
        morning(&mut floor, "2026-04-02");
        floor.reverses(payment);
        assert_eq!(codes(&due(&mut floor)), [("A-1", "unpaid")]);
        floor.tamper("update accounts set due_on = '2025-09-09' where reference = 'A-1'", &[]);
        let (back, file) = corrects(&mut floor, first, "the payment came back", false).unwrap();
        let base = &of(&file, "A-1").unwrap().base;
        assert_eq!((base.text("account status"), base.number("current balance")), ("93", Some(420)));
        assert_eq!(base.day("first delinquency on"), Some("2025-03-01".parse().unwrap()), "the day that was told first stands");
        floor.tamper("update accounts set due_on = '2025-03-01' where reference = 'A-1'", &[]);
        assert!(due(&mut floor).is_empty());

        // Again for the same reason: the same, and nothing is kept twice. For another one: another row.
        let (again, _) = corrects(&mut floor, first, "the payment came back", false).unwrap();
        assert_eq!((&again.hash, floor.count("select count(*) from furnishings")), (&back.hash, 3));
        corrects(&mut floor, first, "the balance is looked at again", false).unwrap();
        assert_eq!(floor.count("select count(*) from furnishings where corrects_id is not null"), 3);
        assert_eq!(floor.count("select count(*) from furnishings f join furnishings c on f.id = c.corrects_id where f.account_id = c.account_id"), 3);
        assert_ne!(paid.hash, back.hash);

        // The next monthly file goes on from what was told last.
        morning(&mut floor, "2026-05-01");
        let (may, file) = tells(&mut floor).unwrap();
        let base = &of(&file, "A-1").unwrap().base;
        assert_eq!(["correction indicator", "account status"].map(|name| base.text(name)), ["0", "93"]);
        assert_eq!(base.text("payment history"), format!("GD{}", "B".repeat(22)));
        assert_eq!((may.told.get("93"), floor.count("select count(*) from furnishings")), (Some(&1), 5));
        let kinds: Vec<_> = floor.texts("select kind, because from furnishing_files order by id");
        assert_eq!(kinds.len(), 6);
        assert_eq!(kinds[1], (Some("correction".into()), Some("paid in full".into())));
        assert!(floor.timeline(first).iter().any(|(title, more)| title == "Told the bureaus: In collection, USD 420.00" && more.contains("came back")));

        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        for (tamper, undo, named) in [
            ("update furnishings set because = 'x' where because = 'paid in full'", "update furnishings set because = 'paid in full' where because = 'x'", "furnishing fur_"),
            ("update furnishing_files set accounts = accounts + 1", "update furnishing_files set accounts = accounts - 1", "furnishing file mtr_"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.len() == 1 && failed[0].contains(named) && failed[0].contains("was altered"), "{failed:?}");
            floor.tamper(undo, &[]);
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_dispute_is_shown_at_once_and_what_the_rules_refuse_can_be_taken_out(mut floor: "2026-03-30") {
        starts(&mut floor);
        begin(&mut floor, "10").unwrap();
        let (first, second, fifth) = (floor.person("A-1"), floor.person("A-2"), floor.person("A-5"));
        for person in [first, second, fifth] {
            talks(&mut floor, person);
        }
        tells(&mut floor).unwrap();
        morning(&mut floor, "2026-04-02");
        disputes(&mut floor, fifth, false);
        disputes(&mut floor, first, true);
        let listed = due(&mut floor);
        assert_eq!(codes(&listed), [("A-1", "dispute"), ("A-5", "dispute")]);
        assert!(listed[0].refusal.as_deref().is_some_and(|says| says.contains("12 CFR 1006.38(d)(2)")), "{:?}", listed[0].refusal);
        assert_eq!(listed[1].refusal, None);

        let (_, file) = corrects(&mut floor, fifth, "disputed by telephone", false).unwrap();
        assert_eq!(of(&file, "A-5").unwrap().base.text("compliance condition"), "XB");
        // While verification is owed nothing is reported; what is taken out no rule forbids.
        let says = corrects(&mut floor, first, "disputed in writing", false).unwrap_err().to_string();
        assert!(says.contains("12 CFR 1006.38(d)(2)"), "{says}");
        assert_eq!(floor.count("select count(*) from furnishings"), 4);
        let (_, file) = corrects(&mut floor, first, "disputed in writing", true).unwrap();
        let base = &of(&file, "A-1").unwrap().base;
        assert_eq!((base.text("account status"), base.number("current balance")), ("DA", Some(0)));
        assert!(due(&mut floor).is_empty());
        let says = corrects(&mut floor, first, "once more", true).unwrap_err().to_string();
        assert!(says.contains("A-1: it was taken out"), "{says}");

        // A creditor who wants it no more: that does not wait for the month either.
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(end_creditor(&app, &Actor::command(), at, "Larkfield")).unwrap();
        assert_eq!(codes(&due(&mut floor)), [("A-2", "withdrawn"), ("A-5", "withdrawn")]);
        let (_, file) = corrects(&mut floor, second, "the creditor wants no report", false).unwrap();
        assert_eq!(of(&file, "A-2").unwrap().base.text("account status"), "DA");
        morning(&mut floor, "2026-05-01");
        let (may, file) = tells(&mut floor).unwrap();
        assert_eq!((file.accounts.len(), may.left_out.get("ended")), (1, Some(&2)), "what was taken out stays out");
        assert!(of(&file, "A-5").is_some());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn people_beside_the_debtor_are_told_of_and_go_when_they_owe_it_no_more(mut floor: "2026-03-02") {
        starts(&mut floor);
        begin(&mut floor, "10").unwrap();
        let first = floor.person("A-1");
        talks(&mut floor, first);
        let ana = beside(&mut floor, first, "Ana López", "co_debtor", "614 555 0177");
        let gustav = beside(&mut floor, first, "Gustav Berg", "guarantor", "614 555 0178");
        beside(&mut floor, first, "Eva Stone", "spouse", "614 555 0179");
        lives_at(&mut floor, first, gustav, "9 Hill Street, Columbus, OH, 43205");
        let (alone, file) = tells(&mut floor).unwrap();
        let aside: Vec<_> = alone.aside.iter().map(|aside| (aside.person, aside.why.code())).collect();
        assert_eq!(aside.len(), 2, "a spouse owes nothing by that alone: {aside:?}");
        assert!(aside.contains(&(ana, "no_address")) && aside.contains(&(gustav, "untold")), "{aside:?}");
        assert_eq!((of(&file, "A-1").unwrap().base.text("ecoa"), alone.people), ("1", 0));

        lives_at(&mut floor, first, ana, "12 Mill Road, Columbus, OH, 43205");
        morning(&mut floor, "2026-03-12");
        talks_with(&mut floor, first, ana);
        morning(&mut floor, "2026-03-23");
        talks_with(&mut floor, first, gustav);
        floor.files(first, Some(gustav), Some(7));
        let (told, file) = tells(&mut floor).unwrap();
        let account = of(&file, "A-1").unwrap();
        assert_eq!((account.base.text("ecoa"), told.people, told.aside.len()), ("2", 2, 0));
        let mut people: Vec<_> = account.segments.iter().map(|segment| {
            let layout = segment.layout().name;
            let sign = if layout == "K1" { "" } else { segment.text("consumer information") };
            (layout, if layout == "K1" { "" } else { segment.text("first name") }, if layout == "K1" { "" } else { segment.text("ecoa") }, sign)
        }).collect();
        assert_eq!(people.pop(), Some(("K1", "", "", "")), "the creditor stands behind the people");
        people.sort_unstable();
        assert_eq!(people, [("J1", "ANA", "2", ""), ("J2", "GUSTAV", "5", "A")]);
        let counts = ["J1 segments", "J2 segments", "ecoa Z"].map(|name| file.trailer.as_ref().unwrap().number(name));
        assert_eq!(counts, [Some(1), Some(1), Some(0)]);

        // Ana was the wrong person.
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(remove_person(&app, &Actor::command(), at, first.account, ana)).unwrap();
        assert_eq!(codes(&due(&mut floor)), [("A-1", "wrong_person")]);
        let (_, file) = corrects(&mut floor, first, "Ana is another one", false).unwrap();
        let account = of(&file, "A-1").unwrap();
        assert_eq!(account.base.text("ecoa"), "7", "who has a guarantor is the maker");
        let gone = account.segments.iter().find(|segment| segment.layout().name == "J1").unwrap();
        assert_eq!((gone.text("first name"), gone.text("ecoa")), ("ANA", "Z"));
        assert_eq!(file.trailer.as_ref().unwrap().number("ecoa Z"), Some(1));
        assert!(due(&mut floor).is_empty());
        morning(&mut floor, "2026-04-01");
        let (april, file) = tells(&mut floor).unwrap();
        assert_eq!((april.people, of(&file, "A-1").unwrap().segments.len()), (1, 2), "who is gone is told once");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn it_is_done_and_seen_on_screen(mut floor: "2026-03-30") {
        starts(&mut floor);
        let first = floor.person("A-1");
        talks(&mut floor, first);
        floor.user("Cora", Role::Compliance);
        floor.user("Ada", Role::Auditor);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let page = cora.get(format!("{base}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Nobody’s. A creditor must want it."), "{page}");
            let form = [("csrf", csrf.as_str()), ("creditor", "Larkfield"), ("classification", "16")];
            let answer = cora.post(format!("{base}/reporting/creditors")).form(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            let form = [("csrf", csrf.as_str()), ("creditor", "Larkfield"), ("classification", "10")];
            let answer = cora.post(format!("{base}/reporting/creditors")).form(&form).send().await.unwrap();
            assert_eq!(answer.headers()["location"], "/reporting?said=bureaus-begun");
            let form = [("csrf", csrf.as_str()), ("reporter", "HARBOR01")];
            let answer = cora.post(format!("{base}/reporting/files")).form(&form).send().await.unwrap();
            assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("metro2-2026-03-30.txt"));
            assert!(answer.text().await.unwrap().contains("LOPEZ"));
            let page = cora.get(format!("{base}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Left out of the file of") && page.contains("there is no whole address in the United States"), "{page}");
            assert!(page.contains("Nothing that was told has to be corrected") && page.contains("10 Utilities"), "{page}");
        });
        disputes(&mut floor, first, false);
        let account = first.account.to_string();
        floor.runtime.block_on(async {
            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let page = cora.get(format!("{base}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("They dispute it, and the report does not show it") && page.contains("15 USC 1681s-2(a)(3)"), "{page}");
            let ticked = format!("account-{account}");
            let form = [("csrf", csrf.as_str()), ("reporter", "HARBOR01"), (&ticked, "yes"), ("because", "")];
            let answer = cora.post(format!("{base}/reporting/corrections")).form(&form).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().await.unwrap().contains("The reason is empty"));
            let form = [("csrf", csrf.as_str()), ("reporter", "HARBOR01"), ("because", "disputed today")];
            let answer = cora.post(format!("{base}/reporting/corrections")).form(&form).send().await.unwrap();
            assert!(answer.text().await.unwrap().contains("The account is missing"), "nothing was ticked");
            let form = [("csrf", csrf.as_str()), ("reporter", "HARBOR01"), (&ticked, "yes"), ("because", "disputed today")];
            let answer = cora.post(format!("{base}/reporting/corrections")).form(&form).send().await.unwrap();
            assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("metro2-correction-2026-03-30.txt"));
            let file = metro2::read(&answer.bytes().await.unwrap()).unwrap();
            assert_eq!(file.accounts[0].base.text("compliance condition"), "XB");
            let page = cora.get(format!("{base}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Correction: disputed today") && page.contains("Nothing that was told has to be corrected"), "{page}");
            let page = cora.get(format!("{base}/accounts/{account}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("corrected since") && page.contains("corrected: disputed today") && page.contains("Write the correction"));

            let ada = client();
            sign_in(&ada, &base, "ada@example.org").await;
            let page = ada.get(format!("{base}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Correction: disputed today") && !page.contains("Write the"), "an auditor reads");
            let page = ada.get(format!("{base}/accounts/{account}/reporting")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("corrected since") && !page.contains("Write the correction"));
            let dana = client();
            sign_in(&dana, &base, "dana@example.org").await;
            let page = dana.get(format!("{base}/accounts/{account}")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Told the bureaus: In collection, USD 420.00, disputed"), "{page}");
            assert_eq!(dana.get(format!("{base}/reporting")).send().await.unwrap().status(), StatusCode::FORBIDDEN);
        });
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

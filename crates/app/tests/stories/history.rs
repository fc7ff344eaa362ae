//! History: what happened before the accounts were here counts from the first morning.

use crate::permissions::{client, sign_in};
use duly::app::Actor;
use duly::intake::history::taking_back::take_back_history;
use duly::intake::report::RowProblem;
use duly::ledger::actions::{PostPayment, post_payment, reverse_payment};
use duly_domain::identity::Role;
use duly_testkit::{Floor, both_engines};

fn accounts(floor: &mut Floor) {
    let text = "account,name,zip,phone,balance\nA-1,Maria,43205,614 555 0142,100.00\nA-2,Otto,43205,614 555 0143,200.00\nA-3,Ann,43205,614 555 0144,300.00\n";
    let mapping = "[columns]\nreference = \"account\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"phone\"\nbalance = \"balance\"\n";
    assert_eq!(floor.import(text, mapping, "Clinic").unwrap().accepted, 3);
    floor.clock("11:00");
}

both_engines! {
    fn seven_calls_of_the_week_before_are_seven(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let rows: String = (0..7).map(|i| format!("A-1,call,2026-02-{:02} 10:{i:02},no_answer\n", 25 + i % 4)).collect();
        let report = floor.import_history(&format!("account,kind,date,result\n{rows}"), None, "Clinic").unwrap();
        assert_eq!((report.rows, report.accepted, report.refused), (7, 7, 0), "{:?}", report.problems);
        let (maria, otto) = (floor.person_of("A-1"), floor.person_of("A-2"));
        assert_eq!((floor.calls_used(maria), floor.calls_used(otto)), (7, 0));
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.call-frequency.attempts"]);
        assert!(floor.officer("Dana").calls(otto, "no_answer").is_empty());

        let again = floor.import_history(&format!("account,kind,date,result\n{rows}"), None, "Clinic").unwrap();
        assert_eq!((again.accepted, again.duplicates, again.batch), (0, 7, None), "told twice is known once");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn two_calls_of_one_day_told_alike_are_two(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let report = floor.import_history("account,kind,date,result\nA-1,call,2026-03-01,no_answer\nA-1,call,2026-03-01,no_answer\n", None, "Clinic").unwrap();
        assert_eq!((report.accepted, report.duplicates), (2, 0));
        let maria = floor.person_of("A-1");
        assert_eq!(floor.calls_used(maria), 2);
    }

    fn every_kind_goes_where_it_belongs(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let text = "\
account,kind,date,channel,direction,result,number,amount,due_on,state,until,in_writing,from,till,note
A-1,cease,2026-02-01,,,,,,,,,,,,Stop.
A-2,contact,2026-03-01 09:00,call,in,conversation,,,,,,,,,
A-2,promise,2026-03-01,,,,,50.00,2026-03-20,open,,,,,
A-2,promise,2025-12-01,,,,,40.00,2025-12-20,broken,,,,,
A-2,payment,2026-01-15,,,,,25.00,,,,,,,
A-2,payment,2026-03-03,,,,,30.00,,,,,,,
A-3,inconvenient_time,2026-02-01,,,,,,,,,,08:00,18:00,After work only
A-3,hold,2026-02-01,,,,,,,,2026-04-01,,,,Waiting for papers
A-3,military,2026-02-01,,,,,,,,,,,,
A-3,phone,2026-02-10,,,,614 555 0199,,,,,,,,
A-3,phone,2026-02-10,,,,614 555 0144,,,,,,,,
A-3,note,2026-02-10,,,,,,,,,,,,She prefers letters.
A-1,recall,2026-03-02,,,,,,,,,,,,
A-9,note,2026-02-10,,,,,,,,,,,,Who?
A-1,pigeon,2026-02-10,,,,,,,,,,,,
";
        let report = floor.import_history(text, None, "Clinic").unwrap();
        let told: Vec<String> = report.problems.iter().map(|p| format!("{} {} {}", p.row, p.problem.column, p.problem.says)).collect();
        assert_eq!((report.accepted, report.refused), (13, 2), "{told:?}");
        assert!(told[0].starts_with("15 account is no account of Clinic here") && told[1].contains("pigeon"), "{told:?}");
        let (otto, ann) = (floor.person_of("A-2"), floor.person_of("A-3"));
        assert!(!floor.may_call(otto), "a talk on the 1st closes calls for seven days");
        assert_eq!(floor.promises(otto), ["open", "broken"]);
        assert_eq!(floor.balance(otto), "170.00", "only what came after placement is posted");
        assert!(!floor.may_call(ann), "not before six in the evening");
        assert_eq!(floor.count("select count(*) from holds where ended_at is null"), 1);
        assert_eq!(floor.count("select count(*) from contact_points where source like 'skip trace%'"), 1, "a known number is only seconded");
        assert_eq!(floor.count("select count(*) from point_sources"), 2);
        assert_eq!(floor.count("select count(*) from accounts where closed_because = 'recalled'"), 1);
        assert_eq!(floor.count("select count(*) from notes"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_payment_that_cannot_be_is_named_by_row_and_column(mut floor: "2026-03-03") {
        let text = "account,name,zip,due,balance\nA-1,Maria,43205,2025-11-01,100.00\nA-2,Otto,43205,,200.00\n";
        let mapping = "[columns]\nreference = \"account\"\nname = \"name\"\nzip = \"zip\"\nbalance = \"balance\"\ndue_on = \"due\"\n";
        assert_eq!(floor.import(text, mapping, "Clinic").unwrap().accepted, 2);
        floor.clock("11:00");
        let told = "Konto;What;Day;Sum\nA-1;payment;2026-03-03;25000.00\nA-1;payment;2026-01-15;25000.00\nA-1;payment;1925-12-01;10.00\n\
                    A-2;payment;1925-12-01;10.00\nA-2;payment;2026-03-03;150.00\nA-2;payment;2026-03-03;120.00\nA-1;PG;2026-03-01;\n";
        let mapping = "[words]\nPG = \"pigeon\"\n[columns]\nreference = \"Konto\"\nkind = \"What\"\nat = \"Day\"\namount = \"Sum\"\n";
        let report = floor.import_history(told, Some(mapping), "Clinic").unwrap();
        let problems: Vec<_> = report.problems.iter().map(|RowProblem { row, problem }| (*row, problem.column.as_str(), problem.value.as_str(), problem.refuses)).collect();
        assert_eq!(problems, [
            (2, "Sum", "25000.00", true), (3, "Sum", "25000.00", false), (4, "Day", "1925-12-01", false), (7, "Sum", "120.00", false), (8, "What", "PG", true),
        ], "{:?}", report.problems);
        let says = |at: usize| report.problems[at].problem.says.as_str();
        assert!(says(0).starts_with("is more than this debt ever was: USD 100.00") && says(0).contains("post what truly arrived"), "{}", says(0));
        assert!(says(1).starts_with("is more than this debt ever was here: USD 100.00"), "{}", says(1));
        assert!(says(2).starts_with("is before the first date of this debt: 2025-11-01"), "{}", says(2));
        assert_eq!(says(3), "is more than was owed on that day: USD 70.00 is kept to be given back");
        assert!(says(4).starts_with("\"pigeon\" is nothing that history tells"), "{}", says(4));
        assert_eq!((report.accepted, report.refused, report.gaps), (5, 2, 3));
        let (maria, otto) = (floor.person_of("A-1"), floor.person_of("A-2"));
        assert_eq!((floor.balance(maria), floor.balance(otto)), ("100.00".to_string(), "0.00".to_string()), "what cannot be is not on the books");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let again = floor.import_history(told, Some(mapping), "Clinic").unwrap();
        assert_eq!((again.accepted, again.duplicates, again.refused), (0, 5, 2), "what is known is asked about once");
    }

    fn two_payments_of_one_day_are_both_posted(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let text = "account,kind,date,amount\nA-2,payment,2026-03-03,25.00\nA-2,payment,2026-03-03,25.00\n";
        assert_eq!(floor.import_history(text, None, "Clinic").unwrap().accepted, 2);
        let otto = floor.person_of("A-2");
        assert_eq!(floor.balance(otto), "150.00");
        floor.clock("15:00");
        let again = floor.import_history(text, None, "Clinic").unwrap();
        assert_eq!((again.accepted, again.duplicates), (0, 2), "an hour later it is the same file");
        assert_eq!(floor.balance(otto), "150.00");
    }

    fn the_creditors_own_words_are_translated(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let mapping = "kind = \"contact\"\nzone = \"America/Chicago\"\n[words]\nOC = \"call\"\nNA = \"no_answer\"\n[columns]\nreference = \"ACCT\"\nat = { column = \"WHEN\", dates = \"month_first\" }\ntime = \"HH\"\nchannel = \"WHAT\"\nresult = \"HOW\"\n";
        let report = floor.import_history("ACCT;WHEN;HH;WHAT;HOW\nA-1;02/28/2026;16:30;OC;NA\nA-1;02/28/2026;25:00;OC;NA\n", Some(mapping), "Clinic").unwrap();
        assert_eq!((report.accepted, report.refused), (1, 1), "{:?}", report.problems);
        assert_eq!(floor.count("select contacted_at / 1000000 from contacts"), 1_772_317_800, "half past four in Chicago");
    }

    fn history_of_an_unknown_creditor_is_refused(mut floor: "2026-03-03") {
        let says = floor.import_history("account,kind,date\nA-1,call,2026-03-01\n", None, "Nobody").unwrap_err().to_string();
        assert_eq!(says, "there is no creditor \"Nobody\": import its accounts first");
        accounts(&mut floor);
        let says = floor.import_history("account,what\nA-1,call\n", None, "Clinic").unwrap_err().to_string();
        assert!(says.contains("names no column for at"), "{says}");
    }

    fn history_is_taken_back_with_a_reason_and_told_anew(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let text = "\
account,kind,date,result,amount,due_on,state,until,from,till,number,note
A-1,cease,2026-02-01,,,,,,,,,Stop.
A-2,call,2026-03-01,conversation,,,,,,,,
A-2,promise,2026-03-01,,50.00,2026-03-20,open,,,,,
A-2,promise,2025-12-01,,40.00,2025-12-20,broken,,,,,
A-2,payment,2026-01-15,,25.00,,,,,,,
A-2,payment,2026-03-03,,30.00,,,,,,,
A-3,inconvenient_time,2026-02-01,,,,,,08:00,18:00,,
A-3,hold,2026-02-01,,,,,2026-04-01,,,,Waiting for papers
A-3,deceased,2026-02-01,,,,,,,,,
A-3,phone,2026-02-10,,,,,,,,614 555 0199,
A-3,note,2026-02-10,,,,,,,,,Letters.
A-1,recall,2026-03-02,,,,,,,,,
";
        let batch = floor.import_history(text, None, "Clinic").unwrap().batch.unwrap();
        let (maria, otto, ann) = (floor.person_of("A-1"), floor.person_of("A-2"), floor.person_of("A-3"));
        assert_eq!([maria, otto, ann].map(|person| floor.may_call(person)), [false; 3]);

        let says = floor.take_back(batch).unwrap_err().to_string();
        for part in ["because is empty", "Written request to stop (1): what it forbids is permitted again", "contacts (1)", "recalled accounts (1): open again"] {
            assert!(says.contains(part), "{part}: {says}");
        }
        assert!(!floor.may_call(maria), "nothing is opened without a reason");
        assert_eq!(floor.take_back_because(batch, "The file was another creditor's.").unwrap(), 12);
        assert_eq!([maria, otto, ann].map(|person| floor.may_call(person)), [true; 3]);
        assert_eq!((floor.balance(otto), floor.promises(otto)), ("200.00".to_string(), vec![]));
        for (sql, left) in [
            ("select count(*) from contacts", 0),
            ("select count(*) from notices", 0),
            ("select count(*) from notes", 0),
            ("select count(*) from holds where ended_at is null", 0),
            ("select count(*) from preferences where ended_at is null", 0),
            ("select count(*) from circumstances where ended_at is null", 0),
            ("select count(*) from contact_points where source like 'skip trace%'", 0),
            ("select count(*) from accounts where closed_because is not null or was_reached = 1", 0),
            ("select count(*) from history_rows where taken_back_at is not null", 12),
            ("select count(*) from audit_entries where act = 'history.take_back'", 3),
            ("select count(*) from audit_entries where act = 'batch.take_back' and detail like '%another creditor%'", 1),
        ] {
            assert_eq!(floor.count(sql), left, "{sql}");
        }
        assert_eq!(floor.take_back(batch).unwrap(), 12, "twice is once");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        let anew = floor.import_history(text, None, "Clinic").unwrap();
        assert_eq!((anew.accepted, anew.duplicates, anew.refused), (12, 0, 0), "{:?}", anew.problems);
        assert_eq!(floor.balance(otto), "170.00", "the payment is posted anew");
        assert_eq!([maria, otto, ann].map(|person| floor.may_call(person)), [false; 3]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_payment_whose_file_was_taken_back_leaves_its_reference_free(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let otto = floor.person_of("A-2");
        let text = "account,kind,date,amount,payment_reference\nA-2,payment,2026-03-03,30.00,BANK 7\n";
        for times in 1..=3 {
            floor.clock(&format!("1{times}:00"));
            let batch = floor.import_history(text, None, "Clinic").unwrap().batch.unwrap();
            assert_eq!(floor.balance(otto), "170.00");
            assert!(floor.pays_on(otto, "30.00", "2026-03-03", "BANK 7").unwrap().is_repeat, "while it stands it is the same payment");
            floor.take_back_because(batch, "The file was another creditor's.").unwrap();
            assert_eq!((floor.balance(otto), floor.count("select count(*) from payments where state = 'reversed'")), ("200.00".into(), times));
        }
        let own = floor.pays_on(otto, "45.00", "2026-03-03", "BANK 7").unwrap();
        assert!(!own.is_repeat && floor.pays_on(otto, "45.00", "2026-03-03", "BANK 7").unwrap().payment == own.payment);
        floor.reverses(own.payment);
        assert!(floor.pays_on(otto, "45.00", "2026-03-03", "BANK 7").unwrap().is_repeat, "an officer's reversal leaves nothing free");
        assert_eq!(floor.count("select count(*) from payments where reference = 'BANK 7' and state = 'reversed'"), 4);
        assert_eq!(floor.count("select count(distinct posting_no) from payments where reference = 'BANK 7'"), 4);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn who_post_and_take_back_at_once_post_one_payment_and_take_it_back_once(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let otto = floor.person_of("A-2");
        let text = "account,kind,date,amount,payment_reference\nA-2,payment,2026-03-03,30.00,BANK 7\n";
        let batch = floor.import_history(text, None, "Clinic").unwrap().batch.unwrap();
        floor.take_back_because(batch, "The file was another creditor's.").unwrap();
        let (at, app) = (floor.app.moment(), floor.app.clone());
        let ask = PostPayment { account: otto.account, amount_minor: 4_500, effective_on: at.business_day, reference: "BANK 7".into() };
        floor.runtime.block_on(async {
            let posting = (0..6).map(|_| {
                let (app, ask) = (app.clone(), ask.clone());
                tokio::spawn(async move { post_payment(&app, &Actor::command(), at, &ask).await.unwrap() })
            });
            let mut posted = Vec::new();
            for post in posting.collect::<Vec<_>>() {
                posted.push(post.await.unwrap());
            }
            assert_eq!(posted.iter().filter(|posted| !posted.is_repeat).count(), 1);
            let payment = posted[0].payment;
            assert!(posted.iter().all(|posted| posted.payment == payment));
            let reversing = (0..6).map(|_| {
                let app = app.clone();
                tokio::spawn(async move { reverse_payment(&app, &Actor::command(), at, payment, at.business_day).await.unwrap() })
            });
            for reverse in reversing.collect::<Vec<_>>() {
                assert_eq!(reverse.await.unwrap().total().unwrap().minor(), 20_000);
            }
        });
        assert_eq!(floor.count("select count(*) from payments where state = 'reversed'"), 2);
        assert_eq!(floor.count("select count(*) from entries where kind = 'reversal'"), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn how_they_like_it_in_writing_is_told_by_a_file(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let text = "account,kind,date,channel,note\nA-1,prefers_channel,2026-02-01,text,Just text me.\nA-2,prefers_channel,2026-02-01,call,\n";
        let told = floor.import_history(text, None, "Clinic").unwrap();
        assert_eq!((told.accepted, told.refused), (1, 1), "nothing is written by telephone: {:?}", told.problems);
        let maria = floor.person_of("A-1");
        let rows = floor.texts("select channel, source from preferences where kind = 'prefers_channel' and ended_at is null");
        assert_eq!(rows, [(Some("text".to_string()), Some("history".to_string()))]);
        assert!(floor.timeline(maria).iter().any(|(title, more)| title == "In writing: prefers a text" && more.contains("Just text me.")));
        floor.take_back_because(told.batch.unwrap(), "The file was another creditor's.").unwrap();
        assert_eq!(floor.count("select count(*) from preferences where ended_at is null"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn history_that_was_decided_upon_stays(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let batch = floor.import_history("account,kind,date,result\nA-1,call,2026-03-02,no_answer\nA-2,cease,2026-03-02,\n", None, "Clinic").unwrap().batch.unwrap();
        let maria = floor.person_of("A-1");
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        let says = floor.take_back_because(batch, "Wrong file").unwrap_err().to_string();
        assert!(says.contains("1 times the gate was asked for an act"), "{says}");
        let otto = floor.person_of("A-2");
        assert!(!floor.may_call(otto));
    }

    fn a_placement_with_nothing_but_history_is_taken_back(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let text = "account,kind,date,amount,due_on,state\nA-1,call,2026-03-02,,,\nA-1,cease,2026-03-02,,,\nA-2,payment,2026-03-03,200.00,,\n\
                    A-2,promise,2026-02-20,200.00,2026-03-01,kept\nA-3,promise,2026-03-01,50.00,2026-03-20,open\n";
        assert_eq!(floor.import_history(text, None, "Clinic").unwrap().accepted, 5);
        let (otto, maria) = (floor.person_of("A-2"), floor.person_of("A-1"));
        let batch = floor.batch_of(maria);
        assert_eq!(floor.take_back(batch).unwrap(), 3);
        assert_eq!(floor.balance(otto), "0.00");
        assert_eq!(floor.count("select count(*) from accounts where state = 'closed' and balance_minor = 0 and next_action is null"), 3);
        assert_eq!(floor.count("select count(*) from worklist"), 0);
        assert_eq!(floor.count("select count(*) from notices"), 1, "who asked us to stop goes on to be heard");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        // The mended placement comes in as new, and so does its history.
        accounts(&mut floor);
        assert_eq!(floor.import_history(text, None, "Clinic").unwrap().accepted, 5);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn history_is_mapped_by_pointing_kept_and_taken_back_in_the_browser(mut floor: "2026-03-03") {
        accounts(&mut floor);
        floor.user("Ada", Role::BackOffice);
        let base = floor.serve();
        let text = "Acct;Wann;How\nA-1;28.02.2026;NA\nA-1;02.03.2026;NA\nA-2;01.03.2026;spoke\n";
        floor.runtime.block_on(async {
            let browser = client();
            let csrf = sign_in(&browser, &base, "ada@example.org").await;
            let upload = async || {
                let file = reqwest::multipart::Part::bytes(text.as_bytes().to_vec()).file_name("calls.csv").mime_str("text/csv").unwrap();
                let form = reqwest::multipart::Form::new().text("csrf", csrf.clone()).text("creditor", "Clinic").text("kind", "history").part("file", file);
                let sent = browser.post(format!("{base}/imports")).multipart(form).send().await.unwrap();
                assert_eq!(sent.status(), 303);
                format!("{base}{}", sent.headers()["location"].to_str().unwrap())
            };
            let read = async |place: &str| browser.get(place).send().await.unwrap().text().await.unwrap();
            let trial = upload().await;
            let page = read(&format!("{trial}/mapping")).await;
            for part in ["its values are dates", "<option value=\"day_first\" selected>", "Every row tells"] {
                assert!(page.contains(part), "{part}: {page}");
            }
            assert!(!page.contains("name=\"dates_0\""), "no form of dates for what holds none");

            let base_fields = [("csrf", csrf.as_str()), ("field_0", "reference"), ("field_1", "at"), ("dates_1", "day_first"), ("field_2", "result")];
            let wrong = browser.post(format!("{trial}/mapping")).form(&base_fields[..]).send().await.unwrap();
            assert_eq!(wrong.status(), 422);
            let page = wrong.text().await.unwrap();
            assert!(page.contains("no column says what a row tells"), "{page}");

            let told = |more: &[(&'static str, &'static str)]| base_fields.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
            let tried = browser.post(format!("{trial}/mapping")).form(&told(&[("kind", "call")])).send().await.unwrap();
            assert_eq!(tried.status(), 303);
            let page = read(&format!("{trial}/mapping")).await;
            assert!(page.contains("value=\"spoke\"") && page.contains("its values are dates"), "words to translate, reasons kept: {page}");
            let words = [("kind", "call"), ("theirs_0", "spoke"), ("ours_0", "talked")];
            browser.post(format!("{trial}/mapping")).form(&told(&words)).send().await.unwrap();
            let page = read(&trial).await;
            assert!(page.contains("Load "), "{page}");
            browser.post(format!("{trial}/loads")).form(&[("csrf", csrf.as_str())]).send().await.unwrap();
            assert!(read(&trial).await.contains("Loaded"));
            // The next file of this creditor comes with what was pointed at.
            let page = read(&upload().await).await;
            assert!(page.contains("version 1 of Clinic"), "{page}");

            let page = read(&format!("{base}/imports")).await;
            let batch = page.split("/batches/").nth(1).unwrap().split('"').next().unwrap().to_string();
            let page = read(&format!("{base}/batches/{batch}")).await;
            assert!(page.contains("they count no more among the calls and talks of seven days"), "{page}");
            let undo = format!("{base}/batches/{batch}/undos");
            let refused = browser.post(&undo).form(&[("csrf", csrf.as_str()), ("because", " ")]).send().await.unwrap();
            assert_eq!(refused.status(), 422);
            let done = browser.post(&undo).form(&[("csrf", csrf.as_str()), ("because", "Another office's list.")]).send().await.unwrap();
            assert_eq!(done.status(), 303);
            assert!(read(&format!("{base}/batches/{batch}")).await.contains("Another office"), "the reason is shown");
        });
        assert_eq!(floor.count("select count(*) from contacts"), 0);
        assert_eq!(floor.count("select count(*) from mappings where kind = 'history'"), 1);
    }

    fn disputes_and_complaints_of_a_file_are_cases_with_their_own_days(mut floor: "2026-03-03") {
        accounts(&mut floor);
        let text = "\
account,kind,date,amount,state,in_writing,note
A-1,verification_sent,2026-02-20,,,,
A-1,dispute,2026-02-10,,,,Not mine.
A-2,dispute,2026-02-25,50.00,,,The fees are wrong.
A-2,complaint,2026-01-10,,closed,no,Rude.
A-3,identity_theft,2026-03-01,,,,Not me.
";
        let report = floor.import_history(text, None, "Clinic").unwrap();
        assert_eq!((report.accepted, report.refused), (5, 0), "{:?}", report.problems);
        let again = floor.import_history(text, None, "Clinic").unwrap();
        assert_eq!((again.accepted, again.duplicates), (0, 5), "however often it is given");
        for (found, count) in [
            ("kind = 'dispute' and state = 'open'", 2),
            ("kind = 'dispute' and received_on = '2026-02-10'", 1),
            ("kind = 'dispute' and disputed_minor = 5000", 1),
            ("kind = 'complaint' and state = 'closed' and closed_by = 'history'", 1),
            ("kind = 'identity_theft' and state = 'open' and hold_id is not null", 1),
        ] {
            assert_eq!(floor.count(&format!("select count(*) from cases where {found}")), count, "{found}");
        }
        assert_eq!(floor.count("select count(*) from case_steps where kind = 'verification_sent'"), 1, "what came after it answers it");
        let (maria, otto) = (floor.person_of("A-1"), floor.person_of("A-2"));
        assert!(floor.may_call(maria) && !floor.may_call(otto));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let batch = report.batch.unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        floor.runtime.block_on(take_back_history(&app, &Actor::command(), at, batch, "another creditor's file")).unwrap();
        assert_eq!(floor.count("select count(*) from cases"), 0);
        assert!(floor.may_call(otto));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }
}

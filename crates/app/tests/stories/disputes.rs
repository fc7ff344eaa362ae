//! Cases: opened from anywhere, worked under clocks, closed by what was done.

use crate::permissions::{client, sign_in};
use duly::accounts::notice::{Kind, RecordNotice, record_notice};
use duly::accounts::papers::{FileDocument, file_document};
use duly::app::{Actor, Failure};
use duly::compliance::gate::AskContact;
use duly::compliance::replay::replay;
use duly::disputes::actions::{AddStep, CloseCase, OpenCase, add_step, close_case, open_case};
use duly::disputes::store::{Case, list_of_account, list_steps, load_case};
use duly::outreach::actions::reserve_contact;
use duly::strategy::actions::{list_worklist, next_best};
use duly_domain::accounts::Bucket;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, Ground, RootCause, StepKind};
use duly_domain::identity::Role;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::CaseId;
use duly_testkit::{Floor, Person, both_engines};

fn opens(floor: &mut Floor, ask: &OpenCase) -> Result<CaseId, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(open_case(&app, &who, at, ask))
}

/// A step, with the document that shows it.
fn steps(floor: &mut Floor, case: CaseId, kind: StepKind) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.user("Cora", Role::Compliance).actor(), floor.app.moment());
    floor.runtime.block_on(async {
        let account = load_case(&mut app.db.read().await?, case).await?.account;
        let paper = FileDocument {
            kind: "letter_sent".into(),
            file_name: "sent.txt".into(),
            media_type: "text/plain".into(),
            source: "us".into(),
            body: b"sent".to_vec(),
        };
        let document = Some(file_document(&app, &who, at, account, &paper).await?);
        add_step(&app, &who, at, case, &AddStep { document, ..AddStep::of(kind, at.business_day) }).await
    })
}

fn closes(floor: &mut Floor, ask: &CloseCase) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.user("Cora", Role::Compliance).actor(), floor.app.moment());
    floor.runtime.block_on(close_case(&app, &who, at, ask))
}

fn ending(case: CaseId, outcome: CaseOutcome) -> CloseCase {
    CloseCase { case, outcome, root_cause: None, found: "The statement bears it out.".into(), correction: None }
}

fn cases(floor: &Floor, person: Person) -> Vec<(Case, Vec<String>)> {
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        let mut found = Vec::new();
        for case in list_of_account(&mut tx, person.account).await.unwrap() {
            let steps = list_steps(&mut tx, case.id).await.unwrap();
            found.push((case, steps.into_iter().map(|step| step.kind).collect()));
        }
        found
    })
}

fn notes(floor: &mut Floor, person: Person, kind: Kind) {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(record_notice(&app, &who, at, RecordNotice::of(person.account, kind, at.at))).unwrap();
}

both_engines! {
    fn a_written_dispute_stops_collection_until_its_case_is_answered(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let ask = OpenCase { ground: Some(Ground::NotMine), words: Some("Never heard of it.".into()),
            ..OpenCase::of(maria.account, CaseKind::Dispute, true) };
        let case = opens(&mut floor, &ask).unwrap();
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.dispute.written-stop"]);
        assert_eq!(floor.account(maria).next_action.as_deref(), Some("Send verification"));

        floor.morning_of("2026-03-05");
        steps(&mut floor, case, StepKind::CreditorAsked).unwrap();
        assert_eq!(closes(&mut floor, &ending(case, CaseOutcome::Verified)).unwrap_err().to_string(),
            "outcome is verified by evidence: record what came, or from whom it was asked; outcome has no answer yet: print its letter and mail it");
        steps(&mut floor, case, StepKind::CreditorSent).unwrap();
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.dispute.written-stop"], "evidence here is not evidence there");
        steps(&mut floor, case, StepKind::VerificationSent).unwrap();
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty(), "sent, it lifts the stop");
        closes(&mut floor, &ending(case, CaseOutcome::Verified)).unwrap();
        assert!(matches!(closes(&mut floor, &ending(case, CaseOutcome::Verified)), Err(Failure::Stale(_))), "once");
        assert!(matches!(steps(&mut floor, case, StepKind::Answered), Err(Failure::Stale(_))));
        assert_eq!(cases(&floor, maria)[0].1, ["creditor_asked", "creditor_sent", "verification_sent"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_stop_panel_opens_the_case_and_its_answer_reaches_every_case_that_waits(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        notes(&mut floor, maria, Kind::Dispute);
        notes(&mut floor, maria, Kind::OriginalCreditorRequest);
        let theft = opens(&mut floor, &OpenCase::of(maria.account, CaseKind::IdentityTheft, true)).unwrap();
        assert_eq!(cases(&floor, maria).len(), 3);
        floor.morning_of("2026-03-04");
        notes(&mut floor, maria, Kind::VerificationSent);
        let said: Vec<(String, usize)> = cases(&floor, maria).into_iter().map(|(case, steps)| (case.kind, steps.len())).collect();
        assert_eq!(said, [("identity_theft".into(), 1), ("original_creditor".into(), 0), ("dispute".into(), 1)]);
        // The account stands still for the theft until that case is closed.
        assert_eq!(floor.count("select count(*) from holds where ended_at is null"), 1);
        steps(&mut floor, theft, StepKind::ConsumerSent).unwrap();
        let unshown = closes(&mut floor, &ending(theft, CaseOutcome::Verified)).unwrap_err().to_string();
        assert!(unshown.contains("an answer that nothing shows"), "{unshown}");
        steps(&mut floor, theft, StepKind::Answered).unwrap();
        closes(&mut floor, &ending(theft, CaseOutcome::Verified)).unwrap();
        assert_eq!(floor.count("select count(*) from holds where ended_at is null"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_is_said_again_is_a_step_and_a_new_case_only_once_it_was_closed(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("10:00");
        floor.officer("Dana").calls(maria, "disputes");
        let spoken = cases(&floor, maria);
        assert_eq!((spoken.len(), spoken[0].0.in_writing, spoken[0].0.channel.as_deref()), (1, false, Some("call")));
        assert_eq!(floor.count("select count(*) from holds where ended_at is null"), 1, "nobody calls until somebody has looked");
        floor.morning_of("2026-03-03");
        notes(&mut floor, maria, Kind::Dispute);
        let written = cases(&floor, maria);
        assert_eq!((written.len(), written[0].0.in_writing, written[0].1.as_slice()), (1, true, ["repeated".to_string()].as_slice()));
        let case = written[0].0.id;
        steps(&mut floor, case, StepKind::VerificationSent).unwrap();
        closes(&mut floor, &ending(case, CaseOutcome::Corrected)).unwrap();
        notes(&mut floor, maria, Kind::Dispute);
        assert_eq!(cases(&floor, maria).len(), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_correction_is_booked_off_and_never_below_what_is_owed(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let ask = OpenCase { disputed_minor: Some(12_000), ground: Some(Ground::WrongAmount), ..OpenCase::of(maria.account, CaseKind::Dispute, true) };
        let case = opens(&mut floor, &ask).unwrap();
        steps(&mut floor, case, StepKind::Answered).unwrap();
        let corrected = |minor| CloseCase { correction: Some((Bucket::Principal, minor)), ..ending(case, CaseOutcome::Corrected) };
        let too_much = closes(&mut floor, &corrected(42_001)).unwrap_err().to_string();
        assert!(too_much.contains("is more than is owed there, USD 420.00"), "{too_much}");
        assert!(closes(&mut floor, &corrected(0)).is_err());
        assert_eq!(floor.balance(maria), "420.00", "nothing is half done");
        closes(&mut floor, &corrected(12_000)).unwrap();
        assert_eq!(floor.balance(maria), "300.00");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update cases set found = 'Nothing was.'", &[]);
        assert!(!floor.failed_checks().is_empty(), "what was found is not found otherwise later");
    }

    fn a_complaint_has_a_root_cause_and_wrong_openings_are_refused_whole(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let bare = OpenCase::of(maria.account, CaseKind::Complaint, false);
        let tomorrow = Some("2026-03-03".parse().unwrap());
        let wrong = OpenCase { received_on: tomorrow, disputed_minor: Some(42_001), ..bare.clone() };
        assert_eq!(opens(&mut floor, &wrong).unwrap_err().to_string(),
            "received is in the future; disputed is more than is owed; words are empty: what do they complain about?");
        let case = opens(&mut floor, &OpenCase { words: Some("You called at dawn.".into()), ..bare }).unwrap();
        assert_eq!(floor.count("select count(*) from notices"), 0, "a complaint forbids nothing by itself");
        steps(&mut floor, case, StepKind::Answered).unwrap();
        assert!(steps(&mut floor, case, StepKind::VerificationSent).is_err(), "nothing is verified to who complains");
        let upheld = ending(case, CaseOutcome::Upheld);
        assert_eq!(closes(&mut floor, &upheld).unwrap_err().to_string(),
            "root_cause is missing: why was there something to complain about?");
        closes(&mut floor, &CloseCase { root_cause: Some(RootCause::TooOften), ..upheld }).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_document_that_shows_a_step_is_of_the_same_account(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        let case = opens(&mut floor, &OpenCase::of(maria.account, CaseKind::Dispute, false)).unwrap();
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let paper = FileDocument { kind: "statement".into(), file_name: "march.txt".into(), media_type: "text/plain".into(),
            source: "creditor".into(), body: b"owed".to_vec() };
        let [theirs, another] = [maria, otto].map(|person| floor.runtime.block_on(file_document(&app, &who, at, person.account, &paper)).unwrap());
        let shown = |document| AddStep { document: Some(document), ..AddStep::of(StepKind::CreditorSent, at.business_day) };
        assert!(matches!(floor.runtime.block_on(add_step(&app, &who, at, case, &shown(another))), Err(Failure::NotFound(_))));
        floor.runtime.block_on(add_step(&app, &who, at, case, &shown(theirs))).unwrap();
        assert_eq!(cases(&floor, maria)[0].1.len(), 1);
    }

    fn the_queue_shows_first_what_runs_out_first_and_the_case_is_worked_on_screen(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.officer("Dana");
        floor.user("Cora", Role::Compliance);
        floor.morning_of("2026-03-03");
        let paper = FileDocument { kind: "letter_sent".into(), file_name: "sent.txt".into(), media_type: "text/plain".into(),
            source: "us".into(), body: b"sent".to_vec() };
        let who = Actor::command();
        let filed = file_document(&floor.app, &who, floor.app.moment(), otto.account, &paper);
        let sent = floor.runtime.block_on(filed).unwrap().to_string();
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = client();
            let csrf = sign_in(&dana, &base, "dana@example.org").await;
            let open = |account: String, kind: &'static str, received: &'static str| {
                let form = [("csrf", csrf.clone()), ("kind", kind.into()), ("ground", "not_mine".into()), ("received", received.into()),
                    ("words", "They say <b>no</b>.".into())];
                dana.post(format!("{base}/accounts/{account}/cases")).form(&form).send()
            };
            assert_eq!(open(maria.account.to_string(), "dispute writing", "").await.unwrap().status(), 303);
            assert_eq!(open(otto.account.to_string(), "complaint spoken", "2026-03-02").await.unwrap().status(), 303);
            let wrong = open(otto.account.to_string(), "complaint spoken", "2026-03-04").await.unwrap();
            assert_eq!(wrong.status(), 422);
            assert!(wrong.text().await.unwrap().contains("The day is in the future."));
            let account = dana.get(format!("{base}/accounts/{}", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(account.contains("Say that we have it by"), "the account says what runs");
            let queue = dana.get(format!("{base}/disputes")).send().await.unwrap().text().await.unwrap();
            let (first, second) = (queue.find("Complaint, spoken").unwrap(), queue.find("It is not mine").unwrap());
            assert!(first < second, "a day earlier");
            assert!(!dana.get(format!("{base}/disputes?kind=complaint")).send().await.unwrap().text().await.unwrap().contains("It is not mine"));
            let path = queue.split("href=\"/disputes/cas_").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let url = format!("{base}/disputes/cas_{path}");
            let page = dana.get(&url).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("They say &#60;b&#62;no&#60;/b&#62;.") && !page.contains("/outcomes"), "an officer reads it");

            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let post = |to: &'static str, fields: Vec<(&'static str, &str)>| {
                let mut form = vec![("csrf", csrf.clone())];
                form.extend(fields.into_iter().map(|(name, value)| (name, value.to_string())));
                cora.post(format!("{url}/{to}")).form(&form).send()
            };
            let early = post("outcomes", vec![("outcome", "upheld"), ("found", "We did.")]).await.unwrap();
            assert_eq!(early.status(), 422);
            let says = early.text().await.unwrap();
            assert!(says.contains("has no answer yet") && says.contains("The root cause is missing") && says.contains("We did."));
            let answered = vec![("step", "answered"), ("on", "2026-03-03"), ("document", sent.as_str())];
            assert_eq!(post("steps", answered).await.unwrap().status(), 303);
            let done = post("outcomes", vec![("outcome", "upheld"), ("root_cause", "slow"), ("found", "We did.")]).await.unwrap();
            assert_eq!(done.status(), 303);
            let queue = cora.get(format!("{base}/disputes")).send().await.unwrap().text().await.unwrap();
            assert!(queue.contains("Closed lately") && queue.contains("We were slow"));
        });
        assert_eq!(floor.count("select count(*) from views where what = 'case'"), 2);
        assert!(floor.may_call(otto));
        let refused = floor.officer("Dana").reserves(maria, Channel::Email).unwrap();
        assert_eq!(refused.decision.because[0].rule.id, "regf.dispute.written-stop");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_disputed_part_is_held_and_the_rest_may_be_asked_for(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("10:00");
        let ask = OpenCase { disputed_minor: Some(12_000), ground: Some(Ground::WrongAmount), ..OpenCase::of(maria.account, CaseKind::Dispute, true) };
        opens(&mut floor, &ask).unwrap();
        let reserve = |floor: &mut Floor, is_about_undisputed| {
            let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
            let ask = AskContact { is_about_undisputed, ..AskContact::with_debtor(maria.account, Channel::Call) };
            floor.runtime.block_on(reserve_contact(&app, &who, at, &ask, None)).unwrap()
        };
        let refused = reserve(&mut floor, false);
        assert_eq!(refused.decision.because[0].rule.id, "regf.dispute.written-stop");
        assert!(refused.decision.because[0].detail.to_string().ends_with("ask about the undisputed USD 300.00 only"));
        let promised = |floor: &mut Floor, amount| floor.officer("Dana").takes_promise(maria, amount, "2026-03-09");
        assert_eq!(promised(&mut floor, "300.01"), ["plans.promise.disputed"]);
        assert!(reserve(&mut floor, true).contact.is_some());
        assert!(promised(&mut floor, "300.00").is_empty());
        // Whoever pays the rest leaves nothing to ask for.
        floor.pays(maria, "300.00", "counter");
        floor.morning_of("2026-03-04");
        floor.clock("10:00");
        let nothing = reserve(&mut floor, true);
        assert_eq!(nothing.decision.because[0].rule.id, "regf.dispute.written-stop");
        let (from, to) = ("2026-03-01T00:00:00Z".parse().unwrap(), "2026-03-05T00:00:00Z".parse().unwrap());
        let replay = floor.runtime.block_on(replay(&floor.app, from, to)).unwrap();
        assert_eq!((replay.judged, replay.differences.len()), (1, 0), "{:?}", replay.differences);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_screens_say_which_part_is_held_and_a_larger_payment_is_asked_about(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("10:00");
        let ask = OpenCase { disputed_minor: Some(12_000), ..OpenCase::of(maria.account, CaseKind::Dispute, true) };
        let case = opens(&mut floor, &ask).unwrap();
        floor.officer("Dana");
        floor.user("Pat", Role::BackOffice);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = client();
            let csrf = sign_in(&dana, &base, "dana@example.org").await;
            let account = dana.get(format!("{base}/accounts/{}?why=call", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(account.contains("USD 120.00 is disputed") && account.contains("USD 300.00 may be asked for"));
            assert!(account.contains("the undisputed part only") && account.contains("Ask about the undisputed USD 300.00 only"));
            assert!(account.contains("the undisputed USD 300.00, by a contact about it alone"), "Why? says it too");
            let page = dana.get(format!("{base}/disputes/{case}")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("<b>USD 300.00</b> may be asked for"));
            let to = account.split("<option value=\"call ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            let form = [("csrf", csrf.as_str()), ("to", &format!("call {to}")), ("undisputed", "yes")];
            assert_eq!(dana.post(format!("{base}/accounts/{}/contacts", maria.account)).form(&form).send().await.unwrap().status(), 303);
            let pat = client();
            let csrf = sign_in(&pat, &base, "pat@example.org").await;
            let pay = |amount: &'static str| {
                let form = [("csrf", csrf.clone()), ("amount", amount.into()), ("date", "2026-03-02".into()), ("reference", format!("desk {amount}"))];
                pat.post(format!("{base}/accounts/{}/payments", maria.account)).form(&form).send()
            };
            let paid = pay("300.00").await.unwrap();
            assert_eq!(paid.status(), 303);
            let asked = pay("50.00").await.unwrap();
            assert!(asked.text().await.unwrap().contains("post it only if paying more is their own wish"));
        });
    }

    fn a_case_says_what_it_stops_and_what_it_does_not(mut floor: "2026-01-05") {
        let late = floor.debtor("Maria", "420.00");
        let timely = floor.debtor("Rosa", "100.00");
        let spoken = floor.debtor("Ines", "200.00");
        notes(&mut floor, late, Kind::ValidationNoticeSent);
        floor.morning_of("2026-03-02");
        notes(&mut floor, timely, Kind::ValidationNoticeSent);
        floor.clock("10:00");
        let mut cases = Vec::new();
        for (person, in_writing) in [(late, true), (timely, true), (spoken, false)] {
            cases.push((person, opens(&mut floor, &OpenCase::of(person.account, CaseKind::Dispute, in_writing)).unwrap()));
        }
        assert!(floor.officer("Dana").calls(late, "no_answer").is_empty(), "a late one stops nothing");
        assert_eq!(floor.officer("Dana").calls(timely, "no_answer"), ["regf.dispute.written-stop"]);
        let base = floor.serve();
        let dana = client();
        let says = [
            "Nothing is stopped: the dispute was submitted after the validation period, which ended on Wed 11 Feb 2026.",
            "Collecting this debt is stopped until a copy of verification or of the judgment has been sent.",
            "Nothing is stopped: a spoken dispute stops nothing by law, only one in writing does.",
        ];
        floor.runtime.block_on(async {
            sign_in(&dana, &base, "dana@example.org").await;
            for ((person, case), says) in cases.iter().zip(says) {
                for path in [format!("disputes/{case}"), format!("accounts/{}", person.account)] {
                    let page = dana.get(format!("{base}/{path}")).send().await.unwrap().text().await.unwrap();
                    assert!(page.contains(says) && page.contains("It stays marked as disputed"), "{path}: {says}");
                    assert!(page.contains("12 CFR 1006.38(d)(2)"), "{path}");
                }
            }
        });
        floor.morning_of("2026-03-03");
        steps(&mut floor, cases[1].1, StepKind::VerificationSent).unwrap();
        floor.runtime.block_on(async {
            sign_in(&dana, &base, "dana@example.org").await;
            let page = dana.get(format!("{base}/disputes/{}", cases[1].1)).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("The dispute was answered: it stops nothing any more."));
        });
    }

    fn what_is_sent_late_in_the_evening_was_sent_on_the_agencys_day(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("21:30");
        notes(&mut floor, maria, Kind::VerificationSent);
        let days = floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let zone = duly::identity::actions::zone_in(&mut tx).await.unwrap();
            duly::accounts::store::notices::list_of_kind(&mut tx, maria.account, Kind::VerificationSent.code(), &zone).await.unwrap()
        });
        assert_eq!(days, [floor.today()], "it is tomorrow already in Greenwich");
    }

    fn an_account_disputed_in_part_stays_on_the_worklist_for_the_rest(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"));
        floor.clock("10:00");
        let dana = floor.officer("Dana").actor();
        let part = OpenCase { disputed_minor: Some(12_000), ..OpenCase::of(maria.account, CaseKind::Dispute, true) };
        opens(&mut floor, &part).unwrap();
        opens(&mut floor, &OpenCase::of(otto.account, CaseKind::Dispute, true)).unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let list = floor.runtime.block_on(async {
            list_worklist(&mut app.db.read().await.unwrap(), dana.id.unwrap(), at, None, 10).await.unwrap()
        });
        let shown: Vec<_> = list.iter().map(|work| (work.item.account, work.is_workable(), work.rest().map(|rest| rest.to_string()))).collect();
        assert_eq!(shown, [(maria.account, true, Some("USD 300.00".into()))], "what is disputed whole waits");
        let next = floor.runtime.block_on(next_best(&app, dana.id.unwrap(), at, None)).unwrap();
        assert_eq!(next, Some(maria.account));
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = client();
            sign_in(&dana, &base, "dana@example.org").await;
            let page = dana.get(format!("{base}/my-day")).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Undisputed 300.00 only") && page.contains(">In part</span>"), "{page}");
        });
    }
}

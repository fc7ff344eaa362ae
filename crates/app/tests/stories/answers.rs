//! Answers to cases by letter: printed with their copies, mailed, proved; states' words; why cases came.

use crate::permissions::{client, sign_in};
use crate::stories::letters::{mailed, print, set_sender, spoken};
use duly::accounts::papers::{FileDocument, file_document};
use duly::app::{Actor, Failure};
use duly::disputes::actions::{AddStep, CloseCase, OpenCase, add_step, close_case, open_case};
use duly::disputes::causes::count;
use duly::outreach::letters::Printing;
use duly::outreach::letters::answers::{AnswerCase, print_answer};
use duly::outreach::words::states::{EnterWords, enter};
use duly_domain::accounts::Bucket;
use duly_domain::disputes::case::{CaseKind, CaseOutcome, RootCause, StepKind};
use duly_domain::identity::Role;
use duly_domain::outreach::case_letter::CaseLetterKind;
use duly_domain::outreach::letter::Language;
use duly_domain::values::ids::{CaseId, DocumentId};
use duly_testkit::{Floor, Person, both_engines};
use jiff::civil::date;
use std::path::Path;

fn opens(floor: &mut Floor, ask: &OpenCase) -> CaseId {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(open_case(&app, &who, at, ask)).unwrap()
}

fn steps(floor: &mut Floor, case: CaseId, kind: StepKind) {
    let (app, who, at) = (floor.app.clone(), floor.user("Cora", Role::Compliance).actor(), floor.app.moment());
    floor.runtime.block_on(add_step(&app, &who, at, case, &AddStep::of(kind, at.business_day))).unwrap();
}

fn files(floor: &mut Floor, person: Person) -> DocumentId {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let paper = FileDocument {
        kind: "statement".into(),
        file_name: "agreement.txt".into(),
        media_type: "text/plain".into(),
        source: "creditor".into(),
        body: b"signed".to_vec(),
    };
    floor.runtime.block_on(file_document(&app, &who, at, person.account, &paper)).unwrap()
}

fn answer(case: CaseId, kind: CaseLetterKind, folder: &Path) -> AnswerCase {
    AnswerCase {
        case,
        kind,
        outcome: None,
        found: "The agreement bears the signature on file.".into(),
        enclosures: Vec::new(),
        original_creditor: Vec::new(),
        correction: None,
        mailing_on: None,
        folder: Some(folder.into()),
    }
}

fn prints(floor: &mut Floor, ask: &AnswerCase) -> Result<Printing, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.user("Cora", Role::Compliance).actor(), floor.app.moment());
    floor.runtime.block_on(print_answer(&app, &who, at, ask))
}

fn closes(floor: &mut Floor, case: CaseId, outcome: CaseOutcome, root_cause: Option<RootCause>) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.user("Cora", Role::Compliance).actor(), floor.app.moment());
    let ask = CloseCase { case, outcome, root_cause, found: "As the letter says.".into(), correction: None };
    floor.runtime.block_on(close_case(&app, &who, at, &ask))
}

both_engines! {
    fn verification_is_printed_with_its_copies_and_lifts_the_stop_once_it_is_mailed(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let maria = floor.person("44-0001");
        let part = OpenCase { disputed_minor: Some(12_000), ..OpenCase::of(maria.account, CaseKind::Dispute, true) };
        let case = opens(&mut floor, &part);
        steps(&mut floor, case, StepKind::CreditorSent);
        let bare = answer(case, CaseLetterKind::Verification, &folder);
        let gap = prints(&mut floor, &bare).unwrap_err().to_string();
        assert!(gap.contains("copy of the verification or judgment is missing") && gap.contains("Answer by letter"), "{gap}");
        let agreement = files(&mut floor, maria);
        let whole = AnswerCase { enclosures: vec![agreement], ..bare };
        let printing = prints(&mut floor, &whole).unwrap();
        let [(run, place, 1)] = printing.folders.as_slice() else { panic!("{printing:?}") };
        let manifest = std::fs::read_to_string(place.join("manifest.csv")).unwrap();
        assert!(manifest.contains("0001-verification-") && manifest.contains("0001-enclosure-1.txt") && manifest.contains(",enclosure"), "{manifest}");
        assert_eq!(std::fs::read(place.join("0001-enclosure-1.txt")).unwrap(), b"signed");
        let content = floor.texts("select content, language from letters where kind = 'verification'")[0].clone();
        let (content, language) = (content.0.unwrap(), content.1.unwrap());
        for says in ["You dispute $120.00 of it.", "Copies are enclosed as verification", "agreement.txt", "Usted disputa $120.00", "$414.50",
            "collect a debt"] {
            assert!(content.contains(says), "{says}: {content}");
        }
        assert_eq!(language, "es-US");
        // Printed is not sent: the stop stands, and nothing is closed.
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.dispute.written-stop", "regf.call-frequency.conversation"]);
        assert!(closes(&mut floor, case, CaseOutcome::Verified, None).unwrap_err().to_string().contains("printed and not in the mail"));
        assert!(matches!(prints(&mut floor, &whole), Err(Failure::Stale(_))), "one answer at a time");

        assert_eq!(mailed(&mut floor, *run, None).unwrap(), 1);
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.call-frequency.conversation"]);
        closes(&mut floor, case, CaseOutcome::Verified, None).unwrap();
        assert_eq!(floor.count("select count(*) from case_steps s join letters l on l.document_id = s.document_id and l.state = 'mailed'"), 1);
        let proof = floor.count("select count(*) from audit_entries where act = 'letter.mail' and detail like '%sha256%'");
        assert_eq!(proof, 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_correction_is_booked_with_its_letter_or_not_at_all(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        let maria = floor.person("44-0001");
        let case = opens(&mut floor, &OpenCase::of(maria.account, CaseKind::Dispute, true));
        let corrects = AnswerCase { correction: Some((Bucket::Principal, 10_000)), ..answer(case, CaseLetterKind::Correction, &folder) };
        let gap = prints(&mut floor, &corrects).unwrap_err().to_string();
        assert!(gap.contains("collector name") && floor.balance(maria) == "414.50", "{gap}");
        set_sender(&mut floor);
        let printing = prints(&mut floor, &corrects).unwrap();
        assert_eq!(floor.balance(maria), "314.50");
        let content = floor.texts("select content, language from letters where kind = 'correction'")[0].0.clone().unwrap();
        assert!(content.contains("Amount before the correction: $414.50") && content.contains("Taken off: - $100.00"), "{content}");
        mailed(&mut floor, printing.folders[0].0, None).unwrap();
        // Without copies it verifies nothing: the stop stands until verification was sent too.
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer")[0], "regf.dispute.written-stop");
        closes(&mut floor, case, CaseOutcome::Corrected, None).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn each_other_answer_goes_out_for_its_own_purpose(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let (maria, chidi) = (floor.person("44-0001"), floor.person("44-0002"));
        let asked = opens(&mut floor, &OpenCase::of(maria.account, CaseKind::OriginalCreditor, true));
        let named = AnswerCase {
            original_creditor: ["Bank of Rockville", "1 Main St", "Rockville, MD 20850"].map(String::from).to_vec(),
            found: String::new(),
            ..answer(asked, CaseLetterKind::OriginalCreditor, &folder)
        };
        let printing = prints(&mut floor, &named).unwrap();
        mailed(&mut floor, printing.folders[0].0, None).unwrap();
        closes(&mut floor, asked, CaseOutcome::Supplied, None).unwrap();
        assert_eq!(floor.count("select count(*) from notices where kind = 'original_creditor_sent'"), 1);

        // What was never verified is repeated by nobody.
        let first = opens(&mut floor, &OpenCase::of(maria.account, CaseKind::Dispute, true));
        let repeat = |case| answer(case, CaseLetterKind::Repeat, &folder);
        assert!(prints(&mut floor, &repeat(first)).unwrap_err().to_string().contains("earlier answer is not on record"));
        steps(&mut floor, first, StepKind::CreditorSent);
        let agreement = files(&mut floor, maria);
        let verified = AnswerCase { enclosures: vec![agreement], ..answer(first, CaseLetterKind::Verification, &folder) };
        let printing = prints(&mut floor, &verified).unwrap();
        mailed(&mut floor, printing.folders[0].0, None).unwrap();
        closes(&mut floor, first, CaseOutcome::Verified, None).unwrap();
        floor.morning_of("2026-03-12");
        let again = opens(&mut floor, &OpenCase { is_duplicative: true, ..OpenCase::of(maria.account, CaseKind::Dispute, true) });
        let printing = prints(&mut floor, &repeat(again)).unwrap();
        mailed(&mut floor, printing.folders[0].0, None).unwrap();
        closes(&mut floor, again, CaseOutcome::Verified, None).unwrap();
        let content = floor.texts("select content, language from letters where kind = 'repeat'")[0].0.clone().unwrap();
        assert!(content.contains("the dispute that we answered on March 2, 2026"), "{content}");

        let words = Some("You called at dawn.".to_string());
        let complaint = opens(&mut floor, &OpenCase { words, ..OpenCase::of(chidi.account, CaseKind::Complaint, false) });
        let sorry = AnswerCase { outcome: Some(CaseOutcome::Upheld), ..answer(complaint, CaseLetterKind::Complaint, &folder) };
        let printing = prints(&mut floor, &sorry).unwrap();
        mailed(&mut floor, printing.folders[0].0, None).unwrap();
        closes(&mut floor, complaint, CaseOutcome::Upheld, Some(RootCause::TooOften)).unwrap();
        let (from, to) = (date(2026, 3, 1), date(2026, 3, 31));
        let counts = floor.runtime.block_on(async { count(&mut floor.app.db.read().await.unwrap(), from, to).await }).unwrap();
        let told: Vec<_> = counts.iter().map(|count| (count.kind, count.cause, count.month.as_str(), count.cases)).collect();
        assert!(told.contains(&(CaseKind::Complaint, Some(RootCause::TooOften), "2026-03", 1)), "{told:?}");
        assert!(told.contains(&(CaseKind::Dispute, None, "2026-03", 2)), "{told:?}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_letter_to_a_state_waits_for_the_words_that_the_state_wants(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        floor.tamper("update debtors set state = 'TN'", &[]);
        let held = print(&mut floor, &folder, None).unwrap().held;
        assert!(held[0].because.iter().any(|says| says.contains("words of Tennessee are missing: licensed by the Collection Service Board, unverified")
            && says.contains("Words that are due")), "{held:?}");
        let enters = |floor: &mut Floor, state: &str, words: &str, source: &str| {
            let (app, at) = (floor.app.clone(), floor.app.moment());
            let ask = EnterWords { state: state.into(), language: Language::English, words: words.into(), source: source.into() };
            floor.runtime.block_on(enter(&app, &Actor::command(), at, &ask))
        };
        assert_eq!(enters(&mut floor, "XX", " ", "").unwrap_err().to_string(),
            "state \"XX\" is not the two letters of a state; words is empty; source is empty");
        assert_eq!(enters(&mut floor, "TN", "Licensed by the Board.", "counsel").unwrap(), 1);
        assert_eq!(enters(&mut floor, "tn", "This agency is licensed by the Collection Service Board.", "Tenn. Code 62-20-111").unwrap(), 2);
        assert_eq!(print(&mut floor, &folder, None).unwrap().folders[0].2, 2);
        let carried = "select count(*) from contact_disclosures where disclosure = 'tn.own' and version = 2 and letter_id is not null";
        assert_eq!(floor.count(carried), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn answers_words_and_causes_on_screen(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let maria = floor.person("44-0001");
        let case = opens(&mut floor, &OpenCase { words: Some("Rude.".into()), ..OpenCase::of(maria.account, CaseKind::Complaint, false) });
        floor.user("Cora", Role::Compliance);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let cora = client();
            let csrf = sign_in(&cora, &base, "cora@example.org").await;
            let read = async |path: &str| cora.get(format!("{base}{path}")).send().await.unwrap().text().await.unwrap();
            let post = async |path: &str, fields: &[(&str, &str)]| {
                let mut form = vec![("csrf", csrf.as_str())];
                form.extend(fields);
                cora.post(format!("{base}{path}")).form(&form).send().await.unwrap()
            };
            let path = format!("/disputes/{case}");
            assert!(read(&path).await.contains("Answer by letter"));
            let gap = post(&format!("{path}/letters"), &[("kind", "complaint"), ("outcome", "upheld"), ("found", "")]).await;
            assert_eq!(gap.status(), 422);
            assert!(gap.text().await.unwrap().contains("Not printed: what was found is missing"));
            let done = post(&format!("{path}/letters"), &[("kind", "complaint"), ("outcome", "upheld"), ("found", "He was.")]).await;
            assert_eq!(done.status(), 303);
            assert!(read(&path).await.contains("not in the mail"));
            let letters = read("/letters").await;
            assert!(letters.contains("Answer to the complaint"));
            let run = letters.split("/letters/run_").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
            assert_eq!(post(&format!("/letters/run_{run}/mailings"), &[]).await.status(), 303);
            assert!(read(&path).await.contains("mailed Mon 2 Mar 2026"));
            let closing = [("outcome", "upheld"), ("root_cause", "tone"), ("found", "He was.")];
            assert_eq!(post(&format!("{path}/outcomes"), &closing).await.status(), 303);
            assert!(read(&format!("/accounts/{}", maria.account)).await.contains("SHA-256"));

            let causes = read("/disputes/causes").await;
            assert!(causes.contains("What was said, or how") && causes.contains("cause=tone"));
            let drilled = read("/disputes/causes?by=cause&kind=complaint&cause=tone&month=2026-03").await;
            assert!(drilled.contains(&path) && drilled.contains("44-0001"));
            assert!(!read("/disputes/causes?kind=complaint&cause=slow").await.contains(&path));
            assert!(read("/disputes/causes?by=creditor&kind=all").await.contains("Larkfield"));

            let states = read("/compliance/words/states").await;
            assert!(states.contains("Tennessee <span class=\"chip no\">no letters</span>") && states.contains("unverified"));
            assert!(states.contains("name=\"state\" required><option value=\"\">Choose</option>"), "no state is chosen beforehand");
            assert_eq!(post("/compliance/words/states", &[("state", "TN"), ("words", ""), ("source", "x")]).await.status(), 422);
            let entered = [("state", "TN"), ("language", "en"), ("words", "Licensed."), ("source", "counsel")];
            assert_eq!(post("/compliance/words/states", &entered).await.status(), 303);
            assert!(read("/compliance/words/states").await.contains("version 1"));
        });
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        let _ = std::fs::remove_dir_all(folder);
    }
}

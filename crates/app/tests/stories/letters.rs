//! Validation notices: due, printed once, mailed, binding; cut off and completed.

use crate::permissions::{client, sign_in};
use duly::accounts::actions::place_hold;
use duly::app::{Actor, Failure};
use duly::identity::store as settings;
use duly::outreach::letters::{self, PrintNotices, Printing};
use duly_domain::identity::Role;
use duly_domain::values::ids::LetterRunId;
use duly_testkit::{Floor, both_engines};
use jiff::civil::{Date, date};
use std::path::{Path, PathBuf};
use uuid::Uuid;

const MAPPING: &str = r#"
[columns]
reference = "reference"
name = "name"
language = "language"
street = "street"
city = "city"
zip = "zip"
mobile = "mobile"
principal = "principal"
interest = "interest"
paid = "paid"
itemized_on = "itemized_on"
"#;

const ROWS: &str = "reference,name,language,street,city,zip,mobile,principal,interest,paid,itemized_on
44-0001,María Núñez,es,12 Elm St,Columbus,43205,6145550101,400.00,20.00,5.50,2025-06-01
44-0002,Chidi Okafor,en,9 Oak Ave,Columbus,43205,6145550102,100.00,0,0,2025-06-01
44-0003,Ann Gap,en,,,43205,6145550103,100.00,0,0,
";

/// A floor whose three people were spoken with this morning, and a folder for its letters.
pub fn spoken(floor: &mut Floor) -> PathBuf {
    floor.import(ROWS, MAPPING, "Larkfield").expect("the file is good");
    for reference in ["44-0001", "44-0002", "44-0003"] {
        let person = floor.person(reference);
        assert!(floor.officer("Dana").calls(person, "talked").is_empty(), "{reference}");
    }
    std::env::temp_dir().join(format!("duly_letters_{}", Uuid::now_v7().simple()))
}

pub fn set_sender(floor: &mut Floor) {
    let told = [
        (settings::COMPANY, "Harbor Recovery"),
        (settings::ADDRESS, "P.O. Box 12\nColumbus, OH 43201"),
        (settings::PHONE, "(614) 555-0199"),
        (settings::HOURS, "8am to 6pm ET"),
    ]
    .map(|(name, value)| (name, value.to_string()));
    let who = Actor::command();
    let set = letters::set_sender(&floor.app, &who, floor.app.moment(), &told);
    floor.runtime.block_on(set).unwrap();
}

pub fn print(floor: &mut Floor, folder: &Path, on: Option<Date>) -> Result<Printing, Failure> {
    let ask = PrintNotices { folder: Some(folder.into()), mailing_on: on, accounts: Vec::new() };
    floor.runtime.block_on(letters::print_notices(&floor.app, &Actor::command(), floor.app.moment(), &ask))
}

pub fn mailed(floor: &mut Floor, run: LetterRunId, on: Option<Date>) -> Result<usize, Failure> {
    floor.runtime.block_on(letters::record_mailed(&floor.app, &Actor::command(), floor.app.moment(), run, on))
}

fn due(floor: &mut Floor) -> Vec<(String, Date, bool)> {
    let at = floor.app.moment();
    let due = floor.runtime.block_on(async { letters::list_due(&floor.app, &mut floor.app.db.read().await?, at, 10).await });
    due.unwrap().into_iter().map(|due| (due.reference, due.deadline, due.is_late)).collect()
}

/// The files of a folder with their bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

both_engines! {
    fn a_notice_is_printed_once_and_binds_from_its_mailing(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        assert_eq!(due(&mut floor).len(), 3);
        assert_eq!(due(&mut floor)[0], ("44-0001".into(), date(2026, 3, 7), false));

        // Nobody has said who we are: nothing is printed, and each gap is named.
        let printing = print(&mut floor, &folder, None).unwrap();
        assert!(printing.folders.is_empty() && printing.held.len() == 3);
        let because = printing.held[0].because.join("\n");
        for gap in ["collector name", "collector mailing address", "collector telephone"] {
            assert!(because.contains(gap) && because.contains("duly letters sender"), "{because}");
        }

        set_sender(&mut floor);
        let printing = print(&mut floor, &folder, Some(date(2026, 3, 3))).unwrap();
        let [(run, place, 2)] = printing.folders.as_slice() else { panic!("{printing:?}") };
        let [held] = printing.held.as_slice() else { panic!("{printing:?}") };
        let because = held.because.join("\n");
        assert!(because.contains("consumer mailing address") && because.contains("itemization date and its amounts"), "{because}");

        let kept = files(place);
        let names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names[0].starts_with("0001-validation-notice-") && names[2] == "manifest.csv", "{names:?}");
        let manifest = String::from_utf8(kept[2].1.clone()).unwrap();
        assert!(manifest.contains("44-0001") && manifest.contains("María Núñez\n12 Elm St\nColumbus, OH 43205"), "{manifest}");
        assert!(kept[0].1.starts_with(b"%PDF-1.7") && manifest.contains(&duly_domain::audit::hex(&sha(&kept[0].1))), "{manifest}");
        let contents = floor.texts("select content, language from letters order by file_name");
        let spanish = contents[0].0.clone().unwrap();
        assert_eq!(contents[0].1.as_deref(), Some("es-US"));
        for says in ["As of June 1, 2025, you owed: $400.00", "Al 1 de junio de 2025, usted debía: $400.00", "- $5.50", "$414.50",
            "a más tardar el 9 de abril de 2026"] {
            assert!(spanish.contains(says), "{says}: {spanish}");
        }

        // Once: nothing more is printed, and nothing is due but what could not be.
        assert!(print(&mut floor, &folder, None).unwrap().folders.is_empty());
        assert_eq!(due(&mut floor).len(), 1);
        assert_eq!(floor.count("select count(*) from notices"), 0, "printing alone binds nobody");

        assert!(matches!(mailed(&mut floor, *run, None), Err(Failure::Wrong(_))), "tomorrow has not come");
        floor.morning_of("2026-03-03");
        assert_eq!(mailed(&mut floor, *run, None).unwrap(), 2);
        assert!(matches!(mailed(&mut floor, *run, None), Err(Failure::Stale(_))), "a mailing is recorded once");
        let bound = "select count(*) from notices where kind = 'validation_notice_sent' and sent_on = '2026-03-03' and stated_end_on = '2026-04-09'";
        assert_eq!(floor.count(bound), 2);
        floor.morning_of("2026-03-10");
        assert_eq!(due(&mut floor), [("44-0003".into(), date(2026, 3, 7), true)]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn letters_are_printed_opened_and_mailed_from_the_screen(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        floor.user("Bo", Role::BackOffice);
        let maria = floor.person("44-0001").account;
        let base = floor.serve();
        let (client, csrf) = floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "bo@example.org").await;
            (client, csrf)
        });
        let get = async |path: &str| client.get(format!("{base}{path}")).send().await.unwrap();
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let form: Vec<(&str, &str)> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
            client.post(format!("{base}{path}")).form(&form).send().await.unwrap()
        };
        let account = maria.to_string();
        floor.runtime.block_on(async {
            let page = get("/letters").await.text().await.unwrap();
            assert!(page.contains("44-0001") && page.contains("Sat 7 Mar 2026") && page.contains("collector telephone"), "{page}");
            let page = post("/letters", &[("account", &account)]).await.text().await.unwrap();
            assert!(page.contains("Nothing was printed.") && page.contains("Settings, or `duly letters sender`"), "{page}");
        });
        set_sender(&mut floor);
        let (document, run) = floor.runtime.block_on(async {
            let papers = get(&format!("/accounts/{maria}?do=papers")).await.text().await.unwrap();
            assert!(papers.contains("Print the validation notice"), "{papers}");
            let late = post("/letters", &[("account", &account), ("on", "2026-03-01")]).await;
            assert_eq!(late.status().as_u16(), 422);
            assert!(late.text().await.unwrap().contains("the day lies in the past"));
            let page = post("/letters", &[("account", &account)]).await.text().await.unwrap();
            assert!(page.contains("1 letter is made.") && page.contains("1 for mailing on Mon 2 Mar 2026"), "{page}");
            // Twice is once.
            let page = post("/letters", &[("account", &account)]).await.text().await.unwrap();
            assert!(page.contains("its validation notice was sent or is printed already"), "{page}");
            let papers = get(&format!("/accounts/{maria}?do=papers")).await.text().await.unwrap();
            assert!(!papers.contains("Print the validation notice"), "{papers}");
            let between = |from: &str, to: char| page.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap().to_string();
            (between(&format!("/accounts/{maria}/documents/"), '"'), between("action=\"/letters/", '/'))
        });
        assert_eq!(floor.count("select count(*) from decisions where channel = 'letter'"), 1, "the gate was asked once it could be printed");
        floor.runtime.block_on(async {
            let letter = get(&format!("/accounts/{maria}/documents/{document}")).await.bytes().await.unwrap();
            assert!(letter.starts_with(b"%PDF-1.7"));
            let mailed = post(&format!("/letters/{run}/mailings"), &[]).await;
            assert_eq!(mailed.headers()["location"], "/letters?said=mailed");
            let again = post(&format!("/letters/{run}/voids"), &[]).await;
            assert_eq!(again.status().as_u16(), 422);
        });
        assert_eq!(floor.count("select count(*) from notices where kind = 'validation_notice_sent' and sent_on = '2026-03-02'"), 1);
        // What was opened on screen is in no folder of a later printing.
        let printing = print(&mut floor, &folder, None).unwrap();
        assert_eq!(printing.folders.iter().map(|(.., letters)| *letters).collect::<Vec<_>>(), [1]);
        // With a folder in the configuration the screen prints there.
        floor.app = floor.app.clone().printing_into(Some(folder.join("screen")));
        let base = floor.serve();
        floor.tamper("update letters set state = 'void' where state = 'printed'", &[]);
        let page = floor.runtime.block_on(async {
            let form = [("csrf", csrf.as_str())];
            client.post(format!("{base}/letters")).form(&form).send().await.unwrap().text().await.unwrap()
        });
        assert!(page.contains("1 letters are in the folder"), "{page}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn letters_left_lying_are_taken_back_and_printed_anew(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let (run, ..) = print(&mut floor, &folder, None).unwrap().folders[0].clone();
        floor.morning_of("2026-03-09");
        let late = mailed(&mut floor, run, Some(date(2026, 3, 9))).unwrap_err().to_string();
        assert!(late.contains("print anew"), "{late}");
        let who = Actor::command();
        let void = letters::void_run(&floor.app, &who, floor.app.moment(), run);
        assert_eq!(floor.runtime.block_on(void).unwrap(), 2);
        let (anew, ..) = print(&mut floor, &folder, None).unwrap().folders[0].clone();
        assert_eq!(mailed(&mut floor, anew, None).unwrap(), 2);
        let before = print(&mut floor, &folder, Some(date(2026, 3, 8)));
        assert!(matches!(before, Err(Failure::Wrong(_))));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_folder_cut_off_is_completed_with_the_same_letters(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let (run, place, _) = print(&mut floor, &folder, None).unwrap().folders[0].clone();
        let before = files(&place);

        // Ended after the letters were kept, in the middle of the folder.
        let part = folder.join(format!(".{}.part", place.file_name().unwrap().to_string_lossy()));
        std::fs::rename(&place, &part).unwrap();
        std::fs::write(part.join("0002-half"), b"%PDF").unwrap();
        floor.tamper("update letter_runs set written_at = null", &[]);
        let again = print(&mut floor, &folder, None).unwrap();
        assert_eq!(again.folders, [(run, place.clone(), 2)]);
        assert_eq!(files(&place), before);
        assert!(!part.exists());

        // Ended after the folder was in its place, before that was noted.
        floor.tamper("update letter_runs set written_at = null", &[]);
        assert_eq!(print(&mut floor, &folder, None).unwrap().folders, [(run, place.clone(), 2)]);
        assert_eq!(files(&place), before);
        assert_eq!(floor.count("select count(*) from letters"), 2);
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_payment_since_is_shown_and_amounts_that_are_off_are_not_printed(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let maria = floor.person("44-0001");
        floor.pays(maria, "14.50", "R1");
        let chidi = floor.person("44-0002");
        floor.tamper("update itemizations set owed_minor = 9999 where account_id = $1", &[chidi.account.into()]);
        let printing = print(&mut floor, &folder, None).unwrap();
        let off: Vec<String> = printing.held.iter().flat_map(|held| held.because.clone()).filter(|says| says.contains("balance")).collect();
        assert_eq!(off.len(), 1, "{printing:?}");
        assert!(off[0].contains("comes to $99.99, the books say $100.00"), "{off:?}");
        let content = floor.texts("select content, hash from letters")[0].0.clone().unwrap();
        assert!(content.contains("- $20.00") && content.contains("debt now: $400.00"), "{content}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn an_account_held_back_again_and_again_on_a_day_adds_one_decision(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let decisions = "select count(*) from decisions where channel = 'letter'";
        let maria = floor.person("44-0001");
        floor.notes(maria, None, "bankruptcy_filed", Some(7));
        for _ in 0..3 {
            let printing = print(&mut floor, &folder, None).unwrap();
            assert_eq!(printing.held.len(), 2, "the bankrupt and who has no address");
        }
        // One letter was printed, one refused; what lacks an address was never asked about.
        assert_eq!((floor.count(&format!("{decisions} and answer = 'allowed'")), floor.count(&format!("{decisions} and answer = 'refused'"))), (1, 1));
        floor.morning_of("2026-03-03");
        print(&mut floor, &folder, None).unwrap();
        assert_eq!(floor.count(&format!("{decisions} and answer = 'refused'")), 2, "another day, asked again");
        // What is kept of a letter is proved with the rest.
        for (tamper, undo) in [
            ("update letters set content = content || ' '", "update letters set content = substr(content, 1, length(content) - 1)"),
            ("update letters set state = 'void'", "update letters set state = 'printed'"),
        ] {
            floor.tamper(tamper, &[]);
            let failed = floor.failed_checks();
            assert!(failed.len() == 1 && failed[0].starts_with("rows as their entries say: letter ltr_") && failed[0].contains("was altered"), "{failed:?}");
            floor.tamper(undo, &[]);
        }
        let run = floor.runtime.block_on(async { letters::store::list_runs(&mut floor.app.db.read().await?, 1).await }).unwrap()[0].id;
        assert_eq!(mailed(&mut floor, run, None).unwrap(), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_hold_of_ours_keeps_no_notice_back_that_is_due(mut floor: "2026-03-02") {
        floor.import(ROWS, MAPPING, "Larkfield").expect("the file is good");
        set_sender(&mut floor);
        let folder = std::env::temp_dir().join(format!("duly_letters_{}", Uuid::now_v7().simple()));
        let (maria, chidi) = (floor.person("44-0001"), floor.person("44-0002"));
        let until = "2026-04-01".parse().unwrap();
        let (app, who, at) = (floor.app.clone(), Actor::command(), floor.app.moment());
        floor.runtime.block_on(place_hold(&app, &who, at, maria.account, "Waiting for papers", until)).unwrap();
        // A talk in which the debt is disputed makes the account stand still; the days for the notice run on.
        floor.officer("Dana").calls(chidi, "disputes");
        let ask = PrintNotices { folder: Some(folder.clone()), mailing_on: None, accounts: vec![maria.account, chidi.account] };
        let printing = floor.runtime.block_on(letters::print_notices(&app, &who, at, &ask)).unwrap();
        assert_eq!(printing.folders.iter().map(|(.., letters)| *letters).collect::<Vec<_>>(), [1], "{printing:?}");
        assert_eq!(printing.held.iter().map(|held| held.account).collect::<Vec<_>>(), [maria.account], "nobody was reached about it yet");
        assert_eq!(printing.held[0].because, ["the account is on hold: end the hold first"]);
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_hardship_pause_keeps_no_notice_back_that_is_due(mut floor: "2026-03-02") {
        floor.import(ROWS, MAPPING, "Larkfield").expect("the file is good");
        set_sender(&mut floor);
        let folder = std::env::temp_dir().join(format!("duly_letters_{}", Uuid::now_v7().simple()));
        let (maria, chidi) = (floor.person("44-0001"), floor.person("44-0002"));
        floor.officer("Dana").calls(chidi, "talked");
        for person in [maria, chidi] {
            assert_eq!(crate::stories::hardship::pauses(&mut floor, person, "2026-03-02", 30), Vec::<&str>::new());
        }
        let ask = PrintNotices { folder: Some(folder.clone()), mailing_on: None, accounts: vec![maria.account, chidi.account] };
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let printing = floor.runtime.block_on(letters::print_notices(&app, &Actor::command(), at, &ask)).unwrap();
        assert_eq!(printing.folders.iter().map(|(.., letters)| *letters).collect::<Vec<_>>(), [1], "{printing:?}");
        assert_eq!(printing.held.iter().map(|held| held.account).collect::<Vec<_>>(), [maria.account], "nobody was reached about it yet");
        assert!(printing.held[0].because[0].contains("hardship pause"), "{printing:?}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn who_wrote_us_to_stop_gets_no_letter(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        let maria = floor.person("44-0001");
        let stop = duly::accounts::notice::RecordNotice::of(maria.account, duly::accounts::notice::Kind::Cease, floor.app.moment().at);
        let who = Actor::command();
        let done = duly::accounts::notice::record_notice(&floor.app, &who, floor.app.moment(), stop);
        floor.runtime.block_on(done).unwrap();
        floor.clock("10:00");
        let at = floor.app.moment();
        let said = floor.runtime.block_on(async { letters::list_missing(&mut floor.app.db.read().await?, maria.account, at).await }).unwrap();
        assert!(said.iter().any(|says| says.contains("12 CFR 1006.6(c)")), "said before anybody tries: {said:?}");
        let printing = print(&mut floor, &folder, None).unwrap();
        assert!(printing.held.iter().any(|held| held.account == maria.account && held.because[0].contains("12 CFR")), "{printing:?}");
        assert_eq!(printing.folders[0].2, 1);
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn a_character_that_the_font_lacks_is_told_when_the_notice_falls_due(mut floor: "2026-03-02") {
        let folder = spoken(&mut floor);
        set_sender(&mut floor);
        floor.tamper("update debtors set name = '李 Okafor' where name = 'Chidi Okafor'", &[]);
        let chidi = floor.person("44-0002");
        let at = floor.app.moment();
        let missing = floor.runtime.block_on(async { letters::list_missing(&mut floor.app.db.read().await.unwrap(), chidi.account, at).await });
        let says = "the name of the consumer holds the character 李 (U+674E), which the font of the letters does not have";
        let missing = missing.unwrap();
        assert!(missing.len() == 1 && missing[0].starts_with(says) && missing[0].ends_with("the person's page"), "{missing:?}");
        let printing = print(&mut floor, &folder, None).unwrap();
        let held = printing.held.iter().find(|held| held.account == chidi.account).unwrap();
        assert_eq!(held.because, missing, "and the same where it is printed all the same");
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn sha(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}

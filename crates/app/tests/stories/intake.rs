//! Imports: real files with shipped mappings, problems all at once, nothing twice.

use crate::permissions::{client, sign_in};
use duly::intake::mapping_file::SHIPPED;
use duly_domain::identity::Role;
use duly_testkit::both_engines;
use reqwest::StatusCode;
use std::path::PathBuf;

fn data(name: &str) -> PathBuf {
    // A copy of its own, because the problems are written beside the file.
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let copy = std::env::temp_dir().join(format!("{}-{name}", uuid::Uuid::now_v7().simple()));
    std::fs::copy(&source, &copy).expect("the sample is there");
    copy
}

fn mapping(name: &str) -> &'static str {
    SHIPPED.iter().find(|(known, _)| *known == name).expect("it is shipped").1
}

both_engines! {
    fn parking_fines_load_and_wrong_dates_stay_out(mut floor: "2026-05-21") {
        let file = data("nyc-parking-fines.csv.gz");
        let trial = floor.import_file(&file, Some(mapping("nyc-parking-fines")), "City", true).unwrap();
        assert_eq!((trial.rows, trial.accepted, trial.refused), (400, 343, 57));
        assert_eq!(floor.count("select count(*) from accounts"), 0, "a trial keeps nothing");
        assert_eq!(floor.count("select count(*) from creditors"), 0, "not even the creditor");

        let first = floor.import_file(&file, Some(mapping("nyc-parking-fines")), "City", false).unwrap();
        assert_eq!((first.accepted, first.refused, first.duplicates), (343, 57, 0));
        let problems: Vec<&str> = first.by_problem.iter().map(|(_, says, _, _)| says.as_str()).collect();
        assert!(problems.contains(&"is empty and needed") && problems.contains(&"is in the future"), "{problems:?}");

        let before = floor.count("select count(*) from audit_entries");
        let second = floor.import_file(&file, Some(mapping("nyc-parking-fines")), "City", false).unwrap();
        assert_eq!((second.accepted, second.refused, second.duplicates, second.changed), (0, 57, 343, 0));
        assert_eq!(floor.count("select count(*) from accounts"), 343);
        assert_eq!(floor.count("select count(*) from audit_entries"), before, "the same file twice changes nothing");
        assert_eq!((second.batch, floor.count("select count(*) from batches")), (None, 1));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_file(file).unwrap();
    }

    fn charged_off_loans_of_businesses_load(mut floor: "2026-05-21") {
        let file = data("sba-loans.csv");
        let report = floor.import_file(&file, Some(mapping("sba-loans")), "Bank", false).unwrap();
        assert_eq!((report.rows, report.accepted, report.refused), (200, 200, 0), "{:?}", report.problems);
        assert_eq!(floor.count("select count(*) from accounts where kind = 'business'"), 200);
        assert_eq!(floor.count("select count(*) from accounts where state = 'open' and charged_off_on is null"), 0);
        assert_eq!(floor.count("select count(*) from debtors where is_business = 1 and name is not null"), 200);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_file(file).unwrap();
    }

    fn consumer_loans_without_names_load(mut floor: "2026-05-21") {
        let file = data("consumer-loans-lc.csv");
        let report = floor.import_file(&file, Some(mapping("consumer-loans-lc")), "Lender", false).unwrap();
        assert_eq!((report.rows, report.accepted, report.refused), (120, 120, 0), "{:?}", report.problems);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_file(file).unwrap();
    }

    fn every_problem_of_every_row_is_told_and_good_rows_load(mut floor: "2026-03-02") {
        let text = "reference,name,zip,mobile,principal\n\
                    A-1,Ann,43205,614 555 0100,10.00\n\
                    A-1,Ann again,43205,,10.00\n\
                    ,Nobody,nowhere,555,ten\n\
                    A-4,\"Quoted, \"\"Bob\"\"\",43205,614 555 0101,20.00\n\
                    A-5,Short,43205\n\
                    A-6,=cmd|calc,43205,614 555 0102,-1\n";
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\n";
        let report = floor.import(text, mapping, "Larkfield").unwrap();
        assert_eq!((report.rows, report.accepted, report.refused), (6, 2, 4));
        let told: Vec<String> = report.problems.iter().map(|p| format!("{} {} {}", p.row, p.problem.column, p.problem.says)).collect();
        assert_eq!(told, [
            "3 reference is the same as in row 2",
            "4 reference is empty and needed",
            "4 zip is not a ZIP code",
            "4 mobile is not a telephone number of ten digits",
            "4 principal is not an amount such as 1234.50",
            "6 row has 3 cells where the head has 5",
            "7 principal is below zero",
        ]);
        let nameless = std::env::temp_dir().join(format!("{}.csv", uuid::Uuid::now_v7().simple()));
        std::fs::write(&nameless, "who,owed\nAnn,10.00\n").unwrap();
        let guessed = floor.import_file(&nameless, None, "Larkfield", false).unwrap_err();
        std::fs::remove_file(nameless).unwrap();
        assert!(guessed.to_string().starts_with("mapping cannot be guessed: no head looks like the number of an account"), "{guessed}");
        assert!(guessed.to_string().contains("Which column is which"), "the way out on screen: {guessed}");
        let wrong = floor.import(text, "[columns]\nreference = \"ref\"\nname = \"nom\"\n", "Larkfield").unwrap_err();
        assert_eq!(wrong.to_string(), "mapping names columns that the file does not have: nom, ref; its columns are reference, name, zip, mobile, principal");
    }

    fn a_file_that_cannot_be_opened_is_said_and_has_no_columns_to_point_at(mut floor: "2026-03-02") {
        floor.user("Ada", Role::BackOffice);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let browser = client();
            let csrf = sign_in(&browser, &base, "ada@example.org").await;
            for kind in ["accounts", "history"] {
                let file = reqwest::multipart::Part::bytes(b"PK\x03\x04 no spreadsheet".to_vec()).file_name("broken.xlsx");
                let form = reqwest::multipart::Form::new().text("csrf", csrf.clone()).text("creditor", "Clinic").text("kind", kind).part("file", file);
                let sent = browser.post(format!("{base}/imports")).multipart(form).send().await.unwrap();
                let trial = sent.headers()["location"].to_str().unwrap().to_string();
                let page = browser.get(format!("{base}{trial}")).send().await.unwrap().text().await.unwrap();
                assert!(page.contains("broken.xlsx is no whole ZIP") && !page.contains("Which column is which"), "{kind}: {page}");
                let mapping = browser.get(format!("{base}{trial}/mapping")).send().await.unwrap();
                assert_eq!((mapping.status(), mapping.headers()["location"].to_str().unwrap()), (StatusCode::SEE_OTHER, trial.as_str()), "{kind}");
            }
        });
    }

    fn a_row_that_names_nobody_is_a_gap(mut floor: "2026-03-02") {
        let mapping = "nothing = [\"-\"]\n[columns]\nreference = \"reference\"\nname = \"who\"\nprincipal = \"principal\"\n";
        let report = floor.import("reference,who,principal\nA-1,,10.00\nA-2,-,10.00\nA-3,Ann,10.00\n", mapping, "Larkfield").unwrap();
        let told: Vec<_> = report.problems.iter().map(|p| (p.row, p.problem.column.as_str(), p.problem.value.as_str(), p.problem.refuses)).collect();
        assert_eq!(told, [(2, "who", "", false), (3, "who", "-", false)]);
        assert_eq!(report.problems[0].problem.says, "is empty: nobody is named");
        assert_eq!((report.accepted, report.refused, report.gaps), (3, 0, 2));
    }

    fn a_known_account_with_other_values_is_told_and_not_altered(mut floor: "2026-03-02") {
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\n";
        floor.import("reference,name,principal\nA-1,Ann,10.00\n", mapping, "Larkfield").unwrap();
        let again = floor.import("reference,name,principal\nA-1,Ann,12.00\n", mapping, "Larkfield").unwrap();
        assert_eq!((again.accepted, again.duplicates, again.changed), (0, 0, 1));
        assert_eq!(again.changes[0].differences, [("balance", "1000".to_string(), "1200".to_string())]);
        assert_eq!(floor.count("select cast(sum(balance_minor) as bigint) from accounts"), 1_000);

        // Under --update the ledger follows by an entry of its own.
        floor.updates = true;
        let updated = floor.import("reference,name,principal\nA-1,Ann,12.00\n", mapping, "Larkfield").unwrap();
        assert_eq!((updated.changed, updated.updated, updated.accepted), (1, 1, 0));
        assert_eq!(floor.count("select cast(sum(balance_minor) as bigint) from accounts"), 1_200);
        let same = floor.import("reference,name,principal\nA-1,Ann,12.00\n", mapping, "Larkfield").unwrap();
        assert_eq!((same.changed, same.duplicates), (0, 1));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn an_import_that_was_stopped_goes_on_where_it_stood(mut floor: "2026-05-21") {
        let file = thousand_rows("A");
        floor.progress.stop();
        let stopped = floor.import_file(&file, None, "Clinic", false).unwrap_err().to_string();
        assert!(stopped.contains("stopped after 128 rows: start it again to go on"), "{stopped}");
        assert_eq!(floor.count("select count(*) from accounts"), 128);
        assert_eq!(floor.count("select count(*) from batches where state = 'loading'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new(), "what was placed is whole");

        floor.progress = Default::default();
        let report = floor.import_file(&file, None, "Clinic", false).unwrap();
        assert_eq!((report.rows, report.accepted, report.resumed, report.duplicates), (1_200, 1_200, 128, 0));
        assert_eq!(floor.count("select count(*) from accounts"), 1_200);
        assert_eq!(floor.count("select count(*) from batches"), 1);
        assert_eq!(floor.count("select accepted_count from batches where state = 'done'"), 1_200);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_file(file).unwrap();
    }

    fn a_placement_is_taken_back_while_nobody_was_contacted(mut floor: "2026-05-21") {
        let file = thousand_rows("B");
        let report = floor.import_file(&file, None, "Clinic", false).unwrap();
        let batch = report.batch.unwrap();
        assert_eq!(floor.take_back(batch).unwrap(), 1_200);
        assert_eq!(floor.count("select count(*) from accounts where state = 'closed' and balance_minor = 0"), 1_200);
        assert_eq!(floor.count("select count(*) from worklist"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new(), "the books stay whole");
        assert_eq!(floor.take_back(batch).unwrap(), 1_200, "twice is once");

        // The mended file comes in as new.
        let again = floor.import_file(&file, None, "Clinic", false).unwrap();
        assert_eq!((again.accepted, again.duplicates, again.changed), (1_200, 0, 0));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        std::fs::remove_file(file).unwrap();
    }

    fn a_placement_somebody_was_contacted_about_stays(mut floor: "2026-03-03") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana").calls(maria, "no_answer");
        let batch = floor.batch_of(maria);
        let refused = floor.take_back(batch).unwrap_err().to_string();
        assert!(refused.contains("1 accounts were contacted"), "{refused}");
        assert_eq!(floor.count("select count(*) from accounts where state = 'open'"), 1);
    }

    fn the_creditor_hears_what_became_of_each_row(mut floor: "2026-05-21") {
        let file = std::env::temp_dir().join(format!("duly_{}.csv", uuid::Uuid::now_v7().simple()));
        std::fs::write(&file, "account,name,balance\nR-1,Ann,10.00\nR-2,Bob,ten\nR-1,Ann,10.00\n").unwrap();
        let told = floor.acknowledgement(&file, "Clinic");
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "row,reference,outcome,account,balance,currency,problems");
        assert!(lines[1].starts_with("2,R-1,accepted,acc_") && lines[1].ends_with(",10.00,USD,"), "{}", lines[1]);
        assert!(lines[2].starts_with("3,R-2,refused,,,,balance is not an amount"), "{}", lines[2]);
        assert!(lines[3].starts_with("4,R-1,refused,,,,account is the same as in row 2"), "{}", lines[3]);
        std::fs::remove_file(file).unwrap();
    }

    /// Every naughty string goes through a whole import; what cannot be kept is told by name.
    fn naughty_strings_come_back_exactly(mut floor: "2026-03-02") {
        let text = std::fs::read(torture("naughty-strings.json")).unwrap();
        let strings: Vec<String> = serde_json::from_slice(&text).unwrap();
        let mut file = csv::Writer::from_writer(Vec::new());
        file.write_record(["reference", "name", "description", "principal"]).unwrap();
        for (i, string) in strings.iter().enumerate() {
            file.write_record([&format!("N-{i}"), string, string, "1.00"]).unwrap();
        }
        let file = String::from_utf8(file.into_inner().unwrap()).unwrap();
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\ndescription = \"description\"\nprincipal = \"principal\"\n";
        let report = floor.import(&file, mapping, "Larkfield").unwrap();
        assert_eq!(report.rows, strings.len() as u64);
        let told: Vec<u64> = report.problems.iter().filter(|p| p.problem.refuses).map(|p| p.row).collect();
        assert!(report.problems.iter().filter(|p| p.problem.refuses).all(|p| p.problem.says.starts_with("holds a ")), "{:?}", report.problems);
        let sql = "select d.name, a.description from accounts a join debtors d on d.id = a.debtor_id order by cast(substr(a.reference, 3) as bigint)";
        let found = floor.texts(sql);
        let expected: Vec<_> = (0..strings.len())
            .filter(|i| !told.contains(&(*i as u64 + 2)))
            .map(|i| Some(strings[i].trim().to_string()).filter(|text| !text.is_empty()))
            .map(|text| (text.clone(), text))
            .collect();
        assert!(expected.len() > 480, "{} of {}", expected.len(), strings.len());
        assert_eq!(found, expected);
    }

    /// Valid numbers of every region are taken with their +.
    fn telephone_numbers_of_all_countries_are_taken(mut floor: "2026-03-02") {
        let text = std::fs::read_to_string(torture("phone-examples.csv")).unwrap();
        let mapping = "[columns]\nreference = \"e164\"\nmobile = \"e164\"\nbalance = \"country_code\"\n";
        let report = floor.import(&text, mapping, "Larkfield").unwrap();
        let gaps: Vec<_> = report.problems.iter().filter(|p| !p.problem.refuses).collect();
        assert!(gaps.len() * 100 <= report.rows as usize, "{} of {}: {gaps:?}", gaps.len(), report.rows);
    }
}

fn thousand_rows(prefix: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("duly_{}.csv", uuid::Uuid::now_v7().simple()));
    let rows: String = (0..1_200).map(|i| format!("{prefix}-{i},Person {i},614555{i:04},{}.50\n", i + 10)).collect();
    std::fs::write(&path, format!("account,name,phone,balance\n{rows}")).unwrap();
    path
}

fn torture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/torture").join(name)
}

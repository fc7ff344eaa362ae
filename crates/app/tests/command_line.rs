//! The command line told wrongly: one or two plain lines that name the thing and the way out, and exit 2.

use crate::stories::audit::Folder;
use std::process::Command;

fn duly(folder: &Folder, args: &[&str]) -> (Option<i32>, String) {
    let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
    let output = duly.args(args).current_dir(&folder.0).env_remove("DULY_DATABASE").output().expect("duly starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_check_without_a_table_fails_and_says_which() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    assert_eq!(duly(&folder, &["migrate"]).0, Some(0));
    let at = folder.0.join("duly.db");
    rusqlite::Connection::open(at).unwrap().execute_batch("drop table holds").unwrap();
    let mut check = Command::new(env!("CARGO_BIN_EXE_duly"));
    check.args(["check", "--format", "json"]).current_dir(&folder.0).env_remove("DULY_DATABASE");
    let output = check.output().expect("duly starts");
    assert_eq!(output.status.code(), Some(1), "a check that failed");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let detail = told["checks"][0]["detail"].as_str().unwrap();
    assert_eq!((&told["checks"][0]["name"], &told["checks"][0]["ok"]), (&"schema".into(), &false.into()));
    assert!(detail.starts_with("the database lacks the table holds,") && detail.contains("duly restore FILE"), "{detail}");
    let (code, says) = duly(&folder, &["state"]);
    assert!(code == Some(2) && says.starts_with("duly: the database lacks the table holds,"), "{says}");
}

#[test]
fn every_error_names_the_thing_and_the_way_out() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    for (name, text) in [
        ("f.csv", "a,b\n1,2\n"),
        ("bad.toml", "[columns]\nnot toml [[\n"),
        ("column.toml", "[columns]\nreference = \"nope\"\nbalance = \"b\"\n"),
        ("field.toml", "[columns]\nreferense = \"a\"\n"),
        ("key.toml", "colums = 1\n"),
        ("listen.toml", "# ours\nlisten = \"everywhere\"\n"),
        ("unknown.toml", "lisen = \"127.0.0.1:1\"\n"),
        ("secret.toml", "database = [\"postgres://duly:hunter2@host/x\"]\n"),
    ] {
        std::fs::write(folder.0.join(name), text).unwrap();
    }
    assert_eq!(duly(&folder, &["migrate", "--database", "sqlite:here.db"]).0, Some(0));
    let import = |mapping: &'static str| vec!["import", "accounts", "f.csv", "--creditor", "C", "--mapping", mapping];
    for (args, parts) in [
        (vec!["night", "--business-day", "tomorrow"], vec!["'tomorrow'", "--business-day", "such as 2026-03-31", "duly --help"]),
        (vec!["night", "--business-day", "2026-02-30"], vec!["'2026-02-30'", "such as 2026-03-31"]),
        (
            vec!["night", "--business-day", "2030-01-01", "--now", "2026-03-02T12:00:00Z", "--database", "sqlite:here.db"],
            vec!["2030-01-01", "in the future", "it is 2026-03-02 in America/New_York"],
        ),
        (vec!["night", "--busines-day", "2026-03-02"], vec!["'--busines-day'", "'--business-day'", "duly night --help"]),
        (vec!["check", "--now", "yesterday"], vec!["'yesterday'", "--now", "2026-03-02T09:00:00-05:00"]),
        (
            vec!["payment", "post", "--account", "A", "--amount", "12.50", "--on", "2026-03-02", "--reference", "R"],
            vec!["'12.50'", "1250 for 12.50"],
        ),
        (vec!["check", "--database", "mysql://x"], vec!["mysql://x", "sqlite:PATH or postgres://USER@HOST/NAME"]),
        (
            vec!["check", "--database", "postgres://duly:hunter2@127.0.0.1:x/y"],
            vec!["postgres://duly:•••@127.0.0.1:x/y", "use sqlite:PATH or postgres://"],
        ),
        (
            vec!["check", "--database", "postgres://duly:hunter2@127.0.0.1:1/y"],
            vec!["postgres://duly:•••@127.0.0.1:1/y is not reachable", "start it, or name another with --database"],
        ),
        (vec!["check", "--database", "sqlite:gone.db"], vec!["gone.db is not there", "make one"]),
        (
            vec!["migrate", "--database", "sqlite:nowhere/x.db"],
            vec!["sqlite:nowhere/x.db cannot be opened", "its folder is not there", "--database"],
        ),
        (vec!["migrate", "--database", "sqlite:f.csv"], vec!["sqlite:f.csv is not a database of duly", "--database"]),
        (import("bad.toml"), vec!["bad.toml: ", "line 2"]),
        (import("column.toml"), vec!["nope", "its columns are a, b"]),
        (import("field.toml"), vec!["field.toml: ", "\"referense\"", "reference, name"]),
        (import("key.toml"), vec!["key.toml: ", "line 1", "`colums`", "`columns`"]),
        (import("gone.toml"), vec!["gone.toml is not there", "the folder you stand in"]),
        (vec!["import", "accounts", "gone.csv", "--creditor", "C"], vec!["gone.csv is not there"]),
        (vec!["import", "accounts", ".", "--creditor", "C"], vec![". is a folder: name a file"]),
        (vec!["import", "accounts", "f.csv"], vec!["--creditor <CREDITOR>", "duly import accounts --help"]),
        (vec!["serve", "--config", "listen.toml"], vec!["listen.toml line 2 (listen)", "duly config check"]),
        (vec!["config", "check", "--config", "unknown.toml"], vec!["unknown.toml line 1 (lisen)", "`listen`"]),
        (vec!["config", "check", "--config", "secret.toml"], vec!["secret.toml line 1 (database)"]),
        (vec!["cases", "gone"], vec!["gone is not there"]),
        (vec!["restore", "gone.tar"], vec!["gone.tar is not there"]),
        (vec!["export", "all", "f.csv", "--database", "sqlite:here.db"], vec!["f.csv is a file: name a folder"]),
    ] {
        let (code, says) = duly(&folder, &args);
        assert_eq!(code, Some(2), "{args:?}: {says}");
        assert!(says.starts_with("duly: ") && says.lines().count() <= 2, "{args:?}: {says}");
        for part in parts {
            assert!(says.contains(part), "{args:?} does not say {part:?}: {says}");
        }
        assert!(!says.contains("os error 2)") && !says.contains("hunter2"), "{args:?}: {says}");
    }
}

#[test]
fn a_day_that_is_not_over_is_closed_and_said_to_be() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    assert_eq!(duly(&folder, &["migrate"]).0, Some(0));
    let night = |day: &str| {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(["night", "--format", "json", "--now", "2026-03-03T23:30:00-05:00", "--business-day", day]).current_dir(&folder.0);
        let output = duly.env_remove("DULY_DATABASE").output().expect("duly starts");
        assert_eq!(output.status.code(), Some(0));
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
        (answer["day_is_over"].clone(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (is_over, says) = night("2026-03-02");
    assert!(is_over == true && !says.contains("not over"), "{says}");
    let (is_over, says) = night("2026-03-03");
    assert!(is_over == false && says.contains("2026-03-03 is not over yet in America/New_York"), "{says}");
    assert!(!night("2026-03-03").1.contains("not over"), "done already, nothing is closed early");
}

#[test]
fn a_case_is_worked_at_the_machine() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(
        folder.0.join("placed.csv"),
        "account,name,street,city,state,zip,amount\nA-1,Maria,1 Alder Lane,Columbus,OH,43205,420.00\n",
    )
    .unwrap();
    let json = |args: &[&str]| -> serde_json::Value {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--format", "json", "--now", "2026-03-03T11:00:00-05:00"]).current_dir(&folder.0);
        let output = duly.env_remove("DULY_DATABASE").output().expect("duly starts");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    };
    json(&["import", "accounts", "placed.csv", "--creditor", "C"]);
    for (name, role) in [("o@x.example", "officer"), ("c@x.example", "compliance")] {
        json(&["user", "add", "--name", name, "--email", name, "--role", role]);
    }
    let open = ["case", "open", "--account", "A-1", "--kind", "dispute", "--ground", "wrong_amount", "--disputed", "5000", "--officer"];
    let case = json(&[&open[..], &["o@x.example"]].concat())["case"].as_str().unwrap().to_string();
    let listed = json(&["case", "list"]);
    assert_eq!(
        (&listed["case"], &listed["due_on"], &listed["disputed"]["minor"]),
        (&case.as_str().into(), &"2026-03-10".into(), &5000.into())
    );
    assert_eq!(json(&["account", "show", "A-1"])["channels"]["call"]["allowed"], false);
    let (code, says) = duly(&folder, &["case", "step", &case, "--step", "answered", "--officer", "o@x.example"]);
    assert!(code == Some(2) && says.contains("your role may not do this"), "{code:?} {says}");
    let close =
        ["case", "close", &case, "--outcome", "corrected", "--found", "It was 370.", "--correction", "5000", "--officer", "c@x.example"];
    let (code, says) = duly(&folder, &close);
    assert!(code == Some(2) && says.contains("has no answer yet"), "{code:?} {says}");
    json(&[
        "letters",
        "sender",
        "--name",
        "Harbor",
        "--address",
        "P.O. Box 12",
        "--address",
        "Columbus, OH 43201",
        "--phone",
        "614 555 0199",
        "--hours",
        "8am to 6pm ET",
    ]);
    let letter = [
        "case",
        "answer",
        &case,
        "--letter",
        "correction",
        "--found",
        "It was 370.",
        "--correction",
        "5000",
        "--folder",
        "out",
        "--officer",
        "c@x.example",
    ];
    let run = json(&letter)["folders"][0]["run"].as_str().unwrap().to_string();
    assert_eq!(json(&["letters", "mailed", &run])["letters"], 1);
    json(&[&close[..7], &["--officer", "c@x.example"]].concat());
    assert_eq!(json(&["account", "show", "A-1"])["balance"]["minor"], 37_000);
    assert_eq!(json(&["case", "list"]), serde_json::Value::Null);
}

#[test]
fn the_time_to_sue_and_licenses_are_kept_at_the_machine() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("placed.csv"), "account,name,amount,state\nA-1,Maria,420.00,NY\nA-2,Otto,60.00,TX\n").unwrap();
    std::fs::write(folder.0.join("bond.pdf"), "paper").unwrap();
    let run = |args: &[&str]| -> Vec<serde_json::Value> {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--format", "json", "--now", "2026-03-03T11:00:00-05:00"]).current_dir(&folder.0);
        let output = duly.env_remove("DULY_DATABASE").output().expect("duly starts");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a document on each line")).collect()
    };
    run(&["import", "accounts", "placed.csv", "--creditor", "C"]);
    run(&["user", "add", "--name", "o", "--email", "o@x.example", "--role", "officer"]);
    let limitation = ["account", "limitation"];
    let add = ["account", "limitation", "add", "A-1", "--kind", "accrued", "--from", "2023-04-01", "--source", "Statement"];
    let entry = run(&add)[0].clone();
    assert_eq!(entry["last_day"], "2026-04-01");
    let listed = run(&limitation);
    assert_eq!(
        (listed.len(), &listed[0]["reference"], &listed[0]["days_left"], &listed[0]["is_barred"]),
        (1, &"A-1".into(), &29.into(), &false.into())
    );
    assert_eq!((&listed[0]["creditor"], &listed[0]["balance"]["minor"]), (&"C".into(), &42_000.into()));
    assert!(run(&[&limitation[..], &["--within", "28"]].concat()).is_empty());
    let shown = run(&[&limitation[..], &["A-1"]].concat());
    assert_eq!(shown[0]["entries"][0]["entry"], entry["entry"]);
    for (args, part) in [
        (&["add", "A-1", "--kind", "began", "--source", "S"][..], "agreement, accrued, contract_law, tolled, revived"),
        (&["add", "A-1", "--kind", "agreement", "--value", "handshake", "--source", "S"], "written, oral"),
        (&["add", "A-1", "--kind", "accrued", "--source", "S"], "from is missing"),
        (&["add", "A-1", "--kind", "accrued", "--from", "2026-03-04", "--source", "S"], "in the future"),
        (&["add", "A-1", "--kind", "revived", "--from", "2025-01-01", "--source", "S"], "no law that may govern"),
        (&["add", "A-1", "--kind", "accrued", "--from", "2025-01-01", "--source", "S", "--user", "o@x.example"], "your role may not"),
        (&["withdraw", "A-1", "lim_1", "--because", "B"], "entry"),
        (&["--creditor", "D"], "is not one of C"),
        (&["A-1", "--creditor", "C"], "cannot be used with"),
    ] {
        let (code, says) = duly(&folder, &[&limitation[..], args, &["--now", "2026-03-03T11:00:00-05:00"]].concat());
        assert!(code == Some(2) && says.contains(part), "{args:?}: {code:?} {says}");
    }
    run(&[&limitation[..], &["withdraw", "A-1", entry["entry"].as_str().unwrap(), "--because", "Of another account"]].concat());
    assert!(run(&limitation).is_empty());

    let license = ["license", "add", "--place", "tx", "--number", "B-1", "--from", "2026-01-01"];
    let says = |json: &serde_json::Value| json["warnings"][0]["says"].as_str().unwrap_or_default().to_string();
    assert!(says(&run(&["license", "list"])[0]).contains("No license on file for Texas"));
    for (more, part) in [
        (&["--kind", "badge"][..], "license, registration, bond, filing"),
        (&["--kind", "bond", "--paper", "gone.pdf"], "gone.pdf is not there"),
        (&["--kind", "bond", "--user", "o@x.example"], "your role may not"),
        (&["--kind", "bond", "--until", "2025-01-01"], "before the first day"),
    ] {
        let (code, says) = duly(&folder, &[&license[..], more].concat());
        assert!(code == Some(2) && says.contains(part), "{more:?}: {code:?} {says}");
    }
    let kept = run(&[&license[..], &["--kind", "bond", "--until", "2026-03-13", "--paper", "bond.pdf"]].concat())[0].clone();
    let listed = run(&["license", "list"])[0].clone();
    assert_eq!(says(&listed), "What is on file for Texas ends in 10 days, on Fri 13 Mar 2026");
    assert_eq!((&listed["licenses"][0]["license"], &listed["licenses"][0]["file_name"]), (&kept["license"], &"bond.pdf".into()));
    run(&["license", "withdraw", kept["license"].as_str().unwrap(), "--because", "Not ours"]);
    assert!(says(&run(&["license", "list"])[0]).contains("No license on file for Texas"));
    assert_eq!(run(&["check"]).len(), 1);

    let trained = |run: &dyn Fn(&[&str]) -> Vec<serde_json::Value>| run(&["user", "list"])[0]["users"][0]["trained_for_care"].clone();
    assert_eq!(trained(&run), false);
    assert_eq!(run(&["user", "train", "--email", "o@x.example"])[0]["trained_for_care"], true);
    assert_eq!(trained(&run), true);
    run(&["user", "train", "--email", "o@x.example", "--end"]);
    assert_eq!(trained(&run), false);
    let (code, says) = duly(&folder, &["user", "train", "--email", "nobody@x.example"]);
    assert!(code == Some(2) && says.contains("user nobody@x.example"), "{says}");

    let replay = |from: &str, to: &str| {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        let output = duly.args(["audit", "replay", "--from", from, "--to", to]).current_dir(&folder.0).env_remove("DULY_DATABASE").output();
        let output = output.expect("duly starts");
        (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    };
    for (from, to, code, part) in [
        ("2026-03-08", "2026-03-08", 0, "nothing to judge again"),
        ("2026-03-03", "2026-03-02", 2, "to is before from"),
        ("2026-02-30", "2026-03-02", 2, "is no day; write"),
        ("2026-03-03", "9999-12-31", 2, "to is no day of the calendar's that can be asked about"),
    ] {
        let (ended, says) = replay(from, to);
        assert!(ended == Some(code) && says.contains(part), "{from} {to}: {ended:?} {says}");
    }
}

#[test]
fn a_payment_posted_by_command_is_not_asked_about_and_says_what_is_over() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("f.csv"), "Account No,Debtor,Balance\nA-1,Ottoline Marsh,100.00\n").unwrap();
    let run = |args: &[&str]| {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        let output = duly.args(args).args(["--database", "sqlite:here.db"]).current_dir(&folder.0).output().expect("duly starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(&["import", "accounts", "f.csv", "--creditor", "C", "--now", "2026-03-02T12:00:00Z"]);
    let post = ["payment", "post", "--account", "A-1", "--amount", "5000000", "--on", "2026-03-02", "--reference", "R"];
    let said = run(&[&post[..], &["--now", "2026-03-02T12:00:00Z"]].concat());
    assert!(said.contains("USD 0.00 is left") && said.contains("USD 49,900.00 is more than was owed and stands as unapplied"), "{said}");
    assert!(run(&["payment", "post", "--help"]).contains("ask_payments_above"));
}

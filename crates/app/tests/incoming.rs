//! Files that money comes in by: every published file is read with the totals known of it, or refused with its reason.

use crate::stories::audit::Folder;
use crate::stories::joint_receipts::{maria_pays_together, waits_for_somebody};
use duly::intake::source::bytes_of;
use duly::ledger::bank_file::{open_ach, open_bank_file};
use duly_domain::ledger::bank_file::Keep;
use duly_domain::reporting::metro2;
use duly_domain::values::file_problem::FileProblem;
use duly_testkit::{Engine, Floor};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/incoming")
}

/// What is to be held against the table: exit, entries, cents in, cents out.
type Read = (i32, u64, i128, i128);

fn exit(problems: &[FileProblem]) -> i32 {
    i32::from(problems.iter().any(|problem| problem.refuses))
}

fn read(path: &Path) -> Result<(Read, Vec<FileProblem>), String> {
    let is_in = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    if is_in("nacha-ach") {
        let file = open_ach(path)?.file;
        let total = file.total();
        let sums = (i128::from(total.credits_minor), -i128::from(total.debits_minor));
        return Ok(((exit(&file.problems), total.entries, sums.0, sums.1), file.problems));
    }
    if is_in("metro2") {
        let file = metro2::read(&bytes_of(path)?).map_err(|says| format!("{} {says}", path.display()))?;
        let balance = i128::from(file.sum_minor("current balance"));
        return Ok(((exit(&file.problems), file.accounts.len() as u64, balance, 0), file.problems));
    }
    let file = open_bank_file(path, Keep::All)?.file;
    let sums = file.totals().values().fold((0, 0), |(credits, debits), total| (credits + total.credits_minor, debits + total.debits_minor));
    Ok(((exit(&file.problems), file.entries().count() as u64, sums.0, sums.1), file.problems))
}

#[test]
fn every_published_file_is_read_with_its_totals_or_refused_with_its_reason() {
    let table = std::fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let mut listed = BTreeSet::new();
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        let mut cells = line.split('\t');
        let name = cells.next().unwrap();
        let wanted: Vec<i128> = cells.by_ref().take(4).map(|cell| cell.parse().unwrap()).collect();
        let part = cells.next().unwrap_or_default();
        listed.insert(name.to_string());
        let (got, said) = match read(&folder().join(name)) {
            Ok((got, problems)) => (got, problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
            Err(says) => ((2, 0, 0, 0), says),
        };
        let got = [i128::from(got.0), i128::from(got.1), got.2, got.3];
        if wanted != got || !said.contains(part) {
            wrong.push(format!("{name}: wanted {wanted:?} and {part:?}, got {got:?}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for kind in std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(&kind).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.strip_prefix(folder()).unwrap().display().to_string();
            let is_about = name.contains("LICENSE") || name.ends_with(".json");
            assert!(is_about || listed.contains(&name), "{name} is not in the table");
        }
    }
}

#[test]
fn a_metro_2_file_says_what_its_published_reading_says() {
    let read = metro2::read(&bytes_of(&folder().join("metro2/unpacked_fixed_file.dat")).unwrap()).unwrap();
    let told: Json = serde_json::from_slice(&std::fs::read(folder().join("metro2/unpacked_fixed_file.json")).unwrap()).unwrap();
    let account = &read.accounts[0];
    let segment = |name: &str| account.segments.iter().find(|values| values.layout().name == name).unwrap();
    let pairs = [
        ("accountStatus", "account status"),
        ("accountType", "account type"),
        ("actualPaymentAmount", "actual payment"),
        ("addressIndicator", "address indicator"),
        ("city", "city"),
        ("complianceConditionCode", "compliance condition"),
        ("consumerAccountNumber", "account number"),
        ("countryCode", "country"),
        ("currentBalance", "current balance"),
        ("dateAccountInformation", "account information on"),
        ("dateBirth", "born on"),
        ("dateClosed", "closed on"),
        ("dateFirstDelinquency", "first delinquency on"),
        ("dateLastPayment", "last payment on"),
        ("dateOpened", "opened on"),
        ("ecoaCode", "ecoa"),
        ("firstLineAddress", "address"),
        ("firstName", "first name"),
        ("generationCode", "generation"),
        ("highestCredit", "highest credit"),
        ("identificationNumber", "identification number"),
        ("paymentHistoryProfile", "payment history"),
        ("portfolioType", "portfolio type"),
        ("residenceCode", "residence"),
        ("secondLineAddress", "second address"),
        ("socialSecurityNumber", "social security number"),
        ("specialComment", "special comment"),
        ("state", "state"),
        ("surname", "surname"),
        ("telephoneNumber", "telephone"),
        ("termsDuration", "terms duration"),
        ("zipCode", "postal code"),
        ("consumerInformationIndicator", "consumer information"),
        ("mortgageIdentificationNumber", "mortgage number"),
        ("newConsumerAccountNumber", "new account number"),
        ("employerName", "employer"),
        ("occupation", "occupation"),
    ];
    let mut compared = 0;
    for (values, told) in [
        (&account.base, &told["data"][0]["base"]),
        (segment("J1"), &told["data"][0]["j1"][0]),
        (segment("J2"), &told["data"][0]["j2"][0]),
        (segment("K3"), &told["data"][0]["k3"]),
        (segment("L1"), &told["data"][0]["l1"]),
        (segment("N1"), &told["data"][0]["n1"]),
    ] {
        for (theirs, ours) in pairs.iter().filter(|(theirs, _)| told.get(theirs).is_some()) {
            let own = match (&told[theirs], values.day(ours)) {
                (Json::Number(_), _) => values.number(ours).map(Json::from).unwrap(),
                (_, Some(day)) => format!("{day}T00:00:00Z").into(),
                _ => values.text(ours).into(),
            };
            assert_eq!(own, told[theirs], "{theirs}");
            compared += 1;
        }
    }
    assert_eq!((compared, account.segments.len()), (61, 5));
}

#[test]
fn the_commands_answer_by_exit_and_by_one_document() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let data = self::folder();
    let run = |args: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_duly")).args(args).current_dir(&folder.0).env_remove("DULY_DATABASE").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let at = |name: &str| data.join(name).display().to_string();
    for (command, name, code) in [
        ("bank", "iso20022/gold__statement_ac04.xml", 0),
        ("bank", "bai2/citi_example.bai2", 1),
        ("bank", "mt940/mt940__full__cmxl__mt940_2.sta", 0),
        ("bank", "mt940/mt940__full__jejik__knab_broken.sta", 1),
        ("bank", "ofx/checking.ofx", 0),
        ("bank", "ofx/signon_fail.ofx", 1),
        ("ach", "nacha-ach/ppd-debit.ach", 0),
        ("ach", "nacha-ach/crashers_1.ach", 1),
        ("metro2", "metro2/unpacked_fixed_file.dat", 0),
    ] {
        let (got, out, err) = run(&[command, "read", &at(name), "--format", "json"]);
        assert_eq!((got, err.as_str()), (Some(code), ""), "{name}: {out}");
        let json: Json = serde_json::from_str(&out).unwrap();
        assert!(json["entries"].is_array() && json["problems"].is_array() && !json["totals"].is_null(), "{name}");
        let refuses = json["problems"].as_array().unwrap().iter().any(|problem| problem["refuses"] == true);
        assert_eq!(refuses, code == 1, "{name}");
        assert_eq!(run(&[command, "read", &at(name)]).0, Some(code), "{name}");
    }
    for (command, name, part) in [
        ("bank", "iso20022/sepaking__pain.008.002.02.xml", "pain.008"),
        ("bank", "mt940/mt942__full__cmxl__mt942_1.sta", "is empty"),
        ("bank", "nacha-ach/ppd-debit.ach", "duly ach read"),
        ("ach", "ofx/checking.ofx", "is no NACHA file"),
        ("metro2", "metro2/unpacked_fixed_file.json", "is JSON"),
        ("bank", "gone.sta", "gone.sta is not there"),
        ("metro2", "ofx", "is a folder: name a file"),
    ] {
        let (got, out, err) = run(&[command, "read", &at(name), "--format", "json"]);
        assert_eq!((got, out.as_str()), (Some(2), ""), "{name}: {err}");
        assert!(err.starts_with("duly: ") && err.lines().count() == 1 && err.contains(part), "{name}: {err}");
    }
    // Packed, whatever its name.
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&std::fs::read(data.join("ofx/checking.ofx")).unwrap()).unwrap();
    std::fs::write(folder.0.join("statement.txt"), packed.finish().unwrap()).unwrap();
    let (code, out, _) = run(&["bank", "read", "statement.txt", "--format", "json"]);
    let json: Json = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &json["entries"][1]["amount"]), (Some(0), &serde_json::json!({"minor": -3451, "currency": "USD"})));
    assert!(!folder.0.join("duly.db").exists(), "reading makes no database");
}

/// A statement as a bank of the Netherlands or Germany sends it: 100.00 that name an account, 25.00 that name nobody, a return, a fee.
const STATEMENT: &str = ":20:STMT1\r\n:25:37040044/532013000\r\n:28C:41/1\r\n:60F:C260302USD1000,00\r\n\
    :61:2603030303C100,00NTRFLF-100234//BANK0001\r\n:86:Maria Lopez payment\r\n\
    :61:2603030303C25,00NTRFNONREF//BANK0002\r\n:86:thank you\r\n\
    :61:2603030303C12,00NTRFNONREF//BANK0003\r\n:86:interest\r\n\
    :61:2603030303D100,00NRTILF-100234//BANK0004\r\n:86:returned\r\n\
    :61:2603030303D9,50NCHGNONREF//BANK0005\r\n:86:fee\r\n\
    :62F:C260303USD1027,50\r\n";

#[test]
fn a_statement_is_taken_and_decided_by_command() {
    let folder = Folder::new();
    std::fs::create_dir_all(&folder.0).unwrap();
    let placed = "account,name,street,city,state,zip,amount\nLF-100234,Maria Lopez,1 Alder Lane,Columbus,OH,43205,420.00\n";
    std::fs::write(folder.0.join("placed.csv"), placed).unwrap();
    std::fs::write(folder.0.join("day.sta"), STATEMENT).unwrap();
    std::fs::write(folder.0.join("odd.sta"), STATEMENT.replace("1027,50", "1027,51")).unwrap();
    let run = |args: &[&str]| {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--now", "2026-03-04T11:00:00-05:00"]).current_dir(&folder.0).env_remove("DULY_DATABASE");
        let output = duly.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let json = |args: &[&str], code: i32| -> Json {
        let (got, out, err) = run(&[args, &["--format", "json"]].concat());
        assert_eq!(got, Some(code), "{args:?}: {out}{err}");
        serde_json::from_str(&out).unwrap()
    };
    let (code, _, err) = run(&["bank", "post", "day.sta"]);
    assert!(code == Some(2) && err.contains("duly.db is not there"), "{err}");
    json(&["import", "accounts", "placed.csv", "--creditor", "C"], 0);
    let usd = |minor: i64| serde_json::json!([{"minor": minor, "currency": "USD"}]);
    let taken = json(&["bank", "post", "day.sta"], 0);
    let counts =
        |taken: &Json| ["entries", "posted", "known", "unidentified", "came_back", "went_out"].map(|name| taken[name].as_u64().unwrap());
    assert_eq!(counts(&taken), [5, 1, 0, 2, 1, 1], "{taken}");
    assert_eq!((&taken["amounts"]["posted"], &taken["amounts"]["came_back"]), (&usd(10_000), &usd(-10_000)));
    assert_eq!((&taken["statements"][0]["adds_up"], &taken["statements"][0]["closing"]["minor"]), (&true.into(), &102_750.into()));
    assert_eq!(counts(&json(&["bank", "post", "day.sta"], 0)), [5, 0, 5, 0, 0, 0]);
    let odd = json(&["bank", "post", "odd.sta"], 1);
    assert_eq!((counts(&odd), &odd["statements"][0]["adds_up"]), ([5, 0, 5, 0, 0, 0], &false.into()), "known, and its sums are wrong");

    let listed = json(&["bank", "list"], 0);
    let waiting = listed["entries"].as_array().unwrap().clone();
    let id = |at: usize| waiting[at]["entry"].as_str().unwrap().to_string();
    assert_eq!((waiting.len(), &waiting[0]["amount"]["minor"], &waiting[2]["state"]), (3, &2_500.into(), &"came_back".into()));
    let identified = json(&["bank", "identify", &id(0), "--account", "LF-100234"], 0);
    assert_eq!(identified["balance"]["total"]["minor"], 29_500);
    assert_eq!(json(&["bank", "aside", &id(1), "--note", "Interest of the bank"], 0)["state"], "set_aside");
    let (code, _, err) = run(&["bank", "aside", &id(1), "--note", "again"]);
    assert!(code == Some(1) && err.contains("it is set aside already: take that back first"), "{err}");
    assert_eq!(json(&["bank", "back", &id(2), "--on", "2026-03-03"], 0)["state"], "came_back");
    assert_eq!(json(&["bank", "back", &id(0), "--on", "2026-03-04"], 0)["state"], "unidentified");
    assert_eq!(json(&["account", "show", "LF-100234"], 0)["balance"]["minor"], 42_000);
    let aside = json(&["bank", "list", "--state", "set_aside"], 0);
    assert_eq!(aside["entries"][0]["note"], "Interest of the bank");
    assert_eq!(run(&["bank", "list", "--state", "lost"]).0, Some(2));
    let (code, out, _) = run(&["bank", "list", "--state", "all"]);
    assert!(code == Some(0) && out.contains("USD \u{2212}9.50") && out.contains("went_out"), "{out}");
    let checked = json(&["check"], 0);
    let check = checked["checks"].as_array().unwrap().iter().find(|check| check["name"] == "bank statements whole").unwrap();
    assert_eq!(
        check["detail"],
        "USD 100.00 posted, USD 25.00 unidentified, USD 12.00 set aside, USD \u{2212}100.00 came back, USD \u{2212}9.50 went out, USD 0.00 matched"
    );
}

#[test]
fn a_transfer_for_a_joint_plan_is_identified_by_command() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let both = maria_pays_together(&mut floor);
    waits_for_somebody(&mut floor);
    let json = |args: &[&str], code: i32| -> Json {
        let mut duly = Command::new(env!("CARGO_BIN_EXE_duly"));
        duly.args(args).args(["--format", "json", "--now", "2026-03-16T11:00:00-04:00", "--database", &floor.address]);
        let output = duly.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    };
    let listed = json(&["bank", "list"], 0);
    let waiting = &listed["entries"][0];
    let (entry, joint) = (waiting["entry"].as_str().unwrap(), waiting["proposals"][0]["joint"].as_str().unwrap());
    let split = |parts: &Json| -> Vec<(String, i64)> {
        let parts = parts.as_array().unwrap().iter();
        parts.map(|part| (part["reference"].as_str().unwrap().to_string(), part["amount"]["minor"].as_i64().unwrap())).collect()
    };
    let expected = [("LF-100234".to_string(), 40_000), ("OTT-7001".to_string(), 24_000)];
    assert_eq!(split(&waiting["proposals"][0]["split"]), expected);
    // Neither a plan nor an account, both, and a plan that there is not.
    json(&["bank", "identify", entry], 2);
    json(&["bank", "identify", entry, "--plan", joint, "--account", "LF-100234"], 2);
    json(&["bank", "identify", entry, "--plan", "jpl_00000000000000000000000000000000"], 2);
    let posted = json(&["bank", "identify", entry, "--plan", joint], 0);
    assert_eq!((split(&posted["parts"]), &posted["joint"]), (expected.to_vec(), &joint.into()));
    assert_eq!(json(&["bank", "back", entry, "--on", "2026-03-16"], 0)["state"], "unidentified");
    assert_eq!(both.map(|person| floor.balance(person)), ["400.00", "240.00"]);
}

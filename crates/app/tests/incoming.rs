//! Files that money comes in by: every published file is read with the totals known of it, or refused with its reason.

use crate::stories::audit::Folder;
use duly::intake::source::bytes_of;
use duly::ledger::bank_file::{open_ach, open_bank_file};
use duly_domain::reporting::metro2;
use duly_domain::values::file_problem::FileProblem;
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
    let file = open_bank_file(path)?.file;
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

//! Evidence packs: made whole, the same each time, proved by other people's programs.

use super::audit::Folder;
use super::letters;
use crate::permissions::{client, sign_in};
use duly::accounts::notice::{Kind, RecordNotice, record_notice};
use duly::accounts::papers::{FileDocument, file_document};
use duly::app::{Actor, Failure};
use duly::audit::evidence::{MOST_IN_A_FOLDER, Pack, Population, VERIFIER, make_account, make_population};
use duly::audit::views;
use duly::disputes::actions::{OpenCase, open_case};
use duly::outreach::actions::{RecordContact, record_contact};
use duly::outreach::words::Said;
use duly::parties::actions::TellPreference;
use duly_domain::audit::hex;
use duly_domain::disputes::case::{CaseKind, Ground};
use duly_domain::identity::Role;
use duly_testkit::{Floor, Person, both_engines};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An account with a contact, a payment, a document, a case, a refusal, a view and a signed day.
fn lived(floor: &mut Floor) -> Person {
    let maria = floor.debtor("Maria 李", "420.00");
    floor.officer("Dana").calls(maria, "no_answer");
    floor.pays(maria, "20.00", "REF 1");
    let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let paper = FileDocument {
        kind: "statement".into(),
        file_name: "march 2026.txt".into(),
        media_type: "text/plain".into(),
        source: "creditor".into(),
        body: b"owed: 420.00".to_vec(),
    };
    let ask = OpenCase {
        ground: Some(Ground::NotMine),
        words: Some("Never heard of it.".into()),
        ..OpenCase::of(maria.account, CaseKind::Dispute, true)
    };
    floor.runtime.block_on(async {
        file_document(&app, &dana, at, maria.account, &paper).await.unwrap();
        open_case(&app, &dana, at, &ask).await.unwrap();
        views::record(&app, &dana, at.at, maria.account, views::WORKSPACE).await.unwrap();
    });
    assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.dispute.written-stop"]);
    floor.night_of("2026-03-02");
    maria
}

pub fn makes(floor: &Floor, person: Person, out: &Path, unmask: Option<&str>) -> Result<String, Failure> {
    floor.runtime.block_on(async {
        let pack = make_account(&floor.app, &Actor::command(), person.account, unmask, Pack::into_folder(out)?).await?;
        let hash = pack.hash().to_string();
        pack.finish().map(|()| hash)
    })
}

/// Every file of a folder with its bytes.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn shell(folder: &Path, line: &str) -> Output {
    Command::new("sh").arg("-ec").arg(line).current_dir(folder).output().expect("a shell starts")
}

/// Runs the lines of the pack's own VERIFY.md: of the files, of the chain, of the signature, and the hash of the whole.
pub fn verify(folder: &Path) -> [bool; 3] {
    let text = std::fs::read_to_string(folder.join("VERIFY.md")).unwrap();
    let blocks: Vec<&str> = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [files, chain, root, whole] = blocks[..] else { panic!("four blocks of lines") };
    assert!(shell(folder, whole).status.success());
    [files, chain, root].map(|lines| shell(folder, lines).status.success())
}

pub fn reads(pdf: &Path) -> (String, String) {
    let run = |program: &str, args: &[&str], last: Option<&str>| {
        let output = Command::new(program).args(args).arg(pdf).args(last).output().expect("Debian package poppler-utils");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    (run("pdfinfo", &[], None), run("pdftotext", &["-layout"], Some("-")))
}

both_engines! {
    fn a_pack_is_proved_by_other_programs_and_one_changed_byte_is_found(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        floor.morning_of("2026-03-03");
        let out = Folder::new();
        let hash = makes(&floor, maria, &out.0, None).unwrap();
        assert_eq!(verify(&out.0), [true; 3]);

        let held = files(&out.0);
        assert_eq!(hex(&Sha256::digest(&held["SHA256SUMS"])), hash);
        assert_eq!(String::from_utf8_lossy(&held["SHA256SUMS"]).lines().count(), held.len() - 1, "every other file has its hash");
        for name in ["contacts", "decisions", "payments", "cases", "documents", "views", "entries", "notices"] {
            assert!(!held[&format!("data/{name}.jsonl")].is_empty(), "{name}");
        }
        let (_, body) = held.iter().find(|(name, _)| name.starts_with("documents/")).unwrap();
        assert_eq!(body, b"owed: 420.00");
        let facts = String::from_utf8_lossy(&held["data/decisions.jsonl"]).into_owned();
        assert!(facts.contains("regf.dispute.written-stop") && facts.contains("policy"), "{facts}");

        let (info, told) = reads(&out.0.join("index.pdf"));
        assert!(info.contains("Tagged:          yes"), "{info}");
        let reference = floor.account(maria).reference;
        for words in [reference.as_str(), "regf.dispute.written-stop", "12 CFR 1006.38", "REF 1", "Never heard of it.", "Dana (officer): workspace",
            "USD 20.00"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        for (name, bytes) in held.iter().filter(|(name, _)| !matches!(name.as_str(), "SHA256SUMS" | "index.pdf")) {
            assert!(told.replace([' ', '\n'], "").contains(&hex(&Sha256::digest(bytes))), "{name} is in the contents");
        }

        for (name, fails) in [("data/contacts.jsonl", [false, false, true]), ("chain/entries.jsonl", [false, false, true]), ("chain/root.txt", [false; 3])] {
            let path = out.0.join(name);
            let mut bytes = held[name].clone();
            let digit = bytes.iter().position(u8::is_ascii_digit).unwrap();
            bytes[digit] = if bytes[digit] == b'0' { b'1' } else { b'0' };
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(verify(&out.0), fails, "{name}");
            std::fs::write(&path, &held[name]).unwrap();
        }
        std::fs::remove_file(out.0.join("data/payments.jsonl")).unwrap();
        assert_eq!(verify(&out.0), [false, false, true]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_same_record_is_the_same_pack_and_its_making_is_recorded(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        floor.morning_of("2026-03-03");
        let (one, other) = (Folder::new(), Folder::new());
        let hash = makes(&floor, maria, &one.0, None).unwrap();
        assert_eq!(makes(&floor, maria, &other.0, None).unwrap(), hash);
        let (one_held, other_held) = (files(&one.0), files(&other.0));
        assert_eq!(one_held.keys().collect::<Vec<_>>(), other_held.keys().collect::<Vec<_>>());
        for (name, bytes) in &one_held {
            assert_eq!(Some(bytes), other_held.get(name), "{name}");
        }
        let told = floor.texts("select act, detail from audit_entries where chain = 'evidence' order by seq");
        assert_eq!(told.len(), 2);
        let detail: serde_json::Value = serde_json::from_str(told[0].1.as_deref().unwrap()).unwrap();
        assert_eq!(detail["sha256sums"], hash);
        assert_eq!(detail["accounts"], serde_json::json!([maria.account.to_string()]));
        assert_eq!(floor.count("select count(*) from views where what = 'evidence'"), 2);

        // A folder with something in it stays as it is.
        assert!(matches!(makes(&floor, maria, &one.0, None), Err(Failure::Wrong(_))));
        assert_eq!(files(&one.0), one_held);
        // Later, somebody has seen the account: the one who made the packs.
        floor.clock("10:00");
        let later = Folder::new();
        assert_ne!(makes(&floor, maria, &later.0, None).unwrap(), hash);
        assert_eq!(String::from_utf8_lossy(&files(&later.0)["data/views.jsonl"]).matches("\"evidence\"").count(), 2);
    }

    fn numbers_are_masked_unless_a_reason_is_given_which_is_recorded(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        let number: String = floor.texts("select value, kind from contact_points where kind = 'phone'")[0].0.clone().unwrap();
        let (masked, plain) = (Folder::new(), Folder::new());
        makes(&floor, maria, &masked.0, None).unwrap();
        assert!(makes(&floor, maria, &plain.0, Some(" ")).is_err());
        makes(&floor, maria, &plain.0, Some("Subpoena of 2 March")).unwrap();
        let holds = |folder: &Folder| files(&folder.0).iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(&number));
        assert!(!holds(&masked) && holds(&plain));
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'evidence' and detail like '%Subpoena%'"), 1);
        assert!(reads(&plain.0.join("index.pdf")).1.contains("Subpoena of 2 March"));
    }

    fn the_accounts_of_a_creditor_have_a_folder_each_and_one_proof(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        let otto = floor.debtor("Otto", "60.00");
        let creditor = floor.texts("select name, role from creditors")[0].0.clone().unwrap();
        let made = |out: &Path, from: Option<&str>| {
            let of = Population { creditor: creditor.clone(), from: from.map(|day| day.parse().unwrap()), to: None };
            floor.runtime.block_on(async {
                let (pack, accounts) = make_population(&floor.app, &Actor::command(), &of, None, MOST_IN_A_FOLDER, Pack::into_folder(out)?).await?;
                pack.finish().map(|()| accounts)
            })
        };
        let out = Folder::new();
        assert_eq!(made(&out.0, None).unwrap(), 2);
        let held = files(&out.0);
        for person in [maria, otto] {
            assert!(held.contains_key(&format!("accounts/{}/index.pdf", person.account)));
            assert!(held.contains_key(&format!("accounts/{}/data/contacts.jsonl", person.account)));
        }
        // Otto came after the last root: nothing signed holds his entries yet, and the verifier counts them.
        let lines = shell(&out.0, "sha256sum --quiet -c SHA256SUMS && python3 verify.py chain $(cat chain/accounts.txt)");
        assert!(lines.status.success(), "{}", String::from_utf8_lossy(&lines.stderr));
        assert!(String::from_utf8_lossy(&lines.stdout).contains("not covered by a signature"));
        assert!(reads(&out.0.join("index.pdf")).1.contains("2 accounts placed"));
        let none = Folder::new();
        assert!(matches!(made(&none.0, Some("2026-04-01")), Err(Failure::NotFound(_))));
        assert!(!none.0.exists(), "nothing is left of what was not made");
    }

    fn what_was_told_on_another_creditors_account_is_left_out_and_named(mut floor: "2026-03-02") {
        let one = floor.debtor("Maria", "420.00");
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\n";
        floor.import("reference,name,principal\nN-1,Maria,60.00\n", mapping, "Northmere").unwrap();
        let two = floor.person("N-1");
        floor.merge(one.debtor, two.debtor);
        for (about, also, note) in [(one, two, "spoke of the car"), (two, one, "spoke of the SECRET")] {
            let contact = floor.officer("Dana").reserves_about(about, None, &[also.account]).unwrap().contact.unwrap();
            let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
            let said = RecordContact { contact, result: "no_answer".into(), follow_up_on: None, follow_up_at: None, note: Some(note.into()), said: Said::NotAsked };
            floor.runtime.block_on(record_contact(&app, &dana, at, &said)).unwrap();
        }
        let wish = |words: &str| TellPreference { kind: "no_channel".into(), channel: Some("text".into()), words: Some(words.into()), ..TellPreference::default() };
        floor.tells(one, wish("no texts, thank you")).unwrap();
        floor.tells(two, wish("SECRET texts")).unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        for (account, words) in [(one.account, "not my debt"), (two.account, "SECRET debt")] {
            let told = RecordNotice { words: Some(words.into()), ..RecordNotice::of(account, Kind::Dispute, at.at) };
            floor.runtime.block_on(record_notice(&app, &Actor::command(), at, told)).unwrap();
        }
        floor.morning_of("2026-03-03");
        let out = Folder::new();
        makes(&floor, one, &out.0, None).unwrap();
        assert_eq!(verify(&out.0), [true; 3]);
        let held = files(&out.0);
        let (_, told) = reads(&out.0.join("index.pdf"));
        let other = two.account.0.to_string();
        for (name, bytes) in &held {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("SECRET"), "{name}: {text}");
            assert!(!name.starts_with("data/") || !text.contains(&other), "{name}: {text}");
        }
        assert!(!told.contains("SECRET") && told.contains("spoke of the car") && told.contains("no texts, thank you"), "{told}");
        let lines = |name: &str| String::from_utf8_lossy(&held[name]).lines().count();
        assert_eq!([lines("data/contacts.jsonl"), lines("data/decisions.jsonl"), lines("data/wishes.jsonl"), lines("data/notices.jsonl")], [2, 2, 1, 1]);
        let left_out = String::from_utf8_lossy(&held["LEFT-OUT.txt"]).into_owned();
        for line in ["contacts.jsonl: of 1 row the account", "contact-debts.jsonl: 2 rows told", "decisions.jsonl: of 1 row", "wishes.jsonl: 1 row told", "notices.jsonl: 1 row told", "belongs to that account's creditor"] {
            assert!(left_out.contains(line), "{line}: {left_out}");
        }
        assert!(told.contains("data/notices.jsonl: 1 row told on another account"), "{told}");
        let entry = floor.texts("select detail, act from audit_entries where chain = 'evidence'");
        assert!(entry[0].0.as_deref().unwrap().contains("\"left_out\":6"), "{entry:?}");

        // In a pack about both there is nothing to leave out.
        let three = floor.debtor("Maria", "5.00");
        floor.merge(one.debtor, three.debtor);
        floor.tells(three, wish("told about the third")).unwrap();
        let both = Folder::new();
        let of = Population { creditor: "Larkfield".into(), from: None, to: None };
        floor.runtime.block_on(async {
            let pack = make_population(&floor.app, &Actor::command(), &of, None, MOST_IN_A_FOLDER, Pack::into_folder(&both.0).unwrap()).await.unwrap().0;
            pack.finish().unwrap();
        });
        let held = files(&both.0);
        let wishes = String::from_utf8_lossy(&held[&format!("accounts/{}/data/wishes.jsonl", one.account)]).into_owned();
        assert!(wishes.contains("told about the third") && wishes.contains("no texts, thank you") && !wishes.contains("SECRET"), "{wishes}");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_a_killed_run_left_is_removed_and_told_and_a_living_one_is_left_alone(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.night_of("2026-03-02");
        let out = Folder::new();
        let left = |process: u32| out.0.with_file_name(format!("{}.unfinished-{process}", out.0.file_name().unwrap().to_string_lossy()));
        std::fs::create_dir_all(left(0).join("data")).unwrap();
        std::fs::write(left(0).join("data/contacts.jsonl"), "half a li").unwrap();
        // Another pack's leftovers are not ours to judge.
        let foreign = Folder(PathBuf::from(format!("{}-2.unfinished-0", out.0.display())));
        std::fs::create_dir_all(&foreign.0).unwrap();

        let living = Folder(left(1));
        std::fs::create_dir(&living.0).unwrap();
        let lock = std::fs::File::open(&living.0).unwrap();
        lock.lock().unwrap();
        let refused = Pack::into_folder(&out.0).unwrap_err().to_string();
        assert!(refused.contains("is being made by another run"), "{refused}");
        assert!(left(0).exists() && living.0.exists());
        drop(lock);

        let pack = Pack::into_folder(&out.0).unwrap();
        assert_eq!(pack.removed, [left(0), left(1)]);
        drop(pack);
        makes(&floor, maria, &out.0, None).unwrap();
        assert_eq!(verify(&out.0), [true; 3]);
        let beside: Vec<String> = std::fs::read_dir(out.0.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
        let own = format!("{}.unfinished-", out.0.display());
        assert!(!beside.iter().any(|path| path.starts_with(&own)), "{beside:?}");
        assert!(foreign.0.exists());
    }

    fn the_verifier_finds_its_own_folder_and_says_how_it_is_used(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        floor.morning_of("2026-03-03");
        let out = Folder::new();
        makes(&floor, maria, &out.0, None).unwrap();
        let elsewhere = shell(&std::env::temp_dir(), &format!("python3 {}/verify.py", out.0.display()));
        assert!(elsewhere.status.success(), "{}", String::from_utf8_lossy(&elsewhere.stderr));
        assert!(String::from_utf8_lossy(&elsewhere.stdout).contains("entries in 1 chains are whole"));
        for (file, args, code, says) in [
            ("chain/entries.jsonl", "", 2, "usage: python3 verify.py FOLDER"),
            ("chain/heads.jsonl", "", 1, "cut off or damaged"),
            ("VERIFY.md", "nowhere", 2, "nowhere holds no entries.jsonl"),
        ] {
            let (path, bytes) = (out.0.join(file), std::fs::read(out.0.join(file)).unwrap());
            std::fs::remove_file(&path).unwrap();
            let told = shell(&out.0, &format!("python3 verify.py {args}"));
            std::fs::write(&path, bytes).unwrap();
            let stderr = String::from_utf8_lossy(&told.stderr);
            assert_eq!(told.status.code(), Some(code), "{file}: {stderr}");
            assert!(stderr.contains(says) && !stderr.contains("Traceback"), "{file}: {stderr}");
        }
    }

    fn the_verifier_names_every_file_that_was_changed_added_or_taken_away(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        floor.morning_of("2026-03-03");
        let out = Folder::new();
        makes(&floor, maria, &out.0, None).unwrap();
        std::fs::write(out.0.join("data/contacts.jsonl"), "{}\n").unwrap();
        std::fs::remove_file(out.0.join("index.pdf")).unwrap();
        std::fs::write(out.0.join("documents/more.txt"), "and more").unwrap();
        let told = shell(&out.0, "python3 verify.py");
        let stderr = String::from_utf8_lossy(&told.stderr);
        assert_eq!(told.status.code(), Some(1), "{stderr}");
        for says in ["data/contacts.jsonl: changed", "index.pdf: missing", "documents/more.txt: added", "3 files are not as the pack was made"] {
            assert!(stderr.contains(says), "{says}: {stderr}");
        }
    }

    fn a_notice_is_told_with_its_hash_its_mailing_and_what_happened_inside_its_period(mut floor: "2026-03-02") {
        let letters = Folder(letters::spoken(&mut floor));
        letters::set_sender(&mut floor);
        let (run, ..) = letters::print(&mut floor, &letters.0, None).unwrap().folders[0].clone();
        letters::mailed(&mut floor, run, None).unwrap();
        floor.morning_of("2026-03-12");
        let maria = floor.person("44-0001");
        floor.pays(maria, "5.00", "INSIDE");
        let out = Folder::new();
        makes(&floor, maria, &out.0, None).unwrap();
        let held = files(&out.0);
        let row: serde_json::Value = serde_json::from_slice(&held["data/letters.jsonl"]).unwrap();
        assert_eq!(row["addressee"], "•••");
        let (name, body) = held.iter().find(|(name, _)| name.starts_with("documents/")).unwrap();
        assert_eq!(row["hash"].as_str(), Some(hex(&Sha256::digest(body)).as_str()), "{name}");
        let told = reads(&out.0.join("index.pdf")).1;
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        let (_, notices) = told.split_once("Letters Printed").or(told.split_once("Letters • Printed")).expect("the notice is told");
        for words in [row["hash"].as_str().unwrap(), row["mailed_on"].as_str().unwrap(), row["period_ends_on"].as_str().unwrap(), "Inside its period",
            "reference INSIDE"] {
            assert!(notices.contains(words), "{words}: {notices}");
        }
        assert!(!told.contains("Elm St"));
    }

    fn the_pack_of_an_account_is_a_download_for_who_reads_the_record(mut floor: "2026-03-02") {
        let maria = lived(&mut floor);
        floor.user("Ada", Role::Auditor);
        let creditor = floor.texts("select name, role from creditors")[0].0.clone().unwrap();
        let base = floor.serve();
        let url = format!("{base}/accounts/{}/evidence", maria.account);
        let packed = floor.runtime.block_on(async {
            let client = client();
            sign_in(&client, &base, "ada@example.org").await;
            let page = client.get(format!("{base}/accounts/{}", maria.account)).send().await.unwrap().text().await.unwrap();
            assert!(page.contains(&format!("/accounts/{}/evidence", maria.account)));
            let answer = client.get(&url).send().await.unwrap();
            assert_eq!(answer.headers()["content-type"], "application/zip");
            let room = client.get(format!("{base}/compliance")).send().await.unwrap().text().await.unwrap();
            assert!(room.contains("action=\"/compliance/evidence\"") && room.contains(&format!("<option>{creditor}</option>")));
            let of = |creditor: &str, from: &str| client.get(format!("{base}/compliance/evidence?creditor={}&from={from}", creditor.replace(' ', "%20"))).send();
            let all = of(&creditor, "").await.unwrap();
            assert_eq!((all.status().as_u16(), &all.headers()["content-type"]), (200, &"application/zip".parse().unwrap()));
            assert!(!all.bytes().await.unwrap().is_empty());
            assert_eq!(of(&creditor, "soon").await.unwrap().status().as_u16(), 422);
            assert_eq!(of("Nobody", "").await.unwrap().status().as_u16(), 404);
            answer.bytes().await.unwrap()
        });
        let out = Folder::new();
        std::fs::create_dir_all(&out.0).unwrap();
        std::fs::write(out.0.join("pack.zip"), &packed).unwrap();
        let unzip = "import sys, zipfile; zipfile.ZipFile('pack.zip').extractall('.')";
        let unpacked = Command::new("python3").args(["-c", unzip]).current_dir(&out.0).output().expect("python3 starts");
        assert!(unpacked.status.success());
        assert_eq!(verify(&out.0.join(format!("evidence-{}", maria.account))), [true; 3]);
        assert_eq!(floor.count("select count(*) from views where what = 'evidence'"), 2);
    }
}

#[test]
fn the_manual_and_the_packs_hold_the_same_verifier() {
    let manual = include_str!("../../../../docs/manual/audit.md");
    assert!(manual.contains(&format!("```python\n{VERIFIER}```")));
}

//! The daily root, who saw what, and the record proved without our program.

use duly::app::Actor;
use duly::audit::{export, keys, root, spill, views};
use duly::store::Value;
use duly_domain::audit::root::Tree;
use duly_domain::audit::{Entry, START};
use duly_testkit::{Engine, Floor, Person, both_engines};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;
use uuid::Uuid;

/// A folder that is not there yet, removed in the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Folder {
        Folder(std::env::temp_dir().join(format!("duly_{}", Uuid::now_v7().simple())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn check_named<'a>(failed: &'a [String], name: &str) -> &'a str {
    failed.iter().find(|line| line.starts_with(name)).map_or("", |line| line)
}

fn sees(floor: &Floor, who: &Actor, person: Person) {
    let at = floor.app.moment().at;
    floor.runtime.block_on(views::record(&floor.app, who, at, person.account, views::WORKSPACE)).unwrap();
}

/// Writes an account's payment anew with its whole chain and head, as somebody with the database in hand could.
fn rewrite_history(floor: &mut Floor, person: Person) {
    let chain = person.account.to_string();
    let rows = floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        let mut rows = duly::audit::store::list_of_chain(&mut tx, &chain, 100).await.unwrap();
        rows.reverse();
        rows
    });
    let mut previous = START;
    for row in &rows {
        let detail = row.detail.replace("\"amount_minor\":2000", "\"amount_minor\":9000");
        let entry = Entry {
            chain: &chain,
            seq: row.seq,
            at_micros: row.recorded_at.as_microsecond(),
            actor: &row.actor,
            act: &row.act,
            detail: &detail,
        };
        previous = entry.hash(&previous);
        let values = [Value::from(detail), Value::from(&previous), Value::from(&chain), Value::from(row.seq)];
        floor.tamper("update audit_entries set detail = $1, hash = $2 where chain = $3 and seq = $4", &values);
    }
    floor.tamper("update audit_heads set hash = $1 where chain = $2", &[Value::from(&previous), Value::from(&chain)]);
}

both_engines! {
    fn each_night_signs_all_chains_and_tampering_is_found(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.debtor("Otto", "60.00");
        let dana = floor.officer("Dana").actor();
        sees(&floor, &dana, maria);
        floor.pays(maria, "20.00", "REF 1");
        floor.night_of("2026-03-04");
        floor.pays(maria, "1.00", "REF 2"); // after the newest root
        assert_eq!(floor.count("select count(*) from audit_roots"), 3);
        assert_eq!(floor.count("select count(*) from views where seal_no = 1"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // A past that was written anew, hashes and all, no longer fits under the signed root.
        rewrite_history(&mut floor, maria);
        let failed = floor.failed_checks();
        assert_eq!(failed.len(), 1, "the chains themselves are whole: {failed:?}");
        assert!(failed[0].starts_with("daily roots signed: the root of 2026-03-04 cannot be drawn again"), "{failed:?}");
    }

    fn a_root_is_drawn_in_pages_and_one_that_was_cut_off_leaves_the_one_before_provable(mut floor: "2026-03-02") {
        let rows: String = (0..2_500).map(|i| format!("A-{i},Person {i},50.00\n")).collect();
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nprincipal = \"principal\"\n";
        floor.import(&format!("reference,name,principal\n{rows}"), mapping, "Larkfield").unwrap();
        let maria = floor.debtor("Maria", "420.00");
        let dana = floor.officer("Dana").actor();
        floor.night_of("2026-03-02");
        let pages = |floor: &Floor| floor.app.turns.pages().get("root").map_or(0, |pages| pages.count);
        assert!(pages(&floor) > 2, "2,500 chains are marked in {} pages", pages(&floor));

        // A night that dies between drawing and signing leaves its marks and a seal that has no entry.
        sees(&floor, &dana, maria);
        floor.pays(maria, "20.00", "REF 1");
        let closing = floor.app.moment();
        let closing = duly_domain::values::moment::Moment { business_day: "2026-03-03".parse().unwrap(), ..closing };
        for _ in 0..2 {
            let before = pages(&floor);
            let drawn = floor.runtime.block_on(root::draw(&floor.app, closing)).unwrap();
            assert!(matches!(drawn, root::Drawn::Root(_)));
            assert!(pages(&floor) - before <= 20, "what is marked as it stands is not marked again");
            assert_eq!(floor.failed_checks(), Vec::<String>::new(), "the newest root stands");
            floor.pays(maria, "1.00", &format!("REF {before}"));
        }
        floor.run_night("2026-03-03".parse().unwrap()).unwrap();
        floor.run_night("2026-03-04".parse().unwrap()).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        assert_eq!(floor.count("select count(*) from audit_heads where rooted_seq <> seq and chain <> 'agency'"), 0);

        // The same as all heads at once.
        let (kept, drawn) = floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let sql = "select h.chain, e.seq, e.hash from audit_heads h join audit_entries e on e.chain = h.chain and e.seq = h.rooted_seq
                 order by h.chain";
            let heads: Vec<(String, i64, Vec<u8>)> = tx.all(sql, &[]).await.unwrap();
            let mut tree = Tree::default();
            heads.iter().for_each(|(chain, seq, hash)| tree.add(chain, *seq, hash).unwrap());
            (duly::audit::store::find_last_root(&mut tx).await.unwrap().unwrap().root, tree.root())
        });
        assert_eq!(kept, drawn);
    }

    fn a_changed_root_or_view_is_found(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (dana, eli) = (floor.officer("Dana").actor(), floor.officer("Eli").actor());
        sees(&floor, &dana, maria);
        sees(&floor, &eli, maria);
        floor.night_of("2026-03-03");
        for (tamper, undo, says) in [
            ("update audit_roots set chains = chains + 1 where business_day = (select max(business_day) from audit_roots)",
             "update audit_roots set chains = chains - 1 where business_day = (select max(business_day) from audit_roots)",
             "daily roots signed: the signature of 2026-03-03 does not fit its root"),
            ("update audit_roots set signed_at = signed_at + 1 where business_day = (select min(business_day) from audit_roots)",
             "update audit_roots set signed_at = signed_at - 1 where business_day = (select min(business_day) from audit_roots)",
             "daily roots signed: the signature of 2026-03-02 does not fit its root"),
            ("update audit_heads set rooted_other_seq = rooted_other_seq - 1 where chain = 'agency'",
             "update audit_heads set rooted_other_seq = rooted_other_seq + 1 where chain = 'agency'",
             "daily roots signed: the root of 2026-03-03 cannot be drawn again: an entry it holds is not what it was"),
            ("update views set what = 'command'", "update views set what = 'workspace'",
             "views as sealed: views under seal 1 were changed, added or removed"),
            ("update views set seal_no = 9 where seen_at > 0", "update views set seal_no = 1 where seen_at > 0",
             "views as sealed: views under seal 1 were changed, added or removed"),
        ] {
            floor.tamper(tamper, &[]);
            assert_eq!(floor.failed_checks(), [says]);
            floor.tamper(undo, &[]);
            assert_eq!(floor.failed_checks(), Vec::<String>::new());
        }
        floor.tamper("delete from audit_roots where business_day = (select min(business_day) from audit_roots)", &[]);
        assert_eq!(floor.failed_checks(), ["daily roots signed: the root of 2026-03-03 does not follow the one before it"]);
        floor.tamper("delete from audit_roots", &[]);
        assert!(check_named(&floor.failed_checks(), "daily roots signed").contains("the night of 2026-03-03 has no root"));
        floor.tamper("delete from views where seen_by = $1", &[Value::from(eli.label())]);
        assert!(!check_named(&floor.failed_checks(), "views as sealed").is_empty());
    }

    fn a_lost_key_is_told_and_never_replaced_by_itself(mut floor: "2026-03-02") {
        floor.debtor("Maria", "420.00");
        floor.night_of("2026-03-02");
        let private = floor.app.keys.folder().join("signing-key.pem");
        std::fs::remove_file(&private).unwrap();
        let night = floor.run_night("2026-03-03".parse().unwrap()).unwrap();
        assert_eq!(night.steps.last().map(|step| step.counts.as_str()), Some("{\"failed\":1}"));
        assert!(!private.exists());
        let folder = floor.app.keys.folder().display().to_string();
        assert_eq!(floor.failed_checks(), [format!("daily roots signed: the night of 2026-03-03 has no root: is its key in {folder}? bring it back, or duly keys new")]);

        floor.runtime.block_on(keys::replace(&floor.app, &Actor::command())).unwrap();
        assert_eq!(floor.count("select count(*) from audit_entries where chain = 'agency' and act = 'key.new'"), 1);
        floor.run_night("2026-03-04".parse().unwrap()).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new(), "the next root holds the day that had none");

        // Restored without its folder: nothing proves who signed, until a new key takes the old ones as they stand.
        std::fs::remove_dir_all(floor.app.keys.folder()).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.runtime.block_on(keys::replace(&floor.app, &Actor::command())).unwrap();
        floor.run_night("2026-03-05".parse().unwrap()).unwrap();
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        assert_eq!(floor.app.keys.public_keys().unwrap().map(|keys| keys.len()), Some(3));

        // A root by a key that nobody here knows.
        floor.tamper("update audit_roots set public_key = $1", &[Value::Bytes(vec![1; 32])]);
        assert!(check_named(&floor.failed_checks(), "daily roots signed").contains("is signed by a key that is not in"));
    }

    fn the_manuals_own_lines_prove_an_export_and_find_what_was_changed(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria \"é\" \u{2028}", "420.00");
        for i in 0..6 {
            floor.debtor(&format!("Person {i}"), "60.00");
        }
        floor.pays(maria, "20.00", "REF \\n 1");
        let dana = floor.officer("Dana").actor();
        sees(&floor, &dana, maria);
        sees(&floor, &dana, maria);
        floor.night_of("2026-03-03");
        sees(&floor, &dana, maria); // not sealed yet
        floor.pays(maria, "1.00", "REF 2"); // after the newest root
        let out = Folder::new();
        let done = floor.runtime.block_on(export::export(&floor.app, &Actor::command(), &out.0, None)).unwrap();
        assert_eq!((done.heads, done.roots), (floor.count("select count(*) from audit_heads where rooted_other_seq > 0"), 2));
        let proved = python(&out.0, &[]);
        let says = String::from_utf8_lossy(&proved.stdout).into_owned();
        assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
        let after = floor.count("select cast(sum(seq - rooted_other_seq) as bigint) from audit_heads");
        assert!(after > 0);
        let whole = format!("entries in {} chains are whole; the root of 2026-03-03 over {} chains is theirs",
            floor.count("select count(*) from audit_heads"), done.heads);
        let uncovered = "entries after the last signed root are not covered by a signature";
        assert_eq!(says.trim(), format!("{} {whole}\n{after} {uncovered}", done.entries));
        assert!(openssl(&out.0));

        for (file, from, to) in [
            ("entries.jsonl", "payment.post", "payment.gift"),
            ("entries.jsonl", "\"seq\":1", "\"seq\":2"),
            ("heads.jsonl", "\"seq\":1", "\"seq\":2"),
            ("views.jsonl", "workspace", "command"),
            ("root.txt", "2026-03-03\n", "2026-03-03\n1"),
            ("roots.jsonl", "\"root\":\"", "\"root\":\"0"),
        ] {
            let path = out.0.join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{file} has {from}");
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            assert!(!python(&out.0, &[]).status.success(), "{file} with {to} in place of {from}");
            std::fs::write(&path, &text).unwrap();
            let cut = text.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
            std::fs::write(&path, cut).unwrap();
            assert!(!python(&out.0, &[]).status.success(), "{file} without its first line");
            std::fs::write(&path, text).unwrap();
        }
        cut_anywhere(&out.0, maria, done.entries, after, uncovered);
        let path = out.0.join("root.txt");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("2026-03-03", "2026-03-04")).unwrap();
        assert!(!openssl(&out.0), "another day is not what was signed");
        let told = python(&out.0, &[]);
        assert!(!told.status.success(), "root.txt names another day than roots.jsonl");
        assert!(String::from_utf8_lossy(&told.stderr).contains("root.txt is not the last line of roots.jsonl"));
        std::fs::write(&path, text).unwrap();
        let path = out.0.join("roots.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in [("2026-03-03", "2026-03-04"), ("2026-03-02", "2026-03-09"), ("\"chains\":", "\"chains\":1")] {
            std::fs::write(&path, text.replace(from, to)).unwrap();
            assert!(!python(&out.0, &[]).status.success(), "roots.jsonl with {to} in place of {from}");
        }
        let last = text.lines().next().unwrap();
        std::fs::write(&path, format!("{last}\n")).unwrap();
        assert!(!python(&out.0, &[]).status.success(), "roots.jsonl without its last root");
        std::fs::write(&path, text).unwrap();
        assert!(python(&out.0, &[]).status.success());

        let one = Folder::new();
        let account = Some(maria.account);
        floor.runtime.block_on(export::export(&floor.app, &Actor::command(), &one.0, account)).unwrap();
        let name = maria.account.to_string();
        assert!(python(&one.0, &[&name]).status.success());
        assert!(!python(&one.0, &[]).status.success(), "the chains of the others are not in it");
        assert!(!std::fs::read_to_string(one.0.join("entries.jsonl")).unwrap().contains("agency"));
        assert_eq!(floor.count("select count(*) from views where what = 'export'"), 1);
    }

    fn the_private_key_is_nowhere_but_in_its_file(mut floor: "2026-03-02") {
        floor.debtor("Maria", "420.00");
        floor.night_of("2026-03-02");
        let path = floor.app.keys.folder().join("signing-key.pem");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777, 0o600);
        let pem = std::fs::read_to_string(&path).unwrap();
        let body = pem.lines().nth(1).unwrap().to_string();
        let secret = floor.runtime.block_on(async { tokio::fs::read(&path).await }).unwrap();
        assert!(String::from_utf8(secret).unwrap().contains("PRIVATE KEY"));
        let read = Command::new("openssl").args(["pkey", "-noout", "-text", "-in"]).arg(&path).output().expect("openssl starts");
        let text = String::from_utf8_lossy(&read.stdout).into_owned();
        let digits: String = text.split("pub:").next().unwrap().split("priv:").nth(1).unwrap().chars().filter(char::is_ascii_hexdigit).collect();
        assert_eq!(digits.len(), 64, "openssl reads the key");

        let (all, audit) = (Folder::new(), Folder::new());
        floor.runtime.block_on(duly::store::archive::export_all(&floor.app.db, &all.0)).unwrap();
        floor.runtime.block_on(export::export(&floor.app, &Actor::command(), &audit.0, None)).unwrap();
        let mut files: Vec<PathBuf> = [&all.0, &audit.0].into_iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect();
        files.extend(floor.address.strip_prefix("sqlite:").map(PathBuf::from));
        assert!(files.len() > 20);
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let raw: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).unwrap()).collect();
            for secret in [body.as_bytes(), digits.as_bytes(), &raw] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{}", file.display());
            }
        }
    }
}

/// Entries cut off after the last root are missed by nobody, and fewer are said to be uncovered; one that a root holds is missed.
fn cut_anywhere(folder: &Path, person: Person, entries: i64, after: i64, uncovered: &str) {
    let path = folder.join("entries.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let name = format!("\"chain\":\"{}\"", person.account);
    let own: Vec<&str> = text.lines().filter(|line| line.contains(&name)).collect();
    let (newest, rest) = own.split_last().unwrap();
    let without = |gone: &[&str]| -> String { text.lines().filter(|line| !gone.contains(line)).map(|line| format!("{line}\n")).collect() };
    std::fs::write(&path, without(&[*newest])).unwrap();
    let told = python(folder, &[]);
    let says = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    assert!(says.starts_with(&format!("{} entries", entries - 1)) && says.contains(&format!("{} {uncovered}", after - 1)), "{says}");
    for gone in [vec![*newest, *rest.last().unwrap()], own.clone(), vec![own[0]], vec![own[1]]] {
        std::fs::write(&path, without(&gone)).unwrap();
        let told = python(folder, &[]);
        assert!(!told.status.success(), "{} entries that a root holds are missing", gone.len());
        assert!(String::from_utf8_lossy(&told.stderr).contains(&person.account.to_string()));
    }
    std::fs::write(&path, &text[..text.len() - 20]).unwrap();
    let told = python(folder, &[]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("cut off or damaged") && !told.status.success());
    std::fs::write(&path, text).unwrap();
}

fn manual(language: &str) -> String {
    let text = include_str!("../../../../docs/manual/audit.md");
    let block = text.split(&format!("```{language}\n")).nth(1).and_then(|rest| rest.split("```").next());
    block.expect("the manual has the lines").to_string()
}

fn python(folder: &Path, args: &[&str]) -> Output {
    Command::new("python3")
        .arg("-c")
        .arg(manual("python"))
        .arg(folder)
        .args(args)
        .output()
        .expect("python3 starts: install the Debian package python3")
}

fn openssl(folder: &Path) -> bool {
    let lines = manual("sh");
    let first = lines.lines().next().expect("the manual has the line");
    let output = Command::new("sh").arg("-c").arg(first).current_dir(folder).output().expect("a shell starts");
    let all = Command::new("sh").arg("-ec").arg(&lines).current_dir(folder).output().expect("a shell starts");
    assert_eq!(output.status.success(), all.status.success(), "{}", String::from_utf8_lossy(&all.stderr));
    output.status.success()
}

/// The files of views beside a floor's database.
fn spilled(floor: &Floor) -> Vec<PathBuf> {
    let database = spill::database_of(&floor.app).unwrap();
    let start = format!("{}.views-", database.file_name().unwrap().to_string_lossy());
    let entries = std::fs::read_dir(database.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(&start)).collect()
}

#[test]
fn no_page_waits_for_a_busy_writer_and_no_view_is_lost_with_the_process() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    let dana = floor.officer("Dana").actor();
    let at = floor.app.moment().at;
    // The same program, which dies before the writer is free.
    let dying = floor.app.clone();
    let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let writer = floor.runtime.block_on(dying.db.begin()).unwrap();
    doomed.block_on(async {
        for what in [views::WORKSPACE, views::PERSON] {
            let view = views::record(&dying, &dana, at, maria.account, what);
            tokio::time::timeout(Duration::from_secs(20), view).await.expect("nobody waits for the writer").unwrap();
        }
    });
    doomed.shutdown_background();
    let [file] = spilled(&floor).try_into().unwrap();
    let lines = std::fs::read_to_string(&file).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    floor.runtime.block_on(writer.rollback());
    assert_eq!(floor.count("select count(*) from views"), 0);

    // While its process lives the file is its own.
    assert_eq!(floor.runtime.block_on(spill::recover(&floor.app)).unwrap(), 0);
    std::fs::remove_file(&file).unwrap();
    // A line that was cut off was of a page that nobody saw.
    std::fs::write(file.with_extension("views-1"), format!("{lines}{}", &lines[..40])).unwrap();
    assert_eq!(floor.runtime.block_on(spill::recover(&floor.app)).unwrap(), 2);
    assert_eq!(floor.count("select count(*) from views"), 2);
    assert_eq!(spilled(&floor), Vec::<PathBuf>::new());
}

#[test]
fn the_file_of_views_goes_when_they_are_in_the_record() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    let dana = floor.officer("Dana").actor();
    let (app, at) = (floor.app.clone(), floor.app.moment().at);
    floor.runtime.block_on(async {
        let writer = app.db.begin().await.unwrap();
        views::record(&app, &dana, at, maria.account, views::WORKSPACE).await.unwrap();
        assert_eq!(spilled(&floor).len(), 1);
        writer.rollback().await;
        views::record(&app, &dana, at, maria.account, views::PERSON).await.unwrap();
    });
    assert_eq!(floor.count("select count(*) from views"), 2);
    assert_eq!(spilled(&floor), Vec::<PathBuf>::new());
}

#[test]
fn the_view_of_a_reader_who_went_away_is_kept_and_so_are_those_that_waited_with_it() {
    let mut floor = Floor::on(Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    let dana = floor.officer("Dana").actor();
    let (app, at) = (floor.app.clone(), floor.app.moment().at);
    floor.runtime.block_on(async {
        let writer = app.db.begin().await.unwrap();
        let gone = views::begin(&app, &dana, at, maria.account, views::WORKSPACE);
        let stays = views::begin(&app, &dana, at, maria.account, views::PERSON);
        drop(gone);
        tokio::task::yield_now().await;
        writer.rollback().await;
        stays.kept().await.unwrap();
    });
    assert_eq!(floor.count("select count(*) from views"), 2);
}

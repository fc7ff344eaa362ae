//! The disk fills up: it is said, nothing is left by halves, and the same command goes on when there is room.

use super::cluster::{Cluster, give_to_server};
use super::place::{Place, at_server};
use super::{import, posting};
use duly_testkit::Engine;
use std::fmt::Write as _;
use std::io::{Read, Seek, SeekFrom, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A small file system of its own, in memory.
struct Disk(PathBuf);

impl Disk {
    /// Mounts one; `None` where the machine does not let us.
    fn mount(place: &Place) -> Option<Disk> {
        let folder = place.folder.join("disk");
        std::fs::create_dir(&folder).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=64m", "duly-test"]).arg(&folder).output().unwrap();
        mounted.status.success().then_some(Disk(folder))
    }

    /// Fills it up but for some bytes.
    fn fill(&self, leaving: u64) {
        let mut ballast = std::fs::File::create(self.0.join("ballast")).unwrap();
        let block = vec![1; 4096];
        while ballast.write_all(&block).is_ok() {}
        let length = ballast.seek(SeekFrom::End(0)).unwrap();
        ballast.set_len(length.saturating_sub(leaving)).unwrap();
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that failed may still be ending.
        Command::new("umount").arg("-l").arg(&self.0).status().unwrap();
    }
}

fn is_told(output: &Output, place: &Place) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let last = said.lines().last().unwrap_or_default();
    let expected =
        format!("duly: the disk is full: {} took nothing of what was under way; make room and run the command again", place.address);
    assert_eq!(last, expected);
}

/// An import, a list of payments and a night, each on a disk that fills up on the way.
fn fills_up(place: &Place, disk: &Disk) {
    std::fs::write(place.folder.join("accounts.csv"), import::file()).unwrap();
    let mut payments = String::from("account,amount,on,reference\n");
    (0..800).for_each(|row| writeln!(payments, "R-{row},2.00,2026-03-04,LIST-{row}").unwrap());
    std::fs::write(place.folder.join("payments.csv"), payments).unwrap();
    place.does(&["migrate"]);

    disk.fill(1_500_000);
    is_told(&place.ends(&import::IMPORT), place);
    place.is_whole("2026-03-02");
    disk.make_room();
    place.does(&import::IMPORT);
    assert_eq!(place.count("select count(*) from accounts"), i64::try_from(import::ROWS).unwrap());

    disk.fill(300_000);
    let stopped = place.ends(&posting::POST);
    is_told(&stopped, place);
    let (kept, posted) = (posting::acknowledged(&String::from_utf8_lossy(&stopped.stderr)), place.count("select count(*) from payments"));
    assert_eq!(posted, kept, "what was said to be kept, and nothing else");
    place.is_whole("2026-03-05");
    disk.make_room();
    place.does(&posting::POST);
    assert_eq!(place.count("select count(*) from payments"), 800);

    let night = ["night", "--business-day", "2026-03-05", "--now", "2026-03-05T23:30:00-05:00"];
    disk.fill(48_000);
    is_told(&place.ends(&night), place);
    place.is_whole("2026-03-06");
    disk.make_room();
    place.does(&night);
    place.is_whole("2026-03-06");
    assert_eq!(place.count("select count(*) from audit_roots"), 1);
}

#[test]
fn a_full_disk_under_sqlite() {
    let mut place = Place::empty(Engine::Sqlite);
    let Some(disk) = Disk::mount(&place) else {
        eprintln!("no file system can be mounted here; see a_file_that_may_not_grow");
        return;
    };
    place.address = format!("sqlite:{}", disk.0.join("duly.db").display());
    fills_up(&place, &disk);

    // Not a byte left: reading is served, writing is refused, and said.
    disk.fill(0);
    let post = ["payment", "post", "--account", "R-1", "--amount", "100", "--on", "2026-03-05", "--reference", "LAST"];
    is_told(&place.ends(&post), &place);
    disk.make_room();
    place.does(&post);
}

#[test]
fn a_full_disk_under_postgres() {
    let mut place = Place::empty(Engine::Sqlite);
    let Some(disk) = Disk::mount(&place) else {
        eprintln!("no file system can be mounted here; see a_file_that_may_not_grow");
        return;
    };
    give_to_server(&disk.0);
    // The server's user reaches the folder through ours.
    let cluster = Cluster::start_new();
    at_server(&cluster.address(), &format!("create tablespace small location '{}'", disk.0.display()));
    at_server(&cluster.address(), "create database small tablespace small");
    place.address = format!("{}/small", cluster.address());
    fills_up(&place, &disk);
    at_server(&cluster.address(), "drop database small with (force)");
    at_server(&cluster.address(), "drop tablespace small");
}

#[test]
fn a_file_that_may_not_grow() {
    let place = Place::empty(Engine::Sqlite);
    std::fs::write(place.folder.join("accounts.csv"), import::file()).unwrap();
    place.does(&["migrate"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 3000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_duly")]).args(import::IMPORT);
    limited
        .current_dir(&place.folder)
        .env("DULY_DATABASE", &place.address)
        .env("DULY_KEYS", place.folder.join("keys"))
        .env("RUST_LOG", "off");
    is_told(&limited.output().unwrap(), &place);
    place.is_whole("2026-03-02");
    place.does(&import::IMPORT);
    assert_eq!(place.count("select count(*) from accounts"), i64::try_from(import::ROWS).unwrap());
    let mut head = [0; 6];
    std::fs::File::open(place.folder.join("duly.db")).unwrap().read_exact(&mut head).unwrap();
    assert_eq!(&head, b"SQLite");
}

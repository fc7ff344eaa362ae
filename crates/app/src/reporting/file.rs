//! A file for bureaus on its way to a disk: whole, hashed, and kept as a row; or not there at all.

use super::deciding::Judged;
use super::joint::Joint;
use super::record::{self, Particulars, Who};
use super::store::{self, FileRow, FurnishingRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::identity::settings::Settled;
use crate::store::archive::{sync, unwritable};
use crate::transaction;
use duly_domain::audit::hex;
use duly_domain::reporting::furnishing::{LeftOut, Status};
use duly_domain::reporting::joint::LeftAside;
use duly_domain::reporting::metro2::write::Writer;
use duly_domain::values::ids::{AccountId, DebtorId, FurnishingFileId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Accounts and people that are left out and named; beyond them they are counted.
const NAMED: usize = 200;

/// An account that is left out, and why.
#[derive(Clone, Debug)]
pub struct Left {
    /// Which.
    pub account: AccountId,
    /// The creditor's reference.
    pub reference: String,
    /// Why.
    pub why: LeftOut,
    /// What the rules say, or what does not fit; empty where the reason says it all.
    pub says: String,
}

/// Somebody on an account that is told, who is not told of.
#[derive(Clone, Debug)]
pub struct Aside {
    /// On which account.
    pub account: AccountId,
    /// The creditor's reference.
    pub reference: String,
    /// Who.
    pub person: DebtorId,
    /// Why.
    pub why: LeftAside,
}

/// What a file came to.
#[derive(Debug, Default)]
pub struct Furnished {
    /// Accounts looked at.
    pub looked_at: u64,
    /// Accounts in the file, by their state.
    pub told: BTreeMap<&'static str, u64>,
    /// People beside the debtors.
    pub people: u64,
    /// Dollars they owe together.
    pub dollars: i64,
    /// Accounts that are not, by the reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// The first of those that somebody could do something about.
    pub named: Vec<Left>,
    /// The first of the people on accounts that are told, who are not told of.
    pub aside: Vec<Aside>,
    /// References of accounts whose record now says another beginning of the delinquency than was told first.
    pub moved: Vec<String>,
    /// SHA-256 of the file.
    pub hash: String,
}

/// What a file is.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub path: PathBuf,
    pub reporter: String,
    pub bureau: String,
    /// Why it corrects; nothing for a monthly one.
    pub because: Option<String>,
}

/// An account with what is told of it or why nothing is.
pub(super) struct Told {
    pub judged: Judged,
    pub has_moved: bool,
    pub outcome: Result<(FurnishingRow, Who), (LeftOut, String)>,
}

/// Half a file is none: it goes where it was not ended.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        // What is not there any more, or never was, needs no removing.
        drop(std::fs::remove_file(&self.0));
    }
}

/// A file that is being written, hashed on the way.
pub(super) struct Opened {
    about: About,
    as_of: Date,
    file: BufWriter<File>,
    hash: Sha256,
    part: Part,
    writer: Writer,
    numbers: BTreeSet<String>,
    pub furnished: Furnished,
}

impl Opened {
    /// Opens a file beside its place, where one of today may be written at all.
    pub async fn begin(app: &App, at: Moment, mut about: About) -> Result<Opened, Failure> {
        about.reporter = about.reporter.trim().to_string();
        if about.reporter.is_empty() || about.reporter.len() > 20 || !about.reporter.is_ascii() {
            return Err(Failure::wrong("reporter", "is the number that the bureau gave you: up to 20 letters and digits"));
        }
        if about.path.exists() {
            return Err(Failure::wrong("file", format!("{} is there already: name another", about.path.display())));
        }
        let (header, newest) = {
            let mut tx = app.db.read().await?;
            (header(&Settled::read(&mut tx).await?, at.business_day)?, store::find_newest(&mut tx).await?)
        };
        if let Some(newest) = newest.filter(|newest| *newest > at.business_day) {
            return Err(Failure::Stale(format!("bureaus were told as of {newest}: a file of an earlier day would undo it")));
        }
        let name = about.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let part = Part(about.path.with_file_name(format!(".{name}.part")));
        let file = BufWriter::new(File::create(&part.0).map_err(|error| unwritable(&about.path, &error))?);
        let (writer, furnished) = (Writer::default(), Furnished::default());
        let as_of = at.business_day;
        let mut opened = Opened { about, as_of, file, hash: Sha256::new(), part, writer, numbers: BTreeSet::new(), furnished };
        opened.put(&header)?;
        Ok(opened)
    }

    fn put(&mut self, line: &str) -> Result<(), Failure> {
        self.hash.update(line);
        self.file.write_all(line.as_bytes()).map_err(|error| unwritable(&self.about.path, &error))
    }

    /// Takes an account into the file, or among those that are left out.
    pub fn take(&mut self, told: Told) -> Result<(), Failure> {
        let Told { judged, has_moved, outcome } = told;
        let (known, is_correction) = (&judged.known, self.about.because.is_some());
        let reference = known.account.reference.clone();
        self.furnished.looked_at += 1;
        if has_moved {
            self.furnished.moved.push(reference.clone());
        }
        let outcome = outcome.and_then(|(row, who)| match self.numbers.contains(&reference) {
            true => Err((LeftOut::SameNumber, String::new())),
            false => Ok((row, who)),
        });
        let account = known.account.id;
        let line = outcome.and_then(|(row, who)| {
            let joint: Joint = judged.joint.with_kept(row.people.as_deref());
            let classification = judged.to_tell.classification.as_str();
            let of = Particulars { known, who, classification, told: &judged.told, paid: judged.paid, joint: &joint, is_correction };
            let line = record::line(&mut self.writer, &self.about.reporter, &row, &of);
            line.map(|line| (row, line, joint)).map_err(|says| (LeftOut::Unwritable, says))
        });
        let furnished = &mut self.furnished;
        match line {
            Ok((row, line, joint)) => {
                self.numbers.insert(reference.clone());
                *furnished.told.entry(Status::parse(&row.status).map_or("", Status::code)).or_default() += 1;
                furnished.dollars += row.balance_dollars;
                furnished.people += joint.told.len() as u64;
                let room = NAMED.saturating_sub(furnished.aside.len());
                let aside = joint.left_aside.into_iter().take(room);
                furnished.aside.extend(aside.map(|(person, why)| Aside { account, reference: reference.clone(), person, why }));
                self.put(&line)
            }
            Err((why, says)) => {
                *furnished.left_out.entry(why.code()).or_default() += 1;
                // Of accounts that somebody named, each is answered.
                if (is_correction || why.can_be_mended()) && furnished.named.len() < NAMED {
                    furnished.named.push(Left { account, reference, why, says });
                }
                Ok(())
            }
        }
    }

    /// Ends the file: it stands in its place, and as a row in the record.
    pub async fn end(mut self, app: &App, who: &Actor, at: Moment) -> Result<Furnished, Failure> {
        let trailer = self.writer.trailer().map_err(Failure::File)?;
        self.put(&trailer)?;
        let Opened { about, as_of, file, hash, part, mut furnished, .. } = self;
        let failed = |error: &std::io::Error| unwritable(&about.path, error);
        let file = file.into_inner().map_err(|error| failed(error.error()))?;
        file.sync_all().map_err(|error| failed(&error))?;
        furnished.hash = hex(&hash.finalize());
        std::fs::rename(&part.0, &about.path).map_err(|error| failed(&error))?;
        let folder = about.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync(folder).map_err(|error| failed(&error))?;
        let row = row_of(&about, as_of, &furnished, who, at);
        transaction!(app.db, tx, {
            store::insert_file(tx, &row).await?;
            let detail = json!({"file": row.id.to_string(), "as_of": as_of.to_string(), "bureau": row.bureau, "hash": row.hash,
                "told": furnished.told, "left_out": furnished.left_out, "people": row.people, "dollars": row.dollars});
            let act = if about.because.is_some() { "furnish.write-correction" } else { "furnish.write" };
            kept::record_of_agency(tx, who, at.at, act, detail, &[row.id.into()]).await
        })?;
        Ok(furnished)
    }
}

fn row_of(about: &About, as_of: Date, furnished: &Furnished, who: &Actor, at: Moment) -> FileRow {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let named = furnished.named.iter().map(
        |left| json!({"account": left.account.to_string(), "reference": left.reference, "because": left.why.code(), "says": left.says}),
    );
    let aside = furnished.aside.iter().map(|aside| {
        let person = aside.person.to_string();
        json!({"account": aside.account.to_string(), "reference": aside.reference, "person": person, "because": aside.why.code()})
    });
    FileRow {
        id: FurnishingFileId(new_uuid()),
        kind: if about.because.is_some() { "correction" } else { "monthly" }.into(),
        as_of,
        reporter: about.reporter.clone(),
        bureau: about.bureau.clone(),
        because: about.because.clone().unwrap_or_default(),
        looked_at: count(furnished.looked_at),
        accounts: count(furnished.told.values().sum()),
        people: count(furnished.people),
        dollars: furnished.dollars,
        told: json!(furnished.told).to_string(),
        left_out: json!(furnished.left_out).to_string(),
        named: json!(named.chain(aside).collect::<Vec<_>>()).to_string(),
        hash: furnished.hash.clone(),
        written_by: who.label().into(),
        written_at: at.at,
    }
}

/// The line that opens the file: who we are.
fn header(settled: &Settled, day: Date) -> Result<String, Failure> {
    if settled.company.is_empty() || settled.address.is_empty() {
        return Err(Failure::wrong("sender", "our name and address are not settled: duly letters sender --name NAME --address LINE"));
    }
    let on = record::mmddyyyy(day);
    let address = settled.address.lines().collect::<Vec<_>>().join(" ");
    let phone: String = settled.phone.chars().filter(char::is_ascii_digit).collect();
    let phone = phone.get(phone.len().saturating_sub(10)..).unwrap_or_default();
    let cells = [
        ("activity date", on.as_str()),
        ("created on", on.as_str()),
        ("reporter", settled.company.as_str()),
        ("reporter address", address.as_str()),
        ("reporter telephone", phone),
        ("software vendor", "Duly"),
        ("software version", env!("CARGO_PKG_VERSION")),
    ];
    Writer::default().header(&cells).map_err(Failure::File)
}

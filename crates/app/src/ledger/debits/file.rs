//! A file of debits, put together from the record: the same bytes every time, so that it can be written again; and who sends it.

use super::sealing::Sealer;
use super::store::drawn::{DebitRow, list_of_file};
use super::store::{self, FileRow};
use crate::app::{Actor, App, Failure, Problems};
use crate::audit::kept;
use crate::identity::settings::Settled;
use crate::identity::store::{ACH_BANK, ACH_BANK_NAME, ACH_COMPANY, find_setting, update_setting};
use crate::store::archive::{sync, unwritable};
use crate::store::{Tx, Value};
use crate::{accounts, audit, transaction};
use duly_domain::audit::hex;
use duly_domain::ledger::ach::read;
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass, NewBatch, NewEntry, Routing, Sender, write};
use duly_domain::ledger::debits::DebitKind;
use duly_domain::values::ids::{DebitAuthorizationId, DebitFileId, DebitId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Rows read at once.
const PAGE: i64 = 500;

/// Who sends, as it is settled, and the minute at which.
#[derive(Clone, Debug)]
pub struct SenderSettled {
    /// The bank that takes the files in.
    pub bank: Routing,
    /// Its name.
    pub bank_name: String,
    /// Our name.
    pub name: String,
    /// Our number at the bank.
    pub company_no: String,
    /// The minute of the day in our time zone.
    pub minute: i64,
}

/// Who sends. Where it is not settled, the error says how to.
pub async fn sender_of(tx: &mut Tx) -> Result<SenderSettled, Failure> {
    let mut setting = async |name| find_setting(tx, name).await.map(Option::unwrap_or_default);
    let (bank, bank_name, company_no) = (setting(ACH_BANK).await?, setting(ACH_BANK_NAME).await?, setting(ACH_COMPANY).await?);
    let name = Settled::read(tx).await?.company;
    let unsettled = || {
        Failure::wrong("sender", "is not settled: duly ach sender --bank ROUTING --bank-name NAME --company-id ID, as your bank tells you")
    };
    if name.is_empty() {
        return Err(Failure::wrong("sender", "has no name: duly letters sender --name NAME"));
    }
    let bank = Routing::parse(&bank).filter(|_| !bank_name.is_empty() && !company_no.is_empty()).ok_or_else(unsettled)?;
    Ok(SenderSettled { bank, bank_name, name, company_no, minute: 0 })
}

/// Settles through which bank, and under which number, files are sent; what is not named stays.
pub async fn settle_sender(
    app: &App,
    who: &Actor,
    at: Moment,
    bank: Option<&str>,
    bank_name: Option<&str>,
    company_no: Option<&str>,
) -> Result<[String; 3], Failure> {
    let mut problems = Problems::default();
    if bank.is_some_and(|bank| Routing::parse(bank).is_none()) {
        problems.0.push(("bank", "is not the nine digits of a bank: the last one does not prove the others".into()));
    }
    for (field, text, most) in [("bank_name", bank_name, 23), ("company_id", company_no, 10)] {
        if text.is_some_and(|text| text.trim().is_empty() || text.trim().chars().count() > most || !text.is_ascii()) {
            problems.0.push((field, format!("is not one to {most} letters and digits")));
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let told = [(ACH_BANK, bank), (ACH_BANK_NAME, bank_name), (ACH_COMPANY, company_no)];
        let told: Vec<(&str, &str)> = told.into_iter().filter_map(|(name, text)| Some((name, text?.trim()))).collect();
        for (name, text) in &told {
            update_setting(tx, name, text).await?;
        }
        if !told.is_empty() {
            let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
            audit::record(tx, who, at.at, None, "debit.sender", &json!({"changed": names})).await?;
        }
        let mut settled = [const { String::new() }; 3];
        for (slot, name) in settled.iter_mut().zip([ACH_BANK, ACH_BANK_NAME, ACH_COMPANY]) {
            *slot = find_setting(tx, name).await?.unwrap_or_default();
        }
        Ok(settled)
    })
}

/// The bank of a file that is on record.
pub(super) fn bank_of(file: &FileRow) -> Result<Routing, Failure> {
    Routing::parse(&file.bank).ok_or_else(|| Failure::File(format!("the bank of {} is none", file.id)))
}

/// All entries are in: totals and hash are kept, and the file is there as a text.
pub(super) async fn close(app: &App, who: &Actor, at: Moment, sealer: &Sealer, id: DebitFileId) -> Result<(FileRow, String), Failure> {
    transaction!(app.db, tx, {
        let file = store::load_file(tx, id).await?;
        let text = content(tx, sealer, &file).await?;
        // By our own reader: what it would name, no bank gets.
        let proved = read(&text).map_err(|says| Failure::File(format!("the file {says}")))?;
        if let Some(problem) = proved.problems.first() {
            return Err(Failure::File(format!("the file does not read back: {problem}")));
        }
        let total = proved.total();
        let file = FileRow {
            entries: i64::try_from(total.entries).unwrap_or(i64::MAX),
            debits_minor: total.debits_minor,
            entry_hash: i64::try_from(total.hash).unwrap_or(i64::MAX),
            hash: hex(&Sha256::digest(text.as_bytes())),
            closed_at: Some(at.at),
            ..file
        };
        store::update_closed(tx, &file, at.at).await?;
        let detail = json!({"file": id.to_string(), "entries": file.entries, "debits_minor": file.debits_minor, "currency": file.currency,
            "hash": file.hash});
        kept::record_of_agency(tx, who, at.at, "debit.file-close", detail, &[id.into()]).await?;
        Ok((file, text))
    })
}

/// The file as a text. One that was closed is what it was, or is refused.
pub async fn content(tx: &mut Tx, sealer: &Sealer, file: &FileRow) -> Result<String, Failure> {
    let mut rows: Vec<DebitRow> = Vec::new();
    loop {
        let after = rows.last().map_or(DebitId(uuid::Uuid::nil()), |row| row.id);
        let page = list_of_file(tx, file.id, after, PAGE).await?;
        let is_last = page.len() < usize::try_from(PAGE).unwrap_or_default();
        rows.extend(page);
        if is_last {
            break;
        }
    }
    let keys: Vec<Value> = rows.iter().map(|row| Value::from(row.authorization)).collect();
    let authorizations: HashMap<DebitAuthorizationId, store::AuthorizationRow> =
        store::list_authorizations_in(tx, &keys).await?.into_iter().map(|keyed| (keyed.0, keyed.1)).collect();
    let mut batches: BTreeMap<(EntryClass, Date, &'static str), Vec<NewEntry>> = BTreeMap::new();
    for row in &rows {
        let missing = || Failure::File(format!("the record of {} is not whole: duly check says more", row.id));
        let of = authorizations.get(&row.authorization).ok_or_else(missing)?;
        let account = accounts::store::load_account(tx, row.account).await?;
        let (trace, on) = row.trace.as_deref().zip(row.effective_on).ok_or_else(missing)?;
        let sealed = row.sent_sealed.as_deref().ok_or_else(missing)?;
        let entry = NewEntry {
            is_credit: false,
            is_prenote: row.asked_as() == DebitKind::Prenote,
            bank: row.sent_routing.as_deref().and_then(Routing::parse).ok_or_else(missing)?,
            kind: row.sent_account.as_deref().and_then(BankAccountKind::parse).ok_or_else(missing)?,
            number: sealer.open(of.id, sealed)?.whole().to_string(),
            amount_minor: row.amount_minor,
            id: account.reference,
            name: of.holder.clone(),
            words: String::new(),
            kind_of_payment: if of.is_recurring { "R" } else { "S" },
            trace_no: trace.get(8..).and_then(|no| no.parse().ok()).ok_or_else(missing)?,
        };
        batches.entry((of.agreed_how(), on, row.asked_as().description())).or_default().push(entry);
    }
    let batches: Vec<NewBatch> = batches
        .into_iter()
        .map(|((class, effective_on, description), mut entries)| {
            entries.sort_by_key(|entry| entry.trace_no);
            NewBatch { class, description: description.into(), effective_on, entries }
        })
        .collect();
    let sender =
        Sender { bank: bank_of(file)?, bank_name: file.bank_name.clone(), name: file.sender.clone(), company_id: file.company_no.clone() };
    let (hour, minute) =
        (i8::try_from(file.created_minute / 60).unwrap_or_default(), i8::try_from(file.created_minute % 60).unwrap_or_default());
    let text = write(&sender, file.created_on.at(hour, minute, 0, 0), file.modifier.chars().next().unwrap_or('A'), &batches)
        .map_err(|error| Failure::File(format!("the file cannot be written: {error}")))?;
    if !file.hash.is_empty() && hex(&Sha256::digest(text.as_bytes())) != file.hash {
        let says = "the record of this file makes another one than was sent: duly check names what was altered; ask the bank for the first";
        return Err(Failure::File(says.into()));
    }
    Ok(text)
}

/// What a file on record held, for somebody who needs it again.
pub async fn again(app: &App, file: DebitFileId) -> Result<(FileRow, String), Failure> {
    let sealer = Sealer::find(&app.keys)?;
    let mut tx = app.db.read().await?;
    let row = store::load_file(&mut tx, file).await?;
    if row.closed_at.is_none() {
        return Err(Failure::Stale("the file was begun and not ended: duly ach write goes on with it".into()));
    }
    let text = content(&mut tx, &sealer, &row).await?;
    Ok((row, text))
}

/// Puts a text where a file should be: whole, for its owner alone, or not at all. What is there already is not written over.
pub fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| unwritable(path, &error);
    let part: PathBuf = path.with_file_name(format!(".{}.part", path.file_name().unwrap_or_default().to_string_lossy()));
    let keep = || {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all())?;
        // A link, unlike a new name, never takes the place of a file that is there.
        std::fs::hard_link(&part, path)?;
        std::fs::remove_file(&part)
    };
    let kept = keep();
    if kept.is_err() {
        // Half a file is none; what could not be made needs no removing.
        drop(std::fs::remove_file(&part));
    }
    kept.map_err(failed)?;
    sync(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))).map_err(failed)
}

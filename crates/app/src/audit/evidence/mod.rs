//! Evidence packs: everything on record about an account, or about the accounts of a creditor, as files that prove themselves.
//!
//! A pack has an index as PDF, the rows as JSON lines, the documents' bytes, the chain of the record under its signed root, the
//! hashes of all of them, and the lines that prove it without this program. It is read in one snapshot and made whole or not at
//! all. Numbers are masked unless a reason is given. What is made is recorded in the chain `evidence`, and as a view of each account.
//!
//! Read [`make_account`] first. [`store`] says which rows, [`index`] what the PDF tells, [`left_out`] what is not in it and why,
//! [`pack`] where the files go.
//!
//! Always true: the same record at the same moment is the same pack, byte for byte. So a pack holds neither its own making nor
//! views of its own moment. What was told on an account that it is not about is not in it.

mod index;
mod left_out;
mod pack;
pub mod pages;
mod paper;
mod store;
mod talks;

use super::export::{Lines, write_entries, write_heads, write_roots};
use super::store::{ViewRow, insert_views};
use super::{record_in, views};
use crate::accounts::papers::store::load_document;
use crate::accounts::store::{Account, find_creditor_by_name, load_account, load_creditor};
use crate::app::{Actor, App, Failure, WORDS_MAX, check_length, new_uuid};
use crate::identity::names::Names;
use crate::identity::settings::Settled;
use crate::store::Tx;
use crate::store::catalogue::Table;
use duly_domain::values::ids::{AccountId, DocumentId};
use duly_domain::values::moment::Moment;
use index::{Gathered, Heading};
use jiff::civil::Date;
use left_out::LeftOut;
pub use pack::{Pack, Unfinished};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use store::SOURCES;

/// The chain of packs that were made.
pub const EVIDENCE: &str = "evidence";
/// The most accounts of a pack in a folder.
pub const MOST_IN_A_FOLDER: i64 = 10_000;
/// The verifier of the chains; the manual holds the same lines.
pub const VERIFIER: &str = include_str!("verify.py");

/// The accounts of a creditor that were placed in some days.
#[derive(Clone, Debug)]
pub struct Population {
    /// The creditor's name.
    pub creditor: String,
    /// Placed on this day or later.
    pub from: Option<Date>,
    /// Placed on this day or before.
    pub to: Option<Date>,
}

/// What a pack is made with, whatever it is about.
struct Making<'a> {
    app: &'a App,
    at: Moment,
    unmask: Option<&'a str>,
    tables: Vec<Table>,
    company: String,
    names: Names,
    /// What the pack is about.
    accounts: HashSet<AccountId>,
    /// How many rows are not in it, or not whole, because they were told elsewhere.
    left_out: usize,
}

impl<'a> Making<'a> {
    async fn begin(app: &'a App, tx: &mut Tx, at: Moment, unmask: Option<&'a str>, of: &[AccountId]) -> Result<Making<'a>, Failure> {
        let (tables, company) = (store::tables(tx).await?, Settled::read(tx).await?.company);
        let accounts = of.iter().copied().collect();
        Ok(Making { app, at, unmask, tables, company, names: Names::default(), accounts, left_out: 0 })
    }

    /// Files of one account, each below a folder of its own.
    async fn account(&mut self, tx: &mut Tx, pack: &mut Pack, folder: &str, account: &Account) -> Result<Gathered, Failure> {
        let mut rows: HashMap<&'static str, Vec<Json>> = HashMap::new();
        let mut left_out = LeftOut::default();
        for source in &SOURCES {
            let is_plain = self.unmask.is_some();
            let lines = store::read(tx, &self.tables, source, account.id, &self.accounts, self.at.at, is_plain).await?;
            left_out.note(source.file, &lines);
            let read = lines.text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
            let read: Vec<Json> = read.map_err(|error| Failure::File(format!("{} cannot be read back: {error}", source.file)))?;
            rows.insert(source.file, read);
            pack.put(
                &format!("{folder}data/{}.jsonl", source.file),
                &format!("{} ({})", source.shows, lines.rows),
                lines.text.into_bytes(),
            )?;
        }
        for document in &rows["documents"] {
            let id = document["id"].as_str().and_then(|id| uuid::Uuid::try_parse(id).ok()).map(DocumentId);
            let Some(id) = id else { continue };
            let (document, body) = load_document(tx, account.id, id).await?;
            let name: String = document.file_name.chars().map(|c| if is_safe(c) { c } else { '_' }).take(80).collect();
            let shows =
                format!("document filed {}: {}", document.filed_at.to_zoned(self.app.zone()).date(), document.kind.replace('_', " "));
            pack.put(&format!("{folder}documents/{id}-{name}"), &shows, body)?;
        }
        pack.put(&format!("{folder}LEFT-OUT.txt"), "what was told elsewhere and is not in it", left_out.text().into_bytes())?;
        self.left_out += left_out.rows();
        let creditor = load_creditor(tx, account.creditor).await?.name;
        index::gather(tx, &mut self.names, account, creditor, (rows, left_out), self.at, &self.app.zone()).await
    }

    /// The chains of some accounts, the heads and roots over them, and how all of it is proved.
    async fn chain(&self, tx: &mut Tx, pack: &mut Pack, accounts: &[AccountId]) -> Result<(), Failure> {
        let mut entries = Lines::in_hand("entries.jsonl");
        let mut count = 0;
        for account in accounts {
            count += write_entries(tx, &mut entries, Some(*account)).await?;
        }
        pack.put("chain/entries.jsonl", &format!("what was done on each account, by whom and when ({count})"), entries.into_bytes())?;
        let mut heads = Lines::in_hand("heads.jsonl");
        let count = write_heads(tx, &mut heads).await?;
        pack.put("chain/heads.jsonl", &format!("the last entry of each chain under the newest root ({count})"), heads.into_bytes())?;
        let mut roots = Lines::in_hand("roots.jsonl");
        let (count, signed) = write_roots(tx, &mut roots).await?;
        pack.put("chain/roots.jsonl", &format!("the daily roots, each signed ({count})"), roots.into_bytes())?;
        pack.put("chain/views.jsonl", "empty: the seals over views hold those of every account", Vec::new())?;
        for (name, bytes) in signed {
            let shows = match name {
                "root.txt" => "the newest root as it was signed",
                "root.sig" => "its Ed25519 signature",
                _ => "the public key that signed it",
            };
            pack.put(&format!("chain/{name}"), shows, bytes)?;
        }
        let names: String = accounts.iter().map(|account| format!("{account}\n")).collect();
        pack.put("chain/accounts.txt", "the accounts of this pack", names.into_bytes())?;
        pack.put("verify.py", "proves the chains and the root", VERIFIER.into())?;
        pack.put("VERIFY.md", "how to prove this pack without our program", include_bytes!("verify.md").to_vec())
    }

    fn heading(&self) -> Heading<'_> {
        Heading { company: &self.company, at: self.at, zone: self.app.zone(), unmask: self.unmask }
    }
}

fn is_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Makes the pack of one account.
pub async fn make_account(app: &App, who: &Actor, account: AccountId, unmask: Option<&str>, mut pack: Pack) -> Result<Pack, Failure> {
    let at = app.moment();
    check_reason(unmask)?;
    views::flush(app).await?;
    let mut tx = app.db.read().await?;
    let account = load_account(&mut tx, account).await?;
    let mut making = Making::begin(app, &mut tx, at, unmask, &[account.id]).await?;
    let gathered = making.account(&mut tx, &mut pack, "", &account).await?;
    making.chain(&mut tx, &mut pack, &[account.id]).await?;
    tx.rollback().await;
    let printed = index::print(&making.heading(), &gathered, pack.list(""), "")?;
    pack.put("index.pdf", "the index", printed)?;
    let sums = pack.close()?;
    pack.left_out = making.left_out;
    record(app, who, at, &[account.id], &json!({"sha256sums": sums, "unmask": unmask, "left_out": pack.left_out})).await?;
    Ok(pack)
}

/// Makes the pack of a creditor's accounts: a folder for each, and an index above them. With it, how many accounts they are.
pub async fn make_population(
    app: &App,
    who: &Actor,
    of: &Population,
    unmask: Option<&str>,
    most: i64,
    mut pack: Pack,
) -> Result<(Pack, usize), Failure> {
    let at = app.moment();
    check_reason(unmask)?;
    if let (Some(from), Some(to)) = (of.from, of.to)
        && to < from
    {
        return Err(Failure::wrong("to", "is before from"));
    }
    views::flush(app).await?;
    let mut tx = app.db.read().await?;
    let creditor = find_creditor_by_name(&mut tx, &of.creditor).await?;
    let creditor = creditor.ok_or_else(|| Failure::NotFound(format!("creditor {}", of.creditor)))?;
    let (from, to) = (of.from.unwrap_or(jiff::civil::date(1900, 1, 1)), of.to.unwrap_or(at.business_day));
    let accounts = store::list_of_creditor(&mut tx, creditor.id, from, to, most + 1).await?;
    if accounts.is_empty() {
        return Err(Failure::NotFound(format!("account of {} placed from {from} to {to}", creditor.name)));
    }
    if i64::try_from(accounts.len()).is_ok_and(|count| count > most) {
        return Err(Failure::wrong("creditor", format!("has more than {most} accounts in these days: name fewer days")));
    }
    let mut making = Making::begin(app, &mut tx, at, unmask, &accounts).await?;
    let mut listed = Vec::with_capacity(accounts.len());
    for id in &accounts {
        let account = load_account(&mut tx, *id).await?;
        let folder = format!("accounts/{id}/");
        let gathered = making.account(&mut tx, &mut pack, &folder, &account).await?;
        let printed = index::print(&making.heading(), &gathered, pack.list(&folder), "../../")?;
        pack.put(&format!("{folder}index.pdf"), &format!("the index of account {}", account.reference), printed)?;
        listed.push(gathered.in_a_line());
    }
    making.chain(&mut tx, &mut pack, &accounts).await?;
    tx.rollback().await;
    let of = json!({"creditor": creditor.id.to_string(), "from": from.to_string(), "to": to.to_string()});
    let top = pack.list("").into_iter().filter(|file| !file.path.starts_with("accounts/") || file.path.ends_with("/index.pdf"));
    let printed = index::print_above(&making.heading(), &creditor.name, (from, to), listed, top.collect())?;
    pack.put("index.pdf", "the index", printed)?;
    let sums = pack.close()?;
    pack.left_out = making.left_out;
    let told = json!({"sha256sums": sums, "unmask": unmask, "of": of, "left_out": pack.left_out});
    record(app, who, at, &accounts, &told).await?;
    Ok((pack, accounts.len()))
}

fn check_reason(unmask: Option<&str>) -> Result<(), Failure> {
    match unmask {
        Some(reason) if reason.trim().is_empty() => Err(Failure::wrong("unmask", "needs a reason in words")),
        Some(reason) => check_length("unmask", reason, WORDS_MAX),
        None => Ok(()),
    }
}

/// Records what was made before anybody has it.
async fn record(app: &App, who: &Actor, at: Moment, accounts: &[AccountId], told: &Json) -> Result<(), Failure> {
    crate::transaction!(app.db, tx, {
        let seen = |account: &AccountId| ViewRow {
            id: new_uuid(),
            account: *account,
            seen_by: who.label().into(),
            what: views::EVIDENCE.into(),
            seen_at: at.at,
        };
        insert_views(tx, &accounts.iter().map(seen).collect::<Vec<_>>()).await?;
        let mut detail = told.clone();
        detail["accounts"] = json!(accounts.iter().map(AccountId::to_string).collect::<Vec<_>>());
        record_in(tx, who, at.at, EVIDENCE, "evidence.make", &detail).await
    })
}

//! Accounts are told to the bureaus: decided one by one, asked of the rules, kept, and written into a Metro 2 file.
//!
//! Page by page, each in a transaction of its own: what is told of an account stands in the record before it stands in the file, and the
//! file appears whole, at the end, or not at all. Given again on the same day, what was told is told again and nothing twice.
//!
//! Read [`furnish`].

use super::record::{self, Particulars, Who};
use super::store::{self, FurnishingRow, ToTell};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit::kept;
use crate::compliance::acts::ask_act;
use crate::compliance::facts::{Known, gather_many};
use crate::identity::settings::Settled;
use crate::store::archive::{sync, unwritable};
use crate::store::{Tx, Value};
use crate::{accounts, audit, disputes, ledger, transaction};
use duly_domain::audit::hex;
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::record::{CollectorRole, NoticeKind};
use duly_domain::disputes::case::CaseKind;
use duly_domain::reporting::furnishing::{self, Condition, End, Facts, Furnishing, LeftOut, Status, Told};
use duly_domain::reporting::metro2::write::Writer;
use duly_domain::values::ids::{AccountId, DecisionId, FurnishingId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Accounts in one transaction.
const PAGE: i64 = 25;

/// Accounts that are left out and named; beyond them they are counted.
const NAMED: usize = 200;

/// Who tells, and where the file goes.
#[derive(Clone, Debug)]
pub struct Furnish {
    /// The file to write; what is there already is not written over.
    pub file: PathBuf,
    /// The number under which the bureaus know us.
    pub reporter: String,
    /// Whom the file is for, as the rules are asked.
    pub bureau: String,
}

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

/// What a file came to.
#[derive(Debug, Default)]
pub struct Furnished {
    /// Accounts looked at.
    pub looked_at: u64,
    /// Accounts in the file, by their state.
    pub told: BTreeMap<&'static str, u64>,
    /// Dollars they owe together.
    pub dollars: i64,
    /// Accounts that are not, by the reason.
    pub left_out: BTreeMap<&'static str, u64>,
    /// The first of those that somebody could do something about.
    pub named: Vec<Left>,
    /// References of accounts whose record now says another beginning of the delinquency than was told first.
    pub moved: Vec<String>,
    /// SHA-256 of the file.
    pub hash: String,
}

/// From now on a creditor's accounts are told; the classification is the one of the K1 segment, `01` to `15`.
pub async fn begin_creditor(app: &App, who: &Actor, at: Moment, name: &str, classification: &str) -> Result<(), Failure> {
    if !matches!(classification.parse::<u8>(), Ok(1..=15)) || classification.len() != 2 {
        let says = "is not 01 to 15: retail 01, medical 02, oil 03, government 04, services 05, insurance 06, education 07, bank 08, \
                    leasing 09, utilities 10, cable or cellular 11, finance 12, credit union 13, automotive 14, check guarantee 15";
        return Err(Failure::wrong("classification", says));
    }
    transaction!(app.db, tx, {
        let creditor = creditor(tx, name).await?;
        store::upsert_creditor(tx, creditor.id, classification, who.label(), at.at).await?;
        let detail = json!({"creditor": creditor.id.to_string(), "classification": classification});
        audit::record(tx, who, at.at, None, "furnish.begin", &detail).await
    })
}

/// From now on a creditor's accounts are not told; those that were are taken out with the next file.
pub async fn end_creditor(app: &App, who: &Actor, at: Moment, name: &str) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let creditor = creditor(tx, name).await?;
        if !store::delete_creditor(tx, creditor.id).await? {
            return Err(Failure::Stale(format!("the accounts of {name} are not told to bureaus")));
        }
        audit::record(tx, who, at.at, None, "furnish.end", &json!({"creditor": creditor.id.to_string()})).await
    })
}

async fn creditor(tx: &mut Tx, name: &str) -> Result<accounts::store::Creditor, Failure> {
    let found = accounts::store::find_creditor_by_name(tx, name).await?;
    found.ok_or_else(|| Failure::wrong("creditor", format!("{name:?} is no creditor: duly import makes one")))
}

/// Tells the bureaus of every account that is to be told, as of the business day, and writes the file.
pub async fn furnish(app: &App, who: &Actor, at: Moment, ask: &Furnish) -> Result<Furnished, Failure> {
    let reporter = ask.reporter.trim();
    if reporter.is_empty() || reporter.len() > 20 || !reporter.is_ascii() {
        return Err(Failure::wrong("reporter", "is the number that the bureau gave you: up to 20 letters and digits"));
    }
    if ask.file.exists() {
        return Err(Failure::wrong("file", format!("{} is there already: name another", ask.file.display())));
    }
    let (header, newest) = {
        let mut tx = app.db.read().await?;
        (header(&Settled::read(&mut tx).await?, at.business_day)?, store::find_newest(&mut tx).await?)
    };
    if let Some(newest) = newest.filter(|newest| *newest > at.business_day) {
        return Err(Failure::Stale(format!("bureaus were told as of {newest}: a file of an earlier day would undo it")));
    }
    let part = part_of(&ask.file);
    let failed = |error: &std::io::Error| unwritable(&ask.file, error);
    let written = write(app, who, at, ask, &header, &part).await;
    match &written {
        Ok(_) => {
            std::fs::rename(&part, &ask.file).map_err(|error| failed(&error))?;
            let folder = ask.file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            sync(folder).map_err(|error| failed(&error))?;
        }
        // Half a file is none; what could not be made needs no removing.
        Err(_) => drop(std::fs::remove_file(&part)),
    }
    let furnished = written?;
    transaction!(app.db, tx, {
        let detail = json!({"as_of": at.business_day.to_string(), "bureau": ask.bureau, "hash": furnished.hash, "told": furnished.told,
            "left_out": furnished.left_out, "dollars": furnished.dollars});
        audit::record(tx, who, at.at, None, "furnish.write", &detail).await
    })?;
    Ok(furnished)
}

fn part_of(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.part"))
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

/// A file that is being written, hashed on the way.
struct Sink {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Sink {
    fn put(&mut self, line: &str) -> std::io::Result<()> {
        self.hash.update(line);
        self.file.write_all(line.as_bytes())
    }
}

async fn write(app: &App, who: &Actor, at: Moment, ask: &Furnish, header: &str, part: &Path) -> Result<Furnished, Failure> {
    let failed = |error: std::io::Error| unwritable(&ask.file, &error);
    let mut sink = Sink { file: BufWriter::new(File::create(part).map_err(failed)?), hash: Sha256::new() };
    sink.put(header).map_err(failed)?;
    let (mut writer, mut furnished, mut numbers) = (Writer::default(), Furnished::default(), BTreeSet::new());
    let mut after = AccountId(uuid::Uuid::nil());
    loop {
        let turn = app.turns.take("furnish").await;
        let page = transaction!(app.db, tx, { tell_page(tx, who, at, ask, after).await })?;
        turn.ends();
        let Some(last) = page.last() else { break };
        after = last.to_tell.account;
        for telling in page {
            furnished.looked_at += 1;
            furnished.take(telling, &mut writer, ask.reporter.trim(), &mut numbers, &mut sink).map_err(failed)?;
        }
    }
    if furnished.looked_at == 0 {
        return Err(Failure::Stale("no creditor's accounts are told to bureaus: begin with duly metro2 begin --creditor NAME".into()));
    }
    sink.put(&writer.trailer().map_err(Failure::File)?).map_err(failed)?;
    let file = sink.file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    furnished.hash = hex(&sink.hash.finalize());
    Ok(furnished)
}

/// An account of a page, with what is told of it or why nothing is.
struct Telling {
    to_tell: ToTell,
    known: Known,
    told: Vec<Told>,
    has_moved: bool,
    paid: (i64, Option<Date>),
    outcome: Result<(FurnishingRow, Who), (LeftOut, String)>,
}

impl Furnished {
    fn take(
        &mut self,
        telling: Telling,
        writer: &mut Writer,
        reporter: &str,
        numbers: &mut BTreeSet<String>,
        sink: &mut Sink,
    ) -> std::io::Result<()> {
        let Telling { to_tell, known, told, has_moved, paid, outcome } = telling;
        let reference = known.account.reference.clone();
        if has_moved {
            self.moved.push(reference.clone());
        }
        let outcome = outcome.and_then(|(row, who)| match numbers.contains(&reference) {
            true => Err((LeftOut::SameNumber, String::new())),
            false => Ok((row, who)),
        });
        let line = outcome.and_then(|(row, who)| {
            let of = Particulars { known: &known, who, classification: &to_tell.classification, told: &told, paid };
            record::line(writer, reporter, &row, &of).map(|line| (row, line)).map_err(|says| (LeftOut::Unwritable, says))
        });
        match line {
            Ok((row, line)) => {
                numbers.insert(reference);
                *self.told.entry(Status::parse(&row.status).map_or("", Status::code)).or_default() += 1;
                self.dollars += row.balance_dollars;
                sink.put(&line)
            }
            Err((why, says)) => {
                *self.left_out.entry(why.code()).or_default() += 1;
                if why.can_be_mended() && self.named.len() < NAMED {
                    self.named.push(Left { account: known.account.id, reference, why, says });
                }
                Ok(())
            }
        }
    }
}

/// Decides, asks and keeps what is told of the accounts of a page.
async fn tell_page(tx: &mut Tx, who: &Actor, at: Moment, ask: &Furnish, after: AccountId) -> Result<Vec<Telling>, Failure> {
    let to_tell = store::list_to_tell(tx, after, PAGE).await?;
    let ids: Vec<AccountId> = to_tell.iter().map(|one| one.account).collect();
    let keys: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let mut before: HashMap<AccountId, Vec<FurnishingRow>> = HashMap::new();
    for told in store::list_told(tx, &keys).await? {
        before.entry(told.0).or_default().push(told.1);
    }
    let mut known: HashMap<AccountId, Known> = gather_many(tx, &ids).await?.into_iter().map(|known| (known.account.id, known)).collect();
    let mut page = Vec::with_capacity(to_tell.len());
    for to_tell in to_tell {
        let Some(known) = known.remove(&to_tell.account) else { continue };
        let told = before.remove(&to_tell.account).unwrap_or_default();
        page.push(tell(tx, who, at, ask, to_tell, known, told).await?);
    }
    Ok(page)
}

async fn tell(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    ask: &Furnish,
    to_tell: ToTell,
    known: Known,
    before: Vec<FurnishingRow>,
) -> Result<Telling, Failure> {
    let as_of = at.business_day;
    let (today, before): (Vec<_>, Vec<_>) = before.into_iter().partition(|row| row.as_of == as_of);
    let told: Vec<Told> = before.iter().filter_map(told_of).collect();
    let account = &known.account;
    let paid = paid_in(tx, account.id, as_of).await?;
    let facts = Facts {
        is_consumer: account.kind == "consumer",
        is_first_party: known.record.role == CollectorRole::FirstParty,
        end: end_of(&account.state, account.closed_because.as_deref(), to_tell.classification.is_empty(), paid.1.is_some()),
        balance: Money::of(account.balance_minor, ledger::store::currency(&account.currency)?),
        placed_on: account.placed_on,
        delinquent_since: account.due_on,
        dispute: dispute_of(tx, &known).await?,
        is_paused: account.paused_until.is_some_and(|until| as_of < until),
        told: &told,
    };
    let has_moved = furnishing::has_moved(&facts);
    let outcome = match (today.into_iter().next(), record::who(&known)) {
        // What was told of this day stands.
        (Some(row), Ok(person)) => Ok((row, person)),
        (Some(_), Err(why)) => Err((why, String::new())),
        (None, person) => match furnishing::furnish(&facts, as_of).and_then(|furnishing| Ok((furnishing, person?))) {
            Err(why) => Err((why, String::new())),
            Ok((furnishing, person)) => keep(tx, who, at, ask, account.id, &furnishing).await?.map(|row| (row, person)),
        },
    };
    Ok(Telling { to_tell, known, told, has_moved, paid, outcome })
}

/// Asks the rules, and keeps what is told. What takes an account out, nothing forbids.
async fn keep(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    ask: &Furnish,
    account: AccountId,
    furnishing: &Furnishing,
) -> Result<Result<FurnishingRow, (LeftOut, String)>, Failure> {
    let decision: Option<DecisionId> = match furnishing.status {
        Status::Deleted | Status::DeletedForFraud => None,
        Status::Collection | Status::Paid => {
            let act = Act::Furnish {
                bureau: ask.bureau.clone(),
                shows_dispute: furnishing.condition.is_some(),
                delinquency_began: Some(furnishing.delinquent_since),
            };
            let asked = ask_act(tx, who, at, account, &act).await?;
            if let Some(says) = asked.refusal() {
                return Ok(Err((LeftOut::Refused, says)));
            }
            Some(asked.id)
        }
    };
    let row = FurnishingRow {
        id: FurnishingId(new_uuid()),
        as_of: at.business_day,
        status: furnishing.status.code().into(),
        balance_dollars: furnishing.balance_dollars,
        delinquent_since: furnishing.delinquent_since,
        dispute: furnishing.condition.map(|condition| condition.code().into()),
        is_settled: furnishing.is_settled,
    };
    store::insert_furnishing(tx, account, &row, decision, who.label(), at.at).await?;
    let detail = json!({"furnishing": row.id.to_string(), "as_of": row.as_of.to_string(), "status": row.status,
        "balance_dollars": row.balance_dollars, "bureau": ask.bureau});
    kept::record(tx, who, at.at, account, "furnish.tell", detail, &[row.id.into()]).await?;
    Ok(Ok(row))
}

fn told_of(row: &FurnishingRow) -> Option<Told> {
    Some(Told { as_of: row.as_of, status: Status::parse(&row.status)?, delinquent_since: row.delinquent_since })
}

/// How an account ended; one whose creditor wants no report any more is withdrawn. What was given up as too small to collect was settled
/// for less where they paid on it, and is no longer ours to tell where they did not; what was given up otherwise was not paid.
fn end_of(state: &str, closed_because: Option<&str>, is_unwanted: bool, has_paid: bool) -> Option<End> {
    match (state, closed_because) {
        (_, Some("fraud")) => Some(End::Fraud),
        _ if is_unwanted => Some(End::Withdrawn),
        ("open", _) => None,
        ("paid", _) => Some(End::Paid),
        (_, Some("settled")) => Some(End::Settled),
        (_, Some("small_balance")) if has_paid => Some(End::Settled),
        _ => Some(End::Withdrawn),
    }
}

/// Whether they dispute the debt, or did: by a case, or by what they said where no case was made of it.
async fn dispute_of(tx: &mut Tx, known: &Known) -> Result<Option<Condition>, Failure> {
    let cases = disputes::store::list_of_account(tx, known.account.id).await?;
    let about = |kind: &str| kind == CaseKind::Dispute.code() || kind == CaseKind::IdentityTheft.code();
    let (mut was, mut is) = (false, false);
    for case in cases.iter().filter(|case| about(&case.kind)) {
        (was, is) = (true, is || case.closed_at.is_none());
    }
    if was {
        return Ok(Some(if is { Condition::Disputed } else { Condition::WasDisputed }));
    }
    let key = known.account.id.0.as_u128();
    let last = |wanted: fn(&NoticeKind) -> bool| -> Option<Timestamp> {
        let notices = known.record.notices.iter().filter(|notice| wanted(&notice.kind) && notice.debts.contains(&key));
        notices.map(|notice| notice.at).max()
    };
    let disputed = last(|kind| matches!(kind, NoticeKind::Dispute { .. }));
    let answered = last(|kind| matches!(kind, NoticeKind::VerificationSent | NoticeKind::DuplicativeDisputeAnswered));
    Ok(disputed.map(|at| if answered.is_some_and(|answered| answered >= at) { Condition::WasDisputed } else { Condition::Disputed }))
}

/// What was paid in the month of a day until then, in minor units, and when the last payment took effect.
async fn paid_in(tx: &mut Tx, account: AccountId, as_of: Date) -> Result<(i64, Option<Date>), Failure> {
    let payments = ledger::store::list_payments(tx, account).await?;
    let standing = || payments.iter().filter(|payment| payment.state == "posted" && payment.effective_on <= as_of);
    let sum = standing().filter(|payment| payment.effective_on >= as_of.first_of_month()).map(|payment| payment.amount_minor).sum();
    Ok((sum, standing().map(|payment| payment.effective_on).max()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_off_is_never_told_as_paid_whole() {
        //   state    closed because          paid on it  told as
        for (state, because, has_paid, end) in [
            ("open", None, true, None),
            ("paid", None, true, Some(End::Paid)),
            ("closed", Some("settled"), true, Some(End::Settled)),
            ("closed", Some("small_balance"), true, Some(End::Settled)),
            ("closed", Some("small_balance"), false, Some(End::Withdrawn)),
            ("closed", Some("uncollectible"), true, Some(End::Withdrawn)),
            ("closed", Some("bankruptcy"), true, Some(End::Withdrawn)),
            ("closed", Some("fraud"), true, Some(End::Fraud)),
        ] {
            assert_eq!(end_of(state, because, false, has_paid), end, "{state} {because:?}");
        }
        assert_eq!(end_of("open", None, true, false), Some(End::Withdrawn), "its creditor wants no report any more");
    }
}

//! Every row compared with what the entries say of it: altered, added past the record, removed.
//!
//! It rides on the one walk over all chains ([`super::super::store::verify`]): entries come chain by chain, and when a page of them
//! is over, the rows of the accounts it finished are read, a statement for each kind. Memory holds one page and its rows.

use super::facts::Facts;
use super::{Columns, HASHES, KEPT, KINDS, Kind, Standing, in_json, said_before};
use crate::app::Failure;
use crate::audit::store::{self, AuditRow};
use crate::params;
use crate::store::{StoreError, Tx};
use duly_domain::audit::kept::{Claim, Differs, Told};
use duly_domain::values::ids::{AccountId, CircumstanceId, DebtorId, PreferenceId};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

macro_rules! homeless {
    ($prefix:expr, $table:literal) => {
        (
            $prefix,
            concat!(
                "select p.id, p.debtor_id, (select a.id from accounts a where a.debtor_id = p.debtor_id order by a.id limit 1) from ",
                $table,
                " p where p.account_id is null and p.id > $1 order by p.id limit 1000"
            ),
            concat!("select count(*) from ", $table, " where account_id is null and id <= $1"),
        )
    };
}

/// What is a person's and may stand in no account's record: the rows newer than those that were kept before, and how many were.
const HOMELESS: [(&str, &str, &str); 2] =
    [homeless!(CircumstanceId::PREFIX, "circumstances"), homeless!(PreferenceId::PREFIX, "preferences")];

/// Faults named at the most; the rest is counted.
const NAMED: usize = 20;

/// What entries name.
#[derive(Deserialize)]
struct Particulars {
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// What was kept before, and what of it was met.
#[derive(Default)]
struct Before {
    newest: Uuid,
    row_count: i64,
    /// Rows not newer, whether an entry names them by now or not.
    met: i64,
    /// Of these, without an entry.
    uncovered: i64,
}

/// The comparison under way.
pub struct Proof {
    /// By kind, in their order.
    before: Vec<Before>,
    /// What the entries of each account say that were read and not compared yet.
    told: HashMap<AccountId, HashMap<(usize, Uuid), Told>>,
    /// Accounts up to here are compared.
    compared: AccountId,
    covered: i64,
    facts: Facts,
    faults: Vec<String>,
    fault_count: usize,
}

impl Proof {
    /// Begins with what was kept before entries held hashes.
    pub async fn begin(tx: &mut Tx) -> Result<Proof, StoreError> {
        let rows = store::list_kept_before(tx).await?;
        let before = KINDS.iter().map(|kind| {
            let row = rows.iter().find(|row| row.kind == kind.name);
            row.map_or_else(Before::default, |row| Before { newest: row.newest, row_count: row.row_count, met: 0, uncovered: 0 })
        });
        let before = before.collect();
        let compared = AccountId(Uuid::nil());
        Ok(Proof { before, told: HashMap::new(), compared, covered: 0, facts: Facts::default(), faults: Vec::new(), fault_count: 0 })
    }

    /// Takes the next entry of a chain.
    pub fn take(&mut self, entry: &AuditRow) {
        self.facts.take(entry);
        // Most entries of a large record are those of placing, which name none.
        if !entry.detail.contains(HASHES) {
            return;
        }
        let Ok(account) = entry.chain.parse::<AccountId>() else { return };
        let Ok(said) = serde_json::from_str::<Particulars>(&entry.detail) else { return };
        let told = self.told.entry(account).or_default();
        for (name, claim) in said.hashes {
            let Some((kind, id)) = read_name(&name) else { continue };
            let claim = Claim::parse(&claim);
            match told.get_mut(&(kind, id)) {
                Some(known) => known.next(claim, entry.seq),
                None => drop(told.insert((kind, id), Told::first(claim, entry.seq))),
            }
        }
    }

    /// Compares the rows of all accounts whose chains are read to their end: those before the chain that the page ended in.
    pub async fn compare_before(&mut self, tx: &mut Tx, chain: &str) -> Result<(), StoreError> {
        match chain.parse::<AccountId>() {
            Ok(AccountId(id)) => self.compare(tx, AccountId(Uuid::from_u128(id.as_u128().saturating_sub(1)))).await,
            Err(_) => Ok(()),
        }
    }

    async fn compare(&mut self, tx: &mut Tx, through: AccountId) -> Result<(), StoreError> {
        if through <= self.compared {
            return Ok(());
        }
        for (at, kind) in KINDS.iter().enumerate() {
            let rows: Vec<Columns> = tx.all(kind.of_accounts, params![self.compared, through]).await?;
            for columns in rows {
                let row = kind.read(columns)?;
                self.compare_row(at, kind, &row);
            }
        }
        let mut compared: Vec<AccountId> = self.told.keys().copied().filter(|account| *account <= through).collect();
        compared.sort();
        for account in compared {
            for ((kind, id), told) in self.told.remove(&account).unwrap_or_default() {
                if told.is_gone() {
                    // What an act took away was there when it was counted.
                    self.before[kind].met += i64::from(id <= self.before[kind].newest);
                    continue;
                }
                let (kind, seq) = (&KINDS[kind], told.seq());
                self.fault(kind, id, Some(account), &format!("is gone: entry {seq} says it was kept"));
            }
        }
        for fault in self.facts.compare(tx, self.compared, through).await? {
            self.tell(fault);
        }
        self.compared = through;
        Ok(())
    }

    fn compare_row(&mut self, at: usize, kind: &Kind, row: &Standing) {
        let is_before = row.id <= self.before[at].newest;
        self.before[at].met += i64::from(is_before);
        let told = row.account.and_then(|account| self.told.get_mut(&account)?.remove(&(at, row.id)));
        match told.map(|told| told.prove(&row.claim)) {
            Some(Ok(())) => self.covered += 1,
            Some(Err(Differs::Since(seq))) => {
                self.fault(kind, row.id, row.account, &format!("was altered: it is not what entry {seq} says"))
            }
            Some(Err(Differs::Before(seq))) => self.fault(kind, row.id, row.account, &format!("was altered before entry {seq}")),
            None if is_before => self.before[at].uncovered += 1,
            None => self.fault(kind, row.id, row.account, "was added: no entry says it was kept"),
        }
    }

    fn fault(&mut self, kind: &Kind, id: Uuid, account: Option<AccountId>, says: &str) {
        let of = account.map_or_else(String::new, |account| format!(" of account {account}"));
        self.tell(format!("{} {}_{}{of} {says}", kind.name, kind.prefix, id.simple()));
    }

    fn tell(&mut self, fault: String) {
        self.fault_count += 1;
        if self.faults.len() < NAMED {
            self.faults.push(fault);
        }
    }

    /// Compares what is left; what was proved, or every fault by name.
    pub async fn end(mut self, tx: &mut Tx) -> Result<Result<String, String>, Failure> {
        self.compare(tx, AccountId(Uuid::max())).await?;
        self.compare_homeless(tx).await?;
        self.compare_counts(tx).await?;
        for fault in std::mem::take(&mut self.facts).end(tx).await? {
            self.tell(fault);
        }
        let covered = self.covered;
        if self.fault_count > 0 {
            let more = self.fault_count - self.faults.len();
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            return Ok(Err(format!("{}{more}", self.faults.join("; "))));
        }
        let uncovered: i64 = self.before.iter().map(|before| before.uncovered).sum();
        let began =
            store::list_of_chain(tx, KEPT, 1).await?.into_iter().next().map(|entry| entry.recorded_at.strftime("%Y-%m-%d").to_string());
        Ok(Ok(match began {
            Some(day) => {
                format!("{covered} rows are as their entries say; {uncovered} not covered: kept before {day}, when entries got hashes")
            }
            None => format!("{covered} rows are as their entries say"),
        }))
    }

    /// Wishes and circumstances that no account's record holds were kept before, or added past the record.
    async fn compare_homeless(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        for (prefix, newer, before) in HOMELESS {
            let Some(at) = KINDS.iter().position(|kind| kind.prefix == prefix) else { continue };
            let newest = self.before[at].newest;
            let count = tx.number(before, params![newest]).await?;
            self.before[at].met += count;
            self.before[at].uncovered += count;
            let added: Vec<(Uuid, DebtorId, Option<AccountId>)> = tx.all(newer, params![newest]).await?;
            for (id, person, account) in added {
                self.fault(&KINDS[at], id, account, &format!("(person {person}) was added: no entry says it was kept"));
            }
        }
        Ok(())
    }

    /// Nothing was slipped in among what was kept before, and nothing of it was taken away.
    async fn compare_counts(&mut self, tx: &mut Tx) -> Result<(), Failure> {
        if said_before(tx).await? != in_json(&store::list_kept_before(tx).await?) {
            self.tell("the count of what was kept before entries had hashes (kept_before) is not what the chain kept says".into());
        }
        for (at, kind) in KINDS.iter().enumerate() {
            let Before { row_count, met, .. } = self.before[at];
            if met > row_count {
                self.tell(format!("{met} {}s stand where {row_count} were counted when entries got hashes", kind.name));
            } else if met < row_count {
                self.tell(format!("{} of the {row_count} {}s kept before entries had hashes are gone", row_count - met, kind.name));
            }
        }
        Ok(())
    }
}

/// `nte_0198…` as the place of its kind and its id.
fn read_name(name: &str) -> Option<(usize, Uuid)> {
    let (prefix, id) = name.split_once('_')?;
    Some((KINDS.iter().position(|kind| kind.prefix == prefix)?, Uuid::try_parse(id).ok()?))
}

//! Facts that no row of a kind holds, compared with what entries say of them: what was placed, who may do what, who has died, which
//! debts a contact was about.
//!
//! They ride on the same walk as the rows ([`super::proof`]). An account's opening entry on the books is compared with the entry of its
//! placing, so that a debt raised on every book at once is found; a user's role and state with the entries that gave them.

use super::{Columns, HASHES, OF_AGENCY};
use crate::audit::AGENCY;
use crate::audit::store::AuditRow;
use crate::params;
use crate::store::{StoreError, Tx};
use duly_domain::audit::kept::{Claim, Differs, Told};
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, UserId};
use serde_json::Value as Json;
use std::collections::HashMap;

/// What was placed, by the books. The other side of the opening entry is negative.
const OPENED: &str = "
    select account_id, cast(sum(-placed_minor) as bigint) from entries
     where account_id > $1 and account_id <= $2 and kind = 'opening'
     group by account_id order by account_id";
const USERS: &str = "select id, role, state from users order by id";
/// A contact is always about the account it was asked for.
const ABOUT_NOTHING: &str = "
    select c.id, c.account_id from contacts c
     where not exists (select 1 from contact_debts d where d.contact_id = c.id and d.account_id = c.account_id) order by c.id limit 20";
/// The mark by which the gate knows a death follows from what is to be heeded.
const DEATHS: &str = "
    select d.id, d.is_deceased from debtors d
     where d.merged_into_id is null
       and d.is_deceased <> (select count(*) from (select 1 from circumstances c
                              where c.debtor_id = d.id and c.kind = 'deceased' and c.ended_at is null limit 1) stands)
     order by d.id limit 20";

/// What entries say, as far as it was read.
#[derive(Default)]
pub(super) struct Facts {
    placed: HashMap<AccountId, i64>,
    users: HashMap<UserId, (String, &'static str)>,
    of_agency: HashMap<String, Told>,
}

impl Facts {
    /// Takes the next entry of a chain.
    pub(super) fn take(&mut self, entry: &AuditRow) {
        if entry.chain == AGENCY && entry.detail.contains(HASHES) {
            self.take_rows(entry);
        }
        let is_of_user = entry.chain == AGENCY && matches!(entry.act.as_str(), "user.add" | "user.on" | "user.off");
        if !is_of_user && entry.act != "account.place" {
            return;
        }
        let Ok(said) = serde_json::from_str::<Json>(&entry.detail) else { return };
        if !is_of_user {
            if let (Ok(account), Some(minor)) = (entry.chain.parse(), said["placed_minor"].as_i64()) {
                self.placed.insert(account, minor);
            }
            return;
        }
        let Some(user) = said["user"].as_str().and_then(|id| id.parse().ok()) else { return };
        let known = self.users.entry(user).or_insert_with(|| (String::new(), "active"));
        known.1 = if entry.act == "user.off" { "switched_off" } else { "active" };
        if let Some(role) = said["role"].as_str() {
            known.0 = role.into();
        }
    }

    /// Takes what an entry of the agency's chain says of rows.
    fn take_rows(&mut self, entry: &AuditRow) {
        let said: Json = serde_json::from_str(&entry.detail).unwrap_or_default();
        for (name, claim) in said[HASHES].as_object().into_iter().flatten() {
            let claim = Claim::parse(claim.as_str().unwrap_or_default());
            match self.of_agency.get_mut(name) {
                Some(known) => known.next(claim, entry.seq),
                None => drop(self.of_agency.insert(name.clone(), Told::first(claim, entry.seq))),
            }
        }
    }

    /// Compares the rows that are kept about the agency; each fault in words.
    async fn compare_rows(&mut self, tx: &mut Tx) -> Result<Vec<String>, StoreError> {
        let mut faults = Vec::new();
        for kind in &OF_AGENCY {
            for columns in tx.all::<Columns>(kind.of_accounts, &[]).await? {
                let row = kind.read(columns)?;
                let name = format!("{}_{}", kind.prefix, row.id.simple());
                match self.of_agency.remove(&name).map(|told| told.prove(&row.claim)) {
                    Some(Ok(())) => {}
                    Some(Err(Differs::Since(seq))) => {
                        faults.push(format!("{} {name} was altered: it is not what entry {seq} says", kind.name))
                    }
                    Some(Err(Differs::Before(seq))) => faults.push(format!("{} {name} was altered before entry {seq}", kind.name)),
                    None => faults.push(format!("{} {name} was added: no entry says it was kept", kind.name)),
                }
            }
        }
        let mut gone: Vec<String> =
            self.of_agency.iter().map(|(name, told)| format!("{name} is gone: entry {} says it was kept", told.seq())).collect();
        gone.sort();
        faults.extend(gone);
        Ok(faults)
    }

    /// Compares what was placed on the accounts after one and up to another; each fault in words.
    pub(super) async fn compare(&mut self, tx: &mut Tx, after: AccountId, through: AccountId) -> Result<Vec<String>, StoreError> {
        if self.placed.is_empty() {
            return Ok(Vec::new());
        }
        let opened: HashMap<AccountId, i64> = tx.all::<(AccountId, i64)>(OPENED, params![after, through]).await?.into_iter().collect();
        let mut faults = Vec::new();
        self.placed.retain(|account, said| {
            if *account > through {
                return true;
            }
            let booked = opened.get(account).copied().unwrap_or(0);
            if booked != *said {
                faults.push(format!("account {account} was placed with {said} by its entry, and stands with {booked} on the books"));
            }
            false
        });
        faults.sort();
        Ok(faults)
    }

    /// Compares what concerns no account; each fault in words.
    pub(super) async fn end(mut self, tx: &mut Tx) -> Result<Vec<String>, StoreError> {
        let mut faults = self.compare_rows(tx).await?;
        for (id, role, state) in tx.all::<(UserId, String, String)>(USERS, &[]).await? {
            match self.users.remove(&id) {
                None => faults.push(format!("user {id} was added: no entry says so")),
                Some(said) if (said.0.as_str(), said.1) != (role.as_str(), state.as_str()) => {
                    faults.push(format!("user {id} is {role}, {state}: its entries say {}, {}", said.0, said.1));
                }
                Some(_) => {}
            }
        }
        faults.extend(self.users.keys().map(|id| format!("user {id} is gone: an entry says it was added")));
        let contacts: Vec<(ContactId, AccountId)> = tx.all(ABOUT_NOTHING, &[]).await?;
        faults.extend(contacts.iter().map(|(id, account)| format!("contact {id} of account {account} is not counted for its debt")));
        for (id, is_deceased) in tx.all::<(DebtorId, bool)>(DEATHS, &[]).await? {
            let says = if is_deceased { "marked as deceased, and no circumstance says so" } else { "deceased, and not marked so" };
            faults.push(format!("person {id} is {says}"));
        }
        Ok(faults)
    }
}

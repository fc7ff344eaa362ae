//! Whom money may belong to, looked up: accounts by the references in the bank's words, people by the name of whoever paid.

use super::store::{self, CandidateRow, EntryRow};
use crate::accounts::search::store as search;
use crate::app::Failure;
use crate::ledger::store::currency;
use crate::plans::joint::arriving::{Awaited, find_awaited};
use crate::store::{Keyed, StoreError, Tx, Value};
use duly_domain::ledger::matching::{Candidate, Ground, Match, Proposal, Receipt, find, keys_of};
use duly_domain::ledger::receipts::{Movement, is_said};
use duly_domain::parties::name;
use duly_domain::values::ids::{AccountId, DebtorId, JointPlanId};
use duly_domain::values::iso4217::{Amount, CurrencyCode};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::{Currency, Money};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

/// People whose names begin or sound alike, at the most.
const PEOPLE_MAX: usize = 40;

/// An account that is proposed, as it is shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which, and why.
    pub proposal: Proposal,
    /// The creditor's reference.
    pub reference: String,
    /// Who owes.
    pub name: String,
    /// What is owed; on the account that is named, where it is for several.
    pub balance: Money,
    /// How it would be split over the accounts of a joint plan; empty where it is for one.
    pub split: Vec<(String, Money)>,
}

impl Shown {
    /// The grounds as a sentence.
    pub fn says(&self) -> String {
        in_words(&self.proposal.grounds)
    }

    /// The parts in words; empty where it is for one account.
    pub fn split_says(&self) -> String {
        self.split.iter().map(|(reference, part)| format!("{part} on {reference}")).collect::<Vec<_>>().join(", ")
    }
}

/// Grounds in words, one behind the other.
pub fn in_words(grounds: &[Ground]) -> String {
    grounds.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Grounds as they are kept.
pub fn in_codes(grounds: &[Ground]) -> String {
    grounds.iter().map(|ground| ground.code()).collect::<Vec<_>>().join(" ")
}

/// Kept grounds in words.
pub fn of_codes(codes: &str) -> String {
    in_words(&codes.split_whitespace().filter_map(Ground::parse).collect::<Vec<_>>())
}

/// A stored amount of any currency.
pub fn amount_of(minor: i64, code: &str) -> Result<Amount, StoreError> {
    let currency = CurrencyCode::parse(code).ok_or_else(|| StoreError::Column(format!("currency {code:?}")))?;
    Ok(Amount { minor, currency })
}

/// An amount of any currency, as it is shown.
pub fn shown(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Some(currency) => Money::of(minor, currency).to_string(),
        None => amount_of(minor, currency).map_or_else(|_| format!("{minor} {currency}"), |amount| amount.to_string()),
    }
}

/// What is certain of movements that came in, in their order: the account, with what speaks for it.
pub async fn certain(tx: &mut Tx, at: Moment, movements: &[&Movement]) -> Result<Vec<Option<Proposal>>, Failure> {
    let texts: Vec<Vec<&str>> = movements.iter().map(|movement| movement.texts()).collect();
    let named = Named::read(tx, &texts).await?;
    let mut joints = Joints::default();
    joints.read(tx, at, named.0.values().flatten()).await?;
    let each = movements.iter().zip(texts).map(|(movement, texts)| {
        let candidates = named.of(&joints, &texts)?;
        let receipt = Receipt { amount: movement.amount, texts, counterparty: &movement.counterparty };
        Ok(match find(&receipt, &candidates) {
            Match::Certain(proposal) => Some(proposal),
            Match::Proposed(_) | Match::Unknown => None,
        })
    });
    each.collect()
}

/// What may be proposed for entries that wait, in their order.
pub async fn propose(tx: &mut Tx, at: Moment, rows: &[EntryRow]) -> Result<Vec<Vec<Shown>>, Failure> {
    let texts: Vec<Vec<&str>> = rows.iter().map(texts_of).collect();
    let named = Named::read(tx, &texts).await?;
    let mut joints = Joints::default();
    joints.read(tx, at, named.0.values().flatten()).await?;
    let mut all = Vec::with_capacity(rows.len());
    for (row, texts) in rows.iter().zip(texts) {
        let mut candidates: HashMap<AccountId, Candidate> = HashMap::new();
        let alike = by_name(tx, &row.counterparty).await?;
        joints.read(tx, at, &alike).await?;
        let alike = alike.into_iter().map(|row| joints.candidate(row)).collect::<Result<Vec<_>, _>>()?;
        for candidate in named.of(&joints, &texts)?.into_iter().chain(alike) {
            let alike = |one: &Candidate| name::likeness(&one.name, &row.counterparty);
            match candidates.get(&candidate.account) {
                Some(known) if (alike(known), &known.name) >= (alike(&candidate), &candidate.name) => {}
                _ => drop(candidates.insert(candidate.account, candidate)),
            }
        }
        let receipt = Receipt { amount: amount_of(row.amount_minor, &row.currency)?, texts, counterparty: &row.counterparty };
        let proposals = match find(&receipt, &candidates.values().cloned().collect::<Vec<_>>()) {
            Match::Certain(proposal) => vec![proposal],
            Match::Proposed(proposals) => proposals,
            Match::Unknown => Vec::new(),
        };
        let shown = proposals.into_iter().filter_map(|proposal| {
            let Candidate { reference, name, balance_minor, currency, .. } = candidates.get(&proposal.account)?.clone();
            let joint = proposal.joint.and_then(|joint| joints.of(joint));
            let split = joint.map(|joint| joint.split(row.amount_minor)).unwrap_or_default();
            Some(Shown { proposal, reference, name, balance: Money::of(balance_minor, currency), split })
        });
        all.push(shown.collect());
    }
    Ok(all)
}

/// The words of an entry in which an account may be named.
pub fn texts_of(row: &EntryRow) -> Vec<&str> {
    [row.reference.as_str(), row.words.as_str()].into_iter().filter(|text| is_said(text)).collect()
}

/// Accounts by the keys of their references.
struct Named(HashMap<String, Vec<CandidateRow>>);

impl Named {
    async fn read(tx: &mut Tx, texts: &[Vec<&str>]) -> Result<Named, Failure> {
        let keys: BTreeSet<String> = texts.iter().flat_map(|texts| keys_of(texts).keys).collect();
        let keys: Vec<Value> = keys.into_iter().map(Value::from).collect();
        let mut named: HashMap<String, Vec<CandidateRow>> = HashMap::new();
        for Keyed(key, row) in store::list_candidates_by_key(tx, &keys).await? {
            named.entry(key).or_default().push(row);
        }
        Ok(Named(named))
    }

    fn of(&self, joints: &Joints, texts: &[&str]) -> Result<Vec<Candidate>, Failure> {
        let found = keys_of(texts).keys.into_iter().filter_map(|key| self.0.get(&key)).flatten();
        found.map(|row| joints.candidate(row.clone())).collect()
    }
}

/// Joint plans of the accounts that were found, as they stand over all of theirs; nothing where one runs no more.
#[derive(Default)]
struct Joints(HashMap<JointPlanId, Option<Awaited>>);

impl Joints {
    async fn read(&mut self, tx: &mut Tx, at: Moment, rows: impl IntoIterator<Item = &CandidateRow>) -> Result<(), Failure> {
        for joint in rows.into_iter().filter_map(|row| row.joint) {
            if let Entry::Vacant(place) = self.0.entry(joint) {
                place.insert(find_awaited(tx, joint, at).await?);
            }
        }
        Ok(())
    }

    fn of(&self, joint: JointPlanId) -> Option<&Awaited> {
        self.0.get(&joint)?.as_ref()
    }

    fn candidate(&self, row: CandidateRow) -> Result<Candidate, Failure> {
        Ok(Candidate {
            account: row.account,
            reference: row.reference,
            name: row.name.unwrap_or_default(),
            balance_minor: row.balance_minor,
            currency: currency(&row.currency)?,
            promised_minor: row.promised_minor,
            is_closed: row.state == "closed",
            joint: row.joint.and_then(|joint| self.of(joint)).map(|awaited| awaited.standing),
        })
    }
}

/// Accounts of people whose name is like that of whoever paid.
async fn by_name(tx: &mut Tx, counterparty: &str) -> Result<Vec<CandidateRow>, Failure> {
    let name::NameQuery { beginnings, sounds } = name::query(counterparty);
    let mut people: Vec<DebtorId> = Vec::new();
    for beginning in beginnings.iter().filter(|beginning| beginning.len() >= 3) {
        people.extend(search::list_by_name(tx, beginning, PEOPLE_MAX).await?);
    }
    for sound in sounds {
        if people.len() >= PEOPLE_MAX {
            break;
        }
        people.extend(search::list_by_sound(tx, &sound, PEOPLE_MAX).await?);
    }
    let people: BTreeSet<DebtorId> = people.into_iter().collect();
    let people: Vec<Value> = people.into_iter().map(Value::from).collect();
    let found = search::list_of_people(tx, &people).await?;
    let ids: BTreeSet<AccountId> = found.iter().map(|row| row.id).collect();
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    let rows = store::list_candidates(tx, &ids).await?;
    let rows: HashMap<AccountId, CandidateRow> = rows.into_iter().map(|Keyed(id, row)| (id, row)).collect();
    // Whoever stands on the account may pay it, and it is their name that is alike.
    let each = found.into_iter().filter_map(|person| {
        let row = rows.get(&person.id)?.clone();
        Some(CandidateRow { name: person.name, ..row })
    });
    Ok(each.collect())
}

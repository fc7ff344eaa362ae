//! The search: by name in either order, without accents, by sound; by number, address, reference, or their last four.
//!
//! Every step is one range of an index, so that it stays quick among millions. What is found exactly comes first.

pub mod store;

use crate::app::Failure;
use crate::store::{Tx, Value};
use duly_domain::parties::name;
use duly_domain::values::ids::DebtorId;
use duly_domain::values::point::{EmailAddress, Phone};
use std::collections::{HashMap, HashSet};
use store::FoundRow;

/// How many are shown.
pub const MOST: usize = 50;

/// So many are enough to leave out what only sounds alike.
const ENOUGH: usize = 5;

/// An account that was found, and by what.
#[derive(Clone, Debug)]
pub struct Found {
    /// The account with its person.
    pub row: FoundRow,
    /// `reference`, `our reference`, `number`, `last four`, `name`, `sounds alike`.
    pub by: &'static str,
}

/// Finds accounts by what somebody typed.
pub async fn find(tx: &mut Tx, text: &str) -> Result<Vec<Found>, Failure> {
    let text = text.trim();
    let mut found = Finding::default();
    found.add("reference", store::list_by_reference(tx, text).await?);
    found.add("our reference", store::list_by_our_reference(tx, &text.to_uppercase()).await?);
    let lower = text.to_lowercase();
    for value in [Phone::parse(text).map(|phone| phone.e164().to_string()).ok(), address(text), address(&lower)].into_iter().flatten() {
        let people = store::list_holders(tx, &value).await?;
        found.people(tx, "number", &people).await?;
    }
    let (fours, words): (Vec<&str>, Vec<&str>) = text.split_whitespace().partition(|word| is_four(word));
    let words = words.join(" ");
    if let Some(four) = fours.first() {
        let (accounts, people) = store::list_by_last_four(tx, &four.to_uppercase()).await?;
        let typed = name::words(&words);
        found.add("last four", accounts.into_iter().filter(|row| answers_to(row.name.as_deref(), &typed)).collect());
        let rows = store::list_of_people(tx, &keys(&people)).await?;
        found.add("last four", rows.into_iter().filter(|row| answers_to(row.name.as_deref(), &typed)).collect());
    }
    if fours.is_empty() || found.rows.is_empty() {
        let query = name::query(if words.is_empty() { text } else { &words });
        for beginning in &query.beginnings {
            let people = store::list_by_name(tx, beginning, MOST).await?;
            found.people(tx, "name", &people).await?;
        }
        for sound in &query.sounds {
            if found.rows.len() >= ENOUGH {
                break;
            }
            let people = store::list_by_sound(tx, sound, MOST).await?;
            found.people(tx, "sounds alike", &people).await?;
        }
    }
    found.rows.truncate(MOST);
    Ok(found.rows)
}

fn address(text: &str) -> Option<String> {
    EmailAddress::parse(text).ok().map(|email| email.text().to_string())
}

/// Whether a word is four digits, or four letters and digits mixed: the end of a number.
fn is_four(word: &str) -> bool {
    word.len() == 4 && word.chars().all(|c| c.is_ascii_alphanumeric()) && word.chars().any(|c| c.is_ascii_digit())
}

/// Whether each typed word begins a word of the name.
fn answers_to(name: Option<&str>, typed: &[String]) -> bool {
    let words = name.map(name::words).unwrap_or_default();
    typed.iter().all(|typed| words.iter().any(|word| word.starts_with(typed.as_str())))
}

fn keys(people: &[DebtorId]) -> Vec<Value> {
    people.iter().map(|id| Value::from(*id)).collect()
}

#[derive(Default)]
struct Finding {
    rows: Vec<Found>,
    known: HashSet<Value>,
}

impl Finding {
    fn add(&mut self, by: &'static str, rows: Vec<FoundRow>) {
        for row in rows {
            if self.known.insert(Value::from(row.id)) {
                self.rows.push(Found { row, by });
            }
        }
    }

    /// The accounts of people in the order in which the people were found.
    async fn people(&mut self, tx: &mut Tx, by: &'static str, people: &[DebtorId]) -> Result<(), Failure> {
        if people.is_empty() || self.rows.len() >= MOST {
            return Ok(());
        }
        let places: HashMap<DebtorId, usize> = people.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let mut rows = store::list_of_people(tx, &keys(people)).await?;
        rows.sort_by_key(|row| (places.get(&row.person).copied().unwrap_or(usize::MAX), row.state != "open", row.id));
        self.add(by, rows);
        Ok(())
    }
}

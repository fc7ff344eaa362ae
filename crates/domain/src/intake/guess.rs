//! A mapping guessed from the heads and first rows of a file, each guess with its reason and how sure it is.
//!
//! Read [`guess`] first. A head proposes a field, the values agree or object. What is not recognized stays out, and nothing is
//! used before a person has seen it.

use super::mapping::{Column, Field, Mapping};
use super::shape::Shape;
use crate::accounts::DebtKind;
use crate::values::moment::DateForm;
use crate::values::money::{Currency, DecimalMark};
use std::sync::OnceLock;

/// Rows that are looked at.
pub const ROWS: usize = 200;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Nothing speaks against it.
    Low,
    /// Head or values say so.
    Medium,
    /// The head says so, and the values agree.
    High,
}

impl Confidence {
    /// The word on screens.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// One column that was recognized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// The field it fills.
    pub field: Field,
    /// Its head.
    pub head: String,
    /// Why, as a sentence's end.
    pub because: String,
    /// How sure.
    pub confidence: Confidence,
}

/// A guessed mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The mapping.
    pub mapping: Mapping,
    /// The columns it names, each with its reason.
    pub columns: Vec<Guessed>,
    /// What a person must hear before using it.
    pub notices: Vec<String>,
}

/// Guesses a mapping from heads and the cells of the first rows ([`ROWS`] of them are enough).
pub fn guess(heads: &[String], samples: &[Vec<String>]) -> Guess {
    let shape = |at: usize| Shape::of(samples.iter().take(ROWS).map(move |row| row.get(at).cloned().unwrap_or_default()));
    let mut guessed: Vec<(Guessed, DateForm)> = Vec::new();
    let mut notices = Vec::new();
    // The best proposal for each field: a head that is the field's own word before one that only contains it.
    let mut proposals: Vec<(usize, Field, bool, usize)> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        if let Some((field, is_exact, rank)) = proposal(head) {
            proposals.push((at, field, is_exact, rank));
        }
    }
    proposals.sort_by_key(|(at, _, is_exact, rank)| (!*is_exact, *rank, *at));
    let mut objected: Vec<(usize, Field)> = Vec::new();
    for (at, field, is_exact, _) in proposals {
        if guessed.iter().any(|(known, _)| known.field == field || known.head == heads[at]) {
            continue;
        }
        let shape = shape(at);
        let Some((agrees, form)) = agreement(field, &heads[at], is_exact, &shape, &mut notices) else {
            if is_exact {
                objected.push((at, field));
            }
            continue;
        };
        let confidence = match (is_exact, agrees.is_some()) {
            (true, true) => Confidence::High,
            (true, false) | (false, true) => Confidence::Medium,
            (false, false) => Confidence::Low,
        };
        let because = match agrees {
            Some(agrees) => format!("its head says so and {agrees}"),
            None => "its head says so".to_string(),
        };
        guessed.push((Guessed { field, head: heads[at].clone(), because, confidence }, form));
    }
    for (at, head) in heads.iter().enumerate().filter(|(_, head)| !head.is_empty()) {
        if let Some((field, because)) = by_values(&shape(at))
            && guessed.iter().all(|(known, _)| known.field != field && known.head != *head)
        {
            let found = Guessed { field, head: head.clone(), because: because.into(), confidence: Confidence::Medium };
            guessed.push((found, DateForm::Iso));
        }
    }
    for (at, field) in objected {
        let (head, name) = (&heads[at], field.name().replace('_', " "));
        if guessed.iter().all(|(known, _)| known.field != field && known.head != *head) {
            notices.push(format!("{head:?} is not read: its head says {name}, its values do not"));
        }
    }
    find_reference(heads, &shape, &mut guessed, &mut notices);
    let amounts: Vec<Shape> = guessed
        .iter()
        .filter(|(known, _)| is_amount(known.field))
        .filter_map(|(known, _)| heads.iter().position(|head| *head == known.head).map(shape))
        .collect();
    let decimal = if amounts.iter().any(Shape::has_decimal_comma) { DecimalMark::Comma } else { DecimalMark::Point };
    if decimal == DecimalMark::Comma {
        notices.push("the amounts are read with a decimal comma".into());
    }
    if !add_up(&guessed, heads, samples, decimal) {
        guessed.retain(|(known, _)| !is_amount(known.field) || known.field == Field::Balance);
        notices.push("the amounts beside the balance do not add up to it in most rows: only the balance is read".into());
    }
    let currency = amounts.iter().find_map(Shape::currency).unwrap_or(Currency::Usd);
    let column = |(known, dates): &(Guessed, DateForm)| Column {
        field: known.field,
        head: known.head.clone(),
        dates: *dates,
        is_required: known.field == Field::Reference,
    };
    let mapping = Mapping {
        columns: guessed.iter().map(column).collect(),
        currency,
        debts: DebtKind::Consumer,
        debtors_are_businesses: false,
        nothing: ["NA", "N/A", "NULL", "null"].map(String::from).to_vec(),
        decimal,
        country: "US".into(),
        phone_region: "US".into(),
        difference_is_reduction: false,
    };
    Guess { mapping, columns: guessed.into_iter().map(|(known, _)| known).collect(), notices }
}

/// The form of the dates of a column, where its values are dates.
pub fn date_form(head: &str, values: &[String]) -> Option<DateForm> {
    let shape = Shape::of(values.iter().take(ROWS).cloned());
    if shape.is_empty() { None } else { shape.dates(head).map(|dates| dates.form) }
}

/// Whether the guessed amounts come to the guessed balance in at least half of the rows.
fn add_up(guessed: &[(Guessed, DateForm)], heads: &[String], samples: &[Vec<String>], decimal: DecimalMark) -> bool {
    let place = |field: Field| {
        let head = guessed.iter().find(|(known, _)| known.field == field).map(|(known, _)| &known.head)?;
        heads.iter().position(|known| known == head)
    };
    let parts = |wanted: fn(Field) -> bool| -> Vec<usize> {
        guessed.iter().filter(|(g, _)| wanted(g.field)).filter_map(|(g, _)| place(g.field)).collect()
    };
    let (owed, off) = (parts(|field| matches!(field, Field::Amount(_))), parts(|field| matches!(field, Field::Paid | Field::Reduced)));
    let Some(balance) = place(Field::Balance).filter(|_| !owed.is_empty()) else { return true };
    let value = |row: &[String], at: usize| Shape::minor(row.get(at).map_or("", String::as_str), decimal);
    let sum = |row: &[String], places: &[usize]| places.iter().try_fold(0i64, |sum, at| sum.checked_add(value(row, *at)?));
    let agrees = |row: &&Vec<String>| match (sum(row, &owed), sum(row, &off), value(row, balance)) {
        (Some(owed), Some(off), Some(balance)) => owed.checked_sub(off) == Some(balance),
        _ => false,
    };
    samples.is_empty() || samples.iter().take(ROWS).filter(agrees).count() * 2 >= samples.len().min(ROWS)
}

fn is_amount(field: Field) -> bool {
    matches!(field, Field::Amount(_) | Field::Paid | Field::Reduced | Field::Balance)
}

/// Whether the values of a column can be the field: why they agree, or nothing where they do not tell; `None` where they object.
fn agreement(field: Field, head: &str, is_exact: bool, shape: &Shape, notices: &mut Vec<String>) -> Option<(Option<String>, DateForm)> {
    let plain = |agrees: Option<&str>| Some((agrees.map(String::from), DateForm::Iso));
    if shape.is_empty() {
        return plain(None);
    }
    let told = |is_so: bool, says: &'static str| if is_so { plain(Some(says)) } else { None };
    match field {
        Field::Email => told(shape.are_emails(), "its values are e-mail addresses"),
        Field::Mobile | Field::HomePhone | Field::WorkPhone => told(shape.may_be_phones(), "its values are as long as telephone numbers"),
        Field::State => plain(shape.are_states().then_some("its values are states")),
        Field::Zip => plain(shape.are_zips().then_some("its values are ZIP codes")),
        Field::Name | Field::GivenName | Field::FamilyName | Field::City => told(shape.are_names(), "its values are words"),
        Field::Country => told(shape.are_names(), "its values are words"),
        Field::Street => told(!shape.are_emails(), "its values are no e-mail addresses"),
        Field::Reference if shape.is_unique() => plain(Some("each row has its own")),
        Field::Reference => plain(None),
        Field::DateOfBirth | Field::ItemizedOn | Field::DueOn | Field::ChargedOffOn => {
            let dates = shape.dates(head)?;
            notices.extend(dates.notice);
            Some((Some(dates.because), dates.form))
        }
        _ if is_amount(field) => {
            let are = |mark| shape.are_amounts(mark) || (is_exact && shape.may_be_amounts(mark));
            told(are(DecimalMark::Point) || are(DecimalMark::Comma), "its values are amounts")
        }
        _ => plain(None),
    }
}

/// What values alone say, under a head that says nothing.
fn by_values(shape: &Shape) -> Option<(Field, &'static str)> {
    if shape.are_emails() {
        Some((Field::Email, "its values are e-mail addresses"))
    } else if shape.dates("").is_none() && shape.are_phones() {
        Some((Field::Mobile, "its values are telephone numbers"))
    } else if shape.are_states() {
        Some((Field::State, "its values are states"))
    } else {
        None
    }
}

/// The number of the account, where no head is its own word: a column of which each row has its own value.
fn find_reference(heads: &[String], shape: &impl Fn(usize) -> Shape, guessed: &mut Vec<(Guessed, DateForm)>, notices: &mut Vec<String>) {
    let known = guessed.iter().find(|(known, _)| known.field == Field::Reference).map(|(known, _)| known.head.clone());
    if let Some(known) = known {
        if heads.iter().position(|head| *head == known).is_some_and(|at| !shape(at).is_empty() && !shape(at).is_unique()) {
            notices.push(format!("some rows have the same {known:?}, by which an account is known: name another column if there is one"));
        }
        return;
    }
    let is_number = |head: &str| words(head).iter().any(|word| NUMBERS.contains(&word.as_str()));
    let free = |at: &usize| guessed.iter().all(|(known, _)| known.head != heads[*at]);
    let candidates: Vec<usize> = (0..heads.len()).filter(free).filter(|at| is_number(&heads[*at])).collect();
    let Some(at) = candidates.into_iter().find(|at| {
        let shape = shape(*at);
        shape.is_unique() && shape.may_be_references()
    }) else {
        return;
    };
    let because = "its head says that it is a number, and each row has its own".to_string();
    let found = Guessed { field: Field::Reference, head: heads[at].clone(), because, confidence: Confidence::Medium };
    notices.push(format!("{:?} is taken as the number of the account, because each row has its own", heads[at]));
    guessed.push((found, DateForm::Iso));
}

/// The field a head proposes, whether it is the field's own word, and its place among the words.
fn proposal(head: &str) -> Option<(Field, bool, usize)> {
    let words = words(head);
    let plain = words.concat();
    for (field, known) in heads_known() {
        if let Some(rank) = known.iter().position(|known| known.replace(' ', "") == plain) {
            return Some((*field, true, rank));
        }
    }
    // All words of a known head stand in this one: `cust_phone_number`. One word alone says too little.
    heads_known().iter().find_map(|(field, known)| {
        let rank =
            known.iter().position(|known| known.contains(' ') && known.split(' ').all(|word| words.iter().any(|own| own == word)))?;
        Some((*field, false, 100 + rank))
    })
}

/// The words of a head in lower case without accents: `custPhone_No` has three.
fn words(head: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in head.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            c.to_lowercase().for_each(|c| word.push_str(&unaccented(c)));
        }
    }
    words.retain(|word| !word.is_empty());
    // The currency beside a word for money says nothing of which money: `Saldo (EUR)`.
    let is_currency = |word: &String| ["eur", "euro", "usd", "gbp", "cad", "chf", "mxn"].contains(&word.as_str());
    if !words.iter().all(is_currency) {
        words.retain(|word| !is_currency(word));
    }
    words
}

fn unaccented(c: char) -> String {
    match c {
        'á' | 'à' | 'â' | 'ã' => "a".into(),
        'ä' => "ae".into(),
        'é' | 'è' | 'ê' | 'ë' => "e".into(),
        'í' | 'ì' | 'î' | 'ï' => "i".into(),
        'ó' | 'ò' | 'ô' | 'õ' => "o".into(),
        'ö' => "oe".into(),
        'ú' | 'ù' | 'û' => "u".into(),
        'ü' => "ue".into(),
        'ñ' => "n".into(),
        'ç' => "c".into(),
        'ß' => "ss".into(),
        // Of "nº" and "1ª", the letter stays.
        'º' | 'ª' => String::new(),
        c => c.to_string(),
    }
}

/// Words of heads that say "number of".
const NUMBERS: [&str; 14] =
    ["id", "no", "nr", "num", "number", "numero", "nummer", "ref", "reference", "key", "code", "docid", "serial", "matricule"];

/// The words of heads by field; the surest first.
fn heads_known() -> &'static [(Field, Vec<&'static str>)] {
    static HEADS: OnceLock<Vec<(Field, Vec<&'static str>)>> = OnceLock::new();
    HEADS.get_or_init(|| {
        let lines = include_str!("heads.txt").lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
        lines.filter_map(|(field, words)| Some((Field::parse(field)?, words.split(", ").collect()))).collect()
    })
}

#[cfg(test)]
mod tests;

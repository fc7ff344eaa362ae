//! The forms of the desk: the terms of a plan, and the lines of a budget; read once, shown again with what is wrong.

use super::budgeting::{KeepBudget, Line, Lines};
use crate::app::Problems;
use crate::web::form::Fields;
use askama::Template;
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::{DateForm, parse_date};
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;

/// The fields of terms, as they are named in a form of the desk and in a counter-offer.
const NAMES: [(&str, &str); 6] = [
    ("total", "counter-total"),
    ("down", "counter-down"),
    ("count", "counter-count"),
    ("amount", "counter-amount"),
    ("first_on", "counter-first_on"),
    ("frequency", "counter-frequency"),
];

/// What a field is called behind a prefix.
fn named(prefix: &str, field: &str) -> &'static str {
    let found = NAMES.iter().find(|(name, _)| *name == field).unwrap_or(&NAMES[0]);
    if prefix.is_empty() { found.0 } else { found.1 }
}

fn amount(text: &str, currency: Currency) -> Result<i64, String> {
    Money::parse(text, currency).map(|amount| amount.minor()).map_err(|_| "Write an amount such as 1234.50.".to_string())
}

/// Reads the terms of a plan. Of amount and count the one that was edited wins: the one that differs from what was shown, the amount
/// where both do.
pub fn read_terms(fields: &Fields, prefix: &str, (currency, today): (Currency, Date), problems: &mut Problems) -> Option<PlanTerms> {
    let before = problems.0.len();
    let text = |field: &str| fields.text(named(prefix, field)).to_string();
    let mut wrong = |field: &str, says: String| problems.0.push((named(prefix, field), says));
    let total = amount(&text("total"), currency).map_err(|says| wrong("total", says)).unwrap_or_default();
    let down = match text("down").as_str() {
        "" => 0,
        typed => amount(typed, currency).map_err(|says| wrong("down", says)).unwrap_or_default(),
    };
    let is_all_today = down == total && total > 0;
    let was = |field: &str| fields.text(&format!("was-{}", named(prefix, field))).to_string();
    let by_amount = match fields.text("cut") {
        "count" => false,
        "amount" => true,
        _ => !text("amount").is_empty() && (text("amount") != was("amount") || text("count").is_empty()),
    };
    let cut = match by_amount {
        true => Cut::Amount(Money::of(amount(&text("amount"), currency).map_err(|says| wrong("amount", says)).unwrap_or(1), currency)),
        false if is_all_today => Cut::Count(text("count").parse().unwrap_or(0)),
        false => {
            Cut::Count(text("count").parse().map_err(|_| wrong("count", "Write in how many installments, such as 6.".into())).unwrap_or(1))
        }
    };
    let first_on = match parse_date(&text("first_on"), DateForm::Iso) {
        Ok(on) => on,
        // All of it today has no first installment.
        Err(_) if is_all_today && text("first_on").is_empty() => today,
        Err(_) => {
            wrong("first_on", "Choose the day of the first installment.".into());
            today
        }
    };
    let frequency = Frequency::parse(&text("frequency")).unwrap_or(Frequency::Monthly);
    let money = |minor| Money::of(minor, currency);
    (problems.0.len() == before).then(|| PlanTerms { total: money(total), down: money(down), cut, first_on, frequency })
}

/// Terms as fields that a button carries, so that exactly these are agreed or asked for.
pub fn carried(terms: &PlanTerms) -> Vec<(&'static str, String)> {
    let (cut, amount) = match terms.cut {
        Cut::Count(_) => ("count", String::new()),
        Cut::Amount(amount) => ("amount", amount.figures()),
    };
    let count = if let Cut::Count(count) = terms.cut { count } else { terms.count() };
    vec![
        ("total", terms.total.figures()),
        ("down", terms.down.figures()),
        ("count", count.to_string()),
        ("amount", amount),
        ("first_on", terms.first_on.to_string()),
        ("frequency", terms.frequency.code().to_string()),
        ("cut", cut.to_string()),
    ]
}

/// One field as it is shown.
pub struct ShownField {
    name: &'static str,
    label: String,
    value: String,
    says: Option<String>,
}

/// The fields of terms.
#[derive(Template)]
#[template(path = "plans/desk/_terms.html")]
pub struct TermsForm {
    /// Total, down payment, count, amount, first day.
    typed: [ShownField; 5],
    frequency: ShownField,
    was: [(&'static str, String); 2],
}

impl TermsForm {
    /// With what was typed, else with these terms.
    pub fn of(terms: &PlanTerms, fields: &Fields, problems: &Problems, prefix: &str) -> TermsForm {
        let code = terms.total.currency().code();
        let shown = |field: &str, label: &str, drafted: String| {
            let name = named(prefix, field);
            ShownField {
                name,
                label: label.to_string(),
                value: fields.some(name).unwrap_or(drafted),
                says: problems.of(name).map(str::to_string),
            }
        };
        let (count, amount) = (terms.count().to_string(), terms.amount().figures());
        // What was reckoned is shown, not what followed it in the form before.
        let is_read = problems.is_empty();
        let followed = |field: &str, label: &str, drafted: &String| {
            let field = shown(field, label, drafted.clone());
            if is_read { ShownField { value: drafted.clone(), ..field } } else { field }
        };
        TermsForm {
            typed: [
                shown("total", &format!("In all, {code}"), terms.total.figures()),
                shown("down", &format!("Of it today, {code}"), terms.down.figures()),
                followed("count", "Installments", &count),
                followed("amount", &format!("Each, {code}"), &amount),
                shown("first_on", "The first on", terms.first_on.to_string()),
            ],
            frequency: shown("frequency", "How often", terms.frequency.code().to_string()),
            was: [(named(prefix, "count"), count), (named(prefix, "amount"), amount)],
        }
    }
}

/// One group of lines, as it is shown.
pub struct Group {
    /// Its name in the form.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The lines: the word, the amount, how often.
    pub lines: Vec<(String, String, String)>,
    /// What is wrong with it.
    pub says: Vec<String>,
}

/// What is asked first, where nothing was told yet.
const ASKED: [(&str, &str, &[&str]); 3] = [
    ("income", "What comes in", &["Wages", "Benefits"]),
    ("essentials", "What they need to live", &["Rent or mortgage", "Food", "Energy and water", "Travel to work"]),
    ("priority_debts", "Debts that come first", &["Arrears of rent or tax", "Child support"]),
];

fn lines_in(fields: &Fields, name: &str) -> Option<usize> {
    fields.some(&format!("{name}.lines")).and_then(|count| count.parse().ok()).map(|count: usize| count.min(20))
}

/// The groups of a form: as they were typed, else as they were told, else as they are asked.
pub fn groups(fields: &Fields, told: Option<&Lines>, currency: Currency, problems: &Problems) -> Vec<Group> {
    let more = fields.text("more");
    let group = |(name, title, asked): (&'static str, &'static str, &[&str])| {
        let known = told.map(|told| match name {
            "income" => &told.income,
            "essentials" => &told.essentials,
            _ => &told.priority_debts,
        });
        let blank = || (String::new(), String::new(), Frequency::Monthly.code().to_string());
        let mut lines: Vec<_> = match (lines_in(fields, name), known) {
            (Some(count), _) => (0..count)
                .map(|line| {
                    let text = |part: &str| fields.text(&format!("{name}.{line}.{part}")).to_string();
                    (text("what"), text("amount"), text("every"))
                })
                .collect(),
            (None, Some(known)) => {
                let of = |line: &Line| (line.what.clone(), Money::of(line.amount_minor, currency).figures(), line.every.code().to_string());
                known.iter().map(of).chain(std::iter::once_with(blank)).collect()
            }
            (None, None) => asked.iter().map(|what| (what.to_string(), String::new(), blank().2)).collect(),
        };
        if more == name && lines.len() < 20 {
            lines.push(blank());
        }
        let says = problems.0.iter().filter(|(field, _)| *field == name).map(|(_, says)| says.clone()).collect();
        Group { name, title, lines, says }
    };
    ASKED.into_iter().map(group).collect()
}

/// Reads a budget; lines without an amount are not told.
pub fn read_budget(fields: &Fields, account: AccountId, currency: Currency, problems: &mut Problems) -> Option<KeepBudget> {
    let before = problems.0.len();
    let mut lines = Lines::default();
    for (name, _, _) in ASKED {
        for line in 0..lines_in(fields, name).unwrap_or(0) {
            let text = |part: &str| fields.text(&format!("{name}.{line}.{part}")).to_string();
            if text("amount").is_empty() {
                continue;
            }
            let every = Frequency::parse(&text("every")).unwrap_or(Frequency::Monthly);
            match amount(&text("amount"), currency) {
                Ok(amount_minor) => {
                    let into = match name {
                        "income" => &mut lines.income,
                        "essentials" => &mut lines.essentials,
                        _ => &mut lines.priority_debts,
                    };
                    into.push(Line { what: text("what"), amount_minor, every });
                }
                Err(says) => problems.0.push((name, format!("Line {}: {}", line + 1, says.to_lowercase()))),
            }
        }
    }
    let at_hand_minor = match fields.text("at_hand") {
        "" => 0,
        typed => amount(typed, currency).map_err(|says| problems.0.push(("at_hand", says))).unwrap_or_default(),
    };
    let pay = match (Frequency::parse(fields.text("pay_every")), fields.text("pay_on")) {
        (None, _) => None,
        (Some(every), on) => match parse_date(on, DateForm::Iso) {
            Ok(on) => Some((every, on)),
            Err(_) => {
                problems.0.push(("pay_on", "Choose the next day on which they are paid, or leave out how often.".into()));
                None
            }
        },
    };
    (problems.0.len() == before).then_some(KeepBudget { account, lines, at_hand_minor, pay })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Result<PlanTerms, Vec<&'static str>> {
        let fields = Fields::named(pairs.iter().map(|(name, text)| (*name, text.to_string())));
        let mut problems = Problems::default();
        let terms = read_terms(&fields, "", (Currency::Usd, jiff::civil::date(2026, 3, 2)), &mut problems);
        terms.ok_or_else(|| problems.0.iter().map(|(field, _)| *field).collect())
    }

    #[test]
    fn the_last_edited_of_amount_and_count_wins() {
        let base = [("total", "336.00"), ("first_on", "2026-04-01"), ("was-count", "6"), ("was-amount", "56.00")];
        let with = |count: &'static str, amount: &'static str| [&base[..], &[("count", count), ("amount", amount)]].concat();
        assert_eq!(read(&with("8", "56.00")).map(|terms| terms.cut), Ok(Cut::Count(8)));
        assert_eq!(read(&with("6", "50.00")).map(|terms| terms.cut), Ok(Cut::Amount(Money::usd(5_000))));
        assert_eq!(read(&with("6", "56.00")).map(|terms| terms.cut), Ok(Cut::Count(6)));
        assert_eq!(read(&with("8", "50.00")).map(|terms| terms.cut), Ok(Cut::Amount(Money::usd(5_000))));
        assert_eq!(read(&with("", "50.00")).map(|terms| terms.count()), Ok(7));
        assert_eq!(read(&with("x", "56.00")), Err(vec!["count"]));
        assert_eq!(read(&[("total", "ten")]), Err(vec!["total", "count", "first_on"]));
    }

    #[test]
    fn what_a_button_carries_is_read_as_the_same_terms() {
        for cut in [Cut::Count(0), Cut::Count(1), Cut::Count(7), Cut::Amount(Money::usd(4_900))] {
            let down = Money::usd(if cut == Cut::Count(0) { 133_600 } else { 5_001 });
            let first_on = jiff::civil::date(2026, 4, 1);
            let terms = PlanTerms { total: Money::usd(133_600), down, cut, first_on, frequency: Frequency::EveryTwoWeeks };
            let fields = Fields::named(carried(&terms));
            assert_eq!(
                read_terms(&fields, "", (Currency::Usd, jiff::civil::date(2026, 3, 2)), &mut Problems::default()),
                Some(terms),
                "{cut:?}"
            );
        }
    }
}

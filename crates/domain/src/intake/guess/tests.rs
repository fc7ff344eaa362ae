//! Mappings guessed.

use super::*;

fn of(text: &str) -> Guess {
    let mut lines = text.lines().map(|line| line.split('|').map(String::from).collect::<Vec<_>>());
    let heads = lines.next().unwrap();
    guess(&heads, &lines.collect::<Vec<_>>())
}

fn shown(guess: &Guess) -> Vec<String> {
    let mut shown: Vec<String> =
        guess.columns.iter().map(|c| format!("{} = {} ({})", c.field.name(), c.head, c.confidence.name())).collect();
    shown.sort();
    shown
}

#[test]
fn heads_of_four_languages_are_known() {
    for (text, expected) in [
        (
            "Kontonummer|Nachname|PLZ|Betrag\n1|Meier|80331|12,50",
            vec!["balance = Betrag (high)", "family_name = Nachname (high)", "reference = Kontonummer (high)", "zip = PLZ (high)"],
        ),
        (
            "Número de cuenta|Teléfono|Dirección\nA1|614 555 0100|Calle 1",
            vec!["mobile = Teléfono (high)", "reference = Número de cuenta (high)", "street = Dirección (high)"],
        ),
        (
            "N° de dossier|Prénom|Échéance\n7|Zoé|31.12.2025",
            vec!["due_on = Échéance (high)", "given_name = Prénom (high)", "reference = N° de dossier (high)"],
        ),
        (
            "acctNo|custPhoneNumber|EMAIL_ADDRESS\n1|6145550100|a@b.org",
            vec!["email = EMAIL_ADDRESS (high)", "mobile = custPhoneNumber (medium)", "reference = acctNo (high)"],
        ),
    ] {
        assert_eq!(shown(&of(text)), expected, "{text}");
    }
}

#[test]
fn values_object_and_values_alone_tell() {
    // A state of the account is no state of the union, and an amount has figures.
    let guess = of("loan_id|balance|x1|x2|due date\nL-1|open|a@b.org|OH|31/01/2025\nL-2|shut|c@d.org|TX|01/02/2025");
    assert_eq!(shown(&guess), ["due_on = due date (high)", "email = x1 (medium)", "reference = loan_id (high)", "state = x2 (medium)"]);
    assert_eq!(guess.mapping.columns.iter().find(|c| c.field == Field::DueOn).unwrap().dates, DateForm::DayFirst);
    let guess = of("LoanNr_ChkDgt|Name\n1000014003|ABC HOBBYCRAFT\n1000024006|LANDMARK BAR");
    assert_eq!(shown(&guess)[1], "reference = LoanNr_ChkDgt (medium)");
    assert!(of("name|balance\nAnn|1.00").columns.iter().all(|c| c.field != Field::Reference));
}

#[test]
fn the_form_of_dates_is_told_by_their_values_or_said_to_be_open() {
    for (values, form, notice) in [
        ("01/31/2025\n02/01/2025", DateForm::MonthFirst, false),
        ("31/01/2025\n01/02/2025", DateForm::DayFirst, false),
        ("01/02/2025\n03/04/2025", DateForm::MonthFirst, true),
        ("01.02.2025\n03.04.2025", DateForm::DayFirst, false),
        ("1/31/25\n2/1/25", DateForm::MonthFirstShort, true),
        ("2025-01-31", DateForm::Iso, false),
        ("20250131", DateForm::Compact, false),
        ("Mar-2018", DateForm::MonthYear, false),
        ("45678\n45700", DateForm::ExcelSerial, true),
    ] {
        let guess = of(&format!("due date\n{values}"));
        assert_eq!((guess.mapping.columns[0].dates, !guess.notices.is_empty()), (form, notice), "{values}");
    }
    assert!(of("due date\nsoon").columns.is_empty());
}

#[test]
fn a_decimal_comma_and_a_currency_are_seen() {
    let guess = of("account|balance\n1|1.234,50 €\n2|7,00 €");
    assert_eq!((guess.mapping.decimal, guess.mapping.currency), (DecimalMark::Comma, Currency::Eur));
    assert_eq!(of("account|balance\n1|1,234.50\n2|7").mapping.decimal, DecimalMark::Point);
}

#[test]
fn every_word_of_a_head_belongs_to_a_field() {
    let lines = include_str!("../heads.txt").lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(heads_known().len(), lines);
    assert!(heads_known().iter().all(|(_, words)| words.iter().all(|word| !word.is_empty() && word.to_lowercase() == *word)));
}

#[test]
fn amounts_that_do_not_come_to_the_balance_are_left_out() {
    let fields = |text| of(text).columns.iter().map(|c| c.field.name()).collect::<Vec<_>>();
    assert_eq!(fields("account|principal|paid|balance\n1|10.00|4.00|6.00\n2|5|0|5").len(), 4);
    assert_eq!(fields("account|principal|paid|balance\n1|10.00|4.00|7.00\n2|5|0|9"), ["balance", "reference"]);
}

#[test]
fn heads_found_in_files_of_many_countries_are_known() {
    let fields = |text| of(text).columns.iter().map(|c| c.field.name()).collect::<std::collections::BTreeSet<_>>();
    for (text, expected) in [
        (
            "Kd.-Nr.|Schuldner|Hauptforderung (EUR)|Zinsen|Mahnkosten|Gesamtforderung|Fällig seit\nK-1|Müller GmbH|1.000,00|34,50|200,00|1.234,50|31.03.2026\nK-2|Groß|20,00|0,00|0,00|20,00|15.01.2026",
            &["reference", "name", "principal", "interest", "costs", "balance", "due_on"][..],
        ),
        (
            "N° de dossier|Nom|Prénom|Montant dû|Date d'échéance\nD-1|Lefèvre|Zoé|1 234,50|31/03/2026\nD-2|Ça|Éva|20,00|15/01/2026",
            &["reference", "name", "given_name", "balance", "due_on"],
        ),
        (
            "Nº de cuenta|Apellidos|Nombre|Importe adeudado|Fecha de vencimiento|Teléfono móvil\nC-1|Núñez|José|1.234,50|31/03/2026|614 555 0142\nC-2|Peña|Ana|20,00|15/01/2026|614 555 0143",
            &["reference", "family_name", "name", "balance", "due_on", "mobile"],
        ),
        ("LoanNr_ChkDgt|Name|ChgOffPrinGr\n1|Acme LLC|$60,000.00\n2|Bolt Inc|$7.00", &["reference", "name", "principal"]),
        ("ID|LIMIT_BAL|BILL_AMT1|BILL_AMT2\n1|20000|3913|3102\n2|120000|2682|1725", &["reference", "balance"]),
    ] {
        assert_eq!(fields(text), expected.iter().copied().collect(), "{text}");
    }
    assert_eq!(date_form("x", &["31.03.2026".into(), "15.01.2026".into()]), Some(DateForm::DayFirst));
    assert_eq!(date_form("x", &["Ann".into()]), None);
}

//! What the values of a column look like: the second witness when a mapping is guessed, beside the head.

use super::text::visible;
use crate::values::moment::{DateForm, parse_date};
use crate::values::money::{Currency, DecimalMark, Money};
use crate::values::point::{EmailAddress, Phone, parse_zip};
use crate::values::region::state_code;

/// The values of one column among the rows looked at.
pub(super) struct Shape {
    values: Vec<String>,
    rows: usize,
}

/// What the dates of a column say about their form.
pub(super) struct Dates {
    pub form: DateForm,
    pub because: String,
    /// What a person must hear, such as that day and month cannot be told apart.
    pub notice: Option<String>,
}

impl Shape {
    pub(super) fn of(values: impl Iterator<Item = String>) -> Shape {
        let all: Vec<String> = values.map(|value| visible(value.trim())).collect();
        let rows = all.len();
        let says =
            |value: &String| !value.is_empty() && !["NA", "N/A", "NULL", "null", "-", "None", "nan", "NaN"].contains(&value.as_str());
        Shape { values: all.into_iter().filter(says).collect(), rows }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether at least this percentage of the values pass.
    fn mostly(&self, percent: usize, test: impl Fn(&str) -> bool) -> bool {
        !self.values.is_empty() && self.values.iter().filter(|value| test(value)).count() * 100 >= self.values.len() * percent
    }

    /// Whether most values are words of a list.
    pub(super) fn are_of(&self, knows: impl Fn(&str) -> bool) -> bool {
        self.mostly(60, knows)
    }

    pub(super) fn are_emails(&self) -> bool {
        self.mostly(80, |value| EmailAddress::parse(value).is_ok())
    }

    pub(super) fn are_phones(&self) -> bool {
        let is_dressed = |value: &str| value.contains(['+', '-', '(', ' ', '/']) || value.matches('.').count() > 1;
        self.mostly(70, |value| is_dressed(value) && !value.contains(':') && Phone::parse(value).is_ok())
    }

    /// Whether they may be telephone numbers under a head that says so: plain digits do.
    pub(super) fn may_be_phones(&self) -> bool {
        self.mostly(30, |value| (6..=20).contains(&value.chars().filter(char::is_ascii_digit).count()))
    }

    pub(super) fn are_states(&self) -> bool {
        self.mostly(90, |value| state_code(value).is_some())
    }

    pub(super) fn are_zips(&self) -> bool {
        self.mostly(80, |value| parse_zip(value).is_ok())
    }

    pub(super) fn are_names(&self) -> bool {
        self.mostly(60, |value| value.chars().any(char::is_alphabetic) && !value.contains('@'))
    }

    /// Amounts under a mark, whatever their currency.
    pub(super) fn are_amounts(&self, mark: DecimalMark) -> bool {
        self.mostly(80, |value| amount(value, mark))
    }

    /// Whether they may be amounts under a head that says so: what cannot be read is told row by row.
    pub(super) fn may_be_amounts(&self, mark: DecimalMark) -> bool {
        self.mostly(30, |value| amount(value, mark))
    }

    /// The amounts by row, where they are some.
    pub(super) fn minor(value: &str, mark: DecimalMark) -> Option<i64> {
        if value.trim().is_empty() { Some(0) } else { Money::parse_marked(&visible(value), Currency::Usd, mark).ok().map(Money::minor) }
    }

    /// Whether decimals stand behind a comma: some values cannot be read otherwise, and all can be read so.
    pub(super) fn has_decimal_comma(&self) -> bool {
        let only_comma = self.values.iter().filter(|value| amount(value, DecimalMark::Comma) && !amount(value, DecimalMark::Point)).count();
        only_comma > 0 && self.are_amounts(DecimalMark::Comma)
    }

    /// The sign of another currency than the dollar, where every amount has it.
    pub(super) fn currency(&self) -> Option<Currency> {
        [("€", Currency::Eur), ("EUR", Currency::Eur), ("£", Currency::Gbp), ("GBP", Currency::Gbp), ("CAD", Currency::Cad)]
            .into_iter()
            .find(|(sign, _)| self.mostly(100, |value| value.contains(sign)))
            .map(|(_, currency)| currency)
    }

    /// Whether every row has a value, each its own, as the number of an account does.
    pub(super) fn is_unique(&self) -> bool {
        let mut seen = std::collections::HashSet::new();
        self.values.len() == self.rows && self.rows > 0 && self.values.iter().all(|value| seen.insert(value.as_str()))
    }

    /// Whether the values could be numbers of accounts: short, of one word, neither dates nor amounts with cents.
    pub(super) fn may_be_references(&self) -> bool {
        self.mostly(95, |value| {
            value.len() <= 40
                && value.split_whitespace().count() <= 2
                && value.bytes().any(|b| b.is_ascii_digit())
                && !value.contains(['/', ':', '@', '$', '€'])
                && parse_date(value, DateForm::Iso).is_err()
                && value.rsplit_once(['.', ',']).is_none_or(|(_, cents)| cents.len() != 2)
        })
    }

    /// The form of dates, where most values are dates of one.
    pub(super) fn dates(&self, head: &str) -> Option<Dates> {
        let in_form = |form| self.mostly(80, |value| parse_date(value, form).is_ok());
        let found = |form, because: &str| Some(Dates { form, because: because.into(), notice: None });
        if in_form(DateForm::Iso) {
            return found(DateForm::Iso, "its values are dates with the year first");
        }
        let short = |value: &&String| {
            value.split(' ').next().unwrap_or_default().rsplit(['/', '-', '.']).next().is_some_and(|year| year.len() == 2)
        };
        let is_short = self.values.iter().filter(short).count() * 2 > self.values.len();
        let (month_form, day_form) =
            if is_short { (DateForm::MonthFirstShort, DateForm::DayFirstShort) } else { (DateForm::MonthFirst, DateForm::DayFirst) };
        let reads = |form| self.values.iter().filter(|value| parse_date(value, form).is_ok()).count();
        let (month_first, day_first) = (reads(month_form), reads(day_form));
        if month_first.max(day_first) * 100 >= self.values.len().max(1) * 80 && !self.values.is_empty() {
            let mut dates = if month_first > day_first {
                Dates {
                    form: month_form,
                    because: "some of its days are past 12 and stand second: the month comes first".into(),
                    notice: None,
                }
            } else if day_first > month_first {
                Dates { form: day_form, because: "some of its days are past 12 and stand first: the day comes first".into(), notice: None }
            } else if self.mostly(80, |value| value.contains('.')) {
                Dates { form: day_form, because: "its dates are written with points, as where the day comes first".into(), notice: None }
            } else {
                let notice = format!("the dates of {head:?} do not show whether month or day comes first; they are read month first");
                Dates {
                    form: month_form,
                    because: "its values are dates, read month first as in the United States".into(),
                    notice: Some(notice),
                }
            };
            if is_short && dates.notice.is_none() {
                dates.notice = Some(format!(
                    "the years of {head:?} have two digits: 69 to 99 are read as 1969 to 1999, the others as of this century"
                ));
            }
            return Some(dates);
        }
        if in_form(DateForm::MonthYear) {
            return found(DateForm::MonthYear, "its values are months, read as their first day");
        }
        if in_form(DateForm::Compact) {
            return found(DateForm::Compact, "its values are dates of eight digits");
        }
        let serial = |value: &str| {
            value.split('.').next().and_then(|days| days.parse::<u32>().ok()).is_some_and(|days| (20_000..60_000).contains(&days))
        };
        if self.mostly(90, serial) {
            let notice = format!("the dates of {head:?} are numbers, read as days since 1900 as spreadsheets count them");
            return Some(Dates {
                form: DateForm::ExcelSerial,
                because: "its values are numbers in the range of dates of a spreadsheet".into(),
                notice: Some(notice),
            });
        }
        None
    }
}

fn amount(value: &str, mark: DecimalMark) -> bool {
    [Currency::Usd, Currency::Eur, Currency::Gbp, Currency::Cad]
        .into_iter()
        .any(|currency| Money::parse_marked(value, currency, mark).is_ok())
}

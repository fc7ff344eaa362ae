//! One row of history is read by its mapping, every problem at once.

use super::{Field, HistoryMapping, Past, PastRow};
use crate::compliance::record::Outcome;
use crate::disputes::case::CaseKind;
use crate::intake::row::Problem;
use crate::outreach::result;
use crate::parties::circumstance::Circumstance;
use crate::parties::in_writing::{self, PREFERS};
use crate::values::channel::Channel;
use crate::values::moment::{DateForm, parse_date};
use crate::values::money::Money;
use crate::values::point::{EmailAddress, Phone};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// Kinds of wishes a file can tell.
pub(super) const WISHES: [&str; 8] = [
    "inconvenient_time",
    "convenient_only",
    "time_consent",
    "inconvenient_place",
    "employer_prohibits",
    "no_channel",
    "no_address",
    PREFERS,
];

/// States of a promise that a file can tell.
pub(super) const PROMISE_STATES: [&str; 5] = ["open", "kept", "partly_kept", "broken", "withdrawn"];

/// The mapping laid over the heads of a file.
pub struct HistoryLayout<'m> {
    mapping: &'m HistoryMapping,
    places: Vec<usize>,
    zone: TimeZone,
    today: Date,
    now: Timestamp,
}

impl<'m> HistoryLayout<'m> {
    /// Finds the mapping's columns among the heads; the error names every head that is missing, or what no column fills.
    pub fn of(mapping: &'m HistoryMapping, heads: &[String], zone: TimeZone, now: Timestamp) -> Result<HistoryLayout<'m>, String> {
        let place = |head: &str| heads.iter().position(|known| known.trim().eq_ignore_ascii_case(head.trim()));
        let missing: Vec<&str> =
            mapping.columns.iter().filter(|(_, head, _)| place(head).is_none()).map(|(_, head, _)| head.as_str()).collect();
        if !missing.is_empty() {
            let (missing, heads) = (missing.join(", "), heads.join(", "));
            return Err(format!("names columns that the file does not have: {missing}; its columns are {heads}"));
        }
        for needed in [Field::Reference, Field::At] {
            if mapping.columns.iter().all(|(field, ..)| *field != needed) {
                return Err(format!("names no column for {}", needed.name()));
            }
        }
        if mapping.kind.is_none() && mapping.columns.iter().all(|(field, ..)| *field != Field::Kind) {
            return Err("names no column for kind, and says no kind for the whole file".into());
        }
        let places = mapping.columns.iter().filter_map(|(_, head, _)| place(head)).collect();
        let today = now.to_zoned(zone.clone()).date();
        Ok(HistoryLayout { mapping, places, zone, today, now })
    }
}

/// Reads one row; all problems at once.
pub fn read<'c>(layout: &HistoryLayout<'_>, cell: impl Fn(usize) -> &'c str) -> (Option<PastRow>, Vec<Problem>) {
    let mut reading = Reading { layout, cell, problems: Vec::new() };
    let row = reading.row();
    let problems = reading.problems;
    (row.filter(|_| problems.is_empty()), problems)
}

struct Reading<'l, 'm, F> {
    layout: &'l HistoryLayout<'m>,
    cell: F,
    problems: Vec<Problem>,
}

impl<'c, F: Fn(usize) -> &'c str> Reading<'_, '_, F> {
    fn text(&self, field: Field) -> Option<&'c str> {
        let at = self.layout.mapping.columns.iter().position(|(known, ..)| *known == field)?;
        let text = (self.cell)(self.layout.places[at]).trim();
        let is_nothing = text.is_empty() || self.layout.mapping.nothing.iter().any(|nothing| nothing == text);
        (!is_nothing).then_some(text)
    }

    /// A cell's word in ours: the creditor's own words are told by the mapping.
    fn code(&self, field: Field) -> Option<String> {
        let text = self.text(field)?;
        let told = self.layout.mapping.words.get(text).cloned();
        Some(told.unwrap_or_else(|| text.to_lowercase().replace([' ', '-'], "_")))
    }

    fn problem(&mut self, field: Field, says: impl Into<String>) {
        let column = self.layout.mapping.columns.iter().find(|(known, ..)| *known == field);
        let column = column.map_or_else(|| field.name().to_string(), |(_, head, _)| head.clone());
        let value = self.text(field).unwrap_or_default().to_string();
        self.problems.push(Problem { column, value, says: says.into(), refuses: true });
    }

    /// A cell that says nothing, or a field no column is taken for.
    fn missing(&mut self, field: Field) {
        let is_taken = self.layout.mapping.columns.iter().any(|(known, ..)| *known == field);
        self.problem(
            field,
            if is_taken {
                "is empty and needed"
            } else {
                "is needed and no column is taken for it: choose one under Which column is which, or in [columns] of the mapping"
            },
        );
    }

    fn needed(&mut self, field: Field) -> Option<&'c str> {
        let text = self.text(field);
        if text.is_none() {
            self.missing(field);
        }
        text
    }

    fn date(&mut self, field: Field) -> Option<Date> {
        let form = self.layout.mapping.columns.iter().find(|(known, ..)| *known == field).map_or(DateForm::Iso, |(.., form)| *form);
        match parse_date(self.text(field)?, form) {
            Ok(date) => Some(date),
            Err(says) => {
                self.problem(field, says);
                None
            }
        }
    }

    fn number(&mut self, field: Field) -> Option<i64> {
        let parsed = self.text(field)?.parse::<i64>();
        if parsed.is_err() {
            self.problem(field, "is not a whole number");
        }
        parsed.ok()
    }

    fn amount(&mut self) -> Option<i64> {
        let text = self.needed(Field::Amount)?;
        match Money::parse_marked(text, self.layout.mapping.currency, self.layout.mapping.decimal) {
            Ok(amount) if amount.minor() > 0 => Some(amount.minor()),
            Ok(_) => {
                self.problem(Field::Amount, "must be above zero");
                None
            }
            Err(error) => {
                self.problem(Field::Amount, error.to_string());
                None
            }
        }
    }

    fn minute(&mut self, field: Field) -> Option<i64> {
        let text = self.text(field)?;
        match text.parse::<Time>() {
            Ok(time) => Some(i64::from(time.hour()) * 60 + i64::from(time.minute())),
            Err(_) if text == "24:00" => Some(1_440),
            Err(_) => {
                self.problem(field, "is not a time of the day such as 15:00");
                None
            }
        }
    }

    /// The instant: whole, or a day with the time beside it, or a day alone, which is taken as its noon.
    fn at(&mut self) -> Option<(Timestamp, Date)> {
        let text = self.needed(Field::At)?;
        let zone = self.layout.zone.clone();
        let found = if let Ok(at) = text.parse::<Timestamp>() {
            Some((at, at.to_zoned(zone).date()))
        } else {
            let day = self.date(Field::At)?;
            let beside = self.text(Field::Time).map(str::to_string);
            let inside = text.split_once(['T', ' ']).map(|(_, time)| time.trim().to_string());
            let time = match beside.or(inside).filter(|time| !time.is_empty()) {
                None => Time::constant(12, 0, 0, 0),
                Some(time) => match time.parse::<Time>() {
                    Ok(time) => time,
                    Err(_) => {
                        self.problem(Field::Time, format!("{time:?} is not a time of the day such as 15:04"));
                        return None;
                    }
                },
            };
            day.to_datetime(time).to_zoned(zone).ok().map(|zoned| (zoned.timestamp(), day))
        };
        let has_time = text.contains(':') || self.text(Field::Time).is_some();
        // A day alone may be today, whose noon has not come.
        match found {
            Some((at, on)) if at > self.layout.now && (has_time || on > self.layout.today) => {
                self.problem(Field::At, "is in the future");
                None
            }
            Some((at, on)) => Some((at.min(self.layout.now), on)),
            None => None,
        }
    }

    fn row(&mut self) -> Option<PastRow> {
        let reference = self.needed(Field::Reference).map(String::from);
        let at = self.at();
        let kind = self.code(Field::Kind).or_else(|| self.layout.mapping.kind.clone());
        let words = self.text(Field::Words).map(String::from);
        if words.as_deref().is_some_and(|words| words.contains('\0')) {
            self.problem(Field::Words, "holds a NUL character");
        }
        let past = match kind {
            None => {
                self.missing(Field::Kind);
                None
            }
            Some(kind) => self.past(&kind, at.map(|(_, on)| on)),
        };
        let (at, on) = at?;
        let told_at = format!("{} {}", self.text(Field::At).unwrap_or_default(), self.text(Field::Time).unwrap_or_default());
        Some(PastRow { reference: reference?, at, told_at, occurrence: 1, on, past: past?, words })
    }

    fn past(&mut self, kind: &str, on: Option<Date>) -> Option<Past> {
        match kind {
            "contact" | "call" | "text" | "email" | "letter" => self.contact(kind),
            "payment" => {
                let reference = self.text(Field::PaymentReference).map(String::from);
                self.amount().map(|minor| Past::Payment { minor, reference })
            }
            "promise" => self.promise(),
            "hold" | "restriction" => {
                self.needed(Field::Until)?;
                self.date(Field::Until).map(|until| Past::Hold { until })
            }
            "note" => {
                self.needed(Field::Words)?;
                Some(Past::Note)
            }
            "recall" => Some(Past::Recall),
            "complaint" => Some(self.case(CaseKind::Complaint)),
            "identity_theft" => Some(self.case(CaseKind::IdentityTheft)),
            "phone" | "address" => self.point(kind),
            "email_address" => self.point("email"),
            wish if WISHES.contains(&wish) => self.wish(wish),
            kind => match Circumstance::parse(kind) {
                Some(kind) => Some(Past::Heed { kind }),
                None if matches!(kind, "tcpa_consent" | "tcpa_revoked") => self.consent(kind),
                None => self.notice(kind, on),
            },
        }
    }

    fn contact(&mut self, kind: &str) -> Option<Past> {
        let code = if kind == "contact" { self.code(Field::Channel) } else { Some(kind.to_string()) };
        let Some(channel) = code.as_deref().and_then(Channel::parse) else {
            self.problem(Field::Channel, "is not one of call, ringless_voicemail, text, email, letter, in_person, web_portal");
            return None;
        };
        let is_incoming = match self.code(Field::Direction).as_deref() {
            None | Some("out" | "outgoing" | "outbound") => false,
            Some("in" | "incoming" | "inbound") => true,
            Some(_) => {
                self.problem(Field::Direction, "is not one of in, out");
                false
            }
        };
        let to = match self.text(Field::To) {
            Some(text) if channel.is_call() || channel == Channel::Text => match Phone::parse(text) {
                Ok(phone) => Some(phone.e164().to_string()),
                Err(says) => {
                    self.problem(Field::To, says.to_string());
                    None
                }
            },
            text => text.map(String::from),
        };
        let code = self.code(Field::Result);
        let known = code.as_deref().and_then(result::find);
        let outcome = known.map(|result| result.outcome).or_else(|| code.as_deref().and_then(Outcome::parse));
        let outcome = match (outcome, code) {
            (Some(outcome), _) => outcome,
            // What is not told is taken as it counts: a call as unanswered, a message as delivered.
            (None, None) if channel.is_call() => Outcome::NoAnswer,
            (None, None) => Outcome::Delivered,
            (None, Some(_)) => {
                self.problem(
                    Field::Result,
                    "is neither a result code nor an outcome we know: say what it means under Which column is which, or in [words] of the mapping",
                );
                return None;
            }
        };
        Some(Past::Contact { channel, is_incoming, result: known.map(|result| result.code), outcome, to })
    }

    fn promise(&mut self) -> Option<Past> {
        let minor = self.amount();
        self.needed(Field::DueOn);
        let due_on = self.date(Field::DueOn);
        let state = self.code(Field::State).unwrap_or_else(|| "open".into());
        if !PROMISE_STATES.contains(&state.as_str()) {
            self.problem(Field::State, format!("is not one of {}", PROMISE_STATES.join(", ")));
        }
        Some(Past::Promise { minor: minor?, due_on: due_on?, state })
    }

    fn wish(&mut self, kind: &str) -> Option<Past> {
        let is_timed = kind.ends_with("time") || kind == "convenient_only" || kind == "time_consent";
        let (from_minute, to_minute) = (self.minute(Field::From), self.minute(Field::Till));
        if is_timed && (from_minute.is_none() || to_minute.is_none()) {
            self.problem(Field::From, "and till are needed: times of the day such as 15:00");
        }
        let channel = self.code(Field::Channel);
        if kind == "no_channel" && !channel.as_deref().is_some_and(|code| code == "electronic" || Channel::parse(code).is_some()) {
            self.problem(Field::Channel, "is needed: which channel?");
        }
        if kind == PREFERS && channel.as_deref().and_then(in_writing::parse).is_none() {
            self.problem(Field::Channel, "is needed: letter, text or email, as they like to have things in writing");
        }
        let to = self.text(Field::To).map(|text| Phone::parse(text).map_or_else(|_| text.to_string(), |phone| phone.e164().to_string()));
        if kind == "no_address" && to.is_none() {
            self.problem(Field::To, "is needed: which number or address?");
        }
        let place = self.code(Field::Place);
        if kind == "inconvenient_place" && place.is_none() {
            self.problem(Field::Place, "is needed: which place?");
        }
        Some(Past::Wish { kind: kind.to_string(), channel, place, from_minute, to_minute, to })
    }

    fn point(&mut self, kind: &str) -> Option<Past> {
        let text = self.needed(Field::To)?;
        let (kind, value) = match kind {
            "phone" => ("phone", Phone::parse(text).map(|phone| phone.e164().to_string()).map_err(|says| says.to_string())),
            "email" => ("email", EmailAddress::parse(text).map(|email| email.text().to_string()).map_err(|says| says.to_string())),
            _ => ("address", Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))),
        };
        let source = self.text(Field::Source).map_or_else(|| "skip trace".to_string(), |source| format!("skip trace {source}"));
        match value {
            Ok(value) => Some(Past::Point { kind, value, source }),
            Err(says) => {
                self.problem(Field::To, says);
                None
            }
        }
    }

    /// Agreement to machines goes with its number, for calls, texts or both; taken back without a number, it is for all.
    fn consent(&mut self, kind: &str) -> Option<Past> {
        let to = match self.text(Field::To).map(Phone::parse) {
            Some(Ok(phone)) => Some(phone.e164().to_string()),
            Some(Err(says)) => {
                self.problem(Field::To, says.to_string());
                None
            }
            None if kind == "tcpa_consent" => {
                self.problem(Field::To, "is needed: to which number did they agree?");
                None
            }
            None => None,
        };
        let channel = self.code(Field::Channel);
        if channel.as_deref().is_some_and(|code| !matches!(code, "call" | "text")) {
            self.problem(Field::Channel, "is not one of call, text: leave it empty for both");
        }
        Some(Past::Consent { kind: kind.to_string(), channel, to })
    }

    fn case(&mut self, kind: CaseKind) -> Past {
        let submitted_on = self.date(Field::SubmittedOn);
        Past::Case { kind, in_writing: self.is_in_writing(), submitted_on, is_closed: self.is_closed() }
    }

    fn is_in_writing(&mut self) -> bool {
        !matches!(self.code(Field::Written).as_deref(), Some("no" | "false" | "0" | "spoken" | "oral"))
    }

    /// Whether the file says that a case is over; nothing said, it is open.
    fn is_closed(&mut self) -> bool {
        matches!(self.code(Field::State).as_deref(), Some("closed" | "resolved" | "done"))
    }

    fn notice(&mut self, kind: &str, on: Option<Date>) -> Option<Past> {
        let in_writing = self.is_in_writing();
        let is_dispute = kind == "dispute";
        let disputed_minor = if is_dispute && self.text(Field::Amount).is_some() { self.amount() } else { None };
        let to = self.text(Field::To).map(|text| Phone::parse(text).map_or_else(|_| text.to_string(), |phone| phone.e164().to_string()));
        Some(Past::Notice {
            kind: kind.to_string(),
            days: self.number(Field::Days),
            in_writing,
            submitted_on: self.date(Field::SubmittedOn).or(on),
            stated_end_on: self.date(Field::StatedEndOn),
            chapter: self.number(Field::Chapter),
            to,
            disputed_minor,
            is_closed: matches!(kind, "dispute" | "original_creditor_request") && self.is_closed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::guess;
    use super::*;
    use jiff::civil::date;

    fn read_row(heads: &[&str], cells: &[&str]) -> (Option<PastRow>, Vec<String>) {
        let heads: Vec<String> = heads.iter().map(|head| (*head).to_string()).collect();
        let mapping = guess(&heads, &[]).mapping;
        let zone = TimeZone::get("America/New_York").unwrap();
        let layout = HistoryLayout::of(&mapping, &heads, zone, "2026-03-10T17:00:00Z".parse().unwrap()).unwrap();
        let (row, problems) = read(&layout, |at| cells[at]);
        (row, problems.into_iter().map(|problem| format!("{} {}", problem.column, problem.says)).collect())
    }

    #[test]
    fn each_kind_is_read() {
        let heads = ["account", "kind", "date", "channel", "direction", "result", "number", "amount", "due_on", "state", "until", "note"];
        let row = |cells: [&str; 12]| read_row(&heads, &cells);
        let contact = |outcome, is_incoming, result| Past::Contact { channel: Channel::Call, is_incoming, result, outcome, to: None };
        for (cells, past) in [
            (
                ["A-1", "contact", "2026-03-02 10:15", "call", "", "No answer", "", "", "", "", "", ""],
                contact(Outcome::NoAnswer, false, Some("no_answer")),
            ),
            (["A-1", "call", "2026-03-02", "", "in", "conversation", "", "", "", "", "", ""], contact(Outcome::Conversation, true, None)),
            (["A-1", "payment", "2026-03-02", "", "", "", "", "25.00", "", "", "", ""], Past::Payment { minor: 2_500, reference: None }),
            (
                ["A-1", "promise", "2026-03-02", "", "", "", "", "25", "2026-03-09", "broken", "", ""],
                Past::Promise { minor: 2_500, due_on: date(2026, 3, 9), state: "broken".into() },
            ),
            (["A-1", "hold", "2026-03-02", "", "", "", "", "", "", "", "2026-04-01", ""], Past::Hold { until: date(2026, 4, 1) }),
            (["A-1", "deceased", "2026-03-02", "", "", "", "", "", "", "", "", ""], Past::Heed { kind: Circumstance::Deceased }),
            (
                ["A-1", "phone", "2026-03-02", "", "", "", "614 555 0142", "", "", "", "", ""],
                Past::Point { kind: "phone", value: "+16145550142".into(), source: "skip trace".into() },
            ),
        ] {
            let (found, problems) = row(cells);
            assert_eq!((found.map(|row| row.past), problems), (Some(past), vec![]), "{cells:?}");
        }
        let (at, _) = row(["A-1", "call", "2026-03-02T10:15:00-05:00", "", "", "", "", "", "", "", "", ""]);
        assert_eq!(at.unwrap().at.to_string(), "2026-03-02T15:15:00Z");
        let (noon, _) = row(["A-1", "call", "2026-03-02", "", "", "", "", "", "", "", "", ""]);
        assert_eq!(noon.unwrap().at.to_string(), "2026-03-02T17:00:00Z");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let (row, problems) = read_row(&["account", "kind", "date", "amount", "due_on"], &["", "promise", "2063-01-01", "ten", ""]);
        assert!(row.is_none());
        assert_eq!(
            problems,
            [
                "account is empty and needed",
                "date is in the future",
                "amount is not an amount such as 1234.50",
                "due_on is empty and needed"
            ]
        );
        let (_, problems) = read_row(&["account", "kind", "date", "result"], &["A", "call", "2026-03-01", "xyz"]);
        assert_eq!(
            problems,
            [
                "result is neither a result code nor an outcome we know: say what it means under Which column is which, or in [words] of the mapping"
            ]
        );
        let (_, problems) = read_row(&["account", "kind", "date"], &["A", "payment", "2026-03-01"]);
        assert_eq!(
            problems,
            ["amount is needed and no column is taken for it: choose one under Which column is which, or in [columns] of the mapping"]
        );
    }
}

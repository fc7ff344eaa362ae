//! A file of history: what happened about accounts before they were here.
//!
//! Each row says what kind of thing it tells. What a row means is [`Past`]; the same meaning twice is the same fact, unless the
//! file tells it twice (see the fingerprint in `app`). Nothing here says what follows from it: the rules do.

mod guess;
mod reading;

pub use guess::{Guess, Guessed, choices, guess, knows};
pub use reading::{HistoryLayout, read};

use crate::compliance::record::Outcome;
use crate::disputes::case::CaseKind;
use crate::parties::circumstance::Circumstance;
use crate::values::channel::Channel;
use crate::values::moment::DateForm;
use crate::values::money::{Currency, DecimalMark};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A field that a column of history can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the name beside each in FIELDS, and the manual, say it")]
pub enum Field {
    Reference,
    Kind,
    At,
    Time,
    Channel,
    Direction,
    Result,
    To,
    Amount,
    PaymentReference,
    DueOn,
    State,
    Days,
    Until,
    From,
    Till,
    Place,
    Written,
    SubmittedOn,
    StatedEndOn,
    Chapter,
    Source,
    Words,
}

/// Every field with its name in mapping files, and other heads it is guessed from.
pub const FIELDS: [(Field, &str, &[&str]); 23] = [
    (Field::Reference, "reference", &["account", "accountnumber", "accountno", "acct", "loannumber"]),
    (Field::Kind, "kind", &["type", "event", "eventtype", "activity"]),
    (Field::At, "at", &["date", "datetime", "timestamp", "when", "on", "eventdate", "calldate", "paymentdate", "effectiveon"]),
    (Field::Time, "time", &["calltime", "eventtime"]),
    (Field::Channel, "channel", &["medium"]),
    (Field::Direction, "direction", &["inout"]),
    (Field::Result, "result", &["outcome", "disposition", "resultcode"]),
    (Field::To, "to", &["number", "phone", "dialednumber", "address", "point", "value"]),
    (Field::Amount, "amount", &["paid", "paymentamount", "promisedamount"]),
    (Field::PaymentReference, "payment_reference", &["paymentid", "checknumber", "transactionid"]),
    (Field::DueOn, "due_on", &["duedate", "promisedate", "dueby"]),
    (Field::State, "state", &["status"]),
    (Field::Days, "days", &[]),
    (Field::Until, "until", &["enddate", "expires", "expireson"]),
    (Field::From, "from", &["fromtime"]),
    (Field::Till, "till", &["totime"]),
    (Field::Place, "place", &[]),
    (Field::Written, "in_writing", &["written"]),
    (Field::SubmittedOn, "submitted_on", &["submitted"]),
    (Field::StatedEndOn, "stated_end_on", &["validationend"]),
    (Field::Chapter, "chapter", &[]),
    (Field::Source, "source", &["vendor", "from_source"]),
    (Field::Words, "words", &["note", "notes", "comment", "remark", "text"]),
];

impl Field {
    /// Finds a field by its name.
    pub fn parse(name: &str) -> Option<Field> {
        FIELDS.iter().find(|(_, known, _)| *known == name).map(|(field, ..)| *field)
    }

    /// Whether its cells are dates.
    pub fn is_date(self) -> bool {
        matches!(self, Field::At | Field::DueOn | Field::Until | Field::SubmittedOn | Field::StatedEndOn)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        FIELDS.iter().find(|(field, ..)| *field == self).map_or("", |(_, name, _)| name)
    }
}

/// Which column is which field, and how the file writes things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryMapping {
    /// Field, head, form of dates.
    pub columns: Vec<(Field, String, DateForm)>,
    /// What every row tells, where the file has no column for it.
    pub kind: Option<String>,
    /// The creditor's own words for ours: kinds, channels, results, states, directions.
    pub words: BTreeMap<String, String>,
    /// Cells that say nothing.
    pub nothing: Vec<String>,
    /// The currency of amounts.
    pub currency: Currency,
    /// What stands before decimals.
    pub decimal: DecimalMark,
}

/// What a row tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of FIELDS by the same names")]
pub enum Past {
    /// A contact, ours or theirs.
    Contact { channel: Channel, is_incoming: bool, result: Option<&'static str>, outcome: Outcome, to: Option<String> },
    /// A payment, to us or to the creditor.
    Payment { minor: i64, reference: Option<String> },
    /// A promise and what became of it: `open`, `kept`, `partly_kept`, `broken`, `withdrawn`.
    Promise { minor: i64, due_on: Date, state: String },
    /// A stop, a lawyer, a consent, a dispute, a bankruptcy: the code of a notice.
    Notice {
        kind: String,
        days: Option<i64>,
        in_writing: bool,
        submitted_on: Option<Date>,
        stated_end_on: Option<Date>,
        chapter: Option<i64>,
        to: Option<String>,
        disputed_minor: Option<i64>,
        is_closed: bool,
    },
    /// A complaint or a claim of identity theft, open or closed before it was here.
    Case { kind: CaseKind, in_writing: bool, submitted_on: Option<Date>, is_closed: bool },
    /// Agreement to calls and texts by machine, given or taken back: the code of a notice.
    Consent { kind: String, channel: Option<String>, to: Option<String> },
    /// A wish about times, places and channels.
    Wish {
        kind: String,
        channel: Option<String>,
        place: Option<String>,
        from_minute: Option<i64>,
        to_minute: Option<i64>,
        to: Option<String>,
    },
    /// The account stands still until a day.
    Hold { until: Date },
    /// Something to be heeded about the person.
    Heed { kind: Circumstance },
    /// A number or address that a source found.
    Point { kind: &'static str, value: String, source: String },
    /// A note.
    Note,
    /// The account goes back to its creditor.
    Recall,
}

/// A row that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRow {
    /// The account's reference.
    pub reference: String,
    /// When it happened.
    pub at: Timestamp,
    /// The same as the file tells it, by which the fact is known: a day alone is no instant that moves with the clock.
    pub told_at: String,
    /// How often the file told the same by then, from 1.
    pub occurrence: u32,
    /// The day, where it happened.
    pub on: Date,
    /// What.
    pub past: Past,
    /// More, in words.
    pub words: Option<String>,
}

//! What the index of a pack tells: what it is, each file with its hash, and the account's history from the rows of the pack.
//!
//! It says nothing that the files below it do not hold: all but the timeline's words is read off the same lines.

use super::left_out::LeftOut;
use super::pack::Listed;
use super::paper::Paper;
use super::talks;
use crate::accounts::store::Account;
use crate::accounts::timeline::{self, Event};
use crate::app::Failure;
use crate::identity::names::Names;
use crate::ledger;
use crate::outreach::letters::store::in_words;
use crate::store::Tx;
use duly_domain::compliance::RULE_SET;
use duly_domain::compliance::acts::word as act_word;
use duly_domain::compliance::status::Status;
use duly_domain::outreach::letter::{AmountRow, Amounts, Sign};
use duly_domain::outreach::result;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::DocumentId;
use duly_domain::values::moment::{Moment, written};
use duly_domain::values::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;

/// What stands at the head of an index.
pub struct Heading<'a> {
    /// Who made it.
    pub company: &'a str,
    /// When.
    pub at: Moment,
    /// The organization's time zone.
    pub zone: TimeZone,
    /// Why numbers are plain.
    pub unmask: Option<&'a str>,
}

/// An account with what its index tells.
pub struct Gathered {
    account: Account,
    creditor: String,
    rows: HashMap<&'static str, Vec<Json>>,
    left_out: LeftOut,
    history: Vec<(String, String)>,
    seen: Vec<(String, String)>,
    actors: HashMap<String, String>,
    zone: TimeZone,
}

/// Gathers what is not in the rows: the timeline's words, and names behind ids.
pub async fn gather(
    tx: &mut Tx,
    names: &mut Names,
    account: &Account,
    creditor: String,
    (rows, left_out): (HashMap<&'static str, Vec<Json>>, LeftOut),
    at: Moment,
    zone: &TimeZone,
) -> Result<Gathered, Failure> {
    let events: Vec<Event> = timeline::list_most(tx, account, at.at, zone, i64::MAX, &left_out.untold).await?;
    let history = events.into_iter().rev().map(|event| {
        let more = if event.more.is_empty() { event.title } else { format!("{}. {}", event.title, event.more) };
        (stamp(event.at, zone), more)
    });
    let history = history.collect();
    let mut seen = Vec::new();
    for view in &rows["views"] {
        seen.push((instant(view, "seen_at", zone), format!("{}: {}", names.of(tx, text(view, "seen_by")).await?, text(view, "what"))));
    }
    seen.sort_by(|one, other| one.0.cmp(&other.0));
    let actors = talks::actors(tx, names, &rows).await?;
    Ok(Gathered { account: account.clone(), creditor, rows, left_out, history, seen, actors, zone: zone.clone() })
}

/// Prints the index of one account; the files of the pack's own folder stand `above` it.
pub fn print(heading: &Heading<'_>, gathered: &Gathered, files: Vec<Listed>, above: &str) -> Result<Vec<u8>, Failure> {
    let Gathered { account, creditor, .. } = gathered;
    let title = format!("Evidence pack of account {}", account.reference);
    let mut paper = Paper::new(&title, heading.at.business_day, heading.company, marks(heading));
    paper.heading(1, &title);
    paper.says(&format!(
        "All that is on record about account {} ({}) of {creditor}, placed {}, {}.",
        account.reference,
        account.id,
        written(account.placed_on),
        account.state
    ));
    about(&mut paper, heading, above);
    contents(&mut paper, files);
    paper.heading(2, "What was left out");
    match &gathered.left_out {
        left_out if left_out.rows() == 0 => paper.says("Nothing was left out."),
        left_out => {
            paper.list(left_out.lines().iter().map(|line| (line.clone(), String::new())));
            left_out.why().iter().for_each(|why| paper.says(why));
        }
    }
    paper.heading(2, "History in order");
    paper.list(gathered.history.iter().cloned());
    gathered.decisions(&mut paper);
    talks::calls(&mut paper, &gathered.rows, &gathered.actors, &gathered.zone)?;
    talks::approvals(&mut paper, &gathered.rows, &gathered.actors, &gathered.zone);
    gathered.letters(&mut paper);
    gathered.cases(&mut paper);
    gathered.money(&mut paper)?;
    gathered.statuses(&mut paper);
    paper.heading(2, "Who saw the account");
    paper.list(gathered.seen.iter().cloned());
    paper.print()
}

/// Prints the index above the accounts of a creditor.
pub fn print_above(
    heading: &Heading<'_>,
    creditor: &str,
    (from, to): (Date, Date),
    accounts: Vec<(String, String)>,
    files: Vec<Listed>,
) -> Result<Vec<u8>, Failure> {
    let title = format!("Evidence pack of the accounts of {creditor}");
    let mut paper = Paper::new(&title, heading.at.business_day, heading.company, marks(heading));
    paper.heading(1, &title);
    paper.says(&format!("{} accounts placed from {from} to {to}, each in a folder of its own with its own index.", accounts.len()));
    about(&mut paper, heading, "");
    paper.heading(2, "Accounts");
    paper.list(accounts);
    contents(&mut paper, files);
    paper.print()
}

fn marks(heading: &Heading<'_>) -> Vec<String> {
    vec![
        format!("Made {}", stamp(heading.at.at, &heading.zone)),
        format!("Duly {}, rule set {RULE_SET}", env!("CARGO_PKG_VERSION")),
        format!("Times are those of {}", heading.zone.iana_name().unwrap_or("UTC")),
    ]
}

fn about(paper: &mut Paper, heading: &Heading<'_>, above: &str) {
    paper.says(&match heading.unmask {
        Some(reason) => format!("Numbers and addresses are shown in full. The reason given: {reason}. It is recorded."),
        None => "Numbers, addresses and dates of birth are masked in the data. Documents are as they were filed.".into(),
    });
    paper.says(&format!(
        "{above}SHA256SUMS holds the hash of every file, and {above}VERIFY.md the lines that prove them without this program: the \
         files, the chain of the record, and the signature of the daily root. The making of this pack is recorded with the hash of \
         SHA256SUMS."
    ));
}

fn contents(paper: &mut Paper, files: Vec<Listed>) {
    paper.heading(2, "Contents");
    paper.list(files.into_iter().map(|file| (file.path, format!("{}; {} bytes; SHA-256 {}", file.shows, file.bytes, file.hash))));
}

impl Gathered {
    /// The account in one line: its reference, its folder, what it holds.
    pub fn in_a_line(&self) -> (String, String) {
        let count = |name: &str| self.rows[name].len();
        let told = format!(
            "contacts {}, calls led {}, decisions {}, payments {}, cases {}, documents {}; in accounts/{}",
            count("contacts"),
            count("calls"),
            count("decisions"),
            count("payments"),
            count("cases"),
            count("documents"),
            self.account.id
        );
        (self.account.reference.clone(), told)
    }

    /// Every contact with the answer it was made on, and every answer that nobody acted on.
    fn decisions(&self, paper: &mut Paper) {
        paper.heading(2, "Contacts and the decisions they were made on");
        let mut lines = Vec::new();
        let contact_of: HashMap<&str, &Json> =
            self.rows["contacts"].iter().map(|contact| (text(contact, "decision_id"), contact)).filter(|(id, _)| !id.is_empty()).collect();
        for decision in &self.rows["decisions"] {
            let channel = text(decision, "channel");
            let asked = Channel::parse(channel).map_or_else(|| act_word(channel).to_string(), |channel| channel.to_string());
            let made = contact_of.get(text(decision, "id")).map_or_else(String::new, |contact| format!(" {}.", result_of(contact)));
            let reasons: Vec<Json> = serde_json::from_str(text(decision, "because")).unwrap_or_default();
            let reasons: Vec<String> = reasons
                .iter()
                .map(|reason| {
                    let (rule, cite, detail) = (text(reason, "rule"), text(reason, "citation"), text(reason, "detail"));
                    format!("{} ({rule}, {cite}{}{detail})", text(reason, "plain"), if detail.is_empty() { "" } else { "; " })
                })
                .collect();
            let because = if reasons.is_empty() { "no rule spoke against it".into() } else { reasons.join(" ") };
            let answer = text(decision, "answer").replace('_', " ");
            let line = format!("{asked} {answer} under rule set {}: {because}.{made}", text(decision, "rule_set"));
            lines.push((micros(decision, "decided_at"), line.replace("..", ".")));
        }
        for contact in self.rows["contacts"].iter().filter(|contact| text(contact, "decision_id").is_empty()) {
            let channel = Channel::parse(text(contact, "channel")).unwrap_or(Channel::Call);
            let way = if text(contact, "direction") == "in" { "came in" } else { "went out" };
            lines.push((micros(contact, "contacted_at"), format!("{channel} {way}, without a decision of ours. {}.", result_of(contact))));
        }
        lines.sort();
        paper.list(lines.into_iter().map(|(at, line)| (at.map_or_else(String::new, |at| stamp(at, &self.zone)), line)));
    }

    /// Each letter with its proof: what was printed, its hash, when it was sent, and what happened inside its period.
    fn letters(&self, paper: &mut Paper) {
        paper.heading(2, "Letters");
        let mut items = Vec::new();
        for letter in &self.rows["letters"] {
            let mailed = text(letter, "mailed_on");
            let ends = text(letter, "period_ends_on");
            let period = if ends.is_empty() { String::new() } else { format!(", period until {ends}") };
            let sent = if mailed.is_empty() { "not mailed".to_string() } else { format!("mailed {mailed}{period}") };
            let told = format!(
                "{}, {}, {} pages, document {} with SHA-256 {}; {sent}; {}",
                in_words(text(letter, "kind")),
                text(letter, "language"),
                letter["pages"],
                document_of(letter),
                text(letter, "hash"),
                text(letter, "state")
            );
            items.push((format!("Printed {}", instant(letter, "printed_at", &self.zone)), told));
            if ends.is_empty() {
                continue;
            }
            let within: Vec<&(String, String)> =
                self.history.iter().filter(|(at, _)| !mailed.is_empty() && is_within(at, mailed, ends)).collect();
            let count = within.len();
            let what = within.into_iter().map(|(at, told)| format!("{at} {told}")).collect::<Vec<_>>().join(" | ");
            let told = if count == 0 { "nothing is on record".into() } else { format!("{count} events: {what}") };
            items.push(("Inside its period".into(), told));
        }
        paper.list(items);
        paper.heading(3, "Other notices");
        paper.list(self.rows["notices"].iter().map(|notice| {
            let words = text(notice, "words");
            let said = if words.is_empty() { String::new() } else { format!(": “{words}”") };
            (instant(notice, "happened_at", &self.zone), format!("{}{said}", text(notice, "kind").replace('_', " ")))
        }));
    }

    fn cases(&self, paper: &mut Paper) {
        paper.heading(2, "Disputes, requests, claims and complaints");
        let mut items = Vec::new();
        for case in &self.rows["cases"] {
            let outcome = text(case, "outcome");
            let end =
                if outcome.is_empty() { "open".into() } else { format!("closed: {}. {}", outcome.replace('_', " "), text(case, "found")) };
            items.push((
                format!("{} of {}", text(case, "kind").replace('_', " "), text(case, "received_on")),
                format!("{} {end}", text(case, "words")),
            ));
            for step in self.rows["case-steps"].iter().filter(|step| step["case_id"] == case["id"]) {
                items
                    .push((text(step, "happened_on").into(), format!("{}. {}", text(step, "kind").replace('_', " "), text(step, "words"))));
            }
        }
        paper.list(items);
    }

    fn money(&self, paper: &mut Paper) -> Result<(), Failure> {
        paper.heading(2, "Payments and balances");
        let mut items = Vec::new();
        for payment in &self.rows["payments"] {
            let amount = money(payment)?;
            let reversed = text(payment, "reversed_on");
            let state = if reversed.is_empty() { text(payment, "state").to_string() } else { format!("reversed {reversed}") };
            items.push((text(payment, "effective_on").into(), format!("{amount}, reference {}, {state}", text(payment, "reference"))));
        }
        items.sort();
        paper.list(items);
        let owed = self.account.owed()?;
        let some = owed.each().filter(|(_, amount)| amount.minor() != 0);
        let mut rows: Vec<AmountRow> = some
            .map(|(bucket, amount)| AmountRow { label: bucket.code().into(), amount: Some((Sign::None, amount)), is_total: false })
            .collect();
        let total = owed.total()?;
        rows.push(AmountRow { label: "Owed when this pack was made".into(), amount: Some((Sign::None, total)), is_total: true });
        paper.amounts(Amounts { summary: "What is owed, by bucket".into(), head: Some(["Bucket".into(), "Amount".into()]), rows });
        Ok(())
    }

    fn statuses(&self, paper: &mut Paper) {
        paper.heading(2, "Statuses");
        paper.list(self.rows["statuses"].iter().map(|row| {
            let status = Status::parse(text(row, "status")).map_or_else(|| text(row, "status").to_string(), |status| status.to_string());
            let told = format!("{status}: {}; source: {}. {}", text(row, "act"), text(row, "source"), text(row, "words"));
            (instant(row, "recorded_at", &self.zone), told)
        }));
        paper.heading(2, "The time to sue");
        paper.list(self.rows["limitation"].iter().map(|row| {
            let taken_back = if text(row, "withdrawn_because").is_empty() { "" } else { "; taken back" };
            let told =
                format!("{} {}; source: {}{taken_back}", text(row, "kind").replace('_', " "), text(row, "value"), text(row, "source"));
            (text(row, "from_on").into(), told)
        }));
    }
}

/// A letter's document, as its file in the pack begins.
pub(super) fn document_of(letter: &Json) -> String {
    Uuid::try_parse(text(letter, "document_id")).map_or_else(|_| String::new(), |id| DocumentId(id).to_string())
}

pub(super) fn result_of(contact: &Json) -> String {
    let code = text(contact, "result");
    match (code, result::find(code)) {
        ("", _) => format!("The contact is {}", text(contact, "state")),
        (_, Some(result)) => format!("Result: {}", result.label.to_lowercase()),
        (code, None) => format!("Result: {}", code.replace('_', " ")),
    }
}

/// Whether an event's stamp lies on one of the days.
fn is_within(stamp: &str, from: &str, to: &str) -> bool {
    let day = stamp.split(' ').next().unwrap_or_default();
    from <= day && day <= to
}

fn money(row: &Json) -> Result<Money, Failure> {
    Ok(Money::of(row["amount_minor"].as_i64().unwrap_or_default(), ledger::store::currency(text(row, "currency"))?))
}

/// A text of a row; nothing where there is none.
pub(super) fn text<'r>(row: &'r Json, name: &str) -> &'r str {
    row[name].as_str().unwrap_or_default()
}

fn micros(row: &Json, name: &str) -> Option<Timestamp> {
    row[name].as_i64().and_then(|micros| Timestamp::from_microsecond(micros).ok())
}

pub(super) fn instant(row: &Json, name: &str, zone: &TimeZone) -> String {
    micros(row, name).map_or_else(String::new, |at| stamp(at, zone))
}

/// A moment as the index writes it, so that texts sort as times do.
fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

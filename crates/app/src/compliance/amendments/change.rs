//! What an amendment would change: for the accounts whose debtors live there, and for the conformance cases.

use crate::app::Failure;
use crate::compliance::cases::shipped::{CasesRun, try_law};
use crate::compliance::difference::{Change, NumberRow};
use crate::compliance::facts::{Known, packs_of};
use crate::compliance::gate::answer_of;
use crate::store::Tx;
use duly_domain::compliance::amendments::{Amendment, Column, NO_END, Says};
use duly_domain::compliance::editions::{Edition, Editions};
use duly_domain::compliance::facts::clock_facts;
use duly_domain::compliance::limitation::reckon;
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::Record;
use duly_domain::compliance::states::Confidence;
use duly_domain::decision::Answer;
use duly_domain::values::channel::Channel;
use duly_domain::values::region::state_code;
use jiff::Timestamp;
use jiff::civil::Date;
use std::sync::Arc;

/// One column that would say something else.
pub struct Amending {
    /// What is approved.
    pub law: Editions,
    /// Of which pack.
    pub pack: String,
    /// Of which column.
    pub column: Column,
    /// What it would say.
    pub says: Says,
    /// Where that stands.
    pub source: String,
    /// How sure the agency is.
    pub confidence: Confidence,
}

impl Amending {
    /// The amendment as if it had begun just then.
    fn begun(&self, at: Timestamp) -> Amendment {
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Amendment {
            number: u32::MAX,
            pack: self.pack.clone(),
            column: self.column,
            says: self.says.clone(),
            source: self.source.clone(),
            confidence: self.confidence,
            from_on: day,
            to_on: None,
            begins_at: at.as_second(),
            ends_at: NO_END,
        }
    }

    /// The edition of a moment as it is, and as it would be.
    fn both(&self, at: Timestamp) -> [(Editions, Arc<Edition>); 2] {
        let amended = self.law.with(self.begun(at));
        [self.law.clone(), amended].map(|law| (law.clone(), law.at(at.as_second())))
    }

    /// The state whose row it is, where it is a state's.
    fn state(&self) -> Option<&'static str> {
        self.pack.strip_prefix("us-").and_then(state_code)
    }

    /// What a column says in an edition.
    fn words(&self, edition: &Edition) -> String {
        let years = |years: Option<u8>| years.map_or_else(|| "not known".into(), |years| years.to_string());
        let row = self.state().and_then(|code| edition.state(code));
        match (self.column, row) {
            (Column::WrittenYears, Some(row)) => years(row.limitation.written),
            (Column::OralYears, Some(row)) => years(row.limitation.oral),
            (Column::NoteYears, Some(row)) => years(row.limitation.promissory_note),
            (Column::OpenAccountYears, Some(row)) => years(row.limitation.open_account),
            (column, _) => {
                let part = edition.pack(&self.pack).and_then(|pack| pack.parts.iter().find(|part| part.topic == column.topic()));
                part.map_or_else(|| "as the rules of the pack say".into(), |part| part.says.clone())
            }
        }
    }
}

impl Change for Amending {
    fn noun(&self) -> &'static str {
        "amendment"
    }

    fn answers(&self, known: &Known, at: Timestamp, channel: Channel) -> [Answer; 2] {
        let (policy, before) = (known.policy_at(at), &known.record);
        if !self.column.is_about_contacts() || !packs_of(&known.debtor, &known.points).contains(&self.pack) {
            return [Answer::Yes; 2];
        }
        let mut after = before.clone();
        after.consumer.amendments.push(self.begun(at).into());
        [before, &after].map(|record| answer_of(known, record, at, channel, &policy))
    }

    fn numbers(&self, known: &Known, at: Timestamp) -> Vec<NumberRow> {
        let lives_there = packs_of(&known.debtor, &known.points).contains(&self.pack);
        let both = self.both(at);
        let mut rows = Vec::new();
        if lives_there {
            let [from, to] = [&both[0].1, &both[1].1].map(|edition| self.words(edition));
            rows.push((self.column.to_string(), from, to));
        }
        if self.column.is_about_suits() {
            let [from, to] = both.map(|(law, _)| time_to_sue(known, law, at));
            rows.push(("The time to sue".to_string(), from, to));
        }
        rows
    }

    fn cases(&self) -> CasesRun {
        let always = Amendment { begins_at: i64::MIN, from_on: Date::MIN, ..self.begun(Timestamp::UNIX_EPOCH) };
        try_law(&ContactPolicy::LAW, &always)
    }

    async fn fill(&self, tx: &mut Tx, known: &mut Known) -> Result<(), Failure> {
        match self.column.is_about_suits() {
            true => crate::accounts::limitation::fill(tx, &mut known.record).await,
            false => Ok(()),
        }
    }
}

/// How the time to sue on an account stands by an edition of the table.
fn time_to_sue(known: &Known, law: Editions, at: Timestamp) -> String {
    let mut record: Record = known.record.clone();
    record.consumer.law = law;
    let debt = record.debts.iter().find(|debt| debt.key == known.account.id.0.as_u128());
    let Some(debt) = debt else { return "not known".into() };
    let clock = clock_facts(&record, debt, at);
    match reckon(&clock).limitation() {
        None => "not known, as if run out".into(),
        Some(time) if time.last_day < clock.today => "run out".into(),
        Some(_) => "running".into(),
    }
}

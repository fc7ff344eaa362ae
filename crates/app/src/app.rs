//! What every action is given: the [`App`], the [`Actor`] and the moment; and what it gives back.

use crate::audit::keys::Keys;
use crate::audit::views::Waiting;
use crate::jobs::checking::Checking;
use crate::jobs::turns::Turns;
use crate::ledger::at_once::AtOnce;
use crate::ledger::processor::adapter::Processor;
use crate::store::tries::Conflict;
use crate::store::{Db, StoreError};
use crate::strategy::counts::Counts;
use crate::strategy::led::Led;
use duly_domain::decision::Decision;
use duly_domain::identity::Role;
use duly_domain::ledger::LedgerError;
use duly_domain::values::ids::UserId;
use duly_domain::values::moment::Moment;
use duly_domain::values::money::MoneyError;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Unit};
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Everything the product needs from the world. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The keys that sign the record: never in the database.
    pub keys: Keys,
    /// Views that wait to be written.
    pub views: Waiting,
    /// Whom *next best* led where.
    pub led: Led,
    /// A payment of more than so many whole units of its currency is asked about on screen before it is posted.
    pub ask_payments_above: u32,
    /// The folder into which letters are printed from the screen; without one they are opened there.
    pub letters_folder: Option<PathBuf>,
    /// Through whom cards and bank accounts are charged; nobody where none is configured.
    pub processor: Option<Processor>,
    /// Payments that are asked for at once.
    pub at_once: AtOnce,
    /// How long the long lists are.
    pub counts: Counts,
    /// Whose turn it is among the long jobs.
    pub turns: Turns,
    /// Whether the checks run now.
    pub checking: Checking,
    clock: Clock,
    reached: Arc<AtomicI64>,
    zone: Arc<Mutex<TimeZone>>,
}

/// Where the time comes from: the only place that asks.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that stands still until it is set.
    Frozen(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// A clock that stands at an instant.
    pub fn frozen(at: Timestamp) -> Clock {
        Clock::Frozen(Arc::new(Mutex::new(at)))
    }

    fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Frozen(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}

/// The time zone of an organization that has not said otherwise.
pub const ZONE: &str = "America/New_York";

/// Unless the configuration says otherwise: few consumers pay more at once.
const ASK_PAYMENTS_ABOVE: u32 = 10_000;

impl App {
    /// The product over a database, with its keys in the usual folder.
    pub fn new(db: Db, clock: Clock) -> App {
        let keys = Keys::in_folder(db.keys_folder());
        let reached = Arc::new(AtomicI64::new(i64::MIN));
        App {
            db,
            keys,
            views: Waiting::default(),
            led: Led::default(),
            ask_payments_above: ASK_PAYMENTS_ABOVE,
            letters_folder: None,
            processor: None,
            at_once: AtOnce::default(),
            counts: Counts::default(),
            turns: Turns::default(),
            checking: Checking::default(),
            clock,
            reached,
            zone: Arc::new(Mutex::new(TimeZone::get(ZONE).unwrap_or(TimeZone::UTC))),
        }
    }

    /// The same product with its keys in another folder.
    pub fn with_keys(self, keys: Keys) -> App {
        App { keys, ..self }
    }

    /// The same product, which asks about payments above another amount.
    pub fn asking_above(self, units: Option<u32>) -> App {
        App { ask_payments_above: units.unwrap_or(self.ask_payments_above), ..self }
    }

    /// The same product, which prints letters from the screen into a folder.
    pub fn printing_into(self, folder: Option<PathBuf>) -> App {
        App { letters_folder: folder, ..self }
    }

    /// The same product, which charges through a processor.
    pub fn charging_through(self, processor: Option<Processor>) -> App {
        App { processor, ..self }
    }

    /// Now, and the business day it falls on.
    pub fn moment(&self) -> Moment {
        let now = self.clock.now();
        if matches!(self.clock, Clock::System) {
            self.reached(now);
        }
        self.moment_at(now)
    }

    /// Takes note of an instant that the machine's clock has reached.
    pub fn reached(&self, at: Timestamp) {
        self.reached.fetch_max(at.as_microsecond(), Ordering::Relaxed);
    }

    /// The instant the machine's clock had reached before, if it now stands well before it: somebody set it back.
    ///
    /// A clock frozen by `--now` is meant as it stands.
    pub fn clock_was_at(&self) -> Option<Timestamp> {
        match self.clock {
            Clock::System => set_back(self.clock.now(), self.reached.load(Ordering::Relaxed)),
            Clock::Frozen(_) => None,
        }
    }

    /// Refuses to go by a clock that was set back.
    pub fn prove_clock(&self) -> Result<(), Failure> {
        match self.clock_was_at() {
            Some(was_at) => Err(Failure::ClockSetBack { now: self.clock.now().round(Unit::Second).unwrap_or(was_at), was_at }),
            None => Ok(()),
        }
    }

    /// An instant, and the business day it falls on.
    pub fn moment_at(&self, at: Timestamp) -> Moment {
        Moment { at, business_day: at.to_zoned(self.zone()).date() }
    }

    /// The organization's time zone.
    pub fn zone(&self) -> TimeZone {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the organization's books in another time zone from now on; whether it is one.
    pub fn set_zone(&self, name: &str) -> bool {
        let Ok(zone) = TimeZone::get(name) else { return false };
        *self.zone.lock().unwrap_or_else(PoisonError::into_inner) = zone;
        true
    }

    /// Sets a frozen clock; a running one stays.
    pub fn set_clock(&self, to: Timestamp) {
        if let Clock::Frozen(at) = &self.clock {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}

/// Runs work on a thread of its own, and to its end even when nobody waits for it any more.
///
/// Embedded, the database is read and written inline: on a thread that also answers pages, they would wait behind it.
pub async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Failure> {
    put_aside(work).await.map_err(|_| cut_short())
}

/// As [`aside`], begun at once, and done also where nobody waits for it.
pub fn put_aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> tokio::task::JoinHandle<T> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work))
}

/// As [`aside`], for a long job: the system lets whoever answers pages go first.
pub async fn behind<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Failure> {
    let runtime = tokio::runtime::Handle::current();
    let job = move || {
        make_way();
        runtime.block_on(work)
    };
    // A thread of its own, for one that made way cannot go first again. Waited for, as all that was put aside is when the program ends.
    let done = tokio::task::spawn_blocking(move || std::thread::spawn(job).join()).await;
    done.ok().and_then(Result::ok).ok_or_else(cut_short)
}

/// What is said where work did not come to its end.
pub(crate) fn cut_short() -> Failure {
    Failure::File("long work ended before its time; what it kept stands".into())
}

/// How far a long job stands behind those who answer pages, of at most 19.
#[cfg(target_os = "linux")]
const BEHIND: i32 = 10;

/// Puts this thread behind the others of the machine, where the system can do that to one thread.
fn make_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), BEHIND) {
        tracing::debug!(%error, "a long job runs beside the pages, not behind them");
    }
}

/// How far the clocks of machines may be apart before we speak of it.
const CLOCK_MINUTES: i64 = 5;

/// The instant reached before, to the second, if now stands well before it.
fn set_back(now: Timestamp, reached_micros: i64) -> Option<Timestamp> {
    let reached = Timestamp::from_microsecond(reached_micros).ok()?;
    let is_back = now.saturating_add(SignedDuration::from_mins(CLOCK_MINUTES)).is_ok_and(|latest| latest < reached);
    is_back.then(|| reached.round(Unit::Second).unwrap_or(reached))
}

/// A fresh id: UUIDv7, so that ids made later sort later.
pub fn new_uuid() -> Uuid {
    Uuid::now_v7()
}

/// Who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The user, if it is one.
    pub id: Option<UserId>,
    /// The name on screens.
    pub name: String,
    /// In which role.
    pub role: Role,
    label: String,
}

impl Actor {
    /// A user.
    pub fn user(id: UserId, name: &str, role: Role) -> Actor {
        Actor { id: Some(id), name: name.to_string(), role, label: id.to_string() }
    }

    /// Somebody at the machine itself, who may do what the command does.
    pub fn command() -> Actor {
        Actor { id: None, name: "Command line".into(), role: Role::Administrator, label: "command".into() }
    }

    /// The nightly run.
    pub fn night() -> Actor {
        Actor { id: None, name: "The night".into(), role: Role::Administrator, label: "night".into() }
    }

    /// Time that ran out.
    pub fn clock() -> Actor {
        Actor { id: None, name: "The clock".into(), role: Role::Administrator, label: "clock".into() }
    }

    /// The payment processor, by a message it signed.
    pub fn processor() -> Actor {
        Actor { id: None, name: "The processor".into(), role: Role::Administrator, label: "processor".into() }
    }

    /// What stands in the record: the user's id, `command`, `night`, `clock` or `processor`.
    pub fn label(&self) -> &str {
        &self.label
    }
}

/// What an action comes to.
#[derive(Clone, Debug)]
pub enum Outcome<T> {
    /// Done.
    Done(T),
    /// The rules said no; a recorded, ordinary outcome.
    Refused(Decision),
}

/// What is wrong with what was asked, each with the field it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<(&'static str, String)>);

impl Problems {
    /// One problem.
    pub fn one(field: &'static str, says: impl Into<String>) -> Problems {
        Problems(vec![(field, says.into())])
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, says)| says.as_str())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses by what was found, where anything was.
    pub fn refuse(self) -> Result<(), Failure> {
        if self.is_empty() { Ok(()) } else { Err(Failure::Wrong(self)) }
    }

    /// Checks the day and the reason of what is proposed to stand instead; `done` is what stood until then.
    pub fn check_proposal(&mut self, at: Moment, from_on: Date, done: &str, reason: &str) {
        self.check_begin(at, from_on, done, Ahead::TwoYears);
        self.check_ground("reason", reason, "why is it to change?");
    }

    /// Checks the day on which something is to begin: it reaches neither back nor too far ahead.
    pub fn check_begin(&mut self, at: Moment, from_on: Date, done: &str, ahead: Ahead) {
        let (years, words) = match ahead {
            Ahead::TwoYears => (2, "two"),
            Ahead::FiveYears => (5, "five"),
        };
        if from_on < at.business_day {
            self.0.push(("from", format!("lies back: what was {done} then stands")));
        }
        if from_on > at.business_day.saturating_add(Span::new().years(years)) {
            self.0.push(("from", format!("is more than {words} years ahead")));
        }
    }

    /// Checks the words for which something is proposed: they are there, and can be shown.
    pub fn check_ground(&mut self, field: &'static str, words: &str, asked: &str) {
        match words.trim() {
            "" => self.0.push((field, format!("is missing: {asked}"))),
            words if words.chars().count() > WORDS_MAX => self.0.push((field, format!("is longer than {WORDS_MAX} letters"))),
            _ => {}
        }
    }
}

/// How far ahead something may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// What the agency settles.
    TwoYears,
    /// What a legislature settles.
    FiveYears,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(|(field, says)| format!("{field} {says}")).collect();
        f.write_str(&all.join("; "))
    }
}

/// The most letters of a name or a reference.
pub const NAME_MAX: usize = 200;
/// The most letters of what somebody said, in a field of one line; longer ones are notes or documents.
pub const WORDS_MAX: usize = 1_000;

/// Whether a field's text can still be shown and found; what is longer came from a paste.
pub fn check_length(field: &'static str, text: &str, most: usize) -> Result<(), Failure> {
    if text.chars().count() <= most {
        return Ok(());
    }
    let way_out = if most == WORDS_MAX { ": keep the whole as a note" } else { "" };
    Err(Failure::wrong(field, format!("is longer than {most} letters{way_out}")))
}

/// Why an action could not be carried out at all.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was named is not there.
    #[error("there is no {0}")]
    NotFound(String),
    /// What was asked is wrong in itself.
    #[error("{0}")]
    Wrong(Problems),
    /// Somebody else was first.
    #[error("{0}")]
    Stale(String),
    /// The machine's clock stands well before what it had reached.
    #[error("the clock of this machine says {now}, but the record was written up to {was_at}: set the clock right")]
    ClockSetBack { now: Timestamp, was_at: Timestamp },
    /// This role may not.
    #[error("your role may not do this")]
    Forbidden,
    /// The ledger would not be whole.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{0}")]
    File(String),
}

impl Failure {
    /// What is wrong with one field.
    pub fn wrong(field: &'static str, says: impl Into<String>) -> Failure {
        Failure::Wrong(Problems::one(field, says))
    }
}

impl From<MoneyError> for Failure {
    fn from(error: MoneyError) -> Failure {
        Failure::Ledger(LedgerError::Money(error))
    }
}

impl Conflict for Failure {
    fn is_conflict(&self) -> bool {
        matches!(self, Failure::Store(error) if error.is_conflict())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_set_back_when_it_stands_minutes_before_what_it_reached() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let reached = at("2026-03-02T14:00:00Z").as_microsecond();
        for (now, is_back) in [
            ("2026-03-02T14:00:01Z", false),
            ("2026-03-02T13:55:00Z", false),
            ("2026-03-02T13:54:59Z", true),
            ("2026-03-01T14:00:00Z", true),
        ] {
            assert_eq!(set_back(at(now), reached).is_some(), is_back, "{now}");
        }
        assert_eq!(set_back(at("2026-03-02T14:00:00Z"), i64::MIN), None, "nothing was reached yet");
    }

    #[test]
    fn what_is_proposed_begins_within_two_years_and_has_a_reason() {
        let today = jiff::civil::date(2026, 3, 2);
        let at = Moment { at: Timestamp::UNIX_EPOCH, business_day: today };
        let fields = |from_on: Date, reason: &str| {
            let mut problems = Problems::default();
            problems.check_proposal(at, from_on, "decided", reason);
            problems.0.into_iter().map(|(field, says)| format!("{field} {says}")).collect::<Vec<_>>()
        };
        assert_eq!(fields(today, "A reason."), Vec::<String>::new());
        assert_eq!(fields(jiff::civil::date(2028, 3, 2), "A reason."), Vec::<String>::new());
        assert_eq!(fields(jiff::civil::date(2028, 3, 3), "A reason."), ["from is more than two years ahead"]);
        let both = ["from lies back: what was decided then stands", "reason is missing: why is it to change?"];
        assert_eq!(fields(jiff::civil::date(2026, 3, 1), " "), both);
        assert_eq!(fields(today, &"x".repeat(WORDS_MAX + 1)), [format!("reason is longer than {WORDS_MAX} letters")]);
    }
}

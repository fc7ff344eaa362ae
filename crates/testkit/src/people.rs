//! People on the floor: found, merged, put on accounts, reaching us.

use crate::floor::{Floor, Officer, Person};
use duly::accounts;
use duly::accounts::notice::{Kind, RecordNotice, record_notice};
use duly::app::{Actor, Failure};
use duly::compliance::facts::gather;
use duly::compliance::gate::{AskContact, look_at};
use duly::intake::history::mapping::parse;
use duly::intake::history::{ImportHistory, import_history};
use duly::intake::progress::Progress;
use duly::intake::report::Report;
use duly::outreach::actions::{Reserved, reserve_contact};
use duly::outreach::incoming::{Incoming, record_incoming};
use duly::parties::actions::{TellPreference, end_preference, tell_preference};
use duly::parties::merge::matching::find_likenesses;
use duly::parties::merge::{merge, part, store};
use duly::parties::people::{AddPerson, add_person, add_point, circumstance, lift_circumstance, record_circumstance};
use duly_domain::decision::Answer;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, BatchId, CircumstanceId, DebtorId, MergeId, NoticeId, PreferenceId};

impl Floor {
    /// The person behind a reference.
    pub fn person_of(&mut self, reference: &str) -> Person {
        self.runtime.block_on(async {
            let mut tx = self.app.db.read().await.expect("a snapshot");
            let account = accounts::store::resolve(&mut tx, reference).await.expect("the reference is known");
            let debtor = accounts::store::load_account(&mut tx, account).await.expect("the account is there").debtor;
            Person { account, debtor }
        })
    }

    /// Imports a text of history for a creditor.
    pub fn import_history(&mut self, text: &str, mapping: Option<&str>, creditor: &str) -> Result<Report, Failure> {
        let path = std::env::temp_dir().join(format!("duly_{}.csv", uuid::Uuid::now_v7().simple()));
        std::fs::write(&path, text).expect("the temporary folder can be written");
        let mapping = mapping.map(|text| parse(text).expect("the mapping is good"));
        let ask = ImportHistory { mapping, ..ImportHistory::of(&path, creditor) };
        let who = Actor::command();
        let report = self.runtime.block_on(import_history(&self.app, &who, self.app.moment(), &ask, &self.progress));
        std::fs::remove_file(&path).expect("the temporary file is there");
        report
    }

    /// Looks for people of a batch who are known already.
    pub fn find_likenesses(&mut self, batch: BatchId) -> u64 {
        let at = self.app.moment();
        self.runtime.block_on(find_likenesses(&self.app, at, batch, &Progress::default())).expect("records are compared")
    }

    /// Records that wait for a decision: weight, reasons.
    pub fn likenesses(&mut self) -> Vec<(i64, String)> {
        let open = self.runtime.block_on(async { store::list_open(&mut self.app.db.read().await?, 100).await });
        open.expect("likenesses are read").into_iter().map(|row| (row.weight, row.because)).collect()
    }

    /// Makes two records one.
    pub fn merge(&mut self, kept: DebtorId, other: DebtorId) -> MergeId {
        let at = self.app.moment();
        self.runtime.block_on(merge(&self.app, &Actor::command(), at, kept, other, "one person")).expect("they are merged")
    }

    /// Parts them again.
    pub fn part(&mut self, merge: MergeId) {
        let at = self.app.moment();
        self.runtime.block_on(part(&self.app, &Actor::command(), at, merge)).expect("they are parted");
    }

    /// Calls that count about an account.
    pub fn calls_used(&mut self, person: Person) -> u32 {
        self.sees(person).1
    }

    /// Whether the debtor may be called now.
    pub fn may_call(&mut self, person: Person) -> bool {
        self.sees(person).0
    }

    fn sees(&mut self, person: Person) -> (bool, u32) {
        let debtor = self.account(person).debtor;
        self.sees_other(person, debtor)
    }

    /// The debtor asks not to be called.
    pub fn tells_no_calls(&mut self, person: Person) {
        let told = TellPreference { kind: "no_channel".into(), channel: Some("call".into()), ..TellPreference::default() };
        self.tells(person, told).expect("it is noted");
    }

    /// Somebody on the account asks not to be reached from eight to twelve; the debtor unless named.
    pub fn tells_no_mornings(&mut self, person: Person, teller: Option<DebtorId>) -> Result<PreferenceId, Failure> {
        let (from_minute, to_minute) = (Some(8 * 60), Some(12 * 60));
        let kind = "inconvenient_time".into();
        self.tells(person, TellPreference { person: teller, kind, from_minute, to_minute, ..TellPreference::default() })
    }

    /// Somebody on the account tells us how to be reached.
    pub fn tells(&mut self, person: Person, told: TellPreference) -> Result<PreferenceId, Failure> {
        let at = self.app.moment();
        self.runtime.block_on(tell_preference(&self.app, &Actor::command(), at, person.account, &told))
    }

    /// They take a wish back.
    pub fn takes_back(&mut self, person: Person, wish: PreferenceId) {
        let (at, who) = (self.app.moment(), Actor::command());
        self.runtime.block_on(end_preference(&self.app, &who, at, person.account, wish)).expect("it is ended");
    }

    /// Calls to somebody on the account that count about it, and whether they may be called now.
    pub fn sees_other(&mut self, person: Person, other: DebtorId) -> (bool, u32) {
        self.runtime.block_on(async {
            let known = gather(&mut self.app.db.read().await.expect("a snapshot"), person.account).await.expect("facts are read");
            let seen = look_at(&known, self.app.moment().at, Channel::Call, other);
            (seen.decision.answer == Answer::Yes, seen.attempts.0)
        })
    }

    /// Puts somebody on an account.
    pub fn add_person(&mut self, person: Person, ask: &AddPerson) -> Result<DebtorId, Failure> {
        let at = self.app.moment();
        self.runtime.block_on(add_person(&self.app, &Actor::command(), at, person.account, ask))
    }

    /// Something is to be heeded about the debtor.
    pub fn heeds(&mut self, person: Person, kind: &str) -> CircumstanceId {
        let at = self.app.moment();
        let row = circumstance(kind, at.business_day, "said to us", None, at);
        let who = Actor::command();
        let done = record_circumstance(&self.app, &who, at, person.account, person.debtor, &row);
        self.runtime.block_on(done).expect("it is recorded")
    }

    /// It is over.
    pub fn lifts(&mut self, person: Person, circumstance: CircumstanceId) {
        let at = self.app.moment();
        let who = Actor::command();
        let done = lift_circumstance(&self.app, &who, at, person.debtor, circumstance, "they told us");
        self.runtime.block_on(done).expect("it is lifted");
    }

    /// They name another number at work.
    pub fn finds_number(&mut self, person: Person, text: &str) {
        let (at, who) = (self.app.moment(), Actor::command());
        let added = add_point(&self.app, &who, at, person.account, person.debtor, "phone", "work", text);
        self.runtime.block_on(added).expect("it is a number");
    }

    /// A notice about somebody on the account, the debtor unless named.
    pub fn notes(&mut self, person: Person, of: Option<DebtorId>, kind: &str, chapter: Option<i64>) -> NoticeId {
        let (at, who) = (self.app.moment(), Actor::command());
        let kind = Kind::parse(kind).expect("a kind of notice");
        let told = RecordNotice { debtor: of, chapter, ..RecordNotice::of(person.account, kind, at.at) };
        self.runtime.block_on(record_notice(&self.app, &who, at, told)).expect("it is recorded")
    }

    /// Somebody on the account files for bankruptcy, the debtor unless named.
    pub fn files(&mut self, person: Person, of: Option<DebtorId>, chapter: Option<i64>) -> NoticeId {
        self.notes(person, of, "bankruptcy_filed", chapter)
    }

    /// The debtor reaches us.
    pub fn reaches_us(&mut self, person: Person, channel: &str, result: &str) {
        let ask = Incoming { account: person.account, person: None, channel: channel.into(), result: result.into(), note: None };
        let at = self.app.moment();
        self.runtime.block_on(record_incoming(&self.app, &Actor::command(), at, &ask)).expect("it is recorded");
    }
}

impl Officer<'_> {
    /// Reserves a call to somebody else on the account.
    pub fn reserves_with(&mut self, person: Person, other: DebtorId) -> Result<Reserved, Failure> {
        self.reserves_about(person, Some(other), &[])
    }

    /// Reserves a call about several accounts, to the debtor unless another is named.
    pub fn reserves_about(&mut self, person: Person, other: Option<DebtorId>, also: &[AccountId]) -> Result<Reserved, Failure> {
        let who = self.actor();
        let ask = AskContact { person: other, also: also.to_vec(), ..AskContact::with_debtor(person.account, Channel::Call) };
        let floor = self.floor();
        let at = floor.app.moment();
        floor.runtime.block_on(reserve_contact(&floor.app, &who, at, &ask, None))
    }
}

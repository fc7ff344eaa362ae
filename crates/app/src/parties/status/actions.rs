//! Statuses are entered and lifted: the row by which they bind and how we know, in one transaction.

use super::standing::{By, Standing, standing};
use super::store::{self, EvidenceRow};
use crate::accounts::notice::{Kind, RecordNotice, follow_up, record_notice_in};
use crate::accounts::papers::store::list_documents;
use crate::app::{Actor, App, Failure, Problems, WORDS_MAX, check_length, new_uuid};
use crate::audit::kept::{self, KeptRow};
use crate::parties::people::{circumstance, end_circumstance_in, heed, on_account};
use crate::parties::store::PreferenceRow;
use crate::parties::{actions as wishes, store as parties};
use crate::store::Tx;
use crate::{disputes, strategy, transaction};
use duly_domain::compliance::status::{Evidence, Status};
use duly_domain::identity::may;
use duly_domain::parties::care::Need;
use duly_domain::parties::circumstance::Circumstance;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId, DocumentId, NoticeId, PreferenceId, StatusEvidenceId};
use duly_domain::values::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

/// A status to be entered.
#[derive(Clone, Debug)]
pub struct EnterStatus {
    /// On which account it came up.
    pub account: AccountId,
    /// Whose it is; the account's debtor unless named.
    pub person: Option<DebtorId>,
    /// Which.
    pub status: Status,
    /// The day it began, or came in.
    pub on: Date,
    /// How we know.
    pub source: Evidence,
    /// In their words, or more about it.
    pub words: Option<String>,
    /// A document of the account that shows it.
    pub document: Option<DocumentId>,
    /// A court's number for a case.
    pub reference: Option<String>,
    /// The channel that is closed.
    pub channel: Option<String>,
    /// The needs that are written down, and the consent to it.
    pub needs: Vec<Need>,
    /// Who consented.
    pub consented_by: Option<String>,
    /// When.
    pub consented_on: Option<Date>,
    /// How.
    pub consented_how: Option<String>,
    /// First day of service in the forces.
    pub served_from: Option<Date>,
    /// Last day of it.
    pub served_until: Option<Date>,
    /// The day their request with the orders came.
    pub orders_on: Option<Date>,
}

impl EnterStatus {
    /// A status with nothing more to say.
    pub fn of(account: AccountId, status: Status, on: Date, source: Evidence) -> EnterStatus {
        EnterStatus {
            account,
            person: None,
            status,
            on,
            source,
            words: None,
            document: None,
            reference: None,
            channel: None,
            needs: Vec::new(),
            consented_by: None,
            consented_on: None,
            consented_how: None,
            served_from: None,
            served_until: None,
            orders_on: None,
        }
    }

    /// What is wrong with it, all at once.
    fn problems(&self, at: Moment) -> Problems {
        let mut problems = Problems::default();
        let mut wrong = |field, says: &str| problems.0.push((field, says.to_string()));
        for (field, day) in [("on", Some(self.on)), ("consented_on", self.consented_on), ("orders_on", self.orders_on)] {
            if day.is_some_and(|day| day > at.business_day) {
                wrong(field, "is in the future");
            }
        }
        if !self.status.card().enter.contains(&self.source) {
            wrong("source", &format!("does not show this: {}", listed(self.status.card().enter)));
        }
        let is_care = matches!(self.status, Status::Vulnerable | Status::Hardship);
        let has_consent = self.consented_on.is_some() && self.consented_how.is_some();
        if is_care && !has_consent && (!self.needs.is_empty() || self.words.is_some()) {
            wrong("consented_on", "and how they consented are missing: without consent only that there is a need is kept, no particulars");
        }
        if !is_care && !self.needs.is_empty() {
            wrong("needs", "go with a need of particular care or a hardship alone");
        }
        if self.status == Status::Closed
            && !self.channel.as_deref().is_some_and(|code| code == "electronic" || Channel::parse(code).is_some())
        {
            wrong("channel", "is not chosen");
        }
        let has_service = self.served_from.is_some() || self.served_until.is_some() || self.orders_on.is_some();
        if has_service && self.status != Status::Servicemember {
            wrong("served_from", "goes with service in the forces alone");
        }
        if self.served_from.zip(self.served_until).is_some_and(|(from, until)| until < from) {
            wrong("served_until", "is before the first day");
        }
        problems
    }
}

fn listed(known: &[Evidence]) -> String {
    known.iter().map(|known| known.code()).collect::<Vec<_>>().join(", ")
}

/// Enters a status: from this moment on the gate knows of it.
pub async fn enter(app: &App, who: &Actor, at: Moment, ask: &EnterStatus) -> Result<By, Failure> {
    let mut problems = ask.problems(at);
    for (field, text) in
        [("words", &ask.words), ("consented_how", &ask.consented_how), ("consented_by", &ask.consented_by), ("reference", &ask.reference)]
    {
        if let Err(Failure::Wrong(wrong)) = check_length(field, text.as_deref().unwrap_or_default(), WORDS_MAX) {
            problems.0.extend(wrong.0);
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    let happened_at = begun(app, ask.on, at);
    transaction!(app.db, tx, {
        let account = crate::accounts::store::load_account(tx, ask.account).await?;
        let person = on_account(tx, ask.account, ask.person.unwrap_or(account.debtor)).await?;
        filed_here(tx, ask.account, ask.document).await?;
        let by = bind(tx, who, at, ask, person, happened_at).await?;
        let row = EvidenceRow {
            care_kinds: Some(ask.needs.iter().map(|need| need.code()).collect::<Vec<_>>().join(" ")).filter(|kinds| !kinds.is_empty()),
            consented_by: ask.consented_by.clone(),
            consented_on: ask.consented_on,
            consented_how: ask.consented_how.clone(),
            served_from: ask.served_from,
            served_until: ask.served_until,
            orders_on: ask.orders_on,
            ..evidence(who, at, ask.status, "entered", by, ask.on, ask.source, ask.words.clone(), ask.document)
        };
        keep(tx, who, at, ask.account, person, &row).await?;
        Ok(by)
    })
}

/// The moment from which something binds that began on a day: now, or the beginning of a day gone by.
fn begun(app: &App, on: Date, at: Moment) -> Timestamp {
    match on < at.business_day {
        true => on.to_zoned(app.zone()).map_or(at.at, |zoned| zoned.timestamp()),
        false => at.at,
    }
}

async fn filed_here(tx: &mut Tx, account: AccountId, document: Option<DocumentId>) -> Result<(), Failure> {
    match document {
        Some(id) if !list_documents(tx, account).await?.iter().any(|known| known.id == id) => {
            Err(Failure::wrong("document", "is none of this account's"))
        }
        _ => Ok(()),
    }
}

/// Leaves the row by which the status binds.
async fn bind(tx: &mut Tx, who: &Actor, at: Moment, ask: &EnterStatus, person: DebtorId, happened_at: Timestamp) -> Result<By, Failure> {
    let kind = match ask.status {
        Status::Cease => Some(Kind::Cease),
        Status::Attorney => Some(Kind::AttorneyKnown),
        Status::Discharged => Some(Kind::BankruptcyDischarged),
        petition if petition.is_petition() => Some(Kind::BankruptcyFiled),
        _ => None,
    };
    if let Some(kind) = kind {
        let notice = RecordNotice {
            debtor: Some(person),
            chapter: ask.status.chapter(),
            reference: ask.reference.clone(),
            words: Some(ask.words.clone().unwrap_or_else(|| ask.source.to_string())),
            ..RecordNotice::of(ask.account, kind, happened_at)
        };
        return note(tx, who, at, &notice).await.map(By::Notice);
    }
    if ask.status == Status::Closed {
        let row = PreferenceRow {
            id: PreferenceId(new_uuid()),
            kind: "no_channel".into(),
            days: None,
            from_minute: None,
            to_minute: None,
            place: None,
            channel: ask.channel.clone(),
            address: None,
            words: ask.words.clone(),
            source: ask.source.to_string(),
            told_at: happened_at,
            ended_at: None,
        };
        wishes::keep_preference(tx, who, at, ask.account, person, &row).await?;
        strategy::actions::place_on_worklist(tx, ask.account, at).await?;
        return Ok(By::Wish(row.id));
    }
    let kind = match ask.status {
        Status::Deceased => Circumstance::Deceased,
        Status::Servicemember => Circumstance::Military,
        Status::Incarcerated => Circumstance::Incarcerated,
        Status::Minor => Circumstance::Minor,
        Status::Hardship => Circumstance::Hardship,
        _ => Circumstance::Vulnerable,
    };
    let row = circumstance(kind.code(), ask.on, &ask.source.to_string(), None, at);
    heed(tx, who, at, person, ask.account, &row).await.map(By::Circumstance)
}

/// Records a notice, with the case and the next action that follow from it.
async fn note(tx: &mut Tx, who: &Actor, at: Moment, notice: &RecordNotice) -> Result<NoticeId, Failure> {
    let id = record_notice_in(tx, who, at, notice).await?;
    disputes::actions::heed(tx, who, at, notice, id).await?;
    follow_up(tx, at, notice).await?;
    Ok(id)
}

fn evidence(
    who: &Actor,
    at: Moment,
    status: Status,
    act: &str,
    by: By,
    on: Date,
    source: Evidence,
    words: Option<String>,
    document: Option<DocumentId>,
) -> EvidenceRow {
    let (notice, circumstance, preference) = match by {
        By::Notice(id) => (Some(id), None, None),
        By::Circumstance(id) => (None, Some(id), None),
        By::Wish(id) => (None, None, Some(id)),
    };
    EvidenceRow {
        id: StatusEvidenceId(new_uuid()),
        status: status.code().into(),
        act: act.into(),
        notice,
        circumstance,
        preference,
        happened_on: on,
        source: source.code().into(),
        words,
        document,
        care_kinds: None,
        consented_by: None,
        consented_on: None,
        consented_how: None,
        served_from: None,
        served_until: None,
        orders_on: None,
        recorded_by: who.label().into(),
        recorded_at: at.at,
    }
}

/// Keeps how we know, and names it in the account's record. Particulars of a need stay out of the entry's words.
async fn keep(tx: &mut Tx, who: &Actor, at: Moment, account: AccountId, person: DebtorId, row: &EvidenceRow) -> Result<(), Failure> {
    store::insert_evidence(tx, account, row).await?;
    let act = if row.act == "entered" { "status.enter" } else { "status.lift" };
    let detail = json!({"status": row.status, "person": person.to_string(), "on": row.happened_on.to_string(), "source": row.source,
        "evidence": row.id.to_string()});
    kept::record(tx, who, at.at, account, act, detail, &[KeptRow::from(row.id)]).await
}

/// A status to be lifted.
#[derive(Clone, Debug)]
pub struct LiftStatus {
    /// On which account.
    pub account: AccountId,
    /// The row by which it binds.
    pub by: By,
    /// The day it was over.
    pub on: Date,
    /// How we know.
    pub source: Evidence,
    /// Why.
    pub because: String,
    /// A document of the account that shows it.
    pub document: Option<DocumentId>,
    /// For a bankruptcy: the court lifted the stay for this debt, and the case goes on.
    pub is_stay_alone: bool,
}

/// Lifts a status, for a reason that is shown, by whoever may.
pub async fn lift(app: &App, who: &Actor, at: Moment, ask: &LiftStatus) -> Result<Status, Failure> {
    let mut problems = Problems::default();
    if ask.because.trim().is_empty() {
        problems.0.push(("because", "is empty: what shows that it is over?".into()));
    }
    if ask.on > at.business_day {
        problems.0.push(("on", "is in the future".into()));
    }
    if let Err(Failure::Wrong(wrong)) = check_length("because", &ask.because, WORDS_MAX) {
        problems.0.extend(wrong.0);
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let all = standing(tx, ask.account).await?;
        let Some(known) = all.into_iter().find(|known| known.by == ask.by) else {
            return Err(Failure::NotFound("such status still standing".into()));
        };
        let card = known.status.card();
        // Whoever sits at the machine itself may what the command does.
        if who.id.is_some() && !may(who.role, card.lifted_by) {
            return Err(Failure::Forbidden);
        }
        if !card.lift.contains(&ask.source) {
            return Err(Failure::wrong("source", format!("does not show that it is over: {}", listed(card.lift))));
        }
        filed_here(tx, ask.account, ask.document).await?;
        let by = release(tx, who, at, ask, &known).await?;
        let row = evidence(who, at, known.status, "lifted", by, ask.on, ask.source, Some(ask.because.trim().into()), ask.document);
        keep(tx, who, at, ask.account, known.person, &row).await?;
        Ok(known.status)
    })
}

/// Takes back the row by which a status binds; from now on, whatever the day it was over.
async fn release(tx: &mut Tx, who: &Actor, at: Moment, ask: &LiftStatus, known: &Standing) -> Result<By, Failure> {
    let because = ask.because.trim();
    let notice = match known.by {
        By::Circumstance(id) => {
            end_circumstance_in(tx, who, at, known.person, id, because).await?;
            return Ok(known.by);
        }
        By::Wish(id) => {
            wishes::end_preference_in(tx, who, at, ask.account, id).await?;
            strategy::actions::place_on_worklist(tx, ask.account, at).await?;
            return Ok(known.by);
        }
        By::Notice(_) => match known.status {
            Status::Cease => Kind::CeaseWithdrawn,
            Status::Attorney => Kind::AttorneyReleased,
            petition if ask.is_stay_alone && petition.is_petition() => Kind::StayLifted,
            _ => Kind::BankruptcyDismissed,
        },
    };
    // A lawyer or a bankruptcy that was told of the person binds by notices on every account of theirs: it ends as it began.
    let heeded = match notice {
        Kind::AttorneyReleased => Some(Circumstance::Represented),
        Kind::BankruptcyDismissed => Some(Circumstance::Bankrupt),
        _ => None,
    };
    for row in parties::list_circumstances(tx, known.person).await? {
        if row.ended_at.is_none() && heeded.is_some_and(|kind| kind.code() == row.kind) {
            end_circumstance_in(tx, who, at, known.person, row.id, because).await?;
        }
    }
    let released = RecordNotice { debtor: Some(known.person), words: Some(because.into()), ..RecordNotice::of(ask.account, notice, at.at) };
    note(tx, who, at, &released).await.map(By::Notice)
}

//! What they say opens a case, or closes a way, in place: nobody leaves the call for it.
//!
//! Each thing somebody may say leads to what the rooms for it do themselves: a case in `disputes`, a status or a wish in `parties`.
//! What needs more than a word (the court of a bankruptcy, who speaks for an estate) is entered as far as it is known, so that it
//! binds from now on, and the next step says what is still to be asked for.

use super::store::Call;
use crate::app::{Actor, App, Failure};
use crate::disputes::actions::{OpenCase, open_case};
use crate::parties::actions::{TellPreference, tell_preference};
use crate::parties::status::actions::{EnterStatus, enter};
use duly_domain::compliance::status::{Evidence, Status};
use duly_domain::disputes::case::{CaseKind, Ground};
use duly_domain::outreach::conversation::Trigger;
use duly_domain::values::moment::Moment;

/// What was opened, as the call's page says it.
pub const fn says(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Disputes => "A dispute is open; the account stands still until it is answered.",
        Trigger::NotTheirs => "A claim of identity theft is open; the account stands still until it is answered.",
        Trigger::Paid => "A dispute is open: paid already. The account stands still until it is answered.",
        Trigger::CannotAfford => "Noted that they cannot pay for now. A pause, a small amount, free debt advice: say all three.",
        Trigger::Ill => "Noted that they need particular care. Particulars only with their consent, under Stops.",
        Trigger::Bankrupt => "Bankruptcy is noted: nothing more about payment. Ask for court, chapter and lawyer.",
        Trigger::Lawyer => "Their lawyer is noted: nothing more with them about this. Ask for the name and number.",
        Trigger::StopCalling => "Calls are closed from now on.",
        Trigger::AtWork => "Their place of work is closed from now on.",
        Trigger::Complaint => "A complaint is open, with its clock.",
        Trigger::Died => "The death is noted: nobody is asked for anything. Ask who speaks for the estate.",
    }
}

/// Whether they must be asked in their words, because the case begins with them.
pub const fn needs_words(trigger: Trigger) -> bool {
    matches!(trigger, Trigger::Complaint)
}

/// Opens what a word opens.
pub async fn open(app: &App, who: &Actor, at: Moment, call: &Call, trigger: Trigger, words: Option<String>) -> Result<(), Failure> {
    let (account, person) = (call.account, Some(call.person));
    let case = |kind: CaseKind, ground: Option<Ground>| OpenCase {
        debtor: person,
        ground,
        channel: Some("call".into()),
        words: words.clone(),
        stands_still: kind != CaseKind::Complaint,
        ..OpenCase::of(account, kind, false)
    };
    let status = |status: Status, source: Evidence| EnterStatus { person, ..EnterStatus::of(account, status, at.business_day, source) };
    let case = match trigger {
        Trigger::Disputes => case(CaseKind::Dispute, None),
        Trigger::Paid => case(CaseKind::Dispute, Some(Ground::AlreadyPaid)),
        Trigger::NotTheirs => case(CaseKind::IdentityTheft, None),
        Trigger::Complaint => case(CaseKind::Complaint, None),
        Trigger::CannotAfford => return enter(app, who, at, &status(Status::Hardship, Evidence::Said)).await.map(drop),
        Trigger::Ill => return enter(app, who, at, &status(Status::Vulnerable, Evidence::Said)).await.map(drop),
        Trigger::Lawyer => return enter(app, who, at, &status(Status::Attorney, Evidence::Said)).await.map(drop),
        Trigger::Died => return enter(app, who, at, &status(Status::Deceased, Evidence::Family)).await.map(drop),
        // What is only said counts from now on; the court's papers prove it later.
        Trigger::Bankrupt => return enter(app, who, at, &status(Status::ChapterUnknown, Evidence::Said)).await.map(drop),
        Trigger::StopCalling => {
            let closed = EnterStatus { channel: Some("call".into()), ..status(Status::Closed, Evidence::Said) };
            return enter(app, who, at, &closed).await.map(drop);
        }
        Trigger::AtWork => {
            let told = TellPreference {
                person,
                kind: "inconvenient_place".into(),
                place: Some("work".into()),
                words,
                ..TellPreference::default()
            };
            return tell_preference(app, who, at, account, &told).await.map(drop);
        }
    };
    open_case(app, who, at, &case).await.map(drop)
}

//! The frame around every page: rail of rooms, top bar, messages.

use super::guard::Visit;
use crate::plans::approvals::pages::WaitingCount;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::moment::written;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// One room in the rail.
pub struct Room {
    /// Where it is.
    pub href: &'static str,
    /// Its word.
    pub word: &'static str,
    /// Its icon in the sprite.
    pub icon: &'static str,
    /// Whether we are in it.
    pub is_here: bool,
    /// How many wait there for an answer, where that is counted.
    pub waiting: Option<WaitingCount>,
}

/// What the frame shows.
pub struct Frame {
    /// The page's title.
    pub title: String,
    /// The rooms this role may enter.
    pub rooms: Vec<Room>,
    /// Who is here.
    pub name: String,
    /// Their initials.
    pub initials: String,
    /// Their role.
    pub role: String,
    /// The token for forms.
    pub csrf: String,
    /// Today, written.
    pub today: String,
    /// Now, as `HH:MM` and the zone's short name.
    pub clock: String,
    /// What was just done.
    pub said: String,
    /// What an administrator has still to settle; empty when nothing is missing.
    pub hint: String,
    /// Whether this role may search.
    pub may_search: bool,
    /// Whether this role practices.
    pub may_practice: bool,
    /// Whether there is a next best account to go to.
    pub has_next: bool,
    /// The account the next best must not be.
    pub next_after: String,
    /// What stands in the search.
    pub query: String,
    /// What everybody must know before they go on; empty on a good day.
    pub alarm: String,
    /// Where the page watches what it shows; empty where nothing on it changes by itself.
    pub live: String,
}

/// The room whose waiting requests are counted in the rail.
const APPROVALS: &str = "/approvals";

/// The room of reviews, practice and the call guide.
pub const COACHING: &str = "/coaching";

/// The room of client money: the trust book, remittances, rate plans.
pub const TRUST: &str = "/trust";

const ROOMS: [(&str, &str, &str, Permission); 20] = [
    ("/my-day", "My day", "day", Permission::WorkAccounts),
    ("/accounts", "Accounts", "people", Permission::ReadAccounts),
    ("/calls", "Calls", "phone", Permission::WorkAccounts),
    (APPROVALS, "Approvals", "ok", Permission::LeadFloor),
    ("/floor", "Floor", "floor", Permission::LeadFloor),
    ("/promises", "Promises", "promise", Permission::ReadAccounts),
    ("/payments", "Payments", "money", Permission::ReadAccounts),
    ("/bank", "Bank", "bank", Permission::PostPayments),
    ("/debits", "Debits", "import", Permission::PostPayments),
    (TRUST, "Trust", "ok", Permission::ReadTrust),
    ("/disputes", "Disputes", "warn", Permission::ReadAccounts),
    (COACHING, "Coaching", "practice", Permission::ReadReviews),
    ("/imports", "Imports", "import", Permission::Import),
    ("/likenesses", "Likenesses", "people", Permission::MergePeople),
    ("/desks", "Desks", "desk", Permission::MoveWork),
    ("/letters", "Letters", "letter", Permission::PrintLetters),
    ("/compliance", "Compliance", "shield", Permission::ReadCompliance),
    ("/nights", "Nights", "moon", Permission::ReadNights),
    ("/users", "Users", "people", Permission::Administer),
    ("/settings", "Settings", "gear", Permission::Administer),
];

impl Frame {
    /// The frame of a page in a room.
    pub fn of(visit: &Visit, here: &str, title: &str) -> Frame {
        let now = visit.at.at.to_zoned(visit.zone.clone());
        let role = visit.who.role;
        let rooms = ROOMS.iter().filter(|(_, _, _, permission)| may(role, *permission));
        Frame {
            title: title.to_string(),
            rooms: rooms
                .map(|(href, word, icon, _)| {
                    let waiting = visit.requests.as_ref().filter(|_| *href == APPROVALS);
                    let waiting = waiting.map(|requests| WaitingCount { waiting: requests.waiting });
                    Room { href, word, icon, is_here: *href == here, waiting }
                })
                .collect(),
            initials: visit.who.name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect(),
            name: visit.who.name.clone(),
            role: role.to_string(),
            csrf: visit.csrf.clone(),
            today: written(visit.at.business_day),
            clock: now.strftime("%H:%M %Z").to_string(),
            said: String::new(),
            hint: visit.unsettled.as_ref().map(|missing| hint(missing)).unwrap_or_default(),
            may_search: may(role, Permission::ReadAccounts),
            may_practice: may(role, Permission::Practice),
            has_next: may(role, Permission::WorkAccounts),
            next_after: String::new(),
            query: String::new(),
            alarm: visit.clock_was_at.map(|was_at| alarm(was_at, visit)).unwrap_or_default(),
            live: visit.requests.as_ref().map(|requests| format!("/live/approvals?seen={}", requests.mark)).unwrap_or_default(),
        }
    }

    /// With what it watches, unless those who lead watch more already.
    pub fn watching(mut self, live: Option<&str>) -> Frame {
        if self.live.is_empty() {
            self.live = live.unwrap_or_default().to_string();
        }
        self
    }

    /// With what was just done, by its code.
    pub fn saying(mut self, said: Option<&str>) -> Frame {
        self.said = said.map_or("", saying).to_string();
        self
    }
}

/// What an administrator's pages say until the organization is settled.
fn hint(missing: &[&'static str]) -> String {
    format!("The organization has not settled {} yet.", missing.join(" and "))
}

/// What every page says while the clock is wrong.
fn alarm(was_at: Timestamp, visit: &Visit) -> String {
    let was_at = was_at.to_zoned(visit.zone.clone());
    format!(
        "The clock of this machine was set back: it had reached {} {}. No contact can be reserved until it is right. Tell your administrator.",
        written(was_at.date()),
        was_at.strftime("%H:%M")
    )
}

/// What a code in the address says. Only what stands here is ever shown.
fn saying(code: &str) -> &'static str {
    match code {
        "reserved" => "Reserved: make the contact now, then record its result.",
        "recap" => "Written for them, as below.",
        "comparison" => "The comparison is printed for the mail: it counts as a contact once it is mailed.",
        "comparison-stands" => "This very comparison is printed or mailed already: nothing was printed twice.",
        "sent" => "Noted as sent; it counts as a contact.",
        "recorded" => "Result recorded.",
        "promised" => "Promise recorded.",
        "withdrawn" => "Promise withdrawn.",
        "budget" => "Kept: the plans below go by it.",
        "agreed" => "The plan is agreed; its first payment is promised.",
        "agreed-jointly" => "The plan is agreed on all of the accounts; the first payment of each is promised.",
        "plan-withdrawn" => "Plan withdrawn.",
        "re-aged" => "The account is current: its age counts from today.",
        "re-age-back" => "Taken back: its age counts as before.",
        "posted-jointly" => "The payment is posted on the accounts of the plan.",
        "posted" => "Payment posted.",
        "repeated" => "This payment was posted before; nothing was changed.",
        "reversed" => "Payment reversed.",
        "aside" => "Set aside, with the reason.",
        "matched" => "Matched; nothing was posted by it.",
        "waits-again" => "Taken back; it waits again.",
        "told" => "Noted; it binds from now on.",
        "ended" => "Ended.",
        "held" => "The account is on hold.",
        "paused" => "Paused: fees, interest, contact and credit reporting stand still until the day of review.",
        "interest-set" => "Interest runs by these terms from now on.",
        "charged" => "Charged; the answer of the rules is kept with it.",
        "waived" => "Waived.",
        "written-off" => "Written off; the account is closed.",
        "revised" => "The plan goes on as it stands now.",
        "stopped" => "Recorded; the strip above shows what it closes.",
        "may-sue" => "Nothing stands in the way of a suit; the answer is kept.",
        "lifted" => "Lifted; the strip above shows what is open.",
        "loaded" => "Loaded.",
        "taken-back" => "The batch is taken back.",
        "case" => "The case is open; its clocks run.",
        "step" => "Recorded.",
        "printed" => "The letter is printed: it answers the case once it is in the mail.",
        "entered" => "Entered: letters printed from now on carry it.",
        "decided" => "The case is closed.",
        "added" => "Added.",
        "removed" => "Taken off the account.",
        "noted" => "Noted.",
        "merged" => "The two records are one now.",
        "apart" => "They are two people.",
        "parted" => "The two records are parted.",
        "refunded" => "The refund is booked.",
        "filed" => "Filed.",
        "closed" => "The account is closed.",
        "opened" => "The account is open again.",
        "called" => "Recorded: they reached us.",
        "joined" => "Put there.",
        "left" => "Taken off the desk.",
        "moved" => "The work is moved; it can be undone below.",
        "undone" => "The move is undone.",
        "off" => "Switched off: they cannot sign in.",
        "on" => "Switched on again.",
        "changed" => "Password changed.",
        "night" => "The night is done.",
        "mailed" => "Recorded: notices bind from their mailing, and answers answer their cases.",
        "voided" => "Taken back: destroy the paper.",
        "checking" => "The checks run; this page shows what they find.",
        "proposed" => "Proposed; it binds nobody until somebody else approves it.",
        "approved" => "Approved; it binds from its day on.",
        "licensed" => "On file; the warnings follow it.",
        "license-withdrawn" => "Withdrawn; it stays on record.",
        "guide-proposed" => "Proposed; it leads no call until somebody else approves it.",
        "guide-approved" => "Approved; it leads the calls that begin from its day on.",
        "refused-terms" => "Refused; they read why here.",
        "policy-withdrawn" => "Withdrawn; it stays on record.",
        "asked" => "Asked; the answer comes back here.",
        "answered" => "Answered; they see it at once.",
        "taken-up" => "Taken up.",
        "unasked" => "Taken back.",
        "settled" => "Kept; it holds from now on.",
        "pausing" => "Take your time. Nothing new is offered to you meanwhile.",
        "drawn" => "Drawn; the calls wait for their officer and for a reviewer.",
        "marked" => "Your marks are kept.",
        "mark-disputed" => "Disputed; somebody who gave none of the marks decides.",
        "mark-decided" => "Decided; the officer sees it.",
        "goal" => "The goal is set.",
        "goal-closed" => "Kept: what came of it stands with the goal.",
        "authorized" => "Kept: debits can be planned under it.",
        "debits-revoked" => "Taken back: nothing more is drawn. What is on its way, their bank can stop.",
        "debits-resumed" => "Taken up again; what was planned goes with the next file.",
        "debit-planned" => "Planned; it goes with the file of its day.",
        "debit-cancelled" => "Cancelled.",
        "debits-written" => "The file is written: save it, and bring it to the bank.",
        "debits-none" => "Nothing could be sent; the list says why.",
        "debits-posted" => "What took effect is posted.",
        "bureaus-begun" => "From now on its accounts are told to the bureaus.",
        "bureaus-ended" => "Its accounts are told no more; those that were are to be taken out.",
        "deleted" => "Deleted.",
        "proved" => "Proved; what was found stands below.",
        "swept" => "Booked: the fees are on their way out of trust.",
        "booked" => "Booked in the trust book.",
        "posting-back" => "Taken back by an opposite posting.",
        "prepared" => "Prepared; it waits for somebody else to approve it.",
        "locked" => "Approved and locked; statement and pay file are below.",
        "remittance-withdrawn" => "Withdrawn; its payments are free again.",
        "method" => "Kept: it can be charged now.",
        "revoked" => "Revoked: nothing is charged on it any more.",
        "card-charged" => "Charged, and the payment is posted.",
        "card-declined" => "Declined; the reason stands below, and nothing was posted.",
        "card-asked" => "Asked: nothing is posted until the processor has the money.",
        "card-refunded" => "Sent back; the payment follows what the processor says.",
        "direct" => "Recorded: the creditor was paid.",
        _ => "",
    }
}

/// Where somebody of a role begins.
pub fn start(role: Role) -> &'static str {
    ROOMS.iter().find(|(_, _, _, permission)| may(role, *permission)).map_or("/password", |(href, ..)| href)
}

/// Renders a page.
pub fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `today 09:38`, or `Mon 2 Mar 2026 16:02`, in the organization's time.
pub fn when(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
    if then.date() == today {
        format!("today {}", then.strftime("%H:%M"))
    } else {
        format!("{} {}", written(then.date()), then.strftime("%H:%M"))
    }
}

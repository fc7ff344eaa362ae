//! The gate: the one door to contact.
//!
//! [`look`] answers for a screen and keeps nothing; [`ask`] answers for an act and keeps the answer with its facts and the
//! version of the rules, refusals too.

use super::as_of::AsOf;
use super::facts::{Known, gather};
use super::law::Law;
use super::store::{self, About};
use crate::accounts::store::Account;
use crate::app::{Actor, Failure, new_uuid};
use crate::coaching::training::certificates;
use crate::outreach;
use crate::parties::store::Point;
use crate::store::Tx;
use duly_domain::compliance::facts::{ContactFacts, Facts, gather as read_facts};
use duly_domain::compliance::packs;
use duly_domain::compliance::policy::ContactPolicy;
use duly_domain::compliance::record::{Dialing, Disclosure, NoticeKind, Place, Proposal, Purpose, Record, Standing};
use duly_domain::compliance::{RULE_SET, allowed_until, decide_contact};
use duly_domain::decision::{Answer, Decision, Reason};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, ContactId, DebtorId, DecisionId, PointId};
use duly_domain::values::moment::Moment;
use duly_domain::values::money::Money;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// One contact somebody wants to make.
#[derive(Clone, Debug)]
pub struct AskContact {
    /// About which account.
    pub account: AccountId,
    /// With whom; the account's debtor unless named.
    pub person: Option<DebtorId>,
    /// By which medium.
    pub channel: Channel,
    /// To which number or address.
    pub point: Option<PointId>,
    /// What for.
    pub purpose: Purpose,
    /// Other accounts of the same debtor it is to be about as well, each by its own rules; each counts it.
    pub also: Vec<AccountId>,
    /// Who or what dials or sends, and who speaks.
    pub dialing: Dialing,
    /// Whoever speaks was trained for people who need particular care.
    pub is_by_trained: bool,
    /// It asks for the undisputed part of the debt alone, and speaks of the rest as disputed.
    pub is_about_undisputed: bool,
}

impl AskContact {
    /// Ordinary collection with the account's debtor.
    pub fn with_debtor(account: AccountId, channel: Channel) -> AskContact {
        AskContact {
            account,
            person: None,
            channel,
            point: None,
            purpose: Purpose::Collection,
            also: Vec::new(),
            dialing: Dialing::Manual,
            is_by_trained: false,
            is_about_undisputed: false,
        }
    }
}

/// An answer for a screen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The medium.
    pub channel: Channel,
    /// The answer.
    pub decision: Decision,
    /// Until when it stays allowed today.
    pub until: Option<Timestamp>,
    /// Calls that count in the seven days up to today, and how many may.
    pub attempts: (u32, u32),
    /// What was looked at, for *Why?*.
    pub facts: ContactFacts,
}

/// Answers for a screen about the account's debtor: nothing is kept.
pub fn look(known: &Known, at: Timestamp, channel: Channel) -> Seen {
    look_at(known, at, channel, known.debtor.id)
}

/// Answers for a screen about anybody on the account: nothing is kept.
pub fn look_at(known: &Known, at: Timestamp, channel: Channel, person: DebtorId) -> Seen {
    let (facts, policy) = (facts_at(known, at, channel, person), known.policy_at(at));
    let decision = decide_contact(&facts, &policy);
    let until = if decision.answer == Answer::Yes { allowed_until(&facts, &policy) } else { None };
    Seen { channel, decision, until, attempts: (attempts_used(&facts), policy.attempts_max_7_days().0), facts }
}

/// As [`look`] about a call; where a dispute about a part is all that stands in its way, about a call that asks for the rest alone.
pub fn look_for_call(known: &Known, at: Timestamp) -> Seen {
    let whole = look(known, at, Channel::Call);
    if whole.decision.answer == Answer::Yes || whole.facts.dispute.undisputed.is_none() {
        return whole;
    }
    let policy = known.policy_at(at);
    let mut facts = whole.facts.clone();
    facts.dispute.is_about_undisputed = true;
    let decision = decide_contact(&facts, &policy);
    let until = if decision.answer == Answer::Yes { allowed_until(&facts, &policy) } else { None };
    Seen { decision, until, facts, ..whole }
}

/// Calls to the account's debtor that count in the seven days up to a moment, and how many may.
pub fn attempts_at(known: &Known, at: Timestamp) -> (u32, u32) {
    (attempts_used(&facts_at(known, at, Channel::Call, known.debtor.id)), known.policy_at(at).attempts_max_7_days().0)
}

/// What the rules may know of ordinary collection with somebody on the account.
fn facts_at(known: &Known, at: Timestamp, channel: Channel, person: DebtorId) -> ContactFacts {
    facts_by(known, &known.record, at, channel, person)
}

/// The same by a record that is not the account's own in everything.
fn facts_by(known: &Known, record: &Record, at: Timestamp, channel: Channel, person: DebtorId) -> ContactFacts {
    let mut proposal = Proposal::of(at, channel, person.0.as_u128(), vec![known.account.id.0.as_u128()]);
    let consumer = &record.consumer;
    if person == known.debtor.id && !(consumer.jurisdictions.is_empty() && consumer.amendments.is_empty()) {
        // Only places with limits of their own ask what kind of number it is.
        proposal.is_to_mobile = best_point(&known.points, kind_of_point(channel)).as_ref().is_some_and(is_mobile);
    }
    read_facts(record, &proposal)
}

/// What would be answered about the account's debtor by a record that is not the account's own in everything: nothing is kept.
pub fn answer_of(known: &Known, record: &Record, at: Timestamp, channel: Channel, policy: &ContactPolicy) -> Answer {
    decide_contact(&facts_by(known, record, at, channel, known.debtor.id), policy).answer
}

/// What may be asked for on an account while a written dispute waits for its answer: the part that is not disputed, or nothing of it.
/// `None` where none waits.
pub async fn undisputed(tx: &mut Tx, account: &Account, at: Timestamp) -> Result<Option<Money>, Failure> {
    let known = gather(tx, account.id).await?;
    let dispute = facts_at(&known, at, Channel::Call, known.debtor.id).dispute;
    let none = Money::of(0, crate::ledger::store::currency(&account.currency)?);
    Ok(dispute.written_at.map(|_| dispute.undisputed.unwrap_or(none)))
}

/// What would be answered about the account's debtor by one policy and by another: nothing is kept.
pub fn compare(known: &Known, at: Timestamp, channel: Channel, policies: [&ContactPolicy; 2]) -> [Answer; 2] {
    let facts = facts_at(known, at, channel, known.debtor.id);
    policies.map(|policy| decide_contact(&facts, policy).answer)
}

/// Calls that count in the seven days up to the facts' own moment.
pub fn attempts_used(facts: &ContactFacts) -> u32 {
    let today = facts.instant(facts.at).day;
    let most = facts.debts.iter().map(|debt| debt.attempt_days.iter().filter(|day| **day > today - 7 && **day <= today).count()).max();
    most.and_then(|most| u32::try_from(most).ok()).unwrap_or(0)
}

/// Answers for an act and keeps the answer.
pub async fn ask(tx: &mut Tx, who: &Actor, at: Moment, ask: &AskContact) -> Result<(DecisionId, Decision, Known, Option<Point>), Failure> {
    let is_by_trained = match who.id {
        Some(user) => certificates::is_trained_for_care(tx, user, at.business_day).await?,
        None => false,
    };
    let ask = &AskContact { is_by_trained, ..ask.clone() };
    let Proposed { known, point, person, facts } = propose(tx, at.at, ask).await?;
    let decision = decide_contact(&facts, &known.policy_at(at.at));
    let id = DecisionId(new_uuid());
    let about = About::Contact(ask.channel, ask.purpose);
    store::insert_decision(tx, id, (ask.account, person), about, &decision, &kept(&facts, &known, at.at), who.label(), at.at).await?;
    Ok((id, decision, known, point))
}

/// An answer as an act would get it.
pub struct Tried {
    /// The answer.
    pub decision: Decision,
    /// What was known.
    pub known: Known,
    /// Where it would go.
    pub point: Option<Point>,
    /// What was looked at.
    pub facts: ContactFacts,
}

/// Answers as for an act, about whichever number and whoever dials: nothing is kept.
pub async fn try_out(tx: &mut Tx, at: Timestamp, ask: &AskContact) -> Result<Tried, Failure> {
    let Proposed { known, point, facts, .. } = propose(tx, at, ask).await?;
    Ok(Tried { decision: decide_contact(&facts, &known.policy_at(at)), known, point, facts })
}

/// A contact with everything that is decided about it.
struct Proposed {
    known: Known,
    point: Option<Point>,
    person: DebtorId,
    facts: ContactFacts,
}

async fn propose(tx: &mut Tx, at: Timestamp, ask: &AskContact) -> Result<Proposed, Failure> {
    let known = gather(tx, ask.account).await?;
    let person = ask.person.unwrap_or(known.debtor.id);
    let points = if person == known.debtor.id { known.points.clone() } else { crate::parties::store::list_points(tx, person).await? };
    let point = match ask.point {
        Some(id) => Some(
            points
                .iter()
                .find(|point| point.id == id)
                .cloned()
                .ok_or_else(|| Failure::NotFound(format!("contact point {id} of this person")))?,
        ),
        // Unless one is named, it goes to the best that is on file, so that what is closed or the employer's is not passed over.
        None => best_point(&points, kind_of_point(ask.channel)),
    };
    if !ask.channel.can_be_proposed() {
        return Err(Failure::wrong("channel", "is none by which we reach out"));
    }
    if let Some(point) = &point
        && point.kind != kind_of_point(ask.channel)
    {
        return Err(Failure::wrong("to", format!("is no {} for this channel", kind_of_point(ask.channel))));
    }
    if let Some(point) = point.as_ref().filter(|point| matches!(point.state.as_str(), "wrong" | "dead")) {
        return Err(Failure::wrong("to", format!("is marked {}: choose another", point.state)));
    }
    propose_to(tx, known, person, point, at, ask).await
}

/// Judges a contact that was made again, by what is known today of its moment: itself is left out, and so is whatever came later.
pub async fn judge_again(
    tx: &mut Tx,
    then: &AsOf,
    ask: &AskContact,
    contact: ContactId,
    undisputed: Option<Money>,
) -> Result<Decision, Failure> {
    let at = then.at;
    let mut known = gather(tx, ask.account).await?;
    then.bring(tx, &mut known).await?;
    if let Some(rest) = undisputed {
        restore_owed(&mut known, at, rest);
    }
    let own = Some(contact.0.as_u128());
    known.record.contacts.retain(|known| known.at != at || known.key < own);
    let person = ask.person.unwrap_or(known.debtor.id);
    let points = crate::parties::store::list_points(tx, person).await?;
    // Whatever has become of the number since, it is the one that was used.
    let point = points.into_iter().find(|point| Some(point.id) == ask.point);
    let Proposed { known, facts, .. } = propose_to(tx, known, person, point, at, ask).await?;
    // By the policy of then: what was asked of us later did not bind.
    Ok(decide_contact(&facts, &known.policy_at(at)))
}

async fn propose_to(
    tx: &mut Tx,
    mut known: Known,
    person: DebtorId,
    point: Option<Point>,
    at: Timestamp,
    ask: &AskContact,
) -> Result<Proposed, Failure> {
    let is_by_machine = ask.channel == Channel::RinglessVoicemail || ask.dialing != Dialing::Manual;
    let proposal = Proposal {
        place: point.as_ref().filter(|point| matches!(point.label.as_str(), "home" | "work")).map(|point| Place::parse(&point.label)),
        address: point.as_ref().map(|point| point.value.clone()),
        purpose: ask.purpose,
        is_to_mobile: point
            .as_ref()
            .is_some_and(|point| is_mobile(point) || (is_by_machine && point.kind == "phone" && !is_home_line(point))),
        is_to_home_line: point.as_ref().is_some_and(is_home_line),
        dialing: ask.dialing,
        is_by_trained: ask.is_by_trained,
        is_about_undisputed: ask.is_about_undisputed,
        is_employer_address_without_basis: point.as_ref().is_some_and(|point| point.kind == "email" && point.label == "work"),
        // Whatever is due is shown once the contact is reserved, and said.
        disclosure: Some(Disclosure::Full),
        ..Proposal::of(at, ask.channel, person.0.as_u128(), about(&known, ask)?)
    };
    outreach::words::note_said(tx, &mut known.record, person).await?;
    if is_by_machine {
        note_machines(tx, &mut known, person).await?;
    }
    let facts = read_facts(&known.record, &proposal);
    Ok(Proposed { known, point, person, facts })
}

/// What the words of a contact that came in hang on: the record as it stood when it began, itself left out. Nothing is decided and
/// nothing kept: no rule refuses an answer.
pub async fn facts_of_incoming(
    tx: &mut Tx,
    known: &Known,
    at: Timestamp,
    (contact, channel, person): (ContactId, Channel, DebtorId),
) -> Result<ContactFacts, Failure> {
    let mut record = known.record.clone();
    let own = Some(contact.0.as_u128());
    record.contacts.retain(|known| known.key != own);
    outreach::words::note_said(tx, &mut record, person).await?;
    let debts = vec![known.account.id.0.as_u128()];
    let proposal = Proposal { disclosure: Some(Disclosure::Full), ..Proposal::of(at, channel, person.0.as_u128(), debts) };
    Ok(read_facts(&record, &proposal))
}

/// Sets what was owed at a moment: what was left undisputed then, and the parts disputed until then.
fn restore_owed(known: &mut Known, at: Timestamp, rest: Money) {
    let account = known.account.id.0.as_u128();
    let disputes = known.record.notices.iter().filter(|notice| notice.at <= at && notice.debts.contains(&account));
    let parts = disputes.filter_map(|notice| match notice.kind {
        NoticeKind::Dispute { in_writing: true, part, .. } => part,
        _ => None,
    });
    let owed = parts.fold(rest, |owed, part| owed.plus(part).unwrap_or(owed));
    known.record.debts.iter_mut().filter(|debt| debt.key == account).for_each(|debt| debt.owed = Some(owed));
}

/// Notes which earlier contacts a machine made, and to which number: only contacts by machine are judged by that.
async fn note_machines(tx: &mut Tx, known: &mut Known, person: DebtorId) -> Result<(), Failure> {
    for (id, dialing, to) in outreach::store::list_by_machine(tx, person).await? {
        for contact in known.record.contacts.iter_mut().filter(|contact| contact.key == Some(id.0.as_u128())) {
            contact.dialing = dialing.as_deref().and_then(Dialing::parse).unwrap_or_default();
            contact.particulars().address.clone_from(&to);
        }
    }
    Ok(())
}

/// The debts a contact is about: the account's, and others of the same debtor.
fn about(known: &Known, ask: &AskContact) -> Result<Vec<u128>, Failure> {
    let debts: Vec<u128> = std::iter::once(ask.account).chain(ask.also.iter().copied()).map(|account| account.0.as_u128()).collect();
    match debts.iter().all(|debt| known.record.debts.iter().any(|owed| owed.key == *debt)) {
        true => Ok(debts),
        false => Err(Failure::wrong("also", "names an account that this account's debtor does not owe")),
    }
}

/// The proven point of a kind, else the first that may still reach somebody.
/// Where it goes unless a point is named.
pub fn best_point(points: &[Point], kind: &str) -> Option<Point> {
    let living = || points.iter().filter(|point| point.kind == kind && !matches!(point.state.as_str(), "wrong" | "dead"));
    living()
        .find(|point| point.state == "verified")
        .or_else(|| living().find(|point| point.label != "work"))
        .or_else(|| living().next())
        .cloned()
}

fn is_mobile(point: &Point) -> bool {
    point.kind == "phone" && point.label == "mobile"
}

/// A line at home by the word of who gave it to us; a number that a search found may be any. To machines, whatever is no home line counts
/// as a mobile.
fn is_home_line(point: &Point) -> bool {
    point.kind == "phone" && point.label == "home" && !point.source.starts_with("skip trace")
}

/// What kind of point a channel needs.
pub fn kind_of_point(channel: Channel) -> &'static str {
    match channel {
        Channel::Call | Channel::RinglessVoicemail | Channel::Text => "phone",
        Channel::Email => "email",
        _ => "address",
    }
}

/// The answer as commands print it.
pub fn decision_json(decision: &Decision) -> Json {
    let allowed = match duly_domain::compliance::Allowed::of(decision) {
        duly_domain::compliance::Allowed::Yes => json!(true),
        duly_domain::compliance::Allowed::No => json!(false),
        duly_domain::compliance::Allowed::PresumedViolation => json!("presumed_violation"),
    };
    json!({
        "allowed": allowed,
        "answer": decision.answer.code(),
        "rules": decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>(),
        "warnings": decision.warnings.iter().map(|reason| reason.rule.id).collect::<Vec<_>>(),
        "values": {},
        "next_allowed_at": decision.next_allowed_at.map(|at| at.to_string()),
        "because": decision.because.iter().chain(&decision.warnings).map(reason_json).collect::<Vec<_>>(),
        "rule_set": RULE_SET,
    })
}

/// One reason as commands print it and as it is kept.
pub fn reason_json(reason: &Reason) -> Json {
    let rule = reason.rule;
    json!({"rule": rule.id, "citation": rule.cite, "plain": rule.plain, "detail": reason.detail.to_string(), "instead": rule.instead,
        "whose": reason.whose().code(), "confidence": packs::confidence_in(rule.id, &reason.detail).code(), "pack": packs::pack_of(reason)})
}

/// The facts and the policy as they are kept with a decision, so that it can be made again years later, and which law applied.
fn kept(facts: &ContactFacts, known: &Known, at: Timestamp) -> Json {
    json!({"facts": facts, "policy": known.policy_at(at), "law": Law::of(known, at).json()})
}

/// Reads what was kept with a decision: the facts and the policy.
pub fn read_kept(kept: &str) -> Result<(ContactFacts, ContactPolicy), String> {
    #[derive(serde::Deserialize)]
    struct Kept {
        facts: ContactFacts,
        policy: ContactPolicy,
    }
    let Kept { facts, policy } = serde_json::from_str(kept).map_err(|error| format!("the kept facts cannot be read: {error}"))?;
    Ok((facts, policy))
}

/// Makes a kept decision again, from nothing but what was kept with it.
pub fn decide_again(kept: &str) -> Result<Decision, String> {
    let (facts, policy) = read_kept(kept)?;
    Ok(decide_contact(&facts, &policy))
}

/// How a person stands to the consumer, in a word.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Consumer => "consumer",
        Standing::CountsAsConsumer => "counts as the consumer",
        Standing::CoDebtor => "co-debtor",
        Standing::Professional => "professional",
        Standing::ThirdParty => "third party",
    }
}

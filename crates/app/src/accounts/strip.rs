//! The permission strip: what is allowed now by each channel, until when, and *Why?*.

use crate::compliance::facts::Known;
use crate::compliance::gate::{Seen, kind_of_point, look, standing};
use crate::compliance::law::{Law, cite_of};
use crate::parties::store::Point;
use crate::strategy::actions::local_time;
use duly_domain::compliance::facts::ContactFacts;
use duly_domain::compliance::packs::confidence_in;
use duly_domain::compliance::record::Direction;
use duly_domain::compliance::states::Confidence;
use duly_domain::decision::{Answer, Decision, Detail, Reason, Whose};
use duly_domain::values::channel::Channel;
use duly_domain::values::moment::{Moment, date_of_day, written};
use duly_domain::values::money::Money;
use jiff::Timestamp;

/// One chip of the permission strip.
pub struct Chip {
    /// The channel.
    pub channel: Channel,
    /// `ok`, `wait` or `no`.
    pub tone: &'static str,
    /// `allowed until 20:00`.
    pub answer: String,
    /// The reason in a few words.
    pub sub: String,
    /// Calls used, and how many may; calls only.
    pub attempts: Option<(u32, u32)>,
}

impl Chip {
    /// Calls used, where their number is what matters: a call that is refused for good says why instead.
    pub fn counted(&self) -> Option<&(u32, u32)> {
        self.attempts.as_ref().filter(|_| self.tone != "no")
    }
}

/// A part of the debt that is disputed in writing and waits for its answer.
pub struct DisputedPart {
    /// What is not asked for until then.
    pub held: Money,
    /// What may be asked for.
    pub rest: Money,
}

impl DisputedPart {
    /// The disputed part of what is owed, where the dispute is about a part.
    pub fn of(facts: &ContactFacts, owed: Money) -> Option<DisputedPart> {
        let rest = facts.dispute.written_at.and(facts.dispute.undisputed)?;
        Some(DisputedPart { held: owed.minus(rest).ok()?, rest })
    }
}

/// *Why?* for one channel.
pub struct Why {
    /// The channel.
    pub channel: Channel,
    /// What stands in the way: sentence, numbers, what can be done instead, citation with its marks.
    pub because: Vec<(String, String, &'static str, String)>,
    /// What was looked at.
    pub facts: Vec<(&'static str, String)>,
    /// Which law applies, and what says so.
    pub law: Vec<(&'static str, String)>,
    /// The next allowed moment, in their time.
    pub next: String,
    /// What can be done instead.
    pub instead: String,
}

/// The city of the deciding clock, and the hours on the others where they differ.
pub fn places(seen: &Seen, at: Timestamp) -> (String, String) {
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).replace('_', " ");
    let mut clocks = seen.facts.clocks.iter();
    let first = clocks.next().map(|clock| (clock.local(at.as_second()).1, city(clock.zone)));
    let Some((second, place)) = first else { return (String::new(), String::new()) };
    let others: Vec<String> = clocks
        .map(|clock| (clock.local(at.as_second()).1, city(clock.zone)))
        .filter(|(other, _)| *other != second)
        .map(|(other, city)| format!("{:02}:{:02} in {city}", other / 3600, other / 60 % 60))
        .collect();
    let others = match others.len() {
        0 => String::new(),
        1..=2 => format!("{}: both must be open", others.join(", ")),
        many => format!("nothing says where: {} clocks must be open", many + 1),
    };
    (place, others)
}

/// The strip's chip of one channel.
pub fn chip(seen: &Seen, known: &Known, at: Moment) -> Chip {
    let first = foremost(&seen.decision);
    let has_point = can_carry(&known.points, seen.channel);
    let (tone, answer) = match (&seen.decision.answer, seen.decision.next_allowed_at) {
        // What nothing on file can carry out is not shown green, nor as open at some later hour.
        (Answer::Yes, _) | (_, Some(_)) if !has_point => ("wait", missing_point(&known.points, seen.channel).into()),
        (Answer::Yes, _) => (
            "ok",
            seen.until
                .filter(|_| seen.channel != Channel::Letter)
                .map_or("allowed".into(), |until| format!("allowed until {}", until_text(seen, until))),
        ),
        (_, None) if is_stopped_in_part(seen) => ("wait", "the undisputed part only".into()),
        (_, Some(next)) => ("wait", format!("not before {}", next_text(seen, next, at.at))),
        (Answer::NeedsSupervisor, None) => ("wait", "asks a supervisor".into()),
        (Answer::No, None) => ("no", "no".into()),
    };
    let sub = match first {
        Some(_) if is_stopped_in_part(seen) => {
            seen.facts.dispute.undisputed.map(|rest| format!("{rest} may be asked for")).unwrap_or_default()
        }
        Some(reason) => reason.rule.plain.trim_end_matches('.').to_string(),
        None if !has_point => "nothing forbids it".into(),
        None => "nothing stands in the way".into(),
    };
    let attempts = (seen.channel == Channel::Call).then_some(seen.attempts);
    Chip { channel: seen.channel, tone, answer, sub, attempts }
}

/// The reason to name in a few words: where no later hour opens the channel, not the hour of the day.
fn foremost(decision: &Decision) -> Option<&Reason> {
    let lasting = decision.because.iter().find(|reason| !matches!(reason.detail, Detail::Hours { .. }));
    lasting.filter(|_| decision.next_allowed_at.is_none()).or(decision.because.first())
}

/// Whether somebody's points on file can carry a channel.
pub fn can_carry(points: &[Point], channel: Channel) -> bool {
    let reaches = |point: &&Point| {
        point.kind == kind_of_point(channel)
            && !matches!(point.state.as_str(), "wrong" | "dead")
            && (channel != Channel::Text || point.label == "mobile")
    };
    points.iter().any(|point| reaches(&point))
}

/// Whether nothing but a dispute about a part stands in the way: what is left may be asked for.
fn is_stopped_in_part(seen: &Seen) -> bool {
    seen.facts.dispute.undisputed.is_some() && seen.decision.because.iter().all(|reason| matches!(reason.detail, Detail::SincePart { .. }))
}

/// What a channel lacks where nothing on file can carry it.
pub fn missing_point(points: &[Point], channel: Channel) -> &'static str {
    let is_known = points.iter().any(|point| point.kind == kind_of_point(channel) && (channel != Channel::Text || point.label == "mobile"));
    match (channel, is_known) {
        (Channel::Text, true) => "no mobile number that reaches them",
        (Channel::Text, false) => "no mobile number on file",
        (Channel::Email, true) => "no e-mail that reaches them",
        (Channel::Email, false) => "no e-mail on file",
        (Channel::Letter, true) => "no address that reaches them",
        (Channel::Letter, false) => "no address on file",
        (_, true) => "no number that reaches them",
        (_, false) => "no number on file",
    }
}

/// Midnight reads as the end of the day.
fn until_text(seen: &Seen, until: Timestamp) -> String {
    let text = local_time(seen, until);
    if text == "00:00" { "the end of the day".into() } else { text }
}

/// `17:30` today, `Tue 08:00` within the week, else the date.
pub fn next_text(seen: &Seen, next: Timestamp, now: Timestamp) -> String {
    let Some(clock) = seen.facts.clocks.first() else { return next.to_string() };
    let ((day, second), (today, _)) = (clock.local(next.as_second()), clock.local(now.as_second()));
    let time = format!("{:02}:{:02}", second / 3600, second / 60 % 60);
    let date = date_of_day(day);
    match day - today {
        0 => time,
        1..=6 => format!("{} {time}", duly_domain::values::moment::short_weekday(date.weekday())),
        _ => format!("{} {time}", written(date)),
    }
}

pub fn explain(seen: &Seen, known: &Known, at: Moment) -> Why {
    let mut shown = in_words(&seen.facts, &known.account.kind, seen.attempts, at.at);
    shown.push(("All channels in 7 days", all_channels(seen, known, at.at)));
    shown.push(("Rules", duly_domain::compliance::RULE_SET.to_string()));
    let open: Vec<String> = Channel::STRIP
        .into_iter()
        .filter(|channel| *channel != seen.channel && look(known, at.at, *channel).decision.answer == Answer::Yes)
        .map(|channel| channel.to_string())
        .collect();
    Why {
        channel: seen.channel,
        because: seen
            .decision
            .because
            .iter()
            .chain(&seen.decision.warnings)
            .map(|reason| (reason.rule.plain.to_string(), reason.detail.to_string(), reason.rule.instead, marked(known, reason)))
            .collect(),
        facts: shown,
        law: Law::of(known, at.at).words(),
        next: match (seen.decision.answer, seen.decision.next_allowed_at) {
            (Answer::Yes, _) => "Now".into(),
            (_, Some(next)) => format!("{} their time", next_text(seen, next, at.at)),
            (_, None) => "Not within 60 days, unless they say so".into(),
        },
        instead: if open.is_empty() {
            "Nothing else is open now.".into()
        } else {
            format!("Open now: {}.", open.join(", ").to_lowercase())
        },
    }
}

/// Where a reason stands, whose it is where that is not the law, and whether its source is in doubt.
fn marked(known: &Known, reason: &Reason) -> String {
    let mut cite = cite_of(known, reason.rule);
    if confidence_in(reason.rule.id, &reason.detail) != Confidence::High {
        cite.push_str(" · unverified");
    }
    if reason.whose() != Whose::Law {
        cite.push_str(&format!(" · {}", reason.whose()));
    }
    cite
}

/// How often we reached out to the debtor in the seven days up to today, by every channel.
fn all_channels(seen: &Seen, known: &Known, at: Timestamp) -> String {
    let clock = &seen.facts.day_clock;
    // The clock knows the offsets from the facts' moment on; a week back, an hour more or less decides no law here.
    let first = clock.local(at.as_second()).0 - 6;
    let ours = |channel: Channel| {
        let contacts = known.record.contacts.iter().filter(|contact| contact.person == known.record.consumer.key && contact.at <= at);
        let out = contacts.filter(|contact| contact.is_ours && contact.direction == Direction::Out && contact.channel == channel);
        out.filter(|contact| clock.local(contact.at.as_second()).0 >= first).count()
    };
    let counts: Vec<(Channel, usize)> = Channel::STRIP.into_iter().map(|channel| (channel, ours(channel))).collect();
    let each: Vec<String> = counts.iter().map(|(channel, count)| format!("{} {count}", channel.to_string().to_lowercase())).collect();
    format!("{}: {}", counts.iter().map(|(_, count)| count).sum::<usize>(), each.join(", "))
}

/// What a decision looked at, in words: an account of this kind, calls used and allowed in seven days, at this moment.
pub fn in_words(facts: &ContactFacts, kind: &str, attempts: (u32, u32), at: Timestamp) -> Vec<(&'static str, String)> {
    let clocks: Vec<String> = facts
        .clocks
        .iter()
        .map(|clock| {
            let second = clock.local(at.as_second()).1;
            format!("{:02}:{:02} {}", second / 3600, second / 60 % 60, clock.zone)
        })
        .collect();
    let last_talk = facts.debts.iter().filter_map(|debt| debt.conversation_day).max();
    let since = |second: Option<i64>| {
        second.map_or_else(|| "none on record".into(), |second| written(date_of_day(facts.day_clock.local(second).0)))
    };
    vec![
        ("Binds us", binding(facts.regf_binds, kind).to_string()),
        ("Reaches", standing(facts.standing).to_string()),
        ("Their clocks", clocks.join("; ")),
        ("Calls in 7 days", format!("{} of {} used", attempts.0, attempts.1)),
        ("Last talk", last_talk.map_or_else(|| "none on record".into(), |day| written(date_of_day(day)))),
        ("Written stop", since(facts.ceased_at)),
        ("Lawyer", since(facts.attorney_at)),
        ("Written dispute open", since(facts.dispute.written_at)),
        ("May be asked for meanwhile", asked_for(facts)),
        ("Bankruptcy", bankruptcy(facts).to_string()),
        ("Wishes about time", facts.time_wishes.len().to_string()),
    ]
}

/// What may be asked for while a written dispute waits, in words.
fn asked_for(facts: &ContactFacts) -> String {
    match (facts.dispute.written_at, facts.dispute.undisputed) {
        (None, _) => "all of it".into(),
        (Some(_), Some(rest)) if facts.dispute.is_about_undisputed => format!("the undisputed {rest}, as this one does"),
        (Some(_), Some(rest)) => format!("the undisputed {rest}, by a contact about it alone"),
        (Some(_), None) => "nothing of it".into(),
    }
}

/// How the debt stands in bankruptcy, in a word.
fn bankruptcy(facts: &ContactFacts) -> &'static str {
    match (facts.bankruptcy.is_stayed || facts.bankruptcy.is_stayed_by_others, facts.bankruptcy.is_discharged) {
        (true, _) => "open case, stayed",
        (false, true) => "discharged",
        (false, false) => "nothing stays it",
    }
}

/// Whose rules bind: the law's, or the house's where the law does not reach.
fn binding(binds: bool, kind: &str) -> &'static str {
    match (binds, kind) {
        (true, "consumer") => "the law: Regulation F",
        (true, _) => "house policy: as for consumers",
        (false, _) => "no consumer rule",
    }
}

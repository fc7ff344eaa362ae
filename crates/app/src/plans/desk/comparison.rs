//! The neutral comparison: every way side by side, in the same words for each, on screen and on paper.
//!
//! What a way is worth to the creditor does not stand here, and none is put forward: the order is always the same. On paper it is in their
//! language, with the English beside it.

use super::standing::Desk;
use super::words::Words;
use crate::app::Failure;
use crate::identity::store as identity;
use crate::outreach::pdf;
use crate::store::Tx;
use duly_domain::outreach::comparison::title;
use duly_domain::outreach::letter::{AmountRow, Amounts, Block, Content, Language, Letter, Part, Sign};
use duly_domain::plans::offers::{Offer, OfferKind, Offers, ReliefKind};
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::money::Money;
use jiff::Span as Time;

/// One way.
pub struct Way {
    /// What it is.
    pub what: String,
    /// What they pay, or what happens.
    pub says: String,
    /// When it ends.
    pub ends: String,
    /// What they pay in all.
    pub total: Option<Money>,
    /// What is not asked for.
    pub forgiven: Option<Money>,
    /// Where it is agreed, behind the account's address; nothing where that is below, or not ours.
    pub agree: &'static str,
}

impl Way {
    fn of(what: &str, offer: &Offer, desk: &Desk, words: &Words) -> Way {
        let forgiven = desk.forgiven(offer);
        Way {
            what: what.to_string(),
            says: words.terms(offer.terms()),
            ends: words.day(offer.schedule().last_on()),
            total: Some(offer.schedule().total()),
            forgiven: Some(forgiven).filter(|forgiven| forgiven.minor() > 0),
            agree: "",
        }
    }

    fn said(what: &str, says: impl Into<String>, ends: impl Into<String>) -> Way {
        Way { what: what.to_string(), says: says.into(), ends: ends.into(), total: None, forgiven: None, agree: "" }
    }
}

/// The plan of the whole with the smallest installments that policy and budget have.
fn smallest(desk: &Desk) -> Option<Offer> {
    let first_on = *desk.policy.first_days(&desk.case).first()?;
    let terms = |count| PlanTerms {
        total: desk.case.balance,
        down: Money::of(0, desk.case.balance.currency()),
        cut: Cut::Count(count),
        first_on,
        frequency: Frequency::Monthly,
    };
    (2..=desk.policy.terms().count_max).rev().find_map(|count| desk.offer_of(terms(count)).ok())
}

/// Every way in the words of a language, in the order in which it is always told.
pub fn ways(desk: &Desk, offers: Option<&Offers>, language: Language) -> Vec<Way> {
    let words = Words::of(language);
    let best = |kind: OfferKind| offers.and_then(|offers| offers.best_of_each.iter().find(|offer| offer.kind() == kind));
    let mut ways = Vec::new();
    ways.push(match best(OfferKind::InFull) {
        Some(offer) => Way::of(words.in_full, offer, desk, words),
        None => Way { total: Some(desk.case.balance), ..Way::said(words.in_full, words.beyond_budget(desk.case.balance), words.when_paid) },
    });
    let settled = [(OfferKind::SettledAtOnce, words.settled_at_once), (OfferKind::SettledInParts, words.settled_in_parts)];
    ways.extend(settled.into_iter().filter_map(|(kind, what)| Some(Way::of(what, best(kind)?, desk, words))));
    let fewest = best(OfferKind::Plan);
    let smallest = smallest(desk).filter(|smallest| fewest.is_none_or(|fewest| fewest.terms() != smallest.terms()));
    ways.extend(fewest.map(|offer| Way::of(words.few_payments, offer, desk, words)));
    ways.extend(smallest.map(|offer| Way::of(words.small_payments, &offer, desk, words)));
    let relief = |kind| offers.and_then(|offers| offers.relief.iter().find(|relief| relief.kind() == kind));
    if let Some(change) = relief(ReliefKind::DateChange) {
        let until = change.until();
        ways.push(Way { agree: "#plan", ..Way::said(words.date_change, words.later(until), words.day(until)) });
    }
    let terms = desk.policy.terms();
    if let Some(until) = desk.account.paused_until {
        ways.push(Way { agree: "?do=pause", ..Way::said(words.standing_pause, words.standing_pause_says, words.day(until)) });
        ways.extend(last_ways(words));
        return ways;
    }
    match (relief(ReliefKind::Pause), terms.pause_months_max) {
        (Some(pause), _) => ways.push(Way { agree: "?do=pause", ..Way::said(words.pause, words.pause_says, words.day(pause.until())) }),
        (None, Some(months)) => {
            let until = desk.case.agreed_on.saturating_add(Time::new().months(i64::from(months)));
            ways.push(Way { agree: "?do=pause", ..Way::said(words.pause, words.pause_of(months), words.by(until)) });
        }
        (None, None) => {}
    }
    ways.extend(last_ways(words));
    ways
}

/// The ways that stand last, whatever else there is.
fn last_ways(words: &Words) -> [Way; 2] {
    [Way::said(words.dispute, words.dispute_says, words.dispute_ends), Way::said(words.advice, words.advice_says, words.advice_ends)]
}

/// The comparison on paper, tagged for screen readers: in English, and in Spanish behind it for whoever speaks that.
pub async fn paper(tx: &mut Tx, desk: &Desk, name: &str, offers: Option<&Offers>, language: Language) -> Result<Vec<u8>, Failure> {
    let mut head = Vec::new();
    for setting in [identity::COMPANY, identity::ADDRESS, identity::PHONE] {
        if let Some(text) = identity::find_setting(tx, setting).await? {
            head.extend(text.lines().map(str::to_string));
        }
    }
    let letter = Letter {
        title: title(language).into(),
        dated_on: desk.case.agreed_on,
        sender: head.first().cloned().unwrap_or_default(),
        parts: language.of_letter().iter().map(|language| part(desk, name, offers, *language, &head)).collect(),
    };
    pdf::print(&letter).map(|rendering| rendering.bytes).map_err(|error| Failure::wrong("letter", error.to_string()))
}

/// The comparison in one language.
fn part(desk: &Desk, name: &str, offers: Option<&Offers>, language: Language, head: &[String]) -> Part {
    let words = Words::of(language);
    let owed = Money::of(desk.account.balance_minor, desk.case.balance.currency());
    let opening = words.opening(name, &desk.account.reference, &desk.creditor.name, owed);
    let mut body = vec![Block::heading(1, title(language)), Block::paragraph(opening)];
    body.extend(blocks(desk, offers, language, false));
    Part {
        language,
        marks: vec![language.day(desk.case.agreed_on), format!("{} {}", words.reference, desk.account.reference)],
        addressee: Vec::new(),
        body,
        foot: head.first().cloned().unwrap_or_default(),
        head: head.to_vec(),
    }
}

/// Every way in the words of a language, as it stands on paper. A paper that is read later names the day on which something is agreed.
pub fn blocks(desk: &Desk, offers: Option<&Offers>, language: Language, is_read_later: bool) -> Vec<Block> {
    let words = Words::of(language);
    let mut body = Vec::new();
    for mut way in ways(desk, offers, language) {
        if is_read_later {
            way.says = words.read_later(&way.says, desk.case.agreed_on);
        }
        body.push(Block::heading(2, way.what.clone()));
        body.push(Block::paragraph(words.ends(&way.says, &way.ends)));
        let row = |label: &str, amount: Money| AmountRow { label: label.into(), amount: Some((Sign::None, amount)), is_total: false };
        let rows: Vec<AmountRow> = [(words.total, way.total), (words.forgiven, way.forgiven)]
            .into_iter()
            .filter_map(|(label, amount)| amount.map(|amount| row(label, amount)))
            .collect();
        if !rows.is_empty() {
            let summary = format!("{}: {}", words.amounts_of, way.what);
            body.push(Block::of(Content::Amounts(Amounts { summary, head: None, rows })));
        }
    }
    body
}

//! The neutral comparison: every way side by side, in the same words for each, on screen and on paper.
//!
//! What a way is worth to the creditor does not stand here, and none is put forward: the order is always the same.

use super::standing::Desk;
use crate::app::Failure;
use crate::identity::store as identity;
use crate::outreach::pdf;
use crate::store::Tx;
use duly_domain::outreach::letter::{AmountRow, Amounts, Block, Content, Language, Letter, Part, Sign, Span};
use duly_domain::plans::offers::{Offer, OfferKind, Offers, ReliefKind};
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::moment::written;
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
    fn of(what: &str, offer: &Offer, desk: &Desk) -> Way {
        let forgiven = desk.forgiven(offer);
        Way {
            what: what.to_string(),
            says: offer.terms().to_string(),
            ends: written(offer.schedule().last_on()),
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

/// Every way, in the order in which it is always told.
pub fn ways(desk: &Desk, offers: Option<&Offers>) -> Vec<Way> {
    let best = |kind: OfferKind| offers.and_then(|offers| offers.best_of_each.iter().find(|offer| offer.kind() == kind));
    let by_budget = "more than the budget leaves";
    let mut ways = Vec::new();
    ways.push(match best(OfferKind::InFull) {
        Some(offer) => Way::of("Pay in full", offer, desk),
        None => Way {
            total: Some(desk.case.balance),
            ..Way::said("Pay in full", format!("{} at once, {by_budget}", desk.case.balance), "when it is paid")
        },
    });
    let settled = [(OfferKind::SettledAtOnce, "Settle, paid at once"), (OfferKind::SettledInParts, "Settle in parts")];
    ways.extend(settled.into_iter().filter_map(|(kind, what)| Some(Way::of(what, best(kind)?, desk))));
    let fewest = best(OfferKind::Plan);
    let smallest = smallest(desk).filter(|smallest| fewest.is_none_or(|fewest| fewest.terms() != smallest.terms()));
    ways.extend(fewest.map(|offer| Way::of("Plan with few payments", offer, desk)));
    ways.extend(smallest.map(|offer| Way::of("Plan with small payments", &offer, desk)));
    let relief = |kind| offers.and_then(|offers| offers.relief.iter().find(|relief| relief.kind() == kind));
    if let Some(change) = relief(ReliefKind::DateChange) {
        let says = format!("What is due may be paid until {}", written(change.until()));
        ways.push(Way { agree: "#plan", ..Way::said("Another due date", says, written(change.until())) });
    }
    let terms = desk.policy.terms();
    let says = "Nothing is due, no interest runs, and nobody contacts them";
    if let Some(until) = desk.account.paused_until {
        ways.push(Way { agree: "?do=pause", ..Way::said("The pause in hardship that stands", says, written(until)) });
        ways.extend(last_ways());
        return ways;
    }
    match (relief(ReliefKind::Pause), terms.pause_months_max) {
        (Some(pause), _) => {
            ways.push(Way { agree: "?do=pause", ..Way::said("A pause in hardship", "Nothing is due meanwhile", written(pause.until())) })
        }
        (None, Some(months)) => {
            let until = desk.case.agreed_on.saturating_add(Time::new().months(i64::from(months)));
            let says = format!("Nothing is due for up to {months} months, after telling us what happened");
            ways.push(Way { agree: "?do=pause", ..Way::said("A pause in hardship", says, format!("by {}", written(until))) });
        }
        (None, None) => {}
    }
    ways.extend(last_ways());
    ways
}

/// The ways that stand last, whatever else there is.
fn last_ways() -> [Way; 2] {
    [
        Way::said("Dispute it", "Say what is wrong with it; what is disputed is not asked for until we answer", "when we answer"),
        Way::said("Free debt advice", "A nonprofit counselor looks at all debts together; it costs nothing", "as agreed there"),
    ]
}

/// The comparison on paper, tagged for screen readers.
pub async fn paper(tx: &mut Tx, desk: &Desk, name: &str, ways: &[Way]) -> Result<Vec<u8>, Failure> {
    let mut head = Vec::new();
    for setting in [identity::COMPANY, identity::ADDRESS, identity::PHONE] {
        if let Some(text) = identity::find_setting(tx, setting).await? {
            head.extend(text.lines().map(str::to_string));
        }
    }
    let today = desk.case.agreed_on;
    let block = |content| Block { language: None, content };
    let plain = |text: String| block(Content::Paragraph(vec![Span { text, is_strong: false }]));
    let mut body = vec![
        block(Content::Heading(1, "Ways to deal with this account".into())),
        plain(format!(
            "{}, account {} with {}. Owed today: {}. None of these ways is put before another; what is agreed is written to you.",
            name,
            desk.account.reference,
            desk.creditor.name,
            Money::of(desk.account.balance_minor, desk.case.balance.currency())
        )),
    ];
    for way in ways {
        body.push(block(Content::Heading(2, way.what.clone())));
        body.push(plain(format!("{}. It ends: {}.", way.says, way.ends)));
        let row = |label: &str, amount: Money| AmountRow { label: label.into(), amount: Some((Sign::None, amount)), is_total: false };
        let rows: Vec<AmountRow> = [("Paid in all", way.total), ("Not asked for", way.forgiven)]
            .into_iter()
            .filter_map(|(label, amount)| amount.map(|amount| row(label, amount)))
            .collect();
        if !rows.is_empty() {
            body.push(block(Content::Amounts(Amounts { summary: format!("Amounts of: {}", way.what), head: None, rows })));
        }
    }
    let part = Part {
        language: Language::English,
        marks: vec![Language::English.day(today), format!("Reference {}", desk.account.reference)],
        addressee: Vec::new(),
        body,
        foot: head.first().cloned().unwrap_or_default(),
        head,
    };
    let sender = part.foot.clone();
    let letter = Letter { title: "Ways to deal with this account".into(), dated_on: today, sender, parts: vec![part] };
    pdf::print(&letter).map(|rendering| rendering.bytes).map_err(|error| Failure::wrong("letter", error.to_string()))
}

//! The validation notice of 12 CFR 1006.34: what it must show, in the order and words of model form B-1.
//!
//! [`write_notice`] gives the letter, or every element that is missing with where to enter it: there is no notice with a gap
//! in it, and none whose amounts do not add up to the cent. A notice in Spanish goes out behind the English one, in one letter
//! (12 CFR 1006.34(e)). The words of the form are in [`words`].
//!
//! Read [`NoticeFacts`] first. The end of the period comes from [`Period`]: the day counts from the mailing, never the printing.

mod words;

use super::letter::{AmountRow, Amounts, Block, Check, Content, Item, Language, Letter, Part, Sign, Span, money};
use crate::compliance::validation::Period;
use crate::values::money::Money;
use jiff::civil::Date;
use std::fmt;
use words::Words;

/// The sentences by which the notice says who writes and why, with the places `{collector}` and `{creditor}`.
pub const fn who_we_are(language: Language) -> &'static str {
    Words::of(language).who_we_are
}

/// What we are, as the notice shows us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collector {
    /// Our name.
    pub name: String,
    /// Where disputes and requests reach us by mail, line by line.
    pub address: Vec<String>,
    /// Our telephone number.
    pub phone: String,
    /// When it is answered.
    pub hours: String,
    /// Our site, if we have one.
    pub website: String,
}

impl Collector {
    /// What stands at the head of a letter: who we are, where, and how to reach us.
    pub fn head(&self) -> Vec<String> {
        let mut head = vec![self.name.clone()];
        head.extend(self.address.iter().cloned());
        head.push(if self.hours.trim().is_empty() { self.phone.clone() } else { format!("{}, {}", self.phone, self.hours) });
        head.extend(Some(self.website.clone()).filter(|site| !site.trim().is_empty()));
        head
    }
}

/// What was owed on the itemization date and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Itemized {
    /// The itemization date.
    pub on: Date,
    /// What was owed on it.
    pub owed: Money,
    /// Interest since.
    pub interest: Money,
    /// Fees and costs since.
    pub fees: Money,
    /// Paid or credited since.
    pub credits: Money,
}

impl Itemized {
    /// What is owed now by these amounts; none where they do not add up at all.
    pub fn now(&self) -> Option<Money> {
        self.owed.plus(self.interest).ok()?.plus(self.fees).ok()?.minus(self.credits).ok()
    }
}

/// A text that a state wants on the notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateText {
    /// The language it is written in.
    pub language: Language,
    /// What it says.
    pub text: String,
}

/// Words that a state wants in letters and nobody has entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsDue {
    /// The state's name.
    pub state: &'static str,
    /// What it asks for, as our table has it.
    pub asks: String,
    /// The mark of what is not beyond doubt.
    pub mark: &'static str,
}

impl WordsDue {
    /// What is missing, with where to enter it. What is not certain is asked for all the same.
    pub fn missing(&self) -> Missing {
        let mark = if self.mark.is_empty() { String::new() } else { format!(", {}", self.mark) };
        let says = format!("of {} are missing: {}{mark}", self.state, self.asks);
        Missing { element: "words", says, cite: "the state's law", enter: "Compliance, Words that are due, or `duly letters state-text`" }
    }
}

/// What is said where the time to sue on the debt has run out and the state asks for word of it. The sentence is the one that several
/// states lay down; counsel compares it with the state's own.
pub fn time_barred_text(language: Language) -> StateText {
    let text = match language {
        Language::English => {
            "The law limits how long you can be sued on a debt. Because of the age of your debt, we will not sue you for it."
        }
        Language::Spanish => {
            "La ley limita el tiempo durante el cual se le puede demandar por una deuda. Debido a la antigüedad de su deuda, no lo \
             demandaremos por ella."
        }
    };
    StateText { language, text: text.into() }
}

/// Everything a notice shows; what is empty is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeFacts {
    /// The day of mailing.
    pub mailed_on: Date,
    /// The language the consumer asked for.
    pub language: Language,
    /// Who collects.
    pub collector: Collector,
    /// Whom it is to.
    pub consumer: String,
    /// Where it goes, line by line.
    pub address: Vec<String>,
    /// To whom the debt was owed on the itemization date.
    pub creditor_then: String,
    /// To whom it is owed now.
    pub creditor_now: String,
    /// The creditor's number of the account; only its end is printed.
    pub account_number: String,
    /// Our own reference, by which an answer finds the account.
    pub reference: String,
    /// The itemized amounts.
    pub itemized: Option<Itemized>,
    /// What is owed now by our books.
    pub owed_now: Money,
    /// Whether it is a debt from a consumer financial product or service.
    pub is_financial: bool,
    /// What the consumer's state wants added.
    pub state_texts: Vec<StateText>,
    /// What it wants and nobody has the words of.
    pub words_due: Vec<WordsDue>,
}

/// An element that is missing, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The element, by its own word.
    pub element: &'static str,
    /// What is wrong with it.
    pub says: String,
    /// The law that wants it.
    pub cite: &'static str,
    /// Where to enter it.
    pub enter: &'static str,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({}): enter it at {}", self.element, self.says, self.cite, self.enter)
    }
}

/// Where each thing is entered.
pub(super) const COMPANY: &str = "Settings, or `duly letters sender`";
pub(super) const PERSON: &str = "the person's page";
const CREDITOR: &str = "`duly letters creditor`";
pub(super) const FILE: &str = "the creditor's file, taken in with `duly import accounts --update`";
const BOOKS: &str = "`duly letters itemize`, after comparing the amounts with the creditor";

/// What is missing, all at once.
pub fn missing(facts: &NoticeFacts) -> Vec<Missing> {
    let mut missing = Vec::new();
    let mut want = |is_there: bool, element, says: &str, cite, enter| {
        if !is_there {
            missing.push(Missing { element, says: says.into(), cite, enter });
        }
    };
    let is_there = |text: &str| !text.trim().is_empty();
    let is_address = |lines: &[String]| lines.iter().filter(|line| is_there(line)).count() >= 2;
    want(is_there(&facts.collector.name), "collector name", "is missing", "12 CFR 1006.34(c)(2)(i)", COMPANY);
    want(is_address(&facts.collector.address), "collector mailing address", "is missing", "12 CFR 1006.34(c)(2)(i)", COMPANY);
    // The form's first right is to call or write; without a number it would promise what cannot be done.
    want(is_there(&facts.collector.phone), "collector telephone", "is missing", "12 CFR 1006 app. B-1", COMPANY);
    want(is_there(&facts.consumer), "consumer name", "is missing", "12 CFR 1006.34(c)(2)(ii)", PERSON);
    want(is_address(&facts.address), "consumer mailing address", "is missing or not usable", "12 CFR 1006.34(c)(2)(ii)", PERSON);
    want(
        is_there(&facts.creditor_then) || !facts.is_financial,
        "creditor on the itemization date",
        "is missing",
        "12 CFR 1006.34(c)(2)(iii)",
        CREDITOR,
    );
    want(is_there(&facts.account_number), "account number", "is missing", "12 CFR 1006.34(c)(2)(iv)", FILE);
    want(is_there(&facts.creditor_now), "current creditor", "is missing", "12 CFR 1006.34(c)(2)(v)", CREDITOR);
    want(facts.itemized.is_some(), "itemization date and its amounts", "are missing", "12 CFR 1006.34(c)(2)(vi)", FILE);
    if let Some(itemized) = facts.itemized {
        let parts = [itemized.owed, itemized.interest, itemized.fees, itemized.credits];
        let is_negative = parts.iter().any(|amount| amount.minor() < 0);
        want(!is_negative, "itemization", "holds an amount below zero", "12 CFR 1006.34(c)(2)(viii)", BOOKS);
        want(itemized.on <= facts.mailed_on, "itemization date", "is after the mailing", "12 CFR 1006.34(c)(2)(vi)", FILE);
        match itemized.now() {
            Some(sum) if sum == facts.owed_now => {}
            Some(sum) => {
                let says = format!("does not balance: it comes to {}, the books say {}", money(sum), money(facts.owed_now));
                want(false, "itemization", &says, "12 CFR 1006.34(c)(2)(viii)", BOOKS);
            }
            None => want(false, "itemization", "is in two currencies or too large", "12 CFR 1006.34(c)(2)(viii)", BOOKS),
        }
    }
    missing.extend(facts.words_due.iter().map(WordsDue::missing));
    missing
}

/// Writes the notice, or names everything that is missing.
pub fn write_notice(facts: &NoticeFacts) -> Result<Letter, Vec<Missing>> {
    let missing = missing(facts);
    match facts.itemized {
        Some(itemized) if missing.is_empty() => Ok(Letter {
            title: Words::of(facts.language).title.into(),
            dated_on: facts.mailed_on,
            sender: facts.collector.name.clone(),
            parts: facts.language.of_letter().iter().map(|language| part(facts, itemized, *language)).collect(),
        }),
        _ => Err(missing),
    }
}

/// What a letter of the house lacks that every one needs: who writes, to whom (their name and the lines of their address), and of whose
/// debt; and the words of a state that nobody has.
pub(super) fn lacking(collector: &Collector, (person, address): (&str, &[String]), creditor: &str, words_due: &[WordsDue]) -> Vec<Missing> {
    let lines = |lines: &[String]| lines.iter().filter(|line| !line.trim().is_empty()).count();
    let wanted = [
        (!collector.name.trim().is_empty(), "collector name", COMPANY),
        (lines(&collector.address) >= 2, "collector mailing address", COMPANY),
        (!collector.phone.trim().is_empty(), "collector telephone", COMPANY),
        (!person.trim().is_empty(), "person's name", PERSON),
        (lines(address) >= 2, "person's mailing address", PERSON),
        (!creditor.trim().is_empty(), "creditor", FILE),
    ];
    let lacks = wanted.into_iter().filter(|(is_there, ..)| !is_there);
    let lacks = lacks.map(|(_, element, enter)| Missing { element, says: "is missing".into(), cite: "house rule", enter });
    lacks.chain(words_due.iter().map(WordsDue::missing)).collect()
}

/// The end of a number: four characters at most, and never more than half of it.
pub fn last_of(number: &str) -> String {
    let plain: Vec<char> = number.chars().filter(|c| c.is_alphanumeric()).collect();
    let shown = (plain.len() / 2).clamp(1, 4);
    plain.iter().skip(plain.len().saturating_sub(shown)).collect()
}

fn part(facts: &NoticeFacts, itemized: Itemized, language: Language) -> Part {
    let words = Words::of(language);
    let say = |text: &str| fill(text, facts, itemized, language);
    let collector = &facts.collector;
    let mut head = vec![collector.name.clone()];
    head.extend(collector.address.iter().cloned());
    head.push(if collector.hours.trim().is_empty() { collector.phone.clone() } else { say(words.phone) });
    head.extend(Some(collector.website.clone()).filter(|site| !site.trim().is_empty()));
    let mut addressee = vec![facts.consumer.clone()];
    addressee.extend(facts.address.iter().cloned());

    let left = vec![
        Block { language: None, content: Content::Paragraph(Span::marked(&say(words.who_we_are))) },
        Block::heading(1, words.our_information),
        Block { language: None, content: Content::Paragraph(Span::marked(&say(words.you_had))) },
        Block::of(Content::Amounts(amounts(facts, itemized, words, &say))),
    ];
    let mut what_else = vec![say(words.ask_original_creditor)];
    what_else.extend(facts.is_financial.then(|| say(words.cfpb)));
    what_else.push(say(words.payment_options));
    let mut what_else: Vec<Item> = what_else.iter().map(|text| Item::of(text)).collect();
    what_else.extend(in_spanish(language, words::SPANISH_REQUEST));
    let right = vec![
        Block::heading(1, words.how_to_dispute),
        Block::of(Content::Bullets(vec![Item::of(&say(words.call_or_write)), Item::of(&say(words.if_you_write))])),
        Block::heading(1, words.what_else),
        Block::of(Content::Bullets(what_else)),
    ];
    let mut body = vec![Block::of(Content::Columns(46, left, right))];
    let state: Vec<&StateText> = facts.state_texts.iter().filter(|text| text.language == language).collect();
    if !state.is_empty() {
        body.push(Block::of(Content::Paragraph(vec![Span::strong(words.see_reverse)])));
    }
    body.push(Block::of(Content::TearOff(response(facts, words, language, &say))));
    if !state.is_empty() {
        body.extend([Block::of(Content::NewPage), Block::heading(1, words.state_heading)]);
        body.extend(state.iter().map(|text| Block::paragraph(&text.text)));
    }
    let marks = vec![say(words.date), say(words.reference)];
    Part { language, head, marks, addressee, body, foot: say(words.reference) }
}

fn amounts(facts: &NoticeFacts, itemized: Itemized, words: &Words, say: &dyn Fn(&str) -> String) -> Amounts {
    let row = |label: &str, amount| AmountRow { label: say(label), amount, is_total: false };
    let rows = vec![
        row(words.owed_then, Some((Sign::None, itemized.owed))),
        row(words.between, None),
        row(words.interest, Some((Sign::Plus, itemized.interest))),
        row(words.fees, Some((Sign::Plus, itemized.fees))),
        row(words.credits, Some((Sign::Minus, itemized.credits))),
        AmountRow { is_total: true, ..row(words.owed_now, Some((Sign::None, facts.owed_now))) },
    ];
    Amounts { summary: words.table.into(), head: None, rows }
}

/// The part that is cut off and sent back.
fn response(facts: &NoticeFacts, words: &Words, language: Language, say: &dyn Fn(&str) -> String) -> Vec<Block> {
    let mut ours = vec![facts.collector.name.clone()];
    ours.extend(facts.collector.address.iter().cloned());
    let mut theirs = vec![facts.consumer.clone()];
    theirs.extend(facts.address.iter().cloned());
    let dispute =
        Check { item: Item::of(words.i_dispute), below: [words.not_my_debt, words.amount_is_wrong, words.other].map(Check::of).to_vec() };
    let mut checks = vec![dispute, Check::of(words.send_original_creditor), Check::of(&say(words.i_enclosed))];
    checks.extend(in_spanish(language, words::SPANISH_FORM).map(|item| Check { item, below: Vec::new() }));
    let left = vec![Block::heading(1, words.how_to_respond), Block::paragraph(words.check_all), Block::of(Content::Checks(checks))];
    let right = vec![
        Block::of(Content::Paragraph(vec![Span::strong(words.mail_to)])),
        Block::of(Content::Lines(ours)),
        Block::of(Content::Lines(theirs)),
        Block::paragraph(say(words.reference)),
    ];
    vec![Block::of(Content::Columns(58, left, right))]
}

/// The lines in Spanish on a notice in another language.
fn in_spanish(language: Language, text: &str) -> Option<Item> {
    (language != Language::Spanish).then(|| Item { language: Some(Language::Spanish), ..Item::of(text) })
}

/// Puts the facts in the places of a text.
fn fill(text: &str, facts: &NoticeFacts, itemized: Itemized, language: Language) -> String {
    // What people and files wrote must not turn bold.
    let plain = |text: &str| text.replace("**", "");
    let by = Period::of(facts.mailed_on).ends_on;
    let places = [
        ("{collector}", plain(&facts.collector.name)),
        ("{creditor_then}", plain(if facts.creditor_then.is_empty() { &facts.creditor_now } else { &facts.creditor_then })),
        ("{creditor}", plain(&facts.creditor_now)),
        ("{number}", last_of(&facts.account_number)),
        ("{reference}", plain(&facts.reference)),
        ("{itemized_on}", language.day(itemized.on)),
        ("{today}", language.day(facts.mailed_on)),
        ("{by}", language.day(by)),
        ("{phone}", plain(&facts.collector.phone)),
        ("{hours}", plain(&facts.collector.hours)),
    ];
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        match places.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests;

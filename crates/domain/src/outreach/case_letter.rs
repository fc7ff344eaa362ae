//! The answer to a case as a letter: what it must show, and what it says.
//!
//! Verification, a correction, the end of collection, the original creditor, the answer to a repeated dispute, the answer to a
//! complaint: [`write_letter`] gives the letter, or every element that is missing with where to enter it. The words are our own, in
//! [`words`]; an answer in Spanish goes out behind the English one, in one letter. What was found is printed as it was written.
//!
//! Read [`CaseLetterFacts`] first. Nothing here says when a letter may be sent: the gate does.

mod words;

use super::letter::{AmountRow, Amounts, Block, Content, Item, Language, Letter, Part, Sign, Span};
use super::validation_notice::{COMPANY, Collector, FILE, Itemized, Missing, PERSON, StateText, WordsDue, last_of};
use crate::compliance::record::Purpose;
use crate::disputes::case::{CaseKind, CaseOutcome, StepKind};
use crate::values::money::Money;
use jiff::civil::Date;
use words::Words;

/// Which answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseLetterKind {
    /// A copy of verification or of a judgment (12 CFR 1006.38(d)(2)(i)).
    Verification,
    /// What was wrong and is right now.
    Correction,
    /// That the debt is not collected any more.
    Ending,
    /// The original creditor's name and address (12 CFR 1006.38(c)).
    OriginalCreditor,
    /// That the dispute repeats an answered one, and why (12 CFR 1006.38(d)(2)(ii)).
    Repeat,
    /// The answer to a complaint.
    Complaint,
}

impl CaseLetterKind {
    /// Every one, in the order in which they are offered.
    pub const ALL: [CaseLetterKind; 6] = [
        CaseLetterKind::Verification,
        CaseLetterKind::Correction,
        CaseLetterKind::Ending,
        CaseLetterKind::OriginalCreditor,
        CaseLetterKind::Repeat,
        CaseLetterKind::Complaint,
    ];

    /// The code in forms, commands and the database.
    pub const fn code(self) -> &'static str {
        match self {
            CaseLetterKind::Verification => "verification",
            CaseLetterKind::Correction => "correction",
            CaseLetterKind::Ending => "ending",
            CaseLetterKind::OriginalCreditor => "original_creditor",
            CaseLetterKind::Repeat => "repeat",
            CaseLetterKind::Complaint => "complaint",
        }
    }

    /// Finds one by its code.
    pub fn parse(code: &str) -> Option<CaseLetterKind> {
        CaseLetterKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What it is called on screens.
    pub const fn words(self) -> &'static str {
        match self {
            CaseLetterKind::Verification => "Verification, with copies",
            CaseLetterKind::Correction => "Correction",
            CaseLetterKind::Ending => "End of collection",
            CaseLetterKind::OriginalCreditor => "Original creditor's name and address",
            CaseLetterKind::Repeat => "Repeated dispute, with the reason",
            CaseLetterKind::Complaint => "Answer to the complaint",
        }
    }

    /// The answers a case of a kind may get.
    pub const fn of(kind: CaseKind) -> &'static [CaseLetterKind] {
        match kind {
            CaseKind::Dispute => {
                &[CaseLetterKind::Verification, CaseLetterKind::Correction, CaseLetterKind::Repeat, CaseLetterKind::Ending]
            }
            CaseKind::IdentityTheft => &[CaseLetterKind::Verification, CaseLetterKind::Correction, CaseLetterKind::Ending],
            CaseKind::OriginalCreditor => &[CaseLetterKind::OriginalCreditor, CaseLetterKind::Ending],
            CaseKind::Complaint => &[CaseLetterKind::Complaint],
        }
    }

    /// What it is sent for, as the gate asks.
    pub const fn purpose(self) -> Purpose {
        match self {
            CaseLetterKind::Verification | CaseLetterKind::Correction => Purpose::SendVerification,
            CaseLetterKind::Ending => Purpose::EndingCollection,
            CaseLetterKind::OriginalCreditor => Purpose::SendOriginalCreditor,
            CaseLetterKind::Repeat => Purpose::AnswerDuplicativeDispute,
            CaseLetterKind::Complaint => Purpose::Collection,
        }
    }

    /// The step that its mailing is. A correction verifies what is left where it brings copies of what shows it.
    pub const fn step(self, has_copies: bool) -> StepKind {
        match self {
            CaseLetterKind::Verification => StepKind::VerificationSent,
            CaseLetterKind::Correction if has_copies => StepKind::VerificationSent,
            CaseLetterKind::OriginalCreditor => StepKind::OriginalCreditorSent,
            CaseLetterKind::Repeat => StepKind::RepeatAnswered,
            CaseLetterKind::Correction | CaseLetterKind::Ending | CaseLetterKind::Complaint => StepKind::Answered,
        }
    }

    /// The outcome that it tells of, where it is one alone.
    pub const fn outcome(self) -> Option<CaseOutcome> {
        match self {
            CaseLetterKind::Verification | CaseLetterKind::Repeat => Some(CaseOutcome::Verified),
            CaseLetterKind::Correction => Some(CaseOutcome::Corrected),
            CaseLetterKind::Ending => Some(CaseOutcome::Ended),
            CaseLetterKind::OriginalCreditor => Some(CaseOutcome::Supplied),
            CaseLetterKind::Complaint => None,
        }
    }
}

/// Everything an answer shows; what is empty is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLetterFacts {
    /// Which answer it is.
    pub kind: CaseLetterKind,
    /// What the case is about.
    pub case: CaseKind,
    /// The day of mailing.
    pub mailed_on: Date,
    /// The language the person asked for.
    pub language: Language,
    /// Who collects.
    pub collector: Collector,
    /// Whom it is to.
    pub person: String,
    /// Where it goes, line by line.
    pub address: Vec<String>,
    /// To whom the debt is owed now.
    pub creditor: String,
    /// The original creditor's name, then where it is, line by line.
    pub original_creditor: Vec<String>,
    /// The creditor's number of the account; only its end is printed.
    pub account_number: String,
    /// Our own reference.
    pub reference: String,
    /// The day their dispute, request or complaint reached us.
    pub received_on: Date,
    /// The part that they dispute, where it is a part.
    pub part: Option<Money>,
    /// The day of our earlier answer, for a repeated dispute.
    pub answered_on: Option<Date>,
    /// How the complaint ended.
    pub outcome: Option<CaseOutcome>,
    /// What was found, as somebody wrote it.
    pub found: String,
    /// How the amount came about, where that is on file and comes to what is owed.
    pub itemized: Option<Itemized>,
    /// What was taken off because of the case.
    pub corrected: Option<Money>,
    /// What is owed now.
    pub owed_now: Money,
    /// What is in the envelope beside it.
    pub enclosures: Vec<String>,
    /// What must be said of who writes, in each language.
    pub statements: Vec<StateText>,
    /// What their state wants added.
    pub state_texts: Vec<StateText>,
    /// What it wants and nobody has the words of.
    pub words_due: Vec<WordsDue>,
}

/// Where things of the case are entered.
const CASE: &str = "the case, Answer by letter";

/// What is missing, all at once.
pub fn missing(facts: &CaseLetterFacts) -> Vec<Missing> {
    use CaseLetterKind::{Complaint, Correction, OriginalCreditor, Repeat, Verification};
    let mut missing = Vec::new();
    let mut want = |is_there: bool, element, says: &str, cite, enter| {
        if !is_there {
            missing.push(Missing { element, says: says.into(), cite, enter });
        }
    };
    let is_there = |text: &str| !text.trim().is_empty();
    let lines = |lines: &[String]| lines.iter().filter(|line| is_there(line)).count();
    let kind = facts.kind;
    want(is_there(&facts.collector.name), "collector name", "is missing", "house rule", COMPANY);
    want(lines(&facts.collector.address) >= 2, "collector mailing address", "is missing", "house rule", COMPANY);
    want(is_there(&facts.collector.phone), "collector telephone", "is missing", "house rule", COMPANY);
    want(is_there(&facts.person), "person's name", "is missing", "house rule", PERSON);
    want(lines(&facts.address) >= 2, "person's mailing address", "is missing or not usable", "house rule", PERSON);
    want(is_there(&facts.creditor), "creditor", "is missing", "house rule", FILE);
    want(is_there(&facts.account_number), "account number", "is missing", "house rule", FILE);
    if kind == Verification {
        let says = "is missing: file with the account what the creditor sent, and choose it";
        want(!facts.enclosures.is_empty(), "copy of the verification or judgment", says, "12 CFR 1006.38(d)(2)(i)", CASE);
    }
    if kind == OriginalCreditor {
        let says = "are missing: a name, and an address below it";
        want(lines(&facts.original_creditor) >= 3, "original creditor's name and address", says, "12 CFR 1006.38(c)", CASE);
    }
    if kind == Repeat {
        let says = "is not on record: only what was met with verification can be repeated";
        want(facts.answered_on.is_some(), "earlier answer", says, "12 CFR 1006.38(a)(1)", "the case, Verification");
    }
    if kind == Complaint {
        let is_one = facts.outcome.is_some_and(|outcome| CaseKind::Complaint.outcomes().contains(&outcome));
        want(is_one, "outcome of the complaint", "is missing", "house rule", CASE);
    }
    if matches!(kind, Verification | Correction | Repeat | Complaint) {
        let cite = if kind == Repeat { "12 CFR 1006.38(d)(2)(ii)(A)" } else { "house rule" };
        want(is_there(&facts.found), "what was found", "is missing", cite, CASE);
    }
    missing.extend(facts.words_due.iter().map(WordsDue::missing));
    missing
}

/// Writes the letter, or names everything that is missing.
pub fn write_letter(facts: &CaseLetterFacts) -> Result<Letter, Vec<Missing>> {
    let missing = missing(facts);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Letter {
        title: Words::of(facts.language).title(facts.kind).into(),
        dated_on: facts.mailed_on,
        sender: facts.collector.name.clone(),
        parts: facts.language.of_letter().iter().map(|language| part(facts, *language)).collect(),
    })
}

fn part(facts: &CaseLetterFacts, language: Language) -> Part {
    let words = Words::of(language);
    let say = |text: &str| fill(text, facts, language);
    let mut addressee = vec![facts.person.clone()];
    addressee.extend(facts.address.iter().cloned());

    let mut body = vec![Block::heading(1, words.title(facts.kind)), paragraph(&say(words.opening(facts)))];
    body.extend(facts.part.map(|_| paragraph(&say(words.about_part))));
    body.extend(words.told(facts).iter().map(|text| paragraph(&say(text))));
    if facts.kind == CaseLetterKind::OriginalCreditor {
        body.push(Block::of(Content::Lines(facts.original_creditor.clone())));
        if facts.original_creditor.first().is_some_and(|name| name.trim() == facts.creditor.trim()) {
            body.push(paragraph(words.same_creditor));
        }
    }
    if !facts.found.trim().is_empty() {
        body.push(Block::heading(2, if facts.kind == CaseLetterKind::Repeat { words.why } else { words.found }));
        // As it was written, in English: it is nobody's to translate without being asked.
        let found = Content::Paragraph(vec![Span::plain(facts.found.trim())]);
        body.push(Block { language: (language != Language::English).then_some(Language::English), content: found });
    }
    body.extend([Block::heading(2, words.the_debt), Block::of(Content::Lines(debt(facts, words, &say)))]);
    if !matches!(facts.kind, CaseLetterKind::Ending | CaseLetterKind::Complaint) {
        body.push(Block::of(Content::Amounts(amounts(facts, words, &say))));
    }
    if !facts.enclosures.is_empty() {
        body.push(Block::heading(2, words.enclosed));
        let enclosed = facts.enclosures.iter().map(|name| Item { language: None, spans: vec![Span::plain(name)] });
        body.push(Block::of(Content::Bullets(enclosed.collect())));
    }
    body.extend(words.closing(facts).map(|text| paragraph(&say(text))));
    body.extend(facts.statements.iter().filter(|text| text.language == language).map(|text| Block::paragraph(&text.text)));
    let state: Vec<&StateText> = facts.state_texts.iter().filter(|text| text.language == language).collect();
    if !state.is_empty() {
        body.push(Block::heading(2, words.state_heading));
        body.extend(state.iter().map(|text| Block::paragraph(&text.text)));
    }
    let marks = vec![language.day(facts.mailed_on), say(words.reference)];
    Part { language, head: facts.collector.head(), marks, addressee, body, foot: say(words.reference) }
}

fn paragraph(text: &str) -> Block {
    Block::of(Content::Paragraph(Span::marked(text)))
}

fn debt(facts: &CaseLetterFacts, words: &Words, say: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut lines = vec![say(words.creditor), say(words.number)];
    if facts.kind != CaseLetterKind::OriginalCreditor {
        let original = facts.original_creditor.first().filter(|name| !name.trim().is_empty() && name.trim() != facts.creditor.trim());
        lines.extend(original.map(|name| format!("{} {name}", words.original_label)));
    }
    lines
}

fn amounts(facts: &CaseLetterFacts, words: &Words, say: &dyn Fn(&str) -> String) -> Amounts {
    let row = |label: &str, amount| AmountRow { label: say(label), amount, is_total: false };
    let mut rows = Vec::new();
    let corrected = facts.corrected.filter(|off| off.minor() > 0);
    match (corrected.and_then(|off| Some((off, facts.owed_now.plus(off).ok()?))), facts.itemized) {
        (Some((off, before)), _) => {
            rows.extend([row(words.before, Some((Sign::None, before))), row(words.taken_off, Some((Sign::Minus, off)))]);
        }
        (None, Some(itemized)) if itemized.now() == Some(facts.owed_now) => rows.extend([
            row(words.owed_then, Some((Sign::None, itemized.owed))),
            row(words.interest, Some((Sign::Plus, itemized.interest))),
            row(words.fees, Some((Sign::Plus, itemized.fees))),
            row(words.credits, Some((Sign::Minus, itemized.credits))),
        ]),
        (None, _) => {}
    }
    rows.push(AmountRow { is_total: true, ..row(words.owed_now, Some((Sign::None, facts.owed_now))) });
    Amounts { summary: words.table.into(), head: None, rows }
}

/// Puts the facts in the places of a text.
fn fill(text: &str, facts: &CaseLetterFacts, language: Language) -> String {
    // What people and files wrote must not turn bold.
    let plain = |text: &str| text.replace("**", "");
    let day = |on: Option<Date>| on.map(|on| language.day(on)).unwrap_or_default();
    let places = [
        ("{collector}", plain(&facts.collector.name)),
        ("{creditor}", plain(&facts.creditor)),
        ("{number}", last_of(&facts.account_number)),
        ("{reference}", plain(&facts.reference)),
        ("{received}", language.day(facts.received_on)),
        ("{answered}", day(facts.answered_on)),
        ("{itemized_on}", day(facts.itemized.map(|itemized| itemized.on))),
        ("{part}", facts.part.map(super::letter::money).unwrap_or_default()),
    ];
    // One pass over the text: what fills a place is not read for places again.
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let found = places.iter().find(|(name, _)| rest.starts_with(name));
        out.push_str(found.map_or("{", |(_, value)| value));
        rest = &rest[found.map_or(1, |(name, _)| name.len())..];
    }
    out + rest
}

#[cfg(test)]
mod tests;

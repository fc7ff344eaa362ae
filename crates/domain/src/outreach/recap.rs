//! The recap: what was agreed in a call, written down for them, as a letter or as a text.
//!
//! It says what the steps of the call say and nothing else: what is agreed, by when, what happens next, how to reach us.
//! [`write_recap`] gives the letter, in English or in both languages, or every element that is missing; [`write_text`] the text, which
//! names no amount and no creditor of its own: others may see a telephone. What must be said of who writes is given to both.
//!
//! Always true: nothing that was not a step of the call stands in it; a call with nothing agreed has none ([`Agreed::of`]).

use super::conversation::{Conversation, Means, Trigger, Way};
use super::letter::{Block, Content, Item, Language, Letter, Part, Span, money};
use super::validation_notice::{COMPANY, Collector, Missing, StateText, WordsDue, lacking, last_of};
use crate::values::money::{Currency, Money};
use jiff::civil::Date;

/// What was agreed in a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// An amount by a day.
    pub promised: Option<(Money, Date)>,
    /// How and when we are in touch next.
    pub next: Option<(Date, Option<u16>, Means)>,
    /// They dispute it: a case is open.
    pub is_disputed: bool,
}

impl Agreed {
    /// What the steps of a call agreed; `None` where there is nothing to write down.
    pub fn of(call: &Conversation) -> Option<Agreed> {
        if call.way() != Way::Talking {
            return None;
        }
        let promised = call.promised().and_then(|(minor, code, on)| Some((Money::of(minor, Currency::parse(code)?), on)));
        let next = call.agreed().filter(|(_, _, by)| *by != Means::None);
        let is_disputed = call.triggers().iter().any(|said| matches!(said, Trigger::Disputes | Trigger::NotTheirs | Trigger::Paid));
        // What they dispute they are not held to.
        let promised = promised.filter(|_| !is_disputed);
        (promised.is_some() || next.is_some() || is_disputed).then_some(Agreed { promised, next, is_disputed })
    }
}

/// Everything a recap shows; what is empty is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecapFacts {
    /// The day of mailing.
    pub mailed_on: Date,
    /// The day of the call.
    pub talked_on: Date,
    /// The language of the call.
    pub language: Language,
    /// Who collects.
    pub collector: Collector,
    /// Whom it is to.
    pub person: String,
    /// Where it goes, line by line.
    pub address: Vec<String>,
    /// To whom the debt is owed.
    pub creditor: String,
    /// The creditor's number of the account; only its end is printed.
    pub account_number: String,
    /// Our own reference.
    pub reference: String,
    /// What was agreed.
    pub agreed: Agreed,
    /// What must be said of who writes, in each language.
    pub statements: Vec<StateText>,
    /// What their state wants added.
    pub state_texts: Vec<StateText>,
    /// What it wants and nobody has the words of.
    pub words_due: Vec<WordsDue>,
}

/// What a letter lacks, all at once.
pub fn missing(facts: &RecapFacts) -> Vec<Missing> {
    lacking(&facts.collector, (&facts.person, &facts.address), &facts.creditor, &facts.words_due)
}

/// Writes the letter, or names everything that is missing.
pub fn write_recap(facts: &RecapFacts) -> Result<Letter, Vec<Missing>> {
    let missing = missing(facts);
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Letter {
        title: Words::of(facts.language).title.into(),
        dated_on: facts.mailed_on,
        sender: facts.collector.name.clone(),
        parts: facts.language.of_letter().iter().map(|language| part(facts, *language)).collect(),
    })
}

fn part(facts: &RecapFacts, language: Language) -> Part {
    let words = Words::of(language);
    let say = |text: &str| fill(text, facts, language);
    let mut addressee = vec![facts.person.clone()];
    addressee.extend(facts.address.iter().cloned());
    let paragraph = |text: &str| Block::of(Content::Paragraph(Span::marked(&say(text))));

    let agreed = &facts.agreed;
    let mut points = Vec::new();
    points.extend(agreed.promised.map(|_| words.promised));
    points.extend(agreed.is_disputed.then_some(words.disputed));
    points.extend(next(facts, words));
    let mut body = vec![Block::heading(1, words.title), paragraph(words.opening), Block::heading(2, words.agreed)];
    body.push(Block::of(Content::Bullets(points.into_iter().map(|text| Item::of(&say(text))).collect())));
    body.push(Block::heading(2, words.then));
    body.extend(agreed.promised.map(|_| paragraph(words.if_late)));
    body.extend(agreed.is_disputed.then(|| paragraph(words.until_answered)));
    body.push(paragraph(words.if_wrong));
    body.extend(facts.statements.iter().filter(|text| text.language == language).map(|text| Block::paragraph(&text.text)));
    let state: Vec<&StateText> = facts.state_texts.iter().filter(|text| text.language == language).collect();
    if !state.is_empty() {
        body.push(Block::heading(2, words.state_heading));
        body.extend(state.iter().map(|text| Block::paragraph(&text.text)));
    }
    let marks = vec![language.day(facts.mailed_on), say(words.reference)];
    Part { language, head: facts.collector.head(), marks, addressee, body, foot: say(words.reference) }
}

/// Writes the text in the language of the call, with the words that are due behind it, or names what is missing.
pub fn write_text(facts: &RecapFacts) -> Result<String, Vec<Missing>> {
    let collector = &facts.collector;
    let wanted = [(collector.name.trim(), "collector name"), (collector.phone.trim(), "collector telephone")];
    let lacks = wanted.into_iter().filter(|(text, _)| text.is_empty());
    let lacks: Vec<Missing> =
        lacks.map(|(_, element)| Missing { element, says: "is missing".into(), cite: "house rule", enter: COMPANY }).collect();
    if !lacks.is_empty() {
        return Err(lacks);
    }
    let words = Words::of(facts.language);
    let mut says = vec![words.text_opening];
    says.extend(facts.agreed.promised.map(|_| words.text_promised));
    says.extend(facts.agreed.is_disputed.then_some(words.text_disputed));
    says.extend(next(facts, words));
    says.push(words.text_reach);
    let mut text: Vec<String> = says.into_iter().map(|line| fill(line, facts, facts.language).replace("**", "")).collect();
    text.extend(facts.statements.iter().filter(|due| due.language == facts.language).map(|due| due.text.clone()));
    Ok(text.join(" "))
}

/// What is read back to them before the call ends, line by line: in the words that the letter has.
pub fn read_back(agreed: &Agreed, phone: &str, language: Language) -> Vec<String> {
    let words = Words::of(language);
    let facts = RecapFacts {
        mailed_on: Date::ZERO,
        talked_on: Date::ZERO,
        language,
        collector: Collector { phone: phone.into(), ..Collector::default() },
        person: String::new(),
        address: Vec::new(),
        creditor: String::new(),
        account_number: String::new(),
        reference: String::new(),
        agreed: agreed.clone(),
        statements: Vec::new(),
        state_texts: Vec::new(),
        words_due: Vec::new(),
    };
    let promised = agreed.promised.map(|_| [words.promised, words.if_late]);
    let says = promised.into_iter().flatten().chain(agreed.is_disputed.then_some(words.disputed)).chain(next(&facts, words));
    says.map(|line| fill(line, &facts, language).replace("**", "")).collect()
}

/// The question by which way they like to have it in writing.
pub fn ask_in_writing(language: Language) -> &'static str {
    Words::of(language).by_which_way
}

/// How and when we are in touch next.
fn next(facts: &RecapFacts, words: &Words) -> Option<&'static str> {
    let (_, minute, by) = facts.agreed.next?;
    match (by, minute) {
        (Means::Call, Some(_)) => Some(words.we_call_at),
        (Means::Call, None) => Some(words.we_call),
        (Means::Letter, _) => Some(words.we_write),
        (Means::Email, _) => Some(words.we_mail),
        (Means::Theirs, _) => Some(words.they_call),
        (Means::None, _) => None,
    }
}

/// Puts what is known into the places of a text; what is put in is not looked through again.
fn fill(text: &str, facts: &RecapFacts, language: Language) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((place, after)) = behind.split_once('}') else { break };
        out.push_str(before);
        out.push_str(&place_of(place, facts, language));
        rest = after;
    }
    out + rest
}

fn place_of(place: &str, facts: &RecapFacts, language: Language) -> String {
    let (promised, next) = (facts.agreed.promised, facts.agreed.next);
    match place {
        "creditor" => facts.creditor.clone(),
        "collector" => facts.collector.name.clone(),
        "phone" => facts.collector.phone.clone(),
        "number" => last_of(&facts.account_number),
        "reference" => facts.reference.clone(),
        "talked" => language.day(facts.talked_on),
        "amount" => promised.map(|(amount, _)| money(amount)).unwrap_or_default(),
        "due" => promised.map(|(_, on)| language.day(on)).unwrap_or_default(),
        "on" => next.map(|(on, ..)| language.day(on)).unwrap_or_default(),
        "at" => next.and_then(|(_, minute, _)| minute).map(|minute| format!("{}:{:02}", minute / 60, minute % 60)).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The words, our own in both languages.
struct Words {
    title: &'static str,
    opening: &'static str,
    agreed: &'static str,
    promised: &'static str,
    disputed: &'static str,
    we_call: &'static str,
    we_call_at: &'static str,
    we_write: &'static str,
    we_mail: &'static str,
    they_call: &'static str,
    then: &'static str,
    if_late: &'static str,
    until_answered: &'static str,
    if_wrong: &'static str,
    state_heading: &'static str,
    reference: &'static str,
    text_opening: &'static str,
    text_promised: &'static str,
    text_disputed: &'static str,
    text_reach: &'static str,
    by_which_way: &'static str,
}

impl Words {
    const fn of(language: Language) -> &'static Words {
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }
}

static ENGLISH: Words = Words {
    title: "What we agreed on the telephone",
    opening: "We spoke with you on {talked} about your account with {creditor}, number ending in {number}. Please keep this letter: it says \
              what was agreed.",
    agreed: "What was agreed",
    promised: "You pay **{amount}** by **{due}**.",
    disputed: "You told us that you dispute the debt, or a part of it.",
    we_call: "We call you on **{on}**.",
    we_call_at: "We call you on **{on}** at **{at}**, by your clock.",
    we_write: "You hear from us by letter by **{on}**.",
    we_mail: "You hear from us by e-mail by **{on}**.",
    they_call: "You call us by **{on}**, at {phone}.",
    then: "What happens next",
    if_late: "If something comes in between, call us before that day at {phone}, and we look for another way together.",
    until_answered: "We look into it and answer you in writing. Until then we do not ask you for what you dispute.",
    if_wrong: "If this is not what was agreed, or you change your mind, call us at {phone} or write to the address above and name our \
               reference {reference}.",
    state_heading: "Your state",
    reference: "Reference {reference}",
    text_opening: "{collector}: thank you for speaking with us on {talked}.",
    text_promised: "What you agreed to is due by {due}.",
    text_disputed: "We look into what you told us and answer in writing.",
    text_reach: "Questions, or not what was agreed? {phone}.",
    by_which_way: "How would you like this in writing: by letter, by text or by e-mail?",
};

static SPANISH: Words = Words {
    title: "Lo que acordamos por teléfono",
    opening: "Hablamos con usted el {talked} sobre su cuenta con {creditor}, número que termina en {number}. Guarde esta carta: dice lo que \
              se acordó.",
    agreed: "Lo que se acordó",
    promised: "Usted paga **{amount}** a más tardar el **{due}**.",
    disputed: "Usted nos dijo que disputa la deuda, o una parte de ella.",
    we_call: "Le llamamos el **{on}**.",
    we_call_at: "Le llamamos el **{on}** a las **{at}**, hora de donde usted está.",
    we_write: "Le escribimos por carta a más tardar el **{on}**.",
    we_mail: "Le escribimos por correo electrónico a más tardar el **{on}**.",
    they_call: "Usted nos llama a más tardar el **{on}**, al {phone}.",
    then: "Lo que sigue",
    if_late: "Si algo se interpone, llámenos antes de ese día al {phone} y buscamos juntos otra manera.",
    until_answered: "Lo revisamos y le respondemos por escrito. Mientras tanto no le pedimos lo que usted disputa.",
    if_wrong: "Si esto no es lo que se acordó, o si cambia de opinión, llámenos al {phone} o escriba a la dirección de arriba e indique \
               nuestra referencia {reference}.",
    state_heading: "Su estado",
    reference: "Referencia {reference}",
    text_opening: "{collector}: gracias por hablar con nosotros el {talked}.",
    text_promised: "Lo que usted acordó vence el {due}.",
    text_disputed: "Revisamos lo que nos dijo y le respondemos por escrito.",
    text_reach: "¿Preguntas, o no es lo acordado? {phone}.",
    by_which_way: "¿Cómo prefiere recibirlo por escrito: por carta, por mensaje de texto o por correo electrónico?",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_back_is_what_the_letter_says() {
        let next = Some((date(2026, 3, 11), Some(600), Means::Call));
        let agreed = Agreed { promised: Some((Money::of(8_000, Currency::Usd), date(2026, 3, 10))), next, is_disputed: false };
        let english = read_back(&agreed, "614-555-0100", Language::English);
        assert_eq!(english[0], "You pay $80.00 by March 10, 2026.");
        assert!(english[1].contains("614-555-0100") && english[2] == "We call you on March 11, 2026 at 10:00, by your clock.");
        assert_eq!(read_back(&agreed, "", Language::Spanish)[0], "Usted paga $80.00 a más tardar el 10 de marzo de 2026.");
    }

    use crate::outreach::conversation::{Answered, Step};
    use crate::parties::right_party::{Check, Fit};
    use jiff::civil::date;

    fn call(more: &[Step]) -> Conversation {
        let verified = [Step::Answered { who: Answered::Person }, Step::Checked { check: Check::LastFour, fit: Fit::Matches }];
        Conversation::of(&[Check::LastFour], false, verified.into_iter().chain(more.iter().cloned()).collect())
    }

    fn promise() -> Step {
        Step::Promised { amount_minor: 8_000, currency: "USD".into(), due_on: date(2026, 3, 10) }
    }

    fn next(by: Means, minute: Option<u16>) -> Step {
        Step::Agreed { on: date(2026, 3, 11), minute, by }
    }

    fn facts(language: Language, steps: &[Step]) -> RecapFacts {
        RecapFacts {
            mailed_on: date(2026, 3, 3),
            talked_on: date(2026, 3, 3),
            language,
            collector: Collector {
                name: "Harbor Recovery".into(),
                address: vec!["P.O. Box 12".into(), "Columbus, OH 43201".into()],
                phone: "(614) 555-0199".into(),
                ..Collector::default()
            },
            person: "María Núñez".into(),
            address: vec!["12 Elm St".into(), "Columbus, OH 43205".into()],
            creditor: "Larkfield {due}".into(),
            account_number: "44-000198".into(),
            reference: "ABCDE-01234".into(),
            agreed: Agreed::of(&call(steps)).unwrap(),
            statements: [(Language::English, "From a debt collector."), (Language::Spanish, "De un cobrador.")]
                .map(|(language, text)| StateText { language, text: text.into() })
                .to_vec(),
            state_texts: Vec::new(),
            words_due: Vec::new(),
        }
    }

    #[test]
    fn only_what_was_agreed_is_written_down() {
        assert_eq!(Agreed::of(&call(&[])), None, "a talk with nothing agreed");
        assert_eq!(Agreed::of(&call(&[next(Means::None, None)])), None);
        assert_eq!(Agreed::of(&Conversation::of(&[], false, vec![promise()])), None, "nobody was verified");
        let disputed = Agreed::of(&call(&[promise(), Step::Opened { trigger: Trigger::Disputes }])).unwrap();
        assert!(disputed.is_disputed && disputed.promised.is_none(), "what they dispute they are not held to");
        assert!(Agreed::of(&call(&[Step::Opened { trigger: Trigger::Complaint }])).is_none());
    }

    #[test]
    fn the_letter_says_what_when_and_what_then() {
        let says = write_recap(&facts(Language::English, &[promise(), next(Means::Call, Some(630))])).unwrap().text();
        for part in [
            "You pay $80.00 by March 10, 2026.",
            "We call you on March 11, 2026 at 10:30, by your clock.",
            "ending in 0198",
            "Larkfield {due}",
            "call us before that day at (614) 555-0199",
            "Reference ABCDE-01234",
            "From a debt collector.",
        ] {
            assert!(says.contains(part), "{part} in {says}");
        }
        assert!(!says.contains("44-000198") && !says.contains("De un cobrador."));
        let both = write_recap(&facts(Language::Spanish, &[promise(), next(Means::Theirs, None)])).unwrap();
        assert_eq!(both.parts.len(), 2);
        let says = both.text();
        assert!(says.contains("Usted paga $80.00 a más tardar el 10 de marzo de 2026.") && says.contains("You call us by March 11, 2026"));
        let says = write_recap(&facts(Language::English, &[Step::Opened { trigger: Trigger::Paid }])).unwrap().text();
        assert!(says.contains("you dispute the debt") && says.contains("answer you in writing") && !says.contains("You pay"));
    }

    #[test]
    fn a_text_names_neither_the_amount_nor_the_creditor() {
        for language in [Language::English, Language::Spanish] {
            let text = write_text(&facts(language, &[promise(), next(Means::Letter, None)])).unwrap();
            assert!(!text.contains("80.00") && !text.contains("Larkfield") && !text.contains("198"), "{text}");
            assert!(
                text.contains("Harbor Recovery") && text.contains("(614) 555-0199") && !text.contains('{') && !text.contains("**"),
                "{text}"
            );
        }
        let text = write_text(&facts(Language::English, &[promise()])).unwrap();
        assert!(text.contains("by March 10, 2026") && text.ends_with("From a debt collector."), "{text}");
    }

    #[test]
    fn what_is_missing_is_named_at_once() {
        let bare = RecapFacts { collector: Collector::default(), address: Vec::new(), ..facts(Language::English, &[promise()]) };
        let elements: Vec<&str> = write_recap(&bare).unwrap_err().iter().map(|missing| missing.element).collect();
        assert_eq!(elements, ["collector name", "collector mailing address", "collector telephone", "person's mailing address"]);
        assert_eq!(write_text(&bare).unwrap_err().len(), 2);
    }
}

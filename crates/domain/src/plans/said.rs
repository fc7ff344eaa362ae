//! What a note seems to promise: words in an officer's own notes by which something was granted that only the desk can grant.
//!
//! A promise in a note binds nobody's money but may bind us: the person heard it. So a note that says "agreed to settle for 300" is shown
//! to whoever wrote it and to a supervisor. What they asked for, what was refused and what they offered themselves is no promise of ours.
//!
//! Read [`find`]. A note is read sentence by sentence: one that names something that can be granted, and says that it was, is found,
//! unless it says that it was not. In English and in Spanish, the languages in which our officers call. It errs on the side of asking.

use crate::values::coded::coded;
use std::ops::Range;

coded! {
    /// What can be promised that a note cannot promise.
    Granted, 5 {
        Settlement = "settlement", "less than all, as payment in full";
        Waiver = "waiver", "that interest, fees or a part are waived";
        Reporting = "reporting", "that a credit report is changed";
        NoSuit = "no_suit", "that there will be no suit";
        NothingLeft = "nothing_left", "that nothing more is owed";
    }
}

coded! {
    /// What came of a note that seemed to promise something.
    FlagOutcome, 3 {
        NoPromise = "no_promise", "No promise: it only reads like one";
        TakenBack = "taken_back", "They were told that it does not stand";
        Granted = "granted", "It is granted, and stands where it belongs";
    }
}

/// A sentence of a note that seems to promise something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What.
    pub granted: Granted,
    /// Where the sentence stands in the note, in bytes.
    pub span: Range<usize>,
}

/// Words about what can be granted: one of each list must stand in the sentence, by its beginning; a blank list asks nothing.
const TOPICS: [(Granted, &[&[&str]]); 12] = [
    (Granted::Settlement, &[&["settle", "discount", "reduc", "descuent", "rebaj", "liquid"]]),
    (Granted::Settlement, &[&["in full", "full payment", "pago total"], &["$", "%", "percent", "dollar", "half", "mitad"]]),
    (Granted::Settlement, &[&["accept", "take", "acept"], &["%", "percent", "half of", "less than", "mitad", "menos de"]]),
    (Granted::Waiver, &[&["waive", "forgiv", "forgave", "write off", "wrote off", "knock", "perdon", "condon"]]),
    (
        Granted::Waiver,
        &[&["no more", "no further", "stop", "remove", "drop", "take off", "took off", "quit"], &["interest", "fee", "interes", "cargo"]],
    ),
    (
        Granted::Reporting,
        &[&["delet", "remov", "clear", "clean", "fix", "borr", "elimin"], &["credit", "bureau", "report", "score", "crédito", "credito"]],
    ),
    (Granted::Reporting, &[&["not report", "no report", "won't report", "never report", "no reporta"]]),
    (Granted::NoSuit, &[&["not sue", "won't sue", "never sue", "no lawsuit", "not take legal", "no legal action", "no demanda"]]),
    (Granted::NoSuit, &[&["not garnish", "won't garnish", "no garnish", "no embarg"]]),
    (Granted::NothingLeft, &[&["nothing more", "owes nothing", "nothing else", "no balance left", "no debe nada", "nada más", "nada mas"]]),
    (
        Granted::NothingLeft,
        &[&["close the account", "closed the account", "account closed", "cerrar la cuenta"], &["pays", "paid", "after", "$", "paga"]],
    ),
    (Granted::NothingLeft, &[&["drop", "forget", "olvid"], &["the debt", "the account", "the rest", "la deuda", "el resto"]]),
];

/// Words by which we grant something, by their beginning.
const GRANTS: [&str; 38] = [
    "promis",
    "agree",
    "accept",
    "approv",
    "guarante",
    "assur",
    "offer",
    "grant",
    "gave",
    "give",
    "told",
    "said we",
    "said i",
    "we will",
    "we'll",
    "i will",
    "i'll",
    "we can",
    "i can",
    "will be",
    "we have",
    "confirm",
    "okayed",
    "ok'd",
    "ok to",
    "fine to",
    "deal",
    "committed",
    "waived",
    "settled",
    "prometi",
    "acord",
    "acept",
    "autoriz",
    "ofrec",
    "le dije",
    "vamos a",
    "podemos",
];

/// Words that make a sentence no promise: it was refused, or must be asked first.
const REFUSALS: [&str; 30] = [
    "cannot",
    "can not",
    "can't",
    "could not",
    "couldn't",
    "did not",
    "didn't",
    "do not",
    "don't",
    "not able",
    "unable",
    "declin",
    "refus",
    "reject",
    "denied",
    "not agree",
    "not accept",
    "not approv",
    "not author",
    "no authority",
    "need approval",
    "needs approval",
    "ask supervisor",
    "asked supervisor",
    "must ask",
    "would have to ask",
    "no podemos",
    "no puedo",
    "rechaz",
    "no se acept",
];

/// Whose words those are when they stand before them: the other side's.
const THEIRS: [&str; 22] = [
    "debtor",
    "consumer",
    "customer",
    "client",
    "caller",
    "he ",
    "she ",
    "they ",
    "husband",
    "wife",
    "spouse",
    "attorney",
    "dtr",
    "cust ",
    "wants",
    "asked",
    "asks",
    "requested",
    "would like",
    "cliente",
    "pide",
    "quiere",
];

/// Finds the sentences that seem to promise something, in their order; each with the first thing that it promises.
pub fn find(note: &str) -> Vec<Said> {
    sentences(note).filter_map(|span| granted_in(&note[span.clone()]).map(|granted| Said { granted, span })).collect()
}

/// The spans of a note's sentences. A point between digits ends none.
fn sentences(note: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = note.as_bytes();
    let ends = move |at: usize| match bytes[at] {
        b'!' | b'?' | b';' | b'\n' => true,
        b'.' => bytes.get(at + 1).is_none_or(|next| !next.is_ascii_digit()),
        _ => false,
    };
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from;
        let end = (start..bytes.len()).find(|at| ends(*at)).map_or(bytes.len(), |at| at + 1);
        from = end;
        (start < bytes.len()).then_some(start..end)
    })
    .map(|span| {
        let text = &note[span.clone()];
        let before = text.len() - text.trim_start().len();
        span.start + before..span.start + before + text.trim().len()
    })
    .filter(|span| !span.is_empty())
}

fn granted_in(sentence: &str) -> Option<Granted> {
    let words = format!("{} ", sentence.to_lowercase().replace('’', "'"));
    if REFUSALS.iter().any(|refusal| stands(&words, refusal).is_some()) {
        return None;
    }
    let has_any = |list: &&[&str]| list.iter().any(|word| stands(&words, word).is_some());
    let (granted, _) = TOPICS.iter().find(|(_, lists)| lists.iter().all(has_any))?;
    // The first word by which somebody grants; theirs if their name stands closer before it than ours.
    let grant = GRANTS.iter().filter_map(|word| stands(&words, word)).min()?;
    let before = &words[..grant];
    let last = |list: &[&str]| list.iter().filter_map(|word| before.rfind(word)).max();
    let (theirs, ours) = (last(&THEIRS), last(&["we ", "i ", "office", "supervisor", "manager", "agency", "nosotros"]));
    let is_theirs = theirs.is_some() && theirs >= ours && !words[grant..].starts_with("told");
    (!is_theirs).then_some(*granted)
}

/// Where a word begins in a sentence: at its start, or behind what is no letter. Signs stand anywhere.
fn stands(words: &str, wanted: &str) -> Option<usize> {
    let is_sign = wanted.starts_with(['$', '%']);
    words.match_indices(wanted).map(|(at, _)| at).find(|at| is_sign || !words[..*at].ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(note: &str) -> Vec<Granted> {
        find(note).into_iter().map(|said| said.granted).collect()
    }

    #[test]
    fn what_was_granted_is_found() {
        for (note, granted) in [
            ("Agreed to settle for $300.", Granted::Settlement),
            ("Told her we will accept 40% and be done", Granted::Settlement),
            ("I offered 50 percent off as payment in full by Friday.", Granted::Settlement),
            ("We'll take 1,200.00 dollars as payment in full", Granted::Settlement),
            ("promised to waive the late fees if paid by the 5th", Granted::Waiver),
            ("Approved: no more interest from today", Granted::Waiver),
            ("Told customer we will delete it from her credit report once paid", Granted::Reporting),
            ("assured him we won't sue as long as he pays", Granted::NoSuit),
            ("Confirmed that he owes nothing more after this payment, told him account closed after he pays", Granted::NothingLeft),
            ("Le dije que aceptamos un descuento del 30%", Granted::Settlement),
            ("Prometí perdonar los intereses", Granted::Waiver),
        ] {
            assert_eq!(kinds(note), [granted], "{note}");
        }
    }

    #[test]
    fn what_they_asked_and_what_was_refused_is_no_promise() {
        for note in [
            "Asked whether we settle for 300.",
            "Debtor offered 300 as settlement, will call back",
            "She wants us to delete it from her credit report.",
            "Told him we cannot waive the fees",
            "Caller requested a discount; declined.",
            "Consumer agreed to pay $50 on Friday",
            "Left message with call back number.",
            "Offered the settlement on the desk needs approval",
            "Number is 614-555-0101. Works nights.",
            "",
        ] {
            assert_eq!(kinds(note), [], "{note}");
        }
    }

    #[test]
    fn each_sentence_is_read_by_itself_and_its_place_is_told() {
        let note = "Spoke with Ann. We will waive the fees! Pays 12.50 on Friday.\nAgreed to settle for 3.000,50";
        let said: Vec<&str> = find(note).into_iter().map(|said| &note[said.span]).collect();
        assert_eq!(said, ["We will waive the fees!", "Agreed to settle for 3.000,50"]);
    }

    proptest! {
        #[test]
        fn no_note_is_too_odd(note in any::<String>()) {
            for said in find(&note) {
                prop_assert!(note.get(said.span).is_some());
            }
        }
    }
}

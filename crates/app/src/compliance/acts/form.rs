//! What an act needs to be told by whoever asks: the fields of its form and of its command, and how they are read.
//!
//! What has legal weight is answered with yes or no by somebody: on screen nothing is chosen beforehand.

use crate::app::Problems;
use crate::compliance::cases::drawing::rate;
use crate::web::form::Fields;
use duly_domain::compliance::acts::Act;
use duly_domain::compliance::facts::{KeptRecord, Transferee, Venue};
use duly_domain::compliance::limitation::Agreement;
use duly_domain::values::money::Currency;
use jiff::civil::Date;

/// How a field is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Words.
    Text,
    /// A day.
    Day,
    /// An amount.
    Amount,
    /// Yes or no.
    YesNo,
    /// One of these: code and words.
    Choice(&'static [(&'static str, &'static str)]),
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// Its name.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// How it is filled.
    pub input: Input,
    /// Whether it must be filled.
    pub is_needed: bool,
}

impl Ask {
    /// The choices of a list; none for other fields.
    pub fn choices(&self) -> &'static [(&'static str, &'static str)] {
        match self.input {
            Input::YesNo => &[("yes", "Yes"), ("no", "No")],
            Input::Choice(choices) => choices,
            _ => &[],
        }
    }
}

const fn needed(name: &'static str, label: &'static str, input: Input) -> Ask {
    Ask { name, label, input, is_needed: true }
}

const fn maybe(name: &'static str, label: &'static str, input: Input) -> Ask {
    Ask { name, label, input, is_needed: false }
}

/// Whom a debt can pass to, as the law tells them apart.
pub const TRANSFEREES: [(&str, &str); 5] = [
    ("buyer", "a buyer, or somebody who collects it"),
    ("owner", "back to its owner"),
    ("previous_owner_by_contract", "an earlier owner, by the contract of sale"),
    ("security_interest", "whoever takes it as security"),
    ("merger_successor", "the successor in a merger"),
];

const VENUES: [(&str, &str); 4] = [
    ("consumer_residence", "where the consumer lives"),
    ("contract_signed", "where the contract was signed"),
    ("real_property_located", "where the real property lies"),
    ("elsewhere", "anywhere else"),
];

const AGREEMENTS: [(&str, &str); 4] = [
    ("written_contract", "a contract in writing"),
    ("oral", "a spoken one"),
    ("promissory_note", "a promissory note"),
    ("open_account", "an open account or a card"),
];

const RECORDS: [(&str, &str); 3] = [
    ("evidence", "evidence of what was done"),
    ("call_recording", "the recording of a call"),
    ("debit_authorization", "the writing behind debits"),
];

static FURNISH: [Ask; 3] = [
    needed("bureau", "To which bureau", Input::Text),
    needed("delinquency_began", "The day the delinquency began that led to collection", Input::Day),
    needed("shows_dispute", "Is a dispute, if there is one, shown in the report?", Input::YesNo),
];
static TRANSFER: [Ask; 3] = [
    needed("to", "To whom, in law", Input::Choice(&TRANSFEREES)),
    needed("name", "Their name", Input::Text),
    needed("shows_dispute", "Is a dispute, if there is one, told with it?", Input::YesNo),
];
static FEE: [Ask; 4] = [
    needed("what", "What for", Input::Text),
    needed("amount", "How much", Input::Amount),
    needed("in_agreement", "Does the agreement expressly provide for it?", Input::YesNo),
    needed("law_permits", "Does a law permit it?", Input::YesNo),
];
static INTEREST: [Ask; 3] = [
    needed("rate", "Rate of a year, in percent", Input::Text),
    needed("in_agreement", "Does the agreement provide for it?", Input::YesNo),
    needed("law_permits", "Does a law permit it?", Input::YesNo),
];
static DEPOSIT: [Ask; 4] = [
    needed("accepted_on", "Accepted on", Input::Day),
    needed("dated", "The date it bears", Input::Day),
    maybe("notice_sent_on", "Written notice of the deposit sent on (empty: none)", Input::Day),
    needed("to_threaten", "Was it asked for to threaten or start a prosecution?", Input::YesNo),
];
static DEBIT: [Ask; 9] = [
    maybe("single", "Is it a single debit, and no series? (empty: a series)", Input::YesNo),
    needed("authorized", "Did they sign a writing for it, or authenticate one?", Input::YesNo),
    needed("copy_given", "Were they given a copy?", Input::YesNo),
    needed("revoked", "Did they take it back?", Input::YesNo),
    maybe("amount", "How much", Input::Amount),
    maybe("usual", "The last or agreed amount", Input::Amount),
    maybe("range_low", "They asked for no notice from", Input::Amount),
    maybe("range_high", "to", Input::Amount),
    maybe("notice_sent_on", "Written notice of amount and day sent on (empty: none)", Input::Day),
];
static DELETE: [Ask; 3] = [
    needed("kept", "What", Input::Choice(&RECORDS)),
    maybe("kept_on", "The day of the call, or of the last debit", Input::Day),
    maybe("last_activity_on", "Last activity, where it is later than what is on record", Input::Day),
];
static SUIT: [Ask; 4] = [
    needed("venue", "In which court", Input::Choice(&VENUES)),
    needed("proof_of_claim", "Is it a claim filed in a bankruptcy?", Input::YesNo),
    maybe("accrued_on", "The day the time to sue began, by evidence we hold", Input::Day),
    maybe("agreement", "The kind of agreement", Input::Choice(&AGREEMENTS)),
];
static JUDGMENT: [Ask; 1] = [needed("military_affidavit", "Is the affidavit of military service filed?", Input::YesNo)];

/// The fields of a kind of act.
pub fn fields_of(kind: &str) -> Option<&'static [Ask]> {
    Some(match kind {
        "furnish" => &FURNISH,
        "transfer" => &TRANSFER,
        "fee" => &FEE,
        "interest" => &INTEREST,
        "deposit" => &DEPOSIT,
        "debit" => &DEBIT,
        "delete" => &DELETE,
        "suit" => &SUIT,
        "judgment" => &JUDGMENT,
        _ => return None,
    })
}

/// Words that are kept with what was asked.
const WORDS_MAX: usize = 200;

/// Reads an act from its fields; every problem at once.
pub fn read(kind: &str, fields: &Fields, currency: Currency, today: Date) -> Result<Act, Problems> {
    let Some(asked) = fields_of(kind) else {
        let known: Vec<&str> = duly_domain::compliance::acts::KINDS.iter().map(|(code, ..)| *code).collect();
        return Err(Problems::one("act", format!("is not one of {}", known.join(", "))));
    };
    let mut problems = Problems::default();
    // Commands name amounts in minor units.
    let minor = |name: &str| fields.text(&format!("{name}_minor")).parse::<i64>().ok();
    for ask in asked {
        let text = fields.text(ask.name);
        let says = match ask.input {
            Input::Amount if minor(ask.name).is_some() => continue,
            _ if text.is_empty() && ask.is_needed => "is not said".to_string(),
            Input::Text if text.chars().count() > WORDS_MAX || text.contains('\0') => format!("is longer than {WORDS_MAX} letters"),
            Input::YesNo | Input::Choice(_) if !text.is_empty() && !ask.choices().iter().any(|(code, _)| *code == text) => {
                let codes: Vec<&str> = ask.choices().iter().map(|(code, _)| *code).collect();
                format!("is not one of {}", codes.join(", "))
            }
            _ => continue,
        };
        problems.0.push((ask.name, says));
    }
    let yes = |name: &str| fields.text(name) == "yes";
    let text = |name: &str| fields.text(name).to_string();
    let mut day = |name: &'static str| fields.some(name).and_then(|_| fields.date(name, &mut problems));
    let days = [
        day("delinquency_began"),
        day("accepted_on"),
        day("dated"),
        day("notice_sent_on"),
        day("kept_on"),
        day("last_activity_on"),
        day("accrued_on"),
    ];
    let [delinquency_began, accepted_on, dated, notice_sent_on, kept_on, last_activity_on, accrued_on] = days;
    let past = [("delinquency_began", delinquency_began), ("accepted_on", accepted_on), ("accrued_on", accrued_on)];
    let later = past.into_iter().filter(|(_, day)| day.is_some_and(|day| day > today));
    problems.0.extend(later.map(|(name, _)| (name, "is in the future".to_string())));
    let mut amount =
        |name: &'static str| minor(name).or_else(|| fields.some(name).and_then(|_| fields.amount(name, currency, &mut problems)));
    let [much, usual, low, high] = [amount("amount"), amount("usual"), amount("range_low"), amount("range_high")];
    let basis_points = rate(fields.text("rate"));
    if kind == "interest" && basis_points.is_none() && !fields.text("rate").is_empty() {
        problems.0.push(("rate", "is not a rate such as 6.5".into()));
    }
    if low.is_some() != high.is_some() {
        problems.0.push(("range_high", "needs both ends of the range".into()));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let missing = |name: &'static str| Problems::one(name, "is not said");
    Ok(match kind {
        "furnish" => Act::Furnish { bureau: text("bureau"), shows_dispute: yes("shows_dispute"), delinquency_began },
        "transfer" => Act::Transfer { to: Transferee::parse(fields.text("to")), name: text("name"), shows_dispute: yes("shows_dispute") },
        "fee" => Act::Fee {
            what: text("what"),
            amount_minor: much,
            is_in_agreement: yes("in_agreement"),
            is_permitted_by_law: yes("law_permits"),
        },
        "interest" => Act::Interest {
            rate_basis_points: basis_points.ok_or_else(|| missing("rate"))?,
            is_in_agreement: yes("in_agreement"),
            is_permitted_by_law: yes("law_permits"),
        },
        "deposit" => Act::Deposit {
            accepted_on: accepted_on.ok_or_else(|| missing("accepted_on"))?,
            instrument_dated: dated.ok_or_else(|| missing("dated"))?,
            notice_sent_on,
            is_to_threaten_prosecution: yes("to_threaten"),
        },
        "debit" => Act::Debit {
            is_single: yes("single"),
            is_authorized_in_writing: yes("authorized"),
            is_revoked: yes("revoked"),
            copy_given: yes("copy_given"),
            amount_minor: much,
            usual_minor: usual,
            agreed_range_minor: low.zip(high),
            notice_sent_on,
        },
        "delete" => Act::Delete {
            kept: match fields.text("kept") {
                "call_recording" => KeptRecord::Recording(kept_on),
                "debit_authorization" => KeptRecord::DebitAuthorization(kept_on),
                _ => KeptRecord::Evidence,
            },
            last_activity_on,
        },
        "suit" => Act::Suit {
            venue: Some(Venue::parse(fields.text("venue"))),
            is_proof_of_claim: yes("proof_of_claim"),
            accrued_on,
            agreement: fields.some("agreement").map(|code| Agreement::of_kind(&code)),
        },
        _ => Act::Judgment { has_military_affidavit: yes("military_affidavit") },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use duly_domain::compliance::acts::KINDS;
    use jiff::civil::date;

    fn asked(kind: &str, body: &str) -> Result<Act, Vec<&'static str>> {
        let read = read(kind, &Fields::of(body.as_bytes()), Currency::Usd, date(2026, 3, 2));
        read.map_err(|problems| problems.0.into_iter().map(|(name, _)| name).collect())
    }

    #[test]
    fn every_kind_has_its_fields_and_says_all_that_is_missing_at_once() {
        for (kind, ..) in KINDS {
            let needed: Vec<&str> = fields_of(kind).unwrap().iter().filter(|ask| ask.is_needed).map(|ask| ask.name).collect();
            assert_eq!(asked(kind, ""), Err(needed), "{kind}");
        }
        assert_eq!(asked("juggle", ""), Err(vec!["act"]));
    }

    #[test]
    fn an_act_is_read_from_its_fields() {
        let fee = asked("fee", "what=Postage&amount=12.50&in_agreement=no&law_permits=yes").unwrap();
        let expected = Act::Fee { what: "Postage".into(), amount_minor: Some(1250), is_in_agreement: false, is_permitted_by_law: true };
        assert_eq!((fee.code(), fee), ("fee", expected));
        assert_eq!(asked("fee", "what=Postage&amount=twelve&in_agreement=perhaps&law_permits=no"), Err(vec!["in_agreement", "amount"]));
        assert_eq!(asked("furnish", "bureau=Any&delinquency_began=2026-03-03&shows_dispute=yes"), Err(vec!["delinquency_began"]));
        assert_eq!(asked("interest", "rate=six&in_agreement=yes&law_permits=no"), Err(vec!["rate"]));
        assert!(asked("suit", "venue=elsewhere&proof_of_claim=no&accrued_on=2025-01-10&agreement=oral").is_ok());
        assert_eq!(asked("debit", "authorized=yes&copy_given=yes&revoked=no&range_low=10"), Err(vec!["range_high"]));
    }
}

//! The words that states want in letters, as the agency has them: entered with their source, a version at a time.
//!
//! [`gather`] gives a letter its words: the agency's own, else those of the program's table, and names the states whose words nobody
//! has. What our table of states says is not certain is asked for all the same: the screen marks it.

use super::{places, store};
use crate::accounts::limitation;
use crate::app::{Actor, App, Failure, Problems};
use crate::audit::kept::KeptRow;
use crate::compliance::amendments::editions;
use crate::compliance::facts::{Known, states_of};
use crate::store::Tx;
use crate::{audit, transaction};
use duly_domain::compliance::states::{State, state, states};
use duly_domain::outreach::disclosures::{Kind, all};
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::validation_notice::{StateText, WordsDue, time_barred_text};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DisclosureId, LetterId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use serde_json::json;

/// The longest that a state's words may be, in letters.
const WORDS_MAX: usize = 4_000;
/// The longest that a source may be.
const SOURCE_MAX: usize = 300;

/// Words of a state to be entered.
#[derive(Clone, Debug)]
pub struct EnterWords {
    /// The state's two letters.
    pub state: String,
    /// In which language.
    pub language: Language,
    /// What it wants said.
    pub words: String,
    /// Where that stands, or who says so.
    pub source: String,
}

/// Enters the words of a state as a new version; which.
pub async fn enter(app: &App, who: &Actor, at: Moment, ask: &EnterWords) -> Result<i64, Failure> {
    let code = ask.state.trim().to_ascii_uppercase();
    let (words, source) = (ask.words.trim(), ask.source.trim());
    let mut problems = Problems::default();
    if state(&code).is_none() {
        problems.0.push(("state", format!("{:?} is not the two letters of a state", ask.state.trim())));
    }
    for (field, text, most) in [("words", words, WORDS_MAX), ("source", source, SOURCE_MAX)] {
        if text.is_empty() {
            problems.0.push((field, "is empty".into()));
        } else if text.chars().count() > most {
            problems.0.push((field, format!("is longer than {most} letters")));
        }
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction!(app.db, tx, {
        let known = store::find_state_words(tx, &code, ask.language).await?;
        let version = known.map_or(1, |known| known.version + 1);
        store::insert_state_words(tx, &code, ask.language, version, words, source, who.label(), at.at).await?;
        let detail = json!({"state": code, "language": ask.language.tag(), "version": version, "source": source});
        audit::record(tx, who, at.at, None, "letters.state_words", &detail).await?;
        Ok(version)
    })
}

/// What a letter says for the states in which the debtor lives or may live, and the states whose words nobody has.
pub async fn gather(tx: &mut Tx, known: &Known, mailed_on: Date) -> Result<(Vec<StateText>, Vec<WordsDue>), Failure> {
    let (mut texts, mut due) = (Vec::new(), Vec::new());
    let law = known.record.consumer.law.on(mailed_on);
    for (code, _) in states_of(&known.debtor, &known.points) {
        let Some(state) = law.state(code) else { continue };
        let said = words_of(tx, known, state).await?;
        let asks = state.words_for_letters();
        if said.is_empty() && !asks.is_empty() {
            due.push(WordsDue { state: state.name, asks: asks.into(), mark: state.letter_notices.confidence.mark() });
        }
        texts.extend(said);
        let is_old = state.asks_time_barred_notice()
            && limitation::reckoning_of(tx, known.account.id, mailed_on).await?.barred_since(mailed_on).is_some();
        if is_old {
            texts.extend([Language::English, Language::Spanish].map(time_barred_text));
        }
    }
    Ok((texts, due))
}

/// The words of a state: the agency's own where it has entered them in English, else the program's.
async fn words_of(tx: &mut Tx, known: &Known, state: &State) -> Result<Vec<StateText>, Failure> {
    let mut own = Vec::new();
    for language in [Language::English, Language::Spanish] {
        own.extend(store::find_state_words(tx, state.code, language).await?.map(|row| StateText { language, text: row.words }));
    }
    if own.iter().any(|text| text.language == Language::English) {
        return Ok(own);
    }
    let places = places(tx, known, "").await?;
    let ours = all().iter().filter(|wording| {
        wording.kind == Kind::StateNotice && wording.jurisdiction == state.code && wording.channels.contains(&Channel::Letter)
    });
    let ours = ours.filter_map(|wording| Some(StateText { language: wording.language, text: wording.fill(&places).ok()? }));
    Ok(ours.chain(own).collect())
}

/// Keeps which of the agency's own words a letter carried; the rows, for its entry.
pub async fn record_carried(
    tx: &mut Tx,
    who: &Actor,
    at: Moment,
    known: &Known,
    letter: LetterId,
    content: &str,
) -> Result<Vec<KeptRow>, Failure> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let content = plain(content);
    let mut rows = Vec::new();
    for (code, _) in states_of(&known.debtor, &known.points) {
        for language in [Language::English, Language::Spanish] {
            let Some(row) = store::find_state_words(tx, code, language).await?.filter(|row| content.contains(&plain(&row.words))) else {
                continue;
            };
            let account: AccountId = known.account.id;
            let new = store::NewDisclosure {
                id: DisclosureId(crate::app::new_uuid()),
                account,
                contact: None,
                letter: Some(letter),
                disclosure: format!("{}.own", code.to_ascii_lowercase()),
                kind: Kind::StateNotice,
                version: row.version,
                language,
                words: row.words,
                was_given: true,
            };
            rows.push(new.id.into());
            store::insert(tx, &new, who.label(), at.at).await?;
        }
    }
    Ok(rows)
}

/// A state that wants words in letters, with those that are there.
pub struct StateRow {
    /// The state.
    pub state: State,
    /// What it asks for; empty where the table names nothing and the agency entered words all the same.
    pub asks: String,
    /// The mark of what is not beyond doubt.
    pub mark: &'static str,
    /// The words in force, each language's last version.
    pub entered: Vec<store::StateWords>,
    /// The program has words for it, which stand in until the agency enters its own.
    pub has_ours: bool,
}

impl StateRow {
    /// Whether a letter to this state can be printed.
    pub fn is_ready(&self) -> bool {
        self.asks.is_empty() || self.has_ours || self.entered.iter().any(|row| row.language == Language::English.tag())
    }
}

/// Every state that wants words in letters, or has some, by the table of a day.
pub async fn list(tx: &mut Tx, today: Date) -> Result<Vec<StateRow>, Failure> {
    let entered = store::list_state_words(tx).await?;
    let law = editions(tx).await?.on(today);
    let rows = states().iter().filter_map(|shipped| law.state(shipped.code)).map(|state| {
        let of_state: Vec<store::StateWords> = entered.iter().filter(|row| row.state == state.code).cloned().collect();
        let last = |row: &store::StateWords| !of_state.iter().any(|other| other.language == row.language && other.version > row.version);
        let asks = state.words_for_letters();
        let is_ours = |kind, jurisdiction| kind == Kind::StateNotice && jurisdiction == state.code;
        StateRow {
            state: state.clone(),
            asks: asks.to_string(),
            mark: if asks.is_empty() { "" } else { state.letter_notices.confidence.mark() },
            entered: of_state.iter().filter(|row| last(row)).cloned().collect(),
            has_ours: all().iter().any(|wording| is_ours(wording.kind, wording.jurisdiction)),
        }
    });
    Ok(rows.filter(|row| !row.asks.is_empty() || !row.entered.is_empty()).collect())
}

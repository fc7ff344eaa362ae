//! All words that are due, by channel, state and language; and a voice mail's words tried against the rule.

use crate::app::{Failure, Problems, WORDS_MAX, check_length};
use crate::web::Web;
use crate::web::form::Fields;
use crate::web::guard::Visit;
use crate::web::shell::{Frame, page};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use duly_domain::compliance::record::{CollectorRole, Consumer, Record};
use duly_domain::compliance::states::{Confidence, states};
use duly_domain::outreach::disclosures::limited::{Parts, try_out};
use duly_domain::outreach::disclosures::{Wording, all};
use duly_domain::outreach::letter::Language;
use duly_domain::values::channel::Channel;
use duly_domain::values::moment::{date_of_day, written};
use jiff::Timestamp;
use std::collections::HashMap;

/// Which wordings are looked for; nothing named means all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// A state by its code, federal law among it; `US` for federal law alone.
    pub state: Option<String>,
    /// A medium.
    pub channel: Option<Channel>,
    /// A language.
    pub language: Option<Language>,
}

impl Wanted {
    /// Reads what is looked for; what is not known is named.
    pub fn read(state: Option<&str>, channel: Option<&str>, language: Option<&str>) -> Result<Wanted, Problems> {
        let some = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(String::from);
        let mut problems = Problems::default();
        let state = some(state).map(|code| code.to_uppercase());
        if state.as_deref().is_some_and(|code| code != "US" && !states().iter().any(|state| state.code == code)) {
            problems.0.push(("state", "is not US or the two letters of a state".into()));
        }
        let channel = some(channel);
        let parsed = channel.as_deref().and_then(Channel::parse);
        if channel.is_some() && parsed.is_none() {
            problems.0.push(("channel", "is not one such as call, text, email, letter".into()));
        }
        let language = some(language);
        let spoken = language.as_deref().and_then(Language::parse);
        if language.is_some() && spoken.is_none() {
            problems.0.push(("language", "is not en or es".into()));
        }
        if problems.is_empty() { Ok(Wanted { state, channel: parsed, language: spoken }) } else { Err(problems) }
    }

    /// The wordings that are looked for, in the table's order.
    pub fn list(&self) -> impl Iterator<Item = &'static Wording> {
        let Wanted { state, channel, language } = self.clone();
        all().iter().filter(move |wording| {
            state.as_deref().is_none_or(|state| wording.jurisdiction == "US" || wording.jurisdiction == state)
                && channel.is_none_or(|channel| wording.channels.contains(&channel))
                && language.is_none_or(|language| wording.language == language)
        })
    }
}

/// How sure we are, in a word.
pub fn sure(wording: &Wording) -> &'static str {
    match wording.confidence {
        Confidence::High => "read",
        Confidence::Medium => "told by others",
        Confidence::Low => "recalled, not verified",
    }
}

/// By which media, in words.
pub fn channels(wording: &Wording) -> String {
    wording.channels.iter().map(|channel| channel.to_string().to_lowercase()).collect::<Vec<_>>().join(", ")
}

/// Since when it is asked.
pub fn since(wording: &Wording) -> String {
    written(date_of_day(wording.in_force_from))
}

/// What a try came to.
pub struct Tried {
    /// What was found.
    pub parts: Parts,
    /// Why it is none; empty where it is one.
    pub faults: Vec<String>,
}

/// Tries a voice mail's words against the rule; nothing is kept.
pub fn try_voice_mail(at: Timestamp, text: &str) -> Tried {
    // The rule reads nothing of the record but its clock.
    let nobody = Record {
        role: CollectorRole::ThirdParty,
        consumer: Consumer::default(),
        persons: Vec::new(),
        debts: Default::default(),
        contacts: Vec::new(),
        notices: Vec::new(),
        clock_events: Vec::new(),
    };
    let (parts, decision) = try_out(&nobody, at, text);
    Tried { parts, faults: decision.because.iter().map(|reason| reason.detail.to_string()).collect() }
}

#[derive(Template)]
#[template(path = "outreach/words/words.html")]
struct WordsPage {
    frame: Frame,
    wordings: Vec<&'static Wording>,
    wanted: HashMap<String, String>,
    problems: Problems,
    text: String,
    tried: Option<Tried>,
}

impl WordsPage {
    fn is(&self, field: &str, value: &str) -> bool {
        self.wanted.get(field).is_some_and(|wanted| wanted == value)
    }

    /// Whether a part of them was asked for, which is then shown unfolded.
    fn is_narrowed(&self) -> bool {
        self.wanted.values().any(|wanted| !wanted.is_empty())
    }

    /// The wordings by what they are for, in the order of the table.
    fn by_kind(&self) -> Vec<(String, Vec<&'static Wording>)> {
        let mut kinds: Vec<(String, Vec<&'static Wording>)> = Vec::new();
        for wording in &self.wordings {
            let kind = wording.kind.to_string();
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, of_kind)) => of_kind.push(wording),
                None => kinds.push((kind, vec![wording])),
            }
        }
        kinds
    }
}

/// `GET /compliance/words?state=&channel=&language=`
pub async fn get_words(visit: Visit, Query(query): Query<HashMap<String, String>>) -> Result<Response, Failure> {
    let field = |name: &str| query.get(name).map(String::as_str);
    let (wordings, problems) = match Wanted::read(field("state"), field("channel"), field("language")) {
        Ok(wanted) => (wanted.list().collect(), Problems::default()),
        Err(problems) => (Vec::new(), problems),
    };
    let frame = Frame::of(&visit, "/compliance", "Words that are due");
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = WordsPage { frame, wordings, wanted: query, problems, text: String::new(), tried: None };
    Ok((status, page(&shown)).into_response())
}

/// `POST /compliance/words/tries`: the words may name somebody, and stand in no address.
pub async fn post_try(State(_): State<Web>, visit: Visit, body: Bytes) -> Result<Response, Failure> {
    let fields = Fields::of(&body);
    let text = fields.text("text").to_string();
    let mut problems = Problems::default();
    if text.is_empty() {
        problems.0.push(("text", "is empty".into()));
    } else if let Err(Failure::Wrong(wrong)) = check_length("text", &text, WORDS_MAX) {
        problems = wrong;
    }
    let tried = problems.is_empty().then(|| try_voice_mail(visit.at.at, &text));
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(&visit, "/compliance", "Words that are due");
    let shown = WordsPage { frame, wordings: all().iter().collect(), wanted: HashMap::new(), problems, text, tried };
    Ok((status, page(&shown)).into_response())
}

//! The statuses of an account as they are shown: what each leaves allowed, how we know, and the forms to enter and lift one.

use super::standing::{By, Since, Standing, standing};
use super::store::EvidenceRow;
use crate::accounts::papers::store::Document;
use crate::accounts::workspace::Unfinished;
use crate::app::Failure;
use crate::parties::pages::role;
use crate::parties::store::PersonRow;
use crate::store::Tx;
use crate::web::guard::Visit;
use crate::{accounts, parties};
use askama::Template;
use duly_domain::compliance::status::{CARDS, Evidence, Status, StatusCard};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::parties::care::Need;
use duly_domain::parties::role::{OF_ESTATE, OF_MINOR, role_in_words};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, DebtorId};
use duly_domain::values::moment::written;
use jiff::tz::TimeZone;

/// One status as it is shown.
pub struct ShownStatus {
    /// Its description.
    pub card: &'static StatusCard,
    /// By which row it binds.
    pub by: By,
    /// Whose it is.
    pub person: DebtorId,
    /// Their name and, where it is not the debtor, how they stand to the account.
    pub whose: String,
    /// Since when.
    pub since: String,
    /// What is particular to it.
    pub particular: String,
    /// How we know.
    pub how: Vec<String>,
    /// The needs that are written down with their consent, and what helps.
    pub needs: Vec<Need>,
    /// Days of service, the consent: what was said beside.
    pub said: Vec<String>,
    /// Who may speak for them, where somebody else must.
    pub speakers: Vec<String>,
    /// The roles in which somebody can be named who may.
    pub roles: Vec<(&'static str, &'static str)>,
    /// Whether who looks may lift it.
    pub may_lift: bool,
    /// Who may.
    pub lifted_by: String,
}

impl ShownStatus {
    /// What it is, in a line; for a way that they closed, which one.
    pub fn title(&self) -> String {
        match self.card.status {
            Status::Closed => format!("{}: {}", self.card.words, self.particular.to_lowercase()),
            _ => self.card.words.to_string(),
        }
    }

    /// Whether it calls for care rather than for a stop.
    pub fn is_care(&self) -> bool {
        matches!(self.card.status, Status::Vulnerable | Status::Hardship | Status::Incarcerated | Status::Servicemember)
    }

    /// Whether somebody else must be spoken to and nobody is named.
    pub fn lacks_speaker(&self) -> bool {
        !self.roles.is_empty() && self.speakers.is_empty()
    }

    /// Whether it is an open case in bankruptcy, of which the stay alone can be lifted.
    pub fn is_petition(&self) -> bool {
        self.card.status.is_petition()
    }
}

/// The panel.
#[derive(Template)]
#[template(path = "parties/status/panel.html")]
pub struct StatusPanel {
    csrf: String,
    account: AccountId,
    /// The statuses that stand.
    pub standing: Vec<ShownStatus>,
    people: Vec<(DebtorId, String)>,
    documents: Vec<(String, String)>,
    typed: Vec<(&'static str, String)>,
    wrong: Vec<(&'static str, String)>,
    channels: [(&'static str, String); 5],
    today: String,
    may_enter: bool,
    may_name: bool,
    is_entering: bool,
}

/// The fields that are given back when something is wrong with them.
const TYPED: [&str; 12] = [
    "person",
    "status",
    "on",
    "source",
    "words",
    "reference",
    "consented_by",
    "consented_on",
    "consented_how",
    "served_from",
    "served_until",
    "because",
];

impl StatusPanel {
    /// Reads what stands on an account.
    pub async fn of(
        tx: &mut Tx,
        visit: &Visit,
        account: AccountId,
        form: &Unfinished,
        documents: &[(Document, String)],
    ) -> Result<StatusPanel, Failure> {
        let people = parties::store::list_people(tx, account).await?;
        let debtor = accounts::store::load_account(tx, account).await?.debtor;
        let all = standing(tx, account).await?;
        let may_here = |permission| may(visit.who.role, permission);
        let mut people_shown: Vec<(DebtorId, String)> = people.iter().map(|person| (person.debtor, named(person, debtor))).collect();
        people_shown.sort_by_key(|(id, _)| *id != debtor);
        Ok(StatusPanel {
            csrf: visit.csrf.clone(),
            account,
            standing: all.iter().map(|known| shown(known, debtor, &people, visit.who.role, &visit.zone)).collect(),
            people: people_shown,
            documents: documents.iter().map(|(document, _)| (document.id.to_string(), document.file_name.clone())).collect(),
            typed: TYPED.iter().map(|name| (*name, form.fields.text(name).to_string())).collect(),
            wrong: form.problems.0.clone(),
            channels: [
                ("call", Channel::Call.to_string()),
                ("text", Channel::Text.to_string()),
                ("email", Channel::Email.to_string()),
                ("letter", Channel::Letter.to_string()),
                ("electronic", "Everything electronic".into()),
            ],
            today: visit.at.business_day.to_string(),
            may_enter: may_here(Permission::RecordStops),
            may_name: may_here(Permission::WorkAccounts),
            is_entering: form.fields.some("status").is_some(),
        })
    }

    fn typed(&self, name: &str) -> &str {
        self.typed.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.typed(name) == value
    }

    fn says(&self, name: &str) -> Option<&str> {
        self.wrong.iter().find(|(field, _)| *field == name).map(|(_, says)| says.as_str())
    }

    /// The field of a form that failed, with what is wrong, where no field of its own shows it.
    fn says_of_lift(&self) -> Option<&str> {
        self.says("because").or_else(|| self.says("source").filter(|_| !self.is_entering))
    }
}

fn named(person: &PersonRow, debtor: DebtorId) -> String {
    let name = crate::parties::name_of(person.name.as_deref());
    if person.debtor == debtor { name.to_string() } else { format!("{name}, {}", role(&person.role)) }
}

/// A status as it is shown to somebody in a role.
pub fn shown(known: &Standing, debtor: DebtorId, people: &[PersonRow], viewer: Role, zone: &TimeZone) -> ShownStatus {
    let card = known.status.card();
    let whose = people.iter().find(|person| person.debtor == known.person).map_or_else(|| known.name.clone(), |row| named(row, debtor));
    let roles: &[&str] = match known.status {
        Status::Deceased if known.person == debtor => &OF_ESTATE,
        Status::Minor if known.person == debtor => &OF_MINOR,
        _ => &[],
    };
    let counts = |row: &&PersonRow| roles.contains(&row.role.as_str()) || (row.role == "spouse" && known.status == Status::Deceased);
    let entered = || known.evidence.iter().filter(|row| row.act == "entered");
    let needs: Vec<Need> =
        entered().filter_map(|row| row.care_kinds.as_deref()).flat_map(str::split_whitespace).filter_map(Need::parse).collect();
    let mut how: Vec<String> = entered().map(in_words).collect();
    if how.is_empty() && !known.source.is_empty() {
        how.push(known.source.clone());
    }
    let who = Role::ALL.into_iter().filter(|role| may(*role, card.lifted_by)).map(|role| role.to_string().to_lowercase());
    ShownStatus {
        card,
        by: known.by,
        person: known.person,
        whose,
        since: match known.since {
            Since::On(on) => written(on),
            Since::At(at) => written(at.to_zoned(zone.clone()).date()),
        },
        particular: known.particular.clone(),
        how,
        needs,
        said: entered().flat_map(beside).collect(),
        speakers: people.iter().filter(counts).map(|row| named(row, debtor)).collect(),
        roles: roles.iter().map(|role| (*role, role_in_words(role))).collect(),
        may_lift: may(viewer, card.lifted_by),
        lifted_by: who.collect::<Vec<_>>().join(" or "),
    }
}

/// How we know, in a line.
pub fn in_words(row: &EvidenceRow) -> String {
    let source = Evidence::parse(&row.source).map_or_else(|| row.source.clone(), |known| known.to_string());
    let words = row.words.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
    format!("{source}, {}{words}", written(row.happened_on))
}

/// What was said beside: the consent to keep particulars, the days of service.
fn beside(row: &EvidenceRow) -> Vec<String> {
    let mut said = Vec::new();
    if let (Some(on), Some(how)) = (row.consented_on, row.consented_how.as_deref()) {
        let by = row.consented_by.as_deref().unwrap_or("They");
        said.push(format!("{by} agreed on {} that this is kept: {how}", written(on)));
    }
    match (row.served_from, row.served_until) {
        (None, None) => {}
        (from, until) => said.push(format!(
            "Service {}{}",
            from.map_or_else(|| "since a day not known".into(), |on| format!("from {}", written(on))),
            until.map_or_else(String::new, |on| format!(" to {}", written(on)))
        )),
    }
    said.extend(row.orders_on.map(|on| format!("Asked for the limit on interest, with orders, on {}", written(on))));
    said
}

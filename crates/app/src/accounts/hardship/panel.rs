//! The pause on the account and on the negotiation desk: the one that stands, those before, and the form to grant one.

use super::store;
use crate::accounts::store::load_account;
use crate::accounts::workspace::Unfinished;
use crate::app::Failure;
use crate::identity::names::Names;
use crate::store::Tx;
use crate::web::guard::Visit;
use askama::Template;
use duly_domain::accounts::hardship::PauseReason;
use duly_domain::identity::authority::pause_limits;
use duly_domain::identity::{Permission, may};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;
use jiff::Span;

/// A pause as it is shown.
struct ShownPause {
    from: String,
    until: String,
    reason: String,
    words: String,
    by: String,
    ended: String,
}

/// The panel.
#[derive(Template)]
#[template(path = "accounts/hardship/panel.html")]
pub struct PausePanel {
    csrf: String,
    account: AccountId,
    /// The day of review of the pause that stands.
    pub until: String,
    standing: Option<ShownPause>,
    before: Vec<ShownPause>,
    may_work: bool,
    limits: String,
    typed: crate::web::form::Fields,
    wrong: Vec<(&'static str, String)>,
    today: String,
    suggested: String,
}

/// The forms of the panel, by their names.
pub const FORMS: [&str; 2] = ["pause", "end-pause"];

impl PausePanel {
    /// Reads the pauses of an account, as somebody sees them.
    pub async fn of(tx: &mut Tx, visit: &Visit, id: AccountId, form: &Unfinished) -> Result<PausePanel, Failure> {
        let account = load_account(tx, id).await?;
        let (mut names, mut standing, mut before) = (Names::default(), None, Vec::new());
        for row in store::list_of_account(tx, id).await?.into_iter().rev() {
            let because = row.ended_because.unwrap_or_default();
            let shown = ShownPause {
                from: written(row.from_on),
                until: written(row.until_on),
                reason: PauseReason::parse(&row.reason).map(|reason| reason.to_string()).unwrap_or_default(),
                words: row.words,
                by: names.of(tx, &row.granted_by).await?,
                ended: row.ended_on.map(|on| format!("over since {}: {because}", written(on))).unwrap_or_default(),
            };
            if row.ended_on.is_none() {
                standing = Some(shown);
            } else {
                before.push(shown);
            }
        }
        let today = visit.at.business_day;
        let limits = pause_limits(visit.who.role).map(|limits| {
            format!(
                "Alone you grant {} days ahead and {} back; beyond that somebody else grants it.",
                limits.days_max, limits.back_days_max
            )
        });
        Ok(PausePanel {
            csrf: visit.csrf.clone(),
            account: id,
            until: account.paused_until.map(written).unwrap_or_default(),
            standing,
            before,
            may_work: may(visit.who.role, Permission::WorkAccounts) && account.state == "open",
            limits: limits.unwrap_or_default(),
            typed: if FORMS.contains(&form.form) { form.fields.clone() } else { crate::web::form::Fields::default() },
            wrong: if FORMS.contains(&form.form) { form.problems.0.clone() } else { Vec::new() },
            today: today.to_string(),
            suggested: today.saturating_add(Span::new().days(30)).to_string(),
        })
    }

    fn says(&self, field: &str) -> Option<&str> {
        self.wrong.iter().find(|(name, _)| *name == field).map(|(_, says)| says.as_str())
    }

    fn typed(&self, field: &str, drafted: &str) -> String {
        self.typed.some(field).unwrap_or_else(|| drafted.to_string())
    }
}

//! Debits on the account: what was agreed, what is planned, what was drawn. The number of the bank account is never whole here.

use super::planning::notice_is_due;
use super::store::drawn::{DebitRow, list_debits};
use super::store::{AuthorizationRow, list_authorizations};
use crate::app::Failure;
use crate::ledger;
use crate::store::Tx;
use crate::web::guard::Visit;
use askama::Template;
use duly_domain::identity::{Permission, may};
use duly_domain::ledger::ach::return_code::ReturnCode;
use duly_domain::ledger::debits::{AuthorizationState, DebitKind, DebitState};
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;
use duly_domain::values::money::Money;
use jiff::civil::Date;

/// One debit as it is shown.
pub struct ShownDebit {
    /// The debit.
    pub row: DebitRow,
    /// How much; nothing of a pre-note.
    pub amount: Option<Money>,
    /// Its day.
    pub day: String,
    /// How it stands.
    pub state: DebitState,
    /// The color of that.
    pub tone: &'static str,
    /// What it is.
    pub kind: DebitKind,
    /// Why it stayed or came back, with what to do.
    pub says: String,
    /// By when its written notice must go out; empty where none is needed.
    pub notice_by: String,
}

impl ShownDebit {
    /// A debit under its authorization.
    pub fn of(row: DebitRow, of: Option<&AuthorizationRow>, today: Date) -> Result<ShownDebit, Failure> {
        let state = row.standing();
        let tone = match state {
            DebitState::Settled => "ok",
            DebitState::Returned => "no",
            DebitState::Sent => "wait",
            DebitState::Planned | DebitState::Cancelled => "",
        };
        let says = match state {
            DebitState::Returned => {
                let code = ReturnCode::of(&row.return_code);
                format!("{} {}: {}", code.code, code.means, code.step)
            }
            // Under which the answer is kept says the link beside it.
            _ => row.because.split(" Kept as ").next().unwrap_or_default().to_string(),
        };
        Ok(ShownDebit {
            amount: (row.amount_minor > 0).then_some(Money::of(row.amount_minor, ledger::store::currency(&row.currency)?)),
            day: written(row.day()),
            state,
            tone,
            kind: row.asked_as(),
            says,
            notice_by: of.and_then(|of| notice_is_due(of, &row, today)).map(written).unwrap_or_default(),
            row,
        })
    }
}

/// One authorization as it is shown.
pub struct ShownAuthorization {
    /// The authorization.
    pub row: AuthorizationRow,
    /// How it stands.
    pub state: AuthorizationState,
    /// The color of that.
    pub tone: &'static str,
    /// How it was agreed.
    pub how: String,
    /// When.
    pub agreed: String,
    /// The amount that was agreed.
    pub usual: Option<Money>,
    /// The range without a notice.
    pub range: Option<(Money, Money)>,
    /// When they were given a copy; empty where they were not.
    pub copy: String,
}

impl ShownAuthorization {
    /// An authorization.
    pub fn of(row: AuthorizationRow) -> Result<ShownAuthorization, Failure> {
        let currency = ledger::store::currency(&row.currency)?;
        let money = |minor| Money::of(minor, currency);
        let state = row.standing();
        let tone = match state {
            AuthorizationState::Active => "ok",
            AuthorizationState::Held => "wait",
            AuthorizationState::Revoked => "no",
            AuthorizationState::Ended => "",
        };
        Ok(ShownAuthorization {
            state,
            tone,
            how: row.agreed_how().to_string(),
            agreed: written(row.agreed_on),
            usual: row.usual_minor.map(money),
            range: row.low_minor.zip(row.high_minor).map(|(low, high)| (money(low), money(high))),
            copy: row.copy_given_on.map(written).unwrap_or_default(),
            row,
        })
    }

    /// Whether it can be taken back.
    pub fn can_be_revoked(&self) -> bool {
        matches!(self.state, AuthorizationState::Active | AuthorizationState::Held)
    }
}

/// What an account has of both, the newest first.
pub async fn of_account(tx: &mut Tx, account: AccountId, today: Date) -> Result<(Vec<ShownAuthorization>, Vec<ShownDebit>), Failure> {
    let authorizations = list_authorizations(tx, account).await?;
    let debits = if authorizations.is_empty() { Vec::new() } else { list_debits(tx, account).await? };
    let shown = debits.into_iter().map(|row| {
        let of = authorizations.iter().find(|of| of.id == row.authorization);
        ShownDebit::of(row, of, today)
    });
    let shown = shown.collect::<Result<Vec<_>, _>>()?;
    Ok((authorizations.into_iter().map(ShownAuthorization::of).collect::<Result<_, _>>()?, shown))
}

/// Debits in the panel at the most.
const SHOWN: usize = 4;

/// The panel.
#[derive(Template)]
#[template(path = "ledger/debits/panel.html")]
pub struct DebitPanel {
    account: AccountId,
    authorizations: Vec<ShownAuthorization>,
    debits: Vec<ShownDebit>,
    more: usize,
    may_work: bool,
    is_open: bool,
}

impl DebitPanel {
    /// The panel of an account, as somebody sees it.
    pub async fn of(tx: &mut Tx, visit: &Visit, account: AccountId, is_open: bool) -> Result<DebitPanel, Failure> {
        let (mut authorizations, mut debits) = of_account(tx, account, visit.at.business_day).await?;
        authorizations.truncate(1);
        let more = debits.len().saturating_sub(SHOWN);
        debits.truncate(SHOWN);
        Ok(DebitPanel { account, authorizations, debits, more, may_work: may(visit.who.role, Permission::WorkAccounts), is_open })
    }

    /// Whether there is nothing to show.
    fn is_empty(&self) -> bool {
        self.authorizations.is_empty()
    }
}

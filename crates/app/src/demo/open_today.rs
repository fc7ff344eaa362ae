//! What whoever opens the sample finds open on the first day, so that no screen of the compliance room is empty by chance: a dispute
//! about a part that waits for its answer, and debts on which the time to sue ends soon.

use super::casework::dispute_part;
use crate::accounts;
use crate::accounts::limitation::EntryKind;
use crate::accounts::limitation::actions::{Enter, enter};
use crate::accounts::limitation::store as limitations;
use crate::app::{Actor, App, Failure};
use crate::disputes::store::list_of_account;
use crate::parties::store::load_debtor;
use crate::strategy::actions::list_places;
use crate::strategy::store::list_facts;
use duly_domain::compliance::states::state;
use duly_domain::identity::Role;
use duly_domain::values::ids::{AccountId, UserId};
use duly_domain::values::region::state_code;
use jiff::Span;
use uuid::Uuid;

/// Accounts looked at for one that suits.
const LOOKED_AT: usize = 200;
/// Open accounts, the first placed, among which the time to sue ends soon.
const OPEN: i64 = 500;
/// Within so many days the time to sue ends soon.
const SOON: i64 = 90;
/// On so many accounts of those somebody has looked at when it ends.
const ENDING: usize = 3;

/// Leaves a partial dispute and some ending periods on accounts that nothing else is said of.
pub async fn leave_open(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let Some((officer, who)) = users.iter().find(|(_, actor)| actor.role == Role::Officer) else { return Ok(()) };
    let places = list_places(&mut app.db.read().await?, *officer, app.moment(), None, LOOKED_AT).await?;
    for account in places.into_iter().map(|place| place.account) {
        if years_of(app, account).await?.is_some() {
            dispute_part(app, who, account).await?;
            break;
        }
    }
    let today = app.moment().business_day;
    let open = list_facts(&mut app.db.read().await?, AccountId(Uuid::nil()), OPEN).await?;
    let mut ending = 0;
    for row in open {
        let Some((accrued, years)) = row.aged_from.zip(years_of(app, row.account).await?) else { continue };
        let ends_on = accrued.saturating_add(Span::new().years(years));
        if ending == ENDING || ends_on < today || ends_on > today.saturating_add(Span::new().days(SOON)) {
            continue;
        }
        ending += 1;
        let source = "Last statement of the creditor, in the file".to_string();
        let entry = |kind, value: &str, from| Enter {
            account: row.account,
            kind,
            value: value.into(),
            from,
            until: None,
            source: source.clone(),
            document: None,
        };
        enter(app, who, app.moment(), &entry(EntryKind::Accrued, "", Some(accrued))).await?;
        enter(app, who, app.moment(), &entry(EntryKind::Agreement, "open_account", None)).await?;
    }
    Ok(())
}

/// The years to sue on an open account where the debtor lives, if it is a consumer's and nothing was said of it yet.
async fn years_of(app: &App, id: AccountId) -> Result<Option<u8>, Failure> {
    let mut tx = app.db.read().await?;
    let account = accounts::store::load_account(&mut tx, id).await?;
    let is_plain = account.kind == "consumer" && account.balance_minor > 1_000;
    if !is_plain || !limitations::list_of_account(&mut tx, id).await?.is_empty() || !list_of_account(&mut tx, id).await?.is_empty() {
        return Ok(None);
    }
    let debtor = load_debtor(&mut tx, account.debtor).await?;
    Ok(debtor.state.as_deref().and_then(state_code).and_then(state).and_then(|state| state.limitation.open_account))
}

//! What the sample agency told the bureaus: one creditor wants it, a monthly file went out, and since then something happened that cannot wait.

use crate::app::{Actor, App, Failure, new_uuid};
use crate::disputes::actions::{OpenCase, open_case};
use crate::intake::upload::folder;
use crate::reporting::furnish::{Furnish, begin_creditor, furnish};
use crate::{accounts, params};
use duly_domain::disputes::case::{CaseKind, Ground};
use duly_domain::identity::Role;
use duly_domain::values::calendar::{is_bank_day, nth_day_before};
use duly_domain::values::ids::{AccountId, UserId};
use jiff::civil::Date;

/// Days of the banks before today on which the bureaus are told.
const TOLD_AGO: u32 = 11;

/// Accounts of a creditor that wants it: as many at the most as a demonstration has time for.
const ACCOUNTS_MOST: i64 = 300;

/// Does what a day of the past brings, through the same actions that commands use.
pub async fn live_a_day(past: &App, users: &[(UserId, Actor)], today: Date) -> Result<(), Failure> {
    let at = past.moment();
    if at.business_day != nth_day_before(today, TOLD_AGO, is_bank_day) {
        return Ok(());
    }
    let Some((_, who)) = users.iter().find(|(_, who)| who.role == Role::Compliance) else { return Ok(()) };
    let Some(creditor) = find_creditor(past).await? else { return Ok(()) };
    begin_creditor(past, who, at, &creditor, "01").await?;
    let file = folder()?.join(format!("{}.txt", new_uuid().simple()));
    furnish(past, who, at, &Furnish { file: file.clone(), reporter: "SAMPLE01".into(), bureau: "the bureaus".into() }).await?;
    // Nobody in a demonstration sends it.
    drop(std::fs::remove_file(&file));
    Ok(())
}

/// The creditor with the most accounts of consumers among those that are not too many.
async fn find_creditor(app: &App) -> Result<Option<String>, Failure> {
    let mut tx = app.db.read().await?;
    let mut most = (0, None);
    for creditor in accounts::store::list_creditors(&mut tx).await? {
        let sql = "select count(*) from accounts where creditor_id = $1 and kind = 'consumer'";
        let count = tx.number(sql, params![creditor.id]).await?;
        if creditor.role != "first_party" && count > most.0 && count <= ACCOUNTS_MOST {
            most = (count, Some(creditor.name));
        }
    }
    Ok(most.1)
}

/// Somebody who was told of disputes the debt today, by telephone.
pub async fn leave_due(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let Some((_, who)) = users.iter().find(|(_, who)| who.role == Role::Officer) else { return Ok(()) };
    let told: Vec<(AccountId,)> = {
        let mut tx = app.db.read().await?;
        tx.all(
            "select f.account_id from furnishings f join accounts a on a.id = f.account_id
              where a.state = 'open' and f.dispute is null order by f.account_id desc limit 1",
            &[],
        )
        .await?
    };
    if let [(account,)] = told.as_slice() {
        let ask = OpenCase { ground: Some(Ground::WrongAmount), ..OpenCase::of(*account, CaseKind::Dispute, false) };
        open_case(app, who, app.moment(), &ask).await?;
    }
    Ok(())
}

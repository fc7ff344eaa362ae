//! What came in by the bank of the sample agency yesterday: some of it names an account, and some waits for the back office.

use crate::app::{Actor, App, Failure, new_uuid};
use crate::intake::upload::folder;
use crate::ledger;
use crate::ledger::clearing::expected::list_due;
use crate::ledger::clearing::store::list_coming;
use crate::ledger::receipts::take::{PIECE_MAX, TakeFile, take_file};
use crate::strategy::actions::{Work, list_worklist};
use duly_domain::identity::Role;
use duly_domain::ledger::matching::stands;
use duly_domain::values::ids::UserId;
use jiff::Span;

/// Accounts looked at; those at the end of the list are paid on, so that what is on top of it stays.
const LOOKED_AT: usize = 80;

/// Takes the statement of yesterday.
pub async fn take_statement(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let of_role = |role: Role| users.iter().find(|(_, actor)| actor.role == role);
    let (Some((officer, _)), Some((_, clerk))) = (of_role(Role::Officer), of_role(Role::BackOffice)) else { return Ok(()) };
    let work = list_worklist(&mut app.db.read().await?, *officer, app.moment(), None, LOOKED_AT).await?;
    let can_be_named = |work: &&Work| {
        let item = &work.item;
        item.currency == "USD" && item.name.is_some() && item.balance_minor > 10_000 && stands(&item.reference, &[item.reference.as_str()])
    };
    let [first, second, third, fourth] = work.iter().rev().filter(can_be_named).take(4).collect::<Vec<_>>()[..] else { return Ok(()) };
    let named = |work: &Work| format!("payment {} thank you", work.item.reference);
    let name = |work: &Work| work.item.name.clone().unwrap_or_default().replace('/', " ");
    let both = format!("{} and {}", first.item.reference, second.item.reference);
    let mut booked = vec![
        (5_000, name(first), named(first)),
        (7_500, name(second), named(second)),
        (10_000, "A relative".into(), both),
        (third.item.balance_minor, name(third), "as agreed".into()),
        (2_500, name(fourth), "thank you".into()),
        (4_000, String::new(), "cash deposit, branch 12".into()),
        (318, "Harbor Bank".into(), "interest of the month".into()),
        (-5_000, name(first), format!("returned unpaid {}", first.item.reference)),
        (-1_250, "Harbor Bank".into(), "fees of the month".into()),
    ];
    let today = app.moment().business_day;
    // Debits that took effect: the bank names the first entry of each sum, but for the newest, which somebody has to look at.
    let sums = list_due(&mut app.db.read().await?, today).await?;
    for (place, one) in sums.iter().enumerate() {
        let Some(minor) = one.expected.minor() else { continue };
        let what = if minor < 0 { "return" } else { "settlement" };
        let trace = one.expected.traces.first().filter(|_| place + 1 < sums.len()).map_or("", |(first, _)| first);
        booked.push((minor, "Harbor Bank".into(), format!("ACH {what} {trace}").trim().to_string()));
    }
    let day = today.saturating_sub(Span::new().days(1)).strftime("%y%m%d").to_string();
    let amount = |minor: i64| format!("{},{:02}", minor / 100, minor % 100);
    // The day before, the bank and the ledger agreed, but for what was to come.
    let trust = ledger::store::trust(&mut app.db.read().await?).await?;
    let coming = list_coming(&mut app.db.read().await?, today).await?;
    let coming = coming.iter().find(|(currency, _)| currency == "USD").map_or(0, |(_, minor)| *minor);
    let opening = trust.iter().find(|(.., currency)| currency == "USD").map_or(0, |(bank, ..)| *bank) - coming;
    let mut closing = opening;
    let mut text = format!(":20:SAMPLE{day}\r\n:25:044000037/000100204417\r\n:28C:1/1\r\n:60F:C{day}USD{}\r\n", amount(opening));
    for (number, (minor, name, words)) in (1..).zip(&booked) {
        closing += minor;
        let (side, kind) = if *minor < 0 { ('D', "RTI") } else { ('C', "TRF") };
        text.push_str(&format!(":61:{day}{}{side}{}N{kind}NONREF//SB{day}{number:02}\r\n", &day[2..], amount(minor.abs())));
        text.push_str(&format!(":86:/NAME/{name}/REMI/{words}\r\n"));
    }
    text.push_str(&format!(":62F:C{day}USD{}\r\n", amount(closing)));
    let path = folder()?.join(format!("{}.bank", new_uuid().simple()));
    std::fs::write(&path, text).map_err(|error| Failure::File(format!("the sample statement cannot be written: {error}")))?;
    let taken = take_file(app, clerk, app.moment(), &TakeFile { path: path.clone(), piece: PIECE_MAX }, |_| true).await;
    // What could not be removed is in a folder of ours that goes with the program.
    drop(std::fs::remove_file(&path));
    taken.map(drop)
}

//! Who let the sample agency draw from their account at a bank: what settled, what came back, and what waits for the next file.

use crate::app::{Actor, App, Failure, new_uuid};
use crate::intake::upload::folder;
use crate::ledger::debits::agreeing::{Authorize, authorize};
use crate::ledger::debits::file::settle_sender;
use crate::ledger::debits::planning::{PlanDebit, plan_debit};
use crate::ledger::debits::sealing::AccountNumber;
use crate::ledger::debits::sending::{placed, write};
use crate::ledger::debits::store::drawn::{DebitRow, list_of_file};
use crate::ledger::debits::store::{list_authorizations, list_files};
use crate::ledger::debits::taking::take;
use crate::{accounts, parties, plans};
use duly_domain::identity::Role;
use duly_domain::ledger::ach::layout::{BATCH_CONTROL, BATCH_HEADER, ENTRY, FILE_CONTROL, FILE_HEADER, RETURN};
use duly_domain::ledger::ach::writing::{BankAccountKind, EntryClass};
use duly_domain::ledger::debits::{AuthorizationState, next_bank_day};
use duly_domain::values::calendar::{is_bank_day, nth_day_before};
use duly_domain::values::ids::{AccountId, DebitId, UserId};
use jiff::civil::Date;
use std::fmt::Write;

/// Promises looked at, the newest first.
const LOOKED_AT: i64 = 500;

/// How many let us draw.
const AGREED: usize = 5;

/// What each of them pays, in cents.
const EACH_MINOR: i64 = 5_000;

/// One that is asked for once, by telephone; one that a pre-note goes before.
const SPOKEN: usize = 3;
const TRIED_FIRST: usize = 4;

/// Days of the banks before today on which people agree and a file goes, the bank tells what came back, the next file goes.
const AGREED_AGO: u32 = 12;
const TOLD_AGO: u32 = 9;
const AGAIN_AGO: u32 = 5;

/// Does what a day of the past brings, through the same actions that commands use.
pub async fn live_a_day(past: &App, users: &[(UserId, Actor)], today: Date) -> Result<(), Failure> {
    let day = past.moment().business_day;
    let is_ago = |days| day == nth_day_before(today, days, is_bank_day);
    let Some((_, clerk)) = users.iter().find(|(_, who)| who.role == Role::BackOffice) else { return Ok(()) };
    if is_ago(AGREED_AGO) {
        agree(past, users, today).await?;
    }
    if is_ago(TOLD_AGO) {
        come_back(past, clerk).await?;
    }
    if is_ago(AGREED_AGO) || is_ago(AGAIN_AGO) {
        let sent = write(past, clerk, past.moment(), None).await?;
        if let Some((file, _)) = sent.file {
            placed(past, clerk, past.moment(), file.id).await?;
        }
    }
    Ok(())
}

/// Our bank is settled, people agree, and a debit is planned under each.
async fn agree(past: &App, users: &[(UserId, Actor)], today: Date) -> Result<(), Failure> {
    let Some((_, who)) = users.iter().find(|(_, actor)| actor.role == Role::Officer) else { return Ok(()) };
    let at = past.moment();
    settle_sender(past, who, at, Some("044000037"), Some("Harbor Bank"), Some("1002044170")).await?;
    for (number, (account, holder)) in who_pays(past).await?.into_iter().take(AGREED).enumerate() {
        let is_spoken = number == SPOKEN;
        let ask = Authorize {
            account,
            holder,
            class: match number {
                SPOKEN => EntryClass::Tel,
                TRIED_FIRST => EntryClass::Ppd,
                _ => EntryClass::Web,
            },
            is_recurring: !is_spoken,
            routing: "021000021".into(),
            number: AccountNumber::of(&format!("70012{}", 4_417 + number)),
            drawn_on: BankAccountKind::Checking,
            usual_minor: Some(EACH_MINOR),
            range_minor: (number == 0).then_some((2_500, 7_500)),
            words: if is_spoken {
                "Yes, take fifty dollars from my checking account tomorrow, once.".into()
            } else {
                "I let Sample Agency debit my account by the amount agreed, each month, until I say stop.".into()
            },
            evidence: if is_spoken {
                format!("Recording of the call, {at}", at = at.business_day)
            } else {
                format!("Form {} of the site, confirmed with a code", 310 + number)
            },
            agreed_on: at.business_day,
            copy_given_on: (!is_spoken).then_some(at.business_day),
            wants_prenote: number == TRIED_FIRST,
        };
        let of = authorize(past, who, at, &ask).await?;
        // The second one's next is planned too: it will stay, for its first comes back.
        let first_on =
            if number == TRIED_FIRST { nth_day_before(today, AGAIN_AGO - 1, is_bank_day) } else { next_bank_day(at.business_day) };
        for wanted_on in [Some(first_on), (number == 2).then(|| next_bank_day(today))].into_iter().flatten() {
            let ask = PlanDebit { authorization: of.id, amount_minor: EACH_MINOR, wanted_on, notice_sent_on: None, corrects: None };
            plan_debit(past, who, at, &ask).await?;
        }
    }
    Ok(())
}

/// Who kept a promise and owes enough to go on, with their names.
async fn who_pays(past: &App) -> Result<Vec<(AccountId, String)>, Failure> {
    let mut tx = past.db.read().await?;
    let mut found: Vec<(AccountId, String)> = Vec::new();
    for promise in plans::store::list_recent(&mut tx, LOOKED_AT).await?.into_iter().filter(|promise| promise.state == "kept") {
        let account = accounts::store::load_account(&mut tx, promise.account).await?;
        let debtor = parties::store::load_debtor(&mut tx, account.debtor).await?;
        let can_be_drawn = account.state == "open" && account.currency == "USD" && account.balance_minor > 8 * EACH_MINOR;
        if can_be_drawn && found.iter().all(|(known, _)| *known != account.id) {
            found.extend(debtor.name.map(|name| (account.id, name)));
        }
    }
    Ok(found)
}

/// Of the first file, one had no money and one has another account by now.
async fn come_back(past: &App, clerk: &Actor) -> Result<(), Failure> {
    let sent = {
        let mut tx = past.db.read().await?;
        let Some(file) = list_files(&mut tx, 1).await?.into_iter().next() else { return Ok(()) };
        list_of_file(&mut tx, file.id, DebitId(uuid::Uuid::nil()), 10).await?
    };
    let debits: Vec<&DebitRow> = sent.iter().filter(|row| row.amount_minor > 0).collect();
    let told: Vec<(&DebitRow, &str)> = debits.into_iter().skip(1).zip(["R01", "R02"]).collect();
    if told.is_empty() {
        return Ok(());
    }
    let unwritten = |error: String| Failure::File(format!("the sample returns cannot be written: {error}"));
    let text = bank_tells(&told, past.moment().business_day).map_err(unwritten)?;
    let path = folder()?.join(format!("{}.ach", new_uuid().simple()));
    std::fs::write(&path, text).map_err(|error| unwritten(error.to_string()))?;
    let taken = take(past, clerk, past.moment(), &path).await;
    // What could not be removed is in a folder of ours that goes with the program.
    drop(std::fs::remove_file(&path));
    taken.map(drop)
}

/// A file of returns as a bank writes it.
fn bank_tells(told: &[(&DebitRow, &str)], on: Date) -> Result<String, String> {
    let day = on.strftime("%y%m%d").to_string();
    let mut records = vec![FILE_HEADER.write(&[
        ("destination", " 044000037"),
        ("origin", " 021000021"),
        ("created on", &day),
        ("file id modifier", "A"),
    ])?];
    let mut sum = 0;
    for (number, (row, code)) in (1..).zip(told) {
        let (minor, number, own) = (row.amount_minor.to_string(), number.to_string(), format!("02100002{number:07}"));
        let shared = [("service class", "225"), ("company id", "1002044170"), ("originating bank", "02100002"), ("batch number", &number)];
        let header = [("company name", "SAMPLE"), ("entry class", "WEB"), ("entry description", "RETURN"), ("effective on", &day)];
        records.push(BATCH_HEADER.write(&[&shared[..], &header[..], &[("originator status", "1")]].concat())?);
        records.push(ENTRY.write(&[
            ("transaction code", "26"),
            ("receiving bank", "04400003"),
            ("check digit", "7"),
            ("account number", "XXXX"),
            ("amount", &minor),
            ("has addenda", "1"),
            ("trace", &own),
        ])?);
        let trace = row.trace.as_deref().unwrap_or_default();
        let addenda =
            [("addenda type", "99"), ("reason", *code), ("original trace", trace), ("original bank", "02100002"), ("trace", &own)];
        records.push(RETURN.write(&addenda)?);
        let totals = [("entries and addenda", "2"), ("hash", "4400003"), ("debits", &minor), ("credits", "0")];
        records.push(BATCH_CONTROL.write(&[&shared[..], &totals[..]].concat())?);
        sum += row.amount_minor;
    }
    let blocks = (records.len() + 1).div_ceil(10);
    records.push(FILE_CONTROL.write(&[
        ("batches", &told.len().to_string()),
        ("blocks", &blocks.to_string()),
        ("entries and addenda", &(told.len() * 2).to_string()),
        ("hash", &(told.len() * 4_400_003).to_string()),
        ("debits", &sum.to_string()),
        ("credits", "0"),
    ])?);
    records.resize(blocks * 10, "9".repeat(94));
    let mut text = String::new();
    for record in records {
        writeln!(text, "{record}").map_err(|error| error.to_string())?;
    }
    Ok(text)
}

/// What is due next month is planned, and goes with the next file.
pub async fn leave_waiting(app: &App, users: &[(UserId, Actor)]) -> Result<(), Failure> {
    let Some((_, who)) = users.iter().find(|(_, actor)| actor.role == Role::Officer) else { return Ok(()) };
    let at = app.moment();
    let mut tx = app.db.read().await?;
    let mut drawn: Vec<AccountId> = Vec::new();
    for file in list_files(&mut tx, 10).await? {
        drawn.extend(list_of_file(&mut tx, file.id, DebitId(uuid::Uuid::nil()), 10).await?.iter().map(|row| row.account));
    }
    drawn.sort_unstable();
    drawn.dedup();
    let mut active = Vec::new();
    for account in drawn {
        let held = accounts::store::load_account(&mut tx, account).await?;
        let can_be_drawn = held.state == "open" && held.paused_until.is_none() && held.balance_minor > 4 * EACH_MINOR;
        let of = list_authorizations(&mut tx, account).await?;
        active.extend(of.into_iter().filter(|of| can_be_drawn && of.is_recurring && of.standing() == AuthorizationState::Active));
    }
    tx.rollback().await;
    for of in active {
        let wanted_on = next_bank_day(at.business_day);
        let ask = PlanDebit { authorization: of.id, amount_minor: EACH_MINOR, wanted_on, notice_sent_on: None, corrects: None };
        plan_debit(app, who, at, &ask).await?;
    }
    Ok(())
}

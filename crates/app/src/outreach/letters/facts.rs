//! What a validation notice needs to know about an account, gathered from the rooms.

use crate::accounts;
use crate::accounts::itemized;
use crate::app::Failure;
use crate::compliance::facts::Known;
use crate::identity::store as settings;
use crate::ledger;
use crate::outreach::words;
use crate::parties::store::Point;
use crate::store::Tx;
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::validation_notice::{Collector, Itemized, NoticeFacts};
use duly_domain::values::ids::AccountId;
use duly_domain::values::money::{Currency, Money};
use jiff::civil::Date;

/// Reads who we are on letters.
pub async fn sender(tx: &mut Tx) -> Result<Collector, Failure> {
    let mut setting = async |name| settings::find_setting(tx, name).await.map(Option::unwrap_or_default);
    Ok(Collector {
        name: setting(settings::COMPANY).await?,
        address: setting(settings::ADDRESS).await?.lines().map(String::from).collect(),
        phone: setting(settings::PHONE).await?,
        hours: setting(settings::HOURS).await?,
        website: setting(settings::WEBSITE).await?,
    })
}

/// Reads everything a notice shows.
pub async fn gather(tx: &mut Tx, known: &Known, point: Option<&Point>, mailed_on: Date) -> Result<NoticeFacts, Failure> {
    let account = &known.account;
    let currency = ledger::store::currency(&account.currency)?;
    let language = known.debtor.language.as_deref().and_then(Language::parse).unwrap_or(Language::English);
    let then = accounts::store::find_itemization_creditor(tx, account.creditor).await?;
    // Who bought the debt was not owed it on the itemization date; who placed it was, unless it is said otherwise.
    let creditor_then = match then {
        Some(name) => name,
        None if known.creditor.role == "debt_buyer" => String::new(),
        None => known.creditor.name.clone(),
    };
    let (state_texts, words_due) = words::states::gather(tx, known, mailed_on).await?;
    Ok(NoticeFacts {
        mailed_on,
        language,
        collector: sender(tx).await?,
        consumer: known.debtor.name.clone().unwrap_or_default(),
        address: point.map(address_lines).unwrap_or_default(),
        creditor_then,
        creditor_now: known.creditor.name.clone(),
        account_number: account.reference.clone(),
        reference: reference_of(account.id),
        itemized: itemized(tx, account, currency).await?,
        owed_now: Money::of(account.balance_minor, currency),
        is_financial: account.kind == "consumer",
        state_texts,
        words_due,
    })
}

/// What was owed on the itemization date and what became of it until today.
pub(super) async fn itemized(tx: &mut Tx, account: &accounts::store::Account, currency: Currency) -> Result<Option<Itemized>, Failure> {
    let Some(on) = account.itemized_on else { return Ok(None) };
    // Accounts from before itemizations were kept say the same as long as nothing was taken off before placement.
    let was_whole = account.paid_before_minor == 0 && account.reduced_before_minor == 0;
    let told = match itemized::store::find(tx, account.id).await? {
        Some(told) => told,
        None if was_whole => from_ledger(tx, account).await?,
        None => return Ok(None),
    };
    let since = ledger::store::sum_since_placed(tx, account.id).await?;
    let (interest, fees) = ledger::charges::store::sum_standing(tx, account.id).await?;
    let money = |minor| Money::of(minor, currency);
    // What was added since is told as such; the rest of what moved since was taken off.
    let credits = money(told.credits_minor).plus(money(since))?.plus(money(interest))?.plus(money(fees))?;
    let interest = money(told.interest_minor).plus(money(interest))?;
    let fees = money(told.fees_minor).plus(money(fees))?;
    let itemized = Itemized { on, owed: money(told.owed_minor), interest, fees, credits };
    Ok((told.currency == account.currency).then_some(itemized))
}

async fn from_ledger(tx: &mut Tx, account: &accounts::store::Account) -> Result<itemized::store::Itemized, Failure> {
    let placed = ledger::store::load_placed(tx, account.id, &account.currency).await?;
    let owed = placed.each().collect::<Vec<_>>();
    let of = |wanted: fn(&str) -> bool| owed.iter().filter(|(bucket, _)| wanted(bucket.code())).map(|(_, amount)| amount.minor()).sum();
    Ok(itemized::store::Itemized {
        owed_minor: of(|code| code == "principal"),
        interest_minor: of(|code| code == "interest"),
        fees_minor: of(|code| !matches!(code, "principal" | "interest")),
        credits_minor: 0,
        currency: account.currency.clone(),
    })
}

/// Our reference of an account: short enough to be copied by hand, and always the same.
pub fn reference_of(account: AccountId) -> String {
    let text = account.0.simple().to_string().to_ascii_uppercase();
    let tail = text.get(22..).unwrap_or_default();
    tail.get(..5).zip(tail.get(5..)).map(|(one, other)| format!("{one}-{other}")).unwrap_or_default()
}

/// An address as it stands on an envelope: kept in one line, `street, unit, city, state, ZIP`.
pub fn address_lines(point: &Point) -> Vec<String> {
    let pieces: Vec<&str> = point.value.split(',').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    let is_state = |piece: &str| piece.len() == 2 && piece.bytes().all(|byte| byte.is_ascii_uppercase());
    match (pieces.as_slice(), &point.zip) {
        ([streets @ .., city, state, zip], Some(known)) if !streets.is_empty() && is_state(state) && zip.starts_with(known.as_str()) => {
            let mut lines: Vec<String> = streets.iter().map(|street| (*street).to_string()).collect();
            lines.push(format!("{city}, {state} {zip}"));
            lines
        }
        // Without a street it is no place that mail reaches.
        (_, Some(_)) => vec![point.value.clone()],
        (_, None) => pieces.into_iter().map(String::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use duly_domain::values::ids::PointId;
    use jiff::Timestamp;
    use uuid::Uuid;

    #[test]
    fn an_address_stands_as_on_an_envelope() {
        let lines = |value: &str, zip: Option<&str>| {
            address_lines(&Point {
                id: PointId(Uuid::nil()),
                kind: "address".into(),
                label: "home".into(),
                value: value.into(),
                zip: zip.map(String::from),
                state: "unproven".into(),
                source: "file".into(),
                line_type: None,
                created_at: Timestamp::UNIX_EPOCH,
                proven_at: None,
            })
        };
        assert_eq!(lines("12 Elm St, Apt 3, Columbus, OH, 43205", Some("43205")), ["12 Elm St", "Apt 3", "Columbus, OH 43205"]);
        assert_eq!(lines("OH, 43205", Some("43205")), ["OH, 43205"]);
        assert_eq!(lines("Calle 5, Monterrey, Nuevo León, Mexico", None), ["Calle 5", "Monterrey", "Nuevo León", "Mexico"]);
    }

    #[test]
    fn our_reference_is_short_and_always_the_same() {
        let account = AccountId(Uuid::from_u128(0x0198_0000_0000_7000_8000_00ab_cdef_0123));
        assert_eq!(reference_of(account), "ABCDE-F0123");
    }
}

//! The agency's licenses, registrations, bonds and filings: what is on file, what a place asks for, and what is missing.
//!
//! One is put on file with its paper, ends on its day, and is withdrawn with a reason where it was wrong. A renewal is another. Nothing
//! is refused for want of one: what is missing is told on an account's strip, in the control room and on the page
//! ([`duly_domain::compliance::licenses`] says why).
//!
//! Read [`Standings::read`] first. Stored in `licenses`; shown at `/compliance/licenses`.

pub mod actions;
pub mod pages;
pub mod store;

use super::amendments::editions;
use super::facts::{Known, lives_in_new_york_city, states_of};
use crate::app::Failure;
use crate::store::Tx;
use duly_domain::compliance::licenses::{Asked, Kept, Kind, NEW_YORK_CITY, Standing, asked, name_of, places, says, standing};
use duly_domain::compliance::record::CollectorRole;
use duly_domain::compliance::states::Confidence;
use duly_domain::values::ids::AccountId;
use duly_domain::values::moment::written;
use duly_domain::values::region::{is_state, is_zip_of_new_york_city, state_code, state_of_zip, states_of_zip};
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};
use store::LicenseRow;

/// How many days before its end a license is told of.
pub const TOLD_DAYS: i32 = 30;

/// One place: what it asks, how we stand, and about how many accounts.
pub struct Place {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it asks for; `None` where nothing is known.
    pub asked: Option<Asked>,
    /// What is said of it where it asks for nothing.
    says: &'static str,
    /// How we stand.
    pub standing: Standing,
    /// Open accounts of people there; those that a creditor collects in its own name do not count.
    pub accounts: i64,
}

impl Place {
    /// What it asks for, in words.
    pub fn asks(&self) -> &str {
        self.asked.as_ref().map_or(self.says, |asked| &asked.words)
    }

    /// Whether what it asks is beyond doubt.
    pub fn is_verified(&self) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.confidence == Confidence::High)
    }

    /// Whether nothing that meets it is in force.
    pub fn is_missing(&self) -> bool {
        self.standing == Standing::Missing
    }

    /// The last day, where it comes soon.
    pub fn ends_soon(&self, today: Date) -> Option<Date> {
        match self.standing {
            Standing::InForce(Some(until)) if days_to(today, until) <= TOLD_DAYS => Some(until),
            _ => None,
        }
    }

    /// The warning about it, if there is one: `No license on file for Texas …`.
    pub fn warning(&self, today: Date) -> Option<String> {
        warning(self.code, self.asked.as_ref()?, self.standing, today)
    }
}

fn days_to(today: Date, until: Date) -> i32 {
    until.since(today).map_or(i32::MAX, |span| span.get_days())
}

/// What is told of a place on screens and by commands.
fn warning(place: &str, asked: &Asked, standing: Standing, today: Date) -> Option<String> {
    let name = name_of(place)?;
    let doubt = if asked.confidence == Confidence::High { "" } else { ", unverified" };
    match standing {
        Standing::Missing => Some(format!("No license on file for {name}: it asks for {}{doubt}", asked.words)),
        Standing::InForce(Some(until)) => {
            let days = days_to(today, until);
            let left = match days {
                0 => "today".to_string(),
                1 => "tomorrow".to_string(),
                days => format!("in {days} days, on {}", written(until)),
            };
            (days <= TOLD_DAYS).then(|| format!("What is on file for {name} ends {left}"))
        }
        _ => None,
    }
}

/// Every place with an account of ours or a license on file.
pub struct Standings {
    /// The places, those that miss something first, then by their names.
    pub places: Vec<Place>,
    /// Every license that was ever put on file, the newest first.
    pub licenses: Vec<LicenseRow>,
}

impl Standings {
    /// Reads what is on file and where accounts are.
    pub async fn read(tx: &mut Tx, today: Date) -> Result<Standings, Failure> {
        let licenses = store::list_licenses(tx).await?;
        let kept = kept(&licenses);
        let accounts = count_accounts(tx).await?;
        let law = editions(tx).await?.on(today);
        let mut places: Vec<Place> = places()
            .into_iter()
            .map(|(code, name)| {
                let accounts = accounts.get(code).copied().unwrap_or(0);
                Place {
                    code,
                    name,
                    asked: asked(&law, code),
                    says: says(&law, code),
                    standing: standing(&law, code, &kept, today),
                    accounts,
                }
            })
            .filter(|place| place.accounts > 0 || licenses.iter().any(|row| row.place == place.code))
            .collect();
        places.sort_by_key(|place| (place.accounts == 0, !place.is_missing(), place.ends_soon(today).is_none(), place.name));
        Ok(Standings { places, licenses })
    }

    /// The places with accounts of which something is to be told.
    pub fn told(&self, today: Date) -> impl Iterator<Item = (&Place, String)> {
        self.places.iter().filter(|place| place.accounts > 0).filter_map(move |place| Some((place, place.warning(today)?)))
    }
}

/// What is to be told on one account: of every place in which its debtor lives, or may live.
pub async fn warnings_on(tx: &mut Tx, known: &Known, today: Date) -> Result<Vec<String>, Failure> {
    if known.record.role == CollectorRole::FirstParty {
        return Ok(Vec::new());
    }
    let mut here: Vec<&str> = states_of(&known.debtor, &known.points).into_iter().map(|(state, _)| state).collect();
    if here.contains(&"NY") && lives_in_new_york_city(&known.debtor, &known.points) {
        here.push(NEW_YORK_CITY);
    }
    let kept = kept(&store::list_licenses(tx).await?);
    let law = known.record.consumer.law.on(today);
    let told = |place| warning(place, &asked(&law, place)?, standing(&law, place, &kept, today), today);
    Ok(here.into_iter().filter_map(told).collect())
}

/// What stands on file.
fn kept(licenses: &[LicenseRow]) -> Vec<Kept> {
    let standing = licenses.iter().filter(|row| row.withdrawn_at.is_none());
    let kept = standing
        .filter_map(|row| Some(Kept { place: row.place.clone(), kind: Kind::parse(&row.kind)?, from: row.from_on, until: row.until_on }));
    kept.collect()
}

/// Open accounts of people by place: the state on file, or the ZIP codes of addresses where none is.
async fn count_accounts(tx: &mut Tx) -> Result<BTreeMap<&'static str, i64>, Failure> {
    let mut counts: BTreeMap<&'static str, i64> = BTreeMap::new();
    for (state, count) in store::count_by_state(tx).await? {
        if let Some(code) = state_code(&state) {
            *counts.entry(code).or_default() += count;
        }
    }
    let mut zips: HashMap<AccountId, Vec<String>> = HashMap::new();
    let mut in_city: HashSet<AccountId> = HashSet::new();
    for (account, state, locality, zip) in store::list_zips(tx).await? {
        let zip = zip.unwrap_or_default();
        if locality.as_deref() == Some("nyc") || is_zip_of_new_york_city(&zip) {
            in_city.insert(account);
        }
        if state.is_none() {
            zips.entry(account).or_default().push(zip);
        }
    }
    for zips in zips.values() {
        let mut states: HashSet<&'static str> = zips.iter().filter_map(|zip| state_of_zip(zip)).collect();
        if states.is_empty() {
            states = zips.iter().flat_map(|zip| states_of_zip(zip)).copied().filter(|state| is_state(state)).collect();
        }
        states.into_iter().for_each(|state| *counts.entry(state).or_default() += 1);
    }
    counts.insert(NEW_YORK_CITY, i64::try_from(in_city.len()).unwrap_or(i64::MAX));
    Ok(counts)
}

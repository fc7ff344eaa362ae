//! The night's step: the week that has just ended is drawn, for every officer of whom nobody has drawn yet.
//!
//! What a supervisor drew stays theirs. A week is drawn when its Sunday is over by the organization's clock: where a Sunday is closed in
//! its own evening, by the night after. An officer whose week is drawn is not looked at again, so a night that was cut off goes on with
//! those who are left.

use super::numbers::Numbers;
use super::{drawing, store};
use crate::app::{Actor, Failure};
use crate::identity::actions::zone_in;
use crate::jobs::nightly::Page;
use crate::store::Tx;
use duly_domain::values::ids::UserId;
use duly_domain::values::moment::Moment;

/// So many officers' weeks in one transaction at the most: each may have thousands of calls.
const OFFICERS: usize = 20;

/// Draws the last week that is over.
pub async fn draw_weeks(tx: &mut Tx, closing: Moment, tomorrow: Moment) -> Result<Page, Failure> {
    let numbers = Numbers::read(tx).await?.sample;
    if numbers.random_most == 0 && numbers.risk_most == 0 {
        return Ok(Page::end());
    }
    let zone = zone_in(tx).await?;
    let today = closing.at.to_zoned(zone.clone()).date().min(tomorrow.business_day);
    let week_on = drawing::last_week(today);
    let (from, to) = drawing::span_of(week_on, &zone);
    let led = store::list_call_counts(tx, from, to).await?;
    let drawn = store::list_draws(tx, week_on).await?;
    let reviewed = store::list_people(tx).await?;
    let is_left = |officer: &UserId| drawn.iter().all(|draw| draw.officer != *officer) && reviewed.iter().any(|one| one.id == *officer);
    let left: Vec<UserId> = led.into_iter().map(|(officer, _)| officer).filter(is_left).collect();
    let mut calls = 0;
    for officer in left.iter().take(OFFICERS) {
        let seed = drawing::make_seed()?;
        calls += drawing::draw_in(tx, &Actor::night(), closing.at, *officer, (week_on, &zone), &seed).await?.1;
    }
    if left.is_empty() {
        return Ok(Page::end());
    }
    let page = if left.len() > OFFICERS { Page::more() } else { Page::end() };
    Ok(page.with("officers", left.len().min(OFFICERS)).with("calls_drawn", calls))
}

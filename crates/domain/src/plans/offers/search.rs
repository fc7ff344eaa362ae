//! The search: every candidate of the grid is weighed, and the best are kept.
//!
//! Candidates with the same frequency and first day share their days, so what their payments weigh is summed once: the sum of the
//! first n weights, read from a table, times the installment, the odd cents times the first weight, and the down payment make the worth.
//! The loop over counts has two products, two sums and a comparison, and neither allocates nor divides.
//!
//! Always true: what this finds is what walking every schedule and sorting them all would find, down to ties.

use super::OfferKind;
use super::policy::{OfferCase, OfferPolicy};
use crate::plans::budget::Means;
use crate::plans::rhythm::{Frequency, Rhythm, Shift};
use crate::plans::share_up;
use crate::plans::worth::{Odds, Tables, bits_for, days_ahead};
use crate::values::calendar::is_business_day;
use crate::values::moment::day_number;
use jiff::civil::Date;

/// How many are kept.
pub const BEST: usize = 20;

/// A candidate by its numbers. The order of the fields is the order in which two are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// What it is worth, below zero: the best is the smallest.
    pub minus_units: i64,
    /// Installments.
    pub count: u32,
    /// The day of the last payment, counted from the agreement.
    pub last: u32,
    pub total_minor: i64,
    pub down_minor: i64,
    /// Places in [`Frequency::ALL`], the first days and the rungs, where the 0th is the whole balance.
    pub frequency: u8,
    pub first: u8,
    pub rung: u16,
}

/// The best so far, the best first, and the best of each kind.
struct Best {
    found: [Found; BEST],
    len: usize,
    of_kind: [Option<Found>; OfferKind::ALL.len()],
}

impl Best {
    const NOTHING: Found = Found { minus_units: 0, count: 0, last: 0, total_minor: 0, down_minor: 0, frequency: 0, first: 0, rung: 0 };

    /// What a candidate of a kind must be worth to be looked at: as much as the last one that is kept, or the best of its kind.
    fn floor(&self, kind: usize) -> i64 {
        match self.of_kind[kind] {
            Some(of_kind) if self.len == BEST => (-of_kind.minus_units).min(-self.found[BEST - 1].minus_units),
            _ => i64::MIN,
        }
    }

    /// Keeps a candidate in its place, if it has one.
    #[inline(never)]
    fn consider(&mut self, kind: usize, candidate: Found) {
        if self.of_kind[kind].is_none_or(|of_kind| candidate < of_kind) {
            self.of_kind[kind] = Some(candidate);
        }
        let place = self.found[..self.len].partition_point(|kept| *kept < candidate);
        if place < BEST {
            self.len = (self.len + 1).min(BEST);
            self.found[place..self.len].rotate_right(1);
            self.found[place] = candidate;
        }
    }
}

/// What one frequency from one first day comes to, by the number of installments.
struct Line {
    frequency: u8,
    first: u8,
    /// What the first n installments weigh together, when each is 1; at 0 nothing.
    sums: Vec<i64>,
    /// The day of the n-th, counted from the agreement; at 0 the agreement itself.
    last: Vec<u32>,
}

impl Line {
    const fn is_monthly(&self) -> bool {
        self.frequency as usize == Frequency::Monthly.index()
    }

    /// One installment is the same whatever its frequency: it is counted once a month. Without a down payment it is no plan.
    const fn count_min(&self, down_minor: i64) -> usize {
        if self.is_monthly() && down_minor > 0 { 1 } else { 2 }
    }

    /// How many installments are due by a day.
    fn count_by(&self, day: i64) -> usize {
        self.last.partition_point(|last| i64::from(*last) <= day).saturating_sub(1)
    }
}

/// What the search came to.
pub(super) struct Weighed {
    pub found: Vec<Found>,
    /// The best of each kind that there is, in the order of [`OfferKind::ALL`].
    pub of_kind: Vec<Found>,
    /// Candidates of the grid.
    pub candidates: u64,
    /// Those within policy, whose worth was reckoned.
    pub weighed: u64,
}

/// Limits of one rung, in days from the agreement and numbers of payments.
struct Reach {
    total_minor: i64,
    lump_by: i64,
    parts_by: i64,
    payments_max: usize,
}

pub(super) fn search(policy: &OfferPolicy, case: &OfferCase, means: Option<&Means>, odds: &Odds) -> Weighed {
    let terms = policy.terms();
    let first_days = policy.first_days(case);
    let count_max = terms.count_max as usize;
    let (bits, today) = (bits_for(case.balance.minor()), day_number(case.agreed_on));
    let after = |on: Date| i64::from(day_number(on) - today);
    let end = after(policy.last_on(case));
    let lines = lines(policy, case, &first_days, odds, bits, end);
    let can_pay = Frequency::ALL.map(|every| means.map_or(i64::MAX, |means| means.can_pay(every).minor()));
    let at_hand = means.map_or(i64::MAX, |means| means.at_hand().minor());
    let once = at_hand.max(can_pay[Frequency::Monthly.index()]);
    let whole = Reach { total_minor: case.balance.minor(), lump_by: end, parts_by: end, payments_max: count_max + 1 };
    let settled = terms.ladder.iter().map(|rung| Reach {
        total_minor: share_up(case.balance.minor(), rung.share_bp),
        lump_by: after(rung.lump_until).min(end),
        parts_by: rung.parts.map_or(-1, |parts| after(parts.until).min(end)),
        payments_max: rung.parts.map_or(0, |parts| parts.count_max as usize),
    });

    let mut best = Best { found: [Best::NOTHING; BEST], len: 0, of_kind: [None; OfferKind::ALL.len()] };
    let (mut candidates, mut weighed) = (0, 0);
    let (mut each, mut odd) = (vec![0i64; count_max + 1], vec![0i64; count_max + 1]);
    for (rung, reach) in std::iter::once(whole).chain(settled).enumerate() {
        let (once_kind, parts_kind) = match rung {
            0 => (OfferKind::InFull as usize, OfferKind::Plan as usize),
            _ => (OfferKind::SettledAtOnce as usize, OfferKind::SettledInParts as usize),
        };
        let rung = u16::try_from(rung).unwrap_or(u16::MAX);
        let total = reach.total_minor;
        let monthly = u8::try_from(Frequency::Monthly.index()).unwrap_or(0);
        let at_once = Found { total_minor: total, rung, frequency: monthly, ..Best::NOTHING };
        // All of it today, then all of it on one of the first days.
        candidates += 1;
        if total <= at_hand && reach.lump_by >= 0 {
            weighed += 1;
            best.consider(once_kind, Found { minus_units: -(total << bits), down_minor: total, ..at_once });
        }
        for line in lines.iter().filter(|line| line.is_monthly()) {
            candidates += 1;
            if total <= once && line.count_by(reach.lump_by) >= 1 {
                weighed += 1;
                let (minus_units, last) = (-(total * line.sums[1]), line.last[1]);
                best.consider(once_kind, Found { minus_units, count: 1, last, first: line.first, ..at_once });
            }
        }
        let downs = policy.downs(total);
        for down in downs {
            let rest = total - down;
            for line in &lines {
                candidates += (count_max + 1).saturating_sub(line.count_min(down)) as u64;
            }
            if down > at_hand || rest == 0 {
                continue;
            }
            let most = usize::try_from(rest / terms.installment_min.minor()).unwrap_or(usize::MAX);
            let most = most.min(count_max).min(reach.payments_max.saturating_sub(usize::from(down > 0)));
            for (count, (each, odd)) in (0..).zip(each.iter_mut().zip(&mut odd)).take(most + 1).skip(1) {
                (*each, *odd) = (rest / count, rest % count);
            }
            for line in &lines {
                let cap = can_pay[usize::from(line.frequency)];
                let by_cap = if cap > 0 { usize::try_from((rest - 1) / cap + 1).unwrap_or(usize::MAX) } else { usize::MAX };
                let low = by_cap.max(line.count_min(down));
                let high = most.min(line.count_by(reach.parts_by));
                if low > high {
                    continue;
                }
                weighed += (high - low + 1) as u64;
                let (base, first_weight) = (down << bits, line.sums[1]);
                let counts = line.sums[low..=high].iter().zip(&each[low..=high]).zip(&odd[low..=high]);
                let mut floor = best.floor(parts_kind);
                for (count, ((sum, each), odd)) in (low..).zip(counts) {
                    let units = base + each * sum + odd * first_weight;
                    if units >= floor && each + odd <= cap {
                        let found = Found {
                            minus_units: -units,
                            count: u32::try_from(count).unwrap_or(u32::MAX),
                            last: line.last[count],
                            total_minor: total,
                            down_minor: down,
                            frequency: line.frequency,
                            first: line.first,
                            rung,
                        };
                        best.consider(parts_kind, found);
                        floor = best.floor(parts_kind);
                    }
                }
            }
        }
    }
    let of_kind = best.of_kind.into_iter().flatten().collect();
    Weighed { found: best.found[..best.len].to_vec(), of_kind, candidates, weighed }
}

/// The frequencies that go with the pay days of a case.
pub(super) fn allowed(case: &OfferCase) -> impl Iterator<Item = Frequency> {
    let pay = case.pay_days.map(|pay| pay.frequency());
    Frequency::ALL.into_iter().filter(move |frequency| pay.is_none_or(|pay| frequency.fits(pay)))
}

/// The days from the agreement on, as far as plans may reach.
struct Days {
    /// For a wanted day: the day it is laid on by pay days, and the day on which it is due; none past the end.
    due: Vec<Option<(u32, u32)>>,
    /// What money on a day is worth.
    discounts: Vec<u64>,
}

impl Days {
    /// A move goes back by three days at the most: so far past the end a wanted day may lie.
    const PAST: i64 = 8;

    fn new(policy: &OfferPolicy, case: &OfferCase, tables: &Tables, end: i64) -> Days {
        let length = usize::try_from(end + Days::PAST + 1).unwrap_or(0);
        let mut discounts = Vec::with_capacity(length);
        let mut open = Vec::with_capacity(length);
        let mut on = case.agreed_on;
        for _ in 0..length {
            discounts.push(tables.discount(days_ahead(case.agreed_on, on)));
            open.push(is_business_day(on));
            on = on.tomorrow().unwrap_or(on);
        }
        let moved = moves(&open, policy.terms().shift);
        let is_pay_day = case.pay_days.map(|pay| {
            let mut is_pay_day = vec![false; length];
            let (first, today) = (pay.on_or_after(case.agreed_on), day_number(case.agreed_on));
            let days = pay.days(first).take(length).map(|day| day_number(day) - today);
            let places = days.map_while(|day| usize::try_from(day).ok().filter(|day| *day < length));
            places.for_each(|day| is_pay_day[day] = true);
            is_pay_day
        });
        let mut due = vec![None; length];
        let mut laid = None;
        for day in (0..length).rev() {
            if is_pay_day.as_ref().is_none_or(|is_pay_day| is_pay_day[day]) {
                laid = Some(day);
            }
            due[day] = laid.and_then(|laid| Some((u32::try_from(laid).ok()?, moved[laid]?)));
        }
        Days { due, discounts }
    }
}

/// Where each day goes that is no business day; none where that lies past the last of them.
fn moves(open: &[bool], shift: Shift) -> Vec<Option<u32>> {
    let mut next = vec![None; open.len()];
    let mut coming = None;
    for (day, is_open) in open.iter().enumerate().rev() {
        coming = if *is_open { u32::try_from(day).ok() } else { coming };
        next[day] = coming;
    }
    let mut gone = None;
    for (day, is_open) in open.iter().enumerate().filter(|_| shift == Shift::Previous) {
        gone = if *is_open { u32::try_from(day).ok() } else { gone };
        next[day] = gone.or(next[day]);
    }
    next
}

/// A line for each frequency and first day, as far as any plan may reach.
fn lines(policy: &OfferPolicy, case: &OfferCase, first_days: &[Date], odds: &Odds, bits: u32, end: i64) -> Vec<Line> {
    let count_max = policy.terms().count_max;
    let last = policy.last_on(case).saturating_add(jiff::Span::new().days(Days::PAST));
    let tables = odds.tables(count_max, days_ahead(case.agreed_on, last) + 1);
    let days = Days::new(policy, case, &tables, end);
    let today = day_number(case.agreed_on);
    let mut lines = Vec::with_capacity(first_days.len() * 4);
    for frequency in allowed(case) {
        for (first, first_on) in (0u8..).zip(first_days) {
            let rhythm = Rhythm::of_plan(frequency, *first_on, case.pay_days);
            let (mut sums, mut last) = (Vec::with_capacity(count_max as usize + 1), Vec::with_capacity(count_max as usize + 1));
            let mut sum = 0;
            sums.push(sum);
            last.push(0);
            for (no, wanted) in (1..=count_max).zip(wanted(rhythm, *first_on, today)) {
                let Some((laid, due)) = days.due.get(wanted).copied().flatten().filter(|(_, due)| i64::from(*due) <= end) else { break };
                sum += tables.weight(no as usize, days.discounts[laid as usize], bits);
                sums.push(sum);
                last.push(due);
            }
            lines.push(Line { frequency: u8::try_from(frequency.index()).unwrap_or(0), first, sums, last });
        }
    }
    lines
}

/// The days of a rhythm from a first one on, counted from the agreement.
fn wanted(rhythm: Rhythm, first_on: Date, today: i32) -> impl Iterator<Item = usize> {
    let first = usize::try_from(day_number(first_on) - today).unwrap_or(usize::MAX);
    let step = rhythm.step().and_then(|step| usize::try_from(step).ok());
    let by_step = step.into_iter().flat_map(move |step| (0..).map(move |nth: usize| first.saturating_add(nth * step)));
    let by_month =
        step.is_none().then(|| rhythm.days(first_on).map(move |day| usize::try_from(day_number(day) - today).unwrap_or(usize::MAX)));
    by_step.chain(by_month.into_iter().flatten())
}

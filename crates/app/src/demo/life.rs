//! Some months of the sample agency's life, day by day, through the same actions that screens and commands use.

use super::casework::{claim_theft, complain, dispute_part, work_cases};
use super::coached::{self, LED_DAYS};
use super::mail::send_notices;
use super::people::{HEAD, PLACERS, line, may_be_the_same};
use super::{at_its_own_time, desks};
use super::{debited, furnished, joined};
use crate::accounts::actions::{join_desk, place_hold};
use crate::accounts::limitation::EntryKind;
use crate::accounts::limitation::actions::{self as limitations, Enter};
use crate::accounts::notice::{Kind, RecordNotice, record_notice};
use crate::accounts::papers::write_note;
use crate::app::{Actor, App, Failure};
use crate::compliance::gate::AskContact;
use crate::intake::actions::{ImportAccounts, import_accounts};
use crate::intake::mapping_file::parse;
use crate::intake::progress::Progress;
use crate::ledger::actions::{PostPayment, post_payment, reverse_payment};
use crate::outreach::actions::{RecordContact, record_contact, reserve_contact};
use crate::outreach::incoming::{Incoming, record_incoming};
use crate::outreach::words::Said;
use crate::parties::actions::{TellPreference, tell_preference};
use crate::parties::merge::matching::find_likenesses;
use crate::parties::people::{AddPerson, add_person};
use crate::parties::status::actions::{EnterStatus, enter};
use crate::plans::actions::{TakePromise, take_promise};
use crate::strategy::actions::list_places;
use crate::{accounts, jobs, plans};
use duly_domain::compliance::status::{Evidence, Status};
use duly_domain::decision::Answer;
use duly_domain::identity::Role;
use duly_domain::parties::care::Need;
use duly_domain::parties::in_writing::PREFERS;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{AccountId, UserId};
use duly_domain::values::moment::Moment;
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Span, Timestamp};

/// How far back the agency begins.
const DAYS: i64 = 70;

/// Talks a day, per hundred accounts.
const TALKS_PER_HUNDRED: usize = 5;

/// A die that falls the same way for the same seed (SplitMix64: Steele, Lea and Flood 2014).
pub struct Dice(u64);

impl Dice {
    /// 0 to one less than the sides.
    pub fn of(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }

    /// As [`Dice::of`], for amounts.
    pub fn number(&mut self, sides: i64) -> i64 {
        i64::try_from(self.of(usize::try_from(sides).unwrap_or(1))).unwrap_or(0)
    }
}

/// Lives through the agency's past up to last night.
pub async fn live(app: &App, users: &[(UserId, Actor)], count: u32, seed: u64) -> Result<(), Failure> {
    let today = app.moment().business_day;
    let past = at_its_own_time(app);
    let mut dice = Dice(seed);
    let officers: Vec<&(UserId, Actor)> = users.iter().filter(|(_, who)| matches!(who.role, Role::Officer | Role::Supervisor)).collect();
    let first_day = today.saturating_sub(Span::new().days(DAYS));
    let mut day = first_day;
    let (mut number, mut joint) = (0, None);
    while day < today {
        let age = days_between(first_day, day);
        // Half is placed on the first day, the rest in two batches; the last comes a week ago.
        let share = match age {
            0 => count / 2,
            35 => count / 4,
            63 => count - count / 2 - count / 4,
            _ => 0,
        };
        past.set_clock(hour(app, day, 8, 0));
        if share > 0 {
            let of_one = place(&past, share, &mut number, day, &mut dice).await?;
            for desk in desks(&past).await? {
                for (user, _) in &officers {
                    join_desk(&past, &Actor::command(), past.moment(), desk.id, *user).await?;
                }
            }
            joint = match joint {
                None => joined::agree_together(&past, users, &of_one).await?,
                known => known,
            };
        }
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            if let Some(joint) = joint {
                joined::pay_what_is_due(&past, joint).await?;
            }
            money_comes_in(&past, &mut dice).await?;
            talk(app, &past, &officers, day, count, &mut dice).await?;
            if let Some((_, who)) = users.iter().find(|(_, who)| who.role == Role::BackOffice) {
                past.set_clock(hour(app, day, 19, 15));
                send_notices(&past, who, &mut dice).await?;
            }
            if let Some((_, who)) = users.iter().find(|(_, who)| who.role == Role::Compliance) {
                past.set_clock(hour(app, day, 19, 30));
                work_cases(&past, who, &mut dice).await?;
            }
            past.set_clock(hour(app, day, 19, 45));
            debited::live_a_day(&past, users, today).await?;
            furnished::live_a_day(&past, users, today).await?;
        }
        past.set_clock(hour(app, day, 23, 30));
        jobs::nightly::run(&past, past.moment(), day).await?;
        day = day.saturating_add(Span::new().days(1));
    }
    Ok(())
}

fn days_between(from: Date, to: Date) -> i64 {
    i64::from(duly_domain::values::moment::day_number(to) - duly_domain::values::moment::day_number(from))
}

fn hour(app: &App, day: Date, hour: i8, minute: i8) -> Timestamp {
    let zoned = day.at(hour, minute, 0, 0).to_zoned(app.zone());
    zoned.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// Each creditor places its share as a file. On the first day each but one places the same person too: the references of those accounts.
async fn place(past: &App, share: u32, number: &mut u32, day: Date, dice: &mut Dice) -> Result<Vec<String>, Failure> {
    let weights = [4, 3, 2, 1];
    let is_first = *number == 0;
    let mut of_one = Vec::new();
    for (placer, weight) in PLACERS.iter().zip(weights) {
        let rows = (share * weight / 10).max(1);
        let mut text = HEAD.to_string();
        let mut is_placed = !is_first;
        for _ in 0..rows {
            *number += 1;
            let is_the_same = !is_placed && may_be_the_same(placer, *number);
            text.push_str(&line(placer, *number, day, is_the_same, dice));
            if is_the_same {
                is_placed = true;
                of_one.push(placer.reference(*number));
            }
        }
        let path = std::env::temp_dir().join(format!("duly-sample-{}-{}.csv", std::process::id(), placer.prefix));
        std::fs::write(&path, text).map_err(|error| Failure::File(format!("{} cannot be written: {error}", path.display())))?;
        let ask = ImportAccounts {
            file_name: format!("{}_{day}.csv", placer.prefix.to_lowercase()),
            mapping: Some(parse(&placer.mapping_text()).map_err(Failure::File)?),
            ..ImportAccounts::of(&path, placer.name)
        };
        let done = import_accounts(past, &Actor::command(), past.moment(), &ask, &Progress::default()).await;
        std::fs::remove_file(&path).map_err(|error| Failure::File(format!("{} cannot be removed: {error}", path.display())))?;
        if let Some(batch) = done?.batch {
            find_likenesses(past, past.moment(), batch, &Progress::default()).await?;
        }
    }
    Ok(of_one)
}

/// Two thirds of the promises due today are paid, some in part; now and then a payment comes back.
async fn money_comes_in(past: &App, dice: &mut Dice) -> Result<(), Failure> {
    let at = past.moment();
    let clerk = Actor::command();
    let promises = plans::store::list_recent(&mut past.db.read().await?, 500).await?;
    for promise in promises.into_iter().filter(|promise| promise.state == "open" && promise.due_on <= at.business_day) {
        let amount_minor = match dice.of(6) {
            0..=3 => promise.amount_minor,
            4 => promise.amount_minor / 2,
            _ => continue,
        };
        let reference = format!("BANK-{}-{}", at.business_day, dice.of(1_000_000));
        let ask = PostPayment { account: promise.account, amount_minor: amount_minor.max(1), effective_on: at.business_day, reference };
        let posted = post_payment(past, &clerk, at, &ask).await?;
        if dice.of(14) == 0 {
            reverse_payment(past, &clerk, at, posted.payment, at.business_day).await?;
        }
    }
    Ok(())
}

/// Officers work the top of the list through the day.
async fn talk(app: &App, past: &App, officers: &[&(UserId, Actor)], day: Date, count: u32, dice: &mut Dice) -> Result<(), Failure> {
    let talks = (count as usize * TALKS_PER_HUNDRED / 100).max(3);
    let mut tx = past.db.read().await?;
    let places = list_places(&mut tx, officers[0].0, past.moment(), None, talks * 4).await?;
    tx.rollback().await;
    // What was agreed for a time is done first, as a good officer would; then here and there in the list.
    let (mut timed, mut others): (Vec<AccountId>, Vec<AccountId>) = (Vec::new(), Vec::new());
    for place in &places {
        if place.lane == "timed" { timed.push(place.account) } else { others.push(place.account) }
    }
    let is_led = days_between(day, app.moment().business_day) <= LED_DAYS;
    for i in 0..talks.min(timed.len() + others.len()) {
        let account = if timed.is_empty() { others.swap_remove(dice.of(others.len())) } else { timed.remove(0) };
        // From 10:30 to 19:00, so that most of the country is awake; Hawaii often is not, and is refused.
        let minute = i8::try_from(i * 59 / talks.max(1)).unwrap_or(0);
        past.set_clock(hour(app, day, 11 + i8::try_from(i * 8 / talks.max(1)).unwrap_or(0), minute));
        let who = &officers[dice.of(officers.len())].1;
        if let Some(next) = one_contact(past, who, account, is_led, dice).await?
            && past.moment_at(next).business_day == day
        {
            // Refused for now and open later today: come back then, as the gate says.
            past.set_clock(next);
            one_contact(past, who, account, is_led, dice).await?;
        }
    }
    Ok(())
}

/// One call and what comes of it; when it was refused, the next allowed moment.
async fn one_contact(past: &App, who: &Actor, account: AccountId, is_led: bool, dice: &mut Dice) -> Result<Option<Timestamp>, Failure> {
    let at = past.moment();
    let points = {
        let mut tx = past.db.read().await?;
        let facts = accounts::store::load_account(&mut tx, account).await?;
        crate::parties::store::list_points(&mut tx, facts.debtor).await?
    };
    let Some(phone) = points.iter().find(|point| point.kind == "phone" && !matches!(point.state.as_str(), "wrong" | "dead")) else {
        return Ok(None);
    };
    let ask = AskContact { point: Some(phone.id), ..AskContact::with_debtor(account, Channel::Call) };
    let reserved = match reserve_contact(past, who, at, &ask, None).await {
        Ok(reserved) => reserved,
        Err(Failure::Stale(_)) => return Ok(None),
        Err(failure) => return Err(failure),
    };
    let (Some(contact), Answer::Yes) = (reserved.contact, reserved.decision.answer) else { return Ok(reserved.decision.next_allowed_at) };
    let result = [
        "no_answer",
        "no_answer",
        "no_answer",
        "left_message",
        "left_message",
        "busy",
        "cannot_talk",
        "talked",
        "promised",
        "promised",
        "promised",
        "wrong_number",
        "refuses",
        "disputes",
    ];
    let mut result = result[dice.of(result.len())];
    if result == "promised" && !promise(past, who, account, dice).await? {
        result = "talked";
    }
    let (follow_up_on, follow_up_at) = if result == "cannot_talk" {
        // They named a time tomorrow.
        let tomorrow = at.business_day.saturating_add(Span::new().days(1));
        let time = at.at.saturating_add(SignedDuration::from_hours(23)).unwrap_or(at.at);
        (Some(tomorrow), Some(time))
    } else {
        (None, None)
    };
    let note = match result {
        "talked" => Some("Hours cut since spring; will look at the budget with us next week."),
        "refuses" => Some("Says the sum is too high and will not pay this month."),
        "disputes" => Some("Says part of it was paid at the counter."),
        _ => None,
    };
    if is_led && coached::is_led(who, result) {
        coached::lead(past, who, contact, account, result, note).await?;
        what_they_say(past, who, account, dice).await?;
        return Ok(None);
    }
    let ask = RecordContact { contact, result: result.into(), follow_up_on, follow_up_at, note: note.map(String::from), said: Said::All };
    record_contact(past, who, at, &ask).await?;
    what_they_say(past, who, account, dice).await?;
    Ok(None)
}

async fn promise(past: &App, who: &Actor, account: AccountId, dice: &mut Dice) -> Result<bool, Failure> {
    let at = past.moment();
    let balance = accounts::store::load_account(&mut past.db.read().await?, account).await?.balance_minor;
    let parts = [1, 2, 4, 6][dice.of(4)];
    let amount_minor = (balance / parts / 500 * 500).max(balance.min(500));
    let due_on = at.business_day.saturating_add(Span::new().days(3 + dice.number(18)));
    let taken = take_promise(past, who, at, TakePromise { account, amount_minor, due_on }).await?;
    Ok(matches!(taken, crate::app::Outcome::Done(_)))
}

/// Now and then somebody says when, how or that they want no more of it, disputes it, or files for bankruptcy.
async fn what_they_say(past: &App, who: &Actor, account: AccountId, dice: &mut Dice) -> Result<(), Failure> {
    let at = past.moment();
    let tell = |kind: &str| TellPreference { kind: kind.into(), ..TellPreference::default() };
    match dice.of(60) {
        0 | 1 => {
            let words = Some("Not while I am at work.".into());
            let told = TellPreference {
                from_minute: Some(9 * 60),
                to_minute: Some(17 * 60),
                days: Some(0b1_1111),
                words,
                ..tell("inconvenient_time")
            };
            tell_preference(past, who, at, account, &told).await.map(drop)
        }
        2 | 3 => {
            let told = TellPreference { channel: Some("email".into()), words: Some("Stop emailing me.".into()), ..tell("no_channel") };
            tell_preference(past, who, at, account, &told).await.map(drop)
        }
        4 => tell_preference(past, who, at, account, &tell("employer_prohibits")).await.map(drop),
        5 => {
            let words = Some("Do not contact me any more about this.".into());
            let stop = EnterStatus { words, ..EnterStatus::of(account, Status::Cease, at.business_day, Evidence::Letter) };
            enter(past, who, at, &stop).await.map(drop)
        }
        6 => {
            let until = at.business_day.saturating_add(Span::new().days(30));
            place_hold(past, who, at, account, "Waiting for the creditor's documents", until).await.map(drop)
        }
        7 if dice.of(3) == 0 => dispute_part(past, who, account).await,
        7 => {
            let words = Some("This is not mine. Show me the papers.".into());
            record_notice(past, who, at, RecordNotice { words, ..RecordNotice::of(account, Kind::Dispute, at.at) }).await.map(drop)
        }
        8 if dice.of(3) == 0 => {
            let filed = EnterStatus::of(account, Status::Chapter13, at.business_day, Evidence::CourtNotice);
            enter(past, who, at, &filed).await.map(drop)
        }
        9..=11 => beside(past, who, at, account, dice).await,
        12 => {
            let ask = Incoming {
                account,
                person: None,
                channel: "email".into(),
                result: "message".into(),
                note: Some("Asks what the fees are.".into()),
            };
            record_incoming(past, who, at, &ask).await.map(drop)
        }
        by @ 20..=22 => {
            let channel = Some(if by == 20 { "letter" } else { "text" }.into());
            tell_preference(past, who, at, account, &TellPreference { channel, ..tell(PREFERS) }).await.map(drop)
        }
        13 | 14 => write_note(past, who, at, account, "Prefers to be called after lunch; sounded worried about rent.").await.map(drop),
        15 => {
            let of = accounts::store::load_account(&mut past.db.read().await?, account).await?;
            let (status, need, words) = match of.kind.as_str() {
                "business" => (Status::Hardship, Need::IncomeLoss, "Two customers of theirs went under; they pay again from spring."),
                _ => (Status::Vulnerable, Need::Health, "Long illness in the family."),
            };
            let told = EnterStatus {
                words: Some(words.into()),
                needs: vec![need],
                consented_by: Some("The debtor".into()),
                consented_on: Some(at.business_day),
                consented_how: Some("On the phone: please note it.".into()),
                ..EnterStatus::of(account, status, at.business_day, Evidence::Said)
            };
            enter(past, who, at, &told).await.map(drop)
        }
        16 => complain(past, who, account, dice).await,
        17 if dice.of(3) == 0 => claim_theft(past, who, account).await,
        18 => limitation(past, who, at, account, dice).await,
        _ => Ok(()),
    }
}

/// The day on which a debt accrued, as the creditor's file has it: the two must agree.
async fn limitation(past: &App, who: &Actor, at: Moment, account: AccountId, dice: &mut Dice) -> Result<(), Failure> {
    let seen = ["Last statement of the creditor, in the file", "The creditor's ledger, shown to us"][dice.of(8) % 2];
    let entry =
        |kind, value: &str, from| Enter { account, kind, value: value.into(), from, until: None, source: seen.into(), document: None };
    let accrued = accounts::store::load_account(&mut past.db.read().await?, account).await?.due_on;
    limitations::enter(past, who, at, &entry(EntryKind::Accrued, "", accrued)).await?;
    limitations::enter(past, who, at, &entry(EntryKind::Agreement, "open_account", None)).await.map(drop)
}

/// Somebody who stands beside the debtor.
async fn beside(
    past: &App,
    who: &Actor,
    at: duly_domain::values::moment::Moment,
    account: AccountId,
    dice: &mut Dice,
) -> Result<(), Failure> {
    let (name, role) =
        [("Jorge Alvarado", "co_debtor"), ("Hanna Kowalczyk", "spouse"), ("Whitfield & Rowe", "consumer_attorney")][dice.of(3)];
    let phone = Some(format!("614 555 01{:02}", dice.of(100)));
    let ask = AddPerson { name: name.into(), role: role.into(), phone, ..AddPerson::default() };
    add_person(past, who, at, account, &ask).await.map(drop)
}

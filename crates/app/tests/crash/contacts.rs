//! The server is killed while several officers reserve and record: what they were told is there, and nothing by halves.

use super::place::{Killed, Place, Template};
use super::served::{Served, Visitor, said};
use super::{Dice, campaign, kills_wanted};
use duly_testkit::{Engine, Floor};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ACCOUNTS: u64 = 16;
const OFFICERS: [&str; 4] = ["Dana", "Eli", "Fay", "Gus"];
const NOW: &str = "2026-03-02T10:00:00-05:00";

/// What the officers asked for and were told, by account.
#[derive(Default)]
struct Book {
    asked: HashMap<u64, i64>,
    reserved: HashMap<u64, i64>,
    recording: i64,
    recorded: i64,
    unanswered: u32,
    faults: Vec<String>,
}

impl Book {
    /// What was answered so far.
    fn answers(&self) -> u64 {
        u64::try_from(self.reserved.values().sum::<i64>() + self.recorded).unwrap_or(0)
    }
}

fn owing(floor: &mut Floor) {
    for account in 0..ACCOUNTS {
        floor.debtor(&format!("Person {account}"), "400.00");
    }
    for name in OFFICERS {
        floor.officer(name);
    }
}

/// Works until the server is gone; two officers share the accounts.
async fn works(visitor: Visitor, base: String, mut dice: Dice, book: Arc<Mutex<Book>>) {
    loop {
        let number = 1 + dice.below(ACCOUNTS);
        let account = format!("R-{number}");
        *book.lock().unwrap().asked.entry(number).or_default() += 1;
        let Ok(answer) = visitor.reserves(&base, &account).await else { break };
        if answer.status().is_server_error() {
            book.lock().unwrap().faults.push(format!("{} at a reservation", answer.status()));
        }
        let is_ours = said(&answer, "reserved");
        if is_ours {
            *book.lock().unwrap().reserved.entry(number).or_default() += 1;
        }
        let Ok(found) = visitor.finds_reserved(&base, &account).await else { break };
        // Where it was another's, or another server's, the page shows that one, and its result may be recorded too.
        let Some(contact) = found else { continue };
        // Now and then one is left to the next server.
        if dice.below(8) == 0 {
            continue;
        }
        book.lock().unwrap().recording += 1;
        let result = if dice.below(12) == 0 { "no_answer" } else { "busy" };
        let Ok(answer) = visitor.records(&base, &account, contact, result).await else { break };
        match said(&answer, "recorded") {
            true => book.lock().unwrap().recorded += 1,
            // Another officer saw the reservation on the page and was first.
            false if answer.status().as_u16() < 500 => {}
            false => book.lock().unwrap().faults.push(format!("{} at a result", answer.status())),
        }
    }
    book.lock().unwrap().unanswered += 1;
}

fn holds(place: &Place, book: &Book) {
    assert_eq!(book.faults, Vec::<String>::new());
    let by_account =
        "select a.reference, null, count(c.id), 0 from accounts a left join contacts c on c.account_id = a.id group by a.reference";
    for row in place.rows(&[by_account]) {
        let numbers: Vec<i64> = row.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
        let (account, there) = (u64::try_from(numbers[0]).unwrap(), numbers[1]);
        let (asked, told) = (book.asked.get(&account).copied().unwrap_or(0), book.reserved.get(&account).copied().unwrap_or(0));
        assert!((told..=asked).contains(&there), "R-{account}: {asked} asked, {told} acknowledged, {there} there");
    }
    let recorded = place.count("select count(*) from contacts where state = 'recorded'");
    assert!((book.recorded..=book.recording).contains(&recorded), "{} acknowledged, {recorded} there", book.recorded);
    assert_eq!(recorded, place.count("select count(*) from audit_entries where act = 'contact.record'"));
    let decisions = place.count("select count(*) from decisions");
    assert_eq!(decisions, place.count("select count(*) from audit_entries where act = 'contact.reserve'"), "each decision has its entry");
    let allowed =
        "select count(*) from decisions d where d.answer = 'allowed' and not exists (select 1 from contacts c where c.decision_id = d.id)";
    assert_eq!(place.count(allowed), 0, "no half decision");
    let twice =
        "select count(*) from (select account_id from contacts where state = 'reserved' group by account_id having count(*) > 1) as twice";
    assert_eq!(place.count(twice), 0, "one reservation at a time");
    let many = "select count(*) from (select account_id from contacts where outcome = 'no_answer' or state = 'reserved'
        group by account_id having count(*) > 7) as many";
    assert_eq!(place.count(many), 0, "the counter holds over every restart");
    place.is_whole("2026-03-02");
}

fn kill_servers(engine: Engine) {
    let template = Template::of(engine, "2026-03-02", owing);
    let place = template.copy();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let book = Arc::new(Mutex::new(Book::default()));
    // Sessions outlive the process too: everybody signs in once.
    let visitors: Vec<Visitor> = {
        let served = Served::start(&place, Some(NOW));
        runtime.block_on(async {
            let mut visitors = Vec::new();
            for name in OFFICERS {
                visitors.push(Visitor::signs_in(&served.base, &name.to_lowercase()).await);
            }
            visitors
        })
    };
    campaign("contact", engine, |dice, tally, _| {
        let mut served = Served::start(&place, Some(NOW));
        let before = book.lock().unwrap().unanswered;
        let before_answers = book.lock().unwrap().answers();
        let tasks: Vec<_> = visitors
            .iter()
            .map(|visitor| {
                let dice = Dice(dice.below(u64::MAX));
                runtime.spawn(works(visitor.clone(), served.base.clone(), dice, book.clone()))
            })
            .collect();
        // After a few more answers, however quick the machine is, and then at any point of the next.
        let (enough, began) = (before_answers + dice.below(12), Instant::now());
        while book.lock().unwrap().answers() < enough && began.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(dice.within(Duration::from_millis(60)));
        assert!(served.lives());
        served.kill();
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
        place.settles();
        let book = book.lock().unwrap();
        holds(&place, &book);
        let killed = Killed { hit: true, said: String::new(), code: None };
        tally.count(&killed, book.unanswered > before);
    });
    let book = book.lock().unwrap();
    let (asked, told): (i64, i64) = (book.asked.values().sum(), book.reserved.values().sum());
    println!("crash: {asked} reservations asked on {engine:?}, {told} acknowledged, {} results", book.recorded);
    assert!(told * 5 >= i64::from(kills_wanted()) && book.recorded > 0, "{told} reservations, {} results", book.recorded);
}

#[test]
fn sqlite() {
    kill_servers(Engine::Sqlite);
}

#[test]
fn postgres() {
    kill_servers(Engine::Postgres);
}

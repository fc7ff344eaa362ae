//! How long a search takes among many people, by each of its ways.
//!
//! Aim: 20 ms at 1,000,000 people, the 99th percentile. `DULY_BENCH_PEOPLE` asks for another number (100,000 unless said).
//! Beside it the floor: one row by its primary key.

mod measure;

use duly::accounts::search::find;
use duly::app::{Actor, App, Clock};
use duly::intake::actions::{ImportAccounts, import_accounts};
use duly::intake::mapping_file::parse;
use duly::intake::progress::Progress;
use duly::store::{Db, migrate};
use measure::{grouped, peak_megabytes};
use std::fs;
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

const MAPPING: &str = "[columns]\nreference = \"account\"\nname = \"name\"\nmobile = \"mobile\"\nbalance = \"balance\"\n";

const ONE: [&str; 24] = [
    "Mar", "Jos", "Ali", "Kat", "Tom", "Ren", "Lu", "Vik", "Sam", "Od", "Bri", "Nor", "El", "Fab", "Gia", "Hed", "Ing", "Jul", "Kw", "Leo",
    "Mi", "Nad", "Osk", "Pet",
];
const TWO: [&str; 16] = ["ia", "é", "on", "as", "ika", "o", "ana", "el", "us", "ine", "ar", "ette", "iel", "ulo", "ora", "im"];
const THREE: [&str; 20] = [
    "Smi", "Lop", "Gar", "Ber", "Kow", "Sch", "Ngu", "Mor", "Kim", "Ost", "Van", "Dub", "Ros", "Hal", "Win", "Lar", "Bec", "Fon", "Tak",
    "Oko",
];
const FOUR: [&str; 25] = [
    "th", "ez", "cia", "ger", "alski", "midt", "yen", "ales", "ura", "erman", "der", "ois", "si", "vorsen", "ter", "sson", "ker", "taine",
    "ahashi", "ro", "man", "ley", "ner", "feld", "wood",
];

fn name(i: usize) -> String {
    let (a, b, c, d) = (i % 24, i / 24 % 16, i / 384 % 20, i / 7_680 % 25);
    format!("{}{} {}{}{}", ONE[a], TWO[b], THREE[c], FOUR[d], ["", "", " Jr", "-Rey"][i / 192_000 % 4])
}

fn main() {
    let people: usize = std::env::var("DULY_BENCH_PEOPLE").ok().and_then(|people| people.parse().ok()).unwrap_or(100_000);
    let path = |name: &str| std::env::temp_dir().join(format!("duly-bench-{}-{name}", std::process::id()));
    let (file, database) = (path("people.csv"), path("people.db"));
    let mut out = BufWriter::new(fs::File::create(&file).expect("the temporary folder can be written"));
    writeln!(out, "account,name,mobile,balance").expect("a line");
    for i in 0..people {
        writeln!(out, "REF-{i:08},{},{}{:07},10.00", name(i), 612 + i % 3, 2_000_000 + i * 7 % 8_000_000).expect("a line");
    }
    out.flush().expect("the file is written");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let app = App::new(Db::open(&format!("sqlite:{}", database.display())).await.expect("the database opens"), Clock::System);
        migrate::migrate(&app.db, app.moment().at).await.expect("the schema is made");
        let ask = ImportAccounts { mapping: Some(parse(MAPPING).expect("the mapping is good")), ..ImportAccounts::of(&file, "Bench") };
        import_accounts(&app, &Actor::command(), app.moment(), &ask, &Progress::default()).await.expect("the file is good");
        println!("search among {} people:", grouped(people as u64));
        let mut slowest = Duration::ZERO;
        type Typed = fn(usize) -> String;
        let ways: [(&str, Typed); 7] = [
            ("whole name", name),
            ("family name", |i| name(i).split(' ').nth(1).unwrap_or_default().to_string()),
            ("beginnings, turned", |i| {
                name(i).split(' ').rev().map(|word| word.chars().take(4).collect::<String>()).collect::<Vec<_>>().join(" ")
            }),
            ("by sound", |i| name(i).replace("Smi", "Smy").replace("Sch", "Sh").replace("Ka", "Ca").replace('k', "c")),
            ("last four", |i| format!("{:04}", (2_000_000 + i * 7 % 8_000_000) % 10_000)),
            ("last four and name", |i| format!("{} {:04}", &name(i)[..2], (2_000_000 + i * 7 % 8_000_000) % 10_000)),
            ("reference", |i| format!("REF-{i:08}")),
        ];
        for (way, typed) in ways {
            let mut times = Vec::new();
            let mut found = 0;
            for round in 0..400 {
                let text = typed(round * 7_919 % people);
                let began = Instant::now();
                let mut tx = app.db.read().await.expect("a snapshot");
                found += find(&mut tx, &text).await.expect("the search answers").len();
                times.push(began.elapsed());
            }
            times.sort();
            let p99 = times[times.len() * 99 / 100];
            slowest = slowest.max(p99);
            println!("  {way:<20} median {:>8.1?}  99th percentile {p99:>8.1?}  {} found on average", times[times.len() / 2], found / 400);
        }
        let mut floor = Vec::new();
        let id: (duly::store::Value,) =
            app.db.read().await.expect("a snapshot").one("select id from accounts limit 1", &[]).await.expect("a row").expect("one");
        for _ in 0..400 {
            let began = Instant::now();
            let mut tx = app.db.read().await.expect("a snapshot");
            tx.number("select balance_minor from accounts where id = $1", std::slice::from_ref(&id.0)).await.expect("the row");
            floor.push(began.elapsed());
        }
        floor.sort();
        println!("  floor, one row by its key: median {:.1?}", floor[200]);
        println!(
            "aim: 20 ms: {}; largest memory {} MB",
            if slowest < Duration::from_millis(20) { "reached" } else { "missed" },
            peak_megabytes()
        );
    });
    for path in [file, database] {
        for ending in ["", "-wal", "-shm"] {
            // What is not there needs no removing.
            fs::remove_file(format!("{}{ending}", path.display())).ok();
        }
    }
}

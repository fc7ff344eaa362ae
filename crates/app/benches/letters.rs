//! How many letters a core sets and writes in a second: validation notices of one page, each to another person, with their hashes.
//!
//! Floor: the content alone, without a page. Aim: 1,000 letters a processor-second.

mod measure;

use duly::outreach::pdf::Printer;
use duly_domain::outreach::letter::Language;
use duly_domain::outreach::validation_notice::{Collector, Itemized, NoticeFacts, write_notice};
use duly_domain::values::money::Money;
use jiff::civil::date;
use measure::{grouped, processor_nanos};
use sha2::{Digest, Sha256};
use std::hint::black_box;

const FAMILIES: [&str; 8] = ["Núñez", "O'Brien", "Müller", "Okafor", "Nguyễn", "Smith-Jones", "Peña", "Kowalska"];
const LETTERS: i64 = 3_000;

fn facts(i: i64, language: Language) -> NoticeFacts {
    let usd = Money::usd;
    let family = FAMILIES[usize::try_from(i).unwrap_or(0) % FAMILIES.len()];
    NoticeFacts {
        mailed_on: date(2027, 3, 1),
        language,
        collector: Collector {
            name: "North South Group".into(),
            address: vec!["P.O. Box 123456".into(), "Pasadena, CA 91111".into()],
            phone: "(800) 555-0100".into(),
            hours: "8am to 8pm ET, Monday to Saturday".into(),
            website: "www.example.com".into(),
        },
        consumer: format!("Person {i} {family}"),
        address: vec![format!("{i} Park Street"), format!("Apartment {}", i % 90), "Bethesda, MD 20815".into()],
        creditor_then: "Bank of Rockville".into(),
        creditor_now: "Bank of Rockville".into(),
        account_number: format!("4400-{i:08}"),
        reference: format!("ABCDE-{i:05}"),
        itemized: Some(Itemized { on: date(2026, 1, 2), owed: usd(100_000 + i), interest: usd(7_500), fees: usd(0), credits: usd(5_000) }),
        owed_now: usd(102_500 + i),
        is_financial: true,
        state_texts: Vec::new(),
        words_due: Vec::new(),
    }
}

fn main() {
    let mut printer = Printer::new().expect("the fonts are in the program");
    for (words, language) in [("in English", Language::English), ("in English and Spanish", Language::Spanish)] {
        let before = processor_nanos();
        for i in 0..LETTERS {
            black_box(write_notice(&facts(i, language)).expect("nothing is missing"));
        }
        let floor = processor_nanos() - before;
        let (mut pages, mut bytes) = (0, 0);
        let before = processor_nanos();
        for i in 0..LETTERS {
            let letter = write_notice(&facts(i, language)).expect("nothing is missing");
            let rendering = printer.print(&letter).expect("a letter that can be printed");
            black_box(Sha256::digest(&rendering.bytes));
            pages += rendering.pages;
            bytes += rendering.bytes.len();
        }
        let nanos = (processor_nanos() - before).max(1);
        let letters = LETTERS.unsigned_abs();
        println!(
            "letters {words}: {} letters and {} pages a processor-second, {} bytes each; floor {} contents a processor-second; aim 1,000",
            grouped(letters * 1_000_000_000 / nanos),
            grouped(pages as u64 * 1_000_000_000 / nanos),
            grouped(bytes as u64 / letters),
            grouped(letters * 1_000_000_000 / floor.max(1)),
        );
    }
}

//! Letters as files: their structure as a screen reader meets it, their pages, the same bytes each time.
//!
//! `DULY_KEEP_LETTERS=DIR` keeps the PDFs to be looked at; `DULY_GOLDEN=write` writes the structures anew.

use duly::outreach::pdf::{PdfError, Printer};
use duly_domain::outreach::letter::{AmountRow, Amounts, Block, Check, Content, Item, Language, Letter, Part, Sign, Span};
use duly_domain::outreach::validation_notice::{Collector, Itemized, NoticeFacts, StateText, write_notice};
use duly_domain::values::money::Money;
use jiff::civil::date;
use std::path::{Path, PathBuf};
use std::process::Command;

fn facts(language: Language) -> NoticeFacts {
    let usd = Money::usd;
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
        consumer: "María Núñez".into(),
        address: vec!["2323 Park Street".into(), "Apartment 342".into(), "Bethesda, MD 20815".into()],
        creditor_then: "Main Street Department Store".into(),
        creditor_now: "Bank of Rockville".into(),
        account_number: "123-456-789".into(),
        reference: "ABCDE-01234".into(),
        itemized: Some(Itemized { on: date(2026, 1, 2), owed: usd(223_456), interest: usd(7_500), fees: usd(2_500), credits: usd(5_000) }),
        owed_now: usd(228_456),
        is_financial: true,
        state_texts: Vec::new(),
        words_due: Vec::new(),
    }
}

fn long() -> NoticeFacts {
    let name = "Wolfeschlegelsteinhausenbergerdorff y Fernández de Córdoba-Ñúñez, Ángela María Guadalupe Concepción".to_string();
    NoticeFacts {
        collector: Collector {
            name: "The Very Long Name of a Collection Agency and Its Affiliates of the Upper Midwest, Incorporated".into(),
            address: vec![
                "Attention: Consumer Correspondence and Disputes Department, Third Floor, Suite 3000".into(),
                "P.O. Box 1".into(),
                "Minneapolis, MN 55401".into(),
            ],
            ..facts(Language::Spanish).collector
        },
        consumer: name,
        address: vec![
            "c/o Residencia Universitaria de la Inmaculada Concepción, Edificio Número Doce, Torre B".into(),
            "1200 Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Boulevard Northwest".into(),
            "Apt 12".into(),
            "San Juan Capistrano, CA 92675".into(),
        ],
        creditor_then: "Banco Hipotecario de la Comunidad de Nuestra Señora de los Ángeles, Asociación Nacional".into(),
        itemized: Some(Itemized { owed: Money::usd(99_876_543_210), ..facts(Language::English).itemized.expect("there is one") }),
        owed_now: Money::usd(99_876_543_210 + 5_000),
        state_texts: vec![
            StateText { language: Language::English, text: "A state wants this said. ".repeat(220) },
            StateText { language: Language::Spanish, text: "Un estado quiere que se diga esto. ".repeat(20) },
        ],
        ..facts(Language::Spanish)
    }
}

/// A letter that uses everything a letter can hold, with a table longer than a page.
fn everything() -> Letter {
    let rows = (1..=75).map(|at| AmountRow {
        label: if at % 9 == 0 {
            format!("Charge {at}: a label so long that it needs more than the one line of its row, as some do in a bill of many parts, each told in full")
        } else {
            format!("Charge {at}")
        },
        amount: Some((if at % 5 == 0 { Sign::Minus } else { Sign::Plus }, Money::usd(at * 12_345))),
        is_total: at == 75,
    });
    let amounts = Amounts { summary: "Every charge".into(), head: Some(["Charge".into(), "Amount".into()]), rows: rows.collect() };
    let spanish = Block { language: Some(Language::Spanish), content: Content::Paragraph(vec![Span::plain("¿Habla español?")]) };
    let body = vec![
        Block::heading(1, "Statement"),
        Block::of(Content::Boxed(vec![Block::heading(2, "In a box"), Block::paragraph("What matters most.")])),
        spanish,
        Block::of(Content::Bullets(vec![Item::of("One **bold** word"), Item::of("Another")])),
        Block::of(Content::Amounts(amounts)),
        Block::of(Content::TearOff(vec![Block::of(Content::Checks(vec![Check::of("Yes"), Check::of("No")]))])),
    ];
    let part = Part {
        language: Language::English,
        head: vec!["North South Group".into()],
        marks: vec!["March 1, 2027".into()],
        addressee: vec!["María Núñez".into()],
        body,
        foot: "Statement".into(),
    };
    Letter { title: "Statement".into(), dated_on: date(2027, 3, 1), sender: "North South Group".into(), parts: vec![part] }
}

fn letters() -> [(&'static str, Letter, usize); 4] {
    let notice = |facts: &NoticeFacts| write_notice(facts).expect("nothing is missing");
    [
        ("validation-notice-en", notice(&facts(Language::English)), 1),
        ("validation-notice-es", notice(&facts(Language::Spanish)), 2),
        ("validation-notice-long", notice(&long()), 6),
        ("everything", everything(), 2),
    ]
}

/// Runs a program of poppler over a letter.
fn poppler(program: &str, args: &[&str], pdf: &Path) -> String {
    // Only `pdftotext` wants to be told where its output goes.
    let target = (program == "pdftotext").then_some("-");
    let output = Command::new(program).args(args).arg(pdf).args(target).output();
    let output = output.unwrap_or_else(|error| panic!("{program} does not start ({error}): Debian package poppler-utils"));
    // Poppler reads the entry `Suspects`, a boolean by the standard, as something else and says so of every file that has it.
    let said = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<&str> = said.lines().filter(|line| *line != "Syntax Error: Suspects object is wrong type (boolean)").collect();
    assert!(output.status.success() && faults.is_empty(), "{program}: {faults:?}");
    // A title beyond ASCII is printed in UTF-16 as it stands; the text below it is whole.
    String::from_utf8_lossy(&output.stdout).replace('\0', "")
}

#[test]
fn letters_have_their_structure_and_pages_and_are_the_same_bytes_each_time() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let kept = std::env::var_os("DULY_KEEP_LETTERS").map(PathBuf::from);
    let mut printer = Printer::new().unwrap();
    let mut faults = Vec::new();
    for (name, letter, pages) in letters() {
        let rendering = printer.print(&letter).unwrap();
        assert_eq!(rendering, Printer::new().unwrap().print(&letter).unwrap(), "{name}: another printer writes the same file");
        let file = match &kept {
            Some(folder) => {
                std::fs::create_dir_all(folder).unwrap();
                folder.join(format!("{name}.pdf"))
            }
            None => std::env::temp_dir().join(format!("duly_{name}_{}.pdf", std::process::id())),
        };
        std::fs::write(&file, &rendering.bytes).unwrap();
        let structure = poppler("pdfinfo", &["-struct-text"], &file);
        let info = poppler("pdfinfo", &[], &file);
        if name == "validation-notice-en" {
            // All that the window of the envelope may show, wherever the sheet lies in it.
            let shows = poppler("pdftotext", &["-l", "1", "-x", "0", "-y", "147", "-W", "387", "-H", "114"], &file);
            let shows: Vec<&str> = shows.lines().filter(|line| !line.trim().is_empty()).collect();
            assert_eq!(shows, ["María Núñez", "2323 Park Street", "Apartment 342", "Bethesda, MD 20815"]);
        }
        if name == "everything" {
            let second = poppler("pdftotext", &["-layout", "-f", "2", "-l", "2"], &file);
            let heads: Vec<&str> = second.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().split_whitespace().collect();
            assert_eq!(heads, ["Charge", "Amount"], "the heads stand again above what goes on");
        }
        if kept.is_none() {
            std::fs::remove_file(&file).unwrap();
        }
        assert!(info.contains("Tagged:          yes") && info.contains("612 x 792 pts (letter)"), "{name}: {info}");
        if !info.contains(&format!("Pages:           {pages}\n")) || rendering.pages != pages {
            faults.push(format!("{name}: {} pages in place of {pages}", rendering.pages));
        }
        let golden = golden.join(format!("{name}.txt"));
        if std::env::var("DULY_GOLDEN").is_ok_and(|what| what == "write") {
            std::fs::write(&golden, &structure).unwrap();
        }
        let before = std::fs::read_to_string(&golden).unwrap_or_default();
        if before != structure {
            let line = before.lines().zip(structure.lines()).position(|(one, other)| one != other);
            faults.push(format!("{name}: the structure is not that of {}, from line {line:?} on", golden.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_character_the_font_does_not_have_is_named_and_nobody() {
    let letter = write_notice(&NoticeFacts { consumer: "李 María".into(), ..facts(Language::English) }).unwrap();
    let error = Printer::new().unwrap().print(&letter).unwrap_err();
    assert_eq!(error, PdfError::Character('李'));
    let says = error.to_string();
    assert!(says.contains("U+674E") && !says.contains("María"), "{says}");
}

#[test]
fn odd_texts_are_printed_and_never_panic() {
    let mut printer = Printer::new().unwrap();
    for consumer in ["a\u{0}b\r\nc\td", "e\u{301}a\u{303}", &"W".repeat(3_000), "\u{200b}\u{feff}x", "שלום", "💩", "ﬁ", " . "] {
        let letter = write_notice(&NoticeFacts { consumer: consumer.into(), ..facts(Language::English) }).unwrap();
        match printer.print(&letter) {
            Ok(rendering) => assert!(rendering.pages >= 1),
            Err(error) => assert!(matches!(error, PdfError::Character(_) | PdfError::TooHigh | PdfError::Format(_)), "{error}"),
        }
    }
}

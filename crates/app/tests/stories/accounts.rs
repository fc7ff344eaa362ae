//! Accounts: holds, stops, desks.

use crate::permissions::{client, sign_in};
use duly::accounts::actions::{end_hold, place_hold};
use duly::accounts::notice::{Kind, RecordNotice, record_notice};
use duly::app::Failure;
use duly::compliance::facts::gather;
use duly::compliance::gate::look;
use duly_domain::decision::Decision;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::DebtorId;
use duly_testkit::{Floor, Person, both_engines};

/// Records what happened now, as the stop panel does.
fn happens(floor: &mut Floor, person: Person, kind: Kind, differ: impl FnOnce(&mut RecordNotice)) {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let mut ask = RecordNotice::of(person.account, kind, at.at);
    differ(&mut ask);
    floor.runtime.block_on(record_notice(&app, &who, at, ask)).unwrap();
}

/// What the gate answers for a screen.
fn sees(floor: &Floor, person: Person, channel: Channel) -> Decision {
    let at = floor.app.moment().at;
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        look(&gather(&mut tx, person.account).await.unwrap(), at, channel).decision
    })
}

both_engines! {
    fn a_hold_takes_the_account_off_the_list_until_its_day(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(place_hold(&app, &who, at, maria.account, "Waiting for papers", "2026-03-05".parse().unwrap())).unwrap();
        assert_eq!(floor.place("Dana", maria), None);
        floor.night_of("2026-03-03");
        assert_eq!(floor.place("Dana", maria), None);
        floor.night_of("2026-03-04");
        assert!(floor.place("Dana", maria).is_some(), "back on the morning of the 5th");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn an_open_hold_ends_when_somebody_ends_it(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let hold = floor.runtime.block_on(place_hold(&app, &who, at, maria.account, "Dispute", "2026-05-01".parse().unwrap())).unwrap();
        floor.night_of("2026-03-20");
        assert_eq!(floor.place("Dana", maria), None);
        let at = floor.app.moment();
        floor.runtime.block_on(end_hold(&app, &who, at, maria.account, hold)).unwrap();
        assert!(floor.place("Dana", maria).is_some());
    }

    fn stops_reach_every_channel_and_name_their_law(mut floor: "2026-03-02") {
        let (maria, otto, ann) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "60.00"), floor.debtor("Ann", "70.00"));
        floor.officer("Dana");
        happens(&mut floor, maria, Kind::Cease, |ask| ask.words = Some("Stop.".into()));
        happens(&mut floor, otto, Kind::AttorneyKnown, |_| ());
        floor.heeds(ann, "deceased");
        floor.clock("10:00");
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.cease.written"]);
        assert_eq!(floor.officer("Dana").calls(otto, "no_answer"), ["regf.attorney.represented"]);
        assert_eq!(floor.officer("Dana").calls(ann, "no_answer"), ["regf.deceased.personal-representative"]);
        happens(&mut floor, otto, Kind::AttorneyReleased, |_| ());
        assert!(floor.officer("Dana").calls(otto, "no_answer").is_empty());
    }

    fn a_written_dispute_stops_collection_until_verification_is_sent(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        happens(&mut floor, maria, Kind::ValidationNoticeSent, |_| ());

        // Spoken, it is noted and stops nothing.
        floor.morning_of("2026-03-10");
        happens(&mut floor, maria, Kind::Dispute, |ask| ask.in_writing = false);
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());

        // In writing and within the period it stops every channel, and says what can be done instead.
        floor.morning_of("2026-03-11");
        happens(&mut floor, maria, Kind::Dispute, |ask| ask.words = Some("This is not my debt.".into()));
        for channel in Channel::STRIP {
            let decision = sees(&floor, maria, channel);
            let reason = decision.because.first().unwrap_or_else(|| panic!("{channel} is refused"));
            assert_eq!(reason.rule.id, "regf.dispute.written-stop", "{channel}");
            assert!(reason.rule.instead.starts_with("Send a copy of verification"));
            assert_eq!(decision.next_allowed_at, None);
        }
        assert_eq!(floor.account(maria).next_action.as_deref(), Some("Send verification"));

        floor.morning_of("2026-03-13");
        happens(&mut floor, maria, Kind::VerificationSent, |_| ());
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());

        // The period ended on 8 April: what is submitted later stops nothing, what was submitted in time does.
        floor.morning_of("2026-04-14");
        happens(&mut floor, maria, Kind::Dispute, |ask| ask.submitted_on = Some("2026-04-09".parse().unwrap()));
        assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        happens(&mut floor, maria, Kind::Dispute, |ask| ask.submitted_on = Some("2026-04-08".parse().unwrap()));
        assert_eq!(floor.officer("Dana").calls(maria, "no_answer"), ["regf.dispute.written-stop"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_bankruptcy_stops_every_channel_until_it_is_dismissed(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stopped = |floor: &Floor| -> Vec<&'static str> {
            let decisions = Channel::STRIP.map(|channel| sees(floor, maria, channel));
            decisions.iter().flat_map(|decision| &decision.because).map(|reason| reason.rule.id).collect()
        };
        happens(&mut floor, maria, Kind::BankruptcyFiled, |ask| ask.chapter = Some(7));
        assert_eq!(stopped(&floor), ["bankruptcy.stay"; 4]);
        floor.morning_of("2026-03-03");
        happens(&mut floor, maria, Kind::StayLifted, |_| ());
        assert!(stopped(&floor).is_empty());
        floor.morning_of("2026-03-04");
        happens(&mut floor, maria, Kind::BankruptcyDischarged, |_| ());
        assert_eq!(stopped(&floor), ["bankruptcy.discharge"; 4]);
        floor.morning_of("2026-03-05");
        happens(&mut floor, maria, Kind::BankruptcyFiled, |ask| ask.chapter = Some(13));
        happens(&mut floor, maria, Kind::BankruptcyDismissed, |_| ());
        assert!(stopped(&floor).is_empty());
    }

    fn a_notice_that_cannot_be_is_refused_with_all_that_is_wrong(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let tomorrow = at.at + jiff::SignedDuration::from_hours(24);
        let ask = RecordNotice { chapter: Some(6), days: Some(8), ..RecordNotice::of(maria.account, Kind::BankruptcyFiled, tomorrow) };
        let refused = floor.runtime.block_on(record_notice(&app, &who, at, ask)).unwrap_err().to_string();
        assert_eq!(refused, "received is in the future; chapter is none of 7, 9, 11, 12, 13, 15; days is not from 1 to 7");
        assert_eq!(floor.count("select count(*) from notices"), 0);
        let stranger = RecordNotice { debtor: Some("dbt_00000000000000000000000000000009".parse::<DebtorId>().unwrap()), ..RecordNotice::of(maria.account, Kind::Cease, at.at) };
        assert!(matches!(floor.runtime.block_on(record_notice(&app, &who, at, stranger)), Err(Failure::NotFound(_))));
    }

    fn the_stop_panel_records_a_dispute_and_the_page_says_what_can_be_done_instead(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.officer("Dana");
        let base = floor.serve();
        let pages = floor.runtime.block_on(async {
            let client = client();
            let csrf = sign_in(&client, &base, "dana@example.org").await;
            let url = format!("{base}/accounts/{}", maria.account);
            let post = |kind: &str, on: &str| {
                let form = [("csrf", csrf.clone()), ("kind", kind.to_string()), ("on", on.to_string()), ("words", "Not mine.".to_string())];
                client.post(format!("{url}/stops")).form(&form).send()
            };
            assert_eq!(post("pigeon", "").await.unwrap().status(), 422);
            let later = post("dispute", "2026-03-03").await.unwrap();
            assert_eq!(later.status(), 422);
            assert!(later.text().await.unwrap().contains("The day is in the future."));
            assert_eq!(post("dispute", "2026-02-27").await.unwrap().status(), 303);
            let why = client.get(format!("{url}?why=call")).send().await.unwrap().text().await.unwrap();
            let ask = client.post(format!("{url}/contacts")).form(&[("csrf", csrf.as_str()), ("to", "call")]).send().await.unwrap();
            [why, ask.text().await.unwrap()]
        });
        for page in pages {
            assert!(page.contains("They disputed this debt in writing within the validation period"));
            assert!(page.contains("Send a copy of verification or of the judgment; collection may go on once it has been sent."));
        }
    }

    fn where_they_live_has_limits_of_its_own(mut floor: "2026-09-07") {
        let maria = floor.debtor("Maria", "420.00");
        let ids = |floor: &Floor| -> Vec<&'static str> {
            sees(floor, maria, Channel::Call).because.iter().map(|reason| reason.rule.id).collect()
        };
        for time in ["10:00", "12:00", "14:00"] {
            floor.clock(time);
            assert!(floor.officer("Dana").calls(maria, "no_answer").is_empty());
        }
        floor.clock("15:00");
        assert!(ids(&floor).is_empty(), "Ohio has no cap");
        floor.tamper("update debtors set state = 'MA'", &[]);
        assert_eq!(ids(&floor), ["state.ma.call-cap"]);
        floor.tamper("update debtors set state = 'NY'", &[]);
        assert!(ids(&floor).is_empty(), "the state is not the city");
        floor.tamper("update contact_points set zip = '11201' where kind = 'address'", &[]);
        assert_eq!(ids(&floor), ["state.nyc.contact-cap"]);
        // Seven days later the three have left the run.
        floor.morning_of("2026-09-14");
        assert!(ids(&floor).is_empty());
    }
}

#[test]
fn a_document_is_filed_in_the_browser_and_handed_out_whole() {
    use crate::permissions::{client, sign_in};
    let mut floor = duly_testkit::Floor::on(duly_testkit::Engine::Sqlite, "2026-03-02");
    let maria = floor.debtor("Maria", "420.00");
    floor.officer("Dana");
    let base = floor.serve();
    let body: Vec<u8> = (0..300_000u32).map(|i| (i % 251) as u8).collect();
    floor.runtime.block_on(async {
        let browser = client();
        let csrf = sign_in(&browser, &base, "dana@example.org").await;
        let form = |token: &str, body: &[u8]| {
            let file = reqwest::multipart::Part::bytes(body.to_vec()).file_name("../agreement 1.pdf").mime_str("application/pdf").unwrap();
            reqwest::multipart::Form::new()
                .text("csrf", token.to_string())
                .text("kind", "agreement")
                .text("source", "the creditor")
                .part("file", file)
        };
        let place = format!("{base}/accounts/{}/documents", maria.account);
        let refused = browser.post(&place).multipart(form("wrong", b"small")).send().await.unwrap();
        assert_eq!(refused.status(), 403);
        let filed = browser.post(&place).multipart(form(&csrf, &body)).send().await.unwrap();
        assert_eq!(filed.status(), 303);
        let page = browser.get(format!("{base}/accounts/{}?do=papers", maria.account)).send().await.unwrap().text().await.unwrap();
        let link = page.split("/documents/doc_").nth(1).unwrap().split('"').next().unwrap();
        let back = browser.get(format!("{place}/doc_{link}")).send().await.unwrap();
        assert_eq!(back.headers()["content-disposition"], "attachment; filename=\"agreement1.pdf\"");
        assert_eq!(back.bytes().await.unwrap().to_vec(), body);
    });
}

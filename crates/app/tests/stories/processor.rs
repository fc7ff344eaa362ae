//! Payments by card and bank debit, against a server that speaks as the processor does: once, whatever is lost, late or told again.

use super::debits;
use super::hardship::pauses;
use crate::localstripe::{DECLINED, GOOD, LocalStripe, SECRET, body_of};
use duly::accounts::closing::close_account;
use duly::app::{Actor, Failure, Outcome};
use duly::jobs;
use duly::ledger::processor::adapter::MethodKind;
use duly::ledger::processor::charging::{AskCharge, charge, refund_charge};
use duly::ledger::processor::methods::{AddMethod, add_method, revoke_method};
use duly::ledger::processor::store::{ChargeRow, list_charges, list_methods};
use duly::ledger::processor::syncing::{Synced, sync};
use duly::ledger::store::list_payments;
use duly_domain::ledger::debits::Stays;
use duly_domain::values::ids::{ProcessorChargeId, ProcessorMethodId};
use duly_testkit::{Floor, Person, both_engines};
use hmac::{Hmac, KeyInit, Mac};
use jiff::SignedDuration;
use reqwest::{Client, StatusCode};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use uuid::Uuid;

const AGREED: &str = "Agreed by phone today, reads back the amount";

fn keeps(floor: &mut Floor, person: Person, token: &str) -> Result<ProcessorMethodId, Failure> {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    let ask = AddMethod { account: person.account, token: token.into(), words: AGREED.into(), is_in_writing: false, copy_given: false };
    floor.runtime.block_on(add_method(&app, &who, at, &ask))
}

/// A card is kept.
fn card(floor: &mut Floor, stripe: &LocalStripe, person: Person, number: &str) -> ProcessorMethodId {
    let token = stripe.card(floor, number);
    keeps(floor, person, &token).expect("the card is kept")
}

fn wants(floor: &mut Floor, person: Person, method: ProcessorMethodId, amount_minor: i64) -> AskCharge {
    let id = ProcessorChargeId(Uuid::now_v7());
    floor.officer("Dana");
    AskCharge { id, account: person.account, method, amount_minor, words: AGREED.into(), is_single: true }
}

fn asks(floor: &mut Floor, ask: &AskCharge) -> Result<ChargeRow, String> {
    let (app, at, who) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
    match floor.runtime.block_on(charge(&app, &who, at, ask)) {
        Ok(Outcome::Done(row)) => Ok(row),
        Ok(Outcome::Refused(decision)) => Err(decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>().join(" ")),
        Err(failure) => Err(failure.to_string()),
    }
}

/// Charges a card; as it stands then.
fn charges(floor: &mut Floor, person: Person, method: ProcessorMethodId, amount_minor: i64) -> Result<ChargeRow, String> {
    let ask = wants(floor, person, method, amount_minor);
    asks(floor, &ask)
}

fn syncs(floor: &mut Floor) -> Synced {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let since = at.at.saturating_sub(SignedDuration::from_hours(24)).unwrap();
    floor.runtime.block_on(sync(&app, &Actor::command(), at, since)).expect("the processor answers")
}

/// The state of the newest charge, and what is posted of it.
fn stands(floor: &Floor, person: Person) -> (String, i64) {
    let rows = floor.runtime.block_on(async { list_charges(&mut floor.app.db.read().await?, person.account, 10).await });
    let row = rows.expect("charges are read").remove(0);
    (row.state, row.posted_minor)
}

/// The amounts and states of the payments on an account, the oldest first.
fn payments(floor: &Floor, person: Person) -> Vec<(i64, String)> {
    let rows = floor.runtime.block_on(async { list_payments(&mut floor.app.db.read().await?, person.account).await });
    let mut rows = rows.expect("payments are read");
    rows.sort_by_key(|payment| payment.id);
    rows.into_iter().map(|payment| (payment.amount_minor, payment.state)).collect()
}

/// What the checks complain of, as of the machine's day.
fn faults(floor: &Floor) -> Vec<String> {
    let on = floor.app.moment().business_day;
    let checks = floor.runtime.block_on(async { jobs::check::run(&mut floor.app.db.read().await?, &floor.app.keys, on).await });
    let failed = checks.expect("the checks run").into_iter().filter(|check| !check.ok);
    failed.map(|check| format!("{}: {}", check.name, check.detail)).collect()
}

fn count(floor: &Floor, table: &str) -> i64 {
    let sql = format!("select count(*) from {table}");
    floor.runtime.block_on(async { floor.app.db.read().await?.number(&sql, &[]).await }).expect("rows are counted")
}

fn sign(body: &str, at: i64, secret: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key is a key");
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

/// Sends a message to our address; what is answered.
fn sends(floor: &Floor, base: &str, signature: &str, body: &[u8]) -> StatusCode {
    let sent = Client::new().post(format!("{base}/webhooks/processor")).header("stripe-signature", signature).body(body.to_vec()).send();
    floor.runtime.block_on(sent).expect("an answer").status()
}

/// A message that the processor would send about an object now, `ago` seconds back, signed as it signs.
fn tells(floor: &Floor, base: &str, event: &str, kind: &str, object: &Json, ago: i64) -> StatusCode {
    let now = floor.app.moment().at.as_second();
    let body = json!({"id": event, "object": "event", "type": kind, "created": now - ago, "data": {"object": object}}).to_string();
    sends(floor, base, &sign(&body, now, SECRET), body.as_bytes())
}

fn dispute(row: &ChargeRow, status: &str, amount: i64) -> Json {
    json!({"object": "dispute", "id": "du_1", "charge": row.charge, "payment_intent": row.intent, "amount": amount, "status": status})
}

both_engines! {
    fn a_charge_is_posted_once_although_its_message_comes_three_times_and_late(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stripe = LocalStripe::start(&mut floor);
        let method = card(&mut floor, &stripe, maria, GOOD);
        let kept = floor.runtime.block_on(async { list_methods(&mut floor.app.db.read().await?, maria.account).await }).unwrap().remove(0);
        assert_eq!((kept.brand.as_str(), kept.last_four.as_str(), kept.expires.as_deref()), ("visa", "4242", Some("2099-12")));
        // The answer is lost on its way: nobody here knows that the money was taken.
        stripe.lose_answers(true);
        let row = charges(&mut floor, maria, method, 5_000).unwrap();
        stripe.lose_answers(false);
        assert_eq!((row.state.as_str(), row.posted_minor, row.intent.is_none()), ("asked", 0, true));
        let more = charges(&mut floor, maria, method, 40_000).unwrap_err();
        assert_eq!(more, "amount is more than USD 370.00, which is all that may be charged now", "what is under way may still come");
        assert_eq!((floor.balance(maria).as_str(), faults(&floor)), ("420.00", vec![]));
        let base = floor.serve();
        let (signature, body) = stripe.letter("payment_intent.succeeded");
        let intent = body_of(&body)["data"]["object"].clone();
        assert_eq!(intent["metadata"]["duly_charge"], row.id.to_string());
        // Told first that it waits, which was so before, and by a message that comes after.
        for _ in 0..3 {
            assert_eq!(sends(&floor, &base, &signature, &body), StatusCode::OK);
            assert_eq!(stands(&floor, maria), ("succeeded".into(), 5_000));
        }
        let mut pending = intent.clone();
        pending["status"] = json!("processing");
        for again in 0..2 {
            assert_eq!(tells(&floor, &base, "evt_late", "payment_intent.processing", &pending, 30), StatusCode::OK, "{again}");
        }
        assert_eq!(tells(&floor, &base, "evt_of_others", "customer.created", &json!({"object": "customer", "id": "cus_1"}), 0), StatusCode::OK);
        assert_eq!((stands(&floor, maria), payments(&floor, maria)), (("succeeded".into(), 5_000), vec![(5_000, "posted".into())]));
        let (synced, again) = (syncs(&mut floor), syncs(&mut floor));
        assert_eq!((synced.read, synced.changed.len(), again.changed.len(), synced.problems.len()), (1, 0, 0, 0), "{synced:?}");
        assert_eq!((floor.balance(maria).as_str(), count(&floor, "processor_events"), stripe.intents(&floor)), ("370.00", 3, 1));
        let charge = intent["latest_charge"]["id"].as_str().unwrap().to_string();
        let by_reference = format!("entries where kind = 'payment' and reference = '{charge}'");
        assert_eq!((count(&floor, &by_reference), faults(&floor)), (1, vec![]));
    }

    fn a_declined_card_is_said_with_its_reason_and_nothing_is_posted(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stripe = LocalStripe::start(&mut floor);
        let method = card(&mut floor, &stripe, maria, DECLINED);
        let row = charges(&mut floor, maria, method, 5_000).unwrap();
        assert_eq!((row.state.as_str(), row.failure.as_str(), row.posted_minor), ("failed", "Your card was declined.", 0));
        let base = floor.serve();
        let (signature, body) = stripe.letter("payment_intent.payment_failed");
        assert_eq!(sends(&floor, &base, &signature, &body), StatusCode::OK);
        syncs(&mut floor);
        assert_eq!((stands(&floor, maria), payments(&floor, maria)), (("failed".into(), 0), vec![]));
        assert_eq!((floor.balance(maria).as_str(), faults(&floor)), ("420.00", vec![]));
    }

    fn a_message_with_a_wrong_or_old_signature_is_refused_and_not_stored(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stripe = LocalStripe::start(&mut floor);
        let method = card(&mut floor, &stripe, maria, GOOD);
        stripe.lose_answers(true);
        charges(&mut floor, maria, method, 5_000).unwrap();
        stripe.lose_answers(false);
        let (signature, body) = stripe.letter("payment_intent.succeeded");
        let (base, now) = (floor.serve(), floor.app.moment().at.as_second());
        let text = String::from_utf8(body.to_vec()).unwrap();
        let altered = text.replace("5000", "4000");
        for (signature, body) in [
            (String::new(), text.as_str()),
            ("t=1,v1=00".into(), &text),
            (sign(&text, now, "whsec_of_somebody_else"), &text),
            (sign(&text, now - 301, SECRET), &text),
            (sign(&text, now + 301, SECRET), &text),
            (signature.clone(), &altered),
        ] {
            assert_eq!(sends(&floor, &base, &signature, body.as_bytes()), StatusCode::BAD_REQUEST, "{signature}");
        }
        let large = vec![b' '; 600 * 1024];
        assert_eq!(sends(&floor, &base, &signature, &large), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!((count(&floor, "processor_events"), stands(&floor, maria)), (0, ("asked".into(), 0)));
        // Right, but about another amount than was asked for: stored, said, and nothing is posted.
        let mut other = body_of(&body)["data"]["object"].clone();
        other["amount"] = json!(4_000);
        assert_eq!(tells(&floor, &base, "evt_other", "payment_intent.succeeded", &other, 0), StatusCode::OK);
        assert_eq!((stands(&floor, maria), payments(&floor, maria)), (("asked".into(), 0), vec![]));
        let synced = syncs(&mut floor);
        assert!(synced.problems.len() == 1 && synced.problems[0].contains("another amount"), "{synced:?}");
        assert_eq!(stands(&floor, maria), ("succeeded".into(), 5_000), "the sync found what was really charged");
    }

    fn what_was_lost_is_found_by_a_sync_and_posted_once(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stripe = LocalStripe::start(&mut floor);
        let method = card(&mut floor, &stripe, maria, GOOD);
        // Taken, and the answer lost.
        stripe.lose_answers(true);
        charges(&mut floor, maria, method, 5_000).unwrap();
        stripe.lose_answers(false);
        // Never arrived.
        stripe.lose_requests(true);
        let unheard = charges(&mut floor, maria, method, 7_000).unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let silent = floor.runtime.block_on(sync(&app, &Actor::command(), at, at.at)).map(drop);
        assert!(silent.is_err() && stands(&floor, maria).0 == "asked", "while nobody answers nothing is decided: {silent:?}");
        stripe.lose_requests(false);
        assert_eq!((unheard.state.as_str(), stripe.intents(&floor)), ("asked", 1));
        let synced = syncs(&mut floor);
        assert_eq!((synced.asked, synced.changed.len(), synced.problems.len()), (2, 2, 0), "{synced:?}");
        assert_eq!((payments(&floor, maria), stripe.intents(&floor)), (vec![(5_000, "posted".into()), (7_000, "posted".into())], 2));
        assert_eq!(syncs(&mut floor).changed, []);
        assert_eq!((floor.balance(maria).as_str(), stripe.intents(&floor), faults(&floor)), ("300.00", 2, vec![]));
        // The same form sent twice is one charge.
        let ask = wants(&mut floor, maria, method, 1_000);
        let (first, second) = (asks(&mut floor, &ask).unwrap(), asks(&mut floor, &ask).unwrap());
        assert_eq!((first.payment, second.state.as_str(), stripe.intents(&floor)), (second.payment, "succeeded", 3));
        // One that the processor knows nothing of after its keys are gone is not asked for again.
        stripe.lose_requests(true);
        charges(&mut floor, maria, method, 2_000).unwrap();
        stripe.lose_requests(false);
        floor.app.set_clock(floor.app.moment().at.saturating_add(SignedDuration::from_hours(24)).unwrap());
        syncs(&mut floor);
        assert_eq!((stands(&floor, maria), stripe.intents(&floor)), (("failed".into(), 0), 3));
    }

    fn what_goes_back_or_is_disputed_is_taken_back_by_what_stands(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stripe = LocalStripe::start(&mut floor);
        let method = card(&mut floor, &stripe, maria, GOOD);
        let (app, dana) = (floor.app.clone(), floor.officer("Dana").actor());
        let row = charges(&mut floor, maria, method, 10_000).unwrap();
        let refunds = |floor: &Floor, row: &ChargeRow, amount: Option<i64>| {
            floor.runtime.block_on(refund_charge(&app, &dana, floor.app.moment(), row.id, amount, "They paid twice"))
        };
        assert_eq!(refunds(&floor, &row, Some(4_000)).unwrap().state, "partly_refunded");
        assert_eq!((floor.balance(maria).as_str(), payments(&floor, maria)), ("360.00", vec![(10_000, "reversed".into()), (6_000, "posted".into())]));
        let over = refunds(&floor, &row, Some(6_001)).unwrap_err().to_string();
        assert_eq!(over, "amount must be above zero and at most USD 60.00, which stands of the charge");
        assert_eq!((refunds(&floor, &row, None).unwrap().state.as_str(), floor.balance(maria).as_str()), ("refunded", "420.00"));
        assert!(refunds(&floor, &row, None).is_err(), "nothing is left to go back");

        // Made past us, on the processor's own pages: a sync sees it.
        let past_us = charges(&mut floor, maria, method, 3_000).unwrap();
        stripe.post(&floor, "refunds", &json!({"charge": past_us.charge}));
        assert_eq!((syncs(&mut floor).changed, stands(&floor, maria)), (vec![past_us.id], ("refunded".into(), 0)));

        // A dispute, in every order: told of its end before its beginning, twice, and of a mere question of the bank.
        let row = charges(&mut floor, maria, method, 8_000).unwrap();
        let base = floor.serve();
        let hears = |floor: &Floor, event: &str, status: &str, ago: i64| {
            assert_eq!(tells(floor, &base, event, "charge.dispute.updated", &dispute(&row, status, 8_000), ago), StatusCode::OK);
            (stands(floor, maria), faults(floor))
        };
        assert_eq!(hears(&floor, "evt_q", "warning_needs_response", 90), (("succeeded".into(), 8_000), vec![]));
        assert_eq!(hears(&floor, "evt_a", "needs_response", 80), (("disputed".into(), 0), vec![]));
        assert_eq!(floor.balance(maria), "420.00");
        assert_eq!(hears(&floor, "evt_c", "won", 40), (("succeeded".into(), 8_000), vec![]));
        assert_eq!(hears(&floor, "evt_b", "under_review", 60), (("succeeded".into(), 8_000), vec![]), "older than what is known");
        assert_eq!(hears(&floor, "evt_a", "needs_response", 80), (("succeeded".into(), 8_000), vec![]));
        assert_eq!(floor.balance(maria), "340.00");
        assert_eq!(hears(&floor, "evt_d", "lost", 20), (("lost".into(), 0), vec![]));
        assert_eq!((floor.balance(maria).as_str(), syncs(&mut floor).changed), ("420.00", vec![]));
    }

    fn what_may_not_be_charged_is_refused_with_its_reason(mut floor: "2026-03-02") {
        let people: Vec<Person> = ["Maria", "Otto", "Paula", "Quinn"].iter().map(|name| floor.debtor(name, "100.00")).collect();
        let [maria, otto, paula, quinn] = people[..] else { panic!("four people") };
        let stripe = LocalStripe::start(&mut floor);
        let methods: Vec<ProcessorMethodId> = people.iter().map(|person| card(&mut floor, &stripe, *person, GOOD)).collect();
        let (app, at, dana) = (floor.app.clone(), floor.app.moment(), floor.officer("Dana").actor());
        let today = at.business_day.to_string();
        assert_eq!(charges(&mut floor, maria, methods[0], 10_001).unwrap_err(), "amount is more than USD 100.00, which is all that may be charged now");
        assert_eq!(charges(&mut floor, maria, methods[0], 0).unwrap_err(), "amount must be above zero");
        assert_eq!(charges(&mut floor, maria, methods[1], 500).unwrap_err(), "method belongs to another account");
        let series = AskCharge { is_single: false, ..wants(&mut floor, maria, methods[0], 500) };
        assert_eq!(asks(&mut floor, &series).unwrap_err(), "rege.preauth.authorisation", "a series needs a writing");
        let numbered = AskCharge { words: format!("Card {GOOD}, by phone"), ..wants(&mut floor, maria, methods[0], 500) };
        assert!(asks(&mut floor, &numbered).unwrap_err().contains("number of a card"));
        assert!(keeps(&mut floor, maria, GOOD).unwrap_err().to_string().contains("looks like a number"));
        assert!(pauses(&mut floor, otto, &today, 20).is_empty());
        assert_eq!(charges(&mut floor, otto, methods[1], 500).unwrap_err(), "policy.hardship-pause");
        floor.files(paula, None, Some(7));
        assert_eq!(charges(&mut floor, paula, methods[2], 500).unwrap_err(), "bankruptcy.stay");
        floor.runtime.block_on(close_account(&app, &Actor::command(), at, quinn.account, "settled", None)).expect("it is closed");
        assert_eq!(charges(&mut floor, quinn, methods[3], 500).unwrap_err(), "account is closed: nothing can be charged on it");
        floor.runtime.block_on(revoke_method(&app, &dana, at, methods[0], "They called and took it back")).expect("it is revoked");
        assert_eq!(charges(&mut floor, maria, methods[0], 500).unwrap_err(), "method was revoked");
        assert_eq!((stripe.intents(&floor), count(&floor, "processor_charges")), (0, 0), "the processor was asked for none of it");
        assert_eq!(faults(&floor), Vec::<String>::new());
    }

    fn a_bank_takes_its_time_and_nothing_is_posted_before_it_says_yes(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let stripe = LocalStripe::start(&mut floor);
        let (good, bad) = (stripe.bank(&floor, "DE89370400440532013000"), stripe.bank(&floor, "DE62370400440532013001"));
        let (good, bad) = (keeps(&mut floor, maria, &good).unwrap(), keeps(&mut floor, maria, &bad).unwrap());
        let base = floor.serve();
        for (method, letter, ends) in
            [(bad, "payment_intent.payment_failed", ("failed", 0)), (good, "payment_intent.succeeded", ("succeeded", 2_000))]
        {
            charges(&mut floor, maria, method, 2_000).unwrap();
            let (signature, body) = stripe.letter(letter);
            assert_eq!(sends(&floor, &base, &signature, &body), StatusCode::OK);
            let (state, posted) = stands(&floor, maria);
            assert_eq!((state.as_str(), posted), ends);
        }
        assert_eq!((floor.balance(maria).as_str(), faults(&floor)), ("400.00", vec![]));
        let tables = ["processor_methods", "processor_charges", "audit_entries"];
        for iban in ["370400440532013000", "370400440532013001"] {
            for table in tables {
                let all = floor.runtime.block_on(async { floor.app.db.read().await?.all::<(String,)>(whole(table), &[]).await }).unwrap();
                assert!(!all.is_empty() && all.iter().all(|(row,)| !row.contains(iban)), "{table}");
            }
        }
    }

    fn what_a_file_of_debits_draws_is_not_charged_again_nor_the_other_way(mut floor: "2026-03-02") {
        debits::settles_sender(&mut floor);
        let (maria, otto) = (floor.debtor("Maria", "300.00"), floor.debtor("Otto", "300.00"));
        let stripe = LocalStripe::start(&mut floor);
        let method = card(&mut floor, &stripe, maria, GOOD);
        let today = floor.app.moment().business_day.to_string();
        let under = debits::agrees(&mut floor, maria, 25_000);
        debits::plans(&mut floor, under, 25_000, &today).unwrap();
        assert!(debits::sends(&mut floor).0.is_some(), "the debit is in a file");
        let says = charges(&mut floor, maria, method, 5_001).unwrap_err();
        assert_eq!(says, "amount is more than USD 50.00, which is all that may be charged now");

        let bank = stripe.bank(&floor, "DE89370400440532013000");
        let bank = keeps(&mut floor, otto, &bank).unwrap();
        let under = debits::agrees(&mut floor, otto, 25_000);
        debits::plans(&mut floor, under, 25_000, &today).unwrap();
        charges(&mut floor, otto, bank, 10_000).unwrap();
        assert!(debits::plans(&mut floor, under, 20_001, &today).is_err(), "what is charged is on its way");
        assert_eq!(debits::sends(&mut floor), (None, vec![Stays::MoreThanOwed]));
    }

    fn fields_that_were_filled_for_an_account_are_kept_on_it_alone(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "420.00"), floor.debtor("Otto", "100.00"));
        let stripe = LocalStripe::start(&mut floor);
        let processor = floor.app.processor.clone().expect("it is configured");
        let opened = floor.runtime.block_on(async {
            let customer = processor.make_customer(maria.account).await?;
            processor.open_fields(maria.account, &customer, MethodKind::Card).await
        });
        let secret = opened.expect("the fields are open").client_secret;
        let fields = secret.split("_secret_").next().expect("the secret begins with the fields").to_string();
        assert!(keeps(&mut floor, maria, &fields).unwrap_err().to_string().contains("not filled to their end"));
        let card = json!({"type": "card", "card": {"number": GOOD, "exp_month": "12", "exp_year": "2099", "cvc": "123"}});
        stripe.post(&floor, &format!("setup_intents/{fields}/confirm"), &json!({"client_secret": secret, "payment_method_data": card}));
        assert!(keeps(&mut floor, otto, &fields).unwrap_err().to_string().contains("opened for another account"));
        let (first, again) = (keeps(&mut floor, maria, &fields).unwrap(), keeps(&mut floor, maria, &fields).unwrap());
        assert_eq!(first, again, "kept once");
        assert_eq!(charges(&mut floor, maria, first, 42_000).unwrap().state, "succeeded");
        assert_eq!((floor.account(maria).state.as_str(), faults(&floor)), ("paid", vec![]));
    }
}

/// Everything that stands in a table, as text.
fn whole(table: &str) -> &'static str {
    match table {
        "processor_methods" => "select token || ' ' || customer || ' ' || brand || ' ' || last_four || ' ' || words from processor_methods",
        "processor_charges" => {
            "select words || ' ' || failure || ' ' || coalesce(intent, '') || coalesce(charge, '') from processor_charges"
        }
        _ => "select detail from audit_entries",
    }
}

//! Requests for approval: asked, approved, countered, refused, answered, lapsed, used once; two at once; the law stays.

use duly::app::{Actor, Failure, Outcome};
use duly::disputes::actions::{OpenCase, open_case};
use duly::outreach::calls::actions::{self as calls, WrapUp};
use duly::outreach::floor::now::list_present;
use duly::plans::approvals::actions::{AskApproval, answer, ask, take_up, withdraw};
use duly::plans::approvals::lapsing::lapse_due;
use duly::plans::approvals::store;
use duly::store::Value;
use duly_domain::decision::Answer;
use duly_domain::disputes::case::CaseKind;
use duly_domain::identity::Role;
use duly_domain::outreach::conversation::{Answered, Stage, Step};
use duly_domain::outreach::presence::Doing;
use duly_domain::parties::right_party::{Check, Fit};
use duly_domain::plans::approval::{ApprovalState, Terms, Verdict};
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{ApprovalId, CallId};
use duly_domain::values::money::{Currency, Money};
use duly_testkit::{Floor, Person, both_engines};
use jiff::SignedDuration;

fn terms(amount: &str, due_on: &str) -> Terms {
    Terms::promise(Money::parse(amount, Currency::Usd).unwrap(), due_on.parse().unwrap())
}

fn asks_in(floor: &mut Floor, who: &str, person: Person, call: Option<CallId>, terms: Terms, words: &str) -> Result<ApprovalId, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer(who).actor(), floor.app.moment());
    let wanted = AskApproval { account: person.account, call, terms, words: words.into() };
    match floor.runtime.block_on(ask(&app, &who, at, &wanted))? {
        Outcome::Done(id) => Ok(id),
        Outcome::Refused(decision) => {
            assert_eq!(decision.answer, Answer::No);
            Err(Failure::Stale(decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>().join(" ")))
        }
    }
}

fn asks(floor: &mut Floor, who: &str, person: Person, wanted: Terms) -> Result<ApprovalId, Failure> {
    asks_in(floor, who, person, None, wanted, "They start work in June.")
}

fn answers_as(floor: &mut Floor, who: &Actor, id: ApprovalId, verdict: Verdict, words: &str) -> Result<ApprovalState, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    match floor.runtime.block_on(answer(&app, who, at, id, &verdict, words))? {
        Outcome::Done(state) => Ok(state),
        Outcome::Refused(decision) => {
            Err(Failure::Stale(decision.because.iter().map(|reason| reason.rule.id).collect::<Vec<_>>().join(" ")))
        }
    }
}

fn answers(floor: &mut Floor, who: &str, id: ApprovalId, verdict: Verdict, words: &str) -> Result<ApprovalState, Failure> {
    let who = floor.user(who, Role::Supervisor).actor();
    answers_as(floor, &who, id, verdict, words)
}

fn stands(floor: &mut Floor, id: ApprovalId) -> ApprovalState {
    let now = floor.app.moment().at;
    let row = floor.runtime.block_on(async { store::load_approval(&mut floor.app.db.read().await.unwrap(), id).await.unwrap() });
    row.clock().state_at(now)
}

fn later(floor: &Floor, minutes: i64) {
    floor.app.set_clock(floor.app.moment().at + SignedDuration::from_mins(minutes));
}

fn says<T: std::fmt::Debug>(done: Result<T, Failure>) -> String {
    done.unwrap_err().to_string()
}

/// A call on which the right person is verified and the words are said.
fn on_a_call(floor: &mut Floor, officer: &str, person: Person) -> CallId {
    floor.tamper("update debtors set date_of_birth = $1", &[Value::Date(jiff::civil::date(1984, 8, 19))]);
    let contact = floor.officer(officer).reserves(person, Channel::Call).unwrap().contact.expect("it is allowed");
    let (app, who, at) = (floor.app.clone(), floor.officer(officer).actor(), floor.app.moment());
    floor.runtime.block_on(async {
        let call = calls::begin_call(&app, &who, at, contact).await.unwrap();
        let checked = |check| Step::Checked { check, fit: Fit::Matches };
        for step in [Step::Answered { who: Answered::Person }, checked(Check::DateOfBirth), Step::Disclosed { words: Vec::new() }] {
            calls::take_step(&app, &who, at, call, step).await.unwrap();
        }
        call
    })
}

/// They dispute most of it in writing.
fn disputes(floor: &mut Floor, person: Person) {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let ask = OpenCase { disputed_minor: Some(40_000), ..OpenCase::of(person.account, CaseKind::Dispute, true) };
    floor.runtime.block_on(open_case(&app, &who, at, &ask)).unwrap();
}

fn wraps(floor: &mut Floor, officer: &str, call: CallId) {
    let (app, who, at) = (floor.app.clone(), floor.officer(officer).actor(), floor.app.moment());
    let follow_up_on = Some("2026-03-20".parse().unwrap());
    let ask = WrapUp { call, result: "talked".into(), note: String::new(), follow_up_on, follow_up_at: None };
    floor.runtime.block_on(calls::wrap_call(&app, &who, at, &ask)).unwrap();
}

both_engines! {
    fn what_is_beyond_the_limits_is_asked_for_and_taken_once_with_exactly_those_terms(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let far = || terms("100.00", "2026-06-15");
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-06-15"), ["plans.limit.days"]);
        assert_eq!(floor.user("Sam", Role::Supervisor).takes_promise(maria, "0.00", "2026-06-15"), ["plans.promise.amount"]);

        let request = asks(&mut floor, "Dana", maria, far()).unwrap();
        assert_eq!(asks(&mut floor, "Dana", maria, far()).unwrap(), request, "pressed twice it stands once");
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-06-15"), ["plans.limit.days"], "not before the answer");
        let dana = floor.officer("Dana").actor();
        assert!(matches!(answers_as(&mut floor, &dana, request, Verdict::Approve, ""), Err(Failure::Forbidden)));
        assert_eq!(answers(&mut floor, "Sam", request, Verdict::Approve, "").unwrap(), ApprovalState::Approved);

        // Other terms than those are still beyond the limits.
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.01", "2026-06-15"), ["plans.limit.days"]);
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-06-16"), ["plans.limit.days"]);
        assert!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-06-15").is_empty());
        assert_eq!(stands(&mut floor, request), ApprovalState::Used);
        floor.officer("Dana").withdraws_promise(maria).unwrap();
        assert_eq!(floor.officer("Dana").takes_promise(maria, "100.00", "2026-06-15"), ["plans.limit.days"], "once");
        assert_eq!(floor.count("select count(*) from approvals where promise_id is not null and state = 'used'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update approvals set answer_words = 'I never said so'", &[]);
        assert!(floor.failed_checks().iter().any(|fault| fault.contains("approval")), "an answer cannot be altered unseen");
    }

    fn other_terms_are_granted_instead_and_end_with_their_time(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let request = asks(&mut floor, "Dana", maria, terms("5.00", "2026-03-09")).unwrap();
        let counter = Verdict::Counter(terms("8.00", "2026-03-09"));
        assert!(says(answers(&mut floor, "Sam", request, Verdict::Counter(terms("5.00", "2026-03-09")), "")).contains("those that were asked for"));
        assert_eq!(answers(&mut floor, "Sam", request, counter, "Eight is what others like them kept.").unwrap(), ApprovalState::Countered);
        assert_eq!(floor.officer("Dana").takes_promise(maria, "5.00", "2026-03-09"), ["plans.limit.share"], "not what was asked for");
        later(&floor, 24 * 60);
        assert_eq!(stands(&mut floor, request), ApprovalState::Unused);
        assert_eq!(floor.officer("Dana").takes_promise(maria, "8.00", "2026-03-09"), ["plans.limit.share"], "its time is over");
        let again = asks(&mut floor, "Dana", maria, terms("5.00", "2026-03-09")).unwrap();
        answers(&mut floor, "Sam", again, Verdict::Counter(terms("8.00", "2026-03-09")), "").unwrap();
        assert!(floor.officer("Dana").takes_promise(maria, "8.00", "2026-03-09").is_empty());
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_refusal_has_its_reason_and_a_question_its_answer(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let request = asks(&mut floor, "Dana", maria, terms("5.00", "2026-03-09")).unwrap();
        assert!(matches!(answers(&mut floor, "Sam", request, Verdict::Refuse, " "), Err(Failure::Wrong(_))));
        answers(&mut floor, "Sam", request, Verdict::Refuse, "Ask what they can do by Friday.").unwrap();
        assert_eq!(floor.officer("Dana").takes_promise(maria, "5.00", "2026-03-09"), ["plans.limit.share"]);
        let question = |words: &str| (Terms::Question, words.to_string());
        let (asked, none) = question("");
        assert!(matches!(asks_in(&mut floor, "Dana", maria, None, asked, &none), Err(Failure::Wrong(_))));
        let (asked, words) = question("May I send the statement by e-mail?");
        let request = asks_in(&mut floor, "Dana", maria, None, asked, &words).unwrap();
        assert!(matches!(answers(&mut floor, "Sam", request, Verdict::Tell, ""), Err(Failure::Wrong(_))));
        assert_eq!(answers(&mut floor, "Sam", request, Verdict::Tell, "Yes, to the address on file.").unwrap(), ApprovalState::Answered);
        let told = floor.texts("select u.name, r.answer_words from approvals r join users u on u.id = r.answered_by_id where r.kind = 'question'");
        assert_eq!(told, [(Some("Sam".into()), Some("Yes, to the address on file.".into()))]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn nobody_answers_themselves_and_of_two_the_first_stands(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let sam = floor.user("Sam", Role::Supervisor).actor();
        let own = asks_in(&mut floor, "Sam", maria, None, Terms::Question, "May I take this one myself?").unwrap();
        assert!(says(answers_as(&mut floor, &sam, own, Verdict::Tell, "Yes.")).contains("somebody else answers it"));
        answers(&mut floor, "Uma", own, Verdict::Tell, "Yes.").unwrap();

        let request = asks(&mut floor, "Dana", maria, terms("5.00", "2026-03-09")).unwrap();
        let (uma, app, at) = (floor.user("Uma", Role::Supervisor).actor(), floor.app.clone(), floor.app.moment());
        let (one, other) = floor.runtime.block_on(async {
            tokio::join!(
                answer(&app, &sam, at, request, &Verdict::Approve, ""),
                answer(&app, &uma, at, request, &Verdict::Refuse, "Too little.")
            )
        });
        let lost = match (one, other) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost.to_string(),
            both => panic!("one of them is told: {both:?}"),
        };
        assert!(lost.contains("was first: it stands at"), "{lost}");
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'approval.answer'"), 2);
    }

    fn what_nobody_answers_lapses_and_says_so(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let call = on_a_call(&mut floor, "Dana", maria);
        let request = asks_in(&mut floor, "Dana", maria, Some(call), terms("5.00", "2026-03-09"), "").unwrap();
        later(&floor, 14);
        assert_eq!(stands(&mut floor, request), ApprovalState::Waiting);
        later(&floor, 1);
        assert_eq!(stands(&mut floor, request), ApprovalState::Lapsed, "whether or not anybody wrote it down");
        assert!(says(answers(&mut floor, "Sam", request, Verdict::Approve, "")).contains("lapsed before you answered"));
        let (app, at) = (floor.app.clone(), floor.app.moment());
        assert_eq!(floor.runtime.block_on(lapse_due(&app, at)).unwrap(), 1);
        assert_eq!(floor.runtime.block_on(lapse_due(&app, at)).unwrap(), 0);
        assert_eq!(floor.texts("select state, null from approvals"), [(Some("lapsed".into()), None)]);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'approval.lapse' and actor = 'clock'"), 1);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_comes_back_after_the_call_is_on_my_day_until_it_is_taken_up(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        floor.clock("10:00");
        let call = on_a_call(&mut floor, "Dana", maria);
        let request = asks_in(&mut floor, "Dana", maria, Some(call), terms("100.00", "2026-06-15"), "").unwrap();
        wraps(&mut floor, "Dana", call);
        assert_eq!(floor.place("Dana", maria), None, "its day is the 20th");
        later(&floor, 60);
        assert_eq!(stands(&mut floor, request), ApprovalState::Waiting, "nobody holds any more, so it may wait");
        answers(&mut floor, "Sam", request, Verdict::Approve, "").unwrap();
        assert_eq!(floor.place("Dana", maria), Some(("approval_returned".into(), 1)));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());

        // Another desk's officers find it as well, for the account is theirs now.
        let (app, who, at) = (floor.app.clone(), floor.officer("Eli").actor(), floor.app.moment());
        floor.runtime.block_on(take_up(&app, &who, at, request)).unwrap();
        assert_eq!(floor.place("Dana", maria), None);
        assert!(floor.officer("Eli").takes_promise(maria, "100.00", "2026-06-15").is_empty(), "what is granted is granted for the account");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn law_and_house_are_asked_at_every_step(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        assert_eq!(says(asks(&mut floor, "Dana", maria, terms("421.00", "2026-06-15"))), "plans.promise.amount");
        assert_eq!(says(asks(&mut floor, "Dana", maria, terms("100.00", "2027-03-03"))), "plans.promise.due");
        assert!(says(asks(&mut floor, "Dana", maria, terms("100.00", "2026-03-09"))).contains("within what you may grant"));
        assert_eq!(floor.count("select count(*) from approvals"), 0);

        // They dispute it in writing after it was asked: nobody may approve it, and what was approved before cannot be used.
        let (request, granted) = (
            asks(&mut floor, "Dana", maria, terms("100.00", "2026-06-15")).unwrap(),
            asks(&mut floor, "Dana", maria, terms("90.00", "2026-06-15")).unwrap(),
        );
        answers(&mut floor, "Sam", granted, Verdict::Approve, "").unwrap();
        let far = Verdict::Counter(terms("100.00", "2027-03-03"));
        assert_eq!(says(answers(&mut floor, "Sam", request, far, "")), "plans.promise.due", "nor are terms granted that the house refuses");
        disputes(&mut floor, maria);
        assert_eq!(says(answers(&mut floor, "Sam", request, Verdict::Approve, "")), "plans.promise.disputed");
        assert_eq!(floor.officer("Dana").takes_promise(maria, "90.00", "2026-06-15"), ["plans.promise.disputed"]);
        assert_eq!(stands(&mut floor, granted), ApprovalState::Approved, "and is not used up by that");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn somebody_takes_back_what_they_asked_and_asks_only_where_something_can_be_agreed(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        let request = asks(&mut floor, "Dana", maria, terms("5.00", "2026-03-09")).unwrap();
        let (app, at) = (floor.app.clone(), floor.app.moment());
        let (dana, eli) = (floor.officer("Dana").actor(), floor.officer("Eli").actor());
        assert!(matches!(floor.runtime.block_on(withdraw(&app, &eli, at, request)), Err(Failure::Forbidden)));
        floor.runtime.block_on(withdraw(&app, &dana, at, request)).unwrap();
        assert!(floor.runtime.block_on(withdraw(&app, &dana, at, request)).is_err());
        assert!(says(answers(&mut floor, "Sam", request, Verdict::Approve, "")).contains("has taken it back"));

        let contact = floor.officer("Dana").reserves(maria, Channel::Call).unwrap().contact.unwrap();
        let call = floor.runtime.block_on(calls::begin_call(&app, &dana, at, contact)).unwrap();
        let asked = asks_in(&mut floor, "Dana", maria, Some(call), terms("5.00", "2026-03-09"), "");
        assert!(says(asked).contains("opens when they are verified"));
        let asked = asks_in(&mut floor, "Eli", maria, Some(call), terms("5.00", "2026-03-09"), "");
        assert!(says(asked).contains("somebody else leads this call"));
        for number in 0..10 {
            asks_in(&mut floor, "Dana", maria, None, Terms::Question, &format!("Question {number}?")).unwrap();
        }
        assert!(says(asks_in(&mut floor, "Dana", maria, None, Terms::Question, "One more?")).contains("10 requests of yours wait already"));
    }

    fn the_floor_says_who_is_on_what_by_name(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "420.00");
        for name in ["Zoe", "Dana"] {
            floor.officer(name);
        }
        floor.user("Sam", Role::Supervisor);
        floor.clock("10:00");
        let on = |floor: &mut Floor| {
            let (at, zone) = (floor.app.moment(), floor.app.zone());
            let present = floor.runtime.block_on(async { list_present(&mut floor.app.db.read().await.unwrap(), at, &zone).await.unwrap() });
            present.into_iter().map(|present| (present.name, present.doing, present.calls, present.reached, present.promises)).collect::<Vec<_>>()
        };
        assert_eq!(on(&mut floor), [("Dana".into(), Doing::Away, 0, 0, 0), ("Zoe".into(), Doing::Away, 0, 0, 0)]);
        let call = on_a_call(&mut floor, "Zoe", maria);
        assert_eq!(on(&mut floor)[1], ("Zoe".into(), Doing::OnCall(Stage::Disclose), 1, 1, 0), "a talk counts from its first word about the debt");
        let (app, zoe, at) = (floor.app.clone(), floor.officer("Zoe").actor(), floor.app.moment());
        floor.officer("Zoe").takes_promise(maria, "100.00", "2026-03-09");
        floor.runtime.block_on(calls::end_call(&app, &zoe, at, call)).unwrap();
        assert_eq!(on(&mut floor)[1], ("Zoe".into(), Doing::WrappingUp, 1, 1, 1));
        wraps(&mut floor, "Zoe", call);
        assert_eq!(on(&mut floor)[1], ("Zoe".into(), Doing::Away, 1, 1, 1), "a session says that somebody is there, and there is none");
        assert_eq!(on(&mut floor)[0].0, "Dana", "by name, whoever did more");
    }
}

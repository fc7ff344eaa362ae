//! What was agreed in a call, written for them: as a letter, as a text, or not, with the reason.

use super::calls::{answered, begins, desmond, does, says, wraps};
use crate::permissions;
use duly::app::Failure;
use duly::identity::store::{ADDRESS, COMPANY, PHONE};
use duly::outreach::calls::recap::{Made, make, note_wish, say_sent, store, ways};
use duly::outreach::calls::{actions, pressing};
use duly::outreach::letters::{record_mailed, set_sender};
use duly::parties::actions::TellPreference;
use duly::web::form::Fields;
use duly_domain::outreach::conversation::{Answered, Means, Step};
use duly_domain::parties::in_writing::PREFERS;
use duly_domain::parties::right_party::Check;
use duly_domain::values::channel::Channel;
use duly_domain::values::ids::{CallId, LetterRunId, PreferenceId};
use duly_testkit::{Floor, Person, both_engines};

pub fn settles(floor: &mut Floor) {
    let (app, who, at) = (floor.app.clone(), duly::app::Actor::command(), floor.app.moment());
    let told = [(COMPANY, "Harbor Recovery"), (ADDRESS, "P.O. Box 12\nColumbus, OH 43201"), (PHONE, "(614) 555-0199")];
    let told = told.map(|(name, value)| (name, value.to_string()));
    floor.runtime.block_on(set_sender(&app, &who, at, &told)).unwrap();
}

/// A talk to its end, with a promise of 80 dollars.
pub fn talks(floor: &mut Floor, desmond: Person) -> CallId {
    let call = begins(floor, desmond);
    does(floor, call, answered(Answered::Person)).unwrap();
    says(floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
    says(floor, call, Check::LastFour, "8121").unwrap();
    does(floor, call, Step::Disclosed { words: vec!["us.first".into()] }).unwrap();
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let form = Fields::named([("step", "promised".to_string()), ("amount", "80".into()), ("due", "2026-03-10".into())]);
    let pressed = floor.runtime.block_on(pressing::press(&app, &who, at, call, &form)).unwrap();
    assert!(matches!(pressed, pressing::Pressed::Kept(_)));
    does(floor, call, Step::Agreed { on: "2026-03-11".parse().unwrap(), minute: Some(600), by: Means::Call }).unwrap();
    call
}

pub fn makes(floor: &mut Floor, call: CallId, channel: Channel) -> Result<Made, duly::app::Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(make(&app, &who, at, call, channel))
}

fn open_ways(floor: &mut Floor, call: CallId) -> Vec<(Channel, bool)> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(async {
        let mut tx = app.db.read().await.unwrap();
        let led = actions::load(&mut tx, &who, call).await.unwrap();
        ways(&mut tx, &who, at, &led).await.unwrap().into_iter().map(|way| (way.channel, way.is_open())).collect()
    })
}

fn likes(floor: &mut Floor, call: CallId, by: &str) -> Result<PreferenceId, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    floor.runtime.block_on(note_wish(&app, &who, at, call, by))
}

fn prefers(by: &str) -> TellPreference {
    TellPreference { kind: PREFERS.into(), channel: Some(by.into()), ..TellPreference::default() }
}

/// The call's page, as Dana sees it.
fn shown(floor: &mut Floor, base: &str, call: CallId) -> String {
    floor.runtime.block_on(async {
        let dana = permissions::client();
        permissions::sign_in(&dana, base, "dana@example.org").await;
        dana.get(format!("{base}/calls/{call}")).send().await.unwrap().text().await.unwrap()
    })
}

fn recaps_of(floor: &mut Floor, call: CallId) -> Vec<store::Recap> {
    let app = floor.app.clone();
    floor.runtime.block_on(async { store::list_of_call(&mut app.db.read().await.unwrap(), call).await.unwrap() })
}

both_engines! {
    fn what_was_agreed_goes_out_as_a_letter_and_counts_once_mailed(mut floor: "2026-03-03") {
        settles(&mut floor);
        let desmond = desmond(&mut floor);
        let call = talks(&mut floor, desmond);
        assert!(makes(&mut floor, call, Channel::Letter).is_err(), "a call that is not over has none");
        wraps(&mut floor, call, Some("2026-03-11")).unwrap();
        let Made::Kept(recap) = makes(&mut floor, call, Channel::Letter).unwrap() else { panic!("it is kept") };
        let Made::Kept(again) = makes(&mut floor, call, Channel::Letter).unwrap() else { panic!("it is kept") };
        assert_eq!(recap, again, "it is made once");
        assert_eq!(floor.count("select count(*) from letters where kind = 'recap' and state = 'printed'"), 1);
        let content = recaps_of(&mut floor, call).remove(0).content;
        for part in ["You pay $80.00 by March 10, 2026.", "We call you on March 11, 2026 at 10:00", "Larkfield", "ending in 8121", "debt collector"] {
            assert!(content.contains(part), "{part} in {content}");
        }
        assert_eq!(floor.count("select count(*) from contacts where channel = 'letter'"), 0, "what is printed is not in the mail");
        let run: LetterRunId = {
            let app = floor.app.clone();
            floor.runtime.block_on(async {
                let mut tx = app.db.read().await.unwrap();
                duly::outreach::letters::store::list_runs(&mut tx, 1).await.unwrap().remove(0).id
            })
        };
        let (app, who, at) = (floor.app.clone(), duly::app::Actor::command(), floor.app.moment());
        assert_eq!(floor.runtime.block_on(record_mailed(&app, &who, at, run, None)).unwrap(), 1);
        assert_eq!(floor.count("select count(*) from contacts where channel = 'letter' and direction = 'out' and outcome = 'delivered'"), 1);
        assert_eq!(floor.count("select count(*) from notices where kind = 'validation_notice_sent'"), 0, "it is no validation notice");
        assert!(recaps_of(&mut floor, call)[0].sent_at.is_some());
        assert_eq!(floor.promises(desmond), ["open"]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update recaps set content = 'You pay everything.'", &[]);
        assert!(!floor.failed_checks().is_empty(), "what was written for them cannot be altered unseen");
    }

    fn a_text_waits_until_somebody_says_that_it_was_sent(mut floor: "2026-03-03") {
        settles(&mut floor);
        let desmond = desmond(&mut floor);
        let call = talks(&mut floor, desmond);
        wraps(&mut floor, call, Some("2026-03-11")).unwrap();
        assert_eq!(open_ways(&mut floor, call), [(Channel::Letter, true), (Channel::Text, true)]);
        let Made::Kept(recap) = makes(&mut floor, call, Channel::Text).unwrap() else { panic!("it is kept") };
        assert_eq!(open_ways(&mut floor, call), [(Channel::Letter, true)], "what is made is not offered again");
        let kept = recaps_of(&mut floor, call).remove(0);
        assert!(kept.content.contains("March 10, 2026") && kept.content.contains("Reply STOP"), "{}", kept.content);
        assert!(!kept.content.contains("80.00"), "others may see a telephone: {}", kept.content);
        assert!(kept.sent_at.is_none());
        assert_eq!(floor.count("select count(*) from contacts where channel = 'text'"), 0);
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = permissions::client();
            permissions::sign_in(&dana, &base, "dana@example.org").await;
            let page = dana.get(format!("{base}/calls/{call}")).send().await.unwrap().text().await.unwrap();
            for part in ["ready to send, not sent", "I send it now", "data-copy", "Write it as a letter"] {
                assert!(page.contains(part), "{part}");
            }
        });
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        for _ in 0..2 {
            assert_eq!(floor.runtime.block_on(say_sent(&app, &who, at, recap)).unwrap(), Vec::<String>::new());
        }
        assert_eq!(floor.count("select count(*) from contacts where channel = 'text' and outcome = 'delivered'"), 1, "it counts once");
        assert_eq!(floor.account(desmond).next_action_on.unwrap().to_string(), "2026-03-11", "and the day that was agreed stays");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_is_refused_or_missing_is_said_and_not_written(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = talks(&mut floor, desmond);
        wraps(&mut floor, call, Some("2026-03-11")).unwrap();
        assert_eq!(open_ways(&mut floor, call), [(Channel::Letter, false), (Channel::Text, false)], "nobody has settled who we are");
        let Made::Held(because) = makes(&mut floor, call, Channel::Letter).unwrap() else { panic!("it is held") };
        assert!(because.join(" ").contains("collector"), "{because:?}");
        settles(&mut floor);
        let Made::Kept(text) = makes(&mut floor, call, Channel::Text).unwrap() else { panic!("it is kept") };
        floor.notes(desmond, None, "cease", None);
        let Made::Held(because) = makes(&mut floor, call, Channel::Letter).unwrap() else { panic!("it is held") };
        assert!(!because.is_empty());
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let refused = floor.runtime.block_on(say_sent(&app, &who, at, text)).unwrap();
        assert!(!refused.is_empty(), "what was allowed before is asked again when it is sent");
        assert_eq!(floor.count("select count(*) from contacts where channel = 'text'"), 0);
        assert_eq!(floor.count("select count(*) from letters"), 0);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_way_they_prefer_comes_first_is_noted_with_one_press_and_permits_nothing(mut floor: "2026-03-03") {
        settles(&mut floor);
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        assert!(matches!(likes(&mut floor, call, "text"), Err(Failure::Stale(_))), "it may be anybody yet");
        says(&mut floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
        says(&mut floor, call, Check::LastFour, "8121").unwrap();
        does(&mut floor, call, Step::Disclosed { words: vec!["us.first".into()] }).unwrap();
        does(&mut floor, call, Step::Agreed { on: "2026-03-11".parse().unwrap(), minute: Some(600), by: Means::Call }).unwrap();
        assert!(matches!(likes(&mut floor, call, "call"), Err(Failure::Wrong(_))), "nothing is written by telephone");
        let base = floor.serve();
        floor.runtime.block_on(async {
            let dana = permissions::client();
            let csrf = permissions::sign_in(&dana, &base, "dana@example.org").await;
            let page = || async { dana.get(format!("{base}/calls/{call}?stage=close")).send().await.unwrap().text().await.unwrap() };
            let asks = page().await;
            for part in ["How would you like this in writing", "data-key=\"2\"", "value=\"email\""] {
                assert!(asks.contains(part), "{part}: {asks}");
            }
            for _ in 0..2 {
                let form = [("csrf", csrf.as_str()), ("at", "close"), ("by", "text")];
                let answer = dana.post(format!("{base}/calls/{call}/wishes")).form(&form).send().await.unwrap();
                assert_eq!(answer.headers()["location"], format!("/calls/{call}?stage=close&said=noted"));
            }
            let told = page().await;
            assert!(told.contains("They prefer a text") && told.contains("told Tue 3 Mar 2026, said to us"), "{told}");
            assert!(!told.contains("How would you like this in writing"), "who told us is not asked again");
            let account = dana.get(format!("{base}/accounts/{}", desmond.account)).send().await.unwrap().text().await.unwrap();
            assert!(account.contains("In writing: prefers a text"), "{account}");
        });
        assert_eq!(floor.count("select count(*) from preferences"), 1, "what is pressed twice is one wish");
        let (app, at, zone, account) = (floor.app.clone(), floor.app.moment(), floor.app.zone(), desmond.account);
        let must_not = floor.runtime.block_on(async {
            let mut tx = app.db.read().await.unwrap();
            let known = duly::compliance::facts::gather(&mut tx, account).await.unwrap();
            let brief = duly::accounts::brief::of(&mut tx, &known, at, &zone).await.unwrap();
            assert!(known.record.consumer.preferences.is_empty(), "no rule ever sees it");
            brief.parts().into_iter().any(|(_, says)| says.iter().any(|one| one.says.contains("prefers")))
        });
        assert!(!must_not, "the brief does not forbid what they like");
        assert!(floor.may_call(desmond) || floor.calls_used(desmond) > 0, "it closes nothing");
        wraps(&mut floor, call, Some("2026-03-11")).unwrap();
        assert_eq!(open_ways(&mut floor, call), [(Channel::Text, true), (Channel::Letter, true)], "what they prefer comes first");
        let page = shown(&mut floor, &base, call);
        assert!(page.contains("class=\"btn fill\" type=\"submit\" name=\"recap\" value=\"text\""), "{page}");
        assert!(page.contains("class=\"btn\" type=\"submit\" name=\"recap\" value=\"letter\""), "the other is a quiet second way: {page}");

        // It says nothing against a rule: texts are closed by their own word, and the letter is named.
        floor.tells(desmond, TellPreference { kind: "no_channel".into(), channel: Some("text".into()), ..TellPreference::default() }).unwrap();
        assert_eq!(open_ways(&mut floor, call), [(Channel::Text, false), (Channel::Letter, true)]);
        let Made::Held(because) = makes(&mut floor, call, Channel::Text).unwrap() else { panic!("it is held") };
        assert!(!because.is_empty());
        let held = shown(&mut floor, &base, call);
        assert!(held.contains("Not a text: ") && held.contains("Open instead: a letter."), "{held}");
        assert!(!held.contains("class=\"btn fill\" type=\"submit\" name=\"recap\""), "nothing is chosen in its place");

        // They change their mind, and take it back: one wish stands at a time, and what is not written so is said.
        let email = floor.tells(desmond, prefers("email")).unwrap();
        assert_eq!(floor.count("select count(*) from preferences where kind = 'prefers_channel' and ended_at is null"), 1);
        assert_eq!(floor.count("select count(*) from preferences where kind = 'prefers_channel'"), 2);
        assert_eq!(open_ways(&mut floor, call), [(Channel::Email, false), (Channel::Letter, true), (Channel::Text, false)]);
        floor.takes_back(desmond, email);
        assert_eq!(open_ways(&mut floor, call), [(Channel::Letter, true), (Channel::Text, false)]);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        floor.tamper("update preferences set channel = 'letter' where kind = 'prefers_channel'", &[]);
        assert!(!floor.failed_checks().is_empty(), "what they prefer cannot be altered unseen");
    }

    fn who_told_us_nothing_has_nothing_chosen_for_them(mut floor: "2026-03-03") {
        settles(&mut floor);
        let desmond = desmond(&mut floor);
        let call = talks(&mut floor, desmond);
        let base = floor.serve();
        let selected = |page: &str| page.split("<option ").filter(|option| option.contains(" selected")).map(|option| option.split('"').nth(1).unwrap_or_default().to_string()).collect::<Vec<_>>();
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(actions::end_call(&app, &who, at, call)).unwrap();
        let nothing = shown(&mut floor, &base, call);
        assert!(nothing.contains("Not chosen: nothing in writing"), "{nothing}");
        assert!(!selected(&nothing).iter().any(|code| code == "letter" || code == "text"), "{:?}", selected(&nothing));
        floor.tells(desmond, prefers("letter")).unwrap();
        let letter = shown(&mut floor, &base, call);
        assert!(selected(&letter).contains(&"letter".to_string()) && letter.contains("They prefer a letter"), "{letter}");
    }

    fn a_refused_promise_is_kept_as_refused_and_the_call_goes_on(mut floor: "2026-03-03") {
        let desmond = desmond(&mut floor);
        let call = begins(&mut floor, desmond);
        does(&mut floor, call, answered(Answered::Person)).unwrap();
        says(&mut floor, call, Check::DateOfBirth, "Aug 19 1984").unwrap();
        says(&mut floor, call, Check::LastFour, "8121").unwrap();
        does(&mut floor, call, Step::Disclosed { words: Vec::new() }).unwrap();
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        let form = Fields::named([("step", "promised".to_string()), ("amount", "500".into()), ("due", "2026-03-10".into())]);
        let pressed = floor.runtime.block_on(pressing::press(&app, &who, at, call, &form)).unwrap();
        assert!(matches!(pressed, pressing::Pressed::Wrong(_)));
        assert!(floor.promises(desmond).is_empty());
        let chain = desmond.account.to_string();
        let entries = floor.runtime.block_on(async {
            duly::audit::store::list_of_chain(&mut app.db.read().await.unwrap(), &chain, 50).await.unwrap()
        });
        let refused = entries.iter().find(|entry| entry.act == "promise.take").expect("the refusal is on record");
        assert!(!refused.detail.contains("\"answer\":\"yes\""), "{}", refused.detail);
    }
}

//! Two records made one and parted again: as it was before, and nothing lost or doubled of what came about in between.

use duly::parties::actions::TellPreference;
use duly::parties::people::AddPerson;
use duly::store::Value;
use duly::{accounts, outreach, parties};
use duly_domain::values::ids::DebtorId;
use duly_testkit::{Floor, Person, both_engines};

/// Everything that hangs on these people, in words.
fn state(floor: &mut Floor, people: &[Person]) -> Vec<String> {
    let mut lines = Vec::new();
    for person in people {
        let (may, used) = (floor.may_call(*person), floor.calls_used(*person));
        let debtor = person.debtor;
        let read = floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await?;
            let keys = [Value::from(debtor)];
            let wishes = parties::store::list_preferences(&mut tx, debtor).await?;
            let circumstances = parties::store::list_circumstances(&mut tx, debtor).await?;
            let points = parties::store::list_points(&mut tx, debtor).await?;
            let business = parties::store::list_business_people(&mut tx, debtor).await?;
            let owed = accounts::store::list_ids_of_debtor(&mut tx, debtor).await?;
            let on = accounts::store::list_ids_of_person(&mut tx, debtor).await?;
            let with = parties::store::list_people(&mut tx, person.account).await?;
            let contacts = outreach::store::list_with_debtors(&mut tx, &keys).await?;
            let contacts: Vec<_> = contacts.into_iter().map(|row| row.1).collect();
            let known = parties::store::list_debtors(&mut tx, &keys).await?;
            Ok::<String, duly::store::StoreError>(format!(
                "{known:?}\n{wishes:?}\n{circumstances:?}\n{points:?}\n{business:?}\n{owed:?}\n{on:?}\n{with:?}\n{contacts:?}"
            ))
        });
        lines.push(format!("may {may}, used {used}\n{}", read.unwrap()));
    }
    lines.push(format!("{} wishes", floor.count("select count(*) from preferences")));
    lines.push(format!("{} circumstances", floor.count("select count(*) from circumstances")));
    lines.push(format!(
        "{} notices",
        floor.count("select count(*) from notices n join accounts a on a.id = n.account_id where a.debtor_id = n.debtor_id")
    ));
    lines
}

/// Numbers that look random and come again.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn of(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One thing that comes about with a person.
fn something(floor: &mut Floor, dice: &mut Dice, person: Person, number: usize) {
    let reference = floor.account(person).reference;
    match dice.of(10) {
        0 => floor.tells_no_calls(person),
        1 => drop(floor.tells_no_mornings(person, None).unwrap()),
        2 => drop(floor.heeds(person, ["deceased", "military", "vulnerable", "bankrupt", "represented"][dice.of(5) as usize])),
        3 => floor.reaches_us(person, "email", "message"),
        4 => {
            let place = [("stated_zone", "America/Chicago"), ("state", "MA"), ("locality", "nyc")][dice.of(3) as usize];
            floor
                .tamper(&format!("update debtors set {} = $1 where id = $2", place.0), &[Value::from(place.1), Value::from(person.debtor)]);
        }
        5 => {
            let role = ["co_debtor", "accounts_payable", "spouse"][dice.of(3) as usize];
            floor.tamper("update debtors set is_business = 1 where id = $1", &[Value::from(person.debtor)]);
            let ask = AddPerson { name: format!("Beside {number}"), role: role.into(), ..AddPerson::default() };
            floor.add_person(person, &ask).unwrap();
        }
        6 => drop(
            floor
                .import_history(
                    &format!("account,kind,date,result\n{reference},call,2026-03-01 10:{number:02},no_answer\n"),
                    None,
                    "Larkfield",
                )
                .unwrap(),
        ),
        7 => drop(
            floor
                .import_history(
                    &format!("account,kind,date,from,till\n{reference},inconvenient_time,2026-02-01,08:{number:02},18:00\n"),
                    None,
                    "Larkfield",
                )
                .unwrap(),
        ),
        8 => floor.finds_number(person, &format!("614 555 01{number:02}")),
        _ => drop(floor.officer("Dana").calls(person, "no_answer")),
    }
}

fn debtor(floor: &mut Floor, id: DebtorId) -> parties::store::Debtor {
    floor.runtime.block_on(async { parties::store::load_debtor(&mut floor.app.db.read().await.unwrap(), id).await }).unwrap()
}

both_engines! {
    fn a_number_closed_once_is_closed_for_both_records_that_were_made_one(mut floor: "2026-03-02") {
        let text = "reference,name,zip,mobile,principal\nA-1,Maria,43205,614 555 0171,10.00\nA-2,Maria,43205,614 555 0171,20.00\n";
        let mapping = "[columns]\nreference = \"reference\"\nname = \"name\"\nzip = \"zip\"\nmobile = \"mobile\"\nprincipal = \"principal\"\n";
        floor.import(text, mapping, "Larkfield").unwrap();
        floor.clock("11:00");
        let (one, other) = (floor.person_of("A-1"), floor.person_of("A-2"));
        let closed = |floor: &mut Floor| floor.count("select count(*) from contact_points where kind = 'phone' and state = 'wrong'");
        let merge = floor.merge(one.debtor, other.debtor);
        let phones = floor.runtime.block_on(async { parties::store::list_points(&mut floor.app.db.read().await.unwrap(), one.debtor).await }).unwrap();
        assert_eq!(phones.iter().filter(|point| point.kind == "phone").count(), 1, "the number of both is told once: {phones:?}");
        assert!(floor.officer("Dana").calls(one, "wrong_number").is_empty());
        assert_eq!(closed(&mut floor), 2, "the same number does not wait to be called by its other row");
        floor.part(merge);
        assert_eq!(closed(&mut floor), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn merged_and_parted_is_as_it_was(mut floor: "2026-03-02") {
        for seed in 0..6 {
            let mut dice = Dice(seed);
            let people = [floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"), floor.debtor("Mary", "70.00")];
            for number in 0..12 {
                let person = people[dice.of(3) as usize];
                something(&mut floor, &mut dice, person, number);
            }
            let before = state(&mut floor, &people);
            let used: u32 = people.iter().map(|person| floor.calls_used(*person)).sum();
            let first = floor.merge(people[0].debtor, people[1].debtor);
            let second = floor.merge(people[0].debtor, people[2].debtor);
            assert_eq!(people.iter().map(|person| floor.calls_used(*person)).sum::<u32>(), used, "seed {seed}: each debt keeps its count");
            floor.part(second);
            floor.part(first);
            let after = state(&mut floor, &people);
            for (before, after) in before.iter().zip(&after) {
                assert_eq!(before, after, "seed {seed}");
            }
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn what_came_about_between_goes_to_whose_it_is(mut floor: "2026-03-02") {
        for seed in 0..8 {
            let people = [floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00")];
            // Beside them the same two, never made one: what they end with is what these end with.
            let apart = [floor.debtor("Anna", "420.00"), floor.debtor("Anna", "60.00")];
            let merge = floor.merge(people[0].debtor, people[1].debtor);
            let mut dice = Dice(seed);
            for number in 0..5 {
                let (which, kind, found) = (dice.of(2) as usize, dice.of(6) as usize, dice.of(2) == 0);
                let one = Person { account: people[which].account, debtor: people[0].debtor };
                match ["deceased", "military", "bankrupt", "represented"].get(kind) {
                    Some(kind) => drop((floor.heeds(one, kind), floor.heeds(apart[which], kind))),
                    None => drop((floor.notes(one, None, "cease", None), floor.notes(apart[which], None, "cease", None))),
                }
                if found {
                    let text = format!("614 55{seed} 01{number:02}");
                    floor.finds_number(one, &text);
                    floor.finds_number(apart[which], &text);
                }
            }
            floor.part(merge);
            for (parted, apart) in people.iter().zip(&apart) {
                let ids = [Value::from(parted.debtor), Value::from(apart.debtor)];
                let words = |floor: &mut Floor, sql: &str, id: &Value| {
                    let id = id.clone();
                    floor.runtime.block_on(async { floor.app.db.read().await?.all::<(String,)>(sql, &[id]).await }).unwrap()
                };
                for sql in [
                    "select kind from circumstances where debtor_id = $1 order by kind",
                    "select value from contact_points where debtor_id = $1 and source = 'said to us' order by value",
                    "select n.kind from notices n join accounts a on a.id = n.account_id and a.debtor_id = n.debtor_id where n.debtor_id = $1 order by n.kind",
                ] {
                    assert_eq!(words(&mut floor, sql, &ids[0]), words(&mut floor, sql, &ids[1]), "seed {seed}: {sql}");
                }
                assert_eq!(floor.may_call(*parted), floor.may_call(*apart), "seed {seed}");
            }
        }
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn where_somebody_is_comes_from_the_other_record_and_goes_back(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.tamper("update debtors set stated_zone = 'America/Los_Angeles', state = 'CA' where id = $1", &[Value::from(two.debtor)]);
        floor.tamper("update debtors set state = 'OH' where id = $1", &[Value::from(one.debtor)]);
        assert!(floor.may_call(one) && !floor.may_call(two), "nine in Columbus, six in Los Angeles");
        let merge = floor.merge(one.debtor, two.debtor);
        let kept = debtor(&mut floor, one.debtor);
        assert_eq!((kept.stated_zone.as_deref(), kept.state.as_deref()), (Some("America/Los_Angeles"), Some("OH")), "its own state stays");
        assert!(!floor.may_call(one));
        assert_eq!(floor.texts("select field, taken from merge_takings"), [(Some("stated_zone".into()), Some("America/Los_Angeles".into()))]);
        floor.part(merge);
        let kept = debtor(&mut floor, one.debtor);
        assert_eq!((kept.stated_zone, kept.state.as_deref()), (None, Some("OH")));
        assert!(floor.may_call(one) && !floor.may_call(two));
    }

    fn history_told_while_two_were_one_returns_to_its_owner(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        floor.heeds(one, "military");
        let merge = floor.merge(one.debtor, two.debtor);
        let reference = floor.account(two).reference;
        let text = format!("account,kind,date,from,till\n{reference},inconvenient_time,2026-02-01,08:00,12:00\n{reference},military,2026-02-01,,\n{reference},deceased,2026-02-01,,\n");
        assert_eq!(floor.import_history(&text, None, "Larkfield").unwrap().accepted, 3);
        assert!(!floor.may_call(one) && !floor.may_call(two), "one person");
        floor.part(merge);
        assert_eq!(floor.count("select count(*) from preferences"), 1, "not copied");
        assert!(floor.may_call(one) && !floor.may_call(two));
        assert_eq!(floor.count("select count(distinct debtor_id) from circumstances where kind = 'military'"), 2, "each has its own");
        assert_eq!(floor.count("select count(*) from circumstances"), 3);
    }

    fn what_binds_for_both_is_one_word_while_they_are_one(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        let merge = floor.merge(one.debtor, two.debtor);
        floor.tells_no_calls(two);
        floor.part(merge);
        let wishes = |floor: &mut Floor, id: DebtorId| {
            floor.runtime.block_on(async { parties::store::list_preferences(&mut floor.app.db.read().await.unwrap(), id).await }).unwrap()
        };
        assert_eq!((wishes(&mut floor, one.debtor).len(), wishes(&mut floor, two.debtor).len()), (1, 1));
        let again = floor.merge(one.debtor, two.debtor);
        let told = wishes(&mut floor, one.debtor);
        assert_eq!(told.len(), 1, "the same word is not counted twice: {told:?}");
        floor.takes_back(one, told[0].id);
        assert!(floor.may_call(one) && floor.may_call(two));
        floor.part(again);
        assert!(floor.may_call(one) && floor.may_call(two), "taken back is taken back for both");
    }

    fn how_they_like_to_have_things_in_writing_goes_with_them(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Maria", "420.00"), floor.debtor("Maria", "60.00"));
        let prefers = |by: &str| TellPreference { kind: "prefers_channel".into(), channel: Some(by.into()), ..TellPreference::default() };
        floor.tells(one, prefers("letter")).unwrap();
        floor.clock("10:00");
        floor.tells(two, prefers("text")).unwrap();
        let standing = |floor: &mut Floor, id: DebtorId| {
            let told = floor.runtime.block_on(async { parties::store::list_preferences(&mut floor.app.db.read().await.unwrap(), id).await }).unwrap();
            told.into_iter().filter(|row| row.ended_at.is_none()).filter_map(|row| row.channel).collect::<Vec<_>>()
        };
        let merge = floor.merge(one.debtor, two.debtor);
        assert_eq!(standing(&mut floor, one.debtor), ["letter", "text"], "one record has both words, and the later counts");
        floor.part(merge);
        assert_eq!((standing(&mut floor, one.debtor), standing(&mut floor, two.debtor)), (vec!["letter".to_string()], vec!["text".to_string()]));
        // Told while they are one it takes the place of both, and is the word of both when they are parted again.
        let again = floor.merge(one.debtor, two.debtor);
        floor.tells(one, prefers("email")).unwrap();
        assert_eq!(standing(&mut floor, one.debtor), ["email"]);
        floor.part(again);
        assert_eq!((standing(&mut floor, one.debtor), standing(&mut floor, two.debtor)), (vec!["email".to_string()], vec!["email".to_string()]));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn the_people_of_a_business_are_those_of_both_records(mut floor: "2026-03-02") {
        let (one, two) = (floor.debtor("Acme", "420.00"), floor.debtor("Acme Inc", "60.00"));
        floor.tamper("update debtors set is_business = 1", &[]);
        let payer = |name: &str| AddPerson { name: name.into(), role: "accounts_payable".into(), ..AddPerson::default() };
        let (ann, bea) = (floor.add_person(one, &payer("Ann")).unwrap(), floor.add_person(two, &payer("Bea")).unwrap());
        let merge = floor.merge(one.debtor, two.debtor);
        let cleo = floor.add_person(two, &payer("Cleo")).unwrap();
        let people = |floor: &mut Floor, id: DebtorId| {
            let list = floor.runtime.block_on(async { parties::store::list_business_people(&mut floor.app.db.read().await?, id).await });
            list.unwrap().into_iter().map(|person| person.debtor).collect::<Vec<_>>()
        };
        assert_eq!(people(&mut floor, one.debtor), [ann, bea, cleo]);
        // Ann and Bea turn out to be one as well: she is named once, by the record that stays.
        let same = floor.merge(ann, bea);
        assert_eq!(people(&mut floor, one.debtor), [ann, cleo]);
        floor.part(same);
        floor.part(merge);
        assert_eq!(people(&mut floor, two.debtor), [bea, cleo], "who was put on its account since speaks for it");
        assert!(people(&mut floor, one.debtor).contains(&ann) && !people(&mut floor, one.debtor).contains(&bea));
    }
}

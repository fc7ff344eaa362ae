//! The negotiation desk: a budget, offers, a plan agreed and followed by the money to its end; approvals; disputes; closing.

use duly::app::{Failure, Outcome};
use duly::plans::agreed::following::withdraw_plan;
use duly::plans::agreed::store::{InstallmentRow, PlanRow, list_installments, list_plans};
use duly::plans::approvals::actions::{AskApproval, answer, ask};
use duly::plans::approvals::context;
use duly::plans::approvals::store::{list_of_account, load_approval};
use duly::plans::desk::agreeing::{AgreePlan, Agreed, agree_plan};
use duly::plans::desk::budgeting::{KeepBudget, Line, Lines, keep_budget};
use duly::plans::desk::comparison::{paper, ways};
use duly::plans::desk::standing::Desk;
use duly_domain::identity::Role;
use duly_domain::outreach::letter::Language;
use duly_domain::plans::approval::{ApprovalState, Terms, Verdict};
use duly_domain::plans::rhythm::Frequency;
use duly_domain::plans::schedule::{Cut, PlanTerms};
use duly_domain::values::ids::ApprovalId;
use duly_domain::values::money::{Currency, Money};
use duly_testkit::{Floor, Person, both_engines};

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::Usd).unwrap()
}

pub(super) fn terms(total: &str, down: &str, count: u32, first_on: &str) -> PlanTerms {
    let (total, down) = (usd(total), usd(down));
    PlanTerms { total, down, cut: Cut::Count(count), first_on: first_on.parse().unwrap(), frequency: Frequency::Monthly }
}

fn line(what: &str, amount: &str) -> Line {
    Line { what: what.into(), amount_minor: usd(amount).minor(), every: Frequency::Monthly }
}

fn tells(floor: &mut Floor, person: Person, income: &str, essentials: &str, at_hand: &str) -> Result<(), Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let lines = Lines { income: vec![line("Wages", income)], essentials: vec![line("Rent", essentials)], priority_debts: vec![] };
    let told = KeepBudget { account: person.account, lines, at_hand_minor: usd(at_hand).minor(), pay: None };
    floor.runtime.block_on(keep_budget(&app, &who, at, &told)).map(drop)
}

fn agrees_as(floor: &mut Floor, role: Role, person: Person, terms: PlanTerms) -> Result<Agreed, Failure> {
    let (app, at) = (floor.app.clone(), floor.app.moment());
    let who = if role == Role::Officer { floor.officer("Dana").actor() } else { floor.user("Sam", role).actor() };
    floor.runtime.block_on(agree_plan(&app, &who, at, AgreePlan { account: person.account, terms }))
}

/// Agreed by Dana: nothing, or the rules or fields that stand against it.
pub(super) fn agrees(floor: &mut Floor, person: Person, terms: PlanTerms) -> Vec<&'static str> {
    match agrees_as(floor, Role::Officer, person, terms).unwrap() {
        Agreed::Done(_) => vec![],
        Agreed::Refused(decision) => decision.because.iter().map(|reason| reason.rule.id).collect(),
        Agreed::Outside(problems) => problems.0.iter().map(|(field, _)| *field).collect(),
    }
}

fn plan(floor: &mut Floor, person: Person) -> (PlanRow, Vec<InstallmentRow>) {
    floor.runtime.block_on(async {
        let mut tx = floor.app.db.read().await.unwrap();
        let plan = list_plans(&mut tx, person.account).await.unwrap().remove(0);
        let all = list_installments(&mut tx, person.account).await.unwrap();
        let own = all.into_iter().filter(|one| one.plan == plan.id).collect();
        (plan, own)
    })
}

/// The plan's state and those of its payments: `active: kept open -`.
fn stands(floor: &mut Floor, person: Person) -> String {
    let (plan, payments) = plan(floor, person);
    let states: Vec<String> = payments.iter().map(|one| one.promise_state.clone().unwrap_or("-".into())).collect();
    format!("{}: {}", plan.state, states.join(" "))
}

fn next(floor: &mut Floor, person: Person) -> (String, String) {
    let account = floor.account(person);
    (account.next_action.unwrap_or_default(), account.next_action_on.map(|on| on.to_string()).unwrap_or_default())
}

fn asks(floor: &mut Floor, person: Person, terms: PlanTerms) -> Result<ApprovalId, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
    let asked = AskApproval { account: person.account, call: None, terms: Terms::plan(&terms), words: "They lost work.".into() };
    match floor.runtime.block_on(ask(&app, &who, at, &asked))? {
        Outcome::Done(id) => Ok(id),
        Outcome::Refused(decision) => Err(Failure::Stale(decision.because[0].rule.id.into())),
    }
}

fn answers(floor: &mut Floor, id: ApprovalId, verdict: Verdict) -> Result<ApprovalState, Failure> {
    let (app, who, at) = (floor.app.clone(), floor.user("Sam", Role::Supervisor).actor(), floor.app.moment());
    match floor.runtime.block_on(answer(&app, &who, at, id, &verdict, ""))? {
        Outcome::Done(state) => Ok(state),
        Outcome::Refused(decision) => Err(Failure::Stale(decision.because[0].rule.id.into())),
    }
}

both_engines! {
    fn a_plan_is_agreed_within_the_budget_and_kept_to_its_end(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        tells(&mut floor, maria, "1800.00", "1400.00", "0").unwrap();
        let desk = floor.runtime.block_on(async { Desk::of(&mut floor.app.db.read().await.unwrap(), maria.account, floor.app.moment()).await }).unwrap();
        let told = desk.told.as_ref().unwrap();
        // 400.00 are left, 75 % of it may be asked for; nobody decided a promise yet, so the chance is policy's.
        assert_eq!((told.means.left_per_month(), told.means.can_pay(Frequency::Monthly)), (usd("400.00"), usd("300.00")));
        assert!(desk.kept_ppm == 850_000 && desk.kept_from.starts_with("assumed by policy"), "{}", desk.kept_from);
        let offers = desk.offers().unwrap();
        assert!(!offers.best.is_empty() && offers.best.iter().all(|offer| offer.schedule().installments().iter().all(|one| one.amount.minor() <= 30_000)));

        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 3, "2026-03-16")), Vec::<&str>::new());
        let (agreed, payments) = plan(&mut floor, maria);
        assert_eq!(payments.iter().map(|one| one.amount_minor).collect::<Vec<_>>(), [13_334, 13_333, 13_333]);
        assert!(agreed.worth_minor > 0 && agreed.kept_ppm == 850_000 && agreed.budget.is_some());
        assert_eq!(stands(&mut floor, maria), "active: open - -");
        assert_eq!(next(&mut floor, maria), ("Installment 1 due".into(), "2026-03-16".into()));
        // Pressed twice it is one; another one is refused while this one runs.
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 3, "2026-03-16")), Vec::<&str>::new());
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 4, "2026-03-16")), ["plans.promise.one-open"]);
        assert_eq!(floor.count("select count(*) from plans"), 1);

        floor.morning_of("2026-03-17");
        floor.pays(maria, "133.34", "P1");
        assert_eq!(stands(&mut floor, maria), "active: kept open -");
        assert_eq!(next(&mut floor, maria), ("Installment 2 due".into(), "2026-04-16".into()));
        // Ahead of its day: the rest of it waits for the third.
        floor.morning_of("2026-04-01");
        floor.pays(maria, "200.00", "P2");
        assert_eq!(stands(&mut floor, maria), "active: kept kept open");
        floor.night_of("2026-04-30");
        assert_eq!(stands(&mut floor, maria), "active: kept kept open");
        floor.morning_of("2026-05-19");
        floor.pays(maria, "66.66", "P3");
        assert_eq!(stands(&mut floor, maria), "kept: kept kept kept");
        assert_eq!(floor.account(maria).state, "paid");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
        assert!(floor.timeline(maria).iter().any(|(title, _)| title.starts_with("Agreed: payment plan of USD 400.00")));
    }

    fn whoever_pays_ahead_keeps_the_next_ones_by_itself(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "100.00", 3, "2026-03-16")), Vec::<&str>::new());
        assert_eq!(stands(&mut floor, maria), "active: open - - -");
        assert_eq!(next(&mut floor, maria), ("Down payment due".into(), "2026-03-02".into()));
        floor.clock("11:00");
        floor.pays(maria, "300.00", "P1");
        assert_eq!(stands(&mut floor, maria), "active: kept kept kept open");
        assert_eq!(floor.promises(maria), ["open", "kept", "kept", "kept"]);
        // Taken back in time, the first one is open again and the others come after it.
        let second = floor.pays(maria, "50.00", "P2");
        floor.reverses(second);
        assert_eq!(stands(&mut floor, maria), "active: kept kept kept open");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_missed_installment_breaks_the_plan_and_the_worklist_says_so(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 4, "2026-03-09")), Vec::<&str>::new());
        floor.night_of("2026-03-11");
        assert_eq!(stands(&mut floor, maria), "active: open - - -");
        floor.night_of("2026-03-12"); // three days' grace have passed
        assert_eq!(stands(&mut floor, maria), "broken: broken - - -");
        assert_eq!(floor.place("Dana", maria).unwrap().0, "broken");
        assert_eq!(next(&mut floor, maria).0, "Plan broken: ask what happened");
        // It was in the mail in time: the plan goes on, and what was broken stays told.
        floor.morning_of("2026-03-14");
        floor.pays_on(maria, "100.00", "2026-03-11", "MAIL").unwrap();
        assert_eq!(stands(&mut floor, maria), "active: kept open - -");
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'plan.judge'"), 2);
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_payment_that_comes_back_is_followed_by_the_plan(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 4, "2026-03-16")), Vec::<&str>::new());
        floor.morning_of("2026-03-05");
        let early = floor.pays(maria, "100.00", "P1");
        assert_eq!(stands(&mut floor, maria), "active: kept open - -");
        // In time: the first is open again, and the second one's turn comes later.
        floor.reverses(early);
        assert_eq!(stands(&mut floor, maria), "active: open - - -");
        assert_eq!(floor.promises(maria), ["withdrawn", "open"]);
        let again = floor.pays(maria, "100.00", "P2");
        assert_eq!(stands(&mut floor, maria), "active: kept open - -");
        // After its time: the plan is broken, the open installment stays what they said.
        floor.morning_of("2026-03-25");
        floor.reverses(again);
        assert_eq!(stands(&mut floor, maria), "broken: broken open - -");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn outside_policy_or_budget_there_is_no_plan_however_it_is_asked_for(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        tells(&mut floor, maria, "1500.00", "1400.00", "0").unwrap();
        for (wanted, field) in [
            (terms("400.01", "0", 4, "2026-03-16"), "total"),
            (terms("200.00", "0", 1, "2026-03-16"), "total"),
            (terms("400.00", "0", 20, "2026-03-16"), "amount"),
            (terms("400.00", "0", 4, "2026-03-16"), "amount"),
            (terms("400.00", "10.00", 10, "2026-03-16"), "down"),
            (terms("400.00", "0", 10, "2026-05-16"), "first_on"),
        ] {
            assert_eq!(agrees(&mut floor, maria, wanted).first(), Some(&field), "{wanted}");
            // Nobody grants it either, and nobody can ask for it.
            assert!(matches!(asks(&mut floor, maria, wanted), Err(Failure::Wrong(_))), "{wanted}");
            let led = agrees_as(&mut floor, Role::Supervisor, maria, wanted).unwrap();
            assert!(matches!(led, Agreed::Outside(_)), "{wanted}");
        }
        assert_eq!(floor.count("select count(*) from plans") + floor.count("select count(*) from promises"), 0);
        assert_eq!(floor.count("select count(*) from audit_entries where act = 'plan.agree' and detail like '%outside_policy%'"), 12);
    }

    fn beyond_a_limit_a_supervisor_grants_just_these_terms_once(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        let settled = terms("280.00", "0", 2, "2026-03-16");
        assert_eq!(agrees(&mut floor, maria, settled), ["plans.limit.settlement"]);
        let id = asks(&mut floor, maria, settled).unwrap();
        let asked_again = asks(&mut floor, maria, settled).unwrap();
        assert_eq!(asked_again, id, "pressed twice it is one");
        // Within their own limits there is nothing to ask.
        let own = asks(&mut floor, maria, terms("400.00", "0", 4, "2026-03-16")).unwrap_err().to_string();
        assert!(own.contains("agree the plan"), "{own}");
        let card = floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let request = load_approval(&mut tx, id).await.unwrap();
            context::of(&mut tx, &request, &floor.app.zone(), floor.app.moment().at).await.unwrap()
        });
        assert_eq!((card.similar.as_str(), card.limits.len()), ("The record has no plan like it with this creditor in the last year.", 1));
        // A counter-offer outside policy is none.
        let low = answers(&mut floor, id, Verdict::Counter(Terms::plan(&terms("200.00", "0", 1, "2026-03-16")))).unwrap_err().to_string();
        assert!(low.contains("A settlement is for USD 240.00 at the least."), "{low}");
        let counter = terms("320.00", "0", 2, "2026-03-16");
        assert_eq!(answers(&mut floor, id, Verdict::Counter(Terms::plan(&counter))).unwrap(), ApprovalState::Countered);
        assert_eq!(agrees(&mut floor, maria, settled), ["plans.limit.settlement"], "what was asked is not what was granted");
        assert_eq!(agrees(&mut floor, maria, counter), Vec::<&str>::new());
        let (agreed, _) = plan(&mut floor, maria);
        assert_eq!((agreed.approval, agreed.kind.as_str(), agreed.share_bp), (Some(id), "settled_in_parts", 8_000));
        let used = floor.runtime.block_on(async { list_of_account(&mut floor.app.db.read().await.unwrap(), maria.account).await.unwrap() });
        assert_eq!(used[0].state, "used");
        floor.morning_of("2026-03-17");
        floor.pays(maria, "320.00", "ALL");
        assert_eq!(stands(&mut floor, maria), "kept: kept kept");
        assert_eq!(next(&mut floor, maria).0, "Settlement kept: close the account as settled");
        assert_eq!((floor.account(maria).state.as_str(), floor.balance(maria)), ("open", "80.00".into()));
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_plan_ends_with_its_account_and_is_withdrawn_once(mut floor: "2026-03-02") {
        let (maria, otto) = (floor.debtor("Maria", "400.00"), floor.debtor("Otto", "300.00"));
        for person in [maria, otto] {
            let total = floor.balance(person);
            assert_eq!(agrees(&mut floor, person, terms(&total, "0", 3, "2026-03-16")), Vec::<&str>::new());
        }
        let (app, who, at) = (floor.app.clone(), floor.officer("Dana").actor(), floor.app.moment());
        floor.runtime.block_on(duly::accounts::closing::close_account(&app, &who, at, maria.account, "uncollectible", None)).unwrap();
        assert_eq!(stands(&mut floor, maria), "withdrawn: withdrawn - -");
        let (running, _) = plan(&mut floor, otto);
        floor.runtime.block_on(withdraw_plan(&app, &who, at, otto.account, running.id)).unwrap();
        assert_eq!(stands(&mut floor, otto), "withdrawn: withdrawn - -");
        let again = floor.runtime.block_on(withdraw_plan(&app, &who, at, otto.account, running.id)).unwrap_err();
        assert_eq!(again.to_string(), "the plan is withdrawn and cannot be withdrawn");
        // There is room for another one, and its promise taken back takes it back too.
        assert_eq!(agrees(&mut floor, otto, terms("300.00", "0", 4, "2026-03-16")), Vec::<&str>::new());
        floor.officer("Dana").withdraws_promise(otto).unwrap();
        assert_eq!(stands(&mut floor, otto), "withdrawn: withdrawn - - -");
        assert_eq!(floor.failed_checks(), Vec::<String>::new());
    }

    fn a_wrong_budget_says_every_field_and_a_newer_one_stands_beside_the_older(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        let wrong = tells(&mut floor, maria, "1500.00", "0.00", "0").unwrap_err();
        assert!(matches!(&wrong, Failure::Wrong(problems) if problems.of("essentials").is_some()), "{wrong}");
        tells(&mut floor, maria, "1500.00", "1600.00", "0").unwrap();
        tells(&mut floor, maria, "1500.00", "1600.00", "0").unwrap();
        assert_eq!(floor.count("select left_minor from budgets"), -10_000);
        assert_eq!(floor.count("select count(*) from budgets"), 1, "pressed twice");
        // Nothing is left: no installment fits, and nobody is asked for what is not there.
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 4, "2026-03-16")), ["amount"]);
        floor.clock("10:00");
        tells(&mut floor, maria, "1900.00", "1600.00", "0").unwrap();
        assert_eq!(floor.count("select count(*) from budgets"), 2);
        assert_eq!(agrees(&mut floor, maria, terms("400.00", "0", 4, "2026-03-16")), Vec::<&str>::new());
        floor.tamper("update budgets set left_minor = 1 where left_minor = 30000", &[]);
        assert!(floor.failed_checks()[0].contains("was altered"));
    }

    fn the_comparison_is_told_in_their_language(mut floor: "2026-03-02") {
        let maria = floor.debtor("Maria", "400.00");
        tells(&mut floor, maria, "1800.00", "1400.00", "0.00").unwrap();
        let at = floor.app.moment();
        floor.runtime.block_on(async {
            let mut tx = floor.app.db.read().await.unwrap();
            let desk = Desk::of(&mut tx, maria.account, at).await.unwrap();
            let offers = desk.offers().ok();
            let [english, spanish] = [Language::English, Language::Spanish].map(|language| ways(&desk, offers.as_ref(), language));
            assert_eq!(english.len(), spanish.len());
            assert_eq!(english.iter().map(|way| way.total).collect::<Vec<_>>(), spanish.iter().map(|way| way.total).collect::<Vec<_>>());
            assert_eq!((english[0].what.as_str(), spanish[0].what.as_str()), ("Pay in full", "Pagar todo"));
            assert!(spanish.iter().any(|way| way.says.contains(" pagos de ") && way.says.contains("una vez al mes desde el")));
            assert!(spanish.iter().all(|way| english.iter().all(|other| other.what != way.what && other.says != way.says)));
            let one = paper(&mut tx, &desk, "Maria", offers.as_ref(), Language::English).await.unwrap();
            let both = paper(&mut tx, &desk, "Maria", offers.as_ref(), Language::Spanish).await.unwrap();
            assert!(both.len() > one.len() && both.starts_with(b"%PDF"), "the English stands beside it");
        });
    }
}

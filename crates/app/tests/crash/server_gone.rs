//! The database goes and comes back: pages say so and work again by themselves, commands say so and are run again.

use super::cluster::Cluster;
use super::place::{Place, at_server};
use super::served::{Served, Visitor};
use super::{import, posting};
use duly::app::Actor;
use duly::identity::actions::{NewUser, add_user_with};
use duly_domain::identity::Role;
use duly_testkit::Engine;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_server_stopped_and_started_again() {
    let cluster = Cluster::start_new();
    at_server(&cluster.address(), "create database duly");
    let mut place = Place::empty(Engine::Sqlite);
    place.address = format!("{}/duly", cluster.address());
    std::fs::write(place.folder.join("accounts.csv"), import::file()).unwrap();
    place.does(&import::IMPORT);
    let app = place.app();
    let user = NewUser {
        name: "Dana",
        email: "dana@example.org",
        role: Role::Supervisor,
        password: "a floor's password",
        must_change_password: false,
    };
    place.runtime.block_on(add_user_with(&app, &Actor::command(), app.moment(), user)).unwrap();

    let mut served = Served::start(&place, None);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let visitor = runtime.block_on(Visitor::signs_in(&served.base, "dana"));
    let base = served.base.clone();
    let opens = |path: &str| {
        runtime.block_on(async {
            let answer = visitor.opens(&base, path).await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    };
    assert_eq!(opens("/accounts").0, 200);
    cluster.stop();
    for _ in 0..3 {
        let (status, says) = opens("/accounts");
        assert_eq!(status, 503, "{says}");
        assert!(says.contains("The database cannot be reached at the moment"), "{says}");
    }
    let command = place.ends(&["check"]);
    let says = String::from_utf8(command.stderr).unwrap();
    assert_eq!(command.status.code(), Some(2), "{says}");
    assert!(says.starts_with(&format!("duly: the database {} is not reachable", place.address)) && says.lines().count() == 1, "{says}");
    cluster.start();
    let began = Instant::now();
    while opens("/accounts").0 != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "the pages do not come back");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(served.lives());

    // And in the middle of a list of payments.
    let mut payments = String::from("account,amount,on,reference\n");
    (0..1_600).for_each(|row| writeln!(payments, "R-{row},2.00,2026-03-04,LIST-{row}").unwrap());
    std::fs::write(place.folder.join("payments.csv"), payments).unwrap();
    let mut posting = place.duly(&posting::POST).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(posting.stderr.take().unwrap()).lines();
    let mut heard = vec![said.next().unwrap().unwrap()];
    cluster.stop();
    heard.extend(said.map(Result::unwrap));
    assert_eq!(posting.wait().unwrap().code(), Some(2), "{heard:?}");
    assert!(heard.last().unwrap().contains("is not reachable"), "{heard:?}");
    cluster.start();
    let kept = posting::acknowledged(&heard.join("\n"));
    let posted = place.count("select count(*) from payments");
    // The commit under way when the server went may have been kept without a word.
    assert!(posted == kept || posted == kept + 16, "{kept} acknowledged, {posted} there");
    place.is_whole("2026-03-05");
    place.does(&posting::POST);
    assert_eq!(place.count("select count(*) from payments"), 1_600);
    assert_eq!(opens("/accounts").0, 200);
    drop(app);
}

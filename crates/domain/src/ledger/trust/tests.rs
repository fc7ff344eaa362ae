//! Random years at the trust bank: whatever happens in whatever order, no client's money pays for another's.

use super::*;
use crate::ledger::rates::Mode;
use crate::ledger::remittance::{Line, LineKind, Owes, close};
use proptest::prelude::*;

const USD: Currency = Currency::Usd;

/// What happens, with what is rolled for it.
#[derive(Clone, Debug)]
enum Event {
    Pays { client: usize, minor: i64, is_direct: bool },
    ComesBack { at: usize },
    Remits { client: usize, mode: Mode },
    Sweeps { share: i64 },
    Clears { share: i64 },
    BringsIn,
    ClientPays { client: usize, minor: i64, is_into_trust: bool },
    Charge { minor: i64 },
}

fn any_event() -> impl Strategy<Value = Event> {
    let minor = 1i64..500_000;
    prop_oneof![
        6 => (0usize..3, minor.clone(), any::<bool>()).prop_map(|(client, minor, is_direct)| Event::Pays { client, minor, is_direct }),
        3 => any::<usize>().prop_map(|at| Event::ComesBack { at }),
        3 => (0usize..3, 0usize..3).prop_map(|(client, mode)| Event::Remits { client, mode: Mode::ALL[mode] }),
        1 => (1i64..=100).prop_map(|share| Event::Sweeps { share }),
        1 => (1i64..=100).prop_map(|share| Event::Clears { share }),
        1 => Just(Event::BringsIn),
        1 => (0usize..3, minor, any::<bool>()).prop_map(|(client, minor, is_into_trust)| Event::ClientPays { client, minor, is_into_trust }),
        1 => (-500i64..500).prop_map(|minor| Event::Charge { minor }),
    ]
}

/// A payment and what became of it.
#[derive(Clone, Copy)]
struct Payment {
    client: usize,
    line: Line,
    is_back: bool,
    is_remitted: bool,
    is_clawed_back: bool,
}

/// The whole of it: entries of accounts come into the ledgers as payments do, postings through [`Holdings::after`].
#[derive(Default)]
struct World {
    clients: [Holdings; 3],
    /// What concerns no client alone: sweeps, what left, what was brought in.
    house: Holdings,
    payments: Vec<Payment>,
    bank: i64,
}

impl World {
    fn all(&self) -> Holdings {
        self.clients.iter().fold(self.house, |all, one| Holdings {
            bank: all.bank + one.bank,
            clients: all.clients + one.clients,
            agency: all.agency + one.agency,
            on_its_way: all.on_its_way + one.on_its_way,
            returned: all.returned + one.returned,
            billed: all.billed + one.billed,
        })
    }

    fn post(&mut self, client: usize, posting: &Posting) {
        self.clients[client] = self.clients[client].after(posting).expect("a plan that holds");
    }

    /// A posting that concerns no client alone is held against all of them together.
    fn post_of_house(&mut self, posting: &Posting) {
        self.all().after(posting).expect("a plan that holds");
        self.house.bank += posting.at(Place::TrustBank);
        self.house.agency -= posting.at(Place::Agency);
        self.house.on_its_way -= posting.at(Place::OnItsWay);
    }

    fn happens(&mut self, event: &Event) {
        match *event {
            Event::Pays { client, minor, is_direct } => {
                let kind = if is_direct { LineKind::Direct } else { LineKind::Trust };
                let line = Line { kind, is_direct, amount: minor, costs: 0, fee: minor / 4 };
                self.payments.push(Payment { client, line, is_back: false, is_remitted: false, is_clawed_back: false });
                if !is_direct {
                    // The entry of the account.
                    self.clients[client].bank += minor;
                    self.clients[client].clients += minor;
                    self.bank += minor;
                }
            }
            Event::ComesBack { at } => {
                let count = self.payments.len().max(1);
                let Some(payment) = self.payments.get_mut(at % count).filter(|payment| !payment.is_back) else { return };
                payment.is_back = true;
                let Payment { client, line, is_remitted, .. } = *payment;
                if line.is_direct {
                    return;
                }
                self.clients[client].bank -= line.amount;
                self.clients[client].clients -= line.amount;
                self.bank -= line.amount;
                if is_remitted {
                    let before = Holdings { clients: self.clients[client].clients, ..self.clients[client] };
                    self.clients[client] = before.after(&plan_cover(line.amount, USD).unwrap()).expect("covered at once");
                }
            }
            Event::Remits { client, mode } => {
                let mut lines = Vec::new();
                for payment in self.payments.iter_mut().filter(|payment| payment.client == client) {
                    if !payment.is_back && !payment.is_remitted {
                        payment.is_remitted = true;
                        lines.push(payment.line);
                    } else if payment.is_back && payment.is_remitted && !payment.is_clawed_back {
                        payment.is_clawed_back = true;
                        lines.push(Line::clawback(&payment.line));
                    }
                }
                let Holdings { returned, billed, .. } = self.clients[client];
                let remittance = close(mode, &lines, Owes { returned, billed }).unwrap();
                let posting = plan_remittance(&remittance, USD).unwrap();
                self.post(client, &posting);
            }
            Event::Sweeps { share } => {
                let all = self.all();
                let minor = all.agency * share / 100;
                assert_eq!(all.sweep(all.agency.max(0) + 1, USD), Err(TrustError::NotEarned));
                if minor > 0 {
                    self.post_of_house(&all.sweep(minor, USD).unwrap());
                }
            }
            Event::Clears { share } => {
                let minor = self.all().on_its_way * share / 100;
                if minor > 0 {
                    self.bank -= minor;
                    self.post_of_house(&plan_cleared(minor, USD).unwrap());
                }
            }
            Event::BringsIn => {
                let minor = -self.all().agency;
                if minor > 0 {
                    self.bank += minor;
                    self.post_of_house(&plan_brought_in(minor, USD).unwrap());
                    assert_eq!(self.all().agency, 0);
                }
            }
            Event::ClientPays { client, minor, is_into_trust } => {
                let Holdings { returned, billed, .. } = self.clients[client];
                let paid = self.clients[client].client_pays(minor, is_into_trust, USD);
                assert_eq!(paid.is_err(), minor > returned + billed.max(0), "no more than is owed");
                if let Ok(posting) = paid {
                    self.bank += if is_into_trust { minor } else { 0 };
                    self.post(client, &posting);
                }
            }
            Event::Charge { minor } if minor != 0 => {
                self.bank += minor;
                self.post_of_house(&plan_bank_charge(minor, USD).unwrap());
            }
            Event::Charge { .. } => {}
        }
    }

    /// What must always hold.
    fn is_proved(&self) {
        let all = self.all();
        let proof = Proof {
            bank: Some(self.bank),
            book: all.bank,
            clients: all.clients,
            agency: all.agency,
            on_its_way: all.on_its_way,
            ..Proof::default()
        };
        assert_eq!((proof.inside(), proof.difference()), (Some(0), Some(0)), "the trust identity");
        for (number, client) in self.clients.iter().enumerate() {
            let held: i64 = self
                .payments
                .iter()
                .filter(|payment| payment.client == number && !payment.line.is_direct && !payment.is_back && !payment.is_remitted)
                .map(|payment| payment.line.amount)
                .sum();
            assert_eq!(client.clients, held, "a client's ledger is what was collected for it and not remitted");
        }
    }
}

proptest! {
    #[test]
    fn random_years_keep_every_ledger_above_zero_and_the_identity_whole(events in proptest::collection::vec(any_event(), 1..120)) {
        let mut world = World::default();
        for event in &events {
            world.happens(event);
            world.is_proved();
        }
    }

    #[test]
    fn a_posting_and_its_reversal_leave_nothing(minor in 1i64..1_000_000) {
        for posting in [plan_cover(minor, USD), plan_cleared(minor, USD), plan_brought_in(minor, USD), plan_bank_charge(-minor, USD)] {
            let posting = posting.unwrap();
            let held = Holdings { bank: minor, clients: minor, agency: minor, on_its_way: minor, returned: minor, billed: 0 };
            prop_assert_eq!(held.after(&posting).unwrap().after(&posting.reversed()).unwrap(), held);
        }
    }
}

#[test]
fn what_does_not_add_up_is_no_posting() {
    assert_eq!(Posting::of(USD, [1, 0, 0, 0, -1, 0, 0]), Err(TrustError::Unbalanced { off_by: 1 }), "trust does not pay for claims");
    assert_eq!(Posting::of(USD, [0, 0, 0, 0, 5, 0, 0]), Err(TrustError::Unbalanced { off_by: 5 }));
    assert_eq!(plan_cover(0, USD), Err(TrustError::NotPositive));
    assert_eq!(plan_bank_charge(0, USD), Err(TrustError::NotPositive));
    let nothing = Holdings::default();
    assert_eq!(nothing.after(&plan_cleared(5, USD).unwrap()), Err(TrustError::BelowZero(Place::OnItsWay)));
}

#[test]
fn a_proof_tells_what_has_to_be_done() {
    let whole = Proof {
        bank: Some(970),
        book: 900,
        clients: 700,
        agency: 150,
        on_its_way: 30,
        unapplied: 20,
        unidentified: 100,
        coming: 30,
        ..Proof::default()
    };
    assert!(whole.is_whole());
    assert!(!Proof { late: 30, ..whole }.is_whole(), "what the bank should have shown long ago is work");
    for (proof, difference, to_bring_in) in [
        (Proof { bank: Some(969), ..whole }, Some(-1), 0),
        (Proof { bank: None, ..whole }, None, 0),
        (Proof { agency: -150, book: 600, bank: Some(670), ..whole }, Some(0), 150),
        (Proof { not_booked: -12, bank: Some(958), ..whole }, Some(0), 0),
    ] {
        assert_eq!((proof.difference(), proof.to_bring_in()), (difference, to_bring_in));
        assert_eq!(proof.is_whole(), proof.bank.is_none(), "{proof:?}");
    }
    assert_eq!(Proof { book: 901, ..whole }.inside(), Some(1));
}

//! Payments that several ask for at once are posted together, for the embedded database has one writer.
//!
//! Whoever asks puts the payment down and waits. The first to put one down where nobody serves has a thread begun that serves: it takes what
//! lies there when it has the writer, posts all of it ([`super::posting`]), and waits until the commit is on the disk, so that what comes
//! meanwhile is posted together next; it ends when nothing lies there. Alone, one waits for nobody. On PostgreSQL each payment is a
//! transaction of its own, which go on beside each other there.
//!
//! Always true: what is told was committed; where a transaction fails as a whole, each of its payments is tried by itself, so that none
//! fails with another; and a payment that was put down is posted also where whoever asked went away.

use super::actions::{PostPayment, Posted, post_within};
use super::posting::{Asked, Fates, post_asked};
use crate::accounts::store::standing::list_standings;
use crate::app::{Actor, App, Failure, cut_short, put_aside};
use crate::store::{Tx, Value};
use crate::transaction;
use duly_domain::values::moment::Moment;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// So many are posted by one transaction at most: nobody else who writes waits for more.
const TOGETHER_MAX: usize = 200;

/// Payments that wait for the writer. Cheap to clone.
#[derive(Clone, Default)]
pub struct AtOnce(Arc<Mutex<Line>>);

#[derive(Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    /// Somebody will look here again before long.
    is_served: bool,
}

/// One that waits, and who is told.
struct Waiting {
    who: Actor,
    at: Moment,
    payment: PostPayment,
    told: oneshot::Sender<Result<Posted, Failure>>,
}

impl AtOnce {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a payment down; whoever finds nobody serving has to see that somebody does.
    fn put(&self, payment: Waiting) -> Option<Serving> {
        let mut line = self.line();
        line.waiting.push_back(payment);
        let was_served = std::mem::replace(&mut line.is_served, true);
        (!was_served).then(|| Serving { line: self.clone(), is_done: false })
    }

    /// Takes those of one business day, in the order in which they came.
    fn take(&self) -> Vec<Waiting> {
        let mut line = self.line();
        let day = line.waiting.front().map(|first| first.at.business_day);
        let together = line.waiting.iter().take(TOGETHER_MAX).take_while(|one| Some(one.at.business_day) == day).count();
        line.waiting.drain(..together).collect()
    }
}

impl fmt::Debug for AtOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} payments wait", self.line().waiting.len())
    }
}

/// Whoever has it serves. Cut off, it leaves a line in which nobody waits: those who did are told that theirs was cut off too.
struct Serving {
    line: AtOnce,
    is_done: bool,
}

impl Serving {
    /// Whether nothing lies there; then nobody serves any more.
    fn is_done(&mut self) -> bool {
        let mut line = self.line.line();
        line.is_served = !line.waiting.is_empty();
        self.is_done = !line.is_served;
        self.is_done
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Done, somebody else may serve by now.
        if !self.is_done {
            drop(std::mem::take(&mut *self.line.line()));
        }
    }
}

/// Posts a payment, with those that others ask for meanwhile.
pub async fn post(app: &App, who: &Actor, at: Moment, payment: &PostPayment) -> Result<Posted, Failure> {
    if app.db.engine() != "sqlite" {
        return post_alone(app, who, at, payment).await;
    }
    let (told, fate) = oneshot::channel();
    if let Some(serving) = app.at_once.put(Waiting { who: who.clone(), at, payment: payment.clone(), told }) {
        // Work of its own: what others put down must be posted also when this one goes away. On a thread of its own: whoever serves works
        // without a rest, and those who are told would wait behind it.
        drop(put_aside(serve(app.clone(), serving)));
    }
    fate.await.map_err(|_| cut_short())?
}

/// Posts what lies there, again and again, until nothing does.
async fn serve(app: App, mut serving: Serving) {
    while !serving.is_done() {
        post_together(&app).await;
        // Those who were told just now may put down their next.
        tokio::task::yield_now().await;
    }
}

/// Posts what lies there when the writer is free, and tells those who wait.
async fn post_together(app: &App) {
    let mut taken = Vec::new();
    match post_line(app, &mut taken).await {
        Ok(fates) => {
            for (waiting, fate) in taken.into_iter().zip(fates) {
                waiting.told.send(fate).ok();
            }
        }
        Err(_) => {
            // Where the writer could not be had, nothing was taken yet.
            if taken.is_empty() {
                taken = app.at_once.take();
            }
            for waiting in taken {
                let fate = post_alone(app, &waiting.who, waiting.at, &waiting.payment).await;
                waiting.told.send(fate).ok();
            }
        }
    }
}

/// Posts what lies there by the time the writer is free.
async fn post_line(app: &App, taken: &mut Vec<Waiting>) -> Result<Fates, Failure> {
    transaction!(app.db, tx, {
        if taken.is_empty() {
            *taken = app.at_once.take();
        }
        post_taken(tx, taken).await
    })
}

async fn post_alone(app: &App, who: &Actor, at: Moment, payment: &PostPayment) -> Result<Posted, Failure> {
    transaction!(app.db, tx, { post_within(tx, who, at, payment).await })
}

async fn post_taken(tx: &mut Tx, taken: &[Waiting]) -> Result<Fates, Failure> {
    let mut accounts: Vec<_> = taken.iter().map(|waiting| waiting.payment.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let ids: Vec<Value> = accounts.into_iter().map(Value::from).collect();
    let standings = list_standings(tx, &ids).await?;
    let asks: Vec<Asked<'_>> = taken.iter().map(|Waiting { who, at, payment, .. }| Asked { who, at: *at, payment }).collect();
    post_asked(tx, standings, &asks).await
}

//! A small load, and a ledger of what was answered to it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::interval;

use super::client::{App, Client};
use super::site::BRANCH;
use crate::support::until;

/// How often each of them asks for something.
const PACE: Duration = Duration::from_millis(10);

/// What was answered.
#[derive(Default)]
struct Ledger {
    /// The key of each registration, and the app's id when it was answered.
    registered: Vec<(String, Option<String>)>,
    /// The names of accounts that were made.
    accounts: Vec<String>,
    /// The app that changes its secret; none while it is not known which secret it has.
    rotated: Option<App>,
}

#[derive(Default)]
struct Counts {
    done: AtomicUsize,
    refused: AtomicUsize,
}

impl Counts {
    fn count(&self, is_done: bool) -> bool {
        let counter = if is_done { &self.done } else { &self.refused };
        counter.fetch_add(1, Ordering::SeqCst);
        is_done
    }
}

/// People at work. They stop when it is dropped.
pub(super) struct Load {
    owner: Client,
    rotating: App,
    ledger: Arc<Mutex<Ledger>>,
    /// Of those who read, and of those who change something.
    counts: [Arc<Counts>; 2],
    is_over: Arc<AtomicBool>,
    tasks: JoinSet<()>,
}

impl Load {
    pub(super) async fn begin(owner: &Client) -> Self {
        let reading = owner.registered("Reading").await;
        let rotating = owner.registered("Rotating").await;
        let token = owner.token(&reading).await.done().at("/access_token");
        let mut load = Self {
            owner: owner.clone(),
            rotating,
            ledger: Arc::default(),
            counts: Default::default(),
            is_over: Arc::default(),
            tasks: JoinSet::new(),
        };
        load.tasks.spawn(load.tokens(reading));
        load.tasks.spawn(load.reads(token.clone()));
        load.tasks.spawn(load.changes(token));
        load
    }

    fn tokens(&self, app: App) -> impl Future<Output = ()> + use<> {
        let (owner, counts, is_over) = (self.owner.clone(), Arc::clone(&self.counts[0]), Arc::clone(&self.is_over));
        async move {
            let mut ticks = interval(PACE);
            while !is_over.load(Ordering::SeqCst) {
                ticks.tick().await;
                counts.count(owner.token(&app).await.is_done());
            }
        }
    }

    fn reads(&self, token: String) -> impl Future<Output = ()> + use<> {
        let (owner, counts, is_over) = (self.owner.clone(), Arc::clone(&self.counts[0]), Arc::clone(&self.is_over));
        async move {
            let mut ticks = interval(PACE);
            while !is_over.load(Ordering::SeqCst) {
                ticks.tick().await;
                counts.count(owner.list(&token, BRANCH).await.is_done());
            }
        }
    }

    fn changes(&self, token: String) -> impl Future<Output = ()> + use<> {
        let (owner, counts, is_over) = (self.owner.clone(), Arc::clone(&self.counts[1]), Arc::clone(&self.is_over));
        let (rotating, ledger) = (self.rotating.clone(), Arc::clone(&self.ledger));
        async move {
            let mut ticks = interval(PACE);
            for number in 0.. {
                if is_over.load(Ordering::SeqCst) {
                    return;
                }
                ticks.tick().await;
                let name = format!("number-{number}");
                let answer = owner.register(&name).await;
                let id = counts.count(answer.is_done()).then(|| answer.at("/app/id"));
                ledger.lock().unwrap().registered.push((name.clone(), id));
                let answer = owner.rotate(&rotating).await;
                let secret = counts.count(answer.is_done()).then(|| answer.at("/client_secret"));
                ledger.lock().unwrap().rotated = secret.map(|secret| App { secret, ..rotating.clone() });
                if counts.count(owner.create(&token, (BRANCH, &name)).await.is_done()) {
                    ledger.lock().unwrap().accounts.push(name);
                }
            }
        }
    }

    /// Waits until so many more of each kind were done.
    pub(super) async fn goes_on(&self, times: usize) {
        self.more("the service works", times, |counts| &counts.done).await;
    }

    /// Waits until so many more of each kind were refused.
    pub(super) async fn is_refused(&self, times: usize) {
        self.more("the service refuses", times, |counts| &counts.refused).await;
    }

    async fn more(&self, what: &str, times: usize, counter: fn(&Counts) -> &AtomicUsize) {
        let now = || self.counts.each_ref().map(|counts| counter(counts).load(Ordering::SeqCst));
        let before = now();
        until(what, async || {
            // Somebody who ended did not get an answer that he can live with.
            assert!(self.tasks.len() == 3 && !self.has_ended(), "somebody gave up");
            now().iter().zip(before).all(|(now, before)| *now >= before + times)
        })
        .await;
    }

    fn has_ended(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    /// Ends it, and looks whether all that was answered is there.
    pub(super) async fn settle(mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        let ledger = std::mem::take(&mut *self.ledger.lock().unwrap());
        let apps = self.owner.apps().await;
        for (name, id) in &ledger.registered {
            let found: Vec<_> = apps.iter().filter(|(other, _)| other == name).map(|(_, id)| id).collect();
            match id {
                Some(id) => assert_eq!(found, [id], "{name}"),
                None => assert!(found.len() <= 1, "{name}: {found:?}"),
            }
        }
        let token = match &ledger.rotated {
            Some(app) => self.owner.token(app).await.done().at("/access_token"),
            None => panic!("the last rotation was refused on a good day"),
        };
        for name in &ledger.accounts {
            assert_eq!(self.owner.accounts_named(&token, (BRANCH, name)).await, 1, "{name}");
        }
    }
}

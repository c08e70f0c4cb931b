//! The many at work.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::book::{Ledger, Line};
use crate::dice::Dice;
use crate::person::Person;
use crate::writer::Writer;

/// Far more than anything here takes on an idle machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where they go.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Nowhere,
    /// To the server at `host:port`.
    To(String),
    Home,
}

/// People at work on one service, each with apps and authorizations of his own.
#[derive(Debug)]
pub struct Crowd {
    ledger: Arc<Ledger>,
    way: watch::Sender<Way>,
    /// How many of them were done.
    steps: watch::Receiver<u64>,
    tasks: JoinSet<Writer>,
}

impl Crowd {
    /// So many people, who wait to be told where to go.
    pub fn new(many: usize, person: &Person, ledger: Ledger, dice: &mut Dice) -> Self {
        let (ledger, way) = (Arc::new(ledger), watch::channel(Way::Nowhere).0);
        let (closed, steps) = watch::channel(0);
        let closed = Arc::new(closed);
        let mut tasks = JoinSet::new();
        for number in 0..many {
            let writer = Writer::new(&format!("w{number}"), person, &ledger, Dice::seeded(dice.roll()));
            tasks.spawn(work(writer, way.subscribe(), Arc::clone(&closed)));
        }
        Self { ledger, way, steps, tasks }
    }

    /// Sends them to a server, wherever they were.
    pub fn go_to(&self, host: &str) {
        self.way.send_replace(Way::To(host.to_owned()));
    }

    /// Waits until so much more was tried.
    ///
    /// # Panics
    /// When that takes for ever.
    pub async fn goes_on(&self, times: u64) {
        let mut steps = self.steps.clone();
        let target = *steps.borrow() + times;
        let reached = timeout(PATIENCE, steps.wait_for(|steps| *steps >= target)).await;
        reached.unwrap_or_else(|_| panic!("they do not get on")).unwrap();
    }

    /// Ends their work, looks whether everybody's newest secrets and tokens are taken at this server, and returns the ledger.
    ///
    /// # Panics
    /// When something that was acknowledged is not taken.
    pub async fn settle(mut self, host: &str) -> Vec<Line> {
        self.go_to(host);
        self.way.send_replace(Way::Home);
        while let Some(writer) = self.tasks.join_next().await {
            writer.unwrap().settle(host).await.unwrap_or_else(|error| panic!("{error}"));
        }
        self.ledger.lines()
    }

    /// Ends their work, whoever is there to answer, and returns the ledger.
    ///
    /// # Panics
    /// When one of them has.
    pub async fn go_home(mut self) -> Vec<Line> {
        self.way.send_replace(Way::Home);
        while let Some(writer) = self.tasks.join_next().await {
            writer.unwrap();
        }
        self.ledger.lines()
    }
}

/// After a silence he waits until he is sent somewhere.
async fn work(mut writer: Writer, mut way: watch::Receiver<Way>, steps: Arc<watch::Sender<u64>>) -> Writer {
    loop {
        let now = way.borrow_and_update().clone();
        let is_heard = match &now {
            Way::Nowhere => false,
            Way::To(host) => writer.step(host).await,
            Way::Home => return writer,
        };
        steps.send_modify(|steps| *steps += 1);
        if !is_heard && way.changed().await.is_err() {
            return writer;
        }
    }
}

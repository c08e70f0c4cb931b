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
    closed: watch::Receiver<u64>,
    tasks: JoinSet<Writer>,
}

impl Crowd {
    /// So many people, who wait to be told where to go.
    pub fn new(many: usize, person: &Person, ledger: Ledger, dice: &mut Dice) -> Self {
        let (ledger, way) = (Arc::new(ledger), watch::channel(Way::Nowhere).0);
        let (sender, closed) = watch::channel(0);
        let sender = Arc::new(sender);
        let mut tasks = JoinSet::new();
        for number in 0..many {
            let shared = (person.clone(), Arc::clone(&ledger));
            let own = Dice::seeded(dice.roll());
            let writer = Writer::new(format!("w{number}"), shared, Arc::clone(&sender), own);
            tasks.spawn(work(writer, way.subscribe()));
        }
        Self { ledger, way, closed, tasks }
    }

    /// Sends them to a server, wherever they were.
    pub fn go_to(&self, host: &str) {
        self.way.send_replace(Way::To(host.to_owned()));
    }

    /// Waits until so many more commands have an outcome.
    ///
    /// # Panics
    /// When that takes for ever.
    pub async fn goes_on(&self, times: u64) {
        let mut closed = self.closed.clone();
        let target = *closed.borrow() + times;
        let reached = timeout(PATIENCE, closed.wait_for(|closed| *closed >= target)).await;
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

    /// The ledger as it is now.
    pub fn lines(&self) -> Vec<Line> {
        self.ledger.lines()
    }
}

/// After a silence he waits until he is sent somewhere.
async fn work(mut writer: Writer, mut way: watch::Receiver<Way>) -> Writer {
    loop {
        let now = way.borrow_and_update().clone();
        let is_heard = match &now {
            Way::Nowhere => false,
            Way::To(host) => writer.step(host).await,
            Way::Home => return writer,
        };
        if !is_heard && way.changed().await.is_err() {
            return writer;
        }
    }
}

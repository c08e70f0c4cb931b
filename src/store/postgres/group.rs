//! Appends of many, in one transaction.
//!
//! An append is three ways to the server, and a wait for its disk. Whoever comes while others are under way is appended
//! together with all who do: one transaction for all, in which each event is one way. What fails together is tried by each
//! for himself, so that nobody fails for another's sake.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistenceError, SerializedEvent};
use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::PostgresEventStore;

/// So many share a transaction at most, so that the first of them does not wait for ever.
const MOST: usize = 32;
/// So many transactions of one type of aggregate are under way at a time: one makes its way while another waits for the disk.
const LEADERS: usize = 2;
/// How long an append waits for its turn.
const WAIT: Duration = Duration::from_secs(2);

/// Who waits to append, by the type of his aggregate: postgres-es takes events of one type at a time.
#[derive(Default)]
pub(super) struct Group {
    waiting: Mutex<HashMap<&'static str, Waiting>>,
    numbers: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    appends: Vec<Append>,
    leaders: usize,
}

/// The events of one append, all of one stream.
struct Append {
    number: u64,
    events: Vec<SerializedEvent>,
    deadline: Instant,
    answer: oneshot::Sender<Result<(), PersistenceError>>,
}

impl Append {
    fn stream(&self) -> &str {
        self.events.first().map_or("", |event| &event.aggregate_id)
    }

    fn answer(self, told: Result<(), PersistenceError>) {
        // Whoever asked may have gone; what was appended stands all the same.
        let _gone = self.answer.send(told);
    }
}

/// Somebody who works off what waits. However he ends, another can lead after him.
struct Leader<'a> {
    group: &'a Group,
    aggregate_type: &'static str,
    /// There was nothing left, and he counts no more.
    done: bool,
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        if !self.done {
            let mut waiting = self.group.waiting();
            let waiting = waiting.entry(self.aggregate_type).or_default();
            waiting.leaders -= 1;
            if waiting.leaders == 0 {
                // Nobody would come for them; their closed channels tell them so.
                waiting.appends.clear();
            }
        }
    }
}

impl Group {
    fn waiting(&self) -> MutexGuard<'_, HashMap<&'static str, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many wait for their turn.
    pub(super) fn len(&self) -> usize {
        self.waiting().values().map(|waiting| waiting.appends.len()).sum()
    }

    /// Whether somebody has to lead who does not yet.
    fn add(&self, aggregate_type: &'static str, append: Append) -> bool {
        let mut waiting = self.waiting();
        let waiting = waiting.entry(aggregate_type).or_default();
        waiting.appends.push(append);
        let leads = waiting.leaders < LEADERS;
        waiting.leaders += usize::from(leads);
        leads
    }

    /// Whether it still waited, and waits no more.
    fn leave(&self, aggregate_type: &'static str, number: u64) -> bool {
        let mut waiting = self.waiting();
        let waiting = waiting.entry(aggregate_type).or_default();
        let before = waiting.appends.len();
        waiting.appends.retain(|append| append.number != number);
        waiting.appends.len() < before
    }

    /// The next ones, of a stream each: what two want to append behind the same event cannot both be. Whoever gets none leads
    /// no more.
    fn take(&self, aggregate_type: &'static str) -> Option<Vec<Append>> {
        let mut waiting = self.waiting();
        let waiting = waiting.entry(aggregate_type).or_default();
        if waiting.appends.is_empty() {
            waiting.leaders -= 1;
            return None;
        }
        let (mut taken, mut streams) = (Vec::new(), HashSet::new());
        let mut left = Vec::new();
        for append in waiting.appends.drain(..) {
            if taken.len() < MOST && streams.insert(append.stream().to_owned()) {
                taken.push(append);
            } else {
                left.push(append);
            }
        }
        waiting.appends = left;
        // Two who want the same streams wait for each other in their order, and not each for the other.
        taken.sort_by(|one, other| one.stream().cmp(other.stream()));
        Some(taken)
    }
}

impl PostgresEventStore {
    /// Appends events of one stream, together with others if there are any.
    pub(super) async fn append_in_group<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        deadline: Instant,
    ) -> Result<(), PersistenceError> {
        let number = self.group.numbers.fetch_add(1, Ordering::Relaxed);
        let (sender, mut answer) = oneshot::channel();
        if self.group.add(A::TYPE, Append { number, events: events.to_vec(), deadline, answer: sender }) {
            let store = self.clone();
            // Not by whoever asks: he may stop waiting, and with him all the others would.
            tokio::spawn(async move { store.lead::<A>().await });
        }
        let gone = || PersistenceError::ConnectionError("whoever appended for many has gone".into());
        match timeout(WAIT, &mut answer).await {
            Ok(told) => told.unwrap_or_else(|_closed| Err(gone())),
            Err(elapsed) if self.group.leave(A::TYPE, number) => Err(PersistenceError::ConnectionError(elapsed.into())),
            Err(_begun) => answer.await.unwrap_or_else(|_closed| Err(gone())),
        }
    }

    async fn lead<A: Aggregate>(&self) {
        let mut leader = Leader { group: &self.group, aggregate_type: A::TYPE, done: false };
        while let Some(appends) = self.group.take(A::TYPE) {
            self.append_all::<A>(appends).await;
        }
        leader.done = true;
    }

    async fn append_all<A: Aggregate>(&self, appends: Vec<Append>) {
        let is_known = match appends.as_slice() {
            [] | [_] => true,
            several => {
                let events: Vec<_> = several.iter().flat_map(|append| append.events.iter().cloned()).collect();
                let deadline = several.iter().map(|append| append.deadline).min().unwrap_or_else(Instant::now);
                match self.append_once::<A>(&events, deadline).await {
                    Ok(()) => return appends.into_iter().for_each(|append| append.answer(Ok(()))),
                    Err(PersistenceError::OptimisticLockError) => true,
                    Err(_unanswered) => false,
                }
            }
        };
        join_all(appends.into_iter().map(async |append| {
            let done = self.append_alone::<A>(&append.events, append.deadline, is_known).await;
            append.answer(done);
        }))
        .await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn append(number: u64, stream: &str) -> (Append, oneshot::Receiver<Result<(), PersistenceError>>) {
        let (answer, told) = oneshot::channel();
        let event = SerializedEvent::new(stream.into(), 1, "app".into(), "x".into(), "1".into(), json!({}), json!({}));
        (Append { number, events: vec![event], deadline: Instant::now(), answer }, told)
    }

    fn streams(taken: Option<Vec<Append>>) -> Vec<String> {
        taken.unwrap_or_default().iter().map(|append| append.stream().to_owned()).collect()
    }

    #[test]
    fn those_who_share_a_transaction_are_of_different_streams_and_in_their_order() {
        let group = Group::default();
        let led: Vec<bool> = ["c", "a", "c", "b"].map(|stream| group.add("app", append(0, stream).0)).to_vec();
        assert_eq!(led, [true, true, false, false], "two lead, and the others find them");
        assert!(group.add("person", append(0, "a").0), "another type has leaders of its own");
        assert_eq!(streams(group.take("app")), ["a", "b", "c"]);
        assert_eq!(streams(group.take("app")), ["c"]);
        assert!(group.take("app").is_none());
        assert!(group.add("app", append(0, "d").0), "whoever found nothing leads no more");
    }

    #[test]
    fn no_more_share_one_than_the_first_can_wait_for() {
        let group = Group::default();
        for number in 0..MOST + 3 {
            group.add("app", append(0, &format!("{number:03}")).0);
        }
        assert_eq!((streams(group.take("app")).len(), streams(group.take("app")).len()), (MOST, 3));
    }

    #[test]
    fn who_waits_too_long_leaves_and_who_was_taken_cannot() {
        let group = Group::default();
        for number in [1, 2] {
            group.add("app", append(number, &number.to_string()).0);
        }
        assert_eq!(group.len(), 2);
        assert!(group.leave("app", 1) && !group.leave("app", 1));
        assert_eq!(group.len(), 1);
        assert_eq!(streams(group.take("app")), ["2"]);
        assert!(!group.leave("app", 2));
    }

    #[test]
    fn when_the_last_leader_goes_without_leading_those_who_wait_are_told() {
        let group = Group::default();
        let (waits, mut told) = append(1, "a");
        assert!(group.add("app", waits));
        drop(Leader { group: &group, aggregate_type: "app", done: false });
        assert!(told.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
        assert!(group.add("app", append(2, "b").0), "and the next one leads");
    }
}

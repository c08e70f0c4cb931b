//! Questions of many, asked in one statement.
//!
//! On a server, a question costs the way there and back more than the looking. While one statement is under way, whoever comes
//! adds his question to the next: however many ask, there is one statement under way and one crowd that waits for the next.
//! Everybody gets an answer that was begun after he had asked.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::DatabaseError;

/// Questions that wait, and what was said last.
#[derive(Debug)]
pub struct Together<Q, A> {
    /// So many go into one statement.
    most: usize,
    waiting: Mutex<Waiting<Q>>,
    said: tokio::sync::Mutex<Said<A>>,
}

/// The questions from a number on that nobody has had an answer to.
#[derive(Debug)]
struct Waiting<Q> {
    first: u64,
    questions: VecDeque<Q>,
}

/// The last answer.
#[derive(Debug)]
struct Said<A> {
    to: Range<u64>,
    /// What was said of a failure, for those who have waited for it: they need not wait for the next.
    answer: Result<Arc<A>, String>,
}

impl<Q: Clone, A> Together<Q, A> {
    /// At most so many questions go into one statement.
    pub fn new(most: usize) -> Self {
        let waiting = Mutex::new(Waiting { first: 0, questions: VecDeque::new() });
        let said = tokio::sync::Mutex::new(Said { to: 0..0, answer: Err(String::new()) });
        Self { most, waiting, said }
    }

    /// The answer to several questions of which this is one. `ask` is called with them by whoever is the first to find nobody
    /// asking; it may be called again with the same ones, when he does not wait for the end.
    ///
    /// # Errors
    /// What `ask` says, or that it failed for somebody else who asked this too.
    pub async fn ask<F>(&self, question: Q, ask: impl Fn(Vec<Q>) -> F) -> Result<Arc<A>, DatabaseError>
    where
        F: Future<Output = Result<A, DatabaseError>>,
    {
        loop {
            let mine = self.add(question.clone());
            let mut said = self.said.lock().await;
            loop {
                if said.to.contains(&mine) {
                    return said.answer.clone().map_err(DatabaseError::unavailable);
                }
                let (to, questions) = self.next();
                if mine < to.start {
                    // Two crowds were answered before it was our turn, and what the first was told is forgotten.
                    break;
                }
                let answer = ask(questions).await.map(Arc::new);
                self.waiting().answered(to.end);
                let told = answer.as_ref().map(Arc::clone).map_err(why);
                let is_mine = to.contains(&mine);
                *said = Said { to, answer: told };
                if is_mine {
                    return answer;
                }
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<Q>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, question: Q) -> u64 {
        let mut waiting = self.waiting();
        waiting.questions.push_back(question);
        waiting.first + waiting.questions.len() as u64 - 1
    }

    /// Those that are asked next. They wait until there is an answer.
    fn next(&self) -> (Range<u64>, Vec<Q>) {
        let waiting = self.waiting();
        let questions: Vec<Q> = waiting.questions.iter().take(self.most).cloned().collect();
        (waiting.first..waiting.first + questions.len() as u64, questions)
    }
}

/// What the others are told, who get an error of their own around it.
fn why(error: &DatabaseError) -> String {
    match error {
        DatabaseError::Unavailable(cause) => cause.to_string(),
        DatabaseError::Conflict(_)
        | DatabaseError::InUse(_)
        | DatabaseError::Unreadable { .. }
        | DatabaseError::Cancelled
        | DatabaseError::Panicked(_) => error.to_string(),
    }
}

impl<Q> Waiting<Q> {
    fn answered(&mut self, end: u64) {
        let count = usize::try_from(end.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.questions.drain(..count.min(self.questions.len()));
        self.first = self.first.max(end);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Waker};

    use tokio::sync::Semaphore;
    use tokio::task::JoinSet;

    use super::*;

    const MOST: usize = 32;

    fn numbers() -> Together<usize, Vec<usize>> {
        Together::new(MOST)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn everybody_gets_an_answer_to_his_own_and_few_are_asked() {
        let (numbers, asked) = (Arc::new(numbers()), Arc::new(AtomicUsize::new(0)));
        let mut everybody = JoinSet::new();
        for number in 0..2_000 {
            let (numbers, asked) = (Arc::clone(&numbers), Arc::clone(&asked));
            everybody.spawn(async move {
                let answer = numbers.ask(number, |questions| async {
                    asked.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    assert!(questions.len() <= MOST);
                    Ok(questions)
                });
                assert!(answer.await.unwrap().contains(&number));
            });
        }
        everybody.join_all().await;
        assert!(asked.load(Ordering::SeqCst) < 1_500, "{asked:?}");
    }

    #[tokio::test]
    async fn who_goes_away_while_he_asks_leaves_the_questions_of_the_others() {
        let (numbers, gate) = (numbers(), Semaphore::new(0));
        let ask = |questions| async {
            let _passed = gate.acquire().await;
            Ok(questions)
        };
        let mut context = Context::from_waker(Waker::noop());
        let mut other = Box::pin(numbers.ask(2, ask));
        {
            let mut first = pin!(numbers.ask(1, ask));
            assert!(first.as_mut().poll(&mut context).is_pending());
            assert!(other.as_mut().poll(&mut context).is_pending());
        }
        gate.add_permits(1);
        assert_eq!(*other.await.unwrap(), [1, 2]);
        assert_eq!(*numbers.ask(3, ask).await.unwrap(), [3]);
    }

    #[tokio::test]
    async fn an_answer_was_begun_after_everybody_who_gets_it_had_asked() {
        let (numbers, gate) = (numbers(), Semaphore::new(0));
        let ask = |questions| async {
            gate.acquire().await.unwrap().forget();
            Ok(questions)
        };
        let mut context = Context::from_waker(Waker::noop());
        let (mut first, mut late) = (pin!(numbers.ask(1, ask)), pin!(numbers.ask(2, ask)));
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(late.as_mut().poll(&mut context).is_pending());
        gate.add_permits(1);
        assert_eq!(*first.await.unwrap(), [1]);
        assert!(late.as_mut().poll(&mut context).is_pending());
        gate.add_permits(1);
        assert_eq!(*late.await.unwrap(), [2]);
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_who_waited_for_it_and_to_nobody_else() {
        let numbers = numbers();
        let fails = |_questions| async {
            tokio::task::yield_now().await;
            Err(DatabaseError::unavailable("no server"))
        };
        let told = tokio::join!(numbers.ask(1, fails), numbers.ask(2, fails), numbers.ask(3, fails));
        for told in [told.0, told.1, told.2] {
            let Err(DatabaseError::Unavailable(why)) = told else { panic!("it was answered") };
            assert!(why.to_string().contains("no server"), "{why}");
        }
        assert_eq!(*numbers.ask(4, |questions| async { Ok(questions) }).await.unwrap(), [4]);
    }
}

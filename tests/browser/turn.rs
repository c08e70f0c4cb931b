//! Two browsers at a time: more of them only make one another slow.

use std::sync::{Condvar, Mutex, PoisonError};

const AT_ONCE: usize = 2;

static RUNNING: Mutex<usize> = Mutex::new(0);
static ONE_LESS: Condvar = Condvar::new();

/// The right to run a browser. A test that took a second one before it gives the first back could wait for ever.
#[derive(Debug)]
pub(crate) struct Turn(());

impl Turn {
    pub(crate) fn wait() -> Self {
        // Nothing panics while it holds the number, so that even a poisoned one is right.
        let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let running = ONE_LESS.wait_while(running, |running| *running >= AT_ONCE);
        *running.unwrap_or_else(PoisonError::into_inner) += 1;
        Self(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        ONE_LESS.notify_one();
    }
}

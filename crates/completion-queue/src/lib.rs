//! Where the worker's thread leaves the outcomes of calls, for the JavaScript thread to settle.
//!
//! With `--cfg loom`, `tests/model.rs` checks it in every interleaving of the threads.

use std::mem;

#[cfg(loom)]
use loom::sync::{Mutex, MutexGuard};
use std::sync::PoisonError;
#[cfg(not(loom))]
use std::sync::{Mutex, MutexGuard};

/// How many items wake the JavaScript thread although the worker's thread is not about to park.
pub const WAKE_THRESHOLD: usize = if cfg!(loom) { 2 } else { 128 };

/// A queue from one thread to another, which wakes it once for all that is in it.
pub struct CompletionQueue<Item, Wake> {
    state: Mutex<State<Item>>,
    wake: Wake,
}

struct State<Item> {
    items: Vec<Item>,
    is_notified: bool,
    is_closed: bool,
}

impl<Item, Wake: Fn()> CompletionQueue<Item, Wake> {
    /// An empty queue. `wake` makes the other thread [`drain`](Self::drain) it.
    pub fn new(wake: Wake) -> Self {
        let state = State { items: Vec::new(), is_notified: false, is_closed: false };
        Self { state: Mutex::new(state), wake }
    }

    /// Adds an item. The next [`notify`](Self::notify) wakes the other thread, if a full queue has not done so before.
    pub fn push(&self, item: Item) {
        let mut state = self.lock();
        if state.is_closed {
            return;
        }
        state.items.push(item);
        let is_full = state.items.len() >= WAKE_THRESHOLD;
        drop(state);
        if is_full {
            self.notify();
        }
    }

    /// Wakes the other thread, unless the queue is empty or it is already notified.
    pub fn notify(&self) {
        let mut state = self.lock();
        if state.is_notified || state.items.is_empty() || state.is_closed {
            return;
        }
        state.is_notified = true;
        drop(state);
        (self.wake)();
    }

    /// Takes all items.
    pub fn drain(&self) -> Vec<Item> {
        let mut state = self.lock();
        state.is_notified = false;
        mem::take(&mut state.items)
    }

    /// Drops all items, and accepts none from now on: the environment is ending.
    pub fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        let items = mem::take(&mut state.items);
        drop(state);
        drop(items);
    }

    /// Nothing that is done under the lock panics; should it all the same, the state is still consistent.
    fn lock(&self) -> MutexGuard<'_, State<Item>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

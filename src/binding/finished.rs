//! Where the runtime's thread leaves what has ended, for the JavaScript thread to settle.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::threadsafe_function::ThreadsafeFunctionCallMode;

use crate::binding::node_api::Wake;

/// How many wake the JavaScript thread, though the runtime's thread has more to do.
const BATCH: usize = 128;

/// A queue from one thread to the other, which wakes it once for all that is in it.
pub struct Finished<Item> {
    waiting: Mutex<Waiting<Item>>,
    wake: Wake,
    is_closed: AtomicBool,
}

struct Waiting<Item> {
    items: Vec<Item>,
    is_announced: bool,
}

impl<Item> Default for Waiting<Item> {
    fn default() -> Self {
        Self { items: Vec::new(), is_announced: false }
    }
}

impl<Item> Finished<Item> {
    /// An empty queue. `wake` leads to whoever takes what is in it.
    pub fn new(wake: Wake) -> Self {
        Self { waiting: Mutex::default(), wake, is_closed: AtomicBool::new(false) }
    }

    /// What wakes the JavaScript thread.
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Leaves an item. It is announced by the next [`Finished::announce`], if not before.
    pub fn push(&self, item: Item) {
        let mut waiting = self.lock();
        waiting.items.push(item);
        let is_full = waiting.items.len() >= BATCH;
        drop(waiting);
        if is_full {
            self.announce();
        }
    }

    /// Wakes the JavaScript thread, unless there is nothing for it or it has been told.
    pub fn announce(&self) {
        let mut waiting = self.lock();
        if waiting.is_announced || waiting.items.is_empty() || self.is_closed.load(Ordering::Acquire) {
            return;
        }
        waiting.is_announced = true;
        drop(waiting);
        self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }

    /// Takes all that is in it.
    pub fn take(&self) -> Vec<Item> {
        mem::take(&mut *self.lock()).items
    }

    /// Announces nothing from now on: the environment is ending.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
    }

    /// The lock cannot be poisoned by what is done under it; should it be all the same, the queue is still whole.
    fn lock(&self) -> MutexGuard<'_, Waiting<Item>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

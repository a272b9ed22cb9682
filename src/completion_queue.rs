//! Where the runtime's thread leaves what has ended, for the JavaScript thread to settle.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use napi::threadsafe_function::ThreadsafeFunctionCallMode;

use crate::ffi::Wake;

/// How many wake the JavaScript thread, though the runtime's thread has more to do.
const BATCH: usize = 128;

/// A queue from one thread to the other, which wakes it once for all that is in it.
pub struct Finished<Item> {
    waiting: Mutex<Waiting<Item>>,
    wake: Wake,
}

struct Waiting<Item> {
    items: Vec<Item>,
    is_announced: bool,
    is_closed: bool,
}

impl<Item> Finished<Item> {
    /// An empty queue. `wake` leads to whoever takes what is in it.
    pub fn new(wake: Wake) -> Self {
        let waiting = Waiting { items: Vec::new(), is_announced: false, is_closed: false };
        Self { waiting: Mutex::new(waiting), wake }
    }

    /// What wakes the JavaScript thread.
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// Leaves an item. It is announced by the next [`Finished::announce`], if not before.
    pub fn push(&self, item: Item) {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return;
        }
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
        if waiting.is_announced || waiting.items.is_empty() || waiting.is_closed {
            return;
        }
        waiting.is_announced = true;
        drop(waiting);
        self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }

    /// Takes all that is in it.
    pub fn take(&self) -> Vec<Item> {
        let mut waiting = self.lock();
        waiting.is_announced = false;
        mem::take(&mut waiting.items)
    }

    /// Takes in and announces nothing from now on: the environment is ending.
    pub fn close(&self) {
        self.lock().is_closed = true;
    }

    /// The lock cannot be poisoned by what is done under it; should it be all the same, the queue is still whole.
    fn lock(&self) -> MutexGuard<'_, Waiting<Item>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

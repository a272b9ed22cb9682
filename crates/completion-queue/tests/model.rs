//! Model checks of the queue in every interleaving of its threads. Run by `make model`.

#![cfg(loom)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::Range;

use completion_queue::{CompletionQueue, WAKE_THRESHOLD};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

/// A model of the event loop: the number of pending wake-ups.
#[derive(Default)]
struct EventLoop {
    wakeups: Mutex<usize>,
    woken: Condvar,
}

impl EventLoop {
    fn wake(&self) {
        *self.wakeups.lock().unwrap() += 1;
        self.woken.notify_one();
    }

    /// Blocks until there is a wake-up. If one is lost, loom reports a deadlock.
    fn wait(&self) {
        let mut wakeups = self.wakeups.lock().unwrap();
        while *wakeups == 0 {
            wakeups = self.woken.wait(wakeups).unwrap();
        }
        *wakeups -= 1;
    }

    fn pending(&self) -> usize {
        *self.wakeups.lock().unwrap()
    }
}

type Queue = CompletionQueue<usize, Box<dyn Fn() + Send + Sync>>;

fn queue(event_loop: &Arc<EventLoop>) -> Arc<Queue> {
    let event_loop = event_loop.clone();
    Arc::new(CompletionQueue::new(Box::new(move || event_loop.wake())))
}

/// The worker thread: completes calls, and notifies before it parks.
fn complete(queue: &Arc<Queue>, items: Range<usize>) -> thread::JoinHandle<()> {
    let queue = queue.clone();
    thread::spawn(move || {
        for item in items {
            queue.push(item);
        }
        queue.notify();
    })
}

/// The JavaScript thread: settles at each wake-up until it has settled `count` calls.
fn settle(queue: &Queue, event_loop: &EventLoop, count: usize) -> Vec<usize> {
    let mut settled = Vec::new();
    while settled.len() < count {
        event_loop.wait();
        settled.extend(queue.drain());
    }
    settled
}

#[test]
fn every_completion_is_settled_once_and_in_order() {
    loom::model(|| {
        let event_loop = Arc::new(EventLoop::default());
        let queue = queue(&event_loop);
        let worker = complete(&queue, 0..WAKE_THRESHOLD + 1);
        assert_eq!(settle(&queue, &event_loop, WAKE_THRESHOLD + 1), [0, 1, 2]);
        worker.join().unwrap();
        assert_eq!(queue.drain(), []);
    });
}

#[test]
fn a_completion_from_another_thread_is_settled_too() {
    loom::model(|| {
        let event_loop = Arc::new(EventLoop::default());
        let queue = queue(&event_loop);
        let workers = [complete(&queue, 0..1), complete(&queue, 1..2)];
        let mut settled = settle(&queue, &event_loop, 2);
        settled.sort_unstable();
        assert_eq!(settled, [0, 1]);
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
}

#[test]
fn a_burst_below_the_threshold_wakes_once() {
    loom::model(|| {
        let event_loop = Arc::new(EventLoop::default());
        let queue = queue(&event_loop);
        complete(&queue, 0..WAKE_THRESHOLD - 1).join().unwrap();
        queue.notify();
        assert_eq!(event_loop.pending(), 1);
        assert_eq!(queue.drain().len(), WAKE_THRESHOLD - 1);
    });
}

#[test]
fn nothing_is_settled_after_the_queue_is_closed() {
    loom::model(|| {
        let event_loop = Arc::new(EventLoop::default());
        let queue = queue(&event_loop);
        let worker = complete(&queue, 0..2);
        queue.close();
        assert_eq!(queue.drain(), []);
        worker.join().unwrap();
        assert_eq!(queue.drain(), []);
    });
}

#[test]
fn items_are_dropped_outside_of_the_lock_when_the_queue_is_closed() {
    /// Accesses the queue when it is dropped, as a task that holds a pending call does.
    struct Reentrant(Arc<CompletionQueue<Reentrant, fn()>>);
    impl Drop for Reentrant {
        fn drop(&mut self) {
            self.0.notify();
        }
    }
    loom::model(|| {
        let queue = Arc::new(CompletionQueue::new((|| {}) as fn()));
        let worker = {
            let queue = queue.clone();
            thread::spawn(move || queue.push(Reentrant(queue.clone())))
        };
        queue.close();
        worker.join().unwrap();
    });
}

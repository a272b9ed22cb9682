//! The thread on which an environment's calls run. One is enough: a second was measured not to help.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, UnboundedSender};

/// Only name lookups run on threads of their own, and a client has one host.
const LOOKUP_THREADS: usize = 4;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A running thread with a tokio runtime.
pub struct Worker {
    tasks: UnboundedSender<Task>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Starts the thread, which calls `on_park` each time before it parks.
    ///
    /// # Errors
    ///
    /// Where the system has no more threads or descriptors.
    pub fn start(on_park: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(LOOKUP_THREADS)
            .on_thread_park(on_park)
            .build()?;
        let (tasks, mut received) = mpsc::unbounded_channel::<Task>();
        let thread = thread::Builder::new().name("beams-native".into()).spawn(move || {
            runtime.block_on(async {
                while let Some(task) = received.recv().await {
                    tokio::spawn(task);
                }
            });
            // A name lookup cannot be interrupted. Waiting for it could delay the end of the process by seconds; the code
            // that it runs stays loaded, which napi-rs ensures for every module with a thread-safe function.
            runtime.shutdown_background();
        })?;
        Ok(Self { tasks, thread })
    }

    /// Spawns a task. Tasks start in the order in which they are spawned.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        // Fails only where the thread is gone, which receives for as long as `self` exists.
        let _ = self.tasks.send(Box::pin(task));
    }

    /// Drops all tasks and ends the thread.
    pub fn stop(self) {
        drop(self.tasks);
        let _ = self.thread.join();
    }
}

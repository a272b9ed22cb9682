//! The thread on which an environment's calls are carried out. One is enough: a second was measured not to help.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::mpsc::{self, UnboundedSender};

/// Name lookups are the only blocking work, and a client has one host.
const LOOKUP_THREADS: usize = 4;

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A running thread.
pub struct Runtime {
    jobs: UnboundedSender<Job>,
    thread: JoinHandle<()>,
}

impl Runtime {
    /// Starts the thread, which does `before_rest` each time when there is nothing to do for it.
    ///
    /// # Errors
    ///
    /// Where the system gives no more threads or descriptors.
    pub fn start(before_rest: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(LOOKUP_THREADS)
            .on_thread_park(before_rest)
            .build()?;
        let (jobs, mut waiting) = mpsc::unbounded_channel::<Job>();
        let thread = thread::Builder::new().name("beams-native".into()).spawn(move || {
            runtime.block_on(async {
                while let Some(job) = waiting.recv().await {
                    tokio::spawn(job);
                }
            });
            // A name lookup cannot be interrupted. Waiting for it could hold up the end of the process for seconds; the
            // code it runs in stays loaded, which napi-rs sees to for every module with a thread-safe function.
            runtime.shutdown_background();
        })?;
        Ok(Self { jobs, thread })
    }

    /// Carries out a job. Jobs start in the order in which they are given.
    pub fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        // The thread takes jobs for as long as `self` exists; it cannot have gone.
        let _ = self.jobs.send(Box::pin(job));
    }

    /// Drops all jobs and ends the thread.
    pub fn stop(self) {
        drop(self.jobs);
        let _ = self.thread.join();
    }
}

//! A bulk publish, as `lib/bulk-publish.js` drives it: it reads the users, which only JavaScript can, and pushes them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use beams::bulk::driver::{BulkPublish as Bulk, UserBatch};
use beams::bulk::report::{Report, StopReason};
use beams::client::Outcome;
use beams::targets::list::IdBatch;
use napi::Env;
use napi::bindgen_prelude::{External, Uint32ArraySlice, Unknown};
use napi_derive::napi;

use crate::environment::Environment;
use crate::ffi::utf16;
use crate::observers::Observers;
use crate::output::{Output, ReportParts, report_parts};
use crate::pending_calls::CallId;

/// A bulk publish in flight. It is an `External` with functions: napi-rs would declare a class in the public typings.
pub struct BulkPublish {
    environment: Rc<Environment>,
    bulk: Arc<Bulk>,
    /// The report, from when there is one until its first part is taken.
    report: Arc<Mutex<Option<Report>>>,
    parts: RefCell<Option<ReportParts>>,
    number: u32,
    last_call: Cell<u64>,
}

impl BulkPublish {
    /// Its calls are numbered like those of a client.
    pub fn new(environment: Rc<Environment>, bulk: Bulk) -> Self {
        let number = environment.next_client();
        Self {
            environment,
            bulk: Arc::new(bulk),
            report: Arc::default(),
            parts: RefCell::default(),
            number,
            last_call: Cell::default(),
        }
    }

    fn call<'env, Call>(&self, env: &'env Env, call: impl FnOnce(Arc<Bulk>) -> Call) -> napi::Result<Unknown<'env>>
    where
        Call: Future<Output = Output> + Send + 'static,
    {
        self.last_call.set(self.last_call.get() + 1);
        let id = CallId { client: self.number, call: self.last_call.get() };
        let call = call(self.bulk.clone());
        self.environment
            .call(env, id, Observers::default(), || Ok(async move { Outcome::without_request(Ok(call.await)) }))
    }
}

/// Adds users: their ids as one text, the length of each, and how JavaScript prints what is not a string. Resolves, when
/// there is room for more, to whether more are wanted.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_push<'env>(
    env: &'env Env,
    bulk: &External<BulkPublish>,
    text: Unknown<'_>,
    lengths: Uint32ArraySlice<'_>,
    rejected: Vec<String>,
) -> napi::Result<Unknown<'env>> {
    let batch = user_batch(&text, &lengths, rejected)?;
    bulk.call(env, |bulk| async move { Output::WantsMore(bulk.push(batch).await) })
}

/// Makes no more requests.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_stop(bulk: &External<BulkPublish>) {
    bulk.bulk.stop();
}

/// Resolves when no more users are wanted.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_cancelled<'env>(env: &'env Env, bulk: &External<BulkPublish>) -> napi::Result<Unknown<'env>> {
    bulk.call(env, |bulk| async move {
        bulk.cancelled().await;
        Output::Done
    })
}

/// Resolves to how far the call has come, as JSON, when a request has ended; to nothing, when none is left.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_progress<'env>(env: &'env Env, bulk: &External<BulkPublish>) -> napi::Result<Unknown<'env>> {
    bulk.call(env, |bulk| async move { Output::Progress(bulk.progress().await) })
}

/// Adds the last users. Resolves when all requests have ended.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_finish<'env>(
    env: &'env Env,
    bulk: &External<BulkPublish>,
    text: Unknown<'_>,
    lengths: Uint32ArraySlice<'_>,
    rejected: Vec<String>,
    is_complete: bool,
) -> napi::Result<Unknown<'env>> {
    let batch = user_batch(&text, &lengths, rejected)?;
    let finished = bulk.report.clone();
    bulk.call(env, move |bulk| async move {
        let report = bulk.finish(batch, is_complete).await;
        finished.lock().unwrap_or_else(PoisonError::into_inner).replace(report);
        Output::Done
    })
}

/// The next part of the report, as JSON, once [`bulk_finish`] has resolved; nothing after the last. `is_aborted` tells that
/// the caller had a reason of its own to end early.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_report_part(bulk: &External<BulkPublish>, is_aborted: bool) -> Option<String> {
    let mut parts = bulk.parts.borrow_mut();
    if let Some(mut report) = bulk.report.lock().unwrap_or_else(PoisonError::into_inner).take() {
        if is_aborted {
            report.stop_reason = Some(StopReason::Aborted);
        }
        *parts = Some(report_parts(report));
    }
    parts.as_mut().and_then(Iterator::next)
}

fn user_batch(text: &Unknown<'_>, lengths: &[u32], rejected: Vec<String>) -> napi::Result<UserBatch> {
    let ids = IdBatch { text: utf16(text, usize::MAX)?.unwrap_or_default(), lengths: lengths.to_vec() };
    Ok(UserBatch { ids, rejected })
}

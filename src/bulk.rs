//! A bulk publish, as `lib/bulk-publish.js` drives it: it reads the users, which only JavaScript can, and pushes them.

use std::cell::{Cell, RefCell};
use std::path::absolute;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use beams::bulk::handle::BulkPublish as Bulk;
use beams::bulk::intake::{Choice, UserBatch};
use beams::bulk::journal;
use beams::bulk::report::{Report, StopReason};
use beams::client::Outcome;
use beams::error::{Error, Result};
use beams::targets::list::IdBatch;
use napi::Env;
use napi::bindgen_prelude::{External, Uint32ArraySlice, Unknown};
use napi_derive::napi;

use crate::environment::Environment;
use crate::ffi::utf16;
use crate::observers::{Observers, trace_json};
use crate::output::{Output, ReportParts, report_parts};
use crate::pending_calls::CallId;

/// Marks a choice as the index of a payload in its batch; without a mark it is the index of a named request.
#[napi(skip_typescript)]
pub const OWN_PAYLOAD: u32 = 1 << 30;

/// Marks a choice as the index of the reason why a user has no request.
#[napi(skip_typescript)]
pub const NO_REQUEST: u32 = 1 << 31;

/// A bulk publish in flight. It is an `External` with functions: napi-rs would declare a class in the public typings.
pub struct BulkPublish {
    environment: Rc<Environment>,
    bulk: Arc<Bulk>,
    observers: Observers,
    report: ReportSlot,
    number: u32,
    last_call: Cell<u64>,
}

/// A report that is read by JavaScript in parts.
#[derive(Default)]
pub struct ReportSlot {
    /// The report, from when there is one until its first part is taken.
    report: Arc<Mutex<Option<Report>>>,
    parts: RefCell<Option<ReportParts>>,
}

impl BulkPublish {
    /// Its calls are numbered like those of a client.
    pub fn new(environment: Rc<Environment>, bulk: Bulk, observers: Observers) -> Self {
        let number = environment.next_client();
        let report = ReportSlot::default();
        Self { environment, bulk: Arc::new(bulk), observers, report, number, last_call: Cell::default() }
    }

    fn call<'env, Call>(&self, env: &'env Env, call: impl FnOnce(Arc<Bulk>) -> Call) -> napi::Result<Unknown<'env>>
    where
        Call: Future<Output = Output> + Send + 'static,
    {
        self.try_call(env, |bulk| {
            let call = call(bulk);
            async move { Ok(call.await) }
        })
    }

    fn try_call<'env, Call>(&self, env: &'env Env, call: impl FnOnce(Arc<Bulk>) -> Call) -> napi::Result<Unknown<'env>>
    where
        Call: Future<Output = Result<Output>> + Send + 'static,
    {
        self.last_call.set(self.last_call.get() + 1);
        let id = CallId { client: self.number, call: self.last_call.get() };
        let call = call(self.bulk.clone());
        self.environment.call(env, id, Observers::default(), || Ok(async move { Outcome::without_request(call.await) }))
    }
}

impl ReportSlot {
    /// The next part of the report; `None` after the last.
    fn next_part(&self, change: impl FnOnce(&mut Report)) -> Option<String> {
        let mut parts = self.parts.borrow_mut();
        if let Some(mut report) = self.report.lock().unwrap_or_else(PoisonError::into_inner).take() {
            change(&mut report);
            *parts = Some(report_parts(report));
        }
        parts.as_mut().and_then(Iterator::next)
    }
}

/// Opens the journal, before the first users are pushed. If it cannot be used, it rejects, and the call has ended.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_open_journal<'env>(env: &'env Env, bulk: &External<BulkPublish>) -> napi::Result<Unknown<'env>> {
    bulk.try_call(env, |bulk| async move { bulk.open_journal().await.map(|()| Output::Done) })
}

/// Adds users: their concatenated ids, the length of each, and values that are not strings, as JavaScript prints them. `choices`
/// has the request of each user; it is empty if all have the first. Resolves when there is room for more users: to `false` if the
/// call has stopped. If there are observations of the payloads of single users, it resolves to an array of both.
#[napi(catch_unwind, skip_typescript)]
#[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
pub fn bulk_push<'env>(
    env: &'env Env,
    bulk: &External<BulkPublish>,
    text: Unknown<'_>,
    lengths: Uint32ArraySlice<'_>,
    choices: Uint32ArraySlice<'_>,
    payloads: Vec<Unknown<'_>>,
    reasons: Vec<String>,
    rejected: Vec<String>,
) -> napi::Result<Unknown<'env>> {
    let batch = user_batch(&text, &lengths, &choices, &payloads, reasons, rejected)?;
    let observers = bulk.observers.clone();
    bulk.call(env, |bulk| async move {
        let (wants_more, findings) = bulk.push(batch).await;
        Output::Pushed { wants_more, observed: observers.observe_findings(&findings) }
    })
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

/// Resolves when `close` has reached its time limit, or when the call has ended.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_cut_off<'env>(env: &'env Env, bulk: &External<BulkPublish>) -> napi::Result<Unknown<'env>> {
    bulk.call(env, |bulk| async move {
        bulk.cut_off().await;
        Output::Done
    })
}

/// Resolves to how far the call has come, as JSON, when a request has ended; to nothing, when none is left.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_progress<'env>(env: &'env Env, bulk: &External<BulkPublish>) -> napi::Result<Unknown<'env>> {
    bulk.call(env, |bulk| async move { Output::Progress(bulk.progress().await) })
}

/// Adds the last users. Resolves as [`bulk_push`] does, when all requests have ended.
#[napi(catch_unwind, skip_typescript)]
#[allow(clippy::too_many_arguments, reason = "numbers and strings cross faster than the members of an object")]
pub fn bulk_finish<'env>(
    env: &'env Env,
    bulk: &External<BulkPublish>,
    text: Unknown<'_>,
    lengths: Uint32ArraySlice<'_>,
    choices: Uint32ArraySlice<'_>,
    payloads: Vec<Unknown<'_>>,
    reasons: Vec<String>,
    rejected: Vec<String>,
    is_complete: bool,
) -> napi::Result<Unknown<'env>> {
    let batch = user_batch(&text, &lengths, &choices, &payloads, reasons, rejected)?;
    let (finished, observers) = (bulk.report.report.clone(), bulk.observers.clone());
    bulk.try_call(env, move |bulk| async move {
        let (report, findings) = bulk.finish(batch, is_complete).await?;
        finished.lock().unwrap_or_else(PoisonError::into_inner).replace(report);
        Ok(Output::Pushed { wants_more: false, observed: observers.observe_findings(&findings) })
    })
}

/// The next part of the report, as JSON, once [`bulk_finish`] has resolved; nothing after the last. `is_aborted` tells that
/// the caller had a reason of its own to end early.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_report_part(bulk: &External<BulkPublish>, is_aborted: bool) -> Option<String> {
    bulk.report.next_part(|report| {
        if is_aborted {
            report.stop_reason = Some(StopReason::Aborted);
        }
    })
}

/// The trace of the call's requests as JSON; `None` if it is not traced.
#[napi(catch_unwind, skip_typescript)]
pub fn bulk_trace(bulk: &External<BulkPublish>) -> Option<String> {
    bulk.observers.attempts.as_ref().map(trace_json)
}

/// The slot for the report of a journal.
#[napi(catch_unwind, skip_typescript)]
pub fn journal_report() -> External<ReportSlot> {
    External::new(ReportSlot::default())
}

/// Reads the journal of a `publishToManyUsers` call: the last known outcome of every user in it, over all calls.
///
/// The journal may be in use, except on Windows. Its `failures` are the users whose last publish failed; `delivery: 'unknown'`
/// also stands for requests that were in flight when the process died, or are in flight now. Users that were never sent are not
/// in a journal: `duplicateCount` and `resumedCount` are 0, and invalid ids are missing.
///
/// @param path The path of the journal.
/// @throws {BeamsError} Always as a rejection: `ERR_BEAMS_JOURNAL` if the file cannot be read, or is not a journal.
///
/// ### Example
///
/// ```js
/// const { readCampaignJournal } = require('beams-native')
///
/// const { publishedCount, failures } = await readCampaignJournal('./spring-sale.journal')
/// ```
#[napi(
    catch_unwind,
    js_name = "readCampaignJournal",
    ts_args_type = "path: string",
    ts_return_type = "Promise<ManyUsersReport>"
)]
pub fn read_campaign_journal<'env>(
    env: &'env Env,
    slot: &External<ReportSlot>,
    path: String,
) -> napi::Result<Unknown<'env>> {
    let environment = Environment::of(env)?;
    let id = CallId { client: environment.next_client(), call: 0 };
    let slot = slot.report.clone();
    environment.call(env, id, Observers::default(), || {
        // Resolved now, because the working directory may change.
        let path =
            absolute(path).map_err(|error| Error::invalid(format!("path must be the path of a file: {error}")))?;
        Ok(async move {
            Outcome::without_request(journal::read_report(path).await.map(|report| {
                slot.lock().unwrap_or_else(PoisonError::into_inner).replace(report);
                Output::Done
            }))
        })
    })
}

/// The next part of the report of a journal, as JSON; `None` after the last.
#[napi(catch_unwind, skip_typescript)]
pub fn journal_report_part(slot: &External<ReportSlot>) -> Option<String> {
    slot.next_part(|_| ())
}

fn user_batch(
    text: &Unknown<'_>,
    lengths: &[u32],
    choices: &[u32],
    payloads: &[Unknown<'_>],
    reasons: Vec<String>,
    rejected: Vec<String>,
) -> napi::Result<UserBatch> {
    let ids = IdBatch { text: utf16(text, usize::MAX)?.unwrap_or_default(), lengths: lengths.to_vec() };
    let choices = choices.iter().map(|&choice| match choice {
        NO_REQUEST.. => Choice::Nothing((choice - NO_REQUEST) as usize),
        OWN_PAYLOAD.. => Choice::Own((choice - OWN_PAYLOAD) as usize),
        _ => Choice::Named(choice as usize),
    });
    let payloads = payloads.iter().map(|payload| Ok(utf16(payload, usize::MAX)?.unwrap_or_default()));
    let payloads = payloads.collect::<napi::Result<_>>()?;
    Ok(UserBatch { ids, choices: choices.collect(), payloads, reasons, rejected })
}

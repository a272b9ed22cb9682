//! A call to many users, as `many-users.js` drives it: it reads the users, which only JavaScript can, and hands them over.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use napi::bindgen_prelude::{External, Unknown};
use napi::{Env, Result};
use napi_derive::napi;

use crate::environment::{Environment, Prepared};
use crate::error::guarded;
use crate::ffi::{bytes, utf16};
use crate::pending_calls::Answer;
use crate::targets::is_missing;
use beams::bulk::chunker::IdBatch;
use beams::bulk::publish::BulkPublish;
use beams::client::Outcome;

/// A call under way. JavaScript holds it, and sees nothing of it.
pub struct ManyUsersCall {
    environment: Rc<Environment>,
    call: Arc<BulkPublish>,
    began: Instant,
}

impl ManyUsersCall {
    /// A call that begins now.
    pub fn new(environment: Rc<Environment>, call: Arc<BulkPublish>) -> Self {
        Self { environment, call, began: Instant::now() }
    }
}

/// Takes in users: their ids as one text, and the length of each. Resolves, when there is room for more, to whether more
/// are wanted.
#[napi(catch_unwind, skip_typescript)]
pub fn feed<'env>(
    env: &'env Env,
    many: &External<ManyUsersCall>,
    text: Unknown<'_>,
    lengths: Unknown<'_>,
) -> Result<Unknown<'env>> {
    many.environment.call(env, None, || {
        let (call, block) = (many.call.clone(), block(&text, &lengths)?);
        Ok(Prepared::new(async move { ended(Answer::Wanted(call.feed(&block).await)) }, None))
    })
}

/// Takes in the last users. Resolves when all requests have ended.
#[napi(catch_unwind, skip_typescript)]
pub fn finish<'env>(
    env: &'env Env,
    many: &External<ManyUsersCall>,
    text: Unknown<'_>,
    lengths: Unknown<'_>,
) -> Result<Unknown<'env>> {
    many.environment.call(env, None, || {
        let (call, block) = (many.call.clone(), block(&text, &lengths)?);
        let finish = async move {
            call.finish(&block).await;
            ended(Answer::Done)
        };
        Ok(Prepared::new(finish, None))
    })
}

/// Takes in what is no user id.
#[napi(catch_unwind, skip_typescript)]
pub fn refuse(env: &Env, many: &External<ManyUsersCall>, value: Unknown<'_>) -> Result<()> {
    let host = &many.environment.host;
    let id = guarded(|| match utf16(&value)? {
        Some(id) => Ok(id),
        None => Ok(host.text(env, &value)?.encode_utf16().collect()),
    });
    many.call.refuse(&id.map_err(|failure| failure.into_exception(env, host))?);
    Ok(())
}

/// Resolves when no more users are wanted; rejects when the signal is aborted.
#[napi(catch_unwind, skip_typescript)]
pub fn stopped<'env>(
    env: &'env Env,
    many: &External<ManyUsersCall>,
    signal: Unknown<'static>,
) -> Result<Unknown<'env>> {
    many.environment.call(env, None, || {
        let call = many.call.clone();
        let stopped = async move {
            call.stopped().await;
            ended(Answer::Done)
        };
        Ok(Prepared::new(stopped, (!is_missing(&signal)?).then_some(signal)))
    })
}

/// Resolves to how far the call has come, when a request has ended; to nothing, when none is left.
#[napi(catch_unwind, skip_typescript)]
pub fn progress<'env>(env: &'env Env, many: &External<ManyUsersCall>) -> Result<Unknown<'env>> {
    many.environment.call(env, None, || {
        let call = many.call.clone();
        Ok(Prepared::new(async move { ended(Answer::Progress(call.progress().await)) }, None))
    })
}

/// Ends the call and settles with its account. What is given are the users that were read last.
#[napi(catch_unwind, skip_typescript)]
pub fn report<'env>(
    env: &'env Env,
    many: &External<ManyUsersCall>,
    text: Unknown<'_>,
    lengths: Unknown<'_>,
    is_interrupted: bool,
    record: Unknown<'_>,
) -> Result<Unknown<'env>> {
    many.environment.call(env, Some(&record), || {
        let (call, block) = (many.call.clone(), block(&text, &lengths)?);
        let report = async move {
            let report = Box::new(call.report(&block, is_interrupted).await);
            let (attempts, status) = (report.attempts, report.status);
            Outcome { result: Ok(Answer::Report(report)), attempts, status }
        };
        Ok(Prepared { call: report, signal: None, began: many.began })
    })
}

fn ended(answer: Answer) -> Outcome<Answer> {
    Outcome { result: Ok(answer), attempts: 0, status: None }
}

fn block(text: &Unknown<'_>, lengths: &Unknown<'_>) -> crate::error::Result<IdBatch> {
    Ok(IdBatch { text: utf16(text)?.unwrap_or_default(), lengths: bytes(lengths)?.unwrap_or_default() })
}

//! Every user of a bulk publish is in its report once, and the report agrees with what the server received.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test")]

mod servers;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use beams::bulk::driver::BulkOptions;
use beams::bulk::handle::BulkPublish;
use beams::bulk::intake::{Choice, UserBatch};
use beams::bulk::report::{Report, StopReason};
use beams::bulk::requests::{ChunkRequest, NamedRequests};
use beams::client::Client;
use beams::error::{Delivery, Error, TimeoutKind};
use beams::payload_checks::PayloadChecks;
use beams::targets::list::{IdBatch, JsonIds};
use fastrand::Rng;
use servers::{ACCEPTED, Gate, LOST, REFUSED, Received, Response, Server, gated, http1};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How many users one request may have.
const CHUNK: usize = 1000;
const UNAUTHORIZED: Response = Response::Status(401, r#"{"error":"Unauthorized","description":"Incorrect API Key"}"#);
const UNPROCESSABLE: Response = Response::Status(422, r#"{"error":"Bad Request","description":"No"}"#);
/// The number of simulated campaigns.
const SEEDS: u64 = 60;

/// A bulk publish whose driver ends when this is dropped, as it does when its process dies.
struct Campaign {
    bulk: Arc<BulkPublish>,
    driver: JoinSet<()>,
}

impl Campaign {
    fn start(client: &Arc<Client>, requests: NamedRequests, options: BulkOptions) -> Self {
        let (token, limits) = (client.track().unwrap(), client.config().limits());
        let (bulk, task) = BulkPublish::new(client.clone(), token, requests, limits, options).unwrap();
        let mut driver = JoinSet::new();
        driver.spawn(task);
        Self { bulk: Arc::new(bulk), driver }
    }

    async fn push(&self, batch: UserBatch) -> bool {
        soon(self.bulk.push(batch)).await.0
    }

    async fn finish(mut self) -> Report {
        let (report, _) = soon(self.bulk.finish(UserBatch::default(), true)).await.unwrap();
        self.driver.join_next().await.unwrap().unwrap();
        report
    }

    /// Ends the driver at once.
    async fn kill(mut self) -> Arc<BulkPublish> {
        self.driver.shutdown().await;
        self.bulk
    }
}

/// Fails a test that would hang.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(60), future).await.expect("the call goes on")
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// A payload that the server can tell from others.
fn payload(name: &str) -> Vec<u16> {
    utf16(&format!(r#"{{"web":{{"data":{{"name":"{name}"}}}}}}"#))
}

fn single() -> NamedRequests {
    NamedRequests::single(ChunkRequest::new(&payload("all")).unwrap())
}

fn options() -> BulkOptions {
    BulkOptions::default()
}

fn one_at_a_time() -> BulkOptions {
    BulkOptions { concurrency: NonZeroU32::MIN, ..options() }
}

fn batch<Id: AsRef<str>>(ids: impl IntoIterator<Item = Id>) -> UserBatch {
    let mut list = IdBatch::default();
    for id in ids {
        let id = utf16(id.as_ref());
        list.lengths.push(id.len() as u32);
        list.text.extend(id);
    }
    UserBatch { ids: list, ..UserBatch::default() }
}

fn numbered(users: std::ops::Range<usize>) -> UserBatch {
    batch(users.map(|user| format!("user-{user}")))
}

fn ids(lists: &[JsonIds]) -> Vec<String> {
    let parse = |list: &JsonIds| serde_json::from_str::<Vec<String>>(&format!("[{}]", list.json)).unwrap();
    let ids: Vec<String> = lists.iter().flat_map(parse).collect();
    assert_eq!(ids.len(), lists.iter().map(|list| list.count).sum::<usize>());
    ids
}

fn failed(report: &Report) -> Vec<(Vec<String>, &Error)> {
    report.failures.iter().map(|failure| (ids(&failure.users), &failure.error)).collect()
}

async fn accepting() -> Server {
    http1(|request: Received| async move {
        request.process();
        ACCEPTED
    })
    .await
}

async fn until(is_true: impl Fn() -> bool) {
    soon(async {
        while !is_true() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A path for a journal that no other test has.
fn new_journal(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("beams-bulk-{name}-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).unwrap();
    folder.join("journal")
}

#[tokio::test]
async fn every_user_is_published_to_once_in_chunks_of_a_thousand() {
    let server = accepting().await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), options());
    assert!(campaign.push(numbered(0..1500)).await);
    assert!(campaign.push(numbered(1400..2500)).await);
    let report = campaign.finish().await;
    assert!((0..2500).all(|user| server.times(&format!("user-{user}")) == 1));
    let mut sizes: Vec<usize> = report.publishes.iter().map(|publish| publish.users).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [500, CHUNK, CHUNK]);
    assert_eq!((report.published_count, report.duplicate_count, report.attempts), (2500, 100, 3));
    assert_eq!((report.status, report.stop_reason), (Some(200), None));
}

#[tokio::test]
async fn a_large_payload_leaves_room_for_fewer_users_in_a_chunk() {
    let server = http1(|request: Received| async move {
        assert!(request.body.len() <= 200 * 1024, "{} bytes", request.body.len());
        request.process();
        ACCEPTED
    })
    .await;
    let large = utf16(&format!(r#"{{"web":{{"data":{{"text":"{}"}}}}}}"#, "x".repeat(196 * 1024)));
    let requests = NamedRequests::single(ChunkRequest::new(&large).unwrap());
    let campaign = Campaign::start(&server.client(|_| {}), requests, options());
    campaign.push(numbered(0..CHUNK)).await;
    let report = campaign.finish().await;
    assert_eq!(report.published_count, CHUNK);
    assert!(report.attempts > 1);
}

#[tokio::test]
async fn each_user_gets_the_request_that_was_chosen_for_it() {
    let received: Arc<Mutex<HashMap<String, String>>> = Arc::default();
    let recorded = received.clone();
    let server = http1(move |request: Received| {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let name = body["web"]["data"]["name"].as_str().unwrap().to_owned();
        recorded.lock().unwrap().extend(request.users.into_iter().map(|user| (user, name.clone())));
        async { ACCEPTED }
    })
    .await;
    let mut requests = NamedRequests::default();
    requests.push("german".into(), Ok(payload("german"))).unwrap();
    requests.push("english".into(), Ok(payload("english"))).unwrap();
    let campaign = Campaign::start(&server.client(|_| {}), requests, options());
    campaign
        .push(UserBatch {
            choices: vec![Choice::Named(1), Choice::Named(0), Choice::Own(0), Choice::Nothing(0), Choice::Named(1)],
            payloads: vec![payload("only carol")],
            reasons: vec!["requestFor threw".into()],
            rejected: vec!["42".into()],
            ..batch(["alice", "bob", "carol", "dave", "erin"])
        })
        .await;
    let report = campaign.finish().await;
    let received = received.lock().unwrap();
    for (user, name) in [("alice", "english"), ("bob", "german"), ("carol", "only carol"), ("erin", "english")] {
        assert_eq!(received.get(user).map(String::as_str), Some(name), "{user}");
    }
    assert_eq!((received.len(), report.published_count, report.attempts), (4, 4, 3));
    let mut not_published: Vec<String> = failed(&report).into_iter().flat_map(|(users, _)| users).collect();
    not_published.sort();
    assert_eq!(not_published, ["42", "dave"]);
}

#[tokio::test]
async fn the_error_for_a_payload_names_its_request() {
    let error = NamedRequests::default().push("german".into(), Ok(utf16("[]"))).unwrap_err();
    assert!(error.to_string().starts_with(r#"requests["german"] "#), "{error}");
    let error = NamedRequests::default().push("german".into(), Err(Error::invalid("no JSON"))).unwrap_err();
    assert_eq!(error.to_string(), Error::invalid("no JSON").to_string());
}

#[tokio::test]
async fn payloads_for_single_users_are_checked_like_all_others() {
    let server = accepting().await;
    let client = server.client(|options| options.payload_checks = PayloadChecks::Reject);
    let campaign = Campaign::start(&client, single(), options());
    let own = |user: &str, payload: &str| UserBatch {
        choices: vec![Choice::Own(0)],
        payloads: vec![utf16(payload)],
        ..batch([user])
    };
    let (_, findings) =
        campaign.bulk.push(own("alice", r#"{"web":{"notification":{"title":"Hello","deep_link":"/inbox"}}}"#)).await;
    assert!(!findings.is_empty());
    let shown = r#"{"web":{"notification":{"title":"Hello","body":"Hi","deep_link":"https://example.com/"}}}"#;
    assert!(campaign.bulk.push(own("bob", shown)).await.1.is_empty());
    let report = campaign.finish().await;
    assert_eq!((server.times("alice"), server.times("bob")), (0, 1));
    let failed = failed(&report);
    assert_eq!((failed.len(), failed[0].0.as_slice()), (1, ["alice".to_owned()].as_slice()));
    assert!(failed[0].1.to_string().contains("deep_link"), "{}", failed[0].1);
}

#[tokio::test]
async fn no_more_requests_than_allowed_are_in_flight_and_a_push_waits_for_room() {
    let (server, gate, arrived) = gated().await;
    let campaign = Campaign::start(
        &server.client(|_| {}),
        single(),
        BulkOptions { concurrency: NonZeroU32::new(2).unwrap(), ..options() },
    );
    assert!(campaign.push(numbered(0..2 * CHUNK)).await, "both chunks start");
    let bulk = campaign.bulk.clone();
    let waiting = tokio::spawn(async move { bulk.push(numbered(2 * CHUNK..3 * CHUNK)).await.0 });
    until(|| arrived.load(Ordering::Acquire) == 2).await;
    assert!(!waiting.is_finished());
    gate.open();
    assert!(soon(waiting).await.unwrap());
    assert_eq!(campaign.finish().await.published_count, 3 * CHUNK);
}

#[tokio::test]
async fn progress_is_reported_after_each_request_and_ends_with_the_report() {
    let server =
        http1(|request: Received| async move { if request.user == "user-0" { ACCEPTED } else { UNPROCESSABLE } }).await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), one_at_a_time());
    campaign.push(numbered(0..CHUNK + 5)).await;
    let bulk = campaign.bulk.clone();
    let report = campaign.finish().await;
    let (first, second) = (bulk.progress().await.unwrap(), bulk.progress().await.unwrap());
    assert_eq!((first.published_count, first.failed_count, first.publish_id.as_deref()), (CHUNK, 0, Some("p")));
    assert_eq!((second.published_count, second.failed_count, second.publish_id), (CHUNK, 5, None));
    assert_eq!(bulk.progress().await, None);
    assert_eq!((report.published_count, report.stop_reason), (CHUNK, None), "a refused chunk does not stop the others");
}

/// Publishes to three chunks, of which the first is answered with a failure, and returns what is in the report.
async fn after_first_failure(failure: Response, stop_on_error: bool) -> (Server, Report) {
    let server = http1(move |request: Received| async move {
        if request.user == "user-0" {
            return failure;
        }
        request.process();
        ACCEPTED
    })
    .await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), BulkOptions { stop_on_error, ..one_at_a_time() });
    campaign.push(numbered(0..3 * CHUNK)).await;
    let report = campaign.finish().await;
    (server, report)
}

#[tokio::test]
async fn a_failure_that_all_others_would_share_stops_the_call() {
    let statuses = [401, 402, 403, 404].map(|status| (Response::Status(status, "{}"), false));
    for (failure, stop_on_error) in [(UNAUTHORIZED, false), (UNPROCESSABLE, true)].into_iter().chain(statuses) {
        let (server, report) = after_first_failure(failure, stop_on_error).await;
        assert_eq!((report.attempts, report.stop_reason), (1, Some(StopReason::Failed(0))), "{failure:?}");
        assert_eq!((failed(&report)[0].0.len(), ids(&report.unsent).len()), (CHUNK, 2 * CHUNK));
        assert_eq!((server.times("user-1000"), server.times("user-2000")), (0, 0));
    }
}

#[tokio::test]
async fn any_other_failure_concerns_its_chunk_only() {
    for failure in [UNPROCESSABLE, LOST, REFUSED, Response::Status(400, "{}"), Response::Close] {
        let (server, report) = after_first_failure(failure, false).await;
        assert_eq!((report.attempts, report.stop_reason), (3, None), "{failure:?}");
        assert_eq!((failed(&report)[0].0.len(), report.published_count), (CHUNK, 2 * CHUNK));
        assert_eq!((server.times("user-1000"), server.times("user-2000")), (1, 1));
    }
}

#[tokio::test]
async fn a_stopped_call_completes_what_is_in_flight_and_starts_nothing_else() {
    let (server, gate, arrived) = gated().await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), one_at_a_time());
    let bulk = campaign.bulk.clone();
    let push = tokio::spawn(async move { bulk.push(numbered(0..2 * CHUNK)).await.0 });
    until(|| arrived.load(Ordering::Acquire) == 1).await;
    campaign.bulk.stop();
    assert!(!soon(push).await.unwrap(), "no more users are wanted");
    soon(campaign.bulk.cancelled()).await;
    gate.open();
    let report = campaign.finish().await;
    assert_eq!((report.published_count, ids(&report.unsent).len()), (CHUNK, CHUNK));
    assert_eq!(report.stop_reason, Some(StopReason::Closed));
    assert_eq!(server.times("user-1000"), 0);
}

#[tokio::test]
async fn a_closed_client_stops_the_call_and_waits_for_its_report() {
    let (server, gate, arrived) = gated().await;
    let client = server.client(|_| {});
    let campaign = Campaign::start(&client, single(), options());
    campaign.push(numbered(0..CHUNK)).await;
    until(|| arrived.load(Ordering::Acquire) == 1).await;
    client.close();
    assert!(!campaign.push(numbered(CHUNK..2 * CHUNK)).await);
    let closing = client.clone();
    let closed = tokio::spawn(async move { closing.wait_closed(None).await });
    gate.open();
    let report = campaign.finish().await;
    soon(closed).await.unwrap();
    assert_eq!((report.published_count, ids(&report.unsent).len()), (CHUNK, CHUNK));
    assert_eq!(report.error().map(Error::code), Some("ERR_BEAMS_CLOSED"));
}

#[tokio::test]
async fn a_client_that_ends_its_calls_cuts_the_call_off() {
    let (server, _gate, arrived) = gated().await;
    let client = server.client(|_| {});
    let campaign = Campaign::start(&client, single(), options());
    campaign.push(numbered(0..CHUNK)).await;
    until(|| arrived.load(Ordering::Acquire) == 1).await;
    assert!(timeout(Duration::ZERO, campaign.bulk.cut_off()).await.is_err());
    client.close();
    let closed = tokio::spawn(async move { client.wait_closed(Some(Duration::ZERO)).await });
    soon(campaign.bulk.cut_off()).await;
    let report = campaign.finish().await;
    soon(closed).await.unwrap();
    let lost = failed(&report);
    assert_eq!(
        (lost[0].0.len(), lost[0].1.code(), lost[0].1.delivery()),
        (CHUNK, "ERR_BEAMS_CLOSED", Delivery::Unknown)
    );
}

#[tokio::test]
async fn the_end_of_a_call_also_ends_the_wait_for_a_cut_off() {
    let server = accepting().await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), options());
    let bulk = campaign.bulk.clone();
    campaign.finish().await;
    soon(bulk.cut_off()).await;
}

#[tokio::test]
async fn a_call_whose_driver_has_died_has_no_report_of_nothing() {
    let (server, _gate, arrived) = gated().await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), options());
    campaign.push(numbered(0..CHUNK)).await;
    until(|| arrived.load(Ordering::Acquire) == 1).await;
    let bulk = campaign.kill().await;
    assert!(!soon(bulk.push(numbered(0..1))).await.0);
    let error = soon(bulk.finish(UserBatch::default(), true)).await.unwrap_err();
    assert_eq!((error.code(), error.delivery()), ("ERR_BEAMS_INTERNAL", Delivery::Unknown));
    assert_eq!(soon(bulk.open_journal()).await.unwrap_err().code(), "ERR_BEAMS_INTERNAL");
}

#[tokio::test]
async fn users_that_were_not_all_read_make_the_call_incomplete() {
    let server = accepting().await;
    let mut campaign = Campaign::start(&server.client(|_| {}), single(), options());
    let (report, _) = campaign.bulk.finish(numbered(0..3), false).await.unwrap();
    soon(campaign.driver.join_next()).await;
    assert_eq!((report.published_count, report.stop_reason), (3, Some(StopReason::Closed)));
}

#[tokio::test]
async fn the_deadline_passes_although_no_user_comes() {
    let server = accepting().await;
    let client = server.client(|options| options.deadline = Some(Duration::from_millis(50)));
    let campaign = Campaign::start(&client, single(), options());
    soon(campaign.bulk.cancelled()).await;
    assert!(!campaign.push(numbered(0..CHUNK)).await);
    let report = campaign.finish().await;
    assert_eq!((ids(&report.unsent).len(), report.attempts), (CHUNK, 0));
    assert_eq!(report.stop_reason, Some(StopReason::Deadline));
    assert!(matches!(report.error(), Some(Error::Timeout { kind: TimeoutKind::Deadline, .. })));
}

#[tokio::test]
async fn the_deadline_stops_the_call_when_it_ends_a_request() {
    let server = http1(|_| async { Response::Silence }).await;
    let client = server.client(|options| options.deadline = Some(Duration::from_millis(100)));
    let campaign = Campaign::start(&client, single(), one_at_a_time());
    campaign.push(numbered(0..CHUNK)).await;
    campaign.push(numbered(CHUNK..2 * CHUNK)).await;
    let report = campaign.finish().await;
    assert_eq!((failed(&report)[0].0.len(), ids(&report.unsent).len()), (CHUNK, CHUNK));
    assert_eq!(failed(&report)[0].1.delivery(), Delivery::Unknown);
    assert!(matches!(report.error(), Some(Error::Timeout { kind: TimeoutKind::Deadline, .. })));
}

#[tokio::test]
async fn options_that_cannot_be_used_are_refused() {
    let client = accepting().await.client(|_| {});
    for (options, text) in [
        (BulkOptions { concurrency: NonZeroU32::new(1001).unwrap(), ..options() }, "must not be more than 1000"),
        // It publishes to each user once.
        (BulkOptions { dedupe: false, journal: Some(new_journal("dedupe")), ..options() }, "dedupe cannot be false"),
    ] {
        let (token, limits) = (client.track().unwrap(), client.config().bulk_limits());
        let error = BulkPublish::new(client.clone(), token, single(), limits, options).err().unwrap();
        assert_eq!(error.code(), "ERR_BEAMS_INVALID_ARGUMENT");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[tokio::test]
async fn the_deadline_of_the_client_is_not_that_of_a_campaign() {
    let client = accepting().await.client(|options| options.deadline = Some(Duration::from_millis(1)));
    assert_eq!(client.config().bulk_limits().deadline, None);
}

#[tokio::test]
async fn without_a_journal_duplicates_are_published_to_when_they_are_wanted() {
    let server = accepting().await;
    let campaign = Campaign::start(&server.client(|_| {}), single(), BulkOptions { dedupe: false, ..options() });
    campaign.push(numbered(0..CHUNK)).await;
    campaign.push(numbered(0..CHUNK)).await;
    let report = campaign.finish().await;
    assert_eq!((report.published_count, report.duplicate_count, server.times("user-0")), (2 * CHUNK, 0, 2));
}

#[tokio::test]
async fn nothing_is_sent_before_the_journal_is_open() {
    let server = accepting().await;
    let options = BulkOptions { journal: Some(new_journal("unopened")), ..options() };
    let campaign = Campaign::start(&server.client(|_| {}), single(), options);
    campaign.push(numbered(0..CHUNK)).await;
    let report = campaign.finish().await;
    assert_eq!((ids(&report.unsent).len(), server.times("user-0")), (CHUNK, 0));
}

#[tokio::test]
async fn a_journal_that_cannot_be_opened_ends_the_call() {
    let server = accepting().await;
    let folder = new_journal("folder").parent().unwrap().to_owned();
    let campaign =
        Campaign::start(&server.client(|_| {}), single(), BulkOptions { journal: Some(folder), ..options() });
    let error = soon(campaign.bulk.open_journal()).await.unwrap_err();
    assert_eq!(error.code(), "ERR_BEAMS_JOURNAL");
    assert!(!campaign.push(numbered(0..1)).await);
}

#[tokio::test]
async fn a_call_resumes_where_its_process_died() {
    let journal = new_journal("killed");
    let options = || BulkOptions { journal: Some(journal.clone()), ..one_at_a_time() };
    let (gate, arrived) = (Gate::closed(), Arc::new(AtomicUsize::new(0)));
    let (handler_gate, handler_arrived) = (gate.clone(), arrived.clone());
    // The first chunk is accepted, the second waits, and the third is never sent.
    let server = http1(move |request: Received| {
        let (gate, arrived) = (handler_gate.clone(), handler_arrived.clone());
        async move {
            if arrived.fetch_add(1, Ordering::AcqRel) == 1 {
                gate.wait().await;
            }
            request.process();
            ACCEPTED
        }
    })
    .await;
    let client = server.client(|_| {});
    let campaign = Campaign::start(&client, single(), options());
    campaign.bulk.open_journal().await.unwrap();
    let bulk = campaign.bulk.clone();
    let push = tokio::spawn(async move { bulk.push(numbered(0..3 * CHUNK)).await });
    until(|| arrived.load(Ordering::Acquire) == 2).await;
    drop(campaign.kill().await);
    push.abort();
    gate.open();

    let campaign = Campaign::start(&client, single(), options());
    campaign.bulk.open_journal().await.unwrap();
    campaign.push(numbered(0..3 * CHUNK)).await;
    let report = campaign.finish().await;
    assert_eq!((report.resumed_count, report.published_count), (CHUNK, CHUNK));
    let lost = failed(&report);
    assert_eq!((lost.len(), lost[0].0.len(), lost[0].1.delivery()), (1, CHUNK, Delivery::Unknown));
    assert_eq!(lost[0].0[0], "user-1000");
    assert!((0..3 * CHUNK).all(|user| server.times(&format!("user-{user}")) <= 1));

    // Only a client that may repeat what could have been processed publishes to them again.
    let campaign = Campaign::start(&server.client(|options| options.retry_unknown = Some(true)), single(), options());
    campaign.bulk.open_journal().await.unwrap();
    campaign.push(numbered(0..3 * CHUNK)).await;
    let report = campaign.finish().await;
    assert_eq!((report.resumed_count, report.published_count, report.failures.len()), (2 * CHUNK, CHUNK, 0));
}

#[tokio::test]
async fn the_repetition_of_a_lost_publish_stays_unknown_when_it_fails() {
    let journal = new_journal("repeated");
    let options = || BulkOptions { journal: Some(journal.clone()), ..options() };
    let is_first = Arc::new(AtomicBool::new(true));
    let server = http1(move |_| {
        let response = if is_first.swap(false, Ordering::AcqRel) { Response::Close } else { UNPROCESSABLE };
        async move { response }
    })
    .await;
    for attempt in 1..=2 {
        let client = server.client(|options| options.retry_unknown = Some(true));
        let campaign = Campaign::start(&client, single(), options());
        campaign.bulk.open_journal().await.unwrap();
        campaign.push(numbered(0..1)).await;
        let report = campaign.finish().await;
        assert_eq!(report.attempts, 1);
        assert_eq!(failed(&report)[0].1.delivery(), Delivery::Unknown, "process {attempt}");
    }
}

#[tokio::test]
async fn a_journal_is_of_one_payload() {
    let server = accepting().await;
    let journal = new_journal("payload");
    let options = || BulkOptions { journal: Some(journal.clone()), ..options() };
    let campaign = Campaign::start(&server.client(|_| {}), single(), options());
    campaign.bulk.open_journal().await.unwrap();
    campaign.push(numbered(0..1)).await;
    campaign.finish().await;
    let other = NamedRequests::single(ChunkRequest::new(&payload("other")).unwrap());
    let campaign = Campaign::start(&server.client(|_| {}), other, options());
    assert_eq!(campaign.bulk.open_journal().await.unwrap_err().code(), "ERR_BEAMS_JOURNAL");
}

/// What a simulated campaign does in the middle.
#[derive(Debug, Clone, Copy)]
enum Interruption {
    Nothing,
    Stop,
    Close,
}

/// One campaign against a server that accepts, refuses, loses and drops requests, and is interrupted or not.
async fn simulated_campaign(seed: u64) {
    let mut random = Rng::with_seed(seed);
    let interruption =
        random.choice([Interruption::Nothing, Interruption::Nothing, Interruption::Stop, Interruption::Close]).unwrap();
    let (trouble, interrupted_request) = (random.f64(), random.usize(0..6));
    let handle: Arc<OnceLock<(Arc<BulkPublish>, Arc<Client>)>> = Arc::default();
    let (interrupted, requests, fates) = (handle.clone(), AtomicUsize::new(0), Mutex::new(random.fork()));
    let server = http1(move |request: Received| {
        if requests.fetch_add(1, Ordering::AcqRel) == interrupted_request {
            let (bulk, client) = interrupted.get().unwrap();
            match interruption {
                Interruption::Nothing => {}
                Interruption::Stop => bulk.stop(),
                Interruption::Close => client.close(),
            }
        }
        let mut fates = fates.lock().unwrap();
        let is_processed = fates.bool();
        let response = if fates.f64() < trouble {
            fates.choice([UNPROCESSABLE, REFUSED, LOST, Response::Close, Response::CutOff(200), UNAUTHORIZED]).unwrap()
        } else {
            ACCEPTED
        };
        // The first two tell the client what the server did. With the others it may have done either.
        match response {
            Response::Status(200, _) => request.process(),
            UNPROCESSABLE | REFUSED | UNAUTHORIZED => {}
            _ if is_processed => request.process(),
            _ => {}
        }
        async move { response }
    })
    .await;
    let client = server.client(|_| {});
    let stop_on_error = random.u8(..) < 64;
    let concurrency = NonZeroU32::new(random.u32(1..=6)).unwrap();
    let mut requests = NamedRequests::default();
    for name in ["a", "b", "c"] {
        requests.push(name.into(), Ok(payload(name))).unwrap();
    }
    let campaign = Campaign::start(&client, requests, BulkOptions { concurrency, stop_on_error, ..options() });
    assert!(handle.set((campaign.bulk.clone(), client)).is_ok());

    let (mut unique, mut count) = (HashSet::new(), 0);
    for _ in 0..random.usize(0..8) {
        let users: Vec<String> = (0..random.usize(0..2500)).map(|_| random.usize(0..20_000).to_string()).collect();
        let choices = users.iter().map(|_| match random.u8(0..100) {
            0 => Choice::Own(0),
            1 => Choice::Nothing(0),
            number => Choice::Named(usize::from(number) % 3),
        });
        count += users.len();
        let choices = choices.collect();
        unique.extend(users.iter().cloned());
        let (payloads, reasons) = (vec![payload("own")], vec!["none".into()]);
        campaign.push(UserBatch { choices, payloads, reasons, ..batch(users) }).await;
    }
    let report = campaign.finish().await;

    assert_eq!(report.user_count(), count, "seed {seed}: users are missing");
    let mut unpublished: HashMap<String, Delivery> = HashMap::new();
    for (users, error) in failed(&report) {
        unpublished.extend(users.into_iter().map(|user| (user, error.delivery())));
    }
    unpublished.extend(ids(&report.unsent).into_iter().map(|user| (user, Delivery::NotSent)));
    assert_eq!(report.published_count + unpublished.len(), unique.len(), "seed {seed}: a user is in two places");
    assert_eq!(report.published_count, report.publishes.iter().map(|publish| publish.users).sum::<usize>());
    for user in unique {
        let times = server.times(&user);
        let is_true = match unpublished.get(&user) {
            None => times == 1,
            Some(Delivery::NotSent | Delivery::Refused) => times == 0,
            Some(Delivery::Unknown) => times <= 1,
        };
        assert!(
            is_true,
            "seed {seed}: {user} was published to {times} times, and reported as {:?}",
            unpublished.get(&user)
        );
    }
}

/// `SIMULATION_SEED=<seed> cargo test --package beams --test bulk` replays one.
#[tokio::test]
async fn whatever_the_server_does_the_report_agrees_with_it() {
    match std::env::var("SIMULATION_SEED") {
        Ok(seed) => simulated_campaign(seed.parse().unwrap()).await,
        Err(_) => {
            for seed in 0..SEEDS {
                simulated_campaign(seed).await;
            }
        }
    }
}

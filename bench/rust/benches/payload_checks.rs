//! What the payload checker costs beside the publish that it is for.

use std::hint::black_box;

use beams::checks::check_payload;
use beams::client::Client;
use beams::config::{ClientOptions, Config};
use beams::payload_checks::PayloadChecks;
use beams::targets::kind::USERS;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;

const CORRECT: &str = r#"{"apns":{"aps":{"alert":{"title":"Your order","body":"It is on its way."},"sound":"default"},"data":{"id":"7"}},"fcm":{"notification":{"title":"Your order","body":"It is on its way."},"data":{"id":"7"}},"web":{"notification":{"title":"Your order","body":"It is on its way.","deep_link":"https://example.com/orders/7"},"data":{"id":"7"}}}"#;

const WRONG: &str = r#"{"apns":{"alert":{"title":"Your order","body":"It is on its way."},"sound":"default","data":{"id":7}},"fcm":{"android":{"priority":"high"},"notification":{"title":"Your order","clickAction":"https://example.com/orders/7"},"data":{"id":7}},"web":{"notification":{"titel":"Your order","body":"undefined","deep_link":"/orders/7"}}}"#;

fn checks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a payload is checked");
    for (name, json) in [("a correct one", CORRECT), ("one with many mistakes", WRONG)] {
        group.throughput(Throughput::Bytes(json.len() as u64));
        let payload: Value = serde_json::from_str(json).expect("it is JSON");
        group.bench_function(name, |bencher| bencher.iter(|| check_payload(black_box(&payload), Some(&USERS))));
    }
    let large = format!(r#"{{"web":{{"notification":{{"title":"x"}},"data":["{}"]}}}}"#, "x\",\"".repeat(40_000));
    let payload: Value = serde_json::from_str(&large).expect("it is JSON");
    group.throughput(Throughput::Bytes(large.len() as u64));
    group.bench_function("one of 160 kB", |bencher| {
        bencher.iter(|| check_payload(black_box(&payload), Some(&USERS)));
    });
    group.finish();
}

/// The worker's time that a client's checks add to a publish.
fn publishes(criterion: &mut Criterion) {
    let client = |payload_checks| {
        let (instance_id, secret_key) = ("my-instance".into(), "my-key".into());
        let options = ClientOptions { instance_id, secret_key, payload_checks, ..ClientOptions::default() };
        Client::new(Config::new(options).expect("the settings are valid")).expect("the settings make URLs")
    };
    let mut group = criterion.benchmark_group("the payload of a publish");
    group.throughput(Throughput::Bytes(CORRECT.len() as u64));
    let (off, warn) = (client(PayloadChecks::Off), client(PayloadChecks::Warn));
    let payload: Vec<u16> = CORRECT.encode_utf16().collect();
    group.bench_function("not checked", |bencher| bencher.iter(|| off.check_payload(&USERS, black_box(&payload))));
    group.bench_function("checked before", |bencher| bencher.iter(|| warn.check_payload(&USERS, black_box(&payload))));
    let mut number = 0_u32;
    let mut fresh = || {
        number += 1;
        CORRECT.replace("Your order", &format!("{number:010}")).encode_utf16().collect::<Vec<u16>>()
    };
    group.bench_function("for the first time", |bencher| {
        bencher.iter_batched(&mut fresh, |payload| warn.check_payload(&USERS, &payload), BatchSize::SmallInput);
    });
    group.finish();
}

criterion_group!(payload_checks, checks, publishes);
criterion_main!(payload_checks);

//! What the payload checker costs beside the publish that it is for.

use std::hint::black_box;

use beams::checks::check_payload;
use beams::targets::kind::USERS;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
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

criterion_group!(payload_checks, checks);
criterion_main!(payload_checks);

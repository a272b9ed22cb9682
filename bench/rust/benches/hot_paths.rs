//! What a publish costs in Rust, part by part. The network is left to the benchmarks that run whole processes.

use std::hint::black_box;

use beams::bulk::chunker::{Chunker, IdBatch};
use beams::client::Client;
use beams::config::{ClientOptions, Config};
use beams::http::request::{PublishBody, Routes};
use beams::targets::interests::INTERESTS;
use beams::targets::users::{USERS, UserId};
use beams::webhook;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn config() -> Config {
    let options =
        ClientOptions { instance_id: "my-instance".into(), secret_key: "my-key".into(), ..ClientOptions::default() };
    Config::new(options).expect("the settings are valid")
}

fn tokens(criterion: &mut Criterion) {
    let client = Client::new(config()).expect("the settings make URLs");
    let user_id = units("user-00000000000000001");
    criterion.bench_function("a token", |bencher| {
        bencher.iter(|| client.generate_token(UserId::new(black_box(&user_id)).expect("it is valid"), None));
    });
}

fn requests(criterion: &mut Criterion) {
    let routes = Routes::new(&config()).expect("the settings make URLs");
    let notification =
        r#""web":{"notification":{"title":"Hello","body":"Hello, world! This is an ordinary notification."}}"#;
    let users: Vec<String> = (0..1000).map(|number| format!("\"user-{number:020}\"")).collect();
    let mut group = criterion.benchmark_group("the request of a publish");
    for (name, kind, body) in [
        ("to two interests", &INTERESTS, format!(r#"{{{notification},"interests":["hello","donuts"]}}"#)),
        ("to 1 000 users", &USERS, format!(r#"{{{notification},"users":[{}]}}"#, users.join(","))),
        ("to a user, with an emoji", &USERS, format!(r#"{{{notification},"data":"🍩","users":["user-1"]}}"#)),
    ] {
        let body = units(&body);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || body.clone(),
                |body| routes.publish(&PublishBody::new(kind, body, None).expect("the targets are valid")),
                BatchSize::SmallInput,
            );
        });
    }
}

fn many_users(criterion: &mut Criterion) {
    const COUNT: usize = 10_000;
    let text = (0..COUNT).flat_map(|number| units(&format!("user-{number:015}"))).collect();
    let block = IdBatch { text, lengths: vec![20; COUNT] };
    let mut group = criterion.benchmark_group("10 000 users into chunks");
    group.throughput(Throughput::Elements(COUNT as u64));
    for (name, dedupe) in [("each once", true), ("as they come", false)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut chunks = Chunker::new(200 * 1024, dedupe);
                (chunks.add(black_box(&block)), chunks.rest())
            });
        });
    }
}

fn webhooks(criterion: &mut Criterion) {
    let body = r#"{"payload":{"instance_id":"i","publish_id":"p","user_id":"u"},"metadata":{"created_at":"2019-03-11T10:42:16+0000","event_type":"v1.UserNotificationOpen","event_id":"e1","product":"beams"},"custom_data":{}}"#;
    let secrets = ["the secret of the webhook".to_owned()];
    let signature = webhook::sign(body.as_bytes(), &secrets[0]).expect("there is a secret");
    criterion.bench_function("a webhook", |bencher| {
        bencher.iter(|| {
            webhook::verify(black_box(body.as_bytes()), Some(&signature), &secrets)
                .and_then(|()| webhook::Event::read(body))
        });
    });
}

criterion_group!(hot_paths, tokens, requests, many_users, webhooks);
criterion_main!(hot_paths);

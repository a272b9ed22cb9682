//! What a publish costs in Rust, part by part. The network is left to the benchmarks that run whole processes.

use std::hint::black_box;

use beams::bulk::intake::{Intake, UserBatch};
use beams::bulk::requests::{ChunkRequest, NamedRequests};
use beams::client::Client;
use beams::config::{ClientOptions, Config};
use beams::publish::Publish;
use beams::targets::kind::{INTERESTS, USERS};
use beams::targets::list::IdBatch;
use beams::targets::user_id::UserId;
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

fn batch(ids: &[String]) -> IdBatch {
    IdBatch {
        text: units(&ids.concat()),
        lengths: ids.iter().map(|id| u32::try_from(id.len()).expect("ids are short")).collect(),
    }
}

fn bodies(criterion: &mut Criterion) {
    let notification =
        r#"{"web":{"notification":{"title":"Hello","body":"Hello, world! This is an ordinary notification."}}}"#;
    let emoji = notification.replace("ordinary", "🍩");
    let users: Vec<String> = (0..1000).map(|number| format!("user-{number:020}")).collect();
    let mut group = criterion.benchmark_group("the body of a publish");
    for (name, kind, targets, payload) in [
        ("to two interests", &INTERESTS, batch(&["hello".into(), "donuts".into()]), notification),
        ("to 1 000 users", &USERS, batch(&users), notification),
        ("to a user, with an emoji", &USERS, batch(&["user-1".into()]), &emoji),
    ] {
        let payload = units(payload);
        group.throughput(Throughput::Elements(targets.lengths.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Publish {
                    kind,
                    targets: targets.clone(),
                    not_a_string: None,
                    payload: payload.clone(),
                    enforce_body_limit: true,
                },
                |publish| publish.into_body().expect("the targets are valid"),
                BatchSize::SmallInput,
            );
        });
    }
}

fn many_users(criterion: &mut Criterion) {
    const COUNT: usize = 10_000;
    let text = (0..COUNT).flat_map(|number| units(&format!("user-{number:015}"))).collect();
    let batch = IdBatch { text, lengths: vec![20; COUNT] };
    let mut group = criterion.benchmark_group("10 000 users into chunks");
    group.throughput(Throughput::Elements(COUNT as u64));
    for (name, dedupe) in [("each once", true), ("as they come", false)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let request = ChunkRequest::new(&units("{}")).expect("it is an object");
                let mut intake = Intake::new(&NamedRequests::single(request), dedupe);
                let batch = UserBatch { ids: black_box(&batch).clone(), ..UserBatch::default() };
                (intake.add(batch, |_| Ok(())), intake.flush())
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

criterion_group!(hot_paths, tokens, bodies, many_users, webhooks);
criterion_main!(hot_paths);

//! What the client writes of an interest or a user id, `serde_json` reads as the same string.
//!
//! Each line is a target, in which `\d800` stands for a unit of UTF-16.

use std::collections::HashSet;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use beams::client::Client;
use beams::config::{ClientOptions, Config};
use beams::fuzzing::body_json;
use beams::publish::Publish;
use beams::targets::json::write_string;
use beams::targets::kind::{INTERESTS, TargetKind, USERS};
use beams::targets::list::IdBatch;
use beams::targets::user_id::UserId;
use serde_json::value::RawValue;

use crate::input::{json_strings, show, text, units};

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let options = ClientOptions {
        instance_id: "my-instance".into(),
        secret_key: "my-key".into(),
        proxy: Some("http://proxy.example".into()),
        ..ClientOptions::default()
    };
    Client::new(Config::new(options).expect("the options are valid")).expect("the options are valid")
});

#[derive(serde::Deserialize)]
struct Claims<'a> {
    #[serde(borrow)]
    sub: &'a RawValue,
}

/// Writes targets as JSON in each place where they occur.
pub fn check(input: &[u8]) {
    let ids: Vec<Vec<u16>> = text(input).split('\n').map(units).collect();
    for id in &ids {
        let mut json = String::new();
        write_string(id, &mut json);
        check_string(&json, id);
        if let Ok(text) = String::from_utf16(id) {
            assert_eq!(Some(json), serde_json::to_string(&text).ok());
        }
        check_token(id);
    }
    check_body(&INTERESTS, &ids);
    check_body(&USERS, &ids);
}

fn check_string(json: &str, id: &[u16]) {
    let read = json_strings(format!("[{json}]").as_bytes()).expect("it is JSON");
    assert_eq!(read, [id], "{}", show(id));
}

fn check_token(id: &[u16]) {
    let Ok(user_id) = UserId::new(id) else { return };
    let token = CLIENT.generate_token(user_id, None).expect("an id can be signed");
    let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok()).expect("it is a token");
    let claims: Claims<'_> = serde_json::from_slice(&claims).expect("claims are JSON");
    check_string(claims.sub.get(), id);
}

fn check_body(kind: &'static TargetKind, ids: &[Vec<u16>]) {
    let publish = Publish {
        kind,
        targets: IdBatch { text: ids.concat(), lengths: ids.iter().map(|id| id.len() as u32).collect() },
        not_a_string: None,
        payload: r#"{"web":{"time_to_live":1}}"#.encode_utf16().collect(),
        enforce_body_limit: false,
    };
    let body = publish.into_body();
    assert_eq!(body.is_ok(), ids.iter().all(|id| kind.allows(id)));
    assert_eq!(body.is_ok(), ids.iter().all(|id| kind.check(id).is_ok()));
    let Ok(body) = body else { return };
    let prefix = format!(r#"{{"web":{{"time_to_live":1}},"{}":"#, kind.key);
    let list = body_json(&body).strip_prefix(prefix.as_bytes()).and_then(|rest| rest.strip_suffix(b"}"));
    let mut seen = HashSet::new();
    let unique: Vec<&Vec<u16>> = ids.iter().filter(|id| seen.insert(*id)).collect();
    let read = json_strings(list.expect("targets come last")).expect("it is JSON");
    assert_eq!(read.iter().collect::<Vec<_>>(), unique);
}

use std::collections::BTreeSet;
use std::iter::successors;

use serde_json::json;

use super::*;
use crate::error::connection::ConnectionErrorKind as Kind;
use crate::http::response::Response;
use crate::targets::user_id::{EncodedUserId, UserId};
use crate::{checks, endpoint, message, proxy, tls, webhook};

/// The kind after this one. The match is exhaustive, so that a new kind does not compile before it has its place here.
fn next(kind: &Kind) -> Option<Kind> {
    Some(match kind {
        Kind::NameNotFound => Kind::NameServiceUnavailable,
        Kind::NameServiceUnavailable => Kind::Refused,
        Kind::Refused => Kind::Closed,
        Kind::Closed => Kind::HostUnreachable,
        Kind::HostUnreachable => Kind::NetworkUnreachable,
        Kind::NetworkUnreachable => Kind::TimedOut,
        Kind::TimedOut => Kind::NotPermitted,
        Kind::NotPermitted => Kind::NoLocalPort,
        Kind::NoLocalPort => Kind::TooManyOpenFiles,
        Kind::TooManyOpenFiles => {
            Kind::TrustUnavailable { source: "SSL_CERT_FILE=/nowhere".into(), reason: std::io::ErrorKind::NotFound }
        }
        Kind::TrustUnavailable { .. } => Kind::CertificateExpired,
        Kind::CertificateExpired => Kind::CertificateNotYetValid,
        Kind::CertificateNotYetValid => Kind::CertificateHost,
        Kind::CertificateHost => Kind::CertificateCommonName,
        Kind::CertificateCommonName => Kind::CertificateIssuer,
        Kind::CertificateIssuer => Kind::CertificateSelfSigned,
        Kind::CertificateSelfSigned => Kind::CertificateChainSelfSigned,
        Kind::CertificateChainSelfSigned => Kind::CertificateAuthority,
        Kind::CertificateAuthority => Kind::CertificatePurpose,
        Kind::CertificatePurpose => Kind::CertificateAlgorithm,
        Kind::CertificateAlgorithm => Kind::CertificateSignature,
        Kind::CertificateSignature => Kind::CertificateInvalid,
        Kind::CertificateInvalid => Kind::TlsHandshake,
        Kind::TlsHandshake => Kind::Tls,
        Kind::Tls => Kind::ProxyAuthentication,
        Kind::ProxyAuthentication => Kind::ProxyRefused,
        Kind::ProxyRefused => Kind::NotProcessed,
        Kind::NotProcessed => Kind::Protocol,
        Kind::Protocol => Kind::TooLarge,
        Kind::TooLarge => Kind::Other,
        // Those of the way to a proxy are wrapped in `connection_errors`.
        Kind::Other | Kind::ProxyUnreachable { .. } => return None,
    })
}

/// An error of every kind, with the service and with a proxy.
fn connection_errors() -> impl Iterator<Item = Error> {
    let kinds = successors(Some(Kind::NameNotFound), next);
    let kinds = kinds.flat_map(|reason| {
        let proxy = Kind::ProxyUnreachable { proxy: "proxy.example:3128".into(), reason: Box::new(reason.clone()) };
        [reason, proxy]
    });
    kinds.map(|kind| Error::Connection {
        error: ConnectionError { kind, host: "beams.example:443".into() },
        delivery: Delivery::NotSent,
        source: "the library's text.".into(),
    })
}

fn timeout(kind: TimeoutKind, source: Option<Box<Error>>) -> Error {
    Error::Timeout { kind, limit: Duration::from_secs(1), delivery: Delivery::NotSent, source }
}

/// An argument for each text that refuses one. The official SDK's texts are not among them: they are used as they are.
fn argument_errors() -> Vec<Error> {
    let endpoint = |text| endpoint::base_url("i", Some(text), None).unwrap_err();
    let message = |members| message::to_publish_request(&members, std::time::UNIX_EPOCH).unwrap_err();
    let lone_surrogate = [0x61, 0xd800];
    vec![
        endpoint(""),
        endpoint("a b"),
        endpoint("ftp://a"),
        endpoint("https://"),
        endpoint("https://u:p@a"),
        endpoint("https://a?b"),
        proxy::Route::choose(Some("ftp://a"), &"http://a".parse().unwrap(), |_| None).unwrap_err(),
        tls::certificates(b"").unwrap_err(),
        tls::certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").unwrap_err(),
        webhook::sign(b"", "").unwrap_err(),
        EncodedUserId::new(&lone_surrogate).unwrap_err(),
        EncodedUserId::new(&[0x2e]).unwrap_err(),
        UserId::new(&[]).unwrap_err(),
        UserId::new(&[0x61; 200]).unwrap_err(),
        message(json!([])),
        message(json!({})),
        message(json!({"titel": ""})),
        message(json!({"title": ""})),
        message(json!({"title": "t", "body": "b", "link": "/a"})),
        message(json!({"title": "t", "body": "b", "link": "/a", "baseUrl": "b"})),
        message(json!({"title": "t", "body": "b", "link": "https://"})),
        message(json!({"title": "t", "body": "b", "ttl": -1})),
        message(json!({"title": "t", "body": "b", "data": {"from": ""}})),
        message(json!({"silent": true, "title": "t"})),
        message::from_json("", &[], std::time::UNIX_EPOCH).unwrap_err(),
        message::from_json("{}", &[vec!["data".into(), "a".into()]], std::time::UNIX_EPOCH).unwrap_err(),
    ]
}

/// Whether a text is punctuated as one message: phrases that semicolons and colons join, without a full stop at the end,
/// or whole sentences, each with its own.
fn is_punctuated(text: &str) -> bool {
    let text = text.trim_end_matches("...");
    let is_doubled = ["..", ".:", ".;", ".,", ",,", ";;", ":;", " .", " ,", " ;", " :", "  "];
    let has_sentences = text.split(". ").skip(1).any(|next| next.starts_with(char::is_uppercase));
    let ends_well = if has_sentences { text.ends_with('.') } else { !text.ends_with(['.', ':', ';', ',', ' ']) };
    !text.is_empty() && ends_well && !is_doubled.iter().any(|doubled| text.contains(doubled))
}

#[test]
fn punctuation_is_neither_doubled_nor_missing() {
    for text in ["a: b; c", "is it? see d", "One. Two."] {
        assert!(is_punctuated(text), "{text}");
    }
    for text in ["", "a.", "a.: b", "a..", "a. B", "a:", "a: b.; c", "a  b", "a ; b"] {
        assert!(!is_punctuated(text), "{text}");
    }
}

#[test]
fn every_error_text_is_punctuated() {
    let responses = [200, 302, 400, 401, 402, 404, 422, 429, 500].into_iter().flat_map(|status| {
        let bodies = [None, Some(""), Some("<html>"), Some("{}"), Some(r#"{"error":"E","description":"D"}"#)];
        bodies.map(|body| {
            let body = body.map(|body| body.as_bytes().to_vec()).ok_or(Error::Interrupted);
            Response { status, retry_after: None, body }.publish_id().unwrap_err()
        })
    });
    let webhooks = [
        webhook::verify(b"", None, &["s".into()]).unwrap_err(),
        webhook::verify(b"", Some("zz"), &["s".into()]).unwrap_err(),
        webhook::verify(b"", Some("00"), &["s".into()]).unwrap_err(),
        webhook::Event::read("").unwrap_err(),
    ];
    let others = [
        timeout(TimeoutKind::Connect, None),
        timeout(TimeoutKind::Response, None),
        timeout(TimeoutKind::Deadline, None),
        timeout(TimeoutKind::Deadline, Some(Box::new(timeout(TimeoutKind::Response, None)))),
        Error::Closed,
        Error::Interrupted,
        Error::Internal("a call panicked".into()),
    ];
    let mut codes = BTreeSet::new();
    let errors = connection_errors().chain(argument_errors()).chain(responses).chain(webhooks).chain(others);
    for error in errors {
        assert!(is_punctuated(&error.to_string()), "{error}");
        codes.insert(error.code());
    }
    assert_eq!(codes.len(), 15, "an error of each code: {codes:?}");
}

#[test]
fn a_connection_error_names_its_host() {
    for error in connection_errors() {
        assert!(error.to_string().contains("beams.example"), "{error}");
    }
}

fn status(status: u16) -> Error {
    let delivery = Delivery::Refused;
    Error::Status { message: String::new(), status, error: None, description: None, retry_after: None, delivery }
}

#[test]
fn a_status_decides_the_code() {
    for (code, statuses) in [
        ("ERR_BEAMS_INVALID_ARGUMENT", &[400, 405, 408, 413, 415, 499][..]),
        ("ERR_BEAMS_UNAUTHORIZED", &[401, 403]),
        ("ERR_BEAMS_PAYMENT_REQUIRED", &[402]),
        ("ERR_BEAMS_NOT_FOUND", &[404]),
        ("ERR_BEAMS_UNPROCESSABLE", &[422]),
        ("ERR_BEAMS_RATE_LIMITED", &[429]),
        ("ERR_BEAMS_SERVER", &[500, 502, 503, 504, 599]),
        ("ERR_BEAMS_BAD_RESPONSE", &[301, 302, 304, 308, 600]),
    ] {
        for &number in statuses {
            assert_eq!(status(number).code(), code, "{number}");
        }
    }
}

#[test]
fn a_delivery_stays_unknown_after_a_later_attempt() {
    assert_eq!(status(429).after_unknown().delivery(), Delivery::Unknown);
    for kind in [TimeoutKind::Connect, TimeoutKind::Response, TimeoutKind::Deadline] {
        assert_eq!(timeout(kind, None).delivery(), Delivery::NotSent);
        assert_eq!(timeout(kind, None).after_unknown().delivery(), Delivery::Unknown);
    }
}

#[test]
fn a_limit_is_shown_as_it_is_applied_in_whole_milliseconds() {
    for (nanoseconds, shown) in [(1, 1), (400_000, 1), (1_000_000, 1), (1_500_000, 2), (30_000_000_000, 30_000)] {
        let limit = Duration::from_nanos(nanoseconds);
        for kind in [TimeoutKind::Connect, TimeoutKind::Response, TimeoutKind::Deadline] {
            for source in [None, Some(Box::new(Error::Interrupted))] {
                let text = Error::Timeout { kind, limit, delivery: Delivery::NotSent, source }.to_string();
                assert!(text.contains(&format!(" {shown} ms")), "{text}");
            }
        }
    }
}

#[test]
fn an_error_of_a_time_limit_says_which_one() {
    for (error, text) in [
        (timeout(TimeoutKind::Connect, None), "connecting to the service took longer than 1000 ms"),
        (
            timeout(TimeoutKind::Stream, None),
            "waiting for a free HTTP/2 stream or a new connection took longer than 1000 ms",
        ),
        (timeout(TimeoutKind::Response, None), "the service did not respond within 1000 ms"),
        (timeout(TimeoutKind::Deadline, None), "the call could not be completed before its deadline of 1000 ms"),
        (
            timeout(TimeoutKind::Deadline, Some(Box::new(Error::Internal("oops".into())))),
            "the deadline of 1000 ms leaves no time for another attempt; the last one failed: internal error in beams-native, please report it: oops",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn the_error_of_a_closed_client_includes_that_of_the_last_attempt() {
    let closed = |source| Error::ClosedInFlight { delivery: Delivery::NotSent, source };
    for (error, text) in [
        (closed(None), "the client was closed before the call was complete"),
        (
            closed(Some(Box::new(timeout(TimeoutKind::Response, None)))),
            "the client was closed before the call was complete; the last attempt failed: the service did not respond within 1000 ms",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_refused_payload_is_explained_by_its_first_finding() {
    let payload = r#"{"fcm":{"notification":{"title":5,"body":5},"priority":5}}"#;
    let findings = checks::check_json(payload, None).unwrap();
    assert!(findings.len() > 2, "{findings:?}");
    let (first, more) = (findings[0].describe(), findings.len() - 1);
    for (findings, text) in [
        (vec![], "nothing would be shown: ".to_owned()),
        (findings[..1].to_vec(), format!("nothing would be shown: {first}")),
        (findings, format!("nothing would be shown: {first} ({more} more in `findings`)")),
    ] {
        assert_eq!(Error::Payload { findings }.to_string(), text);
    }
}

#[test]
fn the_status_of_a_response_is_kept_and_survives_a_journal() {
    let bad_response = Error::BadResponse { message: "".into(), status: 200 };
    for (error, expected) in [(status(422), Some(422)), (bad_response, Some(200)), (Error::Closed, None)] {
        assert_eq!(error.status(), expected);
        assert_eq!(Error::Recorded(RecordedError::from(&error)).status(), expected);
    }
}

#[test]
fn the_texts_of_the_service_survive_a_journal() {
    let mut error = status(422);
    if let Error::Status { message, error, description, .. } = &mut error {
        *message = "422 Title - Text".into();
        (*error, *description) = (Some("Title".into()), Some("Text".into()));
    }
    let recorded = RecordedError::from(&error);
    assert_eq!((recorded.error.as_deref(), recorded.description.as_deref()), (Some("Title"), Some("Text")));
    assert_eq!(Error::Recorded(recorded.clone()).to_string(), "422 Title - Text");
    assert_eq!(RecordedError::from(&Error::Recorded(recorded.clone())), recorded, "when it is recorded again");
}

#[test]
fn an_error_is_unknown_if_an_earlier_process_may_have_made_its_request() {
    let refused = status(422).after_earlier_process();
    assert!(matches!(refused, Error::Status { delivery: Delivery::Unknown, status: 422, .. }), "{refused:?}");
    let interrupted = Error::Interrupted.after_earlier_process();
    assert_eq!((interrupted.code(), interrupted.delivery()), ("ERR_BEAMS_INTERRUPTED", Delivery::Unknown));
    assert_eq!(interrupted.to_string(), Error::Interrupted.to_string());
}

#[test]
fn names_in_a_journal_are_read_back() {
    for delivery in [Delivery::NotSent, Delivery::Refused, Delivery::Unknown] {
        assert_eq!(Delivery::named(delivery.as_str()), Some(delivery));
    }
    assert_eq!(Delivery::Unknown.as_str(), "unknown");
    assert_eq!(Delivery::named("sent"), None);
    assert_eq!(RecordedError::code_named("ERR_BEAMS_NOT_FOUND"), Some("ERR_BEAMS_NOT_FOUND"));
    assert_eq!(RecordedError::code_named("ERR_BEAMS_OTHER"), None);
}

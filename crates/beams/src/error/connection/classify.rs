//! Maps the errors of libraries to a [`ConnectionErrorKind`]. The one place that knows the HTTP library's errors.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use reqwest::Error as HttpError;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use super::kind::ConnectionErrorKind;

/// An error whose kind is known where it occurs. It travels inside the HTTP library's errors, and [`classify`] finds it there.
#[derive(Debug)]
pub struct Classified {
    kind: ConnectionErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

impl Classified {
    /// An error of this kind.
    pub(crate) fn new(kind: ConnectionErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }
}

impl fmt::Display for Classified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(formatter)
    }
}

impl StdError for Classified {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.source()
    }
}

/// The kind of an error of the HTTP library.
pub fn classify(error: &HttpError) -> ConnectionErrorKind {
    classify_chain(error)
}

/// The kind of any error: that of the first cause in its chain of sources whose kind is known.
pub(crate) fn classify_chain(error: &(dyn StdError + 'static)) -> ConnectionErrorKind {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(kind) = classify_cause(error) {
            return kind;
        }
        source = error.source();
    }
    ConnectionErrorKind::Other
}

/// The kind of an error that cut off the body of a response.
pub(crate) fn classify_body(error: &HttpError) -> ConnectionErrorKind {
    match classify_chain(error) {
        ConnectionErrorKind::Other if is_malformed(error) => ConnectionErrorKind::Protocol,
        // A response had begun, so a stream that is refused now was processed, or may have been.
        ConnectionErrorKind::Other | ConnectionErrorKind::NotProcessed => ConnectionErrorKind::Closed,
        kind => kind,
    }
}

/// Whether hyper could not read the chunks of the body, which it reports as an I/O error.
fn is_malformed(error: &HttpError) -> bool {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData);
        }
        source = error.source();
    }
    false
}

fn classify_cause(error: &(dyn StdError + 'static)) -> Option<ConnectionErrorKind> {
    if let Some(error) = error.downcast_ref::<Classified>() {
        return Some(error.kind.clone());
    }
    if let Some(error) = error.downcast_ref::<TlsError>() {
        return Some(classify_tls(error));
    }
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        return Some(if is_not_processed(error) {
            ConnectionErrorKind::NotProcessed
        } else {
            ConnectionErrorKind::Closed
        });
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return match error {
            error if error.is_incomplete_message() => Some(ConnectionErrorKind::Closed),
            error if error.is_parse() => Some(ConnectionErrorKind::Protocol),
            _ => None,
        };
    }
    classify_io(error.downcast_ref::<io::Error>()?)
}

/// The kind of an error of the operating system, if it is one of a connection.
pub fn classify_io(error: &io::Error) -> Option<ConnectionErrorKind> {
    // `source()` of an I/O error that wraps another one skips the wrapped error.
    if let Some(kind) = error.get_ref().and_then(|inner| classify_cause(inner)) {
        return Some(kind);
    }
    if is_too_many_open_files(error) {
        return Some(ConnectionErrorKind::TooManyOpenFiles);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(ConnectionErrorKind::Refused),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(ConnectionErrorKind::Closed),
        io::ErrorKind::HostUnreachable => Some(ConnectionErrorKind::HostUnreachable),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => Some(ConnectionErrorKind::NetworkUnreachable),
        io::ErrorKind::TimedOut => Some(ConnectionErrorKind::TimedOut),
        io::ErrorKind::PermissionDenied => Some(ConnectionErrorKind::NotPermitted),
        io::ErrorKind::AddrNotAvailable => Some(ConnectionErrorKind::NoLocalPort),
        _ => None,
    }
}

/// The standard library has no kind for it. The numbers are EMFILE and ENFILE, or ERROR_TOO_MANY_OPEN_FILES and WSAEMFILE.
pub(crate) fn is_too_many_open_files(error: &io::Error) -> bool {
    let codes = if cfg!(windows) { [4, 10024] } else { [24, 23] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// HTTP/2 guarantees that these requests were not processed (RFC 9113, sections 6.8 and 8.7): a stream that was refused, or
/// one above the last stream id of a GOAWAY.
fn is_not_processed(error: &h2::Error) -> bool {
    error.is_remote()
        && ((error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
            || (error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)))
}

fn classify_tls(error: &TlsError) -> ConnectionErrorKind {
    match error {
        TlsError::InvalidCertificate(certificate) => classify_certificate(certificate),
        TlsError::PeerIncompatible(_)
        | TlsError::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion) => {
            ConnectionErrorKind::TlsHandshake
        }
        TlsError::Other(other) => {
            other.0.downcast_ref::<Classified>().map_or(ConnectionErrorKind::Tls, |error| error.kind.clone())
        }
        _ => ConnectionErrorKind::Tls,
    }
}

fn classify_certificate(error: &CertificateError) -> ConnectionErrorKind {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => ConnectionErrorKind::CertificateExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ConnectionErrorKind::CertificateNotYetValid
        }
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            ConnectionErrorKind::CertificateCommonName
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ConnectionErrorKind::CertificateHost
        }
        CertificateError::UnknownIssuer => ConnectionErrorKind::CertificateIssuer,
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ConnectionErrorKind::CertificatePurpose
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            ConnectionErrorKind::CertificateAlgorithm
        }
        CertificateError::BadSignature => ConnectionErrorKind::CertificateSignature,
        CertificateError::Other(other) => other
            .0
            .downcast_ref::<Classified>()
            .map_or(ConnectionErrorKind::CertificateInvalid, |error| error.kind.clone()),
        _ => ConnectionErrorKind::CertificateInvalid,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use h2::Reason;
    use rustls::pki_types::ServerName;
    use rustls::{OtherError, PeerIncompatible};

    use super::*;
    use crate::error::{Delivery, Error};

    fn other() -> OtherError {
        OtherError(Arc::new(Classified::new(ConnectionErrorKind::CertificateSelfSigned, "self-signed")))
    }

    #[test]
    fn a_certificate_is_rejected_for_its_reason() {
        use ConnectionErrorKind as Kind;
        let name = |presented: &[&str]| CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("beams.example").unwrap(),
            presented: presented.iter().map(|&name| name.to_owned()).collect(),
        };
        for (error, expected) in [
            (CertificateError::Expired, Kind::CertificateExpired),
            (CertificateError::NotValidYet, Kind::CertificateNotYetValid),
            (CertificateError::NotValidForName, Kind::CertificateHost),
            (name(&["DNS:other.example"]), Kind::CertificateHost),
            (name(&[]), Kind::CertificateCommonName),
            (CertificateError::UnknownIssuer, Kind::CertificateIssuer),
            (CertificateError::InvalidPurpose, Kind::CertificatePurpose),
            (
                CertificateError::UnsupportedSignatureAlgorithmContext {
                    signature_algorithm_id: vec![],
                    supported_algorithms: vec![],
                },
                Kind::CertificateAlgorithm,
            ),
            (CertificateError::BadSignature, Kind::CertificateSignature),
            (CertificateError::Other(other()), Kind::CertificateSelfSigned),
            (CertificateError::Other(OtherError(Arc::new(io::Error::other("")))), Kind::CertificateInvalid),
            (CertificateError::BadEncoding, Kind::CertificateInvalid),
        ] {
            assert_eq!(classify_chain(&TlsError::InvalidCertificate(error)), expected);
        }
    }

    #[test]
    fn an_error_of_tls_is_one_of_the_handshake_where_nothing_is_in_common() {
        use ConnectionErrorKind::{CertificateSelfSigned, Tls, TlsHandshake};
        for (error, expected) in [
            (TlsError::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), TlsHandshake),
            (TlsError::AlertReceived(AlertDescription::HandshakeFailure), TlsHandshake),
            (TlsError::AlertReceived(AlertDescription::ProtocolVersion), TlsHandshake),
            (TlsError::AlertReceived(AlertDescription::InternalError), Tls),
            (TlsError::Other(other()), CertificateSelfSigned),
            (TlsError::Other(OtherError(Arc::new(io::Error::other("")))), Tls),
        ] {
            assert_eq!(classify_chain(&error), expected, "{error:?}");
        }
    }

    #[test]
    fn an_error_of_a_known_kind_reads_as_the_error_that_caused_it() {
        let last = Some(Box::new(Error::Closed));
        let cause = Error::ClosedInFlight { delivery: Delivery::NotSent, source: last };
        let (text, source) = (cause.to_string(), cause.source().unwrap().to_string());
        let error = Classified::new(ConnectionErrorKind::Refused, cause);
        assert_eq!((error.to_string(), error.source().unwrap().to_string()), (text, source));
        assert_eq!(classify_chain(&io::Error::other(error)), ConnectionErrorKind::Refused);
    }

    /// How a server ends a request over HTTP/2.
    enum End {
        Reset(Reason),
        Shutdown(Reason),
    }

    async fn error_over_http2(end: End) -> h2::Error {
        let (client, server) = tokio::io::duplex(1024);
        let serve = async {
            let mut connection = h2::server::handshake(server).await.unwrap();
            if let End::Shutdown(reason) = end {
                connection.abrupt_shutdown(reason);
            }
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                if let End::Reset(reason) = end {
                    respond.send_reset(reason);
                }
            }
        };
        let request = async {
            let (requests, connection) = h2::client::handshake(client).await.unwrap();
            let respond = async {
                let mut requests = requests.ready().await?;
                let request = http::Request::get("https://beams.example/").body(()).unwrap();
                requests.send_request(request, true)?.0.await
            };
            let (response, _) = tokio::join!(respond, connection);
            response.unwrap_err()
        };
        tokio::join!(request, serve).0
    }

    #[tokio::test]
    async fn http2_guarantees_that_a_request_was_not_processed_only_if_its_stream_was_refused_or_never_taken() {
        use ConnectionErrorKind::{Closed, NotProcessed};
        for (end, expected) in [
            (End::Reset(Reason::REFUSED_STREAM), NotProcessed),
            (End::Reset(Reason::CANCEL), Closed),
            (End::Reset(Reason::NO_ERROR), Closed),
            (End::Shutdown(Reason::NO_ERROR), NotProcessed),
            (End::Shutdown(Reason::INTERNAL_ERROR), Closed),
            (End::Shutdown(Reason::REFUSED_STREAM), Closed),
        ] {
            let error = error_over_http2(end).await;
            assert_eq!(classify_chain(&error), expected, "{error:?}");
        }
    }

    #[test]
    fn an_operating_system_error_is_found_in_the_chain_of_sources() {
        for (error, expected) in [
            (io::Error::from_raw_os_error(if cfg!(windows) { 4 } else { 24 }), ConnectionErrorKind::TooManyOpenFiles),
            (io::Error::from(io::ErrorKind::ConnectionRefused), ConnectionErrorKind::Refused),
            (io::Error::from(io::ErrorKind::BrokenPipe), ConnectionErrorKind::Closed),
            (io::Error::from(io::ErrorKind::NetworkDown), ConnectionErrorKind::NetworkUnreachable),
            (io::Error::from(io::ErrorKind::HostUnreachable), ConnectionErrorKind::HostUnreachable),
            (io::Error::from(io::ErrorKind::NetworkUnreachable), ConnectionErrorKind::NetworkUnreachable),
            (io::Error::from(io::ErrorKind::TimedOut), ConnectionErrorKind::TimedOut),
            (io::Error::from(io::ErrorKind::PermissionDenied), ConnectionErrorKind::NotPermitted),
            (io::Error::from(io::ErrorKind::AddrNotAvailable), ConnectionErrorKind::NoLocalPort),
            (io::Error::from(io::ErrorKind::Other), ConnectionErrorKind::Other),
            (io::Error::other(TlsError::DecryptError), ConnectionErrorKind::Tls),
        ] {
            assert_eq!(classify_chain(&io::Error::other(error)), expected);
        }
    }
}

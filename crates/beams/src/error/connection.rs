//! What failed in a connection, in words a person can act on. The one place that knows the HTTP library's errors.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use reqwest::Error as HttpError;
use rustls::{CertificateError, Error as TlsError};

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionErrorKind {
    /// The host name is not known.
    NameNotFound,
    /// Nobody listens there.
    Refused,
    /// The connection was closed before the answer was whole.
    Closed,
    /// There is no way to that network.
    Unreachable,
    /// The certificate's time is over, or has not come.
    CertificateExpired,
    /// The certificate is for another host.
    CertificateHost,
    /// The certificate was issued by nobody whom this client trusts.
    CertificateIssuer,
    /// TLS failed in another way.
    Tls,
    /// The proxy cannot be reached.
    ProxyUnreachable,
    /// The proxy did not open the way, for want of a password or otherwise.
    ProxyRefused,
    /// The service gave the request back untouched, as HTTP/2 lets it.
    NotProcessed,
    /// What came back is not HTTP, or not all of it.
    Protocol,
    /// The reply is larger than any that the service gives.
    TooLarge,
    /// Anything else.
    Other,
}

/// A failed connection: what failed and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionError {
    /// What failed.
    pub kind: ConnectionErrorKind,
    /// The host it was meant for.
    pub host: String,
}

impl ConnectionErrorKind {
    /// Node's own name for it, where there is one.
    pub fn node_code(self) -> Option<&'static str> {
        match self {
            Self::NameNotFound => Some("ENOTFOUND"),
            Self::Refused => Some("ECONNREFUSED"),
            Self::Closed => Some("ECONNRESET"),
            Self::Unreachable => Some("EHOSTUNREACH"),
            Self::CertificateExpired => Some("CERT_HAS_EXPIRED"),
            Self::CertificateHost => Some("ERR_TLS_CERT_ALTNAME_INVALID"),
            Self::CertificateIssuer => Some("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
            Self::Tls
            | Self::ProxyUnreachable
            | Self::ProxyRefused
            | Self::NotProcessed
            | Self::Protocol
            | Self::TooLarge
            | Self::Other => None,
        }
    }

    /// Whether trying again can help without somebody changing something first.
    pub fn is_transient(self) -> bool {
        !matches!(self, Self::CertificateExpired | Self::CertificateHost | Self::CertificateIssuer)
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match self.kind {
            ConnectionErrorKind::NameNotFound => write!(formatter, "the host name {host} was not found"),
            ConnectionErrorKind::Refused => write!(formatter, "{host} refused the connection: nothing listens there"),
            ConnectionErrorKind::Closed => {
                write!(formatter, "{host} closed the connection before its answer was whole")
            }
            ConnectionErrorKind::Unreachable => write!(formatter, "{host} cannot be reached from this network"),
            ConnectionErrorKind::CertificateExpired => {
                write!(formatter, "the certificate of {host} is not valid at this time")
            }
            ConnectionErrorKind::CertificateHost => write!(formatter, "the certificate of {host} is for another host"),
            ConnectionErrorKind::CertificateIssuer => write!(
                formatter,
                "the certificate of {host} was issued by nobody trusted here; see the `ca` option and NODE_EXTRA_CA_CERTS"
            ),
            ConnectionErrorKind::Tls => write!(formatter, "no secure connection to {host} could be made"),
            ConnectionErrorKind::ProxyUnreachable => {
                write!(formatter, "the proxy on the way to {host} cannot be reached")
            }
            ConnectionErrorKind::ProxyRefused => write!(formatter, "the proxy refused to connect to {host}"),
            ConnectionErrorKind::NotProcessed => write!(formatter, "{host} gave the request back untouched"),
            ConnectionErrorKind::Protocol => write!(formatter, "{host} did not answer in HTTP"),
            ConnectionErrorKind::TooLarge => write!(formatter, "the answer of {host} was larger than 1 MiB"),
            ConnectionErrorKind::Other => write!(formatter, "the connection to {host} failed"),
        }
    }
}

/// Finds out what an error of the HTTP library is about.
pub fn kind_of(error: &HttpError) -> ConnectionErrorKind {
    if error.is_dns() {
        return ConnectionErrorKind::NameNotFound;
    }
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(kind) = kind_of_link(error) {
            return kind;
        }
        source = error.source();
    }
    ConnectionErrorKind::Other
}

fn kind_of_link(error: &(dyn StdError + 'static)) -> Option<ConnectionErrorKind> {
    if let Some(error) = error.downcast_ref::<TlsError>() {
        return Some(kind_of_tls(error));
    }
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        return Some(if was_given_back(error) {
            ConnectionErrorKind::NotProcessed
        } else {
            ConnectionErrorKind::Closed
        });
    }
    if let Some(kind) = kind_of_tunnel(error) {
        return Some(kind);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return match error {
            error if error.is_incomplete_message() => Some(ConnectionErrorKind::Closed),
            error if error.is_parse() => Some(ConnectionErrorKind::Protocol),
            _ => None,
        };
    }
    let error = error.downcast_ref::<io::Error>()?;
    // An I/O error that was made of another error leaves it out of the chain of sources.
    if let Some(kind) = error.get_ref().and_then(|inner| kind_of_link(inner)) {
        return Some(kind);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(ConnectionErrorKind::Refused),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(ConnectionErrorKind::Closed),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            Some(ConnectionErrorKind::Unreachable)
        }
        _ => None,
    }
}

/// HTTP/2 tells apart what was not looked at (RFC 9113, sections 6.8 and 8.7): a stream that was refused, or one that came
/// after the last that a server takes before it goes away.
fn was_given_back(error: &h2::Error) -> bool {
    error.is_remote()
        && ((error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM))
            || (error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR)))
}

/// The error of a tunnel through a proxy has no public type, so its text has to do.
fn kind_of_tunnel(error: &(dyn StdError + 'static)) -> Option<ConnectionErrorKind> {
    let text = error.to_string();
    let reason = text.strip_prefix("tunnel error: ")?;
    Some(match reason {
        "failed to create underlying connection" => ConnectionErrorKind::ProxyUnreachable,
        _ => ConnectionErrorKind::ProxyRefused,
    })
}

fn kind_of_tls(error: &TlsError) -> ConnectionErrorKind {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => ConnectionErrorKind::CertificateExpired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ConnectionErrorKind::CertificateHost
            }
            _ => ConnectionErrorKind::CertificateIssuer,
        },
        _ => ConnectionErrorKind::Tls,
    }
}

//! What failed in a connection, in words a person can act on. The one place that knows the HTTP library's errors.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use reqwest::Error as HttpError;
use rustls::{CertificateError, Error as TlsError};

/// What failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
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
    /// What came back is not HTTP, or not all of it.
    NotHttp,
    /// The reply is larger than any that the service gives.
    TooLarge,
    /// Anything else.
    Other,
}

/// A failed connection: what failed and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What failed.
    pub kind: FaultKind,
    /// The host it was meant for.
    pub host: String,
}

impl FaultKind {
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
            Self::Tls | Self::NotHttp | Self::TooLarge | Self::Other => None,
        }
    }

    /// Whether trying again can help without somebody changing something first.
    pub fn is_transient(self) -> bool {
        !matches!(self, Self::CertificateExpired | Self::CertificateHost | Self::CertificateIssuer)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match self.kind {
            FaultKind::NameNotFound => write!(formatter, "the host name {host} was not found"),
            FaultKind::Refused => write!(formatter, "{host} refused the connection: nothing listens there"),
            FaultKind::Closed => write!(formatter, "{host} closed the connection before its answer was whole"),
            FaultKind::Unreachable => write!(formatter, "{host} cannot be reached from this network"),
            FaultKind::CertificateExpired => write!(formatter, "the certificate of {host} is not valid at this time"),
            FaultKind::CertificateHost => write!(formatter, "the certificate of {host} is for another host"),
            FaultKind::CertificateIssuer => write!(
                formatter,
                "the certificate of {host} was issued by nobody trusted here; see the `ca` option and NODE_EXTRA_CA_CERTS"
            ),
            FaultKind::Tls => write!(formatter, "no secure connection to {host} could be made"),
            FaultKind::NotHttp => write!(formatter, "{host} did not answer in HTTP"),
            FaultKind::TooLarge => write!(formatter, "the answer of {host} was larger than 1 MiB"),
            FaultKind::Other => write!(formatter, "the connection to {host} failed"),
        }
    }
}

/// Finds out what an error of the HTTP library is about.
pub fn kind_of(error: &HttpError) -> FaultKind {
    if error.is_dns() {
        return FaultKind::NameNotFound;
    }
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(kind) = kind_of_link(error) {
            return kind;
        }
        source = error.source();
    }
    FaultKind::Other
}

fn kind_of_link(error: &(dyn StdError + 'static)) -> Option<FaultKind> {
    if let Some(error) = error.downcast_ref::<TlsError>() {
        return Some(kind_of_tls(error));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return match error {
            error if error.is_incomplete_message() => Some(FaultKind::Closed),
            error if error.is_parse() => Some(FaultKind::NotHttp),
            _ => None,
        };
    }
    let error = error.downcast_ref::<io::Error>()?;
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        return Some(kind_of_tls(tls));
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(FaultKind::Refused),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(FaultKind::Closed),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            Some(FaultKind::Unreachable)
        }
        _ => None,
    }
}

fn kind_of_tls(error: &TlsError) -> FaultKind {
    match error {
        TlsError::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => FaultKind::CertificateExpired,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                FaultKind::CertificateHost
            }
            _ => FaultKind::CertificateIssuer,
        },
        _ => FaultKind::Tls,
    }
}

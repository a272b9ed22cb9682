//! Node's codes for failed connections and files: the `code` of a `cause`.

use std::io;

use beams::error::connection::ConnectionErrorKind as Kind;

/// The code that Node gives to the same failure, where it has one.
pub fn node_code(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::NameNotFound => Some("ENOTFOUND"),
        Kind::NameServiceUnavailable => Some("EAI_AGAIN"),
        Kind::Refused => Some("ECONNREFUSED"),
        Kind::Closed => Some("ECONNRESET"),
        Kind::HostUnreachable => Some("EHOSTUNREACH"),
        Kind::NetworkUnreachable => Some("ENETUNREACH"),
        Kind::TimedOut => Some("ETIMEDOUT"),
        Kind::NotPermitted => Some("EACCES"),
        Kind::NoLocalPort => Some("EADDRNOTAVAIL"),
        Kind::TooManyOpenFiles => Some("EMFILE"),
        Kind::TrustUnavailable { reason, .. } => file_code(*reason),
        Kind::CertificateExpired => Some("CERT_HAS_EXPIRED"),
        Kind::CertificateNotYetValid => Some("CERT_NOT_YET_VALID"),
        Kind::CertificateHost | Kind::CertificateCommonName => Some("ERR_TLS_CERT_ALTNAME_INVALID"),
        Kind::CertificateIssuer => Some("UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
        Kind::CertificateSelfSigned => Some("DEPTH_ZERO_SELF_SIGNED_CERT"),
        Kind::CertificateChainSelfSigned => Some("SELF_SIGNED_CERT_IN_CHAIN"),
        Kind::CertificateAuthority | Kind::CertificatePurpose => Some("INVALID_PURPOSE"),
        Kind::CertificateAlgorithm => Some("UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY"),
        Kind::CertificateSignature => Some("CERT_SIGNATURE_FAILURE"),
        Kind::CertificateInvalid => Some("CERT_REJECTED"),
        Kind::TlsHandshake => Some("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"),
        Kind::ProxyUnreachable { reason, .. } => node_code(reason),
        Kind::Tls
        | Kind::ProxyAuthentication
        | Kind::ProxyRefused
        | Kind::NotProcessed
        | Kind::Protocol
        | Kind::TooLarge
        | Kind::Other => None,
    }
}

/// Node's code for the same failure of a file, if there is one.
pub fn file_code(reason: io::ErrorKind) -> Option<&'static str> {
    match reason {
        io::ErrorKind::FileTooLarge => Some("EFBIG"),
        io::ErrorKind::QuotaExceeded => Some("EDQUOT"),
        io::ErrorKind::ReadOnlyFilesystem => Some("EROFS"),
        io::ErrorKind::ResourceBusy => Some("EBUSY"),
        io::ErrorKind::StorageFull => Some("ENOSPC"),
        io::ErrorKind::NotFound => Some("ENOENT"),
        io::ErrorKind::PermissionDenied => Some("EACCES"),
        io::ErrorKind::IsADirectory => Some("EISDIR"),
        io::ErrorKind::NotADirectory => Some("ENOTDIR"),
        _ => None,
    }
}

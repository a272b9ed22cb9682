//! Why a connection failed, as a kind and as a text that says what to do.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionErrorKind {
    /// The host name does not exist.
    NameNotFound,
    /// The DNS server did not respond.
    NameServiceUnavailable,
    /// No server listens on the port.
    Refused,
    /// The connection was closed before the response was complete.
    Closed,
    /// No route to the host.
    HostUnreachable,
    /// No route to its network.
    NetworkUnreachable,
    /// The operating system's own timeout expired, for connecting or for TCP keep-alive.
    TimedOut,
    /// A firewall or sandbox on this machine blocks the connection.
    NotPermitted,
    /// Every local port is in use.
    NoLocalPort,
    /// The process, or the system, has no file descriptor left.
    TooManyOpenFiles,
    /// Trusted certificates could not be read, so that no certificate can be checked.
    TrustUnavailable {
        /// The file or folder, with the environment variable that names it, if one does.
        source: Arc<str>,
        /// Why not.
        reason: io::ErrorKind,
    },
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate is not valid yet.
    CertificateNotYetValid,
    /// The certificate is for another host.
    CertificateHost,
    /// The certificate names its host only in the common name of its subject, which is no longer accepted (RFC 9525).
    CertificateCommonName,
    /// The certificate chain does not end at a trusted authority.
    CertificateIssuer,
    /// The certificate is self-signed, and not trusted.
    CertificateSelfSigned,
    /// The certificate chain ends in a self-signed certificate that the server sent and that is not trusted.
    CertificateChainSelfSigned,
    /// The certificate is a CA certificate, and not in `ca`.
    CertificateAuthority,
    /// The certificate's key usage excludes TLS servers.
    CertificatePurpose,
    /// The certificate has an unsupported key or signature algorithm.
    CertificateAlgorithm,
    /// A signature does not match the issuer's key.
    CertificateSignature,
    /// The certificate is invalid for another reason.
    CertificateInvalid,
    /// Client and server have no protocol version, cipher suite or signature algorithm in common.
    TlsHandshake,
    /// TLS failed in another way.
    Tls,
    /// The proxy cannot be reached.
    ProxyUnreachable {
        /// Its host and port.
        proxy: Arc<str>,
        /// Why it cannot be reached.
        reason: Box<ConnectionErrorKind>,
    },
    /// The proxy refused the user name and password (407).
    ProxyAuthentication,
    /// The proxy could not connect to the service.
    ProxyRefused,
    /// HTTP/2 guarantees that the service did not process the request.
    NotProcessed,
    /// The response is not valid HTTP.
    Protocol,
    /// The response is larger than any response of the service.
    TooLarge,
    /// Anything else.
    Other,
}

/// A failed connection: what failed and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionError {
    /// What failed.
    pub kind: ConnectionErrorKind,
    /// The host that the connection was for, with its port.
    pub host: String,
}

impl ConnectionErrorKind {
    /// Whether a retry can succeed without a change of configuration.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::ProxyUnreachable { reason, .. } => reason.is_transient(),
            Self::TrustUnavailable { .. }
            | Self::CertificateExpired
            | Self::CertificateNotYetValid
            | Self::CertificateHost
            | Self::CertificateCommonName
            | Self::CertificateIssuer
            | Self::CertificateSelfSigned
            | Self::CertificateChainSelfSigned
            | Self::CertificateAuthority
            | Self::CertificatePurpose
            | Self::CertificateAlgorithm
            | Self::CertificateSignature
            | Self::CertificateInvalid
            | Self::TlsHandshake
            | Self::ProxyAuthentication => false,
            Self::NameNotFound
            | Self::NameServiceUnavailable
            | Self::Refused
            | Self::Closed
            | Self::HostUnreachable
            | Self::NetworkUnreachable
            | Self::TimedOut
            | Self::NotPermitted
            | Self::NoLocalPort
            | Self::TooManyOpenFiles
            | Self::Tls
            | Self::ProxyRefused
            | Self::NotProcessed
            | Self::Protocol
            | Self::TooLarge
            | Self::Other => true,
        }
    }

    fn describe(&self, host: &str) -> String {
        match self {
            Self::NameNotFound => format!("the host name {} was not found", without_port(host)),
            Self::NameServiceUnavailable => {
                format!("the DNS lookup of {} failed: the DNS server did not respond", without_port(host))
            }
            Self::Refused => format!("{host} refused the connection: no server is listening there"),
            Self::Closed => format!("{host} closed the connection before the response was complete"),
            Self::HostUnreachable => format!("{host} cannot be reached from this network"),
            Self::NetworkUnreachable => format!("{host} cannot be reached: there is no route to its network"),
            Self::TimedOut => format!("the connection to {host} timed out"),
            Self::NotPermitted => format!("this machine does not permit connections to {host}; see its firewall"),
            Self::NoLocalPort => format!("no local port is available for a connection to {host}"),
            Self::TooManyOpenFiles => {
                format!("no file descriptor is available for a connection to {host}; raise the limit (see ulimit -n)")
            }
            Self::TrustUnavailable { source, reason } => {
                format!("the certificate of {host} cannot be checked: {source} could not be read ({reason})")
            }
            Self::CertificateExpired => format!("the certificate of {host} has expired"),
            Self::CertificateNotYetValid => {
                format!("the certificate of {host} is not valid yet; is the clock of this machine right?")
            }
            Self::CertificateHost => format!("the certificate of {host} is for another host"),
            Self::CertificateCommonName => describe_common_name(host),
            Self::CertificateIssuer => {
                format!("the certificate of {host} is not signed by a trusted authority; {SEE_CA}")
            }
            Self::CertificateSelfSigned => {
                format!("the certificate of {host} is self-signed, not signed by a trusted authority; {SEE_CA}")
            }
            Self::CertificateChainSelfSigned => format!(
                "the certificate of {host} is not signed by a trusted authority: the chain that the server sent ends in a self-signed certificate that is not trusted; {SEE_CA}"
            ),
            Self::CertificateAuthority => format!(
                "the certificate of {host} is a CA certificate, not a server certificate: pass exactly this certificate as the `ca` option, or create one with basicConstraints=CA:FALSE"
            ),
            Self::CertificatePurpose => format!(
                "the certificate of {host} is not valid for a server: its extended key usage lacks serverAuth, or its key usage excludes TLS"
            ),
            Self::CertificateAlgorithm => {
                format!("the certificate of {host} has an unsupported key or signature algorithm; supported are {KEYS}")
            }
            Self::CertificateSignature => {
                format!(
                    "the certificate of {host} is not signed by a trusted authority: its signature does not match the key of the issuer that it names, or that key is not supported (supported are {KEYS}); {SEE_CA}"
                )
            }
            Self::CertificateInvalid => format!("the certificate of {host} is not valid for TLS"),
            Self::TlsHandshake => format!(
                "TLS handshake with {host} failed: there is no protocol version or signature algorithm in common; this client supports TLS 1.2 and 1.3 with {KEYS}"
            ),
            Self::Tls => format!("TLS handshake with {host} failed"),
            Self::ProxyUnreachable { proxy, reason } => {
                format!("the proxy on the way to {host} cannot be reached: {}", reason.describe(proxy))
            }
            Self::ProxyAuthentication => {
                format!(
                    "the proxy refused to connect to {host}: proxy authentication failed; check the user name and password in the proxy's URL"
                )
            }
            Self::ProxyRefused => format!("the proxy refused to connect to {host}"),
            Self::NotProcessed => format!("{host} did not process the request"),
            Self::Protocol => format!("{host} sent an invalid HTTP response"),
            Self::TooLarge => format!("the response of {host} is larger than 1 MiB"),
            Self::Other => format!("the connection to {host} failed"),
        }
    }
}

const SEE_CA: &str = "see the `ca` option and NODE_EXTRA_CA_CERTS (NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect, since it would expose the secret key)";

const KEYS: &str = "RSA of 2048 bits or more, ECDSA P-256 and P-384, and Ed25519, signed with SHA-256 or better";

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, _)) if !name.contains(':') || name.ends_with(']') => name,
        _ => host,
    }
}

fn describe_common_name(host: &str) -> String {
    let name = without_port(host).trim_matches(['[', ']']);
    let kind = if name.parse::<IpAddr>().is_ok() { "IP" } else { "DNS" };
    format!(
        "the certificate of {host} names its host only in the common name, which is no longer accepted; create one with a subject alternative name: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -keyout key.pem -out cert.pem -subj /CN={name} -addext subjectAltName={kind}:{name} -addext basicConstraints=critical,CA:FALSE"
    )
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.kind.describe(&self.host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_a_retry_can_cure_are_transient() {
        use ConnectionErrorKind as Kind;
        let proxy = |reason| Kind::ProxyUnreachable { proxy: "proxy.example".into(), reason: Box::new(reason) };
        for (kind, expected) in [
            (Kind::NameServiceUnavailable, true),
            (Kind::TooManyOpenFiles, true),
            (Kind::ProxyRefused, true),
            (Kind::CertificateIssuer, false),
            (Kind::TlsHandshake, false),
            (Kind::ProxyAuthentication, false),
            (proxy(Kind::Refused), true),
            (proxy(Kind::CertificateExpired), false),
        ] {
            assert_eq!(kind.is_transient(), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_certificate_for_an_address_is_made_for_an_address() {
        for (host, expected) in [
            ("beams.example", "/CN=beams.example -addext subjectAltName=DNS:beams.example "),
            ("localhost:8081", "/CN=localhost -addext subjectAltName=DNS:localhost "),
            ("127.0.0.1:8081", "/CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "),
            ("[::1]", "/CN=::1 -addext subjectAltName=IP:::1 "),
            ("[::1]:8081", "/CN=::1 -addext subjectAltName=IP:::1 "),
        ] {
            let text = describe_common_name(host);
            assert!(text.contains(expected), "{text}");
        }
    }
}

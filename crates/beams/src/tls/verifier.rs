//! Checks server certificates: webpki does, with one exception and with better reasons.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};

use crate::error::connection::{Classified, ConnectionErrorKind};
use crate::tls::trust::Trust;

/// `id-kp-serverAuth` (RFC 5280, section 4.2.1.12).
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");

/// Checks chains with webpki. The exception: a certificate that the user has listed as trusted may be the server's own even
/// if it is an authority's, which webpki refuses. `openssl req -x509` makes such certificates, and Node accepts them. Its
/// time, purpose and names are checked all the same.
pub struct Verifier {
    provider: Arc<CryptoProvider>,
    /// `None` for what the system trusts.
    given: Option<Arc<Trust>>,
}

impl Verifier {
    /// A verifier that trusts `ca`, or what the system trusts where that is empty.
    pub fn new(provider: Arc<CryptoProvider>, ca: &[CertificateDer<'static>]) -> Result<Self, Error> {
        let given = if ca.is_empty() { None } else { Some(Trust::from_ca(provider.clone(), ca).map_err(other)?) };
        Ok(Self { provider, given })
    }

    fn trust(&self) -> Result<Arc<Trust>, Error> {
        match &self.given {
            Some(trust) => Ok(trust.clone()),
            None => Trust::from_system(self.provider.clone()).map_err(other),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let trust = self.trust()?;
        let error = match trust.webpki.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Ok(verified) => return Ok(verified),
            Err(error) => error,
        };
        let Ok(certificate) = Certificate::from_der(end_entity) else { return Err(error) };
        if trust.exact.iter().any(|trusted| trusted == end_entity) && is_authority(&certificate) {
            check_time(&certificate, now)?;
            check_purpose(&certificate)?;
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        Err(refine(error, &certificate, intermediates))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier")
    }
}

/// webpki does not say why a certificate is not trusted; Node does.
fn refine(error: Error, certificate: &Certificate, intermediates: &[CertificateDer<'_>]) -> Error {
    let is_unknown = matches!(error, Error::InvalidCertificate(CertificateError::UnknownIssuer));
    let is_refused_authority =
        matches!(error, Error::InvalidCertificate(CertificateError::Other(_))) && is_authority(certificate);
    let kind = if !is_unknown && !is_refused_authority {
        return error;
    } else if is_self_signed(certificate) {
        ConnectionErrorKind::CertificateSelfSigned
    } else if is_refused_authority {
        ConnectionErrorKind::CertificateAuthority
    } else if intermediates.iter().any(|sent| Certificate::from_der(sent).is_ok_and(|sent| is_self_signed(&sent))) {
        ConnectionErrorKind::CertificateChainSelfSigned
    } else {
        return error;
    };
    invalid(Classified::new(kind, error))
}

fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.tbs_certificate.issuer == certificate.tbs_certificate.subject
}

fn is_authority(certificate: &Certificate) -> bool {
    matches!(certificate.tbs_certificate.get::<BasicConstraints>(), Ok(Some((_, constraints))) if constraints.ca)
}

fn check_time(certificate: &Certificate, now: UnixTime) -> Result<(), Error> {
    let validity = &certificate.tbs_certificate.validity;
    if now.as_secs() < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now.as_secs() > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

/// A certificate without these extensions may be used for anything.
fn check_purpose(certificate: &Certificate) -> Result<(), Error> {
    let malformed = |_| Error::from(CertificateError::BadEncoding);
    let tbs = &certificate.tbs_certificate;
    let extended = tbs.get::<ExtendedKeyUsage>().map_err(malformed)?;
    let usage = tbs.get::<KeyUsage>().map_err(malformed)?;
    let is_for_servers = extended.is_none_or(|(_, purposes)| purposes.0.contains(&SERVER_AUTH));
    let is_for_tls =
        usage.is_none_or(|(_, usage)| usage.digital_signature() || usage.key_encipherment() || usage.key_agreement());
    if is_for_servers && is_for_tls { Ok(()) } else { Err(CertificateError::InvalidPurpose.into()) }
}

/// The certificate is at fault.
fn invalid(error: Classified) -> Error {
    CertificateError::Other(OtherError(Arc::new(error))).into()
}

/// This side is at fault.
fn other(error: Classified) -> Error {
    Error::Other(OtherError(Arc::new(error)))
}

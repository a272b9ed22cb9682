//! TLS. Certificate checks cannot be disabled, because any server could then read the secret key.

mod trust;
mod verifier;

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, Result};
use crate::tls::verifier::Verifier;

/// The certificates in a PEM text.
///
/// # Errors
///
/// [`Error::InvalidArgument`] where it holds none, or one that cannot be read.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::invalid(format!("ca contains a certificate that cannot be read: {error}")))?;
    if certificates.is_empty() {
        return Err(Error::invalid("ca must contain at least one certificate in PEM format"));
    }
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.clone())
            .map_err(|error| Error::invalid(format!("ca contains a certificate that cannot be read: {error}")))?;
    }
    Ok(certificates)
}

/// TLS 1.2 and 1.3, and HTTP/2 where the server offers it. Where `ca` is empty, the system's certificates are trusted;
/// they are read by the first handshake, so that plain http does not depend on them.
///
/// # Errors
///
/// Only where the crypto library was built without the protocols named here.
pub fn client_config(ca: &[CertificateDer<'static>]) -> std::result::Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(provider.clone(), ca)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

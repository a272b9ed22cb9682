//! Whom the client trusts: a given `ca`, else the system's certificates, else Mozilla's.

use std::env;
use std::fs;
use std::sync::{Arc, LazyLock};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, Result};

/// The certificates in a PEM text.
///
/// # Errors
///
/// [`Error::InvalidArgument`] where it holds none, or one that cannot be read.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::invalid(format!("ca holds a certificate that cannot be read: {error}")))?;
    if certificates.is_empty() {
        return Err(Error::invalid("ca must hold at least one certificate in PEM form"));
    }
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store
            .add(certificate.clone())
            .map_err(|error| Error::invalid(format!("ca holds a certificate that cannot be read: {error}")))?;
    }
    Ok(certificates)
}

/// TLS 1.2 and 1.3, HTTP/2 where the service offers it.
///
/// # Errors
///
/// Only where the crypto library was built without the protocols named here.
pub fn client_config(ca: &[CertificateDer<'static>]) -> std::result::Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(if ca.is_empty() { SYSTEM_TRUST.clone() } else { Arc::new(given_trust(ca)) })
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Read once, by the first call of any client: it takes milliseconds, and Node too reads its variables once.
static SYSTEM_TRUST: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| Arc::new(system_trust()));

/// `ca` replaces everything else, as in Node's own `tls`.
fn given_trust(ca: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(ca.iter().cloned());
    roots
}

/// `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the system's own files, `NODE_EXTRA_CA_CERTS` comes on top.
fn system_trust() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(extra) = env::var_os("NODE_EXTRA_CA_CERTS").and_then(|path| fs::read(path).ok()) {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&extra).filter_map(std::result::Result::ok));
    }
    roots
}

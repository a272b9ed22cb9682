//! Which certificates a client trusts: those in its `ca` option, else the system's, else Mozilla's.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_native_certs::{CertificateResult, ErrorKind, load_certs_from_paths, load_native_certs};

use crate::error::connection::{Classified, ConnectionErrorKind, is_too_many_open_files};

type Result<T> = std::result::Result<T, Classified>;

/// What to trust.
pub struct Trust {
    /// Checks chains that lead to a trusted authority.
    pub(crate) webpki: Arc<WebPkiServerVerifier>,
    /// Certificates that a server may present as its own, even if they are an authority's.
    pub(crate) exact: Vec<CertificateDer<'static>>,
}

/// The system's certificates, once they have been read without a failure. Reading takes milliseconds.
static SYSTEM_TRUST: Mutex<Option<Arc<Trust>>> = Mutex::new(None);

impl Trust {
    /// Trusts these certificates and no others, as the `ca` option of Node's `tls` does.
    pub fn from_ca(provider: Arc<CryptoProvider>, ca: &[CertificateDer<'static>]) -> Result<Arc<Self>> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(ca.iter().cloned());
        Self::new(provider, roots, ca.to_vec())
    }

    /// Trusts what the system trusts, or what the environment names: `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the
    /// system's files, `NODE_EXTRA_CA_CERTS` adds to them.
    ///
    /// Files that could not be opened are read again by the next handshake: a volume may be mounted later, and descriptors
    /// may be freed.
    ///
    /// # Errors
    ///
    /// Where the named files cannot be read, or no file descriptor is left. To trust others in their place could be to trust
    /// more than was asked for.
    pub fn from_system(provider: Arc<CryptoProvider>) -> Result<Arc<Self>> {
        let mut cached = SYSTEM_TRUST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(trust) = &*cached {
            return Ok(trust.clone());
        }
        let mut loaded = Loaded::default();
        match (variable("SSL_CERT_FILE"), variable("SSL_CERT_DIR")) {
            (None, None) => loaded.add_system()?,
            (file, folders) => loaded.add_named(file, folders)?,
        }
        if let Some(path) = variable("NODE_EXTRA_CA_CERTS") {
            loaded.add_extra(Path::new(&path))?;
        }
        let trust = Self::new(provider, loaded.roots, loaded.exact)?;
        if loaded.is_complete {
            *cached = Some(trust.clone());
        }
        Ok(trust)
    }

    fn new(
        provider: Arc<CryptoProvider>,
        roots: RootCertStore,
        exact: Vec<CertificateDer<'static>>,
    ) -> Result<Arc<Self>> {
        let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| Classified::new(ConnectionErrorKind::Tls, error))?;
        Ok(Arc::new(Self { webpki, exact }))
    }
}

/// What has been read so far.
struct Loaded {
    roots: RootCertStore,
    exact: Vec<CertificateDer<'static>>,
    /// Whether every file could be opened.
    is_complete: bool,
}

impl Default for Loaded {
    fn default() -> Self {
        Self { roots: RootCertStore::empty(), exact: Vec::new(), is_complete: true }
    }
}

impl Loaded {
    fn add_system(&mut self) -> Result<()> {
        self.add(load_native_certs(), "the trusted certificates of this system")?;
        if self.roots.is_empty() {
            self.roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        Ok(())
    }

    /// A file must be readable. Of several folders, some may be missing, as OpenSSL has it.
    fn add_named(&mut self, file: Option<OsString>, folders: Option<OsString>) -> Result<()> {
        let mut names = Vec::new();
        if let Some(file) = &file {
            let name = format!("SSL_CERT_FILE={}", file.display());
            fs::File::open(file)
                .and_then(|file| file.metadata())
                .and_then(not_a_folder)
                .map_err(|e| unavailable(&name, e))?;
            self.add(load_certs_from_paths(Some(Path::new(file)), None), &name)?;
            names.push(name);
        }
        if let Some(folders) = &folders {
            let name = format!("SSL_CERT_DIR={}", folders.display());
            for folder in env::split_paths(folders).filter(|folder| !folder.as_os_str().is_empty()) {
                self.add(load_certs_from_paths(None, Some(&folder)), &name)?;
            }
            names.push(name);
        }
        if self.roots.is_empty() {
            let nothing = io::Error::new(io::ErrorKind::InvalidData, "it contains no certificate in PEM format");
            return Err(unavailable(&names.join(" and "), nothing));
        }
        Ok(())
    }

    /// Node warns of a file that cannot be read and goes on without it; so does this, silently, because Node has warned.
    fn add_extra(&mut self, path: &Path) -> Result<()> {
        match fs::read(path) {
            Ok(pem) => {
                self.exact = CertificateDer::pem_slice_iter(&pem).filter_map(std::result::Result::ok).collect();
                self.roots.add_parsable_certificates(self.exact.iter().cloned());
            }
            Err(error) if is_too_many_open_files(&error) => return Err(unavailable("NODE_EXTRA_CA_CERTS", error)),
            Err(_) => self.is_complete = false,
        }
        Ok(())
    }

    /// A file that is not a certificate is skipped, as everywhere.
    fn add(&mut self, result: CertificateResult, name: &str) -> Result<()> {
        for error in result.errors {
            if let ErrorKind::Io { inner, .. } = error.kind {
                if is_too_many_open_files(&inner) {
                    return Err(unavailable(name, inner));
                }
                self.is_complete = false;
            }
        }
        self.roots.add_parsable_certificates(result.certs);
        Ok(())
    }
}

/// An empty variable is as good as none.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn not_a_folder(metadata: fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(()) }
}

fn unavailable(name: &str, error: io::Error) -> Classified {
    let kind = if is_too_many_open_files(&error) {
        ConnectionErrorKind::TooManyOpenFiles
    } else {
        ConnectionErrorKind::TrustUnavailable { source: name.into(), reason: error.kind() }
    };
    Classified::new(kind, error)
}

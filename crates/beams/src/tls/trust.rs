//! Which certificates a client trusts: those in its `ca` option, else the system's, else Mozilla's.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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

/// What the system trusts, as it was last read. Reading takes milliseconds.
struct SystemTrust {
    trust: Arc<Trust>,
    /// When to read it again, because some of its files could not be opened.
    retry_at: Option<Instant>,
    /// The file in NODE_EXTRA_CA_CERTS, if that could not be read.
    missing: Option<PathBuf>,
}

static SYSTEM_TRUST: Mutex<Option<SystemTrust>> = Mutex::new(None);

/// How long files that could not be opened are not tried again: each handshake would read all the others, too.
const RETRY_INTERVAL: Duration = Duration::from_secs(10);

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
    /// Files that could not be opened are read by a later handshake: a volume may be mounted later, and descriptors may be
    /// freed.
    ///
    /// # Errors
    ///
    /// Where the named files cannot be read, or no file descriptor is left. To trust others in their place could be to trust
    /// more than was asked for.
    pub fn from_system(provider: Arc<CryptoProvider>) -> Result<Arc<Self>> {
        let mut cached = SYSTEM_TRUST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = &*cached
            && !read.is_outdated()
        {
            return Ok(read.trust.clone());
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
        let retry_at = (!loaded.is_complete).then(|| Instant::now() + RETRY_INTERVAL);
        *cached = Some(SystemTrust { trust: trust.clone(), retry_at, missing: loaded.missing });
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

impl SystemTrust {
    fn is_outdated(&self) -> bool {
        self.retry_at.is_some_and(|at| at <= Instant::now())
            || self.missing.as_ref().is_some_and(|path| fs::File::open(path).is_ok())
    }
}

/// What has been read so far.
struct Loaded {
    roots: RootCertStore,
    exact: Vec<CertificateDer<'static>>,
    /// Whether every file of the system could be opened.
    is_complete: bool,
    missing: Option<PathBuf>,
}

impl Default for Loaded {
    fn default() -> Self {
        Self { roots: RootCertStore::empty(), exact: Vec::new(), is_complete: true, missing: None }
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
            Err(_) => self.missing = Some(path.to_owned()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::ring::default_provider;

    #[test]
    fn certificates_are_read_again_only_if_that_may_find_more() {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let trust = Trust::new(default_provider().into(), roots, Vec::new()).unwrap_or_else(|_| panic!("it is valid"));
        let [existing, missing] =
            ["Cargo.toml", "missing.pem"].map(|name| Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
        let now = Instant::now();
        for (retry_at, missing, expected) in [
            (None, None, false),
            (None, Some(missing), false),
            (None, Some(existing), true),
            (Some(now), None, true),
            (Some(now + RETRY_INTERVAL), None, false),
        ] {
            let read = SystemTrust { trust: trust.clone(), retry_at, missing };
            assert_eq!(read.is_outdated(), expected, "{:?} {:?}", read.retry_at, read.missing);
        }
    }
}

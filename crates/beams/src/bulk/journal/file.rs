//! Opens the file of a journal, exclusively, and rejects any other file unchanged.

use std::fs::{File, Metadata, OpenOptions, TryLockError, metadata};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bulk::journal::load::{LoadError, Purpose, Recorded, load};
use crate::bulk::journal::record::{FORMAT_VERSION, Header};
use crate::bulk::report::Report;
use crate::error::{Error, Result};

/// Large enough for several lines of up to 200 KiB.
const READ_BUFFER_LEN: usize = 1 << 20;

/// The file that a journal is written to. Tests replace it by a disk that fails.
pub(crate) trait JournalFile: Send {
    /// Appends bytes.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns when everything written is on the disk.
    fn sync(&mut self) -> io::Result<()>;

    /// Truncates the file to a length.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

/// An open journal that no other call can open.
pub(crate) struct LockedFile {
    file: File,
    /// How long the file is.
    len: u64,
    #[cfg_attr(not(unix), expect(dead_code, reason = "an open file cannot be renamed there"))]
    path: PathBuf,
}

impl LockedFile {
    /// Fails if another process has truncated the file: the next call would know nothing of the lines that are gone.
    fn check_len(&self, own: &Metadata) -> io::Result<()> {
        if own.len() < self.len {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it was truncated"));
        }
        Ok(())
    }

    /// Fails if the next call would find no journal at its path, or another one: it would publish to the same users again.
    #[cfg(unix)]
    fn check_path(&self, own: &Metadata) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;

        let reason = match metadata(&self.path) {
            Ok(found) if (found.dev(), found.ino()) == (own.dev(), own.ino()) => return Ok(()),
            Ok(_) => "another file has replaced it",
            Err(error) if error.kind() == io::ErrorKind::NotFound => "it was moved or deleted",
            Err(error) => return Err(error),
        };
        Err(io::Error::new(io::ErrorKind::NotFound, reason))
    }
}

impl JournalFile for LockedFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        // Before writing, which would fill the gap with zeros.
        self.check_len(&self.file.metadata()?)?;
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        let own = self.file.metadata()?;
        self.check_len(&own)?;
        #[cfg(unix)]
        self.check_path(&own)?;
        Ok(())
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)?;
        self.len = self.file.seek(SeekFrom::End(0))?;
        Ok(())
    }
}

/// Opens a journal for this header, or begins one. Returns what it has recorded, with the length of the file.
///
/// # Errors
///
/// [`Error::Journal`] where the file cannot be used for it. The file is left as it is.
pub(crate) fn open(path: &Path, header: &Header) -> Result<(LockedFile, Recorded)> {
    let failure = |error| io_error(path, "cannot be used", error);
    let mut options = OpenOptions::new();
    // Not in append mode: on Windows, such a file cannot be truncated.
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failure)?;
    if !file.metadata().map_err(failure)?.is_file() {
        return Err(error(path, "is not a regular file (it may be a device or a pipe); choose another path"));
    }
    match file.try_lock() {
        Ok(()) => (),
        Err(TryLockError::WouldBlock) => {
            let what = "is in use by another process, or by another call of this one; wait until that has ended";
            let source = Arc::new(io::ErrorKind::ResourceBusy.into());
            return Err(Error::Journal { message: message(path, what), source: Some(source) });
        }
        Err(TryLockError::Error(error)) => return Err(io_error(path, "cannot be locked", error)),
    }
    let mut recorded = read(path, &file, Purpose::Resume)?;
    if let Some(found) = &recorded.header {
        check_header(path, found, header)?;
    }
    let mut file = LockedFile { file, len: 0, path: path.to_owned() };
    file.truncate(recorded.intact_len).map_err(failure)?;
    if recorded.header.is_none() {
        #[cfg(unix)]
        hide(&file.file);
        let line = header.line();
        file.append(&line).map_err(failure)?;
        recorded.intact_len = line.len() as u64;
    }
    file.sync().map_err(failure)?;
    sync_folder(path).map_err(failure)?;
    Ok((file, recorded))
}

/// Lets only the owner read a file that existed, and was empty. Some file systems have no modes.
#[cfg(unix)]
fn hide(file: &File) {
    use std::os::unix::fs::PermissionsExt;

    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o600));
}

/// The report of a journal, which may be in use.
///
/// # Errors
///
/// [`Error::Journal`] where it cannot be read.
pub(crate) fn read_report(path: &Path) -> Result<Report> {
    let failure = |error| io_error(path, "cannot be read", error);
    // Opening a pipe would block until somebody writes to it.
    if !metadata(path).map_err(failure)?.is_file() {
        return Err(error(path, "is not a regular file; choose another path"));
    }
    let file = File::open(path).map_err(failure)?;
    let recorded = read(path, &file, Purpose::Report)?;
    if recorded.header.is_none() {
        return Err(error(path, "is empty: no campaign has begun with it"));
    }
    Ok(recorded.into_report())
}

fn read(path: &Path, file: &File, purpose: Purpose) -> Result<Recorded> {
    load(BufReader::with_capacity(READ_BUFFER_LEN, file), purpose).map_err(|reason| match reason {
        LoadError::Io(error) => io_error(path, "cannot be read", error),
        LoadError::Foreign => error(path, "is a file of another kind, and was not changed; choose another path"),
        LoadError::Newer(version) => error(
            path,
            &format!(
                "was written by a newer beams-native: its format is {version}, and this version reads up to {FORMAT_VERSION}; update beams-native"
            ),
        ),
        LoadError::Damaged(line) => {
            error(path, &format!("is damaged in line {line}, so users could be notified twice; restore it from a backup"))
        }
    })
}

fn check_header(path: &Path, found: &Header, wanted: &Header) -> Result<()> {
    if found.instance_id != wanted.instance_id {
        let text = format!(
            "belongs to the instance {}, not to {}; use another journal",
            found.instance_id, wanted.instance_id
        );
        return Err(error(path, &text));
    }
    if found.requests == wanted.requests {
        return Ok(());
    }
    let differs = wanted.requests.iter().find(|&(name, hash)| found.requests.get(name) != Some(hash));
    let missing = found.requests.keys().find(|&name| !wanted.requests.contains_key(name));
    let which = match (differs, missing) {
        (Some((name, _)), _) if found.requests.contains_key(name) => {
            format!("its request {name:?} had another content")
        }
        (Some((name, _)), _) => format!("it had no request {name:?}"),
        (None, missing) => format!("it also had a request {:?}", missing.map(String::as_str).unwrap_or_default()),
    };
    Err(error(path, &format!("was begun for other requests: {which}; use the same requests, or another journal")))
}

/// After a power failure, a new file is missing unless its folder was synced too. An existing file is not exempt: the process
/// that created it may have been killed before it synced the folder.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    match File::open(folder)?.sync_all() {
        // Some file systems have nothing to sync in a folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Folders cannot be synced on this platform, and need not be.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn error(path: &Path, what: &str) -> Error {
    Error::Journal { message: message(path, what), source: None }
}

fn message(path: &Path, what: &str) -> String {
    format!("the journal {} {what}", path.display())
}

/// The error for a failed system call.
pub(crate) fn io_error(path: &Path, what: &str, error: impl Into<Arc<io::Error>>) -> Error {
    let error = error.into();
    Error::Journal { message: message(path, &format!("{what}: {error}")), source: Some(error) }
}

//! Name lookups with the system's resolver, whose failures keep their kind.

use std::io;
use std::net::{Ipv4Addr, ToSocketAddrs, UdpSocket};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use crate::error::connection::{Classified, ConnectionErrorKind, is_too_many_open_files};

/// What the C libraries (glibc, macOS and musl, FreeBSD) say where the lookup may succeed later (`EAI_AGAIN`). The standard
/// library keeps only the text of such an error, on Windows only the number.
const TEMPORARY: [&str; 3] =
    ["Temporary failure in name resolution", "Try again", "Name could not be resolved at this time"];

/// `WSATRY_AGAIN`.
const WINDOWS_TRY_AGAIN: i32 = 11_002;

/// `getaddrinfo`, on one of the runtime's threads for blocking work.
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // A lookup that nobody waits for is not started.
            let lookup = AbortOnDropHandle::new(spawn_blocking(move || (name.as_str(), 0).to_socket_addrs()));
            match lookup.await {
                Ok(Ok(addresses)) => Ok(Box::new(addresses) as Addrs),
                Ok(Err(error)) => Err(Classified::new(classify_lookup(&error), error).into()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

fn classify_lookup(error: &io::Error) -> ConnectionErrorKind {
    // `getaddrinfo` says that a name was not found also where it could not open the socket to ask for it.
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    if is_too_many_open_files(error) || socket.is_err_and(|error| is_too_many_open_files(&error)) {
        return ConnectionErrorKind::TooManyOpenFiles;
    }
    let text = error.to_string();
    let is_temporary = TEMPORARY.iter().any(|temporary| text.ends_with(temporary))
        || (cfg!(windows) && error.raw_os_error() == Some(WINDOWS_TRY_AGAIN));
    if is_temporary { ConnectionErrorKind::NameServiceUnavailable } else { ConnectionErrorKind::NameNotFound }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_server_that_does_not_respond_is_distinguished_from_a_name_that_does_not_exist() {
        for (text, expected) in [
            ("Temporary failure in name resolution", ConnectionErrorKind::NameServiceUnavailable),
            ("Try again", ConnectionErrorKind::NameServiceUnavailable),
            ("Name could not be resolved at this time", ConnectionErrorKind::NameServiceUnavailable),
            ("Name or service not known", ConnectionErrorKind::NameNotFound),
            ("No address associated with hostname", ConnectionErrorKind::NameNotFound),
            ("nodename nor servname provided, or not known", ConnectionErrorKind::NameNotFound),
            ("Name does not resolve", ConnectionErrorKind::NameNotFound),
        ] {
            let error = io::Error::other(format!("failed to lookup address information: {text}"));
            assert_eq!(classify_lookup(&error), expected, "{text}");
        }
    }
}

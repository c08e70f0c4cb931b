//! What the service manager is told, in the words of sd_notify(3). Without one nobody is told anything.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use crate::config;

/// That requests are taken from now on.
pub(super) const READY: &str = "READY=1";
/// That it comes to its end, which was asked for.
pub(super) const STOPPING: &str = "STOPPING=1";

/// A manager that cannot be told will find out by itself, so that stops nothing.
pub(super) fn tell(state: &str) {
    if let Err(error) = send(state) {
        tracing::warn!(%error, state, "the service manager could not be told");
    }
}

fn send(state: &str) -> io::Result<()> {
    let Some(path) = config::notify_socket() else { return Ok(()) };
    let address = match path.as_os_str().as_bytes() {
        // In a namespace of its own, which has no files.
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
        _ => SocketAddr::from_pathname(&path)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(drop)
}

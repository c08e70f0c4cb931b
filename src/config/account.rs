//! Who runs this program, and who started it.

use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use figment::providers::Env;

/// The name of the account that runs this program, for the log of commands.
pub fn account() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(Env::var).filter(|name| !name.is_empty());
    // In a container or a timer nobody set a name; the number of the account is still somebody.
    let numbered = || std::fs::metadata("/proc/self").map(|process| format!("uid:{}", process.uid())).ok();
    named.or_else(numbered).unwrap_or_else(|| "unknown".to_owned())
}

/// The socket at which a service manager waits to be told that the service is ready (sd_notify(3)); `None` without one.
pub fn notify_socket() -> Option<PathBuf> {
    Env::var("NOTIFY_SOCKET").filter(|path| !path.is_empty()).map(PathBuf::from)
}

//! `routix` as it is built with the feature `failpoints`. `FAILPOINTS` says what happens at them from the beginning; who
//! writes `NAME=ACTIONS` to the socket that `FAILPOINTS_SOCKET` names says it later.
//!
//! One that panics ends the program then and there, as a kill does.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::ExitCode;
use std::{env, panic, process, thread};

fn main() -> ExitCode {
    let say = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        say(panic);
        process::abort();
    }));
    let _failpoints = fail::FailScenario::setup();
    if let Some(socket) = env::var_os("FAILPOINTS_SOCKET") {
        let listener = UnixListener::bind(socket).map(|listener| {
            thread::spawn(move || listener.incoming().try_for_each(|told| obey(told?)));
        });
        if listener.is_err() {
            return ExitCode::FAILURE;
        }
    }
    routix::cli::main()
}

/// Takes one line and answers with it.
fn obey(mut told: UnixStream) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(&told).read_line(&mut line)?;
    let (name, actions) = line.trim_end().split_once('=').ok_or(io::ErrorKind::InvalidData)?;
    fail::cfg(name, actions).map_err(io::Error::other)?;
    told.write_all(line.as_bytes())
}

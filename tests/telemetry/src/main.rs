//! `routix` as it is built with the feature `telemetry`.

use std::process::ExitCode;

fn main() -> ExitCode {
    routix::cli::main()
}

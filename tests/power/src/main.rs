//! `routix` itself: a package's tests start what the package builds.

use std::process::ExitCode;

fn main() -> ExitCode {
    routix::cli::main()
}

//! How many instructions the hot paths take: see the README beside this.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made says so by ending")]
#![expect(clippy::print_stdout, reason = "figures are what it is for")]
#![expect(clippy::print_stderr, reason = "so is what went wrong with them")]

mod callgrind;
mod figures;
#[path = "../scene/mod.rs"]
mod scene;
mod work;

use std::process::ExitCode;

use figures::Figures;

/// Runs this same program under callgrind and compares what it counted with the figures that are committed; `--write`
/// takes them as the new ones.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == callgrind::WORK) {
        work::run();
        return ExitCode::SUCCESS;
    }
    let counted = match callgrind::count(work::NAMES, work::ROUNDS) {
        Ok(counted) => counted,
        Err(error) => {
            eprintln!("instructions: {error}");
            return ExitCode::FAILURE;
        }
    };
    if arguments.iter().any(|argument| argument == "--write") {
        counted.write();
        return ExitCode::SUCCESS;
    }
    let (table, is_slower) = Figures::committed().compare(&counted);
    println!("{table}");
    if is_slower {
        eprintln!(
            "instructions: slower than what is committed; where that is worth it: cargo bench --bench instructions -- --write"
        );
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

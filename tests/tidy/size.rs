//! Nothing grows so long that nobody reads it.

use crate::tree::{Finding, assert_everywhere, is_rust, lines_found};

const FILE: usize = 500;
const MODULE_ROOT: usize = 120;
const README: usize = 200;

fn limit(path: &str) -> Option<usize> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let of_sources = format!("/{folder}/").contains("/src/");
    match name {
        "README.md" => Some(README),
        "mod.rs" | "lib.rs" if of_sources => Some(MODULE_ROOT),
        _ => is_rust(path).then_some(FILE),
    }
}

fn too_long(path: &str, text: &str) -> Vec<Finding> {
    let lines = text.lines().count();
    let finding = |limit| Finding::new(lines, format!("{lines} lines, at most {limit} are read"));
    limit(path).filter(|limit| lines > *limit).map(finding).into_iter().collect()
}

#[test]
fn no_file_is_too_long_to_be_read() {
    assert_everywhere(too_long);
}

#[test]
fn the_check_of_sizes_fails_one_line_past_each_limit() {
    for (path, limit) in [
        ("src/oauth/token.rs", 500),
        ("tests/it/main.rs", 500),
        ("src/oauth/mod.rs", 120),
        ("src/lib.rs", 120),
        ("domain/src/lib.rs", 120),
        ("README.md", 200),
        ("migrations/README.md", 200),
    ] {
        assert_eq!(too_long(path, &"x\n".repeat(limit)), [], "{path}");
        assert_eq!(lines_found(&too_long(path, &"x\n".repeat(limit + 1))), [limit + 1], "{path}");
    }
    assert_eq!(too_long("Cargo.lock", &"x\n".repeat(9_000)), []);
}

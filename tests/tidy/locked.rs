//! V29, V30: the libraries whose faults others have paid for are there in versions that have them no more.

use std::fs;

/// A library, the first good version, and the advisory.
const AT_LEAST: [(&str, [u64; 3], &str); 6] = [
    ("axum-core", [0, 2, 8], "CVE-2022-3212: a body without a limit"),
    ("h2", [0, 4, 4], "RUSTSEC-2024-0332: floods of frames"),
    ("hyper", [0, 14, 10], "RUSTSEC-2021-0078, -0079: smuggled requests"),
    ("jsonwebtoken", [10, 3, 0], "CVE-2026-25537: an expiry of the wrong type counted as none"),
    ("sqlx-core", [0, 8, 1], "RUSTSEC-2024-0363: a length that overflows"),
    ("tracing-subscriber", [0, 3, 20], "CVE-2025-58160: escape sequences in logs"),
];

/// Every version of a library in a lock file.
fn locked(lock: &str, name: &str) -> Vec<[u64; 3]> {
    let packages = lock.split("[[package]]").filter(|package| package.contains(&format!("\nname = \"{name}\"\n")));
    let versions = packages.filter_map(|package| package.split("version = \"").nth(1)?.split('"').next());
    let numbers = versions.map(|version| {
        let release = version.split(['-', '+']).next().unwrap_or(version);
        let mut parts = release.split('.').map(|part| part.parse().unwrap());
        [(); 3].map(|()| parts.next().unwrap())
    });
    numbers.collect()
}

#[test]
fn v29_v30_no_library_is_older_than_its_mended_version() {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    for (name, least, why) in AT_LEAST {
        let found = locked(&lock, name);
        assert!(!found.is_empty(), "{name} is not there any more: leave it out here");
        assert!(found.iter().all(|version| *version >= least), "{name} {found:?}: {why}");
    }
}

#[test]
fn an_old_version_beside_a_new_one_is_seen() {
    let package = |name: &str, version: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
    let lock = package("a", "1.2.3") + &package("ab", "0.0.1") + &package("a", "0.9.10-rc.1");
    assert_eq!(locked(&lock, "a"), [[1, 2, 3], [0, 9, 10]]);
}

//! Every golden file belongs to an event that the domain knows by name.

use crate::tree::{Finding, assert_everywhere, files, lines_found};

const FOLDER: &str = "domain/golden/";

fn unreferenced(path: &str, text: &str, domain: &str) -> Vec<Finding> {
    let Some(name) = path.strip_prefix(FOLDER) else {
        return Vec::new();
    };
    let stem = name.strip_suffix(".json").map(|stem| stem.strip_suffix(".minimal").unwrap_or(stem));
    let Some((event_type, version)) = stem.and_then(|stem| stem.rsplit_once('.')) else {
        return vec![Finding::new(1, "a golden file is called <event type>.<version>.json")];
    };
    let mut findings = Vec::new();
    if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.push(Finding::new(1, "the version is a number"));
    }
    if !domain.contains(&format!("\"{event_type}\"")) {
        findings.push(Finding::new(1, format!("the domain knows no event {event_type}")));
    }
    if !domain.contains(&format!("\"{}\"", name.trim_end_matches(".json"))) {
        findings.push(Finding::new(1, "no test of the domain reads this file"));
    }
    if !text.contains(&format!("\"type\": \"{event_type}\"")) {
        findings.push(Finding::new(1, format!("the stored payload names another type than {event_type}")));
    }
    findings
}

#[test]
fn every_golden_file_belongs_to_an_event_and_a_test() {
    let sources = files().into_iter().filter(|file| file.path.starts_with("domain/src/"));
    let domain: String = sources.map(|file| file.text).collect();
    assert_everywhere(|path, text| unreferenced(path, text, &domain));
}

#[test]
fn the_check_of_golden_files_fails_on_strangers() {
    let domain = r#"rename = "app.revoked" ("app.revoked.1", "app.revoked.1.minimal")"#;
    let text = r#"{ "type": "app.revoked" }"#;
    let found = |name: &str, text: &str| unreferenced(&format!("{FOLDER}{name}"), text, domain);
    assert_eq!(found("app.revoked.1.json", text), []);
    assert_eq!(found("app.revoked.1.minimal.json", text), []);
    assert_eq!(lines_found(&found("app.revoked.2.json", text)), [1], "no test reads it");
    assert_eq!(lines_found(&found("app.exploded.1.json", text)), [1, 1, 1], "unknown type, unread, other payload");
    assert_eq!(lines_found(&found("app.revoked.1.json", "{}")), [1], "other payload");
    assert_eq!(lines_found(&found("app.revoked.x.json", text)), [1, 1], "no version");
    assert_eq!(lines_found(&found("notes.txt", text)), [1]);
    assert_eq!(unreferenced("domain/src/golden.rs", "", domain), []);
}

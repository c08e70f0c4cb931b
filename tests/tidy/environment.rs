//! Time and the environment come in as parameters; each has one place that reads it.

use crate::tree::{Finding, assert_everywhere, code_lines, is_source, lines_found};

/// What only one module may call, and where that is.
const SOURCES: [(&str, &str, &str); 5] = [
    ("env::var", "src/config", "only config reads the environment"),
    ("Utc::now", "src/system", "only system knows the time"),
    ("Local::now", "src/system", "only system knows the time"),
    ("SystemTime::now", "src/system", "only system knows the time"),
    ("UNIX_EPOCH.elapsed", "src/system", "only system knows the time"),
];

fn is_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.starts_with(['/', '.']))
}

fn ambient_sources(path: &str, text: &str) -> Vec<Finding> {
    if !is_source(path) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in code_lines(text) {
        let used = SOURCES.iter().filter(|(call, home, _)| line.contains(call) && !is_in(path, home));
        findings.extend(used.map(|(call, _, rule)| Finding::new(number, format!("{call}: {rule}"))));
    }
    findings
}

#[test]
fn time_and_environment_are_read_in_one_place() {
    assert_everywhere(ambient_sources);
}

#[test]
fn the_check_of_time_and_environment_fails_on_each_call() {
    for (call, home, _) in SOURCES {
        let planted = format!("fn f() {{\n    let x = {call}();\n}}\n");
        for path in ["src/oauth/token.rs", "domain/src/app/aggregate.rs", "projections/src/runner.rs"] {
            assert_eq!(lines_found(&ambient_sources(path, &planted)), [2], "{call} in {path}");
        }
        assert_eq!(ambient_sources(&format!("{home}/mod.rs"), &planted), [], "{call} at home");
        assert_eq!(ambient_sources(&format!("{home}.rs"), &planted), [], "{call} at home");
        assert_eq!(lines_found(&ambient_sources(&format!("{home}_other/a.rs"), &planted)), [2]);
    }
    for variables in ["std::env::vars()", "env::var_os(\"A\")", "std::env::var(\"A\")"] {
        assert_eq!(lines_found(&ambient_sources("src/cli/serve.rs", variables)), [1], "{variables}");
    }
    assert_eq!(ambient_sources("src/a.rs", "/// Not Utc::now().\n// env::var\n"), []);
}

//! Rules of accessibility, judged by axe-core in the page that is open (WCAG 2.2 A and AA, and good practice beside them).

use std::fs;
use std::sync::OnceLock;

use crate::browser::Browser;

const RUN: &str = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => rule.id + ' at ' + node.target + ': ' + node.failureSummary)))";

fn rules() -> &'static str {
    static RULES: OnceLock<String> = OnceLock::new();
    RULES.get_or_init(|| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/node_modules/axe-core/axe.min.js");
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}; `tests/run` installs it"))
    })
}

/// What is wrong with the page that is open.
pub(crate) fn violations(browser: &Browser) -> Vec<String> {
    browser.value(rules());
    let found = browser.promised(RUN);
    found.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

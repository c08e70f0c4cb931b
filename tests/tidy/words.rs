//! No test is switched off, no lint is silenced, and nothing is left for later.

use crate::tree::{Finding, assert_everywhere, is_rust, lines_found};

/// Refused in Rust, as written; in two halves, so that this file does not name them.
const IN_RUST: [(&str, &str); 6] = [
    (concat!("to", "do!"), "finish it, or leave it out"),
    (concat!("unimple", "mented!"), "finish it, or leave it out"),
    (concat!("#[ig", "nore"), "a test that cannot run here says so and why"),
    (concat!("#[should", "_panic"), "assert the error"),
    (concat!("#[al", "low("), "use #[expect(lint, reason = \"…\")]"),
    (concat!("#![al", "low("), "use #![expect(lint, reason = \"…\")]"),
];

/// Refused in every text that people write, as words of their own.
const ANYWHERE: [&str; 2] = [concat!("FIX", "ME"), concat!("XX", "X")];

fn is_written_by_people(path: &str) -> bool {
    !path.ends_with(".lock") && !path.ends_with(".json")
}

fn has_word(line: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    line.split(|c| !in_word(c)).any(|part| part == word)
}

fn refused_words(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if is_rust(path) {
            let refused = IN_RUST.iter().filter(|(pattern, _)| line.contains(pattern));
            findings.extend(refused.map(|(pattern, why)| Finding::new(number, format!("{pattern}: {why}"))));
        }
        if is_written_by_people(path) {
            let refused = ANYWHERE.iter().filter(|word| has_word(line, word));
            findings.extend(refused.map(|word| Finding::new(number, format!("{word}: do it, or leave it out"))));
        }
    }
    findings
}

#[test]
fn nothing_is_switched_off_silenced_or_left_for_later() {
    assert_everywhere(refused_words);
}

#[test]
fn the_check_of_words_fails_on_each_of_them() {
    for (pattern, _) in IN_RUST {
        let planted = format!("fn fine() {{}}\n    {pattern}\n");
        assert_eq!(lines_found(&refused_words("src/a.rs", &planted)), [2], "{pattern}");
        assert_eq!(refused_words("README.md", &planted), [], "{pattern}");
    }
    for word in ANYWHERE {
        let planted = format!("fine\nfine\n// {word}: later\n");
        for path in ["src/a.rs", "README.md", "migrations/sqlite/read/1_a.sql"] {
            assert_eq!(lines_found(&refused_words(path, &planted)), [3], "{word} in {path}");
        }
        assert_eq!(refused_words("src/a.rs", &format!("a{word}b {word}{word}")), [], "part of a longer word");
    }
}

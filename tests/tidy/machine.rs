//! Nothing in the repository names a machine or how the work on it was organised.

use crate::tree::{Finding, assert_everywhere, lines_found};

/// Folders of a machine; in two halves, so that this file does not name them.
const FOLDERS: [&str; 3] = [concat!("/wo", "rk/"), concat!("/tmp", "/wt"), concat!("/ro", "ot/")];
const WORDS: [&str; 1] = [concat!("before", "-stop")];

/// A path from the root of a file system, and not the middle of a URL or of a relative path.
fn names_folder(line: &str, folder: &str) -> bool {
    let in_a_path = |c: char| c.is_alphanumeric() || "._-~}".contains(c);
    line.match_indices(folder).any(|(start, _)| !line[..start].ends_with(in_a_path))
}

fn names_of_a_machine(_path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let folders = FOLDERS.iter().filter(|folder| names_folder(line, folder));
        let words = WORDS.iter().filter(|word| line.contains(**word));
        findings
            .extend(folders.chain(words).map(|found| Finding::new(number, format!("{found} means nothing elsewhere"))));
    }
    findings
}

#[test]
fn no_file_names_a_machine() {
    assert_everywhere(names_of_a_machine);
}

#[test]
fn the_check_of_machines_fails_on_each_name() {
    for found in FOLDERS.into_iter().chain(WORDS) {
        for planted in [format!("\ncd {found}x"), format!("\n\"{found}x\""), format!("\nfile://{found}x")] {
            assert_eq!(lines_found(&names_of_a_machine("docs/a.md", &planted)), [2], "{planted}");
        }
    }
    for folder in FOLDERS {
        let inside = format!("https://example.com{folder}x ..{folder}x ${{HOME}}{folder}x");
        assert_eq!(names_of_a_machine("README.md", &inside), [], "{inside}");
    }
}

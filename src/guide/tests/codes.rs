//! Every code that the program can answer has an entry, and every entry is of a code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Chapter, HeadingLevel, Language, parts};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The programs of the doors, without their tests: path and text.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "domain/src/value"] {
        files(&root.join(folder), &mut found);
    }
    found.retain(|path| {
        let text = path.to_string_lossy();
        let is_program = path.extension().is_some_and(|ending| ending == "rs");
        is_program && !["/tests", "/dashboard/", "/pages/", "/cli/", "/guide/"].iter().any(|part| text.contains(part))
    });
    let program =
        |path: &PathBuf| fs::read_to_string(path).unwrap().split("#[cfg(test)]\nmod ").next().unwrap().to_owned();
    found.into_iter().map(|path| (path.clone(), program(&path))).collect()
}

/// What is between the bracket that `text` begins behind and the one that closes it, cut at its own commas.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut quoted, mut found) = (0, false, vec![String::new()]);
    let mut before = ' ';
    for c in text.chars() {
        quoted ^= c == '"' && before != '\\';
        match c {
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 && !quoted {
            found.push(String::new())
        } else {
            found.last_mut().unwrap().push(c)
        }
        before = c;
    }
    found.iter().map(|argument| argument.trim().to_owned()).collect()
}

fn literal(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// The argument at a place of every call, where it is written out.
fn written(text: &str, call: &str, place: usize) -> BTreeSet<String> {
    let calls = text.match_indices(call).map(|(at, _)| arguments(&text[at + call.len()..]));
    calls.filter_map(|found| literal(found.get(place)?).map(str::to_owned)).collect()
}

/// The texts in the body of `fn code`, which every error type has.
fn of_functions(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, head) in text.match_indices("fn code(") {
        if !text[at + head.len()..].lines().next().unwrap().contains("-> &'static str") {
            continue;
        }
        let (_, body) = text[at..].split_once('{').unwrap();
        let body = body.split("\n    }").next().unwrap();
        found.extend(body.split("=> ").filter_map(|part| literal(part.split(',').next()?)).map(str::to_owned));
    }
    found
}

fn error_codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (path, text) in sources() {
        if path.to_string_lossy().contains("/domain/") {
            continue;
        }
        codes.extend(of_functions(&text));
        codes.extend(written(&text, "Failure::new(", 1));
        // The failures' own constructors, and what the edge makes of a bare status.
        codes.extend(written(&text, "Self::new(", 1).into_iter().filter(|_| path.ends_with("http/failure.rs")));
        let bare = text.match_indices("=> (\"").filter(|_| path.ends_with("http/edge.rs"));
        codes.extend(bare.filter_map(|(at, _)| literal(&arguments(&text[at + 4..])[0]).map(str::to_owned)));
    }
    codes
}

fn chapter() -> &'static Chapter {
    Chapter::ALL.iter().find(|chapter| chapter.slug == "errors").unwrap()
}

#[test]
fn every_error_code_has_an_entry_and_every_entry_is_of_a_code() {
    let codes = error_codes();
    assert!(codes.len() > 25 && codes.contains("not_in_effect") && codes.contains("uri_too_long"), "{codes:?}");
    for language in Language::ALL {
        let headings = parts(chapter(), language).headings;
        let entries = headings.into_iter().filter(|(level, _)| *level == HeadingLevel::H3).map(|(_, text)| text);
        assert_eq!(entries.collect::<BTreeSet<_>>(), codes, "{language:?}");
    }
}

#[test]
fn every_entry_says_the_status_the_cause_and_what_to_do() {
    for (language, cause, fix) in
        [(Language::English, "**Cause.** ", "**Fix.** "), (Language::Dutch, "**Oorzaak.** ", "**Oplossing.** ")]
    {
        for entry in chapter().text(language).split("\n### ").skip(1) {
            let lines: Vec<&str> = entry.lines().filter(|line| !line.is_empty()).collect();
            assert!(lines[1].starts_with("Status `") || lines[1].starts_with("In "), "{entry}");
            assert!(lines[2].starts_with(cause) && lines[3].starts_with(fix), "{entry}");
        }
    }
}

#[test]
fn every_fault_of_a_field_is_told() {
    let mut codes = BTreeSet::new();
    for (path, text) in sources() {
        for call in ["Fault::new(", ".add("] {
            codes.extend(written(&text, call, 1));
        }
        codes.extend(written(&text, "refuse(", 0));
        let of_values = path.to_string_lossy().contains("/domain/");
        codes.extend(of_functions(&text).into_iter().filter(|_| of_values));
    }
    assert!(codes.len() > 20 && codes.contains("unknown_branch") && codes.contains("insecure_scheme"), "{codes:?}");
    for language in Language::ALL {
        let text = chapter().text(language);
        for code in &codes {
            assert!(text.contains(&format!("\n| `{code}` | ")), "{language:?}: {code}");
        }
    }
}

//! SQL is written out; where it must be put together, that has two homes.

use crate::tree::{Finding, assert_everywhere, is_source, line_of, lines_found};

const HOMES: [&str; 4] = ["src/proxy/records", "projections/src", "src/store", "tests/postgres"];
const KEYWORDS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// Whether the argument of a `format!` is a string that begins like a statement.
fn begins_a_statement(argument: &str) -> bool {
    let literal = argument.trim_start().trim_start_matches('r').trim_start_matches('#');
    let Some(statement) = literal.strip_prefix('"') else {
        return false;
    };
    let statement = statement.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    let first = statement.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    KEYWORDS.contains(&first)
}

fn formatted_sql(path: &str, text: &str) -> Vec<Finding> {
    let home = HOMES.iter().any(|home| path.starts_with(home));
    if home || !is_source(path) {
        return Vec::new();
    }
    text.match_indices("format!(")
        .filter(|(start, call)| begins_a_statement(&text[start + call.len()..]))
        .map(|(start, _)| Finding::new(line_of(text, start), "SQL put together with format!: bind the values"))
        .collect()
}

#[test]
fn no_sql_is_put_together_outside_its_homes() {
    assert_everywhere(formatted_sql);
}

#[test]
fn the_check_of_sql_fails_on_each_form() {
    let call = concat!("for", "mat!(");
    for keyword in KEYWORDS {
        for argument in [
            format!("\"{keyword} x\""),
            format!("\n    \"{keyword} x\""),
            format!("r#\"{keyword} x\"#"),
            format!("\"\\\n  {keyword} x\""),
        ] {
            let planted = format!("fn f() {{\n    {call}{argument})\n}}\n");
            for path in ["src/manage/list.rs", "src/oauth/token/mod.rs", "domain/src/lib.rs"] {
                assert_eq!(lines_found(&formatted_sql(path, &planted)), [2], "{argument} in {path}");
            }
            for path in ["src/proxy/records/sqlite.rs", "src/proxy/records.rs", "projections/src/tables.rs"] {
                assert_eq!(formatted_sql(path, &planted), [], "{argument} in {path}");
            }
        }
    }
    let harmless = format!("{call}\"SELECTED {{x}}\"); {call}\"Update it\"); query(\"SELECT 1\");");
    assert_eq!(formatted_sql("src/a.rs", &harmless), []);
}

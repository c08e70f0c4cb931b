//! V18: what must not be forgotten on a second way has only one. A path that makes or judges a token, or compares a secret, is
//! written down here, and a new one is looked at before it is.

use std::collections::BTreeMap;

use crate::tree::{code_lines, files, is_source};

/// What a line calls, and in which files and how often.
const CALLS: [(&str, &[(&str, usize)]); 10] = [
    // Signing and verifying.
    ("encode(&header", &[("src/access/token.rs", 1)]),
    (".sign(typ", &[("src/access/token.rs", 1)]),
    ("decode::<Claims>(", &[("src/access/verify.rs", 1)]),
    ("key.verify(token)", &[("src/access/verify.rs", 1)]),
    // Each kind of token is given out in one place, behind the checks of one grant.
    (".issue_to_user(", &[("src/manage/sign_in.rs", 1)]),
    (".issue_to_app(", &[("src/oauth/token/grants/client_credentials.rs", 1)]),
    (".issue_for_user(", &[("src/oauth/token/grants/family.rs", 1)]),
    (".issue_code(", &[("src/oauth/authorize/decide.rs", 1)]),
    // Nobody but `access` and `keys` has what signs.
    ("EncodingKey::", &[("src/keys/algorithm.rs", 3)]),
    // Secrets are compared in constant time: an app's, a password's, and the seal of what we gave out.
    (
        ".ct_eq(",
        &[
            ("src/commands/passwords.rs", 1),
            ("src/keys/seal.rs", 1),
            ("src/keys/shared.rs", 1),
            ("src/oauth/client_auth.rs", 1),
        ],
    ),
];

/// The code before the tests that stand in the same file.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn count(text: &str, call: &str) -> usize {
    code_lines(product(text)).map(|(_, line)| line.matches(call).count()).sum()
}

#[test]
fn v18_whatever_makes_or_judges_a_token_or_compares_a_secret_is_the_only_one() {
    let files = files();
    for (call, expected) in CALLS {
        let sources = files.iter().filter(|file| is_source(&file.path) && !file.path.contains("/tests"));
        let counted = sources.map(|file| (file.path.as_str(), count(&file.text, call)));
        let found: BTreeMap<&str, usize> = counted.filter(|(_, number)| *number > 0).collect();
        assert_eq!(found, expected.iter().copied().collect(), "who calls {call}");
    }
}

#[test]
fn a_second_caller_is_found_and_a_test_is_none() {
    let call = concat!(".issue_to", "_app(");
    let one = format!("fn f() {{\n    server.access{call}app);\n}}\n");
    assert_eq!(count(&format!("{one}{one}"), call), 2);
    assert_eq!(count(&format!("// see {call}\n{one}#[cfg(test)]\nmod tests {{\n{one}}}\n"), call), 1);
}

//! What whoever runs a campaign has set in the environment.

/// A number that may be set so: how long it is, or its seed.
///
/// # Panics
/// When something else is set.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration of its own")]
pub fn number(name: &str, usual: u64) -> u64 {
    let parse = |text: String| text.parse().unwrap_or_else(|_| panic!("{name} is a number, and not {text}"));
    std::env::var(name).map_or(usual, parse)
}

//! Tests of the whole program, in this process, over real connections and files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod http;

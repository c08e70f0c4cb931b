//! The event store in EventStoreDB: the contract of every store, against a server of this package and, where there is one,
//! against a real one; and what only this store promises.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod alone;
mod fixtures;
mod lost;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../../../it/support.rs"]
mod support;
mod whole;

/// The contract of every store, from where the other stores are held to it.
#[path = "../../../it/contract"]
mod contract {
    mod append;
    mod concurrency;
    mod content;
    mod feed;
    pub(crate) mod place;
    mod reopen;
    pub(crate) mod suite;

    use std::io::Write;

    use suite::{StoreUnderTest, store_contract};

    use crate::fixtures::{PeerFixture, ServerFixture, server_url};

    store_contract!(peer, PeerFixture);

    /// Whether it did is said past the test's own output, which nobody sees when it passes.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_real_server_is_tested_where_esdb_url_names_one() {
        let mut output = std::io::stderr();
        if server_url().is_none() {
            return output
                .write_all(b"not run: the contract against a real EventStoreDB; ESDB_URL names none\n")
                .unwrap();
        }
        store_contract!(each of ServerFixture);
        output.write_all(b"run: the contract against the EventStoreDB that ESDB_URL names\n").unwrap();
    }
}

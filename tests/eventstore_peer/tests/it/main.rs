//! The event store in EventStoreDB: the contract of every store, against a server of this package and, where there is one,
//! against a real one; and what only this store promises.

#![expect(clippy::unwrap_used, reason = "what a test cannot set up fails the test")]

mod alone;
mod fixtures;
mod lost;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../../../it/support.rs"]
mod support;

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

    use suite::{StoreUnderTest, store_contract};

    use crate::fixtures::{PeerFixture, ServerFixture, server_url};

    store_contract!(peer, PeerFixture);

    /// Its name says what it may leave out, and it says itself whether it did.
    #[expect(clippy::explicit_write, reason = "a test's own streams are hidden when it passes")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_real_server_is_tested_where_esdb_url_names_one() {
        use std::io::Write;
        if server_url().is_none() {
            writeln!(
                std::io::stderr(),
                "not run: the contract against a real EventStoreDB, because ESDB_URL names none"
            )
            .unwrap();
            return;
        }
        store_contract!(each of ServerFixture);
        writeln!(std::io::stderr(), "run: the contract against the EventStoreDB that ESDB_URL names").unwrap();
    }
}

//! One contract for every event store, written against its two ports.
//!
//! A store joins with a [`StoreUnderTest`] and one line of `store_contract!`. What only one store promises (here: the
//! append-only triggers of SQLite) is tested in that store's file. The store for EventStoreDB joins in
//! `tests/eventstore_peer`, with the server it needs.

mod append;
mod concurrency;
mod content;
mod feed;
mod place;
mod postgres;
mod reopen;
mod sqlite;
mod suite;

use postgres::PostgresFixture;
use sqlite::SqliteFixture;
use suite::{StoreUnderTest, store_contract};

store_contract!(sqlite_store, SqliteFixture);
store_contract!(postgres_store, PostgresFixture);

//! Where the store keeps its log in these tests.

use routix::store::eventstore::EventStoreDb;
use routix::system::System;
use routix_eventstore_peer::Peer;

use crate::contract::suite::StoreUnderTest;

/// A server of this package.
pub(crate) struct PeerFixture(pub(crate) Peer);

impl StoreUnderTest for PeerFixture {
    type Store = EventStoreDb;

    const RECORDS_AT_SYSTEM_TIME: bool = false;

    fn fresh() -> Self {
        Self(Peer::start().unwrap())
    }

    fn open(&self, system: &System) -> EventStoreDb {
        EventStoreDb::open(&self.0.url(), system).unwrap()
    }

    fn backup(&self) -> Self {
        Self(self.0.copy().unwrap())
    }
}

/// A namespace at a server that others use too.
pub(crate) struct ServerFixture {
    url: String,
    namespace: String,
}

/// The real server, where there is one.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
pub(crate) fn server_url() -> Option<String> {
    std::env::var("ESDB_URL").ok().filter(|url| !url.is_empty())
}

impl StoreUnderTest for ServerFixture {
    type Store = EventStoreDb;

    const RECORDS_AT_SYSTEM_TIME: bool = false;

    fn fresh() -> Self {
        let url = server_url().unwrap();
        Self { url, namespace: format!("test{}.", System::real().id().simple()) }
    }

    fn open(&self, system: &System) -> EventStoreDb {
        EventStoreDb::open_within(&self.url, &self.namespace, system).unwrap()
    }

    fn backup(&self) -> Self {
        panic!("a server's log is backed up by its operator, and this case is left out")
    }
}

//! routix as a whole with its log at a server and all else in SQLite.

use routix::config::Config;
use routix::demo;
use routix::evidence::{Kept, check_log};
use routix::keys::{KeyRing, Origin};
use routix::system::System;
use routix::wiring::{Stores, pending_migrations};
use routix_eventstore_peer::Peer;
use routix_projections::projection;

use crate::support::bounded;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_is_made_read_rebuilt_sealed_and_found_again() {
    let (peer, folder) = (Peer::start().unwrap(), tempfile::tempdir().unwrap());
    let config = Config { data_dir: folder.path().to_owned(), event_store_url: Some(peer.url()), ..Config::default() };
    let system = System::real();
    assert!(!pending_migrations(&config).await.unwrap().is_empty());
    let key = KeyRing::draft(&config.keys_dir(), &system, Some(Origin::Demo)).unwrap();
    key.write(&config.keys_dir()).unwrap();
    let stores = bounded("the stores", Stores::open(&config, &system)).await.unwrap();
    let facts = bounded("the demo", demo::prepare(&config.data_dir, &stores)).await.unwrap();
    assert!(demo::secret_is_current(&stores, &facts).await.unwrap());
    assert!(pending_migrations(&config).await.unwrap().is_empty());
    let keys = KeyRing::open(&config.keys_dir()).unwrap();
    stores.sealer(keys.clone()).seal_all().await.unwrap();
    for projection in projection::all() {
        let verified = stores.rebuilder().verify(projection, &mut |_| {}).await.unwrap();
        assert_eq!(verified.difference, None, "{}", projection.name());
        bounded("a rebuild", stores.rebuilder().rebuild(projection, &mut |_| {})).await.unwrap();
    }
    let head = stores.feed.head().await.unwrap();
    stores.close().await;
    let again = bounded("the stores again", Stores::open(&config, &system)).await.unwrap();
    assert_eq!(again.feed.head().await.unwrap(), head);
    assert!(demo::secret_is_current(&again, &facts).await.unwrap());
    let vouched = keys.current().checkpoint_signer().unwrap().verifier().clone();
    let kept = Kept { keys: vec![vouched], ..Kept::default() };
    let report = check_log((&again.feed, &again.seals), &kept, &mut |_, _| {}).await.unwrap();
    assert_eq!((report.verified.position, report.waiting), (head, 0));
    let refused = again.store.import(Box::new(std::iter::empty())).await;
    assert!(refused.unwrap_err().to_string().starts_with("EventStoreDB cannot keep the positions"));
    again.close().await;
}

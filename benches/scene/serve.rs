//! A service on SQLite in this process, with nobody in it.

use routix::config::Config;
use routix::keys::{KeyRing, Origin};
use routix::system::System;
use routix::wiring::{Service, Stores};
use tempfile::TempDir;

/// It goes away with its folder.
pub(crate) async fn service() -> (TempDir, Service) {
    let (folder, system) = (tempfile::tempdir().unwrap(), System::real());
    let config = Config {
        data_dir: folder.path().to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        api_rate_limit: 0,
        failure_limit: 0,
        ..Config::default()
    };
    let key = KeyRing::draft(&config.keys_dir(), &system, Some(Origin::Production)).unwrap();
    key.write(&config.keys_dir()).unwrap();
    let stores = Stores::open(&config, &system).await.unwrap();
    let lock = Service::lock(&config).unwrap();
    let service = Service::bind(&config, stores, lock).await.unwrap();
    (folder, service)
}

//! What several targets need of the program.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::Request;
use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use routix::keys::{Algorithm, KeyRing, Keys, Origin};
use routix::oauth::ClientRequest;
use routix::system::{Clock, Random, System};

/// The request at the token door that a body makes, if it makes one.
pub(crate) fn token_request(media_type: &str, body: &[u8]) -> Option<ClientRequest> {
    let request = Request::post("/oauth2/token").header("content-type", media_type).body(Body::from(body.to_vec()));
    // The body is there as a whole, so there is nothing to wait for.
    ClientRequest::read(request.ok()?).now_or_never()?.ok()
}

struct Fixed;

/// 2026-03-01T12:00:00Z, in seconds.
const NOW: i64 = 1_772_366_400;

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap_or_default()
    }
}

impl Random for Fixed {
    /// Always the same, so that what the corpus holds was made with the keys that judge it.
    fn fill(&self, buffer: &mut [u8]) {
        for (byte, value) in buffer.iter_mut().zip(1..) {
            *byte = value;
        }
    }
}

pub(crate) fn system() -> System {
    System::new(Arc::new(Fixed), Arc::new(Fixed))
}

/// Keys that are the same in every run, the signing one of HS256 with the id `0102030405060708`.
#[expect(clippy::expect_used, reason = "without keys there is nothing to check")]
pub(crate) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Arc<Keys>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let key = KeyRing::draft_of(folder.path(), &system(), Some(Origin::Production), Algorithm::Hs256);
        key.and_then(|key| key.write(folder.path())).expect("a key is written");
        KeyRing::open(folder.path()).expect("the keys are read").current()
    })
}

//! Many apps beside the demo's own.

use futures_util::StreamExt;
use futures_util::stream;
use routix::commands::Origin;
use routix::wiring::Stores;
use uuid::Uuid;

use crate::app::app;

/// Registrations that are under way together.
const TOGETHER: usize = 256;
/// Of so many at most the secrets are kept, evenly among all.
const ASKED: usize = 10_000;

/// Registers so many apps, and returns the client id and the secret of some of them.
pub(crate) async fn register(stores: &Stores, organization: Uuid, count: usize) -> Vec<(String, String)> {
    let every = count.div_ceil(ASKED).max(1);
    let origin = Origin::system(stores.system.ordered_id());
    let apps = stream::iter(0..count).map(async |number| {
        let new = app(stores, organization, format!("App {number}"));
        let registered = stores.commands.register_app(new, &origin).await.unwrap();
        let secret = registered.secret.unwrap().expose().to_owned();
        (number % every == 0).then(|| (registered.app.details.client_id.to_string(), secret))
    });
    apps.buffer_unordered(TOGETHER).filter_map(async |credentials| credentials).collect().await
}

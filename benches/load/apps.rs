//! Many apps beside the demo's own.

use futures_util::StreamExt;
use futures_util::stream;
use routix::commands::Origin;
use routix::commands::register_app::NewApp;
use routix::wiring::Stores;
use routix_domain::app::{ClientType, RefreshAuthentication};
use routix_domain::value::{BranchRestriction, RedirectUri, TokenLifetime};
use uuid::Uuid;

/// Registrations that are under way together.
const TOGETHER: usize = 256;
/// Of so many at most the secrets are kept, evenly among all.
const ASKED: usize = 10_000;

/// Registers so many apps, and returns the client id and the secret of some of them.
pub(crate) async fn register(stores: &Stores, organization: Uuid, count: usize) -> Vec<(String, String)> {
    let every = count.div_ceil(ASKED).max(1);
    let origin = Origin::system(stores.system.ordered_id());
    let apps = stream::iter(0..count).map(async |number| {
        let new = NewApp {
            organization_id: organization,
            name: format!("App {number}"),
            description: None,
            homepage_url: None,
            redirect_uris: vec![RedirectUri::parse(routix_test_ledger::CALLBACK, false).unwrap()],
            allowed_scopes: stores.catalogue.scopes(),
            allowed_branches: BranchRestriction::All,
            token_lifetime: TokenLifetime::default(),
            client_type: ClientType::Confidential,
            refresh_authentication: RefreshAuthentication::default(),
            idempotency: None,
        };
        let registered = stores.commands.register_app(new, &origin).await.unwrap();
        let secret = registered.secret.unwrap().expose().to_owned();
        (number % every == 0).then(|| (registered.app.details.client_id.to_string(), secret))
    });
    apps.buffer_unordered(TOGETHER).filter_map(async |credentials| credentials).collect().await
}

//! An app as somebody registers it.

use routix::commands::register_app::NewApp;
use routix::wiring::Stores;
use routix_domain::app::{ClientType, RefreshAuthentication};
use routix_domain::value::{BranchRestriction, RedirectUri, TokenLifetime};
use uuid::Uuid;

/// One with a secret, for every branch of its organization and with every scope of the catalogue.
pub(crate) fn app(stores: &Stores, organization_id: Uuid, name: String) -> NewApp {
    NewApp {
        organization_id,
        name,
        description: None,
        homepage_url: None,
        redirect_uris: vec![RedirectUri::parse("https://bench.example/callback", false).unwrap()],
        allowed_scopes: stores.catalogue.scopes(),
        allowed_branches: BranchRestriction::All,
        token_lifetime: TokenLifetime::default(),
        client_type: ClientType::Confidential,
        refresh_authentication: RefreshAuthentication::default(),
        idempotency: None,
    }
}

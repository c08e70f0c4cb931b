//! `client_id`: an app that is registered and not revoked.

use std::sync::Arc;

use routix_domain::app::Status;
use routix_projections::token_validation::ValidationRow;

use super::super::query::Query;
use super::super::refusal::PageRefusal;
use crate::oauth::server::OAuthServer;

pub(super) async fn check(server: &OAuthServer, query: &Query) -> Result<Arc<ValidationRow>, PageRefusal> {
    if query.is_doubled("client_id") {
        return Err(PageRefusal::UnknownClient);
    }
    let client_id = query.get("client_id").and_then(|text| text.parse().ok()).ok_or(PageRefusal::UnknownClient)?;
    let moment = server.access.moment().await.map_err(PageRefusal::Unavailable)?;
    let app = server.access.app_by_client_id(&moment, client_id).await.map_err(PageRefusal::Unavailable)?;
    let app = app.ok_or(PageRefusal::UnknownClient)?;
    match app.status.0 {
        Status::Active => Ok(app),
        // Whoever revoked it may have done so because somebody else is at its address now.
        Status::Revoked => Err(PageRefusal::RevokedClient),
    }
}

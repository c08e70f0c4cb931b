//! The apps that one lets act for oneself, on `/account`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use routix_domain::log::Actor;
use routix_projections::consents::{self, ConsentRow};
use routix_projections::{app_list, members};
use uuid::Uuid;

use super::Dashboard;
use crate::pages::scopes::{ScopeGroup, groups};
use crate::pages::{Form, PageError, Visitor, see_other};
use crate::store::identity::BrowserSession;

/// The purpose of the forms that withdraw a consent.
pub(super) const WITHDRAW: &str = "withdraw consent";

/// A consent as it is shown.
pub(super) struct ConnectedApp {
    pub(super) consent_id: Uuid,
    pub(super) name: String,
    pub(super) organization: String,
    pub(super) granted_on: String,
    pub(super) groups: Vec<ScopeGroup>,
}

/// The consents of a person that are in force.
pub(super) async fn rows(
    dashboard: &Dashboard,
    visitor: &Visitor,
    session: &BrowserSession,
) -> Result<Vec<ConnectedApp>, PageError> {
    let mut rows = Vec::new();
    for consent in consents::of_user(&dashboard.read, session.user.id).await? {
        rows.push(row(dashboard, visitor, consent).await?);
    }
    Ok(rows)
}

async fn row(dashboard: &Dashboard, visitor: &Visitor, consent: ConsentRow) -> Result<ConnectedApp, PageError> {
    let app = app_list::by_id(&dashboard.read, consent.app_id).await?;
    let organization = members::organization(&dashboard.read, consent.organization_id).await?;
    Ok(ConnectedApp {
        consent_id: consent.consent_id,
        // Both are there; a read model that is late must not hide a consent from who may want to withdraw it.
        name: app.map_or_else(|| consent.app_id.to_string(), |app| app.name),
        organization: organization.map_or_else(|| consent.organization_id.to_string(), |found| found.name),
        granted_on: visitor.words.date(consent.granted_at),
        groups: groups(&visitor.words, &visitor.pages.scope_texts, &consent.scopes),
    })
}

/// Withdraws one of one's own consents.
pub(super) async fn withdraw(State(dashboard): State<Arc<Dashboard>>, visitor: Visitor, request: Request) -> Response {
    visitor.answer(withdraw_own(&dashboard, &visitor, request).await)
}

async fn withdraw_own(dashboard: &Dashboard, visitor: &Visitor, request: Request) -> Result<Response, PageError> {
    let form = Form::read(visitor, request).await?;
    let session = form.session(visitor, WITHDRAW)?;
    let id: Uuid = form.required("consent_id")?.parse().map_err(|_| PageError::BadRequest)?;
    let own = consents::by_id(&dashboard.read, id).await?.filter(|consent| consent.user_id == session.user.id);
    // One that is gone already is what was wanted, and one of somebody else shows nothing of itself.
    if own.is_some() {
        let (actor, correlation_id) = (Actor::User(session.user.id), dashboard.system.ordered_id());
        dashboard.commands.withdraw_consent(id, &visitor.request.by(actor, "password", correlation_id)).await?;
    }
    Ok(see_other("/account?done=app"))
}

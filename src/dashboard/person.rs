//! Who is at a page of the dashboard: somebody who is signed in, and a member in one of his organizations.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use routix_domain::log::Actor;
use routix_projections::app_list::{self, AppRow};
use routix_projections::members::{self, MemberRow, OrganizationRow};
use uuid::Uuid;

use super::Dashboard;
use super::navigation::{Section, navigation};
use crate::access::About;
use crate::app_fields::uuid;
use crate::commands::Origin;
use crate::history::Sight;
use crate::pages::{Frame, PageError, Visitor};
use crate::store::identity::{BrowserSession, SecurityKind};

/// Somebody who is signed in.
pub(super) struct Person {
    pub(super) visitor: Visitor,
    pub(super) session: BrowserSession,
    /// The organizations in which he is a member, in the order in which he became one.
    pub(super) places: Vec<(MemberRow, OrganizationRow)>,
    /// Whether he looks after this service: the settings name him.
    pub(super) is_operator: bool,
}

impl FromRequestParts<Arc<Dashboard>> for Person {
    type Rejection = Response;

    /// # Errors
    /// The way to the sign-in page and back for who is not signed in; for a form, that it is of a session that is over.
    async fn from_request_parts(parts: &mut Parts, dashboard: &Arc<Dashboard>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, dashboard).await?;
        let Some(session) = visitor.session.clone() else {
            let is_form = parts.method == Method::POST;
            return Err(if is_form { visitor.answer(Err(PageError::StaleForm)) } else { visitor.sign_in_first() });
        };
        match places(dashboard, session.user.id).await {
            Ok(places) => {
                let is_operator = dashboard.operators.contains(&session.user.email.to_lowercase());
                Ok(Self { visitor, session, places, is_operator })
            }
            Err(error) => Err(visitor.answer(Err(error))),
        }
    }
}

/// The organizations of a user, in the order in which he became a member.
pub(super) async fn places(
    dashboard: &Dashboard,
    user_id: Uuid,
) -> Result<Vec<(MemberRow, OrganizationRow)>, PageError> {
    let mut places = Vec::new();
    for member in members::of_user(&dashboard.read, user_id).await? {
        let organization = members::organization(&dashboard.read, member.organization_id).await?;
        places.extend(organization.map(|organization| (member, organization)));
    }
    Ok(places)
}

impl Person {
    /// The frame of a page of his own, outside of any organization, which is found by itself at `target`.
    pub(super) fn frame_at(&self, section: Section, target: &str) -> Frame<'_> {
        Frame::at(&self.visitor, target).with(navigation(self, None, section))
    }

    /// He, as the log names him.
    pub(super) fn origin(&self, dashboard: &Dashboard) -> Origin {
        let correlation_id = dashboard.system.ordered_id();
        self.visitor.request.by(Actor::User(self.session.user.id), "password", correlation_id)
    }

    /// Keeps in the security log that he did something that is no event and should be known all the same.
    pub(super) fn record(&self, kind: SecurityKind, detail: &'static str) {
        let about = About { detail, user_id: Some(self.session.user.id), ..About::default() };
        self.visitor.pages.sign_in.security.record(kind, &self.visitor.request, about);
    }

    /// # Errors
    /// There is no such page for who is no operator.
    pub(super) fn must_be_operator(&self) -> Result<(), PageError> {
        if self.is_operator { Ok(()) } else { Err(PageError::NotFound) }
    }

    pub(super) fn page(&self, template: &impl Template) -> Response {
        self.visitor.dashboard_page(StatusCode::OK, template)
    }
}

/// A member, at a page of the organization that the path names.
pub(super) struct Insider {
    pub(super) person: Person,
    pub(super) member: MemberRow,
    pub(super) organization: OrganizationRow,
}

impl FromRequestParts<Arc<Dashboard>> for Insider {
    type Rejection = Response;

    /// # Errors
    /// As for [`Person`]; an organization of others does not exist.
    async fn from_request_parts(parts: &mut Parts, dashboard: &Arc<Dashboard>) -> Result<Self, Response> {
        let person = Person::from_request_parts(parts, dashboard).await?;
        let params = RawPathParams::from_request_parts(parts, dashboard).await.ok();
        let named = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == "organization_id"));
        let id = named.and_then(|(_, text)| uuid(text));
        let place = person.places.iter().find(|(member, _)| Some(member.organization_id) == id).cloned();
        match place {
            Some((member, organization)) => Ok(Self { person, member, organization }),
            None => Err(person.visitor.answer(Err(PageError::NotFound))),
        }
    }
}

impl Insider {
    pub(super) fn visitor(&self) -> &Visitor {
        &self.person.visitor
    }

    /// The path of a page of this organization: `/organizations/{id}` and what comes behind it.
    pub(super) fn path(&self, rest: &str) -> String {
        organization_path(self.organization.organization_id, rest)
    }

    /// The path of a page of one of its apps.
    pub(super) fn app_path(&self, app_id: Uuid, rest: &str) -> String {
        self.path(&format!("/apps/{app_id}{rest}"))
    }

    /// The frame of the page that was asked for.
    pub(super) fn frame(&self, section: Section) -> Frame<'_> {
        Frame::of(self.visitor()).with(navigation(&self.person, Some(&self.organization), section))
    }

    /// The frame of a page that is shown in answer to a form, and is found by itself at `target`.
    pub(super) fn frame_at(&self, section: Section, target: &str) -> Frame<'_> {
        Frame::at(self.visitor(), target).with(navigation(&self.person, Some(&self.organization), section))
    }

    /// Owners and admins act; members and viewers see.
    pub(super) fn manages(&self) -> bool {
        self.member.role.manages()
    }

    /// # Errors
    /// [`PageError::Forbidden`] for who only sees.
    pub(super) fn must_manage(&self) -> Result<(), PageError> {
        if self.manages() { Ok(()) } else { Err(PageError::Forbidden) }
    }

    /// An app of this organization that he may see: who is limited to some branches sees those that are limited to these.
    ///
    /// # Errors
    /// [`PageError::NotFound`]; another organization's app does not exist.
    pub(super) async fn app(&self, dashboard: &Dashboard, id: &str) -> Result<AppRow, PageError> {
        let id = uuid(id).ok_or(PageError::NotFound)?;
        let app = app_list::in_organization(&dashboard.read, self.organization.organization_id, id).await?;
        app.filter(|app| self.sees(app)).ok_or(PageError::NotFound)
    }

    pub(super) fn sees(&self, app: &AppRow) -> bool {
        app.organization_id == self.organization.organization_id && self.member.branches.covers(&app.allowed_branches)
    }

    /// The people whose names he may read beside their ids.
    pub(super) fn sight(&self) -> Sight {
        Sight::MembersOf(BTreeSet::from([self.organization.organization_id]))
    }

    pub(super) fn page(&self, template: &impl Template) -> Response {
        self.person.page(template)
    }
}

/// The path of a page of an organization.
pub(super) fn organization_path(id: Uuid, rest: &str) -> String {
    format!("/organizations/{id}{rest}")
}

//! Who reads which part of the log.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use routix_domain::value::BranchRestriction;
use uuid::Uuid;

use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::{Insider, Person};
use crate::evidence::{Chosen, Filter};
use crate::pages::{Frame, PageError, Visitor, error_page};

/// An owner or admin at the log of his organization, or an operator at the whole log.
pub(super) enum Auditor {
    Insider(Box<Insider>),
    Operator(Box<Person>),
}

impl FromRequestParts<Arc<Dashboard>> for Auditor {
    type Rejection = Response;

    /// # Errors
    /// As for [`Insider`]; the log of an organization is for owners and admins of all of it, and the whole log is not there
    /// for who is no operator.
    async fn from_request_parts(parts: &mut Parts, dashboard: &Arc<Dashboard>) -> Result<Self, Response> {
        let params = RawPathParams::from_request_parts(parts, dashboard).await.ok();
        let is_of_all = params.as_ref().is_some_and(|params| params.iter().all(|(name, _)| name != "organization_id"));
        if is_of_all {
            let person = Person::from_request_parts(parts, dashboard).await?;
            return match person.must_be_operator() {
                Ok(()) => Ok(Self::Operator(Box::new(person))),
                Err(error) => Err(person.visitor.answer(Err(error))),
            };
        }
        let insider = Insider::from_request_parts(parts, dashboard).await?;
        // Who is limited to some branches does not see every app, and so not what happened to all of them.
        if insider.manages() && insider.member.branches.0 == BranchRestriction::All {
            Ok(Self::Insider(Box::new(insider)))
        } else {
            Err(error_page(insider.visitor(), StatusCode::FORBIDDEN, "events-forbidden"))
        }
    }
}

impl Auditor {
    pub(super) fn person(&self) -> &Person {
        match self {
            Self::Insider(insider) => &insider.person,
            Self::Operator(person) => person,
        }
    }

    pub(super) fn visitor(&self) -> &Visitor {
        &self.person().visitor
    }

    /// The organization whose log it is; `None` for the whole log.
    pub(super) fn organization_id(&self) -> Option<Uuid> {
        match self {
            Self::Insider(insider) => Some(insider.organization.organization_id),
            Self::Operator(_) => None,
        }
    }

    /// The path of a page of this log.
    pub(super) fn path(&self, rest: &str) -> String {
        match self {
            Self::Insider(insider) => insider.path(&format!("/events{rest}")),
            Self::Operator(_) => format!("/operator/events{rest}"),
        }
    }

    /// Chooses what he may read.
    pub(super) fn everything(&self) -> Filter {
        Filter { organization: self.organization_id(), ..Filter::default() }
    }

    /// # Errors
    /// [`PageError::NotFound`] for what he may not read: it is not there.
    pub(super) fn may_read(&self, event: Option<Chosen>) -> Result<Chosen, PageError> {
        let readable =
            |chosen: &Chosen| self.organization_id().is_none_or(|id| chosen.owner.organization_id == Some(id));
        event.filter(readable).ok_or(PageError::NotFound)
    }

    /// Where the history of an app is for him: an app of another organization has none here.
    pub(super) fn history_of(&self, app: &routix_projections::app_list::AppRow) -> Option<String> {
        match self {
            Self::Insider(insider) => insider.sees(app).then(|| insider.app_path(app.app_id, "/history")),
            Self::Operator(_) => None,
        }
    }

    pub(super) fn frame(&self) -> Frame<'_> {
        match self {
            Self::Insider(insider) => insider.frame(Section::Events),
            Self::Operator(person) => person.frame_at(Section::Log, &person.visitor.target),
        }
    }

    pub(super) fn page(&self, status: StatusCode, template: &impl Template) -> Response {
        self.visitor().dashboard_page(status, template)
    }
}

//! `GET /docs`: the guide for integrators, for everybody. To members it shows their own values in the examples.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use routix_domain::app::Status;
use routix_domain::value::BranchRestriction;
use routix_projections::app_list::{self, AppRow};
use routix_projections::branches::{self, BranchRow};
use routix_projections::members::{MemberRow, OrganizationRow};

use super::Dashboard;
use super::person::{organization_path, places};
use crate::guide::{Chapter, Context, Heading, Values, render};
use crate::http::pairs;
use crate::pages::frame::GUIDE;
use crate::pages::language::Language;
use crate::pages::local_path::with_parameter;
use crate::pages::visitor::SIGN_IN;
use crate::pages::{Frame, Navigation, NavigationGroup, NavigationLink, PageError, Visitor, Words};

/// The path of the description of every call, which is no chapter.
const REFERENCE: &str = "/docs/api";

pub(super) fn router() -> Router<Arc<Dashboard>> {
    Router::new().route(GUIDE, get(index)).route("/docs/{chapter}", get(chapter))
}

#[derive(Template)]
#[template(path = "guide_index.html", config = ".askama.toml")]
struct IndexTemplate<'a> {
    frame: Frame<'a>,
    chapters: Vec<ChapterLine>,
}

/// A chapter in the list of all.
struct ChapterLine {
    href: String,
    title: &'static str,
    /// Its first sentences.
    about: &'static str,
}

#[derive(Template)]
#[template(path = "guide.html", config = ".askama.toml")]
struct ChapterTemplate<'a> {
    frame: Frame<'a>,
    title: &'static str,
    headings: Vec<Heading>,
    html: String,
    /// Whose values the examples show.
    told: Option<String>,
    has_app: bool,
    /// The way to sign in, for who has not.
    sign_in: Option<String>,
    previous: Option<NavigationLink>,
    next: Option<NavigationLink>,
}

/// Somebody who reads the guide.
struct Reader {
    visitor: Visitor,
    /// The organizations in which he is a member.
    places: Vec<(MemberRow, OrganizationRow)>,
    /// What links end with, so that a language that the address names stays.
    suffix: &'static str,
}

impl Reader {
    async fn new(dashboard: &Dashboard, mut visitor: Visitor, query: Option<String>) -> Result<Self, PageError> {
        let query = pairs::parse(query.unwrap_or_default().as_bytes())?;
        let named = query.get("language").and_then(|tag| Language::of_tag(tag));
        let suffix = match named {
            None => "",
            Some(Language::English) => "?language=en",
            Some(Language::Dutch) => "?language=nl",
        };
        visitor.words = named.map_or(visitor.words, Words::new);
        let places = match &visitor.session {
            Some(session) => places(dashboard, session.user.id).await?,
            None => Vec::new(),
        };
        Ok(Self { visitor, places, suffix })
    }

    /// The frame of a page that is found at `path` in every language, with the ways to the chapters.
    fn frame(&self, path: &str) -> Frame<'_> {
        let words = &self.visitor.words;
        let mut chapters = vec![NavigationLink {
            name: words.get("guide-chapters"),
            href: format!("{GUIDE}{}", self.suffix),
            is_current: path == GUIDE,
        }];
        chapters.extend(Chapter::ALL.iter().map(|chapter| self.link(chapter, path)));
        let name = words.get("section-reference");
        chapters.push(NavigationLink { name, href: REFERENCE.to_owned(), is_current: false });
        let mut groups = vec![NavigationGroup { name: words.get("guide-title"), links: chapters }];
        let own = |(_, organization): &(MemberRow, OrganizationRow)| NavigationLink {
            name: organization.name.clone(),
            href: organization_path(organization.organization_id, "/apps"),
            is_current: false,
        };
        if !self.places.is_empty() {
            let links = self.places.iter().map(own).collect();
            groups.push(NavigationGroup { name: words.get("guide-own"), links });
        }
        Frame::at(&self.visitor, path).with(Navigation { place: None, places: Vec::new(), groups })
    }

    fn link(&self, chapter: &Chapter, at: &str) -> NavigationLink {
        let path = format!("{GUIDE}/{}", chapter.slug);
        let name = chapter.title(self.visitor.words.language).to_owned();
        NavigationLink { is_current: path == at, href: format!("{path}{}", self.suffix), name }
    }
}

async fn index(State(dashboard): State<Arc<Dashboard>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let reader = match Reader::new(&dashboard, visitor.clone(), query).await {
        Ok(reader) => reader,
        Err(error) => return visitor.answer(Err(error)),
    };
    let language = reader.visitor.words.language;
    let line = |chapter: &Chapter| ChapterLine {
        href: format!("{GUIDE}/{}{}", chapter.slug, reader.suffix),
        title: chapter.title(language),
        about: chapter.about(language),
    };
    let template = IndexTemplate { frame: reader.frame(GUIDE), chapters: Chapter::ALL.iter().map(line).collect() };
    reader.visitor.dashboard_page(StatusCode::OK, &template)
}

async fn chapter(
    State(dashboard): State<Arc<Dashboard>>,
    visitor: Visitor,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let page = async { show(&dashboard, Reader::new(&dashboard, visitor.clone(), query).await?, &slug).await };
    visitor.answer(page.await)
}

async fn show(dashboard: &Dashboard, reader: Reader, slug: &str) -> Result<Response, PageError> {
    let place = Chapter::ALL.iter().position(|chapter| chapter.slug == slug).ok_or(PageError::NotFound)?;
    let words = &reader.visitor.words;
    let own = Own::of(dashboard, &reader.places).await?;
    let values = own.values(reader.visitor.pages.origin.as_str());
    let path = format!("{GUIDE}/{slug}");
    let neighbour = |place: Option<usize>| place.and_then(|place| Chapter::ALL.get(place));
    let chapter = &Chapter::ALL[place];
    let rendered = render(chapter.text(words.language), &Context { words, values: &values, suffix: reader.suffix });
    let template = ChapterTemplate {
        title: chapter.title(words.language),
        headings: rendered.headings,
        html: rendered.html,
        told: own.told(words),
        has_app: own.app.is_some(),
        sign_in: reader.visitor.session.is_none().then(|| with_parameter(SIGN_IN, "return_to", &path)),
        previous: neighbour(place.checked_sub(1)).map(|chapter| reader.link(chapter, &path)),
        next: neighbour(Some(place + 1)).map(|chapter| reader.link(chapter, &path)),
        frame: reader.frame(&path),
    };
    Ok(reader.visitor.dashboard_page(StatusCode::OK, &template))
}

/// The first app and the first branch that a member may see.
#[derive(Default)]
struct Own {
    app: Option<AppRow>,
    branch: Option<BranchRow>,
}

impl Own {
    /// From the first organization that has an app with a secret, else the branch of the first one.
    async fn of(dashboard: &Dashboard, places: &[(MemberRow, OrganizationRow)]) -> Result<Self, PageError> {
        let mut first = Self::default();
        for (member, organization) in places {
            let id = organization.organization_id;
            let apps = app_list::of_organization(&dashboard.read, id).await?;
            let app = apps.into_iter().find(|app| {
                let works = app.status.0 == Status::Active && app.secrets.current().is_some();
                works && member.branches.covers(&app.allowed_branches)
            });
            let reach = app.as_ref().map_or(&BranchRestriction::All, |app| &app.allowed_branches.0);
            let branches = branches::of_organization(&dashboard.read, id).await?;
            let branch = branches.into_iter().find(|branch| {
                let id = branch.branch_id;
                branch.closed_at.is_none() && member.branches.allows(id) && reach.allows(id)
            });
            if app.is_some() {
                return Ok(Self { app, branch });
            }
            first.branch = first.branch.or(branch);
        }
        Ok(first)
    }

    fn values(&self, url: &str) -> Values {
        Values {
            url: url.to_owned(),
            client_id: self.app.as_ref().map(|app| app.client_id.to_string()),
            branch: self.branch.as_ref().map(|branch| branch.public_id.clone()),
        }
    }

    fn told(&self, words: &Words) -> Option<String> {
        match (&self.app, &self.branch) {
            (None, None) => None,
            (Some(app), None) => Some(words.with("guide-values-app", &[("app", &app.name)])),
            (None, Some(branch)) => {
                let values = [("branch", branch.name.as_str()), ("id", &branch.public_id)];
                Some(words.with("guide-values-branch", &values))
            }
            (Some(app), Some(branch)) => {
                let values = [("app", app.name.as_str()), ("branch", &branch.name), ("id", &branch.public_id)];
                Some(words.with("guide-values", &values))
            }
        }
    }
}

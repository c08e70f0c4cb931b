//! `GET …/apps/{app_id}`: everything about an app on one page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use routix_domain::app::{ClientType, RefreshAuthentication, Status};
use routix_domain::log::Actor;
use routix_domain::value::{BranchRestriction, RedirectUri, TokenLifetime};
use routix_projections::app_list::AppRow;
use routix_projections::branches::{self, BranchRow};

use super::form::lifetime_text;
use super::quick_start::QuickStart;
use super::rotate::END_OVERLAP;
use super::secrets::{LastUse, SecretView, Uses, accepted};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::http::pairs;
use crate::pages::scopes::{ScopeGroup, groups};
use crate::pages::{Frame, PageError, Stamp, Words};

/// A lifetime above this is told to be dangerous.
const LONG_SECONDS: u32 = 3_600;

#[derive(Template)]
#[template(path = "app.html", config = ".askama.toml")]
struct AppTemplate<'a> {
    frame: Frame<'a>,
    app: &'a AppRow,
    path: String,
    done: Option<String>,
    manages: bool,
    is_active: bool,
    is_public: bool,
    created: Stamp,
    created_by: Option<String>,
    changed: Stamp,
    last_use: Option<LastUse>,
    redirect_uris: Vec<RedirectLine>,
    groups: Vec<ScopeGroup>,
    branches: Reach,
    secrets: Vec<SecretView>,
    lifetime: String,
    is_long: bool,
    is_unlimited: bool,
    always_authenticates: bool,
    quick_start: QuickStart,
    overlap_token: String,
}

/// A redirect URI and what kind it is.
struct RedirectLine {
    uri: String,
    kind: Option<String>,
}

/// The branches that an app reaches.
enum Reach {
    Every,
    Only(Vec<BranchRow>),
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    insider.visitor().answer(page(&dashboard, &insider, &app_id, query.as_deref()).await)
}

async fn page(
    dashboard: &Dashboard,
    insider: &Insider,
    app_id: &str,
    query: Option<&str>,
) -> Result<Response, PageError> {
    let app = insider.app(dashboard, app_id).await?;
    let visitor = insider.visitor();
    let words = &visitor.words;
    let query = pairs::parse(query.unwrap_or_default().as_bytes())?;
    let uses = Uses::of(dashboard, &app).await?;
    let all = branches::of_organization(&dashboard.read, app.organization_id).await?;
    let maker = app.created_by.map(Actor::User);
    let names = dashboard.history.actor_names(&maker.iter().collect::<Vec<_>>(), &insider.sight()).await?;
    let path = insider.app_path(app.app_id, "");
    let seconds = app.token_lifetime.seconds();
    let template = AppTemplate {
        // Without what was just done: another language does not say it again.
        frame: insider.frame_at(Section::Apps, &path),
        done: query.get("done").and_then(|done| done_words(words, &app, (done, dashboard.system.now()))),
        manages: insider.manages(),
        is_active: app.status.0 == Status::Active,
        is_public: app.client_type.0 == ClientType::Public,
        created: words.moment(app.created_at),
        created_by: maker.and_then(|maker| names.of(&maker).map(str::to_owned)),
        changed: words.moment(app.updated_at),
        last_use: uses.last(&app.secrets, words),
        redirect_uris: app.redirect_uris.iter().map(|uri| redirect_line(words, uri)).collect(),
        groups: groups(words, &visitor.pages.scope_texts, &app.allowed_scopes),
        quick_start: QuickStart::of(visitor.pages.origin.as_str(), &app, &all),
        branches: reach(&app.allowed_branches, all),
        secrets: accepted(&app.secrets, &uses, words, dashboard.system.now()),
        lifetime: lifetime_text(words, &app.token_lifetime.to_string()),
        is_long: seconds.is_none_or(|seconds| seconds > LONG_SECONDS),
        is_unlimited: app.token_lifetime.0 == TokenLifetime::Unlimited,
        always_authenticates: app.refresh_authentication.0 == RefreshAuthentication::Always,
        overlap_token: visitor.form_token(END_OVERLAP),
        path,
        app: &app,
    };
    Ok(insider.page(&template))
}

/// What was just done; nothing for what nobody does here, and for what the app does not look like: an address can be kept,
/// or made up.
fn done_words(words: &Words, app: &AppRow, (done, now): (&str, DateTime<Utc>)) -> Option<String> {
    let is_so = match done {
        "revoke" | "cut-off" => app.status.0 == Status::Revoked,
        "reactivate" => app.status.0 == Status::Active,
        "overlap-ended" => app.secrets.accepted_at(now).count() < 2,
        _ => true,
    };
    if !is_so {
        return None;
    }
    Some(words.get(match done {
        "nothing" => "confirm-changed",
        "registered" => "done-registered",
        "registered-before" => "done-registered-before",
        "changed" => "done-changed",
        "overlap-ended" => "done-overlap-ended",
        "revoke" => "done-revoked",
        "cut-off" => "done-cut-off",
        "reactivate" => "done-reactivated",
        _ => return None,
    }))
}

fn redirect_line(words: &Words, uri: &RedirectUri) -> RedirectLine {
    let kind = if uri.has_own_scheme() {
        Some(words.get("redirect-application"))
    } else if uri.is_loopback() {
        Some(words.get("redirect-loopback"))
    } else {
        None
    };
    RedirectLine { uri: uri.to_string(), kind }
}

fn reach(restriction: &BranchRestriction, all: Vec<BranchRow>) -> Reach {
    match restriction {
        BranchRestriction::All => Reach::Every,
        BranchRestriction::Only(ids) => {
            Reach::Only(all.into_iter().filter(|branch| ids.contains(&branch.branch_id)).collect())
        }
    }
}

//! What an operator does with a projection: rebuild, verify, pause, resume, retry.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_projections::Projection;
use routix_projections::projection;

use super::PROJECTIONS;
use crate::dashboard::Dashboard;
use crate::dashboard::confirm::{self, Problem};
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Person;
use crate::operate::Kind;
use crate::pages::{Form, Frame, PageError, Words, see_other};
use crate::store::identity::SecurityKind;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Rebuild,
    Verify,
    Pause,
    Resume,
    Retry,
}

impl Act {
    pub(super) const ALL: [Self; 5] = [Self::Rebuild, Self::Verify, Self::Pause, Self::Resume, Self::Retry];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rebuild => "rebuild",
            Self::Verify => "verify",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Retry => "retry",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }

    /// The purpose of its form token.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Rebuild => "rebuild a projection",
            Self::Verify => "verify a projection",
            Self::Pause => "pause a projection",
            Self::Resume => "resume a projection",
            Self::Retry => "retry a projection",
        }
    }

    /// Whether people are told what it means before they do it.
    fn is_confirmed(self) -> bool {
        match self {
            Self::Rebuild | Self::Pause => true,
            Self::Verify | Self::Resume | Self::Retry => false,
        }
    }
}

#[derive(Template)]
#[template(path = "operator_act.html", config = ".askama.toml")]
struct ActTemplate<'a> {
    frame: Frame<'a>,
    title: String,
    consequences: Vec<String>,
    /// Why it cannot be done here.
    obstacle: Option<String>,
    is_pause: bool,
    button: String,
    action: String,
    list: &'static str,
    form_token: String,
    problem: Option<Problem>,
    user_name: &'a str,
}

/// What it means, and the button.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    person: Person,
    Path((name, act)): Path<(String, String)>,
) -> Response {
    person.visitor.answer(confirmation(&dashboard, &person, (&name, &act), None).await)
}

/// # Errors
/// [`PageError::NotFound`] for who is no operator, and for a projection or an act that is none.
fn found(person: &Person, (name, act): (&str, &str)) -> Result<(&'static dyn Projection, Act), PageError> {
    person.must_be_operator()?;
    projection::named(name).zip(Act::named(act)).ok_or(PageError::NotFound)
}

async fn confirmation(
    dashboard: &Dashboard,
    person: &Person,
    path: (&str, &str),
    problem: Option<Problem>,
) -> Result<Response, PageError> {
    let (projection, act) = found(person, path)?;
    if !act.is_confirmed() {
        return Ok(see_other(PROJECTIONS));
    }
    let (words, name) = (&person.visitor.words, projection.name());
    let is_pause = act == Act::Pause;
    let (consequences, title, button) = if is_pause {
        let stops = words.get(&format!("told-pause-{name}"));
        let consequences = vec![stops, words.get("operator-pause-ready"), words.get("operator-pause-until")];
        (consequences, words.with("operator-pause-title", &[("name", name)]), words.get("operator-pause"))
    } else {
        let keys = ["operator-rebuild-reads", "operator-rebuild-disk", "operator-rebuild-ends"];
        let consequences = keys.map(|key| words.get(key)).into();
        (consequences, words.with("operator-rebuild-title", &[("name", name)]), words.get("operator-rebuild"))
    };
    let obstacle = if act == Act::Rebuild { obstacle(dashboard, words, projection).await? } else { None };
    let action = format!("{PROJECTIONS}/{name}/{}", act.name());
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let template = ActTemplate {
        frame: person.frame_at(Section::Projections, &action),
        title,
        consequences,
        obstacle,
        is_pause,
        button,
        action,
        list: PROJECTIONS,
        form_token: person.visitor.form_token(act.purpose()),
        problem,
        user_name: &person.session.user.email,
    };
    Ok(person.visitor.dashboard_page(status, &template))
}

/// Why it cannot be rebuilt here. Tables of another version belong to the server of their version, which may be running: to
/// swap them is to stop it, and a server rebuilds them when it starts. Without room on the disk it would not come to its end.
async fn obstacle(
    dashboard: &Dashboard,
    words: &Words,
    projection: &'static dyn Projection,
) -> Result<Option<String>, PageError> {
    let live = dashboard.read.status(&[projection]).await?.pop().and_then(|status| status.live);
    if let Some(live) = live.filter(|live| live.must_be_of(projection).is_err()) {
        let (live, own) = (live.version.to_string(), projection.version().to_string());
        return Ok(Some(words.with("operator-other-version", &[("live", &live), ("own", &own)])));
    }
    let plan = dashboard.works.plan(projection).await?;
    let megabytes = |bytes: u64| words.number(bytes / 1_000_000);
    Ok(plan.free.filter(|_| !plan.has_room()).map(|free| {
        words.with("operator-no-room", &[("needed", &megabytes(plan.needed())), ("free", &megabytes(free))])
    }))
}

pub(super) async fn submit(
    State(dashboard): State<Arc<Dashboard>>,
    person: Person,
    Path((name, act)): Path<(String, String)>,
    request: Request,
) -> Response {
    person.visitor.answer(done(&dashboard, &person, (&name, &act), request).await)
}

async fn done(
    dashboard: &Dashboard,
    person: &Person,
    path: (&str, &str),
    request: Request,
) -> Result<Response, PageError> {
    let (projection, act) = found(person, path)?;
    let form = Form::read(&person.visitor, request).await?;
    let session = form.session(&person.visitor, act.purpose())?;
    if act == Act::Pause
        && let Err(problem) = confirm::password(person, &form).await?
    {
        return confirmation(dashboard, person, path, Some(problem)).await;
    }
    let changed = match act {
        Act::Rebuild if obstacle(dashboard, &person.visitor.words, projection).await?.is_some() => false,
        Act::Rebuild => dashboard.works.begin(projection, Kind::Rebuild).is_ok(),
        Act::Verify => dashboard.works.begin(projection, Kind::Verify).is_ok(),
        Act::Pause => dashboard.read.pause(projection).await?,
        Act::Resume => dashboard.read.resume(projection).await?,
        Act::Retry => dashboard.read.retry(projection).await?,
    };
    person.record(SecurityKind::OperatorActed, act.name());
    let (projection, act) = (projection.name(), act.name());
    let (user_id, request_id) = (session.user.id, &person.visitor.request.request_id);
    tracing::warn!(target: "routix::operate", projection, act, changed, %user_id, request_id, "an operator's act");
    let done = if changed { act } else { "nothing" };
    Ok(see_other(&format!("{PROJECTIONS}?done={done}&name={projection}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::language::Language;

    #[test]
    fn every_act_and_every_projection_has_words_in_every_language() {
        for words in Language::ALL.map(Words::new) {
            for projection in projection::all() {
                for key in ["projection", "pause"] {
                    let key = format!("told-{key}-{}", projection.name());
                    assert!(words.find(&key).is_some(), "{key} {:?}", words.language);
                }
            }
            for act in Act::ALL.map(Act::name).into_iter().chain(["nothing"]) {
                let key = format!("told-done-{act}");
                assert!(words.with(&key, &[("name", "members")]).contains("members"), "{key} {:?}", words.language);
            }
        }
    }

    #[test]
    fn no_two_acts_share_a_purpose() {
        let purposes: std::collections::BTreeSet<_> = Act::ALL.map(Act::purpose).into();
        assert_eq!(purposes.len(), Act::ALL.len());
    }
}

//! The log, newest first, 50 events a page.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::log::Actor;
use routix_domain::schema::SCHEMAS;
use routix_projections::{app_list, members};
use uuid::Uuid;

use super::auditor::Auditor;
use super::line::{Line, lines, title};
use super::query::{ACTOR, APP, Asked, FROM, REQUEST_ID, TO, TYPE};
use crate::dashboard::Dashboard;
use crate::evidence::{Bounds, Found, Rest, newest};
use crate::history::Sight;
use crate::pages::{Frame, PageError, Words};

/// A page is short, and a filter that finds little must not read a log of years for it.
const BOUNDS: Bounds = Bounds { found: 50, looked: 20_000 };
/// Those of whom an event of an organization is.
const OF_ORGANIZATIONS: [&str; 4] = ["app.", "consent.", "authorization.", "organization."];
const KINDS: [&str; 4] = ["user", "app", "command_line", "system"];

#[derive(Template)]
#[template(path = "events.html", config = ".askama.toml")]
struct EventsTemplate<'a> {
    frame: Frame<'a>,
    title: String,
    intro: String,
    /// The path of this log.
    path: String,
    fields: Vec<Field>,
    is_filtered: bool,
    lines: Vec<Line>,
    /// Said when there is nothing to show, and it is known that there is nothing.
    nothing: Option<String>,
    rest: Option<RestView>,
    /// The newest page, when this is another one.
    newest: Option<String>,
    exports: Vec<Export>,
    evidence: Option<Evidence>,
}

/// A field of the filter.
struct Field {
    name: &'static str,
    label: String,
    hint: Option<String>,
    value: String,
    fault: Option<String>,
    /// What there is to choose from; nothing where one writes.
    groups: Vec<Group>,
}

struct Group {
    name: String,
    options: Vec<Choice>,
}

#[derive(Clone)]
struct Choice {
    value: String,
    text: String,
    is_selected: bool,
}

/// What is older.
struct RestView {
    text: Option<String>,
    link: String,
    href: String,
}

struct Export {
    text: String,
    href: String,
}

/// How far the log is sealed, for those who keep its checkpoints.
struct Evidence {
    events: String,
    position: String,
    waiting: String,
    checkpoint: Option<String>,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    auditor: Auditor,
    RawQuery(query): RawQuery,
) -> Response {
    auditor.visitor().answer(list(&dashboard, &auditor, &query.unwrap_or_default()).await)
}

async fn list(dashboard: &Dashboard, auditor: &Auditor, query: &str) -> Result<Response, PageError> {
    let asked = Asked::read(dashboard, auditor, query).await?;
    let words = &auditor.visitor().words;
    let (path, is_right) = (auditor.path(""), asked.faults.is_empty());
    let found =
        if is_right { Some(newest(&dashboard.sealer.feed, &asked.filter, asked.before, BOUNDS).await?) } else { None };
    let lines = match &found {
        Some(found) => lines(dashboard, auditor, &found.events).await?,
        None => Vec::new(),
    };
    let (title, intro) = match auditor {
        Auditor::Insider(_) => ("section-events", "events-intro"),
        Auditor::Operator(_) => ("section-log", "events-intro-operator"),
    };
    let template = EventsTemplate {
        frame: auditor.frame(),
        title: words.get(title),
        intro: words.get(intro),
        fields: fields(dashboard, auditor, &asked).await?,
        is_filtered: asked.is_filtered(),
        nothing: found.as_ref().and_then(|found| nothing(words, &asked, found)),
        lines,
        rest: found.and_then(|found| rest(words, &asked, &path, &found)),
        newest: asked.before.map(|_| asked.at(&path, None)),
        exports: if is_right { exports(auditor, &asked) } else { Vec::new() },
        evidence: evidence(dashboard, auditor).await?,
        path,
    };
    let status = if is_right { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    Ok(auditor.page(status, &template))
}

/// The way on. What nobody has looked at is never said not to be there.
fn rest(words: &Words, asked: &Asked, path: &str, found: &Found) -> Option<RestView> {
    match found.rest {
        Rest::Nothing => None,
        Rest::More { before } => {
            let (link, href) = (words.get("events-older"), asked.before(path, before));
            Some(RestView { text: None, link, href })
        }
        Rest::Unseen { before } => {
            let looked = words.number(u64::try_from(found.looked).unwrap_or(u64::MAX));
            let text = words.with("events-unseen", &[("looked", &looked), ("position", &before.to_string())]);
            let link = words.with("events-look-further", &[("position", &before.to_string())]);
            Some(RestView { text: Some(text), link, href: asked.before(path, before) })
        }
    }
}

fn nothing(words: &Words, asked: &Asked, found: &Found) -> Option<String> {
    let is_nothing = found.events.is_empty() && found.rest == Rest::Nothing;
    is_nothing.then(|| match (asked.before, asked.is_filtered()) {
        (Some(_), _) => words.get("events-none-older"),
        (None, true) => words.get("events-none-fits"),
        (None, false) => words.get("events-none"),
    })
}

fn exports(auditor: &Auditor, asked: &Asked) -> Vec<Export> {
    let words = &auditor.visitor().words;
    let path = auditor.path("/export");
    let export =
        |key: &str, format: &str| Export { text: words.get(key), href: asked.at(&path, Some(("format", format))) };
    vec![export("events-export-csv", "csv"), export("events-export-cloudevents", "cloudevents")]
}

async fn fields(dashboard: &Dashboard, auditor: &Auditor, asked: &Asked) -> Result<Vec<Field>, PageError> {
    let words = &auditor.visitor().words;
    let (apps, actors) = match auditor.organization_id() {
        Some(id) => (apps(dashboard, words, asked, id).await?, actors(dashboard, auditor, asked, id).await?),
        None => (Vec::new(), Vec::new()),
    };
    let is_operator = auditor.organization_id().is_none();
    let hint = |key: &str| Some(words.get(key));
    Ok([
        (TYPE, "events-type", None, types(auditor, asked)),
        (APP, "events-app", hint("events-app-hint").filter(|_| is_operator), apps),
        (ACTOR, "events-actor", hint("events-actor-hint").filter(|_| is_operator), actors),
        (FROM, "events-from", hint("events-time-hint"), Vec::new()),
        (TO, "events-to", hint("events-time-hint"), Vec::new()),
        (REQUEST_ID, "events-request", None, Vec::new()),
    ]
    .map(|(name, label, hint, groups)| Field {
        name,
        label: words.get(label),
        hint,
        value: asked.text(name).to_owned(),
        fault: asked.faults.get(name).map(|key| words.get(key)),
        groups,
    })
    .into())
}

fn types(auditor: &Auditor, asked: &Asked) -> Vec<Group> {
    let (words, selected) = (&auditor.visitor().words, asked.text(TYPE));
    let mut groups: Vec<Group> = vec![any(words)];
    for schema in SCHEMAS {
        let beginning = schema.event_type.split_inclusive('.').next().unwrap_or_default();
        if auditor.organization_id().is_some() && !OF_ORGANIZATIONS.contains(&beginning) {
            continue;
        }
        let name = words.get(&format!("told-events-{}", beginning.trim_end_matches('.')));
        if groups.last().is_none_or(|group| group.name != name) {
            let all = choice(beginning.to_owned(), words.with("events-all-of", &[("name", &name)]), selected);
            groups.push(Group { name, options: vec![all] });
        }
        let own = choice(schema.event_type.to_owned(), title(words, schema.event_type), selected);
        groups.last_mut().into_iter().for_each(|group| group.options.push(own.clone()));
    }
    groups
}

async fn apps(
    dashboard: &Dashboard,
    words: &Words,
    asked: &Asked,
    organization_id: Uuid,
) -> Result<Vec<Group>, PageError> {
    let selected = asked.text(APP);
    let own = app_list::of_organization(&dashboard.read, organization_id).await?;
    let options = own.into_iter().map(|app| choice(app.app_id.to_string(), app.name, selected)).collect();
    Ok(with_stranger(vec![any(words), Group { name: words.get("section-apps"), options }], selected))
}

async fn actors(
    dashboard: &Dashboard,
    auditor: &Auditor,
    asked: &Asked,
    organization_id: Uuid,
) -> Result<Vec<Group>, PageError> {
    let (words, selected) = (&auditor.visitor().words, asked.text(ACTOR));
    let people = members::of_organization(&dashboard.read, organization_id).await?;
    let people: BTreeSet<Uuid> = people.into_iter().map(|member| member.user_id).collect();
    let people: Vec<Actor> = people.into_iter().map(Actor::User).collect();
    // Who did something in an organization belonged to it, and its auditor wants to know who it was, also when he has left.
    let names = dashboard.history.actor_names(&people.iter().collect::<Vec<_>>(), &Sight::Everybody).await?;
    let person = |actor: &Actor| Some(choice(actor.id()?, names.of(actor)?.to_owned(), selected));
    let mut people: Vec<Choice> = people.iter().filter_map(person).collect();
    people.sort_by(|one, other| one.text.cmp(&other.text));
    let kind = |kind: &str| choice(kind.to_owned(), words.get(&format!("told-actors-{kind}")), selected);
    let kinds = Group { name: words.get("events-actor-kinds"), options: KINDS.map(kind).into() };
    let people = Group { name: words.get("section-members"), options: people };
    Ok(with_stranger(vec![any(words), kinds, people], selected))
}

/// The choice of nothing in particular.
fn any(words: &Words) -> Group {
    let all = Choice { value: String::new(), text: words.get("events-any"), is_selected: false };
    Group { name: String::new(), options: vec![all] }
}

/// What is asked for and is none of the choices, such as somebody who is no member any more, is one of them too.
fn with_stranger(mut groups: Vec<Group>, selected: &str) -> Vec<Group> {
    let is_known = groups.iter().flat_map(|group| &group.options).any(|choice| choice.value == selected);
    if !is_known {
        let stranger = choice(selected.to_owned(), selected.to_owned(), selected);
        groups.first_mut().into_iter().for_each(|group| group.options.push(stranger.clone()));
    }
    groups
}

fn choice(value: String, text: String, selected: &str) -> Choice {
    Choice { is_selected: value == selected, value, text }
}

async fn evidence(dashboard: &Dashboard, auditor: &Auditor) -> Result<Option<Evidence>, PageError> {
    let Auditor::Operator(_) = auditor else { return Ok(None) };
    let words = &auditor.visitor().words;
    let (sealed, head) = tokio::try_join!(dashboard.sealer.seals.sealed(), dashboard.sealer.feed.head())?;
    Ok(Some(Evidence {
        events: words.number(sealed.frontier.size()),
        position: sealed.position().to_string(),
        waiting: words.get(if head > sealed.position() { "events-waiting" } else { "events-all-sealed" }),
        checkpoint: sealed.newest.map(|checkpoint| checkpoint.note),
    }))
}

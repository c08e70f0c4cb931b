//! `GET /organizations/{organization_id}/apps/{app_id}/history`: every event in words, newest first.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::history::{Entry, Sentence};

use super::filter::{Filter, actor_value, type_name, types};
use super::past::{Origins, Past, TAB, Ways, point};
use super::telling::{Difference, ends_something};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::history::timestamp;
use crate::pages::{Frame, PageError, Stamp, Words};

/// Events on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "app_history.html", config = ".askama.toml")]
struct HistoryTemplate<'a> {
    frame: Frame<'a>,
    app: &'a str,
    path: &'a str,
    tab: &'static str,
    ways: &'a Ways,
    filter: &'a Filter,
    types: Vec<Choice>,
    actors: Vec<Choice>,
    /// `none` while the filter has a fault: what it would let through is not known.
    stops: Option<Vec<Stop>>,
    count: usize,
    newer: Option<String>,
    older: Option<String>,
    comparison: Option<Comparison>,
}

/// A value to choose in a filter.
struct Choice {
    value: String,
    name: String,
    is_chosen: bool,
}

/// An event in the timeline.
struct Stop {
    who: String,
    told: String,
    is_end: bool,
    at: Stamp,
    proof: Option<String>,
    from: Option<String>,
    differences: Vec<Difference>,
    state: String,
    position: u64,
    event: String,
    compare: Compare,
}

/// What the link to a comparison does at a stop.
enum Compare {
    /// Chooses it as the first point.
    Begin(String),
    /// Shows what is different from the first point.
    Finish(String),
    /// It is the first point.
    Chosen,
}

/// The first point, once it is chosen.
struct Comparison {
    at: Stamp,
    point: String,
    with_now: String,
    stop: String,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    insider.visitor().answer(timeline(&dashboard, &insider, &app_id, &query.unwrap_or_default()).await)
}

async fn timeline(dashboard: &Dashboard, insider: &Insider, app_id: &str, query: &str) -> Result<Response, PageError> {
    let filter = Filter::read(query, &insider.visitor().words)?;
    let past = Past::of(dashboard, insider, app_id).await?;
    let mut told = past.history.told();
    told.retain(|(entry, _)| filter.passes(entry));
    told.reverse();
    let page = Page::of(&told, filter.before);
    let shown = &told[page.begin..page.end];
    let origins = Origins::of(dashboard, insider, shown.iter().map(|(entry, _)| *entry)).await?;
    let scene = Scene { past: &past, filter: &filter, first: first_point(&past, &filter), origins };
    let stops = shown.iter().map(|(entry, sentence)| scene.stop(entry, sentence)).collect();
    let way = |before: Option<u64>| scene.way(before, filter.compare.as_deref());
    let template = HistoryTemplate {
        frame: insider.frame(Section::Apps),
        app: &past.app.name,
        path: &past.ways.app,
        tab: TAB,
        ways: &past.ways,
        filter: &filter,
        types: type_choices(&past, &filter),
        actors: actor_choices(&past, &filter),
        stops: Some(stops).filter(|_| !filter.is_faulty()),
        count: told.len(),
        newer: page.newer.map(way),
        older: page.older.map(|before| way(Some(before))),
        comparison: scene.comparison(),
    };
    let status = if filter.is_faulty() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(insider.visitor().dashboard_page(status, &template))
}

fn from(words: &Words, place: Option<&str>) -> String {
    match place {
        Some(place) => words.with("history-from", &[("place", place)]),
        None => words.get("history-from-forgotten"),
    }
}

/// Where a page begins and ends in the list of all, and how its neighbours are found.
struct Page {
    begin: usize,
    end: usize,
    /// `Some(None)` is the first page.
    newer: Option<Option<u64>>,
    older: Option<u64>,
}

impl Page {
    /// `before` is a position; `told` is newest first.
    fn of(told: &[(&Entry, Sentence)], before: Option<u64>) -> Self {
        let position = |index: usize| told[index].0.place.position;
        let begin = before.map_or(0, |before| told.partition_point(|(entry, _)| entry.place.position >= before));
        let end = told.len().min(begin + PAGE);
        let newer = (begin > 0).then(|| begin.checked_sub(PAGE).filter(|start| *start > 0).map(|at| position(at - 1)));
        let older = (end < told.len()).then(|| position(end - 1));
        Self { begin, end, newer, older }
    }
}

fn first_point<'a>(past: &'a Past<'_>, filter: &Filter) -> Option<&'a Entry> {
    let chosen = filter.compare.as_ref()?;
    past.history.entries().iter().find(|entry| point(entry) == *chosen)
}

fn type_choices(past: &Past<'_>, filter: &Filter) -> Vec<Choice> {
    let there: BTreeSet<&str> = past.history.entries().iter().map(|entry| entry.event_type.as_str()).collect();
    let is_offered = |name: &&str| there.contains(name) || filter.event_type == **name;
    let choice = |name: &str| Choice {
        value: name.to_owned(),
        name: type_name(past.telling.words, name),
        is_chosen: filter.event_type == name,
    };
    let mut choices: Vec<_> = types().filter(is_offered).map(choice).collect();
    if filter.type_fault.is_some() {
        choices.push(choice(&filter.event_type));
    }
    choices
}

/// Everybody who did something, in the order in which they first did.
fn actor_choices(past: &Past<'_>, filter: &Filter) -> Vec<Choice> {
    let mut seen = BTreeSet::new();
    let mut choices = Vec::new();
    for entry in past.history.entries() {
        let (value, actor) = (actor_value(&entry.place.actor), &entry.place.actor);
        if seen.insert(value.clone()) {
            let is_chosen = filter.actor == value;
            choices.push(Choice { value, name: past.telling.who(actor), is_chosen });
        }
    }
    if !filter.actor.is_empty() && !seen.contains(&filter.actor) {
        let (value, name) = (filter.actor.clone(), filter.actor.clone());
        choices.push(Choice { value, name, is_chosen: true });
    }
    choices
}

/// What every stop of a page is made with.
struct Scene<'a> {
    past: &'a Past<'a>,
    filter: &'a Filter,
    /// The first point of a comparison.
    first: Option<&'a Entry>,
    origins: Origins,
}

impl Scene<'_> {
    fn stop(&self, entry: &Entry, sentence: &Sentence) -> Stop {
        let (telling, ways) = (&self.past.telling, &self.past.ways);
        Stop {
            who: telling.who(&entry.place.actor),
            told: telling.sentence(sentence),
            is_end: ends_something(sentence),
            at: telling.words.moment(entry.place.recorded_at),
            proof: telling.proof(&entry.authenticated_by),
            from: self.origins.place(entry).map(|place| from(telling.words, place)),
            differences: sentence.0.iter().filter_map(|phrase| telling.difference(phrase)).collect(),
            state: ways.state_after(entry),
            position: entry.place.position,
            event: ways.event(entry.place.position),
            compare: self.compare(entry),
        }
    }

    fn compare(&self, entry: &Entry) -> Compare {
        let here = point(entry);
        let Some(first) = self.first else {
            return Compare::Begin(self.way(self.filter.before, Some(&here)));
        };
        match entry.place.position.cmp(&first.place.position) {
            std::cmp::Ordering::Equal => Compare::Chosen,
            std::cmp::Ordering::Less => Compare::Finish(self.past.ways.diff_of(&here, &point(first))),
            std::cmp::Ordering::Greater => Compare::Finish(self.past.ways.diff_of(&point(first), &here)),
        }
    }

    fn comparison(&self) -> Option<Comparison> {
        let first = self.first?;
        Some(Comparison {
            at: self.past.telling.words.moment(first.place.recorded_at),
            point: point(first),
            with_now: self.past.ways.diff_of(&point(first), &timestamp(self.past.now)),
            stop: self.way(self.filter.before, None),
        })
    }

    /// The path of a page of this timeline.
    fn way(&self, before: Option<u64>, compare: Option<&str>) -> String {
        let (history, query) = (self.past.ways.history(), self.filter.query(before, compare));
        if query.is_empty() { history } else { format!("{history}?{query}") }
    }
}

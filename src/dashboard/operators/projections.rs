//! `GET /operator/projections`: where each projection stands, what is being done with it, and what can be done.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::DateTime;
use routix_domain::log::Actor;
use routix_projections::projection::{self, Projection};
use routix_projections::read_db::{Generation, State as TableState};
use routix_projections::rebuild::Progress;
use routix_projections::skips::{Skip, Skips};

use super::PROJECTIONS;
use super::acts::Act;
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Person;
use crate::http::pairs;
use crate::operate::{Kind, Outcome, ProjectionStanding, Work};
use crate::pages::{Frame, PageError, Stamp, Words};

#[derive(Template)]
#[template(path = "operator_projections.html", config = ".askama.toml")]
struct ProjectionsTemplate<'a> {
    frame: Frame<'a>,
    done: Option<String>,
    /// `None` when the log does not answer.
    head: Option<String>,
    projections: Vec<ProjectionView>,
    /// What ended last, for those who listen.
    ended: Option<String>,
    /// Something goes on, and the next look shows more.
    is_busy: bool,
    again: &'static str,
}

struct ProjectionView {
    name: &'static str,
    what: String,
    state: String,
    /// The class of the mark.
    mark: &'static str,
    /// Names and values.
    facts: Vec<(String, String)>,
    error: Option<String>,
    work: Option<WorkView>,
    /// Builds of others.
    builds: Vec<BuildView>,
    skips: Vec<SkipView>,
    links: Vec<(String, String)>,
    buttons: Vec<Button>,
}

/// A rebuild or verification of this process.
struct WorkView {
    title: String,
    /// How much is done of how much; `None` when it is over, or no batch has ended yet.
    progress: Option<(u64, u64)>,
    text: String,
    /// The class of the box of an outcome; `None` while it runs.
    outcome: Option<&'static str>,
    at: Stamp,
}

struct BuildView {
    text: String,
    moved: Stamp,
}

/// An event that the projection passes.
struct SkipView {
    text: String,
    at: Stamp,
}

struct Button {
    text: String,
    label: String,
    action: String,
    id: String,
    form_token: String,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    person: Person,
    RawQuery(query): RawQuery,
) -> Response {
    person.visitor.answer(page(&dashboard, &person, &query.unwrap_or_default()).await)
}

async fn page(dashboard: &Dashboard, person: &Person, query: &str) -> Result<Response, PageError> {
    person.must_be_operator()?;
    let done = done(&person.visitor.words, query)?;
    let (head, standings) = dashboard.health.standings().await;
    let builds = dashboard.read.builds().await?;
    let standings = standings.unwrap_or_default();
    let look = Look { dashboard, person, head, builds: &builds };
    let views: Vec<_> = standings.iter().map(|standing| look.projection(standing)).collect();
    let works: Vec<_> =
        standings.iter().filter_map(|standing| Some((standing.name, dashboard.works.of(standing.name)?))).collect();
    let last = works.iter().filter_map(|(name, work)| Some((name, work.ended.as_ref()?, work.kind)));
    let last = last.max_by_key(|(_, (at, _), _)| *at);
    let words = &person.visitor.words;
    Ok(person.page(&ProjectionsTemplate {
        frame: person.frame_at(Section::Projections, PROJECTIONS),
        done,
        head: head.map(|head| words.number(head)),
        projections: views,
        ended: last.map(|(name, (_, outcome), kind)| format!("{name}: {}", told(words, kind, outcome))),
        is_busy: !builds.is_empty() || works.iter().any(|(_, work)| work.is_running()),
        again: PROJECTIONS,
    }))
}

/// What was just done, as the address says.
fn done(words: &Words, query: &str) -> Result<Option<String>, PageError> {
    let query = pairs::parse(query.as_bytes())?;
    let name = query.get("name").and_then(|name| projection::named(name));
    let act = query.get("done").filter(|act| act.as_str() == "nothing" || Act::named(act).is_some());
    Ok(name.zip(act).map(|(projection, act)| words.with(&format!("told-done-{act}"), &[("name", projection.name())])))
}

/// What the page is made of.
struct Look<'l> {
    dashboard: &'l Dashboard,
    person: &'l Person,
    head: Option<u64>,
    builds: &'l [(String, Generation)],
}

impl Look<'_> {
    fn words(&self) -> &Words {
        &self.person.visitor.words
    }

    fn projection(&self, standing: &ProjectionStanding) -> ProjectionView {
        let (words, name) = (self.words(), standing.name);
        let work = self.dashboard.works.of(name);
        let is_own = |build: &Generation| {
            let kind = if build.state == TableState::Verifying { Kind::Verify } else { Kind::Rebuild };
            work.as_ref().is_some_and(|work| work.is_running() && work.kind == kind)
        };
        let builds = self.builds.iter().filter(|(of, build)| of == name && !is_own(build));
        let (state, mark) = state(words, standing);
        let is_running = work.as_ref().is_some_and(Work::is_running);
        ProjectionView {
            name,
            what: words.get(&format!("told-projection-{name}")),
            state,
            mark,
            facts: facts(words, standing),
            error: standing.last_error.as_ref().map(|error| {
                match standing.live.as_ref().and_then(|live| live.error_position) {
                    Some(position) => {
                        words.with("operator-error-at", &[("position", &position.to_string()), ("error", error)])
                    }
                    None => error.clone(),
                }
            }),
            work: work.as_ref().map(|work| self.work(work)),
            builds: builds.map(|(_, build)| self.build(build)).collect(),
            skips: standing.skips.iter().flat_map(Skips::iter).map(|skip| self.skip(skip)).collect(),
            links: self.links(standing, is_running),
            buttons: self.buttons(standing, is_running),
        }
    }

    fn work(&self, work: &Work) -> WorkView {
        let (words, now) = (self.words(), self.dashboard.system.now());
        let title = words.get(match work.kind {
            Kind::Rebuild => "operator-rebuilding",
            Kind::Verify => "operator-verifying",
        });
        if let Some((at, outcome)) = &work.ended {
            let text = told(words, work.kind, outcome);
            let class = if is_good(outcome) { "notice" } else { "problem" };
            return WorkView { title, progress: None, text, outcome: Some(class), at: words.moment(*at) };
        }
        let text = match work.progress {
            None => words.get("operator-begins"),
            Some(Progress { position, head }) => {
                let done = words
                    .with("operator-progress", &[("position", &words.number(position)), ("head", &words.number(head))]);
                match work.rate(now).zip(work.seconds_left(now)) {
                    Some((rate, left)) => {
                        let (rate, left) = (words.number(rate), duration(words, left));
                        let pace = words.with("operator-pace", &[("rate", &rate), ("left", &left)]);
                        format!("{done}, {pace}")
                    }
                    None => done,
                }
            }
        };
        let progress = work.progress.map(|progress| (progress.position.min(progress.head), progress.head.max(1)));
        WorkView { title, progress, text, outcome: None, at: words.moment(work.began) }
    }

    fn build(&self, build: &Generation) -> BuildView {
        let words = self.words();
        let key = if build.state == TableState::Verifying {
            "operator-verified-elsewhere"
        } else {
            "operator-rebuilt-elsewhere"
        };
        let head = self.head.map(|head| words.number(head)).unwrap_or_default();
        let text = words.with(key, &[("position", &words.number(build.position)), ("head", &head)]);
        let moved = DateTime::from_timestamp_micros(build.updated_at).unwrap_or_default();
        BuildView { text, moved: words.moment(moved) }
    }

    fn skip(&self, skip: &Skip) -> SkipView {
        let words = self.words();
        let who = match &skip.actor {
            Actor::CommandLine(account) => words.with("events-actor-command-line", &[("name", account)]),
            Actor::System => words.get("events-actor-system"),
            Actor::User(id) | Actor::App(id) => id.to_string(),
        };
        let position = words.number(skip.position);
        let text = words.with("operator-skipped", &[("position", &position), ("who", &who), ("reason", &skip.reason)]);
        SkipView { text, at: words.moment(skip.skipped_at) }
    }

    /// What is told more about before it is done.
    fn links(&self, standing: &ProjectionStanding, is_running: bool) -> Vec<(String, String)> {
        let (words, is_paused) = (self.words(), is(standing, TableState::Paused));
        let link = |act: Act, key: &str| {
            (format!("{}…", words.get(key)), format!("{PROJECTIONS}/{}/{}", standing.name, act.name()))
        };
        let mut links = Vec::new();
        if standing.live.is_some() && !is_running {
            links.push(link(Act::Rebuild, "operator-rebuild"));
        }
        if standing.live.is_some() && !is_paused {
            links.push(link(Act::Pause, "operator-pause"));
        }
        links
    }

    fn buttons(&self, standing: &ProjectionStanding, is_running: bool) -> Vec<Button> {
        let offers = [
            (Act::Verify, "operator-verify", standing.live.is_some() && !is_running),
            (Act::Resume, "operator-resume", is(standing, TableState::Paused)),
            (Act::Retry, "operator-retry", is(standing, TableState::Stopped)),
        ];
        let offered = offers.into_iter().filter(|(_, _, is_offered)| *is_offered);
        offered.map(|(act, key, _)| self.button(standing.name, act, key)).collect()
    }

    fn button(&self, name: &str, act: Act, key: &str) -> Button {
        let text = self.words().get(key);
        Button {
            label: format!("{text}: {name}"),
            text,
            action: format!("{PROJECTIONS}/{name}/{}", act.name()),
            id: format!("{}-{name}", act.name()),
            form_token: self.person.visitor.form_token(act.purpose()),
        }
    }
}

fn is(standing: &ProjectionStanding, state: TableState) -> bool {
    standing.live.as_ref().is_some_and(|live| live.state == state)
}

/// The state in words, and the class of its mark.
fn state(words: &Words, standing: &ProjectionStanding) -> (String, &'static str) {
    let state = standing.live.as_ref().map(|live| live.state);
    let (key, mark) = match state {
        None => ("operator-state-none", "danger"),
        Some(TableState::Live) if standing.follows => ("operator-state-follows", "good"),
        Some(TableState::Paused) => ("operator-state-paused", "caution"),
        Some(TableState::Live | TableState::Stopped | TableState::Building | TableState::Verifying) => {
            ("operator-state-stopped", "danger")
        }
    };
    (words.get(key), mark)
}

fn facts(words: &Words, standing: &ProjectionStanding) -> Vec<(String, String)> {
    let Some(live) = &standing.live else { return Vec::new() };
    let wanted = projection::named(standing.name).map(Projection::version).filter(|wanted| *wanted != live.version);
    let version = match wanted {
        None => live.version.to_string(),
        Some(wanted) => {
            words.with("operator-version-other", &[("live", &live.version.to_string()), ("own", &wanted.to_string())])
        }
    };
    let lag = match &standing.lag {
        None => words.get("operator-lag-unknown"),
        Some(lag) if lag.events == 0 => words.get("operator-lag-none"),
        Some(lag) => {
            let events = words.with("operator-lag", &[("events", &words.number(lag.events))]);
            let seconds = lag.seconds.and_then(|seconds| u64::try_from(seconds).ok());
            let since = seconds.map(|seconds| words.with("operator-lag-since", &[("time", &duration(words, seconds))]));
            since.map_or_else(|| events.clone(), |since| format!("{events}, {since}"))
        }
    };
    [("operator-position", words.number(live.position)), ("operator-lag-title", lag), ("operator-version", version)]
        .map(|(key, value)| (words.get(key), value))
        .into()
}

fn is_good(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Rebuilt { .. } | Outcome::Equal { .. } => true,
        Outcome::Differs { .. } | Outcome::Failed { .. } | Outcome::Lost => false,
    }
}

/// How it ended, in words.
fn told(words: &Words, kind: Kind, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Rebuilt { position } => words.with("operator-rebuilt", &[("position", &words.number(*position))]),
        Outcome::Equal { rows, position } => {
            words.with("operator-equal", &[("rows", &words.number(*rows)), ("position", &words.number(*position))])
        }
        Outcome::Differs { place, position } => {
            words.with("operator-differs", &[("place", place), ("position", &words.number(*position))])
        }
        Outcome::Failed { error } => {
            let key = match kind {
                Kind::Rebuild => "operator-rebuild-failed",
                Kind::Verify => "operator-verify-failed",
            };
            words.with(key, &[("error", error)])
        }
        Outcome::Lost => words.get("operator-lost"),
    }
}

/// A time that people can take in: seconds, minutes or hours.
fn duration(words: &Words, seconds: u64) -> String {
    let (key, count) = match seconds {
        0..120 => ("operator-seconds", seconds),
        120..7_200 => ("operator-minutes", seconds / 60),
        7_200.. => ("operator-hours", seconds / 3_600),
    };
    words.with(key, &[("count", &words.number(count))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::language::Language;

    #[test]
    fn a_time_is_told_in_a_unit_that_people_can_take_in() {
        let words = Words::new(Language::English);
        let told = [0, 119, 120, 7_199, 7_200, 10_000_000].map(|seconds| duration(&words, seconds));
        assert_eq!(told, ["0 s", "119 s", "2 min", "119 min", "2 h", "2,777 h"]);
    }

    #[test]
    fn only_what_was_just_done_here_is_told() {
        let words = Words::new(Language::English);
        let told = |query| done(&words, query).unwrap();
        assert!(told("done=pause&name=members").unwrap().contains("members"));
        for query in ["", "done=pause", "done=pause&name=moon", "done=moon&name=members", "name=members"] {
            assert_eq!(told(query), None, "{query}");
        }
    }
}

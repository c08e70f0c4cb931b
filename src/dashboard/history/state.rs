//! `GET /organizations/{organization_id}/apps/{app_id}/state`: what the app could do at a moment, and who had made it so.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::app::Status;
use routix_domain::history::{AppThen, Entry, Member, MemberValue, Moment};

use super::members::{Part, parts};
use super::past::{Past, TAB, Ways};
use super::times::{TimeField, moment};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::http::pairs;
use crate::pages::{Frame, PageError, Stamp, Words};

#[derive(Template)]
#[template(path = "app_state.html", config = ".askama.toml")]
struct StateTemplate<'a> {
    frame: Frame<'a>,
    app: &'a str,
    path: &'a str,
    tab: &'static str,
    ways: &'a Ways,
    at: TimeField,
    shown: Shown,
}

/// What there is to show.
enum Shown {
    State(Box<StateView>),
    /// The moment is before the app, or no event has the sequence; why, and where its life begins.
    Nothing {
        why: String,
        first: Option<String>,
    },
    /// What was asked is no moment.
    Fault,
}

struct StateView {
    at: Stamp,
    sequence: u64,
    position: u64,
    is_revoked: bool,
    parts: Vec<Part>,
    /// The states just before and just after this one's last event.
    earlier: Option<String>,
    later: Option<String>,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    insider.visitor().answer(state(&dashboard, &insider, &app_id, &query.unwrap_or_default()).await)
}

async fn state(dashboard: &Dashboard, insider: &Insider, app_id: &str, query: &str) -> Result<Response, PageError> {
    let query = pairs::parse(query.as_bytes())?;
    let asked = |name: &str| query.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let past = Past::of(dashboard, insider, app_id).await?;
    let typed = asked("at").map(str::to_owned);
    let moment = match (typed.as_deref(), asked("sequence")) {
        (None, None) => Some(Moment::Time(past.now)),
        (Some(at), _) => moment(at).filter(|moment| matches!(moment, Moment::Time(_))),
        (None, Some(sequence)) => Some(sequence.parse().map(Moment::Sequence).map_err(|_| PageError::BadRequest)?),
    };
    let words = &insider.visitor().words;
    let (shown, at) = match moment {
        Some(moment) => match past.history.then(moment.not_after(past.now)) {
            Some(then) => (Shown::State(Box::new(view(&past, &then))), TimeField::of(then.as_of.time)),
            None => (nothing(&past, words, moment), TimeField { value: typed.unwrap_or_default(), fault: None }),
        },
        None => {
            let fault = Some(words.get("history-no-time"));
            (Shown::Fault, TimeField { value: typed.unwrap_or_default(), fault })
        }
    };
    let status = match shown {
        Shown::State(_) => StatusCode::OK,
        Shown::Nothing { .. } => StatusCode::NOT_FOUND,
        Shown::Fault => StatusCode::BAD_REQUEST,
    };
    let frame = insider.frame(Section::Apps);
    let template =
        StateTemplate { frame, app: &past.app.name, path: &past.ways.app, tab: TAB, ways: &past.ways, at, shown };
    Ok(insider.visitor().dashboard_page(status, &template))
}

fn view(past: &Past<'_>, then: &AppThen) -> StateView {
    let entries = past.history.entries();
    let last = entries.iter().position(|entry| entry.place.position == then.as_of.position);
    let way = |entry: &Entry| past.ways.state_after(entry);
    StateView {
        at: past.telling.words.moment(then.as_of.time),
        sequence: then.as_of.sequence,
        position: then.as_of.position,
        is_revoked: then.get(Member::Status).is_some_and(|known| known.value == MemberValue::Status(Status::Revoked)),
        parts: parts(past, &then.members),
        earlier: last.and_then(|last| last.checked_sub(1)).and_then(|before| entries.get(before)).map(way),
        later: last.and_then(|last| entries.get(last + 1)).map(way),
    }
}

fn nothing(past: &Past<'_>, words: &Words, moment: Moment) -> Shown {
    let first = past.history.entries().first();
    Shown::Nothing { why: why_nothing(words, moment), first: first.map(|entry| past.ways.state_after(entry)) }
}

/// Why there is no state at a moment.
pub(super) fn why_nothing(words: &Words, moment: Moment) -> String {
    match moment {
        Moment::Time(time) => words.with("history-not-yet", &[("moment", &words.moment(time).text)]),
        Moment::Sequence(number) | Moment::Position(number) => {
            words.with("history-no-such-event", &[("sequence", &number.to_string())])
        }
    }
}

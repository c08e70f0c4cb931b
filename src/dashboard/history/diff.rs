//! `GET /organizations/{organization_id}/apps/{app_id}/diff`: what is different at two moments, and who made it so.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::history::{AppThen, Change, changes};

use super::members::{label, lines};
use super::past::{Past, SinceView, TAB, Ways};
use super::state::why_nothing;
use super::telling::Difference;
use super::times::{TimeField, moment};
use crate::dashboard::Dashboard;
use crate::dashboard::navigation::Section;
use crate::dashboard::person::Insider;
use crate::http::pairs;
use crate::pages::{Frame, PageError, Stamp};

#[derive(Template)]
#[template(path = "app_diff.html", config = ".askama.toml")]
struct DiffTemplate<'a> {
    frame: Frame<'a>,
    app: &'a str,
    path: &'a str,
    tab: &'static str,
    ways: &'a Ways,
    from: TimeField,
    to: TimeField,
    shown: Option<DiffView>,
}

struct DiffView {
    from: Side,
    to: Side,
    /// The second moment is before the first.
    is_backwards: bool,
    swapped: String,
    changes: Vec<ChangeView>,
}

/// One of the two moments.
struct Side {
    at: Stamp,
    sequence: u64,
    state: String,
}

struct ChangeView {
    label: String,
    difference: Difference,
    since: Option<SinceView>,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    insider: Insider,
    Path((_, app_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    insider.visitor().answer(diff(&dashboard, &insider, &app_id, &query.unwrap_or_default()).await)
}

async fn diff(dashboard: &Dashboard, insider: &Insider, app_id: &str, query: &str) -> Result<Response, PageError> {
    let mut query = pairs::parse(query.as_bytes())?;
    let mut asked = |name: &str| query.remove(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let typed = [asked("from"), asked("to")];
    let past = Past::of(dashboard, insider, app_id).await?;
    let sides = typed.each_ref().map(|text| then(&past, text));
    let status = match &sides {
        [Ok(_), Ok(_)] => StatusCode::OK,
        [Err(fault), _] | [_, Err(fault)] => fault.status,
    };
    let (states, faults) = both(sides);
    let shown = states.map(|[before, after]| view(&past, &typed, &before, &after));
    let [from, to] = typed.clone();
    let [from_fault, to_fault] = faults;
    let template = DiffTemplate {
        frame: insider.frame(Section::Apps),
        app: &past.app.name,
        path: &past.ways.app,
        tab: TAB,
        ways: &past.ways,
        from: TimeField { value: from, fault: from_fault },
        to: TimeField { value: to, fault: to_fault },
        shown,
    };
    Ok(insider.visitor().dashboard_page(status, &template))
}

/// Why there is no state for one of the two.
struct SideFault {
    status: StatusCode,
    message: String,
}

fn then(past: &Past<'_>, text: &str) -> Result<AppThen, SideFault> {
    let words = past.telling.words;
    let no_moment = || SideFault { status: StatusCode::BAD_REQUEST, message: words.get("history-no-moment") };
    let moment = moment(text).ok_or_else(no_moment)?;
    let nothing = || SideFault { status: StatusCode::NOT_FOUND, message: why_nothing(words, moment) };
    past.history.then(moment.not_after(past.now)).ok_or_else(nothing)
}

/// Both states, or what is wrong with each.
fn both(sides: [Result<AppThen, SideFault>; 2]) -> (Option<[AppThen; 2]>, [Option<String>; 2]) {
    match sides {
        [Ok(before), Ok(after)] => (Some([before, after]), [None, None]),
        sides => (None, sides.map(|side| side.err().map(|fault| fault.message))),
    }
}

fn view(past: &Past<'_>, [from, to]: &[String; 2], before: &AppThen, after: &AppThen) -> DiffView {
    let side = |then: &AppThen, typed: &str| Side {
        at: past.telling.words.moment(then.as_of.time),
        sequence: then.as_of.sequence,
        state: past.ways.state_at(typed),
    };
    let is_backwards = (after.as_of.position, after.as_of.time) < (before.as_of.position, before.as_of.time);
    DiffView {
        from: side(before, from),
        to: side(after, to),
        is_backwards,
        swapped: past.ways.diff_of(to, from),
        changes: changes(before, after).iter().map(|found| change(past, found)).collect(),
    }
}

fn change(past: &Past<'_>, found: &Change) -> ChangeView {
    let telling = &past.telling;
    let known = found.after.as_ref().or(found.before.as_ref());
    let side = |value: &Option<_>| value.as_ref().map(|value| lines(telling, value)).unwrap_or_default();
    ChangeView {
        label: known.map(|value| label(telling, found.member, value)).unwrap_or_default(),
        difference: Difference::of(side(&found.before), side(&found.after)),
        since: found.since.as_ref().map(|since| past.since(since)),
    }
}

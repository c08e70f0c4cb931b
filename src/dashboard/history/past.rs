//! An app's past, for one reader, and the ways between its pages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use routix_domain::history::{AppHistory, Entry, Since};
use routix_projections::app_list::AppRow;

use super::telling::Telling;
use crate::dashboard::Dashboard;
use crate::dashboard::device::device;
use crate::dashboard::person::Insider;
use crate::history::timestamp;
use crate::pages::{PageError, Stamp};

/// These pages among those of the app.
pub(super) const TAB: &str = "history";

pub(super) struct Past<'a> {
    pub(super) app: AppRow,
    pub(super) history: AppHistory,
    pub(super) telling: Telling<'a>,
    pub(super) ways: Ways,
    pub(super) now: DateTime<Utc>,
}

impl<'a> Past<'a> {
    /// # Errors
    /// [`PageError::NotFound`] for an app that the reader does not see; that of a store that does not answer.
    pub(super) async fn of(dashboard: &Dashboard, insider: &'a Insider, app_id: &str) -> Result<Self, PageError> {
        let app = insider.app(dashboard, app_id).await?;
        let history = dashboard.history.of_app(app.app_id).await?;
        let sight = insider.sight();
        let actors: Vec<_> = history.entries().iter().map(|entry| &entry.place.actor).collect();
        let actors = dashboard.history.actor_names(&actors, &sight).await?;
        let names = dashboard.history.names(&history, &sight).await?;
        let visitor = insider.visitor();
        let telling = Telling::new(&visitor.words, &visitor.pages.scope_texts, actors, &names);
        let ways = Ways { apps: insider.path("/apps"), app: insider.app_path(app.app_id, "") };
        Ok(Self { app, history, telling, ways, now: dashboard.system.now() })
    }

    /// Who made something so, and when.
    pub(super) fn since(&self, since: &Since) -> SinceView {
        SinceView {
            at: self.telling.words.moment(since.recorded_at),
            by: self.telling.who(&since.actor),
            event: self.ways.event(since.position),
        }
    }
}

/// Who made something so, and when.
pub(super) struct SinceView {
    pub(super) at: Stamp,
    pub(super) by: String,
    /// The path of the event.
    pub(super) event: String,
}

/// The paths of the pages about an app's past.
pub(super) struct Ways {
    /// The list of apps.
    pub(super) apps: String,
    /// The app, and the beginning of all the others.
    pub(super) app: String,
}

impl Ways {
    pub(super) fn history(&self) -> String {
        format!("{}/history", self.app)
    }

    pub(super) fn state(&self) -> String {
        format!("{}/state", self.app)
    }

    /// The state just after an event.
    pub(super) fn state_after(&self, entry: &Entry) -> String {
        self.state_at(&point(entry))
    }

    /// The state at a moment, as it was typed: a sequence or a time.
    pub(super) fn state_at(&self, typed: &str) -> String {
        let name = if typed.bytes().all(|byte| byte.is_ascii_digit()) { "sequence" } else { "at" };
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, typed).finish();
        format!("{}/state?{query}", self.app)
    }

    pub(super) fn diff(&self) -> String {
        format!("{}/diff", self.app)
    }

    pub(super) fn diff_of(&self, from: &str, to: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("from", from).append_pair("to", to).finish();
        format!("{}/diff?{query}", self.app)
    }

    pub(super) fn event(&self, position: u64) -> String {
        format!("{}/events/{position}", self.app)
    }
}

/// The moment just after an event, as a query names it: consents have streams of their own, so theirs is a time.
pub(super) fn point(entry: &Entry) -> String {
    entry.app_sequence().map_or_else(|| timestamp(entry.place.recorded_at), |sequence| sequence.to_string())
}

/// From where the requests behind some events came, by their commitments.
#[derive(Default)]
pub(super) struct Origins(BTreeMap<String, Option<String>>);

impl Origins {
    /// Nothing for those who see and do not manage.
    ///
    /// # Errors
    /// [`PageError::Unavailable`] when the identity database does not answer.
    pub(super) async fn of(
        dashboard: &Dashboard,
        insider: &Insider,
        entries: impl Iterator<Item = &Entry>,
    ) -> Result<Self, PageError> {
        let mut origins = BTreeMap::new();
        if !insider.manages() {
            return Ok(Self::default());
        }
        for commitment in entries.filter_map(|entry| entry.context_commitment.as_ref()) {
            if !origins.contains_key(commitment) {
                let context = dashboard.identity.context(commitment).await?;
                let place = context.map(|context| {
                    let device = context.user_agent.as_deref().map(device).filter(|device| !device.is_empty());
                    context.address.into_iter().chain(device).collect::<Vec<_>>().join(", ")
                });
                origins.insert(commitment.clone(), place);
            }
        }
        Ok(Self(origins))
    }

    /// Address and device; `None` when there is none, or it is not for this reader, and `Some(None)` when it is not kept any
    /// more.
    pub(super) fn place(&self, entry: &Entry) -> Option<Option<&str>> {
        let known = self.0.get(entry.context_commitment.as_ref()?)?;
        Some(known.as_deref())
    }
}

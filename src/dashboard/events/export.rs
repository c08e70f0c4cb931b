//! The log as a file: what is filtered as CSV or CloudEvents, and for operators everything with its evidence.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::auditor::Auditor;
use super::download::{Place, Writing, Written};
use super::query::Asked;
use crate::dashboard::Dashboard;
use crate::evidence::{Choice, Filter, Form, SealError, write_chosen, write_jsonl};
use crate::pages::{PageError, error_page};
use crate::store::identity::SecurityKind;

/// When a place is free again, nobody knows; exports take seconds.
const TRY_AGAIN_SECONDS: u32 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// With a byte order mark: who downloads it here opens it with a spreadsheet.
    Csv,
    CloudEvents,
    /// With the evidence, which `routix events verify` checks.
    Jsonl,
}

impl Format {
    fn named(text: Option<&str>) -> Option<Self> {
        match text? {
            "csv" => Some(Self::Csv),
            "cloudevents" => Some(Self::CloudEvents),
            "jsonl" => Some(Self::Jsonl),
            _ => None,
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CloudEvents => "cloudevents.jsonl",
            Self::Jsonl => "jsonl",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::CloudEvents | Self::Jsonl => "application/jsonl",
        }
    }
}

pub(super) async fn download(
    State(dashboard): State<Arc<Dashboard>>,
    auditor: Auditor,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    // Another site can send a browser here, and would take the place of somebody's own download.
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return auditor.visitor().answer(Err(PageError::CrossSite));
    }
    auditor.visitor().answer(export(&dashboard, &auditor, &query.unwrap_or_default()).await)
}

async fn export(dashboard: &Dashboard, auditor: &Auditor, query: &str) -> Result<Response, PageError> {
    let asked = Asked::read(dashboard, auditor, query).await?;
    let format = Format::named(asked.other("format")).ok_or(PageError::BadRequest)?;
    if !asked.faults.is_empty() {
        return Err(PageError::BadRequest);
    }
    let Some(place) = dashboard.downloads.place(auditor.organization_id()) else {
        let mut busy = error_page(auditor.visitor(), StatusCode::SERVICE_UNAVAILABLE, "events-export-busy");
        busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(TRY_AGAIN_SECONDS));
        return Ok(busy);
    };
    auditor.person().record(SecurityKind::LogDownloaded, format.ending());
    match (format, auditor) {
        (Format::Csv, _) => part(dashboard, place, asked.filter, (format, Form::Csv { bom: true })).await,
        (Format::CloudEvents, _) => part(dashboard, place, asked.filter, (format, Form::CloudEvents)).await,
        // A part of the log cannot be verified, and the whole is for those who look after it.
        (Format::Jsonl, Auditor::Operator(_)) if !asked.is_filtered() => whole(dashboard, place).await,
        (Format::Jsonl, Auditor::Operator(_) | Auditor::Insider(_)) => Err(PageError::BadRequest),
    }
}

async fn part(
    dashboard: &Dashboard,
    place: Place,
    filter: Filter,
    (format, form): (Format, Form),
) -> Result<Response, PageError> {
    let mut choice = Choice::begin(&dashboard.sealer.feed, filter).await?;
    let write = move |mut written: Written| -> Writing {
        Box::pin(async move { write_chosen(&mut choice, (form, u64::MAX), &mut written, &mut |_, _| {}).await })
    };
    answer(dashboard, format, (place, write))
}

async fn whole(dashboard: &Dashboard, place: Place) -> Result<Response, PageError> {
    let sealer = dashboard.sealer.clone();
    let sealed = sealer.seal_all().await?;
    let keys = sealer.keys.verifier_keys().map_err(|error| PageError::Internal(Box::new(error)))?;
    let write = move |mut written: Written| -> Writing {
        Box::pin(async move {
            let store = (&sealer.feed, &sealer.seals);
            write_jsonl(store, (&sealed, keys), &mut written, &mut |_, _| {}).await
        })
    };
    answer(dashboard, Format::Jsonl, (place, write))
}

fn answer(
    dashboard: &Dashboard,
    format: Format,
    (place, write): (Place, impl FnOnce(Written) -> Writing),
) -> Result<Response, PageError> {
    let name = format!("routix-events-{}.{}", dashboard.system.now().format("%Y-%m-%d"), format.ending());
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let disposition = disposition.map_err(|error| PageError::Internal(Box::new(error)))?;
    let mut response = Response::new(dashboard.downloads.body(place, write));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

impl From<SealError> for PageError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Store(error) => error.into(),
            SealError::Event { .. }
            | SealError::Unchained(_)
            | SealError::Stuck(_)
            | SealError::Key(_)
            | SealError::Checkpoint(_)
            | SealError::Newest(_) => Self::Internal(Box::new(error)),
        }
    }
}

//! The query strings of lists of the API proxy.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Router, response::Response};
use futures_util::FutureExt;
use routix::access::AppPrincipal;
use routix::http::Failure;
use routix::http::origin::RequestOrigin;
use routix::proxy::catalogue::{Catalogue, FieldType, FieldValue};
use routix::proxy::records::{Change, ListQuery, NewRecord, Page, RecordError, RecordSource, Stored, Target, Written};
use routix::proxy::{Gate, OpenBranches, Proxy, router};
use routix_domain::value::BranchRestriction;
use tower::ServiceExt;
use uuid::Uuid;

use crate::house;

/// Below the resource and its `?`.
pub fn check(bytes: &[u8]) {
    let Ok(query) = std::str::from_utf8(bytes) else { return };
    for resource in ["v1/BRANCHA1/orders", "v2/BRANCHA1/vehicles"] {
        let Ok(request) = Request::get(format!("/functions/v1/api/{resource}?{query}")).body(Body::empty()) else {
            return;
        };
        let house = house();
        *house.asked() = None;
        let Some(Ok(response)) = house.router.clone().oneshot(request).now_or_never() else { panic!("it waits") };
        match house.asked().take() {
            Some((target, query)) => what_is_asked(&target, &query, &response),
            None => assert_eq!(response.status(), StatusCode::BAD_REQUEST),
        }
    }
}

/// Columns by their place in the catalogue, and values of their type: nothing else reaches a statement.
fn what_is_asked(target: &Target, query: &ListQuery, response: &Response) {
    assert_eq!(response.status(), StatusCode::OK);
    assert!((1..=100).contains(&query.limit) && query.offset <= 10_000);
    let fields = target.resource.fields(target.version);
    assert!(
        query.order.is_none_or(|order| fields.get(order.field).is_some_and(|field| field.value.kind.is_comparable()))
    );
    assert!(query.filters.is_sorted_by_key(|(place, _)| *place));
    for (place, value) in &query.filters {
        let Some(field) = fields.get(*place).filter(|field| field.filterable) else { panic!("no such filter") };
        match (value, field.value.kind) {
            (FieldValue::Boolean(_), FieldType::Boolean) | (FieldValue::Integer(_), FieldType::Integer) => {}
            (FieldValue::Text(text), FieldType::Uuid) => assert!(text.parse::<Uuid>().is_ok(), "{text}"),
            (FieldValue::Text(text), FieldType::Text | FieldType::Date | FieldType::Timestamp) => {
                assert!(!text.contains('\0'), "{text:?}");
            }
            (value, kind) => panic!("{value:?} is no {kind:?}"),
        }
    }
}

struct House {
    router: Router,
    records: Arc<Asked>,
}

impl House {
    fn asked(&self) -> std::sync::MutexGuard<'_, Option<(Target, ListQuery)>> {
        self.records.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::expect_used, reason = "without a catalogue there is nothing to check")]
fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(|| {
        let records = Arc::new(Asked::default());
        let catalogue = Arc::new(Catalogue::built_in().expect("the catalogue is whole"));
        let proxy = Proxy {
            gate: Arc::new(Open(Arc::clone(&catalogue))),
            catalogue,
            records: Arc::clone(&records) as Arc<dyn RecordSource>,
            system: house::system(),
            public_url: "https://api.example".to_owned(),
        };
        House { router: router(Arc::new(proxy)), records }
    })
}

/// Lets everybody in, with all scopes.
struct Open(Arc<Catalogue>);

#[async_trait]
impl Gate for Open {
    async fn authenticate(&self, _headers: &HeaderMap) -> Result<(AppPrincipal, Arc<OpenBranches>), Failure> {
        let principal = AppPrincipal {
            app_id: Uuid::from_u128(1),
            client_id: Uuid::from_u128(2),
            organization_id: Uuid::from_u128(3),
            user_id: None,
            scopes: self.0.scopes(),
            branches: BranchRestriction::All,
        };
        let open = [("BRANCHA1".to_owned(), Uuid::from_u128(4))].into_iter().collect();
        Ok((principal, Arc::new(open)))
    }

    async fn admit(&self, _principal: &AppPrincipal, _origin: &RequestOrigin) -> Result<HeaderMap, Failure> {
        Ok(HeaderMap::new())
    }

    fn seal(&self, bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn unseal(&self, text: &str) -> Option<Vec<u8>> {
        let pairs = text.as_bytes().chunks_exact(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.collect()
    }
}

/// Remembers what was asked of it, and has no records.
#[derive(Default)]
struct Asked(Mutex<Option<(Target, ListQuery)>>);

#[async_trait]
impl RecordSource for Asked {
    async fn list(&self, target: &Target, query: &ListQuery) -> Result<Page, RecordError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((target.clone(), query.clone()));
        Ok(Page::default())
    }

    async fn get(&self, _target: &Target, _id: Uuid) -> Result<Option<Stored>, RecordError> {
        Ok(None)
    }

    async fn create(&self, _target: &Target, _record: NewRecord) -> Result<Written, RecordError> {
        Err(RecordError::NoSuchRecord)
    }

    async fn update(&self, _target: &Target, _change: Change) -> Result<Written, RecordError> {
        Err(RecordError::NoSuchRecord)
    }

    async fn load(&self, _target: &Target, _records: Vec<NewRecord>) -> Result<(), RecordError> {
        Err(RecordError::NoSuchRecord)
    }
}

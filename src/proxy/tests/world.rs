//! Five organizations with twelve branches, a few tokens, and a way to ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use routix_domain::value::{BranchRestriction, ScopeSet};
use routix_projections::branches::OpenBranches;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::access::AppPrincipal;
use crate::http::Failure;
use crate::http::dialect::Dialect;
use crate::http::origin::RequestOrigin;
use crate::proxy::catalogue::Catalogue;
use crate::proxy::records::test_support::{Kind, ScratchRecords};
use crate::proxy::{Gate, Proxy, router};
use crate::system::System;

/// The branches of each organization. Ids are told by their place.
pub(super) const BRANCHES: [&[&str]; 5] = [
    &["RS2RDH3B", "BRANCHB2", "BRANCHB3"],
    &["OTHERAA1", "OTHERAA2", "OTHERAA3"],
    &["THIRDCC1", "THIRDCC2"],
    &["FOURTHD1", "FOURTHD2"],
    &["FIFTHEE1", "FIFTHEE2"],
];

/// A token of each organization.
pub(super) const TOKENS: [&str; 5] = ["Bearer one", "Bearer two", "Bearer three", "Bearer four", "Bearer five"];

pub(super) fn organization(number: usize) -> Uuid {
    Uuid::from_u128(0xA000 + number as u128)
}

pub(super) fn branch(organization: usize, number: usize) -> Uuid {
    Uuid::from_u128(0xB000 + (organization * 16 + number) as u128)
}

#[derive(Default)]
pub(super) struct FakeGate {
    pub(super) exhausted: AtomicBool,
}

fn principal(organization_number: usize, app: u128, branches: BranchRestriction, scopes: &str) -> AppPrincipal {
    AppPrincipal {
        app_id: Uuid::from_u128(app),
        client_id: Uuid::from_u128(app + 1),
        organization_id: organization(organization_number),
        user_id: None,
        scopes: ScopeSet::parse_parameter(scopes).unwrap(),
        branches,
    }
}

#[async_trait]
impl Gate for FakeGate {
    async fn authenticate(&self, headers: &HeaderMap) -> Result<(AppPrincipal, Arc<OpenBranches>), Failure> {
        let principal = Self::principal(headers)?;
        let own = (0..BRANCHES.len()).find(|&number| organization(number) == principal.organization_id);
        let open = own.into_iter().flat_map(|own| {
            let all = BRANCHES[own].iter().enumerate();
            all.map(move |(number, public_id)| ((*public_id).to_owned(), branch(own, number)))
        });
        Ok((principal, Arc::new(open.collect())))
    }

    async fn admit(&self, _principal: &AppPrincipal, _origin: &RequestOrigin) -> Result<HeaderMap, Failure> {
        if self.exhausted.load(Ordering::Relaxed) {
            return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many requests"));
        }
        Ok(HeaderMap::from_iter([("ratelimit".parse().unwrap(), HeaderValue::from_static("\"app\";r=5"))]))
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

impl FakeGate {
    fn principal(headers: &HeaderMap) -> Result<AppPrincipal, Failure> {
        let all = Catalogue::built_in().unwrap().scopes().to_string();
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if let Some(organization) = TOKENS.iter().position(|own| *own == token) {
            return Ok(principal(organization, 1 + 16 * organization as u128, BranchRestriction::All, &all));
        }
        match token {
            "Bearer one-other-app" => Ok(principal(0, 3, BranchRestriction::All, &all)),
            "Bearer no-scope" => Ok(principal(0, 7, BranchRestriction::All, "")),
            "Bearer limited" => Ok(principal(0, 9, BranchRestriction::Only(vec![branch(0, 0)]), &all)),
            "Bearer user" => Err(Failure::new(StatusCode::FORBIDDEN, "invalid_token_type", "a user token")),
            _ => Err(Failure::new(StatusCode::UNAUTHORIZED, "invalid_token", "no token")),
        }
    }
}

pub(super) struct World {
    pub(super) gate: Arc<FakeGate>,
    pub(super) router: Router,
    pub(super) scratch: ScratchRecords,
}

impl World {
    pub(super) async fn new(kind: Kind) -> Self {
        let scratch = ScratchRecords::new(kind).await;
        let gate = Arc::new(FakeGate::default());
        let router = router(Arc::new(Proxy {
            catalogue: Arc::new(Catalogue::built_in().unwrap()),
            records: Arc::clone(&scratch.records),
            gate: Arc::clone(&gate) as Arc<dyn Gate>,
            system: System::real(),
            public_url: "https://api.example".into(),
        }));
        Self { gate, router, scratch }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        send(&self.router, ask(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        send(&self.router, json_request(Method::POST, path, &body)).await
    }

    pub(super) async fn patch(&self, path: &str, body: Value) -> Answer {
        send(&self.router, json_request(Method::PATCH, path, &body)).await
    }

    /// An account of the main branch; its address.
    pub(super) async fn account(&self, name: &str) -> String {
        let made = self.post(ACCOUNTS, json!({"company_name": name})).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.header("location").to_owned()
    }
}

pub(super) const ACCOUNTS: &str = "/functions/v1/api/v1/RS2RDH3B/accounts";

/// A request with the first organization's token.
pub(super) fn ask(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::AUTHORIZATION, "Bearer one")
}

pub(super) fn json_request(method: Method, path: &str, body: &Value) -> Request<Body> {
    let request = ask(method, path).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn outcome(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }

    /// The fields at fault, sorted.
    pub(super) fn faults(&self) -> Vec<&str> {
        let faults = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut fields: Vec<_> = faults.iter().filter_map(|fault| fault["field"].as_str()).collect();
        fields.sort_unstable();
        fields
    }
}

pub(super) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let dialect = Dialect::of(request.uri().path(), request.headers());
    let response = router.clone().oneshot(request).await.unwrap();
    let failure = response.extensions().get::<Failure>().cloned();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
    // The edge writes the body of a failure; here its words are enough.
    let body = match failure {
        Some(failure) => failure.body(dialect, "r"),
        None if text.is_empty() => Value::Null,
        None => serde_json::from_str(&text).unwrap(),
    };
    Answer { status: parts.status.as_u16(), headers: parts.headers, text, body }
}

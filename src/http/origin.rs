//! Where a request came from, for the events it causes.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use routix_domain::log::Actor;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

use super::edge::Caller;
use crate::commands::Origin;
use crate::store::identity::RequestContext;

/// The request id, the caller's address and its user agent.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    pub request_id: String,
    pub address: IpAddr,
    pub context: RequestContext,
}

impl RequestOrigin {
    /// This request, as the log names it: who sent it, and how he proved who he is.
    pub fn by(&self, actor: Actor, authenticated_by: &'static str, correlation_id: Uuid) -> Origin {
        Origin {
            actor,
            authenticated_by,
            request_id: Some(self.request_id.clone()),
            correlation_id,
            context: self.context.clone(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>();
        let address = caller.and_then(|caller| caller.address);
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self {
            request_id: caller.map(|caller| caller.request_id.to_string()).unwrap_or_default(),
            address: address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            context: RequestContext {
                address: address.map(|address| address.to_string()),
                user_agent: user_agent.map(|text| text.chars().take(512).collect()),
            },
        })
    }
}

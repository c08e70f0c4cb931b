//! Access tokens in a URL are refused at every door of the API, before anything else is looked at: every log on the way
//! would keep them (RFC 9700, 4.3.2; OAuth 2.1, 5.1).

use std::future::ready;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use futures_util::future::Either;
use routix_domain::value::Fault;
use tower::layer::layer_fn;
use tower::{Service, service_fn};

use super::dialect::PostgrestCode;
use super::failure::Failure;
use super::pairs;

const NAME: &str = "access_token";

/// Every route of these answers a query with an access token by `400 invalid_request`; such a token may belong to anybody by now.
pub fn refuse_query_tokens(router: Router) -> Router {
    router.layer(layer_fn(|mut route: Route| {
        service_fn(move |request: Request| match refuse(request.uri().query().unwrap_or_default()) {
            Some(failure) => Either::Left(ready(Ok(failure.into_response()))),
            None => Either::Right(route.call(request)),
        })
    }))
}

fn refuse(query: &str) -> Option<Failure> {
    if query.is_empty() {
        return None;
    }
    let pairs = match pairs::parse_all(query.as_bytes()) {
        Ok(pairs) => pairs,
        // A door that takes no parameters would not look at it.
        Err(error) => {
            let mut failure = Failure::invalid_fields(vec![Fault::new("query", "malformed", error.to_string())]);
            failure.postgrest_code = Some(PostgrestCode::Query);
            return Some(failure);
        }
    };
    let message = "send the token as Authorization: Bearer, never in the URL";
    let has_token = pairs.iter().any(|(name, _)| name == NAME);
    has_token.then(|| Failure::invalid_fields(vec![Fault::new(NAME, "token_in_query", message)]))
}

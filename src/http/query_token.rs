//! Access tokens in a URL are refused at every door of the API, before anything else is looked at: every log on the way
//! would keep them (RFC 9700, 4.3.2; OAuth 2.1, 5.1).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use routix_domain::value::Fault;

use super::dialect::PostgrestCode;
use super::failure::Failure;
use super::pairs;

const NAME: &str = "access_token";

/// `400 invalid_request` for a query with an access token; such a token may belong to anybody by now.
pub async fn refuse_query_tokens(request: Request, next: Next) -> Response {
    let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else {
        return next.run(request).await;
    };
    let pairs = match pairs::parse_all(query.as_bytes()) {
        Ok(pairs) => pairs,
        // A door that takes no parameters would not look at it.
        Err(error) => {
            let mut failure = Failure::invalid_fields(vec![Fault::new("query", "malformed", error.to_string())]);
            failure.postgrest_code = Some(PostgrestCode::Query);
            return failure.into_response();
        }
    };
    if pairs.iter().any(|(name, _)| name == NAME) {
        let message = "send the token as Authorization: Bearer, never in the URL";
        return Failure::invalid_fields(vec![Fault::new(NAME, "token_in_query", message)]).into_response();
    }
    next.run(request).await
}

//! `redirect_uri`: one that is registered, compared as text (RFC 9700, 2.1). It may be left out where there is only one.

use routix_domain::app::ClientType;
use routix_domain::value::RedirectUri;
use routix_projections::token_validation::ValidationRow;

use super::super::query::Query;
use super::super::refusal::PageRefusal;

pub(super) fn check(app: &ValidationRow, query: &Query) -> Result<RedirectUri, PageRefusal> {
    if query.is_doubled("redirect_uri") {
        return Err(PageRefusal::RedirectUri);
    }
    let Some(requested) = query.get("redirect_uri") else {
        return match app.redirect_uris.0.as_slice() {
            [only] => Ok(only.clone()),
            [] | [_, ..] => Err(PageRefusal::RedirectUri),
        };
    };
    if !app.redirect_uris.iter().any(|registered| registered.admits(requested)) {
        return Err(PageRefusal::RedirectUri);
    }
    let own_scheme = app.client_type.0 == ClientType::Public;
    RedirectUri::parse(requested, own_scheme).map_err(|_| PageRefusal::RedirectUri)
}

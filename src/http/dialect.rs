//! How a failure is told: one body a door, a superset that every measured client of that door understands.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use super::failure::Failure;

const API_VERSION: HeaderName = HeaderName::from_static("x-supabase-api-version");
const ERROR_CODE: HeaderName = HeaderName::from_static("x-sb-error-code");
/// The version of their API since which clients read `code` as a word.
const DATED: &str = "2024-01-01";

/// A failure that PostgREST has a code of its own for: its clients look for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostgrestCode {
    /// A query string outside the grammar.
    Query,
    /// A `Range` that nothing can be in.
    Range,
    /// One object was asked for, and there is not one row.
    NotOneRow,
    NoTable,
    /// No token, or one that is worth nothing.
    Token,
    /// A change that does not say to what. PostgreSQL's, with the extension that protects tables from that.
    Unfiltered,
}

impl PostgrestCode {
    fn as_str(self) -> &'static str {
        match self {
            Self::Query => "PGRST100",
            Self::Range => "PGRST103",
            Self::NotOneRow => "PGRST116",
            Self::NoTable => "PGRST205",
            Self::Token => "PGRST301",
            Self::Unfiltered => "21000",
        }
    }
}

/// Whose clients come to a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Clients of OAuth, and everybody else's.
    OAuth,
    /// PostgREST's clients: postgrest-js, postgrest-py.
    Rest,
    /// Clients of Supabase's sign-in: auth-js. Whether they read `code` as a word, and not as the status.
    Auth { dated: bool },
}

impl Dialect {
    /// The dialect of a request.
    pub fn of(path: &str, headers: &HeaderMap) -> Self {
        const OAUTH_DOORS: [&str; 4] = ["authorize", "token", "revoke", "introspect"];
        if path.starts_with("/rest/v1/") {
            return Self::Rest;
        }
        let Some(door) = path.strip_prefix("/auth/v1/") else { return Self::OAuth };
        if door.strip_prefix("oauth/").is_some_and(|door| OAUTH_DOORS.contains(&door)) {
            return Self::OAuth;
        }
        Self::Auth { dated: headers.get(API_VERSION).is_some_and(|version| version == DATED) }
    }

    /// The members that clients of this dialect read, beside those of OAuth.
    pub(super) fn extend(self, body: &mut Map<String, Value>, failure: &Failure, description: &str) {
        match self {
            Self::OAuth => {}
            Self::Rest => {
                // Their clients hand on these four members and no others.
                let details: Vec<_> =
                    failure.faults.iter().take(10).map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
                body.insert("code".into(), failure.postgrest_code.map_or(failure.code, PostgrestCode::as_str).into());
                body.insert("message".into(), description.into());
                body.insert("details".into(), if details.is_empty() { Value::Null } else { details.join("; ").into() });
                body.insert("hint".into(), Value::Null);
            }
            Self::Auth { dated } => {
                let code = if dated { json!(failure.code) } else { json!(failure.status.as_u16()) };
                body.insert("code".into(), code);
                body.insert("error_code".into(), failure.code.into());
                body.insert("msg".into(), description.into());
            }
        }
    }

    /// What an answer says in headers: the code of a failure, and which version of the API it speaks.
    pub(super) fn headers(self, failure: Option<&Failure>) -> Vec<(HeaderName, HeaderValue)> {
        let Self::Auth { dated } = self else { return Vec::new() };
        let code = failure.map(|failure| (ERROR_CODE, HeaderValue::from_static(failure.code)));
        let version = dated.then_some((API_VERSION, HeaderValue::from_static(DATED)));
        code.into_iter().chain(version).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_door_has_the_dialect_of_its_clients() {
        let dated = [(API_VERSION, HeaderValue::from_static(DATED))].into_iter().collect();
        for (path, dialect) in [
            ("/rest/v1/oauth_apps", Dialect::Rest),
            ("/auth/v1/token", Dialect::Auth { dated: true }),
            ("/auth/v1/user/oauth/grants", Dialect::Auth { dated: true }),
            ("/auth/v1/oauth/authorizations/x", Dialect::Auth { dated: true }),
            ("/auth/v1/oauth/token", Dialect::OAuth),
            ("/auth/v1/oauth/introspect", Dialect::OAuth),
            ("/functions/v1/register-oauth-app", Dialect::OAuth),
        ] {
            assert_eq!(Dialect::of(path, &dated), dialect, "{path}");
        }
        assert_eq!(Dialect::of("/auth/v1/token", &HeaderMap::new()), Dialect::Auth { dated: false });
    }
}

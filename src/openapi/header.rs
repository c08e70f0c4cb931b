//! The headers of answers, each described once.

use super::schema::Schema;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    RequestId,
    ETag,
    Location,
    RedirectLocation,
    Link,
    Allow,
    WwwAuthenticate,
    RetryAfter,
    RateLimit,
    RateLimitPolicy,
    IdempotencyReplayed,
    CacheControl,
    ContentRange,
}

impl Header {
    pub const ALL: [Self; 13] = [
        Self::RequestId,
        Self::ETag,
        Self::Location,
        Self::RedirectLocation,
        Self::Link,
        Self::Allow,
        Self::WwwAuthenticate,
        Self::RetryAfter,
        Self::RateLimit,
        Self::RateLimitPolicy,
        Self::IdempotencyReplayed,
        Self::CacheControl,
        Self::ContentRange,
    ];

    /// As it is written in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::RequestId => "x-request-id",
            Self::ETag => "ETag",
            Self::Location | Self::RedirectLocation => "Location",
            Self::Link => "Link",
            Self::Allow => "Allow",
            Self::WwwAuthenticate => "WWW-Authenticate",
            Self::RetryAfter => "Retry-After",
            Self::RateLimit => "RateLimit",
            Self::RateLimitPolicy => "RateLimit-Policy",
            Self::IdempotencyReplayed => "Idempotency-Replayed",
            Self::CacheControl => "Cache-Control",
            Self::ContentRange => "Content-Range",
        }
    }

    /// Its name among the components of the document.
    pub fn key(self) -> &'static str {
        match self {
            Self::RequestId => "RequestId",
            Self::ETag => "ETag",
            Self::Location => "Location",
            Self::RedirectLocation => "RedirectLocation",
            Self::Link => "Link",
            Self::Allow => "Allow",
            Self::WwwAuthenticate => "WwwAuthenticate",
            Self::RetryAfter => "RetryAfter",
            Self::RateLimit => "RateLimit",
            Self::RateLimitPolicy => "RateLimitPolicy",
            Self::IdempotencyReplayed => "IdempotencyReplayed",
            Self::CacheControl => "CacheControl",
            Self::ContentRange => "ContentRange",
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::RequestId => {
                "The id of this request, also in the body of an error, in the log and in the events that the request \
                 caused. Your own is kept when it is 8 to 64 characters of `A-Z a-z 0-9 _ -`."
            }
            Self::ETag => "The version of what is answered: for `If-None-Match`, and of a record for `If-Match`.",
            Self::Location => "The path of the new record.",
            Self::RedirectLocation => "Where the browser goes on.",
            Self::Link => "The first page, the one before and the one after: `rel` is `first`, `prev`, `next`.",
            Self::Allow => "The methods that the path takes.",
            Self::WwwAuthenticate => "How to prove who you are (RFC 6750, RFC 7617), with the scope that is missing.",
            Self::RetryAfter => "Seconds to wait before trying again.",
            Self::RateLimit => {
                "How many requests are left in this minute, and for how many seconds it lasts. Absent without a limit."
            }
            Self::RateLimitPolicy => "How many requests an app has in a minute. Absent without a limit.",
            Self::IdempotencyReplayed => "`true` when this is the answer to the first request with the same key.",
            Self::CacheControl => "Whether and for how long the answer may be kept.",
            Self::ContentRange => {
                "Which rows these are, from 0 on, and of how many: `0-24/57`; `*` for what is not known or was not asked for."
            }
        }
    }

    /// Whether every answer that names it has it.
    pub fn is_required(self) -> bool {
        match self {
            Self::RequestId
            | Self::ETag
            | Self::Location
            | Self::RedirectLocation
            | Self::Link
            | Self::Allow
            | Self::RetryAfter
            | Self::CacheControl
            | Self::ContentRange => true,
            Self::WwwAuthenticate | Self::RateLimit | Self::RateLimitPolicy | Self::IdempotencyReplayed => false,
        }
    }

    pub fn example(self) -> &'static str {
        match self {
            Self::RequestId => "01a2042a-a6e6-7b61-bdaa-3da612691f84",
            Self::ETag => "\"1\"",
            Self::Location => "/functions/v1/api/v1/RS2RDH3B/accounts/550e8400-e29b-41d4-a716-446655440000",
            Self::RedirectLocation => {
                "https://myerp.example/callback?code=c1.9Wm…&state=af0ifjsldkj&iss=https://api.example.com"
            }
            Self::Link => {
                "<https://api.example.com/functions/v1/api/v1/RS2RDH3B/accounts?limit=25&cursor=p1.AAAAAAAAABk…>; rel=\"next\""
            }
            Self::Allow => "GET, HEAD, POST",
            Self::WwwAuthenticate => {
                "Bearer realm=\"routix\", error=\"insufficient_scope\", scope=\"routix:orders:write\""
            }
            Self::RetryAfter => "30",
            Self::RateLimit => "\"default\";r=2999;t=60",
            Self::RateLimitPolicy => "\"default\";q=3000;w=60",
            Self::IdempotencyReplayed => "true",
            Self::CacheControl => "no-store",
            Self::ContentRange => "0-24/*",
        }
    }

    pub(super) fn schema(self) -> Schema {
        match self {
            Self::RequestId => Schema::pattern("^[A-Za-z0-9_-]{8,64}$"),
            Self::RetryAfter => Schema::pattern("^[1-9][0-9]*$"),
            Self::IdempotencyReplayed => Schema::one_of(["true"]),
            Self::ETag
            | Self::Location
            | Self::RedirectLocation
            | Self::Link
            | Self::Allow
            | Self::WwwAuthenticate
            | Self::RateLimit
            | Self::RateLimitPolicy
            | Self::CacheControl => Schema::text(),
            Self::ContentRange => Schema::pattern("^([0-9]+-[0-9]+|\\*)/([0-9]+|\\*)$"),
        }
    }
}

//! Errors of the management doors.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use routix_domain::app::AppError;
use routix_domain::consent::ConsentError;
use routix_domain::log::FeedError;
use routix_domain::value::Fault;
use routix_projections::ReadError;

use crate::access::{InvalidToken, SignInRefusal};
use crate::commands::register_app::RegisterAppError;
use crate::commands::sessions::SignInError;
use crate::commands::{CommandError, PasswordError};
use crate::history::HistoryError;
use crate::http::Failure;
use crate::http::dialect::PostgrestCode;
use crate::http::limit::Budget;
use crate::store::identity::IdentityError;

/// Why a management request was not done.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    #[error("sign in first and send the user token as Authorization: Bearer")]
    Unauthenticated,
    #[error("the user token is malformed or expired, or its session has ended; sign in again")]
    InvalidToken,
    #[error("an app's token manages nothing; use a user token")]
    OtherTokenKind,
    #[error("this needs an owner or admin of the organization, who is not limited to other branches")]
    Forbidden,
    #[error("there is no such app")]
    NotFound,
    #[error("the app was not there at that moment, or has no event with that sequence")]
    NothingThen,
    #[error("you have granted this client nothing")]
    NotGranted,
    #[error("invalid fields")]
    Invalid(Vec<Fault>),
    #[error("invalid parameters")]
    BadQuery(Vec<Fault>),
    /// A change to a table that does not say to what.
    #[error("a change needs a filter")]
    Unfiltered(Fault),
    #[error("the Range header ends before it begins")]
    BadRange,
    #[error("the table has more rows than are looked at for one request; name one with ?id=eq.UUID")]
    TooManyRows,
    #[error("the e-mail address or the password is wrong, or the refresh token is not valid")]
    InvalidGrant,
    #[error("use grant_type=password or grant_type=refresh_token")]
    UnsupportedGrantType,
    #[error("the Idempotency-Key was used for another request")]
    IdempotencyKeyReused,
    #[error("a public client has no secret to rotate")]
    NoSecret,
    #[error("too many others changed the same thing at the same time; try again")]
    Conflict,
    #[error("a single object was asked for, and {0} rows match")]
    NotOneRow(usize),
    #[error("too many failed sign-ins; try again later")]
    TooManyFailures(Budget),
    #[error("the request cannot be read")]
    Request(Failure),
    /// Repeating it would do it twice, so the caller is told.
    #[error("the change is recorded and will take effect; if it made a secret, that is lost: rotate again later")]
    NotInEffect(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("a store does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("a fault of the server")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ManageError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::OtherTokenKind | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NothingThen | Self::NotGranted => StatusCode::NOT_FOUND,
            Self::Invalid(_)
            | Self::BadQuery(_)
            | Self::Unfiltered(_)
            | Self::TooManyRows
            | Self::InvalidGrant
            | Self::UnsupportedGrantType
            | Self::NoSecret => StatusCode::BAD_REQUEST,
            Self::BadRange => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict => StatusCode::CONFLICT,
            Self::NotOneRow(_) => StatusCode::NOT_ACCEPTABLE,
            Self::TooManyFailures(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Request(failure) => failure.status,
            Self::Unavailable(_) | Self::NotInEffect(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated | Self::InvalidToken => "invalid_token",
            Self::OtherTokenKind => "invalid_token_type",
            Self::Forbidden => "forbidden",
            Self::NotFound | Self::NothingThen | Self::NotGranted => "not_found",
            Self::Invalid(_)
            | Self::BadQuery(_)
            | Self::Unfiltered(_)
            | Self::BadRange
            | Self::TooManyRows
            | Self::NoSecret => "invalid_request",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::Conflict => "conflict",
            // PostgREST's own code: its clients look for it.
            Self::NotOneRow(_) => "PGRST116",
            Self::TooManyFailures(_) => "rate_limited",
            Self::Request(failure) => failure.code,
            Self::Unavailable(_) => "temporarily_unavailable",
            Self::NotInEffect(_) => "not_in_effect",
            Self::Internal(_) => "server_error",
        }
    }

    /// What PostgREST calls it; `None` where it has no such error.
    fn postgrest_code(&self) -> Option<PostgrestCode> {
        match self {
            Self::Unauthenticated | Self::InvalidToken => Some(PostgrestCode::Token),
            Self::BadQuery(_) => Some(PostgrestCode::Query),
            Self::BadRange => Some(PostgrestCode::Range),
            Self::NotOneRow(_) => Some(PostgrestCode::NotOneRow),
            Self::Unfiltered(_) => Some(PostgrestCode::Unfiltered),
            Self::OtherTokenKind
            | Self::Forbidden
            | Self::NotFound
            | Self::NothingThen
            | Self::NotGranted
            | Self::Invalid(_)
            | Self::TooManyRows
            | Self::InvalidGrant
            | Self::UnsupportedGrantType
            | Self::IdempotencyKeyReused
            | Self::NoSecret
            | Self::Conflict
            | Self::TooManyFailures(_)
            | Self::Request(_)
            | Self::NotInEffect(_)
            | Self::Unavailable(_)
            | Self::Internal(_) => None,
        }
    }
}

impl From<ManageError> for Failure {
    fn from(error: ManageError) -> Self {
        let postgrest_code = error.postgrest_code();
        let mut failure = failure(error);
        failure.postgrest_code = postgrest_code;
        failure
    }
}

fn failure(error: ManageError) -> Failure {
    let plain = |error: &ManageError| Failure::new(error.status(), error.code(), error.to_string());
    match error {
        ManageError::NotInEffect(_) => {
            plain(&error).header(header::RETRY_AFTER, HeaderValue::from_static("30")).caused_by(error)
        }
        ManageError::Unauthenticated => {
            let challenge = HeaderValue::from_static("Bearer realm=\"routix\"");
            plain(&error).header(header::WWW_AUTHENTICATE, challenge)
        }
        ManageError::InvalidToken => {
            let challenge = HeaderValue::from_static("Bearer realm=\"routix\", error=\"invalid_token\"");
            plain(&error).header(header::WWW_AUTHENTICATE, challenge)
        }
        ManageError::Invalid(faults) | ManageError::BadQuery(faults) => Failure::invalid_fields(faults),
        ManageError::Unfiltered(fault) => Failure::invalid_fields(vec![fault]),
        ManageError::TooManyFailures(budget) => budget.failure(&error.to_string()),
        ManageError::Request(failure) => failure,
        ManageError::Unavailable(cause) => Failure::unavailable(Cause(cause)),
        ManageError::Internal(cause) => Failure::internal(Cause(cause)),
        ManageError::OtherTokenKind
        | ManageError::Forbidden
        | ManageError::NotFound
        | ManageError::NothingThen
        | ManageError::NotGranted
        | ManageError::BadRange
        | ManageError::TooManyRows
        | ManageError::InvalidGrant
        | ManageError::UnsupportedGrantType
        | ManageError::IdempotencyKeyReused
        | ManageError::NoSecret
        | ManageError::Conflict
        | ManageError::NotOneRow(_) => plain(&error),
    }
}

impl IntoResponse for ManageError {
    fn into_response(self) -> Response {
        Failure::from(self).into_response()
    }
}

/// A boxed cause, as an error of its own.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Cause(Box<dyn std::error::Error + Send + Sync>);

impl From<Failure> for ManageError {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

impl From<ReadError> for ManageError {
    fn from(error: ReadError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<IdentityError> for ManageError {
    fn from(error: IdentityError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

impl From<HistoryError> for ManageError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Feed(FeedError::Corrupt { .. }) | HistoryError::Unreadable(_) => {
                Self::Internal(Box::new(error))
            }
            HistoryError::Feed(FeedError::Unavailable(_)) | HistoryError::Read(_) | HistoryError::Identity(_) => {
                Self::Unavailable(Box::new(error))
            }
        }
    }
}

impl From<InvalidToken> for ManageError {
    fn from(error: InvalidToken) -> Self {
        match error {
            InvalidToken::Refused => Self::InvalidToken,
            InvalidToken::OtherKind => Self::OtherTokenKind,
            InvalidToken::Stopped(error) => Self::Unavailable(Box::new(error)),
            InvalidToken::Read(error) => error.into(),
            InvalidToken::Identity(error) => error.into(),
            InvalidToken::NoKey | InvalidToken::Unsigned(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<SignInRefusal> for ManageError {
    fn from(refusal: SignInRefusal) -> Self {
        match refusal {
            SignInRefusal::TooManyFailures(budget) => Self::TooManyFailures(budget),
            SignInRefusal::SignIn(error) => error.into(),
        }
    }
}

impl From<SignInError> for ManageError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused { .. } => Self::InvalidGrant,
            SignInError::Password(error @ PasswordError::Busy) => Self::Unavailable(Box::new(error)),
            SignInError::Password(error @ (PasswordError::Failed | PasswordError::NotAdmitted)) => {
                Self::Internal(Box::new(error))
            }
            SignInError::Identity(error) => error.into(),
        }
    }
}

impl From<CommandError<AppError>> for ManageError {
    fn from(error: CommandError<AppError>) -> Self {
        of_command(error, rejected)
    }
}

impl From<CommandError<ConsentError>> for ManageError {
    fn from(error: CommandError<ConsentError>) -> Self {
        of_command(error, |rule| match rule {
            ConsentError::NotGranted => Self::NotFound,
            ConsentError::NoScope => Self::Internal(Box::new(rule)),
        })
    }
}

fn of_command<E: std::error::Error>(error: CommandError<E>, rejected: impl FnOnce(E) -> ManageError) -> ManageError {
    match error {
        CommandError::Rejected(rule) => rejected(rule),
        CommandError::Conflict => ManageError::Conflict,
        CommandError::Unavailable(cause) => ManageError::Unavailable(cause),
        CommandError::Corrupt(cause) => ManageError::Internal(cause),
        CommandError::Stopped(stopped) => ManageError::Unavailable(Box::new(stopped)),
        CommandError::NotVisible(late) => ManageError::NotInEffect(Box::new(late)),
    }
}

/// Surfaces check what they can before; what only the stream can know arrives here.
fn rejected(rule: AppError) -> ManageError {
    let field = |field: &str, code| ManageError::Invalid(vec![Fault::new(field, code, rule.to_string())]);
    match rule {
        AppError::NotRegistered => ManageError::NotFound,
        AppError::AlreadyRegistered { .. } => ManageError::IdempotencyKeyReused,
        AppError::NoSecret => ManageError::NoSecret,
        AppError::OverlapTooLong => field("overlap_seconds", "out_of_range"),
        AppError::OwnSchemeNeedsPublicClient => field("redirect_uris", "scheme_not_allowed"),
        AppError::NoRedirectUri => field("redirect_uris", "required"),
        AppError::NoScope => field("allowed_scopes", "required"),
        AppError::SecretDoesNotFitClientType => field("client_type", "invalid_value"),
    }
}

impl From<RegisterAppError> for ManageError {
    fn from(error: RegisterAppError) -> Self {
        match error {
            RegisterAppError::UnknownBranch(id) => Self::Invalid(vec![Fault::new(
                "allowed_branch_ids",
                "unknown_branch",
                format!("the organization has no open branch {id}"),
            )]),
            RegisterAppError::KeyReused => Self::IdempotencyKeyReused,
            RegisterAppError::Command(error) => error.into(),
            RegisterAppError::Read(error) => error.into(),
        }
    }
}

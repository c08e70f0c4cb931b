//! The password again, before something dangerous: whoever finds an open browser is not its owner.

use axum::http::StatusCode;

use super::person::Person;
use crate::access::SignInRefusal;
use crate::commands::PasswordError;
use crate::commands::sessions::SignInError;
use crate::pages::{Form, PageError};

/// The field of the password.
const FIELD: &str = "password";

/// Why something dangerous was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    WrongPassword,
    TooManyFailures,
    /// Somebody else changed it since the page was shown.
    Changed,
    /// He himself did it already, from this form.
    DoneBefore,
}

impl Problem {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::WrongPassword => StatusCode::FORBIDDEN,
            Self::TooManyFailures => StatusCode::TOO_MANY_REQUESTS,
            Self::Changed | Self::DoneBefore => StatusCode::CONFLICT,
        }
    }

    /// The key of its words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::WrongPassword => "confirm-wrong-password",
            Self::TooManyFailures => "sign-in-too-many",
            Self::Changed => "confirm-changed",
            Self::DoneBefore => "confirm-done-before",
        }
    }

    /// Whether it stands beside the password.
    pub(super) fn is_of_password(self) -> bool {
        match self {
            Self::WrongPassword | Self::TooManyFailures => true,
            Self::Changed | Self::DoneBefore => false,
        }
    }
}

/// Whether the form carries the password of the person whose session it is.
///
/// # Errors
/// [`PageError`] when that cannot be known.
pub(super) async fn password(person: &Person, form: &Form) -> Result<Result<(), Problem>, PageError> {
    let password = form.required(FIELD)?.to_owned();
    let sign_in = &person.visitor.pages.sign_in;
    match sign_in.confirm(&person.session.user, password, &person.visitor.request).await {
        Ok(()) => Ok(Ok(())),
        Err(SignInRefusal::TooManyFailures(_)) => Ok(Err(Problem::TooManyFailures)),
        Err(SignInRefusal::SignIn(SignInError::Refused { .. })) => Ok(Err(Problem::WrongPassword)),
        Err(SignInRefusal::SignIn(SignInError::Password(error @ PasswordError::Busy))) => {
            Err(PageError::Unavailable(Box::new(error)))
        }
        Err(SignInRefusal::SignIn(SignInError::Password(
            error @ (PasswordError::Failed | PasswordError::NotAdmitted),
        ))) => Err(PageError::Internal(Box::new(error))),
        Err(SignInRefusal::SignIn(SignInError::Identity(error))) => Err(error.into()),
    }
}

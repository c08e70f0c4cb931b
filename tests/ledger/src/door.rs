//! One request, and what is known after it.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

/// So long somebody waits for an answer.
const LIMIT: Duration = Duration::from_secs(20);

/// What stands in no answer that is not a success.
const GIVEN: [&str; 3] = ["client_secret\":\"", "access_token\":\"", "refresh_token\":\""];

/// What is known of a command after it was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was acknowledged. Of a redirect the address is in `location`.
    Ok(Value),
    /// It was refused, with this status.
    Fail(u16),
    /// Nobody knows.
    Info(String),
}

impl Outcome {
    pub(crate) fn answer(&self) -> Option<&Value> {
        match self {
            Self::Ok(answer) => Some(answer),
            Self::Fail(_) | Self::Info(_) => None,
        }
    }

    /// Whether it is unknown because nobody answered at all.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(self, Self::Info(why) if why.starts_with(SILENCE))
    }
}

/// How an [`Outcome::Info`] begins when there was no answer.
pub(crate) const SILENCE: &str = "no answer";
/// The one answer with which a server may say that it does not know, with a time to come back after.
pub(crate) const LATER: &str = "503";

/// What is known when not even the page was shown from which a command is sent.
pub(crate) fn unseen() -> Outcome {
    Outcome::Info(format!("{SILENCE}: no page"))
}

/// Somebody's HTTP client, which follows no redirect.
pub(crate) fn client() -> Client {
    Client::builder().timeout(LIMIT).redirect(Policy::none()).no_proxy().build().unwrap()
}

/// Sends a request, which need not be answered.
pub(crate) async fn send(request: RequestBuilder) -> Outcome {
    match try_send(request).await {
        Ok((status, headers, text)) => outcome(status, &headers, &text),
        Err(error) => Outcome::Info(format!("{SILENCE}: {error}")),
    }
}

async fn try_send(request: RequestBuilder) -> reqwest::Result<(u16, HeaderMap, String)> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Ok((status, headers, response.text().await?))
}

fn outcome(status: u16, headers: &HeaderMap, text: &str) -> Outcome {
    let given = GIVEN.iter().find(|given| text.contains(**given));
    match (status, given) {
        (200..=299, _) => Outcome::Ok(serde_json::from_str(text).unwrap_or_else(|_| json!({"text": text}))),
        (303, _) => led_back(headers.get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default()),
        (_, Some(given)) => Outcome::Info(format!("{status} with {given}")),
        (503, None) if headers.contains_key(RETRY_AFTER) => Outcome::Info(LATER.to_owned()),
        (400..=499, None) => Outcome::Fail(status),
        (_, None) => Outcome::Info(format!("{status}: {text}")),
    }
}

/// What a redirect says (RFC 6749, 4.1.2.1): it has no status and no header for that.
fn led_back(location: &str) -> Outcome {
    match location.split_once("error=") {
        Some((_, error)) if error.starts_with("temporarily_unavailable") => Outcome::Info(LATER.to_owned()),
        Some(_) => Outcome::Fail(303),
        None => Outcome::Ok(json!({"location": location})),
    }
}

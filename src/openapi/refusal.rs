//! Why requests are refused: each status, its word, when it is, and what is said.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::header::Header;
use super::model::{Answer, Content, Example};
use super::schema::{Kind, Member, Schema};

/// One reason, with an example of what is said.
#[derive(Debug)]
pub struct Refusal {
    /// Of the answer in the document, in capitals with `_` between the words.
    name: &'static str,
    pub status: u16,
    /// The `error` of the answer.
    pub code: &'static str,
    pub when: &'static str,
    says: &'static str,
    /// The field at fault, its code and what is said of it.
    field: Option<(&'static str, &'static str, &'static str)>,
    header: Option<Header>,
}

/// Which form an error has: each door speaks so that the clients that exist for it understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OAuth doors, functions and the API proxy.
    Plain,
    /// `/rest/v1`: as PostgREST.
    Table,
    /// `/auth/v1`, but for its OAuth doors: as Supabase's authentication.
    User,
    /// A page for people.
    Page,
}

macro_rules! refusals {
    ($($name:ident = $status:literal $code:literal $when:literal $says:literal $($field:expr)?;)+) => {
        $(pub(super) const $name: Refusal = Refusal {
            name: stringify!($name),
            status: $status,
            code: $code,
            when: $when,
            says: $says,
            field: field_of![$($field)?],
            header: header_of($status),
        };)+
    };
}

macro_rules! field_of {
    () => {
        None
    };
    ($field:expr) => {
        Some($field)
    };
}

/// The header that belongs to a status.
const fn header_of(status: u16) -> Option<Header> {
    match status {
        401 => Some(Header::WwwAuthenticate),
        405 => Some(Header::Allow),
        429 | 503 => Some(Header::RetryAfter),
        _ => None,
    }
}

refusals! {
    // What every operation may answer.
    UNREADABLE = 400 "invalid_request" "The request can be read in two ways: no `Host` or two of them, `Authorization`, `Content-Type` or `Idempotency-Key` twice, or a transfer encoding other than one `chunked`." "the header authorization is given twice";
    METHOD_NOT_ALLOWED = 405 "method_not_allowed" "The path does not take this method; `Allow` names those that it takes. `HEAD` goes wherever `GET` does." "this path does not take this method; see Allow";
    REQUEST_TIMEOUT = 408 "request_timeout" "The request took longer than 30 seconds, or no more of its body came for 10." "the request took too long";
    URI_TOO_LONG = 414 "uri_too_long" "The path is longer than 8 KiB." "the path is too long";
    SERVER_ERROR = 500 "server_error" "A fault of ours. The log has it under the request id." "the server met a fault of its own";
    UNAVAILABLE = 503 "temporarily_unavailable" "A store does not answer, or a read model on which the answer rests stands still, or there is more to do than can be done." "try again in a moment";

    // Bodies.
    PAYLOAD_TOO_LARGE = 413 "payload_too_large" "The body is too large." "the body must be at most 1048576 bytes";
    NEITHER_FORM_NOR_JSON = 415 "unsupported_media_type" "The body is neither a form nor JSON." "send the body as application/x-www-form-urlencoded or application/json";
    NO_FORM = 415 "unsupported_media_type" "The body is no form." "send the authorization request as application/x-www-form-urlencoded";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type" "The body is of another type." "send the body as application/json";

    // Token doors.
    PARAMETER = 400 "invalid_request" "A parameter is missing, malformed or given twice, or belongs into the body; or the client proves itself in two ways." "the parameter 'grant_type' is missing";
    GRANT_TYPE = 400 "unsupported_grant_type" "There is no such grant type." "this grant type is not offered; use authorization_code, refresh_token or client_credentials";
    SCOPE = 400 "invalid_scope" "A scope does not exist, or was not granted." "the app does not hold all of these scopes";
    CLIENT_MAY_NOT = 400 "unauthorized_client" "A public client asked for client credentials." "a public client has no secret and cannot use client_credentials";
    GRANT = 400 "invalid_grant" "The code or the refresh token is unknown, expired, used, ended, or of another client." "the refresh token is unknown, expired, used or ended";
    TARGET = 400 "invalid_target" "`resource` names none of ours." "there is no such resource; see the protected resource metadata";
    CLIENT = 401 "invalid_client" "The client is unknown or revoked, or its secret is wrong. The challenge comes only where HTTP Basic was used." "unknown client or wrong secret";
    TOO_MANY_FAILURES = 429 "rate_limited" "The client failed too often in this minute. A right secret is never turned away." "too many failed authentications; try again later";

    AUTHORIZATION = 400 "invalid_request" "The client is unknown or revoked, or the redirect URI is not registered. A page says which." "the request cannot be read";

    AUTHORIZATION_REQUEST = 400 "invalid_request" "The authorization request is at fault: the client, the redirect URI, the challenge, or a parameter that is missing or doubled." "the code_challenge must be 43 characters of A-Z a-z 0-9 _ -";
    RESPONSE_TYPE = 400 "unsupported_response_type" "`response_type` is not `code`." "only response_type=code is offered";
    NOT_GRANTABLE = 403 "forbidden" "In no organization may this person let the app do what it asks for." "there is no organization in which you may let the app do what it asks for";
    NO_AUTHORIZATION = 404 "not_found" "No authorization has this name for this session, or its ten minutes are over." "there is no such authorization for this session, or its ten minutes are over";
    DECISION = 400 "invalid_request" "`action` or `organization_id` is at fault, or the body is no JSON object." "invalid: action" ("action", "invalid_value", "must be approve or deny");
    DECIDED = 409 "conflict" "It was decided before." "this authorization was decided before";
    CLIENT_ID = 400 "invalid_request" "`client_id` is missing, or no UUID." "invalid: client_id" ("client_id", "required", "say which client: ?client_id=UUID");
    NO_GRANT = 404 "not_found" "You let no such app do anything." "you have granted this client nothing";

    OTHER_PAGE = 403 "forbidden" "The form comes from another site or another session." "the request cannot be read";
    NO_PAGE = 404 "not_found" "There is no such thing for this person." "there is nothing at this path";

    // People.
    SIGN_IN_FIELDS = 400 "invalid_request" "A field is missing, or the body cannot be read." "invalid: password" ("password", "required", "must be a text");
    WRONG_PASSWORD = 400 "invalid_grant" "The e-mail address or the password is wrong, or the refresh token is not valid. All sound alike." "the e-mail address or the password is wrong, or the refresh token is not valid";
    SIGN_IN_GRANT_TYPE = 400 "unsupported_grant_type" "There is no such grant type." "use grant_type=password or grant_type=refresh_token";
    TOO_MANY_SIGN_INS = 429 "rate_limited" "Too many sign-ins failed in this minute." "too many failed sign-ins; try again later";
    NO_USER = 401 "invalid_token" "There is no user token, or it is malformed or expired, or its session has ended." "sign in first and send the user token as Authorization: Bearer";
    APP_TOKEN = 403 "invalid_token_type" "An app's token manages nothing." "an app's token manages nothing; use a user token";
    FORBIDDEN = 403 "forbidden" "This is for owners and admins of the organization, who are not limited to other branches." "this needs an owner or admin of the organization, who is not limited to other branches";

    // Apps and tables.
    FIELDS = 400 "invalid_request" "Fields are at fault; `errors` names each." "invalid: redirect_uris[0]" ("redirect_uris[0]", "insecure_scheme", "must be https, or http on a loopback address");
    QUERY = 400 "invalid_request" "The query is at fault; `errors` names each parameter." "invalid: limit" ("limit", "invalid_parameter", "must be a whole number in range");
    NO_SECRET = 400 "invalid_request" "The app is a public client." "a public client has no secret to rotate";
    NO_APP = 404 "not_found" "There is no such app in your organizations." "there is no such app";
    NO_CONSENT = 404 "not_found" "Somebody withdrew it meanwhile." "there is no such app";
    NOTHING_THEN = 404 "not_found" "There is no such app in your organizations, or it was not there at that moment." "the app was not there at that moment, or has no event with that sequence";
    NOT_ONE_ROW = 406 "PGRST116" "A single object was asked for, and not exactly one row matches." "a single object was asked for, and 0 rows match";
    RANGE = 416 "invalid_request" "The header `Range` ends before it begins." "the Range header ends before it begins";
    OTHERS_CHANGED = 409 "conflict" "Too many others changed the same thing at the same time." "too many others changed the same thing at the same time; try again";
    KEY_REUSED = 422 "idempotency_key_reused" "The `Idempotency-Key` came with another request before." "the Idempotency-Key was used for another request";
    NOT_IN_EFFECT = 503 "not_in_effect" "The change is recorded, but a read model is late. Do not repeat it: a repetition would do it twice." "the change is recorded and will take effect; if it made a secret, that is lost: rotate again later";

    // The API proxy, in the order of its checks.
    NO_APP_TOKEN = 401 "invalid_token" "There is no token, or it is malformed, expired or cut off." "send an access token as Authorization: Bearer";
    USER_TOKEN = 403 "invalid_token_type" "It is a person's token." "this is a user token; request an app token at the OAuth token endpoint";
    NO_SCOPE = 403 "insufficient_scope" "The token lacks the scope that the challenge names." "the token needs the scope routix:orders:write";
    NO_BRANCH = 404 "branch_not_found" "The organization of the token has no branch with this public id." "no such branch in the organization of the token";
    OTHER_BRANCH = 403 "branch_access_denied" "The branch is there, but the app, or the user behind it, is limited to others." "branch access denied";
    TOO_MANY_REQUESTS = 429 "rate_limited" "The app has used up its requests for this minute." "the app has used up its requests for this minute";
    NO_RECORD = 404 "not_found" "The branch has no such record." "no such version, resource or record";
    LIST_QUERY = 400 "invalid_request" "A parameter is unknown, doubled or has no possible value; `errors` names each." "invalid: limit" ("limit", "out_of_range", "must be a whole number between 1 and 100");
    RECORD_FIELDS = 400 "invalid_request" "The body is no JSON object, or fields are at fault; `errors` names each." "invalid: company" ("company", "unknown_field", "no such field here");
    TAKEN = 409 "conflict" "Another record of the branch has the value of a unique field." "order_number is taken in this branch" ("order_number", "taken", "is taken by another record of this branch");
    CHANGED_SINCE = 412 "precondition_failed" "`If-Match` does not hold any more." "the record has changed since it was read";
    RECORD_KEY_REUSED = 422 "idempotency_key_reused" "The `Idempotency-Key` came with another body before." "the idempotency key was used for another body";

    // Documents.
    NO_KEY_SET = 404 "not_found" "Every key here signs with HS256, which has no public half." "no key here has a public half";
    NO_SCHEMA = 404 "not_found" "There is no such schema." "there is no such schema";
}

/// What every operation may answer.
const COMMON: [&Refusal; 6] =
    [&UNREADABLE, &METHOD_NOT_ALLOWED, &REQUEST_TIMEOUT, &URI_TOO_LONG, &SERVER_ERROR, &UNAVAILABLE];

impl Refusal {
    /// Whether every operation may answer it.
    pub fn is_common(&self) -> bool {
        COMMON.iter().any(|common| common.name == self.name)
    }

    pub(super) fn answer(&'static self) -> Answer {
        let mut answer = Answer::new(self.status, "");
        answer.headers.extend(self.header);
        if self.status == 429 {
            answer.headers.extend([Header::RateLimit, Header::RateLimitPolicy]);
        }
        if self.code == "insufficient_scope" {
            answer.headers.push(Header::WwwAuthenticate);
        }
        answer.refusals.push(self);
        answer
    }

    fn example(&self, dialect: Dialect) -> Value {
        let mut body = json!({
            "error": self.code,
            "error_description": self.says,
            "request_id": Header::RequestId.example(),
        });
        if let Some((field, code, message)) = self.field {
            body["errors"] = json!([{"field": field, "code": code, "message": message}]);
        }
        match dialect {
            Dialect::Plain | Dialect::Page => {}
            Dialect::Table => {
                body["code"] = self.code.into();
                body["message"] = self.says.into();
                body["details"] = Value::Null;
                body["hint"] = Value::Null;
            }
            Dialect::User => {
                body["code"] = self.status.into();
                body["error_code"] = self.code.into();
                body["msg"] = self.says.into();
            }
        }
        body
    }
}

impl Dialect {
    /// The name of the schema of its errors.
    pub(super) fn schema_name(self) -> &'static str {
        match self {
            Self::Plain | Self::Page => "Error",
            Self::Table => "TableError",
            Self::User => "UserError",
        }
    }

    /// Of what the names of its answers begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Table => "Table",
            Self::User => "User",
            Self::Page => "Page",
        }
    }

    /// The name of an answer that is made of these refusals: `TableMethodNotAllowed`.
    fn answer_name(self, refusals: &[&Refusal]) -> String {
        let words = refusals.iter().flat_map(|refusal| refusal.name.split('_'));
        let capital = |word: &str| {
            let (first, rest) = word.split_at(word.len().min(1));
            format!("{first}{}", rest.to_ascii_lowercase())
        };
        format!("{}{}", self.prefix(), words.map(capital).collect::<String>())
    }

    /// What every operation may answer.
    pub(super) fn common(self) -> Vec<Answer> {
        let answer = |refusal: &&'static Refusal| {
            let mut answer = refusal.answer();
            self.complete(&mut answer);
            answer
        };
        COMMON.iter().map(answer).collect()
    }

    /// Says in an answer which reasons it has, and shows each.
    pub(super) fn complete(self, answer: &mut Answer) {
        let codes: BTreeSet<&str> = answer.refusals.iter().map(|refusal| refusal.code).collect();
        let codes = codes.into_iter().map(str::to_owned).collect();
        let reasons: Vec<String> =
            answer.refusals.iter().map(|refusal| format!("`{}`: {}", refusal.code, refusal.when)).collect();
        answer.description = reasons.join("\n\n");
        answer.name = Some(self.answer_name(&answer.refusals));
        let mut examples: Vec<Example> = Vec::new();
        for refusal in &answer.refusals {
            let same = examples.iter().filter(|example| example.name.starts_with(refusal.code)).count();
            let name = if same == 0 { refusal.code.to_owned() } else { format!("{}_{}", refusal.code, same + 1) };
            examples.push(Example { name, json: refusal.example(self).to_string() });
        }
        let name = self.schema_name();
        let schema = Schema::new(Kind::Narrowed { name, member: "error", values: codes });
        answer.content = vec![Content { media_type: "application/json", schema, examples }];
        if self == Self::Page && !matches!(answer.status, 405 | 408 | 414) {
            let page = Content { media_type: PAGE, schema: Schema::text(), examples: Vec::new() };
            answer.content.push(page);
        }
    }
}

pub(super) const PAGE: &str = "text/html; charset=utf-8";

/// The schemas of errors.
pub(super) fn schemas() -> Vec<(String, Schema)> {
    let plain = || {
        vec![
            Member::required("error", Schema::text().says("A stable word to act upon.")),
            Member::required("error_description", Schema::text().says("One sentence for a developer, in English.")),
            Member::required(
                "request_id",
                Schema::text().says("As in `x-request-id`: quote it when you ask for help."),
            ),
            Member::optional("errors", Schema::list(Schema::named("Fault")).says("Every field at fault.")),
        ]
    };
    let with = |more: Vec<Member>| Schema::open(plain().into_iter().chain(more).collect());
    let fault = Schema::object(vec![
        Member::required("field", Schema::text().says("The field, parameter or header: `redirect_uris[0]`.")),
        Member::required("code", Schema::text().says("A stable word to act upon.")),
        Member::required("message", Schema::text().says("What it must be, in English.")),
    ]);
    vec![
        ("Error".to_owned(), with(vec![]).says("What every error says.")),
        (
            "TableError".to_owned(),
            with(vec![
                Member::required(
                    "code",
                    Schema::text().says("PostgREST's code, such as `PGRST100`, where it has one; else as `error`."),
                ),
                Member::required("message", Schema::text().says("As `error_description`.")),
                Member::required("details", Schema::text().nullable()),
                Member::required("hint", Schema::text().nullable()),
            ])
            .says("An error at `/rest/v1`, which PostgREST's clients understand."),
        ),
        (
            "UserError".to_owned(),
            with(vec![
                Member::required(
                    "code",
                    Schema::any_of(vec![Schema::integer(400, 599), Schema::text()])
                        .says("The status; as `error` for who sends `x-supabase-api-version: 2024-01-01`."),
                ),
                Member::required("error_code", Schema::text().says("As `error`.")),
                Member::required("msg", Schema::text().says("As `error_description`.")),
            ])
            .says("An error of signing in, which Supabase's clients understand."),
        ),
        ("Fault".to_owned(), fault.says("A field at fault.")),
    ]
}

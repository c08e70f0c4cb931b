//! People: signing in, going on, signing out.

use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter, Section};
use super::refusal::{self, Dialect, Refusal};
use super::schema::{Member, Schema};

const JSON_OR_FORM: &[&str] = &["application/json", "application/x-www-form-urlencoded"];
const USER: &str = r#"{"app_metadata":{},"aud":"authenticated","created_at":"2026-11-22T16:50:10.433904Z","email":"owner@vandenberg.example","id":"4ea1a598-1ea9-5eb2-9df1-f595f7be93d0","organizations":[{"id":"57574334-28f7-55c3-8630-a56ef105603b","name":"Van den Berg Transport","role":"owner"}],"role":"authenticated","user_metadata":{"name":"Ann van den Berg"}}"#;

const SIGNED_IN: [&Refusal; 3] = [&refusal::NO_USER, &refusal::APP_TOKEN, &refusal::UNREADABLE];

pub(super) fn section() -> Section {
    Section {
        name: "people".to_owned(),
        description:
            "A person's token manages apps and reads their history. At the API it is refused: records are for apps."
                .to_owned(),
        operations: vec![sign_in(), user(), logout()],
    }
}

fn sign_in() -> Operation {
    let grant_type = Schema::one_of(["password", "refresh_token"]).says("With what the person signs in.");
    let example = format!(
        r#"{{"access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzdXBhYmFzZSJ9.xqrG7HIDyW0PdsOX1mIXLLkU0ApBFggjvDtYfPt00Xg","expires_in":3600,"refresh_token":"s1.sraXTBzjT2aiU-CDWbmn5AAAAAFAYONhqNNjzQ8PlXtzN_XJ","token_type":"bearer","user":{USER}}}"#
    );
    Operation::new("sign_in", (Method::Post, "/auth/v1/token"), "Sign in, or go on")
        .says("An unknown e-mail address and a wrong password get the same answer. Members that nobody knows are ignored.")
        .takes([Parameter::query("grant_type", grant_type).required().like("password")])
        .body(
            JSON_OR_FORM,
            Schema::named("SignInRequest"),
            &[
                ("password", r#"{"email":"owner@vandenberg.example","password":"xXIb.oXxO.V3gd.xvA6.tkYV"}"#),
                ("refresh_token", r#"{"refresh_token":"s1.sraXTBzjT2aiU-CDWbmn5AAAAAFAYONhqNNjzQ8PlXtzN_XJ"}"#),
            ],
        )
        .answers(
            Answer::new(200, "A token of the person, and one to go on with.")
                .with(&[Header::CacheControl])
                .json(Schema::named("Session"), example),
        )
        .refuses(
            Dialect::User,
            &[
                &refusal::SIGN_IN_FIELDS,
                &refusal::WRONG_PASSWORD,
                &refusal::SIGN_IN_GRANT_TYPE,
                &refusal::PAYLOAD_TOO_LARGE,
                &refusal::UNSUPPORTED_MEDIA_TYPE,
                &refusal::TOO_MANY_SIGN_INS,
                &refusal::UNREADABLE,
            ],
        )
}

fn user() -> Operation {
    Operation::new("show_user", (Method::Get, "/auth/v1/user"), "The person who is signed in")
        .by(Access::User)
        .answers(
            Answer::new(200, "Who it is, and his organizations.")
                .with(&[Header::CacheControl])
                .json(Schema::named("User"), USER),
        )
        .refuses(Dialect::User, &SIGNED_IN)
}

fn logout() -> Operation {
    Operation::new("sign_out", (Method::Post, "/auth/v1/logout"), "Sign out")
        .says("Ends the session, and with it every token of it.")
        .by(Access::User)
        .answers(Answer::new(204, "The session has ended."))
        .refuses(Dialect::User, &SIGNED_IN)
}

pub(super) fn schemas() -> Vec<(String, Schema)> {
    let organization = Schema::object(vec![
        Member::required("id", Schema::uuid()),
        Member::required("name", Schema::text().nullable()),
        Member::required("role", role()),
    ]);
    let user = vec![
        Member::required("id", Schema::uuid()),
        Member::required("aud", Schema::one_of(["authenticated"])),
        Member::required("role", Schema::one_of(["authenticated"])),
        Member::required("email", Schema::text()),
        Member::required("created_at", Schema::time()),
        Member::required("app_metadata", Schema::open(vec![])),
        Member::required("user_metadata", Schema::open(vec![Member::required("name", Schema::text().nullable())])),
        Member::required("organizations", Schema::list(organization)),
    ];
    let session = vec![
        Member::required("access_token", Schema::text()),
        Member::required("token_type", Schema::one_of(["bearer"])),
        Member::required("expires_in", Schema::integer(1, i64::MAX).says("Seconds.")),
        Member::required("refresh_token", Schema::text().says("To be used once.")),
        Member::required("user", Schema::named("User")),
    ];
    let password = vec![
        Member::required("email", Schema::bounded(1, 1_000)),
        Member::required("password", Schema::bounded(1, 1_000)),
    ];
    let refresh = vec![Member::required("refresh_token", Schema::bounded(1, 1_000))];
    let either = Schema::any_of(vec![Schema::named("PasswordRequest"), Schema::named("SessionRequest")]);
    vec![
        ("SignInRequest".to_owned(), either.says("As `grant_type` says.")),
        ("PasswordRequest".to_owned(), Schema::open(password)),
        ("SessionRequest".to_owned(), Schema::open(refresh)),
        ("Session".to_owned(), Schema::object(session)),
        ("User".to_owned(), Schema::open(user)),
    ]
}

/// What a person is in an organization.
pub(super) fn role() -> Schema {
    Schema::one_of(["owner", "admin", "member", "viewer"])
}

//! Tokens for apps: the four doors, the authorization endpoint, revocation and introspection.

use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter, Section};
use super::refusal::{self, Dialect, PAGE, Refusal};
use super::schema::{Member, Schema};

const FORM: &str = "application/x-www-form-urlencoded";
/// A form or JSON, with the same members.
const FORM_OR_JSON: &[&str] = &[FORM, "application/json"];
const CLIENT: &str = "c8353003-e11f-4820-8142-953737f11b35";
const AUTHORIZE: &str = "/auth/v1/oauth/authorize";
const ANSWER: &str = r#"{"access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjE2ZGYzMzBiZjFjMGY0NDIifQ.eyJpc3MiOiJzdXBhYmFzZSJ9.GW7okejcxZMmlw77HIFx54oHBqOs2S_JehqtdrNEh00","branch_ids":["2516fbe1-d9e6-575c-ba16-6501ec9065a4"],"expires_in":3600,"organization_id":"57574334-28f7-55c3-8630-a56ef105603b","scope":"routix:accounts:read routix:orders:read","token_type":"bearer"}"#;
const ROUTERA_ANSWER: &str = r#"{"access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjE2ZGYzMzBiZjFjMGY0NDIifQ.eyJpc3MiOiJzdXBhYmFzZSJ9.GW7okejcxZMmlw77HIFx54oHBqOs2S_JehqtdrNEh00","expires_in":3600,"token_type":"Bearer"}"#;
const ROUTEE_ANSWER: &str = r#"{"access_token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjE2ZGYzMzBiZjFjMGY0NDIifQ.eyJpc3MiOiJzdXBhYmFzZSJ9.GW7okejcxZMmlw77HIFx54oHBqOs2S_JehqtdrNEh00","expires_in":3600,"permissions":["routix:accounts:read"],"scope":"routix:accounts:read","token_type":"bearer"}"#;
const EXAMPLES: [(&str, &str); 3] = [
    (
        "client_credentials",
        r#"{"grant_type":"client_credentials","client_id":"c8353003-e11f-4820-8142-953737f11b35","client_secret":"routix_8071b9224e40cf0afc283c46cc8dbe5cc8acc064","scope":"routix:accounts:read"}"#,
    ),
    (
        "authorization_code",
        r#"{"grant_type":"authorization_code","code":"c1.sraXTBzjT2aiU-CDWbmn5AAAAAFAYONhqNNjzQ8PlXtzN_XJ","redirect_uri":"https://myerp.example/callback","code_verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk","client_id":"c8353003-e11f-4820-8142-953737f11b35","client_secret":"routix_8071b9224e40cf0afc283c46cc8dbe5cc8acc064"}"#,
    ),
    (
        "refresh_token",
        r#"{"grant_type":"refresh_token","refresh_token":"v1.sraXTBzjT2aiU-CDWbmn5AAAAAFAYONhqNNjzQ8PlXtzN_XJ"}"#,
    ),
];

const CLIENT_REFUSALS: [&Refusal; 7] = [
    &refusal::PARAMETER,
    &refusal::CLIENT,
    &refusal::TOO_MANY_FAILURES,
    &refusal::PAYLOAD_TOO_LARGE,
    &refusal::NEITHER_FORM_NOR_JSON,
    &refusal::UNREADABLE,
    &refusal::UNAVAILABLE,
];
const GRANT_REFUSALS: [&Refusal; 5] =
    [&refusal::GRANT_TYPE, &refusal::SCOPE, &refusal::CLIENT_MAY_NOT, &refusal::GRANT, &refusal::TARGET];

pub(super) fn section() -> Section {
    Section {
        name: "tokens".to_owned(),
        description:
            "An app gets tokens for itself with client credentials, or for a person with an authorization code \
                      and PKCE. One implementation behind four doors, which differ in the members of the answer alone. \
                      A client proves itself with `client_id` and `client_secret` in the body or with HTTP Basic, \
                      never with both. Every answer has `Cache-Control: no-store`."
                .to_owned(),
        operations: vec![
            door("auth", "/auth/v1/oauth/token", "A token for an app that has users"),
            door("functions", "/functions/v1/oauth-token", "A token for a server"),
            door("routera", "/oauth2/token", "A token, in the manner of Routera"),
            door("routee", "/oauth/token", "A token, in the manner of Routee"),
            authorize(),
            decide(),
            revoke(),
            introspect(),
        ],
    }
}

fn door(name: &str, path: &str, summary: &str) -> Operation {
    let (schema, example) = match name {
        "routera" => ("RouteraToken", ROUTERA_ANSWER),
        "routee" => ("RouteeToken", ROUTEE_ANSWER),
        _ => ("Token", ANSWER),
    };
    let granted = Answer::new(200, "A token.").with(&[Header::CacheControl]).json(Schema::named(schema), example);
    Operation::new(format!("token_{name}"), (Method::Post, path), summary)
        .says(
            "`scope` narrows what is granted; left out, it is all that the app holds or the person granted. A refresh \
             token is used once: a retry of the newest within 30 seconds gets the same next one, any other use of an \
             old one ends the family. Members that nobody knows are ignored.",
        )
        .by(Access::Client)
        .body(FORM_OR_JSON, Schema::named("TokenRequest"), &EXAMPLES)
        .answers(granted)
        .refuses(Dialect::Plain, &[&CLIENT_REFUSALS[..], &GRANT_REFUSALS[..]].concat())
}

fn authorize() -> Operation {
    let parameter = |name, schema: Schema, says: &str| Parameter::query(name, schema.says(says)).required();
    let text = || Schema::bounded(1, 2_000);
    let parameters = [
        parameter("response_type", Schema::one_of(["code"]), "Only `code`.").like("code"),
        parameter("client_id", Schema::uuid(), "The app.").like(CLIENT),
        parameter("redirect_uri", text(), "As it is registered; the port of a loopback address is free.")
            .like("https://myerp.example/callback"),
        parameter("scope", text(), "Scopes with spaces between them.").like("routix:orders:read"),
        parameter(
            "code_challenge",
            Schema::pattern("^[A-Za-z0-9_-]{43}$"),
            "The SHA-256 of the verifier, in Base64url.",
        )
        .like("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        parameter("code_challenge_method", Schema::one_of(["S256"]), "Only `S256`.").like("S256"),
        Parameter::query("state", text().says("Comes back as it is.")).like("af0ifjsldkj"),
        Parameter::query("resource", Schema::url().says("What the token is for (RFC 8707).")),
    ];
    let page = Answer::new(200, "The consent page, for somebody who is signed in.");
    Operation::new("authorize", (Method::Get, AUTHORIZE), "Send a person here to let the app act for him")
        .says(
            "For a browser. Somebody who is not signed in goes to the sign-in page first and comes back. He sees who asks \
             for what, chooses an organization, and goes back to `redirect_uri` with `code`, `state` and `iss`, or with \
             `error`, `error_description`, `state` and `iss`. As long as client and redirect URI are not proven, the \
             answer is a page and never a redirect. A code lives 60 seconds and works once.",
        )
        .takes(parameters)
        .answers(page.of_type(PAGE, Schema::text(), ""))
        .answers(Answer::new(303, "To the sign-in page, or back to the app.").with(&[Header::RedirectLocation]))
        .refuses(Dialect::Page, &[&refusal::AUTHORIZATION, &refusal::UNREADABLE])
}

fn decide() -> Operation {
    let form = vec![
        Member::required("request", Schema::text().says("What the page showed, sealed.")),
        Member::required("decision", Schema::one_of(["approve", "deny"])),
        Member::optional("organization_id", Schema::uuid().says("In which organization it is approved.")),
    ];
    let again = Answer::new(200, "The page again, with what is left to choose.");
    Operation::new("decide_authorization", (Method::Post, AUTHORIZE), "The form of the consent page")
        .says("Only the page itself can send it, from the session to which it was shown.")
        .body(&[FORM], Schema::open(form), &[])
        .answers(again.of_type(PAGE, Schema::text(), ""))
        .answers(Answer::new(303, "Back to the app, or to the page again.").with(&[Header::RedirectLocation]))
        .refuses(
            Dialect::Page,
            &[
                &refusal::AUTHORIZATION,
                &refusal::OTHER_PAGE,
                &refusal::NO_PAGE,
                &refusal::PAYLOAD_TOO_LARGE,
                &refusal::UNREADABLE,
            ],
        )
}

fn token_body() -> Schema {
    let mut members = vec![
        Member::required("token", Schema::bounded(1, 8_192).says("An access token or a refresh token.")),
        Member::optional("token_type_hint", Schema::text().says("Not needed, and ignored.")),
    ];
    members.extend(client());
    Schema::open(members)
}

fn revoke() -> Operation {
    Operation::new("revoke_token", (Method::Post, "/auth/v1/oauth/revoke"), "Give a token back")
        .says(
            "RFC 7009. The answer is the same whether there was something to end or not. A refresh token, or an access \
             token that a person granted, ends with the whole grant; one that the app got for itself ends alone.",
        )
        .by(Access::Client)
        .body(FORM_OR_JSON, token_body(), &[("token", r#"{"token":"v1.sraXTBzjT2aiU-CDWbmn5AAAAAFAYONhqNNjzQ8PlXtzN_XJ","client_id":"c8353003-e11f-4820-8142-953737f11b35","client_secret":"routix_8071b9224e40cf0afc283c46cc8dbe5cc8acc064"}"#)])
        .answers(
            Answer::new(200, "It is not worth anything any more.")
                .with(&[Header::CacheControl])
                .json(Schema::object(vec![]), "{}"),
        )
        .refuses(Dialect::Plain, &CLIENT_REFUSALS)
}

fn introspect() -> Operation {
    let example = r#"{"active":true,"aud":"authenticated","client_id":"c8353003-e11f-4820-8142-953737f11b35","exp":1795369831,"iat":1795366231,"iss":"supabase","jti":"0.71e47b22-e7e4-46c3-8378-185cbd5b75a7","organization_id":"57574334-28f7-55c3-8630-a56ef105603b","scope":"routix:accounts:read","sub":"ed3ccaba-2339-522a-abce-e6d3d4baa060","token_type":"Bearer"}"#;
    Operation::new("introspect_token", (Method::Post, "/auth/v1/oauth/introspect"), "Ask what a token is worth now")
        .says("RFC 7662, for clients with a secret. A token of somebody else is `{\"active\":false}`, like one that is none.")
        .by(Access::Client)
        .body(FORM_OR_JSON, token_body(), &[("token", r#"{"token":"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJzdXBhYmFzZSJ9.GW7okejcxZMmlw77HIFx54oHBqOs2S_JehqtdrNEh00","client_id":"c8353003-e11f-4820-8142-953737f11b35","client_secret":"routix_8071b9224e40cf0afc283c46cc8dbe5cc8acc064"}"#)])
        .answers(
            Answer::new(200, "What it is worth.").with(&[Header::CacheControl]).json(Schema::named("Introspection"), example),
        )
        .refuses(Dialect::Plain, &CLIENT_REFUSALS)
}

/// How a client names and proves itself in the body.
fn client() -> [Member; 2] {
    [
        Member::optional("client_id", Schema::text().says("The client, unless HTTP Basic names it.")),
        Member::optional("client_secret", Schema::text().says("Its secret, unless HTTP Basic has it.")),
    ]
}

fn request(grant_type: &str, own: Vec<Member>) -> Schema {
    let mut members = vec![Member::required("grant_type", Schema::one_of([grant_type]))];
    members.extend(own);
    members.extend(client());
    members.extend([
        Member::optional("scope", Schema::text().says("Scopes with spaces between them.")),
        Member::optional(
            "resource",
            Schema::text().says("What the token is for (RFC 8707); makes it one of RFC 9068."),
        ),
    ]);
    Schema::open(members)
}

fn answer(token_type: &str, own: Vec<Member>) -> Schema {
    let mut members = vec![
        Member::required("access_token", Schema::text()),
        Member::required("token_type", Schema::one_of([token_type])),
        Member::optional(
            "expires_in",
            Schema::integer(60, 631_139_040).says("Seconds; absent for one without an end."),
        ),
    ];
    members.extend(own);
    members.push(Member::optional("refresh_token", Schema::text().says("Only for what a person granted.")));
    Schema::object(members)
}

pub(super) fn schemas() -> Vec<(String, Schema)> {
    let text = |says: &str| Schema::text().says(says);
    let code = vec![
        Member::required("code", text("As it came back to the redirect URI.")),
        Member::required(
            "code_verifier",
            Schema::pattern("^[A-Za-z0-9._~-]{43,128}$").says("Of the challenge (RFC 7636)."),
        ),
        Member::optional("redirect_uri", text("As in the authorization request, if it is there.")),
    ];
    let scope = || Member::required("scope", Schema::text().says("What was granted, with spaces between."));
    let organization = || Member::required("organization_id", Schema::uuid());
    let branches = Schema::list(Schema::uuid()).says("The branches that can be used.");
    let introspection = vec![
        Member::required("active", Schema::boolean().says("Whether it is good. Without that there is nothing else.")),
        Member::optional("scope", Schema::text()),
        Member::optional("client_id", Schema::uuid()),
        Member::optional("token_type", Schema::text()),
        Member::optional("sub", Schema::uuid()),
        Member::optional("aud", Schema::text()),
        Member::optional("iss", Schema::text()),
        Member::optional("iat", Schema::integer(0, i64::MAX)),
        Member::optional("exp", Schema::integer(0, i64::MAX)),
        Member::optional("jti", Schema::text()),
        Member::optional("organization_id", Schema::uuid()),
    ];
    let named = |name: &str, schema: Schema| (name.to_owned(), schema);
    vec![
        named(
            "TokenRequest",
            Schema::any_of(vec![
                Schema::named("ClientCredentialsRequest"),
                Schema::named("AuthorizationCodeRequest"),
                Schema::named("RefreshTokenRequest"),
            ]),
        ),
        named("ClientCredentialsRequest", request("client_credentials", vec![]).says("An app for itself.")),
        named("AuthorizationCodeRequest", request("authorization_code", code).says("An app for a person who agreed.")),
        named(
            "RefreshTokenRequest",
            request("refresh_token", vec![Member::required("refresh_token", text("The newest of its family."))])
                .says("An app goes on without the person."),
        ),
        named("Token", answer("bearer", vec![scope(), organization(), Member::required("branch_ids", branches)])),
        named(
            "RouteraToken",
            answer("Bearer", vec![Member::optional("scope", text("Only for what a person granted."))]),
        ),
        named(
            "RouteeToken",
            answer("bearer", vec![scope(), Member::required("permissions", Schema::list(Schema::text()))]),
        ),
        named("Introspection", Schema::object(introspection)),
    ]
}

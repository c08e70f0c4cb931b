//! Consent pages of one's own, and what a person allowed.

use super::header::Header;
use super::model::{Access, Answer, Method, Operation, Parameter, Section};
use super::refusal::{self, Dialect, Refusal};
use super::schema::{Member, Schema};

const NAME: &str = "a1.YXV0aG9yaXphdGlvbg";
const DETAILS: &str = r#"{"authorization_id":"a1.YXV0aG9yaXphdGlvbg","client":{"id":"c8353003-e11f-4820-8142-953737f11b35","logo_uri":"","name":"My ERP Sync","uri":"https://myerp.example"},"expires_at":"2026-11-22T17:12:12.199705Z","organizations":[{"id":"57574334-28f7-55c3-8630-a56ef105603b","name":"Van den Berg Transport"}],"redirect_uri":"https://myerp.example/callback","scope":"routix:accounts:read","user":{"email":"owner@vandenberg.example","id":"4ea1a598-1ea9-5eb2-9df1-f595f7be93d0"}}"#;
const GRANT: &str = r#"[{"client":{"id":"c8353003-e11f-4820-8142-953737f11b35","logo_uri":"","name":"My ERP Sync","uri":""},"granted_at":"2026-11-22T17:02:12.199705Z","organization_id":"57574334-28f7-55c3-8630-a56ef105603b","scopes":["routix:accounts:read"]}]"#;

const BY_PERSON: [&Refusal; 3] = [&refusal::NO_USER, &refusal::APP_TOKEN, &refusal::UNREADABLE];

pub(super) fn section() -> Section {
    Section {
        name: "consents".to_owned(),
        description: "The decision of the consent page, for a front end of your own: name the authorization request, show the \
                      person what it asks for, and say what was decided. What was allowed is listed and withdrawn here, too."
            .to_owned(),
        operations: vec![name(), show(), decide(), grants(), withdraw()],
    }
}

fn operation(id: &str, (method, path): (Method, &str), summary: &str) -> Operation {
    Operation::new(id, (method, path), summary).by(Access::User)
}

fn details(status: u16) -> Answer {
    let answer = Answer::new(status, "What the person is asked.").with(&[Header::CacheControl]);
    answer.json(Schema::named("AuthorizationDetails"), DETAILS)
}

/// What may be wrong with the authorization request itself (RFC 6749, 4.1.2.1).
const REQUEST: [&Refusal; 5] = [
    &refusal::AUTHORIZATION_REQUEST,
    &refusal::SCOPE,
    &refusal::TARGET,
    &refusal::RESPONSE_TYPE,
    &refusal::NOT_GRANTABLE,
];

fn name() -> Operation {
    let refused = [&refusal::PAYLOAD_TOO_LARGE, &refusal::NO_FORM];
    operation("name_authorization", (Method::Post, "/auth/v1/oauth/authorizations"), "Name an authorization request")
        .says("The query of `/auth/v1/oauth/authorize` as a form. The name is good for ten minutes and this session.")
        .body(
            &["application/x-www-form-urlencoded"],
            Schema::named("AuthorizationRequest"),
            &[(
                "request",
                r#"{"client_id":"c8353003-e11f-4820-8142-953737f11b35","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","code_challenge_method":"S256","redirect_uri":"https://myerp.example/callback","response_type":"code","scope":"routix:accounts:read","state":"af0ifjsldkj"}"#,
            )],
        )
        .answers(details(201))
        .refuses(Dialect::User, &[&REQUEST[..], &BY_PERSON, &refused].concat())
}

fn id() -> Parameter {
    Parameter::path("id", Schema::text().says("The name of the authorization."), NAME)
}

fn show() -> Operation {
    operation(
        "show_authorization",
        (Method::Get, "/auth/v1/oauth/authorizations/{id}"),
        "What an authorization asks for",
    )
    .takes([id()])
    .answers(details(200))
    .refuses(Dialect::User, &[&REQUEST[..], &BY_PERSON, &[&refusal::NO_AUTHORIZATION]].concat())
}

fn decide() -> Operation {
    let refused = [
        &refusal::DECISION,
        &refusal::NO_AUTHORIZATION,
        &refusal::DECIDED,
        &refusal::PAYLOAD_TOO_LARGE,
        &refusal::UNSUPPORTED_MEDIA_TYPE,
        &refusal::NOT_IN_EFFECT,
        &refusal::UNAVAILABLE,
    ];
    let redirect = Schema::object(vec![Member::required("redirect_url", Schema::text())]);
    operation("decide_consent", (Method::Post, "/auth/v1/oauth/authorizations/{id}/consent"), "Say yes or no")
        .says("Once. Send the browser to `redirect_url` then, whatever was decided. Who may choose among organizations names one.")
        .takes([id()])
        .body(
            &["application/json"],
            Schema::named("Decision"),
            &[("approve", r#"{"action":"approve"}"#), ("deny", r#"{"action":"deny"}"#)],
        )
        .answers(
            Answer::new(200, "Where to send the browser.")
                .with(&[Header::CacheControl])
                .json(redirect, r#"{"redirect_url":"https://myerp.example/callback?error=access_denied&state=af0ifjsldkj"}"#),
        )
        .refuses(Dialect::User, &[&REQUEST[..], &BY_PERSON, &refused].concat())
}

fn grants() -> Operation {
    let answer =
        Answer::new(200, "The apps, with what each may do in which organization.").with(&[Header::CacheControl]);
    operation("list_grants", (Method::Get, "/auth/v1/user/oauth/grants"), "The apps that you let act for you")
        .answers(answer.json(Schema::list(Schema::named("Grant")), GRANT))
        .refuses(Dialect::User, &BY_PERSON)
}

fn withdraw() -> Operation {
    let client = Parameter::query("client_id", Schema::uuid().says("Whose consents."));
    let refused = [
        &refusal::CLIENT_ID,
        &refusal::NO_GRANT,
        &refusal::OTHERS_CHANGED,
        &refusal::NOT_IN_EFFECT,
        &refusal::UNAVAILABLE,
    ];
    operation("withdraw_grants", (Method::Delete, "/auth/v1/user/oauth/grants"), "Withdraw what you let an app do")
        .says("In every organization, with every token that it gave.")
        .takes([client.required().like("c8353003-e11f-4820-8142-953737f11b35")])
        .answers(Answer::new(204, "It is withdrawn."))
        .refuses(Dialect::User, &[&BY_PERSON[..], &refused].concat())
}

pub(super) fn schemas() -> Vec<(String, Schema)> {
    let client = Schema::object(vec![
        Member::required("id", Schema::uuid()),
        Member::required("name", Schema::text()),
        Member::required("uri", Schema::text().says("Its homepage; empty when there is none.")),
        Member::required("logo_uri", Schema::text().says("Always empty: there are no logos.")),
    ]);
    let organization =
        Schema::object(vec![Member::required("id", Schema::uuid()), Member::required("name", Schema::text())]);
    let user = Schema::object(vec![Member::required("id", Schema::uuid()), Member::required("email", Schema::text())]);
    let details = vec![
        Member::required("authorization_id", Schema::text().says("Its name.")),
        Member::required("redirect_uri", Schema::text()),
        Member::required("client", client.clone()),
        Member::required("user", user),
        Member::required("scope", Schema::text()),
        Member::required("organizations", Schema::list(organization).says("Those to choose from.")),
        Member::required("expires_at", Schema::time()),
    ];
    let request = vec![
        Member::required("response_type", Schema::one_of(["code"])),
        Member::required("client_id", Schema::uuid()),
        Member::required("redirect_uri", Schema::url()),
        Member::required("scope", Schema::text()),
        Member::required("code_challenge", Schema::pattern("^[A-Za-z0-9_-]{43}$")),
        Member::required("code_challenge_method", Schema::one_of(["S256"])),
        Member::optional("state", Schema::text()),
        Member::optional("resource", Schema::text()),
        Member::optional("organization_id", Schema::uuid().says("The one that the decision is about.")),
    ];
    let decision = vec![
        Member::required("action", Schema::one_of(["approve", "deny"])),
        Member::optional("organization_id", Schema::uuid().says("Needed where there are several to choose from.")),
    ];
    let grant = vec![
        Member::required("client", client),
        Member::required("organization_id", Schema::uuid()),
        Member::required("scopes", Schema::list(Schema::text())),
        Member::required("granted_at", Schema::time()),
    ];
    vec![
        ("AuthorizationRequest".to_owned(), Schema::open(request)),
        ("AuthorizationDetails".to_owned(), Schema::object(details)),
        ("Decision".to_owned(), Schema::open(decision)),
        ("Grant".to_owned(), Schema::object(grant)),
    ]
}

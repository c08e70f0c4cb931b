//! What programs can find out by themselves: metadata, keys, the schemas of events, health, and this description.

use serde_json::json;

use super::header::Header;
use super::model::{Answer, Method, Operation, Parameter, Section};
use super::refusal::{self, Dialect};
use super::schema::{Member, Schema};

pub(super) fn section(public_url: &str, scopes: &[(String, String)]) -> Section {
    let scopes: Vec<&str> = scopes.iter().map(|(scope, _)| scope.as_str()).collect();
    Section {
        name: "discovery".to_owned(),
        description: "What programs can find out by themselves, without a token.".to_owned(),
        operations: vec![
            server_metadata(public_url, &scopes),
            resource_metadata("", public_url, &scopes),
            resource_metadata("/functions/v1/api", public_url, &scopes),
            key_set(),
            list_schemas(),
            show_schema(),
            openapi(),
            healthz(),
            readyz(),
        ],
    }
}

fn get(id: &str, path: &str, summary: &str) -> Operation {
    Operation::new(id, (Method::Get, path), summary)
}

fn server_metadata(public_url: &str, scopes: &[&str]) -> Operation {
    let example = json!({
        "issuer": public_url,
        "authorization_endpoint": format!("{public_url}/auth/v1/oauth/authorize"),
        "token_endpoint": format!("{public_url}/auth/v1/oauth/token"),
        "revocation_endpoint": format!("{public_url}/auth/v1/oauth/revoke"),
        "introspection_endpoint": format!("{public_url}/auth/v1/oauth/introspect"),
        "scopes_supported": scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": [format!("{public_url}/functions/v1/api")],
    });
    get("show_server_metadata", "/.well-known/oauth-authorization-server", "The doors of the authorization server")
        .says("RFC 8414. Only what works is named.")
        .answers(
            Answer::new(200, "The metadata.")
                .with(&[Header::CacheControl])
                .json(Schema::named("ServerMetadata"), example.to_string()),
        )
        .refuses(Dialect::Plain, &[])
}

fn resource_metadata(path: &str, public_url: &str, scopes: &[&str]) -> Operation {
    let example = json!({
        "resource": format!("{public_url}{path}"),
        "authorization_servers": [public_url],
        "scopes_supported": scopes,
        "bearer_methods_supported": ["header"],
    });
    let (id, what) = match path {
        "" => ("show_resource_metadata", "this service as a resource"),
        _ => ("show_api_metadata", "the API as a resource"),
    };
    get(id, &format!("/.well-known/oauth-protected-resource{path}"), &format!("What tokens are for: {what}"))
        .says("RFC 9728.")
        .answers(
            Answer::new(200, "The metadata.")
                .with(&[Header::CacheControl])
                .json(Schema::named("ResourceMetadata"), example.to_string()),
        )
        .refuses(Dialect::Plain, &[])
}

fn key_set() -> Operation {
    let key = Schema::open(vec![
        Member::required("kty", Schema::text()),
        Member::required("kid", Schema::text()),
        Member::optional("alg", Schema::text()),
        Member::optional("use", Schema::text()),
    ]);
    let example = r#"{"keys":[{"alg":"EdDSA","crv":"Ed25519","kid":"16df330bf1c0f442","kty":"OKP","use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let set = Schema::object(vec![Member::required("keys", Schema::list(key))]);
    get("show_key_set", "/.well-known/jwks.json", "The public keys of access tokens")
        .says("RFC 7517, for those who verify tokens elsewhere.")
        .answers(Answer::new(200, "The keys.").with(&[Header::CacheControl]).json(set, example))
        .refuses(Dialect::Plain, &[&refusal::NO_KEY_SET])
}

fn unchanged() -> Answer {
    Answer::new(304, "It is still as `If-None-Match` says.").with(&[Header::ETag, Header::CacheControl])
}

fn if_none_match() -> Parameter {
    Parameter::header("If-None-Match", Schema::text().says("An `ETag`: `304` without a body while it is still that."))
}

fn list_schemas() -> Operation {
    let line = Schema::object(vec![
        Member::required("type", Schema::text()),
        Member::required("version", Schema::text()),
        Member::required("url", Schema::text().says("Its path here.")),
    ]);
    let example =
        r#"{"events":[{"type":"app.registered","url":"/schemas/events/app.registered.v1.json","version":"1"}]}"#;
    let index = Schema::object(vec![Member::required("events", Schema::list(line))]);
    let answer = Answer::new(200, "What there is.").with(&[Header::ETag, Header::CacheControl]).json(index, example);
    get("list_schemas", "/schemas", "Every type and version of an event")
        .takes([if_none_match()])
        .answers(answer)
        .answers(unchanged())
        .refuses(Dialect::Plain, &[])
}

fn show_schema() -> Operation {
    let name = Schema::text().says("Type and version of the event.");
    let answer = Answer::new(200, "The schema.").with(&[Header::ETag, Header::CacheControl]);
    get("show_schema", "/schemas/events/{name}", "The JSON Schema of an event")
        .takes([Parameter::path("name", name, "app.registered.v1.json"), if_none_match()])
        .answers(answer.of_type("application/schema+json", Schema::open(vec![]), ""))
        .answers(unchanged())
        .refuses(Dialect::Plain, &[&refusal::NO_SCHEMA])
}

fn openapi() -> Operation {
    let document = Schema::open(vec![Member::required("openapi", Schema::one_of(["3.1.0"]))]);
    let answer = Answer::new(200, "This document.").with(&[Header::ETag, Header::CacheControl]);
    get("show_openapi", "/openapi.json", "This description")
        .says("OpenAPI 3.1; `routix openapi` prints the same. For people it is at `/docs/api`.")
        .takes([if_none_match()])
        .answers(answer.json(document, ""))
        .answers(unchanged())
        .refuses(Dialect::Plain, &[])
}

fn healthz() -> Operation {
    let status = Schema::object(vec![Member::required("status", Schema::one_of(["ok"]))]);
    get("show_health", "/healthz", "Whether the service is alive")
        .says("Asks nobody.")
        .answers(Answer::new(200, "It is alive.").json(status, r#"{"status":"ok"}"#))
        .refuses(Dialect::Plain, &[])
}

fn readyz() -> Operation {
    let example = |status: &str, store: &str| {
        json!({
            "status": status, "event_store": store, "identity": "ok", "log_head": 15,
            "evidence": {"sealed_events": 15, "sealed_position": 15, "waits_for_seal": false, "checkpoint": null},
            "projections": [{"name": "app_list", "version": 1, "state": "live", "position": 15, "lag_events": 0,
                "lag_seconds": 0, "stopped_at": null, "last_error": null, "skipped": []}],
        })
        .to_string()
    };
    let mut stands =
        Answer::new(503, "A store does not answer, or a projection does not follow the log; and what was found.");
    stands = stands.json(Schema::named("Readiness"), example("not ready", "its writer has stopped"));
    get("show_readiness", "/readyz", "Whether the service is ready")
        .answers(
            Answer::new(200, "Every store answers, and every projection follows the log.")
                .json(Schema::named("Readiness"), example("ready", "ok")),
        )
        .answers(stands)
        .refuses(Dialect::Plain, &[])
}

pub(super) fn schemas() -> Vec<(String, Schema)> {
    let texts = || Schema::list(Schema::text());
    let server = ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint"];
    let lists = [
        "scopes_supported",
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "code_challenge_methods_supported",
        "token_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
        "protected_resources",
    ];
    let mut metadata = vec![Member::required("issuer", Schema::url())];
    metadata.extend(server.map(|name| Member::required(name, Schema::url())));
    metadata.extend(lists.map(|name| Member::required(name, texts())));
    metadata.push(Member::required("authorization_response_iss_parameter_supported", Schema::boolean()));
    metadata.push(Member::optional("jwks_uri", Schema::url().says("Only where a key has a public half.")));
    let resource = vec![
        Member::required("resource", Schema::url()),
        Member::required("authorization_servers", Schema::list(Schema::url())),
        Member::required("scopes_supported", texts()),
        Member::required("bearer_methods_supported", texts()),
    ];
    let whole = || Schema::integer(0, i64::MAX).nullable();
    let projection = Schema::open(vec![
        Member::required("name", Schema::text()),
        Member::required("state", Schema::text().nullable()),
        Member::required("position", whole()),
        Member::required("lag_events", whole()),
        Member::required("lag_seconds", Schema::any()),
        Member::required("last_error", Schema::text().nullable()),
    ]);
    let readiness = vec![
        Member::required("status", Schema::one_of(["ready", "not ready"])),
        Member::required("event_store", Schema::text()),
        Member::required("identity", Schema::one_of(["ok", "unavailable"])),
        Member::required("log_head", whole().says("The newest position of the log.")),
        Member::required(
            "evidence",
            Schema::open(vec![]).says("How far the log is sealed, and its newest checkpoint."),
        ),
        Member::required("projections", Schema::list(projection)),
    ];
    vec![
        ("ServerMetadata".to_owned(), Schema::object(metadata)),
        ("ResourceMetadata".to_owned(), Schema::object(resource)),
        ("Readiness".to_owned(), Schema::object(readiness)),
    ]
}

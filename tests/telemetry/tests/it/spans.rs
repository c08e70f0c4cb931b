//! Each request is a span, in the trace of its caller, with the parts of it below; and in none is a secret.

use serde_json::{Value, json};

use super::collector::{Collector, Span};
use super::program::Program;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

/// Gets a token, reads a list with it and rotates the secret: everything that must be in no span.
fn live(program: &Program, traceparent: &str) -> Vec<String> {
    let fact = |name: &str| program.facts[name].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let trace = ("traceparent", traceparent);
    let credentials = json!({
        "grant_type": "client_credentials",
        "client_id": fact("ROUTIX_CLIENT_ID"),
        "client_secret": fact("ROUTIX_CLIENT_SECRET"),
    });
    let (status, answer) = program.send(("POST", "/functions/v1/oauth-token"), &[trace], &credentials);
    assert_eq!(status, 200, "{answer}");
    let token = text(&answer["access_token"]);
    let list = format!("/functions/v1/api/v1/{}/accounts?company_name=typed-by-somebody", fact("ROUTIX_BRANCH"));
    let (status, answer) =
        program.send(("GET", &list), &[trace, ("authorization", &format!("Bearer {token}"))], &Value::Null);
    assert_eq!(status, 200, "{answer}");
    let person = json!({"email": fact("ROUTIX_OWNER_EMAIL"), "password": fact("ROUTIX_OWNER_PASSWORD")});
    let (_, answer) = program.send(("POST", "/auth/v1/token?grant_type=password"), &[], &person);
    let user = text(&answer["access_token"]);
    let app = json!({"oauth_app_id": fact("ROUTIX_APP_ID")});
    let bearer = ("authorization", &*format!("Bearer {user}"));
    let (status, answer) = program.send(("POST", "/functions/v1/rotate-oauth-secret"), &[trace, bearer], &app);
    assert_eq!(status, 200, "{answer}");
    let fresh = text(&answer["client_secret"]);
    let kept = [fact("ROUTIX_CLIENT_SECRET"), fact("ROUTIX_OWNER_PASSWORD"), fact("ROUTIX_OWNER_EMAIL")];
    [vec![token, user, fresh, "typed-by-somebody".to_owned()], kept.to_vec()].concat()
}

fn of_trace(spans: &[Span]) -> Vec<&Span> {
    spans.iter().filter(|span| span.trace == TRACE).collect()
}

#[test]
fn a_request_is_a_span_of_its_callers_trace_and_what_it_did_is_below() {
    let collector = Collector::start();
    let program = Program::start(&["--telemetry-url", &collector.url]);
    let private = live(&program, &traceparent("01"));
    let (organization, client) =
        (program.facts["ROUTIX_ORGANIZATION_ID"].clone(), program.facts["ROUTIX_CLIENT_ID"].clone());
    program.stop();
    let spans = collector.spans();
    let traced = of_trace(&spans);
    let named =
        |name: &str| *traced.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name}: {traced:#?}"));
    let token = named("POST /functions/v1/oauth-token");
    let list = named("GET /functions/v1/api/{*rest}");
    let rotation = named("POST /functions/v1/rotate-oauth-secret");
    for span in [token, list, rotation] {
        assert_eq!((&*span.parent, &*span.attributes["http.response.status_code"]), (PARENT, "200"), "{span:?}");
        assert!(span.attributes["routix.request_id"].len() >= 8);
    }
    for span in [token, list] {
        assert_eq!(span.attributes["routix.organization_id"], organization);
        assert_eq!(span.attributes["routix.client_id"], client);
    }
    let command = named("command");
    assert_eq!((&command.parent, &*command.attributes["routix.aggregate"]), (&rotation.id, "app"));
    let project = spans.iter().find(|span| span.name == "project").unwrap();
    assert!(project.attributes.contains_key("routix.projection") && project.trace != TRACE);
    assert_eq!(project.resource["service.name"], "routix");
    for span in &spans {
        let told = format!("{span:?}");
        assert!(private.iter().all(|text| !told.contains(text)), "{told}");
    }
}

#[test]
fn who_does_not_want_his_trace_recorded_is_left_out_and_so_are_shares() {
    let collector = Collector::start();
    let program = Program::start(&["--telemetry-url", &collector.url, "--telemetry-percent", "0"]);
    live(&program, &traceparent("00"));
    program.send(("GET", "/healthz"), &[("traceparent", &traceparent("01"))], &Value::Null);
    program.stop();
    let spans = collector.spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["GET /healthz"], "only what a caller traces");
}

#[test]
fn without_its_collector_a_server_serves_and_stops_and_says_what_was_lost() {
    // Nothing listens on port 1.
    let program = Program::start(&["--telemetry-url", "http://127.0.0.1:1"]);
    live(&program, &traceparent("01"));
    let log = program.stop();
    assert!(log.contains("opentelemetry"), "{log}");
}

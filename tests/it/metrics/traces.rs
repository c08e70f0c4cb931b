//! `traceparent`: the id of the caller's trace is in the log lines of his request, and nothing that is none is.

use serde_json::Value;

use crate::running::{Request, Server, command, facts, send};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn refused(server: &Server, client: &str, traceparent: Option<&str>) {
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret=wrong");
    let mut request = Request::new("POST", "/oauth/token").form(&form);
    request.headers.extend(traceparent.map(|value| ("traceparent".to_owned(), value.to_owned())));
    let answer = send(&server.host, &request);
    assert_eq!(answer.status, 401, "{}", answer.text);
}

/// Where a line has the id of a trace: beside its own fields, and around it.
fn trace_of(line: &Value) -> (Option<&str>, Option<&str>) {
    (line["trace_id"].as_str(), line["span"]["trace_id"].as_str())
}

#[test]
fn a_trace_is_in_every_line_of_its_request_and_in_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = command(folder.path(), &["demo", "--listen", "127.0.0.1:0"]);
    demo.env("ROUTIX_LOG", "info").env("ROUTIX_LOG_FORMAT", "json");
    let server = Server::start(demo);
    let client = &facts(folder.path())["ROUTIX_CLIENT_ID"];
    refused(&server, client, Some(&format!("00-{TRACE}-{PARENT}-01")));
    refused(&server, client, None);
    refused(&server, client, Some(&format!("00-{TRACE}-{PARENT}-01-\"no\"")));
    let ran = server.stop();
    let lines: Vec<Value> = ran.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |target: &str| -> Vec<_> {
        lines.iter().filter(|line| line["target"] == target && line["route"] != "/metrics").map(trace_of).collect()
    };
    assert_eq!(of("routix::security"), [(None, Some(TRACE)), (None, None), (None, None)]);
    assert_eq!(of("routix::request"), [(Some(TRACE), None), (None, None), (None, None)]);
    assert!(!ran.stderr.contains(PARENT), "nothing else of the header");
}

//! A request with what must come back, and the way to the doors: in this process, many at a time.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::model::Effect;
use super::scene::Scene;
use crate::http::client::Answer;

/// What must come back.
#[derive(Clone, Debug)]
pub(super) enum Expected {
    /// A status, with `error` where it is a refusal.
    Status(u16, &'static str),
    /// The rows of a page, as far as the model knows their members, and the number of all that fit.
    Page { rows: Vec<Value>, total: usize },
    /// One record, in `data`.
    Record { status: u16, row: Value },
    /// Rows of a table of the management, and how many fit.
    Table { rows: Vec<Value>, total: usize },
}

/// A request that is going to be sent.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) token: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    pub(super) expected: Expected,
    pub(super) effect: Effect,
    /// Who asks for what, for whoever reads of a failure.
    pub(super) what: String,
}

impl Planned {
    fn request(&self) -> Request<Body> {
        let request = Request::builder().method(self.method.clone()).uri(&self.path).header(header::HOST, "localhost");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        match &self.body {
            None => request.body(Body::empty()).unwrap(),
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
            }
        }
    }
}

/// The members of `found` that `known` has too.
fn as_far_as_known(found: &Value, known: &Value) -> Value {
    let names = known.as_object().unwrap().keys();
    names.map(|name| (name.clone(), found.get(name).cloned().unwrap_or(Value::Null))).collect()
}

fn rows_match(found: &Value, rows: &[Value]) -> bool {
    let found = found.as_array().unwrap();
    found.len() == rows.len() && found.iter().zip(rows).all(|(found, row)| as_far_as_known(found, row) == *row)
}

impl Expected {
    pub(super) fn check(&self, what: &str, answer: &Answer) {
        let complete =
            || format!("{what}\nexpected {self:?}\nbut {} {} {:?}", answer.status, answer.text, answer.headers);
        match self {
            Self::Status(status, error) => {
                let found = if answer.status < 300 { String::new() } else { answer.failure().1 };
                assert_eq!((answer.status, found.as_str()), (*status, *error), "{}", complete());
            }
            Self::Page { rows, total } => {
                assert_eq!(answer.status, 200, "{}", complete());
                let page = answer.json();
                assert_eq!(page["pagination"]["total"], *total, "{}", complete());
                assert!(rows_match(&page["data"], rows), "{}", complete());
            }
            Self::Record { status, row } => {
                assert_eq!(answer.status, *status, "{}", complete());
                assert_eq!(as_far_as_known(&answer.json()["data"], row), *row, "{}", complete());
            }
            Self::Table { rows, total } => {
                assert_eq!(answer.status, 200, "{}", complete());
                assert!(answer.header("content-range").ends_with(&format!("/{total}")), "{}", complete());
                assert!(rows_match(&answer.json(), rows), "{}", complete());
            }
        }
    }
}

/// Sends all of them at once, to the nodes in turn, and gives the answers in their order.
pub(super) async fn send_all(scene: &Scene, all: Vec<Planned>) -> Vec<(Planned, Answer)> {
    let mut sending = JoinSet::new();
    for (number, planned) in all.iter().enumerate() {
        let doors = &scene.app.doors;
        sending.spawn(send(number, doors[number % doors.len()].clone(), planned.request()));
    }
    let mut answers: Vec<_> = sending.join_all().await;
    answers.sort_by_key(|(number, _)| *number);
    all.into_iter().zip(answers).map(|(planned, (_, answer))| (planned, answer)).collect()
}

async fn send(number: usize, doors: Router, request: Request<Body>) -> (usize, Answer) {
    let (parts, body) = doors.oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
    (number, Answer { status: parts.status.as_u16(), headers: parts.headers, text })
}

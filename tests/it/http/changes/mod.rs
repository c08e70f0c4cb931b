//! No change without an event. Every door of the program that is not for reading is knocked at with a request that succeeds;
//! the log then has an event with the request's id and with who sent it, or it is written down here why it has none.
//!
//! The doors come from the sources, so that a new one without a request here fails the test.

mod areas;
mod dashboard;
mod doors;

use std::collections::BTreeSet;
use std::sync::Mutex;

use reqwest::RequestBuilder;
use routix_domain::log::{Actor as LogActor, RecordedEvent};
use serde_json::json;

use super::app::{Registered, TestApp};
use super::browser::{Browser, FROM_OUR_PAGE};
use super::client::answer;
use super::world::Actor;

/// A method, and a path as the source writes it.
type Door = (String, String);

/// A request that is ready to be sent.
enum Ask<'a> {
    Api(Box<RequestBuilder>),
    /// A form of a page: where it leads, and its fields.
    Form(&'a Browser, &'a str, Vec<(String, String)>),
}

impl Ask<'_> {
    fn api(request: RequestBuilder) -> Self {
        Self::Api(Box::new(request))
    }
}

/// A service, and the doors that were knocked at.
struct Round {
    app: TestApp,
    client: Registered,
    /// The owner's user token.
    owner: String,
    knocked: Mutex<BTreeSet<Door>>,
}

impl Round {
    async fn start() -> Self {
        let scopes = ["routix:accounts:read", "routix:accounts:write", "routix:orders:read"];
        let app = TestApp::start_with(|config| {
            config.failure_limit = 0;
            config.operators = Some(Actor::Owner.email().to_owned());
        })
        .await;
        let owner = app.sign_in(Actor::Owner).await;
        let client = app.new_app(&owner, json!({"allowed_scopes": scopes})).await;
        Self { app, client, owner, knocked: Mutex::default() }
    }

    fn by_client(&self) -> LogActor {
        LogActor::App(self.client.app_id.parse().unwrap())
    }

    /// The status, the events with the request's id, and how many there are of others since.
    async fn knock(&self, door: (&str, &str), ask: Ask<'_>) -> (u16, Vec<RecordedEvent>, usize) {
        let number = self.app.events().await.len();
        let first = self.knocked.lock().unwrap().insert((door.0.to_owned(), door.1.to_owned()));
        let id = format!("change-{number:06}-{first}");
        let status = match ask {
            Ask::Api(request) => answer(request.header("x-request-id", &id)).await.status,
            Ask::Form(browser, path, fields) => {
                let headers = [FROM_OUR_PAGE[0], FROM_OUR_PAGE[1], ("x-request-id", id.as_str())];
                browser.post(path, &fields, &headers).await.status
            }
        };
        let all = self.app.events().await.split_off(number);
        let is_its = |event: &RecordedEvent| event.metadata().unwrap().request_id.as_ref() == Some(&id);
        let (its, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_its);
        (status, its, others.len())
    }

    /// It changes something, and the log says so.
    async fn changes(&self, door: (&str, &str), actor: LogActor, ask: Ask<'_>) {
        let (status, its, others) = self.knock(door, ask).await;
        assert!((200..400).contains(&status), "{door:?} answers {status}");
        assert!(!its.is_empty(), "{door:?} changes something, and the log does not say so");
        assert_eq!(others, 0, "{door:?} leaves an event that does not name its request");
        for event in its {
            assert_eq!(event.metadata().unwrap().actor, actor, "{door:?}: {}", event.event_type);
        }
    }

    /// It succeeds, and the log rightly has nothing of it.
    async fn records_nothing(&self, door: (&str, &str), why: &str, ask: Ask<'_>) {
        let (status, its, others) = self.knock(door, ask).await;
        assert!((200..400).contains(&status), "{door:?} answers {status}");
        assert_eq!((its, others), (Vec::new(), 0), "{door:?} is an exception here: {why}");
    }

    /// No request can succeed there.
    async fn is_refused(&self, door: (&str, &str), ask: Ask<'_>) {
        let (status, its, others) = self.knock(door, ask).await;
        assert_eq!((status, its, others), (405, Vec::new(), 0), "{door:?}");
    }
}

/// The paths of the doors that take forms or bodies, as the sources write them.
pub(crate) fn posts_of_the_sources() -> Vec<String> {
    let posts = doors::of_the_sources().into_iter().filter(|(method, _)| method == "POST");
    posts.map(|(_, path)| path).collect()
}

#[tokio::test]
async fn every_change_is_an_event_with_who_and_in_which_request() {
    let round = Round::start().await;
    areas::tokens(&round).await;
    areas::people(&round).await;
    areas::management(&round).await;
    areas::records(&round).await;
    areas::pages(&round).await;
    dashboard::pages(&round).await;
    let knocked = round.knocked.lock().unwrap().clone();
    let there: BTreeSet<Door> = doors::of_the_sources().into_iter().collect();
    let missed: Vec<_> = there.difference(&knocked).collect();
    assert!(missed.is_empty(), "no request here goes to {missed:?}");
    let gone: Vec<_> = knocked.difference(&there).collect();
    assert!(gone.is_empty(), "no router has {gone:?}");
}

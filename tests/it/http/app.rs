//! A whole service in this process, on a port and in a folder of its own.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use reqwest::{Client, Method, RequestBuilder};
use routix::access::Access;
use routix::commands::Commands;
use routix::config::Config;
use routix::keys::{KeyFile, KeyRing, Origin as KeyOrigin};
use routix::proxy::records::RecordSource;
use routix::store::identity::IdentityDb;
use routix::wiring::{Service, Stores};
use routix_domain::log::{EventFeed, RecordedEvent};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::client::{Answer, answer};
use super::place::Place;
use super::world::{Actor, PASSWORD, TestClock, World};

pub(crate) const DOORS: [&str; 4] =
    ["/functions/v1/oauth-token", "/auth/v1/oauth/token", "/oauth2/token", "/oauth/token"];
pub(crate) const DOOR: &str = DOORS[0];
pub(crate) const APPS: &str = "/rest/v1/oauth_apps";
pub(crate) const REGISTER: &str = "/functions/v1/register-oauth-app";
pub(crate) const ROTATE: &str = "/functions/v1/rotate-oauth-secret";

/// A running service.
pub(crate) struct TestApp {
    pub(crate) clock: TestClock,
    pub(crate) world: World,
    pub(crate) commands: Commands,
    pub(crate) identity: IdentityDb,
    pub(crate) access: Access,
    /// Of the first node, whose URL is that of the service.
    pub(crate) address: SocketAddr,
    pub(crate) nodes: Arc<Nodes>,
    feed: Arc<dyn EventFeed>,
    /// The doors of each node without the connection before them, and the records behind them.
    pub(crate) doors: Vec<Router>,
    pub(crate) records: Arc<dyn RecordSource>,
    pub(crate) place: Place,
    config: Config,
    client: Client,
    running: Vec<Running>,
}

/// A node at work.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    fn begin(service: Service) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(service.run(async move {
            stopped.await.ok();
        }));
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

fn doors(service: &Service) -> Router {
    service.router(&Arc::new(service.stores.health()))
}

/// The nodes of a service: one on SQLite, two on PostgreSQL. Each request goes to the next.
pub(crate) struct Nodes {
    urls: Vec<String>,
    next: AtomicUsize,
    only_first: AtomicBool,
}

impl Nodes {
    fn new(addresses: &[SocketAddr]) -> Arc<Self> {
        let urls = addresses.iter().map(|address| format!("http://{address}")).collect();
        Arc::new(Self { urls, next: AtomicUsize::new(0), only_first: AtomicBool::new(false) })
    }

    /// Sends all requests from now on to one node: what is counted or noticed in memory, each does for itself.
    pub(crate) fn stay_on_one(&self) {
        self.only_first.store(true, Ordering::Relaxed);
    }

    pub(crate) fn next(&self) -> &str {
        let nodes = if self.only_first.load(Ordering::Relaxed) { 1 } else { self.urls.len() };
        &self.urls[self.next.fetch_add(1, Ordering::Relaxed) % nodes]
    }
}

/// An app that was registered over HTTP.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    pub(crate) app_id: String,
    pub(crate) client_id: String,
    pub(crate) secret: String,
}

/// Puts a signing key into the folder, as `routix keys rotate` does beside its event.
pub(crate) fn publish_key(folder: &Path, clock: &TestClock) -> KeyFile {
    let key = KeyRing::draft(folder, &clock.system(), Some(KeyOrigin::Production)).unwrap();
    key.write(folder).unwrap();
    key
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let place = Place::new();
        let clock = place.clock();
        let mut config = Config {
            data_dir: place.folder().to_owned(),
            database_url: place.url(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            // A machine on which all tests run has more to do than it can.
            shed_after_ms: 0,
            ..Config::default()
        };
        change(&mut config);
        publish_key(&config.keys_dir(), &clock);
        let stores = Stores::open(&config, &clock.system()).await.unwrap();
        place.follow(&clock);
        let world = World::make(&stores.commands, &stores.identity, &clock.system()).await;
        Self::run(place, config, clock, world, stores).await
    }

    async fn run(place: Place, config: Config, clock: TestClock, world: World, stores: Stores) -> Self {
        let (commands, identity) = (stores.commands.clone(), stores.identity.clone());
        let (feed, records) = (Arc::clone(&stores.feed), Arc::clone(&stores.records));
        let service = Service::bind(&config, stores, Service::lock(&config).unwrap()).await.unwrap();
        let access = service.access.clone();
        let mut doors = vec![doors(&service)];
        let address = service.address;
        let public_url = config.public_url.clone().unwrap_or_else(|| service.public_url.clone());
        let (mut addresses, mut running) = (vec![address], vec![Running::begin(service)]);
        if place.is_postgres() {
            let config = Config { public_url: Some(public_url), ..config.clone() };
            let stores = Stores::open(&config, &clock.system()).await.unwrap();
            let second = Service::bind(&config, stores, Service::lock(&config).unwrap()).await.unwrap();
            doors.push(self::doors(&second));
            addresses.push(second.address);
            running.push(Running::begin(second));
        }
        let nodes = Nodes::new(&addresses);
        let limits = |config: &Config| (config.failure_limit, config.api_rate_limit, config.organization_rate_limit);
        if limits(&config) != limits(&Config::default()) {
            nodes.stay_on_one();
        }
        Self {
            clock,
            world,
            commands,
            identity,
            access,
            address,
            nodes,
            feed,
            doors,
            records,
            place,
            config,
            client: Client::new(),
            running,
        }
    }

    /// Stops the service and starts it again on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self {
            clock, world, commands, identity, access, feed, doors, records, place, config, client, running, ..
        } = self;
        drop((commands, identity, access, feed, doors, records, client));
        for node in running {
            node.end().await;
        }
        let stores = Stores::open(&config, &clock.system()).await.unwrap();
        Self::run(place, config, clock, world, stores).await
    }

    pub(crate) fn keys_dir(&self) -> std::path::PathBuf {
        self.config.keys_dir()
    }

    /// The keys that sign, oldest first.
    pub(crate) fn signing_keys(&self) -> Vec<KeyFile> {
        KeyFile::read_all(&self.keys_dir()).unwrap().into_iter().filter(KeyFile::signs).collect()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.nodes.next()))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        answer(self.request(Method::GET, path).bearer_auth(token)).await
    }

    /// A POST from another address of this machine.
    pub(crate) fn post_from(&self, source: [u8; 4], path: &str) -> RequestBuilder {
        let client = Client::builder().local_address(IpAddr::from(source)).build().unwrap();
        client.post(format!("{}{path}", self.nodes.next()))
    }

    pub(crate) async fn password(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        answer(self.post("/auth/v1/token?grant_type=password").json(&body)).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({"refresh_token": refresh_token});
        answer(self.post("/auth/v1/token?grant_type=refresh_token").json(&body)).await
    }

    /// A user token of an actor.
    pub(crate) async fn sign_in(&self, actor: Actor) -> String {
        text(&self.password(actor.email(), PASSWORD).await.expect(200).json()["access_token"])
    }

    pub(crate) async fn register(&self, token: &str, body: &Value) -> Answer {
        answer(self.post(REGISTER).bearer_auth(token).json(body)).await
    }

    /// An app with two scopes and no branch restriction, but for what `fields` say.
    pub(crate) async fn new_app(&self, token: &str, fields: Value) -> Registered {
        let mut body = registration();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let app = self.register(token, &body).await.expect(201).json()["app"].take();
        Registered {
            app_id: text(&app["id"]),
            client_id: text(&app["client_id"]),
            secret: app["client_secret"].as_str().unwrap_or_default().to_owned(),
        }
    }

    pub(crate) async fn rotate(&self, token: &str, body: &Value) -> Answer {
        answer(self.post(ROTATE).bearer_auth(token).json(body)).await
    }

    pub(crate) async fn change(&self, token: &str, app_id: &str, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, &format!("{APPS}?id=eq.{app_id}")).bearer_auth(token);
        answer(request.json(body)).await
    }

    pub(crate) async fn history(&self, token: &str, app_id: &str) -> Vec<Value> {
        let path = format!("{APPS}/{app_id}/events?limit=1000");
        self.get(&path, token).await.expect(200).json().as_array().unwrap().clone()
    }

    /// The whole log, oldest first.
    pub(crate) async fn events(&self) -> Vec<RecordedEvent> {
        let (mut events, mut position) = (Vec::new(), 0);
        loop {
            let page = self.feed.read_on(position, 1_000_000).await.unwrap();
            if page.events.is_empty() {
                return events;
            }
            position = page.next;
            events.extend(page.events);
        }
    }

    /// The events of a type in the whole log, oldest first.
    pub(crate) async fn log(&self, event_type: &str) -> Vec<RecordedEvent> {
        let mut found = self.events().await;
        found.retain(|event| event.event_type == event_type);
        found
    }

    /// Client credentials in the body, as JSON.
    pub(crate) async fn credentials(&self, app: &Registered, secret: &str) -> Answer {
        answer(self.post(DOOR).json(&grant(&app.client_id, secret))).await
    }

    /// An app token.
    pub(crate) async fn app_token(&self, app: &Registered) -> String {
        text(&self.credentials(app, &app.secret).await.expect(200).json()["access_token"])
    }

    /// Reads the accounts of a branch with a token.
    pub(crate) async fn accounts(&self, token: &str, branch: &str) -> Answer {
        self.get(&format!("/functions/v1/api/v1/{branch}/accounts"), token).await
    }

    /// The status of a read of the first branch's accounts.
    pub(crate) async fn proxy_status(&self, token: &str) -> u16 {
        self.accounts(token, &self.world.branch.public_id).await.status
    }

    pub(crate) async fn close_branch(&self, branch_id: Uuid) {
        let origin = super::world::origin();
        self.commands.close_branch(self.world.organization, branch_id, &origin).await.unwrap();
    }
}

pub(crate) fn registration() -> Value {
    json!({
        "name": "My ERP Sync",
        "redirect_uris": ["https://myerp.example/callback"],
        "allowed_scopes": ["routix:accounts:read", "routix:orders:read"],
    })
}

pub(crate) fn grant(client_id: &str, secret: &str) -> Value {
    json!({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret})
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

//! The server: routes over stores, and what runs beside them.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::{Router, middleware};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use routix_domain::value::Scope;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::interval;

use super::gate::ProxyGate;
use super::open::{OpenError, Stores};
use super::place::Places;
use crate::access::{Access, Resource, SecurityLog, SignIn, UsageCounter};
use crate::commands::sessions::Sessions;
use crate::config::Config;
use crate::dashboard::{self, Dashboard, Downloads};
use crate::http::cors::{AllowedOrigins, cors};
use crate::http::edge::Edge;
use crate::http::forwarded::TrustedProxies;
use crate::http::limit::Limiter;
use crate::http::pressure::Pressure;
use crate::http::query_token::refuse_query_tokens;
use crate::http::server::{self, Doors};
use crate::keys::{KeyFileError, KeyRing};
use crate::manage::{self, Management};
use crate::measure::{Metrics, Requests};
use crate::oauth::metadata::{self, Metadata};
use crate::oauth::{self, OAuthServer};
use crate::openapi::{self, Description, Docs, Reference};
use crate::operate::{self, Health, Scrape, Works};
use crate::pages::scopes::ScopeTexts;
use crate::pages::{self, Pages};
use crate::proxy::catalogue::Catalogue;
use crate::proxy::{self, Proxy};
use crate::schemas;

/// How often use counts go to the database: "last used" is right within a minute.
const USAGE_INTERVAL: Duration = Duration::from_secs(5);
/// How long a stop waits for the newest events to be sealed.
const LAST_SEAL: Duration = Duration::from_secs(5);
/// How often the security log does.
const SECURITY_INTERVAL: Duration = Duration::from_secs(5);
/// How often its old rows are removed.
const PRUNE_INTERVAL: Duration = Duration::from_secs(60 * 60);
/// How often durations go into their buckets.
const METRICS_INTERVAL: Duration = Duration::from_secs(5);
/// How often the keys folder is read again.
const KEYS_INTERVAL: Duration = Duration::from_secs(2);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    #[error("cannot write the description of the API")]
    Description(#[from] serde_json::Error),
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
}

/// A server that has its data and its address and waits to be run.
pub struct Service {
    pub stores: Stores,
    /// Where it listens, with the real port.
    pub address: SocketAddr,
    pub public_url: String,
    /// Where it listens for operators alone, with the real port.
    pub admin_address: Option<SocketAddr>,
    listener: TcpListener,
    admin_listener: Option<TcpListener>,
    metrics: Option<Metrics>,
    started: DateTime<Utc>,
    data_dir: PathBuf,
    pub access: Access,
    sign_in: Arc<SignIn>,
    failure_limit: u32,
    api_rate_limit: u32,
    organization_rate_limit: u32,
    pressure: Arc<Pressure>,
    operators: BTreeSet<String>,
    works: Works,
    downloads: Downloads,
    proxies: TrustedProxies,
    reference: Arc<Reference>,
    cors_origins: AllowedOrigins,
    _lock: Option<File>,
}

impl Service {
    /// Takes the SQLite files, before anything in them is read or made. `None` where there are none.
    ///
    /// # Errors
    /// [`OpenError::InUse`] when another server has it.
    pub fn lock(config: &Config) -> Result<Option<File>, OpenError> {
        Places::of(config)?.lock()
    }

    /// Binds the address and puts the parts together. The keys must be there.
    ///
    /// # Errors
    /// [`ServeError`] says what is in the way.
    pub async fn bind(config: &Config, stores: Stores, lock: Option<File>) -> Result<Self, ServeError> {
        let (listener, address) = listen(config.listen).await?;
        let (admin_listener, admin_address) = match config.admin_listen {
            Some(address) => Some(listen(address).await?).unzip(),
            None => (None, None),
        };
        let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let keys = KeyRing::open(&config.keys_dir())?;
        let access = Access {
            keys: keys.clone(),
            read: stores.read.clone(),
            projections: stores.runner.waiter(),
            identity: stores.identity.clone(),
            usage: UsageCounter::default(),
            security: SecurityLog::new(&stores.system, config.security_log_days),
            system: stores.system.clone(),
            token_issuer: config.token_issuer.clone(),
            resource: Resource::new(&public_url),
        };
        let pressure = Arc::new(pressure(&access, config.shed_after_ms));
        let sessions = Sessions {
            identity: stores.identity.clone(),
            passwords: stores.users.passwords.clone(),
            keys,
            system: stores.system.clone(),
            refresh_retry: TimeDelta::seconds(config.refresh_retry_seconds.into()),
        };
        let (failure_limit, api_rate_limit, operators) =
            (config.failure_limit, config.api_rate_limit, config.operators());
        let sign_in = Arc::new(SignIn::new(sessions, access.security.clone(), failure_limit));
        let reference = Arc::new(Reference::new(Description::new(&stores.catalogue, &public_url))?);
        let works = Works::new(stores.rebuilder(), stores.system.clone());
        Ok(Self {
            started: stores.system.now(),
            data_dir: config.data_dir.clone(),
            stores,
            address,
            public_url,
            admin_address,
            listener,
            admin_listener,
            metrics: None,
            access,
            sign_in,
            failure_limit,
            api_rate_limit,
            organization_rate_limit: config.organization_rate_limit(),
            pressure,
            operators,
            works,
            downloads: Downloads::default(),
            proxies: TrustedProxies::new(config.trusted_proxies()),
            reference,
            cors_origins: AllowedOrigins::new(config.cors_origins()),
            _lock: lock,
        })
    }

    /// Shows what this process counts: to operators where there is a listener for them, else to whoever tries out a demo
    /// on his own machine.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics: Some(metrics), ..self }
    }

    /// Serves until `stop` resolves, then drains, writes down what was counted, and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut beside = JoinSet::new();
        beside.spawn(keep_keys(self.access.keys.clone()));
        beside.spawn(keep_usage(self.access.clone()));
        let sealer = self.stores.sealer(self.access.keys.clone());
        beside.spawn(sealer.clone().run());
        beside.spawn(keep_security(self.access.clone()));
        beside.spawn(keep_metrics(self.metrics.clone()));
        beside.spawn(keep_pressure(Arc::clone(&self.pressure)));
        let health = Arc::new(self.stores.health());
        let doors = |router| Doors { router, pressure: Arc::clone(&self.pressure) };
        let (doors, admin_doors) = (doors(self.router(&health)), doors(self.admin_router(&health)));
        let stop = stop.shared();
        let admin = async {
            if let Some(listener) = self.admin_listener {
                server::serve(listener, admin_doors, stop.clone()).await;
            }
        };
        tokio::join!(server::serve(self.listener, doors, stop.clone()), admin);
        tokio::join!(beside.shutdown(), self.works.stop(), self.downloads.stop());
        if let Err(error) = self.access.usage.flush(&self.access.identity).await {
            tracing::warn!(%error, "the last use counts are lost");
        }
        match tokio::time::timeout(LAST_SEAL, sealer.seal_all()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the newest events are not sealed"),
            Err(_elapsed) => tracing::warn!("the newest events are not sealed yet; the next start goes on"),
        }
        if let Err(error) = self.access.security.flush(&self.access.identity).await {
            tracing::warn!(%error, "the last of the security log is lost");
        }
        self.stores.close().await;
    }

    /// The doors of the operators, on a listener of their own.
    fn admin_router(&self, health: &Arc<Health>) -> Router {
        self.edge().around(Router::new().merge(self.metrics_router(health)).merge(operate::router(Arc::clone(health))))
    }

    /// Nothing in a process that counts nothing.
    fn metrics_router(&self, health: &Arc<Health>) -> Router {
        let Some(metrics) = self.metrics.clone() else { return Router::new() };
        let (keys, data_dir) = (self.access.keys.clone(), self.data_dir.clone());
        let scrape = Scrape { metrics, health: Arc::clone(health), keys, data_dir, started: self.started };
        operate::metrics_router(Arc::new(scrape))
    }

    fn edge(&self) -> Edge {
        Edge { system: self.stores.system.clone(), proxies: self.proxies.clone(), requests: Requests::default() }
    }

    /// What every door of the API does and no page. A layer costs a request more than what these do, so that one is left out
    /// where it has nothing to do.
    fn for_programs(&self, api: Router) -> Router {
        let api = refuse_query_tokens(api);
        if self.cors_origins.is_empty() {
            return api;
        }
        api.layer(middleware::from_fn_with_state(self.cors_origins.clone(), cors))
    }

    fn gate(&self) -> ProxyGate {
        ProxyGate {
            access: self.access.clone(),
            by_app: Limiter::new("default", self.api_rate_limit),
            by_organization: Limiter::new("organization", self.organization_rate_limit),
            resource_metadata: self.access.resource.metadata_url(),
        }
    }

    /// Every door for callers, as [`Self::run`] puts it behind the listener.
    pub fn router(&self, health: &Arc<Health>) -> Router {
        let stores = &self.stores;
        let is_demo = self.access.keys.current().has_demo_key();
        let texts = scope_texts(&stores.catalogue);
        let pages = Arc::new(Pages::new(&self.public_url, Arc::clone(&self.sign_in), texts, is_demo));
        let oauth = OAuthServer {
            access: self.access.clone(),
            commands: stores.commands.clone(),
            refresh_retry: self.sign_in.sessions.refresh_retry,
            pages: Arc::clone(&pages),
            failures: Limiter::new("default", self.failure_limit),
        };
        let (resource, keys) = (self.access.resource.clone(), self.access.keys.clone());
        let metadata = Metadata { resource, scopes: stores.catalogue.scopes(), keys };
        let management = Management {
            access: self.access.clone(),
            commands: stores.commands.clone(),
            sign_in: Arc::clone(&self.sign_in),
            read: stores.read.clone(),
            identity: stores.identity.clone(),
            history: stores.history(),
            scopes: stores.catalogue.scopes(),
        };
        let proxy = Proxy {
            catalogue: Arc::clone(&stores.catalogue),
            records: Arc::clone(&stores.records),
            gate: Arc::new(self.gate()),
            system: stores.system.clone(),
            public_url: self.public_url.clone(),
        };
        let dashboard = Dashboard {
            pages: Arc::clone(&pages),
            commands: stores.commands.clone(),
            read: stores.read.clone(),
            identity: stores.identity.clone(),
            history: stores.history(),
            users: stores.users.clone(),
            seals: Arc::clone(&stores.seals),
            sealer: stores.sealer(self.access.keys.clone()),
            downloads: self.downloads.clone(),
            health: Arc::clone(health),
            works: self.works.clone(),
            scopes: stores.catalogue.scopes(),
            operators: self.operators.clone(),
            system: stores.system.clone(),
        };
        let docs = Arc::new(Docs { pages: Arc::clone(&pages), reference: Arc::clone(&self.reference) });
        let is_open = self.admin_address.is_none() && is_demo && self.address.ip().is_loopback();
        let metrics = if is_open { self.metrics_router(health) } else { Router::new() };
        let oauth = Arc::new(oauth);
        let api = Router::new()
            .merge(oauth::router(Arc::clone(&oauth)))
            .merge(metadata::router(Arc::new(metadata)))
            .merge(manage::router(Arc::new(management)))
            .merge(proxy::router(Arc::new(proxy)))
            .merge(schemas::router())
            .merge(openapi::router(Arc::clone(&docs)));
        let router = Router::new()
            .merge(self.for_programs(api))
            .merge(oauth::pages(oauth))
            .merge(pages::router(Arc::clone(&pages)))
            .merge(dashboard::router(Arc::new(dashboard)))
            .merge(openapi::pages(docs))
            .merge(operate::router(Arc::clone(health)))
            .merge(metrics);
        self.edge().around(router)
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let unbound = |error| ServeError::Listen(address, error);
    let listener = TcpListener::bind(address).await.map_err(unbound)?;
    let address = listener.local_addr().map_err(unbound)?;
    Ok((listener, address))
}

fn pressure(access: &Access, shed_after_ms: u32) -> Pressure {
    let (access, system) = (access.clone(), access.system.clone());
    let vouch = Box::new(move |headers: &HeaderMap| access.vouches_for(headers));
    Pressure::new(Duration::from_millis(shed_after_ms.into()), vouch, system)
}

/// What the catalogue says of each scope.
fn scope_texts(catalogue: &Catalogue) -> ScopeTexts {
    let scopes = catalogue.scopes();
    let text = |scope: &Scope| Some((scope.clone(), catalogue.describe(scope)?.to_owned()));
    scopes.iter().filter_map(text).collect()
}

async fn keep_keys(keys: KeyRing) {
    let mut ticks = interval(KEYS_INTERVAL);
    loop {
        ticks.tick().await;
        if let Err(error) = keys.reload() {
            tracing::error!(%error, "cannot read the keys again; those read before stay in use");
        }
    }
}

async fn keep_metrics(metrics: Option<Metrics>) {
    let Some(metrics) = metrics else { return };
    let mut ticks = interval(METRICS_INTERVAL);
    loop {
        ticks.tick().await;
        metrics.settle();
    }
}

async fn keep_pressure(pressure: Arc<Pressure>) {
    if let Err(error) = pressure.watch().await {
        tracing::error!(%error, "nobody sees how long requests wait; none is refused because of it");
    }
}

async fn keep_usage(access: Access) {
    let mut ticks = interval(USAGE_INTERVAL);
    loop {
        ticks.tick().await;
        if let Err(error) = access.usage.flush(&access.identity).await {
            tracing::warn!(%error, "use counts could not be written; trying again");
        }
    }
}

async fn keep_security(access: Access) {
    let (mut flushes, mut prunes) = (interval(SECURITY_INTERVAL), interval(PRUNE_INTERVAL));
    loop {
        let done = tokio::select! {
            _ = flushes.tick() => access.security.flush(&access.identity).await,
            _ = prunes.tick() => access.security.prune(&access.identity).await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the security log could not be written; trying again");
        }
    }
}

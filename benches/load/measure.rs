//! What is measured, product and yardstick in turn.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::crowd::{counted, rush, steady};
use crate::product::{Product, SIZES};
use crate::report::{Report, Round, Side};
use crate::server::Server;
use crate::visitors::{FORM, client_credentials, same, token_form, visitors};
use crate::wrk::{Counted, Request, load};
use crate::yardstick::Yardstick;

/// Connections of wrk.
const MANY: u32 = 64;
/// Connections of those who wait for the disk.
const FEW: usize = 32;
/// Requests a second where the rate is kept, and over how many connections.
const RATE: (u32, usize) = (2_000, 16);
/// So deep in the largest branch.
const DEEP: usize = 39_990;
/// The largest there is.
const OFFSET: u32 = routix::proxy::LARGEST_OFFSET;
/// How often, and for how long each time.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    /// What the names of the scenarios have in common.
    pub(crate) only: String,
}

impl Plan {
    fn has(&self, name: &str) -> bool {
        name.contains(&self.only)
    }
}

type Both<'a> = (&'a Product, &'a Yardstick);

/// Measures everything of one store.
pub(crate) fn all(runtime: &Runtime, both: Both<'_>, plan: &Plan, report: &mut Report) {
    let product = both.0;
    report.fact(product.store, "start to first answer, ms", product.server.started_in);
    report.fact(product.store, "memory, nobody there, KiB", product.idle.into());
    for (name, request) in requests(product).into_iter().filter(|(name, _)| plan.has(name)) {
        let rounds = (0..plan.rounds).map(|_| {
            let bare = yardstick();
            in_turn(both, |address, is_product| {
                load(address, if is_product { &request } else { &bare }, (MANY, plan.seconds))
            })
        });
        report.rows(product.store, &name, rounds.collect());
    }
    let limit = Duration::from_secs(plan.seconds);
    let rushes = ["code exchange, 32 connections", "refresh, 32 connections", "register, 32 connections"];
    for name in rushes.into_iter().filter(|name| plan.has(name)) {
        let rounds = (0..plan.rounds).map(|round| {
            let mut visitors = visitors(runtime, product, (name, round, FEW));
            let mut others = same(&yardstick(), FEW);
            in_turn(both, |address, is_product| {
                rush(address, if is_product { &mut visitors } else { &mut others }, limit)
            })
        });
        report.rows(product.store, name, rounds.collect());
    }
    let steadies = ["token, 2,000 a second", "list, 2,000 a second", "refresh, 2,000 a second"];
    for name in steadies.into_iter().filter(|name| plan.has(name)) {
        let rounds = (0..plan.rounds).map(|round| {
            let mut visitors = match name {
                "token, 2,000 a second" => same(&token_form(product), RATE.1),
                "list, 2,000 a second" => same(&product.records(1, "?limit=5"), RATE.1),
                other => visitors(runtime, product, (other, round, RATE.1)),
            };
            let mut others = same(&yardstick(), RATE.1);
            in_turn(both, |address, is_product| {
                let visitors = if is_product { &mut visitors } else { &mut others };
                counted(&steady(address, visitors, (RATE.0, limit)))
            })
        });
        report.rows(product.store, name, rounds.collect());
    }
    report.fact(product.store, "memory after all of it, KiB", product.server.resident().into());
    report.fact(product.store, "program, bytes", Product::program().into());
}

fn yardstick() -> Request {
    Request::get("/")
}

/// The requests that are the same each time.
fn requests(product: &Product) -> Vec<(String, Request)> {
    let (id, secret) = (product.facts.get("ROUTIX_CLIENT_ID"), product.facts.get("ROUTIX_CLIENT_SECRET"));
    let json = serde_json::json!({"grant_type": "client_credentials", "client_id": id, "client_secret": secret});
    let token_json = Request {
        headers: vec![("Content-Type", "application/json".to_owned())],
        body: json.to_string(),
        ..token_form(product)
    };
    let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{id}:{secret}"));
    let token_basic = Request {
        headers: vec![("Content-Type", FORM.to_owned()), ("Authorization", format!("Basic {basic}"))],
        body: "grant_type=client_credentials".to_owned(),
        ..token_form(product)
    };
    let apps = product.apps.iter().map(|(id, secret)| client_credentials(id, secret));
    let in_turn = Request { bodies: apps.collect(), ..token_form(product) };
    let history = Request {
        headers: vec![("Authorization", format!("Bearer {}", product.person.token()))],
        ..Request::get(format!("/rest/v1/oauth_apps/{}/events", product.facts.get("ROUTIX_APP_ID")))
    };
    let list = |place: usize| (format!("list of 5 among {}", SIZES[place]), product.records(place, "?limit=5"));
    let mut all = vec![
        ("token, form".to_owned(), token_form(product)),
        ("token, JSON".to_owned(), token_json),
        ("token, Basic".to_owned(), token_basic),
        list(0),
        list(1),
        list(2),
        (format!("5 behind {DEEP}, by cursor"), product.behind(2, DEEP)),
        (format!("5 behind {OFFSET}, by offset"), product.records(2, &format!("?limit=5&offset={OFFSET}"))),
        ("one record".to_owned(), product.records(2, &format!("/{}", Product::record_id(2)))),
        ("history page".to_owned(), history),
    ];
    if !product.apps.is_empty() {
        all.insert(1, (format!("token, {} apps in turn", product.apps.len()), in_turn));
    }
    all
}

/// One round: first one, then the other, with what each has computed for it.
fn in_turn((product, yardstick): Both<'_>, mut ask: impl FnMut(SocketAddr, bool) -> Counted) -> Round {
    let mut side = |server: &Server, is_product| {
        let before = server.cpu();
        let counted = ask(server.address, is_product);
        Side { counted, cpu: (server.cpu() - before) as f64 / counted.requests.max(1) as f64 }
    };
    Round { yardstick: side(&yardstick.0, false), product: side(&product.server, true) }
}

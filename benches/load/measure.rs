//! What is measured, product and yardstick in turn.

use std::net::SocketAddr;
use std::time::Duration;

use routix_test_ledger::Approved;
use serde_json::Value;
use tokio::runtime::Runtime;
use url::form_urlencoded::Serializer;

use crate::crowd::{Again, Visitor, bytes, rush, steady};
use crate::product::{Product, SIZES};
use crate::report::{Report, Round, Side};
use crate::server::Server;
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
/// How many codes there are to exchange in each round.
const CODES: usize = 1_500;

const FORM: &str = "application/x-www-form-urlencoded";
const DOOR: &str = "/functions/v1/oauth-token";

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
                steady(address, if is_product { &mut visitors } else { &mut others }, (RATE.0, limit))
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

fn client_credentials(client_id: &str, client_secret: &str) -> String {
    Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", client_id)
        .append_pair("client_secret", client_secret)
        .finish()
}

fn token_form(product: &Product) -> Request {
    let body = client_credentials(product.facts.get("ROUTIX_CLIENT_ID"), product.facts.get("ROUTIX_CLIENT_SECRET"));
    Request { method: "POST", headers: vec![("Content-Type", FORM.to_owned())], body, ..Request::get(DOOR) }
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
        (format!("5 behind {DEEP}, by offset"), product.records(2, &format!("?limit=5&offset={DEEP}"))),
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

fn same(request: &Request, many: usize) -> Vec<Box<dyn Visitor>> {
    (0..many).map(|_| Box::new(Again(bytes(request))) as Box<dyn Visitor>).collect()
}

/// Those whose next request follows from the answer before.
fn visitors(runtime: &Runtime, product: &Product, (name, round, many): (&str, usize, usize)) -> Vec<Box<dyn Visitor>> {
    let host = product.server.address.to_string();
    let approved = |codes| {
        runtime.block_on(product.person.approved(&host, (&format!("{}-{round}", name.replace([',', ' '], "-")), codes)))
    };
    if name.starts_with("register") {
        let token = product.person.token();
        let registers =
            |place| Box::new(Registers { token: token.to_owned(), name: format!("{round}-{place}"), made: 0 });
        return (0..many).map(|place| registers(place) as Box<dyn Visitor>).collect();
    }
    if name.starts_with("code") {
        let approved = approved(CODES);
        let mut all: Vec<Exchanges> = (0..many).map(|_| Exchanges { requests: Vec::new() }).collect();
        for (number, code) in approved.codes.iter().enumerate() {
            all[number % many].requests.push(exchange(&approved, code));
        }
        return all.into_iter().map(|one| Box::new(one) as Box<dyn Visitor>).collect();
    }
    let approved = approved(many);
    let refreshes = |code: &(String, String)| {
        let first = Some(exchange(&approved, code));
        Box::new(Refreshes { first, client: client(&approved), token: String::new() }) as Box<dyn Visitor>
    };
    approved.codes.iter().map(refreshes).collect()
}

type Fields = Vec<(&'static str, String)>;

fn client(approved: &Approved) -> Fields {
    vec![("client_id", approved.client_id.clone()), ("client_secret", approved.secret.clone())]
}

fn token_request(fields: &Fields) -> Vec<u8> {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = vec![("Content-Type", FORM.to_owned())];
    bytes(&Request { method: "POST", headers, body, ..Request::get("/auth/v1/oauth/token") })
}

fn exchange(approved: &Approved, (code, verifier): &(String, String)) -> Vec<u8> {
    let mut fields = client(approved);
    fields.extend([
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.clone()),
        ("code_verifier", verifier.clone()),
        ("redirect_uri", routix_test_ledger::CALLBACK.to_owned()),
    ]);
    token_request(&fields)
}

/// Has codes, and exchanges each.
struct Exchanges {
    requests: Vec<Vec<u8>>,
}

impl Visitor for Exchanges {
    fn next(&mut self) -> Option<Vec<u8>> {
        self.requests.pop()
    }

    fn answered(&mut self, _body: &[u8]) {}
}

/// Has one refresh token at a time, the first for a code.
struct Refreshes {
    first: Option<Vec<u8>>,
    client: Fields,
    token: String,
}

impl Visitor for Refreshes {
    fn next(&mut self) -> Option<Vec<u8>> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        let mut fields = self.client.clone();
        fields.extend([("grant_type", "refresh_token".to_owned()), ("refresh_token", self.token.clone())]);
        Some(token_request(&fields))
    }

    fn answered(&mut self, body: &[u8]) {
        let answer: Value = serde_json::from_slice(body).unwrap();
        self.token = answer["refresh_token"].as_str().unwrap().to_owned();
    }
}

/// Registers one app after the other.
struct Registers {
    token: String,
    name: String,
    made: u32,
}

impl Visitor for Registers {
    fn next(&mut self) -> Option<Vec<u8>> {
        self.made += 1;
        let body = serde_json::json!({
            "name": format!("App {} of {}", self.made, self.name),
            "redirect_uris": [routix_test_ledger::CALLBACK],
            "allowed_scopes": ["routix:accounts:read"],
        });
        let headers =
            vec![("Content-Type", "application/json".to_owned()), ("Authorization", format!("Bearer {}", self.token))];
        let register = Request::get("/functions/v1/register-oauth-app");
        Some(bytes(&Request { method: "POST", headers, body: body.to_string(), ..register }))
    }

    fn answered(&mut self, _body: &[u8]) {}
}

//! Who comes: what each of them sends, and what follows from the answer before.

use routix_test_ledger::Approved;
use serde_json::Value;
use tokio::runtime::Runtime;
use url::form_urlencoded::Serializer;

use crate::crowd::{Again, Visitor, bytes};
use crate::product::Product;
use crate::wrk::Request;

/// How many codes there are to exchange in each round.
const CODES: usize = 1_500;

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const DOOR: &str = "/functions/v1/oauth-token";

pub(crate) fn client_credentials(client_id: &str, client_secret: &str) -> String {
    Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", client_id)
        .append_pair("client_secret", client_secret)
        .finish()
}

pub(crate) fn token_form(product: &Product) -> Request {
    let body = client_credentials(product.facts.get("ROUTIX_CLIENT_ID"), product.facts.get("ROUTIX_CLIENT_SECRET"));
    Request { method: "POST", headers: vec![("Content-Type", FORM.to_owned())], body, ..Request::get(DOOR) }
}

pub(crate) fn same(request: &Request, many: usize) -> Vec<Box<dyn Visitor>> {
    (0..many).map(|_| Box::new(Again(bytes(request))) as Box<dyn Visitor>).collect()
}

/// Those whose next request follows from the answer before.
pub(crate) fn visitors(
    runtime: &Runtime,
    product: &Product,
    (name, round, many): (&str, usize, usize),
) -> Vec<Box<dyn Visitor>> {
    let host = product.server.address.to_string();
    let approved = |codes| {
        runtime.block_on(product.person.approved(&host, (&format!("{}-{round}", name.replace([',', ' '], "-")), codes)))
    };
    if name.starts_with("register") {
        let token = product.person.token();
        let registers =
            |place| Box::new(Registers { token: token.to_owned(), name: format!("{name} {round}-{place}"), made: 0 });
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
    refreshing(&approved(many))
}

/// For each code somebody who refreshes what he gets for it.
fn refreshing(approved: &Approved) -> Vec<Box<dyn Visitor>> {
    let refreshes = |code| Refreshes { next: exchange(approved, code), client: client(approved) };
    approved.codes.iter().map(|code| Box::new(refreshes(code)) as Box<dyn Visitor>).collect()
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

/// Has one refresh token at a time, the first for a code. What is refused is sent again.
struct Refreshes {
    next: Vec<u8>,
    client: Fields,
}

impl Visitor for Refreshes {
    fn next(&mut self) -> Option<Vec<u8>> {
        Some(self.next.clone())
    }

    fn answered(&mut self, body: &[u8]) {
        let answer: Value = serde_json::from_slice(body).unwrap();
        let token = answer["refresh_token"].as_str().unwrap().to_owned();
        let mut fields = self.client.clone();
        fields.extend([("grant_type", "refresh_token".to_owned()), ("refresh_token", token)]);
        self.next = token_request(&fields);
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

/// Of a hundred requests in turn 80 lists, 15 tokens, 4 refreshes and one registration.
struct Mixed {
    turn: usize,
    asked: usize,
    /// A list, a token, refreshes and registrations.
    kinds: [Box<dyn Visitor>; 4],
}

impl Visitor for Mixed {
    fn next(&mut self) -> Option<Vec<u8>> {
        // Each of a hundred once, and the seldom ones far from each other.
        self.turn = (self.turn + 37) % 100;
        self.asked = match self.turn {
            0..80 => 0,
            80..95 => 1,
            95..99 => 2,
            _ => 3,
        };
        self.kinds[self.asked].next()
    }

    fn answered(&mut self, body: &[u8]) {
        self.kinds[self.asked].answered(body);
    }
}

/// So many who each send a mixture of everything.
pub(crate) fn mixed(runtime: &Runtime, product: &Product, (name, many): (&str, usize)) -> Vec<Box<dyn Visitor>> {
    let refreshes = visitors(runtime, product, (&format!("refresh {name}"), 0, many));
    let registers = visitors(runtime, product, (&format!("register {name}"), 0, many));
    let (lists, tokens) = (same(&product.records(1, "?limit=5"), many), same(&token_form(product), many));
    let kinds = lists.into_iter().zip(tokens).zip(refreshes).zip(registers).zip(0..);
    kinds
        .map(|((((list, token), refresh), register), place)| {
            // Not all begin with the same.
            Box::new(Mixed { turn: place % 100, asked: 0, kinds: [list, token, refresh, register] }) as Box<dyn Visitor>
        })
        .collect()
}

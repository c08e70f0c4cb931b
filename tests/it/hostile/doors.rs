//! S2: any bytes in any field of any door: no fault of ours, and every refusal looks like all others.

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::pieces::{self, TEXTS};
use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::client::answer;
use crate::http::html::forms;
use crate::http::world::Actor;
use crate::support::{Dice, bounded, number};

/// So many requests, over so many connections at once.
const USUAL: u64 = 100_000;
const CONNECTIONS: u64 = 8;
const SEED: u64 = 20_261_122;
/// Of so many requests to a door that hashes a password one is sent: nothing else is as slow.
const RARELY: u64 = 150;

/// Where something can be sent.
#[derive(Clone, Debug)]
struct Door {
    method: String,
    /// With `{names}`.
    path: String,
    /// Of the query.
    names: Vec<String>,
    /// Of the body, with the values that a form was shown with.
    fields: Vec<(String, String)>,
    is_page: bool,
}

/// Who sends it: values of the headers that say so.
struct Callers {
    tokens: Vec<String>,
    cookie: String,
    ids: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_any_bytes_in_any_field_of_any_door_are_answered() {
    let app = TestApp::start_with(|config| (config.failure_limit, config.api_rate_limit) = (0, 0)).await;
    let (callers, mut doors) = callers_and_pages(&app).await;
    doors.extend(operations(&app).await);
    assert!(doors.len() > 100, "{}", doors.len());
    let (count, seed) = (number("ROUTIX_HOSTILE_REQUESTS", USUAL), number("ROUTIX_HOSTILE_SEED", SEED));
    let (callers, doors) = (std::sync::Arc::new(callers), std::sync::Arc::new(doors));
    let senders = (0..CONNECTIONS).map(|sender| {
        let (callers, doors, address) = (callers.clone(), doors.clone(), app.address.to_string());
        tokio::spawn(async move {
            let mut dice = Dice::seeded(seed + sender);
            let mut line = Line::to(&address).await;
            let mut statuses = std::collections::BTreeMap::new();
            for _ in 0..count / CONNECTIONS {
                let request = request(&mut dice, &doors, &callers);
                *statuses.entry(line.ask(&request).await).or_insert(0_u64) += 1;
            }
            statuses
        })
    });
    let mut statuses = std::collections::BTreeMap::new();
    for sender in senders.collect::<Vec<_>>() {
        for (status, times) in sender.await.unwrap() {
            *statuses.entry(status).or_insert(0) += times;
        }
    }
    // That not all of it stops at the first check.
    for status in [200, 303, 400, 401, 403, 404, 405, 415] {
        assert!(statuses.contains_key(&status), "no {status}: {statuses:?}");
    }
    answer(app.request(Method::GET, "/readyz")).await.expect(200);
}

async fn operations(app: &TestApp) -> Vec<Door> {
    let document = answer(app.request(Method::GET, "/openapi.json")).await.expect(200).json();
    let mut doors = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let names = parameters.filter(|parameter| parameter["in"] == "query");
            let names = names.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect();
            let mut fields = Vec::new();
            members(&document, &operation["requestBody"], &mut fields);
            doors.push(Door { method: method.to_uppercase(), path: path.clone(), names, fields, is_page: false });
        }
    }
    doors
}

/// The names of all members that a schema has, wherever it has them.
fn members(document: &Value, schema: &Value, found: &mut Vec<(String, String)>) {
    if let Some(place) = schema["$ref"].as_str() {
        members(document, document.pointer(place.trim_start_matches('#')).unwrap(), found);
    }
    for (name, _) in schema["properties"].as_object().into_iter().flatten() {
        found.push((name.clone(), String::new()));
    }
    let inner =
        schema.as_object().into_iter().flat_map(serde_json::Map::values).chain(schema.as_array().into_iter().flatten());
    for value in inner.filter(|value| value.is_object() || value.is_array()) {
        members(document, value, found);
    }
}

/// Somebody who is signed in, and every page and form that he comes to from the first one.
async fn callers_and_pages(app: &TestApp) -> (Callers, Vec<Door>) {
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, serde_json::json!({})).await;
    let token = app.app_token(&client).await;
    let browser = Browser::new(app);
    browser.sign_in(Actor::Owner).await;
    let mut ahead =
        vec!["/account".to_owned(), format!("/organizations/{}/apps", app.world.organization), "/sign-in".to_owned()];
    let (mut seen, mut doors) = (ahead.clone(), Vec::new());
    while let Some(path) = ahead.pop() {
        let page = browser.get(&path).await;
        let (bare, query) = path.split_once('?').unwrap_or((&path, ""));
        let names = query.split('&').filter_map(|pair| Some(pair.split_once('=')?.0.to_owned())).collect();
        doors.push(Door { method: "GET".into(), path: bare.to_owned(), names, fields: Vec::new(), is_page: true });
        for form in forms(&page.text) {
            let names = form.names.iter().map(|name| (name.clone(), String::new()));
            let fields: Vec<_> = form.fields.iter().cloned().chain(names).collect();
            let names = fields.iter().map(|(name, _)| name.clone()).collect();
            let is_get = form.method.eq_ignore_ascii_case("get");
            let (method, fields) = if is_get { ("GET", Vec::new()) } else { ("POST", fields) };
            doors.push(Door { method: method.into(), path: form.action, names, fields, is_page: true });
        }
        for link in page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = crate::http::html::unescape(link);
            let link = link.split('#').next().unwrap().to_owned();
            if link.starts_with('/') && !link.starts_with("/docs") && seen.len() < 120 && !seen.contains(&link) {
                seen.push(link.clone());
                ahead.push(link);
            }
        }
    }
    let cookies = ["routix_session", "__Host-routix_session"];
    let cookie =
        cookies.iter().filter_map(|name| Some(format!("{name}={}", browser.cookie(name)?))).collect::<Vec<_>>();
    let ids =
        vec![client.app_id, client.client_id, app.world.organization.to_string(), app.world.branch.public_id.clone()];
    (Callers { tokens: vec![owner, token], cookie: cookie.join("; "), ids }, doors)
}

fn request(dice: &mut Dice, doors: &[Door], callers: &Callers) -> Vec<u8> {
    let door = loop {
        let door = dice.pick(doors);
        let ends =
            door.path.contains("/sign-out") || door.path.contains("logout") || door.path.contains("sessions/end");
        let is_slow = door.path == "/sign-in" || door.fields.iter().any(|(name, _)| name.contains("password"));
        if !ends && (!is_slow || door.method == "GET" || dice.below(RARELY) == 0) {
            break door;
        }
    };
    let mut target = String::new();
    for part in door.path.split_inclusive('/') {
        let hostile = part.starts_with('{') || dice.below(60) == 0;
        let id = dice.pick(&callers.ids).clone();
        let bytes = if dice.below(2) == 0 { id.into_bytes() } else { pieces::value(dice) };
        match hostile {
            true => {
                target += &format!("{}{}", pieces::escaped(dice, &bytes), if part.ends_with('/') { "/" } else { "" })
            }
            false => target += part,
        }
    }
    let target = if target.starts_with('/') { target } else { format!("/{target}") };
    let query = pairs(dice, &door.names.iter().map(|name| (name.clone(), String::new())).collect::<Vec<_>>());
    let method = if dice.below(40) == 0 {
        *dice.pick(&["PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "X"])
    } else {
        &door.method
    };
    let mut head = format!("{method} {target}?{query} HTTP/1.1\r\nHost: a\r\n");
    let (content_type, body) = body(dice, door);
    head += &format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len());
    if door.is_page {
        head += &format!("Cookie: {}\r\nSec-Fetch-Site: same-origin\r\nOrigin: null\r\n", callers.cookie);
    } else if dice.below(8) > 0 {
        head += &format!("Authorization: Bearer {}\r\n", dice.pick(&callers.tokens));
    }
    let names = [
        "If-Match",
        "If-None-Match",
        "Range",
        "Prefer",
        "Accept",
        "Accept-Language",
        "Idempotency-Key",
        "X-Request-Id",
        "Traceparent",
        "X-Forwarded-For",
        "Forwarded",
        "User-Agent",
        "Authorization",
        "Cookie",
        "Origin",
    ];
    for _ in 0..dice.below(3) {
        let value: Vec<u8> =
            pieces::value(dice).into_iter().filter(|byte| !matches!(byte, 0..32 | 127..)).take(2_000).collect();
        head += &format!("{}: {}\r\n", dice.pick(&names), String::from_utf8(value).unwrap());
    }
    [head.as_bytes(), b"\r\n", &body].concat()
}

/// Names with values of ours or as they were shown, as a query or a form.
fn pairs(dice: &mut Dice, shown: &[(String, String)]) -> String {
    let mut pairs = Vec::new();
    for (name, value) in shown {
        match dice.below(4) {
            0 => {}
            1 if !value.is_empty() => pairs.push((name.clone(), value.as_bytes().to_vec())),
            _ => pairs.push((name.clone(), pieces::value(dice))),
        }
    }
    if dice.below(6) == 0 {
        pairs.push(((*dice.pick(&TEXTS)).to_owned(), pieces::value(dice)));
    }
    let written: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", pieces::escaped(dice, name.as_bytes()), pieces::escaped(dice, value)))
        .collect();
    written.join("&").chars().take(6_000).collect()
}

/// In the type that the door takes, mostly.
fn body(dice: &mut Dice, door: &Door) -> (&'static str, Vec<u8>) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let names: Vec<&String> = door.fields.iter().map(|(name, _)| name).collect();
    let as_form = door.is_page || (door.path.contains("oauth") && dice.below(2) == 0);
    match dice.below(12) {
        _ if door.fields.is_empty() && dice.below(10) > 0 => ("application/json", Vec::new()),
        0 => (*dice.pick(&[FORM, "application/json"]), pieces::value(dice)),
        1 => (
            *dice.pick(&["text/plain", "", "application/xml", "multipart/form-data", "application/json;charset=x"]),
            b"{}".to_vec(),
        ),
        _ if as_form => (FORM, pairs(dice, &door.fields).into_bytes()),
        2 => ("application/json", pieces::json_value(dice, 4).to_string().into_bytes()),
        _ => ("application/json", Value::Object(pieces::object(dice, &names, 4)).to_string().into_bytes()),
    }
}

/// A connection that is opened again when the server has closed it.
struct Line {
    address: String,
    stream: TcpStream,
}

impl Line {
    async fn to(address: &str) -> Self {
        Self { address: address.to_owned(), stream: TcpStream::connect(address).await.unwrap() }
    }

    /// Sends a request, holds its answer to what is true of every answer, and gives its status.
    async fn ask(&mut self, request: &[u8]) -> u16 {
        let shown = || String::from_utf8_lossy(request).into_owned();
        let sent = self.stream.write_all(request).await;
        let mut answer = if sent.is_ok() { bounded("an answer", self.head()).await } else { Vec::new() };
        if answer.is_empty() {
            *self = Self::to(&self.address).await;
            self.stream.write_all(request).await.unwrap();
            answer = bounded("an answer", self.head()).await;
        }
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer to {}", shown()));
        let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        let header =
            |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default();
        assert!(status < 500, "{status} to {}", shown());
        let bare = request.starts_with(b"HEAD ") || matches!(status, 204 | 304);
        if bare {
            return status;
        }
        let Ok(length) = header("content-length").parse::<usize>() else {
            *self = Self::to(&self.address).await;
            return status;
        };
        let mut body = answer.split_off(end + 4);
        let read = body.len();
        body.resize(length.max(read), 0);
        bounded("the body", self.stream.read_exact(&mut body[read..])).await.unwrap();
        // What hyper refuses never comes to us.
        if status >= 400 && !(body.is_empty() && [400, 414, 431].contains(&status)) {
            let (kind, id) = (header("content-type"), header("x-request-id"));
            let text = String::from_utf8(body).unwrap();
            assert!(!id.is_empty(), "no id in {status} {text} to {}", shown());
            if kind.starts_with("application/json") {
                let json: Value = serde_json::from_str(&text).unwrap();
                assert!(json["error"].is_string() && json["error_description"].is_string(), "{text} to {}", shown());
                assert_eq!(
                    json["request_id"].as_str().map(str::to_ascii_lowercase).as_deref(),
                    Some(id),
                    "{}",
                    shown()
                );
            } else {
                assert_eq!(kind, "text/html; charset=utf-8", "{status} {text} to {}", shown());
            }
        }
        if header("connection") == "close" {
            *self = Self::to(&self.address).await;
        }
        status
    }

    /// All that has come when the head is whole; nothing when there is no answer.
    async fn head(&mut self) -> Vec<u8> {
        let (mut read, mut buffer) = (Vec::new(), [0; 8_192]);
        while !read.windows(4).any(|four| four == b"\r\n\r\n") {
            match self.stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return Vec::new(),
                Ok(count) => read.extend_from_slice(&buffer[..count]),
            }
        }
        read
    }
}

//! The one property that may never fail: a request sees, counts, orders and changes the rows of its own branch only. A model
//! in memory says what each of many random requests must be answered.

use std::fmt::Write;

use axum::body::Body;
use axum::http::Method;
use chrono::DateTime;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::proxy::Tenant;
use crate::proxy::catalogue::{ApiVersion, Catalogue, FieldValue};
use crate::proxy::records::test_support::{Kind, on_both};
use crate::proxy::records::{NewRecord, Target};
use crate::system::System;

use super::world::{Answer, BRANCHES, TOKENS, World, ask, branch, json_request, organization, send};

/// How many requests are made of each database. Built with these variables, the tests make another number, or those of a run
/// that failed once more.
const REQUESTS: u64 = 10_000;
const OTHER_REQUESTS: Option<&str> = option_env!("ROUTIX_TENANT_REQUESTS");
const SEED: Option<&str> = option_env!("ROUTIX_TENANT_SEED");
const ROWS: u64 = 3_000;

const NAMES: [&str; 6] = ["Bakker B.V.", "bakker b.v.", "Visser B.V.", "\u{c5}kerstr\u{f6}m", "O'Neill; --", "zeta"];
const EMAILS: [Option<&str>; 4] = [None, Some("a@example.nl"), Some("B@example.nl"), Some("z@example.nl")];
const KINDS: [&str; 3] = ["customer", "vendor", "carrier"];
const STATES: [&str; 3] = ["active", "inactive", "blocked"];
const FIELDS: [&str; 4] = ["company_name", "email", "account_type", "status"];

/// An organization and one of its branches, by their places.
type Place = (usize, usize);

#[derive(Clone, Debug)]
struct Row {
    place: Place,
    id: Uuid,
    /// By the place in `FIELDS`.
    values: [Option<&'static str>; 4],
    version: u64,
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    fn place(&mut self) -> Place {
        let organization = self.below(BRANCHES.len());
        (organization, self.below(BRANCHES[organization].len()))
    }

    fn values(&mut self) -> [Option<&'static str>; 4] {
        [Some(self.of(&NAMES)), self.of(&EMAILS), Some(self.of(&KINDS)), Some(self.of(&STATES))]
    }
}

/// A database with rows in every branch, and what must be in it.
struct Model {
    world: World,
    rows: Vec<Row>,
    chance: Chance,
}

impl Model {
    async fn new(kind: Kind, seed: u64) -> Self {
        let (world, mut chance) = (World::new(kind).await, Chance(seed));
        let mut rows = Vec::new();
        for (organization, branches) in BRANCHES.iter().enumerate() {
            for place in (0..branches.len()).map(|branch| (organization, branch)) {
                let count = ROWS / 12 + chance.next() % 7;
                rows.extend((0..count).map(|_| {
                    let id = Uuid::from_u64_pair(chance.next(), chance.next());
                    Row { place, id, values: chance.values(), version: 1 }
                }));
            }
        }
        for (organization, branches) in BRANCHES.iter().enumerate() {
            for place in (0..branches.len()).map(|branch| (organization, branch)) {
                load(&world, place, rows.iter().filter(|row| row.place == place)).await;
            }
        }
        Self { world, rows, chance }
    }

    async fn ask(&self, method: Method, place: Place, rest: &str, body: Option<&Value>) -> Answer {
        let path = format!("/api/v1/{}/accounts{rest}", BRANCHES[place.0][place.1]);
        let mut request = match body {
            Some(body) => json_request(method, &path, body),
            None => ask(method, &path).body(Body::empty()).unwrap(),
        };
        request.headers_mut().insert("authorization", TOKENS[place.0].parse().unwrap());
        send(&self.world.router, request).await
    }

    async fn list(&mut self) {
        let place = self.chance.place();
        let (limit, offset) = (1 + self.chance.below(40), self.chance.below(60));
        let wanted = self.chance.values();
        let filters: Vec<_> = (0..4).filter(|_| self.chance.one_in(4)).collect();
        let order = self.chance.one_in(2).then(|| (self.chance.below(4), self.chance.one_in(2)));
        let mut query = format!("?limit={limit}&offset={offset}");
        // What is null cannot be asked for.
        for (field, value) in filters.iter().filter_map(|&field| Some((field, wanted[field]?))) {
            let value: String = value.bytes().fold(String::new(), |mut text, byte| {
                write!(text, "%{byte:02x}").unwrap();
                text
            });
            write!(query, "&{}={value}", FIELDS[field]).unwrap();
        }
        if let Some((field, descending)) = order {
            write!(query, "&order={}{}", if descending { "-" } else { "" }, FIELDS[field]).unwrap();
        }
        let fits = |row: &&Row| {
            row.place == place
                && filters.iter().all(|&field| wanted[field].is_none_or(|_| row.values[field] == wanted[field]))
        };
        let mut expected: Vec<_> = self.rows.iter().filter(fits).collect();
        if let Some((field, descending)) = order {
            expected.sort_by_key(|row| row.values[field]);
            if descending {
                // Equal values run backwards too: the whole order is turned round.
                expected.reverse();
            }
        }
        let total = expected.len();
        let ids: Vec<_> = expected.into_iter().skip(offset).take(limit).map(|row| row.id.to_string()).collect();
        let page = self.ask(Method::GET, place, &query, None).await;
        assert_eq!(page.status, 200, "{place:?} {query}");
        let found: Vec<_> =
            page.body["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!(
            (found, &page.body["pagination"]["total"]),
            (ids.iter().map(String::as_str).collect(), &json!(total))
        );
    }

    async fn show(&mut self) {
        let (place, row) = (self.chance.place(), self.chance.below(self.rows.len()));
        let row = &self.rows[row];
        let answer = self.ask(Method::GET, place, &format!("/{}", row.id), None).await;
        let tag = format!("\"{}\"", row.version);
        let expected = if row.place == place { (200, tag.as_str()) } else { (404, "") };
        assert_eq!((answer.status, answer.header("etag")), expected, "{place:?} {row:?}");
    }

    /// Whoever asks: a row changes exactly when it is of the branch that was asked, and it never moves.
    async fn change(&mut self) {
        let victim = self.chance.below(self.rows.len());
        let own = self.rows[victim].place;
        let place = if self.chance.one_in(3) { own } else { self.chance.place() };
        let (field, values) = (self.chance.below(4), self.chance.values());
        let moves = self.chance.one_in(4);
        let mut body = json!({FIELDS[field]: values[field]});
        if moves {
            body["branch_id"] = json!(branch(place.0, place.1));
            body["organization_id"] = json!(organization(place.0));
        }
        let path = format!("/{}", self.rows[victim].id);
        let answer = self.ask(Method::PATCH, place, &path, Some(&body)).await;
        let expected = match (own == place, moves) {
            (true, false) => 200,
            (true, true) => 400,
            (false, _) => 404,
        };
        assert_eq!(answer.status, expected, "{place:?} {body} {:?}", self.rows[victim]);
        if expected == 200 {
            let row = &mut self.rows[victim];
            row.values[field] = values[field];
            row.version += 1;
        }
        let row = &self.rows[victim];
        let shown = self.ask(Method::GET, own, &path, None).await;
        assert_eq!(shown.header("etag"), format!("\"{}\"", row.version), "{row:?}");
        assert_eq!(shown.body["data"][FIELDS[field]], json!(row.values[field]), "{row:?}");
    }

    async fn request(&mut self) {
        match self.chance.below(10) {
            0 | 1 => self.change().await,
            2 => self.show().await,
            _ => self.list().await,
        }
    }
}

async fn load(world: &World, place: Place, rows: impl Iterator<Item = &Row>) {
    let resource = Catalogue::built_in().unwrap().resource("accounts").unwrap().clone();
    let tenant = Tenant::for_loading(organization(place.0), branch(place.0, place.1));
    let value = |text: Option<&str>| text.map_or(FieldValue::Null, |text| FieldValue::Text(text.to_owned()));
    let records = rows.map(|row| {
        let [name, email, kind, state] = row.values.map(value);
        let country = [(13, value(Some("NL"))), (14, value(Some("nl")))];
        let values = [(1, name), (2, email), (4, kind), (5, state)].into_iter().chain(country).collect();
        NewRecord { id: row.id, now: DateTime::UNIX_EPOCH, values, retry: None }
    });
    let target = Target { resource, version: ApiVersion::V2, tenant };
    world.scratch.records.load(&target, records.collect()).await.unwrap();
}

async fn no_request_reaches_another_branch(kind: Kind) {
    let seed = SEED.map_or_else(|| System::real().id().as_u64_pair().1, |seed| seed.parse().unwrap());
    let requests = OTHER_REQUESTS.map_or(REQUESTS, |requests| requests.parse().unwrap());
    let mut model = Model::new(kind, seed).await;
    for request in 0..requests {
        let before = model.chance.0;
        let work = std::panic::AssertUnwindSafe(model.request());
        let done = futures_util::FutureExt::catch_unwind(work).await;
        assert!(done.is_ok(), "request {request} ({before:#x}) of the run ROUTIX_TENANT_SEED={seed}");
    }
}

on_both!(no_request_reaches_another_branch);

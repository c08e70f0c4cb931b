//! The one property that may never fail: a request sees, counts, orders and changes the rows of its own branch only.

use axum::body::Body;
use axum::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::{BRANCHES, World, ask, json_request, send};

const TOKENS: [&str; 2] = ["Bearer one", "Bearer two"];
const NAMES: [&str; 4] = ["Bakker B.V.", "Visser B.V.", "De Boer", "O'Neill; --"];
const KINDS: [&str; 3] = ["customer", "vendor", "carrier"];
const STATES: [&str; 3] = ["active", "inactive", "blocked"];

#[derive(Clone, Debug)]
struct Row {
    tenant: (usize, usize),
    name: usize,
    kind: usize,
    state: usize,
}

#[derive(Clone, Debug)]
struct Query {
    tenant: (usize, usize),
    name: Option<usize>,
    kind: Option<usize>,
    state: Option<usize>,
    order: Option<(usize, bool)>,
    limit: usize,
    offset: usize,
    /// Which row of all to try to change from this tenant.
    victim: prop::sample::Index,
}

const ORDERS: [&str; 3] = ["company_name", "account_type", "status"];

fn tenant() -> impl Strategy<Value = (usize, usize)> {
    (0..2_usize, 0..3_usize)
}

fn row() -> impl Strategy<Value = Row> {
    (tenant(), 0..4_usize, 0..3_usize, 0..3_usize).prop_map(|(tenant, name, kind, state)| Row {
        tenant,
        name,
        kind,
        state,
    })
}

fn query() -> impl Strategy<Value = Query> {
    let filters = (prop::option::of(0..4_usize), prop::option::of(0..3_usize), prop::option::of(0..3_usize));
    let page = (prop::option::of((0..3_usize, any::<bool>())), 1..12_usize, 0..12_usize);
    (tenant(), filters, page, any::<prop::sample::Index>()).prop_map(
        |(tenant, (name, kind, state), (order, limit, offset), victim)| Query {
            tenant,
            name,
            kind,
            state,
            order,
            limit,
            offset,
            victim,
        },
    )
}

fn path((organization, branch): (usize, usize)) -> String {
    format!("/api/v1/{}/accounts", BRANCHES[organization][branch])
}

fn address(query: &Query) -> String {
    let mut address = format!("{}?limit={}&offset={}", path(query.tenant), query.limit, query.offset);
    if let Some(name) = query.name {
        let encoded: String = NAMES[name].bytes().map(|byte| format!("%{byte:02x}")).collect();
        address.push_str(&format!("&company_name={encoded}"));
    }
    if let Some(kind) = query.kind {
        address.push_str(&format!("&account_type={}", KINDS[kind]));
    }
    if let Some(state) = query.state {
        address.push_str(&format!("&status={}", STATES[state]));
    }
    if let Some((field, descending)) = query.order {
        address.push_str(&format!("&order={}{}", if descending { "-" } else { "" }, ORDERS[field]));
    }
    address
}

/// What the model says: ids of the page in their order, and the number of all that fit.
fn expected(query: &Query, rows: &[(Row, String)]) -> (Vec<String>, usize) {
    let fits = |row: &Row| {
        row.tenant == query.tenant
            && query.name.is_none_or(|name| name == row.name)
            && query.kind.is_none_or(|kind| kind == row.kind)
            && query.state.is_none_or(|state| state == row.state)
    };
    let key = |row: &Row, field: usize| [NAMES[row.name], KINDS[row.kind], STATES[row.state]][field];
    let mut found: Vec<_> = rows.iter().filter(|(row, _)| fits(row)).collect();
    if let Some((field, descending)) = query.order {
        found.sort_by_key(|(row, _)| key(row, field));
        if descending {
            // Equal values run backwards too: the whole order is turned round.
            found.reverse();
        }
    }
    let total = found.len();
    (found.into_iter().skip(query.offset).take(query.limit).map(|(_, id)| id.clone()).collect(), total)
}

async fn check(rows: Vec<Row>, queries: Vec<Query>) {
    let world = World::new();
    let mut stored = Vec::new();
    for row in rows {
        let body =
            json!({"company_name": NAMES[row.name], "account_type": KINDS[row.kind], "status": STATES[row.state]});
        let mut request = json_request(Method::POST, &path(row.tenant), &body);
        request.headers_mut().insert("authorization", TOKENS[row.tenant.0].parse().unwrap());
        let made = send(&world.router, request).await;
        assert_eq!(made.status, 201);
        stored.push((row, made.body["data"]["id"].as_str().unwrap().to_owned()));
    }
    for query in queries {
        let mut request = ask(Method::GET, &address(&query)).body(Body::empty()).unwrap();
        request.headers_mut().insert("authorization", TOKENS[query.tenant.0].parse().unwrap());
        let page = send(&world.router, request).await;
        assert_eq!(page.status, 200, "{query:?}");
        let ids: Vec<String> =
            page.body["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        let total = usize::try_from(page.body["pagination"]["total"].as_u64().unwrap()).unwrap();
        assert_eq!((ids, total), expected(&query, &stored), "{query:?}");
        if !stored.is_empty() {
            try_to_change(&world, &query, query.victim.get(&stored)).await;
        }
    }
}

/// Whoever asks: a row changes exactly when it is of the branch that was asked.
async fn try_to_change(world: &World, query: &Query, (row, id): &(Row, String)) {
    let ask_for = |method: Method, tenant: (usize, usize), body: Value| {
        let mut request = json_request(method, &format!("{}/{id}", path(tenant)), &body);
        request.headers_mut().insert("authorization", TOKENS[tenant.0].parse().unwrap());
        request
    };
    let before = send(&world.router, ask_for(Method::GET, row.tenant, Value::Null)).await;
    let changed = send(&world.router, ask_for(Method::PATCH, query.tenant, json!({"phone": "5"}))).await;
    let after = send(&world.router, ask_for(Method::GET, row.tenant, Value::Null)).await;
    assert_eq!(changed.status, if row.tenant == query.tenant { 200 } else { 404 });
    assert_eq!(before.header("etag") == after.header("etag"), row.tenant != query.tenant);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_query_reaches_another_branch(
        rows in prop::collection::vec(row(), 0..40),
        queries in prop::collection::vec(query(), 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(rows, queries));
    }
}

//! Lists: pages, filters, orders and the links between pages.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::proxy::records::test_support::{Kind, on_both};

use super::world::{ACCOUNTS, World, ask, send};

async fn with_accounts(kind: Kind, count: usize) -> World {
    let world = World::new(kind).await;
    for number in 0..count {
        let status = if number % 3 == 0 { "inactive" } else { "active" };
        let body = json!({"company_name": format!("Bedrijf {:02}", count - number), "status": status});
        assert_eq!(world.post(ACCOUNTS, body).await.status, 201);
    }
    world
}

fn names(page: &Value) -> Vec<String> {
    let rows = page["data"].as_array().unwrap();
    rows.iter().map(|row| row["company_name"].as_str().unwrap().to_owned()).collect()
}

async fn a_page_has_the_shape_of_the_guide(kind: Kind) {
    let world = World::new(kind).await;
    let body = json!({"company_name": "Acme Transport B.V.", "email": "info@acmetransport.nl",
        "phone": "+31 20 123 4567", "account_type": "customer", "status": "active"});
    let made = world.post(ACCOUNTS, body).await;
    let id = made.body["data"]["id"].as_str().unwrap().to_owned();
    let page = world.get(&format!("{ACCOUNTS}?limit=5")).await;
    let expected = format!(
        "{{\"data\":[{{\"id\":\"{id}\",\"company_name\":\"Acme Transport B.V.\",\"email\":\"info@acmetransport.nl\",\
         \"phone\":\"+31 20 123 4567\",\"account_type\":\"customer\",\"status\":\"active\"}}],\
         \"pagination\":{{\"limit\":5,\"offset\":0,\"total\":1}},\"version\":\"v1\"}}"
    );
    assert_eq!(page.text, expected);
    assert_eq!(page.header("content-type"), "application/json");
    assert_eq!(page.header("cache-control"), "private, no-cache");
}

async fn an_empty_branch_has_an_empty_page(kind: Kind) {
    let page = World::new(kind).await.get(ACCOUNTS).await;
    assert_eq!(page.body, json!({"data": [], "pagination": {"limit": 25, "offset": 0, "total": 0}, "version": "v1"}));
}

async fn v2_begins_with_the_members_of_v1(kind: Kind) {
    let world = with_accounts(kind, 1).await;
    let (one, two) = (world.get(ACCOUNTS).await, world.get(&ACCOUNTS.replace("/v1/RS", "/v2/RS")).await);
    assert_eq!(two.body["version"], "v2");
    let shared = one.text.split("}]").next().unwrap();
    assert!(two.text.starts_with(shared), "{} {}", one.text, two.text);
    assert!(two.body["data"][0]["created_at"].as_str().unwrap().ends_with('Z'));
}

async fn head_answers_like_get_without_a_body(kind: Kind) {
    let world = with_accounts(kind, 2).await;
    let head = send(&world.router, ask(Method::HEAD, ACCOUNTS).body(Body::empty()).unwrap()).await;
    let get = world.get(ACCOUNTS).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(head.header("link"), get.header("link"));
    assert_eq!(head.header("content-length"), get.text.len().to_string());
}

async fn rows_come_as_they_were_made_or_as_asked(kind: Kind) {
    let world = with_accounts(kind, 4).await;
    let made = ["Bedrijf 04", "Bedrijf 03", "Bedrijf 02", "Bedrijf 01"];
    let mut sorted = made;
    sorted.reverse();
    for (order, expected) in [
        ("", made),
        ("?order=company_name", sorted),
        ("?order=company_name.asc", sorted),
        ("?order=-company_name", made),
        ("?order=company_name.desc", made),
        ("?order=account_type", made),
        ("?order=-account_type", sorted),
    ] {
        assert_eq!(names(&world.get(&format!("{ACCOUNTS}{order}")).await.body), expected, "{order}");
    }
}

async fn a_filter_is_equality_and_counts_what_fits(kind: Kind) {
    let world = with_accounts(kind, 9).await;
    let page = world.get(&format!("{ACCOUNTS}?status=inactive&limit=2&order=company_name")).await;
    assert_eq!(names(&page.body), ["Bedrijf 03", "Bedrijf 06"]);
    assert_eq!(page.body["pagination"]["total"], 3);
    for (query, total) in [
        ("company_name=Bedrijf+01", 1),
        ("company_name=Bedrijf%2001", 1),
        ("company_name=bedrijf+01", 0),
        ("company_name=Bedrijf", 0),
        ("company_name=Bedrijf%25", 0),
        ("account_type=vendor", 0),
    ] {
        let page = world.get(&format!("{ACCOUNTS}?{query}")).await;
        assert_eq!(page.body["pagination"]["total"], total, "{query}");
    }
}

async fn a_text_is_found_however_its_accents_were_typed(kind: Kind) {
    let world = World::new(kind).await;
    assert_eq!(world.post(ACCOUNTS, json!({"company_name": "Cafe\u{301} Zoe\u{308}"})).await.status, 201);
    for encoded in ["Caf%C3%A9%20Zo%C3%AB", "Cafe%CC%81%20Zoe%CC%88"] {
        let page = world.get(&format!("{ACCOUNTS}?company_name={encoded}")).await;
        assert_eq!(page.body["pagination"]["total"], 1, "{encoded}");
    }
}

async fn the_links_walk_over_every_row_once(kind: Kind) {
    let world = with_accounts(kind, 7).await;
    let mut address = format!("{ACCOUNTS}?limit=3&order=company_name&account_type=customer");
    let mut seen = Vec::new();
    loop {
        let page = world.get(&address).await;
        seen.extend(names(&page.body));
        let links = page.header("link").to_owned();
        assert!(links.contains("offset=0>; rel=\"first\""), "{links}");
        let Some(next) = links.split(", ").find(|link| link.ends_with("rel=\"next\"")) else { break };
        address = next.split(['<', '>']).nth(1).unwrap().strip_prefix("https://api.example").unwrap().to_owned();
    }
    assert_eq!(seen, (1..=7).map(|number| format!("Bedrijf {number:02}")).collect::<Vec<_>>());
    assert!(world.get(&address).await.header("link").contains("offset=3>; rel=\"prev\""));
    // A name that is full of what means something in an address.
    let name = "A&B=#?/+ %41~'\"<>;, é";
    for phone in ["1", "2"] {
        assert_eq!(world.post(ACCOUNTS, json!({"company_name": name, "phone": phone})).await.status, 201);
    }
    let encoded = "A%26B%3D%23%3F%2F%2B%20%2541~%27%22%3C%3E%3B%2C%20%C3%A9";
    let page = world.get(&format!("{ACCOUNTS}?limit=1&company_name={encoded}")).await;
    let first = format!("<https://api.example{ACCOUNTS}?company_name={encoded}&limit=1&");
    assert!(page.header("link").starts_with(&first), "{}", page.header("link"));
    let next = page.header("link").rsplit_once(", <https://api.example").unwrap().1.split_once('>').unwrap().0;
    let phones = [page.body.clone(), world.get(next).await.body].map(|page| page["data"][0]["phone"].clone());
    assert_eq!(phones, ["1", "2"]);
}

/// The cursor behind a page.
fn next(page: &Value) -> Option<String> {
    page["pagination"]["next"].as_str().map(str::to_owned)
}

/// What comes or goes while somebody walks shifts nothing for him.
async fn a_cursor_goes_on_behind_the_last_row_whatever_came_in_between(kind: Kind) {
    let world = with_accounts(kind, 7).await;
    for chosen in ["", "&account_type=customer"] {
        let mut page = world.get(&format!("{ACCOUNTS}?limit=3{chosen}")).await.body;
        let mut seen = names(&page);
        while let Some(cursor) = next(&page) {
            let own = world.get(&format!("{ACCOUNTS}?limit=2{chosen}&cursor={cursor}")).await;
            let offset = page["pagination"]["offset"].as_u64().unwrap() + page["data"].as_array().unwrap().len() as u64;
            assert_eq!(own.body["pagination"]["offset"], offset);
            // v2 shows the same rows.
            let of_v2 = world.get(&format!("/api/v2/RS2RDH3B/accounts?limit=2{chosen}&cursor={cursor}")).await;
            assert_eq!(names(&of_v2.body), names(&own.body));
            page = own.body;
            seen.extend(names(&page));
        }
        let all = world.get(&format!("{ACCOUNTS}?limit=100{chosen}")).await.body;
        assert_eq!((seen, None), (names(&all), next(&all)));
    }
    let page = world.get(&format!("{ACCOUNTS}?limit=3")).await.body;
    world.scratch.sql("DELETE FROM accounts WHERE company_name = 'Bedrijf 06'");
    let rest = world.get(&format!("{ACCOUNTS}?limit=3&cursor={}", next(&page).unwrap())).await.body;
    assert_eq!(names(&rest), ["Bedrijf 04", "Bedrijf 03", "Bedrijf 02"]);
    // There are fewer in all than the walk has counted, and one of them is still to come.
    let last = world.get(&format!("{ACCOUNTS}?limit=3&cursor={}", next(&rest).unwrap())).await.body;
    assert_eq!((names(&last), next(&last)), (vec!["Bedrijf 01".to_owned()], None));
}

async fn a_cursor_fits_the_list_that_gave_it_and_no_other(kind: Kind) {
    let world = with_accounts(kind, 5).await;
    let cursor = |page: Value| next(&page).unwrap();
    let plain = cursor(world.get(&format!("{ACCOUNTS}?limit=2")).await.body);
    let ordered = cursor(world.get(&format!("{ACCOUNTS}?limit=2&order=company_name")).await.body);
    let active = cursor(world.get(&format!("{ACCOUNTS}?limit=2&status=active&account_type=customer")).await.body);
    let fits = async |query: String| {
        let page = world.get(&format!("{ACCOUNTS}?limit=2{query}")).await;
        assert!(page.status == 200 || page.outcome() == (400, "invalid_request"), "{query}");
        assert!(page.status == 200 || page.faults() == ["cursor"], "{query}");
        page.status == 200
    };
    for cursor in [&plain, &ordered, &active] {
        for (chosen, own) in [
            ("", &plain),
            ("&order=company_name", &ordered),
            ("&account_type=customer&status=active", &active),
            ("&status=active", &String::new()),
            // As long as the right one.
            ("&order=account_type", &String::new()),
            ("&order=-company_name", &String::new()),
        ] {
            assert_eq!(fits(format!("{chosen}&cursor={cursor}")).await, cursor == own, "{chosen} {cursor}");
        }
    }
    for elsewhere in ["/api/v1/RS2RDH3B/orders", "/api/v1/RS2RDH3C/accounts"] {
        let answer = world.get(&format!("{elsewhere}?cursor={plain}")).await;
        assert!(answer.status == 404 || answer.faults() == ["cursor"], "{elsewhere} {}", answer.text);
    }
    for forged in ["", "0", "AAAA", "%00", "' OR 1=1", &plain[1..], &format!("{plain}00"), &plain.repeat(9)] {
        assert!(!fits(format!("&cursor={}", forged.replace(' ', "+"))).await, "{forged}");
    }
    assert!(!fits(format!("&offset=0&cursor={plain}")).await);
    assert!(!fits(format!("&cursor={plain}&cursor={plain}")).await);
}

async fn every_parameter_at_fault_is_named_and_no_value_is_shown(kind: Kind) {
    let world = World::new(kind).await;
    let query = "limit=1e3&offset=-1&order=moon&status=sleepy&company_name=&colour=SECRET&email=a&email=b&access_token=SECRET&phone=1";
    let answer = world.get(&format!("{ACCOUNTS}?{query}")).await;
    assert_eq!(answer.outcome(), (400, "invalid_request"));
    let expected = ["access_token", "colour", "company_name", "email", "limit", "offset", "order", "phone", "status"];
    assert_eq!(answer.faults(), expected);
    assert!(!answer.body.to_string().contains("SECRET"));
}

async fn numbers_are_digits_within_bounds(kind: Kind) {
    let world = World::new(kind).await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=",
        "limit",
        "limit=%2B5",
        "limit=5.0",
        "limit=1000000000000000000",
        "limit=+5",
        "limit=٣",
        "offset=-1",
        "offset=10001",
        "offset=4294967296",
        "offset=0x1",
        "limit=5&limit=5",
        "limit=5&%6cimit=5",
        "%zz=1",
        "company_name=%ff",
    ] {
        let answer = world.get(&format!("{ACCOUNTS}?{}", query.replace('٣', "%D9%A3"))).await;
        assert_eq!(answer.outcome(), (400, "invalid_request"), "{query}");
    }
    for query in ["limit=1", "limit=100", "offset=10000", "", "&"] {
        assert_eq!(world.get(&format!("{ACCOUNTS}?{query}")).await.status, 200, "{query}");
    }
}

async fn a_field_of_v2_is_unknown_to_v1(kind: Kind) {
    let world = World::new(kind).await;
    assert_eq!(world.get(&format!("{ACCOUNTS}?order=created_at")).await.faults(), ["order"]);
    assert_eq!(world.get("/api/v2/RS2RDH3B/accounts?order=-created_at").await.status, 200);
    assert_eq!(world.get("/api/v1/RS2RDH3B/orders?order=stops").await.faults(), ["order"]);
}

async fn sql_in_names_and_values_is_text(kind: Kind) {
    let world = with_accounts(kind, 3).await;
    for hostile in
        ["'", "\"", "' OR '1'='1", "x'; DROP TABLE accounts; --", "\\", "%", "_", "?1", "NULL", "1) UNION SELECT 1"]
    {
        let encoded: String = hostile.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let page = world.get(&format!("{ACCOUNTS}?company_name={encoded}")).await;
        assert_eq!((page.status, &page.body["pagination"]["total"]), (200, &json!(0)), "{hostile}");
        assert_eq!(world.get(&format!("{ACCOUNTS}?{encoded}=1")).await.status, 400, "{hostile}");
        assert_eq!(world.get(&format!("{ACCOUNTS}?order={encoded}")).await.faults(), ["order"], "{hostile}");
        let made = world.post(ACCOUNTS, json!({"company_name": hostile})).await;
        assert_eq!(made.body["data"]["company_name"], hostile);
        let found = world.get(&format!("{ACCOUNTS}?company_name={encoded}")).await;
        assert_eq!(found.body["pagination"]["total"], 1, "{hostile}");
    }
    assert_eq!(world.get(&format!("{ACCOUNTS}?company_name=%00")).await.faults(), ["company_name"]);
    assert_eq!(world.get(ACCOUNTS).await.body["pagination"]["total"], 13);
}

on_both!(
    a_page_has_the_shape_of_the_guide,
    an_empty_branch_has_an_empty_page,
    v2_begins_with_the_members_of_v1,
    head_answers_like_get_without_a_body,
    rows_come_as_they_were_made_or_as_asked,
    a_filter_is_equality_and_counts_what_fits,
    a_text_is_found_however_its_accents_were_typed,
    the_links_walk_over_every_row_once,
    a_cursor_goes_on_behind_the_last_row_whatever_came_in_between,
    a_cursor_fits_the_list_that_gave_it_and_no_other,
    every_parameter_at_fault_is_named_and_no_value_is_shown,
    numbers_are_digits_within_bounds,
    a_field_of_v2_is_unknown_to_v1,
    sql_in_names_and_values_is_text,
);

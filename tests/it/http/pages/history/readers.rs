//! Who reads the history of an app, and what of it.

use reqwest::Method;
use routix::commands::consents::ConsentParties;
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::json;

use super::{Lived, assert_in_order};
use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::client::answer;
use crate::http::code_flow::signed_in;
use crate::http::html::tags;
use crate::http::world::{Actor, origin};

const PAGES: [&str; 4] = ["history", "state", "diff?from=1&to=2", "events/"];

#[tokio::test]
async fn members_read_it_and_strangers_find_nothing() {
    let lived = Lived::new().await;
    let first = lived.positions().await[0].to_string();
    let (own, foreign) = (lived.app.world.organization, lived.app.world.foreign_organization);
    let pages = PAGES.map(|page| if page == "events/" { format!("events/{first}") } else { page.to_owned() });
    for actor in Actor::ALL {
        let browser = lived.browser(actor).await;
        let status = if actor == Actor::Foreigner { 404 } else { 200 };
        for page in &pages {
            browser.get(&lived.path(page)).await.expect(status);
            // An app of others does not exist in one's own organization either.
            let elsewhere = lived.path(page).replace(&own.to_string(), &foreign.to_string());
            browser.get(&elsewhere).await.expect(404);
            let unknown = lived.path(page).replace(&lived.client.app_id, "00000000-0000-4000-8000-000000000000");
            browser.get(&unknown).await.expect(404);
        }
    }
    for page in &pages {
        let nobody = Browser::new(&lived.app).get(&lived.path(page)).await.expect(303);
        assert!(nobody.location().starts_with("/sign-in?return_to="), "{}", nobody.location());
        answer(lived.app.request(Method::POST, &lived.path(page))).await.expect(405);
    }
}

#[tokio::test]
async fn only_who_manages_sees_from_where_something_was_done() {
    let lived = Lived::new().await;
    let page = format!("events/{}", lived.positions().await[0]);
    for (actor, sees) in [(Actor::Owner, true), (Actor::Admin, true), (Actor::Member, false), (Actor::Viewer, false)] {
        let browser = lived.browser(actor).await;
        for page in ["history", page.as_str()] {
            let words = browser.get(&lived.path(page)).await.expect(200).words();
            assert_eq!(words.contains("127.0.0.1"), sees, "{actor:?} {page}: {words}");
        }
    }
    lived.app.place.sql("identity", "DELETE FROM request_contexts RETURNING commitment");
    let words = lived.browser(Actor::Owner).await.get(&lived.path("history")).await.expect(200).words();
    assert!(!words.contains("127.0.0.1") && words.contains("address no longer kept"), "{words}");
}

#[tokio::test]
async fn people_and_organizations_elsewhere_have_no_name_here() {
    let lived = Lived::new().await;
    lived.consent(Actor::Foreigner, lived.app.world.foreign_organization).await;
    let app_id = lived.client.app_id.parse().unwrap();
    let parties = ConsentParties {
        user_id: Actor::Foreigner.id(),
        app_id,
        organization_id: lived.app.world.foreign_organization,
    };
    let stranger = signed_in(&lived.app, Actor::Foreigner).await;
    let account = stranger.get("/account").await.expect(200);
    stranger.submit(&account, &format!("withdraw-{}", parties.consent_id()), &[]).await.expect(303);
    for (language, told) in [
        (
            "en",
            [
                format!("Somebody outside this organization ({}) withdrew the consent", Actor::Foreigner.id()),
                "recorded that somebody outside this organization consents to Orders (read) in another organization"
                    .into(),
            ],
        ),
        (
            "nl",
            [
                format!("Iemand buiten deze organisatie ({}) heeft de toestemming", Actor::Foreigner.id()),
                "dat iemand buiten deze organisatie in een andere organisatie toestemming geeft".into(),
            ],
        ),
    ] {
        let browser = lived.reading(Actor::Owner, language).await;
        let page = browser.get(&lived.path("history")).await.expect(200);
        assert_in_order(&page.words(), &told.each_ref().map(String::as_str));
        for rest in ["history", "state", "state?sequence=6", "diff?from=1&to=2027-01-01"] {
            let page = browser.get(&lived.path(rest)).await.expect(200);
            assert!(!page.text.contains(&Actor::Foreigner.name()) && !page.words().contains("in Two"), "{rest}");
        }
    }
}

#[tokio::test]
async fn somebody_who_was_forgotten_is_called_so_in_each_language() {
    let lived = Lived::new().await;
    for actor in [Actor::Admin, Actor::Member] {
        lived.app.place.sql("identity", &format!("DELETE FROM users WHERE id = '{}' RETURNING id", actor.id()));
    }
    for (language, told) in [
        ("en", ["A forgotten person revoked the app", "recorded that a forgotten person consents"]),
        ("nl", ["Een vergeten persoon heeft de app ingetrokken", "vastgelegd dat een vergeten persoon"]),
    ] {
        let page = lived.reading(Actor::Owner, language).await.get(&lived.path("history")).await.expect(200);
        assert_in_order(&page.words(), &told);
    }
}

#[tokio::test]
async fn who_is_limited_to_branches_sees_the_history_of_their_apps_only() {
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let own = app.world.branch.id;
    let everywhere = app.new_app(&owner, json!({})).await;
    let his = app.new_app(&owner, json!({"allowed_branch_ids": [own]})).await;
    let member = (app.world.organization, Actor::Viewer.id());
    let only = Some(BranchRestriction::Only(vec![own]));
    app.commands.change_member(member, Some(Role::Viewer), only, &origin()).await.unwrap();
    let browser = signed_in(&app, Actor::Viewer).await;
    let path = |id: &str, page: &str| format!("/organizations/{}/apps/{id}/{page}", app.world.organization);
    for page in ["history", "state", "diff?from=1&to=1"] {
        browser.get(&path(&everywhere.app_id, page)).await.expect(404);
        browser.get(&path(&his.app_id, page)).await.expect(200);
    }
    browser.get(&path(&his.app_id, "state")).await.expect(200).expect_words("Branches Rotterdam");
}

#[tokio::test]
async fn hostile_names_are_shown_as_text() {
    const MARKUP: &str = "\"><script>alert(1)</script> {{ 7 * 7 }} { $name } &lt;b&gt;";
    let app = TestApp::start().await;
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, json!({"name": "Plain", "description": "plain"})).await;
    let path = |page: &str| format!("/organizations/{}/apps/{}/{page}", app.world.organization, client.app_id);
    let browser = signed_in(&app, Actor::Owner).await;
    let position = app.history(&owner, &client.app_id).await[0]["position"].as_u64().unwrap();
    app.change(&owner, &client.app_id, &json!({"name": "Other", "description": "other"})).await.expect(204);
    let pages =
        ["history".to_owned(), "state".to_owned(), "diff?from=1&to=2".to_owned(), format!("events/{}", position + 1)];
    let mut plain = Vec::new();
    for page in &pages {
        plain.push(tags(&browser.get(&path(page)).await.expect(200).text).len());
    }
    let hostile = app.new_app(&owner, json!({"name": MARKUP, "description": "plain"})).await;
    let query: String = url::form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect();
    let page = browser.get(&format!("{}?actor={query}", path("history"))).await.expect(200);
    assert!(page.words().contains(MARKUP) && !page.text.contains("<script>"), "{}", page.text);
    assert_eq!(page.field("filter", "actor"), MARKUP);
    let fields = json!({"name": format!("{MARKUP}?"), "description": format!("{MARKUP}!")});
    app.change(&owner, &hostile.app_id, &fields).await.expect(204);
    let position = app.history(&owner, &hostile.app_id).await[1]["position"].as_u64().unwrap();
    for (page, count) in pages.iter().zip(plain) {
        let page = if page.starts_with("events/") { format!("events/{position}") } else { page.clone() };
        let path = path(&page).replace(&client.app_id, &hostile.app_id);
        let shown = browser.get(&path).await.expect(200);
        assert!(!shown.text.contains("<script>") && shown.text.contains("&#60;script&#62;"), "{}", shown.text);
        assert_eq!(tags(&shown.text).len(), count, "{page}: {}", shown.text);
    }
}

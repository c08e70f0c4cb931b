//! `/rest/v1/oauth_client_authorizations`: who sees which consents, and who may end them.

use chrono::TimeDelta;
use reqwest::Method;
use routix_domain::log::Actor as LogActor;
use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};

use super::flow::{CONSENTS, Scene, Tokens, code_for, exchange};
use crate::http::app::{TestApp, text};
use crate::http::browser::Browser;
use crate::http::client::{Answer, answer, names};
use crate::http::world::{Actor, origin};

/// The app gets tokens from somebody.
async fn consent_of(scene: &Scene, actor: Actor) -> Tokens {
    let browser = Browser::new(&scene.app);
    browser.sign_in(actor).await;
    let code = code_for(&browser, &scene.client, &[], None).await;
    Tokens::of(scene.send(&exchange(&scene.client, &code)).await)
}

async fn rows(app: &TestApp, token: &str, query: &str) -> Vec<Value> {
    app.get(&format!("{CONSENTS}{query}"), token).await.expect(200).json().as_array().unwrap().clone()
}

async fn users(app: &TestApp, actor: Actor) -> Vec<Value> {
    let token = app.sign_in(actor).await;
    rows(app, &token, "").await.into_iter().map(|mut row| row["user_id"].take()).collect()
}

async fn delete(app: &TestApp, token: &str, query: &str) -> Answer {
    answer(app.request(Method::DELETE, &format!("{CONSENTS}{query}")).bearer_auth(token)).await
}

async fn id_of(app: &TestApp, token: &str, actor: Actor) -> String {
    text(&rows(app, token, &format!("?user_id=eq.{}", actor.id())).await[0]["id"])
}

#[tokio::test]
async fn a_row_says_who_lets_which_app_do_what_where_and_since_when() {
    let scene = Scene::start().await;
    scene.tokens_with(&[("scope", "routix:orders:read")]).await;
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let first = scene.app.clock.system().now();
    scene.app.clock.advance(TimeDelta::minutes(1));
    scene.tokens().await;
    let member = scene.app.sign_in(Actor::Member).await;
    let rows = rows(&scene.app, &member, "").await;
    let expected = json!({
        "id": rows[0]["id"],
        "user_id": Actor::Member.id(),
        "oauth_app_id": scene.client.app_id,
        "client_id": scene.client.client_id,
        "app_name": "My ERP Sync",
        "organization_id": scene.app.world.organization,
        "scopes": rows[0]["scopes"],
        "created_at": time(first),
        "updated_at": time(first + TimeDelta::minutes(1)),
    });
    assert_eq!(rows, [expected]);
    let mut scopes: Vec<String> = rows[0]["scopes"].as_array().unwrap().iter().map(text).collect();
    scopes.sort();
    assert_eq!(scopes, ["routix:accounts:read", "routix:orders:read"], "what was granted before stays");
    assert_eq!(names(&rows[0]).len(), 9);
}

#[tokio::test]
async fn everybody_sees_his_own_and_who_manages_sees_those_of_his_organization() {
    let scene = Scene::start().await;
    for actor in Actor::ALL {
        consent_of(&scene, actor).await;
    }
    let mut here: Vec<Value> =
        [Actor::Owner, Actor::Admin, Actor::Member, Actor::Viewer].map(|actor| json!(actor.id())).to_vec();
    here.sort_by_key(ToString::to_string);
    for actor in [Actor::Owner, Actor::Admin] {
        let mut seen = users(&scene.app, actor).await;
        seen.sort_by_key(ToString::to_string);
        assert_eq!(seen, here, "{actor:?}");
    }
    for actor in [Actor::Member, Actor::Viewer, Actor::Foreigner] {
        assert_eq!(users(&scene.app, actor).await, [json!(actor.id())], "{actor:?}");
    }
}

#[tokio::test]
async fn who_has_consented_to_nothing_and_manages_nothing_sees_an_empty_list() {
    let scene = Scene::start().await;
    scene.tokens().await;
    assert_eq!(users(&scene.app, Actor::Viewer).await, Vec::<Value>::new());
    assert_eq!(users(&scene.app, Actor::Foreigner).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_admin_who_is_limited_to_a_branch_does_not_manage_what_reaches_further() {
    let scene = Scene::start().await;
    scene.tokens().await;
    let member = (scene.app.world.organization, Actor::Admin.id());
    let only = BranchRestriction::Only(vec![scene.app.world.branch.id]);
    scene.app.commands.change_member(member, Some(Role::Admin), Some(only), &origin()).await.unwrap();
    assert_eq!(users(&scene.app, Actor::Admin).await, Vec::<Value>::new());
    let (admin, owner) = (scene.app.sign_in(Actor::Admin).await, &scene.owner);
    let id = id_of(&scene.app, owner, Actor::Member).await;
    delete(&scene.app, &admin, &format!("?id=eq.{id}")).await.expect(204);
    assert_eq!(rows(&scene.app, owner, "").await.len(), 1, "it was none of his to end");
}

#[tokio::test]
async fn the_list_is_filtered_selected_ordered_and_cut() {
    let scene = Scene::start().await;
    for actor in [Actor::Owner, Actor::Member] {
        consent_of(&scene, actor).await;
        scene.app.clock.advance(TimeDelta::seconds(1));
    }
    let owner = &scene.owner;
    let of_app = format!("?oauth_app_id=eq.{}&select=user_id&order=created_at.desc", scene.client.app_id);
    let expected = [json!({"user_id": Actor::Member.id()}), json!({"user_id": Actor::Owner.id()})];
    assert_eq!(rows(&scene.app, owner, &of_app).await, expected);
    assert_eq!(rows(&scene.app, owner, &format!("{of_app}&limit=1&offset=1")).await, expected[1..]);
    assert_eq!(rows(&scene.app, owner, "?client_id=eq.00000000-0000-4000-8000-000000000000").await.len(), 0);
    for query in ["?moon=eq.1", "?id=like.x", "?select=withdrawals", "?limit=x"] {
        let refused = scene.app.get(&format!("{CONSENTS}{query}"), owner).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_user_ends_his_own_consent_and_everything_that_rests_on_it() {
    let scene = Scene::start().await;
    let (tokens, kept) = (scene.tokens().await, consent_of(&scene, Actor::Owner).await);
    let member = scene.app.sign_in(Actor::Member).await;
    let id = id_of(&scene.app, &member, Actor::Member).await;
    let done = delete(&scene.app, &member, &format!("?id=eq.{id}")).await.expect(204);
    assert_eq!(done.text, "");
    scene.assert_ended(&tokens).await;
    scene.assert_lives(&kept).await;
    assert_eq!(rows(&scene.app, &member, "").await, Vec::<Value>::new());
    delete(&scene.app, &member, &format!("?id=eq.{id}")).await.expect(204);
    let log = scene.app.log("consent.withdrawn").await;
    assert_eq!(log.len(), 1, "ending it again is nothing");
    assert_eq!(log[0].metadata().unwrap().actor, LogActor::User(Actor::Member.id()));
    assert_eq!(log[0].aggregate_id, id);
    let granted = scene.app.log("consent.granted").await;
    let actors: Vec<LogActor> = granted.iter().map(|event| event.metadata().unwrap().actor).collect();
    assert_eq!(actors, [LogActor::User(Actor::Member.id()), LogActor::User(Actor::Owner.id())]);
    assert!(granted.iter().all(|event| event.metadata().unwrap().request_id.is_some()));
}

#[tokio::test]
async fn an_admin_ends_a_members_consent_and_the_log_says_who_did_it() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let admin = scene.app.sign_in(Actor::Admin).await;
    let id = id_of(&scene.app, &admin, Actor::Member).await;
    delete(&scene.app, &admin, &format!("?id=eq.{id}")).await.expect(204);
    scene.assert_ended(&tokens).await;
    let log = scene.app.log("consent.withdrawn").await;
    assert_eq!(log[0].metadata().unwrap().actor, LogActor::User(Actor::Admin.id()));
}

#[tokio::test]
async fn v17_somebody_elses_consent_is_204_without_effect() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let id = id_of(&scene.app, &scene.owner, Actor::Member).await;
    for actor in [Actor::Viewer, Actor::Foreigner] {
        let token = scene.app.sign_in(actor).await;
        for query in [format!("?id=eq.{id}"), format!("?user_id=eq.{}", Actor::Member.id())] {
            assert_eq!(delete(&scene.app, &token, &query).await.expect(204).text, "", "{actor:?}");
        }
        let represented = scene.app.request(Method::DELETE, &format!("{CONSENTS}?id=eq.{id}")).bearer_auth(&token);
        let shown = answer(represented.header("prefer", "return=representation")).await.expect(200);
        assert_eq!(shown.json(), json!([]), "{actor:?}");
    }
    assert_eq!(scene.app.log("consent.withdrawn").await.len(), 0);
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn without_a_filter_or_with_one_that_fits_several_nothing_is_ended() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    consent_of(&scene, Actor::Owner).await;
    for query in ["", "?", "?limit=1", "?order=id", "?select=id", "?id=x", "?moon=eq.1"] {
        let refused = delete(&scene.app, &scene.owner, query).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{query}");
    }
    let several = format!("?client_id=eq.{}", scene.client.client_id);
    let refused = delete(&scene.app, &scene.owner, &several).await;
    assert_eq!(refused.faults(), [("id".to_owned(), "ambiguous".to_owned())]);
    assert_eq!(scene.app.log("consent.withdrawn").await.len(), 0);
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn what_was_ended_is_shown_to_who_asks_for_it() {
    let scene = Scene::start().await;
    scene.tokens().await;
    let member = scene.app.sign_in(Actor::Member).await;
    let before = rows(&scene.app, &member, "").await;
    let path = format!("{CONSENTS}?id=eq.{}", text(&before[0]["id"]));
    let request = scene.app.request(Method::DELETE, &path).bearer_auth(&member);
    let shown = answer(request.header("prefer", "return=representation")).await.expect(200);
    assert_eq!(shown.json(), json!(before));
    assert_eq!(rows(&scene.app, &member, "").await.len(), 0);
}

#[tokio::test]
async fn only_a_person_manages_consents() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let without = answer(scene.app.request(Method::GET, CONSENTS)).await;
    assert_eq!(without.status, 401);
    for token in [&tokens.access, &scene.app.app_token(&scene.client).await] {
        for method in [Method::GET, Method::DELETE] {
            let query = format!("{CONSENTS}?user_id=eq.{}", Actor::Member.id());
            let refused = answer(scene.app.request(method, &query).bearer_auth(token)).await;
            assert_eq!(refused.failure(), (403, "invalid_token_type".to_owned()));
        }
    }
    scene.assert_lives(&tokens).await;
}

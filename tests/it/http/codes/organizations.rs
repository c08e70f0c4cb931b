//! Who belongs to several organizations says in which of them the app may act, and it acts in no other.

use routix_domain::organization::Role;
use routix_domain::value::BranchRestriction;
use serde_json::{Value, json};
use uuid::Uuid;

use super::flow::{CONSENTS, Scene, Tokens, code_for, exchange};
use crate::http::browser::Browser;
use crate::http::jwt;
use crate::http::world::{Actor, origin};

/// The member of the first organization is let into the second one too, where he may touch `branches`.
async fn two_organizations(fields: Value, branches: BranchRestriction) -> Scene {
    let scene = Scene::with_app(fields).await;
    let member = (scene.app.world.foreign_organization, Actor::Member.id());
    scene.app.commands.add_member(member, Role::Member, branches, &origin()).await.unwrap();
    scene
}

async fn tokens_in(scene: &Scene, organization: Uuid) -> (Tokens, Value) {
    let code = code_for(&scene.browser, &scene.client, &[], Some(organization)).await;
    let given = scene.send(&exchange(&scene.client, &code)).await.expect(200);
    (Tokens::of(given.clone()), given.json())
}

#[tokio::test]
async fn a_token_acts_in_the_organization_that_was_chosen() {
    let scene = two_organizations(json!({}), BranchRestriction::All).await;
    let world = &scene.app.world;
    let (foreign, answer) = tokens_in(&scene, world.foreign_organization).await;
    assert_eq!(answer["organization_id"], json!(world.foreign_organization));
    assert_eq!(answer["branch_ids"], json!([world.foreign_branch.id]));
    assert_eq!(jwt::claims(&foreign.access)["organization_id"], json!(world.foreign_organization));
    let (own, answer) = tokens_in(&scene, world.organization).await;
    assert_eq!(answer["organization_id"], json!(world.organization));
    let both =
        [(&foreign.access, &world.foreign_branch, &world.branch), (&own.access, &world.branch, &world.foreign_branch)];
    for (token, inside, outside) in both {
        assert_eq!(scene.app.accounts(token, &inside.public_id).await.status, 200);
        let refused = scene.app.accounts(token, &outside.public_id).await;
        assert_eq!(refused.failure(), (404, "branch_not_found".to_owned()));
    }
    let next = Tokens::of(scene.refresh(&foreign.refresh).await);
    assert_eq!(jwt::claims(&next.access)["organization_id"], json!(world.foreign_organization));
}

#[tokio::test]
async fn the_apps_own_restriction_says_nothing_of_another_organization_and_the_users_does() {
    let scene = Scene::start().await;
    let own = scene.app.world.branch.id;
    scene.change(json!({"allowed_branch_ids": [own]})).await;
    let world = &scene.app.world;
    let (id, name) = (Uuid::from_u128(0x5ec0_4d00), "Emmen".to_owned());
    let opened = scene.app.commands.open_branch(world.foreign_organization, id, (name, None), &origin()).await;
    let second = opened.unwrap().public_id.to_string();
    let only = BranchRestriction::Only(vec![world.foreign_branch.id]);
    let member = (world.foreign_organization, Actor::Member.id());
    scene.app.commands.add_member(member, Role::Member, only, &origin()).await.unwrap();
    let (foreign, answer) = tokens_in(&scene, world.foreign_organization).await;
    assert_eq!(answer["branch_ids"], json!([world.foreign_branch.id]));
    assert_eq!(scene.app.accounts(&foreign.access, &world.foreign_branch.public_id).await.status, 200);
    let refused = scene.app.accounts(&foreign.access, &second).await;
    assert_eq!(refused.failure(), (403, "branch_access_denied".to_owned()));
    let (own, answer) = tokens_in(&scene, world.organization).await;
    assert_eq!(answer["branch_ids"], json!([world.branch.id]));
    assert_eq!(scene.app.accounts(&own.access, &world.branch.public_id).await.status, 200);
    let refused = scene.app.accounts(&own.access, &world.other_branch.public_id).await;
    assert_eq!(refused.failure(), (403, "branch_access_denied".to_owned()));
}

#[tokio::test]
async fn each_organization_has_a_consent_of_its_own_and_one_ends_without_the_other() {
    let scene = two_organizations(json!({}), BranchRestriction::All).await;
    let world = &scene.app.world;
    let (foreign, _) = tokens_in(&scene, world.foreign_organization).await;
    let (own, _) = tokens_in(&scene, world.organization).await;
    let member = scene.app.sign_in(Actor::Member).await;
    assert_eq!(scene.app.get(CONSENTS, &member).await.expect(200).json().as_array().unwrap().len(), 2);
    let left = (world.foreign_organization, Actor::Member.id());
    scene.app.commands.remove_member(left, &origin()).await.unwrap();
    scene.assert_ended(&foreign).await;
    scene.assert_lives(&own).await;
}

#[tokio::test]
async fn an_app_of_another_organization_serves_people_who_are_not_in_its_own() {
    let scene = Scene::start().await;
    let browser = Browser::new(&scene.app);
    browser.sign_in(Actor::Foreigner).await;
    let code = code_for(&browser, &scene.client, &[], None).await;
    let given = scene.send(&exchange(&scene.client, &code)).await.expect(200);
    assert_eq!(given.json()["organization_id"], json!(scene.app.world.foreign_organization));
    let tokens = Tokens::of(given);
    assert_eq!(scene.app.accounts(&tokens.access, &scene.app.world.foreign_branch.public_id).await.status, 200);
    assert_eq!(scene.app.proxy_status(&tokens.access).await, 404);
    // What the app gets for itself stays at home.
    let own = scene.app.app_token(&scene.client).await;
    assert_eq!(scene.app.accounts(&own, &scene.app.world.foreign_branch.public_id).await.status, 404);
}

//! A4, V4: whatever changed since, counts at the next use of a code, a refresh token or an access token.

use chrono::TimeDelta;
use reqwest::Method;
use routix::commands::consents::ConsentParties;
use routix_domain::organization::Role;
use routix_domain::value::{BranchRestriction, ScopeSet};
use serde_json::{Value, json};

use super::flow::{CONSENTS, INTROSPECT, Scene, Tokens, about, bare, code_for, exchange, refresh};
use crate::http::app::text;
use crate::http::client::{Answer, answer};
use crate::http::world::{Actor, origin};

const READ: &str = "routix:accounts:read";
const BOTH: &str = "routix:accounts:read routix:accounts:write";
const NONE: &str = "";

/// What happens between the consent and the use.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    ConsentWithdrawn,
    UserDisabled,
    MembershipRemoved,
    LoweredToViewer,
    AppRevoked,
    AppCutOff,
    SecretRotated,
    BranchTakenFromApp,
    BranchTakenFromMember,
    BranchClosed,
    ScopeTakenFromApp,
    EveryScopeTakenFromApp,
}

/// What an app gets: tokens with these scopes, or an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gets {
    Scopes(&'static str),
    InvalidGrant,
    InvalidClient,
}

/// What it hears of its tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hears {
    Active(&'static str),
    Inactive,
    InvalidClient,
}

struct Row {
    change: Change,
    /// A code that was not used yet.
    code: Gets,
    /// A refresh with the secret of today, and one without any.
    refresh: Gets,
    bare: Gets,
    /// A read of the first branch's accounts with the access token, and a write there.
    read: (u16, &'static str),
    write: (u16, &'static str),
    /// Introspection of the access token and of the refresh token.
    access_token: Hears,
    refresh_token: Hears,
}

const OK: (u16, &str) = (200, "");
const CREATED: (u16, &str) = (201, "");
const DEAD: (u16, &str) = (401, "invalid_token");
const NO_SCOPE: (u16, &str) = (403, "insufficient_scope");
const NO_BRANCH: (u16, &str) = (403, "branch_access_denied");

const fn row(
    change: Change,
    [code, refresh, bare]: [Gets; 3],
    [read, write]: [(u16, &'static str); 2],
    [access_token, refresh_token]: [Hears; 2],
) -> Row {
    Row { change, code, refresh, bare, read, write, access_token, refresh_token }
}

use Gets::Scopes;
use Hears::Active;

/// The change; code, refresh, bare refresh; read and write at the proxy; introspection of access and refresh token.
const TABLE: [Row; 13] = [
    row(Change::Nothing, [Scopes(BOTH); 3], [OK, CREATED], [Active(BOTH); 2]),
    row(Change::ConsentWithdrawn, [Gets::InvalidGrant; 3], [DEAD; 2], [Hears::Inactive; 2]),
    row(Change::UserDisabled, [Gets::InvalidGrant; 3], [DEAD; 2], [Hears::Inactive; 2]),
    row(Change::MembershipRemoved, [Gets::InvalidGrant; 3], [DEAD; 2], [Hears::Inactive; 2]),
    row(Change::LoweredToViewer, [Scopes(READ); 3], [OK, NO_SCOPE], [Active(READ); 2]),
    row(Change::AppRevoked, [Gets::InvalidClient; 3], [OK, CREATED], [Hears::InvalidClient; 2]),
    row(Change::AppCutOff, [Gets::InvalidClient; 3], [DEAD; 2], [Hears::InvalidClient; 2]),
    row(Change::SecretRotated, [Scopes(BOTH), Scopes(BOTH), Gets::InvalidClient], [OK, CREATED], [Active(BOTH); 2]),
    row(Change::BranchTakenFromApp, [Scopes(BOTH); 3], [NO_BRANCH; 2], [Active(BOTH); 2]),
    row(Change::BranchTakenFromMember, [Scopes(BOTH); 3], [NO_BRANCH; 2], [Active(BOTH); 2]),
    row(Change::BranchClosed, [Scopes(BOTH); 3], [(404, "branch_not_found"); 2], [Active(BOTH); 2]),
    row(Change::ScopeTakenFromApp, [Scopes(READ); 3], [OK, NO_SCOPE], [Active(READ); 2]),
    row(Change::EveryScopeTakenFromApp, [Gets::InvalidGrant; 3], [NO_SCOPE; 2], [Active(NONE), Hears::Inactive]),
];

async fn member_is(scene: &Scene, role: Role, branches: BranchRestriction) {
    let member = (scene.app.world.organization, Actor::Member.id());
    scene.app.commands.change_member(member, Some(role), Some(branches), &origin()).await.unwrap();
}

async fn withdraw(scene: &Scene) {
    let member = scene.app.sign_in(Actor::Member).await;
    let rows = scene.app.get(CONSENTS, &member).await.expect(200).json();
    let path = format!("{CONSENTS}?id=eq.{}", text(&rows[0]["id"]));
    answer(scene.app.request(Method::DELETE, &path).bearer_auth(&member)).await.expect(204);
}

async fn happen(scene: &mut Scene, change: Change) {
    let world = scene.app.world.clone();
    let other = BranchRestriction::Only(vec![world.other_branch.id]);
    match change {
        Change::Nothing => {}
        Change::ConsentWithdrawn => withdraw(scene).await,
        Change::UserDisabled => {
            let now = scene.app.clock.system().now();
            assert!(scene.app.identity.disable_user(Actor::Member.id(), now).await.unwrap());
        }
        Change::MembershipRemoved => {
            let member = (world.organization, Actor::Member.id());
            scene.app.commands.remove_member(member, &origin()).await.unwrap();
        }
        Change::LoweredToViewer => member_is(scene, Role::Viewer, BranchRestriction::All).await,
        Change::AppRevoked => scene.change(json!({"status": "revoked"})).await,
        Change::AppCutOff => scene.change(json!({"status": "revoked", "revoke_tokens": true})).await,
        Change::SecretRotated => {
            let rotated = scene.app.rotate(&scene.owner, &json!({"oauth_app_id": scene.client.app_id})).await;
            scene.client.secret = text(&rotated.expect(200).json()["client_secret"]);
        }
        Change::BranchTakenFromApp => scene.change(json!({"allowed_branch_ids": [world.other_branch.id]})).await,
        Change::BranchTakenFromMember => member_is(scene, Role::Member, other).await,
        Change::BranchClosed => scene.app.close_branch(world.branch.id).await,
        Change::ScopeTakenFromApp => scene.change(json!({"allowed_scopes": [READ]})).await,
        Change::EveryScopeTakenFromApp => scene.change(json!({"allowed_scopes": ["routix:staff:read"]})).await,
    }
}

fn gets(answer: &Answer) -> Gets {
    match (answer.status, &answer.json()) {
        (200, body) if body["scope"] == BOTH => Scopes(BOTH),
        (200, body) if body["scope"] == READ => Scopes(READ),
        (400, body) if body["error"] == "invalid_grant" => Gets::InvalidGrant,
        (401, body) if body["error"] == "invalid_client" => Gets::InvalidClient,
        _ => panic!("{} {}", answer.status, answer.text),
    }
}

fn hears(answer: &Answer) -> Hears {
    match (answer.status, &answer.json()) {
        (401, body) if body["error"] == "invalid_client" => Hears::InvalidClient,
        (200, body) if *body == json!({"active": false}) => Hears::Inactive,
        (200, body) if body["active"] == true => {
            let known = [BOTH, READ, NONE].into_iter().find(|scope| body["scope"] == *scope);
            Active(known.unwrap_or_else(|| panic!("{body}")))
        }
        _ => panic!("{} {}", answer.status, answer.text),
    }
}

fn status_and_error(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap_or_default().to_owned())
}

async fn write(scene: &Scene, token: &str) -> Answer {
    let path = format!("/functions/v1/api/v1/{}/accounts", scene.app.world.branch.public_id);
    let account = json!({"company_name": "Acme Transport B.V.", "account_type": "customer"});
    answer(scene.app.post(&path).bearer_auth(token).json(&account)).await
}

#[tokio::test]
async fn v4_a4_what_changed_counts_at_the_next_use() {
    for row in &TABLE {
        let what = format!("{:?}", row.change);
        let mut scene = Scene::with_app(json!({"allowed_scopes": BOTH.split(' ').collect::<Vec<_>>()})).await;
        let asked = [("scope", BOTH)];
        let (tokens, without) = (scene.tokens_with(&asked).await, scene.tokens_with(&asked).await);
        let code = scene.code_with(&asked).await;
        happen(&mut scene, row.change).await;
        let read = scene.app.accounts(&tokens.access, &scene.app.world.branch.public_id).await;
        let expected = |(status, error): (u16, &str)| (status, error.to_owned());
        assert_eq!(status_and_error(&read), expected(row.read), "{what}: read");
        let written = write(&scene, &tokens.access).await;
        assert_eq!(status_and_error(&written), expected(row.write), "{what}: write");
        let shown = scene.post(INTROSPECT, &about(&scene.client, &tokens.access)).await;
        assert_eq!(hears(&shown), row.access_token, "{what}: introspection of the access token");
        let shown = scene.post(INTROSPECT, &about(&scene.client, &tokens.refresh)).await;
        assert_eq!(hears(&shown), row.refresh_token, "{what}: introspection of the refresh token");
        assert_eq!(gets(&scene.send(&exchange(&scene.client, &code)).await), row.code, "{what}: code");
        let refreshed = scene.send(&refresh(&scene.client, &tokens.refresh)).await;
        assert_eq!(gets(&refreshed), row.refresh, "{what}: refresh");
        assert_eq!(gets(&scene.send(&bare(&without.refresh)).await), row.bare, "{what}: bare refresh");
        assert_eq!(scene.ends().await.len(), 0, "{what}: a refusal for the moment ends nothing");
    }
}

#[tokio::test]
async fn a4_a_withdrawn_consent_stays_dead_after_a_new_one() {
    let scene = Scene::start().await;
    let (tokens, code) = (scene.tokens().await, scene.code().await);
    withdraw(&scene).await;
    let new = scene.tokens().await;
    assert_eq!(gets(&scene.send(&exchange(&scene.client, &code)).await), Gets::InvalidGrant);
    scene.assert_ended(&tokens).await;
    withdraw(&scene).await;
    scene.assert_ended(&new).await;
    let scene = scene.restart().await;
    scene.assert_ended(&tokens).await;
    scene.assert_ended(&new).await;
}

#[tokio::test]
async fn a4_an_app_that_is_reactivated_finds_its_codes_and_families_again() {
    let scene = Scene::start().await;
    let (tokens, code) = (scene.tokens().await, scene.code().await);
    scene.change(json!({"status": "revoked"})).await;
    for _ in 0..6 {
        let refused = scene.send(&exchange(&scene.client, &code)).await;
        assert_eq!(refused.failure(), super::flow::invalid_client());
        assert_eq!(refused.json()["error_description"], "the app is revoked");
        assert_eq!(scene.bare_refresh(&tokens.refresh).await.failure(), super::flow::invalid_client());
    }
    scene.change(json!({"status": "active"})).await;
    scene.exchange(&code).await;
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn a4_a_cut_off_outlives_the_reactivation() {
    let scene = Scene::start().await;
    let (tokens, code) = (scene.tokens().await, scene.code().await);
    scene.change(json!({"status": "revoked", "revoke_tokens": true})).await;
    scene.change(json!({"status": "active"})).await;
    assert_eq!(gets(&scene.send(&exchange(&scene.client, &code)).await), Gets::InvalidGrant);
    scene.assert_ended(&tokens).await;
    assert_eq!(gets(&scene.bare_refresh(&tokens.refresh).await), Gets::InvalidGrant);
    let new = scene.tokens().await;
    let scene = scene.restart().await;
    scene.assert_ended(&tokens).await;
    scene.assert_lives(&new).await;
}

#[tokio::test]
async fn a4_a_family_that_expired_while_its_app_was_revoked_does_not_come_back() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    scene.change(json!({"status": "revoked"})).await;
    scene.app.clock.advance(TimeDelta::days(30));
    let owner = scene.app.sign_in(Actor::Owner).await;
    scene.app.change(&owner, &scene.client.app_id, &json!({"status": "active"})).await.expect(204);
    assert_eq!(gets(&scene.refresh(&tokens.refresh).await), Gets::InvalidGrant);
}

#[tokio::test]
async fn a4_what_a_lost_membership_ended_does_not_come_back_with_a_new_one() {
    let scene = Scene::start().await;
    let (tokens, code) = (scene.tokens().await, scene.code().await);
    let member = (scene.app.world.organization, Actor::Member.id());
    scene.app.commands.remove_member(member, &origin()).await.unwrap();
    scene.app.commands.add_member(member, Role::Member, BranchRestriction::All, &origin()).await.unwrap();
    assert_eq!(gets(&scene.send(&exchange(&scene.client, &code)).await), Gets::InvalidGrant);
    scene.assert_ended(&tokens).await;
    let new = scene.tokens().await;
    scene.assert_lives(&new).await;
    let again = scene.app.commands.add_member(member, Role::Member, BranchRestriction::All, &origin()).await;
    assert!(again.is_err(), "he is a member");
    scene.assert_lives(&Tokens::of(scene.refresh(&new.refresh).await)).await;
    assert_eq!(scene.app.log("consent.withdrawn").await.len(), 1);
}

#[tokio::test]
async fn a4_a_consent_that_outlived_a_membership_ends_before_the_next_one_begins() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    let member = (scene.app.world.organization, Actor::Member.id());
    let parties = ConsentParties {
        user_id: Actor::Member.id(),
        app_id: scene.client.app_id.parse().unwrap(),
        organization_id: scene.app.world.organization,
    };
    scene.app.commands.remove_member(member, &origin()).await.unwrap();
    // As if the form had been sent at the moment of the removal.
    let scopes = ScopeSet::parse_parameter("routix:orders:read").unwrap();
    scene.app.commands.grant_consent(parties, scopes, &origin()).await.unwrap();
    scene.app.commands.add_member(member, Role::Member, BranchRestriction::All, &origin()).await.unwrap();
    scene.assert_ended(&tokens).await;
    assert_eq!(scene.app.log("consent.withdrawn").await.len(), 2);
}

#[tokio::test]
async fn a4_scopes_and_branches_that_are_given_back_are_there_again() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    scene.change(json!({"allowed_scopes": ["routix:staff:read"]})).await;
    assert_eq!(gets(&scene.refresh(&tokens.refresh).await), Gets::InvalidGrant);
    scene.change(json!({"allowed_scopes": super::flow::SCOPES.split(' ').collect::<Vec<_>>()})).await;
    let tokens = scene.assert_lives(&tokens).await;
    member_is(&scene, Role::Member, BranchRestriction::Only(vec![scene.app.world.other_branch.id])).await;
    let given = scene.refresh(&tokens.refresh).await.expect(200);
    assert_eq!(given.json()["branch_ids"], json!([scene.app.world.other_branch.id]));
    member_is(&scene, Role::Member, BranchRestriction::All).await;
    scene.assert_lives(&Tokens::of(given)).await;
}

#[tokio::test]
async fn a4_branch_ids_of_the_answer_are_what_app_and_user_share() {
    let scene = Scene::start().await;
    let (one, two) = (scene.app.world.branch.id, scene.app.world.other_branch.id);
    let both = BranchRestriction::Only(vec![one, two]);
    for (of_app, of_member, shared) in [
        (vec![one], BranchRestriction::All, vec![one]),
        (vec![], BranchRestriction::Only(vec![two]), vec![two]),
        (vec![one], BranchRestriction::Only(vec![two]), vec![]),
        (vec![one], both, vec![one]),
    ] {
        scene.change(json!({"allowed_branch_ids": of_app})).await;
        member_is(&scene, Role::Member, of_member).await;
        let given = scene.send(&exchange(&scene.client, &scene.code().await)).await.expect(200).json();
        assert_eq!(given["branch_ids"], json!(shared));
    }
}

#[tokio::test]
async fn a4_a_viewer_grants_reading_only_and_a_promotion_does_not_widen_what_he_granted() {
    let scene = Scene::with_app(json!({"allowed_scopes": BOTH.split(' ').collect::<Vec<_>>()})).await;
    let browser = crate::http::browser::Browser::new(&scene.app);
    browser.sign_in(Actor::Viewer).await;
    let tokens = scene.exchange(&code_for(&browser, &scene.client, &[("scope", READ)], None).await).await;
    let viewer = (scene.app.world.organization, Actor::Viewer.id());
    scene.app.commands.change_member(viewer, Some(Role::Admin), None, &origin()).await.unwrap();
    assert_eq!(gets(&scene.refresh(&tokens.refresh).await), Scopes(READ));
    assert_eq!(write(&scene, &tokens.access).await.failure(), (403, "insufficient_scope".to_owned()));
    let wider = super::flow::with(refresh(&scene.client, &tokens.refresh), json!({"scope": BOTH}));
    let refused: Value = scene.send(&wider).await.expect(400).json();
    assert_eq!(refused["error"], "invalid_scope");
}

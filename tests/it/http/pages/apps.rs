//! The list of apps, the form of a new one, and of a change.

use routix_domain::value::BranchRestriction;
use serde_json::json;

use super::desk::{app_path, apps, head, path, registered};
use crate::http::app::{Registered, TestApp};
use crate::http::browser::{Browser, FROM_OUR_PAGE, Page};
use crate::http::code_flow::signed_in;
use crate::http::world::{Actor, origin};

const FIELDS: [(&str, &str); 3] = [
    ("name", "BI export"),
    ("redirect_uris", "https://bi.example/callback\r\n\r\n http://127.0.0.1:9000/cb "),
    ("scope.routix:orders:read", "on"),
];

/// Fills in the form of a new app and sends it.
async fn register(browser: &Browser, page: &Page, more: &[(&str, &str)]) -> Page {
    browser.submit(page, "new-app", &[&FIELDS, more].concat()).await
}

/// The secret that a page shows.
pub(super) fn secret_in(page: &Page) -> Option<String> {
    let at = page.text.find("routix_")?;
    Some(page.text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

#[tokio::test]
async fn a_form_makes_an_app_whose_secret_is_shown_once_and_works() {
    let app = TestApp::start().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let form = owner.get(&path(&app, "/apps/new")).await.expect(200);
    let shown = register(&owner, &form, &[]).await.expect(200).expect_words("Store this secret now");
    assert!(shown.header("cache-control").contains("no-store"));
    let secret = secret_in(&shown).unwrap();
    let [made] = apps(&app).await.try_into().unwrap();
    assert_eq!(made["name"], "BI export");
    assert_eq!(
        made["redirect_uris"],
        json!(["https://bi.example/callback", "http://127.0.0.1:9000/cb"]),
        "blank lines and space around an address are no fault of a person"
    );
    assert_eq!(made["allowed_scopes"], json!(["routix:orders:read"]));
    assert_eq!(made["allowed_branch_ids"], json!([]), "every branch");
    let client_id = made["client_id"].as_str().unwrap().to_owned();
    let made_app = Registered { app_id: made["id"].as_str().unwrap().to_owned(), client_id, secret: secret.clone() };
    app.credentials(&made_app, &secret).await.expect(200);

    let page = owner.get(&path(&app, &format!("/apps/{}", made["id"].as_str().unwrap()))).await.expect(200);
    assert_eq!(secret_in(&page), None);
    page.expect_words(&format!("••••{}", &secret[secret.len() - 4..]));
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_app() {
    let app = TestApp::start().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let form = owner.get(&path(&app, "/apps/new")).await.expect(200);
    register(&owner, &form, &[]).await.expect(200);
    let again = register(&owner, &form, &[]).await.expect(303);
    let page = owner.follow(&again).await.expect(200).expect_words("This form had registered the app already");
    assert_eq!(secret_in(&page), None);
    assert_eq!(apps(&app).await.len(), 1);

    let other = register(&owner, &form, &[("name", "Another one")]).await.expect(409);
    assert_eq!(apps(&app).await.len(), 1, "nobody is given an app that he did not mean to make");
    let other = other.expect_words("This form has registered an app already");
    assert_eq!(other.field("new-app", "name"), "Another one", "nothing of it is lost");
    owner.submit(&other, "new-app", &[]).await.expect(200);
    assert_eq!(apps(&app).await.len(), 2);
}

#[tokio::test]
async fn every_fault_stands_beside_its_field_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let form = owner.get(&path(&app, "/apps/new")).await.expect(200);
    let faulty = [
        ("name", ""),
        ("homepage_url", "http://bi.example"),
        ("redirect_uris", "https://bi.example/\n\nhttp://bi.example/\nhttps://*.example/"),
        ("description", "\u{202e}turned"),
    ];
    let page = owner.submit(&form, "new-app", &faulty).await.expect(400);
    for words in [
        "Give the app a name.",
        "Write an address that begins with https://",
        "Line 3, http://bi.example/: http is only for this computer",
        "Line 4, https://*.example/: A * stands for nothing here.",
        "It has a character that cannot be seen",
        "Tick at least one scope.",
    ] {
        assert!(page.words().contains(words), "{words}: {}", page.words());
    }
    for (field, value) in faulty {
        assert_eq!(page.field("new-app", field), value);
    }
    assert!(page.text.contains("aria-describedby=\"name-hint name-fault-1\""));
    assert_eq!(apps(&app).await.len(), 0);
}

#[tokio::test]
async fn a_list_of_branches_without_a_branch_never_means_all() {
    let app = TestApp::start().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let form = owner.get(&path(&app, "/apps/new")).await.expect(200);
    let page = register(&owner, &form, &[("branches", "only")]).await.expect(400);
    page.expect_words("Tick at least one branch.");
    let branch = format!("branch.{}", app.world.branch.id);
    register(&owner, &form, &[("branches", "only"), (&branch, "on")]).await.expect(200);
    let [made] = apps(&app).await.try_into().unwrap();
    assert_eq!(made["allowed_branch_ids"], json!([app.world.branch.id]));

    let edit = path(&app, &format!("/apps/{}/edit", made["id"].as_str().unwrap()));
    let form = owner.get(&edit).await.expect(200);
    let fields: Vec<(String, String)> =
        form.form("edit-app").fields.into_iter().filter(|(name, _)| *name != branch).collect();
    owner.post(&edit, &fields, &FROM_OUR_PAGE).await.expect(400);
    assert_eq!(apps(&app).await[0]["allowed_branch_ids"], json!([app.world.branch.id]));
}

#[tokio::test]
async fn a_public_app_has_no_secret_to_show() {
    let app = TestApp::start().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let form = owner.get(&path(&app, "/apps/new")).await.expect(200);
    let more = [("client_type", "public"), ("redirect_uris", "com.example.app:/callback")];
    let made = register(&owner, &form, &more).await.expect(303);
    let page = owner.follow(&made).await.expect(200).expect_words("A public client has no secret");
    assert!(!page.text.contains("/rotate"), "and none to rotate");
    owner.get(&format!("{}/rotate", made.location().split('?').next().unwrap())).await.expect(404);
}

#[tokio::test]
async fn a_change_is_saved_and_what_is_as_it_was_is_no_event() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let form = owner.get(&app_path(&app, &registered, "/edit")).await.expect(200);
    assert_eq!(form.field("edit-app", "name"), "My ERP Sync");
    assert_eq!(form.field("edit-app", "redirect_uris"), "https://myerp.example/callback");
    let before = head(&app).await;
    let saved = owner.submit(&form, "edit-app", &[]).await.expect(303);
    owner.follow(&saved).await.expect(200).expect_words("Saved.");
    assert_eq!(head(&app).await, before);
    owner.submit(&form, "edit-app", &[("name", "ERP of ours"), ("token_lifetime", "15m")]).await.expect(303);
    let [changed] = apps(&app).await.try_into().unwrap();
    assert_eq!((changed["name"].as_str(), changed["token_lifetime"].as_str()), (Some("ERP of ours"), Some("15m")));
}

#[tokio::test]
async fn a_stale_form_changes_nothing_loses_nothing_and_can_be_sent_again() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let (one, other) = (app_path(&app, &registered, "/edit"), signed_in(&app, Actor::Admin).await);
    let (mine, theirs) = (owner.get(&one).await.expect(200), other.get(&one).await.expect(200));
    other.submit(&theirs, "edit-app", &[("name", "Theirs")]).await.expect(303);
    let stale = owner.submit(&mine, "edit-app", &[("description", "Mine")]).await.expect(409);
    let stale = stale.expect_words("Somebody else changed this app while you were at it");
    assert_eq!(stale.field("edit-app", "description"), "Mine");
    let [kept] = apps(&app).await.try_into().unwrap();
    assert_eq!((kept["name"].as_str(), kept["description"].as_str()), (Some("Theirs"), None));
    owner.submit(&stale, "edit-app", &[]).await.expect(303);
    let [changed] = apps(&app).await.try_into().unwrap();
    assert_eq!((changed["name"].as_str(), changed["description"].as_str()), (Some("My ERP Sync"), Some("Mine")));
}

#[tokio::test]
async fn a_closed_branch_does_not_stand_in_the_way_of_another_change() {
    let app = TestApp::start().await;
    let fields = json!({"name": "Venlo only", "allowed_branch_ids": [app.world.other_branch.id]});
    let registered = app.new_app(&app.sign_in(Actor::Owner).await, fields).await;
    let (organization, branch) = (app.world.organization, app.world.other_branch.id);
    app.commands.close_branch(organization, branch, &origin()).await.unwrap();
    let owner = signed_in(&app, Actor::Owner).await;
    let form = owner.get(&app_path(&app, &registered, "/edit")).await.expect(200).expect_words("closed");
    owner.submit(&form, "edit-app", &[("name", "Venlo, closed")]).await.expect(303);
    let [changed] = apps(&app).await.try_into().unwrap();
    assert_eq!(changed["name"], "Venlo, closed");
    assert_eq!(changed["allowed_branch_ids"], json!([branch]), "still that one, and not every branch");
}

#[tokio::test]
async fn the_list_says_when_an_app_was_used_and_with_which_secret() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let list = path(&app, "/apps");
    owner.get(&list).await.expect(200).expect_words("Never used");
    app.credentials(&registered, &registered.secret).await.expect(200);
    let app = app.restart().await;
    let owner = signed_in(&app, Actor::Owner).await;
    let page = owner.get(&list).await.expect(200).expect_words("Used");
    page.expect_words(&format!("••••{}", &registered.secret[registered.secret.len() - 4..]));
}

#[tokio::test]
async fn an_empty_list_says_what_an_app_is_and_what_to_do() {
    let app = TestApp::start().await;
    let list = path(&app, "/apps");
    let page = signed_in(&app, Actor::Owner).await.get(&list).await.expect(200).expect_words("No apps yet");
    assert!(page.text.contains("/apps/new"));
    let page = signed_in(&app, Actor::Viewer).await.get(&list).await.expect(200);
    assert!(!page.expect_words("An owner or admin can register one.").text.contains("/apps/new"));
}

#[tokio::test]
async fn who_is_limited_to_a_branch_gives_no_app_more() {
    let app = TestApp::start().await;
    let everywhere = registered(&app).await;
    let only = BranchRestriction::Only(vec![app.world.branch.id]);
    let ids = (app.world.organization, Actor::Admin.id());
    app.commands.change_member(ids, None, Some(only), &origin()).await.unwrap();
    let admin = signed_in(&app, Actor::Admin).await;
    let form = admin.get(&path(&app, "/apps/new")).await.expect(200);
    assert!(!form.text.contains("value=\"every\""), "it is not offered");
    let page = register(&admin, &form, &[("branches", "every")]).await.expect(400);
    page.expect_words("The app would reach more branches than you do.");
    let other = format!("branch.{}", app.world.other_branch.id);
    let mut fields = form.form("new-app").fields;
    fields.extend(FIELDS.map(|(name, value)| (name.to_owned(), value.to_owned())));
    fields.push((other, "on".to_owned()));
    fields.retain(|(name, value)| !value.is_empty() || !FIELDS.iter().any(|(found, _)| found == name));
    admin.post(&path(&app, "/apps/new"), &fields, &FROM_OUR_PAGE).await.expect(400);
    admin.get(&app_path(&app, &everywhere, "")).await.expect(404);
    assert_eq!(apps(&app).await.len(), 1);
}

#[tokio::test]
async fn a_fault_does_not_hide_that_somebody_was_faster() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    let (edit, other) = (app_path(&app, &registered, "/edit"), signed_in(&app, Actor::Admin).await);
    let (mine, theirs) = (owner.get(&edit).await.expect(200), other.get(&edit).await.expect(200));
    other.submit(&theirs, "edit-app", &[("description", "Theirs")]).await.expect(303);
    let faulty = owner.submit(&mine, "edit-app", &[("name", "")]).await.expect(400);
    faulty.expect_words("Give the app a name.").expect_words("Somebody else changed this app while you were at it");
}

#[tokio::test]
async fn what_was_done_is_said_only_of_an_app_that_looks_like_it() {
    let app = TestApp::start().await;
    let (registered, owner) = (registered(&app).await, signed_in(&app, Actor::Owner).await);
    for (done, said) in [("revoke", "Revoked."), ("cut-off", "stopped working"), ("<b>", "<b>")] {
        let page = owner.get(&app_path(&app, &registered, &format!("?done={done}"))).await.expect(200);
        assert!(!page.words().contains(said), "{done}");
    }
}

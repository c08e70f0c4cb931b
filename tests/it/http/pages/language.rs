//! Which language a person reads.

use crate::http::app::TestApp;
use crate::http::browser::Browser;
use crate::http::world::Actor;

#[tokio::test]
async fn the_browser_asks_for_a_language_and_the_person_changes_it() {
    let app = TestApp::start().await;
    let browser = Browser::reading(&app, "nl-NL,nl;q=0.9,en;q=0.8");
    let page = browser.get("/sign-in?return_to=/account%3Fa%3Db").await.expect(200);
    assert!(page.text.contains("<html lang=\"nl\""));
    let page = page.expect_words("Wachtwoord");
    let switch = "/language?set=en&#38;return_to=%2Fsign-in%3Freturn_to%3D%2Faccount%253Fa%253Db";
    assert!(page.text.contains(switch), "{}", page.text);
    let switched = browser.get(&switch.replace("&#38;", "&")).await.expect(303);
    assert_eq!(switched.location(), "/sign-in?return_to=/account%3Fa%3Db");
    let set = switched.header("set-cookie");
    assert_eq!(set, "routix_language=en; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000");
    let page = browser.follow(&switched).await.expect(200).expect_words("Password");
    assert!(page.text.contains("<html lang=\"en\""));
    assert_eq!(page.field("sign-in", "return_to"), "/account?a=b");
}

#[tokio::test]
async fn a_form_that_failed_can_be_read_in_the_other_language() {
    let app = TestApp::start().await;
    let browser = Browser::new(&app);
    let page = browser.get("/sign-in?return_to=/account%3Fa%3Db").await.expect(200);
    let refused = browser.sign_in_at(&page, Actor::Owner.email(), "wrong horse battery").await.expect(401);
    let switch = "/language?set=nl&return_to=%2Fsign-in%3Freturn_to%3D%252Faccount%253Fa%253Db";
    assert!(refused.text.contains(&switch.replace('&', "&#38;")), "{}", refused.text);
    let page = browser.follow(&browser.get(switch).await.expect(303)).await.expect(200).expect_words("Wachtwoord");
    assert_eq!(page.field("sign-in", "return_to"), "/account?a=b");
    let refused = browser.sign_in_at(&page, Actor::Owner.email(), "wrong horse battery").await.expect(401);
    refused.expect_words("Het e-mailadres of het wachtwoord klopt niet.");
}

#[tokio::test]
async fn the_cookie_is_secure_behind_https() {
    let app = TestApp::start_with(|config| config.public_url = Some("https://api.example.com".to_owned())).await;
    let switched = Browser::new(&app).get("/language?set=nl").await.expect(303);
    assert_eq!(switched.location(), "/");
    assert!(switched.header("set-cookie").contains("; Secure; HttpOnly; SameSite=Lax; "));
}

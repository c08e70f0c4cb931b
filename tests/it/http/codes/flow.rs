//! From a person at a browser to the tokens of an app, as the tests here need it.

use routix::config::Config;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;
use uuid::Uuid;

use crate::http::app::{DOORS, Registered, TestApp, text};
use crate::http::browser::Browser;
use crate::http::client::{Answer, answer};
use crate::http::world::Actor;

pub(super) const AUTHORIZE: &str = "/auth/v1/oauth/authorize";
pub(super) const TOKEN: &str = DOORS[1];
pub(super) const REVOKE: &str = "/auth/v1/oauth/revoke";
pub(super) const INTROSPECT: &str = "/auth/v1/oauth/introspect";
pub(super) const CONSENTS: &str = "/rest/v1/oauth_client_authorizations";
/// The redirect URI that every app of a test registers.
pub(super) const CALLBACK: &str = "https://myerp.example/callback";
/// The verifier of RFC 7636, appendix B, and its challenge.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// What the app of a test holds and asks for.
pub(super) const SCOPES: &str = "routix:accounts:read routix:orders:read";

/// A service with an app, its owner's user token, and a member who is signed in at his browser.
pub(super) struct Scene {
    pub(super) app: TestApp,
    pub(super) owner: String,
    pub(super) client: Registered,
    pub(super) browser: Browser,
}

/// What an exchange or a refresh gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Tokens {
    /// # Panics
    /// Unless the answer has them.
    pub(super) fn of(answer: Answer) -> Self {
        let body = answer.expect(200).json();
        Self { access: text(&body["access_token"]), refresh: text(&body["refresh_token"]) }
    }
}

impl Scene {
    pub(super) async fn start() -> Self {
        Self::start_with(|_| {}, json!({})).await
    }

    pub(super) async fn with_app(fields: Value) -> Self {
        Self::start_with(|_| {}, fields).await
    }

    /// `change` is applied to the settings and `fields` to the app.
    pub(super) async fn start_with(change: impl FnOnce(&mut Config), fields: Value) -> Self {
        // The clock stands still, so every failure and every request of a test would count in one minute.
        let unlimited = |config: &mut Config| {
            (config.failure_limit, config.api_rate_limit) = (0, 0);
            change(config);
        };
        let app = TestApp::start_with(unlimited).await;
        let owner = app.sign_in(Actor::Owner).await;
        let client = app.new_app(&owner, fields).await;
        let browser = Browser::new(&app);
        browser.sign_in(Actor::Member).await;
        Self { app, owner, client, browser }
    }

    /// Stops the service and starts it again on the same data, at another address: nobody is signed in there.
    pub(super) async fn restart(self) -> Self {
        let app = self.app.restart().await;
        Self { browser: Browser::new(&app), app, owner: self.owner, client: self.client }
    }

    /// Another app of the same organization.
    pub(super) async fn other_client(&self) -> Registered {
        self.app.new_app(&self.owner, json!({"name": "Another App"})).await
    }

    pub(super) async fn code(&self) -> String {
        self.code_with(&[]).await
    }

    /// A code for a request that differs by `query` from the usual one.
    pub(super) async fn code_with(&self, query: &[(&str, &str)]) -> String {
        code_for(&self.browser, &self.client, query, None).await
    }

    pub(super) async fn tokens(&self) -> Tokens {
        self.exchange(&self.code().await).await
    }

    pub(super) async fn tokens_with(&self, query: &[(&str, &str)]) -> Tokens {
        self.exchange(&self.code_with(query).await).await
    }

    /// # Panics
    /// Unless the code gives tokens.
    pub(super) async fn exchange(&self, code: &str) -> Tokens {
        Tokens::of(self.send(&exchange(&self.client, code)).await)
    }

    /// A token request, as JSON.
    pub(super) async fn send(&self, body: &Value) -> Answer {
        self.post(TOKEN, body).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.app.post(path).json(body)).await
    }

    /// A refresh by the app, which authenticates.
    pub(super) async fn refresh(&self, token: &str) -> Answer {
        self.send(&refresh(&self.client, token)).await
    }

    /// A refresh as the guide prints it: nobody authenticates.
    pub(super) async fn bare_refresh(&self, token: &str) -> Answer {
        self.send(&bare(token)).await
    }

    pub(super) async fn revoke(&self, token: &str) -> Answer {
        self.post(REVOKE, &about(&self.client, token)).await
    }

    pub(super) async fn introspect(&self, token: &str) -> Answer {
        self.post(INTROSPECT, &about(&self.client, token)).await
    }

    /// Whether the token is active, as its own app hears it.
    pub(super) async fn is_active(&self, token: &str) -> bool {
        let body = self.introspect(token).await.expect(200).json();
        let active = body["active"].as_bool().unwrap();
        assert!(active || body == json!({"active": false}), "{body}");
        active
    }

    /// Changes the app.
    pub(super) async fn change(&self, body: Value) {
        self.app.change(&self.owner, &self.client.app_id, &body).await.expect(204);
    }

    /// # Panics
    /// Unless access and refresh token still work. The refresh token is used up by this.
    pub(super) async fn assert_lives(&self, tokens: &Tokens) -> Tokens {
        assert_eq!(self.app.proxy_status(&tokens.access).await, 200);
        Tokens::of(self.refresh(&tokens.refresh).await)
    }

    /// # Panics
    /// If any of the tokens still works.
    pub(super) async fn assert_ended(&self, tokens: &Tokens) {
        let refused = self.app.accounts(&tokens.access, &self.app.world.branch.public_id).await;
        assert_eq!(refused.failure(), (401, "invalid_token".to_owned()));
        assert_eq!(self.refresh(&tokens.refresh).await.failure(), invalid_grant());
        assert!(!self.is_active(&tokens.access).await && !self.is_active(&tokens.refresh).await);
    }

    /// The reasons for which authorizations ended, in the order of the log.
    pub(super) async fn ends(&self) -> Vec<String> {
        let events = self.app.log("authorization.ended").await;
        let reason = |payload: &str| text(&serde_json::from_str::<Value>(payload).unwrap()["reason"]);
        events.iter().map(|event| reason(&event.payload)).collect()
    }
}

/// A person approves what a client asks for; the code that the client is sent. An empty value leaves a parameter out.
/// `organization` is chosen where there is a choice.
pub(super) async fn code_for(
    browser: &Browser,
    client: &Registered,
    query: &[(&str, &str)],
    organization: Option<Uuid>,
) -> String {
    let usual = [
        ("response_type", "code"),
        ("client_id", client.client_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("scope", SCOPES),
        ("state", "af0ifjsldkj"),
    ];
    let kept = usual.into_iter().filter(|(name, _)| query.iter().all(|(changed, _)| changed != name));
    let asked = kept.chain(query.iter().copied()).filter(|(_, value)| !value.is_empty());
    let path = format!("{AUTHORIZE}?{}", Serializer::new(String::new()).extend_pairs(asked).finish());
    let page = browser.get(&path).await.expect(200);
    let chosen = organization.map(|id| id.to_string());
    let mut values = vec![("decision", "approve")];
    values.extend(chosen.as_deref().map(|id| ("organization_id", id)));
    let back = browser.submit(&page, "consent", &values).await.expect(303);
    let location = Url::parse(back.location()).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code");
    code.unwrap_or_else(|| panic!("no code: {location}")).1.into_owned()
}

/// A code's exchange with everything that belongs to it. A public client has no secret, and an empty one is none.
pub(super) fn exchange(client: &Registered, code: &str) -> Value {
    json!({
        "grant_type": "authorization_code",
        "client_id": client.client_id,
        "client_secret": client.secret,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    })
}

pub(super) fn refresh(client: &Registered, token: &str) -> Value {
    with(bare(token), json!({"client_id": client.client_id, "client_secret": client.secret}))
}

pub(super) fn bare(token: &str) -> Value {
    json!({"grant_type": "refresh_token", "refresh_token": token})
}

/// A question or a wish about a token.
pub(super) fn about(client: &Registered, token: &str) -> Value {
    json!({"client_id": client.client_id, "client_secret": client.secret, "token": token})
}

/// The body with other members; `null` leaves one out.
pub(super) fn with(mut body: Value, members: Value) -> Value {
    let object = body.as_object_mut().unwrap();
    object.extend(members.as_object().unwrap().clone());
    object.retain(|_, value| !value.is_null());
    body
}

pub(super) fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

pub(super) fn invalid_client() -> (u16, String) {
    (401, "invalid_client".to_owned())
}

//! The integrator's app at the protocol: where it sends the user, and what it does with what he brings back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use crate::listener::Listener;
use crate::running::{Answer, Request, payload, send};
use crate::world::World;

pub(crate) const READ_ACCOUNTS: &str = "routix:accounts:read";
pub(crate) const MANY_SCOPES: &str =
    "routix:accounts:read routix:accounts:write routix:orders:read routix:orders:write routix:planning:read";
const STATE: &str = "a state & more=of it";
const VERIFIER: &str = "a-verifier-of-43-characters-or-more-0123456789";

/// One of the demo's two apps, with its listener.
pub(crate) struct App<'a> {
    world: &'a World,
    pub(crate) listener: Listener,
    /// `CLIENT` or `FOREIGN_CLIENT`: how its facts begin.
    client: &'static str,
}

impl<'a> App<'a> {
    /// The app of the organization whose people have passwords in `demo.env`.
    pub(crate) fn own(world: &'a World) -> Self {
        Self { world, listener: Listener::start(), client: "CLIENT" }
    }

    /// The app of the other organization.
    pub(crate) fn foreign(world: &'a World) -> Self {
        Self { world, listener: Listener::start(), client: "FOREIGN_CLIENT" }
    }

    fn client(&self, what: &str) -> &str {
        self.world.fact(&format!("{}_{what}", self.client))
    }

    /// Where the app sends the user.
    pub(crate) fn authorize(&self, scope: &str) -> String {
        self.authorize_as(self.client("ID"), &self.listener.callback(), scope)
    }

    /// The same for a client and a redirect URI that may be wrong.
    pub(crate) fn authorize_as(&self, client_id: &str, redirect_uri: &str, scope: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let pairs = [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", STATE),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.world.url(&format!("/auth/v1/oauth/authorize?{query}"))
    }

    /// The same for another app of the same organization, a public one with this redirect URI, which is registered first.
    pub(crate) fn authorize_public(&self, redirect_uri: &str) -> String {
        let fields = json!({
            "name": "Routix for drivers",
            "client_type": "public",
            "redirect_uris": [redirect_uri],
            "allowed_scopes": [READ_ACCOUNTS],
        });
        let request = Request::new("POST", "/functions/v1/register-oauth-app");
        let request = request.bearer(&self.world.user_token("OWNER")).json(&fields);
        let client_id = send(&self.world.server.host, &request).at("/app/client_id");
        self.authorize_as(&client_id, redirect_uri, READ_ACCOUNTS)
    }

    pub(crate) fn client_id(&self) -> &str {
        self.client("ID")
    }

    /// The code that the user brought back, in an answer that is meant for this app and this request.
    pub(crate) fn code(&self) -> String {
        let brought = self.listener.brought_back();
        let names: Vec<&str> = brought.keys().map(String::as_str).collect();
        assert_eq!(names, ["code", "iss", "state"]);
        assert_eq!(brought["state"], STATE);
        assert_eq!(brought["iss"], self.issuer());
        brought["code"].clone()
    }

    /// The error that the user brought back.
    pub(crate) fn error(&self) -> String {
        let brought = self.listener.brought_back();
        assert!(!brought.contains_key("code"), "{brought:?}");
        assert_eq!(brought["state"], STATE);
        assert_eq!(brought["iss"], self.issuer());
        brought["error"].clone()
    }

    /// As its metadata has it, from which a client knows it.
    fn issuer(&self) -> String {
        let answer = send(&self.world.server.host, &Request::new("GET", "/.well-known/oauth-authorization-server"));
        answer.at("/issuer")
    }

    /// Redeems a code.
    pub(crate) fn redeem(&self, code: &str) -> Answer {
        let callback = self.listener.callback();
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &callback),
            ("code_verifier", VERIFIER),
            ("client_id", self.client("ID")),
            ("client_secret", self.client("SECRET")),
        ];
        let form = Serializer::new(String::new()).extend_pairs(pairs).finish();
        send(&self.world.server.host, &Request::new("POST", "/auth/v1/oauth/token").form(&form))
    }

    /// The access token for what the user brought back.
    pub(crate) fn token(&self) -> String {
        let answer = self.redeem(&self.code());
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.at("/access_token")
    }

    /// The claims of an app token of the client's own, without a user.
    pub(crate) fn own_claims(&self) -> Value {
        let (id, secret) = (self.client("ID"), self.client("SECRET"));
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let answer = send(&self.world.server.host, &Request::new("POST", "/auth/v1/oauth/token").form(&form));
        payload(&answer.at("/access_token"))
    }

    /// The accounts of a branch, as the API proxy shows them to a token.
    pub(crate) fn accounts(&self, token: &str, branch: &str) -> Answer {
        let path = format!("/functions/v1/api/v1/{branch}/accounts?limit=1");
        send(&self.world.server.host, &Request::new("GET", &path).bearer(token))
    }
}

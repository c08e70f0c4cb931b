//! A day with every kind of secret in it: each is noted, and so is everything that was said without handing one over.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded::Serializer;

use super::place::{Place, Written};
use crate::running::{Answer, Person, Request, Server, facts, parameter, send};

const BRANCH: &str = "RS2RDH3B";
const REDIRECT: &str = "https://myerp.com/callback";
const VERIFIER: &str = "qT3-vLx9Zc0JpWn7KfRd1sYhUe5_GmBaXo2iEt8rDwN";
const OTHER_VERIFIER: &str = "Lk8zQp~3vHs6Yd.Wc1RtNf9-JbXu0Gm5_EaTo7iKxVj";
/// What somebody looks for that he should not: it is a value of a filter, and an address to sign in with.
const LOOKED_UP: &str = "zomer-regen-kade-vrachtbrief";
const NEW_PASSWORD: &str = "Kruiwagen-9-Zonnebloem";

/// An app as it is known to whoever registered it.
struct App {
    id: String,
    client_id: String,
    secret: String,
}

pub(super) struct Day<'a> {
    place: &'a Place,
    host: String,
    facts: BTreeMap<String, String>,
    canaries: Vec<(String, String)>,
    written: Vec<Written>,
    user_token: String,
    app: App,
    app_token: String,
}

impl<'a> Day<'a> {
    pub(super) fn begin(place: &'a Place, server: &Server) -> Self {
        let facts = facts(&place.data());
        let app = App {
            id: facts["ROUTIX_APP_ID"].clone(),
            client_id: facts["ROUTIX_CLIENT_ID"].clone(),
            secret: facts["ROUTIX_CLIENT_SECRET"].clone(),
        };
        let host = server.host.clone();
        let (canaries, written) = (Vec::new(), Vec::new());
        let (user_token, app_token) = (String::new(), String::new());
        let mut day = Self { place, host, facts, canaries, written, user_token, app, app_token };
        let secrets = day.facts.clone();
        for (name, value) in secrets.iter().filter(|(name, _)| name.contains("SECRET") || name.contains("PASSWORD")) {
            day.note(name, value);
        }
        for entry in fs::read_dir(place.data().join("keys")).unwrap() {
            let key: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
            day.note(&format!("the key of {}", key["purpose"]), key["secret"].as_str().unwrap());
        }
        day
    }

    fn note(&mut self, name: &str, value: &str) {
        assert!(value.len() >= 12, "{name} is too short to be looked for: {value}");
        self.canaries.push((name.to_owned(), value.to_owned()));
    }

    /// What a JWT says is known to many; what it is worth is its signature.
    fn note_token(&mut self, name: &str, token: &str) {
        self.note(name, token.rsplit('.').next().unwrap());
    }

    /// Asks for what hands out secrets: the answer is not searched.
    fn take(&self, request: &Request) -> Answer {
        let answer = send(&self.host, request);
        assert!(answer.status < 400, "{request:?}: {}", answer.text);
        answer
    }

    /// Asks for what must hand out none.
    fn ask(&mut self, request: &Request) -> Answer {
        let answer = send(&self.host, request);
        let head: String = answer.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let place = format!("the answer to {} {}", request.method, request.path);
        self.written.push((place, format!("{head}\n{}", answer.text).into_bytes()));
        answer
    }

    fn refused(&mut self, request: &Request) {
        let answer = self.ask(request);
        assert!((400..500).contains(&answer.status), "{request:?}: {} {}", answer.status, answer.text);
    }

    fn managing(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).bearer(&self.user_token)
    }

    /// Signs in, and changes a password.
    pub(super) fn of_a_user(&mut self) {
        let body = json!({"email": self.facts["ROUTIX_OWNER_EMAIL"], "password": self.facts["ROUTIX_OWNER_PASSWORD"]});
        let answer = self.take(&Request::new("POST", "/auth/v1/token?grant_type=password").json(&body));
        self.user_token = answer.at("/access_token");
        self.note_token("a user's token", &self.user_token.clone());
        let change = ["user", "password", &self.facts["ROUTIX_VIEWER_EMAIL"], "--password-file", "-"];
        let ran = self.place.routix(&change, NEW_PASSWORD);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        self.written.push(("user password".to_owned(), (ran.stdout + &ran.stderr).into_bytes()));
        self.note("the new password", NEW_PASSWORD);
    }

    /// Registers an app, gets tokens in every way, and rotates its secret at the door, in the dashboard and by command.
    pub(super) fn of_an_app(&mut self) {
        let app = json!({
            "name": "My ERP Sync",
            "redirect_uris": [REDIRECT],
            "allowed_scopes": ["routix:accounts:read", "routix:accounts:write"],
        });
        let mut register = self.managing("POST", "/functions/v1/register-oauth-app").json(&app);
        register.headers.push(("Idempotency-Key".to_owned(), "only-once".to_owned()));
        let answer = self.take(&register);
        let [id, client_id, secret] = ["/app/id", "/app/client_id", "/app/client_secret"].map(|place| answer.at(place));
        self.app = App { id, client_id, secret };
        self.note("the first secret", &self.app.secret.clone());
        // The second answer to the same request has no secret in it.
        assert!(self.ask(&register).status < 400);
        let rotate = self.managing("POST", "/functions/v1/rotate-oauth-secret");
        let rotate = rotate.json(&json!({"oauth_app_id": self.app.id, "overlap_seconds": 3600}));
        self.app.secret = self.take(&rotate).at("/client_secret");
        self.note("the second secret", &self.app.secret.clone());
        for (kind, request) in self.ways_to_a_token() {
            self.app_token = self.take(&request).at("/access_token");
            self.note_token(kind, &self.app_token.clone());
        }
        let ran = self.place.routix(&["app", "rotate", &self.app.id], "");
        self.written.push(("app rotate".to_owned(), ran.stderr.clone().into_bytes()));
        self.app.secret = ran.done().trim().to_owned();
        self.note("the third secret", &self.app.secret.clone());
    }

    fn basic(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.app.client_id, self.app.secret))
    }

    fn ways_to_a_token(&mut self) -> [(&'static str, Request); 3] {
        let App { client_id, secret, .. } = &self.app;
        let body = json!({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret});
        let form = format!("grant_type=client_credentials&client_id={client_id}&client_secret={secret}");
        let basic = self.basic();
        self.note("Basic", &basic);
        let mut by_basic = Request::new("POST", "/oauth/token").form("grant_type=client_credentials");
        by_basic.headers.push(("Authorization".to_owned(), format!("Basic {basic}")));
        [
            ("an app's token by JSON", Request::new("POST", "/functions/v1/oauth-token").json(&body)),
            ("an app's token by a form", Request::new("POST", "/oauth2/token").form(&form)),
            ("an app's token by Basic", by_basic),
        ]
    }

    fn authorize(verifier: &str, client_id: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let query = Serializer::new(String::new())
            .extend_pairs([
                ("client_id", client_id),
                ("redirect_uri", REDIRECT),
                ("response_type", "code"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
                ("scope", "routix:accounts:read"),
                ("state", "of-the-app"),
            ])
            .finish();
        format!("/auth/v1/oauth/authorize?{query}")
    }

    fn at_token_door(&self, fields: &[(&str, &str)]) -> Request {
        let credentials = [("client_id", self.app.client_id.as_str()), ("client_secret", &self.app.secret)];
        let body = Serializer::new(String::new()).extend_pairs(fields).extend_pairs(credentials).finish();
        Request::new("POST", "/auth/v1/oauth/token").form(&body)
    }

    /// Approves twice: one code is used, with its tokens; the other is tried with what does not belong to it.
    pub(super) fn of_consents(&mut self) {
        let admin = (self.facts["ROUTIX_ADMIN_EMAIL"].clone(), self.facts["ROUTIX_ADMIN_PASSWORD"].clone());
        let paths = [VERIFIER, OTHER_VERIFIER].map(|verifier| Self::authorize(verifier, &self.app.client_id));
        let person = Person::signed_in(&self.host, (&admin.0, &admin.1), &paths[0]);
        self.note("a session's cookie", person.cookie.split_once('=').unwrap().1);
        let [code, other] = paths.map(|path| parameter(&person.approve(&path), "code"));
        for (name, value) in [("a code", code.as_str()), ("another code", &other), ("a verifier", VERIFIER)] {
            self.note(name, value);
        }
        self.note("another verifier", OTHER_VERIFIER);
        let exchange = |code: &str, verifier: &str| {
            let code = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
            self.at_token_door(&[&code[..], &[("code_verifier", verifier)]].concat())
        };
        let (good, bad) = (exchange(&code, VERIFIER), exchange(&other, VERIFIER));
        let tokens = self.take(&good);
        self.refused(&bad);
        let refresh = tokens.at("/refresh_token");
        let refreshing = self.at_token_door(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]);
        let rotated = self.take(&refreshing);
        for (name, answer) in [("of a code", &tokens), ("of a refresh", &rotated)] {
            self.note_token(&format!("the token {name}"), &answer.at("/access_token"));
            self.note(&format!("the refresh token {name}"), &answer.at("/refresh_token"));
        }
        for (path, token) in [("introspect", &refresh), ("revoke", &rotated.at("/refresh_token"))] {
            let mut request = self.at_token_door(&[("token", token)]);
            request.path = format!("/auth/v1/oauth/{path}");
            assert_eq!(self.ask(&request).status, 200);
        }
        self.look_around(&person);
    }

    /// Opens the pages of the app, and of who approved it.
    fn look_around(&mut self, person: &Person) {
        let organization = format!("/organizations/{}", self.facts["ROUTIX_ORGANIZATION_ID"]);
        let app = format!("{organization}/apps/{}", self.app.id);
        let of_app = ["", "/history", "/state", "/consents", "/rotate"].map(|page| format!("{app}{page}"));
        let others = [format!("{organization}/events"), format!("{organization}/consents"), "/account".to_owned()];
        for path in of_app.into_iter().chain(others) {
            let page = person.open(&path);
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            self.written.push((format!("the page {path}"), page.text.into_bytes()));
        }
    }

    /// Secrets where they do not belong: in addresses, in the wrong field, in what cannot be read. Not as a name: whoever makes
    /// one up is told which.
    pub(super) fn of_mistakes(&mut self) {
        self.note("what was looked up", LOOKED_UP);
        let (secret, token, user) = (self.app.secret.clone(), self.app_token.clone(), self.user_token.clone());
        let accounts = format!("/functions/v1/api/v1/{BRANCH}/accounts");
        let form = format!("grant_type=client_credentials&client_id={secret}&client_secret={secret}");
        let twice = format!("grant_type=client_credentials&client_secret={secret}&client_secret={secret}");
        for request in [
            Request::new("POST", &format!("/functions/v1/oauth-token?client_secret={secret}")).form(&form),
            Request::new("POST", "/oauth2/token").form(&form),
            Request::new("POST", "/oauth2/token").form(&twice),
            Request::new("POST", "/oauth2/token").form(&format!("grant_type={secret}&scope={secret}")),
            Request::new("POST", "/oauth/token").json(&json!({"client_secret": {"nested": secret}})),
            Request::new("GET", &accounts).bearer(&secret),
            Request::new("GET", &accounts).bearer(&format!("{token}x")),
            Request::new("GET", &format!("{accounts}?limit={secret}&order={secret}")).bearer(&token),
            Request::new("GET", &format!("{accounts}?access_token={token}")),
            Request::new("GET", &format!("{accounts}/{token}")).bearer(&token),
            Request::new("POST", &accounts).bearer(&token).json(&json!({"company_name": [secret]})),
            Request::new("GET", &format!("/rest/v1/oauth_apps?limit={secret}")).bearer(&user),
            Request::new("GET", &format!("/{secret}?access_token={token}")),
            Request::new("GET", &format!("/auth/v1/oauth/authorizations/{secret}")).bearer(&user),
            Request::new("POST", "/auth/v1/token?grant_type=password")
                .json(&json!({"email": LOOKED_UP, "password": secret})),
            Request::new("POST", "/functions/v1/register-oauth-app").bearer(&user).json(&json!({"name": [secret]})),
            Request::new("PUT", "/functions/v1/register-oauth-app").bearer(&user).form(&secret),
        ] {
            self.refused(&request);
        }
        // The links to its pages say what was asked for.
        self.take(&Request::new("GET", &format!("{accounts}?email={LOOKED_UP}")).bearer(&token));
        let mut unreadable = Request::new("POST", "/oauth2/token").json(&json!({}));
        unreadable.body = format!("{{\"client_secret\":\"{secret}\",");
        self.refused(&unreadable);
        self.refused(&Request::new("GET", &format!("/auth/v1/oauth/authorize?client_id={secret}&state={token}")));
    }

    /// Everything that auditors and operators look at.
    pub(super) fn of_operators(&mut self) {
        let app = self.app.id.clone();
        for path in ["/metrics", "/healthz", "/readyz", "/openapi.json"] {
            assert_eq!(self.ask(&Request::new("GET", path)).status, 200, "{path}");
        }
        for path in ["/rest/v1/oauth_apps".to_owned(), format!("/rest/v1/oauth_apps/{app}/events")] {
            let request = self.managing("GET", &path);
            assert_eq!(self.ask(&request).status, 200, "{path}");
        }
        let leaked = self.place.routix(&["app", "leaked", "--format", "json"], &self.app.secret);
        assert_eq!(leaked.code, Some(0), "{leaked:?}");
        self.written.push(("app leaked".to_owned(), (leaked.stdout + &leaked.stderr).into_bytes()));
        let (log, copy) = (self.place.path("log.jsonl"), self.place.path("copy"));
        let (log, copy) = (log.to_str().unwrap(), copy.to_str().unwrap());
        let mut commands = vec![
            vec!["history", "app", app.as_str()],
            vec!["app", "show", app.as_str()],
            vec!["events", "list", "--format", "jsonl"],
            vec!["events", "export", "--out", log],
            vec!["security", "list", "--format", "json"],
            vec!["projections", "verify"],
            vec!["projections", "status"],
            vec!["config", "show"],
            vec!["user", "list"],
        ];
        if self.place.is_sqlite() {
            commands.push(vec!["backup", "--out", copy]);
        }
        for words in commands {
            let ran = self.place.routix(&words, "");
            assert_eq!(ran.code, Some(0), "{ran:?}");
            self.written.push((words.join(" "), (ran.stdout + &ran.stderr).into_bytes()));
        }
    }

    /// The canaries with their names, and what was written.
    pub(super) fn end(self) -> (Vec<(String, String)>, Vec<Written>) {
        (self.canaries, self.written)
    }
}

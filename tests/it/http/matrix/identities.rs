//! Everybody who may send a request, and what he shows.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::http::app::{Registered, TestApp};
use crate::http::client::answer;
use crate::http::jwt;
use crate::http::world::Actor;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Nobody,
    Malformed,
    Expired,
    WrongKey,
    WrongAudience,
    WrongIssuer,
    /// A good token whose app is revoked, but not cut off: it lives to its end.
    Revoked,
    CutOff,
    /// An app that may only read plans.
    OtherScope,
    /// An app with every scope that is limited to another branch.
    OtherBranch,
    /// An app with every scope of another organization.
    ForeignApp,
    /// An app with every scope.
    App,
    Owner,
    Admin,
    Member,
    Viewer,
    ForeignOwner,
    /// The key that programs of the seeds put into a browser: it proves nothing.
    Anonymous,
}

impl Identity {
    pub(super) const ALL: [Self; 18] = [
        Self::Nobody,
        Self::Malformed,
        Self::Expired,
        Self::WrongKey,
        Self::WrongAudience,
        Self::WrongIssuer,
        Self::Revoked,
        Self::CutOff,
        Self::OtherScope,
        Self::OtherBranch,
        Self::ForeignApp,
        Self::App,
        Self::Owner,
        Self::Admin,
        Self::Member,
        Self::Viewer,
        Self::ForeignOwner,
        Self::Anonymous,
    ];

    /// Who it is, if it is a person.
    pub(super) fn actor(self) -> Option<Actor> {
        let people = [
            (Self::Owner, Actor::Owner),
            (Self::Admin, Actor::Admin),
            (Self::Member, Actor::Member),
            (Self::Viewer, Actor::Viewer),
            (Self::ForeignOwner, Actor::Foreigner),
        ];
        people.into_iter().find(|(identity, _)| *identity == self).map(|(_, actor)| actor)
    }
}

/// What each of them shows.
pub(super) struct Tokens(BTreeMap<Identity, String>);

impl Tokens {
    pub(super) async fn make(app: &TestApp) -> Self {
        let mut tokens = BTreeMap::from([(Identity::Malformed, "x.y.z".to_owned())]);
        let metadata = answer(app.request(Method::GET, "/.well-known/oauth-authorization-server")).await.json();
        let scopes = &metadata["scopes_supported"];
        let everything = || json!({"allowed_scopes": scopes});
        let owner = app.sign_in(Actor::Owner).await;
        let client = app.new_app(&owner, everything()).await;
        tokens.insert(Identity::Expired, app.app_token(&client).await);
        app.clock.advance(TimeDelta::hours(2));
        let (owner, foreigner) = (app.sign_in(Actor::Owner).await, app.sign_in(Actor::Foreigner).await);
        let good = app.app_token(&client).await;
        tokens.extend(forged(app, &good));
        tokens.insert(Identity::App, good);
        for (identity, change) in [
            (Identity::Revoked, json!({"status": "revoked"})),
            (Identity::CutOff, json!({"status": "revoked", "revoke_tokens": true})),
        ] {
            let (client, token) = with_token(app, &owner, everything()).await;
            app.change(&owner, &client.app_id, &change).await.expect(204);
            tokens.insert(identity, token);
        }
        let branches = json!({"allowed_scopes": scopes, "allowed_branch_ids": [app.world.other_branch.id]});
        for (identity, manager, fields) in [
            (Identity::OtherScope, &owner, json!({"allowed_scopes": ["routix:planning:read"]})),
            (Identity::OtherBranch, &owner, branches),
            (Identity::ForeignApp, &foreigner, everything()),
        ] {
            tokens.insert(identity, with_token(app, manager, fields).await.1);
        }
        for identity in Identity::ALL {
            if let Some(actor) = identity.actor() {
                tokens.insert(identity, app.sign_in(actor).await);
            }
        }
        Self(tokens)
    }

    pub(super) fn of(&self, identity: Identity) -> Option<String> {
        self.0.get(&identity).cloned()
    }

    /// The token of the app that may do everything.
    pub(super) fn everything(&self) -> String {
        self.0[&Identity::App].clone()
    }
}

async fn with_token(app: &TestApp, manager: &str, fields: Value) -> (Registered, String) {
    let client = app.new_app(manager, fields).await;
    let token = app.app_token(&client).await;
    (client, token)
}

/// What the good token says, with one thing wrong in each.
fn forged(app: &TestApp, good: &str) -> [(Identity, String); 4] {
    let (header, claims) = jwt::parts(good);
    let key = app.signing_keys()[0].secret().unwrap();
    let with = |name: &str, value: &str| {
        let mut claims = claims.clone();
        claims[name] = json!(value);
        jwt::sign(&header, &claims, &key)
    };
    let anonymous = json!({"iss": "supabase", "role": "anon", "iat": 1_700_000_000, "exp": 2_000_000_000});
    [
        (Identity::WrongKey, jwt::sign(&header, &claims, &[7; 32])),
        (Identity::WrongAudience, with("aud", "another-service")),
        (Identity::WrongIssuer, with("iss", "https://elsewhere.example")),
        (Identity::Anonymous, jwt::sign(&json!({"alg": "HS256", "typ": "JWT"}), &anonymous, &[9; 32])),
    ]
}

//! Pairs of requests that must be answered alike, in the same time, and the chance that decides which comes first.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::scene::{APPS, Ask, DOOR, Scene, grant, text};

/// An id of nothing.
const NOTHING: &str = "11111111-2222-4333-8444-555555555555";

/// A name, and the two.
pub(crate) fn questions(scene: &Scene) -> Vec<(&'static str, Ask, Ask)> {
    let secret = text(&scene.own.app["client_secret"]);
    let other = |character: &str| if character == "a" { "b" } else { "a" };
    let (beginning, last) = secret.split_at(secret.len() - 1);
    let first = &secret["routix_".len()..="routix_".len()];
    let first_wrong = format!("routix_{}{}", other(first), &secret["routix_".len() + 1..]);
    let last_wrong = format!("{beginning}{}", other(last));
    let refused = |app: &Value, secret: &str| Ask::post(DOOR, grant(app, secret), 401);
    let nobody = json!({"client_id": NOTHING});
    let sign_in = |email: &str| {
        let body = json!({"email": email, "password": "wrong horse battery"});
        Ask::post("/auth/v1/token?grant_type=password", body, 400)
    };
    let record =
        |id: &str| Ask::get(format!("/functions/v1/api/v1/{}/accounts/{id}", scene.own.branch), &scene.own.token, 404);
    let branch = |id: &str| Ask::get(format!("/functions/v1/api/v1/{id}/accounts"), &scene.own.token, 404);
    let state = |id: &str| Ask::get(format!("{APPS}/{id}/state?sequence=1"), &scene.own.owner, 404);
    let foreign_app = text(&scene.foreign.app["id"]);
    let app = &scene.own.app;
    vec![
        ("the same wrong secret twice (control)", refused(app, &last_wrong), refused(app, &last_wrong)),
        ("the first or the last character of a secret wrong", refused(app, &first_wrong), refused(app, &last_wrong)),
        (
            "a wrong secret, of an active app or a revoked one",
            refused(app, &last_wrong),
            refused(&scene.revoked, &last_wrong),
        ),
        ("a secret that nobody has, or no such client", refused(app, &last_wrong), refused(&nobody, &last_wrong)),
        ("a neighbour's record, or nobody's", record(&scene.foreign.account), record(NOTHING)),
        ("a neighbour's branch, or nobody's", branch(&scene.foreign.branch), branch("ZZZZ9999")),
        ("the state of a neighbour's app, or of none", state(&foreign_app), state(NOTHING)),
        (
            "sign-in with a wrong password, or an unknown address",
            sign_in("own@timing.example"),
            sign_in("not@timing.example"),
        ),
    ]
}

/// Heads or tails (SplitMix64, a bit at a time).
pub(crate) struct Coin(Cell<u64>);

impl Coin {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn toss(&self) -> bool {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) & 1 == 1
    }
}

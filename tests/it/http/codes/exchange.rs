//! What has to come with a code, and what a code is worth without it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::flow::{
    CHALLENGE, REVOKE, Scene, TOKEN, Tokens, VERIFIER, about, exchange, invalid_client, invalid_grant, with,
};
use crate::http::client::answer;

const OTHER_VERIFIER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

#[tokio::test]
async fn ac1_a_missing_code_is_invalid_request() {
    let scene = Scene::start().await;
    for code in [Value::Null, json!("")] {
        let refused = scene.send(&with(exchange(&scene.client, ""), json!({"code": code}))).await;
        assert_eq!(refused.failure(), (400, "invalid_request".to_owned()), "{code}");
        assert_eq!(refused.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn ac2_a_missing_verifier_gives_nothing_and_costs_nothing() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    for verifier in [Value::Null, json!("")] {
        let refused = scene.send(&with(exchange(&scene.client, &code), json!({"code_verifier": verifier}))).await;
        assert_eq!(refused.failure(), invalid_grant());
    }
    scene.exchange(&code).await;
}

#[tokio::test]
async fn ac3_a_wrong_verifier_is_recorded_and_leaves_the_code_to_its_holder() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let wrong = with(exchange(&scene.client, &code), json!({"code_verifier": OTHER_VERIFIER}));
    for _ in 0..4 {
        assert_eq!(scene.send(&wrong).await.failure(), invalid_grant());
    }
    assert_eq!(scene.app.log("authorization.code_refused").await.len(), 4);
    let tokens = scene.exchange(&code).await;
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn ac3_the_fifth_wrong_verifier_kills_the_code() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let wrong = with(exchange(&scene.client, &code), json!({"code_verifier": OTHER_VERIFIER}));
    for _ in 0..5 {
        assert_eq!(scene.send(&wrong).await.failure(), invalid_grant());
    }
    assert_eq!(scene.ends().await, ["too_many_refusals"]);
    assert_eq!(scene.send(&exchange(&scene.client, &code)).await.failure(), invalid_grant());
    assert_eq!(scene.app.log("authorization.code_redeemed").await.len(), 0);
}

#[tokio::test]
async fn ac4_ac10_no_code_comes_without_a_challenge() {
    let scene = Scene::start().await;
    let path = format!(
        "{}?response_type=code&client_id={}&scope=routix:orders:read&redirect_uri={}",
        super::flow::AUTHORIZE,
        scene.client.client_id,
        super::flow::CALLBACK
    );
    for pkce in ["", "&code_challenge_method=S256", &format!("&code_challenge={CHALLENGE}")] {
        let refused = scene.browser.get(&format!("{path}{pkce}")).await.expect(303);
        assert!(refused.location().contains("error=invalid_request"), "{pkce}: {}", refused.location());
        assert!(!refused.location().contains("code="), "{pkce}: {}", refused.location());
    }
}

#[tokio::test]
async fn ac5_v1_a_code_that_is_unknown_expired_or_another_clients_is_invalid_grant() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    for unknown in ["x", "c1.", "c1.AAAA", "v1.AAAA", "00000000-0000-4000-8000-000000000000", "\u{e9}", "c1.\u{0}"] {
        let refused = scene.send(&exchange(&scene.client, unknown)).await;
        assert_eq!(refused.failure(), invalid_grant(), "{unknown:?}");
    }
    let code = scene.code().await;
    assert_eq!(scene.send(&exchange(&other, &code)).await.failure(), invalid_grant());
    scene.exchange(&code).await;
    let code = scene.code().await;
    scene.app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(scene.send(&exchange(&scene.client, &code)).await.failure(), invalid_grant());
}

#[tokio::test]
async fn az34_a_code_lives_sixty_seconds() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    scene.app.clock.advance(TimeDelta::seconds(60) - TimeDelta::microseconds(1));
    scene.exchange(&code).await;
}

#[tokio::test]
async fn ac6_e10_the_redirect_uri_is_compared_when_it_is_sent_and_never_missed() {
    let scene = Scene::start().await;
    for redirect_uri in [Value::Null, json!("")] {
        let code = scene.code().await;
        let body = with(exchange(&scene.client, &code), json!({"redirect_uri": redirect_uri}));
        Tokens::of(scene.send(&body).await);
    }
    for other in ["https://myerp.example/callback/", "https://myerp.example/Callback", "https://evil.example/", "x"] {
        let code = scene.code().await;
        let body = with(exchange(&scene.client, &code), json!({"redirect_uri": other}));
        assert_eq!(scene.send(&body).await.failure(), invalid_grant(), "{other}");
        scene.exchange(&code).await;
    }
}

#[tokio::test]
async fn ac6_a_code_is_bound_to_the_uri_that_was_asked_for_and_not_to_another_registered_one() {
    let second = "https://myerp.example/second";
    let scene = Scene::with_app(json!({"redirect_uris": [super::flow::CALLBACK, second]})).await;
    let code = scene.code().await;
    let body = with(exchange(&scene.client, &code), json!({"redirect_uri": second}));
    assert_eq!(scene.send(&body).await.failure(), invalid_grant());
    scene.exchange(&code).await;
}

#[tokio::test]
async fn ac6_the_free_port_of_a_loopback_address_is_bound_once_it_was_chosen() {
    let scene = Scene::with_app(json!({"redirect_uris": ["http://127.0.0.1:8976/callback"]})).await;
    let chosen = "http://127.0.0.1:50123/callback";
    let code = scene.code_with(&[("redirect_uri", chosen)]).await;
    let body = |uri: &str| with(exchange(&scene.client, &code), json!({"redirect_uri": uri}));
    let registered = scene.send(&body("http://127.0.0.1:8976/callback")).await;
    assert_eq!(registered.failure(), invalid_grant());
    Tokens::of(scene.send(&body(chosen)).await);
}

#[tokio::test]
async fn ac9_a_confidential_client_has_to_prove_itself() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    let good = exchange(&scene.client, &code);
    for members in [
        json!({"client_secret": null}),
        json!({"client_secret": ""}),
        json!({"client_secret": "routix_wrong"}),
        json!({"client_id": null}),
        json!({"client_id": null, "client_secret": null}),
        json!({"client_id": scene.client.app_id}),
    ] {
        let refused = scene.send(&with(good.clone(), members.clone())).await;
        assert_eq!(refused.failure(), invalid_client(), "{members}");
    }
    assert_eq!(scene.app.log("authorization.code_refused").await.len(), 0, "who is nobody costs nothing");
    Tokens::of(scene.send(&good).await);
}

#[tokio::test]
async fn a_public_client_needs_its_id_and_the_verifier() {
    let scene = Scene::with_app(json!({"client_type": "public"})).await;
    let code = scene.code().await;
    let good = with(exchange(&scene.client, &code), json!({"client_secret": null}));
    for (members, failure) in [
        (json!({"client_id": null}), invalid_client()),
        (json!({"client_secret": "routix_x"}), invalid_client()),
        (json!({"code_verifier": null}), invalid_grant()),
        (json!({"code_verifier": OTHER_VERIFIER}), invalid_grant()),
    ] {
        let refused = scene.send(&with(good.clone(), members.clone())).await;
        assert_eq!(refused.failure(), failure, "{members}");
    }
    let tokens = Tokens::of(scene.send(&good).await);
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn e9_a_verifier_has_43_to_128_characters_of_its_alphabet() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    for verifier in [
        &VERIFIER[..42],
        &"a".repeat(129),
        &format!("{VERIFIER}="),
        &format!("{VERIFIER} "),
        &format!(" {VERIFIER}"),
        &VERIFIER.replace('-', "+"),
        &VERIFIER.to_lowercase(),
        CHALLENGE,
    ] {
        let body = with(exchange(&scene.client, &code), json!({"code_verifier": verifier}));
        assert_eq!(scene.send(&body).await.failure(), invalid_grant(), "{verifier:?}");
    }
    scene.exchange(&code).await;
}

/// Client, redirect URI, verifier and expiry, each right or wrong: one bit each.
#[tokio::test]
async fn v2_of_sixteen_combinations_only_all_right_gives_tokens() {
    let scene = Scene::start().await;
    let other = scene.other_client().await;
    for wrong in 0..16_u8 {
        let is_wrong = |bit: u8| wrong & (1 << bit) != 0;
        let code = scene.code().await;
        let client = if is_wrong(0) { &other } else { &scene.client };
        let mut body = exchange(client, &code);
        if is_wrong(1) {
            body["redirect_uri"] = "https://evil.example/callback".into();
        }
        if is_wrong(2) {
            body["code_verifier"] = OTHER_VERIFIER.into();
        }
        if is_wrong(3) {
            scene.app.clock.advance(TimeDelta::seconds(60));
        }
        let before = scene.app.log("authorization.code_redeemed").await.len();
        let presented = scene.send(&body).await;
        if wrong == 0 {
            Tokens::of(presented);
            continue;
        }
        assert_eq!(presented.failure(), invalid_grant(), "{wrong:04b}");
        assert_eq!(scene.app.log("authorization.code_redeemed").await.len(), before, "{wrong:04b}");
        if is_wrong(3) {
            let late = scene.send(&exchange(&scene.client, &code)).await;
            assert_eq!(late.failure(), invalid_grant(), "{wrong:04b}");
        } else {
            let tokens = scene.exchange(&code).await;
            assert_eq!(scene.app.proxy_status(&tokens.access).await, 200, "{wrong:04b}");
        }
    }
    assert_eq!(scene.ends().await.len(), 0);
}

#[tokio::test]
async fn tk18_a_code_a_refresh_token_and_an_access_token_are_never_taken_for_one_another() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    assert_eq!(scene.refresh(&code).await.failure(), invalid_grant());
    assert_eq!(scene.app.proxy_status(&code).await, 401);
    let tokens = scene.exchange(&code).await;
    for text in [&tokens.access, &tokens.refresh] {
        assert_eq!(scene.send(&exchange(&scene.client, text)).await.failure(), invalid_grant());
    }
    assert_eq!(scene.refresh(&tokens.access).await.failure(), invalid_grant());
    assert_eq!(scene.app.proxy_status(&tokens.refresh).await, 401);
    let user = scene.app.refresh(&tokens.refresh).await;
    assert_eq!(user.failure(), invalid_grant(), "an app's refresh token opens no session of a person");
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn a_code_is_no_token_that_could_be_revoked() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    scene.post(REVOKE, &about(&scene.client, &code)).await.expect(200);
    scene.exchange(&code).await;
}

#[tokio::test]
async fn tk19_codes_and_refresh_tokens_do_not_repeat_and_are_long_enough() {
    let scene = Scene::start().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        let code = scene.code().await;
        let tokens = scene.exchange(&code).await;
        // 16 bytes of random id and 32 of MAC, in base64.
        assert!(code.len() >= 64 && tokens.refresh.len() >= 64);
        assert!(seen.insert(code) && seen.insert(tokens.refresh) && seen.insert(tokens.access));
    }
}

#[tokio::test]
async fn h5_tk5_what_belongs_to_a_code_is_refused_in_the_url() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    for query in [format!("code={code}"), format!("code_verifier={VERIFIER}"), "refresh_token=x".to_owned()] {
        let request = scene.app.post(&format!("{TOKEN}?{query}")).json(&exchange(&scene.client, &code));
        assert_eq!(answer(request).await.failure(), (400, "invalid_request".to_owned()), "{query}");
    }
    scene.exchange(&code).await;
}

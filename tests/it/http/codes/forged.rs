//! V19: a code or a refresh token that was changed by a single bit is nothing, and touches nothing.

use super::flow::{REVOKE, Scene, about, exchange, invalid_grant};

/// Every prefix, a sample of flipped bits, and what might be hung on.
fn changed(text: &str) -> Vec<String> {
    let prefixes = (0..text.len()).map(|end| text[..end].to_owned());
    let flipped = (0..120).filter_map(|flip| {
        let bit = flip * text.len() * 8 / 120;
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 7);
        String::from_utf8(bytes).ok()
    });
    let longer = [".", "=", "==", "A", "AA", " ", "\n", "\u{0}"].map(|suffix| format!("{text}{suffix}"));
    let padded = [" ", "\t", "v", "\u{feff}"].map(|prefix| format!("{prefix}{text}"));
    let swapped = [text.to_uppercase(), text.to_lowercase(), text.replace('.', "")];
    let all = prefixes.chain(flipped).chain(longer).chain(padded).chain(swapped);
    all.filter(|other| other != text && !other.is_empty()).collect()
}

#[tokio::test]
async fn v19_no_changed_code_is_taken() {
    let scene = Scene::start().await;
    let code = scene.code().await;
    for other in changed(&code) {
        assert_eq!(scene.send(&exchange(&scene.client, &other)).await.failure(), invalid_grant(), "{other:?}");
    }
    assert_eq!(scene.app.log("authorization.code_refused").await.len(), 0, "they are not counted against the code");
    scene.exchange(&code).await;
}

#[tokio::test]
async fn v19_no_changed_refresh_token_is_taken_shown_or_ended() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    for other in changed(&tokens.refresh) {
        assert_eq!(scene.refresh(&other).await.failure(), invalid_grant(), "{other:?}");
        assert_eq!(scene.bare_refresh(&other).await.failure(), invalid_grant(), "{other:?}");
        assert!(!scene.is_active(&other).await, "{other:?}");
        scene.post(REVOKE, &about(&scene.client, &other)).await.expect(200);
    }
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn v19_no_changed_access_token_of_a_code_is_taken_shown_or_ended() {
    let scene = Scene::start().await;
    let tokens = scene.tokens().await;
    for other in changed(&tokens.access).into_iter().step_by(7) {
        assert!(!scene.is_active(&other).await, "{other:?}");
        scene.post(REVOKE, &about(&scene.client, &other)).await.expect(200);
    }
    scene.assert_lives(&tokens).await;
}

#[tokio::test]
async fn a_refresh_token_of_another_service_is_nothing_here() {
    let (here, elsewhere) = (Scene::start().await, Scene::start().await);
    let (code, tokens) = (elsewhere.code().await, elsewhere.tokens().await);
    assert_eq!(here.send(&exchange(&here.client, &code)).await.failure(), invalid_grant());
    assert_eq!(here.refresh(&tokens.refresh).await.failure(), invalid_grant());
    assert_eq!(here.app.proxy_status(&tokens.access).await, 401);
}

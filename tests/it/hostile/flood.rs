//! L2, L3: more than can be done is refused at once and with a time to come back, and those who need no password do not wait
//! for those who guess them.

use futures_util::future::join_all;

use crate::http::app::TestApp;
use crate::http::world::Actor;

const GUESSES: usize = 120;
const TOKENS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn l3_a_flood_of_sign_ins_does_not_stop_the_token_door() {
    let app = TestApp::start_with(|config| (config.failure_limit, config.api_rate_limit) = (0, 0)).await;
    app.nodes.stay_on_one();
    let owner = app.sign_in(Actor::Owner).await;
    let client = app.new_app(&owner, serde_json::json!({})).await;
    let guesses = join_all((0..GUESSES).map(|number| {
        let app = &app;
        async move { app.password(Actor::Owner.email(), &format!("guess {number}")).await }
    }));
    let tokens = async {
        for _ in 0..TOKENS {
            app.app_token(&client).await;
            app.proxy_status(&owner).await;
        }
    };
    let (guesses, ()) = futures_util::future::join(guesses, tokens).await;
    let judged = guesses.iter().filter(|answer| answer.status == 400).count();
    let turned_away: Vec<_> = guesses.iter().filter(|answer| answer.status != 400).collect();
    assert!(judged > 0 && !turned_away.is_empty(), "{judged} of {GUESSES} were judged");
    for answer in turned_away {
        assert!([429, 503].contains(&answer.status), "{} {}", answer.status, answer.text);
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
    }
    app.sign_in(Actor::Owner).await;
}

//! F9: the clock jumps while somebody refreshes his tokens.

use chrono::TimeDelta;

use super::flow::{Scene, Tokens};
use crate::support::number;

/// So many seconds on, or back.
const JUMPS: [i64; 6] = [300, -300, -3_600, 300, -300, 3_600];
/// Between two jumps.
const REFRESHES: u64 = 10;
const LIFETIME: i64 = 3_600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f9_through_jumps_of_the_clock_the_log_goes_on_and_no_token_is_good_before_or_after_its_hour() {
    let scene = Scene::start().await;
    let mut tokens = scene.tokens().await;
    let (mut given, mut now, mut newest) = (vec![tokens.access.clone()], 0, 0);
    for jump in JUMPS {
        for _ in 0..number("ROUTIX_TEST_REFRESHES", REFRESHES) {
            tokens = Tokens::of(scene.refresh(&tokens.refresh).await);
            assert_eq!(scene.app.proxy_status(&tokens.access).await, 200, "it was given just now");
            given.push(tokens.access.clone());
        }
        scene.app.clock.advance(TimeDelta::seconds(jump));
        now += jump;
        newest = newest.max(now);
        // What is from the future is from a clock that was wrong, or is now.
        let is_good = jump > 0 && jump < LIFETIME;
        assert_eq!(scene.app.proxy_status(&tokens.access).await, if is_good { 200 } else { 401 }, "after {jump} s");
    }
    scene.app.clock.advance(TimeDelta::seconds(newest + LIFETIME - now));
    for access in &given {
        assert_eq!(scene.app.proxy_status(access).await, 401, "an hour after the newest");
    }
    let times: Vec<_> = scene.app.events().await.iter().map(|event| event.recorded_at).collect();
    assert!(times.len() > given.len() && times.is_sorted(), "{times:?}");
}

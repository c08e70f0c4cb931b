//! What is counted: functions whose names begin with `measured_`, each the same work so many times.

use std::hint::black_box;

use routix::cli::JsonLines;
use routix::measure::Metrics;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::scene::{APPS, Ask, DOOR, Scene, create, grant, text};

/// How often each work is done while it is counted, and as often before, so that everything is warm.
pub(crate) const ROUNDS: u64 = 200;

type Measured = fn(&Runtime, &Scene, &Ask);

macro_rules! measured {
    ($($name:ident, $function:ident;)+) => {
        /// The names of what is counted, without `measured_`.
        pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),+];

        $(
            #[inline(never)]
            fn $function(runtime: &Runtime, scene: &Scene, ask: &Ask) {
                // Else they would be one function under several names.
                black_box(stringify!($name));
                for _ in 0..ROUNDS {
                    black_box(runtime.block_on(send(scene, ask)));
                }
            }
        )+
    };
}

measured! {
    token_form, measured_token_form;
    token_json, measured_token_json;
    token_refused, measured_token_refused;
    list, measured_list;
    record, measured_record;
    record_not_found, measured_record_not_found;
    history, measured_history;
}

async fn send(scene: &Scene, ask: &Ask) {
    let status = scene.send(ask.request()).await;
    assert_eq!(status, ask.status);
}

/// Everything on, as in a server: the log, though nobody reads it here, and what is counted for `/metrics`.
pub(crate) fn run() {
    let lines = tracing_subscriber::fmt::layer().json().event_format(JsonLines::default()).with_writer(std::io::sink);
    tracing_subscriber::registry().with(lines.with_filter(EnvFilter::new("info"))).init();
    let _metrics = Metrics::install().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let scene = runtime.block_on(Scene::make());
    let secret = text(&scene.own.app["client_secret"]);
    let form =
        format!("grant_type=client_credentials&client_id={}&client_secret={secret}", text(&scene.own.app["client_id"]));
    let accounts = format!("/functions/v1/api/v1/{}/accounts", scene.own.branch);
    let token = &scene.own.token;
    let get = |path: String, token: &str, status| Ask::get(path, token, status);
    let all: [(Measured, Ask); NAMES.len()] = [
        (measured_token_form, Ask::send(DOOR, ("application/x-www-form-urlencoded", form), 200)),
        (measured_token_json, Ask::post(DOOR, grant(&scene.own.app, &secret), 200)),
        (measured_token_refused, Ask::post(DOOR, grant(&scene.revoked, &text(&scene.revoked["client_secret"])), 401)),
        (measured_list, get(format!("{accounts}?limit=5"), token, 200)),
        (measured_record, get(format!("{accounts}/{}", scene.own.account), token, 200)),
        (measured_record_not_found, get(format!("{accounts}/{}", scene.foreign.account), token, 404)),
        (measured_history, get(format!("{APPS}/{}/events", text(&scene.own.app["id"])), &scene.own.owner, 200)),
    ];
    runtime.block_on(async {
        for number in 1..20 {
            let account = json!({"company_name": format!("Company {number}")});
            create(&scene.doors, (&accounts, token), account).await;
        }
    });
    for (measured, ask) in &all {
        for _ in 0..ROUNDS {
            runtime.block_on(send(&scene, ask));
        }
        measured(&runtime, &scene, ask);
    }
}

//! Several processes on one PostgreSQL are one service: what one of them has answered holds on the others.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use routix_test_postgres::Scratch;
use serde_json::{Value, json};

use crate::running::{Answer, Request, Server, command, kid, send, until};

const EMAIL: &str = "owner@example.com";
const PASSWORD: &str = "correct horse battery";

/// How often each promise is put to the test: few in CI, and as many as this names in a long campaign.
fn trials() -> usize {
    env::var_os("ROUTIX_TEST_TRIALS").map_or(25, |trials| trials.to_str().unwrap().parse().unwrap())
}

/// Two servers, one database, one folder of keys, and an app with two branches to read.
struct Service {
    nodes: [Server; 2],
    branch: String,
    user_token: String,
    app_id: String,
    client_id: String,
    secret: String,
    folder: tempfile::TempDir,
    scratch: Scratch,
}

fn on(scratch: &Scratch, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command(folder, arguments);
    let settings = [("DATABASE_URL", scratch.url().as_str()), ("API_RATE_LIMIT", "0"), ("FAILURE_LIMIT", "0")]
        .map(|(name, value)| (format!("ROUTIX_{name}"), value.to_owned()));
    command.envs(settings);
    command
}

fn run(scratch: &Scratch, folder: &Path, arguments: &[&str]) -> String {
    let output = on(scratch, folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Service {
    fn start() -> Self {
        let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
        let run = |arguments: &[&str]| run(&scratch, folder.path(), arguments);
        std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
        let password = folder.path().join("password").to_str().unwrap().to_owned();
        run(&["keys", "rotate"]);
        run(&["user", "create", "--email", EMAIL, "--name", "Ann", "--password-file", &password]);
        run(&["organization", "create", "--name", "De Vries", "--owner", EMAIL]);
        let organizations: Value = serde_json::from_str(&run(&["organization", "list", "--format", "json"])).unwrap();
        let organization = organizations[0]["id"].as_str().unwrap();
        run(&["branch", "open", "--organization", organization, "--name", "Rotterdam"]);
        let branches = run(&["branch", "list", "--organization", organization, "--format", "json"]);
        let branches: Value = serde_json::from_str(&branches).unwrap();
        let branch = branches[0]["public_id"].as_str().unwrap().to_owned();
        let serve = ["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"];
        let nodes = [(); 2].map(|()| Server::start(on(&scratch, folder.path(), &serve)));
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let signed_in = send(&nodes[0].host, &Request::new("POST", "/auth/v1/token?grant_type=password").json(&body));
        let user_token = signed_in.at("/access_token");
        let app = json!({
            "name": "ERP", "redirect_uris": ["https://erp.example/callback"], "allowed_scopes": ["routix:accounts:read"],
        });
        let request = Request::new("POST", "/functions/v1/register-oauth-app").bearer(&user_token).json(&app);
        let made = send(&nodes[1].host, &request);
        let text = |name: &str| made.at(&format!("/app/{name}"));
        let (app_id, client_id, secret) = (text("id"), text("client_id"), text("client_secret"));
        Self { nodes, branch, user_token, app_id, client_id, secret, folder, scratch }
    }

    /// The nodes in an order that changes from trial to trial.
    fn pair(&self, trial: usize) -> (&str, &str) {
        let [first, second] = &self.nodes;
        if trial.is_multiple_of(2) { (&first.host, &second.host) } else { (&second.host, &first.host) }
    }

    fn token(&self, host: &str, secret: &str) -> Answer {
        let body = json!({"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": secret});
        send(host, &Request::new("POST", "/functions/v1/oauth-token").json(&body))
    }

    fn change(&self, host: &str, body: &Value) {
        let path = format!("/rest/v1/oauth_apps?id=eq.{}", self.app_id);
        let answer = send(host, &Request::new("PATCH", &path).bearer(&self.user_token).json(body));
        assert_eq!(answer.status, 204, "{}", answer.text);
    }

    fn accounts(&self, host: &str, token: &str) -> u16 {
        let path = format!("/functions/v1/api/v1/{}/accounts", self.branch);
        send(host, &Request::new("GET", &path).bearer(token)).status
    }
}

#[test]
fn when_a_rotation_is_answered_no_node_takes_the_old_secret() {
    let mut service = Service::start();
    for trial in 0..trials() {
        let (here, there) = service.pair(trial);
        let body = json!({"oauth_app_id": service.app_id});
        let request = Request::new("POST", "/functions/v1/rotate-oauth-secret").bearer(&service.user_token).json(&body);
        let rotated = send(here, &request);
        assert_eq!(rotated.status, 200, "{}", rotated.text);
        let secret = rotated.at("/client_secret");
        assert_eq!(service.token(there, &service.secret).status, 401, "trial {trial}: the old secret");
        assert_eq!(service.token(there, &secret).status, 200, "trial {trial}: the new secret");
        service.secret = secret;
    }
}

#[test]
fn f11_when_tokens_are_cut_off_no_node_takes_them() {
    let service = Service::start();
    for trial in 0..trials() {
        let (here, there) = service.pair(trial);
        let token = service.token(there, &service.secret).at("/access_token");
        assert_eq!((service.accounts(here, &token), service.accounts(there, &token)), (200, 200), "trial {trial}");
        service.change(here, &json!({"status": "revoked", "revoke_tokens": true}));
        assert_eq!(service.accounts(there, &token), 401, "trial {trial}");
        assert_eq!(service.token(there, &service.secret).status, 401, "trial {trial}");
        service.change(there, &json!({"status": "active"}));
        assert_eq!(service.accounts(here, &token), 401, "trial {trial}");
    }
}

/// Gets tokens here and uses them there, until it is told to end. How many answers were what they should be, and the first
/// that was not.
fn use_tokens(service: &Service, which: usize, done: &AtomicBool) -> (usize, Option<String>) {
    let mut good = 0;
    for trial in which.. {
        let (here, there) = service.pair(trial);
        let answer = service.token(here, &service.secret);
        if answer.status != 200 {
            return (good, Some(answer.text));
        }
        let token = answer.at("/access_token");
        for host in [there, here] {
            let status = service.accounts(host, &token);
            if status != 200 {
                return (good, Some(format!("{status} for a token of the key {}", kid(&token))));
            }
        }
        good += 3;
        if done.load(Ordering::SeqCst) {
            break;
        }
    }
    (good, None)
}

#[test]
fn keys_are_rotated_under_load_without_one_refusal_on_any_node() {
    let service = Service::start();
    let done = AtomicBool::new(false);
    // Each takes as long as the lead that nodes have to hear of a key.
    let rotations = trials().div_ceil(16);
    let run = |arguments: &[&str]| run(&service.scratch, service.folder.path(), arguments).trim().to_owned();
    let answered = thread::scope(|scope| {
        let users: Vec<_> = (0..2)
            .map(|which| {
                scope.spawn({
                    let (service, done) = (&service, &done);
                    move || use_tokens(service, which, done)
                })
            })
            .collect();
        let rotate = || {
            for _ in 0..rotations {
                let before = service.token(service.pair(0).0, &service.secret).at("/access_token");
                let made = run(&["keys", "rotate"]);
                for trial in 0..2 {
                    let (host, _) = service.pair(trial);
                    until("the new key signs", || {
                        let token = service.token(host, &service.secret).at("/access_token");
                        (kid(&token) == made).then_some(())
                    });
                }
                // What it signed is good for an hour, so it stays until then.
                assert_eq!(service.accounts(service.pair(1).0, &before), 200);
            }
        };
        let rotated = catch_unwind(AssertUnwindSafe(rotate));
        done.store(true, Ordering::SeqCst);
        let answered: Vec<_> = users.into_iter().map(|user| user.join().unwrap()).collect();
        rotated.unwrap();
        answered
    });
    let refused: Vec<_> = answered.iter().filter_map(|(_, refused)| refused.as_ref()).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let good: usize = answered.iter().map(|(good, _)| good).sum();
    assert!(good > rotations, "{good} answers are no load");
}

#[test]
fn a_node_that_is_killed_leaves_the_other_at_work() {
    let service = Service::start();
    let Service { nodes: [first, second], ref app_id, ref user_token, ref secret, ref client_id, .. } = service;
    first.kill();
    let body = json!({"oauth_app_id": app_id});
    let request = Request::new("POST", "/functions/v1/rotate-oauth-secret").bearer(user_token).json(&body);
    let rotated = send(&second.host, &request);
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    let body = json!({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret});
    let old = send(&second.host, &Request::new("POST", "/functions/v1/oauth-token").json(&body));
    assert_eq!(old.status, 401, "{}", old.text);
    second.stop();
}

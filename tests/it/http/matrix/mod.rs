//! The authorization matrix: what every operation answers to everybody.
//!
//! The operations are those of `/openapi.json`, which another test holds to the router, so that a new one without its line
//! in `expected.txt` fails. Each request is a good one; only who sends it differs.

mod identities;
mod operations;

use identities::{Identity, Tokens};
use operations::Caller;

use crate::http::app::TestApp;
use crate::http::client::answer;

const EXPECTED: &str = include_str!("expected.txt");

/// A line: the operation, and the status for each identity.
async fn line(caller: &Caller<'_>, tokens: &Tokens, (method, path): (&str, &str)) -> String {
    let mut line = format!("{method:<6} {path:<66}");
    for identity in Identity::ALL {
        let token = match identity.actor() {
            // Whoever signs out has no session any more; the next one needs his.
            Some(actor) if path.ends_with("/logout") => Some(caller.app.sign_in(actor).await),
            _ => tokens.of(identity),
        };
        let request = caller.request((method, path)).await;
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        line.push_str(&format!(" {}", answer(request).await.status));
    }
    line
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_table_says() {
    let app = TestApp::start_with(|config| (config.api_rate_limit, config.failure_limit) = (0, 0)).await;
    let tokens = Tokens::make(&app).await;
    let caller = Caller::new(&app, tokens.everything()).await;
    let names = Identity::ALL.map(|identity| format!("{identity:?}"));
    let mut lines = vec![format!("# {}", names.join(" "))];
    for operation in caller.operations() {
        lines.push(line(&caller, &tokens, (&operation.0, &operation.1)).await);
    }
    let found = lines.join("\n") + "\n";
    let differences: Vec<&String> = lines.iter().filter(|line| !EXPECTED.lines().any(|known| known == *line)).collect();
    assert!(found == EXPECTED, "these are not as expected.txt has them: {differences:#?}\nthe whole table:\n{found}");
}

/// What the table says of somebody, whatever the operation; each with how many lines it is said of at least.
#[test]
fn the_table_holds_the_rules_that_nobody_may_break() {
    let rows: Vec<(&str, &str, Vec<u16>)> = EXPECTED.lines().skip(1).map(row).collect();
    assert!(rows.len() >= 45, "{}", rows.len());
    let of =
        |statuses: &[u16], identity: Identity| statuses[Identity::ALL.iter().position(|one| *one == identity).unwrap()];
    for (method, path, statuses) in &rows {
        let is_proxy = path.contains("/api/");
        let is_open = of(statuses, Identity::Nobody) < 300;
        for identity in [Identity::Malformed, Identity::Expired, Identity::WrongKey, Identity::WrongAudience] {
            assert_eq!(of(statuses, identity), of(statuses, Identity::Nobody), "{method} {path}: {identity:?}");
        }
        for identity in [Identity::CutOff, Identity::WrongIssuer, Identity::Anonymous] {
            assert_eq!(of(statuses, identity), of(statuses, Identity::Nobody), "{method} {path}: {identity:?}");
        }
        if is_proxy {
            assert_eq!(of(statuses, Identity::Nobody), 401, "{method} {path}");
            for identity in Identity::ALL.into_iter().filter(|identity| identity.actor().is_some()) {
                assert_eq!(of(statuses, identity), 403, "{method} {path}: {identity:?}");
            }
            assert_eq!(of(statuses, Identity::ForeignApp), 404, "{method} {path}: the branch does not exist there");
            assert_eq!(of(statuses, Identity::OtherBranch), 403, "{method} {path}");
        } else if !is_open {
            assert!(of(statuses, Identity::App) >= 400, "{method} {path}: an app manages nothing");
        }
    }
}

fn row(line: &str) -> (&str, &str, Vec<u16>) {
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let statuses: Vec<u16> = words.map(|word| word.parse().unwrap()).collect();
    assert_eq!(statuses.len(), Identity::ALL.len(), "{line}");
    (method, path, statuses)
}

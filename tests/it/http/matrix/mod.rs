//! The authorization matrix: what every operation answers to everybody.
//!
//! The operations are those of `/openapi.json`, which another test holds to the router, so that a new one without its line
//! in `expected.txt` fails. Each request is a good one; only who sends it differs. What it is about belongs to the owner of the
//! first organization: his app, his authorization, his consent. Behind the status of a change to a table stands how many rows
//! it touched.

mod identities;
mod operations;

use identities::{Identity, Tokens};
use operations::{CONSENTS, Caller};

use crate::http::app::{APPS, REGISTER, ROTATE, TestApp};
use crate::http::client::answer;

const EXPECTED: &str = include_str!("expected.txt");

/// A line: the operation, and the status for each identity.
async fn line(caller: &Caller<'_>, tokens: &Tokens, (method, path): (&str, &str)) -> String {
    let mut line = format!("{method:<6} {path:<66}");
    let is_table = path.starts_with("/rest/v1/") && method != "GET";
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
        let answer = answer(request).await;
        // A failure touches nothing and says so by its status.
        let touched = answer.header("content-range").rsplit('/').next().filter(|_| is_table && answer.status < 300);
        line.push_str(&format!(" {}{}", answer.status, touched.map(|rows| format!("/{rows}")).unwrap_or_default()));
    }
    line
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_table_says() {
    let app = TestApp::start_with(|config| (config.api_rate_limit, config.failure_limit) = (0, 0)).await;
    let tokens = Tokens::make(&app).await;
    let caller = Caller::new(&app, &tokens).await;
    let names = Identity::ALL.map(|identity| format!("{identity:?}"));
    let mut lines = vec![format!("# {}", names.join(" "))];
    for operation in caller.operations() {
        lines.push(line(&caller, &tokens, (&operation.0, &operation.1)).await);
    }
    let found = lines.join("\n") + "\n";
    let differences: Vec<&String> = lines.iter().filter(|line| !EXPECTED.lines().any(|known| known == *line)).collect();
    assert!(found == EXPECTED, "these are not as expected.txt has them: {differences:#?}\nthe whole table:\n{found}");
}

/// A line of the table, taken apart.
struct Row<'a> {
    method: &'a str,
    path: &'a str,
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn of(line: &'a str) -> Self {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let cells: Vec<&str> = words.collect();
        assert_eq!(cells.len(), Identity::ALL.len(), "{line}");
        Self { method, path, cells }
    }

    fn cell(&self, identity: Identity) -> &'a str {
        self.cells[Identity::ALL.iter().position(|one| *one == identity).unwrap()]
    }

    fn status(&self, identity: Identity) -> u16 {
        self.cell(identity).split('/').next().unwrap().parse().unwrap()
    }

    /// Whether it is about apps, which owners and admins manage and nobody else.
    fn manages(&self) -> bool {
        self.path.starts_with(APPS) || [REGISTER, ROTATE].contains(&self.path)
    }

    fn says(&self, identities: &[Identity], allowed: &[&str]) {
        for identity in identities {
            let cell = self.cell(*identity);
            assert!(allowed.contains(&cell), "{} {}: {identity:?} is answered {cell}", self.method, self.path);
        }
    }
}

fn rows() -> Vec<Row<'static>> {
    let rows: Vec<Row<'static>> = EXPECTED.lines().skip(1).map(Row::of).collect();
    assert!(rows.len() >= 45, "{}", rows.len());
    rows
}

/// What the table says of somebody, whatever the operation.
#[test]
fn the_table_holds_the_rules_that_nobody_may_break() {
    for row in rows() {
        let Row { method, path, .. } = row;
        let is_open = row.status(Identity::Nobody) < 300;
        for identity in [Identity::Malformed, Identity::Expired, Identity::WrongKey, Identity::WrongAudience] {
            assert_eq!(row.cell(identity), row.cell(Identity::Nobody), "{method} {path}: {identity:?}");
        }
        for identity in [Identity::CutOff, Identity::WrongIssuer, Identity::Anonymous] {
            assert_eq!(row.cell(identity), row.cell(Identity::Nobody), "{method} {path}: {identity:?}");
        }
        if path.contains("/api/") {
            assert_eq!(row.status(Identity::Nobody), 401, "{method} {path}");
            for identity in Identity::ALL.into_iter().filter(|identity| identity.actor().is_some()) {
                assert_eq!(row.status(identity), 403, "{method} {path}: {identity:?}");
            }
            assert_eq!(row.status(Identity::ForeignApp), 404, "{method} {path}: the branch does not exist there");
            assert_eq!(row.status(Identity::OtherBranch), 403, "{method} {path}");
        } else if !is_open {
            assert!(row.status(Identity::App) >= 400, "{method} {path}: an app manages nothing");
        }
    }
}

/// Who belongs to the organization and does not manage it, and who manages another one.
#[test]
fn the_table_lets_members_and_viewers_manage_nothing_and_foreigners_nothing_of_others() {
    let (mut managed, mut personal) = (0, 0);
    for row in rows() {
        if row.manages() {
            managed += 1;
            row.says(&[Identity::Member, Identity::Viewer], &["403"]);
            row.says(&[Identity::Owner, Identity::Admin], &["200", "201", "204/1"]);
            // He registers apps of his own and lists them, and touches none of these.
            let of_his_own = row.path == REGISTER || (row.path == APPS && row.method == "GET");
            row.says(&[Identity::ForeignOwner], if of_his_own { &["200", "201"] } else { &["404", "204/0"] });
        }
        if row.path.starts_with("/auth/v1/oauth/authorizations/")
            || (row.path.ends_with("/grants") && row.method == "DELETE")
        {
            personal += 1;
            row.says(&[Identity::Owner], &["200", "204"]);
            row.says(&[Identity::Admin, Identity::Member, Identity::Viewer, Identity::ForeignOwner], &["404"]);
        }
        if row.path == CONSENTS && row.method == "DELETE" {
            personal += 1;
            row.says(&[Identity::Owner, Identity::Admin], &["204/1"]);
            row.says(&[Identity::Member, Identity::Viewer, Identity::ForeignOwner], &["204/0"]);
        }
    }
    assert_eq!((managed, personal), (7, 4));
}

//! Backup and restore with the real program: under load, into an empty folder, and what the copy is worth.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use routix_test_postgres::Scratch;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::steps::{app_token, list, register, token_answer, user_token};
use crate::running::{Request, Server, command, routix, run, send, until};

const PASSWORD: &str = "correct horse battery staple";
const BRANCH: &str = "RTM00001";

/// A service: its data directory, and its PostgreSQL when it has one.
struct House {
    data: PathBuf,
    scratch: Option<Scratch>,
}

impl House {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = command(&self.data, words);
        if let Some(scratch) = &self.scratch {
            command.env("ROUTIX_DATABASE_URL", scratch.url());
        }
        command
    }

    fn done(&self, words: &[&str]) -> String {
        run(self.command(words), "").done()
    }

    fn serve(&self) -> Server {
        let words = ["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"];
        Server::start(self.command(&[&words[..], &["--api-rate-limit", "0"]].concat()))
    }

    /// A person, an organization and a branch.
    fn furnish(&self) {
        self.done(&["keys", "rotate"]);
        let create = ["user", "create", "--email", "ann@example.com", "--name", "Ann", "--password-file", "-"];
        run(self.command(&create), PASSWORD).done();
        let organization = self.done(&["organization", "create", "--name", "Vos", "--owner", "ann@example.com"]);
        let open = ["branch", "open", "--organization", organization.trim(), "--name", "R", "--public-id", BRANCH];
        self.done(&open);
    }

    /// The events of the log, a line each.
    fn events(&self, folder: &Path) -> Vec<String> {
        let file = folder.join("log.jsonl");
        let _earlier = fs::remove_file(&file);
        self.done(&["events", "export", "--out", file.to_str().unwrap()]);
        let is_event = |line: &&str| serde_json::from_str::<Value>(line).unwrap().get("position").is_some();
        fs::read_to_string(file).unwrap().lines().filter(is_event).map(str::to_owned).collect()
    }
}

/// An app as it was registered, with a token from before the backup.
struct App {
    client_id: String,
    app_id: String,
    secret: String,
    token: String,
}

fn app(server: &Server, owner: &str, name: &str) -> App {
    let made = register(server, owner, name);
    let [client_id, app_id] = [made.at("/app/client_id"), made.at("/app/id")];
    let secret = made.at("/app/client_secret");
    let token = app_token(server, &client_id, &secret);
    App { client_id, app_id, secret, token }
}

/// What was true before the backup: one app that works, one that was cut off, one with a new secret.
struct Before {
    works: App,
    cut_off: App,
    rotated: App,
    new_secret: String,
}

impl Before {
    fn make(house: &House, server: &Server) -> Self {
        let owner = user_token(server, "ann@example.com", PASSWORD);
        let [works, cut_off, rotated] = ["Works", "Cut off", "Rotated"].map(|name| app(server, &owner, name));
        house.done(&["app", "revoke", &cut_off.app_id, "--revoke-tokens"]);
        let new_secret = house.done(&["app", "rotate", &rotated.app_id]).trim().to_owned();
        Self { works, cut_off, rotated, new_secret }
    }

    /// Old tokens and secrets are judged as they were.
    fn holds_at(&self, server: &Server) {
        assert_eq!(list(server, &self.works.token, BRANCH, "accounts").status, 200);
        app_token(server, &self.works.client_id, &self.works.secret);
        assert_eq!(list(server, &self.cut_off.token, BRANCH, "accounts").status, 401);
        assert_eq!(token_answer(server, &self.cut_off.client_id, &self.cut_off.secret).status, 401);
        assert_eq!(token_answer(server, &self.rotated.client_id, &self.rotated.secret).status, 401);
        app_token(server, &self.rotated.client_id, &self.new_secret);
        user_token(server, "ann@example.com", PASSWORD);
    }
}

/// Runs `work` while apps are registered and records are made, some before it, some after it, and returns what it returned.
fn under_load<T>(server: &Server, token: &str, work: impl FnOnce() -> T) -> T {
    let (done, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let owner = user_token(server, "ann@example.com", PASSWORD);
    let writes = || written.load(Ordering::Relaxed);
    let more = || {
        let until_now = writes();
        until("more was written", || (writes() >= until_now + 6).then_some(()));
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                register(server, &owner, "Busy");
                written.fetch_add(1, Ordering::Relaxed);
            }
        });
        scope.spawn(|| {
            let path = format!("/functions/v1/api/v1/{BRANCH}/accounts");
            while !done.load(Ordering::Relaxed) {
                let create = Request::new("POST", &path).bearer(token).json(&json!({"company_name": "Vos B.V."}));
                assert_eq!(send(&server.host, &create).status, 201);
                written.fetch_add(1, Ordering::Relaxed);
            }
        });
        more();
        let worked = work();
        more();
        done.store(true, Ordering::Relaxed);
        worked
    })
}

/// Looks at a restored service: its log is the beginning of the first one's, it verifies, and it judges as it did.
fn is_the_same_service(restored: &House, first: &House, before: &Before) {
    let folder = tempfile::tempdir().unwrap();
    let verified = restored.done(&["events", "verify"]);
    assert!(verified.contains("good"), "{verified}");
    let (now, then) = (first.events(folder.path()), restored.events(folder.path()));
    assert!(then.len() > 6 && then.len() < now.len(), "{} of {}", then.len(), now.len());
    assert_eq!(then, now[..then.len()]);
    let server = restored.serve();
    before.holds_at(&server);
    restored.done(&["projections", "verify"]);
    let doctor = ["doctor", "--public-url", "https://api.example.com", "--trusted-proxy", "10.0.0.1"];
    let told = restored
        .done(&[&doctor[..], &["--listen", &server.host]].concat().iter().map(|word| &**word).collect::<Vec<_>>());
    assert!(!told.contains("\nproblem"), "{told}");
    // It goes on from there.
    let owner = user_token(&server, "ann@example.com", PASSWORD);
    app(&server, &owner, "After the restore");
    server.stop();
    restored.done(&["projections", "verify"]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_backup_beside_a_busy_server_is_a_service_again_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let first = House { data: folder.path().join("first"), scratch: None };
    first.furnish();
    let server = first.serve();
    let before = Before::make(&first, &server);
    let out = folder.path().join("monday");
    let listed = under_load(&server, &before.works.token, || first.done(&["backup", "--out", out.to_str().unwrap()]));
    server.stop();
    for name in ["read.db", "events.db", "identity.db", "tms.db", "keys/"] {
        assert!(listed.contains(name), "{name} in {listed}");
    }
    assert_eq!(mode(&out), 0o700);
    for entry in fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
    assert!(!folder.path().join("monday.partial").exists());
    let restored = House { data: folder.path().join("second"), scratch: None };
    let copied = Command::new("cp").arg("-a").arg(&out).arg(&restored.data).status().unwrap();
    assert!(copied.success());
    is_the_same_service(&restored, &first, &before);
}

#[test]
fn a_backup_without_its_read_models_is_a_service_again_too() {
    let folder = tempfile::tempdir().unwrap();
    let first = House { data: folder.path().join("first"), scratch: None };
    first.furnish();
    let server = first.serve();
    let before = Before::make(&first, &server);
    let (old, out) = (folder.path().join("old"), folder.path().join("new"));
    first.done(&["backup", "--out", old.to_str().unwrap()]);
    under_load(&server, &before.works.token, || first.done(&["backup", "--out", out.to_str().unwrap()]));
    server.stop();
    // Read models of an earlier backup catch up; without any they are made; those that know too much are made anew.
    fs::copy(old.join("read.db"), out.join("read.db")).unwrap();
    let house = |data: &Path| House { data: data.to_owned(), scratch: None };
    is_the_same_service(&house(&out), &first, &before);
    fs::remove_file(out.join("read.db")).unwrap();
    let server = house(&out).serve();
    before.holds_at(&server);
    server.stop();
    fs::copy(first.data.join("read.db"), old.join("read.db")).unwrap();
    let server = house(&old).serve();
    before.holds_at(&server);
    server.stop();
    house(&old).done(&["projections", "verify"]);
}

#[test]
fn a_dump_of_postgresql_under_load_is_a_service_again_in_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    let first = House { data: folder.path().join("first"), scratch: Some(Scratch::new()) };
    first.furnish();
    let server = first.serve();
    let before = Before::make(&first, &server);
    let dumped = under_load(&server, &before.works.token, || first.scratch.as_ref().unwrap().dumped());
    server.stop();
    let restored = House { data: folder.path().join("second"), scratch: Some(dumped) };
    fs::create_dir(&restored.data).unwrap();
    let keys = Command::new("cp").arg("-a").arg(first.data.join("keys")).arg(&restored.data).status().unwrap();
    assert!(keys.success());
    is_the_same_service(&restored, &first, &before);
}

fn refused(data: &Path, out: &Path) -> String {
    routix(data, &["backup", "--out", out.to_str().unwrap()]).refusal()
}

#[test]
fn nothing_is_overwritten_and_half_a_backup_is_none() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let (data, out) = (folder.path().join("data"), folder.path().join("out"));
    assert!(refused(&data, &out).contains("there is no data"));
    routix(&data, &["keys", "rotate"]).done();
    fs::create_dir(&out).unwrap();
    assert!(refused(&data, &out).contains("there already"));
    fs::remove_dir(&out).unwrap();
    fs::create_dir(folder.path().join("out.partial")).unwrap();
    assert!(refused(&data, &out).contains("did not end"));
    fs::remove_dir(folder.path().join("out.partial")).unwrap();
    assert!(refused(&data, &folder.path().join("no/such")).contains("no/such"));
    let mut elsewhere = command(&data, &["backup", "--out", out.to_str().unwrap()]);
    elsewhere.env("ROUTIX_DATABASE_URL", "postgres://127.0.0.1:1/routix");
    assert!(run(elsewhere, "").refusal().contains("pg_dump"));
    assert!(!out.exists());
    // A file whose pages are not what they should be, with no write-ahead log that has them as they were.
    routix_projections::sqlite_file::fold_write_ahead_log(&data.join("tms.db")).unwrap();
    let (file, size) = (data.join("tms.db"), fs::metadata(data.join("tms.db")).unwrap().len());
    let mut bytes = fs::read(&file).unwrap();
    assert_eq!(bytes.len() as u64, size);
    for page in 2..bytes.len() / 4_096 {
        bytes[page * 4_096..page * 4_096 + 100].fill(0xff);
    }
    fs::write(&file, bytes).unwrap();
    let refusal = refused(&data, &out);
    assert!(refusal.contains("tms.db"), "{refusal}");
    assert!(!out.exists() && !folder.path().join("out.partial").exists(), "what is left is removed");
}

//! `routix doctor`: each thing that would stop a server is named, with what to do, and nothing is changed.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use routix_test_postgres::Scratch;
use rusqlite::Connection;
use serde_json::Value;

use crate::running::{Server, command, routix, run};

const CATALOGUE: &str = include_str!("../../../src/proxy/catalogue/catalogue.toml");
const HOW: [&str; 4] = ["--public-url", "https://api.example.com", "--trusted-proxy", "10.0.0.1"];

/// What it says: its exit code and its rows.
struct Told {
    code: Option<i32>,
    rows: Vec<Value>,
}

impl Told {
    /// What was found wrong about one thing, with its verdict and what to do.
    fn wrong(&self, check: &str) -> Option<[String; 3]> {
        let row = self.rows.iter().find(|row| row["check"] == check && row["verdict"] != "ok")?;
        Some(["verdict", "found", "remedy"].map(|name| row[name].as_str().unwrap().to_owned()))
    }

    /// The things that are not well. How much room this machine has is its own matter.
    fn all_wrong(&self) -> Vec<&Value> {
        let room = |row: &&Value| row["found"].as_str().is_some_and(|found| found.contains("MiB of room"));
        self.rows.iter().filter(|row| row["verdict"] != "ok" && !room(row)).collect()
    }
}

fn doctor_of(mut command: std::process::Command) -> Told {
    let ran = run(
        {
            command.args(["--format", "json"]);
            command
        },
        "",
    );
    Told { code: ran.code, rows: serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}")) }
}

fn doctor(data: &Path, flags: &[&str]) -> Told {
    doctor_of(command(data, &[&["doctor", "--listen", "127.0.0.1:0"], &HOW[..], flags].concat()))
}

/// A data directory that could be served.
fn ready() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    routix(folder.path(), &["keys", "rotate"]).done();
    folder
}

/// Every file below a folder, and what is in it. What SQLite keeps beside a file to read it is no content of it.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut content = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            content.extend(self::content(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        if !bytes.is_empty() && path.extension().is_none_or(|extension| extension != "db-shm") {
            content.insert(path, bytes);
        }
    }
    content
}

#[test]
fn what_can_be_served_is_well_beside_a_server_and_without_one_and_is_not_changed() {
    let folder = ready();
    let before = content(folder.path());
    let told = doctor(folder.path(), &[]);
    assert_eq!((told.code, told.all_wrong()), (Some(0), vec![]));
    assert!(before.len() > 6 && content(folder.path()) == before, "nothing is changed");
    let server = Server::serve(folder.path());
    let told = doctor(folder.path(), &[]);
    assert_eq!((told.code, told.all_wrong()), (Some(0), vec![]));
    let lock = told.rows.iter().find(|row| row["check"] == "lock").unwrap();
    assert!(lock["found"].as_str().unwrap().contains("a server is running"), "{lock}");
    for check in ["settings", "keys", "events", "identity", "read", "tms", "clock", "evidence", "app_list", "records"] {
        assert!(told.rows.iter().any(|row| row["check"] == check), "{check} is looked at");
    }
    server.stop();
}

#[test]
fn an_empty_machine_is_told_what_to_do_first_and_stays_empty() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ran = routix(&data, &["doctor"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for line in ["problem  public URL: ", "problem  keys: ", "warning  data directory: ", "warning  events: "] {
        assert!(ran.stdout.lines().any(|told| told.starts_with(line) && told.contains(" -- ")), "{line} {ran:?}");
    }
    assert!(ran.stdout.contains("routix keys rotate"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn settings_that_would_stop_it_are_problems() {
    let folder = ready();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let (unknown, catalogue, short) =
        (folder.path().join("a.toml"), folder.path().join("b.toml"), folder.path().join("c.toml"));
    fs::write(&unknown, "api_rate_limits = 7\n").unwrap();
    fs::write(&catalogue, "nonsense = 1\n").unwrap();
    fs::write(&short, CATALOGUE.replacen("company_name", "name_of_the_company", 1)).unwrap();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    for (flags, check, told) in [
        (vec!["--config".to_owned(), text(&unknown)], "settings", "did you mean 'api_rate_limit'?"),
        (vec!["--log".to_owned(), "routix=loud".to_owned()], "settings", "log is no filter"),
        (vec!["--listen".to_owned(), taken], "address", "cannot listen"),
        (vec!["--catalogue".to_owned(), text(&catalogue)], "records", "catalogue"),
        (vec!["--catalogue".to_owned(), text(&short)], "records", "name_of_the_company"),
        (vec!["--keys-dir".to_owned(), text(&folder.path().join("none"))], "keys", "no signing key"),
        (vec!["--data-dir".to_owned(), text(&unknown)], "data directory", "is no folder"),
    ] {
        // A flag may be given once, so these stand alone.
        let mut command = std::process::Command::new(command(folder.path(), &[]).get_program());
        command.arg("doctor").args(HOW).args(&flags);
        if !flags.contains(&"--data-dir".to_owned()) {
            command.arg("--data-dir").arg(folder.path());
        }
        let doctor = doctor_of(command);
        let wrong = doctor.wrong(check).unwrap_or_else(|| panic!("{check}: {:?}", doctor.rows));
        assert!(wrong[0] == "problem" && wrong[1].contains(told), "{told} in {wrong:?}");
        assert_eq!(doctor.code, Some(1), "{check}");
    }
}

#[test]
fn what_only_makes_it_less_safe_is_a_warning() {
    let folder = ready();
    let plain = ["--public-url", "http://api.example.com"];
    let told = doctor_of(command(folder.path(), &[&["doctor", "--listen", "127.0.0.1:0"], &plain[..]].concat()));
    let [verdict, found, remedy] = told.wrong("public URL").unwrap();
    assert!(verdict == "warning" && found.contains("not encrypted") && remedy.contains("https://"));
    let public = ["--public-url", "https://api.example.com"];
    let told = doctor_of(command(folder.path(), &[&["doctor", "--listen", "127.0.0.1:0"], &public[..]].concat()));
    let [verdict, _, remedy] = told.wrong("trusted proxies").unwrap();
    assert!(verdict == "warning" && remedy.contains("--trusted-proxy"));
    let mut misspelt = command(folder.path(), &["doctor", "--listen", "127.0.0.1:0"]);
    misspelt.args(HOW).env("ROUTIX_FAILURE_LIMITS", "3");
    let told = doctor_of(misspelt);
    assert!(told.wrong("settings").unwrap()[1].contains("ROUTIX_FAILURE_LIMIT?"));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let told = doctor(folder.path(), &[]);
    assert!(told.wrong("data directory").unwrap()[2].starts_with("chmod 700 "));
    assert_eq!(told.code, Some(0), "it serves");
    let everybody = ["--public-url", "https://api.example.com", "--trusted-proxy", "0.0.0.0/0"];
    let told = doctor_of(command(folder.path(), &[&["doctor"], &everybody[..]].concat()));
    assert_eq!((told.wrong("trusted proxies").unwrap()[0].as_str(), told.code), ("problem", Some(1)));
}

#[test]
fn keys_that_are_not_fit_are_problems() {
    let folder = ready();
    let key = fs::read_dir(folder.path().join("keys")).unwrap().next().unwrap().unwrap().path();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let told = doctor(folder.path(), &[]);
    let [verdict, _, remedy] = told.wrong("keys").unwrap();
    assert_eq!((verdict.as_str(), remedy), ("problem", format!("chmod 600 {}", key.display())));
    let demo = tempfile::tempdir().unwrap();
    Server::demo(demo.path()).stop();
    let told = doctor(demo.path(), &[]);
    assert!(told.wrong("keys").unwrap()[1].contains("demo") && told.code == Some(1));
}

#[test]
fn an_old_key_is_to_be_followed_by_another() {
    let folder = ready();
    let keys = fs::read_dir(folder.path().join("keys")).unwrap().map(|entry| entry.unwrap().path());
    for key in keys.filter(|key| key.to_str().unwrap().contains("signing-")) {
        let mut value: Value = serde_json::from_slice(&fs::read(&key).unwrap()).unwrap();
        value["activates_at"] = Value::from("2020-01-01T00:00:00Z");
        fs::write(&key, value.to_string()).unwrap();
    }
    let told = doctor(folder.path(), &[]);
    let [verdict, found, remedy] = told.wrong("keys").unwrap();
    assert!(verdict == "warning" && found.contains("has signed for ") && remedy.contains("routix keys rotate"));
    assert_eq!(told.code, Some(0));
}

#[test]
fn data_that_a_server_could_not_use_is_a_problem() {
    let folder = ready();
    routix(folder.path(), &["projections", "pause", "app_list"]).done();
    let told = doctor(folder.path(), &[]);
    assert_eq!(told.wrong("app_list").unwrap()[2], "routix projections resume app_list");
    assert_eq!(told.code, Some(1));
    routix(folder.path(), &["projections", "resume", "app_list"]).done();

    let log = Connection::open(folder.path().join("events.db")).unwrap();
    let later = "DROP TRIGGER events_no_update; UPDATE events SET recorded_at = recorded_at + 3600000000;";
    log.execute_batch(later).unwrap();
    let told = doctor(folder.path(), &[]);
    assert!(told.wrong("clock").unwrap()[1].contains("a clock was set back"), "{:?}", told.rows);

    let read = Connection::open(folder.path().join("read.db")).unwrap();
    read.execute_batch("INSERT INTO schema_migrations VALUES ('29991231000000_later', 'x', 1)").unwrap();
    let told = doctor(folder.path(), &[]);
    assert_eq!(told.wrong("read").unwrap()[2], "use the newer version of routix");
    assert!(told.wrong("contents").is_some(), "what is of another version is not looked into");
    drop((log, read));

    // With a whole write-ahead log beside it SQLite would mend it.
    fs::remove_file(folder.path().join("tms.db-wal")).unwrap();
    fs::write(folder.path().join("tms.db"), "this is no database, and it is long enough to tell").unwrap();
    assert_eq!(doctor(folder.path(), &[]).wrong("tms").unwrap()[0], "problem");
}

#[test]
fn a_postgresql_is_looked_at_in_the_same_way() {
    let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
    let there = |words: &[&str]| {
        let mut command = command(folder.path(), words);
        command.env("ROUTIX_DATABASE_URL", scratch.url());
        command
    };
    let look = [&["doctor", "--listen", "127.0.0.1:0"], &HOW[..]].concat();
    let before = doctor_of(there(&look));
    assert!(before.wrong("events").unwrap()[2].contains("routix migrate"), "{:?}", before.rows);
    assert!(scratch.sql("SELECT nspname::text FROM pg_namespace WHERE nspname = 'events'").is_empty());
    run(there(&["keys", "rotate"]), "").done();
    let told = doctor_of(there(&look));
    assert_eq!((told.code, told.all_wrong()), (Some(0), vec![]));
    let mut nowhere = command(folder.path(), &look);
    nowhere.env("ROUTIX_DATABASE_URL", "postgres://routix:verysecret@127.0.0.1:1/routix");
    let told = doctor_of(nowhere);
    let wrong = told.wrong("events").unwrap();
    assert!(wrong[0] == "problem" && wrong[1].contains("postgres://127.0.0.1/routix"), "{wrong:?}");
    assert!(!format!("{:?}", told.rows).contains("verysecret"));
}

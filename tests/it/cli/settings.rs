//! Settings: flag over environment over TOML file, and what is said about those that cannot be used.

use std::fs;
use std::path::Path;

use super::steps::{app_token, list};
use crate::running::{Ran, Request, Server, command, facts, send};

fn migrate(folder: &Path, flags: &[&str], environment: &[(&str, &str)]) -> Ran {
    ran(folder, &[&["migrate"], flags].concat(), environment)
}

/// Runs without `--data-dir`, so that the setting can come from elsewhere.
fn ran(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut command = std::process::Command::new(command(folder, &[]).get_program());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ROUTIX_") {
            command.env_remove(name);
        }
    }
    let output = command.args(arguments).envs(environment.to_vec()).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("routix.toml"), "data_dir = \"from-file\"\n").unwrap();
    let file = ["--config", "routix.toml"];
    let environment = [("ROUTIX_DATA_DIR", "from-environment")];
    let flag = ["--data-dir", "from-flag", "--config", "routix.toml"];
    for (flags, environment, used) in [
        (&[][..], &[][..], "routix-data"),
        (&file, &[], "from-file"),
        (&file, &environment, "from-environment"),
        (&flag, &environment, "from-flag"),
    ] {
        migrate(folder.path(), flags, environment).done();
        assert!(folder.path().join(used).join("read.db").exists(), "{used}");
        fs::remove_dir_all(folder.path().join(used)).unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "and nowhere else");
}

#[test]
fn the_url_of_a_database_can_be_given_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("url"), "sqlite:records\n").unwrap();
    migrate(folder.path(), &[], &[("ROUTIX_DATABASE_URL_FILE", "url")]).done();
    assert!(folder.path().join("records/read.db").exists());
    assert!(folder.path().join("routix-data/events.db").exists(), "the log stays where it is");
    let file = [("ROUTIX_DATABASE_URL_FILE", "url"), ("ROUTIX_DATABASE_URL", "sqlite:environment")];
    fs::remove_dir_all(folder.path().join("records")).unwrap();
    migrate(folder.path(), &["--database-url", "sqlite:flag"], &file).done();
    assert!(folder.path().join("flag/read.db").exists() && !folder.path().join("records").exists(), "a flag wins");
}

#[test]
fn an_unknown_key_of_the_file_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("routix.toml"), "api_rate_limits = 7\n").unwrap();
    let refusal = migrate(folder.path(), &["--config", "routix.toml"], &[]).refusal();
    assert!(refusal.contains("'api_rate_limits'") && refusal.contains("did you mean 'api_rate_limit'?"), "{refusal}");
    assert!(!folder.path().join("routix-data").exists());
}

#[test]
fn a_value_that_cannot_be_used_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.toml"), "listen = \"nowhere\"\n").unwrap();
    fs::write(folder.path().join("broken.toml"), "listen = = 1\n").unwrap();
    for (flags, environment, name) in [
        (&[][..], &[("ROUTIX_LISTEN", "nowhere")][..], "LISTEN"),
        (&[], &[("ROUTIX_API_RATE_LIMIT", "-1")], "API_RATE_LIMIT"),
        (&[], &[("ROUTIX_REFRESH_RETRY_SECONDS", "61")], "refresh_retry_seconds"),
        (&[], &[("ROUTIX_SECURITY_LOG_DAYS", "36501")], "security_log_days"),
        (&[], &[("ROUTIX_LOG_FORMAT", "xml")], "LOG_FORMAT"),
        (&[], &[("ROUTIX_PUBLIC_URL", "api.example.com")], "public_url"),
        (&[], &[("ROUTIX_DATABASE_URL_FILE", "missing")], "missing"),
        (&["--public-url", "https://api.example.com/"], &[], "public_url"),
        (&["--database-url", "mysql:x"], &[], "database_url"),
        (&["--log", "routix=loud"], &[], "log"),
        (&["--trusted-proxy", "10.0.0.0/33"], &[], "trusted_proxy"),
        (&["--cors-origins", "*"], &[], "cors_origins"),
        (&[], &[("ROUTIX_CORS_ORIGINS", "https://app.example.com/")], "cors_origins"),
        (&["--config", "bad.toml"], &[], "listen"),
        (&["--config", "broken.toml"], &[], "broken.toml"),
        (&["--config", "missing.toml"], &[], "missing.toml"),
    ] {
        let refusal = migrate(folder.path(), flags, environment).refusal();
        assert!(refusal.contains(name), "{name} in {refusal}");
    }
    assert!(!folder.path().join("routix-data").exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "").unwrap();
    let refusal = migrate(folder.path(), &["--data-dir", "taken"], &[]).refusal();
    assert!(refusal.contains("taken"), "{refusal}");
}

#[test]
fn what_demo_env_holds_can_stay_in_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let sourced = [("ROUTIX_CLIENT_SECRET", "routix_x"), ("ROUTIX_URL", "http://127.0.0.1:1"), ("ROUTIX_BRANCH", "X")];
    let ran = migrate(folder.path(), &[], &sourced);
    assert!(!ran.stderr.contains("warning"), "{ran:?}");
    ran.done();
    Server::demo(folder.path()).stop();
    let text = fs::read_to_string(folder.path().join("demo.env")).unwrap();
    let sourced: Vec<_> = text.lines().filter_map(|line| line.split_once('=')).collect();
    assert!(sourced.len() > 5, "{sourced:?}");
    assert_eq!(ran_quietly(folder.path(), &sourced), "");
}

/// What `config show` says on stderr.
fn ran_quietly(folder: &Path, environment: &[(&str, &str)]) -> String {
    let ran = ran(folder, &["config", "show"], environment);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    ran.stderr
}

#[test]
fn a_misspelt_variable_is_warned_of_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let warned = migrate(folder.path(), &[], &[("ROUTIX_PUBLIC_ULR", "https://api.example.com")]);
    assert!(warned.stderr.contains("ROUTIX_PUBLIC_ULR") && warned.stderr.contains("ROUTIX_PUBLIC_URL"), "{warned:?}");
    warned.done();
    let token = [("ROUTIX_TOKEN_ISSUER_FILE", "issuer")];
    assert!(ran_quietly(folder.path(), &token).contains("did you mean ROUTIX_TOKEN_ISSUER?"));
}

#[test]
fn every_setting_is_shown_with_its_origin_and_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("routix.toml"), "failure_limit = 7\ndata_dir = \"from-file\"\n").unwrap();
    fs::write(folder.path().join("url"), "postgres://ann:verysecret@db.example/routix\n").unwrap();
    let arguments = ["config", "show", "--config", "routix.toml", "--listen", "127.0.0.1:0"];
    let environment = [
        ("ROUTIX_DATA_DIR", "from-environment"),
        ("ROUTIX_DATABASE_URL_FILE", "url"),
        ("ROUTIX_TMS_URL", "postgres://ann:verysecret@db.example/tms?password=verysecret"),
    ];
    let table = ran(folder.path(), &arguments, &environment).done();
    let json = ran(folder.path(), &[&arguments[..], &["--format", "json"]].concat(), &environment).done();
    for shown in [&table, &json] {
        assert!(!shown.contains("verysecret") && shown.contains("postgres://ann:[redacted]@db.example/routix"));
    }
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let of = |name: &str| {
        let row = rows.iter().find(|row| row["setting"] == name).unwrap();
        assert!(table.contains(name), "{name} in {table}");
        [&row["value"], &row["origin"], &row["from"]].map(|cell| cell.as_str().map_or(cell.to_string(), str::to_owned))
    };
    assert_eq!(of("listen"), ["127.0.0.1:0", "flag", "--listen"]);
    assert_eq!(of("data_dir"), ["from-environment", "variable", "ROUTIX_DATA_DIR"]);
    assert_eq!(of("database_url")[1..], ["variable", "ROUTIX_DATABASE_URL_FILE"]);
    assert_eq!(of("failure_limit"), ["7", "file", "routix.toml"]);
    assert_eq!(of("log"), ["info", "default", "null"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "looking makes nothing");
}

#[test]
fn settings_of_every_source_reach_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routix.toml");
    fs::write(&file, "token_issuer = \"https://issuer.example\"\napi_rate_limit = 9\n").unwrap();
    let mut demo = command(folder.path(), &["demo", "--listen", "127.0.0.1:0", "--failure-limit", "1"]);
    demo.arg("--config").arg(&file).env("ROUTIX_API_RATE_LIMIT", "2");
    let server = Server::start(demo);
    let facts = facts(folder.path());
    let token = app_token(&server, &facts["ROUTIX_CLIENT_ID"], &facts["ROUTIX_CLIENT_SECRET"]);
    assert_eq!(crate::running::payload(&token)["iss"], "https://issuer.example");
    let statuses = [0, 1, 2].map(|_| list(&server, &token, "RS2RDH3B", "accounts").status);
    assert_eq!(statuses, [200, 200, 429]);
    let wrong = "grant_type=client_credentials&client_id=nobody&client_secret=x";
    let wrong = Request::new("POST", "/oauth2/token").form(wrong);
    let answers = [0, 1].map(|_| send(&server.host, &wrong));
    assert_eq!(answers.each_ref().map(|answer| answer.status), [401, 429]);
    assert!(answers[1].header("retry-after").is_some());
}

//! What comes with the program: manual pages, completions, and the unit of systemd.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::usage::COMMANDS;
use crate::running::{Request, Server, command, routix, send};

const UNIT: &str = include_str!("../../../.systemd/routix.service");

#[test]
fn every_command_has_a_page_of_the_manual() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    let listed = routix(folder.path(), &["man", "--out", out.to_str().unwrap()]).done();
    for words in COMMANDS {
        let name = [&["routix"], words].concat().join("-");
        let page = fs::read_to_string(out.join(format!("{name}.1"))).unwrap();
        assert!(listed.lines().any(|line| line == format!("{name}.1")), "{name}");
        let title = format!(".TH {name} 1");
        assert!(page.lines().any(|line| line.starts_with(&title)), "{title}: {page}");
        assert!(page.contains(".SH SYNOPSIS") && page.contains("Example:"), "{name}: {page}");
    }
    assert_eq!(listed.lines().count(), fs::read_dir(&out).unwrap().count());
}

/// What bash proposes behind some words, once it has read the script.
fn proposed(script: &Path, words: &[&str]) -> BTreeSet<String> {
    let last = words.len() - 1;
    let ask = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={last}
         _routix routix '{}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script.display(),
        words.join(" "),
        words[last],
        words[last - 1]
    );
    let told = Command::new("bash").arg("-c").arg(ask).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&told.stderr), "");
    String::from_utf8(told.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_settings() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("routix.bash");
    fs::write(&script, routix(folder.path(), &["completions", "bash"]).done()).unwrap();
    let parsed = Command::new("bash").arg("-n").arg(&script).output().unwrap();
    assert_eq!((parsed.status.code(), String::from_utf8_lossy(&parsed.stderr).as_ref()), (Some(0), ""));
    for (words, proposal) in [
        (["routix", "", "ke"], "keys"),
        (["routix", "config", "s"], "show"),
        (["routix", "serve", "--trusted-p"], "--trusted-proxy"),
    ] {
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        assert_eq!(proposed(&script, &words), BTreeSet::from([proposal.to_owned()]), "{words:?}");
    }
}

#[test]
fn every_shell_knows_every_command_and_setting() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = routix(folder.path(), &["completions", shell]).done();
        let known: BTreeSet<&str> = script.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
        for word in COMMANDS.iter().flat_map(|words| words.iter()) {
            assert!(known.contains(word), "{word} in {shell}");
        }
        for setting in ["data-dir", "trusted-proxy", "log-format"] {
            assert!(script.contains(setting), "{setting} in {shell}");
        }
    }
}

/// The values of a directive of the unit, in their order.
fn directive(name: &str) -> Vec<&'static str> {
    let lines = UNIT.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).filter(|(key, _)| *key == name).map(|(_, value)| value).collect()
}

#[test]
fn the_unit_takes_from_the_service_whatever_it_does_not_need() {
    for name in [
        "DynamicUser",
        "NoNewPrivileges",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "PrivateUsers",
        "ProtectClock",
        "ProtectControlGroups",
        "ProtectHostname",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "ProtectKernelTunables",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
        "LockPersonality",
        "MemoryDenyWriteExecute",
        "RemoveIPC",
    ] {
        assert_eq!(directive(name), ["yes"], "{name}");
    }
    assert_eq!(directive("ProtectSystem"), ["strict"]);
    assert_eq!(directive("CapabilityBoundingSet"), [""]);
    assert_eq!(directive("SystemCallFilter"), ["@system-service", "~@privileged @resources"]);
    assert_eq!(directive("RestrictAddressFamilies"), ["AF_INET AF_INET6 AF_UNIX"]);
    assert_eq!((directive("UMask"), directive("StateDirectoryMode")), (vec!["0077"], vec!["0700"]));
}

#[test]
fn what_the_unit_starts_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let commented = UNIT.lines().filter_map(|line| line.strip_prefix("#     /usr/local/bin/routix "));
    let started = directive("ExecStart").into_iter().map(|line| line.strip_prefix("/usr/local/bin/routix ").unwrap());
    let lines: Vec<&str> = started.chain(commented).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        let program = command(folder.path(), &[]).get_program().to_owned();
        let ran = Command::new(program).args(line.split(' ')).arg("--help").output().unwrap();
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn a_service_manager_is_told_when_it_is_ready_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    routix(&data, &["keys", "rotate"]).done();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
    let told = || {
        let mut text = [0; 64];
        let length = manager.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let mut serve = command(&data, &["serve", "--listen", "127.0.0.1:0", "--public-url", "https://api.example.com"]);
    serve.env("NOTIFY_SOCKET", &path);
    let server = Server::start(serve);
    assert_eq!(told(), "READY=1");
    assert_eq!(send(&server.host, &Request::new("GET", "/healthz")).status, 200);
    server.stop();
    assert_eq!(told(), "STOPPING=1");
}

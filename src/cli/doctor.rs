//! `routix doctor`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use super::output::{Format, Rows, line, shown};
use super::settings::Settings;
use crate::config::{Config, Loaded, Origin};
use crate::system::System;
use crate::wiring::{Finding, Verdict, examine, told};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    format: Format,
}

pub(super) async fn run(settings: &Settings, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let findings = match settings.read(Config::default()) {
        Ok(loaded) => {
            let mut findings = of_settings(&loaded);
            findings.extend(examine(&loaded.config, &System::real()).await);
            findings
        }
        Err(error) => vec![Finding::problem("settings", told(&error), "correct the setting")],
    };
    print(&findings, arguments.format)?;
    let problem = findings.iter().any(|finding| finding.verdict == Verdict::Problem);
    Ok(if problem { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn of_settings(loaded: &Loaded) -> Vec<Finding> {
    let given = loaded.settings.iter().filter(|setting| setting.origin != Origin::Default).count();
    let mut findings = vec![match EnvFilter::try_new(&loaded.config.log) {
        Ok(_) => Finding::ok("settings", format!("{given} of {} are given", loaded.settings.len())),
        Err(error) => Finding::problem("settings", format!("log is no filter: {error}"), "correct the setting"),
    }];
    let odd = |warning: &String| Finding::warning("settings", warning, "routix config show");
    findings.extend(loaded.warnings.iter().map(odd));
    findings
}

fn print(findings: &[Finding], format: Format) -> std::io::Result<()> {
    if format.is_table() {
        return findings.iter().try_for_each(|finding| {
            let Finding { check, verdict, found, remedy } = finding;
            let remedy = remedy.as_ref().map(|remedy| format!(" -- {remedy}")).unwrap_or_default();
            line(&shown(&format!("{:<8} {check}: {found}{remedy}", verdict.as_str())))
        });
    }
    let mut rows = Rows::new(&["check", "verdict", "found", "remedy"]);
    for Finding { check, verdict, found, remedy } in findings {
        rows.push([json!(check), json!(verdict.as_str()), json!(found), json!(remedy)]);
    }
    rows.print(format)
}

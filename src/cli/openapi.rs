//! `routix openapi`.

use std::io::Write as _;
use std::process::ExitCode;

use super::context::quiet;
use super::output::write;
use super::settings::Settings;
use crate::openapi::Description;
use crate::wiring;

/// Prints what a server with the same settings answers at `/openapi.json`. Needs no data.
pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let config = quiet(settings)?;
    let catalogue = wiring::catalogue(&config)?;
    let public_url = config.public_url.unwrap_or_else(|| format!("http://{}", config.listen));
    let document = Description::new(&catalogue, &public_url).document()?;
    write(|out| out.write_all(document.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

//! What every subcommand beside a server needs: the stores, and a name for who is acting.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, bail};
use routix_domain::value::BranchRestriction;
use uuid::Uuid;

use super::log;
use super::settings::Settings;
use crate::commands::Origin;
use crate::config::{self, Config, LogFormat};
use crate::store::identity::User;
use crate::system::System;
use crate::wiring::Stores;

/// A command at work.
pub(super) struct Context {
    pub(super) config: Config,
    pub(super) stores: Stores,
}

impl Context {
    /// Opens the stores; a server may be running on them.
    ///
    /// # Errors
    /// Whatever is in the way, in one sentence.
    pub(super) async fn open(settings: &Settings) -> anyhow::Result<Self> {
        let config = quiet(settings)?;
        require_data(&config)?;
        Self::beside(config).await
    }

    /// Opens the stores, and makes them where there are none.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) async fn make(settings: &Settings) -> anyhow::Result<Self> {
        Self::beside(quiet(settings)?).await
    }

    async fn beside(config: Config) -> anyhow::Result<Self> {
        let stores = Stores::open_beside(&config, &System::real()).await?;
        Ok(Self { config, stores })
    }

    /// Opens the stores and leaves the read models as they are found.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) async fn open_still(settings: &Settings) -> anyhow::Result<Self> {
        let config = quiet(settings)?;
        require_data(&config)?;
        let stores = Stores::open_still(&config, &System::real()).await?;
        Ok(Self { config, stores })
    }

    /// The person at the keyboard, as the log will name him.
    pub(super) fn origin(&self) -> Origin {
        Origin::command_line(config::account(), self.stores.system.ordered_id())
    }

    /// A user by id or e-mail address.
    ///
    /// # Errors
    /// That there is none.
    pub(super) async fn user(&self, text: &str) -> anyhow::Result<User> {
        let found = match text.parse::<Uuid>() {
            Ok(id) => self.stores.identity.user(id).await?,
            Err(_) => self.stores.identity.user_by_email(text).await?,
        };
        found.with_context(|| format!("there is no user {text}"))
    }
}

/// A mistyped folder must not be made and found empty.
///
/// # Errors
/// That there is no data.
pub(super) fn require_data(config: &Config) -> anyhow::Result<()> {
    let folder = &config.data_dir;
    if folder.join("events.db").exists() || config.event_store_url.is_some() || config.database_url.is_some() {
        return Ok(());
    }
    bail!(
        "there is no data in {}; `routix keys rotate` makes the databases and the first keys, `routix demo` a demo",
        folder.display()
    )
}

/// The settings of a command, which says what it has to say itself; only trouble is logged.
pub(super) fn quiet(settings: &Settings) -> anyhow::Result<Config> {
    let config = settings.load(Config { log: "warn".to_owned(), log_format: LogFormat::Text, ..Config::default() })?;
    log::start(&config)?;
    Ok(config)
}

/// A password from a file, or from standard input for `-`. Never from a flag, where every process list shows it.
///
/// # Errors
/// That the file cannot be read or is empty.
pub(super) fn read_password(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().read_to_string(&mut text).context("cannot read the password from standard input")?;
    } else {
        text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("the password is empty");
    }
    Ok(password.to_owned())
}

/// No ids is no restriction.
pub(super) fn restriction(branches: Vec<Uuid>) -> BranchRestriction {
    BranchRestriction::from_list(branches)
}

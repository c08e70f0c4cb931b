//! Somebody who sends commands: what he holds, and what he asks for.

use std::sync::Arc;

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::book::Ledger;
use crate::command::{Command, Kind, challenge};
use crate::dice::Dice;
use crate::door::{self, Outcome};
use crate::person::{App, Host, Person, code};

/// A family of refresh tokens, the newest of which he has.
#[derive(Clone, Debug)]
struct Family {
    challenge: String,
    token: String,
}

/// A code that was not exchanged yet.
#[derive(Clone, Debug)]
struct Code {
    verifier: String,
    code: String,
}

/// Somebody with an app of his own, an authorization of it, and everything else that a command needs.
#[derive(Debug)]
pub struct Writer {
    name: String,
    person: Person,
    ledger: Arc<Ledger>,
    dice: Dice,
    made: u64,
    app: Option<App>,
    code: Option<Code>,
    family: Option<Family>,
    /// What nobody answered to: it is asked for once more, under the same key.
    unknown: Option<Command>,
    is_refresh_unknown: bool,
}

impl Writer {
    /// Nobody else may have this name.
    pub fn new(name: &str, person: &Person, ledger: &Arc<Ledger>, dice: Dice) -> Self {
        let (name, person, ledger) = (name.to_owned(), person.clone(), Arc::clone(ledger));
        Self {
            name,
            person,
            ledger,
            dice,
            made: 0,
            app: None,
            code: None,
            family: None,
            unknown: None,
            is_refresh_unknown: false,
        }
    }

    /// Does something. Whether somebody answered.
    pub(crate) async fn step(&mut self, host: Host<'_>) -> bool {
        const REFRESHES: [Kind; 3] = [Kind::Refreshed; 3];
        let kinds = [&Kind::ALL[..], &REFRESHES].concat();
        if self.dice.below(10) == 0 {
            return !self.ask_wrongly(host).await.is_silence();
        }
        let kind = *self.dice.pick(&kinds);
        self.prepare(host, kind).await && !self.ask(host, kind).await.is_silence()
    }

    /// Gets what a command of this kind needs. Whether he has it then.
    pub async fn prepare(&mut self, host: &str, kind: Kind) -> bool {
        let needs_app = !matches!(kind, Kind::Registered | Kind::Created);
        if needs_app && self.app.is_none() {
            let answered = self.ask(host, Kind::Registered).await;
            // One that had happened before shows no secret any more.
            if self.app.is_none() && answered.answer().is_some() {
                self.ask(host, Kind::Registered).await;
            }
        }
        let needs_code = kind == Kind::Exchanged || (kind == Kind::Refreshed && self.family.is_none());
        if needs_code && self.app.is_some() && self.code.is_none() {
            self.ask(host, Kind::Consented).await;
        }
        if kind == Kind::Refreshed && self.family.is_none() && self.code.is_some() {
            self.ask(host, Kind::Exchanged).await;
        }
        (!needs_app || self.app.is_some())
            && (kind != Kind::Exchanged || self.code.is_some())
            && (kind != Kind::Refreshed || self.family.is_some())
    }

    /// Sends a command of this kind, or the one that nobody answered to before.
    ///
    /// # Panics
    /// When it was not prepared.
    pub async fn ask(&mut self, host: &str, kind: Kind) -> Outcome {
        if let Some(command) = self.unknown.take_if(|command| command.kind() == kind) {
            return self.plain(host, command).await;
        }
        let app_id = || self.app.as_ref().unwrap().id.clone();
        let command = match kind {
            Kind::Registered => Command::Register { name: self.new_name() },
            Kind::Created => Command::Create { name: self.new_name() },
            Kind::Rotated => Command::Rotate { app_id: app_id() },
            Kind::Revoked => Command::Revoke { app_id: app_id() },
            Kind::Changed => Command::Change { app_id: app_id(), description: self.new_name() },
            Kind::Consented => return self.consent(host).await,
            Kind::Exchanged => return self.exchange(host).await,
            Kind::Refreshed => return self.refresh(host).await,
        };
        self.plain(host, command).await
    }

    /// Asks once more for what nobody answered to, if that can be asked for again.
    pub async fn ask_again(&mut self, host: &str) -> Option<Outcome> {
        if std::mem::take(&mut self.is_refresh_unknown) {
            return Some(self.refresh(host).await);
        }
        let command = self.unknown.take()?;
        Some(self.plain(host, command).await)
    }

    fn new_name(&mut self) -> String {
        self.made += 1;
        format!("{}-{}", self.name, self.made)
    }

    async fn send(&self, command: &Command, request: RequestBuilder, wrong: bool) -> Outcome {
        let key = match command {
            Command::Register { name } | Command::Create { name } => Some(name.as_str()),
            Command::Rotate { .. }
            | Command::Revoke { .. }
            | Command::Change { .. }
            | Command::Consent { .. }
            | Command::Exchange { .. }
            | Command::Refresh { .. } => None,
        };
        let id = self.ledger.invoke(command, key, wrong);
        let outcome = door::send(request).await;
        self.ledger.close(id, &outcome);
        outcome
    }

    /// A command that needs nothing but itself.
    async fn plain(&mut self, host: Host<'_>, command: Command) -> Outcome {
        let outcome = self.send(&command, self.person.request(host, &command), false).await;
        match (&command, &outcome) {
            // The first answer to a key has the secret, and is the only one.
            (Command::Register { .. }, Outcome::Ok(answer)) => self.take_up(App::of(answer)),
            (Command::Rotate { .. }, Outcome::Ok(answer)) => {
                let secret = answer["client_secret"].as_str().map(str::to_owned);
                self.app = self.app.take().zip(secret).map(|(app, secret)| App { secret, ..app });
            }
            // It is revoked, or nobody knows its secret.
            (Command::Rotate { .. } | Command::Revoke { .. }, _) => self.take_up(None),
            (_, _) => {}
        }
        let asks_again = !matches!(command, Command::Rotate { .. });
        if asks_again && matches!(outcome, Outcome::Info(_)) {
            self.unknown = Some(command);
        }
        outcome
    }

    fn take_up(&mut self, app: Option<App>) {
        (self.app, self.code, self.family) = (app, None, None);
    }

    /// Asks for what must be refused: an app with a redirect URI that nobody may have, or tokens for another's code.
    async fn ask_wrongly(&mut self, host: Host<'_>) -> Outcome {
        if let Some((app, Code { verifier, code })) = self.app.as_ref().zip(self.code.take()) {
            let command = Command::Exchange { challenge: challenge(&verifier) };
            let request = self.person.exchange(host, app, (&code, &verifier.replace('-', "_")));
            return self.send(&command, request, true).await;
        }
        let name = self.new_name();
        let command = Command::Register { name: name.clone() };
        let request = self.person.registration(host, &name, "javascript:alert(1)");
        self.send(&command, request, true).await
    }

    /// Approves what the app asks for.
    async fn consent(&mut self, host: Host<'_>) -> Outcome {
        let verifier = format!("{:043}-{}", self.dice.roll(), self.new_name());
        let challenge = challenge(&verifier);
        let approval = self.person.approval(host, self.app.as_ref().unwrap(), &challenge).await;
        let Some(approval) = approval else { return door::unseen() };
        let outcome = self.send(&Command::Consent { challenge }, approval, false).await;
        self.code = outcome.answer().and_then(code).map(|code| Code { verifier, code });
        outcome
    }

    async fn exchange(&mut self, host: Host<'_>) -> Outcome {
        let Code { verifier, code } = self.code.take().unwrap();
        let challenge = challenge(&verifier);
        let request = self.person.exchange(host, self.app.as_ref().unwrap(), (&code, &verifier));
        let outcome = self.send(&Command::Exchange { challenge: challenge.clone() }, request, false).await;
        self.family = outcome.answer().and_then(|answer| family(challenge, answer));
        outcome
    }

    async fn refresh(&mut self, host: Host<'_>) -> Outcome {
        let Family { challenge, token } = self.family.take().unwrap();
        let command = Command::Refresh { challenge: challenge.clone() };
        let request = self.person.refresh(host, self.app.as_ref().unwrap(), &token);
        let outcome = self.send(&command, request, false).await;
        self.is_refresh_unknown = matches!(outcome, Outcome::Info(_));
        self.family = match &outcome {
            Outcome::Ok(answer) => family(challenge, answer),
            // It may come again: whoever was not answered has used nothing up.
            Outcome::Info(_) => Some(Family { challenge, token }),
            Outcome::Fail(_) => None,
        };
        outcome
    }

    /// Gives the newest refresh token back, which ends its family.
    ///
    /// # Panics
    /// When he has none.
    pub async fn give_back(&self, host: &str) -> Outcome {
        self.about_token(host, "/auth/v1/oauth/revoke").await
    }

    /// Holds no family any more.
    pub fn forget_family(&mut self) {
        self.family = None;
    }

    /// Whether his newest refresh token is active.
    ///
    /// # Panics
    /// When he has none, or nobody can say it.
    pub async fn is_active(&self, host: &str) -> bool {
        let outcome = self.about_token(host, "/auth/v1/oauth/introspect").await;
        outcome.answer().and_then(|answer| answer["active"].as_bool()).unwrap_or_else(|| panic!("{outcome:?}"))
    }

    async fn about_token(&self, host: Host<'_>, path: &str) -> Outcome {
        let (app, family) = (self.app.as_ref().unwrap(), self.family.as_ref().unwrap());
        door::send(self.person.about_token((host, path), app, &family.token)).await
    }

    /// Whether what he holds is worth what he was told.
    pub(crate) async fn settle(&mut self, host: Host<'_>) -> Result<(), String> {
        let Some(app) = self.app.clone() else { return Ok(()) };
        let given = door::send(self.person.credentials(host, &app)).await;
        if given.answer().is_none() {
            return Err(format!("the secret of {} is not taken: {given:?}", app.id));
        }
        if self.family.is_some() {
            self.refresh(host).await;
        }
        Ok(())
    }
}

fn family(challenge: String, answer: &Value) -> Option<Family> {
    let token = answer["refresh_token"].as_str()?.to_owned();
    Some(Family { challenge, token })
}

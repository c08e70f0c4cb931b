//! One of the many: what he holds, and what he asks for next.

use std::sync::Arc;

use reqwest::RequestBuilder;
use serde_json::Value;
use tokio::sync::watch;

use crate::book::Ledger;
use crate::command::{Command, challenge};
use crate::dice::Dice;
use crate::door::{self, Outcome};
use crate::person::{App, Host, Person, code};

/// A family of refresh tokens, the newest of which he has.
struct Family {
    challenge: String,
    token: String,
}

pub(crate) struct Writer {
    pub(crate) name: String,
    pub(crate) person: Person,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) closed: Arc<watch::Sender<u64>>,
    pub(crate) dice: Dice,
    held: Held,
}

/// What he has and knows the secrets of.
#[derive(Default)]
struct Held {
    made: u64,
    app: Option<App>,
    family: Option<Family>,
    /// What nobody answered to: it is asked for once more, under the same key.
    unknown: Option<Command>,
}

impl Writer {
    pub(crate) fn new(
        name: String,
        (person, ledger): (Person, Arc<Ledger>),
        closed: Arc<watch::Sender<u64>>,
        dice: Dice,
    ) -> Self {
        Self { name, person, ledger, closed, dice, held: Held::default() }
    }

    /// Does one thing. Whether somebody answered.
    pub(crate) async fn step(&mut self, host: Host<'_>) -> bool {
        if let Some(command) = self.held.unknown.take() {
            return self.plain(host, command).await;
        }
        let Some(app) = self.held.app.clone() else { return self.register(host).await };
        let app_id = app.id.clone();
        match (self.dice.below(12), &self.held.family) {
            (0, _) => self.register(host).await,
            (1..=2, _) => self.plain(host, Command::Rotate { app_id }).await,
            (3, _) => {
                let description = self.new_name();
                self.plain(host, Command::Change { app_id, description }).await
            }
            (4, _) => {
                let name = self.new_name();
                self.plain(host, Command::Create { name }).await
            }
            (5, _) => self.wrong(host).await,
            (6, _) => self.plain(host, Command::Revoke { app_id }).await,
            (7..=10, Some(_)) => self.refresh(host, &app).await,
            (_, _) => self.authorize(host, &app).await,
        }
    }

    fn new_name(&mut self) -> String {
        self.held.made += 1;
        format!("{}-{}", self.name, self.held.made)
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
        self.closed.send_modify(|closed| *closed += 1);
        outcome
    }

    async fn register(&mut self, host: Host<'_>) -> bool {
        let name = self.new_name();
        self.plain(host, Command::Register { name }).await
    }

    /// A command that needs nothing but itself.
    async fn plain(&mut self, host: Host<'_>, command: Command) -> bool {
        let outcome = self.send(&command, self.person.request(host, &command), false).await;
        match (&command, &outcome) {
            // The first answer to a key has the secret, and is the only one.
            (Command::Register { .. }, Outcome::Ok(answer)) => {
                (self.held.app, self.held.family) = (App::of(answer), None);
            }
            (Command::Rotate { .. }, Outcome::Ok(answer)) => {
                let secret = answer["client_secret"].as_str().map(str::to_owned);
                self.held.app = self.held.app.take().zip(secret).map(|(app, secret)| App { secret, ..app });
            }
            // It is revoked, or nobody knows its secret.
            (Command::Rotate { .. } | Command::Revoke { .. }, _) => (self.held.app, self.held.family) = (None, None),
            (_, _) => {}
        }
        let asks_again = !matches!(command, Command::Rotate { .. });
        if asks_again && matches!(outcome, Outcome::Info(_)) {
            self.held.unknown = Some(command);
        }
        !outcome.is_silence()
    }

    /// Asks for what must be refused.
    async fn wrong(&mut self, host: Host<'_>) -> bool {
        let name = self.new_name();
        let command = Command::Register { name: name.clone() };
        let request = self.person.registration(host, &name, "javascript:alert(1)");
        !self.send(&command, request, true).await.is_silence()
    }

    /// Approves what the app asks for, and exchanges the code. One of eight is exchanged with a wrong verifier.
    async fn authorize(&mut self, host: Host<'_>, app: &App) -> bool {
        let verifier = format!("{:043}-{}", self.dice.roll(), self.new_name());
        let challenge = challenge(&verifier);
        let Some(approval) = self.person.approval(host, app, &challenge).await else { return false };
        let consent = Command::Consent { challenge: challenge.clone() };
        let approved = self.send(&consent, approval, false).await;
        let Some(code) = approved.answer().and_then(code) else { return !approved.is_silence() };
        let is_wrong = self.dice.below(8) == 0;
        let shown = if is_wrong { verifier.replace('-', "_") } else { verifier };
        let request = self.person.exchange(host, app, (&code, &shown));
        let exchange = Command::Exchange { challenge: challenge.clone() };
        let outcome = self.send(&exchange, request, is_wrong).await;
        self.held.family = outcome.answer().and_then(|answer| family(challenge, answer));
        !outcome.is_silence()
    }

    async fn refresh(&mut self, host: Host<'_>, app: &App) -> bool {
        let Some(Family { challenge, token }) = self.held.family.take() else { return true };
        let command = Command::Refresh { challenge: challenge.clone() };
        let outcome = self.send(&command, self.person.refresh(host, app, &token), false).await;
        self.held.family = match &outcome {
            Outcome::Ok(answer) => family(challenge, answer),
            // It may come again: whoever was not answered has used nothing up.
            Outcome::Info(_) => Some(Family { challenge, token }),
            Outcome::Fail(_) => None,
        };
        !outcome.is_silence()
    }

    /// Whether what he holds is worth what he was told.
    pub(crate) async fn settle(&mut self, host: Host<'_>) -> Result<(), String> {
        let Some(app) = self.held.app.clone() else { return Ok(()) };
        let given = door::send(self.person.credentials(host, &app)).await;
        if given.answer().is_none() {
            return Err(format!("the secret of {} is not taken: {given:?}", app.id));
        }
        self.refresh(host, &app).await;
        Ok(())
    }
}

fn family(challenge: String, answer: &Value) -> Option<Family> {
    let token = answer["refresh_token"].as_str()?.to_owned();
    Some(Family { challenge, token })
}

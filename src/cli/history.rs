//! `routix history`.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use routix_domain::history::{self, AppHistory, AppThen, Change, Entry, Moment, Names, Since, parse_time};
use routix_domain::log::Actor;
use routix_projections::app_list;
use serde_json::json;
use uuid::Uuid;

use super::context::Context;
use super::output::{Format, Rows, line, note};
use super::settings::Settings;
use crate::history::{ActorNames, Sight, timestamp};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show what happened to an app, what it could do at a moment, or what is different between two moments.
    #[command(after_help = APP_HELP)]
    App {
        /// The id or the client id of the app.
        id: Uuid,
        #[command(flatten)]
        question: Question,
        #[command(flatten)]
        format: Format,
    },
}

const APP_HELP: &str = "Times are those at which the log recorded the events, in UTC; a date means the end of that day, \
and a time that has not come yet means now.\n\nExample:\n  routix history app ID\n  \
routix history app ID --at 2026-03-01T12:00:00Z\n  routix history app ID --diff 3..2026-03-01";

/// What is asked: everything that happened when nothing is said.
#[derive(Args)]
#[group(multiple = false)]
pub(super) struct Question {
    /// The state at a recorded time: RFC 3339, or a date for its end in UTC.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<DateTime<Utc>>,
    /// The state after the app's event with this sequence.
    #[arg(long, value_name = "N")]
    sequence: Option<u64>,
    /// Only what changed from one moment to another; each a sequence, a time or a date.
    #[arg(long, value_name = "A..B", value_parser = parse_range)]
    diff: Option<(Moment, Moment)>,
}

fn parse_range(text: &str) -> Result<(Moment, Moment), String> {
    let (from, to) = text.split_once("..").ok_or("write two moments as A..B")?;
    let moment = |text: &str| Moment::parse(text).map_err(|error| format!("'{text}' {error}; or a sequence"));
    Ok((moment(from)?, moment(to)?))
}

/// A history and what everybody in it is called.
struct Told {
    history: AppHistory,
    actors: ActorNames,
    names: Names,
    now: DateTime<Utc>,
}

pub(super) async fn run(settings: &Settings, command: Command) -> anyhow::Result<ExitCode> {
    let Command::App { id, question, format } = command;
    let context = Context::open(settings).await?;
    let told = told(&context, id).await?;
    match question {
        Question { diff: Some((from, to)), .. } => told.diff((from, to), format)?,
        Question { at: Some(time), .. } => told.state(Moment::Time(time), format)?,
        Question { sequence: Some(sequence), .. } => told.state(Moment::Sequence(sequence), format)?,
        Question { diff: None, at: None, sequence: None } => told.events(format)?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn told(context: &Context, id: Uuid) -> anyhow::Result<Told> {
    let read = &context.stores.read;
    let app = match app_list::by_id(read, id).await? {
        Some(app) => Some(app),
        None => app_list::by_client_id(read, id).await?,
    };
    let app = app.with_context(|| format!("there is no app with the id or client id {id}"))?;
    let reader = context.stores.history();
    let history = reader.of_app(app.app_id).await?;
    let actors: Vec<_> = history.entries().iter().map(|entry| &entry.place.actor).collect();
    let actors = reader.actor_names(&actors, &Sight::Everybody).await?;
    let names = reader.names(&history, &Sight::Everybody).await?.english();
    Ok(Told { history, actors, names, now: context.stores.system.now() })
}

impl Told {
    fn events(&self, format: Format) -> anyhow::Result<()> {
        let told = self.history.told();
        let words = told.iter().map(|(entry, sentence)| (*entry, sentence.english(&self.names)));
        let rows = if format.is_table() { self.event_table(words) } else { self.event_data(words) };
        Ok(rows.print(format)?)
    }

    fn event_table<'a>(&self, events: impl Iterator<Item = (&'a Entry, String)>) -> Rows {
        let mut rows = Rows::new(&["sequence", "position", "recorded_at_(utc)", "who", "authenticated_by", "what"]);
        for (entry, words) in events {
            rows.push([
                json!(entry.app_sequence()),
                json!(entry.place.position),
                json!(timestamp(entry.place.recorded_at)),
                json!(self.who(&entry.place.actor)),
                json!(entry.authenticated_by),
                json!(words),
            ]);
        }
        rows
    }

    fn event_data<'a>(&self, events: impl Iterator<Item = (&'a Entry, String)>) -> Rows {
        let mut rows = Rows::new(&[
            "id",
            "position",
            "sequence",
            "app_sequence",
            "type",
            "version",
            "recorded_at",
            "actor_kind",
            "actor_id",
            "actor_name",
            "authenticated_by",
            "request_id",
            "what",
        ]);
        for (entry, words) in events {
            let actor = &entry.place.actor;
            rows.push([
                json!(entry.event_id),
                json!(entry.place.position),
                json!(entry.place.sequence),
                json!(entry.app_sequence()),
                json!(entry.event_type),
                json!(entry.event_version),
                json!(timestamp(entry.place.recorded_at)),
                json!(actor.kind()),
                json!(actor.id()),
                json!(self.actors.of(actor)),
                json!(entry.authenticated_by),
                json!(entry.request_id),
                json!(words),
            ]);
        }
        rows
    }

    fn state(&self, moment: Moment, format: Format) -> anyhow::Result<()> {
        let then = self.then(moment)?;
        note(&format!("The state {}", self.moment(&then)));
        let rows = if format.is_table() { self.state_table(&then) } else { self.state_data(&then) };
        Ok(rows.print(format)?)
    }

    fn state_table(&self, then: &AppThen) -> Rows {
        let mut rows = Rows::new(&["member", "value", "since_(utc)", "sequence", "by"]);
        for known in &then.members {
            let value = known.value.english(&self.names);
            let (since, sequence) = (timestamp(known.since.recorded_at), self.app_sequence(&known.since));
            let by = self.who(&known.since.actor);
            rows.push([json!(known.member.to_string()), json!(value), json!(since), json!(sequence), json!(by)]);
        }
        rows
    }

    fn state_data(&self, then: &AppThen) -> Rows {
        let mut rows = Rows::new(&[
            "member",
            "id",
            "value",
            "since",
            "position",
            "sequence",
            "actor_kind",
            "actor_id",
            "actor_name",
        ]);
        for known in &then.members {
            let [since, position, sequence, kind, id, name] = self.since(Some(&known.since));
            let (member, which) = (json!(known.member.name()), json!(known.member.id()));
            rows.push([member, which, json!(known.value), since, position, sequence, kind, id, name]);
        }
        rows
    }

    fn diff(&self, (from, to): (Moment, Moment), format: Format) -> anyhow::Result<()> {
        let (before, after) = (self.then(from)?, self.then(to)?);
        let changes = history::changes(&before, &after);
        note(&format!("- {}", self.moment(&before)));
        note(&format!("+ {}", self.moment(&after)));
        if !format.is_table() {
            return Ok(self.diff_data(&changes).print(format)?);
        }
        for change in &changes {
            self.print_change(change)?;
        }
        if changes.is_empty() {
            note("nothing is different");
        }
        Ok(())
    }

    fn print_change(&self, change: &Change) -> anyhow::Result<()> {
        let by = change.since.as_ref().map(|since| {
            let (time, who) = (timestamp(since.recorded_at), self.who(&since.actor));
            format!("  (since {time}, position {}, by {who})", since.position)
        });
        let by = by.unwrap_or_default();
        let sides = [("-", &change.before), ("+", &change.after)];
        let last = if change.after.is_some() { "+" } else { "-" };
        for (sign, value) in sides {
            if let Some(value) = value {
                // A description may have several lines; each belongs to its side.
                let text = format!("{}: {}", change.member, value.english(&self.names));
                let text = text.replace('\n', &format!("\n{sign}   "));
                line(&format!("{sign} {text}{}", if sign == last { by.as_str() } else { "" }))?;
            }
        }
        Ok(())
    }

    fn diff_data(&self, changes: &[Change]) -> Rows {
        let mut rows = Rows::new(&[
            "member",
            "id",
            "before",
            "after",
            "since",
            "position",
            "sequence",
            "actor_kind",
            "actor_id",
            "actor_name",
        ]);
        for change in changes {
            let [since, position, sequence, kind, id, name] = self.since(change.since.as_ref());
            let (member, which) = (json!(change.member.name()), json!(change.member.id()));
            let (before, after) = (json!(change.before), json!(change.after));
            rows.push([member, which, before, after, since, position, sequence, kind, id, name]);
        }
        rows
    }

    fn since(&self, since: Option<&Since>) -> [serde_json::Value; 6] {
        let actor = since.map(|since| &since.actor);
        [
            json!(since.map(|since| timestamp(since.recorded_at))),
            json!(since.map(|since| since.position)),
            json!(since.map(|since| since.sequence)),
            json!(actor.map(Actor::kind)),
            json!(actor.and_then(Actor::id)),
            json!(actor.and_then(|actor| self.actors.of(actor))),
        ]
    }

    fn then(&self, moment: Moment) -> anyhow::Result<AppThen> {
        let asked = match moment {
            Moment::Time(time) => format!("the log had nothing of the app yet at {}", timestamp(time)),
            Moment::Sequence(sequence) => format!("the app has no event with the sequence {sequence}"),
            Moment::Position(position) => format!("the log has nothing of the app up to the position {position}"),
        };
        self.history.then(moment.not_after(self.now)).context(asked)
    }

    fn moment(&self, then: &AppThen) -> String {
        let (time, position, sequence) = (timestamp(then.as_of.time), then.as_of.position, then.as_of.sequence);
        format!("as recorded until {time} (time of the log, UTC): sequence {sequence}, position {position}")
    }

    /// The sequence in the app's own stream, which is what `--sequence` takes.
    fn app_sequence(&self, since: &Since) -> Option<u64> {
        let entry = self.history.entries().iter().find(|entry| entry.place.position == since.position);
        entry.and_then(Entry::app_sequence)
    }

    /// The name of an actor, and what he is when he is no person.
    fn who(&self, actor: &Actor) -> String {
        let name = self.actors.of(actor).map(str::to_owned).or_else(|| actor.id()).unwrap_or_default();
        match actor {
            Actor::User(_) | Actor::System => name,
            Actor::App(_) => format!("{name} (app)"),
            Actor::CommandLine(_) => format!("{name} (command line)"),
        }
    }
}

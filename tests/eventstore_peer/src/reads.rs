//! Reads of a stream and of `$all`, forwards and backwards.

use std::collections::HashMap;

use tonic::Status;

use crate::log::{Event, Log};
use crate::protocol::event_store::client::streams::ReadResp;
use crate::protocol::event_store::client::streams::read_req::Options;
use crate::protocol::event_store::client::streams::read_req::options::all_options::AllOption;
use crate::protocol::event_store::client::streams::read_req::options::stream_options::RevisionOption;
use crate::protocol::event_store::client::streams::read_req::options::{CountOption, ReadDirection, StreamOption};
use crate::protocol::event_store::client::streams::read_resp::{Content, ReadEvent, StreamNotFound, read_event};
use crate::protocol::event_store::client::{StreamIdentifier, Uuid, uuid};

/// A read that the server does not take.
pub(crate) enum Refused {
    Malformed,
    /// No event stands there.
    InvalidPosition,
    Subscription,
}

impl From<Refused> for Status {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed => Self::invalid_argument("an option is missing"),
            Refused::InvalidPosition => Self::invalid_argument("Trying to read from an invalid position."),
            Refused::Subscription => Self::unimplemented("subscriptions are not served"),
        }
    }
}

pub(crate) fn read(log: &Log, options: &Options) -> Result<Vec<ReadResp>, Refused> {
    let Some(CountOption::Count(count)) = options.count_option else {
        return Err(Refused::Subscription);
    };
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let backwards = options.read_direction() == ReadDirection::Backwards;
    match &options.stream_option {
        Some(StreamOption::Stream(stream)) => {
            let name = name(stream.stream_identifier.as_ref());
            let Some(events) = log.stream(&name) else { return Ok(vec![not_found(name)]) };
            let revision = |event: &Event| event.revision;
            let from = match stream.revision_option {
                Some(RevisionOption::Revision(revision)) => revision,
                Some(RevisionOption::End(_)) => u64::MAX,
                Some(RevisionOption::Start(_)) | None => 0,
            };
            Ok(if backwards {
                events.rev().filter(|event| revision(event) <= from).take(count).map(answer).collect()
            } else {
                events.filter(|event| revision(event) >= from).take(count).map(answer).collect()
            })
        }
        Some(StreamOption::All(all)) => {
            let from = match all.all_option {
                Some(AllOption::Position(position)) => standing(log, position.commit_position)?,
                Some(AllOption::End(_)) => log.events().len(),
                Some(AllOption::Start(_)) | None => 0,
            };
            Ok(if backwards {
                log.events()[..from].iter().rev().take(count).map(answer).collect()
            } else {
                log.events()[from..].iter().take(count).map(answer).collect()
            })
        }
        None => Err(Refused::Malformed),
    }
}

/// The event that stands at a position; behind the end there is none and nothing is read.
fn standing(log: &Log, position: u64) -> Result<usize, Refused> {
    if position >= log.end() {
        return Ok(log.events().len());
    }
    let found = log.events().binary_search_by_key(&position, |event| event.position);
    found.map_err(|_| Refused::InvalidPosition)
}

pub(crate) fn name(stream: Option<&StreamIdentifier>) -> String {
    stream.map(|stream| String::from_utf8_lossy(&stream.stream_name).into_owned()).unwrap_or_default()
}

fn not_found(name: String) -> ReadResp {
    let stream_identifier = Some(StreamIdentifier { stream_name: name.into_bytes() });
    ReadResp { content: Some(Content::StreamNotFound(StreamNotFound { stream_identifier })) }
}

fn answer(event: &Event) -> ReadResp {
    let metadata = [
        ("type", event.event_type.clone()),
        ("created", event.created.to_string()),
        ("content-type", event.content_type.clone()),
    ];
    let recorded = read_event::RecordedEvent {
        id: Some(Uuid { value: Some(uuid::Value::String(event.id.to_string())) }),
        stream_identifier: Some(StreamIdentifier { stream_name: event.stream.clone().into_bytes() }),
        stream_revision: event.revision,
        prepare_position: event.position,
        commit_position: event.position,
        metadata: metadata.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<HashMap<_, _>>(),
        custom_metadata: event.custom_metadata.clone(),
        data: event.data.clone(),
    };
    let position = Some(read_event::Position::CommitPosition(event.position));
    ReadResp { content: Some(Content::Event(ReadEvent { event: Some(recorded), link: None, position })) }
}

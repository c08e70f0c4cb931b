//! Appends, each by itself or many in one session.

use std::sync::Arc;

use futures_util::stream;
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use crate::faults::{AppendFault, not_leader};
use crate::log::{Expected, Proposed, WrongExpectedVersion, new_id};
use crate::peer::Shared;
use crate::protocol::event_store::client::streams::append_req::{Content, options::ExpectedStreamRevision};
use crate::protocol::event_store::client::streams::append_resp::{self, success};
use crate::protocol::event_store::client::streams::batch_append_req::options::ExpectedStreamPosition;
use crate::protocol::event_store::client::streams::batch_append_resp;
use crate::protocol::event_store::client::streams::{AppendReq, AppendResp, BatchAppendReq, BatchAppendResp};
use crate::protocol::event_store::client::{self as wire, AllStreamPosition};
use crate::protocol::google::rpc;
use crate::reads::name;
use crate::service::Answers;

/// The word of a server for an append that is not where it expects.
const CONFLICT: &str = "WrongExpectedVersion";

/// Answers appends in their order until the client or a fault ends the session.
pub(crate) fn answers(shared: Arc<Shared>, requests: Streaming<BatchAppendReq>) -> Answers<BatchAppendResp> {
    Box::pin(stream::unfold(Some((shared, requests)), async |session| {
        let (shared, mut requests) = session?;
        // The client has gone, in order or not.
        let request = requests.message().await.ok()??;
        match answer(&shared, request).await {
            Ok(Some(answer)) => Some((Ok(answer), Some((shared, requests)))),
            Ok(None) => None,
            Err(status) => Some((Err(status), None)),
        }
    }))
}

/// `None` ends the session in order.
async fn answer(shared: &Shared, request: BatchAppendReq) -> Result<Option<BatchAppendResp>, Status> {
    let (fault, mut store) = (shared.appends.next(), true);
    match &fault {
        Some(AppendFault::LoseRequest | AppendFault::EndSession) => store = false,
        Some(AppendFault::LoseRequestToAnother) => {
            let mut other = request.clone();
            other.proposed_messages.iter_mut().for_each(|event| {
                event.id = Some(new_id().into());
                event.data = br#"{"by":"another"}"#.to_vec();
            });
            let _theirs = append_batch(shared, &other);
            store = false;
        }
        Some(AppendFault::Unavailable) => return Err(Status::unavailable("Server Is Not Ready")),
        Some(AppendFault::NotLeader(port)) => return Err(not_leader(*port)),
        Some(AppendFault::Refuse(code, word)) => return Ok(Some(refused(&request, *code, word))),
        Some(AppendFault::Delay(time)) => tokio::time::sleep(*time).await,
        Some(AppendFault::LoseAnswer | AppendFault::EndSessionStored) | None => {}
    }
    let answer = store.then(|| append_batch(shared, &request));
    match fault {
        Some(AppendFault::LoseRequest | AppendFault::LoseRequestToAnother | AppendFault::LoseAnswer) => {
            shared.cut_connections();
            Err(Status::unavailable("cut"))
        }
        Some(AppendFault::EndSession | AppendFault::EndSessionStored) => Ok(None),
        _ => Ok(answer),
    }
}

fn append_batch(shared: &Shared, request: &BatchAppendReq) -> BatchAppendResp {
    let options = request.options.clone().unwrap_or_default();
    let expected = match options.expected_stream_position {
        Some(ExpectedStreamPosition::StreamPosition(revision)) => Expected::Revision(revision),
        Some(ExpectedStreamPosition::NoStream(())) => Expected::NoStream,
        Some(ExpectedStreamPosition::StreamExists(())) => Expected::StreamExists,
        Some(ExpectedStreamPosition::Any(())) | None => Expected::Any,
    };
    let events: Vec<_> = request
        .proposed_messages
        .iter()
        .map(|event| proposed(event.id.as_ref(), &event.metadata, &event.data, &event.custom_metadata))
        .collect();
    match shared.log().append(&name(options.stream_identifier.as_ref()), expected, &events) {
        Ok((revision, position)) => {
            let place = AllStreamPosition { commit_position: position, prepare_position: position };
            let success = batch_append_resp::Success {
                current_revision_option: Some(batch_append_resp::success::CurrentRevisionOption::CurrentRevision(
                    revision,
                )),
                position_option: Some(batch_append_resp::success::PositionOption::Position(place)),
            };
            response(request, batch_append_resp::Result::Success(success))
        }
        Err(WrongExpectedVersion) => refused(request, Code::AlreadyExists, CONFLICT),
    }
}

fn refused(request: &BatchAppendReq, code: Code, word: &str) -> BatchAppendResp {
    let status = rpc::Status { code: i32::from(code), message: word.to_owned(), details: None };
    response(request, batch_append_resp::Result::Error(status))
}

fn response(request: &BatchAppendReq, result: batch_append_resp::Result) -> BatchAppendResp {
    BatchAppendResp {
        correlation_id: request.correlation_id.clone(),
        stream_identifier: request.options.clone().unwrap_or_default().stream_identifier,
        expected_stream_position: None,
        result: Some(result),
    }
}

/// An append by itself: first where it goes, then its events.
pub(crate) async fn append(shared: &Shared, mut requests: Streaming<AppendReq>) -> Result<AppendResp, Status> {
    let (mut stream, mut expected, mut events) = (String::new(), Expected::Any, Vec::new());
    while let Some(request) = requests.message().await? {
        match request.content {
            Some(Content::Options(options)) => {
                stream = name(options.stream_identifier.as_ref());
                expected = match options.expected_stream_revision {
                    Some(ExpectedStreamRevision::Revision(revision)) => Expected::Revision(revision),
                    Some(ExpectedStreamRevision::NoStream(_)) => Expected::NoStream,
                    Some(ExpectedStreamRevision::StreamExists(_)) => Expected::StreamExists,
                    Some(ExpectedStreamRevision::Any(_)) | None => Expected::Any,
                };
            }
            Some(Content::ProposedMessage(event)) => {
                events.push(proposed(event.id.as_ref(), &event.metadata, &event.data, &event.custom_metadata));
            }
            None => {}
        }
    }
    let appended = shared.log().append(&stream, expected, &events);
    let (revision, position) = appended.map_err(|WrongExpectedVersion| Status::failed_precondition(CONFLICT))?;
    let place = append_resp::Position { commit_position: position, prepare_position: position };
    let success = append_resp::Success {
        current_revision_option: Some(success::CurrentRevisionOption::CurrentRevision(revision)),
        position_option: Some(success::PositionOption::Position(place)),
    };
    Ok(AppendResp { result: Some(append_resp::Result::Success(success)) })
}

fn proposed(
    id: Option<&wire::Uuid>,
    metadata: &std::collections::HashMap<String, String>,
    data: &[u8],
    custom_metadata: &[u8],
) -> Proposed {
    let said = |name: &str| metadata.get(name).cloned().unwrap_or_default();
    Proposed {
        id: id.map(Uuid::from).unwrap_or_default(),
        event_type: said("type"),
        content_type: said("content-type"),
        data: data.to_vec(),
        custom_metadata: custom_metadata.to_vec(),
    }
}

impl From<Uuid> for wire::Uuid {
    fn from(id: Uuid) -> Self {
        Self { value: Some(wire::uuid::Value::String(id.to_string())) }
    }
}

impl From<&wire::Uuid> for Uuid {
    fn from(id: &wire::Uuid) -> Self {
        match &id.value {
            Some(wire::uuid::Value::String(text)) => text.parse().unwrap_or_default(),
            Some(wire::uuid::Value::Structured(halves)) => Self::from_u64_pair(
                halves.most_significant_bits.cast_unsigned(),
                halves.least_significant_bits.cast_unsigned(),
            ),
            None => Self::nil(),
        }
    }
}

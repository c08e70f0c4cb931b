//! The doors of the server.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::stream::{self, Stream};
use tonic::{Request, Response, Status, Streaming};

use crate::faults::{ReadFault, not_leader};
use crate::peer::Shared;
use crate::protocol::event_store::client::Empty;
use crate::protocol::event_store::client::server_features::server_features_server::ServerFeatures;
use crate::protocol::event_store::client::server_features::{SupportedMethod, SupportedMethods};
use crate::protocol::event_store::client::streams::streams_server::Streams;
use crate::protocol::event_store::client::streams::{
    AppendReq, AppendResp, BatchAppendReq, BatchAppendResp, DeleteReq, DeleteResp, ReadReq, ReadResp, TombstoneReq,
    TombstoneResp,
};
use crate::{reads, sessions};

#[derive(Clone)]
pub(crate) struct Service(pub(crate) Arc<Shared>);

pub(crate) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl ServerFeatures for Service {
    async fn get_supported_methods(&self, _request: Request<Empty>) -> Result<Response<SupportedMethods>, Status> {
        let batch_append = SupportedMethod {
            method_name: "batchappend".to_owned(),
            service_name: "event_store.client.streams.streams".to_owned(),
            features: Vec::new(),
        };
        let version = "24.6.0".to_owned();
        Ok(Response::new(SupportedMethods { methods: vec![batch_append], event_store_server_version: version }))
    }
}

#[tonic::async_trait]
impl Streams for Service {
    type ReadStream = Answers<ReadResp>;
    type BatchAppendStream = Answers<BatchAppendResp>;

    async fn read(&self, request: Request<ReadReq>) -> Result<Response<Self::ReadStream>, Status> {
        self.0.read_requests.fetch_add(1, Ordering::SeqCst);
        let options = request.into_inner().options.ok_or(reads::Refused::Malformed)?;
        let limit = match self.0.reads.next() {
            None => usize::MAX,
            Some(ReadFault::EndAfter(limit)) => limit,
            Some(ReadFault::Unavailable) => return Err(Status::unavailable("Server Is Not Ready")),
            Some(ReadFault::NotLeader(port)) => return Err(not_leader(port)),
            Some(ReadFault::LoseRequest) => {
                self.0.cut_connections();
                return Err(Status::unavailable("cut"));
            }
        };
        let answers = reads::read(&self.0.log(), &options)?;
        Ok(Response::new(Box::pin(stream::iter(answers.into_iter().take(limit).map(Ok)))))
    }

    async fn append(&self, request: Request<Streaming<AppendReq>>) -> Result<Response<AppendResp>, Status> {
        sessions::append(&self.0, request.into_inner()).await.map(Response::new)
    }

    async fn batch_append(
        &self,
        request: Request<Streaming<BatchAppendReq>>,
    ) -> Result<Response<Self::BatchAppendStream>, Status> {
        Ok(Response::new(sessions::answers(Arc::clone(&self.0), request.into_inner())))
    }

    async fn delete(&self, _request: Request<DeleteReq>) -> Result<Response<DeleteResp>, Status> {
        Err(Status::permission_denied("nothing is deleted"))
    }

    async fn tombstone(&self, _request: Request<TombstoneReq>) -> Result<Response<TombstoneResp>, Status> {
        Err(Status::permission_denied("nothing is deleted"))
    }
}

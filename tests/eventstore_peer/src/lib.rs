//! A server of EventStoreDB's protocol, in memory, for tests: as much of it as the event store of routix uses, answered
//! as the server answers it, and faults on demand.
//!
//! Like the server: an append with the ids of what stands at its place is answered as stored, one with other ids is a
//! wrong expected revision; `$all` has the server's own events among the others; positions are bytes and not numbers, and
//! a read from where no event stands is refused.

mod faults;
mod line;
mod log;
mod peer;
mod reads;
mod service;
mod sessions;

#[expect(
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::large_enum_variant,
    clippy::too_many_lines,
    reason = "tonic-build writes it"
)]
pub mod protocol {
    tonic::include_proto!("protocol");
}

pub use faults::{AppendFault, ReadFault};
pub use peer::Peer;

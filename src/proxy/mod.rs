//! The API proxy: versioned, branch-scoped access to the business records (the guide, "API proxy").
//!
//! A request passes the phases in one order, and the first failure answers. What is served is data: see `catalogue`.
//! Deliberately absent: tokens and apps (behind [`Gate`]), how a failure looks on the wire (`http`), and deleting.

pub mod catalogue;
mod error;
mod gate;
mod phases;
pub mod records;
mod router;
mod tenant;
#[cfg(test)]
mod tests;

pub use error::ProxyError;
pub use gate::{Gate, OpenBranches};
pub use phases::LARGEST_OFFSET;
pub use router::{Proxy, router};
pub use tenant::Tenant;

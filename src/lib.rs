//! routix: an OAuth 2.1 server, a branch-scoped API proxy and app management, on an event log.

pub mod access;
pub mod demo;
pub mod http;
pub mod proxy;
pub mod system;

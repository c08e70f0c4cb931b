//! routix: an OAuth 2.1 server, a branch-scoped API proxy and app management, on an event log.

pub mod access;
pub mod commands;
pub mod config;
pub mod http;
pub mod keys;
pub mod manage;
pub mod oauth;
pub mod store;
pub mod system;

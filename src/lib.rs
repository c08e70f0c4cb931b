//! routix: an OAuth 2.1 server, a branch-scoped API proxy and app management, on an event log.
//!
//! The way of dependencies: `cli -> wiring -> {oauth, manage, proxy, dashboard} -> commands -> domain`. Surfaces never import one
//! another; what they share is in `http` (the edge), `access` (who is calling), `app_fields` (what is said of an app),
//! `history` (what happened, for auditors), `guide` (for integrators) and `pages` (what HTML pages have in common).

pub mod access;
pub mod app_fields;
pub mod cli;
pub mod commands;
pub mod config;
pub mod dashboard;
pub mod demo;
pub mod evidence;
pub mod guide;
pub mod hex;
pub mod history;
pub mod http;
pub mod keys;
pub mod manage;
pub mod measure;
pub mod oauth;
pub mod openapi;
pub mod operate;
pub mod pages;
pub mod proxy;
pub mod schemas;
pub mod store;
pub mod system;
pub mod wiring;

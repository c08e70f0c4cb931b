//! What a client sees over HTTP: every test starts a service of its own in a folder of its own.

pub(crate) mod app;
mod authorize;
pub(crate) mod browser;
mod changes;
pub(crate) mod client;
mod code_flow;
mod codes;
mod dialects;
mod edge;
mod forget;
pub(crate) mod html;
mod jwt;
mod management;
mod matrix;
mod openapi;
mod pages;
mod place;
mod proxies;
mod schemas;
mod security;
mod sign_in;
mod tokens;
pub(crate) mod world;

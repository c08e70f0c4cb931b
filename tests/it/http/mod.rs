//! What a client sees over HTTP: every test starts a service of its own in a folder of its own.

mod app;
mod authorize;
mod browser;
mod changes;
mod client;
mod code_flow;
mod codes;
mod dialects;
mod edge;
mod forget;
mod html;
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
mod tenants;
mod tokens;
mod world;
